"""Mangled cells: undone where that can be proven, said either way, never guessed."""

from __future__ import annotations

from typing import Any

import openpyxl.styles
import pytest
import xlsxwriter

import rev603
from rev603.errors import LineError


def _one(make: Any, **changes: Any) -> rev603.Report:
    """Read one line, with one cell changed, from text."""
    return rev603.read(make.csv(make.table([make.line(0), make.line(1, **changes)])))


def _codes(report: rev603.Report) -> list[str]:
    return [code for code in report.issues["code"] if code != "totals-absent"]


@pytest.mark.parametrize("text", ['="0212"', "'0212", '= "0212"', "\u00a00212 "])
def test_wrapped_identifiers_lose_the_wrapper_and_keep_their_zeros(make: Any, text: str) -> None:
    report = _one(make, port_code=text)
    assert report.refunds["port_code"].tolist() == ["0212", "0212"]
    assert _codes(report) == ([] if text.startswith("\u00a0") else ["wrapper-removed"])
    if _codes(report):
        assert report.issues["message"].iloc[0].startswith("Q3: ")


def test_every_cell_wrapped_as_a_sibling_export_does_it(make: Any) -> None:
    line = [f'="{cell}"' if cell else cell for cell in make.line(0)]
    report = rev603.read(make.csv(make.table([line])))
    plain = rev603.read(make.csv(make.table([make.line(0)])))
    names = list(plain.refunds)[:-3]
    assert report.refunds[names].equals(plain.refunds[names])
    assert set(_codes(report)) == {"wrapper-removed"}


def test_an_apostrophe_that_belongs_to_a_name_stays(make: Any) -> None:
    report = _one(make, company_name="'t Hooft Trading", care_of="'=cmd")
    assert report.refunds["company_name"].tolist()[1] == "'t Hooft Trading"
    assert report.refunds["care_of"].tolist()[1] == "=cmd"


@pytest.mark.parametrize(
    "name", ["refund_id", "document_number", "check_or_trace_number", "port_code", "team_number"]
)
def test_a_trailing_point_zero_is_removed(make: Any, name: str) -> None:
    values = {"refund_id": "7001", "document_number": "60576072486", "check_or_trace_number": "404530000000",
              "port_code": "3802", "team_number": "607"}  # fmt: skip
    changes = {name: f"{values[name]}.0"} | ({"filer_code": "605"} if name == "document_number" else {})
    report = _one(make, **changes)
    assert report.refunds[name].tolist()[1] == values[name]
    assert _codes(report) == ["decimal-tail-removed"]


@pytest.mark.parametrize(
    ("name", "mangled", "whole"),
    [
        ("port_code", "212", "0212"),
        ("port_code", "212.0", "0212"),
        ("team_number", "7", "007"),
        ("team_number", "12", "012"),
    ],
)
def test_lost_zeros_of_codes_are_restored(make: Any, name: str, mangled: str, whole: str) -> None:
    report = _one(make, **{name: mangled})
    assert report.refunds[name].tolist()[1] == whole
    assert "zero-restored" in _codes(report)
    messages = report.issues.loc[report.issues["code"] == "zero-restored", "message"].tolist()
    assert f"now '{whole}'" in messages[0]


def test_a_lost_zero_of_an_entry_number_is_restored_by_its_check_digit(make: Any) -> None:
    # a number that begins with one zero, as a spreadsheet program shows it
    report = _one(make, document_number="3512345673", filer_code="035")
    assert report.refunds["entry_number"].tolist()[1] == "03512345673"
    assert _codes(report) == ["zero-restored"]


def test_a_lost_zero_of_a_filer_code_is_restored_by_the_entry_number(make: Any) -> None:
    report = _one(make, document_number="00757665963", filer_code="7")
    assert report.refunds["filer_code"].tolist()[1] == "007"
    assert _codes(report) == ["zero-restored"]


def test_a_short_filer_code_that_nothing_proves_stays(make: Any) -> None:
    report = _one(make, document_number=None, filer_code="7")
    assert report.refunds["filer_code"].tolist()[1] == "7"
    assert set(_codes(report)) == {"code-unusual", "value-missing"}


