"""Files of every harmful or broken kind, built in code, with the error and the sentence that each meets."""

from __future__ import annotations

import io
import struct
import zipfile
import zlib
from dataclasses import dataclass
from typing import TYPE_CHECKING

from rev603.errors import Rev603Error, UnrecognizedFileError, UnsafeFileError

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping

MAIN = "http://schemas.openxmlformats.org/spreadsheetml/2006/main"
RELATIONS = "http://schemas.openxmlformats.org/officeDocument/2006/relationships"
PACKAGE = "http://schemas.openxmlformats.org/package/2006"

HEADINGS = (
    *(
        "Refund ID",
        "Filer Code",
        "Payee ID",
        "Company Name",
        "C/O",
        "Address",
        "Refund Date",
        "Refund Status",
    ),
    *("Refund Secondary Status", "Refund Type", "Document Number", "Total Refund Amount"),
    *("Check Number / ACH Trace Number", "Check or ACH", "Center ID", "Team Number", "Port Code"),
)
LINE = (
    *("900001", "ABC", "12-345678900", "Example Imports LLC", "", "1 Example Street", "12/01/2025"),
    *("TRANSMITTED", "Treasury Issued", "Entry Liquidation", "MYK28000864", "$10.00", "0713001", "ACH"),
    *("CEE010", "JBN", "3802"),
)

CONTENT_TYPES = (
    f'<?xml version="1.0"?><Types xmlns="{PACKAGE}/content-types">'
    '<Default Extension="rels" ContentType="application/vnd.openxmlformats-package.relationships+xml"/>'
    '<Default Extension="xml" ContentType="application/xml"/>'
    '<Override PartName="/xl/workbook.xml" '
    'ContentType="application/vnd.openxmlformats-officedocument.spreadsheetml.sheet.main+xml"/>'
    '<Override PartName="/xl/worksheets/sheet1.xml" '
    'ContentType="application/vnd.openxmlformats-officedocument.spreadsheetml.worksheet+xml"/></Types>'
)
ROOT_RELS = (
    f'<?xml version="1.0"?><Relationships xmlns="{PACKAGE}/relationships"><Relationship Id="rId1" '
    f'Type="{RELATIONS}/officeDocument" Target="xl/workbook.xml"/></Relationships>'
)
WORKBOOK = (
    f'<?xml version="1.0"?><workbook xmlns="{MAIN}" xmlns:r="{RELATIONS}"><sheets>'
    '<sheet name="Main Report" sheetId="1" r:id="rId1"/></sheets></workbook>'
)
WORKBOOK_RELS = (
    f'<?xml version="1.0"?><Relationships xmlns="{PACKAGE}/relationships">'
    f'<Relationship Id="rId1" Type="{RELATIONS}/worksheet" Target="worksheets/sheet1.xml"/>'
    f'<Relationship Id="rId2" Type="{RELATIONS}/sharedStrings" Target="sharedStrings.xml"/>'
    f'<Relationship Id="rId3" Type="{RELATIONS}/styles" Target="styles.xml"/></Relationships>'
)
SHEET_PART = "xl/worksheets/sheet1.xml"


def cell(reference: str, value: str = "1", attributes: str = "") -> str:
    return f'<c r="{reference}"{attributes}><v>{value}</v></c>'


def inline(reference: str, text: str) -> str:
    return f'<c r="{reference}" t="inlineStr"><is><t>{text}</t></is></c>'


def row(number: int, cells: str) -> str:
    return f'<row r="{number}">{cells}</row>'


def sheet(rows: str, *, head: str = "", tail: str = "") -> str:
    return f'<worksheet xmlns="{MAIN}">{head}<sheetData>{rows}</sheetData>{tail}</worksheet>'


def report_rows() -> str:
    """One refund under its headings."""
    texts = ((number, texts) for number, texts in enumerate((HEADINGS, LINE), start=1))
    return "".join(
        row(number, "".join(inline(f"{chr(65 + at)}{number}", text) for at, text in enumerate(cells)))
        for number, cells in texts
    )


