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
from rev603.analysis.disposition import FLAGS, looked_up, superseded_rows
from rev603.vocabulary.statuses import DISPOSITIONS, SETTLED, STUCK, SUPERSEDED, UNKNOWN_STATUS

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
    told, place
        What the statuses and methods that occur tell, and of each line of the history its place in that.
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
    told: pd.DataFrame
    place: Numbers

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

    def flags_of(self, rows: Numbers, index: pd.Index[Any]) -> dict[str, Any]:
        """Return the columns of :func:`rev603.flag_rejects` of some lines."""
        flags: dict[str, Any] = {name: self.told[name].array.take(self.place[rows]) for name in FLAGS}
        texts = np.array(DISPOSITIONS, dtype=object)[self.disposition[rows]]
        return flags | {"disposition": pd.Series(texts, index=index, dtype="str")}

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


def sightings_of(lines: pd.DataFrame, key: Numbers, dates: pd.DatetimeIndex) -> Sightings:
    """Sort the lines of a history into sightings; ``key`` numbers their refunds."""
    pairs = key * len(dates) + dates.searchsorted(lines["report_date"].to_numpy())
    rows: Numbers = np.argsort(pairs, kind="stable")
    told, place = looked_up(lines)
    disposition = told["disposition"].map(DISPOSITIONS.index).to_numpy(np.int64)[place]
    # what is superseded shows within one report
    gone = superseded_rows(lines, pd.factorize(pairs)[0], told, place)
    disposition[gone] = DISPOSITIONS.index(SUPERSEDED)
    pairs = pairs[rows]
    start = np.flatnonzero(np.append(True, pairs[1:] != pairs[:-1]))
    in_cents: Any = nw.from_native(lines[["amount"]]).select(cents("amount")).to_native()["amount"]
    stuck = [disposition[rows] == DISPOSITIONS.index(cause) for cause in STUCK]
    own = in_cents.to_numpy()[rows]
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
        told=told,
        place=place,
    )


def _bits(*dispositions: str) -> int:
    return sum(1 << DISPOSITIONS.index(name) for name in dispositions)
