"""What must be known about a workbook's sheets before a reader gets them, and which reader may.

The fast reader (calamine, through fastexcel) builds a full grid from the first used cell to the last and
ends the process where that does not fit; it shows an error as a blank and a padded number without its
zeros; it trusts what shared strings claim of their number. So each sheet is looked through first, on its
own bytes, in a quarter of the time that reading takes.
"""

from __future__ import annotations

from concurrent.futures import ThreadPoolExecutor
from typing import TYPE_CHECKING, Literal

from rev603.reading.limits import DEFAULT_LIMITS, Limits
from rev603.reading.workbook.blocks import IrregularError, scan_blocks
from rev603.reading.workbook.contents import Sheet, Workbook, open_workbook
from rev603.reading.workbook.events import scan_events
from rev603.reading.workbook.facts import MarkedCells, SheetFacts, Tally, address, column_letters

if TYPE_CHECKING:
    from collections.abc import Iterator

    from rev603.reading.sniff import Source

__all__ = [
    "MarkedCells",
    "Sheet",
    "SheetFacts",
    "Workbook",
    "address",
    "choose_reader",
    "column_letters",
    "open_workbook",
    "scan_sheet",
    "scan_workbook",
]

_LARGE = 8 << 20


def scan_sheet(workbook: Workbook, sheet: Sheet) -> SheetFacts:
    """Look through one sheet.

    Parameters
    ----------
    workbook
        From `open_workbook`.
    sheet
        One of its sheets. One without cells (a chart) gives empty facts.

    Returns
    -------
    SheetFacts
        Its true extent, and the cells that need care.

    Raises
    ------
    UnsafeFileError
        It is over a limit, declares a document type, or one stray cell would make the grid enormous.
    UnrecognizedFileError
        It is damaged.
    """
    if sheet.kind != "worksheet":
        return SheetFacts(sheet)
    package = workbook.package
    tally = Tally(workbook, sheet)
    oddities = list(workbook.oddities)
    pieces = package.pieces(sheet.part)
    large = package.parts[sheet.part].file_size > _LARGE
    try:
        scan_blocks(_one_ahead(pieces) if large else pieces, tally)
    except IrregularError:
        tally = Tally(workbook, sheet)
        oddities.append(scan_events(package, sheet.part, tally))
    return tally.facts("; ".join(filter(None, oddities)))


def _one_ahead(pieces: Iterator[bytes]) -> Iterator[bytes]:
    """Unzip the next piece on another core while this one is looked at."""
    with ThreadPoolExecutor(1) as pool:
        coming = pool.submit(next, pieces, b"")
        while piece := coming.result():
            coming = pool.submit(next, pieces, b"")
            yield piece


def scan_workbook(source: Source, *, limits: Limits = DEFAULT_LIMITS) -> list[SheetFacts]:
    """Look through all sheets.

    Parameters
    ----------
    source
        The workbook, from `rev603.reading.sniff.sniff`.
    limits
        What it may cost.

    Returns
    -------
    list of SheetFacts
        One for each sheet, in the workbook's order.
    """
    workbook = open_workbook(source, limits=limits)
    return [scan_sheet(workbook, sheet) for sheet in workbook.sheets]


def choose_reader(facts: SheetFacts) -> Literal["fast", "careful"]:
    """Say which reader sees the sheet as it is.

    Parameters
    ----------
    facts
        What `scan_sheet` found.

    Returns
    -------
    str
        ``"fast"`` for fastexcel, or ``"careful"`` for openpyxl's parser, some twenty times slower.
    """
    return "careful" if facts.careful_because else "fast"
