"""The recipes do what they say, one after the other, as somebody would who follows the page."""

from __future__ import annotations

import ast
import re
import shlex
from pathlib import Path
from typing import Any

import pandas as pd
import pytest

import rev603
from rev603.cli import main
from rev603.reading.words import words_of
from rev603.sample import sample_report, write_report
from rev603.vocabulary.statuses import PAYMENT_STATES

ROOT = Path(__file__).parents[1]
PAGE = ROOT.joinpath(".docs", "recipes.md").read_text(encoding="utf-8")
VOCABULARY = ROOT.joinpath(".docs", "vocabulary.md").read_text(encoding="utf-8")
TWELVE = (
    "refund_id", "payee_id", "company_name", "refund_date", "refund_status", "refund_secondary_status",
    "refund_type", "document_number", "total_refund_amount", "check_or_trace_number", "center_id", "port_code",
)  # fmt: skip


def blocks(language: str, page: str = PAGE) -> list[tuple[str, str]]:
    """Return each block of a language, and the text behind it that shows what it gives, if any does."""
    found = re.findall(
        rf"^```{language}\n(.*?)^```$(?:\n\n^```text\n(.*?)^```$)?", page, re.MULTILINE | re.DOTALL
    )
    return [(block, shown) for block, shown in found]


def run(recipe: str, names: dict[str, Any]) -> Any:
    """Run a recipe as a cell of a notebook, and return what its last line gives."""
    *before, last = ast.parse(recipe).body
    exec(compile(ast.Module(before, []), "recipes.md", "exec"), names)  # noqa: S102 - our own page
    if not isinstance(last, ast.Expr):
        exec(compile(ast.Module([last], []), "recipes.md", "exec"), names)  # noqa: S102 - our own page
        return None
    return eval(compile(ast.Expression(last.value), "recipes.md", "eval"), names)  # noqa: S307 - our own page


