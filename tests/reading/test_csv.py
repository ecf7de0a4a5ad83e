"""Delimited text: cells, rows and row numbers as a spreadsheet program shows them."""

from __future__ import annotations

import csv
import io
from typing import TYPE_CHECKING, Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

import rev603
from rev603.errors import UnrecognizedFileError, UnsafeFileError
from rev603.reading.csv import read_csv_grid
from rev603.reading.limits import Limits
from rev603.reading.sniff import sniff
from rev603.sample import sample_report, write_report
from rev603.vocabulary.headings import REFUND_COLUMNS

if TYPE_CHECKING:
    from pathlib import Path


def _grid(text: str) -> list[list[str | None]]:
    grid = read_csv_grid(sniff(io.BytesIO(text.encode())), {"refundid", "payeeid"})
    assert grid.rows.tolist() == list(range(int(grid.rows[0]), int(grid.rows[0]) + len(grid)))
    return grid.lines(range(len(grid)))


def test_rows_of_another_width_stand_where_they_stood() -> None:
    assert _grid("title\na,b\nRefund ID,Payee ID,x\n1,2,3\n4,5,6\n7,8,9,10\n\n11,12,13\n") == [
        ["title", None, None, None],
        ["a", "b", None, None],
        ["Refund ID", "Payee ID", "x", None],
        ["1", "2", "3", None],
        ["4", "5", "6", None],
        ["7", "8", "9", "10"],
        [None] * 4,
        ["11", "12", "13", None],
    ]


def test_a_line_break_inside_a_cell_does_not_move_the_rows(make: Any) -> None:
    rows = [["a title"], [], *make.table([make.line(0, address="1 Lantern St\nSuite 5"), make.line(1)])]
    report = rev603.read(make.csv(rows))
    assert report.refunds["source_row"].tolist() == [4, 5]
    assert report.refunds["address"].tolist()[0] == "1 Lantern St\nSuite 5"


def test_the_sep_line_counts_as_a_row_and_is_obeyed(make: Any) -> None:
    body = make.csv(make.table(make.lines(2)), delimiter="|").getvalue()
    report = rev603.read(io.BytesIO(b"sep=|\r\n" + body))
    assert report.refunds["source_row"].tolist() == [3, 4]


@pytest.mark.parametrize("delimiter", [",", ";", "\t", "|"])
def test_the_delimiter_is_told_by_the_headings_not_by_the_text(make: Any, delimiter: str) -> None:
    busy = ",;|\t" * 30
    rows = make.table([make.line(0, address=f"x{busy}y"), make.line(1)])
    report = rev603.read(make.csv(rows, delimiter=delimiter))
    assert report.refunds["address"].tolist()[0] == f"x{busy}y"


def test_quotation_marks_inside_a_cell(make: Any) -> None:
    report = rev603.read(make.csv(make.table([make.line(0, company_name='The "Quell", 5" Pipe Co')])))
    assert report.refunds["company_name"].tolist() == ['The "Quell", 5" Pipe Co']


def test_a_quotation_mark_that_never_closes_is_refused(make: Any) -> None:
    content = (
        make.csv(make.table(make.lines(9)))
        .getvalue()
        .replace(b"Quellharbor Lamps 4", b'"Quellharbor Lamps 4')
    )
    with pytest.raises(UnrecognizedFileError, match="quotation mark is never closed") as caught:
        rev603.read(io.BytesIO(content))
    assert "row 6" in caught.value.where


def test_a_quotation_mark_inside_a_bare_cell_is_text(make: Any) -> None:
    content = (
        make.csv(make.table(make.lines(2))).getvalue().replace(b"Quellharbor Lamps 1 LLC", b'Quell 5" Pipe')
    )
    assert rev603.read(io.BytesIO(content)).refunds["company_name"].tolist()[1] == 'Quell 5" Pipe'


def test_more_columns_than_any_report_has_are_refused() -> None:
    limits = Limits(max_columns=50)
    for text in ("x," * 60 + "\n" + "1," * 60, "a,b\n1,2\n3,4\n" + "x," * 60 + "\n"):
        with pytest.raises(UnsafeFileError):
            read_csv_grid(sniff(io.BytesIO(text.encode())), set(), limits=limits)


@pytest.mark.parametrize("end", ["\n", "\r\n", "\r"])
@pytest.mark.parametrize("last", [True, False])
def test_line_ends_of_every_kind(make: Any, end: str, last: bool) -> None:
    text = make.csv(make.table(make.lines(3))).getvalue().decode().replace("\r\n", end)
    report = rev603.read(io.BytesIO((text if last else text.rstrip("\r\n")).encode()))
    assert len(report.refunds) == 3


cells = st.text(st.characters(exclude_categories=["C"], include_characters="\n,;\"'"), max_size=8)


@given(st.lists(st.lists(cells, min_size=1, max_size=6), min_size=1, max_size=8))
def test_any_table_is_read_as_the_standard_library_reads_it(rows: list[list[str]]) -> None:
    text = io.StringIO()
    csv.writer(text, delimiter=",").writerows([["Refund ID", "Payee ID", "c", "d", "e", "f"], *rows])
    content = text.getvalue()
    read = _grid(content)
    expected = list(csv.reader(io.StringIO(content, newline="")))
    assert [[cell or "" for cell in line] for line in read] == [
        line + [""] * (6 - len(line)) for line in expected
    ]


def test_a_long_preface_above_the_table_does_not_decide_its_width(make: Any) -> None:
    preface = [["prompt", str(at)] for at in range(500)]
    table = make.table(make.lines(6_000))
    report = rev603.read(make.csv([*preface, *table]))
    assert len(report.refunds) == 6_000
    assert report.refunds["source_row"].tolist() == list(range(502, 6_502))


def test_text_of_more_cells_than_allowed_is_refused(make: Any) -> None:
    with pytest.raises(UnsafeFileError, match="more than 33 cells"):
        rev603.read(make.csv(make.table(make.lines(2))), limits=Limits(max_cells=33))


@pytest.mark.long
def test_a_file_of_several_pieces_is_read_as_the_standard_library_reads_it(tmp_path: Path) -> None:
    refunds = sample_report(45_000)
    broken = refunds.assign(
        address=refunds["address"].where(refunds.index % 3 > 0, '7 Ropewalk St,\n"Suite" 2,\nPort Tess')
    )
    path = tmp_path / "pieces.csv"
    write_report(broken, path, layout="table")
    assert path.stat().st_size > 8 << 20
    read = rev603.read(path).refunds
    with path.open(newline="", encoding="utf-8") as file:
        rows = list(csv.DictReader(file))
    for column in REFUND_COLUMNS:
        if column.name in {"refund_id", "payee_id", "address", "document_number", "port_code"}:
            assert read[column.name].fillna("").tolist() == [row[column.heading] for row in rows]
