"""Sentences for whole columns at once: money, counts and dates as Arrow text, and pieces put together."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc

from rev603.identifiers._columns import TEXT

if TYPE_CHECKING:
    import pandas as pd

    from rev603.analysis.reconcile.inputs import Flags, Ints


def constant(text: str) -> Any:
    """Give a text that stands the same in every line."""
    return pa.scalar(text, TEXT)


def joined(*parts: Any) -> Any:
    """Put columns of text and constants together, line by line."""
    pieces = [constant(part) if isinstance(part, str) else part for part in parts]
    return pc.binary_join_element_wise(*pieces, constant(""))


def chosen(condition: Flags, then: Any, otherwise: Any) -> Any:
    """Give one text where a condition holds and another where not."""
    sides = [constant(side) if isinstance(side, str) else side for side in (then, otherwise)]
    return pc.if_else(pa.array(condition), *sides)


def number(values: Ints) -> Any:
    """Give whole numbers with their thousands set apart.

    >>> number(np.array([7, 1234567, -1000])).to_pylist()
    ['7', '1,234,567', '-1,000']
    """
    rest = np.abs(values)
    text: Any = None
    shown = rest < 0
    while True:
        rest, block = rest // 1000, rest % 1000
        digits = pc.cast(pa.array(block), TEXT)
        padded = pc.utf8_lpad(digits, 3, "0")
        piece = chosen(rest > 0, padded, digits)
        text = piece if text is None else chosen(shown, joined(piece, ",", text), text)
        shown = rest > 0
        if not shown.any():
            break
    return joined(chosen(values < 0, "-", ""), text)


def money(cents: Ints) -> Any:
    """Give whole cents as dollars.

    >>> money(np.array([120450, 5, -99999901])).to_pylist()
    ['$1,204.50', '$0.05', '-$999,999.01']
    """
    size = np.abs(cents)
    part = pc.utf8_lpad(pc.cast(pa.array(size % 100), TEXT), 2, "0")
    return joined(chosen(cents < 0, "-$", "$"), number(size // 100), ".", part)


def counted(values: Ints, one: str, many: str) -> Any:
    """Give a count with its noun.

    >>> counted(np.array([1, 3]), "refund line", "refund lines").to_pylist()
    ['1 refund line', '3 refund lines']
    """
    return joined(number(values), chosen(values == 1, f" {one}", f" {many}"))


def dated(dates: pd.Series[Any], before: str) -> Any:
    """Give a date behind a word, nothing where it is missing.

    >>> import pandas as pd
    >>> dated(pd.Series(pd.to_datetime(["2026-06-04", None])), " on ").to_pylist()
    [' on 2026-06-04', '']
    """
    day = pa.array(dates.astype("datetime64[s]"), from_pandas=True)
    text = pc.cast(pc.strftime(day, format="%Y-%m-%d"), TEXT)
    return pc.coalesce(joined(before, text), constant(""))
