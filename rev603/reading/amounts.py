"""Amounts: text to whole cents, a column at once, with a strict grammar.

Accepted: ``$1,234.56`` ``1234.5`` ``-1,234.56`` ``1,234.56-`` ``(1,234.56)`` ``$-`` ``-$5`` ``USD 5.00``, and the
binary tail of a spreadsheet's own arithmetic (``1234.1000000000001``). Refused: fractions of a cent,
``1e3``, ``nan``, wrong thousands groups, anything over 90 trillion dollars, and ``100.00 CR``: a credit may be
the payee's or the Government's.
"""

from __future__ import annotations

import re
from decimal import Decimal

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc

from rev603._columns import Mask, Numbers, as_mask, is_valid
from rev603._short import Short

_DIGITS = r"(?:[0-9]{1,15}|[0-9]{1,3}(?:,[0-9]{3}){1,4})"
_USUAL = rf"\A(?:-?\$?|\$-){_DIGITS}(?:\.[0-9]{{0,2}})?\z"
_ANY = Short(
    rf"(?:(?:USD|US\$|\$)(?=\())?(?P<open>\()?(?P<sign>[-−–+])?(?:USD|US\$|\$)?(?P<inner>[-−–])?"
    rf"(?P<digits>{_DIGITS})?(?P<cents>\.[0-9]*)?(?:USD(?=\)))?(?P<close>\))?(?P<trail>-)?(?:USD)?",
    re.ASCII,
)
#: Spaces, but not those between figures: two figures in one cell are no amount.
_SPACES = Short(r"(?<![0-9.,])\s+|\s+(?![0-9.,])")
_DASHES = frozenset({"$-", "-", "$--", "--", "–", "$–"})
#: From so many decimals on a tail is binary noise of a spreadsheet, not a fraction of a cent.
_NOISE_DECIMALS = 9
_LARGEST_CENTS = 9 * 10**15


def parse_amounts(column: pa.ChunkedArray) -> tuple[Numbers, Mask, Mask]:
    """Read a column of amounts: whole cents, 0 where there is none; where one stands; where something else stands."""
    text = column.combine_chunks()
    present = is_valid(text)
    usual = pc.match_substring_regex(text, _USUAL)
    plain = pc.replace_substring(pc.replace_substring(pc.if_else(usual, text, "0"), "$", ""), ",", "")
    dollars = np.asarray(pc.fill_null(pc.cast(plain, pa.float64()), 0.0))
    within = np.abs(dollars) < _LARGEST_CENTS / 100
    cents = np.rint(np.where(within, dollars, 0.0) * 100).astype(np.int64)
    filled = as_mask(usual) & within
    rest = np.flatnonzero(present & ~filled)
    if len(rest):
        encoded = text.take(pa.array(rest)).dictionary_encode()
        values = pa.array([amount_in_cents(value) for value in encoded.dictionary.to_pylist()], pa.int64())
        read = values.take(encoded.indices)
        cents[rest], filled[rest] = pc.fill_null(read, 0), is_valid(read)
    return cents, filled, present & ~filled


def amount_in_cents(text: str) -> int | None:
    """Read one amount; None where it is none.

    >>> [amount_in_cents(text) for text in ("(1,234.50)", "12.00-", "$-", "1234.1000000000001", "1e3", "0.005", "1,23")]
    [-123450, -1200, 0, 123410, None, None, None]
    """
    compact = _SPACES.sub("", text)
    if compact in _DASHES:
        return 0
    found = _ANY.fullmatch(compact)
    if not found or not (found["digits"] or (found["cents"] or ".") != "."):
        return None
    minus = [name for name in ("open", "sign", "inner", "trail") if (found[name] or "+") != "+"]
    if bool(found["open"]) != bool(found["close"]) or len(minus) > 1:
        return None
    exact = Decimal((found["digits"] or "0").replace(",", "") + (found["cents"] or "")) * 100
    nearest = exact.to_integral_value()
    decimals = len(found["cents"] or ".") - 1
    if exact != nearest and (decimals < _NOISE_DECIMALS or abs(exact - nearest) > Decimal("0.0001")):
        return None
    if nearest >= _LARGEST_CENTS:
        return None
    return -int(nearest) if minus else int(nearest)
