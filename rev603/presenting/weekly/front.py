"""The first sheet of the weekly workbook: one screen that answers."""

from __future__ import annotations

from itertools import zip_longest
from typing import TYPE_CHECKING

import pandas as pd
from openpyxl.chart import BarChart, Reference
from openpyxl.chart.axis import ChartLines
from openpyxl.chart.shapes import GraphicalProperties
from openpyxl.chart.text import RichText, Text
from openpyxl.chart.title import Title
from openpyxl.drawing.line import LineProperties
from openpyxl.drawing.text import CharacterProperties, Paragraph, ParagraphProperties, RegularTextRun
from openpyxl.utils import get_column_letter

from rev603.presenting.cell_styles import INK, Mark
from rev603.presenting.column_labels import shown_columns
from rev603.presenting.weekly import wording
from rev603.presenting.weekly.sections import columns_of, section
from rev603.presenting.workbook import Front

if TYPE_CHECKING:
    from collections.abc import Sequence

    from openpyxl.worksheet.worksheet import Worksheet

    from rev603.analysis.weekly import WeeklyFigures
    from rev603.presenting.masking import Mask

__all__ = ["weekly_front"]

# what, lines, dollars; a gap; what, lines, dollars
_WIDTHS = (34, 14, 20, 2, 34, 14, 20)
_ACT = 5
_LINE = 125  # characters in a row of the page
_CHART_ROWS = 13
_SHORT_MONEY = '[>=1000000]"$"0.0,,"M";[>=1000]"$"0,"K";"$"0'
_COLORS = {"trend": "B4472E", "by_disposition": "2F5D8C"}
_FIRST_ROW = 5  # of a sheet's lines, under title, note, totals and column names

Row = list[Mark | None]


def weekly_front(summary: WeeklyFigures, *, mask: Mask, sheets: Sequence[str]) -> Front:
    """Lay out the first sheet: verdict, figures, movement, what to do, charts, and the way on."""
    page = _Page()
    found = wording.judged(summary, mask=mask)
    figures = wording.figures(summary)
    page.add([Mark(wording.TITLE, "title")], height=24)
    page.add([Mark(wording.period(summary), "note")])
    for sentence in ([found.title] if found.title else []) + list(found.sentences):
        long = len(sentence) > _LINE
        page.add(
            [Mark(sentence, found.kind), *[Mark(None, found.kind)] * 6],
            height=34 if long else 19,
            merge=["A:G"],
        )
    headline = wording.headline(summary)
    page.add([Mark(headline, "lead")], height=38 if len(headline) > _LINE else 24, merge=["A:G"])
    page.add([])
    page.add(_gapped([Mark(figure.label, "label") for figure in figures]), height=17)
    page.add(_gapped([_tile(figure) for figure in figures]), height=28)
    page.add([])
    accounts = {account.title: _account(account) for account in wording.accounts(summary)}
    where = accounts.pop(wording.WHERE)
    gap: Row = [None] * 3
    left = [row for rows in accounts.values() for row in (*rows, gap)]
    for one, other in zip_longest(left, where):
        page.add([*(one or [None] * 3), None, *(other or [])])
    page.add([])
    page.add(
        [*_heads("Act now: who must act", "Days", "Amount"), None, *_heads("What to do, and why", "", "")],
        height=20,
    )
    for action in wording.actions(summary, mask=mask, top=_ACT):
        what = Mark(f"{action.act}: {action.why}. {action.contact}", "wrapped")
        page.add(
            [
                Mark(action.who, "wrapped"),
                Mark(action.days, "days"),
                Mark(action.amount, "money"),
                None,
                what,
            ],
            height=48,
            merge=["E:G"],
        )
    more = len(summary.worklist) - _ACT
    if summary.worklist.empty:
        page.add([Mark("Nobody: nothing is stuck.", "note")])
    elif more > 0:
        page.add([Mark(f"and {more:,} more: see Act now", "link", leads_to="Act now")])
    page.add([])
    charts = len(page.rows) + 1
    for _ in range(_CHART_ROWS):
        page.add([])
    page.add([Mark("In this workbook:", "note")])
    for start in range(0, len(sheets), 6):
        page.add(_gapped([Mark(name, "link", leads_to=name) for name in sheets[start : start + 6]]))
    page.add([Mark(wording.FOOTNOTE, "note")])

    def draw(ws: Worksheet) -> None:
        for where in page.merged:
            ws.merged_cells.add(where)
        if len(summary.trend) > 1:  # a single report is no trend
            ws.add_chart(
                _bars("Stuck amount at each report", summary, ("trend", "stuck_amount")), f"A{charts}"
            )
        if len(summary.by_disposition):
            ws.add_chart(_bars("Where the money is", summary, ("by_disposition", "amount")), f"E{charts}")

    return Front(name="Summary", rows=page.rows, widths=_WIDTHS, heights=page.heights, draw=draw)


