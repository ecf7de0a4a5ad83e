"""How answers show themselves in a notebook: short, escaped and masked, with nothing to install for it."""

from __future__ import annotations

from html import escape
from typing import TYPE_CHECKING

from rev603.presenting.text import one_line

if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence

__all__ = ["answer_html", "bars_html", "notice_html", "page_html"]

_COLORS = {"good": ("#dff2e3", "#14532d"), "warn": ("#fff2cc", "#6b3a00"), "bad": ("#f9dedc", "#7d1712")}
_WIDTH, _HEIGHT = 360, 80


def answer_html(title: str, facts: Iterable[tuple[str, str]], *parts: str) -> str:
    """Return an answer as a title, its facts, and parts that are HTML already.

    Parameters
    ----------
    title
        What it is, as text.
    facts
        Names and values, as text.
    parts
        HTML, such as from :func:`rev603.presenting.tables.html_table`, taken as it is.

    Examples
    --------
    >>> answer_html("Report", [("lines", "3 & more")])
    '<div><strong>Report</strong><br>lines: <strong>3 &amp; more</strong></div>'
    """
    said = " · ".join(
        f"{escape(one_line(name))}: <strong>{escape(one_line(value))}</strong>" for name, value in facts
    )
    return (
        f"<div><strong>{escape(one_line(title))}</strong>{'<br>' if said else ''}{said}{''.join(parts)}</div>"
    )


def notice_html(kind: str, title: str, sentences: Sequence[str]) -> str:
    """Return sentences that are to be seen first, in the color of their kind: ``good``, ``warn`` or ``bad``.

    >>> "<li>1 &lt; 2</li>" in notice_html("bad", "Look", ["1 < 2"])
    True
    """
    paper, ink = _COLORS[kind]
    told = "".join(f"<li>{escape(one_line(text))}</li>" for text in sentences)
    said = (
        f'<strong>{escape(title)}</strong><ul style="margin:0">{told}</ul>'
        if title
        else escape(" ".join(sentences))
    )
    return f'<div style="background:{paper};color:{ink};padding:.3em .6em;margin:.3em 0">{said}</div>'


def bars_html(title: str, values: Sequence[float], labels: Sequence[str]) -> str:
    """Return a small picture of bars, each with its label for whoever points at it or has it read aloud.

    >>> bars_html("Stuck", [1.0, 2.0], ["$1", "$2"]).count("<rect")
    2
    """
    most, step = max([*values, 0.0]) or 1.0, _WIDTH / max(len(values), 1)
    bars = "".join(
        f'<rect x="{place * step:.1f}" y="{_HEIGHT * (1 - max(value, 0) / most):.1f}" width="{step * 0.8:.1f}" '
        f'height="{_HEIGHT * max(value, 0) / most:.1f}" fill="#D55E00"><title>{escape(label)}</title></rect>'
        for place, (value, label) in enumerate(zip(values, labels, strict=True))
    )
    return (
        f'<figure style="margin:.3em 0"><figcaption>{escape(title)}</figcaption>'
        f'<svg role="img" aria-label="{escape(title)}" viewBox="0 0 {_WIDTH} {_HEIGHT}" width="{_WIDTH}" '
        f'height="{_HEIGHT}">{bars}</svg></figure>'
    )


def page_html(title: str, body: str) -> str:
    """Return HTML as a page of its own."""
    return (
        '<!DOCTYPE html>\n<html lang="en-US"><head><meta charset="utf-8"><meta name="referrer" content="no-referrer">'
        f"<title>{escape(one_line(title))}</title></head>\n"
        f'<body style="font:15px/1.45 sans-serif;max-width:78rem;margin:1rem auto">{body}</body></html>\n'
    )
