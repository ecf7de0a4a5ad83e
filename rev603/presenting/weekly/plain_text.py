"""The weekly summary as plain text, for a terminal or a mail."""

from __future__ import annotations

import textwrap
from typing import TYPE_CHECKING

from rev603.presenting.tables import text_table
from rev603.presenting.text import count, money
from rev603.presenting.weekly import wording
from rev603.presenting.weekly.sections import columns_of, frame_of, section

if TYPE_CHECKING:
    from rev603.analysis.weekly import WeeklyFigures
    from rev603.presenting.masking import Mask

__all__ = ["as_text"]

_TOP = 10
_WIDTH = 120
_ACT = ("actor_name", "payee_id", "lines", "amount", "days_waiting", "step")
_LABELS = {"days_waiting": "Days"}


def as_text(summary: WeeklyFigures, *, mask: Mask = "ssn") -> str:
    """Return the summary as plain text; what could not be judged stands on top."""
    title = f"{wording.TITLE}: {wording.period(summary)}"
    headline = textwrap.fill(wording.headline(summary), _WIDTH)
    said = [title, "=" * len(title), *_judged(wording.judged(summary, mask=mask)), "", headline]
    if len(summary.worklist):
        part = section("worklist")
        said += ["", part.title, text_table(summary.worklist, _ACT, mask=mask, top=_TOP, labels=_LABELS)]
    for account in wording.accounts(summary):
        rows = [
            (line.label, count(line.lines), _noun(line.lines), money(line.amount)) for line in account.lines
        ]
        label, number, amount = (max(len(row[place]) for row in rows) for place in (0, 1, 3))
        said += ["", account.title]
        said += [f"  {a:<{label}}  {b:>{number}} {noun:<5}  {c:>{amount}}" for a, b, noun, c in rows]
    named = summary.by_notify_party["care_of"].notna().any()
    for name in ("by_payee", *(["by_notify_party"] if named else [])):
        part = section(name)
        frame = frame_of(summary, part)
        said += ["", part.title, text_table(frame, columns_of(frame, part, brief=True), mask=mask, top=_TOP)]
    return "\n".join(said)


def _noun(lines: int) -> str:
    return "line" if abs(lines) == 1 else "lines"


def _judged(found: wording.Judged) -> list[str]:
    if found.kind == "good" or not found.title:
        return list(found.sentences)
    mark = "!" if found.kind == "bad" else "-"
    lines = [
        textwrap.fill(text, _WIDTH, initial_indent=f"  {mark} ", subsequent_indent="    ")
        for text in found.sentences
    ]
    return [f"{found.title.upper() if found.kind == 'bad' else found.title}:", *lines]
