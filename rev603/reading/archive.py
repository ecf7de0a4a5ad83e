"""Zip archives of strangers: the directory checked, the parts unzipped piece by piece and counted; mails with exports.

CBP recommends scheduling the refund reports by e-mail (CSMS 68536553), so an export is often still in its
mail. Both are opened within the limits, and one level deep: an archive in an archive is not followed, a zip in
a mail is.
"""

from __future__ import annotations

import copy
import email
import email.policy
import io
import re
import struct
import zipfile
import zlib
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import PurePosixPath
from typing import Literal, NamedTuple

from rev603.errors import Rev603Error, UnrecognizedFileError, UnsafeFileError
from rev603.reading.limits import Limits

Kind = Literal["workbook", "xlsb", "opendocument", "document", "presentation", "numbers", "archive"]

PIECE = 1 << 20
_ENDLESS = 1 << 62
REPAIR = "open it in Excel and let it repair the file, or export the report again"
_EXPORT_AGAIN = "export the report again, or download the file again"
_RESAVE = "open it in Excel and save it under another name; if Excel cannot open it, export the report again"
_NOBODY = "no program that writes workbooks or archives does so"

# every way in which zipfile gives up
ZIP_ERRORS = (
    *(zipfile.BadZipFile, zlib.error, struct.error, ValueError, OSError, EOFError),
    *(OverflowError, IndexError, NotImplementedError),
)
# the first that a part's name begins with says what kind of document an archive is
_MARKS: tuple[tuple[str, Kind], ...] = (
    ("xl/workbook.bin", "xlsb"),
    ("xl/", "workbook"),
    ("word/", "document"),
    ("ppt/", "presentation"),
    ("index/", "numbers"),
    ("index.zip", "numbers"),
)

EXPORT_SUFFIXES = frozenset({".xlsx", ".xlsm", ".csv", ".tsv", ".txt"})
CONTAINER_SUFFIXES = frozenset({".zip", ".eml"})

#: Header lines, one of which says that this is a mail; a table has none of these.
_MAIL = re.compile(
    rb"\A(?:[!-9;-~]{1,76}:[^\n]{0,2000}\n(?:[ \t][^\n]{0,2000}\n){0,100}){0,200}"
    rb"(?:mime-version|message-id|received|return-path):",
    re.IGNORECASE,
)
_HEAD = 65_536


@dataclass
class Archive:
    """An archive whose directory holds no contradiction."""

    #: The file's name, for messages.
    name: str
    #: Where each part lies. Keys are lower case with forward slashes: that is how Excel looks them up.
    parts: dict[str, zipfile.ZipInfo]
    #: What it may cost.
    limits: Limits
    zipped: zipfile.ZipFile
    #: How many bytes have come out of it so far.
    unzipped: int = 0

    def pieces(self, part: str) -> Iterator[bytes]:
        """Unzip one part in pieces of at most a mebibyte; refuse more than the limits or the directory allow, or damage."""
        info = self.parts[part]
        where = f"{self.name}, part {info.filename}"
        size = 0
        for piece in self._inflated(info, where):
            size += len(piece)
            self.unzipped += len(piece)
            if self.unzipped > self.limits.max_unzipped_bytes:
                raise UnsafeFileError(
                    f"The file unzips to more than {self.limits.max_unzipped_bytes:,} bytes.",
                    where=where,
                    what_to_do="export a shorter span of dates, or raise max_unzipped_bytes",
                )
            if size > info.file_size:
                break
            yield piece
        if size != info.file_size:
            raise UnsafeFileError(
                "The archive misstates how long a part is.", where=where, why=_NOBODY, what_to_do=_RESAVE
            )

    def _inflated(self, info: zipfile.ZipInfo, where: str) -> Iterator[bytes]:
        whole = copy.copy(info)
        whole.file_size = _ENDLESS  # zipfile would end a part where the claim does, and not say so
        try:
            with self.zipped.open(whole) as unzipped:
                while piece := unzipped.read(PIECE):
                    yield piece
        except ZIP_ERRORS as error:
            raise damaged("archive", "a part of it cannot be unzipped", where, str(error)) from error


