"""Both ways to read a sheet show the same text, and it is what a spreadsheet shows; expected texts are by hand."""

from __future__ import annotations

import datetime as dt
import io
from typing import Any

import openpyxl
import pytest
from hostile_files import (
    CONTENT_TYPES,
    MAIN,
    WORKBOOK,
    WORKBOOK_RELS,
    archive,
    cell,
    inline,
    row,
    shared_strings,
    sheet,
    styles,
    workbook,
)
from scanning import read_first, shown

from rev603.errors import UnrecognizedFileError

NUMBERS = {
    "1234.5": "1234.5",
    "0.30000000000000004": "0.3",
    "86250.000000000015": "86250",
    "0.333333333333333": "0.333333333333333",
    "1.5E-7": "0.00000015",
    "1e5": "100000",
    "12345678.9": "12345678.9",
    "1.2345678901234568E+16": "12345678901234600",
    "12345678901234567": "12345678901234567",
    "-0": "0",
    " 12 ": "12",
    "NaN": "NaN",
}


@pytest.mark.parametrize("raw", NUMBERS)
def test_a_number_is_shown_with_the_digits_of_a_spreadsheet(raw: str) -> None:
    formula = f'<c r="B1"><f>1/3</f><v>{raw}</v></c>'
    typed = f'<c r="C1" t="n"><v xml:space="preserve">{raw}</v></c>'
    cells = cell("A1", raw) + formula + typed
    assert shown(workbook(sheet(row(1, cells)))) == dict.fromkeys(("A1", "B1", "C1"), NUMBERS[raw])


@pytest.mark.parametrize(
    ("code", "raw", "text"),
    [
        ("yyyy-mm-dd", "46059", "2026-02-06 00:00:00"),
        ("[$-409]mmmm d, yyyy;@", "46059", "2026-02-06 00:00:00"),
        ("yyyy\\-mm\\-dd hh:mm", "46059.5625", "2026-02-06 13:30:00"),
        ("h:mm AM/PM", "0.5625", "13:30:00"),
        ("[h]:mm:ss", "1.5", "36:00:00"),
        ("mm:ss.0", "0.000011574074074", "00:00:01"),
        ("yyyy-mm-dd", "60", "1900-02-29 00:00:00"),
        ("yyyy-mm-dd", "-3", "-3"),
        ("00000", "42", "00042"),
        ("0.00%", "0.25", "0.25"),
        ("# ?/?", "0.5", "0.5"),
        ("[Red]0", "7.5", "7.5"),
        ("0&quot; days&quot;", "3", "3"),
        ("\\d0", "3", "3"),
        ("[Blue]_d0", "3", "3"),
        ("0.00E+00", "1234.5", "1234.5"),
        ("General", "46059", "46059"),
        ("#,##0.00;[Red]-#,##0.00", "-5.25", "-5.25"),
        ("0;yyyy", "46059", "46059"),
    ],
)
def test_a_format_makes_a_date_of_a_number_or_not(code: str, raw: str, text: str) -> None:
    data = workbook(sheet(row(1, cell("A1", raw, ' s="1"'))), parts={"xl/styles.xml": styles(code)})
    assert shown(data) == {"A1": text}


@pytest.mark.parametrize(
    ("identifier", "text"),
    [(0, "46059.5"), (2, "46059.5"), (10, "46059.5"), (14, "2026-02-06 12:00:00"), (22, "2026-02-06 12:00:00"),
     (30, "2026-02-06 12:00:00"), (37, "46059.5"), (46, "1105428:00:00"), (47, "2026-02-06 12:00:00"),
     (49, "46059.5"), (57, "2026-02-06 12:00:00")],
)  # fmt: skip
def test_formats_that_a_workbook_need_not_spell_out(identifier: int, text: str) -> None:
    xml = f'<styleSheet xmlns="{MAIN}"><cellXfs><xf numFmtId="0"/><xf numFmtId="{identifier}"/></cellXfs></styleSheet>'
    data = workbook(sheet(row(1, cell("A1", "46059.5", ' s="1"'))), parts={"xl/styles.xml": xml})
    assert shown(data) == {"A1": text}


