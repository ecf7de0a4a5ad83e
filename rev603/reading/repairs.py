"""The lines of a table as columns of text, and what Excel and SAP did to them: undone where it can be proven, and said.

Also one spelling for what is the same: payee numbers and entry numbers as CBP prints them, where one line proves it.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Collection, Container, Iterable, Sequence

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc
from numpy.typing import NDArray

from rev603._columns import Mask, Numbers, as_mask, constant, is_valid, joined_text, lines_of, without
from rev603.identifiers import importer_number
from rev603.reading.amounts import parse_amounts
from rev603.reading.dates import DateOrder, parse_dates
from rev603.reading.grid import SIGNS, TextGrid
from rev603.reading.issues import IssueLog, quoted
from rev603.reading.layout import Table, other_columns
from rev603.vocabulary.statuses import status_key

#: Text that is somebody's words: a leading apostrophe may belong to it ('t Hooft Trading).
FREE_TEXT = frozenset({"company_name", "care_of", "address", "notify_party"})
IDENTIFIERS = frozenset(
    {"refund_id", "filer_code", "payee_id", "document_number", "check_or_trace_number", "center_id", "team_number",
     "port_code", "entry_number", "importer_number", "check_digit"}
)  # fmt: skip

_ERROR = (
    r"\A#(?:MULTIVALUE|EMPTY|ERROR|SYNTAX|CONTEXT|SECURITY|UNAVAILABLE|COMPUTATION|DATASYNC|TOREFRESH|N/A|REF!|"
    r"VALUE!|NAME\?|DIV/0!|NUM!|NULL!|SPILL!|CALC!|GETTING_DATA|FORMULA!)\z"
)
#: Soft hyphens, zero-width spaces and marks, byte order marks: text pasted from pages and joined files has them.
_UNSEEN = r"\x{AD}\x{200B}-\x{200F}\x{2060}\x{FEFF}"
#: What wraps cells: the issue, the sign that tells of it, its pattern and that within somebody's words, what stays. Some
#: scripts need what cannot be seen within a text.
_WRAPPERS = (
    ("invisible-removed", SIGNS[-1], f"[{_UNSEEN}]", rf"\A[\s{_UNSEEN}]+|[\s{_UNSEEN}]+\z", ""),
    ("wrapper-removed", "=", *[r"\A=\s*\"(.*)\"\z"] * 2, r"\1"),
    ("wrapper-removed", "'", r"\A'([=+\-@\t\r]|[^\s'])", r"\A'([=+\-@\t\r])", r"\1"),
)
_DECIMAL_TAIL = r"\A([0-9]+)\.0\z"
#: ``1.23E+11``; without a sign (``1.23E11``) only where a decimal point tells.
_SCIENTIFIC = r"(?i)\A-?[0-9](?:[.,][0-9]+E[+-]?|E\+)[0-9]{1,3}\z"
#: A spreadsheet keeps 15 digits of a longer number, and puts zeros behind them.
_CUT = r"\A[0-9]{15}0+\z"
#: Some programs put a space, of whatever width, where the number has its hyphen.
_SPACED = re.compile(
    r"([0-9]{2})\s([0-9]{7}(?:[0-9A-Za-z]{2})?)|([0-9]{3})\s([0-9]{2})\s([0-9]{4})|([0-9]{6})\s([0-9]{5})"
)
#: Most numbers stand as CBP prints them: they are not looked at any further.
_AS_PRINTED = re.compile(r"[0-9]{2}-[0-9]{7}[0-9A-Z]{2}")

#: So many cells that are put into one spelling are named one by one.
_NAMED = 100


def cell_errors(column: pa.ChunkedArray) -> Numbers:
    """Return which cells hold an error such as ``#MULTIVALUE``: an error is never a blank."""
    return _where(column, _ERROR)


def zero_padded(column: pa.ChunkedArray, *, width: int, shortest: int) -> pa.ChunkedArray:
    """Restore zeros that a code of a fixed width has lost: ``212`` to ``0212``."""
    lengths = pc.binary_length(column)
    short = pc.and_(pc.less(lengths, width), pc.greater_equal(lengths, shortest))
    places = _where(column, r"\A[0-9]+\z", short)
    return put(column, places, pc.utf8_lpad(column.take(pa.array(places)), width, "0"))