def open_archive(data: bytes | memoryview, name: str, *, limits: Limits) -> Archive:
    """Return an archive by its directory; none of its parts is unzipped yet.

    What is cut off, damaged, locked or packed in an unusual way is refused; and as unsafe, where two parts share a name or
    bytes, a name leads out of the archive, or there are too many.
    """
    data = bytes(data)
    if not zipfile.is_zipfile(io.BytesIO(data)):
        raise UnrecognizedFileError(
            "The file is cut off: its end is missing.",
            where=name,
            why="a workbook or zip archive ends with a directory, and this one has none",
            what_to_do=_EXPORT_AGAIN,
        )
    # before the directory is read: however many parts the record at its end states
    if data.count(b"PK\x01\x02") > limits.max_parts:
        what, why = f"The archive has more than {limits.max_parts:,} parts.", "a workbook has a few dozen"
        raise UnsafeFileError(what, where=name, why=why, what_to_do=_RESAVE)
    try:
        zipped = zipfile.ZipFile(io.BytesIO(data))
    except ZIP_ERRORS as error:
        raise damaged("archive", "its directory cannot be read", name, str(error)) from error
    parts: dict[str, zipfile.ZipInfo] = {}
    reached = 0
    for info in sorted(zipped.infolist(), key=lambda info: info.header_offset):
        key = info.filename.replace("\\", "/").lower()
        where = f"{name}, part {info.filename}"
        if not reached and info.header_offset:
            raise damaged("archive", "its directory does not lie where it says", name)
        unsafe = ""
        if key in parts:
            unsafe = "Two parts of the archive have one name."
        elif key.startswith("/") or ".." in key.split("/") or ":" in key.partition("/")[0]:
            unsafe = "A part's name leads out of the archive."
        elif info.header_offset < reached:  # the trick by which a small archive unzips to petabytes
            unsafe = "Two parts of the archive share the same bytes."
        if unsafe:
            raise UnsafeFileError(unsafe, where=where, why=_NOBODY, what_to_do=_RESAVE)
        if info.flag_bits & 0x1:
            what = "Parts of the archive are locked with a password."
            raise UnrecognizedFileError(what, where=where, what_to_do="save it without a password")
        if info.compress_type not in (zipfile.ZIP_STORED, zipfile.ZIP_DEFLATED):
            what = "The archive is packed in a way that Excel does not use."
            raise UnrecognizedFileError(what, where=where, what_to_do=_RESAVE)
        reached = info.header_offset + 30 + info.compress_size
        parts[key] = info
    files = {key: info for key, info in parts.items() if not info.is_dir()}
    return Archive(name, files, limits, zipped)


def archive_kind(data: bytes, name: str, limits: Limits) -> Kind:
    """Return what kind of document an archive is, by the parts that it has: ``"workbook"`` for .xlsx and .xlsm."""
    archive = open_archive(data, name, limits=limits)
    parts = archive.parts
    for mark, kind in _MARKS:
        if any(part.startswith(mark) for part in parts):
            return kind
    if "content.xml" in parts and ("mimetype" in parts or "meta-inf/manifest.xml" in parts):
        return "opendocument"
    # a workbook may lie in another folder: then its table of contents says where
    contents = "[content_types].xml"
    if contents in parts and parts[contents].file_size < PIECE:
        listed = b"".join(archive.pieces(contents))
        if b"spreadsheetml.sheet.main+xml" in listed or b"ms-excel.sheet.macroEnabled" in listed:
            return "workbook"
    return "archive"


def damaged(what: str, how: str, where: str, why: str = "") -> Rev603Error:
    """Return what to raise where an archive, a workbook or a sheet of it makes no sense."""
    return UnrecognizedFileError(f"The {what} is damaged: {how}.", where=where, why=why, what_to_do=REPAIR)


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
    return sorted(Held(own, b"".join(archive.pieces(part))) for part, own in named.items() if is_export(own))


def held_in_mail(data: bytes, name: str, limits: Limits) -> list[Held]:
    """Return the exports that are attached to an e-mail, also within an attached zip archive."""
    found = []
    for part in email.message_from_bytes(data, policy=email.policy.default).walk():
        attached = _without_folders(part.get_filename() or "")
        content = None if part.is_multipart() else part.get_payload(decode=True)
        if attached.lower().endswith(".zip") and isinstance(content, bytes):
            found += held_in_zip(content, f"{name}/{attached}", limits)
        elif is_export(attached) and isinstance(content, bytes):
            found.append(Held(attached, content))
    return found


def the_only_one(held: list[Held], name: str, what: str) -> Held:
    """Return the one export that a container holds; where it holds none or several, say what it holds instead."""
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


def is_export(name: str, suffixes: frozenset[str] = EXPORT_SUFFIXES) -> bool:
    """Return whether a file of this name may be an export, and no note that a program keeps beside one."""
    return PurePosixPath(name).suffix.lower() in suffixes and not name.startswith((".", "~$"))


def _without_folders(name: str) -> str:
    return PurePosixPath(name.replace("\\", "/")).name
