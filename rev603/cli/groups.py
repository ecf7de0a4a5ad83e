"""``rev603 rejects`` and ``rev603 group``: lines that are stuck, and sums by payee, notify party or method."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from rev603.analysis.method import by_method
from rev603.analysis.party import by_notify_party, by_payee
from rev603.analysis.status import rejects
from rev603.cli._output import emit, emit_json, say, table
from rev603.cli._parser import add_command, reading_options
from rev603.cli._reading import read_lines, state_of
from rev603.presenting.masking import mask_frame
from rev603.presenting.records import records
from rev603.presenting.text import count, money, plural

if TYPE_CHECKING:
    import argparse

_NEWEST = """\
Of several exports the newest state of each refund counts, so that a refund that many of them show counts once.
"""
_REJECTS = f"""\
Lists the refund lines that CBP rejected for want of a bank account ("Reject No ACH").
{_NEWEST}
Each payee number is enrolled with its suffix: another suffix that is paid by ACH does not help this one.
REV-613 holds rejects too: a REV-603 alone may show too few of them.
"""
_REJECTS_EXAMPLES = """\
  rev603 rejects export.xlsx
  rev603 rejects exports/ --include-returned      payments that came back as well
  rev603 rejects exports/ --json > rejects.json   all columns, for another program

exit code: 0 no rejects, 1 there are some, 2 cannot be done.
"""
_GROUP = f"""\
Counts and sums refunds by payee (with suffix), by CBP Form 4811 notify party, or by method of payment.
{_NEWEST}
Each line is paid by ACH, paid by check, or unpaid (in transit, returned, diverted, rejected).
"""
_GROUP_EXAMPLES = """\
  rev603 group exports/ --by payee
  rev603 group exports/ --by notify-party
  rev603 group exports/ --by method --json
"""
_BY = {"payee": by_payee, "notify-party": by_notify_party, "method": by_method}
_SUMS = ("lines", "amount", "ach_amount", "check_amount", "unpaid_amount", "rejected_amount")
_SHOWN = {
    "payee": ("company_name", "payee_id", *_SUMS),
    "notify-party": ("care_of", *_SUMS),
    "method": ("method", "lines", "refunds", "amount", "rejected_lines", "rejected_amount"),
}
_SHOWN_REJECTS = (
    "company_name",
    "payee_id",
    "care_of",
    "refund_id",
    "document_number",
    "refund_date",
    "amount",
)


def add_to(commands: Any) -> None:
    """Add both commands."""
    parser = add_command(
        commands,
        "rejects",
        run_rejects,
        help="the lines that are stuck",
        about=_REJECTS,
        examples=_REJECTS_EXAMPLES,
    )
    reading_options(parser)
    parser.add_argument("--include-returned", action="store_true", help="also payments that were returned")

    parser = add_command(
        commands,
        "group",
        run_group,
        help="sums by payee, notify party or method",
        about=_GROUP,
        examples=_GROUP_EXAMPLES,
    )
    reading_options(parser)
    parser.add_argument("--by", choices=tuple(_BY), required=True, help="what to group by")


def run_rejects(options: argparse.Namespace) -> int:
    """List rejected lines."""
    lines = read_lines(options)
    found = rejects(state_of(lines), include_returned=options.include_returned)
    by = by_method(found)  # every line is unpaid: one group, with the sum
    amount = float(by["amount"].iloc[0]) if len(by) == 1 else 0.0
    if options.json:
        stuck = records(mask_frame(found, options.mask))
        emit_json({"schema_version": 1, "lines": len(found), "amount": amount, "rejects": stuck})
    elif len(found):
        emit(table(found, _SHOWN_REJECTS, mask=options.mask))
        if not options.quiet:
            say(
                f"{plural(len(found), 'line')}, {money(amount)}, of {plural(int(found['payee_id'].nunique()), 'payee')}."
            )
    elif not options.quiet:
        say("No refund is rejected for want of a bank account.")
    return int(len(found) > 0 or not lines.sound)


def run_group(options: argparse.Namespace) -> int:
    """Show sums by group."""
    lines = read_lines(options)
    groups = _BY[options.by](state_of(lines))
    if options.json:
        emit_json(
            {"schema_version": 1, "by": options.by, "groups": records(mask_frame(groups, options.mask))}
        )
    else:
        shown = (
            groups.assign(care_of=groups["care_of"].fillna("(no notify party)"))
            if "care_of" in groups
            else groups
        )
        emit(table(shown, _SHOWN[options.by], mask=options.mask))
        if not options.quiet:
            say(f"{count(len(groups))} groups.")
    return int(not lines.sound)
