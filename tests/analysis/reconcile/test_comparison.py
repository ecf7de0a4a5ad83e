"""Reconciliation, case by case; expected values by hand."""

from __future__ import annotations

import time
from decimal import Decimal
from typing import Any

import numpy as np
import pandas as pd
import polars as pl
import pytest

from rev603.analysis.reconcile import Comparison, compare, tolerance_in_cents
from rev603.analysis.reconcile.matching import components
from rev603.analysis.status import flag_rejects
from rev603.errors import ColumnsMissingError, Rev603Error

# entry numbers with right check digits (the first four are public examples)
A, B, C, D = "60576072486", "60576069342", "MYK28000864", "MYK28102637"
PAID, REJECTED, RETURNED, REISSUED = (
    "Treasury Issued", "Reject No ACH", "Check/ACH Returned", "Check/ACH Reissued",
)  # fmt: skip


def refund(number: str | None, amount: float, status: str | None = PAID, **more: Any) -> dict[str, Any]:
    return {"entry_number": number, "amount": amount, "refund_secondary_status": status, **more}


def entry(number: str | None, amount: float | None, **more: Any) -> dict[str, Any]:
    return {"entry_number": number, "expected_amount": amount, **more}


def found(refunds: list[dict[str, Any]], entries: list[dict[str, Any]], **options: Any) -> Comparison:
    came = pd.DataFrame(refunds, columns=None if refunds else list(refund("", 0)))
    listed = pd.DataFrame(entries, columns=None if entries else list(entry("", 0)))
    if "refund_date" in came:
        came["refund_date"] = pd.to_datetime(came["refund_date"])
    return compare(came, listed.astype({"expected_amount": "float64"}), **options)


def one(refunds: list[dict[str, Any]], entries: list[dict[str, Any]], **options: Any) -> pd.Series[Any]:
    groups = found(refunds, entries, **options).groups
    assert len(groups) == 1
    return groups.iloc[0]


def test_two_payments_that_sum_to_the_expected_amount_are_one_match() -> None:
    match = one([refund(A, 60.0), refund(A, 40.0)], [entry(A, 100.0)])
    assert match["outcome"] == "matched"
    assert match["reason"] == "2 refund lines sum to the expected $100.00"


def test_float_cents_do_not_make_a_difference() -> None:
    # 0.1 + 0.2 is not 0.3 in floats; in cents it is
    match = one([refund(A, 0.1), refund(A, 0.2)], [entry(A, 0.3)])
    assert (match["outcome"], match["difference"]) == ("matched", 0.0)


def test_one_refund_for_several_entries_matches_by_its_number() -> None:
    entries = [entry(A, 60.0, refund_id="R1"), entry(B, 40.0, refund_id="R1")]
    match = one([refund(None, 100.0, refund_id="R1")], entries)
    assert (match["outcome"], match["entries"], match["refunds"]) == ("matched", 2, 1)
    assert match["reason"] == "1 refund line covers the $100.00 expected for 2 entry lines"


def test_a_refund_whose_amount_is_printed_once_covers_all_its_documents() -> None:
    refunds = [
        refund(A, 100.0, refund_id="R1", total_refund_amount=100.0),
        refund(B, 0.0, refund_id="R1", total_refund_amount=100.0),
    ]
    match = one(refunds, [entry(A, 60.0), entry(B, 40.0)])
    assert (match["outcome"], match["entries"], match["refunds"]) == ("matched", 2, 2)


def test_lines_of_one_refund_with_their_own_amounts_are_compared_entry_by_entry() -> None:
    refunds = [refund(A, 50.0, refund_id="R1"), refund(B, 50.0, refund_id="R1")]
    answer = found(refunds, [entry(A, 60.0), entry(B, 40.0)])
    assert answer.groups["outcome"].tolist() == ["short", "over"]
    assert answer.groups["difference"].tolist() == [10.0, -10.0]


