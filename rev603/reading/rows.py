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
NOTE = "not a refund line: no amount and too few cells"
UNREADABLE = "unreadable"

_TOTAL = re.compile(r"(?:sub|grand|report|overall|page|running)?[\s-]*(?:totals?|sum|count)\b", re.IGNORECASE)


@dataclass(frozen=True, slots=True)
class Rows:
    """The grid's lines, sorted: the refunds, and the others with the reason for each."""

    refunds: NDArray[np.int64]
    aside: dict[int, str]


def filled_down(grid: TextGrid, table: Table) -> tuple[TextGrid, int]:
    """Repeat a cell that is merged over several lines of the table on each of them."""
    first = int(grid.rows[table.header[-1]]) + 1
    tall = [merge for merge in grid.merges if merge[2] > merge[0] >= first]
    columns = list(grid.columns)
    filled = 0
    for at in {merge[1] - grid.first_column for merge in tall} & set(range(len(columns))):
        source = np.arange(len(grid), dtype=np.int64)
        for top, left, bottom, _ in tall:
            if left - grid.first_column == at:
                source[top - 1 : bottom] = top - 1
        filled += int((source != np.arange(len(grid))).sum())
        columns[at] = columns[at].take(pa.array(source))
    return replace(grid, columns=tuple(columns)), filled


def sort_rows(grid: TextGrid, table: Table, block_lines: frozenset[int], *, identities: tuple[str, ...] = IDENTITIES,
              dated: str | None = "refund_date", amount: str = "total_refund_amount") -> Rows:
    """Sort every non-blank line of a sheet.

    Most lines are settled by whole columns: two identifiers and a date make a refund. Only what is
    left is looked at one by one.
    """
    filled = grid.nonblank()
    head = table.header[-1]
    aside = {int(at): BLOCK if at in block_lines else TITLE for at in np.flatnonzero(filled[: table.header[0]])}
    aside |= dict.fromkeys(table.header, HEADING)
    below = np.zeros(len(grid), dtype=bool)
    below[head + 1 :] = True
    known = np.zeros(len(grid), dtype=np.int8)
    for name in identities:
        if name in table.columns:
            known += is_valid(grid.columns[table.columns[name]])
    settled = below & (known >= min(2, len(identities)))
    if dated is not None and dated in table.columns:
        column = grid.columns[table.columns[dated]]
        heading = column[head].as_py() or ""
        settled &= as_mask(pc.not_equal(column, heading))
    else:
        settled[:] = False
    odd = np.flatnonzero(below & filled & ~settled)
    headings = {name: {heading_key(text) for at in table.header if (text := grid.columns[place][at].as_py())}
                for name, place in table.columns.items()}
    for at, line in zip(odd.tolist(), grid.lines(odd), strict=True):
        reason = _reason(line, table, headings, identities, amount)
        if reason is None:
            settled[at] = True
        else:
            aside[at] = reason
    return Rows(np.flatnonzero(settled), aside)


def _reason(line: Line, table: Table, headings: dict[str, set[str]], identities: tuple[str, ...], amount: str) -> str | None:
    """Say why a line is no refund, or None where it is one."""
    cells = {name: text for name, at in table.columns.items() if (text := line[at])}
    if not cells:
        return BESIDE if not any(line[at] for at in table.unknown.values()) else NOTE
    as_headings = sum(heading_key(text) in headings[name] for name, text in cells.items())
    if as_headings >= max(1, (len(cells) + 1) // 2):
        return HEADING_AGAIN
    label = any(_TOTAL.match(text) for text in cells.values())
    figures = [name for name, text in cells.items() if amount_in_cents(text) is not None]
    others = [name for name, text in cells.items() if name not in figures and not _TOTAL.match(text)]
    identified = [name for name in identities if name in cells and not _TOTAL.match(cells[name])]
    if label and amount in cells and len(others) <= 1 and len(identified) <= 1 and "refund_date" not in cells:
        return TOTAL
    if not label and figures == list(cells) and not identified:
        return TOTAL
    if label and not identified and len(cells) <= 2:
        return TOTAL
    if identified and (amount in cells or len(cells) >= 3):
        return None
    return None if amount in cells and len(cells) >= 2 else NOTE


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
