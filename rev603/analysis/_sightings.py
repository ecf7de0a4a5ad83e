"""A long history as sightings: what each report showed of each key, in whole numbers, sorted once.

52 weekly reports of 200,000 lines are 10.4 million lines, but a few numbers per line decide what is
stuck, new or cleared; the lines themselves are fetched at the end, by position.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

import narwhals as nw
import numpy as np
import pandas as pd

from rev603.analysis._cents import cents
from rev603.analysis._keys import KEY, key_codes
from rev603.analysis.history import counting_lines
from rev603.analysis.status import flag_rejects
from rev603.vocabulary.statuses import PAYMENT_STATES, REJECTED

if TYPE_CHECKING:
    from numpy.typing import NDArray

    Numbers = NDArray[np.int64]
    Mask = NDArray[np.bool_]


@dataclass(frozen=True)
class Sightings:
    """One sighting per key and report date, ordered by key, then date.

    Attributes
    ----------
    dates
        The report dates, oldest first.
    key, date
        Of each sighting: the number of its key, and the position of its date in ``dates``.
    lines, rejected_lines, rejected_cents, states
        Of each sighting: how many lines, how many of them rejected and how much, and the payment states of its
        lines as a set of bits.
    rows
        Positions of lines in the history, sighting by sighting.
    state
        Of each line of the history: the position of its payment state in ``PAYMENT_STATES``.
    """

    dates: pd.DatetimeIndex
    key: Numbers
    date: Numbers
    lines: Numbers
    rejected_lines: Numbers
    rejected_cents: Numbers
    states: Numbers
    rows: Numbers
    state: Numbers

    def as_of(self, date: int | None) -> Numbers:
        """Give for each key its newest sighting up to a report date, or -1 where there is none."""
        found = np.full(int(self.key[-1]) + 1, -1)
        if date is not None:
            seen = np.flatnonzero(self.date <= date)
            newest = seen[np.append(self.key[seen][1:] != self.key[seen][:-1], True)]
            found[self.key[newest]] = newest
        return found

    def rows_of(self, sightings: Numbers, *, state: str | None = None) -> Numbers:
        """Give the lines of some sightings, in the history's order; only those of one state if it is named."""
        wanted = np.zeros(len(self.key), np.bool_)
        wanted[sightings[sightings >= 0]] = True
        rows = np.sort(self.rows[np.repeat(wanted, self.lines)])
        return rows if state is None else rows[self.state[rows] == PAYMENT_STATES.index(state)]

    def shows(self, sightings: Numbers, state: str) -> Mask:
        """Say of each sighting whether it has a line in a state; not where there is no sighting."""
        bit = 1 << PAYMENT_STATES.index(state)
        found: Mask = (sightings >= 0) & (self.states[sightings] & bit != 0)
        return found

    def states_text(self, sightings: Numbers) -> pd.Series[Any]:
        """Give the payment states of each sighting, joined by ``+``."""
        codes, sets = pd.factorize(self.states[sightings])
        names = [
            "+".join(name for bit, name in enumerate(PAYMENT_STATES) if each & (1 << bit))
            for each in sets.tolist()
        ]
        return pd.Series(np.array(names, dtype=object)[codes], dtype="str")


def sightings_of(history: pd.DataFrame, *, many_files: bool) -> Sightings:
    """Sort the lines of a history, of which there is at least one, into sightings."""
    date, dates = pd.factorize(history["report_date"], sort=True)
    pairs = key_codes(history, KEY) * len(dates) + date
    rows: Numbers = np.argsort(pairs, kind="stable")
    if many_files:
        rows = rows[~_repeated(history, pairs)[rows]]
    pairs = pairs[rows]
    start = np.flatnonzero(np.append(True, pairs[1:] != pairs[:-1]))
    state = _states(history["refund_secondary_status"])
    in_cents: Any = nw.from_native(history[["amount"]]).select(cents("amount")).to_native()["amount"]
    rejected = state[rows] == PAYMENT_STATES.index(REJECTED)
    return Sightings(
        dates=pd.DatetimeIndex(dates),
        key=pairs[start] // len(dates),
        date=pairs[start] % len(dates),
        lines=np.diff(np.append(start, len(rows))),
        rejected_lines=np.add.reduceat(rejected.astype(np.int64), start),
        rejected_cents=np.add.reduceat(np.where(rejected, in_cents.to_numpy()[rows], 0), start),
        states=np.bitwise_or.reduceat(1 << state[rows], start),
        rows=rows,
        state=state,
    )


def _states(status: pd.Series[Any]) -> Numbers:
    """Look each different status up once."""
    codes, texts = pd.factorize(status, use_na_sentinel=True)
    known = pd.DataFrame({"refund_secondary_status": pd.Series([*texts, None], dtype="str")})
    states = flag_rejects(known)["payment_state"].map(PAYMENT_STATES.index).to_numpy(np.int64)
    looked_up: Numbers = states[codes]  # a missing status has the code -1: the last
    return looked_up


def _repeated(history: pd.DataFrame, pairs: Numbers) -> Mask:
    """Say which lines are already there in another file of the same report date."""
    files = pd.factorize(history["source_file"], use_na_sentinel=False)[0]
    by_pair = pd.Series(files).groupby(pairs)
    shared = np.flatnonzero((by_pair.transform("min") != by_pair.transform("max")).to_numpy())
    part = history.iloc[shared].assign(_row=shared)
    kept: Any = counting_lines(nw.from_native(part)).to_native()["_row"].to_numpy()
    repeated = np.zeros(len(history), np.bool_)
    repeated[shared] = True
    repeated[kept] = False
    return repeated
