from __future__ import annotations

import datetime as dt
from decimal import Decimal
from typing import Any

import pytest

from rev603.analysis.status import checks_after_cutover
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


def test_empty_frames_and_missing_columns(engine: Any, to_frame: Any) -> None:
    frame = to_frame([line_of("1", None)])
    assert engine.rows(checks_after_cutover(engine.load(frame.iloc[:0]))) == []
    with pytest.raises(ColumnsMissingError, match="refund_secondary_status"):
        checks_after_cutover(engine.load(frame.drop(columns="refund_secondary_status")))
