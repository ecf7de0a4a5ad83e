"""Write refunds as ACE exports them, and entry lists as brokers send them.

The same frame gives the same bytes: workbooks bear a fixed date.
"""

from __future__ import annotations

import csv
import datetime as dt
import os
from collections.abc import Callable, Sequence
from pathlib import Path
from typing import Any, Literal, NamedTuple, get_args

import pandas as pd

from rev603.errors import ArgumentError, check_choice
from rev603.presenting.files import SteadyZip
from rev603.vocabulary.headings import ENTRY_COLUMNS, REFUND_COLUMNS
from rev603.vocabulary.reports import REPORTS, REV_603

Layout = Literal["picture", "webi", "table"]
Grain = Literal["line", "refund"]

HEADINGS = {column.name: column.heading for column in REFUND_COLUMNS}
#: Lines between two repeats of the headings on a page of Web Intelligence.
PAGE = 60
_FIXED = dt.datetime(2026, 11, 13, 12, 0, 0)  # noqa: DTZ001 - workbooks know no time zone
_ENTRY_HEADINGS = {column.name: column.heading for column in ENTRY_COLUMNS} | {
    "expected_amount": "Expected Refund"
}


class Sheet(NamedTuple):
    """Rows of cells (text or None), equally long, and the number of the one that is merged from its second cell on."""

    name: str
    rows: list[list[Any]]
    merged: int = 0


def write_report(
    refunds: pd.DataFrame,
    path: str | os.PathLike[str],
    *,
    layout: Layout = "picture",
    grain: Grain = "line",
    columns: Sequence[str] = tuple(HEADINGS),
    delimiter: str = ",",
) -> Path:
    r"""Write refunds as an export: a workbook where the name ends in .xlsx, else delimited text.

    Parameters
    ----------
    refunds
        Columns of ``RefundSchema``.
    path
        Where to.
    layout
        ``"picture"``, CBP's layout: three rows of totals, then the table. ``"webi"``, a page of Web
        Intelligence: blank rows and a blank column before it, merged title, prompts, headings repeated page
        by page, subtotals, a grand total, and a sheet of parameters. ``"table"``, the data provider's:
        headings and rows.
    grain
        What Total Refunds counts: lines, or distinct refunds. Total Refund Amount is the sum of ``amount``.
    columns
        Our names of the columns, in the order wanted.
    delimiter
        For delimited text.

    Returns
    -------
    pathlib.Path
        The path.

    Examples
    --------
    >>> import tempfile
    >>> from rev603.sample import sample_report
    >>> with tempfile.TemporaryDirectory() as folder:
    ...     path = write_report(sample_report(lines=20), f"{folder}/report.csv", delimiter=";")
    ...     [line.rstrip(";") for line in path.read_text().splitlines()[:2]]
    ["Today's Date;;11/13/2026;Entry Number", 'Total Refunds;;20;C/O is the 4811 Party']
    """
    return _write(sheets(refunds, layout=layout, grain=grain, columns=columns), Path(path), delimiter)


def write_entries(entries: pd.DataFrame, path: str | os.PathLike[str]) -> Path:
    """Write an entry list, as :func:`sample_entries` gives it: a workbook where the name ends in .xlsx, else CSV."""
    kept = entries.drop(columns=["source_file", "source_sheet", "source_row"], errors="ignore")
    rows = [[_ENTRY_HEADINGS.get(str(name), name) for name in kept], *_printed(kept, "{:.2f}".format)]
    return _write([Sheet("Entries", rows)], Path(path), ",")


