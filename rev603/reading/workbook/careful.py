"""The careful reader: openpyxl's parser goes through a sheet, and every cell's text is taken from its XML.

openpyxl's own values are not used, because they differ from what a spreadsheet shows: ``_x000D_`` is kept,
a blank between two runs of rich text is not told from one that Excel ignores, and a file is refused for a
drawing or a style that nobody asked for.
"""

from __future__ import annotations

import re
from itertools import chain
from typing import TYPE_CHECKING, Any
from xml.etree.ElementTree import Element, XMLPullParser

import numpy as np
import pyarrow as pa
from openpyxl.utils.cell import coordinate_to_tuple

# not a documented name, but the one place where openpyxl reads a sheet without the rest of its workbook
from openpyxl.worksheet._reader import WorkSheetParser

from rev603.reading.workbook.values import shown_number, shown_value, unescaped

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator

    from rev603.reading.workbook.contents import Workbook
    from rev603.reading.workbook.facts import SheetFacts

__all__ = ["read_carefully"]

_MAIN = "{http://schemas.openxmlformats.org/spreadsheetml/2006/main}"
_NAME = _MAIN[1:-1].encode()
_ROOT = re.compile(rb"<(?:([A-Za-z_][A-Za-z0-9_.-]*):)?(worksheet|sst)(?=[\s>/])[^>]*>")
_PRESERVE = "{http://www.w3.org/XML/1998/namespace}space"
_XML_SPACE = " \t\r\n"


def read_carefully(workbook: Workbook, facts: SheetFacts) -> list[pa.ChunkedArray]:
    """Read a sheet's cells as text, whatever program wrote it.

    Parameters
    ----------
    workbook
        From `open_workbook`.
    facts
        What the scan found about the sheet.

    Returns
    -------
    list of ChunkedArray
        The columns from the first used one to the last, each as long as the sheet.

    Raises
    ------
    ValueError
        A cell lies where the scan found none: two readers see two sheets. openpyxl raises much else where a
        sheet is damaged.
    """
    columns: list[Any] = [np.full(facts.last_row, None, dtype=object) for _ in range(facts.width)]
    strings = _strings(workbook) if workbook.strings else []
    pieces = _Stream(workbook.package.pieces(facts.sheet.part))
    for row, cells in _Parser(pieces, workbook, strings).parse():
        for cell in cells:
            if cell["value"] is not None:
                at = cell["column"] - facts.first_column
                if not (0 <= at < facts.width and 0 < row <= facts.last_row):
                    raise ValueError("a cell lies outside the sheet's extent")
                columns[at][row - 1] = cell["value"]
        if row >= facts.last_row:
            break  # what stands behind the cells is none of our business
    return [pa.chunked_array([pa.array(column, type=pa.string())]) for column in columns]


class _Parser(WorkSheetParser):
    """openpyxl's parser of sheets; what a cell shows is decided here."""

    def __init__(self, source: Any, workbook: Workbook, strings: list[str]) -> None:
        super().__init__(source, strings, data_only=True)
        self.strings = strings
        self.kinds = workbook.formats.kinds
        self.epoch_1904 = workbook.date1904

    def parse_cell(self, element: Any) -> dict[str, Any]:
        """Give a cell's place and text; both of openpyxl's counters go on as they do in its own."""
        reference = element.get("r")
        if element.tag != f"{_MAIN}c":
            return {"column": 0, "value": None}
        self.col_counter = coordinate_to_tuple(reference)[1] if reference else self.col_counter + 1
        return {"column": self.col_counter, "value": self._text(element) or None}

    def _text(self, element: Element) -> str:
        kind = element.get("t", "n")
        inline = element.find(f"{_MAIN}is")
        if inline is not None:
            return _rich_text(inline)
        value = next((each.text or "" for each in reversed(element) if each.tag == f"{_MAIN}v"), "")
        if kind == "inlineStr" or not value:
            return ""
        if kind == "s":
            if not value.isascii() or not value.isdigit():
                raise ValueError("a cell names no shared string")
            return self.strings[int(value)]
        if kind == "n":
            style = element.get("s", "0")
            shown_as = self.kinds.get(int(style), "") if style.isascii() and style.isdigit() else ""
            return shown_number(value, shown_as, epoch_1904=self.epoch_1904)
        return shown_value(kind, value)


def _rich_text(element: Element) -> str:
    """Give the text of all runs; readings printed above the signs (phonetic runs) are not part of it."""
    runs = chain.from_iterable(
        (each,) if each.tag == f"{_MAIN}t" else each.iterfind(f"{_MAIN}t")
        for each in element
        if each.tag in {f"{_MAIN}t", f"{_MAIN}r"}
    )
    return "".join(_run(run) for run in runs)


def _run(element: Element) -> str:
    text = element.text or ""
    return unescaped(text if element.get(_PRESERVE) == "preserve" else text.strip(_XML_SPACE))


def _strings(workbook: Workbook) -> list[str]:
    """Read the shared strings."""
    parser: Any = XMLPullParser(["end"])
    strings = []
    for piece in _transitional(workbook.package.pieces(workbook.strings)):
        parser.feed(piece)
        for _, element in parser.read_events():
            if element.tag == f"{_MAIN}si":
                strings.append(_rich_text(element))
                element.clear()
    parser.close()
    return strings


def _transitional(pieces: Iterable[bytes]) -> Iterator[bytes]:
    """Put the part's own vocabulary under the name that openpyxl knows: the strict dialect has another."""
    for number, piece in enumerate(pieces):
        yield _renamed(piece) if number == 0 else piece


def _renamed(head: bytes) -> bytes:
    root = _ROOT.search(head)
    if root is None:
        return head
    declared = re.search(
        rb"""\sxmlns%s\s*=\s*["']([^"']*)["']""" % (b":" + root[1] if root[1] else b""), root[0]
    )
    if declared:
        start, stop = (root.start() + at for at in declared.span(1))
        return head[:start] + _NAME + head[stop:]
    return head if root[1] else head[: root.end(2)] + b' xmlns="' + _NAME + b'"' + head[root.end(2) :]


class _Stream:
    """An iterator of bytes as the file that openpyxl wants to read from."""

    def __init__(self, pieces: Iterable[bytes]) -> None:
        self.pieces = iter(_transitional(pieces))
        self.left = b""

    def read(self, size: int = -1) -> bytes:
        """Give at most so many bytes; at the end none."""
        if not self.left:
            self.left = next(self.pieces, b"")
        size = len(self.left) if size < 0 else size
        piece, self.left = self.left[:size], self.left[size:]
        return piece
