"""One sheet of a report: its header block, its lines, and what is to be said about both."""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import TYPE_CHECKING

import numpy as np
import pandas as pd

from rev603._columns import lines_of
from rev603.errors import UnrecognizedFileError
from rev603.reading.amounts import amount_in_cents
from rev603.reading.control_totals import Header
from rev603.reading.dates import DateOrder, date_in_name, date_order
from rev603.reading.header_block import Figure, read_block
from rev603.reading.issues import CATALOGUE
from rev603.reading.layout import MOST_OTHERS
from rev603.reading.masked_cells import masked
from rev603.reading.missing_columns import require_columns
from rev603.reading.refund_frame import Typed, typed_lines
from rev603.reading.refund_rows import (
    BLOCK,
    DOUBTFUL,
    HEADING_AGAIN,
    NOTE,
    TOTAL,
    UNREADABLE,
    Rows,
    is_statistic,
    refunds_like_totals,
    sort_rows,
    totals_without_sum,
)
from rev603.reading.shown_once import filled_down, filled_groups
from rev603.reading.words import NO_WORDS, Words
from rev603.vocabulary.headings import REFUND_COLUMNS
from rev603.vocabulary.reports import REV_603, ReportKind, recognized

if TYPE_CHECKING:
    import datetime as dt
    from collections.abc import Iterable, Mapping

    from numpy.typing import NDArray

    from rev603.reading.grid import TextGrid
    from rev603.reading.issues import IssueLog
    from rev603.reading.layout import Table
    from rev603.vocabulary.headings import Column

_AMOUNT = "total_refund_amount"
#: A block below the table, and the date of a second report, are looked for in so many notes.
_NOTES_LOOKED_AT = 1_000
_TOTALS = frozenset({"total_refunds", _AMOUNT})


@dataclass(frozen=True)
class ReportSheet:
    """One sheet on its way: where its rows went, and its lines typed."""

    grid: TextGrid
    table: Table
    rows: Rows
    typed: Typed
    header: Header
    kind: ReportKind
    copy_of: str = ""
    dates_assumed: bool = False

    @property
    def day(self) -> dt.date | None:
        """The day of which the sheet is, by its block or else by its name."""
        return self.header.report_date or date_in_name(self.grid.sheet or "")

    def aside(self) -> dict[int, str]:
        """Give every line that is no refund, with its reason."""
        if self.copy_of:
            return self.rows.aside | dict.fromkeys(self.rows.refunds.tolist(), self.copy_of)
        return self.rows.aside | dict.fromkeys(self.rows.refunds[self.typed.unreadable].tolist(), UNREADABLE)

    def nonblank(self) -> int:
        """Count the rows of the sheet that hold anything."""
        return int(self.grid.nonblank().sum())


def read_report_sheet(
    grid: TextGrid, table: Table, log: IssueLog, *, known: Header | None = None, words: Words = NO_WORDS
) -> ReportSheet:
    """Read one sheet.

    Parameters
    ----------
    grid, table
        The sheet, and where its table is.
    log
        Takes the issues.
    known
        The header of the sheet before, which this one continues.
    words
        What the caller taught.

    Raises
    ------
    ColumnsMissingError
        The table lacks a column that answers depend on.
    """
    where = f"{log.file}, sheet {grid.sheet!r}" if grid.sheet else log.file
    headings = [" ".join(filter(None, pair)) or None for pair in zip(*grid.lines(table.header), strict=True)]
    above = (text for line in grid.lines(range(table.header[0])) for text in line)
    kind = recognized([*above, grid.sheet, grid.file], headings)
    missing = require_columns(table, REFUND_COLUMNS, kind.essential, headings, where)
    _say_columns(kind, table, missing, grid, log)
    grid, filled = filled_down(grid, table)
    if filled:
        log.add(
            "merged-filled",
            f"{grid.sheet}: merged cells were filled down to {filled:,} cells",
            sheet=grid.sheet,
        )
    block = read_block(grid.lines(range(table.header[0])))
    rows = sort_rows(grid, table, block.lines)
    figures = block.figures
    if not figures.keys() & _TOTALS:
        rows, below = _block_below(grid, table, rows)
        figures = below | figures
    grid = _groups_filled(grid, table, rows, log)
    order = _date_order(grid, table, rows, figures.get("report_date"))
    header = _header(figures, grid, order, log)
    _refuse_a_second_report(grid, rows, order, header, where)
    like_totals = refunds_like_totals(grid, table, rows.refunds)
    log.add_cells("refund-like-total", grid, like_totals, None, _texts(grid, like_totals), at=None)
    report_date = (known or header).report_date
    typed = typed_lines(
        grid, table, rows.refunds, log, kind=kind, report_date=report_date, order=order, words=words
    )
    part = ReportSheet(grid, table, rows, typed, header, kind, dates_assumed=order.assumed)
    say_beside(grid, table, rows.aside, log)
    return part


