"""One refund is one refund, however it is spelled, and is counted once, on whichever of its lines its amount is shown.

For the former, on every engine, the comparable form of each part of its key; for the latter, the line that bears the amount.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import Any

import narwhals as nw
import numpy as np
import pandas as pd

from rev603._columns import in_arrow

#: What makes refund lines of different reports the same refund of the same document.
KEY = ("payee_id", "refund_id", "document_number")

#: Lines of one file that are equal in these are one payment.
PAYMENT = ("refund_date", "refund_secondary_status", "check_or_trace_number", "total_refund_amount")

#: Whoever brings a frame has no column that begins like this, so that no name of ours meets one of theirs.
OWN = "__rev603_"
PAYEE_KEY, REFUND_KEY, DOCUMENT_KEY = IDENTITY = tuple(
    f"{OWN}{part}_key" for part in ("payee", "refund", "document")
)
_REFUND_FULL, _DOCUMENT_FULL = f"{OWN}refund_full", f"{OWN}document_full"
_DIGITS = f"{OWN}digits"

# Spelled out, because `\s`, `\w` and `\p` mean something else to each engine's regular expressions.
SPACING = "".join(chr(code) for code in range(0x3001) if chr(code).isspace()) + "\u200b\ufeff"
DASHES = "\u00ad\u2010\u2011\u2012\u2013\u2014\u2015\u2212\ufe58\ufe63\uff0d"

_EIN = "^[0-9]{2}-[0-9]{7}$"
_EIN_WITH_SUFFIX = "^[0-9]{2}-[0-9]{7}[0-9A-Z]{2}$"
#: Without its hyphen, an EIN is certain only where a letter in the suffix says so.
_EIN_WITH_LETTER = "^[0-9]{9}(?:[A-Z][0-9A-Z]|[0-9][A-Z])$"
_HYPHENS_ELSEWHERE = "^(?:[0-9]{3}-[0-9]{2}-[0-9]{4}|[0-9]{6}-[0-9]{5})$"
_BARE = "^[0-9]{8,11}$"
#: One space, of whatever width, just where the hyphens are.
_SPACED = (
    "^ *(?:[0-9]{2} [0-9]{7}(?:[0-9A-Za-z]{2})?|[0-9]{3} [0-9]{2} [0-9]{4}|[0-9]{6} [0-9]{5}) *$".replace(
        " ", f"[{SPACING}]"
    )
)


def with_identity(frame: Any) -> Any:
    """Return the frame with a comparable text for each part of the key: ``PAYEE_KEY REFUND_KEY DOCUMENT_KEY``.

    Lines are of the same refund and document where all three are equal. Columns that the frame lacks are left out;
    missing, and text of nothing but spaces, is ``""``, which equals itself only. A frame that has all three stays
    as it is: its lines were compared before, perhaps among more than these.

    Parameters
    ----------
    frame
        An open narwhals frame of any engine, eager or lazy, with columns of ``payee_id refund_id document_number``.

    Notes
    -----
    Spacing, case, the kind of dash and a trailing ``.0`` never matter; a space in the hyphen's place is one. Beyond that:

    * *Payee.* ``NN-NNNNNNN`` is suffix ``00``; 11 characters with a letter in the suffix are an EIN without its
      hyphen. Bare digits (8 or 10 have lost a zero) may be an EIN, a social security number or a number that CBP
      assigned: they are taken for the one hyphenated number of the frame that has these digits, and for a number
      of their own where there is none, or more than one. Two hyphenated numbers are never the same.
    * *Document.* Hyphens do not matter, nor do leading zeros where it is all digits.
    * *Refund.* Leading zeros of an all-digit number do not matter: as payee and document are part of the key, two
      Refund IDs that differ in nothing else are one refund only for the same payee and document.
    * Where *one file* shows both spellings of a Refund ID (or of a document) for what would be one key, they are
      two: zeros are lost by whole files. They then stay two in every file.

    Examples
    --------
    >>> frame = pd.DataFrame({"payee_id": ["98-7654321", "98765432100"], "refund_id": ["0000123", "123.0"],
    ...     "document_number": ["605-7607248-6", "60576072486"], "source_file": ["a.csv", "b.csv"]})
    >>> with_identity(nw.from_native(frame)).to_native()[list(IDENTITY)].drop_duplicates().values.tolist()
    [['98-765432100', '123', '60576072486']]
    """
    names = frame.collect_schema().names()
    if set(IDENTITY) <= set(names):
        return frame
    ways = zip(KEY, IDENTITY, (_with_payee, _with_refund, _with_document), strict=True)
    made = [each for each in ways if each[0] in names]
    if isinstance(frame, nw.DataFrame) and frame.implementation.is_pandas():
        native = frame.to_native()
        found = [_by_distinct_values(native[name], make) for name, _, make in made]
        # fewer keys than values: some value has several spellings, and one file may show two of them
        apart = any(not keys[key].is_unique for (_, key, _), (_, keys) in zip(made, found, strict=True))
        wanted = [*IDENTITY, *(_FULL if apart else ())]
        columns = [keys.filter(wanted).take(codes).set_axis(native.index) for codes, keys in found]
        frame = nw.from_native(native.assign(**pd.concat(columns, axis=1)))
    else:
        for *_, make in made:
            frame = make(frame)
        apart = True
    return _apart_in_one_file(frame) if apart and len(made) == len(KEY) else _without(frame, _FULL)


_FULL = (_REFUND_FULL, _DOCUMENT_FULL)


def plain(frame: Any) -> Any:
    """Return the frame without the columns of :func:`with_identity`."""
    return _without(frame, IDENTITY)


def _without(frame: Any, columns: Sequence[str]) -> Any:
    names = frame.collect_schema().names()
    return frame.drop(*(name for name in columns if name in names))


def _compact(column: str) -> nw.Expr:
    """Give an identifier without spacing, in capitals, with plain hyphens and without a number's ``.0``."""
    text = nw.col(column).cast(nw.String).fill_null("").str.replace_all(f"[{SPACING}]+", "")
    text = text.str.to_uppercase().str.replace_all(f"[{DASHES}]", "-")
    whole = text.str.replace_all(r"\.0+$", "")
    return nw.when(text.str.contains(r"^[0-9]+\.0+$")).then(whole).otherwise(text)


