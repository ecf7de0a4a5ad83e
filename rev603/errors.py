"""One small tree of errors: each says what happened, where, why, and what to do.

Every error survives pickling, and none carries a payee's social security number: the
reader masks a value before it reaches a message.
"""

from __future__ import annotations

import re
from difflib import get_close_matches
from typing import TYPE_CHECKING, Any

from rev603.safe_text import hide_persons, visible

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping

    import pandas as pd

__all__ = [
    "ArgumentError",
    "ColumnsMissingError",
    "ControlTotalError",
    "IdentifierError",
    "LineError",
    "Rev603Error",
    "SourceNotFoundError",
    "UnrecognizedFileError",
    "UnsafeFileError",
]

_SHOWN = 10
#: What a remedy may name, in Python and on the command line; a name behind ``columns`` takes the place of its "…".
_OPTIONS = {
    "columns": ('columns={"…": "Their heading"}', '--column …="Their heading"'),
    "combine": ("combine=True", "--combine"),
    "grain=line": ('grain="line"', "--grain line"),
    "grain=refund": ('grain="refund"', "--grain refund"),
    "on_error=collect": ('on_error="collect"', "--on-error collect"),
    "report_dates": ('report_dates={"file name": "2026-11-13", …}', "--report-date FILE=2026-11-13"),
    "sheet": ("sheet=", "--sheet NAME"),
    "vocabulary": ("vocabulary=", "--vocabulary FILE"),
    "statuses": (
        'vocabulary={"statuses": {"as printed": "in transit"}}',
        '--vocabulary FILE, a TOML file with [statuses] and "as printed" = "in transit"',
    ),
}
_NAMED_OPTION = re.compile(r"\{(" + "|".join(_OPTIONS) + r")(?: ([a-z_]+))?\}")


def phrased(remedy: str, *, command_line: bool = False) -> str:
    """Return a remedy in the words of Python, or of the command line.

    Parameters
    ----------
    remedy
        What to do; an option stands in it in braces, so that each surface can spell it in its own way.
    command_line
        Whether to spell options as the command line does.

    Examples
    --------
    >>> phrased("correct the cells, or pass {on_error=collect}")
    'correct the cells, or pass on_error="collect"'
    >>> phrased("correct the cells, or pass {on_error=collect}", command_line=True)
    'correct the cells, or pass --on-error collect'
    >>> phrased("pass {columns payee_id}", command_line=True)
    'pass --column payee_id="Their heading"'
    """
    return _NAMED_OPTION.sub(
        lambda found: _OPTIONS[found[1]][command_line].replace("…", found[2] or "…"), remedy
    )


class Rev603Error(Exception):
    """Anything that rev603 refuses, in words that somebody can act on.

    Parameters
    ----------
    what
        What happened, as a sentence.
    where
        File, sheet, row and column, as far as they are known.
    why
        The reason, where it is not plain from ``what``.
    what_to_do
        The way out; see :func:`phrased` for how it names options.

    Examples
    --------
    >>> print(Rev603Error("No heading row was found.", where="march.csv", what_to_do="Export it again."))
    No heading row was found.
      where: march.csv
      what to do: Export it again.
    """

    def __init__(self, what: str, *, where: str = "", why: str = "", what_to_do: str = "") -> None:
        super().__init__(what)
        self.what = what
        self.where = where
        self.why = why
        self.remedy = what_to_do

    @property
    def what_to_do(self) -> str:
        """The way out, in the words of Python."""
        return phrased(self.remedy)

    def __str__(self) -> str:
        """Return the error as a few labeled lines, as they may be shown."""
        return self.text()

    def text(self, *, command_line: bool = False) -> str:
        """Return the error as a few labeled lines, its options spelled as in Python or on the command line.

        It may be shown: a file's name is text from outside too.
        """
        todo = phrased(self.remedy, command_line=command_line)
        labeled = (("where", self.where), ("why", self.why), ("what to do", todo))
        told = "\n".join([self.what, *(f"  {label}: {text}" for label, text in labeled if text)])
        return visible(hide_persons(told))

    def __reduce__(self) -> tuple[Any, ...]:
        """Rebuild from the attributes, so that the error crosses process borders whole."""
        return (_rebuild, (type(self), self.args, self.__dict__.copy()))


def _rebuild(kind: type[Rev603Error], args: tuple[Any, ...], state: dict[str, Any]) -> Rev603Error:
    error = kind.__new__(kind, *args)
    error.args = args
    error.__dict__.update(state)
    return error


