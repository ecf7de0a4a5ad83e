"""The weekly reject summary as a workbook: looked at for ten seconds, then acted on.

Import this where a workbook is written, not before: openpyxl takes its time to load.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from rev603.presenting.masking import Mask, check_mask
from rev603.presenting.weekly import wording
from rev603.presenting.weekly.front import weekly_front
from rev603.presenting.weekly.sections import Section, columns_of, frame_of, parts_of
from rev603.presenting.workbook import MAX_ROWS, Sheet, write_workbook

if TYPE_CHECKING:
    from rev603.analysis.weekly import WeeklyFigures
    from rev603.presenting.answer import Target

__all__ = ["write_weekly"]


def write_weekly(
    summary: WeeklyFigures,
    target: Target,
    *,
    mask: Mask = "ssn",
    max_rows: int = MAX_ROWS,
) -> None:
    """Write the weekly summary as a workbook.

    The first sheet answers in one screen: what is stuck, whose it is, what changed, what to do, and
    whether the sources tie out. Behind it stand the worklist, the lines, the groups and the sources.

    Parameters
    ----------
    summary
        From :func:`rev603.weekly_summary`.
    target
        The .xlsx file; replaced only when the new one is complete. Or an open binary file. The same summary gives
        the same bytes.
    mask
        Which payee numbers are masked: ``"ssn"``, ``"all"`` or ``"none"``.
    max_rows
        Rows of a sheet before its table goes on on the next one.
    """
    check_mask(mask)
    sheets = [_sheet(summary, part) for part in parts_of(summary)]
    write_workbook(
        target,
        [weekly_front(summary, mask=mask, sheets=[sheet.name for sheet in sheets]), *sheets],
        mask=mask,
        title=f"{wording.TITLE}, {summary.report_date.date().isoformat()}",
        moment=summary.report_date.to_pydatetime(),
        max_rows=max_rows,
    )


def _sheet(summary: WeeklyFigures, part: Section) -> Sheet:
    frame = frame_of(summary, part)
    return Sheet(
        name=part.sheet,
        frame=frame,
        title=part.title,
        note=part.note,
        columns=columns_of(frame, part),
        totals={column: summary.totals[key] for column, key in part.totals.items()},
        printed=part.printed,
    )
