"""What only several files together can prove: one spelling, one grain and one bearer for each refund; doubtful dates."""

from __future__ import annotations

import datetime as dt
from collections.abc import Sequence
from dataclasses import replace
from pathlib import Path
from typing import Any

import narwhals as nw
import numpy as np
import pandas as pd
import pyarrow as pa

from rev603._columns import key_codes
from rev603.identifiers.refund_key import (
    DOCUMENT_KEY,
    IDENTITY,
    KEY,
    PAYEE_KEY,
    PAYMENT,
    REFUND_KEY,
    one_bearer,
    with_identity,
)
from rev603.reading.control_totals import Counted, Header, control_totals
from rev603.reading.dates import date_in_name
from rev603.reading.issues import IssueLog, joined, quoted
from rev603.reading.report import Report
from rev603.vocabulary.statuses import IN_TRANSIT, STATE_OF_STATUS, UNKNOWN, status_key

_REFUND = [PAYEE_KEY, REFUND_KEY]
#: So many cells of a file that are put into one spelling are named one by one.
_NAMED = 20
#: A report is drawn to the day; its newest refund is a few days old, or weeks where nothing was refunded.
_LONG = 62


def settled(reports: Sequence[Report]) -> list[Report]:
    """Return the reports, oldest first, with what one file proves said for its siblings, and an issue for each change."""
    return _one_bearer(_one_grain(_one_spelling(list(reports))))


def _one_spelling(reports: list[Report]) -> list[Report]:
    """Show each refund in the fullest spelling that any file has, the newest of these."""
    if len(reports) < 2:
        return reports
    wanted = [*KEY, "entry_number", "source_file", "report_date"]
    lines = pd.concat([report.refunds[wanted] for report in reports], ignore_index=True)
    if not _spelled_differently(lines):
        return reports
    keyed: pd.DataFrame = with_identity(nw.from_native(lines)).to_native()
    fullest = {
        "payee_id": _fullest(keyed, "payee_id", [PAYEE_KEY], [PAYEE_KEY]),
        "refund_id": _fullest(keyed, "refund_id", list(IDENTITY), _REFUND),
        "document_number": _fullest(keyed, "document_number", list(IDENTITY), list(IDENTITY)),
    }
    parts = {name: _by_report(column, reports) for name, column in fullest.items()}
    return [
        _respelled(report, {name: columns[place] for name, columns in parts.items()})
        for place, report in enumerate(reports)
    ]


def _by_report(column: pd.Series[Any], reports: Sequence[Report]) -> list[pd.Series[Any]]:
    """Return a column of all reports together as one of each."""
    ends = np.cumsum([len(report.refunds) for report in reports]).tolist()
    return [column.iloc[start:end] for start, end in zip([0, *ends], ends, strict=False)]


def _spelled_differently(lines: pd.DataFrame) -> bool:
    """Tell from the distinct values whether two of them can be one: the lines themselves are then compared."""
    zero = lines["refund_id"].dropna().str.startswith("0")
    documents = lines["document_number"][lines["entry_number"].isna()]
    # ten digits are perhaps an entry number whose zero is lost and whose check digit is wrong
    if (zero.any() and not zero.all()) or documents.str.fullmatch("[0-9]{10}").any():
        return True
    for key, column in ((PAYEE_KEY, lines["payee_id"]), (DOCUMENT_KEY, documents)):
        texts = pd.DataFrame({column.name: column.dropna().drop_duplicates()})
        if with_identity(nw.from_native(texts)).to_native()[key].duplicated().any():
            return True
    return False


def _fullest(keyed: pd.DataFrame, name: str, same: list[str], shown: list[str]) -> pd.Series[Any]:
    """Give each line the longest spelling among those that are the same as its own, the newest of these."""
    text = keyed[name]
    known = keyed[[*dict.fromkeys([*same, *shown])]].assign(text=text)[text.notna()]
    several = known.drop_duplicates([*same, "text"])
    several = several[several.duplicated(same, keep=False)]
    if not len(several):
        return text
    newest = several.iloc[::-1]
    best = newest.iloc[np.argsort(-newest["text"].str.len().to_numpy(), kind="stable")].drop_duplicates(shown)
    found = keyed[shown].merge(best[[*shown, "text"]], on=shown, how="left")["text"].set_axis(keyed.index)
    return text.where(found.isna() | text.isna(), found)


