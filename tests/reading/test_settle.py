"""What several files together prove: one refund in several spellings, one grain, one bearer; dates that can hardly be."""

from __future__ import annotations

import datetime as dt
from pathlib import Path
from typing import Any

import openpyxl
import pandas as pd
import pytest

import rev603
from rev603.cli import main
from rev603.errors import UnrecognizedFileError

HEADINGS = (
    "Refund ID,Payee ID,Company Name,C/O,Refund Date,Refund Secondary Status,Document Number,Total Refund Amount,"
    "Check Number / ACH Trace Number,Check or ACH"
)
FULL = "0000000123,98-765432100,Harbor Lamps Inc.,,03/02/2026,{status},60576072486,{amount},{number},{method}"


def line(
    status: str = "Reject No ACH", amount: str = "$500.00", number: str = "", method: str = "", **changes: str
) -> str:
    text = FULL.format(status=status, amount=amount, number=number, method=method)
    for old, new in changes.items():
        assert SPELLED[old] in text
        text = text.replace(SPELLED[old], new)
    return text


SPELLED = {"refund": "0000000123", "payee": "98-765432100", "document": "60576072486", "name": "Harbor Lamps Inc.",
           "day": "03/02/2026"}  # fmt: skip


def write(folder: Path, name: str, *lines: str, above: str = "") -> Path:
    path = folder / name
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_text(above + "\n".join([HEADINGS, *lines]) + "\n", encoding="utf-8")
    return path


def issues(history: pd.DataFrame) -> pd.DataFrame:
    return pd.DataFrame(history.attrs["rev603"]["issues"])


def coded(history: pd.DataFrame, code: str) -> list[str]:
    found = issues(history)
    return [str(text) for text in found.loc[found["code"] == code, "message"]]


# ------------------------------------------------------------------ spellings


@pytest.mark.parametrize(
    "again",
    [
        {"refund": "123"},
        {"refund": "0000000123.0"},
        {"document": "605-7607248-6"},
        {"document": "605 7607248 6"},
        {"payee": "98-7654321"},
        {"payee": "98765432100"},
        {"payee": "987654321"},
        {"payee": "98\u20117654321"},
        {"payee": "98 7654321"},
        {"refund": "123", "payee": "98765432100", "document": "605-7607248-6", "name": "HARBOR LAMPS INC"},
    ],
    ids=lambda again: " ".join(again.values()),
)
@pytest.mark.parametrize("respelled_first", [False, True])
def test_a_refund_that_another_file_spells_differently_is_the_same_refund(
    tmp_path: Path, again: dict[str, str], respelled_first: bool
) -> None:
    changes = [again, {}] if respelled_first else [{}, again]
    first = write(tmp_path, "2026-03-06.csv", line("Reject No ACH", **changes[0]))
    second = write(tmp_path, "2026-03-13.csv", line("Treasury Issued", method="ACH", **changes[1]))
    by_hand = [
        rev603.read(path).refunds.assign(report_date=pd.Timestamp(path.stem)) for path in (first, second)
    ]
    for history in (rev603.read_history(tmp_path), pd.concat(by_hand)):
        newest = rev603.current(history)
        assert newest["refund_secondary_status"].tolist() == ["Treasury Issued"]
        assert newest["amount"].sum() == 500.00
    shown = rev603.read_history(tmp_path)
    assert shown[["refund_id", "payee_id", "document_number"]].drop_duplicates().to_numpy().tolist() == [
        ["0000000123", "98-765432100", "60576072486"]
    ]


@pytest.mark.long
def test_a_paid_refund_in_another_spelling_is_not_stuck_any_more(tmp_path: Path) -> None:
    write(tmp_path, "2026-03-06.csv", line())
    write(
        tmp_path, "2026-03-13.csv", line("Treasury Issued", method="ACH", refund="123", payee="98765432100")
    )
    totals = rev603.weekly_summary(rev603.read_history(tmp_path)).totals
    assert (totals["stuck_lines"], totals["cleared_lines"], totals["cleared_amount"]) == (0, 1, 500.00)


