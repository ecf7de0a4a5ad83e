"""Sample entry lists: the stated truth agrees with a plain count over the report."""

from __future__ import annotations

from collections import defaultdict
from decimal import Decimal

import pandas as pd
import pytest

from rev603.sample import sample_entries, sample_report
from rev603.schema import EntrySchema
from rev603.vocabulary.statuses import STATE_OF_STATUS, status_key


@pytest.fixture(scope="module")
def refunds() -> pd.DataFrame:
    return sample_report(3_000)


@pytest.fixture(scope="module")
def entries(refunds: pd.DataFrame) -> pd.DataFrame:
    return sample_entries(refunds, truth=True)


def test_the_list_is_seeded_and_leaves_the_report_alone(refunds: pd.DataFrame) -> None:
    before = refunds.copy()
    pd.testing.assert_frame_equal(sample_entries(refunds, seed=5), sample_entries(refunds, seed=5))
    pd.testing.assert_frame_equal(refunds, before)


def test_truth_is_left_out_unless_asked_for(refunds: pd.DataFrame, entries: pd.DataFrame) -> None:
    plain = sample_entries(refunds)
    pd.testing.assert_frame_equal(plain, entries.drop(columns=["case", "truth"]))
    EntrySchema.validate(plain, lazy=True)


def test_every_case_occurs(entries: pd.DataFrame) -> None:
    assert set(entries["case"]) == {
        "matched", "several refunds for one entry", "one refund for several entries", "short", "over",
        "missing", "not paid", "duplicate", "unusable", "open",
    }  # fmt: skip


def test_truth_agrees_with_a_plain_count(refunds: pd.DataFrame, entries: pd.DataFrame) -> None:
    paid: dict[str, Decimal] = defaultdict(Decimal)
    by_refund: dict[str, Decimal] = defaultdict(Decimal)
    seen: set[str] = set()
    status = refunds["refund_secondary_status"].fillna("")
    for line in refunds.assign(status=status).itertuples(index=False):
        is_paid = STATE_OF_STATUS[status_key(str(line.status))] not in {"rejected", "returned", "diverted"}
        seen.add(str(line.entry_number))
        if is_paid:
            paid[str(line.entry_number)] += Decimal(f"{line.amount:.2f}")
            by_refund[str(line.refund_id)] += Decimal(f"{line.amount:.2f}")
    expected_of_refund: dict[str, Decimal] = defaultdict(Decimal)
    for entry in entries.itertuples(index=False):
        number, expected = str(entry.entry_number), Decimal(f"{entry.expected_amount:.2f}")
        match entry.case:
            case "matched" | "several refunds for one entry":
                assert paid[number] == expected
            case "one refund for several entries":
                expected_of_refund[str(entry.refund_id)] += expected
            case "short":
                assert paid[number] < expected
            case "over":
                assert paid[number] > expected
            case "missing":
                assert number not in seen
            case "not paid":
                assert number in seen
                assert number not in paid
            case "open":
                assert paid[number] != 0
            case other:
                assert other in {"duplicate", "unusable"}
    assert len(expected_of_refund) > 1
    assert all(by_refund[refund] == expected for refund, expected in expected_of_refund.items())


def test_a_double_repeats_an_earlier_line_and_names_no_other_difference(entries: pd.DataFrame) -> None:
    plain = entries.drop(columns=["case", "truth"])
    repeated = plain.duplicated()
    assert (repeated == (entries["case"] == "duplicate")).all()
    assert repeated.any()


def test_some_entries_of_the_report_are_not_listed(refunds: pd.DataFrame, entries: pd.DataFrame) -> None:
    known = refunds["entry_number"].dropna().drop_duplicates()
    unlisted = (~known.isin(entries["entry_number"])).mean()
    assert 0.03 < unlisted < 0.07


def test_liquidation_is_the_friday_before_the_refund(entries: pd.DataFrame) -> None:
    assert (entries["liquidation_date"].dt.day_of_week == 4).all()
