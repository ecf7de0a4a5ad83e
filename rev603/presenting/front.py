"""A view as a workbook: the first sheet answers in one screen, the sheets behind it hold every line.

Import this where a workbook is written, not before: openpyxl takes its time to load.
"""

from __future__ import annotations

from itertools import zip_longest

import pandas as pd
from openpyxl.chart import BarChart, Reference
from openpyxl.chart.axis import ChartLines
from openpyxl.chart.shapes import GraphicalProperties
from openpyxl.drawing.line import LineProperties
from openpyxl.utils import get_column_letter

from rev603.presenting.cells import Mark
from rev603.presenting.files import Target
from rev603.presenting.masking import Mask, mask_frame
from rev603.presenting.tables import shown_columns
from rev603.presenting.view import Picture, Section, View
from rev603.presenting.workbook import Front, write_workbook

# what, lines, dollars; a gap; what, lines, dollars. Or one wide table under the other.
_PAIRED = (42, 22, 22, 2, 42, 22, 22)
_WIDE = (60, 24, 24, 24, 20, 20, 20)
_LINE = 125  # characters in a row of the page
_CHART_ROWS = 13
_SHORT_MONEY = '[>=1000000]"$"0.0,,"M";[>=1000]"$"0,"K";"$"0'
_BAR = "B4472E"
_FIRST_ROW = 5  # of a sheet's lines, under title, note, totals and column names

Row = list[Mark | None]
#: Title of an account → the column and the first and last row of its lines.
Places = dict[str, tuple[int, int, int]]


def write_view(view: View, target: Target) -> None:
    """Write a view as a workbook; see :func:`rev603.presenting.workbook.write_workbook`."""
    date = f", {view.moment.date().isoformat()}" if view.moment else ""
    title = f"{view.title}{date}"
    write_workbook(target, [_front(view), *view.sections], mask=view.mask, title=title, moment=view.moment)


