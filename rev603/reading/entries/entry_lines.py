"""The lines of an entry list: which are entries, their cells repaired, their numbers put together, and what is expected.

What is expected back for an entry is the list's total, or duty and interest added up.
"""

from __future__ import annotations

import re
from collections.abc import Mapping

import numpy as np
import pandas as pd
import pyarrow as pa
import pyarrow.compute as pc
from numpy.typing import NDArray

from rev603._columns import as_mask, is_valid, joined_text, one_array, pandas_text, stripped
from rev603.errors import Rev603Error
from rev603.identifiers import entry_number, importer_number
from rev603.reading import repairs
from rev603.reading.amounts import amount_in_cents, parse_amounts
from rev603.reading.grid import TextGrid
from rev603.reading.issues import IssueLog, quoted
from rev603.reading.layout import Line, Table, other_columns
from rev603.reading.refund_rows import (
    FOOTER,
    HEADING,
    HEADING_AGAIN,
    NOTE,
    TITLE,
    TOTAL,
    is_footer,
    is_total_label,
)
from rev603.reading.repairs import LineLog
from rev603.reading.report_sheet import check_total_lines
from rev603.vocabulary.headings import heading_key

_SERIAL, _WITH_CHECK_DIGIT = 7, 8
#: One word with a figure in it: an entry number, or what somebody took for one.
_KEY = r"\A\S*[0-9]\S*\z"
#: More than one value makes an entry without a number.
_ENOUGH = 2
EXPECTED, PRINCIPAL, INTEREST = AMOUNTS = ("expected_amount", "principal_amount", "interest_amount")
_MONEY = re.compile(
    r"amount|amt|refund|duty|duties|claim|expect|estimate|due|tariff|paid|total|usd|dollar|\$", re.IGNORECASE
)
#: What a cell of a column of money is likely to show, and one of codes is not.
_LIKE_DOLLARS = r"[$.]"
#: A heading that says that its figures are not dollars.
_SCALE = re.compile(
    r"\b[0'`]00'?s?\b|thousand|million|\$\s*(?:k|mm?)\b|\bk\s*\$|\bk(?:usd)?\b", re.IGNORECASE
)
_NO_MONEY = re.compile(r"\b(?:number|no|nbr|id|date|code|line|count|days|rate)\b|[#%]", re.IGNORECASE)


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
    filer = repairs.zero_padded(work.text["filer_code"], width=3, shortest=1)
    rest = pa.chunked_array([stripped(one_array(work.text["entry_number"]), hyphens=True)])
    apart = "check_digit" in work.text
    if apart:
        serial = repairs.zero_padded(rest, width=_SERIAL, shortest=1)
        rest = joined_text(serial, stripped(one_array(work.text["check_digit"]), hyphens=True))
    complete = as_mask(pc.match_substring_regex(rest, r"\A[0-9]{8}\z"))
    complete[repairs.changed(work.text["filer_code"], filer)] = False
    rest = repairs.zero_padded(rest, width=_WITH_CHECK_DIGIT, shortest=1)
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


def expected_amounts(work: EntryLines, added: Mapping[str, list[int]]) -> dict[str, NDArray[np.float64]]:
    """Return ``expected_amount`` in dollars, missing where the list states none, and the parts that the list has.

    ``added`` gives the places of further columns that belong to an amount. A total goes before its parts. Where a
    total is that of a whole refund on each of its entries, and the parts prove it, each entry's own parts are taken.
    """
    cents: dict[str, NDArray[np.int64]] = {}
    there: dict[str, NDArray[np.bool_]] = {}
    for name in AMOUNTS:
        if name in work.text:
            _refuse_other_units(work, [work.table.columns[name], *added.get(name, ())])
            parsed = parse_amounts(work.text[name])
            cents[name], there[name] = work.amounts(name, parsed, added.get(name, ()))
    if PRINCIPAL in cents and (EXPECTED not in cents or _per_refund(work, cents, there)):
        parts = [name for name in (PRINCIPAL, INTEREST) if name in cents]
        cents[EXPECTED] = np.sum([cents[name] for name in parts], axis=0)
        there[EXPECTED] = np.any([there[name] for name in parts], axis=0)
        work.say_sum([(work.table.columns[name], there[name]) for name in parts])
    if EXPECTED not in cents or (len(work.lines) and not there[EXPECTED].any()):
        _say_missing(work)
    if EXPECTED not in cents:
        cents[EXPECTED] = np.zeros(len(work.lines), dtype=np.int64)
        there[EXPECTED] = np.zeros(len(work.lines), dtype=bool)
    elif EXPECTED in work.text and not added.get(EXPECTED):
        grid, table, log = work.grid, work.table, work.log
        check_total_lines(grid, table, work.lines, log, cents[EXPECTED], aside=work.aside, name=EXPECTED)
        _say_repeated(work, cents[EXPECTED])
    return {name: np.where(there[name], cents[name] / 100, np.nan) for name in AMOUNTS if name in cents}


