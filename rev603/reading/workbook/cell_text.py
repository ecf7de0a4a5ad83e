"""What a cell shows, from the characters that stand in the sheet's XML: the same for either way of reading.

Numbers are shown with the 15 digits that a spreadsheet shows, dates as ``2026-02-06 13:30:00``, times of
no day as ``13:30:00``, durations as ``36:00:00``.
"""

from __future__ import annotations

import datetime as dt
import math
import re
from decimal import Decimal
from enum import IntEnum

from rev603._short import Short

#: What XML, and Excel at the rim of a text, takes for blank.
XML_SPACE = " \t\r\n"

_WHOLE = re.compile(r"(-?)0*([0-9]+)")
_NUMBER = Short(r"[+-]?(?:[0-9]+\.?[0-9]*|\.[0-9]+)(?:[eE][+-]?[0-9]+)?", longest=400)
_LONGEST_WHOLE = 300
_ESCAPED = re.compile(r"_x00([0-9A-Fa-f]{2})_")
_DAY_MS = 86_400_000
_LAST_DAY = 2_958_466  # 10000-01-01, which no spreadsheet shows
_DAYS_BETWEEN = 1462  # from one date system's beginning to the other's


class Look(IntEnum):
    """What has to be done for a cell's text to be what a spreadsheet shows."""

    TEXT = 0
    RESULT = 1
    SHARED = 2
    NUMBER = 3
    DATE = 4
    DURATION = 5
    TRUTH = 6
    ISO_DATE = 7
    UNCOMPUTED = 8
    PADDED = 9  # this, or this and the number of the cell's style


def number_text(raw: str) -> str:
    """Return a number as plain digits, never with an exponent.

    A whole number that is written out keeps all its digits; any other has 15 significant ones, as in a
    spreadsheet. What is no number stays as it is.

    >>> number_text("0.30000000000000004"), number_text("86250.000000000015"), number_text("1.5E-7")
    ('0.3', '86250', '0.00000015')
    >>> number_text("12345678901234567"), number_text("1.2345678901234568E+16"), number_text("-0")
    ('12345678901234567', '12345678901234600', '0')
    """
    raw = raw.strip()
    whole = _WHOLE.fullmatch(raw)
    if whole and len(raw) <= _LONGEST_WHOLE:
        return (whole[1] if whole[2] != "0" else "") + whole[2]
    value = float(raw) if _NUMBER.fullmatch(raw) else math.nan
    if not math.isfinite(value):
        return raw
    text = f"{Decimal(f'{value:.14e}').normalize():f}"
    return "0" if text == "-0" else text


def shown_number(raw: str, kind: str, *, epoch_1904: bool) -> str:
    """Return the text that a numeric cell shows, by what its format makes of it: ``"date"``, ``"duration"`` or ``""``.

    A number that its format cannot show (a negative date) is shown as a number.

    >>> shown_number("46059.5625", "date", epoch_1904=False)
    '2026-02-06 13:30:00'
    >>> shown_number("0.5625", "date", epoch_1904=False), shown_number("1.5", "duration", epoch_1904=False)
    ('13:30:00', '36:00:00')
    """
    raw = raw.strip()
    value = float(raw) if kind and _NUMBER.fullmatch(raw) else -1.0
    days, rest = divmod(math.floor(value * _DAY_MS + 0.5), _DAY_MS) if abs(value) < _LAST_DAY else (-1, 0)
    if value < 0 or days < 0 or (epoch_1904 and days >= _LAST_DAY - _DAYS_BETWEEN):
        return number_text(raw)
    if kind == "duration":
        return f"{days * 24 + rest // 3_600_000:02}:{_time(rest)[3:]}"
    return f"{_date(days, epoch_1904=epoch_1904)} {_time(rest)}" if value >= 1 else _time(rest)


def _date(days: int, *, epoch_1904: bool) -> str:
    if days == 60 and not epoch_1904:
        return "1900-02-29"  # a day that spreadsheets believe in
    zero = dt.date(1904, 1, 1) if epoch_1904 else dt.date(1899, 12, 30 if days > 60 else 31)
    return str(dt.date.fromordinal(min(zero.toordinal() + days, dt.date.max.toordinal())))


def _time(milliseconds: int) -> str:
    seconds, rest = divmod(milliseconds, 1000)
    text = f"{seconds // 3600:02}:{seconds // 60 % 60:02}:{seconds % 60:02}"
    return f"{text}.{rest:03}" if rest else text


def padded_text(raw: str, pattern: str) -> str:
    """Return a number as its format shows it, with zeros in front.

    >>> padded_text("42", "0000000"), padded_text("123456789", "000-00-0000"), padded_text("-5.5", "000")
    ('0000042', '123-45-6789', '-5.5')
    """
    text = number_text(raw)
    if not re.fullmatch("[0-9]+", text):
        return text
    digits = list(text.rjust(pattern.count("0"), "0"))
    shown = [digits.pop() if mark == "0" else mark for mark in reversed(pattern)]
    return "".join([*digits, *reversed(shown)])


def unescaped(text: str) -> str:
    r"""Decode ``_x000D_``, by which workbooks write characters that XML has no room for, and the underscore.

    Characters beyond those are never written so: ``ITEM_x2024_B`` is a text of its own.

    >>> unescaped("a_x000D_b"), unescaped("_x005F_x000D_")
    ('a\rb', '_x000D_')
    """
    return _ESCAPED.sub(lambda found: chr(int(found[1], 16)), text) if "_x" in text else text
