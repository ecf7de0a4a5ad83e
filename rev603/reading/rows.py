"""Which lines are refunds: every non-blank line is one, or is set aside with a reason.

A total line is told from a payee with such a name by what else stands in the line: a refund has a
date and identifiers, a total has figures only.
"""

from __future__ import annotations

import re
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING

import numpy as np
import pandas as pd
import pyarrow as pa
import pyarrow.compute as pc

from rev603.reading.amounts import amount_in_cents
from rev603.reading.grid import as_mask, is_valid
from rev603.vocabulary.headings import heading_key

if TYPE_CHECKING:
    from numpy.typing import NDArray

    from rev603.reading.grid import TextGrid
    from rev603.reading.layout import Line, Table

IDENTITIES = ("refund_id", "payee_id", "document_number")

TITLE = "title or prompt above the table"
BLOCK = "header block"
HEADING = "heading row"
HEADING_AGAIN = "heading row repeated"
TOTAL = "total line"
BESIDE = "beside the table"
NOTE = "not a refund line: too little in it"
ABOVE = "looks like a refund line, but stands above the headings"
UNREADABLE = "unreadable"
#: Reasons that somebody should look into.
DOUBTFUL = frozenset({BESIDE, NOTE, ABOVE})

_TOTAL = re.compile(
    r"(?:sub|grand|report|overall|page|running)?[\s-]*(?:totals?|sum|count)\b", re.IGNORECASE | re.ASCII
)
#: A total line may repeat the value that it stands for, and its date; a refund has more than that.
_VALUES_OF_A_TOTAL = 2


@dataclass(frozen=True, slots=True)
class Rows:
    """The grid's lines, sorted: the refunds, and the others with the reason for each."""

    refunds: NDArray[np.int64]
    aside: dict[int, str]


def filled_down(grid: TextGrid, table: Table, *, amount: str = "total_refund_amount") -> tuple[TextGrid, int]:
    """Repeat a cell that is merged over several lines of the table on each of them.

    Not an amount: it would add up more than once. And never over another value, nor into a blank line.
    """
    first = int(grid.rows[table.header[-1]]) + 1
    tall = [merge for merge in grid.merges if merge[2] > merge[0] >= first]
    columns = list(grid.columns)
    nonblank = grid.nonblank() if tall else np.empty(0, dtype=bool)
    filled = 0
    wanted = {merge[1] - grid.first_column for merge in tall} & set(range(len(columns)))
    for at in sorted(wanted - {table.columns.get(amount, -1)}):
        source = np.arange(len(grid), dtype=np.int64)
        for top, left, bottom, _ in tall:
            if left - grid.first_column == at:
                source[top - 1 : bottom] = top - 1
        source = np.where(nonblank & ~is_valid(columns[at]), source, np.arange(len(grid)))
        before = columns[at].null_count
        columns[at] = columns[at].take(pa.array(source))
        filled += before - columns[at].null_count
    return replace(grid, columns=tuple(columns)), filled


def sort_rows(
    grid: TextGrid,
    table: Table,
    block_lines: frozenset[int],
    *,
    identities: tuple[str, ...] = IDENTITIES,
    dated: str = "refund_date",
    amount: str = "total_refund_amount",
) -> Rows:
    """Sort every non-blank line of a sheet.

    Most lines are settled by whole columns: two identifiers and a date make a refund. Only what is
    left is looked at one by one.
    """
    filled = grid.nonblank()
    aside = _above(grid, table, filled, block_lines, (*identities, dated, amount))
    below = np.zeros(len(grid), dtype=bool)
    below[table.start :] = True
    known = np.zeros(len(grid), dtype=np.int8)
    for name in identities:
        if name in table.columns:
            known += is_valid(grid.columns[table.columns[name]])
    settled = below & (known >= min(2, len(identities)))
    settled &= _with_digit(grid.columns[table.columns[dated]])
    odd = np.flatnonzero(below & filled & ~settled)
    headings = _heading_keys(grid, table)
    for at, line in zip(odd.tolist(), grid.lines(odd), strict=True):
        reason = _reason(line, table, headings, (identities, dated, amount))
        if reason is None:
            settled[at] = True
        else:
            aside[at] = reason
    return Rows(np.flatnonzero(settled), aside)


