"""The text grid: what every file becomes first. Cells are text, rows keep the sheet's own numbers."""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import TYPE_CHECKING

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc

from rev603._columns import is_valid, joined_text, lines_of, map_columns, text_of

if TYPE_CHECKING:
    from collections.abc import Iterable

    from numpy.typing import NDArray

#: Signs that mangled cells are told by; the last stands for all characters beyond ASCII.
SIGNS = "=#'+.\x80"


@dataclass(frozen=True, slots=True)
class TextGrid:
    """One sheet as text.

    Attributes
    ----------
    columns
        Text, one array per column; null where the cell is blank.
    rows
        For each line of the grid the spreadsheet's own row, from 1.
    first_column
        The sheet's column, from 1, that ``columns[0]`` is.
    file, sheet
        Where it comes from; a CSV has no sheet.
    epoch_1904
        The workbook counts its days from 1904 (old Macintosh files).
    merges
        Merged ranges: first row, first column, last row, last column, in the sheet's own numbers.
    long_lines
        The lines that have more cells than most, in delimited text.
    signs
        For each column, which of :data:`SIGNS` can occur in it; empty where nobody has looked.
    """

    columns: tuple[pa.ChunkedArray, ...]
    rows: NDArray[np.int64]
    file: str
    sheet: str | None = None
    first_column: int = 1
    epoch_1904: bool = False
    merges: tuple[tuple[int, int, int, int], ...] = ()
    long_lines: tuple[int, ...] = ()
    signs: tuple[str, ...] = ()

    def __len__(self) -> int:
        """Give the number of lines."""
        return len(self.rows)

    def cleaned(self) -> TextGrid:
        """Trim every cell, spaces of any kind, make blank ones null, and see which signs occur."""
        done = map_columns(_trimmed, self.columns)
        columns, signs = zip(*done, strict=True) if done else ((), ())
        return replace(self, columns=columns, signs=signs)

    def signs_in(self, column: int) -> str:
        """Give the signs that can occur in a column: what mangles cells need not be looked for elsewhere."""
        return self.signs[column] if self.signs else SIGNS

    def nonblank(self) -> NDArray[np.bool_]:
        """Tell which lines hold anything at all."""
        filled = np.zeros(len(self), dtype=bool)
        for column in self.columns:
            if column.null_count < len(column):
                filled |= is_valid(column)
        return filled

    def lines(self, indices: Iterable[int]) -> list[list[str | None]]:
        """Give some lines as plain lists: for the few that are looked at one by one."""
        at = np.fromiter(indices, dtype=np.int64)
        picked = [lines_of(column, at).to_pylist() for column in self.columns]
        return [list(line) for line in zip(*picked, strict=True)]

    def address(self, index: int, column: int | None = None) -> str:
        """Give the cell as people write it, ``Main Report!L42``."""
        return cell_address(
            int(self.rows[index]), self.sheet, None if column is None else column + self.first_column
        )


def cell_address(row: int, sheet: str | None, column: int | None) -> str:
    """Give a cell, or a whole row, as people write it.

    >>> cell_address(42, "Main Report", 12)
    'Main Report!L42'
    >>> cell_address(42, None, None)
    'row 42'
    """
    return f"{_before_row(sheet, column)}{row}"


def cell_addresses(rows: NDArray[np.int64], sheet: str | None, column: int | None) -> pa.Array:
    """Give :func:`cell_address` of many rows."""
    numbers = pc.cast(pa.array(rows), pa.large_string())
    return joined_text(_before_row(sheet, column), numbers)


def _before_row(sheet: str | None, column: int | None) -> str:
    return f"{f'{sheet}!' if sheet else ''}{'row ' if column is None else column_letters(column)}"


def column_letters(column: int) -> str:
    """Give the letters of a column counted from 1.

    >>> column_letters(1), column_letters(27), column_letters(16384)
    ('A', 'AA', 'XFD')
    """
    letters = ""
    while column:
        column, rest = divmod(column - 1, 26)
        letters = chr(65 + rest) + letters
    return letters


def _trimmed(column: pa.ChunkedArray) -> tuple[pa.ChunkedArray, str]:
    """Trim a column, and give the signs in it: one look at its bytes while they are at hand."""
    signs, untidy = "", False
    for chunk in column.chunks:
        bounds, text = text_of(chunk)
        whole = text[bounds[0] : bounds[-1]]
        least, most = (int(whole.min()), int(whole.max())) if len(whole) else (_SPACE + 1, 0)
        possible = [sign for sign in SIGNS[:-1] if least <= ord(sign) <= most and sign not in signs]
        signs += "".join(sign for sign in possible if (whole == ord(sign)).any())
        signs += SIGNS[-1] if most > _LAST_ASCII and SIGNS[-1] not in signs else ""
        untidy = untidy or _may_need_trimming(chunk, anywhere=least <= _SPACE or most >= _LAST_ASCII)
    if not untidy:
        return column, signs
    trimmed = pc.utf8_trim_whitespace(column)
    blank = pc.equal(trimmed, "")
    if pc.any(blank).as_py():
        trimmed = pc.if_else(blank, pa.scalar(None, trimmed.type), trimmed)
    return trimmed, signs


def _may_need_trimming(chunk: pa.Array, *, anywhere: bool) -> bool:
    """Look at the outermost bytes of every cell, where a space is ``anywhere``: far cheaper than trimming."""
    bounds, text = text_of(chunk)
    starts, ends = bounds[:-1], bounds[1:]
    filled = ends > starts
    if int(np.count_nonzero(filled)) != len(chunk) - chunk.null_count:
        return True  # empty text that should be null
    if not anywhere:  # codes, dates and amounts
        return False
    if not filled.all():
        starts, ends = starts[filled], ends[filled]
    return any(bool(_SPACE_OR_BEYOND_ASCII[text[places]].any()) for places in (starts, ends - 1))


_SPACE, _LAST_ASCII = 32, 127
#: Bytes that begin or end a cell with a space, or with a character beyond ASCII, which may be one.
_SPACE_OR_BEYOND_ASCII = np.array([byte <= _SPACE or byte >= _LAST_ASCII for byte in range(256)])
