from __future__ import annotations

from decimal import Decimal
from typing import Any

import narwhals as nw
import pandas as pd
import pytest
from hypothesis import given
from hypothesis import strategies as st

from rev603.analysis._frames import cents, dollars, nearest

# up to the whole refunds at stake and beyond: 10 trillion dollars
FIGURES = st.lists(st.integers(-(10**15), 10**15), min_size=1, max_size=50)


@given(FIGURES)
def test_dollars_to_cents_and_back_is_exact_on_every_engine(figures: list[int]) -> None:
    from_text = pd.Series([float(Decimal(figure) / 100) for figure in figures])
    frame = pd.DataFrame({"amount": from_text, "place": range(len(figures))})
    for load in (lambda frame: frame, lambda frame: nw.from_native(frame).lazy("polars").to_native(), duck):
        whole = nw.from_native(load(frame)).select("place", amount=cents("amount"))
        back = whole.with_columns(dollars=dollars(nw.col("amount"))).sort("place")
        found = nw.to_native(back.collect("pandas") if isinstance(back, nw.LazyFrame) else back)
        assert found["amount"].tolist() == figures
        assert found["dollars"].tolist() == from_text.tolist()


def duck(frame: pd.DataFrame) -> Any:
    return nw.from_native(frame).lazy("duckdb").to_native()


def test_missing_amounts_are_no_cents_on_every_engine(engine: Any) -> None:
    frame = engine.load(pd.DataFrame({"amount": [0.29, None, -1.1]}))
    answer = nw.from_native(frame).select(amount=cents("amount")).to_native()
    assert [row["amount"] for row in engine.rows(answer)] == [29, 0, -110]


def test_an_infinite_amount_is_refused_rather_than_counted() -> None:
    with pytest.raises(ValueError, match="inf"):
        nw.from_native(pd.DataFrame({"amount": [float("inf")]})).select(cents("amount"))


def test_nearest_heading_regards_neither_case_nor_spacing() -> None:
    assert nearest(["refund_date", "zzz"], ["Refund Date", "Refund ID"]) == {"refund_date": "Refund Date"}
