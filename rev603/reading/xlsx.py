"""A workbook's sheet to the text grid: fastexcel, and openpyxl where that cannot be trusted.

Both readers give the same text for the same cell. What the fast one hides (errors, padded numbers,
formulas without a result) was found beforehand by the scan and is put back here.
"""

from __future__ import annotations

import datetime as dt
import io
import re
import warnings
from typing import TYPE_CHECKING, Any

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc

from rev603.errors import UnrecognizedFileError
from rev603.reading.grid import TextGrid
from rev603.reading.sheet_facts import MarkedCells, SheetFacts
from rev603.reading.sheet_scan import choose_reader

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable

    from rev603.reading.sniff import Source

#: Stands for a formula whose result was never saved; read like any other cell error.
FORMULA_WITHOUT_VALUE = "#FORMULA!"
_REPAIR = "open it in Excel, let Excel repair it if it asks, and save it as .xlsx; or export the report again"
#: Fifteen digits and a point; more are the tail of binary arithmetic.
_LONGEST_NUMBER = 16
_NOISY = r"\A-?[0-9]+\.[0-9]{2,}\z"
_A1 = re.compile(r"([A-Z]+)([0-9]+)")


def read_xlsx_grid(
    source: Source, facts: SheetFacts, *, epoch_1904: bool, reader: str | None = None
) -> TextGrid:
    """Read one sheet as text.

    Parameters
    ----------
    source
        The workbook.
    facts
        What the scan found about the sheet.
    epoch_1904
        The workbook's date system.
    reader
        ``"fast"`` or ``"careful"``; by default the one that the scan recommends.

    Raises
    ------
    UnrecognizedFileError
        Neither reader can make sense of the sheet.
    """
    careful = (reader or choose_reader(facts)) == "careful"
    columns = _careful(source, facts) if careful else _fast(source, facts)
    first_column = 1 if careful else max(1, facts.first_column)
    height = len(columns[0]) if columns else 0
    patches: list[tuple[MarkedCells, Callable[[str | None, str], str]]] = [
        (facts.errors, _as_it_is),
        (_uncomputed(facts), _as_it_is),
    ]
    if not careful:
        patches.append((facts.padded, show_padded))
    for cells, show in patches:
        columns = _patched(columns, cells, show, first_column, height)
    return TextGrid(
        columns=tuple(columns),
        rows=np.arange(1, height + 1, dtype=np.int64),
        file=source.name,
        sheet=facts.sheet.name,
        first_column=first_column,
        epoch_1904=epoch_1904,
        merges=facts.merges,
    )


def _fast(source: Source, facts: SheetFacts) -> list[pa.ChunkedArray]:
    import fastexcel  # noqa: PLC0415 - only for workbooks

    if not facts.last_row:
        return []
    try:
        sheet = fastexcel.read_excel(source.data).load_sheet(
            facts.sheet.index, header_row=None, skip_rows=0, dtypes="string", schema_sample_rows=1
        )
        batch: Any = sheet.to_arrow()
    except fastexcel.FastExcelError as error:
        raise _damaged(source, facts, error) from None
    return [pa.chunked_array([_without_noise(column)]) for column in batch.columns]


def _without_noise(column: pa.Array) -> pa.Array:
    """Give numbers with the 15 digits that a spreadsheet shows: ``0.30000000000000004`` is 0.3."""
    long = pc.greater(pc.utf8_length(column), _LONGEST_NUMBER)
    if not pc.any(long).as_py():
        return column
    noisy = pc.fill_null(pc.and_(long, pc.match_substring_regex(column, _NOISY)), fill_value=False)
    if not pc.any(noisy).as_py():
        return column
    plain = [number_text(float(text)) for text in column.filter(noisy).to_pylist()]
    return pc.replace_with_mask(column, noisy, pa.array(plain, type=column.type))


def _careful(source: Source, facts: SheetFacts) -> list[pa.ChunkedArray]:
    import openpyxl  # noqa: PLC0415 - rarely needed for reading

    try:
        with warnings.catch_warnings():
            warnings.simplefilter("ignore")  # about styles and validations, which are not read
            workbook = openpyxl.load_workbook(
                io.BytesIO(source.data), read_only=True, data_only=True, keep_links=False
            )
            sheet: Any = workbook[facts.sheet.name]
            sheet.reset_dimensions()  # it would believe a wrong <dimension>
            lines = [[_text(cell.value, cell) for cell in line] for line in sheet.iter_rows()]
    except Exception as error:  # noqa: BLE001 - openpyxl lets through whatever its parsers raise
        raise _damaged(source, facts, error) from None
    width = max((len(line) for line in lines), default=0)
    return [
        pa.chunked_array(
            [pa.array([line[at] if at < len(line) else None for line in lines], type=pa.string())]
        )
        for at in range(width)
    ]


