"""Files broken at random end in a report or a Rev603Error; each that once did not is kept and read again.

``REV603_FUZZ=20000`` makes a long run of it, ``REV603_FUZZ_SEED`` another one. A file that fails is left in the folder
that the failure names: copy it to ``crashers`` under a name that says what is wrong with it.
"""

from __future__ import annotations

import os
from pathlib import Path

import pytest
from isolated import read_isolated
from mutants import mutants

CRASHERS = sorted((Path(__file__).parent / "crashers").glob("*.*"))


@pytest.mark.long
def test_broken_files_end_in_a_report_or_a_rev603_error(tmp_path: Path) -> None:
    count, seed = int(os.environ.get("REV603_FUZZ", "60")), int(os.environ.get("REV603_FUZZ_SEED", "603"))
    paths = []
    for name, data in mutants(seed, count):
        path = tmp_path / name
        path.write_bytes(data)
        paths.append(path)
    outcomes = read_isolated(paths)
    assert len(outcomes) == count
    assert [outcome for outcome in outcomes if not outcome.fine] == []
    # a run in which all files are refused at the door, or none is, tries nothing
    assert {outcome.kind for outcome in outcomes} == {"report", "refused"}


def test_the_same_seed_breaks_the_same_files() -> None:
    assert list(mutants(7, 20)) == list(mutants(7, 20))
    assert list(mutants(7, 20)) != list(mutants(8, 20))


def test_what_once_crashed_does_not() -> None:
    assert CRASHERS
    assert [outcome for outcome in read_isolated(CRASHERS) if not outcome.fine] == []
