"""Who must enrol a bank account, and for which number."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import narwhals as nw

from rev603.analysis._cents import cents, dollars, open_frame
from rev603.analysis._groups import METHOD_COLUMNS, with_method
from rev603.analysis.ageing import as_day, days_since, whole_days
from rev603.analysis.status import has_state, text_key
from rev603.vocabulary import statuses

if TYPE_CHECKING:
    import datetime as dt

    import pandas as pd
    from narwhals.typing import IntoFrameT

__all__ = ["enrollment_worklist"]

_OUT = (
    "payee_id", "company_name", "care_of", "who", "lines", "amount", "oldest_refund_date", "days_waiting",
    "enrolled_siblings", "enrolled_sibling",
)  # fmt: skip
# An EIN with or without suffix, capital letters and no spaces; bare digits may be a social security number.
_EIN = "^(?:[0-9]{2}-[0-9]{7}(?:[0-9A-Z]{2})?|[0-9]{9}(?:[A-Z][0-9A-Z]|[0-9][A-Z]))$"


def enrollment_worklist(refunds: IntoFrameT, *, as_of: str | dt.date | pd.Timestamp) -> IntoFrameT:
    """Give one line per payee and notify party that has refunds rejected for want of a bank account.

    Parameters
    ----------
    refunds
        All refund lines, not only the rejects: whether a sibling is enrolled shows in what was paid. A
        frame with ``payee_id company_name care_of refund_date amount refund_secondary_status
        check_or_ach``, of any engine.
    as_of
        The day to count waiting days up to.

    Returns
    -------
    frame
        Largest amount first: ``payee_id company_name care_of who lines amount oldest_refund_date
        days_waiting enrolled_siblings enrolled_sibling``. ``who`` must enrol: the ``notify party``
        where a C/O is named, else the ``payee``. ``lines`` and ``amount`` (dollars) are of the rejected
        lines, ``days_waiting`` since the oldest of them. ``enrolled_siblings`` counts other suffixes of
        the same number that are paid by ACH in ``refunds``, and ``enrolled_sibling`` is the lowest of
        these.

    Raises
    ------
    ColumnsMissingError
        Without one of those columns.

    Notes
    -----
    Each importer number is enrolled with its suffix, on its own (CBP Form 5106); no suffix means
    ``00``. A 4811 party enrols its own number; a broker cannot enrol an importer's bank account, only
    the owner of the importer's account can.

    Examples
    --------
    >>> import pandas as pd
    >>> refunds = pd.DataFrame({"payee_id": ["98-7654321AB", "98-7654321"], "company_name": "Example LLC",
    ...     "care_of": pd.Series([None, None], dtype="str"), "amount": [20.20, 5.00],
    ...     "refund_date": pd.to_datetime(["2026-03-02", "2026-03-02"]),
    ...     "refund_secondary_status": ["Reject No ACH", "Treasury Issued"], "check_or_ach": [None, "ACH"]})
    >>> enrollment_worklist(refunds, as_of="2026-03-20").iloc[0].to_dict()
    {'payee_id': '98-7654321AB', 'company_name': 'Example LLC', 'care_of': nan, 'who': 'payee', 'lines': 1,
     'amount': 20.2, 'oldest_refund_date': Timestamp('2026-03-02 00:00:00'), 'days_waiting': 18,
     'enrolled_siblings': 1, 'enrolled_sibling': '98-7654321'}
    """
    needed = ["payee_id", "company_name", "care_of", "refund_date", "amount", *METHOD_COLUMNS]
    frame: Any = with_method(open_frame(refunds, needed))
    rejected = frame.filter(has_state("_status", statuses.REJECTED)).with_columns(amount=cents("amount"))
    groups = rejected.group_by("payee_id", "care_of").agg(
        nw.col("company_name").min(),
        nw.len().alias("lines"),
        nw.col("amount").sum(),
        nw.col("refund_date").min().alias("oldest_refund_date"),
    )
    siblings = _enrolled_siblings(groups.select("payee_id"), frame.filter(nw.col("_method") == "ACH"))
    answer = (
        groups.join(siblings, on="payee_id", how="left")
        .with_columns(
            nw.col("lines").cast(nw.Int64),
            nw.col("enrolled_siblings").fill_null(0).cast(nw.Int64),
            amount=dollars(nw.col("amount")),
            who=nw.when(nw.col("care_of").is_null()).then(nw.lit("payee")).otherwise(nw.lit("notify party")),
            days_waiting=days_since("oldest_refund_date", as_day(as_of)),
        )
        .select(*_OUT)
        .sort("amount", "payee_id", "care_of", descending=[True, False, False], nulls_last=True)
    )
    native: IntoFrameT = whole_days(nw.to_native(nw.maybe_reset_index(answer)))
    return native


def _enrolled_siblings(stuck: Any, paid: Any) -> Any:
    """Give for each stuck payee how many other suffixes of its number are paid by ACH, and the lowest."""
    enrolled = _numbers(paid.select("payee_id")).rename(
        {"payee_id": "enrolled_sibling", "_suffix": "_enrolled_suffix"}
    )
    pairs = _numbers(stuck).join(enrolled, on="_base", how="inner")
    others = pairs.filter(nw.col("_suffix") != nw.col("_enrolled_suffix"))
    return others.group_by("payee_id").agg(
        nw.col("_enrolled_suffix").n_unique().alias("enrolled_siblings"), nw.col("enrolled_sibling").min()
    )


def _numbers(payees: Any) -> Any:
    """Give each certain EIN once, with ``_base`` (nine digits) and ``_suffix`` (00 for none)."""
    known = (
        payees.filter(~nw.col("payee_id").is_null())
        .unique("payee_id")
        .with_columns(_base=text_key("payee_id"))
    )
    return (
        known.with_columns(nw.col("_base").str.to_uppercase())
        .filter(nw.col("_base").str.contains(_EIN))
        .with_columns(nw.col("_base").str.replace_all("-", "", literal=True))
        .with_columns(_suffix=nw.col("_base").str.slice(9, 2), _base=nw.col("_base").str.slice(0, 9))
        .with_columns(
            _suffix=nw.when(nw.col("_suffix") == "").then(nw.lit("00")).otherwise(nw.col("_suffix"))
        )
        .select("payee_id", "_base", "_suffix")
    )
