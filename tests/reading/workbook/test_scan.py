"""What the scan says of a sheet is what its cells say: by hand, by the reader, by a second scan."""

from __future__ import annotations

import fastexcel
import pytest
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
from scanning import both, opened, scanned, told

from rev603.reading.workbook.blocks import scan_blocks
from rev603.reading.workbook.facts import Tally, column_letters
from rev603.reading.workbook.scan import choose_reader

# ------------------------------------------------------------------ extent


def test_extent_is_that_of_the_cells_whatever_the_dimension_says() -> None:
    for claim in ("A1", "A1:XFD1048576", "C5:A1", "nonsense"):
        facts = scanned(workbook(sheet(report_rows(), head=f'<dimension ref="{claim}"/>')))
        assert (facts.first_column, facts.last_column, facts.last_row, facts.cells) == (1, 17, 2, 34)
        assert (facts.width, facts.area) == (17, 34)


def test_leading_blank_rows_and_columns_are_seen() -> None:
    facts = scanned(workbook(sheet(row(4, cell("C4") + cell("AB4")) + row(9, cell("D9")))))
    assert (facts.first_column, facts.last_column, facts.last_row) == (3, 28, 9)


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
    '<c r="{}"><f>1+1</f></c>',
    '<c r="{}" t="str"><f>1+1</f></c>',
    '<c r="{}"><f>1+1</f><v></v></c>',
]
FILLED = [
    '<c r="{}"><v>1</v></c>',
    '<c r="{}" s="0"><v>1</v></c>',
    '<c r="{}" t="inlineStr"><is><t>x</t></is></c>',
    '<c r="{}" t="inlineStr"><is><t></t></is></c>',
    '<c r="{}" t="str"><v></v></c>',
    '<c r="{}" t="str"><f>A1</f><v></v></c>',
    '<c r="{}" t="e"><v>#N/A</v></c>',
    '<c r="{}" t="b"><v>1</v></c>',
    '<c r="{}" s="0" t="s"><v>0</v></c>',
    '<c r="{}"><f>1+1</f><v>2</v></c>',
    '<c r="{}" t="inlineStr"><is><r><rPr><b/></rPr><t>x</t></r><r><t>y</t></r></is></c>',
]


@pytest.mark.parametrize("blank", BLANKS)
def test_blank_cells_do_not_widen_the_extent(blank: str) -> None:
    rows = row(1, blank.format("A1")) + row(2, blank.format("A2") + cell("B2") + blank.format("F2"))
    found = both(workbook(sheet(rows + row(9, blank.format("B9")))))
    assert found["extent"] == (2, 2, 2)
    assert found["cells"] == 5


@pytest.mark.parametrize("filled", FILLED)
def test_cells_that_hold_something_widen_it(filled: str) -> None:
    rows = row(1, filled.format("A1")) + row(2, cell("C2")) + row(4, filled.format("E4"))
    parts = {"xl/sharedStrings.xml": shared_strings("<si><t>x</t></si>")}
    assert both(workbook(sheet(rows), parts=parts))["extent"] == (1, 5, 4)


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
def test_the_fast_reader_makes_a_grid_of_just_this_extent(rows: str) -> None:
    data = workbook(sheet(rows), parts={"xl/sharedStrings.xml": shared_strings("<si><t>x</t></si>")})
    both(data)
    facts = scanned(data)
    grid = fastexcel.read_excel(data).load_sheet(0, header_row=None, skip_rows=0, dtypes="string")
    assert (grid.width, grid.height) == (facts.width, facts.last_row)


# ------------------------------------------------------------------ cells that need care


def test_errors_are_found_with_their_text() -> None:
    rows = row(1, inline("A1", 'say "e" and t="e"') + cell("B1", "#N/A", ' t="e"')) + row(
        7, '<c r="AA7" s="0" t="e"><f>1/0</f><v>#DIV/0!</v></c>'
    )
    assert both(workbook(sheet(rows)))["errors"] == [(1, 2, "#N/A"), (7, 27, "#DIV/0!")]


@pytest.mark.parametrize(
    ("code", "pattern"),
    [
        ("0000000", "0000000"),
        ("000-00-0000", "000-00-0000"),
        ("000\\-00\\-0000", "000-00-0000"),
        ("00&quot;-&quot;0000000", "00-0000000"),
        ("[Red]0000;-0000", "0000"),
        ("0000_)", "0000"),
        ("0", None),
        ("0.00", None),
        ("#,##0", None),
        ("#,##0.00", None),
        ("0%", None),
        ("0E+00", None),
        ("yyyy-mm-dd", None),
        ("General", None),
        ("@", None),
        ("# 00/00", None),
    ],
)
def test_padding_formats_are_told_from_all_others(code: str, pattern: str | None) -> None:
    data = workbook(sheet(row(3, cell("B3", "42", ' s="1"'))), parts={"xl/styles.xml": styles(code)})
    assert both(data)["padded"] == ([(3, 2, pattern)] if pattern else [])


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
    assert both(workbook(sheet(rows), parts=parts))["padded"] == [
        (1, 1, "0000"),
        (1, 2, "0000"),
        (1, 6, "00-00"),
    ]


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
    assert found["padded"] == [(7, 1, "0000"), (7, 28, "0000")]
    assert found["errors"] == [(9, 2, "#N/A")]
    assert found["extent"] == (1, 28, 9)


