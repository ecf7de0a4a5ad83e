"""Frames that users bring: their columns as the reader gives them, or a word about what stands in the way."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, cast

import narwhals as nw
import pandas as pd

from rev603.errors import Rev603Error
from rev603.vocabulary.headings import REFUND_COLUMNS

if TYPE_CHECKING:
    from collections.abc import Sequence

_DATES = frozenset({"refund_date", "report_date"})
_AMOUNTS = frozenset({"total_refund_amount", "amount"})
_TEXTS = frozenset(column.name for column in REFUND_COLUMNS) - _DATES - _AMOUNTS


def usable_pandas(frame: pd.DataFrame, names: Sequence[str]) -> pd.DataFrame:
    """Return a pandas frame whose needed columns are as the reader gives them; the very same where they are.

    Raises
    ------
    Rev603Error
        A column stands twice, or holds what cannot be taken without guessing.
    """
    twice = frame.columns[frame.columns.duplicated()].unique()
    if len(twice):
        raise Rev603Error(
            f"The frame has the column {twice[0]} more than once.",
            what_to_do="keep the one that you mean: frame.loc[:, ~frame.columns.duplicated()]",
        )
    if any(name in frame.columns for name in frame.index.names if name is not None):
        frame = frame.rename_axis(
            index=cast("Any", [None if name in frame.columns else name for name in frame.index.names])
        )
    fresh = {
        name: column
        for name in names
        if name in frame.columns and (column := _column(frame[name])) is not None
    }
    return frame.assign(**fresh) if fresh else frame


def _column(column: pd.Series[Any]) -> pd.Series[Any] | None:
    """Return a column as the reader gives it, or None where it is so already."""
    if column.name in _DATES:
        return _dates(column)
    if column.name in _AMOUNTS:
        return _amounts(column)
    return _texts(column) if column.name in _TEXTS else None


def _dates(column: pd.Series[Any]) -> pd.Series[Any] | None:
    if pd.api.types.is_datetime64_dtype(column.dtype):
        return None
    if isinstance(column.dtype, pd.DatetimeTZDtype):
        local: pd.Series[Any] = column.dt.tz_localize(None)
        return local
    filled = column.astype(object)
    filled = filled[filled.notna() & (filled != "")]
    if len(filled) and pd.api.types.infer_dtype(filled, skipna=True) not in (
        "date",
        "datetime",
        "datetime64",
    ):
        raise Rev603Error(
            f"The column {column.name} holds {column.dtype}, not dates.",
            what_to_do=f'make dates of it: pd.to_datetime(frame["{column.name}"], format=…)',
        )
    days = pd.to_datetime(column.astype(object).where(column.notna() & (column.astype(object) != ""), pd.NaT))
    naive: pd.Series[Any] = (days if days.dt.tz is None else days.dt.tz_localize(None)).astype(
        "datetime64[us]"
    )
    return naive


def _amounts(column: pd.Series[Any]) -> pd.Series[Any] | None:
    if pd.api.types.is_numeric_dtype(column.dtype) and not isinstance(column.dtype, pd.CategoricalDtype):
        return None
    try:
        return pd.to_numeric(column.astype(object).where(lambda values: values != "", None)).astype("float64")
    except (TypeError, ValueError) as error:
        raise Rev603Error(
            f"The column {column.name} holds text that is no number.",
            why="an amount is dollars as a number, such as 1234.56",
            what_to_do="read the file with rev603.read, which knows how reports write amounts",
        ) from error


def _texts(column: pd.Series[Any]) -> pd.Series[Any] | None:
    dtype = column.dtype
    if isinstance(dtype, pd.CategoricalDtype):
        column = column.astype(dtype.categories.dtype)
        return column if (plain := _texts(column)) is None else plain
    if pd.api.types.is_numeric_dtype(dtype):
        return column.map(_as_text, na_action="ignore").astype("str")
    blank = (column == "").fillna(value=False).astype(bool)
    return column.mask(blank) if blank.any() else None


def _as_text(value: Any) -> str:
    """Write a number as an identifier: without a fraction that says nothing."""
    return str(int(value)) if value == int(value) else str(value)


def as_read(frame: Any, names: Sequence[str]) -> Any:
    """Return an open frame of any engine with its needed columns as the reader gives them."""
    schema = frame.collect_schema()
    changed = []
    for name in names:
        column, dtype = nw.col(name), schema[name]
        if name in _DATES and dtype == nw.Date:
            changed.append(column.cast(nw.Datetime("us")))
        elif name in _DATES and isinstance(dtype, nw.Datetime) and dtype.time_zone is not None:
            changed.append(column.dt.replace_time_zone(None))
        elif name in _TEXTS and not frame.implementation.is_pandas() and dtype != nw.Unknown:
            text = column.cast(nw.String)
            changed.append(nw.when(text != "").then(text).alias(name))
    return frame.with_columns(*changed) if changed else frame