def shared_strings(inner: str, *, attributes: str = "") -> str:
    return f'<sst xmlns="{MAIN}"{attributes}>{inner}</sst>'


def styles(*codes: str) -> str:
    """Style 0 is general; style 1 has the first format code, and so on."""
    formats = "".join(f'<numFmt numFmtId="{164 + at}" formatCode="{code}"/>' for at, code in enumerate(codes))
    uses = "".join(f'<xf numFmtId="{164 + at}" applyNumberFormat="1"/>' for at in range(len(codes)))
    return (
        f'<styleSheet xmlns="{MAIN}"><numFmts count="{len(codes)}">{formats}</numFmts>'
        f'<cellStyleXfs><xf numFmtId="0"/></cellStyleXfs>'
        f'<cellXfs><xf numFmtId="0"/>{uses}</cellXfs></styleSheet>'
    )


def workbook(sheet_xml: str | bytes, *, parts: Mapping[str, str | bytes] | None = None) -> bytes:
    """Give a workbook of one sheet; `parts` adds to its parts or replaces them."""
    members: dict[str, str | bytes] = {
        "[Content_Types].xml": CONTENT_TYPES,
        "_rels/.rels": ROOT_RELS,
        "xl/workbook.xml": WORKBOOK,
        "xl/_rels/workbook.xml.rels": WORKBOOK_RELS,
        SHEET_PART: sheet_xml,
        **(parts or {}),
    }
    return archive(list(members.items()))


def archive(members: list[tuple[str, str | bytes]]) -> bytes:
    buffer = io.BytesIO()
    with zipfile.ZipFile(buffer, "w", zipfile.ZIP_DEFLATED) as packed:
        for name, content in members:
            packed.writestr(zipfile.ZipInfo(name), content, zipfile.ZIP_DEFLATED)
    return buffer.getvalue()


def good_workbook() -> bytes:
    return workbook(sheet(report_rows()))


def good_csv() -> bytes:
    return (",".join(HEADINGS) + "\n" + ",".join(LINE) + "\n").encode()


# ------------------------------------------------------------------ archives that lie


def bomb(unit: bytes, times: int) -> bytes:
    """Give a workbook whose sheet unzips to `times` units, which need never exist unzipped."""
    packer = zlib.compressobj(9, zlib.DEFLATED, -15)
    start = packer.compress(sheet("").split("</sheetData>")[0].encode()) + packer.flush(zlib.Z_FULL_FLUSH)
    block = packer.compress(unit) + packer.flush(zlib.Z_FULL_FLUSH)
    stream = start + block * times + packer.flush(zlib.Z_FINISH)
    return _with_raw_sheet(stream, len(sheet("")) + len(unit) * times)


def _with_raw_sheet(stream: bytes, claimed: int) -> bytes:
    """Put a ready-made stream where the sheet is, with whatever length the directory shall claim."""
    marker = b"<placeholder/>"
    members = archive(
        [
            ("[Content_Types].xml", CONTENT_TYPES),
            ("_rels/.rels", ROOT_RELS),
            ("xl/workbook.xml", WORKBOOK),
            ("xl/_rels/workbook.xml.rels", WORKBOOK_RELS),
        ]
    )
    end = members.rfind(b"PK\x05\x06")
    _, _, _, _, count, length, offset, _ = struct.unpack("<4s4H2LH", members[end : end + 22])
    name = SHEET_PART.encode()
    claimed = min(claimed, 0xFFFFFFFE)
    common = struct.pack("<5H3L2H", 20, 0, 8, 0, 33, zlib.crc32(marker), len(stream), claimed, len(name), 0)
    local = b"PK\x03\x04" + common + name + stream
    central = members[offset : offset + length]
    central += (
        b"PK\x01\x02" + struct.pack("<H", 20) + common + struct.pack("<3H2L", 0, 0, 0, 0, offset) + name
    )
    body = members[:offset] + local
    tail = struct.pack("<4s4H2LH", b"PK\x05\x06", 0, 0, count + 1, count + 1, len(central), len(body), 0)
    return body + central + tail


