"""What the reader knew beyond the lines: the files read, and the issues found in them."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import narwhals as nw
import pandas as pd

from rev603.analysis._cents import cents, dollars

if TYPE_CHECKING:
    from collections.abc import Mapping

_SOURCES = {
    "source_file": "str", "content_hash": "str", "report_date": "datetime64[us]", "lines": "Int64",
    "set_aside": "Int64", "rows_read": "Int64", "total_refunds_stated": "Int64",
    "total_refunds_found": "Int64", "total_refund_amount_stated": "float64",
    "total_refund_amount_found": "float64", "ties_out": "boolean",
    "verdict": "str", "grain": "str",
}  # fmt: skip
_ISSUES = {
    "severity": "str", "code": "str", "message": "str", "source_file": "str", "source_sheet": "str",
    "source_row": "Int64", "column": "str", "value": "str",
}  # fmt: skip


def sources_of(known: Mapping[str, Any], lines: pd.DataFrame, until: pd.Timestamp) -> pd.DataFrame:
    """Give the files up to a report date; where the reader's record is lost, what the lines tell of them."""
    if "sources" in known:
        frame = _typed(known["sources"], _SOURCES)
    else:
        columns = [name for name in ("source_file", "report_date") if name in lines.columns]
        counted: Any = (
            nw.from_native(lines[[*columns, "amount"]])
            .with_columns(amount=cents("amount"))
            .group_by(*columns)
            .agg(nw.len().alias("lines"), nw.col("amount").sum().alias("total_refund_amount_found"))
            .with_columns(total_refund_amount_found=dollars(nw.col("total_refund_amount_found")))
        )
        frame = _typed(counted.to_native(), _SOURCES)
    frame = frame[~(frame["report_date"] > until)]
    return frame.sort_values(["report_date", "source_file"], kind="stable", ignore_index=True)


def issues_of(known: Mapping[str, Any], until: pd.Timestamp) -> pd.DataFrame:
    """Give the issues of the files up to a report date, and of those whose date is not known."""
    issues = _typed(known.get("issues", []), _ISSUES)
    sources = _typed(known.get("sources", []), _SOURCES)
    later = sources["report_date"] > until
    only_later = sources["source_file"][later & ~sources["source_file"].isin(sources["source_file"][~later])]
    return issues[~issues["source_file"].isin(only_later) | issues["source_file"].isna()].reset_index(
        drop=True
    )


def _typed(records: Any, kinds: Mapping[str, str]) -> pd.DataFrame:
    frame = pd.DataFrame(records).reindex(columns=list(kinds))
    for name, kind in kinds.items():
        frame[name] = pd.to_datetime(frame[name]) if kind.startswith("datetime") else frame[name]
    return frame.astype(dict(kinds))