def test_a_spelling_that_only_another_file_settles_is_said_with_its_row(tmp_path: Path) -> None:
    write(tmp_path, "2026-03-06.csv", line())
    write(tmp_path, "2026-03-13.csv", line(refund="123", payee="98765432100"))
    found = issues(rev603.read_history(tmp_path))
    said = found[found["code"] == "spelling-of-siblings"]
    assert sorted(said["column"]) == ["payee_id", "refund_id"]
    assert set(said["source_row"]) == {2}
    assert set(said["source_file"]) == {"2026-03-13.csv"}


def test_refunds_that_differ_in_more_than_zeros_stay_apart(tmp_path: Path) -> None:
    other_document = line(refund="123", document="MYK28000864")
    other_payee = line(refund="123", payee="98-765432101")
    write(tmp_path, "2026-03-06.csv", line())
    write(tmp_path, "2026-03-13.csv", other_document, other_payee)
    assert len(rev603.current(rev603.read_history(tmp_path))) == 3


def test_a_social_security_number_and_an_ein_of_the_same_digits_are_two_payees(tmp_path: Path) -> None:
    write(tmp_path, "2026-03-06.csv", line(payee="98-7654321"))
    write(tmp_path, "2026-03-13.csv", line(payee="987-65-4321"))
    write(tmp_path, "2026-03-20.csv", line(payee="987654321"))  # which of the two, nobody can say
    assert len(rev603.current(rev603.read_history(tmp_path))) == 3


def test_two_spellings_in_one_file_are_two_refunds_in_every_file(tmp_path: Path) -> None:
    write(tmp_path, "2026-03-06.csv", line(amount="$1.00"), line(refund="123", amount="$2.00"))
    write(tmp_path, "2026-03-13.csv", line("Treasury Issued", amount="$1.00"))
    newest = rev603.current(rev603.read_history(tmp_path))
    assert newest[["refund_id", "amount"]].to_numpy().tolist() == [["123", 2.0], ["0000000123", 1.0]]


# ------------------------------------------------------------------ files of one day, and of one name


def test_files_of_one_name_in_two_folders_are_two_files(tmp_path: Path) -> None:
    write(tmp_path, "am/refunds 2026-03-06.csv", line("Sent to Treasury"), line(refund="0000000777"))
    write(tmp_path, "pm/refunds 2026-03-06.csv", line("Reject No ACH"))
    history = rev603.read_history([tmp_path / "am", tmp_path / "pm"])
    assert sorted(set(history["source_file"])) == ["am/refunds 2026-03-06.csv", "pm/refunds 2026-03-06.csv"]
    assert {each["source_file"] for each in history.attrs["rev603"]["sources"]} == set(history["source_file"])
    newest = rev603.current(history)
    assert newest["amount"].sum() == 1_000.00
    assert set(newest["refund_secondary_status"]) == {"Reject No ACH"}


def test_a_copy_that_was_saved_again_gives_no_second_line_and_no_warning(tmp_path: Path) -> None:
    write(tmp_path, "a 2026-03-06.csv", line("Treasury Issued", number="0713404", method="ACH"))
    write(
        tmp_path,
        "b 2026-03-06.csv",
        line("Treasury Issued", number="713404", method="ACH", name="HARBOR LAMPS INC"),
    )
    history = rev603.read_history(tmp_path)
    assert len(rev603.current(history)) == 1
    assert coded(history, "files-disagree") == []


@pytest.mark.parametrize(
    ("second", "what"),
    [
        (line("Treasury Issued", method="ACH"), "state of 1"),
        (line(amount="$600.00"), "amount of 1"),
    ],
)
def test_files_of_one_day_that_contradict_each_other_are_named(
    tmp_path: Path, second: str, what: str
) -> None:
    write(tmp_path, "a 2026-03-06.csv", line())
    write(tmp_path, "b 2026-03-06.csv", second)
    (message,) = coded(rev603.read_history(tmp_path), "files-disagree")
    assert "a 2026-03-06.csv and b 2026-03-06.csv" in message
    assert what in message


