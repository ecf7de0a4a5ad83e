"""A sheet's facts by a real XML parser: some twenty times slower than the bytes, and right for any markup."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np

from rev603.reading.workbook.facts import LAST_ROW, place
from rev603.reading.workbook.markup import parse_part
from rev603.reading.workbook.values import is_plain, shown_value

if TYPE_CHECKING:
    from rev603.reading.workbook.facts import Tally
    from rev603.reading.workbook.package import Package

__all__ = ["scan_events"]

_NO_TEXT = frozenset({"sheetData", "row", "c"})


def scan_events(package: Package, part: str, tally: Tally) -> str:
    """Tally a sheet's cells, event by event.

    Parameters
    ----------
    package
        The archive.
    part
        The sheet's part.
    tally
        Where to count.

    Returns
    -------
    str
        Why the fast reader cannot be trusted with this sheet; empty where it can.
    """
    events = _Events(tally)
    parse_part(package, part, start=events.start, end=events.end, text=events.text, cdata=events.cdata)
    return events.unusual


class _Events:
    """What the parser has met so far."""

    def __init__(self, tally: Tally) -> None:
        self.tally = tally
        self.unusual = ""
        self.prefix = ""
        self.path: list[str] = []  # elements of another prefix than the root's keep theirs
        self.sheet_data_seen = False
        self.row = 0
        self.column = 0
        self.attributes: dict[str, str] = {}
        self.has_value = False
        self.has_inline = False
        self.has_formula = False
        self.value: list[str] = []

    def start(self, tag: str, attributes: dict[str, str]) -> None:
        prefix, _, name = tag.rpartition(":")
        parent = self.path[-1] if self.path else ""
        if not self.path:
            self.prefix = prefix
        elif prefix != self.prefix:
            self.path.append(tag)
            if name in {"c", "row"}:
                self.unusual = "tags of another namespace look like cells"
            return
        self.path.append(name)
        if name == "sheetData":
            if self.sheet_data_seen:
                self.unusual = "there is a second sheetData"
            self.sheet_data_seen = True
        elif name == "row" and parent == "sheetData":
            self._start_row(attributes)
        elif name == "c" and parent == "row":
            self._start_cell(attributes)
        elif name == "mergeCell":
            self.tally.add_merge(attributes.get("ref", ""))
        elif parent == "c":
            if name == "v" and self.has_value:
                self.tally.refuse_debris(self.row)
            self.has_value |= name == "v"
            self.has_inline |= name == "is"
            self.has_formula |= name == "f"

    def text(self, text: str) -> None:
        if not self.path:
            return
        if self.path[-1] == "v":
            self.value.append(text)
        elif self.path[-1] in _NO_TEXT and text.strip():
            self.tally.refuse_debris(self.row)

    def cdata(self) -> None:
        if self.path and self.path[-1] == "v":
            self.unusual = "a value is in a CDATA section"  # the fast reader overlooks it

    def end(self, _tag: str) -> None:
        name = self.path.pop()
        if name == "c" and self.path and self.path[-1] == "row":
            self._end_cell()

    def _start_row(self, attributes: dict[str, str]) -> None:
        number = attributes.get("r")
        if number is None:
            self.unusual = "rows or cells have no address"
            self.row += 1
        elif not (number.isascii() and number.isdigit() and 0 < len(number) < 9):
            self.tally.refuse_disorder(self.row + 1)
        elif int(number) <= self.row:
            self.tally.refuse_disorder(int(number))
        else:
            self.row = int(number)
        if self.row > LAST_ROW:
            self.tally.refuse_rows()
        self.column = 0

    def _start_cell(self, attributes: dict[str, str]) -> None:
        self.tally.count(1)
        reference = attributes.get("r")
        if reference is None:
            self.unusual = "rows or cells have no address"
            self.column += 1
        else:
            found = place(reference)
            if found is None or found[0] != self.row or found[1] <= self.column:
                self.tally.refuse_disorder(self.row)
            self.column = found[1]
        self.attributes = attributes
        self.has_value = self.has_inline = self.has_formula = False
        self.value = []

    def _end_cell(self) -> None:
        tally, kind = self.tally, self.attributes.get("t", "n")
        value = "".join(self.value)
        if value or self.has_inline or (self.has_value and kind == "str"):
            tally.use(self.row, self.column, self.column)
        if kind == "e" and value:
            tally.errors.append((self.row, self.column, value))
        if self.has_formula and not value and not (kind == "str" and self.has_value):
            tally.add_uncomputed(self.row, self.column)
        styled = self.attributes.get("s", "0")
        style = int(styled) if styled.isascii() and styled.isdigit() and len(styled) < 8 else 0
        if value:
            self._tally_shown(kind, value, style)
        pattern = tally.formats.padded.get(style)
        if pattern is not None and kind == "n" and value:
            tally.padded.append((np.array([self.row]), np.array([self.column]), (pattern,)))

    def _tally_shown(self, kind: str, value: str, style: int) -> None:
        """Note what a reader may show otherwise."""
        tally = self.tally
        if kind == "n":
            date = style in tally.formats.kinds
            if style in tally.formats.contested or not is_plain(value, date=date):
                tally.add_number(self.row, self.column, style, value)
        elif kind == "d" or (kind == "b" and value not in {"0", "1"}) or (kind == "str" and "_x" in value):
            tally.shown.append((self.row, self.column, shown_value(kind, value)))
