from __future__ import annotations

import copy
import datetime as dt
from collections import defaultdict
from collections.abc import Callable
from decimal import Decimal
from typing import Any

import pandas as pd
import polars as pl
import pytest

from rev603.analysis.groups import by_importer, by_method, by_notify_party, by_payee
from rev603.errors import ColumnsMissingError

PARTS = {
    "ach_amount": "paid by ACH", "check_amount": "paid by check", "not_stated_amount": "paid, method not stated",
    "in_transit_amount": "in transit", "rejected_amount": "no ACH on file", "returned_amount": "returned",
    "diverted_amount": "applied to a debt", "unknown_amount": "unknown status",
}  # fmt: skip
COUNTED = {"rejected_lines": "no ACH on file", "returned_lines": "returned", "superseded_lines": "superseded"}
FIGURES = ["lines", "refunds", "amount", *PARTS, *COUNTED, "first_refund_date", "last_refund_date"]
GROUPINGS = [
    (by_payee, ["payee_id", "company_name"]),
    (by_notify_party, ["care_of"]),
    (by_method, ["method"]),
]
METHODS = {"ACH": "ACH", "ach ": "ACH", "Check": "Check", None: None}
Dispositions = Callable[[list[dict[str, Any]]], list[str]]


def count_by_hand(
    lines: list[dict[str, Any]], keys: list[str], dispositions: Dispositions
) -> list[dict[str, Any]]:
    """Group with a dict and Decimal: slow, plain, and independent of the library."""
    groups: dict[tuple[Any, ...], list[dict[str, Any]]] = defaultdict(list)
    for line, where in zip(lines, dispositions(lines), strict=True):
        known = {**line, "method": METHODS[line["check_or_ach"]], "where": where}
        groups[tuple(known[key] for key in keys)].append(known)

    def total(members: list[dict[str, Any]]) -> Decimal:
        return sum((line["amount"] or Decimal(0) for line in members), Decimal(0))

    counted = []
    for key, members in groups.items():
        dates = [line["refund_date"] for line in members if line["refund_date"]]
        counted.append(
            dict(zip(keys, key, strict=True))
            | {
                "lines": len(members),
                "refunds": len({line["refund_id"] for line in members} - {None}),
                "amount": total([line for line in members if line["where"] != "superseded"]),
                **{
                    name: total([line for line in members if line["where"] == part])
                    for name, part in PARTS.items()
                },
                **{name: sum(line["where"] == part for line in members) for name, part in COUNTED.items()},
                "first_refund_date": min(dates, default=None),
                "last_refund_date": max(dates, default=None),
            }
        )
    return sorted(
        counted, key=lambda row: (-row["amount"], *((row[key] is None, row[key] or "") for key in keys))
    )


@pytest.fixture(scope="session")
def by_hand(to_frame: Any, dispositions_by_hand: Dispositions) -> tuple[Any, Dispositions]:
    return to_frame, dispositions_by_hand


@pytest.mark.long
@pytest.mark.parametrize(("group", "keys"), GROUPINGS)
def test_sums_equal_a_plain_decimal_count_on_every_engine(
    group: Callable[[Any], Any], keys: list[str], engine: Any, lines_3000: Any, by_hand: Any
) -> None:
    to_frame, dispositions = by_hand
    answer = engine.rows(group(engine.load(to_frame(lines_3000))))
    assert [*answer[0]] == [*keys, *FIGURES]
    for row in answer:
        for name in FIGURES:
            if name.endswith("amount"):
                # the float is the one nearest to the exact figure: nothing was lost on the way
                row[name] = Decimal(repr(row[name]))
    assert answer == count_by_hand(lines_3000, keys, dispositions)


@pytest.mark.parametrize(("group", "keys"), GROUPINGS)
def test_parts_add_up_to_the_whole(
    group: Callable[[Any], Any], keys: list[str], lines_3000: Any, to_frame: Any
) -> None:
    answer = group(to_frame(lines_3000))
    assert answer["lines"].sum() == 3_000
    in_cents = {name: (answer[name] * 100).round().astype("int64") for name in FIGURES if "amount" in name}
    assert in_cents["amount"].sum() == int(sum((line["amount"] or 0) for line in lines_3000) * 100)
    assert sum(in_cents[name] for name in PARTS).tolist() == in_cents["amount"].tolist()
    assert answer.index.tolist() == list(range(len(answer)))
    assert len(answer.drop_duplicates(keys)) == len(answer)


@pytest.mark.parametrize(("group", "keys"), GROUPINGS)
def test_input_is_unchanged(
    group: Callable[[Any], Any], keys: list[str], engine: Any, lines_3000: Any, to_frame: Any
) -> None:
    frame = to_frame(lines_3000).set_index(pd.Index(range(5_000, 8_000)))
    frame.attrs["rev603"] = {"sources": [{"source_file": "a.csv"}]}
    native = engine.load(frame)
    before = copy.deepcopy(frame), engine.rows(native)
    engine.rows(group(native))
    assert engine.rows(native) == before[1]
    pd.testing.assert_frame_equal(frame, before[0], check_exact=True)
    assert frame.attrs == before[0].attrs


