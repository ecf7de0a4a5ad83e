"""How a cell of our workbooks looks, and how a value gets into it as what it is: one by one, or whole columns at once.

openpyxl writes the workbook, its styles and the rows above a table; the table's lines are put behind them as XML. A cell
at a time, 100,000 lines of 20 columns take it half a minute, and columns at once a tenth of that.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
import pandas as pd
import pyarrow as pa
import pyarrow.compute as pc
from openpyxl.cell import WriteOnlyCell
from openpyxl.cell.cell import Cell
from openpyxl.styles import Alignment, Font, PatternFill
from openpyxl.utils import get_column_letter
from openpyxl.worksheet.hyperlink import Hyperlink
from openpyxl.worksheet.worksheet import Worksheet

from rev603.presenting.tables import Shown
from rev603.presenting.text import as_text, one_line, visible_column
from rev603.safe_text import visible

Clean = Callable[[str], str]

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

_TEXT = pa.large_string()
_DAY_ZERO = pd.Timestamp("1899-12-30")
# a carriage return stands as a reference, or XML would make a line feed of it
_ESCAPES = (("&", "&amp;"), ("<", "&lt;"), (">", "&gt;"), ("\r", "&#13;"))

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


def row_xml(
    lines: pd.DataFrame, shown: Sequence[Shown], styles: Sequence[int], *, first: int, breaks: bool = False
) -> bytes:
    """Give lines, masked, as ``<row>`` elements from row ``first`` on.

    ``styles`` has for each column of ``shown`` the number of its style in the workbook; with ``breaks``, line breaks and
    TABs inside a text stay.

    Examples
    --------
    >>> from rev603.presenting.tables import shown_columns
    >>> lines = pd.DataFrame({"company_name": ["=1+1 & Co", None], "amount": [12.5, -1.0]})
    >>> for row in row_xml(lines, shown_columns(lines), [7, 8], first=5).decode().split("</row>"):
    ...     print(row)
    <row r="5"><c r="A5" s="7" t="inlineStr"><is><t xml:space="preserve">=1+1 &amp; Co</t></is></c><c r="B5" s="8"><v>12.5</v></c>
    <row r="6"><c r="B6" s="8"><v>-1</v></c>
    <BLANKLINE>
    """  # noqa: E501 - the row as it is written
    clean = visible if breaks else one_line
    numbers = pa.array(np.arange(first, first + len(lines))).cast(_TEXT)
    cells = []
    for place, (column, style) in enumerate(zip(shown, styles, strict=True), 1):
        if column.kind in ("text", "identifier"):
            values, ending = _text(lines[column.name], clean), "</t></is></c>"
            kind = ' t="inlineStr"><is><t xml:space="preserve">'
        else:
            values, ending, kind = _figures(lines[column.name], column.kind), "</v></c>", "><v>"
        opening = f'<c r="{get_column_letter(place)}'
        cell = _joined(opening, numbers, f'" s="{style}"{kind}', values, ending)
        cells.append(pc.if_else(pc.is_null(values), pa.scalar("", _TEXT), cell))  # a missing value has none
    rows = _joined('<row r="', numbers, '">', *cells, "</row>")
    return "".join(rows.to_pylist()).encode()


def _text(values: pd.Series, clean: Clean) -> Any:
    text = visible_column(values, clean)
    long = (text.str.len() > MAX_TEXT).fillna(value=False).astype(bool)
    if long.any():
        text = text.mask(long, text[long].map(cut_one))
    escaped = pa.array(text, type=_TEXT, from_pandas=True)
    for sign, reference in _ESCAPES:
        escaped = pc.replace_substring(escaped, sign, reference)
    return escaped


def _figures(values: pd.Series, kind: str) -> Any:
    """Give numbers as Excel stores them; a date counts days. What is no number is missing."""
    if kind == "date":
        naive = values.dt.tz_localize(None) if isinstance(values.dtype, pd.DatetimeTZDtype) else values
        values = (naive - _DAY_ZERO) / pd.Timedelta(days=1)
    if pd.api.types.is_integer_dtype(values.dtype):
        return pa.array(values, from_pandas=True).cast(_TEXT)
    figures = values.to_numpy(dtype="float64", na_value=np.nan)
    return pa.array(figures, mask=~np.isfinite(figures)).cast(_TEXT)


def _joined(*parts: Any) -> Any:
    """Join texts and columns of texts, line by line."""
    texts = [pa.scalar(part, _TEXT) if isinstance(part, str) else part for part in parts]
    return pc.binary_join_element_wise(*texts, pa.scalar("", _TEXT))
