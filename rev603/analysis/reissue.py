"""What CBP's refunds team is asked to send again, who gets a letter about stuck money, and the figures in it."""

from __future__ import annotations

import datetime as dt
from dataclasses import dataclass
from typing import Any

import narwhals as nw
import pandas as pd
from narwhals.typing import IntoFrameT

from rev603.analysis._frames import collected, like, total, whole_cents
from rev603.analysis.ageing import as_day
from rev603.analysis.worklist import CARE_KEY, judged, keyed, with_actor
from rev603.identifiers.refund_key import DOCUMENT_KEY, PAYEE_KEY, REFUND_KEY
from rev603.vocabulary.guide import REQUEST_REISSUE, STEPS, WAITING
from rev603.vocabulary.statuses import STUCK

CBP = "CBP"
#: The columns of a request.
REQUEST = (
    "refund_id", "payee_id", "company_name", "care_of", "documents", "lines", "amount", "refund_date",
    "check_or_trace_number", "reason", "ready", "evidence",
)  # fmt: skip


def reissue_requests(refunds: IntoFrameT, *, ready_only: bool = True, log: Any = None) -> IntoFrameT:
    """Return what to send to CBP's refunds team so that it reissues: one line per stuck refund.

    Parameters
    ----------
    refunds
        As for :func:`rev603.enrollment_worklist`, with ``check_or_trace_number`` where it is there. The stuck lines are
        collected.
    ready_only
        Only refunds whose account has been seen to work since. Asked for too early, a reissue is rejected again.
    log
        As for :func:`rev603.enrollment_worklist`: an account that you saw in ACE is ready; what you asked for already
        is not.

    Returns
    -------
    frame
        ``refund_id payee_id company_name care_of documents`` (their numbers, joined by a comma) ``lines amount
        refund_date check_or_trace_number`` (the former ones) ``reason`` (``no ACH on file``, ``returned``) ``ready``, and
        the ``evidence`` for it; by payee, date and refund. A line without a refund number is a request of its own.

    Raises
    ------
    ColumnsMissingError
        Without one of the columns.

    Notes
    -----
    CBP does not send a stuck refund again of its own accord: the payee asks for it, with refund number, payee, amount,
    document and date (brokers' practice; CBP Pub. 5286-1225 and CSMS 68536553 for the statuses). Full numbers are needed
    for that: frames hold them, and what is rendered masks social security numbers.

    Examples
    --------
    >>> refunds = pd.DataFrame({"payee_id": "98-765432100", "company_name": "Example LLC",
    ...     "refund_id": ["1", "1", "2"], "document_number": ["B", "A", "C"], "amount": [20.20, 0.10, 5.00],
    ...     "care_of": pd.Series([None, None, None], dtype="str"), "check_or_ach": [None, None, "ACH"],
    ...     "refund_date": pd.to_datetime(["2026-03-02", "2026-03-02", "2026-03-09"]),
    ...     "refund_secondary_status": ["Reject No ACH", "Reject No ACH", "Treasury Issued"]})
    >>> reissue_requests(refunds)[["refund_id", "documents", "amount", "ready"]]
      refund_id documents  amount  ready
    0         1      A, B    20.3   True
    """
    frame = keyed(refunds)
    requests = requests_of(frame, judged(frame, log=log))
    if ready_only:
        requests = requests[requests["ready"]].reset_index(drop=True)
    answer: IntoFrameT = like(requests[list(REQUEST)], refunds)
    return answer


def requests_of(frame: Any, work: pd.DataFrame) -> pd.DataFrame:
    """Return the requests for all that is stuck, with the keys and steps of their lines of the worklist."""
    stuck = frame.filter(nw.col("disposition").is_in(list(STUCK)))
    lines: Any = collected(stuck).reset_index(drop=True)
    if "check_or_trace_number" not in lines:
        lines["check_or_trace_number"] = None
    lines = lines.astype({"document_number": "str", "check_or_trace_number": "str", "disposition": "str"})
    lines["_cents"] = whole_cents(lines["amount"])
    # without a refund number nothing says that two documents are of one refund
    lines["_of"] = lines[DOCUMENT_KEY].where(lines[REFUND_KEY] == "", "")
    keys = [PAYEE_KEY, CARE_KEY, REFUND_KEY, "_of"]
    requests = lines.groupby(keys, as_index=False, sort=False).agg(
        refund_id=("refund_id", "min"), payee_id=("payee_id", "min"), company_name=("company_name", "min"),
        care_of=("care_of", "min"), documents=("document_number", _joined), lines=("_cents", "size"),
        amount=("_cents", "sum"), refund_date=("refund_date", "min"),
        check_or_trace_number=("check_or_trace_number", _joined), reason=("disposition", _joined),
    )  # fmt: skip
    text = dict.fromkeys({*REQUEST} - {"lines", "amount", "refund_date", "ready", "evidence"}, "str")
    requests = requests.astype(text | {"refund_date": "datetime64[us]", "lines": "int64"})
    requests["amount"] = requests["amount"].astype("int64") / 100
    requests = requests.merge(
        work[[PAYEE_KEY, CARE_KEY, "step", "evidence"]], on=[PAYEE_KEY, CARE_KEY], how="left"
    )
    requests["ready"] = requests["step"] == REQUEST_REISSUE
    order = ["payee_id", "refund_date", "refund_id", "documents"]
    ordered: pd.DataFrame = requests.sort_values(order, ignore_index=True, na_position="last")
    return ordered


