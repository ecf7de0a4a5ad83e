"""Mangled cells in text and in workbooks: what is proven is repaired and said with its cell, nothing is guessed."""

from __future__ import annotations

import datetime as dt
import io
from typing import Any

import pytest
import xlsxwriter
from openpyxl.utils.datetime import MAC_EPOCH

import rev603
from rev603.errors import LineError


def _as_text(book: Any) -> None:
    for row in book["Main Report"].iter_rows():
        for cell in row:
            if isinstance(cell.value, str):
                cell.data_type = "s"  # ="0212" is text here, not a formula


def _both(make: Any, **changes: Any) -> list[rev603.Report]:
    """Read two lines, of which the second has some cells changed, as text and as a workbook."""
    rows = make.table([make.line(0), make.line(1, **changes)])
    return [rev603.read(make.csv(rows)), rev603.read(make.book(rows, edit=_as_text))]


def _codes(report: rev603.Report) -> list[str]:
    return [code for code in report.issues["code"] if code != "totals-absent"]


def _in_a_workbook(value: Any, name: str, make: Any) -> rev603.Report:
    """Read a real number written into the second line of a workbook."""
    stream = io.BytesIO()
    book = xlsxwriter.Workbook(stream, {"in_memory": True})
    page = book.add_worksheet("Main Report")
    rows = make.table([make.line(0), make.line(1, **{name: None})])
    for at, row in enumerate(rows):
        page.write_row(at, 0, row)
    at = next(place for place, cell in enumerate(make.line(1, **{name: "here"})) if cell == "here")
    page.write_number(2, at, value)
    book.close()
    return rev603.read(io.BytesIO(stream.getvalue()))


REPAIRED = {
    '="0212"': ("port_code", '="0212"', "0212", ["wrapper-removed"], "Q3"),
    "leading apostrophe": ("refund_id", "'0603000009", "0603000009", ["wrapper-removed"], "A3"),
    "apostrophe before an amount's sign": ("address", "'-5 Quay", "-5 Quay", ["wrapper-removed"], "F3"),
    "trailing .0": ("port_code", "3802.0", "3802", ["decimal-tail-removed"], "Q3"),
    "lost zero of a port": ("port_code", "212", "0212", ["zero-restored"], "Q3"),
    "lost zeros of a team": ("team_number", "7", "007", ["zero-restored"], "P3"),
    "lost zero and trailing .0": (
        "port_code",
        "212.0",
        "0212",
        ["decimal-tail-removed", "zero-restored"],
        "Q3",
    ),
    "zero-width space": ("refund_id", "06030\u200b00009", "0603000009", ["invisible-removed"], "A3"),
    "byte order mark": ("payee_id", "\ufeff98-765430000", "98-765430000", ["invisible-removed"], "C3"),
    "soft hyphen": ("team_number", "J\u00adBN", "JBN", ["invisible-removed"], "P3"),
}


@pytest.mark.parametrize("case", REPAIRED.values(), ids=REPAIRED)
def test_what_can_be_proven_is_repaired_and_said_with_its_cell(
    make: Any, case: tuple[str, str, str, list[str], str]
) -> None:
    name, mangled, whole, codes, cell = case
    for report, sheet in zip(_both(make, **{name: mangled}), ("", "Main Report!"), strict=True):
        assert report.refunds[name].tolist()[1] == whole
        assert _codes(report) == codes
        assert report.issues["message"].str.startswith(f"{sheet}{cell}: ").sum() == len(codes)
        assert report.issues["source_row"].tolist()[: len(codes)] == [3] * len(codes)


def test_unseen_characters_within_a_name_stay_as_some_scripts_need_them(make: Any) -> None:
    for report in _both(make, company_name="\u200bQuell\u200dharbor\ufeff"):
        assert report.refunds["company_name"].tolist()[1] == "Quell\u200dharbor"
        assert _codes(report) == ["invisible-removed"]


@pytest.mark.parametrize("document", ["3512345673", "3512345673.0"])
def test_lost_zero_of_an_entry_number_by_its_check_digit(make: Any, document: str) -> None:
    # 0 3 5 1 2 3 4 5 6 7 | 3: every second digit doubled adds up to 40 with the zero in front
    for report in _both(make, document_number=document, filer_code="035"):
        assert report.refunds["entry_number"].tolist()[1] == "03512345673"
        assert _codes(report)[-1] == "zero-restored"


