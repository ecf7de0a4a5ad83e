"""Texts as vocabularies look them up, on every engine."""

from __future__ import annotations

import narwhals as nw

from rev603.vocabulary import statuses

__all__ = ["has_state", "payment_state", "status_text", "text_key"]


def text_key(column: str) -> nw.Expr:
    """Return text without case and spacing; missing is ``""``."""
    return _text(column).str.replace_all(statuses.SPACING, "").str.to_lowercase()


def status_text(column: str) -> nw.Expr:
    """Return words of a vocabulary as :func:`rev603.vocabulary.statuses.status_key` does; missing is ``""``."""
    return _text(column).str.replace_all(statuses.SPELLING, "").str.to_lowercase()


def _text(column: str) -> nw.Expr:
    return nw.col(column).cast(nw.String).fill_null("")


def has_state(key: str, *states: str) -> nw.Expr:
    """Return whether each status key (the column ``key``) stands for one of these states."""
    return nw.col(key).is_in([text for text, state in statuses.STATE_OF_STATUS.items() if state in states])


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
