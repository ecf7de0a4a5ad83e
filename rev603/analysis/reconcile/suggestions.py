"""What might belong together though no key says so: for a person to judge, never counted as a match.

Four kinds, sought only between what is unmatched on both sides:

* ``one character off``: two entry numbers differ in one character, and exactly one has a wrong check digit;
* ``swapped characters``: two neighbouring characters are swapped, and the amounts are equal;
* ``10 characters``: what stands as entry number lacks the first or last character of one on the other side;
* ``entries that sum up``: expected amounts of entries of one payee and liquidation week sum to the refund.
  Of up to 12 such entries every set is tried; of more, single ones, all, and all but one. The 2,000 largest
  refunds and the 500 weeks of the payees of the largest are searched.

At most 5,000 lines are listed, the largest amounts first; how many suggestions are left out is counted.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, NamedTuple

import numpy as np
import pandas as pd
import pyarrow as pa
import pyarrow.compute as pc

from rev603.analysis.reconcile import outcomes as oc
from rev603.analysis.reconcile.inputs import PLACES
from rev603.analysis.reconcile.reasons import money
from rev603.analysis.reconcile.subsets import sums_up
from rev603.identifiers._columns import pandas_text

if TYPE_CHECKING:
    from collections.abc import Iterator

    from rev603.analysis.reconcile.inputs import Ints, Lines, RefundLines
    from rev603.analysis.reconcile.outcomes import Judged
    from rev603.analysis.reconcile.parties import Parties

    #: places of entry lines and of refund lines, and how many more pairs there are
    Pairs = tuple[Ints, Ints, int]

ONE_OFF = "one character off"
SWAPPED = "swapped characters"
TEN = "10 characters"
SUMS_UP = "entries that sum up"

_WORDS = {
    ONE_OFF: "the entry numbers differ in one character, and one of them has a wrong check digit",
    SWAPPED: "two neighbouring characters are swapped, and the amounts are equal",
    TEN: "one character is missing at the beginning or the end",
    SUMS_UP: "the expected amounts of entries of one payee and week sum to the refund",
}
#: A guess that fits this often says nothing: no more pairs than this for each line of one side.
_MOST_PAIRS = 20
_WIDTH = 11
#: More lines of suggestions than this nobody judges; those with the largest amounts are listed.
MOST_LISTED = 5_000


class Suggested(NamedTuple):
    """The suggestions, and what is not among them."""

    #: one line per suggested pair of an entry and a match of refunds; see :func:`suggest`
    frame: pd.DataFrame
    #: suggestions beyond ``MOST_LISTED`` lines
    left_out: int
    #: refunds for which the search for sums did not try every set of entries
    not_searched: int


def suggest(judged: Judged, payee: Parties) -> Suggested:
    """Return the suggestions.

    Their frame is ``suggestion kind entry_match_id refund_match_id entry_number document_number refund_id expected
    refunded alternatives reason``; entries that are suggested together share a ``suggestion``; ``alternatives``
    counts the other ways to the same refund.
    """
    entries, refunds, matching, outcomes = judged
    of_e, of_r = outcomes.outcome[matching.entries.group], outcomes.outcome[matching.refunds.group]
    lone_e = np.flatnonzero(np.isin(of_e, [oc.CODE[oc.MISSING], oc.CODE[oc.UNUSABLE]]))
    without_entry = (of_r == oc.CODE[oc.NOT_PAID]) & (outcomes.entries[matching.refunds.group] == 0)
    stray = np.isin(of_r, [oc.CODE[oc.UNEXPECTED], oc.CODE[oc.UNUSABLE]]) | without_entry
    sums = outcomes.refunded + np.where(outcomes.refunded_lines == 0, outcomes.not_paid, 0)
    worth, expected = sums[matching.refunds.group], outcomes.expected[matching.entries.group]
    # the largest first; one line of each group and key stands for it
    lone_e = lone_e[np.argsort(-expected[lone_e], kind="stable")]
    lone_r = np.flatnonzero(stray)
    of_group = np.stack([matching.refunds.group[lone_r], matching.refunds.key[lone_r]])
    lone_r = lone_r[~pd.DataFrame(of_group.T).duplicated().to_numpy()]

    pairs, left_out = [], 0
    for kind, finder in _FINDERS.items() if len(lone_e) and len(lone_r) else ():
        for left, right, more in finder(entries, refunds, lone_e, lone_r):
            equal = expected[left] == worth[right] if kind == SWAPPED else np.ones(len(left), bool)
            pairs.append(pd.DataFrame({"kind": kind, "entry": left[equal], "refund": right[equal]}))
            left_out += more
    alone = pd.concat(
        [pd.DataFrame(columns=["kind", "entry", "refund"], dtype="int64"), *pairs], ignore_index=True
    )
    alone = alone.drop_duplicates(["entry", "refund"], ignore_index=True)
    alone["alternatives"] = alone.groupby("refund")["entry"].transform("size") - 1

    by_group = np.flatnonzero(stray & matching.refunds.usable & (worth > 0))
    by_group = by_group[~pd.Series(matching.refunds.group[by_group]).duplicated().to_numpy()]
    priced = lone_e[(of_e[lone_e] == oc.CODE[oc.MISSING]) & entries.stated[lone_e]]
    sets, not_searched = sums_up(entries, refunds, np.sort(priced), by_group, worth=worth, payee=payee)
    sets = sets.assign(kind=SUMS_UP, suggestion=np.arange(len(sets))).explode("entries")
    sets = sets.rename(columns={"entries": "entry"})
    # what is one entry, and said already, is not said again
    said = pd.MultiIndex.from_frame(sets[["entry", "refund"]]).isin(
        pd.MultiIndex.from_frame(alone[["entry", "refund"]])
    )
    sets = sets[~said | sets["suggestion"].duplicated(keep=False)]

    alone["suggestion"] = -1 - np.arange(len(alone))
    every = pd.concat([alone, sets], ignore_index=True).astype({"entry": "int64", "refund": "int64"})
    amounts = pd.Series(worth[every["refund"]]).groupby(every["suggestion"]).transform("max")
    sizes = every.groupby("suggestion")["entry"].transform("size")
    firsts = (~every["suggestion"].duplicated()).astype("int64")
    order = np.lexsort((every.index, -amounts))
    lines = (sizes * firsts).iloc[order].cumsum()
    kept = every.loc[np.sort(order[(lines <= MOST_LISTED).to_numpy()])]
    left_out += every["suggestion"].nunique() - kept["suggestion"].nunique()
    kept = kept.assign(suggestion=pd.factorize(kept["suggestion"])[0])
    return Suggested(_frame(kept.reset_index(drop=True), judged, expected, worth), left_out, not_searched)


def _frame(every: pd.DataFrame, judged: Judged, expected: Ints, worth: Ints) -> pd.DataFrame:
    entries, refunds, matching, _ = judged
    entry, refund = every["entry"].to_numpy(np.int64), every["refund"].to_numpy(np.int64)
    figures = (expected[entry], worth[refund], every["alternatives"])
    reasons = [
        _reason(*line) for line in zip(every["kind"], *(column.tolist() for column in figures), strict=True)
    ]

    def of(values: Any, places: Ints) -> pd.Series[str]:
        return pandas_text(values.take(pa.array(places)), every["kind"])

    return pd.DataFrame(
        {
            "suggestion": every["suggestion"] + 1,
            "kind": every["kind"].astype("str"),
            "entry_match_id": matching.entries.group[entry] + 1,
            "refund_match_id": matching.refunds.group[refund] + 1,
            "entry_number": of(entries.written, entry),
            "document_number": of(refunds.written, refund),
            "refund_id": of(refunds.refund_id, refund),
            "expected": expected[entry] / 100,
            "refunded": worth[refund] / 100,
            "alternatives": every["alternatives"].astype("int64"),
            "reason": pd.Series(reasons, dtype="str"),
        }
    )


def _reason(kind: str, expected: int, worth: int, others: int) -> str:
    if kind == SUMS_UP:
        amounts = f" of {money(worth)}"
    elif expected == worth:
        amounts = f"; both amount to {money(worth)}"
    else:
        amounts = f"; {money(expected)} expected, {money(worth)} in the refund"
    return f"{_WORDS[kind]}{amounts}; " + (f"{others:,} more that fit as well" if others else "no other fits")


def _equal(left: Ints, right: Ints) -> tuple[Ints, Ints, int]:
    """Give the positions of equal values on both sides, and how many pairs there are beyond the bounds."""
    order = np.argsort(right, kind="stable")
    ordered = right[order]
    start, stop = np.searchsorted(ordered, left, "left"), np.searchsorted(ordered, left, "right")
    many = np.minimum(stop - start, _MOST_PAIRS)
    within = np.cumsum(many) <= MOST_LISTED
    more = int((stop - start).sum() - many[within].sum())
    many = np.where(within, many, 0)
    at = np.repeat(np.arange(len(left)), many)
    offset = np.arange(len(at)) - np.repeat(np.cumsum(many) - many, many)
    return at, order[np.repeat(start, many) + offset], more


def _with_key(lines: Lines, places: Ints) -> Ints:
    return places[lines.key[places] >= 0]


def _digits(keys: Ints) -> Ints:
    """Give the characters of keys as numbers, a row per key."""
    return keys[:, None] // PLACES % 36


def _one_off(entries: Lines, refunds: RefundLines, lone_e: Ints, lone_r: Ints) -> Iterator[Pairs]:
    for wrong_in_list in (True, False):
        e, r = _with_key(entries, lone_e), _with_key(refunds, lone_r)
        e, r = e[entries.right[e] != wrong_in_list], r[refunds.right[r] == wrong_in_list]
        e_digits, r_digits = _digits(entries.key[e]), _digits(refunds.key[r])
        for place, weight in enumerate(PLACES):
            # with this character struck out, are they the same?
            struck_e, struck_r = e_digits[:, place] * weight, r_digits[:, place] * weight
            at, to, more = _equal(entries.key[e] - struck_e, refunds.key[r] - struck_r)
            yield e[at], r[to], more


def _swapped(entries: Lines, refunds: RefundLines, lone_e: Ints, lone_r: Ints) -> Iterator[Pairs]:
    e, r = _with_key(entries, lone_e), _with_key(refunds, lone_r)
    keys, digits = entries.key[e], _digits(entries.key[e])
    for place in range(len(PLACES) - 1):
        gap = digits[:, place] - digits[:, place + 1]
        differs = np.flatnonzero(gap)
        swapped = keys[differs] - gap[differs] * (PLACES[place] - PLACES[place + 1])
        at, to, more = _equal(swapped, refunds.key[r])
        yield e[differs[at]], r[to], more


def _ten(entries: Lines, refunds: RefundLines, lone_e: Ints, lone_r: Ints) -> Iterator[Pairs]:
    for short, short_at, whole, whole_at, in_list in (
        (entries, lone_e, refunds, lone_r, True),
        (refunds, lone_r, entries, lone_e, False),
    ):
        ten = pc.equal(pc.utf8_length(short.written), 10).fill_null(False).to_numpy(zero_copy_only=False)
        of_ten = short_at[(short.key[short_at] < 0) & ten[short_at]]
        with_key = _with_key(whole, whole_at)
        texts = pandas_text(short.written.take(pa.array(of_ten)), pd.Series(index=range(len(of_ten))))
        numbers = pandas_text(whole.written.take(pa.array(with_key)), pd.Series(index=range(len(with_key))))
        fits = numbers.str.len() == _WIDTH
        with_key, numbers = with_key[fits], numbers[fits]
        for part in (numbers.str[1:], numbers.str[:-1]):
            codes = pd.factorize(pd.concat([texts, part]))[0]
            at, to, more = _equal(codes[: len(of_ten)], codes[len(of_ten) :])
            pair = of_ten[at], with_key[to]
            yield *(pair if in_list else pair[::-1]), more


_FINDERS = {ONE_OFF: _one_off, TEN: _ten, SWAPPED: _swapped}
