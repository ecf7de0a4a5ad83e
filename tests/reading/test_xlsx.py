"""Workbooks by usual writers: both ways of reading and a second library see the same cells, and nothing is hidden."""

from __future__ import annotations

import datetime as dt
import io
import re
import tempfile
import zipfile
from pathlib import Path
from typing import Any

import openpyxl
import pytest
import xlsxwriter
from hypothesis import given
from hypothesis import strategies as st
from openpyxl.cell.rich_text import CellRichText, TextBlock
from openpyxl.cell.text import InlineFont
from scanning import by_fastexcel, places, shown

import rev603


def _quirks() -> bytes:
    book = openpyxl.Workbook()
    page: Any = book.active
    page["C3"], page["D3"], page["E3"] = 1234.5, 0.1 + 0.2, 60576072486
    page["C4"], page["D4"], page["E4"] = True, False, "TRUE"
    page["C5"], page["D5"] = dt.date(2026, 2, 6), dt.datetime(2026, 2, 6, 13, 30)  # noqa: DTZ001 - workbooks know no zone
    page["C6"] = "#N/A"
    page["C6"].data_type = "e"
    page["D6"] = 42
    page["D6"].number_format = "0000000"
    page["C7"] = CellRichText("Quell", TextBlock(InlineFont(b=True), "harbor"))
    page["D7"] = "  padded  "
    page["E7"] = "two\nlines"
    page["C8"] = "=1+1"
    page["D8"] = "\u00a0"
    page["C9"] = -5
    page["D9"] = 1e15
    page["E9"] = 0.000012
    page.merge_cells("C10:E10")
    page["C10"] = "merged"
    stream = io.BytesIO()
    book.save(stream)
    return stream.getvalue()


def test_quirks_of_cells_are_shown_as_a_spreadsheet_shows_them() -> None:
    assert shown(_quirks()) == {
        "C3": "1234.5", "D3": "0.3", "E3": "60576072486", "C4": "true", "D4": "false", "E4": "TRUE",
        "C5": "2026-02-06 00:00:00", "D5": "2026-02-06 13:30:00", "C6": "#N/A", "D6": "0000042", "C7": "Quellharbor",
        "D7": "  padded  ", "E7": "two\nlines", "C8": "#FORMULA!", "D8": "\u00a0", "C9": "-5",
        "D9": "1000000000000000", "E9": "0.000012",
        "C10": "merged",
    }  # fmt: skip


EARLIEST, LATEST = dt.datetime(1990, 1, 1), dt.datetime(2099, 1, 1)  # noqa: DTZ001 - workbooks know no zone
values = st.one_of(
    st.none(),
    st.text(st.characters(exclude_categories=["C"], include_characters="\n"), max_size=12).filter(
        lambda text: "_x" not in text
    ),
    st.integers(-(10**14), 10**14),
    st.decimals(-(10**9), 10**9, places=2).map(float),
    st.booleans(),
    st.datetimes(EARLIEST, LATEST).map(lambda day: day.replace(microsecond=0)),
)


@given(
    st.lists(st.lists(values, min_size=1, max_size=5), min_size=1, max_size=6), st.booleans(), st.booleans()
)
def test_another_library_shows_the_same_random_cells(
    rows: list[list[Any]], inline: bool, epoch_1904: bool
) -> None:
    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder) / "book.xlsx"
        book = xlsxwriter.Workbook(str(path), {"constant_memory": inline, "date_1904": epoch_1904})
        page, day = book.add_worksheet(), book.add_format({"num_format": "yyyy-mm-dd hh:mm:ss"})
        for at, row in enumerate(rows):
            for place, value in enumerate(row):
                if isinstance(value, dt.datetime):
                    page.write_datetime(at, place, value, day)
                elif isinstance(value, bool):
                    page.write_boolean(at, place, value)
                elif isinstance(value, int | float):
                    page.write_number(at, place, value)
                elif value:
                    page.write_string(at, place, value)
        book.close()
        content = path.read_bytes()
    found = shown(content)
    first_column = min((place for _, place in places(found, 0)), default=0)
    ours, theirs = places(found, first_column), by_fastexcel(content)
    assert ours.keys() == theirs.keys()
    # of a float it shows nine decimals, be they noise
    assert all(
        theirs[at] == text or float(theirs[at]) == pytest.approx(float(text), rel=1e-14)
        for at, text in ours.items()
    )


def test_a_wrong_dimension_hides_no_rows(make: Any) -> None:
    with zipfile.ZipFile(make.book(make.table(make.lines(8)))) as archive:
        parts = {name: archive.read(name) for name in archive.namelist()}
    name = "xl/worksheets/sheet1.xml"
    assert b"<dimension" in parts[name]
    parts[name] = re.sub(rb'<dimension ref="[^"]*"', b'<dimension ref="A1:B2"', parts[name])
    stream = io.BytesIO()
    with zipfile.ZipFile(stream, "w") as archive:
        for each, content in parts.items():
            archive.writestr(each, content)
    assert len(rev603.read(io.BytesIO(stream.getvalue())).refunds) == 8
    assert len(shown(stream.getvalue())) == 17 + 8 * 16  # nobody has a C/O


def test_an_empty_sheet_has_no_cells() -> None:
    stream = io.BytesIO()
    openpyxl.Workbook().save(stream)
    assert shown(stream.getvalue()) == {}
    with pytest.raises(rev603.UnrecognizedFileError, match="No heading row"):
        rev603.read(io.BytesIO(stream.getvalue()))
