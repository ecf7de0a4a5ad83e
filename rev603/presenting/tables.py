"""Frames as tables of text, for a terminal, in Markdown, in HTML, and as plain values; how a column is called and shown.

One way for the workbook, the page, Markdown and the terminal, so that a figure has the same name and the same form in
each. A column that is not listed is shown under its own name, by its dtype.
"""

from __future__ import annotations

import math
import re
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass
from html import escape
from typing import Any, Literal

import pandas as pd

from rev603.errors import ColumnsMissingError
from rev603.presenting.masking import Mask, mask_frame
from rev603.presenting.text import count, formatter, one_line, visible_column
from rev603.presenting.view import shown_data
from rev603.safe_text import visible
from rev603.vocabulary.headings import REFUND_COLUMNS

Kind = Literal["text", "identifier", "money", "date", "count", "days", "number"]

LABELS: dict[str, str] = {column.name: column.heading for column in REFUND_COLUMNS} | shown_data()["labels"]

_IDENTIFIERS = {
    *("refund_id", "filer_code", "payee_id", "document_number", "entry_number", "check_or_trace_number"),
    *("center_id", "team_number", "port_code", "content_hash"),
    *("importer_number", "sibling", "match_id"),
}
_MONEY_WORDS = ("amount", "expected", "refunded", "difference", "explained", "duty", "interest", "tolerance")

#: Lines of a frame that are turned into records at a time, where a file is written.
RECORDS_AT_ONCE = 20_000

_WIDEST = 28
#: Sentences are to be read in full.
_WHOLE = ("reason", "message", "detail", "evidence", "what")
# Whatever begins or ends markup, in CommonMark and in chat programs.
_MARKUP = re.compile(r"([\\`*_{}\[\]#|~$])")
# Addresses that programs make links of by themselves.
_LINKS = re.compile(r"(?i)(https?|ftp|mailto)(:)|(www)(\.)|(@)|(?<=\w)(\.)(?=[a-z]{2})")
_CELL = 'style="text-align:{side};white-space:{wrap};padding:.2em .6em;max-width:24em"'


@dataclass(frozen=True, slots=True)
class Shown:
    """A column as it is shown."""

    name: str
    label: str
    kind: Kind

    @property
    def is_figure(self) -> bool:
        """Whether the values stand on the right and can be added or compared."""
        return self.kind in ("money", "count", "days", "number")


def label_of(name: str) -> str:
    """Give the name of a column for people.

    >>> label_of("care_of"), label_of("status_before")
    ('C/O (notify party)', 'Status before')
    """
    if name in LABELS:
        return LABELS[name]
    words = str(name).replace("_", " ").strip()
    return words[:1].upper() + words[1:] if "_" in str(name) or words.islower() else words


def kind_of(name: str, values: pd.Series) -> Kind:
    """Tell how a column is shown, by its dtype and, for numbers, by its name.

    >>> kind_of("ach_amount", pd.Series([1.5])), kind_of("lines", pd.Series([1]))
    ('money', 'count')
    """
    dtype = values.dtype
    if isinstance(dtype, pd.DatetimeTZDtype) or pd.api.types.is_datetime64_dtype(dtype):
        return "date"
    if pd.api.types.is_bool_dtype(dtype) or not pd.api.types.is_numeric_dtype(dtype):
        return "identifier" if name in _IDENTIFIERS else "text"
    if pd.api.types.is_integer_dtype(dtype):
        return "days" if "days" in str(name) else "count"
    if any(word in str(name) for word in _MONEY_WORDS):
        return "money"
    return "days" if "days" in str(name) else "number"


def shown_columns(
    frame: pd.DataFrame,
    columns: Sequence[str] | None = None,
    *,
    labels: Mapping[str, str] | None = None,
) -> tuple[Shown, ...]:
    """Return the columns to show, in order: those asked for, or all of them.

    Raises
    ------
    ColumnsMissingError
        One that is asked for is not there.

    Examples
    --------
    >>> frame = pd.DataFrame({"payee_id": ["12-345678900"], "amount": [1.0]})
    >>> [(column.label, column.kind) for column in shown_columns(frame)]
    [('Payee ID', 'identifier'), ('Amount', 'money')]
    """
    names = list(frame.columns if columns is None else columns)
    if missing := [name for name in names if name not in frame]:
        raise ColumnsMissingError(missing, found=map(str, frame.columns))
    own = labels or {}
    return tuple(Shown(name, own.get(name, label_of(name)), kind_of(name, frame[name])) for name in names)


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


def records(frame: pd.DataFrame) -> list[dict[str, Any]]:
    """Give a frame as one dict per line, keyed by column.

    Dates are ISO text (with a time only where a column has times), missing and infinite are None, numbers
    stay numbers, anything else becomes text.

    Examples
    --------
    >>> records(pd.DataFrame({"day": pd.to_datetime(["2026-06-04", None]), "amount": [1.5, float("nan")]}))
    [{'day': '2026-06-04', 'amount': 1.5}, {'day': None, 'amount': None}]
    """
    names = [str(name) for name in frame.columns]
    columns = [_plain(frame.iloc[:, position]) for position in range(frame.shape[1])]
    return [dict(zip(names, values, strict=True)) for values in zip(*columns, strict=True)]


def _plain(values: pd.Series[Any]) -> list[Any]:
    there = values.notna()
    if pd.api.types.is_datetime64_any_dtype(values.dtype):
        whole_days = bool((values[there] == values[there].dt.normalize()).all())
        values = values.dt.strftime("%Y-%m-%d" if whole_days else "%Y-%m-%dT%H:%M:%S")
    elif pd.api.types.is_float_dtype(values.dtype):
        there &= ~values.isin([math.inf, -math.inf])
    elif not (
        pd.api.types.is_bool_dtype(values.dtype)
        or pd.api.types.is_integer_dtype(values.dtype)
        or isinstance(values.dtype, pd.StringDtype)
    ):
        values = values.astype(object).map(_value, na_action="ignore")
        there &= values.notna()
    listed: list[Any] = values.astype(object).where(there, None).tolist()
    return listed


def _value(value: object) -> object:
    if isinstance(value, bool | int | str):
        return value
    if isinstance(value, float):
        return value if math.isfinite(value) else None
    return str(value)
