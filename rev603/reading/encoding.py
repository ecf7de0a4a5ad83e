"""Which characters the bytes of a text file stand for: proven over the whole file, or refused."""

from __future__ import annotations

import codecs
import re
from typing import Literal

import numpy as np
import pyarrow as pa

from rev603.errors import UnrecognizedFileError, UnsafeFileError
from rev603.reading.limits import Limits

__all__ = ["Encoding", "text_encoding", "to_utf8"]

Encoding = Literal["utf-8", "utf-8-sig", "utf-16-le", "utf-16-be", "cp1252"]

_SAMPLE = 4_096
_PIECE = 1 << 20
_SAVE_UTF8 = 'export the report again, or save it from Excel as "CSV UTF-8"'

_NOT_CP1252 = re.compile(rb"[\x81\x8d\x8f\x90\x9d]")


def text_encoding(data: bytes | memoryview, name: str, limits: Limits) -> tuple[Encoding, int]:
    r"""Find the encoding of a text file, and prove it over every byte.

    A byte order mark decides; without one, UTF-16 shows by its NULs, then UTF-8 is tried strictly, and what
    is left is cp1252, the encoding of Windows in the Americas. A file that is mostly UTF-8 with a few
    bytes astray is damaged, not cp1252, and is refused: read as cp1252, each accent would come out wrong
    and nobody would be told.

    Parameters
    ----------
    data
        The file's bytes.
    name
        Its name, for messages.
    limits
        How long a line may be.

    Returns
    -------
    tuple of str and int
        The encoding, and the length of the byte order mark.

    Raises
    ------
    UnrecognizedFileError
        The bytes are not text in one of these encodings, or there is only white space.
    UnsafeFileError
        A line is over the limit.

    Examples
    --------
    >>> from rev603.reading.limits import DEFAULT_LIMITS
    >>> text_encoding(b"Qu\xe9bec", "list.csv", DEFAULT_LIMITS)
    ('cp1252', 0)
    """
    _refuse_long_lines(data, name, limits)
    encoding, bom_bytes = _by_mark_or_pattern(data, name)
    if encoding in {"utf-16-le", "utf-16-be"}:
        blank = _prove_utf16(data, encoding, bom_bytes, name)
    else:
        lowest, highest = _span(data)
        if lowest == 0:
            nul = bytes(data).find(b"\0")
            raise UnrecognizedFileError(
                "The file is not text.",
                where=f"{name}, byte {nul + 1:,} (line {_line(data, nul):,})",
                why="it holds a NUL, which no text has",
                what_to_do=_SAVE_UTF8,
            )
        if highest >= 0x80 and not _is_utf8(data):
            if bom_bytes:
                _refuse_mixed(data, name, "its byte order mark says UTF-8, and the bytes do not keep to it")
            encoding = _prove_cp1252(data, name)
        blank = _is_blank(data, bom_bytes)
    if blank:
        raise UnrecognizedFileError(
            "The file holds nothing but white space.",
            where=name,
            what_to_do="run the report again and export it",
        )
    return encoding, bom_bytes


def to_utf8(
    data: bytes | memoryview, encoding: Encoding, *, bom_bytes: int = 0, partial: bool = False
) -> bytes | memoryview:
    """Give text as UTF-8 without its byte order mark.

    Parameters
    ----------
    data
        The bytes.
    encoding
        What they are in.
    bom_bytes
        How many bytes at the start to leave out.
    partial
        True where `data` is only the beginning of the text and may end within a character.

    Returns
    -------
    bytes or memoryview
        UTF-8; the same object where nothing has to change.

    Examples
    --------
    >>> to_utf8("Québec".encode("cp1252"), "cp1252").decode()
    'Québec'
    """
    body = data[bom_bytes:] if bom_bytes else data
    if encoding in {"utf-8", "utf-8-sig"}:
        return body
    text, _ = codecs.getdecoder(encoding)(body, "ignore" if partial else "strict")
    return text.encode()


def _by_mark_or_pattern(data: bytes | memoryview, name: str) -> tuple[Encoding, int]:
    head = bytes(data[:_SAMPLE])
    if head.startswith((codecs.BOM_UTF32_LE, codecs.BOM_UTF32_BE)):
        raise UnrecognizedFileError("The file is in UTF-32.", where=name, what_to_do=_SAVE_UTF8)
    if head.startswith(codecs.BOM_UTF8):
        return "utf-8-sig", 3
    if head.startswith(codecs.BOM_UTF16_LE):
        return "utf-16-le", 2
    if head.startswith(codecs.BOM_UTF16_BE):
        return "utf-16-be", 2
    even, odd = head[0::2], head[1::2]
    if odd.count(0) * 2 > len(odd) and not even.count(0):
        return "utf-16-le", 0
    if even.count(0) * 2 > len(even) and not odd.count(0):
        return "utf-16-be", 0
    return "utf-8", 0


