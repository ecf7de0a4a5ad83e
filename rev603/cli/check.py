"""``rev603 check``: can a file be relied on, what was read of it, and what is wrong where."""

from __future__ import annotations

import difflib
from typing import TYPE_CHECKING, Any

from rev603.cli._output import emit, emit_json, progress_bar, say
from rev603.cli._parser import add_command, reading_options
from rev603.cli._wording import on_the_command_line
from rev603.errors import Rev603Error, UnrecognizedFileError
from rev603.presenting.records import records
from rev603.presenting.text import count, day, money, one_line, plural
from rev603.reading.history import export_files
from rev603.reading.issues import CATALOGUE, IssueKind
from rev603.reading.report import Report, read

if TYPE_CHECKING:
    import argparse

_ABOUT = """\
Says whether an export can be relied on: every row accounted for, the totals that the report states
beside those that were read, and each remark with its cell and what to do about it. Nothing is changed.
"""
_EXAMPLES = """\
  rev603 check export.xlsx
  rev603 check exports/                    every file of a folder
  rev603 check --explain check-digit       what a code means and what to do
  rev603 check --explain all               all codes

exit code: 0 accepted, 1 something to look at, 2 a file cannot be read.
"""
_SHOWN = 5
_FINE, _LOOK, _CANNOT = 0, 1, 2


def add_to(commands: Any) -> None:
    """Add the command."""
    parser = add_command(
        commands, "check", run, help="can this file be relied on", about=_ABOUT, examples=_EXAMPLES
    )
    reading_options(parser, history=False, optional=True)
    parser.add_argument("--explain", metavar="CODE", help="explain a code, or all of them, and read nothing")
    parser.add_argument(
        "--all", action="store_true", help=f"show every cell of a remark, not the first {_SHOWN} only"
    )


def run(options: argparse.Namespace) -> int:
    """Check files one by one, whatever becomes of the others."""
    if options.explain:
        return _explain(options.explain, as_json=options.json)
    if not options.paths:
        raise Rev603Error(
            "No file to check.", what_to_do="rev603 check export.xlsx, or rev603 check --explain all"
        )
    files = list(export_files(options.paths))
    results: list[Any] = []
    code = _FINE
    with progress_bar([path for path, _ in files], quiet=options.quiet) as progress:
        for done, (path, swept) in enumerate(files, 1):
            outcome: Report | Rev603Error
            try:
                outcome = read(path, sheet=options.sheet, grain=options.grain, on_error="collect")
            except Rev603Error as error:
                outcome = error
            if progress is not None:
                progress(done, len(files), path.name)
            if swept and len(files) > 1 and isinstance(outcome, UnrecognizedFileError):
                if not options.quiet:
                    say(f"{path.name}: no refund report, passed over ({outcome.what})")
                continue
            code = max(code, _code(outcome))
            results.append(
                _as_dict(path.name, outcome) if options.json else _as_text(path.name, outcome, options)
            )
    if options.json:
        emit_json({"schema_version": 1, "files": results})
    else:
        emit("\n\n".join(results))
    return code if results else _CANNOT


def _code(outcome: Report | Rev603Error) -> int:
    if isinstance(outcome, Rev603Error):
        return _CANNOT
    return _FINE if outcome.verdict == "accepted" else _LOOK


def _as_text(name: str, outcome: Report | Rev603Error, options: argparse.Namespace) -> str:
    if isinstance(outcome, Rev603Error):
        return f"{name}: cannot be read\n  " + on_the_command_line(str(outcome)).replace("\n", "\n  ")
    control, header = outcome.control, outcome.header
    reasons = outcome.set_aside["reason"].value_counts()
    aside = ", ".join(f"{count(number)} {reason}" for reason, number in reasons.items())
    found_refunds = (
        control.found_refunds if control.stated_refunds == control.found_refunds else control.found_lines
    )
    facts = [
        ("Report date", day(header.report_date) if header.report_date else "not stated"),
        ("Rows", f"{count(outcome.rows_read)} read = {plural(len(outcome.refunds), 'refund line')} + "
                 f"{count(len(outcome.set_aside))} set aside" + (f" ({aside})" if aside else "")),
        ("Refunds", f"{_stated(control.stated_refunds, count)}, {count(found_refunds)} found"),
        ("Amount", f"{_stated(control.stated_amount, money)}, {money(control.found_amount)} found"
                   + (f", difference {money(control.difference)}" if control.difference else "")),
        ("Ties out", {True: "yes: what was read is what the report states",
                      False: "NO: what was read differs from what the report states",
                      None: "cannot be told: the report states no totals"}[control.ties_out]),
        ("A line is one", "refund's document, and the whole refund's amount stands on each"
                          if control.grain == "refund" else "payment with its own amount"),
    ]  # fmt: skip
    said = [f"{name}: {outcome.verdict}", *(f"  {label:<14} {text}" for label, text in facts)]
    return "\n".join([*said, *_remarks(outcome, options)])


