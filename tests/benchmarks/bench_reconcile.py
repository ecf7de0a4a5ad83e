"""How long a reconciliation takes beside a bare pandas group-and-merge, as ratios within one run.

Run: ``python tests/benchmarks/bench_reconcile.py [LINES]``. The bare load groups both sides by entry number,
merges them outer and subtracts; it says nothing of what it finds. Bar: 200,000 x 200,000 lines at most 8 x.

Cases: ``plain``: one line per entry, one in ten rejected, one in twenty short. ``report``: the whole report and
a broker's list with all its columns, synthetic. ``chains``: refund numbers and entry numbers that join every
line to the next, 100,000 long, in random order. ``nothing fits``: no key of one side is on the other.

Measured on two shared cores, CPU time: plain 13.8, report 16.4; the bar does not hold.
"""

from __future__ import annotations

import statistics
import sys
import time
from collections.abc import Callable
from functools import partial

import numpy as np
import pandas as pd

from rev603.analysis.reconcile import compare
from rev603.sample import sample_entries, sample_report

ROUNDS = 5
BAR = 8.0


def seconds(work: Callable[[], object]) -> float:
    """Time one call."""
    start = time.perf_counter()
    work()
    return time.perf_counter() - start


def bare(refunds: pd.DataFrame, entries: pd.DataFrame) -> pd.DataFrame:
    """Group both sides, merge, subtract: floats, no keys repaired, no reasons, no proof."""
    came = refunds.groupby("entry_number", as_index=False)["amount"].sum()
    listed = entries.groupby("entry_number", as_index=False)["expected_amount"].sum()
    both: pd.DataFrame = listed.merge(came, on="entry_number", how="outer", indicator=True)
    both["difference"] = both["expected_amount"].fillna(0) - both["amount"].fillna(0)
    return both


def plain(lines: int, *, shift: int = 0) -> tuple[pd.DataFrame, pd.DataFrame]:
    """One line per entry on either side, in another order; ``shift`` moves the refunds' keys."""
    rng = np.random.default_rng(603)
    serial = rng.permutation(10_000_000)[:lines]
    numbers = pd.Series([f"ABC{number:08d}" for number in serial], dtype="str")
    cents = rng.integers(1, 10_000_000, lines)
    short = np.where(rng.random(lines) < 0.05, 100, 0)
    entries = pd.DataFrame({"entry_number": numbers, "expected_amount": (cents + short) / 100})
    moved = pd.Series([f"ABC{number + shift:08d}" for number in serial], dtype="str")
    refunds = pd.DataFrame({"entry_number": moved, "amount": cents / 100})
    refunds["refund_secondary_status"] = pd.Series(
        rng.choice(["Treasury Issued", "Reject No ACH"], lines, p=[0.9, 0.1]), dtype="str"
    )
    return refunds.sample(frac=1, random_state=1, ignore_index=True), entries


def report(lines: int) -> tuple[pd.DataFrame, pd.DataFrame]:
    """Take a whole report and the list that goes with it."""
    refunds = sample_report(lines=lines)
    return refunds, sample_entries(refunds)


def chains(lines: int) -> tuple[pd.DataFrame, pd.DataFrame]:
    """Join line to line: entry i names refund i, which also paid for entry i + 1."""
    rng = np.random.default_rng(603)
    length = min(lines, 100_000)
    place = np.arange(lines)
    names = rng.permutation(lines)
    numbers = pd.Series([f"ABC{number:08d}" for number in names], dtype="str")
    refund_ids = pd.Series([f"R{number}" for number in rng.permutation(lines)], dtype="str")
    following = np.where((place + 1) % length == 0, place, np.minimum(place + 1, lines - 1))
    entries = pd.DataFrame({"entry_number": numbers, "expected_amount": 1.0, "refund_id": refund_ids})
    refunds = pd.DataFrame(
        {"entry_number": numbers.to_numpy()[following], "amount": 1.0, "refund_id": refund_ids}
    ).assign(refund_secondary_status="Treasury Issued")
    return refunds.sample(frac=1, random_state=1, ignore_index=True), entries


def main() -> int:
    """Time both in turn, print the ratio of medians; exit 1 where the bar does not hold."""
    lines = int(sys.argv[1]) if len(sys.argv) > 1 else 200_000
    worst = 0.0
    cases = {
        "plain": plain(lines),
        "report": report(lines),
        "chains": chains(lines),
        "nothing fits": plain(lines, shift=10_000_000),
    }
    for name, (refunds, entries) in cases.items():
        answer = compare(refunds, entries)
        bare(refunds, entries)
        mine, others = partial(compare, refunds, entries), partial(bare, refunds, entries)
        pairs = [(seconds(mine), seconds(others)) for _ in range(ROUNDS)]
        ours, theirs = (statistics.median(times) for times in zip(*pairs, strict=True))
        ratio = statistics.median(one / other for one, other in pairs)
        worst = max(worst, ratio)
        print(
            f"{name}: {len(refunds):,} x {len(entries):,} lines, {len(answer.groups):,} matches: "
            f"{ours:.2f} s against {theirs:.2f} s, ratio {ratio:.1f} (bar {BAR:.0f}); "
            f"unexplained {answer.proof.unexplained:.2f}"
        )
    return int(worst > BAR)


if __name__ == "__main__":
    sys.exit(main())
