"""Bytes to a Report: the refunds of an export, the proof that nothing was lost, and what is worth saying."""

from __future__ import annotations

import hashlib
import os
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass, replace
from typing import BinaryIO, Literal

import numpy as np
import pandas as pd
import pyarrow as pa
from pandera.errors import SchemaErrors

from rev603._columns import Mask
from rev603.errors import (
    ColumnsMissingError,
    ControlTotalError,
    LineError,
    NotAReportError,
    Rev603Error,
    UnrecognizedFileError,
    check_choice,
)
from rev603.reading.control_totals import Control, Counted, Grain, Header, control_totals
from rev603.reading.find_tables import find_tables
from rev603.reading.grid import TextGrid
from rev603.reading.issues import CATALOGUE, IssueLog
from rev603.reading.layout import Named, Table, no_table
from rev603.reading.limits import DEFAULT_LIMITS, Limits
from rev603.reading.refund_rows import set_aside_frame
from rev603.reading.report_sheet import ReportSheet, check_total_lines, joined_sheets, read_report_sheet
from rev603.reading.sniff import sniff
from rev603.reading.words import Columns, Taught, Words, headings_of, words_of
from rev603.reading.written import as_it_was, is_written_by_us
from rev603.safe_text import hide_persons
from rev603.schema import RefundSchema
from rev603.vocabulary.headings import REFUND_COLUMNS
from rev603.vocabulary.statuses import UNKNOWN, state_of, status_key

_PRINTED = "refund_secondary_status (report)"
OnError = Literal["raise", "collect"]
Verdict = Literal["accepted", "accepted with issues", "does not tie out"]


@dataclass(frozen=True, eq=False, repr=False)
class Report:
    """One export, read.

    Attributes
    ----------
    refunds
        The refund lines, in the columns of :class:`rev603.RefundSchema`; columns that rev603 does not know follow.
    header
        What the block above the table states.
    control
        The stated totals beside the found ones, and what a line stands for.
    issues
        Repairs, doubts and errors: ``severity code message source_file source_sheet source_row column value``.
    set_aside
        Every non-blank row that is no refund: ``source_row reason text source_sheet``.
    rows_read
        Non-blank rows: always ``len(refunds) + len(set_aside)``.
    verdict
        ``accepted``, ``accepted with issues`` or ``does not tie out``.
    source_file, content_hash
        The file's name, and the SHA-256 of its bytes.
    dates_assumed
        True where all slashed dates could be day/month too, and were read as month/day.
    """

    refunds: pd.DataFrame
    header: Header
    control: Control
    issues: pd.DataFrame
    set_aside: pd.DataFrame
    rows_read: int
    source_file: str
    content_hash: str
    dates_assumed: bool = False

    @property
    def verdict(self) -> Verdict:
        """In a word, whether the file can be relied on."""
        if self.control.ties_out is False:
            return "does not tie out"
        worth_saying = self.issues["severity"].isin(["error", "warning"]).any()
        return "accepted with issues" if worth_saying else "accepted"

    def raise_for_totals(self) -> Report:
        """Return the report itself, or raise where it does not tie out.

        Raises
        ------
        ControlTotalError
            A stated total differs from what was read.
        """
        if self.control.ties_out is False:
            raise ControlTotalError(
                "What was read differs from the totals that the report states.",
                where=self.source_file,
                why=_totals_in_words(self.control),
                what_to_do=CATALOGUE["totals-differ"].what_to_do,
            )
        return self

    def __repr__(self) -> str:
        """Return the report in two lines."""
        day = f" of {self.header.report_date:%Y-%m-%d}" if self.header.report_date else ""
        return (
            f"<Report {hide_persons(self.source_file)}{day}: {self.verdict}; {len(self.refunds):,} refund lines, "
            f"${self.control.found_amount:,.2f}; {len(self.set_aside):,} rows set aside, {len(self.issues):,} issues>"
        )


