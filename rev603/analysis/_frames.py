"""What every analysis asks of a frame first: columns as the reader gives them, and money as whole cents."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from difflib import get_close_matches
from typing import Any, cast

import narwhals as nw
import pandas as pd
import pyarrow as pa

from rev603.errors import ColumnsMissingError, Rev603Error, no_frame
from rev603.vocabulary.headings import REFUND_COLUMNS

_DATES = frozenset({"refund_date", "report_date"})
_AMOUNTS = frozenset({"total_refund_amount", "amount"})
_TEXTS = frozenset(column.name for column in REFUND_COLUMNS) - _DATES - _AMOUNTS


def cents(column: str) -> nw.Expr:
    """Give a dollar column as whole cents (int64); a missing amount counts as 0.

    A float holds a dollar figure only nearly; its whole cents it holds exactly, so sums of these are exact.
    NaN and null are both "missing", whichever of them the engine knows.
    """
    dollars_ = nw.col(column).cast(nw.Float64)
    known = nw.when(~dollars_.is_nan()).then(dollars_).otherwise(nw.lit(0.0))
    return (known.fill_null(0.0) * 100).round(0).cast(nw.Int64)


def whole_cents(amounts: pd.Series[Any]) -> pd.Series[Any]:
    """Return a pandas column of dollars as :func:`cents` gives them."""
    return (amounts.astype("float64").fillna(0.0) * 100).round().astype("int64")


def total(amounts: pd.Series[Any]) -> float:
    """Return the sum of a pandas column of dollars, exact to the cent."""
    return int(whole_cents(amounts).sum()) / 100


def dollars(cents_: nw.Expr) -> nw.Expr:
    """Give whole cents as dollars: the float nearest to the exact figure.

    Rounding is not for looks: Polars divides by a number as it multiplies by its inverse, which is one
    unit in the last place off for every fourth figure.
    """
    return (cents_.cast(nw.Int64) / 100).round(2)


def open_frame(native: Any, needed: Iterable[str]) -> nw.LazyFrame[Any] | nw.DataFrame[Any]:
    """Wrap a frame of any engine, or say which of the needed columns are missing and what comes nearest.

    The needed columns are given as the reader gives them: missing where the text is ``""``, dates without a time zone.
    """
    names = list(needed)
    if isinstance(native, pa.Table):
        native = native.to_pandas()  # Arrow tells groups on other lines: see in_arrow
    usable = _usable_pandas(native, names) if isinstance(native, pd.DataFrame) else native
    try:
        frame: nw.LazyFrame[Any] | nw.DataFrame[Any] = nw.from_native(usable)
    except TypeError:
        raise no_frame(native) from None
    found = frame.collect_schema().names()
    missing = [name for name in names if name not in found]
    if missing:
        raise ColumnsMissingError(
            missing,
            found=found,
            guesses=nearest(missing, found),
            what_to_do="pass refunds as rev603.read(…).refunds gives them, or rename the columns",
        )
    opened: nw.LazyFrame[Any] | nw.DataFrame[Any] = _as_read(frame, names)
    return opened


def nearest(missing: Iterable[str], found: Iterable[str]) -> dict[str, str]:
    """Give for each missing name the heading that comes nearest, where one does.

    >>> nearest(["payee_id"], ["Payee ID", "amount"])
    {'payee_id': 'Payee ID'}
    """
    plain = {str(name).casefold().replace(" ", "_"): str(name) for name in found}
    close = {name: get_close_matches(name, plain, n=1, cutoff=0.6) for name in missing}
    return {name: plain[best[0]] for name, best in close.items() if best}


def _usable_pandas(frame: pd.DataFrame, names: Sequence[str]) -> pd.DataFrame:
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
    filled = column.astype(object).where(column.notna() & (column.astype(object) != ""), None)
    kind = pd.api.types.infer_dtype(filled, skipna=True)
    if kind not in ("empty", "date", "datetime", "datetime64"):
        raise Rev603Error(
            f"The column {column.name} holds {column.dtype}, not dates.",
            what_to_do=f'make dates of it: pd.to_datetime(frame["{column.name}"], format=…)',
        )
    days = pd.to_datetime(filled)
    return (days if days.dt.tz is None else days.dt.tz_localize(None)).astype("datetime64[us]")


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


def _as_read(frame: Any, names: Sequence[str]) -> Any:
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


def to_pandas(native: Any, needed: Iterable[str], *, every: bool = False) -> pd.DataFrame:
    """Return the needed columns of a frame of any engine, or all of them, as pandas, missing text as pandas has it."""
    names = open_frame(native, needed).collect_schema().names() if every else list(needed)
    return collected(open_frame(native, names).select(*names))


def collected(frame: nw.LazyFrame[Any] | nw.DataFrame[Any]) -> pd.DataFrame:
    """Return what narwhals wraps as pandas: by Arrow, since PySpark's own way does not know pandas 3 yet."""
    if not isinstance(frame, nw.LazyFrame):
        return frame.to_pandas()
    # PySpark calls each date an instant: taken as what it is in the session's time zone, before it is fetched
    spark = frame.implementation.is_spark_like()
    days = [name for name, kind in frame.collect_schema().items() if spark and isinstance(kind, nw.Datetime)]
    lines = frame.with_columns(nw.col(name).cast(nw.Date) for name in days).collect("pyarrow").to_pandas()
    return lines.astype(dict.fromkeys(days, "datetime64[us]"))


def like(answer: pd.DataFrame, native: Any) -> Any:
    """Return a pandas answer as the kind of frame that the caller brought; an Arrow table is answered in pandas."""
    if isinstance(native, pd.DataFrame | pa.Table):
        return answer
    asked: Any = nw.from_native(native)
    ours = pa.Table.from_pandas(answer, preserve_index=False)
    if asked.implementation.is_spark_like():
        return native.sparkSession.createDataFrame(ours)
    if isinstance(asked, nw.LazyFrame):
        return nw.from_native(ours).lazy(asked.implementation).to_native()
    return nw.from_arrow(ours, backend=asked.implementation).to_native()