def _joined(values: pd.Series[str]) -> str | None:
    return ", ".join(sorted(set(values.dropna()))) or None


@dataclass(frozen=True, eq=False, kw_only=True)
class LetterFigures:
    """What a letter is about.

    Attributes
    ----------
    actor
        Who gets it: ``payee``, ``notify party`` or ``CBP``.
    name
        The actor's name as CBP prints it; of a request to CBP, the payee's.
    work
        Its lines of the worklist, as :func:`rev603.enrollment_worklist` gives them.
    requests
        Its refunds, as :func:`rev603.reissue_requests` gives them, with the ``step`` of each.
    as_of, deadline
        The day of the figures, and the day by which something is to be done (None where there is none).
    """

    actor: str
    name: str
    work: pd.DataFrame
    requests: pd.DataFrame
    as_of: pd.Timestamp
    deadline: pd.Timestamp | None

    @property
    def lines(self) -> int:
        """How many refund lines."""
        return int(self.requests["lines"].sum())

    @property
    def amount(self) -> float:
        """Their dollars."""
        return total(self.requests["amount"])

    @property
    def steps(self) -> tuple[str, ...]:
        """What is to be done, in the order in which it is taken up."""
        return tuple(step for step in STEPS if (self.work["step"] == step).any())


@dataclass(frozen=True, eq=False)
class StuckMoney:
    """All that is stuck: the lines of the worklist, and the refunds behind them, each with the keys of the other."""

    work: pd.DataFrame
    requests: pd.DataFrame


def stuck_money(refunds: Any, *, as_of: str | dt.date | pd.Timestamp, log: Any = None) -> StuckMoney:
    """Return the worklist and the requests behind it, put together once for all letters."""
    frame = keyed(refunds)
    work = with_actor(judged(frame, as_of=as_of, log=log))
    requests = requests_of(frame, work)
    actors = work[[PAYEE_KEY, CARE_KEY, "_actor"]]
    return StuckMoney(work, requests.merge(actors, on=[PAYEE_KEY, CARE_KEY]))


def letters_due(
    stuck: StuckMoney,
    *,
    as_of: str | dt.date | pd.Timestamp,
    deadline: str | dt.date | pd.Timestamp | None = None,
) -> list[LetterFigures]:
    """Return one letter per actor, largest amount first, and then one request to CBP per payee that is ready.

    Whoever only waits for CBP gets none; its money is in no other letter.
    """
    day, until = as_day(as_of), None if deadline is None else as_day(deadline)

    def letter(
        actor: str, names: pd.Series[Any], work: pd.DataFrame, requests: pd.DataFrame
    ) -> LetterFigures:
        named = names.dropna()
        parts = {"work": work.reset_index(drop=True), "requests": requests.reset_index(drop=True)}
        name = str(named.iloc[0]) if len(named) else ""
        return LetterFigures(actor=actor, name=name, as_of=day, deadline=until, **parts)

    waiting = stuck.work.groupby("_actor")["step"].transform(lambda steps: (steps == WAITING).all())
    requests = dict(iter(stuck.requests.groupby("_actor")))
    letters = [
        letter(str(work["actor"].iloc[0]), work["actor_name"], work, requests[actor])
        for actor, work in stuck.work[~waiting.astype(bool)].groupby("_actor", sort=False)
    ]
    ready = stuck.requests[stuck.requests["ready"]]
    whose = ready[PAYEE_KEY].where(ready[PAYEE_KEY] != "", ready["company_name"])
    working = stuck.work[stuck.work["step"] == REQUEST_REISSUE]
    to_cbp = [
        letter(CBP, asked["company_name"], working[working[PAYEE_KEY].isin(asked[PAYEE_KEY])], asked)
        for _, asked in ready.groupby(whose, sort=False, dropna=False)
    ]
    return [each for some in (letters, to_cbp) for each in sorted(some, key=lambda one: -one.amount)]
