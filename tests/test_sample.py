"""Sample reports: seeded, right in their numbers, and with everything in them that readers must meet."""

from __future__ import annotations

import re
from decimal import Decimal
from itertools import pairwise

import pandas as pd
import pytest

from rev603.identifiers import importer_number
from rev603.sample import sample_entries, sample_history, sample_report
from rev603.schema import EntrySchema, RefundSchema
from rev603.vocabulary.headings import REFUND_FRAME
from rev603.vocabulary.statuses import STATE_OF_STATUS, status_key

CUTOVER = pd.Timestamp("2026-02-06")
STATUSES = {
    "Sent to Treasury", "Treasury Issued", "Check/ACH Returned", "Check/ACH Reissued", "Funds Diverted",
    "Reject No ACH", "SAP ACH Rejected",
}  # fmt: skip


@pytest.fixture(scope="module")
def refunds() -> pd.DataFrame:
    return sample_report(3_000)


def luhn_is_right(number: str) -> bool:
    """Say Luhn once more, from the right, over letters mapped as ACE maps them."""
    letters = "ABCDEFGHIJKLMNOPQRSTUVWXYZ"
    plain = number.translate(str.maketrans(letters, "12345678912345678923456789"))
    total = 0
    for turn, figure in enumerate(reversed(plain)):
        total += sum(map(int, str(int(figure) * (1 + turn % 2))))
    return total % 10 == 0


def cents(values: pd.Series[float]) -> Decimal:
    return sum((Decimal(f"{value:.2f}") for value in values), Decimal(0))


@pytest.mark.parametrize("lines", [0, 1, 2, 7, 19, 20, 400])
@pytest.mark.parametrize("weeks", [1, 6, 45])
@pytest.mark.parametrize("reject_share", [0, 0.15, 1])
def test_any_size_is_exact_and_keeps_the_contract(lines: int, weeks: int, reject_share: float) -> None:
    report = sample_report(lines, weeks=weeks, reject_share=reject_share)
    assert len(report) == lines
    assert tuple(report.columns) == REFUND_FRAME
    RefundSchema.validate(report, lazy=True)
    EntrySchema.validate(sample_entries(report), lazy=True)


def test_the_same_seed_gives_the_same_report_and_another_seed_another() -> None:
    pd.testing.assert_frame_equal(sample_report(200, seed=7), sample_report(200, seed=7))
    assert not sample_report(200, seed=7)["payee_id"].equals(sample_report(200, seed=8)["payee_id"])


@pytest.mark.parametrize("seed", range(10))
def test_a_hundred_lines_show_every_status(seed: int) -> None:
    status = sample_report(100, seed=seed)["refund_secondary_status"]
    assert set(status.dropna()) == STATUSES
    assert status.isna().any()


def test_entry_numbers_have_right_check_digits_and_some_documents_are_none(refunds: pd.DataFrame) -> None:
    numbers = refunds["entry_number"].dropna()
    assert all(luhn_is_right(number) for number in numbers)
    assert (numbers == refunds.loc[numbers.index, "document_number"]).all()
    assert (numbers.str[:3] == refunds.loc[numbers.index, "filer_code"]).all()
    others = refunds.loc[refunds["entry_number"].isna(), "document_number"]
    assert 2 <= len(others) < 0.05 * len(refunds)
    assert others.str.len().eq(12).all()


def test_numbers_of_people_and_firms_were_never_issued(refunds: pd.DataFrame) -> None:
    payees = refunds["payee_id"].drop_duplicates()
    kinds = importer_number.kind_column(payees)
    assert set(kinds) == {"irs", "ssn", "cbp"}
    people = payees[kinds == "ssn"]
    # 000, 666 and 900-999 are never issued; an ITIN has a group of 50 and more
    assert all(
        re.fullmatch("(000|666)-[0-9]{2}-[0-9]{4}|9[0-9]{2}-[0-4][0-9]-[0-9]{4}", number) for number in people
    )
    never = {
        "00",
        "07",
        "08",
        "09",
        "17",
        "18",
        "19",
        "28",
        "29",
        "49",
        "69",
        "70",
        "78",
        "79",
        "89",
        "96",
        "97",
    }
    assert set(payees[kinds == "irs"].str[:2]) <= never
    assert refunds["address"].str.contains(r" 00[0-9]{3}\Z").all()


