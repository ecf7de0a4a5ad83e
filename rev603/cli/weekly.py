"""``rev603 weekly``: what is stuck, what is new, what was cleared, and who must act."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Any

from rev603.cli._output import emit, emit_json, say
from rev603.cli._parser import add_command, day, reading_options
from rev603.cli._reading import make_folder_for, read_lines
from rev603.errors import Rev603Error
from rev603.presenting.files import write_text
from rev603.presenting.weekly import WeeklySummary, weekly_summary
from rev603.presenting.weekly.plain_text import as_text

if TYPE_CHECKING:
    import argparse

    from rev603.presenting.masking import Mask

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
  rev603 weekly exports/ -o out/ --quiet --cache .rev603-cache --on-error collect --fail-on new-rejects
                                               unattended: silent, fast, and exit code 1 only for new rejects

exit code: 0 nothing to act on, 1 rejects (see --fail-on) or a file that is not sound, 2 cannot be done.
"""
_FORMATS = (".xlsx", ".html", ".md", ".json")


def add_to(commands: Any) -> None:
    """Add the command."""
    parser = add_command(
        commands, "weekly", run, help="the weekly reject summary", about=_ABOUT, examples=_EXAMPLES
    )
    reading_options(parser)
    parser.add_argument(
        "-o", "--output", type=Path, action="append", default=[], metavar="FILE",
        help="write it as .xlsx, .html, .md or .json; a folder gets all of them. May be given several times",
    )  # fmt: skip
    parser.add_argument(
        "--week-ending",
        type=day,
        metavar="DATE",
        help="the state at the end of this day (default: the newest report)",
    )
    parser.add_argument(
        "--fail-on", choices=("any-reject", "new-rejects", "never"), default="any-reject",
        help="what makes the exit code 1 (default: any-reject)",
    )  # fmt: skip


def run(options: argparse.Namespace) -> int:
    """Read, sum up, show, write."""
    targets = [(path, _formats(path)) for path in options.output]
    lines = read_lines(options)
    summary = weekly_summary(lines.history, week_ending=options.week_ending)
    if options.json:
        emit_json(summary.to_dict(mask=options.mask))
    elif not options.quiet:
        emit(as_text(summary, mask=options.mask))
    for path, formats in targets:
        _write(summary, path, formats, options)
    return _code(summary, lines.sound, options.fail_on)


def _formats(path: Path) -> tuple[str, ...]:
    """Tell what to write to a path: one format, or all for a folder."""
    if path.is_dir() or not path.suffix:
        return _FORMATS
    if path.suffix.lower() not in _FORMATS:
        raise Rev603Error(
            f"{path.name}: rev603 does not write {path.suffix} here.",
            what_to_do=f"name a file that ends in {', '.join(_FORMATS)}, or a folder for all of them",
        )
    return (path.suffix.lower(),)


def _write(summary: WeeklySummary, path: Path, formats: tuple[str, ...], options: argparse.Namespace) -> None:
    week = summary.week_ending.date().isoformat()
    for ending in formats:
        target = path if len(formats) == 1 else path / f"rev603-weekly-{week}{ending}"
        make_folder_for(target)
        try:
            _write_one(summary, target, ending, options.mask)
        except Rev603Error as error:
            if len(formats) == 1:
                raise
            say(f"Left out {target.name}: {error}")  # the page, where its extra is not installed
            continue
        if not options.quiet:
            say(f"Wrote {target}")


def _write_one(summary: WeeklySummary, target: Path, ending: str, mask: Mask) -> None:
    if ending == ".xlsx":
        summary.to_excel(target, mask=mask)
    elif ending == ".html":
        summary.to_html(target, mask=mask)
    elif ending == ".md":
        summary.to_markdown(target, mask=mask)
    else:
        write_text(target, summary.to_json(mask=mask))


def _code(summary: WeeklySummary, sound: bool, fail_on: str) -> int:
    if fail_on == "never":
        return 0
    kind = {"any-reject": "rejected_lines", "new-rejects": "new_rejects_lines"}[fail_on]
    return int(summary.totals[kind] > 0 or not sound)
