"""Bytes to a Report: the refunds of an export, the proof that nothing was lost, and what is worth saying."""

from __future__ import annotations

import datetime as dt
import hashlib
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING, BinaryIO, Literal

import numpy as np
import pandas as pd

from rev603.errors import ControlTotalError, LineError
from rev603.reading.amounts import amount_in_cents
from rev603.reading.control import Control, Grain, Header, control_totals
from rev603.reading.dates import parse_date
from rev603.reading.issues import CATALOGUE, IssueLog
from rev603.reading.layout import Block, Table, no_table, read_block, require_columns
from rev603.reading.limits import DEFAULT_LIMITS, Limits
from rev603.reading.rows import BESIDE, NOTE, TOTAL, UNREADABLE, Rows, filled_down, set_aside_frame, sort_rows
from rev603.reading.sheets import read_sheets
from rev603.reading.sniff import sniff
from rev603.reading.typed import Typed, typed_lines
from rev603.vocabulary.headings import REFUND_COLUMNS, Column

if TYPE_CHECKING:
    import os

    from rev603.reading.grid import TextGrid

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
    """

    refunds: pd.DataFrame
    header: Header
    control: Control
    issues: pd.DataFrame
    set_aside: pd.DataFrame
    rows_read: int
    source_file: str
    content_hash: str

    @property
    def verdict(self) -> Verdict:
        """Say in a word whether the file can be relied on."""
        if self.control.ties_out is False:
            return "does not tie out"
        worth_saying = self.issues["severity"].isin(["error", "warning"]).any()
        return "accepted with issues" if worth_saying else "accepted"

    def raise_for_totals(self) -> Report:
        """Give the report itself, or raise where it does not tie out.

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
        """Give the report in two lines."""
        day = f" of {self.header.report_date:%Y-%m-%d}" if self.header.report_date else ""
        return (
            f"<Report {self.source_file}{day}: {self.verdict}; {len(self.refunds):,} refund lines, "
            f"${self.control.found_amount:,.2f}; {len(self.set_aside):,} rows set aside, {len(self.issues):,} issues>"
        )


def read(
    source: str | os.PathLike[str] | BinaryIO,
    *,
    sheet: str | int | None = None,
    grain: Grain | None = None,
    on_error: OnError = "raise",
    limits: Limits = DEFAULT_LIMITS,
) -> Report:
    """Read a REV-603 export: any layout, Excel or delimited text.

    Parameters
    ----------
    source
        A path, or a binary file object.
    sheet
        The name of the sheet, or its place from 0; found by its headings otherwise.
    grain
        What a line's amount stands for, where you know: ``"line"`` its own, ``"refund"`` the whole refund's, repeated
        on each of its documents. Without it the report's own totals decide.
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
    >>> export = "Refund ID,Payee ID,Company Name,C/O,Refund Date,Refund Secondary Status,Document Number," \\
    ...     "Total Refund Amount,Check or ACH\\nR1,12-3456789,Harbor Lamp Co,,11/09/2026,Reject No ACH,,$12.50,\\n"
    >>> rev603.read(io.BytesIO(export.encode())).refunds[["payee_id", "amount"]]
         payee_id  amount
    0  12-3456789    12.5
    """
    if on_error not in ("raise", "collect"):
        raise ValueError(f'on_error is "raise" or "collect", not {on_error!r}')
    if grain not in (None, "line", "refund"):
        raise ValueError(f'grain is "line", "refund" or None, not {grain!r}')
    file = sniff(source, limits=limits)
    log = IssueLog(file.name)
    if file.misnamed:
        log.add("misnamed", f"{file.name} is {'a workbook' if file.kind == 'xlsx' else 'delimited text'} by its content; it was read so")
    sheets = read_sheets(file, REFUND_COLUMNS, sheet=sheet, log=log, limits=limits)
    if not sheets.tables:
        raise no_table(sheets.nearest, REFUND_COLUMNS, file.name, what="a refund report")

    header, parts = Header(), []
    for at, (grid, table) in enumerate(sheets.tables):
        part = _read_part(grid, table, log, header if at else None)
        header = header if at else part.header
        parts.append(part)
    parts = _without_copies(parts, header, log)
    everything = parts[0].typed if len(parts) == 1 else _together([part.typed for part in parts])
    if everything.unreadable.any() and on_error == "raise":
        issues = log.frame()
        raise LineError(issues[issues["severity"] == "error"].reset_index(drop=True), where=file.name)
    readable = ~everything.unreadable
    frame = everything.frame if readable.all() else everything.frame[readable].reset_index(drop=True)
    counted = control_totals(frame, everything.cents[readable], header, grain=grain)
    if counted.control.grain == "refund":
        frame = frame.assign(amount=np.where(frame["total_refund_amount"].isna(), np.nan, counted.cents / 100))
    _say_totals(counted.control, counted.ambiguous, log)
    for part in parts:
        _check_total_lines(part, log)
    aside = [set_aside_frame(part.grid, part.aside()) for part in parts]
    set_aside = aside[0] if len(aside) == 1 else pd.concat(aside, ignore_index=True)
    _checked(frame)
    return Report(
        refunds=frame,
        header=header,
        control=counted.control,
        issues=log.frame(),
        set_aside=set_aside,
        rows_read=len(frame) + len(set_aside),
        source_file=file.name,
        content_hash=hashlib.sha256(file.data).hexdigest(),
    )


