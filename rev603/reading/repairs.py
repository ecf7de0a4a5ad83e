"""The lines of a table as columns of text, and what Excel and SAP did to them: undone where it can be proven, and said.

Also one spelling for what is the same: payee numbers and entry numbers as CBP prints them, where one line proves it.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Collection, Iterable
from typing import TypeAlias

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc
from numpy.typing import NDArray

from rev603._columns import Numbers, as_mask, is_valid, joined_text, lines_of, without
from rev603.identifiers import importer_number
from rev603.reading.dates import DateOrder, parse_dates
from rev603.reading.grid import SIGNS, TextGrid
from rev603.reading.issues import IssueLog, quoted
from rev603.reading.layout import Table

#: A column after a repair, and where it changed.
Repaired: TypeAlias = tuple[pa.ChunkedArray, Numbers]

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
    return _where(column, _ERROR, pc.starts_with(column, "#"))


def visible(column: pa.ChunkedArray, *, free_text: bool = False) -> Repaired:
    """Take out characters that cannot be seen; of free text only around it, as some scripts need them within."""
    pattern = rf"\A[\s{_UNSEEN}]+|[\s{_UNSEEN}]+\z" if free_text else f"[{_UNSEEN}]"
    return _replaced(column, pattern, pc.is_valid(column), new="")


def unwrapped(column: pa.ChunkedArray, *, free_text: bool = False) -> Repaired:
    """Undo ``="0212"`` and a leading apostrophe."""
    column, wrapped = _replaced(column, r"\A=\s*\"(.*)\"\z", pc.starts_with(column, "="))
    pattern = r"\A'([=+\-@\t\r])" if free_text else r"\A'([=+\-@\t\r]|[^\s'])"
    column, apostrophes = _replaced(column, pattern, pc.starts_with(column, "'"))
    return column, np.union1d(wrapped, apostrophes)


def without_decimal_tail(column: pa.ChunkedArray) -> Repaired:
    """Undo ``3802.0``."""
    return _replaced(column, r"\A([0-9]+)\.0\z", pc.ends_with(column, ".0"))


def zero_padded(column: pa.ChunkedArray, *, width: int, shortest: int) -> Repaired:
    """Restore zeros that a code of a fixed width has lost: ``212`` to ``0212``."""
    lengths = pc.utf8_length(column)
    short = pc.and_(pc.less(lengths, width), pc.greater_equal(lengths, shortest))
    places = _where(column, r"\A[0-9]+\z", short)
    return put(column, places, pc.utf8_lpad(column.take(pa.array(places)), width, "0")), places


def scientific(column: pa.ChunkedArray) -> Numbers:
    """Return which identifiers became ``1.23E+11``; without a sign (``1.23E11``) only where a decimal point tells."""
    pattern = r"(?i)\A-?[0-9](?:[.,][0-9]+E[+-]?|E\+)[0-9]{1,3}\z"
    return _where(column, pattern, pc.match_substring_regex(column, "[+.]"))


def cut_to_15_digits(column: pa.ChunkedArray) -> Numbers:
    """Return which numbers of more than 15 digits end in zeros: a spreadsheet keeps 15."""
    return _where(column, r"\A[0-9]{15}0+\z", pc.greater(pc.binary_length(column), 15))


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


def payee_numbers(column: pa.DictionaryArray) -> Repaired:
    """Return a column of payee numbers in one spelling, and where that changed it; each distinct value is looked at."""
    texts = column.dictionary.to_pylist()
    spelled = [payee_number(text) for text in texts]
    differs = pa.array([before != after for before, after in zip(texts, spelled, strict=True)], pa.bool_())
    changed = np.flatnonzero(as_mask(pc.take(differs, column.indices)))
    return pa.chunked_array([pc.take(pa.array(spelled, pa.large_string()), column.indices)]), changed


def documents(column: pa.ChunkedArray, entries: pa.Array) -> Repaired:
    """Return document numbers, each that is an entry number as its 11 characters, and where that changed it."""
    changed = np.flatnonzero(as_mask(pc.not_equal(column, entries)))
    return (
        pa.chunked_array([pc.coalesce(entries, column.combine_chunks())]) if len(changed) else column
    ), changed


def unwrap_table(
    grid: TextGrid,
    columns: dict[str, int],
    lines: Numbers,
    log: IssueLog,
    *,
    free_text: Collection[str] = FREE_TEXT,
) -> dict[str, pa.ChunkedArray]:
    """Take the table's lines, column by column, and undo what wrapped their cells."""
    taken = {name: lines_of(grid.columns[at], lines) for name, at in columns.items()}
    for code, signs, repair in (
        ("invisible-removed", SIGNS[-1], visible),
        ("wrapper-removed", "='", unwrapped),
    ):
        for name, at in columns.items():
            if not {*signs} & {*grid.signs[at]}:
                continue
            column, where = repair(taken[name], free_text=name in free_text)
            if len(where):
                log.add_cells(code, grid, lines[where], name, taken[name].take(pa.array(where)), at=at)
                taken[name] = column
    return taken


def _where(column: pa.ChunkedArray, pattern: str, candidates: pa.ChunkedArray) -> Numbers:
    """Return where a pattern fits, asked only of the candidates, which a cheap test has found."""
    places = np.flatnonzero(as_mask(candidates))
    if len(places):
        places = places[as_mask(pc.match_substring_regex(column.take(pa.array(places)), pattern))]
    return places


def _replaced(
    column: pa.ChunkedArray, pattern: str, candidates: pa.ChunkedArray, *, new: str = r"\1"
) -> Repaired:
    """Put what a pattern's group holds, or ``new``, in the place of what it fits."""
    places = _where(column, pattern, candidates)
    if not len(places):
        return column, places
    return put(
        column, places, pc.replace_substring_regex(column.take(pa.array(places)), pattern, new)
    ), places


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
    the column. ``bad`` are the lines that hold a cell which cannot be read.
    """

    def __init__(
        self, grid: TextGrid, table: Table, lines: Numbers, log: IssueLog, *, names: Iterable[str] = ()
    ) -> None:
        self.grid, self.table, self.lines, self.log = grid, table, lines, log
        blank = pa.chunked_array([pa.nulls(len(lines), pa.large_string())])
        self.text = dict.fromkeys(names, blank) | unwrap_table(grid, table.columns, lines, log)
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
        for name in sorted(IDENTIFIERS & self.signs.keys()):
            if "." in self.signs[name]:
                self.change("decimal-tail-removed", name, without_decimal_tail(self.text[name]))
            if {"+", "."} & {*self.signs[name]}:
                self.say("scientific-notation", name, scientific(self.text[name]))
            self.say("digits-lost", name, cut_to_15_digits(self.text[name]))

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
