"""What exports come in: a zip archive, or an e-mail with the report attached.

CBP recommends scheduling the refund reports by e-mail (CSMS 68536553), so an export is often still in its
mail. Both are opened within the limits, and one level deep: an archive in an archive is not followed, a zip in
a mail is.
"""

from __future__ import annotations

import email
import email.policy
import re
from pathlib import PurePosixPath
from typing import NamedTuple

from rev603.errors import UnrecognizedFileError
from rev603.reading.archive import open_archive
from rev603.reading.limits import Limits

EXPORT_SUFFIXES = frozenset({".xlsx", ".xlsm", ".csv", ".tsv", ".txt"})
CONTAINER_SUFFIXES = frozenset({".zip", ".eml"})

#: Header lines, one of which says that this is a mail; a table has none of these.
_MAIL = re.compile(
    rb"\A(?:[!-9;-~]{1,76}:[^\n]{0,2000}\n(?:[ \t][^\n]{0,2000}\n){0,100}){0,200}"
    rb"(?:mime-version|message-id|received|return-path):",
    re.IGNORECASE,
)
_HEAD = 65_536


class Held(NamedTuple):
    """A file that a container holds: its own name without folders, and its bytes."""

    name: str
    data: bytes


def is_mail(data: bytes | memoryview) -> bool:
    """Return whether these are the bytes of an e-mail as mail programs save it (``.eml``)."""
    return _MAIL.match(bytes(data[:_HEAD])) is not None


def held_in_zip(data: bytes, name: str, limits: Limits) -> list[Held]:
    """Return the exports in a zip archive, in the order of their names; see `open_archive` for what is refused."""
    archive = open_archive(data, name, limits=limits)
    named = {part: _without_folders(info.filename) for part, info in archive.parts.items()}
    return sorted(Held(own, b"".join(archive.pieces(part))) for part, own in named.items() if _is_export(own))


def held_in_mail(data: bytes, name: str, limits: Limits) -> list[Held]:
    """Return the exports that are attached to an e-mail, also within an attached zip archive."""
    found = []
    for part in email.message_from_bytes(data, policy=email.policy.default).walk():
        attached = _without_folders(part.get_filename() or "")
        content = None if part.is_multipart() else part.get_payload(decode=True)
        if attached.lower().endswith(".zip") and isinstance(content, bytes):
            found += held_in_zip(content, f"{name}/{attached}", limits)
        elif _is_export(attached) and isinstance(content, bytes):
            found.append(Held(attached, content))
    return found


def the_only_one(held: list[Held], name: str, what: str) -> Held:
    """Return the one export that a container holds, or say what it holds instead.

    Raises
    ------
    UnrecognizedFileError
        It holds none, or several.
    """
    if len(held) == 1:
        return held[0]
    several = f"they are {', '.join(each.name for each in held[:5])}{' …' if len(held) > 5 else ''}"
    raise UnrecognizedFileError(
        f"{what} holds {len(held) or 'no'} export{'s' if held else ''}.",
        where=name,
        why=several if held else f"looked for files ending in {', '.join(sorted(EXPORT_SUFFIXES))}",
        what_to_do="read them all with read_history, or unpack the one that you mean"
        if held
        else "save the export itself, and read that",
    )


def _is_export(name: str) -> bool:
    return PurePosixPath(name).suffix.lower() in EXPORT_SUFFIXES and not name.startswith((".", "~$"))


def _without_folders(name: str) -> str:
    return PurePosixPath(name.replace("\\", "/")).name