def read(
    source: str | os.PathLike[str] | BinaryIO,
    *,
    sheet: str | int | None = None,
    grain: Grain | None = None,
    columns: Columns | None = None,
    vocabulary: Taught = None,
    name: str | None = None,
    on_error: OnError = "raise",
    limits: Limits = DEFAULT_LIMITS,
) -> Report:
    r"""Read a REV-603 export: any layout, Excel or delimited text.

    Parameters
    ----------
    source
        A path, or a binary file object; also a zip archive or a saved e-mail (``.eml``) that holds one export.
    sheet
        The name of the sheet, or its place from 0; found by its headings otherwise.
    grain
        What a line's amount stands for, where you know: ``"line"`` its own, ``"refund"`` the whole refund's, repeated
        on each of its documents. Without it the report's own totals decide.
    columns
        Our name to the heading that it has in this file, where it is not found: ``columns={"refund_id": "Our Ref"}``. An
        amount that stands in several columns is their sum: ``{"total_refund_amount": ["Duty", "Interest"]}``.
    vocabulary
        What rev603 does not know, as a mapping or the path of a TOML file: ``headings`` (to a column), ``statuses`` (to a
        payment state), ``centers`` (to a name) and ``teams`` (to a note); the site has a page for it, Vocabulary. A taught
        status is written as CBP's own, and kept as printed in ``refund_secondary_status (report)``.
    name
        What to call a file object that has no name of its own.
    on_error
        ``"raise"`` refuses a file with cells that cannot be read; ``"collect"`` sets their lines aside.
    limits
        What a file may cost before it is refused as unsafe.

    Returns
    -------
    Report
        With ``refunds`` (dollars as float64, dates without time, text as text) and the proof that nothing was lost.

    Raises
    ------
    SourceNotFoundError, UnrecognizedFileError, UnsafeFileError
        The file is not there, not a report, or not safe.
    ColumnsMissingError
        A column is missing that answers depend on.
    LineError
        Cells cannot be read; ``.issues`` lists every one.

    Notes
    -----
    The layout is that of CBP Pub. 5286-1225; no real export is public, so any order and spelling of headings is taken.

    Examples
    --------
    >>> import io, rev603
    >>> export = "Refund ID,Payee ID,Company Name,C/O,Refund Date,Refund Secondary Status,Document Number," \
    ...     "Total Refund Amount,Check or ACH\nR1,12-3456789,Harbor Lamp Co,,11/09/2026,Reject No ACH,,$12.50,\n"
    >>> rev603.read(io.BytesIO(export.encode())).refunds[["payee_id", "amount"]]
           payee_id  amount
    0  12-345678900    12.5
    """
    check_choice("on_error", on_error, "raise", "collect")
    check_choice("grain", grain, "line", "refund", None)
    words = words_of(vocabulary)
    named = headings_of(columns, [column.name for column in REFUND_COLUMNS], ["total_refund_amount"])
    file = sniff(source, name=name, limits=limits)
    log = IssueLog(file.name)
    if file.misnamed:
        what = "a workbook" if file.kind == "xlsx" else "delimited text"
        log.say("misnamed", file.name, f" ({what})")
    with ThreadPoolExecutor(1) as other_core:
        content_hash = other_core.submit(hashlib.sha256, file.data)
        try:
            known = words.columns(REFUND_COLUMNS)
            found = find_tables(file, known, sheet=sheet, log=log, limits=limits, named=named)
            if file.kind == "text":
                file = replace(file, data=b"", text=b"")  # what follows can have its memory
            parts = joined_sheets(_sheets(*found, words, named, log), log)
        except (ColumnsMissingError, UnrecognizedFileError) as error:
            if file.kind == "xlsx" and is_written_by_us(file.data):
                what = "This is a workbook of answers that rev603 wrote."
                raise NotAReportError(what, where=file.name) from error
            raise
        header = parts[0].header
        frames = [part.typed.frame for part in parts]
        frame = pd.concat(frames, ignore_index=True) if len(frames) > 1 else frames[0]
        printed = np.concatenate([part.typed.cents for part in parts])
        readable = ~np.concatenate([part.typed.unreadable for part in parts])
        if not readable.all() and on_error == "raise":
            issues = log.frame()
            raise LineError(issues[issues["severity"] == "error"].reset_index(drop=True), where=file.name)
        frame = frame if readable.all() else frame[readable].reset_index(drop=True)
        contract = other_core.submit(_checked, frame)
        counted = control_totals(frame, printed[readable], header, grain=grain)
        frame = frame.assign(amount=counted.dollars(frame))
        zeroed = int(((counted.cents == 0) & (printed[readable] != 0)).sum())
        _say_totals(counted.control, counted.ambiguous, zeroed, log)
        _say_taught(words, frame, log)
        _say_of_lines(counted, parts, readable, log)
        aside = [set_aside_frame(part.grid, part.aside()) for part in parts]
        set_aside = pd.concat(aside, ignore_index=True)
        rows_read = sum(int(part.grid.nonblank().sum()) for part in parts)
        if rows_read != len(frame) + len(set_aside):  # counted on the grid, whatever became of its rows
            raise Rev603Error(
                f"{rows_read:,} rows are not blank, but {len(frame) + len(set_aside):,} were accounted for.",
                where=file.name,
                what_to_do="tell us about this file: rev603 must not lose a row",
            )
        contract.result()
        report: Report = as_it_was(Report(
            refunds=frame,
            header=header,
            control=counted.control,
            issues=log.frame(),
            set_aside=set_aside,
            rows_read=rows_read,
            source_file=file.name,
            content_hash=content_hash.result().hexdigest(),
            dates_assumed=any(part.dates_assumed for part in parts),
        ))  # fmt: skip
    return report


