"""How our objects show themselves in a notebook: short, escaped and masked, with nothing to install for it."""

from __future__ import annotations

from html import escape
from typing import TYPE_CHECKING

from rev603.presenting.column_labels import shown_columns
from rev603.presenting.masking import Mask, mask_frame
from rev603.presenting.text import count, formatter, one_line, visible, visible_column

if TYPE_CHECKING:
    from collections.abc import Iterable

    import pandas as pd

__all__ = ["answer_html", "frame_html"]

_CELL = 'style="text-align:{side};white-space:{wrap};padding:.2em .6em;max-width:24em"'


def frame_html(
    frame: pd.DataFrame,
    *,
    caption: str = "",
    columns: tuple[str, ...] | None = None,
    mask: Mask = "ssn",
    top: int = 10,
) -> str:
    """Give the first lines of a frame as an HTML table.

    Parameters
    ----------
    frame
        Any frame; the caller's is not changed.
    caption
        The table's title, as text.
    columns
        Which columns, in order; those that are not there are passed over. All, if None.
    mask
        Which payee numbers are masked: ``"ssn"``, ``"all"`` or ``"none"``.
    top
        How many lines; what is left out is said below.

    Examples
    --------
    >>> import pandas as pd
    >>> html = frame_html(pd.DataFrame({"payee_id": ["000-12-3456"], "company_name": ["<b>Example</b>"]}))
    >>> "XXX-XX-3456" in html, "&lt;b&gt;Example&lt;/b&gt;" in html
    (True, True)
    """
    shown = shown_columns(frame, columns)
    lines = mask_frame(frame.head(top)[[column.name for column in shown]], mask)
    texts = [
        visible_column(lines[each.name], one_line).fillna("").tolist()
        if each.kind in ("text", "identifier")
        else [formatter(each.kind)(value) for value in lines[each.name]]
        for each in shown
    ]
    styles = [
        _CELL.format(side="right" if each.is_figure else "left", wrap=_wrap(each.kind)) for each in shown
    ]
    head = "".join(
        f'<th scope="col" {style}>{escape(one_line(each.label))}</th>'
        for each, style in zip(shown, styles, strict=True)
    )
    body = "".join(
        "<tr>"
        + "".join(f"<td {style}>{escape(text)}</td>" for text, style in zip(row, styles, strict=True))
        + "</tr>"
        for row in zip(*texts, strict=True)
    )
    more = len(frame) - len(lines)
    below = f"<p><small>{count(len(lines))} of {count(len(frame))} lines</small></p>" if more > 0 else ""
    title = f'<caption style="text-align:left">{escape(visible(caption))}</caption>' if caption else ""
    return (
        f'<div style="overflow-x:auto"><table>{title}<thead><tr>{head}</tr></thead>'
        f"<tbody>{body}</tbody></table></div>{below}"
    )


def answer_html(title: str, facts: Iterable[tuple[str, str]], *tables: str) -> str:
    """Give an answer as a title, its facts, and tables that :func:`frame_html` made.

    Parameters
    ----------
    title
        What it is, as text.
    facts
        Names and values, as text.
    tables
        HTML from :func:`frame_html`, taken as it is.

    Examples
    --------
    >>> answer_html("Report", [("lines", "3 & more")])
    '<div><strong>Report</strong><br>lines: <strong>3 &amp; more</strong></div>'
    """
    said = " · ".join(
        f"{escape(one_line(name))}: <strong>{escape(one_line(value))}</strong>" for name, value in facts
    )
    return f"<div><strong>{escape(one_line(title))}</strong>{'<br>' if said else ''}{said}{''.join(tables)}</div>"


def _wrap(kind: str) -> str:
    return "normal" if kind == "text" else "nowrap"
