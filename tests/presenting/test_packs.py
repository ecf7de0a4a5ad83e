"""Client packs add up to the whole, and hold nothing of another client."""

from __future__ import annotations

import datetime as dt
import email
import email.policy
import io
import json
import re
import zipfile
from pathlib import Path
from typing import Any

import openpyxl
import pandas as pd
import pytest

from rev603.errors import Rev603Error
from rev603.presenting.packs import client_packs
from rev603.vocabulary.guide import guide

STUCK = {"refund_secondary_status": "Reject No ACH", "check_or_ach": None}
PAID = {"refund_secondary_status": "Treasury Issued", "check_or_ach": "ACH"}
#: number, name, notify party, what the report shows
CLIENTS: list[tuple[str | None, str, str | None, dict[str, Any]]] = [
    ("98-765432100", "Alpha Lamps LLC", None, PAID),
    ("98-765432101", "Alpha Lamps East LLC", None, STUCK),
    ("12-345678900", "../Beta & <Sons>", "Harbor Brokers Inc", STUCK),
    ("12-345678911", "Beta West\r\nBcc: x@example.com", "Mole Brokers", PAID),
    ("13-579246800", "Gamma Toys Inc", "HARBOR BROKERS, INC.", PAID),
    ("000-12-3456", "Person Quelquith", None, STUCK),
    ("260212-00017", "Zeta GmbH", None, STUCK),
    (None, "Nobody Known", None, STUCK),
]


@pytest.fixture(scope="module")
def history() -> pd.DataFrame:
    lines = [
        {
            "refund_id": f"R{number:04d}", "payee_id": payee, "company_name": name, "care_of": party,
            "document_number": f"605{number:08d}", "entry_number": f"605{number:08d}",
            "refund_date": dt.date(2026, 3, 2 + day), "amount": 1000.01 * number + day, "address": "1 Nowhere St",
            "check_or_trace_number": None, "report_date": dt.date(2026, 3, 20), "source_file": "week12.csv",
        } | what
        for number, (payee, name, party, what) in enumerate(CLIENTS, 1)
        for day in (0, 1)
    ]  # fmt: skip
    frame = pd.DataFrame(lines)
    frame["document_number"] = frame["entry_number"] = [f"605{row:08d}" for row in range(len(frame))]
    dates = ["refund_date", "report_date"]
    text = [name for name in frame if name not in ("amount", *dates)]
    frame[dates] = frame[dates].apply(pd.to_datetime)
    return frame.astype(dict.fromkeys(text, "str"))


@pytest.fixture(scope="module")
def entries(history: pd.DataFrame) -> pd.DataFrame:
    """One entry per line: some with the importer's number, some without, and two that nothing came for."""
    number = history["payee_id"].where(history.index % 3 != 0)
    listed = pd.DataFrame({"entry_number": history["entry_number"], "expected_amount": history["amount"],
                           "importer_number": number, "our note": history["company_name"]})  # fmt: skip
    more = pd.DataFrame({"entry_number": ["60599999999", "60599999998"], "expected_amount": [7.0, 8.0],
                         "importer_number": ["98-765432101", None]})  # fmt: skip
    return pd.concat([listed, more], ignore_index=True).astype({"importer_number": "str", "our note": "str"})


@pytest.mark.long
@pytest.mark.parametrize("by", ["payee", "base", "notify party"])
def test_the_packs_add_up_to_the_whole(by: str, history: pd.DataFrame, entries: pd.DataFrame) -> None:
    packs = client_packs(history, entries=entries, by=by)
    totals = pd.DataFrame([pack.figures.totals for pack in packs])
    assert totals["lines"].sum() == len(history) == 16
    assert round(totals["amount"].sum() * 100) == round(history["amount"].sum() * 100)
    stuck = history["refund_secondary_status"] == "Reject No ACH"
    assert totals["stuck_lines"].sum() == stuck.sum()
    assert round(totals["stuck_amount"].sum() * 100) == round(history["amount"][stuck].sum() * 100)
    assert totals["entries"].sum() == len(entries)
    assert round(totals["expected_amount"].sum() * 100) == round(entries["expected_amount"].sum() * 100)
    for pack in packs:
        for name in ("worklist", "reissue_requests"):
            assert round(pack.frames[name]["amount"].sum(), 2) == pack.figures.totals["stuck_amount"]


