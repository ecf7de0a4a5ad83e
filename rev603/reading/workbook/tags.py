"""The tags of a block of rows as arrays: where each is, which row and column, what style, whether blank.

Attributes may stand in any order (programs differ); where they stand in Excel's, as they mostly do, they
are found at once, and otherwise by a search that takes three times as long.
"""

from __future__ import annotations

import re
from dataclasses import dataclass

import numpy as np

__all__ = ["Block", "Cells", "IrregularError", "Rows", "read_cells", "read_rows"]


class IrregularError(Exception):
    """The markup is not of the plain kind; it may be quite in order."""


def _word(text: bytes) -> np.uint64:
    """Give up to eight bytes as the number that they are in memory."""
    return np.uint64(int.from_bytes(text, "little"))


def _mask(length: int) -> np.uint64:
    return np.uint64((1 << (8 * length)) - 1)


_PAD = b"\0" * 64
_ROW_TAG = _word(b"<row ")
_ROW = _word(b'<row r="')
_CELL_TAG = _word(b"<c ")
_CELL = _word(b'<c r="')
_STYLE = b' s="'
_TYPE = b' t="'
_ADDRESS = b' r="'
_EMPTY = ((_word(b"/>"), _mask(2)), (_word(b" />"), _mask(3)), (_word(b"></c>"), _mask(5)))
_MASKS = np.array([_mask(length) for length in range(9)], np.uint64)
_QUOTE = 34
_WINDOW = 24  # no plain number is longer

_SPACED = re.compile(rb"<c\s[^<>]*(?:\s=|=\s)")
_SPACES = (b" =", b"= ", b"\t=", b"=\t", b"\n=", b"=\n")
_STRAY = re.compile(rb"</(?:c|f|is|row|v)>\s*[^<\s]")
STRING = re.compile(rb"[^>]*\bt=\"str\"")
# nothing that the fast reader would keep: an empty <v> counts only as the value of a text formula
_BLANK = re.compile(
    rb"<c (?:[^>]*/>|[^>]*>\s*(?:<f[^>]*/>|<f[^>]*>[^<]*</f>)?\s*"
    rb"(?:</c>|(?P<v><v\s*/>|<v(?:\s[^>]*)?></v>)\s*</c>))"
)


