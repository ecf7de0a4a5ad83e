"""Where is what: the heading row, the columns, the block above the table, and what stands beside it."""

from __future__ import annotations

import difflib
import itertools
from dataclasses import dataclass
from typing import TYPE_CHECKING

from rev603.errors import ColumnsMissingError, UnrecognizedFileError
from rev603.identifiers import importer_number
from rev603.reading.amounts import amount_in_cents
from rev603.reading.dates import parse_date
from rev603.vocabulary.headings import HEADER_BLOCK, Column, alias_table, heading_key

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from rev603.reading.grid import TextGrid

#: A heading row is looked for in so many lines.
_LINES = 1_000
#: So many known headings make a heading row of a refund report.
ENOUGH = 4
#: A heading row is the first that shows so much of what the best one shows.
_NEARLY = 0.7
_LONGEST_HEADING = 100
#: So many leave no doubt, and nothing further down is looked at.
_UNMISTAKABLE = 14

Line = list[str | None]


@dataclass(frozen=True, slots=True)
class Table:
    """A table found in a grid.

    Attributes
    ----------
    header
        The grid's lines that hold the headings: one, or two where they are split.
    columns
        Our column name to the grid's column.
    unknown
        Other headings inside the table to the grid's column.
    repeated
        Headings that occur a second time: (heading, grid column).
    beside
        The grid's columns that do not belong to the table.
    """

    header: tuple[int, ...]
    columns: dict[str, int]
    unknown: dict[str, int]
    repeated: tuple[tuple[str, int], ...]
    beside: tuple[int, ...]

    @property
    def start(self) -> int:
        """The first line below the headings."""
        return self.header[-1] + 1


def find_table(
    grid: TextGrid,
    vocabulary: Sequence[Column],
    *,
    enough: int = ENOUGH,
    named: Mapping[str, str] | None = None,
) -> Table | None:
    """Find the table by its headings, wherever it stands.

    Parameters
    ----------
    grid
        The sheet, cleaned.
    vocabulary
        The columns to look for.
    enough
        So many of them make a heading row.
    named
        Column name to the very heading that the caller says it has.

    Returns
    -------
    Table or None
        None where no line holds enough known headings.
    """
    aliases = alias_table(tuple(vocabulary))
    for name, heading in (named or {}).items():
        aliases = {key: value for key, value in aliases.items() if value != name} | {
            heading_key(heading): name
        }
    lines = grid.lines(range(min(len(grid), _LINES)))
    scores: list[int] = []
    for line in lines:
        scores.append(_score(line, aliases))
        if scores[-1] == len(vocabulary):  # nothing further down can do better
            break
    lines = lines[: len(scores)]
    candidates: list[tuple[int, tuple[int, ...], Line]] = [
        (score, (at,), line) for at, (score, line) in enumerate(zip(scores, lines, strict=True))
    ]
    for at, (upper, lower) in enumerate(itertools.pairwise(lines)):
        both = [" ".join(filter(None, pair)) or None for pair in zip(upper, lower, strict=True)]
        joint = _score(both, aliases)
        # two lines only where neither would do alone: a heading row above a data row reads like this too
        if joint > max(scores[at], scores[at + 1]) + 1:
            candidates.append((joint, (at, at + 1), both))
    top = max((score for score, _, _ in candidates), default=0)
    if top < enough:
        return None
    # the first that does nearly as well as the best: every page repeats them, and the first may be damaged
    good = [each for each in candidates if each[0] >= max(enough, _NEARLY * top)]
    _, header, headings = min(good, key=lambda each: (each[1][0], -each[0]))
    return _table(header, headings, aliases, grid)


def _score(line: Line, aliases: Mapping[str, str]) -> int:
    known = {aliases.get(heading_key(cell)) for cell in line if cell and len(cell) <= _LONGEST_HEADING}
    return len(known - {None})


def _table(header: tuple[int, ...], headings: Line, aliases: Mapping[str, str], grid: TextGrid) -> Table:
    columns: dict[str, int] = {}
    unknown: dict[str, int] = {}
    repeated: list[tuple[str, int]] = []
    gap = False
    for at, heading in enumerate(headings):
        if heading is None:
            gap = gap or bool(columns)
            continue
        name = aliases.get(heading_key(heading))
        if name in columns:
            if gap and len(columns) >= ENOUGH:  # a second, stale block begins
                break
            repeated.append((heading, at))
        elif name:
            columns[name] = at
            gap = False
        else:
            unknown[_unused(heading, unknown)] = at
    last = max(columns.values())
    for heading in [
        heading for heading, at in unknown.items() if at > last and _gap_before(headings, at, last)
    ]:
        del unknown[heading]
    used = {*columns.values(), *unknown.values(), *(at for _, at in repeated)}
    for at in range(min(columns.values()), last):  # a column without heading inside the table may hold data
        if at not in used and headings[at] is None and _filled_below(grid, at, header[-1]):
            unknown[f"column {at + grid.first_column}"] = at
            used.add(at)
    beside = tuple(at for at in range(len(headings)) if at not in used)
    return Table(header, columns, unknown, tuple(repeated), beside)


def _gap_before(headings: Line, at: int, last: int) -> bool:
    return any(headings[between] is None for between in range(last + 1, at))


