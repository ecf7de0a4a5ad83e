"""Many exports as one history: overlapping, repeated and renamed files, in the order of their report dates."""

from __future__ import annotations

import datetime as dt
import inspect
import os
from collections import Counter
from collections.abc import Callable, Mapping
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass, replace
from functools import partial
from pathlib import Path
from typing import Any, ParamSpec, TypeVar

import numpy as np
import pandas as pd

from rev603._columns import WORKERS, constant
from rev603.errors import ArgumentError, NotAReportError, Rev603Error, UnrecognizedFileError, check_type
from rev603.reading.cache import Cache
from rev603.reading.control_totals import Grain
from rev603.reading.dates import date_in_name
from rev603.reading.exports import Export, Sources, exports_of, not_opened
from rev603.reading.issues import IssueLog, folded, joined, records
from rev603.reading.limits import DEFAULT_LIMITS, Limits
from rev603.reading.report import OnError, Report, read
from rev603.reading.settle import dates_in_doubt, disagreements, folders_behind, settled
from rev603.reading.words import Columns, Taught, words_of
from rev603.reading.written import reports_in
from rev603.vocabulary.headings import REFUND_FRAME

Progress = Callable[[int, int, str], None]
_P = ParamSpec("_P")
_R = TypeVar("_R")


@dataclass(frozen=True, slots=True)
class Readings:
    """The reports of many files, oldest first, and an issue for each file that is not among them."""

    reports: list[Report]
    issues: pd.DataFrame


def read_reports(
    sources: Sources,
    *,
    sheet: str | int | None = None,
    grain: Grain | None = None,
    columns: Columns | None = None,
    vocabulary: Taught = None,
    on_error: OnError = "raise",
    report_dates: Mapping[str, str | dt.date] | None = None,
    since: str | dt.date | None = None,
    cache: str | os.PathLike[str] | None = None,
    limits: Limits = DEFAULT_LIMITS,
    progress: Progress | None = None,
) -> Readings:
    """Return the reports that :func:`read_history` puts into one frame, each by itself, with its date, oldest first.

    Parameters
    ----------
    sources, sheet, grain, columns, vocabulary, on_error, report_dates, since, cache, limits, progress
        As of :func:`read_history`.

    Examples
    --------
    >>> import tempfile, rev603
    >>> from rev603.sample import write_samples
    >>> with tempfile.TemporaryDirectory() as folder:
    ...     _ = write_samples(folder, lines=60)
    ...     readings = rev603.read_reports(folder)
    >>> [report.verdict for report in readings.reports]
    ['accepted', 'accepted', 'accepted', 'accepted']
    """
    check_type("since", since, str | dt.date | None, "a day, such as 2026-11-13")
    earliest: Any = None if since is None else pd.to_datetime(since, errors="coerce")
    if earliest is pd.NaT:
        raise ArgumentError(f"since is {since!r}, which is no day.", what_to_do="write it as YYYY-MM-DD")
    check_type("report_dates", report_dates, Mapping | None, '{"file name": "2026-11-13"}')
    check_type("cache", cache, str | os.PathLike | None, "the path of a folder")
    reading = {
        "sheet": sheet,
        "grain": grain,
        "columns": columns,
        "vocabulary": vocabulary,
        "on_error": on_error,
    }
    store = None
    if cache is not None:
        told = repr({**reading, "vocabulary": words_of(vocabulary), "limits": limits})
        store = Cache(Path(cache).expanduser(), told)
    found = exports_of(sources, limits=limits)
    reports: dict[tuple[str, int], tuple[Path, Report]] = {}
    frames: list[pd.DataFrame] = []
    with ThreadPoolExecutor(WORKERS) as pool:
        outcomes = pool.map(partial(_reports_of, store=store, limits=limits, reading=reading), found)
        for done, (export, outcome) in enumerate(zip(found, outcomes, strict=True), 1):
            name, log = export.path.name, IssueLog(export.path.name)
            for place, report in enumerate(outcome if isinstance(outcome, list) else ()):
                twin = reports.setdefault((report.content_hash, place), (export.path, report))[1]
                if twin is not report:
                    log.say("file-repeated", name, f" ({twin.source_file})")
                    break
            if isinstance(outcome, NotAReportError) and export.swept:
                log.say("file-skipped", name, f" ({outcome.what})")
            elif isinstance(outcome, Rev603Error):
                if on_error != "collect":
                    raise outcome
                log.say("file-failed", name, f": {outcome}")
            frames.append(log.frame())
            if progress is not None:
                progress(done, len(found), name)
    dated = _dated(_told_apart(list(reports.values())), report_dates or {})
    wanted = [report for report in dated if earliest is None or _day(report) >= earliest.date()]
    kept = settled(sorted(wanted, key=lambda report: (_day(report), report.source_file)))
    today = dt.date.today()  # noqa: DTZ011 - the day on the user's calendar
    behind = folders_behind([path.parent for path, _ in reports.values()], dated)
    doubts = [*dates_in_doubt(kept, today=today), *disagreements(kept), *behind]
    return Readings(kept, joined([*frames, *not_opened(sources), *doubts]))