@pytest.mark.parametrize("extended", [False, True])
def test_dates_count_from_1904_where_the_workbook_says_so(extended: bool) -> None:
    listed = WORKBOOK.replace("<sheets>", '<workbookPr date1904="1"/><sheets>')
    if extended:  # settings of an extension, by the same name
        more = '<extLst><ext uri="x" xmlns:x15="urn:x15"><x15:workbookPr chartTrackingRefBase="1"/></ext></extLst>'
        listed = listed.replace("</workbook>", f"{more}</workbook>")
    cells = cell("A1", "44597", ' s="1"') + cell("B1", "44597") + cell("C1", "0.5", ' s="1"')
    parts = {"xl/workbook.xml": listed, "xl/styles.xml": styles("m/d/yyyy")}
    assert shown(workbook(sheet(row(1, cells)), parts=parts)) == {
        "A1": "2026-02-06 00:00:00",
        "B1": "44597",
        "C1": "12:00:00",
    }


TEXTS = {
    "<t>Quellharbor</t>": "Quellharbor",
    "<t>  Quell harbor\n</t>": "Quell harbor",  # Excel, too, drops blanks that are not said to be kept
    '<t xml:space="preserve">  Quell harbor </t>': "  Quell harbor ",
    "<t>a&amp;b &lt;c&gt; &#65;</t>": "a&b <c> A",
    "<t>a_x000D_\nb</t>": "a\r\nb",
    "<t>_x005F_x000D_</t>": "_x000D_",
    "<t>x005F_</t>": "x005F_",
    "<t>ITEM_x2024_B _x00e9_</t>": "ITEM_x2024_B \u00e9",
    "<t>a > b</t>": "a > b",
    "<t>00042</t>": "00042",
    "<t>1234567.123456789</t>": "1234567.123456789",
    "<t>12345678.900000001</t>": "12345678.900000001",
    "<t>1899-12-31 11:11:11</t>": "1899-12-31 11:11:11",
    "<t>1E5</t>": "1E5",
    "<t>TRUE</t>": "TRUE",
    "<t>\u00a0Z\u00fcrich \u2013 \u6771\u4eac \U0001f600</t>": "\u00a0Z\u00fcrich \u2013 \u6771\u4eac \U0001f600",
    '<r><t xml:space="preserve">Quell </t></r><r><rPr><b/></rPr><t>harbor</t></r>': "Quell harbor",
    "<r><t>Quell </t></r><r><t>harbor</t></r>": "Quellharbor",
    '<t>\u6771\u4eac</t><rPh sb="0" eb="2"><t>\u30c8\u30a6\u30ad\u30e7\u30a6</t></rPh><phoneticPr/>': "\u6771\u4eac",
}


@pytest.mark.parametrize("inner", TEXTS)
def test_a_text_is_what_stands_in_the_sheet_or_among_the_shared_strings(inner: str) -> None:
    cells = f'<c r="A1" t="inlineStr"><is>{inner}</is></c><c r="B1" t="s"><v>1</v></c>'
    strings = shared_strings(f"<si><t>another</t></si><si>{inner}</si>")
    found = shown(workbook(sheet(row(1, cells)), parts={"xl/sharedStrings.xml": strings}))
    assert found == {"A1": TEXTS[inner], "B1": TEXTS[inner]}


def test_empty_texts_are_no_cells() -> None:
    cells = '<c r="A1" t="inlineStr"><is><t></t></is></c><c r="B1" t="str"><f>""</f><v></v></c>' + inline(
        "D1", "x"
    )
    assert shown(workbook(sheet(row(1, cells)))) == {"D1": "x"}


def test_results_of_formulas_of_every_type() -> None:
    cells = (
        '<c r="A1" t="str"><f>1</f><v>a_x000D_b</v></c><c r="B1" t="b"><f>1</f><v>1</v></c>'
        '<c r="C1" t="b"><v>0</v></c><c r="D1" t="e"><f>1/0</f><v>#DIV/0!</v></c>'
        '<c r="E1"><f t="shared" ref="E1:E9" si="0">A2</f><v>2.50</v></c><c r="F1"><f t="shared" si="0"/><v>3</v></c>'
        '<c r="G1" t="str"><f t="array" ref="G1">T(1)</f><v> kept </v></c><c r="H1"><f>NOW()</f></c>'
    )
    assert shown(workbook(sheet(row(1, cells)))) == {
        "A1": "a\rb", "B1": "true", "C1": "false", "D1": "#DIV/0!", "E1": "2.5", "F1": "3", "G1": " kept ",
        "H1": "#FORMULA!",
    }  # fmt: skip


