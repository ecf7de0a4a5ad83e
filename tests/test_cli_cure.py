"""The commands of the cure: what they print, what they write, and how they end."""

from __future__ import annotations

import json
from pathlib import Path

import pandas as pd
import pytest

from rev603.cli import main
from rev603.sample import sample_report
from rev603.sample._write import write_report


@pytest.fixture(scope="module")
def export(tmp_path_factory: pytest.TempPathFactory) -> str:
    """One export of the samples, which has every step."""
    folder = tmp_path_factory.mktemp("exports")
    return str(write_report(sample_report(lines=300, seed=84), folder / "rev603_2026-11-13.csv"))


def test_the_worklist_is_rolled_up_by_actor_and_the_log_counts(
    export: str, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    assert main(["worklist", export, "--json", "--quiet", "--mask", "none"]) == 1
    answer = json.loads(capsys.readouterr().out)
    assert sum(line["lines"] for line in answer["worklist"]) == sum(
        line["lines"] for line in answer["worklist_by_actor"]
    )
    first = answer["worklist"][0]
    log = tmp_path / "log.csv"
    log.write_text(
        f"Payee ID;C/O;Requested on\n{first['payee_id']};{first['care_of'] or ''};12/31/2026\n",
        encoding="utf-8",
    )
    log.write_text(log.read_text(encoding="utf-8").replace("C/O", "care of"), encoding="utf-8")
    assert main(["worklist", export, "--json", "--quiet", "--log", str(log)]) == 1
    again = json.loads(capsys.readouterr().out)["worklist"]
    assert [line["step"] for line in again if line["evidence"].startswith("your log")] == ["waiting for CBP"]


def test_full_numbers_are_warned_of(export: str, tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    target = tmp_path / "requests.csv"
    assert main(["reissue", export, "--all", "--mask", "none", "-o", str(target)]) == 0
    assert "Warning: social security numbers are shown in full" in capsys.readouterr().err
    assert target.stat().st_mode & 0o077 == 0
    assert len(pd.read_csv(target)) > 5


def test_letters_are_written_with_the_signature(
    export: str, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    signature = tmp_path / "signature.txt"
    signature.write_text("Jo Roe\njo.roe@example.com\n", encoding="utf-8")
    folder = tmp_path / "letters"
    assert main(["letters", export, "-o", str(folder), "--sender", str(signature), "--json"]) == 0
    written = [Path(each) for each in json.loads(capsys.readouterr().out)["written"]]
    assert {path.suffix for path in written} == {".txt", ".html", ".eml"}
    assert all(
        "jo.roe@example.com" in path.read_text(encoding="utf-8") for path in written if path.suffix == ".txt"
    )


def test_a_log_that_is_not_there_is_named(export: str, capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["worklist", export, "--log", "nowhere.csv"]) == 2
    assert "There is no such log." in capsys.readouterr().err
