"""For the few analyses that need pandas inside: there, and back to the caller's kind of frame."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import narwhals as nw
import pandas as pd
import pyarrow as pa

from rev603.analysis._frames import open_frame

if TYPE_CHECKING:
    from collections.abc import Iterable


def to_pandas(native: Any, needed: Iterable[str]) -> pd.DataFrame:
    """Return the needed columns of a frame of any engine as pandas, missing text as pandas has it."""
    names = list(needed)
    return collected(open_frame(native, names).select(*names))


def collected(frame: nw.LazyFrame[Any] | nw.DataFrame[Any]) -> pd.DataFrame:
    """Return what narwhals wraps as pandas: by Arrow, since PySpark's own way does not know pandas 3 yet."""
    if not isinstance(frame, nw.LazyFrame):
        return frame.to_pandas()
    # PySpark calls each date an instant: taken as what it is in the session's time zone, before it is fetched
    spark = frame.implementation.is_spark_like()
    days = [name for name, kind in frame.collect_schema().items() if spark and isinstance(kind, nw.Datetime)]
    lines = frame.with_columns(nw.col(name).cast(nw.Date) for name in days).collect("pyarrow").to_pandas()
    return lines.astype(dict.fromkeys(days, "datetime64[us]"))


def like(answer: pd.DataFrame, native: Any) -> Any:
    """Return a pandas answer as the kind of frame that the caller brought."""
    if isinstance(native, pd.DataFrame):
        return answer
    asked: Any = nw.from_native(native)
    ours = pa.Table.from_pandas(answer, preserve_index=False)
    if asked.implementation.is_spark_like():
        return native.sparkSession.createDataFrame(ours)
    if isinstance(asked, nw.LazyFrame):
        return nw.from_native(ours).lazy(asked.implementation).to_native()
    return nw.from_arrow(ours, backend=asked.implementation).to_native()
