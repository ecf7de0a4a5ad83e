"""Refunds in classes of time, against counts by hand."""

from __future__ import annotations

from decimal import Decimal

import numpy as np
import pandas as pd
import polars as pl
import pytest

from rev603.analysis.ageing import by_age_band
from rev603.analysis.groups import by_week
from rev603.errors import ColumnsMissingError


def refunds() -> pd.DataFrame:
    return pd.DataFrame(
        {
            "refund_id": ["1", "2", "3", "4", "5"],
            "payee_id": "98-765432100",
            "document_number": "A",
            "amount": [10.10, 20.20, 5.00, np.nan, -3.33],
            # Monday 00:00, Sunday 23:59 of the same week, the Monday after, no date, Sunday of leap week
            "refund_date": pd.Series(
                ["2026-03-02", "2026-03-08 23:59", "2026-03-09", None, "2024-03-03"], dtype="datetime64[us]"
            ),
            "refund_secondary_status": [
                "Treasury Issued",
                "Reject No ACH",
                "Treasury Issued",
                None,
                "Treasury Issued",
            ],
            "check_or_ach": ["ACH", None, "Check", None, "ACH"],
        }
    )


def test_a_week_runs_from_monday_to_sunday() -> None:
    weeks = by_week(refunds())
    mondays = [None if pd.isna(each) else f"{each:%Y-%m-%d}" for each in weeks["week"]]
    assert mondays == ["2024-02-26", "2026-03-02", "2026-03-09", None]
    assert weeks["lines"].tolist() == [1, 2, 1, 1]
    assert weeks["amount"].tolist() == [-3.33, 30.30, 5.00, 0.0]
    assert weeks["rejected_amount"].tolist() == [0.0, 20.20, 0.0, 0.0]


def test_every_band_is_there_in_order_and_the_cents_are_exact() -> None:
    rng = np.random.default_rng(7)
    bands = rng.choice(["8-30", "91+", "61-90"], 3_000)
    amounts = rng.integers(-(10**6), 10**9, 3_000) / 100
    answer = by_age_band(pd.DataFrame({"age_band": bands, "amount": amounts}))
    assert answer["age_band"].tolist() == ["0-7", "8-30", "31-60", "61-90", "91+"]
    for band, lines, amount in answer.itertuples(index=False):
        mine = [Decimal(str(value)) for value, name in zip(amounts, bands, strict=True) if name == band]
        assert lines == len(mine)
        assert Decimal(str(amount)) == sum(mine, Decimal(0))


def test_lines_without_a_date_have_a_line_of_their_own() -> None:
    frame = pd.DataFrame({"age_band": pd.Series([None, "0-7"], dtype="str"), "amount": [1.0, 2.0]})
    answer = by_age_band(frame)
    assert (len(answer), answer["lines"].tolist()[-1], answer["amount"].tolist()[-1]) == (6, 1, 1.0)


def test_polars_in_polars_out() -> None:
    answer = by_week(pl.from_pandas(refunds()))
    assert isinstance(answer, pl.DataFrame)
    assert answer["lines"].to_list() == [1, 2, 1, 1]
    bands = by_age_band(pl.DataFrame({"age_band": ["91+"], "amount": [1.5]}))
    assert bands["amount"].to_list() == [0.0, 0.0, 0.0, 0.0, 1.5]


def test_the_input_is_unchanged_and_a_missing_column_named() -> None:
    mine = refunds()
    by_week(mine)
    pd.testing.assert_frame_equal(mine, refunds())
    with pytest.raises(ColumnsMissingError, match="refund_date"):
        by_week(mine.drop(columns="refund_date"))
    with pytest.raises(ColumnsMissingError, match="age_band"):
        by_age_band(mine)