def _say(page: Front, text: str, style: str, height: float = 19) -> None:
    """Add a sentence over the whole width."""
    lines = -(-len(text) // _LINE)
    page.add([Mark(text, style), *[Mark(None, style)] * 6], height=height + 15 * (lines - 1), merge="A:G")


def _rows_of(section: Section, mask: Mask) -> list[Row]:
    """Return an account as rows, with an empty one under it."""
    shown = shown_columns(section.frame, labels=section.labels)
    rows: list[Row] = [[Mark(each.label, f"head {each.kind}") for each in shown]]
    for number, line in enumerate(mask_frame(section.frame, mask).itertuples(index=False), 1):
        style = "total " if section.summed and number == len(section.frame) else ""
        rows.append([Mark(value, f"{style}{each.kind}") for value, each in zip(line, shown, strict=True)])
        if leads_to := section.leads.get(line[0]):
            rows[-1][0] = Mark(line[0], "link", leads_to=leads_to)
    return [*rows, [None] * len(shown)]


def _front(view: View) -> Front:
    """Lay out the first sheet: verdict, figures, accounts, what to do, charts, and the way on."""
    page = Front(name="Summary", widths=_WIDE if view.is_wide else _PAIRED)
    page.add([Mark(view.title, "title")], height=24)
    page.add([Mark(view.about, "note")])
    if view.notice:
        for sentence in filter(None, (view.notice.title, *view.notice.sentences)):
            _say(page, sentence, view.notice.kind)
    if view.headline:
        _say(page, view.headline, "lead", 24)
    page.add()
    if view.figures is not None:
        shown = shown_columns(view.figures)
        tiles: Row = [
            Mark("none", "figure text") if pd.isna(value) else Mark(value, f"figure {each.kind}")
            for value, each in zip(view.figures.iloc[0], shown, strict=True)
        ]
        page.add(_gapped([Mark(each.label, "label") for each in shown], view), height=17)
        page.add(_gapped(tiles, view), height=28)
        page.add()
    places = _add_accounts(page, view)
    for section in view.sections:
        if section.key == "worklist":
            _add_actions(page, view, section.name)
    charts = [picture for picture in view.pictures if picture.of]
    for picture, column in zip(charts, "AE", strict=False):
        page.charts.append((_bars(picture, places, view), f"{column}{len(page.rows) + 1}"))
    for _ in range(_CHART_ROWS if charts else 0):
        page.add()
    page.add([Mark("In this workbook:", "note")])
    names: Row = [Mark(each.name, "link", leads_to=each.name) for each in view.sections]
    for start in range(0, len(names), 6):
        page.add(_gapped(names[start : start + 6], view))
    page.add([Mark(view.footnote, "note")])
    return page


def _add_accounts(page: Front, view: View) -> Places:
    """Add the accounts, one under the other where one is wide, else the second one on the right; return where they are."""
    places: Places = {}
    begin = len(page.rows) + 1
    columns: list[list[Row]] = [[], []]
    for number, each in enumerate(view.accounts):
        side = 0 if view.is_wide or number != 1 else 1
        first = begin + len(columns[side]) + 1
        places[each.title] = (1 + 4 * side, first, first + len(each.frame) - 1)
        columns[side] += _rows_of(each, view.mask)
    for left, right in zip_longest(*columns):
        page.add(left if view.is_wide else [*(left or [None] * 3), None, *(right or [])])
    return places


def _add_actions(page: Front, view: View, sheet: str) -> None:
    heads = [("Act now: who must act", "head"), ("Days", "head days"), ("Amount", "head money"), None]
    heads += [("What to do, and why", "head"), ("", "head"), ("", "head")]
    page.add([Mark(*head) if head else None for head in heads], height=20)
    for action in view.actions:
        what = Mark(f"{action.act}: {action.why}. {action.contact}", "wrapped")
        who = Mark(action.who, "wrapped")
        page.add(
            [who, Mark(action.days, "days"), Mark(action.amount, "money"), None, what],
            height=15 * max(2, -(-len(str(what.value)) // 72)),
            merge="E:G",
        )
    if view.more_to_do > 0:
        page.add([Mark(f"and {view.more_to_do:,} more: see {sheet}", "link", leads_to=sheet)])
    if view.objection:
        _say(page, view.objection, "wrapped")
    if not view.actions:
        page.add([Mark("Nobody: nothing is stuck.", "note")])
    page.add()


def _gapped(row: Row, view: View) -> Row:
    """Leave the gap between the two halves of the page."""
    return row if view.is_wide else [*row[:3], None, *row[3:]]


def _bars(picture: Picture, places: Places, view: View) -> BarChart:
    """Draw a column of an account, or of another sheet, as bars, with the first column as their names."""
    if picture.of in places:
        section = next(each for each in view.accounts if each.title == picture.of)
        sheet, (left, first, last) = "Summary", places[picture.of]
    else:
        section = next(each for each in view.sections if each.name == picture.of)
        sheet, left, first, last = section.name, 1, _FIRST_ROW, _FIRST_ROW + len(section.frame) - 1
    names = [shown.name for shown in shown_columns(section.frame, section.columns)]
    chart = BarChart()
    chart.type = "col"
    chart.title = picture.title
    chart.title.overlay = False  # type: ignore[union-attr] # the text has become a Title
    chart.legend = None
    chart.gapWidth = 60
    chart.width, chart.height = 13.0, 6.3  # type: ignore[assignment] # centimetres; the stubs say whole ones
    chart.y_axis.number_format = _SHORT_MONEY
    chart.y_axis.majorGridlines = ChartLines(spPr=GraphicalProperties(ln=LineProperties(solidFill="D9DEE7")))
    chart.y_axis.delete = chart.x_axis.delete = False
    if section.frame[picture.column].min() >= 0:  # bars that do not start at zero exaggerate a change
        chart.y_axis.scaling.min = 0
    letters = (get_column_letter(left + place) for place in (names.index(picture.column), 0))
    figures, labels = (f"'{sheet}'!${letter}${first}:${letter}${last}" for letter in letters)
    chart.add_data(Reference(range_string=figures))
    chart.set_categories(Reference(range_string=labels))
    chart.series[0].graphicalProperties = GraphicalProperties(solidFill=_BAR)
    return chart
