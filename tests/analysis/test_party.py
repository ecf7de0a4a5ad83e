from __future__ import annotations

import copy
from collections import defaultdict
from decimal import Decimal
from typing import TYPE_CHECKING, Any

import pandas as pd
import polars as pl
import pytest

from rev603.analysis.method import by_method
from rev603.analysis.party import by_notify_party, by_payee
from rev603.errors import ColumnsMissingError

if TYPE_CHECKING:
    from collections.abc import Callable

FIGURES = [
    "lines", "refunds", "amount", "ach_amount", "check_amount", "unpaid_amount", "rejected_lines",
    "rejected_amount", "first_refund_date", "last_refund_date",
]  # fmt: skip
GROUPINGS = [
    (by_payee, ["payee_id", "company_name"]),
    (by_notify_party, ["care_of"]),
    (by_method, ["method"]),
]
UNPAID = {
    None, "senttotreasury", "rejectnoach", "sapachrejected", "check/achreturned", "fundsdiverted",
}  # fmt: skip


def method_of(line: dict[str, Any]) -> str:
    status = line["refund_secondary_status"]
    if (status and "".join(status.split()).lower()) in UNPAID or line["check_or_ach"] is None:
        return "unpaid"
    return {"ach": "ACH", "check": "Check"}[line["check_or_ach"].strip().lower()]


def is_reject(line: dict[str, Any]) -> bool:
    return "reject" in (line["refund_secondary_status"] or "").lower()


def count_by_hand(lines: list[dict[str, Any]], keys: list[str]) -> list[dict[str, Any]]:
    """Group with a dict and Decimal: slow, plain, and independent of the library."""
    groups: dict[tuple[Any, ...], list[dict[str, Any]]] = defaultdict(list)
    for line in lines:
        known = {**line, "method": method_of(line)}
        groups[tuple(known[key] for key in keys)].append(known)

    def total(members: list[dict[str, Any]]) -> Decimal:
        return sum((line["amount"] or Decimal(0) for line in members), Decimal(0))

    counted = []
    for key, members in groups.items():
        rejected = [line for line in members if is_reject(line)]
        dates = [line["refund_date"] for line in members if line["refund_date"]]
        counted.append(
            dict(zip(keys, key, strict=True))
            | {
                "lines": len(members),
                "refunds": len({line["refund_id"] for line in members} - {None}),
                "amount": total(members),
                **{
                    f"{method.lower()}_amount": total([line for line in members if line["method"] == method])
                    for method in ("ACH", "Check", "unpaid")
                },
                "rejected_lines": len(rejected),
                "rejected_amount": total(rejected),
                "first_refund_date": min(dates, default=None),
                "last_refund_date": max(dates, default=None),
            }
        )
    return sorted(
        counted, key=lambda row: (-row["amount"], *((row[key] is None, row[key] or "") for key in keys))
    )


@pytest.mark.parametrize(("group", "keys"), GROUPINGS)
def test_sums_equal_a_plain_decimal_count_on_every_engine(
    group: Callable[[Any], Any], keys: list[str], engine: Any, lines_3000: Any, to_frame: Any
) -> None:
    answer = engine.rows(group(engine.load(to_frame(lines_3000))))
    assert [*answer[0]] == [*keys, *FIGURES]
    for row in answer:
        for name in FIGURES:
            if name.endswith("amount"):
                # the float is the one nearest to the exact figure: nothing was lost on the way
                row[name] = Decimal(repr(row[name]))
    assert answer == count_by_hand(lines_3000, keys)


@pytest.mark.parametrize(("group", "keys"), GROUPINGS)
def test_parts_add_up_to_the_whole(
    group: Callable[[Any], Any], keys: list[str], lines_3000: Any, to_frame: Any
) -> None:
    answer = group(to_frame(lines_3000))
    assert answer["lines"].sum() == 3_000
    in_cents = {name: (answer[name] * 100).round().astype("int64") for name in FIGURES if "amount" in name}
    assert in_cents["amount"].sum() == int(sum((line["amount"] or 0) for line in lines_3000) * 100)
    parts = in_cents["ach_amount"] + in_cents["check_amount"] + in_cents["unpaid_amount"]
    assert parts.tolist() == in_cents["amount"].tolist()
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
        "str", "str", "int64", "int64", *["float64"] * 4, "int64", "float64", *["datetime64[us]"] * 2,
    ]  # fmt: skip


def test_equal_amounts_are_ordered_by_key_with_the_missing_last(engine: Any, to_frame: Any) -> None:
    line = {
        "refund_id": "1", "company_name": "Example LLC", "refund_secondary_status": "Treasury Issued",
        "check_or_ach": "ACH", "refund_date": None, "amount": Decimal("5.00"),
    }  # fmt: skip
    payees = ["98-000000302", None, "98-000000301", "98-000000300"]
    frame = to_frame([{**line, "payee_id": payee} for payee in payees])
    found = [row["payee_id"] for row in engine.rows(by_payee(engine.load(frame)))]
    assert found == ["98-000000300", "98-000000301", "98-000000302", None]


def test_nan_and_null_are_both_missing_to_polars() -> None:
    frame = pl.DataFrame(
        {
            "care_of": ["A", "A", "A"],
            "refund_id": ["1", "2", None],
            "refund_date": [None, None, None],
            "refund_secondary_status": [None, "Reject No ACH", ""],
            "check_or_ach": [None, "ACH", "ACH"],
            "amount": [float("nan"), None, 0.29],
        },
        schema_overrides={"refund_date": pl.Date},
    )
    (row,) = by_notify_party(frame).to_dicts()
    assert (row["lines"], row["refunds"], row["amount"], row["unpaid_amount"]) == (3, 2, 0.29, 0.29)


def test_a_missing_column_is_named_with_its_nearest_heading(
    engine: Any, lines_3000: Any, to_frame: Any
) -> None:
    frame = to_frame(lines_3000).rename(columns={"payee_id": "Payee ID"}).drop(columns="amount")
    with pytest.raises(ColumnsMissingError) as caught:
        by_payee(engine.load(frame))
    assert caught.value.missing == ("payee_id", "amount")
    assert caught.value.guesses["payee_id"] == "Payee ID"
