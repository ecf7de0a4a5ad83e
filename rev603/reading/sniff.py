"""What file is it: decided by its bytes, never by its name, and refused in a sentence of its own."""

from __future__ import annotations

import os
import re
import stat
from pathlib import Path
from typing import TYPE_CHECKING, BinaryIO, NoReturn

import numpy as np

from rev603.errors import SourceNotFoundError, UnrecognizedFileError, UnsafeFileError
from rev603.reading.archive import archive_kind
from rev603.reading.containers import held_in_mail, held_in_zip, is_mail, the_only_one
from rev603.reading.encoding import Encoding, text_encoding, to_utf8
from rev603.reading.limits import DEFAULT_LIMITS, Limits
from rev603.reading.source import Source
from rev603.reading.written import text_of_parquet

if TYPE_CHECKING:
    from collections.abc import Callable
    from io import FileIO

__all__ = ["read_bytes", "sniff"]

_NAMELESS = "the file object"
#: A path has lost one of the two slashes by then.
_ADDRESS = re.compile(r"(?i)(?:https?|ftp|s3|gs|file):/")
_HEAD = 65_536
_STEP = 16 << 20

_EXPORT_AGAIN = "run the report again and export it as Excel (.xlsx) or CSV"
_SAVE_AS = "open it in Excel and save it as an Excel workbook (.xlsx) or as CSV UTF-8"
_RESAVE = "open it in Excel, let Excel repair it if it asks, and save it as .xlsx; or export the report again"

_WORKBOOK_SUFFIXES = frozenset({".xlsx", ".xlsm", ".xltx", ".xltm"})
_OTHER_SUFFIXES = frozenset(
    {".xls", ".xlsb", ".ods", ".pdf", ".doc", ".docx", ".htm", ".html", ".xml", ".zip"}
)


