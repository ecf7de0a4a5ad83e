"""``rev603 rejects``, ``ageing``, ``changes`` and ``group``: lists of lines, and sums by any column."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from rev603.cli._output import emit, emit_json, say
from rev603.cli._parser import add_command, day, filter_options, reading_options

if TYPE_CHECKING:
    import argparse

    import pandas as pd

    from rev603.cli._reading import Lines

_NEWEST = """\
Of several exports the newest state of each refund counts, so that a refund that many of them show counts once.
"""
_REJECTS = f"""\
Lists the refund lines that CBP rejected for want of a bank account ("Reject No ACH") and that were not paid since.
{_NEWEST}
Each payee number is enrolled with its suffix: another suffix that is paid by ACH does not help this one.
REV-613 holds rejects too: a REV-603 alone may show too few of them.
"""
_REJECTS_EXAMPLES = """\
  rev603 rejects export.xlsx
  rev603 rejects exports/ --include-returned      payments that came back as well: all that is stuck
  rev603 rejects exports/ --notify-party "Harbor" --min-amount 10000 --min-days 60
  rev603 rejects exports/ --json > rejects.json   all columns, for another program

exit code: 0 no rejects, 1 there are some, 2 cannot be done.
"""
_AGEING = f"""\
Lists what is stuck (rejected, or returned and not sent again) by how long it has waited: days from the refund
date to the date of the newest report.
{_NEWEST}"""
_AGEING_EXAMPLES = """\
  rev603 ageing exports/
  rev603 ageing exports/ --min-days 60 --filer 9KX

exit code: 0 nothing is stuck, 1 something is, 2 cannot be done.
"""
_CHANGES = """\
Lists each refund that differs between the newest report and the newest one at least 7 days older (or else the
one before): new, gone, or another status, amount, method or number.
"""
_CHANGES_EXAMPLES = """\
  rev603 changes exports/
  rev603 changes exports/ --notify-party "Harbor Bridge"
  rev603 changes exports/ --week-ending 2026-11-06
"""
_GROUP = f"""\
Counts and sums refunds by payee (with suffix), by CBP Form 4811 notify party, by method of payment, by where the
money is (disposition), or by any other columns.
{_NEWEST}
Each dollar is in one place: paid by ACH or check, in transit, rejected, returned, applied to a debt, or unknown.
"""
_GROUP_EXAMPLES = """\
  rev603 group exports/ --by payee
  rev603 group exports/ --by notify-party
  rev603 group exports/ --by disposition                where the money is
  rev603 group exports/ --by disposition,port_code      the same for each port
  rev603 group exports/ --by filer_code --json          any column; `rev603 columns` lists them
