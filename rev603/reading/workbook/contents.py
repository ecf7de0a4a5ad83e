"""A workbook's own table of contents: its sheets, date system, number formats and shared strings."""

from __future__ import annotations

import posixpath
import re
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Literal

from rev603.errors import UnrecognizedFileError, UnsafeFileError
from rev603.reading.limits import DEFAULT_LIMITS, Limits
from rev603.reading.workbook.formats import STYLES, Formats, read_formats
from rev603.reading.workbook.markup import local, parse_part, refuse_doctype
from rev603.reading.workbook.package import Package, open_package

if TYPE_CHECKING:
    from rev603.reading.sniff import Source

__all__ = ["Sheet", "Workbook", "open_workbook"]

Visibility = Literal["visible", "hidden", "veryHidden"]

_STRINGS = "xl/sharedstrings.xml"  # where the fast reader looks, whatever the relations say
_REPAIR = "open it in Excel and let it repair the file, or export the report again"


@dataclass(frozen=True)
class Sheet:
    """One sheet, as the workbook lists it.

    Attributes
    ----------
    name
        What its tab says.
    index
        Its place in the workbook, from 0, chart sheets counted too: as fastexcel counts.
    visibility
        ``"visible"``, ``"hidden"`` or ``"veryHidden"``.
    kind
        ``"worksheet"``, or ``"chartsheet"``, ``"dialogsheet"``, ``"macrosheet"``, which have no cells for us.
    part
        Where its cells lie in the archive.
    """

    name: str
    index: int
    visibility: Visibility
    kind: str
    part: str


@dataclass(frozen=True)
class Workbook:
    """What a workbook says of itself.

    Attributes
    ----------
    package
        The archive.
    sheets
        In the workbook's order.
    date1904
        True where day 0 is 1904-01-01 (an old Macintosh setting).
    formats
        What its number formats make of numbers.
    strings
        The part of its shared strings; empty where there is none.
    oddities
        Why a fast reader might see another workbook than this one; empty for nearly all.
    """

    package: Package
    sheets: tuple[Sheet, ...]
    date1904: bool = False
    formats: Formats = field(default_factory=Formats)
    strings: str = ""
    oddities: tuple[str, ...] = ()


def open_workbook(source: Source, *, limits: Limits = DEFAULT_LIMITS) -> Workbook:
    """Read what a workbook says of itself, and refuse what is unsafe, before any cell is looked at.

    Parameters
    ----------
    source
        The workbook, from `sniff`.
    limits
        What it may cost.

    Returns
    -------
    Workbook
        Its sheets and what is needed to read them.

    Raises
    ------
    UnsafeFileError
        It is over a limit, or built to do harm.
    UnrecognizedFileError
        It is damaged.
    """
    package = open_package(bytes(source.data), source.name, limits=limits)
    markup = [part for part in package.parts if part.endswith((".xml", ".rels", ".vml"))]
    refuse_doctype(package, [part for part in markup if not part.startswith("xl/worksheets/sheet")])
    main = _main_part(package)
    oddities = []
    if main != "xl/workbook.xml":
        oddities.append("the workbook lies in an unusual folder")
    if not package.unambiguous:
        oddities.append("the archive's directory is of an unusual form")
    contents = _contents(package, main)
    related = _related(package, main)
    found = {kind: part for kind, part in reversed(related.values()) if part in package.parts}
    strings = found.get("sharedstrings", _STRINGS if _STRINGS in package.parts else "")
    styles = found.get("styles", STYLES if STYLES in package.parts else "")
    if strings not in ("", _STRINGS) or styles not in ("", STYLES):
        oddities.append("the shared strings or the styles lie in an unusual place")
    for part in {strings, _STRINGS} & package.parts.keys():
        oddities += _check_strings(package, part)
    return Workbook(
        package=package,
        sheets=_located(package, contents.sheets, related),
        date1904=contents.date1904,
        formats=read_formats(package, styles, epoch_1904=contents.date1904),
        strings=strings,
        oddities=tuple(oddities),
    )


# ------------------------------------------------------------------ sheets


