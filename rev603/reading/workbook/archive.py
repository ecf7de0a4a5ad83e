"""A workbook's zip archive: its directory checked, its parts unzipped piece by piece and counted."""

from __future__ import annotations

import io
import struct
import zipfile
import zlib
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Literal

from rev603.errors import Rev603Error, UnrecognizedFileError, UnsafeFileError
from rev603.reading.limits import DEFAULT_LIMITS, Limits

if TYPE_CHECKING:
    from collections.abc import Iterator

__all__ = ["REPAIR", "Archive", "Kind", "archive_kind", "damaged", "open_archive"]

Kind = Literal["workbook", "xlsb", "opendocument", "document", "presentation", "numbers", "archive"]

PIECE = 1 << 20
_FEED = 1 << 16
REPAIR = "open it in Excel and let it repair the file, or export the report again"
_EXPORT_AGAIN = "export the report again, or download the file again"
_LIE, _NOBODY = "The archive misstates how long a part is.", "no program that writes workbooks does so"
_FEW = "a workbook has a few dozen"
_RESAVE = "open it in Excel and save it under another name; if Excel cannot open it, export the report again"

# every way in which zipfile gives up on a directory that is not one
_ZIP_ERRORS = (
    *(zipfile.BadZipFile, struct.error, ValueError, OSError, EOFError),
    *(OverflowError, IndexError, NotImplementedError),
)


@dataclass(frozen=True)
class Archive:
    """An archive whose directory holds no contradiction, and its parts by name.

    Attributes
    ----------
    name
        The file's name, for messages.
    data
        The archive's bytes.
    parts
        Where each part lies. Keys are lower case with forward slashes: that is how Excel looks them up.
    limits
        What it may cost.
    """

    name: str
    data: bytes
    parts: dict[str, zipfile.ZipInfo]
    limits: Limits = DEFAULT_LIMITS
    _unzipped: dict[str, int] = field(default_factory=dict, repr=False)

    def pieces(self, part: str) -> Iterator[bytes]:
        """Unzip one part of XML in pieces of at most a mebibyte, and check length and checksum at its end.

        Raises
        ------
        UnsafeFileError
            More comes out than the limits or the archive's own directory allow.
        UnrecognizedFileError
            It is damaged.
        """
        info = self.parts[part]
        size, checksum, textual = 0, 0, 0
        others = sum(length for name, length in self._unzipped.items() if name != part)
        for piece in self._inflate(info):
            size += len(piece)
            checksum = zlib.crc32(piece, checksum)
            self._unzipped[part] = max(size, self._unzipped.get(part, 0))
            if others + size > self.limits.max_unzipped_bytes:
                raise UnsafeFileError(
                    f"The workbook unzips to more than {self.limits.max_unzipped_bytes:,} bytes.",
                    where=f"{self.name}, part {info.filename}",
                    what_to_do="export a shorter span of dates, or raise max_unzipped_bytes",
                )
            if size > info.file_size:
                raise _unsafe(_LIE, self.name, "more comes out of it than the archive's directory says", info)
            textual = _text_at_end(piece, textual, self.limits.max_cell_bytes)
            if textual > self.limits.max_cell_bytes:
                raise UnsafeFileError(
                    f"A cell's text is longer than {self.limits.max_cell_bytes:,} bytes.",
                    where=f"{self.name}, part {info.filename}",
                    why="a cell of Excel ends at 32,767 characters",
                    what_to_do="export the report again, or raise max_cell_bytes if you trust the file",
                )
            yield piece
        if size != info.file_size:
            raise _unsafe(_LIE, self.name, "less comes out of it than the archive's directory says", info)
        if checksum != info.CRC:
            raise _damage(self.name, "its checksum is wrong", info)

    def _inflate(self, info: zipfile.ZipInfo) -> Iterator[bytes]:
        start = self._data_start(info)
        packed = memoryview(self.data)[start : start + info.compress_size]
        if info.compress_type == zipfile.ZIP_STORED:
            for at in range(0, len(packed), PIECE):
                yield bytes(packed[at : at + PIECE])
            return
        if info.compress_type != zipfile.ZIP_DEFLATED:
            what = "The workbook is zipped in a way that Excel does not use."
            where = f"{self.name}, part {info.filename}"
            raise UnrecognizedFileError(what, where=where, what_to_do=_RESAVE)
        inflate = zlib.decompressobj(-zlib.MAX_WBITS)
        at = 0
        pending: bytes | memoryview = b""
        while not inflate.eof:
            if not pending:
                pending = packed[at : at + _FEED]
                at += _FEED
            try:
                piece = inflate.decompress(pending, PIECE)
            except zlib.error as error:
                raise _damage(self.name, str(error), info) from error
            if not piece and not pending:
                raise _damage(self.name, "it ends too soon", info)
            pending = inflate.unconsumed_tail
            if piece:
                yield piece

    def _data_start(self, info: zipfile.ZipInfo) -> int:
        """Return where a part's bytes begin, and refuse a part whose two headers differ."""
        head = self.data[info.header_offset : info.header_offset + 30]
        if len(head) < 30 or not head.startswith(b"PK\x03\x04"):
            raise _damage(self.name, "its header is missing", info)
        flags, method = struct.unpack_from("<HH", head, 6)
        name_length, extra_length = struct.unpack_from("<HH", head, 26)
        start: int = info.header_offset + 30
        raw = self.data[start : start + name_length]
        named = raw.decode("utf-8" if flags & 0x800 else "cp437", "replace")
        if _key(named) != _key(info.orig_filename) or method != info.compress_type or flags & 0x1:
            raise _unsafe(_LIE, self.name, "the part's own header differs from the directory", info)
        start += name_length + extra_length
        if start + info.compress_size > len(self.data):
            raise _damage(self.name, "it reaches past the end of the file", info)
        return start


