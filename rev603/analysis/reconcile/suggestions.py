"""What might belong together though no key says so: for a person to judge, never counted as a match.

Four kinds, sought only between what is unmatched on both sides:

* ``one character off``: two entry numbers differ in one character, and exactly one has a wrong check digit;
* ``swapped characters``: two neighboring characters are swapped, and the amounts are equal;
* ``10 characters``: what stands as entry number lacks the first or last character of one on the other side;
* ``entries that sum up``: expected amounts of entries of one payee and liquidation week sum to the refund.
  Of up to 12 such entries every set is tried; of more, single ones, all, and all but one. The 2,000 largest
  refunds and the 500 weeks of the payees of the largest are searched.

At most 5,000 lines are listed, the largest amounts first; how many suggestions are left out is counted.
"""

from __future__ import annotations

from functools import lru_cache
from typing import TYPE_CHECKING, Any, NamedTuple

import numpy as np
import pandas as pd

from rev603.analysis.reconcile import outcomes as oc
from rev603.analysis.reconcile.reasons import money

if TYPE_CHECKING:
    from collections.abc import Iterator

    from numpy.typing import NDArray

    from rev603.analysis.reconcile.outcomes import Judged
    from rev603.analysis.reconcile.proof import Parties

    Ints = NDArray[np.int64]
    #: lines of entries and of refunds, and how many more pairs there are
    Pairs = tuple[Ints, Ints, int]

ONE_OFF = "one character off"
SWAPPED = "swapped characters"
TEN = "10 characters"
SUMS_UP = "entries that sum up"

_WORDS = {
    ONE_OFF: "the entry numbers differ in one character, and one of them has a wrong check digit",
    SWAPPED: "two neighboring characters are swapped, and the amounts are equal",
    TEN: "one character is missing at the beginning or the end",
    SUMS_UP: "the expected amounts of entries of one payee and week sum to the refund",
}
#: A guess that fits this often says nothing: no more pairs than this for each line of one side.
_MOST_PAIRS = 20
_WIDTH = 11
_PLACES = 36 ** np.arange(_WIDTH - 1, -1, -1, dtype=np.int64)
#: More lines of suggestions than this nobody judges; those with the largest amounts are listed.
MOST_LISTED = 5_000
#: Of so many entries every set is tried (4,095 of them); of more single ones, all but one, and all.
ALL_SETS = 12
#: So many refunds are searched for, and so many payees' weeks searched, the largest refunds first.
MOST_REFUNDS = 2000
MOST_WEEKS = 500
#: A larger set is no suggestion that a person can judge.
MOST_IN_SET = 1000


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
    groups = judged.groups
    came = groups["refunded"] + groups["not_paid"].where(groups["refunded_lines"] == 0, 0)
    without_entry = (groups["outcome"] == oc.NOT_PAID) & (groups["entries"] == 0)
    told = groups[["outcome", "expected"]].assign(
        worth=came, stray=groups["outcome"].isin([oc.UNEXPECTED, oc.UNUSABLE]) | without_entry
    )
    names = ["group", "key", "listed", "number", "written", "right", "usable", "stated", "cents", "refund_id"]
    lines = judged.lines[[*names, "refund_date", "liquidation_date"]].assign(
        **told.take(judged.lines["group"].to_numpy()).set_axis(judged.lines.index),
        # a list without importer numbers is taken to be that of one payee
        payee=payee.codes if payee.listed else 0,
    )
    entries = lines[lines["listed"] & lines["outcome"].isin([oc.MISSING, oc.UNUSABLE])]
    refunds = lines[~lines["listed"] & lines["stray"]]
    # the largest first; one line of each group and key stands for it
    largest = entries.sort_values("expected", ascending=False, kind="stable")
    pairs, left_out = [], 0
    for kind, finder in _FINDERS.items() if len(entries) and len(refunds) else ():
        for left, right, more in finder(largest, refunds.drop_duplicates(["group", "key"])):
            pairs.append(pd.DataFrame({"kind": kind, "entry": left, "refund": right}))
            left_out += more
    alone = pd.concat(
        [pd.DataFrame(columns=["kind", "entry", "refund"], dtype="int64"), *pairs], ignore_index=True
    )
    alone = alone.drop_duplicates(["entry", "refund"], ignore_index=True)
    alone["alternatives"] = alone.groupby("refund")["entry"].transform("size") - 1

    known = lines["payee"] >= 0
    priced = entries[
        known.loc[entries.index]
        & (entries["outcome"] == oc.MISSING)
        & entries["stated"]
        & (entries["cents"] > 0)
    ]
    whole = refunds[refunds["usable"] & (refunds["worth"] > 0)].drop_duplicates("group")
    whole = whole[known.loc[whole.index]]
    sets, not_searched = _sums_up(priced, whole)
    sets = sets.assign(kind=SUMS_UP, suggestion=np.arange(len(sets))).explode("entry")
    # what is one entry, and said already, is not said again
    pair = ["entry", "refund"]
    said = pd.MultiIndex.from_frame(sets[pair]).isin(pd.MultiIndex.from_frame(alone[pair]))
    sets = sets[~said | sets["suggestion"].duplicated(keep=False)]

    alone["suggestion"] = -1 - np.arange(len(alone))
    every = pd.concat([alone, sets], ignore_index=True).astype({"entry": "int64", "refund": "int64"})
    amounts = every["refund"].map(lines["worth"]).groupby(every["suggestion"]).transform("max")
    sizes = every.groupby("suggestion")["entry"].transform("size")
    firsts = (~every["suggestion"].duplicated()).astype("int64")
    order = np.lexsort((every.index, -amounts))
    listed = (sizes * firsts).iloc[order].cumsum() <= MOST_LISTED
    kept = every.loc[np.sort(order[listed.to_numpy()])].reset_index(drop=True)
    left_out += every["suggestion"].nunique() - kept["suggestion"].nunique()
    return Suggested(_frame(kept, lines), left_out, not_searched)