def _above(
    grid: TextGrid,
    table: Table,
    filled: NDArray[np.bool_],
    block_lines: frozenset[int],
    names: tuple[str, ...],
) -> dict[int, str]:
    """Sort what stands above the table, and the headings themselves."""
    above = np.flatnonzero(filled[: table.header[0]]).tolist()
    places = [table.columns[name] for name in names if name in table.columns]
    aside = {}
    for at, line in zip(above, grid.lines(above), strict=True):
        found = [text for place in places if (text := line[place])]
        like_a_refund = len(found) >= len(places) - 1 and sum(map(_has_digit, found)) >= len(places) - 2
        aside[at] = BLOCK if at in block_lines else ABOVE if like_a_refund else TITLE
    return aside | dict.fromkeys(table.header, HEADING)


def _has_digit(text: str) -> bool:
    return any("0" <= letter <= "9" for letter in text)


def _with_digit(column: pa.ChunkedArray) -> NDArray[np.bool_]:
    """Tell where a column holds a digit, by its distinct texts: dates are few."""
    encoded = column.combine_chunks().dictionary_encode()
    digit = pc.match_substring_regex(encoded.dictionary, "[0-9]")
    return (
        as_mask(pc.take(digit, encoded.indices))
        if len(encoded.dictionary)
        else np.zeros(len(column), dtype=bool)
    )


def _heading_keys(grid: TextGrid, table: Table) -> dict[str, set[str]]:
    return {
        name: {heading_key(text) for at in table.header if (text := grid.columns[place][at].as_py())}
        for name, place in table.columns.items()
    }


def _reason(
    line: Line,
    table: Table,
    headings: dict[str, set[str]],
    names: tuple[tuple[str, ...], str, str],
) -> str | None:
    """Say why a line is no refund, or None where it is one."""
    identities, dated, amount = names
    cells = {name: text for name, at in table.columns.items() if (text := line[at])}
    if not cells:
        return NOTE if any(line[at] for at in table.unknown.values()) else BESIDE
    as_headings = sum(heading_key(text) in headings[name] for name, text in cells.items())
    if as_headings >= max(1, (len(cells) + 1) // 2):
        return HEADING_AGAIN
    labels = {name for name, text in cells.items() if _TOTAL.match(text)}
    values = cells.keys() - labels - {amount}
    figures = amount in cells and all(
        amount_in_cents(cells[name]) is not None for name in cells.keys() - labels
    )
    identified = [name for name in identities if name in values]
    if labels and len(values) <= (_VALUES_OF_A_TOTAL if amount in cells else 0):
        return TOTAL
    if figures and not identified:
        return TOTAL
    if amount in cells and (identified or dated in cells):
        return None
    return None if identified and len(cells) > _VALUES_OF_A_TOTAL else NOTE


def is_total_label(text: str) -> bool:
    """Tell whether a cell reads like the label of a total line."""
    return _TOTAL.match(text) is not None


def set_aside_frame(grid: TextGrid, aside: dict[int, str]) -> pd.DataFrame:
    """Give the lines that are no refunds as a frame: where, why, and their text."""
    indices = sorted(aside)
    lines = grid.lines(indices)
    return pd.DataFrame(
        {
            "source_row": grid.rows[indices].astype(np.int64),
            "reason": pd.array([aside[at] for at in indices], dtype="str"),
            "text": pd.array([" | ".join(cell for cell in line if cell) for line in lines], dtype="str"),
            "source_sheet": pd.array([grid.sheet] * len(indices), dtype="str"),
        }
    )
