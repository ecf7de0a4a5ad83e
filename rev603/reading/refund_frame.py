"""Text to typed columns: the refund lines of one table as a frame, and an issue for whatever was not plain."""

from __future__ import annotations

import datetime as dt
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass

import numpy as np
import pandas as pd
import pyarrow as pa
import pyarrow.compute as pc

from rev603._columns import Mask, Numbers, as_mask, by_value, constant, is_valid, joined_text, pandas_text
from rev603.identifiers import entry_number
from rev603.reading import repairs
from rev603.reading.amounts import parse_amounts
from rev603.reading.dates import DateOrder
from rev603.reading.grid import TextGrid
from rev603.reading.issues import IssueLog
from rev603.reading.layout import Table, other_columns
from rev603.reading.line_checks import refuse_long_lines, say_doubts
from rev603.reading.line_log import LineLog
from rev603.reading.words import NO_WORDS, Words
from rev603.vocabulary import statuses
from rev603.vocabulary.centers import CENTERS
from rev603.vocabulary.headings import REFUND_COLUMNS, heading_key
from rev603.vocabulary.reports import ReportKind
from rev603.vocabulary.statuses import METHODS, status_key

_STATUS, _AMOUNT = "refund_secondary_status", "total_refund_amount"
#: An error in one of these would change an answer without a word; elsewhere it is kept as text.
_NEVER_AN_ERROR = frozenset({
    "refund_id", "payee_id", "refund_date", "refund_secondary_status", "document_number", "total_refund_amount",
    "check_or_ach",
})  # fmt: skip


@dataclass(frozen=True, slots=True)
class Typed:
    """The lines of a table, typed: a frame, its cents, and which lines hold a cell that cannot be read."""

    frame: pd.DataFrame
    cents: Numbers
    unreadable: Mask

    @classmethod
    def of(cls, parts: list[Typed]) -> Typed:
        """Return the lines of several tables as those of one."""
        if len(parts) == 1:
            return parts[0]
        frame = pd.concat([each.frame for each in parts], ignore_index=True)
        cents, unreadable = ([getattr(each, name) for each in parts] for name in ("cents", "unreadable"))
        return cls(frame, np.concatenate(cents), np.concatenate(unreadable))


def typed_lines(
    grid: TextGrid,
    table: Table,
    lines: Numbers,
    log: IssueLog,
    *,
    kind: ReportKind,
    report_date: dt.date | None,
    order: DateOrder,
    words: Words = NO_WORDS,
) -> Typed:
    """Type the refund lines of a table; each repair and each cell that cannot be read becomes an issue.

    ``report_date`` is what the report states of itself, ``order`` how its slashed dates are read.
    """
    work = LineLog(grid, table, lines, log, names=[column.name for column in REFUND_COLUMNS])
    refuse_long_lines(work)
    _state_of_report(work, kind)
    printed = _taught_statuses(work, words)
    _find_errors(work)
    with ThreadPoolExecutor(1) as other_core:
        amounts = other_core.submit(_amounts, work, words)
        _repair_identifiers(work)
        entries = _entry_numbers(work)
        days = work.dates("refund_date", order)
        cents, filled, unreadable = amounts.result()
    if report_date is not None:
        late = np.flatnonzero(days > np.datetime64(report_date, "us"))
        work.say("date-after-report", "refund_date", late)
    work.refuse("amount-unreadable", _AMOUNT, np.flatnonzero(unreadable))
    work.say("amount-missing", _AMOUNT, np.flatnonzero(~filled & ~work.bad))
    say_doubts(work, entries)
    _check_vocabularies(work, words)
    method = by_value(work.distinct("check_or_ach"), lambda text: METHODS.get(status_key(text)))

    count = len(lines)
    dollars = np.where(filled, cents / 100, np.nan)
    columns: dict[str, object] = {
        column.name: pandas_text(work.text[column.name]) for column in REFUND_COLUMNS
    }
    columns |= {
        "refund_date": days,
        _AMOUNT: dollars,
        "check_or_ach": pandas_text(method),
        "entry_number": pandas_text(entries),
        "amount": dollars.copy(),
        "report_date": np.full(count, np.datetime64(report_date or "NaT", "us")),
        "report": constant(kind.name, count),
        "source_file": constant(grid.file, count),
        "source_sheet": constant(grid.sheet, count),
        "source_row": grid.rows[lines].astype(np.int64),
    }
    others = other_columns(table)
    for heading, text in repairs.unwrap_table(grid, others, lines, log, free_text=others).items():
        columns[heading if heading not in columns else f"{heading} (report)"] = pandas_text(text)
    if printed is not None:
        columns[f"{_STATUS} (report)"] = pandas_text(printed)
    if words.teams:
        columns["team_note"] = pandas_text(by_value(work.distinct("team_number"), words.teams.get))
    return Typed(pd.DataFrame(columns, copy=False), cents, work.bad)  # every column is its own already


