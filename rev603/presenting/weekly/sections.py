"""The parts of a weekly summary: which frame each shows, under which title, with which columns.

One table for workbook, page, Markdown and terminal, so that they tell the same in the same order.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TYPE_CHECKING

from rev603.vocabulary.headings import DERIVED_COLUMNS, REFUND_COLUMNS

if TYPE_CHECKING:
    from collections.abc import Mapping

    import pandas as pd

    from rev603.analysis.weekly import WeeklyFigures

__all__ = ["SECTIONS", "Section", "columns_of", "frame_of", "parts_of", "section"]

_WHO = ("company_name", "payee_id")
_WHICH = ("refund_id", "document_number")
_WHERE = ("source_file", "source_sheet", "source_row")
_BRIEF = (*_WHO, "amount", "refund_date", "refund_id")
#: What reports give: a history need not have all of it. Every other column is made by the analyses.
_GIVEN = frozenset(column.name for column in (*REFUND_COLUMNS, *DERIVED_COLUMNS))
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
        The frame's name in :class:`rev603.WeeklySummary`.
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


def _lines(
    name: str,
    sheet: str,
    title: str,
    note: str,
    own: tuple[str, ...] = (),
    *,
    brief: tuple[str, ...] = _BRIEF,
    if_any: bool = True,
) -> Section:
    """Return the section of a list of refund lines, with columns of its own behind the amount."""
    columns = (*_WHO, "amount", *own, "care_of", "refund_date", *_WHICH, "refund_secondary_status", *_WHERE)
    return Section(
        name=name, sheet=sheet, title=title, note=note, columns=columns, brief=brief,
        totals={"amount": f"{name}_amount"}, if_any=if_any,
    )  # fmt: skip


SECTIONS = (
    Section(
        name="not_judged",
        sheet="Not judged",
        title="What could not be judged, and what is not covered",
        note="Serious is what may hide money: the other figures are right only as far as this goes.",
        brief=("what", "source_file", "lines", "amount", "detail"),
        if_any=True,
    ),
    Section(
        name="worklist",
        sheet="Act now",
        title="Act now: who must do what",
        note="CBP notifies nobody. A bank account is enrolled for exactly one number and suffix; when it is, the payee "
        "asks CBP's refunds team to reissue. `rev603 guide` has the steps.",
        columns=(
            *(
                "actor_name",
                "payee_id",
                "amount",
                "days_waiting",
                "step",
                "evidence",
                "company_name",
                "actor",
            ),
            *("care_of", "lines", "oldest_refund_date", "last_paid_by_ach", "sibling", "sibling_last_paid"),
        ),
        brief=("actor_name", "payee_id", "amount", "days_waiting", "step", "evidence"),
        totals={"lines": "stuck_lines", "amount": "stuck_amount"},
        printed=8,
    ),
    Section(
        name="reissue_requests",
        sheet="Ask CBP",
        title="Ask CBP: refunds whose account works, to be sent again",
        note="One line per refund, for CBP's refunds team; the account has been seen to work since.",
        columns=(
            *("refund_id", *_WHO, "amount", "refund_date", "documents", "check_or_trace_number", "reason"),
            *("evidence", "care_of", "lines"),
        ),
        brief=("refund_id", *_WHO, "amount", "refund_date", "reason"),
        totals={"amount": "reissue_requests_amount"},
        if_any=True,
    ),
    Section(
        name="stuck",
        sheet="Stuck",
        title="Stuck: rejected, or returned and not sent again",
        note="Longest wait first. Days run from the refund date to the newest report; "
        "the warmer the color, the longer the wait (from 31, 61, 91 days).",
        columns=(
            *(*_WHO, "amount", "days_waiting", "age_band", "cause", "care_of", "refund_date", *_WHICH),
            *("refund_secondary_status", "in_newest", "possibly_replaced_by", "refund_type", "filer_code"),
            *("center_id", "team_number", "port_code", "address", "report_date", *_WHERE),
        ),
        brief=(*_WHO, "amount", "days_waiting", "cause", "refund_id"),
        totals={"amount": "stuck_amount"},
        printed=11,
    ),
    _lines(
        "newly_stuck",
        "New",
        "New: stuck now, and not in the report compared with",
        "These refunds became stuck since then.",
        ("days_waiting", "cause"),
        brief=(*_WHO, "amount", "days_waiting", "cause", "refund_id"),
        if_any=False,
    ),
    _lines(
        "cleared",
        "Cleared",
        "Cleared: stuck before, and seen since where the money moved or was applied",
        "Each line as it was stuck; where its money is now, and the report that shows it.",
        ("cause", "state_now", "seen_on"),
        brief=(*_WHO, "amount", "state_now", "seen_on", "refund_id"),
        if_any=False,
    ),
    _lines(
        "status_unknown",
        "Status unknown",
        "Status unknown: nobody has documented what these say",
        "Neither stuck nor cleared nor paid, until a report shows them with a known status.",
        ("was_stuck",),
        brief=(*_WHO, "amount", "refund_secondary_status", "refund_id"),
    ),
    _lines(
        "in_transit_long",
        "Long in transit",
        "In transit for more than 10 business days",
        "A payment ordinarily takes one or two: ask CBP where it is.",
        ("business_days",),
        brief=(*_WHO, "amount", "business_days", "refund_id"),
    ),
    _lines(
        "diverted",
        "Applied to a debt",
        "Applied to a debt owed to CBP (offset)",
        "The payee gets no money from these; reconcile them with the bill that they paid.",
    ),
    _lines(
        "checks_after_cutover",
        "Checks after cutover",
        "Checks dated on or after 02/06/2026, when paper checks ended",
        "Only a waiver allows them since (31 CFR 208.4): ask why there was a check.",
        ("check_or_trace_number",),
    ),
    Section(
        name="by_disposition",
        sheet="Where it is",
        title="Where the money is: every dollar in one place",
        note="Superseded is what was rejected or returned and has been paid since: it adds nothing to any sum.",
        brief=("disposition", "lines", "refunds", "amount"),
        totals={"lines": "lines", "amount": "amount"},
    ),
    Section(
        name="by_payee",
        sheet="By payee",
        title="By payee: all refunds in their current state",
        note="Largest amount first. The parts of each line add up to its amount.",
        brief=(*_WHO, "lines", "amount", "rejected_amount", "returned_amount"),
        totals=_GROUP_TOTALS,
    ),
    Section(
        name="by_notify_party",
        sheet="By notify party",
        title="By notify party (CBP Form 4811): all refunds in their current state",
        note="Refunds in care of another party, who enrolls a bank account of its own.",
        brief=("care_of", "lines", "amount", "rejected_amount", "returned_amount"),
        totals=_GROUP_TOTALS,
    ),
    Section(
        name="by_method",
        sheet="Check vs ACH",
        title="Check against ACH: what the report prints",
        note="By the report's own column, so that it ties to a filter; a method that is printed is not yet money received.",
        brief=(
            "method",
            "lines",
            "amount",
            "ach_amount",
            "check_amount",
            "rejected_amount",
            "returned_amount",
        ),
        totals=_GROUP_TOTALS,
    ),
    Section(
        name="printed_vs_received",
        sheet="Printed vs received",
        title="Printed against received: where the money of each method is",
        note="Printed = received + in transit + rejected + returned + diverted + unknown + superseded.",
        brief=(
            "method",
            "printed_lines",
            "received_lines",
            "returned_lines",
            "printed_amount",
            "received_amount",
        ),
    ),
    Section(
        name="movement",
        sheet="Movement",
        title="Movement: opening + new − cleared + changed = closing, for each cause",
        note="In lines and to the cent.",
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
        note="Each report against the one before; the first is an opening, and nothing in it is new.",
        brief=("report_date", "stuck_lines", "stuck_amount", "new_lines", "cleared_lines"),
    ),
    Section(
        name="coverage",
        sheet="Coverage",
        title="Coverage: the refund dates that the reports show",
        note="A gap is more than a week that none of them shows.",
        brief=("what", "report_date", "first_refund_date", "last_refund_date", "lines"),
    ),
    Section(
        name="issues",
        sheet="Issues",
        title="Issues: what the reader noticed in the files",
        note="Where it stands: file, sheet and the spreadsheet's own row.",
        columns=("severity", "message", *_WHERE, "column", "value", "code"),
        brief=("severity", "message", "source_file", "source_row"),
    ),
    Section(
        name="sources",
        sheet="Sources",
        title="Sources: the files that were read, and whether they tie out",
        note="Stated is what a report says of itself; found is what was read from it.",
        columns=(
            *("source_file", "report_date", "verdict", "ties_out", "lines", "set_aside", "rows_read"),
            *("total_refunds_stated", "total_refunds_found", "total_refund_amount_stated"),
            *("total_refund_amount_found", "grain", "content_hash"),
        ),
        brief=("source_file", "report_date", "lines", "verdict"),
    ),
)

_BLANK = {"by_notify_party": ("care_of", "(no notify party)"), "by_method": ("method", "(none printed)")}
_BLANK["printed_vs_received"] = _BLANK["by_method"]


def section(name: str) -> Section:
    """Return the section of a frame.

    >>> section("by_method").sheet
    'Check vs ACH'
    """
    return next(each for each in SECTIONS if each.name == name)


def parts_of(summary: WeeklyFigures) -> list[Section]:
    """Return the sections that have something to show, or say that there is nothing."""
    return [part for part in SECTIONS if not (part.if_any and getattr(summary, part.name).empty)]


def frame_of(summary: WeeklyFigures, part: Section) -> pd.DataFrame:
    """Return a section's frame with what is missing put in words where a blank would puzzle."""
    frame: pd.DataFrame = getattr(summary, part.name)
    if part.name in _BLANK:
        name, words = _BLANK[part.name]
        frame = frame.assign(**{name: frame[name].astype("str").fillna(words)})
    return frame


def columns_of(frame: pd.DataFrame, part: Section, *, brief: bool = False) -> tuple[str, ...] | None:
    """Return the columns to show: a column of the analyses must be there, one of the reports need not."""
    wanted = part.brief or part.columns if brief else part.columns
    if wanted is None:
        return None
    return tuple(name for name in wanted if name in frame or name not in _GIVEN)
