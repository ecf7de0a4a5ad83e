"""One line per group of refund lines: the figures that all of the ``by_…`` analyses share."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import narwhals as nw

from rev603.analysis._cents import cents, dollars, open_frame
from rev603.analysis._text import name_key, status_text
from rev603.analysis.disposition import with_disposition
from rev603.identifiers.refund_key import KEY, OWN, PAYEE_KEY, REFUND_KEY
from rev603.vocabulary import statuses

if TYPE_CHECKING:
    from collections.abc import Sequence

    from narwhals.typing import IntoFrameT

#: Each amount of a group, and the dispositions whose money it is; together they are the whole.
_PARTS = {
    "ach_amount": statuses.PAID_BY_ACH,
    "check_amount": statuses.PAID_BY_CHECK,
    "not_stated_amount": statuses.PAID_NOT_STATED,
    "in_transit_amount": statuses.IN_TRANSIT,
    "rejected_amount": statuses.NO_ACH,
    "returned_amount": statuses.RETURNED,
    "diverted_amount": statuses.APPLIED_TO_DEBT,
    "unknown_amount": statuses.UNKNOWN_STATUS,
}
_COUNTED = {
    "rejected_lines": statuses.NO_ACH,
    "returned_lines": statuses.RETURNED,
    "superseded_lines": statuses.SUPERSEDED,
}
_AMOUNTS = ("amount", *_PARTS)
_COUNTS = ("lines", "refunds")
_DATES = ("first_refund_date", "last_refund_date")
FIGURES = (*_COUNTS, *_AMOUNTS, *_COUNTED, *_DATES)

#: Keys that are told from other columns.
_TOLD = ("importer", "week", "month", "method", "disposition")
#: Keys whose spelling does not matter.
_SPELLINGS = ("payee_id", "company_name", "care_of")
_NEEDED = (*KEY, "refund_date", "amount", "refund_secondary_status", "check_or_ach")
_SEEN = f"{OWN}seen"
_IRS_NUMBER = "^[0-9]{2}-[0-9]{7}[0-9A-Z]{2}$"


def grouped(
    refunds: IntoFrameT, keys: Sequence[str], *, figures: Sequence[str] = FIGURES, by_key: bool = False
) -> IntoFrameT:
    """Return one line per group, with these figures, largest amount first; a missing key is a group of its own.

    Parameters
    ----------
    refunds
        A frame with ``payee_id refund_id document_number refund_date amount refund_secondary_status check_or_ach``.
    keys
        Columns; also ``importer`` (the payee number without its suffix), ``week`` (its Monday) and ``month`` (its
        first day) of the refund date, ``method`` as printed, ``disposition``. Spellings of one payee, and of one
        company or C/O name, are one group, shown as the newest report (or refund) spells it.
    by_key
        Order the groups by their keys instead of their amounts.
    """
    needed = dict.fromkeys([*_NEEDED, *(key for key in keys if key not in _TOLD)])
    frame = _with_keys(open_frame(refunds, needed), keys)
    own = [f"{OWN}by_{key}" for key in keys]
    disposition = nw.col("disposition")
    amount = nw.when(disposition == statuses.SUPERSEDED).then(nw.lit(0)).otherwise(nw.col("amount"))
    lines = frame.with_columns(amount=cents("amount")).with_columns(
        amount=amount.cast(nw.Int64),
        **{name: (disposition == what).cast(nw.Int64) for name, what in _COUNTED.items()},
    )
    lines = lines.with_columns(
        **{
            name: nw.when(disposition == what).then(nw.col("amount")).otherwise(nw.lit(0)).cast(nw.Int64)
            for name, what in _PARTS.items()
        },
        # a missing refund number is no refund
        **{f"{OWN}without": (nw.col(REFUND_KEY) == "").cast(nw.Int64)},
    )
    groups = lines.group_by(*own).agg(
        nw.len().alias("lines"),
        nw.col(REFUND_KEY).n_unique().alias("refunds"),
        nw.col(f"{OWN}without").max(),
        *(nw.col(name).sum() for name in (*_AMOUNTS, *_COUNTED)),
        nw.col("refund_date").min().alias("first_refund_date"),
        nw.col("refund_date").max().alias("last_refund_date"),
    )
    for key, by in zip(keys, own, strict=True):
        groups = _spelled(groups, frame, key, by)
    answer = groups.with_columns(
        *(dollars(nw.col(name)).alias(name) for name in _AMOUNTS),
        nw.col("lines", *_COUNTED).cast(nw.Int64),
        refunds=nw.col("refunds").cast(nw.Int64) - nw.col(f"{OWN}without").cast(nw.Int64),
    )
    order = [f"{OWN}place" if key == "disposition" else key for key in keys]
    if "disposition" in keys:
        answer = answer.with_columns(_place().alias(f"{OWN}place"))
    order = order if by_key else ["amount", *order]
    ordered = answer.sort(*order, descending=[name == "amount" for name in order], nulls_last=True)
    native: IntoFrameT = nw.to_native(nw.maybe_reset_index(ordered.select(*keys, *figures)))
    return native


def _with_keys(frame: Any, keys: Sequence[str]) -> Any:
    """Add the disposition, the refund's identity, and a column ``__rev603_by_…`` for each key."""
    missing = nw.lit(None).cast(nw.String)
    payee, date = nw.col(PAYEE_KEY), nw.col("refund_date").cast(nw.Datetime("us"))
    importer = nw.when(payee.str.contains(_IRS_NUMBER)).then(payee.str.slice(0, 10)).otherwise(payee)
    method = missing
    for text, name in statuses.METHODS.items():
        method = nw.when(status_text("check_or_ach") == text).then(nw.lit(name)).otherwise(method)
    told = {
        "payee_id": payee,
        "company_name": name_key("company_name"),
        "care_of": name_key("care_of"),
        "importer": nw.when(payee != "").then(importer),
        "week": _monday(date),
        "month": date.dt.truncate("1mo"),
        "method": method,
    }
    return with_disposition(frame, identified=True).with_columns(
        told.get(key, nw.col(key)).alias(f"{OWN}by_{key}") for key in keys
    )


def _monday(date: nw.Expr) -> nw.Expr:
    """Return the Monday of a date's week; narwhals truncates to days and months only."""
    day = date.dt.truncate("1d")
    monday = day
    for place in range(2, 8):
        monday = (
            # a Sunday is 7, on PySpark 0
            nw.when(date.dt.weekday() % 7 == place % 7)
            .then(day.dt.offset_by(f"-{place - 1}d"))
            .otherwise(monday)
        )
    return monday


def _spelled(groups: Any, frame: Any, key: str, by: str) -> Any:
    """Give the key of each group in its newest spelling; where a key has one spelling only, it is that."""
    if key not in _SPELLINGS:
        return groups.rename({by: key})
    names = frame.collect_schema().names()
    seen = nw.col("report_date" if "report_date" in names else "refund_date").cast(nw.Datetime("us"))
    spellings = frame.with_columns(seen.alias(_SEEN)).group_by(by, key).agg(nw.col(_SEEN).max())
    newest = nw.col(_SEEN).max().over(by)
    of_newest = spellings.filter((nw.col(_SEEN) == newest) | newest.is_null())
    return groups.join(of_newest.group_by(by).agg(nw.col(key).max()), on=by, how="left")


def _place() -> nw.Expr:
    place = nw.lit(len(statuses.DISPOSITIONS))
    for number, name in enumerate(statuses.DISPOSITIONS):
        place = nw.when(nw.col("disposition") == name).then(nw.lit(number)).otherwise(place)
    return place
