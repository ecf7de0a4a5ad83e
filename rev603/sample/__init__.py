"""Synthetic exports with known truth: any size, any seed, and nobody's data.

Companies, people, addresses and numbers are invented: employer identification numbers with prefixes
that are never assigned, social security numbers of areas that are never issued.

Examples
--------
>>> from rev603.sample import sample_report
>>> refunds = sample_report(lines=400, seed=603)
>>> len(refunds), refunds["report_date"].iloc[0].date().isoformat()
(400, '2026-11-13')
"""

from __future__ import annotations

import os
from pathlib import Path
from typing import Literal

import numpy as np
import pandas as pd

from rev603.analysis.ageing import as_day
from rev603.errors import ArgumentError, check_choice, no_frame
from rev603.sample._ledger import at_least, ledger, numbered, shown_on
from rev603.sample._write import HEADINGS
from rev603.sample._write import write_entries as write_entries
from rev603.sample._write import write_report as write_report
from rev603.vocabulary.headings import REFUND_FRAME
from rev603.vocabulary.reports import REV_613
from rev603.vocabulary.statuses import DIVERTED, REJECTED, RETURNED, STATE_OF_STATUS, status_key

_ENTRY_COLUMNS = (
    "entry_number", "expected_amount", "refund_id", "importer_number", "notify_party", "liquidation_date",
)  # fmt: skip
#: What a reconciliation must find, where that is not what was done.
_TRUTH = {
    "several refunds for one entry": "matched",
    "one refund for several entries": "matched",
    "duplicate": "duplicate entry",
    "unusable": "unusable key",
    "open": np.nan,
}
_UNUSABLE = ("N/A", "see attached", "MYK-280008", "605-7607", "1.23457E+10")

#: Where the first refund stands in the layout of CBP's picture: three rows of totals, then the headings.
FIRST_ROW = 5
NOT_IN_REV_613 = ["care_of", "check_or_trace_number", "check_or_ach"]
_MAYBE_EMPTY = [*NOT_IN_REV_613, "refund_secondary_status", "report", "source_file", "source_sheet"]


def sample_report(
    lines: int = 400,
    *,
    seed: int = 603,
    report_date: str | pd.Timestamp = "2026-11-13",
    weeks: int = 45,
    reject_share: float = 0.15,
    grain: Literal["line", "refund"] = "line",
    kind: Literal["REV-603", "REV-613"] = "REV-603",
    source_file: str | None = None,
) -> pd.DataFrame:
    """Invent one report.

    Refunds go out in weekly waves, after the liquidation Fridays. One refund holds the documents of a payee
    in a wave. Payees without a bank account are rejected on all their lines, while another suffix of the same
    number is often paid; some have enrolled since, and their refunds are reissued. From a hundred lines on,
    every secondary status occurs, checks before and after 2026-02-06, amounts below zero and of about a million
    dollars, entries with several refunds, documents that are no entries, and returned payments with their
    reissue.

    Parameters
    ----------
    lines
        How many lines, exactly.
    seed
        The same seed gives the same report.
    report_date
        Today's Date in the header block.
    weeks
        How many weeks the report reaches back.
    reject_share
        About this share of the lines meets a payee without a bank account (less where paper checks were still
        sent).
    grain
        What ``total_refund_amount`` holds: ``"line"``, each document's own amount; ``"refund"``, the whole
        refund's amount, repeated on each of its lines. ``amount`` adds up in both.
    kind
        ``"REV-613"`` gives what that report shows of the same refunds: only the rejected ones, as ``SAP ACH
        Rejected``, without notify party, number and method.
    source_file
        The file that the lines claim to come from.

    Returns
    -------
    pandas.DataFrame
        The columns of ``RefundSchema``; amounts in dollars.

    Examples
    --------
    >>> refunds = sample_report(lines=100, seed=1)
    >>> refunds["refund_secondary_status"].nunique()
    7
    """
    check_choice("kind", kind, "REV-603", "REV-613")
    check_choice("grain", grain, "line", "refund")
    day = _checked(report_date, reject_share, lines=(lines, 0), weeks=(weeks, 1))
    truth = ledger(
        np.random.default_rng(seed), lines=max(lines, 1), last_day=day, weeks=weeks, reject_share=reject_share
    )
    refunds = shown_on(truth, day, weeks=weeks).iloc[:lines]
    if grain == "refund":
        refunds = _whole_refunds(refunds)
    if kind == REV_613.name:
        refunds = _rejected_only(refunds)
    return _as_if_read(refunds, source_file)