def _per_refund(
    work: EntryLines, cents: dict[str, NDArray[np.int64]], there: dict[str, NDArray[np.bool_]]
) -> bool:
    """Tell whether the total is a refund's on each of its entries; name the lines where it is neither that nor the sum."""
    if INTEREST not in cents:
        return False  # the total may well include interest
    own = cents[PRINCIPAL] + cents[INTEREST]
    differs = there[EXPECTED] & there[PRINCIPAL] & there[INTEREST] & (cents[EXPECTED] != own)
    if not differs.any():
        return False
    if "refund_id" in work.text:
        refund = pd.Series(pandas_text(work.text["refund_id"]))
        whole = pd.Series(own).groupby(refund).transform("sum")
        if (whole[there[EXPECTED]] == cents[EXPECTED][there[EXPECTED]]).all():
            return True
    work.say("expected-differs", EXPECTED, np.flatnonzero(differs))
    return False


def _say_repeated(work: EntryLines, cents: NDArray[np.int64]) -> None:
    """Name a refund whose entries all show one amount, where nothing else tells whose amount it is."""
    if "refund_id" not in work.text or PRINCIPAL in work.text:
        return
    refund = pd.Series(pandas_text(work.text["refund_id"]))
    groups = pd.Series(cents).groupby(refund)
    alike = (groups.transform("min") == groups.transform("max")) & (groups.transform("size") > 1)
    places = np.flatnonzero(alike.to_numpy(dtype=bool) & (cents != 0))
    if len(places):
        work.say("expected-repeated", EXPECTED, places[:1], detail=f"on {len(places):,} lines")


def _say_missing(work: EntryLines) -> None:
    """Say that there are no expected amounts, or which columns may be them and were not understood."""
    amounts = [heading for heading, column in work.others.items() if _like_money(heading, column)]
    code = "expected-unclear" if amounts else "expected-missing"
    named = f": {', '.join(map(repr, amounts[:3]))}" if amounts else ""
    work.log.say(code, detail=named, sheet=work.grid.sheet, value=amounts[0] if amounts else None)


def _like_money(heading: str, column: pa.ChunkedArray) -> bool:
    """Tell a column of amounts from one of codes: by its heading, or by cents and dollar signs in its cells."""
    words = heading.replace("_", " ")
    if _NO_MONEY.search(words) is not None:
        return False
    _, filled, unreadable = parse_amounts(column)
    if unreadable.any() or not filled.any():
        return False
    shows_dollars = pc.any(pc.match_substring_regex(column, _LIKE_DOLLARS)).as_py()
    return bool(_MONEY.search(words) is not None or shows_dollars)


def _refuse_other_units(work: EntryLines, places: list[int]) -> None:
    """Refuse amounts in thousands: taken for dollars they would be wrong by 1,000."""
    for at in places:
        heading = work.table.headings[at] or ""
        if _SCALE.search(heading):
            raise Rev603Error(
                f"The amounts under {importer_number.mask(heading)!r} are not in dollars.",
                where=work.grid.file,
                why="its heading says thousands or millions, and cents would be guessed",
                what_to_do="put a column in dollars and cents into the list, and name it: {columns expected_amount}",
            )
