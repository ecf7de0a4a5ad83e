"""A workbook's own table of contents: its sheets, date system, number formats and shared strings."""

from __future__ import annotations

import posixpath
from dataclasses import dataclass, field
from functools import cached_property
from typing import TYPE_CHECKING, Literal

from rev603.errors import UnsafeFileError
from rev603.reading.limits import DEFAULT_LIMITS, Limits
from rev603.reading.workbook.archive import Archive, damaged, open_archive
from rev603.reading.workbook.number_formats import Formats, read_formats
from rev603.reading.workbook.safe_xml import local, read_part, refuse_doctype
from rev603.reading.workbook.shared_strings import read_strings

if TYPE_CHECKING:
    import pyarrow as pa

    from rev603.reading.source import Source

__all__ = ["Sheet", "Workbook", "open_workbook"]

Visibility = Literal["visible", "hidden", "veryHidden"]

# where programs put them, if the relations say nothing
_STRINGS = "xl/sharedstrings.xml"
_STYLES = "xl/styles.xml"
_STATES: dict[str, Visibility] = {"hidden": "hidden", "veryHidden": "veryHidden"}


@dataclass(frozen=True)
class Sheet:
    """One sheet, as the workbook lists it.

    Attributes
    ----------
    name
        What its tab says.
    index
        Its place in the workbook, from 0, chart sheets counted too.
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
    archive
        The archive.
    sheets
        In the workbook's order.
    date1904
        True where day 0 is 1904-01-01 (an old Macintosh setting).
    formats
        What its number formats make of numbers.
    strings_part
        Where its shared strings lie; empty where it has none.
    """

    archive: Archive
    sheets: tuple[Sheet, ...]
    date1904: bool = False
    formats: Formats = field(default_factory=Formats)
    strings_part: str = ""

    @cached_property
    def strings(self) -> pa.Array:
        """Its shared strings, read when a cell first names one."""
        return read_strings(self.archive, self.strings_part)


def open_workbook(source: Source, *, limits: Limits = DEFAULT_LIMITS) -> Workbook:
    """Return what a workbook says of itself, and refuse what is unsafe, before any cell is looked at.

    Raises
    ------
    UnsafeFileError
        It is over a limit, or built to do harm.
    UnrecognizedFileError
        It is damaged.
    """
    archive = open_archive(bytes(source.data), source.name, limits=limits)
    markup = [part for part in archive.parts if part.endswith((".xml", ".rels", ".vml"))]
    refuse_doctype(archive, [part for part in markup if not part.startswith("xl/worksheets/sheet")])
    main = _main_part(archive)
    sheets, date1904 = _contents(archive, main)
    related = _related(archive, main)
    found = {kind: part for kind, part in reversed(related.values()) if part in archive.parts}
    return Workbook(
        archive=archive,
        sheets=_located(archive, sheets, related),
        date1904=date1904,
        formats=read_formats(archive, found.get("styles", _STYLES if _STYLES in archive.parts else "")),
        strings_part=found.get("sharedstrings", _STRINGS if _STRINGS in archive.parts else ""),
    )


# ------------------------------------------------------------------ sheets


def _main_part(archive: Archive) -> str:
    for kind, part in _related(archive, "").values():
        if kind == "officedocument" and part in archive.parts:
            return part
    if "xl/workbook.xml" in archive.parts:
        return "xl/workbook.xml"
    raise damaged("workbook", "its table of contents is missing", archive.name)


def _related(archive: Archive, part: str) -> dict[str, tuple[str, str]]:
    """Return a part's relations: identifier to (kind, part). Links that lead out of the file are left alone."""
    folder, _, base = part.rpartition("/")
    rels = posixpath.join(folder, "_rels", f"{base}.rels")
    found: dict[str, tuple[str, str]] = {}

    def start(tag: str, attributes: dict[str, str], _path: list[str]) -> None:
        if local(tag) != "Relationship" or attributes.get("TargetMode") == "External":
            return
        target = attributes.get("Target", "").replace("\\", "/")
        path = posixpath.normpath(posixpath.join("/" + folder, target)).lstrip("/")
        kind = attributes.get("Type", "").rpartition("/")[2].lower()
        found[attributes.get("Id", "")] = (kind, path.lower())

    if rels in archive.parts:
        read_part(archive, rels, start=start)
    return found


def _contents(archive: Archive, main: str) -> tuple[list[tuple[str, Visibility, str]], bool]:
    """Return the name, visibility and relation of each sheet, and whether days are counted from 1904."""
    sheets: list[tuple[str, Visibility, str]] = []
    date1904 = False

    def start(tag: str, attributes: dict[str, str], path: list[str]) -> None:
        nonlocal date1904
        prefix, _, name = tag.rpartition(":")
        if path and prefix != path[0].rpartition(":")[0]:
            return  # extensions have elements of the same names, which mean something else
        if name == "workbookPr":
            date1904 = attributes.get("date1904", "0").strip().lower() in {"1", "true"}
        elif name == "sheet":
            identifier = next((value for key, value in attributes.items() if key.endswith(":id")), "")
            state = _STATES.get(attributes.get("state", ""), "visible")
            sheets.append((attributes.get("name", ""), state, identifier))
            if len(sheets) > archive.limits.max_sheets:
                raise UnsafeFileError(
                    f"The workbook has more than {archive.limits.max_sheets:,} sheets.",
                    where=archive.name,
                    what_to_do="save the report's sheet alone, or raise max_sheets",
                )

    read_part(archive, main, start=start)
    return sheets, date1904


def _located(
    archive: Archive, sheets: list[tuple[str, Visibility, str]], related: dict[str, tuple[str, str]]
) -> tuple[Sheet, ...]:
    located = []
    for index, (name, visibility, identifier) in enumerate(sheets):
        kind, part = related.get(identifier, ("", ""))
        if kind == "worksheet" and part not in archive.parts:
            raise damaged("workbook", f"sheet {name!r} is listed and is not there", archive.name)
        located.append(Sheet(name, index, visibility, kind or "missing", part))
    return tuple(located)
