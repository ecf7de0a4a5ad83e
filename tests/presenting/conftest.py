"""A weekly summary made by hand, in plain pandas, so that its renderings are tested on their own."""

from __future__ import annotations

from decimal import Decimal
from typing import TYPE_CHECKING, Any

import numpy as np
import pandas as pd
import pytest

from rev603.presenting.weekly import WeeklySummary

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
_HOLLOW = ["Invented Harbor Trading LLC", "Sample Fabrics Inc", "Fictional Foods Co", "Example Bearings Corp"]


def _text(values: list[Any]) -> pd.Series:
    return pd.Series(values, dtype="str")


def lines_of(count: int, names: tuple[str, ...] | list[str], *, start: int = 0) -> pd.DataFrame:
    number = np.arange(start, start + count)
    payees = [f"98-{7000000 + i % len(names):07d}{i // len(names) % 3:02d}" for i in number]
    waited = 3 + number * 7 % 130
    dated = REPORT - pd.to_timedelta(waited, unit="D")
    cents = 12_345 + number * 104_729 % 9_000_000
    frame = pd.DataFrame(
        {
            "refund_id": _text([f"R{i:09d}" for i in number]),
            "filer_code": _text(["0A1"] * count),
            "payee_id": _text(payees),
            "company_name": _text([names[i % len(names)] for i in number]),
            "care_of": _text([None if i % 3 else "Hypothetical Brokers Inc" for i in number]),
            "address": _text(["1 Nowhere St\nSpringfield NY 00000"] * count),
            "refund_date": dated,
            "refund_status": _text(["TRANSMITTED"] * count),
            "refund_secondary_status": _text(["Reject No ACH"] * count),
            "refund_type": _text(["Entry Liquidation"] * count),
            "document_number": _text([f"0A1{i:08d}" for i in number]),
            "total_refund_amount": cents / 100,
            "check_or_trace_number": _text([None] * count),
            "check_or_ach": _text([None] * count),
            "center_id": _text(["CEE007"] * count),
            "team_number": _text(["JBN"] * count),
            "port_code": _text(["0712"] * count),
            "entry_number": _text([f"0A1{i:08d}" for i in number]),
            "amount": cents / 100,
            "report_date": pd.Series([REPORT] * count, dtype="datetime64[ns]"),
            "source_file": _text(["week12.xlsx"] * count),
            "source_sheet": _text(["Main Report"] * count),
            "source_row": number + 6,
            "payment_state": _text(["rejected"] * count),
            "is_reject_no_ach": True,
            "days_waiting": waited.astype("int64"),
        }
    )
    bands = pd.cut(
        frame["days_waiting"], [-1, 7, 30, 60, 90, 10**6], labels=["0-7", "8-30", "31-60", "61-90", "91+"]
    )
    frame["age_band"] = bands.astype("str")
    return frame.sort_values("days_waiting", ascending=False, ignore_index=True, kind="stable")


def cents_of(frame: pd.DataFrame, column: str = "amount") -> int:
    """Add up by hand: a second implementation, in plain Python."""
    return sum((int((Decimal(str(round(value, 2))) * 100)) for value in frame[column]), 0)


def _grouped(lines: pd.DataFrame, keys: list[str]) -> pd.DataFrame:
    rows = []
    for key, group in lines.groupby(keys, dropna=False):
        amount = cents_of(group) / 100
        rows.append(
            dict(zip(keys, key, strict=True))
            | {
                "lines": len(group),
                "refunds": group["refund_id"].nunique(),
                "amount": amount,
                "ach_amount": 0.0,
            }
            | {"check_amount": 0.0, "unpaid_amount": amount, "rejected_lines": len(group)}
            | {"rejected_amount": amount, "first_refund_date": group["refund_date"].min()}
            | {"last_refund_date": group["refund_date"].max()}
        )
    frame = pd.DataFrame(rows)
    for name in keys:
        frame[name] = frame[name].astype("str")
    return frame.sort_values("amount", ascending=False, ignore_index=True)


