"""Delimited text, cut into pieces that are parsed side by side, each by pyarrow on one core.

pyarrow can cut a file up by itself, but either runs through all of it once more to tell a line break in a
cell from the end of a row, or ignores the difference and returns wrong rows without a word. Here a
piece ends where the quotation marks so far are even in number. Since stray ones mislead the count, each has to prove
that it ended between two rows: by its last cell, or by a marked row behind it that comes out whole.
"""

from __future__ import annotations

from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from functools import partial
from typing import TYPE_CHECKING

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc
import pyarrow.csv as pv

from rev603.reading.grid import WORKERS

if TYPE_CHECKING:
    from collections.abc import Iterator

    from numpy.typing import NDArray

_PIECE_BYTES = 4 << 20
_LOOK_BYTES = 1 << 16
_COUNT_BYTES = 1 << 20
_QUOTE, _LINE_END, _OLD_LINE_END, _BEGINS_BOM = 0x22, 0x0A, 0x0D, 0xEF
#: Ends each piece; no program writes a file separator into a cell.
_MARK = "\x1cend of piece\x1c"


@dataclass(frozen=True, slots=True)
class Rows:
    """Rows of the usual width as columns, and the others by their number, from 1."""

    columns: list[pa.ChunkedArray]
    odd: dict[int, str]


@dataclass(frozen=True, slots=True)
class Pieces:
    """Text cut up: where each piece begins, and the end; and whether its quotation marks are even in number."""

    text: memoryview
    cuts: list[int]
    paired: bool


def cut_up(text: memoryview, *, piece_bytes: int = _PIECE_BYTES) -> Pieces:
    """Cut text (UTF-8) at line ends with an even number of quotation marks before them."""
    cuts = [0]
    octets = np.frombuffer(text, np.uint8)
    line_end = (
        _LINE_END if (octets[:piece_bytes] == _LINE_END).any() or _count(octets, _LINE_END) else _OLD_LINE_END
    )
    while len(text) - cuts[-1] > piece_bytes:
        at = cuts[-1] + piece_bytes
        cut = _cut_after(octets, at, _count(octets[cuts[-1] : at], _QUOTE), line_end)
        if cut is None:
            break
        cuts.append(cut)
    return Pieces(text, [*cuts, len(text)], paired=_count(octets[cuts[-1] :], _QUOTE) % 2 == 0)


def _cut_after(octets: NDArray[np.uint8], at: int, quotes_before: int, line_end: int) -> int | None:
    for start in range(at, len(octets), _LOOK_BYTES):
        window = octets[start : start + _LOOK_BYTES + 1]
        quotes = quotes_before + np.cumsum(window == _QUOTE)
        # not before a byte order mark, which would be taken for one of the piece
        ends = (window[:-1] == line_end) & (quotes[:-1] % 2 == 0) & (window[1:] != _BEGINS_BOM)
        if ends.any():
            return start + int(np.argmax(ends)) + 1
        quotes_before = int(quotes[:_LOOK_BYTES][-1])
    return None


def _count(octets: NDArray[np.uint8], byte: int) -> int:
    """Count a byte, in steps that stay in the processor's cache."""
    steps = range(0, len(octets), _COUNT_BYTES)
    return sum(int(np.count_nonzero(octets[start : start + _COUNT_BYTES] == byte)) for start in steps)


class TooManyCells(Exception):  # noqa: N818 - it says what is wrong
    """There are more cells than allowed."""


