"""Who must do what, for exactly which number, so that stuck refunds get paid."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import narwhals as nw
import pandas as pd

from rev603.analysis._cents import cents, open_frame
from rev603.analysis._engines import collected, like, to_pandas
from rev603.analysis._text import name_key
from rev603.analysis.ageing import as_day
from rev603.analysis.disposition import with_disposition
from rev603.analysis.evidence import CARE_KEY, importer_of, with_evidence
from rev603.identifiers.refund_key import PAYEE_KEY, with_identity
from rev603.vocabulary.guide import STEPS
from rev603.vocabulary.statuses import PAID_BY_ACH, REJECTED, STUCK

if TYPE_CHECKING:
    import datetime as dt

    from narwhals.typing import IntoFrameT

__all__ = ["WORKLIST", "enrollment_worklist", "judged", "keyed", "with_actor", "worklist_by_actor"]

NEEDED = (
    "payee_id", "refund_id", "document_number", "company_name", "care_of", "refund_date", "amount",
    "refund_secondary_status", "check_or_ach",
)  # fmt: skip
#: The columns of a worklist.
WORKLIST = (
    "actor", "actor_name", "payee_id", "company_name", "care_of", "kind", "step", "evidence", "lines", "amount",
    "oldest_refund_date", "days_waiting", "last_paid_by_ach", "sibling", "sibling_last_paid", "siblings_paid",
    "notify_party_paid_for",
)  # fmt: skip


def enrollment_worklist(
    refunds: IntoFrameT, *, as_of: str | dt.date | pd.Timestamp, log: Any = None
) -> IntoFrameT:
    """Return what is to be done for stuck money: one line per actor and number, with the evidence.

    Stuck is what was rejected for want of a bank account, or came back and was not sent again.

    Parameters
    ----------
    refunds
        All refund lines in their current state, not only the stuck ones: the evidence is in what was paid. A frame of
        any engine; one line per number and C/O is collected.
    as_of
        The day to count waiting days up to.
    log
        Your own notes, a CSV file or a frame: ``payee_id care_of verified_on requested_on note``, with the day on which
        you saw the account in ACE, or asked CBP for the reissue. What is not newer than the reject is ignored.

    Returns
    -------
    frame
        Largest amount first.

        - ``actor``: the ``notify party`` where a C/O is named, else the ``payee``; ``actor_name`` as CBP prints it;
        - ``payee_id company_name care_of``, and the ``kind`` of the number (``irs``, ``ssn``, ``cbp``, or missing);
        - ``step``: ``request reissue`` (paid by ACH after the newest reject, or seen in ACE by your log), ``check the
          account`` (paid only before), ``add this suffix`` (another suffix is paid, with the same C/O), ``check the
          4811 and box 28`` (the notify party is paid for other importers), ``enroll``, or ``waiting for CBP`` (asked
          for, by your log); ``evidence`` says why, with dates out of the reports;
        - ``lines amount oldest_refund_date days_waiting`` of what is stuck;
        - ``last_paid_by_ach``; ``sibling`` (the suffix that was paid last), ``sibling_last_paid``, ``siblings_paid``;
          ``notify_party_paid_for`` (how many other importers).

    Raises
    ------
    ColumnsMissingError
        Without one of ``payee_id refund_id document_number company_name care_of refund_date amount
        refund_secondary_status check_or_ach``; or the log's columns.
    Rev603Error
        A day of the log cannot be read.

    Notes
    -----
    Each number is enrolled with its suffix (CBP Form 5106; no suffix is ``00``), a notify party enrolls for its own
    number, and a refund goes to it only with a Form 4811 and its number in box 28 of the entry summary (CSMS 67648307).
    What to do at each step: ``rev603 guide`` (CBP Pub. 5286-1225, 5292-1225). A day is the Refund Date of the report.

    Examples
    --------
    >>> refunds = pd.DataFrame({"payee_id": ["98-7654321AB", "98-7654321"], "company_name": "Example LLC",
    ...     "refund_id": ["1", "2"], "document_number": ["A", "B"], "amount": [20.20, 5.00],
    ...     "care_of": pd.Series([None, None], dtype="str"), "check_or_ach": [None, "ACH"],
    ...     "refund_date": pd.to_datetime(["2026-03-02", "2026-03-09"]),
    ...     "refund_secondary_status": ["Reject No ACH", "Treasury Issued"]})
    >>> for name, value in enrollment_worklist(refunds, as_of="2026-03-20").iloc[0].items():
    ...     if name in ("actor_name", "payee_id", "step", "evidence", "days_waiting", "sibling"):
    ...         print(f"{name}: {value}")
    actor_name: Example LLC
    payee_id: 98-7654321AB
    step: add this suffix
    evidence: suffix 00 of this number was paid by ACH on 03/09/2026, this one never
    days_waiting: 18
    sibling: 98-7654321
    """
    answer = judged(keyed(refunds), as_of=as_of, log=log)[list(WORKLIST)]
    native: IntoFrameT = like(answer, refunds)
    return native


def worklist_by_actor(worklist: Any) -> pd.DataFrame:
    """Return the worklist rolled up: one line per company or notify party that has something to do.

    Parameters
    ----------
    worklist
        From :func:`enrollment_worklist`.

    Returns
    -------
    pandas.DataFrame
        Largest amount first: ``actor actor_name steps`` (joined by ``+``) ``importers numbers lines amount
        oldest_refund_date days_waiting``. All suffixes of an importer are one actor; so are spellings of a notify
        party that differ in case, spacing and punctuation only.

    Examples
    --------
    >>> worklist = pd.DataFrame({"actor": "payee", "actor_name": "Example LLC", "company_name": "Example LLC",
    ...     "payee_id": ["98-7654321AB", "98-7654321"], "care_of": pd.Series([None, None], dtype="str"),
    ...     "step": ["enroll", "request reissue"], "lines": [1, 2], "amount": [0.10, 0.20], "days_waiting": [18, 25],
    ...     "oldest_refund_date": pd.to_datetime(["2026-03-02", "2026-02-23"])})
    >>> worklist_by_actor(worklist)[["actor_name", "steps", "numbers", "amount"]]
        actor_name                     steps  numbers  amount
    0  Example LLC  request reissue + enroll        2     0.3
    """
    names = open_frame(worklist, _ROLLED).collect_schema().names()
    frame = with_actor(to_pandas(worklist, names))
    frame["_cents"] = (frame["amount"] * 100).round().astype("int64")
    groups = frame.groupby("_actor", sort=True)
    rolled = groups.agg(
        actor=("actor", "first"), actor_name=("actor_name", "first"), steps=("step", _steps),
        importers=("_importer", "nunique"), numbers=("payee_id", "nunique"), lines=("lines", "sum"),
        amount=("_cents", "sum"), oldest_refund_date=("oldest_refund_date", "min"), days_waiting=("days_waiting", "max"),
    ).astype({"steps": "str"})  # fmt: skip
    rolled["amount"] = rolled["amount"] / 100
    return rolled.sort_values("amount", ascending=False, kind="stable", ignore_index=True)


_ROLLED = (
    "actor", "actor_name", "payee_id", "care_of", "step", "lines", "amount", "oldest_refund_date", "days_waiting",
)  # fmt: skip


def with_actor(worklist: pd.DataFrame) -> pd.DataFrame:
    """Add ``_actor``, one text per company or notify party, and ``_importer``, to lines of a worklist."""
    keyed: Any = with_identity(nw.from_native(worklist)).with_columns(
        name_key("care_of").alias(CARE_KEY), name_key("actor_name").alias("_name")
    )
    frame: pd.DataFrame = keyed.to_native()
    importer = importer_of(frame[PAYEE_KEY])
    payee = ("payee " + importer).where(importer != "", "payee named " + frame["_name"])
    notify = frame["actor"] == "notify party"
    return worklist.assign(_actor=payee.mask(notify, "notify " + frame[CARE_KEY]), _importer=importer)


def _steps(steps: pd.Series[str]) -> str:
    return " + ".join(sorted(set(steps), key=STEPS.index))


def keyed(refunds: Any) -> Any:
    """Return the open frame with each line's disposition, and what refunds, payees and C/O names are compared by."""
    frame: Any = with_disposition(open_frame(refunds, NEEDED))
    return with_identity(frame).with_columns(name_key("care_of").alias(CARE_KEY))


