"""The weekly summary in words: its headline, figures, movement, verdict and what to do.

Every figure is taken from ``summary.totals`` or from a frame; none is worked out here.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

import pandas as pd

from rev603.presenting.masking import Mask, mask_frame
from rev603.presenting.text import count, day, formatter, money, one_line, plural
from rev603.vocabulary.guide import guide

if TYPE_CHECKING:
    from rev603.presenting.weekly import WeeklySummary

__all__ = [
    "TITLE",
    "Action",
    "Figure",
    "Line",
    "actions",
    "also",
    "figures",
    "headline",
    "movement",
    "paid",
    "period",
    "verdict",
]

TITLE = "Refunds stuck for want of a bank account"


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
class Action:
    """What somebody must do; ``text`` says all of it."""

    who: str
    amount: float
    days: int
    text: str


def period(summary: WeeklySummary) -> str:
    """Say what the summary is of and what it is compared with."""
    against = (
        "there is no older report to compare it with"
        if summary.compared_with is None
        else f"compared with {day(summary.compared_with)}"
    )
    return f"State on {day(summary.report_date)}, {against}"


def headline(summary: WeeklySummary) -> str:
    """Say in one sentence what is stuck, whose it is and what changed."""
    total = summary.totals
    if not total["stuck_lines"]:
        return "No refund is stuck for want of a bank account."
    verb = "is" if total["stuck_lines"] == 1 else "are"
    sentence = (
        f"{money(total['stuck_amount'])} {verb} stuck in {plural(total['stuck_lines'], 'line')} "
        f"of {plural(total['stuck_payees'], 'payee')}"
    )
    if summary.compared_with is None:
        return f"{sentence}."
    new, cleared = total["newly_stuck_lines"], total["cleared_lines"]
    return (
        f"{sentence}: {count(new)} new ({money(total['newly_stuck_amount'])}), "
        f"{count(cleared)} cleared ({money(total['cleared_amount'])}) since {day(summary.compared_with)}."
    )


def figures(summary: WeeklySummary) -> tuple[Figure, ...]:
    """Give the figures that are looked at first."""
    total = summary.totals
    return (
        Figure("Stuck amount", "money", total["stuck_amount"]),
        Figure("Stuck lines", "count", total["stuck_lines"]),
        Figure("Payees", "count", total["stuck_payees"]),
        Figure("Oldest refund", "date", total["oldest_refund_date"]),
        Figure("Notify parties", "count", total["stuck_notify_parties"]),
        Figure("Longest wait (days)", "count", total["longest_wait_days"]),
    )


def movement(summary: WeeklySummary) -> tuple[Line, ...]:
    """Give the account from what was stuck before to what is stuck now; it adds up to the cent."""
    total = summary.totals
    if summary.compared_with is None:
        return ()
    between = [
        Line("plus new", total["newly_stuck_lines"], total["newly_stuck_amount"]),
        Line("less cleared", -total["cleared_lines"], -total["cleared_amount"]),
    ]
    if total["changed_lines"] or total["changed_amount"]:
        between.append(Line("changed while stuck", total["changed_lines"], total["changed_amount"]))
    return (
        Line(f"Stuck on {day(summary.compared_with)}", total["opening_lines"], total["opening_amount"]),
        *between,
        Line(f"Stuck on {day(summary.report_date)}", total["closing_lines"], total["closing_amount"]),
    )


def paid(summary: WeeklySummary) -> tuple[Line, ...]:
    """Give how the refunds were paid, in their current state."""
    groups = summary.by_disposition[["disposition", "lines", "amount"]].to_dict("records")
    return tuple(Line(str(group["disposition"]), group["lines"], group["amount"]) for group in groups)


def also(summary: WeeklySummary) -> tuple[Line, ...]:
    """Give what else wants a look, where there is any."""
    names = {
        "status_unknown": "Of a status that nobody has documented",
        "in_transit_long": "In transit for more than 10 business days",
        "diverted": "Diverted to a debt",
        "checks_after_cutover": "Checks after paper checks ended",
    }
    total = summary.totals
    return tuple(
        Line(label, total[f"{name}_lines"], total[f"{name}_amount"])
        for name, label in names.items()
        if total[f"{name}_lines"]
    )


def verdict(summary: WeeklySummary) -> tuple[str, str]:
    """Say whether every source ties out to what it states: ``good``, ``warn`` or ``bad``, and a sentence."""
    sources = summary.sources
    ties = sources["ties_out"] if "ties_out" in sources else pd.Series([None] * len(sources), dtype=object)
    known = ties.dropna().astype(bool)
    wrong, unknown = int((~known).sum()), len(ties) - len(known)
    files = plural(len(sources), "report")
    if wrong:
        return (
            "bad",
            f"{count(wrong)} of {files} {_do(wrong)} not tie out with the totals stated: see Sources.",
        )
    if unknown == len(sources):
        return "warn", f"No totals to compare with: {files} {_state(len(sources))} none."
    if unknown:
        return "warn", (
            f"{count(len(known))} of {files} tie out with the totals stated; "
            f"{count(unknown)} {_state(unknown)} none: see Sources."
        )
    return (
        "good",
        f"{files[:1].upper()}{files[1:]} read, and every one ties out with the totals that it states.",
    )


def actions(summary: WeeklySummary, *, mask: Mask = "ssn", top: int = 5) -> tuple[Action, ...]:
    """Say who must enroll a bank account, the largest amounts first as the worklist has them."""
    work = mask_frame(summary.worklist.head(top), mask)
    return tuple(_action(line) for line in work.to_dict("records"))


def _action(line: dict[Any, Any]) -> Action:
    payee = _named(line["company_name"], "payee without a name")
    number = _named(line["payee_id"], "no number")
    step = guide().steps[line["step"]]
    for_whom = f"{payee} ({number})"
    return Action(
        who=f"{_named(line['care_of'], 'notify party')} (notify party)"
        if line["actor"] == "notify party"
        else for_whom,
        amount=line["amount"],
        days=line["days_waiting"],
        text=f"{step.act}; for {for_whom}; {line['evidence']}. {step.contact.line}",
    )


def _named(value: object, otherwise: str) -> str:
    return one_line(value) if isinstance(value, str) and value else otherwise


def _do(number: int) -> str:
    return "does" if number == 1 else "do"


def _state(number: int) -> str:
    return "states" if number == 1 else "state"
