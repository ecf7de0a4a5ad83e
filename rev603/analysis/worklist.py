"""Who must do what, for exactly which number, so that stuck refunds get paid."""

from __future__ import annotations

import datetime as dt
from collections.abc import Sequence
from typing import Any, cast

import narwhals as nw
import numpy as np
import pandas as pd
from narwhals.typing import IntoFrameT

from rev603.analysis._frames import cents, collected, like, open_frame, to_pandas, whole_cents
from rev603.analysis._text import name_key
from rev603.analysis.ageing import as_day
from rev603.analysis.disposition import with_disposition
from rev603.errors import ColumnsMissingError, Rev603Error
from rev603.identifiers import importer_number
from rev603.identifiers.refund_key import PAYEE_KEY, with_identity
from rev603.vocabulary.guide import (
    ADD_SUFFIX,
    CHECK_4811,
    CHECK_ACCOUNT,
    ENROLL,
    REQUEST_REISSUE,
    STEPS,
    WAITING,
)
from rev603.vocabulary.statuses import PAID_BY_ACH, PAID_NOT_STATED, REJECTED, STUCK

NEEDED = (
    "payee_id", "refund_id", "document_number", "company_name", "care_of", "refund_date", "amount",
    "refund_secondary_status", "check_or_ach",
)  # fmt: skip
#: The C/O as it is compared.
CARE_KEY = "__rev603_care_key"

