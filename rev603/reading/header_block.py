"""The block of labeled figures above the table, or below it: the report's date and its totals."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from rev603.reading.amounts import amount_in_cents
from rev603.reading.dates import could_be_a_date
from rev603.reading.layout import ENOUGH, Line
from rev603.vocabulary.headings import HEADER_BLOCK, REFUND_COLUMNS, alias_table, heading_key


@dataclass(frozen=True, slots=True)
class Figure:
    """A figure of the header block: its text (missing where the label stands alone), and where."""

    text: str | None
    line: int
    column: int


@dataclass(frozen=True, slots=True)
class Block:
    """The block as text: label name to its figure, and the lines that it takes."""

    figures: dict[str, Figure]
    lines: frozenset[int]


_LABELS = {heading_key(text): name for name, texts in HEADER_BLOCK.items() for text in texts}
#: Call-outs of CBP's picture, which point at two columns; they are no figures.
_CALL_OUTS = frozenset({heading_key("Entry Number"), heading_key("C/O is the 4811 Party")})


def read_block(lines: Sequence[Line]) -> Block:
    """Read labeled figures; the picture's call-outs and anything else are passed over.

    A figure stands to the right of its label, before the next label; or in the label's own cell behind a
    colon; or right below it.
    """
    headings = alias_table(REFUND_COLUMNS).keys()
    figures: dict[str, Figure] = {}
    used: set[int] = set()
    for at, line in enumerate(lines):
        if len({heading_key(cell) for cell in line if cell} & headings) >= ENOUGH:
            continue  # headings of another table, of which Total Refund Amount is one
        for column, cell in enumerate(line):
            name, behind = _label(cell)
            if name is None:
                continue
            used.add(at)
            if behind:
                candidates = [Figure(behind, at, column)]
            else:
                candidates = _beside(line, at, column)
                below = lines[at + 1][column] if at + 1 < len(lines) else None
                if below and _readable(name, below):
                    candidates.append(Figure(below, at + 1, column))
            fitting = [each for each in candidates if _readable(name, each.text)]
            figure = next(iter([*fitting, *candidates]), Figure(None, at, column))
            used.add(figure.line)
            if name not in figures or (fitting and not _readable(name, figures[name].text)):
                figures[name] = figure
    return Block(figures, frozenset(used))


def _label(cell: str | None) -> tuple[str | None, str]:
    """Return the name of a label, and what stands behind its colon in the same cell."""
    if cell and (name := _LABELS.get(heading_key(cell))):
        return name, ""
    label, _, behind = (cell or "").partition(":")
    return (_LABELS.get(heading_key(label)), behind.strip()) if behind.strip() else (None, "")


def _beside(line: Line, at: int, column: int) -> list[Figure]:
    found = []
    for place in range(column + 1, len(line)):
        text = line[place] or ""
        if {heading_key(text), heading_key(text.partition(":")[0])} & _LABELS.keys():
            break
        if text and heading_key(text) not in _CALL_OUTS:
            found.append(Figure(text, at, place))
    return found


def _readable(name: str, text: str | None) -> bool:
    """Return whether a text can be the figure of that name."""
    if text is None:
        return False
    if name == "report_date":
        return could_be_a_date(text)
    cents = amount_in_cents(text)
    return cents is not None and (name == "total_refund_amount" or cents % 100 == 0)
