"""Every command of the command line and its exit codes, what goes where, and what it says when something is wrong."""

from __future__ import annotations

import io
import json
import os
import subprocess
import sys
import tomllib
from pathlib import Path

import pandas as pd
import pytest

import rev603
from rev603 import cli
from rev603.cli import main
from rev603.sample import sample_report, write_report, write_samples

SAMPLES = str(Path(__file__).parents[1] / "sample_data")
COMMANDS = tomllib.loads(Path(cli.__file__).with_name("commands.toml").read_text(encoding="utf-8"))[
    "commands"
]


@pytest.fixture(scope="module")
def paid(tmp_path_factory: pytest.TempPathFactory) -> str:
    """An export in which every refund was issued by ACH."""
    lines = sample_report(lines=30).assign(refund_secondary_status="Treasury Issued", check_or_ach="ACH")
    return str(write_report(lines, tmp_path_factory.mktemp("paid") / "paid.csv"))


@pytest.mark.long
def test_rejects_lists_the_same_lines_as_the_library_and_exits_1(capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["rejects", SAMPLES, "--json"]) == 1
    answer = json.loads(capsys.readouterr().out)
    expected = rev603.rejects(rev603.current(rev603.read_history(SAMPLES)))
    assert [line["refund_id"] for line in answer["rejects"]] == list(expected["refund_id"])
    cents = sum(round(amount * 100) for amount in expected["amount"])
    assert (answer["lines"], round(answer["amount"] * 100)) == (len(expected), cents)


def test_rejects_exits_0_where_nothing_is_stuck_and_prints_no_result(
    paid: str, capsys: pytest.CaptureFixture[str]
) -> None:
    assert main(["rejects", paid]) == 0
    said = capsys.readouterr()
    assert said.out == ""
    assert "No refund is stuck for want of a bank account" in said.err


@pytest.mark.long
@pytest.mark.parametrize(
    ("by", "function"),
    [("payee", rev603.by_payee), ("notify-party", rev603.by_notify_party), ("method", rev603.by_method)],
)
def test_group_gives_the_librarys_figures(
    by: str, function: object, capsys: pytest.CaptureFixture[str]
) -> None:
    assert callable(function)
    assert main(["group", SAMPLES, "--by", by, "--json"]) == 0
    answer = json.loads(capsys.readouterr().out)
    groups = answer["groups"]
    assert answer["by"] == by
    expected = function(rev603.current(rev603.read_history(SAMPLES)))
    assert [group["amount"] for group in groups] == list(expected["amount"])
    assert sum(group["lines"] for group in groups) == expected["lines"].sum()


