"""The figures of the weekly summary: the state, what changed, and what became of the stuck refunds."""

from __future__ import annotations

import datetime as dt
from dataclasses import dataclass, fields
from typing import Any

import narwhals as nw
import numpy as np
import pandas as pd

from rev603._columns import Numbers, in_arrow, key_codes
from rev603.analysis import _provenance as provenance
from rev603.analysis._frames import to_pandas
from rev603.analysis._lists import lists_of, printed_vs_received, totals_of
from rev603.analysis._movement import Movement, Sightings, movement, sightings_of, trend
from rev603.analysis.ageing import as_day
from rev603.analysis.changes import compared
from rev603.analysis.disposition import AS_TEXT, FLAGS, flags_of
from rev603.analysis.groups import by_disposition, by_method, by_notify_party, by_payee
from rev603.analysis.history import as_one_history, counting_lines, require_report_dates
from rev603.analysis.reissue import REQUEST, requests_of
from rev603.analysis.worklist import WORKLIST, judged, keyed
from rev603.errors import Rev603Error, check_type
from rev603.identifiers.refund_key import DOCUMENT_KEY, IDENTITY, KEY, PAYEE_KEY, REFUND_KEY

Day = str | dt.date | pd.Timestamp

_WEEK = pd.Timedelta(days=7)
_NEEDED = (
    *KEY, "company_name", "care_of", "refund_secondary_status", "amount", "check_or_ach", "check_or_trace_number",
    "refund_date", "report_date",
)  # fmt: skip
#: What the groups of the current state are made of, where it is there.
_IN_STATE = (*_NEEDED, "total_refund_amount", "source_file", "report", *IDENTITY, *FLAGS)


@dataclass(frozen=True, eq=False, repr=False, kw_only=True)
class WeeklyFigures:
    """The state of the refunds at the end of a week, and what changed; see :func:`rev603.weekly_summary`.

    All amounts are dollars, exact to the cent. "Refund columns" are those of :class:`rev603.RefundSchema`. Lines are
    refund lines; a *key* is ``payee_id``, ``refund_id``, ``document_number``, however they are spelled. *Stuck* is a
    line whose disposition (:func:`rev603.flag_rejects`) is ``no ACH on file`` or ``returned``; a key is stuck where
    any of its lines is.

    Attributes
    ----------
    week_ending
        The day that was asked for, or else ``report_date``.
    report_date
        Date of the newest report up to ``week_ending``, also of one without lines; waiting days are counted up to it.
    compared_with
        Date of the report that the week is compared with; None where there is no older one.
    extract_of
        How many lines the files that were read have, where these are only some of them; else None.
    totals
        Plain numbers, and dates as ISO text (None where there is none):

        - of the current state, ``lines refunds amount``, and the parts that add up to ``amount``: ``ach_amount
          check_amount not_stated_amount in_transit_amount rejected_amount returned_amount diverted_amount
          unknown_amount``, each with ``…_lines``; and ``superseded_lines``;
        - ``<name>_lines`` and ``<name>_amount`` for ``stuck newly_stuck still_stuck cleared status_unknown diverted
          in_transit_long checks_after_cutover reissue_requests``; of what is stuck, ``rejected`` and ``returned`` are
          the two causes, ``returned_checks`` the checks that came back before paper checks ended, ``not_shown`` what
          the newest report should list and does not, ``outside_window`` what it cannot list;
        - ``opening new cleared changed closing``, ``_lines`` and ``_amount``: opening + new - cleared + changed =
          closing, exactly; each cause on its own in ``movement``;
        - ``stuck_refunds stuck_payees stuck_companies stuck_notify_parties`` (how many different ones),
          ``oldest_refund_date longest_wait_days median_wait_days`` (over stuck lines).
    not_judged
        What this answer could not judge, or does not cover; empty where there is nothing to say: ``what source_file
        lines amount detail serious``.
    stuck
        Lines that are stuck in the current state, longest wait first: refund columns + ``payment_state
        is_reject_no_ach disposition cause days_waiting age_band``, and ``returned_check`` (a check that came back
        before paper checks ended), ``in_newest`` (``listed``; ``not listed`` although its refund date lies between
        the first and the last of the newest report; ``outside its dates``), ``possibly_replaced_by`` (other refund
        numbers of the same payee, document and amount that were paid later: for a person to judge).
    newly_stuck, still_stuck
        Those of ``stuck`` whose key was not, or was, stuck in the compared state.
    cleared
        Lines that were stuck in the compared state and whose key has since been seen with nothing but money that
        moved or was applied: the line as it was stuck, + ``state_now`` (dispositions, joined by ``+``) and
        ``seen_on``, the date of the report that shows it.
    status_unknown
        Lines of the current state whose status nobody has documented: neither stuck, cleared nor paid until a known
        one is seen. ``was_stuck``: their key was stuck when it was last seen with a known status.
    diverted, in_transit_long, checks_after_cutover
        Lines of the current state: applied to a debt owed to CBP; in transit for more than 10 business days
        (``business_days``); checks dated on or after 2026-02-06.
    by_disposition, by_payee, by_notify_party, by_method
        The current state, all of its lines, in groups.
    printed_vs_received
        What the column *Check or ACH* prints against what was received, a line for each ``method``: lines and
        amounts ``printed`` = ``received`` + ``in_transit`` + ``rejected`` + ``returned`` + ``diverted`` +
        ``unknown`` + ``superseded``.
    worklist, reissue_requests
        Who must do what: :func:`rev603.enrollment_worklist` and :func:`rev603.reissue_requests` of the current state.
    changes
        Keys that differ from the compared state: :func:`rev603.changes`.
    movement
        Opening, new, cleared, changed and closing (lines and amount) for each ``cause``, and for all that is stuck.
    trend
        One line per report date, each against the one before: ``report_date``, lines and amount of ``stuck opening new
        cleared changed``, of the causes ``rejected`` and ``returned``, and ``median_days_waiting``. The first is an
        opening: nothing in it is new.
    coverage
        The refund dates that the reports show: a ``report`` a line, ``report_date first_refund_date last_refund_date
        lines``; and a ``gap`` a line, more than a week that none of them shows.
    issues
        What the reader found: ``severity code message source_file source_sheet source_row column value``.
    sources
        Files read: ``source_file content_hash report_date lines set_aside rows_read total_refunds_stated
        total_refunds_found total_refund_amount_stated total_refund_amount_found ties_out verdict grain``. Of an
        extract, and of frames without the reader's record, ``ties_out`` is missing: whole files tie out.
    """

    week_ending: pd.Timestamp
    report_date: pd.Timestamp
    compared_with: pd.Timestamp | None
    extract_of: int | None
    totals: dict[str, Any]
    not_judged: pd.DataFrame
    stuck: pd.DataFrame
    newly_stuck: pd.DataFrame
    still_stuck: pd.DataFrame
    cleared: pd.DataFrame
    status_unknown: pd.DataFrame
    by_disposition: pd.DataFrame
    worklist: pd.DataFrame
    reissue_requests: pd.DataFrame
    diverted: pd.DataFrame
    in_transit_long: pd.DataFrame
    checks_after_cutover: pd.DataFrame
    by_payee: pd.DataFrame
    by_notify_party: pd.DataFrame
    by_method: pd.DataFrame
    printed_vs_received: pd.DataFrame
    changes: pd.DataFrame
    movement: pd.DataFrame
    trend: pd.DataFrame
    coverage: pd.DataFrame
    issues: pd.DataFrame
    sources: pd.DataFrame

    @property
    def frames(self) -> dict[str, pd.DataFrame]:
        """Every frame by its name, in order."""
        values = {field.name: getattr(self, field.name) for field in fields(self)}
        return {name: value for name, value in values.items() if isinstance(value, pd.DataFrame)}

    @property
    def serious(self) -> bool:
        """Whether something could not be judged that may hide money: an alarm, whatever else is calm."""
        return bool(self.not_judged["serious"].any())