def test_a_match_by_refund_number_says_where_its_entries_differ() -> None:
    refunds = [refund(A, 50.0, refund_id="R1"), refund(B, 50.0, refund_id="R1")]
    match = one(refunds, [entry(A, 60.0, refund_id="R1"), entry(B, 40.0, refund_id="R1")])
    assert match["outcome"] == "matched"
    assert match["reason"].endswith("; entry by entry the amounts differ")


def test_a_short_refund_names_what_customs_may_disregard() -> None:
    match = one([refund(A, 92.87)], [entry(A, 100.0)])
    assert (match["outcome"], match["difference"]) == ("short", 7.13)
    assert match["reason"].startswith("short by $7.13, under the $20 that CBP may disregard")
    assert "disregard" not in one([refund(A, 80.0)], [entry(A, 100.0)])["reason"]


def test_the_tolerance_holds_to_the_cent_and_is_added_up() -> None:
    refunds, entries = [refund(A, 99.71), refund(B, 100.30)], [entry(A, 100.0), entry(B, 100.0)]
    answer = found(refunds, entries, tolerance=0.29)
    assert answer.groups["outcome"].tolist() == ["within tolerance", "over"]
    assert answer.totals["tolerance_absorbed"] == 0.29
    both = found(refunds, entries, tolerance=0.30)
    assert both.totals["tolerance_absorbed"] == 0.59
    assert both.totals["tolerance_matches"] == 2
    assert both.groups["reason"].tolist() == [
        "short by $0.29, within the tolerance of $0.30",
        "over by $0.30, within the tolerance of $0.30",
    ]


def test_the_tolerance_does_not_hide_what_never_came() -> None:
    answer = found([refund(B, 0.5)], [entry(A, 0.5)], tolerance=1.0)
    assert answer.groups["outcome"].tolist() == ["missing", "unexpected"]


@pytest.mark.parametrize("bad", [-0.01, float("nan"), float("inf"), -float("inf")])
def test_a_tolerance_below_zero_or_not_finite_is_refused(bad: float) -> None:
    with pytest.raises(ValueError, match="tolerance"):
        found([], [], tolerance=bad)


@pytest.mark.parametrize("bad", ["1.00", None, True])
def test_a_tolerance_that_is_no_number_is_refused(bad: Any) -> None:
    with pytest.raises(TypeError, match="tolerance"):
        found([], [], tolerance=bad)


def test_a_tolerance_is_read_as_it_is_written() -> None:
    given = [0.29, 1.1, np.float64(4.35), Decimal("0.07"), 3, 0.015]
    assert [tolerance_in_cents(value) for value in given] == [29, 110, 435, 7, 300, 1]


def test_a_returned_refund_is_not_paid_until_it_is_reissued() -> None:
    returned = refund(A, 100.0, RETURNED, refund_id="R1", refund_date="2026-06-04")
    match = one([returned], [entry(A, 100.0)])
    assert (match["outcome"], match["refunded"], match["not_paid_amount"]) == ("not paid", 0.0, 100.0)
    assert match["reason"] == "returned on 2026-06-04 and not reissued: $100.00"

    reissued = refund(A, 100.0, REISSUED, refund_id="R1", refund_date="2026-06-11")
    answer = found([returned, reissued], [entry(A, 100.0)])
    assert answer.refunds["outcome"].tolist() == ["matched", "matched"]
    assert answer.groups["refunded"].tolist() == [100.0]
    assert "1 line not paid at first, and sent again since" in answer.groups["reason"].iloc[0]


@pytest.mark.parametrize("status", [REJECTED, RETURNED, "Funds Diverted", "SAP ACH Rejected"])
def test_money_that_did_not_move_is_not_paid(status: str) -> None:
    match = one([refund(A, 100.0, status)], [entry(A, 100.0)])
    assert (match["outcome"], match["difference"]) == ("not paid", 100.0)