def test_formulas_without_a_value_are_counted_with_their_places() -> None:
    rows = row(
        1,
        '<c r="A1"><f>1+1</f></c><c r="B1"><f>1+1</f><v>2</v></c><c r="C1"><f t="shared" si="0"/></c>'
        '<c r="D1"><f t="shared" si="0"/><v>3</v></c><c r="E1" t="str"><f>""</f><v></v></c>'
        '<c r="F1"><f>1</f><v></v></c><c r="G1" t="str"><f>""</f><v/></c>'
        '<c r="H1" t="str"><f>" x"</f><v xml:space="preserve"> x</v></c><c r="I1"><f>1</f><v /></c>',
    )
    assert both(workbook(sheet(rows)))["uncomputed"] == ("A1", "C1", "F1", "I1")


def test_merged_ranges_are_listed() -> None:
    tail = '<mergeCells count="2"><mergeCell ref="A1:C2"/><mergeCell ref="B7:B9"/></mergeCells>'
    data = workbook(sheet(report_rows(), tail=tail))
    assert both(data)["merges"] == ((1, 1, 2, 3), (7, 2, 9, 2))


# ------------------------------------------------------------------ markup of other kinds

ODD_BUT_SOUND = {
    "single quotes": ("<row r='1'><c r='B1'><v>1</v></c><c r='C1' t='e'><v>#N/A</v></c></row>", "fast"),
    "comments": ('<!--<row r="9"><c r="Z9"/></row>--><row r="1">{}</row>', "fast"),
    "comments between cells": ('<row r="1"><!-- <c r="Z1"><v>1</v></c> -->{}</row>', "fast"),
    "line breaks in tags": (
        '<row\nr="1"\n><c\nr="B1"\n><v>1</v></c><c r="C1"\nt="e"><v>#N/A</v></c></row>',
        "fast",
    ),
    "attributes in another order": (
        '<row spans="1:3" r="1"><c s="0" r="B1"><v>1</v></c><c t="e" r="C1"><v>#N/A</v></c></row>',
        "fast",
    ),
    "spaces round the equals sign": (
        '<row r = "1"><c r = "B1"><v>1</v></c><c r="C1" t = "e"><v>#N/A</v></c></row>',
        "fast",
    ),
    "instructions": ('<?page break?><row r="1">{}</row>', "fast"),
    "no addresses": (
        '<row><c/><c><v>1</v></c><c t="e"><v>#N/A</v></c></row>',
        "careful",
    ),
    "another namespace": ('<row r="1">{}<z:c xmlns:z="urn:z" r="D1"><z:v>1</z:v></z:c></row>', "careful"),
    "a second sheetData": ('<row r="1">{}</row></sheetData><sheetData>', "careful"),
}
PLAIN_CELLS = '<c r="B1"><v>1</v></c><c r="C1" t="e"><v>#N/A</v></c>'


@pytest.mark.parametrize("kind", ODD_BUT_SOUND)
def test_markup_of_any_kind_gives_the_same_facts(kind: str) -> None:
    rows, reader = ODD_BUT_SOUND[kind]
    facts = scanned(workbook(sheet(rows.replace("{}", PLAIN_CELLS))))
    assert (facts.first_column, facts.last_row, facts.errors.texts) == (2, 1, ("#N/A",))
    assert facts.errors.columns.tolist() == [3]
    assert choose_reader(facts) == reader
    assert bool(facts.careful_because) == (reader == "careful")


@pytest.mark.parametrize("encoding", ["utf-16", "utf-8-sig"])
def test_other_encodings_of_the_xml_give_the_same_facts(encoding: str) -> None:
    facts = scanned(workbook(sheet(row(1, PLAIN_CELLS)).encode(encoding)))
    assert (facts.first_column, facts.last_column, facts.errors.texts) == (2, 3, ("#N/A",))


def test_prefixed_markup_takes_the_quick_way_too() -> None:
    rows = "".join(
        row(at, inline(f"A{at}", "x" * 50) + cell(f"B{at}", "#N/A", ' t="e"')) for at in range(1, 9_001)
    )
    plain = sheet(rows, tail='<mergeCells><mergeCell ref="A1:B1"/></mergeCells>')
    prefixed = (
        plain.replace("</", "\0").replace("<", "<x:").replace("\0", "</x:").replace("xmlns=", "xmlns:x=")
    )
    assert len(prefixed) > 1 << 20  # more than one piece, so that tags are cut in two
    assert both(workbook(prefixed)) == both(workbook(plain))


@pytest.mark.parametrize("size", [1, 7, 64, 1_000])
def test_where_the_pieces_are_cut_does_not_matter(size: int) -> None:
    rows = "".join(row(at, cell(f"A{at}", "#N/A", ' t="e"') + inline(f"AB{at}", "é")) for at in range(9, 130))
    xml = sheet(rows, tail='<mergeCells><mergeCell ref="A1:C2"/></mergeCells>').encode()
    book = opened(workbook(xml))
    whole, cut = Tally(book, book.sheets[0]), Tally(book, book.sheets[0])
    scan_blocks([xml], whole)
    scan_blocks((xml[at : at + size] for at in range(0, len(xml), size)), cut)
    assert told(whole.facts()) == told(cut.facts())
    assert len(whole.facts().errors) == 121


def test_a_sheet_without_rows_has_no_extent() -> None:
    for xml in (sheet(""), f'<worksheet xmlns="{MAIN}"><sheetData/></worksheet>', sheet(row(7, ""))):
        facts = scanned(workbook(xml))
        assert (facts.first_column, facts.last_column, facts.last_row, facts.width, facts.area) == (
            0,
            0,
            0,
            0,
            0,
        )
