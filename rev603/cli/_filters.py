"""The filters that every command has which lists lines."""

from __future__ import annotations

import argparse
import re
from collections.abc import Callable, Iterable, Sequence
from functools import reduce
from operator import or_
from typing import Any

import pandas as pd

from rev603.analysis.status import flag_rejects
from rev603.errors import Rev603Error
from rev603.vocabulary.statuses import status_key

_STATUSES = ("refund_secondary_status", "disposition", "payment_state", "status_before", "status_after")
_AMOUNTS = ("amount", "amount_before", "amount_after")
_DATES = ("oldest_refund_date", "refund_date")
_MARKS = r"[\W_]+"


def is_filtered(options: argparse.Namespace) -> bool:
    """Return whether some lines only are asked for."""
    return any(getattr(options, name, None) is not None for name in _FILTERS)


def filtered(
    frame: pd.DataFrame,
    options: argparse.Namespace,
    *,
    as_of: pd.Timestamp | None = None,
    lines: pd.DataFrame | None = None,
    by: Sequence[str] = (),
) -> pd.DataFrame:
    """Return the lines that all of the filters let pass; days are counted up to ``as_of``.

    Of an answer that lacks the columns of a filter, what stays has one among the refund ``lines`` behind it that passes;
    ``by`` are the columns that the answer and they have in common.
    """
    keep = pd.Series(data=True, index=frame.index)
    for name, (columns, passes) in _FILTERS.items():
        asked = getattr(options, name, None)
        if asked is None:
            continue
        if any(column in frame for column in columns):
            keep &= passes(frame, asked, as_of)
        elif lines is not None:
            keep &= _key(frame, by).isin(_key(lines[passes(lines, asked, as_of)], by))
        else:
            raise Rev603Error(
                f"This answer has no column {columns[0]}, so it cannot be filtered by it.",
                what_to_do="leave that filter out",
            )
    return frame[keep]


def _of_statuses(frame: pd.DataFrame, texts: list[str], _: Any) -> pd.Series[bool]:
    wanted = [status_key(text) for text in texts]
    told = frame if "status_before" in frame or "disposition" in frame else flag_rejects(frame)
    return _any(_texts(told[name]).map(status_key).isin(wanted) for name in _STATUSES if name in told)


def _is_payee(frame: pd.DataFrame, wanted: str) -> pd.Series[bool]:
    """Tell by the number, in any spelling and with or without its suffix 00, or by a part of the name."""
    number = re.sub(_MARKS, "", wanted).casefold()
    return _key(frame, ["payee_id"]).isin([number, f"{number}00"]) | _contains(frame["company_name"], wanted)


def _days(frame: pd.DataFrame, as_of: Any) -> pd.Series[Any]:
    date = next(name for name in _DATES if name in frame)
    days: pd.Series[Any] = (pd.Timestamp(as_of) - pd.to_datetime(frame[date])).dt.days
    return days


def _key(frame: pd.DataFrame, columns: Sequence[str]) -> pd.Series[str]:
    """Return what names and numbers are compared by: one text a line, without marks, spaces and case."""
    first, *more = (
        _texts(frame[name]).str.replace(_MARKS, "", regex=True).str.casefold() for name in columns
    )
    return reduce(lambda left, right: left + "\n" + right, more, first)


def _contains(texts: pd.Series[Any], part: str) -> pd.Series[bool]:
    return _texts(texts).str.casefold().str.contains(part.casefold(), regex=False)


def _texts(values: pd.Series[Any]) -> pd.Series[Any]:
    return values.astype("str").fillna("")


def _any(conditions: Iterable[pd.Series[bool]]) -> pd.Series[bool]:
    return reduce(or_, conditions)


#: Option → the columns that its filter looks at, any of those that are there, and which lines pass it.
_FILTERS: dict[str, tuple[tuple[str, ...], Callable[[pd.DataFrame, Any, Any], Any]]] = {
    "payee": (("payee_id",), lambda frame, payees, _: _any(_is_payee(frame, each) for each in payees)),
    "notify_party": (
        ("care_of",),
        lambda frame, names, _: _any(_contains(frame["care_of"], each) for each in names),
    ),
    "filer": (
        ("filer_code",),
        lambda frame, codes, _: _key(frame, ["filer_code"]).isin([code.casefold() for code in codes]),
    ),
    "status": (_STATUSES, _of_statuses),
    "min_amount": (
        _AMOUNTS,
        lambda frame, least, _: (frame.reindex(columns=[*_AMOUNTS]) >= least).any(axis=1),
    ),
    "min_days": (_DATES, lambda frame, least, as_of: _days(frame, as_of) >= least),
}
