"""What file is it: decided by its bytes, never by its name, and refused in a sentence of its own."""

from __future__ import annotations

import os
import re
import stat
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from typing import BinaryIO, Literal, NoReturn

from rev603.errors import (
    ArgumentError,
    SourceNotFoundError,
    UnrecognizedFileError,
    UnsafeFileError,
    check_type,
)
from rev603.reading.archive import archive_kind, held_in_mail, held_in_zip, is_mail, the_only_one
from rev603.reading.encoding import Encoding, decoded
from rev603.reading.limits import DEFAULT_LIMITS, Limits
from rev603.reading.written import text_of_parquet

_NAMELESS = "the file object"
#: A path has lost one of the two slashes by then.
_ADDRESS = re.compile(r"(?i)(?:https?|ftp|s3|gs|file):/")
_HEAD = 65_536
_STEP = 16 << 20

_EXPORT_AGAIN = "run the report again and export it as Excel (.xlsx) or CSV"
_SAVE_AS = "open it in Excel and save it as an Excel workbook (.xlsx) or as CSV UTF-8"

_WORKBOOK_SUFFIXES = {".xlsx", ".xlsm", ".xltx", ".xltm"}
_OTHER_SUFFIXES = {".xls", ".xlsb", ".ods", ".pdf", ".doc", ".docx", ".htm", ".html", ".xml", ".zip"}


@dataclass(frozen=True)
class Source:
    """A file that is safe to read on, and how."""

    #: The file's name without its folder, for messages.
    name: str
    #: Every byte of it. Read once, so that what was checked is what is read. A workbook's are ``bytes``.
    data: bytes | memoryview
    #: ``"xlsx"`` (also .xlsm) or ``"text"``.
    kind: Literal["xlsx", "text"]
    #: The text as UTF-8 without a byte order mark, whatever it was written in; of a workbook nothing.
    text: bytes | memoryview = b""
    #: What the text was written in, proven over the whole file; for a workbook None.
    encoding: Encoding | None = None
    #: True where the name says something else than the bytes: text named .xlsx, a workbook named .csv.
    misnamed: bool = False


def sniff(
    source: str | os.PathLike[str] | BinaryIO, *, name: str | None = None, limits: Limits = DEFAULT_LIMITS
) -> Source:
    """Find out what a file is by its bytes, and refuse whatever is not a workbook or plain text.

    Text under the name of a workbook is readable, and so is a workbook under the name of a CSV: both come with
    ``misnamed=True``. A file object that can be rewound is read from its start; one that cannot (a download) is read from
    where it stands. Of a zip archive or a saved e-mail that holds one export, the bytes are those of the export.

    Examples
    --------
    >>> import io
    >>> sniff(io.BytesIO(b"Refund ID,Payee ID")).kind
    'text'
    """
    return _recognized(*read_bytes(source, name, limits), limits=limits)


def _recognized(name: str, data: bytes | memoryview, *, limits: Limits, held: bool = False) -> Source:
    """Return the bytes as what they are; ``held`` says that they came out of a container, which is opened once."""
    suffix = Path(name).suffix.lower()
    if not data:
        _refuse("The file is empty.", name, _EXPORT_AGAIN, why="it has no bytes at all")
    if bytes(data[:4]) in {b"PK\x03\x04", b"PK\x05\x06", b"PK\x07\x08"}:
        data = bytes(data)
        kind = archive_kind(data, name, limits)
        if kind == "archive" and not held:
            inner = the_only_one(held_in_zip(data, name, limits), name, "The archive")
            return _recognized(f"{name}/{inner.name}", inner.data, limits=limits, held=True)
        if kind != "workbook":
            what, what_to_do = _PACKAGES[kind]
            _refuse(what, name, what_to_do)
        return Source(name, data, "xlsx", misnamed=suffix not in _WORKBOOK_SUFFIXES and bool(suffix))
    if bytes(data[:4]) == b"PAR1":
        lines = text_of_parquet(data, name, limits)
        return Source(name, lines, "text", lines, "utf-8")
    _refuse_by_magic(data, name)
    if not held and is_mail(data) and (suffix == ".eml" or held_in_mail(bytes(data), name, limits)):
        inner = the_only_one(held_in_mail(bytes(data), name, limits), name, "The e-mail")
        return _recognized(f"{name}/{inner.name}", inner.data, limits=limits, held=True)
    encoding, text = decoded(data, name, limits)
    _refuse_markup(text, name)
    misnamed = suffix in _WORKBOOK_SUFFIXES | _OTHER_SUFFIXES
    return Source(name, data, "text", text, encoding, misnamed=misnamed)


