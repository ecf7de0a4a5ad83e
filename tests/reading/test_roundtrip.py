"""Random refunds, in a random layout, by a random writer, are the same refunds again."""

from __future__ import annotations

import tempfile
from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd
from every_writer import write_report
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

import rev603
from rev603.identifiers import entry_number
from rev603.vocabulary.headings import REFUND_COLUMNS

NAMES = [column.name for column in REFUND_COLUMNS]
DAY = pd.Timestamp("2026-11-13")

#: Anything that a name may be: every script, quotes, delimiters, breaks; but no control characters.
letters = st.characters(exclude_categories=["C", "Zl", "Zp"], include_characters="\n")
nasty = st.sampled_from([
    "NA", "nan", "None", "Total Refunds Recovery LLC", "Total", "1E5", "=1+1", "+1", "@x", "-", '"', ";", "Subtotal", "0",
    "Refund ID", "C/O", "#1", "\u201cA\u201d", "a\nb", "x, y; z\tq", "''", "TRUE", "11/13/2026", "$5",
])  # fmt: skip
free = (
    (st.text(letters, min_size=1, max_size=30) | nasty)
    .map(str.strip)
    .filter(
        lambda text: (
            text and not text.startswith(("'", '="', "#", "sep=")) and "\r" not in text and "_x" not in text
        )
    )
)
code = st.text("ABCDEFGHJKLMNPQRSTUVWXYZ0123456789", min_size=1, max_size=14).filter(
    lambda text: not text.endswith(".0")
)  # fmt: skip
filers = st.sampled_from(["MYK", "605", "SP7", "08D", "007"])


@st.composite
def documents(draw: st.DrawFn) -> str:
    base = draw(filers) + f"{draw(st.integers(0, 9_999_999)):07}"
    return base + entry_number.check_digit(base)


@st.composite
def refunds(draw: st.DrawFn) -> pd.DataFrame:
    """Draw some refund lines, as they must be read."""
    blank = st.none()
    payee = st.integers(0, 9_999_999).map(lambda number: f"98-{number:07}00")
    lines = []
    for _ in range(draw(st.integers(0, 6))):
        document = draw(documents())
        lines.append({
            "refund_id": draw(code),
            "filer_code": document[:3],
            "payee_id": draw(payee | st.just("260212-00017") | st.just("000-12-3456")),
            "company_name": draw(free),
            "care_of": draw(blank | free),
            "address": draw(blank | free),
            "refund_date": pd.Timestamp(draw(st.dates(pd.Timestamp("2022-08-29").date(), DAY.date()))),
            "refund_status": "TRANSMITTED",
            "refund_secondary_status": draw(blank | st.sampled_from(["Treasury Issued", "Reject No ACH"])),
            "refund_type": "Entry Liquidation",
            "document_number": document,
            "cents": draw(st.integers(-(10**11), 10**12)),
            "check_or_trace_number": draw(blank | code),
            "check_or_ach": draw(blank | st.sampled_from(["ACH", "Check"])),
            "center_id": draw(st.sampled_from(["CEE001", "CEE010", "PNDING"])),
            "team_number": draw(st.sampled_from(["0R1", "607", "JBN", "007"])),
            "port_code": draw(st.integers(0, 9999).map("{:04}".format)),
            "entry_number": document,
        })  # fmt: skip
    columns = [*NAMES, "cents", "entry_number"]
    frame = pd.DataFrame(lines, columns=[name for name in columns if name != "total_refund_amount"])
    cents = frame.pop("cents").to_numpy(dtype=np.int64)
    frame = frame.astype(dict.fromkeys(set(frame) - {"refund_date"}, "str"))
    frame.insert(11, "total_refund_amount", cents / 100)
    report_date = pd.Series(DAY, frame.index, dtype="datetime64[us]")
    return frame.assign(
        amount=cents / 100,
        report_date=report_date,
        report=pd.Series("REV-603", frame.index, dtype="str"),
        refund_date=frame["refund_date"].astype("datetime64[us]"),
    )


@st.composite
def ways(draw: st.DrawFn) -> tuple[str, dict[str, Any]]:
    """Draw a layout and a writer."""
    options: dict[str, Any] = {
        "layout": draw(st.sampled_from(["picture", "webi"])),
        "call_outs": draw(st.booleans()),
        "columns": draw(st.just(NAMES) | st.permutations(NAMES)),
    }
    if draw(st.booleans()):
        options |= {
            "delimiter": draw(st.sampled_from(",;\t|")),
            "encoding": draw(st.sampled_from(["utf-8", "utf-8-sig", "utf-16"])),
            "line_terminator": draw(st.sampled_from(["\n", "\r\n"])),
        }
        return "report.csv", options
    options |= {
        "engine": draw(st.sampled_from(["openpyxl", "xlsxwriter", "xlsxwriter-inline"])),
        "amounts": draw(st.sampled_from(["text", "number"])),
        "dates": draw(st.sampled_from(["text", "date"])),
    }
    return "report.xlsx", options


@settings(suppress_health_check=[HealthCheck.too_slow, HealthCheck.data_too_large])
@given(refunds(), ways())
def test_random_refunds_come_back_as_they_were(
    expected: pd.DataFrame, way: tuple[str, dict[str, Any]]
) -> None:
    name, options = way
    with tempfile.TemporaryDirectory() as folder:
        report = rev603.read(write_report(expected, Path(folder) / name, **options))
    read = report.refunds.drop(columns=["source_file", "source_sheet", "source_row"])
    pd.testing.assert_frame_equal(read, expected[list(read)], check_dtype=False)
    assert report.control.ties_out is True
    assert len(report.refunds) + len(report.set_aside) == report.rows_read
    # without a line the writer knows no date; two lines may be drawn alike, and a status on the first line only
    drawn = {"line-repeated", "shown-once"}
    assert set(report.issues["code"]) <= (drawn if len(expected) else {"header-unreadable"})


def test_a_label_in_the_amounts_own_column_states_no_total(tmp_path: Path) -> None:
    columns = ["total_refund_amount", *(name for name in NAMES if name != "total_refund_amount")]
    nothing = rev603.sample_report(lines=1).head(0)
    report = rev603.read(write_report(nothing, tmp_path / "report.xlsx", layout="webi", columns=columns))
    assert report.set_aside["text"].iloc[-1] == "Grand Total"
    assert "subtotal-differs" not in report.issues["code"].tolist()
