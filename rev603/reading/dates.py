"""Dates: text to days, by the distinct texts of a column.

Read without asking: ``MM/DD/YYYY`` (CBP's own form), ISO, Excel serials of the workbook's own date
system, each with or without a time of day, which is dropped. Month names go to python-dateutil, behind a
strict pattern. Day/month/year is read only where the whole column can be nothing else; a column that
is part one and part the other is refused.
"""

from __future__ import annotations

import datetime as dt
import re
from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np
import pyarrow as pa

if TYPE_CHECKING:
    from numpy.typing import NDArray

_TIME = r"(?:[T ]+[0-9]{1,2}:[0-9]{2}(?::[0-9]{2}(?:\.[0-9]+)?)?(?: ?[AaPp]\.?[Mm]\.?)?(?: ?(?:Z|[+-][0-9]{2}:?[0-9]{2}|E[SD]T))?)?"
_SLASHED = re.compile(rf"([0-9]{{1,2}})([/.-])([0-9]{{1,2}})\2([0-9]{{4}}|[0-9]{{2}}){_TIME}", re.ASCII)
_ISO = re.compile(rf"([0-9]{{4}})[-/.]([0-9]{{1,2}})[-/.]([0-9]{{1,2}}){_TIME}", re.ASCII)
_BARE = re.compile(r"(20[0-9]{2}|19[0-9]{2})([01][0-9])([0-3][0-9])", re.ASCII)
_SERIAL = re.compile(r"([0-9]{5})(?:\.[0-9]+)?", re.ASCII)
_NAMED = re.compile(
    r"(?:[0-9]{1,2}[- ][A-Za-z]{3,9}\.?[-, ]+(?:[0-9]{4}|[0-9]{2})|[A-Za-z]{3,9}\.? [0-9]{1,2},? [0-9]{4})" + _TIME, re.ASCII
)
_EARLIEST = dt.date(1990, 1, 1)
_LATEST = dt.date(2100, 1, 1)
_DAY_ZERO_1900 = dt.date(1899, 12, 30)
_DAY_ZERO_1904 = dt.date(1904, 1, 1)


@dataclass(frozen=True, slots=True)
class Dates:
    """A column of dates: the days, where nothing can be read, and how its slashes were read."""

    days: NDArray[np.datetime64]
    unreadable: NDArray[np.bool_]
    undecided: bool = False
    day_first: bool = False


def parse_dates(column: pa.ChunkedArray, *, epoch_1904: bool = False, day_first: bool | None = None) -> Dates:
    """Read a column of dates; ``day_first`` is found out from the column unless it is given."""
    text = column.combine_chunks() if isinstance(column, pa.ChunkedArray) else column
    encoded = text.dictionary_encode()
    distinct = encoded.dictionary.to_pylist()
    undecided = False
    if day_first is None:
        day_first, undecided = _day_first(distinct)
    days = [None if undecided and _SLASHED.fullmatch(value) else parse_date(value, epoch_1904=epoch_1904, day_first=day_first)
            for value in distinct]
    known = np.array([*days, None], dtype="datetime64[D]")
    present = encoded.indices.is_valid().to_numpy(zero_copy_only=False)
    codes = np.where(present, encoded.indices.fill_null(0).to_numpy(zero_copy_only=False), len(distinct)).astype(np.int64)
    found = known[codes]
    return Dates(found.astype("datetime64[us]"), present & np.isnat(found), undecided, day_first)


def parse_date(text: str, *, epoch_1904: bool = False, day_first: bool = False) -> dt.date | None:
    """Read one date; None where it is none.

    >>> parse_date("2/6/2026 0:00"), parse_date("46059"), parse_date("6-Feb-2026")
    (datetime.date(2026, 2, 6), datetime.date(2026, 2, 6), datetime.date(2026, 2, 6))
    >>> parse_date("10"), parse_date("1,234"), parse_date("13/13/2026")
    (None, None, None)
    """
    if found := _SLASHED.fullmatch(text):
        first, second, year = int(found[1]), int(found[3]), int(found[4])
        month, day = (second, first) if day_first else (first, second)
        return _date(year + 2000 if year < 100 else year, month, day)
    if found := _ISO.fullmatch(text) or _BARE.fullmatch(text):
        return _date(int(found[1]), int(found[2]), int(found[3]))
    if found := _SERIAL.fullmatch(text):
        zero = _DAY_ZERO_1904 if epoch_1904 else _DAY_ZERO_1900
        return _bounded(zero + dt.timedelta(days=int(found[1])))
    if _NAMED.fullmatch(text):
        return _by_dateutil(text)
    return None


def _by_dateutil(text: str) -> dt.date | None:
    from dateutil import parser  # rarely needed

    try:
        # a default whose day no month lacks: the pattern above has made sure that the text brings its own
        return _bounded(parser.parse(text, default=dt.datetime(2000, 1, 1), ignoretz=True).date())  # noqa: DTZ001
    except (ValueError, OverflowError):
        return None


def _day_first(distinct: list[str]) -> tuple[bool, bool]:
    """Decide from a whole column: is it day/month, and is it both at once."""
    slashed = [found for value in distinct if (found := _SLASHED.fullmatch(value))]
    only_day_first = any(int(found[1]) > 12 >= int(found[3]) for found in slashed)
    only_month_first = any(int(found[3]) > 12 >= int(found[1]) for found in slashed)
    return only_day_first and not only_month_first, only_day_first and only_month_first


def _date(year: int, month: int, day: int) -> dt.date | None:
    try:
        return _bounded(dt.date(year, month, day))
    except ValueError:
        return None


def _bounded(day: dt.date) -> dt.date | None:
    return day if _EARLIEST <= day < _LATEST else None
