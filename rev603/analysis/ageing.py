"""How long refunds have been waiting, as of a day that the caller names."""

from __future__ import annotations

import datetime as dt
from typing import Any, cast

import narwhals as nw
import pandas as pd
from narwhals.typing import IntoFrameT

from rev603.analysis._frames import cents, dollars, like, open_frame, to_pandas
from rev603.analysis._text import choose
from rev603.errors import ArgumentError

#: Last day of each band, and its name; whatever is older is ``91+``.
AGE_BANDS = ((7, "0-7"), (30, "8-30"), (60, "31-60"), (90, "61-90"))
_OLDEST = "91+"


def as_day(day: object) -> pd.Timestamp:
    """Give a day, however it is written, as midnight of that day.

    >>> as_day("2026-03-20")
    Timestamp('2026-03-20 00:00:00')
    >>> as_day("soon")
    Traceback (most recent call last):
    rev603.errors.ArgumentError: This is not a day: 'soon'.
      what to do: write it as YYYY-MM-DD, or pass a date
    """
    # a bare number would be taken for nanoseconds since 1970
    moment = pd.to_datetime(day, errors="coerce") if isinstance(day, (str, dt.date)) else pd.NaT
    if isinstance(moment, pd.Timestamp):
        return moment.tz_localize(None).normalize().as_unit("us")
    shown = repr(day) if isinstance(day, str | int | float | None) else type(day).__name__
    raise ArgumentError(f"This is not a day: {shown}.", what_to_do="write it as YYYY-MM-DD, or pass a date")


def ageing(refunds: IntoFrameT, as_of: str | dt.date | pd.Timestamp) -> IntoFrameT:
    """Say for each line how many days have passed since its refund date.

    Parameters
    ----------
    refunds
        A frame with ``refund_date``: pandas, Polars, a DuckDB relation or PySpark.
    as_of
        The day to count up to: ISO text, date or Timestamp. Name the date of the report rather than
        today, so that the answer stays the same.

    Returns
    -------
    frame
        The same lines with ``days_waiting`` (whole days; negative for a refund dated later; missing
        without a date) and ``age_band`` (``0-7``, ``8-30``, ``31-60``, ``61-90``, ``91+``; a refund
        dated later is in ``0-7``).

    Raises
    ------
    ColumnsMissingError
        Without ``refund_date``.

    Notes
    -----
    What the Refund Date means (certified, transmitted or paid) is not documented; it is the only date
    that a line has.

    Examples
    --------
    >>> refunds = pd.DataFrame({"refund_date": pd.to_datetime(["2026-03-13", "2026-03-12", None])})
    >>> ageing(refunds, "2026-03-20")[["days_waiting", "age_band"]]
       days_waiting age_band
    0             7      0-7
    1             8     8-30
    2          <NA>      NaN
    """
    frame: Any = open_frame(refunds, ["refund_date"])
    band = choose(
        ((nw.col("days_waiting") <= last, nw.lit(name)) for last, name in reversed(AGE_BANDS)),
        nw.lit(_OLDEST),
    )
    aged = frame.with_columns(days_waiting=days_since("refund_date", as_day(as_of))).with_columns(
        age_band=nw.when(~nw.col("days_waiting").is_null()).then(band)
    )
    native: Any = aged.to_native()
    if isinstance(native, pd.DataFrame):  # whole, also where some are missing: 31, not 31.0
        native = native.astype({"days_waiting": "Int64", "age_band": "str"})
    return cast("IntoFrameT", native)


def by_age_band(rejected: IntoFrameT) -> IntoFrameT:
    """Return one line per age band, with the count and sum of its lines.

    Parameters
    ----------
    rejected
        A frame with ``age_band`` and ``amount``: see :func:`rev603.ageing`. Any engine.

    Returns
    -------
    frame
        One line per ``age_band``, youngest first, every band also where it is empty: ``lines amount``.
        Lines without a refund date have no band and stand last, if there are any.

    Raises
    ------
    ColumnsMissingError
        Without one of those columns.

    Examples
    --------
    >>> by_age_band(pd.DataFrame({"age_band": ["91+", "8-30", "91+"], "amount": [1.10, 2.20, 3.30]}))
      age_band  lines  amount
    0      0-7      0     0.0
    1     8-30      1     2.2
    2    31-60      0     0.0
    3    61-90      0     0.0
    4      91+      2     4.4
    """
    lines = to_pandas(rejected, ["age_band", "amount"])
    groups: Any = nw.from_native(lines).select("age_band", amount=cents("amount")).group_by("age_band")
    found = groups.agg(nw.len().alias("lines"), nw.col("amount").sum())
    sums = found.with_columns(dollars(nw.col("amount")).alias("amount")).to_native()
    dateless = sums[sums["age_band"].isna()]
    bands = (
        sums.dropna(subset="age_band")
        .set_index("age_band")
        .reindex([*(name for _, name in AGE_BANDS), _OLDEST], fill_value=0)
    )
    answer = pd.concat([bands.rename_axis("age_band").reset_index(), dateless], ignore_index=True)
    answer = answer.astype({"age_band": "str", "lines": "int64", "amount": "float64"})
    return cast("IntoFrameT", like(answer, rejected))


def days_since(column: str, day: pd.Timestamp) -> nw.Expr:
    """Return the whole days from a column's dates to a day, on calendars: hours and time zones do not count."""
    date = nw.col(column).dt
    before, of_year = ((part.fill_null(1).cast(nw.Int64)) for part in (date.year() - 1, date.ordinal_day()))
    # days since the year 1 as `date.toordinal` counts them; a difference of dates is not known to every engine
    ordinal = before * 365 + before // 4 - before // 100 + before // 400 + of_year
    return nw.when(~nw.col(column).is_null()).then(nw.lit(day.toordinal()) - ordinal)
