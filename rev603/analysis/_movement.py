"""A long history as sightings, what each report showed of each key; and what became of what was stuck.

52 weekly reports of 200,000 lines are 10.4 million lines, but a few numbers per line, sorted once, decide what is
stuck, new or cleared; the lines themselves are fetched at the end, by position.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from rev603._columns import Mask, Numbers
from rev603.analysis._frames import whole_cents
from rev603.vocabulary.statuses import DISPOSITIONS, SETTLED, STUCK, UNKNOWN_STATUS

ALL_STUCK = "all that is stuck"
_STEPS = ("opening", "new", "cleared", "changed", "closing")
_UNITS = ("lines", "amount")


@dataclass(frozen=True)
class Sightings:
    """One sighting per key and report date, ordered by key, then date.

    Attributes
    ----------
    dates
        The report dates, oldest first, also of reports without lines.
    key, date
        Of each sighting: the number of its key, and the position of its date in ``dates``.
    lines, held
        Of each sighting: how many lines, and their dispositions as a set of bits.
    stuck_lines, stuck_cents
        Of each cause (in the order of ``STUCK``) and sighting: how many of its lines are stuck, and how much.
    rows
        Positions of lines in the history, sighting by sighting.
    disposition
        Of each line of the history: the position of its disposition in ``DISPOSITIONS``.
    """

    dates: pd.DatetimeIndex
    key: Numbers
    date: Numbers
    lines: Numbers
    held: Numbers
    stuck_lines: Numbers
    stuck_cents: Numbers
    rows: Numbers
    disposition: Numbers

    def as_of(self, date: int | None) -> Numbers:
        """Return for each key its newest sighting up to a report date, or -1 where there is none."""
        found = np.full(int(self.key.max(initial=-1)) + 1, -1)
        if date is not None:
            seen = np.flatnonzero(self.date <= date)
            newest = seen[np.append(self.key[seen][1:] != self.key[seen][:-1], True)[: len(seen)]]
            found[self.key[newest]] = newest
        return found

    def rows_of(self, sightings: Numbers, *dispositions: str) -> Numbers:
        """Return the lines of some sightings, in the history's order; of these dispositions, if any are named."""
        wanted = np.zeros(len(self.key), np.bool_)
        wanted[sightings[sightings >= 0]] = True
        rows = np.sort(self.rows[np.repeat(wanted, self.lines)])
        places = [DISPOSITIONS.index(name) for name in dispositions]
        return rows[np.isin(self.disposition[rows], places)] if places else rows

    def sighting_of_row(self) -> Numbers:
        """Return for each line of the history its sighting, or -1 where it does not count."""
        found = np.full(len(self.disposition), -1)
        found[self.rows] = np.repeat(np.arange(len(self.key)), self.lines)
        return found

    def shows(self, sightings: Numbers, *dispositions: str) -> Mask:
        """Say of each sighting whether it has a line of these dispositions; not where there is no sighting."""
        found: Mask = (sightings >= 0) & (self.held[sightings] & _bits(*dispositions) != 0)
        return found

    def settled(self, sightings: Numbers) -> Mask:
        """Say of each sighting whether all of its lines say that the money moved or was applied."""
        found: Mask = (sightings >= 0) & (self.held[sightings] & ~_bits(*SETTLED) == 0)
        return found

    def known(self) -> Mask:
        """Say of each sighting whether it tells a state: not where a status is not documented and nothing is stuck."""
        found: Mask = (self.held & _bits(UNKNOWN_STATUS) == 0) | (self.held & _bits(*STUCK) != 0)
        return found

    def texts(self, sightings: Numbers) -> pd.Series[Any]:
        """Return the dispositions of each sighting, joined by ``+``."""
        codes, sets = pd.factorize(self.held[sightings])
        names = [
            " + ".join(name for bit, name in enumerate(DISPOSITIONS) if each & (1 << bit))
            for each in sets.tolist()
        ]
        return pd.Series(np.array(names, dtype=object)[codes], dtype="str")


def sightings_of(lines: pd.DataFrame, pairs: Numbers, dates: pd.DatetimeIndex) -> Sightings:
    """Sort the lines of a history, with their flags, into sightings; ``pairs`` number key and date, by key first."""
    rows: Numbers = np.argsort(pairs, kind="stable")
    disposition = lines["disposition"].cat.codes.to_numpy().astype(np.int64)
    pairs = pairs[rows]
    start = np.flatnonzero(np.append(True, pairs[1:] != pairs[:-1]))
    stuck = [disposition[rows] == DISPOSITIONS.index(cause) for cause in STUCK]
    own = whole_cents(lines["amount"]).to_numpy()[rows]
    return Sightings(
        dates=dates,
        key=pairs[start] // len(dates),
        date=pairs[start] % len(dates),
        lines=np.diff(np.append(start, len(rows))),
        held=np.bitwise_or.reduceat(1 << disposition[rows], start),
        stuck_lines=np.array([np.add.reduceat(each.astype(np.int64), start) for each in stuck]),
        stuck_cents=np.array([np.add.reduceat(np.where(each, own, 0), start) for each in stuck]),
        rows=rows,
        disposition=disposition,
    )


def _bits(*dispositions: str) -> int:
    return sum(1 << DISPOSITIONS.index(name) for name in dispositions)


