"""The options of the command line, and help that teaches."""

from __future__ import annotations

import argparse
import datetime as dt
import difflib
import re
import sys
from pathlib import Path
from typing import TYPE_CHECKING, Any, NoReturn

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence

__all__ = [
    "Parser",
    "add_command",
    "columns_of",
    "day",
    "dollars",
    "filter_options",
    "masking_option",
    "named_heading",
    "party_options",
    "reading_options",
]

_CHOICE = re.compile(r"invalid choice: '(?P<given>.*?)' \(choose from (?P<choices>.*)\)", re.DOTALL)
_UNKNOWN = re.compile(r"unrecognized arguments: (?P<given>.*)", re.DOTALL)


class _Help(argparse.RawDescriptionHelpFormatter):
    """Help with room for the longest command, so that each stands on one line."""

    def __init__(self, prog: str) -> None:
        super().__init__(prog, max_help_position=28)
        self._action_max_length = len("    reconcile")  # argparse forgets that commands are set in twice


class Parser(argparse.ArgumentParser):
    """An argument parser that says "did you mean"."""

    def __init__(self, **options: Any) -> None:
        own = {"formatter_class": _Help, "allow_abbrev": False}
        super().__init__(**{**own, **options})

    def error(self, message: str) -> NoReturn:
        """Say what is wrong with the command line, and what may have been meant."""
        hint = _hint(message, self)
        self.exit(2, f"{self.prog}: {message}\n{hint}`{self.prog} --help` explains the command.\n")


def add_command(
    commands: Any,
    name: str,
    run: Callable[[argparse.Namespace], int],
    *,
    help: str,  # noqa: A002 - argparse's own word
    about: str,
    examples: str,
) -> Parser:
    """Add a command with its explanation and examples, and give its parser."""
    parser: Parser = commands.add_parser(name, help=help, description=about, epilog=f"examples:\n{examples}")
    parser.set_defaults(run=run)
    parser.add_argument("--json", action="store_true", help="give the result as JSON")
    parser.add_argument("--quiet", action="store_true", help="no talk on stderr but errors")
    return parser


def reading_options(
    parser: Parser, *, history: bool = True, optional: bool = False, columns: bool = True
) -> None:
    """Add what all commands that read exports have in common."""
    parser.add_argument(
        "paths",
        nargs="*" if optional else "+",
        metavar="PATH",
        help="exports: files, folders, patterns such as 'exports/*.xlsx', zip archives, saved e-mails (.eml); - is stdin",
    )
    group = parser.add_argument_group("reading")
    group.add_argument(
        "--sheet", type=_sheet, help="name of the sheet, or its place from 0; found by its headings otherwise"
    )
    group.add_argument(
        "--grain",
        choices=("line", "refund"),
        help="what a line's amount stands for, where the totals do not tell",
    )
    parser.set_defaults(column=[])
    if columns:
        group.add_argument(
            "--column", action="append", type=named_heading, default=[], metavar="NAME=HEADING",
            help="the heading of a column in this file, such as refund_id=\"Our Ref\"; may be given several times",
        )  # fmt: skip
    group.add_argument(
        "--vocabulary",
        type=Path,
        metavar="FILE",
        help="a TOML file with headings, statuses, centers and teams of your own",
    )
    if not history:
        return
    masking_option(group)
    group.add_argument(
        "--on-error", choices=("raise", "collect"), default="raise",
        help="collect: set lines and files that cannot be read aside, name them, and go on (default: raise, stop)",
    )  # fmt: skip
    group.add_argument("--since", type=day, metavar="DATE", help="leave out reports older than this")
    group.add_argument(
        "--report-date", action="append", type=_named_day, default=[], metavar="FILE=DATE",
        help="the report's date, for a file that states none; may be given several times",
    )  # fmt: skip
    group.add_argument(
        "--cache",
        type=Path,
        metavar="FOLDER",
        help="keep what was read here, so that next week only new files are read; safe to delete",
    )


def party_options(parser: Parser) -> Any:
    """Add the choice of whose lines are meant, and give the group of options."""
    group = parser.add_argument_group("filters", "Each may be given several times: any of them will do.")
    group.add_argument(
        "--payee", action="append", metavar="NUMBER", help="this payee number, or a part of the payee's name"
    )
    group.add_argument(
        "--notify-party", action="append", metavar="NAME", help="a part of the C/O party's name"
    )
    group.add_argument("--filer", action="append", metavar="CODE", help="this filer code")
    return group


