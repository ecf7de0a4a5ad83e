"""``rev603 weekly``, for a person at the screen and for a job that nobody watches."""

from __future__ import annotations

import json
from pathlib import Path

import pandas as pd
import pytest

import rev603
from rev603.cli import main
from rev603.sample import sample_history, sample_report, write_report

SAMPLES = str(Path(__file__).parents[1] / "sample_data")


@pytest.fixture(scope="module")
def same_week_twice(tmp_path_factory: pytest.TempPathFactory) -> str:
    """Two weeks with the same rejects, so that none is new."""
    folder = tmp_path_factory.mktemp("twice")
    lines = sample_report(lines=120)
    assert rev603.flag_rejects(lines)["is_reject_no_ach"].any()
    for day in ("2026-11-06", "2026-11-13"):
        write_report(lines.assign(report_date=pd.Timestamp(day)), folder / f"{day}.csv")
    return str(folder)


def test_samples_show_what_is_stuck_and_who_must_act_and_exit_1(capsys: pytest.CaptureFixture[str]) -> None:
    week = rev603.weekly_summary(rev603.read_history(SAMPLES))
    assert main(["weekly", SAMPLES]) == 1
    out = capsys.readouterr().out
    assert f"${week.totals['stuck_amount']:,.2f} is stuck in {week.totals['stuck_lines']} lines" in out
    for title in ("Act now", "What changed", "Where the money is", "By payee", "By notify party"):
        assert title in out
    assert max(map(len, out.splitlines())) <= 132


@pytest.mark.long
def test_samples_have_news_of_each_kind() -> None:
    totals = rev603.weekly_summary(rev603.read_history(SAMPLES)).totals
    for name in (
        "newly_stuck",
        "still_stuck",
        "cleared",
        "rejected",
        "returned",
        "diverted",
        "checks_after_cutover",
    ):
        assert totals[f"{name}_lines"] > 0, name


@pytest.mark.long
def test_json_is_the_summarys_own(capsys: pytest.CaptureFixture[str]) -> None:
    main(["weekly", SAMPLES, "--json"])
    assert (
        json.loads(capsys.readouterr().out) == rev603.weekly_summary(rev603.read_history(SAMPLES)).to_dict()
    )


@pytest.mark.long
def test_a_folder_gets_every_format_named_by_the_week_and_the_same_bytes_each_time(tmp_path: Path) -> None:
    first, second = tmp_path / "first", tmp_path / "second"
    for folder in (first, second, first):
        assert main(["weekly", SAMPLES, "-o", f"{folder}/", "--quiet"]) == 1
    names = sorted(path.name for path in first.iterdir())
    assert names == [f"rev603-weekly-2026-11-13.{ending}" for ending in ("html", "json", "md", "xlsx")]
    assert all((first / name).read_bytes() == (second / name).read_bytes() for name in names)


