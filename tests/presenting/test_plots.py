"""Plots: an Axes from a frame, with the figures of the frame, and nothing of the user's changed."""

from __future__ import annotations

import warnings
from typing import TYPE_CHECKING, Any

import matplotlib as mpl
import pandas as pd
import pytest
from matplotlib import pyplot as plt
from matplotlib.figure import Figure

import rev603
from rev603.errors import ColumnsMissingError
from rev603.presenting import plots
from rev603.vocabulary.statuses import DISPOSITIONS

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

    from matplotlib.axes import Axes
    from matplotlib.text import Text

    from rev603.presenting.weekly import WeeklySummary


GROUPED = [
    "payee_id", "refund_id", "document_number", "refund_date", "amount", "refund_secondary_status", "check_or_ach",
]  # fmt: skip


@pytest.fixture
def ax() -> Axes:
    return Figure().subplots()


@pytest.fixture(autouse=True)
def closed() -> Iterator[None]:
    plt.switch_backend("agg")
    yield
    plt.close("all")


def refunds() -> pd.DataFrame:
    return pd.DataFrame(
        {
            "refund_id": ["1", "2", "3", "4", "5"],
            "payee_id": "98-765432100",
            "document_number": ["A", "B", "C", "D", "E"],
            "amount": [10.10, 20.20, 5.00, 7.07, -3.00],
            # Monday, Sunday of the same week, then the Monday after
            "refund_date": pd.to_datetime(
                ["2026-03-02", "2026-03-08", "2026-03-09", "2026-03-09", "2026-03-09"]
            ),
            "refund_secondary_status": [
                "Treasury Issued",
                "Reject No ACH",
                "Treasury Issued",
                "",
                "Treasury Issued",
            ],
            "check_or_ach": ["ACH", None, "Check", None, "ACH"],
        }
    )


def heights(ax: Axes) -> list[list[float]]:
    return [[round(float(bar.get_height()), 2) for bar in group] for group in ax.containers]


def told(ax: Axes) -> list[str]:
    legend = ax.get_legend()
    assert legend is not None
    return [text.get_text() for text in legend.get_texts()]


def below(ax: Axes) -> list[Text]:
    assert isinstance(ax.figure, Figure)
    ax.figure.draw_without_rendering()
    return ax.get_xticklabels()


def test_weeks_are_split_by_where_the_money_is(ax: Axes) -> None:
    assert plots.by_week(refunds(), ax=ax) is ax
    assert told(ax) == ["paid by ACH", "paid by check", "in transit", "no ACH on file"]
    assert heights(ax) == [[10.10, -3.00], [0.0, 5.00], [0.0, 7.07], [20.20, 0.0]]
    # in the second week 7.07 stands on 5.00; in the first 20.20 on 10.10
    assert [round(group[1].get_y(), 2) for group in ax.containers[:3]] == [0.0, 0.0, 5.0]
    assert round(ax.containers[3][0].get_y(), 2) == 10.1


def test_months_and_weeks_show_the_same_money(ax: Axes) -> None:
    plots.by_month(refunds(), ax=ax)
    assert heights(ax) == [[7.10], [5.00], [7.07], [20.20]]  # 10.10 - 3.00 by ACH


def test_check_and_ach_stand_side_by_side_for_each_month(ax: Axes) -> None:
    plots.check_vs_ach(refunds(), ax=ax)
    assert told(ax) == ["paid by check", "paid by ACH"]
    assert heights(ax) == [[5.00], [7.10]]
    check, ach = (group[0] for group in ax.containers)
    assert ach.get_x() - check.get_x() == 12
    (label,) = below(ax)
    assert label.get_text() == "Mar\n2026"
    assert label.get_position()[0] == ach.get_x()  # below the middle of the pair
    assert ax.get_xlabel() == "refund date, by month"
    assert ax.get_title(loc="left") == "Issued by check and by ACH"


def test_what_was_issued_without_a_method_is_named_beside_checks_and_ach(ax: Axes) -> None:
    unstated = refunds().iloc[[0]].assign(check_or_ach=None, amount=1_250_000.0, refund_id="6")
    plots.check_vs_ach(pd.concat([refunds(), unstated], ignore_index=True), ax=ax)
    assert heights(ax) == [[5.00], [7.10]]
    assert ax.get_xlabel().endswith("not shown: $1.25M, method not stated")


def test_each_month_is_named_as_far_as_there_is_room() -> None:
    months = pd.date_range("2025-12-01", periods=12, freq="MS")
    lines = refunds().iloc[[0] * 12].assign(refund_date=months, refund_id=list("abcdefghijkl"))
    wide = plots.by_month(lines)
    assert [label.get_text() for label in below(wide)][:2] == ["Dec\n2025", "Jan\n2026"]
    assert len(below(wide)) == 12
    narrow = plots.by_month(lines, ax=plt.subplots(figsize=(3.5, 3))[1])
    assert len(narrow.get_xticks()) == 6
    weeks = plots.by_week(lines)
    assert below(weeks)[0].get_text() == "12/01/25"
    assert weeks.get_xlabel() == "refund date, week beginning"


def test_one_large_week_does_not_flatten_the_rest_and_says_its_amount(ax: Axes) -> None:
    weeks = pd.date_range("2026-03-02", periods=6, freq="7D")
    amounts = [10.0, 12.0, 44_000_000.0, 9.0, 11.0, 10.0]
    lines = refunds().iloc[[0] * 6].assign(refund_date=weeks, amount=amounts, refund_id=list("abcdef"))
    plots.by_week(lines, ax=ax)
    assert 12.0 < ax.get_ylim()[1] < 30.0
    assert [text.get_text() for text in ax.texts] == ["\u2191 $44M"]


