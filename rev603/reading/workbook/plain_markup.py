"""Rows and shared strings in the markup that programs write, taken from their bytes a mebibyte at a time.

A regular expression proves first that a stretch holds nothing but whole units of plain form, so that what
then looks for the signs ``<`` and ``>`` cannot be led astray. Anything else (rich text, comments, cells
without address) is not read here: `rev603.reading.workbook.safe_xml` gives it to the real parser.
"""

from __future__ import annotations

import html
import re
from collections.abc import Callable
from typing import NamedTuple

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc
from numpy.typing import NDArray

from rev603._columns import by_value, text_of
from rev603.reading.workbook.cell_text import XML_SPACE, Look, unescaped

_TEXT = rb"[^<>\x00-\x08\x0b-\x1f]*+"
_ATTRIBUTE = rb' [A-Za-z0-9_:.-]++="[^"<>&\x00-\x1f]*+"'
_PRESERVED = rb'(?: xml:space="preserve")?+'
_STRING = rb"<t%s>%s</t>" % (_PRESERVED, _TEXT)
_FORMULA = rb"<f(?:%s)*+(?:/>|>%s</f>)" % (_ATTRIBUTE, _TEXT)
# the row's number must stand in the address of each of its cells
_CELL = rb'<c r="[A-Z]{1,3}+\1"(?:%s)*+ ?+(?:/>|>(?:%s)?+(?:<v%s>%s</v>|<is>%s</is>)?+</c>)\s*+' % (
    *(_ATTRIBUTE, _FORMULA, _PRESERVED, _TEXT, _STRING),
)
_ROW = re.compile(
    rb'<row(?:(?! r=)%s)*+ r="([1-9][0-9]{0,6}+)"(?:%s)*+ ?+(?:/>|>\s*+(?:%s)*+</row>)\s*+'
    % (_ATTRIBUTE, _ATTRIBUTE, _CELL)
)
_STRINGS = re.compile(rb"\s*+(?:<si>%s</si>\s*+)*+" % _STRING)
_OTHER_ENTITY = re.compile(rb"&(?!(?:amp|lt|gt|quot|apos);)")
_NAMED = re.compile(r' ([\w:.-]+)="([^"]*)"')
_ADDRESS = len('<c r="')


class PlainCells(NamedTuple):
    """The cells of some rows: the numbers of these, how many cells they have, and those that are not blank.

    Each of the latter has its place, the number of what it needs to be shown, and its value, decoded; empty
    where it is a formula without one.
    """

    rows: list[int]
    cells: int
    row: NDArray[np.int64]
    column: NDArray[np.int64]
    look: NDArray[np.int64]
    text: pa.StringArray


def plain_cells(stretch: bytes, look_of: Callable[[str, str], int]) -> PlainCells | None:
    """Return the cells of whole rows, or None where their markup is not plain or they do not ascend.

    ``look_of`` tells what a cell of some type and style needs.
    """
    proven = len(stretch) - len(stretch.lstrip(b" \t\r\n"))
    numbers, digits = [], []
    while found := _ROW.match(stretch, proven):
        proven = found.end()
        numbers.append(int(found[1]))
        digits.append(len(found[1]))
    rows = np.array(numbers, np.int64)
    if proven != len(stretch) or not _is_sound(stretch) or (np.diff(rows) <= 0).any():
        return None
    tags = _Tags(stretch)
    cells = tags.opening("c")
    within = np.searchsorted(tags.opening("r"), cells) - 1
    row = rows[within]
    column, letters = _columns(tags.octets, tags.starts[cells] + _ADDRESS)
    if ((np.diff(row) == 0) & (np.diff(column) <= 0)).any():
        return None

    values = tags.closing("v", "t")
    valued, formula, inline = (np.zeros(len(cells), bool) for _ in range(3))
    owners = np.searchsorted(cells, values) - 1
    valued[owners] = True
    inline[owners] = tags.octets[tags.starts[values] + 2] == ord("t")
    if b"<f" in stretch:
        formula[np.searchsorted(cells, tags.opening("f")) - 1] = True
    # a string of the cell's own needs no type, and no style
    typed = np.flatnonzero((valued & ~inline) | formula)
    behind = tags.starts[cells[typed]] + _ADDRESS + letters[typed] + np.array(digits)[within[typed]] + 1
    attributes = tags.between(behind, tags.ends[cells[typed]]).dictionary_encode()
    named = [_NAMED.findall(text) for text in attributes.dictionary.to_pylist()]
    if any(len({name for name, _ in [*pairs, ("r", "")]}) <= len(pairs) for pairs in named):
        return None  # an attribute is there twice
    kinds = [(dict(pairs).get("t", "n"), dict(pairs).get("s", "0")) for pairs in named]
    look = np.full(len(cells), Look.TEXT)
    if len(typed):
        look[typed] = np.array([look_of(*each) for each in kinds])[attributes.indices.to_numpy()]
        look[inline] = Look.TEXT
    text = tags.texts(values, of_strings=inline[owners])
    if formula.any():
        empty = formula.copy()
        empty[owners] &= (np.diff(text_of(text)[0]) == 0) & (look[owners] != Look.RESULT)
        look[empty] = Look.UNCOMPUTED
    filled = np.flatnonzero(valued | formula)
    if len(values) < len(filled):
        place = np.cumsum(valued) - 1
        text = pc.fill_null(text.take(pa.array(place[filled], mask=~valued[filled])), "")
    return PlainCells(numbers, len(cells), row[filled], column[filled], look[filled], text)


