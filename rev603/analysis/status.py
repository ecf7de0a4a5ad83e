"""Where the money of each line is, which lines were rejected, and by which method they are printed to be paid."""

from __future__ import annotations

from typing import Any, Generic, NamedTuple

import narwhals as nw
import pandas as pd  # noqa: F401 - for the examples
from narwhals.typing import IntoFrameT

from rev603.analysis._frames import open_frame
from rev603.analysis._text import status_text
from rev603.analysis.disposition import with_disposition
from rev603.identifiers.refund_key import plain
from rev603.vocabulary.statuses import CHECKS_ENDED, NO_ACH, STUCK


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
    enrollment too); CBP Pub. 5286-1225 ("Reject No ACH"). That a blank means "on its way" is inferred; in a
    REV-615, which lists the entries of a refund, it says nothing. CBP's FAQ
    says that rejects are in report REV-613, so a REV-603 alone may show too few. A refund can be applied to a debt
    in part and the rest be paid (19 CFR 24.72): both lines stand.

    Examples
    --------
    >>> refunds = pd.DataFrame({"payee_id": "98-765432100", "refund_id": ["1", "1", "2"], "amount": 10.10,
    ...     "document_number": "A", "check_or_ach": ["ACH", "ACH", None],
    ...     "refund_secondary_status": ["Check/ACH Returned", "Check/ACH Reissued", "reject  no ACH"]})
    >>> flag_rejects(refunds)["disposition"].tolist()
    ['superseded', 'paid by ACH', 'no ACH on file']
    """
    frame: Any = open_frame(refunds, ["refund_secondary_status"])
    native: IntoFrameT = plain(with_disposition(frame)).to_native()
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
    >>> refunds = pd.DataFrame({"refund_secondary_status": ["Reject No ACH", "Check/ACH Returned", None]})
    >>> len(rejects(refunds)), len(rejects(refunds, include_returned=True))
    (1, 2)
    """
    flagged: Any = nw.from_native(flag_rejects(refunds))
    wanted = STUCK if include_returned else (NO_ACH,)
    native: IntoFrameT = flagged.filter(nw.col("disposition").is_in(wanted)).to_native()
    return native


def checks_after_cutover(refunds: IntoFrameT) -> IntoFrameT:
    """Return the lines that state a check and are dated on or after 2026-02-06.

    Parameters
    ----------
    refunds
        A frame with ``check_or_ach refund_date refund_secondary_status``, of any engine.

    Returns
    -------
    frame
        Those lines, whatever their state, with the columns of :func:`rev603.flag_rejects`.

    Notes
    -----
    Paper checks ended on that day except by waiver (EO 14247; 31 CFR 208.4), so each such line is worth
    a question.

    Examples
    --------
    >>> refunds = pd.DataFrame({
    ...     "check_or_ach": ["Check", "Check", "ACH"], "refund_secondary_status": "Treasury Issued",
    ...     "refund_date": pd.to_datetime(["2026-02-05", "2026-02-06", "2026-02-06"])})
    >>> checks_after_cutover(refunds).index.tolist()
    [1]
    """
    frame: Any = open_frame(refunds, ["check_or_ach", "refund_date", "refund_secondary_status"])
    late = nw.col("refund_date").cast(nw.Datetime("us")) >= nw.lit(CHECKS_ENDED)
    check = status_text("check_or_ach") == "check"
    native: IntoFrameT = plain(with_disposition(frame)).filter(check & late).to_native()
    return native


class MethodSplit(NamedTuple, Generic[IntoFrameT]):
    """Refund lines by the method that is printed; each line is in exactly one of the three frames."""

    ach: IntoFrameT
    check: IntoFrameT
    neither: IntoFrameT

    def __repr__(self) -> str:
        """Count the lines of each; the frames name parties. What is not computed yet is not counted."""
        frames: dict[str, Any] = {name: nw.from_native(frame) for name, frame in self._asdict().items()}
        counts = {
            name: len(frame) if isinstance(frame, nw.DataFrame) else "?" for name, frame in frames.items()
        }
        return f"<MethodSplit of lines: {', '.join(f'{name} {count}' for name, count in counts.items())}>"


def split_by_method(refunds: IntoFrameT) -> MethodSplit[IntoFrameT]:
    """Return refund lines split by what the report prints in *Check or ACH*.

    Parameters
    ----------
    refunds
        A frame with ``check_or_ach``: pandas, Polars, a DuckDB relation or PySpark.

    Returns
    -------
    MethodSplit
        ``ach``, ``check`` and ``neither``, with the columns of ``refunds``. They tie to a filter on that
        column of the export. A method that is printed does not say that the money arrived: a returned
        payment keeps its method, and CBP's own picture of the report (Pub. 5286-1225) shows a "Treasury
        Issued" line without any. What was received is told by :func:`rev603.by_disposition`.

    Raises
    ------
    ColumnsMissingError
        Without that column.

    Examples
    --------
    >>> refunds = pd.DataFrame({"check_or_ach": ["ACH", "ACH", "Check", None]})
    >>> split_by_method(refunds)
    <MethodSplit of lines: ach 2, check 1, neither 1>
    >>> ach, check, neither = split_by_method(refunds)
    """
    frame: Any = open_frame(refunds, ["check_or_ach"])
    method = status_text("check_or_ach")

    def part(condition: nw.Expr) -> IntoFrameT:
        native: IntoFrameT = frame.filter(condition).to_native()
        return native

    ach, check = method == "ach", method == "check"
    return MethodSplit(ach=part(ach), check=part(check), neither=part(~(ach | check)))