def filter_options(parser: Parser) -> None:
    """Add the filters of a command that lists lines."""
    group = party_options(parser)
    group.add_argument(
        "--status",
        action="append",
        metavar="TEXT",
        help='a status as printed, or where the money is, such as "returned"',
    )
    group.add_argument("--min-amount", type=dollars, metavar="DOLLARS", help="at least this much")
    group.add_argument(
        "--min-days",
        type=int,
        metavar="DAYS",
        help="at least so many days from the refund date to the newest report",
    )


def dollars(text: str) -> float:
    """Read an amount of the command line."""
    try:
        value = float(text.replace("$", "").replace(",", ""))
    except ValueError:
        value = -1.0
    if not 0 <= value < 1e12:  # nan is neither
        raise argparse.ArgumentTypeError(f"{text!r} is not an amount of dollars such as 1.00")
    return value


def masking_option(group: Any) -> None:
    """Add the choice of what is masked."""
    group.add_argument(
        "--mask", choices=("none", "ssn", "all"), default="ssn",
        help="payee numbers to mask: ssn (default) those like social security numbers, all, or none",
    )  # fmt: skip


def named_heading(text: str) -> tuple[str, str]:
    """Read NAME=HEADING of the command line."""
    name, sign, heading = text.partition("=")
    if not (name and sign and heading):
        raise argparse.ArgumentTypeError(f'{text!r} is not NAME=HEADING, such as refund_id="Our Ref"')
    return name.strip(), heading


def columns_of(pairs: list[tuple[str, str]]) -> dict[str, str | list[str]]:
    """Return headings by column; a column that is named several times is the sum of them.

    >>> columns_of([("refund_id", "Ref"), ("total_refund_amount", "Duty"), ("total_refund_amount", "Interest")])
    {'refund_id': 'Ref', 'total_refund_amount': ['Duty', 'Interest']}
    """
    found: dict[str, list[str]] = {}
    for name, heading in pairs:
        found.setdefault(name, []).append(heading)
    return {name: headings if len(headings) > 1 else headings[0] for name, headings in found.items()}


def _sheet(text: str) -> str | int:
    return int(text) if re.fullmatch(r"[0-9]+", text) else text


def day(text: str) -> str:
    """Read a date of the command line, and give it as ISO text."""
    for form in ("%Y-%m-%d", "%m/%d/%Y"):
        try:
            return dt.datetime.strptime(text.strip(), form).date().isoformat()  # noqa: DTZ007 - a day has no zone
        except ValueError:
            continue
    raise argparse.ArgumentTypeError(f"{text!r} is not a date such as 2026-11-13 or 11/13/2026")


def _named_day(text: str) -> tuple[str, str]:
    name, equals, date = text.rpartition("=")
    if not equals or not name:
        raise argparse.ArgumentTypeError(f"{text!r} is not FILE=DATE, such as export.csv=2026-11-13")
    return Path(name).name, day(date)


def _hint(message: str, parser: Parser) -> str:
    if wrong := _CHOICE.search(message):
        given, choices = wrong["given"], re.findall(r"[\w-]+", wrong["choices"])
        if "weekly" in choices and Path(given).exists():
            return f"Did you mean: rev603 weekly {given}\n"
        return _did_you_mean([given], choices)
    if unknown := _UNKNOWN.search(message):
        given = [word.split("=")[0] for word in unknown["given"].split() if word.startswith("-")]
        return _did_you_mean(given, _options(parser))
    return ""


def _options(parser: argparse.ArgumentParser) -> list[str]:
    """Give the options of a parser and of its commands; of those, only the one asked for, where it can be told."""
    own = [option for action in parser._actions for option in action.option_strings]
    commands = [
        action.choices for action in parser._actions if isinstance(action, argparse._SubParsersAction)
    ]
    below: dict[str, argparse.ArgumentParser] = dict(commands[0]) if commands else {}
    asked = [each for name, each in below.items() if name in sys.argv] or list(below.values())
    return own + [option for each in asked for option in _options(each)]


def _did_you_mean(given: Sequence[str], choices: Sequence[str]) -> str:
    near = [
        match[0] for each in given if (match := difflib.get_close_matches(each, choices, n=1, cutoff=0.5))
    ]
    return f"Did you mean {' '.join(near)}?\n" if near else ""