def lying_length(delta: int) -> bytes:
    """Give a workbook whose directory states another length for the sheet than comes out of it."""
    data = bytearray(good_workbook())
    at = data.rfind(SHEET_PART.encode()) - 46
    (length,) = struct.unpack_from("<L", data, at + 24)
    struct.pack_into("<L", data, at + 24, max(0, length + delta))
    return bytes(data)


def patched_directory(offset: int, form: str, value: int) -> bytes:
    """Give a workbook with one field of the sheet's directory entry replaced."""
    data = bytearray(good_workbook())
    struct.pack_into(form, data, data.rfind(SHEET_PART.encode()) - 46 + offset, value)
    return bytes(data)


def other_local_name() -> bytes:
    """The directory says sheet1, the part's own header says something else."""
    data = good_workbook()
    return data.replace(SHEET_PART.encode(), b"xl/worksheets/other1.xml"[: len(SHEET_PART)], 1)


def ole(*streams: str) -> bytes:
    """Give the beginning of Microsoft's older container, with a directory that lists these streams."""
    head = b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1" + b"\0" * 504
    entries = b"".join(name.encode("utf-16-le").ljust(128, b"\0") for name in ("Root Entry", *streams))
    return head + entries


# ------------------------------------------------------------------ the kinds


@dataclass(frozen=True)
class Hostile:
    """A file's name, how it is built, and what it must meet."""

    name: str
    build: Callable[[], bytes]
    error: type[Rev603Error]
    says: str


def _far() -> str:
    return row(1, cell("A1")) + row(1_048_576, cell("XFD1048576"))


def _laughs() -> str:
    entities = "".join(f'<!ENTITY e{at} "{f"&e{at - 1};" * 10}">' for at in range(1, 10))
    return f'<!DOCTYPE sst [<!ENTITY e0 "lol">{entities}]>' + shared_strings("<si><t>&e9;</t></si>")


def _part(name: str, content: str | bytes) -> Callable[[], bytes]:
    return lambda: workbook(sheet(report_rows()), parts={name: content})


def _rows(rows: str) -> Callable[[], bytes]:
    return lambda: workbook(sheet(rows))


U, S = UnrecognizedFileError, UnsafeFileError
_HTML = b"<html><body><table><tr><td>Refund ID</td></tr></table></body></html>"
_XML_2003 = (
    b'<?xml version="1.0"?><?mso-application progid="Excel.Sheet"?>'
    b'<Workbook xmlns="urn:schemas-microsoft-com:office:spreadsheet"></Workbook>'
)
_EXTERNAL_DTD = '<!DOCTYPE worksheet SYSTEM "file:///etc/hostname">'
_MANY_SHEETS = WORKBOOK.replace(
    "</sheets>",
    "".join(f'<sheet name="S{at}" sheetId="{at}" r:id="rId1"/>' for at in range(2, 400)) + "</sheets>",
)

