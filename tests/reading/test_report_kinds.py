"""Which report a file is, and what it may lack: REV-603, and its siblings REV-613 and REV-615."""

from __future__ import annotations

import io
from typing import Any

import pandas as pd
import pytest

import rev603
from rev603.sample import sample_report, write_report
from rev603.vocabulary.reports import recognized

LINES = [["0603000001", "98-765430000", "$100.01"], ["0603000002", "98-765430100", "$200.02"]]
FEW = ["Refund ID", "Payee ID", "Total Refund Amount"]


def _codes(report: rev603.Report) -> list[str]:
    return sorted(report.issues["code"])


def test_every_line_says_which_report_shows_it(make: Any) -> None:
    for stream in (make.csv(make.table(make.lines(2))), make.book(make.table(make.lines(2)))):
        refunds = rev603.read(stream).refunds
        assert refunds["report"].tolist() == ["REV-603", "REV-603"]
        assert list(refunds)[19:22] == ["report_date", "report", "source_file"]


@pytest.mark.parametrize(
    "title", ["REV-613", "REV-613 ACH Rejected Refunds", "rev 613", "ACH Rejected Refunds"]
)
def test_a_title_above_the_table_makes_a_rev_613_of_three_columns(make: Any, title: str) -> None:
    rows = [[title], [None], FEW, *LINES]
    for stream in (make.csv(rows), make.book(rows)):
        report = rev603.read(stream)
        assert report.refunds["report"].tolist() == ["REV-613"] * 2
        assert report.refunds["total_refund_amount"].tolist() == [100.01, 200.02]
        assert report.refunds["refund_date"].isna().all()
        assert report.verdict == "accepted"
        assert _codes(report) == ["report-sibling", "status-of-report", "totals-absent"]


def test_lines_of_a_rev_613_without_a_status_are_rejected(make: Any) -> None:
    report = rev603.read(make.csv([["ACH Rejected Refunds"], FEW, *LINES]))
    assert report.refunds["refund_secondary_status"].tolist() == ["SAP ACH Rejected"] * 2
    assert rev603.flag_rejects(report.refunds)["payment_state"].tolist() == ["rejected"] * 2
    (said,) = report.issues.loc[report.issues["code"] == "status-of-report", "message"]
    assert "SAP ACH Rejected" in said


def test_a_rev_613_that_states_its_status_keeps_it(make: Any) -> None:
    rows = [["REV-613"], [*FEW, "Refund Secondary Status"], [*LINES[0], "Reject No ACH"], [*LINES[1], None]]
    report = rev603.read(make.csv(rows))
    assert report.refunds["refund_secondary_status"].tolist()[0] == "Reject No ACH"
    assert report.refunds["refund_secondary_status"].isna().tolist() == [False, True]


def test_the_sheet_the_file_or_a_heading_names_the_report_too(make: Any) -> None:
    in_a_sheet = rev603.read(make.book({"REV-613": [FEW, *LINES]}))
    named = make.csv([FEW, *LINES])
    named.name = "REV-613 2026-11-13.csv"
    in_the_name = rev603.read(named)
    by_heading = rev603.read(make.csv([[*FEW, "Rejection Reason"], *[[*line, "no bank"] for line in LINES]]))
    for report in (in_a_sheet, in_the_name, by_heading):
        assert report.refunds["report"].tolist() == ["REV-613"] * 2


def test_a_rev_615_lists_entries_of_a_consolidated_refund(make: Any) -> None:
    rows = [["REV-615 CAPE Detail Refund"], [*FEW, "Document Number"], [*LINES[0], "MYK28000864"]]
    refunds = rev603.read(make.csv(rows)).refunds
    assert (refunds["report"].item(), refunds["entry_number"].item()) == ("REV-615", "MYK28000864")
    assert refunds["refund_secondary_status"].isna().all()


def test_the_title_goes_before_the_sheet_and_a_sentence_is_no_title() -> None:
    assert recognized(["REV-603 Trade Refund Report", "REV-613"]).name == "REV-603"
    assert recognized(["Compare this REV-603 with the REV-613 of the same week"]).name == "REV-603"
    assert recognized(["PREV-6130"]).name == "REV-603"
    assert recognized([None, "REV613 - rejects"]).name == "REV-613"


def test_a_rev_603_of_three_columns_is_refused_with_what_is_missing(make: Any) -> None:
    with pytest.raises(rev603.ColumnsMissingError) as caught:
        rev603.read(make.csv([FEW, *LINES]))
    assert caught.value.missing == (
        "Company Name",
        "Refund Date",
        "Refund Secondary Status",
        "Document Number",
    )
    assert "REV-613" in caught.value.what_to_do


@pytest.mark.parametrize(("heading", "column"), [("C/O", "care_of"), ("Check or ACH", "check_or_ach")])
def test_a_report_without_care_of_or_method_is_read_and_says_what_needs_it(
    make: Any, heading: str, column: str
) -> None:
    rows = make.table(make.lines(3))
    at = rows[0].index(heading)
    report = rev603.read(make.csv([row[:at] + row[at + 1 :] for row in rows]))
    assert report.refunds[column].isna().all()
    assert report.verdict == "accepted with issues"
    absent = report.issues[report.issues["code"] == "column-absent"]
    assert absent[["severity", "column"]].to_numpy().tolist() == [["warning", column]]
    assert heading in absent["message"].item()


@pytest.mark.parametrize("name", ["REV-613.xlsx", "rejects.csv"])
def test_the_sample_shows_a_rev_613_beside_the_rev_603(tmp_path: Any, name: str) -> None:
    trade = sample_report(lines=200, seed=7)
    truth = sample_report(lines=200, seed=7, kind="REV-613")
    stuck = trade[rev603.flag_rejects(trade)["payment_state"] == "rejected"]
    assert truth["refund_id"].tolist() == stuck["refund_id"].tolist()
    report = rev603.read(write_report(truth, tmp_path / name))
    assert report.control.ties_out
    same = [column for column in truth if not str(column).startswith("source_")]
    pd.testing.assert_frame_equal(report.refunds[same], truth[same])
    assert report.refunds["source_row"].tolist() == truth["source_row"].tolist()


def test_sheets_of_two_kinds_of_report_are_not_one_table(make: Any) -> None:
    book = make.book({"Main Report": make.table(make.lines(2)), "REV-613": [FEW, *LINES]})
    report = rev603.read(book)
    assert report.refunds["report"].tolist() == ["REV-603"] * 2
    assert "sheet-another-report" in _codes(report)


def test_lines_of_a_rev_613_without_date_or_entry_go_by_whole_columns() -> None:
    lines = "".join(f"0603{number:06},98-7654300{number % 100:02},$1.00\n" for number in range(5_000))
    report = rev603.read(io.BytesIO(f"ACH Rejected Refunds\n\n{','.join(FEW)}\n{lines}".encode()))
    assert (len(report.refunds), report.control.found_amount) == (5_000, 5_000.0)
