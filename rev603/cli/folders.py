"""``rev603 letters``, ``packs`` and ``sample``: what is written into a folder."""

from __future__ import annotations

import argparse

import rev603
from rev603.cli._output import emit, emit_json, say
from rev603.cli._reading import read_lines
from rev603.cli.listing import FULL_NUMBERS
from rev603.errors import Rev603Error
from rev603.presenting.files import SUPERSEDED
from rev603.sample import write_samples


def letters(options: argparse.Namespace) -> int:
    """Write the letters."""
    lines = read_lines(options)
    due = rev603.letters(
        lines.state, as_of=lines.newest, sender=options.sender, deadline=options.deadline, log=options.log,
        templates=options.templates,
    )  # fmt: skip
    return _write(due, "letters", options, lines.sound)


def packs(options: argparse.Namespace) -> int:
    """Write the client packs."""
    lines = read_lines(options)
    entries = (
        None
        if options.entries is None
        else rev603.read_entries(options.entries, vocabulary=options.vocabulary)
    )
    made = rev603.client_packs(
        lines.history, entries=entries, by=options.by, sender=options.sender, log=options.log
    )
    return _write(made, "packs", options, lines.sound)


def sample(options: argparse.Namespace) -> int:
    """Write samples, over nothing that is there."""
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


def _write(
    made: rev603.Letters | rev603.ClientPacks, what: str, options: argparse.Namespace, sound: bool
) -> int:
    if options.mask == "none":
        say(FULL_NUMBERS)
    written = made.write(options.output, mask=options.mask)
    if options.json:
        emit_json({"schema_version": 1, "written": [str(path) for path in written]})
    elif not options.quiet:
        say(f"Wrote {len(made)} {what} into {options.output}.")
        if (aside := options.output / SUPERSEDED).is_dir():
            say(f"What an earlier run wrote, and this one did not, is in {aside}: do not send it.")
    return int(not sound)