# refused by what the file is, before any cell
AT_THE_DOOR: dict[str, Hostile] = {
    "empty": Hostile("report.xlsx", lambda: b"", U, "is empty"),
    "white space": Hostile("report.csv", lambda: b" \r\n\t\n" * 9, U, "nothing but white space"),
    "white space utf-16": Hostile("report.csv", lambda: " \n".encode("utf-16"), U, "nothing but white space"),
    "byte order mark alone": Hostile("report.csv", lambda: b"\xef\xbb\xbf", U, "nothing but white space"),
    "old xls": Hostile("report.xls", lambda: ole("Workbook"), U, "old Excel workbook"),
    "old xls named xlsx": Hostile("report.xlsx", lambda: ole("Book"), U, "old Excel workbook"),
    "bare xls": Hostile(
        "report.xls", lambda: b"\x09\x08\x10\x00\x00\x06\x05\x00" * 9, U, "old Excel workbook"
    ),
    "locked": Hostile(
        "report.xlsx", lambda: ole("EncryptionInfo", "EncryptedPackage"), U, "locked with a password"
    ),
    "old word": Hostile("report.doc", lambda: ole("WordDocument"), U, "not a workbook"),
    "lock note": Hostile("~$report.xlsx", lambda: b"\x04Jane" + b" " * 160, U, "keeps beside it"),
    "xlsb": Hostile("report.xlsb", lambda: archive([("xl/workbook.bin", b"\x83\x01")]), U, ".xlsb"),
    "ods": Hostile(
        "report.ods", lambda: archive([("mimetype", "x"), ("content.xml", "<x/>")]), U, "OpenDocument"
    ),
    "docx": Hostile("report.docx", lambda: archive([("word/document.xml", "<x/>")]), U, "Word document"),
    "pptx": Hostile("report.pptx", lambda: archive([("ppt/presentation.xml", "<x/>")]), U, "PowerPoint"),
    "numbers": Hostile("report.numbers", lambda: archive([("Index/Document.iwa", "x")]), U, "Numbers"),
    "zip of two exports": Hostile(
        "report.zip", lambda: archive([("a.csv", good_csv()), ("b.csv", good_csv())]), U, "holds 2 exports"
    ),
    "zip in a zip": Hostile("report.zip", lambda: archive([("a.zip", b"PK\x03\x04")]), U, "holds no export"),
    "empty zip": Hostile("report.xlsx", lambda: archive([]), U, "holds no export"),
    "pdf": Hostile("report.pdf", lambda: b"%PDF-1.7\n%\xe2\xe3\xcf\xd3", U, "a PDF"),
    "html named xlsx": Hostile("report.xlsx", lambda: _HTML, U, "web page"),
    "html named csv": Hostile(
        "report.csv", lambda: b"\xef\xbb\xbf\n  <!DOCTYPE html>" + _HTML, U, "web page"
    ),
    "html utf-16": Hostile("report.xls", lambda: _HTML.decode().encode("utf-16"), U, "web page"),
    "web archive": Hostile("report.xls", lambda: b"MIME-Version: 1.0\n\n", U, "web archive"),
    "xml spreadsheet 2003": Hostile("report.xls", lambda: _XML_2003, U, "XML Spreadsheet 2003"),
    "other xml": Hostile("report.xml", lambda: b"<?xml version='1.0'?><refunds/>", U, "This is XML"),
    "png": Hostile("report.png", lambda: b"\x89PNG\r\n\x1a\n", U, "a picture"),
    "jpeg": Hostile("report.jpg", lambda: b"\xff\xd8\xff\xe0\x00\x10JFIF", U, "a picture"),
    "gzip": Hostile("report.csv.gz", lambda: b"\x1f\x8b\x08\x00" + b"\0" * 9, U, "a gzip archive"),
    "utf-32": Hostile("report.csv", lambda: "Refund ID".encode("utf-32"), U, "UTF-32"),
    "utf-16 cut off": Hostile(
        "report.csv", lambda: "Refund ID".encode("utf-16")[:-1], U, "damaged or cut off"
    ),
    "nul in text": Hostile("report.csv", lambda: good_csv().replace(b"LLC", b"L\0C"), U, "line 2"),
    "utf-8 with a byte astray": Hostile(
        "report.csv", lambda: good_csv() + "é,é,é,é".encode() + b"\xe9\n", U, "is not UTF-8"
    ),
    "neither utf-8 nor cp1252": Hostile(
        "report.csv", lambda: good_csv() + b"caf\xe9,\x81\n", U, "81 is a character"
    ),
    "64 MB line": Hostile("report.csv", lambda: b"a," * (32 << 20), S, "line is longer"),
    "64 MB line after a good one": Hostile(
        "report.csv", lambda: good_csv() + b"a" * (64 << 20) + b"\n" + good_csv(), S, "line 3"
    ),
    "cut-off workbook": Hostile("report.xlsx", lambda: good_workbook()[:-300], U, "cut off"),
    "two parts of one name": Hostile(
        "report.xlsx", lambda: archive([("xl/a.xml", "<x/>"), ("XL/A.xml", "<x/>")]), S, "have one name"
    ),
    "path out of the archive": Hostile(
        "report.xlsx", lambda: archive([("xl/../../etc/x.xml", "<x/>")]), S, "leads out of the archive"
    ),
    "absolute path": Hostile(
        "report.xlsx", lambda: archive([("/xl/a.xml", "<x/>")]), S, "leads out of the archive"
    ),
    "locked parts": Hostile(
        "report.xlsx", lambda: patched_directory(8, "<H", 1), U, "locked with a password"
    ),
    "shared bytes": Hostile("report.xlsx", lambda: patched_directory(42, "<L", 3), S, "share the same bytes"),
    "20,000 parts": Hostile(
        "report.xlsx", lambda: archive([(f"xl/{at}.xml", "") for at in range(20_000)]), S, "parts"
    ),
    "archive with another in front": Hostile(
        "report.xlsx", lambda: good_workbook() + good_workbook(), U, "does not lie where"
    ),
}

