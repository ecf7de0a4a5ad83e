r"""Entry numbers: ``XXX-NNNNNNN-C``, filer code, serial number, check digit.

The filer code has three letters or digits, the serial seven digits. The check digit is that of ACE's
CATAIR: letters become digits (A to I 1 to 9, J to R 1 to 9, S to Z 2 to 9), then it is plain Luhn over
the ten characters. Some web pages teach a variant with weight 3: it is wrong.

>>> validate("myk 2800086 4")
'MYK28000864'
>>> check_digit("ABC1234567"), check_digit("9999999999")
('6', '0')
>>> is_valid("605-7606934-2"), is_valid("605-7606943-2"), is_valid("605-7606934-2" + chr(10)), is_valid(None)
(True, False, False, False)
>>> validate("MYK-2800086-5")
Traceback (most recent call last):
  ...
rev603.errors.IdentifierError: This is not an entry number: 'MYK-2800086-5'.
  why: its check digit is not 4
  what to do: compare it with the entry summary, digit by digit

Every function has a column form, which takes and gives whole pandas columns:

>>> import pandas as pd
>>> column = pd.Series(["MYK-2800086-4", "SP7-0000001-5", "PROTEST 12", None], dtype="str")
>>> validate_column(column).tolist()
[nan, 'its check digit is not 4', 'it is not 3 letters or digits and then 8 digits', 'there is no value']
>>> format_column(compact_column(column)).tolist()
['MYK-2800086-4', 'SP7-0000001-5', 'PROTEST12', nan]
"""

from __future__ import annotations

import re
import string
from typing import Any

import numpy as np
import pandas as pd
import pyarrow as pa
import pyarrow.compute as pc
from numpy.typing import NDArray

from rev603._columns import ARROW, arrow_text, by_distinct, column_form, matrix, one_array, stripped
from rev603.errors import IdentifierError
from rev603.identifiers.importer_number import mask
from rev603.safe_text import DASHES

_SHAPE = re.compile("[0-9A-Z]{3}[0-9]{8}")
_BASE = re.compile("[0-9A-Z]{3}[0-9]{7}")
_CLEAN = str.maketrans(string.ascii_lowercase, string.ascii_uppercase, f" \u00a0{DASHES}")
_DIGIT_OF = {digit: int(digit) for digit in string.digits} | {
    letter: value
    for letters, first in (("ABCDEFGHI", 1), ("JKLMNOPQR", 1), ("STUVWXYZ", 2))
    for value, letter in enumerate(letters, start=first)
}

_NOT_THE_SHAPE = "it is not 3 letters or digits and then 8 digits"
_NO_VALUE = "there is no value"
_WRONG_DIGIT = "its check digit is not {}"

#: More than the eleven weights of any well-formed number come to (at most 99).
_ILLEGAL = 100


def _weights() -> NDArray[np.uint16]:
    """Return what each byte adds to the sum at each of the 11 places; ``_ILLEGAL`` where it must not stand."""
    table = np.full((11, 256), _ILLEGAL, np.uint16)
    for place in range(11):
        for character, digit in _DIGIT_OF.items():
            if place < 3 or character in string.digits:
                doubled = digit * 2 - 9 * (digit > 4)
                table[place, ord(character)] = doubled if place % 2 else digit
    return table


_WEIGHTS = _weights()
#: A zero that a spreadsheet took away stood before digits only: with a letter it was text, and kept.
_WEIGHTS_OF_TEN_DIGITS = np.where(
    np.isin(np.arange(256), np.frombuffer(b"0123456789", np.uint8)), _WEIGHTS[1:], _ILLEGAL
)


def compact(text: str) -> str:
    """Return the text without spaces and hyphens, in capitals.

    Raises
    ------
    IdentifierError
        If ``text`` is not text: as a number, an entry number loses its leading zeros.

    Examples
    --------
    >>> compact(" sp7-0000001-4 ")
    'SP700000014'
    """
    if not isinstance(text, str):
        raise IdentifierError(
            "An entry number is text.",
            why=f"this is {type(text).__name__}",
            what_to_do="read the column as text, so that leading zeros stay",
        )
    return text.translate(_CLEAN)


def check_digit(base: str) -> str:
    """Return the check digit of the ten characters before it.

    Raises
    ------
    IdentifierError
        If it is not three letters or digits and then seven digits.

    Examples
    --------
    >>> check_digit("MYK-2800086")
    '4'
    """
    number = compact(base)
    if not _BASE.fullmatch(number):
        raise IdentifierError(
            f"No check digit for {_shown(base)}.",
            why="it is not 3 letters or digits and then 7 digits",
            what_to_do="give the filer code and the serial number, without the check digit",
        )
    return _check_digit(number)


def _check_digit(ten: str) -> str:
    return str(-sum(int(_WEIGHTS[place, ord(character)]) for place, character in enumerate(ten)) % 10)


def _reason(number: str) -> str | None:
    """Say why a compact number is not an entry number."""
    if not number:
        return _NO_VALUE
    if not _SHAPE.fullmatch(number):
        return _NOT_THE_SHAPE
    digit = _check_digit(number[:10])
    return None if digit == number[10] else _WRONG_DIGIT.format(digit)


