"""Folders of files for others: names out of what strangers wrote, and nothing of an earlier run left to be sent."""

from __future__ import annotations

import os
import re
import unicodedata
from collections.abc import Iterable
from pathlib import Path

from rev603.presenting.files import whole_file, write_text
from rev603.presenting.masking import Mask, check_mask

#: Where files of an earlier run go that the present one did not write again.
SUPERSEDED = "superseded"
_NOTE = ".rev603-written"
_RESERVED = re.compile(r"(con|prn|aux|nul|com[0-9]|lpt[0-9])\Z")
_LONGEST = 60


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
