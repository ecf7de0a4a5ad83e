"""A sheet's cells, read from its XML and put together as a grid of text: what each shows, within the limits.

Plain rows are read by the mebibyte, everything else event by event. Both ways give the same cells, and whatever they
cannot agree on is refused: rows or cells out of order or there twice, text between the cells, a cell with two values.
"""

from __future__ import annotations

import re
from collections.abc import Callable
from dataclasses import dataclass
from functools import partial, reduce
from typing import NoReturn

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc

from rev603._columns import Numbers, by_value, text_of
from rev603.errors import UnsafeFileError
from rev603.reading.archive import REPAIR, damaged
from rev603.reading.grid import TextGrid, column_letters
from rev603.reading.workbook.cell_text import Look, number_text, padded_text, shown_number, unescaped
from rev603.reading.workbook.contents import Sheet, TextRuns, Workbook
from rev603.reading.workbook.plain_markup import plain_cells
from rev603.reading.workbook.safe_xml import PlainStretches, read_part

#: Stands for a formula whose result was never saved; read like any other cell error.
FORMULA_WITHOUT_VALUE = "#FORMULA!"
_CORRUPT = "readers disagree on what such a sheet shows, and Excel calls it corrupt"
#: Numbers that show as they are written: at most 15 digits, no exponent, no zeros that say nothing.
PLAIN_NUMBER = r"\A(?:0|-?[1-9][0-9]{0,14}|-?(?:0|[1-9][0-9]{0,8})\.[0-9]{0,5}[1-9])\z"
_MANY = 50_000
_DISORDER = "its rows or cells are out of order, or there twice"
_DEBRIS = "text stands between its cells, or a cell has two values"
_LONGEST_TEXT = 32_767  # of a cell
_MAX_MERGES = 1_000_000
_TEXT_PER_CELL = 64
_GROUP = 1 << 20
_ADDRESS = re.compile(r"([A-Za-z]{1,3})([1-9][0-9]{0,6})")
_OF_KIND = {"s": Look.SHARED, "str": Look.RESULT, "b": Look.TRUTH, "d": Look.ISO_DATE}
_OF_FORMAT = {"date": Look.DATE, "duration": Look.DURATION}


@dataclass(frozen=True, eq=False)
class ReadSheet:
    """A sheet as text, how many numbers have leading zeros by their format, and where formulas have no result."""

    grid: TextGrid
    padded: int
    uncomputed: tuple[str, ...]


def read_sheet(workbook: Workbook, sheet: Sheet, *, quick: bool = True) -> ReadSheet:
    """Return a sheet as a grid of text, an empty one where it has no cells (a chart).

    It is refused where it is damaged, and as unsafe where it is over a limit, declares a document type, or one stray cell
    would make the grid enormous. ``quick=False`` leaves everything to the XML parser, which gives the same and takes five
    times as long.
    """
    reader = _SheetReader(workbook, sheet)
    if sheet.kind == "worksheet":
        plain = PlainStretches("sheetData", depth=2, unit="row ", read=reader.read_plain) if quick else None
        read_part(
            workbook.archive, sheet.part, start=reader.start, end=reader.end, text=reader.text, plain=plain
        )
    return reader.finish()