def _damaged(source: Source, facts: SheetFacts, error: Exception) -> UnrecognizedFileError:
    return UnrecognizedFileError(
        "The sheet is damaged and cannot be read.",
        where=f"{source.name}, sheet {facts.sheet.name!r}",
        why=f"{type(error).__name__}: {error}"[:200],
        what_to_do=_REPAIR,
    )


def _text(value: object, cell: Any) -> str | None:
    """Give openpyxl's value as the fast reader would."""
    if value is None or value == "":
        return None
    if isinstance(value, bool):
        return str(value).lower()
    if isinstance(value, dt.datetime):
        return value.isoformat(sep=" ", timespec="seconds")
    if isinstance(value, dt.date):
        return f"{value.isoformat()} 00:00:00"
    if isinstance(value, int | float):
        number = number_text(value)
        pattern = str(cell.number_format)
        return show_padded(number, pattern) if re.fullmatch(r"0[0-]*0", pattern) else number
    return str(value)


def number_text(value: float) -> str:
    """Give a number as plain digits, 15 of them significant, never with an exponent.

    >>> number_text(0.1 + 0.2), number_text(1234.0), number_text(1e21)
    ('0.3', '1234', '1000000000000000000000')
    """
    if value == int(value):
        return str(int(value))
    return f"{float(f'{value:.15g}'):.17f}".rstrip("0") if abs(value) < 1e-4 else repr(float(f"{value:.15g}"))


def _as_it_is(_text: str | None, shown: str) -> str:
    return shown


def show_padded(text: str | None, pattern: str) -> str:
    """Give a number as its format shows it.

    >>> show_padded("42", "0000000"), show_padded("123456789", "000-00-0000")
    ('0000042', '123-45-6789')
    """
    digits = list((text or "").rjust(pattern.count("0"), "0"))
    if not (text or "").isdigit():
        return text or ""
    shown = [digits.pop() if mark == "0" else mark for mark in reversed(pattern)]
    return "".join([*digits, *reversed(shown)])


def _uncomputed(facts: SheetFacts) -> MarkedCells:
    places = [found for cell in facts.uncomputed_cells if (found := _A1.search(cell))]
    return MarkedCells(
        rows=np.array([int(place[2]) for place in places], dtype=np.int64),
        columns=np.array([_column_number(place[1]) for place in places], dtype=np.int64),
        texts=(FORMULA_WITHOUT_VALUE,) * len(places),
    )


def _column_number(letters: str) -> int:
    number = 0
    for letter in letters:
        number = number * 26 + ord(letter) - 64
    return number


def _patched(
    columns: list[pa.ChunkedArray],
    cells: MarkedCells,
    show: Callable[[str | None, str], str],
    first_column: int,
    height: int,
) -> list[pa.ChunkedArray]:
    """Put back what a reader hides, column by column."""
    if not len(cells):
        return columns
    height = max(height, int(cells.rows.max()))
    wide = max(len(columns), int(cells.columns.max()) - first_column + 1)
    patched = [_lengthened(columns[at] if at < len(columns) else None, height) for at in range(wide)]
    shown = np.array(cells.texts, dtype=object)
    for at in np.unique(cells.columns):
        here = cells.columns == at
        values: Iterable[str] = shown[here]
        places = cells.rows[here] - 1
        column = patched[int(at) - first_column]
        before = column.take(pa.array(places)).to_pylist()
        after = np.array(column.to_numpy(zero_copy_only=False), dtype=object)
        after[places] = [show(text, pattern) for text, pattern in zip(before, values, strict=True)]
        patched[int(at) - first_column] = pa.chunked_array(
            [pa.array(after, type=pa.string(), from_pandas=True)]
        )
    return patched


def _lengthened(column: pa.ChunkedArray | None, height: int) -> pa.ChunkedArray:
    have = 0 if column is None else len(column)
    chunks = [] if column is None else list(column.chunks)
    if have < height:
        chunks.append(pa.nulls(height - have, pa.string()))
    return pa.chunked_array(chunks, type=pa.string())
