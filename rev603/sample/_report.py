"""Reports and histories of reports, as frames that look as if they had been read."""

from __future__ import annotations

from typing import Literal

import numpy as np
import pandas as pd

from rev603.analysis.ageing import as_day
from rev603.errors import ArgumentError, check_choice
from rev603.sample._ledger import ledger, shown_on
from rev603.vocabulary.reports import REV_613
from rev603.vocabulary.statuses import REJECTED, STATE_OF_STATUS, status_key

#: Where the first refund stands in the layout of CBP's picture: three rows of totals, then the headings.
FIRST_ROW = 5


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
    days = [last - np.timedelta64(7 * back, "D") for back in reversed(range(weeks))]
    return [_as_if_read(shown_on(truth, day, weeks=window), None) for day in days]


def _checked(report_date: object, reject_share: object, **counts: tuple[object, int]) -> np.datetime64:
    """Return the day of a report, or say which argument cannot be meant."""
    for name, (count, least) in counts.items():
        if not isinstance(count, int) or count < least:
            raise ArgumentError(f"{name} is {count!r}.", what_to_do=f"{name} must be {least} or more")
    if not isinstance(reject_share, int | float) or not 0 <= reject_share <= 1:
        raise ArgumentError(f"reject_share is {reject_share!r}.", what_to_do="pass a number between 0 and 1")
    return np.datetime64(as_day(report_date).date(), "D")


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
    rejected = refunds[keys.map(STATE_OF_STATUS) == REJECTED]
    nothing = pd.Series(None, index=rejected.index, dtype="str")
    return rejected.assign(
        refund_secondary_status=pd.Series(REV_613.status, index=rejected.index, dtype="str"),
        care_of=nothing,
        check_or_trace_number=nothing,
        check_or_ach=nothing,
        report=pd.Series(REV_613.name, index=rejected.index, dtype="str"),
    )


def _as_if_read(refunds: pd.DataFrame, source_file: str | None) -> pd.DataFrame:
    refunds = refunds.reset_index(drop=True)
    if source_file is None and len(refunds):
        number = refunds["report"].iloc[0].removeprefix("REV-")
        source_file = f"rev{number}_{refunds['report_date'].iloc[0]:%Y-%m-%d}.xlsx"
    sheet = "Main Report"
    first = FIRST_ROW + int(refunds["report"].eq(REV_613.name).any())  # its title stands above
    return refunds.assign(
        source_file=pd.Series(source_file, index=refunds.index, dtype="str"),
        source_sheet=pd.Series(sheet, index=refunds.index, dtype="str"),
        source_row=np.arange(first, first + len(refunds), dtype=np.int64),
    )