class _SheetReader(TextRuns):
    """Hears the events of a sheet, gathers its cells in their order, and stops at the first limit."""

    def __init__(self, workbook: Workbook, sheet: Sheet) -> None:
        super().__init__("is")
        self.row = 0  # the last that was listed
        self.column = 0
        self.cell: dict[str, str] = {}
        self.value: list[str] | None = None
        self.inline = self.formula = False
        self.found: list[tuple[int, int, int, str]] = []
        self.workbook = workbook
        self.sheet = sheet
        self.limits = workbook.archive.limits
        self.where = f"{workbook.archive.name}, sheet {sheet.name!r}"
        self.cells = self.filled = self.text_bytes = self.padded = 0
        self.uncomputed: list[str] = []
        self.merges: list[tuple[int, int, int, int]] = []
        self.first_column = self.last_column = self.last_row = 0
        self.gathered: list[tuple[Numbers, Numbers, pa.Array]] = []
        self.columns: dict[int, list[pa.Array]] = {}
        number = partial(shown_number, epoch_1904=workbook.date1904)
        self.changes: dict[Look, Callable[[str], str]] = {
            Look.RESULT: unescaped,
            Look.TRUTH: lambda raw: {"0": "false", "1": "true"}.get(raw, raw),
            Look.ISO_DATE: lambda raw: raw.replace("T", " "),
            Look.UNCOMPUTED: lambda _: FORMULA_WITHOUT_VALUE,
            Look.DATE: partial(number, kind="date"),
            Look.DURATION: partial(number, kind="duration"),
            Look.PADDED: self._padded,
        }

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
            self._add_merge(attributes.get("ref", ""))
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
        self._check(self.row, "max_rows", "rows")
        if len(self.found) >= _MANY:
            self.flush()

    def _start_cell(self, attributes: dict[str, str]) -> None:
        self._count(1)
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
            look = self._look(kind, self.cell.get("s", "0"))
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
            self._add(row, column, look, pa.array(texts, pa.string()))
            self.found = []

    def read_plain(self, stretch: bytes) -> bool:
        """Take rows of plain markup; False where they are not, or are to be refused."""
        found = plain_cells(stretch, self._look)
        if found is None or (found.rows and found.rows[0] <= self.row):
            return False
        self.flush()
        self._count(found.cells)
        if found.rows:
            self.row = found.rows[-1]
            self._check(self.row, "max_rows", "rows")
        self._add(found.row, found.column, found.look, found.text)
        return True

    def _refuse(self, how: str, row: int) -> NoReturn:
        raise damaged("sheet", how, f"{self.where}, row {row:,}", _CORRUPT)

    def _count(self, cells: int) -> None:
        self.cells += cells
        self._check(self.cells, "max_cells", "cells")

    def _look(self, kind: str, style: str) -> int:
        """Return what a cell of this type and style needs."""
        if kind != "n":
            return _OF_KIND.get(kind, Look.TEXT)
        number = int(style) if style.isascii() and style.isdigit() and len(style) < 8 else 0
        if number in self.workbook.padded:
            return Look.PADDED + number
        return _OF_FORMAT.get(self.workbook.kinds.get(number, ""), Look.NUMBER)

    def _add(self, row: Numbers, column: Numbers, look: Numbers, text: pa.Array) -> None:
        """Take cells; those without text are blank."""
        filled = (np.asarray(pc.binary_length(text)) > 0) | (look == Look.UNCOMPUTED)
        if not filled.all():
            row, column, look, text = row[filled], column[filled], look[filled], text.filter(pa.array(filled))
        if not len(row):
            return
        self.filled += len(row)
        text = self._shown(row, column, look, text)
        self.first_column = min(self.first_column or int(column.min()), int(column.min()))
        self.last_column = max(self.last_column, int(column.max()))
        self.last_row = int(row[-1])
        self._check_extent()
        self.gathered.append((row, column, text))
        if sum(len(rows) for rows, _, _ in self.gathered) > max(_GROUP, self._width << 10):
            self._settle()

    def _add_merge(self, reference: str) -> None:
        """Take a merged range; one that cannot be read is of no consequence."""
        first, _, last = reference.partition(":")
        start, stop = place(first), place(last or first)
        if start and stop and start[0] <= stop[0] and start[1] <= stop[1]:
            self.merges.append((*start, *stop))
        if len(self.merges) > _MAX_MERGES:
            raise damaged("sheet", f"it has more than {_MAX_MERGES:,} merged ranges", self.where)

    def _shown(self, row: Numbers, column: Numbers, look: Numbers, text: pa.Array) -> pa.Array:
        """Return what cells show, and refuse more text than there may be."""
        kinds = np.minimum(look, Look.PADDED)
        for kind in np.flatnonzero(np.bincount(kinds)).tolist():
            if kind == Look.TEXT:
                continue
            mine = kinds == kind
            if mine.all():
                text = self._of_kind(Look(kind), text, look)
            else:
                part = self._of_kind(Look(kind), text.filter(pa.array(mine)), look[mine])
                text = pc.replace_with_mask(text, pa.array(mine), part)
            if kind == Look.UNCOMPUTED:
                places = zip(row[mine].tolist(), column[mine].tolist(), strict=True)
                self.uncomputed += [f"{column_letters(at)}{number}" for number, at in places]
        lengths = np.asarray(pc.binary_length(text))
        self.text_bytes += int(lengths.sum())
        self._check(self.text_bytes - _TEXT_PER_CELL * self.filled, "max_text_bytes", "bytes of text")
        if lengths.max() > _LONGEST_TEXT:
            for at in np.flatnonzero(np.asarray(pc.utf8_length(text)) > _LONGEST_TEXT).tolist():
                raise UnsafeFileError(
                    f"A cell's text is longer than {_LONGEST_TEXT:,} characters.",
                    where=f"{self.where}, cell {column_letters(int(column[at]))}{row[at]}",
                    why="Excel's cells end there, and it opens no such workbook",
                    what_to_do=REPAIR,
                )
        return text

    def _of_kind(self, kind: Look, text: pa.Array, look: Numbers) -> pa.Array:
        """Return what cells show that all need the same."""
        if kind == Look.SHARED:
            return self._shared(text)
        if kind == Look.NUMBER:
            odd = pc.invert(pc.match_substring_regex(text, PLAIN_NUMBER))
            return pc.replace_with_mask(
                text, odd, by_value(text.filter(odd).dictionary_encode(), number_text)
            )
        if kind == Look.PADDED:
            self.padded += len(text)
            style = pa.array(look - Look.PADDED).cast(pa.string())
            text = pc.binary_join_element_wise(style, text, " ")
        return by_value(text.dictionary_encode(), self.changes[kind])

    def _padded(self, styled: str) -> str:
        style, _, raw = styled.partition(" ")
        return padded_text(raw, self.workbook.padded[int(style)])

    def _shared(self, text: pa.Array) -> pa.Array:
        """Return the strings that cells name by their numbers."""
        strings = self.workbook.strings
        named = pc.match_substring_regex(text, r"\A[0-9]{1,9}\z")
        number = np.asarray(text.cast(pa.int64())) if pc.all(named).as_py() else np.array([len(strings)])
        if number.max() >= len(strings):
            raise damaged("sheet", "a cell names a shared string that is not there", self.where)
        bounds = text_of(strings)[0]
        coming = self.text_bytes + int((bounds[number + 1] - bounds[number]).sum())
        self._check(coming - _TEXT_PER_CELL * self.filled, "max_text_bytes", "bytes of text")
        return strings.take(pa.array(number)).cast(pa.string())

    def _settle(self) -> None:
        """Move what was gathered into columns, each as long as the rows so far."""
        row = np.concatenate([rows for rows, _, _ in self.gathered])
        column = np.concatenate([columns for _, columns, _ in self.gathered])
        text = pa.concat_arrays([texts for _, _, texts in self.gathered])
        first = int(row[0])
        order = np.argsort(column.astype(np.int16), kind="stable")
        counts = np.bincount(column)
        present = np.flatnonzero(counts)
        for each, cells in zip(present.tolist(), np.split(order, counts[present].cumsum()[:-1]), strict=True):
            chunks = self.columns.setdefault(each, [])
            missing = first - 1 - sum(map(len, chunks))
            if missing:
                chunks.append(pa.nulls(missing, pa.string()))
            at = np.full(self.last_row - first + 1, -1, np.int64)
            at[row[cells] - first] = cells
            chunks.append(text.take(pa.array(at, mask=at < 0)))
        self.gathered = []

    def finish(self) -> ReadSheet:
        """Return the sheet, when all cells are there."""
        self.flush()
        if self.gathered:
            self._settle()
        columns = []
        for each in range(self.first_column, self.last_column + 1) if self.last_row else ():
            chunks = self.columns.pop(each, [])
            missing = self.last_row - sum(map(len, chunks))
            columns.append(pa.chunked_array([*chunks, pa.nulls(missing, pa.string())]))
        grid = TextGrid(
            columns=tuple(columns),
            rows=np.arange(1, self.last_row + 1, dtype=np.int64),
            file=self.workbook.archive.name,
            sheet=self.sheet.name,
            first_column=max(1, self.first_column),
            epoch_1904=self.workbook.date1904,
            merges=self._disjoint_merges(),
        )
        return ReadSheet(grid, self.padded, tuple(self.uncomputed))

    def _disjoint_merges(self) -> tuple[tuple[int, int, int, int], ...]:
        """Return the merged ranges, and refuse two that overlap: what stands there is anybody's guess."""
        taken = np.zeros((self.last_row, self._width), np.bool_)
        for top, left, bottom, right in self.merges:
            first, end = (max(0, column - self.first_column) for column in (left, right + 1))
            block = taken[top - 1 : bottom, first:end]  # what lies outside the grid is cut off
            if block.any():
                row, column = np.argwhere(block)[0].tolist()
                cell = f"{column_letters(max(left, self.first_column) + column)}{top + row}"
                raise damaged("sheet", "its merged ranges overlap", f"{self.where}, cell {cell}", _CORRUPT)
            block[:] = True
        return tuple(self.merges)

    @property
    def _width(self) -> int:
        return self.last_column - self.first_column + 1 if self.last_column else 0

    def _check_extent(self) -> None:
        self._check(self.last_column, "max_columns", "columns")
        if self._width * self.last_row > self.limits.max_cells:
            corner = f"row {self.last_row:,} and out to column {column_letters(self.last_column)}"
            grid = f"a grid of {self._width * self.last_row:,} cells for {self.cells:,} that are there"
            raise UnsafeFileError(
                "Cells lie so far apart that the sheet cannot be held in memory.",
                where=f"{self.where}, down to {corner}",
                why=f"it would take {grid}",
                what_to_do="delete the stray cells at the far end, or raise max_cells",
            )

    def _check(self, number: int, name: str, of_what: str) -> None:
        """Refuse a sheet that is over the limit of this name."""
        limit = getattr(self.limits, name)
        if number > limit:
            raise UnsafeFileError(
                f"The sheet has more than {limit:,} {of_what}.",
                where=self.where,
                what_to_do=f"export a shorter span of dates, or raise {name}",
            )


def place(reference: str) -> tuple[int, int] | None:
    """Return the row and column of an address, from 1, or None where it is none.

    >>> place("AB7"), place("$A$1")
    ((7, 28), None)
    """
    found = _ADDRESS.fullmatch(reference)
    if not found:
        return None
    column = reduce(lambda before, letter: before * 26 + ord(letter) - 64, found[1].upper(), 0)
    return int(found[2]), column
