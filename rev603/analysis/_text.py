"""Texts as vocabularies look them up, on every engine."""

from __future__ import annotations

from collections.abc import Iterable

import narwhals as nw

from rev603.identifiers.refund_key import DASHES, SPACING
from rev603.vocabulary import statuses

_PUNCTUATION = "!-/:-@\\[-`{-~\u00a0\u00b7\u2018-\u201f\u2022\u2026\u3001\u3002\uff01-\uff0f"


def choose(cases: Iterable[tuple[nw.Expr, nw.Expr]], otherwise: nw.Expr) -> nw.Expr:
    """Return the value of the last case whose condition holds."""
    found = otherwise
    for condition, value in cases:
        found = nw.when(condition).then(value).otherwise(found)
    return found


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


def payment_state(column: str, *, report: bool = False) -> nw.Expr:
    """Return the payment state that the statuses of a column stand for.

    With a column ``report``, a REV-615 that shows no status says nothing: it lists the entries of a refund.
    Statuses in CBP's own spelling are told first: a database then leaves the pattern to the few others.
    """
    cases = [
        (text.is_in([each for each, state in states.items() if state == name]), nw.lit(name))
        for text, states in (
            (status_text(column), statuses.STATE_OF_STATUS), (_text(column), statuses.STATE_OF_TEXT)
        )
        for name in dict.fromkeys(states.values())
    ]  # fmt: skip
    if report:
        silent = (status_text(column) == "") & (_text("report") == "REV-615")
        cases.append((silent, nw.lit(statuses.UNKNOWN)))
    return choose(cases, nw.lit(statuses.UNKNOWN))
