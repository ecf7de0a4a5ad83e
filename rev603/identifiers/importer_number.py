r"""Importer numbers: who is the payee, as CBP knows it.

An importer-of-record number has one of three forms (CBP Form 5106, 19 CFR 24.5):

======================  ==========================================================  =========
form                    what it is                                                  ``kind``
======================  ==========================================================  =========
``NN-NNNNNNN``          employer identification number of the Internal Revenue      ``"irs"``
                        Service, without suffix (which means suffix ``00``)
``NN-NNNNNNNXX``        the same with a suffix of two letters or digits             ``"irs"``
``NNN-NN-NNNN``         social security number: personal, see :func:`mask`          ``"ssn"``
``YYDDPP-NNNNN``        assigned by CBP: year, district and port, serial            ``"cbp"``
======================  ==========================================================  =========

The hyphens are part of the number: they alone tell an EIN from a social security number. So they
stay in the compact form, and bare digits (nine: EIN or SSN; eleven: EIN with suffix, or assigned by
CBP) are well formed but of no kind. Nothing is guessed. There is no check digit.

>>> kind("98-7654321AB"), kind("000-12-3456"), kind("262704-00017")
('irs', 'ssn', 'cbp')
>>> kind("987654321") is None, is_valid("987654321")
(True, True)
>>> validate("98-76543210")
Traceback (most recent call last):
  ...
rev603.errors.IdentifierError: This is not an importer number: 'XX-XXXX3210'.
  why: it has none of the forms NN-NNNNNNN, NN-NNNNNNNXX, NNN-NN-NNNN, YYDDPP-NNNNN
  what to do: compare it with the payee's CBP Form 5106; ...
>>> base("98-7654321AB"), suffix("98-7654321AB")
('98-7654321', 'AB')
>>> mask("paid to 000-12-3456"), mask("000123456"), mask("98-7654321")
('paid to XXX-XX-3456', 'XXXXX3456', '98-7654321')

Every function has a column form, which takes and gives whole pandas columns:

>>> import pandas as pd
>>> column = pd.Series(["98-7654321", "000-12-3456", None], dtype="str")
>>> kind_column(column).tolist()
['irs', 'ssn', nan]
>>> column = pd.Series(["98-7654321 ab", None], dtype="str")
>>> [of(column).tolist() for of in (compact_column, format_column, base_column, suffix_column)]
[['98-7654321AB', nan], ['98-7654321AB', nan], ['98-7654321', nan], ['AB', nan]]
"""

from __future__ import annotations

import re
import string
from functools import partial
from typing import Any, Literal

import pandas as pd

from rev603._columns import arrow_text, by_distinct, column_form, like
from rev603.errors import IdentifierError
from rev603.safe_text import DASHES, hide_persons

Kind = Literal["irs", "ssn", "cbp"]

_KINDS: dict[Kind, str] = {
    # without its hyphen, an EIN is one only where a letter in the suffix says so
    "irs": "[0-9]{2}-[0-9]{7}([0-9A-Z]{2})?|[0-9]{9}([A-Z][0-9A-Z]|[0-9][A-Z])",
    "ssn": "[0-9]{3}-[0-9]{2}-[0-9]{4}",
    "cbp": "[0-9]{6}-[0-9]{5}",
}
_BARE = "[0-9]{9}|[0-9]{11}"
_WELL_FORMED = re.compile("|".join([*_KINDS.values(), _BARE]))

_CLEAN = str.maketrans(string.ascii_lowercase + DASHES, string.ascii_uppercase + "-" * len(DASHES), " \u00a0")
_WHY_NOT = "it has none of the forms NN-NNNNNNN, NN-NNNNNNNXX, NNN-NN-NNNN, YYDDPP-NNNNN"
_NO_VALUE = "there is no value"


def compact(text: str) -> str:
    """Return the text without spaces, in capitals, with every dash as a hyphen. The hyphens stay.

    Raises
    ------
    IdentifierError
        If ``text`` is not text.

    Examples
    --------
    >>> compact("000 - 12 - 3456")
    '000-12-3456'
    """
    if not isinstance(text, str):
        raise IdentifierError(
            "An importer number is text.",
            why=f"this is {type(text).__name__}",
            what_to_do="read the column as text, so that leading zeros and hyphens stay",
        )
    return text.translate(_CLEAN)


def validate(text: str) -> str:
    """Return the compact form of a well-formed importer number.

    Raises
    ------
    IdentifierError
        If it is not one. The message shows no more than the last four characters.

    Examples
    --------
    >>> validate("98-7654321ab")
    '98-7654321AB'
    """
    number = compact(text)
    if not _WELL_FORMED.fullmatch(number):
        shown = number[:16]
        hidden = re.sub("[0-9A-Z]", "X", shown[:-4]) + shown[-4:]
        raise IdentifierError(
            f"This is not an importer number: {hidden!r}.",
            why=_WHY_NOT if number else _NO_VALUE,
            what_to_do="compare it with the payee's CBP Form 5106; spreadsheets take zeros and hyphens away",
        )
    return number


