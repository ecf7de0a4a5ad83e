"""A sheet's cells put together as a grid of text: what each shows, within the limits, and the merged ranges."""

from __future__ import annotations

import re
from collections.abc import Callable
from dataclasses import dataclass
from functools import partial, reduce

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc

from rev603._columns import Numbers, text_of
from rev603.errors import UnsafeFileError
from rev603.reading.archive import REPAIR, damaged
from rev603.reading.grid import TextGrid, column_letters
from rev603.reading.workbook.cell_text import (
    Look,
    by_distinct,
    number_text,
    padded_text,
    shown_number,
    unescaped,
)
from rev603.reading.workbook.contents import Sheet, Workbook

#: Stands for a formula whose result was never saved; read like any other cell error.
FORMULA_WITHOUT_VALUE = "#FORMULA!"
CORRUPT = "readers disagree on what such a sheet shows, and Excel calls it corrupt"
#: Numbers that show as they are written: at most 15 digits, no exponent, no zeros that say nothing.
PLAIN_NUMBER = r"\A(?:0|-?[1-9][0-9]{0,14}|-?(?:0|[1-9][0-9]{0,8})\.[0-9]{0,5}[1-9])\z"
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


class GridBuilder:
    """Takes a sheet's cells in their order, and stops at the first limit."""

    def __init__(self, workbook: Workbook, sheet: Sheet) -> None:
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

    # -------------------------------------------------------------- what comes in

    def count(self, cells: int) -> None:
        """Count cells, blank or not."""
        self.cells += cells
        self.check(self.cells, "max_cells", "cells")

    def look(self, kind: str, style: str) -> int:
        """Return what a cell of this type and style needs."""
        if kind != "n":
            return _OF_KIND.get(kind, Look.TEXT)
        number = int(style) if style.isascii() and style.isdigit() and len(style) < 8 else 0
        if number in self.workbook.padded:
            return Look.PADDED + number
        return _OF_FORMAT.get(self.workbook.kinds.get(number, ""), Look.NUMBER)

    def add(self, row: Numbers, column: Numbers, look: Numbers, text: pa.Array) -> None:
        """Take cells; those without text are blank."""
        filled = (_lengths(text) > 0) | (look == Look.UNCOMPUTED)
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

    def add_merge(self, reference: str) -> None:
        """Take a merged range; one that cannot be read is of no consequence."""
        first, _, last = reference.partition(":")
        start, stop = place(first), place(last or first)
        if start and stop and start[0] <= stop[0] and start[1] <= stop[1]:
            self.merges.append((*start, *stop))
        if len(self.merges) > _MAX_MERGES:
            raise damaged("sheet", f"it has more than {_MAX_MERGES:,} merged ranges", self.where)

    # -------------------------------------------------------------- what cells show

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
        lengths = _lengths(text)
        self.text_bytes += int(lengths.sum())
        self.check(self.text_bytes - _TEXT_PER_CELL * self.filled, "max_text_bytes", "bytes of text")
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
            return pc.replace_with_mask(text, odd, by_distinct(text.filter(odd), number_text))
        if kind == Look.PADDED:
            self.padded += len(text)
            style = pa.array(look - Look.PADDED).cast(pa.string())
            text = pc.binary_join_element_wise(style, text, " ")
        return by_distinct(text, self.changes[kind])

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
        self.check(coming - _TEXT_PER_CELL * self.filled, "max_text_bytes", "bytes of text")
        return strings.take(pa.array(number)).cast(pa.string())

    # -------------------------------------------------------------- what comes out

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
        if self.gathered:
            self._settle()
        columns = []
        for each in range(self.first_column, self.last_column + 1) if self.last_row else ():
            chunks = self.columns.pop(each, [])
            missing = self.last_row - sum(map(len, chunks))
            columns.append(pa.chunked_array([*chunks, pa.nulls(missing, pa.string())] if missing else chunks))
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
                raise damaged("sheet", "its merged ranges overlap", f"{self.where}, cell {cell}", CORRUPT)
            block[:] = True
        return tuple(self.merges)

    # -------------------------------------------------------------- how much may come

    @property
    def _width(self) -> int:
        return self.last_column - self.first_column + 1 if self.last_column else 0

    def _check_extent(self) -> None:
        self.check(self.last_column, "max_columns", "columns")
        if self._width * self.last_row > self.limits.max_cells:
            corner = f"row {self.last_row:,} and out to column {column_letters(self.last_column)}"
            grid = f"a grid of {self._width * self.last_row:,} cells for {self.cells:,} that are there"
            raise UnsafeFileError(
                "Cells lie so far apart that the sheet cannot be held in memory.",
                where=f"{self.where}, down to {corner}",
                why=f"it would take {grid}",
                what_to_do="delete the stray cells at the far end, or raise max_cells",
            )

    def check(self, number: int, name: str, of_what: str) -> None:
        """Refuse a sheet that is over the limit of this name."""
        limit = getattr(self.limits, name)
        if number > limit:
            raise UnsafeFileError(
                f"The sheet has more than {limit:,} {of_what}.",
                where=self.where,
                what_to_do=f"export a shorter span of dates, or raise {name}",
            )


def _lengths(text: pa.Array) -> Numbers:
    """Return how many bytes each text has."""
    return np.diff(text_of(text)[0]).astype(np.int64)


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
