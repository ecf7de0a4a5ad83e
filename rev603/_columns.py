"""Whole columns of text at once, as Arrow keeps them, and as pandas text without a copy."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Sequence
from concurrent.futures import ThreadPoolExecutor
from typing import Any, TypeAlias, TypeVar

import numpy as np
import pandas as pd
import pyarrow as pa
import pyarrow.compute as pc
from numpy.typing import NDArray
from pandas.api.extensions import ExtensionArray

T = TypeVar("T")
R = TypeVar("R")
#: Line numbers, cents or counts; and one truth for each line.
Numbers: TypeAlias = NDArray[np.int64]
Mask: TypeAlias = NDArray[np.bool_]

TEXT = pd.StringDtype(na_value=np.nan)
#: pyarrow releases the interpreter while it works on a column, so columns share the cores.
WORKERS = 2


def map_columns(work: Callable[[T], R], columns: Iterable[T]) -> list[R]:
    """Apply ``work`` to every column, on all cores."""
    with ThreadPoolExecutor(WORKERS) as pool:
        return list(pool.map(work, columns))


def pandas_text(column: pa.ChunkedArray | pa.Array) -> ExtensionArray:
    """Give Arrow text as pandas ``str``; null is missing."""
    dtype: Any = TEXT  # the stubs do not know that pandas makes its text from Arrow without a copy
    made: ExtensionArray = dtype.__from_arrow__(column)
    return made


def constant(text: str | None, count: int) -> ExtensionArray:
    """Give the same text on every line."""
    return pandas_text(pa.repeat(pa.scalar(text, pa.large_string()), count))


def joined_text(*parts: pa.Array | pa.ChunkedArray | str) -> pa.Array:
    """Join texts line by line; text from Python is the same on each."""
    texts = [pa.scalar(part, pa.large_string()) if isinstance(part, str) else part for part in parts]
    return pc.binary_join_element_wise(*texts, pa.scalar("", pa.large_string()))


def lines_of(column: pa.ChunkedArray, lines: Numbers) -> pa.ChunkedArray:
    """Give some lines of a column, ascending; one run of lines is a view, nothing is copied."""
    if not len(lines):
        return column.slice(0, 0)
    if lines[-1] - lines[0] + 1 == len(lines):
        return column.slice(int(lines[0]), len(lines))
    return column.take(pa.array(lines))


def is_valid(column: pa.ChunkedArray) -> Mask:
    """Tell which cells are filled."""
    return as_mask(pc.is_valid(column))


def as_mask(truth: pa.ChunkedArray | pa.Array) -> Mask:
    """Give Arrow truth values as a mask; unknown is false."""
    return np.asarray(pc.fill_null(truth, False), dtype=bool)


def text_of(chunk: pa.Array) -> tuple[Numbers, NDArray[np.uint8]]:
    """Give a chunk's text as Arrow keeps it: where each cell begins and ends, and the bytes of all of them."""
    _, offsets, data = chunk.buffers()
    width = np.dtype(np.int64 if pa.types.is_large_string(chunk.type) else np.int32)
    bounds = np.frombuffer(offsets, dtype=width) if len(chunk) else np.zeros(1, dtype=width)
    text = np.frombuffer(data if data is not None else b"", dtype=np.uint8)
    return bounds[chunk.offset : chunk.offset + len(chunk) + 1], text


def by_value(column: pa.DictionaryArray, told: Callable[[str], str | None]) -> pa.Array:
    """Return what is told of each value of a column, asked once for each different one."""
    values = pa.array([told(value) for value in column.dictionary.to_pylist()], pa.large_string())
    return pc.take(values, column.indices)


def without(column: pa.ChunkedArray, blank: pa.ChunkedArray | pa.Array) -> pa.ChunkedArray:
    """Return a column without the values in some places."""
    return pc.if_else(blank, pa.scalar(None, column.type), column)


def key_codes(frame: pd.DataFrame, columns: Sequence[str]) -> Numbers:
    """Return for each line the number of its key, from 0; a missing part of a key is a value like any other.

    >>> frame = pd.DataFrame({"a": ["x", "x", None, None], "b": ["1", "1", "1", None]})
    >>> key_codes(frame, ["a", "b"]).tolist()
    [0, 0, 1, 2]
    """
    codes = np.zeros(len(frame), np.int64)
    for name in columns:
        own, values = pd.factorize(frame[name], use_na_sentinel=True)
        # numbered anew after each column, so that the product stays small enough for an int64
        pair: Any = codes * (len(values) + 1) + (own + 1)
        codes = pd.factorize(pair)[0].astype(np.int64)
    return codes