def _sheets(
    tables: list[tuple[TextGrid, Table]], nearest: TextGrid | None, words: Words, named: Named, log: IssueLog
) -> list[ReportSheet]:
    """Read the sheets; one that has a few of the headings, such as a pivot table, does not stop a sound report."""
    if not tables:
        raise no_table(nearest, words.columns(REFUND_COLUMNS), log.file, what="a refund report")
    parts: list[ReportSheet] = []
    most = max(len(table.columns) for _, table in tables)
    for grid, table in tables:
        try:
            header = parts[0].header if parts else None
            parts.append(read_report_sheet(grid, table, log, known=header, named=named, words=words))
        except ColumnsMissingError as error:
            if 2 * len(table.columns) > most:
                raise
            log.add_sheet("sheet-skipped", grid.sheet or "", f"it lacks {', '.join(error.missing[:3])}")
    return parts


def _say_of_lines(counted: Counted, parts: list[ReportSheet], readable: Mask, log: IssueLog) -> None:
    """Say which lines repeat others, and which total lines do not meet the lines that they stand for."""
    adding, again = np.zeros(len(readable), dtype=np.int64), np.zeros(len(readable), dtype=bool)
    adding[readable] = counted.cents
    again[np.flatnonzero(readable)[counted.repeated]] = True
    ends = np.cumsum([len(part.typed.cents) for part in parts])[:-1]
    for part, cents, same in zip(parts, np.split(adding, ends), np.split(again, ends), strict=True):
        lines = part.rows.refunds[same]
        log.add_cells("line-repeated", part.grid, lines, None, pa.nulls(len(lines)), at=None)
        readings = (part.typed.cents, cents)
        check_total_lines(part.grid, part.table, part.rows.refunds, log, *readings, aside=part.rows.aside)


def _say_totals(control: Control, ambiguous: int, zeroed: int, log: IssueLog) -> None:
    if control.ties_out is False:
        log.say("totals-differ", detail=f": {_totals_in_words(control)}")
    elif control.ties_out is None:
        log.say("totals-absent")
    if control.grain == "refund":
        log.say("grain-refund", f"{zeroed:,} lines show 0.00 in amount")
    if ambiguous:
        log.say("ambiguous-grain", f"{ambiguous:,} lines")


def _say_taught(words: Words, frame: pd.DataFrame, log: IssueLog) -> None:
    """Say which taught statuses do not occur, and which CBP documents as something else."""
    printed = set(frame[_PRINTED].dropna().map(status_key)) if words.statuses else ()
    for text, state in words.statuses.items():
        documented = state_of(text)
        if status_key(text) not in printed:
            log.say("status-not-met", repr(text), value=text)
        elif documented not in (state, UNKNOWN):
            log.say("status-overruled", repr(text), f" ({documented} by CBP, {state} as taught)", value=text)


def _totals_in_words(control: Control) -> str:
    words = []
    if control.stated_refunds is not None:
        words.append(
            f"the report states {control.stated_refunds:,} refunds, {control.found_lines:,} lines of "
            f"{control.found_refunds:,} refunds were read"
        )
    if control.stated_amount is not None:
        words.append(
            f"it states ${control.stated_amount:,.2f}, the lines add up to ${control.found_amount:,.2f} "
            f"(difference ${control.difference:,.2f})"
        )
    return "; ".join(words)


def _checked(frame: pd.DataFrame) -> None:
    """Hold the typed frame against its contract; parsing guarantees it, so a failure here is ours."""
    try:
        # it changes nothing; without inplace it would copy the frame
        RefundSchema.validate(frame, lazy=True, inplace=True)
    except SchemaErrors as error:
        failed = ", ".join(sorted({str(column) for column in error.failure_cases["column"]}))
        raise Rev603Error(
            f"rev603 read a frame that breaks its own contract, in: {failed}.",
            what_to_do="tell us about this file: it is our mistake",
        ) from None
