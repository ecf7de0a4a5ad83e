"""The schemas accept what the reader gives, refuse what breaks the contract, and document the order."""

from __future__ import annotations

from typing import Any, Literal

import numpy as np
import pandas as pd
import pytest
from pandera.errors import SchemaErrors

from rev603 import EntrySchema, RefundSchema, sample_entries, sample_report
from rev603.vocabulary.headings import REFUND_FRAME


@pytest.fixture(scope="module")
def refunds() -> pd.DataFrame:
    return sample_report(60, seed=7)


def test_the_schema_names_the_columns_in_the_order_of_the_contract() -> None:
    assert tuple(RefundSchema.to_schema().columns) == REFUND_FRAME


@pytest.mark.parametrize("unit", ["s", "ms", "us", "ns"])
def test_dates_of_any_unit_pass(refunds: pd.DataFrame, unit: Literal["s", "ms", "us", "ns"]) -> None:
    RefundSchema.validate(refunds.assign(refund_date=refunds["refund_date"].dt.as_unit(unit)))


def test_columns_beyond_ours_pass(refunds: pd.DataFrame) -> None:
    RefundSchema.validate(refunds.assign(broker_note="x"))


@pytest.mark.parametrize(
    "broken",
    [
        {"check_or_ach": "EFT"},
        {"entry_number": "123"},
        {"entry_number": "MYK28000864\n"},
        {"refund_id": 1},
        {"amount": "12.50"},
        {"source_row": 0},
        {"refund_date": "2026-11-09"},
    ],
    ids=lambda broken: "-".join(f"{name}-{value!r}" for name, value in broken.items()),
)
def test_a_broken_column_is_refused_by_its_sheet_row(refunds: pd.DataFrame, broken: dict[str, Any]) -> None:
    with pytest.raises(SchemaErrors) as raised:
        RefundSchema.validate(refunds.assign(**broken), lazy=True)
    assert set(raised.value.failure_cases["column"]) == set(broken)


def test_a_missing_column_is_refused(refunds: pd.DataFrame) -> None:
    with pytest.raises(SchemaErrors):
        RefundSchema.validate(refunds.drop(columns="care_of"), lazy=True)


def test_entry_lists_pass_with_and_without_what_is_optional(refunds: pd.DataFrame) -> None:
    entries = sample_entries(refunds)
    EntrySchema.validate(entries)
    EntrySchema.validate(pd.DataFrame({"entry_number": ["MYK28000864"], "expected_amount": [np.nan]}))