@pytest.mark.long
@pytest.mark.parametrize(
    ("status", "column", "said"),
    [
        ("Sent to Treasury", "in_transit_amount", " in transit: Treasury has not confirmed it yet"),
        (None, "in_transit_amount", " in transit: Treasury has not confirmed it yet"),
        ("New Text", "unknown_status_amount", " of an undocumented status"),
    ],
)
def test_what_nobody_has_confirmed_counts_as_refunded_and_is_said(
    status: str | None, column: str, said: str
) -> None:
    answer = found([refund(A, 87.5), refund(A, 12.5, status)], [entry(A, 100.0)])
    match = answer.groups.iloc[0]
    assert (match["outcome"], match["difference"], match[column]) == ("matched", 0.0, 12.5)
    assert match["reason"] == f"2 refund lines sum to the expected $100.00; of it $12.50{said}"
    assert [answer.totals["in_transit_amount"], answer.totals["unknown_status_amount"]].count(12.5) == 1

    short = one([refund(A, 12.5, status)], [entry(A, 100.0)])
    assert (short["outcome"], short["difference"]) == ("short", 87.5)
    assert short["reason"].endswith(f"; all of it{said}")
    assert one([refund(A, 12.5, status)], [])["outcome"] == "unexpected"
    assert one([refund(A, 12.5, status)], [entry(A, 10.0)])["outcome"] == "over"


def test_an_older_report_of_a_refund_in_transit_is_not_added_to_what_is_in_transit() -> None:
    lines = [
        refund(A, 100.0, "Sent to Treasury", refund_id="R1", report_date=pd.Timestamp("2026-06-05")),
        refund(A, 100.0, PAID, refund_id="R1", report_date=pd.Timestamp("2026-06-12")),
    ]
    answer = found(lines, [entry(A, 100.0)])
    assert answer.refunds["outcome"].tolist() == ["duplicate entry", "matched"]
    assert answer.totals["in_transit_amount"] == 0.0


def test_a_reject_stays_one_until_treasury_has_issued_the_payment_that_is_on_its_way() -> None:
    lines = [refund(A, 100.0, REJECTED, refund_id="R1"), refund(A, 100.0, None, refund_id="R1")]
    answer = found(lines, [entry(A, 100.0)])
    assert answer.refunds["outcome"].tolist() == ["not paid", "matched"]
    assert answer.groups["refunded"].tolist() == [100.0]
    assert answer.groups["reason"].iloc[0] == (
        "1 refund line covers the expected $100.00; beside that rejected and not paid since: $100.00; "
        "all of it in transit: Treasury has not confirmed it yet"
    )
    assert len(answer.to_look_at) == 1


def test_a_part_that_was_rejected_is_said_beside_what_came() -> None:
    refunds = [refund(A, 60.0), refund(A, 40.0, REJECTED, refund_date="2026-06-04")]
    answer = found(refunds, [entry(A, 100.0)])
    assert answer.entries["outcome"].tolist() == ["short"]
    assert answer.refunds["outcome"].tolist() == ["short", "not paid"]
    expected = "beside that rejected on 2026-06-04 and not paid since: $40.00"
    assert answer.groups["reason"].iloc[0].endswith(expected)


def test_a_reject_beside_a_full_payment_is_not_hidden() -> None:
    answer = found([refund(A, 100.0), refund(A, 30.0, REJECTED)], [entry(A, 100.0)])
    assert answer.refunds["outcome"].tolist() == ["matched", "not paid"]


def test_a_refund_line_that_appears_twice_counts_once_and_names_its_counterpart() -> None:
    same = {"refund_id": "R1", "payee_id": "12-345678900", "source_file": "june.csv"}
    refunds = [refund(A, 100.0, **same, source_row=14), refund(A, 100.0, **same, source_row=90)]
    answer = found(refunds, [entry(A, 100.0)])
    assert answer.refunds["outcome"].tolist() == ["matched", "duplicate entry"]
    expected = "same refund appears twice: line 14 and line 90 of june.csv; line 14 counts"
    assert answer.refunds["reason"].iloc[1] == expected


def test_without_a_refund_number_equal_lines_are_parts() -> None:
    match = one([refund(A, 50.0), refund(A, 50.0)], [entry(A, 100.0)])
    assert match["outcome"] == "matched"