def sniff(
    source: str | os.PathLike[str] | BinaryIO, *, name: str | None = None, limits: Limits = DEFAULT_LIMITS
) -> Source:
    """Find out what a file is, and refuse whatever is not a workbook or plain text.

    The bytes decide. What is not readable is refused with its own sentence: an old .xls, a locked
    workbook, .xlsb, .ods, a PDF, a web page named .xlsx, an empty or cut-off file and so on. Text under
    the name of a workbook is readable, and so is a workbook under the name of a CSV: both come
    with ``misnamed=True``.

    Parameters
    ----------
    source
        A path, or a file object opened in binary mode. A file object that can be rewound is read from its
        start, wherever it stands; one that cannot (a download) is read from where it stands.
    name
        What to call a file object that has no name of its own.
    limits
        How large the file and its lines may be.

    Returns
    -------
    Source
        The bytes, and what they are. Of a zip archive or a saved e-mail that holds one export, those of the export.

    Raises
    ------
    SourceNotFoundError
        There is no such file.
    UnrecognizedFileError
        It is something else, damaged, locked or empty.
    UnsafeFileError
        It is over a limit.
    TypeError
        ``source`` is neither a path nor a binary file object.

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
        raise UnrecognizedFileError(
            "The file is empty.", where=name, why="it has no bytes at all", what_to_do=_EXPORT_AGAIN
        )
    if bytes(data[:4]) in {b"PK\x03\x04", b"PK\x05\x06", b"PK\x07\x08"}:
        data = bytes(data)
        kind = archive_kind(data, name, limits)
        if kind == "archive" and not held:
            inner = the_only_one(held_in_zip(data, name, limits), name, "The archive")
            return _recognized(f"{name}/{inner.name}", inner.data, limits=limits, held=True)
        _refuse_package(kind, name)
        return Source(name, data, "xlsx", misnamed=suffix not in _WORKBOOK_SUFFIXES and bool(suffix))
    if bytes(data[:4]) == b"PAR1":
        return Source(name, text_of_parquet(data, name, limits), "text", "utf-8")
    _refuse_by_magic(data, name)
    if not held and is_mail(data) and (suffix == ".eml" or held_in_mail(bytes(data), name, limits)):
        inner = the_only_one(held_in_mail(bytes(data), name, limits), name, "The e-mail")
        return _recognized(f"{name}/{inner.name}", inner.data, limits=limits, held=True)
    encoding, bom_bytes = text_encoding(data, name, limits)
    _refuse_markup(data, encoding, bom_bytes, name)
    misnamed = suffix in _WORKBOOK_SUFFIXES or suffix in _OTHER_SUFFIXES
    return Source(name, data, "text", encoding, bom_bytes, misnamed)


# ------------------------------------------------------------------ getting the bytes


def read_bytes(source: object, called: str | None, limits: Limits) -> tuple[str, bytes | memoryview]:
    """Return the name of a path or a binary file object without its folder, and its bytes, within the limits."""
    if isinstance(source, (str, os.PathLike)):
        return _read_path(Path(os.fsdecode(source)).expanduser(), limits)
    if isinstance(source, (bytes, bytearray, memoryview)):
        raise TypeError("bytes were given: wrap them as io.BytesIO(data), or pass a path")
    read = getattr(source, "read", None)
    if not callable(read):
        raise TypeError(f"a path or a binary file object is needed, not {type(source).__name__}")
    name = called or getattr(source, "name", None)
    return _base_name(name), _read_object(source, read, _base_name(name), limits)


def _read_path(path: Path, limits: Limits) -> tuple[str, bytes | memoryview]:
    name = path.name or str(path)
    if _ADDRESS.match(str(path)):
        raise SourceNotFoundError(
            "This is a web address, not a file.",
            where=str(path),
            why="rev603 opens no connection",
            what_to_do="download the file and pass its path, or pass what you downloaded as io.BytesIO(data)",
        )
    try:
        status = path.stat()
        mode = status.st_mode
        if stat.S_ISDIR(mode):
            raise UnrecognizedFileError(
                "This is a folder, not a file.",
                where=str(path),
                what_to_do="pass one file, or read the whole folder with read_history",
            )
        if not stat.S_ISREG(mode):
            raise UnsafeFileError(
                "This is not a regular file.", where=str(path), why="a device or a pipe may never end"
            )
        with path.open("rb", buffering=0) as file:
            return name, _whole(file, status.st_size, name, limits)
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


def _whole(file: FileIO, size: int, name: str, limits: Limits) -> bytes | memoryview:
    """Read a file into room that numpy gets in large pages: four times faster than into ``bytes``."""
    if size > limits.max_file_bytes:
        _refuse_large(name, limits)
    room = np.empty(size + 1, np.uint8).data
    filled = 0
    while got := file.readinto(room[filled:]):
        filled += got
    if filled <= size:
        return room[:filled]
    file.seek(0)  # it grew meanwhile, or never said its size
    return _bounded(file.read, name, limits)


def _read_object(source: object, read: Callable[[int], object], name: str, limits: Limits) -> bytes:
    seekable = getattr(source, "seekable", None)
    if callable(seekable) and seekable():
        source.seek(0)  # type: ignore[attr-defined]  # whoever says seekable() has it
    return _bounded(read, name, limits)


def _bounded(read: Callable[[int], object], name: str, limits: Limits) -> bytes:
    """Read to the end, and no further than the limit (one byte more tells that there is more)."""
    pieces: list[bytes] = []
    wanted = limits.max_file_bytes + 1
    while wanted > 0:
        piece = read(min(wanted, _STEP))
        if isinstance(piece, str):
            raise TypeError('the file object gives text: open the file with open(path, "rb")')
        if not isinstance(piece, (bytes, bytearray)):
            raise TypeError(f"the file object's read() gives {type(piece).__name__}, not bytes")
        if not piece:
            break
        pieces.append(bytes(piece))
        wanted -= len(piece)
    if wanted <= 0:
        _refuse_large(name, limits)
    return pieces[0] if len(pieces) == 1 else b"".join(pieces)


def _refuse_large(name: str, limits: Limits) -> NoReturn:
    raise UnsafeFileError(
        f"The file is larger than {limits.max_file_bytes:,} bytes.",
        where=name,
        what_to_do="export a shorter span of dates, or raise max_file_bytes if you trust the file",
    )


def _base_name(name: object) -> str:
    """Give a file object's name; an open file descriptor's is a number and says nothing."""
    if isinstance(name, (str, os.PathLike)) and str(name):
        return Path(os.fsdecode(name)).name or _NAMELESS
    return _NAMELESS


# ------------------------------------------------------------------ what it is not


def _refuse_package(kind: str, name: str) -> None:
    """Refuse a zip that is no workbook, in the words for what it is."""
    sentences = {
        "xlsb": ("This is a binary workbook (.xlsb).", _SAVE_AS),
        "opendocument": ("This is an OpenDocument file (.ods or the like).", "save it as .xlsx or CSV"),
        "document": ("This is a Word document.", _EXPORT_AGAIN),
        "presentation": ("This is a PowerPoint presentation.", _EXPORT_AGAIN),
        "numbers": ("This is an Apple Numbers or Pages file.", "export it from there as Excel or CSV"),
        "archive": ("This is an archive within another file.", "unpack it and read the files that are in it"),
    }
    if kind != "workbook":
        what, what_to_do = sentences[kind]
        raise UnrecognizedFileError(
            what, where=name, why="rev603 reads .xlsx, .xlsm and text", what_to_do=what_to_do
        )


_OLE = b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1"

# first bytes, what it is; the longer comes first where two begin alike
_MAGIC: tuple[tuple[bytes, str], ...] = (
    (b"%PDF", "a PDF"),
    (b"\x89PNG", "a picture (PNG)"),
    (b"\xff\xd8\xff", "a picture (JPEG)"),
    (b"GIF8", "a picture (GIF)"),
    (b"II*\x00", "a picture (TIFF)"),
    (b"MM\x00*", "a picture (TIFF)"),
    (b"\x1f\x8b", "a gzip archive"),
    (b"BZh", "a bzip2 archive"),
    (b"\xfd7zXZ\x00", "an xz archive"),
    (b"(\xb5/\xfd", "a zstd archive"),
    (b"7z\xbc\xaf\x27\x1c", "a 7-Zip archive"),
    (b"Rar!\x1a\x07", "a RAR archive"),
    (b"ARROW1", "an Arrow file"),
    (b"SQLite format 3\x00", "an SQLite database"),
    (b"{\\rtf", "a Rich Text document"),
)
# an Excel 2-97 sheet without the container that later versions put round it
_BARE_XLS = re.compile(rb"\x09(?:\x00\x04\x00|\x02\x06\x00|\x04\x06\x00|\x08\x08\x00|\x08\x10\x00)")


def _refuse_by_magic(data: bytes | memoryview, name: str) -> None:
    head = bytes(data[:_HEAD])
    if head.startswith(_OLE):
        _refuse_ole(bytes(data), name)
    if _BARE_XLS.match(head):
        _refuse_old_xls(name)
    if name.startswith("~$"):
        raise UnrecognizedFileError(
            "This is not the workbook but the note that Excel keeps beside it while it is open.",
            where=name,
            what_to_do=f"read {name.removeprefix('~$')}",
        )
    for magic, what in _MAGIC:
        if head.startswith(magic):
            unpack = "unpack it first" if what.endswith("archive") else _EXPORT_AGAIN
            raise UnrecognizedFileError(
                f"This is {what}.", where=name, why="rev603 reads .xlsx, .xlsm and text", what_to_do=unpack
            )


def _refuse_ole(data: bytes, name: str) -> None:
    """Tell the files apart that share Microsoft's older container, by the streams that it lists."""
    if _stream("EncryptedPackage") in data:
        raise UnrecognizedFileError(
            "The workbook is locked with a password.",
            where=name,
            why="it is encrypted, so nothing in it can be read",
            what_to_do="open it in Excel, remove the password (File, Info, Protect Workbook) and save it",
        )
    if _stream("Workbook") in data or _stream("Book") in data:
        _refuse_old_xls(name)
    raise UnrecognizedFileError(
        "This is an old Word, Outlook or other Office file, not a workbook.",
        where=name,
        what_to_do=_EXPORT_AGAIN,
    )