def _prove_utf16(data: bytes | memoryview, encoding: Encoding, bom_bytes: int, name: str) -> bool:
    """Decode the whole, so that no later step meets half a character; say whether it is blank."""
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
    return not text or text.isspace()


def _span(data: bytes | memoryview) -> tuple[int, int]:
    """Give the lowest and the highest byte: 0 is a NUL, and below 128 all is ASCII."""
    octets = np.frombuffer(data, np.uint8)
    pieces = [octets[start : start + _PIECE] for start in range(0, len(octets), _PIECE)]  # of a cache's size
    return min(int(piece.min()) for piece in pieces), max(int(piece.max()) for piece in pieces)


def _is_utf8(data: bytes | memoryview) -> bool:
    """Tell whether all of it is UTF-8, without a second copy of it in memory."""
    offsets = pa.array([0, len(data)], pa.int64()).buffers()[1]
    text = pa.LargeStringArray.from_buffers(1, offsets, pa.py_buffer(data))
    try:
        text.validate(full=True)
    except pa.ArrowInvalid:
        return False
    return True


def _prove_cp1252(data: bytes | memoryview, name: str) -> Encoding:
    octets = np.frombuffer(data, np.uint8)
    leads = (octets[:-1] >= 0xC2) & (octets[:-1] <= 0xF4)
    followed = (octets[1:] >= 0x80) & (octets[1:] <= 0xBF)
    characters = np.count_nonzero(leads & followed)  # of two to four bytes each, as UTF-8 writes them
    if characters and characters * 4 >= np.count_nonzero(octets >= 0x80):
        _refuse_mixed(
            data, name, "most of its accents are UTF-8 and some bytes are not: it is damaged or cut off"
        )
    undefined = _NOT_CP1252.search(data)
    if undefined:
        at = undefined.start()
        raise UnrecognizedFileError(
            "The text is neither UTF-8 nor Windows-1252.",
            where=f"{name}, byte {at + 1:,} (line {_line(data, at):,})",
            why=f"byte {data[at]:02X} is a character in neither",
            what_to_do=_SAVE_UTF8,
        )
    return "cp1252"


def _refuse_mixed(data: bytes | memoryview, name: str, why: str) -> None:
    try:
        codecs.decode(data, "utf-8")
    except UnicodeDecodeError as error:
        raise UnrecognizedFileError(
            "The text is damaged: part of it is not UTF-8.",
            where=f"{name}, byte {error.start + 1:,} (line {_line(data, error.start):,})",
            why=why,
            what_to_do=_SAVE_UTF8,
        ) from error


def _is_blank(data: bytes | memoryview, bom_bytes: int) -> bool:
    """Tell whether there is nothing but white space, seldom looking further than the beginning."""
    pieces = (bytes(data[start : start + _SAMPLE]) for start in range(bom_bytes, len(data), _SAMPLE))
    return all(piece.isspace() for piece in pieces)


def _refuse_long_lines(data: bytes | memoryview, name: str, limits: Limits) -> None:
    """Find a line over the limit by looking for line ends in windows of half of it: one search each."""
    window = max(limits.max_line_bytes // 2, 1)
    for start in range(0, len(data), window):
        if _has_line_end(data, start, start + window) or start + window > len(data):
            continue
        floor = max(0, start - limits.max_line_bytes)
        before = bytes(data[floor:start])
        begin = floor + max(before.rfind(b"\n"), before.rfind(b"\r")) + 1
        longest = min(len(data), begin + limits.max_line_bytes + 1)
        if len(data) - begin > limits.max_line_bytes and not _has_line_end(data, start, longest):
            raise UnsafeFileError(
                f"A line is longer than {limits.max_line_bytes:,} bytes.",
                where=f"{name}, line {_line(data, begin):,}",
                why="no report has such lines: it is not a list, or its line ends are lost",
                what_to_do="export the report again, or raise max_line_bytes if you trust the file",
            )


def _has_line_end(data: bytes | memoryview, start: int, stop: int) -> bool:
    for end in (min(start + _SAMPLE, stop), stop):  # it is nearly always close by
        text = bytes(data[start:end])
        if b"\n" in text or b"\r" in text:
            return True
    return False


def _line(data: bytes | memoryview, at: int) -> int:
    """Give the number of the line that a byte stands in."""
    before = bytes(data[:at])
    return max(before.count(b"\n"), before.count(b"\r")) + 1
