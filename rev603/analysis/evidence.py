"""What the reports show of a number that has stuck money, and the step that follows from it."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, cast

import numpy as np
import pandas as pd

from rev603.analysis._cents import open_frame
from rev603.analysis._engines import to_pandas
from rev603.analysis._text import name_key
from rev603.errors import ColumnsMissingError, Rev603Error
from rev603.identifiers import importer_number
from rev603.identifiers.refund_key import PAYEE_KEY, with_identity
from rev603.vocabulary.guide import ADD_SUFFIX, CHECK_4811, CHECK_ACCOUNT, ENROLL, REQUEST_REISSUE, WAITING

if TYPE_CHECKING:
    from collections.abc import Sequence

import narwhals as nw

__all__ = ["CARE_KEY", "importer_of", "with_evidence"]

#: The C/O as it is compared.
CARE_KEY = "__rev603_care_key"

_LOG = ("payee_id", "care_of", "verified_on", "requested_on", "note")
# An EIN with its suffix, or bare digits that may be one, as the payee's key spells them.
_EIN, _BARE = r"[0-9]{2}-[0-9]{7}[0-9A-Z]{2}", r"[0-9]{11}"


def importer_of(payee_key: pd.Series[Any]) -> pd.Series[Any]:
    """Return whose number it is whatever its suffix: nine digits of an EIN, or the whole of another number.

    >>> importer_of(pd.Series(["98-765432101", "98765432100", "000-12-3456"], dtype="str")).tolist()
    ['987654321', '987654321', '000-12-3456']
    """
    base = payee_key.str.replace("-", "").str.slice(0, 9)
    return base.where(payee_key.str.fullmatch(f"{_EIN}|{_BARE}"), payee_key)


def with_evidence(groups: pd.DataFrame, log: Any = None) -> pd.DataFrame:
    """Return the groups that have stuck lines, with what the reports and the log say of each, and the step.

    Parameters
    ----------
    groups
        One line per payee key and C/O key: ``payee_id company_name care_of lines newest paid`` (date of the last ACH
        payment) ``is_reject``.
    log
        The user's own: ``payee_id``, and ``care_of verified_on requested_on note`` where there are any.
    """
    groups = groups.assign(_importer=importer_of(groups[PAYEE_KEY]), _name=_key(groups["company_name"]))
    groups["paid"] = groups["paid"].where(groups[PAYEE_KEY] != "")  # nobody knows whose payment that was
    stuck = groups[groups["lines"] > 0].reset_index(drop=True)
    paid = groups[groups["paid"].notna()]
    stuck = stuck.merge(_siblings(stuck, paid), on=[PAYEE_KEY, CARE_KEY], how="left")
    stuck = stuck.merge(_paid_for(stuck, paid), on=[PAYEE_KEY, CARE_KEY], how="left")
    stuck = _with_log(stuck, log)
    counts = ["siblings_paid", "notify_party_paid_for"]
    stuck[counts] = stuck[counts].fillna(0).astype("int64")
    stuck["kind"] = importer_number.kind_column(stuck["payee_id"])
    stuck["step"], stuck["evidence"] = _judged(stuck)
    return stuck


def _judged(stuck: pd.DataFrame) -> tuple[pd.Series[str], pd.Series[str]]:
    """Return the step of each line and why, by the first evidence that holds."""
    newest, paid, reject = stuck["newest"], stuck["paid"], stuck["_what"]
    of = " (" + _days(newest) + ")"
    first, several = stuck["siblings_paid"] == 1, stuck["siblings_paid"] > 1
    suffix = "suffix " + stuck["_sibling_suffix"].astype("str") + " of this number was paid by ACH on "
    others: Any = stuck["notify_party_paid_for"].astype("str") + np.where(
        stuck["notify_party_paid_for"] == 1, " other importer", " other importers"
    )
    more = (" (" + stuck["siblings_paid"].astype("str") + " suffixes are)").where(several, "")
    never, no_number = "never paid by ACH in these reports", "the report gives no payee number"
    nothing = np.select(
        [stuck[PAYEE_KEY] == "", stuck["kind"] == "cbp"],
        [no_number, f"{never}; a number that CBP assigned: importer abroad"],
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


def _key(names: pd.Series[Any]) -> pd.Series[str]:
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
    # in one frame, so that both spell a number alike
    both = pd.concat([stuck["payee_id"], known["payee_id"]], ignore_index=True).astype("str")
    keys: Any = with_identity(nw.from_native(both.rename("payee_id").to_frame())).to_native()[PAYEE_KEY]
    known["_log_key"] = keys.iloc[len(stuck) :].to_numpy()
    stuck = stuck.assign(_log_key=keys.iloc[: len(stuck)].to_numpy())
    on = ["_log_key"]
    if "care_of" in known:
        known[CARE_KEY] = _key(known["care_of"])
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
