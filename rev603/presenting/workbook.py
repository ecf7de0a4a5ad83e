"""Tables as sheets of an .xlsx workbook: styled, printable, safe to forward, the same bytes each time.

A :class:`rev603.presenting.view.Section` says what stands on a sheet, :func:`write_workbook` writes it. Text stays
text, also where it begins like a formula; dates and amounts are values; a table longer than a sheet goes on on the
next one. Lines are streamed, so that 100,000 of them need no tree in memory.

Import this where a workbook is written, not before: openpyxl takes its time to load.
"""

from __future__ import annotations

import os
from collections.abc import Iterable, Iterator, Sequence
from contextlib import nullcontext
from dataclasses import dataclass, field, replace
from datetime import UTC, datetime
from typing import Any, cast

import pandas as pd
from openpyxl import Workbook
from openpyxl.cell.cell import Cell
from openpyxl.formatting.rule import CellIsRule
from openpyxl.packaging.core import DocumentProperties
from openpyxl.styles import PatternFill
from openpyxl.utils import get_column_letter
from openpyxl.worksheet.worksheet import Worksheet
from openpyxl.writer.excel import ExcelWriter

from rev603.presenting.cells import Mark, cell_of, row_xml, style_of
from rev603.presenting.files import SteadyZip, Target, whole_file
from rev603.presenting.masking import Mask, check_mask, mask_frame
from rev603.presenting.tables import Shown, shown_columns
from rev603.presenting.text import as_text
from rev603.presenting.view import Section
from rev603.safe_text import visible

#: Excel's own limit: rows of a sheet.
MAX_ROWS = 1_048_576
#: The longer a refund waits, the warmer its days: from day 31, 61 and 91.
AGE_FILLS = ((91, "F4B6A6"), (61, "FBD9B9"), (31, "FFF2CC"))

_NARROWEST = {"money": 13.0, "date": 12.0, "count": 9.0, "days": 10.0}
_WIDEST = {"text": 44.0, "identifier": 26.0}
#: A sentence that says why is to be read.
_WIDEST_COLUMN = {"reason": 90.0, "evidence": 75.0, "detail": 90.0}
#: Columns of words as short as these are shown whole, also the rare longest.
_SHORT = 20.0
_CHUNK = 20_000
_EPOCH = datetime(2000, 1, 1, tzinfo=UTC)


@dataclass(kw_only=True)
class Front:
    """A sheet that is looked at rather than filtered: rows of marks, laid one under the other.

    Texts are written as they are, so mask what comes from a frame first.
    """

    name: str
    widths: Sequence[float]
    rows: list[list[Mark | None]] = field(default_factory=list)
    heights: dict[int, float] = field(default_factory=dict)
    merged: list[str] = field(default_factory=list)
    charts: list[tuple[Any, str]] = field(default_factory=list)

    def add(self, row: Sequence[Mark | None] = (), *, height: float = 0, merge: str = "") -> None:
        """Add a row; ``merge`` names the first and the last of the columns that become one."""
        self.rows.append(list(row))
        number = len(self.rows)
        if height:
            self.heights[number] = height
        if merge:
            self.merged.append(":".join(f"{letter}{number}" for letter in merge.split(":")))


