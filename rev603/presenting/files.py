"""Files that are there whole or not at all, and zips whose bytes depend on their contents alone."""

from __future__ import annotations

import os
import tempfile
import zipfile
from contextlib import contextmanager
from datetime import datetime
from pathlib import Path
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Mapping

__all__ = ["SteadyZip", "whole_file", "write_text"]

_END_OF_ROWS = b"</sheetData>"


@contextmanager
def whole_file(target: str | os.PathLike[str]) -> Iterator[Path]:
    """Give a temporary file beside the target; it takes the target's place once it is written whole.

    Whoever has the old file open, or looks while the new one is written, never sees half of it.

    Examples
    --------
    >>> with tempfile.TemporaryDirectory() as folder:
    ...     with whole_file(Path(folder, "x.txt")) as unfinished:
    ...         _ = unfinished.write_text("all of it")
    ...     [path.name for path in Path(folder).iterdir()]
    ['x.txt']
    """
    path = Path(target)
    handle, name = tempfile.mkstemp(dir=path.parent, prefix=".rev603-", suffix=".tmp")
    os.close(handle)
    unfinished = Path(name)
    try:
        yield unfinished
        umask = os.umask(0)
        os.umask(umask)
        unfinished.chmod(0o666 & ~umask)  # mkstemp makes it private, and a report is made to be shared
        unfinished.replace(path)
    finally:
        unfinished.unlink(missing_ok=True)


def write_text(path: str | os.PathLike[str], text: str) -> None:
    """Write a text file in UTF-8 with plain line ends, whole or not at all."""
    with whole_file(path) as unfinished:
        unfinished.write_text(text, encoding="utf-8", newline="\n")


class SteadyZip(zipfile.ZipFile):
    """A zip for writing with no file times and no trace of the machine in it.

    Parameters
    ----------
    path
        The file to write.
    moment
        The one time that all entries bear; a zip knows none before 1980.
    insert
        Name of an entry → blocks that go behind the rows of the worksheet that is written under it.
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
            target.write(mark + behind)

    def _entry(self, name: str) -> zipfile.ZipInfo:
        entry = zipfile.ZipInfo(name, self._moment)
        entry.compress_type = zipfile.ZIP_DEFLATED
        entry.create_system = 3
        entry.external_attr = 0o644 << 16
        return entry