@pytest.fixture
def desk(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A folder as a user has it: samples, an export and an entry list of one's own, two accounts, a narrow export."""
    (tmp_path / "sample_data").symlink_to(ROOT / "sample_data")
    lines = sample_report(lines=60, seed=5)
    for number, account in enumerate(("account_a", "account_b")):
        (tmp_path / account).mkdir()
        write_report(lines.iloc[number::2].reset_index(drop=True), tmp_path / account / "export.csv")
    write_report(lines, tmp_path / "twelve_columns.csv", columns=TWELVE, layout="table")
    export = pd.read_csv(write_report(lines, tmp_path / "own.csv", layout="table"), dtype="str")
    export = export.rename(columns={"Refund ID": "Our Ref", "Refund Date": "Posted"})
    export.drop(columns="Total Refund Amount").assign(Duty="10.00", Interest="0.50").to_csv(
        tmp_path / "own.csv", index=False
    )
    own = pd.DataFrame(
        {"Our Entry": lines["entry_number"].dropna().head(5), "Duty Back": "10.00", "Interest Back": "0.50"}
    )
    own.to_csv(tmp_path / "own_list.csv", index=False)
    monkeypatch.chdir(tmp_path)
    monkeypatch.setenv("MPLBACKEND", "agg")
    return tmp_path


def test_every_recipe_runs_and_gives_what_the_page_shows_in_at_most_five_lines(desk: Path) -> None:
    names: dict[str, Any] = {}
    told = 0
    for recipe, shown in blocks("python"):
        assert len([line for line in recipe.splitlines() if line.strip()]) <= 5
        given = run(recipe, names)
        if isinstance(given, pd.DataFrame):
            assert len(given), recipe  # a recipe that finds nothing teaches nothing
        if shown:
            assert str(given) == shown.rstrip("\n")
            told += 1
    assert len(blocks("python")) == 15
    assert told == 2
    assert list(desk.joinpath("out").glob("*.png"))


def test_every_command_of_the_page_runs(desk: Path, capsys: pytest.CaptureFixture[str]) -> None:
    commands = [line for block, _ in blocks("bash") for line in block.replace("\\\n", "").splitlines()]
    assert len(commands) == 4
    for command in commands:
        assert main(shlex.split(command)[1:]) < 2
        assert capsys.readouterr().out.strip()


def test_no_recipe_puts_a_persons_number_into_a_file_or_its_name(desk: Path) -> None:
    lines = sample_report(lines=8, seed=5).assign(
        payee_id="000-12-3456", company_name="Orla Ixwell", refund_secondary_status="Reject No ACH", amount=6e3,
        refund_id="R1", refund_date=pd.Timestamp("2026-01-05"), report_date=pd.Timestamp("2026-11-13"),
    )  # fmt: skip
    (recipe,) = [block for block, _ in blocks("python") if "write_lines(old" in block]
    run(recipe, {"rev603": rev603, "state": lines, "stuck": lines})
    (written,) = desk.joinpath("out").iterdir()
    assert written.name == "orla-ixwell-xxx-xx-3456.xlsx"  # 8 lines of $6,000 are one refund over $10,000
    told = pd.read_excel(written, dtype="str")
    assert len(told) == 8
    assert "000-12-3456" not in told.to_string()


def test_compared_first_and_chosen_then_nothing_that_moved_to_a_party_is_new(desk: Path) -> None:
    (recipe,) = [block for block, _ in blocks("python") if "rev603.changes(" in block]
    lines = sample_report(lines=2, seed=5).assign(care_of="Other Counsel LLC")
    moved = lines.assign(care_of="Olmuvorn Clearance Services LLC", check_or_ach="Check")
    days = pd.to_datetime(["2026-11-06", "2026-11-13"])
    history = pd.concat([lines.assign(report_date=days[0]), moved.assign(report_date=days[1])])
    told = run(recipe, {"rev603": rev603, "history": history.reset_index(drop=True)})
    assert len(told)
    assert not told["change"].str.contains("new").any()


def test_two_accounts_are_one_whole(desk: Path) -> None:
    both = rev603.read_history([desk / "account_a", desk / "account_b"])
    assert len(both) == 60


def test_the_page_of_the_vocabulary_teaches_what_can_be_taught(desk: Path) -> None:
    ((toml, _),) = blocks("toml", VOCABULARY)
    desk.joinpath("words.toml").write_text(toml, encoding="utf-8")
    ((python, _),) = blocks("python", VOCABULARY)
    names: dict[str, Any] = {}
    run(python, names)
    taught = words_of(desk / "words.toml")
    assert set(names["words"]) == {"headings", "statuses", "centers", "teams"} == set(vars(taught))
    assert (
        taught.state("held for review") == words_of(names["words"]).state("held for review") == "in transit"
    )
    assert [state for state in PAYMENT_STATES[:-1] if f"`{state}`" not in VOCABULARY] == []


def test_numbers_with_suffix_and_whole_importers_that_were_never_paid_by_ach(desk: Path) -> None:
    state = rev603.current(rev603.read_history("sample_data"))
    numbers, importers = (
        run(recipe, {"rev603": rev603, "state": state})
        for recipe, _ in blocks("python")
        if '["ach_amount"] == 0' in recipe
    )
    by_ach = state[
        state["check_or_ach"].eq("ACH") & state["refund_secondary_status"].str.contains("ssued", na=False)
    ]
    assert len(numbers) == len(set(state["payee_id"]) - set(by_ach["payee_id"])) == 9
    assert len(importers) == 2
    assert not set(importers["importer"]) & {number[:10] for number in by_ach["payee_id"]}


def test_what_the_page_says_is_not_told_without_check_or_ach_and_care_of_is_not(desk: Path) -> None:
    refunds = rev603.read("twelve_columns.csv").refunds
    day = pd.Timestamp("2026-11-13")
    assert len(rev603.by_method(refunds)) == len(rev603.by_notify_party(refunds)) == 1
    paid = rev603.by_disposition(refunds).set_index("disposition")["amount"]
    assert rev603.by_method(refunds)["not_stated_amount"].tolist() == [paid["paid, method not stated"]]
    work = rev603.enrollment_worklist(refunds, as_of=day)
    assert set(work["step"]) == {"check the account", "enroll"}
    assert set(work["actor"]) == {"payee"}
    assert rev603.reissue_requests(refunds).empty
    bars = rev603.plots.check_vs_ach(refunds).containers
    assert {bar.get_height() for group in bars for bar in group} == {0.0}
    for answer in (rev603.current, rev603.weekly_summary):
        with pytest.raises(rev603.Rev603Error, match="no report date"):
            answer(refunds)
