"""Text to typed columns: the refund lines of one table as a frame, and an issue for whatever was not plain."""

from __future__ import annotations

from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np
import pandas as pd
import pyarrow as pa
import pyarrow.compute as pc

from rev603._columns import as_mask, constant, is_valid, joined_text, lines_of, map_columns, pandas_text
from rev603.errors import ColumnsMissingError
from rev603.identifiers import entry_number
from rev603.reading import repairs, spelling
from rev603.reading.amounts import parse_amounts
from rev603.reading.dates import DateOrder, Dates, parse_dates
from rev603.reading.issues import CATALOGUE
from rev603.reading.layout import other_columns
from rev603.reading.line_checks import say_doubts
from rev603.reading.line_log import LineLog
from rev603.reading.long_lines import refuse_long_lines
from rev603.reading.words import NO_WORDS, Words
from rev603.vocabulary.centers import CENTERS
from rev603.vocabulary.headings import REFUND_COLUMNS, heading_key
from rev603.vocabulary.reports import ReportKind
from rev603.vocabulary.statuses import (
    KNOWN_REFUND_STATUSES,
    KNOWN_REFUND_TYPES,
    METHODS,
    STATE_OF_STATUS,
    STATUS_OF_STATE,
    status_key,
)

if TYPE_CHECKING:
    import datetime as dt
    from collections.abc import Callable

    from numpy.typing import NDArray

    from rev603.reading.grid import TextGrid
    from rev603.reading.issues import IssueLog
    from rev603.reading.layout import Table

#: An error in one of these would change an answer without a word; elsewhere it is kept as text.
_NEVER_AN_ERROR = frozenset({
    "refund_id", "payee_id", "refund_date", "refund_secondary_status", "document_number", "total_refund_amount",
    "check_or_ach",
})  # fmt: skip

#: Columns of codes and other few values, which are looked at value by value.
_BY_DISTINCT_VALUES = (
    "filer_code", "payee_id", "refund_status", "refund_secondary_status", "refund_type", "check_or_ach", "center_id",
    "team_number", "port_code",
)  # fmt: skip


@dataclass(frozen=True, slots=True)
class Typed:
    """The lines of a table, typed: a frame, its cents, and which lines hold a cell that cannot be read."""

    frame: pd.DataFrame
    cents: NDArray[np.int64]
    unreadable: NDArray[np.bool_]


def typed_lines(
    grid: TextGrid,
    table: Table,
    lines: NDArray[np.int64],
    log: IssueLog,
    *,
    kind: ReportKind,
    report_date: dt.date | None,
    order: DateOrder,
    words: Words = NO_WORDS,
) -> Typed:
    """Type the refund lines of a table.

    Parameters
    ----------
    grid, table, lines
        The sheet, where its columns are, and which of its lines are refunds.
    log
        Takes an issue for each repair and each cell that cannot be read.
    kind
        Which report it is.
    report_date
        The report's own date, where it states one.
    order
        How slashed dates are read.
    words
        What the caller taught.
    """
    work = LineLog(grid, table, lines, log, names=[column.name for column in REFUND_COLUMNS])
    refuse_long_lines(work)
    _state_of_report(work, kind)
    printed = _taught_statuses(work, words)
    _find_errors(work)
    with ThreadPoolExecutor(1) as other_core:
        amounts = other_core.submit(parse_amounts, work.text["total_refund_amount"])
        _repair_identifiers(work)
        entries = _entry_numbers(work)
        dates = _dates(work, report_date, order)
        work.encode(_BY_DISTINCT_VALUES)
        cents, filled = _amounts(work, *_with_added(work, words, *amounts.result()))
    say_doubts(work, entries)
    _check_vocabularies(work, words)
    method = _method(work)

    count = len(lines)
    columns: dict[str, object] = {}
    dollars = np.where(filled, cents / 100, np.nan)
    as_pandas = dict(zip(work.text, map_columns(pandas_text, work.text.values()), strict=True))
    for column in REFUND_COLUMNS:
        name = column.name
        if name == "refund_date":
            columns[name] = dates.days
        elif name == "total_refund_amount":
            columns[name] = dollars
        elif name == "check_or_ach":
            columns[name] = method
        else:
            columns[name] = as_pandas[name]
    columns["entry_number"] = pandas_text(entries)
    columns["amount"] = dollars.copy()
    columns["report_date"] = np.full(
        count, np.datetime64(report_date, "us") if report_date else np.datetime64("NaT", "us")
    )
    columns["report"] = constant(kind.name, count)
    columns["source_file"] = constant(grid.file, count)
    columns["source_sheet"] = constant(grid.sheet, count)
    columns["source_row"] = grid.rows[lines].astype(np.int64)
    others = other_columns(table)
    for heading, text in repairs.unwrap_table(grid, others, lines, log, free_text=others).items():
        columns[heading if heading not in columns else f"{heading} (report)"] = pandas_text(text)
    if printed is not None:
        columns["refund_secondary_status (report)"] = pandas_text(printed)
    if words.teams:
        columns["team_note"] = pandas_text(_by_value(work.distinct("team_number"), words.teams.get))
    return Typed(pd.DataFrame(columns, copy=False), cents, work.bad)  # every column is its own already