# ------------------------------------------------------------------ grain and bearer


def documents(*names: str, status: str = "Reject No ACH") -> list[str]:
    return [line(status, document=name) for name in names]


TOTALS = "Total Refunds,1\nTotal Refund Amount,$500.00\n"
A, B, C = "60575980937", "60576069342", "60576072486"


def test_a_week_without_totals_takes_the_grain_that_its_siblings_prove(tmp_path: Path) -> None:
    write(tmp_path, "2026-03-06.csv", *documents(A, B, C), above=TOTALS)
    write(tmp_path, "2026-03-13.csv", *documents(A, B, C))
    history = rev603.read_history(tmp_path)
    assert history.groupby("report_date")["amount"].sum().tolist() == [500.0, 500.0]
    (message,) = coded(history, "grain-of-siblings")
    assert "2026-03-06.csv" in message
    assert coded(history, "ambiguous-grain") == []
    assert [each["grain"] for each in history.attrs["rev603"]["sources"]] == ["refund", "refund"]


@pytest.mark.parametrize("first", [(A, B, C), (C, A, B)])
@pytest.mark.parametrize("second", [(B, C), (C, B), (A, C), (C,)])
def test_neither_order_nor_documents_that_come_and_go_multiply_an_amount(
    tmp_path: Path, first: tuple[str, ...], second: tuple[str, ...]
) -> None:
    write(tmp_path, "2026-03-06.csv", *documents(*first), above=TOTALS)
    write(tmp_path, "2026-03-13.csv", *documents(*second), above=TOTALS)
    history = rev603.read_history(tmp_path, grain="refund")
    assert history.groupby("report_date")["amount"].sum().tolist() == [500.0, 500.0]
    assert rev603.current(history)["amount"].sum() == 500.0
    assert (
        history["total_refund_amount"] == 500.0
    ).all()  # what was zeroed can be seen beside what is printed


@pytest.mark.long
@pytest.mark.parametrize("later", [(A, B, C), (B, C), (C, B), (C,)])
@pytest.mark.parametrize("later_first", [False, True])
def test_histories_that_are_put_together_by_hand_move_no_amount(
    tmp_path: Path, later: tuple[str, ...], later_first: bool
) -> None:
    write(tmp_path, "one/2026-03-06.csv", *documents(A, B, C), above=TOTALS)
    write(tmp_path, "one/2026-03-13.csv", *documents(C, A, B), above=TOTALS)
    write(tmp_path, "two/2026-03-20.csv", *documents(*later), above=TOTALS)
    write(tmp_path, "two/2026-03-27.csv", *documents(*later[::-1]), above=TOTALS)
    halves = [rev603.read_history(tmp_path / half, grain="refund") for half in ("one", "two")]
    together = pd.concat(halves[::-1] if later_first else halves)
    read_at_once = rev603.read_history([tmp_path / "one", tmp_path / "two"], grain="refund")
    entries = pd.DataFrame({"entry_number": [A], "expected_amount": [500.00]})
    for history in (together, read_at_once):
        assert rev603.current(history)["amount"].sum() == 500.00
        totals = rev603.weekly_summary(history).totals
        assert (totals["stuck_amount"], totals["still_stuck_amount"], totals["newly_stuck_lines"]) == (
            500,
            500,
            0,
        )
        assert rev603.reconcile(history, entries).groups["expected"].sum() == 500.00
    assert together["total_refund_amount"].eq(500.00).all()


# ------------------------------------------------------------------ dates


