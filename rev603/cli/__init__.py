"""The command line ``rev603``: parses what was asked for, calls the library, prints. ``commands.toml`` is its surface.

Results go to stdout, talk goes to stderr. The exit code is 0 where all is fine, 1 where there is something
to look at, 2 where it cannot be done.

Examples
--------
>>> from rev603.cli import main
>>> main(["group", "nowhere.xlsx", "--by", "payee"])
2
"""

from __future__ import annotations

import errno
import importlib
import os
import signal
import sys
import threading
import traceback
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path

import rev603
from rev603.cli._output import say
from rev603.cli._parser import build_parser
from rev603.errors import Rev603Error

FINE, LOOK, CANNOT = 0, 1, 2
_STOPPED = 130


def main(argv: Sequence[str] | None = None) -> int:
    """Run the command line and give its exit code.

    Parameters
    ----------
    argv
        The arguments; those of the process, if None.

    Returns
    -------
    int
        0 fine, 1 something to look at, 2 cannot.
    """
    for stream in (sys.stdout, sys.stderr):
        # a console of an old code page must not stop a report over a letter that it does not have
        if reconfigure := getattr(stream, "reconfigure", None):
            reconfigure(errors="replace")
    try:
        with _ended_in_order():
            code = _run(argv)
        sys.stdout.flush()
    except BrokenPipeError:  # the reader of our output, `head` perhaps, has seen enough
        os.dup2(os.open(os.devnull, os.O_WRONLY), 1)
        return FINE
    except KeyboardInterrupt:
        say("Stopped.")
        return _STOPPED
    return code


@contextmanager
def _ended_in_order() -> Iterator[None]:
    """Let a request to end (SIGTERM) unwind, so that no half-written file is left behind."""
    if threading.current_thread() is not threading.main_thread():  # Python takes signals there only
        yield
        return
    before = signal.signal(signal.SIGTERM, lambda number, _: sys.exit(128 + number))
    try:
        yield
    finally:
        signal.signal(signal.SIGTERM, before)


def _run(argv: Sequence[str] | None) -> int:
    try:
        parser = build_parser(rev603.__version__)
        arguments = parser.parse_args(argv)
        if arguments.command is None:
            parser.print_help()
            return FINE
        # only the command that is asked for is loaded, so that help needs no pandas
        module, _, function = arguments.run.partition(":")
        return int(getattr(importlib.import_module(f"rev603.cli.{module}"), function)(arguments))
    except SystemExit as done:  # argparse: --help, --version, or a command line that it cannot read
        return done.code if isinstance(done.code, int) else CANNOT
    except Rev603Error as error:
        say(error.text(command_line=True))
    except BrokenPipeError:
        raise
    except OSError as error:
        say(_file_trouble(error))
    except Exception as error:
        if os.environ.get("REV603_DEBUG"):
            raise
        say(_bug(error))
    return CANNOT


def _bug(error: Exception) -> str:
    """Name a bug without the error's own text, which may hold a payee's data."""
    last = traceback.extract_tb(error.__traceback__)[-1]
    return (
        f"rev603 failed: {type(error).__name__} in {Path(last.filename).name}, line {last.lineno}. This is a bug.\n"
        "  what to do: report this line and the command; REV603_DEBUG=1 shows more"
    )


def _file_trouble(error: OSError) -> str:
    where = f"\n  where: {error.filename}" if error.filename else ""
    hint = "free some space, or name another place" if error.errno == errno.ENOSPC else ""
    if isinstance(error, PermissionError):
        hint = "close the file if it is open in Excel, or name another one"
    return f"{error.strerror or error}.{where}" + (f"\n  what to do: {hint}" if hint else "")
