"""How long a weekly summary takes over a large broker's history, and how much memory.

Run: ``python tests/benchmarks/bench_weekly.py [WEEKS [LINES]]``. The history is synthetic: weekly reports of LINES
lines (52 of 200,000 unless told) whose date windows reach back 8 weeks, so that one line in eight is new in each;
about one in eight refunds is rejected and half of these are cured within weeks. Peak memory includes the history.

Measured on two shared cores, pandas 3.1: 10.4 million lines, history 2.2 GiB; weekly_summary 38 s and 3.6 GiB; the
week in the middle 26 s and 4.9 GiB; current 11 s.
"""

from __future__ import annotations

import resource
import sys
import time

import numpy as np
import pandas as pd

from rev603.analysis.groups import by_payee
from rev603.analysis.history import current
from rev603.presenting.weekly import weekly_summary

WINDOW = 8
STATUSES = np.array(
    [None, "Sent to Treasury", "Treasury Issued", "Reject No ACH", "Check/ACH Reissued"], dtype=object
)


def texts(pattern: str, numbers: np.ndarray) -> pd.Series:
    """Give a column of text, each number in a pattern."""
    return pd.Series([pattern % number for number in numbers.tolist()], dtype="str")


def refunds_of(count: int, per_week: int) -> pd.DataFrame:
    """Invent the refunds that the reports show: what stays the same from week to week."""
    rng = np.random.default_rng(603)
    number = np.arange(count)
    payee = rng.integers(0, 20_000, count)
    payees = texts("98-%07d00", np.arange(20_000))
    names = texts("Example Imports %d LLC", np.arange(20_000))
    brokers = pd.Series([None, None, "Example Brokers Inc", "Sample Forwarding Co"], dtype="str")
    first = pd.Timestamp("2025-06-06")
    frame = pd.DataFrame({"refund_id": texts("%010d", number // 2)})
    frame["filer_code"] = "605"
    frame["payee_id"] = payees.take(payee).to_numpy()
    frame["company_name"] = names.take(payee).to_numpy()
    frame["care_of"] = brokers.take(rng.integers(0, 4, count)).to_numpy()
    frame["address"] = "1 Example Street, Springfield"
    frame["refund_date"] = first + pd.to_timedelta(7 * (number // per_week) - 3, unit="D")
    frame["document_number"] = texts("605%08d", number)
    frame["entry_number"] = frame["document_number"]
    frame["amount"] = frame["total_refund_amount"] = rng.integers(-10_000, 10_000_000, count) / 100
    for name, value in (
        ("refund_status", "TRANSMITTED"), ("refund_type", "Entry Liquidation"), ("center_id", "CEE007"),
        ("team_number", "JBN"), ("port_code", "3802"),
    ):  # fmt: skip
        frame[name] = pd.Series(value, index=frame.index, dtype="str")
    frame["_stuck"] = rng.random(count) < 1 / 8
    frame["_cured"] = np.where(rng.random(count) < 0.5, rng.integers(2, WINDOW, count), 99)
    return frame


def history_of(weeks: int, lines: int) -> pd.DataFrame:
    """Put the weekly reports of a history together."""
    per_week = lines // WINDOW
    refunds = refunds_of(per_week * (weeks + WINDOW - 1), per_week)
    parts = []
    for week in range(weeks):
        part = refunds.iloc[week * per_week : week * per_week + per_week * WINDOW].copy()
        age = WINDOW - 1 - np.arange(len(part)) // per_week
        paid = np.minimum(age, 2)
        state = np.where(part.pop("_stuck"), np.where(age >= part.pop("_cured"), 4, 3), paid)
        part["refund_secondary_status"] = pd.Series(STATUSES[state], index=part.index, dtype="str")
        method = np.array([None, None, "ACH", None, "ACH"], dtype=object)
        part["check_or_ach"] = pd.Series(method[state], index=part.index, dtype="str")
        part["check_or_trace_number"] = part["check_or_ach"].where(part["check_or_ach"].isna(), "0713404")
        part["report_date"] = pd.Timestamp("2025-08-01") + pd.Timedelta(weeks=week)
        part["source_file"] = pd.Series(f"rev603_{week:03d}.csv", index=part.index, dtype="str")
        part["source_sheet"] = pd.Series(None, index=part.index, dtype="str")
        part["source_row"] = np.arange(len(part)) + 8
        parts.append(part)
    return pd.concat(parts, ignore_index=True)


def peak() -> float:
    """Give the most memory that this process has held so far, in GiB."""
    return resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 2**20


def main() -> None:
    """Measure and print."""
    weeks, lines = (int(text) for text in [*sys.argv[1:], "52", "200000"][:2])
    history = history_of(weeks, lines)
    print(f"history: {len(history):,} lines, {weeks} reports; peak {peak():.1f} GiB")
    middle = history["report_date"].iloc[len(history) // 2]
    for name, work in (
        ("weekly_summary", lambda: weekly_summary(history)),
        ("the week in the middle", lambda: weekly_summary(history, week_ending=middle)),
        ("current", lambda: current(history)),
        ("by_payee of all lines", lambda: by_payee(history)),
    ):  # fmt: skip
        start = time.perf_counter()
        answer = work()
        print(f"{name}: {time.perf_counter() - start:.1f} s; peak {peak():.1f} GiB; {str(answer)[:110]!r}")


if __name__ == "__main__":
    main()