@pytest.mark.parametrize(
    ("name", "above", "day", "code"),
    [
        ("r.csv", "Today's Date,03/06/2062\n", "03/02/2026", "report-date-future"),
        ("r 2026-03-06.csv", "Today's Date,02/06/2026\n", "02/02/2026", "report-date-not-of-name"),
        ("r.csv", "Today's Date,09/06/2026\n", "03/02/2026", "report-date-late"),
    ],
)
def test_a_report_date_that_can_hardly_be_right_is_a_warning(
    tmp_path: Path, name: str, above: str, day: str, code: str
) -> None:
    write(tmp_path, name, line(day=day), above=above)
    (message,) = coded(rev603.read_history(tmp_path), code)
    assert name in message


def test_a_file_that_may_have_day_and_month_exchanged_is_doubted_by_name(tmp_path: Path) -> None:
    write(tmp_path, "a 2026-03-16.csv", line(day="13/03/2026"))
    write(tmp_path, "b 2026-04-16.csv", line(day="04/03/2026"))
    write(tmp_path, "c 2026-04-23.csv", line(day="04/21/2026"))
    (message,) = coded(rev603.read_history(tmp_path), "date-order-of-siblings")
    assert message.startswith("b 2026-04-16.csv")
    assert "a 2026-03-16.csv" in message


@pytest.mark.long
def test_a_time_of_day_beside_the_date_is_the_same_day(tmp_path: Path) -> None:
    write(tmp_path, "a.csv", line("Sent to Treasury"), above="Today's Date,03/06/2026 09:00\n")
    write(tmp_path, "b.csv", line("Reject No ACH"), above="Today's Date,03/06/2026 4:05 PM\n")
    history = rev603.read_history(tmp_path)
    assert rev603.current(history)["refund_secondary_status"].tolist() == ["Reject No ACH"]
    stamped = history.assign(report_date=pd.to_datetime(["2026-03-06 09:00", "2026-03-06 16:05"]))
    assert rev603.current(stamped)["refund_secondary_status"].tolist() == ["Reject No ACH"]


def test_an_accepted_empty_export_is_the_newest_report(tmp_path: Path) -> None:
    write(tmp_path, "2026-03-06.csv", line())
    write(tmp_path, "2026-03-13.csv")
    history = rev603.read_history(tmp_path)
    assert [each["report_date"] for each in history.attrs["rev603"]["sources"]] == [
        "2026-03-06",
        "2026-03-13",
    ]
    assert rev603.weekly_summary(history).report_date == pd.Timestamp("2026-03-13")


# ------------------------------------------------------------------ sheets


def book(path: Path, **sheets: list[list[Any]]) -> Path:
    workbook = openpyxl.Workbook()
    del workbook["Sheet"]
    for name, rows in sheets.items():
        sheet = workbook.create_sheet(name)
        for row in rows:
            sheet.append([None if cell == "" else cell for cell in row])
    workbook.save(path)
    return path


def rows(*lines: str, day: str = "") -> list[list[Any]]:
    above = [["Today's Date", day]] if day else []
    return [*above, HEADINGS.split(","), *(each.split(",") for each in lines)]


@pytest.mark.parametrize("stated", [True, False], ids=["above the table", "in the sheet's name"])
def test_weekly_sheets_are_reports_of_their_own(tmp_path: Path, stated: bool) -> None:
    path = book(
        tmp_path / "weeks.xlsx",
        **{
            "2026-03-06": rows(line("Reject No ACH"), day="03/06/2026" if stated else ""),
            "2026-03-13": rows(line("Treasury Issued"), day="03/13/2026" if stated else ""),
        },
    )
    history = rev603.read_history(path)
    assert history["report_date"].dt.date.tolist() == [dt.date(2026, 3, 6), dt.date(2026, 3, 13)]
    assert rev603.current(history)["refund_secondary_status"].tolist() == ["Treasury Issued"]
    report = rev603.read(path)
    assert len(report.refunds) == 1
    (message,) = report.issues.loc[report.issues["code"] == "sheet-another-date", "message"]
    assert "2026-03-13" in message