def read_bytes(source: object, called: str | None, limits: Limits) -> tuple[str, bytes | memoryview]:
    """Return the name of a path or a binary file object without its folder, and its bytes, within the limits."""
    check_type("limits", limits, Limits, "rev603.Limits(max_rows=…)")
    if isinstance(source, (str, os.PathLike)):
        path = Path(os.fsdecode(source)).expanduser()
        return path.name or str(path), _read_path(path, limits)
    if isinstance(source, (bytes, bytearray, memoryview)):
        raise ArgumentError("Bytes were given.", what_to_do="wrap them as io.BytesIO(data), or pass a path")
    read = getattr(source, "read", None)
    if not callable(read):
        raise ArgumentError(
            f"This is {type(source).__name__}, and no file.",
            what_to_do="pass a path, or a file object opened with open(path, 'rb')",
        )
    given = called or getattr(source, "name", None)  # a descriptor's name is a number and says nothing
    name = (Path(os.fsdecode(given)).name if isinstance(given, (str, os.PathLike)) else "") or _NAMELESS
    seekable = getattr(source, "seekable", None)
    if callable(seekable) and seekable():
        source.seek(0)  # type: ignore[attr-defined]  # whoever says seekable() has it
    return name, _bounded(read, name, limits)


def _read_path(path: Path, limits: Limits) -> bytes | memoryview:
    if _ADDRESS.match(str(path)):
        raise SourceNotFoundError(
            "This is a web address, not a file.",
            where=str(path),
            why="rev603 opens no connection",
            what_to_do="download the file and pass its path, or pass what you downloaded as io.BytesIO(data)",
        )
    try:
        status = path.stat()
        if stat.S_ISDIR(status.st_mode):
            advice = "pass one file, or read the whole folder with read_history"
            _refuse("This is a folder, not a file.", str(path), advice, why="")
        if not stat.S_ISREG(status.st_mode):
            raise UnsafeFileError(
                "This is not a regular file.", where=str(path), why="a device or a pipe may never end"
            )
        if status.st_size > limits.max_file_bytes:
            _refuse_large(path.name, limits)
        with path.open("rb") as file:
            # not by numpy, whose large pages cost up to five times as much on a virtual machine
            data = bytearray(status.st_size + 1)
            if (count := file.readinto(data)) <= status.st_size:
                return memoryview(data)[:count]
            file.seek(0)  # it grew meanwhile, or never said its size
            return _bounded(file.read, path.name, limits)
    except PermissionError as error:
        raise UnrecognizedFileError(
            "The file may not be opened.",
            where=str(path),
            why="the system denies access; on Windows a program that has it open locks it",
            what_to_do="close it elsewhere, or ask for the right to read it",
        ) from error
    except (OSError, ValueError) as error:  # a name too long, or with a NUL in it, names no file either
        raise SourceNotFoundError(
            "There is no such file.",
            where=str(path),
            why=getattr(error, "strerror", None) or str(error),
            what_to_do="check the path; a relative one starts at the folder that Python runs in",
        ) from error


def _bounded(read: Callable[[int], object], name: str, limits: Limits) -> bytes:
    """Read to the end, and no further than the limit (one byte more tells that there is more)."""
    pieces: list[bytes] = []
    wanted = limits.max_file_bytes + 1
    while wanted > 0:
        piece = read(min(wanted, _STEP))
        if isinstance(piece, str):
            raise ArgumentError(
                "The file object gives text.", what_to_do='open the file with open(path, "rb")'
            )
        if not isinstance(piece, (bytes, bytearray)):
            raise ArgumentError(
                f"The file object's read() gives {type(piece).__name__}, not bytes.",
                what_to_do='open the file with open(path, "rb")',
            )
        if not piece:
            break
        pieces.append(bytes(piece))
        wanted -= len(piece)
    if wanted <= 0:
        _refuse_large(name, limits)
    return b"".join(pieces)


def _refuse_large(name: str, limits: Limits) -> NoReturn:
    raise UnsafeFileError(
        f"The file is larger than {limits.max_file_bytes:,} bytes.",
        where=name,
        what_to_do="export a shorter span of dates, or raise max_file_bytes if you trust the file",
    )


