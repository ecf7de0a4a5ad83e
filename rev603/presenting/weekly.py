"""The weekly summary: which refunds are stuck, what is new, what was cleared, and who must act.

Every figure in its words is taken from ``summary.totals`` or from a frame; none is worked out here.
"""

from __future__ import annotations

import datetime as dt
from functools import partial
from typing import Any

import pandas as pd

from rev603.analysis.ageing import by_age_band
from rev603.analysis.weekly import WeeklyFigures, weekly_figures
from rev603.presenting import plots
from rev603.presenting.answer import Answer
from rev603.presenting.masking import Mask, mask_frame
from rev603.presenting.text import count, day, money, one_line, plural
from rev603.presenting.view import Action, Notice, Picture, Section, View, account, sections_of
from rev603.vocabulary.guide import guide

#: Goes up when a key of :meth:`WeeklySummary.to_dict` changes its name or meaning, not when one is added.
SCHEMA_VERSION = 2

_ALSO = {
    "status_unknown": "Of a status that nobody has documented",
    "not_shown": "Stuck, and missing from the newest report",
    "in_transit_long": "In transit for more than 10 business days",
    "diverted": "Applied to a debt (offset)",
    "checks_after_cutover": "Checks after paper checks ended",
    "returned_checks": "Checks that came back before that",
}
_ALWAYS = ("opening", "newly_stuck", "cleared", "closing")
_FIGURES = (
    "stuck_amount", "stuck_lines", "oldest_refund_date", "stuck_payees", "stuck_companies", "longest_wait_days",
)  # fmt: skip
_FOOTNOTE = (
    "Stuck is what was rejected for want of a bank account, or came back and was not sent again. By CBP's FAQ rejects "
    "are in report REV-613; a REV-603 alone may show too few."
)
_MOST_DOUBTS, _MOST_ACTIONS = 12, 5
_WEEK = pd.Timedelta(days=7)


class WeeklySummary(Answer, WeeklyFigures):  # noqa: D101 - the docstring is that of the figures
    __doc__ = WeeklyFigures.__doc__

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

    def _view(self, mask: Mask) -> View:
        figures = pd.DataFrame([{name: self.totals[name] for name in _FIGURES}])
        steps, topics = guide().steps, guide().topics
        asked = dict.fromkeys(steps[step].topic.name for step in self.worklist["step"].unique())
        return View(
            title="Stuck refunds",
            about=_about(self),
            notice=_notice(self, mask),
            headline=_headline(self),
            figures=figures.astype({"oldest_refund_date": "datetime64[us]"}),
            accounts=_accounts(self),
            actions=actions_of(self.worklist, mask),
            objection=topics["objections"].points[0].text if asked else "",
            topics=tuple(topics[name] for name in (*asked, *(["objections"] if asked else []))),
            pictures=_pictures(self, mask),
            sections=sections_of("weekly", self.frames, self.totals),
            footnote=_FOOTNOTE,
            moment=self.report_date.to_pydatetime(),
            mask=mask,
        )

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
        them show counts once. A report without lines leaves no trace in frames that you join yourself.
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
    return WeeklySummary(**vars(figures))


def _iso(moment: pd.Timestamp) -> str:
    return moment.date().isoformat()


def _about(summary: WeeklyFigures) -> str:
    """Say what the summary is of and what it is compared with."""
    against = "there is no older report to compare it with"
    if summary.compared_with is not None:
        against = f"compared with {day(summary.compared_with)}{_over(summary)}"
    part = (
        "" if summary.extract_of is None else f"; only some of the {plural(summary.extract_of, 'line')} read"
    )
    return f"State on {day(summary.report_date)}, {against}{part}"


def _over(summary: WeeklyFigures) -> str:
    """Say over how many days a comparison goes that is not a week."""
    if summary.compared_with is None or summary.report_date - summary.compared_with == _WEEK:
        return ""
    return f" (over {plural((summary.report_date - summary.compared_with).days, 'day')})"


