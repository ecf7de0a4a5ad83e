"""Words that a user teaches the reader: headings, statuses, centers and teams that rev603 does not know yet.

CBP's vocabulary is open: statuses are reworded, sibling reports have unpublished headings, and spreadsheets
have headings of their own.
"""

from __future__ import annotations

import os
import tomllib
from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass, field, replace
from pathlib import Path
from typing import Any

from rev603.errors import Rev603Error, SourceNotFoundError, check_choice, check_type
from rev603.vocabulary.headings import ENTRY_COLUMNS, REFUND_COLUMNS, Column, heading_key
from rev603.vocabulary.statuses import PAYMENT_STATES, UNKNOWN, status_key

_COLUMNS = tuple(dict.fromkeys(column.name for column in (*REFUND_COLUMNS, *ENTRY_COLUMNS)))
_STATES = tuple(state for state in PAYMENT_STATES if state != UNKNOWN)
_LARGEST = 1 << 20
_PARTS = ("headings", "statuses", "centers", "teams")

#: The name of a column to its heading, or to the headings whose sum it is.
Columns = Mapping[str, str | Sequence[str]]
#: A mapping of what is taught, or the path of a TOML file with it.
Taught = Mapping[str, Mapping[str, str]] | str | os.PathLike[str] | None


@dataclass(frozen=True)
class Words:
    """What was taught."""

    #: A heading → the name of its column.
    headings: Mapping[str, str] = field(default_factory=dict)
    #: A secondary status, in any spelling → its payment state.
    statuses: Mapping[str, str] = field(default_factory=dict)
    #: A center's code → its name; a team number → a note.
    centers: Mapping[str, str] = field(default_factory=dict)
    teams: Mapping[str, str] = field(default_factory=dict)

    def columns(self, known: Iterable[Column]) -> tuple[Column, ...]:
        """Return columns under which the taught headings are found too, before all other spellings."""
        own: dict[str, list[str]] = {}
        for heading, name in self.headings.items():
            own.setdefault(name, []).append(heading)
        return tuple(
            replace(column, aliases=(*own.get(column.name, ()), *column.aliases)) for column in known
        )

    def state(self, status: str) -> str | None:
        """Return the payment state that a status was taught to stand for, or None."""
        return {status_key(text): state for text, state in self.statuses.items()}.get(status_key(status))


NO_WORDS = Words()


def headings_of(
    columns: Columns | None, names: Collection[str], amounts: Collection[str]
) -> dict[str, list[str]]:
    """Return the headings that a caller names for each column of a file, several only for an amount."""
    check_type("columns", columns, Mapping | None, f"{{columns {next(iter(names))}}}")
    found: dict[str, list[str]] = {}
    asked: Mapping[str, Any] = columns or {}
    for name, given in asked.items():
        check_choice("A name in columns=", name, *names)
        headings = [given] if isinstance(given, str) else [*given] if isinstance(given, Sequence) else []
        if not headings or not all(isinstance(text, str) and text.strip() for text in headings):
            raise Rev603Error(
                f"columns= gives {name} {given!r}, which is no heading.",
                what_to_do=f"pass {{columns {name}}}",
            )
        if len(headings) > 1 and name not in amounts:
            raise Rev603Error(
                f"columns= gives {len(headings)} headings for {name}.",
                what_to_do=f"give one; only {', '.join(amounts)} may be the sum of several",
            )
        found[name] = headings
    keys = [heading_key(heading) for headings in found.values() for heading in headings]
    if len(set(keys)) < len(keys):
        raise Rev603Error(
            "columns= gives one heading twice.", what_to_do="give each column a heading of its own"
        )
    return found


def words_of(given: Taught) -> Words:
    """Return what a mapping or a TOML file teaches.

    Parameters
    ----------
    given
        A mapping with some of the parts of ``.docs/vocabulary.md``, or the path of a TOML file with them as tables.

    Raises
    ------
    Rev603Error
        A part, a column or a state that there is not, or a value that is no text.

    Examples
    --------
    >>> words = words_of({
    ...     "headings": {"Our Ref": "refund_id"}, "statuses": {"Held For Review": "in transit"},
    ...     "centers": {"CEE011": "Pet Food"}, "teams": {"JBN": "call first"},
    ... })
    >>> words.state("HELD FOR REVIEW")
    'in transit'
    >>> words_of({"status": {"Held For Review": "in transit"}})
    Traceback (most recent call last):
    rev603.errors.ArgumentError: A part of the vocabulary is 'status'.
    ...
    """
    if given is None:
        return NO_WORDS
    example = '{"statuses": {"Held For Review": "in transit"}}, or the path of a TOML file'
    check_type("vocabulary", given, Mapping | str | os.PathLike, example)
    where = "" if isinstance(given, Mapping) else os.fspath(given)
    parts: Mapping[str, object] = (
        given if isinstance(given, Mapping) else _from_file(Path(given).expanduser())
    )
    taught: dict[str, dict[str, str]] = {part: {} for part in _PARTS}
    for part, words in parts.items():
        check_choice("A part of the vocabulary", part, *_PARTS, where=where)
        if not isinstance(words, Mapping) or not all(
            isinstance(text, str) and text.strip() for pair in words.items() for text in pair
        ):
            raise Rev603Error(
                f"The part {part!r} of a vocabulary maps texts to texts.",
                where=where,
                what_to_do=f'write it as {{"{part}": {{"as the report says": "what it means"}}}}',
            )
        taught[part] = dict(words)
    for name in taught["headings"].values():
        check_choice("What a taught heading stands for", name, *_COLUMNS, where=where)
    for state in taught["statuses"].values():
        check_choice("What a taught status stands for", state, *_STATES, where=where)
    taught["centers"] = {code.upper(): name for code, name in taught["centers"].items()}
    return Words(**taught)


def _from_file(path: Path) -> dict[str, object]:
    try:
        with path.open("rb") as file:
            return tomllib.loads(file.read(_LARGEST).decode("utf-8-sig"))
    except (OSError, ValueError) as error:  # TOML's own errors are ValueErrors, and so are those of UTF-8
        closed = isinstance(error, OSError)
        raise (SourceNotFoundError if closed else Rev603Error)(
            f"The vocabulary {'cannot be opened' if closed else 'is not a TOML file'}.",
            where=str(path),
            why=getattr(error, "strerror", None) or str(error),
            what_to_do='name a TOML file with tables such as [statuses], and lines such as "Held For Review" = "in transit"',
        ) from None
