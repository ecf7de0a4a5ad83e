from __future__ import annotations

import copy
from collections import defaultdict
from decimal import Decimal
from typing import Any

import pandas as pd
import pytest
from hypothesis import given
from hypothesis import strategies as st

from rev603.analysis.changes import changes
from rev603.errors import ColumnsMissingError

KEY = ("payee_id", "refund_id", "document_number")
COLUMNS = [
    "payee_id",
    "refund_id",
    "document_number",
    "company_name",
    "care_of",
    "change",
    "lines_before",
    "lines_after",
    "status_before",
    "status_after",
    "amount_before",
    "amount_after",
    "method_before",
    "method_after",
    "number_before",
    "number_after",
]


def line_of(refund: str | None, **other: Any) -> dict[str, Any]:
    return {
        "payee_id": "98-765432100",
        "refund_id": refund,
        "document_number": "A",
        "company_name": "Example LLC",
        "care_of": None,
        "refund_secondary_status": "Treasury Issued",
        "amount": Decimal("10.10"),
        "check_or_ach": "ACH",
        "check_or_trace_number": "0713404",
    } | other


STUCK = {"refund_secondary_status": "Reject No ACH", "check_or_ach": None, "check_or_trace_number": None}


def test_each_kind_of_change_is_named(engine: Any, to_frame: Any) -> None:
    before = [
        line_of("1"),
        line_of("2", refund_secondary_status="TREASURY\u00a0ISSUED", check_or_ach="ach"),
        line_of("3", **STUCK),
        line_of("4"),
        line_of("5"),
        line_of(None),
        line_of("7"),
    ]
    after = [
        line_of("1", amount=Decimal("10.11")),
        line_of("2"),  # the same to anyone who reads it
        line_of("3", refund_secondary_status="Check/ACH Reissued"),
        line_of("4", check_or_trace_number="0713405"),
        line_of("5", check_or_ach="Check", amount=None),
        line_of(None, refund_secondary_status=None),
        line_of("6", **STUCK),
    ]
    rows = engine.rows(changes(engine.load(to_frame(before)), engine.load(to_frame(after))))
    assert list(rows[0]) == COLUMNS
    assert {row["refund_id"]: row["change"] for row in rows} == {
        "1": "amount", "3": "status+method+number", "4": "number", "5": "amount+method", None: "status",
        "6": "new", "7": "gone",
    }  # fmt: skip
    by_id = {row["refund_id"]: row for row in rows}
    assert (by_id["1"]["amount_before"], by_id["1"]["amount_after"]) == (10.10, 10.11)
    assert (by_id["3"]["method_before"], by_id["3"]["method_after"]) == (None, "ACH")
    assert (by_id["4"]["number_before"], by_id["4"]["number_after"]) == ("0713404", "0713405")
    assert (by_id["5"]["amount_before"], by_id["5"]["amount_after"]) == (10.10, 0.0)
    assert (by_id[None]["status_before"], by_id[None]["status_after"]) == ("Treasury Issued", None)
    new, gone = by_id["6"], by_id["7"]
    assert (new["lines_before"], new["status_before"], new["amount_before"], new["amount_after"]) == (
        0, None, None, 10.10,
    )  # fmt: skip
    assert (gone["lines_after"], gone["status_after"], gone["amount_before"], gone["amount_after"]) == (
        0, None, 10.10, None,
    )  # fmt: skip


def test_a_payment_returned_and_reissued_as_two_lines_counts_once(to_frame: Any) -> None:
    back = line_of("1", refund_secondary_status="Check/ACH Returned")
    again = line_of("1", refund_secondary_status="Check/ACH Reissued", check_or_trace_number="6997101")
    (row,) = changes(to_frame([back]), to_frame([back, again])).to_dict("records")
    assert row["change"] == "status+number"
    assert (row["amount_before"], row["amount_after"]) == (10.10, 10.10)
    assert (row["lines_before"], row["lines_after"]) == (1, 2)
    assert row["status_after"] == "Check/ACH Reissued + Check/ACH Returned"
    assert row["number_after"] == "0713404 + 6997101"
    # also where the amount of a refund is borne by its first line alone
    (row,) = changes(to_frame([back]), to_frame([back, again | {"amount": Decimal(0)}])).to_dict("records")
    assert (row["change"], row["amount_after"]) == ("status+number", 10.10)


