"""Templates to blocks, and blocks to plain text and HTML.

A template is cut into blocks before any value is put in, so that a name with a line break, markup or a dollar sign is
text in its block and nothing else. Blank lines part the blocks; ``# `` begins a heading, ``- `` and ``1. `` a list,
``[[name word …]]`` stands for a block that the letter puts there; ``$name`` is a value.
"""

from __future__ import annotations

import html
import re
import textwrap
from dataclasses import dataclass
from string import Template
from typing import TYPE_CHECKING

from rev603.errors import Rev603Error

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping, Sequence

__all__ = ["Block", "Heading", "Lines", "Paragraph", "Points", "Table", "as_html", "as_text", "parsed"]

_WIDTH = 78
_NARROWEST = 28
_INSERT = re.compile(r"\[\[([a-z]+)((?: [a-z0-9_]+)*)\]\]\Z")
_MARK = re.compile(r"(- |[0-9]{1,3}\. )")


@dataclass(frozen=True, slots=True)
class Heading:
    """A heading."""

    text: str


@dataclass(frozen=True, slots=True)
class Paragraph:
    """A paragraph."""

    text: str


@dataclass(frozen=True, slots=True)
class Lines:
    """Lines one below the other, as an address or a signature has them."""

    lines: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Points:
    """A list, numbered where its order matters."""

    points: tuple[str, ...]
    ordered: bool


@dataclass(frozen=True, slots=True)
class Table:
    """A table; the columns whose place is in ``right`` hold figures, and the last one is wrapped."""

    head: tuple[str, ...]
    rows: tuple[tuple[str, ...], ...]
    right: frozenset[int]


Block = Heading | Paragraph | Lines | Points | Table


def parsed(
    template: str,
    values: Mapping[str, str],
    inserts: Mapping[str, Callable[..., Sequence[Block]]],
    *,
    name: str,
) -> list[Block]:
    r"""Return the blocks of a template.

    Raises
    ------
    Rev603Error
        The template names a value or a block that there is not.

    Examples
    --------
    >>> parsed("# To $name\n\n- one\n- two", {"name": "A <b>\nCo"}, {}, name="x.txt")
    [Heading(text='To A <b>\nCo'), Points(points=('one', 'two'), ordered=False)]
    """

    def filled(text: str) -> str:
        try:
            return Template(text).substitute(values)
        except (KeyError, ValueError) as error:
            raise Rev603Error(
                f"The template {name} asks for something that there is not: {error}.", where=text[:80],
                what_to_do=f"values: ${', $'.join(sorted(values))}; a dollar sign is written $$",
            ) from None  # fmt: skip

    blocks: list[Block] = []
    for chunk in re.split(r"\n[ \t]*\n", template.replace("\r\n", "\n").strip("\n")):
        lines = [line.rstrip() for line in chunk.split("\n")]
        insert = _INSERT.match(lines[0])
        if insert and insert[1] in inserts:
            blocks += inserts[insert[1]](*insert[2].split())
        elif insert:
            raise Rev603Error(
                f"The template {name} asks for the block {lines[0]}, which there is not.",
                what_to_do=f"blocks: [[{']], [['.join(sorted(inserts))}]]",
            )
        elif lines[0].startswith("# "):
            blocks.append(Heading(filled(lines[0][2:])))
        elif _MARK.match(lines[0]):
            items = re.split(r"\n(?=- |[0-9]+\. )", "\n".join(lines))
            points = tuple(filled(_MARK.sub("", " ".join(item.split("\n")), count=1)) for item in items)
            blocks.append(Points(points, ordered=not lines[0].startswith("-")))
        elif text := filled(" ".join(lines)).strip():
            blocks.append(Paragraph(text))
    return blocks


def as_text(blocks: Sequence[Block]) -> str:
    """Return blocks as plain text."""
    return "\n\n".join(_TEXT[type(block)](block) for block in blocks) + "\n"


