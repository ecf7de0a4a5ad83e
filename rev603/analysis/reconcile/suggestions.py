"""What might belong together though no key says so: for a person to judge, never counted as a match.

Four kinds, sought only between what is unmatched on both sides:

* ``one character off``: two entry numbers differ in one character, and exactly one has a wrong check digit;
* ``swapped characters``: two neighbouring characters are swapped, and the amounts are equal;
* ``10 characters``: what stands as entry number lacks the first or last character of one on the other side;
* ``entries that sum up``: expected amounts of entries of one payee and liquidation week sum to the refund.
  Of up to 12 such entries every set is tried; of up to 40, sets of one to three and of all but none to two;
  of more, single ones, all, and all but one. The 2,000 largest refunds and the 500 weeks of the payees of the
  largest are searched.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import numpy as np
import pandas as pd
import pyarrow as pa
import pyarrow.compute as pc

from rev603.analysis.reconcile import outcomes as oc
from rev603.analysis.reconcile.inputs import PLACES
from rev603.analysis.reconcile.subsets import sums_up
from rev603.analysis.reconcile.wording import chosen, joined, money, number
from rev603.identifiers._columns import TEXT, pandas_text, stripped

if TYPE_CHECKING:
    from rev603.analysis.reconcile.inputs import Flags, Ints, Lines, RefundLines
    from rev603.analysis.reconcile.outcomes import Judged
    from rev603.analysis.reconcile.parties import Parties

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
#: A guess that fits this often says nothing: no more pairs than this for each line of the shorter side.
_MOST_PAIRS = 20


def suggest(judged: Judged, payee: Parties) -> tuple[pd.DataFrame, int]:
    """Give the suggestions, one line per suggested pair of an entry and a match of refunds.

    Returns
    -------
    tuple
        * frame ``suggestion kind entry_match_id refund_match_id entry_number document_number refund_id
          expected refunded alternatives reason``; entries that are suggested together share a ``suggestion``;
          ``alternatives`` counts the other ways to the same refund;
        * for how many refunds the search for sums did not try every set of entries.
    """
    entries, refunds, matching, outcomes = judged
    missing, came = oc.CODE[oc.MISSING], oc.CODE[oc.UNEXPECTED]
    unusable, unpaid = oc.CODE[oc.UNUSABLE], oc.CODE[oc.NOT_PAID]
    of_e, of_r = outcomes.outcome[matching.entries.group], outcomes.outcome[matching.refunds.group]
    lone_e = np.flatnonzero(np.isin(of_e, [missing, unusable]))
    stray = (of_r == came) | (of_r == unusable) | (
        (of_r == unpaid) & (outcomes.entries[matching.refunds.group] == 0)
    )  # fmt: skip
    lone_r = np.flatnonzero(stray)
    # one line of each group and key stands for it
    lone_r = lone_r[
        ~pd.Series(_pairs(matching.refunds.group[lone_r], matching.refunds.key[lone_r])).duplicated()
    ]
    sums = outcomes.refunded + np.where(outcomes.refunded_lines == 0, outcomes.not_paid, 0)
    worth = sums[matching.refunds.group]

    found = [
        _Found(kind, *finder(entries, refunds, lone_e, lone_r))
        for kind, finder in ((ONE_OFF, _one_off), (TEN, _ten))
    ]
    left, right = _swapped(entries, refunds, lone_e, lone_r)
    expected = outcomes.expected[matching.entries.group]
    equal = expected[left] == worth[right]
    found.append(_Found(SWAPPED, left[equal], right[equal]))
    pairs = pd.concat([each.frame() for each in found], ignore_index=True)
    pairs = pairs.drop_duplicates(["entry", "refund"], ignore_index=True)
    pairs["suggestion"] = np.arange(len(pairs))
    pairs["alternatives"] = pairs.groupby("refund")["entry"].transform("size") - 1

    by_group = np.flatnonzero(stray & matching.refunds.usable)
    by_group = by_group[~pd.Series(matching.refunds.group[by_group]).duplicated()]
    sets, not_searched = sums_up(
        entries,
        refunds,
        lone_e[(of_e[lone_e] == missing) & entries.stated[lone_e]],
        by_group[worth[by_group] > 0],
        worth=worth,
        payee=payee,
    )
    sets = _without_what_is_said(sets, pairs)
    sets["suggestion"] += len(pairs)
    every = pd.concat([pairs, sets.assign(kind=SUMS_UP)], ignore_index=True)
    return _frame(every, judged, expected, worth), not_searched


def _without_what_is_said(sets: pd.DataFrame, pairs: pd.DataFrame) -> pd.DataFrame:
    """Drop sets of a single entry that another kind of suggestion has named already."""
    alone = ~sets["suggestion"].duplicated(keep=False)
    said = pd.MultiIndex.from_frame(sets[["entry", "refund"]]).isin(
        pd.MultiIndex.from_frame(pairs[["entry", "refund"]])
    )
    sets = sets[~(alone & said)].reset_index(drop=True)
    sets["suggestion"] = pd.factorize(sets["suggestion"])[0]
    return sets


class _Found:
    def __init__(self, kind: str, left: Ints, right: Ints) -> None:
        self.kind, self.left, self.right = kind, left, right

    def frame(self) -> pd.DataFrame:
        return pd.DataFrame({"kind": self.kind, "entry": self.left, "refund": self.right})


def _frame(every: pd.DataFrame, judged: Judged, expected: Ints, worth: Ints) -> pd.DataFrame:
    entries, refunds, matching, _ = judged
    entry, refund = every["entry"].to_numpy(np.int64), every["refund"].to_numpy(np.int64)
    others = every["alternatives"].to_numpy(np.int64)
    like = pd.Series(index=range(len(every)))

    def of(values: Any, places: Ints) -> pd.Series[str]:
        return pandas_text(values.take(pa.array(places)), like)

    kinds = every["kind"].astype("str")
    same = expected[entry] == worth[refund]
    words = pa.array(kinds.map(_WORDS).astype("str"), TEXT)
    in_sum = (kinds == SUMS_UP).to_numpy()
    amounts = chosen(
        same,
        joined("; both amount to ", money(expected[entry])),
        joined("; ", money(expected[entry]), " expected, ", money(worth[refund]), " in the refund"),
    )
    several = chosen(others == 0, "; no other fits", joined("; ", number(others), " more that fit as well"))
    reason = joined(words, chosen(in_sum, joined(" of ", money(worth[refund])), amounts), several)
    return pd.DataFrame(
        {
            "suggestion": every["suggestion"].to_numpy(np.int64) + 1,
            "kind": kinds,
            "entry_match_id": matching.entries.group[entry] + 1,
            "refund_match_id": matching.refunds.group[refund] + 1,
            "entry_number": of(entries.written, entry),
            "document_number": of(refunds.written, refund),
            "refund_id": of(refunds.refund_id, refund),
            "expected": expected[entry] / 100,
            "refunded": worth[refund] / 100,
            "alternatives": others,
            "reason": pandas_text(reason, like),
        }
    )


def _pairs(left: Ints, right: Ints) -> Ints:
    return pd.factorize(left * (int(right.max(initial=0)) + 2) + right + 1)[0]


def _equal(left: Ints, right: Ints) -> tuple[Ints, Ints]:
    """Give the positions of equal values on both sides, every pair of them, within bounds."""
    order = np.argsort(right, kind="stable")
    ordered = right[order]
    start, stop = np.searchsorted(ordered, left, "left"), np.searchsorted(ordered, left, "right")
    many = np.minimum(stop - start, _MOST_PAIRS)
    at = np.repeat(np.arange(len(left)), many)
    offset = np.arange(len(at)) - np.repeat(np.cumsum(many) - many, many)
    return at, order[np.repeat(start, many) + offset]


def _with_key(lines: Lines, places: Ints) -> Ints:
    return places[lines.key[places] >= 0]


def _digits(keys: Ints) -> Ints:
    """Give the characters of keys as numbers, a row per key."""
    return keys[:, None] // PLACES % 36


def _one_off(entries: Lines, refunds: RefundLines, lone_e: Ints, lone_r: Ints) -> tuple[Ints, Ints]:
    left, right = [], []
    for wrong_in_list in (True, False):
        e = _with_key(entries, lone_e)
        r = _with_key(refunds, lone_r)
        e, r = e[entries.right[e] != wrong_in_list], r[refunds.right[r] == wrong_in_list]
        if not len(e) or not len(r):
            continue
        e_digits, r_digits = _digits(entries.key[e]), _digits(refunds.key[r])
        for place, weight in enumerate(PLACES):
            # with this character struck out, are they the same?
            at, to = _equal(
                entries.key[e] - e_digits[:, place] * weight, refunds.key[r] - r_digits[:, place] * weight
            )
            left.append(e[at])
            right.append(r[to])
    return _together(left), _together(right)


def _swapped(entries: Lines, refunds: RefundLines, lone_e: Ints, lone_r: Ints) -> tuple[Ints, Ints]:
    e, r = _with_key(entries, lone_e), _with_key(refunds, lone_r)
    if not len(e) or not len(r):
        return _together([]), _together([])
    keys, digits = entries.key[e], _digits(entries.key[e])
    left, right = [], []
    for place in range(len(PLACES) - 1):
        gap = digits[:, place] - digits[:, place + 1]
        differs = np.flatnonzero(gap)
        swapped = keys[differs] - gap[differs] * (PLACES[place] - PLACES[place + 1])
        at, to = _equal(swapped, refunds.key[r])
        left.append(e[differs[at]])
        right.append(r[to])
    return _together(left), _together(right)


def _ten(entries: Lines, refunds: RefundLines, lone_e: Ints, lone_r: Ints) -> tuple[Ints, Ints]:
    left, right = [], []
    for short, short_at, whole, whole_at, in_list in (
        (entries, lone_e, refunds, lone_r, True),
        (refunds, lone_r, entries, lone_e, False),
    ):
        ten = pc.equal(pc.utf8_length(short.written), 10).fill_null(False).to_numpy(zero_copy_only=False)
        of_ten = short_at[(short.key[short_at] < 0) & ten[short_at]]
        with_key = _with_key(whole, whole_at)
        if not len(of_ten) or not len(with_key):
            continue
        written = whole.written.take(pa.array(with_key))
        fits: Flags = pc.equal(pc.utf8_length(written), 11).to_numpy(zero_copy_only=False)
        with_key, written = with_key[fits], written.filter(pa.array(fits))
        for start, stop in ((1, 11), (0, 10)):
            part = pc.utf8_slice_codeunits(written, start, stop)
            values = pc.dictionary_encode(
                pa.chunked_array([stripped(short.written.take(pa.array(of_ten)), hyphens=True), part], TEXT)
            ).combine_chunks()
            codes = values.indices.to_numpy(zero_copy_only=False).astype(np.int64)
            at, to = _equal(codes[: len(of_ten)], codes[len(of_ten) :])
            pair = (of_ten[at], with_key[to])
            left.append(pair[0] if in_list else pair[1])
            right.append(pair[1] if in_list else pair[0])
    return _together(left), _together(right)


def _together(parts: list[Ints]) -> Ints:
    return np.concatenate(parts) if parts else np.zeros(0, np.int64)