def _respelled(report: Report, columns: dict[str, pd.Series[Any]]) -> Report:
    lines, log, fresh = report.refunds, IssueLog(report.source_file), {}
    for name, column in columns.items():
        before = lines[name].array
        places = np.flatnonzero((lines[name].notna() & (before != column.array)).to_numpy(dtype=bool))
        if not len(places):
            continue
        fresh[name] = column.array
        named = places if len(places) <= _NAMED else places[:1]
        more = "" if len(places) <= _NAMED else f", and so on {len(places):,} lines"
        shown = [
            quoted(pa.array(values.take(named), pa.large_string()), name) for values in (before, column.array)
        ]
        for place, old, new in zip(named.tolist(), *(each.to_pylist() for each in shown), strict=True):
            sheet, row = lines["source_sheet"].iloc[place], int(lines["source_row"].iloc[place])
            tab, value = None if pd.isna(sheet) else str(sheet), old.strip("'")
            code, detail = "spelling-of-siblings", f" ({old}): now {new}{more}"
            log.say(code, f"row {row}", detail, sheet=tab, row=row, column=name, value=value)
    if not fresh:
        return report
    return replace(report, refunds=lines.assign(**fresh), issues=joined([report.issues, log.frame()]))


def _one_grain(reports: list[Report]) -> list[Report]:
    """Read a file whose totals do not say what an amount stands for as its siblings' totals prove it."""
    unsure = [bool((report.issues["code"] == "ambiguous-grain").any()) for report in reports]
    if not any(unsure):
        return reports
    proofs = {
        report.control.grain: report.source_file
        for report, doubt in zip(reports, unsure, strict=True)
        if not doubt
        and report.control.ties_out
        and _counted(report, Header()).ambiguous  # the totals were needed
    }
    if len(proofs) != 1:
        return reports
    ((grain, proof),) = proofs.items()
    return [
        _with_grain(report, grain, proof) if doubt else report
        for report, doubt in zip(reports, unsure, strict=True)
    ]


def _counted(report: Report, header: Header, grain: Any = None) -> Counted:
    return control_totals(report.refunds, _cents(report.refunds["total_refund_amount"]), header, grain=grain)


def _with_grain(report: Report, grain: Any, proof: str) -> Report:
    lines, counted = report.refunds, _counted(report, report.header, grain)
    log = IssueLog(report.source_file)
    each = "the whole refund's and counted once" if grain == "refund" else "the line's own"
    log.say("grain-of-siblings", detail=f"; it was taken as {each}, as the totals of {proof} prove")
    issues = report.issues[report.issues["code"] != "ambiguous-grain"]
    return replace(
        report,
        refunds=lines.assign(amount=counted.dollars(lines)),
        control=counted.control,
        issues=joined([issues, log.frame()]),
    )


def _cents(dollars: pd.Series[Any]) -> Any:
    return np.rint(dollars.fillna(0).to_numpy() * 100).astype(np.int64)


def _one_bearer(reports: list[Report]) -> list[Report]:
    """Let the same document bear a refund's amount in all files."""
    whole = [each for each in reports if each.control.grain == "refund" and len(each.refunds)]
    if len(whole) < 2:
        return reports
    lines = pd.concat([each.refunds[[*KEY, *PAYMENT, "amount"]] for each in whole], ignore_index=True)
    files = np.repeat(np.arange(len(whole)), [len(each.refunds) for each in whole])
    amount = one_bearer(lines, file=files, refund=KEY[:2], document=KEY[2])
    borne = iter(_by_report(amount, whole))
    return [
        replace(each, refunds=each.refunds.assign(amount=next(borne).array)) if each in whole else each
        for each in reports
    ]


