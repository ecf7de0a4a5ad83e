from __future__ import annotations

from typing import Any

import pytest

from rev603.analysis.status import flag_rejects, rejects
from rev603.errors import ColumnsMissingError

STATE_OF = {
    None: "in transit",
    "": "in transit",
    " \u00a0": "in transit",
    "Sent to Treasury": "in transit",
    "SENT TO\u2003TREASURY": "in transit",
    "Treasury Issued": "issued",
    "treasury\nissued ": "issued",
    "Check/ACH Returned": "returned",
    "Check / ACH Returned": "returned",
    "Check/ACH Reissued": "reissued",
    "Funds Diverted": "diverted",
    "Reject No ACH": "rejected",
    "REJECT\u00a0NO\u00a0ACH": "rejected",
    "Reject-No-ACH": "rejected",
    "Reject \u2013 No ACH": "rejected",
    "REJECT NO ACH.": "rejected",
    "Reject No ACH . ": "rejected",
    "treasury\u2011issued;": "issued",
    "SAP ACH Rejected": "rejected",
    "Reject": "unknown",
    "Reject No ACH (2)": "unknown",
    "Check.ACH Returned": "unknown",
    "Held by Port": "unknown",
}


def test_each_status_has_its_state_and_stays_as_it_is(engine: Any, to_frame: Any) -> None:
    frame = to_frame([{"refund_secondary_status": status, "mine": "kept"} for status in STATE_OF])
    rows = engine.rows(flag_rejects(engine.load(frame)))
    assert {row["refund_secondary_status"]: row["payment_state"] for row in rows} == {
        status or None: state  # a blank status is a missing one
        for status, state in STATE_OF.items()
    }
    assert [row["is_reject_no_ach"] for row in rows] == [state == "rejected" for state in STATE_OF.values()]
    assert list(rows[0]) == [
        "refund_secondary_status",
        "mine",
        "payment_state",
        "is_reject_no_ach",
        "disposition",
    ]


def test_rejects_are_only_the_rejected_lines(engine: Any, lines_3000: Any, to_frame: Any) -> None:
    native = engine.load(to_frame(lines_3000))
    expected = sum("reject" in (line["refund_secondary_status"] or "").lower() for line in lines_3000)
    returned = sum("Returned" in (line["refund_secondary_status"] or "") for line in lines_3000)
    assert len(engine.rows(rejects(native))) == expected > 0
    found = engine.rows(rejects(native, include_returned=True))
    assert len(found) == expected + returned > expected
    assert {row["payment_state"] for row in found} == {"rejected", "returned"}


@pytest.mark.long
def test_flags_are_the_same_twice_and_the_input_is_unchanged(
    engine: Any, lines_3000: Any, to_frame: Any
) -> None:
    lines = [line | {"port_code": str(number)} for number, line in enumerate(lines_3000)]
    native = engine.load(to_frame(lines))
    before = engine.rows(native)
    once = flag_rejects(native)
    assert in_order(engine, flag_rejects(once)) == in_order(engine, once)
    assert engine.rows(native) == before
    assert [row["refund_id"] for row in in_order(engine, once)] == [line["refund_id"] for line in lines]


def in_order(engine: Any, native: Any) -> list[dict[str, Any]]:
    """The rows by their number: a database does not promise an order."""
    return sorted(engine.rows(native), key=lambda row: int(row["port_code"]))


def test_pandas_keeps_its_index_and_types(to_frame: Any) -> None:
    frame = to_frame([{"refund_secondary_status": status} for status in ("Treasury Issued", "Reject No ACH")])
    frame.index = [7, 9]
    assert rejects(frame).index.tolist() == [9]
    kinds = flag_rejects(frame.iloc[:0]).dtypes.astype(str).tolist()
    assert kinds == flag_rejects(frame).dtypes.astype(str).tolist() == ["str", "str", "bool", "str"]


def test_a_column_without_any_status_is_all_in_transit(to_frame: Any) -> None:
    frame = to_frame([{"refund_secondary_status": None}] * 2).astype({"refund_secondary_status": object})
    assert flag_rejects(frame)["payment_state"].tolist() == ["in transit"] * 2
    as_nan = frame.assign(refund_secondary_status=float("nan"))
    assert flag_rejects(as_nan)["payment_state"].tolist() == ["in transit"] * 2


def test_without_the_status_the_column_is_named(engine: Any, to_frame: Any) -> None:
    with pytest.raises(ColumnsMissingError, match="refund_secondary_status"):
        flag_rejects(engine.load(to_frame([{"refund_status": "TRANSMITTED"}])))
