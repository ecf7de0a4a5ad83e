"""Which lines belong together: repeats are set aside, the rest falls into connected groups."""

from __future__ import annotations

from typing import Any

import numpy as np
import pandas as pd

from rev603._columns import Numbers

_PROVENANCE = ("report_date", "source_file", "source_sheet", "source_row")
#: A refund line that equals another in these is the same line once more.
_REPEATED = (
    "unit",
    "refund_date",
    "cents",
    "stated",
    "payment_state",
    "check_or_trace_number",
    "check_or_ach",
)


def matched(lines: pd.DataFrame, entries: pd.DataFrame) -> pd.DataFrame:
    """Put every line of :func:`both_sides` into exactly one group; ``entries`` is the list as it was given.

    Added are ``usable`` (it has a key), ``repeats`` (the line that it repeats, or -1), ``counted`` (it takes part in a
    match) and ``group``, numbered in the order in which the groups' first lines stand, entries before refunds.
    """
    key, number = lines["key"].to_numpy(), lines["refund"].to_numpy()
    usable = (key >= 0) | (number >= 0)
    repeats = np.where(lines["listed"], _repeated_entries(lines, entries), _repeated_refunds(lines))
    counted = usable & (repeats < 0)

    # a refund number joins where the list has it, and where its amount is printed once for all its documents
    joins = np.zeros(int(number.max(initial=-1)) + 2, bool)
    joins[number[(number >= 0) & (lines["listed"] | (lines["lump"] & counted))]] = True
    joined = counted & (key >= 0) & (number >= 0) & joins[number]
    count = int(key.max(initial=-1)) + 1
    nodes = count + len(joins)
    root = components(nodes, key[joined], count + number[joined])
    node = np.where(key >= 0, key, count + number)
    label = np.where(counted, root[np.where(counted, node, 0)], nodes + np.arange(len(lines)))
    return lines.assign(usable=usable, repeats=repeats, counted=counted, group=pd.factorize(label)[0])


def components(nodes: int, left: Numbers, right: Numbers) -> Numbers:
    """Return for each node the least node that it is connected with.

    Every root hooks onto its least neighbor and chains are then halved until they are flat, so that the
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


def _repeated_entries(lines: pd.DataFrame, entries: pd.DataFrame) -> Numbers:
    """Return for each entry line the one that it repeats: the same in every column but its provenance."""
    own = lines.loc[lines["listed"], ["key", "refund", "cents", "stated"]]
    place = np.flatnonzero(((own["key"] >= 0) | (own["refund"] >= 0)) & own.duplicated(keep=False))
    known = {"entry_number", "expected_amount", "refund_id", *_PROVENANCE}
    same = entries.drop(columns=[name for name in entries if name in known]).iloc[place]
    # whatever else the list holds is compared as it is shown, so that lists in cells do no harm
    same = same.astype({name: "str" for name in same if same[name].dtype == object}).set_axis(place)
    return _first_of_same(pd.concat([own.iloc[place], same], axis=1), len(lines))


def _repeated_refunds(lines: pd.DataFrame) -> Numbers:
    """Return for each refund line the one that it repeats.

    Without a refund number nothing proves that two lines of one report are one refund: both count.
    """
    columns = ["refund", *(name for name in _REPEATED if name in lines)]
    counting = lines.loc[~lines["listed"] & ~lines["older"], columns]
    numbered = counting[counting["refund"] >= 0]
    repeats = _first_of_same(numbered[numbered["unit"].duplicated(keep=False)], len(lines))
    older = lines["older"].to_numpy()
    # a line that names no document repeats the first of its refund
    of_unit, of_refund = (
        counting.drop_duplicates(name).reset_index().set_index(name)["index"].reindex(lines.loc[older, name])
        for name in ("unit", "refund")
    )
    repeats[older] = np.where(of_unit.notna(), of_unit, of_refund).astype(np.int64)
    return repeats


def _first_of_same(rows: pd.DataFrame, count: int) -> Numbers:
    """Return for each of so many lines the first line that is the same throughout, -1 where that is itself."""
    repeats = np.full(count, -1, np.int64)
    place: Any = rows.index.to_series()
    if len(rows):
        groups = rows.set_axis(range(rows.shape[1]), axis=1).groupby(
            list(range(rows.shape[1])), dropna=False, sort=False, observed=True
        )
        first = place.groupby(groups.ngroup()).transform("first")
        repeats[place] = np.where(first == place, -1, first)
    return repeats
