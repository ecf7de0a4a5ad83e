"""Frames as plain values: whatever a column of somebody else's list holds, ``json.dumps`` takes it."""

from __future__ import annotations

import math
from typing import Any

import pandas as pd

__all__ = ["RECORDS_AT_ONCE", "records"]

#: Lines of a frame that are turned into records at a time, where a file is written.
RECORDS_AT_ONCE = 20_000


def records(frame: pd.DataFrame) -> list[dict[str, Any]]:
    """Give a frame as one dict per line, keyed by column.

    Dates are ISO text (with a time only where a column has times), missing and infinite are None, numbers
    stay numbers, anything else becomes text.

    Examples
    --------
    >>> import pandas as pd
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