def test_lost_zeros_of_real_numbers(make: Any) -> None:
    assert _in_a_workbook(212, "port_code", make).refunds["port_code"].tolist()[1] == "0212"
    assert _in_a_workbook(7, "team_number", make).refunds["team_number"].tolist()[1] == "007"
    report = _in_a_workbook(3512345673, "document_number", make)
    assert report.refunds["entry_number"].tolist()[1] == "03512345673"
    assert "zero-restored" in _codes(report)


def test_lost_zero_of_a_filer_code_by_the_entry_number(make: Any) -> None:
    for report in _both(make, document_number="00757665963", filer_code="7"):
        assert report.refunds["filer_code"].tolist()[1] == "007"
        assert _codes(report) == ["zero-restored"]


NO_ENTRY_NUMBERS = [
    "MYK/2800086/4", "MYK.2800086.4", "MYK2800086", "28000864", "757665963", "0MYK28000864", "MYK28OOO864",
    "MYK28000864,MYK28102637", "MYK28000864\nMYK28102637", "\uff1660576072486",
]  # fmt: skip


@pytest.mark.parametrize("document", NO_ENTRY_NUMBERS)
def test_what_is_no_entry_number_is_kept_as_it_stands_and_named(make: Any, document: str) -> None:
    for report in _both(make, document_number=document):
        assert report.refunds["document_number"].tolist()[1] == document
        assert report.refunds["entry_number"].isna().tolist() == [False, True]
        assert _codes(report) == ["document-unusual"]


@pytest.mark.parametrize(
    "document",
    [
        "MYK-2810263-7",
        "MYK 2810263 7",
        "MYK2810263-7",
        "myk-2810263-7",
        "\u00a0MYK28102637 ",
        "MYK\u20112810263\u20117",
    ],
)
def test_an_entry_number_in_every_spelling(make: Any, document: str) -> None:
    for report in _both(make, document_number=document):
        assert report.refunds["entry_number"].tolist() == ["MYK28000864", "MYK28102637"]
        assert report.refunds["document_number"].tolist()[1] == "MYK28102637"
        assert set(_codes(report)) <= {"spelling-settled"}  # said where the spelling was another


@pytest.mark.parametrize(
    "text", ["1.23E+11", "1.23456E11", "1,23E+11", "1e+11", "1.23456789012345E+17", "1.23E-05", "6.05761e10"]
)
@pytest.mark.parametrize("name", ["refund_id", "check_or_trace_number"])
def test_scientific_notation_cannot_be_repaired_and_is_said(make: Any, name: str, text: str) -> None:
    for report in _both(make, **{name: text}):
        assert report.refunds[name].tolist()[1] == text
        assert report.issues[["code", "source_row", "value"]].values.tolist()[0] == [
            "scientific-notation",
            3,
            text,
        ]


@pytest.mark.parametrize("text", ["1234567890123450", "123456789012345000000"])
def test_a_number_cut_to_15_digits_is_said(make: Any, text: str) -> None:
    for report in _both(make, check_or_trace_number=text):
        assert report.refunds["check_or_trace_number"].tolist()[1] == text
        assert _codes(report) == ["digits-lost"]
    report = _in_a_workbook(int(text), "check_or_trace_number", make)
    assert _codes(report) == ["digits-lost"]


@pytest.mark.parametrize("error", ["#MULTIVALUE", "#EMPTY", "#ERROR", "#N/A", "#REF!", "#VALUE!", "#DIV/0!"])
def test_an_error_as_text_is_never_a_blank(make: Any, error: str) -> None:
    for name in ("total_refund_amount", "refund_date", "payee_id"):
        rows = make.table([make.line(0), make.line(1, **{name: error})])
        for stream in (make.csv(rows), make.book(rows, edit=_as_text)):
            with pytest.raises(LineError, match="spreadsheet error"):
                rev603.read(stream)
    for report in _both(make, care_of=error):
        assert report.refunds["care_of"].tolist()[1] == error
        assert _codes(report) == ["cell-error-kept"]


