"""Totals and grain: what is lost, altered or repeated shows, and nothing counts twice."""

from __future__ import annotations

import io
from typing import Any

import pandas as pd
import pytest

import rev603
from rev603.errors import ControlTotalError
from rev603.sample import sample_report, write_report


def _codes(report: rev603.Report) -> list[str]:
    return report.issues["code"].tolist()


@pytest.fixture(params=["csv", "book"])
def stream(request: pytest.FixtureRequest, make: Any) -> Any:
    return getattr(make, request.param)


def test_totals_that_agree(make: Any, stream: Any) -> None:
    report = rev603.read(stream([*make.block(3, "$600.06"), *make.table(make.lines(3))]))
    control = report.control
    assert (control.ties_out, control.grain, control.difference) == (True, "line", 0.0)
    assert (control.stated_refunds, control.found_lines, control.found_refunds) == (3, 3, 3)
    assert (control.stated_amount, control.found_amount) == (600.06, 600.06)
    assert report.raise_for_totals() is report


def test_a_lost_row_is_caught(make: Any, stream: Any) -> None:
    rows = [*make.block(3, "$600.06"), *make.table(make.lines(3))]
    del rows[5]
    report = rev603.read(stream(rows))
    assert report.verdict == "does not tie out"
    assert report.control.difference == -200.02
    assert "totals-differ" in _codes(report)
    with pytest.raises(ControlTotalError, match="states 3 refunds, 2 lines of 2 refunds") as caught:
        report.raise_for_totals()
    assert "$-200.02" in str(caught.value)


@pytest.mark.parametrize("amount", ["$200.03", "$200.01", "$20,002.00", "($200.02)", "$0.00"])
def test_an_altered_amount_is_caught(make: Any, stream: Any, amount: str) -> None:
    rows = [
        *make.block(3, "$600.06"),
        *make.table([make.line(0), make.line(1, total_refund_amount=amount), make.line(2)]),
    ]
    assert rev603.read(stream(rows)).verdict == "does not tie out"


@pytest.mark.parametrize("kept", [0.35, 0.6, 0.9, 0.99])
def test_a_truncated_file_is_caught(make: Any, kept: float) -> None:
    whole: bytes = make.csv([*make.block(30, "$46,504.65"), *make.table(make.lines(30))]).getvalue()
    assert rev603.read(io.BytesIO(whole)).verdict == "accepted"
    cut = whole[: int(len(whole) * kept)]
    try:
        report = rev603.read(io.BytesIO(cut))
    except rev603.LineError:
        return
    assert report.verdict == "does not tie out"


@pytest.mark.parametrize("length", [4, 40])
def test_lines_without_a_refund_number_are_refunds_of_their_own(make: Any, stream: Any, length: int) -> None:
    lines = [
        make.line(at, refund_id="R" * length if at in (1, 3) else None, payee_id="98-765430000")
        for at in range(5)
    ]
    report = rev603.read(stream(make.table(lines)))
    assert (report.control.found_lines, report.control.found_refunds) == (5, 4)


def test_a_repeated_line_is_caught_by_the_totals_and_named_without_them(make: Any, stream: Any) -> None:
    lines = [*make.lines(2), make.line(1)]
    report = rev603.read(stream([*make.block(2, "$300.03"), *make.table(lines)]))
    assert report.verdict == "does not tie out"
    report = rev603.read(stream(make.table(lines)))
    named = report.issues[report.issues["code"] == "line-repeated"]
    assert named["source_row"].tolist() == [4]
    assert report.verdict == "accepted with issues"


def _repeated(make: Any) -> list[Any]:
    """Make one refund of $900.00 for three documents, its amount on each, and one of $50.00."""
    whole = make.lines(3, refund_id="R1", payee_id="98-765430000", company_name="Lumb Co", refund_date="11/02/2026",
                       total_refund_amount="$900.00", check_or_trace_number="071")  # fmt: skip
    return [*whole, make.line(3, total_refund_amount="$50.00")]


