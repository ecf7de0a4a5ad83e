"""Whose refunds these are: by payee, and by notify party (CBP Form 4811, the report's C/O)."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import narwhals as nw

from rev603.analysis._cents import open_frame
from rev603.analysis._groups import grouped

if TYPE_CHECKING:
    from narwhals.typing import IntoFrameT

__all__ = ["by_notify_party", "by_payee", "held_for_importers"]


def by_payee(refunds: IntoFrameT) -> IntoFrameT:
    """Count and sum refund lines by payee: importer number with its suffix, and name.

    Parameters
    ----------
    refunds
        A frame with ``payee_id company_name refund_id refund_date amount refund_secondary_status
        check_or_ach``: pandas, Polars, a DuckDB relation or PySpark.

    Returns
    -------
    frame
        One line per ``payee_id`` and ``company_name``, largest amount first: ``lines refunds amount
        ach_amount check_amount unpaid_amount rejected_lines rejected_amount first_refund_date
        last_refund_date``. ``refunds`` counts distinct refund numbers; ``ach_amount + check_amount +
        unpaid_amount = amount``; amounts are dollars, exact to the cent. Suffixes are kept apart,
        because each number with its suffix is enrolled for ACH on its own. A missing number or name is
        a group of its own.

    Raises
    ------
    ColumnsMissingError
        Without one of those columns.

    Examples
    --------
    >>> import pandas as pd
    >>> refunds = pd.DataFrame({"refund_id": ["1", "2", "3"], "amount": [10.10, 20.20, 5.00],
    ...     "payee_id": ["12-3456789AB", "12-345678900", "12-3456789AB"], "company_name": "Example LLC",
    ...     "refund_date": pd.to_datetime(["2026-03-02", "2026-03-02", "2026-03-09"]),
    ...     "refund_secondary_status": ["Treasury Issued", "Reject No ACH", "Treasury Issued"],
    ...     "check_or_ach": ["ACH", None, "ACH"]})
    >>> by_payee(refunds)[["payee_id", "lines", "amount", "rejected_amount"]]
           payee_id  lines  amount  rejected_amount
    0  12-345678900      1    20.2             20.2
    1  12-3456789AB      2    15.1              0.0
    """
    return grouped(refunds, ["payee_id", "company_name"])


def by_notify_party(refunds: IntoFrameT) -> IntoFrameT:
    """Count and sum refund lines by notify party, the report's C/O.

    Parameters
    ----------
    refunds
        As for :func:`by_payee`, with ``care_of`` in place of the payee's columns.

    Returns
    -------
    frame
        One line per ``care_of``, largest amount first, with the figures of :func:`by_payee`. The line
        with a missing ``care_of`` holds what goes to payees directly.

    Raises
    ------
    ColumnsMissingError
        Without one of those columns.

    Notes
    -----
    C/O names the party on the importer's CBP Form 4811 to whom refunds are sent "in care of" (19 CFR
    24.36(a)); it is not the country of origin.

    Examples
    --------
    >>> import pandas as pd
    >>> refunds = pd.DataFrame({"refund_id": ["1", "2"], "amount": [10.10, 20.20],
    ...     "care_of": pd.Series(["Example Brokers Inc", None], dtype="str"),
    ...     "refund_date": pd.to_datetime(["2026-03-02", "2026-03-02"]),
    ...     "refund_secondary_status": ["Treasury Issued", "Reject No ACH"], "check_or_ach": ["ACH", None]})
    >>> by_notify_party(refunds)[["care_of", "lines", "unpaid_amount"]]
                   care_of  lines  unpaid_amount
    0                  NaN      1           20.2
    1  Example Brokers Inc      1            0.0
    """
    return grouped(refunds, ["care_of"])


def held_for_importers(refunds: IntoFrameT) -> IntoFrameT:
    """Say what each notify party receives, and for which importer: its pass-through list.

    Parameters
    ----------
    refunds
        As for :func:`by_payee`, with ``care_of`` too.

    Returns
    -------
    frame
        One line per ``care_of``, ``payee_id`` and ``company_name``, largest amount first, with the
        figures of :func:`by_payee`; ``ach_amount`` and ``check_amount`` are what the notify party has
        received. Lines without a notify party are left out.

    Raises
    ------
    ColumnsMissingError
        Without one of those columns.

    Examples
    --------
    >>> import pandas as pd
    >>> refunds = pd.DataFrame({"refund_id": ["1", "2"], "amount": [10.10, 20.20], "payee_id": "98-765432100",
    ...     "company_name": "Example LLC", "care_of": pd.Series(["Example Brokers Inc", None], dtype="str"),
    ...     "refund_date": pd.to_datetime(["2026-03-02", "2026-03-02"]),
    ...     "refund_secondary_status": "Treasury Issued", "check_or_ach": "ACH"})
    >>> held_for_importers(refunds)[["care_of", "payee_id", "ach_amount"]]
                   care_of      payee_id  ach_amount
    0  Example Brokers Inc  98-765432100        10.1
    """
    frame: Any = open_frame(refunds, ["care_of"])
    native: IntoFrameT = frame.filter(~nw.col("care_of").is_null()).to_native()
    return grouped(native, ["care_of", "payee_id", "company_name"])
