"""Small workbooks that would grow: each kind in several sizes, read in a process of its own within 10 s and 1 GB."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest
from hostile_files import cell, inline, report_rows, row, shared_strings, sheet, styles, workbook
from isolated import read_isolated
from scanning import read_first

from rev603.errors import UnrecognizedFileError, UnsafeFileError
from rev603.reading.limits import Limits

if TYPE_CHECKING:
    from collections.abc import Callable
    from pathlib import Path


def shared_text(characters: int, lines: int) -> bytes:
    """One string, named by a cell of each line."""
    rows = "".join(row(at, f'<c r="A{at}" t="s"><v>0</v></c>') for at in range(3, lines + 3))
    strings = shared_strings(f"<si><t>{'a' * characters}</t></si>")
    return workbook(sheet(report_rows() + rows), parts={"xl/sharedStrings.xml": strings})


def format_code(code: str, lines: int) -> bytes:
    """One number format, used by a cell of each line."""
    rows = "".join(row(at, cell(f"A{at}", "7", ' s="1"')) for at in range(3, lines + 3))
    return workbook(sheet(report_rows() + rows), parts={"xl/styles.xml": styles(code)})


def many_formats(code: str, count: int) -> bytes:
    return workbook(sheet(report_rows()), parts={"xl/styles.xml": styles(*[code] * count)})


def merges(ranges: list[str]) -> bytes:
    """A report under whose headings these ranges are merged, over 2,000 further rows."""
    rows = "".join(row(at, inline(f"A{at}", "x") + inline(f"Q{at}", "y")) for at in range(3, 2_003))
    listed = "".join(f'<mergeCell ref="{each}"/>' for each in ranges)
    return workbook(sheet(report_rows() + rows, tail=f"<mergeCells>{listed}</mergeCells>"))


def stacked(count: int) -> list[str]:
    """Ranges of two rows, side by side and one below another, none of which overlap."""
    letters = [f"{a}{b}" for a in ("", *"ABCDEFGHIJKLMNOP") for b in "ABCDEFGHIJKLMNOPQRSTUVWXYZ"]
    return [
        f"{letters[at % 400]}{3 + at // 400 * 2}:{letters[at % 400]}{4 + at // 400 * 2}"
        for at in range(count)
    ]


FAMILIES: dict[str, tuple[Callable[[], bytes], str]] = {
    **{
        f"{characters:,} shared characters on {lines:,} lines": (
            lambda characters=characters, lines=lines: shared_text(characters, lines),  # type: ignore[misc]
            "bytes of text" if characters * lines > (32 << 20) + 64 * lines + 3_000 else longest,
        )
        for characters, longest in ((1_000, ""), (32_767, ""), (32_768, "32,767"), (500_000, "32,767"))
        for lines in (10, 20_000)
    },
    **{
        f"{length:,} of {sign!r} as a format of {lines:,} cells": (
            lambda code=sign * length, lines=lines: format_code(code, lines),  # type: ignore[misc]
            "number format" if length > 255 else "",
        )
        for sign, length in (("0", 255), ("0", 256), ("0", 20_000), ("[", 60_000))
        for lines in (51_000,)
    },
    "20,000 formats of open brackets": (lambda: many_formats("[" * 255, 20_000), ""),
    "20,000 formats of zeros and blanks": (lambda: many_formats("0 " * 127, 20_000), ""),
    "100,000 formats": (lambda: many_formats("0.00", 100_000), "number formats"),
    "65,536 merged ranges": (lambda: merges(stacked(65_536)), ""),
    "200,000 merged ranges": (lambda: merges(stacked(200_000)), ""),
    "65,536 ranges that overlap": (lambda: merges(["A3:A2000"] * 65_536), "overlap"),
    "ranges within ranges": (lambda: merges([f"A{3 + at}:Q{2_000 - at}" for at in range(900)]), "overlap"),
    "ranges across ranges": (lambda: merges(["A3:Q9", "C1:D1048576"]), "overlap"),
    "ranges over the whole sheet": (lambda: merges(["A1:XFD1048576"] * 65_536), "overlap"),
}


@pytest.mark.long
def test_what_would_grow_is_read_or_refused_in_time_and_memory(tmp_path: Path) -> None:
    paths = []
    for number, (build, _) in enumerate(FAMILIES.values()):
        path = tmp_path / str(number) / "report.xlsx"
        path.parent.mkdir()
        path.write_bytes(build())
        paths.append(path)
    outcomes = read_isolated(paths)
    for (kind, (_, says)), outcome in zip(FAMILIES.items(), outcomes, strict=True):
        assert outcome.fine, (kind, outcome)
        assert (says in outcome.detail) if says else outcome.kind == "report" or "lines" in outcome.detail, (
            kind,
            outcome,
        )


def test_a_text_ends_where_excel_ends_it() -> None:
    for text, fits in (("é" * 32_767, True), ("é" * 32_768, False)):
        for data in (
            workbook(sheet(row(7, inline("C7", text)))),
            workbook(sheet("<!-- -->" + row(7, inline("C7", text)))),
        ):
            if fits:
                assert read_first(data).grid.columns[0][6].as_py() == text
            else:
                with pytest.raises(UnsafeFileError, match=r"longer than 32,767 characters(.|\n)*cell C7"):
                    read_first(data)


@pytest.mark.parametrize("quick", [True, False])
def test_text_is_counted_wherever_it_stands(quick: bool) -> None:
    data = shared_text(1_000, 100)
    allowed = 100 * 1_000 + 372 - 64 * 133  # the report's own 33 cells have 372 bytes
    read_first(data, Limits(max_text_bytes=allowed), quick=quick)
    with pytest.raises(UnsafeFileError, match="bytes of text"):
        read_first(data, Limits(max_text_bytes=allowed - 1_000), quick=quick)


def test_merged_ranges_that_only_touch_are_no_overlap() -> None:
    assert len(read_first(merges(["A1:B2", "C1:D2", "A3:D3", "E1:E3"])).grid.merges) == 4
    with pytest.raises(UnrecognizedFileError, match=r"overlap(.|\n)*cell B2"):
        read_first(merges(["A1:B2", "B2:D2"]))
