"""The entry numbers of a list: in one column, or with the filer code (and the check digit) in columns of their own."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np
import pandas as pd
import pyarrow as pa
import pyarrow.compute as pc

from rev603._columns import as_mask, is_valid, joined_text, pandas_text
from rev603.identifiers import entry_number
from rev603.reading import repairs
from rev603.reading.masked_cells import quoted

if TYPE_CHECKING:
    from numpy.typing import NDArray

    from rev603.reading.entries.entry_lines import EntryLines

_SERIAL, _WITH_CHECK_DIGIT = 7, 8


def entry_numbers(work: EntryLines) -> pd.Series[str]:
    """Give entry numbers in 11 characters, and whatever is none as it stands, so that nothing is lost."""
    written = work.text["entry_number"]
    numbers, right, repaired = entry_number.parse_arrow(written)
    work.say("zero-restored", "entry_number", np.flatnonzero(repaired))
    if "filer_code" in work.text and not is_valid(numbers).all():
        joined, joined_right = _joined(work, is_valid(numbers))
        numbers = pc.coalesce(numbers, joined)
        right |= joined_right
    found = is_valid(numbers)
    work.say("check-digit", "entry_number", np.flatnonzero(found & ~right))
    work.say("entry-unusable", "entry_number", np.flatnonzero(~found))
    return pd.Series(pandas_text(numbers)).where(found, pd.Series(pandas_text(written)))


def _joined(work: EntryLines, whole: NDArray[np.bool_]) -> tuple[pa.Array, NDArray[np.bool_]]:
    """Put the number together from its columns.

    Eight digits behind a filer code are the rest of an entry number. Fewer have lost zeros where the check digit
    proves it; but one in ten would pass by chance, so a list where hardly any number is whole is left alone.
    """
    filer, padded_filer = repairs.zero_padded(work.text["filer_code"], width=3, shortest=1)
    rest = pa.chunked_array([_compact(work.text["entry_number"])])
    apart = "check_digit" in work.text
    if apart:
        serial, _ = repairs.zero_padded(rest, width=_SERIAL, shortest=1)
        rest = pc.binary_join_element_wise(
            serial, _compact(work.text["check_digit"]), pa.scalar("", rest.type)
        )
    complete = as_mask(pc.match_substring_regex(rest, r"\A[0-9]{8}\z"))
    complete[padded_filer] = False
    rest, _ = repairs.zero_padded(rest, width=_WITH_CHECK_DIGIT, shortest=1)
    rest = pc.if_else(pa.array(whole), pa.scalar(None, rest.type), rest)
    numbers, right, _ = entry_number.parse_arrow(
        pc.binary_join_element_wise(filer.cast(rest.type), rest, pa.scalar("", rest.type))
    )
    proven = ~complete & right
    if proven.sum() > (complete & right).sum() and not apart:
        proven[:] = False
    taken = is_valid(numbers) & (complete | proven)
    places = np.flatnonzero(taken)
    if len(places):
        work.say(
            "entry-joined",
            "entry_number",
            places[:1],
            detail=f"on {len(places):,} line{'s' if len(places) > 1 else ''}, here {numbers[int(places[0])]}",
        )
    restored = np.flatnonzero(taken & proven)
    now = joined_text("now ", quoted(numbers.take(pa.array(restored))))
    work.say("zero-restored", "entry_number", restored, detail=now)
    return pc.if_else(pa.array(taken), numbers, pa.scalar(None, numbers.type)), right & taken


def _compact(column: pa.ChunkedArray) -> pa.Array:
    """Take spaces and hyphens out."""
    text = pd.Series(pandas_text(column))
    return pa.array(entry_number.compact_column(text), from_pandas=True)
