"""Plots as inline SVG for the page: small, the same each time, in the page's own text color."""

from __future__ import annotations

import io
import re
import warnings
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from rev603.presenting import plots
from rev603.presenting.text import count, day, money

if TYPE_CHECKING:
    from collections.abc import Callable

    from matplotlib.axes import Axes

    from rev603.analysis.weekly import WeeklyFigures
    from rev603.presenting.masking import Mask

__all__ = ["Picture", "pictures"]

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


@dataclass(frozen=True, slots=True)
class Picture:
    """An SVG with its text alternative."""

    svg: str
    says: str


def pictures(summary: WeeklyFigures, *, mask: Mask) -> list[Picture]:
    """Draw what is stuck: over the weeks, by age, and whose it is."""
    drawn = []
    trend = summary.trend
    if len(trend) > 1:  # a single report is no trend
        first, last = trend.iloc[0], trend.iloc[-1]
        says = (
            f"Stuck amount at each of {count(len(trend))} reports, from {money(first['stuck_amount'])} on "
            f"{day(first['report_date'])} to {money(last['stuck_amount'])} on {day(last['report_date'])}."
        )
        drawn.append(_picture("trend", says, lambda ax: plots.stuck_over_time(trend, ax=ax)))
    if not summary.stuck.empty:
        says = f"Stuck amount by days waiting; the longest wait is {count(summary.totals['longest_wait_days'] or 0)} days."
        drawn.append(_picture("ages", says, lambda ax: plots.age_bands(summary.stuck, ax=ax)))
        says = "The payees with the most stuck, as in the table By payee."
        drawn.append(
            _picture(
                "payees", says, lambda ax: plots.largest_payees(summary.by_payee, ax=ax, top=8, mask=mask)
            )
        )
    return drawn


def _picture(name: str, says: str, draw: Callable[[Axes], Axes]) -> Picture:
    import matplotlib as mpl  # noqa: PLC0415 - only an extra installs it
    from matplotlib.figure import Figure  # noqa: PLC0415

    file = io.StringIO()
    with mpl.rc_context(_STYLE), warnings.catch_warnings():
        warnings.filterwarnings("ignore", message="Glyph .* missing")  # the reader's browser has the glyphs
        figure = Figure(
            figsize=(5.4, 3.2), layout="constrained"
        )  # no pyplot: nothing of the user's is touched
        draw(figure.subplots())
        figure.savefig(file, format="svg", transparent=True, metadata={"Date": None, "Creator": None})
    return Picture(_inline(file.getvalue(), name, says), says)


def _inline(svg: str, name: str, says: str) -> str:
    """Make a stand-alone SVG one that may stand in a page beside others."""
    svg = svg[svg.index("<svg") :]
    svg = re.sub(r"<metadata>.*?</metadata>|<style.*?</style>|<!--.*?-->", "", svg, flags=re.DOTALL)
    svg = re.sub(r'\b(id="|xlink:href="#|url\(#)', rf"\g<1>{name}-", svg)
    svg = re.sub(r'<svg .*?viewBox="([^"]*)"[^>]*>', _opening(name, says), svg, count=1, flags=re.DOTALL)
    return re.sub(r"\n\s*", "\n", svg.replace(_TEXT_COLOR, "currentColor"))


def _opening(name: str, says: str) -> str:
    from html import escape  # noqa: PLC0415 - the name is taken by our own module elsewhere

    title = escape(says).replace("\\", r"\\")
    return (
        r'<svg viewBox="\1" xmlns="http://www.w3.org/2000/svg" xmlns:xlink="http://www.w3.org/1999/xlink" '
        f'role="img" aria-labelledby="{name}-title"><title id="{name}-title">{title}</title>'
    )