def payee_number(text: str) -> str:
    """Return an importer number as CBP prints it; bare digits, which may be several kinds, and other text as it is.

    >>> [payee_number(text) for text in ("98-7654321", "987654321ab", "98 7654321", "000 12 3456", "987654321")]
    ['98-765432100', '98-7654321AB', '98-765432100', '000-12-3456', '987654321']
    """
    if _AS_PRINTED.fullmatch(text):
        return text
    found = _SPACED.fullmatch(text.strip())
    whole = "-".join(filter(None, found.groups())) if found else text
    return importer_number.format(whole) if importer_number.kind(whole) else text


def unwrap_table(
    grid: TextGrid,
    columns: dict[str, int],
    lines: Numbers,
    log: IssueLog,
    *,
    free_text: Collection[str] = FREE_TEXT,
) -> dict[str, pa.ChunkedArray]:
    """Take the table's lines, column by column, and undo what wrapped their cells: ``="0212"``, ``'0212``."""
    taken = {name: lines_of(grid.columns[at], lines) for name, at in columns.items()}
    for code, sign, pattern, in_words, new in _WRAPPERS:
        for name, at in columns.items():
            if sign in grid.signs[at]:
                before = taken[name]
                taken[name] = _replaced(before, in_words if name in free_text else pattern, new)
                where = changed(before, taken[name])
                log.add_cells(code, grid, lines[where], name, before.take(pa.array(where)), at=at)
    return taken


def _where(column: pa.ChunkedArray, pattern: str, among: pa.ChunkedArray | None = None) -> Numbers:
    """Return where a pattern fits, asked only of those cells that a cheap test has found."""
    if among is None:
        return np.flatnonzero(as_mask(pc.match_substring_regex(column, pattern)))
    places = np.flatnonzero(as_mask(among))
    return places[_where(column.take(pa.array(places)), pattern)] if len(places) else places


def _replaced(column: pa.ChunkedArray, pattern: str, new: str) -> pa.ChunkedArray:
    places = _where(column, pattern)
    return put(column, places, pc.replace_substring_regex(column.take(pa.array(places)), pattern, new))


def changed(before: pa.ChunkedArray, after: pa.ChunkedArray | pa.Array) -> Numbers:
    """Return where a repair changed a column."""
    if after is before:
        return np.zeros(0, np.int64)
    return np.flatnonzero(is_valid(before) & ~as_mask(pc.equal(before, after)))


def put(column: pa.ChunkedArray, places: Numbers, values: pa.ChunkedArray) -> pa.ChunkedArray:
    """Return the column with other values in some places; a value that became empty is missing."""
    if not len(places):
        return column
    mask = np.zeros(len(column), dtype=bool)
    mask[places] = True
    text = pc.utf8_trim_whitespace(values)
    text = without(text, pc.equal(text, ""))
    fresh = text.combine_chunks() if isinstance(text, pa.ChunkedArray) else text
    flat = column.combine_chunks()
    return pa.chunked_array([pc.replace_with_mask(flat, pa.array(mask), fresh.cast(flat.type))])