# refused when the workbook is looked through
IN_THE_WORKBOOK: dict[str, Hostile] = {
    "far cell": Hostile("report.xlsx", _rows(_far()), S, "so far apart"),
    "row beyond the last": Hostile(
        "report.xlsx", _rows(row(1, cell("A1")) + row(9_000_000, cell("A9000000"))), S, "rows"
    ),
    "column beyond the last": Hostile("report.xlsx", _rows(row(1, cell("ZZZ1"))), S, "columns"),
    "bomb of spaces": Hostile("report.xlsx", lambda: bomb(b" " * (8 << 20), 600), S, "cell's text"),
    "bomb of comments": Hostile(
        "report.xlsx", lambda: bomb(b"<!--%s-->" % (b"x" * 500_000), 7_000), S, "unusual markup"
    ),
    "markup broken behind the rows": Hostile(
        "report.xlsx", lambda: workbook(sheet(report_rows()) + "</worksheet>"), U, "not well-formed"
    ),
    "bomb of rows": Hostile("report.xlsx", lambda: bomb(b"<row/>" * 200_000, 4_000), S, "rows"),
    "more than claimed": Hostile("report.xlsx", lambda: lying_length(-100), S, "misstates how long"),
    "less than claimed": Hostile("report.xlsx", lambda: lying_length(100), S, "misstates how long"),
    "two headers that differ": Hostile("report.xlsx", other_local_name, U, "header b'xl/worksheets/other"),
    "wrong checksum": Hostile("report.xlsx", lambda: patched_directory(16, "<L", 7), U, "Bad CRC-32"),
    "other packing": Hostile("report.xlsx", lambda: patched_directory(10, "<H", 12), U, "packed in a way"),
    "doctype in the sheet": Hostile(
        "report.xlsx", lambda: workbook(_EXTERNAL_DTD + sheet(report_rows())), S, "DOCTYPE"
    ),
    "doctype in utf-16": Hostile(
        "report.xlsx", lambda: workbook((_EXTERNAL_DTD + sheet(report_rows())).encode("utf-16")), S, "DOCTYPE"
    ),
    "doctype in the theme": Hostile(
        "report.xlsx", _part("xl/theme/theme1.xml", _EXTERNAL_DTD + "<x/>"), S, "DOCTYPE"
    ),
    "billion laughs": Hostile("report.xlsx", _part("xl/sharedStrings.xml", _laughs()), S, "DOCTYPE"),
    "64 MB cell": Hostile(
        "report.xlsx", lambda: workbook(sheet(row(1, inline("A1", "a" * (64 << 20))))), S, "cell's text"
    ),
    "64 MB shared string": Hostile(
        "report.xlsx",
        lambda: workbook(
            sheet(row(1, '<c r="A1" t="s"><v>0</v></c>')),
            parts={"xl/sharedStrings.xml": shared_strings(f"<si><t>{'a' * (64 << 20)}</t></si>")},
        ),
        S,
        "cell's text",
    ),
    "deep nesting": Hostile(
        "report.xlsx", lambda: workbook("<!-- -->" + sheet(row(1, "<y>" * 100_000))), S, "nests deeper"
    ),
    "endless odd markup": Hostile("report.xlsx", lambda: bomb(b"<z></z>" * 100_000, 1_000), S, "elements"),
    "deep styles": Hostile("report.xlsx", _part("xl/styles.xml", "<a>" * 100_000), S, "nests deeper"),
    "400 sheets": Hostile("report.xlsx", _part("xl/workbook.xml", _MANY_SHEETS), S, "more than 255 sheets"),
    "no workbook part": Hostile(
        "report.xlsx",
        lambda: archive([("xl/worksheets/sheet1.xml", sheet(report_rows()))]),
        U,
        "table of contents",
    ),
    "sheet missing": Hostile(
        "report.xlsx",
        _part("xl/_rels/workbook.xml.rels", WORKBOOK_RELS.replace("sheet1", "sheet9")),
        U,
        "is not there",
    ),
    "sheet cut off": Hostile(
        "report.xlsx", lambda: workbook(sheet(report_rows())[:-99]), U, "not well-formed"
    ),
    "broken workbook part": Hostile(
        "report.xlsx", _part("xl/workbook.xml", "<workbook"), U, "not well-formed"
    ),
    "unknown encoding": Hostile(
        "report.xlsx",
        lambda: workbook('<?xml version="1.0" encoding="klingon"?>' + sheet(report_rows())),
        U,
        "not well-formed",
    ),
    "rows out of order": Hostile(
        "report.xlsx", _rows(row(2, cell("A2")) + row(1, cell("A1"))), U, "out of order"
    ),
    "row twice": Hostile("report.xlsx", _rows(row(1, cell("A1")) + row(1, cell("B1"))), U, "out of order"),
    "cells out of order": Hostile("report.xlsx", _rows(row(1, cell("B1") + cell("A1"))), U, "out of order"),
    "cell twice": Hostile("report.xlsx", _rows(row(1, cell("A1", "1") + cell("A1", "2"))), U, "out of order"),
    "cell in another row": Hostile("report.xlsx", _rows(row(1, cell("A1") + cell("B5"))), U, "out of order"),
    "row 0": Hostile("report.xlsx", _rows(row(0, cell("A0"))), U, "out of order"),
    "address with dollars": Hostile("report.xlsx", _rows(row(1, cell("$A$1"))), U, "out of order"),
    "nul in the xml": Hostile(
        "report.xlsx", _rows(row(1, "<!-- -->" + inline("A1", "a\0b"))), U, "not well-formed"
    ),
}

