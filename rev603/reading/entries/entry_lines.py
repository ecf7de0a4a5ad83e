"""The lines of an entry list: which are entries, their cells repaired, and a way to speak of them."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np
import pyarrow.compute as pc

from rev603._columns import as_mask
from rev603.reading import repairs
from rev603.reading.amounts import amount_in_cents
from rev603.reading.layout import other_columns
from rev603.reading.line_log import LineLog
from rev603.reading.refund_rows import (
    FOOTER,
    HEADING,
    HEADING_AGAIN,
    NOTE,
    TITLE,
    TOTAL,
    is_footer,
    is_total_label,
    totals_without_sum,
)
from rev603.vocabulary.headings import heading_key

if TYPE_CHECKING:
    from numpy.typing import NDArray

    from rev603.reading.grid import TextGrid
    from rev603.reading.issues import IssueLog
    from rev603.reading.layout import Line, Table

#: One word with a figure in it: an entry number, or what somebody took for one.
_KEY = r"\A\S*[0-9]\S*\z"
#: More than one value makes an entry without a number.
_ENOUGH = 2


class EntryLines(LineLog):
    """The entries of one table: its lines without headings, totals and notes, and its other columns."""

    def __init__(self, grid: TextGrid, table: Table, log: IssueLog) -> None:
        lines, self.aside = _sorted(grid, table)
        super().__init__(grid, table, lines, log)
        others = other_columns(table)
        self.others = repairs.unwrap_table(grid, others, lines, log, free_text=others)
        self.repair_identifiers()
        for name in ("refund_id", "importer_number", "notify_party", "filer_code"):
            if name in self.text:
                self.say("cell-error-kept", name, repairs.cell_errors(self.text[name]))

    def check_totals(self, cents: NDArray[np.int64]) -> None:
        """Compare each total line with the expected amounts above it."""
        at = self.table.columns["expected_amount"]
        totals = sorted(line for line, reason in self.aside.items() if reason == TOTAL)
        texts = {line: text for line in totals if (text := self.grid.columns[at][line].as_py())}
        stated = [(line, amount_in_cents(text)) for line, text in texts.items()]
        wrong = totals_without_sum(stated, self.lines, cents)
        self.log.add_cells(
            "subtotal-differs",
            self.grid,
            np.array(wrong, dtype=np.int64),
            "expected_amount",
            [texts[line] for line in wrong],
            at=at,
        )


def _sorted(grid: TextGrid, table: Table) -> tuple[NDArray[np.int64], dict[int, str]]:
    """Tell entries from headings, totals and notes; a line with an entry number is never anything else."""
    filled = grid.nonblank()
    head = table.header[-1]
    aside = dict.fromkeys(np.flatnonzero(filled[: table.header[0]]).tolist(), TITLE) | dict.fromkeys(
        table.header, HEADING
    )
    kept = as_mask(pc.match_substring_regex(grid.columns[table.columns["entry_number"]], _KEY))
    kept[: head + 1] = False
    odd = np.flatnonzero(filled & ~kept)
    odd = odd[odd > head]
    headings = {heading_key(text) for line in grid.lines(table.header) for text in line if text}
    for at, line in zip(odd.tolist(), grid.lines(odd), strict=True):
        reason = _reason(line, table, headings)
        if reason is None:
            kept[at] = True
        else:
            aside[at] = reason
    return np.flatnonzero(kept), aside


def _reason(line: Line, table: Table, headings: set[str]) -> str | None:
    known = {name: text for name, at in table.columns.items() if (text := line[at])}
    if known and all(heading_key(text) in headings for text in known.values()):
        return HEADING_AGAIN
    if is_footer(line):
        return FOOTER
    key = known.get("entry_number") or known.get("refund_id")
    if any(is_total_label(text) for text in line if text) and (key is None or is_total_label(key)):
        return TOTAL
    if key is None and known and all(amount_in_cents(text) is not None for text in known.values()):
        return TOTAL
    return None if key is not None or len(known) >= _ENOUGH else NOTE