@pytest.mark.parametrize("count", [2, 4])
def test_a_repeated_amount_counts_once_where_the_total_says_so(make: Any, stream: Any, count: int) -> None:
    report = rev603.read(stream([*make.block(count, "$950.00"), *make.table(_repeated(make))]))
    assert (report.control.grain, report.control.ties_out) == ("refund", True)
    assert report.refunds["amount"].tolist() == [900.0, 0.0, 0.0, 50.0]
    assert report.refunds["total_refund_amount"].tolist() == [900.0, 900.0, 900.0, 50.0]
    assert (report.control.found_lines, report.control.found_refunds) == (4, 2)
    assert _codes(report) == ["grain-refund"]
    assert rev603.by_payee(report.refunds)["amount"].sum() == 950.0


def test_equal_amounts_of_their_own_are_each_counted_where_the_total_says_so(make: Any, stream: Any) -> None:
    report = rev603.read(stream([*make.block(4, "$2,750.00"), *make.table(_repeated(make))]))
    assert (report.control.grain, report.control.ties_out, report.verdict) == ("line", True, "accepted")
    assert report.refunds["amount"].tolist() == [900.0, 900.0, 900.0, 50.0]


def test_without_totals_the_grain_is_line_and_said_to_be_ambiguous(make: Any, stream: Any) -> None:
    report = rev603.read(stream(make.table(_repeated(make))))
    assert (report.control.grain, report.control.found_amount) == ("line", 2750.0)
    assert _codes(report) == ["ambiguous-grain", "totals-absent"]
    assert "2 lines" in report.issues["message"].iloc[0]
    said = rev603.read(stream(make.table(_repeated(make))), grain="refund")
    assert (said.control.grain, said.control.found_amount) == ("refund", 950.0)
    assert _codes(said) == ["totals-absent", "grain-refund"]
    said = rev603.read(stream(make.table(_repeated(make))), grain="line")
    assert (said.control.found_amount, _codes(said)) == (2750.0, ["totals-absent"])


def test_different_amounts_of_one_refund_are_never_taken_for_repeats(make: Any, stream: Any) -> None:
    lines = make.lines(3, refund_id="R1", payee_id="98-765430000")
    report = rev603.read(stream(make.table(lines)), grain="refund")
    assert report.control.found_amount == 600.06


def _returned_and_reissued(make: Any) -> list[Any]:
    line = {"refund_id": "R1", "payee_id": "98-765430000", "total_refund_amount": "$900.00"}
    return [
        make.line(0, **line, refund_secondary_status="Check/ACH Returned", check_or_trace_number="1"),
        make.line(0, **line, refund_secondary_status="Check/ACH Reissued", check_or_trace_number="2"),
        make.line(1),
    ]


@pytest.mark.long
@pytest.mark.parametrize(("total", "grain"), [("$2,000.02", "line"), ("$1,100.02", "refund"), (None, "line")])
def test_a_returned_and_reissued_refund_is_paid_once(
    make: Any, stream: Any, total: str | None, grain: str
) -> None:
    block = make.block(3, total) if total else []
    report = rev603.read(stream([*block, *make.table(_returned_and_reissued(make))]))
    assert report.control.grain == grain
    assert report.control.ties_out is (True if total else None)
    places = rev603.by_disposition(report.refunds).set_index("disposition")["amount"]
    assert places.sum() == 1100.02  # 900.00 + 200.02: what came back counts where it was sent again
    paid = rev603.by_payee(report.refunds).set_index("payee_id").loc["98-765430000"]
    assert paid["ach_amount"] + paid["check_amount"] == 900.0
    summary = rev603.weekly_summary(report.refunds.assign(report_date=pd.Timestamp("2026-11-13")))
    assert summary.by_disposition["amount"].sum() == 1100.02
    assert summary.totals["stuck_amount"] == 0


