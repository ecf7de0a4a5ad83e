"""A sheet's XML read as bytes, a mebibyte of rows at a time: the fast way to its facts.

It understands the markup that programs write (``<row r="7">``, ``<c r="A7" s="2" t="s">``) and proves of
every cell that it is such. At the first thing that is otherwise it gives up with `IrregularError`, and
`rev603.reading.sheet_events` does the work again, slowly. Each step looks at all cells of a block at once.
"""

from __future__ import annotations

import re
from itertools import chain
from typing import TYPE_CHECKING

import numpy as np

from rev603.reading.sheet_facts import LAST_ROW

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator

    from rev603.reading.sheet_facts import Tally

__all__ = ["IrregularError", "scan_blocks"]


class IrregularError(Exception):
    """The markup is not of the plain kind; it may be quite in order."""


def _word(text: bytes) -> np.uint64:
    """Give up to eight bytes as the number that they are in memory."""
    return np.uint64(int.from_bytes(text, "little"))


def _mask(length: int) -> np.uint64:
    return np.uint64((1 << (8 * length)) - 1)


_PAD = b"\0" * 64
_MAX_HEAD = 1 << 22
_ROW = _word(b'<row r="')
_ROW_TAG = _word(b"<row")
_CELL = _word(b'<c r="')
_STYLE = _word(b' s="')
_ERROR = _word(b' t="e"')
_NUMBER = _word(b' t="n"')
_EMPTY = ((_word(b"/>"), _mask(2)), (_word(b" />"), _mask(3)), (_word(b"></c>"), _mask(5)))
_MASKS = np.array([_mask(length) for length in range(9)], np.uint64)
_QUOTE = 34

_MAX_PREFIX = 40
_ROOT = re.compile(
    rb"(?:\xef\xbb\xbf)?(?:<\?xml[^<>]*\?>)?\s*<([A-Za-z_][A-Za-z0-9_.-]{0,30}:)worksheet[\s>]"
)
_HEAD = re.compile(rb"<sheetData(?:\s[^<>]*)?(/?)>\s*(?=<)")
_ENCODING = re.compile(rb"""\bencoding\s*=\s*["'](?!utf-?8["'])""", re.IGNORECASE)
_FOREIGN = re.compile(rb"<[^<>\s:]+:(?:c|row)[\s/>]")
_SINGLE = re.compile(rb"<[^<>]*=\s*'")
_TYPED_ERROR = re.compile(rb"<c\s[^<>]*\bt\s*=\s*\"e\"")
_ERROR_TEXT = re.compile(rb"[^>]*>(?:<f[^>]*/>|<f[^>]*>[^<]*</f>)?\s*(?:<v>([^<]*)</v>)?")
_FORMULA = re.compile(rb"<f(?:\s[^>]*)?(?:/>|>[^<]*</f>)\s*(?:(<v>)([^<])?)?")
_STRING = re.compile(rb"[^>]*\bt=\"str\"")
# nothing that the fast reader would keep: an empty <v> counts only as the value of a text formula
_BLANK = re.compile(
    rb"<c (?:[^>]*/>|[^>]*>\s*(?:<f[^>]*/>|<f[^>]*>[^<]*</f>)?\s*(?:</c>|(?P<v><v\s*/>|<v></v>)\s*</c>))"
)
_MERGE = re.compile(rb'<mergeCell\s[^<>]*\bref="([A-Za-z0-9:$]+)"')


def scan_blocks(pieces: Iterable[bytes], tally: Tally) -> None:
    """Tally a sheet's cells.

    Parameters
    ----------
    pieces
        The sheet's XML in pieces.
    tally
        Where to count.

    Raises
    ------
    IrregularError
        The markup is not of the plain kind; the tally is then of no use.
    """
    stream = _unprefixed(iter(pieces))
    text, ended = _skip_head(stream)
    while not ended:
        cut = text.rfind(b"<row ")
        if cut > 0:
            _tally_block(text[:cut], tally)
            text = text[cut:]
        elif (tail := text.find(b"</sheetData")) >= 0:
            _tally_block(text[:tail], tally)
            text, ended = text[tail:], True
            break
        elif len(text) > tally.limits.max_line_bytes:
            raise IrregularError("a row is very long")
        piece = next(stream, None)
        if piece is None:
            tail = text.find(b"</sheetData")
            if tail < 0:
                raise IrregularError("the sheet does not end")
            _tally_block(text[:tail], tally)
            text, ended = text[tail:], True
        else:
            text += piece
    _tally_merges(text, stream, tally)


