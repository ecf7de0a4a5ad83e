"""The commands that list: stuck lines, changes, sums, the worklist, reissue requests, and lines for other programs."""

from __future__ import annotations

import argparse
from collections.abc import Mapping
from typing import Any

import narwhals as nw
import pandas as pd

import rev603
from rev603.analysis.ageing import by_age_band
from rev603.analysis.disposition import with_disposition
from rev603.cli._filters import filtered, is_filtered
from rev603.cli._output import emit, emit_json, say
from rev603.cli._reading import read_lines
from rev603.errors import ColumnsMissingError, Rev603Error
from rev603.presenting.line_files import csv_text, write_lines
from rev603.presenting.masking import mask_frame
from rev603.presenting.tables import TextTable, records
from rev603.presenting.text import money, plural

_WHO = ("company_name", "payee_id", "care_of")
_LISTED = (*_WHO, "refund_id", "document_number", "refund_date", "amount")
_WORK = (*_WHO, "amount", "days_waiting", "step", "evidence")
_ACTORS = ("actor_name", "actor", "steps", "importers", "lines", "amount", "days_waiting")
_ASKED = (
    "company_name", "payee_id", "refund_id", "documents", "amount", "refund_date", "check_or_trace_number", "ready",
)  # fmt: skip
_CHANGED = (*_WHO, "refund_id", "change", "status_before", "status_after", "amount_before", "amount_after")
_SUMS = (
    "lines",
    "amount",
    "ach_amount",
    "check_amount",
    "in_transit_amount",
    "rejected_amount",
    "returned_amount",
)
_NOTHING_STUCK = "No refund is stuck for want of a bank account."
FULL_NUMBERS = "Warning: social security numbers are shown in full. Keep this to yourself and CBP."
_FORMATS = (".parquet", ".csv", ".xlsx")


def rejected(options: argparse.Namespace) -> int:
    """List rejected lines."""
    lines = read_lines(options, options.output)
    found = rev603.rejects(lines.state, include_returned=options.include_returned)
    found = filtered(found, options, as_of=lines.newest)
    _give("rejects", found, (*_LISTED, "disposition"), options, none=_NOTHING_STUCK)
    return int(len(found) > 0 or not lines.sound)


def aged(options: argparse.Namespace) -> int:
    """List what is stuck by how long it has waited."""
    lines = read_lines(options, options.output)
    stuck = filtered(rev603.rejects(lines.state, include_returned=True), options, as_of=lines.newest)
    found = rev603.ageing(stuck, lines.newest).sort_values("days_waiting", ascending=False, kind="stable")
    shown = (*_LISTED, "days_waiting", "disposition")
    _give("stuck", found, shown, options, none=_NOTHING_STUCK, bands=by_age_band(found))
    return int(len(found) > 0 or not lines.sound)


def changed(options: argparse.Namespace) -> int:
    """List what differs from the report before."""
    lines = read_lines(options, options.output)
    found = rev603.weekly_summary(lines.history, week_ending=options.week_ending).changes
    by = ("payee_id", "refund_id", "document_number")
    found = filtered(found, options, as_of=lines.newest, lines=lines.history, by=by)
    _give("changes", found, _CHANGED, options, none="Nothing has changed.")
    return int(len(found) > 0 or not lines.sound)


def worklist(options: argparse.Namespace) -> int:
    """List who must do what."""
    lines = read_lines(options, options.output)
    work = rev603.enrollment_worklist(lines.state, as_of=lines.newest, log=options.log)
    stuck = rev603.rejects(lines.state, include_returned=True)
    work = filtered(work, options, as_of=lines.newest, lines=stuck, by=("payee_id", "care_of"))
    actors = rev603.worklist_by_actor(work)
    _give("worklist", work, _WORK, options, none=_NOTHING_STUCK, worklist_by_actor=actors)
    if not options.quiet and len(work):
        say("`rev603 guide` explains each step; `rev603 letters` writes the letters.")
    return int(len(work) > 0 or not lines.sound)


def reissue(options: argparse.Namespace) -> int:
    """List what CBP is asked to send again."""
    lines = read_lines(options, options.output)
    asked = rev603.reissue_requests(lines.state, ready_only=not options.all, log=options.log)
    stuck = rev603.rejects(lines.state, include_returned=True)
    asked = filtered(asked, options, as_of=lines.newest, lines=stuck, by=("payee_id", "refund_id"))
    if options.mask == "none":
        say(FULL_NUMBERS)
    _give("reissue", asked, _ASKED, options, none="Nothing is ready to be asked for.")
    return int(not lines.sound)