def validate(text: str) -> str:
    """Return the compact form of an entry number whose check digit is right.

    Raises
    ------
    IdentifierError
        If it is none, saying why.

    Examples
    --------
    >>> validate("605-7598093-7")
    '60575980937'
    """
    number = compact(text)
    reason = _reason(number)
    if reason is not None:
        raise IdentifierError(
            f"This is not an entry number: {_shown(text)}.",
            why=reason,
            what_to_do="compare it with the entry summary, digit by digit",
        )
    return number


def is_valid(text: object) -> bool:
    """Return whether a value is an entry number with the right check digit; never raises.

    Examples
    --------
    >>> is_valid("SP7-0000001-4"), is_valid(60576072486)
    (True, False)
    """
    return isinstance(text, str) and _reason(compact(text)) is None


def format(text: str) -> str:  # noqa: A001 - the name that identifier modules give it everywhere
    """Return an entry number with its hyphens; whatever has another shape stays as it is.

    Examples
    --------
    >>> format("SP700000014"), format("PROTEST 12")
    ('SP7-0000001-4', 'PROTEST 12')
    """
    number = compact(text)
    return f"{number[:3]}-{number[3:10]}-{number[10]}" if _SHAPE.fullmatch(number) else text


def _shown(text: str) -> str:
    """Show a value in a message: short, and never a social security number that strayed into the column."""
    return repr(text[:40] if _SHAPE.fullmatch(compact(text)) else mask(text[:40]))


compact_column = column_form(compact)
format_column = column_form(format)


def check_digit_column(column: pd.Series[str]) -> pd.Series[str]:
    """Return :func:`check_digit` of each value of a column; missing where it is not ten characters of the right shape.

    Examples
    --------
    >>> import pandas as pd
    >>> check_digit_column(pd.Series(["MYK-2800086", "MYK"], dtype="str")).tolist()
    ['4', nan]
    """
    return by_distinct(
        column, lambda text: _check_digit(ten) if _BASE.fullmatch(ten := compact(text)) else None
    )


def validate_column(column: pd.Series[str]) -> pd.Series[str]:
    """Return of each value why it is not an entry number; missing where it is one.

    Examples
    --------
    >>> import pandas as pd
    >>> validate_column(pd.Series(["SP7-0000001-4", "SP7-0000001-7"], dtype="str")).tolist()
    [nan, 'its check digit is not 4']
    """
    return by_distinct(column, lambda text: _reason(compact(text)), missing="")


def is_valid_column(column: pd.Series[Any]) -> pd.Series[bool]:
    """Return :func:`is_valid` of a whole column: False where missing, and for whatever is not text.

    Examples
    --------
    >>> import pandas as pd
    >>> is_valid_column(pd.Series(["SP7-0000001-4", "SP7-0000001-7", None], dtype="str")).tolist()
    [True, False, False]
    """
    totals = _totals(stripped(arrow_text(column, anything=True), hyphens=True), _WEIGHTS)
    return pd.Series((totals < _ILLEGAL) & (totals % 10 == 0), index=column.index, name=column.name)


def parse_arrow(array: Any) -> tuple[Any, NDArray[np.bool_], NDArray[np.bool_]]:
    """Return the entry numbers among document numbers, a whole column at once.

    Parameters
    ----------
    array
        Arrow text (array or chunked array, any string type).

    Returns
    -------
    tuple
        * the compact entry number, null where the document is none;
        * whether its check digit is right (a wrong one is worth a warning, never a reason to drop a line;
          False also where there is no entry number);
        * whether a leading zero was restored: ten digits that pass the check with a zero before them have
          surely lost it. Ten digits that do not pass are no entry number.

    Examples
    --------
    >>> import pyarrow as pa
    >>> numbers, right, repaired = parse_arrow(pa.array(["605-7607248-6", "0000001234", "2130045111", None]))
    >>> numbers.to_pylist(), right.tolist(), repaired.tolist()
    (['60576072486', None, '02130045111', None], [True, False, True, False], [False, False, True, False])
    """
    numbers = stripped(one_array(array), hyphens=True)
    totals = _totals(numbers, _WEIGHTS)
    shaped = totals < _ILLEGAL
    of_ten = _totals(numbers, _WEIGHTS_OF_TEN_DIGITS)
    repaired = (of_ten < _ILLEGAL) & (of_ten % 10 == 0)
    if repaired.any():
        padded = pc.binary_join_element_wise(pa.scalar("0", ARROW), numbers, pa.scalar("", ARROW))
        numbers = pc.if_else(pa.array(repaired), padded, numbers)
    if not (shaped | repaired).all():
        numbers = pc.if_else(pa.array(shaped | repaired), numbers, pa.scalar(None, ARROW))
    return numbers, repaired | (shaped & (totals % 10 == 0)), repaired


def _totals(numbers: Any, weights: NDArray[np.uint16]) -> NDArray[np.int64]:
    """Return the Luhn sum of each compact number; ``_ILLEGAL`` or more where its shape is wrong."""
    fits = pc.fill_null(pc.equal(pc.binary_length(numbers), len(weights)), False).to_numpy(
        zero_copy_only=False
    )
    totals = np.full(len(numbers), _ILLEGAL, np.int64)
    letters = matrix(numbers, fits, len(weights))
    total = np.zeros(len(letters), np.uint16)
    for place, weight in enumerate(weights):
        total += weight[letters[:, place]]
    totals[fits] = total
    return totals