def _without_zeros(column: str) -> nw.Expr:
    text = nw.col(column)
    short = text.str.replace_all("^0+", "")
    digits = text.str.contains("^[0-9]*[1-9][0-9]*$")  # nothing but zeros stays as it is
    return nw.when(digits).then(short).otherwise(text)


def _with_refund(frame: Any) -> Any:
    frame = frame.with_columns(_compact("refund_id").alias(_REFUND_FULL))
    return frame.with_columns(_without_zeros(_REFUND_FULL).alias(REFUND_KEY))


def _with_document(frame: Any) -> Any:
    bare = _compact("document_number").str.replace_all("-", "", literal=True)
    frame = frame.with_columns(bare.alias(_DOCUMENT_FULL))
    return frame.with_columns(_without_zeros(_DOCUMENT_FULL).alias(DOCUMENT_KEY))


def _with_payee(frame: Any) -> Any:
    text, digits = nw.col(PAYEE_KEY), nw.col(PAYEE_KEY).str.replace_all("-", "", literal=True)
    joined = nw.concat_str(text.str.slice(0, 2), nw.lit("-"), text.str.slice(2))
    spelled = nw.when(text.str.contains(_EIN)).then(nw.concat_str(text, nw.lit("00"))).otherwise(text)
    spelled = nw.when(text.str.contains(_EIN_WITH_LETTER)).then(joined).otherwise(spelled)
    length = digits.str.len_chars()
    lost = text.str.contains(_BARE) & ((length == 8) | (length == 10))
    zero = nw.when(lost).then(nw.lit("0")).otherwise(nw.lit(""))
    suffix = nw.when(length <= 9).then(nw.lit("00")).otherwise(nw.lit(""))
    number = nw.concat_str(zero, digits, suffix)
    hyphenated = text.str.contains(_EIN_WITH_SUFFIX) | text.str.contains(_HYPHENS_ELSEWHERE)
    sure = nw.when(hyphenated).then(text)
    of_digits = (nw.col(f"{_DIGITS}_sure").min().over(_DIGITS), nw.col(f"{_DIGITS}_sure").max().over(_DIGITS))
    only = nw.when(nw.col(f"{_DIGITS}_first") == nw.col(f"{_DIGITS}_last")).then(nw.col(f"{_DIGITS}_first"))
    bare = nw.when(text.str.contains(_BARE)).then(only.fill_null(nw.col(_DIGITS))).otherwise(text)
    raw = nw.col("payee_id").cast(nw.String).fill_null("")
    hyphens = raw.str.replace_all(f"^[{SPACING}]+|[{SPACING}]+$", "").str.replace_all(f"[{SPACING}]", "-")
    spaced = nw.when(raw.str.contains(_SPACED)).then(hyphens).otherwise(raw)
    return (
        frame.with_columns(spaced.alias(PAYEE_KEY))
        .with_columns(_compact(PAYEE_KEY).alias(PAYEE_KEY))
        .with_columns(spelled.alias(PAYEE_KEY))
        .with_columns(number.alias(_DIGITS), sure.alias(f"{_DIGITS}_sure"))
        .with_columns(of_digits[0].alias(f"{_DIGITS}_first"), of_digits[1].alias(f"{_DIGITS}_last"))
        .with_columns(bare.alias(PAYEE_KEY))
        .drop(_DIGITS, f"{_DIGITS}_sure", f"{_DIGITS}_first", f"{_DIGITS}_last")
    )


