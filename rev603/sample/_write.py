"""Write refunds as ACE exports them, entry lists as brokers send them, and the folder of samples.

The same frame gives the same bytes: workbooks bear a fixed date.
"""

from __future__ import annotations

import csv
import datetime as dt
import os
from collections.abc import Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any, Literal, get_args

import pandas as pd

from rev603.errors import ArgumentError, check_choice
from rev603.presenting.files import SteadyZip
from rev603.sample._report import NOT_IN_REV_613, sample_entries, sample_history
from rev603.vocabulary.headings import ENTRY_COLUMNS, REFUND_COLUMNS
from rev603.vocabulary.reports import REPORTS, REV_603, REV_613

Layout = Literal["picture", "webi", "table"]
Grain = Literal["line", "refund"]

HEADINGS = {column.name: column.heading for column in REFUND_COLUMNS}
_OF_REJECTS = [name for name in HEADINGS if name not in NOT_IN_REV_613]
#: Lines between two repeats of the headings on a page of Web Intelligence.
PAGE = 60
_FIXED = dt.datetime(2026, 11, 13, 12, 0, 0)  # noqa: DTZ001 - workbooks know no time zone
_NOTES = ("Entry Number", "C/O is the 4811 Party", None)
_ENTRY_HEADINGS = {column.name: column.heading for column in ENTRY_COLUMNS} | {
    "expected_amount": "Expected Refund"
}


@dataclass(slots=True)
class Sheet:
    """Rows of cells (text or None), and merged ranges (row, first and last column, from 0)."""

    name: str
    rows: list[list[Any]] = field(default_factory=list)
    merged: list[tuple[int, int, int]] = field(default_factory=list)


def write_samples(directory: str | os.PathLike[str], *, lines: int = 400, seed: int = 603) -> list[Path]:
    """Write three weekly exports in three layouts, the newest week's rejects as REV-613, an entry list and a README.

    Parameters
    ----------
    directory
        Made where it does not exist. Files of these names in it are replaced.
    lines, seed
        As in :func:`rev603.sample.sample_history`; the same seed gives the same bytes.

    Returns
    -------
    list of pathlib.Path
        What was written, the README last.

    Examples
    --------
    >>> import tempfile
    >>> with tempfile.TemporaryDirectory() as folder:
    ...     [path.name for path in write_samples(folder, lines=60)]
    ['rev603_2026-10-30.xlsx', 'rev603_2026-11-06.xlsx', 'rev603_2026-11-13.csv', 'rev613_2026-11-13.csv',
     'entries.csv', 'README.md']
    """
    folder = Path(directory)
    folder.mkdir(parents=True, exist_ok=True)
    first, second, third = sample_history(weeks=3, lines=lines, seed=seed)
    rejected = third[third["refund_secondary_status"] == "Reject No ACH"].assign(
        report=REV_613.name, refund_secondary_status=REV_613.status
    )
    written = {
        write_report(first, folder / "rev603_2026-10-30.xlsx"): (
            f"{len(first)} lines in the layout of CBP's picture: totals and two call-outs above 17 columns"
        ),
        write_report(second, folder / "rev603_2026-11-06.xlsx", layout="webi"): (
            f"{len(second)} lines as a page of Web Intelligence: blank leading rows and column, merged "
            "title, prompts, headings repeated page by page, subtotals, a `Parameters` sheet"
        ),
        write_report(third, folder / "rev603_2026-11-13.csv", delimiter=";"): (
            f"{len(third)} lines as semicolon CSV with the totals above"
        ),
        write_report(rejected, folder / "rev613_2026-11-13.csv", columns=_OF_REJECTS): (
            f"the same day's {len(rejected)} rejects as REV-613 lists them: its own word for the status, and no "
            "C/O, number or method; read beside the REV-603, it counts no refund twice"
        ),
    }
    entries = sample_entries(third, seed=seed)
    written[write_entries(entries, folder / "entries.csv")] = (
        f"{len(entries)} entries with the refund expected for each, to reconcile with the newest export"
    )
    readme = folder / "README.md"
    table = "\n".join(f"| `{path.name}` | {text} |" for path, text in written.items())
    about = Path(__file__).with_name("readme.md").read_text(encoding="utf-8")
    readme.write_text(about.format(lines=table), encoding="utf-8", newline="\n")
    return [*written, readme]


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
    return _write(sheets(refunds, layout=layout, grain=grain, columns=columns), path, delimiter)


def write_entries(entries: pd.DataFrame, path: str | os.PathLike[str]) -> Path:
    """Write an entry list, as :func:`sample_entries` gives it: a workbook where the name ends in .xlsx, else CSV."""
    kept = entries.drop(columns=["source_file", "source_sheet", "source_row"], errors="ignore")
    rows = [[_ENTRY_HEADINGS.get(str(name), name) for name in kept], *_printed(kept, "{:.2f}".format)]
    return _write([Sheet("Entries", rows)], path, ",")


def sheets(
    refunds: pd.DataFrame,
    *,
    layout: Layout,
    grain: Grain = "line",
    columns: Sequence[str] = tuple(HEADINGS),
) -> list[Sheet]:
    """Lay a report out; the first sheet is the report itself."""
    check_choice("layout", layout, *get_args(Layout))
    check_choice("grain", grain, *get_args(Grain))
    if unknown := [name for name in columns if name not in HEADINGS]:
        raise ArgumentError(
            f"no columns of the report: {', '.join(unknown)}.", what_to_do="`rev603 columns` lists them"
        )
    data = _printed(refunds[list(columns)], _dollars)
    headings = [HEADINGS[name] for name in columns]
    kind = next(
        (each for each in REPORTS if "report" in refunds and refunds["report"].eq(each.name).any()), REV_603
    )
    title = f"{kind.name} {kind.title}"
    block = [] if layout == "table" else _block(refunds, grain)
    if layout == "webi":
        return _web_page(refunds, block, data, title=title, columns=columns)
    above = block if kind is REV_603 else [[title], *block]  # the picture of REV-603 has none
    width = max(len(headings), 4 if block else 0)
    return [Sheet("Main Report", [row + [None] * (width - len(row)) for row in (*above, headings, *data)])]