class _Page:
    """Rows as they are laid one under the other."""

    def __init__(self) -> None:
        self.rows: list[Row] = []
        self.heights: dict[int, float] = {}
        self.merged: list[str] = []

    def add(self, row: Sequence[Mark | None], *, height: float = 0, merge: Sequence[str] = ()) -> None:
        self.rows.append(list(row))
        number = len(self.rows)
        if height:
            self.heights[number] = height
        self.merged += [":".join(f"{letter}{number}" for letter in each.split(":")) for each in merge]


def _gapped(row: Row) -> Row:
    """Leave the gap between the two halves of the page."""
    return [*row[:3], None, *row[3:]]


def _heads(*texts: str) -> Row:
    figures = ("Lines", "Amount", "Days")
    return [Mark(text, "head right" if text in figures else "head") for text in texts]


def _tile(figure: wording.Figure) -> Mark:
    if figure.value is None:
        return Mark("none", "figure text")
    value = pd.Timestamp(figure.value) if figure.kind == "date" else figure.value
    return Mark(value, f"figure {figure.kind}")


def _account(account: wording.Account) -> list[Row]:
    rows = [_heads(account.title, "Lines", "Amount")]
    for line in account.lines:
        style = "total " if account.summed and line is account.lines[-1] else ""
        figures = [Mark(line.lines, f"{style}count"), Mark(line.amount, f"{style}money")]
        rows.append([Mark(line.label, f"{style}text"), *figures])
    return rows


def _bars(title: str, summary: WeeklyFigures, what: tuple[str, str]) -> BarChart:
    """Draw a column of another sheet as bars, with that sheet's first column as their names."""
    name, column = what
    part = section(name)
    frame = getattr(summary, name)
    names = [shown.name for shown in shown_columns(frame, columns_of(frame, part))]
    last = _FIRST_ROW + len(frame) - 1
    chart = BarChart()
    chart.type = "col"
    chart.title = _small_title(title)
    chart.legend = None
    chart.gapWidth = 60
    chart.width, chart.height = 13.0, 6.3  # type: ignore[assignment] # centimetres; the stubs say whole ones
    chart.y_axis.number_format = _SHORT_MONEY
    chart.y_axis.majorGridlines = ChartLines(spPr=_line("D9DEE7"))
    chart.y_axis.delete = chart.x_axis.delete = False
    if len(frame) and frame[column].min() >= 0:  # bars that do not start at zero exaggerate a change
        chart.y_axis.scaling.min = 0
    letters = get_column_letter(names.index(column) + 1), "A"
    figures, labels = (f"'{part.sheet}'!${letter}${_FIRST_ROW}:${letter}${last}" for letter in letters)
    chart.add_data(Reference(range_string=figures))
    chart.set_categories(Reference(range_string=labels))
    chart.series[0].graphicalProperties = GraphicalProperties(solidFill=_COLORS[name])
    return chart


def _line(color: str) -> GraphicalProperties:
    return GraphicalProperties(ln=LineProperties(solidFill=color))


def _small_title(text: str) -> Title:
    font = CharacterProperties(sz=1100, b=True, solidFill=INK)
    run = RegularTextRun(rPr=font, t=text)
    words = RichText(p=[Paragraph(pPr=ParagraphProperties(defRPr=font), r=[run])])
    return Title(tx=Text(rich=words), overlay=False)