"""
_WHO = ("company_name", "payee_id", "care_of")
_LISTED = (*_WHO, "refund_id", "document_number", "refund_date", "amount")


def add_to(commands: Any) -> None:
    """Add the commands."""
    parser = add_command(
        commands, "rejects", run_rejects, help="the lines that are stuck", about=_REJECTS, examples=_REJECTS_EXAMPLES
    )  # fmt: skip
    reading_options(parser)
    filter_options(parser)
    parser.add_argument("--include-returned", action="store_true", help="also payments that were returned")

    parser = add_command(
        commands,
        "ageing",
        run_ageing,
        help="how long it has been stuck",
        about=_AGEING,
        examples=_AGEING_EXAMPLES,
    )
    reading_options(parser)
    filter_options(parser)

    parser = add_command(
        commands, "changes", run_changes, help="what differs from the report before", about=_CHANGES,
        examples=_CHANGES_EXAMPLES,
    )  # fmt: skip
    reading_options(parser)
    filter_options(parser)
    parser.add_argument("--week-ending", type=day, metavar="DATE", help="as it was at the end of this day")

    parser = add_command(
        commands, "group", run_group, help="sums by payee, notify party, disposition or any column", about=_GROUP,
        examples=_GROUP_EXAMPLES,
    )  # fmt: skip
    reading_options(parser)
    filter_options(parser)
    parser.add_argument(
        "--by", required=True, metavar="COLUMN[,COLUMN…]",
        help="payee, notify-party, method, disposition, or columns of the report",
    )  # fmt: skip


def run_rejects(options: argparse.Namespace) -> int:
    """List rejected lines."""
    from rev603.analysis.status import rejects
    from rev603.cli._filters import filtered
    from rev603.cli._reading import read_lines, state_of

    lines = read_lines(options)
    found = rejects(state_of(lines), include_returned=options.include_returned)
    found = filtered(found, options, as_of=lines.newest)
    return _list(found, (*_LISTED, "disposition"), "rejects", lines, options)


def run_ageing(options: argparse.Namespace) -> int:
    """List what is stuck by how long it has waited."""
    from rev603.analysis.ageing import ageing
    from rev603.analysis.by_time import by_age_band
    from rev603.analysis.status import rejects
    from rev603.cli._filters import filtered
    from rev603.cli._reading import read_lines, state_of
    from rev603.presenting.records import records
    from rev603.presenting.tables import text_table

    lines = read_lines(options)
    stuck = filtered(rejects(state_of(lines), include_returned=True), options, as_of=lines.newest)
    aged = ageing(stuck, lines.newest).sort_values("days_waiting", ascending=False, kind="stable")
    bands = by_age_band(aged)
    if not options.json and len(aged):
        emit(text_table(bands) + "\n")
    columns = (*_LISTED, "days_waiting", "disposition")
    return _list(aged, columns, "stuck", lines, options, bands=records(bands))


def run_changes(options: argparse.Namespace) -> int:
    """List what differs from the report before."""
    from rev603.cli._filters import filtered, of_parties
    from rev603.cli._reading import read_lines
    from rev603.presenting.weekly import weekly_summary

    lines = read_lines(options)
    chosen = of_parties(lines.history, options)
    chosen.attrs = lines.history.attrs
    found = weekly_summary(chosen, week_ending=options.week_ending).changes
    options.payee = options.notify_party = options.filer = None
    found = filtered(found, options, as_of=lines.newest)
    columns = (*_WHO, "refund_id", "change", "status_before", "status_after", "amount_before", "amount_after")
    return _list(found, columns, "changes", lines, options)


def _list(
    found: pd.DataFrame,
    columns: tuple[str, ...],
    name: str,
    lines: Lines,
    options: argparse.Namespace,
    **more: Any,
) -> int:
    """Show lines, or give them as JSON with all of their columns; the exit code is 1 where there are any."""
    from rev603.presenting.masking import mask_frame
    from rev603.presenting.records import records
    from rev603.presenting.tables import text_table
    from rev603.presenting.text import money, plural

    amount = round(float(found["amount"].sum()), 2) if "amount" in found else None
    if options.json:
        figures = {"lines": len(found)} | ({} if amount is None else {"amount": amount})
        emit_json({"schema_version": 1, **figures, **more, name: records(mask_frame(found, options.mask))})
    elif len(found):
        emit(text_table(found, columns, mask=options.mask))
        if not options.quiet:
            worth = "" if amount is None else f", {money(amount)}"
            say(
                f"{plural(len(found), 'line')}{worth}, of {plural(int(found['payee_id'].nunique()), 'payee')}."
            )
    elif not options.quiet:
        say("Nothing has changed." if name == "changes" else "No refund is stuck for want of a bank account.")
    return int(len(found) > 0 or not lines.sound)


def run_group(options: argparse.Namespace) -> int:
    """Show sums by group."""
    from rev603.cli._filters import filtered
    from rev603.cli._reading import read_lines, state_of
    from rev603.presenting.masking import mask_frame
    from rev603.presenting.records import records
    from rev603.presenting.tables import text_table
    from rev603.presenting.text import plural

    lines = read_lines(options)
    groups, shown = _grouped(filtered(state_of(lines), options, as_of=lines.newest), options.by)
    if options.json:
        found = records(mask_frame(groups, options.mask))
        emit_json({"schema_version": 1, "by": options.by, "groups": found})
    else:
        if "care_of" in groups:
            groups = groups.assign(care_of=groups["care_of"].fillna("(no notify party)"))
        emit(text_table(groups, shown, mask=options.mask))
        if not options.quiet:
            say(f"{plural(len(groups), 'group')}.")
    return int(not lines.sound)


def _grouped(refunds: pd.DataFrame, by: str) -> tuple[pd.DataFrame, tuple[str, ...]]:
    """Give the groups, and which of their columns a screen has room for."""
    from rev603.analysis.method import by_method
    from rev603.analysis.party import by_notify_party, by_payee

    sums = (
        "lines", "amount", "ach_amount", "check_amount", "in_transit_amount", "rejected_amount", "returned_amount",
    )  # fmt: skip
    if by == "payee":
        return by_payee(refunds), ("company_name", "payee_id", *sums)
    if by == "notify-party":
        return by_notify_party(refunds), ("care_of", *sums)
    if by == "method":
        return by_method(refunds), ("method", *sums)
    from rev603.analysis.status import by_disposition

    also = {"payee": "payee_id", "notify-party": "care_of"}
    columns = [also.get(name, name) for name in map(str.strip, by.split(",")) if name != "disposition"]
    return by_disposition(refunds, by=columns), (*columns, "disposition", "lines", "refunds", "amount")
