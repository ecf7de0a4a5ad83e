"""Refund lines by the method of payment that the report prints."""

from __future__ import annotations

from typing import Any, Generic, NamedTuple

import narwhals as nw
from narwhals.typing import IntoFrameT

from rev603.analysis._cents import open_frame
from rev603.analysis._groups import grouped
from rev603.analysis._text import status_text

__all__ = ["MethodSplit", "by_method", "split_by_method"]


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
    >>> import pandas as pd
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


def by_method(refunds: IntoFrameT) -> IntoFrameT:
    """Return one line per method of payment, as the report prints it, with counts and sums.

    Parameters
    ----------
    refunds
        As for :func:`rev603.by_payee`; names are not asked for.

    Returns
    -------
    frame
        One line per ``method`` (``ACH``, ``Check``, or missing where none is printed) that occurs, largest
        amount first, with the figures of :func:`rev603.by_payee`.

    Raises
    ------
    ColumnsMissingError
        Without a column that it needs.

    Examples
    --------
    >>> import pandas as pd
    >>> refunds = pd.DataFrame({"payee_id": "98-765432100", "refund_id": ["1", "2", "3"],
    ...     "document_number": "A", "amount": [10.10, 20.20, 5.00], "refund_date": pd.Timestamp("2026-03-02"),
    ...     "refund_secondary_status": ["Treasury Issued", "Reject No ACH", "Check/ACH Returned"],
    ...     "check_or_ach": ["ACH", None, "ACH"]})
    >>> by_method(refunds)[["method", "lines", "amount", "ach_amount", "rejected_amount", "returned_amount"]]
      method  lines  amount  ach_amount  rejected_amount  returned_amount
    0    NaN      1    20.2         0.0             20.2              0.0
    1    ACH      2    15.1        10.1              0.0              5.0
    """
    return grouped(refunds, ["method"])
