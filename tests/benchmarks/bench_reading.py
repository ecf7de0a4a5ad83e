"""How long reading takes beside the bare loads that it stands on, as ratios within one run.

Run: ``python tests/benchmarks/bench_reading.py [--full]``. Each pair is timed in turn, several times over, and the
medians are compared, since one machine is never equally fast twice. ``--full`` reads a workbook of 1,048,576 rows
instead, in a process of its own, and gives its peak memory.

Bars: 100,000 workbook lines at most 1.6 x the bare fastexcel text load; 1,000,000 lines of text at most 0.75 x
``pandas.read_csv(dtype=str)``.
"""

from __future__ import annotations

import re
import statistics
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable
from pathlib import Path

import fastexcel
import pandas as pd

import rev603
from rev603.sample import sample_report, write_report

ROUNDS = 15


def seconds(work: Callable[[], object]) -> float:
    """Time one call."""
    start = time.perf_counter()
    work()
    return time.perf_counter() - start


def compare(name: str, ours: Callable[[], object], theirs: Callable[[], object], bar: float) -> None:
    """Time two calls in turn and print the ratio of their medians."""
    ours(), theirs()  # warm up: imports, the file in memory
    pairs = [(seconds(ours), seconds(theirs)) for _ in range(ROUNDS)]
    ratio = statistics.median(a / b for a, b in pairs)
    mine, bare = (statistics.median(times) for times in zip(*pairs, strict=True))
    print(f"{name}: {mine:.2f} s against {bare:.2f} s, ratio {ratio:.2f} (bar {bar})")


def bare_workbook(path: Path) -> object:
    """Load a sheet as text and do nothing with it."""
    return fastexcel.read_excel(path).load_sheet(0, header_row=None, skip_rows=0, dtypes="string").to_arrow()


def alone(path: Path) -> None:
    """Read one file in a process that does nothing else, and print what it took."""
    took = seconds(lambda: rev603.read(path))
    # Linux: what getrusage says begins with the peak of the process that started this one
    peak = (
        int(re.findall(r"VmHWM:\s+([0-9]+)", Path("/proc/self/status").read_text(encoding="ascii"))[0])
        / 2**20
    )
    print(f"{path.name}: {took:.1f} s, peak memory of the whole process {peak:.2f} GiB")


def pairs(path: Path) -> None:
    """Time one file beside the bare load of its kind."""
    if path.suffix == ".csv":
        compare(
            "1,000,000 lines of text", lambda: rev603.read(path), lambda: pd.read_csv(path, dtype=str), 0.75
        )
    else:
        compare("100,000 workbook lines", lambda: rev603.read(path), lambda: bare_workbook(path), 1.6)


def apart(task: str, path: Path) -> None:
    """Time a file in a process of its own: the lines that it was made from would take its memory."""
    subprocess.run([sys.executable, __file__, task, str(path)], check=True)


def main() -> None:
    """Make the files, time, print."""
    tasks = {"--alone": alone, "--pairs": pairs}
    if len(sys.argv) > 2:
        tasks[sys.argv[1]](Path(sys.argv[2]))
        return
    with tempfile.TemporaryDirectory() as folder:
        if "--full" in sys.argv:
            full = Path(folder, "full.xlsx")
            write_report(sample_report(1_048_576 - 8), full, engine="xlsxwriter-inline")
            apart("--alone", full)
            return
        lines = sample_report(1_000_000)
        text, workbook = Path(folder, "lines.csv"), Path(folder, "lines.xlsx")
        write_report(lines, text, layout="table")
        write_report(lines.head(100_000), workbook, engine="xlsxwriter-inline")
        apart("--pairs", workbook)
        apart("--pairs", text)


if __name__ == "__main__":
    main()
