"""What a workbook says of itself, and the limits that stop it."""

from __future__ import annotations

import io

import fastexcel
import pandas as pd
import pytest
from hostile_files import (
    MAIN,
    RELATIONS,
    WORKBOOK,
    WORKBOOK_RELS,
    bomb,
    cell,
    report_rows,
    row,
    shared_strings,
    sheet,
    styles,
    workbook,
)
from scanning import opened, read_first, shown

from rev603.errors import Rev603Error, UnsafeFileError
from rev603.reading.grid import column_letters
from rev603.reading.limits import Limits
from rev603.reading.report import read
from rev603.reading.workbook.sheet_reader import place, read_sheet


def test_sheets_are_listed_in_order_with_their_visibility() -> None:
    listed = (
        f'<workbook xmlns="{MAIN}" xmlns:r="{RELATIONS}"><workbookPr date1904="1"/><sheets>'
        '<sheet name="Chart" sheetId="3" r:id="rId8"/>'
        '<sheet name="A &amp; B" sheetId="1" state="hidden" r:id="rId1"/>'
        '<sheet name="Deep" sheetId="2" state="veryHidden" r:id="rId1"/></sheets></workbook>'
    )
    chart = f'<Relationship Id="rId8" Type="{RELATIONS}/chartsheet" Target="/xl/chartsheets/sheet1.xml"/>'
    rels = WORKBOOK_RELS.replace("</Relationships>", chart + "</Relationships>")
    data = workbook(
        sheet(report_rows()),
        parts={
            "xl/workbook.xml": listed,
            "xl/_rels/workbook.xml.rels": rels,
            "xl/chartsheets/sheet1.xml": f'<chartsheet xmlns="{MAIN}"/>',
        },
    )
    book = opened(data)
    assert [(each.index, each.name, each.visibility, each.kind) for each in book.sheets] == [
        (0, "Chart", "visible", "chartsheet"),
        (1, "A & B", "hidden", "worksheet"),
        (2, "Deep", "veryHidden", "worksheet"),
    ]
    assert book.date1904
    assert [len(read_sheet(book, each).grid) for each in book.sheets] == [0, 2, 2]
    assert fastexcel.read_excel(data).sheet_names == [each.name for each in book.sheets]


def test_date_system_is_1900_unless_said() -> None:
    assert not opened(workbook(sheet(""))).date1904
    off = WORKBOOK.replace("<sheets>", '<workbookPr date1904="0"/><sheets>')
    assert not opened(workbook(sheet(""), parts={"xl/workbook.xml": off})).date1904


def test_dates_of_1904_survive_the_settings_of_an_extension() -> None:
    settings = '<ext uri="{0}" xmlns:x15="urn:x15"><x15:workbookPr chartTrackingRefBase="1"/></ext>'
    extension = f"<extLst>{settings}</extLst></workbook>"
    listed = WORKBOOK.replace("<sheets>", '<workbookPr date1904="1"/><sheets>').replace(
        "</workbook>", extension
    )
    day_zero = row(3, "".join(cell(f"{letter}3") for letter in "ABCDEF") + cell("G3", "44529", ' s="1"'))
    data = workbook(
        sheet(report_rows() + day_zero),
        parts={"xl/workbook.xml": listed, "xl/styles.xml": styles("mm/dd/yyyy")},
    )
    assert opened(data).date1904
    assert shown(data)["G3"] == "2025-11-30 00:00:00"
    # 44,529 days after 1904-01-01
    assert read(io.BytesIO(data), on_error="collect").refunds["refund_date"].iloc[-1] == pd.Timestamp(
        "2025-11-30"
    )


def test_a_conditional_format_does_not_change_the_format_of_cells() -> None:
    conditional = '<dxfs><dxf><numFmt numFmtId="164" formatCode="0.00"/></dxf></dxfs></styleSheet>'
    parts = {"xl/styles.xml": styles("0000").replace("</styleSheet>", conditional)}
    assert shown(workbook(sheet(row(1, cell("A1", "7", ' s="1"'))), parts=parts)) == {"A1": "0007"}


def test_a_false_claim_of_shared_strings_is_of_no_consequence() -> None:
    cells = '<c r="A1" t="s"><v>0</v></c>'
    for claim in (0, 1, 2, 4_000_000_000):
        strings = shared_strings("<si><t>x</t></si>", attributes=f' uniqueCount="{claim}"')
        assert shown(workbook(sheet(row(1, cells)), parts={"xl/sharedStrings.xml": strings})) == {"A1": "x"}


def test_leftovers_that_a_mac_puts_into_an_archive_are_no_concern() -> None:
    leftovers = {
        "__MACOSX/._[Content_Types].xml": b"\x00\x05\x16\x07",
        "xl/worksheets/._sheet1.xml": b"\x00\x05",
    }
    assert len(shown(workbook(sheet(report_rows()), parts=leftovers))) == 33


# ------------------------------------------------------------------ limits


@pytest.mark.parametrize(
    ("limits", "says"),
    [
        (Limits(max_rows=1), "more than 1 rows"),
        (Limits(max_columns=16), "more than 16 columns"),
        (Limits(max_cells=33), "more than 33 cells"),
        (Limits(max_cell_bytes=15), "text is longer than 15"),
        (Limits(max_unzipped_bytes=1_000), "unzips to more than 1,000 bytes"),
        (Limits(max_parts=3), "more than 3 parts"),
    ],
)
def test_each_limit_is_kept(limits: Limits, says: str) -> None:
    data = workbook(sheet(report_rows()))
    assert len(shown(data)) == 33
    with pytest.raises(UnsafeFileError, match=says):
        read_first(data, limits)


def test_cells_far_apart_are_refused_with_the_place() -> None:
    rows = row(1, cell("A1")) + row(1_048_576, cell("XFD1048576"))
    with pytest.raises(UnsafeFileError, match=r"row 1,048,576 and out to column XFD"):
        read_first(workbook(sheet(rows)))


def test_a_row_beyond_the_cell_limit_is_not_held_in_memory() -> None:
    with pytest.raises(Rev603Error):
        read_first(bomb(b'<row r="1">' + b'<c r="A1"></c>' * 100_000, 400))


def test_addresses_and_columns_are_each_others_inverse() -> None:
    for column in (1, 26, 27, 52, 702, 703, 16_384):
        assert place(f"{column_letters(column)}9") == (9, column)
    for wrong in ("", "A", "9", "A0", "$A$1", "AAAA1", "A12345678", "Ä1", "A\uff11"):
        assert place(wrong) is None
