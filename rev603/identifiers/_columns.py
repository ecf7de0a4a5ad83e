"""Whole columns of text at once: from pandas to Arrow and back, and text of one width as a matrix of bytes.

Nothing here loops over cells, except where a column of mixed Python objects must first be told apart.
"""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, Any, cast

import numpy as np
import pandas as pd
import pyarrow as pa
import pyarrow.compute as pc

from rev603.safe_text import DASHES

if TYPE_CHECKING:
    from collections.abc import Callable

    from numpy.typing import NDArray

TEXT = pa.large_string()

#: What word processors and other keyboards put for a hyphen.
_LOOKALIKES = f"[{re.escape(DASHES)}]"


def arrow_text(column: pd.Series[Any]) -> Any:
    """Give a pandas column of text as one Arrow array; anything else than text is a ``TypeError``."""
    if column.dtype == object:
        foreign = ~column.map(_is_text).astype(bool) & column.notna()
        if foreign.any():
            kind = type(column[foreign].iloc[0]).__name__
            raise TypeError(
                f"the column {column.name!r} holds values that are not text ({kind}): "
                "read it as text (dtype=str)"
            )
    elif not _is_text_dtype(column):
        raise TypeError(
            f"the column {column.name!r} is {column.dtype}, not text: as numbers, identifiers lose their "
            "leading zeros, so read it as text (dtype=str)"
        )
    return one_array(pa.array(column, from_pandas=True))


def arrow_text_or_null(column: pd.Series[Any]) -> Any:
    """Give a column of whatever as one Arrow array of text, null wherever it holds something else."""
    if column.dtype == object:
        return one_array(pa.array(column.where(column.map(_is_text).astype(bool)), from_pandas=True))
    if _is_text_dtype(column):
        return arrow_text(column)
    return pa.nulls(len(column), TEXT)


def _is_text_dtype(column: pd.Series[Any]) -> bool:
    dtype: Any = column.dtype
    if isinstance(dtype, pd.CategoricalDtype):
        dtype = dtype.categories.dtype
    return bool(pd.api.types.is_string_dtype(dtype)) and str(dtype) != "object"


def _is_text(value: object) -> bool:
    """Tell whether a value is text that Arrow can hold: half a surrogate pair is not."""
    return isinstance(value, str) and value.encode("utf-8", "replace") == value.encode(
        "utf-8", "surrogatepass"
    )


def one_array(array: Any) -> Any:
    """Give text, of any Arrow string type and in however many chunks, as one array of large strings."""
    if isinstance(array, pa.ChunkedArray):
        array = array.combine_chunks() if array.num_chunks != 1 else array.chunk(0)
    return array if array.type == TEXT else pc.cast(array, TEXT)


def pandas_text(array: Any, like: pd.Series[Any]) -> pd.Series[str]:
    """Give an Arrow array of text as a pandas column with the index and name of another."""
    text: Any = pd.StringDtype(na_value=np.nan)
    values = text.__from_arrow__(array)
    return cast("pd.Series[str]", pd.Series(values, index=like.index, name=like.name))


def by_distinct(column: pd.Series[Any], function: Callable[[str], str | None]) -> pd.Series[str]:
    """Give what a function says of each text of a column, asking it once for each different one."""
    text = arrow_text(column).dictionary_encode()
    answers = pa.array([function(value) for value in text.dictionary.to_pylist()], TEXT)
    return pandas_text(answers.take(text.indices), column)


def pandas_bool(values: NDArray[np.bool_], like: pd.Series[Any]) -> pd.Series[bool]:
    """Give a numpy array of answers as a pandas column with the index and name of another."""
    return cast("pd.Series[bool]", pd.Series(values, index=like.index, name=like.name))


def stripped(array: Any, *, hyphens: bool) -> Any:
    """Take spaces (and hyphens) out of every value and raise a-z to A-Z, other scripts untouched."""
    offsets, data = _buffers(array)
    if bool((data >= 0x80).any()):
        array = pc.replace_substring_regex(array, "\u00a0", " ")
        array = pc.replace_substring_regex(array, _LOOKALIKES, "-")
        offsets, data = _buffers(array)
    keep = data != 0x20
    if hyphens:
        keep &= data != 0x2D
    if not keep.all():
        kept = np.concatenate([[0], np.cumsum(keep)])
        offsets = kept[offsets]
        data = data[keep]
    lower = (data >= 0x61) & (data <= 0x7A)
    if lower.any():
        data = np.where(lower, data ^ 0x20, data)
    elif keep.all():
        return array
    valid = pa.array(validity(array)).buffers()[1] if array.null_count else None
    buffers = [valid, pa.py_buffer(offsets.astype(np.int64)), pa.py_buffer(data)]
    return pa.Array.from_buffers(TEXT, len(array), buffers)


def _buffers(array: Any) -> tuple[NDArray[np.int64], NDArray[np.uint8]]:
    """Give the offsets, counted from 0, and the bytes of an array of large strings, without copying."""
    if len(array) == 0:
        return np.zeros(1, np.int64), np.zeros(0, np.uint8)
    _, positions, content = array.buffers()
    offsets = np.frombuffer(positions, np.int64)[array.offset : array.offset + len(array) + 1]
    data = np.frombuffer(content if content is not None else b"", np.uint8)[offsets[0] : offsets[-1]]
    return offsets - offsets[0], data


def validity(array: Any) -> NDArray[np.bool_]:
    """Tell where an array is not null."""
    return cast("NDArray[np.bool_]", pc.is_valid(array).to_numpy(zero_copy_only=False))


def widths(array: Any) -> NDArray[np.int64]:
    """Give the length in bytes of each value, 0 for a null."""
    offsets, _ = _buffers(array)
    return np.where(validity(array), np.diff(offsets), 0)


def matrix(array: Any, chosen: NDArray[np.bool_], width: int) -> NDArray[np.uint8]:
    """Give the chosen values, all of one width in bytes, as a matrix: a row per value, a column per byte."""
    if not chosen.all():
        array = array.filter(pa.array(chosen))
    return _buffers(array)[1].reshape(-1, width)
