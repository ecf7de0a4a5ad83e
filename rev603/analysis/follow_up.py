"""What somebody must follow up: checks dated after paper checks ended."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import narwhals as nw

from rev603.analysis._cents import open_frame
from rev603.analysis._text import status_text
from rev603.analysis.disposition import with_disposition
from rev603.vocabulary.statuses import CHECKS_ENDED

if TYPE_CHECKING:
    from narwhals.typing import IntoFrameT

__all__ = ["checks_after_cutover"]


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
    >>> import pandas as pd
    >>> refunds = pd.DataFrame({
    ...     "check_or_ach": ["Check", "Check", "ACH"], "refund_secondary_status": "Treasury Issued",
    ...     "refund_date": pd.to_datetime(["2026-02-05", "2026-02-06", "2026-02-06"])})
    >>> checks_after_cutover(refunds).index.tolist()
    [1]
    """
    frame: Any = open_frame(refunds, ["check_or_ach", "refund_date", "refund_secondary_status"])
    late = nw.col("refund_date").cast(nw.Datetime("us")) >= nw.lit(CHECKS_ENDED)
    check = status_text("check_or_ach") == "check"
    native: IntoFrameT = with_disposition(frame).filter(check & late).to_native()
    return native