@dataclass(frozen=True)
class Movement:
    """What is stuck in two states, key by key.

    Attributes
    ----------
    before, now
        Of each key its sighting in the two states, or -1.
    new, still, cleared
        Of each key: stuck now and not before; now and before; before, and now seen where the money moved or was
        applied.
    table
        One line per cause and one for all: ``cause``, then lines and amount (in dollars, exact to the cent) of
        opening, new, cleared, changed and closing.
    """

    before: Numbers
    now: Numbers
    new: Mask
    still: Mask
    cleared: Mask
    table: pd.DataFrame


def movement(sightings: Sightings, compared: int | None, last: int) -> Movement:
    """Compare what is stuck as of two report dates; without an older one, everything is new.

    A key is stuck where any of its lines is. ``changed`` is how the stuck lines of keys that were stuck before became
    more, fewer, or stuck for another cause, and what left without being cleared: sent again and still in transit, or
    shown with a status that nobody has documented.
    """
    before, now = sightings.as_of(compared), sightings.as_of(last)
    was, is_ = sightings.shows(before, *STUCK), sightings.shows(now, *STUCK)
    new, still, cleared = is_ & ~was, is_ & was, was & ~is_ & sightings.settled(now)
    columns: dict[str, Any] = {"cause": [*STUCK, ALL_STUCK]}
    for unit, values in zip(_UNITS, (sightings.stuck_lines, sightings.stuck_cents), strict=True):
        old, own = np.where(was, values[:, before], 0), np.where(is_, values[:, now], 0)
        sums = {"opening": old, "new": own[:, new], "cleared": old[:, cleared], "closing": own}
        totals = {name: each.sum(axis=1) for name, each in sums.items()}
        totals["changed"] = totals["closing"] - totals["opening"] - totals["new"] + totals["cleared"]
        for name in _STEPS:
            columns[f"{name}_{unit}"] = _in_unit(np.append(totals[name], totals[name].sum()), unit)
    order = ["cause", *(f"{name}_{unit}" for name in _STEPS for unit in _UNITS)]
    return Movement(before, now, new, still, cleared, table=pd.DataFrame(columns)[order])


def _in_unit(values: Numbers, unit: str) -> Any:
    return values / 100 if unit == "amount" else values.astype(np.int64)


def trend(sightings: Sightings, refund_date: pd.Series[Any]) -> pd.DataFrame:
    """Return one line per report date: what is stuck, for each cause, and what moved since the report before.

    The first report has nothing to be compared with: what it shows as stuck is its opening, not new.
    """
    count = len(sightings.dates)
    follows = np.append(False, sightings.key[1:] == sightings.key[:-1])
    is_ = sightings.stuck_lines.sum(axis=0) > 0
    was = follows & np.append(False, is_[:-1])
    settled = sightings.settled(np.arange(len(sightings.key)))

    def before(values: Numbers) -> Numbers:
        return np.where(follows, np.append(0, values[:-1]), 0)

    def summed(values: Numbers) -> Numbers:
        # exact: a float holds whole cents up to 90 trillion dollars
        return np.bincount(sightings.date, weights=values, minlength=count).astype(np.int64)

    columns: dict[str, Any] = {"report_date": sightings.dates.to_numpy()}
    for unit, causes in zip(_UNITS, (sightings.stuck_lines, sightings.stuck_cents), strict=True):
        own = causes.sum(axis=0)
        stuck = np.cumsum(summed(own - before(own)))
        opening = np.append(stuck[:1], stuck[:-1])
        new = np.append(0, summed(np.where(is_ & ~was, own, 0))[1:])
        cleared = summed(np.where(was & ~is_ & settled, before(own), 0))
        moved = {"stuck": stuck, "opening": opening, "new": new, "cleared": cleared}
        moved["changed"] = stuck - opening - new + cleared
        for name, part in zip(("rejected", "returned"), causes, strict=True):
            moved[name] = np.cumsum(summed(part - before(part)))
        columns |= {f"{name}_{unit}": _in_unit(values, unit) for name, values in moved.items()}
    names = ("stuck", "opening", "new", "cleared", "changed", "rejected", "returned")
    order = ["report_date", *(f"{name}_{unit}" for name in names for unit in _UNITS)]
    return pd.DataFrame(columns)[order].assign(median_days_waiting=_median_waits(sightings, refund_date))


def _median_waits(sightings: Sightings, refund_date: pd.Series[Any]) -> NDArray[np.float64]:
    """Return for each report date the median days since the refund date, over the lines stuck then."""
    count = len(sightings.dates)
    last_of_key = np.append(sightings.key[1:] != sightings.key[:-1], True)
    until = np.where(last_of_key, count, np.append(sightings.date[1:], count))
    stuck = np.flatnonzero(sightings.stuck_lines.sum(axis=0) > 0)
    rows = sightings.rows_of(stuck, *STUCK)
    owner = sightings.sighting_of_row()[rows]
    since = refund_date.iloc[rows].to_numpy("datetime64[D]")
    known = ~np.isnat(since)
    owner, days = owner[known], since[known].astype(np.int64)
    medians = np.full(count, np.nan)
    for place, day in enumerate(sightings.dates.to_numpy().astype("datetime64[D]").astype(np.int64)):
        waiting = day - days[(sightings.date[owner] <= place) & (until[owner] > place)]
        if len(waiting):
            medians[place] = np.median(waiting)
    return medians