@pytest.mark.long
def test_quiet_silences_stderr_only_and_the_paths_written_are_the_result(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    target = tmp_path / "w.md"
    main(["weekly", SAMPLES, "--quiet", "-o", str(target), "-o", f"{tmp_path}/out/"])
    said = capsys.readouterr()
    assert said.err == ""
    assert said.out.splitlines() == [
        str(target),
        *(f"{tmp_path}/out/rev603-weekly-2026-11-13.{ending}" for ending in ("xlsx", "html", "md", "json")),
    ]
    main(["weekly", SAMPLES, "--quiet"])
    assert "Act now" in capsys.readouterr().out


@pytest.mark.long
def test_nothing_new_since_the_last_output_is_said_and_no_path_is_printed(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    for _ in range(2):
        main(["weekly", SAMPLES, "-o", f"{tmp_path}/"])
        said = capsys.readouterr()
    assert said.out == ""
    assert "Nothing is new since the last output: the newest report is still that of 11/13/2026." in said.err
    main(["weekly", SAMPLES, "-o", f"{tmp_path}/", "--week-ending", "2026-11-06"])
    assert len(capsys.readouterr().out.splitlines()) == 4


@pytest.mark.long
def test_a_dash_gives_the_summary_as_markdown_on_stdout(capsys: pytest.CaptureFixture[str]) -> None:
    main(["weekly", SAMPLES, "-o", "-"])
    assert capsys.readouterr().out.startswith("# ")


def test_an_export_is_never_overwritten(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    export = write_report(sample_report(lines=30), tmp_path / "export.xlsx")
    before = export.read_bytes()
    for command in (
        ["weekly", str(export), "-o", str(export)],
        ["convert", str(tmp_path), "-o", str(export)],
    ):
        assert main(command) == 2
        assert "nothing was written" in capsys.readouterr().err
    assert export.read_bytes() == before


@pytest.mark.parametrize(
    ("fail_on", "code"), [("any", 1), ("new", 0), ("never", 0), ("any-reject", 1), ("new-rejects", 0)]
)
def test_fail_on_chooses_what_is_worth_a_1(fail_on: str, code: int, same_week_twice: str) -> None:
    assert main(["weekly", same_week_twice, "--quiet", "--fail-on", fail_on]) == code


@pytest.mark.long
def test_fail_on_new_rejects_sees_new_ones(tmp_path: Path) -> None:
    assert main(["weekly", SAMPLES, "--quiet", "--fail-on", "new-rejects"]) == 1


@pytest.mark.long
def test_totals_that_do_not_tie_out_are_worth_a_1_whatever_fail_on_says(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    lines = sample_report(lines=30).assign(refund_secondary_status="Treasury Issued")
    whole = write_report(lines, tmp_path / "whole.csv").read_text(encoding="utf-8").splitlines(keepends=True)
    (tmp_path / "whole.csv").unlink()
    (tmp_path / "cut.csv").write_text("".join(whole[:-1]), encoding="utf-8", newline="")
    assert main(["weekly", str(tmp_path), "--quiet", "--fail-on", "new-rejects"]) == 1
    assert "30 refunds" in capsys.readouterr().err
    assert main(["weekly", str(tmp_path), "--quiet", "--fail-on", "never"]) == 1
    assert "LOOK AT THIS FIRST" in capsys.readouterr().out


def test_a_status_that_nobody_has_documented_is_said_on_top_and_worth_a_1(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    lines = sample_report(lines=30).assign(refund_secondary_status="Frobnicated")
    write_report(lines, tmp_path / "new.csv")
    assert main(["weekly", str(tmp_path), "--fail-on", "never"]) == 1
    out = capsys.readouterr().out
    assert out.index("! Status not documented: 30 lines") < out.index("Nothing is stuck")


@pytest.mark.long
def test_a_newest_report_that_is_too_old_is_worth_a_1(
    same_week_twice: str, capsys: pytest.CaptureFixture[str]
) -> None:
    age = (pd.Timestamp.now().normalize() - pd.Timestamp("2026-11-13")).days
    assert main(["weekly", same_week_twice, "--fail-on", "never", "--max-age", str(age)]) == 0
    assert main(["weekly", same_week_twice, "--fail-on", "never", "--max-age", str(age - 1)]) == 1
    assert "Newest report too old: it is of 2026-11-13" in capsys.readouterr().out


def test_a_broken_file_stops_the_job_or_is_named_and_passed_over(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    write_report(sample_report(lines=30), tmp_path / "good.csv")
    bad = write_report(sample_report(lines=5, seed=2), tmp_path / "bad.csv")
    bad.write_bytes(bad.read_bytes().replace(b"11/13/2026", b"11/06/2026").replace(b"$", b"?"))
    assert main(["weekly", str(tmp_path), "--quiet"]) == 2
    assert "bad.csv" in capsys.readouterr().err
    assert main(["weekly", str(tmp_path), "--quiet", "--on-error", "collect"]) == 1


@pytest.mark.long
def test_week_ending_and_since_choose_the_reports(capsys: pytest.CaptureFixture[str]) -> None:
    main(["weekly", SAMPLES, "--json", "--week-ending", "11/08/2026"])
    then = json.loads(capsys.readouterr().out)
    assert (then["week_ending"], then["report_date"], then["compared_with"]) == (
        "2026-11-08",
        "2026-11-06",
        "2026-10-30",
    )
    main(["weekly", SAMPLES, "--json", "--since", "2026-11-13"])
    assert json.loads(capsys.readouterr().out)["compared_with"] is None
    assert main(["weekly", SAMPLES, "--since", "2027-01-01"]) == 2
    assert "older than 2027-01-01" in capsys.readouterr().err


@pytest.mark.long
def test_cache_changes_nothing_but_the_time(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    answers = []
    for _ in range(2):
        main(["weekly", SAMPLES, "--json", "--cache", str(tmp_path / "cache")])
        answers.append(capsys.readouterr().out)
    main(["weekly", SAMPLES, "--json"])
    assert answers == [capsys.readouterr().out] * 2
    assert len(list((tmp_path / "cache").glob("*.parquet"))) == 4


@pytest.mark.long
def test_no_social_security_number_is_shown_or_written_by_default(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    folder = tmp_path / "in"
    folder.mkdir()
    for number, lines in enumerate(sample_history(weeks=2, lines=60)):
        write_report(lines.assign(payee_id="987-65-4321"), folder / f"{number}.csv")
    main(["weekly", str(folder), "-o", f"{tmp_path}/out/", "--json"])
    written = [
        path.read_text(encoding="utf-8") for path in (tmp_path / "out").glob("*") if path.suffix != ".xlsx"
    ]
    written += [
        str(frame)
        for frame in pd.read_excel(next((tmp_path / "out").glob("*.xlsx")), sheet_name=None).values()
    ]
    assert len(written) > 3
    for text in (capsys.readouterr().out, *written):
        assert "987-65-4321" not in text
    assert any("XXX-XX-4321" in text for text in written)


def test_another_ending_is_refused_before_anything_is_read(capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["weekly", "nowhere", "-o", "x.pdf"]) == 2
    assert "does not write .pdf" in capsys.readouterr().err