def grouped(options: argparse.Namespace) -> int:
    """Show sums by group."""
    lines = read_lines(options, options.output)
    # what is superseded shows among all lines only
    told = with_disposition(nw.from_native(lines.state)).to_native()
    refunds = filtered(told, options, as_of=lines.newest)
    one = {
        "payee": (rev603.by_payee, ("company_name", "payee_id")),
        "notify-party": (rev603.by_notify_party, ("care_of",)),
        "method": (rev603.by_method, ("method",)),
    }
    if options.by in one:
        function, keys = one[options.by]
        groups, shown = function(refunds), (*keys, *_SUMS)
    else:
        also = {"payee": "payee_id", "notify-party": "care_of"}
        columns = [
            also.get(name, name) for name in map(str.strip, options.by.split(",")) if name != "disposition"
        ]
        groups = rev603.by_disposition(refunds, by=columns)
        shown = (*columns, "disposition", "lines", "refunds", "amount")
    _give("groups", groups, shown, options, noun="group", said={"by": options.by})
    return int(not lines.sound)


def converted(options: argparse.Namespace) -> int:
    """Write lines to a file, or as CSV to stdout."""
    to_stdout = str(options.output) == "-"
    if not to_stdout and options.output.suffix.lower() not in _FORMATS:
        raise Rev603Error(
            f"{options.output.name}: rev603 does not write {options.output.suffix or 'a file without ending'} here.",
            what_to_do=f"name a file that ends in {', '.join(_FORMATS)}, or - for CSV on stdout",
        )
    lines = read_lines(options, options.output)
    frame = filtered(lines.state if options.current else lines.history, options, as_of=lines.newest)
    if options.columns is not None:
        names = [name.strip() for name in options.columns.split(",")]
        if missing := [name for name in names if name not in frame]:
            found = map(str, frame.columns)
            raise ColumnsMissingError(missing, found=found, what_to_do="`rev603 columns` lists them")
        frame = frame[names]
    masked = mask_frame(frame, options.mask)
    if to_stdout:
        emit(csv_text(masked).removesuffix("\n"))
        return int(not lines.sound)
    write_lines(masked, options.output, mask=options.mask)
    if options.json:
        written = {"written": str(options.output), "lines": len(frame), "columns": list(frame.columns)}
        emit_json({"schema_version": 1, **written})
    elif not options.quiet:
        say(f"Wrote {options.output}: {plural(len(frame), 'line')}.")
        if "payee_id" in frame and not masked["payee_id"].equals(frame["payee_id"]):
            say("Payee numbers like social security numbers are masked; --mask none keeps them.")
    return int(not lines.sound)


def _give(
    name: str,
    found: pd.DataFrame,
    shown: tuple[str, ...],
    options: argparse.Namespace,
    *,
    noun: str = "line",
    none: str = "",
    said: Mapping[str, Any] | None = None,
    **above: pd.DataFrame,
) -> None:
    """Show an answer as a table below those that sum it up, or give all of its columns as a file or as JSON."""
    masked = mask_frame(found, options.mask)
    amount = round(float(found["amount"].sum()), 2) if "amount" in found else None
    if options.output is not None:
        write_lines(masked, options.output, mask=options.mask)
    if options.json:
        figures: dict[str, Any] = {"lines": len(found)} | ({} if amount is None else {"amount": amount})
        figures |= {key: records(mask_frame(each, options.mask)) for key, each in above.items()}
        emit_json({"schema_version": 1, **(said or {}), **figures, name: records(masked)})
    elif options.output is None and len(found):
        for each in above.values():
            emit(TextTable(each, _ACTORS if "actor" in each else None, mask=options.mask).to_text() + "\n")
        if "care_of" in shown[:1]:
            masked = masked.assign(care_of=masked["care_of"].fillna("(no notify party)"))
        emit(TextTable(masked, shown, mask="none").to_text())
    if options.quiet:
        return
    if none and not len(found):
        # a name that is misspelled chooses nothing: no news of it is no good news
        say(
            f"Of the lines that the filters choose: {none[0].lower()}{none[1:]}"
            if is_filtered(options)
            else none
        )
        return
    worth = "" if amount is None else f", {money(amount)}"
    payees = f", of {plural(int(found['payee_id'].nunique()), 'payee')}" if "payee_id" in found else ""
    say(f"{plural(len(found), noun)}{worth}{payees}.")