class Block:
    """A stretch of XML that consists of whole rows, as bytes and as words of eight bytes from any place."""

    def __init__(self, text: bytes) -> None:
        self.text = text
        self.octets = np.frombuffer(text, np.uint8)
        self.words: np.ndarray = np.ndarray((len(text) + 40,), "<u8", text + _PAD, strides=(1,))
        self.opening: np.ndarray = self.octets[:-1] == ord("<")
        self.tags = {
            letter: np.flatnonzero(self.opening & (self.octets[1:] == ord(letter))) for letter in "rc"
        }

    def has(self, pair: bytes) -> bool:
        """Tell whether two bytes stand side by side: several times faster than a search for so short a text."""
        wanted = np.frombuffer(pair, np.uint16)[0]
        even = self.octets[: len(self.octets) // 2 * 2].view(np.uint16)
        odd = self.octets[1 : 1 + (len(self.octets) - 1) // 2 * 2].view(np.uint16)
        return bool((even == wanted).any() or (odd == wanted).any())

    def is_balanced(self) -> bool:
        """Tell whether each tag that begins also ends, and the rest is text where texts belong."""
        begun = int(np.count_nonzero(self.opening))
        ended = int(np.count_nonzero(self.octets == ord(">")))
        return begun == ended or (begun < ended and not _STRAY.search(self.text))

    def attribute(self, tags: np.ndarray, ends: np.ndarray, name: bytes) -> np.ndarray:
        """Give where each tag's attribute has its value, or -1; the name comes with its space and quote."""
        octets, length = self.octets, len(name)
        found = octets[: len(octets) - length + 1] == name[0]
        for at in range(1, length):
            found = found & (octets[at : len(octets) - length + 1 + at] == name[at])
        places = np.append(np.flatnonzero(found), len(octets))
        first: np.ndarray = places[np.searchsorted(places, tags)]
        return np.where(first < ends, first + length, -1)

    def ends(self, tags: np.ndarray) -> np.ndarray:
        """Give where each tag ends."""
        closing = np.append(np.flatnonzero(self.octets == ord(">")), len(self.octets))
        ends: np.ndarray = closing[np.searchsorted(closing, tags)]
        return ends

    def values(self, cells: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
        """Give where the values of some cells, that begin at these places, start and stop.

        Both are -1 where a formula, an attribute or anything else stands before the value.
        """
        starts = self.ends(cells) + 1
        bare = (self.words[starts] & _mask(3)) == _word(b"<v>")
        starts = np.where(bare, starts + 3, 0)
        opening = np.append(np.flatnonzero(self.octets == ord("<")), len(self.octets))
        stops = opening[np.searchsorted(opening, starts)]
        return np.where(bare, starts, -1), np.where(bare, stops, -1)

    def odd_numbers(self, starts: np.ndarray, stops: np.ndarray, dates: np.ndarray) -> np.ndarray:
        """Tell which numbers between these places are not plain, as `is_plain` says of one."""
        length = stops - starts
        at = starts[:, None] + np.arange(_WINDOW)
        octets = self.octets[np.minimum(at, len(self.octets) - 1)]
        within = np.arange(_WINDOW) < length[:, None]
        digit = within & (octets >= ord("0")) & (octets <= ord("9"))
        point = within & (octets == ord("."))
        minus = octets[:, 0] == ord("-")
        whole = np.where(point.any(axis=1), point.argmax(axis=1), length)
        digits, points = digit.sum(axis=1), point.sum(axis=1)
        odd = (length > _WINDOW) | (points > 1) | (digits + points + minus != length) | (digits == 0)
        decimals = length - whole - points
        whole_digits = whole - minus
        odd_number = (whole_digits < 1) | (whole_digits > 15) | (decimals > 9)
        odd_number |= ((decimals > 0) & (whole_digits > 6)) | (minus & (octets[:, 1] == ord("0")))
        odd_date = minus | (whole < 3) | (whole > 6) | (octets[:, 0] == ord("0")) | (decimals > 17)
        found: np.ndarray = odd | np.where(dates, odd_date, odd_number)
        return found


@dataclass(frozen=True, eq=False)
class Rows:
    """A block's rows: where, which number, and where that is written with how many digits."""

    at: np.ndarray
    number: np.ndarray
    digits_at: np.ndarray
    digits: np.ndarray


@dataclass(frozen=True, eq=False)
class Cells:
    """A block's cells.

    Attributes
    ----------
    block
        Where they are in.
    at
        Where each begins.
    row, column
        Its place on the sheet.
    style
        The number of its style, 0 where it has none.
    kind
        The word at the value of its ``t`` attribute, 0 where it has none.
    blank
        True where it is plainly blank; `is_blank` knows about the others.
    """

    block: Block
    at: np.ndarray
    row: np.ndarray
    column: np.ndarray
    style: np.ndarray
    kind: np.ndarray
    blank: np.ndarray

    def is_kind(self, letter: str) -> np.ndarray:
        """Tell which cells are of a type of one letter."""
        found: np.ndarray = (self.kind & _mask(2)) == _word(f'{letter}"'.encode())
        return found

    def is_blank(self, index: int) -> bool:
        """Look closely at one cell: at the rim of the sheet it matters."""
        if self.blank[index]:
            return True
        found = _BLANK.match(self.block.text, int(self.at[index]))
        if not found:
            return False
        is_text = STRING.match(self.block.text, int(self.at[index]), found.end())
        return not (found["v"] and is_text)


def read_rows(block: Block) -> Rows:
    """Find the rows of a block and their numbers.

    Parameters
    ----------
    block
        Whole rows.

    Returns
    -------
    Rows
        All of them.

    Raises
    ------
    IrregularError
        A row has no number, or an unusual one.
    """
    words = block.words
    at = block.tags["r"]
    at = at[(words[at] & _mask(4)) == (_ROW_TAG & _mask(4))]  # the others are runs of rich text
    if not at.size or at[0] != 0 or ((words[at] & _mask(5)) != _ROW_TAG).any():
        raise IrregularError("a row has no number")
    digits_at = at + 8
    if (words[at] != _ROW).any():
        digits_at = block.attribute(at, block.ends(at), _ADDRESS)
        if (digits_at < 0).any():
            raise IrregularError("a row has no number")
    number, digits = _quoted_number(words[digits_at])
    if (digits == 0).any() or (digits > 7).any() or ((words[digits_at] & _mask(1)) == ord("0")).any():
        raise IrregularError("a row's number is unusual")
    return Rows(at, number, digits_at, digits)


def read_cells(block: Block, rows: Rows, *, styled: bool) -> Cells:
    """Find the cells of a block, and prove that each names the row that it stands in.

    Parameters
    ----------
    block
        Whole rows.
    rows
        From `read_rows`.
    styled
        True where styles matter, so that one that stands behind the type must not be overlooked.

    Returns
    -------
    Cells
        All of them.

    Raises
    ------
    IrregularError
        A cell has no address, or an unusual one.
    """
    words, at = block.words, block.tags["c"]
    if ((words[at] & _mask(3)) != _CELL_TAG).any():
        raise IrregularError("a cell has no address")
    per_row = np.diff(np.append(np.searchsorted(at, rows.at), len(at)))
    digits = np.repeat(rows.digits, per_row)
    expected = np.repeat(words[rows.digits_at], per_row)
    usual = bool(((words[at] & _mask(6)) == _CELL).all())
    known = usual and not (styled and b' t="n" s="' in block.text)
    address = at + 6 if usual else block.attribute(at, block.ends(at), _ADDRESS)
    if not usual and (address < 0).any():
        raise IrregularError("a cell has no address")
    column, letters = _columns(words, address)
    keep = _MASKS[digits + 1]  # the digits and the quote behind them
    if ((words[address + letters] ^ expected) & keep).any():
        raise IrregularError("a cell's address names another row")
    behind = address + letters + digits + 1
    attributes = (known and _attributes_behind(block, behind)) or _attributes_anywhere(block, at)
    return Cells(block, at, np.repeat(rows.number, per_row), column, *attributes)


def _quoted_number(words: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
    """Read the digits up to a quote, and their count, which is 0 where there is anything else."""
    numbers = np.zeros(len(words), np.int64)
    digits = np.zeros(len(words), np.int64)
    reading = np.ones(len(words), bool)
    for position in range(8):
        octets = ((words >> np.uint64(8 * position)) & _mask(1)).astype(np.int64)
        digits[reading & (octets == _QUOTE)] = position
        reading &= (octets >= 48) & (octets <= 57)
        if not reading.any():
            break
        numbers = np.where(reading, numbers * 10 + octets - 48, numbers)
    return numbers, digits


def _columns(words: np.ndarray, address: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
    """Give each cell's column and the number of letters that it is written with."""
    head = words[address]
    column = (head & _mask(1)).astype(np.int64) - 64
    letters = np.ones(len(address), np.int64)
    if ((column < 1) | (column > 26)).any():
        raise IrregularError("a cell's column is unusual")
    for length in (1, 2):
        octets = ((head >> np.uint64(8 * length)) & _mask(1)).astype(np.int64)
        longer = (letters == length) & (octets >= 65) & (octets <= 90)
        if not longer.any():
            break
        column[longer] = column[longer] * 26 + octets[longer] - 64
        letters[longer] = length + 1
    return column, letters


_Attributes = tuple[np.ndarray, np.ndarray, np.ndarray]


def _attributes_behind(block: Block, behind: np.ndarray) -> _Attributes | None:
    """Read style, type and blankness right behind the address; None where there is something else."""
    words = block.words
    following = words[behind]
    style = np.zeros(len(behind), np.int64)
    styled = np.flatnonzero((following & _mask(4)) == _word(_STYLE))
    if styled.size:
        values, digits = _quoted_number(words[behind[styled] + 4])
        if (digits == 0).any():
            raise IrregularError("a cell's style is unusual")
        style[styled] = values
        following[styled] = words[behind[styled] + 4 + digits + 1]
    typed = (following & _mask(4)) == _word(_TYPE)
    first, second = following & _mask(1), (following >> np.uint64(8)) & _mask(1)
    ended = (first == ord(">")) | (first == ord("/")) | ((first == ord(" ")) & (second == ord("/")))
    if not (typed | ended).all():
        return None
    blank = np.zeros(len(following), bool)
    for text, mask in _EMPTY:
        blank |= (following & mask) == text
    return style, np.where(typed, following >> np.uint64(32), np.uint64(0)), blank


def _attributes_anywhere(block: Block, at: np.ndarray) -> _Attributes:
    """Read style, type and blankness wherever they stand in the tag."""
    if any(map(block.has, _SPACES)) and _SPACED.search(block.text):
        raise IrregularError("attributes have spaces round the equals sign")
    words, ends = block.words, block.ends(at)
    styles_at, types_at = (block.attribute(at, ends, name) for name in (_STYLE, _TYPE))
    style = np.zeros(len(at), np.int64)
    styled = np.flatnonzero(styles_at >= 0)
    values, digits = _quoted_number(words[styles_at[styled]])
    if (digits == 0).any():
        raise IrregularError("a cell's style is unusual")
    style[styled] = values
    kind = np.where(types_at >= 0, words[types_at], np.uint64(0))
    text, mask = _EMPTY[2]
    blank = (block.octets[ends - 1] == ord("/")) | ((words[ends] & mask) == text)
    return style, kind, blank
