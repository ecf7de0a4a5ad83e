"""One sheet of a report: its header block, its lines, and what is to be said about both."""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, replace

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc

from rev603._columns import Mask, Numbers, as_mask, is_valid, lines_of
from rev603.errors import UnrecognizedFileError
from rev603.reading import refund_rows
from rev603.reading.amounts import amount_in_cents
from rev603.reading.control_totals import Figure, Header, read_block
from rev603.reading.dates import DateOrder, date_in_name, date_order
from rev603.reading.find_tables import added_columns, require_columns
from rev603.reading.grid import TextGrid
from rev603.reading.issues import IssueLog, masked
from rev603.reading.layout import MOST_OTHERS, Named, Table
from rev603.reading.refund_frame import Typed, typed_lines
from rev603.reading.refund_rows import LABEL, NOTE, TOTAL, VALUES_OF_A_TOTAL, Rows
from rev603.reading.words import NO_WORDS, Words
from rev603.vocabulary.headings import REFUND_COLUMNS, Column
from rev603.vocabulary.reports import REV_603, ReportKind, recognized

_AMOUNT = "total_refund_amount"
#: Every refund has these, so a blank one is that of the line above.
_ALWAYS = ("refund_id", "payee_id", "company_name", "refund_date")
#: These may be blank by themselves; answers depend on them.
_DOUBTED = ("refund_secondary_status", "care_of", "check_or_ach")
#: In fewer lines a pattern is chance.
_FEWEST_LINES = 4
_TOTALS = frozenset({"total_refunds", _AMOUNT})
#: A block below the table, and the date of a second report, are looked for in so many notes.
_NOTES_LOOKED_AT = 1_000


@dataclass(frozen=True)
class ReportSheet:
    """One sheet of a report: its rows sorted and its refund lines as a frame."""

    grid: TextGrid
    table: Table
    rows: Rows
    typed: Typed
    header: Header
    kind: ReportKind
    dates_assumed: bool = False

    @property
    def day(self) -> dt.date | None:
        """The day of which the sheet is, by its block or else by its name."""
        return self.header.report_date or date_in_name(self.grid.sheet or "")

    def aside(self) -> dict[int, str]:
        """Return every line that is no refund, with its reason."""
        return self.rows.aside | dict.fromkeys(
            self.rows.refunds[self.typed.unreadable].tolist(), refund_rows.UNREADABLE
        )


def read_report_sheet(
    grid: TextGrid,
    table: Table,
    log: IssueLog,
    *,
    known: Header | None = None,
    named: Named | None = None,
    words: Words = NO_WORDS,
) -> ReportSheet:
    """Read one sheet; ``known`` is the header of the sheet before, which this one continues."""
    where = f"{log.file}, sheet {grid.sheet!r}" if grid.sheet else log.file
    above = grid.lines(range(table.header[0]))
    kind = recognized([*(text for line in above for text in line), grid.sheet, grid.file], table.headings)
    added = added_columns(grid, table, named or {}, where).get(_AMOUNT, ())
    missing = require_columns(table, REFUND_COLUMNS, kind.essential, where)
    _say_columns(kind, table, missing, grid, log)
    unknown = [(heading, at) for heading, at in table.unknown.items() if at not in added]
    say_headings("column-unknown", unknown, table, grid, log)
    say_headings("column-repeated", table.repeated, table, grid, log)
    grid, filled = _filled_down(grid, table)
    if filled:
        log.add_sheet("merged-filled", grid.sheet or "", f"{filled:,} cells")
    figures, block = read_block(grid.lines(range(table.header[0])))
    rows = refund_rows.sort_rows(grid, table, block)
    if not figures.keys() & _TOTALS:
        rows, below = _block_below(grid, table, rows)
        figures = below | figures
    grid = _filled_groups(grid, table, rows.refunds, log)
    order = _date_order(grid, table, rows, figures.get("report_date"))
    header = _header(figures, grid, order, log)
    _refuse_a_second_report(grid, rows, order, header, where)
    like_totals = refund_rows.refunds_like_totals(grid, table, rows.refunds)
    log.add_cells("refund-like-total", grid, like_totals, None, grid.texts(like_totals), at=None)
    day = (known or header).report_date
    typed = typed_lines(
        grid, table, rows.refunds, log, kind=kind, report_date=day, order=order, added=added, words=words
    )
    say_beside(grid, table, rows.aside, log)
    return ReportSheet(grid, table, rows, typed, header, kind, dates_assumed=order.assumed)


