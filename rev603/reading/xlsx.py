"""A workbook's sheet to the text grid: fastexcel, and openpyxl where that cannot be trusted.

Both readers give the same text for the same cell. What the fast one hides or shows in its own way (errors,
padded numbers, formulas without a result, long decimals, times) was found beforehand by the scan and is put
back here.
"""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, Any

import numpy as np
import pyarrow as pa

from rev603.errors import Rev603Error, UnrecognizedFileError
from rev603.reading.grid import TextGrid
from rev603.reading.workbook.facts import MarkedCells, SheetFacts
from rev603.reading.workbook.scan import choose_reader
from rev603.reading.workbook.values import show_padded

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable

    from rev603.reading.workbook.contents import Workbook

#: Stands for a formula whose result was never saved; read like any other cell error.
FORMULA_WITHOUT_VALUE = "#FORMULA!"
_REPAIR = "open it in Excel, let Excel repair it if it asks, and save it as .xlsx; or export the report again"
_A1 = re.compile(r"([A-Z]+)([0-9]+)")


def read_xlsx_grid(workbook: Workbook, facts: SheetFacts, *, reader: str | None = None) -> TextGrid:
    """Read one sheet as text.

    Parameters
    ----------
    workbook
        From `open_workbook`.
    facts
        What the scan found about the sheet.
    reader
        ``"fast"`` or ``"careful"``; by default the one that the scan recommends. Where the fast one fails, or
        sees another extent than the scan, the careful one is asked.

    Raises
    ------
    UnrecognizedFileError
        Neither reader can make sense of the sheet.
    """
    chosen = reader or choose_reader(facts)
    columns = _fast(workbook, facts) if chosen == "fast" else None
    if columns is None:
        columns = _careful(workbook, facts)
    first_column = max(1, facts.first_column)
    uncomputed = _uncomputed(facts)
    if len(uncomputed) and (lead := first_column - int(uncomputed.columns.min())) > 0:
        columns = [_lengthened(None, facts.last_row)] * lead + columns
        first_column -= lead
    height = facts.last_row
    patches: list[tuple[MarkedCells, Callable[[str | None, str], str]]] = [
        (facts.errors, _as_it_is),
        (uncomputed, _as_it_is),
        (facts.shown, _as_it_is),
        (facts.padded, show_padded),
    ]
    for cells, show in patches:
        columns = _patched(columns, cells, show, first_column, height)
    height = len(columns[0]) if columns else 0
    return TextGrid(
        columns=tuple(columns),
        rows=np.arange(1, height + 1, dtype=np.int64),
        file=workbook.package.name,
        sheet=facts.sheet.name,
        first_column=first_column,
        epoch_1904=workbook.date1904,
        merges=facts.merges,
    )


def _fast(workbook: Workbook, facts: SheetFacts) -> list[pa.ChunkedArray] | None:
    """Read by fastexcel; None where it fails or sees another sheet than the scan did."""
    import fastexcel  # noqa: PLC0415 - only for workbooks

    if not facts.last_row:
        return []
    try:
        sheet = fastexcel.read_excel(workbook.package.data).load_sheet(
            facts.sheet.index, header_row=None, skip_rows=0, dtypes="string", schema_sample_rows=1
        )
        batch: Any = sheet.to_arrow()
    except BaseException as error:
        # where fastexcel's own language breaks off, that arrives as an exception of this name and of no public type
        if isinstance(error, fastexcel.FastExcelError) or type(error).__name__ == "PanicException":
            return None
        raise
    if (batch.num_columns, batch.num_rows) != (facts.width, facts.last_row):
        return None
    return [pa.chunked_array([column]) for column in batch.columns]


def _careful(workbook: Workbook, facts: SheetFacts) -> list[pa.ChunkedArray]:
    from rev603.reading.workbook.careful import read_carefully  # noqa: PLC0415 - rarely needed for reading

    if not facts.last_row:
        return []
    try:
        return read_carefully(workbook, facts)
    except Rev603Error:
        raise
    except Exception as error:  # noqa: BLE001 - openpyxl lets through whatever its parsers raise
        raise UnrecognizedFileError(
            "The sheet is damaged and cannot be read.",
            where=f"{workbook.package.name}, sheet {facts.sheet.name!r}",
            why=f"{type(error).__name__}: {error}"[:200],
            what_to_do=_REPAIR,
        ) from None


def _as_it_is(_text: str | None, shown: str) -> str:
    return shown


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
