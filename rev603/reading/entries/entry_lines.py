"""The lines of an entry list: which are entries, their cells repaired, and their numbers put together."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np
import pandas as pd
import pyarrow as pa
import pyarrow.compute as pc

from rev603._columns import as_mask, is_valid, joined_text, one_array, pandas_text, stripped
from rev603.identifiers import entry_number
from rev603.reading import repairs
from rev603.reading.amounts import amount_in_cents
from rev603.reading.issues import quoted
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

_SERIAL, _WITH_CHECK_DIGIT = 7, 8
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
        shown = [texts[line] for line in wrong]
        places = np.array(wrong, dtype=np.int64)
        self.log.add_cells("subtotal-differs", self.grid, places, "expected_amount", shown, at=at)


def entry_numbers(work: EntryLines) -> pd.Series[str]:
    """Give entry numbers in 11 characters, and whatever is none as it stands, so that nothing is lost."""
    written = work.text["entry_number"]
    numbers, right, repaired = entry_number.parse_arrow(written)
    work.say("zero-restored", "entry_number", np.flatnonzero(repaired))
    if "filer_code" in work.text and not is_valid(numbers).all():
        joined, joined_right = _joined(work, is_valid(numbers))
        numbers = pc.coalesce(numbers, joined)
        right |= joined_right
    found = is_valid(numbers)
    work.say("check-digit", "entry_number", np.flatnonzero(found & ~right))
    work.say("entry-unusable", "entry_number", np.flatnonzero(~found))
    return pd.Series(pandas_text(numbers)).where(found, pd.Series(pandas_text(written)))


def _joined(work: EntryLines, whole: NDArray[np.bool_]) -> tuple[pa.Array, NDArray[np.bool_]]:
    """Put the number together from its columns.

    Eight digits behind a filer code are the rest of an entry number. Fewer have lost zeros where the check digit
    proves it; but one in ten would pass by chance, so a list where hardly any number is whole is left alone.
    """
    filer, padded_filer = repairs.zero_padded(work.text["filer_code"], width=3, shortest=1)
    rest = pa.chunked_array([stripped(one_array(work.text["entry_number"]), hyphens=True)])
    apart = "check_digit" in work.text
    if apart:
        serial, _ = repairs.zero_padded(rest, width=_SERIAL, shortest=1)
        rest = joined_text(serial, stripped(one_array(work.text["check_digit"]), hyphens=True))
    complete = as_mask(pc.match_substring_regex(rest, r"\A[0-9]{8}\z"))
    complete[padded_filer] = False
    rest, _ = repairs.zero_padded(rest, width=_WITH_CHECK_DIGIT, shortest=1)
    rest = pc.if_else(pa.array(whole), pa.scalar(None, rest.type), rest)
    numbers, right, _ = entry_number.parse_arrow(joined_text(filer.cast(rest.type), rest))
    proven = ~complete & right
    if proven.sum() > (complete & right).sum() and not apart:
        proven[:] = False
    taken = is_valid(numbers) & (complete | proven)
    places = np.flatnonzero(taken)
    if len(places):
        lines = f"on {len(places):,} line{'s' if len(places) > 1 else ''}"
        work.say(
            "entry-joined", "entry_number", places[:1], detail=f"{lines}, here {numbers[int(places[0])]}"
        )
    restored = np.flatnonzero(taken & proven)
    now = joined_text("now ", quoted(numbers.take(pa.array(restored))))
    work.say("zero-restored", "entry_number", restored, detail=now)
    return pc.if_else(pa.array(taken), numbers, pa.scalar(None, numbers.type)), right & taken


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
