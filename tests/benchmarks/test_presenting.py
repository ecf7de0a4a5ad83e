"""A hundred thousand rejected lines still give a workbook within a minute, and a page that opens."""

from __future__ import annotations

import time
from typing import TYPE_CHECKING

import fastexcel
import numpy as np
import pandas as pd

from rev603.presenting.weekly import weekly_summary

if TYPE_CHECKING:
    from pathlib import Path

LINES = 100_000


def history() -> pd.DataFrame:
    """Every line rejected in both weeks but for a third, which is new: invented payees, 5,000 of them."""
    number = np.arange(LINES)
    text = {
        "refund_id": [f"R{i:09d}" for i in number],
        "filer_code": "0A1",
        "payee_id": [f"98-{7_000_000 + i % 5_000:07d}00" for i in number],
        "company_name": [f"=Invented Importer {i % 5_000} LLC" for i in number],
        "care_of": [None if i % 3 else "Hypothetical Brokers Inc" for i in number],
        "address": "1 Nowhere St\nSpringfield NY 00000",
        "refund_status": "TRANSMITTED",
        "refund_secondary_status": "Reject No ACH",
        "refund_type": "Entry Liquidation",
        "document_number": [f"0A1{i:08d}" for i in number],
        "check_or_trace_number": None,
        "check_or_ach": None,
        "center_id": "CEE007",
        "team_number": "JBN",
        "port_code": "0712",
        "entry_number": [f"0A1{i:08d}" for i in number],
        "source_file": "week12.xlsx",
        "source_sheet": "Main Report",
    }
    frame = pd.DataFrame(
        {name: pd.Series(values, index=number, dtype="str") for name, values in text.items()}
    )
    report = pd.Timestamp("2026-03-20")
    frame["refund_date"] = report - pd.to_timedelta(3 + number % 200, unit="D")
    frame["amount"] = frame["total_refund_amount"] = (12_345 + number * 7_919 % 9_000_000) / 100
    frame["source_row"] = number + 6
    now = frame.assign(report_date=report)
    before = frame[frame.index % 3 > 0].assign(
        report_date=report - pd.Timedelta(days=7), source_file="week11.xlsx"
    )
    return pd.concat([before, now], ignore_index=True)


def test_a_hundred_thousand_rejects_are_presented_in_time(tmp_path: Path) -> None:
    summary = weekly_summary(history())
    assert summary.totals["rejected_lines"] == LINES

    started = time.perf_counter()
    summary.to_excel(tmp_path / "w.xlsx")
    workbook = time.perf_counter() - started

    started = time.perf_counter()
    summary.to_html(tmp_path / "w.html")
    page = time.perf_counter() - started

    size, opened = (tmp_path / "w.xlsx").stat().st_size / 1e6, (tmp_path / "w.html").stat().st_size / 1e6
    print(f"workbook {workbook:.1f} s, {size:.1f} MB; page {page:.1f} s, {opened:.1f} MB")
    assert workbook <= 60
    assert page <= 15
    assert opened <= 5
    assert "The first 1,000 of 100,000 lines are shown, 99,000 are left out." in (
        tmp_path / "w.html"
    ).read_text("utf-8")
    sheet = fastexcel.read_excel(tmp_path / "w.xlsx").load_sheet("Stuck", header_row=3)
    assert sheet.height == LINES
    assert round(sum(sheet.to_pandas()["Amount"]) * 100) == round(summary.totals["rejected_amount"] * 100)
