"""Values that a report shows once for a group of lines, and leaves blank below: merged cells, and breaks.

Web Intelligence does so at a break, and so do merged cells that were saved as text. Where a column that every
refund has (payee, date …) is blank, the lines are proven to be groups, and are filled down. Status, notify party
and method may be blank by themselves, so for them alone the pattern is only said.
"""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc

from rev603._columns import Mask, Numbers, as_mask, is_valid, lines_of
from rev603.reading.grid import TextGrid
from rev603.reading.layout import Table
from rev603.reading.refund_rows import LABEL, VALUES_OF_A_TOTAL

_AMOUNT = "total_refund_amount"
#: Every refund has these, so a blank one is that of the line above.
_ALWAYS = ("refund_id", "payee_id", "company_name", "refund_date")
#: These may be blank by themselves; answers depend on them.
_DOUBTED = ("refund_secondary_status", "care_of", "check_or_ach")
#: In fewer lines a pattern is chance.
_FEWEST_LINES = 4


def filled_down(grid: TextGrid, table: Table) -> tuple[TextGrid, int]:
    """Repeat a cell that is merged over several lines of the table on each of them; return how many were filled too.

    Not an amount: it would add up more than once. And never over another value, nor into a blank line or the sum of
    a group, which would become a refund.
    """
    first = int(grid.rows[table.header[-1]]) + 1
    tall: dict[int, list[tuple[int, int]]] = {}
    for top, left, bottom, _ in grid.merges:
        if bottom > top >= first:
            tall.setdefault(left - grid.first_column, []).append((top, bottom))
    wanted = sorted((tall.keys() & set(range(len(grid.columns)))) - {table.columns.get(_AMOUNT, -1)})
    if not wanted:
        return grid, 0
    columns, own, filled = list(grid.columns), _with_cells_of_their_own(grid), 0
    for at in wanted:
        source = np.arange(len(grid), dtype=np.int64)
        for top, bottom in tall[at]:
            source[top - 1 : bottom] = top - 1
        source = np.where(own & ~is_valid(columns[at]), source, np.arange(len(grid)))
        columns[at] = columns[at].take(pa.array(source))
        filled += grid.columns[at].null_count - columns[at].null_count
    return replace(grid, columns=tuple(columns)), filled


def _with_cells_of_their_own(grid: TextGrid) -> Mask:
    """Return which lines have more in them than a figure, or the label of a total and what it stands for."""
    count = np.zeros(len(grid), dtype=np.int64)
    labelled = np.zeros(len(grid), dtype=bool)
    for column in grid.columns:
        count += is_valid(column)
        labelled |= as_mask(pc.match_substring_regex(column, rf"(?i)\A{LABEL}\b|\s(?:totals?|count)[\W_]*\z"))
    return (count > 1) & ~(labelled & (count <= 1 + VALUES_OF_A_TOTAL))


def filled_groups(grid: TextGrid, table: Table, lines: Numbers) -> tuple[TextGrid, dict[str, int], list[str]]:
    """Fill down what is shown once per group, where that is proven.

    Returns the grid with the filled columns; how many cells of which columns were filled; and the columns that look as
    if they were shown once per group, without proof.
    """
    text = {name: lines_of(grid.columns[at], lines) for name, at in table.columns.items()}
    partial = {name: is_valid(column) for name, column in text.items() if 0 < column.null_count < len(column)}
    partial.pop(_AMOUNT, None)
    starts = _group_starts(text, partial)
    if starts is None:
        doubted = [name for name in _DOUBTED if name in partial]
        return grid, {}, [name for name in doubted if _looks_grouped(name, text[name], partial[name])]
    # a column belongs to the groups if it is filled on their first lines and nowhere else
    grouped = [name for name, mask in partial.items() if not (mask & ~starts).any()]
    source = np.arange(len(grid), dtype=np.int64)
    source[lines] = lines[np.maximum.accumulate(np.where(starts, np.arange(len(lines)), 0))]
    columns = list(grid.columns)
    filled = {}
    for name in grouped:
        at = table.columns[name]
        columns[at] = columns[at].take(pa.array(source))
        filled[name] = grid.columns[at].null_count - columns[at].null_count
    return replace(grid, columns=tuple(columns)), filled, []


def _group_starts(text: dict[str, pa.ChunkedArray], partial: dict[str, Mask]) -> Mask | None:
    """Return the first lines of the groups, where two columns that every refund has agree on them.

    The second may be blank on the same lines, more than one of them; or change where the groups begin, and only there.
    """
    for name in (each for each in _ALWAYS if each in partial and _at_changes(text[each])):
        starts = partial[name]
        for other in (each for each in _ALWAYS if each != name and each in text):
            if other in partial:
                if (partial[other] == starts).all() and np.count_nonzero(~starts) > 1:
                    return starts
            elif starts.sum() > 1 and (_changes(text[other]) == starts[1:]).all():
                return starts
    return None


def _at_changes(column: pa.ChunkedArray) -> bool:
    """Return whether a column begins filled and never shows one value on two lines in a row."""
    return column[0].is_valid and bool(_changes(column).all())


def _changes(column: pa.ChunkedArray) -> Mask:
    """Return for each line but the first whether it says something else than the line before."""
    return ~as_mask(pc.equal(column[1:], column[:-1]))


def _looks_grouped(name: str, column: pa.ChunkedArray, mask: Mask) -> bool:
    filled = int(mask.sum())
    few = filled * 2 <= len(mask) and (filled > 1 or name == _DOUBTED[0])
    return few and len(mask) >= _FEWEST_LINES and _at_changes(column)
