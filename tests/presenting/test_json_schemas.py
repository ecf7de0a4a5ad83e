"""Every JSON output is what its JSON Schema says, and the schema names every key of it."""

from __future__ import annotations

import json
import shlex
from pathlib import Path
from typing import Any

import pytest
from jsonschema import Draft202012Validator

import rev603
from rev603.cli import main
from rev603.presenting.answer import Answer
from rev603.presenting.packs import ClientPack

ROOT = Path(__file__).parents[2]
SAMPLES = ROOT / "sample_data"
SCHEMA: dict[str, Any] = json.loads((ROOT / "rev603/presenting/schemas.json").read_text("utf-8"))


def check(output: Any, name: str) -> None:
    schema = {**SCHEMA, "$ref": f"#/$defs/{name}"}
    Draft202012Validator.check_schema(schema)
    wrong = [
        f"{error.json_path}: {error.message}" for error in Draft202012Validator(schema).iter_errors(output)
    ]
    assert wrong == []


@pytest.fixture(scope="module")
def history() -> Any:
    return rev603.read_history(SAMPLES)


@pytest.fixture(scope="module")
def answers(history: Any) -> dict[str, Any]:
    entries = rev603.read_entries(SAMPLES / "entries.csv")
    return {
        "weeklysummary": rev603.weekly_summary(history),
        "reconciliation": rev603.reconcile(rev603.current(history), entries, tolerance=5.0),
        "report": rev603.read(SAMPLES / "rev603_2026-11-13.csv"),
        "lines": rev603.Lines(history),
    }


@pytest.mark.long
@pytest.mark.parametrize("name", ["weeklysummary", "reconciliation", "report", "lines"])
def test_an_answer_is_what_its_schema_says_and_no_key_is_left_unsaid(
    name: str, answers: dict[str, Any]
) -> None:
    output = json.loads(answers[name].to_json())
    check(output, name)
    assert answers[name].json_schema() == {**SCHEMA, "$ref": f"#/$defs/{name}"}
    assert set(output) == set(SCHEMA["$defs"][name]["properties"])


@pytest.mark.long
def test_a_first_week_and_a_week_that_could_not_be_judged_are_too(history: Any) -> None:
    check(rev603.weekly_summary(history, week_ending="2026-10-30").to_dict(), "weeklysummary")
    odd = history.assign(refund_secondary_status="Frobnicated")
    check(rev603.weekly_summary(odd, today="2030-01-01", max_age=3).to_dict(), "weeklysummary")


@pytest.mark.long
def test_a_pack_is_too(history: Any) -> None:
    for pack in rev603.client_packs(history)[:3]:
        check(json.loads(json.dumps(pack.to_dict())), "clientpack")


@pytest.mark.long
@pytest.mark.parametrize(
    ("command", "name"),
    [
        ("weekly {data} --json", "weeklysummary"),
        ("reconcile {data} --entries {data}/entries.csv --json", "reconciliation"),
        ("check {data} {data}/README.md --json", "check"),
        ("check --explain all --json", "explanations"),
        ("guide enroll --json", "guide"),
        ("rejects {data} --json", "listing"),
        ("group {data} --by payee --json", "listing"),
        ("worklist {data} --json", "listing"),
        ("reissue {data} --json", "listing"),
        ("changes {data} --json", "listing"),
        ("ageing {data} --json", "listing"),
        ("letters {data} -o {out} --json", "written"),
        ("convert {data} -o {out}.csv --json", "written"),
    ],
)
def test_every_command_prints_what_the_schema_says(
    command: str, name: str, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    main(shlex.split(command.format(data=SAMPLES, out=tmp_path / "out")))
    check(json.loads(capsys.readouterr().out), name)


def test_every_kind_of_answer_has_a_schema() -> None:
    for kind in (rev603.WeeklySummary, rev603.Reconciliation, rev603.Report, ClientPack, rev603.Lines):
        assert kind.json_schema()["$ref"].removeprefix("#/$defs/") in SCHEMA["$defs"]
    assert {kind.__name__ for kind in Answer.__subclasses__()} == {
        "WeeklySummary", "Reconciliation", "Report", "ClientPack", "Lines",
    }  # fmt: skip


def test_what_is_not_an_output_is_refused(answers: dict[str, Any]) -> None:
    output = answers["weeklysummary"].to_dict()
    for spoiled in ({**output, "serious": "no"}, {**output, "stuck": [{"amount": "$5.00"}]}, {}):
        assert not Draft202012Validator(rev603.WeeklySummary.json_schema()).is_valid(spoiled)