def _unprefixed(stream: Iterator[bytes]) -> Iterator[bytes]:
    """Take the prefix off each tag where the root has one: some programs write ``<x:c>`` throughout."""
    first = next(stream, b"")
    prefix = _ROOT.match(first)
    if prefix is None:
        yield first
        yield from stream
        return
    opening, closing = b"<" + prefix[1], b"</" + prefix[1]
    kept = b""
    for piece in chain((first,), stream):
        text = kept + piece
        cut = max(text.rfind(b"<"), len(text) - _MAX_PREFIX)  # the last tag may lack its end
        yield text[:cut].replace(opening, b"<").replace(closing, b"</")
        kept = text[cut:]
    yield kept.replace(opening, b"<").replace(closing, b"</")


def _skip_head(stream: Iterator[bytes]) -> tuple[bytes, bool]:
    """Read up to the first row; say whether there is none."""
    text = b""
    for piece in stream:
        text += piece
        found = _HEAD.search(text)
        if found:
            head = text[: found.start()].removeprefix(b"\xef\xbb\xbf")
            body = text[found.end() :]
            if b"<!" in head or b"<worksheet" not in head or _ENCODING.search(head) or _SINGLE.search(head):
                raise IrregularError("the beginning is unusual")
            if found[1] or body.startswith(b"</sheetData"):
                return body, True
            if body.startswith(b"<row "):
                return body, False
            if len(body) >= 16:
                raise IrregularError("the first row is unusual")
        if len(text) > _MAX_HEAD:
            break
    raise IrregularError("there is no sheetData")


def _tally_merges(text: bytes, stream: Iterator[bytes], tally: Tally) -> None:
    while True:
        if b"<sheetData" in text:
            raise IrregularError("there is a second sheetData")
        whole = text.rfind(b">") + 1
        if b"mergeCell" in text:
            for reference in _MERGE.findall(text[:whole]):
                tally.add_merge(reference.decode())
        piece = next(stream, None)
        if piece is None:
            return
        text = text[whole:] + piece


def _tally_block(block: bytes, tally: Tally) -> None:
    """Tally a stretch of XML that consists of whole rows."""
    octets = np.frombuffer(block, np.uint8)
    _check_markup(block, octets)
    padded = block + _PAD
    words: np.ndarray = np.ndarray(
        (len(block) + 40,), "<u8", padded, strides=(1,)
    )  # eight bytes from any place
    opening = octets[:-1] == ord("<")
    rows = np.flatnonzero(opening & (octets[1:] == ord("r")))
    cells = np.flatnonzero(opening & (octets[1:] == ord("c")))
    rows = rows[(words[rows] & _mask(4)) == _ROW_TAG]  # the others are runs of rich text
    if not rows.size or rows[0] != 0 or (words[rows] != _ROW).any():
        raise IrregularError("a row has no number")
    numbers, lengths = _row_numbers(words, rows)
    ascending = np.diff(numbers, prepend=tally.last_listed_row) > 0
    if not ascending.all():
        tally.refuse_disorder(int(numbers[np.flatnonzero(~ascending)[0]]))
    tally.last_listed_row = int(numbers[-1])
    if tally.last_listed_row > LAST_ROW:
        tally.refuse_rows()
    if cells.size:
        tally.count(cells.size)
        found = _Cells(block, words, cells)
        found.place(rows, numbers, lengths)
        same_row = np.diff(found.row) == 0
        disorder = np.flatnonzero(same_row & (np.diff(found.column) <= 0))
        if disorder.size:
            tally.refuse_disorder(int(found.row[disorder[0]]))
        _tally_cells(found, tally)


