"""Which lines belong together: repeats are set aside, the rest falls into connected groups."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

import numpy as np
import pandas as pd

from rev603.analysis.reconcile.inputs import PROVENANCE, dates_of, text_of
from rev603.identifiers._columns import pandas_text

if TYPE_CHECKING:
    from rev603.analysis.reconcile.inputs import Flags, Ints, Lines, RefundLines

#: A refund line that equals another in these too is the same line once more.
REPEAT_COLUMNS = ("check_or_trace_number", "check_or_ach")


@dataclass(frozen=True, kw_only=True)
class Side:
    """Where each line of one input belongs."""

    #: the group's number, from 0
    group: Ints
    #: the line that this one repeats, -1 where it repeats none
    repeats: Ints
    #: whether it has a key at all
    usable: Flags
    #: number of its entry number among all, -1 where it has none
    key: Ints

    @property
    def counted(self) -> Flags:
        """Whether the line takes part in a match."""
        return self.usable & (self.repeats < 0)


@dataclass(frozen=True, kw_only=True)
class Matching:
    """Both sides, and how many groups there are."""

    entries: Side
    refunds: Side
    groups: int


def match(entries: Lines, refunds: RefundLines) -> Matching:
    """Put every line into exactly one group.

    Groups are numbered in the order in which their first line stands, entries before refunds.
    """
    keys = pd.factorize(np.concatenate([entries.key, refunds.key]))[0]
    key_e, key_r = np.split(keys, [len(entries)])
    key_e, key_r = np.where(entries.key < 0, -1, key_e), np.where(refunds.key < 0, -1, key_r)
    number_e, number_r = entries.refund, refunds.refund

    repeats_e = _repeated_entries(entries, key_e, number_e)
    repeats_r = _repeated_refunds(refunds)
    usable_e = (key_e >= 0) | (number_e >= 0)
    usable_r = (key_r >= 0) | (number_r >= 0)
    counted_r = usable_r & (repeats_r < 0)

    # a refund number joins where the list has it, and where its amount is printed once for all its documents
    numbers = 1 + max(number_e.max(initial=-1), number_r.max(initial=-1))
    joins = np.zeros(numbers, bool)
    joins[number_e[number_e >= 0]] = True
    joins[number_r[refunds.lump & counted_r & (number_r >= 0)]] = True
    joined_r = (number_r >= 0) & (joins[number_r] if numbers else False)

    count = int(keys.max(initial=-1)) + 1
    nodes = count + numbers
    both_e = (key_e >= 0) & (number_e >= 0)
    both_r = (key_r >= 0) & joined_r & counted_r
    root = components(
        nodes,
        np.concatenate([key_e[both_e], key_r[both_r]]),
        count + np.concatenate([number_e[both_e], number_r[both_r]]),
    )

    def labels(key: Ints, number: Ints, counted: Flags, first: int) -> Ints:
        node = np.where(key >= 0, key, count + number)
        alone = nodes + first + np.arange(len(key))
        return np.where(counted, root[np.where(counted, node, 0)] if nodes else alone, alone)

    label = np.concatenate(
        [
            labels(key_e, number_e, usable_e & (repeats_e < 0), 0),
            labels(key_r, number_r, counted_r, len(entries)),
        ]
    )
    group, different = pd.factorize(label)
    group_e, group_r = np.split(group.astype(np.int64), [len(entries)])
    return Matching(
        entries=Side(group=group_e, repeats=repeats_e, usable=usable_e, key=key_e),
        refunds=Side(group=group_r, repeats=repeats_r, usable=usable_r, key=key_r),
        groups=len(different),
    )


def components(nodes: int, left: Ints, right: Ints) -> Ints:
    """Give each node the least node that it is connected with.

    Every root hooks onto its least neighbour and chains are then halved until they are flat, so that the
    number of roots of a component at least halves in two rounds, however long and ill-ordered its chain.
    """
    parent = np.arange(nodes, dtype=np.int64)
    while len(left):
        low, high = np.minimum(left, right), np.maximum(left, right)
        np.minimum.at(parent, high, low)
        while True:
            above = parent[parent]
            if np.array_equal(above, parent):
                break
            parent = above
        left, right = parent[left], parent[right]
        apart = left != right
        left, right = left[apart], right[apart]
    return parent


def _repeated_entries(entries: Lines, key: Ints, number: Ints) -> Ints:
    """Give for each entry line the one that it repeats: the same in every column but its provenance."""
    repeats = np.full(len(entries), -1, np.int64)
    place = np.flatnonzero((key >= 0) | (number >= 0))
    pairs = pd.Series(key[place] * (int(number.max(initial=-1)) + 2) + number[place] + 1)
    place = place[pairs.duplicated(keep=False).to_numpy()]
    if not len(place):
        return repeats
    known = {"entry_number", "expected_amount", "refund_id", *PROVENANCE}
    same = entries.frame.drop(columns=[name for name in entries.frame if name in known]).iloc[place]
    same = same.reset_index(drop=True).rename(columns=str)
    # whatever else the list holds is compared as it is shown, so that lists in cells do no harm
    odd = [name for name in same if same[name].dtype == object]
    same = same.astype(dict.fromkeys(odd, "str"))
    cents = _stated_cents(entries)
    columns = [same[name] for name in same] + [pd.Series(each[place]) for each in (key, number, cents)]
    repeats[place] = _first_of_same(columns, place)
    return repeats


def _repeated_refunds(refunds: RefundLines) -> Ints:
    """Give for each refund line the one that it repeats.

    Without a refund number nothing proves that two lines of one report are one refund: both count.
    """
    repeats = np.full(len(refunds), -1, np.int64)
    counting = np.flatnonzero(~refunds.older)
    first = np.full(int(refunds.unit.max(initial=-1)) + 1, -1, np.int64)
    first[refunds.unit[counting[::-1]]] = counting[::-1]
    repeats[refunds.older] = first[refunds.unit[refunds.older]]

    place = counting[refunds.refund[counting] >= 0]
    place = place[pd.Series(refunds.unit[place]).duplicated(keep=False).to_numpy()]
    frame = refunds.frame.iloc[place]
    like = pd.Series(index=range(len(place)))
    same: list[Any] = [pandas_text(text_of(frame, name), like) for name in REPEAT_COLUMNS]
    same += [pd.Series(each[place]) for each in (refunds.unit, _stated_cents(refunds), refunds.state)]
    repeats[place] = _first_of_same([dates_of(frame, "refund_date"), *same], place)
    return repeats


def _stated_cents(lines: Lines) -> Ints:
    """Give cents in which a missing amount is no 0.00."""
    return np.where(lines.stated, lines.cents, np.iinfo(np.int64).min)


def _first_of_same(columns: list[Any], place: Ints) -> Ints:
    """Give for each row the place of the first row that is the same throughout, -1 for that one itself."""
    if not len(place):
        return place
    rows = pd.concat([column.reset_index(drop=True) for column in columns], axis=1)
    rows.columns = pd.RangeIndex(rows.shape[1])
    again = rows.duplicated().to_numpy()
    if not again.any():
        return np.full(len(place), -1, np.int64)
    which = rows.groupby(list(rows.columns), dropna=False, sort=False, observed=True).ngroup().to_numpy()
    first = np.full(int(which.max()) + 1, -1, np.int64)
    first[which[~again]] = place[~again]
    return np.where(again, first[which], -1)
