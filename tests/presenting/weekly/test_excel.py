"""The weekly workbook: the first sheet answers, the sheets behind it hold every line."""

from __future__ import annotations

import datetime as dt
from dataclasses import replace
from typing import TYPE_CHECKING, Any

import numpy as np
import openpyxl
import pandas as pd
import pytest

from rev603.presenting.weekly.excel import write_weekly

if TYPE_CHECKING:
    from collections.abc import Callable
    from pathlib import Path

    from rev603.presenting.weekly import WeeklySummary

_SHEETS = ["Summary", "Act now", "Rejected", "New", "Cleared", "Returned", "By payee", "By notify party"]
_SHEETS += ["Check vs ACH", "Changes", "Trend", "Issues", "Sources"]


def book_of(summary: WeeklySummary, folder: Path, **how: Any) -> openpyxl.Workbook:
    write_weekly(summary, folder / "w.xlsx", **how)
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
    assert front[0][0] == "Refunds stuck for want of a bank account"
    assert front[1][0] == "State on 03/20/2026, compared with 03/13/2026"
    label = next(number for number, row in enumerate(front) if row[0] == "Stuck amount")
    figures = dict(zip(front[label], front[label + 1], strict=True))
    assert figures["Stuck amount"] == total["rejected_amount"]
    assert (figures["Stuck lines"], figures["Payees"]) == (40, total["rejected_payees"])
    assert figures["Oldest refund"] == dt.datetime.fromisoformat(total["oldest_refund_date"])
    assert "1 of 2 reports tie out with the totals stated; 1 states none: see Sources." in cells
    moved = {row[0]: (row[1], row[2]) for row in front if row[0]}
    assert moved["plus new"] == (10, total["new_rejects_amount"])
    assert moved["less cleared"] == (-4, -total["cleared_amount"])
    opening, closing = moved["Stuck on 03/13/2026"], moved["Stuck on 03/20/2026"]
    assert round((opening[1] + moved["plus new"][1] + moved["less cleared"][1]) * 100) == round(
        closing[1] * 100
    )
    paid = {row[4]: (row[5], row[6]) for row in front if row[4]}
    assert paid["ACH"] == (30, 1_234_567.89)
    assert paid["All refunds"] == (76, total["amount"])


def test_who_must_act_is_named_with_the_largest_amounts(summary: WeeklySummary, tmp_path: Path) -> None:
    front = front_of(book_of(summary, tmp_path))
    first = summary.worklist.iloc[0]
    line = next(row for row in front if row[2] == first["amount"])
    assert (first["actor"], line[0]) == ("notify party", "Hypothetical Brokers Inc (notify party)")
    assert line[1] == first["days_waiting"]
    assert line[4].startswith("Enroll a U.S. bank account in ACE, tab ACH Refund Authorization")
    assert f"for {first['company_name']} ({first['payee_id']}); {first['evidence']}" in line[4]
    assert "ace.support@cbp.dhs.gov, 866-530-4172" in line[4]
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
        ("'Trend'!$C$5:$C$10", "'Trend'!$A$5:$A$10"),
        ("'Check vs ACH'!$D$5:$D$7", "'Check vs ACH'!$A$5:$A$7"),
    ]
    assert [row[0].value for row in book["Trend"]["C5:C10"]] == summary.trend["stuck_amount"].tolist()
    assert [row[0].value for row in book["Check vs ACH"]["D5:D7"]] == summary.by_method["amount"].tolist()


def test_every_line_is_there_and_its_place_in_the_source(summary: WeeklySummary, tmp_path: Path) -> None:
    rows = [[cell.value for cell in row] for row in book_of(summary, tmp_path)["Rejected"].iter_rows()]
    head, lines = rows[3], rows[4:]
    assert len(lines) == len(summary.rejected)
    assert [line[head.index("Refund ID")] for line in lines] == summary.rejected["refund_id"].tolist()
    assert [line[head.index("Row")] for line in lines] == summary.rejected["source_row"].tolist()
    assert lines[0][head.index("Address")] == "1 Nowhere St Springfield NY 00000"