@dataclass(frozen=True)
class _Part:
    """One sheet on its way: where its rows went, and its lines typed."""

    grid: TextGrid
    table: Table
    rows: Rows
    typed: Typed
    header: Header
    copy_of: str = ""

    def aside(self) -> dict[int, str]:
        """Give every line that is no refund, with its reason."""
        if self.copy_of:
            return self.rows.aside | dict.fromkeys(self.rows.refunds.tolist(), self.copy_of)
        return self.rows.aside | dict.fromkeys(self.rows.refunds[self.typed.unreadable].tolist(), UNREADABLE)


def _read_part(grid: TextGrid, table: Table, log: IssueLog, known: Header | None) -> _Part:
    where = f"{log.file}, sheet {grid.sheet!r}" if grid.sheet else log.file
    headings = [" ".join(filter(None, pair)) or None for pair in zip(*grid.lines(table.header), strict=True)]
    _say_columns(table, require_columns(table, REFUND_COLUMNS, headings, where), grid, log)
    grid, filled = filled_down(grid, table)
    if filled:
        log.add("merged-filled", f"{grid.sheet}: merged cells were filled down over {filled:,} lines", sheet=grid.sheet)
    block = read_block(grid.lines(range(table.header[0])))
    header = _header(block, grid, log)
    rows = sort_rows(grid, table, block.lines)
    typed = typed_lines(grid, table, rows.refunds, log, report_date=(known or header).report_date)
    part = _Part(grid, table, rows, typed, header)
    _say_beside(part, log)
    return part


