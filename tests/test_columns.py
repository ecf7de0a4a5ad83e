"""Columns at once: what is told of a group stands on the lines of that group, however many, in however many pieces."""

from __future__ import annotations

from itertools import pairwise
from typing import TYPE_CHECKING, Any

import narwhals as nw
import numpy as np
import pandas as pd
import pyarrow as pa
import pytest

import rev603
from rev603._columns import in_arrow
from rev603.identifiers.refund_key import PAYEE_KEY, with_identity
from rev603.sample import sample_report

if TYPE_CHECKING:
    from collections.abc import Callable


def in_pieces(frame: pd.DataFrame, count: int) -> pd.DataFrame:
    """Join a frame of several, as a history is of its files: its columns of text then have as many pieces."""
    cuts = np.linspace(0, len(frame), count + 1).astype(int)
    return pd.concat([frame.iloc[start:stop] for start, stop in pairwise(cuts)])


@pytest.mark.parametrize(("lines", "pieces"), [(60, 12), (2_000, 12), (32_768, 3), (32_769, 1), (300_000, 1)])
def test_what_is_told_of_a_group_stands_on_its_own_lines(lines: int, pieces: int) -> None:
    """With Arrow's threads it stood on others, in every second run."""
    chance = np.random.default_rng(603)
    group = pd.Series([f"R{number}" for number in chance.integers(0, lines // 3, lines)], dtype="str")
    frame = in_pieces(pd.DataFrame({"group": group, "cents": chance.integers(0, 1_000_000, lines)}), pieces)
    most = frame["cents"].groupby(frame["group"]).transform("max").tolist()
    for _ in range(20 if lines < 10_000 else 3):
        told = in_arrow(frame).with_columns(most=nw.col("cents").max().over("group"))
        assert told["most"].to_list() == most


def test_forty_thousand_payees_are_one_each_in_two_spellings() -> None:
    numbers = [f"{serial:09d}" for serial in range(980_000_000, 980_040_000)]
    spelled = [f"{number[:2]}-{number[2:]}" for number in numbers]
    payees = pd.Series([*spelled, *numbers], dtype="str").sample(frac=1, random_state=603)
    frame = pd.DataFrame({"payee_id": payees, "refund_id": "1", "document_number": "A"})
    keys = with_identity(nw.from_native(frame)).to_native()[PAYEE_KEY]
    assert keys.tolist() == [f"{text.replace('-', '')[:2]}-{text.replace('-', '')[2:]}00" for text in payees]


@pytest.mark.parametrize("answer", [rev603.current, rev603.by_payee, rev603.rejects, rev603.by_notify_party])
def test_an_arrow_table_of_many_pieces_is_answered_as_its_frame_is(answer: Callable[..., Any]) -> None:
    refunds = in_pieces(sample_report(lines=400, seed=603), 12).reset_index(drop=True)
    table = pa.Table.from_pandas(refunds, preserve_index=False)
    for _ in range(5):
        pd.testing.assert_frame_equal(answer(table), answer(refunds))
