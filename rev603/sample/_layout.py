"""How a report stands on its sheet: rows of cells, and which of them are merged."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any, Literal

import pandas as pd

from rev603.vocabulary.headings import REFUND_COLUMNS
from rev603.vocabulary.reports import REPORTS, REV_603

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

Layout = Literal["picture", "webi", "table"]
Grain = Literal["line", "refund"]

HEADINGS = {column.name: column.heading for column in REFUND_COLUMNS}

#: Lines between two repeats of the headings on a page of Web Intelligence.
PAGE = 60


@dataclass(slots=True)
class Sheet:
    """Rows of cells (text, numbers, dates, None), and merged ranges (row, first and last column, from 0)."""

    name: str
    rows: list[list[Any]] = field(default_factory=list)
    merged: list[tuple[int, int, int]] = field(default_factory=list)


def sheets(
    refunds: pd.DataFrame,
    *,
    layout: Layout,
    header_block: bool,
    call_outs: bool,
    grain: Grain,
    columns: Sequence[str],
    amounts: Literal["text", "number"],
    dates: Literal["text", "date"],
) -> list[Sheet]:
    """Lay a report out; the first sheet is the report itself."""
    data = [
        list(row) for row in zip(*(_cells(refunds, name, amounts, dates) for name in columns), strict=True)
    ]
    headings: list[Any] = [HEADINGS[name] for name in columns]
    block = _block(refunds, grain=grain, call_outs=call_outs, amounts=amounts) if header_block else []
    kind = next(
        (each for each in REPORTS if "report" in refunds and refunds["report"].eq(each.name).any()), REV_603
    )
    title = f"{kind.name} {kind.title}"
    width = max(len(headings), 4 if block else 0)
    if layout == "webi":
        page = _web_page(refunds, block, data, title=title, columns=columns, amounts=amounts)
        return [page, _parameters(refunds, title)]
    above = block if kind is REV_603 else [[title], *block]  # the picture of REV-603 has none
    return [Sheet("Main Report", [row + [None] * (width - len(row)) for row in (*above, headings, *data)])]


def total_cents(refunds: pd.DataFrame) -> int:
    """Add up ``amount``, in cents; a blank amount adds nothing."""
    return int((refunds["amount"].fillna(0) * 100).round().astype("int64").sum())


def dollars(cents: int) -> str:
    """Print cents as ACE does.

    >>> dollars(123456), dollars(-50)
    ('$1,234.56', '($0.50)')
    """
    text = f"${abs(cents) // 100:,}.{abs(cents) % 100:02d}"
    return f"({text})" if cents < 0 else text


def _block(refunds: pd.DataFrame, *, grain: Grain, call_outs: bool, amounts: str) -> list[list[Any]]:
    days = refunds["report_date"].dropna()
    count = len(refunds) if grain == "line" else refunds["refund_id"].nunique()
    total = total_cents(refunds)
    labeled: list[list[Any]] = [
        ["Today's Date", None, f"{days.iloc[0]:%m/%d/%Y}" if len(days) else None],
        ["Total Refunds", None, count if amounts == "number" else f"{count:,}"],
        ["Total Refund Amount", None, total / 100 if amounts == "number" else dollars(total)],
    ]
    notes = ["Entry Number", "C/O is the 4811 Party", None] if call_outs else [None] * 3
    return [[*row, note] for row, note in zip(labeled, notes, strict=True)]


def _cells(refunds: pd.DataFrame, name: str, amounts: str, dates: str) -> Iterator[Any]:
    column = refunds[name]
    there = column.notna().tolist()
    values: list[Any]
    if name == "total_refund_amount":
        cents = (column.fillna(0) * 100).round().astype("int64").tolist()
        values = [c / 100 for c in cents] if amounts == "number" else [dollars(c) for c in cents]
    elif name == "refund_date":
        values = column.tolist() if dates == "date" else column.dt.strftime("%m/%d/%Y").tolist()
    else:
        values = column.tolist()
    return (value if known else None for value, known in zip(values, there, strict=True))


def _web_page(
    refunds: pd.DataFrame,
    block: list[list[Any]],
    data: list[list[Any]],
    *,
    title: str,
    columns: Sequence[str],
    amounts: str,
) -> Sheet:
    """Put all one column to the right, under a title; repeat headings and add subtotals page by page."""
    headings: list[Any] = [HEADINGS[name] for name in columns]
    width = 1 + len(headings)
    sheet = Sheet("Main Report")

    def add(*cells: Any) -> None:
        sheet.rows.append([None, *cells, *[None] * (width - 1 - len(cells))])

    def total(label: str, part: pd.DataFrame) -> None:
        cells: list[Any] = [None] * len(headings)
        cells[0] = label
        if "total_refund_amount" in columns:
            cents = total_cents(part)
            cells[list(columns).index("total_refund_amount")] = (
                cents / 100 if amounts == "number" else dollars(cents)
            )
        add(*cells)

    add()
    add()
    add(title)
    sheet.merged.append((len(sheet.rows) - 1, 1, width - 1))
    add()
    dates = refunds["refund_date"].dropna()
    add("Refund Date From:", None, f"{dates.min():%m/%d/%Y}" if len(dates) else None)
    add("Refund Date To:", None, f"{dates.max():%m/%d/%Y}" if len(dates) else None)
    add()
    for row in block:
        add(*row[: width - 1])
    add()
    for start in range(0, max(len(data), 1), PAGE):
        if start:
            add()
        add(*headings)
        for row in data[start : start + PAGE]:
            add(*row)
        if data:
            total("Subtotal", refunds.iloc[start : start + PAGE])
    total("Grand Total", refunds)
    return sheet


def _parameters(refunds: pd.DataFrame, title: str) -> Sheet:
    dates = refunds["refund_date"].dropna()
    return Sheet(
        "Parameters",
        [
            [None, None, None],
            [None, "FOR OFFICIAL USE ONLY", None],
            [None, None, None],
            [None, "Report Name", title],
            [None, "Refund Date From", f"{dates.min():%m/%d/%Y}" if len(dates) else None],
            [None, "Refund Date To", f"{dates.max():%m/%d/%Y}" if len(dates) else None],
        ],
        merged=[(1, 1, 2)],
    )