def is_valid(text: object) -> bool:
    """Return whether a value is a well-formed importer number; never raises.

    Examples
    --------
    >>> is_valid("98-7654321"), is_valid("98-7654321" + chr(10)), is_valid(None)
    (True, False, False)
    """
    return isinstance(text, str) and _WELL_FORMED.fullmatch(compact(text)) is not None


def kind(text: object) -> Kind | None:
    """Return what an importer number is: ``"irs"``, ``"ssn"``, ``"cbp"``, or None where it does not say.

    Examples
    --------
    >>> kind("98-7654321"), kind("98765432100"), kind("987654321A1")
    ('irs', None, 'irs')
    """
    if isinstance(text, str):
        number = compact(text)
        for name, pattern in _KINDS.items():
            if re.fullmatch(pattern, number):
                return name
    return None


def format(text: str) -> str:  # noqa: A001 - the name that identifier modules give it everywhere
    """Return the form that CBP prints: an EIN with its suffix, ``00`` where none is given.

    Whatever is not surely an EIN stays as it is, compact where it is well formed.

    Examples
    --------
    >>> format("98-7654321"), format("987654321a1"), format("000-12-3456"), format("n/a")
    ('98-765432100', '98-7654321A1', '000-12-3456', 'n/a')
    """
    if kind(text) == "irs":
        return f"{base(text)}{suffix(text)}"
    number = compact(text)
    return number if _WELL_FORMED.fullmatch(number) else text


def base(text: object) -> str | None:
    """Return an EIN without its suffix: payees with the same base are siblings. None where no EIN is certain.

    Examples
    --------
    >>> base("98-7654321AB") == base("98-7654321"), base("000-12-3456")
    (True, None)
    """
    if isinstance(text, str) and kind(text) == "irs":
        number = compact(text).replace("-", "")
        return f"{number[:2]}-{number[2:9]}"
    return None


def suffix(text: object) -> str | None:
    """Return the two characters behind an EIN, ``00`` where there are none; None where no EIN is certain.

    CBP enrolls a bank account for the number *and* its suffix (CBP Form 5106), so suffixes matter.

    Examples
    --------
    >>> suffix("98-765432101"), suffix("98-7654321"), suffix("987654321")
    ('01', '00', None)
    """
    if isinstance(text, str) and kind(text) == "irs":
        return compact(text).replace("-", "")[9:] or "00"
    return None


def mask(text: str, *, nine_digits: bool = True) -> str:
    """Return the text with social security numbers hidden, all but their last four digits (26 CFR 301.6109-4).

    Parameters
    ----------
    text
        Any text.
    nine_digits
        The text is a payee number, so masking closes when in doubt: what has 7 to 9 digits, however they are
        set apart, and is no well-formed EIN or number that CBP assigned is hidden. Turn it off for other
        text: there ``NNN-NN-NNNN`` with any dashes is hidden, where it is no part of a longer number.

    Examples
    --------
    >>> mask("Payee 000-12-3456, see 666-45-6789")
    'Payee XXX-XX-3456, see XXX-XX-6789'
    >>> mask("000123456"), mask("000123456", nine_digits=False)
    ('XXXXX3456', '000123456')
    """
    if not isinstance(text, str):
        raise IdentifierError(f"This is {type(text).__name__}, and no text.", what_to_do="pass text")
    return hide_persons(text, payee=nine_digits)


compact_column = column_form(compact)
format_column = column_form(format)
kind_column = column_form(kind)
base_column = column_form(base)
suffix_column = column_form(suffix)


def validate_column(column: pd.Series[str]) -> pd.Series[str]:
    """Return of each value why it is not an importer number; missing where it is one.

    Examples
    --------
    >>> import pandas as pd
    >>> validate_column(pd.Series(["98-7654321", None], dtype="str")).tolist()
    [nan, 'there is no value']
    """
    return by_distinct(column, _why_not, missing="")


def is_valid_column(column: pd.Series[Any]) -> pd.Series[bool]:
    """Return :func:`is_valid` of a whole column: False where missing, and for whatever is not text.

    Examples
    --------
    >>> import pandas as pd
    >>> is_valid_column(pd.Series(["98-7654321", "98-76543", None], dtype="str")).tolist()
    [True, False, False]
    """
    texts = like(arrow_text(column, anything=True), column)
    return texts.isin([text for text in texts.dropna().unique() if is_valid(text)])


def mask_column(column: pd.Series[str], *, nine_digits: bool = True) -> pd.Series[str]:
    """Return :func:`mask` of a whole column; missing stays missing.

    Examples
    --------
    >>> import pandas as pd
    >>> mask_column(pd.Series(["000-12-3456", "98-7654321", None], dtype="str")).tolist()
    ['XXX-XX-3456', '98-7654321', nan]
    """
    return by_distinct(column, partial(mask, nine_digits=nine_digits))


def _why_not(text: str) -> str | None:
    return None if is_valid(text) else _WHY_NOT if compact(text) else _NO_VALUE
