"""One line per group of refund lines: the figures that all of the ``by_…`` analyses share."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import narwhals as nw

from rev603.analysis._cents import cents, dollars, open_frame
from rev603.analysis.status import has_state, text_key
from rev603.vocabulary import statuses

if TYPE_CHECKING:
    from collections.abc import Sequence

    from narwhals.typing import IntoFrameT

METHOD_COLUMNS = ("refund_secondary_status", "check_or_ach")
UNPAID = "unpaid"

_FIGURES = ("amount", "ach_amount", "check_amount", "unpaid_amount", "rejected_amount")
_SUMMED = (*_FIGURES, "rejected_lines")
_OUT = (
    "lines", "refunds", "amount", "ach_amount", "check_amount", "unpaid_amount",
    "rejected_lines", "rejected_amount", "first_refund_date", "last_refund_date",
)  # fmt: skip


def with_method(frame: Any) -> Any:
    """Add ``_status`` (status key) and ``_method``: ``ACH``, ``Check``, or ``unpaid`` (no money yet)."""
    unpaid = has_state("_status", *statuses.UNPAID_STATES)
    keyed = frame.with_columns(_status=text_key("refund_secondary_status"), _method=text_key("check_or_ach"))
    method = nw.lit(UNPAID)
    for text, name in statuses.METHODS.items():
        method = nw.when(~unpaid & (nw.col("_method") == text)).then(nw.lit(name)).otherwise(method)
    return keyed.with_columns(_method=method)


def grouped(refunds: IntoFrameT, keys: Sequence[str], *, by_method: bool = False) -> IntoFrameT:
    """Give one line per group, largest amount first; a missing key is a group of its own."""
    needed = [*([] if by_method else keys), "refund_id", "refund_date", "amount", *METHOD_COLUMNS]
    frame: Any = with_method(open_frame(refunds, needed))
    own = [nw.col("_method").alias(key) for key in keys] if by_method else [nw.col(key) for key in keys]
    rejected = has_state("_status", statuses.REJECTED)
    lines = frame.select(
        *own, "refund_id", "refund_date", "_method", amount=cents("amount"), _rejected=rejected
    ).with_columns(
        ach_amount=_where(nw.col("_method") == "ACH", "amount"),
        check_amount=_where(nw.col("_method") == "Check", "amount"),
        unpaid_amount=_where(nw.col("_method") == UNPAID, "amount"),
        rejected_amount=_where(nw.col("_rejected"), "amount"),
        rejected_lines=nw.col("_rejected").cast(nw.Int64),
        # engines count a missing refund number as one more distinct value: take it off again
        _without_id=nw.col("refund_id").is_null().cast(nw.Int64),
    )
    groups = lines.group_by(*keys).agg(
        nw.len().alias("lines"),
        nw.col("refund_id").n_unique().alias("refunds"),
        nw.col("_without_id").max(),
        *(nw.col(name).sum() for name in _SUMMED),
        nw.col("refund_date").min().alias("first_refund_date"),
        nw.col("refund_date").max().alias("last_refund_date"),
    )
    answer = groups.with_columns(
        *(dollars(nw.col(name)).alias(name) for name in _FIGURES),
        nw.col("lines", "rejected_lines").cast(nw.Int64),
        refunds=nw.col("refunds").cast(nw.Int64) - nw.col("_without_id").cast(nw.Int64),
    ).select(*keys, *_OUT)
    order = ["amount", *keys]
    ordered = answer.sort(*order, descending=[True, *(False for _ in keys)], nulls_last=True)
    native: IntoFrameT = nw.to_native(nw.maybe_reset_index(ordered))
    return native


def _where(condition: nw.Expr, column: str) -> nw.Expr:
    return nw.when(condition).then(nw.col(column)).otherwise(nw.lit(0)).cast(nw.Int64)
