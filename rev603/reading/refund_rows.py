"""Which lines are refunds: every non-blank line is one, or is set aside with a reason.

A total line is told from a payee with such a name by what else stands in the line: a refund has a
date and identifiers, a total has figures only.
"""

from __future__ import annotations

import re
from dataclasses import dataclass

import numpy as np
import pandas as pd
import pyarrow as pa
import pyarrow.compute as pc

from rev603._columns import Mask, Numbers, as_mask, is_valid, text_of
from rev603._short import Short
from rev603.errors import UnrecognizedFileError, UnsafeFileError
from rev603.reading.amounts import amount_in_cents
from rev603.reading.grid import TextGrid
from rev603.reading.layout import ENOUGH, Line, Table
from rev603.vocabulary.headings import HEADER_BLOCK, heading_key

IDENTITIES = ("refund_id", "payee_id", "document_number")
_DATED, _AMOUNT = "refund_date", "total_refund_amount"

TITLE = "title or prompt above the table"
TITLE_AGAIN = "line from above the table repeated"
BLOCK = "header block"
HEADING = "heading row"
HEADING_AGAIN = "heading row repeated"
TOTAL = "total line"
FOOTER = "footer"
BESIDE = "beside the table"
NOTE = "not a refund line: too little in it"
ABOVE = "looks like a refund line, but stands above the headings"
UNREADABLE = "unreadable"
#: Reasons that somebody should look into.
DOUBTFUL = frozenset({BESIDE, NOTE, ABOVE})

LABEL = r"[\W_]*(?:sub|grand|report|overall|page|running)?[\s-]*(?:totals?|sum|count)"
#: "Total", "Grand Total: 5 refunds", and as Excel puts it: "98-765432100 Total".
_TOTAL = Short(rf"{LABEL}\b|.*\s(?:totals?|count)[\W_]*\Z", re.IGNORECASE | re.ASCII | re.DOTALL)
#: What Excel's total row offers beside the sum; it is compared with nothing.
_STATISTIC = Short(
    r"[\W_]*(?:averages?|avg|mean|median|min(?:imum)?|max(?:imum)?)[\W_]*", re.IGNORECASE | re.ASCII
)
_NOTHING_BUT_LABEL = Short(rf"{LABEL}[\W_]*", re.IGNORECASE | re.ASCII)
_BLOCK_LABELS = {heading_key(text) for texts in HEADER_BLOCK.values() for text in texts}
#: A total line may repeat the value that it stands for, and its date; a refund has more than that.
VALUES_OF_A_TOTAL = 2
#: What no total line repeats: with so many values beside the amount, a label is a refund's number.
_MOST_VALUES_OF_A_TOTAL = 4
_FOOTER = Short(
    r"[\W_]*(?:page:? [0-9,]+(?: ?(?:of|/) ?[0-9,]+)?|end of (?:the )?(?:report|file|data|list)|for official use only|"
    r"(?:run|report|print(?:ed)?|generated|refresh(?:ed)?|exported)(?: date| time| on| at)*[: ]+[-0-9/:., ]+(?:[ap]\.?m)?)"
    r"[\W_]*",
    re.IGNORECASE | re.ASCII,
)

#: Words that total lines and footers are told by; a line with one of them is looked at by itself.
_DOUBTFUL = (
    r"(?i)today|total|sum|count|page|end of|official|run|report|print|generat|refresh|export|\baverages?\b|\bavg\b|\bmean\b|"
    r"\bmedian\b|\bmin(?:imum)?\b|\bmax(?:imum)?\b"
)
#: What every form of date has in it, and a heading ("7. Refund Date") has not.
_LIKE_A_DATE = "[0-9][-/.][0-9]|[0-9]{4}"
#: More rows that are no refunds, and most of all rows, are no report.
_MOST_ODD = 150_000


@dataclass(frozen=True, slots=True)
class Rows:
    """The grid's lines, sorted: the refunds, and the others with the reason for each."""

    refunds: Numbers
    aside: dict[int, str]


