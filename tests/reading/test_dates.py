"""Dates: every form that exports show, and day/month only where the whole file can be nothing else."""

from __future__ import annotations

import datetime as dt
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st
from openpyxl.utils.datetime import MAC_EPOCH

import rev603
from rev603.errors import LineError
from rev603.reading.dates import parse_date

SIXTH = dt.date(2026, 2, 6)
FORMS = [
    "02/06/2026", "2/6/2026", "2/6/26", "2/6/2026 0:00", "02/06/2026 12:00:00 AM", "2026-02-06", "2026-02-06 00:00:00",
    "2026-02-06T00:00:00.000Z", "2026-02-06T23:30:00-05:00", "2026/02/06", "20260206", "46059", "46059.75", "6-Feb-2026",
    "6-Feb-26", "06 February 2026", "Feb 6, 2026", "February 06 2026", "2/6/2026 14:35 EST",
]  # fmt: skip
NO_DATES = [
    "10", "1,234", "30 Feb 2026", "0 May 2026",
    "13/13/2026", "2/30/2026", "0/5/2026", "2026-13-01", "1/1/1899", "1/1/2101", "Monday",
    "today", "5 Smarch 2026",
    "6 Monday 2026", "May 2026", "2026", "26-02-06", "02-06-26", "2/6-2026", "0", "1", "99999", "12345678901", "nan",
    "02/06/2026x",
    "\u0660\u0662/06/2026", "2/6/2026\n2/7/2026", "46O59", "1e4", "-46059", "20261306",
]  # fmt: skip


@pytest.mark.parametrize("text", FORMS)
def test_a_date_in_every_form(text: str) -> None:
    assert parse_date(text) == SIXTH


@pytest.mark.parametrize("text", NO_DATES)
def test_what_only_looks_like_a_date_is_refused(text: str) -> None:
    assert parse_date(text) is None


def _read(make: Any, *dates: Any, day: str = "12/31/2026") -> rev603.Report:
    lines = [make.line(at, refund_date=date) for at, date in enumerate(dates)]
    return rev603.read(make.csv([["Today's Date", None, day], *make.table(lines)]))


def _days(report: rev603.Report) -> list[str]:
    return [f"{day:%Y-%m-%d}" for day in report.refunds["refund_date"]]


def _codes(report: rev603.Report) -> list[str]:
    return [code for code in report.issues["code"] if code != "totals-absent"]


@pytest.mark.parametrize("text", [form for form in FORMS if not form.startswith("02-")])
def test_the_forms_in_a_file(make: Any, text: str) -> None:
    report = _read(make, text)
    assert _days(report) == ["2026-02-06"]
    assert _codes(report) == []


def test_month_first_is_the_rule(make: Any) -> None:
    assert _days(_read(make, "02/06/2026", "11/10/2026")) == ["2026-02-06", "2026-11-10"]


def test_day_first_where_the_whole_column_can_be_nothing_else(make: Any) -> None:
    report = _read(make, "02/06/2026", "13/06/2026", day="30/06/2026")
    assert _days(report) == ["2026-06-02", "2026-06-13"]
    assert str(report.header.report_date) == "2026-06-30"
    assert _codes(report) == ["date-day-first"]


def test_the_reports_own_date_decides_too(make: Any) -> None:
    report = _read(make, "02/06/2026", "05/06/2026", day="30/06/2026")
    assert _days(report) == ["2026-06-02", "2026-06-05"]
    report = _read(make, "02/06/2026", "13/06/2026", day="01/07/2026")
    assert str(report.header.report_date) == "2026-07-01"


@pytest.mark.parametrize("dates", [("13/06/2026", "06/13/2026"), ("13/06/2026", "02/06/2026", "06/13/2026")])
def test_a_column_that_is_both_is_refused(make: Any, dates: tuple[str, ...]) -> None:
    with pytest.raises(LineError) as caught:
        _read(make, *dates)
    assert set(caught.value.issues["code"]) == {"date-order-undecided"}
    assert len(caught.value.issues) == len(dates)


def test_slashed_lines_against_the_reports_own_slashes_are_refused(make: Any) -> None:
    with pytest.raises(LineError):
        _read(make, "13/06/2026", "02/06/2026", day="06/30/2026")


@pytest.mark.parametrize("text", ["02.06.2026", "02-06-2026"])
def test_a_dotted_or_dashed_date_that_could_be_both_is_refused(make: Any, text: str) -> None:
    with pytest.raises(LineError):
        _read(make, text)
    other = text.replace("02", "13", 1)
    assert _days(_read(make, text, other)) == ["2026-06-02", "2026-06-13"]


@pytest.mark.parametrize("other", ["2026-06-02", "46059", "06.13.2026"])
def test_slashes_among_other_forms_are_named(make: Any, other: str) -> None:
    """Excel in another country: 06/02/2026 became a real date, of the wrong month; 06/13/2026 stayed text."""
    report = _read(make, other, "06/13/2026")
    assert _codes(report) == ["date-forms-mixed"]


def test_a_date_after_the_reports_own_is_named(make: Any) -> None:
    report = _read(make, "11/14/2026", "11/13/2026", day="11/13/2026")
    assert report.issues[["code", "source_row"]].values.tolist()[0] == ["date-after-report", 3]


def test_what_is_no_date_is_refused_with_its_cell(make: Any) -> None:
    with pytest.raises(LineError) as caught:
        _read(make, "02/06/2026", "13/13/2026", "10")
    assert caught.value.issues[["code", "source_row", "value"]].values.tolist() == [
        ["date-unreadable", 4, "13/13/2026"],
        ["date-unreadable", 5, "10"],
    ]


@pytest.mark.parametrize("epoch", [1900, 1904])
@pytest.mark.parametrize("kind", ["real date", "real date and time", "serial"])
def test_real_dates_and_serials_of_both_date_systems(make: Any, epoch: int, kind: str) -> None:
    zero = dt.date(1899, 12, 30) if epoch == 1900 else dt.date(1904, 1, 1)
    cell = {"real date": dt.date(2026, 2, 6), "real date and time": dt.datetime(2026, 2, 6, 13, 30),  # noqa: DTZ001
            "serial": (SIXTH - zero).days}[kind]  # fmt: skip

    def edit(book: Any) -> None:
        if epoch == 1904:
            book.epoch = MAC_EPOCH
            book["Main Report"]["G2"].value = cell

    report = rev603.read(make.book(make.table([make.line(0, refund_date=cell)]), edit=edit))
    assert _days(report) == ["2026-02-06"]


@given(st.dates(dt.date(1990, 1, 1), dt.date(2099, 12, 31)))
def test_any_day_survives_any_form(day: dt.date) -> None:
    serial = (day - dt.date(1899, 12, 30)).days
    for text in (f"{day:%m/%d/%Y}", f"{day.month}/{day.day}/{day.year} 0:00", day.isoformat(), f"{day} 00:00:00",
                 f"{day:%d-%b-%Y}", f"{day:%B} {day.day}, {day.year}", f"{day:%Y%m%d}", str(serial)):  # fmt: skip
        assert parse_date(text) == day
    assert parse_date(f"{day:%d/%m/%Y}", day_first=True) == day
    assert parse_date(str(serial - 1462), epoch_1904=True) == day
