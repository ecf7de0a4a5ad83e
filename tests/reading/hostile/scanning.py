"""Shorthands of the tests that look through workbooks."""

from __future__ import annotations

import io
from typing import TYPE_CHECKING, Any

from rev603.reading.limits import Limits
from rev603.reading.sniff import sniff
from rev603.reading.workbook.blocks import scan_blocks
from rev603.reading.workbook.events import scan_events
from rev603.reading.workbook.facts import SheetFacts, Tally
from rev603.reading.workbook.scan import open_workbook, scan_sheet
from rev603.reading.xlsx import read_xlsx_grid

if TYPE_CHECKING:
    from rev603.reading.workbook.contents import Workbook


def opened(data: bytes, limits: Limits | None = None) -> Workbook:
    return open_workbook(sniff(io.BytesIO(data)), limits=limits or Limits())


def scanned(data: bytes, limits: Limits | None = None) -> SheetFacts:
    book = opened(data, limits)
    return scan_sheet(book, book.sheets[0])


def told(facts: SheetFacts) -> dict[str, Any]:
    """Everything that the two scans must agree on."""
    return {
        "extent": (facts.first_column, facts.last_column, facts.last_row),
        "cells": facts.cells,
        "errors": list(zip(facts.errors.rows, facts.errors.columns, facts.errors.texts, strict=True)),
        "shown": list(zip(facts.shown.rows, facts.shown.columns, facts.shown.texts, strict=True)),
        "padded": list(zip(facts.padded.rows, facts.padded.columns, facts.padded.texts, strict=True)),
        "merges": facts.merges,
        "uncomputed": facts.uncomputed_cells,
    }


def both(data: bytes) -> dict[str, Any]:
    """Scan the first sheet in both ways; they must agree."""
    book = opened(data)
    quick, thorough = Tally(book, book.sheets[0]), Tally(book, book.sheets[0])
    scan_blocks(book.package.pieces(book.sheets[0].part), quick)
    assert not scan_events(book.package, book.sheets[0].part, thorough)
    assert told(quick.facts()) == told(thorough.facts())
    return told(quick.facts())


def shown(data: bytes) -> dict[str, str]:
    """Give the filled cells of the first sheet, which both readers must show alike, blanks round them kept."""
    book = opened(data)
    facts = scan_sheet(book, book.sheets[0])
    seen = []
    for reader in ("fast", "careful"):
        grid = read_xlsx_grid(book, facts, reader=reader)
        seen.append(
            {
                grid.address(at, place).partition("!")[2]: text
                for at, line in enumerate(grid.lines(range(len(grid))))
                for place, text in enumerate(line)
                if text
            }
        )
    assert seen[0] == seen[1]
    return seen[0]