def weekly_figures(
    history: Any, *, week_ending: Day | None = None, today: Day | None = None, max_age: int | None = None
) -> WeeklyFigures:
    """Return the figures of a week; see :func:`rev603.weekly_summary`."""
    check_type("max_age", max_age, int | None, "a number of days")
    known = getattr(history, "attrs", {}).get("rev603", {})
    day = None if week_ending is None else as_day(week_ending)
    whole = _lines(history, known)
    extract_of = provenance.extract_of(known, len(whole))
    lines, dates = _up_to(whole, known, day)
    coverage = provenance.coverage_of(lines, dates)
    lines, keys, pulls = _counting(lines)
    # what is superseded shows within one report; each line's disposition is found once, for all that is made of it
    pairs = keys["key"] * len(dates) + dates.searchsorted(lines["report_date"].to_numpy())
    lines = lines.assign(**flags_of(lines, pd.factorize(pairs)[0]))
    sightings = sightings_of(lines, pairs, dates)
    compared, last = _compared_with(dates), len(dates) - 1
    moved = movement(sightings, compared, last)
    rows = sightings.rows_of(moved.now)
    state = _some(lines, rows)
    told = keyed(in_arrow(state))
    work = judged(told, as_of=dates[last])
    requests = requests_of(told, work)
    sources = provenance.sources_of(known, lines, dates[last], ties=extract_of is None)
    issues = provenance.issues_of(known, dates[last])
    frames = {
        **lists_of(lines, state, keys["same"], sightings, moved, coverage=coverage),
        "by_disposition": by_disposition(state),
        "by_payee": by_payee(state),
        "by_notify_party": by_notify_party(state),
        "by_method": by_method(state),
        "printed_vs_received": printed_vs_received(state, sightings.disposition[rows]),
        "worklist": work[list(WORKLIST)],
        "reissue_requests": requests.loc[requests["ready"], list(REQUEST)].reset_index(drop=True),
        "changes": _changes(lines, sightings, moved),
        "movement": moved.table,
        "trend": trend(sightings, lines["refund_date"]),
        "coverage": coverage,
        "issues": issues,
        "sources": sources,
    }
    asked = None if today is None else as_day(today)
    doubtful = [
        *provenance.doubtful_files(sources, issues, pulls), *provenance.doubtful_dates(dates[last], asked, max_age)
    ]  # fmt: skip
    return WeeklyFigures(
        week_ending=dates[last] if day is None else day,
        report_date=dates[last],
        compared_with=None if compared is None else dates[compared],
        extract_of=extract_of,
        totals=totals_of(frames, refunds=len(np.unique(keys["refund"][rows][keys["refund"][rows] >= 0]))),
        not_judged=provenance.not_judged(lines, known, frames["status_unknown"], doubtful, extract_of),
        **frames,
    )


