"""``rev603 guide`` and ``columns``: what is known without reading a file."""

from __future__ import annotations

import argparse
import textwrap
from collections.abc import Iterable
from dataclasses import asdict
from typing import Any

from rev603.cli._output import emit, emit_json
from rev603.vocabulary.guide import Topic, guide
from rev603.vocabulary.headings import DERIVED_COLUMNS, ENTRY_COLUMNS, REFUND_COLUMNS, Column
from rev603.vocabulary.reports import REPORTS


def guided(options: argparse.Namespace) -> int:
    """Print one topic, or the list of them."""
    topics = guide().topics
    shown = [topics[options.topic]] if options.topic else list(topics.values())
    updated = guide().updated.isoformat()
    if options.json:
        emit_json({"schema_version": 1, "updated": updated, "topics": [asdict(topic) for topic in shown]})
    elif options.topic:
        emit(f"{_text(shown[0])}\n\nAs of {updated}; CBP changes these things: see the sources.")
    else:
        width = max(len(name) for name in topics)
        emit("\n".join(f"{topic.name:<{width}}  {topic.title}" for topic in shown))
        emit("\n`rev603 guide TOPIC` explains one of them.")
    return 0


def columns(options: argparse.Namespace) -> int:
    """List columns."""
    parts = (
        ("refunds", "refund columns, in CBP's order", REFUND_COLUMNS),
        ("added", "added by rev603", DERIVED_COLUMNS),
        ("entries", "entry lists", ENTRY_COLUMNS),
    )
    if options.json:
        emit_json({name: [_column(column) for column in columns] for name, _, columns in parts})
    else:
        emit("\n\n".join(_listed(title, columns, options.aliases) for _, title, columns in parts))
    return 0


def _text(topic: Topic) -> str:
    blocks = []
    for number, point in enumerate(topic.points, 1):
        mark = f"{number}. " if topic.ordered else "- "
        source = point.source if point.sure in ("CBP", "law") else f"{point.source}; {point.sure}"
        text = textwrap.fill(
            point.text, 96, initial_indent=mark, subsequent_indent=" " * len(mark), break_on_hyphens=False
        )
        blocks.append(f"{text}\n{' ' * len(mark)}[{source}]")
    return "\n".join([topic.title, "", *blocks])


def _column(column: Column) -> dict[str, Any]:
    return {
        "name": column.name, "heading": column.heading or None, "meaning": column.meaning,
        "aliases": list(column.aliases), "essential": column.essential, "essential_in": _essential_in(column),
        "needed_for": column.needed_for or None,
    }  # fmt: skip


def _essential_in(column: Column) -> list[str]:
    return [kind.name for kind in REPORTS if column in REFUND_COLUMNS and column.name in kind.essential]


def _listed(title: str, columns: Iterable[Column], aliases: bool) -> str:
    said = [title, "-" * len(title)]
    for column in columns:
        heading = f'"{column.heading}": ' if column.heading else ""
        said.append(f"{column.name:<24} {heading}{column.meaning}{_demand(column)}")
        said += [f"{'':<24} also: {', '.join(column.aliases)}"] * bool(aliases and column.aliases)
    return "\n".join(said)


def _demand(column: Column) -> str:
    """Return what a file without the column comes to, in brackets."""
    if column.needed_for:
        return f" [needed for {column.needed_for}]"
    if not column.essential:
        return ""
    demanding = _essential_in(column)
    fewer = [kind.name for kind in REPORTS if demanding and kind.name not in demanding]
    but = f" but in {' and '.join(fewer)}" if fewer else ""
    return f" [essential{but}]"