#: A zip archive of another kind than a workbook's: what it is, and what to do.
_PACKAGES = {
    "xlsb": ("This is a binary workbook (.xlsb).", _SAVE_AS),
    "opendocument": ("This is an OpenDocument file (.ods or the like).", "save it as .xlsx or CSV"),
    "document": ("This is a Word document.", _EXPORT_AGAIN),
    "presentation": ("This is a PowerPoint presentation.", _EXPORT_AGAIN),
    "numbers": ("This is an Apple Numbers or Pages file.", "export it from there as Excel or CSV"),
    "archive": ("This is an archive within another file.", "unpack it and read the files that are in it"),
}
#: First bytes, and what they are.
_MAGIC = {
    b"%PDF": "a PDF",
    b"\x89PNG": "a picture (PNG)",
    b"\xff\xd8\xff": "a picture (JPEG)",
    b"GIF8": "a picture (GIF)",
    b"II*\x00": "a picture (TIFF)",
    b"MM\x00*": "a picture (TIFF)",
    b"\x1f\x8b": "a gzip archive",
    b"BZh": "a bzip2 archive",
    b"\xfd7zXZ\x00": "an xz archive",
    b"(\xb5/\xfd": "a zstd archive",
    b"7z\xbc\xaf\x27\x1c": "a 7-Zip archive",
    b"Rar!\x1a\x07": "a RAR archive",
    b"ARROW1": "an Arrow file",
    b"SQLite format 3\x00": "an SQLite database",
    b"{\\rtf": "a Rich Text document",
}
_OLE = b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1"
# an Excel 2-97 sheet without the container that later versions put round it
_BARE_XLS = re.compile(rb"\x09(?:\x00\x04\x00|\x02\x06\x00|\x04\x06\x00|\x08\x08\x00|\x08\x10\x00)")
_OLD_XLS = "This is an old Excel workbook (.xls, Excel 97-2003)."
#: How markup begins, and what it is.
_MARKUP = {
    rb"(?i)mime-version:": "a web archive (.mht)",
    rb"(?s)<.*urn:schemas-microsoft-com:office:spreadsheet": "an XML Spreadsheet 2003",
    rb"(?is)<(?:|.*<)(?:!doctype\s+html|html|head|body|table|meta|div|style|script)\b": "a web page (HTML)",
    rb"<": "XML",
}


def _refuse(
    what: str, name: str, what_to_do: str, *, why: str = "rev603 reads .xlsx, .xlsm and text"
) -> NoReturn:
    raise UnrecognizedFileError(what, where=name, why=why, what_to_do=what_to_do)


def _refuse_by_magic(data: bytes | memoryview, name: str) -> None:
    head = bytes(data[:_HEAD])
    if head.startswith(_OLE):
        _refuse_ole(bytes(data), name)
    if _BARE_XLS.match(head):
        _refuse(_OLD_XLS, name, _SAVE_AS)
    if name.startswith("~$"):
        what = "This is not the workbook but the note that Excel keeps beside it while it is open."
        _refuse(what, name, f"read {name.removeprefix('~$')}", why="")
    for magic, what in _MAGIC.items():
        if head.startswith(magic):
            advice = "unpack it first" if what.endswith("archive") else _EXPORT_AGAIN
            _refuse(f"This is {what}.", name, advice)


def _refuse_ole(data: bytes, name: str) -> None:
    """Tell the files apart that share Microsoft's older container, by the streams that it lists."""
    streams = ("EncryptedPackage", "Workbook", "Book")  # spelled in UTF-16, and ended by a NUL
    encrypted, *books = (f"{title}\0".encode("utf-16-le") in data for title in streams)
    if encrypted:
        advice = "open it in Excel, remove the password (File, Info, Protect Workbook) and save it"
        why = "it is encrypted, so nothing in it can be read"
        _refuse("The workbook is locked with a password.", name, advice, why=why)
    if any(books):
        _refuse(_OLD_XLS, name, _SAVE_AS)
    _refuse("This is an old Word, Outlook or other Office file, not a workbook.", name, _EXPORT_AGAIN, why="")


def _refuse_markup(text: bytes | memoryview, name: str) -> None:
    """Refuse web pages and XML, which programs like to name .xls or .xlsx."""
    head = bytes(text[:_HEAD]).lstrip()
    if head.startswith(b"%PDF"):
        _refuse("This is a PDF.", name, _EXPORT_AGAIN)
    for sign, what in _MARKUP.items():
        if re.match(sign, head):
            why = "its bytes say so, whatever its name is"
            _refuse(f"This is {what}, not a workbook.", name, _SAVE_AS, why=why)
