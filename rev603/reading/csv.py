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
from collections.abc import Collection, Iterator
from contextlib import suppress
from dataclasses import dataclass
from itertools import islice

import numpy as np
import pyarrow as pa
import pyarrow.csv as pv

from rev603._columns import Numbers
from rev603.errors import UnrecognizedFileError, UnsafeFileError
from rev603.reading.grid import TextGrid
from rev603.reading.layout import ENOUGH, LONGEST_HEADING
from rev603.reading.limits import DEFAULT_LIMITS, Limits
from rev603.reading.sniff import Source
from rev603.vocabulary.headings import heading_key

_DELIMITERS = (",", ";", "\t", "|")
_SAMPLE_BYTES = 262_144
_SAMPLE_ROWS = 300
#: So much is parsed at a time, so a row, and a cell in quotation marks, ends within it.
_BLOCK_BYTES = 4 << 20
#: Up to so many places rows of another width are put back by slices; each makes every column's list longer.
_MOST_SLICES = 64
_LINE_END = re.compile(rb"[\r\n]")
_QUOTE_ADVICE = 'look for a cell that opens with " and never closes, or export the report again'
_ONLY_THE_REPORT = "open it in a spreadsheet program and keep only the report"


def read_csv_grid(source: Source, headings: Collection[str], *, limits: Limits = DEFAULT_LIMITS) -> TextGrid:
    """Read delimited text; of the common delimiters the one is taken that shows most of the headings' keys.

    A quotation mark that is never closed is refused; and as unsafe, more columns or cells than any report has.
    """
    data = source.text
    skipped, delimiter = _marked_delimiter(data)
    body = memoryview(data)[bytes(data[:64]).find(b"\n") + 1 if skipped else 0 :]
    sample = _sample(body, 0)
    if delimiter is None:
        present = [each for each in _DELIMITERS if each == _DELIMITERS[0] or each in sample]
        delimiter = max(present, key=lambda each: _promise(_rows(sample, each), headings))
    # most rows are below what stands above the table, however long that is
    width = _modal(
        _rows(_sample(body, len(body) // 2) if len(body) > 2 * _SAMPLE_BYTES else sample, delimiter)
    )
    if width > limits.max_columns:
        raise UnsafeFileError(
            f"The text has {width:,} columns; a refund report has 17.",
            where=source.name,
            what_to_do=_ONLY_THE_REPORT,
        )
    letters = np.frombuffer(body, np.uint8)
    # in steps that stay in the processor's cache
    marks = (letters[at : at + _SAMPLE_BYTES] == ord('"') for at in range(0, len(letters), _SAMPLE_BYTES))
    if sum(map(np.count_nonzero, marks)) % 2:
        _refuse_stray_quote(data, delimiter, source.name)
    rows = parse_text(body, delimiter, width, name=source.name, max_cells=limits.max_cells)
    if not _ends_between_rows(body, delimiter, rows):
        _refuse_stray_quote(data, delimiter, source.name)
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


def parse_text(
    text: memoryview,
    delimiter: str,
    width: int,
    *,
    name: str,
    max_cells: int,
    block_bytes: int = _BLOCK_BYTES,
) -> Rows:
    """Parse delimited text (UTF-8), block by block on one core: pyarrow numbers the rows in no other way.

    ``width`` is the number of cells in a usual row; no row is longer than ``block_bytes``.
    """
    odd: dict[int, str] = {}

    def keep(row: pv.InvalidRow) -> str:
        if len(odd) <= max_cells:
            odd[row.number] = row.text
        return "skip"

    names = [str(index) for index in range(width)]
    batches, left = [], max_cells
    try:
        reader = pv.open_csv(
            pa.BufferReader(pa.py_buffer(text)),
            read_options=pv.ReadOptions(column_names=names, use_threads=False, block_size=block_bytes),
            parse_options=pv.ParseOptions(
                delimiter=delimiter,
                newlines_in_values=True,
                ignore_empty_lines=False,
                invalid_row_handler=keep,
            ),
            convert_options=pv.ConvertOptions(
                column_types=dict.fromkeys(names, pa.large_string()),
                strings_can_be_null=True,
                null_values=[""],
                check_utf8=False,  # all of it was checked before
            ),
        )
        while left >= 0 and (batch := next(reader, None)) is not None:
            left -= batch.num_rows * width
            batches.append(batch)
    except pa.ArrowInvalid as error:
        raise UnrecognizedFileError(
            "The text cannot be cut into rows and columns.",
            where=name,
            why=str(error)[:200],
            what_to_do=_QUOTE_ADVICE,
        ) from None
    if left < len(odd):
        raise UnsafeFileError(
            f"The text has more than {max_cells:,} cells.",
            where=name,
            what_to_do="export a shorter span of dates, or raise max_cells if you trust the file",
        )
    return Rows(pa.Table.from_batches(batches, reader.schema).columns, odd)


def _ends_between_rows(body: memoryview, delimiter: str, rows: Rows) -> bool:
    """Return whether the last row surely ended: read by itself, the last line gives its cells.

    A mark that is never closed would have run all that follows it together, perhaps to a row of the right width.
    """
    if len(rows) in rows.odd:
        return True  # cut into cells by the standard library, which would notice
    tail = bytes(body[-_SAMPLE_BYTES:]).rstrip(b"\r\n")
    line = _LINE_END.split(tail)[-1].decode("utf-8", errors="replace")
    try:
        cells = next(csv.reader([line], delimiter=delimiter, strict=True), [])
    except csv.Error:
        return False
    return [cell or None for cell in cells] == [column[-1].as_py() for column in rows.columns]


def _marked_delimiter(data: bytes | memoryview) -> tuple[int, str | None]:
    """Obey a first line ``sep=;``, which Excel writes and reads."""
    first = bytes(data[:64]).split(b"\n")[0].strip().strip(b'"')
    if first[:4].lower() == b"sep=" and len(first) <= len(b"sep=;"):
        return 1, first[4:].decode("latin-1") or "\t"
    return 0, None


def _sample(body: memoryview, start: int) -> str:
    """Return some whole lines of the text, from its beginning or from the first line end after ``start`` on."""
    text = bytes(body[start : start + _SAMPLE_BYTES]).decode("utf-8", errors="ignore")
    text = text[text.find("\n") + 1 :] if start else text
    return text if start + _SAMPLE_BYTES >= len(body) else text[: text.rfind("\n") + 1] or text


def _rows(sample: str, delimiter: str) -> list[list[str]]:
    rows: list[list[str]] = []
    with suppress(csv.Error):  # a cell over the library's limit: what was read before is sample enough
        rows.extend(islice(csv.reader(io.StringIO(sample, newline=""), delimiter=delimiter), _SAMPLE_ROWS))
    return rows


def _promise(rows: list[list[str]], headings: Collection[str]) -> tuple[int, int]:
    """Return how well a delimiter fits: most headings recognized in a row, then the usual width."""
    expected, known = set(headings), 0
    for row in rows:
        keys = {heading_key(cell) for cell in row if len(cell) <= LONGEST_HEADING}
        known = max(known, len(keys & expected))
        if known >= ENOUGH:
            break
    return known, _modal(rows)


def _modal(rows: list[list[str]]) -> int:
    """Return the most frequent width of a row, of several the largest."""
    counted = Counter(len(row) for row in rows if row)
    return max(counted, key=lambda width: (counted[width], width), default=1)


def _with_odd_rows(
    rows: Rows, delimiter: str, name: str, limits: Limits
) -> tuple[list[pa.ChunkedArray], tuple[int, ...]]:
    """Put the rows of another width back where they stood; return the columns, and which lines were wider."""
    columns = rows.columns
    if not rows.odd:
        return columns, ()
    numbers = sorted(rows.odd)
    parsed = [
        [cell for row in _strict_rows(rows.odd[number], delimiter, name, number) for cell in row]
        for number in numbers
    ]
    width = max(len(columns), *(len(row) for row in parsed))
    if width > limits.max_columns or width * len(rows) > limits.max_cells:
        raise UnsafeFileError(
            f"A row has {width:,} cells; a refund report has 17 columns.",
            where=name,
            what_to_do=_ONLY_THE_REPORT,
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


def _put_between(column: pa.ChunkedArray, cells: pa.Array, before: Numbers) -> pa.ChunkedArray:
    """Put cells into a column, each behind so many of its own: by slices, which copy nothing, if there are few."""
    places, starts = np.unique(before, return_index=True)
    if len(places) > _MOST_SLICES:
        order = np.insert(np.arange(len(column)), before, np.arange(len(column), len(column) + len(cells)))
        return pa.chunked_array([*column.chunks, cells]).take(pa.array(order))
    own = np.diff(places, prepend=0, append=len(column)).tolist()
    chunks = column.slice(0, own[0]).chunks
    for at, start, stop, count in zip(
        places.tolist(), starts, [*starts[1:], len(cells)], own[1:], strict=True
    ):
        chunks += [cells.slice(start, stop - start), *column.slice(at, count).chunks]
    return pa.chunked_array(chunks, type=pa.large_string())


def _refuse_stray_quote(data: bytes | memoryview, delimiter: str, name: str) -> None:
    """Look for a cell that opens with a quotation mark and closes amid another one's text.

    In a sound file the marks are even in number, so only odd ones are looked at. A lenient parser would run
    two cells together, and may by chance come out at the right width.
    """
    for _ in _strict_rows(bytes(data).decode(), delimiter, name, 1):
        pass


def _strict_rows(text: str, delimiter: str, name: str, first: int) -> Iterator[list[str]]:
    """Yield the rows of a text that begins with row ``first`` of the file."""
    rows = csv.reader(io.StringIO(text, newline=""), delimiter=delimiter, strict=True)
    done = 0
    try:
        for done, cells in enumerate(rows, 1):  # noqa: B007 - how many rows were read before one that cannot be
            yield cells
    except csv.Error as error:
        raise UnrecognizedFileError(
            "A quotation mark is never closed, so the cells after it run together.",
            where=f"{name}, row {first + done:,}",
            why=str(error),
            what_to_do=_QUOTE_ADVICE,
        ) from None
