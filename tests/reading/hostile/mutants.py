"""Broken variants of good files, from a seed: bytes changed in text, in archives, and in the XML within them."""

from __future__ import annotations

import datetime as dt
import io
import random
import zipfile
from typing import TYPE_CHECKING

import xlsxwriter
from hostile_files import SHEET_PART, archive, good_csv, good_workbook, inline, row, sheet, workbook

if TYPE_CHECKING:
    from collections.abc import Iterator

# what parsers stumble over
TOKENS = [
    *(
        b'"',
        b"'",
        b",",
        b";",
        b"\t",
        b"\r",
        b"\n",
        b"\r\n",
        b"\0",
        b"\xff\xfe",
        b"\xef\xbb\xbf",
        b"\x81",
        b"\xe9",
    ),
    *(
        b'="',
        b"=",
        b"sep=;\n",
        b"NaN",
        b"inf",
        b"1e308",
        b"1E+11",
        b"-0",
        b"99999999999999999999",
        b"$-",
        b"()",
    ),
    *(b"02/30/2026", b"10000-01-01", b"0001-01-01", b"60", b"2958466", b"-1", b"#N/A", b"#MULTIVALUE", b"-"),
    *(
        "\u202e\u00a0\U0001f600\ud7ff\u0661\u00b2".encode(),
        b"Total Refunds",
        b"Total Refund Amount",
        b"Refund ID",
    ),
]
MARKUP = [
    *(
        b"<",
        b">",
        b"/>",
        b"</c>",
        b"<c>",
        b'<c r="A1">',
        b"</row>",
        b"<row>",
        b'<row r="1">',
        b"</sheetData>",
    ),
    *(
        b"<!--",
        b"-->",
        b"<![CDATA[",
        b"]]>",
        b"<?x?>",
        b"&amp;",
        b"&#0;",
        b"&#xD800;",
        b"&x;",
        b' t="e"',
        b' t="s"',
    ),
    *(
        b' t="b"',
        b' t="d"',
        b' t="str"',
        b' t="x"',
        b' s="1"',
        b' s="99999999999"',
        b' r="XFD1048576"',
        b' r=""',
    ),
    *(b"<v>1</v>", b"<v></v>", b"<v>1e999</v>", b"<f>1</f>", b"<is/>", b"<t/>", b'<mergeCell ref="A1:B2"/>'),
    *(
        b"1048576",
        b"1048577",
        b"16384",
        b"4294967295",
        b"-1",
        b"NaN",
        b"99999999999999999999",
        b"2958466.5",
        b"-1e9",
    ),
]


def mutants(seed: int, count: int) -> Iterator[tuple[str, bytes]]:
    """Give name and bytes of `count` broken files; the name tells how to build it again."""
    seeds = _seeds()
    for number in range(seed, seed + count):
        rng = random.Random(number)
        name = rng.choice(sorted(seeds))
        data = seeds[name]
        if name.endswith(".csv"):
            yield f"{number}-{name}", _broken(data, rng, TOKENS)
        elif rng.random() < 0.25:
            yield (
                f"{number}-{name}",
                _broken(data, rng, [b"PK\x01\x02", b"PK\x03\x04", b"PK\x05\x06", b"\xff\xff"]),
            )
        else:
            yield f"{number}-{name}", _broken_within(data, rng)


def _broken(data: bytes, rng: random.Random, tokens: list[bytes]) -> bytes:
    broken = bytearray(data)
    for _ in range(rng.choice((1, 1, 1, 2, 3, 8))):
        at = rng.randrange(len(broken) + 1)
        until = min(len(broken), at + rng.choice((1, 1, 2, 5, 20, 200)))
        match rng.randrange(6):
            case 0 if at < len(broken):
                broken[at] ^= 1 << rng.randrange(8)
            case 1:
                del broken[at:until]
            case 2:
                broken[at:at] = rng.choice(tokens)
            case 3:
                broken[at:until] = rng.choice(tokens)
            case 4:
                broken[at:at] = broken[at:until] * rng.choice((1, 2, 50))
            case _:
                other = rng.randrange(len(broken) + 1)
                broken[at:at] = broken[other : other + rng.choice((3, 30, 300))]
    return bytes(broken)


def _broken_within(data: bytes, rng: random.Random) -> bytes:
    """Break a part's XML, and zip it up in good order: this gets past the checksums."""
    with zipfile.ZipFile(io.BytesIO(data)) as packed:
        members: list[tuple[str, str | bytes]] = [(each, packed.read(each)) for each in packed.namelist()]
    names = [name for name, _ in members]
    preferred = [names.index(SHEET_PART)] * 4 if SHEET_PART in names else []
    chosen = rng.choice([*preferred, *range(len(members))])
    name, content = members[chosen]
    assert isinstance(content, bytes)
    match rng.randrange(20):
        case 0:
            del members[chosen]
        case 1:
            members.append((name.upper(), content))
        case _:
            members[chosen] = (name, _broken(content, rng, MARKUP + TOKENS))
    return archive(members)


def _seeds() -> dict[str, bytes]:
    text = good_csv().decode()
    titled = f"Today's Date,,12/13/2025\nTotal Refunds,,1\nTotal Refund Amount,,$10.00\n{text}"
    return {
        "plain.csv": good_csv(),
        "titled.csv": titled.encode(),
        "many.csv": good_csv() + good_csv().splitlines(keepends=True)[1] * 40,
        "tabs.csv": titled.replace(",", "\t").encode("utf-16"),
        "semicolons.csv": ("sep=;\r\n" + titled.replace(",", ";").replace("\n", "\r\n")).encode("cp1252"),
        "quoted.csv": ('"' + text.strip().replace(",", '","').replace("\n", '"\r\n"') + '"\r\n').encode(),
        "inline.xlsx": good_workbook(),
        "shared.xlsx": _by_xlsxwriter(),
        "prefixed.xlsx": workbook(
            sheet(row(1, inline("A1", "Refund ID")))
            .replace("</", "\0")
            .replace("<", "<x:")
            .replace("\0", "</x:")
            .replace("xmlns=", "xmlns:x=")
        ),
        "unaddressed.xlsx": workbook(sheet("<row><c><v>1</v></c><c t='e'><v>#N/A</v></c></row>")),
    }


def _by_xlsxwriter() -> bytes:
    """A workbook with shared strings, styles, dates, padded numbers, merges, errors and formulas."""
    buffer = io.BytesIO()
    with xlsxwriter.Workbook(buffer, {"in_memory": True}) as book:
        book.set_properties({"created": dt.datetime(2026, 11, 13)})  # noqa: DTZ001 - else the clock's, to the second
        page = book.add_worksheet("Main Report")
        padded, date = (
            book.add_format({"num_format": "0000000"}),
            book.add_format({"num_format": "mm/dd/yyyy"}),
        )
        lines = [line.split(",") for line in good_csv().decode().splitlines()]
        page.merge_range("B2:D2", "Trade Refund Report")
        for at in range(12):
            for column, value in enumerate(lines[min(at, 1)]):
                page.write_string(4 + at, 1 + column, value)
        page.write_number(6, 13, 713001, padded)
        page.write_number(7, 7, 46_000, date)
        page.write_number(8, 12, 1234.5)
        page.write_formula(9, 12, "=1/0", None, "#DIV/0!")
        page.write_formula(10, 12, "=1+1", None, 2)
        page.write_boolean(11, 4, True)
        book.add_worksheet("Parameters").write_string(0, 0, "FOR OFFICIAL USE ONLY")
    return buffer.getvalue()
