"""How each line was paid: by ACH, by check, or not at all."""

from __future__ import annotations

from typing import Any, Generic, NamedTuple

import narwhals as nw
from narwhals.typing import IntoFrameT

from rev603.analysis._cents import open_frame
from rev603.analysis._groups import METHOD_COLUMNS, UNPAID, grouped, with_method

__all__ = ["MethodSplit", "by_method", "split_by_method"]


class MethodSplit(NamedTuple, Generic[IntoFrameT]):
    """Refund lines by how they were paid; each line is in exactly one of the three frames."""

    ach: IntoFrameT
    check: IntoFrameT
    unpaid: IntoFrameT

    def __repr__(self) -> str:
        """Count the lines of each; the frames name parties. What is not computed yet is not counted."""
        frames: dict[str, Any] = {name: nw.from_native(frame) for name, frame in self._asdict().items()}
        counts = {
            name: len(frame) if isinstance(frame, nw.DataFrame) else "?" for name, frame in frames.items()
        }
        return f"<MethodSplit of lines: {', '.join(f'{name} {count}' for name, count in counts.items())}>"


def split_by_method(refunds: IntoFrameT) -> MethodSplit[IntoFrameT]:
    """Split refund lines into those paid by ACH, those paid by check, and those where no money has arrived.

    Parameters
    ----------
    refunds
        A frame with ``refund_secondary_status`` and ``check_or_ach``: pandas, Polars, a DuckDB relation
        or PySpark.

    Returns
    -------
    MethodSplit
        ``ach``, ``check`` and ``unpaid``, with the columns of ``refunds``. Unpaid is a line that is in
        transit, returned, diverted or rejected, and one that states no method (CBP's own picture of the
        report, Pub. 5286-1225, shows a "Treasury Issued" line with neither number nor method).

    Raises
    ------
    ColumnsMissingError
        Without those two columns.

    Examples
    --------
    >>> import pandas as pd
    >>> refunds = pd.DataFrame({"check_or_ach": ["ACH", "ACH", "Check"],
    ...     "refund_secondary_status": ["Treasury Issued", "Reject No ACH", "Treasury Issued"]})
    >>> split_by_method(refunds)
    <MethodSplit of lines: ach 1, check 1, unpaid 1>
    >>> ach, check, unpaid = split_by_method(refunds)
    """
    frame: Any = with_method(open_frame(refunds, METHOD_COLUMNS))

    def part(method: str) -> IntoFrameT:
        native: IntoFrameT = frame.filter(nw.col("_method") == method).drop("_status", "_method").to_native()
        return native

    return MethodSplit(ach=part("ACH"), check=part("Check"), unpaid=part(UNPAID))


def by_method(refunds: IntoFrameT) -> IntoFrameT:
    """Count and sum refund lines by how they were paid.

    Parameters
    ----------
    refunds
        A frame with ``refund_id refund_date amount refund_secondary_status check_or_ach``, of any engine.

    Returns
    -------
    frame
        One line per ``method`` (``ACH``, ``Check``, ``unpaid``; see :func:`split_by_method`) that
        occurs, largest amount first: ``lines refunds amount ach_amount check_amount unpaid_amount
        rejected_lines rejected_amount first_refund_date last_refund_date``. ``refunds`` counts distinct
        refund numbers; amounts are dollars, exact to the cent; a line without an amount counts as a
        line.

    Raises
    ------
    ColumnsMissingError
        Without one of those columns.

    Examples
    --------
    >>> import pandas as pd
    >>> refunds = pd.DataFrame({"refund_id": ["1", "2", "3"], "amount": [10.10, 20.20, 5.00],
    ...     "refund_date": pd.to_datetime(["2026-03-02", "2026-03-02", "2026-03-09"]),
    ...     "refund_secondary_status": ["Treasury Issued", "Reject No ACH", "Treasury Issued"],
    ...     "check_or_ach": ["ACH", None, "ACH"]})
    >>> by_method(refunds)[["method", "lines", "amount", "rejected_amount"]]
       method  lines  amount  rejected_amount
    0  unpaid      1    20.2             20.2
    1     ACH      2    15.1              0.0
    """
    return grouped(refunds, ["method"], by_method=True)
