"""Arrow text as pandas text, without a copy."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import numpy as np
import pandas as pd
import pyarrow as pa

if TYPE_CHECKING:
    from pandas.api.extensions import ExtensionArray

TEXT = pd.StringDtype(na_value=np.nan)


def pandas_text(column: pa.ChunkedArray | pa.Array) -> ExtensionArray:
    """Give Arrow text as pandas ``str``; null is missing."""
    dtype: Any = TEXT  # the stubs do not know that pandas makes its text from Arrow without a copy
    made: ExtensionArray = dtype.__from_arrow__(column)
    return made


def constant(text: str | None, count: int) -> ExtensionArray:
    """Give the same text on every line."""
    return pandas_text(pa.repeat(pa.scalar(text, pa.large_string()), count))
