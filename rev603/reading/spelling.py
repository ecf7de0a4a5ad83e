"""One spelling for what is the same: payee numbers and entry numbers as CBP prints them, where one line proves it."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc

from rev603._columns import as_mask
from rev603.identifiers import importer_number

if TYPE_CHECKING:
    from numpy.typing import NDArray

#: Some programs put a space, of whatever width, where the number has its hyphen.
_SPACED = re.compile(
    r"([0-9]{2})\s([0-9]{7}(?:[0-9A-Za-z]{2})?)|([0-9]{3})\s([0-9]{2})\s([0-9]{4})|([0-9]{6})\s([0-9]{5})"
)
#: Most numbers stand as CBP prints them: they are not looked at any further.
_AS_PRINTED = re.compile(r"[0-9]{2}-[0-9]{7}[0-9A-Z]{2}")


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


def payee_numbers(column: pa.DictionaryArray) -> tuple[pa.ChunkedArray, NDArray[np.int64]]:
    """Return a column of payee numbers in one spelling, and where that changed it; each distinct value is looked at."""
    texts = column.dictionary.to_pylist()
    spelled = [payee_number(text) for text in texts]
    differs = pa.array([before != after for before, after in zip(texts, spelled, strict=True)], pa.bool_())
    changed = np.flatnonzero(as_mask(pc.take(differs, column.indices)))
    return pa.chunked_array([pc.take(pa.array(spelled, pa.large_string()), column.indices)]), changed


def documents(column: pa.ChunkedArray, entries: pa.Array) -> tuple[pa.ChunkedArray, NDArray[np.int64]]:
    """Return document numbers, each that is an entry number as its 11 characters, and where that changed it."""
    changed = np.flatnonzero(as_mask(pc.not_equal(column, entries)))
    return (
        pa.chunked_array([pc.coalesce(entries, column.combine_chunks())]) if len(changed) else column
    ), changed