def _state_of_report(work: LineLog, report: ReportKind) -> None:
    """Write the status that all lines of a report have where no column says it."""
    name = "refund_secondary_status"
    if report.status is None or name in work.table.columns or not len(work.lines):
        return
    work.text[name] = pa.chunked_array(
        [pa.repeat(pa.scalar(report.status, pa.large_string()), len(work.lines))]
    )
    meaning = CATALOGUE["status-of-report"].meaning
    work.log.add(
        "status-of-report",
        f"{report.name}: {meaning} ({report.status})",
        sheet=work.grid.sheet,
        column=name,
        value=report.status,
    )


def _find_errors(work: LineLog) -> None:
    for name, signs in work.signs.items():
        places = repairs.cell_errors(work.text[name], signs)
        if not len(places):
            continue
        if name in _NEVER_AN_ERROR:
            work.refuse("cell-error", name, places)
            work.blank(name, places)
        else:
            work.say("cell-error-kept", name, places)


def _amounts(
    work: LineLog, cents: NDArray[np.int64], filled: NDArray[np.bool_], unreadable: NDArray[np.bool_]
) -> tuple[NDArray[np.int64], NDArray[np.bool_]]:
    work.refuse("amount-unreadable", "total_refund_amount", np.flatnonzero(unreadable))
    work.say("amount-missing", "total_refund_amount", np.flatnonzero(~filled & ~unreadable & ~work.bad))
    return cents, filled


def _with_added(
    work: LineLog,
    words: Words,
    cents: NDArray[np.int64],
    filled: NDArray[np.bool_],
    unreadable: NDArray[np.bool_],
) -> tuple[NDArray[np.int64], NDArray[np.bool_], NDArray[np.bool_]]:
    """Add the further columns whose sum the amount is."""
    others = {heading_key(heading): at for heading, at in work.table.unknown.items()}
    absent = [heading for heading in words.added if heading_key(heading) not in others]
    if absent:
        raise ColumnsMissingError(
            absent,
            found=list(work.table.unknown),
            where=work.grid.file,
            what_to_do="name headings that the file has",
        )
    for heading in words.added:
        more, there, wrong = parse_amounts(
            lines_of(work.grid.columns[others[heading_key(heading)]], work.lines)
        )
        cents, filled, unreadable = cents + more, filled | there, unreadable | wrong
    return cents, filled, unreadable


def _dates(work: LineLog, report_date: dt.date | None, order: DateOrder) -> Dates:
    dates = parse_dates(work.text["refund_date"], order=order, epoch_1904=work.grid.epoch_1904)
    code = "date-order-undecided" if order.refused else "date-unreadable"
    work.refuse(code, "refund_date", np.flatnonzero(dates.unreadable))
    read = np.flatnonzero(~np.isnat(dates.days))[:1]
    if order.day_first:
        work.say("date-day-first", "refund_date", read)
    if order.mixed:
        work.say("date-forms-mixed", "refund_date", read)
    if report_date is not None:
        late = np.flatnonzero(dates.days > np.datetime64(report_date, "us"))
        work.say("date-after-report", "refund_date", late)
    return dates