@pytest.mark.parametrize("in_front", [True, False])
def test_a_pivot_of_a_few_headings_does_not_stop_a_sound_report(tmp_path: Path, in_front: bool) -> None:
    pivot: list[list[Any]] = [
        ["Payee ID", "Company Name", "C/O", "Total Refund Amount"],
        ["98-765432100", "Harbor Lamps Inc.", "", 500.0],
    ]
    sheets: dict[str, list[list[Any]]] = {"Main Report": rows(line(), day="03/06/2026"), "Pivot": pivot}
    names = ["Pivot", "Main Report"] if in_front else ["Main Report", "Pivot"]
    report = rev603.read(book(tmp_path / "r.xlsx", **{name: sheets[name] for name in names}))
    assert report.refunds["amount"].tolist() == [500.0]
    assert "Pivot" in set(report.issues.loc[report.issues["code"] == "sheet-skipped", "source_sheet"])


# ------------------------------------------------------------------ what else lies in the folder


@pytest.mark.parametrize(
    ("name", "content"),
    [
        ("cut off.xlsx", b"PK\x03\x04" + bytes(200)),
        ("empty.csv", b""),
        ("random.csv", bytes(range(256)) * 8),
    ],
)
def test_a_file_that_cannot_be_opened_stops_or_is_an_error_by_name(
    tmp_path: Path, name: str, content: bytes
) -> None:
    write(tmp_path, "2026-03-06.csv", line())
    (tmp_path / name).write_bytes(content)
    with pytest.raises(UnrecognizedFileError, match=name):
        rev603.read_history(tmp_path)
    history = rev603.read_history(tmp_path, on_error="collect")
    assert len(history) == 1
    found = issues(history)
    assert found.loc[found["code"] == "file-failed", ["severity", "source_file"]].to_numpy().tolist() == [
        ["error", name]
    ]


def test_what_was_opened_and_is_something_else_is_passed_over_and_other_endings_are_named_once(
    tmp_path: Path,
) -> None:
    write(tmp_path, "2026-03-06.csv", line())
    (tmp_path / "notes.txt").write_text("call them on Monday\n", encoding="utf-8")
    for name in ("old.xls", "sent.msg", "all.ods"):
        (tmp_path / name).write_bytes(b"x")
    history = rev603.read_history(tmp_path)
    (skipped,) = coded(history, "file-skipped")
    assert skipped.startswith("notes.txt")
    (others,) = coded(history, "file-not-opened")
    assert all(name in others for name in ("old.xls", "sent.msg", "all.ods"))


@pytest.mark.long
def test_our_own_summary_in_the_folder_is_passed_over_and_named(tmp_path: Path) -> None:
    write(tmp_path, "2026-03-06.csv", line())
    history = rev603.read_history(tmp_path)
    rev603.weekly_summary(history).to_excel(tmp_path / "weekly.xlsx")
    again = rev603.read_history(tmp_path)
    assert len(again) == len(history)
    (message,) = coded(again, "file-skipped")
    assert message.startswith("weekly.xlsx")


@pytest.mark.long
@pytest.mark.parametrize("ending", ["csv", "xlsx", "parquet"])
def test_what_convert_writes_reads_back_as_the_same_weeks(tmp_path: Path, ending: str) -> None:
    exports = tmp_path / "exports"
    write(exports, "2026-03-06.csv", *documents(A, B, C), above=TOTALS)
    write(exports, "2026-03-13.csv", *documents(A, B, C, status="Treasury Issued"), above=TOTALS)
    assert main(["convert", str(exports), "-o", str(tmp_path / f"all.{ending}")]) == 0
    before, after = rev603.read_history(exports), rev603.read_history(tmp_path / f"all.{ending}")
    pd.testing.assert_frame_equal(after, before)
    assert [each["grain"] for each in after.attrs["rev603"]["sources"]] == ["refund", "refund"]
    assert rev603.weekly_summary(after).totals == rev603.weekly_summary(before).totals
    (exports / f"all.{ending}").write_bytes((tmp_path / f"all.{ending}").read_bytes())
    if ending != "parquet":  # which a folder is not searched for
        assert rev603.current(rev603.read_history(exports))["amount"].sum() == 500.0
