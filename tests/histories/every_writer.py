"""Reports and entry lists as every program writes them: layouts, engines, encodings, numbers and dates."""

from __future__ import annotations

import csv
import datetime as dt
from pathlib import Path
from typing import TYPE_CHECKING, Any, Literal

import xlsxwriter

from rev603.sample._write import HEADINGS, Grain, Layout, Sheet, sheets, write_workbook

if TYPE_CHECKING:
    import os
    from collections.abc import Sequence

    import pandas as pd

Engine = Literal["openpyxl", "xlsxwriter", "xlsxwriter-inline"]


def write_report(
    refunds: pd.DataFrame,
    path: str | os.PathLike[str],
    *,
    layout: Layout = "picture",
    call_outs: bool = True,
    grain: Grain = "line",
    columns: Sequence[str] = tuple(HEADINGS),
    amounts: Literal["text", "number"] = "text",
    dates: Literal["text", "date"] = "text",
    engine: Engine = "openpyxl",
    delimiter: str = ",",
    encoding: str = "utf-8",
    line_terminator: str = "\r\n",
    sep_line: bool = False,
) -> Path:
    """Write a report as `rev603.sample.write_report` does, or in another way that it may come in.

    Amounts and dates as text (``$1,234.56``, ``MM/DD/YYYY``), or as real numbers and dates of a workbook; text cells of
    ``xlsxwriter-inline`` stand in the sheet instead of a shared table; ``sep_line`` puts Excel's ``sep=;`` first.
    """
    laid_out = sheets(refunds, layout=layout, grain=grain, columns=columns)
    main = laid_out[0]
    wanted = [HEADINGS[name] for name in columns]
    head = next(at for at, row in enumerate(main.rows) if [cell for cell in row if cell] == wanted)
    left = main.rows[head].index(wanted[0])
    for row in main.rows[:head]:
        if not call_outs and row[left] in ("Today's Date", "Total Refunds"):
            row[left + 3] = None
        if amounts == "number" and str(row[left]).startswith("Total Refund"):
            row[left + 2] = _number(row[left + 2])
    target = Path(path)
    for row in main.rows[head:]:
        for name, kind, made in (("total_refund_amount", amounts, _number), ("refund_date", dates, _date)):
            if kind != "text" and name in columns:
                row[left + list(columns).index(name)] = made(row[left + list(columns).index(name)])
    if target.suffix.lower() != ".xlsx":
        with target.open("w", encoding=encoding, newline="") as stream:
            stream.write(f"sep={delimiter}{line_terminator}" if sep_line else "")
            csv.writer(stream, delimiter=delimiter, lineterminator=line_terminator).writerows(main.rows)
    elif engine == "openpyxl":
        write_workbook(laid_out, target)
    else:
        _with_xlsxwriter(laid_out, target, inline=engine == "xlsxwriter-inline")
    return target


def _number(cell: Any) -> Any:
    """Give a printed amount or count as a number; headings and blanks stay."""
    plain = str(cell).strip("()").replace("$", "").replace(",", "")
    if cell is None or not plain.replace(".", "", 1).isdigit():
        return cell
    return float(plain) * (-1 if str(cell).startswith("(") else 1)


def _date(cell: Any) -> Any:
    if cell is None or not str(cell)[:1].isdigit():
        return cell
    return dt.datetime.strptime(cell, "%m/%d/%Y")  # noqa: DTZ007 - workbooks know no time zone


def _with_xlsxwriter(laid_out: list[Sheet], path: Path, *, inline: bool) -> None:
    book = xlsxwriter.Workbook(str(path), {"constant_memory": inline})
    book.set_properties({"created": dt.datetime(2026, 11, 13, 12)})  # noqa: DTZ001 - workbooks know no time zone
    date = book.add_format({"num_format": "mm/dd/yyyy"})
    for sheet in laid_out:
        page = book.add_worksheet(sheet.name)
        for number, row in enumerate(sheet.rows):
            if number + 1 == sheet.merged:
                page.merge_range(number, 1, number, len(row) - 1, "")
            for place, value in enumerate(row):
                if isinstance(value, str):
                    page.write_string(number, place, value)
                elif isinstance(value, dt.datetime):
                    page.write_datetime(number, place, value, date)
                elif value is not None:
                    page.write_number(number, place, value)
    book.close()
