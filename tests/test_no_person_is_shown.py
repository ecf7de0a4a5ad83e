"""No person's number is in anything that is rendered, wherever it stood and however it was written.

Numbers in the form of a social security number are planted in every place of an export, in every spelling
that a spreadsheet or a person makes of one; then every output is made and searched, byte by byte.
"""

from __future__ import annotations

import contextlib
import csv
import io
import re
import unicodedata
import zipfile
from pathlib import Path
from typing import TYPE_CHECKING

import pandas as pd
import pyarrow.parquet as pq
import pytest

import rev603
from rev603.cli import main
from rev603.errors import Rev603Error

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable

#: Of an area that is never issued; the last four digits may be shown, so these are of the others alone.
AREA, GROUP, SERIAL = "666", "45", "6789"
HIDDEN = AREA + GROUP

#: In a column of payee numbers.
SPELLINGS = {
    "hyphens": "666-45-6789",
    "bare": "666456789",
    "blanks": "666 45 6789",
    "dots": "666.45.6789",
    "slashes": "666/45/6789",
    "double hyphens": "666--45--6789",
    "en dashes": "666\u201345\u20136789",
    "minus signs": "666\u221245\u22126789",
    "full-width hyphens": "666\uff0d45\uff0d6789",
    "small hyphens": "666\ufe6345\ufe636789",
    "horizontal bars": "666\u201545\u20156789",
    "hyphen bullets": "666\u204345\u20436789",
    "full-width digits": "\uff16\uff16\uff16-\uff14\uff15-6789",
    "invisible": "666\u200b45\u200b6789",
    "one hyphen": "666-456789",
    "named": "SSN 666456789",
    "two numbers": "666-45-6789 666-45-6780",
}
#: Anywhere else a number is hidden where its dashes or its name show it to be a person's.
ANYWHERE = [
    "hyphens", "double hyphens", "en dashes", "minus signs", "full-width hyphens", "small hyphens",
    "horizontal bars", "hyphen bullets", "full-width digits", "named",
]  # fmt: skip

HEADINGS = (
    "Refund ID", "Payee ID", "Company Name", "C/O", "Address", "Refund Date", "Refund Secondary Status",
    "Document Number", "Total Refund Amount", "Check or ACH", "Remark",
)  # fmt: skip
COLUMN_OF = {"payee_id": 1, "company_name": 2, "care_of": 3, "address": 4, "unknown column": 10}


def export(folder: Path, places: Iterable[str], texts: dict[str, list[str]]) -> Path:
    """An export with a line for each place and each of its texts; headings and the file's name are places too."""
    headings = [*HEADINGS, *(f"Remark on {text}" for text in texts.get("heading", []))]
    name = f"export 2026-11-13 {''.join(texts.get('file name', [])[:1])}.csv"
    lines = []
    for place in places:
        for number, text in enumerate(texts[place] if place in COLUMN_OF else ["once"]):
            line = [
                f"R{place}{number}",
                "98-765432100",
                "Harbor Lamp Co",
                "Quay Brokers",
                "1 Pier",
                "11/02/2026",
            ]
            line += ["Reject No ACH" if number % 2 else "Treasury Issued", "", "$12.50", "", "x"]
            if place in COLUMN_OF:
                line[COLUMN_OF[place]] = text
            lines.append(line + ["y"] * (len(headings) - len(line)))
    told = io.StringIO()
    csv.writer(told).writerows([headings, *lines])
    path = folder / name
    path.write_text(told.getvalue(), encoding="utf-8")
    return path


def shows(content: bytes) -> bool:
    """Say whether a text shows the first five digits together, however they are set apart."""
    text = content.decode("utf-8", "replace")
    digits = "".join(
        str(unicodedata.digit(each)) if unicodedata.digit(each, None) is not None else each for each in text
    )
    gap = r"[^0-9A-Za-z<>\n]{0,4}"
    return re.search(gap.join([*AREA, *GROUP]) + gap + SERIAL[0], digits) is not None


