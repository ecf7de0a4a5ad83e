"""Many folders of many files, each with known truth: no figure may differ, and none without a word."""

from __future__ import annotations

from collections import Counter
from pathlib import Path
from typing import Any

import history_oracle as oracle
import pandas as pd
import pytest
from history_folders import make_folder

import rev603


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


def differences(seed: int, place: Path, *, weekly: bool = True) -> list[str]:
    """Give what a folder's answers have wrong, in words."""
    folder = make_folder(seed)
    folder.write(place)
    patterns = sorted({str(place / "**" / f"*{Path(file.path).suffix}") for file in folder.files})
    paths = sorted(file.path for file in folder.files)
    days = {file.path: pd.Timestamp(file.day) for file in folder.files}
    by_hand = pd.concat(
        [
            rev603.read(place / path).refunds.assign(source_file=path, report_date=days[path])
            for path in paths
        ],
        ignore_index=True,
    )
    wrong = []
    for name, frame in (("read_history", rev603.read_history(patterns)), ("concat", by_hand)):
        found, expected = found_current(rev603.current(frame)), oracle.current(folder)
        if found != expected:
            wrong.append(f"{name}: current has {found - expected} for {expected - found}")
        if weekly:
            moved, true = found_movement(rev603.weekly_summary(frame).totals), oracle.movement(folder)
            if moved != true:
                wrong.append(f"{name}: weekly has {moved} for {true}")
    return wrong


@pytest.mark.parametrize("seed", range(30))
def test_a_folder_answers_what_is_true(seed: int, tmp_path: Path) -> None:
    """A summary takes longer than all the rest: each fifth folder has one. ``count_folders.py`` counts thousands."""
    assert differences(seed, tmp_path, weekly=seed % 5 == 2) == []