def test_a_formula_without_a_result_before_the_first_column_is_not_put_elsewhere() -> None:
    rows = row(1, '<c r="A1"><f>NOW()</f></c>' + inline("C1", "Refund ID")) + row(2, inline("D2", "x"))
    assert shown(workbook(sheet(rows))) == {"A1": "#FORMULA!", "C1": "Refund ID", "D2": "x"}


@pytest.mark.parametrize(
    ("odd", "text"),
    [
        ('<c r="A1" t="b"><v>false</v></c>', "false"),
        ('<c r="A1" t="d"><v>2026-02-06T13:30:00</v></c>', "2026-02-06 13:30:00"),
        ('<c r="A1" t="str"><v><![CDATA[a<b]]></v></c>', "a<b"),
        ('<c r="A1" t="e"><v>#MULTIVALUE</v></c>', "#MULTIVALUE"),
        ('<c r="A1" t="e"><v>#SPILL!</v></c>', "#SPILL!"),
        ('<c r="A1" t="text"><v>of no known type</v></c>', "of no known type"),
    ],
)
def test_what_another_library_refuses_or_mistakes_is_read_all_the_same(odd: str, text: str) -> None:
    data = workbook(sheet(row(1, odd + inline("B1", "x")) + row(3, inline("C3", "y"))))
    assert shown(data) == {"A1": text, "B1": "x", "C3": "y"}


@pytest.mark.parametrize("raw", ["1e300", "-1e300", "99999999999", "-95000000000"])
@pytest.mark.parametrize("code", ["yyyy-mm-dd", "[h]:mm", "0;yyyy"])
def test_a_date_beyond_all_calendars_breaks_nothing_off(raw: str, code: str) -> None:
    data = workbook(sheet(row(1, cell("A1", raw, ' s="1"'))), parts={"xl/styles.xml": styles(code)})
    expected = raw if "e" not in raw else raw.replace("1e300", "1" + "0" * 300)
    assert shown(data) == {"A1": expected}


@pytest.mark.parametrize(
    "name", ["http://purl.oclc.org/ooxml/spreadsheetml/main", "urn:of-a-beta-version", ""]
)
def test_a_vocabulary_of_another_name_loses_no_cell(name: str) -> None:
    named = f' xmlns="{name}"' if name else ""
    strings = shared_strings("<si><t>Refund ID</t></si>").replace(f' xmlns="{MAIN}"', named)
    cells = '<c r="A1" t="s"><v>0</v></c>' + inline("B1", "x")
    page = sheet(row(1, cells)).replace(f' xmlns="{MAIN}"', named)
    assert shown(workbook(page, parts={"xl/sharedStrings.xml": strings})) == {"A1": "Refund ID", "B1": "x"}


def test_prefixed_markup_loses_no_cell() -> None:
    page = (
        sheet(row(1, cell("A1") + inline("B1", "x")))
        .replace("</", "\0")
        .replace("<", "<x:")
        .replace("\0", "</x:")
    )
    assert shown(workbook(page.replace("xmlns=", "xmlns:x="))) == {"A1": "1", "B1": "x"}


@pytest.mark.parametrize(
    "broken",
    [
        '<row r="2"><c r="A2"><v>1</v>="B2"><v>2</v></c></row>',
        '<row r="2"><c r="A2"><v>1</v></c>/row><row r="3"><c r="A3"><v>2</v></c></row>',
        '<row r="2"><c r="A2" t="b"><v>',
        '<row r="2"><c r="A2" t="e">9<v>#N/A</v></c></row>',
        '<row r="2"><c r="A2"> t="s"<v>1.5</v></c></row>',
        '<row r="2"><c r="A2" t="b"',
    ],
)
def test_markup_that_has_lost_a_sign_is_refused_not_guessed_at(broken: str) -> None:
    with pytest.raises(UnrecognizedFileError, match="damaged"):
        read_first(workbook(sheet(row(1, cell("A1")) + broken)))