def test_leading_zeros_everywhere(refunds: pd.DataFrame) -> None:
    for column in (
        "filer_code",
        "port_code",
        "payee_id",
        "refund_id",
        "check_or_trace_number",
        "entry_number",
    ):
        assert refunds[column].str.startswith("0").any(), column


def test_amounts_are_a_brokers_and_no_refund_is_most_of_the_money(refunds: pd.DataFrame) -> None:
    amount = refunds["amount"]
    assert 600_000 < amount.max() < amount.sum() / 4
    assert 2_000 < amount.median() < 20_000
    assert amount.min() < 0
    assert ((amount > 0) & (amount < 1)).any()
    assert ((amount * 100).round() / 100 == amount).all()


def test_method_and_number_come_together_and_checks_end_but_for_a_few(refunds: pd.DataFrame) -> None:
    paid = refunds["check_or_ach"].notna()
    assert (paid == refunds["check_or_trace_number"].notna()).all()
    checks = refunds.loc[refunds["check_or_ach"] == "Check", "refund_date"]
    assert (checks < CUTOVER).sum() > (checks >= CUTOVER).sum() >= 2
    state = refunds["refund_secondary_status"].fillna("").map(status_key).map(STATE_OF_STATUS)
    assert not paid[state.isin(["in transit", "rejected", "diverted"])].any()
    # some are issued and their number is not yet known, as on CBP's picture
    assert (~paid[state == "issued"]).any()


def test_a_sibling_is_paid_by_ach_while_another_suffix_is_rejected(refunds: pd.DataFrame) -> None:
    base = importer_number.base_column(refunds["payee_id"])
    rejected = refunds["refund_secondary_status"] == "Reject No ACH"
    by_ach = refunds["check_or_ach"] == "ACH"
    stuck = set(refunds.loc[rejected, "payee_id"])
    siblings = refunds.loc[by_ach & base.isin(base[rejected]) & ~refunds["payee_id"].isin(stuck)]
    assert len(siblings)


def test_refunds_are_whole(refunds: pd.DataFrame) -> None:
    """One refund is of one payee, of one day and, but for a reissue, in one state."""
    by_refund = refunds.groupby("refund_id")
    for column in ("payee_id", "refund_date"):
        assert by_refund[column].nunique().max() == 1
    assert by_refund.size().max() > 3
    original = refunds.loc[refunds["refund_secondary_status"] != "Check/ACH Reissued"]
    states = original.drop_duplicates(["refund_id", "refund_secondary_status"])
    assert states["refund_id"].is_unique
    assert (refunds.drop_duplicates("refund_id").groupby("entry_number").size() > 1).any()


def test_a_returned_payment_and_its_reissue_are_two_lines_of_one_refund(refunds: pd.DataFrame) -> None:
    pairs = refunds[refunds.duplicated(["refund_id", "document_number"], keep=False)]
    assert len(pairs) >= 2
    for _, pair in pairs.groupby(["refund_id", "document_number"]):
        assert sorted(pair["refund_secondary_status"]) == ["Check/ACH Reissued", "Check/ACH Returned"]
        assert len(set(pair["amount"])) == 1
        assert len(set(pair["check_or_trace_number"])) == 2


def test_waves_follow_the_week(refunds: pd.DataFrame) -> None:
    assert set(refunds["refund_date"].dt.day_of_week) == {0, 1, 2}  # Monday to Wednesday
    assert refunds["refund_date"].dt.isocalendar().week.nunique() == 45
    assert refunds["refund_date"].max() <= pd.Timestamp("2026-11-13")


