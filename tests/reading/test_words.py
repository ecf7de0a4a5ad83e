"""Words that a user teaches: taken where they mean something, refused with the way out where they do not."""

from __future__ import annotations

import io
import json
from pathlib import Path
from typing import Any

import pytest

import rev603
from rev603.cli import main
from rev603.errors import Rev603Error, SourceNotFoundError
from rev603.reading.words import NO_WORDS, words_of
from rev603.vocabulary.headings import REFUND_COLUMNS


def test_nothing_taught_changes_nothing() -> None:
    assert words_of(None) is NO_WORDS
    assert NO_WORDS.columns(REFUND_COLUMNS) == REFUND_COLUMNS


def test_a_toml_file_teaches_what_a_mapping_does(tmp_path: Path) -> None:
    path = tmp_path / "words.toml"
    path.write_text(
        '[headings]\n"Our Ref" = "refund_id"\n[statuses]\n"Held For Review" = "in transit"\n',
        encoding="utf-8-sig",
    )
    given = {"headings": {"Our Ref": "refund_id"}, "statuses": {"Held For Review": "in transit"}}
    assert words_of(path) == words_of(str(path)) == words_of(given)


def test_a_taught_heading_comes_before_all_other_spellings() -> None:
    columns = words_of({"headings": {"Our Ref": "refund_id"}}).columns(REFUND_COLUMNS)
    assert columns[0].aliases[0] == "Our Ref"
    assert columns[1:] == REFUND_COLUMNS[1:]


@pytest.mark.parametrize(
    ("given", "said"),
    [
        ({"status": {"x": "issued"}}, "Did you mean 'statuses'"),
        ({"statuses": {"x": "isued"}}, "Did you mean 'issued'"),
        ({"statuses": {"x": "unknown"}}, "What a taught status stands for is 'unknown'"),
        ({"headings": {"Our Ref": "refund_idd"}}, "Did you mean 'refund_id'"),
        ({"statuses": ["x"]}, "maps texts to texts"),
        ({"statuses": {"": "issued"}}, "maps texts to texts"),
        ({"teams": {"JBN": 7}}, "maps texts to texts"),
        ({7: {"x": "y"}}, "A part of the vocabulary is 7"),
        (7, "vocabulary is int"),
        (["statuses"], "vocabulary is list"),
        (b"words.toml", "vocabulary is bytes"),
    ],
)
def test_what_cannot_be_meant_is_refused_with_the_way_out(given: Any, said: str) -> None:
    with pytest.raises(Rev603Error) as caught:
        words_of(given)
    assert said in str(caught.value)
    assert caught.value.what_to_do


def test_a_file_that_is_not_there_or_not_toml_is_named(tmp_path: Path) -> None:
    with pytest.raises(SourceNotFoundError, match="cannot be opened"):
        words_of(tmp_path / "nowhere.toml")
    path = tmp_path / "words.toml"
    path.write_bytes(b"\xff\xfe not toml")
    with pytest.raises(Rev603Error, match="not a TOML file"):
        words_of(path)


EXPORT = (
    b"Our Ref,Payee ID,Company Name,Refund Date,Refund Secondary Status,Document Number,Duty,Interest,Team Number\n"
    b"R1,98-765432100,Harbor Lamp Co,11/09/2026,Held For Review,,$12.50,1.25,JBN\n"
    b"R2,98-765432100,Harbor Lamp Co,11/09/2026,Treasury Issued,,$1.00,,AEZ\n"
)
NAMES = {"refund_id": "Our Ref", "total_refund_amount": ["Duty", "Interest"]}


def test_headings_of_ones_own_are_read_and_an_amount_is_the_sum_of_its_columns() -> None:
    refunds = rev603.read(io.BytesIO(EXPORT), columns=NAMES).refunds
    assert refunds["refund_id"].tolist() == ["R1", "R2"]
    assert refunds["amount"].tolist() == [13.75, 1.00]


def test_a_taught_status_is_known_to_every_answer_and_kept_as_printed() -> None:
    words = {"statuses": {"held for review": "in transit"}, "teams": {"JBN": "call first"}}
    report = rev603.read(io.BytesIO(EXPORT), columns=NAMES, vocabulary=words)
    assert "status-unknown" not in set(report.issues["code"])
    assert report.issues.loc[report.issues["code"] == "status-taught", "value"].tolist() == [
        "Held For Review"
    ]
    assert rev603.flag_rejects(report.refunds)["disposition"].tolist() == [
        "in transit",
        "paid, method not stated",
    ]
    assert report.refunds["refund_secondary_status (report)"].tolist() == [
        "Held For Review",
        "Treasury Issued",
    ]
    assert report.refunds["team_note"].isna().tolist() == [False, True]


