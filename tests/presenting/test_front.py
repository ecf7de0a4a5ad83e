"""The weekly workbook: the first sheet answers, the sheets behind it hold every line."""

from __future__ import annotations

import datetime as dt
from dataclasses import replace
from typing import TYPE_CHECKING, Any

import openpyxl
import pandas as pd
import pytest

from rev603.errors import ColumnsMissingError
from rev603.presenting.front import write_view
from rev603.presenting.weekly import weekly_summary
from rev603.vocabulary.guide import guide

if TYPE_CHECKING:
    from collections.abc import Callable
    from pathlib import Path

    from rev603.presenting.weekly import WeeklySummary

_SHEETS = [
    "Summary",
    "Act now",
    "Ask CBP",
    "Stuck",
    "New",
    "Cleared",
    "Where it is",
    "By payee",
    "By notify party",
]
_SHEETS += [
    "Check vs ACH",
    "Printed vs received",
    "Movement",
    "Changes",
    "Trend",
    "Coverage",
    "Issues",
    "Sources",
]


def book_of(summary: WeeklySummary, folder: Path) -> openpyxl.Workbook:
    write_view(summary.view(), folder / "w.xlsx")
    return openpyxl.load_workbook(folder / "w.xlsx")


def charts_of(book: openpyxl.Workbook) -> list[Any]:
    front: Any = book["Summary"]
    return list(front._charts)


def front_of(book: openpyxl.Workbook) -> list[list[Any]]:
    return [[cell.value for cell in row] for row in book["Summary"].iter_rows()]


def test_sheets_stand_in_the_order_of_use_and_empty_ones_are_left_out(
    summary: WeeklySummary, tmp_path: Path
) -> None:
    assert book_of(summary, tmp_path).sheetnames == _SHEETS


def test_the_first_sheet_answers(summary: WeeklySummary, tmp_path: Path) -> None:
    front = front_of(book_of(summary, tmp_path))
    total = summary.totals
    cells = [value for row in front for value in row if value is not None]
    assert front[0][0] == "Stuck refunds"
    assert front[1][0] == "State on 03/20/2026, compared with 03/13/2026"
    label = next(number for number, row in enumerate(front) if row[0] == "Stuck amount")
    figures = dict(zip(front[label], front[label + 1], strict=True))
    assert figures["Stuck amount"] == total["stuck_amount"]
    # 40 rejected and 2 returned, of the 4 companies with 3 suffixes each
    assert (figures["Stuck lines"], figures["Importer numbers"], figures["Companies"]) == (42, 12, 4)
    assert figures["Oldest refund"] == dt.datetime(2025, 11, 8)  # 132 days before 03/20/2026  # noqa: DTZ001
    assert "1 of 2 reports tie out with the totals stated, 1 without totals: see Sources." in cells
    moved = {row[0]: (row[1], row[2]) for row in front if row[0]}
    assert moved["plus new"] == (14, total["newly_stuck_amount"])
    assert moved["less cleared"] == (-4, -total["cleared_amount"])
    opening, closing = moved["Stuck on 03/13/2026"], moved["Stuck on 03/20/2026"]
    assert round((opening[1] + moved["plus new"][1] + moved["less cleared"][1]) * 100) == round(
        closing[1] * 100
    )
    where = {row[4]: (row[5], row[6]) for row in front if row[4]}
    # 30 paid by ACH and the 4 that were reissued so
    assert (where["paid by ACH"][0], where["paid by check"][0], where["returned"][0]) == (34, 4, 2)
    assert where["All refunds"] == (80, total["amount"])


@pytest.mark.long
def test_what_could_not_be_judged_stands_on_top_in_red(doubtful: WeeklySummary, tmp_path: Path) -> None:
    book = book_of(doubtful, tmp_path)
    top = [row[0] for row in book["Summary"].iter_rows(max_row=5)]
    assert top[2].value == "Look at this first: not everything could be judged"
    assert str(top[3].value).startswith(
        "Status not documented: 3 lines, $52,862.22 in week12.xlsx; Frobnicated"
    )
    assert {cell.fill.fgColor.rgb for cell in top[2:]} == {"00F9DEDC"}
    assert book.sheetnames[1] == "Not judged"
    assert [cell.value for cell in book["Not judged"][5]][:3] == ["status not documented", "week12.xlsx", 3]