def test_of_several_reports_only_the_newest_view_of_a_refund_counts() -> None:
    # issued in the first report, returned in the second: the money is not there
    lines = [
        refund(A, 100.0, PAID, refund_id="R1", report_date=pd.Timestamp("2026-06-05"), source_file="a.csv"),
        refund(
            A, 100.0, RETURNED, refund_id="R1", report_date=pd.Timestamp("2026-06-12"), source_file="b.csv"
        ),
    ]
    answer = found(lines, [entry(A, 100.0)])
    assert answer.refunds["outcome"].tolist() == ["duplicate entry", "not paid"]
    assert answer.refunds["reason"].iloc[0].startswith("an older report of the same refund")
    assert answer.entries["outcome"].tolist() == ["not paid"]


def test_an_entry_listed_twice_counts_once_and_names_its_counterpart() -> None:
    entries = [
        entry(A, 100.0, source_row=2, source_file="a.csv"),
        entry(A, 100.0, source_row=9, source_file="b.csv"),
    ]
    answer = found([refund(A, 100.0)], entries)
    assert answer.entries["outcome"].tolist() == ["matched", "duplicate entry"]
    expected = "same entry listed twice: line 2 of a.csv and line 9 of b.csv; line 2 counts"
    assert answer.entries["reason"].iloc[1] == expected
    # the proof is of the list as it is: 200.00 expected, of which 100.00 is a repeat
    assert answer.proof.expected == 200.0
    assert answer.proof.unexplained == 0.0


def test_lines_of_one_entry_that_differ_are_summed() -> None:
    match = one([refund(A, 100.0)], [entry(A, 60.0), entry(A, 40.0)])
    assert (match["outcome"], match["entries"]) == ("matched", 2)
    doubtful = one([refund(A, 60.0)], [entry(A, 60.0, remark="x"), entry(A, 60.0, remark="y")])
    assert doubtful["outcome"] == "short"
    assert "lines of one entry number are summed" in doubtful["reason"]


def test_what_came_for_an_entry_without_an_expected_amount_is_found_and_not_matched() -> None:
    answer = found([refund(A, 70.0)], [entry(A, None), entry(B, None)])
    assert answer.groups["outcome"].tolist() == ["found", "missing"]
    assert answer.groups["no_expected_amount"].tolist() == [70.0, 0.0]
    assert answer.groups["difference"].tolist() == [0.0, 0.0]
    proof = answer.proof.by_outcome.set_index("explanation")["explained"]
    assert (proof["found"], proof["no expected amount"]) == (0.0, -70.0)
    assert answer.to_look_at["outcome"].tolist() == ["missing"], (
        "found is settled: there is nothing to compare"
    )


def test_nothing_expected_and_nothing_came_is_matched() -> None:
    assert one([], [entry(A, 0.0)])["reason"] == "nothing was expected and nothing came"


def test_negative_lines_offset() -> None:
    assert one([refund(A, 120.0), refund(A, -20.0)], [entry(A, 100.0)])["outcome"] == "matched"
    assert one([refund(A, -20.0)], [entry(A, -20.0)])["outcome"] == "matched"


def test_keys_are_compared_without_hyphens_spaces_and_capitals() -> None:
    assert one([refund("MYK-2800086-4", 5.0)], [entry("myk 2800086 4", 5.0)])["outcome"] == "matched"


def test_a_lost_leading_zero_is_restored_where_the_check_digit_proves_it() -> None:
    # 0 213004511: 0+(2*2)+1+(3*2)+0+(0)+4+(5*2-9)+1+(1*2) = 19, so the check digit is 1
    match = one([refund("02130045111", 5.0)], [entry("2130045111", 5.0)])
    assert match["outcome"] == "matched"
    assert match["reason"].endswith("a lost leading zero of an entry number was restored")


def test_a_line_without_any_key_is_unusable_and_still_in_the_proof() -> None:
    answer = found([refund("PROTEST", 10.0)], [entry("bad", 5.0), entry(None, 6.0)])
    assert answer.groups["outcome"].tolist() == ["unusable key"] * 3
    assert (answer.proof.expected, answer.proof.refunded, answer.proof.unexplained) == (11.0, 10.0, 0.0)


