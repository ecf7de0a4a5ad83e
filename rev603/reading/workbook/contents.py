"""A workbook's own table of contents: its sheets, date system, number formats and shared strings.

Strings have runs in however many fonts, and stand in the cells, or in one place for cells to point at.
"""

from __future__ import annotations

import posixpath
import re
from dataclasses import dataclass
from functools import cached_property
from typing import Literal

import pyarrow as pa

from rev603._short import Short
from rev603.errors import UnsafeFileError
from rev603.reading.archive import REPAIR, Archive, damaged, open_archive
from rev603.reading.limits import DEFAULT_LIMITS, Limits
from rev603.reading.sniff import Source
from rev603.reading.workbook.cell_text import XML_SPACE, unescaped
from rev603.reading.workbook.plain_markup import plain_strings
from rev603.reading.workbook.safe_xml import PlainStretches, read_part, refuse_doctype

Visibility = Literal["visible", "hidden", "veryHidden"]
_STATES: dict[str, Visibility] = {"hidden": "hidden", "veryHidden": "veryHidden"}
# formats that a workbook need not spell out; the upper ones are dates of East Asia
_DATES = frozenset(map(str, (*range(14, 23), *range(27, 37), 45, 47, *range(50, 59))))
_DURATION = "46"
_LONGEST_CODE, _MOST_STYLES = 255, 65_490  # where Excel ends

# "0000000", "000-00-0000", "00000\\-0000", with a color, a condition or quotes round what is printed as it is
_DECORATION = re.compile(r"\[[^\[\]]*\]|[_*].")
_QUOTED = re.compile(r'"([^"]*)"|\\(.)')
_PADDED = Short(r"[^0-9#?.,%@;A-Za-z]*0[0 ./()-]*0[^0-9#?.,%@;A-Za-z]*", longest=255)
_ELAPSED = re.compile(r"\[(?:h+|m+|s+)\]", re.IGNORECASE)
_LITERAL = re.compile(r'"[^"]*"|\\.|[_*].|\[[^\[\]]*\]|General', re.IGNORECASE)


@dataclass(frozen=True)
class Sheet:
    """One sheet, as the workbook lists it: what its tab says, its place from 0, and where its cells lie.

    Its kind is ``"worksheet"``, or ``"chartsheet"``, ``"dialogsheet"``, ``"macrosheet"``, which have no cells for us.
    """

    name: str
    index: int
    visibility: Visibility
    kind: str
    part: str


@dataclass(frozen=True)
class Workbook:
    """What a workbook says of itself: its archive, and what it lists, in the workbook's order."""

    archive: Archive
    sheets: tuple[Sheet, ...]
    #: True where day 0 is 1904-01-01 (an old Macintosh setting).
    date1904: bool
    #: What cell styles, by number, make of numbers: a pattern of zeros (``"000-00-0000"``), ``"date"``, ``"duration"``.
    padded: dict[int, str]
    kinds: dict[int, str]
    #: Where its shared strings lie; empty where it has none.
    strings_part: str

    @cached_property
    def strings(self) -> pa.Array:
        """Its shared strings, read when a cell first names one."""
        strings = _Strings(self.archive)
        if self.strings_part:
            plain = PlainStretches("sst", depth=1, unit="si>", read=strings.read_plain)
            read_part(
                self.archive,
                self.strings_part,
                start=strings.start,
                end=strings.end,
                text=strings.text,
                plain=plain,
            )
        strings.flush()
        return pa.concat_arrays(strings.chunks)


def open_workbook(source: Source, *, limits: Limits = DEFAULT_LIMITS) -> Workbook:
    """Return what a workbook says of itself, and refuse what is unsafe or damaged, before any cell is looked at."""
    archive = open_archive(source.data, source.name, limits=limits)
    markup = [part for part in archive.parts if part.endswith((".xml", ".rels", ".vml"))]
    refuse_doctype(archive, [part for part in markup if not part.startswith("xl/worksheets/sheet")])
    main = _part_of_kind("officedocument", _related(archive, ""), archive, "xl/workbook.xml")
    if not main:
        raise damaged("workbook", "its table of contents is missing", archive.name)
    related = _related(archive, main)
    sheets, date1904 = _contents(archive, main, related)
    padded, kinds = _formats(archive, _part_of_kind("styles", related, archive, "xl/styles.xml"))
    strings = _part_of_kind("sharedstrings", related, archive, "xl/sharedstrings.xml")
    return Workbook(archive, tuple(sheets), date1904, padded, kinds, strings)


def _part_of_kind(kind: str, related: dict[str, tuple[str, str]], archive: Archive, usual: str) -> str:
    """Return the part that the relations give for a kind, else where programs put it, else nothing."""
    parts = [part for found, part in related.values() if found == kind]
    return next((part for part in [*parts, usual] if part in archive.parts), "")


def _related(archive: Archive, part: str) -> dict[str, tuple[str, str]]:
    """Return a part's relations: identifier to (kind, part). Links that lead out of the file are left alone."""
    folder, _, base = part.rpartition("/")
    rels = posixpath.join(folder, "_rels", f"{base}.rels")
    found: dict[str, tuple[str, str]] = {}

    def start(tag: str, attributes: dict[str, str], _path: list[str]) -> None:
        if tag != "Relationship" or attributes.get("TargetMode") == "External":
            return
        target = attributes.get("Target", "").replace("\\", "/")
        path = posixpath.normpath(posixpath.join("/" + folder, target)).lstrip("/")
        kind = attributes.get("Type", "").rpartition("/")[2].lower()
        found[attributes.get("Id", "")] = (kind, path.lower())

    if rels in archive.parts:
        read_part(archive, rels, start=start)
    return found


