"""Which sheets of a file hold the table: found by their headings, the others named."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TYPE_CHECKING

from rev603.errors import UnrecognizedFileError
from rev603.reading.csv import read_csv_grid
from rev603.reading.grid import TextGrid
from rev603.reading.issues import IssueLog
from rev603.reading.layout import ENOUGH, Table, find_table
from rev603.reading.workbook.contents import Sheet, open_workbook
from rev603.reading.workbook.sheet_reader import read_sheet
from rev603.vocabulary.headings import Column, alias_table, heading_key

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from rev603.reading.limits import Limits
    from rev603.reading.source import Source

#: So many cells are named one by one, and the others counted.
_NAMED = 100


@dataclass(frozen=True)
class Found:
    """The tables of a file with their grids, and the grid that came nearest where there is none."""

    tables: list[tuple[TextGrid, Table]] = field(default_factory=list)
    nearest: TextGrid | None = None


def find_tables(
    source: Source,
    vocabulary: Sequence[Column],
    *,
    sheet: str | int | None,
    log: IssueLog,
    limits: Limits,
    enough: int = ENOUGH,
    named: Mapping[str, str] | None = None,
) -> Found:
    """Read the sheets of a file that hold the table.

    Visible sheets are taken; a hidden one only where the caller names it. What is not read is named in
    an issue.

    Raises
    ------
    UnrecognizedFileError
        There is no such sheet.
    """
    if source.kind == "text":
        if sheet not in (None, 0):
            raise UnrecognizedFileError(
                "Delimited text has no sheets.", where=source.name, what_to_do="leave sheet= out"
            )
        keys = {*alias_table(tuple(vocabulary)), *(heading_key(text) for text in (named or {}).values())}
        grid = read_csv_grid(source, keys, limits=limits).cleaned()
        table = find_table(grid, vocabulary, enough=enough, named=named)
        return Found([(grid, table)] if table else [], grid)

    workbook = open_workbook(source, limits=limits)
    chosen = _chosen(workbook.sheets, sheet, source.name)
    found = Found()
    nearest: TextGrid | None = None
    for each in workbook.sheets:
        if each not in chosen:
            if each.kind == "worksheet" and sheet is None:
                log.add_sheet("sheet-skipped", each.name, each.visibility)
            continue
        cells = read_sheet(workbook, each)
        grid = cells.grid.cleaned()
        table = find_table(grid, vocabulary, enough=enough, named=named)
        if table is None:
            nearest = nearest if nearest is not None and len(nearest) >= len(grid) else grid
            if len(grid) and not _is_parameters(each):
                log.add_sheet("sheet-skipped", each.name, "it has no such headings")
            continue
        found.tables.append((grid, table))
        if cells.padded:
            log.add_sheet("padded-format", each.name, f"{cells.padded:,} cells")
        if cells.uncomputed:
            many = " and so on" if len(cells.uncomputed) > _NAMED else ""
            where = f"{len(cells.uncomputed):,} cells: {', '.join(cells.uncomputed[:_NAMED])}{many}"
            log.add_sheet("formula-without-value", each.name, where)
    return Found(found.tables, nearest)


def _is_parameters(sheet: Sheet) -> bool:
    """Web Intelligence puts the prompts of a report on a sheet of this name; that it is left out is no news."""
    return sheet.name.strip().casefold() in {"parameters", "prompts", "report parameters"}


def _chosen(sheets: Sequence[Sheet], wanted: str | int | None, where: str) -> list[Sheet]:
    readable = [each for each in sheets if each.kind == "worksheet"]
    if wanted is None:
        return [each for each in readable if each.visibility == "visible"]
    matching = [each for each in readable if wanted in (each.name, each.index)]
    if not matching:
        raise UnrecognizedFileError(
            f"There is no sheet {wanted!r}.",
            where=where,
            why=f"the workbook has {', '.join(repr(each.name) for each in readable) or 'no sheet with cells'}",
            what_to_do="name one of them, or leave sheet= out",
        )
    return matching
