"""Exports made by hand: a few lines of invented refunds, in whatever layout a test needs."""

from __future__ import annotations

import csv
import io
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

import openpyxl
import pytest

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence

HEADINGS = [
    "Refund ID", "Filer Code", "Payee ID", "Company Name", "C/O", "Address", "Refund Date", "Refund Status",
    "Refund Secondary Status", "Refund Type", "Document Number", "Total Refund Amount",
    "Check Number / ACH Trace Number", "Check or ACH", "Center ID", "Team Number", "Port Code",
]  # fmt: skip
NAMES = [
    "refund_id", "filer_code", "payee_id", "company_name", "care_of", "address", "refund_date", "refund_status",
    "refund_secondary_status", "refund_type", "document_number", "total_refund_amount", "check_or_trace_number",
    "check_or_ach", "center_id", "team_number", "port_code",
]  # fmt: skip
#: Entry numbers with right check digits.
ENTRIES = [
    "MYK28000864", "MYK28102637", "MYK28100649", "MYK28103742", "60576072486", "60576069342", "60575980937",
    "SP700000014",
]  # fmt: skip

Row = list[Any]


@dataclass(frozen=True)
class Maker:
    """Makes rows and files."""

    headings: tuple[str, ...] = tuple(HEADINGS)

    @staticmethod
    def line(number: int = 0, **changes: Any) -> Row:
        """Give a refund line: number 0 is $100.01, number 1 is $200.02 and so on."""
        entry = ENTRIES[number % len(ENTRIES)]
        cells: dict[str, Any] = {
            "refund_id": f"06030{number:05}",
            "filer_code": entry[:3],
            "payee_id": f"98-76543{number:02}00",
            "company_name": f"Quellharbor Lamps {number} LLC",
            "care_of": None,
            "address": f"{number} Ropewalk St, Port Tess, WA 00{number:03}",
            "refund_date": f"11/{number % 9 + 1:02}/2026",
            "refund_status": "TRANSMITTED",
            "refund_secondary_status": "Treasury Issued",
            "refund_type": "Entry Liquidation",
            "document_number": entry,
            "total_refund_amount": f"${(number + 1) * 10001 / 100:,.2f}",
            "check_or_trace_number": f"0713060300{number:05}",
            "check_or_ach": "ACH",
            "center_id": "CEE003",
            "team_number": "JBN",
            "port_code": "0212",
        }
        assert not changes.keys() - cells.keys()
        return [changes.get(name, value) for name, value in cells.items()]

    def lines(self, count: int, **changes: Any) -> list[Row]:
        """Give so many refund lines."""
        return [self.line(number, **changes) for number in range(count)]

    @staticmethod
    def block(refunds: Any, amount: Any, day: Any = "11/13/2026") -> list[Row]:
        """Give the header block."""
        return [
            ["Today's Date", None, day],
            ["Total Refunds", None, refunds],
            ["Total Refund Amount", None, amount],
        ]

    def table(self, rows: Sequence[Row]) -> list[Row]:
        """Give the headings above the rows."""
        return [list(self.headings), *rows]

    @staticmethod
    def csv(rows: Sequence[Row], *, delimiter: str = ",", encoding: str = "utf-8") -> io.BytesIO:
        """Write delimited text."""
        text = io.StringIO()
        csv.writer(text, delimiter=delimiter).writerows(rows)
        return io.BytesIO(text.getvalue().encode(encoding))

    @staticmethod
    def book(
        sheets: dict[str, Sequence[Row]] | Sequence[Row], *, edit: Callable[[Any], None] | None = None
    ) -> io.BytesIO:
        """Write a workbook; ``edit`` may change it before it is saved."""
        book = openpyxl.Workbook()
        book.remove(book["Sheet"])
        for name, rows in (sheets if isinstance(sheets, dict) else {"Main Report": sheets}).items():
            page = book.create_sheet(name)
            for row in rows:
                page.append(row)
        if edit:
            edit(book)
        stream = io.BytesIO()
        book.save(stream)
        return io.BytesIO(stream.getvalue())


@pytest.fixture(scope="session")
def make() -> Maker:
    """Give what makes rows and files by hand."""
    return Maker()
