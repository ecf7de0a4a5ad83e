"""Many folders of many files, each with known truth: no figure may differ, and none without a word."""

from __future__ import annotations

from collections import Counter
from typing import TYPE_CHECKING, Any

import history_oracle as oracle
import pandas as pd
import pytest
from history_folders import make_folder

import rev603

if TYPE_CHECKING:
    from pathlib import Path


def found_current(frame: pd.DataFrame) -> Counter[tuple[str, ...]]:
    texts = (
        frame[["payee_id", "refund_id", "document_number", "refund_secondary_status"]].fillna("").astype(str)
    )
    cents = (frame["amount"] * 100).round().astype(int).astype(str)
    return Counter(
        (*oracle.plain_key(payee, refund, document), status, amount)
        for payee, refund, document, status, amount in zip(
            *(texts[name] for name in texts), cents, strict=True
        )
    )


def found_movement(totals: dict[str, Any]) -> dict[str, tuple[int, int]]:
    return {
        name: (totals[f"{name}_lines"], round(totals[f"{name}_amount"] * 100))
        for name in ("stuck", "newly_stuck", "still_stuck", "cleared")
    }


def differences(seed: int, place: Path) -> list[str]:
    """Give what a folder's answers have wrong, in words."""
    folder = make_folder(seed)
    history = rev603.read_history(
        [str(folder.write(place) / "**" / "*.csv"), str(place / "**" / "*.xlsx")][
            : 1 + any(file.path.endswith("xlsx") for file in folder.files)
        ]
    )
    by_hand = pd.concat(
        [rev603.read(place / file.path).refunds.assign(source_file=file.path, report_date=pd.Timestamp(file.day))
         for file in sorted(folder.files, key=lambda file: file.path)],
        ignore_index=True,
    )  # fmt: skip
    wrong = []
    expected = oracle.current(folder)
    for name, frame in (("read_history", history), ("concat", by_hand)):
        found = found_current(rev603.current(frame))
        if found != expected:
            wrong.append(f"{name}: current has {found - expected} for {expected - found}")
        summary = rev603.weekly_summary(frame)
        moved, true = found_movement(summary.totals), oracle.movement(folder)
        if moved != true:
            wrong.append(f"{name}: weekly has {moved} for {true}")
    return wrong


@pytest.mark.parametrize("seed", range(40))
def test_a_folder_answers_what_is_true(seed: int, tmp_path: Path) -> None:
    assert differences(seed, tmp_path) == []
