"""``rev603 reconcile``: what was expected for each entry against what came."""

from __future__ import annotations

import argparse
from pathlib import Path
from typing import Any

from rev603.cli._output import emit, emit_json, say
from rev603.cli._parser import add_command, columns_of, dollars, named_heading, reading_options
from rev603.errors import Rev603Error

_ABOUT = """\
Compares refunds with an entry list: per entry, or per refund number where the list has it, the sums of
what was expected and what came. Every line on both sides has one outcome and a reason, and the
difference is explained to the cent. Any list will do: headings are found by their usual names.
"""
_EXAMPLES = """\
  rev603 reconcile exports/ --entries entries.csv
  rev603 reconcile exports/ --entries entries.xlsx -o reconciliation.xlsx --tolerance 1.00
  rev603 reconcile exports/ --entries list.xlsx --column entry_number="Ref 1" --column expected_amount="Our claim"
  rev603 reconcile exports/ --entries list.xlsx --column expected_amount=Duty --column expected_amount=Interest

exit code: 0 nothing to look at, 1 something to look at (also where the list has amounts that were not understood as
what it expects), 2 cannot be done.
"""
_TOP = 20
_FORMATS = (".xlsx", ".html", ".md", ".json")


def add_to(commands: Any) -> None:
    """Add the command."""
    parser = add_command(
        commands, "reconcile", run, help="expected against received", about=_ABOUT, examples=_EXAMPLES
    )
    reading_options(parser, columns=False)
    parser.add_argument(
        "--entries", type=Path, required=True, metavar="LIST", help="the entry list, Excel or CSV"
    )
    parser.add_argument(
        "-o", "--output", type=Path, metavar="FILE", help="write it as .xlsx, .html, .md or .json"
    )
    parser.add_argument(
        "--tolerance",
        type=dollars,
        default=0.0,
        metavar="0.00",
        help="dollars by which sums may differ (default: 0.00)",
    )
    parser.add_argument(
        "--column", dest="entry_column", action="append", type=named_heading, default=[], metavar="NAME=HEADING",
        help="a heading of the list that is not found by itself, such as entry_number=\"Ref 1\"; an amount that is "
        "the sum of several columns is given once for each",
    )  # fmt: skip
    parser.add_argument("--entries-sheet", metavar="NAME", help="the sheet of the list")
    parser.add_argument(
        "--combine",
        action="store_true",
        help="add up several lines of one entry, as ES-003 has a line per tariff number",
    )


def run(options: argparse.Namespace) -> int:
    """Read both sides, compare, show, write."""
    from rev603.cli._reading import files_of, make_folder_for, read_lines, state_of
    from rev603.presenting.files import refuse_to_overwrite
    from rev603.presenting.reconciliation import reconcile
    from rev603.presenting.tables import text_table
    from rev603.reading.entries import read_entries

    if options.output and options.output.suffix.lower() not in _FORMATS:
        raise Rev603Error(
            f"{options.output.name}: a reconciliation is written as {', '.join(_FORMATS)}.",
            what_to_do="name a file that ends in one of them",
        )
    inputs = files_of(options)
    refuse_to_overwrite([*inputs, options.entries], [options.output] if options.output else [])
    lines = read_lines(options)
    entries = read_entries(
        options.entries, columns=columns_of(options.entry_column), sheet=options.entries_sheet, combine=options.combine,
        on_error=options.on_error,
    )  # fmt: skip
    unclear = [issue for issue in entries.attrs["rev603"]["issues"] if issue["code"] == "expected-unclear"]
    for issue in unclear:
        say(f"{options.entries.name}: {issue['message']}")
    answer = reconcile(state_of(lines), entries, tolerance=options.tolerance)
    if options.json:
        emit_json(answer.to_dict(mask=options.mask))
    elif not options.quiet:
        emit(answer.summary())
        open_ = answer.to_look_at
        if len(open_):
            shown = ("entry_number", "outcome", "expected", "refunded", "difference", "reason")
            emit("\nTo look at\n" + text_table(open_, shown, mask=options.mask, top=_TOP))
    if options.output:
        write = {
            ".xlsx": answer.to_excel,
            ".html": answer.to_html,
            ".md": answer.to_markdown,
            ".json": answer.to_json,
        }[options.output.suffix.lower()]
        write(make_folder_for(options.output), mask=options.mask)
        if not options.quiet:
            say(f"Wrote {options.output}")
    return int(bool(unclear) or not (answer.settled and lines.sound))
