"""The weekly reject summary as one self-contained page: no script, no network, for screen and paper."""

from __future__ import annotations

from dataclasses import dataclass
from importlib import resources
from typing import TYPE_CHECKING

from rev603.errors import Rev603Error
from rev603.presenting.column_labels import Shown, shown_columns
from rev603.presenting.masking import Mask, check_mask, mask_frame
from rev603.presenting.tables import cell_texts
from rev603.presenting.text import count, formatter
from rev603.presenting.weekly import wording
from rev603.presenting.weekly.sections import Section, columns_of, frame_of, parts_of

if TYPE_CHECKING:
    from rev603.analysis.weekly import WeeklyFigures

__all__ = ["MAX_ROWS", "weekly_page"]

#: Lines of a table on the page; the workbook has them all.
MAX_ROWS = 1_000


@dataclass(frozen=True, slots=True)
class Table:
    """A table as the template writes it: every cell is text."""

    key: str
    title: str
    note: str
    sheet: str
    columns: tuple[Shown, ...]
    rows: list[tuple[str, ...]]
    totals: list[str]
    lines: int
    on_paper: int

    @property
    def left_out(self) -> int:
        """How many lines are not on the page."""
        return self.lines - len(self.rows)


def weekly_page(summary: WeeklyFigures, *, mask: Mask = "ssn", max_rows: int = MAX_ROWS) -> str:
    """Return the weekly summary as an HTML page.

    One file: no script, nothing from a network, readable in light and dark, on a phone and on paper, and by
    a screen reader. What comes from the reports is escaped.

    Parameters
    ----------
    summary
        From :func:`rev603.weekly_summary`.
    mask
        Which payee numbers are masked: ``"ssn"``, ``"all"`` or ``"none"``.
    max_rows
        Lines of each table; the page says what is left out and that the workbook has it.

    Returns
    -------
    str
        The page; the same summary gives the same text.

    Raises
    ------
    Rev603Error
        jinja2 or matplotlib is not installed (``pip install 'rev603[report]'``).
    """
    check_mask(mask)
    try:
        import jinja2  # noqa: PLC0415 - only an extra installs these
        import matplotlib  # noqa: F401, ICN001, PLC0415
    except ImportError as error:
        raise Rev603Error(
            f"The page needs {error.name}, which is not installed.",
            what_to_do="pip install 'rev603[report]', or write the workbook or Markdown, which need no more",
        ) from error
    from rev603.presenting.weekly.pictures import pictures  # noqa: PLC0415 - needs matplotlib

    environment = jinja2.Environment(
        autoescape=True, undefined=jinja2.StrictUndefined, trim_blocks=True, lstrip_blocks=True
    )
    template = (
        resources.files("rev603.presenting.weekly").joinpath("page.html.j2").read_text(encoding="utf-8")
    )
    return environment.from_string(template).render(
        title=wording.TITLE,
        period=wording.period(summary),
        headline=wording.headline(summary),
        judged=wording.judged(summary, mask=mask),
        figures=wording.figures(summary),
        accounts=wording.accounts(summary),
        actions=wording.actions(summary, mask=mask),
        waiting=len(summary.worklist),
        pictures=pictures(summary, mask=mask),
        tables=[_table(summary, part, mask, max_rows) for part in parts_of(summary)],
        footnote=wording.FOOTNOTE,
        count=count,
        money=formatter("money"),
        days=formatter("days"),
    )


def _table(summary: WeeklyFigures, part: Section, mask: Mask, max_rows: int) -> Table:
    frame = frame_of(summary, part)
    shown = shown_columns(frame, columns_of(frame, part))
    top = mask_frame(frame.head(max_rows), mask)
    totals = {
        column: formatter(shown_kind.kind)(summary.totals[part.totals[column]])
        for shown_kind in shown
        if (column := shown_kind.name) in part.totals
    }
    return Table(
        key=part.name,
        title=part.title,
        note=part.note,
        sheet=part.sheet,
        columns=shown,
        rows=list(zip(*(cell_texts(top[column.name], column.kind) for column in shown), strict=True)),
        totals=[totals.get(column.name, "") for column in shown] if totals else [],
        lines=len(frame),
        on_paper=part.printed or len(shown),
    )