def test_a_filter_does_not_make_stuck_what_was_sent_again(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    one = sample_report(lines=1).assign(check_or_ach="ACH")
    states = [one.assign(refund_secondary_status=f"Check/ACH {what}") for what in ("Returned", "Reissued")]
    export = write_report(pd.concat(states), tmp_path / "e.csv")
    for by, figure in (("disposition", "amount"), ("payee", "returned_amount")):
        assert main(["group", str(export), "--by", by, "--status", "Check/ACH Returned", "--json"]) == 0
        (group,) = json.loads(capsys.readouterr().out)["groups"]
        assert (group["lines"], group[figure]) == (1, 0.0)
        assert group.get("disposition", "superseded") == "superseded"


def test_group_table_names_columns_for_people_and_masks_social_security_numbers(
    capsys: pytest.CaptureFixture[str],
) -> None:
    assert main(["group", SAMPLES, "--by", "payee", "--quiet"]) == 0
    said = capsys.readouterr()
    assert "Payee ID" in said.out.splitlines()[0]
    assert "XXX-XX-" in said.out
    assert said.err == ""


def test_mask_none_gives_the_full_number(capsys: pytest.CaptureFixture[str]) -> None:
    main(["group", SAMPLES, "--by", "payee", "--mask", "none"])
    assert "XXX-XX-" not in capsys.readouterr().out


@pytest.mark.long
def test_reconcile_exits_1_with_open_differences_and_writes_the_workbook(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    book = tmp_path / "made" / "reconciliation.xlsx"
    assert main(["reconcile", SAMPLES, "--entries", f"{SAMPLES}/entries.csv", "-o", str(book)]) == 1
    assert "$0.00 unexplained" in capsys.readouterr().out
    with pd.ExcelFile(book) as written:
        assert "Proof" in written.sheet_names


def test_reconcile_exits_0_where_all_came_and_finds_columns_by_the_names_given(
    paid: str, tmp_path: Path
) -> None:
    refunds = rev603.read(paid).refunds
    expected = refunds.dropna(subset="entry_number").groupby("entry_number")["amount"].sum().reset_index()
    listed = expected.set_axis(["Ref 1", "Our claim"], axis=1)
    listed.to_csv(tmp_path / "list.csv", index=False, float_format="%.2f")
    only_entries = write_report(refunds.dropna(subset="entry_number"), tmp_path / "entries_only.csv")
    columns = ["--column", "entry_number=Ref 1", "--column", "expected_amount=Our claim"]
    assert (
        main(["reconcile", str(only_entries), "--entries", str(tmp_path / "list.csv"), *columns, "--quiet"])
        == 0
    )


@pytest.mark.long
def test_reconcile_exits_1_where_the_lists_amounts_were_not_understood_and_names_them(
    paid: str, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    refunds = rev603.read(paid).refunds.dropna(subset="entry_number")
    only_entries = str(write_report(refunds, tmp_path / "entries_only.csv"))
    numbers = pd.DataFrame({"Entry Number": refunds["entry_number"].unique()})
    numbers.assign(Claim="5.00").to_csv(tmp_path / "claims.csv", index=False)
    assert main(["reconcile", only_entries, "--entries", str(tmp_path / "claims.csv"), "--quiet"]) == 1
    assert "'Claim'" in capsys.readouterr().err
    # a CAPE declaration has entry numbers and no amounts: whatever came is found, and nothing is left to look at
    numbers.to_csv(tmp_path / "cape.csv", index=False)
    assert main(["reconcile", only_entries, "--entries", str(tmp_path / "cape.csv")]) == 0
    assert "found" in capsys.readouterr().out


@pytest.mark.long
def test_reconcile_takes_an_amount_from_several_columns_and_writes_each_form(
    paid: str, tmp_path: Path
) -> None:
    refunds = rev603.read(paid).refunds.dropna(subset="entry_number")
    only_entries = str(write_report(refunds, tmp_path / "entries_only.csv"))
    listed = refunds.groupby("entry_number")["amount"].sum().round(2).rename("Duty").reset_index()
    listed.assign(Duty=listed["Duty"] - 0.25, Interest=0.25).to_csv(
        tmp_path / "list.csv", index=False, float_format="%.2f"
    )
    summed = ["--column", "expected_amount=Duty", "--column", "expected_amount=Interest"]
    for ending in ("xlsx", "html", "md", "json"):
        target = tmp_path / f"r.{ending}"
        command = [
            "reconcile",
            only_entries,
            "--entries",
            str(tmp_path / "list.csv"),
            *summed,
            "-o",
            str(target),
        ]
        assert main([*command, "--quiet"]) == 0
        assert target.stat().st_size > 500
    assert main([*command[:-1], str(tmp_path / "list.csv")]) == 2, "a list is never overwritten"


@pytest.mark.parametrize("ending", [".parquet", ".csv", ".xlsx"])
def test_convert_keeps_every_line_and_cent(ending: str, tmp_path: Path) -> None:
    target = tmp_path / f"lines{ending}"
    assert main(["convert", f"{SAMPLES}/rev603_2026-11-06.xlsx", "-o", str(target), "--mask", "none"]) == 0
    source = rev603.read(f"{SAMPLES}/rev603_2026-11-06.xlsx").refunds
    again = pd.read_parquet(target) if ending == ".parquet" else rev603.read(target).refunds
    assert list(again["payee_id"]) == list(source["payee_id"])
    assert list(again["port_code"]) == list(source["port_code"])
    assert list(again["total_refund_amount"]) == list(source["total_refund_amount"])


def test_convert_keeps_text_that_begins_like_a_formula_from_being_one(tmp_path: Path) -> None:
    lines = sample_report(lines=5).assign(company_name='=HYPERLINK("http://x")')
    export = write_report(lines, tmp_path / "e.csv")
    assert main(["convert", str(export), "-o", str(tmp_path / "out.csv")]) == 0
    raw = pd.read_csv(tmp_path / "out.csv", dtype="str")
    assert set(raw["company_name"]) == {'\'=HYPERLINK("http://x")'}
    assert set(rev603.read(tmp_path / "out.csv").refunds["company_name"]) == {'=HYPERLINK("http://x")'}


def test_convert_current_counts_each_refund_once(tmp_path: Path) -> None:
    main(["convert", SAMPLES, "--current", "-o", str(tmp_path / "x.parquet")])
    expected = rev603.current(rev603.read_history(SAMPLES))
    assert len(pd.read_parquet(tmp_path / "x.parquet")) == len(expected)


def test_sample_writes_what_stands_in_sample_data(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["sample", str(tmp_path / "s"), "--json"]) == 0
    written = [Path(path) for path in json.loads(capsys.readouterr().out)["written"]]
    kept = Path(SAMPLES)
    for path in written:
        if path.suffix == ".csv":
            assert path.read_bytes().split() == (kept / path.name).read_bytes().split()
        elif path.suffix == ".xlsx":  # one of them was saved again by an office program
            pd.testing.assert_frame_equal(rev603.read(path).refunds, rev603.read(kept / path.name).refunds)


def test_columns_names_every_column_of_the_frame(capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["columns", "--json"]) == 0
    answer = json.loads(capsys.readouterr().out)
    names = [column["name"] for part in ("refunds", "added") for column in answer[part]]
    assert names == list(sample_report(lines=1).columns)
    assert main(["columns", "--aliases"]) == 0
    assert "CBP Form 4811 notify party" in capsys.readouterr().out


@pytest.mark.parametrize(
    ("arguments", "hint"),
    [
        (["weakly", "x"], "Did you mean weekly?"),
        ([SAMPLES], "Did you mean: rev603 weekly"),
        (["group", SAMPLES, "--by", "paye"], "paye"),
        (["weekly", "x", "--jsn"], "Did you mean --json?"),
        (["rejects", "x", "--since", "2026-13-01"], "is not a date"),
        (["check", "--explain", "check-digt"], "did you mean 'check-digit'?"),
        (
            ["weekly", SAMPLES, "--report-date", "rev603_2026-11-13.cvs=2026-11-13"],
            "Did you mean 'rev603_2026-11-13.csv'?",
        ),
        (["convert", SAMPLES, "-o", "x.doc"], "ends in .parquet, .csv, .xlsx"),
        (["reconcile", SAMPLES, "--entries", "x", "--tolerance", "nan"], "not an amount of dollars"),
        (
            ["reconcile", SAMPLES, "--entries", f"{SAMPLES}/entries.csv", "--column", "entry=Ref"],
            "entry_number",
        ),
        (["weekly", "nowhere"], "There is no such file."),
        (["check"], "No file to check."),
    ],
)
def test_what_cannot_be_done_exits_2_and_says_what_was_meant(
    arguments: list[str], hint: str, capsys: pytest.CaptureFixture[str]
) -> None:
    assert main(arguments) == 2
    said = capsys.readouterr()
    assert said.out == ""
    assert hint in said.err
    assert "Traceback" not in said.err


def test_several_undated_files_are_refused_in_the_words_of_the_command_line(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    for name, seed in (("a.csv", 1), ("b.csv", 2)):
        write_report(sample_report(lines=5, seed=seed), tmp_path / name, layout="table")
    assert main(["rejects", str(tmp_path)]) == 2
    assert "--report-date FILE=2026-11-13" in capsys.readouterr().err
    dates = ["--report-date", "a.csv=2026-11-06", "--report-date", "b.csv=11/13/2026"]
    assert main(["group", str(tmp_path), "--by", "method", *dates]) == 0


@pytest.mark.parametrize("command", list(COMMANDS))
def test_help_teaches_with_examples(command: str, capsys: pytest.CaptureFixture[str]) -> None:
    assert main([command, "--help"]) == 0
    assert f"examples:\n  rev603 {command}" in capsys.readouterr().out


def test_a_bug_is_no_reject_and_shows_no_data(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    def fails(*_: object, **__: object) -> None:
        raise RuntimeError("payee 987-65-4321")

    monkeypatch.setattr("rev603.cli.listing.read_lines", fails)
    assert main(["rejects", SAMPLES]) == 2
    said = capsys.readouterr().err
    assert "RuntimeError in test_cli.py" in said
    assert "987-65-4321" not in said


def test_an_old_console_code_page_does_not_stop_a_report(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    lines = sample_report(lines=5).assign(company_name="شركة المثال")
    export = write_report(lines, tmp_path / "e.csv")
    screen = io.BytesIO()
    monkeypatch.setattr(sys, "stdout", io.TextIOWrapper(screen, encoding="cp1252"))
    assert main(["group", str(export), "--by", "payee"]) == 0
    assert main(["group", str(export), "--by", "payee", "--json"]) == 0
    sys.stdout.flush()
    text, _, as_json = screen.getvalue().decode("cp1252").partition("{")
    assert "????" in text
    assert json.loads("{" + as_json)["groups"][0]["company_name"] == "شركة المثال"


def test_a_reader_that_stops_listening_is_no_error() -> None:
    environment = {**os.environ, "PYTHONUNBUFFERED": "1"}
    code = "import sys; from rev603.cli import main; sys.exit(main())"
    with subprocess.Popen(
        [sys.executable, "-c", code, "columns", "--aliases"], stdout=subprocess.PIPE, stderr=subprocess.PIPE, env=environment
    ) as process:  # fmt: skip
        assert process.stdout is not None
        assert process.stderr is not None
        process.stdout.close()
        said = process.stderr.read()
    assert (process.returncode, said) == (0, b"")


def test_help_loads_no_pandas_and_nothing_else_that_takes_its_time() -> None:
    code = (
        "import sys, time; from rev603.cli import main; main(sys.argv[1:]); "
        "heavy = {'pandas', 'numpy', 'pyarrow', 'narwhals', 'openpyxl', 'jinja2', 'matplotlib', 'pandera'}; "
        "print(', '.join(heavy & set(sys.modules)), '|', time.process_time(), file=sys.stderr)"
    )
    for asked in (["--help"], ["weekly", "--help"], ["guide", "enroll"], ["columns"]):
        took = []
        for _ in range(3):
            done = subprocess.run(
                [sys.executable, "-c", code, *asked], capture_output=True, text=True, check=True
            )
            loaded, _, seconds = done.stderr.partition("|")
            assert loaded.strip() == ""
            took.append(float(seconds))
        assert min(took) < 0.25, "of this program's own work, however busy the machine is"


@pytest.mark.long
def test_progress_is_shown_on_stderr_to_a_person_who_waits_and_only_there(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    for seed in range(6):
        write_report(sample_report(lines=5, seed=seed), tmp_path / f"{seed}.csv")
    main(["group", str(tmp_path), "--by", "method"])
    assert "6/6" not in capsys.readouterr().err
    monkeypatch.setattr(sys.stderr, "isatty", lambda: True, raising=False)
    monkeypatch.setenv("COLUMNS", "40")
    main(["group", str(tmp_path), "--by", "method"])
    said = capsys.readouterr()
    assert said.err.count("\r") == 6 + 2  # each step goes over the one before; the last leaves an empty line
    assert f"\rReading 6/6  {'5.csv':<26}\r{'':<39}\r" in said.err
    assert "Reading" not in said.out


def test_no_arguments_show_the_help_and_python_m_is_the_same_program(
    capsys: pytest.CaptureFixture[str],
) -> None:
    assert main([]) == 0
    assert "commands:" in capsys.readouterr().out
    done = subprocess.run(
        [sys.executable, "-m", "rev603", "--version"], capture_output=True, text=True, check=True
    )
    assert done.stdout == f"rev603 {rev603.__version__}\n"


def test_sample_overwrites_nothing_unless_forced(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    kept = tmp_path / "rev603_2026-11-13.csv"
    kept.write_text("mine", encoding="utf-8")
    assert main(["sample", str(tmp_path)]) == 2
    assert "--force" in capsys.readouterr().err
    assert [path.name for path in tmp_path.iterdir()] == [kept.name]
    assert kept.read_text(encoding="utf-8") == "mine"
    assert main(["sample", str(tmp_path), "--force", "--lines", "30", "--quiet"]) == 0
    assert kept.read_text(encoding="utf-8-sig") != "mine"


STUCK = rev603.rejects(rev603.current(rev603.read_history(SAMPLES)), include_returned=True)
NEWEST = pd.Timestamp("2026-11-13")


@pytest.mark.long
@pytest.mark.parametrize(
    ("filters", "keep"),
    [
        (["--payee", str(STUCK["payee_id"].iloc[0])], STUCK["payee_id"] == STUCK["payee_id"].iloc[0]),
        (["--payee", str(STUCK["payee_id"].iloc[0]).replace("-", " ")], STUCK["payee_id"] == STUCK["payee_id"].iloc[0]),
        (["--payee", str(STUCK["company_name"].iloc[0])[:8].upper()],
         STUCK["company_name"].str.startswith(str(STUCK["company_name"].iloc[0])[:8])),
        (["--notify-party", "a"], STUCK["care_of"].fillna("").str.lower().str.contains("a")),
        (["--filer", str(STUCK["filer_code"].iloc[0]).lower()], STUCK["filer_code"] == STUCK["filer_code"].iloc[0]),
        (["--min-amount", "$1,000.00"], STUCK["amount"] >= 1000),
        (["--min-days", "30"], STUCK["refund_date"] <= NEWEST - pd.Timedelta(days=30)),
        (["--status", "check / ach returned"], STUCK["payment_state"] == "returned"),
        (["--status", "no ACH on file"], STUCK["payment_state"] == "rejected"),
        (["--min-amount", "1000", "--min-days", "30"],
         (STUCK["amount"] >= 1000) & (STUCK["refund_date"] <= NEWEST - pd.Timedelta(days=30))),
    ],
)  # fmt: skip
def test_filters_keep_the_lines_that_they_name(
    filters: list[str], keep: pd.Series, capsys: pytest.CaptureFixture[str]
) -> None:
    assert keep.sum() > 0
    main(["rejects", SAMPLES, "--include-returned", "--json", *filters])
    answer = json.loads(capsys.readouterr().out)
    assert [line["refund_id"] for line in answer["rejects"]] == list(STUCK["refund_id"][keep])
    main(["ageing", SAMPLES, "--json", *filters])
    answer = json.loads(capsys.readouterr().out)
    assert sorted(line["refund_id"] for line in answer["stuck"]) == sorted(STUCK["refund_id"][keep])
    assert sum(band["lines"] for band in answer["bands"]) == keep.sum()


@pytest.mark.long
def test_changes_lists_what_the_weekly_summary_says_of_one_party(capsys: pytest.CaptureFixture[str]) -> None:
    week = rev603.weekly_summary(rev603.read_history(SAMPLES)).changes
    party = str(week["care_of"].dropna().iloc[0])
    assert main(["changes", SAMPLES, "--notify-party", party, "--json"]) == 1
    found = json.loads(capsys.readouterr().out)["changes"]
    expected = week[week["care_of"] == party]
    assert [(each["refund_id"], each["change"]) for each in found] == list(
        expected[["refund_id", "change"]].itertuples(index=False, name=None)
    )
    assert main(["changes", SAMPLES, "--notify-party", party]) == 1
    assert "What changed" in capsys.readouterr().out.splitlines()[0]


@pytest.mark.long
def test_group_by_disposition_and_any_column_adds_up_to_the_whole(capsys: pytest.CaptureFixture[str]) -> None:
    state = rev603.current(rev603.read_history(SAMPLES))
    whole = None
    for by in ("disposition", "disposition,port_code", "filer_code", "month"):
        main(["group", SAMPLES, "--by", by, "--json"])
        groups = json.loads(capsys.readouterr().out)["groups"]
        cents = sum(round(group["amount"] * 100) for group in groups)
        assert sum(group["lines"] for group in groups) == len(state)
        assert whole in (None, cents)
        whole = cents
    assert main(["group", SAMPLES, "--by", "colour"]) == 2
    assert "colour" in capsys.readouterr().err


def test_convert_gives_chosen_columns_as_csv_on_stdout(capsys: pytest.CaptureFixture[str]) -> None:
    filters = ["--current", "--status", "returned", "--columns", "refund_id,amount"]
    assert main(["convert", SAMPLES, *filters, "-o", "-", "--quiet"]) == 0
    written = pd.read_csv(io.StringIO(capsys.readouterr().out), dtype={"refund_id": "str"})
    returned = STUCK[STUCK["disposition"] == "returned"]
    assert list(written.columns) == ["refund_id", "amount"]
    assert set(returned["refund_id"]) <= set(written["refund_id"])
    assert main(["convert", SAMPLES, "--columns", "refund", "-o", "-"]) == 2
    assert "rev603 columns" in capsys.readouterr().err


def test_samples_of_any_size(tmp_path: Path) -> None:
    assert write_samples(tmp_path, lines=60, seed=1)
    assert main(["sample", str(tmp_path / "x"), "--lines", "0"]) == 2


@pytest.mark.parametrize("command", ["rejects", "ageing", "worklist", "changes", "reissue"])
def test_where_a_filter_leaves_nothing_the_sentence_is_of_its_lines_alone(
    command: str, capsys: pytest.CaptureFixture[str]
) -> None:
    main([command, SAMPLES, "--payee", "12-345678900"])
    assert "Of the lines that the filters choose: no" in capsys.readouterr().err