def test_weeks_alike_are_not_cut(ax: Axes) -> None:
    weeks = pd.date_range("2026-03-02", periods=6, freq="7D")
    lines = (
        refunds()
        .iloc[[0] * 6]
        .assign(refund_date=weeks, amount=[10.0, 12, 30, 9, 11, 10], refund_id=list("abcdef"))
    )
    plots.by_week(lines, ax=ax)
    assert ax.get_ylim()[1] > 30
    assert list(ax.texts) == []


def test_every_dollar_is_drawn_in_its_one_place(ax: Axes) -> None:
    frame = pd.DataFrame({
        "disposition": ["paid by ACH", "no ACH on file", "paid by ACH", "superseded"],
        "amount": [0.10, 12.5, 0.20, 0.0],
    })  # fmt: skip
    plots.where_the_money_is(frame, ax=ax)
    assert [label.get_text() for label in ax.get_yticklabels()] == ["no ACH on file", "paid by ACH"]
    assert [bar.get_width() for bar in ax.patches] == [12.5, 0.3]  # type: ignore[attr-defined] # bars


def test_all_dispositions_have_a_color_of_their_own() -> None:
    assert tuple(plots.COLORS) == DISPOSITIONS
    assert len(set(plots.COLORS.values())) == len(DISPOSITIONS)


def test_the_plots_are_reached_from_the_package() -> None:
    assert rev603.plots is plots


def test_what_was_taken_back_hangs_below_the_line(ax: Axes) -> None:
    one_week = refunds().iloc[[0, 2]].assign(refund_date=pd.Timestamp("2026-03-02"), amount=[10.0, -4.0])
    plots.by_week(one_week, ax=ax)
    ach, check = (group[0] for group in ax.containers[:2])
    assert (ach.get_y(), ach.get_height()) == (0.0, 10.0)
    assert (check.get_y(), check.get_height()) == (0.0, -4.0)


def test_age_bands_show_every_band(ax: Axes, summary: WeeklySummary) -> None:
    plots.age_bands(summary.stuck, ax=ax)
    by_hand = [
        round(
            sum(
                a
                for a, b in zip(summary.stuck["amount"], summary.stuck["age_band"], strict=True)
                if b == band
            ),
            2,
        )
        for band in ("0-7", "8-30", "31-60", "61-90", "91+")
    ]
    assert heights(ax) == [by_hand]


def test_the_trend_shows_each_report(ax: Axes, summary: WeeklySummary) -> None:
    plots.stuck_over_time(summary.trend, ax=ax)
    drawn: Any = ax.lines[0].get_ydata()
    assert drawn.tolist() == summary.trend["stuck_amount"].tolist()


def test_the_largest_payees_stand_on_top_and_masked(ax: Axes) -> None:
    frame = pd.DataFrame(
        {
            "payee_id": ["000-12-3456", "98-765432100", "98-765432101"],
            "company_name": ["Small $ Co", "None Stuck Inc", "Large Imports LLC"],
            "rejected_amount": [5.0, 0.0, 6.0],
            "returned_amount": [0.0, 0.0, 3.0],
        }
    )
    plots.largest_payees(frame, ax=ax)
    assert [label.get_text() for label in ax.get_yticklabels()] == [
        "Small \\$ Co\nXXX-XX-3456",
        "Large Imports LLC\n98-765432101",
    ]
    assert told(ax) == ["no ACH on file", "returned"]
    assert [bar.get_width() for bar in ax.patches] == [5.0, 6.0, 0.0, 3.0]  # type: ignore[attr-defined] # bars


@pytest.mark.parametrize(
    ("plot", "columns"),
    [
        (plots.stuck_over_time, ["report_date", "stuck_amount"]),
        (plots.by_week, GROUPED),
        (plots.by_month, GROUPED),
        (plots.check_vs_ach, GROUPED),
        (plots.where_the_money_is, ["disposition", "amount"]),
        (plots.age_bands, ["age_band", "amount"]),
        (plots.largest_payees, ["payee_id", "company_name", "rejected_amount", "returned_amount"]),
    ],
)
def test_nothing_to_show_is_said_and_a_missing_column_named(
    plot: Callable[..., Axes], columns: list[str], ax: Axes
) -> None:
    kinds = {
        name: "datetime64[us]" if "date" in name else "float64" if "amount" in name else "str"
        for name in columns
    }
    empty = pd.DataFrame({name: pd.Series([], dtype=kind) for name, kind in kinds.items()})
    assert "nothing to show" in [text.get_text() for text in plot(empty, ax=ax).texts]
    with pytest.raises(ColumnsMissingError, match=columns[-1]):
        plot(empty.drop(columns=columns[-1]), ax=ax)


def test_a_figure_is_made_where_none_is_given_and_the_frame_stays(summary: WeeklySummary) -> None:
    settings, mine = dict(mpl.rcParams), summary.by_payee.copy()
    with warnings.catch_warnings():
        warnings.simplefilter("error")
        figure = plots.largest_payees(summary.by_payee, top=3).figure
    assert figure is not None
    assert dict(mpl.rcParams) == settings
    pd.testing.assert_frame_equal(summary.by_payee, mine)


def test_money_on_an_axis_is_short() -> None:
    assert [plots.short_money(each) for each in (1_000_000, 1_500, 12.5, -2_000)] == [
        "$1M",
        "$1.5K",
        "$12.50",
        "-$2K",
    ]
