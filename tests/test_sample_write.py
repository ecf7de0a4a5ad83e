"""What is written opens elsewhere, says what the frame says, and states totals that add up."""

from __future__ import annotations

import csv
import hashlib
import re
import zipfile
from decimal import Decimal
from typing import TYPE_CHECKING, Any

import numpy as np
import openpyxl
import pandas as pd
import pytest
from every_writer import write_report

import rev603.sample
from rev603.sample import sample_entries, sample_report, write_entries, write_samples
from rev603.vocabulary.headings import REFUND_COLUMNS

if TYPE_CHECKING:
    from pathlib import Path

HEADINGS = [column.heading for column in REFUND_COLUMNS]
ENGINES = ("openpyxl", "xlsxwriter", "xlsxwriter-inline")


@pytest.fixture(scope="module")
def refunds() -> pd.DataFrame:
    return sample_report(150)


def dollars(text: Any) -> Decimal:
    """Read an amount as ACE prints it."""
    plain = re.sub(r"[$,()]", "", str(text))
    return -Decimal(plain) if str(text).startswith("(") else Decimal(plain)


def printed(refunds: pd.DataFrame) -> list[list[str | None]]:
    """Say once more how each line must stand in the sheet."""
    lines: list[list[str | None]] = []
    for line in refunds.to_dict("records"):
        cells: list[str | None] = []
        for column in REFUND_COLUMNS:
            value = line[column.name]
            if pd.isna(value):
                cells.append(None)
            elif column.name == "refund_date":
                cells.append(f"{value.month:02}/{value.day:02}/{value.year}")
            elif column.name == "total_refund_amount":
                figure = f"${abs(Decimal(f'{value:.2f}')):,}"
                cells.append(f"({figure})" if value < 0 else figure)
            else:
                cells.append(value)
        lines.append(cells)
    return lines


def opened(path: Path, sheet: str = "Main Report") -> list[list[Any]]:
    book = openpyxl.load_workbook(path)
    return [list(row) for row in book[sheet].iter_rows(values_only=True)]


def table(path: Path, **options: Any) -> list[list[str | None]]:
    with path.open(encoding=options.pop("encoding", "utf-8"), newline="") as stream:
        return [[cell or None for cell in row] for row in csv.reader(stream, **options)]


@pytest.mark.parametrize("engine", ENGINES)
def test_the_picture_opens_and_says_what_the_frame_says(
    refunds: pd.DataFrame, tmp_path: Path, engine: Any
) -> None:
    rows = opened(write_report(refunds, tmp_path / "a.xlsx", engine=engine))
    assert [row[:4] for row in rows[:3]] == [
        ["Today's Date", None, "11/13/2026", "Entry Number"],
        ["Total Refunds", None, "150", "C/O is the 4811 Party"],
        ["Total Refund Amount", None, rows[2][2], None],
    ]
    assert dollars(rows[2][2]) == sum(Decimal(f"{value:.2f}") for value in refunds["amount"])
    assert rows[3] == HEADINGS
    assert rows[4:] == printed(refunds)
    # the lines stand where the frame says
    assert rows[refunds["source_row"].iloc[-1] - 1] == printed(refunds)[-1]


@pytest.mark.parametrize("engine", ENGINES)
def test_the_web_page_has_everything_that_readers_stumble_over(
    refunds: pd.DataFrame, tmp_path: Path, engine: Any
) -> None:
    path = write_report(refunds, tmp_path / "a.xlsx", layout="webi", engine=engine)
    rows = opened(path)
    assert all(cell is None for row in rows[:2] for cell in row)
    assert all(row[0] is None for row in rows)
    assert [str(span) for span in openpyxl.load_workbook(path)["Main Report"].merged_cells.ranges] == [
        "B3:R3"
    ]
    assert [row[1:] for row in rows].count(HEADINGS) == 3  # pages of 60 lines
    lines = printed(refunds)
    assert [row[1:] for row in rows if row[1:] in lines] == lines
    amount = 1 + HEADINGS.index("Total Refund Amount")
    subtotals = [dollars(row[amount]) for row in rows if row[1] == "Subtotal"]
    total = sum(Decimal(f"{value:.2f}") for value in refunds["amount"])
    assert sum(subtotals) == total
    assert [dollars(row[amount]) for row in rows if row[1] == "Grand Total"] == [total]
    assert ["FOR OFFICIAL USE ONLY"] in [[cell for cell in row if cell] for row in opened(path, "Parameters")]


@pytest.mark.parametrize("engine", ENGINES)
def test_real_numbers_and_dates(refunds: pd.DataFrame, tmp_path: Path, engine: Any) -> None:
    path = write_report(refunds, tmp_path / "a.xlsx", engine=engine, amounts="number", dates="date")
    rows = opened(path)
    assert rows[1][2] == 150
    assert [row[11] for row in rows[4:]] == refunds["total_refund_amount"].tolist()
    assert [row[6] for row in rows[4:]] == refunds["refund_date"].tolist()


def test_a_report_of_whole_refunds_counts_them_once(tmp_path: Path) -> None:
    whole = sample_report(400, grain="refund")
    rows = opened(write_report(whole, tmp_path / "a.xlsx", grain="refund"))
    assert rows[1][2] == str(whole["refund_id"].nunique())
    assert dollars(rows[2][2]) == sum(Decimal(f"{value:.2f}") for value in whole["amount"])
    assert dollars(rows[2][2]) < sum(Decimal(f"{value:.2f}") for value in whole["total_refund_amount"])