def unpacked(path: Path) -> bytes:
    """Every byte of a file, a workbook's parts unzipped; of Parquet the cells, the headings and the metadata."""
    if path.suffix == ".xlsx":
        with zipfile.ZipFile(path) as archive:
            return b"\n".join(archive.read(name) for name in archive.namelist())
    if path.suffix == ".parquet":
        table = pq.read_table(path)
        return f"{table.to_pydict()}{table.schema.metadata}".encode()
    return path.read_bytes()


def rendered(path: Path, out: Path) -> dict[str, bytes]:
    """Everything that rev603 makes of an export."""
    made: dict[str, bytes] = {}
    commands = [
        ["check", str(path)], ["check", str(path), "--json"], ["rejects", str(path)], ["rejects", str(path), "--json"],
        ["group", str(path), "--by", "payee"], ["group", str(path), "--by", "notify-party", "--json"],
        ["weekly", str(path), "-o", str(out), "--report-date", f"{path.name}=2026-11-13"],
        ["weekly", str(path), "--json"], ["worklist", str(path)], ["letters", str(path), "-o", str(out / "letters")],
        *(["convert", str(path), "-o", str(out / f"lines{ending}")] for ending in (".csv", ".xlsx", ".parquet")),
    ]  # fmt: skip
    for command in commands:
        said = io.StringIO()
        with contextlib.redirect_stdout(said), contextlib.redirect_stderr(said):
            assert main(command) in (0, 1), said.getvalue()
        # the command line shows the name that it was given, which is the user's own
        made[" ".join(command[:1] + command[2:3])] = said.getvalue().encode()
    report = rev603.read(path)
    summary = rev603.weekly_summary(report.refunds.assign(report_date=pd.Timestamp("2026-11-13")))
    made |= {
        "report": (repr(report) + report._repr_html_()).encode(),
        "summary": (repr(summary) + summary._repr_html_()).encode(),
        "issues": report.issues.drop(columns="source_file").to_csv(index=False).encode(),
    }
    for file in (each for each in out.rglob("*") if each.is_file()):
        made[file.name] = unpacked(file)
    return made


@pytest.mark.long
@pytest.mark.parametrize("places", [tuple(COLUMN_OF), ("heading", "file name")], ids=" ".join)
def test_nothing_that_is_rendered_shows_a_persons_number(
    places: tuple[str, ...], tmp_path: Path, record_property: Callable[[str, object], None]
) -> None:
    exports, out = tmp_path / "in", tmp_path / "out"
    exports.mkdir()
    out.mkdir()
    texts = {
        place: [SPELLINGS[name] for name in (SPELLINGS if place == "payee_id" else ANYWHERE)]
        for place in places
    }
    made = rendered(export(exports, places, texts), out)
    record_property("tried", f"{sum(map(len, texts.values()))} numbers in {len(made)} outputs")
    assert len(made) >= 18
    assert [name for name, content in made.items() if shows(content)] == []


@pytest.mark.parametrize("spelling", ANYWHERE)
def test_no_error_shows_a_persons_number(spelling: str, tmp_path: Path) -> None:
    path = tmp_path / f"{SPELLINGS[spelling]}.csv"
    path.write_text(f"Refund ID,{SPELLINGS[spelling]}\n1,2\n", encoding="utf-8")
    with pytest.raises(Rev603Error) as caught:
        rev603.read(path)
    assert not shows(str(caught.value).encode())


def test_the_search_finds_what_it_looks_for() -> None:
    for text in SPELLINGS.values():
        assert shows(text.encode())
    assert not shows(b"XXX-XX-6789 and XXXXX6789")


OTHER_NUMBERS = (
    "1704-25-100123", "605-7607248-6", "60576072486", "MYK28000864", "061000010713404", "0713404", "0630000017",
    "404512345678", "262704-00017", "98-7654321AB",
)  # fmt: skip


@pytest.mark.long
@pytest.mark.parametrize("number", OTHER_NUMBERS)
def test_protest_entry_trace_and_refund_numbers_stay_what_they_are(number: str, tmp_path: Path) -> None:
    path = export(tmp_path, ["unknown column"], {"unknown column": [number]})
    for ending in (".csv", ".xlsx", ".parquet"):
        target = tmp_path / f"lines{ending}"
        assert main(["convert", str(path), "-o", str(target), "--quiet"]) in (0, 1)
        assert number in unpacked(target).decode("utf-8", "replace")
