"""Text to days, by the distinct texts of a column.

Read without asking: ``MM/DD/YYYY`` (CBP's own form), ISO, Excel serials of the workbook's own date
system, each with or without a time of day, which is dropped. Month names go to python-dateutil, behind a
strict pattern. Day/month/year is read only where the whole column, with the report's own date, can be
nothing else; a column that is part one and part the other is refused, and so are dotted or dashed dates
that could be both.
"""

from __future__ import annotations

import datetime as dt
import re
from collections.abc import Iterable
from dataclasses import dataclass

import numpy as np
import pyarrow as pa
from numpy.typing import NDArray

from rev603._columns import Mask
from rev603._short import Short

_TIME = (
    r"(?:[T ]+[0-9]{1,2}:[0-9]{2}(?::[0-9]{2}(?:\.[0-9]+)?)?(?: ?[AaPp]\.?[Mm]\.?)?"
    r"(?: ?(?:Z|[+-][0-9]{2}:?[0-9]{2}|E[SD]T))?)?"
)
_MONTH = (
    r"(?:Jan(?:uary)?|Feb(?:ruary)?|Mar(?:ch)?|Apr(?:il)?|May|June?|July?|Aug(?:ust)?|Sept?(?:ember)?|"
    r"Oct(?:ober)?|Nov(?:ember)?|Dec(?:ember)?)\.?"
)
# a year of two digits only behind slashes: 26-02-06 may begin with the year
_SLASHED = Short(rf"([0-9]{{1,2}})([/.-])([0-9]{{1,2}})\2([0-9]{{4}}|(?<=/)[0-9]{{2}}){_TIME}", re.ASCII)
_ISO = Short(rf"([0-9]{{4}})[-/.]([0-9]{{1,2}})[-/.]([0-9]{{1,2}}){_TIME}", re.ASCII)
_BARE = Short(r"(20[0-9]{2}|19[0-9]{2})([01][0-9])([0-3][0-9])", re.ASCII)
_SERIAL = Short(r"([0-9]{5})(?:\.[0-9]+)?", re.ASCII)
_NAMED = Short(
    rf"(?:[0-9]{{1,2}}[- ]{_MONTH}[-, ]+(?:[0-9]{{4}}|[0-9]{{2}})|{_MONTH} [0-9]{{1,2}},? [0-9]{{4}}){_TIME}",
    re.ASCII | re.IGNORECASE,
)
_DATES_IN_NAMES = (
    re.compile(r"(?<![0-9])(?P<y>20[0-9]{2})[-_. ]?(?P<m>[01][0-9])[-_. ]?(?P<d>[0-3][0-9])(?![0-9])"),
    re.compile(r"(?<![0-9])(?P<m>[01]?[0-9])[-_. ](?P<d>[0-3]?[0-9])[-_. ](?P<y>20[0-9]{2})(?![0-9])"),
    re.compile(r"(?<![0-9])(?P<m>[01][0-9])(?P<d>[0-3][0-9])(?P<y>20[0-9]{2})(?![0-9])"),
)
_EARLIEST = dt.date(1990, 1, 1)
_LATEST = dt.date(2100, 1, 1)
_DAY_ZERO_1900 = dt.date(1899, 12, 30)
_DAY_ZERO_1904 = dt.date(1904, 1, 1)


@dataclass(frozen=True, slots=True)
class DateOrder:
    """How the slashes of a column are read."""

    #: The separators whose dates are day/month/year: some can be nothing else, and none must be month/day/year.
    day_first: str = ""
    #: The separators whose dates are not read: some can only be one and some only the other; or nothing tells,
    #: and CBP never writes such dates.
    refused: str = ""
    #: Slashed dates stand among dotted ones, real dates or serials: a spreadsheet program of another country
    #: takes those that it can read as its own, with day and month exchanged, and leaves the others as text.
    mixed: bool = False
    #: Some slashed dates could be both, and nothing but CBP's habit says that the month comes first.
    assumed: bool = False

    def read(self, text: str, *, epoch_1904: bool = False) -> dt.date | None:
        """Read one date; None where it is none, or refused."""
        mark = found[2] if (found := _SLASHED.fullmatch(text)) else "none"
        if mark in self.refused:
            return None
        return parse_date(text, epoch_1904=epoch_1904, day_first=mark in self.day_first)