def _apart_in_one_file(frame: Any) -> Any:
    """Let the full spellings stand where one file shows two of them for what would be one key."""
    names = frame.collect_schema().names()
    file = [name for name in ("source_file", "report_date") if name in names]
    both = nw.concat_str(nw.col(_REFUND_FULL), nw.lit(" "), nw.col(_DOCUMENT_FULL))
    differs = nw.col(f"{OWN}first") != nw.col(f"{OWN}last")
    apart = nw.col(f"{OWN}apart").max().over(*IDENTITY) == 1
    return (
        frame.with_columns(both.alias(f"{OWN}both"))
        .with_columns(
            nw.col(f"{OWN}both").min().over(*IDENTITY, *file).alias(f"{OWN}first"),
            nw.col(f"{OWN}both").max().over(*IDENTITY, *file).alias(f"{OWN}last"),
        )
        .with_columns(nw.when(differs).then(1).otherwise(0).alias(f"{OWN}apart"))
        .with_columns(apart.alias(f"{OWN}apart"))
        .with_columns(
            nw.when(nw.col(f"{OWN}apart")).then(nw.col(full)).otherwise(nw.col(key)).alias(key)
            for key, full in ((REFUND_KEY, _REFUND_FULL), (DOCUMENT_KEY, _DOCUMENT_FULL))
        )
        .drop(*_FULL, *(f"{OWN}{name}" for name in ("both", "first", "last", "apart")))
    )


def _by_distinct_values(column: pd.Series[Any], make: Callable[[Any], Any]) -> tuple[Any, pd.DataFrame]:
    """Look each different value up once: give each line's place among them, and the columns made of them."""
    codes, values = pd.factorize(column, use_na_sentinel=False)
    lines = pd.DataFrame({column.name: pd.Series(values).astype("str")})
    return codes, make(in_arrow(lines)).drop(str(column.name)).to_pandas()


def one_bearer(lines: pd.DataFrame, *, file: Any, refund: Sequence[str], document: str) -> pd.Series[Any]:
    """Return the amounts, each refund's borne by the same document in all files, one that each lists if there is one.

    Otherwise a document that is no longer listed would keep the amount, and another would have it too.

    Parameters
    ----------
    lines
        Lines of files that show a refund's amount on each of its documents: ``amount`` and :data:`PAYMENT`.
    file
        Which file each line is of.
    refund, document
        The columns that name a refund, and a document of it.
    """
    paid = lines[[*refund, *PAYMENT, document, "amount"]].assign(file=file)
    same = paid.groupby([*refund, "total_refund_amount"], dropna=False, sort=False).ngroup()
    payment = paid.groupby(["file", *refund, *PAYMENT], dropna=False, sort=False).ngroup()
    files = paid["file"].groupby(same).transform("nunique")
    listed = paid["file"].groupby([same, paid[document]], dropna=False).transform("nunique")
    chosen = paid[document].where(listed == files).groupby(same).transform("min")
    bearing = (paid["amount"].fillna(0) != 0).groupby(payment).transform("sum") == 1
    bearer = (paid[document] == chosen) & chosen.notna()
    movable = bearing & (bearer.groupby(payment).transform("sum") == 1)
    return paid["amount"].mask(movable, np.where(bearer, paid["total_refund_amount"], 0.0))
