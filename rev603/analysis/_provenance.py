"""What the reader knew beyond the lines: the files read, and the issues found in them."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from typing import Any

import narwhals as nw
import pandas as pd

from rev603.analysis._frames import cents, total
from rev603.analysis._text import status_text
from rev603.identifiers.refund_key import IDENTITY

Row = tuple[Any, ...]

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
_COVERAGE = {
    "what": "str", "report_date": "datetime64[us]", "first_refund_date": "datetime64[us]",
    "last_refund_date": "datetime64[us]", "lines": "Int64",
}  # fmt: skip
#: What could not be judged and may hide money, and (below) what the answer merely does not cover.
UNKNOWN_STATUS, NOT_OPENED, SET_ASIDE, NOT_TIED, DISAGREE, FUTURE, TOO_OLD = (
    "status not documented", "file not opened", "lines set aside", "totals do not tie out",
    "reports of one day disagree", "newest report in the future", "newest report too old",
)  # fmt: skip
EXTRACT, NO_RECORD, NO_COLUMN, BEHIND = (
    "only some of the lines", "no record of the files", "column missing", "folder behind another",
)  # fmt: skip
_SERIOUS = (UNKNOWN_STATUS, NOT_OPENED, SET_ASIDE, NOT_TIED, DISAGREE, FUTURE, TOO_OLD)
_NOT_JUDGED = {
    "what": "str", "source_file": "str", "lines": "Int64", "amount": "float64", "detail": "str",
    "serious": "bool",
}  # fmt: skip
_UNREAD = ("file-failed", "file-not-opened")
_TOTALS, _ABSENT = "totals-differ", "column-absent"


def sources_of(
    known: Mapping[str, Any], lines: pd.DataFrame, until: pd.Timestamp, *, ties: bool
) -> pd.DataFrame:
    """Return the files up to a report date; where the reader's record is lost, what the lines tell of them.

    Whether whole files tie out says nothing of an extract: then it is left out (``ties``).
    """
    if "sources" in known:
        frame = _typed(known["sources"], _SOURCES)
    else:
        columns = [name for name in ("source_file", "report_date") if name in lines.columns]
        parts = lines.groupby(columns, dropna=False)["amount"]
        found = parts.agg(lines="size", total_refund_amount_found=total).reset_index()
        frame = _typed(found, _SOURCES)
    frame = frame[~(frame["report_date"] > until)]
    frame = frame if ties else frame.assign(ties_out=pd.array([None] * len(frame), dtype="boolean"))
    return frame.sort_values(["report_date", "source_file"], kind="stable", ignore_index=True)


def issues_of(known: Mapping[str, Any], until: pd.Timestamp) -> pd.DataFrame:
    """Return the issues of the files up to a report date, and of those whose date is not known."""
    issues = _typed(known.get("issues", []), _ISSUES)
    sources = _typed(known.get("sources", []), _SOURCES)
    later = sources["report_date"] > until
    only_later = sources["source_file"][later & ~sources["source_file"].isin(sources["source_file"][~later])]
    kept = ~issues["source_file"].isin(only_later) | issues["source_file"].isna()
    return issues[kept].reset_index(drop=True)


def extract_of(known: Mapping[str, Any], lines: int) -> int | None:
    """Return how many lines the files have, where the frame holds another number of them."""
    whole = sum(source["lines"] for source in known.get("sources", ()))
    return whole if "sources" in known and whole != lines else None


def coverage_of(lines: pd.DataFrame, dates: pd.DatetimeIndex) -> pd.DataFrame:
    """Return the refund dates that each report shows, and the gaps of more than a week that none of them shows."""
    days = lines.groupby("report_date")["refund_date"]
    dated = days.agg(first_refund_date="min", last_refund_date="max", lines="size").reindex(dates)
    reports = dated.assign(what="report", report_date=dates, lines=dated["lines"].fillna(0).astype("Int64"))
    windows = reports.reset_index(drop=True).dropna().sort_values("first_refund_date")
    seen_up_to, start = windows["last_refund_date"].cummax().shift(), windows["first_refund_date"]
    gap, day = (start - seen_up_to) > pd.Timedelta(days=8), pd.Timedelta(days=1)
    gaps = {"what": "gap", "first_refund_date": seen_up_to[gap] + day, "last_refund_date": start[gap] - day}
    both = pd.concat([reports, pd.DataFrame(gaps)], ignore_index=True).reindex(columns=list(_COVERAGE))
    found: pd.DataFrame = both.astype(_COVERAGE)
    return found


def disagreeing(lines: pd.DataFrame, counting: pd.DataFrame) -> pd.DataFrame:
    """Return lines that do not count, and whose status or amount the file that counts has otherwise.

    Compared are files of the same day and kind: a REV-613 says it in other words than a REV-603.
    """
    dropped = lines.loc[lines.index.difference(counting.index)]
    refund = [*IDENTITY, "report_date", *(["report"] if "report" in lines else [])]
    shown_by_both = dropped.merge(counting[refund].drop_duplicates(), on=refund)
    sides = [
        nw.from_native(side).with_columns(
            _status=status_text("refund_secondary_status"), _cents=cents("amount")
        )
        for side in (shown_by_both, counting[counting["report_date"].isin(dropped["report_date"])])
    ]
    rival, counts = (side.to_native() for side in sides)
    own = pd.MultiIndex.from_frame(rival[[*refund, "_status", "_cents"]])
    return rival[~own.isin(pd.MultiIndex.from_frame(counts[[*refund, "_status", "_cents"]]))]


def not_judged(
    lines: pd.DataFrame,
    known: Mapping[str, Any],
    unknown: pd.DataFrame,
    doubtful: Iterable[Row],
    extract_of: int | None,
) -> pd.DataFrame:
    """Return what could not be judged (statuses, files, dates), and what the lines do not cover."""
    rows = [*_unknown_statuses(unknown), *doubtful, *_not_covered(lines, known, extract_of)]
    frame = pd.DataFrame(rows, columns=list(_NOT_JUDGED)[:-1])
    return _typed(frame.assign(serious=frame["what"].isin(_SERIOUS)), _NOT_JUDGED)


def _unknown_statuses(lines: pd.DataFrame) -> Iterator[Row]:
    """Give the statuses that nobody has documented, file by file."""
    shown = lines if "source_file" in lines else lines.assign(source_file=pd.Series(None, dtype="str"))
    for (file, status), some in shown.groupby(["source_file", "refund_secondary_status"], dropna=False):
        named = status if isinstance(status, str) else "no status is shown"
        detail = f"{named}: neither stuck, cleared nor paid until it is known"
        yield UNKNOWN_STATUS, file, len(some), total(some["amount"]), detail


def doubtful_files(sources: pd.DataFrame, issues: pd.DataFrame, pulls: pd.DataFrame) -> Iterator[Row]:
    """Give files that could not be opened, or not be read in whole, do not tie out, or contradict one another."""
    unread = issues[issues["code"].isin(_UNREAD)]
    for file, text in zip(unread["source_file"], unread["message"], strict=True):
        yield NOT_OPENED, file, None, None, text
    bad = issues[(issues["severity"] == "error") & ~issues["code"].isin((*_UNREAD, _TOTALS))]
    for file, some in bad.groupby("source_file", dropna=False):
        places = some[["source_sheet", "source_row"]].drop_duplicates()
        yield SET_ASIDE, file, len(places), None, some["message"].iloc[0]
    for source in sources[sources["ties_out"].eq(other=False).fillna(value=False)].to_dict("records"):
        stated, found = source["total_refund_amount_stated"], source["total_refund_amount_found"]
        amount = None if pd.isna(stated) else round(found - stated, 2)
        yield NOT_TIED, source["source_file"], source["lines"], amount, "found less stated; see Sources"
    behind = issues[issues["code"] == "folder-behind"]
    for file, text in zip(behind["source_file"], behind["message"], strict=True):
        yield BEHIND, file, None, None, text
    for file, some in pulls.groupby("source_file", dropna=False) if len(pulls) else ():
        further = "a file of the same day that shows them further counts"
        yield DISAGREE, file, len(some), total(some["amount"]), further


def doubtful_dates(
    report_date: pd.Timestamp, today: pd.Timestamp | None, max_age: int | None
) -> Iterator[Row]:
    """Give whether the newest report is of a day to come, or too old, as far as somebody says what day it is."""
    age = 0 if today is None else (today - report_date).days
    if today is not None and age < 0:
        yield FUTURE, None, None, None, f"it is dated {report_date.date()}, and today is {today.date()}"
    elif max_age is not None and age > max_age:
        yield TOO_OLD, None, None, None, f"it is of {report_date.date()}, {age} days ago"


def _not_covered(lines: pd.DataFrame, known: Mapping[str, Any], extract_of: int | None) -> Iterator[Row]:
    """Give what the lines do not cover: the rest of the files, their totals, a column that no file has."""
    if extract_of is not None:
        yield EXTRACT, None, len(lines), None, f"the files that were read have {extract_of:,} lines"
    if "sources" not in known:
        what_to_do = "the lines do not say whether their files tie out: pass what read_history gives"
        yield NO_RECORD, None, None, None, what_to_do
    for name, heading in (("care_of", "C/O"), ("check_or_ach", "Check or ACH")):
        for issue in known.get("issues", ()):
            if issue.get("code") == _ABSENT and issue.get("column") == name:
                yield NO_COLUMN, issue["source_file"], None, None, f"{heading} is not in the file"


def _typed(records: Any, kinds: Mapping[str, str]) -> pd.DataFrame:
    frame = pd.DataFrame(records).reindex(columns=list(kinds))
    for name, kind in kinds.items():
        frame[name] = pd.to_datetime(frame[name]) if kind.startswith("datetime") else frame[name]
    return frame.astype(dict(kinds))