def sheets(
    refunds: pd.DataFrame, *, layout: Layout, grain: Grain = "line", columns: Sequence[str] = tuple(HEADINGS)
) -> list[Sheet]:
    """Lay a report out; the first sheet is the report itself."""
    check_choice("layout", layout, *get_args(Layout))
    check_choice("grain", grain, *get_args(Grain))
    if unknown := [name for name in columns if name not in HEADINGS]:
        raise ArgumentError(
            f"no columns of the report: {', '.join(unknown)}.", what_to_do="`rev603 columns` lists them"
        )
    headings, data = [HEADINGS[name] for name in columns], _printed(refunds[list(columns)], _dollars)
    names = set(refunds.get("report", ()))
    kind = next((each for each in REPORTS if each.name in names), REV_603)
    title = f"{kind.name} {kind.title}"
    count = len(refunds) if grain == "line" else refunds["refund_id"].nunique()
    block: list[list[Any]] = [
        ["Today's Date", None, _day(refunds["report_date"].min()), "Entry Number"],
        ["Total Refunds", None, f"{count:,}", "C/O is the 4811 Party"],
        ["Total Refund Amount", None, _total(refunds)],
    ]
    if layout != "webi":
        above = [] if kind is REV_603 else [[title]]  # the picture of REV-603 has none
        above += block if layout == "picture" else []
        return [Sheet("Main Report", _padded([*above, headings, *data]))]

    def summed(label: str, part: pd.DataFrame) -> list[Any]:
        return [label, *(_total(part) if name == "total_refund_amount" else None for name in columns[1:])]

    dates = [
        ["Refund Date From", _day(refunds["refund_date"].min())],
        ["Refund Date To", _day(refunds["refund_date"].max())],
    ]
    prompts = [[f"{label}:", None, day] for label, day in dates]
    rows: list[list[Any]] = [[], [], [title], [], *prompts, [], *block, []]
    for start in range(0, max(len(data), 1), PAGE):
        rows += [[], headings] if start else [headings]
        rows += data[start : start + PAGE]
        rows += [summed("Subtotal", refunds.iloc[start : start + PAGE])] if data else []
    rows = _padded([*rows, summed("Grand Total", refunds)], left=1)
    told = _padded([[], ["FOR OFFICIAL USE ONLY"], [], ["Report Name", title], *dates], left=1)
    return [Sheet("Main Report", rows, merged=3), Sheet("Parameters", told, merged=2)]


def _padded(rows: list[list[Any]], left: int = 0) -> list[list[Any]]:
    """Make rows equally long, with so many blanks before them."""
    width = max(map(len, rows))
    return [[*[None] * left, *row, *[None] * (width - len(row))] for row in rows]


def _printed(frame: pd.DataFrame, amount: Callable[[float], str]) -> list[list[Any]]:
    """Return the lines of a frame as texts, and None where a cell is missing."""
    text = frame.astype(object)
    for name in frame.select_dtypes("datetime"):
        text[name] = frame[name].dt.strftime("%m/%d/%Y")
    for name in frame.select_dtypes("float"):
        text[name] = frame[name].map(amount, na_action="ignore")
    lines: list[list[Any]] = text.where(text.notna(), None).to_numpy(object).tolist()
    return lines


def _dollars(amount: float) -> str:
    """Print dollars as ACE does.

    >>> _dollars(1234.56), _dollars(-0.5)
    ('$1,234.56', '($0.50)')
    """
    return f"(${-amount:,.2f})" if amount < 0 else f"${amount:,.2f}"


def _day(day: Any) -> str | None:
    return None if pd.isna(day) else f"{day:%m/%d/%Y}"


def _total(refunds: pd.DataFrame) -> str:
    return _dollars((refunds["amount"] * 100).round().sum() / 100)


def _write(laid_out: list[Sheet], path: Path, delimiter: str) -> Path:
    if path.suffix.lower() == ".xlsx":
        write_workbook(laid_out, path)
    else:
        with path.open("w", encoding="utf-8", newline="") as stream:
            csv.writer(stream, delimiter=delimiter).writerows(laid_out[0].rows)
    return path


def write_workbook(laid_out: list[Sheet], path: Path) -> None:
    """Write sheets by openpyxl; text that begins like a formula stays text."""
    import openpyxl  # noqa: PLC0415 - loaded when used
    from openpyxl.utils import get_column_letter  # noqa: PLC0415 - loaded when used
    from openpyxl.writer.excel import ExcelWriter  # noqa: PLC0415 - loaded when used

    book = openpyxl.Workbook(write_only=True)
    book.properties.created = book.properties.modified = _FIXED
    for sheet in laid_out:
        page: Any = book.create_sheet(sheet.name)
        for row in sheet.rows:
            for place, cell in enumerate(row):
                if str(cell).startswith("="):
                    row[place] = openpyxl.cell.WriteOnlyCell(page, cell)
                    row[place].data_type = "s"
            page.append(row)
        if sheet.merged:
            last = get_column_letter(len(sheet.rows[0]))
            page.merged_cells.add(f"B{sheet.merged}:{last}{sheet.merged}")
    with SteadyZip(path, _FIXED, insert={}) as archive:
        ExcelWriter(book, archive).write_data()  # Workbook.save() would stamp the clock into it
