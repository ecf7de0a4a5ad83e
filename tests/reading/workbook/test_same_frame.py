"""The same 400 refunds, written in every way that people receive them, are the same frame."""

from __future__ import annotations

import csv
from decimal import Decimal
from pathlib import Path
from typing import Any

import openpyxl
import pandas as pd
import pytest
from every_writer import write_report
from scanning import by_fastexcel, filled, places

import rev603
from rev603.reading.sniff import sniff
from rev603.reading.workbook.contents import open_workbook
from rev603.reading.workbook.sheet_reader import read_sheet
from rev603.sample import sample_report
from rev603.vocabulary.headings import REFUND_COLUMNS, REFUND_FRAME

DATA = Path(__file__).parent / "data"
PROVENANCE = ["source_file", "source_sheet", "source_row"]
MIXED = [column.name for column in REFUND_COLUMNS][::-1]

WAYS: dict[str, tuple[str, dict[str, Any]]] = {
    "openpyxl": ("xlsx", {}),
    "xlsxwriter, shared strings": ("xlsx", {"engine": "xlsxwriter"}),
    "xlsxwriter, in-line strings": ("xlsx", {"engine": "xlsxwriter-inline"}),
    "openpyxl, numbers and dates": ("xlsx", {"amounts": "number", "dates": "date"}),
    "xlsxwriter, numbers and dates": ("xlsx", {"engine": "xlsxwriter", "amounts": "number", "dates": "date"}),
    "Web Intelligence": ("xlsx", {"layout": "webi", "engine": "xlsxwriter"}),
    "Web Intelligence, numbers": ("xlsx", {"layout": "webi", "amounts": "number", "dates": "date"}),
    "workbook without block": ("xlsx", {"layout": "table"}),
    "workbook, other order": ("xlsx", {"columns": MIXED}),
    "comma": ("csv", {}),
    "semicolon": ("csv", {"delimiter": ";"}),
    "tab": ("csv", {"delimiter": "\t"}),
    "bar": ("csv", {"delimiter": "|"}),
    "sep line": ("csv", {"delimiter": ";", "sep_line": True}),
    "BOM": ("csv", {"encoding": "utf-8-sig"}),
    "UTF-16 with tabs": ("csv", {"encoding": "utf-16", "delimiter": "\t"}),
    "UTF-16 without BOM": ("csv", {"encoding": "utf-16-le", "delimiter": "\t"}),
    "cp1252": ("csv", {"encoding": "cp1252"}),
    "unix line ends": ("csv", {"line_terminator": "\n"}),
    "Web Intelligence text": ("csv", {"layout": "webi", "delimiter": ";"}),
    "without call-outs": ("csv", {"call_outs": False}),
    "without block": ("csv", {"layout": "table"}),
    "without block, other order, semicolon": ("csv", {"layout": "table", "columns": MIXED, "delimiter": ";"}),
}


@pytest.fixture(scope="module")
def refunds() -> pd.DataFrame:
    """400 refunds; with letters beyond ASCII, which every encoding here has."""
    frame = sample_report(lines=400, seed=604)
    frame.loc[::7, "company_name"] = "Café Zürich Imports, S.A. “No. 1”"
    frame.loc[3, "address"] = "12 Lantern St\nSuite 5, Port Tess; WA"
    return frame


@pytest.mark.parametrize("way", WAYS)
def test_the_same_refunds_are_the_same_frame(way: str, refunds: pd.DataFrame, tmp_path: Path) -> None:
    kind, options = WAYS[way]
    report = rev603.read(write_report(refunds, tmp_path / f"report.{kind}", **options))
    has_block = options.get("layout") != "table"
    expected = (
        refunds
        if has_block
        else refunds.assign(report_date=pd.Series(pd.NaT, refunds.index, "datetime64[us]"))
    )
    pd.testing.assert_frame_equal(
        report.refunds.drop(columns=PROVENANCE), expected.drop(columns=PROVENANCE), check_dtype=False
    )
    assert list(report.refunds) == list(REFUND_FRAME)
    assert report.verdict == "accepted"
    assert report.control.ties_out is (True if has_block else None)
    total = sum((Decimal(f"{amount:.2f}") for amount in refunds["amount"]), Decimal(0))
    assert Decimal(f"{report.control.found_amount:.2f}") == total
    if has_block:
        assert report.control.difference == 0


@pytest.mark.parametrize("way", [way for way, (kind, _) in WAYS.items() if kind == "csv"])
def test_every_row_of_the_text_is_accounted_for(way: str, refunds: pd.DataFrame, tmp_path: Path) -> None:
    _, options = WAYS[way]
    path = write_report(refunds, tmp_path / "report.csv", **options)
    report = rev603.read(path)
    encoding = {"utf-16-le": "utf-16-le"}.get(options.get("encoding", ""), options.get("encoding", "utf-8"))
    with path.open(encoding=encoding, newline="") as stream:
        rows = list(csv.reader(stream, delimiter=options.get("delimiter", ",")))
    rows = rows[1:] if options.get("sep_line") else rows
    filled = sum(any(cell.strip() for cell in row) for row in rows)
    assert report.rows_read == filled == len(report.refunds) + len(report.set_aside)


