"""Refunds in classes of time, as a picture shows them: by week, and by how long they have waited."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, cast

import narwhals as nw
import pandas as pd

from rev603.analysis._cents import cents, dollars
from rev603.analysis._engines import like, to_pandas
from rev603.analysis._groups import grouped
from rev603.analysis.ageing import AGE_BANDS

if TYPE_CHECKING:
    from narwhals.typing import IntoFrameT

__all__ = ["by_age_band", "by_month", "by_week"]

_BANDS = (*(name for _, name in AGE_BANDS), "91+")


def by_week(refunds: IntoFrameT) -> IntoFrameT:
    """Return one line per week of the refund date, with counts and sums.

    Parameters
    ----------
    refunds
        As for :func:`rev603.by_payee`; names are not asked for.

    Returns
    -------
    frame
        One line per week that occurs, in order: ``week`` (its Monday; missing for lines without a date,
        which come last), then the figures of :func:`rev603.by_payee`.

    Raises
    ------
    ColumnsMissingError
        Without one of those columns.

    Notes
    -----
    Entries liquidate on Fridays and refunds originate early in the week after, so the week is the rhythm.

    Examples
    --------
    >>> refunds = pd.DataFrame({"refund_id": ["1", "2", "3"], "amount": [10.10, 20.20, 5.00],
    ...     "payee_id": "98-765432100", "document_number": "A",
    ...     "refund_date": pd.to_datetime(["2026-03-02", "2026-03-08", "2026-03-09"]),
    ...     "refund_secondary_status": ["Treasury Issued", "Reject No ACH", "Treasury Issued"],
    ...     "check_or_ach": ["ACH", None, "ACH"]})
    >>> by_week(refunds)[["week", "lines", "ach_amount", "rejected_amount"]]
            week  lines  ach_amount  rejected_amount
    0 2026-03-02      2        10.1             20.2
    1 2026-03-09      1         5.0              0.0
    """
    return grouped(refunds, ["week"], by_key=True)


def by_month(refunds: IntoFrameT) -> IntoFrameT:
    """Return one line per month of the refund date: ``month`` (its first day); otherwise as :func:`by_week`."""
    return grouped(refunds, ["month"], by_key=True)


def by_age_band(rejected: IntoFrameT) -> IntoFrameT:
    """Return one line per age band, with the count and sum of its lines.

    Parameters
    ----------
    rejected
        A frame with ``age_band`` and ``amount``: see :func:`rev603.ageing`. Any engine.

    Returns
    -------
    frame
        One line per ``age_band``, youngest first, every band also where it is empty: ``lines amount``.
        Lines without a refund date have no band and stand last, if there are any.

    Raises
    ------
    ColumnsMissingError
        Without one of those columns.

    Examples
    --------
    >>> by_age_band(pd.DataFrame({"age_band": ["91+", "8-30", "91+"], "amount": [1.10, 2.20, 3.30]}))
      age_band  lines  amount
    0      0-7      0     0.0
    1     8-30      1     2.2
    2    31-60      0     0.0
    3    61-90      0     0.0
    4      91+      2     4.4
    """
    lines = to_pandas(rejected, ["age_band", "amount"])
    groups: Any = nw.from_native(lines).select("age_band", amount=cents("amount")).group_by("age_band")
    found = groups.agg(nw.len().alias("lines"), nw.col("amount").sum())
    sums = found.with_columns(dollars(nw.col("amount")).alias("amount")).to_native()
    dateless = sums[sums["age_band"].isna()]
    bands = sums.dropna(subset="age_band").set_index("age_band").reindex(_BANDS, fill_value=0)
    answer = pd.concat([bands.rename_axis("age_band").reset_index(), dateless], ignore_index=True)
    answer = answer.astype({"age_band": "str", "lines": "int64", "amount": "float64"})
    return cast("IntoFrameT", like(answer, rejected))
