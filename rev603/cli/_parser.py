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


def _typed(pattern: str, make: Callable[..., object], what: str) -> Callable[[str], object]:
    """Return what makes a value of an option's text, or says what the text should be."""

    def made(text: str) -> object:
        try:
            if found := re.fullmatch(pattern, text):
                return make(*found.groups())
        except ValueError:
            pass
        raise argparse.ArgumentTypeError(f"{text!r} is not {what}")

    return made


def _iso(text: str) -> str:
    form = "%m/%d/%Y" if "/" in text else "%Y-%m-%d"
    return dt.datetime.strptime(text.strip(), form).date().isoformat()  # noqa: DTZ007 - a day has no zone


_TYPES: dict[str, Callable[[str], object]] = {
    "count": _typed("(0*[1-9][0-9]{0,8})", int, "a whole number from 1"),
    "dated file": _typed(
        "(.+)=(.+?)",
        lambda name, date: (Path(name).name, _iso(date)),
        "FILE=DATE, such as export.csv=2026-11-13",
    ),
    "day": _typed("(.+)", _iso, "a date such as 2026-11-13 or 11/13/2026"),
    "dollars": _typed(
        r"\$?([0-9.,]{1,16})", lambda text: float(text.replace(",", "")), "an amount of dollars such as 1.00"
    ),
    "heading": _typed(
        "([^=]+)=(.+)",
        lambda name, heading: (name.strip(), heading),
        'NAME=HEADING, such as refund_id="Our Ref"',
    ),
    "number": _typed("([0-9]{1,9})", int, "a whole number"),
    "path": Path,
    "text file": lambda path: Path(path).read_text(encoding="utf-8-sig"),
    "sheet": lambda text: int(text) if re.fullmatch("[0-9]+", text) else text,
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
