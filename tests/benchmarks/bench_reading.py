"""How long reading takes beside the bare loads that it stands on, as ratios within one run.

Run: ``PYTHONPATH=tests/histories python tests/benchmarks/bench_reading.py [--full]``. Each pair is timed in turn,
several times over, and the medians are compared, since one machine is never equally fast twice. Every read is the
first of a fresh process, and the text has a header block: warm repeats, and a table alone, hide what a user pays.
``--full`` reads a workbook of 1,048,576 rows instead, in a process of its own, and gives its peak memory.

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
from every_writer import write_report

import rev603
from rev603.sample import sample_report

ROUNDS = 9
#: Rows of totals above the headings.
BLOCK_ROWS = 3


def seconds(work: Callable[[], object]) -> float:
    """Time one call."""
    start = time.perf_counter()
    work()
    return time.perf_counter() - start


def bare_workbook(path: Path) -> object:
    """Load a sheet as text and do nothing with it."""
    return fastexcel.read_excel(path).load_sheet(0, header_row=None, skip_rows=0, dtypes="string").to_arrow()


def bare_text(path: Path) -> object:
    """Load delimited text as text, below the header block, and do nothing with it."""
    return pd.read_csv(path, dtype=str, skiprows=BLOCK_ROWS)


def alone(path: Path) -> None:
    """Read one file in a process that does nothing else, and print what it took."""
    took = seconds(lambda: rev603.read(path))
    # Linux: what getrusage says begins with the peak of the process that started this one
    peak = (
        int(re.findall(r"VmHWM:\s+([0-9]+)", Path("/proc/self/status").read_text(encoding="ascii"))[0])
        / 2**20
    )
    print(f"{path.name}: {took:.1f} s, peak memory of the whole process {peak:.2f} GiB")


def first(path: Path, whose: str) -> None:
    """Read one file, ours or bare, as the first act of this process, and print the seconds that it took."""
    bare = bare_workbook if path.suffix == ".xlsx" else bare_text
    print(seconds(lambda: rev603.read(path) if whose == "ours" else bare(path)))


def compare(name: str, path: Path, bar: float) -> None:
    """Time both in turn, each as the first read of a fresh process, which is what a user pays; print the ratio."""
    pairs = [(fresh(path, "ours"), fresh(path, "bare")) for _ in range(ROUNDS)]
    ratio = statistics.median(a / b for a, b in pairs)
    mine, bare = (statistics.median(times) for times in zip(*pairs, strict=True))
    print(f"{name}: {mine:.2f} s against {bare:.2f} s, ratio {ratio:.2f} (bar {bar})")


def fresh(path: Path, whose: str) -> float:
    """Time one read in a process of its own."""
    command = [sys.executable, __file__, "--first", str(path), whose]
    return float(subprocess.run(command, check=True, capture_output=True, text=True).stdout.split()[-1])


def apart(task: str, path: Path) -> None:
    """Time a file in a process of its own: the lines that it was made from would take its memory."""
    subprocess.run([sys.executable, __file__, task, str(path)], check=True)


def shorten(path: Path) -> None:
    """Take the trailing commas off the header block, as an export has it: its rows are narrower than the table."""
    whole = path.read_bytes()
    head, rest = whole.split(b"Refund ID,", 1)
    path.write_bytes(b"\r\n".join(line.rstrip(b",") for line in head.split(b"\r\n")) + b"Refund ID," + rest)


def main() -> None:
    """Make the files, time, print."""
    if sys.argv[1:2] == ["--alone"]:
        alone(Path(sys.argv[2]))
        return
    if sys.argv[1:2] == ["--first"]:
        first(Path(sys.argv[2]), sys.argv[3])
        return
    with tempfile.TemporaryDirectory() as folder:
        if "--full" in sys.argv:
            full = Path(folder, "full.xlsx")
            write_report(sample_report(1_048_576 - 8), full, engine="xlsxwriter-inline")
            apart("--alone", full)
            return
        lines = sample_report(1_000_000)
        text, workbook = Path(folder, "lines.csv"), Path(folder, "lines.xlsx")
        write_report(lines, text)
        write_report(lines.head(100_000), workbook, engine="xlsxwriter-inline")
        del lines
        shorten(text)
        compare("100,000 workbook lines", workbook, 1.6)
        compare("1,000,000 lines of text", text, 0.75)


if __name__ == "__main__":
    main()