def _filled_below(grid: TextGrid, column: int, header: int) -> bool:
    below = grid.columns[column].slice(header + 1)
    return bool(below.null_count < len(below))


def _unused(heading: str, taken: Mapping[str, int]) -> str:
    name, count = " ".join(heading.split()), 2
    while name in taken:
        name, count = f"{' '.join(heading.split())} {count}", count + 1
    return name


def require_columns(table: Table, vocabulary: Sequence[Column], headings: Line, where: str) -> list[Column]:
    """Refuse a table without the columns that answers depend on; give the others that are missing.

    Raises
    ------
    ColumnsMissingError
        With what was found, and the nearest guess for each.
    """
    missing = [column for column in vocabulary if column.name not in table.columns]
    essential = [column for column in missing if column.essential]
    if essential:
        found = [importer_number.mask(" ".join(text.split())) for text in headings if text]
        raise ColumnsMissingError(
            [column.heading for column in essential],
            found=found,
            guesses=_guesses(
                essential, [text for text in found if heading_key(text) not in alias_table(tuple(vocabulary))]
            ),
            where=where,
            what_to_do="export the report with all of its columns, or correct the headings",
        )
    return missing


def _guesses(columns: Sequence[Column], candidates: list[str]) -> dict[str, str]:
    keys = {heading_key(text): text for text in candidates}
    guesses = {}
    for column in columns:
        spellings = [heading_key(text) for text in (column.heading, column.name, *column.aliases) if text]
        near = [
            match
            for spelling in spellings
            for match in difflib.get_close_matches(spelling, keys, n=1, cutoff=0.6)
        ]
        if near:
            guesses[column.heading] = keys[near[0]]
    return guesses


def no_table(
    grid: TextGrid | None, vocabulary: Sequence[Column], where: str, *, what: str
) -> UnrecognizedFileError:
    """Say that no heading row was found, and what the nearest line was."""
    aliases = alias_table(tuple(vocabulary))
    lines = grid.lines(range(min(len(grid), _LINES))) if grid is not None else []
    nearest = max(
        lines, key=lambda line: (_score(line, aliases), sum(cell is not None for cell in line)), default=[]
    )
    shown = ", ".join(" ".join(cell.split())[:30] for cell in nearest if cell)[:300]
    headings = ", ".join(column.heading for column in vocabulary[:5])
    return UnrecognizedFileError(
        f"No heading row of {what} was found (looked for {headings} …).",
        where=where,
        why=f"the line that comes nearest has {sum(cell is not None for cell in nearest)} filled cells, "
        f"{_score(nearest, aliases)} of them known headings"
        if shown
        else "the sheet is blank",
        what_to_do="check that this is the right file, and that its heading row is still there",
    )


@dataclass(frozen=True, slots=True)
class Figure:
    """A figure of the header block: its text (missing where the label stands alone), and where."""

    text: str | None
    line: int
    column: int


@dataclass(frozen=True, slots=True)
class Block:
    """The block above the table, as text: label name to its figure, and the lines that it takes."""

    figures: dict[str, Figure]
    lines: frozenset[int]


#: Call-outs of CBP's picture, which point at two columns; they are no figures.
_CALL_OUTS = frozenset({heading_key("Entry Number"), heading_key("C/O is the 4811 Party")})


def read_block(lines: Sequence[Line]) -> Block:
    """Read the labelled figures above the table; the picture's call-outs and anything else are passed over.

    A figure stands to the right of its label, before the next label; or in the label's own cell behind a
    colon; or right below it.
    """
    labels = {heading_key(text): name for name, texts in HEADER_BLOCK.items() for text in texts}
    figures: dict[str, Figure] = {}
    used: set[int] = set()
    for at, line in enumerate(lines):
        for column, cell in enumerate(line):
            label, _, behind = (cell or "").partition(":")
            name = labels.get(heading_key(cell or "")) or (
                labels.get(heading_key(label)) if behind.strip() else None
            )
            if name is None:
                continue
            used.add(at)
            if behind.strip():
                candidates = [Figure(behind.strip(), at, column)]
            else:
                candidates = _beside(line, at, column, labels)
                below = lines[at + 1][column] if at + 1 < len(lines) else None
                if below and _readable(name, below):
                    candidates.append(Figure(below, at + 1, column))
            fitting = [each for each in candidates if _readable(name, each.text)]
            figure = next(iter([*fitting, *candidates]), Figure(None, at, column))
            used.add(figure.line)
            if name not in figures or (fitting and not _readable(name, figures[name].text)):
                figures[name] = figure
    return Block(figures, frozenset(used))


def _beside(line: Line, at: int, column: int, labels: Mapping[str, str]) -> list[Figure]:
    found = []
    for place in range(column + 1, len(line)):
        text = line[place]
        key = heading_key(text or "")
        if key in labels or heading_key((text or "").partition(":")[0]) in labels:
            break
        if text and key not in _CALL_OUTS:
            found.append(Figure(text, at, place))
    return found


def _readable(name: str, text: str | None) -> bool:
    """Tell whether a text can be the figure of that name."""
    if text is None:
        return False
    if name == "report_date":  # whichever way round: the column of dates decides that
        return any(parse_date(text, day_first=way) is not None for way in (False, True))
    cents = amount_in_cents(text)
    return cents is not None and (name == "total_refund_amount" or cents % 100 == 0)