class SourceNotFoundError(Rev603Error, FileNotFoundError):
    """There is no such file, or a folder or pattern holds none."""


class UnsafeFileError(Rev603Error):
    """The file is over a limit or built to do harm, so it was not opened further."""


class UnrecognizedFileError(Rev603Error):
    """The file is not something that rev603 reads: another format, locked, damaged or without headings."""


class NotAReportError(UnrecognizedFileError):
    """The file could be opened, and is something else than what was asked for."""


class ControlTotalError(Rev603Error):
    """What was read differs from the totals that the report states of itself."""


class ArgumentError(Rev603Error, TypeError, ValueError):
    """An argument is of another type than is wanted, or is none of the values that there are."""


def check_choice(name: str, value: object, *allowed: str | None, where: str = "") -> None:
    """Refuse a value that is none of those that there are.

    Examples
    --------
    >>> check_choice("on_error", "colect", "raise", "collect")
    Traceback (most recent call last):
    rev603.errors.ArgumentError: on_error is 'colect'.
      why: Did you mean 'collect'?
      what to do: pass one of 'raise', 'collect'
    """
    if not isinstance(value, str | None) or value not in allowed:
        shown = repr(value) if isinstance(value, str | int | None) else type(value).__name__
        near = get_close_matches(str(value).casefold(), filter(None, allowed), n=1)
        raise ArgumentError(
            f"{name} is {shown}.",
            where=where,
            why=f"Did you mean {near[0]!r}?" if near else "",
            what_to_do=f"pass one of {', '.join(map(repr, allowed))}",
        )


def check_type(name: str, value: object, kind: Any, example: str) -> None:
    """Refuse a value of another type than is wanted; ``example`` says what to pass."""
    if not isinstance(value, kind):
        raise ArgumentError(f"{name} is {type(value).__name__}.", what_to_do=f"pass {example}")


def no_frame(value: object, what: str = "refunds as rev603.read(…).refunds gives them") -> ArgumentError:
    """Return the error for what is no frame of lines; where it holds one, as a report does, that is named.

    Examples
    --------
    >>> print(no_frame("export.xlsx"))
    A frame is needed, and this is str.
      what to do: pass refunds as rev603.read(…).refunds gives them
    """
    kind = type(value).__name__
    held = next((name for name in ("refunds", "stuck", "entries") if hasattr(value, name)), None)
    todo = f"pass its frame: {kind.lower()}.{held}" if held else f"pass {what}"
    return ArgumentError(f"A frame is needed, and this is {kind}.", what_to_do=todo)


class IdentifierError(Rev603Error, ValueError):
    """A value is not a well-formed entry number or importer number."""


class ColumnsMissingError(Rev603Error):
    """Columns that an answer depends on are not there.

    Attributes
    ----------
    missing
        The names that were looked for.
    found
        The headings that are there.
    guesses
        For each missing name the heading that comes nearest, where one does.
    """

    def __init__(
        self,
        missing: Iterable[str],
        *,
        found: Iterable[str],
        guesses: Mapping[str, str] | None = None,
        where: str = "",
        what_to_do: str = "",
    ) -> None:
        self.missing = tuple(missing)
        self.found = tuple(found)
        self.guesses = dict(guesses or {})
        names = ", ".join(
            f"{name} (did you mean {self.guesses[name]!r}?)" if name in self.guesses else name
            for name in self.missing
        )
        super().__init__(
            f"Missing: {names}.",
            where=where,
            why=f"found: {', '.join(self.found) or 'no headings at all'}",
            what_to_do=what_to_do,
        )


class LineError(Rev603Error):
    """Cells that cannot be read; every one of them is in ``issues``.

    Attributes
    ----------
    issues
        One line per cell, with the columns of ``Report.issues``; values are masked.
    """

    def __init__(self, issues: pd.DataFrame, *, where: str = "") -> None:
        self.issues = issues
        shown = "\n".join(f"  - {message}" for message in issues["message"].head(_SHOWN))
        more = len(issues) - _SHOWN
        tail = f"\n  … and {more} more" if more > 0 else ""
        count = f"{len(issues)} cell{'' if len(issues) == 1 else 's'}"
        super().__init__(
            f"{count} cannot be read:\n{shown}{tail}",
            where=where,
            what_to_do="correct the cells, or pass {on_error=collect} to set their lines aside and go on",
        )