def test_a_history_takes_the_same_words(tmp_path: Path) -> None:
    (tmp_path / "2026-11-13.csv").write_bytes(EXPORT)
    words = {"statuses": {"held for review": "in transit"}}
    for cache in (None, tmp_path / "kept", tmp_path / "kept"):
        history = rev603.read_history(
            tmp_path / "2026-11-13.csv", columns=NAMES, vocabulary=words, cache=cache
        )
        assert history["amount"].sum() == 14.75
        assert history["refund_secondary_status"].tolist() == ["Sent to Treasury", "Treasury Issued"]


def test_the_command_line_takes_them_too(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    export, words = tmp_path / "2026-11-13.csv", tmp_path / "words.toml"
    export.write_bytes(EXPORT)
    words.write_text('[statuses]\n"Held For Review" = "in transit"\n', encoding="utf-8")
    named = ["--column", "refund_id=Our Ref", "--column", "total_refund_amount=Duty"]
    named += ["--column", "total_refund_amount=Interest", "--vocabulary", str(words)]
    assert main(["group", str(export), "--by", "disposition", *named]) in (0, 1)
    told = capsys.readouterr().out
    assert "in transit" in told
    assert "13.75" in told


@pytest.mark.parametrize(
    ("columns", "said"),
    [
        ({"refund_id": "Nowhere"}, "Missing: Nowhere"),
        ({"refund_id": "Our Ref", "total_refund_amount": ["Duty", "Nowhere"]}, "Missing: Nowhere"),
        ({"refundid": "Our Ref"}, "Did you mean 'refund_id'"),
        ({"payee_id": ["Payee ID", "Our Ref"]}, "only total_refund_amount"),
        ({"refund_id": "Our Ref", "payee_id": "Our Ref"}, "one heading twice"),
        (["Our Ref"], "columns is list"),
        ("Our Ref", "columns is str"),
        (7, "columns is int"),
        ({"refund_id": 7}, "which is no heading"),
        ({"refund_id": None}, "which is no heading"),
        ({"refund_id": " "}, "which is no heading"),
        ({"total_refund_amount": ["Duty", 7]}, "which is no heading"),
        ({"total_refund_amount": []}, "which is no heading"),
        ({7: "Our Ref"}, "A name in columns= is 7"),
    ],
)
def test_wrong_columns_are_refused_with_the_way_out(columns: Any, said: str) -> None:
    with pytest.raises(Rev603Error) as caught:
        rev603.read(io.BytesIO(EXPORT), columns=columns)
    assert said in str(caught.value)
    assert caught.value.what_to_do


@pytest.mark.parametrize("sheet", [True, False, 1.0, b"Main Report", ["Main Report"], {"Main Report": 0}])
@pytest.mark.parametrize("kind", ["csv", "book"])
def test_a_sheet_of_a_wrong_type_is_refused_with_the_way_out(make: Any, kind: str, sheet: Any) -> None:
    with pytest.raises(Rev603Error, match=r"sheet is (bool|float|bytes|list|dict)") as caught:
        rev603.read(getattr(make, kind)(make.table(make.lines(1))), sheet=sheet)
    assert caught.value.what_to_do


def test_headings_that_were_taught_are_found_in_an_entry_list_too(tmp_path: Path) -> None:
    listed = tmp_path / "list.csv"
    listed.write_text("Our file,Ref 1,Wanted back\n77,MYK28000864,5.00\n", encoding="utf-8")
    words = {"headings": {"Ref 1": "entry_number", "wanted BACK": "expected_amount"}}
    entries = rev603.read_entries(listed, vocabulary=words)
    assert entries[["entry_number", "expected_amount", "Our file"]].to_numpy().tolist() == [
        ["MYK28000864", 5.0, "77"]
    ]
    taught = tmp_path / "words.toml"
    taught.write_text(
        '[headings]\n"Ref 1" = "entry_number"\n"Wanted back" = "expected_amount"\n', encoding="utf-8"
    )
    target = tmp_path / "r.json"
    export = str(Path(__file__).parents[2] / "sample_data" / "rev603_2026-11-13.csv")
    command = ["reconcile", export, "--entries", str(listed), "--vocabulary", str(taught), "-o", str(target)]
    assert main([*command, "--quiet"]) == 1
    assert json.loads(target.read_text(encoding="utf-8"))["proof"]["expected"] == 5.0


def _said(report: rev603.Report, code: str) -> list[str]:
    return report.issues.loc[report.issues["code"] == code, "message"].tolist()


def test_an_amount_of_several_columns_is_said_to_be_a_sum_and_what_is_blank_in_it_counted() -> None:
    report = rev603.read(io.BytesIO(EXPORT), columns=NAMES)
    (said,) = _said(report, "amount-summed")
    assert "'Duty' + 'Interest', where 1 blank cell counts as 0.00" in said
    assert _said(report, "column-unknown") == []  # what the caller names is known
    assert report.refunds["Interest"].tolist()[0] == "1.25"  # and is kept beside the sum
    entries = rev603.read_entries(
        io.BytesIO(
            b"Entry No.,Duty Back,Interest Back\nMYK-2800086-4,$12.50,\n,,\nMYK-2810263-7,1.00,0.50\n"
        ),
        columns={"expected_amount": ["Duty Back", "Interest Back"]},
    )
    (issue,) = entries.attrs["rev603"]["issues"]
    assert (issue["code"], issue["severity"]) == ("amount-summed", "info")
    assert "'Duty Back' + 'Interest Back', where 1 blank cell" in issue["message"]


def test_an_undocumented_status_says_how_to_teach_it(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    (said,) = _said(rev603.read(io.BytesIO(EXPORT), columns=NAMES), "status-unknown")
    assert 'vocabulary={"statuses": {"as printed": "in transit"}}' in said
    path = tmp_path / "export.csv"
    path.write_bytes(EXPORT.replace(b"Our Ref", b"Refund ID").replace(b"Duty", b"Total Refund Amount"))
    main(["check", str(path), "--all"])
    assert '--vocabulary FILE, a TOML file with [statuses] and "as printed"' in capsys.readouterr().out


def test_a_status_that_is_taught_against_cbp_is_a_warning_that_names_both_states() -> None:
    taught = {"treasury ISSUED": "rejected", "Held for review": "in transit"}
    report = rev603.read(io.BytesIO(EXPORT), columns=NAMES, vocabulary={"statuses": taught})
    (said,) = _said(report, "status-overruled")
    assert "'treasury ISSUED'" in said
    assert "issued by CBP, rejected as taught" in said
    assert report.verdict == "accepted with issues"
    agreed = {"statuses": {"Treasury Issued": "issued"}}
    assert _said(rev603.read(io.BytesIO(EXPORT), columns=NAMES, vocabulary=agreed), "status-overruled") == []


def test_a_taught_status_that_occurs_in_no_file_is_said_once(tmp_path: Path) -> None:
    taught = {"statuses": {"Held For Revew": "in transit", "Held For Review": "in transit"}}
    report = rev603.read(io.BytesIO(EXPORT), columns=NAMES, vocabulary=taught)
    (said,) = _said(report, "status-not-met")
    assert said.startswith("'Held For Revew'")
    (tmp_path / "2026-11-13.csv").write_bytes(EXPORT)
    (tmp_path / "2026-11-06.csv").write_bytes(EXPORT.replace(b"Held For Review", b"Funds Diverted"))
    issues = rev603.read_history(tmp_path, columns=NAMES, vocabulary=taught).attrs["rev603"]["issues"]
    assert [each["value"] for each in issues if each["code"] == "status-not-met"] == ["Held For Revew"]


@pytest.mark.parametrize(
    ("columns", "advice"),
    [
        ({"payee_id": "Payer"}, 'columns={"payee_id": "Their heading"}'),
        ({"refund_id": "Nowhere"}, 'columns={"refund_id": "Their heading"}'),
        (None, 'columns={"refund_id": "Their heading"}, or vocabulary='),
        ({"refund_id": 7}, 'columns={"refund_id": "Their heading"}'),
        ("Our Ref", 'columns={"refund_id": "Their heading"}'),
    ],
)
def test_the_way_out_of_a_heading_names_a_column_that_the_function_takes(columns: Any, advice: str) -> None:
    with pytest.raises(Rev603Error) as caught:
        rev603.read(io.BytesIO(EXPORT), columns=columns)
    assert advice in caught.value.what_to_do
    assert advice.partition('": ')[0].replace('columns={"', "--column ") in caught.value.text(
        command_line=True
    )


@pytest.mark.parametrize(
    ("there", "guessed"),
    [
        (b"Client No", {}),
        (b"Reference No", {}),
        (b"Entry Number", {}),
        (b"Posted Date", {}),
        (b"Refnd ID", {"Refund ID": "Refnd ID"}),
        (b"Refund Numbers", {"Refund ID": "Refund Numbers"}),
    ],
)
def test_a_heading_is_guessed_only_where_it_resembles_the_name(there: bytes, guessed: dict[str, str]) -> None:
    with pytest.raises(rev603.ColumnsMissingError) as caught:
        rev603.read(io.BytesIO(EXPORT.replace(b"Our Ref", there).replace(b"Duty", b"Total Refund Amount")))
    assert caught.value.missing == ("Refund ID",)
    assert caught.value.guesses == guessed


def test_a_slip_in_a_heading_that_the_caller_names_is_guessed_too() -> None:
    with pytest.raises(rev603.ColumnsMissingError, match="Our Refs \\(did you mean 'Our Ref'"):
        rev603.read(io.BytesIO(EXPORT), columns={"refund_id": "Our Refs"})
    for there in ("Client No", "Entry Date", "Entry Type"):
        with pytest.raises(rev603.ColumnsMissingError) as caught:
            rev603.read_entries(io.BytesIO(f"{there},Importer No\n1,2\n".encode()))
        assert caught.value.guesses == {}
