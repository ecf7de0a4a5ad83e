"""Strangers' XML, read as events: nothing is built in memory, no entity expanded, no depth followed.

A part may consist for the most part of markup that programs always write alike (a sheet's rows, the shared
strings). Such stretches can be handed to a quick reader, which proves of each that it is plain before it
takes it; the parser never sees those, and everything else.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable, Iterator
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from typing import NoReturn
from xml.parsers import expat

from rev603.errors import UnsafeFileError
from rev603.reading.archive import Archive, damaged

_XML_ERRORS = (expat.ExpatError, ValueError, LookupError)  # the latter two: an encoding that nobody knows
_BYTES_PER_ELEMENT = 100  # more than programs write, on average
_LONGEST = 4 << 20  # no head of a part, and no row, is longer where programs write it


@dataclass(frozen=True)
class PlainStretches:
    """Where plain markup is to be expected, and who reads it.

    Within the element `container`, when `depth` elements are open, there is nothing but units that begin with
    `unit`. Whole ones are given to `read`, without prefixes, which says False, with nothing done, if it cannot.
    """

    container: str
    depth: int
    unit: str
    read: Callable[[bytes], bool]


def read_part(
    archive: Archive,
    part: str,
    *,
    start: Callable[[str, dict[str, str], list[str]], None],
    end: Callable[[str, list[str]], None] | None = None,
    text: Callable[[str, list[str]], None] | None = None,
    plain: PlainStretches | None = None,
) -> None:
    """Run through a part of a workbook.

    `start`, `end` and `text` are told of tags and of text, each with the path of the elements round it; `plain` says
    what may be read without the parser. Tags are named without the prefix of the root, others with theirs, or a
    colon where they have none: those mean something else. It is refused where it is not well-formed, and as unsafe where it
    has a DOCTYPE, nests too deep or has too many elements.
    """
    limits = archive.limits
    path: list[str] = []
    encodings: list[str] = []
    prefix = ""
    elements = parsed = 0

    def opening(tag: str, attributes: dict[str, str]) -> None:
        nonlocal elements, prefix
        elements += 1
        if elements == 1:
            prefix = tag[: tag.rfind(":") + 1]
        if len(path) >= limits.max_depth:
            what = f"nests deeper than {limits.max_depth} levels"
            _refuse(archive, part, what, "a workbook needs about ten")
        if elements > limits.max_elements:
            why = "its markup is unlike what Excel writes, and would take minutes to run through"
            _refuse(archive, part, f"has more than {limits.max_elements:,} elements", why)
        if prefix:
            tag = tag.removeprefix(prefix) if tag.startswith(prefix) else f":{tag}"
        start(tag, attributes, path)
        path.append(tag)

    def closing(_tag: str) -> None:
        tag = path.pop()
        if end is not None:
            end(tag, path)

    parser = _parser(archive, part)
    parser.XmlDeclHandler = lambda _version, encoding, _alone: encodings.append((encoding or "utf-8").lower())
    parser.StartElementHandler = opening
    parser.EndElementHandler = closing
    if text is not None:
        parser.CharacterDataHandler = lambda found: text(found, path)
    stretches = _bounded_pieces(archive, part)
    if plain is not None:
        stretches = _without_plain(_one_ahead(stretches), plain, path, encodings)
    try:
        for stretch in stretches:
            parsed += len(stretch)
            if parsed > _BYTES_PER_ELEMENT * limits.max_elements:
                what = f"has more than {_BYTES_PER_ELEMENT * limits.max_elements:,} bytes of unusual markup"
                _refuse(archive, part, what, "only plain rows and strings may be so many")
            parser.Parse(stretch, False)
        parser.Parse(b"", True)
    except _XML_ERRORS as error:
        where = f"{archive.name}, part {part}"
        raise damaged("workbook", "its XML is not well-formed", where, str(error)) from error


def _bounded_pieces(archive: Archive, part: str) -> Iterator[bytes]:
    """Unzip a part, and refuse a text or a tag that is longer than a cell may be: the parser would gather it."""
    limit, before = archive.limits.max_cell_bytes, 0
    for piece in archive.pieces(part):
        before = _text_at_end(piece, before, limit)
        if before > limit:
            raise UnsafeFileError(
                f"A cell's text is longer than {limit:,} bytes.",
                where=f"{archive.name}, part {part}",
                why="a cell of Excel ends at 32,767 characters",
                what_to_do="export the report again, or raise max_cell_bytes if you trust the file",
            )
        yield piece


def _text_at_end(piece: bytes, before: int, limit: int) -> int:
    """Return how long the text is that a piece of XML ends in, or the first one over the limit.

    Text between tags holds no "<", so a longer one covers a whole window of half the limit: one search each.
    """
    start, window = 0, max(limit // 2, 1)
    while start < len(piece):
        tag = piece.find(b"<", start)
        if tag < 0 or before + tag - start > limit:
            return before + (len(piece) if tag < 0 else tag) - start
        before, start = 0, piece.rfind(b"<", tag, tag + window) + 1
    return before


def _one_ahead(pieces: Iterator[bytes]) -> Iterator[bytes]:
    """Unzip the next piece on another core while this one is read."""
    with ThreadPoolExecutor(1) as pool:
        coming = pool.submit(next, pieces, b"")
        while piece := coming.result():
            coming = pool.submit(next, pieces, b"")
            yield piece


def _without_plain(
    pieces: Iterator[bytes], plain: PlainStretches, path: list[str], encodings: list[str]
) -> Iterator[bytes]:
    """Hand plain stretches to their own reader, and give what is left, in order.

    The path tells after each stretch where in the document the parser stands: only between two units may one
    that it does not see be taken out. Comments and CDATA could hide where that is: then it gets the rest.
    """
    rest, container = b"", plain.container.encode()
    opening = re.compile(rb"<([A-Za-z_][\w.-]{0,30}:|)%s(?:\s[^<>]*)?>" % container)
    while not (found := opening.search(rest)) and len(rest) < _LONGEST and (piece := next(pieces, b"")):
        rest += piece

    def is_between_units() -> bool:
        return len(path) == plain.depth and path[-1] == plain.container

    if found:
        yield rest[: found.end()]
        rest, prefix = rest[found.end() :], found[1]
        unit, ending = b"<" + prefix + plain.unit.encode(), b"</" + prefix + container
    ready = found is not None and encodings in ([], ["utf-8"]) and is_between_units()
    while ready:
        ended = rest.find(ending)
        cut = ended if ended >= 0 else rest.rfind(unit)
        if cut > 0:
            stretch, rest = rest[:cut], rest[cut:]
            bare = _unprefixed(stretch, prefix)
            if bare is None or not plain.read(bare):
                yield stretch
                ready = b"<!" not in stretch and b"<?" not in stretch and is_between_units()
        piece = next(pieces, b"") if ended < 0 and len(rest) < _LONGEST else b""
        rest += piece
        ready = ready and bool(piece)
    yield rest
    yield from pieces


def _unprefixed(stretch: bytes, prefix: bytes) -> bytes | None:
    """Take the prefix off each tag, as some programs write ``<x:c>`` throughout; None where a tag lacks it."""
    if not prefix:
        return stretch
    opening, closing = b"<" + prefix, b"</" + prefix
    if stretch.count(opening) + stretch.count(closing) != stretch.count(b"<"):
        return None
    return stretch.replace(opening, b"<").replace(closing, b"</")


def _refuse(archive: Archive, part: str, what: str, why: str) -> NoReturn:
    raise UnsafeFileError(
        f"The workbook's XML {what}.",
        where=f"{archive.name}, part {part}",
        why=why,
        what_to_do="open it in Excel and save it under another name, or export the report again",
    )


class _RootReachedError(Exception):
    """What comes before the root element has been seen, and that is all that was wanted."""


def refuse_doctype(archive: Archive, parts: Iterable[str]) -> None:
    """Refuse any of the parts that declares a document type: that is where entities are made.

    Only what comes before the root element is read, since a declaration can stand nowhere else.
    """

    def opening(_tag: str, _attributes: dict[str, str]) -> None:
        raise _RootReachedError

    for part in parts:
        parser = _parser(archive, part)
        parser.StartElementHandler = opening
        try:
            for piece in _bounded_pieces(archive, part):
                parser.Parse(piece, False)
        except (_RootReachedError, *_XML_ERRORS):
            continue  # a part that is no XML at all declares nothing, and is perhaps never needed


def _parser(archive: Archive, part: str) -> expat.XMLParserType:
    def doctype(*_: object) -> None:
        raise UnsafeFileError(
            "The workbook's XML declares a document type (DOCTYPE).",
            where=f"{archive.name}, part {part}",
            why="no workbook needs one, and entities declared there can fill the memory or read other files",
            what_to_do="export the report again",
        )

    parser = expat.ParserCreate()
    parser.StartDoctypeDeclHandler = doctype
    parser.buffer_text = True
    return parser
