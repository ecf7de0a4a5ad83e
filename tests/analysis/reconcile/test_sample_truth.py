"""Reconciliation of synthetic exports whose truth the generator knows."""

from __future__ import annotations

import pytest

from rev603.analysis.reconcile import compare
from rev603.sample import sample_entries, sample_report


@pytest.mark.long
@pytest.mark.parametrize(("lines", "seed"), [(400, 603), (5_000, 1), (5_000, 2)])
def test_every_entry_gets_the_outcome_that_the_generator_gave_it(lines: int, seed: int) -> None:
    refunds = sample_report(lines=lines, seed=seed)
    entries = sample_entries(refunds, seed=seed, truth=True)
    answer = compare(refunds, entries.drop(columns=["case", "truth"]))
    known = entries["truth"].notna().to_numpy()
    assert known.sum() > 0.9 * len(entries)
    assert entries["truth"][known].nunique() >= 7
    assert answer.entries["outcome"][known].tolist() == entries["truth"][known].tolist()
    assert answer.proof.unexplained == 0.0
    assert len(answer.refunds) == len(refunds)
    assert len(answer.entries) == len(entries)