def _stated(value: Any, write: Any) -> str:
    return "none stated" if value is None else f"{write(value)} stated"


def _remarks(report: Report, options: argparse.Namespace) -> list[str]:
    """Give the issues by code: what, where, and what to do."""
    if report.issues.empty:
        return [f"  {'Remarks':<14} none"]
    said = [f"  {'Remarks':<14} {_severities(report)}"]
    for code, issues in report.issues.groupby("code", sort=False):
        kind = CATALOGUE[str(code)]
        few = issues["message"] if options.all else issues["message"].head(_SHOWN)
        shown = [on_the_command_line(one_line(text)) for text in few]
        todo = on_the_command_line(kind.what_to_do)
        said += [
            "",
            f"  {kind.severity.upper()} {code}: {kind.meaning}"
            + (f" ({count(len(issues))} times)" if len(issues) > 1 else ""),
        ]
        said += [f"    - {text.removesuffix(f'; {todo}').replace(f': {kind.meaning}', '')}" for text in shown]
        said += [f"    … and {count(len(issues) - len(shown))} more (--all shows them)"] * (
            len(shown) < len(issues)
        )
        said += [f"    what to do: {todo}"]
    return said


def _severities(report: Report) -> str:
    numbers = report.issues["severity"].value_counts()
    names = {"error": "error", "warning": "warning", "info": "note"}
    return ", ".join(
        plural(int(numbers[severity]), name) for severity, name in names.items() if severity in numbers
    )


def _as_dict(name: str, outcome: Report | Rev603Error) -> dict[str, Any]:
    if isinstance(outcome, Rev603Error):
        said = {
            "what": outcome.what,
            "where": outcome.where,
            "why": outcome.why,
            "what_to_do": outcome.what_to_do,
        }
        return {
            "source_file": name,
            "verdict": "cannot be read",
            "error": {"type": type(outcome).__name__, **said},
        }
    control, header = outcome.control, outcome.header
    return {
        "source_file": name,
        "verdict": outcome.verdict,
        "content_hash": outcome.content_hash,
        "report_date": header.report_date.isoformat() if header.report_date else None,
        "rows_read": outcome.rows_read,
        "lines": len(outcome.refunds),
        "set_aside": {str(reason): int(number) for reason, number in outcome.set_aside["reason"].value_counts().items()},
        "control": {
            "ties_out": control.ties_out, "grain": control.grain,
            "stated_refunds": control.stated_refunds, "stated_amount": control.stated_amount,
            "found_lines": control.found_lines, "found_refunds": control.found_refunds,
            "found_amount": control.found_amount, "difference": control.difference,
        },
        "issues": records(outcome.issues),
    }  # fmt: skip


def _explain(code: str, *, as_json: bool) -> int:
    if code != "all" and code not in CATALOGUE:
        near = difflib.get_close_matches(code, CATALOGUE, n=1, cutoff=0.4)
        raise Rev603Error(
            f"There is no code {code!r}.",
            why=f"did you mean {near[0]!r}?" if near else "",
            what_to_do="rev603 check --explain all lists them",
        )
    kinds = list(CATALOGUE.values()) if code == "all" else [CATALOGUE[code]]
    if as_json:
        emit_json([{"code": kind.code, "severity": kind.severity, "meaning": kind.meaning, "what_to_do": kind.what_to_do}
                   for kind in kinds])  # fmt: skip
    else:
        emit("\n\n".join(map(_explained, kinds)))
    return _FINE


def _explained(kind: IssueKind) -> str:
    return f"{kind.code} ({kind.severity})\n  {kind.meaning}\n  what to do: {on_the_command_line(kind.what_to_do)}"
