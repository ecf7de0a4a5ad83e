"""The workbook's primitives: values as what they are, text as text, the same bytes, whole or not at all."""

from __future__ import annotations

import datetime as dt
import re
import zipfile
from typing import TYPE_CHECKING, Any

import numpy as np
import openpyxl
import pandas as pd
import pytest

from rev603.presenting.cells import MAX_TEXT, Mark
from rev603.presenting.view import Section
from rev603.presenting.workbook import Front, write_workbook

if TYPE_CHECKING:
    from pathlib import Path


def read(path: Path, sheet: str) -> list[list[Any]]:
    """Open the file with the second reader and check that no cell is a formula."""
    ws = openpyxl.load_workbook(path)[sheet]
    assert all(cell.data_type != "f" for row in ws.iter_rows() for cell in row)
    return [[cell.value for cell in row] for row in ws.iter_rows()]


def lines() -> pd.DataFrame:
    return pd.DataFrame(
        {
            "payee_id": pd.Series(["000-12-3456", "98-765432100", None], dtype="str"),
            "port_code": pd.Series(["0712", "0001", "1E5"], dtype="str"),
            "amount": [-12.34, np.nan, 10_000_000.01],
            "refund_date": pd.Series(["2026-03-02", None, "1999-12-31"], dtype="datetime64[us]"),
            "days_waiting": pd.array([95, None, -1], dtype="Int64"),
            "is_late": [True, False, True],
        }
    )


def test_values_are_what_they_are(tmp_path: Path) -> None:
    write_workbook(tmp_path / "x.xlsx", [Section(name="Lines", frame=lines())])
    assert read(tmp_path / "x.xlsx", "Lines") == [
        ["Payee ID", "Port Code", "Amount", "Refund Date", "Days waiting", "Is late"],
        ["XXX-XX-3456", "0712", -12.34, dt.datetime(2026, 3, 2), 95, "yes"],  # noqa: DTZ001 - Excel has no zones
        ["98-765432100", "0001", None, None, None, "no"],
        [None, "1E5", 10_000_000.01, dt.datetime(1999, 12, 31), -1, "yes"],  # noqa: DTZ001
    ]


def test_what_begins_like_a_formula_is_text(tmp_path: Path, nasty_names: tuple[str, ...]) -> None:
    more = ("#N/A", "#REF!", "TRUE", "1E5", "0012", "12/01/2026", "{=1+1}", "=", "'=1", "_x0041_")
    names = [*nasty_names, *more]
    frame = pd.DataFrame({"company_name": pd.Series(names, dtype="str")})
    write_workbook(tmp_path / "x.xlsx", [Section(name="x", frame=frame, breaks=True)])
    ws = openpyxl.load_workbook(tmp_path / "x.xlsx")["x"]
    written = [ws.cell(row, 1) for row in range(2, len(names) + 2)]
    assert {cell.data_type for cell in written} == {"s"}
    expected = [name.translate({0: "␀", 7: "␇", 27: "␛", 0x202E: "\ufffd"}) for name in names]
    assert [str(cell.value).replace("\n", "\r") for cell in written] == [
        name.replace("\n", "\r") for name in expected
    ]


def test_text_stays_text_when_somebody_edits_the_cell(tmp_path: Path) -> None:
    frame = pd.DataFrame({"company_name": ["=1+1"], "message": ["=1+1" + "x" * 300]})
    write_workbook(tmp_path / "x.xlsx", [Section(name="x", frame=frame)])
    ws = openpyxl.load_workbook(tmp_path / "x.xlsx")["x"]
    assert ws["A2"].number_format == "@"
    # Excel shows ##### for text over 255 characters in the format Text
    assert (ws["B2"].number_format, ws["B2"].quotePrefix) == ("General", True)


def test_excel_marks_no_identifier_as_a_number_stored_as_text(tmp_path: Path) -> None:
    front = Front(name="Front", rows=[[Mark("x")]], widths=[5])
    write_workbook(tmp_path / "x.xlsx", [front, Section(name="x", frame=lines(), title="t")])
    with zipfile.ZipFile(tmp_path / "x.xlsx") as archive:
        for number in (1, 2):
            xml = archive.read(f"xl/worksheets/sheet{number}.xml").decode()
            # ECMA-376, 18.3.1.99: behind the footer, before what is drawn
            order = re.findall("<(headerFooter|ignoredErrors|drawing)", xml)
            assert order[:2] == ["headerFooter", "ignoredErrors"]
            assert '<ignoredError sqref="A1:XFD1048576" numberStoredAsText="1"/>' in xml


def test_headings_from_outside_are_text_as_well(tmp_path: Path) -> None:
    frame = pd.DataFrame({"=1+1": ["x"], "bell\x07": ["y"]})
    write_workbook(tmp_path / "x.xlsx", [Section(name="x", frame=frame)])
    assert read(tmp_path / "x.xlsx", "x")[0] == ["=1+1", "Bell␇"]


def test_an_over_long_text_is_cut_and_says_so(tmp_path: Path) -> None:
    frame = pd.DataFrame({"message": ["x" * 40_000, "y" * MAX_TEXT]})
    write_workbook(tmp_path / "x.xlsx", [Section(name="x", frame=frame)])
    cut, whole = (row[0] for row in read(tmp_path / "x.xlsx", "x")[1:])
    assert len(cut) == MAX_TEXT
    assert cut.endswith("… [cut: 40,000 characters in the source]")
    assert whole == "y" * MAX_TEXT