def _state_of_report(work: LineLog, report: ReportKind) -> None:
    """Write the status that all lines of a report have where no column says it."""
    if report.status is None or _STATUS in work.table.columns or not len(work.lines):
        return
    work.replace(_STATUS, pa.repeat(pa.scalar(report.status, pa.large_string()), len(work.lines)))
    detail = f" ({report.status})"
    work.log.say(
        "status-of-report", report.name, detail, sheet=work.grid.sheet, column=_STATUS, value=report.status
    )


def _find_errors(work: LineLog) -> None:
    for name in (name for name, signs in work.signs.items() if "#" in signs):
        places = repairs.cell_errors(work.text[name])
        if name in _NEVER_AN_ERROR:
            work.refuse("cell-error", name, places)
            work.blank(name, places)
        else:
            work.say("cell-error-kept", name, places)


def _amounts(work: LineLog, words: Words) -> tuple[Numbers, Mask, Mask]:
    """Read the amounts, each the sum of several columns where the caller says so."""
    cents, filled, unreadable = parse_amounts(work.text[_AMOUNT])
    others = {heading_key(heading): at for heading, at in work.table.unknown.items()}
    for heading in words.added:
        column = work.grid.columns[others[heading_key(heading)]].take(pa.array(work.lines))
        more, there, wrong = parse_amounts(column)
        cents, filled, unreadable = cents + more, filled | there, unreadable | wrong
    return cents, filled, unreadable


def _repair_identifiers(work: LineLog) -> None:
    work.repair_identifiers()
    work.respell("payee_id", repairs.payee_numbers(work.distinct("payee_id")))
    for name, width, shortest in (("port_code", 4, 3), ("team_number", 3, 1)):
        work.change(
            "zero-restored", name, repairs.zero_padded(work.text[name], width=width, shortest=shortest)
        )


def _entry_numbers(work: LineLog) -> pa.ChunkedArray:
    entries, right, repaired = entry_number.parse_arrow(work.text["document_number"])
    restored = np.flatnonzero(repaired)
    if len(restored):
        shown = joined_text("entry number ", entries.take(pa.array(restored)))
        work.say("zero-restored", "document_number", restored, detail=shown)
    work.say("check-digit", "document_number", np.flatnonzero(is_valid(entries) & ~right))
    documents, respelled = repairs.documents(work.text["document_number"], entries)
    work.respell("document_number", (documents, respelled[~repaired[respelled]]))
    work.replace("document_number", documents)  # also where only a zero was restored
    # a filer code's lost zero is restored where the entry number of its line proves it
    filers, places = repairs.zero_padded(work.text["filer_code"], width=3, shortest=1)
    of_entry = pc.utf8_slice_codeunits(entries.take(pa.array(places)), 0, 3)
    sure = places[as_mask(pc.equal(of_entry, filers.take(pa.array(places))))]
    proven = repairs.put(work.text["filer_code"], sure, filers.take(pa.array(sure)))
    work.change("zero-restored", "filer_code", (proven, sure))
    return entries


def _taught_statuses(work: LineLog, words: Words) -> pa.ChunkedArray | None:
    """Write CBP's own status for those that were taught, so that every answer knows them; return what was printed."""
    if not words.statuses:
        return None
    printed = work.text[_STATUS]
    work.say_values("status-taught", _STATUS, lambda text: words.state(text) is None)
    own = by_value(
        work.distinct(_STATUS), lambda text: statuses.STATUS_OF_STATE.get(words.state(text) or "", text)
    )
    work.replace(_STATUS, own)
    return printed


def _check_vocabularies(work: LineLog, words: Words) -> None:
    centers = {*CENTERS, *words.centers}
    work.say_values("status-unknown", _STATUS, lambda text: status_key(text) in statuses.STATE_OF_STATUS)
    work.say_values(
        "refund-status-unknown",
        "refund_status",
        lambda text: status_key(text) in statuses.KNOWN_REFUND_STATUSES,
    )
    work.say_values(
        "refund-type-unknown", "refund_type", lambda text: status_key(text) in statuses.KNOWN_REFUND_TYPES
    )
    work.say_values("center-unknown", "center_id", lambda text: text.upper() in centers)
    work.say_values("method-unknown", "check_or_ach", lambda text: status_key(text) in METHODS)
