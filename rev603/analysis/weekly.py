"""The figures of the weekly summary: the state, what changed, and what became of the rejects."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import narwhals as nw
import numpy as np
import pandas as pd

from rev603.analysis import follow_up
from rev603.analysis._cents import cents, open_frame
from rev603.analysis._engines import to_pandas
from rev603.analysis._movement import Movement, movement, trend
from rev603.analysis._provenance import issues_of, sources_of
from rev603.analysis._sightings import Sightings, sightings_of
from rev603.analysis.ageing import ageing, as_day
from rev603.analysis.changes import changes
from rev603.analysis.history import require_report_dates
from rev603.analysis.method import by_method
from rev603.analysis.party import by_notify_party, by_payee
from rev603.analysis.status import flag_rejects
from rev603.analysis.worklist import enrollment_worklist
from rev603.errors import Rev603Error
from rev603.vocabulary.statuses import DIVERTED, REJECTED, RETURNED

if TYPE_CHECKING:
    import datetime as dt

__all__ = ["weekly_figures"]

_WEEK = pd.Timedelta(days=7)
_IN_CHANGES = (
    *follow_up.KEY, "company_name", "care_of", "refund_secondary_status", "amount", "check_or_ach",
    "check_or_trace_number",
)  # fmt: skip
_IN_STATE = [*_IN_CHANGES[:-1], "refund_date"]
_NEEDED = (*_IN_CHANGES, "refund_date", "report_date")
_ORDER = (
    "refund_date",
    "_amount",
    *follow_up.KEY,
    "report_date",
    "source_file",
    "source_sheet",
    "source_row",
)
_LISTED = (
    "rejected",
    "new_rejects",
    "still_rejected",
    "cleared",
    "returned",
    "diverted",
    "checks_after_cutover",
)


def weekly_figures(
    history: Any, *, week_ending: str | dt.date | pd.Timestamp | None = None
) -> dict[str, Any]:
    """Give every field of :class:`rev603.presenting.weekly.WeeklySummary` by its name."""
    known = getattr(history, "attrs", {}).get("rev603", {})
    day = None if week_ending is None else as_day(week_ending)
    lines, many_files = _up_to(history, day)
    sightings = sightings_of(lines, many_files=many_files)
    last = len(sightings.dates) - 1
    compared = _compared_with(sightings.dates)
    report_date = sightings.dates[last]

    moved = movement(sightings, compared, last)
    state = lines[_IN_STATE].iloc[sightings.rows_of(moved.now)]  # its index: positions in the history
    frames = _lists(lines, state, sightings, moved) | {
        "by_payee": by_payee(state),
        "by_notify_party": by_notify_party(state),
        "by_method": by_method(state),
        "worklist": enrollment_worklist(state, as_of=report_date),
        "changes": _changes(lines, sightings, moved),
        "issues": issues_of(known, report_date),
        "sources": sources_of(known, lines, report_date),
        "trend": trend(sightings, lines["refund_date"]),
    }
    return {
        "week_ending": report_date if day is None else day,
        "report_date": report_date,
        "compared_with": None if compared is None else sightings.dates[compared],
        "totals": _totals(frames, state["refund_id"]) | moved.figures,
        **frames,
    }


def _up_to(history: Any, day: pd.Timestamp | None) -> tuple[pd.DataFrame, bool]:
    """Give the lines of the reports up to a day, and whether some report date has several files."""
    names = open_frame(history, _NEEDED).collect_schema().names()
    lines = to_pandas(history, names)
    lines = lines.set_axis(pd.RangeIndex(len(lines)))
    lines.attrs = {}  # pandas copies attrs at every step
    if not len(lines):
        raise Rev603Error(
            "There are no refund lines to sum up.",
            why="an empty report shows nothing, which is not to say that nothing is stuck",
            what_to_do="read at least one report that has lines",
        )
    many_files = require_report_dates(nw.from_native(lines)) > 1
    dates = lines["report_date"].dt.normalize().astype("datetime64[us]")
    if not dates.equals(lines["report_date"]):
        lines = lines.assign(report_date=dates)
    if day is not None and dates.min() > day:
        raise Rev603Error(
            f"No report is dated on or before {day.date()}.",
            why=f"the oldest is of {dates.min().date()}",
            what_to_do="name a later day, or add the older reports",
        )
    if day is not None and dates.max() > day:
        lines = lines[dates <= day].reset_index(drop=True)
    return lines, many_files


def _compared_with(dates: pd.DatetimeIndex) -> int | None:
    """Give the newest report at least 7 days older than the last, or else the one before, if there is one."""
    earlier = np.flatnonzero(dates <= dates[-1] - _WEEK)
    if len(earlier):
        return int(earlier[-1])
    return len(dates) - 2 if len(dates) > 1 else None


def _lists(
    lines: pd.DataFrame, state: pd.DataFrame, sightings: Sightings, moved: Movement
) -> dict[str, pd.DataFrame]:
    now, day = moved.now, sightings.dates[-1]

    rows = sightings.rows_of(now[moved.new | moved.still], state=REJECTED)
    is_new = np.isin(rows, sightings.rows_of(now[moved.new], state=REJECTED))
    stuck = _ordered(ageing(flag_rejects(lines.iloc[rows]), day).assign(_new=is_new))
    new, rejected = stuck["_new"], stuck.drop(columns="_new")

    def with_any(wanted: str) -> pd.DataFrame:
        return lines.iloc[sightings.rows_of(now[sightings.shows(now, wanted)])]

    checks = follow_up.checks_after_cutover(state).index
    return {
        "rejected": rejected,
        "new_rejects": rejected[new].reset_index(drop=True),
        "still_rejected": rejected[~new].reset_index(drop=True),
        "cleared": _cleared(lines, sightings, moved),
        "returned": _ordered(ageing(follow_up.returned(with_any(RETURNED)), day)),
        "diverted": _ordered(follow_up.diverted(with_any(DIVERTED))),
        "checks_after_cutover": _ordered(flag_rejects(lines.loc[checks])),
    }


def _cleared(lines: pd.DataFrame, sightings: Sightings, moved: Movement) -> pd.DataFrame:
    """Give the lines as they were rejected, with the state that their key is in now, and when it was seen."""
    before, now = moved.before[moved.cleared], moved.now[moved.cleared]
    rows = sightings.rows_of(before, state=REJECTED)
    sighting_now = np.full(len(lines), -1)
    sighting_now[sightings.rows] = moved.now[np.repeat(sightings.key, sightings.lines)]
    cleared = flag_rejects(lines.iloc[rows])
    seen = sighting_now[rows] if len(now) else rows
    cleared["state_now"] = sightings.states_text(seen).set_axis(cleared.index)
    cleared["seen_on"] = sightings.dates[sightings.date[seen]]
    return _ordered(cleared)


def _ordered(frame: pd.DataFrame) -> pd.DataFrame:
    """Put the oldest first, then the largest; what follows only makes the order the same each time."""
    keyed = frame.assign(_amount=-frame["amount"].fillna(0))
    order = [name for name in _ORDER if name in keyed.columns]
    return keyed.sort_values(order, ignore_index=True, na_position="last").drop(columns="_amount")


def _changes(lines: pd.DataFrame, sightings: Sightings, moved: Movement) -> pd.DataFrame:
    """Compare the two states, leaving out the keys that no report has shown in between."""
    seen = moved.before != moved.now
    columns = lines[list(_IN_CHANGES)]
    before, after = (columns.iloc[sightings.rows_of(state[seen])] for state in (moved.before, moved.now))
    return changes(before, after)


def _totals(frames: dict[str, pd.DataFrame], refund_id: pd.Series[Any]) -> dict[str, Any]:
    methods, rejected = frames["by_method"], frames["rejected"]
    totals: dict[str, Any] = {"lines": int(methods["lines"].sum()), "refunds": int(refund_id.nunique())}
    for name in ("amount", "ach_amount", "check_amount", "unpaid_amount"):
        totals[name] = _sum(methods, name)
    for name in _LISTED:
        totals[f"{name}_lines"] = len(frames[name])
        totals[f"{name}_amount"] = _sum(frames[name], "amount")
    for name, column in (("refunds", "refund_id"), ("payees", "payee_id"), ("notify_parties", "care_of")):
        totals[f"rejected_{name}"] = int(rejected[column].nunique())
    waits = rejected["days_waiting"].dropna()
    oldest = rejected["refund_date"].min()
    return totals | {
        "oldest_refund_date": None if pd.isna(oldest) else oldest.date().isoformat(),
        "longest_wait_days": int(waits.max()) if len(waits) else None,
        "median_wait_days": float(waits.astype("float64").median()) if len(waits) else None,
    }


def _sum(frame: pd.DataFrame, column: str) -> float:
    in_cents: Any = nw.from_native(frame[[column]]).select(cents(column)).to_native()
    return int(in_cents[column].sum()) / 100
