"""What a workbook's number formats make of its numbers: dates, durations, leading zeros."""

from __future__ import annotations

import re
from dataclasses import dataclass, field
from typing import TYPE_CHECKING

from rev603._short import Short
from rev603.errors import UnsafeFileError
from rev603.reading.workbook.archive import REPAIR
from rev603.reading.workbook.safe_xml import local, read_part

if TYPE_CHECKING:
    from collections.abc import Mapping

    from rev603.reading.workbook.archive import Archive

__all__ = ["Formats", "read_formats"]

# formats that a workbook need not spell out; the upper ones are dates of East Asia
_DATES = frozenset(map(str, (*range(14, 23), *range(27, 37), 45, 47, *range(50, 59))))
_DURATIONS = frozenset({"46"})
_LONGEST_CODE, _MOST_STYLES = 255, 65_490  # where Excel ends

# "0000000", "000-00-0000", "00000\\-0000", with a colour, a condition or quotes round what is printed as it is
_DECORATION = re.compile(r"\[[^\[\]]*\]|[_*].")
_QUOTED = re.compile(r'"([^"]*)"|\\(.)')
_PADDED = Short(r"[^0-9#?.,%@;A-Za-z]*0[0 ./()-]*0[^0-9#?.,%@;A-Za-z]*", longest=255)
_ELAPSED = re.compile(r"\[(?:h+|m+|s+)\]", re.IGNORECASE)
_LITERAL = re.compile(r'"[^"]*"|\\.|[_*].|\[[^\[\]]*\]|General', re.IGNORECASE)


@dataclass(frozen=True)
class Formats:
    """What cell styles make of numbers, by their own numbers.

    Attributes
    ----------
    padded
        Styles that show a number with leading zeros: style to pattern, as ``{3: "000-00-0000"}``.
    kinds
        Styles that make a ``"date"`` or a ``"duration"`` of a number.
    """

    padded: Mapping[int, str] = field(default_factory=dict)
    kinds: Mapping[int, str] = field(default_factory=dict)


def read_formats(archive: Archive, part: str) -> Formats:
    """Return what the styles of a workbook make of numbers.

    Raises
    ------
    UnsafeFileError
        They are more, or a code is longer, than Excel allows: a number in it could fill the memory.
    """
    if not part:
        return Formats()
    codes: dict[str, str] = {}
    styles: list[str] = []

    def start(tag: str, attributes: dict[str, str], path: list[str]) -> None:
        inside = local(path[-1]) if path else ""
        if local(tag) == "numFmt" and inside == "numFmts":
            codes[attributes.get("numFmtId", "")] = attributes.get("formatCode", "")
        elif local(tag) == "xf" and inside == "cellXfs":
            styles.append(attributes.get("numFmtId", "0"))

    read_part(archive, part, start=start)
    many = max(len(styles), len(codes)) > _MOST_STYLES
    if many or any(len(code) > _LONGEST_CODE for code in codes.values()):
        raise UnsafeFileError(
            f"There are more than {_MOST_STYLES:,} styles or number formats."
            if many
            else f"A number format is longer than {_LONGEST_CODE} characters.",
            where=f"{archive.name}, part {part}",
            why="Excel opens no such workbook",
            what_to_do=REPAIR,
        )
    kinds = {**dict.fromkeys(_DATES, "date"), **dict.fromkeys(_DURATIONS, "duration")}
    kinds |= {identifier: _kind(code) for identifier, code in codes.items()}
    patterns = {identifier: _pattern(code) for identifier, code in codes.items()}
    return Formats(
        padded={at: pattern for at, each in enumerate(styles) if (pattern := patterns.get(each))},
        kinds={at: kind for at, each in enumerate(styles) if (kind := kinds.get(each))},
    )


def _pattern(code: str) -> str | None:
    """Return a number format as a row of zeros and punctuation, if that is all it is."""
    first = _DECORATION.sub("", code).partition(";")[0]
    plain = _QUOTED.sub(lambda found: found[1] or found[2] or "", first).strip()
    return plain if _PADDED.fullmatch(plain) and "." not in plain and "/" not in plain else None


def _kind(code: str) -> str:
    """Return what a format makes of a number.

    >>> [_kind(code) for code in ('yyyy-mm-dd', '[h]:mm', '0.00" days"', '[Red]0')]
    ['date', 'duration', '', '']
    """
    if _ELAPSED.search(re.sub(r'"[^"]*"', "", code)):
        return "duration"
    return "date" if re.search("[ymdhs]", _LITERAL.sub("", code).partition(";")[0], re.IGNORECASE) else ""
