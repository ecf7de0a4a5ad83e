"""Delimited text, cut into pieces that are parsed side by side, each by pyarrow on one core.

pyarrow can cut a file up by itself, but either runs through all of it once more to tell a line break in a
cell from the end of a row, or ignores the difference and returns wrong rows without a word. Here a
piece ends where the quotation marks so far are even in number, and has to prove it: a marked row is put behind it,
which comes out whole only if the piece ended between two rows.
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

_PIECE_BYTES = 4 << 20
_LOOK_BYTES = 1 << 16
_QUOTE, _LINE_END, _BEGINS_BOM = 0x22, 0x0A, 0xEF
#: Ends each piece; no program writes a file separator into a cell.
_MARK = "\x1cend of piece\x1c"


@dataclass(frozen=True, slots=True)
class Rows:
    """Rows of the usual width as columns, and the others by their number, from 1."""

    columns: list[pa.ChunkedArray]
    odd: dict[int, str]


def parse_pieces(body: memoryview, delimiter: str, width: int, *, piece_bytes: int = _PIECE_BYTES) -> Rows:
    """Parse delimited text.

    Parameters
    ----------
    body
        UTF-8.
    delimiter, width
        What stands between cells, and how many cells a usual row has.
    piece_bytes
        About how much is parsed at a time.

    Raises
    ------
    pyarrow.ArrowInvalid
        A quotation mark is never closed, or only far below.
    """
    cuts = _cuts(body, piece_bytes)
    work = partial(_parse, body, delimiter, width)
    if len(cuts) > 2:
        with ThreadPoolExecutor(WORKERS) as pool:
            pieces = list(pool.map(work, cuts[:-1], cuts[1:]))
        if None not in pieces:
            return _joined([piece for piece in pieces if piece])
    whole = work(0, len(body))
    if whole is None:
        raise pa.ArrowInvalid("the text ends within a quoted cell")
    return whole


def count_byte(data: bytes | memoryview, byte: int) -> int:
    """Count a byte, in steps that stay in the processor's cache."""
    octets = np.frombuffer(data, np.uint8)
    return sum(
        int(np.count_nonzero(octets[start : start + (1 << 20)] == byte))
        for start in range(0, len(octets), 1 << 20)
    )


def _cuts(body: memoryview, piece_bytes: int) -> list[int]:
    """Give where pieces begin, and the end: line ends with an even number of quotation marks before them."""
    cuts = [0]
    octets = np.frombuffer(body, np.uint8)
    while len(body) - cuts[-1] > piece_bytes:
        at = cuts[-1] + piece_bytes
        inside = count_byte(body[cuts[-1] : at], _QUOTE) % 2
        for start in range(at, len(body), _LOOK_BYTES):
            window = octets[start : start + _LOOK_BYTES + 1]
            quotes = window == _QUOTE
            even = (np.cumsum(quotes) + inside) % 2 == 0
            # not before a byte order mark, which would be taken for one of the piece
            ends = np.flatnonzero((window[:-1] == _LINE_END) & even[:-1] & (window[1:] != _BEGINS_BOM))
            if len(ends):
                cuts.append(start + int(ends[0]) + 1)
                break
            inside = (inside + int(np.count_nonzero(quotes[:_LOOK_BYTES]))) % 2
        else:
            break
    return [*cuts, len(body)]


def _parse(body: memoryview, delimiter: str, width: int, start: int, stop: int) -> Rows | None:
    """Parse one piece; None where it ended within a cell."""
    odd: dict[int, str] = {}

    def keep(row: pv.InvalidRow) -> str:
        odd[row.number] = row.text
        return "skip"

    ended = bytes(body[stop - 1 : stop]) in {b"\n", b"\r", b""}
    text = b"".join((body[start:stop], b"" if ended else b"\n", delimiter.join([_MARK] * width).encode()))
    names = [str(index) for index in range(width)]
    table = pv.read_csv(
        pa.BufferReader(text),
        read_options=pv.ReadOptions(column_names=names, use_threads=False, block_size=len(text) + 1),
        parse_options=pv.ParseOptions(
            delimiter=delimiter, newlines_in_values=False, ignore_empty_lines=False, invalid_row_handler=keep
        ),
        convert_options=pv.ConvertOptions(
            column_types=dict.fromkeys(names, pa.string()),
            strings_can_be_null=True,
            null_values=[""],
            check_utf8=False,  # all of it was checked before
        ),
    )
    last = len(table) - 1
    if last < 0 or any(column[last].as_py() != _MARK for column in table.columns):
        return None
    if len(text) > 2 * _PIECE_BYTES and _longest(table.columns) > _PIECE_BYTES:
        raise pa.ArrowInvalid(f"a quoted cell is longer than {_PIECE_BYTES:,} bytes")
    return Rows([column.slice(0, last) for column in table.columns], odd)


def _longest(columns: list[pa.ChunkedArray]) -> int:
    return max((pc.max(pc.binary_length(column)).as_py() or 0 for column in columns), default=0)


def _joined(pieces: list[Rows]) -> Rows:
    columns = [
        pa.chunked_array([chunk for column in parts for chunk in column.chunks], type=pa.string())
        for parts in zip(*(piece.columns for piece in pieces), strict=True)
    ]
    return Rows(columns, dict(_numbered(pieces)))


def _numbered(pieces: list[Rows]) -> Iterator[tuple[int, str]]:
    """Give the odd rows with their numbers, counted through all pieces."""
    before = 0
    for piece in pieces:
        yield from ((before + number, text) for number, text in piece.odd.items())
        before += len(piece.columns[0]) + len(piece.odd)
