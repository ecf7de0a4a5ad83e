"""Sets of entries of one payee and week whose amounts sum to an unmatched refund: a bounded search."""

from __future__ import annotations

from functools import lru_cache
from itertools import combinations
from typing import TYPE_CHECKING

import numpy as np
import pandas as pd

from rev603.analysis.reconcile.inputs import dates_of

if TYPE_CHECKING:
    from collections.abc import Callable

    from rev603.analysis.reconcile.inputs import Ints, Lines, RefundLines
    from rev603.analysis.reconcile.parties import Parties

#: Of so many entries every set is tried (4,095 of them), of so many small sets and nearly whole ones.
ALL_SETS = 12
SMALL_SETS = 40
#: So many refunds are searched for, and so many payees' weeks searched, the largest refunds first.
MOST_REFUNDS = 2000
MOST_BUCKETS = 500
#: A larger whole set is not listed entry by entry.
_MOST_IN_SET = 1000


def sums_up(
    entries: Lines, refunds: RefundLines, lone_e: Ints, lone_r: Ints, *, worth: Ints, payee: Parties
) -> tuple[pd.DataFrame, int]:
    """Search for each refund the smallest set of entries that sums to it.

    Parameters
    ----------
    lone_e, lone_r
        Places of the entry lines and, one per group, the refund lines that are unmatched.
    worth
        Cents of each refund line's group.

    Returns
    -------
    tuple
        Frame ``suggestion entry refund alternatives``, and how many refunds were not searched in full.
    """
    nothing = pd.DataFrame(
        {name: np.zeros(0, np.int64) for name in ("suggestion", "entry", "refund", "alternatives")}
    )
    lone_e = lone_e[entries.cents[lone_e] > 0]
    if payee.listed:
        lone_e = lone_e[payee.entries[lone_e] >= 0]
        lone_r = lone_r[payee.refunds[lone_r] >= 0]
    if not len(lone_e) or not len(lone_r):
        return nothing, 0
    left_out = max(0, len(lone_r) - MOST_REFUNDS)
    lone_r = lone_r[np.argsort(-worth[lone_r], kind="stable")[:MOST_REFUNDS]]
    liquidated = dates_of(entries.frame, "liquidation_date").iloc[lone_e]
    week = liquidated.dt.to_period("W-SUN").dt.start_time
    # a list without importer numbers is taken to be that of one payee
    of_e = payee.entries[lone_e] if payee.listed else np.zeros(len(lone_e), np.int64)
    of_r = payee.refunds[lone_r] if payee.listed else np.zeros(len(lone_r), np.int64)

    wanted = np.isin(of_e, of_r)
    listed = pd.DataFrame({"payee": of_e, "week": week.to_numpy(), "entry": lone_e})[wanted]
    listed["bucket"] = listed.groupby(["payee", "week"], dropna=False, sort=False).ngroup()
    paid = dates_of(refunds.frame, "refund_date").iloc[lone_r].to_numpy()
    targets = pd.DataFrame({"payee": of_r, "refund": lone_r, "worth": worth[lone_r], "paid": paid})
    buckets = listed.groupby("bucket").agg(
        payee=("payee", "first"), week=("week", "first"), size=("entry", "size")
    )
    buckets["worth"] = buckets["payee"].map(targets.groupby("payee")["worth"].max())
    buckets = buckets.sort_values("worth", ascending=False, kind="stable")
    searched = buckets.head(MOST_BUCKETS)
    in_part = set(buckets["payee"].iloc[MOST_BUCKETS:]) | set(searched["payee"][searched["size"] > ALL_SETS])

    members = dict(iter(listed[listed["bucket"].isin(searched.index)].groupby("bucket")["entry"]))
    per_payee = dict(iter(targets[targets["payee"].isin(searched["payee"])].groupby("payee")))
    best: dict[int, tuple[Ints, int]] = {}
    for bucket, who, since in zip(searched.index, searched["payee"], searched["week"], strict=True):
        sought = per_payee[who]
        if not pd.isna(since):
            sought = sought[~(sought["paid"] < since)]  # a refund comes after the liquidation
        places = members[bucket].to_numpy(np.int64)
        _search(places, entries.cents[places], sought, best)
    rows = [
        (suggestion, entry, refund, others)
        for suggestion, (refund, (chosen, others)) in enumerate(sorted(best.items()))
        for entry in chosen
    ]
    not_searched = left_out + int(targets["payee"].isin(in_part).sum())
    return pd.DataFrame(rows, columns=list(nothing)).astype(np.int64), not_searched


def _search(members: Ints, cents: Ints, sought: pd.DataFrame, best: dict[int, tuple[Ints, int]]) -> None:
    """Look the refunds up among the sums of one payee's week; keep the smallest set, count the others."""
    sums, set_of = _sets(cents)
    order = np.argsort(sums, kind="stable")  # the smaller sets stand first among equal sums
    ordered = sums[order]
    worth = sought["worth"].to_numpy(np.int64)
    start, stop = np.searchsorted(ordered, worth, "left"), np.searchsorted(ordered, worth, "right")
    hits = np.flatnonzero(stop > start)
    for refund, low, high in zip(sought["refund"].to_numpy()[hits], start[hits], stop[hits], strict=True):
        chosen, ways = members[set_of(order[low])][:_MOST_IN_SET], int(high - low)
        if int(refund) in best:
            kept, others = best[int(refund)]
            best[int(refund)] = (chosen if len(chosen) < len(kept) else kept, others + ways)
        else:
            best[int(refund)] = (chosen, ways - 1)


def _sets(cents: Ints) -> tuple[Ints, Callable[[int], Ints]]:
    """Give the sum of each set that is tried, smaller sets first, and what a set consists of."""
    count = len(cents)
    every = np.arange(count)
    if count <= SMALL_SETS:
        masks = _masks(count)
        return masks @ cents, lambda which: np.flatnonzero(masks[which])
    total = int(cents.sum())

    def set_of(which: int) -> Ints:
        if which < count:
            return every[which : which + 1]
        return np.delete(every, which - count) if which < 2 * count else every

    return np.concatenate([cents, total - cents, [total]]), set_of


@lru_cache(maxsize=SMALL_SETS)
def _masks(count: int) -> Ints:
    """Give the sets of so many things that are tried, one per row, 1 for what is in it."""
    if count <= ALL_SETS:
        masks = np.arange(1, 2**count)[:, None] >> np.arange(count) & 1
        return masks[np.argsort(masks.sum(axis=1), kind="stable")].astype(np.int64)
    small = [chosen for size in (1, 2, 3) for chosen in combinations(range(count), size)]
    masks = np.zeros((len(small), count), np.int64)
    for row, chosen in enumerate(small):
        masks[row, list(chosen)] = 1
    nearly_whole = 1 - masks[masks.sum(axis=1) <= 2]
    return np.concatenate([masks, nearly_whole[::-1], np.ones((1, count), np.int64)])