@pytest.mark.parametrize("failed", ["Reject No ACH", "SAP ACH Rejected", "Check/ACH Returned"])
@pytest.mark.parametrize("numbers", [True, False])
@pytest.mark.parametrize("documents", [1, 2])
@pytest.mark.parametrize("payments", [1, 2])
@pytest.mark.parametrize("turned", [False, True])
def test_what_did_not_arrive_and_was_sent_again_counts_where_it_was_sent(
    *, make: Any, failed: str, numbers: bool, documents: int, payments: int, turned: bool
) -> None:
    """One refund of $900.00: rejected or returned, then reissued, the amount on every line; the total says how often."""
    line = {
        "refund_id": "R1",
        "payee_id": "98-765430000",
        "company_name": "Lumb Co",
        "total_refund_amount": "$900.00",
    }
    lines = [
        make.line(at, **line, refund_date=date, refund_secondary_status=status, check_or_ach=method,
                  check_or_trace_number=number if numbers else None)
        for date, status, method, number in (("11/02/2026", failed, None, None),
                                             ("11/09/2026", "Check/ACH Reissued", "ACH", "7"))
        for at in range(documents)
    ]  # fmt: skip
    total = f"${900 * payments:,}.00"
    report = rev603.read(make.csv([*make.block(1, total), *make.table(lines[::-1] if turned else lines)]))
    assert report.control.ties_out
    places = rev603.by_disposition(report.refunds).set_index("disposition")["amount"]
    assert places.to_dict() == {"paid by ACH": 900.0, "superseded": 0.0}


def test_money_that_never_arrived_stays_where_it_is_stuck(make: Any) -> None:
    line = {"refund_id": "R1", "payee_id": "98-765430000", "total_refund_amount": "$900.00"}
    lines = [
        make.line(0, **line, refund_secondary_status=status)
        for status in ("Reject No ACH", "Check/ACH Returned")
    ]
    for rows in (lines, lines[::-1]):
        report = rev603.read(make.csv([*make.block(1, "$900.00"), *make.table(rows)]))
        places = rev603.by_disposition(report.refunds).set_index("disposition")["amount"]
        assert places.to_dict() == {"returned": 900.0, "no ACH on file": 0.0}  # it was sent, and came back


@pytest.mark.parametrize("seed", range(6))
def test_refunds_with_repeated_amounts_add_up_as_they_were_made(seed: int, tmp_path: Any) -> None:
    refunds = sample_report(lines=120, seed=seed, grain="refund")
    report = rev603.read(write_report(refunds, tmp_path / "report.csv", grain="refund"))
    assert report.control.ties_out is True
    assert round(report.refunds["amount"].sum() * 100) == round(refunds["amount"].sum() * 100)
    assert report.refunds["total_refund_amount"].tolist() == refunds["total_refund_amount"].tolist()
    assert report.control.grain == "refund"


@pytest.mark.parametrize("seed", range(3))
def test_subtotals_that_count_a_repeated_amount_once_are_no_news(seed: int, tmp_path: Any) -> None:
    refunds = sample_report(lines=130, seed=seed, grain="refund")
    report = rev603.read(write_report(refunds, tmp_path / "report.csv", grain="refund", layout="webi"))
    assert "total line" in report.set_aside["reason"].tolist()
    assert (report.verdict, report.issues["code"].tolist()) == ("accepted", ["grain-refund"])


def test_the_count_may_be_of_lines_or_of_refunds(make: Any, stream: Any) -> None:
    lines = make.lines(4, refund_id="R1", payee_id="98-765430000")
    for count, ties in ((4, True), (1, True), (2, False), (5, False)):
        report = rev603.read(stream([*make.block(count, "$1,000.10"), *make.table(lines)]))
        assert report.control.ties_out is ties, count


def test_one_refund_number_of_two_payees_is_two_refunds(make: Any) -> None:
    report = rev603.read(make.csv(make.table(make.lines(2, refund_id="R1"))))
    assert report.control.found_refunds == 2


def test_a_wrong_count_alone_does_not_tie_out(make: Any, stream: Any) -> None:
    assert (
        rev603.read(stream([*make.block(4, "$600.06"), *make.table(make.lines(3))])).verdict
        == "does not tie out"
    )


def test_cents_never_drift(make: Any) -> None:
    rows = make.table([make.line(at, total_refund_amount="$0.10") for at in range(1000)])
    report = rev603.read(make.csv([*make.block(1000, "$100.00"), *rows]))
    assert (report.control.found_amount, report.control.ties_out) == (100.0, True)
