from __future__ import annotations

import datetime as dt
from decimal import Decimal
from typing import Any

import pytest

from rev603.analysis.follow_up import checks_after_cutover, diverted, returned
from rev603.errors import ColumnsMissingError

LAST_DAY_OF_CHECKS = dt.date(2026, 2, 5)
CUTOVER = dt.date(2026, 2, 6)


def line_of(refund: str | None, status: str | None, **other: Any) -> dict[str, Any]:
    return {
        "refund_id": refund,
        "payee_id": "98-765432100",
        "company_name": "Example LLC",
        "care_of": None,
        "amount": Decimal("10.10"),
        "document_number": "A",
        "refund_date": CUTOVER,
        "refund_secondary_status": status,
        "check_or_ach": None,
        "port_code": "0212",
    } | other


def ids(engine: Any, native: Any) -> list[Any]:
    return sorted((row["refund_id"] for row in engine.rows(native)), key=str)


def test_a_returned_payment_that_was_reissued_is_not_outstanding(engine: Any, to_frame: Any) -> None:
    lines = [
        line_of("1", "Check/ACH Returned"),
        line_of("1", "Check/ACH Reissued"),
        line_of("2", "check/ach  returned"),
        line_of("2", "Check/ACH Reissued", document_number="B"),  # of another document
        line_of("3", "Check/ACH Reissued"),
        line_of(None, "Check/ACH Returned"),
        line_of(None, "CHECK/ACH REISSUED"),  # a missing number is a key like any other
        line_of(None, "Check/ACH Returned", payee_id=None),
        line_of("4", "Check/ACH Returned"),
        line_of("4", "Treasury Issued"),  # of another payment, for all that the line says
    ]
    native = engine.load(to_frame(lines))
    before = engine.rows(native)
    rows = engine.rows(returned(native))
    found = sorted((str(row["refund_id"]), str(row["payee_id"])) for row in rows)
    assert found == [("2", "98-765432100"), ("4", "98-765432100"), ("None", "None")]
    assert {row["payment_state"] for row in rows} == {"returned"}
    assert list(rows[0]) == [*lines[0], "payment_state", "is_reject_no_ach", "disposition"]
    assert engine.rows(native) == before


def test_diverted_funds(engine: Any, to_frame: Any) -> None:
    lines = [line_of("1", "Funds Diverted"), line_of("2", "funds\u00a0diverted"), line_of("3", "Funds")]
    assert ids(engine, diverted(engine.load(to_frame(lines)))) == ["1", "2"]


def test_checks_from_the_day_that_they_ended(engine: Any, to_frame: Any) -> None:
    lines = [
        line_of("1", "Treasury Issued", check_or_ach="Check", refund_date=LAST_DAY_OF_CHECKS),
        line_of("2", "Treasury Issued", check_or_ach=" check"),
        line_of("3", "Check/ACH Returned", check_or_ach="Check"),
        line_of("4", "Treasury Issued", check_or_ach="ACH"),
        line_of("5", "Treasury Issued"),
        line_of("6", "Treasury Issued", check_or_ach="Check", refund_date=None),
    ]
    assert ids(engine, checks_after_cutover(engine.load(to_frame(lines)))) == ["2", "3"]


@pytest.mark.parametrize("answer", [returned, diverted, checks_after_cutover])
def test_empty_frames_and_missing_columns(answer: Any, engine: Any, to_frame: Any) -> None:
    frame = to_frame([line_of("1", None)])
    assert engine.rows(answer(engine.load(frame.iloc[:0]))) == []
    with pytest.raises(ColumnsMissingError, match="refund_secondary_status"):
        answer(engine.load(frame.drop(columns="refund_secondary_status")))
