"""Sets of entries of one payee and week whose amounts sum to an unmatched refund: a bounded search."""

from __future__ import annotations

from functools import lru_cache
from typing import TYPE_CHECKING, Any

import numpy as np
import pandas as pd

from rev603.analysis.reconcile.inputs import dates_of

if TYPE_CHECKING:
    from rev603.analysis.reconcile.inputs import Ints, Lines, RefundLines
    from rev603.analysis.reconcile.parties import Parties

#: Of so many entries every set is tried (4,095 of them); of more single ones, all but one, and all.
ALL_SETS = 12
#: So many refunds are searched for, and so many payees' weeks searched, the largest refunds first.
MOST_REFUNDS = 2000
MOST_WEEKS = 500
#: A larger set is no suggestion that a person can judge.
MOST_IN_SET = 1000


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
        Frame ``refund entries alternatives``, a line per refund that was found, its entries as an array; and how
        many refunds were not searched in full.
    """
    lone_e = lone_e[entries.cents[lone_e] > 0]
    if payee.listed:
        lone_e, lone_r = lone_e[payee.entries[lone_e] >= 0], lone_r[payee.refunds[lone_r] >= 0]
    largest = lone_r[np.argsort(-worth[lone_r], kind="stable")[:MOST_REFUNDS]]
    # a list without importer numbers is taken to be that of one payee
    of_e = payee.entries[lone_e] if payee.listed else np.zeros(len(lone_e), np.int64)
    of_r = payee.refunds[largest] if payee.listed else np.zeros(len(largest), np.int64)
    weeks = dates_of(entries.frame, "liquidation_date").iloc[lone_e].dt.to_period("W-SUN").dt.start_time
    listed = pd.DataFrame({"payee": of_e, "week": weeks.to_numpy(), "entry": lone_e})[np.isin(of_e, of_r)]
    sought = pd.DataFrame(
        {
            "payee": of_r,
            "worth": worth[largest],
            "paid": dates_of(refunds.frame, "refund_date").iloc[largest].to_numpy(),
            "place": np.arange(len(largest)),
        }
    )
    of_week: dict[Any, Ints] = {
        key: group.to_numpy(np.int64)
        for key, group in listed.groupby(["payee", "week"], dropna=False)["entry"]
    }
    of_payee: dict[Any, pd.DataFrame] = dict(iter(sought.groupby("payee")))
    ordered = sorted(of_week, key=lambda key: -of_payee[key[0]]["worth"].max())
    in_part = {key[0] for key in ordered[MOST_WEEKS:]}
    in_part |= {key[0] for key in ordered[:MOST_WEEKS] if len(of_week[key]) > ALL_SETS}

    best = np.full((len(largest), 3), -1, np.int64)  # the size of the smallest set, its week, which set it is
    ways = np.zeros(len(largest), np.int64)
    for number, (who, week) in enumerate(ordered[:MOST_WEEKS]):
        wanted = of_payee[who]
        if not pd.isna(week):
            wanted = wanted[~(wanted["paid"] < week)]  # a refund comes after the liquidation
        sums, sizes = _sets(entries.cents[of_week[who, week]])
        order = np.lexsort((sizes, sums))
        amounts, places = wanted["worth"].to_numpy(np.int64), wanted["place"].to_numpy(np.int64)
        start, stop = (np.searchsorted(sums[order], amounts, side) for side in ("left", "right"))
        hit = stop > start
        smallest, places = order[start[hit]], places[hit]
        ways[places] += (stop - start)[hit]
        better = (best[places, 0] < 0) | (sizes[smallest] < best[places, 0])
        chosen = smallest[better]
        best[places[better]] = np.stack([sizes[chosen], np.full(len(chosen), number), chosen], axis=1)
    found = np.flatnonzero((best[:, 0] > 0) & (best[:, 0] <= MOST_IN_SET))
    rows = {
        "refund": largest[found],
        "entries": [_members(of_week[ordered[week]], which) for _, week, which in best[found].tolist()],
        "alternatives": ways[found] - 1,
    }
    not_searched = len(lone_r) - len(largest) + int(sought["payee"].isin(in_part).sum())
    return pd.DataFrame(rows), not_searched if len(lone_e) else 0


def _sets(cents: Ints) -> tuple[Ints, Ints]:
    """Give the sum and the size of each set that is tried."""
    count = len(cents)
    if count <= ALL_SETS:
        masks = _masks(count)
        return masks @ cents, masks.sum(axis=1)
    total = int(cents.sum())
    sizes = np.repeat([1, count - 1, count], [count, count, 1])
    return np.concatenate([cents, total - cents, [total]]), sizes


def _members(entries: Ints, which: int) -> Ints:
    """Give what a set of :func:`_sets` consists of."""
    count = len(entries)
    if count <= ALL_SETS:
        chosen: Ints = entries[_masks(count)[which] > 0]
        return chosen
    if which < count:
        return entries[which : which + 1]
    others: Ints = np.delete(entries, which - count) if which < 2 * count else entries
    return others


@lru_cache(maxsize=ALL_SETS)
def _masks(count: int) -> Ints:
    """Give every set of so many things but the empty one, one per row, 1 for what is in it."""
    masks: Ints = np.arange(1, 2**count)[:, None] >> np.arange(count) & 1
    return masks
