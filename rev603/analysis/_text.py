"""Texts as vocabularies look them up, on every engine."""

from __future__ import annotations

import narwhals as nw

from rev603.identifiers.refund_key import DASHES, SPACING
from rev603.vocabulary import statuses

__all__ = ["name_key", "payment_state", "status_text"]

_PUNCTUATION = "!-/:-@\\[-`{-~\u00a0\u00b7\u2018-\u201f\u2022\u2026\u3001\u3002\uff01-\uff0f"


def name_key(column: str) -> nw.Expr:
    """Return company or C/O names as they are compared: without case, spacing and punctuation; missing is ``""``.

    >>> import pandas as pd
    >>> frame = nw.from_native(pd.DataFrame({"care_of": ["Harbor Brokers, Inc.", "HARBOR  BROKERS INC", None]}))
    >>> frame.select(name_key("care_of"))["care_of"].to_list()
    ['harborbrokersinc', 'harborbrokersinc', '']
    """
    return _text(column).str.to_lowercase().str.replace_all(f"[{SPACING}{DASHES}{_PUNCTUATION}]+", "")


def status_text(column: str) -> nw.Expr:
    """Return words of a vocabulary as :func:`rev603.vocabulary.statuses.status_key` does; missing is ``""``."""
    return _text(column).str.replace_all(statuses.SPELLING, "").str.to_lowercase()


def _text(column: str) -> nw.Expr:
    return nw.col(column).cast(nw.String).fill_null("")


def payment_state(column: str) -> nw.Expr:
    """Return the payment state that the statuses of a column stand for.

    Statuses in CBP's own spelling are told first: a database then leaves the pattern to the few others.
    """
    text, key = _text(column), status_text(column)
    found = nw.lit(statuses.UNKNOWN)
    for name in dict.fromkeys(statuses.STATE_OF_TEXT.values()):
        keys = [each for each, state in statuses.STATE_OF_STATUS.items() if state == name]
        found = nw.when(key.is_in(keys)).then(nw.lit(name)).otherwise(found)
    for name in dict.fromkeys(statuses.STATE_OF_TEXT.values()):
        texts = [each for each, state in statuses.STATE_OF_TEXT.items() if state == name]
        found = nw.when(text.is_in(texts)).then(nw.lit(name)).otherwise(found)
    return found
