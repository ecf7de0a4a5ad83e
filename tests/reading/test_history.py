"""Many files as one history: order, repeats, dates, failures, and what was read before."""

from __future__ import annotations

import copy
import json
import shutil
import time
from pathlib import Path
from typing import Any

import pandas as pd
import pyarrow as pa
import pyarrow.parquet as pq
import pytest

import rev603
from rev603 import LineError, SourceNotFoundError, UnrecognizedFileError, read, read_history, sample_report
from rev603.reading import cache, history
from rev603.sample import sample_history, write_report

DAYS = ["2026-10-30", "2026-11-06", "2026-11-13"]


@pytest.fixture(scope="module")
def weekly(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Three weekly exports whose names sort against their dates."""
    folder = tmp_path_factory.mktemp("exports")
    for name, report in zip(["c.csv", "b.xlsx", "a.csv"], sample_history(weeks=3, lines=60), strict=True):
        write_report(report, folder / name)
    return folder


def of(read_so_far: pd.DataFrame, table: str) -> pd.DataFrame:
    return pd.DataFrame(read_so_far.attrs["rev603"][table])


def test_a_folder_is_read_in_the_order_of_the_report_dates(weekly: Path) -> None:
    read_so_far = read_history(weekly)
    assert read_so_far["source_file"].unique().tolist() == ["c.csv", "b.xlsx", "a.csv"]
    assert read_so_far["report_date"].is_monotonic_increasing
    assert len(read_so_far) == sum(len(read(weekly / name).refunds) for name in ("a.csv", "b.xlsx", "c.csv"))


@pytest.mark.parametrize("kind", ["pattern", "list", "text", "one file"])
def test_sources_may_be_a_pattern_a_list_or_a_path(weekly: Path, kind: str) -> None:
    kinds: dict[str, Any] = {
        "pattern": str(weekly / "*.csv"),
        "list": [weekly / "a.csv", weekly / "c.csv"],
        "text": str(weekly),
        "one file": weekly / "a.csv",
    }
    expected = {"pattern": 2, "list": 2, "text": 3, "one file": 1}[kind]
    assert read_history(kinds[kind])["source_file"].nunique() == expected


def test_the_same_file_under_two_names_counts_once(weekly: Path, tmp_path: Path) -> None:
    shutil.copytree(weekly, tmp_path, dirs_exist_ok=True)
    shutil.copy(tmp_path / "a.csv", tmp_path / "a (1).csv")
    again = read_history(tmp_path)
    assert len(again) == len(read_history(weekly))
    assert "file-repeated" in of(again, "issues")["code"].tolist()


def test_naming_a_file_twice_reads_it_once(weekly: Path) -> None:
    assert len(read_history([weekly, weekly / "a.csv"])) == len(read_history(weekly))


def test_other_files_in_a_folder_are_passed_over_and_named(weekly: Path, tmp_path: Path) -> None:
    shutil.copytree(weekly, tmp_path, dirs_exist_ok=True)
    (tmp_path / "entries.csv").write_text("Entry Number,Refund Due\nMYK28000864,1\n")
    (tmp_path / "~$b.xlsx").write_bytes(b"lock")
    issues = of(read_history(tmp_path), "issues")
    assert issues.loc[issues["code"] == "file-skipped", "source_file"].tolist() == ["entries.csv"]


def test_a_file_that_was_named_must_be_a_report(tmp_path: Path) -> None:
    (tmp_path / "entries.csv").write_text("Entry Number,Refund Due\nMYK28000864,1\n")
    with pytest.raises(UnrecognizedFileError, match=r"entries\.csv"):
        read_history(tmp_path / "entries.csv")


def test_a_folder_or_pattern_without_exports_is_not_found(tmp_path: Path) -> None:
    for nothing in (tmp_path, tmp_path / "none.csv", str(tmp_path / "*.csv")):
        with pytest.raises(SourceNotFoundError):
            read_history(nothing)


def test_without_a_stated_date_the_file_name_gives_it(tmp_path: Path) -> None:
    report = sample_report(40)
    for day in DAYS[:2]:
        write_report(
            report.head(20 + len(day) + DAYS.index(day)), tmp_path / f"refunds {day}.csv", layout="table"
        )
    dates = read_history(tmp_path)["report_date"].drop_duplicates()
    assert dates.dt.strftime("%Y-%m-%d").tolist() == DAYS[:2]


def test_files_without_any_date_are_refused_by_name_unless_dates_are_given(tmp_path: Path) -> None:
    report = sample_report(40)
    write_report(report, tmp_path / "first.csv", layout="table")
    write_report(report.head(30), tmp_path / "second.csv", layout="table")
    with pytest.raises(UnrecognizedFileError, match=r"first\.csv, second\.csv"):
        read_history(tmp_path)
    dates = {"first.csv": DAYS[1], "second.csv": DAYS[0]}
    assert read_history(tmp_path, report_dates=dates)["source_file"].unique().tolist() == [
        "second.csv",
        "first.csv",
    ]


def test_an_account_that_ends_before_another_is_named_and_folders_by_month_are_not(tmp_path: Path) -> None:
    places = {  # three reports of one account, the first two of another; then the same by month
        "accounts": ["mine/1.csv", "mine/2.csv", "mine/3.csv", "theirs/4.csv", "theirs/5.csv", None],
        "months": [
            "october/1.csv",
            "november/2.csv",
            "november/3.csv",
            "october/4.csv",
            "november/5.csv",
            None,
        ],
    }
    reports = [*sample_history(weeks=3, lines=30), *sample_history(weeks=3, lines=31)]
    for layout, names in places.items():
        for name, report in zip(names, reports, strict=True):
            if name is not None:
                path = tmp_path / layout / name
                path.parent.mkdir(parents=True, exist_ok=True)
                write_report(report, path)
    accounts, months = (read_history(str(tmp_path / layout / "*" / "*.csv")) for layout in places)
    behind = of(accounts, "issues").query("code == 'folder-behind'")
    assert behind["source_file"].tolist() == ["5.csv"]
    assert "(2026-11-06, and 3.csv is of 2026-11-13)" in behind["message"].iloc[0]
    named = rev603.weekly_summary(accounts).not_judged.query("what == 'folder behind another'")
    assert (named["source_file"].tolist(), named["serious"].tolist()) == (["5.csv"], [False])
    assert "folder-behind" not in of(months, "issues")["code"].tolist()


def test_since_leaves_older_reports_out(weekly: Path) -> None:
    stated = sorted({str(day.date()) for day in read_history(weekly)["report_date"]})
    assert read_history(weekly, since=stated[1])["report_date"].min() == pd.Timestamp(stated[1])


def test_a_broken_file_names_itself_and_need_not_stop_the_rest(weekly: Path, tmp_path: Path) -> None:
    shutil.copytree(weekly, tmp_path, dirs_exist_ok=True)
    (tmp_path / "broken.xlsx").write_bytes((weekly / "b.xlsx").read_bytes()[:2000])
    (tmp_path / "odd.csv").write_text((weekly / "a.csv").read_text().replace("$", "about "))
    with pytest.raises((UnrecognizedFileError, LineError), match=r"broken\.xlsx|odd\.csv"):
        read_history([tmp_path / "broken.xlsx", tmp_path / "odd.csv"])
    collected = read_history([weekly, tmp_path / "broken.xlsx"], on_error="collect")
    assert len(collected) == len(read_history(weekly))
    issues = of(collected, "issues")
    assert issues.loc[issues["code"] == "file-failed", "source_file"].tolist() == ["broken.xlsx"]


def test_what_is_known_of_the_sources_is_plain_json_and_survives_copies(weekly: Path) -> None:
    known = read_history(weekly).attrs["rev603"]
    assert json.loads(json.dumps(known, allow_nan=False)) == known
    assert copy.deepcopy(known) == known
    sources = pd.DataFrame(known["sources"])
    assert (sources["rows_read"] == sources["lines"] + sources["set_aside"]).all()
    assert sources["ties_out"].all()


def test_a_history_can_be_kept_as_parquet(weekly: Path, tmp_path: Path) -> None:
    read_so_far = read_history(weekly)
    read_so_far.to_parquet(tmp_path / "history.parquet")
    pd.testing.assert_frame_equal(pd.read_parquet(tmp_path / "history.parquet"), read_so_far)


def test_progress_is_told_after_each_file(weekly: Path) -> None:
    seen: list[tuple[int, int, str]] = []
    read_history(weekly, progress=lambda done, files, name: seen.append((done, files, name)))
    assert seen == [(1, 3, "a.csv"), (2, 3, "b.xlsx"), (3, 3, "c.csv")]


def test_the_cache_gives_the_very_same_history_and_reads_nothing_again(
    weekly: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    first = read_history(weekly, cache=tmp_path / "kept")
    monkeypatch.setattr(history, "read", lambda *_, **__: pytest.fail("read again"))
    second = read_history(weekly, cache=tmp_path / "kept")
    pd.testing.assert_frame_equal(second, first)
    assert second.attrs["rev603"] == first.attrs["rev603"]


def test_a_damaged_cache_is_read_past(weekly: Path, tmp_path: Path) -> None:
    first = read_history(weekly, cache=tmp_path)
    for kept in tmp_path.iterdir():
        kept.write_bytes(b"not parquet")
    pd.testing.assert_frame_equal(read_history(weekly, cache=tmp_path), first)


def test_the_cache_knows_what_was_asked_and_a_file_by_its_content_and_name(
    weekly: Path, tmp_path: Path
) -> None:
    store = cache.Cache(tmp_path, "as usual")
    store.put(read(weekly / "a.csv"), "a.csv")
    content = (weekly / "a.csv").read_bytes()
    found = store.get(content, "a.csv")
    assert found is not None
    assert found.source_file == "a.csv"
    assert store.get(content, "renamed.csv") is None
    assert cache.Cache(tmp_path, "otherwise").get(content, "a.csv") is None
    assert store.get((weekly / "b.xlsx").read_bytes(), "b.xlsx") is None


def test_a_file_that_was_renamed_to_another_kind_of_report_is_read_as_that(tmp_path: Path) -> None:
    lines = "Refund ID,Payee ID,Company Name,Refund Date,Refund Secondary Status,Document Number,Total Refund Amount\n"
    lines += "1,98-765432100,Harbor Lamps Inc.,03/02/2026,,60575980937,$5.00\n"
    path = tmp_path / "2026-03-06.csv"
    path.write_text(lines, encoding="utf-8")
    kept = tmp_path / "kept"
    assert read_history(path, cache=kept)["report"].tolist() == ["REV-603"]
    renamed = path.rename(tmp_path / "REV-613 2026-03-06.csv")
    for _ in range(2):
        again = read_history(renamed, cache=kept)
        assert again["report"].tolist() == ["REV-613"]
        assert again["source_file"].tolist() == [renamed.name]


def test_reports_are_read_as_the_history_is_and_an_option_that_there_is_not_is_refused(weekly: Path) -> None:
    readings = rev603.read_reports(weekly, since="2026-02-01")
    history = read_history(weekly, since="2026-02-01")
    pd.testing.assert_frame_equal(
        pd.concat([report.refunds for report in readings.reports], ignore_index=True),
        history,
        check_like=False,
    )
    with pytest.raises(TypeError, match="colums"):
        rev603.read_reports(weekly, colums={})  # type: ignore[call-arg]  # the point


def test_what_other_code_read_is_read_anew(
    weekly: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    package = Path(shutil.copytree(Path(rev603.__file__).parent, tmp_path / "rev603"))
    assert cache.reading_code(package) == cache.reading_code()
    cache.reading_code.cache_clear()
    with package.joinpath("presenting", "text.py").open("a") as code:  # does not read
        code.write("# changed")
    assert cache.reading_code(package) == cache.reading_code()
    cache.reading_code.cache_clear()
    with package.joinpath("reading", "dates.py").open("a") as code:
        code.write("# changed")
    other = cache.reading_code(package)
    assert other != cache.reading_code()

    store = cache.Cache(tmp_path, "as usual")
    store.put(read(weekly / "a.csv"), "a.csv")
    content = (weekly / "a.csv").read_bytes()
    assert store.get(content, "a.csv") is not None
    monkeypatch.setattr(cache, "reading_code", lambda: other)
    assert store.get(content, "a.csv") is None


def test_the_cache_is_its_owners_alone(weekly: Path, tmp_path: Path) -> None:
    read_history(weekly, cache=tmp_path / "kept")
    assert (tmp_path / "kept").stat().st_mode & 0o777 == 0o700


@pytest.mark.long
def test_a_kept_file_that_claims_more_lines_than_a_report_can_have_is_read_anew(
    weekly: Path, tmp_path: Path
) -> None:
    first = read_history(weekly, cache=tmp_path)
    for kept in tmp_path.iterdir():
        nothing = pa.table({"refund_id": pa.repeat(pa.scalar("x"), 50_000_000).dictionary_encode()})
        pq.write_table(nothing, kept, compression="zstd")
    start = time.perf_counter()
    pd.testing.assert_frame_equal(read_history(weekly, cache=tmp_path), first)
    assert time.perf_counter() - start < 10


def test_a_file_that_is_replaced_while_it_is_read_is_kept_as_what_was_read(
    weekly: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    original = read

    def replaced(source: Any, **options: Any) -> Any:
        shutil.copy(weekly / "c.csv", path)
        return original(source, **options)

    path = Path(shutil.copy(weekly / "a.csv", tmp_path))
    monkeypatch.setattr(history, "read", replaced)
    told = read_history(path, cache=tmp_path / "kept")
    assert told["amount"].tolist() == read(weekly / "a.csv").refunds["amount"].tolist()
    again = read_history(path, cache=tmp_path / "kept")
    assert again["amount"].tolist() == read(weekly / "c.csv").refunds["amount"].tolist()


def test_a_cache_that_cannot_be_written_is_no_reason_to_stop(weekly: Path, tmp_path: Path) -> None:
    (tmp_path / "a file").write_text("")
    assert len(read_history(weekly, cache=tmp_path / "a file" / "kept"))
