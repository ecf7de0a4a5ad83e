"""A week as the analyses give it, from reports made by hand, so that no rendering is tested on an answer that is not."""

from __future__ import annotations

from decimal import Decimal
from typing import TYPE_CHECKING, Any

import numpy as np
import pandas as pd
import pytest

from rev603.presenting.weekly import WeeklySummary, weekly_summary

if TYPE_CHECKING:
    from collections.abc import Callable

REPORT = pd.Timestamp("2026-03-20")
BEFORE = pd.Timestamp("2026-03-13")
#: What a stranger may put into a name; each must come through as text.
NASTY = (
    '=HYPERLINK("http://x","pay here")',
    "<script>alert(1)</script>",
    "a|b\nc",
    "+1 Imports",
    "-2 Imports",
    "@SUM(A1) Imports",
    "\tTab Imports",
    "\rReturn Imports",
    "Bell\x07 \x1b[31mRed\x00 Imports",
    "شركة الاستيراد المثالية",
    "[bold]Rich[/bold] **Imports** `x` [a](http://x) \\",
    "Turned \u202eround Imports",
    'O\'Example & Sons "Quoted" <b>',
)
_INVENTED = (
    "Invented Harbor Trading LLC",
    "Sample Fabrics Inc",
    "Fictional Foods Co",
    "Example Bearings Corp",
)
STUCK, RETURNED, PAID, UNHEARD = "Reject No ACH", "Check/ACH Returned", "Treasury Issued", "Frobnicated"


def _text(values: list[Any]) -> pd.Series:
    return pd.Series(values, dtype="str")


def lines_of(
    count: int,
    names: tuple[str, ...] = _INVENTED,
    *,
    status: str = STUCK,
    method: str | None = None,
    start: int = 0,
) -> pd.DataFrame:
    """Make lines of the newest report; each a refund of its own, waiting from 3 days up to 132."""
    number = np.arange(start, start + count)
    cents = 12_345 + number * 104_729 % 9_000_000
    return pd.DataFrame(
        {
            "refund_id": _text([f"R{i:09d}" for i in number]),
            "filer_code": _text(["0A1"] * count),
            "payee_id": _text(
                [f"98-{7000000 + i % len(names):07d}{i // len(names) % 3:02d}" for i in number]
            ),
            "company_name": _text([names[i % len(names)] for i in number]),
            "care_of": _text([None if i % 3 else "Hypothetical Brokers Inc" for i in number]),
            "address": _text(["1 Nowhere St\nSpringfield NY 00000"] * count),
            "refund_date": (REPORT - pd.to_timedelta(3 + number * 7 % 130, unit="D")).as_unit("us"),
            "refund_status": _text(["TRANSMITTED"] * count),
            "refund_secondary_status": _text([status] * count),
            "refund_type": _text(["Entry Liquidation"] * count),
            "document_number": _text([f"0A1{i:08d}" for i in number]),
            "total_refund_amount": cents / 100,
            "check_or_trace_number": _text([None if method is None else f"07{i:05d}" for i in number]),
            "check_or_ach": _text([method] * count),
            "center_id": _text(["CEE007"] * count),
            "team_number": _text(["JBN"] * count),
            "port_code": _text(["0712"] * count),
            "entry_number": _text([f"0A1{i:08d}" for i in number]),
            "amount": cents / 100,
            "report_date": pd.Series([REPORT] * count, dtype="datetime64[us]"),
            "source_file": _text(["week12.xlsx"] * count),
            "source_sheet": _text(["Main Report"] * count),
            "source_row": number + 6,
        }
    )


def history_of(count: int = 40, names: tuple[str, ...] = _INVENTED, *, unheard: int = 0) -> pd.DataFrame:
    """Make two reports: of ``count`` rejects every fourth is new; count // 10 more were cleared; two came back.

    Paid are 30 by ACH and 4 by check. ``unheard`` lines bear a status that nobody has documented.
    """
    rejected = lines_of(count, names)
    cleared = lines_of(max(count // 10, 1), names, start=count)
    paid = [
        lines_of(30, names, status=PAID, method="ACH", start=3000),
        lines_of(4, names, status=PAID, method="Check", start=4000),
    ]
    now = [
        rejected,
        cleared.assign(refund_secondary_status="Check/ACH Reissued", check_or_ach="ACH"),
        lines_of(2, names, status=RETURNED, method="ACH", start=2000),
        lines_of(unheard, names, status=UNHEARD, start=5000),
        *paid,
    ]
    before = pd.concat([rejected[rejected.index % 4 != 1], cleared, *paid])
    before = before[before["refund_date"] <= BEFORE]
    history = pd.concat(
        [before.assign(report_date=BEFORE, source_file="week11.csv"), *now], ignore_index=True
    )
    history["report_date"] = history["report_date"].astype("datetime64[us]")
    history.attrs["rev603"] = {"sources": sources_of(history), "issues": ISSUES}
    return history


def sources_of(history: pd.DataFrame) -> list[dict[str, Any]]:
    """Say of each file what the reader says: the second states its totals, the first none."""
    known = []
    for name, lines in history.groupby("source_file"):
        cents, stated = cents_of(lines), name == "week12.xlsx"
        known.append(
            {"source_file": name, "content_hash": ("0b7e" if stated else "9f2c") * 16,
             "report_date": str(lines["report_date"].iloc[0].date()), "lines": len(lines), "set_aside": 0,
             "rows_read": len(lines),
             "total_refunds_stated": len(lines) if stated else None, "total_refunds_found": len(lines),
             "total_refund_amount_stated": cents / 100 if stated else None,
             "total_refund_amount_found": cents / 100, "ties_out": True if stated else None,
             "verdict": "accepted", "grain": "line"}
        )  # fmt: skip
    return known


ISSUES: list[dict[str, Any]] = [
    {"severity": "warning", "code": "zero-restored", "message": "An entry number had lost its leading zero; it was put "
     "back.", "source_file": "week12.xlsx", "source_sheet": "Main Report", "source_row": 17,
     "column": "document_number", "value": "6057607248"},
    {"severity": "info", "code": "column-unknown", "message": "The column Remarks is not one of the report's; it was "
     "kept.", "source_file": "week12.xlsx", "source_sheet": "Main Report", "source_row": None, "column": "Remarks",
     "value": None},
]  # fmt: skip


def cents_of(frame: pd.DataFrame, column: str = "amount") -> int:
    """Add up by hand: a second implementation, in plain Python."""
    return sum(int(Decimal(str(round(value, 2))) * 100) for value in frame[column])


def build_summary(count: int = 40, names: tuple[str, ...] = _INVENTED, **how: Any) -> WeeklySummary:
    """Return the week of :func:`history_of`."""
    return weekly_summary(history_of(count, names, **how))


@pytest.fixture(scope="session")
def make_summary() -> Callable[..., WeeklySummary]:
    """Build a summary of so many rejected lines, with these payee names."""
    return build_summary


@pytest.fixture(scope="session")
def make_history() -> Callable[..., pd.DataFrame]:
    """Build the two reports of such a week."""
    return history_of


@pytest.fixture(scope="session")
def summary() -> WeeklySummary:
    """An ordinary week."""
    return build_summary()


@pytest.fixture(scope="session")
def doubtful() -> WeeklySummary:
    """A week in which three lines bear a status that nobody has documented."""
    return build_summary(unheard=3)


@pytest.fixture(scope="session")
def nasty_names() -> tuple[str, ...]:
    """Names that try to be a formula, markup or a command."""
    return NASTY
