"""How a cell of our workbooks looks, and how a value gets into it as what it is."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

import pandas as pd
from openpyxl.cell import WriteOnlyCell
from openpyxl.styles import Alignment, Font, PatternFill
from openpyxl.worksheet.hyperlink import Hyperlink

from rev603.presenting.text import as_text, visible

if TYPE_CHECKING:
    from openpyxl.cell.cell import Cell
    from openpyxl.worksheet.worksheet import Worksheet

    from rev603.presenting.column_labels import Shown

__all__ = ["FORMATS", "MAX_TEXT", "Mark", "cell_of", "cut_one", "style_of"]

#: Excel's own limit: characters of a cell.
MAX_TEXT = 32_767

INK = "1F2A44"
PALE = "E7ECF4"
GREY = "5A6478"
MONEY = '"$"#,##0.00;\\-"$"#,##0.00'
FORMATS = {
    "money": MONEY,
    "date": "mm/dd/yyyy",
    "count": "#,##0",
    "days": "#,##0",
    "number": "#,##0.##",
    "identifier": "@",
    "text": "@",
}
_LONG = 255

_HEAD = {"bold": True, "color": "FFFFFF"}
_PLAIN = {"color": "222222"}
_TOTAL = {"bold": True, "color": INK}
_FIGURE = {"bold": True, "size": 16, "color": INK}
_LEFT: dict[str, Any] = {"vertical": "center", "horizontal": "left"}
_INDENTED: dict[str, Any] = {**_LEFT, "indent": 1}
_WRAPPED: dict[str, Any] = {**_INDENTED, "wrap_text": True}
_RIGHT: dict[str, Any] = {"vertical": "center", "horizontal": "right"}

#: Name of a style: font, fill, number format, alignment.
STYLES: dict[str, tuple[dict[str, Any], str, str, dict[str, Any]]] = {
    "title": ({"bold": True, "size": 14, "color": INK}, "", "@", _INDENTED),
    "lead": ({"bold": True, "size": 12, "color": INK}, "", "@", _WRAPPED),
    "note": ({"italic": True, "color": GREY}, "", "@", _INDENTED),
    "head": (_HEAD, INK, "@", _WRAPPED),
    "head right": (_HEAD, INK, "@", {**_RIGHT, "wrap_text": True}),
    "text": (_PLAIN, "", "@", _INDENTED),
    "wrapped": (_PLAIN, "", "@", _WRAPPED),
    "link": ({"color": "0B57A4", "underline": "single"}, "", "@", _INDENTED),
    "label": ({"color": GREY, "size": 10}, PALE, "@", _INDENTED),
    "figure text": (_FIGURE, PALE, "@", _INDENTED),
    "figure money": (_FIGURE, PALE, MONEY, _INDENTED),
    "figure count": (_FIGURE, PALE, FORMATS["count"], _INDENTED),
    "figure days": (_FIGURE, PALE, FORMATS["days"], _INDENTED),
    "figure date": (_FIGURE, PALE, FORMATS["date"], _INDENTED),
    "fill": ({}, PALE, "General", {}),
    **{kind: (_PLAIN, "", FORMATS[kind], _RIGHT) for kind in ("money", "count", "days", "number")},
    **{
        f"total {kind}": (_TOTAL, PALE, FORMATS[kind], _RIGHT)
        for kind in ("money", "count", "days", "number")
    },
    **{f"total {kind}": (_TOTAL, PALE, FORMATS[kind], _INDENTED) for kind in ("text", "identifier", "date")},
    "date": (_PLAIN, "", FORMATS["date"], _INDENTED),
    "good": ({"bold": True, "color": "1E6B3A"}, "DFF2E3", "@", _WRAPPED),
    "warn": ({"bold": True, "color": "7A4300"}, "FFF2CC", "@", _WRAPPED),
    "bad": ({"bold": True, "color": "8C1D18"}, "F9DEDC", "@", _WRAPPED),
}


@dataclass(frozen=True, slots=True)
class Mark:
    """A single cell: a value, the name of its style, and where a click leads.

    Parameters
    ----------
    value
        Text, a number, a date, or None for an empty cell that still bears its style.
    style
        One of :data:`STYLES`: ``title note head text wrapped link label``, ``money count days date number``,
        ``figure …`` and ``total …`` of those, ``good warn bad``.
    leads_to
        The name of a sheet of the same workbook.
    """

    value: str | float | pd.Timestamp | None
    style: str = "text"
    leads_to: str = ""


def cell_of(ws: Worksheet, mark: Mark) -> Cell:
    """Give the cell for a mark."""
    font, fill, number_format, alignment = STYLES[mark.style]
    cell = WriteOnlyCell(ws)
    cell.font = Font(**{"name": "Calibri", "size": 11, **font})
    if fill:
        cell.fill = PatternFill("solid", fgColor=fill)
    cell.number_format = number_format
    cell.alignment = Alignment(**alignment)
    if mark.leads_to:
        sheet = mark.leads_to.replace("'", "''")
        cell.hyperlink = Hyperlink(ref="", location=f"'{sheet}'!A1")
    if isinstance(mark.value, str):
        cell.value = cut_one(visible(mark.value))
        cell.data_type = "s"  # also where it begins like a formula
    elif not pd.isna(mark.value):
        cell.value = mark.value
    return cell


def style_of(ws: Worksheet, column: Shown, values: pd.Series) -> int:
    """Give the number, in the workbook, of the style that a column's values bear."""
    cell = WriteOnlyCell(ws)
    cell.font = Font(name="Calibri", size=11, color="222222")
    cell.number_format = FORMATS[column.kind]
    cell.alignment = Alignment(**(_RIGHT if column.is_figure else _INDENTED))
    if column.kind == "text" and bool((as_text(values).str.len() > _LONG).any()):
        # Excel shows ##### for longer text in the format Text: the mark that it is text serves as well
        cell.number_format = "General"
        cell.quotePrefix = True
    return int(cell.style_id)


def cut_one(text: str) -> str:
    """Cut what is longer than an Excel cell, and say so in its place.

    >>> cut_one("x" * 40_000)[-45:]
    'xxxx … [cut: 40,000 characters in the source]'
    """
    if len(text) <= MAX_TEXT:
        return text
    said = f" … [cut: {len(text):,} characters in the source]"
    return text[: MAX_TEXT - len(said)] + said
