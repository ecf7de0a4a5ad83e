"""``rev603 reconcile``: what was expected for each entry against what came."""

from __future__ import annotations

import argparse

from rev603.cli._output import emit, emit_json, say
from rev603.cli._reading import columns_of, read_lines
from rev603.errors import Rev603Error
from rev603.presenting.answer import FORMATS, write_answer
from rev603.presenting.reconciliation import reconcile
from rev603.presenting.tables import TextTable
from rev603.reading.entries import read_entries

_TOP = 20


def run(options: argparse.Namespace) -> int:
    """Read both sides, compare, show, write."""
    if options.output and options.output.suffix.lower() not in FORMATS:
        raise Rev603Error(
            f"{options.output.name}: a reconciliation is written as {', '.join(FORMATS)}.",
            what_to_do="name a file that ends in one of them",
        )
    lines = read_lines(options, options.output, also=[options.entries])
    entries = read_entries(
        options.entries,
        columns=columns_of(options.entry_column),
        vocabulary=options.vocabulary,
        sheet=options.entries_sheet,
        combine=options.combine,
        on_error=options.on_error,
    )
    unclear = [issue for issue in entries.attrs["rev603"]["issues"] if issue["code"] == "expected-unclear"]
    for issue in unclear:
        say(f"{options.entries.name}: {issue['message']}")
    answer = reconcile(lines.state, entries, tolerance=options.tolerance)
    if options.json:
        emit_json(answer.to_dict(mask=options.mask))
    elif not options.quiet:
        emit(answer.summary())
        open_ = answer.to_look_at
        if len(open_):
            shown = ("entry_number", "outcome", "expected", "refunded", "difference", "reason")
            emit("\nTo look at\n" + TextTable(open_, shown, mask=options.mask, top=_TOP).to_text())
    if options.output:
        write_answer(answer, options.output, mask=options.mask)
        if not options.quiet:
            say(f"Wrote {options.output}")
    return int(bool(unclear) or not (answer.settled and lines.sound))