def _groups_filled(grid: TextGrid, table: Table, rows: Rows, log: IssueLog) -> TextGrid:
    """Fill down what is shown once per group of lines, and say so; or say that it may be so."""
    grid, filled, doubted = filled_groups(grid, table, rows.refunds)
    headings = {column.name: column.heading for column in REFUND_COLUMNS}
    kind = CATALOGUE["shown-once-filled"]
    for name, count in filled.items():
        message = f"{headings[name]}: {kind.meaning} ({count:,} cells)"
        log.add("shown-once-filled", message, sheet=grid.sheet, column=name)
    kind = CATALOGUE["shown-once"]
    for name in doubted:
        message = f"{headings[name]}: {kind.meaning}; {kind.what_to_do}"
        log.add("shown-once", message, sheet=grid.sheet, column=name)
    return grid


def _refuse_a_second_report(grid: TextGrid, rows: Rows, order: DateOrder, header: Header, where: str) -> None:
    """Refuse a sheet with another report's date amid its refunds: two reports pasted below each other."""
    between = [
        at
        for at, reason in rows.aside.items()
        if reason == NOTE and rows.refunds.min(initial=at) < at < rows.refunds.max(initial=at)
    ][:_NOTES_LOOKED_AT]
    for at, line in zip(between, grid.lines(between), strict=True):
        figure = read_block([line]).figures.get("report_date")
        day = order.read(figure.text, epoch_1904=grid.epoch_1904) if figure and figure.text else None
        if day is not None and day != header.report_date:
            first = f"of {header.report_date}" if header.report_date else "without a date"
            raise UnrecognizedFileError(
                "The table holds two reports, one below the other.",
                where=f"{where}, {grid.address(at)}",
                why=f"the report {first} is followed by one of {day}",
                what_to_do="put each report into a file or a sheet of its own",
            )


def _block_below(grid: TextGrid, table: Table, rows: Rows) -> tuple[Rows, dict[str, Figure]]:
    """Take the block from below the last refund; a single label there is a page's total line."""
    last = int(rows.refunds.max(initial=-1))
    rest = [
        at
        for at, reason in sorted(rows.aside.items())
        if at > last and reason in (NOTE, TOTAL, HEADING_AGAIN)
    ][-_NOTES_LOOKED_AT:]
    lines = grid.lines(rest)
    own = [[None if at in table.beside else cell for at, cell in enumerate(line)] for line in lines]
    block = max(read_block(own), read_block(lines), key=lambda each: len(each.figures))
    if len(block.figures) < len(_TOTALS):
        return rows, {}
    figures = {name: replace(figure, line=rest[figure.line]) for name, figure in block.figures.items()}
    taken = dict.fromkeys((rest[at] for at in block.lines), BLOCK)
    return replace(rows, aside=rows.aside | taken), figures


