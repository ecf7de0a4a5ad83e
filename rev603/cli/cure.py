"""``rev603 worklist``, ``reissue``, ``letters`` and ``packs``: who must do what, and everything needed to do it."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Any

from rev603.cli._output import emit, emit_json, say
from rev603.cli._parser import add_command, day, party_options, reading_options

if TYPE_CHECKING:
    import argparse

    import pandas as pd

_WORKLIST = """\
Says what is to be done for each stuck refund, by whom, and why: request the reissue (the account works), check the
account, add this suffix, check the Form 4811 and box 28, or enroll. The evidence is in the reports: what was paid by
ACH, when, and to whom. `rev603 guide` explains each step.
"""
_WORKLIST_EXAMPLES = """\
  rev603 worklist exports/
  rev603 worklist exports/ --log log.csv              what you asked for already waits for CBP
  rev603 worklist exports/ -o worklist.xlsx

A log has the columns payee_id, care_of, verified_on, requested_on, note: the day on which you saw the account in ACE,
or asked CBP for the reissue.
exit code: 0 nothing is stuck, 1 something is, 2 cannot be done.
"""
_REISSUE = """\
Lists what CBP's refunds team needs to send stuck refunds again: one line per refund, with its documents, amount and
former check or trace number. Only what is ready: the account has been seen to work since, or your log says so.
"""
_REISSUE_EXAMPLES = """\
  rev603 reissue exports/
  rev603 reissue exports/ --all                       also what is not ready
  rev603 reissue exports/ --mask none -o requests.xlsx

CBP needs full numbers: --mask none gives them, of persons too. Keep what it writes to yourself and CBP.
"""
_LETTERS = """\
Writes a letter for each company or notify party that must act, and a request to CBP's refunds team for each payee whose
account works: as text, page and mail draft (.eml). Nothing is sent, and nobody is asked for bank data.
"""
_LETTERS_EXAMPLES = """\
  rev603 letters exports/ -o letters --sender signature.txt --deadline 2026-12-04
  rev603 letters exports/ -o letters --templates our-templates
  rev603 letters exports/ -o letters --mask none      full numbers of persons, for CBP only
"""
_PACKS = """\
Writes a folder for each client: a workbook (state, what is stuck, and expected against received where --entries names
an entry list), the letter, and the same as JSON; and an index. No folder holds anything of another client.
"""
_PACKS_EXAMPLES = """\
  rev603 packs exports/ -o packs                      a folder per payee number
  rev603 packs exports/ -o packs --by base            all suffixes of an importer together
  rev603 packs exports/ -o packs --by "notify party" --entries entries.csv
