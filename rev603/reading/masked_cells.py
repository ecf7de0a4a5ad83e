"""A cell's value as it may be shown: no social security number, short, on one line. One value, or a column at once."""

from __future__ import annotations

import re
from collections.abc import Callable

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc

from rev603._columns import as_mask, by_value, joined_text
from rev603.safe_text import hide_persons, visible

_LONGEST = 80
_BLANKS = re.compile(r"\s+")
#: Where a number may be a social security number.
_PAYEE_NUMBERS = frozenset({"payee_id", "importer_number"})
#: What :func:`masked` may change, of a payee number and of other text; all else it leaves as it is.
_MAY_CHANGE = (
    r"[^ -~]|  |[0-9]{3}[^0-9A-Za-z]+[0-9]{2}[^0-9A-Za-z]+[0-9]{4}|(?i:ssn|s\.s\.n|social)"
    rf"|.{{{_LONGEST + 1}}}"
)
_MAY_CHANGE_IN_PAYEES = rf"{_MAY_CHANGE}|[0-9]"
#: What Python writes with a backslash, or within the other quotation marks.
_NOT_PLAIN = r"['\\]|[^ -~]"


def masked(value: str | None, column: str | None = None) -> str | None:
    r"""Return a cell's value as it may be shown.

    >>> masked("paid to\n000-12-3456"), masked("000123456", "payee_id"), masked("000123456", "refund_id")
    ('paid to XXX-XX-3456', 'XXXXX3456', '000123456')
    """
    if value is None:
        return None
    hidden = visible(hide_persons(_BLANKS.sub(" ", value), payee=column in _PAYEE_NUMBERS))
    return hidden if len(hidden) <= _LONGEST else hidden[: _LONGEST - 1] + "…"


def masked_cells(values: object, column: str | None = None) -> pa.Array:
    """Return :func:`masked` of many values, from Arrow or from Python; few of them are looked at one by one."""
    if isinstance(values, pa.Array | pa.ChunkedArray):
        text = values.cast(pa.large_string())
        text = text.combine_chunks() if isinstance(text, pa.ChunkedArray) else text
    else:
        text = pa.array(np.asarray(values, dtype=object), type=pa.large_string(), from_pandas=True)
    pattern = _MAY_CHANGE_IN_PAYEES if column in _PAYEE_NUMBERS else _MAY_CHANGE
    return _changed(text, text, pattern, lambda value: masked(value, column))


def quoted(values: object, column: str | None = None) -> pa.Array:
    """Return many values as they may be shown, in quotation marks as by Python's ``repr``; null stays null."""
    shown = masked_cells(values, column)
    return _changed(joined_text("'", shown, "'"), shown, _NOT_PLAIN, repr)


def _changed(
    usual: pa.Array, values: pa.Array, pattern: str, change: Callable[[str], str | None]
) -> pa.Array:
    """Return the usual outcome, and what ``change`` makes of the values that the pattern fits."""
    found = pc.fill_null(pc.match_substring_regex(values, pattern), False)
    if not as_mask(found).any():
        return usual
    return pc.replace_with_mask(usual, found, by_value(values.filter(found).dictionary_encode(), change))