def _takes_options_of(other: Callable[_P, object]) -> Callable[[Callable[..., _R]], Callable[_P, _R]]:
    """Give a function that hands its arguments to another one the options of that."""

    def signed(function: Callable[..., _R]) -> Callable[_P, _R]:
        own: Any = function
        returned = inspect.signature(function).return_annotation
        own.__signature__ = inspect.signature(other).replace(return_annotation=returned)
        return function

    return signed


@_takes_options_of(read_reports)
def read_history(sources: Sources, **options: Any) -> pd.DataFrame:
    """Read many exports into one frame: all of their lines, each with its ``report_date`` and ``source_file``.

    A file that stands there twice, also under another name, counts once. Reports are ordered by the date
    that they state, else by a date in the file's name (``2026-11-13``, ``20261113``, ``11-13-2026``); sheets of
    one workbook that state different dates are reports of their own. A refund that the files spell differently is
    shown in its fullest spelling, and what one file's totals prove of amounts is taken for its siblings; each is said.

    Parameters
    ----------
    sources
        A folder, a pattern such as ``exports/*.xlsx``, a path, a binary file object, or several of these; also zip
        archives and saved e-mails (``.eml``) with exports. A folder that holds none is searched deeper. Files that
        a folder or a pattern brings and that are no refund report are passed over and named in the issues; one that
        cannot be opened (cut off, locked, empty) is an error like any other. Files of one name are told apart by
        their folders.
    sheet, grain, columns, vocabulary, on_error, limits
        As in :func:`rev603.read`. With ``on_error="collect"`` a file that cannot be read is named in the issues and does
        not stop the rest.
    report_dates
        File name to report date, for files that state none.
    since
        Leave out reports that are older.
    cache
        A folder that keeps what was read, by content; safe to delete at any time. It holds full payee numbers, so it is
        made for its owner alone.
    progress
        Called with (files done, files, name) after each file.

    Returns
    -------
    pandas.DataFrame
        The columns of :class:`rev603.RefundSchema`. ``.attrs["rev603"]`` has ``sources`` (a record for each file) and
        ``issues`` (one record where a column has more than 20 of a kind; :func:`rev603.read` gives each); pandas loses
        it in ``concat``, and nothing depends on it but those two tables.

    Raises
    ------
    SourceNotFoundError
        There is no file.
    UnrecognizedFileError
        Files without any date, listed; or a file that is no report.

    Examples
    --------
    >>> import tempfile, rev603
    >>> from rev603.sample import write_samples
    >>> with tempfile.TemporaryDirectory() as folder:
    ...     _ = write_samples(folder, lines=60)
    ...     history = rev603.read_history(folder)
    >>> history["report_date"].nunique()
    3
    """
    readings = read_reports(sources, **options)
    frames = [report.refunds for report in readings.reports]
    history = pd.concat(frames, ignore_index=True) if frames else pd.DataFrame(columns=list(REFUND_FRAME))
    issues = joined([*(folded(report.issues) for report in readings.reports), readings.issues])
    absent = issues["value"].where(issues["code"] == "status-not-met")
    everywhere = absent.groupby(absent).transform("size") == len(readings.reports)
    issues = issues[absent.isna() | (everywhere & ~absent.duplicated())]
    history.attrs["rev603"] = {
        "sources": [_record(report) for report in readings.reports],
        "issues": records(issues),
    }
    return history


