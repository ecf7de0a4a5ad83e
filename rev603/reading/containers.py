"""What exports come in: a zip archive, or an e-mail with the report attached.

CBP recommends scheduling the refund reports by e-mail (CSMS 68536553), so an export is often still in its
mail. Both are opened by the standard library, within the limits, and one level deep: an archive in an
archive is not followed, a zip in a mail is.
"""

from __future__ import annotations

import email
import email.policy
import io
import lzma
import re
import zipfile
import zlib
from pathlib import PurePosixPath
from typing import TYPE_CHECKING, NamedTuple

from rev603.errors import UnrecognizedFileError, UnsafeFileError

if TYPE_CHECKING:
    from collections.abc import Iterator
    from email.message import EmailMessage

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
_ENCRYPTED = 0x1


class Held(NamedTuple):
    """A file that a container holds: its own name without folders, and its bytes."""

    name: str
    data: bytes


def is_mail(data: bytes | memoryview) -> bool:
    """Return whether these are the bytes of an e-mail as mail programs save it (``.eml``)."""
    return _MAIL.match(bytes(data[:_HEAD])) is not None


def held_in_zip(data: bytes, name: str, limits: Limits) -> list[Held]:
    """Return the exports in a zip archive, in the order of their names.

    Raises
    ------
    UnsafeFileError
        They are larger or more than the limits allow, whatever the archive says of itself.
    UnrecognizedFileError
        The archive is damaged, or locked with a password.
    """
    found, room = [], limits.max_unzipped_bytes
    try:
        with zipfile.ZipFile(io.BytesIO(data)) as archive:
            infos = archive.infolist()
            if len(infos) > limits.max_parts:
                raise UnsafeFileError(
                    f"The archive holds more than {limits.max_parts:,} files.",
                    where=name,
                    what_to_do="unpack it first",
                )
            for info in infos:
                short = PurePosixPath(info.filename.replace("\\", "/")).name
                if info.is_dir() or not _is_export(short):
                    continue
                if info.flag_bits & _ENCRYPTED:
                    raise UnrecognizedFileError(
                        "The archive is locked with a password.",
                        where=name,
                        what_to_do="unpack it, and read what is in it",
                    )
                with archive.open(info) as member:
                    content = member.read(room + 1)
                room -= len(content)
                if room < 0:
                    raise UnsafeFileError(
                        f"The archive holds more than {limits.max_unzipped_bytes:,} bytes.",
                        where=name,
                        what_to_do="unpack it first, or raise max_unzipped_bytes if you trust the file",
                    )
                found.append(Held(short, content))
    except (
        zipfile.BadZipFile,
        NotImplementedError,
        EOFError,
        ValueError,
        OSError,
        zlib.error,
        lzma.LZMAError,
    ) as error:
        raise UnrecognizedFileError(
            "The archive is damaged.",
            where=name,
            why=str(error) or "it ends too early",
            what_to_do="get it again",
        ) from None
    return sorted(found)


def held_in_mail(data: bytes, name: str, limits: Limits) -> list[Held]:
    """Return the exports that are attached to an e-mail, also within an attached zip archive."""
    message = email.message_from_bytes(data, policy=email.policy.default)
    found = []
    for attached, content in _attachments(message):
        if attached.lower().endswith(".zip"):
            found += held_in_zip(content, f"{name}/{attached}", limits)
        elif _is_export(attached):
            found.append(Held(attached, content))
    return found


def _attachments(message: EmailMessage) -> Iterator[tuple[str, bytes]]:
    for part in message.walk():
        attached = part.get_filename()
        if attached and not part.is_multipart():
            content = part.get_payload(decode=True)
            if isinstance(content, bytes):
                yield PurePosixPath(attached.replace("\\", "/")).name, content


def the_only_one(held: list[Held], name: str, what: str) -> Held:
    """Return the one export that a container holds, or say what it holds instead.

    Raises
    ------
    UnrecognizedFileError
        It holds none, or several.
    """
    if len(held) == 1:
        return held[0]
    if held:
        raise UnrecognizedFileError(
            f"{what} holds {len(held)} exports.",
            where=name,
            why=f"they are {', '.join(each.name for each in held[:5])}{' …' if len(held) > 5 else ''}",
            what_to_do="read them all with read_history, or unpack the one that you mean",
        )
    raise UnrecognizedFileError(
        f"{what} holds no export.",
        where=name,
        why=f"looked for files ending in {', '.join(sorted(EXPORT_SUFFIXES))}",
        what_to_do="save the export itself, and read that",
    )


def _is_export(name: str) -> bool:
    return PurePosixPath(name).suffix.lower() in EXPORT_SUFFIXES and not name.startswith((".", "~$"))