# readable, whatever they claim: one refund comes out of each, or a Rev603Error
SURVIVED: dict[str, Callable[[], bytes]] = {
    "wrong dimension, too small": lambda: workbook(sheet(report_rows(), head='<dimension ref="A1"/>')),
    "wrong dimension, too large": lambda: workbook(
        sheet(report_rows(), head='<dimension ref="A1:XFD1048576"/>')
    ),
    "impossible dimension": lambda: workbook(
        sheet(report_rows(), head='<dimension ref="A1:ZZZZZZZ99999999"/>')
    ),
    "backward dimension": lambda: workbook(sheet(report_rows(), head='<dimension ref="C5:A1"/>')),
    "four billion shared strings claimed": _part(
        "xl/sharedStrings.xml",
        shared_strings("<si><t>a</t></si>", attributes=' count="4000000000" uniqueCount="4000000000"'),
    ),
    "external link": _part(
        "xl/_rels/workbook.xml.rels",
        WORKBOOK_RELS.replace(
            "</Relationships>",
            f'<Relationship Id="rId9" Type="{RELATIONS}/externalLink" Target="file:///etc/hostname" '
            'TargetMode="External"/></Relationships>',
        ),
    ),
    "comment behind the archive": lambda: good_workbook()[:-2] + b"\x02\x00hi",
    "nul in plain markup": _rows(report_rows() + row(3, inline("A3", "a\0b"))),
    "blank cells down to the last row": _rows(report_rows() + row(1_048_576, '<c r="XFD1048576" s="0"/>')),
    "one cell in the last row": _rows(report_rows() + row(1_048_576, inline("A1048576", "x"))),
    "one cell in the last column": _rows(report_rows() + row(3, inline("XFD3", "x"))),
    "a date beyond all calendars": lambda: workbook(
        sheet(report_rows() + row(3, cell("B3", "-1e300", ' s="1"'))),
        parts={"xl/styles.xml": styles("yyyy-mm-dd")},
    ),
    "tags never closed": _rows(row(1, "<x:y>" * 100_000)),
    "unclosed quote": lambda: good_csv() + b'900002,"ABC\n' + b"x,y\n" * 100_000,
    "200,000 columns": lambda: b",".join(b"Column %d" % at for at in range(200_000)) + b"\n" + good_csv(),
    "200,000 columns in one line": lambda: good_csv() + b"," * 200_000 + b"\n",
    "commas only": lambda: b"," * 200_000,
    "quotes only": lambda: b'"' * 200_001,
    "line ends only, then a letter": lambda: b"\n" * 2_000_000 + b"a",
}


