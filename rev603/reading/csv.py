"""Delimited text to the text grid, by pyarrow, with every cell as text.

pyarrow wants every row as wide as the first; exports are not so kind (a header block of three cells
above a table of 17). Rows of another width are kept with their number, parsed by
the standard library and put back where they stood. Blank rows are kept, so that row numbers are those
that a spreadsheet program shows.
"""

from __future__ import annotations

import csv
import io
import re
from collections import Counter
from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np
import pyarrow as pa
import pyarrow.csv as pv

from rev603.errors import UnrecognizedFileError, UnsafeFileError
from rev603.reading.grid import TextGrid
from rev603.reading.layout import ENOUGH
from rev603.reading.limits import DEFAULT_LIMITS, Limits
from rev603.vocabulary.headings import heading_key

if TYPE_CHECKING:
    from collections.abc import Collection

    from numpy.typing import NDArray

    from rev603.reading.source import Source

_DELIMITERS = (",", ";", "\t", "|")
_SAMPLE_BYTES = 262_144
_SAMPLE_ROWS = 300
_LONGEST_HEADING = 100
#: So much is parsed at a time, so a row, and a cell in quotation marks, ends within it.
_BLOCK_BYTES = 4 << 20
#: Up to so many places rows of another width are put back by slices; each makes every column's list longer.
_MOST_SLICES = 64
_QUOTE_ADVICE = 'look for a cell that opens with " and never closes, or export the report again'


