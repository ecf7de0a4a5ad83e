"""Text to typed columns: the refund lines of one table as a frame, and an issue for whatever was not plain.

A line with more cells than there are headings has an unquoted comma that moved all that follows by one column: it would
show an entry number as an amount. It is refused; what it may have meant is said, and never taken. Doubts change no value.
What no check can notice is another value of the same form in a cell that nothing else depends on: an address, a name, a
payee's number, a documented status.
"""

from __future__ import annotations

import datetime as dt
import re
from collections.abc import Callable, Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass

import numpy as np
import pandas as pd
import pyarrow as pa
import pyarrow.compute as pc

from rev603._columns import Mask, Numbers, as_mask, by_value, constant, is_valid, pandas_text
from rev603.identifiers import entry_number, importer_number
from rev603.reading import repairs
from rev603.reading.amounts import amount_in_cents, parse_amounts
from rev603.reading.dates import DateOrder, could_be_a_date
from rev603.reading.grid import TextGrid
from rev603.reading.issues import IssueLog, masked
from rev603.reading.layout import ENOUGH, Line, Table
from rev603.reading.repairs import FREE_TEXT, LineLog
from rev603.reading.words import NO_WORDS, Words
from rev603.vocabulary import statuses
from rev603.vocabulary.centers import CENTERS
from rev603.vocabulary.headings import REFUND_COLUMNS, alias_table, heading_key
from rev603.vocabulary.reports import ReportKind
from rev603.vocabulary.statuses import METHODS, status_key

_STATUS, _AMOUNT = "refund_secondary_status", "total_refund_amount"
#: An error in one of these would change an answer without a word; elsewhere it is kept as text.
_NEVER_AN_ERROR = frozenset({
    "refund_id", "payee_id", "refund_date", "refund_secondary_status", "document_number", "total_refund_amount",
    "check_or_ach",
})  # fmt: skip

_FITS: dict[str, Callable[[str], bool]] = {
    "refund_date": could_be_a_date,
    "total_refund_amount": lambda text: amount_in_cents(text) is not None and bool({"$", "."} & {*text}),
    "document_number": entry_number.is_valid,
    "payee_id": importer_number.is_valid,
    "check_or_ach": lambda text: status_key(text) in METHODS,
}
#: A refund is looked up by these; every line of CBP's picture has them.
_ALWAYS_THERE = ("refund_id", "payee_id", "company_name", "refund_date", "document_number")
#: The headings of another table beside are looked for in so many lines.
_HEADINGS_WITHIN = 1_000
_OTHER_DOCUMENT = r"\A(?:[0-9]{12}|X{4}Y{8})\z"
#: So many documents that are no entry numbers are still named one by one.
_EXCEPTIONS = 100
#: The usual forms of codes, without regard to case.
_USUAL_FORMS = {
    "filer_code": "[0-9A-Z]{3}",
    "team_number": "[0-9A-Z]{3}",
    "port_code": "[0-9]{4}",
}


@dataclass(frozen=True, slots=True)
class Typed:
    """The lines of a table, typed: a frame, its cents, and which lines hold a cell that cannot be read."""

    frame: pd.DataFrame
    cents: Numbers
    unreadable: Mask


def typed_lines(
    grid: TextGrid,
    table: Table,
    lines: Numbers,
    log: IssueLog,
    *,
    kind: ReportKind,
    report_date: dt.date | None,
    order: DateOrder,
    added: Sequence[int] = (),
    words: Words = NO_WORDS,
) -> Typed:
    """Type the refund lines of a table; each repair and each cell that cannot be read becomes an issue.

    ``report_date`` is what the report states of itself, ``order`` how its slashed dates are read, and ``added`` are further
    columns of the amount.
    """
    work = LineLog(grid, table, lines, log, names=[column.name for column in REFUND_COLUMNS])
    _refuse_long_lines(work)
    _state_of_report(work, kind)
    printed = _taught_statuses(work, words)
    _find_errors(work)
    with ThreadPoolExecutor(1) as other_core:
        amounts = other_core.submit(parse_amounts, work.text[_AMOUNT])
        _repair_identifiers(work)
        entries = _entry_numbers(work)
        days = work.dates("refund_date", order)
        cents, filled = work.amounts(_AMOUNT, amounts.result(), added)
    if report_date is not None:
        late = np.flatnonzero(days > np.datetime64(report_date, "us"))
        work.say("date-after-report", "refund_date", late)
    work.say("amount-missing", _AMOUNT, np.flatnonzero(~filled & ~work.bad))
    _say_doubts(work, entries)
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
        **work.provenance(),
    }
    for heading, text in work.others.items():
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
            nothing = pa.nulls(len(places), pa.large_string())
            work.text[name] = repairs.put(work.text[name], places, nothing)
        else:
            work.say("cell-error-kept", name, places)