@pytest.mark.parametrize("share", [0.05, 0.15, 0.4])
def test_reject_share_is_about_right(share: float) -> None:
    report = sample_report(20_000, reject_share=share)
    rejected = report["refund_secondary_status"].isin(["Reject No ACH", "SAP ACH Rejected"]).mean()
    # some payees have enrolled since, and the oldest weeks had paper checks
    assert 0.4 * share < rejected < 1.1 * share


def test_no_rejects_where_none_are_wanted() -> None:
    status = sample_report(500, reject_share=0)["refund_secondary_status"]
    assert not status.isin(["Reject No ACH", "SAP ACH Rejected"]).any()


def test_whole_refunds_repeat_their_amount_and_bear_it_once() -> None:
    line, whole = sample_report(600), sample_report(600, grain="refund")
    assert cents(whole["amount"]) == cents(
        whole.drop_duplicates(["refund_id", "refund_secondary_status", "check_or_trace_number"])[
            "total_refund_amount"
        ]
    )
    documents = line.drop_duplicates(["refund_id", "document_number"])
    for refund, lines in documents.groupby("refund_id"):
        shown = whole.loc[whole["refund_id"] == refund, "total_refund_amount"]
        assert {Decimal(f"{value:.2f}") for value in shown} == {cents(lines["amount"])}


def test_history_overlaps_and_lines_take_their_course() -> None:
    reports = sample_history(weeks=3, lines=600)
    assert [report["report_date"].iloc[0].date().isoformat() for report in reports] == [
        "2026-10-30", "2026-11-06", "2026-11-13",
    ]  # fmt: skip
    key = ["refund_id", "document_number", "is_reissue"]
    steps: set[tuple[str, str]] = set()
    came, left, corrected = 0, 0, 0
    for report in reports:
        RefundSchema.validate(report, lazy=True)
        report["is_reissue"] = report.duplicated(["refund_id", "document_number"])
    for before, after in pairwise(reports):
        both = before.merge(after, on=key, how="outer", suffixes=("", "_after"), indicator=True)
        came += (both["_merge"] == "right_only").sum()
        left += (both["_merge"] == "left_only").sum()
        stay = both[both["_merge"] == "both"]
        corrected += (stay["amount"] != stay["amount_after"]).sum()
        status = stay[["refund_secondary_status", "refund_secondary_status_after"]].fillna("")
        steps |= set(status.itertuples(index=False, name=None))
    assert came > 0
    assert left > 0
    assert corrected > 0
    assert {
        ("Sent to Treasury", "Treasury Issued"),
        ("Sent to Treasury", "Reject No ACH"),
        ("Reject No ACH", "Reject No ACH"),
        ("Reject No ACH", "Check/ACH Reissued"),
        ("Check/ACH Reissued", "Treasury Issued"),
        ("Treasury Issued", "Check/ACH Returned"),
    } <= steps


@pytest.mark.parametrize("seed", range(5))
def test_each_week_of_a_history_has_new_still_and_cleared_rejects(seed: int) -> None:
    rejected = [
        {
            (line.refund_id, line.document_number): line.care_of
            for line in report.itertuples()
            if line.refund_secondary_status in {"Reject No ACH", "SAP ACH Rejected"}
        }
        for report in sample_history(weeks=3, lines=400, seed=seed)
    ]
    for before, after in pairwise(rejected):
        assert after.keys() - before.keys()
        assert after.keys() & before.keys()
        assert before.keys() - after.keys()
    # for some of them the notify party must enrol, for others the payee
    assert {isinstance(name, str) for name in rejected[-1].values()} == {True, False}


def test_wrong_options_are_refused() -> None:
    with pytest.raises(ValueError, match="reject_share"):
        sample_report(10, reject_share=2)
    with pytest.raises(ValueError, match="grain"):
        sample_report(10, grain="document")  # type: ignore[arg-type]  # that is the point
    with pytest.raises(ValueError, match="1 or more"):
        sample_history(weeks=0)