def test_a_table_longer_than_a_sheet_goes_on_and_loses_no_line(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("rev603.presenting.workbook.MAX_ROWS", 14)
    frame = pd.DataFrame({"lines": range(25)})
    sheet = Section(name="Rejected", frame=frame, title="Rejected", note="As read.")
    write_workbook(tmp_path / "x.xlsx", [sheet])
    book = openpyxl.load_workbook(tmp_path / "x.xlsx")
    assert book.sheetnames == ["Rejected", "Rejected (2)", "Rejected (3)"]
    assert [ws["A2"].value for ws in book] == [
        f"Part {part} of 3, as a sheet holds 14 rows. As read." for part in (1, 2, 3)
    ]
    assert [row[0] for name in book.sheetnames for row in read(tmp_path / "x.xlsx", name)[4:]] == list(
        range(25)
    )
    assert max(ws.max_row for ws in book) == 14


def test_lines_written_in_several_blocks_stand_one_under_the_other(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("rev603.presenting.workbook._CHUNK", 4)
    frame = pd.DataFrame({"lines": range(11), "payee_id": "000-12-3456"})
    write_workbook(tmp_path / "x.xlsx", [Section(name="x", frame=frame, title="t")])
    assert read(tmp_path / "x.xlsx", "x")[4:] == [[number, "XXX-XX-3456"] for number in range(11)]
    with zipfile.ZipFile(tmp_path / "x.xlsx") as archive:
        xml = archive.read("xl/worksheets/sheet1.xml").decode()
    assert re.findall('<row r="([0-9]+)"', xml) == [str(number) for number in range(1, 16)]


def test_no_line_is_said_to_be_none(tmp_path: Path) -> None:
    write_workbook(tmp_path / "x.xlsx", [Section(name="x", frame=lines().head(0), title="Title")])
    assert read(tmp_path / "x.xlsx", "x")[4][0] == "None."


def test_column_names_stay_in_sight_on_screen_and_on_paper(tmp_path: Path) -> None:
    sheet = Section(name="x", frame=lines(), title="Title", totals={"amount": 9_999_987.67}, printed=3)
    write_workbook(tmp_path / "x.xlsx", [sheet])
    ws = openpyxl.load_workbook(tmp_path / "x.xlsx")["x"]
    assert (ws.freeze_panes, ws.auto_filter.ref, ws.print_title_rows) == ("A5", "A4:F7", "$4:$4")
    assert (ws.page_setup.orientation, ws.page_setup.fitToWidth, ws.page_setup.fitToHeight) == (
        "landscape",
        1,
        0,
    )
    assert ws.sheet_properties.pageSetUpPr is not None
    assert ws.sheet_properties.pageSetUpPr.fitToPage
    assert ws.print_area == "'x'!$A$1:$C$7"
    assert [ws["A3"].value, ws["C3"].value, ws["C5"].number_format] == [
        "Total",
        9_999_987.67,
        ws["C3"].number_format,
    ]
    assert ws["C5"].number_format.startswith('"$"#,##0.00')
    rules = {str(each.sqref): [rule.formula for rule in each.rules] for each in ws.conditional_formatting}
    assert rules == {"E5:E7": [["91"], ["61"], ["31"]]}


def test_the_same_input_gives_the_same_bytes_and_no_trace_of_the_clock(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    front = Front(name="Front", rows=[[Mark("x", "link", leads_to="x")], [Mark(None), None]], widths=[5, 5])
    for name in ("a.xlsx", "b.xlsx"):
        write_workbook(tmp_path / name, [front, Section(name="x", frame=lines(), title="t")], title="Title")
        monkeypatch.setattr("time.time", lambda: 2_000_000_000.0)
        monkeypatch.setattr("time.localtime", lambda *_: dt.datetime(2033, 5, 18).timetuple())  # noqa: DTZ001
    assert (tmp_path / "a.xlsx").read_bytes() == (tmp_path / "b.xlsx").read_bytes()
    with zipfile.ZipFile(tmp_path / "a.xlsx") as archive:
        assert {entry.date_time for entry in archive.infolist()} == {(2000, 1, 1, 0, 0, 0)}
        core = archive.read("docProps/core.xml").decode()
        assert core.count("2000-01-01T00:00:00Z") == 2


def test_a_failure_leaves_the_old_file_and_no_litter(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    target = tmp_path / "x.xlsx"
    target.write_bytes(b"the old one")

    def fail(*_: Any) -> None:
        raise OSError("disk full")

    monkeypatch.setattr("openpyxl.writer.excel.ExcelWriter.write_data", fail)
    with pytest.raises(OSError, match="disk full"):
        write_workbook(target, [Section(name="x", frame=lines())])
    assert [path.name for path in tmp_path.iterdir()] == ["x.xlsx"]
    assert target.read_bytes() == b"the old one"


def test_infinity_does_not_spoil_the_file(tmp_path: Path) -> None:
    frame = pd.DataFrame({"amount": [np.inf, 1.5]})
    write_workbook(tmp_path / "x.xlsx", [Section(name="x", frame=frame)])
    assert read(tmp_path / "x.xlsx", "x")[1:] == [[None], [1.5]]


def test_a_wrong_masking_writes_nothing(tmp_path: Path) -> None:
    wrong: Any = "snn"
    with pytest.raises(ValueError, match="Did you mean 'ssn'"):
        write_workbook(tmp_path / "x.xlsx", [], mask=wrong)
    assert not list(tmp_path.iterdir())


def test_the_callers_frame_is_not_changed(tmp_path: Path) -> None:
    mine = lines()
    write_workbook(tmp_path / "x.xlsx", [Section(name="x", frame=mine, title="t")])
    pd.testing.assert_frame_equal(mine, lines())
