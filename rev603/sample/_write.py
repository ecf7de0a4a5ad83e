"""Write refunds as ACE exports them, and entry lists as brokers send them.

The same frame gives the same bytes: workbooks bear a fixed date.
"""

from __future__ import annotations

import csv
import datetime as dt
import re
import zipfile
from pathlib import Path
from typing import TYPE_CHECKING, Any, Literal, get_args

import pandas as pd

from rev603.sample._layout import HEADINGS, Grain, Layout, Sheet, sheets

if TYPE_CHECKING:
    import os
    from collections.abc import Mapping, Sequence

Engine = Literal["openpyxl", "xlsxwriter", "xlsxwriter-inline"]

_FIXED = dt.datetime(2026, 11, 13, 12, 0, 0)  # noqa: DTZ001 - workbooks know no time zone
_STAMP = re.compile(rb"(<dcterms:(?:created|modified)[^>]*>)[^<]*")

_ENTRY_HEADINGS = {
    "entry_number": "Entry Number",
    "expected_amount": "Expected Refund",
    "refund_id": "Refund ID",
    "importer_number": "Importer Number",
    "notify_party": "Notify Party",
    "liquidation_date": "Liquidation Date",
}


def write_report(
    refunds: pd.DataFrame,
    path: str | os.PathLike[str],
    *,
    layout: Layout = "picture",
    header_block: bool | None = None,
    call_outs: bool = True,
    grain: Grain = "line",
    columns: Sequence[str] | None = None,
    amounts: Literal["text", "number"] = "text",
    dates: Literal["text", "date"] = "text",
    engine: Engine = "openpyxl",
    delimiter: str = ",",
    encoding: str = "utf-8",
    line_terminator: str = "\r\n",
    sep_line: bool = False,
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
    header_block
        Whether the totals stand above; by default in all layouts but ``"table"``.
    call_outs
        Whether the block has the two notes that CBP's picture has.
    grain
        What Total Refunds counts: lines, or distinct refunds. Total Refund Amount is the sum of ``amount``.
    columns
        Our names of the columns, in the order wanted.
    amounts, dates
        As text (``$1,234.56``, ``MM/DD/YYYY``) or, in a workbook, as real numbers and dates.
    engine
        Who writes the workbook; ``"xlsxwriter-inline"`` keeps text in the cells instead of a shared table.
    delimiter, encoding, line_terminator, sep_line
        For delimited text; ``sep_line`` puts Excel's ``sep=;`` first.

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
    for given, allowed in ((layout, Layout), (grain, Grain), (engine, Engine)):
        if given not in get_args(allowed):
            raise ValueError(f"{given!r} is not one of {', '.join(map(repr, get_args(allowed)))}")
    chosen = list(HEADINGS) if columns is None else list(columns)
    if unknown := [name for name in chosen if name not in HEADINGS]:
        raise ValueError(f"no columns of the report: {', '.join(unknown)}")
    laid_out = sheets(
        refunds,
        layout=layout,
        header_block=layout != "table" if header_block is None else header_block,
        call_outs=call_outs,
        grain=grain,
        columns=chosen,
        amounts=amounts,
        dates=dates,
    )
    target = Path(path)
    if target.suffix.lower() == ".xlsx":
        _write_workbook(laid_out, target, engine)
    else:
        _write_text(laid_out[0], target, delimiter, encoding, line_terminator, sep_line=sep_line)
    return target


def write_entries(
    entries: pd.DataFrame,
    path: str | os.PathLike[str],
    *,
    headings: Mapping[str, str] | None = None,
    delimiter: str = ",",
    encoding: str = "utf-8",
    line_terminator: str = "\r\n",
    engine: Engine = "openpyxl",
) -> Path:
    """Write an entry list: a workbook where the name ends in .xlsx, else delimited text.

    Parameters
    ----------
    entries
        As :func:`sample_entries` gives them.
    headings
        Column name → heading, where another heading is wanted than the usual one.
    path, delimiter, encoding, line_terminator, engine
        As in :func:`write_report`.
    """
    heads = _ENTRY_HEADINGS | dict(headings or {})
    kept = [name for name in entries.columns if name not in {"source_file", "source_sheet", "source_row"}]
    columns = [_plain(entries[name]) for name in kept]
    rows: list[list[Any]] = [[heads.get(name, name) for name in kept]]
    rows += [list(row) for row in zip(*columns, strict=True)]
    target = Path(path)
    sheet = Sheet("Entries", rows)
    if target.suffix.lower() == ".xlsx":
        _write_workbook([sheet], target, engine)
    else:
        _write_text(sheet, target, delimiter, encoding, line_terminator, sep_line=False)
    return target


def _plain(column: pd.Series[Any]) -> list[Any]:
    if pd.api.types.is_datetime64_any_dtype(column):
        column = column.dt.strftime("%m/%d/%Y")
    elif pd.api.types.is_float_dtype(column):
        column = column.map("{:.2f}".format, na_action="ignore")
    return [None if missing else value for value, missing in zip(column.tolist(), column.isna(), strict=True)]


def _write_text(
    sheet: Sheet, path: Path, delimiter: str, encoding: str, line_terminator: str, *, sep_line: bool
) -> None:
    with path.open("w", encoding=encoding, newline="") as stream:
        if sep_line:
            stream.write(f"sep={delimiter}{line_terminator}")
        writer = csv.writer(stream, delimiter=delimiter, lineterminator=line_terminator)
        writer.writerows(
            [value.strftime("%m/%d/%Y") if isinstance(value, dt.datetime) else value for value in row]
            for row in sheet.rows
        )


def _write_workbook(laid_out: list[Sheet], path: Path, engine: Engine) -> None:
    if engine == "openpyxl":
        _with_openpyxl(laid_out, path)
    else:
        _with_xlsxwriter(laid_out, path, inline=engine == "xlsxwriter-inline")
    _fix_dates(path)


def _with_openpyxl(laid_out: list[Sheet], path: Path) -> None:
    from openpyxl import Workbook  # noqa: PLC0415 - loaded when used
    from openpyxl.cell import WriteOnlyCell  # noqa: PLC0415 - loaded when used
    from openpyxl.worksheet.cell_range import CellRange  # noqa: PLC0415 - loaded when used

    book = Workbook(write_only=True)
    for sheet in laid_out:
        page: Any = book.create_sheet(sheet.name)

        def cell(value: Any, page: Any = page) -> Any:
            if isinstance(value, str) and value[:1] == "=":
                made = WriteOnlyCell(page, value)
                made.data_type = "s"  # text, never a formula
                return made
            if isinstance(value, dt.datetime):
                made = WriteOnlyCell(page, value)
                made.number_format = "mm/dd/yyyy"
                return made
            return value

        for row in sheet.rows:
            page.append([cell(value) for value in row])
        for row_number, first, last in sheet.merged:
            at = row_number + 1
            span = CellRange(min_row=at, max_row=at, min_col=first + 1, max_col=last + 1)
            page.merged_cells.add(span.coord)
    book.save(path)


def _with_xlsxwriter(laid_out: list[Sheet], path: Path, *, inline: bool) -> None:
    import xlsxwriter  # noqa: PLC0415 - loaded when used, and only tests have it

    book = xlsxwriter.Workbook(str(path), {"constant_memory": inline})
    book.set_properties({"created": _FIXED})
    date = book.add_format({"num_format": "mm/dd/yyyy"})
    for sheet in laid_out:
        page = book.add_worksheet(sheet.name)
        merged = {row: (first, last) for row, first, last in sheet.merged}
        for number, row in enumerate(sheet.rows):
            if number in merged:
                page.merge_range(number, merged[number][0], number, merged[number][1], "")
            for place, value in enumerate(row):
                if isinstance(value, str):
                    page.write_string(number, place, value)
                elif isinstance(value, dt.datetime):
                    page.write_datetime(number, place, value, date)
                elif value is not None:
                    page.write_number(number, place, value)
    book.close()


def _fix_dates(path: Path) -> None:
    """Give the workbook and its parts a fixed date, so that the same refunds give the same bytes."""
    with zipfile.ZipFile(path) as archive:
        parts = [(info.filename, archive.read(info)) for info in archive.infolist()]
    with zipfile.ZipFile(path, "w", zipfile.ZIP_DEFLATED) as archive:
        for name, content in parts:
            stamped = _STAMP.sub(rb"\g<1>" + f"{_FIXED:%Y-%m-%dT%H:%M:%SZ}".encode(), content)
            info = zipfile.ZipInfo(name, date_time=(1980, 1, 1, 0, 0, 0))
            info.compress_type = zipfile.ZIP_DEFLATED
            archive.writestr(info, stamped if name == "docProps/core.xml" else content)
