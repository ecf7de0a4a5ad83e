"""The lines of a table as columns of text, and the issues noted on their cells."""

from __future__ import annotations

from functools import partial
from typing import TYPE_CHECKING

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc

from rev603._columns import is_valid, joined_text, map_columns
from rev603.reading import repairs
from rev603.reading.masked_cells import quoted

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable

    from numpy.typing import NDArray

    from rev603.reading.grid import TextGrid
    from rev603.reading.issues import IssueLog
    from rev603.reading.layout import Table

    Repair = Callable[[pa.ChunkedArray], tuple[pa.ChunkedArray, NDArray[np.int64]]]

#: So many cells that are put into one spelling are named one by one.
_NAMED = 100


class LineLog:
    """Some lines of a table, column by column, with methods that note issues on their cells.

    Parameters
    ----------
    grid, table, lines
        The sheet, where its columns are, and which of its lines are meant.
    log
        Takes the issues.
    names
        Columns that are blank where the table lacks them.

    Attributes
    ----------
    text
        Our column name to its cells, without what wrapped them.
    bad
        The lines that hold a cell which cannot be read.
    """

    def __init__(
        self,
        grid: TextGrid,
        table: Table,
        lines: NDArray[np.int64],
        log: IssueLog,
        *,
        names: Iterable[str] = (),
    ) -> None:
        self.grid, self.table, self.lines, self.log = grid, table, lines, log
        blank = pa.chunked_array([pa.nulls(len(lines), pa.large_string())])
        self.text = dict.fromkeys(names, blank) | repairs.unwrap_table(grid, table.columns, lines, log)
        self.signs = {name: grid.signs_in(at) for name, at in table.columns.items()}
        self.bad = np.zeros(len(lines), dtype=bool)
        self._distinct: dict[str, pa.DictionaryArray] = {}

    def encode(self, names: Iterable[str]) -> None:
        """Find the distinct values of some columns, side by side, before they are asked for."""
        wanted = [name for name in names if name not in self._distinct]
        found = map_columns(_encoded, [self.text[name] for name in wanted])
        self._distinct |= dict(zip(wanted, found, strict=True))

    def distinct(self, name: str) -> pa.DictionaryArray:
        """Return a column by its distinct values; the column is not repaired any more after that."""
        if name not in self._distinct:
            self._distinct[name] = _encoded(self.text[name])
        return self._distinct[name]

    def say(self, code: str, name: str, places: NDArray[np.int64], *, detail: pa.Array | str = "") -> None:
        """Note an issue for each of some cells of a column."""
        if len(places):
            values = self.text[name].take(pa.array(places))
            at = self.table.columns[name]
            self.log.add_cells(code, self.grid, self.lines[places], name, values, at=at, detail=detail)

    def refuse(self, code: str, name: str, places: NDArray[np.int64]) -> None:
        """Note an issue for each of some cells, and that their lines cannot be read."""
        self.say(code, name, places)
        self.bad[places] = True

    def blank(self, name: str, places: NDArray[np.int64]) -> None:
        """Take the value out of some cells."""
        mask = np.zeros(len(self.lines), dtype=bool)
        mask[places] = True
        column = self.text[name]
        self.text[name] = pc.if_else(pa.array(mask), pa.scalar(None, column.type), column)

    def replace(self, name: str, column: pa.Array) -> None:
        """Put another column in the place of one."""
        self.text[name] = pa.chunked_array([column])
        self._distinct.pop(name, None)

    def change(self, code: str, name: str, repair: Repair) -> None:
        """Repair a column, and note each changed cell with what it became."""
        self._changed(code, name, *repair(self.text[name]))

    def respell(self, name: str, repaired: pa.ChunkedArray, places: NDArray[np.int64]) -> None:
        """Put a column into one spelling; where that is the rule and not the exception, the first cell is named."""
        many = f", and so on {len(places):,} lines" if len(places) > _NAMED else ""
        self._changed("spelling-settled", name, repaired, places, many=many)
        self._distinct.pop(name, None)

    def _changed(
        self, code: str, name: str, repaired: pa.ChunkedArray, places: NDArray[np.int64], *, many: str = ""
    ) -> None:
        if len(places):
            named = places[:1] if many else places
            shown = quoted(repaired.take(pa.array(named)), name)
            self.say(code, name, named, detail=joined_text("now ", shown, many))
            self.text[name] = repaired

    def repair_identifiers(self) -> None:
        """Undo what a spreadsheet did to identifiers where that is certain, and note where digits are lost."""
        for name in sorted(repairs.IDENTIFIERS & self.signs.keys()):
            signs = self.signs[name]
            self.change("decimal-tail-removed", name, partial(repairs.without_decimal_tail, signs=signs))
            self.say("scientific-notation", name, repairs.scientific(self.text[name], signs))
            self.say("digits-lost", name, repairs.cut_to_15_digits(self.text[name]))

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


def _encoded(column: pa.ChunkedArray) -> pa.DictionaryArray:
    return column.combine_chunks().dictionary_encode()
