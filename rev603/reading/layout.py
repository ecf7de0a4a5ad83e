"""Where is what: the heading row, the columns, and what stands beside the table."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass
from functools import partial
from typing import NamedTuple, TypeAlias

import pyarrow as pa

from rev603.errors import NotAReportError, UnrecognizedFileError
from rev603.identifiers import importer_number
from rev603.reading.grid import TextGrid
from rev603.vocabulary.headings import Column, heading_key, heading_words, spellings
from rev603.vocabulary.reports import REV_613

#: A heading row is looked for in so many lines, fewer where they are absurdly wide.
_LINES = 1_000
_CELLS = 100_000
#: Headings split over several lines are looked for in lines of so many cells.
_WIDEST = 200
#: So many known headings make a heading row of a refund report; so do these few, all that some reports have.
ENOUGH = 4
_FEWEST = REV_613.essential
#: A heading row is the first that shows so much of what the best one shows.
_NEARLY = 0.7
LONGEST_HEADING = 100
#: So many columns that are not known, and so many that come twice, are kept.
MOST_OTHERS = 500
#: Headings may be split over so many lines.
_TALLEST = 3

_THREE_DIGITS = re.compile("[0-9]{3}")
_WRAPPED = re.compile(r'\A="(.*)"\Z', re.DOTALL)

Line: TypeAlias = list[str | None]
#: A column's name to the very heading that the caller says it has, or to the headings whose sum it is.
Named: TypeAlias = Mapping[str, Sequence[str]]
#: Heading key to our column name and the rank of that spelling among the column's own, the best 0.
Known: TypeAlias = dict[str, tuple[str, int]]


@dataclass(frozen=True, slots=True)
class Table:
    """A table found in a grid."""

    #: The grid's lines that hold the headings: one, or more where they are split.
    header: tuple[int, ...]
    #: Our column name to the grid's column.
    columns: dict[str, int]
    #: Other headings inside the table to the grid's column.
    unknown: dict[str, int]
    #: Headings of a column that another heading stands for already: (heading, grid column).
    repeated: tuple[tuple[str, int], ...]
    #: The grid's columns that do not belong to the table.
    beside: tuple[int, ...]
    #: The heading of each of the grid's columns, on one line however many it takes.
    headings: Line

    @property
    def start(self) -> int:
        """The first line below the headings."""
        return self.header[-1] + 1


class _Candidate(NamedTuple):
    """Lines that may be the headings, and our columns in them."""

    header: tuple[int, ...]
    names: frozenset[str]


def find_table(
    grid: TextGrid,
    vocabulary: Sequence[Column],
    *,
    enough: int = ENOUGH,
    named: Named | None = None,
) -> Table | None:
    """Find the table by its headings, wherever it stands; None where no line holds ``enough`` known headings."""
    known = _known(vocabulary, named or {})
    lines = _top_lines(grid)
    best = partial(_best, vocabulary=vocabulary, known=known, enough=enough)
    found = best(lines)
    if found is None:
        return None
    placed = [at for at, cell in enumerate(_together(found.header, lines, known)) if _name(cell, known)]
    if len(placed) > len(found.names) or _filled(grid.columns[: min(placed)]):
        found = _left_of_a_gap(grid, lines, found, best)
    return _table(found.header, _together(found.header, lines, known), known, grid)


def _known(vocabulary: Sequence[Column], named: Named) -> Known:
    known = {
        key: (column.name, rank)
        for column in vocabulary
        if column.name not in named
        for key, rank in spellings(column).items()
    }
    return known | {heading_key(heading): (name, 0) for name, (heading, *_) in named.items()}


def _top_lines(grid: TextGrid) -> list[Line]:
    return grid.lines(range(min(len(grid), _LINES, 1 + _CELLS // max(1, len(grid.columns)))))


def _best(
    lines: Sequence[Line], vocabulary: Sequence[Column], known: Known, enough: int
) -> _Candidate | None:
    """Return the first heading row that does nearly as well as the best: pages repeat it, and the first may be damaged."""
    candidates = [
        each
        for each in _candidates(lines, vocabulary, known)
        if len(each.names) >= enough or each.names >= _FEWEST
    ]
    # a title may hold a known word; a heading row has a column that answers depend on
    essential = {column.name for column in vocabulary if column.essential}
    candidates = [each for each in candidates if each.names & essential] or candidates
    top = max((len(each.names) for each in candidates), default=0)
    good = [each for each in candidates if len(each.names) >= _NEARLY * top]
    return min(good, key=lambda each: (each.header[0], -len(each.names), -len(each.header)), default=None)


def _left_of_a_gap(
    grid: TextGrid,
    lines: Sequence[Line],
    found: _Candidate,
    best: Callable[[Sequence[Line]], _Candidate | None],
) -> _Candidate:
    """Look for the headings left of a blank column alone: those of an older table to the right may stand elsewhere."""
    enough = _NEARLY * len(found.names)
    for width, column in enumerate(grid.columns):
        if width >= enough and column.null_count == len(column):
            left = best([line[:width] for line in lines])
            if left and len(left.names) >= enough:
                return left
    return found


def _name(cell: str | None, known: Known) -> str | None:
    if not cell or len(cell) > LONGEST_HEADING:
        return None
    return known.get(heading_key(cell), (None, 0))[0]


def _candidates(lines: Sequence[Line], vocabulary: Sequence[Column], known: Known) -> list[_Candidate]:
    """Return lines, and lines read together, with the known headings in them."""
    found: list[_Candidate] = []
    for at, line in enumerate(lines):
        found.append(_Candidate((at,), _names(line, known)))
        if len(found[-1].names) == len(vocabulary):  # nothing further down can do better
            break
    counts = [len(each.names) for each in found]
    texts = [text for column in vocabulary for text in (column.heading, *column.aliases)]
    words = frozenset(word for text in texts for word in heading_words(text))
    wordy = [_is_wordy(line, words) for line in lines[: len(counts)]]
    for at, single in enumerate(counts):
        best = single
        for height in range(2, _TALLEST + 1) if any(lines[at]) else ():
            window = slice(at, at + height)
            if at + height > len(counts) or not all(wordy[window]):
                break
            best = max(best, counts[at + height - 1])
            header = tuple(each for each in range(at, at + height) if any(lines[each]))
            names = _names(_together(header, lines, known), known)
            # together only where no line would do alone: a heading row above a data row reads like this too
            if len(names) > best + 1 or (len(names) >= best and _complete(lines[window], known)):
                found.append(_Candidate(header, names))
                best = len(names)
    return found


def _names(headings: Line, known: Known) -> frozenset[str]:
    return frozenset(name for cell in headings if (name := _name(cell, known)))


def _filled(columns: Sequence[pa.ChunkedArray]) -> bool:
    return any(column.null_count < len(column) for column in columns)


def _is_wordy(line: Line, words: frozenset[str]) -> bool:
    """Return whether a line may be part of headings, or is blank: words of headings, and hardly any figures as data has."""
    filled = [cell for cell in line if cell]
    if len(filled) > _WIDEST or sum(bool(_THREE_DIGITS.search(cell)) for cell in filled) * 2 > len(filled):
        return False
    return not filled or any(words.issuperset(heading_words(cell)) for cell in filled)


def _together(header: Iterable[int], lines: Sequence[Line], known: Known) -> Line:
    """Read the cells above each other as one heading; where that is none, the one that stands below a group's name."""
    cells = zip(*(lines[at] for at in header), strict=True)
    return [_one_heading([cell for cell in above if cell], known) for above in cells]


