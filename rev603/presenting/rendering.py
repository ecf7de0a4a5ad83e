"""A view as plain text, as Markdown, as a notebook shows it, and as a page; the workbook has modules of its own.

The page is self-contained: no script, nothing from a network, for screen, phone, paper and screen reader.
"""

from __future__ import annotations

import io
import re
import textwrap
import warnings
from collections.abc import Sequence
from html import escape
from importlib import resources
from importlib.util import find_spec
from typing import Any

from rev603.errors import Rev603Error
from rev603.presenting.masking import Mask
from rev603.presenting.tables import TextTable, escaped, figures_of
from rev603.presenting.text import count, formatter, one_line
from rev603.presenting.view import Picture, Section, View

#: Lines of a table on the page; the workbook has them all.
PAGE_ROWS = 1_000

# A color that no plot uses stands for the page's text color, light or dark.
_TEXT_COLOR = "#010203"
_STYLE: dict[Any, Any] = {
    "svg.fonttype": "none",  # text stays text: it can be read aloud, searched and shown in any script
    "svg.hashsalt": "rev603",
    "font.family": "sans-serif",
    "font.size": 11,
    **dict.fromkeys(
        ("text.color", "axes.labelcolor", "axes.edgecolor", "xtick.color", "ytick.color"), _TEXT_COLOR
    ),
}
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
    accounts = [_table(each, view.mask).to_text() for each in view.accounts]
    tables = [
        f"{each.title}\n{_table(each, view.mask, each.text, view.top).to_text()}"
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
        blocks.append(TextTable(view.figures).to_markdown())
    blocks += [_table(each, view.mask).to_markdown() for each in view.accounts]
    for each in view.sections:
        if each.brief:
            table = _table(each, view.mask, each.brief, view.top).to_markdown()
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
    accounts = "".join(_table(each, view.mask).to_html() for each in view.accounts)
    parts = [
        f"<strong>{escape(one_line(view.title))}: {escape(view.about)}</strong>",
        notice,
        f"<p>{escape(view.headline)}</p>" if view.headline else "",
        f"<p>{figures}</p>" if figures else "",
        f'<div style="display:flex;flex-wrap:wrap;gap:0 2em;align-items:start">{accounts}</div>',
    ]
    if view.pictures and find_spec("matplotlib"):
        parts.append(f'<figure style="margin:.3em 0;max-width:28em">{svg_of(view.pictures[0])}</figure>')
    for each in view.sections:
        if each.brief and len(each.frame):
            parts.append(_table(each, view.mask, each.brief, 10).to_html(each.title))
            break
    parts.append(f"<p><small>{escape(view.footnote)}</small></p>" if view.footnote else "")
    return f"<div>{''.join(parts)}</div>"


def as_page(view: View) -> str:
    """Return a view as an HTML page; what comes from the reports is escaped.

    A table has at most 1,000 lines; the page says what is left out and that the workbook has it. jinja2 and, for
    pictures, matplotlib must be installed (``pip install 'rev603[report]'``).
    """
    try:
        import jinja2  # noqa: PLC0415 - only an extra installs these

        pictures = [svg_of(picture) for picture in view.pictures]
    except ImportError as error:
        raise Rev603Error(
            f"The page needs {error.name}, which is not installed.",
            what_to_do="pip install 'rev603[report]', or write the workbook or Markdown, which need no more",
        ) from error
    environment = jinja2.Environment(
        autoescape=True, undefined=jinja2.StrictUndefined, trim_blocks=True, lstrip_blocks=True
    )
    template = resources.files("rev603.presenting").joinpath("page.html.j2").read_text(encoding="utf-8")
    return environment.from_string(template).render(
        view=view,
        accounts=[_on_page(each, view.mask, None) for each in view.accounts],
        tables=[_on_page(each, view.mask, PAGE_ROWS) for each in view.sections],
        pictures=pictures,
        count=count,
        money=formatter("money"),
        days=formatter("days"),
        figures=figures_of(view.figures),
    )


def _on_page(section: Section, mask: Mask, top: int | None) -> dict[str, Any]:
    """Return a section as the template writes it: every cell is text."""
    table = _table(section, mask, section.columns, top)
    totals = [
        formatter(column.kind)(section.totals[column.name]) if column.name in section.totals else ""
        for column in table.shown
    ]
    return {
        "section": section,
        "columns": table.shown,
        "rows": list(zip(*table.texts, strict=True)),
        "totals": totals if any(totals) else [],
        "on_paper": section.printed or len(table.shown),
        "left_out": table.left_out,
    }


def _table(
    section: Section, mask: Mask, columns: Sequence[str] | None = None, top: int | None = None
) -> TextTable:
    return TextTable(section.frame, columns, mask=mask, top=top, labels=section.labels)


def svg_of(picture: Picture) -> str:
    """Return a picture as inline SVG: small, the same each time, in the page's own text color."""
    import matplotlib as mpl  # noqa: PLC0415 - only an extra installs it
    from matplotlib.figure import Figure  # noqa: PLC0415

    file = io.StringIO()
    with mpl.rc_context(_STYLE), warnings.catch_warnings():
        warnings.filterwarnings("ignore", message="Glyph .* missing")  # the reader's browser has the glyphs
        # no pyplot: nothing of the user's is touched
        figure = Figure(figsize=(5.4, 3.2), layout="constrained")
        picture.draw(ax=figure.subplots())
        figure.savefig(file, format="svg", transparent=True, metadata={"Date": None, "Creator": None})
    return _inline(file.getvalue(), picture)


def _inline(svg: str, picture: Picture) -> str:
    """Make a stand-alone SVG one that may stand in a page beside others."""
    title = escape(picture.says).replace("\\", r"\\")
    opening = (
        r'<svg viewBox="\1" xmlns="http://www.w3.org/2000/svg" xmlns:xlink="http://www.w3.org/1999/xlink" '
        f'role="img" aria-labelledby="{picture.name}-title"><title id="{picture.name}-title">{title}</title>'
    )
    svg = svg[svg.index("<svg") :]
    svg = re.sub(r"<metadata>.*?</metadata>|<style.*?</style>|<!--.*?-->", "", svg, flags=re.DOTALL)
    svg = re.sub(r'\b(id="|xlink:href="#|url\(#)', rf"\g<1>{picture.name}-", svg)
    svg = re.sub(r'<svg .*?viewBox="([^"]*)"[^>]*>', opening, svg, count=1, flags=re.DOTALL)
    return re.sub(r"\n\s*", "\n", svg.replace(_TEXT_COLOR, "currentColor"))
