"""``rev603 check``: the verdict, the row accounting, the totals, and each remark with its cell and the way out."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from rev603.cli import main
from rev603.reading.issues import CATALOGUE
from rev603.sample import sample_report, write_report

SAMPLES = Path(__file__).parents[1] / "sample_data"


@pytest.fixture
def spoilt(tmp_path: Path) -> Path:
    """An export of 20 lines, of which one amount cannot be read."""
    path = write_report(sample_report(lines=20), tmp_path / "spoilt.csv")
    rows = path.read_text(encoding="utf-8").splitlines(keepends=True)
    rows[6] = rows[6].replace("$", "about ")
    path.write_text("".join(rows), encoding="utf-8", newline="")
    return path


def test_a_sound_file_is_accepted_with_every_row_accounted_for(capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["check", str(SAMPLES / "rev603_2026-11-06.xlsx"), "--json"]) == 0
    (file,) = json.loads(capsys.readouterr().out)["files"]
    assert file["verdict"] == "accepted"
    assert file["rows_read"] == file["lines"] + sum(file["set_aside"].values())
    assert file["control"]["ties_out"] is True
    assert main(["check", str(SAMPLES / "rev603_2026-11-06.xlsx")]) == 0
    out = capsys.readouterr().out
    assert f"{file['rows_read']} read = {file['lines']} refund lines + " in out
    assert "Ties out       yes" in out


def test_a_folder_is_checked_file_by_file_and_other_files_passed_over(
    capsys: pytest.CaptureFixture[str],
) -> None:
    assert main(["check", str(SAMPLES)]) == 0
    said = capsys.readouterr()
    assert said.out.count(": accepted\n") == 4
    assert "entries.csv: no refund report" in said.err


def test_an_unreadable_cell_is_named_with_its_line_and_the_way_out(
    spoilt: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    assert main(["check", str(spoilt)]) == 1
    out = capsys.readouterr().out
    assert "does not tie out" in out
    assert "19 refund lines + 5 set aside" in out  # three rows of totals, the headings, and the line
    assert "ERROR amount-unreadable" in out
    assert "7" in out.split("amount-unreadable")[1].splitlines()[1]
    assert f"what to do: {CATALOGUE['amount-unreadable'].what_to_do}" in out


def test_a_lost_line_shows_in_the_totals(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    path = write_report(sample_report(lines=20), tmp_path / "lost.csv")
    rows = path.read_text(encoding="utf-8").splitlines(keepends=True)
    path.write_text("".join(rows[:-1]), encoding="utf-8", newline="")
    assert main(["check", str(path)]) == 1
    out = capsys.readouterr().out
    assert "20 stated, 19 found" in out
    assert "Ties out       NO" in out


def test_many_remarks_of_a_kind_are_counted_and_all_of_them_shown_on_request(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    path = write_report(
        sample_report(lines=20).assign(refund_secondary_status="Lost at sea"), tmp_path / "x.csv"
    )
    assert main(["check", str(path)]) == 1
    brief = capsys.readouterr().out
    assert main(["check", str(path), "--all"]) == 1
    whole = capsys.readouterr().out
    assert "status-unknown" in brief
    assert len(whole) >= len(brief)
    assert "--all shows them" not in whole


def test_a_file_that_cannot_be_read_exits_2_and_does_not_hide_the_others(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    good = write_report(sample_report(lines=5), tmp_path / "good.csv")
    (tmp_path / "cut.xlsx").write_bytes(b"PK\x03\x04 cut off")
    assert main(["check", str(tmp_path / "cut.xlsx"), str(good)]) == 2
    out = capsys.readouterr().out
    assert "cut.xlsx: cannot be read" in out
    assert "good.csv: accepted" in out
    assert main(["check", str(tmp_path / "cut.xlsx"), "--json"]) == 2
    (file,) = json.loads(capsys.readouterr().out)["files"]
    assert file["error"]["type"] == "UnrecognizedFileError"
    assert file["error"]["what_to_do"]


def test_explain_covers_the_whole_catalogue(capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["check", "--explain", "all"]) == 0
    out = capsys.readouterr().out
    for kind in CATALOGUE.values():
        assert f"{kind.code} ({kind.severity})\n  {kind.meaning}\n" in out
    assert main(["check", "--explain", "all", "--json"]) == 0
    assert [kind["code"] for kind in json.loads(capsys.readouterr().out)] == list(CATALOGUE)


def test_explain_speaks_of_options_not_of_python(capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["check", "--explain", "ambiguous-grain"]) == 0
    assert "--grain refund" in capsys.readouterr().out