def _main_part(package: Package) -> str:
    for kind, part in _related(package, "").values():
        if kind == "officedocument" and part in package.parts:
            return part
    if "xl/workbook.xml" in package.parts:
        return "xl/workbook.xml"
    raise UnrecognizedFileError(
        "The workbook is damaged: its table of contents is missing.", where=package.name, what_to_do=_REPAIR
    )


def _related(package: Package, part: str) -> dict[str, tuple[str, str]]:
    """Give a part's relations: identifier to (kind, part). Links that lead out of the file are left alone."""
    folder, _, base = part.rpartition("/")
    rels = posixpath.join(folder, "_rels", f"{base}.rels")
    found: dict[str, tuple[str, str]] = {}

    def start(tag: str, attributes: dict[str, str]) -> None:
        if local(tag) != "Relationship" or attributes.get("TargetMode") == "External":
            return
        target = attributes.get("Target", "").replace("\\", "/")
        path = posixpath.normpath(posixpath.join("/" + folder, target)).lstrip("/")
        kind = attributes.get("Type", "").rpartition("/")[2].lower()
        found[attributes.get("Id", "")] = (kind, path.lower())

    if rels in package.parts:
        parse_part(package, rels, start=start)
    return found


@dataclass
class _Contents:
    """What the workbook's main part lists."""

    sheets: list[tuple[str, Visibility, str]] = field(default_factory=list)
    date1904: bool = False


def _contents(package: Package, main: str) -> _Contents:
    found = _Contents()
    root: list[str] = []

    def start(tag: str, attributes: dict[str, str]) -> None:
        prefix, _, name = tag.rpartition(":")
        root.append(prefix)
        if prefix != root[0]:
            return  # extensions have elements of the same names, which mean something else
        if name == "workbookPr":
            found.date1904 = attributes.get("date1904", "0").strip().lower() in {"1", "true"}
        elif name == "sheet":
            identifier = next((value for key, value in attributes.items() if key.endswith(":id")), "")
            state = attributes.get("state", "visible")
            visibility: Visibility = (
                "veryHidden" if state == "veryHidden" else "hidden" if state == "hidden" else "visible"
            )
            found.sheets.append((attributes.get("name", ""), visibility, identifier))
            if len(found.sheets) > package.limits.max_sheets:
                raise UnsafeFileError(
                    f"The workbook has more than {package.limits.max_sheets:,} sheets.",
                    where=package.name,
                    what_to_do="save the report's sheet alone, or raise max_sheets",
                )

    parse_part(package, main, start=start)
    return found


def _located(
    package: Package, sheets: list[tuple[str, Visibility, str]], related: dict[str, tuple[str, str]]
) -> tuple[Sheet, ...]:
    located = []
    for index, (name, visibility, identifier) in enumerate(sheets):
        kind, part = related.get(identifier, ("", ""))
        if kind == "worksheet" and part not in package.parts:
            raise UnrecognizedFileError(
                f"The workbook is damaged: sheet {name!r} is listed and is not there.",
                where=package.name,
                what_to_do=_REPAIR,
            )
        located.append(Sheet(name, index, visibility, kind or "missing", part))
    return tuple(located)


# ------------------------------------------------------------------ shared strings

_CLAIM = re.compile(rb"""\buniqueCount\s*=\s*["']([0-9]+)["']""")


def _check_strings(package: Package, part: str) -> list[str]:
    """Unzip the shared strings once: their number must be what they claim.

    The fast reader sets aside room for as many as are claimed, so that a claim of four billion in a
    file of one kilobyte would end the process.
    """
    claimed, tags, kept = 0, 0, b""
    for number, piece in enumerate(package.pieces(part)):
        claim = _CLAIM.search(piece[:4096]) if number == 0 else None
        claimed = int(claim[1]) if claim else claimed
        tags += (kept + piece).count(b"si>")  # <si> and </si>, with or without a prefix
        kept = piece[-2:]
    strings = (tags + 1) // 2
    if claimed > strings:
        return [f"{claimed:,} shared strings are claimed and {strings:,} are there"]
    return []
