"""The weekly summary in words: what could not be judged, its headline, figures, accounts and what to do.

Every figure is taken from ``summary.totals`` or from a frame; none is worked out here.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, Literal

import pandas as pd

from rev603.presenting.masking import Mask, mask_frame
from rev603.presenting.text import count, day, formatter, money, one_line, plural
from rev603.vocabulary.guide import guide

if TYPE_CHECKING:
    from rev603.analysis.weekly import WeeklyFigures

__all__ = [
    "FOOTNOTE",
    "TITLE",
    "WHERE",
    "Account",
    "Action",
    "Figure",
    "Judged",
    "Line",
    "accounts",
    "actions",
    "figures",
    "headline",
    "judged",
    "period",
]

TITLE = "Stuck refunds"
WHERE = "Where the money is"
FOOTNOTE = (
    "Stuck is what was rejected for want of a bank account, or came back and was not sent again. By CBP's FAQ rejects "
    "are in report REV-613; a REV-603 alone may show too few."
)
_MOST = 12
_WEEK = pd.Timedelta(days=7)


@dataclass(frozen=True, slots=True)
class Judged:
    """What could not be judged, sentence by sentence; ``kind`` is ``good``, ``warn`` or, where money may hide, ``bad``."""

    kind: Literal["good", "warn", "bad"]
    title: str
    sentences: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Figure:
    """A figure with its name; ``value`` is None where there is none."""

    label: str
    kind: str
    value: Any

    @property
    def text(self) -> str:
        """The figure as it is written."""
        return formatter(self.kind)(self.value) or "none"


@dataclass(frozen=True, slots=True)
class Line:
    """A line of a small account: lines and dollars."""

    label: str
    lines: int
    amount: float


@dataclass(frozen=True, slots=True)
class Account:
    """A small account; ``summed`` where its last line is the sum of those above it."""

    title: str
    lines: tuple[Line, ...]
    summed: bool


@dataclass(frozen=True, slots=True)
class Action:
    """What somebody must do, why, and whom to ask."""

    who: str
    amount: float
    days: int
    act: str
    why: str
    contact: str


def period(summary: WeeklyFigures) -> str:
    """Say what the summary is of and what it is compared with."""
    against = "there is no older report to compare it with"
    if summary.compared_with is not None:
        against = f"compared with {day(summary.compared_with)}{_over(summary)}"
    part = (
        "" if summary.extract_of is None else f"; only some of the {plural(summary.extract_of, 'line')} read"
    )
    return f"State on {day(summary.report_date)}, {against}{part}"


def _over(summary: WeeklyFigures) -> str:
    """Say over how many days a comparison goes that is not a week."""
    if summary.compared_with is None or summary.report_date - summary.compared_with == _WEEK:
        return ""
    return f" (over {plural((summary.report_date - summary.compared_with).days, 'day')})"


def headline(summary: WeeklyFigures) -> str:
    """Say in one sentence what is stuck, why, whose it is and what changed."""
    total = summary.totals
    said = "Nothing is stuck"
    if total["stuck_lines"]:
        causes = (("rejected", "no ACH on file"), ("returned", "returned"))
        parts = [
            f"{money(total[f'{name}_amount'])} {text}" for name, text in causes if total[f"{name}_lines"]
        ]
        said = (
            f"{money(total['stuck_amount'])} is stuck in {plural(total['stuck_lines'], 'line')} ({', '.join(parts)}) "
            f"of {plural(total['stuck_payees'], 'importer number')} of {plural(total['stuck_companies'], 'company')}"
        )
    if summary.compared_with is None:
        return f"{said}."
    new, cleared = total["newly_stuck_lines"], total["cleared_lines"]
    return (
        f"{said}: {count(new)} new ({money(total['newly_stuck_amount'])}), {count(cleared)} cleared "
        f"({money(total['cleared_amount'])}) since {day(summary.compared_with)}{_over(summary)}."
    )


def figures(summary: WeeklyFigures) -> tuple[Figure, ...]:
    """Return the figures that are looked at first."""
    total = summary.totals
    return (
        Figure("Stuck amount", "money", total["stuck_amount"]),
        Figure("Stuck lines", "count", total["stuck_lines"]),
        Figure("Oldest refund", "date", total["oldest_refund_date"]),
        Figure("Importer numbers", "count", total["stuck_payees"]),
        Figure("Companies", "count", total["stuck_companies"]),
        Figure("Longest wait (days)", "count", total["longest_wait_days"]),
    )


def accounts(summary: WeeklyFigures) -> tuple[Account, ...]:
    """Return the small accounts that have something in them: what changed, where the money is, what else to look at."""
    total = summary.totals
    groups = summary.by_disposition[["disposition", "lines", "amount"]].to_dict("records")
    where = [Line(str(group["disposition"]), group["lines"], group["amount"]) for group in groups]
    also = {
        "status_unknown": "Of a status that nobody has documented",
        "not_shown": "Stuck, and missing from the newest report",
        "in_transit_long": "In transit for more than 10 business days",
        "diverted": "Applied to a debt (offset)",
        "checks_after_cutover": "Checks after paper checks ended",
        "returned_checks": "Checks that came back before that",
    }
    look = [
        Line(label, total[f"{name}_lines"], total[f"{name}_amount"])
        for name, label in also.items()
        if total[f"{name}_lines"]
    ]
    found = (
        Account("What changed", _movement(summary), summed=True),
        Account(WHERE, (*where, Line("All refunds", total["lines"], total["amount"])), summed=True),
        Account("Also worth a look", tuple(look), summed=False),
    )
    return tuple(account for account in found if account.lines)


def _movement(summary: WeeklyFigures) -> tuple[Line, ...]:
    """Return the account from what was stuck before to what is stuck now; it adds up to the cent."""
    total = summary.totals
    if summary.compared_with is None:
        return ()
    between = [
        Line("plus new", total["newly_stuck_lines"], total["newly_stuck_amount"]),
        Line("less cleared", -total["cleared_lines"], -total["cleared_amount"]),
    ]
    if total["changed_lines"] or total["changed_amount"]:
        between.append(Line("changed otherwise", total["changed_lines"], total["changed_amount"]))
    return (
        Line(f"Stuck on {day(summary.compared_with)}", total["opening_lines"], total["opening_amount"]),
        *between,
        Line(f"Stuck on {day(summary.report_date)}", total["closing_lines"], total["closing_amount"]),
    )


def judged(summary: WeeklyFigures, *, mask: Mask = "ssn") -> Judged:
    """Return what could not be judged, the most serious first, and whether the sources tie out."""
    ties = _ties(summary)
    rows = mask_frame(summary.not_judged, mask).sort_values("serious", ascending=False, kind="stable")
    if rows.empty:
        everything_ties = len(summary.sources) and summary.sources["ties_out"].fillna(value=False).all()
        return Judged("good" if everything_ties else "warn", "", (ties,))
    told = [_sentence(row) for row in rows.head(_MOST).to_dict("records")]
    if len(rows) > _MOST:
        told.append(f"and {count(len(rows) - _MOST)} more: see the workbook's sheet Not judged")
    if summary.serious:
        return Judged("bad", "Look at this first: not everything could be judged", (*told, ties))
    return Judged("warn", "Not covered by this summary", (*told, ties))


def _sentence(row: dict[Any, Any]) -> str:
    what = str(row["what"])
    size = [plural(int(row["lines"]), "line")] if pd.notna(row["lines"]) else []
    size += [money(row["amount"])] if pd.notna(row["amount"]) else []
    where = f" in {one_line(row['source_file'])}" if pd.notna(row["source_file"]) else ""
    about = f": {', '.join(size)}{where}" if size or where else ""
    detail = one_line(str(row["detail"]))
    return (
        f"{what[:1].upper()}{what[1:]}{about}; {detail}"
        if about
        else f"{what[:1].upper()}{what[1:]}: {detail}"
    )


def _ties(summary: WeeklyFigures) -> str:
    """Say how many sources tie out with the totals that they state of themselves."""
    ties = summary.sources["ties_out"]
    files, known = plural(len(ties), "report"), ties.dropna().astype(bool)
    wrong, unknown = int((~known).sum()), len(ties) - len(known)
    if not len(known):
        return f"{files} read; whether they tie out with totals of their own cannot be told."
    if not wrong and not unknown:
        return f"{files} read, and every one ties out with the totals that it states."
    parts = [f"{count(len(known) - wrong)} of {files} tie out with the totals stated"]
    parts += [f"{count(wrong)} not"] if wrong else []
    parts += [f"{count(unknown)} without totals"] if unknown else []
    return f"{', '.join(parts)}: see Sources."


def actions(summary: WeeklyFigures, *, mask: Mask = "ssn", top: int = 5) -> tuple[Action, ...]:
    """Say who must do what, the largest amounts first as the worklist has them."""
    work, steps = mask_frame(summary.worklist.head(top), mask), guide().steps
    return tuple(
        Action(
            who=f"{_named(line['actor_name'], 'no name')} ({_for(line)})",
            amount=line["amount"],
            days=line["days_waiting"],
            act=step.act,
            why=_named(line["evidence"], ""),
            contact=step.contact.line,
        )
        for line in work.to_dict("records")
        for step in (steps[line["step"]],)
    )


def _for(line: dict[Any, Any]) -> str:
    number = _named(line["payee_id"], "no number")
    if line["actor"] == "notify party":
        return f"notify party of {_named(line['company_name'], 'an importer')}, {number}"
    return number


def _named(value: object, otherwise: str) -> str:
    return one_line(value) if isinstance(value, str) and value else otherwise