"""
_WORK_SHOWN = ("company_name", "payee_id", "care_of", "amount", "days_waiting", "step", "evidence")
_ACTORS_SHOWN = ("actor_name", "actor", "steps", "importers", "lines", "amount", "days_waiting")
_ASKED_SHOWN = (
    "company_name", "payee_id", "refund_id", "documents", "amount", "refund_date", "check_or_trace_number", "ready",
)  # fmt: skip


def add_to(commands: Any) -> None:
    """Add the four commands."""
    parser = add_command(commands, "worklist", run_worklist, help="who must do what, and why", about=_WORKLIST,
                         examples=_WORKLIST_EXAMPLES)  # fmt: skip
    _common(parser, "FILE", "write it: ends in .xlsx, .csv or .parquet")

    parser = add_command(commands, "reissue", run_reissue, help="what to ask CBP to send again", about=_REISSUE,
                         examples=_REISSUE_EXAMPLES)  # fmt: skip
    _common(parser, "FILE", "write it: ends in .xlsx, .csv or .parquet")
    parser.add_argument("--all", action="store_true", help="also what is not ready")

    parser = add_command(commands, "letters", run_letters, help="letters to those who must act, and to CBP",
                         about=_LETTERS, examples=_LETTERS_EXAMPLES)  # fmt: skip
    _common(parser, "DIR", "folder to write into", required=True)
    parser.add_argument("--sender", type=Path, metavar="FILE", help="a text file with your signature")
    parser.add_argument("--deadline", type=day, metavar="DATE", help="the day by which it should be done")
    parser.add_argument(
        "--templates", type=Path, metavar="DIR", help="templates of your own, by the names of ours"
    )

    parser = add_command(commands, "packs", run_packs, help="a folder for each client", about=_PACKS,
                         examples=_PACKS_EXAMPLES)  # fmt: skip
    _common(parser, "DIR", "folder to write into", required=True)
    parser.add_argument("--by", choices=("payee", "base", "notify party"), default="payee",
                        help="a payee number, an importer with all its suffixes, or a notify party")  # fmt: skip
    parser.add_argument(
        "--entries", type=Path, metavar="LIST", help="entry list, for expected against received"
    )
    parser.add_argument("--sender", type=Path, metavar="FILE", help="a text file with your signature")


def _common(parser: Any, what: str, words: str, *, required: bool = False) -> None:
    reading_options(parser)
    if not required:
        party_options(parser)
    parser.add_argument("-o", "--output", type=Path, metavar=what, help=words, required=required)
    parser.add_argument("--log", type=Path, metavar="CSV", help="your own log of what was seen and asked for")


def run_worklist(options: argparse.Namespace) -> int:
    """Show or write the worklist."""
    import rev603
    from rev603.cli._filters import of_parties
    from rev603.cli._reading import read_lines, state_of
    from rev603.presenting.tables import text_table

    lines = read_lines(options)
    work = of_parties(
        rev603.enrollment_worklist(state_of(lines), as_of=lines.newest, log=options.log), options
    )
    actors = rev603.worklist_by_actor(work)
    if len(work) and not (options.json or options.output):
        emit(text_table(actors, _ACTORS_SHOWN, mask=options.mask) + "\n")
    _give(work, _WORK_SHOWN, options, worklist_by_actor=actors)
    if not options.quiet and len(work):
        say("`rev603 guide` explains each step; `rev603 letters` writes the letters.")
    return int(len(work) > 0 or not lines.sound)


def run_reissue(options: argparse.Namespace) -> int:
    """Show or write the reissue requests."""
    import rev603
    from rev603.cli._filters import of_parties
    from rev603.cli._reading import read_lines, state_of

    lines = read_lines(options)
    asked = rev603.reissue_requests(state_of(lines), ready_only=not options.all, log=options.log)
    _warn_of_full_numbers(options)
    _give(of_parties(asked, options), _ASKED_SHOWN, options)
    return int(not lines.sound)


def run_letters(options: argparse.Namespace) -> int:
    """Write the letters."""
    import rev603
    from rev603.cli._reading import read_lines, state_of

    lines = read_lines(options)
    due = rev603.letters(
        state_of(lines), as_of=lines.newest, sender=_signature(options), deadline=options.deadline, log=options.log,
        templates=options.templates,
    )  # fmt: skip
    _warn_of_full_numbers(options)
    written = due.write(options.output, mask=options.mask)
    return _wrote(f"{len(due)} letters", written, options, lines.sound)


def run_packs(options: argparse.Namespace) -> int:
    """Write the client packs."""
    import rev603
    from rev603.cli._reading import read_lines

    lines = read_lines(options)
    entries = None if options.entries is None else rev603.read_entries(options.entries)
    packs = rev603.client_packs(
        lines.history, entries=entries, by=options.by, sender=_signature(options), log=options.log
    )
    _warn_of_full_numbers(options)
    written = packs.write(options.output, mask=options.mask)
    return _wrote(f"{len(packs)} packs", written, options, lines.sound)


def _give(
    frame: pd.DataFrame, shown: tuple[str, ...], options: argparse.Namespace, **more: pd.DataFrame
) -> None:
    """Give a frame as a table, as JSON, or as a file."""
    from rev603.presenting.line_files import write_lines
    from rev603.presenting.masking import mask_frame
    from rev603.presenting.records import records
    from rev603.presenting.tables import text_table
    from rev603.presenting.text import money, plural

    masked = mask_frame(frame, options.mask)
    amount = int((frame["amount"] * 100).round().sum()) / 100
    if options.output is not None:
        write_lines(masked, options.output, mask=options.mask)
    if options.json:
        rolled = {name: records(mask_frame(each, options.mask)) for name, each in more.items()}
        emit_json(
            {
                "schema_version": 1,
                "lines": len(frame),
                "amount": amount,
                options.command: records(masked),
                **rolled,
            }
        )
    elif options.output is None and len(frame):
        emit(text_table(masked, shown, mask="none"))
    if not options.quiet:
        say(f"{plural(len(frame), 'line')}, {money(amount)}.")


def _wrote(what: str, written: list[Path], options: argparse.Namespace, sound: bool) -> int:
    if options.json:
        emit_json({"schema_version": 1, "written": [str(path) for path in written]})
    elif not options.quiet:
        say(f"Wrote {what} into {options.output}.")
    return int(not sound)


def _signature(options: argparse.Namespace) -> str | None:
    return None if options.sender is None else options.sender.read_text(encoding="utf-8-sig")


def _warn_of_full_numbers(options: argparse.Namespace) -> None:
    if options.mask == "none":
        say("Warning: social security numbers are shown in full. Keep this to yourself and CBP.")
