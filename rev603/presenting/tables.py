"""Frames as tables of text: aligned for a terminal, in Markdown, or in HTML."""

from __future__ import annotations

import re
from html import escape
from typing import TYPE_CHECKING

from rev603.presenting.column_labels import shown_columns
from rev603.presenting.masking import mask_frame
from rev603.presenting.text import count, formatter, one_line, visible, visible_column

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Mapping, Sequence

    import pandas as pd

    from rev603.presenting.column_labels import Shown
    from rev603.presenting.masking import Mask

__all__ = ["cell_texts", "escaped", "figures_of", "html_table", "markdown_table", "text_table"]

_WIDEST = 28
#: Sentences are to be read in full.
_WHOLE = ("reason", "message", "detail", "evidence", "what")
# Whatever begins or ends markup, in CommonMark and in chat programs.
_MARKUP = re.compile(r"([\\`*_{}\[\]#|~$])")
# Addresses that programs make links of by themselves.
_LINKS = re.compile(r"(?i)(https?|ftp|mailto)(:)|(www)(\.)|(@)|(?<=\w)(\.)(?=[a-z]{2})")
_CELL = 'style="text-align:{side};white-space:{wrap};padding:.2em .6em;max-width:24em"'


def cell_texts(values: pd.Series, kind: str) -> list[str]:
    """Return a column as the texts that a reader sees; missing is an empty text."""
    if kind in ("text", "identifier"):
        return list(visible_column(values, one_line).fillna(""))
    return [formatter(kind)(value) for value in values]


def text_table(
    frame: pd.DataFrame,
    columns: Sequence[str] | None = None,
    *,
    mask: Mask = "ssn",
    top: int | None = None,
    labels: Mapping[str, str] | None = None,
) -> str:
    """Return a frame as aligned text under names that people can read.

    Parameters
    ----------
    frame
        Any frame.
    columns
        Which columns, in order; all, if None.
    mask
        Which payee numbers are masked.
    top
        How many lines; all, if None. The text says how many are left out.
    labels
        Names of columns that differ from the usual ones.

    Examples
    --------
    >>> import pandas as pd
    >>> print(text_table(pd.DataFrame({"company_name": ["Harbor Lamp Co", "Wick"], "amount": [12.5, 1000.0]})))
    Payee              Amount
    --------------  ---------
    Harbor Lamp Co     $12.50
    Wick            $1,000.00
    """
    blocks = []
    for column, texts in _texts(frame, columns, mask, top, labels):
        short = column.kind == "text" and column.name not in _WHOLE
        cells = [_cut(text) for text in texts] if short else texts
        width = max([len(column.label), *map(len, cells)])
        place: Callable[[str, int], str] = str.rjust if column.is_figure else str.ljust
        blocks.append([place(text, width) for text in (column.label, "-" * width, *cells)])
    lines = ["  ".join(row).rstrip() for row in zip(*blocks, strict=True)]
    left_out = 0 if top is None else len(frame) - top
    return "\n".join([*lines, *([f"… and {count(left_out)} more"] if left_out > 0 else [])])


def markdown_table(
    frame: pd.DataFrame,
    columns: Sequence[str] | None = None,
    *,
    mask: Mask = "ssn",
    top: int | None = None,
    labels: Mapping[str, str] | None = None,
) -> str:
    r"""Return a frame as a Markdown table; the parameters are those of :func:`text_table`.

    Examples
    --------
    >>> import pandas as pd
    >>> frame = pd.DataFrame({"company_name": ["A|B Imports"], "payee_id": ["666-12-3456"], "amount": [1234.5]})
    >>> print(markdown_table(frame))
    | Payee | Payee ID | Amount |
    | :--- | :--- | ---: |
    | A\|B Imports | XXX-XX-3456 | $1,234.50 |
    """
    shown = _texts(frame, columns, mask, top, labels)
    cells = [texts if column.is_figure else [escaped(text) for text in texts] for column, texts in shown]
    rows = zip(*cells, strict=True)
    text = markdown_rows(
        [column.label for column, _ in shown], [column.is_figure for column, _ in shown], rows
    )
    left_out = 0 if top is None else len(frame) - top
    return f"{text}\n\n… and {count(left_out)} more." if left_out > 0 else text


