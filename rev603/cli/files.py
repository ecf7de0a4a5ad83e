"""``rev603 convert``, ``sample`` and ``columns``: lines for other programs, samples to try, and what the columns mean."""

from __future__ import annotations

import argparse
from pathlib import Path
from typing import TYPE_CHECKING, Any

from rev603.cli._output import emit, emit_json, say
from rev603.cli._parser import add_command, filter_options, reading_options
from rev603.errors import ColumnsMissingError, Rev603Error
from rev603.vocabulary.headings import DERIVED_COLUMNS, ENTRY_COLUMNS, REFUND_COLUMNS, Column
from rev603.vocabulary.reports import REPORTS

if TYPE_CHECKING:
    from collections.abc import Iterable

    import pandas as pd

_CONVERT = """\
Writes the cleaned lines of one or more exports: typed, identifiers as text with their leading zeros, each
line with its report date, file, sheet and row. Parquet keeps the types; CSV and Excel keep text that
begins like a formula from being one.

Several overlapping exports show the same refund several times. --current keeps the newest state of each,
which is what may be added up. Numbers like social security numbers are masked: --mask none keeps them.
"""
_CONVERT_EXAMPLES = """\
  rev603 convert export.xlsx -o refunds.parquet
  rev603 convert exports/ --current -o refunds.csv
  rev603 convert exports/ -o refunds.xlsx
  rev603 convert exports/ --payee 98-7654321 --columns refund_id,refund_date,amount -o -
"""
_SAMPLE = """\
Writes three weekly exports in three layouts and an entry list, all invented, to try rev603 on.
"""
_SAMPLE_EXAMPLES = """\
  rev603 sample try-it
  rev603 sample big --lines 100000 --seed 7
"""
_COLUMNS = """\
Lists the columns: our name, CBP's heading, what it means, and which a file must have. Without an essential
column it is refused; without another it is read, and the answers that need it say so.
"""
_COLUMNS_EXAMPLES = """\
  rev603 columns
  rev603 columns --aliases          with the other headings under which each is found
  rev603 columns --json
"""
_FORMATS = (".parquet", ".csv", ".xlsx")
#: With this seed the last of the three weeks has new, stuck and cleared rejects, and masked numbers.
SAMPLE_SEED = 84


def add_to(commands: Any) -> None:
    """Add the three commands."""
    parser = add_command(
        commands,
        "convert",
        run_convert,
        help="cleaned lines for other programs",
        about=_CONVERT,
        examples=_CONVERT_EXAMPLES,
    )
    reading_options(parser)
    filter_options(parser)
    parser.add_argument(
        "-o",
        "--output",
        type=Path,
        required=True,
        metavar="FILE",
        help=f"ends in {', '.join(_FORMATS)}; - gives CSV on stdout",
    )
    parser.add_argument("--columns", metavar="NAME,…", help="only these columns, in this order")
    parser.add_argument("--current", action="store_true", help="the newest state of each refund only")

    parser = add_command(
        commands,
        "sample",
        run_sample,
        help="synthetic exports to try it on",
        about=_SAMPLE,
        examples=_SAMPLE_EXAMPLES,
    )
    parser.add_argument("folder", type=Path, metavar="DIR", help="made where it does not exist")
    parser.add_argument(
        "--force", action="store_true", help="write into a folder that is not empty, over what is there"
    )
    parser.add_argument("--lines", type=_positive, default=400, help="refund lines in all (default: 400)")
    parser.add_argument(
        "--seed",
        type=int,
        default=SAMPLE_SEED,
        help=f"the same seed gives the same files (default: {SAMPLE_SEED})",
    )

    parser = add_command(
        commands,
        "columns",
        run_columns,
        help="what the columns mean",
        about=_COLUMNS,
        examples=_COLUMNS_EXAMPLES,
    )
    parser.add_argument("--aliases", action="store_true", help="show the other headings too")