def sample_history(
    weeks: int = 3,
    *,
    lines: int = 400,
    seed: int = 603,
    report_date: str | pd.Timestamp = "2026-11-13",
    window: int = 45,
    reject_share: float = 0.15,
) -> list[pd.DataFrame]:
    """Invent weekly reports as an importer pulls them, oldest first, with overlapping windows.

    From one to the next, refunds become rejected, payees enroll and their refunds are reissued and issued,
    payments come back, numbers are filled in, an amount is corrected, new refunds come and old ones leave
    the window.

    Parameters
    ----------
    weeks
        How many reports, a week apart; the last has the ``report_date``.
    lines
        How many lines there are in all; each report shows most of them.
    seed, report_date, reject_share
        As in :func:`sample_report`.
    window
        How many weeks each report reaches back.

    Examples
    --------
    >>> [str(report["report_date"].iloc[0].date()) for report in sample_history(weeks=3, lines=60)]
    ['2026-10-30', '2026-11-06', '2026-11-13']
    """
    last = _checked(report_date, reject_share, weeks=(weeks, 1), lines=(lines, 1), window=(window, 1))
    rng = np.random.default_rng(seed)
    truth = ledger(rng, lines=lines, last_day=last, weeks=window + weeks - 1, reject_share=reject_share)
    days = range(last - 7 * (weeks - 1), last + 1, 7)
    return [_as_if_read(shown_on(truth, day, weeks=window), None) for day in days]


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
    entries = _by_entry(refunds)
    order = rng.permutation(len(entries))
    entries = entries.iloc[order[at_least(0.05, len(order)) :]].reset_index(drop=True)
    few = at_least(0.05, len(entries))
    came = rng.permutation(np.flatnonzero((entries["case"] == "matched") & (entries["cents"] > 100_000)))
    short, over, split = came[:few], came[few : 2 * few], came[2 * few : 3 * few]
    split = split[entries["alone"].to_numpy()[split]]
    entries.loc[short, "cents"] += rng.integers(500, 50_000, len(short))
    entries.loc[over, "cents"] -= rng.integers(500, 50_000, len(over))
    entries.loc[short, "case"] = "short"
    entries.loc[over, "case"] = "over"
    several = (entries["case"] == "matched") & (entries["refunds"] > 1)
    entries["case"] = entries["case"].mask(several, "several refunds for one entry")
    entries["refund_id"] = entries["refund_id"].where(entries.index.isin(split))
    missing = _invented(rng, entries.iloc[rng.integers(0, max(len(entries), 1), few)], offset=0)
    missing = missing.assign(cents=rng.integers(10_000, 5_000_000, few), refund_id=None, case="missing")
    # one refund for several entries: two thirds of it are expected for an entry that the report lacks
    entries.loc[split, "case"] = "one refund for several entries"
    parts = _invented(rng, entries.iloc[split], offset=5_000_000)
    parts["cents"] = parts["cents"] * 2 // 3
    entries.loc[split, "cents"] -= parts["cents"]
    twice = np.flatnonzero(entries["case"] == "matched")
    double = entries.iloc[rng.permutation(twice)[: at_least(0.02, len(entries))]].assign(case="duplicate")
    unusable = entries.iloc[rng.permutation(twice)[: at_least(0.015, len(entries), 3)]]
    unusable = unusable.assign(entry_number=np.resize(_UNUSABLE, len(unusable)), case="unusable")

    entries = pd.concat([entries, missing, parts, double, unusable], ignore_index=True)
    # shuffled, but each double behind the line that it repeats
    place = rng.permutation(len(entries)) + len(entries) * (entries["case"] == "duplicate")
    entries = entries.iloc[np.argsort(place)].reset_index(drop=True)
    entries = entries.assign(expected_amount=entries["cents"] / 100, truth=entries["case"].replace(_TRUTH))
    texts = dict.fromkeys(set(_ENTRY_COLUMNS) - {"expected_amount", "liquidation_date"}, "str")
    return entries[[*_ENTRY_COLUMNS, *(("case", "truth") if truth else ())]].astype(texts)


def _by_entry(refunds: pd.DataFrame) -> pd.DataFrame:
    """Give a line per entry of the report: what was paid, and as which case it stands in the list."""
    refund = refunds["refund_id"]
    state = refunds["refund_secondary_status"].fillna("").map(status_key).map(STATE_OF_STATUS)
    work = refunds.assign(
        cents=(refunds["amount"].fillna(0) * 100).round().astype("int64"),
        alone=refund.groupby(refund).transform("size") == 1,
        # money for documents that are no entries hangs on the same refund
        besides=refunds["entry_number"].isna().groupby(refund).transform("any"),
        # in transit counts as refunded, and so would a status that nobody has documented
        paid=~state.isin([REJECTED, RETURNED, DIVERTED]),
        # the Friday before the refund's week
        friday=refunds["refund_date"] - pd.to_timedelta(refunds["refund_date"].dt.day_of_week + 3, unit="D"),
    )
    # of a returned payment and its reissue, the latter counts
    work = work[work["entry_number"].notna()].drop_duplicates(["refund_id", "entry_number"], keep="last")
    found = work.groupby("entry_number", as_index=False).agg(
        cents=("cents", "sum"),
        refunds=("refund_id", "nunique"),
        refund_id=("refund_id", "first"),
        importer_number=("payee_id", "first"),
        notify_party=("care_of", "first"),
        liquidation_date=("friday", "min"),
        alone=("alone", "all"),
        besides=("besides", "any"),
        paid=("paid", "all"),
        some_paid=("paid", "any"),
    )
    ways = [~found["some_paid"], found["paid"] & ~found["besides"]]
    return found.assign(
        case=np.select(ways, ["not paid", "matched"], default="open"),
        alone=found["alone"] & (found["refunds"] == 1),
    )


