"""The weekly reject summary: which refunds are stuck, what is new, what was cured, and who must act."""

from __future__ import annotations

from dataclasses import dataclass, fields
from typing import TYPE_CHECKING, Any

import pandas as pd

from rev603.analysis.weekly import weekly_figures
from rev603.presenting.answer import Answer
from rev603.presenting.masking import mask_frame

if TYPE_CHECKING:
    import datetime as dt

    from rev603.presenting.answer import Target
    from rev603.presenting.masking import Mask

__all__ = ["SCHEMA_VERSION", "WeeklySummary", "weekly_summary"]

#: Goes up when a key of :meth:`WeeklySummary.to_dict` changes its name or meaning, not when one is added.
SCHEMA_VERSION = 1


@dataclass(frozen=True, eq=False, repr=False)
class WeeklySummary(Answer):
    """The state of the refunds at the end of a week, and what changed; see :func:`weekly_summary`.

    All amounts are dollars, exact to the cent. "Refund columns" are those of :class:`rev603.RefundSchema`.
    Lines are refund lines; a *key* is ``payee_id``, ``refund_id``, ``document_number``.

    Attributes
    ----------
    week_ending
        The day that was asked for, or else ``report_date``.
    report_date
        Date of the newest report up to ``week_ending``; waiting days are counted up to it.
    compared_with
        Date of the report that the week is compared with; None where there is no older one.
    totals
        Plain numbers, and dates as ISO text (None where there is none):

        - ``lines refunds amount ach_amount check_amount unpaid_amount`` of the current state;
        - ``<name>_lines`` and ``<name>_amount`` for ``rejected new_rejects still_rejected cleared returned
          diverted checks_after_cutover``;
        - ``opening_lines opening_amount`` (rejected in the compared state), ``changed_lines changed_amount``
          (by how much the rejected lines of keys that are still rejected became more or less) and
          ``closing_lines closing_amount``: opening + new - cleared + changed = closing, exactly;
        - ``rejected_refunds rejected_payees rejected_notify_parties`` (how many different ones),
          ``oldest_refund_date longest_wait_days median_wait_days`` (over rejected lines).
    rejected
        Lines that are rejected in the current state, longest wait first: refund columns + ``payment_state
        is_reject_no_ach days_waiting age_band``.
    new_rejects, still_rejected
        Those of ``rejected`` whose key was not, or was, rejected in the compared state.
    cleared
        Lines that were rejected in the compared state and whose key has since been seen in other states only:
        the line as it was rejected, + ``state_now`` (joined by ``+``) and ``seen_on``, the date of the
        report that shows it.
    returned, diverted, checks_after_cutover
        Lines of the current state: payments that came back and were not reissued; funds diverted to a debt;
        checks dated on or after 2026-02-06.
    by_payee, by_notify_party, by_method
        The current state, all of its lines, in groups.
    worklist
        Who must enrol a bank account: :func:`rev603.enrollment_worklist` of the current state.
    changes
        Keys that differ from the compared state: :func:`rev603.changes`.
    issues
        What the reader found: ``severity code message source_file source_sheet source_row column value``.
    sources
        Files read: ``source_file content_hash report_date lines set_aside rows_read total_refunds_stated
        total_refunds_found total_refund_amount_stated total_refund_amount_found ties_out verdict grain``.
    trend
        One line per report date, each compared with the one before: ``report_date stuck_lines stuck_amount
        new_lines new_amount cleared_lines cleared_amount changed_lines changed_amount median_days_waiting``.
    """

    week_ending: pd.Timestamp
    report_date: pd.Timestamp
    compared_with: pd.Timestamp | None
    totals: dict[str, Any]
    rejected: pd.DataFrame
    new_rejects: pd.DataFrame
    still_rejected: pd.DataFrame
    cleared: pd.DataFrame
    returned: pd.DataFrame
    diverted: pd.DataFrame
    checks_after_cutover: pd.DataFrame
    by_payee: pd.DataFrame
    by_notify_party: pd.DataFrame
    by_method: pd.DataFrame
    worklist: pd.DataFrame
    changes: pd.DataFrame
    issues: pd.DataFrame
    sources: pd.DataFrame
    trend: pd.DataFrame

    @property
    def frames(self) -> dict[str, pd.DataFrame]:
        """Every frame by its name, in order."""
        values = {field.name: getattr(self, field.name) for field in fields(self)}
        return {name: value for name, value in values.items() if isinstance(value, pd.DataFrame)}

    def _document(self, mask: Mask) -> dict[str, Any]:
        """Return what JSON holds; within a schema version, keys may be added, and none change."""
        return {
            "schema_version": SCHEMA_VERSION,
            "week_ending": _iso(self.week_ending),
            "report_date": _iso(self.report_date),
            "compared_with": None if self.compared_with is None else _iso(self.compared_with),
            "totals": dict(self.totals),
            **{name: mask_frame(frame, mask) for name, frame in self.frames.items()},
        }

    def _write_workbook(self, target: Target, mask: Mask) -> None:
        from rev603.presenting.weekly import excel  # noqa: PLC0415 - loaded when used

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
        lines, amount = total["rejected_lines"], total["rejected_amount"]
        moved = f"{total['new_rejects_lines']:,} new, {total['cleared_lines']:,} cleared"
        stuck = f"{lines:,} lines rejected, ${amount:,.2f} ({moved})"
        return f"<WeeklySummary of {_iso(self.report_date)} against {against}: {stuck}>"

    def _repr_html_(self) -> str:
        """Show what is stuck and who must act: short, escaped, masked, with nothing more to install."""
        from rev603.presenting.notebook import answer_html, frame_html  # noqa: PLC0415
        from rev603.presenting.weekly import wording  # noqa: PLC0415 - loaded when used
        from rev603.presenting.weekly.sections import section  # noqa: PLC0415

        facts = [(figure.label, figure.text) for figure in wording.figures(self)]
        work = section("worklist")
        tables = (
            [] if self.worklist.empty else [frame_html(self.worklist, caption=work.title, columns=work.brief)]
        )
        return answer_html(f"{wording.TITLE}: {wording.period(self)}", facts, *tables)


def weekly_summary(
    history: pd.DataFrame, *, week_ending: str | dt.date | pd.Timestamp | None = None
) -> WeeklySummary:
    """Sum up a week: what is rejected now, since when, what is new, what was cleared, and who must act.

    Parameters
    ----------
    history
        Refund lines of one or more reports, as :func:`rev603.read_history` gives them (or the refunds
        of a single report). Several files with the same report date are one report; a line that two of
        them show counts once.
    week_ending
        Take the reports up to this day (ISO text, date or Timestamp); all of them if it is left out. So
        the summary of a past week is the same today as it was then.

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
        Lines have no report date, there are no lines, or no report is as old as ``week_ending``.

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
    <WeeklySummary of 2026-03-20 against 2026-03-13: 1 lines rejected, $20.20 (0 new, 1 cleared)>
    """
    return WeeklySummary(**weekly_figures(history, week_ending=week_ending))


def _iso(moment: pd.Timestamp) -> str:
    return moment.date().isoformat()