def _one_heading(parts: list[str], known: Known) -> str | None:
    readings = [" ".join(parts[start:]) for start in range(len(parts))]
    readings += [" ".join(parts[:end]) for end in range(len(parts) - 1, 0, -1)]
    return next((text for text in readings if _name(text, known)), readings[0] if readings else None)


def _complete(lines: Sequence[Line], known: Known) -> bool:
    """Return whether every cell of the lines is part of a known heading, and some heading needs several of them."""
    columns = [[cell for cell in cells if cell] for cells in zip(*lines, strict=True)]
    split = any(len(parts) > 1 for parts in columns)
    return split and all(_name(" ".join(parts), known) for parts in columns if parts)


def _table(header: tuple[int, ...], headings: Line, known: Known, grid: TextGrid) -> Table:
    columns: dict[str, int] = {}
    unknown: dict[str, int] = {}
    repeated: list[tuple[str, int]] = []
    gap = False
    found = [known.get(heading_key(text)) if text else None for text in headings]
    final = {each[0]: at for at, each in enumerate(found) if each}
    rank: dict[str, tuple[bool, int]] = {}
    numbers: dict[str, int] = {}
    for at, heading in enumerate(headings):
        if heading is None:
            gap = gap or bool(columns)
            continue
        name, order = found[at] or (None, 0)
        if name is None:
            unknown[_unused(heading, unknown, numbers)] = at
            continue
        own = (not _filled_below(grid, at, header[-1]), order)
        if name not in columns:
            columns[name], rank[name] = at, own
            gap = False
            continue
        rest = {each for each, place in final.items() if place >= at}
        if (gap or len(rest) >= ENOUGH) and rest <= columns.keys():  # a second, stale block begins
            break
        worse = at
        if own < rank[name]:  # CBP's own heading before another, a filled column before a blank one
            worse, columns[name], rank[name] = columns[name], at, own
        repeated.append((headings[worse] or "", worse))
    last = max(columns.values())
    gap_at = next((at for at in range(last + 1, len(headings)) if headings[at] is None), len(headings))
    unknown = {heading: at for heading, at in unknown.items() if at < gap_at}
    columns = _below_merged_headings(columns, header, headings, grid)
    used = {*columns.values(), *unknown.values(), *(at for _, at in repeated)}
    for at in range(min(columns.values()), last):  # a column without heading inside the table may hold data
        if at not in used and headings[at] is None and _filled_below(grid, at, header[-1]):
            unknown[f"column {at + grid.first_column}"] = at
            used.add(at)
    beside = tuple(at for at in range(len(headings)) if at not in used)
    whole = [
        " ".join(" ".join(filter(None, cells)).split()) or None
        for cells in zip(*grid.lines(header), strict=True)
    ]
    return Table(header, columns, unknown, tuple(repeated), beside, whole)


