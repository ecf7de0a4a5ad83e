"""A sheet's XML read as bytes, a mebibyte of rows at a time: the fast way to its facts.

It understands the markup that programs write (``<row r="7">``, ``<c r="A7" s="2" t="s">``) and proves of
every cell that it is such. At the first thing that is otherwise it gives up with `IrregularError`, and
`rev603.reading.workbook.events` does the work again, slowly. Each step looks at all cells of a block at once.
"""

from __future__ import annotations

import re
from itertools import chain
from typing import TYPE_CHECKING

import numpy as np

from rev603.reading.workbook.facts import LAST_ROW
from rev603.reading.workbook.tags import STRING, Block, Cells, IrregularError, read_cells, read_rows

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator

    from rev603.reading.workbook.facts import Tally

__all__ = ["IrregularError", "scan_blocks"]


_MAX_HEAD = 1 << 22
_MAX_PREFIX = 40
_ROOT = re.compile(
    rb"(?:\xef\xbb\xbf)?(?:<\?xml[^<>]*\?>)?\s*<([A-Za-z_][A-Za-z0-9_.-]{0,30}:)worksheet[\s>]"
)
_HEAD = re.compile(rb"<sheetData(?:\s[^<>]*?)?(/?)>\s*(?=<)")
_ENCODING = re.compile(rb"""\bencoding\s*=\s*["'](?!utf-?8["'])""", re.IGNORECASE)
_FOREIGN = re.compile(rb"<[^<>\s:]+:(?:c|row)[\s/>]")
_SINGLE = re.compile(rb"<[^<>]*=\s*'")
_TYPED_ERROR = re.compile(rb"<c\s[^<>]*\bt\s*=\s*\"e\"")
_ERROR_TEXT = re.compile(rb"[^>]*>\s*(?:<f[^>]*/>|<f[^>]*>[^<]*</f>)?\s*(?:<v(?:\s[^>]*)?>([^<]*)</v>)?")
_FORMULA = re.compile(rb"<f(?:\s[^>]*)?(?:/>|>[^<]*</f>)\s*(?:(<v\s*/>|<v(?:\s[^>]*)?>)([^<])?)?")
_VALUE = re.compile(rb"<c\s[^>]*>\s*(?:<f[^>]*/>|<f[^>]*>[^<]*</f>)?\s*<v(?:\s[^>]*)?>([^<]*)</v>")
_STR, _STR_MASK = (np.uint64(int.from_bytes(text, "little")) for text in (b'str"', b"\xff" * 4))
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


def _tally_block(text: bytes, tally: Tally) -> None:
    """Tally a stretch of XML that consists of whole rows."""
    block = Block(text)
    _check_markup(block)
    rows = read_rows(block)
    ascending = np.diff(rows.number, prepend=tally.last_listed_row) > 0
    if not ascending.all():
        tally.refuse_disorder(int(rows.number[np.flatnonzero(~ascending)[0]]))
    tally.last_listed_row = int(rows.number[-1])
    if tally.last_listed_row > LAST_ROW:
        tally.refuse_rows()
    if not block.tags["c"].size:
        return
    tally.count(block.tags["c"].size)
    cells = read_cells(block, rows, styled=bool(tally.formats.padded or tally.formats.kinds))
    disorder = np.flatnonzero((np.diff(cells.row) == 0) & (np.diff(cells.column) <= 0))
    if disorder.size:
        tally.refuse_disorder(int(cells.row[disorder[0]]))
    _tally_extent(cells, tally)
    if block.has(b'"e'):
        _tally_errors(cells, tally)
    if block.has(b"<f"):
        _tally_formulas(cells, tally)
    if tally.formats.padded:
        _tally_padded(cells, tally)
    _tally_shown(cells, tally)


def _check_markup(block: Block) -> None:
    """Give up on what would lead the search for tags astray: comments, CDATA, prefixes, single quotes."""
    text = block.text
    if not block.is_balanced():
        raise IrregularError("tags do not end")
    if (b"!" in text and block.has(b"<!")) or (b"?" in text and block.has(b"<?")):
        raise IrregularError("there are comments, CDATA or instructions")
    if b":" in text and block.has(b":c") and _FOREIGN.search(text):
        raise IrregularError("tags have prefixes")
    if b"'" in text and (block.has(b"='") or block.has(b"'e")) and _SINGLE.search(text):
        raise IrregularError("attributes are in single quotes")


