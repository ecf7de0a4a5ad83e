"""What a list expects back for each entry: its total, or duty and interest added up."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

import numpy as np
import pandas as pd
import pyarrow as pa
import pyarrow.compute as pc

from rev603._columns import pandas_text
from rev603.errors import Rev603Error
from rev603.identifiers import importer_number
from rev603.reading import repairs
from rev603.reading.amounts import parse_amounts
from rev603.reading.issues import CATALOGUE

if TYPE_CHECKING:
    from collections.abc import Mapping

    from numpy.typing import NDArray

    from rev603.reading.entries.entry_lines import EntryLines

TOTAL, PRINCIPAL, INTEREST = AMOUNTS = ("expected_amount", "principal_amount", "interest_amount")
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
            cents[name], there[name], unreadable = parse_amounts(work.text[name])
            work.refuse("amount-unreadable", name, np.flatnonzero(unreadable))
            for at in added.get(name, ()):
                text = repairs.unwrap_table(work.grid, {name: at}, work.lines, work.log)[name]
                more, filled, unreadable = parse_amounts(text)
                work.log.add_cells(
                    "amount-unreadable", work.grid, work.lines[unreadable], name,
                    text.filter(pa.array(unreadable)), at=at,
                )  # fmt: skip
                work.bad |= unreadable
                cents[name], there[name] = cents[name] + more, there[name] | filled
    if PRINCIPAL in cents and (TOTAL not in cents or _per_refund(work, cents, there)):
        parts = [name for name in (PRINCIPAL, INTEREST) if name in cents]
        cents[TOTAL] = np.sum([cents[name] for name in parts], axis=0)
        there[TOTAL] = np.any([there[name] for name in parts], axis=0)
        made = " + ".join(repr(_text_of(work, work.table.columns[name])) for name in parts)
        kind = CATALOGUE["expected-summed"]
        work.log.add("expected-summed", f"{kind.meaning}: {made}; {kind.what_to_do}", sheet=work.grid.sheet)
    if TOTAL not in cents or (len(work.lines) and not there[TOTAL].any()):
        _say_missing(work)
    if TOTAL not in cents:
        cents[TOTAL] = np.zeros(len(work.lines), dtype=np.int64)
        there[TOTAL] = np.zeros(len(work.lines), dtype=bool)
    elif TOTAL in work.text and not added.get(TOTAL):
        work.check_totals(cents[TOTAL])
        _say_repeated(work, cents[TOTAL])
    return {name: np.where(there[name], cents[name] / 100, np.nan) for name in AMOUNTS if name in cents}


def _per_refund(
    work: EntryLines, cents: dict[str, NDArray[np.int64]], there: dict[str, NDArray[np.bool_]]
) -> bool:
    """Tell whether the total is a refund's on each of its entries; name the lines where it is neither that nor the sum."""
    if INTEREST not in cents:
        return False  # the total may well include interest
    own = cents[PRINCIPAL] + cents[INTEREST]
    differs = there[TOTAL] & there[PRINCIPAL] & there[INTEREST] & (cents[TOTAL] != own)
    if not differs.any():
        return False
    if "refund_id" in work.text:
        refund = pd.Series(pandas_text(work.text["refund_id"]))
        whole = pd.Series(own).groupby(refund).transform("sum")
        if (whole[there[TOTAL]] == cents[TOTAL][there[TOTAL]]).all():
            return True
    work.say("expected-differs", TOTAL, np.flatnonzero(differs))
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
        work.say("expected-repeated", TOTAL, places[:1], detail=f"on {len(places):,} lines")


def _say_missing(work: EntryLines) -> None:
    """Say that there are no expected amounts, or which columns may be them and were not understood."""
    amounts = [heading for heading, column in work.others.items() if _like_money(heading, column)]
    kind = CATALOGUE["expected-unclear" if amounts else "expected-missing"]
    named = f": {', '.join(map(repr, amounts[:3]))}" if amounts else ""
    said, value = f"{kind.meaning}{named}; {kind.what_to_do}", amounts[0] if amounts else None
    work.log.add(kind.code, said, sheet=work.grid.sheet, value=value)


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
        heading = _text_of(work, at)
        if _SCALE.search(heading):
            raise Rev603Error(
                f"The amounts under {importer_number.mask(heading)!r} are not in dollars.",
                where=work.grid.file,
                why="its heading says thousands or millions, and cents would be guessed",
                what_to_do="put a column in dollars and cents into the list, and name it: {columns}",
            )


def _text_of(work: EntryLines, at: int) -> str:
    texts = [work.grid.columns[at][line].as_py() for line in work.table.header]
    return " ".join(" ".join(filter(None, texts)).split())
