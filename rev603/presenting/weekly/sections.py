"""The parts of a weekly summary: which frame each shows, under which title, with which columns.

One table for workbook, page, Markdown and terminal, so that they tell the same in the same order.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Mapping

    import pandas as pd

    from rev603.presenting.weekly import WeeklySummary

__all__ = ["SECTIONS", "Section", "frame_of", "section"]

_WHO = ("company_name", "payee_id")
_WHICH = ("refund_id", "document_number")
_WHERE = ("source_file", "source_sheet", "source_row")
_GROUP_TOTALS = {
    name: name
    for name in (
        *("lines", "amount", "ach_amount", "check_amount", "not_stated_amount", "in_transit_amount"),
        *("rejected_amount", "returned_amount", "diverted_amount", "unknown_amount"),
        *("rejected_lines", "returned_lines", "superseded_lines"),
    )
}


@dataclass(frozen=True, kw_only=True)
class Section:
    """A part of the weekly summary.

    Parameters
    ----------
    name
        The frame's name in :class:`WeeklySummary`.
    sheet, title, note
        Name of its sheet, its title, and how to read it.
    columns
        The columns to show, in order; all, if None.
    brief
        The columns for narrow places: mail, terminal, a phone.
    totals
        Column → key of ``summary.totals``.
    printed
        How many columns, from the left, go on paper; all, if 0.
    if_any
        It is left out when it has no lines.
    """

    name: str
    sheet: str
    title: str
    note: str
    columns: tuple[str, ...] | None = None
    brief: tuple[str, ...] = ()
    totals: Mapping[str, str] = field(default_factory=dict)
    printed: int = 0
    if_any: bool = False


SECTIONS = (
    Section(
        name="worklist",
        sheet="Act now",
        title="Act now: who must do what",
        note="CBP notifies nobody. The account must be enrolled for exactly this number and suffix; then ask "
        "CBP's refunds team to reissue. Where another suffix is paid by ACH, this one was forgotten.",
        columns=(
            *_WHO,
            "amount",
            "days_waiting",
            "step",
            "evidence",
            "actor",
            "care_of",
            "lines",
            "oldest_refund_date",
            "last_paid_by_ach",
            "sibling",
            "sibling_last_paid",
            "siblings_paid",
            "notify_party_paid_for",
        ),
        brief=("company_name", "payee_id", "amount", "days_waiting", "step", "care_of"),
        totals={"lines": "stuck_lines", "amount": "stuck_amount"},
    ),
    Section(
        name="stuck",
        sheet="Stuck",
        title="Stuck: refunds that wait for a bank account",
        note="Longest wait first. Days run from the refund date to the newest report; "
        "the warmer the color, the longer the wait (from 31, 61, 91 days).",
        columns=(
            *_WHO,
            "amount",
            "days_waiting",
            "age_band",
            "cause",
            "care_of",
            "refund_date",
            *_WHICH,
            "refund_secondary_status",
            "refund_type",
            "filer_code",
            "center_id",
            "team_number",
            "port_code",
            "address",
            "report_date",
            *_WHERE,
        ),
        brief=("company_name", "payee_id", "amount", "days_waiting", "refund_id"),
        totals={"amount": "stuck_amount"},
        printed=10,
    ),
    Section(
        name="newly_stuck",
        sheet="New",
        title="New: stuck now, and not in the report compared with",
        note="These refunds became stuck since then.",
        columns=(
            *_WHO,
            "amount",
            "days_waiting",
            "care_of",
            "refund_date",
            *_WHICH,
            "refund_secondary_status",
            *_WHERE,
        ),
        brief=("company_name", "payee_id", "amount", "days_waiting", "refund_id"),
        totals={"amount": "newly_stuck_amount"},
    ),
    Section(
        name="cleared",
        sheet="Cleared",
        title="Cleared: stuck before, and seen since where the money moved or was applied",
        note="Each line as it was stuck; what became of it, and the report that shows it.",
        columns=(*_WHO, "amount", "state_now", "seen_on", "care_of", "refund_date", *_WHICH, *_WHERE),
        brief=("company_name", "payee_id", "amount", "state_now", "refund_id"),
        totals={"amount": "cleared_amount"},
    ),
    Section(
        name="status_unknown",
        sheet="Status unknown",
        title="Status unknown: nobody has documented what these say",
        note="Neither stuck nor cleared nor paid, until a report shows them with a known status.",
        columns=(*_WHO, "amount", "refund_secondary_status", "was_stuck", "refund_date", *_WHICH, *_WHERE),
        brief=("company_name", "payee_id", "amount", "refund_secondary_status", "refund_id"),
        totals={"amount": "status_unknown_amount"},
        if_any=True,
    ),
    Section(
        name="diverted",
        sheet="Diverted",
        title="Diverted: refunds used to settle a debt owed to CBP",
        note="The payee gets no money from these; reconcile them with the bill that they paid.",
        columns=(*_WHO, "amount", "care_of", "refund_date", *_WHICH, "refund_secondary_status", *_WHERE),
        brief=("company_name", "payee_id", "amount", "refund_date", "refund_id"),
        totals={"amount": "diverted_amount"},
        if_any=True,
    ),
    Section(
        name="checks_after_cutover",
        sheet="Checks after cutover",
        title="Checks dated on or after 02/06/2026, when paper checks ended",
        note="Only a waiver allows them since (31 CFR 208.4): ask why there was a check.",
        columns=(
            *_WHO,
            "amount",
            "care_of",
            "refund_date",
            *_WHICH,
            "check_or_trace_number",
            "address",
            *_WHERE,
        ),
        brief=("company_name", "payee_id", "amount", "refund_date", "refund_id"),
        totals={"amount": "checks_after_cutover_amount"},
        if_any=True,
    ),
    Section(
        name="by_disposition",
        sheet="Where it is",
        title="Where every dollar is",
        note="Each line once; superseded is rejected or returned, and paid since.",
        brief=("disposition", "lines", "amount"),
        totals={"lines": "lines", "amount": "amount"},
    ),
    Section(
        name="by_payee",
        sheet="By payee",
        title="By payee: all refunds in their current state",
        note="Largest amount first. The parts of each line add up to its amount.",
        brief=("company_name", "payee_id", "lines", "amount", "rejected_amount", "returned_amount"),
        totals=_GROUP_TOTALS,
    ),
    Section(
        name="by_notify_party",
        sheet="By notify party",
        title="By notify party (CBP Form 4811): all refunds in their current state",
        note="Refunds in care of another party, who enrolls an own bank account.",
        brief=("care_of", "lines", "amount", "rejected_amount", "returned_amount"),
        totals=_GROUP_TOTALS,
    ),
    Section(
        name="by_method",
        sheet="Check vs ACH",
        title="Check against ACH: what the report prints",
        note="A method that is printed does not say that the money arrived.",
        columns=(
            "method",
            "lines",
            "refunds",
            "amount",
            "rejected_lines",
            "rejected_amount",
            "first_refund_date",
            "last_refund_date",
        ),
        brief=("method", "lines", "amount"),
        totals=_GROUP_TOTALS,
    ),
    Section(
        name="changes",
        sheet="Changes",
        title="Changes since the report compared with",
        note="Each refund that is new or gone, or differs in status, amount, method or number.",
    ),
    Section(
        name="trend",
        sheet="Trend",
        title="Trend: what was stuck at each report",
        note="Each report against the one before.",
        brief=("report_date", "stuck_lines", "stuck_amount", "new_lines", "cleared_lines"),
    ),
    Section(
        name="issues",
        sheet="Issues",
        title="Issues: what the reader noticed in the files",
        note="Where it stands: file, sheet and the spreadsheet's own row.",
        columns=(
            "severity",
            "message",
            "source_file",
            "source_sheet",
            "source_row",
            "column",
            "value",
            "code",
        ),
        brief=("severity", "message", "source_file", "source_row"),
    ),
    Section(
        name="sources",
        sheet="Sources",
        title="Sources: the files that were read, and whether they tie out",
        note="Stated is what a report says of itself; found is what was read from it.",
        columns=(
            "source_file",
            "report_date",
            "verdict",
            "ties_out",
            "lines",
            "set_aside",
            "rows_read",
            "total_refunds_stated",
            "total_refunds_found",
            "total_refund_amount_stated",
            "total_refund_amount_found",
            "grain",
            "content_hash",
        ),
        brief=("source_file", "report_date", "lines", "verdict"),
    ),
)

NO_NOTIFY_PARTY = "(no notify party)"


def section(name: str) -> Section:
    """Give the section of a frame.

    >>> section("by_method").sheet
    'Check vs ACH'
    """
    return next(each for each in SECTIONS if each.name == name)


def frame_of(summary: WeeklySummary, part: Section) -> pd.DataFrame:
    """Give a section's frame with what is missing put in words where a blank would puzzle."""
    frame: pd.DataFrame = getattr(summary, part.name)
    if part.name == "by_notify_party" and "care_of" in frame:
        frame = frame.assign(care_of=frame["care_of"].astype("str").fillna(NO_NOTIFY_PARTY))
    return frame
