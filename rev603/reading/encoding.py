"""Which characters the bytes of a text file stand for: proven over the whole file, or refused."""

from __future__ import annotations

import codecs
import re
from typing import Literal

import numpy as np
import pyarrow as pa

from rev603.errors import UnrecognizedFileError, UnsafeFileError
from rev603.reading.limits import Limits

Encoding = Literal["utf-8", "utf-8-sig", "utf-16-le", "utf-16-be", "cp1252"]

_SAMPLE = 4_096
_SAVE_UTF8 = 'export the report again, or save it from Excel as "CSV UTF-8"'
_NOT_CP1252 = re.compile(rb"[\x81\x8d\x8f\x90\x9d]")
_MARKS: tuple[tuple[bytes, Encoding], ...] = (
    (codecs.BOM_UTF8, "utf-8-sig"),
    (codecs.BOM_UTF16_LE, "utf-16-le"),
    (codecs.BOM_UTF16_BE, "utf-16-be"),
)


def decoded(data: bytes | memoryview, name: str, limits: Limits) -> tuple[Encoding, bytes | memoryview]:
    r"""Return the encoding of a text file, proven over every byte, and its text as UTF-8 without a byte order mark.

    A mark decides; without one, UTF-16 shows by its NULs, then UTF-8 is tried strictly, and what is left is cp1252, the
    encoding of Windows in the Americas. A file that is mostly UTF-8 with a few bytes astray is damaged, not cp1252, and
    is refused: read as cp1252, each accent would come out wrong and nobody would be told. So is nothing but white space.

    Examples
    --------
    >>> from rev603.reading.limits import DEFAULT_LIMITS
    >>> decoded(b"Qu\xe9bec", "list.csv", DEFAULT_LIMITS)
    ('cp1252', b'Qu\xc3\xa9bec')
    """
    _refuse_long_lines(data, name, limits)
    encoding, bom_bytes = _by_mark_or_pattern(data, name)
    text = data[bom_bytes:] if bom_bytes else data
    if encoding in {"utf-16-le", "utf-16-be"}:
        text = _from_utf16(data, encoding, bom_bytes, name)
    elif not np.frombuffer(data, np.uint8).min():
        _refuse(
            "The file is not text.", data, bytes(data).find(b"\0"), name, "it holds a NUL, which no text has"
        )
    elif not _is_utf8(data):
        if bom_bytes:
            _refuse_mixed(data, name, "its byte order mark says UTF-8, and the bytes do not keep to it")
        _refuse_no_cp1252(data, name)
        encoding, text = "cp1252", codecs.decode(data, "cp1252").encode()
    # seldom looks further than the beginning
    if all(
        codecs.decode(text[at : at + _SAMPLE], "utf-8", "ignore").isspace()
        for at in range(0, len(text), _SAMPLE)
    ):
        raise UnrecognizedFileError(
            "The file holds nothing but white space.",
            where=name,
            what_to_do="run the report again and export it",
        )
    return encoding, text


def _by_mark_or_pattern(data: bytes | memoryview, name: str) -> tuple[Encoding, int]:
    head = bytes(data[:_SAMPLE])
    if head.startswith((codecs.BOM_UTF32_LE, codecs.BOM_UTF32_BE)):
        raise UnrecognizedFileError("The file is in UTF-32.", where=name, what_to_do=_SAVE_UTF8)
    for mark, encoding in _MARKS:
        if head.startswith(mark):
            return encoding, len(mark)
    even, odd = head[0::2], head[1::2]
    if odd.count(0) * 2 > len(odd) and not even.count(0):
        return "utf-16-le", 0
    if even.count(0) * 2 > len(even) and not odd.count(0):
        return "utf-16-be", 0
    return "utf-8", 0


def _from_utf16(data: bytes | memoryview, encoding: Encoding, bom_bytes: int, name: str) -> bytes:
    try:
        text = codecs.decode(data[bom_bytes:], encoding)
    except UnicodeDecodeError as error:
        raise UnrecognizedFileError(
            "The text (UTF-16) is damaged or cut off.",
            where=f"{name}, byte {bom_bytes + error.start + 1:,} of {len(data):,}",
            why=error.reason,
            what_to_do=_SAVE_UTF8,
        ) from error
    if "\0" in text:
        raise UnrecognizedFileError(
            "The file is not text.",
            where=name,
            why="it holds a NUL, which no text has",
            what_to_do=_SAVE_UTF8,
        )
    return text.encode()


def _is_utf8(data: bytes | memoryview) -> bool:
    """Return whether all of it is UTF-8, without a second copy of it in memory."""
    offsets = pa.array([0, len(data)], pa.int64()).buffers()[1]
    text = pa.LargeStringArray.from_buffers(1, offsets, pa.py_buffer(data))
    try:
        text.validate(full=True)
    except pa.ArrowInvalid:
        return False
    return True


def _refuse_no_cp1252(data: bytes | memoryview, name: str) -> None:
    octets = np.frombuffer(data, np.uint8)
    leads = (octets[:-1] >= 0xC2) & (octets[:-1] <= 0xF4)
    followed = (octets[1:] >= 0x80) & (octets[1:] <= 0xBF)
    characters = np.count_nonzero(leads & followed)  # of two to four bytes each, as UTF-8 writes them
    if characters and characters * 4 >= np.count_nonzero(octets >= 0x80):
        why = "most of its accents are UTF-8 and some bytes are not: it is damaged or cut off"
        _refuse_mixed(data, name, why)
    undefined = _NOT_CP1252.search(data)
    if undefined:
        at = undefined.start()
        why = f"byte {data[at]:02X} is a character in neither"
        _refuse("The text is neither UTF-8 nor Windows-1252.", data, at, name, why)


def _refuse_mixed(data: bytes | memoryview, name: str, why: str) -> None:
    try:
        codecs.decode(data, "utf-8")
    except UnicodeDecodeError as error:
        _refuse("The text is damaged: part of it is not UTF-8.", data, error.start, name, why)


def _refuse(what: str, data: bytes | memoryview, at: int, name: str, why: str) -> None:
    where = f"{name}, byte {at + 1:,} (line {_line(data, at):,})"
    raise UnrecognizedFileError(what, where=where, why=why, what_to_do=_SAVE_UTF8) from None


def _refuse_long_lines(data: bytes | memoryview, name: str, limits: Limits) -> None:
    """Go from line end to line end, each time to the last one within the limit."""
    start, longest = 0, limits.max_line_bytes
    while len(data) - start > longest:
        stop = start + longest + 1
        # the last line's end is mostly near
        for at in (max(start, stop - _SAMPLE), start):
            window = bytes(data[at:stop])
            if end := max(window.rfind(b"\n"), window.rfind(b"\r")) + 1:
                break
        else:
            raise UnsafeFileError(
                f"A line is longer than {longest:,} bytes.",
                where=f"{name}, line {_line(data, start):,}",
                why="no report has such lines: it is not a list, or its line ends are lost",
                what_to_do="export the report again, or raise max_line_bytes if you trust the file",
            )
        start = at + end


def _line(data: bytes | memoryview, at: int) -> int:
    """Return the number of the line that a byte stands in."""
    before = bytes(data[:at])
    return max(before.count(b"\n"), before.count(b"\r")) + 1
