"""A REV-613 that names no documents beside the REV-603 of the same refunds: one refund is one refund, on any date."""

from __future__ import annotations

import datetime as dt
from typing import Any

import pandas as pd
import pytest

import rev603
from rev603.analysis.history import current

WEEKS = [dt.date(2026, 3, 6), dt.date(2026, 3, 13), dt.date(2026, 3, 20)]
DOCUMENTS = {"60575980937": 300.00, "60576069342": 200.00}


def trade(week: int, status: str = "Sent to Treasury", **changes: Any) -> list[dict[str, Any]]:
    """Refund 9001 of 500.00 as a REV-603 shows it: by its two documents."""
    return [
        {
            "refund_id": "0603009001", "payee_id": "98-765432100", "company_name": "Harbor Lamps Inc.",
            "care_of": "Vesh Customs Brokers", "document_number": document, "refund_secondary_status": status,
            "refund_date": dt.date(2026, 3, 2), "amount": amount, "total_refund_amount": amount,
            "check_or_ach": None, "check_or_trace_number": None,
            "report_date": WEEKS[week], "report": "REV-603", "source_file": f"603 week {week}.csv", "source_row": row,
            **changes,
        }
        for row, (document, amount) in enumerate(DOCUMENTS.items(), 2)
    ]  # fmt: skip


def rejected(week: int, *amounts: float, **changes: Any) -> list[dict[str, Any]]:
    """The same refund in a REV-613 of three columns."""
    return [
        {
            "refund_id": "603009001", "payee_id": "98-7654321", "company_name": None, "care_of": None,
            "document_number": None, "refund_secondary_status": "SAP ACH Rejected", "refund_date": None,
            "check_or_ach": None, "check_or_trace_number": None,
            "amount": amount, "total_refund_amount": amount, "report_date": WEEKS[week], "report": "REV-613",
            "source_file": f"613 week {week}.csv", "source_row": row, **changes,
        }
        for row, amount in enumerate(amounts or (500.00,), 2)
    ]  # fmt: skip


def state(rows: Any) -> list[tuple[Any, ...]]:
    return sorted((row["document_number"], row["refund_secondary_status"], row["amount"]) for row in rows)


def both(status: str) -> list[tuple[str, str, float]]:
    return [(document, status, amount) for document, amount in DOCUMENTS.items()]


REJECTED = both("SAP ACH Rejected")


@pytest.mark.parametrize(
    ("lines", "expected"),
    [
        # a later reject is news of both documents; an earlier one is past
        ([*trade(0), *rejected(1)], REJECTED),
        ([*rejected(0), *trade(1)], both("Sent to Treasury")),
        ([*trade(0), *rejected(1), *trade(2, "Treasury Issued")], both("Treasury Issued")),
        # of one day the further state counts, as before
        ([*trade(0), *rejected(0)], REJECTED),
        ([*trade(0, "Treasury Issued"), *rejected(0)], both("Treasury Issued")),
        # a line for each document that is not named, two pulls of the REV-613, two of the REV-603
        ([*trade(0), *rejected(1, 300.00, 200.00)], REJECTED),
        ([*trade(0), *rejected(1), *rejected(1, source_file="613 again.csv")], REJECTED),
        ([*trade(0), *trade(0, source_file="603 again.csv"), *rejected(1)], REJECTED),
        # of the REV-603s the newest so far says what the refund's documents are
        ([*trade(0, amount=1.00), *trade(1), *rejected(2)], REJECTED),
    ],
)
def test_a_refund_without_its_documents_is_no_second_refund(
    lines: Any, expected: Any, engine: Any, to_frame: Any
) -> None:
    assert state(engine.rows(current(engine.load(to_frame(lines))))) == expected


@pytest.mark.parametrize(
    "changes", [{"refund_id": "0603009002"}, {"payee_id": "98-765432101"}, {"refund_id": None}]
)
def test_a_line_without_documents_of_another_refund_or_payee_stands_for_itself(
    changes: dict[str, Any], engine: Any, to_frame: Any
) -> None:
    rows = engine.rows(current(engine.load(to_frame([*trade(0), *rejected(1, **changes)]))))
    assert sum(row["amount"] for row in rows) == 1_000.00


def test_the_newest_state_has_what_only_the_rev_603_knows_and_says_where_the_status_stands(
    to_frame: Any,
) -> None:
    lines = to_frame([*trade(0), *rejected(1)]).set_index(pd.Index(list("abc")))
    newest = current(lines)
    assert newest["care_of"].tolist() == ["Vesh Customs Brokers"] * 2
    assert newest["source_file"].tolist() == ["613 week 1.csv"] * 2
    assert newest["report_date"].dt.date.tolist() == [WEEKS[1]] * 2
    assert newest.index.tolist() == ["a", "b"]
    assert list(newest) == list(lines)


@pytest.mark.long
def test_the_week_counts_its_money_once_as_newly_stuck(to_frame: Any) -> None:
    totals = rev603.weekly_summary(to_frame([*trade(0), *rejected(1)])).totals
    assert (totals["stuck_lines"], totals["stuck_amount"]) == (2, 500.00)
    assert (totals["newly_stuck_lines"], totals["newly_stuck_amount"]) == (2, 500.00)
    paid = rev603.weekly_summary(to_frame([*trade(0), *rejected(1), *trade(2, "Treasury Issued")])).totals
    assert (paid["stuck_lines"], paid["cleared_lines"], paid["cleared_amount"]) == (0, 2, 500.00)


def test_entries_meet_its_documents_once(to_frame: Any) -> None:
    entries = pd.DataFrame({"entry_number": list(DOCUMENTS), "expected_amount": list(DOCUMENTS.values())})
    result = rev603.reconcile(to_frame([*trade(0, "Treasury Issued"), *rejected(1)]), entries)
    assert result.entries["outcome"].tolist() == ["not paid"] * 2
    assert result.groups["refunded"].sum() == 0
    assert result.proof.unexplained == 0.00


@pytest.mark.long
def test_files_and_frames_that_are_put_together_by_hand_give_the_same(tmp_path: Any) -> None:
    headings = "Refund ID,Payee ID,Company Name,C/O,Refund Date,Refund Secondary Status,Document Number,Total Refund Amount"
    shown = [
        f"0603009001,98-765432100,Harbor Lamps Inc.,,03/02/2026,Sent to Treasury,{document},${amount:.2f}"
        for document, amount in DOCUMENTS.items()
    ]
    rev_603, rev_613 = tmp_path / "REV-603 2026-03-06.csv", tmp_path / "REV-613 2026-03-13.csv"
    rev_603.write_text("\n".join([headings, *shown, ""]), encoding="utf-8")
    rev_613.write_text(
        "Refund ID,Payee ID,Total Refund Amount\n603009001,98-7654321,$500.00\n", encoding="utf-8"
    )
    by_hand = [
        rev603.read(path).refunds.assign(report_date=pd.Timestamp(path.stem[8:]))
        for path in (rev_603, rev_613)
    ]
    for history in (rev603.read_history(tmp_path), pd.concat(by_hand), pd.concat(by_hand[::-1])):
        assert state(current(history).to_dict("records")) == REJECTED
        assert rev603.weekly_summary(history).totals["stuck_amount"] == 500.00
