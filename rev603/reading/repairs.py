"""Mangled cells: what Excel and SAP do to text, undone where that can be proven, and said either way."""

from __future__ import annotations

from functools import partial
from typing import TYPE_CHECKING

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc

from rev603._columns import as_mask, lines_of, map_columns
from rev603.reading.grid import SIGNS

if TYPE_CHECKING:
    from collections.abc import Callable, Collection

    from numpy.typing import NDArray

    from rev603.reading.grid import TextGrid
    from rev603.reading.issues import IssueLog

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
_LEADING = r"\A'([=+\-@\t\r]|[^\s'])"
#: Soft hyphens, zero-width spaces and marks, byte order marks: text pasted from pages and joined files has them.
_UNSEEN = r"\x{AD}\x{200B}-\x{200F}\x{2060}\x{FEFF}"


_NOWHERE = np.empty(0, dtype=np.int64)


def _inside(found: pa.ChunkedArray, pattern: str) -> pa.ChunkedArray:
    """Keep what the pattern's group holds."""
    return pc.replace_substring_regex(found, pattern, r"\1")


def cell_errors(column: pa.ChunkedArray, signs: str = SIGNS) -> NDArray[np.int64]:
    """Find cells that hold an error such as ``#MULTIVALUE``: an error is never a blank."""
    if "#" not in signs:
        return _NOWHERE
    return _where(
        column,
        lambda: pc.starts_with(column, "#"),
        lambda found: pc.match_substring_regex(found, _ERROR),
    )


def visible(
    column: pa.ChunkedArray, signs: str = SIGNS, *, free_text: bool = False
) -> tuple[pa.ChunkedArray, NDArray[np.int64]]:
    """Take out characters that cannot be seen; of free text only around it, as some scripts need them within."""
    if SIGNS[-1] not in signs:
        return column, _NOWHERE
    pattern = rf"\A[\s{_UNSEEN}]+|[\s{_UNSEEN}]+\z" if free_text else f"[{_UNSEEN}]"
    return _replaced(
        column,
        lambda: pc.is_valid(column),
        pattern,
        lambda found, _: pc.replace_substring_regex(found, pattern, ""),
    )


def unwrapped(
    column: pa.ChunkedArray, signs: str = SIGNS, *, free_text: bool = False
) -> tuple[pa.ChunkedArray, NDArray[np.int64]]:
    """Undo ``="0212"`` and a leading apostrophe; give the new column and where it changed."""
    wrapped = quoted = _NOWHERE
    if "=" in signs:
        column, wrapped = _replaced(column, partial(pc.starts_with, column, "="), r"\A=\s*\"(.*)\"\z")
    if "'" in signs:
        pattern = r"\A'([=+\-@\t\r])" if free_text else _LEADING
        column, quoted = _replaced(column, partial(pc.starts_with, column, "'"), pattern)
    return column, np.union1d(wrapped, quoted)


def without_decimal_tail(
    column: pa.ChunkedArray, signs: str = SIGNS
) -> tuple[pa.ChunkedArray, NDArray[np.int64]]:
    """Undo ``3802.0``."""
    if "." not in signs:
        return column, _NOWHERE
    return _replaced(column, lambda: pc.ends_with(column, ".0"), r"\A([0-9]+)\.0\z")


def zero_padded(
    column: pa.ChunkedArray, *, width: int, shortest: int
) -> tuple[pa.ChunkedArray, NDArray[np.int64]]:
    """Restore zeros that a code of a fixed width has lost: ``212`` to ``0212``."""
    lengths = pc.utf8_length(column)
    short = pc.and_(pc.less(lengths, width), pc.greater_equal(lengths, shortest))
    return _replaced(column, lambda: short, r"\A[0-9]+\z", lambda found, _: pc.utf8_lpad(found, width, "0"))


def scientific(column: pa.ChunkedArray, signs: str = SIGNS) -> NDArray[np.int64]:
    """Find identifiers that became ``1.23E+11``; without a sign (``1.23E11``) only where a decimal point tells."""
    if "+" not in signs and "." not in signs:
        return _NOWHERE
    return _where(
        column,
        lambda: pc.match_substring_regex(column, "[+.]"),
        lambda found: pc.match_substring_regex(found, r"(?i)\A-?[0-9](?:[.,][0-9]+E[+-]?|E\+)[0-9]{1,3}\z"),
    )


def cut_to_15_digits(column: pa.ChunkedArray) -> NDArray[np.int64]:
    """Find numbers of more than 15 digits whose tail is zeros: a spreadsheet keeps 15."""
    return _where(
        column,
        lambda: pc.greater(pc.binary_length(column), 15),
        lambda found: pc.match_substring_regex(found, r"\A[0-9]{15}0+\z"),
    )


def unwrap_table(
    grid: TextGrid,
    columns: dict[str, int],
    lines: NDArray[np.int64],
    log: IssueLog,
    *,
    free_text: Collection[str] = FREE_TEXT,
) -> dict[str, pa.ChunkedArray]:
    """Take the table's lines, column by column, and undo what wrapped their cells."""
    taken = {name: lines_of(grid.columns[at], lines) for name, at in columns.items()}
    for code, repair in (("invisible-removed", visible), ("wrapper-removed", unwrapped)):
        work = [
            partial(repair, column, grid.signs_in(columns[name]), free_text=name in free_text)
            for name, column in taken.items()
        ]
        for name, (column, where) in zip(columns, map_columns(_call, work), strict=True):
            if len(where):
                values = taken[name].take(pa.array(where))
                log.add_cells(code, grid, lines[where], name, values, at=columns[name])
            taken[name] = column
    return taken


def _call(
    work: Callable[[], tuple[pa.ChunkedArray, NDArray[np.int64]]],
) -> tuple[pa.ChunkedArray, NDArray[np.int64]]:
    return work()


def _where(
    column: pa.ChunkedArray,
    candidates: Callable[[], pa.ChunkedArray],
    test: Callable[[pa.ChunkedArray], pa.ChunkedArray],
) -> NDArray[np.int64]:
    """Find cells in two steps: a cheap test, and the strict one on few."""
    places = np.flatnonzero(as_mask(candidates()))
    if not len(places):
        return _NOWHERE
    passed = as_mask(test(column.take(pa.array(places))))
    return places[passed].astype(np.int64)


def _replaced(
    column: pa.ChunkedArray,
    candidates: Callable[[], pa.ChunkedArray],
    pattern: str,
    change: Callable[[pa.ChunkedArray, str], pa.ChunkedArray] = _inside,
) -> tuple[pa.ChunkedArray, NDArray[np.int64]]:
    places = _where(column, candidates, lambda found: pc.match_substring_regex(found, pattern))
    if not len(places):
        return column, places
    changed = change(column.take(pa.array(places)), pattern)
    return put(column, places, changed), places


def put(column: pa.ChunkedArray, places: NDArray[np.int64], values: pa.ChunkedArray) -> pa.ChunkedArray:
    """Give the column with other values in some places; a value that became empty is missing."""
    mask = np.zeros(len(column), dtype=bool)
    mask[places] = True
    text = pc.utf8_trim_whitespace(values)
    text = pc.if_else(pc.equal(text, ""), pa.scalar(None, text.type), text)
    flat = column.combine_chunks()
    fresh = text.combine_chunks() if isinstance(text, pa.ChunkedArray) else text
    return pa.chunked_array([pc.replace_with_mask(flat, pa.array(mask), fresh.cast(flat.type))])
