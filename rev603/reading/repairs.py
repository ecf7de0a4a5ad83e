"""Mangled cells: what Excel and SAP do to text, undone where that can be proven; one spelling for what is the same."""

from __future__ import annotations

import re
from collections.abc import Collection
from typing import TypeAlias

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc

from rev603._columns import Numbers, as_mask, lines_of, without
from rev603.identifiers import importer_number
from rev603.reading.grid import SIGNS, TextGrid
from rev603.reading.issues import IssueLog

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
    column, quoted = _replaced(column, pattern, pc.starts_with(column, "'"))
    return column, np.union1d(wrapped, quoted)


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
