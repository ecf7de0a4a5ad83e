"""The commands of the cure: what they print, what they write, and how they end."""

from __future__ import annotations

import json
from pathlib import Path

import pandas as pd
import pytest

import rev603
from rev603.cli import main
from rev603.sample import sample_report, write_report


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


SAMPLES = str(Path(__file__).parents[1] / "sample_data")
STATE = rev603.current(rev603.read_history(SAMPLES))
STUCK = rev603.rejects(STATE, include_returned=True)
WORK = rev603.enrollment_worklist(STATE, as_of="2026-11-13")


@pytest.mark.long
@pytest.mark.parametrize(
    ("filters", "lines"),
    [
        (["--status", "returned"], STUCK["disposition"] == "returned"),
        (["--status", "Reject No ACH"], STUCK["refund_secondary_status"] == "Reject No ACH"),
        (["--filer", str(STUCK["filer_code"].iloc[0])], STUCK["filer_code"] == STUCK["filer_code"].iloc[0]),
        (["--notify-party", "a"], STUCK["care_of"].fillna("").str.lower().str.contains("a")),
        (["--payee", str(STUCK["payee_id"].iloc[-1])], STUCK["payee_id"] == STUCK["payee_id"].iloc[-1]),
    ],
)
def test_a_filter_chooses_lines_of_the_worklist_and_of_the_requests_by_the_refunds_behind_them(
    filters: list[str], lines: pd.Series, capsys: pytest.CaptureFixture[str]
) -> None:
    assert 0 < lines.sum() < len(STUCK)
    main(["worklist", SAMPLES, "--json", "--mask", "none", *filters])
    work = json.loads(capsys.readouterr().out)["worklist"]
    behind = set(zip(STUCK["payee_id"][lines], STUCK["care_of"][lines].fillna(""), strict=True))
    assert {(line["payee_id"], line["care_of"] or "") for line in work} == behind
    # what is seen of others is evidence still: a line says what it says without a filter
    said = {(line["payee_id"], line["care_of"] or ""): line["evidence"] for line in work}
    whole = WORK.assign(care_of=WORK["care_of"].fillna("")).set_index(["payee_id", "care_of"])["evidence"]
    assert said == {key: whole[key] for key in behind}
    main(["reissue", SAMPLES, "--all", "--json", "--mask", "none", *filters])
    asked = json.loads(capsys.readouterr().out)["reissue"]
    assert {line["refund_id"] for line in asked} == set(STUCK["refund_id"][lines])


def test_amounts_and_days_of_a_worklist_are_those_of_its_lines(capsys: pytest.CaptureFixture[str]) -> None:
    least, days = float(WORK["amount"].median()), int(WORK["days_waiting"].median())
    main(["worklist", SAMPLES, "--json", "--min-amount", str(least), "--min-days", str(days)])
    expected = WORK[(WORK["amount"] >= least) & (WORK["days_waiting"] >= days)]
    assert 0 < len(expected) < len(WORK)
    work = json.loads(capsys.readouterr().out)["worklist"]
    assert [line["amount"] for line in work] == list(expected["amount"])


@pytest.mark.parametrize("command", ["rejects", "ageing", "changes", "worklist", "reissue", "group"])
@pytest.mark.parametrize(
    "filters",
    [
        ["--payee", "no such payee"], ["--notify-party", "nobody"], ["--filer", "ZZZ"], ["--status", "no such status"],
        ["--min-amount", "999999999"], ["--min-days", "9999"],
    ],
)  # fmt: skip
def test_every_command_that_lists_takes_every_filter(
    command: str, filters: list[str], export: str, capsys: pytest.CaptureFixture[str]
) -> None:
    by = ["--by", "payee"] if command == "group" else []
    assert main([command, export, *by, *filters, "--json"]) == 0
    assert json.loads(capsys.readouterr().out)["lines"] == 0


@pytest.mark.parametrize("command", ["rejects", "ageing", "changes", "worklist", "reissue", "group"])
def test_every_list_can_be_written_and_never_over_its_input(
    command: str, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    by = ["--by", "payee"] if command == "group" else []
    target = tmp_path / "made" / "list.csv"
    main([command, SAMPLES, *by, "--json", "-o", str(target)])
    answer = json.loads(capsys.readouterr().out)
    assert len(pd.read_csv(target)) == answer["lines"] > 0
    mine = write_report(sample_report(lines=30), tmp_path / "export.csv")
    before = mine.read_bytes()
    assert main([command, str(mine), *by, "-o", str(mine)]) == 2
    assert mine.read_bytes() == before