def _frame(pairs: pd.DataFrame, lines: pd.DataFrame) -> pd.DataFrame:
    entry, refund = (lines.loc[pairs[side]].reset_index(drop=True) for side in ("entry", "refund"))
    figures = (entry["expected"], refund["worth"], pairs["alternatives"])
    reasons = [
        _reason(*line) for line in zip(pairs["kind"], *(column.tolist() for column in figures), strict=True)
    ]
    return pd.DataFrame(
        {
            "suggestion": pd.factorize(pairs["suggestion"])[0] + 1,
            "kind": pairs["kind"].astype("str"),
            "entry_match_id": entry["group"] + 1,
            "refund_match_id": refund["group"] + 1,
            "entry_number": entry["written"],
            "document_number": refund["written"],
            "refund_id": refund["refund_id"],
            "expected": entry["expected"] / 100,
            "refunded": refund["worth"] / 100,
            "alternatives": pairs["alternatives"].astype("int64"),
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


# ------------------------------------------------------------------ numbers that nearly agree


def _equal(left: Ints, right: Ints) -> tuple[Ints, Ints, int]:
    """Return the positions of equal values on both sides, and how many pairs there are beyond the bounds."""
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


def _numbered(lines: pd.DataFrame) -> tuple[Ints, Ints, Ints]:
    """Return the lines that have an entry number, it as a whole number in base 36, and its characters as numbers."""
    some = lines["number"].dropna()
    keys = np.array([int(text, 36) for text in some], np.int64)
    return some.index.to_numpy(), keys, keys[:, None] // _PLACES % 36


def _one_off(entries: pd.DataFrame, refunds: pd.DataFrame) -> Iterator[Pairs]:
    for wrong_in_list in (True, False):
        e, e_keys, e_digits = _numbered(entries[entries["right"] != wrong_in_list])
        r, r_keys, r_digits = _numbered(refunds[refunds["right"] == wrong_in_list])
        for place, weight in enumerate(_PLACES):
            # with this character struck out, are they the same?
            at, to, more = _equal(e_keys - e_digits[:, place] * weight, r_keys - r_digits[:, place] * weight)
            yield e[at], r[to], more


def _swapped(entries: pd.DataFrame, refunds: pd.DataFrame) -> Iterator[Pairs]:
    (e, e_keys, digits), (r, r_keys, _) = _numbered(entries), _numbered(refunds)
    for place in range(_WIDTH - 1):
        gap = digits[:, place] - digits[:, place + 1]
        differs = np.flatnonzero(gap)
        swapped = e_keys[differs] - gap[differs] * (_PLACES[place] - _PLACES[place + 1])
        at, to, more = _equal(swapped, r_keys)
        left, right = e[differs[at]], r[to]
        equal = entries["expected"].reindex(left).to_numpy() == refunds["worth"].reindex(right).to_numpy()
        yield left[equal], right[equal], more


def _ten(entries: pd.DataFrame, refunds: pd.DataFrame) -> Iterator[Pairs]:
    for short, whole, in_list in ((entries, refunds, True), (refunds, entries, False)):
        texts = short.loc[short["number"].isna() & (short["written"].str.len() == _WIDTH - 1), "written"]
        numbers = whole.loc[whole["number"].notna() & (whole["written"].str.len() == _WIDTH), "written"]
        for part in (numbers.str[1:], numbers.str[:-1]):
            codes = pd.factorize(pd.concat([texts, part]))[0]
            at, to, more = _equal(codes[: len(texts)], codes[len(texts) :])
            pair = texts.index.to_numpy()[at], numbers.index.to_numpy()[to]
            yield *(pair if in_list else pair[::-1]), more


_FINDERS = {ONE_OFF: _one_off, TEN: _ten, SWAPPED: _swapped}


# ------------------------------------------------------------------ entries whose amounts sum to a refund


def _sums_up(entries: pd.DataFrame, refunds: pd.DataFrame) -> tuple[pd.DataFrame, int]:
    """Search for each refund, one line per group, the smallest set of entries of its payee and a week that sums to it.

    Returns
    -------
    tuple
        Frame ``refund entry alternatives``, a line per refund that was found, its entries as an array; and how
        many refunds there are for which not every set was tried.
    """
    largest = refunds.sort_values("worth", ascending=False, kind="stable")[:MOST_REFUNDS]
    sought = largest[["payee", "worth", "refund_date"]].rename_axis("refund").reset_index()
    most = sought.groupby("payee")["worth"].max()
    weeks = entries["liquidation_date"].dt.to_period("W-SUN").dt.start_time.rename("week")
    listed = entries["cents"][entries["payee"].isin(most.index)]
    of_week: dict[Any, Any] = dict(iter(listed.groupby([entries["payee"], weeks], dropna=False)))
    ordered = sorted(of_week, key=lambda key: -most[key[0]])
    in_part = {key[0] for key in ordered[MOST_WEEKS:]}
    in_part |= {key[0] for key in ordered[:MOST_WEEKS] if len(of_week[key]) > ALL_SETS}

    worths = {who: worth.to_numpy() for who, worth in sought.groupby("payee")["worth"]}
    tried = [np.zeros((0, 4), np.int64)]
    for at, key in enumerate(ordered[:MOST_WEEKS]):
        sums, sizes = _sets(of_week[key].to_numpy())
        which = np.flatnonzero(np.isin(sums, worths[key[0]]))
        tried.append(np.stack([np.full(len(which), at), which, sums[which], sizes[which]], axis=1))
    sets = pd.DataFrame(np.concatenate(tried), columns=["at", "which", "worth", "size"])
    sets = sets.sort_values("size", kind="stable").join(
        pd.DataFrame(ordered, columns=["payee", "week"]), on="at"
    )
    sets["ways"] = sets.groupby(["at", "worth"])["size"].transform("size")
    found = sought.merge(sets.drop_duplicates(["at", "worth"]), on=["payee", "worth"])
    found = found[~(found["refund_date"] < found["week"])]  # a refund comes after the liquidation
    found["alternatives"] = found.groupby("refund")["ways"].transform("sum") - 1
    found = found.sort_values(["size", "at"], kind="stable").drop_duplicates("refund").sort_index()
    found = found[found["size"] <= MOST_IN_SET]
    places = zip(found["at"], found["which"], strict=True)
    chosen = [_members(of_week[ordered[at]].index.to_numpy(), which) for at, which in places]
    found["entry"] = pd.Series(chosen, index=found.index, dtype="object")
    not_searched = len(refunds) - len(largest) + int(sought["payee"].isin(in_part).sum())
    return found[["refund", "entry", "alternatives"]], not_searched if len(entries) else 0


def _sets(cents: Ints) -> tuple[Ints, Ints]:
    """Return the sum and the size of each set that is tried."""
    count = len(cents)
    if count <= ALL_SETS:
        masks = _masks(count)
        return masks @ cents, masks.sum(axis=1)
    total = int(cents.sum())
    sizes = np.repeat([1, count - 1, count], [count, count, 1])
    return np.concatenate([cents, total - cents, [total]]), sizes


def _members(entries: Ints, which: int) -> Ints:
    """Return what a set of :func:`_sets` consists of."""
    count = len(entries)
    if count <= ALL_SETS:
        return np.asarray(entries[_masks(count)[which] > 0])
    if which < count:
        return entries[which : which + 1]
    return np.asarray(np.delete(entries, which - count) if which < 2 * count else entries)


@lru_cache(maxsize=ALL_SETS)
def _masks(count: int) -> Ints:
    """Return every set of so many things but the empty one, one per row, 1 for what is in it."""
    masks: Ints = np.arange(1, 2**count)[:, None] >> np.arange(count) & 1
    return masks
