"""Where the money of each line is: the one definition that every answer uses.

A line's *disposition* follows from its status, from the method that is printed, and from the other lines of its
refund and document: what was rejected or returned and has since been paid is ``superseded``, and adds nothing to
any sum, so that a payment which came back and was sent again counts once.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import narwhals as nw
import numpy as np
import pandas as pd

from rev603._columns import Numbers, in_arrow, key_codes
from rev603.analysis._frames import cents
from rev603.analysis._text import choose, payment_state, status_text
from rev603.identifiers.refund_key import IDENTITY, KEY, OWN, with_identity
from rev603.vocabulary import statuses
from rev603.vocabulary.statuses import PAID_STATES, REJECTED, RETURNED, STUCK, SUPERSEDED

FLAGS = ("payment_state", "is_reject_no_ach", "disposition")
AS_TEXT = {"payment_state": "str", "disposition": "str"}
_TELLING = ("refund_secondary_status", "check_or_ach", "report")
#: What tells of two lines whether one supersedes the other.
_COMPARED = ("amount", "total_refund_amount", "report_date", "refund_date", "check_or_trace_number")
_CENTS, _PRINTED, _REPORT, _DATE, _NUMBER, _CODE, _GONE = (
    f"{OWN}{name}" for name in ("cents", "printed", "report", "date", "number", "code", "superseded")
)


def with_disposition(frame: Any) -> Any:
    """Return an open frame with ``payment_state``, ``is_reject_no_ach`` and ``disposition``.

    Parameters
    ----------
    frame
        A narwhals frame, of any engine, with ``refund_secondary_status``. How a payment was made is told by
        ``check_or_ach``, and what is superseded by ``payee_id refund_id document_number amount`` (and, where they
        are there, ``refund_date report_date check_or_trace_number total_refund_amount``): then the columns of
        :func:`with_identity` are left there.
    """
    names = frame.collect_schema().names()
    if {*IDENTITY, "disposition"} <= set(names):  # one of ours, that has been here before
        return frame
    comparable = {*KEY, "amount"} <= set(names)
    if isinstance(frame, nw.DataFrame) and frame.implementation.is_pandas():
        keyed = with_identity(frame) if comparable else frame
        lines = keyed.to_native()
        flags = flags_of(lines, key_codes(lines, IDENTITY) if comparable else None)
        keyed = nw.from_native(lines.assign(**flags.astype(AS_TEXT)))
    else:
        keyed = _stated(frame, names)
        if comparable:
            then = nw.when(nw.col(_GONE)).then(nw.lit(SUPERSEDED)).otherwise(nw.col("disposition"))
            keyed = _superseded(with_identity(keyed), IDENTITY).with_columns(disposition=then).drop(_GONE)
    return keyed


def flags_of(lines: pd.DataFrame, code: Numbers | None = None) -> pd.DataFrame:
    """Return the three columns for lines in pandas, the texts as categories: few, however many lines there are.

    Each status, method and kind of report is looked up once. ``code`` numbers what supersedes one another, the lines
    of a key or of a key in one report; only where a line is stuck are the others looked at: these are few.
    """
    names = [name for name in _TELLING if name in lines.columns]
    place = key_codes(lines, names)
    distinct = lines.loc[~pd.Series(place).duplicated().to_numpy(), names]
    told = _stated(in_arrow(distinct), names).select(*FLAGS).to_pandas()
    told = told.astype(
        {"payment_state": "category", "disposition": pd.CategoricalDtype(list(statuses.DISPOSITIONS))}
    )
    flags: pd.DataFrame = told.take(place).set_axis(lines.index)
    stuck = flags["disposition"].isin(STUCK).to_numpy()
    if code is not None and stuck.any():
        asked = np.zeros(int(code.max()) + 1, np.bool_)
        asked[code[stuck]] = True
        rows = np.flatnonzero(asked[code])
        some = lines[[name for name in _COMPARED if name in lines]].iloc[rows]
        some = some.assign(**{_CODE: code[rows]}, **flags.iloc[rows])
        gone = _superseded(in_arrow(some), (_CODE,))[_GONE].to_numpy()
        flags.iloc[rows[gone], FLAGS.index("disposition")] = SUPERSEDED
    return flags


def _stated(frame: Any, names: Sequence[str]) -> Any:
    """Add what the line itself says, whatever the others say."""
    state = nw.col("payment_state")
    methods = statuses.METHODS.items() if "check_or_ach" in names else ()
    cases = [
        (status_text("check_or_ach") == text, statuses.DISPOSITION_OF_METHOD[method])
        for text, method in methods
    ]
    cases += [(state == name, disposition) for name, disposition in statuses.DISPOSITION_OF_STATE.items()]
    found = choose(((condition, nw.lit(name)) for condition, name in cases), nw.lit(statuses.PAID_NOT_STATED))
    return frame.with_columns(
        payment_state=payment_state("refund_secondary_status", report="report" in names)
    ).with_columns(is_reject_no_ach=state == REJECTED, disposition=found)


def _superseded(frame: Any, key: Sequence[str]) -> Any:
    """Add ``__rev603_superseded``: rejected or returned, and issued or reissued since for the same amount.

    Notes
    -----
    *Since* is in the same report or a later one, and not under an earlier refund date, as far as dates are there. A
    payment that came back was sent before that: of several lines of one amount in one report, what was returned last
    (by refund date, then number) stands, and supersedes those before it. So a reissue that comes back in its turn
    is stuck once, not twice. Where the amount of a refund is borne by one of its lines, the printed amounts are
    compared, and a line that bears money is superseded only by one that bears the same.
    """
    state, own, same = nw.col("payment_state"), nw.col(_CENTS), (*key, _PRINTED)
    paid, back = state.is_in(PAID_STATES), state == RETURNED

    def newest(which: nw.Expr, column: str, over: Sequence[str]) -> nw.Expr:
        return nw.when(which).then(nw.col(column)).max().over(*over)

    helpers = {
        f"{_CENTS}_most": newest(paid, _CENTS, same),
        f"{_CENTS}_least": nw.when(paid).then(own).min().over(*same),
        f"{_REPORT}_paid": newest(paid, _REPORT, same),
        f"{_DATE}_paid": newest(paid, _DATE, same),
        f"{_DATE}_back": newest(back, _DATE, (*same, _CENTS, _REPORT)),
        f"{_NUMBER}_back": newest(back, _NUMBER, (*same, _CENTS, _REPORT, _DATE)),
    }
    most, least, report, date, sent, number = (nw.col(name) for name in helpers)
    covered = ~most.is_null() & ((own == 0) | (own == most) | (own == least))
    since = (report.is_null() | nw.col(_REPORT).is_null() | (report >= nw.col(_REPORT))) & (
        date.is_null() | nw.col(_DATE).is_null() | (date >= nw.col(_DATE))
    )
    again = (nw.col(_DATE) < sent) | (~nw.col(_DATE).is_null() & (nw.col(_NUMBER) < number))
    gone = nw.col("disposition").is_in(STUCK) & ((covered & since) | again)
    return (
        _comparable(frame)
        .with_columns(**helpers)
        .with_columns(gone.fill_null(False).alias(_GONE))
        .drop(_CENTS, _PRINTED, _REPORT, _DATE, _NUMBER, *helpers)
    )


def _comparable(frame: Any) -> Any:
    """Add whole cents, borne and printed, the dates, and the number; what is not there is missing."""
    names = frame.collect_schema().names()
    never = nw.lit(None).cast(nw.Datetime("us"))
    dates = {
        own: nw.col(name).cast(nw.Datetime("us")) if name in names else never
        for own, name in ((_REPORT, "report_date"), (_DATE, "refund_date"))
    }
    number = nw.lit("")
    if "check_or_trace_number" in names:
        number = nw.col("check_or_trace_number").cast(nw.String).fill_null("")
    printed = cents("amount")
    if "total_refund_amount" in names:
        stated = ~nw.col("total_refund_amount").is_null()
        printed = nw.when(stated).then(cents("total_refund_amount")).otherwise(printed)
    return frame.with_columns(
        cents("amount").alias(_CENTS), printed.alias(_PRINTED), number.alias(_NUMBER), **dates
    )