def plain_strings(stretch: bytes) -> pa.StringArray | None:
    """Return whole shared strings, decoded, or None where their markup is not plain."""
    if not _STRINGS.fullmatch(stretch) or not _is_sound(stretch):
        return None
    tags = _Tags(stretch)
    values = tags.closing("t")
    return tags.texts(values, of_strings=np.ones(len(values), bool))


def _is_sound(stretch: bytes) -> bool:
    """Tell whether a stretch is UTF-8 and has no references but the five that need no number."""
    if b"&" in stretch and _OTHER_ENTITY.search(stretch):
        return False
    try:
        return stretch.isascii() or bool(stretch.decode())
    except UnicodeDecodeError:
        return False


class _Tags:
    """The tags of a proven stretch, in order: where each starts and ends. No text or attribute holds ``<`` or ``>``."""

    def __init__(self, stretch: bytes) -> None:
        self.stretch = stretch
        self.octets: NDArray[np.uint8] = np.frombuffer(stretch, np.uint8)
        self.starts = np.flatnonzero(self.octets == ord("<"))
        self.ends = np.flatnonzero(self.octets == ord(">"))
        self.first = self.octets[self.starts + 1]
        self.second = self.octets[self.starts + 2]

    def opening(self, letter: str) -> NDArray[np.int64]:
        """Return which tags open an element whose name begins so."""
        return np.flatnonzero(self.first == ord(letter))

    def closing(self, *letters: str) -> NDArray[np.int64]:
        """Return which tags close such an element."""
        named = np.logical_or.reduce([self.second == ord(letter) for letter in letters])
        return np.flatnonzero((self.first == ord("/")) & named)

    def between(self, starts: NDArray[np.int64], ends: NDArray[np.int64]) -> pa.StringArray:
        """Return the stretch from each of these places to another, as text."""
        if not len(starts):
            return pa.array([], pa.string())
        bounds = np.column_stack((starts, ends)).astype(np.int32).ravel()
        pieces = pa.StringArray.from_buffers(
            len(bounds) - 1, pa.py_buffer(bounds), pa.py_buffer(self.stretch)
        )
        return pieces.take(pa.array(np.arange(0, len(bounds), 2)))

    def texts(self, values: NDArray[np.int64], *, of_strings: NDArray[np.bool_]) -> pa.StringArray:
        """Return the text before each of these closing tags; blanks round a string count where it says so."""
        starts, ends = self.ends[values - 1] + 1, self.starts[values]
        text = self.between(starts, ends)
        loose = of_strings & (starts - self.starts[values - 1] == len("<t>")) & (ends > starts)
        edges = np.minimum(self.octets[starts], self.octets[ends - 1])
        if (loose & (edges <= ord(" "))).any():
            text = pc.if_else(pa.array(loose), pc.utf8_trim(text, characters=XML_SPACE), text)
        if b"&" in self.stretch:
            text = _with(text, "&", html.unescape)
        if b"_x" in self.stretch:
            text = pc.if_else(pa.array(of_strings), _with(text, "_x", unescaped), text)
        return text


def _with(text: pa.StringArray, sign: str, change: Callable[[str], str]) -> pa.StringArray:
    """Return the texts, changed where they have a sign."""
    has = pc.match_substring(text, sign)
    return pc.replace_with_mask(text, has, by_value(text.filter(has).dictionary_encode(), change))


def _columns(octets: NDArray[np.uint8], at: NDArray[np.int64]) -> tuple[NDArray[np.int64], NDArray[np.int64]]:
    """Return each cell's column, and the number of letters that it is written with."""
    column = octets[at].astype(np.int64) - 64
    letters = np.ones(len(at), np.int64)
    for length in (1, 2):
        octet = octets[at + length].astype(np.int64)
        longer = (letters == length) & (octet >= ord("A"))
        column = np.where(longer, column * 26 + octet - 64, column)
        letters += longer
    return column, letters