def date_order(texts: Iterable[str]) -> DateOrder:
    """Decide from all dates of a file at once whether the day or the month comes first.

    >>> date_order(["02/06/2026", "13/06/2026"])
    DateOrder(day_first='/', refused='', mixed=False, assumed=False)
    >>> date_order(["02/06/2026", "06/13/2026", "13/06/2026"]).refused, date_order(["02.06.2026"]).refused
    ('/', '.')
    >>> date_order(["2026-06-02 00:00:00", "06/13/2026"]).mixed
    True
    """
    distinct = set(texts)
    slashed = [found for text in distinct if (found := _SLASHED.fullmatch(text))]
    marks = sorted({found[2] for found in slashed})
    ways = {mark: _ways([found for found in slashed if found[2] == mark]) for mark in marks}
    day_first = "".join(mark for mark, way in ways.items() if way == (True, False))
    unclear = {(True, True): "./-", (False, False): ".-"}
    refused = "".join(mark for mark, way in ways.items() if mark in unclear.get(way, ""))
    others = any(_ISO.fullmatch(text) or _SERIAL.fullmatch(text) for text in distinct)
    mixed = bool(slashed) and (len(marks) > 1 or others)
    return DateOrder(day_first, refused, mixed=mixed, assumed=ways.get("/") == (False, False))


def _ways(slashed: list[re.Match[str]]) -> tuple[bool, bool]:
    """Return whether some dates can only be day/month, and whether some can only be month/day."""
    pairs = [(int(found[1]), int(found[3])) for found in slashed]
    day_first = any(first > 12 >= second for first, second in pairs)
    return day_first, any(second > 12 >= first for first, second in pairs) or (
        all(first == second for first, second in pairs) and not day_first
    )


def parse_dates(
    column: pa.ChunkedArray, *, order: DateOrder | None = None, epoch_1904: bool = False
) -> tuple[NDArray[np.datetime64], Mask, DateOrder]:
    """Read a column of dates: the days, where something stands that cannot be read, and how slashes were read.

    That is found out from the column unless ``order`` says it.
    """
    encoded = column.combine_chunks().dictionary_encode()
    distinct = encoded.dictionary.to_pylist()
    order = order or date_order(distinct)
    days = [order.read(value, epoch_1904=epoch_1904) for value in distinct]
    known = np.array([*days, None], dtype="datetime64[D]")  # the last for what is blank
    places = np.asarray(encoded.indices.fill_null(len(distinct)), dtype=np.int64)
    found = known[places].astype("datetime64[us]")
    return found, (places < len(distinct)) & np.isnat(found), order


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
        return _date(year + 2000 if len(found[4]) == len("26") else year, month, day)
    if found := _ISO.fullmatch(text) or _BARE.fullmatch(text):
        return _date(int(found[1]), int(found[2]), int(found[3]))
    if found := _SERIAL.fullmatch(text):
        zero = _DAY_ZERO_1904 if epoch_1904 else _DAY_ZERO_1900
        return _bounded(zero + dt.timedelta(days=int(found[1])))
    if _NAMED.fullmatch(text):
        return _by_dateutil(text)
    return None


def could_be_a_date(text: str) -> bool:
    """Return whether a text is a date one way round or the other."""
    return any(parse_date(text, day_first=way) is not None for way in (False, True))


def _by_dateutil(text: str) -> dt.date | None:
    from dateutil import parser  # noqa: PLC0415 - rarely needed

    try:
        # a default whose day no month lacks: the pattern above has made sure that the text brings its own
        return _bounded(parser.parse(text, default=dt.datetime(2000, 1, 1), ignoretz=True).date())  # noqa: DTZ001
    except (ValueError, OverflowError):
        return None


def _date(year: int, month: int, day: int) -> dt.date | None:
    try:
        return _bounded(dt.date(year, month, day))
    except ValueError:
        return None


def _bounded(day: dt.date) -> dt.date | None:
    return day if _EARLIEST <= day < _LATEST else None


def date_in_name(name: str) -> dt.date | None:
    """Return the date in a file's name; None where there is none, or more than one.

    >>> date_in_name("REV-603 week 2026-11-13.xlsx"), date_in_name("refunds_11132026.csv"), date_in_name("refunds.csv")
    (datetime.date(2026, 11, 13), datetime.date(2026, 11, 13), None)
    """
    days = set()
    for pattern in _DATES_IN_NAMES:
        for found in pattern.finditer(name):
            try:
                days.add(dt.date(int(found["y"]), int(found["m"]), int(found["d"])))
            except ValueError:
                continue
    return days.pop() if len(days) == 1 else None
