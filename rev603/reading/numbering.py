"""Equal lines by number: like pandas' ``ngroup`` over columns of text, from their bytes, several times faster.

Short texts are packed into whole words and mixed into one number per line. That two lines with the same number
are indeed alike is then checked word by word, so that the outcome never rests on luck.
"""

from __future__ import annotations

from functools import partial
from typing import TYPE_CHECKING

import numpy as np
import pandas as pd
import pyarrow as pa

from rev603.reading.grid import is_valid, map_columns, text_of

if TYPE_CHECKING:
    from collections.abc import Sequence

    from numpy.typing import NDArray

_WORD = 8
#: Longer texts are left to pandas; identifiers have a dozen bytes.
_LONGEST = 4 * _WORD
#: So many lines at a time stay in the processor's cache; whole columns would cost more memory than work.
_AT_ONCE = 1 << 15
_KEEP = np.array([(1 << (8 * size)) - 1 for size in range(_WORD + 1)], dtype=np.uint64)
#: 2**64 over the golden ratio: spreads consecutive numbers over the whole range.
MIXING = np.uint64(0x9E3779B97F4A7C15)


def numbered(frame: pd.DataFrame, names: Sequence[str]) -> NDArray[np.int64]:
    """Give each line the number of its texts in some columns: from 0, in order of appearance; missing is a text too.

    >>> numbered(pd.DataFrame({"refund_id": ["R2", "R1", "R2"], "payee_id": ["P", "P", "P"]}), ["refund_id", "payee_id"])
    array([0, 1, 0])
    """
    words = map_columns(_words, [_arrow(frame[name]) for name in names])
    packed = [word for column in words if column is not None for word in column]
    if all(column is not None for column in words):
        codes = np.asarray(pd.factorize(mixed(packed, len(frame)))[0], dtype=np.int64)
        first = np.empty(int(codes.max(initial=-1)) + 1, dtype=np.int64)
        first[codes[::-1]] = np.arange(len(codes))[::-1]
        if all(map_columns(partial(_same_as_first, codes=codes, first=first), packed)):
            return codes
    by_pandas = frame.groupby(list(names), dropna=False, sort=False).ngroup()
    return np.asarray(by_pandas, dtype=np.int64)


def mixed(words: Sequence[NDArray[np.uint64]], count: int) -> NDArray[np.uint64]:
    """Mix words into one number per line: equal lines get equal numbers, others hardly ever."""
    numbers = np.zeros(count, dtype=np.uint64)
    for start in range(0, count, _AT_ONCE):
        some = numbers[start : start + _AT_ONCE]
        for word in words:
            some ^= word[start : start + _AT_ONCE]
            some *= MIXING
            some ^= some >> np.uint64(29)
    return numbers


def _same_as_first(word: NDArray[np.uint64], *, codes: NDArray[np.int64], first: NDArray[np.int64]) -> bool:
    firsts = word[first]
    steps = range(0, len(codes), _AT_ONCE)
    return all((firsts[codes[at : at + _AT_ONCE]] == word[at : at + _AT_ONCE]).all() for at in steps)


def _arrow(column: pd.Series[str]) -> pa.ChunkedArray:
    made = pa.array(column, type=pa.large_string(), from_pandas=True)
    return made if isinstance(made, pa.ChunkedArray) else pa.chunked_array([made])


def _words(column: pa.ChunkedArray) -> list[NDArray[np.uint64]] | None:
    """Pack each text into as many words as the longest takes, filled up with zeros; None where one is too long.

    No text holds a NUL, so words tell texts apart; a missing one is all zeros.
    """
    pieces = [(chunk, *text_of(chunk)) for chunk in column.chunks if len(chunk)]
    longest = max((int(np.diff(bounds).max()) for _, bounds, _ in pieces), default=0)
    if longest > _LONGEST:
        return None
    packed = [_packed(*piece, range(0, longest, _WORD)) for piece in pieces]
    return [np.concatenate(parts) for parts in zip(*packed, strict=True)]


def _packed(
    chunk: pa.Array, bounds: NDArray[np.int64], text: NDArray[np.uint8], starts: range
) -> list[NDArray[np.uint64]]:
    """Give eight bytes of each text as a number, from each of ``starts`` on."""
    text = np.concatenate([text[bounds[0] : bounds[-1]], np.zeros(_WORD, dtype=np.uint8)])
    from_any_byte = np.ndarray((len(text) - _WORD + 1,), dtype=np.uint64, buffer=text, strides=(1,))
    words = []
    for start in starts:
        begins = bounds[:-1] - bounds[0] + start
        sizes = np.clip(bounds[1:] - bounds[0] - begins, 0, _WORD)
        words.append(from_any_byte[np.minimum(begins, len(from_any_byte) - 1)] & _KEEP[sizes])
    if chunk.null_count:
        there = is_valid(chunk)
        words = [np.where(there, word, np.uint64(0)) for word in words]
    return words
