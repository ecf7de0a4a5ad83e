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
FORMATS = {
    "money": '"$"#,##0.00;\\-"$"#,##0.00', "date": "mm/dd/yyyy", "count": "#,##0", "days": "#,##0",
    "number": "#,##0.##", "identifier": "@", "text": "@",
}  # fmt: skip
_ON_THE_RIGHT = ("money", "count", "days", "number")
_LONG = 255

#: How a cell looks: font, fill, and whether its text is wrapped or stands on the left though it is a figure.
LOOKS: dict[str, tuple[dict[str, Any], str, str]] = {
    "plain": ({"color": "222222"}, "", ""),
    "wrapped": ({"color": "222222"}, "", "wrap"),
    "title": ({"bold": True, "size": 14, "color": INK}, "", ""),
    "lead": ({"bold": True, "size": 12, "color": INK}, "", "wrap"),
    "note": ({"italic": True, "color": GREY}, "", ""),
    "head": ({"bold": True, "color": "FFFFFF"}, INK, "wrap"),
    "link": ({"color": "0B57A4", "underline": "single"}, "", ""),
    "label": ({"color": GREY, "size": 10}, PALE, ""),
    "figure": ({"bold": True, "size": 16, "color": INK}, PALE, "left"),
    "total": ({"bold": True, "color": INK}, PALE, ""),
    "good": ({"bold": True, "color": "1E6B3A"}, "DFF2E3", "wrap"),
    "warn": ({"bold": True, "color": "7A4300"}, "FFF2CC", "wrap"),
    "bad": ({"bold": True, "color": "8C1D18"}, "F9DEDC", "wrap"),
}


@dataclass(frozen=True, slots=True)
class Mark:
    """A single cell: a value, the name of its style, and where a click leads.

    Parameters
    ----------
    value
        Text, a number, a date, or None for an empty cell that still bears its style.
    style
        One of :data:`LOOKS`, one of :data:`FORMATS`, or both, as in ``total money``.
    leads_to
        The name of a sheet of the same workbook.
    """

    value: str | float | pd.Timestamp | None
    style: str = "text"
    leads_to: str = ""


def cell_of(ws: Worksheet, mark: Mark) -> Cell:
    """Give the cell for a mark."""
    look, _, kind = (mark.style if mark.style.split()[0] in LOOKS else f"plain {mark.style}").partition(" ")
    cell = _styled(ws, look, kind or "text")
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
    cell = _styled(ws, "plain", column.kind)
    if column.kind == "text" and bool((as_text(values).str.len() > _LONG).any()):
        # Excel shows ##### for longer text in the format Text: the mark that it is text serves as well
        cell.number_format = "General"
        cell.quotePrefix = True
    return int(cell.style_id)


def _styled(ws: Worksheet, look: str, kind: str) -> Cell:
    font, fill, manner = LOOKS[look]
    right = kind in _ON_THE_RIGHT and manner != "left"
    side: dict[str, Any] = {"horizontal": "right"} if right else {"horizontal": "left", "indent": 1}
    cell = WriteOnlyCell(ws)
    cell.font = Font(**{"name": "Calibri", "size": 11, **font})
    if fill:
        cell.fill = PatternFill("solid", fgColor=fill)
    cell.number_format = FORMATS[kind]
    cell.alignment = Alignment(vertical="center", wrap_text=manner == "wrap", **side)
    return cell


def cut_one(text: str) -> str:
    """Cut what is longer than an Excel cell, and say so in its place.

    >>> cut_one("x" * 40_000)[-45:]
    'xxxx … [cut: 40,000 characters in the source]'
    """
    if len(text) <= MAX_TEXT:
        return text
    said = f" … [cut: {len(text):,} characters in the source]"
    return text[: MAX_TEXT - len(said)] + said