@pytest.mark.parametrize("error", ["#N/A", "#REF!", "#VALUE!", "#DIV/0!", "#NAME?", "#NUM!", "#NULL!"])
def test_a_real_error_cell_is_never_a_blank(make: Any, error: str) -> None:
    for cell, name in (("C3", "payee_id"), ("E3", "care_of"), ("N3", "check_or_ach")):

        def spoil(book: Any, cell: str = cell) -> None:
            book["Main Report"][cell].value, book["Main Report"][cell].data_type = error, "e"

        stream = make.book(make.table(make.lines(2)), edit=spoil)
        if name == "care_of":
            report = rev603.read(stream)
            assert (report.refunds[name].tolist()[1], _codes(report)) == (error, ["cell-error-kept"])
        else:
            with pytest.raises(LineError, match=f"Main Report!{cell}: "):
                rev603.read(stream)


NINTH = "2026-11-09"
DATES_AS_TEXT = [
    "11/09/2026", "11/9/2026", "11/9/26", "11/09/26 0:00", "11/9/2026 12:00:00 AM", "2026-11-09", "2026-11-09T00:00:00Z",
    "2026-11-9", "2026/11/09", "2026.11.09", "20261109", "09-NOV-26", "9-Nov-2026", "Nov 9, 2026", "November 9 2026",
    "46335", "46335.0", "46335.99999", "'11/09/2026", '="11/09/2026"', "11/09/2026\u00a0", "\ufeff11/09/2026",
]  # fmt: skip
NO_DATES = [
    "00/00/0000", "0000-00-00", "11/09/0026", "01/01/1900", "12/31/9999", "60", "61", "1762646400000", "11092026",
    "2026-313", "9 Nov", "-", "N/A", "11/09/2026 - 11/10/2026", "\uff11\uff11/09/2026", "0", "46335,5",
]  # fmt: skip


@pytest.mark.parametrize("text", DATES_AS_TEXT)
def test_a_date_as_text(make: Any, text: str) -> None:
    rows = make.table([make.line(0, refund_date=text)])
    for stream in (make.csv(rows), make.book(rows, edit=_as_text)):
        report = rev603.read(stream)
        assert [f"{day:%Y-%m-%d}" for day in report.refunds["refund_date"]] == [NINTH]
        assert set(_codes(report)) <= {"wrapper-removed", "invisible-removed"}


@pytest.mark.parametrize("text", NO_DATES)
def test_what_only_looks_like_a_date_is_refused(make: Any, text: str) -> None:
    rows = make.table([make.line(0), make.line(1, refund_date=text)])
    for stream in (make.csv(rows), make.book(rows, edit=_as_text)):
        with pytest.raises(LineError, match=r"G3: the cell is not a date"):
            rev603.read(stream)


def test_a_blank_date_is_named(make: Any) -> None:
    for report in _both(make, refund_date=None):
        assert report.refunds["refund_date"].isna().tolist() == [False, True]
        assert _codes(report) == ["value-missing"]


@pytest.mark.parametrize("epoch", [1900, 1904])
@pytest.mark.parametrize("form", ["real date", "serial", "serial as text", "serial as text with .0"])
def test_serials_and_real_dates_of_1900_and_1904(make: Any, epoch: int, form: str) -> None:
    """Day 1 of Excel is 1900-01-01, but it counts a 29 February 1900 that never was; day 0 of a Mac is 1904-01-01."""
    serial = 46335 if epoch == 1900 else 46335 - 1462
    cell = {"real date": dt.date(2026, 11, 9), "serial": serial, "serial as text": str(serial),
            "serial as text with .0": f"{serial}.0"}[form]  # fmt: skip

    def edit(book: Any) -> None:
        if epoch == 1904:
            book.epoch = MAC_EPOCH
            book["Main Report"]["G2"].value = cell

    report = rev603.read(make.book(make.table([make.line(0, refund_date=cell)]), edit=edit))
    assert [f"{day:%Y-%m-%d}" for day in report.refunds["refund_date"]] == [NINTH]


@pytest.mark.parametrize("serial", [0, 1, 59, 60, 61])
def test_the_phantom_29_february_1900_and_its_neighbours_are_no_refund_dates(make: Any, serial: int) -> None:
    for stream in (make.csv, make.book):
        with pytest.raises(LineError, match="between 1990 and 2100"):
            rev603.read(stream(make.table([make.line(0, refund_date=serial)])))


