"""Files that are there whole or not at all, folders of them, and zips whose bytes depend on their contents alone."""

from __future__ import annotations

import os
import re
import shutil
import time
import unicodedata
import uuid
import zipfile
from collections.abc import Iterable, Iterator, Mapping
from contextlib import contextmanager, suppress
from datetime import datetime
from pathlib import Path
from typing import IO, Any, TypeAlias

from rev603.errors import Rev603Error
from rev603.presenting.masking import Mask, check_mask

#: A path, or an open file: text or binary, whichever it takes.
Target: TypeAlias = "str | os.PathLike[str] | IO[Any]"

_PREFIX, _SUFFIX = ".rev603-", ".tmp"
_A_DAY = 24 * 60 * 60

#: Where files of an earlier run go that the present one did not write again.
SUPERSEDED = "superseded"
_NOTE = ".rev603-written"
_RESERVED = re.compile(r"(con|prn|aux|nul|com[0-9]|lpt[0-9])\Z")
_LONGEST = 60

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
    >>> import tempfile
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
    unfinished = path.with_name(f"{_PREFIX}{uuid.uuid4().hex}{_SUFFIX}")
    # the owner's alone while it is written over a file that may be so; a new one as the umask has it
    unfinished.touch(0o600 if private or path.exists() else 0o666, exist_ok=False)
    try:
        yield unfinished
        if path.exists() and not private:
            shutil.copymode(path, unfinished)
        unfinished.replace(path)
    finally:
        unfinished.unlink(missing_ok=True)


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
    >>> import tempfile
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


def write_folder(
    folder: str | os.PathLike[str], contents: Iterable[tuple[str, bytes]], *, mask: Mask
) -> list[Path]:
    """Write files into a folder, each by its name in it, and return them; with full numbers they are their owner's alone.

    What an earlier run wrote there and this one did not is set aside.
    """
    check_mask(mask)
    target, written = Path(folder), []
    target.mkdir(parents=True, exist_ok=True)
    for name, content in contents:
        written.append(target / name)
        written[-1].parent.mkdir(exist_ok=True)
        with whole_file(written[-1], private=mask == "none") as unfinished:
            unfinished.write_bytes(content)
    set_earlier_aside(target, written)
    return written


def set_earlier_aside(folder: Path, written: Iterable[Path]) -> None:
    """Move what an earlier run wrote into a folder, and this one did not, into ``superseded`` there.

    So nobody sends last month's letter to somebody who has been paid since. Only files are moved that a note of the
    earlier run names; the note of this one takes its place.

    Examples
    --------
    >>> import tempfile
    >>> with tempfile.TemporaryDirectory() as name:
    ...     folder = Path(name)
    ...     for run in (["a.txt", "b.txt"], ["b.txt"]):
    ...         _ = [Path(folder, each).write_text("") for each in (*run, "mine.txt")]
    ...         set_earlier_aside(folder, [folder / each for each in run])
    ...     sorted(path.relative_to(folder).as_posix() for path in folder.rglob("*.txt"))
    ['b.txt', 'mine.txt', 'superseded/a.txt']
    """
    note = folder / _NOTE
    now = sorted(path.relative_to(folder).as_posix() for path in written)
    before = note.read_text(encoding="utf-8").splitlines() if note.is_file() else []
    for name in sorted(set(before) - set(now)):
        old, new = folder / name, folder / SUPERSEDED / name
        if old.is_file() and old.resolve().is_relative_to(folder.resolve()):
            new.parent.mkdir(parents=True, exist_ok=True)
            old.replace(new)
            if old.parent != folder and not any(old.parent.iterdir()):
                old.parent.rmdir()
    write_text(note, "".join(f"{name}\n" for name in now))


def safe_name(text: str) -> str:
    """Return a name that is one file or folder on every system: small letters, digits and single hyphens.

    >>> safe_name("../Été & Söhne, GmbH"), safe_name("CON"), safe_name("公司")
    ('ete-sohne-gmbh', 'x-con', 'x')
    """
    plain = unicodedata.normalize("NFKD", text).encode("ascii", "ignore").decode().casefold()
    name = re.sub("[^a-z0-9]+", "-", plain)[:_LONGEST].strip("-")
    return f"x-{name}".strip("-") if not name or _RESERVED.match(name) else name


def safe_names(texts: Iterable[str]) -> list[str]:
    """Return a name of its own for each text; the second of a kind ends in ``-2``.

    >>> safe_names(["A Co", "a. co", "B Co"])
    ['a-co', 'a-co-2', 'b-co']
    """
    names: dict[str, None] = {}
    for text in texts:
        first = name = safe_name(text)
        number = 1
        while name in names:
            number += 1
            name = f"{first}-{number}"
        names[name] = None
    return list(names)


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
