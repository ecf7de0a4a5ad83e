"""For the few analyses that need pandas inside: there, and back to the caller's kind of frame."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, cast

import narwhals as nw
import pandas as pd

from rev603.analysis._cents import open_frame

if TYPE_CHECKING:
    from collections.abc import Iterable


def to_pandas(native: Any, needed: Iterable[str]) -> pd.DataFrame:
    """Give the needed columns of a frame of any engine as pandas, missing text as pandas has it."""
    names = list(needed)
    frame = open_frame(native, names).select(*names)
    collected = frame.collect("pandas") if isinstance(frame, nw.LazyFrame) else frame
    return collected.to_pandas()


def like(answer: pd.DataFrame, native: Any) -> Any:
    """Give a pandas answer as the kind of frame that the caller brought."""
    if isinstance(native, pd.DataFrame):
        return answer
    asked: Any = nw.from_native(native)
    ours = nw.from_native(answer)
    if isinstance(asked, nw.LazyFrame):
        return ours.lazy(cast("Any", asked.implementation)).to_native()
    return nw.from_arrow(ours.to_arrow(), backend=asked.implementation).to_native()