def _tally_extent(cells: Cells, tally: Tally) -> None:
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


def _tally_errors(cells: Cells, tally: Tally) -> None:
    text = cells.block.text
    wrong = np.flatnonzero(cells.is_kind("e"))
    if len(wrong) != len(_TYPED_ERROR.findall(text)):
        raise IrregularError("a cell's attributes are unusual")
    for index in wrong:
        found = _ERROR_TEXT.match(text, int(cells.at[index]))
        if found and found[1]:
            shown = found[1].decode("utf-8", "replace")
            tally.errors.append((int(cells.row[index]), int(cells.column[index]), shown))
        elif not cells.is_blank(int(index)):
            raise IrregularError("an error is unusual")


def _tally_formulas(cells: Cells, tally: Tally) -> None:
    text = cells.block.text
    for found in _FORMULA.finditer(text):
        if found[2]:
            continue
        index = int(np.searchsorted(cells.at, found.start(), "right")) - 1
        if not (found[1] and STRING.match(text, int(cells.at[index]), found.start())):
            tally.add_uncomputed(int(cells.row[index]), int(cells.column[index]))


def _tally_padded(cells: Cells, tally: Tally) -> None:
    numeric = (cells.kind == 0) | cells.is_kind("n")
    found = np.flatnonzero(np.isin(cells.style, list(tally.formats.padded)) & numeric & ~cells.blank)
    if found.size:
        texts = tuple(tally.formats.padded[style] for style in cells.style[found].tolist())
        tally.padded.append((cells.row[found], cells.column[found], texts))


def _tally_shown(cells: Cells, tally: Tally) -> None:
    """Note the numbers that a reader may show otherwise; give up where other values are unusual."""
    block = cells.block
    if cells.is_kind("d").any():
        raise IrregularError("dates are written as text")
    if (truths := np.flatnonzero(cells.is_kind("b") & ~cells.blank)).size:
        starts, stops = block.values(cells.at[truths])
        first = block.octets[np.minimum(starts, len(block.octets) - 1)]
        if ((starts < 0) | (stops - starts != 1) | (first < ord("0")) | (first > ord("1"))).any():
            raise IrregularError("truth values are unusual")
    numeric = np.flatnonzero(((cells.kind == 0) | cells.is_kind("n")) & ~cells.blank)
    if numeric.size:
        _tally_numbers(cells, numeric, tally)
    results = np.flatnonzero((cells.kind & _STR_MASK) == _STR)
    if results.size and b"_x" in block.text:
        found = (_VALUE.match(block.text, at) for at in cells.at[results].tolist())
        if any(value and b"_x" in value[1] for value in found):
            raise IrregularError("texts of formulas have escapes")


def _tally_numbers(cells: Cells, numeric: np.ndarray, tally: Tally) -> None:
    block, formats = cells.block, tally.formats
    starts, stops = block.values(cells.at[numeric])
    for position in np.flatnonzero(starts < 0).tolist():
        index = int(numeric[position])
        found = _VALUE.match(block.text, int(cells.at[index]))
        if not found and not cells.is_blank(index):
            raise IrregularError("a number is unusual")
        starts[position], stops[position] = found.span(1) if found else (0, 0)
    valued = stops > starts
    numeric, starts, stops = numeric[valued], starts[valued], stops[valued]
    style = cells.style[numeric]
    odd = block.odd_numbers(starts, stops, np.isin(style, list(formats.kinds)))
    odd |= np.isin(style, list(formats.contested))
    for position in np.flatnonzero(odd).tolist():
        raw = block.text[starts[position] : stops[position]]
        if b"&" in raw:
            raise IrregularError("a number has entities")
        index = numeric[position]
        place = int(cells.row[index]), int(cells.column[index])
        tally.add_number(*place, int(style[position]), raw.decode("utf-8", "replace"))