def dates_in_doubt(reports: Sequence[Report], *, today: dt.date) -> list[pd.DataFrame]:
    """Return issues for report dates that can hardly be right, and for files whose days and months may be exchanged."""
    found = []
    day_first = [
        report.source_file for report in reports if (report.issues["code"] == "date-day-first").any()
    ]
    for report in reports:
        log, day = IssueLog(report.source_file), report.header.report_date
        name, newest = date_in_name(Path(report.source_file).name), report.refunds["refund_date"].max()
        if day is not None and day > today + dt.timedelta(days=1):
            log.say("report-date-future", log.file, f" ({day})")
        if day is not None and name is not None and abs((day - name).days) > 1:
            log.say("report-date-not-of-name", log.file, f" ({day}, and the name says {name})")
        if day is not None and not pd.isna(newest) and (day - newest.date()).days > _LONG:
            log.say("report-date-late", log.file, f" ({day}, and the newest refund is of {newest.date()})")
        if day_first and report.dates_assumed:
            log.say("date-order-of-siblings", log.file, f" (as {', '.join(day_first[:3])})")
        found.append(log.frame())
    return found


def folders_behind(folders: Sequence[Path], reports: Sequence[Report]) -> list[pd.DataFrame]:
    """Return an issue for each folder that ends before another one with reports of the same time: two accounts, say."""
    named = {"folder": folders, "file": [report.source_file for report in reports]}
    dates = [report.header.report_date for report in reports]
    dated = pd.DataFrame({**named, "day": dates}).dropna(subset="day").sort_values("day", kind="stable")
    ends = dated.groupby("folder").agg(first=("day", "min"), last=("day", "max"), file=("file", "last"))
    found = []
    for folder in ends.itertuples():
        later = ends[(ends["last"] > folder.last) & (ends["first"] <= folder.last)]
        if len(later):
            log = IssueLog(str(folder.file))
            log.say(
                "folder-behind",
                log.file,
                f" ({folder.last}, and {later['file'].iloc[-1]} is of {later['last'].iloc[-1]})",
            )
            found.append(log.frame())
    return found


def disagreements(reports: Sequence[Report]) -> list[pd.DataFrame]:
    """Return an issue for each two files of one day that show a refund with another amount, state or method."""
    found = []
    for day in dict.fromkeys(report.header.report_date for report in reports):
        together = [each for each in reports if each.header.report_date == day and len(each.refunds)]
        found += _disagreeing(together) if len(together) > 1 else []
    return found


def _disagreeing(reports: list[Report]) -> list[pd.DataFrame]:
    lines = pd.concat([report.refunds for report in reports], ignore_index=True)
    file = np.repeat(np.arange(len(reports)), [len(report.refunds) for report in reports])
    keyed: pd.DataFrame = with_identity(nw.from_native(lines[[*KEY, "source_file"]])).to_native()
    facts = pd.DataFrame(
        {
            "key": key_codes(keyed, IDENTITY),
            "file": file,
            "amount": _cents(lines["amount"]),
            "state": lines["refund_secondary_status"]
            .map(lambda status: STATE_OF_STATUS.get(status_key(status), UNKNOWN), na_action="ignore")
            .fillna(IN_TRANSIT),
            "method": lines["check_or_ach"].fillna(""),
        }
    )
    facts = facts[facts.groupby("key")["file"].transform("nunique") > 1]
    per_file = facts.groupby(["key", "file"], as_index=False).agg(
        amount=("amount", "sum"), state=("state", _all), method=("method", _all)
    )
    pairs = per_file.merge(per_file, on="key", suffixes=("", "_other")).query("file < file_other")
    differs = pd.DataFrame(
        {name: pairs[name] != pairs[f"{name}_other"] for name in ("amount", "state", "method")}
    )
    # what is blank contradicts nothing
    differs["method"] &= (pairs["method"] != "") & (pairs["method_other"] != "")
    found = []
    for pair, own in differs[differs.any(axis=1)].groupby([pairs["file"], pairs["file_other"]]):
        places: Any = pair
        first, second = (reports[place] for place in places)
        kinds = {report.refunds["report"].iloc[0] for report in (first, second)}
        code = "reports-disagree" if len(kinds) > 1 else "files-disagree"
        counted = ", ".join(f"{name} of {count:,}" for name, count in own.sum().items() if count)
        log = IssueLog(first.source_file)
        log.say(code, f"{first.source_file} and {second.source_file}", f" ({counted})")
        found.append(log.frame())
    return found


def _all(texts: pd.Series[Any]) -> str:
    return "+".join(sorted({text for text in texts if text}))
