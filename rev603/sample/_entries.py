"""Entry lists that go with a report, with the outcome of each entry known."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import numpy as np
import pandas as pd

from rev603.errors import no_frame
from rev603.identifiers import entry_number
from rev603.sample._ledger import at_least
from rev603.sample._parties import _digits, _joined
from rev603.vocabulary.statuses import DIVERTED, REJECTED, RETURNED, STATE_OF_STATUS, status_key

if TYPE_CHECKING:
    from numpy.typing import NDArray

_UNUSABLE = ("N/A", "see attached", "MYK-280008", "605-7607", "1.23457E+10")


def sample_entries(refunds: pd.DataFrame, *, seed: int = 603, truth: bool = False) -> pd.DataFrame:
    """Invent the entry list that an importer would hold against a report.

    Parameters
    ----------
    refunds
        As :func:`sample_report` gives them, with the grain ``"line"``.
    seed
        The same seed gives the same list.
    truth
        Add two columns: ``case``, what was done to the entry, and ``truth``, the outcome that a
        reconciliation must find (missing where an entry was partly paid, or its refund
        pays for other documents too). Drop both before reconciling: a
        double that says so of itself is no double.

    Returns
    -------
    pandas.DataFrame
        The columns of ``EntrySchema``: ``entry_number expected_amount refund_id importer_number notify_party
        liquidation_date``, amounts in dollars. Among its lines are entries that came to the cent, too little,
        too much and not at all, entries with several refunds, single refunds for several entries (these, and
        only these, name the refund), lines listed twice and lines without a usable number. One entry in
        twenty of the report is not in the list.

    Examples
    --------
    >>> from rev603.sample import sample_report
    >>> entries = sample_entries(sample_report(lines=400), truth=True)
    >>> sorted(entries["truth"].dropna().unique())
    ['duplicate entry', 'matched', 'missing', 'not paid', 'over', 'short', 'unusable key']
    """
    if not isinstance(refunds, pd.DataFrame):
        raise no_frame(refunds, "what sample_report gives")
    rng = np.random.default_rng(seed)
    by_entry = _by_entry(refunds)
    order = rng.permutation(len(by_entry))
    by_entry = by_entry.iloc[order[at_least(0.05, len(order)) :]].reset_index(drop=True)

    count = len(by_entry)
    case = pd.Series(by_entry["state"], dtype="str")
    expected = by_entry["cents"].to_numpy().copy()
    came = np.flatnonzero((case == "matched").to_numpy() & (expected > 100_000))
    came = rng.permutation(came)
    few = at_least(0.05, count)
    short, over, split = came[:few], came[few : 2 * few], came[2 * few : 3 * few]
    split = split[by_entry["alone"].to_numpy()[split]]
    expected[short] += rng.integers(500, 50_000, len(short))
    expected[over] -= rng.integers(500, 50_000, len(over))
    case.iloc[short] = "short"
    case.iloc[over] = "over"
    case = case.mask((case == "matched") & (by_entry["refunds"] > 1), "several refunds for one entry")

    entries = pd.DataFrame(
        {
            "entry_number": by_entry["entry_number"],
            "cents": expected,
            "refund_id": pd.Series(np.nan, index=by_entry.index, dtype="str"),
            "importer_number": by_entry["payee_id"],
            "notify_party": by_entry["care_of"],
            "liquidation_date": _liquidated(by_entry["refund_date"]),
            "case": case,
        }
    )
    added = _added(rng, entries, by_entry, split, few)
    entries = pd.concat([entries, *added], ignore_index=True)
    entries = entries.iloc[_mixed(rng, entries)].reset_index(drop=True)
    entries.insert(1, "expected_amount", entries.pop("cents") / 100)
    entries[_TEXT] = entries[_TEXT].astype("str")
    if not truth:
        return entries.drop(columns="case")
    entries["truth"] = entries["case"].map(_TRUTH).astype("str")
    return entries


_TEXT = ["entry_number", "refund_id", "importer_number", "notify_party", "case"]
_TRUTH = {
    "matched": "matched",
    "several refunds for one entry": "matched",
    "one refund for several entries": "matched",
    "short": "short",
    "over": "over",
    "missing": "missing",
    "not paid": "not paid",
    "duplicate": "duplicate entry",
    "unusable": "unusable key",
    "open": np.nan,
}


def _by_entry(refunds: pd.DataFrame) -> pd.DataFrame:
    """Give a line per entry of the report: what was paid, and in which state the money is."""
    refund = refunds["refund_id"]
    work = refunds.assign(
        state=refunds["refund_secondary_status"].fillna("").map(status_key).map(STATE_OF_STATUS),
        cents=(refunds["amount"].fillna(0) * 100).round().astype("int64"),
        lines_of_refund=refund.groupby(refund).transform("size"),
        # money for documents that are no entries hangs on the same refund
        besides=refunds["entry_number"].isna().groupby(refund).transform("any"),
    )
    # in transit counts as refunded, and so would a status that nobody has documented
    work["paid"] = ~work["state"].isin([REJECTED, RETURNED, DIVERTED])
    # of a returned payment and its reissue, the latter counts
    work = work.loc[work["entry_number"].notna()].drop_duplicates(["refund_id", "entry_number"], keep="last")
    grouped = work.groupby("entry_number", sort=True)
    found = grouped.agg(
        cents=("cents", "sum"),
        refunds=("refund_id", "nunique"),
        size=("refund_id", "size"),
        paid=("paid", "all"),
        some_paid=("paid", "any"),
        besides=("besides", "any"),
        lines_of_refund=("lines_of_refund", "max"),
        refund_id=("refund_id", "first"),
        payee_id=("payee_id", "first"),
        care_of=("care_of", "first"),
        refund_date=("refund_date", "min"),
    ).reset_index()
    state_of = np.select(
        [~found["some_paid"], found["paid"] & ~found["besides"]], ["not paid", "matched"], default="open"
    )
    alone = (found["size"] == 1) & (found["lines_of_refund"] == 1)
    found["state"] = pd.Series(state_of, index=found.index).astype("str")
    found["alone"] = alone
    return found


def _liquidated(refund_date: pd.Series[Any]) -> pd.Series[Any]:
    """Give the liquidation Friday before a refund's week."""
    back = pd.to_timedelta(refund_date.dt.day_of_week + 3, unit="D")
    friday: pd.Series[Any] = refund_date - back
    return friday