def _refuse_a_second_report(grid: TextGrid, rows: Rows, order: DateOrder, header: Header, where: str) -> None:
    """Refuse a sheet with another report's date amid its refunds: two reports pasted below each other."""
    first, last = rows.refunds.min(initial=len(grid)), rows.refunds.max(initial=-1)
    between = [at for at, reason in rows.aside.items() if reason == NOTE and first < at < last]
    for at, line in zip(between, grid.lines(between[:_NOTES_LOOKED_AT]), strict=False):
        figure = read_block([line])[0].get("report_date")
        day = order.read(figure.text, epoch_1904=grid.epoch_1904) if figure and figure.text else None
        if day is not None and day != header.report_date:
            own = f"of {header.report_date}" if header.report_date else "without a date"
            raise UnrecognizedFileError(
                "The table holds two reports, one below the other.",
                where=f"{where}, {grid.address(at)}",
                why=f"the report {own} is followed by one of {day}",
                what_to_do="put each report into a file or a sheet of its own",
            )


def _block_below(grid: TextGrid, table: Table, rows: Rows) -> tuple[Rows, dict[str, Figure]]:
    """Take the block from below the last refund; a single label there is a page's total line."""
    last = int(rows.refunds.max(initial=-1))
    notes = (NOTE, TOTAL, refund_rows.HEADING_AGAIN)
    rest = [at for at, reason in sorted(rows.aside.items()) if at > last and reason in notes]
    rest = rest[-_NOTES_LOOKED_AT:]
    lines = grid.lines(rest)
    own = [[None if at in table.beside else cell for at, cell in enumerate(line)] for line in lines]
    found, block = max(read_block(own), read_block(lines), key=lambda each: len(each[0]))
    if len(found) < len(_TOTALS):
        return rows, {}
    figures = {name: replace(figure, line=rest[figure.line]) for name, figure in found.items()}
    taken = dict.fromkeys((rest[at] for at in block), refund_rows.BLOCK)
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
    texts = {name: figure.text for name, figure in figures.items() if figure.text}
    day = order.read(texts.get("report_date", ""), epoch_1904=grid.epoch_1904)
    count, amount = (amount_in_cents(texts.get(name, "")) for name in ("total_refunds", _AMOUNT))
    if count is not None and count % 100:
        count = None
    read = {"report_date": day, "total_refunds": count, _AMOUNT: amount}
    for name, figure in figures.items():
        if read[name] is None:
            shown = repr(masked(figure.text)) if figure.text else "nothing stands beside the label"
            where, row = grid.address(figure.line, figure.column), int(grid.rows[figure.line])
            code, sheet, value = "header-unreadable", grid.sheet, figure.text
            log.say(code, where, f" ({shown})", sheet=sheet, row=row, column=name, value=value)
    return Header(day, None if count is None else count // 100, None if amount is None else amount / 100)


def _say_columns(
    report: ReportKind, table: Table, missing: list[Column], grid: TextGrid, log: IssueLog
) -> None:
    row = int(grid.rows[table.header[-1]])
    if report is not REV_603:
        lacks = f"; it lacks {', '.join(column.heading for column in missing)}" if missing else ""
        log.say("report-sibling", f"{report.name} ({report.title})", lacks, sheet=grid.sheet, row=row)
    for column in missing if report is REV_603 else ():
        code = "column-absent" if column.needed_for else "column-missing"
        needed = f": {column.needed_for}" if column.needed_for else ""
        log.say(code, column.heading, needed, sheet=grid.sheet, row=row, column=column.name)


def say_headings(
    code: str, headings: Iterable[tuple[str, int]], table: Table, grid: TextGrid, log: IssueLog
) -> None:
    """Note an issue for each of some headings."""
    row, line, kept = int(grid.rows[table.header[-1]]), table.header[-1], list(headings)
    if len(kept) > MOST_OTHERS:
        first = grid.address(line, kept[MOST_OTHERS][1])
        log.say("columns-left-out", f"{len(kept) - MOST_OTHERS:,} columns from {first} on", sheet=grid.sheet)
    for heading, at in kept[:MOST_OTHERS]:
        where = grid.address(line, at)
        log.say(code, where, f" ({heading!r})", sheet=grid.sheet, row=row, value=heading)


def say_beside(grid: TextGrid, table: Table, aside: Mapping[int, str], log: IssueLog) -> None:
    """Note what stands beside the table, and lines in it that somebody should look into."""
    line, below = table.header[-1], [(at, grid.columns[at].slice(table.start)) for at in table.beside]
    beside = [at for at, column in below if column.null_count < len(column)]
    if beside:
        detail = f", in {len(beside)} column{'s' if len(beside) > 1 else ''}"
        where, row = grid.address(line, beside[0]), int(grid.rows[line])
        log.say("beside-the-table", where, detail, sheet=grid.sheet, row=row)
    doubtful = np.array(
        [at for at, reason in sorted(aside.items()) if reason in refund_rows.DOUBTFUL], dtype=np.int64
    )
    log.add_cells("line-not-understood", grid, doubtful, None, grid.texts(doubtful), at=None)


def joined_sheets(parts: list[ReportSheet], log: IssueLog) -> list[ReportSheet]:
    """Join the sheets that continue the first one; leave out its copies, and reports of their own.

    A further sheet that states totals of its own, other than the first one's, or another date is another report.
    """
    first, *others = parts
    own_totals = (first.header.total_refunds, first.header.total_refund_amount)
    lines = first.typed.frame.drop(columns=["source_sheet", "source_row", "report_date"])
    kept = [first]
    for part in others:
        detail = ""
        frame, stated = part.typed.frame, (part.header.total_refunds, part.header.total_refund_amount)
        if len(lines) and frame[lines.columns.intersection(frame.columns)].equals(lines):
            code = "sheet-repeated"
            nothing = Typed(frame.iloc[:0], part.typed.cents[:0], part.typed.unreadable[:0])
            rows = np.flatnonzero(part.grid.nonblank()).tolist()
            aside = dict.fromkeys(rows, f"copy of sheet {first.grid.sheet}")
            kept.append(replace(part, typed=nothing, rows=Rows(part.rows.refunds[:0], aside)))
        elif part.day and first.day and part.day != first.day:
            code, detail = "sheet-another-date", f"{part.day}, not {first.day}"
        elif part.kind is not first.kind or stated not in ((None, None), own_totals):
            code = "sheet-another-report"
        else:
            code = "sheet-joined"
            kept.append(part)
        log.add_sheet(code, part.grid.sheet or "", detail)
    return kept


def check_total_lines(
    grid: TextGrid,
    table: Table,
    lines: Numbers,
    log: IssueLog,
    *readings: Numbers,
    aside: Mapping[int, str],
    name: str = _AMOUNT,
) -> None:
    """Compare each total line in the table with the lines above it, by the cents in their column of this name.

    A total may add up what is printed, or, like the report's own, a repeated amount once: these are two readings.
    """
    totals = sorted(at for at, reason in aside.items() if reason == TOTAL)
    columns, amount = table.columns, table.columns[name]
    found = {
        at: line
        for at, line in zip(totals, grid.lines(totals), strict=True)
        # a label in the amount's own column, with nothing beside it, states no total
        if (text := line[amount]) and not (refund_rows.is_total_label(text) or refund_rows.is_statistic(line))
    }
    unmet = [{*found} for _ in readings]
    for cents, left in zip(readings, unmet, strict=True):
        running = np.concatenate([[0], np.cumsum(cents)])
        before = {0}
        for at, line in found.items():
            total, stated = int(running[np.searchsorted(lines, at)]), amount_in_cents(line[amount] or "")
            # some run of lines right above it adds up to it
            if stated is not None and total - stated in before:
                left.discard(at)
            before.add(total)
    wrong: dict[str, list[int]] = {"subtotal-differs": [], "total-line-doubtful": []}
    for at in sorted(set.intersection(*unmet)):
        others = [each for each, place in columns.items() if found[at][place] and each != name]
        doubtful = len(others) > 1 and "refund_id" in columns
        wrong["total-line-doubtful" if doubtful else "subtotal-differs"].append(at)
    for code, places in wrong.items():
        texts = [found[at][amount] for at in places]
        log.add_cells(code, grid, np.array(places, dtype=np.int64), name, texts, at=amount)


# ------------------------------------------------------------------ values shown once
#
# Web Intelligence shows a value once for a group of lines at a break, and so do merged cells that were saved as text.
# Where a column that every refund has (payee, date …) is blank, the lines are proven to be groups, and are filled down.
# Status, notify party and method may be blank by themselves, so for them alone the pattern is only said.


def _filled_down(grid: TextGrid, table: Table) -> tuple[TextGrid, int]:
    """Repeat a cell that is merged over several lines of the table on each of them; return how many were filled too.

    Not an amount: it would add up more than once. And never over another value, nor into a blank line or the sum of
    a group, which would become a refund.
    """
    first = int(grid.rows[table.header[-1]]) + 1
    tall: dict[int, list[tuple[int, int]]] = {}
    for top, left, bottom, _ in grid.merges:
        if bottom > top >= first:
            tall.setdefault(left - grid.first_column, []).append((top, bottom))
    wanted = sorted((tall.keys() & set(range(len(grid.columns)))) - {table.columns.get(_AMOUNT, -1)})
    if not wanted:
        return grid, 0
    columns, own, filled = list(grid.columns), _with_cells_of_their_own(grid), 0
    for at in wanted:
        source = np.arange(len(grid), dtype=np.int64)
        for top, bottom in tall[at]:
            source[top - 1 : bottom] = top - 1
        source = np.where(own & ~is_valid(columns[at]), source, np.arange(len(grid)))
        columns[at] = columns[at].take(pa.array(source))
        filled += grid.columns[at].null_count - columns[at].null_count
    return replace(grid, columns=tuple(columns)), filled


def _with_cells_of_their_own(grid: TextGrid) -> Mask:
    """Return which lines have more in them than a figure, or the label of a total and what it stands for."""
    count = np.zeros(len(grid), dtype=np.int64)
    labelled = np.zeros(len(grid), dtype=bool)
    for column in grid.columns:
        count += is_valid(column)
        labelled |= as_mask(pc.match_substring_regex(column, rf"(?i)\A{LABEL}\b|\s(?:totals?|count)[\W_]*\z"))
    return (count > 1) & ~(labelled & (count <= 1 + VALUES_OF_A_TOTAL))


def _filled_groups(grid: TextGrid, table: Table, lines: Numbers, log: IssueLog) -> TextGrid:
    """Fill down what is shown once per group of lines where that is proven, and say so; or say that it may be so."""
    text = {name: lines_of(grid.columns[at], lines) for name, at in table.columns.items()}
    partial = {name: is_valid(column) for name, column in text.items() if 0 < column.null_count < len(column)}
    partial.pop(_AMOUNT, None)
    headings = {column.name: column.heading for column in REFUND_COLUMNS}
    starts = _group_starts(text, partial)
    if starts is None:
        for name in _DOUBTED:
            if name in partial and _looks_grouped(name, text[name], partial[name]):
                log.say("shown-once", headings[name], sheet=grid.sheet, column=name)
        return grid
    source = np.arange(len(grid), dtype=np.int64)
    source[lines] = lines[np.maximum.accumulate(np.where(starts, np.arange(len(lines)), 0))]
    columns = list(grid.columns)
    for name, mask in partial.items():
        if (mask & ~starts).any():  # a column of a group is filled on the first of its lines and nowhere else
            continue
        at = table.columns[name]
        columns[at] = columns[at].take(pa.array(source))
        filled = grid.columns[at].null_count - columns[at].null_count
        log.say("shown-once-filled", headings[name], f" ({filled:,} cells)", sheet=grid.sheet, column=name)
    return replace(grid, columns=tuple(columns))


def _group_starts(text: dict[str, pa.ChunkedArray], partial: dict[str, Mask]) -> Mask | None:
    """Return the first lines of the groups, where two columns that every refund has agree on them.

    The second may be blank on the same lines, more than one of them; or change where the groups begin, and only there.
    """
    for name in (each for each in _ALWAYS if each in partial and _at_changes(text[each])):
        starts = partial[name]
        for other in (each for each in _ALWAYS if each != name and each in text):
            if other in partial:
                if (partial[other] == starts).all() and np.count_nonzero(~starts) > 1:
                    return starts
            elif starts.sum() > 1 and (_changes(text[other]) == starts[1:]).all():
                return starts
    return None


def _at_changes(column: pa.ChunkedArray) -> bool:
    """Return whether a column begins filled and never shows one value on two lines in a row."""
    return column[0].is_valid and bool(_changes(column).all())


def _changes(column: pa.ChunkedArray) -> Mask:
    """Return for each line but the first whether it says something else than the line before."""
    return ~as_mask(pc.equal(column[1:], column[:-1]))


def _looks_grouped(name: str, column: pa.ChunkedArray, mask: Mask) -> bool:
    filled = int(mask.sum())
    few = filled * 2 <= len(mask) and (filled > 1 or name == _DOUBTED[0])
    return few and len(mask) >= _FEWEST_LINES and _at_changes(column)