def _repair_identifiers(work: LineLog) -> None:
    work.repair_identifiers()
    work.respell("payee_id", by_value(work.distinct("payee_id"), repairs.payee_number))
    for name, width, shortest in (("port_code", 4, 3), ("team_number", 3, 1)):
        padded = repairs.zero_padded(work.text[name], width=width, shortest=shortest)
        work.change("zero-restored", name, padded)


def _entry_numbers(work: LineLog) -> pa.ChunkedArray:
    entries, right, repaired = entry_number.parse_arrow(work.text["document_number"])
    documents = work.text["document_number"]
    work.change(
        "zero-restored",
        "document_number",
        repairs.put(documents, np.flatnonzero(repaired), entries.filter(pa.array(repaired))),
    )
    work.say("check-digit", "document_number", np.flatnonzero(is_valid(entries) & ~right))
    work.respell("document_number", pc.coalesce(entries, work.text["document_number"]))
    # a filer code's lost zero is restored where the entry number of its line proves it
    filers = repairs.zero_padded(work.text["filer_code"], width=3, shortest=1)
    if filers is not work.text["filer_code"]:
        proven = pc.fill_null(pc.equal(pc.utf8_slice_codeunits(entries, 0, 3), filers), False)
        work.change("zero-restored", "filer_code", pc.if_else(proven, filers, work.text["filer_code"]))
    return entries


def _taught_statuses(work: LineLog, words: Words) -> pa.ChunkedArray | None:
    """Write CBP's own status for those that were taught, so that every answer knows them; return what was printed."""
    if not words.statuses:
        return None
    printed = work.text[_STATUS]
    met = {status_key(text) for text in work.distinct(_STATUS).dictionary.to_pylist()}
    work.say_values("status-taught", _STATUS, met - set(map(status_key, words.statuses)))
    own = by_value(
        work.distinct(_STATUS), lambda text: statuses.STATUS_OF_STATE.get(words.state(text) or "", text)
    )
    work.replace(_STATUS, own)
    return printed


def _check_vocabularies(work: LineLog, words: Words) -> None:
    keyed = (
        ("status-unknown", _STATUS, statuses.STATE_OF_STATUS),
        ("refund-status-unknown", "refund_status", statuses.KNOWN_REFUND_STATUSES),
        ("refund-type-unknown", "refund_type", statuses.KNOWN_REFUND_TYPES),
        ("method-unknown", "check_or_ach", METHODS),
    )
    for code, name, known in keyed:
        work.say_values(code, name, known)
    work.say_values("center-unknown", "center_id", {*CENTERS, *words.centers}, key=str.upper)


