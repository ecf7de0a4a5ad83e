"""The recipes do what they say, one after the other, as somebody would who follows the page."""

from __future__ import annotations

import re
from pathlib import Path

import pandas as pd
import pytest

import rev603
from rev603.sample import sample_report, write_report

ROOT = Path(__file__).parents[1]
PAGE = ROOT.joinpath(".docs", "recipes.md").read_text(encoding="utf-8")
TWELVE = (
    "refund_id", "payee_id", "company_name", "refund_date", "refund_status", "refund_secondary_status",
    "document_number", "total_refund_amount", "check_or_trace_number", "check_or_ach", "center_id", "port_code",
)  # fmt: skip


def recipes() -> list[str]:
    return re.findall(r"^```python\n(.*?)^```$", PAGE, re.MULTILINE | re.DOTALL)


@pytest.fixture
def desk(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A folder as a user has it: the samples, an entry list of one's own, two accounts, a narrow export."""
    (tmp_path / "sample_data").symlink_to(ROOT / "sample_data")
    lines = sample_report(lines=60, seed=5)
    for number, account in enumerate(("account_a", "account_b")):
        (tmp_path / account).mkdir()
        write_report(lines.iloc[number::2].reset_index(drop=True), tmp_path / account / "export.csv")
    write_report(lines, tmp_path / "twelve_columns.csv", columns=TWELVE)
    own = pd.DataFrame(
        {"Our Entry": lines["entry_number"].dropna().head(5), "Duty Back": "10.00", "Interest Back": "0.50"}
    )
    own.to_csv(tmp_path / "own_list.csv", index=False)
    (tmp_path / "out").mkdir()
    monkeypatch.chdir(tmp_path)
    monkeypatch.setenv("MPLBACKEND", "agg")
    return tmp_path


def test_every_recipe_runs_and_none_is_longer_than_five_lines(desk: Path) -> None:
    names: dict[str, object] = {}
    for recipe in recipes():
        assert len([line for line in recipe.splitlines() if line.strip()]) <= 5
        exec(compile(recipe, "recipes.md", "exec"), names)  # noqa: S102 - our own page
    assert len(recipes()) == 11
    assert list(desk.joinpath("out").glob("*.png"))
    assert list(desk.joinpath("out").glob("*.xlsx"))


def test_two_accounts_are_one_whole(desk: Path) -> None:
    both = rev603.read_history([desk / "account_a", desk / "account_b"])
    assert len(both) == 60
