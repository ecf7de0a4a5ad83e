"""Shorthands of the tests that read workbooks: both ways of ours, and two libraries as second opinions."""

from __future__ import annotations

import io
from typing import TYPE_CHECKING

import fastexcel

from rev603.reading.grid import TextGrid, cell_address
from rev603.reading.limits import Limits
from rev603.reading.sniff import sniff
from rev603.reading.workbook.contents import open_workbook
from rev603.reading.workbook.sheet_reader import ReadSheet, read_sheet

if TYPE_CHECKING:
    from rev603.reading.workbook.contents import Workbook


def opened(data: bytes, limits: Limits | None = None) -> Workbook:
    return open_workbook(sniff(io.BytesIO(data)), limits=limits or Limits())


def read_first(data: bytes, limits: Limits | None = None, *, quick: bool = True) -> ReadSheet:
    """Read the first sheet."""
    book = opened(data, limits)
    return read_sheet(book, book.sheets[0], quick=quick)


def filled(grid: TextGrid) -> dict[str, str]:
    """Give the filled cells by their addresses, blanks round them kept."""
    return {
        cell_address(int(grid.rows[at]), None, place + grid.first_column): text
        for at, line in enumerate(grid.lines(range(len(grid))))
        for place, text in enumerate(line)
        if text is not None
    }


def extent(sheet: ReadSheet) -> tuple[int, int, int]:
    """Give the first column, the last one and the last row; the first is 1 where there is none."""
    grid = sheet.grid
    return grid.first_column, grid.first_column + len(grid.columns) - 1, len(grid)


def both(data: bytes, limits: Limits | None = None) -> ReadSheet:
    """Read the first sheet by the quick way and by the XML parser alone; they must agree in everything."""
    quick, thorough = (read_first(data, limits, quick=way) for way in (True, False))
    assert filled(quick.grid) == filled(thorough.grid)
    assert extent(quick) == extent(thorough)
    assert quick.grid.merges == thorough.grid.merges
    assert (quick.padded, quick.uncomputed) == (thorough.padded, thorough.uncomputed)
    return quick


def shown(data: bytes) -> dict[str, str]:
    """Give the filled cells of the first sheet, which both ways must show alike."""
    return filled(both(data).grid)


def by_fastexcel(data: bytes, sheet: int = 0) -> dict[tuple[int, int], str]:
    """Give what calamine shows, by row and by column from its own first one."""
    page = fastexcel.read_excel(data).load_sheet(
        sheet, header_row=None, skip_rows=0, dtypes="string", schema_sample_rows=1
    )
    return {
        (row, at): text
        for at, column in enumerate(page.to_arrow().columns)
        for row, text in enumerate(column.to_pylist(), 1)
        if text
    }


def places(cells: dict[str, str], first_column: int) -> dict[tuple[int, int], str]:
    """Give cells by row and column, as `by_fastexcel` does."""
    found = {}
    for address, text in cells.items():
        letters = address.rstrip("0123456789")
        column = 0
        for letter in letters:
            column = column * 26 + ord(letter) - 64
        found[int(address[len(letters) :]), column - first_column] = text
    return found