def _contents(archive: Archive, main: str, related: dict[str, tuple[str, str]]) -> tuple[list[Sheet], bool]:
    """Return the sheets, and whether days are counted from 1904."""
    sheets: list[Sheet] = []
    date1904 = False

    def start(tag: str, attributes: dict[str, str], _path: list[str]) -> None:
        nonlocal date1904
        if tag == "workbookPr":
            date1904 = attributes.get("date1904", "0").strip().lower() in {"1", "true"}
        elif tag == "sheet":
            identifier = next((value for key, value in attributes.items() if key.endswith(":id")), "")
            kind, part = related.get(identifier, ("missing", ""))
            title, state = attributes.get("name", ""), _STATES.get(attributes.get("state", ""), "visible")
            if kind == "worksheet" and part not in archive.parts:
                raise damaged("workbook", f"sheet {title!r} is listed and is not there", archive.name)
            sheets.append(Sheet(title, len(sheets), state, kind, part))
            if len(sheets) > archive.limits.max_sheets:
                raise UnsafeFileError(
                    f"The workbook has more than {archive.limits.max_sheets:,} sheets.",
                    where=archive.name,
                    what_to_do="save the report's sheet alone, or raise max_sheets",
                )

    read_part(archive, main, start=start)
    return sheets, date1904


def _formats(archive: Archive, part: str) -> tuple[dict[int, str], dict[int, str]]:
    """Return what the styles of a workbook make of numbers: the patterns of zeros, and the dates and durations."""
    codes: dict[str, str] = {}
    styles: list[str] = []

    def start(tag: str, attributes: dict[str, str], path: list[str]) -> None:
        inside = path[-1] if path else ""
        if tag == "numFmt" and inside == "numFmts":
            codes[attributes.get("numFmtId", "")] = attributes.get("formatCode", "")
        elif tag == "xf" and inside == "cellXfs":
            styles.append(attributes.get("numFmtId", "0"))

    if part:
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
    kinds = {**dict.fromkeys(_DATES, "date"), _DURATION: "duration"}
    kinds |= {identifier: _kind(code) for identifier, code in codes.items()}
    patterns = {identifier: _pattern(code) for identifier, code in codes.items()}
    return (
        {at: pattern for at, each in enumerate(styles) if (pattern := patterns.get(each))},
        {at: kind for at, each in enumerate(styles) if (kind := kinds.get(each))},
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


class TextRuns:
    """Hears the events of strings, and joins the texts of their runs.

    A string's ``holder`` is ``"si"`` among the shared strings, ``"is"`` in a cell.
    """

    def __init__(self, holder: str) -> None:
        self.holder = holder
        self.runs: list[str] = []
        self.pieces: list[str] | None = None  # of the run that is being read
        self.keeps_space = False

    def start(self, tag: str, attributes: dict[str, str], path: list[str]) -> None:
        """Hear of an opening tag."""
        if tag == self.holder:
            self.runs = []
        elif tag == "t" and (path[-1:] == [self.holder] or path[-2:] == [self.holder, "r"]):
            self.pieces = []
            self.keeps_space = attributes.get("xml:space") == "preserve"

    def text(self, text: str, path: list[str]) -> None:
        """Hear of text."""
        if self.pieces is not None and path[-1] == "t":
            self.pieces.append(text)

    def end(self, tag: str, path: list[str]) -> None:  # noqa: ARG002 - the path is for those who extend this
        """Hear of a closing tag."""
        if tag == "t" and self.pieces is not None:
            run = "".join(self.pieces)
            self.runs.append(unescaped(run if self.keeps_space else run.strip(XML_SPACE)))
            self.pieces = None


class _Strings(TextRuns):
    """Hears the events of the shared strings, and gathers them."""

    def __init__(self, archive: Archive) -> None:
        super().__init__("si")
        self.archive = archive
        self.pending: list[str] = []
        self.chunks = [pa.array([], pa.large_string())]
        self.count = 0

    def end(self, tag: str, path: list[str]) -> None:
        super().end(tag, path)
        if tag == self.holder:
            self.pending.append("".join(self.runs))

    def read_plain(self, stretch: bytes) -> bool:
        """Take strings of plain markup; False where they are not."""
        found = plain_strings(stretch)
        if found is not None:
            self.flush()
            self._take(found)
        return found is not None

    def flush(self) -> None:
        """Put what the parser has found behind the rest."""
        self._take(pa.array(self.pending, pa.string()))
        self.pending = []

    def _take(self, strings: pa.Array) -> None:
        self.count += len(strings)
        self.chunks.append(strings.cast(pa.large_string()))
        if self.count > self.archive.limits.max_cells // 2:
            raise UnsafeFileError(
                f"The workbook has more than {self.archive.limits.max_cells // 2:,} shared strings.",
                where=self.archive.name,
                why="half of all cells that there may be would have to differ",
                what_to_do="export a shorter span of dates, or raise max_cells",
            )