def test_who_must_act_is_named_with_the_largest_amounts(summary: WeeklySummary, tmp_path: Path) -> None:
    front = front_of(book_of(summary, tmp_path))
    first = summary.worklist.iloc[0]
    line = next(row for row in front if row[2] == first["amount"])
    party = f"Hypothetical Brokers Inc (notify party of {first['company_name']}, {first['payee_id']})"
    assert (first["actor"], line[0]) == ("notify party", party)
    assert line[1] == first["days_waiting"]
    step = guide().steps[first["step"]]
    assert line[4] == f"{step.act}: {first['evidence']}. {step.contact.line}"
    more = len(summary.worklist) - 5
    assert any(row[0] == f"and {more} more: see Act now" for row in front)


def test_every_sheet_can_be_reached_from_the_first(summary: WeeklySummary, tmp_path: Path) -> None:
    ws = book_of(summary, tmp_path)["Summary"]
    links = {cell.value: cell.hyperlink.location for row in ws.iter_rows() for cell in row if cell.hyperlink}
    assert {name: f"'{name}'!A1" for name in _SHEETS[1:]}.items() <= links.items()


def test_the_charts_draw_the_sheets_behind_them(summary: WeeklySummary, tmp_path: Path) -> None:
    book = book_of(summary, tmp_path)
    drawn = [(chart.series[0].val.numRef.f, chart.series[0].cat.numRef.f) for chart in charts_of(book)]
    assert drawn == [
        ("'Trend'!$C$5:$C$6", "'Trend'!$A$5:$A$6"),
        ("'Summary'!$C$16:$C$20", "'Summary'!$A$16:$A$20"),
    ]
    assert [row[0].value for row in book["Trend"]["C5:C6"]] == summary.trend["stuck_amount"].tolist()
    bands = summary.stuck["age_band"].tolist()
    for name, lines, amount in book["Summary"]["A16:C20"]:
        band = str(name.value).removesuffix(" days")
        by_hand = summary.stuck.loc[summary.stuck["age_band"] == band, "amount"].tolist()
        assert lines.value == bands.count(band)
        assert round(amount.value * 100) == sum(round(each * 100) for each in by_hand)


def test_every_line_is_there_and_its_place_in_the_source(summary: WeeklySummary, tmp_path: Path) -> None:
    rows = [[cell.value for cell in row] for row in book_of(summary, tmp_path)["Stuck"].iter_rows()]
    head, lines = rows[3], rows[4:]
    assert len(lines) == len(summary.stuck)
    assert [line[head.index("Refund ID")] for line in lines] == summary.stuck["refund_id"].tolist()
    assert [line[head.index("Row")] for line in lines] == summary.stuck["source_row"].tolist()
    assert lines[0][head.index("Address")] == "1 Nowhere St Springfield NY 00000"


def test_sources_say_what_was_stated_and_what_was_read(summary: WeeklySummary, tmp_path: Path) -> None:
    rows = [[cell.value for cell in row] for row in book_of(summary, tmp_path)["Sources"].iter_rows()]
    second = dict(zip(rows[3], rows[5], strict=True))
    assert second["Amount stated"] == second["Amount found"] == summary.totals["amount"]
    assert (second["Ties out"], second["Content hash (SHA-256)"]) == ("yes", "0b7e" * 16)
    assert rows[4][rows[3].index("Ties out")] is None


