"""What becomes of rejects from report to report: opening + new - cleared + changed = closing."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

import numpy as np
import pandas as pd

from rev603.vocabulary.statuses import REJECTED

if TYPE_CHECKING:
    from numpy.typing import NDArray

    from rev603.analysis._sightings import Sightings

    Numbers = NDArray[np.int64]
    Mask = NDArray[np.bool_]

__all__ = ["Movement", "movement", "trend"]


@dataclass(frozen=True)
class Movement:
    """The rejects of two states, key by key.

    Attributes
    ----------
    before, now
        Of each key its sighting in the two states, or -1.
    new, still, cleared
        Of each key: rejected now and not before; now and before; before and not now.
    figures
        ``opening_lines``, ``opening_amount`` and so on: lines, and dollars exact to the cent.
    """

    before: Numbers
    now: Numbers
    new: Mask
    still: Mask
    cleared: Mask
    figures: dict[str, Any]


def movement(sightings: Sightings, compared: int | None, last: int) -> Movement:
    """Compare the rejects as of two report dates; without an older one, everything is new.

    A key counts as rejected where any of its lines is. How its rejected lines became more or less while it
    stayed rejected is shown as ``changed``, so that the figures tie to the line and to the cent.
    """
    before, now = sightings.as_of(compared), sightings.as_of(last)
    was, is_ = sightings.shows(before, REJECTED), sightings.shows(now, REJECTED)
    new, still, cleared = is_ & ~was, is_ & was, was & ~is_
    figures: dict[str, Any] = {}
    for unit, values in (("lines", sightings.rejected_lines), ("amount", sightings.rejected_cents)):
        old = np.where(was, values[before], 0)
        own = np.where(is_, values[now], 0)
        sums = {
            "opening": old.sum(),
            "changed": (own - old)[still].sum(),
            "closing": own.sum(),
        }
        for name, value in sums.items():
            figures[f"{name}_{unit}"] = int(value) if unit == "lines" else int(value) / 100
    return Movement(before=before, now=now, new=new, still=still, cleared=cleared, figures=figures)


def trend(sightings: Sightings, refund_date: pd.Series[Any]) -> pd.DataFrame:
    """Give one line per report date: what is stuck, and what changed since the report before."""
    count = len(sightings.dates)
    follows = np.append(False, sightings.key[1:] == sightings.key[:-1])
    is_ = sightings.rejected_lines > 0
    was = follows & np.append(False, is_[:-1])
    columns: dict[str, Numbers] = {}
    for unit, own in (("lines", sightings.rejected_lines), ("amount", sightings.rejected_cents)):
        old = np.where(follows, np.append(0, own[:-1]), 0)
        moved = {
            "new": np.where(is_ & ~was, own, 0),
            "cleared": np.where(was & ~is_, old, 0),
            "changed": np.where(was & is_, own - old, 0),
        }
        for name, values in moved.items():
            summed = np.zeros(count, np.int64)
            np.add.at(summed, sightings.date, values)
            columns[f"{name}_{unit}"] = summed
        columns[f"stuck_{unit}"] = np.cumsum(
            columns[f"new_{unit}"] - columns[f"cleared_{unit}"] + columns[f"changed_{unit}"]
        )
    order = [
        f"{name}_{unit}" for name in ("stuck", "new", "cleared", "changed") for unit in ("lines", "amount")
    ]
    answer = pd.DataFrame({"report_date": sightings.dates.to_numpy()})
    for name in order:
        answer[name] = columns[name] / 100 if name.endswith("amount") else columns[name]
    answer["median_days_waiting"] = _median_waits(sightings, refund_date)
    return answer


def _median_waits(sightings: Sightings, refund_date: pd.Series[Any]) -> NDArray[np.float64]:
    """Give for each report date the median days since the refund date, over the lines stuck then."""
    count = len(sightings.dates)
    last_of_key = np.append(sightings.key[1:] != sightings.key[:-1], True)
    until = np.where(last_of_key, count, np.append(sightings.date[1:], count))
    stuck = np.flatnonzero(sightings.rejected_lines > 0)
    rows = sightings.rows_of(stuck, state=REJECTED)
    sighting_of_row = np.full(len(sightings.state), -1)
    sighting_of_row[sightings.rows] = np.repeat(np.arange(len(sightings.key)), sightings.lines)
    owner = sighting_of_row[rows]
    since = refund_date.iloc[rows].to_numpy("datetime64[D]")
    known = ~np.isnat(since)
    owner, days = owner[known], since[known].astype(np.int64)
    medians = np.full(count, np.nan)
    for place, day in enumerate(sightings.dates.to_numpy().astype("datetime64[D]").astype(np.int64)):
        waiting = day - days[(sightings.date[owner] <= place) & (until[owner] > place)]
        if len(waiting):
            medians[place] = np.median(waiting)
    return medians
