from __future__ import annotations

import datetime as dt
from collections import defaultdict
from decimal import Decimal
from typing import Any

import pytest

from rev603.analysis.party import held_for_importers
from rev603.analysis.worklist import enrollment_worklist
from rev603.errors import ColumnsMissingError
from rev603.identifiers import importer_number

DAY = dt.date(2026, 3, 2)
AS_OF = "2026-03-20"
COLUMNS = [
    "payee_id", "company_name", "care_of", "who", "lines", "amount", "oldest_refund_date", "days_waiting",
    "enrolled_siblings", "enrolled_sibling",
]  # fmt: skip
STUCK = {"refund_secondary_status": "Reject No ACH", "check_or_ach": None}
PAID = {"refund_secondary_status": "Treasury Issued", "check_or_ach": "ACH"}


def line_of(payee: str | None, amount: str, **other: Any) -> dict[str, Any]:
    return {
        "payee_id": payee,
        "company_name": "Example LLC",
        "care_of": None,
        "refund_date": DAY,
        "amount": Decimal(amount),
        "refund_id": "1",
    } | other


def test_a_sibling_that_is_paid_while_this_one_is_stuck_is_pointed_out(engine: Any, to_frame: Any) -> None:
    lines = [
        line_of("98-765432101", "100.10", **STUCK),
        line_of("98-765432101", "200.20", **STUCK | {"refund_date": DAY - dt.timedelta(10)}),
        line_of("98-765432101", "0.01", **PAID),  # itself: no sibling
        line_of("98-7654321", "0.01", **PAID),  # no suffix is suffix 00
        line_of("98-765432100", "0.01", **PAID),  # the same number once more
        line_of("98-7654321ab", "0.01", **PAID),
        line_of("98-7654321CD", "0.01", refund_secondary_status="Treasury Issued", check_or_ach="Check"),
        line_of("98-7654321EF", "0.01", refund_secondary_status="Check/ACH Returned", check_or_ach="ACH"),
        line_of("98-765432200", "0.01", **PAID),  # another number
        line_of("000-12-3456", "50.00", **STUCK),
        line_of("000-12-3457", "0.01", **PAID),  # a person has no siblings
        line_of("987654321", "40.00", **STUCK),  # bare digits: EIN or social security number, not guessed
        line_of(None, "30.00", **STUCK),
    ]
    native = engine.load(to_frame(lines))
    before = engine.rows(native)
    rows = engine.rows(enrollment_worklist(native, as_of=AS_OF))
    assert list(rows[0]) == COLUMNS
    # from 20 February to 20 March 2026 are 28 days
    assert rows[0] == {
        "payee_id": "98-765432101",
        "company_name": "Example LLC",
        "care_of": None,
        "who": "payee",
        "lines": 2,
        "amount": 300.30,
        "oldest_refund_date": DAY - dt.timedelta(10),
        "days_waiting": 28,
        "enrolled_siblings": 2,
        "enrolled_sibling": "98-7654321",
    }
    assert [(row["payee_id"], row["enrolled_siblings"], row["enrolled_sibling"]) for row in rows[1:]] == [
        ("000-12-3456", 0, None), ("987654321", 0, None), (None, 0, None),
    ]  # fmt: skip
    assert engine.rows(native) == before


def test_a_notify_party_enrols_for_each_importer_it_receives_for(engine: Any, to_frame: Any) -> None:
    broker = {"care_of": "Example Brokers Inc"}
    lines = [
        line_of("98-765432100", "5.00", **STUCK | broker),
        line_of("12-345678900", "7.00", **STUCK | broker),
        line_of("98-765432100", "6.00", **STUCK),
    ]
    rows = engine.rows(enrollment_worklist(engine.load(to_frame(lines)), as_of=AS_OF))
    assert [(row["payee_id"], row["who"], row["amount"]) for row in rows] == [
        ("12-345678900", "notify party", 7.0),
        ("98-765432100", "payee", 6.0),
        ("98-765432100", "notify party", 5.0),
    ]


def test_worklist_equals_a_plain_count(engine: Any, lines_3000: Any, to_frame: Any) -> None:
    groups: dict[tuple[Any, Any], list[dict[str, Any]]] = defaultdict(list)
    enrolled: dict[Any, set[str]] = defaultdict(set)
    for line in lines_3000:
        status = (line["refund_secondary_status"] or "").lower()
        if "reject" in status:
            groups[line["payee_id"], line["care_of"]].append(line)
        paid = status.startswith(("treasury", "held")) or "reissued" in status
        if paid and (line["check_or_ach"] or "").strip().lower() == "ach":
            enrolled[importer_number.base(line["payee_id"])].add(line["payee_id"])
    rows = engine.rows(enrollment_worklist(engine.load(to_frame(lines_3000)), as_of=AS_OF))
    assert len(rows) == len(groups) > 100
    for row in rows:
        payee, members = row["payee_id"], groups[row["payee_id"], row["care_of"]]
        siblings = sorted(enrolled[importer_number.base(payee)] - {payee}) if payee else []
        dates = [line["refund_date"] for line in members if line["refund_date"]]
        assert row["lines"] == len(members)
        assert Decimal(repr(row["amount"])) == sum((line["amount"] or 0) for line in members)
        assert row["oldest_refund_date"] == min(dates, default=None)
        assert row["days_waiting"] == ((dt.date(2026, 3, 20) - min(dates)).days if dates else None)
        assert (row["enrolled_siblings"], row["enrolled_sibling"]) == (
            len(siblings), siblings[0] if siblings else None,
        )  # fmt: skip
    assert [row["amount"] for row in rows] == sorted((row["amount"] for row in rows), reverse=True)


def test_no_rejects_no_work(engine: Any, to_frame: Any) -> None:
    frame = to_frame([line_of("98-765432100", "1.00", **PAID)])
    assert engine.rows(enrollment_worklist(engine.load(frame), as_of=AS_OF)) == []
    assert engine.rows(enrollment_worklist(engine.load(frame.iloc[:0]), as_of=AS_OF)) == []
    if engine.name == "pandas":
        none = enrollment_worklist(frame, as_of=AS_OF).dtypes.astype(str)
        one = enrollment_worklist(to_frame([line_of("98-765432100", "1.00", **STUCK)]), as_of=AS_OF)
        assert none.tolist() == one.dtypes.astype(str).tolist()


def test_a_missing_column_is_named(to_frame: Any) -> None:
    with pytest.raises(ColumnsMissingError, match="care_of"):
        enrollment_worklist(
            to_frame([line_of("98-765432100", "1.00", **STUCK)]).drop(columns="care_of"), as_of=AS_OF
        )


def test_what_a_notify_party_holds_for_whom(engine: Any, to_frame: Any) -> None:
    broker = {"care_of": "Example Brokers Inc"}
    lines = [
        line_of("98-765432100", "5.00", **PAID | broker),
        line_of("98-765432100", "2.00", **STUCK | broker),
        line_of("12-345678900", "9.00", **PAID | broker),
        line_of("12-345678900", "9.00", **PAID),
    ]
    rows = engine.rows(held_for_importers(engine.load(to_frame(lines))))
    found = [(row["care_of"], row["payee_id"], row["ach_amount"], row["rejected_amount"]) for row in rows]
    assert found == [
        ("Example Brokers Inc", "12-345678900", 9.0, 0.0),
        ("Example Brokers Inc", "98-765432100", 5.0, 2.0),
    ]
