"""What CBP's refunds team is asked for: whole refunds, and only what is ready."""

from __future__ import annotations

import datetime as dt
from decimal import Decimal
from typing import Any

import pandas as pd
import pytest

from rev603.analysis.reissue import REQUEST, reissue_requests
from rev603.analysis.worklist import enrollment_worklist
from rev603.errors import ColumnsMissingError

DAY, AFTER = dt.date(2026, 3, 2), dt.date(2026, 3, 9)
STUCK, BACK, PAID = "Reject No ACH", "Check/ACH Returned", "Treasury Issued"


def line_of(refund: str | None, document: str, amount: str, status: str, **other: Any) -> dict[str, Any]:
    return {
        "refund_id": refund,
        "payee_id": "98-765432100",
        "company_name": "Example LLC",
        "care_of": None,
        "document_number": document,
        "refund_date": DAY,
        "amount": Decimal(amount),
        "refund_secondary_status": status,
        "check_or_ach": None,
        "check_or_trace_number": None,
    } | other


WORKS = line_of("9", "Z", "1.00", PAID, refund_date=AFTER, check_or_ach="ACH")


def test_a_refund_is_asked_for_whole_with_all_its_documents(engine: Any, to_frame: Any) -> None:
    lines = [
        line_of("1", "B", "20.20", STUCK),
        line_of("1", "A", "0.10", STUCK),
        line_of("2", "C", "5.00", BACK, check_or_ach="Check", check_or_trace_number="40450603"),
        WORKS,
    ]
    rows = engine.rows(reissue_requests(engine.load(to_frame(lines))))
    assert list(rows[0]) == list(REQUEST)
    evidence = "paid by ACH on 03/09/2026, after this reject (03/02/2026)"
    shared = {"payee_id": "98-765432100", "company_name": "Example LLC", "care_of": None, "refund_date": DAY,
              "ready": True, "evidence": evidence}  # fmt: skip
    assert rows == [
        shared | {"refund_id": "1", "documents": "A, B", "lines": 2, "amount": 20.3, "check_or_trace_number": None,
                  "reason": "no ACH on file"},
        shared | {"refund_id": "2", "documents": "C", "lines": 1, "amount": 5.0, "check_or_trace_number": "40450603",
                  "reason": "returned"},
    ]  # fmt: skip


def test_only_what_is_ready_unless_asked_otherwise(engine: Any, to_frame: Any) -> None:
    lines = [
        line_of("1", "A", "1.00", STUCK),
        WORKS,
        line_of("2", "B", "2.00", STUCK, payee_id="98-765432101"),
    ]
    frame = engine.load(to_frame(lines))
    assert [row["refund_id"] for row in engine.rows(reissue_requests(frame))] == ["1"]
    every = engine.rows(reissue_requests(frame, ready_only=False))
    assert [(row["refund_id"], row["ready"]) for row in every] == [("1", True), ("2", False)]
    assert "suffix 00" in every[1]["evidence"]


def test_lines_without_a_refund_number_are_requests_of_their_own(to_frame: Any) -> None:
    lines = [line_of(None, "A", "1.00", STUCK), line_of(None, "B", "2.00", STUCK), WORKS]
    assert reissue_requests(to_frame(lines))["documents"].tolist() == ["A", "B"]


def test_one_refund_number_of_two_payees_is_two_requests(to_frame: Any) -> None:
    lines = [line_of("1", "A", "1.00", STUCK), line_of("1", "B", "2.00", STUCK, payee_id="12-345678900")]
    assert len(reissue_requests(to_frame(lines), ready_only=False)) == 2


def test_the_log_says_what_is_ready_and_what_was_asked_for(to_frame: Any) -> None:
    frame = to_frame([line_of("1", "A", "1.00", STUCK)])
    log = pd.DataFrame({"payee_id": ["98-7654321"], "verified_on": ["2026-03-04"], "requested_on": [None]})
    assert reissue_requests(frame, log=log)["refund_id"].tolist() == ["1"]
    assert reissue_requests(frame, log=log.assign(requested_on="2026-03-05")).empty


def test_what_was_sent_again_is_not_asked_for(to_frame: Any) -> None:
    lines = [
        line_of("1", "A", "1.00", BACK),
        line_of("1", "A", "1.00", "Check/ACH Reissued", check_or_ach="ACH"),
    ]
    assert reissue_requests(to_frame(lines), ready_only=False).empty


@pytest.mark.long
def test_requests_add_up_to_all_that_is_stuck(to_frame: Any, lines_3000: Any) -> None:
    frame = to_frame(lines_3000)
    asked, work = reissue_requests(frame, ready_only=False), enrollment_worklist(frame, as_of="2026-04-30")
    for figure in ("lines", "amount"):
        assert round(asked[figure].sum(), 2) == round(work[figure].sum(), 2)


def test_empty_frames_and_missing_columns(engine: Any, to_frame: Any) -> None:
    frame = to_frame([WORKS])
    assert engine.rows(reissue_requests(engine.load(frame.iloc[:0]))) == []
    with pytest.raises(ColumnsMissingError, match="document_number"):
        reissue_requests(engine.load(frame.drop(columns="document_number")))