def _lines(history: Any, known: Any) -> pd.DataFrame:
    """Return the lines as pandas, each with the day of its report."""
    lines = to_pandas(history, _NEEDED, every=True)
    lines = lines.set_axis(pd.RangeIndex(len(lines)))
    lines.attrs = {}  # pandas copies attrs at every step
    if not len(lines):
        raise Rev603Error(
            "There are no refund lines to sum up.",
            why="an empty report shows nothing, which is not to say that nothing is stuck",
            what_to_do="read at least one report that has lines",
        )
    require_report_dates(nw.from_native(lines))
    if known.get("current") and lines["report_date"].min() < lines["report_date"].max():
        raise Rev603Error(
            "This is the newest state of each refund, not the history.",
            why="rev603.current keeps no earlier state, so nothing could be seen to be new or cleared",
            what_to_do="pass what read_history gave, before rev603.current",
        )
    return lines.assign(report_date=_midnights(lines["report_date"]))


def _midnights(dates: Any) -> pd.Series[Any]:
    days: pd.Series[Any] = pd.to_datetime(dates).dt.normalize().astype("datetime64[us]")
    return days


def _up_to(
    lines: pd.DataFrame, known: Any, day: pd.Timestamp | None
) -> tuple[pd.DataFrame, pd.DatetimeIndex]:
    """Return the lines of the reports up to a day, and the dates of all of these, also of those without lines."""
    stated = [source["report_date"] for source in known.get("sources", ()) if source.get("report_date")]
    days = pd.concat([_midnights(pd.Series(stated, dtype="object")), lines["report_date"].drop_duplicates()])
    dates = pd.DatetimeIndex(days.drop_duplicates().sort_values())
    if day is None:
        return lines, dates
    if lines["report_date"].min() > day:
        raise Rev603Error(
            f"No report is dated on or before {day.date()}.",
            why=f"the oldest is of {lines['report_date'].min().date()}",
            what_to_do="name a later day, or add the older reports",
        )
    return lines[lines["report_date"] <= day].reset_index(drop=True), dates[dates <= day]


def _counting(lines: pd.DataFrame) -> tuple[pd.DataFrame, dict[str, Numbers], pd.DataFrame]:
    """Return the lines that count; numbers of their keys; and the lines in which pulls of one day disagree.

    Numbered are ``key``, ``refund`` (its number alone) and ``same`` (payee and document); -1 is a missing one.
    """
    told = as_one_history(nw.from_native(lines)).to_native()
    whole = nw.from_native(told.reset_index(drop=True))
    counts = counting_lines(whole) if require_report_dates(whole) > 1 else whole
    found: pd.DataFrame = counts.to_native()
    parts = {"key": IDENTITY, "refund": [REFUND_KEY], "same": [PAYEE_KEY, DOCUMENT_KEY]}
    keys = {name: key_codes(found, part) for name, part in parts.items()}
    for name, part in (("refund", REFUND_KEY), ("same", DOCUMENT_KEY)):
        keys[name] = np.where(found[part].to_numpy() == "", -1, keys[name])
    pulls = provenance.disagreeing(whole.to_native(), found)
    return found.reset_index(drop=True), keys, pulls


def _compared_with(dates: pd.DatetimeIndex) -> int | None:
    """Return the newest report at least 7 days older than the last, or else the one before, if there is one."""
    earlier = np.flatnonzero(dates <= dates[-1] - _WEEK)
    if len(earlier):
        return int(earlier[-1])
    return len(dates) - 2 if len(dates) > 1 else None


def _changes(lines: pd.DataFrame, sightings: Sightings, moved: Movement) -> pd.DataFrame:
    """Compare the two states, leaving out the keys that no report has shown in between."""
    seen = moved.before != moved.now
    sides = [sightings.rows_of(state[seen]) for state in (moved.before, moved.now)]
    both = _some(lines, np.concatenate(sides)).reset_index(drop=True)
    return compared(both, np.repeat([0, 1], [len(rows) for rows in sides]))


def _some(lines: pd.DataFrame, rows: Numbers) -> pd.DataFrame:
    """Return some lines with what groups and comparisons are made of."""
    return lines[[name for name in _IN_STATE if name in lines]].iloc[rows].astype(AS_TEXT)
