"""Control totals: does what was read add up to what the report says of itself, and what does a line stand for."""

from __future__ import annotations

import datetime as dt
from dataclasses import dataclass
from typing import TYPE_CHECKING, Literal

import numpy as np
import pandas as pd

if TYPE_CHECKING:
    from numpy.typing import NDArray

Grain = Literal["line", "refund"]


@dataclass(frozen=True, slots=True)
class Header:
    """What the block above the table states; None where it does not.

    Attributes
    ----------
    report_date
        "Today's Date".
    total_refunds
        "Total Refunds": a count, of lines or of refunds.
    total_refund_amount
        "Total Refund Amount", dollars.
    """

    report_date: dt.date | None = None
    total_refunds: int | None = None
    total_refund_amount: float | None = None


@dataclass(frozen=True, slots=True)
class Control:
    """The stated totals beside those of the lines that were read.

    Attributes
    ----------
    grain
        ``line``: each line has its own amount. ``refund``: the refund's amount stands on each of its
        documents and counts once.
    ties_out
        True where every stated total is met, False where one is not, None where none is stated.
    stated_refunds, stated_amount
        From the header block.
    found_lines, found_refunds, found_amount
        From the lines: their count, the distinct refunds, and dollars that add up under ``grain``.
    """

    grain: Grain
    ties_out: bool | None
    stated_refunds: int | None
    stated_amount: float | None
    found_lines: int
    found_refunds: int
    found_amount: float

    @property
    def difference(self) -> float | None:
        """Dollars found minus dollars stated."""
        if self.stated_amount is None:
            return None
        return (round(self.found_amount * 100) - round(self.stated_amount * 100)) / 100


@dataclass(frozen=True, slots=True)
class Counted:
    """The outcome of :func:`control_totals`: the control, the cents that add up, and whether it is a guess."""

    control: Control
    cents: NDArray[np.int64]
    ambiguous: int


def control_totals(
    frame: pd.DataFrame, cents: NDArray[np.int64], header: Header, *, grain: Grain | None = None
) -> Counted:
    """Decide what a line's amount stands for, and compare with the stated totals.

    Source: 87 FR 49600 (CBP consolidates refunds by refund number and payee); what a line of the report stands for is
    not documented, so the report's own totals decide.

    Parameters
    ----------
    frame
        The refund lines.
    cents
        The printed amounts in whole cents.
    header
        The stated totals.
    grain
        What the caller knows; found out from the totals otherwise.
    """
    once = _once_per_payment(frame, cents)
    by_line, by_refund = int(cents.sum()), int(once.sum())
    repeated = int((once != cents).sum())
    stated = None if header.total_refund_amount is None else round(header.total_refund_amount * 100)
    found: Grain = "line"
    if grain is not None:
        found = grain
    elif stated is not None and stated == by_refund and stated != by_line:
        found = "refund"
    counting = once if found == "refund" else cents
    lines, refunds = len(frame), distinct_refunds(frame)
    checks = []
    if stated is not None:
        checks.append(stated == int(counting.sum()))
    if header.total_refunds is not None:
        checks.append(header.total_refunds in (lines, refunds))
    control = Control(
        grain=found,
        ties_out=all(checks) if checks else None,
        stated_refunds=header.total_refunds,
        stated_amount=header.total_refund_amount,
        found_lines=lines,
        found_refunds=refunds,
        found_amount=int(counting.sum()) / 100,
    )
    ambiguous = repeated if grain is None and stated is None else 0
    return Counted(control, counting, ambiguous)


def distinct_refunds(frame: pd.DataFrame) -> int:
    """Count refunds: distinct refund numbers of a payee; a line without one is a refund of its own."""
    numbered = frame["refund_id"].notna()
    return int((~numbered).sum()) + len(frame.loc[numbered, ["payee_id", "refund_id"]].drop_duplicates())


def _once_per_payment(frame: pd.DataFrame, cents: NDArray[np.int64]) -> NDArray[np.int64]:
    """Give each payment's amount on its first line and 0 on the others, where all of its lines show the same.

    A payment is a refund in one state: a returned payment and its reissue are two.
    """
    if frame["refund_id"].dropna().is_unique:
        return cents
    keys = ["payee_id", "refund_id", "refund_date", "refund_secondary_status", "check_or_trace_number"]
    codes = frame.groupby(keys, dropna=False, sort=False).ngroup().to_numpy()
    order = pd.Series(cents)
    grouped = order.groupby(codes)
    same = (grouped.transform("min") == grouped.transform("max")).to_numpy()
    documents = frame["document_number"].groupby(codes).transform("nunique").to_numpy()
    sizes = grouped.transform("size").to_numpy()
    # several lines, each another document, all with one amount: it is the refund's, repeated
    repeats = same & (sizes > 1) & (documents == sizes) & frame["refund_id"].notna().to_numpy()
    later = pd.Series(codes).duplicated().to_numpy()
    return np.where(repeats & later, 0, cents)
