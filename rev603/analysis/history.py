"""Many reports as one story: the newest state, and what differs between two states."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import narwhals as nw

from rev603.analysis._cents import open_frame
from rev603.analysis.follow_up import KEY
from rev603.errors import Rev603Error
from rev603.vocabulary.headings import REFUND_COLUMNS

if TYPE_CHECKING:
    from narwhals.typing import IntoFrameT

__all__ = ["KEY", "current", "require_report_dates", "shown_once"]

_CONTENT = tuple(column.name for column in REFUND_COLUMNS)


def current(history: IntoFrameT) -> IntoFrameT:
    """Give the newest state of each refund: the lines of the newest report that shows it.

    Parameters
    ----------
    history
        Refund lines of many reports: a frame with ``payee_id refund_id document_number report_date``,
        of any engine. Several files (``source_file``) with the same report date are one report; a line
        that more than one of them shows, equal in all columns of the report, counts once.

    Returns
    -------
    frame
        For each key (``payee_id``, ``refund_id``, ``document_number``; a missing part is a value like
        any other) all lines of the newest report that shows it, with every column of ``history`` and in
        its order (which a database does not promise).

    Raises
    ------
    ColumnsMissingError
        Without one of those columns.
    Rev603Error
        Lines have no report date, so nobody can say which are the newest.

    Notes
    -----
    Reports are drawn by refund date, and a status can change without the refund date moving (CSMS
    59949325), so date windows overlap, and a refund may be missing from the newest report only because
    its window has passed.

    Examples
    --------
    >>> import pandas as pd
    >>> history = pd.DataFrame({
    ...     "payee_id": "98-765432100", "refund_id": ["1", "2", "1"], "document_number": "A",
    ...     "refund_secondary_status": ["Reject No ACH", "Treasury Issued", "Check/ACH Reissued"],
    ...     "report_date": pd.to_datetime(["2026-03-13", "2026-03-13", "2026-03-20"])})
    >>> current(history)[["refund_id", "refund_secondary_status"]]
      refund_id refund_secondary_status
    1         2         Treasury Issued
    2         1      Check/ACH Reissued
    """
    frame: Any = open_frame(history, [*KEY, "report_date"])
    newest = nw.col("report_date") == nw.col("report_date").max().over(*KEY)
    files = require_report_dates(frame)
    answer = frame.filter(newest)
    if files > 1:
        answer = shown_once(answer)
    native: IntoFrameT = answer.to_native()
    return native


def require_report_dates(frame: Any) -> int:
    """Give how many files the fullest report date has, or refuse lines that have no report date."""
    columns = [name for name in ("report_date", "source_file") if name in frame.collect_schema().names()]
    counted = frame.group_by(*columns).agg(nw.len().alias("lines"))
    known: Any = counted.collect() if isinstance(counted, nw.LazyFrame) else counted
    undated = known.filter(nw.col("report_date").is_null())
    if len(undated):
        files = sorted({str(name) for name in undated["source_file"].to_list()}) if len(columns) == 2 else []
        raise Rev603Error(
            f"{int(undated['lines'].sum())} refund lines have no report date.",
            where=", ".join(files),
            why="what is newest is told by the report's own date",
            what_to_do="give read_history the dates (report_dates=), or set the column report_date",
        )
    per_date = known.group_by("report_date").agg(nw.len().alias("files"))
    return max(per_date["files"].to_list(), default=0)


def shown_once(frame: Any) -> Any:
    """Keep of a line that several files of one report date show those of the file that has most of them."""
    columns = frame.collect_schema().names()
    same = [name for name in (*_CONTENT, "report_date") if name in columns]
    file = nw.col("source_file").cast(nw.String).fill_null("")
    counted = frame.with_columns(_file=file).with_columns(
        _times=nw.col("report_date").count().over(*same, "_file")
    )
    fullest = counted.filter(nw.col("_times") == nw.col("_times").max().over(*same))
    first = fullest.filter(nw.col("_file") == nw.col("_file").min().over(*same))
    return first.drop("_file", "_times")
