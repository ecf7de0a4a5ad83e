"""Whole columns of identifiers at once: pandas text of any kind as Arrow text, and single answers for each value."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, cast

import numpy as np
import pandas as pd
import pyarrow as pa
import pyarrow.compute as pc

from rev603._columns import text_of
from rev603.errors import IdentifierError
from rev603.safe_text import DASHES

if TYPE_CHECKING:
    from collections.abc import Callable

    from numpy.typing import NDArray

TEXT = pa.large_string()


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
    filled = arrow_text(column)
    text = (filled if missing is None else pc.fill_null(filled, missing)).dictionary_encode()
    answers = pa.array([function(value) for value in text.dictionary.to_pylist()], TEXT)
    return pandas_text(answers.take(text.indices), column)


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
    return array if array.type == TEXT else pc.cast(array, TEXT)


def pandas_text(array: Any, like: pd.Series[Any]) -> pd.Series[str]:
    """Return an Arrow array of text as a pandas column with the index and name of another."""
    text: Any = pd.StringDtype(na_value=np.nan)
    return cast("pd.Series[str]", pd.Series(text.__from_arrow__(array), index=like.index, name=like.name))


def stripped(array: Any, *, hyphens: bool) -> Any:
    """Return texts without spaces (and hyphens), a-z raised to A-Z, other scripts untouched."""
    if not pc.all(pc.string_is_ascii(array)).as_py():
        array = pc.replace_substring(array, "\u00a0", " ")
        array = pc.replace_substring_regex(array, f"[{DASHES}]", "-")
    array = pc.replace_substring(array, " ", "")
    return pc.ascii_upper(pc.replace_substring(array, "-", "") if hyphens else array)


def validity(array: Any) -> NDArray[np.bool_]:
    """Tell where an array is not null."""
    return cast("NDArray[np.bool_]", pc.is_valid(array).to_numpy(zero_copy_only=False))


def matrix(array: Any, chosen: NDArray[np.bool_], width: int) -> NDArray[np.uint8]:
    """Return the chosen values, all of one width in bytes, as a matrix: a row per value, a column per byte."""
    bounds, text = text_of(array if chosen.all() else array.filter(pa.array(chosen)))
    return text[bounds[0] : bounds[-1]].reshape(-1, width)