def _check_markup(block: bytes, octets: np.ndarray) -> None:
    """Give up on what would lead the search for tags astray: comments, CDATA, prefixes, single quotes."""
    if (b"!" in block and _has(octets, b"<!")) or (b"?" in block and _has(octets, b"<?")):
        raise IrregularError("there are comments, CDATA or instructions")
    if b":" in block and _has(octets, b":c") and _FOREIGN.search(block):
        raise IrregularError("tags have prefixes")
    if b"'" in block and (_has(octets, b"='") or _has(octets, b"'e")) and _SINGLE.search(block):
        raise IrregularError("attributes are in single quotes")


def _has(octets: np.ndarray, pair: bytes) -> bool:
    """Tell whether two bytes stand side by side: several times faster than a search for so short a text."""
    wanted = np.frombuffer(pair, np.uint16)[0]
    even = octets[: len(octets) // 2 * 2].view(np.uint16)
    odd = octets[1 : 1 + (len(octets) - 1) // 2 * 2].view(np.uint16)
    return bool((even == wanted).any() or (odd == wanted).any())


def _row_numbers(words: np.ndarray, rows: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
    """Give each row's number, and how many digits it is written with."""
    digits = words[rows + 8]
    numbers, lengths = _leading_number(digits)
    if (lengths == 0).any() or (lengths > 7).any() or ((digits & _mask(1)) == ord("0")).any():
        raise IrregularError("a row's number is unusual")
    return numbers, lengths


def _leading_number(words: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
    """Read the digits up to a quote; the length is 0 where there is anything else."""
    numbers = np.zeros(len(words), np.int64)
    lengths = np.zeros(len(words), np.int64)
    reading = np.ones(len(words), bool)
    for position in range(8):
        octets = ((words >> np.uint64(8 * position)) & _mask(1)).astype(np.int64)
        lengths[reading & (octets == _QUOTE)] = position
        reading &= (octets >= 48) & (octets <= 57)
        if not reading.any():
            break
        numbers = np.where(reading, numbers * 10 + octets - 48, numbers)
    return numbers, lengths


class _Cells:
    """Where a block's cells are, what style each has and whether it is blank: one array each."""

    def __init__(self, block: bytes, words: np.ndarray, at: np.ndarray) -> None:
        self.block, self.words, self.at = block, words, at

    def place(self, rows: np.ndarray, numbers: np.ndarray, lengths: np.ndarray) -> None:
        """Give each cell its row, and prove that its own address names it."""
        head = self.words[self.at]
        if ((head & _mask(6)) != _CELL).any():
            raise IrregularError("a cell has no address")
        per_row = np.diff(np.append(np.searchsorted(self.at, rows), len(self.at)))
        self.row = np.repeat(numbers, per_row)
        self.column, letters = _columns(self.words, self.at, head)
        start = self.at + 6 + letters
        digits = np.repeat(lengths, per_row)
        keep = _MASKS[digits + 1]  # the digits and the quote behind them
        expected = np.repeat(self.words[rows + 8], per_row)
        if ((self.words[start] ^ expected) & keep).any():
            raise IrregularError("a cell's address names another row")
        self._read_attributes(start + digits + 1)

    def _read_attributes(self, after_address: np.ndarray) -> None:
        """Find each cell's style, and the place right behind it."""
        words = self.words
        following = words[after_address]
        first, second = following & _mask(1), (following >> np.uint64(8)) & _mask(1)
        regular = (first == ord(">")) | (first == ord("/"))
        spaced = first == ord(" ")
        regular |= spaced & ((second == ord("t")) | (second == ord("s")) | (second == ord("/")))
        if not regular.all():
            raise IrregularError("a cell's attributes are unusual")
        self.style = np.zeros(len(after_address), np.int64)
        self.after = after_address
        styled = np.flatnonzero((following & _mask(4)) == _STYLE)
        if styled.size:
            values, lengths = _leading_number(words[after_address[styled] + 4])
            if (lengths == 0).any():
                raise IrregularError("a cell's style is unusual")
            self.style[styled] = values
            self.after = after_address.copy()
            self.after[styled] += 4 + lengths + 1
            following = following.copy()
            following[styled] = words[self.after[styled]]
        self.following = following
        self.blank = np.zeros(len(following), bool)
        for text, mask in _EMPTY:
            self.blank |= (following & mask) == text

    def is_blank(self, index: int) -> bool:
        """Look closely at one cell, at the rim of the sheet, where it matters."""
        if self.blank[index]:
            return True
        found = _BLANK.match(self.block, int(self.at[index]))
        if not found:
            return False
        is_text = _STRING.match(self.block, int(self.at[index]), found.end())
        return not (found["v"] and is_text)


def _columns(words: np.ndarray, cells: np.ndarray, head: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
    """Give each cell's column and the number of letters that it is written with."""
    column = ((head >> np.uint64(48)) & _mask(1)).astype(np.int64) - 64
    letters = np.ones(len(cells), np.int64)
    if ((column < 1) | (column > 26)).any():
        raise IrregularError("a cell's column is unusual")
    for length in (2, 3):
        behind = ((words[cells + length] >> np.uint64(40)) & _mask(1)).astype(np.int64)
        longer = (letters == length - 1) & (behind >= 65) & (behind <= 90)
        if not longer.any():
            break
        column[longer] = column[longer] * 26 + behind[longer] - 64
        letters[longer] = length
    return column, letters


def _tally_cells(cells: _Cells, tally: Tally) -> None:
    _tally_extent(cells, tally)
    octets = np.frombuffer(cells.block, np.uint8)
    if _has(octets, b'"e'):
        _tally_errors(cells, tally)
    if _has(octets, b"<f"):
        _tally_formulas(cells, tally)
    if tally.padded_styles:
        _tally_padded(cells, tally)


def _tally_extent(cells: _Cells, tally: Tally) -> None:
    """Widen the extent by this block; only cells that would widen it are looked at closely."""
    filled = np.flatnonzero(~cells.blank)
    bottom = next((index for index in filled[::-1] if not cells.is_blank(index)), None)
    if bottom is None:
        return
    column = int(cells.column[bottom])
    tally.use(int(cells.row[bottom]), column, column)
    for outward, outside in ((1, cells.column < tally.first_column), (-1, cells.column > tally.last_column)):
        rim = np.flatnonzero(outside & ~cells.blank)
        outermost = rim[np.argsort(outward * cells.column[rim], kind="stable")]
        index = next((index for index in outermost if not cells.is_blank(index)), None)
        if index is not None:
            tally.use(0, int(cells.column[index]), int(cells.column[index]))


def _tally_errors(cells: _Cells, tally: Tally) -> None:
    wrong = np.flatnonzero((cells.following & _mask(6)) == _ERROR)
    if len(wrong) != len(_TYPED_ERROR.findall(cells.block)):
        raise IrregularError("a cell's attributes are unusual")
    for index in wrong:
        found = _ERROR_TEXT.match(cells.block, int(cells.after[index]))
        if found and found[1]:
            text = found[1].decode("utf-8", "replace")
            tally.errors.append((int(cells.row[index]), int(cells.column[index]), text))


def _tally_formulas(cells: _Cells, tally: Tally) -> None:
    for found in _FORMULA.finditer(cells.block):
        if found[2]:
            continue
        index = int(np.searchsorted(cells.at, found.start(), "right")) - 1
        if not (found[1] and _STRING.match(cells.block, int(cells.at[index]), found.start())):
            tally.add_uncomputed(int(cells.row[index]), int(cells.column[index]))


def _tally_padded(cells: _Cells, tally: Tally) -> None:
    if b' t="n" s="' in cells.block:
        raise IrregularError("a cell's attributes are in another order")
    padded = np.isin(cells.style, list(tally.padded_styles)) & ~cells.blank
    padded &= ((cells.following & _mask(1)) == ord(">")) | ((cells.following & _mask(6)) == _NUMBER)
    found = np.flatnonzero(padded)
    if found.size:
        texts = tuple(tally.padded_styles[style] for style in cells.style[found].tolist())
        tally.padded.append((cells.row[found], cells.column[found], texts))