def test_sources_say_what_was_stated_and_what_was_read(summary: WeeklySummary, tmp_path: Path) -> None:
    rows = [[cell.value for cell in row] for row in book_of(summary, tmp_path)["Sources"].iter_rows()]
    second = dict(zip(rows[3], rows[5], strict=True))
    assert second["Amount stated"] == second["Amount found"] == 1_500_000.25
    assert (second["Ties out"], second["Content hash (SHA-256)"]) == ("yes", "0b7e" * 16)
    assert rows[4][rows[3].index("Ties out")] is None


@pytest.mark.parametrize(
    ("ties", "said", "color"),
    [
        ([True, True], "2 reports read, and every one ties out with the totals that it states.", "00DFF2E3"),
        ([True, False], "1 of 2 reports does not tie out with the totals stated: see Sources.", "00F9DEDC"),
        ([None, None], "No totals to compare with: 2 reports state none.", "00FFF2CC"),
    ],
)
def test_the_verdict_is_said_in_words_and_in_color(
    ties: list[bool | None], said: str, color: str, summary: WeeklySummary, tmp_path: Path
) -> None:
    sources = summary.sources.assign(ties_out=pd.Series(ties, dtype=object))
    ws = book_of(replace(summary, sources=sources), tmp_path)["Summary"]
    cell = next(cell for row in ws.iter_rows() for cell in row if cell.value == said)
    assert cell.fill.fgColor.rgb == color


def test_a_first_week_is_compared_with_nothing(summary: WeeklySummary, tmp_path: Path) -> None:
    first = replace(summary, compared_with=None, trend=summary.trend.tail(1))
    book = book_of(first, tmp_path)
    front = front_of(book)
    assert front[1][0] == "State on 03/20/2026, there is no older report to compare it with"
    assert any(row[0] == "No older report to compare with." for row in front)
    assert len(charts_of(book)) == 1


def test_missing_dates_and_days_do_not_stop_the_report(summary: WeeklySummary, tmp_path: Path) -> None:
    days = pd.array([None] * len(summary.rejected), dtype="Int64")
    work = pd.array([None] * len(summary.worklist), dtype="Int64")
    bare = replace(
        summary,
        rejected=summary.rejected.assign(
            days_waiting=days, refund_date=pd.Series(dtype="datetime64[us]"), amount=np.nan
        ),
        worklist=summary.worklist.assign(days_waiting=work, company_name=None, payee_id=None),
        totals=summary.totals
        | {"oldest_refund_date": None, "longest_wait_days": None, "median_wait_days": None},
        sources=summary.sources[["source_file", "report_date", "lines"]],
        issues=summary.issues.head(0),
    )
    book = book_of(bare, tmp_path)
    front = front_of(book)
    label = next(number for number, row in enumerate(front) if row[0] == "Stuck amount")
    assert dict(zip(front[label], front[label + 1], strict=True))["Oldest refund"] == "none"
    assert any(row[0] == "payee without a name (no number)" for row in front)
    assert book["Issues"]["A5"].value == "None."


def test_long_tables_go_on_on_further_sheets(
    make_summary: Callable[..., WeeklySummary], tmp_path: Path
) -> None:
    book = book_of(make_summary(60), tmp_path, max_rows=30)
    assert [name for name in book.sheetnames if name.startswith("Rejected")] == [
        "Rejected",
        "Rejected (2)",
        "Rejected (3)",
    ]


def test_the_same_week_gives_the_same_bytes(
    make_summary: Callable[..., WeeklySummary], tmp_path: Path
) -> None:
    for name in ("a", "b"):
        write_weekly(make_summary(30), tmp_path / name)
    assert (tmp_path / "a").read_bytes() == (tmp_path / "b").read_bytes()