@pytest.mark.parametrize("delimiter", [",", ";", "\t"])
@pytest.mark.parametrize("encoding", ["utf-8", "utf-8-sig", "utf-16", "cp1252"])
def test_delimited_text_in_every_encoding(
    refunds: pd.DataFrame, tmp_path: Path, delimiter: str, encoding: str
) -> None:
    path = write_report(refunds, tmp_path / "a.csv", delimiter=delimiter, encoding=encoding)
    rows = table(path, delimiter=delimiter, encoding=encoding)
    assert rows[3] == HEADINGS
    assert rows[4:] == printed(refunds)
    assert {len(row) for row in rows} == {17}


def test_the_table_alone_with_columns_in_another_order(refunds: pd.DataFrame, tmp_path: Path) -> None:
    names = [column.name for column in REFUND_COLUMNS][::-1]
    path = write_report(
        refunds, tmp_path / "a.csv", layout="table", columns=names, line_terminator="\n", sep_line=True
    )
    rows = table(path)
    assert path.read_bytes().startswith(b"sep=,\nPort Code,")
    assert rows[1] == HEADINGS[::-1]
    assert rows[2:] == [line[::-1] for line in printed(refunds)]


def test_without_call_outs_and_without_block(refunds: pd.DataFrame, tmp_path: Path) -> None:
    assert opened(write_report(refunds, tmp_path / "a.xlsx", call_outs=False))[0][3] is None
    assert opened(write_report(refunds, tmp_path / "b.xlsx", layout="table"))[0] == HEADINGS


@pytest.mark.parametrize("layout", ["picture", "webi", "table"])
def test_an_empty_report_is_still_a_page_of_headings(tmp_path: Path, layout: Any) -> None:
    rows = opened(write_report(sample_report(0), tmp_path / "a.xlsx", layout=layout))
    assert any([cell for cell in row if cell] == HEADINGS for row in rows)


@pytest.mark.parametrize("engine", ENGINES)
def test_text_that_looks_like_a_formula_stays_text(
    refunds: pd.DataFrame, tmp_path: Path, engine: Any
) -> None:
    one = refunds.head(1).assign(company_name="=1+1")
    path = write_report(one, tmp_path / "a.xlsx", engine=engine)
    cell = openpyxl.load_workbook(path)["Main Report"]["D5"]
    assert (cell.value, cell.data_type) == ("=1+1", "s")


@pytest.mark.parametrize("layout", ["picture", "webi"])
def test_a_blank_amount_stays_blank_and_adds_nothing(
    refunds: pd.DataFrame, tmp_path: Path, layout: Any
) -> None:
    some = refunds.head(3).assign(amount=[1.0, np.nan, 2.5], total_refund_amount=[1.0, np.nan, 2.5])
    rows = opened(write_report(some, tmp_path / "a.xlsx", layout=layout))
    assert "$3.50" in [cell for row in rows for cell in row]


@pytest.mark.parametrize("engine", ENGINES)
def test_the_same_frame_gives_the_same_bytes(refunds: pd.DataFrame, tmp_path: Path, engine: Any) -> None:
    first, second = (write_report(refunds, tmp_path / name, engine=engine) for name in ("a.xlsx", "b.xlsx"))
    assert first.read_bytes() == second.read_bytes()
    assert b"2026-11-13T12:00:00Z" in _core(first)


def _core(path: Path) -> bytes:
    with zipfile.ZipFile(path) as archive:
        return archive.read("docProps/core.xml")


def test_wrong_options_are_refused(refunds: pd.DataFrame, tmp_path: Path) -> None:
    with pytest.raises(ValueError, match="'picture'"):
        rev603.sample.write_report(refunds, tmp_path / "a.csv", layout="page")  # type: ignore[arg-type]  # that is the point
    with pytest.raises(ValueError, match="no columns of the report: payee"):
        rev603.sample.write_report(refunds, tmp_path / "a.csv", columns=["payee"])


@pytest.mark.parametrize("name", ["a.csv", "a.xlsx"])
@pytest.mark.parametrize("layout", ["picture", "webi", "table"])
def test_the_samples_own_writer_writes_the_same(
    refunds: pd.DataFrame, tmp_path: Path, layout: Any, name: str
) -> None:
    own = rev603.sample.write_report(refunds, tmp_path / f"own {name}", layout=layout)
    assert own.read_bytes() == write_report(refunds, tmp_path / name, layout=layout).read_bytes()


def test_entry_lists_are_written_as_they_are(refunds: pd.DataFrame, tmp_path: Path) -> None:
    entries = sample_entries(refunds)
    printed_so = entries.assign(
        expected_amount=[f"{value:.2f}" for value in entries["expected_amount"]],
        liquidation_date=[f"{day:%m/%d/%Y}" for day in entries["liquidation_date"]],
    ).astype(object)
    expected = printed_so.where(printed_so.notna(), None).to_numpy().tolist()
    rows = table(write_entries(entries, tmp_path / "a.csv"))
    assert rows[0][:2] == ["Entry Number", "Expected Refund"]
    assert rows[1:] == expected
    assert opened(write_entries(entries, tmp_path / "a.xlsx"), "Entries")[1:] == expected


@pytest.mark.long
def test_samples_are_small_and_always_the_same_bytes(tmp_path: Path) -> None:
    paths = write_samples(tmp_path / "one")
    again = write_samples(tmp_path / "two")
    digests = [[hashlib.sha256(path.read_bytes()).hexdigest() for path in some] for some in (paths, again)]
    assert digests[0] == digests[1]
    assert sum(path.stat().st_size for path in paths) < 1_000_000
    readme = paths[-1].read_text(encoding="utf-8")
    assert all(f"`{path.name}`" in readme for path in paths[:-1])