def test_spaces_in_tags_hide_no_format() -> None:
    cells = '<c r="A1" s=\t"1"><v>0.5</v></c><c r="B1" s ="1"><v>1.25</v></c><c s= "1" r="C1"><v>0.25</v></c>'
    data = workbook(sheet(row(1, cells)), parts={"xl/styles.xml": styles("[h]:mm")})
    assert shown(data) == {"A1": "12:00:00", "B1": "30:00:00", "C1": "06:00:00"}


def test_the_strict_dialect_is_read_by_both() -> None:
    strict = "http://purl.oclc.org/ooxml/spreadsheetml/main"
    parts = {
        "xl/sharedStrings.xml": shared_strings("<si><t>Refund ID</t></si>").replace(MAIN, strict),
        "xl/styles.xml": styles("yyyy-mm-dd").replace(MAIN, strict),
        "xl/workbook.xml": WORKBOOK.replace(MAIN, strict),
    }
    cells = '<c r="A1" t="s"><v>0</v></c>' + cell("B1", "46059", ' s="1"')
    found = shown(workbook(sheet(row(1, cells)).replace(MAIN, strict), parts=parts))
    assert found == {"A1": "Refund ID", "B1": "2026-02-06 00:00:00"}


def test_parts_in_unusual_places_are_found_by_their_relations() -> None:
    rels = WORKBOOK_RELS.replace('"sharedStrings.xml"', '"texts/all.xml"').replace(
        '"styles.xml"', '"/xl/looks.xml"'
    )
    parts = {
        "xl/_rels/workbook.xml.rels": rels,
        "xl/texts/all.xml": shared_strings("<si><t>right</t></si>"),
        "xl/looks.xml": styles("yyyy-mm-dd"),
        "xl/sharedStrings.xml": shared_strings("<si><t>left behind by another program</t></si>"),
        "xl/styles.xml": styles("0.00"),
    }
    data = workbook(
        sheet(row(1, '<c r="A1" t="s"><v>0</v></c>' + cell("B1", "46059", ' s="1"'))), parts=parts
    )
    assert shown(data) == {"A1": "right", "B1": "2026-02-06 00:00:00"}


def test_broken_parts_that_no_cell_needs_do_not_matter() -> None:
    styled = styles("yyyy-mm-dd").replace(
        "<cellStyleXfs>", '<fonts count="x"><font><sz val="tall"/></font></fonts><cellStyleXfs>'
    )
    tail = '<printOptions gridLines="perhaps"/><pageSetup paperSize="huge"/>'
    data = workbook(
        sheet(row(1, cell("A1", "46059", ' s="1"')), tail=tail),
        parts={"xl/styles.xml": styled, "docProps/core.xml": "<broken", "xl/theme/theme1.xml": "no theme"},
    )
    assert shown(data) == {"A1": "2026-02-06 00:00:00"}


def test_an_archive_with_names_in_capitals_is_read_by_both() -> None:
    members: list[tuple[str, str | bytes]] = [
        ("[CONTENT_TYPES].XML", CONTENT_TYPES),
        ("xl\\WORKBOOK.xml", WORKBOOK),
        ("xl\\_rels\\workbook.xml.rels", WORKBOOK_RELS),
        ("XL\\Worksheets\\Sheet1.xml", sheet(row(2, inline("B2", "x")))),
    ]
    assert shown(archive(members)) == {"B2": "x"}


def test_openpyxl_itself_gives_the_same_days_and_figures() -> None:
    moments = [dt.datetime(2026, 2, 6, 13, 30, at) for at in range(60)]  # noqa: DTZ001 - workbooks know no zone
    stream = io.BytesIO()
    book = openpyxl.Workbook()
    page: Any = book.active
    for at, moment in enumerate(moments, 1):
        page.append([moment, moment.date(), at / 7, at])
    book.save(stream)
    again: Any = openpyxl.load_workbook(io.BytesIO(stream.getvalue())).active
    found = shown(stream.getvalue())
    for at, line in enumerate(again.iter_rows(values_only=True), 1):
        assert found[f"A{at}"] == line[0].isoformat(sep=" ")
        assert found[f"B{at}"] == line[1].isoformat(sep=" ")
        assert found[f"C{at}"] == f"{line[2]:.15g}"
        assert found[f"D{at}"] == str(line[3])