def judged(frame: Any, *, as_of: str | dt.date | pd.Timestamp | None = None, log: Any = None) -> pd.DataFrame:
    """Return the worklist of a :func:`keyed` frame, with the keys that its lines were put together by."""
    is_stuck = nw.col("disposition").is_in(list(STUCK))
    is_paid = nw.col("disposition") == PAID_BY_ACH
    day = nw.col("refund_date").cast(nw.Datetime("us")).dt.truncate("1d")
    lines = frame.filter(is_stuck | is_paid).select(
        PAYEE_KEY, CARE_KEY, "payee_id", "care_of", "company_name",
        lines=nw.when(is_stuck).then(1).otherwise(0),
        cents=nw.when(is_stuck).then(cents("amount")).otherwise(nw.lit(0)),
        is_reject=nw.when(nw.col("payment_state") == REJECTED).then(1).otherwise(0),
        stuck_name=nw.when(is_stuck).then(nw.col("company_name")),
        stuck_on=nw.when(is_stuck).then(day),
        paid=nw.when(is_paid).then(day),
    )  # fmt: skip
    grouped = lines.group_by(PAYEE_KEY, CARE_KEY).agg(
        nw.col("payee_id", "care_of", "company_name", "stuck_name").min(),
        nw.col("lines", "cents").sum(),
        nw.col("is_reject", "paid").max(),
        nw.col("stuck_on").min().alias("oldest_refund_date"),
        nw.col("stuck_on").max().alias("newest"),
    )
    found = with_evidence(_typed(collected(grouped)), log)
    found["actor"] = pd.Series("payee", found.index, dtype="str").mask(found[CARE_KEY] != "", "notify party")
    found["actor_name"] = found["care_of"].where(found["actor"] == "notify party", found["company_name"])
    found["amount"] = found["cents"] / 100
    if as_of is not None:
        waited: Any = as_day(as_of) - found["oldest_refund_date"]
        found["days_waiting"] = waited.dt.days.astype("Int64")
    found = found.rename(columns={"paid": "last_paid_by_ach"})
    return found.sort_values(
        ["amount", "payee_id", "care_of"], ascending=[False, True, True], ignore_index=True, kind="stable"
    )


def _typed(groups: pd.DataFrame) -> pd.DataFrame:
    days = dict.fromkeys(("paid", "newest", "oldest_refund_date"), "datetime64[us]")
    text = dict.fromkeys((PAYEE_KEY, CARE_KEY, "payee_id", "care_of", "company_name", "stuck_name"), "str")
    groups = groups.astype({**days, **text, "lines": "int64", "cents": "int64"})
    what = pd.Series("return", groups.index, dtype="str").mask(groups["is_reject"] > 0, "reject")
    return groups.assign(company_name=groups["stuck_name"].fillna(groups["company_name"]), _what=what)
