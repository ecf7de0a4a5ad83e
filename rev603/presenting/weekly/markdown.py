"""The weekly summary as Markdown, for mail, chat and issue trackers.

GitHub's table form, which the others read too. What comes from the reports is escaped, so that no name
becomes a link, a heading, markup or another column; figures stand on the right.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from rev603.presenting.masking import Mask, check_mask
from rev603.presenting.tables import escaped, markdown_rows, markdown_table
from rev603.presenting.text import count, money
from rev603.presenting.weekly import wording
from rev603.presenting.weekly.sections import columns_of, frame_of, parts_of

if TYPE_CHECKING:
    from rev603.analysis.weekly import WeeklyFigures

__all__ = ["weekly"]

_TOP = 10
_NOT_IN_MAIL = (
    "by_disposition",
    "by_method",
    "printed_vs_received",
    "movement",
    "changes",
    "trend",
    "coverage",
)
_ABOVE = ("not_judged",)


def weekly(summary: WeeklyFigures, *, mask: Mask = "ssn", top: int = _TOP) -> str:
    """Return the weekly summary as Markdown: the figures, who must act, and the top of each table.

    Parameters
    ----------
    summary
        From :func:`rev603.weekly_summary`.
    mask
        Which payee numbers are masked: ``"ssn"``, ``"all"`` or ``"none"``.
    top
        Lines of each table; how many are left out is said.

    Returns
    -------
    str
        The same summary gives the same text.
    """
    check_mask(mask)
    found, figures = wording.judged(summary, mask=mask), wording.figures(summary)
    sentences = [escaped(text) for text in found.sentences]
    block = (
        sentences
        if not found.title
        else ["> " + f"**{found.title}**", *(f"> - {text}" for text in sentences)]
    )
    blocks = [
        f"# {wording.TITLE}",
        f"{wording.period(summary)}.",
        "\n".join(block),
        f"**{wording.headline(summary)}**",
        markdown_rows(
            [each.label for each in figures], [True] * len(figures), [[each.text for each in figures]]
        ),
    ]
    for account in wording.accounts(summary):
        rows = [(escaped(line.label), count(line.lines), money(line.amount)) for line in account.lines]
        blocks += [f"## {account.title}", markdown_rows(["", "Lines", "Amount"], [False, True, True], rows)]
    for part in parts_of(summary):
        if part.name in (*_NOT_IN_MAIL, *_ABOVE):
            continue
        frame = frame_of(summary, part)
        table = markdown_table(frame, columns_of(frame, part, brief=True), mask=mask, top=top)
        blocks += [f"## {part.title}", table if len(frame) else "None."]
    blocks.append(f"All lines are in the workbook (`rev603 weekly … -o weekly.xlsx`). {wording.FOOTNOTE}")
    return "\n\n".join(blocks) + "\n"