def _added(
    rng: np.random.Generator, entries: pd.DataFrame, by_entry: pd.DataFrame, split: Any, few: int
) -> list[pd.DataFrame]:
    """Give further lines: parts of a refund, entries that nothing came for, doubles, and unusable numbers."""
    missing = _invented(rng, entries, rng.integers(0, len(entries), few) if few else [], "missing", offset=0)
    missing["cents"] = rng.integers(10_000, 5_000_000, len(missing))

    # one refund for several entries: two thirds of it are expected for an entry that the report lacks
    parts = _invented(rng, entries, split, "one refund for several entries", offset=5_000_000)
    parts["cents"] = entries["cents"].to_numpy()[split] * 2 // 3
    parts["refund_id"] = by_entry["refund_id"].to_numpy()[split]
    entries.loc[split, "case"] = "one refund for several entries"
    entries.loc[split, "refund_id"] = by_entry["refund_id"].to_numpy()[split]
    entries.loc[split, "cents"] -= parts["cents"].to_numpy()

    twice = np.flatnonzero((entries["case"] == "matched").to_numpy())
    double = entries.iloc[rng.permutation(twice)[: at_least(0.02, len(entries))]].assign(case="duplicate")
    unusable = entries.iloc[rng.permutation(twice)[: at_least(0.015, len(entries), 3)]].assign(
        case="unusable"
    )
    unusable["entry_number"] = np.resize(np.array(_UNUSABLE, object), len(unusable))
    return [missing, parts, double, unusable]


def _invented(
    rng: np.random.Generator, entries: pd.DataFrame, like: Any, case: str, *, offset: int
) -> pd.DataFrame:
    """Give lines like these, for entries of a filer that the report does not have."""
    lines = entries.iloc[np.asarray(like, int)].assign(case=case)
    serial = offset + (rng.integers(4_000_000) + np.arange(len(lines)) * 17) % 5_000_000
    base = pd.Series(_joined("ZX4", _digits(serial, 7)), index=lines.index).astype("str")
    lines["entry_number"] = base + entry_number.check_digit_column(base)
    return lines


def _mixed(rng: np.random.Generator, entries: pd.DataFrame) -> NDArray[np.intp]:
    """Shuffle the lines, but leave each double behind the line that it repeats."""
    place = rng.permutation(len(entries)).astype(float)
    late = (entries["case"] == "duplicate").to_numpy()
    place[late] += len(entries)
    return np.argsort(place, kind="stable")