MONTH_AND_DAY: dict[str, tuple[list[str], list[str] | None]] = {
    "M/D": (["02/06/2026", "11/10/2026"], ["2026-02-06", "2026-11-10"]),
    "M/D, proven": (["02/06/2026", "11/13/2026"], ["2026-02-06", "2026-11-13"]),
    "D/M, proven": (["02/06/2026", "13/11/2026"], ["2026-06-02", "2026-11-13"]),
    "both": (["13/11/2026", "11/14/2026"], None),
    "both, two-digit years": (["13/11/26", "11/14/2026"], None),
    "dotted, either": (["02.06.2026", "03.06.2026"], None),
    "dotted, D.M": (["02.06.2026", "13.06.2026"], ["2026-06-02", "2026-06-13"]),
}


@pytest.mark.parametrize(("dates", "expected"), MONTH_AND_DAY.values(), ids=MONTH_AND_DAY)
def test_month_and_day_are_decided_by_the_whole_column_or_refused(
    make: Any, dates: list[str], expected: list[str] | None
) -> None:
    rows = make.table([make.line(at, refund_date=date) for at, date in enumerate(dates)])
    for stream in (make.csv(rows), make.book(rows)):
        if expected is None:
            with pytest.raises(LineError, match="can be month/day and day/month"):
                rev603.read(stream)
            continue
        report = rev603.read(stream)
        assert [f"{day:%Y-%m-%d}" for day in report.refunds["refund_date"]] == expected
        assert ("date-day-first" in _codes(report)) is (expected[0] == "2026-06-02")


AMOUNTS = {
    "$1,234.56": 1234.56, "$ 1,234.56": 1234.56, "1234.56": 1234.56, "(1,234.56)": -1234.56, "($1,234.56)": -1234.56,
    "-1,234.56": -1234.56, "\u22121,234.56": -1234.56, "1,234.56-": -1234.56,
    "USD 1,234.56": 1234.56, "'1,234.56": 1234.56, '="1234.56"': 1234.56, "$-": 0.0, "1,234.56\u00a0": 1234.56,
    "\u200b$1,234.56": 1234.56, "$1,234.5": 1234.5, ".50": 0.5,
}  # fmt: skip
NO_AMOUNTS = [
    "1.234,56", "1.234", "1234,56", "12,5", "5,00", "1.234.567,89", "1\u00a0234.56", "1\u2009234.56", "1\u202f234,56",
    "1'234.56", "12,34,567.00", "\uff11\uff12.00", "5%", "\u20ac5.00", "CAD 5.00", "(5.00", "--5.00", "5.005", "1E3",
    "5.00 DR", "TBD", "Error 2042",
]  # fmt: skip


@pytest.mark.parametrize(("text", "dollars"), AMOUNTS.items())
def test_an_amount_in_every_spelling(make: Any, text: str, dollars: float) -> None:
    for report in _both(make, total_refund_amount=text):
        assert report.refunds["amount"].tolist() == [100.01, dollars]


@pytest.mark.parametrize("text", NO_AMOUNTS)
def test_an_amount_that_could_be_another_is_refused_with_its_cell(make: Any, text: str) -> None:
    rows = make.table([make.line(0), make.line(1, total_refund_amount=text)])
    for stream in (make.csv(rows), make.book(rows, edit=_as_text)):
        with pytest.raises(LineError, match="L3: the cell is not an amount of dollars"):
            rev603.read(stream)


def test_formulas_count_by_their_cached_value_or_not_at_all(make: Any) -> None:
    stream = io.BytesIO()
    book = xlsxwriter.Workbook(stream, {"in_memory": True})
    page = book.add_worksheet("Main Report")
    for at, row in enumerate(make.table(make.lines(2))):
        page.write_row(at, 0, row)
    page.write_formula("L3", "=SUM(L2,100.01)", None, 200.02)
    page.write_formula("Q3", '="0212"', None, "0212")
    page.write_formula("G3", "=TODAY()", None, 46335)
    book.close()
    report = rev603.read(io.BytesIO(stream.getvalue()))
    line = report.refunds.iloc[1]
    assert (line["amount"], line["port_code"], f"{line['refund_date']:%Y-%m-%d}") == (200.02, "0212", NINTH)
    rows = make.table(make.lines(2))
    rows[2][11] = "=SUM(L2,100.01)"
    with pytest.raises(LineError, match="Main Report!L3"):
        rev603.read(make.book(rows))