def read_csv_grid(source: Source, headings: Collection[str], *, limits: Limits = DEFAULT_LIMITS) -> TextGrid:
    """Read delimited text of any common delimiter.

    Parameters
    ----------
    source
        What :func:`rev603.reading.sniff.sniff` gave.
    headings
        Heading keys to expect: the delimiter is the one that shows most of them.
    limits
        Widths and lengths that are still believed.

    Raises
    ------
    UnrecognizedFileError
        A quotation mark is never closed.
    UnsafeFileError
        More columns than any report has.
    """
    data = source.utf8()
    skipped, delimiter = _marked_delimiter(data)
    body = memoryview(data)[bytes(data[:64]).find(b"\n") + 1 if skipped else 0 :]
    sample = _sample(body, 0)
    if delimiter is None:
        delimiter = max(_DELIMITERS, key=lambda each: _promise(sample, each, headings))
    # most rows are below what stands above the table, however long that is
    width = _usual_width(
        _sample(body, len(body) // 2) if len(body) > 2 * _SAMPLE_BYTES else sample, delimiter
    )
    if width > limits.max_columns:
        raise UnsafeFileError(
            f"The text has {width:,} columns; a refund report has 17.",
            where=source.name,
            what_to_do="open it in a spreadsheet program and keep only the report",
        )
    if _count(body, b'"') % 2:
        _refuse_stray_quote(bytes(data), delimiter, source.name)
    try:
        rows = parse_text(body, delimiter, width, max_cells=limits.max_cells)
    except pa.ArrowInvalid as error:
        raise UnrecognizedFileError(
            "The text cannot be cut into rows and columns.",
            where=source.name,
            why=str(error)[:200],
            what_to_do=_QUOTE_ADVICE,
        ) from None
    except TooManyCells:
        raise UnsafeFileError(
            f"The text has more than {limits.max_cells:,} cells.",
            where=source.name,
            what_to_do="export a shorter span of dates, or raise max_cells if you trust the file",
        ) from None
    if not _ends_between_rows(body, delimiter, rows):
        _refuse_stray_quote(bytes(data), delimiter, source.name)
    columns, long_lines = _with_odd_rows(rows, delimiter, source.name, limits)
    numbers = np.arange(1 + skipped, 1 + skipped + len(columns[0]), dtype=np.int64)
    return TextGrid(columns=tuple(columns), rows=numbers, file=source.name, long_lines=long_lines)


@dataclass(frozen=True, slots=True)
class Rows:
    """Rows of the usual width as columns, and the others by their number, from 1."""

    columns: list[pa.ChunkedArray]
    odd: dict[int, str]

    def __len__(self) -> int:
        """Return the number of all rows."""
        return len(self.columns[0]) + len(self.odd)


class TooManyCells(Exception):  # noqa: N818 - it says what is wrong
    """There are more cells than allowed."""


def parse_text(
    text: memoryview, delimiter: str, width: int, *, max_cells: int, block_bytes: int = _BLOCK_BYTES
) -> Rows:
    """Parse delimited text (UTF-8), block by block on one core: pyarrow numbers the rows in no other way.

    Parameters
    ----------
    text
        The text.
    delimiter, width
        What stands between cells, and how many cells a usual row has.
    max_cells
        How many cells are believed.
    block_bytes
        So much is parsed at a time; no row is longer.

    Raises
    ------
    pyarrow.ArrowInvalid
        A quotation mark is never closed, or only far below.
    TooManyCells
        There are more.
    """
    odd: dict[int, str] = {}

    def keep(row: pv.InvalidRow) -> str:
        if len(odd) <= max_cells:
            odd[row.number] = row.text
        return "skip"

    names = [str(index) for index in range(width)]
    reader = pv.open_csv(
        pa.BufferReader(pa.py_buffer(text)),
        read_options=pv.ReadOptions(column_names=names, use_threads=False, block_size=block_bytes),
        parse_options=pv.ParseOptions(
            delimiter=delimiter, newlines_in_values=True, ignore_empty_lines=False, invalid_row_handler=keep
        ),
        convert_options=pv.ConvertOptions(
            column_types=dict.fromkeys(names, pa.large_string()),
            strings_can_be_null=True,
            null_values=[""],
            check_utf8=False,  # all of it was checked before
        ),
    )
    batches = []
    left = max_cells
    for batch in reader:
        left -= batch.num_rows * width
        if left < 0:
            raise TooManyCells
        batches.append(batch)
    if left < len(odd):
        raise TooManyCells
    return Rows(pa.Table.from_batches(batches, reader.schema).columns, odd)


def _ends_between_rows(body: memoryview, delimiter: str, rows: Rows) -> bool:
    """Tell whether the last row surely ended: read by itself, the last line gives its cells.

    A mark that is never closed would have run all that follows it together, perhaps to a row of the right width.
    """
    if len(rows) in rows.odd:
        return True  # cut into cells by the standard library, which would notice
    tail = bytes(body[-_SAMPLE_BYTES:]).rstrip(b"\r\n")
    line = re.split(rb"[\r\n]", tail)[-1].decode("utf-8", errors="replace")
    last = [column[-1].as_py() for column in rows.columns]
    try:
        cells = next(csv.reader([line], delimiter=delimiter, strict=True), [])
    except csv.Error:
        return False
    return [cell or None for cell in cells] == last


def _count(text: memoryview, byte: bytes) -> int:
    """Count a byte, in steps that stay in the processor's cache."""
    return sum(
        bytes(text[start : start + _BLOCK_BYTES]).count(byte) for start in range(0, len(text), _BLOCK_BYTES)
    )


def _marked_delimiter(data: bytes | memoryview) -> tuple[int, str | None]:
    """Obey a first line ``sep=;``, which Excel writes and reads."""
    first = bytes(data[:64]).split(b"\n")[0].strip().strip(b'"')
    if first[:4].lower() == b"sep=" and len(first) == 5:
        return 1, chr(first[4])
    if first[:4].lower() == b"sep=" and len(first) == 4:
        return 1, "\t"
    return 0, None


def _sample(body: memoryview, start: int) -> str:
    """Give the beginning of the text, or some of it from the first line end after ``start`` on."""
    text = bytes(body[start : start + _SAMPLE_BYTES]).decode("utf-8", errors="ignore")
    return text[text.find("\n") + 1 :] if start else text


def _rows(sample: str, delimiter: str) -> list[list[str]]:
    rows: list[list[str]] = []
    try:
        for row in csv.reader(io.StringIO(sample, newline=""), delimiter=delimiter):
            rows.append(row)
            if len(rows) == _SAMPLE_ROWS:
                break
    except csv.Error:  # a cell over the library's length limit: what was read before it is sample enough
        pass
    return rows


def _promise(sample: str, delimiter: str, headings: Collection[str]) -> tuple[int, int]:
    """Say how well a delimiter fits: most headings recognized in a row, then the usual width."""
    rows = _rows(sample, delimiter)
    expected, known = set(headings), 0
    for row in rows:
        known = max(
            known, len({heading_key(cell) for cell in row if len(cell) <= _LONGEST_HEADING} & expected)
        )
        if known >= ENOUGH:
            break
    return known, _modal([len(row) for row in rows])


def _usual_width(sample: str, delimiter: str) -> int:
    rows = _rows(sample, delimiter)
    if len(rows) > 1 and len(rows) < _SAMPLE_ROWS:
        rows = rows[:-1] + ([rows[-1]] if len(sample) < _SAMPLE_BYTES // 2 else [])
    return max(1, _modal([len(row) for row in rows]))


def _modal(widths: list[int]) -> int:
    counted = Counter(width for width in widths if width)
    return max(counted, key=lambda width: (counted[width], width), default=1)


def _with_odd_rows(
    rows: Rows, delimiter: str, name: str, limits: Limits
) -> tuple[list[pa.ChunkedArray], tuple[int, ...]]:
    """Put the rows of another width back where they stood; give the columns, and which lines were wider."""
    columns = rows.columns
    if not rows.odd:
        return columns, ()
    numbers = sorted(rows.odd)
    parsed = [_one_row(rows.odd[number], delimiter, f"{name}, row {number}") for number in numbers]
    width = max(len(columns), *(len(row) for row in parsed))
    if width > limits.max_columns or width * len(rows) > limits.max_cells:
        raise UnsafeFileError(
            f"A row has {width:,} cells; a refund report has 17 columns.",
            where=name,
            what_to_do="open it in a spreadsheet program and keep only the report",
        )
    before = np.asarray(numbers, dtype=np.int64) - np.arange(1, len(numbers) + 1)  # usual rows above each
    blank = pa.chunked_array([pa.nulls(len(columns[0]), pa.large_string())])
    merged = []
    for index in range(width):
        cells = [row[index] or None if index < len(row) else None for row in parsed]
        column = columns[index] if index < len(columns) else blank
        merged.append(_put_between(column, pa.array(cells, type=pa.large_string()), before))
    wider = (number - 1 for number, row in zip(numbers, parsed, strict=True) if len(row) > len(columns))
    return merged, tuple(wider)


def _put_between(column: pa.ChunkedArray, cells: pa.Array, before: NDArray[np.int64]) -> pa.ChunkedArray:
    """Put cells into a column, each behind so many of its own: by slices, which copy nothing, if there are few."""
    places, starts = np.unique(before, return_index=True)
    if len(places) > _MOST_SLICES:
        order = np.insert(np.arange(len(column)), before, np.arange(len(column), len(column) + len(cells)))
        return pa.chunked_array([*column.chunks, cells]).take(pa.array(order))
    chunks: list[pa.Array] = []
    at = 0
    for place, start, stop in zip(
        places.tolist(), starts.tolist(), [*starts[1:].tolist(), len(cells)], strict=True
    ):
        chunks += [*column.slice(at, place - at).chunks, cells.slice(start, stop - start)]
        at = place
    chunks += column.slice(at).chunks
    return pa.chunked_array(chunks, type=pa.large_string())


def _refuse_stray_quote(data: bytes, delimiter: str, name: str) -> None:
    """Look for a cell that opens with a quotation mark and closes amid another one's text.

    In a sound file the marks are even in number, so only odd ones are looked at. A lenient parser would run
    two cells together, and may by chance come out at the right width.
    """
    rows = csv.reader(io.StringIO(data.decode(), newline=""), delimiter=delimiter, strict=True)
    row = 1
    try:
        for row, _ in enumerate(rows, 2):  # noqa: B007 - the number of the row that could not be read
            pass
    except csv.Error as error:
        if "limit" in str(error):  # of the standard library, for long cells; the parser has its own
            return
        raise UnrecognizedFileError(
            "A quotation mark is never closed, so the cells after it run together.",
            where=f"{name}, row {row:,}",
            why=str(error),
            what_to_do=_QUOTE_ADVICE,
        ) from None


def _one_row(text: str, delimiter: str, where: str) -> list[str]:
    try:
        rows = list(csv.reader(io.StringIO(text, newline=""), delimiter=delimiter, strict=True))
    except csv.Error as error:
        raise UnrecognizedFileError(
            "A quotation mark is never closed, so the rows after it run together.",
            where=where,
            why=str(error),
            what_to_do=_QUOTE_ADVICE,
        ) from None
    return [cell for row in rows for cell in row]
