"""The folder of samples that ``rev603 sample`` writes."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING

from rev603.sample._entries import sample_entries
from rev603.sample._report import sample_history
from rev603.sample._write import write_entries, write_report

if TYPE_CHECKING:
    import os

_README = """\
# Samples of REV-603 exports

Synthetic: companies, people, addresses and numbers are invented. Three weekly pulls of the same importer's
refunds, with overlapping windows, and the entry list to compare them with.

| file | what it is |
|---|---|
{lines}

Every name here is put together from syllables. Employer identification numbers bear prefixes that are never
assigned; numbers in the form of a social security number are of areas that are never issued.
"""


def write_samples(directory: str | os.PathLike[str], *, lines: int = 400, seed: int = 603) -> list[Path]:
    """Write three weekly exports in three layouts, an entry list and a README.

    Parameters
    ----------
    directory
        Made where it does not exist. Files of these names in it are replaced.
    lines, seed
        As in :func:`rev603.sample.sample_history`; the same seed gives the same bytes.

    Returns
    -------
    list of pathlib.Path
        What was written, the README last.

    Examples
    --------
    >>> import tempfile
    >>> with tempfile.TemporaryDirectory() as folder:
    ...     [path.name for path in write_samples(folder, lines=60)]
    ['rev603_2026-10-30.xlsx', 'rev603_2026-11-06.xlsx', 'rev603_2026-11-13.csv', 'entries.csv', 'README.md']
    """
    folder = Path(directory)
    folder.mkdir(parents=True, exist_ok=True)
    first, second, third = sample_history(weeks=3, lines=lines, seed=seed)
    written = {
        write_report(first, folder / "rev603_2026-10-30.xlsx"): (
            f"{len(first)} lines in the layout of CBP's picture: totals and two call-outs above 17 columns"
        ),
        write_report(second, folder / "rev603_2026-11-06.xlsx", layout="webi"): (
            f"{len(second)} lines as a page of Web Intelligence: blank leading rows and column, merged "
            "title, prompts, headings repeated page by page, subtotals, a `Parameters` sheet"
        ),
        write_report(third, folder / "rev603_2026-11-13.csv", delimiter=";"): (
            f"{len(third)} lines as semicolon CSV with the totals above"
        ),
    }
    entries = sample_entries(third, seed=seed)
    written[write_entries(entries, folder / "entries.csv")] = (
        f"{len(entries)} entries with the refund expected for each, to reconcile with the newest export"
    )
    readme = folder / "README.md"
    table = "\n".join(f"| `{path.name}` | {text} |" for path, text in written.items())
    readme.write_text(_README.format(lines=table), encoding="utf-8", newline="\n")
    return [*written, readme]
