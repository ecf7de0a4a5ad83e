"""One whole number per key, so that long histories are sorted and counted as integers."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import numpy as np
import pandas as pd

if TYPE_CHECKING:
    from collections.abc import Sequence

    from numpy.typing import NDArray


def key_codes(frame: pd.DataFrame, columns: Sequence[str]) -> NDArray[np.int64]:
    """Give each line the number of its key, from 0; a missing part of a key is a value like any other.

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