def _header(block: Block, grid: TextGrid, log: IssueLog) -> Header:
    found: dict[str, object] = {}
    for name, (text, line, column) in block.values.items():
        if name == "report_date":
            value: object = parse_date(text, epoch_1904=grid.epoch_1904)
        else:
            cents = amount_in_cents(text)
            value = None if cents is None or (name == "total_refunds" and cents % 100) else cents / 100
            value = int(cents // 100) if value is not None and name == "total_refunds" and cents is not None else value
        found[name] = value
        if value is None:
            log.add("header-unreadable", f"{grid.address(line, column)}: {CATALOGUE['header-unreadable'].meaning} ({text!r})",
                    sheet=grid.sheet, row=int(grid.rows[line]), column=name, value=text)
    day, count, amount = (found.get(name) for name in ("report_date", "total_refunds", "total_refund_amount"))
    return Header(
        report_date=day if isinstance(day, dt.date) else None,
        total_refunds=count if isinstance(count, int) else None,
        total_refund_amount=amount if isinstance(amount, float) else None,
    )


def _say_columns(table: Table, missing: list[Column], grid: TextGrid, log: IssueLog) -> None:
    row = int(grid.rows[table.header[-1]])
    for column in missing:
        log.add("column-missing", f"{column.heading}: {CATALOGUE['column-missing'].meaning}", sheet=grid.sheet, row=row, column=column.name)
    for heading, at in table.unknown.items():
        log.add("column-unknown", f"{grid.address(table.header[-1], at)}: {CATALOGUE['column-unknown'].meaning}",
                sheet=grid.sheet, row=row, value=heading)
    for heading, at in table.repeated:
        log.add("column-repeated", f"{grid.address(table.header[-1], at)}: {CATALOGUE['column-repeated'].meaning}",
                sheet=grid.sheet, row=row, value=heading)


def _say_beside(part: _Part, log: IssueLog) -> None:
    grid, start = part.grid, part.table.start
    beside = [at for at in part.table.beside if (below := grid.columns[at].slice(start)).null_count < len(below)]
    if beside:
        log.add("beside-the-table", f"{grid.address(part.table.header[-1], beside[0])}: {CATALOGUE['beside-the-table'].meaning}, in "
                f"{len(beside)} column{'s' if len(beside) > 1 else ''}", sheet=grid.sheet, row=int(grid.rows[part.table.header[-1]]))
    doubtful = [at for at, reason in part.rows.aside.items() if reason in (NOTE, BESIDE) and at >= start]
    if doubtful:
        texts = [" | ".join(cell for cell in line if cell) for line in grid.lines(doubtful)]
        log.add_cells("line-not-understood", grid, np.array(doubtful, dtype=np.int64), "", texts, at=None)


def _without_copies(parts: list[_Part], header: Header, log: IssueLog) -> list[_Part]:
    """Leave out a sheet that repeats the first one, line for line."""
    first = parts[0].typed.frame.drop(columns=["source_sheet", "source_row", "report_date"])
    kept = [parts[0]]
    for part in parts[1:]:
        name = part.grid.sheet or ""
        if len(first) and part.typed.frame[first.columns.intersection(part.typed.frame.columns)].equals(first):
            log.add("sheet-repeated", f"{name}: {CATALOGUE['sheet-repeated'].meaning}", sheet=name)
            nothing = Typed(part.typed.frame.iloc[:0], part.typed.cents[:0], part.typed.unreadable[:0])
            kept.append(replace(part, typed=nothing, copy_of=f"copy of sheet {parts[0].grid.sheet}"))
        else:
            log.add("sheet-joined", f"{name}: {CATALOGUE['sheet-joined'].meaning}", sheet=name)
            kept.append(part)
    return kept


def _together(typed: list[Typed]) -> Typed:
    return Typed(
        pd.concat([each.frame for each in typed], ignore_index=True),
        np.concatenate([each.cents for each in typed]),
        np.concatenate([each.unreadable for each in typed]),
    )


def _say_totals(control: Control, ambiguous: int, log: IssueLog) -> None:
    if control.ties_out is False:
        log.add("totals-differ", f"{_totals_in_words(control)}; {CATALOGUE['totals-differ'].what_to_do}")
    elif control.ties_out is None:
        log.add("totals-absent", f"{CATALOGUE['totals-absent'].meaning}; {CATALOGUE['totals-absent'].what_to_do}")
    if control.grain == "refund":
        log.add("grain-refund", CATALOGUE["grain-refund"].meaning)
    if ambiguous:
        log.add("ambiguous-grain", f"{ambiguous:,} lines: {CATALOGUE['ambiguous-grain'].meaning}; {CATALOGUE['ambiguous-grain'].what_to_do}")


def _totals_in_words(control: Control) -> str:
    words = []
    if control.stated_refunds is not None:
        words.append(f"the report states {control.stated_refunds:,} refunds, {control.found_lines:,} lines of "
                     f"{control.found_refunds:,} refunds were read")
    if control.stated_amount is not None:
        words.append(f"it states ${control.stated_amount:,.2f}, the lines add up to ${control.found_amount:,.2f} "
                     f"(difference ${control.difference:,.2f})")
    return "; ".join(words)


def _check_total_lines(part: _Part, log: IssueLog) -> None:
    """Compare each total line in the table with the lines that it can stand for."""
    totals = sorted(at for at, reason in part.rows.aside.items() if reason == TOTAL)
    column = part.table.columns["total_refund_amount"]
    running = np.concatenate([[0], np.cumsum(part.typed.cents)]) if len(part.typed.cents) else np.zeros(1, dtype=np.int64)
    starts = {0}
    wrong = []
    for at, line in zip(totals, part.grid.lines(totals), strict=True):
        so_far = int(running[np.searchsorted(part.rows.refunds, at)]) if len(running) > 1 else 0
        stated = amount_in_cents(line[column] or "")
        if stated is not None and so_far - stated not in starts:
            wrong.append((at, line[column]))
        starts.add(so_far)
    if wrong and not part.copy_of:
        log.add_cells("subtotal-differs", part.grid, np.array([at for at, _ in wrong]), "total_refund_amount",
                      [text for _, text in wrong], at=column)


def _checked(frame: pd.DataFrame) -> None:
    """Hold the typed frame against its contract; parsing guarantees it, so a failure here is ours."""
    from pandera.errors import SchemaErrors

    from rev603.schema import RefundSchema

    try:
        RefundSchema.validate(frame, lazy=True)
    except SchemaErrors as error:
        failed = ", ".join(sorted({str(column) for column in error.failure_cases["column"]}))
        raise AssertionError(f"rev603 read a frame that breaks its own contract, in: {failed}") from None
