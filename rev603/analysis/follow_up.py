"""Lists that somebody must look at: payments that came back, funds diverted, checks after the cutover."""

from __future__ import annotations

import datetime as dt
from typing import TYPE_CHECKING, Any

import narwhals as nw

from rev603.analysis._cents import open_frame
from rev603.analysis._keys import KEY
from rev603.analysis.status import flag_rejects, has_state, text_key
from rev603.vocabulary import statuses

if TYPE_CHECKING:
    from narwhals.typing import IntoFrameT

__all__ = ["CHECKS_ENDED", "KEY", "checks_after_cutover", "diverted", "returned"]

#: Paper checks ended on this day except by waiver (EO 14247; 31 CFR 208.4).
CHECKS_ENDED = dt.datetime(2026, 2, 6)  # noqa: DTZ001 - a day on the calendar, as the report prints it


def with_superseded(frame: Any) -> Any:
    """Add ``_superseded``: a returned payment whose key (payee, refund, document) has a reissued line too."""
    again = has_state("_status", statuses.REISSUED).cast(nw.Int64)
    return (
        frame.with_columns(_status=text_key("refund_secondary_status"))
        .with_columns(_again=again)
        .with_columns(_again=nw.col("_again").max().over(*KEY))
        .with_columns(_superseded=has_state("_status", statuses.RETURNED) & (nw.col("_again") == 1))
        .drop("_status", "_again")
    )


def returned(refunds: IntoFrameT) -> IntoFrameT:
    """Give the payments that came back and were not sent again.

    Parameters
    ----------
    refunds
        A frame with ``payee_id refund_id document_number refund_secondary_status``, of any engine.

    Returns
    -------
    frame
        Lines whose state is ``returned``, with the columns of :func:`rev603.flag_rejects`; not those
        whose payee, refund and document has a reissued line too.

    Raises
    ------
    ColumnsMissingError
        Without one of those columns.

    Notes
    -----
    "Check/ACH Returned" has two meanings: returned by Treasury (CSMS 59949325), and since 2026 rejected for
    incomplete ACH enrolment (CSMS 68536553).

    Examples
    --------
    >>> import pandas as pd
    >>> refunds = pd.DataFrame({
    ...     "payee_id": "98-765432100", "refund_id": ["1", "1", "2"], "document_number": "A",
    ...     "refund_secondary_status": ["Check/ACH Returned", "Check/ACH Reissued", "Check/ACH Returned"]})
    >>> returned(refunds)["refund_id"].tolist()
    ['2']
    """
    frame: Any = with_superseded(open_frame(refunds, [*KEY, "refund_secondary_status"]))
    flagged: Any = nw.from_native(
        flag_rejects(frame.filter(~nw.col("_superseded")).drop("_superseded").to_native())
    )
    native: IntoFrameT = flagged.filter(nw.col("payment_state") == statuses.RETURNED).to_native()
    return native


def diverted(refunds: IntoFrameT) -> IntoFrameT:
    """Give the lines whose funds settled a debt owed to CBP (19 CFR 24.72).

    Parameters
    ----------
    refunds
        A frame with ``refund_secondary_status``, of any engine.

    Returns
    -------
    frame
        Those lines, with the columns of :func:`rev603.flag_rejects`.

    Examples
    --------
    >>> import pandas as pd
    >>> len(diverted(pd.DataFrame({"refund_secondary_status": ["Funds Diverted", "Treasury Issued"]})))
    1
    """
    flagged: Any = nw.from_native(flag_rejects(refunds))
    native: IntoFrameT = flagged.filter(nw.col("payment_state") == statuses.DIVERTED).to_native()
    return native


def checks_after_cutover(refunds: IntoFrameT) -> IntoFrameT:
    """Give the lines that state a check and are dated on or after 2026-02-06.

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
    >>> import pandas as pd
    >>> refunds = pd.DataFrame({
    ...     "check_or_ach": ["Check", "Check", "ACH"], "refund_secondary_status": "Treasury Issued",
    ...     "refund_date": pd.to_datetime(["2026-02-05", "2026-02-06", "2026-02-06"])})
    >>> checks_after_cutover(refunds).index.tolist()
    [1]
    """
    frame: Any = open_frame(refunds, ["check_or_ach", "refund_date", "refund_secondary_status"])
    late = nw.col("refund_date").cast(nw.Datetime("us")) >= nw.lit(CHECKS_ENDED)
    found = frame.with_columns(_method=text_key("check_or_ach")).filter((nw.col("_method") == "check") & late)
    native: IntoFrameT = flag_rejects(found.drop("_method").to_native())
    return native
