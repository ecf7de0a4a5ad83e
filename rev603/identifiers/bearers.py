"""Which line of a refund bears its amount, where each of its documents is shown with the whole of it."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import numpy as np
import pandas as pd

if TYPE_CHECKING:
    from collections.abc import Sequence

#: Lines of one file that are equal in these are one payment.
PAYMENT = ("refund_date", "refund_secondary_status", "check_or_trace_number", "total_refund_amount")


def one_bearer(lines: pd.DataFrame, *, file: Any, refund: Sequence[str], document: str) -> pd.Series[Any]:
    """Return the amounts, each refund's borne by the same document in all files, one that each lists if there is one.

    Otherwise a document that is no longer listed would keep the amount, and another would have it too.

    Parameters
    ----------
    lines
        Lines of files that show a refund's amount on each of its documents: ``amount`` and :data:`PAYMENT`.
    file
        Which file each line is of.
    refund, document
        The columns that name a refund, and a document of it.
    """
    paid = lines[[*refund, *PAYMENT, document, "amount"]].assign(file=file)
    same = paid.groupby([*refund, "total_refund_amount"], dropna=False, sort=False).ngroup()
    payment = paid.groupby(["file", *refund, *PAYMENT], dropna=False, sort=False).ngroup()
    files = paid["file"].groupby(same).transform("nunique")
    listed = paid["file"].groupby([same, paid[document]], dropna=False).transform("nunique")
    chosen = paid[document].where(listed == files).groupby(same).transform("min")
    bearing = (paid["amount"].fillna(0) != 0).groupby(payment).transform("sum") == 1
    bearer = (paid[document] == chosen) & chosen.notna()
    movable = bearing & (bearer.groupby(payment).transform("sum") == 1)
    return paid["amount"].mask(movable, np.where(bearer, paid["total_refund_amount"], 0.0))