def parse_pieces(pieces: Pieces, delimiter: str, width: int, *, max_cells: int) -> Rows:
    """Parse delimited text.

    Parameters
    ----------
    pieces
        The text, cut up.
    delimiter, width
        What stands between cells, and how many cells a usual row has.
    max_cells
        How many cells are believed.

    Raises
    ------
    pyarrow.ArrowInvalid
        A quotation mark is never closed, or only far below.
    TooManyCells
        There are more.
    """
    parsed = []
    work = partial(_parse, pieces.text, delimiter, width)
    with ThreadPoolExecutor(WORKERS) as pool:
        left = max_cells
        for rows in pool.map(work, pieces.cuts[:-1], pieces.cuts[1:]):
            if rows is None:
                break
            parsed.append(rows)
            left -= len(rows.columns[0]) * width
            if left < 0:
                pool.shutdown(wait=False, cancel_futures=True)
                raise TooManyCells
    if len(parsed) == len(pieces.cuts) - 1:
        return parsed[0] if len(parsed) == 1 else _joined(parsed)
    whole = work(0, len(pieces.text))
    if whole is None:
        raise pa.ArrowInvalid("the text ends within a quoted cell")
    return whole


def _parse(text: memoryview, delimiter: str, width: int, start: int, stop: int) -> Rows | None:
    """Parse one piece; None where it ended within a cell."""
    piece = text[start:stop]
    ended = bytes(piece[-1:]) in {b"\n", b"\r"}
    if ended:
        rows = _rows(pa.py_buffer(piece), delimiter, width)
        if _between_rows(rows):
            return rows
    mark = delimiter.join([_MARK] * width).encode()
    rows = _rows(pa.py_buffer(b"".join((piece, b"" if ended else b"\n", mark))), delimiter, width)
    last = len(rows.columns[0]) - 1
    if last < 0 or any(column[last].as_py() != _MARK for column in rows.columns):
        return None
    return Rows([column.slice(0, last) for column in rows.columns], rows.odd)


def _between_rows(rows: Rows) -> bool:
    """Tell whether a piece that ends a line surely ended a row: an open cell would hold the line's end.

    A closed one may, too, and an odd row is not cut into cells: they are looked at again.
    """
    count = len(rows.columns[0])
    if not count or count + len(rows.odd) in rows.odd:
        return False
    last_cell = rows.columns[-1][count - 1].as_py()
    return last_cell is None or not last_cell.endswith(("\n", "\r"))


def _rows(buffer: pa.Buffer, delimiter: str, width: int) -> Rows:
    odd: dict[int, str] = {}

    def keep(row: pv.InvalidRow) -> str:
        odd[row.number] = row.text
        return "skip"

    names = [str(index) for index in range(width)]
    table = pv.read_csv(
        pa.BufferReader(buffer),
        read_options=pv.ReadOptions(column_names=names, use_threads=False, block_size=buffer.size + 1),
        parse_options=pv.ParseOptions(
            delimiter=delimiter, newlines_in_values=False, ignore_empty_lines=False, invalid_row_handler=keep
        ),
        convert_options=pv.ConvertOptions(
            column_types=dict.fromkeys(names, pa.large_string()),
            strings_can_be_null=True,
            null_values=[""],
            check_utf8=False,  # all of it was checked before
        ),
    )
    if buffer.size > 2 * _PIECE_BYTES and _longest(table.columns) > _PIECE_BYTES:
        raise pa.ArrowInvalid(f"a quoted cell is longer than {_PIECE_BYTES:,} bytes")
    return Rows(table.columns, odd)


def _longest(columns: list[pa.ChunkedArray]) -> int:
    return max((pc.max(pc.binary_length(column)).as_py() or 0 for column in columns), default=0)


def _joined(pieces: list[Rows]) -> Rows:
    columns = [
        pa.chunked_array([chunk for column in parts for chunk in column.chunks], type=pa.large_string())
        for parts in zip(*(piece.columns for piece in pieces), strict=True)
    ]
    return Rows(columns, dict(_numbered(pieces)))


def _numbered(pieces: list[Rows]) -> Iterator[tuple[int, str]]:
    """Give the odd rows with their numbers, counted through all pieces."""
    before = 0
    for piece in pieces:
        yield from ((before + number, text) for number, text in piece.odd.items())
        before += len(piece.columns[0]) + len(piece.odd)