def test_who_is_a_client(history: pd.DataFrame) -> None:
    payees = [pack.figures.client for pack in client_packs(history)]
    assert sorted(payees) == sorted([str(number) for number, *_ in CLIENTS if number] + ["unassigned"])
    assert payees[-1] == "unassigned"
    bases = {pack.figures.client for pack in client_packs(history, by="base")}
    assert bases == {"98-7654321", "12-3456789", "13-5792468", "000-12-3456", "260212-00017", "unassigned"}
    parties = [pack.figures.client for pack in client_packs(history, by="notify party")]
    assert parties == ["HARBOR BROKERS, INC.", "Mole Brokers", "unassigned"]


@pytest.mark.long
def test_no_byte_of_a_pack_is_of_another_client(
    history: pd.DataFrame, entries: pd.DataFrame, tmp_path: Path
) -> None:
    packs = client_packs(history, entries=entries, sender="Jo Roe\njo.roe@example.com")
    packs.write(tmp_path, mask="none")
    words = {
        number: (number, name.split("\r")[0].split("<")[0].strip("./ "))
        for number, name, *_ in CLIENTS
        if number
    }
    searched = 0
    for folder, pack in zip(packs.overview()["folder"], packs, strict=True):
        if pack.figures.client == "unassigned":
            continue
        own = words[pack.figures.client]
        content = b"\n".join(_every_byte(path) for path in (tmp_path / folder).iterdir())
        assert all(word.encode() in content.replace(b"&amp;", b"&") for word in own[:1])
        for number, others in words.items():
            for word in others:
                if number != pack.figures.client and not any(word in mine for mine in own):
                    searched += 1
                    assert word.encode() not in content, (pack.figures.client, word)
    assert searched > 70


def _every_byte(path: Path) -> bytes:
    """The bytes of a file and of all that is packed in it: a zip's members, a mail's parts."""
    raw = path.read_bytes()
    if path.suffix == ".xlsx":
        with zipfile.ZipFile(io.BytesIO(raw)) as archive:
            return b"\n".join(
                [
                    path.name.encode(),
                    *archive.namelist().__str__().encode().split(),
                    *map(archive.read, archive.namelist()),
                ]
            )
    if path.suffix == ".eml":
        mail = email.message_from_bytes(raw, policy=email.policy.default)
        parts = [part.get_content().encode() for part in mail.walk() if part.get_content_maintype() == "text"]
        return b"\n".join([path.name.encode(), str(mail["Subject"]).encode(), raw, *parts])
    return path.name.encode() + raw


def test_a_pack_holds_workbook_letter_and_json_that_agree(
    history: pd.DataFrame, entries: pd.DataFrame, tmp_path: Path
) -> None:
    pack = next(
        each for each in client_packs(history, entries=entries) if each.figures.client == "98-765432101"
    )
    names = {path.name for path in pack.write(tmp_path)}
    assert names == {
        "refunds.xlsx",
        "refunds.json",
        *(f"alpha-lamps-east-llc.{form}" for form in ("txt", "html", "eml")),
    }
    book = openpyxl.load_workbook(tmp_path / "refunds.xlsx")
    assert book.sheetnames == [
        "Summary",
        "State",
        "Stuck",
        "Refunds that are stuck",
        "Expected and received",
        "Entries",
    ]
    document = json.loads((tmp_path / "refunds.json").read_text(encoding="utf-8"))
    # its two lines are 2,000.02 and 2,001.02, and one entry of $7.00 brought nothing
    assert document["totals"] == {"lines": 2, "amount": 4001.04, "stuck_lines": 2, "stuck_amount": 4001.04,
                                  "entries": 3, "expected_amount": 4008.04}  # fmt: skip
    matches = [(line["expected"], line["refunded"], line["outcome"]) for line in document["matches"]]
    assert sorted(matches) == [(7.0, 0.0, "missing"), (2000.02, 0.0, "not paid"), (2001.02, 0.0, "not paid")]
    assert [line["step"] for line in document["worklist"]] == ["add this suffix"]
    assert "suffix 00" in document["worklist"][0]["evidence"]
    assert "$4,001.04" in (tmp_path / "alpha-lamps-east-llc.txt").read_text(encoding="utf-8")


