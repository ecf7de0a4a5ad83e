"""The text grid: what every file becomes first. Cells are text, rows keep the sheet's own numbers."""

from __future__ import annotations

from collections.abc import Iterable
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass, replace

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc

from rev603._columns import WORKERS, Mask, Numbers, is_valid, lines_of, text_of, without

#: Signs that mangled cells are told by; the last stands for all characters beyond ASCII.
SIGNS = "=#'+.\x80"


@dataclass(frozen=True, slots=True)
class TextGrid:
    """One sheet as text."""

    #: Text, one array per column; null where the cell is blank.
    columns: tuple[pa.ChunkedArray, ...]
    #: For each line of the grid the spreadsheet's own row, from 1.
    rows: Numbers
    #: Where it comes from; a CSV has no sheet.
    file: str
    sheet: str | None = None
    #: The sheet's column, from 1, that ``columns[0]`` is.
    first_column: int = 1
    #: The workbook counts its days from 1904 (old Macintosh files).
    epoch_1904: bool = False
    #: Merged ranges: first row, first column, last row, last column, in the sheet's own numbers.
    merges: tuple[tuple[int, int, int, int], ...] = ()
    #: The lines that have more cells than most, in delimited text.
    long_lines: tuple[int, ...] = ()
    #: For each column of a cleaned grid, which of :data:`SIGNS` occur in it: what mangles cells is looked for
    #: there only.
    signs: tuple[str, ...] = ()

    def __len__(self) -> int:
        """Return the number of lines."""
        return len(self.rows)

    def cleaned(self) -> TextGrid:
        """Trim every cell, spaces of any kind, make blank ones null, and see which signs occur."""
        with ThreadPoolExecutor(WORKERS) as pool:
            done = list(pool.map(_trimmed, self.columns))
        columns, signs = zip(*done, strict=True) if done else ((), ())
        return replace(self, columns=columns, signs=signs)

    def nonblank(self) -> Mask:
        """Return which lines hold anything at all."""
        filled = np.zeros(len(self), dtype=bool)
        for column in self.columns:
            if column.null_count < len(column):
                filled |= is_valid(column)
        return filled

    def lines(self, indices: Iterable[int]) -> list[list[str | None]]:
        """Return some lines as plain lists: for the few that are looked at one by one."""
        at = np.fromiter(indices, dtype=np.int64)
        picked = [lines_of(column, at).to_pylist() for column in self.columns]
        return [list(line) for line in zip(*picked, strict=True)]

    def texts(self, indices: Iterable[int]) -> list[str]:
        """Return the text of some lines, cell behind cell."""
        return [" | ".join(cell for cell in line if cell) for line in self.lines(indices)]

    def address(self, index: int, column: int | None = None) -> str:
        """Return the cell as people write it, ``Main Report!L42``."""
        return cell_address(
            int(self.rows[index]), self.sheet, None if column is None else column + self.first_column
        )


def cell_address(row: int | None, sheet: str | None, column: int | None) -> str:
    """Return a cell, or a whole row, as people write it; without its row where that is None.

    >>> cell_address(42, "Main Report", 12)
    'Main Report!L42'
    >>> cell_address(42, None, None)
    'row 42'
    """
    before = "row " if column is None else column_letters(column)
    return f"{f'{sheet}!' if sheet else ''}{before}{'' if row is None else row}"


def column_letters(column: int) -> str:
    """Return the letters of a column counted from 1.

    >>> column_letters(1), column_letters(27), column_letters(16384)
    ('A', 'AA', 'XFD')
    """
    letters = ""
    while column:
        column, rest = divmod(column - 1, 26)
        letters = chr(65 + rest) + letters
    return letters


def _trimmed(column: pa.ChunkedArray) -> tuple[pa.ChunkedArray, str]:
    """Return a column trimmed, and the signs in it: one look at its bytes while they are at hand."""
    signs, untidy = "", False
    for chunk in column.chunks:
        bounds, text = text_of(chunk)
        whole = text[bounds[0] : bounds[-1]]
        least, most = (int(whole.min()), int(whole.max())) if len(whole) else (ord("~"), ord("~"))
        possible = [sign for sign in SIGNS[:-1] if least <= ord(sign) <= most and sign not in signs]
        signs += "".join(sign for sign in possible if (whole == ord(sign)).any())
        signs += SIGNS[-1] if most >= ord(SIGNS[-1]) and SIGNS[-1] not in signs else ""
        filled = bounds[1:] > bounds[:-1]
        untidy = untidy or np.count_nonzero(filled) < len(chunk) - chunk.null_count
        # a space, or what may be one, is seldom outermost
        if not untidy and (least <= ord(" ") or most > ord("~")):
            outermost = text[bounds[:-1][filled]], text[bounds[1:][filled] - 1]
            untidy = any(bool(((ends <= ord(" ")) | (ends > ord("~"))).any()) for ends in outermost)
    if not untidy:
        return column, signs
    trimmed = pc.utf8_trim_whitespace(column)
    blank = pc.equal(trimmed, "")
    return without(trimmed, blank) if pc.any(blank).as_py() else trimmed, signs
