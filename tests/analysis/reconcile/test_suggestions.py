"""Suggestions: found, explained, bounded, and never counted as a match."""

from __future__ import annotations

import time
from itertools import combinations
from typing import Any

import numpy as np
import pandas as pd
import pytest

from rev603.analysis.reconcile import Comparison, compare
from rev603.analysis.reconcile.suggestions import _masks, _sets
from rev603.identifiers import entry_number

PAYEE, OTHER = "12-345678900", "98-765432100"


def numbers(count: int) -> list[str]:
    return [
        base + entry_number.check_digit(base) for base in (f"ABC{7 * place:07d}" for place in range(count))
    ]


def found(refunds: list[dict[str, Any]], entries: list[dict[str, Any]]) -> Comparison:
    came = pd.DataFrame(refunds).assign(refund_secondary_status="Treasury Issued")
    for frame, name in ((came, "refund_date"), (listed := pd.DataFrame(entries), "liquidation_date")):
        if name in frame:
            frame[name] = pd.to_datetime(frame[name])
    answer = compare(came, listed)
    assert not answer.groups["outcome"].eq("matched").any(), "a suggestion is not a match"
    return answer


def test_one_wrong_digit_is_suggested_where_the_check_digit_fails_on_one_side() -> None:
    right = "60576072486"
    wrong = "60576072586"
    assert entry_number.is_valid(right)
    assert not entry_number.is_valid(wrong)
    for of_refund, of_entry in ((wrong, right), (right, wrong)):
        table = found(
            [{"entry_number": of_refund, "amount": 5.0}], [{"entry_number": of_entry, "expected_amount": 7.0}]
        ).suggestions
        assert table["kind"].tolist() == ["one character off"]
        assert (table["entry_number"][0], table["document_number"][0]) == (of_entry, of_refund)
        assert table["reason"][0].endswith("; $7.00 expected, $5.00 in the refund; no other fits")


def test_two_right_numbers_are_not_taken_for_a_slip() -> None:
    one, other = numbers(2)
    table = found([{"entry_number": one, "amount": 5.0}], [{"entry_number": other, "expected_amount": 7.0}])
    assert table.suggestions.empty


@pytest.mark.long
def test_swapped_digits_are_suggested_where_the_amounts_are_equal() -> None:
    # 60576072486 with its 4 and 8 swapped
    entries = [{"entry_number": "60576072486", "expected_amount": 5.0}]
    table = found([{"entry_number": "60576072846", "amount": 5.0}], entries).suggestions
    assert "swapped characters" in table["kind"].tolist()
    assert found([{"entry_number": "60576072846", "amount": 6.0}], entries).suggestions.empty


@pytest.mark.long
def test_ten_characters_are_suggested_for_the_number_that_they_are_part_of() -> None:
    # without its check digit, and without its first character
    for short in ("6057607248", "0576072486"):
        entries = [{"entry_number": short, "expected_amount": 5.0, "importer_number": None}]
        table = found([{"entry_number": "60576072486", "amount": 5.0}], entries).suggestions
        assert table["kind"].tolist() == ["10 characters"]
        refunds = [{"document_number": short, "amount": 5.0, "refund_id": "R1", "payee_id": None}]
        listed = [{"entry_number": "60576072486", "expected_amount": 5.0, "importer_number": PAYEE}]
        assert found(refunds, listed).suggestions["kind"].tolist() == ["10 characters"]


def bucket(amounts: list[float], **more: Any) -> list[dict[str, Any]]:
    rest = {"importer_number": PAYEE, "liquidation_date": "2026-06-05", **more}
    pairs = zip(numbers(len(amounts)), amounts, strict=True)
    return [{"entry_number": number, "expected_amount": amount, **rest} for number, amount in pairs]


def lump(amount: float, **more: Any) -> dict[str, Any]:
    rest = {"refund_date": "2026-06-09", "payee_id": PAYEE, "document_number": None, "refund_id": "R1"}
    return {"amount": amount, **rest, **more}