def _reports_of(
    export: Export, *, store: Cache | None, limits: Limits, reading: dict[str, Any]
) -> list[Report] | Rev603Error:
    """Return what a file holds, from the store if it is there, or why it cannot be read."""
    name = export.path.name
    try:
        file = export.opened(limits)
        if store is not None and (kept := store.get(file.getbuffer(), name)) is not None:
            return [kept]
        report = read(file, name=name, limits=limits, **reading)
        converted = reports_in(report)
        if converted != [report]:
            return converted
        # each sheet that states another date is a report of its own
        apart = report.issues["code"] == "sheet-another-date"
        tabs = report.issues["source_sheet"][apart]
        others = [read(file, name=name, limits=limits, **{**reading, "sheet": tab}) for tab in tabs]
    except Rev603Error as error:
        return error
    if others:
        return [replace(report, issues=report.issues[~apart].reset_index(drop=True)), *others]
    if store is not None:
        store.put(report, name)
    return [report]


def _told_apart(read_from: list[tuple[Path, Report]]) -> list[Report]:
    """Name files of one name by their folders too, as far as it takes; lines of a history say which file they are of.

    Converted lines keep the names of the exports that they came from, unless these stand beside them.
    """
    places = [
        path.resolve() if report.source_file == path.name else path.resolve() / report.source_file
        for path, report in read_from
    ]
    names = {place: place.name for place in places}
    for depth in range(2, 2 + max((len(place.parts) for place in names), default=0)):
        counted = Counter(names.values())
        if max(counted.values()) == 1:
            break
        names = {
            place: Path(*place.parts[-depth:]).as_posix() if counted[name] > 1 else name
            for place, name in names.items()
        }
    return [_renamed(report, names[place]) for place, (_, report) in zip(places, read_from, strict=True)]


def _renamed(report: Report, name: str) -> Report:
    if report.source_file == name:
        return report
    refunds, issues = (
        frame.assign(source_file=constant(name, len(frame))) for frame in (report.refunds, report.issues)
    )
    return replace(report, refunds=refunds, issues=issues, source_file=name)


def _dated(reports: list[Report], given: Mapping[str, str | dt.date]) -> list[Report]:
    dated, undated = [], []
    for report in reports:
        name, stated = Path(report.source_file).name, report.header.report_date
        asked = given.get(report.source_file, given.get(name))
        tabs = report.refunds["source_sheet"].dropna().unique()
        day = stated or (date_in_name(tabs[0]) if len(tabs) == 1 else None) or date_in_name(name)
        day = day if asked is None else pd.Timestamp(asked).date()
        if day is None:
            undated.append(report.source_file)
        elif day != stated:
            refunds = report.refunds.assign(report_date=np.datetime64(day, "us"))
            header = replace(report.header, report_date=day)
            dated.append(replace(report, refunds=refunds, header=header))
        else:
            dated.append(report)
    if undated and len(reports) > 1:
        raise UnrecognizedFileError(
            f"{len(undated)} of {len(reports)} files have no report date.",
            where=", ".join(undated),
            why="neither \"Today's Date\" above the table nor a date in the file's name, so their order is not known",
            what_to_do="pass {report_dates}, or put the date into the file's name",
        )
    return dated or reports


def _day(report: Report) -> dt.date:
    return report.header.report_date or dt.date.min


def _record(report: Report) -> dict[str, Any]:
    control = report.control
    same = control.stated_refunds == control.found_refunds
    return {
        "source_file": report.source_file,
        "content_hash": report.content_hash,
        "report_date": report.header.report_date.isoformat() if report.header.report_date else None,
        "lines": len(report.refunds),
        "set_aside": len(report.set_aside),
        "rows_read": report.rows_read,
        "total_refunds_stated": control.stated_refunds,
        "total_refunds_found": control.found_refunds if same else control.found_lines,
        "total_refund_amount_stated": control.stated_amount,
        "total_refund_amount_found": control.found_amount,
        "ties_out": control.ties_out,
        "verdict": report.verdict,
        "grain": control.grain,
    }