def _points_text(block: Points) -> str:
    marks = [f"{number}. " if block.ordered else "- " for number in range(1, len(block.points) + 1)]
    return "\n".join(_wrapped(text, mark) for mark, text in zip(marks, block.points, strict=True))


def _wrapped(text: str, mark: str = "") -> str:
    return textwrap.fill(
        text,
        _WIDTH,
        initial_indent=mark,
        subsequent_indent=" " * len(mark),
        break_long_words=False,
        break_on_hyphens=False,
    )


def _table_text(block: Table) -> str:
    widths = [max(map(len, column)) for column in zip(block.head, *block.rows, strict=True)]
    before = sum(width + 2 for width in widths[:-1])
    widths[-1] = min(widths[-1], max(_WIDTH - before, _NARROWEST))

    def line(cells: Sequence[str]) -> list[str]:
        *first, last = cells
        placed = "".join(
            (text.rjust(width) if place in block.right else text.ljust(width)) + "  "
            for place, (text, width) in enumerate(zip(first, widths[:-1], strict=True))
        )
        if len(block.head) - 1 in block.right:
            return [placed + last.rjust(widths[-1])]
        more = textwrap.wrap(last, widths[-1], break_on_hyphens=False) or [""]
        return [placed + more[0], *(" " * before + each for each in more[1:])]

    rows = [block.head, tuple("-" * width for width in widths), *block.rows]
    return "\n".join(each.rstrip() for row in rows for each in line(row))


def as_html(blocks: Sequence[Block], *, title: str) -> str:
    """Return blocks as a page of their own: nothing to load, styles where mail programs keep them."""
    body = "\n".join(_HTML[type(block)](block) for block in blocks)
    return (
        f'<!doctype html>\n<html lang="en">\n<head><meta charset="utf-8"><title>{_escaped(title)}</title></head>\n'
        '<body style="font-family:Arial,Helvetica,sans-serif;font-size:11pt;line-height:1.45;color:#1a1a1a;'
        f'max-width:50em;margin:2em auto;padding:0 1em">\n{body}\n</body>\n</html>\n'
    )


def _points_html(block: Points) -> str:
    items = "".join(f'<li style="margin:.3em 0">{_escaped(text)}</li>' for text in block.points)
    return f"<ol>{items}</ol>" if block.ordered else f"<ul>{items}</ul>"


def _table_html(block: Table) -> str:
    def row(cells: Sequence[str], tag: str) -> str:
        return "".join(
            f'<{tag} style="border-bottom:1px solid #c8ccd0;padding:.3em .6em;vertical-align:top;'
            f"text-align:{'right' if place in block.right else 'left'}"
            f'{";white-space:nowrap" if place in {0, *block.right} else ""}">{_escaped(text)}</{tag}>'
            for place, text in enumerate(cells)
        )

    rows = "".join(f"<tr>{row(cells, 'td')}</tr>\n" for cells in block.rows)
    table = 'style="border-collapse:collapse;font-size:10pt;margin:1em 0"'
    return f"<table {table}>\n<thead><tr>{row(block.head, 'th')}</tr></thead>\n<tbody>{rows}</tbody></table>"


def _escaped(text: str) -> str:
    return html.escape(text)


_TEXT: dict[type, Callable[..., str]] = {
    Heading: lambda block: f"{block.text}\n{'-' * len(block.text)}",
    Paragraph: lambda block: _wrapped(block.text),
    Lines: lambda block: "\n".join(block.lines),
    Points: _points_text,
    Table: _table_text,
}
_HTML: dict[type, Callable[..., str]] = {
    Heading: lambda block: f'<h2 style="font-size:13pt;margin:1.6em 0 .4em">{_escaped(block.text)}</h2>',
    Paragraph: lambda block: f"<p>{_escaped(block.text)}</p>",
    Lines: lambda block: f"<p>{'<br>'.join(map(_escaped, block.lines))}</p>",
    Points: _points_html,
    Table: _table_html,
}
