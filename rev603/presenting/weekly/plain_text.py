"""The weekly summary as plain text, for a terminal or a mail."""

from __future__ import annotations

from typing import TYPE_CHECKING

from rev603.presenting.tables import text_table
from rev603.presenting.text import count, money
from rev603.presenting.weekly import wording
from rev603.presenting.weekly.sections import frame_of, section

if TYPE_CHECKING:
    from rev603.presenting.masking import Mask
    from rev603.presenting.weekly.summary import WeeklySummary

__all__ = ["as_text"]

_TOP = 10
_LABELS = {
    "care_of": "C/O",
    "actor": "Must act",
    "days_waiting": "Days",
}


def as_text(summary: WeeklySummary, *, mask: Mask = "ssn") -> str:
    """Give the summary as plain text for a terminal or a mail."""
    title = f"{wording.TITLE}: {wording.period(summary)}"
    said = [title, "=" * len(title), wording.headline(summary)]
    work = frame_of(summary, section("worklist"))
    if len(work):
        columns = (
            "company_name",
            "payee_id",
            "care_of",
            "actor",
            "lines",
            "amount",
            "days_waiting",
            "step",
        )
        said += [
            "",
            section("worklist").title,
            text_table(work, columns, mask=mask, top=_TOP, labels=_LABELS),
        ]
    said += _accounts("What changed", wording.movement(summary))
    said += _accounts("How refunds were paid", wording.paid(summary))
    said += _accounts("Also worth a look", wording.also(summary))
    named = (summary.by_notify_party["care_of"].notna()).any()
    for name in ("by_payee", *(["by_notify_party"] if named else [])):
        part = section(name)
        said += ["", part.title, text_table(frame_of(summary, part), part.brief, mask=mask, top=_TOP)]
    return "\n".join([*said, "", wording.verdict(summary)[1]])


def _accounts(title: str, lines: tuple[wording.Line, ...]) -> list[str]:
    if not lines:
        return []
    rows = [(line.label, count(line.lines), money(line.amount)) for line in lines]
    label, number, amount = (max(len(row[place]) for row in rows) for place in range(3))
    return ["", title, *(f"  {a:<{label}}  {b:>{number}} lines  {c:>{amount}}" for a, b, c in rows)]