def _printed(frame: pd.DataFrame, amount: Any) -> list[list[Any]]:
    """Return the lines of a frame as texts, and None where a cell is missing."""
    text = frame.copy()
    for name, values in frame.items():
        if pd.api.types.is_datetime64_any_dtype(values):
            text[name] = values.dt.strftime("%m/%d/%Y")
        elif pd.api.types.is_float_dtype(values):
            text[name] = values.map(amount, na_action="ignore").astype("str")
    lines: list[list[Any]] = text.astype(object).where(text.notna(), None).to_numpy().tolist()
    return lines


def _dollars(amount: float) -> str:
    """Print dollars as ACE does.

    >>> _dollars(1234.56), _dollars(-0.5)
    ('$1,234.56', '($0.50)')
    """
    return f"(${-amount:,.2f})" if amount < 0 else f"${amount:,.2f}"


def _total(refunds: pd.DataFrame) -> str:
    cents = (refunds["amount"].fillna(0) * 100).round().astype("int64")
    return _dollars(cents.sum() / 100)


def _block(refunds: pd.DataFrame, grain: Grain) -> list[list[Any]]:
    days = refunds["report_date"].dropna()
    count = len(refunds) if grain == "line" else refunds["refund_id"].nunique()
    labeled = {
        "Today's Date": f"{days.iloc[0]:%m/%d/%Y}" if len(days) else None,
        "Total Refunds": f"{count:,}",
        "Total Refund Amount": _total(refunds),
    }
    return [[label, None, value, note] for (label, value), note in zip(labeled.items(), _NOTES, strict=True)]


def _web_page(
    refunds: pd.DataFrame,
    block: list[list[Any]],
    data: list[list[Any]],
    *,
    title: str,
    columns: Sequence[str],
) -> list[Sheet]:
    """Put all one column to the right, under a title; repeat headings and add subtotals page by page."""
    dates = refunds["refund_date"].dropna()
    first, last = (f"{dates.min():%m/%d/%Y}", f"{dates.max():%m/%d/%Y}") if len(dates) else (None, None)
    prompts = [["Refund Date From:", None, first], ["Refund Date To:", None, last]]
    above: list[list[Any]] = [[], [], [title], [], *prompts, [], *block, []]

    def total(label: str, part: pd.DataFrame) -> list[Any]:
        cells: list[Any] = [label, *[None] * (len(columns) - 1)]
        if "total_refund_amount" in columns:
            cells[list(columns).index("total_refund_amount")] = _total(part)
        return cells

    body: list[list[Any]] = []
    for start in range(0, max(len(data), 1), PAGE):
        body += [[]] if start else []
        body += [[HEADINGS[name] for name in columns], *data[start : start + PAGE]]
        body += [total("Subtotal", refunds.iloc[start : start + PAGE])] if data else []
    body.append(total("Grand Total", refunds))
    width = 1 + len(columns)
    rows = [[None, *row, *[None] * (width - 1 - len(row))][:width] for row in (*above, *body)]
    told: list[list[Any]] = [[], ["FOR OFFICIAL USE ONLY"], [], ["Report Name", title]]
    told += [["Refund Date From", first], ["Refund Date To", last]]
    parameters = [[None, *row, *[None] * (2 - len(row))] for row in told]
    return [
        Sheet("Main Report", rows, merged=[(2, 1, width - 1)]),
        Sheet("Parameters", parameters, merged=[(1, 1, 2)]),
    ]


def _write(laid_out: list[Sheet], path: str | os.PathLike[str], delimiter: str) -> Path:
    target = Path(path)
    if target.suffix.lower() == ".xlsx":
        write_workbook(laid_out, target)
    else:
        with target.open("w", encoding="utf-8", newline="") as stream:
            csv.writer(stream, delimiter=delimiter).writerows(laid_out[0].rows)
    return target


def write_workbook(laid_out: list[Sheet], path: Path) -> None:
    """Write sheets by openpyxl; text that begins like a formula stays text."""
    from openpyxl import Workbook  # noqa: PLC0415 - loaded when used
    from openpyxl.cell import WriteOnlyCell  # noqa: PLC0415 - loaded when used
    from openpyxl.packaging.core import DocumentProperties  # noqa: PLC0415 - loaded when used
    from openpyxl.worksheet.cell_range import CellRange  # noqa: PLC0415 - loaded when used
    from openpyxl.writer.excel import ExcelWriter  # noqa: PLC0415 - loaded when used

    book = Workbook(write_only=True)
    book.properties = DocumentProperties(created=_FIXED, modified=_FIXED)
    for sheet in laid_out:
        page: Any = book.create_sheet(sheet.name)
        for row in sheet.rows:
            cells = list(row)
            for place, value in enumerate(row):
                if isinstance(value, str) and value.startswith("="):
                    cells[place] = WriteOnlyCell(page, value)
                    cells[place].data_type = "s"
            page.append(cells)
        for at, first, last in sheet.merged:
            span = CellRange(min_row=at + 1, max_row=at + 1, min_col=first + 1, max_col=last + 1)
            page.merged_cells.add(span.coord)
    with SteadyZip(path, _FIXED, insert={}) as archive:
        ExcelWriter(book, archive).write_data()  # Workbook.save() would stamp the clock into it
