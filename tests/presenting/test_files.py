"""Files that are whole or not there, keep their mode, and never take the place of what they were made from."""

from __future__ import annotations

import os
import signal
import stat
import subprocess
import sys
import time
from pathlib import Path

import pandas as pd
import pytest

from rev603.errors import Rev603Error
from rev603.presenting.files import refuse_to_overwrite, write_text
from rev603.presenting.line_files import write_lines


def mode(path: Path) -> int:
    return stat.S_IMODE(path.stat().st_mode)


def test_an_existing_file_keeps_its_mode(tmp_path: Path) -> None:
    target = tmp_path / "week.md"
    target.write_text("old")
    target.chmod(0o640)
    write_text(target, "new")
    assert (target.read_text(), mode(target)) == ("new", 0o640)


def test_a_private_file_is_its_owners_alone(tmp_path: Path) -> None:
    target = tmp_path / "full.md"
    target.write_text("old")
    write_text(target, "full numbers", private=True)
    assert mode(target) == 0o600


def test_a_missing_folder_is_named(tmp_path: Path) -> None:
    with pytest.raises(Rev603Error, match="There is no folder") as caught:
        write_text(tmp_path / "not there" / "week.md", "x")
    assert "not there" in str(caught.value)


def test_what_a_killed_process_left_is_cleared_after_a_day_and_nothing_else_is(tmp_path: Path) -> None:
    old, young, other = (tmp_path / name for name in (".rev603-a.tmp", ".rev603-b.tmp", "other.tmp"))
    for path in (old, young, other):
        path.write_text("half")
    two_days_ago = time.time() - 2 * 24 * 60 * 60
    for path in (old, other):
        os.utime(path, (two_days_ago, two_days_ago))
    write_text(tmp_path / "week.md", "x")
    assert sorted(path.name for path in tmp_path.iterdir()) == [".rev603-b.tmp", "other.tmp", "week.md"]


@pytest.mark.parametrize("link", ["symlink", "hardlink", "other spelling"])
def test_an_output_that_is_an_input_is_refused_through_any_path(tmp_path: Path, link: str) -> None:
    export = tmp_path / "export.csv"
    export.write_text("Refund ID")
    target = tmp_path / "out.csv"
    if link == "symlink":
        target.symlink_to(export)
    elif link == "hardlink":
        target.hardlink_to(export)
    else:
        target = tmp_path / ".." / tmp_path.name / "export.csv"
    with pytest.raises(Rev603Error, match="one of the files to read"):
        refuse_to_overwrite([export], [target])
    refuse_to_overwrite([export], [tmp_path / "another.csv"])


def test_an_error_while_writing_leaves_the_old_file_and_no_temporary_one(tmp_path: Path) -> None:
    target = tmp_path / "week.md"
    target.write_text("old")
    with pytest.raises(UnicodeEncodeError):
        write_text(target, "half \ud800")  # half a surrogate pair is not UTF-8
    assert [path.name for path in tmp_path.iterdir()] == ["week.md"]
    assert target.read_text() == "old"


@pytest.mark.skipif(sys.platform == "win32", reason="Windows has no SIGTERM to catch")
def test_a_command_that_is_asked_to_end_leaves_no_temporary_file(tmp_path: Path) -> None:
    program = (
        "import sys, time; import rev603.cli as cli\n"
        "from rev603.presenting.files import whole_file\n"
        "def run(argv):\n"
        f"    with whole_file({str(tmp_path / 'week.md')!r}):\n"
        "        print('writing', flush=True); time.sleep(60)\n"
        "cli._run = run\n"
        "sys.exit(cli.main([]))\n"
    )
    with subprocess.Popen([sys.executable, "-c", program], stdout=subprocess.PIPE, text=True) as process:
        assert process.stdout is not None
        assert process.stdout.readline() == "writing\n"
        process.send_signal(signal.SIGTERM)
        assert process.wait(timeout=30) == 128 + signal.SIGTERM
    assert list(tmp_path.iterdir()) == []


@pytest.mark.parametrize(
    "sign", ["=", "+", "-", "@", "\t", "\r", "\n", "\uff1d", "\uff0b", "\uff0d", "\uff20"]
)
@pytest.mark.parametrize("dtype", ["str", object, "category"])
def test_no_cell_and_no_heading_of_a_csv_begins_like_a_formula(tmp_path: Path, sign: str, dtype: str) -> None:
    frame = pd.DataFrame({f"{sign}heading": pd.Series([f"{sign}1+1", "plain"], dtype=dtype)})
    write_lines(frame, tmp_path / "lines.csv")
    told = (tmp_path / "lines.csv").read_bytes().decode("utf-8-sig")
    assert told.startswith(f'"\'{sign}heading"\n"\'{sign}1+1"\n"plain"')