def test_a_missing_status_among_others_is_written_out(to_frame: Any) -> None:
    after = to_frame([line_of("1"), line_of("1", refund_secondary_status=None)])
    (row,) = changes(to_frame([line_of("1")]), after).to_dict("records")
    assert row["status_after"] == "(blank) + Treasury Issued"


STATE = st.lists(
    st.fixed_dictionaries(
        {
            "payee_id": st.sampled_from(["1", None]),
            "refund_id": st.sampled_from(["1", "2", None]),
            "document_number": st.sampled_from(["A", "B"]),
            "refund_secondary_status": st.sampled_from(
                ["Reject No ACH", "reject no ach", "Treasury Issued", None]
            ),
            "check_or_ach": st.sampled_from(["ACH", None]),
            "check_or_trace_number": st.sampled_from(["1", None]),
            "amount": st.sampled_from([Decimal("0.29"), Decimal("-0.29"), None]),
        }
    ),
    max_size=12,
)


def sent_again(line: dict[str, Any], side: list[dict[str, Any]]) -> bool:
    """Whether a rejected or returned line has been paid since, for the same amount: it adds nothing then."""

    def status(each: dict[str, Any]) -> str:
        return (each["refund_secondary_status"] or "").lower()

    paid = [each["amount"] or 0 for each in side if status(each) in ("treasury issued", "check/ach reissued")]
    return status(line) in ("reject no ach", "check/ach returned") and (line["amount"] or 0) in paid


def changes_by_hand(*states: list[dict[str, Any]]) -> dict[tuple[Any, ...], str]:
    keyed: list[dict[tuple[Any, ...], list[dict[str, Any]]]] = [defaultdict(list), defaultdict(list)]
    for lines, groups in zip(states, keyed, strict=True):
        for line in lines:
            groups[tuple(line[part] for part in KEY)].append(line)
    found = {}
    for key in {*keyed[0], *keyed[1]}:
        sides = [groups.get(key, []) for groups in keyed]
        if not sides[0] or not sides[1]:
            found[key] = "gone" if sides[0] else "new"
            continue
        read: dict[str, list[Any]] = {
            "status": [{(line["refund_secondary_status"] or "").lower() for line in side} for side in sides],
            "amount": [
                sum(line["amount"] or 0 for line in side if not sent_again(line, side)) for side in sides
            ],
            "method": [{line["check_or_ach"] for line in side} for side in sides],
            "number": [{line["check_or_trace_number"] for line in side} for side in sides],
        }
        if differing := [name for name, (old, new) in read.items() if old != new]:
            found[key] = "+".join(differing)
    return found


@given(before=STATE, after=STATE)
def test_changes_are_those_that_a_plain_comparison_finds(to_frame: Any, before: Any, after: Any) -> None:
    names = {"company_name": "Example LLC", "care_of": None}
    frames = [to_frame([line | names for line in lines]) for lines in (before, after)]
    kept = copy.deepcopy(frames)
    answer = changes(*frames)
    found = {tuple(None if pd.isna(row[part]) else row[part] for part in KEY): row["change"] for row in
             answer.to_dict("records")}  # fmt: skip
    assert found == changes_by_hand(before, after)
    assert len(answer) == len(found)
    for frame, original in zip(frames, kept, strict=True):
        pd.testing.assert_frame_equal(frame, original)


def test_nothing_differs_from_itself_and_types_stay(to_frame: Any) -> None:
    frame = to_frame([line_of("1"), line_of("2", **STUCK)])
    none = changes(frame, frame)
    assert len(none) == 0
    full = changes(frame.iloc[:0], frame)
    assert full["change"].tolist() == ["new", "new"]
    assert full.dtypes.astype(str).tolist() == none.dtypes.astype(str).tolist()
    assert changes(frame.iloc[:0], frame.iloc[:0]).columns.tolist() == COLUMNS


def test_a_missing_column_is_named(to_frame: Any) -> None:
    frame = to_frame([line_of("1")])
    with pytest.raises(ColumnsMissingError, match="check_or_trace_number"):
        changes(frame.drop(columns="check_or_trace_number"), frame)