def test_a_refund_of_another_document_is_unexpected_where_it_has_a_number() -> None:
    assert one([refund("PROTEST", 10.0, refund_id="R1")], [])["outcome"] == "unexpected"


def test_a_refund_paid_to_somebody_else_is_said() -> None:
    entries = [entry(A, 100.0, importer_number="12-3456789"), entry(B, 50.0, importer_number="12-3456789")]
    refunds = [
        refund(A, 100.0, payee_id="98-765432100", company_name="Other LLC"),
        refund(B, 50.0, payee_id="12345678900", company_name="Right LLC"),
    ]
    answer = found(refunds, entries)
    assert answer.refunds["paid_to_another_party"].tolist() == [True, False]
    assert answer.groups["reason"].iloc[0].endswith("; paid to another party: Other LLC")
    assert answer.groups["outcome"].tolist() == ["matched", "matched"]
    payees = answer.proof.by_payee.set_index("payee_id")["between_parties_amount"]
    assert sorted(payees) == [-100.0, 100.0]


def test_a_refund_that_passed_by_the_notify_party_is_said() -> None:
    entries = [
        entry(A, 10.0, notify_party="Example Brokers, Inc"),
        entry(B, 10.0, notify_party="Example Brokers, Inc"),
    ]
    refunds = [refund(A, 10.0, care_of="EXAMPLE  BROKERS, INC"), refund(B, 10.0, care_of=None)]
    answer = found(refunds, entries)
    assert answer.refunds["paid_to_another_party"].tolist() == [False, True]


def test_inputs_may_be_polars_and_carry_columns_of_our_names() -> None:
    entries = pl.DataFrame({"entry_number": [A], "expected_amount": [5.0], "outcome": ["theirs"]})
    refunds = pl.DataFrame([refund(A, 5.0)])
    for listed, came in ((entries, refunds), (entries.lazy(), refunds.lazy())):
        answer = compare(came, listed)
        assert answer.entries["outcome"].tolist() == ["matched"]
        assert answer.entries["outcome_given"].tolist() == ["theirs"]


def test_an_index_with_repeated_labels_is_kept() -> None:
    refunds = pd.DataFrame([refund(A, 5.0), refund(B, 6.0)], index=[7, 7])
    answer = compare(refunds, pd.DataFrame([entry(A, 5.0), entry(B, 6.0)], index=["x", "x"]))
    assert answer.refunds.index.tolist() == [7, 7]
    assert answer.entries.index.tolist() == ["x", "x"]
    assert answer.refunds["amount"].tolist() == [5.0, 6.0]


def test_missing_columns_are_named_with_the_nearest_guess() -> None:
    refunds = pd.DataFrame([refund(A, 5.0)])
    with pytest.raises(ColumnsMissingError) as raised:
        compare(refunds, pd.DataFrame({"Entry Number": [A], "expected_amount": [5.0]}))
    assert raised.value.guesses == {"entry_number": "Entry Number"}
    with pytest.raises(ColumnsMissingError, match="amount"):
        compare(refunds.drop(columns="amount"), pd.DataFrame([entry(A, 5.0)]))


@pytest.mark.parametrize("bad", ["$5.00", float("inf"), 1e15])
def test_an_amount_that_cannot_be_exact_is_refused(bad: Any) -> None:
    with pytest.raises(Rev603Error, match="amount"):
        compare(pd.DataFrame([refund(A, bad)]), pd.DataFrame([entry(A, 5.0)]))


def test_empty_inputs_are_reconciled() -> None:
    answer = found([], [])
    assert len(answer.groups) == 0
    assert answer.proof.unexplained == 0.0


def test_long_chains_in_the_worst_order_are_quick() -> None:
    # 300,000 nodes in one path, joined in an order made to keep pointers long
    order = np.random.default_rng(1).permutation(300_000)
    began = time.perf_counter()
    for path in (np.arange(300_000), order, order[::-1].copy(), np.arange(300_000)[::-1].copy()):
        assert not components(300_000, path[:-1], path[1:]).any()
    assert time.perf_counter() - began < 5


