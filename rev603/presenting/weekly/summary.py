"""The weekly summary: which refunds are stuck, what is new, what was cleared, and who must act."""

from __future__ import annotations

from dataclasses import fields
from typing import TYPE_CHECKING, Any

from rev603.analysis.weekly import WeeklyFigures, weekly_figures
from rev603.presenting.answer import Answer
from rev603.presenting.masking import mask_frame
from rev603.presenting.notebook import answer_html, bars_html, notice_html
from rev603.presenting.tables import html_table
from rev603.presenting.text import count, day, money, plural
from rev603.presenting.weekly import wording
from rev603.presenting.weekly.plain_text import as_text
from rev603.presenting.weekly.sections import section

if TYPE_CHECKING:
    import datetime as dt

    import pandas as pd

    from rev603.presenting.answer import Target
    from rev603.presenting.masking import Mask

__all__ = ["SCHEMA_VERSION", "WeeklySummary", "weekly_summary"]

#: Goes up when a key of :meth:`WeeklySummary.to_dict` changes its name or meaning, not when one is added.
SCHEMA_VERSION = 2


class WeeklySummary(Answer, WeeklyFigures):  # noqa: D101 - the docstring is that of the figures
    __doc__ = WeeklyFigures.__doc__

    def to_text(self, *, mask: Mask = "ssn") -> str:
        """Return the summary as plain text, as the command line shows it."""
        return as_text(self, mask=mask)

    def _document(self, mask: Mask) -> dict[str, Any]:
        """Return what JSON holds; within a schema version, keys may be added, and none change."""
        return {
            "schema_version": SCHEMA_VERSION,
            "week_ending": _iso(self.week_ending),
            "report_date": _iso(self.report_date),
            "compared_with": None if self.compared_with is None else _iso(self.compared_with),
            "extract_of": self.extract_of,
            "serious": self.serious,
            "totals": dict(self.totals),
            **{name: mask_frame(frame, mask) for name, frame in self.frames.items()},
        }

    def _write_workbook(self, target: Target, mask: Mask) -> None:
        from rev603.presenting.weekly import excel  # noqa: PLC0415 - openpyxl is loaded when used

        excel.write_weekly(self, target, mask=mask)

    def _html(self, mask: Mask) -> str:
        from rev603.presenting.weekly import html  # noqa: PLC0415 - loaded when used

        return html.weekly_page(self, mask=mask)

    def _markdown(self, mask: Mask) -> str:
        from rev603.presenting.weekly import markdown  # noqa: PLC0415 - loaded when used

        return markdown.weekly(self, mask=mask)

    def __repr__(self) -> str:
        """Say in one line what is stuck."""
        total = self.totals
        against = "nothing older" if self.compared_with is None else _iso(self.compared_with)
        lines = total["stuck_lines"]
        stuck = (
            f"{plural(lines, 'line')} {'is' if lines == 1 else 'are'} stuck, {money(total['stuck_amount'])}"
        )
        moved = f"{count(total['newly_stuck_lines'])} new, {count(total['cleared_lines'])} cleared"
        doubt = "; not everything could be judged" if self.serious else ""
        return f"<WeeklySummary of {_iso(self.report_date)} against {against}: {stuck} ({moved}){doubt}>"

    def _repr_html_(self) -> str:
        """Show what could not be judged, what is stuck, how that came, and who must act: escaped and masked."""
        found, total = wording.judged(self), self.totals
        facts = [(figure.label, figure.text) for figure in wording.figures(self)]
        if self.compared_with is not None:
            moved = (("New", "newly_stuck"), ("Cleared", "cleared"))
            facts += [
                (label, f"{count(total[f'{name}_lines'])}, {money(total[f'{name}_amount'])}")
                for label, name in moved
            ]
        dates, amounts = map(day, self.trend["report_date"]), self.trend["stuck_amount"].tolist()
        labels = [f"{date}: {money(amount)}" for date, amount in zip(dates, amounts, strict=True)]
        parts = [bars_html("Stuck amount at each report", amounts, labels)] if len(labels) > 1 else []
        if len(self.worklist):
            work = section("worklist")
            parts.append(html_table(self.worklist, work.brief, caption=work.title))
        notice = notice_html(found.kind, found.title, found.sentences)
        return answer_html(f"{wording.TITLE}: {wording.period(self)}", facts, notice, *parts)


def weekly_summary(
    history: pd.DataFrame,
    *,
    week_ending: str | dt.date | pd.Timestamp | None = None,
    today: str | dt.date | pd.Timestamp | None = None,
    max_age: int | None = None,
) -> WeeklySummary:
    """Return the summary of a week: what is stuck, since when, what is new, what was cleared, and who must act.

    Parameters
    ----------
    history
        Refund lines of one or more reports, as :func:`rev603.read_history` gives them (or the refunds
        of a single report). Several files with the same report date are one report; a line that two of
        them show counts once.
    week_ending
        Take the reports up to this day (ISO text, date or Timestamp); all of them if it is left out. So
        the summary of a past week is the same today as it was then.
    today
        What day it is, if the newest report may be found to be of a day to come or too old: then that stands in
        ``not_judged``. Without it the clock is not asked.
    max_age
        How many days old the newest report may be on the day ``today``.

    Returns
    -------
    WeeklySummary
        The state as of the newest report: for each key (payee, refund, document) all lines of the
        newest report that shows it, also where a later date window no longer does. It is compared with
        the state as of the newest report at least 7 days older, or else of the one before. Waiting days
        are counted from the refund date to the date of the newest report, never to today.

    Raises
    ------
    ColumnsMissingError
        Columns are missing that the answer depends on.
    Rev603Error
        Lines have no report date, there are no lines, no report is as old as ``week_ending``, or the lines are
        those of :func:`rev603.current`, which keeps no earlier state.

    Notes
    -----
    CBP does not notify anyone of a reject, and no interest accrues while it lies there, so the sequence
    of reports is what tells. By CBP's FAQ rejects are in report REV-613; a REV-603 alone may show too
    few.

    Examples
    --------
    >>> import pandas as pd
    >>> lines = pd.DataFrame({
    ...     "payee_id": "12-345678900", "refund_id": ["1", "2", "1"], "document_number": ["A", "B", "A"],
    ...     "company_name": "Example Imports LLC", "care_of": pd.Series([None] * 3, dtype="str"),
    ...     "refund_secondary_status": ["Reject No ACH", "Reject No ACH", "Check/ACH Reissued"],
    ...     "amount": [100.10, 20.20, 100.10], "check_or_ach": [None, None, "ACH"],
    ...     "check_or_trace_number": pd.Series([None, None, "0713404"], dtype="str"),
    ...     "refund_date": pd.to_datetime(["2026-03-02", "2026-03-09", "2026-03-02"]),
    ...     "report_date": pd.to_datetime(["2026-03-13", "2026-03-13", "2026-03-20"])})
    >>> weekly_summary(lines)
    <WeeklySummary of 2026-03-20 against 2026-03-13: 1 line is stuck, $20.20 (0 new, 1 cleared)>
    """
    figures = weekly_figures(history, week_ending=week_ending, today=today, max_age=max_age)
    return WeeklySummary(**{field.name: getattr(figures, field.name) for field in fields(figures)})


def _iso(moment: pd.Timestamp) -> str:
    return moment.date().isoformat()