def _repair_identifiers(work: LineLog) -> None:
    work.repair_identifiers()
    payees, respelled = spelling.payee_numbers(work.distinct("payee_id"))
    work.respell("payee_id", payees, respelled)
    work.change("zero-restored", "port_code", lambda column: repairs.zero_padded(column, width=4, shortest=3))
    work.change(
        "zero-restored", "team_number", lambda column: repairs.zero_padded(column, width=3, shortest=1)
    )


def _entry_numbers(work: LineLog) -> pa.ChunkedArray:
    entries, right, repaired = entry_number.parse_arrow(work.text["document_number"])
    found = is_valid(entries)
    restored = np.flatnonzero(repaired)
    if len(restored):
        shown = joined_text("entry number ", entries.take(pa.array(restored)))
        work.say("zero-restored", "document_number", restored, detail=shown)
    work.say("check-digit", "document_number", np.flatnonzero(found & ~right))
    documents, respelled = spelling.documents(work.text["document_number"], entries)
    work.respell("document_number", documents, respelled[~repaired[respelled]])
    work.text["document_number"] = documents  # also where only a zero was restored
    _restore_filer(work, entries)
    return entries


def _restore_filer(work: LineLog, entries: pa.Array) -> None:
    """Restore a filer code's lost zero where the entry number of its line proves it."""

    def proven(column: pa.ChunkedArray) -> tuple[pa.ChunkedArray, NDArray[np.int64]]:
        padded, places = repairs.zero_padded(column, width=3, shortest=1)
        if not len(places):
            return column, places
        of_entry = pc.utf8_slice_codeunits(entries.take(pa.array(places)), 0, 3)
        sure = places[as_mask(pc.equal(of_entry, padded.take(pa.array(places))))]
        return (repairs.put(column, sure, padded.take(pa.array(sure))) if len(sure) else column), sure

    work.change("zero-restored", "filer_code", proven)


def _taught_statuses(work: LineLog, words: Words) -> pa.ChunkedArray | None:
    """Write CBP's own status for those that were taught, so that every answer knows them; return what was printed."""
    name = "refund_secondary_status"
    if not words.statuses:
        return None
    printed = work.text[name]
    work.say_values("status-taught", name, lambda text: words.state(text) is None)
    work.replace(
        name, _by_value(work.distinct(name), lambda text: STATUS_OF_STATE.get(words.state(text) or "", text))
    )
    return printed


def _by_value(column: pa.DictionaryArray, told: Callable[[str], str | None]) -> pa.Array:
    """Return what is told of each value of a column, asked once for each different one."""
    values = pa.array([told(value) for value in column.dictionary.to_pylist()], pa.large_string())
    return pc.take(values, column.indices)


def _check_vocabularies(work: LineLog, words: Words) -> None:
    work.say_values(
        "status-unknown", "refund_secondary_status", lambda text: status_key(text) in STATE_OF_STATUS
    )
    work.say_values(
        "refund-status-unknown", "refund_status", lambda text: status_key(text) in KNOWN_REFUND_STATUSES
    )
    work.say_values("refund-type-unknown", "refund_type", lambda text: status_key(text) in KNOWN_REFUND_TYPES)
    work.say_values(
        "center-unknown", "center_id", lambda text: text.upper() in CENTERS or text.upper() in words.centers
    )


def _method(work: LineLog) -> pd.api.extensions.ExtensionArray:
    """Give the methods as ``ACH`` and ``Check``, whatever their case; another text is said and becomes missing."""
    work.say_values("method-unknown", "check_or_ach", lambda text: status_key(text) in METHODS)
    return pandas_text(_by_value(work.distinct("check_or_ach"), lambda text: METHODS.get(status_key(text))))
