"""Random workbooks, by three writers and in raw markup: both readers show the same text for every cell."""

from __future__ import annotations

import datetime as dt
import io
from typing import Any

import openpyxl
import openpyxl.utils.datetime as calendars
import xlsxwriter
from hostile_files import WORKBOOK, cell, row, sheet, styles, workbook
from hypothesis import given
from hypothesis import strategies as st
from scanning import shown

FORMATS = (
    "yyyy-mm-dd",
    "h:mm",
    "[h]:mm",
    "00000",
    "0.00%",
    "# ?/?",
    '0" days"',
    "[Red]0",
    "0.00E+00",
    "0;yyyy",
)
raw_numbers = st.one_of(
    st.floats(allow_nan=False).map(repr),
    st.floats(0, 60_000).map(repr),
    st.decimals(-(10**11), 10**11, places=2).map(str),
    st.integers(-(10**18), 10**18).map(str),
    st.from_regex(r"\A-?[0-9]{0,18}\.?[0-9]{0,18}(?:[eE][+-]?[0-9]{1,3})?\Z", fullmatch=True).filter(bool),
    st.sampled_from(["-0", "-0.0", "0", "60", "59.9", "NaN", "007", "2958466", "1E400"]),
)


@given(st.lists(st.tuples(raw_numbers, st.integers(0, len(FORMATS))), min_size=1, max_size=40), st.booleans())
def test_any_number_in_any_format_is_shown_alike(numbers: list[tuple[str, int]], epoch_1904: bool) -> None:
    rows = "".join(
        row(at, cell(f"A{at}", raw, f' s="{style}"')) for at, (raw, style) in enumerate(numbers, 1)
    )
    parts = {"xl/styles.xml": styles(*(code.replace('"', "&quot;") for code in FORMATS))}
    if epoch_1904:
        parts["xl/workbook.xml"] = WORKBOOK.replace("<sheets>", '<workbookPr date1904="true"/><sheets>')
    data = workbook(sheet(rows), parts=parts)
    assert shown(data)


codes = st.one_of(
    st.text(st.sampled_from("ymdhs0#?.,;/:[]\"\\_*@ EGA-+$%eb"), max_size=12),
    st.lists(
        st.sampled_from(["yyyy", "mm", "dd", "h", "ss", "[h]", "[mm]", "[Red]", "[$-409]", "General", '"of day"', "\\d",
                         "_m", "*s", ";", "@", "0", "0.00", "#,##0", "AM/PM", "E+00", "/", "-", " ", "[>60]"]),
        max_size=6,
    ).map("".join),
)  # fmt: skip


@given(st.lists(codes, min_size=1, max_size=8), st.sampled_from(["1.5", "42", "46059.25", "0.25"]))
def test_any_format_at_all_is_understood_alike(formats: list[str], raw: str) -> None:
    escaped = (code.replace('"', "&quot;") for code in formats)
    rows = "".join(row(at, cell(f"A{at}", raw, f' s="{at}"')) for at in range(1, len(formats) + 1))
    shown(workbook(sheet(rows), parts={"xl/styles.xml": styles(*escaped)}))


EARLIEST, LATEST = dt.datetime(1900, 3, 1), dt.datetime(9999, 12, 31)  # noqa: DTZ001 - workbooks know no zone
values = st.one_of(
    st.none(),
    st.text(
        st.characters(exclude_categories=["Cs", "Cn"], exclude_characters="".join(map(chr, range(32)))),
        max_size=9,
    ),
    st.sampled_from(
        [" lead", "trail ", "_x000D_", "_x005F_x0041_", "007", "1E5", "NA", "#N/A", "TRUE", "=1", "\u00a0"]
    ),
    st.integers(-(10**14), 10**14),
    st.floats(-1e12, 1e12),
    st.decimals(-(10**9), 10**9, places=2).map(float),
    st.booleans(),
    st.datetimes(EARLIEST, LATEST),
    st.times(),
    st.timedeltas(dt.timedelta(0), dt.timedelta(days=400)),
)
WRITTEN = (
    "General",
    "0.00",
    "00000",
    "yyyy-mm-dd",
    "m/d/yy h:mm",
    "h:mm:ss",
    "[h]:mm",
    "0%",
    "@",
    '"day" 0',
    "mmm d",
)


@given(
    st.lists(
        st.lists(st.tuples(values, st.sampled_from(WRITTEN)), min_size=1, max_size=5), min_size=1, max_size=6
    ),
    st.sampled_from(["openpyxl", "xlsxwriter", "xlsxwriter inline"]),
    st.booleans(),
)
def test_random_workbooks_are_shown_alike(
    rows: list[list[tuple[Any, str]]], writer: str, epoch_1904: bool
) -> None:
    stream = io.BytesIO()
    if writer == "openpyxl":
        book = openpyxl.Workbook()
        book.epoch = calendars.CALENDAR_MAC_1904 if epoch_1904 else calendars.WINDOWS_EPOCH
        page: Any = book.active
        for at, line in enumerate(rows, 1):
            for place, (value, code) in enumerate(line, 1):
                page.cell(at, place).value = value
                page.cell(at, place).number_format = code
        book.save(stream)
    else:
        options = {
            "constant_memory": writer.endswith("inline"),
            "date_1904": epoch_1904,
            "strings_to_formulas": False,
        }
        with xlsxwriter.Workbook(stream, options) as other:
            formats = {code: other.add_format({"num_format": code}) for code in WRITTEN}
            sheet_of_it = other.add_worksheet()
            for at, line in enumerate(rows):
                for place, (value, code) in enumerate(line):
                    sheet_of_it.write(at, place, value, formats[code])
    shown(stream.getvalue())
