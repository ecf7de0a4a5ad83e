"""Many folders of many files, each with known truth: no figure may differ, and none without a word."""

from __future__ import annotations

import random
from collections import Counter
from pathlib import Path
from typing import TYPE_CHECKING, Any

import history_oracle as oracle
import pandas as pd
import pytest
from history_folders import make_folder

import rev603

if TYPE_CHECKING:
    from history_folders import Folder


def found_current(frame: pd.DataFrame) -> Counter[tuple[str, ...]]:
    texts = (
        frame[["payee_id", "refund_id", "document_number", "refund_secondary_status"]].fillna("").astype(str)
    )
    cents = (frame["amount"] * 100).round().astype(int).astype(str)
    return Counter(
        (*oracle.plain_key(payee, refund, document), status.lower(), amount)
        for payee, refund, document, status, amount in zip(
            *(texts[name] for name in texts), cents, strict=True
        )
    )


def found_movement(totals: dict[str, Any]) -> dict[str, tuple[int, int]]:
    return {
        name: (totals[f"{name}_lines"], round(totals[f"{name}_amount"] * 100))
        for name in ("stuck", "newly_stuck", "still_stuck", "cleared")
    }


def found_outcomes(frame: pd.DataFrame, expected: dict[str, int], place: Path) -> dict[str, str]:
    """Reconcile with a list of the expected amounts, one entry a line."""
    path = place / "expected entries.csv"
    lines = [f"{document},{cents / 100:.2f}\n" for document, cents in expected.items()]
    path.write_text("".join(["Entry Number,Expected Refund\n", *lines]))
    entries = rev603.reconcile(frame, rev603.read_entries(path)).entries
    return dict(zip(entries["entry_number"], entries["outcome"], strict=True))


def expected_of(folder: Folder, chance: random.Random) -> dict[str, int]:
    """Expect what each entry is owed, more, or less, and one that no report shows.

    Refunds with a protest are left out: its line has no entry number and belongs to all of its refund's entries.
    """
    lines = [line for file in folder.files for line in file.lines]
    protests = {line.refund for line in lines if len(line.document) != 11}
    expected = {
        line.document: line.cents + chance.choice([0, 0, 0, 1, -1, 5_000])
        for line in sorted(lines, key=lambda line: (line.document, line.key))
        if line.refund not in protests and line.cents > 1
    }
    return {**expected, "60509876547": 100_00}


def differences(seed: int, place: Path, *, weekly: bool = True) -> list[str]:
    """Give what a folder's answers have wrong, in words."""
    folder = make_folder(seed)
    folder.write(place)
    patterns = sorted({str(place / "**" / f"*{Path(file.path).suffix}") for file in folder.files})
    by_hand = pd.concat(
        [
            rev603.read(place / path, sheet=sheet).refunds.assign(
                source_file=path, report_date=pd.Timestamp(day)
            )
            for path, sheet, day in folder.parts
        ],
        ignore_index=True,
    )
    expected = expected_of(folder, random.Random(seed))
    outcomes = oracle.entry_outcomes(folder, expected)
    wrong = []
    for name, frame in (("read_history", rev603.read_history(patterns)), ("concat", by_hand)):
        found, true = found_current(rev603.current(frame)), oracle.current(folder)
        if found != true:
            wrong.append(f"{name}: current has {found - true} for {true - found}")
        became = found_outcomes(frame, expected, place)
        if became != outcomes:
            wrong.append(
                f"{name}: reconcile has {became.items() - outcomes.items()} for {outcomes.items() - became.items()}"
            )
        # a report without lines leaves no trace in frames that somebody joins
        unseen = {pd.Timestamp(day) for *_, day in folder.parts} - {*frame["report_date"]}
        if weekly and (name == "read_history" or not unseen):
            moved, movement = found_movement(rev603.weekly_summary(frame).totals), oracle.movement(folder)
            if moved != movement:
                wrong.append(f"{name}: weekly has {moved} for {movement}")
    return wrong


@pytest.mark.parametrize(
    "seed", [*range(5), *(pytest.param(seed, marks=pytest.mark.long) for seed in range(5, 60))]
)
def test_a_folder_answers_what_is_true(seed: int, tmp_path: Path) -> None:
    """A summary takes longer than all the rest: each fifth folder has one. ``count_folders.py`` counts thousands."""
    assert differences(seed, tmp_path, weekly=seed % 5 == 2) == []
