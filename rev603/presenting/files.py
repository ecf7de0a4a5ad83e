"""Files that are there whole or not at all, and zips whose bytes depend on their contents alone."""

from __future__ import annotations

import os
import stat
import tempfile
import time
import zipfile
from collections.abc import Iterable, Iterator, Mapping
from contextlib import contextmanager, suppress
from datetime import datetime
from pathlib import Path
from typing import IO, Any, TypeAlias

from rev603.errors import Rev603Error

#: A path, or an open file: text or binary, whichever it takes.
Target: TypeAlias = "str | os.PathLike[str] | IO[Any]"

_PREFIX, _SUFFIX = ".rev603-", ".tmp"
_A_DAY = 24 * 60 * 60

_END_OF_ROWS = b"</sheetData>"
_FOOTER = b"</headerFooter>"
#: Identifiers are text on purpose: without this Excel marks each with a green triangle. It follows the footer (ECMA-376).
_NO_TRIANGLES = b'<ignoredErrors><ignoredError sqref="A1:XFD1048576" numberStoredAsText="1"/></ignoredErrors>'


@contextmanager
def whole_file(target: str | os.PathLike[str], *, private: bool = False) -> Iterator[Path]:
    """Give a temporary file beside the target; it takes the target's place once it is written whole.

    Whoever has the old file open, or looks while the new one is written, never sees half of it. An existing file keeps
    its mode; a private one, for full payee numbers, can be read by its owner only. The folder must be there. What a
    process that was killed has left behind is cleared after a day.

    Examples
    --------
    >>> with tempfile.TemporaryDirectory() as folder:
    ...     with whole_file(Path(folder, "x.txt")) as unfinished:
    ...         _ = unfinished.write_text("all of it")
    ...     [path.name for path in Path(folder).iterdir()]
    ['x.txt']
    """
    path = Path(target)
    if not path.parent.is_dir():
        raise Rev603Error(
            f"There is no folder {path.parent}.",
            where=str(path),
            what_to_do="make the folder first, or name another one",
        )
    _clear_left_behind(path.parent)
    handle, name = tempfile.mkstemp(dir=path.parent, prefix=_PREFIX, suffix=_SUFFIX)
    os.close(handle)
    unfinished = Path(name)
    try:
        yield unfinished
        unfinished.chmod(0o600 if private else _mode_of(path))
        unfinished.replace(path)
    finally:
        unfinished.unlink(missing_ok=True)


def _mode_of(path: Path) -> int:
    """Return the mode of an existing file, or that of a new one: mkstemp makes it private, a report is shared."""
    if path.exists():
        return stat.S_IMODE(path.stat().st_mode)
    umask = os.umask(0)
    os.umask(umask)
    return 0o666 & ~umask


def _clear_left_behind(folder: Path) -> None:
    """Remove unfinished files of ours that are older than a day: SIGKILL and power cuts leave them."""
    for old in folder.glob(f"{_PREFIX}*{_SUFFIX}"):
        with suppress(OSError):
            if old.is_file() and not old.is_symlink() and time.time() - old.stat().st_mtime > _A_DAY:
                old.unlink()


def refuse_to_overwrite(
    inputs: Iterable[str | os.PathLike[str]], outputs: Iterable[str | os.PathLike[str]]
) -> None:
    """Refuse an output that is one of the inputs, also through a link or under another spelling of its path.

    Examples
    --------
    >>> with tempfile.TemporaryDirectory() as folder:
    ...     _ = Path(folder, "export.csv").write_text("")
    ...     refuse_to_overwrite([f"{folder}/export.csv"], [f"{folder}/../{Path(folder).name}/export.csv"])
    Traceback (most recent call last):
    rev603.errors.Rev603Error: export.csv is one of the files to read, so nothing was written.
    ...
    """
    read = [path for path in map(Path, inputs) if path.exists()]
    for target in map(Path, outputs):
        if target.exists() and any(target.samefile(path) for path in read):
            raise Rev603Error(
                f"{target.name} is one of the files to read, so nothing was written.",
                where=str(target),
                why="an export that is overwritten cannot be read again",
                what_to_do="name another file to write",
            )


def write_text(path: str | os.PathLike[str], text: str, *, private: bool = False) -> None:
    """Write a text file in UTF-8 with plain line ends, whole or not at all."""
    with whole_file(path, private=private) as unfinished:
        unfinished.write_text(text, encoding="utf-8", newline="\n")


class SteadyZip(zipfile.ZipFile):
    """A zip for writing with no file times and no trace of the machine in it.

    All entries bear one ``moment``; a zip knows none before 1980. ``insert`` is the name of an entry → blocks that go
    behind the rows of the worksheet that is written under it.
    """

    def __init__(self, path: Path, moment: datetime, *, insert: Mapping[str, Iterable[bytes]]) -> None:
        super().__init__(path, "w", zipfile.ZIP_DEFLATED, allowZip64=True)
        self._insert = insert
        self._moment = (max(moment.year, 1980), moment.month, moment.day, 0, 0, 0)

    def writestr(self, zinfo_or_arcname: Any, data: Any, *_: Any, **__: Any) -> None:
        """Add an entry from memory."""
        super().writestr(self._entry(str(zinfo_or_arcname)), data)

    def write(self, filename: Any, arcname: Any = None, *_: Any, **__: Any) -> None:
        """Add an entry from a file, with its inserted blocks in their place."""
        name = str(arcname)
        # a worksheet is short, as its lines are still to come
        before, mark, behind = Path(filename).read_bytes().partition(_END_OF_ROWS)
        with self.open(self._entry(name), "w", force_zip64=True) as target:
            target.write(before)
            for block in self._insert.get(name, ()):
                target.write(block)
            target.write(mark + behind.replace(_FOOTER, _FOOTER + _NO_TRIANGLES))

    def _entry(self, name: str) -> zipfile.ZipInfo:
        entry = zipfile.ZipInfo(name, self._moment)
        entry.compress_type = zipfile.ZIP_DEFLATED
        entry.create_system = 3
        entry.external_attr = 0o644 << 16
        return entry