def _invented(rng: np.random.Generator, like: pd.DataFrame, *, offset: int) -> pd.DataFrame:
    """Give lines like these, for entries of a filer that the report does not have."""
    serial = offset + (rng.integers(4_000_000) + np.arange(len(like)) * 17) % 5_000_000
    return like.assign(entry_number=numbered("ZX4", serial))


def write_samples(directory: str | os.PathLike[str], *, lines: int = 400, seed: int = 603) -> list[Path]:
    """Write three weekly exports in three layouts, the newest week's rejects as REV-613, an entry list and a README.

    Parameters
    ----------
    directory
        Made where it does not exist. Files of these names in it are replaced.
    lines, seed
        As in :func:`rev603.sample.sample_history`; the same seed gives the same bytes.

    Returns
    -------
    list of pathlib.Path
        What was written, the README last.

    Examples
    --------
    >>> import tempfile
    >>> with tempfile.TemporaryDirectory() as folder:
    ...     [path.name for path in write_samples(folder, lines=60)]
    ['rev603_2026-10-30.xlsx', 'rev603_2026-11-06.xlsx', 'rev603_2026-11-13.csv', 'rev613_2026-11-13.csv',
     'entries.csv', 'README.md']
    """
    folder = Path(directory)
    folder.mkdir(parents=True, exist_ok=True)
    first, second, third = sample_history(weeks=3, lines=lines, seed=seed)
    rejected = third[third["refund_secondary_status"] == "Reject No ACH"].assign(
        report=REV_613.name, refund_secondary_status=REV_613.status
    )
    columns_of_rejects = [name for name in HEADINGS if name not in NOT_IN_REV_613]
    entries = sample_entries(third, seed=seed)
    written = [
        write_report(first, folder / "rev603_2026-10-30.xlsx"),
        write_report(second, folder / "rev603_2026-11-06.xlsx", layout="webi"),
        write_report(third, folder / "rev603_2026-11-13.csv", delimiter=";"),
        write_report(rejected, folder / "rev613_2026-11-13.csv", columns=columns_of_rejects),
        write_entries(entries, folder / "entries.csv"),
        folder / "README.md",
    ]
    about = Path(__file__).with_name("readme.md").read_text(encoding="utf-8")
    lines_of_each = map(len, (first, second, third, rejected, entries))
    written[-1].write_text(about.format(*lines_of_each), encoding="utf-8", newline="\n")
    return written


def _checked(report_date: object, reject_share: object, **counts: tuple[object, int]) -> int:
    """Return the day of a report, or say which argument cannot be meant."""
    for name, (count, least) in counts.items():
        if not isinstance(count, int) or count < least:
            raise ArgumentError(f"{name} is {count!r}.", what_to_do=f"{name} must be {least} or more")
    if not isinstance(reject_share, int | float) or not 0 <= reject_share <= 1:
        raise ArgumentError(f"reject_share is {reject_share!r}.", what_to_do="pass a number between 0 and 1")
    return int(np.datetime64(as_day(report_date).date(), "D").astype(int))


def _whole_refunds(refunds: pd.DataFrame) -> pd.DataFrame:
    """Repeat each refund's amount on all its lines; let ``amount`` bear it once for each payment.

    A returned payment and its reissue are two payments, as they are two lines elsewhere.
    """
    cents = (refunds["amount"] * 100).round().astype("int64")
    # the reissue of a document is not another amount
    own = cents.mask(refunds.duplicated(["refund_id", "document_number"]), 0)
    whole = own.groupby(refunds["refund_id"]).transform("sum")
    payment = ["refund_id", "refund_secondary_status", "check_or_trace_number"]
    once = whole.mask(refunds.duplicated(payment), 0)
    return refunds.assign(total_refund_amount=whole / 100, amount=once / 100)


def _rejected_only(refunds: pd.DataFrame) -> pd.DataFrame:
    """Return the lines that REV-613 lists, with the columns that it has."""
    keys = refunds["refund_secondary_status"].fillna("").map(status_key)
    rejected = refunds[keys.map(STATE_OF_STATUS) == REJECTED].assign(
        refund_secondary_status=REV_613.status, report=REV_613.name
    )
    return rejected.assign(**dict.fromkeys(NOT_IN_REV_613))


def _as_if_read(refunds: pd.DataFrame, source_file: str | None) -> pd.DataFrame:
    """Return the columns of a report that has been read, from a file of this name or one as ACE would call it."""
    if source_file is None and len(refunds):
        number = refunds["report"].iloc[0].removeprefix("REV-")
        source_file = f"rev{number}_{refunds['report_date'].iloc[0]:%Y-%m-%d}.xlsx"
    first = FIRST_ROW + int(refunds["report"].eq(REV_613.name).any())  # its title stands above
    rows = np.arange(first, first + len(refunds), dtype=np.int64)
    read = refunds.assign(source_file=source_file, source_sheet="Main Report", source_row=rows)
    return read[list(REFUND_FRAME)].reset_index(drop=True).astype(dict.fromkeys(_MAYBE_EMPTY, "str"))
