"""Lines as the XML of a worksheet's rows, whole columns at once.

openpyxl writes the workbook, its styles and the rows above the table; these are put behind them. A cell at
a time, 100,000 lines of 20 columns take it half a minute, and columns at once a tenth of that.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import numpy as np
import pandas as pd
import pyarrow as pa
import pyarrow.compute as pc
from openpyxl.utils import get_column_letter

from rev603.presenting.cell_styles import MAX_TEXT, cut_one
from rev603.presenting.text import one_line, visible, visible_column

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence

    from rev603.presenting.column_labels import Shown

    Clean = Callable[[str], str]

__all__ = ["row_xml"]

_TEXT = pa.large_string()
_DAY_ZERO = pd.Timestamp("1899-12-30")
# a carriage return stands as a reference, or XML would make a line feed of it
_ESCAPES = (("&", "&amp;"), ("<", "&lt;"), (">", "&gt;"), ("\r", "&#13;"))


def row_xml(
    lines: pd.DataFrame, shown: Sequence[Shown], styles: Sequence[int], *, first: int, breaks: bool = False
) -> bytes:
    """Give lines as ``<row>`` elements.

    Parameters
    ----------
    lines
        The lines, masked, with the columns of ``shown``.
    shown
        The columns and what kind each is.
    styles
        For each column the number of its style in the workbook.
    first
        The row that the first line stands in, from 1.
    breaks
        Keep line breaks and TABs inside a text.

    Examples
    --------
    >>> from rev603.presenting.column_labels import shown_columns
    >>> lines = pd.DataFrame({"company_name": ["=1+1 & Co", None], "amount": [12.5, -1.0]})
    >>> for row in row_xml(lines, shown_columns(lines), [7, 8], first=5).decode().split("</row>"):
    ...     print(row)
    <row r="5"><c r="A5" s="7" t="inlineStr"><is><t xml:space="preserve">=1+1 &amp; Co</t></is></c><c r="B5" s="8"><v>12.5</v></c>
    <row r="6"><c r="B6" s="8"><v>-1</v></c>
    <BLANKLINE>
    """  # noqa: E501 - the row as it is written
    clean = visible if breaks else one_line
    numbers = pa.array(np.arange(first, first + len(lines))).cast(_TEXT)
    cells = [
        _cells(
            lines[column.name],
            column.kind,
            f'<c r="{get_column_letter(place)}',
            numbers,
            f'" s="{style}"',
            clean,
        )
        for place, (column, style) in enumerate(zip(shown, styles, strict=True), 1)
    ]
    rows = _joined('<row r="', numbers, '">', *cells, "</row>")
    return "".join(rows.to_pylist()).encode()


def _cells(values: pd.Series, kind: str, opening: str, numbers: Any, style: str, clean: Clean) -> Any:  # noqa: PLR0917 - the parts of a cell, in their order
    """Give the cells of a column; a missing value has none."""
    if kind in ("text", "identifier"):
        shown = _text(values, clean)
        kinds, ending = ' t="inlineStr"><is><t xml:space="preserve">', "</t></is></c>"
    else:
        shown = _figures(values, kind)
        kinds, ending = "><v>", "</v></c>"
    cells = _joined(opening, numbers, style + kinds, shown, ending)
    return pc.if_else(pc.is_null(shown), pa.scalar("", _TEXT), cells)


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
