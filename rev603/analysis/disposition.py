"""Where the money of each line is: the one definition that every answer uses.

A line's *disposition* follows from its status, from the method that is printed, and from the other lines of its
refund and document: what was rejected or returned and has since been paid is ``superseded``, and adds nothing to
any sum, so that a payment which came back and was sent again counts once.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import narwhals as nw
import numpy as np

from rev603.analysis._cents import cents
from rev603.analysis._keys import IDENTITY, KEY, OWN, key_codes, plain, with_identity
from rev603.analysis._text import payment_state, status_text
from rev603.vocabulary import statuses
from rev603.vocabulary.statuses import PAID_STATES, RETURNED, STUCK, SUPERSEDED

if TYPE_CHECKING:
    from collections.abc import Sequence

    import pandas as pd
    from numpy.typing import NDArray

__all__ = ["cause", "superseded", "superseded_rows", "with_disposition"]

#: What the other lines of a refund are asked for; a frame without these has no superseded lines.
_TELLING = (*KEY, "amount")
_CENTS, _PRINTED, _REPORT, _DATE, _NUMBER, _CODE = (
    f"{OWN}{name}" for name in ("cents", "printed", "report", "date", "number", "code")
)


def with_disposition(frame: Any) -> Any:
    """Return an open frame with ``payment_state``, ``is_reject_no_ach`` and ``disposition``.

    Parameters
    ----------
    frame
        A narwhals frame, of any engine, with ``refund_secondary_status``. How a payment was made is told by
        ``check_or_ach``, and what is superseded by ``payee_id refund_id document_number amount`` (and, where they
        are there, ``refund_date report_date check_or_trace_number total_refund_amount``).
    """
    names = frame.collect_schema().names()
    state = nw.col("payment_state")
    found = nw.lit(statuses.PAID_NOT_STATED)
    if "check_or_ach" in names:
        for text, method in statuses.METHODS.items():
            printed = status_text("check_or_ach") == text
            found = nw.when(printed).then(nw.lit(statuses.DISPOSITION_OF_METHOD[method])).otherwise(found)
    for name, disposition in statuses.DISPOSITION_OF_STATE.items():
        found = nw.when(state == name).then(nw.lit(disposition)).otherwise(found)
    stated = frame.with_columns(payment_state=payment_state("refund_secondary_status")).with_columns(
        is_reject_no_ach=state == statuses.REJECTED, disposition=found
    )
    if not set(_TELLING) <= set(names):
        return stated
    keyed = with_identity(stated)
    if isinstance(keyed, nw.DataFrame) and keyed.implementation.is_pandas():
        lines = keyed.to_native()
        stuck = lines["disposition"].isin(STUCK).to_numpy()
        gone = superseded_rows(lines, key_codes(lines, IDENTITY), stuck)
        lines["disposition"] = lines["disposition"].mask(gone, SUPERSEDED)
        return plain(nw.from_native(lines))
    then = nw.when(nw.col(f"{OWN}superseded")).then(nw.lit(SUPERSEDED)).otherwise(nw.col("disposition"))
    return plain(superseded(keyed, IDENTITY).with_columns(disposition=then).drop(f"{OWN}superseded"))


def cause() -> nw.Expr:
    """Return why a line is stuck, its disposition where that is one of ``STUCK``; missing for other lines."""
    return nw.when(nw.col("disposition").is_in(STUCK)).then(nw.col("disposition"))


def superseded(frame: Any, key: Sequence[str]) -> Any:
    """Add ``__rev603_superseded``: rejected or returned, and issued or reissued since for the same amount.

    Notes
    -----
    *Since* is in the same report or a later one, and not under an earlier refund date, as far as dates are there. A
    payment that came back was sent before that: of several lines of one amount in one report, what was returned last
    (by refund date, then number) stands, and supersedes those before it. So a reissue that comes back in its turn
    is stuck once, not twice. Where the amount of a refund is borne by one of its lines, the printed amounts are
    compared, and a line that bears money is superseded only by one that bears the same.
    """
    names = frame.collect_schema().names()
    never = nw.lit(None).cast(nw.Datetime("us"))

    def dated(name: str) -> nw.Expr:
        return nw.col(name).cast(nw.Datetime("us")) if name in names else never

    number = (
        nw.col("check_or_trace_number").cast(nw.String).fill_null("")
        if "check_or_trace_number" in names
        else nw.lit("")
    )
    printed = cents("amount")
    if "total_refund_amount" in names:
        stated = ~nw.col("total_refund_amount").is_null()
        printed = nw.when(stated).then(cents("total_refund_amount")).otherwise(printed)
    state, own = nw.col("payment_state"), nw.col(_CENTS)
    same = (*key, _PRINTED)
    paid, back = state.is_in(PAID_STATES), state == RETURNED

    def of(which: nw.Expr, column: str, over: Sequence[str], *, least: bool = False) -> nw.Expr:
        chosen = nw.when(which).then(nw.col(column))
        return (chosen.min() if least else chosen.max()).over(*over)

    def since(name: str) -> nw.Expr:
        newest = nw.col(f"{name}_paid")
        return newest.is_null() | nw.col(name).is_null() | (newest >= nw.col(name))

    most, least = nw.col(f"{_CENTS}_most"), nw.col(f"{_CENTS}_least")
    paid_since = (
        ~most.is_null() & ((own == 0) | (own == most) | (own == least)) & since(_REPORT) & since(_DATE)
    )
    sent_again = (nw.col(_DATE) < nw.col(f"{_DATE}_back")) | (
        ~nw.col(_DATE).is_null() & (nw.col(_NUMBER) < nw.col(f"{_NUMBER}_back"))
    )
    helpers = [_CENTS, _PRINTED, _REPORT, _DATE, _NUMBER]
    helpers += [
        f"{_CENTS}_most",
        f"{_CENTS}_least",
        f"{_REPORT}_paid",
        f"{_DATE}_paid",
        f"{_DATE}_back",
        f"{_NUMBER}_back",
    ]
    return (
        frame.with_columns(
            cents("amount").alias(_CENTS), printed.alias(_PRINTED), dated("report_date").alias(_REPORT),
            dated("refund_date").alias(_DATE), number.alias(_NUMBER),
        )
        .with_columns(
            of(paid, _CENTS, same).alias(f"{_CENTS}_most"),
            of(paid, _CENTS, same, least=True).alias(f"{_CENTS}_least"),
            of(paid, _REPORT, same).alias(f"{_REPORT}_paid"),
            of(paid, _DATE, same).alias(f"{_DATE}_paid"),
            of(back, _DATE, (*same, _CENTS, _REPORT)).alias(f"{_DATE}_back"),
            of(back, _NUMBER, (*same, _CENTS, _REPORT, _DATE)).alias(f"{_NUMBER}_back"),
        )
        .with_columns(
            (nw.col("disposition").is_in(STUCK) & (paid_since | sent_again)).fill_null(False).alias(f"{OWN}superseded")
        )
        .drop(*helpers)
    )  # fmt: skip


def superseded_rows(
    lines: pd.DataFrame, code: NDArray[np.int64], stuck: NDArray[np.bool_]
) -> NDArray[np.bool_]:
    """Say which lines of a pandas frame are superseded; ``code`` numbers their keys.

    Only the lines of keys that have a stuck line are looked at: they are few.
    """
    gone = np.zeros(len(lines), np.bool_)
    if stuck.any():
        asked = np.zeros(int(code.max()) + 1, np.bool_)
        asked[code[stuck]] = True
        rows = np.flatnonzero(asked[code])
        some = lines.iloc[rows].assign(**{_CODE: code[rows]})
        gone[rows] = (
            superseded(nw.from_native(some), (_CODE,)).to_native()[f"{OWN}superseded"].to_numpy(dtype=bool)
        )
    return gone
