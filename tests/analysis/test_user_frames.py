"""Frames as users bring them give the figures of the reader's own, or a word about what stands in the way."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import pandas as pd
import pyarrow as pa
import pytest

import rev603
from rev603.errors import Rev603Error

if TYPE_CHECKING:
    from collections.abc import Callable


@pytest.fixture(scope="module")
def history() -> pd.DataFrame:
    return pd.concat(
        [
            rev603.sample_report(lines=60, seed=603).assign(
                report_date=pd.Timestamp(day), source_file=f"{day}.csv"
            )
            for day in ("2026-11-06", "2026-11-13")
        ],
        ignore_index=True,
    )


def figures(frame: pd.DataFrame) -> tuple[Any, ...]:
    newest = rev603.current(frame)
    groups = rev603.by_payee(newest)
    return (
        rev603.weekly_summary(frame).totals,
        len(newest),
        round(newest["amount"].astype("float64").sum(), 2),
        groups[["lines", "amount"]].to_numpy().tolist(),
    )


TEXTS = [
    "payee_id",
    "refund_id",
    "document_number",
    "company_name",
    "care_of",
    "refund_secondary_status",
    "check_or_ach",
]
DATES = ["report_date", "refund_date"]

BROUGHT: dict[str, Callable[[pd.DataFrame], pd.DataFrame]] = {
    "blank for missing": lambda frame: frame.astype(object).where(frame.notna(), ""),
    "categories": lambda frame: frame.astype(dict.fromkeys(TEXTS, "category")),
    "with a time zone": lambda frame: frame.assign(
        **{name: frame[name].dt.tz_localize("America/New_York") for name in DATES}
    ),
    "dates as objects": lambda frame: frame.assign(**{name: frame[name].dt.date for name in DATES}),
    "dates of Arrow": lambda frame: frame.astype(dict.fromkeys(DATES, pd.ArrowDtype(pa.date32()))),
    "text of Arrow": lambda frame: frame.astype(dict.fromkeys(TEXTS, pd.ArrowDtype(pa.string()))),
    "an index named like a column": lambda frame: frame.set_index("payee_id", drop=False),
    "one index for all lines": lambda frame: frame.set_axis(pd.Index([7] * len(frame))),
    "refund numbers as integers": lambda frame: frame.astype({"refund_id": "int64"}),
    "columns of their own": lambda frame: frame.assign(
        **dict.fromkeys(
            ["_key", "_status", "_method", "_new", "_row", "_file", "_amount", "_cents", "_base"], 1
        )
    ),
    "columns named like our answers": lambda frame: frame.assign(
        payment_state="x", disposition="y", days_waiting=3
    ),
    "in another order": lambda frame: frame.sample(frac=1, random_state=603),
}


@pytest.mark.long
@pytest.mark.parametrize("brought", BROUGHT)
def test_a_frame_as_users_bring_it_gives_the_same_figures(history: pd.DataFrame, brought: str) -> None:
    assert figures(BROUGHT[brought](history)) == figures(history)


@pytest.mark.parametrize(
    ("frame", "words"),
    [
        (
            lambda frame: pd.concat([frame, frame[["payee_id"]]], axis=1),
            "payee_id more than once(?s:.)*duplicated",
        ),
        (
            lambda frame: frame.assign(report_date=frame["report_date"].astype("str")),
            "report_date(?s:.)*to_datetime",
        ),
        (lambda frame: frame.assign(amount=frame["amount"].map("${:,.2f}".format)), "amount holds text"),
    ],
    ids=["a column twice", "dates as text", "amounts as text"],
)
def test_what_cannot_be_taken_without_guessing_is_refused_with_what_to_do(
    history: pd.DataFrame, frame: Any, words: str
) -> None:
    with pytest.raises(Rev603Error, match=words):
        figures(frame(history))


@pytest.mark.long
def test_the_frame_that_was_brought_is_not_changed(history: pd.DataFrame) -> None:
    brought = BROUGHT["blank for missing"](history)
    before = brought.copy()
    figures(brought)
    pd.testing.assert_frame_equal(brought, before)
