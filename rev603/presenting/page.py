"""A view as one self-contained page: no script, nothing from a network, for screen, phone, paper and screen reader."""

from __future__ import annotations

import io
import re
import warnings
from html import escape
from importlib import resources
from typing import Any

from rev603.errors import Rev603Error
from rev603.presenting.masking import Mask, mask_frame
from rev603.presenting.tables import cell_texts, figures_of, shown_columns
from rev603.presenting.text import count, formatter
from rev603.presenting.view import Picture, Section, View

#: Lines of a table on the page; the workbook has them all.
MAX_ROWS = 1_000

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


def as_page(view: View, *, max_rows: int = MAX_ROWS) -> str:
    """Return a view as an HTML page; what comes from the reports is escaped.

    A table has at most ``max_rows`` lines; the page says what is left out and that the workbook has it. jinja2 and, for
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
        accounts=[_table(each, view.mask, None) for each in view.accounts],
        tables=[_table(each, view.mask, max_rows) for each in view.sections],
        pictures=pictures,
        count=count,
        money=formatter("money"),
        days=formatter("days"),
        figures=figures_of(view.figures),
    )


def _table(section: Section, mask: Mask, max_rows: int | None) -> dict[str, Any]:
    """Return a section as the template writes it: every cell is text."""
    frame = section.frame
    shown = shown_columns(frame, section.columns, labels=section.labels)
    top = mask_frame(frame if max_rows is None else frame.head(max_rows), mask)
    totals = [
        formatter(column.kind)(section.totals[column.name]) if column.name in section.totals else ""
        for column in shown
    ]
    return {
        "section": section,
        "columns": shown,
        "rows": list(zip(*(cell_texts(top[column.name], column.kind) for column in shown), strict=True)),
        "totals": totals if any(totals) else [],
        "on_paper": section.printed or len(shown),
        "left_out": len(frame) - len(top),
    }


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
