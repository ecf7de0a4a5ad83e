"""A workbook's own table of contents: its sheets, date system, number formats and shared strings."""

from __future__ import annotations

import posixpath
import re
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Literal

from rev603.errors import UnrecognizedFileError, UnsafeFileError
from rev603.reading.limits import DEFAULT_LIMITS, Limits
from rev603.reading.markup import parse_part, refuse_doctype
from rev603.reading.package import Package, open_package

if TYPE_CHECKING:
    from collections.abc import Mapping

    from rev603.reading.sniff import Source

__all__ = ["Sheet", "Workbook", "open_workbook"]

Visibility = Literal["visible", "hidden", "veryHidden"]

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
    padded_styles
        Cell styles that show a number with leading zeros: style to pattern, as ``{3: "000-00-0000"}``.
    oddities
        Why a fast reader might see another workbook than this one; empty for nearly all.
    """

    package: Package
    sheets: tuple[Sheet, ...]
    date1904: bool = False
    padded_styles: Mapping[int, str] = field(default_factory=dict)
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
    package = open_package(source.data, source.name, limits=limits)
    markup = [part for part in package.parts if part.endswith((".xml", ".rels", ".vml"))]
    refuse_doctype(package, [part for part in markup if not part.startswith("xl/worksheets/sheet")])
    main = _main_part(package)
    oddities = []
    if main != "xl/workbook.xml":
        oddities.append("the workbook lies in an unusual folder")
    if not package.unambiguous:
        oddities.append("the archive's directory is of an unusual form")
    contents = _contents(package, main)
    if contents.date1904 and contents.extended:
        # the fast reader takes an extension's settings for the workbook's own, and dates come out four years early
        oddities.append("it counts dates from 1904 and has extended settings")
    related = _related(package, main)
    styles = next(
        (part for kind, part in related.values() if kind == "styles" and part in package.parts), None
    )
    strings = [part for kind, part in related.values() if kind == "sharedstrings" and part in package.parts]
    # the fast reader takes this one by its name, whatever the relations say
    strings += [part for part in ("xl/sharedstrings.xml",) if part in package.parts and part not in strings]
    for part in strings:
        oddities += _check_strings(package, part)
    return Workbook(
        package=package,
        sheets=_located(package, contents.sheets, related),
        date1904=contents.date1904,
        padded_styles=_padded_styles(package, styles) if styles else {},
        oddities=tuple(oddities),
    )


def local(tag: str) -> str:
    """Give an element's name without its namespace prefix."""
    return tag.rpartition(":")[2]


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
    extended: bool = False


def _contents(package: Package, main: str) -> _Contents:
    found = _Contents()
    root: list[str] = []

    def start(tag: str, attributes: dict[str, str]) -> None:
        prefix, _, name = tag.rpartition(":")
        root.append(prefix)
        if prefix != root[0]:  # extensions have elements of the same names, which mean something else
            found.extended |= name == "workbookPr"
        elif name == "workbookPr":
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


# ------------------------------------------------------------------ number formats

# "0000000", "000-00-0000", "00000\-0000", with a colour, a condition or quotes round what is printed as it is
_DECORATION = re.compile(r"\[[^\]]*\]|[_*].")
_QUOTED = re.compile(r'"([^"]*)"|\\(.)')
_PADDED = re.compile(r"[^0-9#?.,%@;A-Za-z]*0[0 ./()-]*0[^0-9#?.,%@;A-Za-z]*")


def _pattern(code: str) -> str | None:
    """Give a number format as a row of zeros and punctuation, if that is all it is."""
    first = _DECORATION.sub("", code).partition(";")[0]
    plain = _QUOTED.sub(lambda found: found[1] or found[2] or "", first).strip()
    return plain if _PADDED.fullmatch(plain) and "." not in plain and "/" not in plain else None


def _padded_styles(package: Package, part: str) -> dict[int, str]:
    codes: dict[str, str] = {}
    styles: list[str] = []
    inside: list[str] = []

    def start(tag: str, attributes: dict[str, str]) -> None:
        name = local(tag)
        if name == "numFmt" and inside and inside[-1] == "numFmts":
            codes[attributes.get("numFmtId", "")] = attributes.get("formatCode", "")
        elif name == "xf" and inside and inside[-1] == "cellXfs":
            styles.append(attributes.get("numFmtId", "0"))
        inside.append(name)

    def end(_: str) -> None:
        inside.pop()

    parse_part(package, part, start=start, end=end)
    patterns = {identifier: _pattern(code) for identifier, code in codes.items()}
    return {
        style: pattern
        for style, identifier in enumerate(styles)
        if (pattern := patterns.get(identifier)) is not None
    }


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