def run_convert(options: argparse.Namespace) -> int:
    """Write lines to a file, or as CSV to stdout."""
    from rev603.cli._filters import filtered
    from rev603.cli._reading import files_of, make_folder_for, read_lines, state_of
    from rev603.presenting.files import refuse_to_overwrite
    from rev603.presenting.line_files import csv_text, write_lines
    from rev603.presenting.masking import mask_frame
    from rev603.presenting.text import plural

    to_stdout = str(options.output) == "-"
    if not to_stdout and options.output.suffix.lower() not in _FORMATS:
        raise Rev603Error(
            f"{options.output.name}: rev603 does not write {options.output.suffix or 'a file without ending'} here.",
            what_to_do=f"name a file that ends in {', '.join(_FORMATS)}, or - for CSV on stdout",
        )
    refuse_to_overwrite(files_of(options), [options.output])
    lines = read_lines(options)
    frame = filtered(state_of(lines) if options.current else lines.history, options, as_of=lines.newest)
    frame = _columns_of(frame, options.columns)
    masked = mask_frame(frame, options.mask)
    if to_stdout:
        emit(csv_text(masked).removesuffix("\n"))
        return int(not lines.sound)
    write_lines(masked, make_folder_for(options.output), mask=options.mask)
    if options.json:
        written = {"written": str(options.output), "lines": len(frame), "columns": list(frame.columns)}
        emit_json({"schema_version": 1, **written})
    elif not options.quiet:
        say(f"Wrote {options.output}: {plural(len(frame), 'line')}.")
        if "payee_id" in frame and not masked["payee_id"].equals(frame["payee_id"]):
            say("Payee numbers like social security numbers are masked; --mask none keeps them.")
    return int(not lines.sound)


def _columns_of(frame: pd.DataFrame, wanted: str | None) -> pd.DataFrame:
    if wanted is None:
        return frame
    names = [name.strip() for name in wanted.split(",")]
    if missing := [name for name in names if name not in frame]:
        raise ColumnsMissingError(
            missing, found=list(map(str, frame.columns)), what_to_do="`rev603 columns` lists them"
        )
    return frame[names]


def run_sample(options: argparse.Namespace) -> int:
    """Write samples, and overwrite nothing unless told to."""
    from rev603.sample import write_samples

    there = options.folder.is_dir() and any(options.folder.iterdir())
    if there and not options.force:
        raise Rev603Error(
            f"{options.folder} is not empty, so nothing was written.",
            what_to_do="name another folder, or pass --force to write into this one",
        )
    written = write_samples(options.folder, lines=options.lines, seed=options.seed)
    if options.json:
        emit_json({"schema_version": 1, "written": [str(path) for path in written]})
    else:
        emit("\n".join(map(str, written)))
        if not options.quiet:
            say(f"Now try: rev603 weekly {options.folder}")
    return 0


def run_columns(options: argparse.Namespace) -> int:
    """List columns."""
    parts = (
        ("refunds", "refund columns, in CBP's order", REFUND_COLUMNS),
        ("added", "added by rev603", DERIVED_COLUMNS),
        ("entries", "entry lists", ENTRY_COLUMNS),
    )
    if options.json:
        emit_json({name: [_column(column) for column in columns] for name, _, columns in parts})
    else:
        emit("\n\n".join(_listed(title, columns, options.aliases) for _, title, columns in parts))
    return 0


def _column(column: Column) -> dict[str, Any]:
    return {
        "name": column.name, "heading": column.heading or None, "meaning": column.meaning,
        "aliases": list(column.aliases), "essential": column.essential,
        "essential_in": [report.name for report in REPORTS if column in REFUND_COLUMNS and column.name in report.essential],
        "needed_for": column.needed_for or None,
    }  # fmt: skip


def _listed(title: str, columns: Iterable[Column], aliases: bool) -> str:
    said = [title, "-" * len(title)]
    for column in columns:
        heading = f'"{column.heading}": ' if column.heading else ""
        said.append(f"{column.name:<24} {heading}{column.meaning}{_demand(column)}")
        said += [f"{'':<24} also: {', '.join(column.aliases)}"] * bool(aliases and column.aliases)
    return "\n".join(said)


def _demand(column: Column) -> str:
    """Return what a file without the column comes to, in brackets."""
    if column.needed_for:
        return f" [needed for {column.needed_for}]"
    if not column.essential:
        return ""
    fewer = [kind.name for kind in REPORTS if column in REFUND_COLUMNS and column.name not in kind.essential]
    but = f" but in {' and '.join(fewer)}" if fewer else ""
    return f" [essential{but}]"


def _positive(text: str) -> int:
    if not text.isascii() or not text.isdigit() or int(text) < 1:
        raise argparse.ArgumentTypeError(f"{text!r} is not a whole number from 1")
    return int(text)
