"""``rev603 weekly`` and ``reconcile``: what is stuck and who must act, and what was expected against what came."""

from __future__ import annotations

import argparse
import datetime as dt
import hashlib
from pathlib import Path

from rev603.cli._filters import filtered
from rev603.cli._output import emit, emit_json, say
from rev603.cli._reading import columns_of, read_lines
from rev603.errors import Rev603Error
from rev603.presenting.answer import FORMATS, write_answer
from rev603.presenting.reconciliation import reconcile
from rev603.presenting.tables import TextTable
from rev603.presenting.weekly import WeeklySummary, weekly_summary
from rev603.reading.entries import read_entries

_TOP = 20


def weekly(options: argparse.Namespace) -> int:
    """Read, sum up, show, write."""
    targets = [(path, _formats(path, or_folder=True)) for path in options.output]
    lines = read_lines(options, *options.output)
    history = filtered(lines.history, options)
    history.attrs = lines.history.attrs
    today = None if options.week_ending else dt.date.today()  # noqa: DTZ011 - the day of whoever runs it
    summary = weekly_summary(history, week_ending=options.week_ending, today=today, max_age=options.max_age)
    if options.json:
        emit_json(summary.to_dict(mask=options.mask))
    elif not targets:
        emit(summary.to_text(mask=options.mask))
    elif not options.quiet:
        say(summary.to_text(mask=options.mask))
    wrote = [path for target, formats in targets for path in _write(summary, target, formats, options)]
    for path in wrote:
        (say if options.json else emit)(str(path))
    if targets and not wrote and not options.quiet:
        newest = summary.report_date.date()
        say(f"Nothing is new since the last output: the newest report is still that of {newest:%m/%d/%Y}.")
    kind = {"any": "stuck_lines", "new": "newly_stuck_lines"}.get(options.fail_on.split("-")[0])
    worth_a_look = kind is not None and summary.totals[kind] > 0
    return int(summary.serious or not lines.sound or worth_a_look)


def reconciled(options: argparse.Namespace) -> int:
    """Read both sides, compare, show, write."""
    if options.output:
        _formats(options.output)
    lines = read_lines(options, options.output, also=[options.entries])
    entries = read_entries(
        options.entries, columns=columns_of(options.entry_column), vocabulary=options.vocabulary,
        sheet=options.entries_sheet, combine=options.combine, on_error=options.on_error,
    )  # fmt: skip
    unclear = [issue for issue in entries.attrs["rev603"]["issues"] if issue["code"] == "expected-unclear"]
    for issue in unclear:
        say(f"{options.entries.name}: {issue['message']}")
    answer = reconcile(lines.state, entries, tolerance=options.tolerance)
    if options.json:
        emit_json(answer.to_dict(mask=options.mask))
    elif not options.quiet:
        emit(answer.summary())
        open_ = answer.to_look_at
        if len(open_):
            shown = ("entry_number", "outcome", "expected", "refunded", "difference", "reason")
            emit("\nTo look at\n" + TextTable(open_, shown, mask=options.mask, top=_TOP).to_text())
    if options.output:
        write_answer(answer, options.output, mask=options.mask)
        if not options.quiet:
            say(f"Wrote {options.output}")
    return int(bool(unclear) or not (answer.settled and lines.sound))


def _formats(path: Path, *, or_folder: bool = False) -> tuple[str, ...]:
    """Tell what to write to a path: one format, or all for a folder."""
    if or_folder and str(path) == "-":
        return (".md",)
    if or_folder and (path.is_dir() or not path.suffix):
        return FORMATS
    if path.suffix.lower() not in FORMATS:
        raise Rev603Error(
            f"{path.name}: rev603 does not write {path.suffix or 'a file without ending'} here.",
            what_to_do=f"name a file that ends in {', '.join(FORMATS)}{', or a folder for all of them' * or_folder}",
        )
    return (path.suffix.lower(),)


def _write(
    summary: WeeklySummary, path: Path, formats: tuple[str, ...], options: argparse.Namespace
) -> list[Path]:
    """Write a summary, and give the files that differ from what stood there before."""
    if str(path) == "-":
        emit(summary.to_markdown(mask=options.mask).rstrip("\n"))
        return [path]
    if len(formats) > 1:
        path.mkdir(exist_ok=True)
    wrote = []
    week = summary.week_ending.date().isoformat()
    for ending in formats:
        target = path if len(formats) == 1 else path / f"rev603-weekly-{week}{ending}"
        before = _digest(target)
        try:
            write_answer(summary, target, mask=options.mask)
        except Rev603Error as error:
            if len(formats) == 1:
                raise
            say(f"Left out {target.name}: {error}")  # the page, where its extra is not installed
            continue
        if _digest(target) != before:
            wrote.append(target)
    return wrote


def _digest(path: Path) -> bytes | None:
    if not path.is_file():
        return None
    with path.open("rb") as file:
        return hashlib.file_digest(file, "sha256").digest()
