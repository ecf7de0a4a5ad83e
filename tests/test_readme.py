"""The README holds what it promises: commands of one line, links that lead somewhere, names that are there."""

from __future__ import annotations

import re
import shlex
from pathlib import Path

import pytest

import rev603
from rev603.cli import main

ROOT = Path(__file__).parents[1]
README = (ROOT / "README.md").read_text(encoding="utf-8")


def blocks(language: str) -> list[str]:
    return [
        text.strip() for text in re.findall(rf"^```{language}\n(.*?)^```$", README, re.MULTILINE | re.DOTALL)
    ]


def test_two_commands_of_one_line_each_make_their_own_environment() -> None:
    commands = blocks("bash")
    assert len(commands) == 2
    for command in commands:
        assert "\n" not in command
        assert command.startswith("python3 -m venv .venv && ")
    assert "pytest" in commands[1]


def test_the_first_command_shows_the_summary_writes_the_workbook_and_succeeds(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.chdir(tmp_path)
    (tmp_path / "sample_data").symlink_to(ROOT / "sample_data")
    arguments = shlex.split(blocks("bash")[0].split(".venv/bin/rev603 ")[1])
    assert main(arguments) == 0
    assert "Act now" in capsys.readouterr().err
    assert (tmp_path / "weekly.xlsx").read_bytes()[:2] == b"PK"


def test_the_powershell_command_does_the_same_as_the_first() -> None:
    (windows,) = blocks("powershell")
    assert windows.split("rev603 ")[-1] == blocks("bash")[0].split("rev603 ")[-1]


def test_links_and_pictures_lead_to_files() -> None:
    targets = [target for target in re.findall(r"\]\(([^)#]+)\)", README) if "://" not in target]
    assert len(targets) >= 8
    assert [target for target in targets if not (ROOT / target).exists()] == []


def test_every_name_of_the_library_that_is_mentioned_is_there() -> None:
    names = set(re.findall(r"rev603\.([a-z_]+)(?=[(.`,])", README)) - {"exe"}
    assert len(names) >= 15
    assert [name for name in sorted(names) if not hasattr(rev603, name)] == []


def test_python_blocks_compile() -> None:
    assert len(blocks("python")) == 2
    for number, text in enumerate(blocks("python")):
        compile(text, f"README block {number}", "exec")


def test_every_command_is_in_the_table(capsys: pytest.CaptureFixture[str]) -> None:
    main(["--help"])
    commands = re.findall(r"^    ([a-z]+) +[a-z]", capsys.readouterr().out, re.MULTILINE)
    assert len(commands) >= 14
    assert [command for command in commands if f"`rev603 {command}" not in README] == []
