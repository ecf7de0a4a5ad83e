"""The weekly reject summary as Markdown, for mail, chat and issue trackers.

GitHub's table form, which the others read too. What comes from the reports is escaped, so that no name
becomes a link, a heading, markup or another column; figures stand on the right.
"""

from __future__ import annotations

import re
from html import escape
from typing import TYPE_CHECKING

from rev603.presenting.column_labels import Shown, shown_columns
from rev603.presenting.masking import Mask, check_mask, mask_frame
from rev603.presenting.text import count, formatter, money, one_line, visible_column
from rev603.presenting.weekly import wording
from rev603.presenting.weekly.sections import SECTIONS, Section, frame_of

if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence

    import pandas as pd

    from rev603.presenting.weekly import WeeklySummary

__all__ = ["escaped", "table", "weekly"]

_TOP = 10
_IN_MAIL = (
    "worklist",
    "stuck",
    "newly_stuck",
    "cleared",
    "by_payee",
    "by_notify_party",
    "issues",
    "sources",
)
# Whatever begins or ends markup, in CommonMark and in chat programs.
_MARKUP = re.compile(r"([\\`*_{}\[\]#|~$])")
# Addresses that programs make links of by themselves.
_LINKS = re.compile(r"(?i)(https?|ftp|mailto)(:)|(www)(\.)|(@)")


def escaped(text: str) -> str:
    r"""Give text as Markdown that shows just that text, on one line.

    >>> print(escaped("a|b\n<c> [x](http://y) *z*"))
    a\|b &lt;c&gt; \[x\](http&#58;//y) \*z\*
    """
    plain = escape(_MARKUP.sub(r"\\\1", one_line(text).strip()), quote=False)
    return _LINKS.sub(_unlinked, plain)


def _unlinked(found: re.Match[str]) -> str:
    name, mark = (found[1] or found[3] or ""), (found[2] or found[4] or found[5])
    return f"{name}&#{ord(mark)};"


def table(
    frame: pd.DataFrame, columns: tuple[str, ...] | None = None, *, mask: Mask = "ssn", top: int | None = None
) -> str:
    r"""Give a frame as a Markdown table.

    Parameters
    ----------
    frame
        Any frame; the caller's is not changed.
    columns
        Which columns, in order; those that are not there are passed over. All, if None.
    mask
        Which payee numbers are masked: ``"ssn"``, ``"all"`` or ``"none"``.
    top
        How many lines; all, if None. What is left out is said below.

    Examples
    --------
    >>> import pandas as pd
    >>> frame = pd.DataFrame({"company_name": ["A|B Imports"], "payee_id": ["000-12-3456"], "amount": [1234.5]})
    >>> print(table(frame))
    | Payee | Payee ID | Amount |
    | :--- | :--- | ---: |
    | A\|B Imports | XXX-XX-3456 | $1,234.50 |
    """
    check_mask(mask)
    shown = shown_columns(frame, columns)
    part = frame[[column.name for column in shown]]
    lines = mask_frame(part if top is None else part.head(top), mask)
    cells = [_cells(lines[column.name], column) for column in shown]
    text = _rows(
        [column.label for column in shown], [each.is_figure for each in shown], zip(*cells, strict=True)
    )
    left_out = len(frame) - len(lines)
    return f"{text}\n\n… and {count(left_out)} more." if left_out else text


def weekly(summary: WeeklySummary, *, mask: Mask = "ssn", top: int = _TOP) -> str:
    """Give the weekly summary as Markdown: the figures, who must act, and the top of each table.

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
    everything = wording.Line("All refunds", summary.totals["lines"], summary.totals["amount"])
    mark = {"good": "", "warn": "Note: ", "bad": "**Careful:** "}
    kind, sentence = wording.verdict(summary)
    blocks = [
        f"# {wording.TITLE}",
        f"{wording.period(summary)}.",
        f"**{wording.headline(summary)}**",
        f"{mark[kind]}{sentence}",
        _rows(
            [figure.label for figure in wording.figures(summary)],
            [True] * len(wording.figures(summary)),
            [[figure.text for figure in wording.figures(summary)]],
        ),
        *_account("What changed", wording.movement(summary)),
        *_account("How refunds were paid", (*wording.paid(summary), everything)),
        *_account("Also worth a look", wording.also(summary)),
    ]
    for part in SECTIONS:
        if part.name in _IN_MAIL:
            blocks += [f"## {part.title}", _part(summary, part, mask, top)]
    blocks.append(
        "All lines are in the workbook (`rev603 weekly … -o weekly.xlsx`). By CBP's FAQ rejects are in report "
        "REV-613; a REV-603 alone may show too few."
    )
    return "\n\n".join(blocks) + "\n"


def _part(summary: WeeklySummary, part: Section, mask: Mask, top: int) -> str:
    frame = frame_of(summary, part)
    return table(frame, part.brief or part.columns, mask=mask, top=top) if len(frame) else "None."


def _account(title: str, lines: Sequence[wording.Line]) -> list[str]:
    if not lines:
        return []
    rows = [(escaped(line.label), count(line.lines), money(line.amount)) for line in lines]
    return [f"## {title}", _rows(["", "Lines", "Amount"], [False, True, True], rows)]


def _cells(values: pd.Series, column: Shown) -> list[str]:
    if column.kind in ("text", "identifier"):
        return [escaped(text) for text in visible_column(values, one_line).fillna("")]
    return [formatter(column.kind)(value) for value in values]


def _rows(labels: Sequence[str], figures: Sequence[bool], rows: Iterable[Sequence[str]]) -> str:
    head = [escaped(label) for label in labels]
    rule = ["---:" if figure else ":---" for figure in figures]
    return "\n".join(f"| {' | '.join(cells)} |" for cells in (head, rule, *rows))