def open_archive(data: bytes, name: str, *, limits: Limits = DEFAULT_LIMITS) -> Archive:
    """Return an archive by its directory; none of its parts is unzipped yet.

    Raises
    ------
    UnrecognizedFileError
        It is cut off or damaged, or its parts are locked.
    UnsafeFileError
        Two parts share a name or bytes, a name leads out of the archive, or there are too many.
    """
    _check_end(data, name, limits)
    try:
        with zipfile.ZipFile(io.BytesIO(data)) as zipped:
            infos = [info for info in zipped.infolist() if not info.is_dir()]
    except _ZIP_ERRORS as error:
        raise _damage(name, f"its directory cannot be read ({error})") from error
    if len(infos) > limits.max_parts:
        raise _unsafe(f"The archive has more than {limits.max_parts:,} parts.", name, _FEW)
    parts: dict[str, zipfile.ZipInfo] = {}
    for info in infos:
        key = _key(info.filename)
        if key in parts:
            raise _unsafe("Two parts of the archive have one name.", name, _NOBODY, info)
        if key.startswith("/") or ".." in key.split("/") or ":" in key.partition("/")[0]:
            raise _unsafe("A part's name leads out of the archive.", name, _NOBODY, info)
        if info.flag_bits & 0x1:
            what, where = "Parts of the archive are locked with a password.", f"{name}, part {info.filename}"
            raise UnrecognizedFileError(what, where=where, what_to_do="save it without a password")
        parts[key] = info
    reached = 0
    for info in sorted(parts.values(), key=lambda info: info.header_offset):
        if info.header_offset < reached:  # the trick by which a small archive unzips to petabytes
            raise _unsafe("Two parts of the archive share the same bytes.", name, _NOBODY, info)
        reached = info.header_offset + 30 + info.compress_size
    return Archive(name, data, parts, limits)


def archive_kind(data: bytes, name: str, limits: Limits) -> Kind:
    """Return what kind of document an archive is, by the parts that it has: ``"workbook"`` for .xlsx and .xlsm."""
    archive = open_archive(data, name, limits=limits)
    parts = archive.parts
    marks: tuple[tuple[str, Kind], ...] = (
        ("xl/workbook.bin", "xlsb"),
        ("xl/", "workbook"),
        ("word/", "document"),
        ("ppt/", "presentation"),
        ("index/", "numbers"),
        ("index.zip", "numbers"),
    )
    for mark, kind in marks:
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


def _key(filename: str) -> str:
    return filename.replace("\\", "/").lower()


def _check_end(data: bytes, name: str, limits: Limits) -> None:
    """Look at the record that ends an archive before its directory is read: it tells how long that is."""
    end = data.rfind(b"PK\x05\x06", max(0, len(data) - 65_557))
    if end < 0 or end + 22 > len(data):
        raise UnrecognizedFileError(
            "The workbook is cut off: its end is missing.",
            where=name,
            why="a zip archive ends with a directory, and this file has none",
            what_to_do=_EXPORT_AGAIN,
        )
    length, offset = struct.unpack_from("<II", data, end + 12)
    large = data[max(0, end - 20) : end].startswith(b"PK\x06\x07") or 0xFFFFFFFF in (length, offset)
    crowded = data.count(b"PK\x01\x02") > limits.max_parts if large else length > limits.max_parts * 512
    if crowded:
        raise _unsafe(f"The archive has more than {limits.max_parts:,} parts.", name, _FEW)
    if not large and offset + length != end:
        raise _damage(name, "its directory does not lie where the archive says")


def _text_at_end(piece: bytes, before: int, limit: int) -> int:
    """Return how long the text is that a piece of XML ends in, or the first one over the limit.

    Text between tags holds no "<", so a longer one covers a whole window of half the limit: one search each.
    """
    start = 0
    window = max(limit // 2, 1)
    while start < len(piece):
        tag = piece.find(b"<", start)
        if tag < 0 or before + tag - start > limit:
            return before + (len(piece) if tag < 0 else tag) - start
        last = piece.rfind(b"<", tag, tag + window)
        before, start = 0, last + 1
    return before


# ------------------------------------------------------------------ what is said of a bad one


def damaged(what: str, how: str, where: str, why: str = "") -> Rev603Error:
    """Return what to raise where a workbook, or a sheet of it, makes no sense."""
    return UnrecognizedFileError(f"The {what} is damaged: {how}.", where=where, why=why, what_to_do=REPAIR)


def _damage(name: str, why: str, info: zipfile.ZipInfo | None = None) -> Rev603Error:
    where = f"{name}, part {info.filename}" if info else name
    return UnrecognizedFileError("The workbook is damaged.", where=where, why=why, what_to_do=_EXPORT_AGAIN)


def _unsafe(what: str, name: str, why: str, info: zipfile.ZipInfo | None = None) -> Rev603Error:
    where = f"{name}, part {info.filename}" if info else name
    return UnsafeFileError(what, where=where, why=why, what_to_do=_RESAVE)
