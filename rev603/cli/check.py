"""``rev603 check``: can a file be relied on, what was read of it, and what is wrong where."""

from __future__ import annotations

import argparse
import difflib
from typing import Any

from rev603.cli._output import emit, emit_json, progress_bar, say
from rev603.cli._reading import columns_of, sources_of
from rev603.errors import Rev603Error, UnrecognizedFileError, phrased
from rev603.presenting.report import Report, read
from rev603.reading.exports import exports_of
from rev603.reading.issues import CATALOGUE, IssueKind
from rev603.reading.limits import DEFAULT_LIMITS

_SHOWN = 5
_FINE, _LOOK, _CANNOT = 0, 1, 2


def run(options: argparse.Namespace) -> int:
    """Check files one by one, whatever becomes of the others."""
    if options.explain:
        return _explain(options.explain, as_json=options.json)
    if not options.paths:
        raise Rev603Error(
            "No file to check.", what_to_do="rev603 check export.xlsx, or rev603 check --explain all"
        )
    files = exports_of(sources_of(options))
    results: list[Any] = []
    code = _FINE
    with progress_bar([file.path for file in files], quiet=options.quiet) as progress:
        for done, file in enumerate(files, 1):
            path = file.path
            outcome: Report | Rev603Error
            try:
                content = file.opened(DEFAULT_LIMITS)
                outcome = read(
                    content, name=path.name, sheet=options.sheet, grain=options.grain,
                    columns=columns_of(options.column), vocabulary=options.vocabulary, on_error="collect",
                )  # fmt: skip
            except Rev603Error as error:
                outcome = error
            if progress is not None:
                progress(done, len(files), path.name)
            if file.swept and len(files) > 1 and isinstance(outcome, UnrecognizedFileError):
                if not options.quiet:
                    say(f"{path.name}: no refund report, passed over ({outcome.what})")
                continue
            code = max(code, _code(outcome))
            results.append(_shown(path.name, outcome, options))
    if options.json:
        emit_json({"schema_version": 1, "files": results})
    else:
        emit("\n\n".join(results))
    return code if results else _CANNOT


def _code(outcome: Report | Rev603Error) -> int:
    if isinstance(outcome, Rev603Error):
        return _CANNOT
    return _FINE if outcome.verdict == "accepted" else _LOOK


def _shown(name: str, outcome: Report | Rev603Error, options: argparse.Namespace) -> Any:
    if not isinstance(outcome, Rev603Error):
        return outcome.to_dict() if options.json else outcome.to_text(top=None if options.all else _SHOWN)
    if not options.json:
        return f"{name}: cannot be read\n  " + outcome.text(command_line=True).replace("\n", "\n  ")
    told = {key: getattr(outcome, key) for key in ("what", "where", "why", "what_to_do")}
    error = {"type": type(outcome).__name__, **told}
    return {"source_file": name, "verdict": "cannot be read", "error": error}


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
    return f"{kind.code} ({kind.severity})\n  {kind.meaning}\n  what to do: {phrased(kind.remedy, command_line=True)}"
