"""XML of strangers, read as events: nothing is built in memory, no entity expanded, no depth followed."""

from __future__ import annotations

from typing import TYPE_CHECKING, NoReturn
from xml.parsers import expat

from rev603.errors import UnrecognizedFileError, UnsafeFileError

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable

    from rev603.reading.workbook.package import Package

__all__ = ["local", "parse_part", "refuse_doctype"]

_XML_ERRORS = (expat.ExpatError, ValueError, LookupError)  # the latter two: an encoding that nobody knows


def parse_part(
    package: Package,
    part: str,
    *,
    start: Callable[[str, dict[str, str]], None] | None = None,
    end: Callable[[str], None] | None = None,
    text: Callable[[str], None] | None = None,
    cdata: Callable[[], None] | None = None,
) -> None:
    """Run through a part of a workbook.

    Parameters
    ----------
    package
        The archive.
    part
        The part's name.
    start
        Called at each opening tag with its name (a prefix included) and attributes.
    end
        Called at each closing tag.
    text
        Called with text between tags, perhaps in pieces.
    cdata
        Called where a CDATA section begins.

    Raises
    ------
    UnsafeFileError
        It has a DOCTYPE, nests too deep or has too many elements.
    UnrecognizedFileError
        It is not well-formed.
    """
    limits = package.limits
    depth, elements = 0, 0

    def opening(tag: str, attributes: dict[str, str]) -> None:
        nonlocal depth, elements
        depth += 1
        elements += 1
        if depth > limits.max_depth:
            _refuse(
                package, part, f"nests deeper than {limits.max_depth} levels", "a workbook needs about ten"
            )
        if elements > limits.max_elements:
            why = "its markup is unlike what Excel writes, and would take minutes to run through"
            _refuse(package, part, f"has more than {limits.max_elements:,} elements", why)
        if start is not None:
            start(tag, attributes)

    def closing(tag: str) -> None:
        nonlocal depth
        depth -= 1
        if end is not None:
            end(tag)

    parser = _parser(package, part)
    parser.StartElementHandler = opening
    parser.EndElementHandler = closing
    if text is not None:
        parser.CharacterDataHandler = text
    if cdata is not None:
        parser.StartCdataSectionHandler = cdata
    _feed(parser, package.pieces(part), package, part)


def _refuse(package: Package, part: str, what: str, why: str) -> NoReturn:
    raise UnsafeFileError(
        f"The workbook's XML {what}.",
        where=f"{package.name}, part {part}",
        why=why,
        what_to_do="open it in Excel and save it under another name, or export the report again",
    )


def local(tag: str) -> str:
    """Give an element's name without its namespace prefix."""
    return tag.rpartition(":")[2]


class _RootReachedError(Exception):
    """What comes before the root element has been seen, and that is all that was wanted."""


def refuse_doctype(package: Package, parts: Iterable[str]) -> None:
    """Refuse any of the parts that declares a document type: that is where entities are made.

    Only what comes before the root element is read, since a declaration can stand nowhere else.

    Parameters
    ----------
    package
        The archive.
    parts
        The parts to look at.

    Raises
    ------
    UnsafeFileError
        One declares a document type.
    """

    def opening(_tag: str, _attributes: dict[str, str]) -> None:
        raise _RootReachedError

    for part in parts:
        parser = _parser(package, part)
        parser.StartElementHandler = opening
        try:
            for piece in package.pieces(part):
                parser.Parse(piece, False)
        except (_RootReachedError, *_XML_ERRORS):
            continue  # a part that is no XML at all declares nothing, and is perhaps never needed


def _parser(package: Package, part: str) -> expat.XMLParserType:
    def doctype(*_: object) -> None:
        raise UnsafeFileError(
            "The workbook's XML declares a document type (DOCTYPE).",
            where=f"{package.name}, part {part}",
            why="no workbook needs one, and entities declared there can fill the memory or read other files",
            what_to_do="export the report again",
        )

    parser = expat.ParserCreate()
    parser.StartDoctypeDeclHandler = doctype
    parser.buffer_text = True
    return parser


def _feed(parser: expat.XMLParserType, pieces: Iterable[bytes], package: Package, part: str) -> None:
    try:
        for piece in pieces:
            parser.Parse(piece, False)
        parser.Parse(b"", True)
    except (
        expat.ExpatError,
        ValueError,
        LookupError,
    ) as error:  # the latter two: an encoding that nobody knows
        raise UnrecognizedFileError(
            "The workbook is damaged: its XML is not well-formed.",
            where=f"{package.name}, part {part}",
            why=str(error),
            what_to_do="open it in Excel and let it repair the file, or export the report again",
        ) from error
