"""Text from outside, made safe to show: control characters become visible, formulas stay text.

Names, addresses and unknown columns come from files that we did not write. Nothing is dropped: what
cannot be written is replaced by a sign that can be seen.
"""

from __future__ import annotations

import re
from collections.abc import Callable
from datetime import date
from typing import Any

import pandas as pd
import pyarrow as pa
import pyarrow.compute as pc

from rev603.safe_text import visible

# Arrow's engine (RE2) knows no surrogates, and its strings hold none.
_UNSAFE_RE2 = (
    "[\\x00-\\x08\\x0b\\x0c\\x0e-\\x1f\\x7f-\\x9f\\x{61c}\\x{200e}\\x{200f}"
    "\\x{202a}-\\x{202e}\\x{2066}-\\x{2069}\\x{fffe}\\x{ffff}]"
)
_BREAKS = re.compile(r"[\t\r\n\x0b\x0c\x1c-\x1e\x85\u2028\u2029]+")


def one_line(text: str) -> str:
    r"""Put text on one line and make every control character in it visible.

    >>> one_line("12 MAIN ST\r\nUTICA")
    '12 MAIN ST UTICA'
    """
    return visible(_BREAKS.sub(" ", text))


def as_text(values: pd.Series) -> pd.Series:
    """Give a column of anything as ``str``, with missing kept missing and truth as yes or no."""
    if pd.api.types.is_bool_dtype(values.dtype):
        return values.map({True: "yes", False: "no"}).astype("str")
    if isinstance(values.dtype, pd.StringDtype):
        return values.astype("str")
    if values.dtype == object:
        # a mixed column: yes and no rather than True and False, and no surrogate that Arrow refuses
        return values.map(_plain, na_action="ignore").astype("str")
    return values.astype(object).where(values.notna()).astype("str")


def _plain(value: object) -> str:
    if isinstance(value, bool):
        return "yes" if value else "no"
    return str(value).encode("utf-16", "surrogatepass").decode("utf-16", "replace")


def visible_column(values: pd.Series, clean: Callable[[str], str] = visible) -> pd.Series:
    """Give :func:`visible` of a whole column; only the few texts that need it are touched one by one."""
    text = as_text(values)
    pattern = _UNSAFE_RE2 if clean is visible else _UNSAFE_RE2[:-1] + "\\t\\r\\n\\x{2028}\\x{2029}]"
    found = contains(text, pattern)
    if not found.any():
        return text
    text = text.copy()
    text[found] = text[found].map(clean)
    return text


def contains(text: pd.Series, pattern: str) -> pd.Series:
    """Tell which values hold the RE2 pattern, by Arrow; missing holds nothing."""
    array = pa.array(text, type=pa.large_string(), from_pandas=True)
    found = pc.fill_null(pc.match_substring_regex(array, pattern), fill_value=False)
    return pd.Series(found.to_numpy(zero_copy_only=False), index=text.index, dtype=bool)


def money(amount: float) -> str:
    """Give dollars as they are written.

    >>> money(1234.5), money(-3.0)
    ('$1,234.50', '-$3.00')
    """
    rounded = round(float(amount), 2)
    return f"{'-' if rounded < 0 else ''}${abs(rounded):,.2f}"


def count(number: float) -> str:
    """Give a count with its thousands set apart; halves, as a median has them, are kept.

    >>> count(12345), count(7.5)
    ('12,345', '7.5')
    """
    return f"{number:,.1f}" if float(number) % 1 else f"{int(number):,}"


def plural(number: int, noun: str) -> str:
    """Give a number with its noun.

    >>> plural(1, "line"), plural(2000, "party"), plural(3, "match")
    ('1 line', '2,000 parties', '3 matches')
    """
    many = f"{noun[:-1]}ies" if noun.endswith("y") else f"{noun}es" if noun.endswith("ch") else f"{noun}s"
    return f"{count(number)} {noun if number == 1 else many}"


def day(moment: date | pd.Timestamp | str) -> str:
    """Give a date as U.S. Customs writes it.

    >>> day("2025-12-13")
    '12/13/2025'
    """
    return pd.Timestamp(moment).strftime("%m/%d/%Y")


def formatter(kind: str) -> Callable[[Any], str]:
    """Give the function that writes a value of a kind; a missing value is an empty text."""
    how: dict[str, Callable[..., str]] = {"money": money, "count": count, "days": count, "date": day}
    write = how.get(kind, str)
    return lambda value: "" if pd.isna(value) else write(value)
