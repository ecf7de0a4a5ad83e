"""The lines of a table as columns of text, and the issues noted on their cells."""

from __future__ import annotations

from collections.abc import Callable, Iterable

import numpy as np
import pyarrow as pa
from numpy.typing import NDArray

from rev603._columns import Numbers, is_valid, joined_text, without
from rev603.reading import repairs
from rev603.reading.dates import DateOrder, parse_dates
from rev603.reading.grid import TextGrid
from rev603.reading.issues import IssueLog, quoted
from rev603.reading.layout import Table
from rev603.reading.repairs import Repaired

#: So many cells that are put into one spelling are named one by one.
_NAMED = 100


class LineLog:
    """Some lines of a table, column by column, with methods that note issues on their cells.

    ``text`` has for each of our column names its cells, without what wrapped them; for ``names`` also where the table lacks
    the column. ``bad`` are the lines that hold a cell which cannot be read.
    """

    def __init__(
        self, grid: TextGrid, table: Table, lines: Numbers, log: IssueLog, *, names: Iterable[str] = ()
    ) -> None:
        self.grid, self.table, self.lines, self.log = grid, table, lines, log
        blank = pa.chunked_array([pa.nulls(len(lines), pa.large_string())])
        self.text = dict.fromkeys(names, blank) | repairs.unwrap_table(grid, table.columns, lines, log)
        self.signs = {name: grid.signs[at] for name, at in table.columns.items()}
        self.bad = np.zeros(len(lines), dtype=bool)
        self._distinct: dict[str, pa.DictionaryArray] = {}

    def distinct(self, name: str) -> pa.DictionaryArray:
        """Return a column by its distinct values; the column is not repaired any more after that."""
        if name not in self._distinct:
            self._distinct[name] = self.text[name].combine_chunks().dictionary_encode()
        return self._distinct[name]

    def say(self, code: str, name: str, places: Numbers, *, detail: pa.Array | str = "") -> None:
        """Note an issue for each of some cells of a column."""
        if len(places):
            values = self.text[name].take(pa.array(places))
            at = self.table.columns[name]
            self.log.add_cells(code, self.grid, self.lines[places], name, values, at=at, detail=detail)

    def refuse(self, code: str, name: str, places: Numbers) -> None:
        """Note an issue for each of some cells, and that their lines cannot be read."""
        self.say(code, name, places)
        self.bad[places] = True

    def blank(self, name: str, places: Numbers) -> None:
        """Take the value out of some cells."""
        mask = np.zeros(len(self.lines), dtype=bool)
        mask[places] = True
        self.text[name] = without(self.text[name], pa.array(mask))

    def replace(self, name: str, column: pa.Array | pa.ChunkedArray) -> None:
        """Put another column in the place of one."""
        self.text[name] = column if isinstance(column, pa.ChunkedArray) else pa.chunked_array([column])
        self._distinct.pop(name, None)

    def change(self, code: str, name: str, repaired: Repaired, *, many: str = "") -> None:
        """Put a repaired column in the place of one, and note each changed cell, or the first, with what it became."""
        column, places = repaired
        if len(places):
            named = places[:1] if many else places
            shown = quoted(column.take(pa.array(named)), name)
            self.say(code, name, named, detail=joined_text("now ", shown, many))
            self.replace(name, column)

    def respell(self, name: str, repaired: Repaired) -> None:
        """Put a column into one spelling; where that is the rule and not the exception, the first cell is named."""
        lines = len(repaired[1])
        self.change(
            "spelling-settled", name, repaired, many=f", and so on {lines:,} lines" if lines > _NAMED else ""
        )

    def repair_identifiers(self) -> None:
        """Undo what a spreadsheet did to identifiers where that is certain, and note where digits are lost."""
        for name in sorted(repairs.IDENTIFIERS & self.signs.keys()):
            if "." in self.signs[name]:
                self.change("decimal-tail-removed", name, repairs.without_decimal_tail(self.text[name]))
            if {"+", "."} & {*self.signs[name]}:
                self.say("scientific-notation", name, repairs.scientific(self.text[name]))
            self.say("digits-lost", name, repairs.cut_to_15_digits(self.text[name]))

    def dates(self, name: str, order: DateOrder | None = None) -> NDArray[np.datetime64]:
        """Return a column as days; what cannot be read, and what was read in an unusual way, is noted."""
        days, unreadable, order = parse_dates(self.text[name], order=order, epoch_1904=self.grid.epoch_1904)
        code = "date-order-undecided" if order.refused else "date-unreadable"
        self.refuse(code, name, np.flatnonzero(unreadable))
        read = np.flatnonzero(~np.isnat(days))[:1]
        if order.day_first:
            self.say("date-day-first", name, read)
        if order.mixed:
            self.say("date-forms-mixed", name, read)
        return days

    def say_values(self, code: str, name: str, known: Callable[[str], bool]) -> None:
        """Note each distinct value that is not known, once, with how often and where first."""
        column = self.distinct(name)
        unknown = np.flatnonzero([not known(value) for value in column.dictionary.to_pylist()])
        if not len(unknown):
            return
        places = np.flatnonzero(is_valid(column.indices))
        codes = column.indices.drop_null().to_numpy()
        count = np.bincount(codes)[unknown].tolist()
        first = np.zeros(len(column.dictionary), dtype=np.int64)
        first[codes[::-1]] = places[::-1]
        said = [f"on {lines:,} line{'s' if lines > 1 else ''}" for lines in count]
        self.say(code, name, first[unknown], detail=pa.array(said, pa.large_string()))
