from __future__ import annotations

from typing import Any

import pytest

from rev603.analysis.status import MethodSplit, split_by_method
from rev603.errors import ColumnsMissingError

# by hand: what is printed decides, whatever became of the payment
EXPECTED = [
    ("Treasury Issued", "ACH", "ach"),
    ("Treasury Issued", "Check", "check"),
    ("Treasury Issued", " check\u00a0", "check"),
    ("Treasury Issued", None, "neither"),
    ("Check/ACH Reissued", "ACH", "ach"),
    ("Check/ACH Returned", "ACH", "ach"),
    (None, "Check", "check"),
    ("Reject No ACH", "ACH", "ach"),
    ("SAP ACH Rejected", None, "neither"),
    ("Held by Port", "ACH", "ach"),
    ("Held by Port", "Wire", "neither"),
]


def test_each_line_is_in_exactly_one_part(engine: Any, to_frame: Any) -> None:
    lines = [
        {"refund_id": str(number), "refund_secondary_status": status, "check_or_ach": method, "mine": "kept"}
        for number, (status, method, _) in enumerate(EXPECTED)
    ]
    native = engine.load(to_frame(lines))
    split = split_by_method(native)
    assert isinstance(split, MethodSplit)
    parts = {name: engine.rows(part) for name, part in split._asdict().items()}
    assert list(parts) == ["ach", "check", "neither"]
    found = {row["refund_id"]: name for name, rows in parts.items() for row in rows}
    assert found == {str(number): part for number, (_, _, part) in enumerate(EXPECTED)}
    assert sum(len(rows) for rows in parts.values()) == len(EXPECTED)
    assert engine.rows(native) == lines
    assert [row for row in lines if found[row["refund_id"]] == "ach"] == parts["ach"]


def test_without_the_method_the_column_is_named(to_frame: Any) -> None:
    with pytest.raises(ColumnsMissingError, match="check_or_ach"):
        split_by_method(to_frame([{"refund_secondary_status": None, "check_ach": "ACH"}]))