def test_entries_of_one_payee_and_week_that_sum_to_a_refund_are_suggested_together() -> None:
    table = found([lump(60.30)], bucket([10.10, 20.20, 40.10, 5.00])).suggestions
    assert table["kind"].tolist() == ["entries that sum up"] * 2
    assert sorted(table["expected"]) == [20.20, 40.10]
    assert table["suggestion"].tolist() == [1, 1]
    assert table["alternatives"].tolist() == [0, 0]


def test_how_many_other_sets_fit_is_said() -> None:
    # 10 + 20, and 30 alone, which is the smaller set
    table = found([lump(30.0)], bucket([10.0, 20.0, 30.0])).suggestions
    assert table["expected"].tolist() == [30.0]
    assert table["alternatives"].tolist() == [1]
    assert table["reason"][0].endswith("; 1 more that fit as well")


@pytest.mark.long
def test_sets_mix_neither_payees_nor_weeks_and_do_not_come_after_the_refund() -> None:
    half = bucket([10.0, 20.0])
    cases = [
        [half[0], half[1] | {"importer_number": OTHER}],
        [half[0], half[1] | {"liquidation_date": "2026-05-01"}],
        [line | {"liquidation_date": "2026-06-19"} for line in half],
    ]
    for entries in cases:
        assert found([lump(30.0)], entries).suggestions.empty
    assert len(found([lump(30.0)], half).suggestions) == 2


def test_every_set_of_up_to_twelve_entries_is_tried() -> None:
    amounts = [float(2**place) for place in range(12)]
    wanted = [1.0, 4.0, 32.0, 256.0, 2048.0]
    table = found([lump(sum(wanted))], bucket(amounts)).suggestions
    assert sorted(table["expected"]) == wanted


@pytest.mark.long
def test_of_more_entries_single_ones_and_nearly_whole_sets_are_tried_and_the_cut_is_counted() -> None:
    for count in (13, 25, 40):
        amounts = [float(3 * place + 1000) for place in range(count)]
        answer = found([lump(sum(amounts) - amounts[3])], bucket(amounts))
        assert len(answer.suggestions) == count - 1
        assert answer.totals["refunds_not_fully_searched"] == 1
    answer = found([lump(500.0)], bucket([5.0] * 100))
    assert len(answer.suggestions) == 100


def test_the_sets_that_are_tried_are_those_that_the_documentation_names() -> None:
    assert {tuple(mask) for mask in _masks(4).tolist()} == {
        tuple(int(place in chosen) for place in range(4))
        for size in range(1, 5)
        for chosen in combinations(range(4), size)
    }
    # of more than twelve: 1, 2, 4, … 4096 alone, all but one of them, and all, which is 8191
    sums, sizes = _sets(2 ** np.arange(13))
    powers = [2**place for place in range(13)]
    assert sums.tolist() == [*powers, *(8191 - power for power in powers), 8191]
    assert sizes.tolist() == [1] * 13 + [12] * 13 + [13]


@pytest.mark.long
def test_a_list_full_of_missing_entries_and_stray_refunds_is_searched_in_bounds() -> None:
    rng = np.random.default_rng(5)
    lines = 30_000
    payees = rng.choice([f"12-34567{place:02d}00" for place in range(100)], lines)
    weeks = pd.Timestamp("2026-01-02") + pd.to_timedelta(rng.integers(0, 300, lines), unit="D")
    entries = pd.DataFrame(
        {
            "entry_number": [f"ABC{place:08d}" for place in range(lines)],
            "expected_amount": rng.integers(1, 10**6, lines) / 100,
            "importer_number": payees,
            "liquidation_date": weeks,
        }
    )
    refunds = pd.DataFrame(
        {
            "entry_number": [f"ABD{place:08d}" for place in range(lines)],
            "amount": rng.integers(1, 10**6, lines) / 100,
            "payee_id": payees,
            "refund_secondary_status": "Treasury Issued",
        }
    )
    began = time.perf_counter()
    answer = compare(refunds, entries)
    assert time.perf_counter() - began < 20
    assert answer.groups["outcome"].isin(["missing", "unexpected"]).all()
    assert answer.totals["refunds_not_fully_searched"] > 0
