"""A view as plain text, as Markdown, and as a notebook shows it; page and workbook have modules of their own."""

from __future__ import annotations

import textwrap
from html import escape
from importlib.util import find_spec

from rev603.presenting.tables import escaped, figures_of, html_table, markdown_table, text_table
from rev603.presenting.text import one_line
from rev603.presenting.view import Section, View

_WIDTH = 120
_COLORS = {"good": ("#dff2e3", "#14532d"), "warn": ("#fff2cc", "#6b3a00"), "bad": ("#f9dedc", "#7d1712")}


def as_text(view: View) -> str:
    """Return a view as plain text; what could not be judged stands on top."""
    title = f"{view.title}: {view.about}"
    told = list(view.notice.sentences) if view.notice else []
    if view.notice and view.notice.title:
        marks = ["!"] * view.notice.alarms + ["-"] * (len(told) - view.notice.alarms)
        told = [_filled(text, f"  {mark} ") for mark, text in zip(marks, told, strict=True)]
        loud = view.notice.kind == "bad"
        told.insert(0, f"{view.notice.title.upper() if loud else view.notice.title}:")
    accounts = [text_table(each.frame, labels=_headed(each), mask=view.mask) for each in view.accounts]
    tables = [
        f"{each.title}\n{text_table(each.frame, each.text, mask=view.mask, top=view.top, labels=each.labels)}"
        for each in view.sections
        if each.text and len(each.frame)
    ]
    blocks = [
        "\n".join([title, "=" * len(title), *told]),
        _filled(view.headline), *tables[:1], *accounts, *tables[1:], _filled(view.footnote),
    ]  # fmt: skip
    return "\n\n".join(block for block in blocks if block)


def _filled(text: str, mark: str = "") -> str:
    return textwrap.fill(text, _WIDTH, initial_indent=mark, subsequent_indent=" " * len(mark))


def _headed(account: Section) -> dict[str, str]:
    """Return the labels of an account whose title stands above its first column."""
    return {**account.labels, account.frame.columns[0]: account.title}


def as_markdown(view: View) -> str:
    """Return a view as Markdown, in GitHub's form of tables, which others read too.

    What comes from the reports is escaped, so that no name becomes a link, a heading, markup or another column.
    """
    blocks = [f"# {escaped(view.title)}", f"{escaped(view.about)}."]
    if view.notice:
        told = [escaped(text) for text in view.notice.sentences]
        if view.notice.title:
            told = [f"> **{view.notice.title}**", *(f"> - {text}" for text in told)]
        blocks.append("\n".join(told))
    if view.headline:
        blocks.append(f"**{escaped(view.headline)}**")
    if view.figures is not None:
        blocks.append(markdown_table(view.figures))
    blocks += [markdown_table(each.frame, labels=_headed(each), mask=view.mask) for each in view.accounts]
    for each in view.sections:
        if each.brief:
            table = markdown_table(each.frame, each.brief, mask=view.mask, top=view.top, labels=each.labels)
            blocks += [f"## {escaped(each.title)}", table if len(each.frame) else "None."]
        if each.brief and each.key == "worklist" and view.objection:
            blocks.append(escaped(view.objection))
    if any(len(each.frame) > view.top or not each.brief for each in view.sections):
        blocks.append("All lines are in the workbook.")
    blocks.append(escaped(view.footnote))
    return "\n\n".join(filter(None, blocks)) + "\n"


def as_notebook(view: View) -> str:
    """Return a view as a notebook shows it: the first picture and the first table, with nothing to install for it."""
    notice = ""
    if view.notice:
        paper, ink = _COLORS[view.notice.kind]
        said = [escape(text) for text in (view.notice.title, *view.notice.sentences) if text]
        notice = f'<div style="background:{paper};color:{ink};padding:.3em .6em">{"<br>".join(said)}</div>'
    figures = " · ".join(
        f"{escape(label)}: <strong>{escape(text)}</strong>" for label, text in figures_of(view.figures)
    )
    accounts = "".join(
        html_table(each.frame, labels=_headed(each), mask=view.mask, top=None) for each in view.accounts
    )
    parts = [
        f"<strong>{escape(one_line(view.title))}: {escape(view.about)}</strong>",
        notice,
        f"<p>{escape(view.headline)}</p>" if view.headline else "",
        f"<p>{figures}</p>" if figures else "",
        f'<div style="display:flex;flex-wrap:wrap;gap:0 2em;align-items:start">{accounts}</div>',
    ]
    if view.pictures and find_spec("matplotlib"):
        from rev603.presenting.page import svg_of  # noqa: PLC0415 - needs matplotlib

        parts.append(f'<figure style="margin:.3em 0;max-width:28em">{svg_of(view.pictures[0])}</figure>')
    for each in view.sections:
        if each.brief and len(each.frame):
            parts.append(
                html_table(each.frame, each.brief, labels=each.labels, mask=view.mask, caption=each.title)
            )
            break
    parts.append(f"<p><small>{escape(view.footnote)}</small></p>" if view.footnote else "")
    return f"<div>{''.join(parts)}</div>"
