"""Templates to blocks, each of which is plain text or HTML.

A template is cut into blocks before any value is put in, so that a name with a line break, markup or a dollar sign is
text in its block and nothing else. Blank lines part the blocks; ``# `` begins a heading, ``- `` and ``1. `` a list,
``[[name word …]]`` stands for a block that the letter puts there; ``$name`` is a value.
"""

from __future__ import annotations

import html
import re
import textwrap
from collections.abc import Callable, Iterable, Mapping, Sequence
from string import Template
from typing import NamedTuple

from rev603.errors import Rev603Error

_WIDTH = 78
_NARROWEST = 28
_RIGHT = "Amount"
_INSERT = re.compile(r"\[\[([a-z]+)((?: [a-z0-9_]+)*)\]\]\Z")
_MARK = re.compile(r"(- |[0-9]{1,3}\. )")


class Heading(NamedTuple):
    """A heading."""

    text: str


class Lines(NamedTuple):
    """A paragraph, or lines one below the other, as an address or a signature has them."""

    lines: tuple[str, ...]


class Points(NamedTuple):
    """A list, numbered where its order matters."""

    points: tuple[str, ...]
    ordered: bool = False


class Table(NamedTuple):
    """A table of finished texts by column; amounts stand on the right, and the last column is wrapped."""

    columns: Mapping[str, Iterable[str]]


Block = Heading | Lines | Points | Table


def _text_of(block: Block) -> str:
    match block:
        case Heading(text):
            return f"{text}\n{'-' * len(text)}"
        case Lines((paragraph,)):
            return _wrapped(paragraph)
        case Lines(lines):
            return "\n".join(lines)
        case Points(points, ordered):
            marks = (f"{number}. " if ordered else "- " for number in range(1, len(points) + 1))
            return "\n".join(_wrapped(text, mark) for mark, text in zip(marks, points, strict=True))
        case Table(columns):
            return _aligned([list(columns), *zip(*columns.values(), strict=True)])


def _aligned(rows: Sequence[Sequence[str]]) -> str:
    head, *lines = rows
    widths = [max(map(len, column)) for column in zip(*rows, strict=True)]
    before = sum(width + 2 for width in widths[:-1])
    widths[-1] = min(widths[-1], max(_WIDTH - before, _NARROWEST))
    told = []
    for cells in (head, ["-" * width for width in widths], *lines):
        last = textwrap.wrap(cells[-1], widths[-1], break_on_hyphens=False) or [""]
        placed = [
            text.rjust(width) if name == _RIGHT else text.ljust(width)
            for name, text, width in zip(head, [*cells[:-1], last[0]], widths, strict=True)
        ]
        told += ["  ".join(placed), *(" " * before + more for more in last[1:])]
    return "\n".join(line.rstrip() for line in told)


def _html_of(block: Block) -> str:
    match block:
        case Heading(text):
            return f'<h2 style="font-size:13pt;margin:1.6em 0 .4em">{html.escape(text)}</h2>'
        case Lines(lines):
            return f"<p>{'<br>'.join(map(html.escape, lines))}</p>"
        case Points(points, ordered):
            tag = "ol" if ordered else "ul"
            items = (f'<li style="margin:.3em 0">{html.escape(text)}</li>' for text in points)
            return f"<{tag}>{''.join(items)}</{tag}>"
        case Table(columns):
            table = 'style="border-collapse:collapse;font-size:10pt;margin:1em 0"'
            head = _html_row(columns, columns, "th")
            rows = zip(*columns.values(), strict=True)
            body = "".join(f"<tr>{_html_row(columns, row, 'td')}</tr>\n" for row in rows)
            return f"<table {table}>\n<thead><tr>{head}</tr></thead>\n<tbody>{body}</tbody></table>"


def _html_row(names: Iterable[str], texts: Iterable[str], tag: str) -> str:
    return "".join(
        f'<{tag} style="border-bottom:1px solid #c8ccd0;padding:.3em .6em;vertical-align:top;'
        f"text-align:{'right' if name == _RIGHT else 'left'}"
        f'{";white-space:nowrap" if place == 0 or name == _RIGHT else ""}">{html.escape(text)}</{tag}>'
        for place, (name, text) in enumerate(zip(names, texts, strict=True))
    )


def _wrapped(text: str, mark: str = "") -> str:
    return textwrap.fill(
        text, _WIDTH, initial_indent=mark, subsequent_indent=" " * len(mark), break_long_words=False,
        break_on_hyphens=False,
    )  # fmt: skip


def as_text(blocks: Sequence[Block]) -> str:
    """Return blocks as plain text."""
    return "\n\n".join(map(_text_of, blocks)) + "\n"


def as_html(blocks: Sequence[Block], *, title: str) -> str:
    """Return blocks as a page of their own: nothing to load, styles where mail programs keep them."""
    body = "\n".join(map(_html_of, blocks))
    return (
        f'<!doctype html>\n<html lang="en">\n<head><meta charset="utf-8"><title>{html.escape(title)}</title></head>\n'
        '<body style="font-family:Arial,Helvetica,sans-serif;font-size:11pt;line-height:1.45;color:#1a1a1a;'
        f'max-width:50em;margin:2em auto;padding:0 1em">\n{body}\n</body>\n</html>\n'
    )


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
            blocks.append(Lines((text,)))
    return blocks
