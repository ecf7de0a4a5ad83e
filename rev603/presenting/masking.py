"""What is rendered shows no social security number; frames hold the full values.

Sources: a payee number may be a person's social security number (CBP Form 5106; 19 CFR 24.5). The
masked form ``XXX-XX-1234`` is that of 26 CFR 301.6109-4 (truncated taxpayer numbers).
"""

from __future__ import annotations

import difflib
import re
from typing import Literal, get_args

import pandas as pd

from rev603.identifiers import importer_number
from rev603.presenting.text import as_text
from rev603.vocabulary.headings import heading_key

__all__ = ["Mask", "check_mask", "mask_frame", "mask_text"]

Mask = Literal["none", "ssn", "all"]

# By heading_key, so that a column which we do not know ("Importer No.") is recognised by its heading.
_NUMBER_COLUMN = re.compile(
    r"payee(id|n|ir|imp)|importer(?!name)|^ir(no|num|id)|ssn|socialsec|tax(id|payer)|sibling\Z"
)
# An EIN or a number that CBP assigned, inside other text. An entry number (605-7607248-6) is neither.
_NUMBER_IN_TEXT = re.compile(
    r"(?<![0-9A-Za-z-])(?:[0-9]{2}-[0-9]{7}(?:[0-9A-Za-z]{2})?|[0-9]{6}-[0-9]{5})(?![0-9A-Za-z-])"
)
_ALL_BUT_FOUR = re.compile(r"[0-9A-Za-z](?=(?:[^0-9A-Za-z]*[0-9A-Za-z]){4})")


def check_mask(mask: str) -> Mask:
    """Give the masking that is asked for, or say what there is.

    Raises
    ------
    ValueError
        There is no such masking.

    Examples
    --------
    >>> check_mask("snn")
    Traceback (most recent call last):
    ValueError: mask must be 'none', 'ssn' or 'all', not 'snn'. Did you mean 'ssn'?
    """
    options = get_args(Mask)
    for option in options:
        if option == mask:
            return option  # type: ignore[no-any-return] # get_args gives Any
    near = difflib.get_close_matches(str(mask).casefold(), options, n=1)
    hint = f" Did you mean {near[0]!r}?" if near else ""
    raise ValueError(f"mask must be 'none', 'ssn' or 'all', not {mask!r}.{hint}")


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
    hidden = importer_number.mask(text, nine_digits=False)
    return _NUMBER_IN_TEXT.sub(_hide, hidden) if mask == "all" else hidden


def mask_frame(frame: pd.DataFrame, mask: Mask = "ssn") -> pd.DataFrame:
    """Mask payee numbers in every text column of a frame; the frame itself stays as it is.

    Parameters
    ----------
    frame
        Any frame. Columns of payee or importer numbers are known by their names, also in other spellings.
    mask
        ``"ssn"``: what looks like a social security number, ``NNN-NN-NNNN`` in any text and nine bare digits
        in a column of payee numbers. ``"all"``: every payee number, all but its last four characters.
        ``"none"``: nothing.

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
    if check_mask(mask) == "none":
        return frame
    masked = frame.copy(deep=False)
    for position, name in enumerate(frame.columns):
        values = frame.iloc[:, position]
        holds_numbers = _NUMBER_COLUMN.search(heading_key(str(name))) is not None
        if _is_text(values) or (holds_numbers and pd.api.types.is_integer_dtype(values.dtype)):
            masked.isetitem(position, _masked(values, mask, holds_numbers).array)
    return masked


def _is_text(values: pd.Series) -> bool:
    return not (
        pd.api.types.is_numeric_dtype(values.dtype)
        or pd.api.types.is_bool_dtype(values.dtype)
        or pd.api.types.is_datetime64_any_dtype(values.dtype)
    )


def _masked(values: pd.Series, mask: Mask, holds_numbers: bool) -> pd.Series:
    text = importer_number.mask_column(as_text(values), nine_digits=holds_numbers)
    if mask == "all":
        # over the different values only: a payee stands on many lines
        seen = pd.Series(text.dropna().unique(), dtype="str")
        hidden = seen.map(_hide_whole if holds_numbers else lambda each: mask_text(each, mask="all"))
        text = text.map(dict(zip(seen, hidden, strict=True))).astype("str")
    return text


def _hide(found: re.Match[str]) -> str:
    return _hide_whole(found.group())


def _hide_whole(number: str) -> str:
    return _ALL_BUT_FOUR.sub("X", number)