def test_dispositions_of_flag_rejects_and_of_reconcile_are_the_same_on_every_line() -> None:
    """Nine of them: a rejected and a returned payment that were sent again, a debt paid in part, and the others."""
    same = {"refund_id": "R1", "payee_id": "12-345678900", "document_number": A, "total_refund_amount": 100.0}
    lines = [
        refund(A, 100.0, REJECTED, **same, refund_date="2026-06-01", check_or_ach=None),
        refund(A, 100.0, RETURNED, **same, refund_date="2026-06-02", check_or_ach="Check"),
        refund(A, 100.0, REISSUED, **same, refund_date="2026-06-09", check_or_ach="ACH"),
    ]
    others = [
        (PAID, "Check"),
        (PAID, None),
        (None, None),
        (REJECTED, None),
        (RETURNED, "ACH"),
        ("Funds Diverted", None),
    ]
    for place, (status, method) in enumerate([*others, ("Something New", None)]):
        own = same | {"refund_id": f"S{place}", "document_number": B, "total_refund_amount": 10.0}
        lines.append(refund(B, 10.0, status, **own, refund_date="2026-06-03", check_or_ach=method))
    answer = found(lines, [entry(A, 100.0), entry(B, 70.0)])
    came = answer.refunds.drop(columns=["payment_state", "disposition"])
    assert answer.refunds["disposition"].tolist() == flag_rejects(came)["disposition"].tolist()
    assert answer.refunds["disposition"].nunique() == 9
    # A: 100.00 once, not three times. B: paid by check, paid, in transit and an unknown status are 4 x 10.00 of 70.00
    assert answer.groups["refunded"].tolist() == [100.0, 40.0]
    assert answer.groups["outcome"].tolist() == ["matched", "short"]
    assert answer.groups["not_paid_amount"].tolist() == [0.0, 30.0]
    assert answer.proof.unexplained == 0.0


def test_issued_without_a_method_counts_as_refunded() -> None:
    assert one([refund(A, 5.0, REISSUED, check_or_ach=None)], [entry(A, 5.0)])["outcome"] == "matched"


def test_of_a_refund_that_was_diverted_in_part_the_rest_is_paid() -> None:
    """100.00 expected: 40.00 went to a debt (19 CFR 24.72), 60.00 was paid under the same refund number."""
    lines = [
        refund(A, 60.0, PAID, refund_id="R1", refund_date="2026-06-04"),
        refund(A, 40.0, "Funds Diverted", refund_id="R1", refund_date="2026-06-04"),
    ]
    answer = found(lines, [entry(A, 100.0)])
    match = answer.groups.iloc[0]
    assert (match["outcome"], match["refunded"], match["difference"], match["not_paid_amount"]) == (
        "short",
        60.0,
        40.0,
        40.0,
    )
    assert match["reason"] == (
        "short by $40.00: $60.00 came where $100.00 was expected; "
        "beside that applied on 2026-06-04 to a debt owed to CBP: $40.00"
    )
    assert answer.refunds["outcome"].tolist() == ["short", "not paid"]


@pytest.mark.long
@pytest.mark.parametrize(
    "spelled",
    ["02130045111", "021-3004511-1", "021 3004511 1", "2130045111", "2130045111.0", 2130045111, 2130045111.0],
)
def test_one_entry_number_in_any_spelling_is_one_entry(spelled: Any) -> None:
    for kind in (None, "object", "category"):
        listed = pd.DataFrame({"entry_number": pd.Series([spelled], dtype=kind), "expected_amount": [5.0]})
        came = pd.DataFrame([refund("02130045111", 5.0)])
        assert compare(came, listed).groups["outcome"].tolist() == ["matched"]
    came = pd.DataFrame({"entry_number": [spelled], "amount": [5.0], "refund_secondary_status": [PAID]})
    assert compare(came, pd.DataFrame([entry("02130045111", 5.0)])).groups["outcome"].tolist() == ["matched"]