# ------------------------------------------------------------------ little text that asks for much work


def _beside_the_report(text: str) -> Callable[[], bytes]:
    return lambda: good_csv() + text.encode()


def _with_cell(name: str, text: str) -> Callable[[], bytes]:
    """Give a report with one cell of that text, quoted."""
    line = [text if heading == name else cell for heading, cell in zip(HEADINGS, LINE, strict=True)]
    return lambda: good_csv() + (",".join(f'"{cell}"' for cell in line) + "\n").encode()


def _headings(names: Callable[[int], str], *, lacking: str = "") -> Callable[[], bytes]:
    heads = [heading for heading in HEADINGS if heading != lacking]
    line = [cell for heading, cell in zip(HEADINGS, LINE, strict=True) if heading != lacking]
    more = [names(at) for at in range(16_000)]
    text = ",".join([*heads, *more]) + "\n" + ",".join(line) + "\n"
    return text.encode


_UNITS = (" :", "- ", ". ", " ", "(1) ", "_", "/", "run ", "total ", "1,", "[", "9")
SURVIVED |= {
    "2 million rows of one cell below the table": _beside_the_report(
        "".join(f"n{at}\n" for at in range(2_000_000))
    ),
    "2 million rows of one cell above the table": lambda: (
        "".join(f"n{at}\n" for at in range(2_000_000)).encode() + good_csv()
    ),
    "500,000 rows of two cells": _beside_the_report("".join(f"n{at},{at}\n" for at in range(500_000))),
    "a million commas in one row": _beside_the_report("," * 1_000_000),
    "16,000 headings that are nearly known": _headings(lambda at: f"Refund Datee {at}"),
    "16,000 times one known heading": _headings(lambda _: "Refund Date"),
    "16,000 headings and one missing": _headings(lambda at: f"Payee IDs {at}", lacking="Payee ID"),
    **{
        f"a cell of {head!r} and 60,000 times {unit!r} in {name}": _with_cell(
            name, head + unit * 60_000 + "x"
        )
        for unit in _UNITS
        for name, head in (("Refund ID", "run"), ("Total Refund Amount", "$1"), ("Refund Date", "2/6/2026"))
    },
    **{
        f"a line of {unit!r} below the table": _beside_the_report(f'"total{unit * 60_000}x"\n')
        for unit in _UNITS[:6]
    },
}