def markdown_rows(labels: Sequence[str], figures: Sequence[bool], rows: Iterable[Iterable[str]]) -> str:
    """Return rows of finished cells as a Markdown table; figures stand on the right."""
    head = [escaped(label) for label in labels]
    rule = ["---:" if figure else ":---" for figure in figures]
    return "\n".join(f"| {' | '.join(cells)} |" for cells in (head, rule, *rows))


def escaped(text: str) -> str:
    r"""Return text as Markdown that shows just that text, on one line, and links to nothing.

    >>> print(escaped("a|b\n<c> [x](http://y.example) *z*"))
    a\|b &lt;c&gt; \[x\](http&#58;//y&#46;example) \*z\*
    """
    plain = escape(_MARKUP.sub(r"\\\1", one_line(text).strip()), quote=False)
    return _LINKS.sub(_unlinked, plain)


def _unlinked(found: re.Match[str]) -> str:
    name, mark = (found[1] or found[3] or ""), (found[2] or found[4] or found[5] or found[6])
    return f"{name}&#{ord(mark)};"


def html_table(
    frame: pd.DataFrame,
    columns: Sequence[str] | None = None,
    *,
    caption: str = "",
    mask: Mask = "ssn",
    top: int | None = 10,
    labels: Mapping[str, str] | None = None,
) -> str:
    """Return the first lines of a frame as an HTML table; the parameters are those of :func:`text_table`.

    Examples
    --------
    >>> import pandas as pd
    >>> html = html_table(pd.DataFrame({"payee_id": ["666-12-3456"], "company_name": ["<b>Example</b>"]}))
    >>> "XXX-XX-3456" in html, "&lt;b&gt;Example&lt;/b&gt;" in html
    (True, True)
    """
    shown = _texts(frame, columns, mask, top, labels)
    styles = [
        _CELL.format(
            side="right" if column.is_figure else "left", wrap="normal" if column.kind == "text" else "nowrap"
        )
        for column, _ in shown
    ]
    head = _html_row("th", [column.label for column, _ in shown], styles)
    body = "".join(_html_row("td", row, styles) for row in zip(*(texts for _, texts in shown), strict=True))
    left_out = 0 if top is None else len(frame) - top
    below = (
        f"<p><small>{count(len(frame) - left_out)} of {count(len(frame))} lines</small></p>"
        if left_out > 0
        else ""
    )
    title = f'<caption style="text-align:left">{escape(visible(caption))}</caption>' if caption else ""
    return f'<div style="overflow-x:auto"><table>{title}<thead>{head}</thead><tbody>{body}</tbody></table></div>{below}'


def figures_of(frame: pd.DataFrame | None) -> list[tuple[str, str]]:
    """Return the figures of a frame of one line, each with its label."""
    shown = [] if frame is None else _texts(frame, None, "none", None)
    return [(column.label, texts[0] or "none") for column, texts in shown]


def _html_row(tag: str, texts: Sequence[str], styles: Sequence[str]) -> str:
    scope = ' scope="col"' if tag == "th" else ""
    cells = (
        f"<{tag}{scope} {style}>{escape(one_line(text))}</{tag}>"
        for text, style in zip(texts, styles, strict=True)
    )
    return f"<tr>{''.join(cells)}</tr>"


def _texts(
    frame: pd.DataFrame,
    columns: Sequence[str] | None,
    mask: Mask,
    top: int | None,
    labels: Mapping[str, str] | None = None,
) -> list[tuple[Shown, list[str]]]:
    shown = shown_columns(frame, columns, labels=labels)
    part = frame[[column.name for column in shown]]
    lines = mask_frame(part if top is None else part.head(top), mask)
    return [(column, cell_texts(lines[column.name], column.kind)) for column in shown]


def _cut(text: str) -> str:
    return text if len(text) <= _WIDEST else f"{text[: _WIDEST - 1]}…"
