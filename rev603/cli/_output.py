"""What the command line writes: talk to stderr, results to stdout as aligned text or as JSON."""

from __future__ import annotations

import json
import sys
from contextlib import contextmanager
from typing import TYPE_CHECKING, Any

from rev603.presenting.columns import shown_columns
from rev603.presenting.masking import mask_frame
from rev603.presenting.text import as_text, formatter, one_line, visible_column
from rev603.safe_text import escaped, hide_persons, visible

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator, Mapping, Sequence
    from pathlib import Path

    import pandas as pd

    from rev603.presenting.masking import Mask

__all__ = ["emit", "emit_json", "progress_bar", "say", "table"]

_WIDEST = 28
_WHOLE = ("reason", "message")
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


def table(
    frame: pd.DataFrame,
    columns: Sequence[str] | None = None,
    *,
    mask: Mask = "ssn",
    top: int | None = None,
    labels: Mapping[str, str] | None = None,
) -> str:
    """Give a frame as aligned text under names that people can read.

    Parameters
    ----------
    frame
        Any frame.
    columns
        Which columns, in order; all, if None.
    mask
        Which payee numbers are masked.
    top
        How many lines; all, if None. The text says how many are left out.
    labels
        Names of columns that differ from the usual ones.

    Examples
    --------
    >>> import pandas as pd
    >>> print(table(pd.DataFrame({"company_name": ["Harbor Lamp Co", "Wick"], "amount": [12.5, 1000.0]})))
    Payee              Amount
    --------------  ---------
    Harbor Lamp Co     $12.50
    Wick            $1,000.00
    """
    part = mask_frame(frame if top is None else frame.head(top), mask)
    blocks = []
    for column in shown_columns(part, None if columns is None else tuple(columns), labels=labels):
        values = part[column.name]
        if column.kind in ("text", "identifier"):
            cells = list(visible_column(as_text(values), one_line).fillna(""))
            if column.kind == "text" and column.name not in _WHOLE:
                cells = [_cut(text) for text in cells]
        else:
            cells = [formatter(column.kind)(value) for value in values]
        width = max([len(column.label), *map(len, cells)])
        place: Callable[[str, int], str] = str.rjust if column.is_figure else str.ljust
        blocks.append([place(text, width) for text in (column.label, "-" * width, *cells)])
    lines = ["  ".join(row).rstrip() for row in zip(*blocks, strict=True)]
    left_out = len(frame) - len(part)
    return "\n".join([*lines, *([f"… and {left_out:,} more"] if left_out else [])])


def _cut(text: str) -> str:
    return text if len(text) <= _WIDEST else f"{text[: _WIDEST - 1]}…"


@contextmanager
def progress_bar(files: Sequence[Path], *, quiet: bool) -> Iterator[Callable[[int, int, str], None] | None]:
    """Show on stderr how far reading has come, for many or large files and a person who looks on."""
    large = sum(path.stat().st_size for path in files if path.is_file()) >= _LARGE_BYTES
    if quiet or not sys.stderr.isatty() or not (large or len(files) >= _MANY_FILES):
        yield None
        return
    from rich.console import Console  # noqa: PLC0415 - loaded when there is something to show
    from rich.progress import BarColumn, MofNCompleteColumn, Progress, TextColumn, TimeElapsedColumn  # noqa: PLC0415

    columns = (
        TextColumn("Reading"),
        BarColumn(),
        MofNCompleteColumn(),
        TimeElapsedColumn(),
        TextColumn("{task.description}"),
    )
    with Progress(*columns, console=Console(stderr=True), transient=True) as bar:
        task = bar.add_task("", total=len(files))

        def step(done: int, total: int, name: str) -> None:
            bar.update(task, completed=done, total=total, description=one_line(name).replace("[", r"\["))

        yield step
