"""A large broker's year: 52 weekly exports of 200,000 lines each, read and summed up, then read again from the cache.

Run: ``python tests/benchmarks/bench_history.py [WEEKS] [LINES]``. Prints seconds, and the peak memory of the whole process.

Each export shows the lines of a window that moves on by a tenth of its length each week; every line is rejected
for some weeks and then reissued, so that each week has new, still and cleared rejects.
"""

from __future__ import annotations

import resource
import sys
import tempfile
import time
from pathlib import Path

import numpy as np
import pandas as pd
import pyarrow as pa
import pyarrow.csv as pv

import rev603
from rev603.sample import sample_report
from rev603.vocabulary.headings import REFUND_COLUMNS


def write_exports(folder: Path, weeks: int, lines: int) -> None:
    """Write the exports as delimited text, a column at a time."""
    step = lines // 10
    pool = sample_report(lines + step * (weeks - 1))
    text = pa.table(
        {
            column.heading: pa.array(
                pool[column.name].dt.strftime("%m/%d/%Y")
                if column.name == "refund_date"
                else pool[column.name].map("${:,.2f}".format)
                if column.name == "total_refund_amount"
                else pool[column.name],
                from_pandas=True,
            ).cast(pa.string())
            for column in REFUND_COLUMNS
        }
    )
    place = text.column_names.index("Refund Secondary Status")
    born = np.arange(len(pool)) // step - 9
    stuck_for = np.random.default_rng(603).integers(0, 9, len(pool))
    for week in range(weeks):
        here = text.slice(week * step, lines)
        age = (week - born)[week * step : week * step + lines]
        stuck = age < stuck_for[week * step : week * step + lines]
        status = pa.array(np.where(stuck, "Reject No ACH", "Check/ACH Reissued"))
        day = pd.Timestamp("2025-11-14") + pd.Timedelta(weeks=week)
        pv.write_csv(
            here.set_column(place, "Refund Secondary Status", status), folder / f"refunds {day:%Y-%m-%d}.csv"
        )


def main() -> None:
    """Write, read, sum up, read again."""
    weeks, lines = (int(each) for each in (sys.argv[1:3] if len(sys.argv) == 3 else ("52", "200000")))
    with tempfile.TemporaryDirectory() as folder:
        exports, cache = Path(folder, "exports"), Path(folder, "cache")
        exports.mkdir()
        write_exports(exports, weeks, lines)
        for what, keep in (("read", None), ("read and kept", cache), ("read from the cache", cache)):
            start = time.perf_counter()
            history = rev603.read_history(exports, cache=keep)
            print(f"{what}: {len(history):,} lines in {time.perf_counter() - start:.1f} s", flush=True)
        start = time.perf_counter()
        summary = rev603.weekly_summary(history)
        print(f"summed up in {time.perf_counter() - start:.1f} s: {summary!r}")
    print(f"peak memory {resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 2**20:.1f} GiB")


if __name__ == "__main__":
    main()
