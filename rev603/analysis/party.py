"""Whose refunds these are: by payee, by importer, and by notify party (CBP Form 4811, the report's C/O)."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import narwhals as nw

from rev603.analysis._cents import open_frame
from rev603.analysis._groups import grouped

if TYPE_CHECKING:
    from narwhals.typing import IntoFrameT

__all__ = ["by_importer", "by_notify_party", "by_payee", "held_for_importers"]


def by_payee(refunds: IntoFrameT) -> IntoFrameT:
    """Return one line per payee, importer number with its suffix and name, with counts and sums.

    Parameters
    ----------
    refunds
        A frame with ``payee_id company_name refund_id document_number refund_date amount
        refund_secondary_status check_or_ach``: pandas, Polars, a DuckDB relation or PySpark.

    Returns
    -------
    frame
        One line per ``payee_id`` and ``company_name``, largest amount first, with the figures that all
        groups have:

        - ``lines``, and ``refunds``: different refund numbers;
        - ``amount``, in dollars exact to the cent, and its parts, one for each disposition
          (:func:`rev603.flag_rejects`): ``ach_amount check_amount not_stated_amount in_transit_amount
          rejected_amount returned_amount diverted_amount unknown_amount``. They add up to ``amount``; a
          superseded line adds nothing;
        - ``rejected_lines returned_lines superseded_lines``;
        - ``first_refund_date last_refund_date``.

        Suffixes are kept apart, because each number with its suffix is enrolled for ACH on its own. A
        number, or a name, in two spellings is one line, in the newest spelling; a payee under two names is
        two lines. A missing number or name is a group of its own.

    Raises
    ------
    ColumnsMissingError
        Without one of those columns.

    Examples
    --------
    >>> import pandas as pd
    >>> refunds = pd.DataFrame({"refund_id": ["1", "2", "3"], "amount": [10.10, 20.20, 5.00],
    ...     "payee_id": ["12-3456789AB", "12-345678900", "12-3456789AB"], "company_name": "Example LLC",
    ...     "document_number": "A",
    ...     "refund_date": pd.to_datetime(["2026-03-02", "2026-03-02", "2026-03-09"]),
    ...     "refund_secondary_status": ["Treasury Issued", "Reject No ACH", "Treasury Issued"],
    ...     "check_or_ach": ["ACH", None, "ACH"]})
    >>> by_payee(refunds)[["payee_id", "lines", "amount", "ach_amount", "rejected_amount"]]
           payee_id  lines  amount  ach_amount  rejected_amount
    0  12-345678900      1    20.2         0.0             20.2
    1  12-3456789AB      2    15.1        15.1              0.0
    """
    return grouped(refunds, ["payee_id", "company_name"])


def by_importer(refunds: IntoFrameT) -> IntoFrameT:
    """Return one line per importer of record, all suffixes of its number together, with counts and sums.

    Parameters
    ----------
    refunds
        As for :func:`by_payee`; names are not asked for.

    Returns
    -------
    frame
        One line per ``importer`` (``NN-NNNNNNN``), largest amount first, with the figures of
        :func:`by_payee`. The numbers of persons, and those that CBP assigned, have no suffixes and stand
        as they are.

    Examples
    --------
    >>> import pandas as pd
    >>> refunds = pd.DataFrame({"refund_id": ["1", "2", "3"], "amount": [10.10, 20.20, 5.00],
    ...     "payee_id": ["12-3456789AB", "12-345678900", "012699-00017"], "document_number": "A",
    ...     "refund_date": pd.Timestamp("2026-03-02"), "refund_secondary_status": "Treasury Issued",
    ...     "check_or_ach": "ACH"})
    >>> by_importer(refunds)[["importer", "lines", "amount"]]
           importer  lines  amount
    0    12-3456789      2    30.3
    1  012699-00017      1     5.0
    """
    return grouped(refunds, ["importer"])


def by_notify_party(refunds: IntoFrameT) -> IntoFrameT:
    """Return one line per notify party, the report's C/O, with counts and sums.

    Parameters
    ----------
    refunds
        As for :func:`by_payee`, with ``care_of`` in place of the company's name.

    Returns
    -------
    frame
        One line per ``care_of``, largest amount first, with the figures of :func:`by_payee`. Spellings
        that differ in case, spacing and punctuation only are one line, in the newest of them. The line
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
    >>> refunds = pd.DataFrame({"refund_id": ["1", "2", "3"], "amount": [10.10, 20.20, 0.05],
    ...     "care_of": pd.Series(["EXAMPLE BROKERS, INC.", None, "Example Brokers Inc"], dtype="str"),
    ...     "payee_id": "98-765432100", "document_number": "A",
    ...     "refund_date": pd.to_datetime(["2026-03-02", "2026-03-02", "2026-03-09"]),
    ...     "refund_secondary_status": ["Treasury Issued", "Reject No ACH", "Treasury Issued"],
    ...     "check_or_ach": ["ACH", None, "ACH"]})
    >>> by_notify_party(refunds)[["care_of", "lines", "ach_amount", "rejected_amount"]]
                   care_of  lines  ach_amount  rejected_amount
    0                  NaN      1        0.00             20.2
    1  Example Brokers Inc      2       10.15              0.0
    """
    return grouped(refunds, ["care_of"])


def held_for_importers(refunds: IntoFrameT) -> IntoFrameT:
    """Return what each notify party receives, and for which importer: its pass-through list.

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
    ...     "document_number": "A", "refund_date": pd.Timestamp("2026-03-02"),
    ...     "refund_secondary_status": "Treasury Issued", "check_or_ach": "ACH"})
    >>> held_for_importers(refunds)[["care_of", "payee_id", "ach_amount"]]
                   care_of      payee_id  ach_amount
    0  Example Brokers Inc  98-765432100        10.1
    """
    frame: Any = open_frame(refunds, ["care_of"])
    native: IntoFrameT = frame.filter(~nw.col("care_of").is_null()).to_native()
    return grouped(native, ["care_of", "payee_id", "company_name"])