def _headline(summary: WeeklyFigures) -> str:
    """Say in one sentence what is stuck, why, whose it is and what changed."""
    total = summary.totals
    said = "Nothing is stuck"
    if total["stuck_lines"]:
        causes = (("rejected", "no ACH on file"), ("returned", "returned"))
        parts = [
            f"{money(total[f'{name}_amount'])} {text}" for name, text in causes if total[f"{name}_lines"]
        ]
        said = (
            f"{money(total['stuck_amount'])} is stuck in {plural(total['stuck_lines'], 'line')} ({', '.join(parts)}) "
            f"of {plural(total['stuck_payees'], 'importer number')} of {plural(total['stuck_companies'], 'company')}"
        )
    if summary.compared_with is None:
        return f"{said}."
    new, cleared = total["newly_stuck_lines"], total["cleared_lines"]
    return (
        f"{said}: {count(new)} new ({money(total['newly_stuck_amount'])}), {count(cleared)} cleared "
        f"({money(total['cleared_amount'])}) since {day(summary.compared_with)}{_over(summary)}."
    )


def _accounts(summary: WeeklyFigures) -> tuple[Section, ...]:
    """Return the small accounts that have something in them."""
    total = summary.totals

    def moved(names: dict[str, str], sign: int = 1) -> list[tuple[str, int, float]]:
        return [
            (label, sign * total[f"{name}_lines"], sign * total[f"{name}_amount"])
            for name, label in names.items()
            if total[f"{name}_lines"] or total[f"{name}_amount"] or name in _ALWAYS
        ]

    changed = []
    if summary.compared_with is not None:
        changed = [
            *moved({"opening": f"Stuck on {day(summary.compared_with)}", "newly_stuck": "plus new"}),
            *moved({"cleared": "less cleared"}, -1),
            *moved({"changed": "changed otherwise", "closing": f"Stuck on {day(summary.report_date)}"}),
        ]
    ages = by_age_band(summary.stuck)
    bands = (ages["age_band"] + " days").fillna("no date")
    groups = summary.by_disposition[["disposition", "lines", "amount"]].itertuples(index=False)
    # a file's own total has it twice: by this much the sum above is less
    printed = float(summary.printed_vs_received["superseded_amount"].sum())
    again = [("Superseded, as printed", total["superseded_lines"], printed)] if printed else []
    found = {
        "What changed": changed,
        "Where the money is": [*groups, ("All refunds", total["lines"], total["amount"])],
        "How long it has been stuck": [*zip(bands, ages["lines"], ages["amount"], strict=True)],
        "Also worth a look": [*moved(_ALSO), *again],
    }
    return tuple(
        account(
            title,
            pd.DataFrame(rows, columns=["what", "lines", "amount"]),
            summed=title in ("What changed", "Where the money is"),
        )
        for title, rows in found.items()
        if rows and (len(summary.stuck) or not title.startswith("How"))
    )


def _notice(summary: WeeklyFigures, mask: Mask) -> Notice:
    """Return what could not be judged, the most serious first, and whether the sources tie out."""
    ties = _ties(summary)
    rows = mask_frame(summary.not_judged, mask).sort_values("serious", ascending=False, kind="stable")
    if rows.empty:
        everything_ties = len(summary.sources) and summary.sources["ties_out"].fillna(value=False).all()
        return Notice("good" if everything_ties else "warn", "", (ties,))
    told = [_doubt(row) for row in rows.head(_MOST_DOUBTS).to_dict("records")]
    if len(rows) > _MOST_DOUBTS:
        told.append(f"and {count(len(rows) - _MOST_DOUBTS)} more: see the workbook's sheet Not judged")
    if summary.serious:
        alarms = int(rows["serious"].head(_MOST_DOUBTS).sum())
        return Notice("bad", "Look at this first: not everything could be judged", (*told, ties), alarms)
    return Notice("warn", "Not covered by this summary", (*told, ties))