def write_workbook(
    target: Target,
    sheets: Iterable[Section | Front],
    *,
    mask: Mask = "ssn",
    title: str = "",
    moment: datetime | None = None,
) -> None:
    """Write sheets to an .xlsx file, whole or not at all.

    Parameters
    ----------
    target
        The file; what stood there is replaced only when the new one is complete. Or an open binary file.
    sheets
        In order.
    mask
        ``"ssn"`` masks what looks like a social security number, ``"all"`` every payee number,
        ``"none"`` nothing.
    title
        The document's title, for the file's properties.
    moment
        What the properties give as created and modified: a date of the data, never the clock, so that
        the same input gives the same bytes. 2000-01-01, if None.

    Examples
    --------
    >>> import tempfile
    >>> from pathlib import Path
    >>> lines = pd.DataFrame({"payee_id": ["12-345678900"], "company_name": ["=1+1 LLC"], "amount": [12.5]})
    >>> with tempfile.TemporaryDirectory() as folder:
    ...     write_workbook(Path(folder, "x.xlsx"), [Section(name="Lines", frame=lines)])
    ...     pd.read_excel(Path(folder, "x.xlsx"))
           Payee ID     Payee  Amount
    0  12-345678900  =1+1 LLC    12.5
    """
    check_mask(mask)
    when = (moment or _EPOCH).replace(tzinfo=None)
    book = Workbook(write_only=True)
    book.properties = DocumentProperties(creator="rev603", title=visible(title), created=when, modified=when)
    lines: dict[str, Iterator[bytes]] = {}  # name of the sheet's file in the zip → its lines
    try:
        for sheet in sheets:
            if isinstance(sheet, Front):
                _write_front(book, sheet)
                continue
            for part in _parts(sheet):
                rows = _write_sheet(book, part, mask)
                lines[f"xl/worksheets/sheet{len(book.worksheets)}.xml"] = rows
        opened: Any = nullcontext(target)
        if isinstance(target, (str, os.PathLike)):
            opened = whole_file(target, private=mask == "none")
        with opened as unfinished, SteadyZip(unfinished, when, insert=lines) as archive:
            ExcelWriter(book, archive).write_data()  # Workbook.save() would stamp the clock into it
    finally:
        for ws in cast("Any", book).worksheets:  # what a failure left open
            if not ws.closed:
                ws.close()


