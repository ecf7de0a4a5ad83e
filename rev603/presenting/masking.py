"""What is rendered shows no social security number; frames hold the full values.

Sources: a payee number may be a person's social security number (CBP Form 5106; 19 CFR 24.5). The
masked form ``XXX-XX-1234`` is that of 26 CFR 301.6109-4 (truncated taxpayer numbers). What a person's
number looks like is decided in one place, :mod:`rev603.safe_text`.
"""

from __future__ import annotations

import re
from functools import partial
from typing import Any, Literal, cast, get_args

import pandas as pd

from rev603.errors import check_choice, no_frame
from rev603.presenting.text import as_text, contains
from rev603.safe_text import hide_digits, hide_persons
from rev603.vocabulary.headings import heading_key

Mask = Literal["none", "ssn", "all"]

# By heading_key, so that a column which we do not know ("Importer No.") is recognized by its heading.
_NUMBER_COLUMN = re.compile(
    r"payee(id|n|ir|imp)|importer(?!name)|^ir(no|num|id)|ssn|socialsec|tax(id|payer)|sibling\Z"
)
# An EIN or a number that CBP assigned, inside other text. An entry number (605-7607248-6) is neither.
_NUMBER_IN_TEXT = re.compile(
    r"(?<![0-9A-Za-z-])(?:[0-9]{2}-[0-9]{7}(?:[0-9A-Za-z]{2})?|[0-9]{6}-[0-9]{5})(?![0-9A-Za-z-])"
)
# Only texts with something like a person's number in them are looked at one by one. RE2 takes each pattern in anew
# for each column, and a class of all that is no letter and no number alone costs it 2.5 ms: plain characters do.
_PERHAPS = r"\pN{3}[^0-9A-Za-z]+\pN{2}[^0-9A-Za-z]+\pN|(?i:ssn|s\.s\.n|social security)"
_PERHAPS_A_PAYEE = r"\pN"


def check_mask(mask: object) -> Mask:
    """Give the masking that is asked for, or say what there is."""
    check_choice("mask", mask, *get_args(Mask))
    return cast("Mask", mask)


def mask_text(text: str, *, mask: Mask = "ssn") -> str:
    """Mask the numbers inside a text.

    Parameters
    ----------
    text
        Any text; what is not a number in it stays.
    mask
        ``"ssn"``: social security numbers. ``"all"``: also every payee number that its hyphens show to be
        one, all but its last four characters. ``"none"``: nothing.

    Examples
    --------
    >>> mask_text("paid to 000-12-3456 and 98-765432100")
    'paid to XXX-XX-3456 and 98-765432100'
    >>> mask_text("paid to 000-12-3456 and 98-765432100", mask="all")
    'paid to XXX-XX-3456 and XX-XXXXX2100'
    """
    if check_mask(mask) == "none":
        return text
    hidden = hide_persons(text)
    return _NUMBER_IN_TEXT.sub(lambda found: hide_digits(found.group()), hidden) if mask == "all" else hidden


def mask_frame(frame: pd.DataFrame, mask: Mask = "ssn") -> pd.DataFrame:
    """Return a frame with the payee numbers in its text columns and headings masked; ``frame`` stays as it is.

    Parameters
    ----------
    frame
        Any frame. Columns of payee or importer numbers are known by their names, also in other spellings.
    mask
        ``"ssn"``: ``NNN-NN-NNNN`` in any text, and in a column of payee numbers whatever has 7 to 9 digits
        and is no well-formed EIN or number that CBP assigned. ``"all"``: every payee number, all but its last
        four characters. ``"none"``: nothing.

    Returns
    -------
    pandas.DataFrame
        The same columns and lines, without ``.attrs``: pandas writes these into Parquet files as they are.

    Raises
    ------
    ValueError
        There is no such masking.

    Examples
    --------
    >>> frame = pd.DataFrame({"payee_id": ["000-12-3456", "98-765432100", "000123456"]})
    >>> mask_frame(frame)["payee_id"].tolist()
    ['XXX-XX-3456', '98-765432100', 'XXXXX3456']
    >>> mask_frame(frame, mask="all")["payee_id"].tolist()
    ['XXX-XX-3456', 'XX-XXXXX2100', 'XXXXX3456']
    """
    if not isinstance(frame, pd.DataFrame):
        raise no_frame(frame)
    if check_mask(mask) == "none":
        return frame
    masked = frame.copy(deep=False)
    masked.attrs = {}
    for position, name in enumerate(frame.columns):
        values = frame.iloc[:, position]
        holds_numbers = _NUMBER_COLUMN.search(heading_key(str(name))) is not None
        if _is_text(values) or (holds_numbers and pd.api.types.is_integer_dtype(values.dtype)):
            masked.isetitem(position, _masked(values, mask, holds_numbers).array)
    names: list[Any] = list(frame.columns)
    headings = [mask_text(name, mask=mask) if isinstance(name, str) else name for name in names]
    for place, name in enumerate(headings):  # two that differ in what is hidden stay two
        if name in headings[:place] and name != names[place]:
            headings[place] = f"{name} ({place + 1})"
    masked.columns = pd.Index(headings, dtype=frame.columns.dtype, name=frame.columns.name)
    return masked


def _is_text(values: pd.Series) -> bool:
    dates = pd.api.types.is_datetime64_any_dtype(values.dtype)
    return not (dates or pd.api.types.is_numeric_dtype(values.dtype))  # yes and no are numbers too


def _masked(values: pd.Series, mask: Mask, holds_numbers: bool) -> pd.Series:
    """Return a column masked, asking once for each different text that may hold a number."""
    text = as_text(values)
    hide = partial(hide_persons, payee=True) if holds_numbers else partial(mask_text, mask=mask)
    pattern = _PERHAPS_A_PAYEE if holds_numbers else _PERHAPS
    perhaps = text.notna() if mask == "all" else contains(text, pattern)
    if not perhaps.any():
        return text
    codes, seen = pd.factorize(text[perhaps])
    hidden = [hide_digits(hide(each)) if holds_numbers and mask == "all" else hide(each) for each in seen]
    text = text.copy()
    text[perhaps] = pd.Series(hidden, dtype="str").to_numpy()[codes]
    return text


#: The public name: ``rev603.mask(frame)``.
mask = mask_frame