def test_a_ten_digit_document_that_no_check_digit_proves_stays(make: Any) -> None:
    report = _one(make, document_number="8D59112508", filer_code="08D")
    assert report.refunds["entry_number"].isna().tolist() == [False, True]
    assert report.refunds["document_number"].tolist()[1] == "8D59112508"
    assert _codes(report) == ["document-unusual"]


@pytest.mark.parametrize("text", ["1.23E+11", "6.05761E+10", "1,23E+11", "1e+11"])
def test_scientific_notation_is_kept_and_said_to_be_beyond_repair(make: Any, text: str) -> None:
    report = _one(make, document_number=text)
    assert report.refunds["document_number"].tolist()[1] == text
    assert report.refunds["entry_number"].isna().tolist() == [False, True]
    assert "scientific-notation" in _codes(report)
    assert report.verdict == "accepted with issues"


def test_a_number_cut_to_fifteen_digits_is_said(make: Any) -> None:
    report = _one(make, check_or_trace_number="12345678901234500")
    assert _codes(report) == ["digits-lost"]


@pytest.mark.parametrize("text", ["1E5", "12E4", "0E1"])
def test_ids_that_look_like_numbers_stay_as_they_are(make: Any, text: str) -> None:
    for stream in (make.csv, make.book):
        report = rev603.read(stream(make.table([make.line(0), make.line(1, refund_id=text)])))
        assert report.refunds["refund_id"].tolist()[1] == text
        assert _codes(report) == []


@pytest.mark.parametrize(
    "name", ["NA", "N/A", "nan", "NaN", "None", "null", "NULL", "TRUE", "1E5", "#1 Imports", "-", "inf", "00"]
)
def test_names_that_other_readers_take_for_something_else(make: Any, name: str) -> None:
    for stream in (make.csv, make.book):
        report = rev603.read(
            stream(make.table([make.line(0, company_name=name, care_of=name), make.line(1)]))
        )
        assert report.refunds["company_name"].tolist()[0] == name
        assert report.refunds["care_of"].tolist()[0] == name
        assert _codes(report) == []


@pytest.mark.parametrize(
    "error", ["#MULTIVALUE", "#EMPTY", "#ERROR", "#N/A", "#REF!", "#DIV/0!", "#NAME?", "#VALUE!"]
)
def test_an_error_is_never_a_blank(make: Any, error: str) -> None:
    for name in (
        "total_refund_amount",
        "refund_id",
        "payee_id",
        "refund_date",
        "refund_secondary_status",
        "document_number",
    ):
        with pytest.raises(LineError, match="spreadsheet error"):
            _one(make, **{name: error})
    for name in ("address", "care_of", "company_name", "port_code"):
        report = _one(make, **{name: error})
        assert report.refunds[name].tolist()[1] == error
        assert "cell-error-kept" in _codes(report)


@pytest.mark.parametrize("error", ["#N/A", "#REF!"])
def test_a_real_error_cell_of_excel_is_never_a_blank(make: Any, error: str) -> None:
    def spoil(name: str) -> Any:
        def edit(book: Any) -> None:
            cell = book["Main Report"][name]
            cell.value, cell.data_type = error, "e"

        return edit

    rows = make.table(make.lines(2))
    with pytest.raises(LineError, match=r"Main Report!L3: .*#"):
        rev603.read(make.book(rows, edit=spoil("L3")))
    report = rev603.read(make.book(rows, edit=spoil("L3")), on_error="collect")
    assert report.set_aside["reason"].tolist() == ["heading row", "unreadable"]
    assert rev603.read(make.book(rows, edit=spoil("F3"))).refunds["address"].tolist()[1] == error


def test_formulas_count_by_their_saved_result(make: Any, tmp_path: Any) -> None:
    book = xlsxwriter.Workbook(tmp_path / "formulas.xlsx")
    page = book.add_worksheet("Main Report")
    for row, cells in enumerate(make.table(make.lines(2))):
        page.write_row(row, 0, cells)
    page.write_formula("L3", "=100+100.02", None, 200.02)
    page.write_formula("D3", '="Quell"&"harbor"', None, "Quellharbor")
    book.close()
    report = rev603.read(tmp_path / "formulas.xlsx")
    assert report.refunds["amount"].tolist() == [100.01, 200.02]
    assert report.refunds["company_name"].tolist()[1] == "Quellharbor"


