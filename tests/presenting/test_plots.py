"""Plots: an Axes from a frame, with the figures of the frame, and nothing of the user's changed."""

from __future__ import annotations

import warnings
from typing import TYPE_CHECKING, Any

import matplotlib as mpl
import pandas as pd
import pytest
from matplotlib import pyplot as plt
from matplotlib.figure import Figure

from rev603.errors import ColumnsMissingError
from rev603.presenting import plots

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

    from matplotlib.axes import Axes

    from rev603.presenting.weekly import WeeklySummary


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


def test_weeks_are_split_by_what_became_of_the_refunds(ax: Axes) -> None:
    assert plots.by_week(refunds(), ax=ax) is ax
    # ACH, check, rejected, otherwise unpaid; each in two weeks
    assert heights(ax) == [[10.10, -3.00], [0.0, 5.00], [20.20, 0.0], [0.0, 7.07]]
    # in the second week 7.07 stands on 5.00
    assert [round(group[1].get_y(), 2) for group in ax.containers] == [0.0, 0.0, 5.0, 5.0]
    legend = ax.get_legend()
    assert legend is not None
    assert [text.get_text() for text in legend.get_texts()] == [
        "ACH",
        "check",
        "rejected",
        "otherwise unpaid",
    ]


def test_what_was_taken_back_hangs_below_the_line(ax: Axes) -> None:
    one_week = refunds().iloc[[0, 2]].assign(refund_date=pd.Timestamp("2026-03-02"), amount=[10.0, -4.0])
    plots.by_week(one_week, ax=ax)
    ach, check = (group[0] for group in ax.containers[:2])
    assert (ach.get_y(), ach.get_height()) == (0.0, 10.0)
    assert (check.get_y(), check.get_height()) == (0.0, -4.0)


def test_age_bands_show_every_band(ax: Axes, summary: WeeklySummary) -> None:
    plots.age_bands(summary.rejected, ax=ax)
    by_hand = [
        round(
            sum(
                a
                for a, b in zip(summary.rejected["amount"], summary.rejected["age_band"], strict=True)
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
            "rejected_amount": [5.0, 0.0, 9.0],
        }
    )
    plots.largest_payees(frame, ax=ax)
    assert [label.get_text() for label in ax.get_yticklabels()] == [
        "Small \\$ Co\nXXX-XX-3456",
        "Large Imports LLC\n98-765432101",
    ]
    assert heights(ax) == [[0.7, 0.7]]
    assert [bar.get_width() for bar in ax.patches] == [5.0, 9.0]  # type: ignore[attr-defined] # bars


@pytest.mark.parametrize(
    ("plot", "columns"),
    [
        (plots.stuck_over_time, ["report_date", "stuck_amount"]),
        (plots.by_week, ["refund_id", "refund_date", "amount", "refund_secondary_status", "check_or_ach"]),
        (plots.age_bands, ["age_band", "amount"]),
        (plots.largest_payees, ["payee_id", "company_name", "rejected_amount"]),
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
