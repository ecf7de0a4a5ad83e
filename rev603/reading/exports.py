"""Which files are meant: folders, patterns, paths, file objects, and what archives and e-mails hold."""

from __future__ import annotations

import glob
import io
import os
from collections.abc import Iterable
from dataclasses import dataclass
from pathlib import Path
from typing import Any, BinaryIO

import pandas as pd

from rev603.errors import ArgumentError, SourceNotFoundError
from rev603.reading.archive import CONTAINER_SUFFIXES, EXPORT_SUFFIXES, held_in_mail, held_in_zip, is_export
from rev603.reading.issues import IssueLog
from rev603.reading.limits import DEFAULT_LIMITS, Limits
from rev603.reading.sniff import read_bytes

One = str | os.PathLike[str] | BinaryIO
Sources = One | Iterable[One]

#: So many files are named one by one.
_NAMED = 10
#: What may hold an export too, and is not opened: an older or another program's workbook, a message.
_OTHER_SUFFIXES = frozenset({".xls", ".xlsb", ".ods", ".msg", ".htm", ".html", ".mht", ".pdf", ".numbers"})


@dataclass(frozen=True)
class Export:
    """A file that may be an export."""

    #: Where it lies; of a file object its name, and of a file in an archive or an e-mail the path of that and
    #: its own name.
    path: Path
    #: Whether a folder, a pattern or an archive brought it, rather than its own name.
    swept: bool
    #: Its bytes, where it does not lie at its path.
    data: bytes | None = None

    def opened(self, limits: Limits) -> io.BytesIO:
        """Return its bytes, each read once, so that what is hashed is what is read."""
        return io.BytesIO(read_bytes(self.path, None, limits)[1] if self.data is None else self.data)


def exports_of(sources: Sources, *, limits: Limits = DEFAULT_LIMITS) -> list[Export]:
    """Return every file that is meant, once, in order; refuse a folder or a pattern that brings none.

    A folder without an export in it is searched deeper. What a zip archive or a saved e-mail holds is taken out of it.
    """
    found: list[Export] = []
    seen: set[Path] = set()
    for given in _each_of(sources):
        if isinstance(given, Path):
            meant = [each for each in _at(given) if each.path.resolve() not in seen]
            seen |= {each.path.resolve() for each in meant}
        else:
            name, data = read_bytes(given, None, limits)
            meant = [Export(Path(name), swept=False, data=bytes(data))]
        for export in meant:
            found += _unpacked(export, limits)
    return found


def _each_of(sources: Any) -> list[Path | BinaryIO]:
    """Return one or several sources as a list; paths in the home directory may begin with ``~``."""
    one = isinstance(sources, str | os.PathLike) or not isinstance(sources, Iterable) or _is_object(sources)
    given = [sources] if one else list(sources)
    for each in given:
        if not (isinstance(each, str | os.PathLike) or _is_object(each)):
            raise ArgumentError(
                f"This is {type(each).__name__}, and no file.",
                what_to_do="pass a folder, a pattern, a path, a file object opened with open(path, 'rb'), or several",
            )
    return [each if _is_object(each) else Path(each).expanduser() for each in given]


def _is_object(source: object) -> bool:
    return callable(getattr(source, "read", None))


def _at(path: Path) -> list[Export]:
    """Return the files that a folder, a pattern or a path means."""
    if path.is_dir():
        paths = sorted(filter(_is_export, path.iterdir())) or sorted(filter(_is_export, path.rglob("*")))
    elif glob.has_magic(str(path)) and not path.exists():
        # the pattern may be absolute, which Path.glob refuses
        paths = sorted(filter(_is_export, map(Path, glob.glob(str(path), recursive=True))))  # noqa: PTH207
    else:
        return [Export(path, swept=False)]
    if not paths:
        endings = ", ".join(sorted(EXPORT_SUFFIXES | CONTAINER_SUFFIXES))
        raise SourceNotFoundError(
            "No exports there.", where=str(path), why=f"looked for files ending in {endings}",
            what_to_do="name a folder, files, or a pattern that matches some",
        )  # fmt: skip
    return [Export(each, swept=True) for each in paths]


def _is_export(path: Path) -> bool:
    return path.is_file() and is_export(path.name, EXPORT_SUFFIXES | CONTAINER_SUFFIXES)


def _unpacked(export: Export, limits: Limits) -> list[Export]:
    """Return what an archive or an e-mail holds; itself, where it is neither or holds nothing that may be an export."""
    ending, held = export.path.suffix.lower(), []
    if ending in CONTAINER_SUFFIXES and (export.data is not None or export.path.is_file()):
        open_it = held_in_mail if ending == ".eml" else held_in_zip
        held = open_it(export.opened(limits).getvalue(), export.path.name, limits)
    return [Export(export.path / name, swept=True, data=data) for name, data in held] or [export]


def not_opened(sources: Sources) -> list[pd.DataFrame]:
    """Return an issue for each folder, that names the files in it which may hold an export and have another ending."""
    found = []
    for folder in _each_of(sources):
        inside = folder.iterdir() if isinstance(folder, Path) and folder.is_dir() else ()
        others = sorted(child.name for child in inside if is_export(child.name, _OTHER_SUFFIXES))
        if others:
            more = f" and {len(others) - _NAMED:,} more" if len(others) > _NAMED else ""
            log = IssueLog(others[0])
            log.say("file-not-opened", f"{', '.join(others[:_NAMED])}{more}")
            found.append(log.frame())
    return found