def test_a_formula_without_a_saved_result_is_no_blank(make: Any) -> None:
    rows = make.table(make.lines(2))
    rows[2][11] = "=100+100.02"
    with pytest.raises(LineError, match="#FORMULA!"):
        rev603.read(make.book(rows))
    rows = make.table(make.lines(2))
    rows[2][5] = '="x"&"y"'
    report = rev603.read(make.book(rows))
    assert {"formula-without-value", "cell-error-kept"} <= set(_codes(report))


def test_a_number_shown_with_zeros_by_its_format_keeps_them(make: Any) -> None:
    rows = make.table([make.line(0, port_code=212, refund_id=42, payee_id=123456789)])

    def edit(book: Any) -> None:
        page = book["Main Report"]
        page["Q2"].number_format = "0000"
        page["A2"].number_format = "0000000000"
        page["C2"].number_format = "000-00-0000"

    report = rev603.read(make.book(rows, edit=edit))
    assert report.refunds[["port_code", "refund_id", "payee_id"]].values.tolist() == [
        ["0212", "0000000042", "123-45-6789"]
    ]
    assert _codes(report) == ["padded-format"]


def test_real_numbers_in_a_workbook_are_exact_text(make: Any) -> None:
    rows = make.table([make.line(0, total_refund_amount=0.1 + 0.2, port_code=3802, refund_id=60576072486)])
    report = rev603.read(make.book(rows))
    assert report.refunds[["amount", "port_code", "refund_id"]].values.tolist() == [
        [0.3, "3802", "60576072486"]
    ]


def test_a_bold_red_cell_is_a_cell(make: Any) -> None:
    def edit(book: Any) -> None:
        book["Main Report"]["D2"].font = openpyxl.styles.Font(bold=True, color="FF0000")

    assert len(rev603.read(make.book(make.table(make.lines(1)), edit=edit)).refunds) == 1


def test_cells_that_contradict_each_other_are_named(make: Any) -> None:
    report = _one(make, filer_code="605")
    assert _codes(report) == ["filer-differs"]
    report = _one(make, document_number="MYK28102638")
    assert _codes(report) == ["check-digit"]
    assert report.refunds["entry_number"].tolist()[1] == "MYK28102638"


@pytest.mark.parametrize("name", ["refund_id", "payee_id", "company_name", "document_number", "refund_date"])
def test_a_blank_that_no_refund_has_is_named(make: Any, name: str) -> None:
    report = _one(make, **{name: None})
    assert len(report.refunds) == 2
    assert report.refunds[name].isna().tolist() == [False, True]
    assert report.issues[["code", "column", "source_row"]].values.tolist()[0] == ["value-missing", name, 3]


def test_documents_that_are_never_entry_numbers_are_named_once(make: Any) -> None:
    report = rev603.read(
        make.csv(make.table([make.line(at, document_number=f"DRAWBACK {at}") for at in range(9)]))
    )
    assert _codes(report) == ["document-unusual"]
    assert "on 9 lines" in report.issues["message"].iloc[0]


@pytest.mark.parametrize("document", ["130326102560", "XXXXYYYYYYYY"])
def test_documents_of_twelve_characters_as_in_the_picture_are_no_news(make: Any, document: str) -> None:
    report = _one(make, document_number=document)
    assert report.refunds["document_number"].tolist()[1] == document
    assert _codes(report) == []


@pytest.mark.parametrize(
    "payee", ["98-76543", "98 76543 2100", "9876543", "98-7654321000", "1.2", "Lumb & Co"]
)
def test_a_payee_number_of_no_known_form_is_named(make: Any, payee: str) -> None:
    report = _one(make, payee_id=payee)
    assert report.refunds["payee_id"].tolist()[1] == payee
    assert _codes(report) == ["payee-unusual"]