def _parts(sheet: Section) -> Iterator[Section]:
    """Cut a table into as many sheets as it takes, each of which says so."""
    room = MAX_ROWS - _header_row(sheet)
    parts = max(-(-len(sheet.frame) // room), 1)
    for part in range(parts):
        said = f"Part {part + 1} of {parts}, as a sheet holds {MAX_ROWS:,} rows. " if parts > 1 else ""
        yield replace(
            sheet,
            name=f"{sheet.name} ({part + 1})" if part else sheet.name,
            frame=sheet.frame.iloc[part * room : (part + 1) * room],
            note=f"{said}{sheet.note}".strip(),
        )


def _header_row(sheet: Section) -> int:
    """Return the row of the column names: 4, under title, note and totals; without a title 1."""
    return 4 if sheet.title else 1


def _write_sheet(book: Workbook, sheet: Section, mask: Mask) -> Iterator[bytes]:
    """Write what stands around the table, and give its lines."""
    ws = _new_sheet(book, sheet.name)
    frame, head = sheet.frame, _header_row(sheet)
    shown = shown_columns(frame, sheet.columns, labels=sheet.labels)
    letters = [get_column_letter(number) for number in range(1, len(shown) + 1)]
    ws.freeze_panes = f"A{head + 1}"
    ws.print_title_rows = f"{head}:{head}"
    ws.row_dimensions[head].height = 31
    if 0 < sheet.printed < len(shown):
        paper = letters[sheet.printed - 1]
        ws.print_area = f"A1:{paper}{head + max(len(frame), 1)}"
        cast("Any", ws.oddFooter).center.text = f"Columns A to {paper} of A to {letters[-1]}"
    sample = mask_frame(frame.head(_CHUNK)[[column.name for column in shown]], mask=mask)
    for letter, column in zip(letters, shown, strict=True):
        ws.column_dimensions[letter].width = _width(
            column, sample[column.name], sheet.totals.get(column.name, 0)
        )
    if sheet.title:
        ws.row_dimensions[1].height = 21
        ws.append([cell_of(ws, Mark(sheet.title, "title"))])
        ws.append([cell_of(ws, Mark(sheet.note, "note"))])
        ws.append(_totals(ws, sheet, shown))
    ws.append([cell_of(ws, Mark(column.label, f"head {column.kind}")) for column in shown])
    styles = [style_of(ws, column, frame[column.name]) for column in shown]
    if frame.empty:
        ws.append([cell_of(ws, Mark("None.", "note"))])
    if shown:
        ws.auto_filter.ref = f"A{head}:{letters[-1]}{head + max(len(frame), 1)}"
    for letter, column in zip(letters, shown, strict=True):
        if column.name == "days_waiting":
            _fill_by_age(ws, f"{letter}{head + 1}:{letter}{head + max(len(frame), 1)}")
    return _lines(sheet, shown, styles, mask)


def _new_sheet(book: Workbook, name: str) -> Worksheet:
    # a write-only sheet has all that is used of it here, but its type stubs do not list it
    ws = cast("Worksheet", book.create_sheet(name))
    ws.page_setup.orientation = "landscape"
    ws.page_setup.paperSize = 1  # US Letter
    ws.page_setup.fitToWidth = 1
    ws.page_setup.fitToHeight = 0
    cast("Any", ws.sheet_properties).pageSetUpPr.fitToPage = True
    ws.page_margins.left = ws.page_margins.right = 0.4
    ws.page_margins.top, ws.page_margins.bottom, ws.page_margins.footer = 0.6, 0.8, 0.4
    footer = cast("Any", ws.oddFooter)
    footer.left.text, footer.right.text = "&A", "Page &P of &N"
    return ws


def _totals(ws: Worksheet, sheet: Section, shown: tuple[Shown, ...]) -> list[Cell | None]:
    marks = [
        Mark(sheet.totals[column.name], f"total {column.kind}")
        if column.name in sheet.totals
        else Mark("Total" if number == 0 else None, "total text")
        for number, column in enumerate(shown)
    ]
    return [cell_of(ws, mark) for mark in marks] if sheet.totals else [None]


def _fill_by_age(ws: Worksheet, where: str) -> None:
    for days, color in AGE_FILLS:
        rule = cast("Any", CellIsRule)(
            operator="greaterThanOrEqual",
            formula=[str(days)],
            stopIfTrue=True,
            fill=PatternFill("solid", bgColor=color),
        )
        ws.conditional_formatting.add(where, rule)


def _width(column: Shown, values: pd.Series, total: float) -> float:
    """Give a width, in characters, that shows nearly every value and each word of the heading."""
    longest = 0.0
    if column.kind in ("text", "identifier"):
        lengths = as_text(values).str.len()
        longest = float(lengths.max()) if lengths.notna().any() else 0.0
        if longest > _SHORT:
            longest = max(float(lengths.quantile(0.98)), _SHORT)
    elif column.kind == "money" and values.notna().any():
        longest = len(f"-${max(values.abs().max(), abs(total)):,.2f}") + 1  # the total is bold
    heading = max((len(word) for word in column.label.split()), default=0) + 4  # room for the filter's arrow
    widest = _WIDEST_COLUMN.get(column.name, _WIDEST.get(column.kind, 24.0))
    return max(min(longest + 3, widest), heading, _NARROWEST.get(column.kind, 9.0))


def _lines(sheet: Section, shown: tuple[Shown, ...], styles: list[int], mask: Mask) -> Iterator[bytes]:
    """Give the table's lines a block at a time, so that no long table is in memory twice."""
    frame = sheet.frame[[column.name for column in shown]]
    for start in range(0, len(frame), _CHUNK):
        block = mask_frame(frame.iloc[start : start + _CHUNK], mask=mask)
        yield row_xml(block, shown, styles, first=_header_row(sheet) + 1 + start, breaks=sheet.breaks)


def _write_front(book: Workbook, front: Front) -> None:
    ws = _new_sheet(book, front.name)
    ws.sheet_view.showGridLines = False
    ws.page_setup.fitToHeight = 1
    for number, width in enumerate(front.widths, 1):
        ws.column_dimensions[get_column_letter(number)].width = width
    for number, height in front.heights.items():
        ws.row_dimensions[number].height = height
    for row in front.rows:
        ws.append([None if mark is None else cell_of(ws, mark) for mark in row])
    for where in front.merged:
        ws.merged_cells.add(where)
    for chart, corner in front.charts:
        ws.add_chart(chart, corner)
