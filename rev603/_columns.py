"""Whole columns of text at once, as Arrow keeps them, and as pandas text without a copy."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import Any, TypeAlias

import narwhals as nw
import numpy as np
import pandas as pd
import pyarrow as pa
import pyarrow.compute as pc
from numpy.typing import NDArray
from pandas.api.extensions import ExtensionArray

from rev603.errors import IdentifierError
from rev603.safe_text import DASHES

#: Line numbers, cents or counts; and one truth for each line.
Numbers: TypeAlias = NDArray[np.int64]
Mask: TypeAlias = NDArray[np.bool_]

TEXT = pd.StringDtype(na_value=np.nan)
ARROW = pa.large_string()
#: pyarrow releases the interpreter while it works on a column, so columns share the cores.
WORKERS = 2
#: So many lines are one piece of work to Arrow's engine. Several pieces are shared between cores, and what is told of a
#: group then stands on other lines.
_ONE_PIECE = 32_768


def pandas_text(column: pa.ChunkedArray | pa.Array) -> ExtensionArray:
    """Give Arrow text as pandas ``str``; null is missing."""
    dtype: Any = TEXT  # the stubs do not know that pandas makes its text from Arrow without a copy
    made: ExtensionArray = dtype.__from_arrow__(column)
    return made


def in_arrow(lines: pd.DataFrame) -> Any:
    """Return lines as an open narwhals frame, of Arrow's if they are few: an expression costs a third there."""
    if len(lines) > _ONE_PIECE:
        return nw.from_native(lines, eager_only=True)
    text = {name: "str" for name, dtype in lines.dtypes.items() if dtype in ("object", "category")}
    return nw.from_native(pa.Table.from_pandas(lines.astype(text), preserve_index=False).combine_chunks())


def constant(text: str | None, count: int) -> ExtensionArray:
    """Give the same text on every line."""
    return pandas_text(pa.repeat(pa.scalar(text, pa.large_string()), count))


def joined_text(*parts: pa.Array | pa.ChunkedArray | str) -> pa.Array:
    """Join texts line by line; text from Python is the same on each."""
    texts = [pa.scalar(part, ARROW) if isinstance(part, str) else part for part in parts]
    return pc.binary_join_element_wise(*texts, pa.scalar("", ARROW))


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
    values = pa.array([told(value) for value in column.dictionary.to_pylist()], column.dictionary.type)
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
    for number, name in enumerate(columns):
        own, values = pd.factorize(frame[name], use_na_sentinel=False)
        # numbered anew after each column, so that the product stays small enough for an int64
        codes = pd.factorize(codes * len(values) + own)[0] if number else own
    return codes


def like(array: pa.Array, column: pd.Series[Any]) -> pd.Series[str]:
    """Return Arrow text as a pandas column with the index and name of another."""
    named: pd.Series[str] = pd.Series(pandas_text(array), index=column.index, name=column.name)
    return named


def column_form(function: Callable[[str], str | None]) -> Callable[[pd.Series[Any]], pd.Series[str]]:
    """Return a function that says of each value of a column what another one says of a single value."""

    def of_column(column: pd.Series[Any]) -> pd.Series[str]:
        return by_distinct(column, function)

    name = function.__name__
    of_column.__doc__ = (
        f"Return :func:`{name}` of each value of a pandas column of text; missing stays missing."
    )
    of_column.__name__ = of_column.__qualname__ = f"{name}_column"
    of_column.__module__ = function.__module__
    return of_column


def by_distinct(
    column: pd.Series[Any], function: Callable[[str], str | None], *, missing: str | None = None
) -> pd.Series[str]:
    """Return what a function says of each text of a column, asking it once for each different one."""
    text = arrow_text(column)
    text = text if missing is None else pc.fill_null(text, missing)
    return like(by_value(text.dictionary_encode(), function), column)


def arrow_text(column: pd.Series[Any], *, anything: bool = False) -> Any:
    """Return a pandas column of text as one Arrow array; what is no text is refused, or null where ``anything`` goes."""
    if not isinstance(column, pd.Series):
        raise IdentifierError(
            f"A pandas column is needed, and this is {type(column).__name__}.",
            what_to_do='pass a column, such as refunds["payee_id"]',
        )
    if str(column.dtype) == "object" or not pd.api.types.is_string_dtype(column.dtype):
        column = column.astype(object)
        foreign = column.notna() & ~column.map(_is_text).astype(bool)
        if foreign.any() and not anything:
            raise IdentifierError(
                f"The column {column.name!r} holds values that are not text ({type(column[foreign].iloc[0]).__name__}).",
                why="as numbers, identifiers lose their leading zeros",
                what_to_do="read it as text (dtype=str)",
            )
        column = column.mask(foreign)
    return one_array(pa.array(column, from_pandas=True))


def _is_text(value: object) -> bool:
    """Tell whether a value is text that Arrow can hold: half a surrogate pair is not."""
    whole = isinstance(value, str) and value.encode("utf-8", "replace") == value.encode(
        "utf-8", "surrogatepass"
    )
    return bool(whole)


def one_array(array: Any) -> Any:
    """Return text, of any Arrow string type and in however many chunks, as one array of large strings."""
    if isinstance(array, pa.ChunkedArray):
        array = array.combine_chunks() if array.num_chunks != 1 else array.chunk(0)
    return array if array.type == ARROW else pc.cast(array, ARROW)


def stripped(array: Any, *, hyphens: bool) -> Any:
    """Return texts without spaces (and hyphens), a-z raised to A-Z, other scripts untouched."""
    if not pc.all(pc.string_is_ascii(array)).as_py():
        array = pc.replace_substring(array, "\u00a0", " ")
        array = pc.replace_substring_regex(array, f"[{DASHES}]", "-")
    array = pc.replace_substring(array, " ", "")
    return pc.ascii_upper(pc.replace_substring(array, "-", "") if hyphens else array)


def matrix(array: Any, chosen: Mask, width: int) -> NDArray[np.uint8]:
    """Return the chosen values, all of one width in bytes, as a matrix: a row per value, a column per byte."""
    bounds, text = text_of(array if chosen.all() else array.filter(pa.array(chosen)))
    return text[bounds[0] : bounds[-1]].reshape(-1, width)