def _date_order(grid: TextGrid, table: Table, rows: Rows, day: Figure | None) -> DateOrder:
    """Decide how slashed dates are read, from the lines and the report's own date together."""
    texts: list[str] = []
    if "refund_date" in table.columns:
        column = lines_of(grid.columns[table.columns["refund_date"]], rows.refunds).unique()
        texts = [text.strip("='\"") for text in column.to_pylist() if text]
    order = date_order(texts)
    own = date_order([*texts, day.text]) if day and day.text else order
    return replace(own, mixed=order.mixed)


def _header(figures: dict[str, Figure], grid: TextGrid, order: DateOrder, log: IssueLog) -> Header:
    own = figures["report_date"].text if "report_date" in figures else None
    day = order.read(own, epoch_1904=grid.epoch_1904) if own else None
    count, amount = (_cents(figures.get(name)) for name in ("total_refunds", "total_refund_amount"))
    if count is not None and count % 100:
        count = None
    read = {"report_date": day, "total_refunds": count, "total_refund_amount": amount}
    kind = CATALOGUE["header-unreadable"]
    for name, figure in figures.items():
        if read[name] is None:
            shown = repr(masked(figure.text)) if figure.text else "nothing stands beside the label"
            log.add(
                "header-unreadable",
                f"{grid.address(figure.line, figure.column)}: {kind.meaning} ({shown}); {kind.what_to_do}",
                sheet=grid.sheet,
                row=int(grid.rows[figure.line]),
                column=name,
                value=figure.text,
            )
    return Header(day, None if count is None else count // 100, None if amount is None else amount / 100)


def _cents(figure: Figure | None) -> int | None:
    return amount_in_cents(figure.text) if figure and figure.text else None


def _say_columns(
    report: ReportKind, table: Table, missing: list[Column], grid: TextGrid, log: IssueLog
) -> None:
    row = int(grid.rows[table.header[-1]])
    if report is not REV_603:
        said = f"{report.name} ({report.title}): {CATALOGUE['report-sibling'].meaning}"
        lacks = f"; it lacks {', '.join(column.heading for column in missing)}" if missing else ""
        log.add("report-sibling", f"{said}{lacks}", sheet=grid.sheet, row=row)
    for column in missing if report is REV_603 else ():
        code = "column-absent" if column.needed_for else "column-missing"
        kind = CATALOGUE[code]
        needed = f": {column.needed_for}" if column.needed_for else ""
        message = f"{column.heading}: {kind.meaning}{needed}; {kind.what_to_do}"
        log.add(code, message, sheet=grid.sheet, row=row, column=column.name)
    say_headings("column-unknown", table.unknown.items(), table, grid, log)
    say_headings("column-repeated", table.repeated, table, grid, log)


def say_headings(
    code: str, headings: Iterable[tuple[str, int]], table: Table, grid: TextGrid, log: IssueLog
) -> None:
    """Note an issue for each of some headings."""
    kind = CATALOGUE[code]
    kept = list(headings)
    if len(kept) > MOST_OTHERS:
        left_out = CATALOGUE["columns-left-out"]
        first = grid.address(table.header[-1], kept[MOST_OTHERS][1])
        log.add(
            "columns-left-out",
            f"{len(kept) - MOST_OTHERS:,} columns from {first} on: {left_out.meaning}; {left_out.what_to_do}",
            sheet=grid.sheet,
        )
    for heading, at in kept[:MOST_OTHERS]:
        log.add(
            code,
            f"{grid.address(table.header[-1], at)}: {kind.meaning} ({heading!r}); {kind.what_to_do}",
            sheet=grid.sheet,
            row=int(grid.rows[table.header[-1]]),
            value=heading,
        )


def say_beside(grid: TextGrid, table: Table, aside: Mapping[int, str], log: IssueLog) -> None:
    """Note what stands beside the table, and lines in it that somebody should look into."""
    below = [(at, grid.columns[at].slice(table.start)) for at in table.beside]
    beside = [at for at, column in below if column.null_count < len(column)]
    if beside:
        kind = CATALOGUE["beside-the-table"]
        log.add(
            "beside-the-table",
            f"{grid.address(table.header[-1], beside[0])}: {kind.meaning}, in {len(beside)} "
            f"column{'s' if len(beside) > 1 else ''}; {kind.what_to_do}",
            sheet=grid.sheet,
            row=int(grid.rows[table.header[-1]]),
        )
    doubtful = [at for at, reason in sorted(aside.items()) if reason in DOUBTFUL]
    if doubtful:
        places = np.array(doubtful, dtype=np.int64)
        log.add_cells("line-not-understood", grid, places, None, _texts(grid, places), at=None)


def _texts(grid: TextGrid, lines: NDArray[np.int64]) -> list[str]:
    return [" | ".join(cell for cell in line if cell) for line in grid.lines(lines)]


def joined_sheets(parts: list[ReportSheet], log: IssueLog) -> list[ReportSheet]:
    """Join the sheets that continue the first one; leave out its copies, and reports of their own.

    A further sheet that states totals of its own, other than the first one's, or another date is another report.
    """
    first = parts[0].typed.frame.drop(columns=["source_sheet", "source_row", "report_date"])
    kept = [parts[0]]
    for part in parts[1:]:
        name = part.grid.sheet or ""
        stated = (part.header.total_refunds, part.header.total_refund_amount)
        own = part.kind is not parts[0].kind or stated not in (
            (None, None),
            (parts[0].header.total_refunds, parts[0].header.total_refund_amount),
        )
        if len(first) and part.typed.frame[first.columns.intersection(part.typed.frame.columns)].equals(
            first
        ):
            code = "sheet-repeated"
            nothing = Typed(part.typed.frame.iloc[:0], part.typed.cents[:0], part.typed.unreadable[:0])
            kept.append(replace(part, typed=nothing, copy_of=f"copy of sheet {parts[0].grid.sheet}"))
        elif part.day and parts[0].day and part.day != parts[0].day:
            log.add_sheet("sheet-another-date", name, f"{part.day}, not {parts[0].day}")
            continue
        elif own:
            code = "sheet-another-report"
        else:
            code = "sheet-joined"
            kept.append(part)
        log.add_sheet(code, name)
    return kept


def concat_lines(parts: list[ReportSheet]) -> Typed:
    """Put the lines of all parts into one frame."""
    if len(parts) == 1:
        return parts[0].typed
    return Typed(
        pd.concat([each.typed.frame for each in parts], ignore_index=True),
        np.concatenate([each.typed.cents for each in parts]),
        np.concatenate([each.typed.unreadable for each in parts]),
    )


def check_total_lines(part: ReportSheet, counted: NDArray[np.int64], log: IssueLog) -> None:
    """Compare each total line in the table with the lines that it can stand for.

    A total may add up what is printed, or, like the report's own, ``counted``: a repeated amount once.
    """
    totals = sorted(at for at, reason in part.rows.aside.items() if reason == TOTAL)
    if not totals or part.copy_of:
        return
    column = part.table.columns[_AMOUNT]
    lines = {at: line for at, line in zip(totals, part.grid.lines(totals), strict=True) if line[column]}
    stated = [(at, amount_in_cents(line[column] or "")) for at, line in lines.items()]
    wrong: dict[str, list[int]] = {"subtotal-differs": [], "total-line-doubtful": []}
    stated = [each for each in stated if not is_statistic(lines[each[0]])]
    for at in totals_without_sum(stated, part.rows.refunds, part.typed.cents, counted):
        others = [name for name, place in part.table.columns.items() if lines[at][place] and name != _AMOUNT]
        wrong["total-line-doubtful" if len(others) > 1 else "subtotal-differs"].append(at)
    for code, places in wrong.items():
        texts = [lines[at][column] for at in places]
        log.add_cells(code, part.grid, np.array(places, dtype=np.int64), _AMOUNT, texts, at=column)
