"""Frames as tables of text, for a terminal, in Markdown, in HTML, and as plain values; how a column is called and shown.

One way for the workbook, the page, Markdown and the terminal, so that a figure has the same name and the same form in
each. A column that is not listed is shown under its own name, by its dtype.
"""

from __future__ import annotations

import math
import re
from collections.abc import Callable, Mapping, Sequence
from dataclasses import KW_ONLY, dataclass, field
from functools import cached_property
from html import escape
from itertools import zip_longest
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
    frame: pd.DataFrame, columns: Sequence[str] | None = None, *, labels: Mapping[str, str] | None = None
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


@dataclass(frozen=True)
class TextTable:
    r"""The lines of a frame as their reader sees them, under names that people can read.

    Parameters
    ----------
    frame
        Any frame.
    columns
        Which columns, in order; all, if None.
    mask
        Which payee numbers are masked.
    top
        How many lines; all, if None. The table says how many are left out.
    labels
        Names of columns that differ from the usual ones.

    Examples
    --------
    >>> print(TextTable(pd.DataFrame({"company_name": ["Harbor Lamp Co", "Wick"], "amount": [12.5, 1000.0]})).to_text())
    Payee              Amount
    --------------  ---------
    Harbor Lamp Co     $12.50
    Wick            $1,000.00
    >>> frame = pd.DataFrame({"company_name": ["A|<b>B Imports"], "payee_id": ["666-12-3456"], "amount": [1234.5]})
    >>> print(TextTable(frame).to_markdown())
    | Payee | Payee ID | Amount |
    | :--- | :--- | ---: |
    | A\|&lt;b&gt;B Imports | XXX-XX-3456 | $1,234.50 |
    >>> "XXX-XX-3456" in TextTable(frame).to_html(), "&lt;b&gt;B" in TextTable(frame).to_html()
    (True, True)
    """

    frame: pd.DataFrame
    columns: Sequence[str] | None = None
    _: KW_ONLY
    mask: Mask = "ssn"
    top: int | None = None
    labels: Mapping[str, str] = field(default_factory=dict)

    @cached_property
    def shown(self) -> tuple[Shown, ...]:
        """The columns."""
        return shown_columns(self.frame, self.columns, labels=self.labels)

    @cached_property
    def texts(self) -> list[list[str]]:
        """The texts of each column, masked; missing is an empty text."""
        part = self.frame[[column.name for column in self.shown]]
        lines = mask_frame(part if self.top is None else part.head(self.top), self.mask)
        return [
            list(visible_column(lines[each.name], one_line).fillna(""))
            if each.kind in ("text", "identifier")
            else [formatter(each.kind)(value) for value in lines[each.name]]
            for each in self.shown
        ]

    @property
    def left_out(self) -> int:
        """How many lines there is no room for."""
        return 0 if self.top is None else max(len(self.frame) - self.top, 0)

    def to_text(self) -> str:
        """Return the table aligned, for a terminal."""
        blocks = []
        for column, texts in zip(self.shown, self.texts, strict=True):
            short = column.kind == "text" and column.name not in _WHOLE
            cells = [cut(text) for text in texts] if short else texts
            width = max([len(column.label), *map(len, cells)])
            place: Callable[[str, int], str] = str.rjust if column.is_figure else str.ljust
            blocks.append([place(text, width) for text in (column.label, "-" * width, *cells)])
        lines = ["  ".join(row).rstrip() for row in zip(*blocks, strict=True)]
        return "\n".join([*lines, *([f"… and {count(self.left_out)} more"] if self.left_out else [])])

    def to_markdown(self) -> str:
        """Return the table as Markdown; what comes from outside is escaped."""
        pairs = list(zip(self.shown, self.texts, strict=True))
        cells = [texts if column.is_figure else map(escaped, texts) for column, texts in pairs]
        head = [escaped(column.label) for column in self.shown]
        rule = ["---:" if column.is_figure else ":---" for column in self.shown]
        text = "\n".join(f"| {' | '.join(row)} |" for row in (head, rule, *zip(*cells, strict=True)))
        return f"{text}\n\n… and {count(self.left_out)} more." if self.left_out else text

    def to_html(self, caption: str = "") -> str:
        """Return the table as HTML that needs no style sheet."""
        styles = [
            f'style="text-align:{"right" if column.is_figure else "left"};padding:.2em .6em;max-width:24em;'
            f'white-space:{"normal" if column.kind == "text" else "nowrap"}"'
            for column in self.shown
        ]
        rows = [[column.label for column in self.shown], *zip(*self.texts, strict=True)]
        head, *body = (
            "".join(
                f"<{tag} {style}>{escape(one_line(text))}</{tag[:2]}>"
                for text, style in zip(row, styles, strict=True)
            )
            for tag, row in zip_longest(['th scope="col"'], rows, fillvalue="td")
        )
        title = f'<caption style="text-align:left">{escape(visible(caption))}</caption>' if caption else ""
        lines = "".join(f"<tr>{row}</tr>" for row in body)
        table = f"<table>{title}<thead><tr>{head}</tr></thead><tbody>{lines}</tbody></table>"
        total = len(self.frame)
        below = f"{count(total - self.left_out)} of {count(total)} lines" if self.left_out else ""
        return f'<div style="overflow-x:auto">{table}</div>' + (below and f"<p><small>{below}</small></p>")


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


def figures_of(frame: pd.DataFrame | None) -> list[tuple[str, str]]:
    """Return the figures of a frame of one line, each with its label."""
    table = TextTable(pd.DataFrame() if frame is None else frame, mask="none")
    return [(each.label, texts[0] or "none") for each, texts in zip(table.shown, table.texts, strict=True)]


def cut(text: str) -> str:
    """Shorten a text to what a narrow column has room for."""
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
