"""Read files where a crash, a hang or a full memory harms nobody, and say how each ended.

Run as a script it takes paths from its input and gives one line of JSON for each. A child is forked for
each file, from a parent that has imported everything and read nothing, so that thousands take seconds.
"""

from __future__ import annotations

import importlib
import json
import os
import resource
import signal
import subprocess
import sys
from dataclasses import asdict, dataclass
from pathlib import Path

SECONDS = 10
EXTRA_BYTES = 1 << 30
WALL_FACTOR = 12
#: Address space that Arrow's allocator sets aside at a stroke and hardly uses; what is used is measured.
RESERVED_BYTES = 1 << 30


@dataclass(frozen=True)
class Outcome:
    """How reading a file ended: ``kind`` is report, refused, or anything else, which is a fault of ours.

    The seconds are those that a processor worked on it.
    """

    path: str
    kind: str
    detail: str
    seconds: float
    peak_mib: int

    @property
    def fine(self) -> bool:
        return self.kind in {"report", "refused"}


def read_isolated(
    paths: list[Path], *, seconds: int = SECONDS, extra_bytes: int = EXTRA_BYTES
) -> list[Outcome]:
    """Read each file in a process of its own, within the time and the memory given."""
    command = [sys.executable, __file__, str(seconds), str(extra_bytes)]
    run = subprocess.run(
        command, input="\n".join(map(str, paths)), capture_output=True, text=True, check=False, env=os.environ
    )
    outcomes = [Outcome(**json.loads(line)) for line in run.stdout.splitlines()]
    if len(outcomes) != len(paths):
        raise AssertionError(f"{len(outcomes)} of {len(paths)} files came back: {run.stderr[-2000:]}")
    return outcomes


def _in_child(path: str, seconds: int, extra_bytes: int) -> str:
    """Read one file; the answer is the kind and the detail, split by a tab."""
    from rev603 import Rev603Error  # noqa: PLC0415  # loaded by the parent already
    from rev603.reading.report import read  # noqa: PLC0415

    pages = int(Path("/proc/self/statm").read_text().split()[0])
    limit = pages * resource.getpagesize() + extra_bytes + RESERVED_BYTES
    resource.setrlimit(resource.RLIMIT_AS, (limit, limit))
    resource.setrlimit(resource.RLIMIT_CORE, (0, 0))
    resource.setrlimit(resource.RLIMIT_CPU, (seconds, seconds))  # the machine may be busy with other things
    signal.alarm(WALL_FACTOR * seconds)
    try:
        report = read(path)
    except Rev603Error as error:
        return f"refused\t{type(error).__name__}: {error}"
    except BaseException as error:  # noqa: BLE001  # whatever it is, it is what this looks for
        return f"{type(error).__name__}\t{str(error)[:300]}"
    return f"report\t{len(report.refunds)} refunds, {report.verdict}"


def _one(path: str, seconds: int, extra_bytes: int) -> Outcome:
    receiving, sending = os.pipe()
    child = os.fork()
    if child == 0:
        os.close(receiving)
        silence = os.open(os.devnull, os.O_WRONLY)
        os.dup2(silence, 1)
        os.dup2(silence, 2)
        try:
            os.write(sending, _in_child(path, seconds, extra_bytes).encode("utf-8", "replace")[:4000])
        finally:
            os._exit(0)
    os.close(sending)
    with os.fdopen(receiving, "rb") as pipe:
        answer = pipe.read().decode("utf-8", "replace")
    _, status, usage = os.wait4(child, 0)
    if os.WIFSIGNALED(status):
        answer = f"killed\tsignal {signal.Signals(os.WTERMSIG(status)).name}"
    kind, _, detail = answer.partition("\t")
    if usage.ru_maxrss * 1024 > resource.getrusage(resource.RUSAGE_SELF).ru_maxrss * 1024 + extra_bytes:
        kind = "over the memory"
    return Outcome(
        path, kind or "nothing", detail, round(usage.ru_utime + usage.ru_stime, 2), usage.ru_maxrss // 1024
    )


def main() -> None:
    seconds, extra_bytes = int(sys.argv[1]), int(sys.argv[2])
    for module in ("rev603.reading.report", "fastexcel", "openpyxl", "pandera.pandas"):
        importlib.import_module(module)  # once, for all children

    for path in sys.stdin.read().splitlines():
        print(json.dumps(asdict(_one(path, seconds, extra_bytes))), flush=True)  # noqa: T201  # the answer


if __name__ == "__main__":
    main()