@pytest.mark.parametrize("way", [way for way, (kind, _) in WAYS.items() if kind == "xlsx"])
def test_every_row_of_the_sheet_is_accounted_for(way: str, refunds: pd.DataFrame, tmp_path: Path) -> None:
    path = write_report(refunds, tmp_path / "report.xlsx", **WAYS[way][1])
    report = rev603.read(path)
    page = openpyxl.load_workbook(path).worksheets[0]
    filled = {row[0].row for row in page.iter_rows() if any(cell.value not in (None, "") for cell in row)}
    assert report.rows_read == len(filled)
    assert {*report.refunds["source_row"], *report.set_aside["source_row"]} == filled


@pytest.mark.parametrize("way", [way for way, (kind, _) in WAYS.items() if kind == "xlsx"])
def test_all_readers_give_the_same_grid(way: str, refunds: pd.DataFrame, tmp_path: Path) -> None:
    _same_grids(write_report(refunds, tmp_path / "report.xlsx", **WAYS[way][1]))


def _same_grids(path: Path) -> None:
    """Compare both ways of ours, and the texts with what openpyxl and calamine see."""
    source = sniff(path)
    book = open_workbook(source)
    openpyxl_book = openpyxl.load_workbook(path, data_only=True)
    for sheet in book.sheets:
        quick, thorough = (read_sheet(book, sheet, quick=way).grid for way in (True, False))
        assert filled(quick) == filled(thorough)
        assert quick.first_column == thorough.first_column
        cells = filled(quick)
        page = openpyxl_book[sheet.name]
        texts = {
            each.coordinate: each.value
            for line in page.iter_rows()
            for each in line
            if each.value not in (None, "")
        }
        assert cells.keys() == texts.keys()
        assert {at: cells[at] for at, text in texts.items() if isinstance(text, str)} == {
            at: text for at, text in texts.items() if isinstance(text, str)
        }
        numbers = {at: float(cells[at]) for at, value in texts.items() if isinstance(value, int | float)}
        assert numbers == pytest.approx({at: texts[at] for at in numbers})
        assert by_fastexcel(path.read_bytes(), sheet.index).keys() == places(cells, quick.first_column).keys()


def _from_plain_csv() -> list[dict[str, str]]:
    """Read the kept text by the standard library alone."""
    with (DATA / "refunds_400.csv").open(encoding="utf-8", newline="") as stream:
        rows = list(csv.reader(stream))
    head = next(at for at, row in enumerate(rows) if row[0] == "Refund ID")
    return [
        dict(zip([column.name for column in REFUND_COLUMNS], row, strict=True)) for row in rows[head + 1 :]
    ]


@pytest.mark.parametrize("name", ["refunds_400.csv", "libreoffice_400.xlsx"])
def test_a_file_saved_by_libreoffice_reads_as_its_text_twin(name: str) -> None:
    """libreoffice_400.xlsx: a Web Intelligence page of the refunds of refunds_400.csv, saved by LibreOffice 7."""
    report = rev603.read(DATA / name)
    expected = _from_plain_csv()
    assert report.verdict == "accepted"
    assert report.control.ties_out is True
    assert len(report.refunds) == len(expected) == 400
    for column in [column.name for column in REFUND_COLUMNS]:
        shown = [line[column] or None for line in expected]
        found: list[Any]
        if column == "refund_date":
            found = report.refunds[column].dt.strftime("%m/%d/%Y").tolist()
        elif column == "total_refund_amount":
            found = [round(amount * 100) for amount in report.refunds[column]]
            assert found == [_cents(text or "") for text in shown]
            continue
        else:
            found = report.refunds[column].astype(object).where(report.refunds[column].notna(), None).tolist()
        assert found == shown, column


def _cents(text: str) -> int:
    sign = -1 if text.startswith("(") else 1
    return sign * int(Decimal(text.strip("()").replace("$", "").replace(",", "")) * 100)


def test_all_readers_agree_on_the_libreoffice_file() -> None:
    _same_grids(DATA / "libreoffice_400.xlsx")


def test_the_frame_is_typed_as_promised(refunds: pd.DataFrame, tmp_path: Path) -> None:
    frame = rev603.read(write_report(refunds, tmp_path / "report.csv")).refunds
    dates = {"refund_date", "report_date"}
    assert all(pd.api.types.is_datetime64_dtype(frame[name].dtype) for name in dates)
    assert {str(frame[name].dtype) for name in ("amount", "total_refund_amount")} == {"float64"}
    assert str(frame["source_row"].dtype) == "int64"
    others = set(REFUND_FRAME) - dates - {"amount", "total_refund_amount", "source_row"}
    assert {str(frame[name].dtype) for name in others} == {"str"}
    rev603.RefundSchema.validate(frame)
