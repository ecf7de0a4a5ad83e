"""Each thing that a week may fail to judge, provoked through the command line: said on top, and never exit code 0."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

import pandas as pd
import pytest

from rev603.analysis import _provenance as kinds
from rev603.cli import main
from rev603.sample import sample_report, write_report

if TYPE_CHECKING:
    from collections.abc import Callable
    from pathlib import Path

TODAY = pd.Timestamp.now().normalize()
#: Nothing is stuck in it, so that nothing but doubt can make the exit code 1.
CALM = sample_report(lines=40, seed=3).assign(
    refund_secondary_status="Treasury Issued", check_or_ach="ACH", report_date=TODAY
)


def _changed(path: Path, change: Callable[[list[str]], list[str]]) -> None:
    rows = path.read_text(encoding="utf-8").splitlines(keepends=True)
    path.write_text("".join(change(rows)), encoding="utf-8", newline="")


def an_unknown_status(folder: Path) -> list[str]:
    write_report(CALM.assign(refund_secondary_status="Frobnicated"), folder / "week.csv")
    return []


def a_file_cut_off(folder: Path) -> list[str]:
    path = write_report(CALM, folder / "newest.xlsx")
    path.write_bytes(path.read_bytes()[:3000])
    return ["--on-error", "collect"]


def an_amount_that_is_none(folder: Path) -> list[str]:
    _changed(folder / "week.csv", lambda rows: [*rows[:-1], rows[-1].replace("$", "about ")])
    return ["--on-error", "collect"]


def a_lost_line(folder: Path) -> list[str]:
    _changed(folder / "week.csv", lambda rows: rows[:-1])
    return []


def two_pulls_of_a_day(folder: Path) -> list[str]:
    write_report(CALM.assign(refund_secondary_status="Sent to Treasury"), folder / "morning.csv")
    return []


def a_date_to_come(folder: Path) -> list[str]:
    write_report(CALM.assign(report_date=TODAY + pd.Timedelta(days=400)), folder / "week.csv")
    return []


def an_old_newest_report(folder: Path) -> list[str]:
    write_report(CALM.assign(report_date=TODAY - pd.Timedelta(days=11)), folder / "week.csv")
    return ["--max-age", "10"]


def one_payee_only(folder: Path) -> list[str]:
    return ["--payee", str(CALM["payee_id"].iloc[0])]


def no_notify_parties(folder: Path) -> list[str]:
    write_report(CALM, folder / "week.csv", columns=[name for name in CALM.columns[:17] if name != "care_of"])
    return []


def an_account_that_ends_earlier(folder: Path) -> list[str]:
    week = pd.Timedelta(days=7)
    for account in ("mine", "theirs"):
        (folder / account).mkdir()
        write_report(
            CALM.assign(report_date=CALM["report_date"] - week, refund_id=account),
            folder / account / f"{account}.csv",
        )
    (folder / "week.csv").rename(folder / "mine" / "week.csv")
    return []


PROVOKED: dict[str, tuple[Callable[[Path], list[str]], str]] = {
    kinds.UNKNOWN_STATUS: (an_unknown_status, r"40 lines, \$[0-9,.]+ in week.csv; Frobnicated: neither stuck, cleared nor"),
    kinds.NOT_OPENED: (a_file_cut_off, r"newest.xlsx: the file cannot be read and was passed over"),
    kinds.SET_ASIDE: (an_amount_that_is_none, r"1 line in week.csv;"),
    kinds.NOT_TIED: (a_lost_line, r"39 lines, -?\$[0-9,.]+ in week.csv; found less stated"),
    kinds.DISAGREE: (two_pulls_of_a_day, r"40 lines, \$[0-9,.]+ in morning.csv; a file of the same day"),
    kinds.FUTURE: (a_date_to_come, rf"it is dated {(TODAY + pd.Timedelta(days=400)).date()}"),
    # midnight may pass between the two
    kinds.TOO_OLD: (an_old_newest_report, rf"it is of {(TODAY - pd.Timedelta(days=11)).date()}, 1[12] days ago"),
}  # fmt: skip
MERELY_SAID: dict[str, tuple[Callable[[Path], list[str]], str]] = {
    kinds.EXTRACT: (one_payee_only, "the files that were read have 40 lines"),
    kinds.NO_COLUMN: (no_notify_parties, "C/O is not in the file"),
    kinds.BEHIND: (an_account_that_ends_earlier, r"week.csv is of"),
}


def shown(folder: Path, options: list[str], capsys: pytest.CaptureFixture[str]) -> tuple[int, str]:
    code = main(["weekly", str(folder), "--fail-on", "never", "--quiet", *options])
    return code, capsys.readouterr().out


@pytest.fixture
def week(tmp_path: Path) -> Path:
    """A folder with a calm week."""
    write_report(CALM, tmp_path / "week.csv")
    return tmp_path


def test_every_kind_is_provoked_here() -> None:
    alone = {kinds.NO_RECORD}  # of frames without provenance, which no command line has
    assert set(PROVOKED) == set(kinds._SERIOUS)
    assert set(MERELY_SAID) | alone == {kinds.EXTRACT, kinds.NO_RECORD, kinds.NO_COLUMN, kinds.BEHIND}


def test_a_calm_week_is_calm(week: Path, capsys: pytest.CaptureFixture[str]) -> None:
    code, out = shown(week, [], capsys)
    assert code == 0
    assert "every one ties out" in out
    assert "!" not in out
    assert "LOOK" not in out


@pytest.mark.parametrize("what", PROVOKED)
def test_what_could_not_be_judged_is_said_on_top_and_worth_a_1(
    what: str, week: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    provoke, sentence = PROVOKED[what]
    code, out = shown(week, provoke(week), capsys)
    assert code == 1
    top = out.split("\n\n")[0]
    assert "LOOK AT THIS FIRST" in top
    said = re.findall(r"^  ! (.+(?:\n    .+)*)", top, re.MULTILINE)
    assert said, "an alarm has its mark"
    told = [" ".join(each.split()) for each in said]
    assert any(each.startswith(f"{what.capitalize()}:") and re.search(sentence, each) for each in told)
    # nothing that bears the mark is good news, and no good news bears it
    assert all(each.split(":")[0].casefold() in PROVOKED for each in told)


@pytest.mark.parametrize("what", MERELY_SAID)
def test_what_is_merely_not_covered_is_said_and_is_no_alarm(
    what: str, week: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    provoke, sentence = MERELY_SAID[what]
    code, out = shown(week, provoke(week), capsys)
    assert code == 0
    top = out.split("\n\n")[0]
    assert "Not covered by this summary:" in top
    assert re.search(f"  - {what.capitalize()}:.*{sentence}", " ".join(top.split()).replace(" - ", "  - "))
    assert "!" not in top
