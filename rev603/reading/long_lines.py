"""Lines with more cells than there are headings: an unquoted comma moved all that follows by one column.

Read as they stand, they would show one column's value under another's heading: an entry number as an amount. They are
refused; what they may have meant is said, and never taken.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np
import pyarrow as pa

from rev603._columns import is_valid
from rev603.identifiers import entry_number, importer_number
from rev603.reading.amounts import amount_in_cents
from rev603.reading.dates import parse_date
from rev603.reading.masked_cells import masked
from rev603.reading.repairs import FREE_TEXT
from rev603.vocabulary.statuses import METHODS, status_key

if TYPE_CHECKING:
    from collections.abc import Callable

    from numpy.typing import NDArray

    from rev603.reading.grid import TextGrid
    from rev603.reading.layout import Line, Table
    from rev603.reading.line_log import LineLog

_FITS: dict[str, Callable[[str], bool]] = {
    "refund_date": lambda text: any(parse_date(text, day_first=way) is not None for way in (False, True)),
    "total_refund_amount": lambda text: amount_in_cents(text) is not None and bool({"$", "."} & {*text}),
    "document_number": entry_number.is_valid,
    "payee_id": importer_number.is_valid,
    "check_or_ach": lambda text: status_key(text) in METHODS,
}
_MAY_BE_BLANK = frozenset({"check_or_ach"})


def refuse_long_lines(work: LineLog) -> None:
    """Refuse the lines that have more cells than the table has headings."""
    last = max(
        *work.table.columns.values(), *work.table.unknown.values(), *(at for _, at in work.table.repeated)
    )
    places = np.flatnonzero(_by_their_width(work.grid, work.table, work.lines))
    readings = [_one_reading(line, work.table, last) for line in work.grid.lines(work.lines[places])]
    beside = np.flatnonzero(_by_a_cell_beside(work.grid, work.lines, last))
    beside = np.setdiff1d(beside, places)
    for at, line in zip(beside.tolist(), work.grid.lines(work.lines[beside]), strict=True):
        if reading := _one_reading(line, work.table, last):  # else it may be somebody's remark
            places = np.append(places, at)
            readings.append(reading)
    if len(places):
        detail = pa.array([reading or "nothing tells which" for reading in readings], pa.large_string())
        nothing = pa.nulls(len(places), pa.large_string())
        work.log.add_cells(
            "line-too-long", work.grid, work.lines[places], None, nothing, at=None, detail=detail
        )
        work.bad[places] = True


def _by_their_width(grid: TextGrid, table: Table, lines: NDArray[np.int64]) -> NDArray[np.bool_]:
    """Tell which lines of delimited text have more cells than most, and more than the headings."""
    if not len(grid.long_lines) or table.header[-1] in grid.long_lines:
        return np.zeros(len(lines), dtype=bool)
    return np.isin(lines, grid.long_lines)


def _by_a_cell_beside(grid: TextGrid, lines: NDArray[np.int64], last: int) -> NDArray[np.bool_]:
    """Tell which lines, if but a few, have a cell right behind the last heading."""
    if last + 1 >= len(grid.columns):
        return np.zeros(len(lines), dtype=bool)
    filled = is_valid(grid.columns[last + 1].take(pa.array(lines)))
    return filled if filled.sum() * 2 < len(lines) else np.zeros(len(lines), dtype=bool)


def _one_reading(line: Line, table: Table, last: int) -> str:
    """Return in words which cells are one, where joining them fills all other columns in one way only."""
    names = {at: name for name, at in table.columns.items()}
    extra = max((at for at, text in enumerate(line) if text), default=0) - last
    joins: list[str] = []
    readings: set[tuple[str | None, ...]] = set()
    for at in range(last + 1) if extra > 0 else ():
        if names.get(at, "company_name") not in FREE_TEXT:
            continue
        joined = ", ".join(text for text in line[at : at + extra + 1] if text)
        whole = [*line[:at], joined, *line[at + extra + 1 :]]
        if all(_fits(name, whole[place]) for place, name in names.items() if name in _FITS):
            joins.append(joined)
            readings.add(tuple(whole[place] for place, name in names.items() if name not in FREE_TEXT))
    if len(readings) != 1:
        return ""
    return f"it would read well with {' or '.join(repr(masked(each)) for each in joins)} as one cell"


def _fits(name: str, text: str | None) -> bool:
    return _FITS[name](text) if text else name in _MAY_BE_BLANK