@pytest.mark.long
@pytest.mark.parametrize(
    ("ties", "said", "color"),
    [
        ([True, True], "2 reports read, and every one ties out with the totals that it states.", "00DFF2E3"),
        ([True, False], "1 of 2 reports tie out with the totals stated, 1 not: see Sources.", "00F9DEDC"),
        (
            [None, None],
            "2 reports read; whether they tie out with totals of their own cannot be told.",
            "00FFF2CC",
        ),
    ],
)
def test_the_verdict_is_said_in_words_and_in_color(
    ties: list[bool | None], said: str, color: str, make_history: Callable[..., pd.DataFrame], tmp_path: Path
) -> None:
    history = make_history()
    for source, tied in zip(history.attrs["rev603"]["sources"], ties, strict=True):
        source["ties_out"] = tied
        source["total_refund_amount_stated"] = None if tied is None else 1.00
    ws = book_of(weekly_summary(history), tmp_path)["Summary"]
    cell = next(cell for row in ws.iter_rows() for cell in row if cell.value == said)
    assert cell.fill.fgColor.rgb == color


@pytest.mark.long
def test_a_first_week_is_compared_with_nothing(
    make_history: Callable[..., pd.DataFrame], tmp_path: Path
) -> None:
    book = book_of(weekly_summary(make_history(), week_ending="2026-03-13"), tmp_path)
    front = front_of(book)
    assert front[1][0] == "State on 03/13/2026, there is no older report to compare it with"
    assert not any(row[0] == "What changed" for row in front)
    assert len(charts_of(book)) == 1


def test_missing_dates_names_and_numbers_do_not_stop_the_report(
    make_history: Callable[..., pd.DataFrame], tmp_path: Path
) -> None:
    history = make_history(8)
    bare = history.assign(
        refund_date=pd.Series([pd.NaT] * len(history), dtype="datetime64[us]"), company_name=None, payee_id=None,
        care_of=pd.Series([None] * len(history), dtype="str"), address=None,
    ).astype({"company_name": "str", "payee_id": "str", "address": "str"})  # fmt: skip
    bare.attrs = {"rev603": {"sources": history.attrs["rev603"]["sources"], "issues": []}}
    book = book_of(weekly_summary(bare), tmp_path)
    front = front_of(book)
    label = next(number for number, row in enumerate(front) if row[0] == "Stuck amount")
    assert dict(zip(front[label], front[label + 1], strict=True))["Oldest refund"] == "none"
    assert any(row[0] == "no name (no number)" for row in front)
    assert book["Issues"]["A5"].value == "None."


@pytest.mark.long
def test_a_history_without_the_columns_that_no_answer_needs_is_shown_without_them(
    make_history: Callable[..., pd.DataFrame], tmp_path: Path
) -> None:
    history = make_history(8).drop(columns=["address", "center_id", "source_sheet", "port_code"])
    head = [cell.value for cell in book_of(weekly_summary(history), tmp_path)["Stuck"][4]]
    assert "Days waiting" in head
    assert "Address" not in head


@pytest.mark.parametrize(
    ("name", "column"), [("cleared", "seen_on"), ("worklist", "evidence"), ("stuck", "cause")]
)
def test_a_column_that_the_analyses_no_longer_give_is_an_error_and_not_passed_over(
    name: str, column: str, summary: WeeklySummary, tmp_path: Path
) -> None:
    short = replace(summary, **{name: getattr(summary, name).drop(columns=column)})
    with pytest.raises((ColumnsMissingError, KeyError), match=column):
        short.to_excel(tmp_path / "w.xlsx")


@pytest.mark.long
def test_long_tables_go_on_on_further_sheets(
    make_summary: Callable[..., WeeklySummary], tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("rev603.presenting.workbook.MAX_ROWS", 30)
    book = book_of(make_summary(60), tmp_path)
    assert [name for name in book.sheetnames if name.startswith("Stuck")] == [
        "Stuck",
        "Stuck (2)",
        "Stuck (3)",
    ]


@pytest.mark.long
def test_the_same_week_gives_the_same_bytes(
    make_summary: Callable[..., WeeklySummary], tmp_path: Path
) -> None:
    for name in ("a.xlsx", "b.xlsx"):
        make_summary(30).to_excel(tmp_path / name)
    assert (tmp_path / "a.xlsx").read_bytes() == (tmp_path / "b.xlsx").read_bytes()