def sort_rows(grid: TextGrid, table: Table, block_lines: set[int]) -> Rows:
    """Sort every non-blank line of a sheet.

    Most lines are settled by whole columns: two identifiers and a date make a refund, and less where nothing else
    comes into question. Only what is left is looked at one by one.
    """
    filled = grid.nonblank()
    aside = _above(grid, table, filled, block_lines)
    below = np.arange(len(grid)) >= table.start
    identified = np.zeros(len(grid), dtype=np.int8)
    for name in IDENTITIES:
        if name in table.columns:
            column = grid.columns[table.columns[name]]
            identified += is_valid(column)
            identified[_label_places(column)] = -len(IDENTITIES)  # no refund is numbered "Subtotal"
    settled = below & (identified >= 2) & (_DATED in table.columns)
    if _DATED in table.columns:
        dates = grid.columns[table.columns[_DATED]]
        headings_of_dates = dates.take(pa.array(table.header))  # "Refund Date 2026" may come again
        settled &= _has(dates, _LIKE_A_DATE) & ~as_mask(pc.is_in(dates, value_set=headings_of_dates))
    titles = [at for at, reason in aside.items() if reason in (TITLE, BLOCK)]
    seen = {_filled(line) for line in grid.lines(titles)}
    odd = np.flatnonzero(below & filled & ~settled)
    plain = _plain_refunds(grid, table, odd, longer_than=max(map(len, seen), default=0))
    settled[odd[plain]] = True
    odd = odd[~plain]
    if len(odd) > _MOST_ODD and len(odd) * 2 > int(filled.sum()):
        raise UnsafeFileError(
            f"{len(odd):,} rows below the headings do not look like refunds.",
            where=grid.file,
            why=f"so many are not looked at one by one; the first stands in {grid.address(int(odd[0]))}",
            what_to_do="check that this is the right file, or delete what is no refund",
        )
    headings = _heading_keys(grid, table)
    reasons: dict[tuple[str | None, ...], str | None] = {}  # headings and page titles come again and again
    for at, line in zip(odd.tolist(), grid.lines(odd), strict=True):
        if tuple(line) not in reasons:
            reason = _reason(line, table, headings)
            if reason == HEADING_AGAIN:
                _refuse_moved(grid, at, table, headings)
            reasons[tuple(line)] = (
                TITLE_AGAIN if reason != HEADING_AGAIN and _filled(line) in seen else reason
            )
        reason = reasons[tuple(line)]
        if reason is None:
            settled[at] = True
        else:
            aside[at] = reason
    return Rows(np.flatnonzero(settled), aside)


def _plain_refunds(grid: TextGrid, table: Table, lines: Numbers, *, longer_than: int) -> Mask:
    """Return which of some lines are refunds beyond doubt.

    They have an amount, and an identifier or a date, nothing that a total line or a footer is told by, and more cells
    than a title that may come again. The other lines may still be refunds.
    """
    if not len(lines) or _AMOUNT not in table.columns:
        return np.zeros(len(lines), dtype=bool)
    taken = pa.array(lines)
    text = {name: grid.columns[at].take(taken) for name, at in table.columns.items()}
    # a column of somebody's own may hold the label of a total
    others = [grid.columns[at].take(taken) for at in table.unknown.values()]
    cells = np.sum([is_valid(column) for column in text.values()], axis=0)
    doubtful = np.any([_has(column, _DOUBTFUL) for column in (*text.values(), *others)], axis=0)
    identified = np.sum([_has(text[name], "[0-9]") for name in IDENTITIES if name in text], axis=0)
    wordy = np.any([_has(column, "[A-Za-z]|[0-9]-[0-9]") for column in text.values()], axis=0)
    known = (identified > 1) | (wordy & (identified > 0))  # a count and a sum are no refund
    if _DATED in text:
        known |= _has(text[_DATED], _LIKE_A_DATE)
    # the headings that come again have words in the column of the amount
    plain = _has(text[_AMOUNT], r"\A[^A-Za-z]+\z")
    plain &= known & ~doubtful & (cells > longer_than)
    return plain


def _has(column: pa.ChunkedArray, pattern: str) -> Mask:
    return as_mask(pc.match_substring_regex(column, pattern))


def _filled(line: Line) -> tuple[str, ...]:
    return tuple(cell for cell in line if cell)


def _label_places(column: pa.ChunkedArray) -> Numbers:
    """Return which cells are the label of a total and nothing else; identifiers mostly end in a figure, labels never."""
    lettered = [np.zeros(0, dtype=bool)]
    for bounds, text in map(text_of, column.chunks):
        filled = bounds[1:] > bounds[:-1]
        lettered.append(filled & (text[bounds[1:] - 1] > ord("9")) if len(text) else filled)
    places = np.flatnonzero(np.concatenate(lettered))
    return places[_has(column.take(pa.array(places)), rf"(?i)\A{LABEL}[\W_]*\z")] if len(places) else places


def _refuse_moved(grid: TextGrid, at: int, table: Table, headings: dict[str, set[str]]) -> None:
    """Refuse a table whose headings are repeated in other columns: what follows would be read under wrong ones."""
    for name, place in table.columns.items():
        text = grid.columns[place][at].as_py()
        key = heading_key(text or "")
        if key in headings[name] or not any(key in keys for keys in headings.values()):
            continue
        raise UnrecognizedFileError(
            "The headings are repeated further down in another order.",
            where=f"{grid.file}, {grid.address(at, place)}",
            why=f"{text!r} stands in the column of {grid.columns[place][table.header[-1]].as_py()!r}",
            what_to_do="put the two tables into files of their own, or their columns into one order",
        )