def _refuse_long_lines(work: LineLog) -> None:
    """Refuse the lines that have more cells than the table has headings."""
    grid, table, lines = work.grid, work.table, work.lines
    last = max(*table.columns.values(), *table.unknown.values(), *(at for _, at in table.repeated))
    # in delimited text a line may have more cells than most; else a few lines have a cell right behind the last heading
    wider = np.isin(lines, grid.long_lines) & (table.header[-1] not in grid.long_lines)
    known = alias_table(REFUND_COLUMNS).keys()
    for line in grid.lines(grid.long_lines[:_HEADINGS_WITHIN]):
        if len({heading_key(text) for text in line[last + 1 :] if text} & known) >= ENOUGH:
            wider[:] = False  # an older table stands beside, lower down
    beside = np.zeros(len(lines), dtype=bool)
    if last + 1 < len(grid.columns):
        beside = is_valid(grid.columns[last + 1].take(pa.array(lines)))
        beside &= ~wider & (beside.sum() * 2 < len(lines))
    looked_at = np.flatnonzero(wider | beside)
    readings = [_one_reading(line, table, last) for line in grid.lines(lines[looked_at])]
    # a cell beside the table that no reading takes in is a remark of somebody's
    refused = wider[looked_at] | np.array([bool(each) for each in readings], dtype=bool)
    places = looked_at[refused]
    if len(places):
        said = [each or "nothing tells which" for each, bad in zip(readings, refused, strict=True) if bad]
        detail, nothing = pa.array(said, pa.large_string()), pa.nulls(len(places), pa.large_string())
        work.log.add_cells("line-too-long", grid, lines[places], None, nothing, at=None, detail=detail)
        work.bad[places] = True


def _one_reading(line: Line, table: Table, last: int) -> str:
    """Return in words which cells are one, where joining them fills all other columns in one way only."""
    names = {at: name for name, at in table.columns.items()}
    extra = max((at for at, text in enumerate(line) if text), default=0) - last
    joins: list[str] = []
    readings: set[tuple[str | None, ...]] = set()
    for at in range(last + 1) if extra > 0 else ():
        if names.get(at, "company_name") not in FREE_TEXT:
            continue
        joined = ", ".join(text for text in line[at : at + extra + 1] if text)
        whole = [*line[:at], joined, *line[at + extra + 1 :]]
        fitting = (
            _FITS[name](text) if (text := whole[place]) else name == "check_or_ach"
            for place, name in names.items()
            if name in _FITS
        )
        if all(fitting):
            joins.append(joined)
            readings.add(tuple(whole[place] for place, name in names.items() if name not in FREE_TEXT))
    if len(readings) != 1:
        return ""
    return f"it would read well with {' or '.join(repr(masked(each)) for each in joins)} as one cell"


def _say_doubts(work: LineLog, entries: pa.ChunkedArray) -> None:
    """Note what is missing, what has an unusual form, and what contradicts the entry number."""
    for name in _ALWAYS_THERE:
        if name in work.table.columns:
            work.say("value-missing", name, np.flatnonzero(~is_valid(work.text[name]) & ~work.bad))
    _say_documents(work, entries)
    for name, form in _USUAL_FORMS.items():
        _say_distinct(work, "code-unusual", name, re.compile(form, re.IGNORECASE | re.ASCII).fullmatch)
    # with a space for the hyphen, one payee would become two
    _say_distinct(
        work,
        "payee-unusual",
        "payee_id",
        lambda text: importer_number.is_valid(text) and text.split() == [text],
    )
    filer, of_entry = pc.utf8_upper(work.text["filer_code"]), pc.utf8_slice_codeunits(entries, 0, 3)
    work.say("filer-differs", "filer_code", np.flatnonzero(as_mask(pc.not_equal(filer, of_entry))))


def _say_documents(work: LineLog, entries: pa.ChunkedArray) -> None:
    """Note documents that are neither entry numbers nor of 12 digits, as a protest and CBP's picture have.

    Each is named, or only the first where they are the rule and not the exception.
    """
    documents = work.text["document_number"]
    there = is_valid(documents)
    odd = np.flatnonzero(there & ~is_valid(entries) & ~work.bad)
    odd = odd[~as_mask(pc.match_substring_regex(documents.take(pa.array(odd)), _OTHER_DOCUMENT))]
    rule = len(odd) > min(_EXCEPTIONS, int(there.sum()) // 2)
    detail = f"on {len(odd):,} lines" if rule else ""
    work.say("document-unusual", "document_number", odd[:1] if rule else odd, detail=detail)


def _say_distinct(work: LineLog, code: str, name: str, usual: Callable[[str], object]) -> None:
    """Note the cells of unusual form; forms are looked at by distinct value."""
    encoded = work.distinct(name)
    odd = pa.array([not usual(text) for text in encoded.dictionary.to_pylist()], pa.bool_())
    work.say(code, name, np.flatnonzero(as_mask(pc.take(odd, encoded.indices)) & ~work.bad))