def build_summary(count: int = 40, names: tuple[str, ...] | list[str] = tuple(_HOLLOW)) -> WeeklySummary:
    rejected = lines_of(count, names)
    new = rejected[rejected.index % 4 == 1].reset_index(drop=True)
    still = rejected[rejected.index % 4 != 1].reset_index(drop=True)
    gone = lines_of(max(count // 10, 1), names, start=count)
    cleared = gone.assign(state_now=_text(["reissued"] * len(gone)), cleared_on=REPORT)
    returned = lines_of(2, names, start=2 * count).drop(columns=["days_waiting", "age_band"])
    returned["refund_secondary_status"] = _text(["Check/ACH Returned"] * 2)
    nothing = returned.head(0)
    paid = cents_of(rejected) + cents_of(returned)
    by_payee = _grouped(rejected, ["payee_id", "company_name"])
    by_party = _grouped(rejected, ["care_of"])
    work = by_payee.head(max(len(by_payee), 1))
    worklist = pd.DataFrame(
        {
            "payee_id": work["payee_id"],
            "company_name": work["company_name"],
            "care_of": _text([None if i % 3 else "Hypothetical Brokers Inc" for i in range(len(work))]),
            "actor": _text(["payee" if i % 3 else "notify party" for i in range(len(work))]),
            "step": _text(["add this suffix" if i % 2 else "enroll" for i in range(len(work))]),
            "evidence": _text(["never paid by ACH in these reports"] * len(work)),
            "lines": work["lines"],
            "amount": work["amount"],
            "oldest_refund_date": work["first_refund_date"],
            "days_waiting": (REPORT - work["first_refund_date"]).dt.days.astype("int64"),
            "siblings_paid": np.arange(len(work)) % 2,
            "sibling": _text([None if i % 2 == 0 else f"98-7{i:06d}99" for i in range(len(work))]),
        }
    )
    by_method = pd.DataFrame(
        {
            "method": _text(["unpaid", "ACH", "Check"]),
            "lines": [count + 2, 30, 4],
            "refunds": [count + 2, 29, 4],
            "amount": [paid / 100, 1_234_567.89, 4_321.09],
            "ach_amount": [0.0, 1_234_567.89, 0.0],
            "check_amount": [0.0, 0.0, 4_321.09],
            "unpaid_amount": [paid / 100, 0.0, 0.0],
            "rejected_lines": [count, 0, 0],
            "rejected_amount": [cents_of(rejected) / 100, 0.0, 0.0],
            "first_refund_date": pd.to_datetime(["2025-11-01", "2025-10-03", "2025-10-03"]),
            "last_refund_date": pd.to_datetime(["2026-03-17", "2026-03-18", "2026-01-30"]),
        }
    )
    opening = cents_of(still) + cents_of(cleared)
    weeks = pd.date_range(end=REPORT, periods=6, freq="7D")
    trend = pd.DataFrame(
        {
            "report_date": weeks,
            "stuck_lines": [count - 9, count - 5, count - 7, count - 2, len(still) + len(cleared), count],
            "stuck_amount": [
                *(cents_of(rejected) * share // 100 / 100 for share in (52, 71, 64, 83)),
                opening / 100,
                cents_of(rejected) / 100,
            ],
            "new_lines": [0, 4, 1, 6, 3, len(new)],
            "cleared_lines": [0, 0, 3, 1, 4, len(cleared)],
        }
    )
    everything = paid + 123_456_789 + 432_109
    totals: dict[str, Any] = {
        "lines": count + 36,
        "refunds": count + 35,
        "amount": everything / 100,
        "ach_amount": 1_234_567.89,
        "check_amount": 4_321.09,
        "unpaid_amount": paid / 100,
        "rejected_refunds": rejected["refund_id"].nunique(),
        "rejected_payees": rejected["payee_id"].nunique(),
        "rejected_notify_parties": rejected["care_of"].nunique(),
        "opening_lines": len(still) + len(cleared),
        "opening_amount": opening / 100,
        "changed_lines": 0,
        "changed_amount": 0.0,
        "closing_lines": count,
        "closing_amount": cents_of(rejected) / 100,
        "oldest_refund_date": rejected["refund_date"].min().date().isoformat() if count else None,
        "longest_wait_days": int(rejected["days_waiting"].max()) if count else None,
        "median_wait_days": float(rejected["days_waiting"].median()) if count else None,
    }
    named = {"rejected": rejected, "new_rejects": new, "still_rejected": still, "cleared": cleared}
    named |= {"returned": returned, "diverted": nothing, "checks_after_cutover": nothing}
    for name, frame in named.items():
        totals |= {f"{name}_lines": len(frame), f"{name}_amount": cents_of(frame) / 100}
    return WeeklySummary(
        week_ending=REPORT,
        report_date=REPORT,
        compared_with=BEFORE,
        totals=totals,
        **named,
        by_payee=by_payee,
        by_notify_party=by_party,
        by_method=by_method,
        worklist=worklist,
        changes=_changes(new, cleared),
        issues=_issues(),
        sources=_sources(count),
        trend=trend,
    )


def _changes(new: pd.DataFrame, cleared: pd.DataFrame) -> pd.DataFrame:
    keys = ["payee_id", "refund_id", "document_number"]
    came = new[keys].assign(change="new", amount_before=np.nan, amount_after=new["amount"])
    went = cleared[keys].assign(
        change="status", amount_before=cleared["amount"], amount_after=cleared["amount"]
    )
    return pd.concat([came, went], ignore_index=True)


def _issues() -> pd.DataFrame:
    return pd.DataFrame(
        {
            "severity": _text(["warning", "note"]),
            "code": _text(["lost-leading-zero", "unknown-column"]),
            "message": _text(
                [
                    "An entry number had lost its leading zero; it was put back.",
                    "The column Remarks is not one of the report's; it was kept.",
                ]
            ),
            "source_file": _text(["week12.xlsx", "week12.xlsx"]),
            "source_sheet": _text(["Main Report", "Main Report"]),
            "source_row": pd.array([17, None], dtype="Int64"),
            "column": _text(["document_number", "Remarks"]),
            "value": _text(["6057607248", None]),
        }
    )


def _sources(count: int) -> pd.DataFrame:
    return pd.DataFrame(
        {
            "source_file": _text(["week11.csv", "week12.xlsx"]),
            "content_hash": _text(["9f2c" * 16, "0b7e" * 16]),
            "report_date": pd.to_datetime([BEFORE, REPORT]),
            "lines": [count + 20, count + 36],
            "set_aside": [0, 0],
            "rows_read": [count + 20, count + 36],
            "total_refunds_stated": pd.array([None, count + 36], dtype="Int64"),
            "total_refunds_found": [count + 20, count + 36],
            "total_refund_amount_stated": [np.nan, 1_500_000.25],
            "total_refund_amount_found": [1_400_000.5, 1_500_000.25],
            "ties_out": pd.Series([None, True], dtype=object),
            "verdict": _text(["accepted", "accepted"]),
            "grain": _text(["line", "line"]),
        }
    )


@pytest.fixture(scope="session")
def make_summary() -> Callable[..., WeeklySummary]:
    """Build a summary of so many rejected lines, with these payee names."""
    return build_summary


@pytest.fixture(scope="session")
def summary() -> WeeklySummary:
    """An ordinary week."""
    return build_summary()


@pytest.fixture(scope="session")
def nasty_names() -> tuple[str, ...]:
    """Names that try to be a formula, markup or a command."""
    return NASTY
