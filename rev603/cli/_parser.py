"""The parser of the command line, made of ``commands.toml``: help that teaches, and "did you mean"."""

from __future__ import annotations

import argparse
import datetime as dt
import difflib
import re
import sys
import tomllib
from collections.abc import Callable, Mapping, Sequence
from pathlib import Path
from typing import Any, NoReturn

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


def build_parser(version: str) -> Parser:
    """Return the parser of the whole command line; ``run`` of what it parses names the function to call."""
    told = tomllib.loads(Path(__file__).with_name("commands.toml").read_text(encoding="utf-8"))
    parser = Parser(prog="rev603", description=told["about"], epilog=f"examples:\n{told['examples']}")
    parser.add_argument("--version", action="version", version=f"rev603 {version}")
    commands = parser.add_subparsers(title="commands", metavar="COMMAND", dest="command")
    for name, command in told["commands"].items():
        examples = f"examples:\n{command['examples']}"
        one = commands.add_parser(name, help=command["help"], description=command["about"], epilog=examples)
        one.set_defaults(run=command["run"], column=[])
        titled: dict[str, Any] = {}
        used = [told["groups"][group] for group in ("all", *command.get("use", ()))]
        for group in [*used, {"options": command.get("options", {})}]:
            title = group.get("title")
            if title not in titled:
                titled[title] = one.add_argument_group(title, group.get("about")) if title else one
            for option, settings in group["options"].items():
                titled[title].add_argument(*option.split(), **_of_type(settings))
    return parser


def _of_type(settings: Mapping[str, Any]) -> dict[str, Any]:
    return {**settings, "type": _TYPES[settings["type"]]} if "type" in settings else dict(settings)


def _dollars(text: str) -> float:
    try:
        value = float(text.replace("$", "").replace(",", ""))
    except ValueError:
        value = -1.0
    if not 0 <= value < 1e12:  # nan is neither
        raise argparse.ArgumentTypeError(f"{text!r} is not an amount of dollars such as 1.00")
    return value


def _heading(text: str) -> tuple[str, str]:
    name, sign, heading = text.partition("=")
    if not (name and sign and heading):
        raise argparse.ArgumentTypeError(f'{text!r} is not NAME=HEADING, such as refund_id="Our Ref"')
    return name.strip(), heading


def _sheet(text: str) -> str | int:
    return int(text) if re.fullmatch(r"[0-9]+", text) else text


def _day(text: str) -> str:
    """Read a date, and give it as ISO text."""
    for form in ("%Y-%m-%d", "%m/%d/%Y"):
        try:
            return dt.datetime.strptime(text.strip(), form).date().isoformat()  # noqa: DTZ007 - a day has no zone
        except ValueError:
            continue
    raise argparse.ArgumentTypeError(f"{text!r} is not a date such as 2026-11-13 or 11/13/2026")


def _dated_file(text: str) -> tuple[str, str]:
    name, equals, date = text.rpartition("=")
    if not equals or not name:
        raise argparse.ArgumentTypeError(f"{text!r} is not FILE=DATE, such as export.csv=2026-11-13")
    return Path(name).name, _day(date)


def _number(text: str) -> int:
    if not re.fullmatch(r"[0-9]{1,9}", text):
        raise argparse.ArgumentTypeError(f"{text!r} is not a whole number")
    return int(text)


def _count(text: str) -> int:
    if not _number(text):
        raise argparse.ArgumentTypeError(f"{text!r} is not a whole number from 1")
    return int(text)


_TYPES: dict[str, Callable[[str], object]] = {
    "count": _count,
    "dated file": _dated_file,
    "day": _day,
    "dollars": _dollars,
    "heading": _heading,
    "number": _number,
    "path": Path,
    "sheet": _sheet,
}


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
    """Return the options of a parser and of its commands; of those, only the one asked for, where it can be told."""
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
