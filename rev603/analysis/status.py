"""Where the money of each line is, and which lines were rejected for want of a bank account."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import narwhals as nw

from rev603.analysis._cents import open_frame
from rev603.vocabulary import statuses

if TYPE_CHECKING:
    from narwhals.typing import IntoFrameT

__all__ = ["flag_rejects", "rejects"]

# Spelled out, because `\s` means something else to each engine's regular expressions.
_SPACING = "".join(chr(code) for code in range(0x3001) if chr(code).isspace())


def text_key(column: str) -> nw.Expr:
    """Give text as vocabularies look it up: lower case, without any spacing; missing is ``""``."""
    text = nw.col(column).cast(nw.String).fill_null("")
    return text.str.replace_all(f"[{_SPACING}]+", "").str.to_lowercase()


def has_state(key: str, *states: str) -> nw.Expr:
    """Say of each status key (the column ``key``) whether it stands for one of these states."""
    return nw.col(key).is_in([text for text, state in statuses.STATE_OF_STATUS.items() if state in states])


def payment_state(key: str) -> nw.Expr:
    """Give the state that each status key (the column ``key``) stands for."""
    state = nw.lit(statuses.UNKNOWN)
    for name in dict.fromkeys(statuses.STATE_OF_STATUS.values()):
        state = nw.when(has_state(key, name)).then(nw.lit(name)).otherwise(state)
    return state


def flag_rejects(refunds: IntoFrameT) -> IntoFrameT:
    """Say for each line where its money is, and whether it was rejected for want of a bank account.

    Parameters
    ----------
    refunds
        A frame with ``refund_secondary_status``: pandas, Polars, a DuckDB relation or a PySpark frame.

    Returns
    -------
    frame
        The same kind of frame, every line and column of it, with ``payment_state`` (``in transit``,
        ``issued``, ``returned``, ``reissued``, ``diverted``, ``rejected`` or, for a status that is not
        documented, ``unknown``) and ``is_reject_no_ach`` (true where the state is ``rejected``).

    Raises
    ------
    ColumnsMissingError
        Without the status column.

    Notes
    -----
    Statuses are compared without regard to case and spacing. Sources: CSMS 59949325 and CSMS 68536553
    (secondary statuses); CBP Pub. 5286-1225 ("Reject No ACH"). That a blank means "on its way" is
    inferred. CBP's FAQ says that rejects are in report REV-613, so a REV-603 alone may show too few.

    Examples
    --------
    >>> import pandas as pd
    >>> refunds = pd.DataFrame({"refund_secondary_status": ["Reject No ACH", "treasury  issued", "New text"]})
    >>> flag_rejects(refunds)["payment_state"].tolist()
    ['rejected', 'issued', 'unknown']
    """
    frame: Any = open_frame(refunds, ["refund_secondary_status"])
    flagged = (
        frame.with_columns(_key=text_key("refund_secondary_status"))
        .with_columns(
            payment_state=payment_state("_key"), is_reject_no_ach=has_state("_key", statuses.REJECTED)
        )
        .drop("_key")
    )
    native: IntoFrameT = flagged.to_native()
    return native


def rejects(refunds: IntoFrameT, *, include_returned: bool = False) -> IntoFrameT:
    """Give only the lines that were rejected for want of a bank account.

    Parameters
    ----------
    refunds
        As for :func:`flag_rejects`.
    include_returned
        Also the lines whose payment came back: since 2026 CBP uses "Check/ACH Returned" for incomplete ACH
        enrolment too (CSMS 68536553), so that text has two meanings.

    Returns
    -------
    frame
        Those lines, with the two columns of :func:`flag_rejects`.

    Examples
    --------
    >>> import pandas as pd
    >>> refunds = pd.DataFrame({"refund_secondary_status": ["Reject No ACH", "Check/ACH Returned", None]})
    >>> len(rejects(refunds)), len(rejects(refunds, include_returned=True))
    (1, 2)
    """
    wanted = [statuses.REJECTED, statuses.RETURNED] if include_returned else [statuses.REJECTED]
    flagged: Any = nw.from_native(flag_rejects(refunds))
    native: IntoFrameT = flagged.filter(nw.col("payment_state").is_in(wanted)).to_native()
    return native