def _above(grid: TextGrid, table: Table, filled: Mask, block_lines: set[int]) -> dict[int, str]:
    """Sort what stands above the table, and the headings themselves."""
    above = np.flatnonzero(filled[: table.header[0]]).tolist()
    places = [table.columns[name] for name in (*IDENTITIES, _DATED, _AMOUNT) if name in table.columns]
    aside = {}
    for at, line in zip(above, grid.lines(above), strict=True):
        found = [text for place in places if (text := line[place])]
        like_a_refund = len(found) >= len(places) - 1 and sum(map(_has_digit, found)) >= len(places) - 2
        aside[at] = BLOCK if at in block_lines else ABOVE if like_a_refund else TITLE
    return aside | dict.fromkeys(table.header, HEADING)


def _has_digit(text: str) -> bool:
    return any("0" <= letter <= "9" for letter in text)


def _heading_keys(grid: TextGrid, table: Table) -> dict[str, set[str]]:
    """Return the headings as they stand, line by line and together."""
    lines = [*grid.lines(table.header), table.headings]
    return {
        name: {heading_key(text) for line in lines if (text := line[at])}
        for name, at in table.columns.items()
    }


def _reason(line: Line, table: Table, headings: dict[str, set[str]]) -> str | None:
    """Return why a line is no refund, or None where it is one."""
    cells = {name: text for name, at in table.columns.items() if (text := line[at])}
    others = [text for at in table.unknown.values() if (text := line[at])]
    if not cells:
        return NOTE if others else BESIDE
    keys = {name: heading_key(text) for name, text in cells.items()}
    in_place = sum(key in headings[name] for name, key in keys.items())
    anywhere = len(set().union(*headings.values()) & {*keys.values()})
    # headings that come again have words in the column of the amount
    worded = amount_in_cents(cells.get(_AMOUNT, "")) is None
    if worded and max(in_place, anywhere if anywhere >= ENOUGH else 0) >= max(1, (len(cells) + 1) // 2):
        return HEADING_AGAIN
    return FOOTER if is_footer(line) else _reason_by_values(cells, keys, others)


def _reason_by_values(cells: dict[str, str], keys: dict[str, str], others: list[str]) -> str | None:
    labels = {name for name, text in cells.items() if is_total_label(text)}
    values = cells.keys() - labels - {_AMOUNT}
    identified = [name for name in IDENTITIES if name in values and _has_digit(cells[name])]
    complete = len(identified) >= len(IDENTITIES) - 1 and len(values) > _MOST_VALUES_OF_A_TOTAL
    if _AMOUNT in cells and _DATED in cells and complete:
        return None  # complete, whatever its number reads like
    labelled = labels or any(map(is_total_label, others))
    if labelled and len(values) <= (VALUES_OF_A_TOTAL if _AMOUNT in cells else 0):
        return TOTAL
    if _AMOUNT in cells:
        named = any(_NOTHING_BUT_LABEL.fullmatch(cells[name]) for name in labels & {*IDENTITIES})
        figures = all(amount_in_cents(cells[name]) is not None for name in cells.keys() - labels)
        # a count and a sum are a total line of Excel's, which needs no label
        if named or (figures and len(identified) <= 1 and _DATED not in cells):
            return TOTAL
    if _DATED not in cells and _BLOCK_LABELS & {key for name, key in keys.items() if name != _AMOUNT}:
        return NOTE
    # a label there belongs to the block below the table, in a report whose first column is the amount
    if _AMOUNT in cells and (identified or _DATED in cells) and keys[_AMOUNT] not in _BLOCK_LABELS:
        return None
    return None if identified and len(cells) > VALUES_OF_A_TOTAL else NOTE


def refunds_like_totals(grid: TextGrid, table: Table, lines: Numbers) -> Numbers:
    """Return the refund lines with a label for their number."""
    if "refund_id" not in table.columns:
        return lines[:0]
    places = _label_places(grid.columns[table.columns["refund_id"]])
    return places[np.isin(places, lines)]


def is_total_label(text: str) -> bool:
    """Return whether a cell reads like the label of a total line."""
    return _TOTAL.match(text) is not None or _STATISTIC.fullmatch(text) is not None


def is_statistic(line: Line) -> bool:
    """Return whether a total line states an average, a least or a largest value, which no lines add up to."""
    return any(_STATISTIC.fullmatch(text) for text in line if text)


def is_footer(line: Line) -> bool:
    """Return whether a line is the foot of a page or of the report: its number, when it was run."""
    return _FOOTER.fullmatch(" ".join(_filled(line))) is not None


def set_aside_frame(grid: TextGrid, aside: dict[int, str]) -> pd.DataFrame:
    """Return the lines that are no refunds as a frame: where, why, and their text."""
    indices = sorted(aside)
    return pd.DataFrame(
        {
            "source_row": grid.rows[indices].astype(np.int64),
            "reason": pd.array([aside[at] for at in indices], dtype="str"),
            "text": pd.array(grid.texts(indices), dtype="str"),
            "source_sheet": pd.array([grid.sheet] * len(indices), dtype="str"),
        }
    )
