"""Lines are numbered alike exactly where their texts are alike."""

from __future__ import annotations

import numpy as np
import pandas as pd
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from rev603.reading import numbering
from rev603.reading.numbering import numbered


def _by_hand(frame: pd.DataFrame) -> list[int]:
    seen: dict[tuple[object, ...], int] = {}
    lines = [
        tuple(None if pd.isna(cell) else cell for cell in line) for line in frame.itertuples(index=False)
    ]
    return [seen.setdefault(line, len(seen)) for line in lines]


texts = st.one_of(st.none(), st.text(st.sampled_from("01Aé-"), min_size=1, max_size=40))


@settings(max_examples=150, deadline=None)
@given(st.lists(st.tuples(texts, texts), max_size=30))
def test_numbers_are_those_of_a_dictionary(lines: list[tuple[str | None, str | None]]) -> None:
    frame = pd.DataFrame(lines, columns=["refund_id", "payee_id"], dtype="str")
    assert numbered(frame, ["refund_id", "payee_id"]).tolist() == _by_hand(frame)


@pytest.mark.parametrize("length", [1, 7, 8, 9, 16, 31, 32, 33, 100])
def test_texts_that_differ_in_their_last_letter_only_differ(length: int) -> None:
    stem = "R" * (length - 1)
    frame = pd.DataFrame({"refund_id": [f"{stem}1", f"{stem}2", f"{stem}1", stem or None]}, dtype="str")
    assert numbered(frame, ["refund_id"]).tolist() == [0, 1, 0, 2]


def test_moving_a_letter_to_the_next_column_makes_another_line() -> None:
    frame = pd.DataFrame({"refund_id": ["R12", "R1"], "payee_id": ["3", "23"]}, dtype="str")
    assert numbered(frame, ["refund_id", "payee_id"]).tolist() == [0, 1]


def test_a_chance_match_of_mixed_numbers_is_found_out(monkeypatch: pytest.MonkeyPatch) -> None:
    def all_alike(_words: object, count: int) -> np.ndarray:
        return np.zeros(count, dtype=np.uint64)

    monkeypatch.setattr(numbering, "mixed", all_alike)
    frame = pd.DataFrame({"refund_id": ["R1", "R2", "R1"]}, dtype="str")
    assert numbered(frame, ["refund_id"]).tolist() == [0, 1, 0]


def test_a_column_in_several_pieces_and_in_none() -> None:
    joined = pd.concat([pd.Series(["R1", None], dtype="str"), pd.Series(["R2", "R1"], dtype="str")])
    assert numbered(joined.to_frame("refund_id"), ["refund_id"]).tolist() == [0, 1, 2, 0]
    assert numbered(joined.iloc[:0].to_frame("refund_id"), ["refund_id"]).tolist() == []
