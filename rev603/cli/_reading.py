"""Reading for the commands: the same options, the same talk, the same exit code for files that are not sound."""

from __future__ import annotations

import argparse
import io
import sys
from collections.abc import Iterable
from dataclasses import dataclass
from functools import cached_property
from pathlib import Path
from typing import Any

import pandas as pd

from rev603.analysis.history import current
from rev603.cli._output import progress_bar, say
from rev603.errors import Rev603Error, check_choice
from rev603.presenting.files import refuse_to_overwrite
from rev603.presenting.text import plural
from rev603.reading.exports import exports_of
from rev603.reading.history import read_history
from rev603.reading.limits import DEFAULT_LIMITS
from rev603.reading.sniff import read_bytes


@dataclass(frozen=True)
class Lines:
    """Refund lines of the files that were asked for.

    Attributes
    ----------
    history
        As :func:`rev603.read_history` gives them.
    sound
        Whether every file was read and none contradicts the totals that it states.
    """

    history: pd.DataFrame
    sound: bool

    @property
    def newest(self) -> pd.Timestamp:
        """Date of the newest report; days are counted up to it. NaT where no report has a date."""
        return pd.Timestamp(self.history["report_date"].max())

    @cached_property
    def state(self) -> pd.DataFrame:
        """The newest state of each refund; the lines themselves where there is one report only."""
        several = len(self.history.attrs["rev603"]["sources"]) > 1
        return current(self.history) if several else self.history


def read_lines(options: argparse.Namespace, *outputs: Path | None, also: Iterable[Path] = ()) -> Lines:
    """Read the files of a command line, and say on stderr what is not in order with them.

    Outputs that are one of the inputs, of which ``also`` names further ones, are refused; their folders are made.
    """
    files = [export.path for export in exports_of(sources_of(options))]
    wanted = [path for path in outputs if path is not None and str(path) != "-"]
    refuse_to_overwrite([*files, *also], wanted)
    for name, _ in options.report_date:
        check_choice("A file of --report-date", name, *(path.name for path in files))
    with progress_bar(files, quiet=options.quiet) as progress:
        history = read_history(
            sources_of(options),
            sheet=options.sheet,
            grain=options.grain,
            columns=columns_of(options.column),
            vocabulary=options.vocabulary,
            on_error=options.on_error,
            report_dates=dict(options.report_date),
            since=options.since,
            cache=options.cache,
            progress=progress,
        )
    known = history.attrs["rev603"]
    if not known["sources"]:
        raise Rev603Error(
            "No report is left to read.",
            where=", ".join(map(str, options.paths)),
            why=_why_none(known["issues"], options.since),
            what_to_do="name a folder or files of REV-603 exports; `rev603 check` says what each file is",
        )
    serious = [issue for issue in known["issues"] if issue["severity"] == "error"]
    if not options.quiet:
        _tell(known)
    for issue in serious:
        if issue["code"] in ("totals-differ", "file-failed"):
            say(f"{issue['source_file']}: {issue['message']}")
    for path in wanted:
        path.parent.mkdir(parents=True, exist_ok=True)
    return Lines(history, sound=not serious)


def sources_of(options: argparse.Namespace) -> list[Any]:
    """Return what is to be read; ``-`` is what comes on stdin, which is read once and may be asked for again."""
    if "-" in options.paths:
        name, content = read_bytes(sys.stdin.buffer, "stdin", DEFAULT_LIMITS)
        came = io.BytesIO(content)
        came.name = name
        options.paths = [came if path == "-" else path for path in options.paths]
    return list(options.paths)


def columns_of(pairs: list[tuple[str, str]]) -> dict[str, str | list[str]]:
    """Return headings by column; a column that is named several times is the sum of them.

    >>> columns_of([("refund_id", "Ref"), ("total_refund_amount", "Duty"), ("total_refund_amount", "Interest")])
    {'refund_id': 'Ref', 'total_refund_amount': ['Duty', 'Interest']}
    """
    found: dict[str, list[str]] = {}
    for name, heading in pairs:
        found.setdefault(name, []).append(heading)
    return {name: headings if len(headings) > 1 else headings[0] for name, headings in found.items()}


def _tell(known: dict[str, Any]) -> None:
    sources = known["sources"]
    count = sum(source["lines"] for source in sources)
    days = sorted(source["report_date"] for source in sources if source["report_date"])
    span = f", {days[0]} to {days[-1]}" if len(days) > 1 else f" of {days[0]}" if days else ""
    say(f"Read {plural(len(sources), 'report')}{span}: {plural(count, 'line')}.")
    for issue in known["issues"]:
        if issue["code"] == "file-skipped":
            say(f"  {issue['source_file']} is no refund report and was passed over.")
        if issue["code"] == "file-repeated":
            say(f"  {issue['message']}.")
    other = sum(
        issue["severity"] != "info" and not issue["code"].startswith("file-") for issue in known["issues"]
    )
    if other:
        say(f"  {plural(other, 'remark')} about cells and totals: `rev603 check` shows what and where.")


def _why_none(issues: list[dict[str, Any]], since: str | None) -> str:
    reasons = [f"reports older than {since} are left out"] if since else []
    reasons += [str(issue["message"]) for issue in issues[:3]]
    return "; ".join(reasons) or "there is no file"