def _below_merged_headings(
    columns: dict[str, int], header: tuple[int, ...], headings: Line, grid: TextGrid
) -> dict[str, int]:
    """Take the one filled column below a heading that is merged over several, whichever of them it is."""
    rows = {int(grid.rows[at]) for at in header}
    wide = {
        left - grid.first_column: right - grid.first_column
        for top, left, _, right in grid.merges
        if top in rows and right > left
    }
    placed = dict(columns)
    for name, at in columns.items():
        if at in wide and not _filled_below(grid, at, header[-1]):
            span = range(at + 1, min(wide[at] + 1, len(headings)))
            filled = [
                each for each in span if headings[each] is None and _filled_below(grid, each, header[-1])
            ]
            if len(filled) == 1:
                placed[name] = filled[0]
    return placed


def _filled_below(grid: TextGrid, column: int, header: int) -> bool:
    return _filled([grid.columns[column].slice(header + 1)])


def other_columns(table: Table) -> dict[str, int]:
    """Return the columns that are kept behind the known ones: of unknown headings, and of headings that came before."""
    others = dict(list(table.unknown.items())[:MOST_OTHERS])
    numbers: dict[str, int] = {}
    for heading, at in table.repeated[:MOST_OTHERS]:
        others[_unused(heading, others, numbers)] = at
    return others


def _unused(heading: str, taken: Mapping[str, int], numbers: dict[str, int]) -> str:
    """Return a heading on one line and without ``="…"``, with a number behind it where it is taken."""
    name = plain = " ".join(_WRAPPED.sub(r"\1", heading).split())
    while name in taken:
        numbers[plain] = numbers.get(plain, 1) + 1
        name = f"{plain} {numbers[plain]}"
    return name


def no_table(
    grid: TextGrid | None,
    vocabulary: Sequence[Column],
    where: str,
    *,
    what: str,
    what_to_do: str = "check that this is the right file, and that its heading row is still there",
) -> UnrecognizedFileError:
    """Say that no heading row was found, and what the nearest line reads."""
    known = _known(vocabulary, {})

    def nearness(line: Line) -> tuple[int, int]:
        return len(_names(line, known)), sum(cell is not None for cell in line)

    nearest = max(_top_lines(grid) if grid is not None else [], key=nearness, default=[])
    shown = ", ".join(importer_number.mask(" ".join(cell.split()))[:30] for cell in nearest if cell)
    headings = ", ".join(column.heading for column in vocabulary[:5])
    kind = NotAReportError if shown else UnrecognizedFileError
    return kind(
        f"No heading row of {what} was found (looked for {headings} …).",
        where=where,
        why=f"the line that comes nearest reads: {shown[:300]}" if shown else "the sheet is blank",
        what_to_do=what_to_do,
    )