def test_a_refund_number_that_lost_its_zeros_in_the_list_still_joins() -> None:
    entries = [entry(A, 60.0, refund_id="123"), entry(B, 40.0, refund_id="123.0")]
    match = one([refund(None, 100.0, refund_id="0000123")], entries)
    assert (match["outcome"], match["entries"]) == ("matched", 2)


def test_frames_put_together_by_hand_count_a_refund_once_whatever_its_spelling() -> None:
    """June's file has 0000123, July's was saved by a spreadsheet: one refund, rejected and then issued."""
    june = refund("02130045111", 100.0, REJECTED, refund_id="0000123", payee_id="12-345678900")
    july = refund("2130045111", 100.0, PAID, refund_id=123, payee_id="12-3456789")
    reports = [
        pd.DataFrame([june]).assign(report_date=pd.Timestamp("2026-06-12"), source_file="june.csv"),
        pd.DataFrame([july]).assign(report_date=pd.Timestamp("2026-07-10"), source_file="july.csv"),
    ]
    came = pd.concat(reports)
    answer = compare(came, pd.DataFrame([entry("02130045111", 100.0)]))
    assert answer.refunds["outcome"].tolist() == ["duplicate entry", "matched"]
    assert answer.groups["refunded"].tolist() == [100.0, 0.0]


def test_blank_text_is_missing() -> None:
    refunds = pd.DataFrame(
        [refund(A, 5.0, refund_id=None, payee_id=None), refund(B, 6.0, refund_id="R1", payee_id="x")]
    )
    entries = pd.DataFrame(
        [
            entry(A, 5.0, refund_id=None, importer_number=None),
            entry(B, 6.0, refund_id="R1", importer_number="x"),
        ]
    )
    answer = compare(refunds.fillna(""), entries.fillna(""))
    assert answer.groups["outcome"].tolist() == ["matched", "matched"]
    assert not answer.groups["paid_to_another_party"].any()


def test_what_is_no_frame_is_refused_with_a_way_out() -> None:
    entries = pd.DataFrame([entry(A, 5.0)])
    with pytest.raises(Rev603Error, match="refunds is Held, and no frame") as raised:
        compare(Held(), entries)
    assert "pass .refunds" in raised.value.what_to_do
    for wrong in (None, [1], "entries.csv"):
        with pytest.raises(Rev603Error, match="entries is"):
            compare(pd.DataFrame([refund(A, 5.0)]), wrong)


class Held:
    """Holds a frame, as a Report does."""

    refunds = pd.DataFrame([refund(A, 5.0)])


def test_missing_is_late_30_days_after_liquidation_and_may_be_protested_for_180() -> None:
    """2026-05-29 + 30 days = 06-28, 12 days before the newest report; + 180 days = 11-25. A month later is not due."""
    came = [refund(C, 1.0, report_date=pd.Timestamp("2026-07-10"))]
    listed = [
        entry(A, 100.0, liquidation_date=pd.Timestamp("2026-05-29")),
        entry(B, 50.0, liquidation_date=pd.Timestamp("2026-06-26")),
        entry(C, 31.0, liquidation_date=pd.Timestamp("2026-06-26")),
        entry(D, 5.0),
    ]
    answer = found(came, listed)
    assert answer.groups["reason"].tolist() == [
        "nothing came for the expected $100.00; due 2026-06-28, 12 days late",
        "nothing came for the expected $50.00; not due until 2026-07-26",
        "short by $30.00: $1.00 came where $31.00 was expected",
        "nothing came for the expected $5.00, under the $20 that CBP may disregard",
    ]
    for table in (answer.groups, answer.entries):
        assert table["due"].dt.strftime("%Y-%m-%d").fillna("").tolist() == [
            "2026-06-28",
            "2026-07-26",
            "2026-07-26",
            "",
        ]
        assert table["protest_by"].dt.strftime("%Y-%m-%d").fillna("").tolist() == [
            "2026-11-25",
            "2026-12-23",
            "2026-12-23",
            "",
        ]
    totals = answer.totals
    assert (totals["late_matches"], totals["late_amount"]) == (1, 100.0)
    assert (totals["not_due_matches"], totals["not_due_amount"]) == (1, 50.0)
