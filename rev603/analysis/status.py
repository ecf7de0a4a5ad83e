"""Where the money of each line is, and which lines were rejected for want of a bank account."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING, Any

import narwhals as nw

from rev603.analysis._cents import open_frame
from rev603.analysis._groups import grouped
from rev603.analysis.disposition import with_disposition
from rev603.errors import check_type
from rev603.vocabulary.statuses import NO_ACH, STUCK

if TYPE_CHECKING:
    from narwhals.typing import IntoFrameT

__all__ = ["by_disposition", "flag_rejects", "rejects"]


def flag_rejects(refunds: IntoFrameT) -> IntoFrameT:
    """Return each line with where its money is, and whether it was rejected for want of a bank account.

    Parameters
    ----------
    refunds
        A frame with ``refund_secondary_status``: pandas, Polars, a DuckDB relation or a PySpark frame. How a
        payment was made is told by ``check_or_ach``, and what is superseded by ``payee_id refund_id
        document_number amount`` (and the dates, where they are there): without these columns, neither is told.

    Returns
    -------
    frame
        The same kind of frame, every line and column of it, with

        - ``payment_state``: what the status says: ``in transit``, ``issued``, ``returned``, ``reissued``,
          ``diverted``, ``rejected`` or, for a status that is not documented, ``unknown``;
        - ``is_reject_no_ach``: true where the state is ``rejected``;
        - ``disposition``: where the money of this line is: ``paid by ACH``, ``paid by check``, ``paid, method not
          stated``, ``in transit``, ``no ACH on file`` (rejected), ``returned``, ``applied to a debt`` (diverted),
          ``unknown status``, or ``superseded``: rejected or returned, and its refund and document has since been
          issued or reissued for the same amount. A superseded line is shown and counts as a line, and adds
          nothing to any sum of this library.

    Raises
    ------
    ColumnsMissingError
        Without the status column.

    Notes
    -----
    Statuses are compared without regard to case, spacing, dashes and punctuation at their end. Sources: CSMS
    59949325 and CSMS 68536553 (secondary statuses; since May 2026 "Check/ACH Returned" stands for incomplete ACH
    enrollment too); CBP Pub. 5286-1225 ("Reject No ACH"). That a blank means "on its way" is inferred. CBP's FAQ
    says that rejects are in report REV-613, so a REV-603 alone may show too few. A refund can be applied to a debt
    in part and the rest be paid (19 CFR 24.72): both lines stand.

    Examples
    --------
    >>> import pandas as pd
    >>> refunds = pd.DataFrame({"payee_id": "98-765432100", "refund_id": ["1", "1", "2"], "amount": 10.10,
    ...     "document_number": "A", "check_or_ach": ["ACH", "ACH", None],
    ...     "refund_secondary_status": ["Check/ACH Returned", "Check/ACH Reissued", "reject  no ACH"]})
    >>> flag_rejects(refunds)["disposition"].tolist()
    ['superseded', 'paid by ACH', 'no ACH on file']
    """
    frame: Any = open_frame(refunds, ["refund_secondary_status"])
    native: IntoFrameT = with_disposition(frame).to_native()
    return native


def rejects(refunds: IntoFrameT, *, include_returned: bool = False) -> IntoFrameT:
    """Return only the lines that were rejected for want of a bank account and not paid since.

    Parameters
    ----------
    refunds
        As for :func:`flag_rejects`.
    include_returned
        Also the lines whose payment came back and was not sent again: all that is stuck. Since 2026 CBP uses
        "Check/ACH Returned" for incomplete ACH enrollment too (CSMS 68536553), so that text has two meanings.

    Returns
    -------
    frame
        Those lines, with the three columns of :func:`flag_rejects`.

    Examples
    --------
    >>> import pandas as pd
    >>> refunds = pd.DataFrame({"refund_secondary_status": ["Reject No ACH", "Check/ACH Returned", None]})
    >>> len(rejects(refunds)), len(rejects(refunds, include_returned=True))
    (1, 2)
    """
    flagged: Any = nw.from_native(flag_rejects(refunds))
    wanted = STUCK if include_returned else (NO_ACH,)
    native: IntoFrameT = flagged.filter(nw.col("disposition").is_in(wanted)).to_native()
    return native


def by_disposition(refunds: IntoFrameT, *, by: str | Sequence[str] | None = None) -> IntoFrameT:
    """Return where every dollar is: one line per disposition, and per value of whatever else is asked for.

    Parameters
    ----------
    refunds
        A frame with ``payee_id refund_id document_number refund_date amount refund_secondary_status
        check_or_ach``, of any engine.
    by
        A column, or several, to split it by: any of the frame's, or ``importer`` (all suffixes of a payee
        number together), ``week`` (its Monday) or ``month`` (its first day) of the refund date, ``method``
        as printed.

    Returns
    -------
    frame
        The columns of ``by``, then ``disposition lines refunds amount``, for each that occurs: ordered by
        the columns of ``by``, then as :func:`rev603.flag_rejects` lists the dispositions. The amounts add
        up to the whole, to the cent; ``superseded`` counts lines and has the amount 0.

    Raises
    ------
    ColumnsMissingError
        Without one of those columns.

    Examples
    --------
    >>> import pandas as pd
    >>> refunds = pd.DataFrame({"payee_id": "98-765432100", "refund_id": ["1", "1", "2"], "amount": 10.10,
    ...     "document_number": "A", "check_or_ach": ["ACH", "ACH", None], "filer_code": "0A1",
    ...     "refund_date": pd.Timestamp("2026-03-02"),
    ...     "refund_secondary_status": ["Check/ACH Returned", "Check/ACH Reissued", "Reject No ACH"]})
    >>> by_disposition(refunds)
            disposition  lines  refunds  amount
    0       paid by ACH      1        1    10.1
    1    no ACH on file      1        1    10.1
    2        superseded      1        1     0.0
    >>> by_disposition(refunds, by=["filer_code", "week"]).columns.tolist()
    ['filer_code', 'week', 'disposition', 'lines', 'refunds', 'amount']
    """
    keys = [by] if isinstance(by, str) else list(by) if isinstance(by, Sequence) else []
    check_type("by", by, Sequence | None, 'by="filer_code", or several in a list')
    for key in keys:
        check_type("by", key, str, 'by="filer_code", or several in a list')
    return grouped(refunds, [*keys, "disposition"], figures=("lines", "refunds", "amount"), by_key=True)
