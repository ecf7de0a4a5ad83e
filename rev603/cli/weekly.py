"""``rev603 weekly``: what is stuck, what is new, what was cleared, and who must act."""

from __future__ import annotations

import datetime as dt
import hashlib
from pathlib import Path
from typing import TYPE_CHECKING, Any

from rev603.cli._output import emit, emit_json, say
from rev603.cli._parser import add_command, day, party_options, reading_options
from rev603.errors import Rev603Error

if TYPE_CHECKING:
    import argparse

    from rev603.presenting.weekly import WeeklySummary

_ABOUT = """\
Sums up a week. The state is that of the newest report for each refund, also where a later date window
no longer shows it; it is compared with the newest report at least 7 days older. CBP does not notify
anyone of a reject, and no interest accrues while it lies there: pull the report each week.

REV-613 holds rejects too: a REV-603 alone may show too few of them.
"""
_EXAMPLES = """\
  rev603 weekly exports/                       read a folder, show the summary
  rev603 weekly exports/ -o weekly.xlsx        and write the workbook (.html .md .json as well)
  rev603 weekly exports/ -o out/               and write all four, named by the week
  rev603 weekly exports/ --week-ending 2026-11-06
                                               the summary as it was then
  rev603 weekly exports/ -o out/ --quiet --cache .rev603-cache --on-error collect --fail-on new --max-age 10
                                               unattended: silent, fast, and exit code 1 only for what is new

exit code: 0 nothing to act on, 1 something is stuck (see --fail-on) or could not be judged, 2 cannot be done.
"""
_FORMATS = (".xlsx", ".html", ".md", ".json")
#: What makes the exit code 1, under its present and its former names.
_FAIL_ON = {"new": "new", "any": "any", "never": "never", "new-rejects": "new", "any-reject": "any"}


def add_to(commands: Any) -> None:
    """Add the command."""
    parser = add_command(
        commands, "weekly", run, help="the weekly summary of what is stuck", about=_ABOUT, examples=_EXAMPLES
    )
    reading_options(parser)
    party_options(parser)
    parser.add_argument(
        "-o", "--output", type=Path, action="append", default=[], metavar="FILE",
        help="write it as .xlsx, .html, .md or .json; a folder gets all of them, - Markdown on stdout. May be given "
        "several times; the paths written are the result on stdout",
    )  # fmt: skip
    parser.add_argument(
        "--week-ending",
        type=day,
        metavar="DATE",
        help="the state at the end of this day (default: the newest report)",
    )
    parser.add_argument(
        "--max-age",
        type=int,
        metavar="DAYS",
        help="a newest report older than this could not be judged: exit code 1",
    )
    parser.add_argument(
        "--fail-on", choices=tuple(_FAIL_ON), metavar="{new,any,never}", default="any",
        help="what is stuck and makes the exit code 1 (default: any); what could not be judged does in any case",
    )  # fmt: skip


def run(options: argparse.Namespace) -> int:
    """Read, sum up, show, write."""
    from rev603.cli._filters import of_parties
    from rev603.cli._reading import files_of, read_lines
    from rev603.presenting.files import refuse_to_overwrite
    from rev603.presenting.weekly import weekly_summary

    targets = [(path, _formats(path)) for path in options.output]
    refuse_to_overwrite(files_of(options), options.output)
    lines = read_lines(options)
    history = of_parties(lines.history, options)
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
    return _code(summary, lines.sound, _FAIL_ON[options.fail_on])


def _formats(path: Path) -> tuple[str, ...]:
    """Tell what to write to a path: one format, or all for a folder."""
    if str(path) == "-":
        return (".md",)
    if path.is_dir() or not path.suffix:
        return _FORMATS
    if path.suffix.lower() not in _FORMATS:
        raise Rev603Error(
            f"{path.name}: rev603 does not write {path.suffix} here.",
            what_to_do=f"name a file that ends in {', '.join(_FORMATS)}, or a folder for all of them",
        )
    return (path.suffix.lower(),)


def _write(
    summary: WeeklySummary, path: Path, formats: tuple[str, ...], options: argparse.Namespace
) -> list[Path]:
    """Write a summary, and give the files that differ from what stood there before."""
    from rev603.cli._reading import make_folder_for

    if str(path) == "-":
        emit(summary.to_markdown(mask=options.mask).rstrip("\n"))
        return [path]
    wrote = []
    week = summary.week_ending.date().isoformat()
    for ending in formats:
        target = make_folder_for(path if len(formats) == 1 else path / f"rev603-weekly-{week}{ending}")
        before = _digest(target)
        write = {
            ".xlsx": summary.to_excel,
            ".html": summary.to_html,
            ".md": summary.to_markdown,
            ".json": summary.to_json,
        }
        try:
            write[ending](target, mask=options.mask)
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


def _code(summary: WeeklySummary, sound: bool, fail_on: str) -> int:
    kind = {"any": "stuck_lines", "new": "newly_stuck_lines"}.get(fail_on)
    return int(summary.serious or not sound or (kind is not None and summary.totals[kind] > 0))
