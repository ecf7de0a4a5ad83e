"""What becomes of stuck refunds from report to report: opening + new - cleared + changed = closing."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

import numpy as np
import pandas as pd

from rev603.vocabulary.statuses import STUCK

if TYPE_CHECKING:
    from numpy.typing import NDArray

    from rev603.analysis._sightings import Sightings

    Numbers = NDArray[np.int64]
    Mask = NDArray[np.bool_]

__all__ = ["ALL_STUCK", "Movement", "movement", "trend"]

ALL_STUCK = "all that is stuck"
_STEPS = ("opening", "new", "cleared", "changed", "closing")
_UNITS = ("lines", "amount")


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
    columns: dict[str, Any] = {"report_date": sightings.dates.to_numpy()}
    for unit, causes in zip(_UNITS, (sightings.stuck_lines, sightings.stuck_cents), strict=True):
        own = causes.sum(axis=0)
        old = np.where(follows, np.append(0, own[:-1]), 0)

        def summed(values: Numbers) -> Numbers:
            # exact: a float holds whole cents up to 90 trillion dollars
            return np.bincount(sightings.date, weights=values, minlength=count).astype(np.int64)

        stuck = np.cumsum(summed(own - old))
        new = summed(np.where(is_ & ~was, own, 0))
        cleared = summed(np.where(was & ~is_ & settled, old, 0))
        opening = np.append(stuck[:1], stuck[:-1])
        new[:1] = 0
        moved = {"stuck": stuck, "opening": opening, "new": new, "cleared": cleared}
        moved["changed"] = stuck - opening - new + cleared
        for place, name in enumerate(("rejected", "returned")):
            part = causes[place]
            moved[name] = np.cumsum(summed(part - np.where(follows, np.append(0, part[:-1]), 0)))
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
