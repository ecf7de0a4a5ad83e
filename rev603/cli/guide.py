"""``rev603 guide``: how a stuck refund gets paid, step by step, with whom to turn to."""

from __future__ import annotations

import textwrap
from dataclasses import asdict
from typing import TYPE_CHECKING, Any

from rev603.cli._output import emit, emit_json
from rev603.cli._parser import add_command
from rev603.vocabulary.guide import guide

if TYPE_CHECKING:
    import argparse

    from rev603.vocabulary.guide import Topic

_ABOUT = """\
Explains how a stuck refund gets paid: enrolling in ACE, suffixes, notify parties, importers abroad, roles,
contacts, which report is which, and what to answer to "we already pay duty by ACH". Every point names its source.
"""
_EXAMPLES = """\
  rev603 guide                   the topics
  rev603 guide enroll            the steps in ACE
  rev603 guide objections        what people answer, and what is true
"""


def add_to(commands: Any) -> None:
    """Add the command."""
    parser = add_command(
        commands, "guide", run, help="how a stuck refund gets paid, step by step", about=_ABOUT, examples=_EXAMPLES
    )  # fmt: skip
    parser.add_argument("topic", nargs="?", choices=tuple(guide().topics), metavar="TOPIC",
                        help=f"one of {', '.join(guide().topics)}")  # fmt: skip


def run(options: argparse.Namespace) -> int:
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