@pytest.mark.long
def test_folders_are_safe_numbers_are_masked_and_twice_gives_the_same_bytes(
    history: pd.DataFrame, tmp_path: Path
) -> None:
    packs = client_packs(history)
    first = {path: path.read_bytes() for path in packs.write(tmp_path / "out")}
    assert [each.name for each in tmp_path.iterdir()] == ["out"]
    assert all(path.resolve().is_relative_to(tmp_path / "out") for path in first)
    assert all(re.fullmatch("[a-z0-9-]+", path.parent.name) for path in first if path.name != "index.csv")
    for path in first:
        assert "000-12-3456" not in str(path)
        assert b"000-12-3456" not in _every_byte(path)
    assert {path: path.read_bytes() for path in client_packs(history).write(tmp_path / "out")} == first
    index = pd.read_csv(tmp_path / "out" / "index.csv")
    assert len(index) == len(packs) == len(set(index["folder"]))


@pytest.mark.long
def test_what_an_earlier_run_wrote_and_this_one_did_not_is_set_aside_so_that_nobody_sends_it(
    history: pd.DataFrame, tmp_path: Path
) -> None:
    client_packs(history).write(tmp_path)
    mine = tmp_path / "gamma-toys-inc-13-579246800" / "my notes.txt"
    mine.write_text("called them", encoding="utf-8")
    # since then one client was paid, and two are in no report any more
    later = history[~history["payee_id"].isin(["12-345678911", "13-579246800"])].assign(
        refund_secondary_status=lambda frame: frame["refund_secondary_status"].mask(
            frame["payee_id"] == "98-765432101", "Check/ACH Reissued"
        )
    )
    packs = client_packs(later)
    written = packs.write(tmp_path)
    there = {path for path in tmp_path.rglob("*") if path.is_file() and path.name != ".rev603-written"}
    aside = {path for path in there if path.is_relative_to(tmp_path / "superseded")}
    assert there - aside == {*written, mine}
    assert mine.read_text(encoding="utf-8") == "called them"
    gone = {path.relative_to(tmp_path / "superseded").as_posix() for path in aside}
    folders = {name.split("/")[0] for name in gone}
    assert folders == {
        "beta-west-bcc-x-example-com-12-345678911", "gamma-toys-inc-13-579246800", "alpha-lamps-east-llc-98-765432101",
    }  # fmt: skip
    assert {name.split("/")[1] for name in gone if name.startswith("alpha")} == {
        f"alpha-lamps-east-llc.{form}" for form in ("txt", "html", "eml")
    }
    again = {path: path.read_bytes() for path in there}
    packs.write(tmp_path)
    assert {path: path.read_bytes() for path in tmp_path.rglob("*") if path in again} == again


@pytest.mark.long
def test_a_note_that_names_files_elsewhere_moves_none_of_them(history: pd.DataFrame, tmp_path: Path) -> None:
    outside = tmp_path / "outside.txt"
    outside.write_text("stays", encoding="utf-8")
    folder = tmp_path / "packs"
    folder.mkdir()
    (folder / ".rev603-written").write_text(f"../outside.txt\n{outside}\n", encoding="utf-8")
    client_packs(history).write(folder)
    assert outside.read_text(encoding="utf-8") == "stays"


def test_another_way_to_tell_clients_is_refused(history: pd.DataFrame) -> None:
    with pytest.raises(Rev603Error, match="cannot be told by 'broker'"):
        client_packs(history, by="broker")


@pytest.mark.long
def test_the_first_sheet_says_who_must_act_or_that_nothing_is_stuck(
    history: pd.DataFrame, tmp_path: Path
) -> None:
    for pack in client_packs(history):
        pack.to_excel(tmp_path / "refunds.xlsx")
        front = openpyxl.load_workbook(tmp_path / "refunds.xlsx")["Summary"]
        said = [str(cell) for row in front.iter_rows(values_only=True) for cell in row if cell is not None]
        calm = "Nobody: nothing is stuck." in said
        assert calm is (pack.figures.totals["stuck_lines"] == 0)
        for line in pack.frames["worklist"].to_dict("records"):
            assert any(
                text.startswith(guide().steps[line["step"]].act) and line["evidence"] in text for text in said
            )
        # a figure that is wider than its column shows as a row of number signs
        widths = {letter: dimension.width for letter, dimension in front.column_dimensions.items()}
        assert all(width >= 22 for letter, width in widths.items() if letter in "BCFG")
