"""Refund lines that lack a date or a number, found by whole columns: a report may lack one on every line."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc

from rev603.reading.grid import as_mask, is_valid
from rev603.vocabulary.headings import heading_key

if TYPE_CHECKING:
    from numpy.typing import NDArray

    from rev603.reading.grid import TextGrid
    from rev603.reading.layout import Table

#: Words that total lines and footers are told by; a line with one of them is looked at by itself.
_DOUBTFUL = r"(?i)today|total|sum|count|page|end of|official|run|report|print|generat|refresh|export"
#: So few different texts are compared with the headings one by one.
_FEW = 1_000


def plain_refunds(
    grid: TextGrid,
    table: Table,
    lines: NDArray[np.int64],
    headings: dict[str, set[str]],
    *,
    identities: tuple[str, ...],
    dated: str,
    amount: str,
    longer_than: int,
) -> NDArray[np.bool_]:
    """Tell which of some lines are refunds beyond any doubt.

    They have an amount, and an identifier or a date, no cell that a total line or a footer is told by, too
    many cells that are no heading for a repeated heading row, and more cells than a title that may come again
    (``longer_than``). The other lines may still be refunds.
    """
    if not len(lines):
        return np.zeros(0, dtype=bool)
    cells = np.zeros(len(lines), dtype=np.int64)
    no_heading = np.zeros(len(lines), dtype=np.int64)
    doubtful, known, with_amount = (np.zeros(len(lines), dtype=bool) for _ in range(3))
    keys = set().union(*headings.values())
    for name, place in table.columns.items():
        encoded = grid.columns[place].take(pa.array(lines)).combine_chunks().dictionary_encode()
        texts = encoded.dictionary
        if not len(texts):
            continue
        there, codes = is_valid(encoded.indices), np.asarray(pc.fill_null(encoded.indices, 0))
        cells += there
        no_heading += there & _no_heading(texts, keys)[codes]
        doubtful |= there & _matches(texts, _DOUBTFUL)[codes]
        if name == amount:
            with_amount = there
        elif name in identities:
            known |= there & _matches(texts, "[0-9]")[codes]
        elif name == dated:
            known |= there & _matches(texts, "[0-9][/-][0-9]")[codes]
    beyond_doubt = (cells > longer_than) & (cells - no_heading < (cells + 1) // 2)
    return with_amount & known & ~doubtful & beyond_doubt


def _no_heading(texts: pa.Array, keys: set[str]) -> NDArray[np.bool_]:
    if len(texts) <= _FEW:
        return np.array([heading_key(text) not in keys for text in texts.to_pylist()])
    return _matches(texts, "[0-9]") & ~_matches(texts, "[A-Za-z]{2}")


def _matches(texts: pa.Array, pattern: str) -> NDArray[np.bool_]:
    return as_mask(pc.match_substring_regex(texts, pattern))
