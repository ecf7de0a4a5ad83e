"""Which sheets of a file hold the table, found by their headings, and which of its columns a table lacks."""

from __future__ import annotations

from collections.abc import Collection, Mapping, Sequence
from difflib import get_close_matches

from rev603.errors import ArgumentError, ColumnsMissingError, UnrecognizedFileError
from rev603.identifiers import importer_number
from rev603.reading.csv import read_csv_grid
from rev603.reading.grid import TextGrid
from rev603.reading.issues import IssueLog
from rev603.reading.layout import ENOUGH, LONGEST_HEADING, Named, Table, find_table
from rev603.reading.limits import Limits
from rev603.reading.sniff import Source
from rev603.reading.workbook.contents import Sheet, open_workbook
from rev603.reading.workbook.sheet_reader import read_sheet
from rev603.vocabulary.headings import Column, alias_table, heading_key, heading_words

#: So many cells are named one by one, and the others counted.
_NAMED = 100
NAME_A_COLUMN = "name the heading as the file has it: pass {columns %s}"
#: What many headings have in common tells little: "Client No" is not like "Entry No".
_COMMON = frozenset({"number", "id", "date", "amount", "name"})
#: So many headings are named, and searched for a near one.
_MOST_FOUND = 200
#: Web Intelligence puts the prompts of a report on a sheet of such a name, which is skipped without an issue.
_PARAMETERS = frozenset({"parameters", "prompts", "report parameters"})


def find_tables(
    source: Source,
    vocabulary: Sequence[Column],
    *,
    sheet: str | int | None,
    log: IssueLog,
    limits: Limits,
    enough: int = ENOUGH,
    named: Named,
) -> tuple[list[tuple[TextGrid, Table]], TextGrid | None]:
    """Return the tables of a file with their grids, and the grid that came nearest where there is none.

    Visible sheets are taken; a hidden one only where the caller names it. What is not read is named in an issue.
    """
    if isinstance(sheet, bool) or not isinstance(sheet, str | int | None):
        advice = "pass the name of the sheet, its place from 0, or leave sheet= out"
        raise ArgumentError(f"sheet is {type(sheet).__name__}.", what_to_do=advice)
    if source.kind == "text":
        if sheet not in (None, 0):
            raise UnrecognizedFileError(
                "Delimited text has no sheets.", where=source.name, what_to_do="leave sheet= out"
            )
        keys = {
            *alias_table(tuple(vocabulary)),
            *(heading_key(text) for texts in named.values() for text in texts),
        }
        grid = read_csv_grid(source, keys, limits=limits).cleaned()
        table = find_table(grid, vocabulary, enough=enough, named=named)
        return [(grid, table)] if table else [], grid

    workbook = open_workbook(source, limits=limits)
    chosen = _chosen(workbook.sheets, sheet, source.name)
    tables: list[tuple[TextGrid, Table]] = []
    without: list[TextGrid] = []
    for each in workbook.sheets:
        if each not in chosen:
            if each.kind == "worksheet" and sheet is None:
                log.add_sheet("sheet-skipped", each.name, each.visibility)
            continue
        cells = read_sheet(workbook, each)
        grid = cells.grid.cleaned()
        table = find_table(grid, vocabulary, enough=enough, named=named)
        if table is None:
            without.append(grid)
            if len(grid) and each.name.strip().casefold() not in _PARAMETERS:
                log.add_sheet("sheet-skipped", each.name, "it has no such headings")
            continue
        tables.append((grid, table))
        if cells.padded:
            log.add_sheet("padded-format", each.name, f"{cells.padded:,} cells")
        if cells.uncomputed:
            many = " and so on" if len(cells.uncomputed) > _NAMED else ""
            where = f"{len(cells.uncomputed):,} cells: {', '.join(cells.uncomputed[:_NAMED])}{many}"
            log.add_sheet("formula-without-value", each.name, where)
    return tables, max(without, key=len, default=None)


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


def require_columns(
    table: Table, vocabulary: Sequence[Column], essential: Collection[str], where: str
) -> list[Column]:
    """Refuse a table without its essential columns; return the others that are missing."""
    missing = [column for column in vocabulary if column.name not in table.columns]
    if refused := [column for column in missing if column.name in essential]:
        raise columns_missing(
            {column.heading: (column.name, *column.aliases) for column in refused},
            table,
            where,
            known=alias_table(tuple(vocabulary)),
            what_to_do="export the report with all of its columns, or name the headings that differ: pass {columns "
            f"{refused[0].name}}}, or {{vocabulary}} for every file; of a REV-613 or REV-615 keep the title, it has fewer",
        )
    return missing


def added_columns(grid: TextGrid, table: Table, named: Named, where: str) -> dict[str, list[int]]:
    """Return where the further columns of an amount stand; refuse headings that the caller names and that are not there."""
    lines = [*grid.lines(table.header), table.headings]
    keys = [{heading_key(text) for text in texts if text} for texts in zip(*lines, strict=True)]
    absent = {texts[0]: name for name, texts in named.items() if name not in table.columns}
    added: dict[str, list[int]] = {name: [] for name in named}
    for name, heading in ((name, text) for name, (_, *texts) in named.items() for text in texts):
        at = next((at for at, found in enumerate(keys) if heading_key(heading) in found), None)
        added[name] += [] if at is None else [at]
        absent |= {heading: name} if at is None else {}
    if absent:
        advice = NAME_A_COLUMN % next(iter(absent.values()))
        raise columns_missing(dict.fromkeys(absent, ()), table, where, what_to_do=advice)
    return added


def columns_missing(
    missing: Mapping[str, Sequence[str]],
    table: Table,
    where: str,
    *,
    known: Collection[str] = (),
    what_to_do: str,
) -> ColumnsMissingError:
    """Return the error for headings that are not there, each with its other spellings, and with the nearest guess for it."""
    texts = [text[:LONGEST_HEADING] for text in table.headings if text]
    found = [importer_number.mask(text) for text in texts[:_MOST_FOUND]]
    candidates = {key: text for text in found if (key := heading_key(text)) not in known}
    guesses = {}
    for heading, others in missing.items():
        for spelling in (heading, *others):
            near = get_close_matches(heading_key(spelling), candidates, n=1, cutoff=0.65)
            if near and get_close_matches(_own(spelling), [_own(candidates[near[0]])], cutoff=0.6):
                guesses[heading] = candidates[near[0]]
                break
    more = [f"and {len(texts) - len(found):,} more"] if len(texts) > len(found) else []
    return ColumnsMissingError(
        missing, found=[*found, *more], guesses=guesses, where=where, what_to_do=what_to_do
    )


def _own(heading: str) -> str:
    """Return a heading's key without the words that many have."""
    return "".join(word for word in heading_words(heading) if word not in _COMMON) or heading_key(heading)
