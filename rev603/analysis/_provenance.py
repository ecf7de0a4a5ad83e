"""What the reader knew beyond the lines: the files read, and the issues found in them."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import narwhals as nw
import pandas as pd

from rev603.analysis._cents import cents, dollars
from rev603.analysis._text import status_text
from rev603.identifiers.refund_key import IDENTITY

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

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
#: What could not be judged and may hide money, and (below) what the answer merely does not cover.
UNKNOWN_STATUS, NOT_OPENED, SET_ASIDE, NOT_TIED, DISAGREE, FUTURE, TOO_OLD = (
    "status not documented", "file not opened", "lines set aside", "totals do not tie out",
    "reports of one day disagree", "newest report in the future", "newest report too old",
)  # fmt: skip
EXTRACT, NO_RECORD, NO_COLUMN = "only some of the lines", "no record of the files", "column missing"
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
        counted: Any = (
            nw.from_native(lines[[*columns, "amount"]])
            .with_columns(amount=cents("amount"))
            .group_by(*columns)
            .agg(nw.len().alias("lines"), nw.col("amount").sum().alias("total_refund_amount_found"))
            .with_columns(total_refund_amount_found=dollars(nw.col("total_refund_amount_found")))
        )
        frame = _typed(counted.to_native(), _SOURCES)
    frame = frame[~(frame["report_date"] > until)]
    frame = frame if ties else frame.assign(ties_out=pd.array([None] * len(frame), dtype="boolean"))
    return frame.sort_values(["report_date", "source_file"], kind="stable", ignore_index=True)


def issues_of(known: Mapping[str, Any], until: pd.Timestamp) -> pd.DataFrame:
    """Return the issues of the files up to a report date, and of those whose date is not known."""
    issues = _typed(known.get("issues", []), _ISSUES)
    sources = _typed(known.get("sources", []), _SOURCES)
    later = sources["report_date"] > until
    only_later = sources["source_file"][later & ~sources["source_file"].isin(sources["source_file"][~later])]
    return issues[~issues["source_file"].isin(only_later) | issues["source_file"].isna()].reset_index(
        drop=True
    )


def extract_of(known: Mapping[str, Any], lines: int) -> int | None:
    """Return how many lines the files have, where the frame holds another number of them."""
    whole = sum(source["lines"] for source in known.get("sources", ()))
    return whole if "sources" in known and whole != lines else None


def coverage_of(lines: pd.DataFrame, dates: pd.DatetimeIndex) -> pd.DataFrame:
    """Return the refund dates that each report shows, and the gaps of more than a week that none of them shows."""
    dated = lines.groupby("report_date")["refund_date"].agg(["min", "max", "size"]).reindex(dates)
    reports = pd.DataFrame(
        {
            "what": pd.Series("report", index=range(len(dates)), dtype="str"),
            "report_date": dates.astype("datetime64[us]"),
            "first_refund_date": dated["min"].to_numpy("datetime64[us]"),
            "last_refund_date": dated["max"].to_numpy("datetime64[us]"),
            "lines": dated["size"].fillna(0).astype("Int64").array,
        }
    )
    windows = reports.dropna().sort_values("first_refund_date")
    seen_up_to, start = windows["last_refund_date"].cummax().shift(), windows["first_refund_date"]
    gap = (start - seen_up_to) > pd.Timedelta(days=8)
    day = pd.Timedelta(days=1)
    gaps = pd.DataFrame(
        {
            "what": "gap",
            "first_refund_date": seen_up_to[gap] + day,
            "last_refund_date": start[gap] - day,
        }
    )
    both = pd.concat([reports, gaps], ignore_index=True) if len(gaps) else reports
    return both.astype(reports.dtypes.to_dict())


def disagreeing(lines: pd.DataFrame, counting: pd.DataFrame) -> pd.DataFrame:
    """Return lines that do not count, and whose status or amount the file that counts has otherwise.

    Compared are files of the same day and kind: a REV-613 says it in other words than a REV-603.
    """
    dropped = lines.loc[lines.index.difference(counting.index)]
    refund = [*IDENTITY, "report_date", *(["report"] if "report" in lines else [])]
    shown_by_both = dropped.merge(counting[refund].drop_duplicates(), on=refund)
    own = [*refund, "_status", "_cents"]
    sides = [
        nw.from_native(side).with_columns(
            _status=status_text("refund_secondary_status"), _cents=cents("amount")
        )
        for side in (shown_by_both, counting[counting["report_date"].isin(dropped["report_date"])])
    ]
    rival, counts = (side.to_native() for side in sides)
    found = rival.merge(counts[own].drop_duplicates(), on=own, how="left", indicator="_found")
    return found[found["_found"] == "left_only"]


def unknown_statuses(lines: pd.DataFrame) -> pd.DataFrame:
    """Return the statuses that nobody has documented, file by file, with how many lines and how much."""
    shown = lines if "source_file" in lines else lines.assign(source_file=pd.Series(None, dtype="str"))
    rows = [
        (
            UNKNOWN_STATUS,
            file,
            len(some),
            _dollars(some),
            f"{status}: neither stuck, cleared nor paid until it is known",
        )
        for (file, status), some in shown.groupby(["source_file", "refund_secondary_status"], dropna=False)
    ]
    return _frame(rows)


def doubtful_files(sources: pd.DataFrame, issues: pd.DataFrame, pulls: pd.DataFrame) -> pd.DataFrame:
    """Return files that could not be opened, or not be read in whole, do not tie out, or contradict one another."""
    unread = issues[issues["code"].isin(_UNREAD)]
    rows: list[Row] = [
        (NOT_OPENED, file, None, None, text)
        for file, text in zip(unread["source_file"], unread["message"], strict=True)
    ]
    bad = issues[(issues["severity"] == "error") & ~issues["code"].isin((*_UNREAD, _TOTALS))]
    for file, some in bad.groupby("source_file", dropna=False):
        places = some[["source_sheet", "source_row"]].drop_duplicates()
        rows.append((SET_ASIDE, file, len(places), None, some["message"].iloc[0]))
    wrong = sources[sources["ties_out"].eq(other=False).fillna(value=False)]
    for source in wrong.to_dict("records"):
        stated, found = source["total_refund_amount_stated"], source["total_refund_amount_found"]
        amount = None if pd.isna(stated) else round(found - stated, 2)
        rows.append(
            (NOT_TIED, source["source_file"], source["lines"], amount, "found less stated; see Sources")
        )
    for file, some in pulls.groupby("source_file", dropna=False) if len(pulls) else ():
        rows.append(
            (
                DISAGREE,
                file,
                len(some),
                _dollars(some),
                "a file of the same day that shows them further counts",
            )
        )
    return _frame(rows)


def doubtful_dates(
    report_date: pd.Timestamp, today: pd.Timestamp | None, max_age: int | None
) -> pd.DataFrame:
    """Return whether the newest report is of a day to come, or too old, as far as somebody says what day it is."""
    if today is None:
        return _frame([])
    age = (today - report_date).days
    if age < 0:
        return _frame(
            [(FUTURE, None, None, None, f"it is dated {report_date.date()}, and today is {today.date()}")]
        )
    late = max_age is not None and age > max_age
    return _frame(
        [(TOO_OLD, None, None, None, f"it is of {report_date.date()}, {age} days ago")] if late else []
    )


def not_covered(lines: pd.DataFrame, known: Mapping[str, Any], extract_of: int | None) -> pd.DataFrame:
    """Return what the lines do not cover: the rest of the files, their totals, a column that no file has."""
    rows: list[Row] = []
    if extract_of is not None:
        rows.append((EXTRACT, None, len(lines), None, f"the files that were read have {extract_of:,} lines"))
    if "sources" not in known:
        rows.append(
            (
                NO_RECORD,
                None,
                None,
                None,
                "the lines do not say whether their files tie out: pass what read_history gives",
            )
        )
    for name, heading in (("care_of", "C/O"), ("check_or_ach", "Check or ACH")):
        absent = [
            issue["source_file"]
            for issue in known.get("issues", ())
            if issue.get("code") == _ABSENT and issue.get("column") == name
        ]
        rows += [(NO_COLUMN, file, None, None, f"{heading} is not in the file") for file in absent]
    return _frame(rows)


def _dollars(lines: pd.DataFrame) -> float:
    in_cents: Any = nw.from_native(lines[["amount"]]).select(cents("amount")).to_native()
    return int(in_cents["amount"].sum()) / 100


def _frame(rows: Sequence[Row]) -> pd.DataFrame:
    frame = pd.DataFrame(rows, columns=list(_NOT_JUDGED)[:-1])
    return _typed(frame.assign(serious=frame["what"].isin(_SERIOUS)), _NOT_JUDGED)


def _typed(records: Any, kinds: Mapping[str, str]) -> pd.DataFrame:
    frame = pd.DataFrame(records).reindex(columns=list(kinds))
    for name, kind in kinds.items():
        frame[name] = pd.to_datetime(frame[name]) if kind.startswith("datetime") else frame[name]
    return frame.astype(dict(kinds))
