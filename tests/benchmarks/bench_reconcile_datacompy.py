"""The same cases through rev603 and through datacompy, with what each gets right.

Run: ``python tests/benchmarks/bench_reconcile_datacompy.py``. datacompy pins pandas below 3.1, so it is installed
into an environment of its own in a temporary folder, and gets the cases as JSON. It is joined on the entry number and
compares the amounts; lines whose money did not move are taken out for it beforehand, which it cannot know.

Result with datacompy 1.1.0 (pandas 3.0.6) and rev603 0.1.0, "+" where the verdict is the right one::

    case                                            truth       rev603             datacompy
    equal amounts                                   settled     + settled          + settled
    short by 7.13                                   open        + open             + open
    nothing came                                    open        + open             + open
    came, not expected                              open        + open             + open
    within a tolerance of 0.05                      settled     + settled          + settled
    entry number with hyphens in one list           settled     + settled          - open
    60 + 40 against 100                             settled     + settled          - open
    0.10 + 0.20 against 0.30                        settled     + settled          - open
    one refund of 100 for entries of 60 and 40      settled     + settled          - open
    40 and 60 against 60 and 40 of one entry        settled     + settled          - open
    100 and a correction of -20 against 80          settled     + settled          - open
    returned, then reissued                         settled     + settled          + settled
    right: rev603 12 of 12, datacompy 6 of 12
    60 + 40 against 100 in datacompy: 1 row unequal, 1 row only in the refunds
    200,000 x 200,000 lines, keys once: rev603 0.51 s, datacompy 0.51 s

It pairs the 100 with the 60 and leaves the 40 over: one mismatch and one orphan where all is paid.

What datacompy gets right and rev603 does not try: it compares every column of two frames and says for each how many
values differ and by how much, whatever the frames are about; it reads Polars, Spark and Snowflake natively.
"""

from __future__ import annotations

import json
import subprocess
import sys
import tempfile
import time
import venv
from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd

from rev603.presenting.reconciliation import reconcile

A, B = "60576072486", "60576069342"
PAID, RETURNED, REISSUED = "Treasury Issued", "Check/ACH Returned", "Check/ACH Reissued"
Lines = list[tuple[str | None, float, str | None]]

#: Case, settled or not, entries (number, amount, refund number), refunds (number, amount, refund number), tolerance.
CASES: list[tuple[str, bool, Lines, Lines, float]] = [
    ("equal amounts", True, [(A, 100.0, None)], [(A, 100.0, "1")], 0.0),
    ("short by 7.13", False, [(A, 100.0, None)], [(A, 92.87, "1")], 0.0),
    ("nothing came", False, [(A, 100.0, None), (B, 5.0, None)], [(B, 5.0, "1")], 0.0),
    ("came, not expected", False, [(A, 100.0, None)], [(A, 100.0, "1"), (B, 5.0, "2")], 0.0),
    ("within a tolerance of 0.05", True, [(A, 100.0, None)], [(A, 99.96, "1")], 0.05),
    ("entry number with hyphens in one list", True, [("605-7607248-6", 9.0, None)], [(A, 9.0, "1")], 0.0),
    ("60 + 40 against 100", True, [(A, 100.0, None)], [(A, 60.0, "1"), (A, 40.0, "2")], 0.0),
    ("0.10 + 0.20 against 0.30", True, [(A, 0.3, None)], [(A, 0.1, "1"), (A, 0.2, "2")], 0.0),
    ("one refund of 100 for entries of 60 and 40", True, [(A, 60.0, "1"), (B, 40.0, "1")], [(None, 100.0, "1")], 0.0),
    ("40 and 60 against 60 and 40 of one entry", True, [(A, 60.0, None), (A, 40.0, None)],
     [(A, 40.0, "1"), (A, 60.0, "2")], 0.0),
    ("100 and a correction of -20 against 80", True, [(A, 80.0, None)], [(A, 100.0, "1"), (A, -20.0, "2")], 0.0),
    ("returned, then reissued", True, [(A, 100.0, None)], [(A, 100.0, "1")], 0.0),
]  # fmt: skip

