"""A sheet read by the quick way is the sheet read by the XML parser, and what its cells say by hand."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import fastexcel
import pytest
from every_writer import write_report
from hostile_files import (
    MAIN,
    cell,
    inline,
    report_rows,
    row,
    shared_strings,
    sheet,
    styles,
    workbook,
)
from hypothesis import given, settings
from hypothesis import strategies as st
from scanning import both, extent, filled, read_first, shown

from rev603.errors import Rev603Error, UnsafeFileError
from rev603.reading import archive
from rev603.reading.grid import column_letters
from rev603.reading.limits import Limits
from rev603.sample import sample_report

# ------------------------------------------------------------------ extent


def test_extent_is_that_of_the_cells_whatever_the_dimension_says() -> None:
    for claim in ("A1", "A1:XFD1048576", "C5:A1", "nonsense"):
        data = workbook(sheet(report_rows(), head=f'<dimension ref="{claim}"/>'))
        assert extent(both(data)) == (1, 17, 2)


def test_leading_blank_rows_and_columns_are_seen() -> None:
    data = workbook(sheet(row(4, cell("C4") + cell("AB4")) + row(9, cell("D9"))))
    assert extent(both(data)) == (3, 28, 9)


BLANKS = [
    '<c r="{}" s="0"/>',
    '<c r="{}" s="0" />',
    '<c r="{}"/>',
    '<c r="{}"></c>',
    '<c r="{}" s="0"></c>',
    '<c r="{}"><v></v></c>',
    '<c r="{}"><v/></c>',
    '<c r="{}" t="s"/>',
    '<c r="{}" t="s"><v></v></c>',
    '<c r="{}" t="inlineStr"/>',
    '<c r="{}" t="inlineStr"><is><t></t></is></c>',
    '<c r="{}" t="inlineStr"><is><t/></is></c>',
    '<c r="{}" t="inlineStr"><is/></c>',
    '<c r="{}" t="str"><v></v></c>',
    '<c r="{}" t="str"><f>A1</f><v></v></c>',
]
FILLED = [
    '<c r="{}"><v>1</v></c>',
    '<c r="{}" s="0"><v>1</v></c>',
    '<c r="{}" t="inlineStr"><is><t>x</t></is></c>',
    '<c r="{}"><f>1+1</f></c>',
    '<c r="{}" t="str"><f>1+1</f></c>',
    '<c r="{}"><f>1+1</f><v></v></c>',
    '<c r="{}" t="e"><v>#N/A</v></c>',
    '<c r="{}" t="b"><v>1</v></c>',
    '<c r="{}" s="0" t="s"><v>0</v></c>',
    '<c r="{}"><f>1+1</f><v>2</v></c>',
    '<c r="{}" t="inlineStr"><is><r><rPr><b/></rPr><t>x</t></r><r><t>y</t></r></is></c>',
]


@pytest.mark.parametrize("blank", BLANKS)
def test_blank_cells_do_not_widen_the_extent(blank: str) -> None:
    rows = row(1, blank.format("A1")) + row(2, blank.format("A2") + cell("B2") + blank.format("F2"))
    assert extent(both(workbook(sheet(rows + row(9, blank.format("B9")))))) == (2, 2, 2)


@pytest.mark.parametrize("filled", FILLED)
def test_cells_that_hold_something_widen_it(filled: str) -> None:
    rows = row(1, filled.format("A1")) + row(2, cell("C2")) + row(4, filled.format("E4"))
    parts = {"xl/sharedStrings.xml": shared_strings("<si><t>x</t></si>")}
    assert extent(both(workbook(sheet(rows), parts=parts))) == (1, 5, 4)


@st.composite
def grids(draw: st.DrawFn) -> str:
    """Rows of cells of every form, at ascending places."""
    rows = []
    for number in sorted(draw(st.sets(st.integers(1, 90), min_size=1, max_size=6))):
        columns = sorted(draw(st.sets(st.integers(1, 800), max_size=6)))
        forms = [draw(st.sampled_from(BLANKS + FILLED)) for _ in columns]
        cells = (
            form.format(f"{column_letters(at)}{number}") for form, at in zip(forms, columns, strict=True)
        )
        rows.append(row(number, "".join(cells)))
    return "".join(rows)


@settings(deadline=None)
@given(grids())
def test_another_library_sees_the_same_cells(rows: str) -> None:
    """Formulas without a result and errors are what it leaves blank."""
    data = workbook(sheet(rows), parts={"xl/sharedStrings.xml": shared_strings("<si><t>x</t></si>")})
    ours = {at: text for at, text in shown(data).items() if not text.startswith("#")}
    grid = fastexcel.read_excel(data).load_sheet(0, header_row=None, skip_rows=0, dtypes="string").to_arrow()
    theirs = [text for column in grid.columns for text in column.to_pylist() if text]
    assert sorted(theirs) == sorted(ours.values())


# ------------------------------------------------------------------ cells that need care


def test_errors_are_found_with_their_text() -> None:
    rows = row(1, inline("A1", 'say "e" and t="e"') + cell("B1", "#N/A", ' t="e"')) + row(
        7, '<c r="AA7" s="0" t="e"><f>1/0</f><v>#DIV/0!</v></c>'
    )
    assert shown(workbook(sheet(rows))) == {"A1": 'say "e" and t="e"', "B1": "#N/A", "AA7": "#DIV/0!"}


@pytest.mark.parametrize(
    ("code", "text"),
    [
        ("0000000", "0000042"),
        ("000-00-0000", "000-00-0042"),
        ("000\\-00\\-0000", "000-00-0042"),
        ("00&quot;-&quot;0000000", "00-0000042"),
        ("[Red]0000;-0000", "0042"),
        ("0000_)", "0042"),
        ("0", None),
        ("0.00", None),
        ("#,##0", None),
        ("#,##0.00", None),
        ("0%", None),
        ("0E+00", None),
        ("yyyy-mm-dd", "1900-02-11 00:00:00"),
        ("General", None),
        ("@", None),
        ("# 00/00", None),
    ],
)
def test_padding_formats_are_told_from_all_others(code: str, text: str | None) -> None:
    data = workbook(sheet(row(3, cell("B3", "42", ' s="1"'))), parts={"xl/styles.xml": styles(code)})
    assert shown(data) == {"B3": text or "42"}
    assert both(data).padded == (text is not None and text.startswith("0"))


def test_padding_is_for_numbers_only() -> None:
    rows = row(
        1,
        cell("A1", "7", ' s="2"')
        + cell("B1", "7", ' s="2" t="n"')
        + cell("C1", "7", ' s="2" t="str"')
        + cell("D1", "7", ' s="1"')
        + '<c r="E1" s="2"/>'
        + cell("F1", "8", ' s="12"'),
    )
    parts = {"xl/styles.xml": styles("0.00", "0000", *["0.0"] * 9, "00-00")}
    found = both(workbook(sheet(rows), parts=parts))
    assert found.padded == 3
    assert filled(found.grid) == {"A1": "0007", "B1": "0007", "C1": "7", "D1": "7", "F1": "00-08"}


@pytest.mark.parametrize(
    "order",
    [
        'r="{}" t="n" s="1"',
        's="1" r="{}"',
        't="n" s="1" r="{}"',
        's="1" t="n" r="{}" cm="1"',
        'r="{}" cm="1" s="1"',
    ],
)
def test_attributes_in_any_order_lose_nothing(order: str) -> None:
    blank = order.replace(' t="n"', "").replace('t="n" ', "")
    wrong = blank + ' t="e"'
    rows = (
        f'<row spans="1:3" r="7"><c {order.format("A7")}><v>7</v></c><c {order.format("AB7")}><v>8</v></c></row>'
        f'<row spans="1:3" r="8"><c {blank.format("A8")}/><c {blank.format("XFD8")}></c></row>'
        f'<row r="9"><c {wrong.format("B9")}><v>#N/A</v></c></row>'
    )
    found = both(workbook(sheet(rows), parts={"xl/styles.xml": styles("0000")}))
    assert filled(found.grid) == {"A7": "0007", "AB7": "0008", "B9": "#N/A"}
    assert extent(found) == (1, 28, 9)


def test_formulas_without_a_value_are_counted_with_their_places() -> None:
    rows = row(
        1,
        '<c r="A1"><f>1+1</f></c><c r="B1"><f>1+1</f><v>2</v></c><c r="C1"><f t="shared" si="0"/></c>'
        '<c r="D1"><f t="shared" si="0"/><v>3</v></c><c r="E1" t="str"><f>""</f><v></v></c>'
        '<c r="F1"><f>1</f><v></v></c><c r="G1" t="str"><f>""</f><v/></c>'
        '<c r="H1" t="str"><f>" x"</f><v xml:space="preserve"> x</v></c><c r="I1"><f>1</f><v /></c>',
    )
    assert both(workbook(sheet(rows))).uncomputed == ("A1", "C1", "F1", "I1")


def test_merged_ranges_are_listed() -> None:
    tail = '<mergeCells count="2"><mergeCell ref="A1:C2"/><mergeCell ref="B7:B9"/></mergeCells>'
    data = workbook(sheet(report_rows(), tail=tail))
    assert both(data).grid.merges == ((1, 1, 2, 3), (7, 2, 9, 2))


# ------------------------------------------------------------------ markup of other kinds

PLAIN_CELLS = '<c r="B1"><v>1</v></c><c r="C1" t="e"><v>#N/A</v></c>'
ODD_BUT_SOUND = {
    "single quotes": "<row r='1'><c r='B1'><v>1</v></c><c r='C1' t='e'><v>#N/A</v></c></row>",
    "comments": '<!--<row r="9"><c r="Z9"/></row>--><row r="1">{}</row>',
    "comments between cells": '<row r="1"><!-- <c r="Z1"><v>1</v></c> -->{}</row>',
    "line breaks in tags": '<row\nr="1"\n><c\nr="B1"\n><v>1</v></c><c r="C1"\nt="e"><v>#N/A</v></c></row>',
    "attributes in another order": '<row x="1" r="1"><c s="0" r="B1"><v>1</v></c><c t="e" r="C1"><v>#N/A</v></c></row>',
    "spaces round the equals sign": '<row r = "1"><c r = "B1"><v>1</v></c><c r="C1" t = "e"><v>#N/A</v></c></row>',
    "instructions": '<?page break?><row r="1">{}</row>',
    "no addresses": '<row><c/><c><v>1</v></c><c t="e"><v>#N/A</v></c></row>',
    "another namespace": '<row r="1">{}<z:c xmlns:z="urn:z" r="D1"><z:v>1</z:v></z:c></row>',
    "a second sheetData": '<row r="1">{}</row></sheetData><sheetData>',
    "line breaks between tags": '\n<row r="1">\n <c r="B1"><v>1</v></c>\n <c r="C1" t="e"><v>#N/A</v></c>\n</row>\n',
    "numbered signs": '<row r="1"><c r="B1"><v>&#49;</v></c><c r="C1" t="e"><v>#N/A</v></c></row>',
    "runs": '<row r="1"><c r="B1" t="inlineStr"><is><r><t>1</t></r></is></c><c r="C1" t="e"><v>#N/A</v></c></row>',
    "no rows above": f'<row r="1">{PLAIN_CELLS}</row><row/><row r="9"></row>',
}


@pytest.mark.parametrize("kind", ODD_BUT_SOUND)
def test_markup_of_any_kind_gives_the_same_cells(kind: str) -> None:
    data = workbook(sheet(ODD_BUT_SOUND[kind].replace("{}", PLAIN_CELLS)))
    assert shown(data) == {"B1": "1", "C1": "#N/A"}


@pytest.mark.parametrize("encoding", ["utf-16", "utf-8-sig"])
def test_other_encodings_of_the_xml_give_the_same_cells(encoding: str) -> None:
    assert shown(workbook(sheet(row(1, PLAIN_CELLS)).encode(encoding))) == {"B1": "1", "C1": "#N/A"}


def test_an_encoding_that_is_declared_is_heeded() -> None:
    xml = '<?xml version="1.0" encoding="iso-8859-1"?>' + sheet(row(1, inline("A1", "Z\u00fcrich")))
    assert shown(workbook(xml.encode("latin-1"))) == {"A1": "Z\u00fcrich"}


# ------------------------------------------------------------------ the quick way

FEW = Limits(max_elements=40)  # for the parser: no more than stand round the rows


def _prefixed(xml: str) -> str:
    marked = xml.replace("</", "\0").replace("<", "<x:").replace("\0", "</x:")
    return marked.replace("xmlns=", "xmlns:x=")


def test_what_programs_write_takes_the_quick_way() -> None:
    """A parser that may see hardly any element must not be needed for any form of plain cell."""
    forms = [form for form in BLANKS + FILLED if "<r>" not in form and "/>" not in form.partition(">")[2]]
    assert len(forms) > 15
    rows = "".join(
        row(at, "".join(form.format(f"{column_letters(place)}{at}") for place, form in enumerate(forms, 1)))
        for at in range(1, 50)
    )
    parts = {"xl/sharedStrings.xml": shared_strings("<si><t>x</t></si>" * 99)}
    tail = '<mergeCells><mergeCell ref="A1:B1"/></mergeCells>'
    for page in (sheet(rows, tail=tail), _prefixed(sheet(rows, tail=tail))):
        quick = read_first(workbook(page, parts=parts), FEW)
        assert filled(quick.grid) == filled(read_first(workbook(page, parts=parts), quick=False).grid)
        assert quick.grid.merges == ((1, 1, 1, 2),)
        with pytest.raises(UnsafeFileError, match=r"elements|markup"):
            read_first(workbook(page, parts=parts), FEW, quick=False)


@pytest.mark.parametrize("engine", ["openpyxl", "xlsxwriter", "xlsxwriter-inline"])
def test_the_workbooks_of_usual_writers_take_the_quick_way(engine: Any, tmp_path: Path) -> None:
    path = tmp_path / "report.xlsx"
    write_report(sample_report(lines=400), path, engine=engine, amounts="number", dates="date")
    assert len(read_first(path.read_bytes(), Limits(max_elements=300)).grid) > 400  # 6,800 cells


def test_a_sheet_saved_by_libreoffice_takes_the_quick_way() -> None:
    data = (Path(__file__).parent / "data" / "libreoffice_400.xlsx").read_bytes()
    assert len(read_first(data, Limits(max_elements=300)).grid) > 400


STRETCHES = st.sampled_from([
    "{row}", "{row}", "{row}", "<!-- {row} -->", "<!--", "-->", "<![CDATA[{row}]]>", "<?x {row}?>", "{rich}", "{row} ",
    "<z>{row}</z>", "</sheetData><sheetData>", "<row/>", "{bare}", "<!-- <sheetData> -->",
])  # fmt: skip


@settings(max_examples=200)
@given(st.lists(STRETCHES, max_size=12), st.integers(1, 400), st.booleans())
def test_wherever_the_pieces_are_cut_and_whatever_hides_rows_both_ways_agree(
    stretches: list[str], size: int, prefixed: bool
) -> None:
    rows = ""
    for at, stretch in enumerate(stretches, 1):
        rich = f'<c r="B{at}" t="inlineStr"><is><r><t>a</t></r><r><t>b</t></r></is></c>'
        plain = inline(f"A{at}", f"é{at}") + cell(f"AB{at}", "#N/A", ' t="e"')
        rows += stretch.format(row=row(at, plain), rich=row(at, rich), bare=f"<row r='{at}'>{plain}</row>")
    page = _prefixed(sheet(rows)) if prefixed else sheet(rows)
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(archive, "PIECE", size)
        assert _outcome(workbook(page), quick=True) == _outcome(workbook(page), quick=False)


def _outcome(data: bytes, *, quick: bool) -> Any:
    try:
        return filled(read_first(data, quick=quick).grid)
    except Rev603Error as error:
        return type(error)


def test_a_sheet_without_rows_has_no_extent() -> None:
    for xml in (sheet(""), f'<worksheet xmlns="{MAIN}"><sheetData/></worksheet>', sheet(row(7, ""))):
        found = both(workbook(xml)).grid
        assert (len(found), found.columns) == (0, ())