@pytest.mark.parametrize(("group", "keys"), GROUPINGS)
def test_no_lines_give_no_groups_of_the_same_types(
    group: Callable[[Any], Any], keys: list[str], engine: Any, lines_3000: Any, to_frame: Any
) -> None:
    full = to_frame(lines_3000)
    assert engine.rows(group(engine.load(full.iloc[:0]))) == []
    if engine.name == "pandas":
        assert group(full.iloc[:0]).dtypes.astype(str).tolist() == group(full).dtypes.astype(str).tolist()


def test_a_dtype_for_each_figure(lines_3000: Any, to_frame: Any) -> None:
    kinds = by_payee(to_frame(lines_3000)).dtypes.astype(str)
    assert kinds.tolist() == [
        "str", "str", "int64", "int64", *["float64"] * 9, *["int64"] * 3, *["datetime64[us]"] * 2,
    ]  # fmt: skip


def test_equal_amounts_are_ordered_by_key_with_the_missing_last(engine: Any, to_frame: Any) -> None:
    line = {
        "refund_id": "1", "document_number": "A", "company_name": "Example LLC", "check_or_ach": "ACH",
        "refund_secondary_status": "Treasury Issued", "refund_date": None, "amount": Decimal("5.00"),
    }  # fmt: skip
    payees = ["98-000000302", None, "98-000000301", "98-000000300"]
    frame = to_frame([{**line, "payee_id": payee} for payee in payees])
    found = [row["payee_id"] for row in engine.rows(by_payee(engine.load(frame)))]
    assert found == ["98-000000300", "98-000000301", "98-000000302", None]


def test_nan_and_null_are_both_missing_to_polars() -> None:
    frame = pl.DataFrame(
        {
            "care_of": ["A", "A", "A"],
            "payee_id": "98-765432100",
            "document_number": "A",
            "refund_id": ["1", "2", None],
            "refund_date": [None, None, None],
            "refund_secondary_status": [None, "Reject No ACH", ""],
            "check_or_ach": [None, "ACH", "ACH"],
            "amount": [float("nan"), None, 0.29],
        },
        schema_overrides={"refund_date": pl.Date},
    )
    (row,) = by_notify_party(frame).to_dicts()
    assert (row["lines"], row["refunds"], row["amount"], row["in_transit_amount"]) == (3, 2, 0.29, 0.29)


def test_a_missing_column_is_named_with_its_nearest_heading(
    engine: Any, lines_3000: Any, to_frame: Any
) -> None:
    frame = to_frame(lines_3000).rename(columns={"payee_id": "Payee ID"}).drop(columns="amount")
    with pytest.raises(ColumnsMissingError) as caught:
        by_payee(engine.load(frame))
    assert caught.value.missing == ("payee_id", "amount")
    assert caught.value.guesses["payee_id"] == "Payee ID"


def test_a_payee_or_notify_party_in_two_spellings_is_one_line_in_the_newest(
    engine: Any, to_frame: Any
) -> None:
    line = {
        "refund_id": "1", "document_number": "A", "company_name": "Example LLC", "amount": Decimal("5.00"),
        "refund_secondary_status": "Treasury Issued", "check_or_ach": "ACH", "care_of": "Example Brokers, Inc.",
        "payee_id": "98-7654321", "refund_date": dt.date(2026, 3, 2), "report_date": dt.date(2026, 3, 6),
    }  # fmt: skip
    later = {"report_date": dt.date(2026, 3, 13)}
    frame = to_frame(
        [
            line,
            line | later | {"payee_id": "98-765432100", "refund_id": "2", "care_of": "EXAMPLE BROKERS INC"},
            line | {"payee_id": "98\u2013765432100", "refund_id": "3", "care_of": "Example  Brokers Inc"},
            line | later | {"payee_id": "98-765432101", "refund_id": "4", "care_of": "Example Brokers 2 Inc"},
        ]
    )
    payees = engine.rows(by_payee(engine.load(frame)))
    assert [(row["payee_id"], row["lines"], row["amount"]) for row in payees] == [
        ("98-765432100", 3, 15.0), ("98-765432101", 1, 5.0),
    ]  # fmt: skip
    parties = engine.rows(by_notify_party(engine.load(frame)))
    assert [(row["care_of"], row["lines"]) for row in parties] == [
        ("EXAMPLE BROKERS INC", 3), ("Example Brokers 2 Inc", 1),
    ]  # fmt: skip


def test_all_suffixes_of_an_importer_are_one_line_and_nobody_is_lost(engine: Any, to_frame: Any) -> None:
    payees = ["98-7654321", "98-7654321AB", "98-765432101", "012699-00017", "000-12-3456", "987654321", None]
    line = {
        "document_number": "A", "amount": Decimal("1.00"), "refund_date": None,
        "refund_secondary_status": "Treasury Issued", "check_or_ach": "ACH",
    }  # fmt: skip
    frame = to_frame([line | {"payee_id": payee, "refund_id": str(at)} for at, payee in enumerate(payees)])
    rows = engine.rows(by_importer(engine.load(frame)))
    # bare digits, 987654321, are taken for the one number with hyphens that has them: 98-7654321 with suffix 00
    assert {row["importer"]: row["lines"] for row in rows} == {
        "98-7654321": 4, "012699-00017": 1, "000-12-3456": 1, None: 1,
    }  # fmt: skip
