"""A sheet's cells, read from its XML: plain rows by the mebibyte, everything else event by event.

Both ways give the same cells, and whatever they cannot agree on is refused: rows or cells out of order or
there twice, text between the cells, a cell with two values.
"""

from __future__ import annotations

from typing import NoReturn

import numpy as np
import pyarrow as pa

from rev603.reading.archive import damaged
from rev603.reading.workbook.cell_text import Look
from rev603.reading.workbook.contents import Sheet, TextRuns, Workbook
from rev603.reading.workbook.plain_markup import plain_cells
from rev603.reading.workbook.safe_xml import PlainStretches, read_part
from rev603.reading.workbook.sheet_grid import CORRUPT, GridBuilder, ReadSheet, place

__all__ = ["ReadSheet", "read_sheet"]

_MANY = 50_000
_DISORDER = "its rows or cells are out of order, or there twice"
_DEBRIS = "text stands between its cells, or a cell has two values"


def read_sheet(workbook: Workbook, sheet: Sheet, *, quick: bool = True) -> ReadSheet:
    """Return a sheet as a grid of text, an empty one where it has no cells (a chart).

    ``quick=False`` leaves everything to the XML parser, which gives the same and takes five times as long.

    Raises
    ------
    UnsafeFileError
        It is over a limit, declares a document type, or one stray cell would make the grid enormous.
    UnrecognizedFileError
        It is damaged.
    """
    builder = GridBuilder(workbook, sheet)
    if sheet.kind == "worksheet":
        reader = _SheetEvents(builder)
        plain = PlainStretches("sheetData", depth=2, unit="row ", read=reader.read_plain) if quick else None
        read_part(
            workbook.archive, sheet.part, start=reader.start, end=reader.end, text=reader.text, plain=plain
        )
        reader.flush()
    return builder.finish()


class _SheetEvents(TextRuns):
    """Hears the events of a sheet, and gathers its cells."""

    def __init__(self, builder: GridBuilder) -> None:
        super().__init__("is")
        self.builder = builder
        self.row = 0  # the last that was listed
        self.column = 0
        self.cell: dict[str, str] = {}
        self.value: list[str] | None = None
        self.inline = self.formula = False
        self.found: list[tuple[int, int, int, str]] = []

    def start(self, tag: str, attributes: dict[str, str], path: list[str]) -> None:
        parent = path[-1] if path else ""
        if tag == "c" and parent == "row":
            self._start_cell(attributes)
        elif tag == "v" and parent == "c":
            if self.value is not None:
                self._refuse(_DEBRIS, self.row)
            self.value = []
        elif tag == "f" and parent == "c":
            self.formula = True
        elif tag == "row" and parent == "sheetData":
            self._start_row(attributes)
        elif tag == "mergeCell":
            self.builder.add_merge(attributes.get("ref", ""))
        else:
            self.inline |= tag == self.holder and parent == "c"
            super().start(tag, attributes, path)

    def text(self, text: str, path: list[str]) -> None:
        parent = path[-1] if path else ""
        if parent == "v":
            if self.value is not None and path[-2] == "c":
                self.value.append(text)
        elif parent in ("c", "row", "sheetData"):
            if text.strip():
                self._refuse(_DEBRIS, self.row)
        else:
            super().text(text, path)

    def end(self, tag: str, path: list[str]) -> None:
        if tag == "c" and path and path[-1] == "row":
            self._end_cell()
        else:
            super().end(tag, path)

    def _start_row(self, attributes: dict[str, str]) -> None:
        number = attributes.get("r", str(self.row + 1))
        if not (number.isascii() and number.isdigit() and len(number) < 9) or int(number) <= self.row:
            self._refuse(_DISORDER, int(number) if number.isdecimal() else self.row + 1)
        self.row, self.column = int(number), 0
        self.builder.check(self.row, "max_rows", "rows")
        if len(self.found) >= _MANY:
            self.flush()

    def _start_cell(self, attributes: dict[str, str]) -> None:
        self.builder.count(1)
        reference = attributes.get("r")
        if reference is None:
            self.column += 1
        else:
            found = place(reference)
            if found is None or found[0] != self.row or found[1] <= self.column:
                self._refuse(_DISORDER, self.row)
            self.column = found[1]
        self.cell = attributes
        self.value = None
        self.inline = self.formula = False

    def _end_cell(self) -> None:
        kind = self.cell.get("t", "n")
        if self.inline:
            look, text = int(Look.TEXT), "".join(self.runs)
        else:
            look = self.builder.look(kind, self.cell.get("s", "0"))
            text = "".join(self.value) if self.value else ""
        if self.formula and not text and not (kind == "str" and self.value is not None):
            look = Look.UNCOMPUTED
        if text or look == Look.UNCOMPUTED:
            self.found.append((self.row, self.column, look, text))

    def flush(self) -> None:
        """Hand over what has been gathered."""
        if self.found:
            rows, columns, looks, texts = zip(*self.found, strict=True)
            row, column, look = (np.array(each, np.int64) for each in (rows, columns, looks))
            self.builder.add(row, column, look, pa.array(texts, pa.string()))
            self.found = []

    def read_plain(self, stretch: bytes) -> bool:
        """Take rows of plain markup; False where they are not, or are to be refused."""
        found = plain_cells(stretch, self.builder.look)
        if found is None or (found.rows and found.rows[0] <= self.row):
            return False
        self.flush()
        self.builder.count(found.cells)
        if found.rows:
            self.row = found.rows[-1]
            self.builder.check(self.row, "max_rows", "rows")
        self.builder.add(found.row, found.column, found.look, found.text)
        return True

    def _refuse(self, how: str, row: int) -> NoReturn:
        raise damaged("sheet", how, f"{self.builder.where}, row {row:,}", CORRUPT)
