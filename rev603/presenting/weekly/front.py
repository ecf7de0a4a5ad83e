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
from rev603.presenting.weekly.sections import section
from rev603.presenting.workbook import Front

if TYPE_CHECKING:
    from collections.abc import Sequence

    from openpyxl.worksheet.worksheet import Worksheet

    from rev603.presenting.masking import Mask
    from rev603.presenting.weekly import WeeklySummary

__all__ = ["weekly_front"]

# what, lines, dollars; a gap; what, lines, dollars
_WIDTHS = (34, 14, 20, 2, 34, 14, 20)
_ACT = 5
_CHART_ROWS = 13
_SHORT_MONEY = '[>=1000000]"$"0.0,,"M";[>=1000]"$"0,"K";"$"0'
_COLORS = {"trend": "B4472E", "by_disposition": "2F5D8C"}
_FIRST_ROW = 5  # of a sheet's lines, under title, note, totals and column names

Row = list[Mark | None]


def weekly_front(summary: WeeklySummary, *, mask: Mask, sheets: Sequence[str]) -> Front:
    """Lay out the first sheet: verdict, figures, movement, what to do, charts, and the way on."""
    page = _Page()
    kind, sentence = wording.verdict(summary)
    figures = wording.figures(summary)
    page.add([Mark(wording.TITLE, "title")], height=24)
    page.add([Mark(wording.period(summary), "note")])
    page.add([Mark(wording.headline(summary), "lead")], height=24)
    page.add([Mark(sentence, kind), *[Mark(None, kind)] * 6], height=20, merge=["A:G"])
    page.add([])
    page.add(_gapped([Mark(figure.label, "label") for figure in figures]), height=17)
    page.add(_gapped([_tile(figure) for figure in figures]), height=28)
    page.add([])
    for one, other in zip_longest(_movement(summary), _paid(summary)):
        page.add([*(one or [None] * 3), None, *(other or [])])
    page.add([])
    page.add(
        [*_heads("Act now: who must enroll", "Days", "Amount"), None, *_heads("What to do", "", "")],
        height=20,
    )
    for action in wording.actions(summary, mask=mask, top=_ACT):
        who, what = Mark(action.who, "wrapped"), Mark(action.text, "wrapped")
        page.add(
            [who, Mark(action.days, "days"), Mark(action.amount, "money"), None, what],
            height=32,
            merge=["E:G"],
        )
    more = len(summary.worklist) - _ACT
    if summary.worklist.empty:
        page.add([Mark("Nobody: no refund is rejected.", "note")])
    elif more > 0:
        page.add([Mark(f"and {more:,} more: see Act now", "link", leads_to="Act now")])
    page.add([])
    charts = len(page.rows) + 1
    for _ in range(_CHART_ROWS):
        page.add([])
    page.add([Mark("In this workbook:", "note")])
    for start in range(0, len(sheets), 6):
        page.add(_gapped([Mark(name, "link", leads_to=name) for name in sheets[start : start + 6]]))

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


def _account(line: wording.Line, style: str = "") -> Row:
    return [
        Mark(line.label, f"{style}text"),
        Mark(line.lines, f"{style}count"),
        Mark(line.amount, f"{style}money"),
    ]


def _movement(summary: WeeklySummary) -> list[Row]:
    lines = wording.movement(summary)
    rows = [_heads("What changed", "Lines", "Amount")]
    if lines:
        rows += [_account(line) for line in lines[:-1]]
        rows.append(_account(lines[-1], "total "))
    else:
        rows.append([Mark("No older report to compare with.", "note"), None, None])
    also = wording.also(summary)
    if also:
        rows += [[None] * 3, [Mark("Also worth a look", "label"), Mark(None, "label"), Mark(None, "label")]]
    return rows + [_account(line) for line in also]


def _paid(summary: WeeklySummary) -> list[Row]:
    total = wording.Line("All refunds", summary.totals["lines"], summary.totals["amount"])
    return [
        _heads("How refunds were paid", "Lines", "Amount"),
        *(_account(line) for line in wording.paid(summary)),
        _account(total, "total "),
    ]


def _bars(title: str, summary: WeeklySummary, what: tuple[str, str]) -> BarChart:
    """Draw a column of another sheet as bars, with that sheet's first column as their names."""
    name, column = what
    part = section(name)
    frame = getattr(summary, name)
    names = [shown.name for shown in shown_columns(frame, part.columns)]
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