_LOG = ("payee_id", "care_of", "verified_on", "requested_on", "note")
# An EIN with its suffix, or bare digits that may be one, as the payee's key spells them.
_EIN, _BARE = r"[0-9]{2}-[0-9]{7}[0-9A-Z]{2}", r"[0-9]{11}"
#: What is said of a number without evidence; and where the reports have no method of payment at all.
NEVER = "never paid by ACH in these reports"
NOT_TOLD = "not paid in these reports, which do not say how others were: what account there is, is not known"
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
          account`` (paid only before, or the report does not say how), ``add this suffix`` (another suffix is paid,
          with the same C/O), ``check the 4811 and box 28`` (the notify party is paid for other importers), ``enroll``,
          or ``waiting for CBP`` (asked for, by your log); ``evidence`` says why, with dates out of the reports;
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
    frame = with_actor(to_pandas(worklist, _ROLLED, every=True))
    frame["_cents"] = whole_cents(frame["amount"])
    groups = frame.groupby("_actor", sort=True)
    rolled = groups.agg(
        actor=("actor", "first"), actor_name=("actor_name", "first"),
        steps=("step", lambda steps: " + ".join(sorted(set(steps), key=STEPS.index))),
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


def keyed(refunds: Any) -> Any:
    """Return the open frame with each line's disposition, and what refunds, payees and C/O names are compared by."""
    frame: Any = with_disposition(open_frame(refunds, NEEDED))
    return frame.with_columns(name_key("care_of").alias(CARE_KEY))


def judged(frame: Any, *, as_of: str | dt.date | pd.Timestamp | None = None, log: Any = None) -> pd.DataFrame:
    """Return the worklist of a :func:`keyed` frame, with the keys that its lines were put together by."""
    is_stuck = nw.col("disposition").is_in(list(STUCK))
    is_paid, somehow = nw.col("disposition") == PAID_BY_ACH, nw.col("disposition") == PAID_NOT_STATED
    day = nw.col("refund_date").cast(nw.Datetime("us")).dt.truncate("1d")
    lines = frame.filter(is_stuck | is_paid | somehow).select(
        PAYEE_KEY, CARE_KEY, "payee_id", "care_of", "company_name",
        lines=nw.when(is_stuck).then(1).otherwise(0),
        cents=nw.when(is_stuck).then(cents("amount")).otherwise(nw.lit(0)),
        is_reject=nw.when(nw.col("payment_state") == REJECTED).then(1).otherwise(0),
        stuck_name=nw.when(is_stuck).then(nw.col("company_name")),
        stuck_on=nw.when(is_stuck).then(day),
        paid=nw.when(is_paid).then(day),
        somehow=nw.when(somehow).then(day),
    )  # fmt: skip
    grouped = lines.group_by(PAYEE_KEY, CARE_KEY).agg(
        nw.col("payee_id", "care_of", "company_name", "stuck_name").min(),
        nw.col("lines", "cents").sum(),
        nw.col("is_reject", "paid", "somehow").max(),
        nw.col("stuck_on").min().alias("oldest_refund_date"),
        nw.col("stuck_on").max().alias("newest"),
    )
    found = _with_evidence(_typed(collected(grouped)), log)
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
    days = dict.fromkeys(("paid", "somehow", "newest", "oldest_refund_date"), "datetime64[us]")
    text = dict.fromkeys((PAYEE_KEY, CARE_KEY, "payee_id", "care_of", "company_name", "stuck_name"), "str")
    groups = groups.astype({**days, **text, "lines": "int64", "cents": "int64"})
    what = pd.Series("return", groups.index, dtype="str").mask(groups["is_reject"] > 0, "reject")
    return groups.assign(company_name=groups["stuck_name"].fillna(groups["company_name"]), _what=what)


def importer_of(payee_key: pd.Series[Any]) -> pd.Series[Any]:
    """Return whose number it is whatever its suffix: nine digits of an EIN, or the whole of another number.

    >>> importer_of(pd.Series(["98-765432101", "98765432100", "000-12-3456"], dtype="str")).tolist()
    ['987654321', '987654321', '000-12-3456']
    """
    base = payee_key.str.replace("-", "").str.slice(0, 9)
    return base.where(payee_key.str.fullmatch(f"{_EIN}|{_BARE}"), payee_key)


def _with_evidence(groups: pd.DataFrame, log: Any = None) -> pd.DataFrame:
    """Return the groups that have stuck lines, with what the reports and the log say of each, and the step."""
    groups = groups.assign(
        _importer=importer_of(groups[PAYEE_KEY]), _name=compared_names(groups["company_name"])
    )
    days = ["paid", "somehow"]
    groups[days] = groups[days].where(groups[PAYEE_KEY] != "")  # nobody knows whose payment that was
    stuck = groups[groups["lines"] > 0].reset_index(drop=True)
    paid = groups[groups["paid"].notna()]
    stuck = stuck.merge(_siblings(stuck, paid), on=[PAYEE_KEY, CARE_KEY], how="left")
    stuck = stuck.merge(_paid_for(stuck, paid), on=[PAYEE_KEY, CARE_KEY], how="left")
    stuck = _with_log(stuck, log)
    counts = ["siblings_paid", "notify_party_paid_for"]
    stuck[counts] = stuck[counts].fillna(0).astype("int64")
    stuck["kind"] = importer_number.kind_column(stuck["payee_id"])
    told = not len(groups) or groups["paid"].notna().any() or groups["somehow"].isna().all()
    stuck["step"], stuck["evidence"] = _judged(stuck, NEVER if told else NOT_TOLD)
    return stuck


def _judged(stuck: pd.DataFrame, never: str) -> tuple[pd.Series[str], pd.Series[str]]:
    """Return the step of each line and why, by the first evidence that holds; ``never`` is said where none does."""
    newest, paid, reject = stuck["newest"], stuck["paid"], stuck["_what"]
    of = " (" + _days(newest) + ")"
    first, several = stuck["siblings_paid"] == 1, stuck["siblings_paid"] > 1
    suffix = "suffix " + stuck["_sibling_suffix"].astype("str") + " of this number was paid by ACH on "
    others: Any = stuck["notify_party_paid_for"].astype("str") + np.where(
        stuck["notify_party_paid_for"] == 1, " other importer", " other importers"
    )
    more = (" (" + stuck["siblings_paid"].astype("str") + " suffixes are)").where(several, "")
    nothing = np.select(
        [stuck[PAYEE_KEY] == "", stuck["kind"] == "cbp"],
        ["the report gives no payee number", f"{never}; a number that CBP assigned: importer abroad"],
        never,
    )
    decisions: Sequence[tuple[Any, str, Any]] = (
        (stuck["requested_on"] > newest, WAITING,
         "your log: reissue asked for on " + _days(stuck["requested_on"]) + ", after this " + reject + of),
        (paid > newest, REQUEST_REISSUE, "paid by ACH on " + _days(paid) + ", after this " + reject + of),
        (stuck["verified_on"] > newest, REQUEST_REISSUE,
         "your log: account seen in ACE on " + _days(stuck["verified_on"]) + ", after this " + reject + of),
        (paid.notna() & (paid == newest), CHECK_ACCOUNT,
         "paid by ACH on " + _days(paid) + ", the day of this " + reject + ", and not since"),
        (paid.notna(), CHECK_ACCOUNT,
         "paid by ACH on " + _days(paid) + ", before this " + reject + of + " and not since"),
        (stuck["somehow"].notna(), CHECK_ACCOUNT,
         "paid on " + _days(stuck["somehow"]) + ", the report does not say how: whether it has an account is not known"),
        (first | several, ADD_SUFFIX, suffix + _days(stuck["sibling_last_paid"]) + more + ", this one never"),
        (stuck["notify_party_paid_for"] > 0, CHECK_4811,
         "the notify party was paid by ACH for " + others + ", for this one never"),
    )  # fmt: skip
    step = pd.Series(ENROLL, index=stuck.index, dtype="str")
    why = pd.Series(nothing, index=stuck.index, dtype="str")
    for holds, name, words in reversed(decisions):
        step, why = step.mask(holds, name), why.mask(holds, words)
    return step, why


def _days(dates: pd.Series[Any]) -> pd.Series[str]:
    written: Any = dates.dt.strftime("%m/%d/%Y").astype("str")
    return cast("pd.Series[str]", written)


def _siblings(stuck: pd.DataFrame, paid: pd.DataFrame) -> pd.DataFrame:
    """Return the suffixes of each stuck number that are paid by ACH with the same C/O: how many, and the latest."""
    keys = [PAYEE_KEY, CARE_KEY]
    pairs = stuck[[*keys, "_importer", "_name"]].merge(
        paid[[*keys, "_importer", "_name", "payee_id", "paid"]],
        on=["_importer", CARE_KEY],
        suffixes=("", "_paid"),
    )
    # digits without a hyphen may belong to somebody else: there the company's name decides
    sure = pairs[PAYEE_KEY].str.contains("-") & pairs[f"{PAYEE_KEY}_paid"].str.contains("-")
    pairs = pairs[
        (pairs[PAYEE_KEY] != pairs[f"{PAYEE_KEY}_paid"]) & (sure | (pairs["_name"] == pairs["_name_paid"]))
    ]
    pairs = pairs.sort_values(["paid", f"{PAYEE_KEY}_paid"], ascending=[False, True], kind="stable")
    pairs["_suffix"] = pairs[f"{PAYEE_KEY}_paid"].str.slice(-2)
    found = pairs.groupby(keys, as_index=False).agg(
        sibling=("payee_id", "first"),
        _sibling_suffix=("_suffix", "first"),
        sibling_last_paid=("paid", "first"),
        siblings_paid=(f"{PAYEE_KEY}_paid", "nunique"),
    )
    return found.astype({"sibling": "str", "_sibling_suffix": "str"})


def _paid_for(stuck: pd.DataFrame, paid: pd.DataFrame) -> pd.DataFrame:
    """Return for how many other importers each stuck line's notify party is paid by ACH."""
    pairs = paid.loc[paid[CARE_KEY] != "", [CARE_KEY, "_importer"]].drop_duplicates()
    count = pairs.groupby(CARE_KEY).size()
    own = pd.MultiIndex.from_frame(stuck[[CARE_KEY, "_importer"]]).isin(pd.MultiIndex.from_frame(pairs))
    others = stuck[CARE_KEY].map(count).fillna(0).astype("int64") - own
    return stuck[[PAYEE_KEY, CARE_KEY]].assign(notify_party_paid_for=others)


def payee_keys(one: pd.Series[Any], other: pd.Series[Any]) -> tuple[Any, Any]:
    """Return the numbers of two frames as they are compared: of one frame, so that both spell a number alike."""
    both = pd.concat([one, other], ignore_index=True).astype("str").rename("payee_id").to_frame()
    keys = with_identity(nw.from_native(both)).to_native()[PAYEE_KEY].to_numpy()
    return keys[: len(one)], keys[len(one) :]


def compared_names(names: pd.Series[Any]) -> pd.Series[str]:
    """Return names as they are compared."""
    text: Any = nw.from_native(names.astype("str").rename("name").to_frame())
    keyed: pd.DataFrame = text.select(name_key("name")).to_native()
    return keyed["name"].set_axis(names.index)


def _with_log(stuck: pd.DataFrame, log: Any) -> pd.DataFrame:
    """Add when the user saw the account in ACE and asked for the reissue, by number and C/O."""
    days = ["verified_on", "requested_on"]
    if log is None:
        return stuck.assign(**dict.fromkeys(days, pd.Series(pd.NaT, stuck.index, dtype="datetime64[us]")))
    known = _log_frame(log)
    own, logged = payee_keys(stuck["payee_id"], known["payee_id"])
    stuck, known = stuck.assign(_log_key=own), known.assign(_log_key=logged)
    on = ["_log_key"]
    if "care_of" in known:
        known[CARE_KEY] = compared_names(known["care_of"])
        on.append(CARE_KEY)
    known = known[known["_log_key"] != ""].groupby(on, as_index=False)[days].max()
    return stuck.merge(known, on=on, how="left").drop(columns="_log_key")


def _log_frame(log: Any) -> pd.DataFrame:
    names = open_frame(log, ()).collect_schema().names()
    if "payee_id" not in names or not {"verified_on", "requested_on"} & {*names}:
        raise ColumnsMissingError(
            [name for name in _LOG[:1] + _LOG[2:4] if name not in names], found=names, guesses={},
            what_to_do=f"a log has the columns {', '.join(_LOG)}; payee_id and one of the two dates are needed",
        )  # fmt: skip
    frame = to_pandas(log, [name for name in _LOG if name in names]).reset_index(drop=True)
    for name in ("verified_on", "requested_on"):
        given = frame[name] if name in frame else pd.Series(pd.NaT, frame.index)
        days = pd.to_datetime(given, errors="coerce", format="mixed").astype("datetime64[us]")
        wrong = days.isna() & given.notna() & (given.astype("str").str.strip() != "")
        if wrong.any():
            row = int(wrong.to_numpy().argmax())
            raise Rev603Error(
                f"The log has no date in {name}: {given[row]!r}.", where=f"line {row + 1} of the log",
                what_to_do="write days as 2026-06-01 or 06/01/2026",
            )  # fmt: skip
        frame[name] = days.dt.normalize()
    return frame