def _refuse_old_xls(name: str) -> None:
    raise UnrecognizedFileError(
        "This is an old Excel workbook (.xls, Excel 97-2003).",
        where=name,
        why="rev603 reads .xlsx, .xlsm and text",
        what_to_do=_SAVE_AS,
    )


def _stream(title: str) -> bytes:
    """Give a stream's name as the container's directory spells it: UTF-16, ended by a NUL."""
    return (title + "\0").encode("utf-16-le")


_HTML = re.compile(rb"<(?:!doctype\s+html|html|head|body|table|meta|div|style|script)\b", re.IGNORECASE)


def _refuse_markup(data: bytes | memoryview, encoding: Encoding, bom_bytes: int, name: str) -> None:
    """Refuse web pages and XML, which programs like to name .xls or .xlsx."""
    head = bytes(to_utf8(data[: _HEAD + bom_bytes], encoding, bom_bytes=bom_bytes, partial=True)).lstrip()
    if head.startswith(b"%PDF"):
        raise UnrecognizedFileError("This is a PDF.", where=name, what_to_do=_EXPORT_AGAIN)
    if head[:13].lower() == b"mime-version:":
        what = "This is a web archive (.mht), not a workbook."
    elif not head.startswith(b"<"):
        return
    elif b"urn:schemas-microsoft-com:office:spreadsheet" in head:
        what = "This is an XML Spreadsheet 2003, not an .xlsx workbook."
    elif _HTML.search(head):
        what = "This is a web page (HTML), not a workbook."
    else:
        what = "This is XML, not a workbook."
    raise UnrecognizedFileError(
        what, where=name, why="its bytes say so, whatever its name is", what_to_do=_SAVE_AS
    )