#: Runs in the other environment: frames in as JSON, verdicts out as JSON.
WORKER = """
import json, logging, sys, time
import numpy as np, pandas as pd
import datacompy
logging.disable(logging.CRITICAL)

def compare(entries, refunds, tolerance):
    columns = ["entry_number", "amount"]
    frames = [pd.DataFrame(lines, columns=columns) for lines in (entries, refunds)]
    return datacompy.PandasCompare(*frames, join_columns="entry_number", abs_tol=tolerance + 1e-9)

answers = []
for entries, refunds, tolerance in json.load(sys.stdin):
    found = compare(entries, refunds, tolerance)
    unequal = int((~found.intersect_rows["amount_match"]).sum()) if len(found.intersect_rows) else 0
    answers.append([bool(found.matches()), unequal, len(found.df1_unq_rows), len(found.df2_unq_rows)])
count = int(sys.argv[1])
numbers = [f"ABC{place:08d}" for place in np.random.default_rng(603).permutation(count)]
began = time.perf_counter()
compare([(n, 1.0) for n in numbers], [(n, 1.0) for n in reversed(numbers)], 0.0).matches()
took = time.perf_counter() - began
json.dump({"version": datacompy.__version__, "pandas": pd.__version__, "answers": answers, "seconds": took}, sys.stdout)
"""


def datacompy(cases: list[Any], lines: int) -> dict[str, Any]:
    """Install datacompy on its own and let it judge the cases."""
    with tempfile.TemporaryDirectory() as folder:
        venv.create(folder, with_pip=True)
        python = Path(folder, "Scripts" if sys.platform == "win32" else "bin", "python")
        subprocess.run([python, "-m", "pip", "install", "-q", "datacompy"], check=True, stdout=sys.stderr)
        ran = subprocess.run(
            [python, "-c", WORKER, str(lines)],
            input=json.dumps(cases), text=True, check=True, capture_output=True,
        )  # fmt: skip
        answers: dict[str, Any] = json.loads(ran.stdout)
        return answers


def frames(name: str, entries: Lines, refunds: Lines) -> tuple[pd.DataFrame, pd.DataFrame]:
    """Give a case as rev603 takes it; only rev603 gets the payment that came back."""
    listed = pd.DataFrame(entries, columns=["entry_number", "expected_amount", "refund_id"])
    came = pd.DataFrame(refunds, columns=["entry_number", "amount", "refund_id"])
    came["refund_secondary_status"] = PAID
    if name.startswith("returned"):
        came = pd.concat([came.assign(refund_secondary_status=status) for status in (RETURNED, REISSUED)])
    return came, listed


def ours(lines: int) -> float:
    """Time rev603 on lines whose keys stand once on either side, frames included."""
    numbers = [f"ABC{place:08d}" for place in np.random.default_rng(603).permutation(lines)]
    began = time.perf_counter()
    refunds = pd.DataFrame({"entry_number": numbers[::-1], "amount": 1.0, "refund_secondary_status": PAID})
    answer = reconcile(refunds, pd.DataFrame({"entry_number": numbers, "expected_amount": 1.0}))
    if not answer.settled:
        raise AssertionError(repr(answer))
    return time.perf_counter() - began


def main(lines: int = 200_000) -> int:
    """Print the table of the docstring; exit 1 where rev603 is wrong."""
    asked = [
        ([line[:2] for line in entries], [line[:2] for line in refunds], tolerance)
        for _, _, entries, refunds, tolerance in CASES
    ]
    other = datacompy(asked, lines)
    say = {True: "settled", False: "open"}
    print(
        f"{'case':<46}  {'truth':<10}  {'rev603':<17}  datacompy {other['version']} (pandas {other['pandas']})"
    )
    right = [0, 0]
    for (name, truth, entries, refunds, tolerance), answer in zip(CASES, other["answers"], strict=True):
        said = [reconcile(*frames(name, entries, refunds), tolerance=tolerance).settled, answer[0]]
        right = [count + (verdict == truth) for count, verdict in zip(right, said, strict=True)]
        marked = [f"{'+' if verdict == truth else '-'} {say[verdict]}" for verdict in said]
        print(f"{name:<46}  {say[truth]:<10}  {marked[0]:<17}  {marked[1]}")
    print(f"right: rev603 {right[0]} of {len(CASES)}, datacompy {right[1]} of {len(CASES)}")
    parts = other["answers"][[case[0] for case in CASES].index("60 + 40 against 100")]
    print(f"60 + 40 against 100 in datacompy: {parts[1]} row unequal, {parts[3]} row only in the refunds")
    ours(1000)
    print(
        f"{lines:,} x {lines:,} lines, keys once: rev603 {ours(lines):.2f} s, datacompy {other['seconds']:.2f} s"
    )
    return int(right[0] != len(CASES))


if __name__ == "__main__":
    sys.exit(main())
