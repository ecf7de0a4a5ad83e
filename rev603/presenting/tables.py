"""Frames as tables of text."""

from __future__ import annotations

from typing import TYPE_CHECKING

from rev603.presenting.column_labels import shown_columns
from rev603.presenting.masking import mask_frame
from rev603.presenting.text import as_text, formatter, one_line, visible_column

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping, Sequence

    import pandas as pd

    from rev603.presenting.masking import Mask

__all__ = ["text_table"]

_WIDEST = 28
_WHOLE = ("reason", "message")


def text_table(
    frame: pd.DataFrame,
    columns: Sequence[str] | None = None,
    *,
    mask: Mask = "ssn",
    top: int | None = None,
    labels: Mapping[str, str] | None = None,
) -> str:
    """Give a frame as aligned text under names that people can read.

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
    part = mask_frame(frame if top is None else frame.head(top), mask)
    blocks = []
    for column in shown_columns(part, None if columns is None else tuple(columns), labels=labels):
        values = part[column.name]
        if column.kind in ("text", "identifier"):
            cells = list(visible_column(as_text(values), one_line).fillna(""))
            if column.kind == "text" and column.name not in _WHOLE:
                cells = [_cut(text) for text in cells]
        else:
            cells = [formatter(column.kind)(value) for value in values]
        width = max([len(column.label), *map(len, cells)])
        place: Callable[[str, int], str] = str.rjust if column.is_figure else str.ljust
        blocks.append([place(text, width) for text in (column.label, "-" * width, *cells)])
    lines = ["  ".join(row).rstrip() for row in zip(*blocks, strict=True)]
    left_out = len(frame) - len(part)
    return "\n".join([*lines, *([f"… and {left_out:,} more"] if left_out else [])])


def _cut(text: str) -> str:
    return text if len(text) <= _WIDEST else f"{text[: _WIDEST - 1]}…"
