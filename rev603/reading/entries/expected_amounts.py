"""What a list expects back for each entry: its total, or duty and interest added up."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

import numpy as np
import pandas as pd

from rev603._columns import pandas_text
from rev603.reading.amounts import parse_amounts
from rev603.reading.issues import CATALOGUE

if TYPE_CHECKING:
    from numpy.typing import NDArray

    from rev603.reading.entries.entry_lines import EntryLines

TOTAL, PRINCIPAL, INTEREST = AMOUNTS = ("expected_amount", "principal_amount", "interest_amount")
_MONEY = re.compile("amount|amt|refund|duty|duties|claim|expect|due|tariff|paid|total", re.IGNORECASE)
_NO_MONEY = re.compile(r"\b(?:number|no|nbr|id|date|code|line|count|days|rate)\b|[#%]", re.IGNORECASE)


def expected_amounts(work: EntryLines) -> dict[str, NDArray[np.float64]]:
    """Give ``expected_amount`` in dollars, missing where the list states none, and the parts that the list has.

    A total goes before its parts. Where a total is that of a whole refund on each of its entries, and the parts
    prove it, each entry's own parts are taken.
    """
    cents: dict[str, NDArray[np.int64]] = {}
    there: dict[str, NDArray[np.bool_]] = {}
    for name in AMOUNTS:
        if name in work.text:
            cents[name], there[name], unreadable = parse_amounts(work.text[name])
            work.refuse("amount-unreadable", name, np.flatnonzero(unreadable))
    if PRINCIPAL in cents and (TOTAL not in cents or _per_refund(work, cents, there)):
        parts = [name for name in (PRINCIPAL, INTEREST) if name in cents]
        cents[TOTAL] = np.sum([cents[name] for name in parts], axis=0)
        there[TOTAL] = np.any([there[name] for name in parts], axis=0)
        made = " + ".join(repr(_heading(work, name)) for name in parts)
        kind = CATALOGUE["expected-summed"]
        work.log.add("expected-summed", f"{kind.meaning}: {made}; {kind.what_to_do}", sheet=work.grid.sheet)
    if TOTAL not in cents:
        _say_missing(work)
        cents[TOTAL] = np.zeros(len(work.lines), dtype=np.int64)
        there[TOTAL] = np.zeros(len(work.lines), dtype=bool)
    elif TOTAL in work.text:
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
    """Say that there are no expected amounts, and which columns could be them."""
    kind = CATALOGUE["expected-missing"]
    others = work.others.items()
    amounts = [heading for heading, column in others if _like_money(heading) and _all_amounts(column)]
    could_be = f" (is it {' or '.join(map(repr, amounts[:3]))}?)" if amounts else ""
    work.log.add(
        "expected-missing",
        f"{kind.meaning}{could_be}; {kind.what_to_do}",
        sheet=work.grid.sheet,
        value=amounts[0] if amounts else None,
    )


def _like_money(heading: str) -> bool:
    words = heading.replace("_", " ")
    return _MONEY.search(words) is not None and _NO_MONEY.search(words) is None


def _all_amounts(column: object) -> bool:
    _, filled, unreadable = parse_amounts(column)
    return bool(filled.any() and not unreadable.any())


def _heading(work: EntryLines, name: str) -> str:
    texts = [work.grid.columns[work.table.columns[name]][at].as_py() for at in work.table.header]
    return " ".join(" ".join(filter(None, texts)).split())