def _doubt(row: dict[Any, Any]) -> str:
    what, detail = str(row["what"]), one_line(str(row["detail"]))
    size = [plural(int(row["lines"]), "line")] if pd.notna(row["lines"]) else []
    size += [money(row["amount"])] if pd.notna(row["amount"]) else []
    file = one_line(row["source_file"]) if pd.notna(row["source_file"]) else ""
    named = detail.startswith(file)  # then the detail says which file
    about = " in ".join(filter(None, [", ".join(size), "" if named else file]))
    return f"{what[:1].upper()}{what[1:]}: {about}{'; ' if about else ''}{detail}"


def _ties(summary: WeeklyFigures) -> str:
    """Say how many sources tie out with the totals that they state of themselves."""
    ties = summary.sources["ties_out"]
    files, known = plural(len(ties), "report"), ties.dropna().astype(bool)
    wrong, unknown = int((~known).sum()), len(ties) - len(known)
    if not len(known):
        return f"{files} read; whether they tie out with totals of their own cannot be told."
    if not wrong and not unknown:
        return f"{files} read, and every one ties out with the totals that it states."
    parts = [f"{count(len(known) - wrong)} of {files} tie out with the totals stated"]
    parts += [f"{count(wrong)} not"] if wrong else []
    parts += [f"{count(unknown)} without totals"] if unknown else []
    return f"{', '.join(parts)}: see Sources."


def actions_of(worklist: pd.DataFrame, mask: Mask) -> tuple[Action, ...]:
    """Say who must do what, the largest amounts first as the worklist has them."""
    work, steps = mask_frame(worklist.head(_MOST_ACTIONS), mask), guide().steps
    return tuple(
        Action(
            who=f"{_named(line['actor_name'], 'no name')} ({_for(line)})",
            amount=line["amount"],
            days=line["days_waiting"],
            act=steps[line["step"]].act,
            why=_named(line["evidence"], ""),
            contact=steps[line["step"]].contact.line,
            topic=steps[line["step"]].topic.name,
        )
        for line in work.to_dict("records")
    )


def _for(line: dict[Any, Any]) -> str:
    number = _named(line["payee_id"], "no number")
    if line["actor"] == "notify party":
        return f"notify party of {_named(line['company_name'], 'an importer')}, {number}"
    return number


def _named(value: object, otherwise: str) -> str:
    return one_line(value) if isinstance(value, str) and value else otherwise


def _pictures(summary: WeeklyFigures, mask: Mask) -> tuple[Picture, ...]:
    """Return what is stuck as pictures (over the weeks, by age, and whose it is), and where all the money is."""
    pictures = []
    trend = summary.trend
    if len(trend) > 1:  # a single report is no trend
        first, last = trend.iloc[0], trend.iloc[-1]
        pictures.append(
            Picture(
                name="trend", title="Stuck at each report", of="Trend", column="stuck_amount",
                says=f"Stuck amount at each of {count(len(trend))} reports, from {money(first['stuck_amount'])} on "
                f"{day(first['report_date'])} to {money(last['stuck_amount'])} on {day(last['report_date'])}.",
                draw=partial(plots.stuck_over_time, trend),
            )
        )  # fmt: skip
    if len(summary.stuck):
        longest = count(summary.totals["longest_wait_days"] or 0)
        pictures += [
            Picture(
                name="ages", title="Stuck, by days waiting", of="How long it has been stuck", column="amount",
                says=f"Stuck amount by days waiting; the longest wait is {longest} days.",
                draw=partial(plots.age_bands, summary.stuck),
            ),
            Picture(
                name="payees", title="Payees with the most stuck",
                says="The payees with the most stuck, as in the table By payee.",
                draw=partial(plots.largest_payees, summary.by_payee, top=8, mask=mask),
            ),
            Picture(
                name="where", title="Where the money is",
                says="All refunds by where their money is, as in the account above.",
                draw=partial(plots.where_the_money_is, summary.by_disposition),
            ),
        ]  # fmt: skip
    return tuple(pictures)
