"""What the command line writes: talk to stderr, results to stdout as text or as JSON."""

from __future__ import annotations

import json
import shutil
import sys
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path
from typing import Any

from rev603.safe_text import escaped, hide_persons, visible

_MANY_FILES = 6
_LARGE_BYTES = 20_000_000


def say(text: str) -> None:
    """Tell the person at the screen something that is no result."""
    print(visible(hide_persons(text)), file=sys.stderr)


def emit(text: str = "") -> None:
    """Give a result; what it shows of payee numbers was decided by whoever put it together."""
    print(visible(text))


def emit_json(value: Any) -> None:
    """Give a result as JSON; signs that a terminal obeys as escapes, and in an old code page all but ASCII."""
    unicode_console = (sys.stdout.encoding or "").lower().replace("-", "").startswith("utf")
    print(escaped(json.dumps(value, indent=2, ensure_ascii=not unicode_console, allow_nan=False)))


@contextmanager
def progress_bar(files: Sequence[Path], *, quiet: bool) -> Iterator[Callable[[int, int, str], None] | None]:
    """Show on stderr how far reading has come, for many or large files and a person who looks on."""
    large = sum(path.stat().st_size for path in files if path.is_file()) >= _LARGE_BYTES
    if quiet or not sys.stderr.isatty() or not (large or len(files) >= _MANY_FILES):
        yield None
        return
    width = shutil.get_terminal_size().columns - 1

    def step(done: int, total: int, name: str) -> None:
        text = f"Reading {done}/{total}  {visible(hide_persons(name))}"
        sys.stderr.write(f"\r{text[:width]:<{width}}")
        sys.stderr.flush()

    try:
        yield step
    finally:
        sys.stderr.write(f"\r{'':<{width}}\r")