class LineLog:
    """Some lines of a table, column by column, with methods that note issues on their cells.

    ``text`` has for each of our column names its cells, without what wrapped them; for ``names`` also where the table lacks
    the column; ``others`` the same for the table's other columns, by their headings. ``bad`` are the lines that hold a
    cell which cannot be read.
    """

    def __init__(
        self, grid: TextGrid, table: Table, lines: Numbers, log: IssueLog, *, names: Iterable[str] = ()
    ) -> None:
        self.grid, self.table, self.lines, self.log = grid, table, lines, log
        blank = pa.chunked_array([pa.nulls(len(lines), pa.large_string())])
        self.text = dict.fromkeys(names, blank) | unwrap_table(grid, table.columns, lines, log)
        self.signs = {name: grid.signs[at] for name, at in table.columns.items()}
        others = other_columns(table)
        self.others = unwrap_table(grid, others, lines, log, free_text=others)
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

    def replace(self, name: str, column: pa.Array | pa.ChunkedArray) -> None:
        """Put another column in the place of one."""
        self.text[name] = column if isinstance(column, pa.ChunkedArray) else pa.chunked_array([column])
        self._distinct.pop(name, None)

    def change(self, code: str, name: str, column: pa.Array | pa.ChunkedArray, *, most: int = 0) -> None:
        """Put a repaired column in the place of one, and note each cell with what it became, or the first of too many."""
        places = changed(self.text[name], column)
        if len(places):
            many = f", and so on {len(places):,} lines" if 0 < most < len(places) else ""
            named = places[:1] if many else places
            now = quoted(column.take(pa.array(named)), name)
            self.say(code, name, named, detail=joined_text("now ", now, many))
            self.replace(name, column)

    def respell(self, name: str, column: pa.Array | pa.ChunkedArray) -> None:
        """Put a column into one spelling; where that is the rule and not the exception, the first cell is named."""
        self.change("spelling-settled", name, column, most=_NAMED)

    def repair_identifiers(self) -> None:
        """Undo what a spreadsheet did to identifiers where that is certain, and note where digits are lost."""
        for name in sorted(IDENTIFIERS & self.signs.keys()):
            if "." in self.signs[name]:
                self.change("decimal-tail-removed", name, _replaced(self.text[name], _DECIMAL_TAIL, r"\1"))
            if {"+", "."} & {*self.signs[name]}:
                self.say("scientific-notation", name, _where(self.text[name], _SCIENTIFIC))
            long = pc.greater(pc.binary_length(self.text[name]), 15)
            self.say("digits-lost", name, _where(self.text[name], _CUT, long))

    def provenance(self) -> dict[str, object]:
        """Return the columns that say where each line comes from."""
        file, sheet = (constant(text, len(self.lines)) for text in (self.grid.file, self.grid.sheet))
        rows = self.grid.rows[self.lines].astype(np.int64)
        return {"source_file": file, "source_sheet": sheet, "source_row": rows}

    def amounts(
        self, name: str, parsed: tuple[Numbers, Mask, Mask], added: Iterable[int]
    ) -> tuple[Numbers, Mask]:
        """Return an amount in cents, with those of further columns added, and where one stands; note what cannot be read."""
        cents, filled, unreadable = parsed
        self.refuse("amount-unreadable", name, np.flatnonzero(unreadable))
        parts = [(self.table.columns.get(name, 0), filled)]
        for at in added:
            text = unwrap_table(self.grid, {name: at}, self.lines, self.log)[name]
            more, there, unreadable = parse_amounts(text)
            shown = text.filter(pa.array(unreadable))
            self.log.add_cells("amount-unreadable", self.grid, self.lines[unreadable], name, shown, at=at)
            self.bad |= unreadable
            parts.append((at, there))
            cents, filled = cents + more, filled | there
        if added:
            self.say_sum(parts)
        return cents, filled

    def say_sum(self, parts: Sequence[tuple[int, Mask]]) -> None:
        """Note that an amount is the sum of columns, each with where it is filled, and how many cells are blank."""
        headings = " + ".join(repr(self.table.headings[at]) for at, _ in parts)
        any_filled = np.any([filled for _, filled in parts], axis=0)
        blank = sum(int((any_filled & ~filled).sum()) for _, filled in parts)
        counted = (
            f", where {blank:,} blank cell{'s count' if blank > 1 else ' counts'} as 0.00" if blank else ""
        )
        self.log.say("amount-summed", f"{headings}{counted}", sheet=self.grid.sheet)

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

    def say_values(
        self, code: str, name: str, known: Container[str], *, key: Callable[[str], str] = status_key
    ) -> None:
        """Note each distinct value that is not known, once, with how often and where first."""
        column = self.distinct(name)
        unknown = np.flatnonzero([key(value) not in known for value in column.dictionary.to_pylist()])
        if not len(unknown):
            return
        places = np.flatnonzero(is_valid(column.indices))
        codes = column.indices.drop_null().to_numpy()
        count = np.bincount(codes)[unknown].tolist()
        first = np.zeros(len(column.dictionary), dtype=np.int64)
        first[codes[::-1]] = places[::-1]
        said = [f"on {lines:,} line{'s' if lines > 1 else ''}" for lines in count]
        self.say(code, name, first[unknown], detail=pa.array(said, pa.large_string()))
