"""The filters that every command has which lists lines."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

import pandas as pd

from rev603.analysis.status import flag_rejects
from rev603.errors import Rev603Error
from rev603.vocabulary.statuses import status_key

if TYPE_CHECKING:
    import argparse

__all__ = ["filtered", "of_parties"]

_STATUSES = ("refund_secondary_status", "disposition", "payment_state", "status_before", "status_after")
_NOT_OF_A_NUMBER = r"[^0-9A-Za-z]"


def of_parties(frame: pd.DataFrame, options: argparse.Namespace) -> pd.DataFrame:
    """Return the lines of the payees, notify parties and filers that were asked for."""
    keep = pd.Series(data=True, index=frame.index)
    if options.payee:
        keep &= _any([_is_payee(frame, wanted) for wanted in options.payee])
    if options.notify_party:
        keep &= _any([_contains(_column(frame, "care_of"), wanted) for wanted in options.notify_party])
    if options.filer:
        codes = _column(frame, "filer_code").str.strip().str.casefold()
        keep &= codes.isin([code.casefold() for code in options.filer])
    return frame[keep]


def filtered(frame: pd.DataFrame, options: argparse.Namespace, *, as_of: pd.Timestamp) -> pd.DataFrame:
    """Return the lines that all of the filters let pass; days are counted up to ``as_of``."""
    frame = of_parties(frame, options)
    keep = pd.Series(data=True, index=frame.index)
    if options.min_amount is not None:
        amounts = frame.reindex(columns=["amount", "amount_before", "amount_after"])
        keep &= (amounts >= options.min_amount).any(axis=1)
    if options.min_days is not None:
        dates = pd.to_datetime(_column(frame, "refund_date", text=False))
        keep &= (as_of - dates).dt.days >= options.min_days
    if options.status:
        wanted = [status_key(text) for text in options.status]
        told = frame if "status_before" in frame or "disposition" in frame else flag_rejects(frame)
        columns = [told[name] for name in _STATUSES if name in told]
        keep &= _any([_texts(column).map(status_key).isin(wanted) for column in columns])
    return frame[keep]


def _is_payee(frame: pd.DataFrame, wanted: str) -> pd.Series[bool]:
    """Tell by the number, in any spelling and with or without its suffix 00, or by a part of the name."""
    number = re.sub(_NOT_OF_A_NUMBER, "", wanted).casefold()
    numbers = _column(frame, "payee_id").str.replace(_NOT_OF_A_NUMBER, "", regex=True).str.casefold()
    return numbers.isin([number, f"{number}00"]) | _contains(_column(frame, "company_name"), wanted)


def _contains(texts: pd.Series, part: str) -> pd.Series[bool]:
    return texts.str.casefold().str.contains(part.casefold(), regex=False)


def _column(frame: pd.DataFrame, name: str, *, text: bool = True) -> pd.Series:
    if name not in frame:
        raise Rev603Error(
            f"This answer has no column {name}, so it cannot be filtered by it.",
            what_to_do="leave that filter out",
        )
    return _texts(frame[name]) if text else frame[name]


def _texts(values: pd.Series) -> pd.Series:
    return values.astype("str").fillna("")


def _any(conditions: list[pd.Series[bool]]) -> pd.Series[bool]:
    found = conditions[0]
    for each in conditions[1:]:
        found |= each
    return found
