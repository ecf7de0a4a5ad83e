"""Money as whole cents in all arithmetic, and what every analysis asks of a frame first."""

from __future__ import annotations

from difflib import get_close_matches
from typing import TYPE_CHECKING, Any

import narwhals as nw
import pandas as pd

from rev603.analysis._frames import as_read, usable_pandas
from rev603.errors import ColumnsMissingError, no_frame

if TYPE_CHECKING:
    from collections.abc import Iterable


def cents(column: str) -> nw.Expr:
    """Give a dollar column as whole cents (int64); a missing amount counts as 0.

    A float holds a dollar figure only nearly; its whole cents it holds exactly, so sums of these are exact.
    NaN and null are both "missing", whichever of them the engine knows.
    """
    dollars_ = nw.col(column).cast(nw.Float64)
    known = nw.when(~dollars_.is_nan()).then(dollars_).otherwise(nw.lit(0.0))
    return (known.fill_null(0.0) * 100).round(0).cast(nw.Int64)


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
    usable = usable_pandas(native, names) if isinstance(native, pd.DataFrame) else native
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
    opened: nw.LazyFrame[Any] | nw.DataFrame[Any] = as_read(frame, names)
    return opened


def nearest(missing: Iterable[str], found: Iterable[str]) -> dict[str, str]:
    """Give for each missing name the heading that comes nearest, where one does.

    >>> nearest(["payee_id"], ["Payee ID", "amount"])
    {'payee_id': 'Payee ID'}
    """
    plain = {str(name).casefold().replace(" ", "_"): str(name) for name in found}
    close = {name: get_close_matches(name, plain, n=1, cutoff=0.6) for name in missing}
    return {name: plain[best[0]] for name, best in close.items() if best}
