"""Entry lists: what was expected back for each entry, from any broker's list, ACE report or CAPE file."""

from __future__ import annotations

import os
from collections.abc import Mapping
from typing import BinaryIO

import numpy as np
import pandas as pd

from rev603._columns import pandas_text
from rev603.errors import LineError, check_choice
from rev603.reading.entries.entry_lines import AMOUNTS, EntryLines, entry_numbers, expected_amounts
from rev603.reading.find_tables import NAME_A_COLUMN, added_columns, columns_missing, find_tables
from rev603.reading.grid import TextGrid
from rev603.reading.issues import IssueLog, folded, records
from rev603.reading.layout import Table, no_table
from rev603.reading.limits import DEFAULT_LIMITS, Limits
from rev603.reading.refund_rows import UNREADABLE, set_aside_frame
from rev603.reading.report import OnError
from rev603.reading.report_sheet import say_beside, say_headings
from rev603.reading.sniff import sniff
from rev603.reading.words import Columns, Taught, headings_of, words_of
from rev603.vocabulary.headings import ENTRY_COLUMNS

#: So many bad cells of a column are named one by one; who has more has another problem than these cells.
_NAMED_ONE_BY_ONE = 1_000
_NAMES = tuple(column.name for column in ENTRY_COLUMNS)


def read_entries(
    source: str | os.PathLike[str] | BinaryIO,
    *,
    columns: Columns | None = None,
    vocabulary: Taught = None,
    sheet: str | int | None = None,
    combine: bool = False,
    on_error: OnError = "raise",
    limits: Limits = DEFAULT_LIMITS,
) -> pd.DataFrame:
    r"""Read an entry list: which entries were expected to bring a refund, and how much.

    Headings are found by their aliases: brokers' lists, the ACE reports ES-003, ES-022, ES-701, REV-613 and REV-615, a CAPE
    declaration (entry numbers only) and CAPE Claim Details. A number that stands in two columns, filer code and the rest,
    is put together.

    Parameters
    ----------
    source
        A path, or a binary file object, Excel or delimited text.
    columns
        Our column name to the list's own heading where the aliases do not find it:
        ``columns={"entry_number": "Ref 1", "expected_amount": "Our claim"}``. Where an amount is the sum of
        several columns, a list: ``{"expected_amount": ["Duty", "MPF", "Interest"]}``.
    vocabulary
        Headings of your own, for any list, as for :func:`rev603.read`: ``{"headings": {"Ref 1": "entry_number"}}``, or the
        path of a TOML file.
    sheet
        The sheet's name, or its place from 0.
    combine
        Add up several lines of one entry (ES-003 has a line per tariff number). They are never added up unasked.
    on_error
        ``"raise"``, or ``"collect"`` to set lines with unreadable cells aside.
    limits
        What a file may cost.

    Returns
    -------
    pandas.DataFrame
        ``entry_number`` (11 characters where it is one, else as it stands), ``expected_amount`` (dollars,
        missing where the list states none), then ``refund_id importer_number notify_party
        liquidation_date`` as far as the list has them, provenance, and every other column of the list.
        ``.attrs["rev603"]`` has ``issues`` and ``set_aside``.

    Raises
    ------
    ColumnsMissingError
        No entry numbers, or a heading named in ``columns`` is not there.
    LineError
        Amounts or dates that cannot be read.

    Notes
    -----
    Source: CAPE file headings from CBP; the other headings are unpublished and inferred.

    Examples
    --------
    >>> import io, rev603
    >>> listed = io.BytesIO(b"Entry No.,Refund due\nMYK-2800086-4,$12.50\n")
    >>> rev603.read_entries(listed)[["entry_number", "expected_amount"]]
      entry_number  expected_amount
    0  MYK28000864             12.5
    """
    check_choice("on_error", on_error, "raise", "collect")
    headings = headings_of(columns, _NAMES, AMOUNTS)
    known = words_of(vocabulary).columns(ENTRY_COLUMNS)
    file = sniff(source, limits=limits)
    log = IssueLog(file.name)
    tables, nearest = find_tables(file, known, sheet=sheet, log=log, limits=limits, enough=1, named=headings)
    with_entries = [(grid, table) for grid, table in tables if "entry_number" in table.columns]
    if not with_entries:
        advice = NAME_A_COLUMN % "entry_number"
        if not tables:
            also = f"{advice}; a list without headings needs a first line with them"
            raise no_table(nearest, known, file.name, what="an entry list", what_to_do=also)
        raise columns_missing({"Entry Number": ()}, tables[0][1], file.name, what_to_do=advice)
    for grid, table in tables:
        if "entry_number" not in table.columns:
            log.add_sheet("sheet-skipped", grid.sheet or "", "it has no entry numbers")
    for grid, _ in with_entries[1:]:
        log.add_sheet("sheet-joined", grid.sheet or "")
    parts, asides = [], []
    for grid, table in with_entries:
        added = added_columns(grid, table, headings, file.name)
        entries, aside = _entries(grid, table, added, log, on_error)
        parts.append(entries)
        asides.append(set_aside_frame(grid, aside))
    frame = parts[0] if len(parts) == 1 else pd.concat(parts, ignore_index=True)
    frame = _combined(frame) if combine else frame
    if not combine:
        _say_repeated(frame, log)
    frame.attrs["rev603"] = {
        "issues": records(folded(log.frame(), beyond=_NAMED_ONE_BY_ONE)),
        "set_aside": pd.concat(asides, ignore_index=True).to_dict("records"),
    }
    return frame


def _entries(
    grid: TextGrid, table: Table, added: Mapping[str, list[int]], log: IssueLog, on_error: OnError
) -> tuple[pd.DataFrame, dict[int, str]]:
    work = EntryLines(grid, table, log)
    say_headings("column-repeated", table.repeated, table, grid, log)
    say_beside(grid, table, work.aside, log)
    amounts = expected_amounts(work, added)
    frame: dict[str, object] = {
        "entry_number": entry_numbers(work),
        "expected_amount": amounts.pop("expected_amount"),
    }
    for name in ("refund_id", "importer_number", "notify_party"):
        if name in work.text:
            frame[name] = pandas_text(work.text[name])
    if "liquidation_date" in work.text:
        frame["liquidation_date"] = work.dates("liquidation_date")
    frame["source_file"] = grid.file
    frame["source_sheet"] = pd.array([grid.sheet], dtype="str").repeat(len(work.lines))
    frame["source_row"] = grid.rows[work.lines].astype(np.int64)
    frame |= amounts
    for name in ("filer_code", "check_digit"):
        if name in work.text:
            frame[name] = pandas_text(work.text[name])
    for heading, column in work.others.items():
        frame[f"{heading} (list)" if heading in frame else heading] = pandas_text(column)
    if work.bad.any() and on_error == "raise":
        issues = log.frame()
        raise LineError(issues[issues["severity"] == "error"].reset_index(drop=True), where=grid.file)
    aside = work.aside | dict.fromkeys(work.lines[work.bad].tolist(), UNREADABLE)
    entries = pd.DataFrame(frame).astype({"source_file": "str"})
    return entries[~work.bad].reset_index(drop=True), aside


def _combined(frame: pd.DataFrame) -> pd.DataFrame:
    """Add up the lines of each entry, in cents; its other columns are those of its first line."""
    group = frame["entry_number"].fillna("\0" + frame.index.to_series().astype("str"))
    combined = frame[~group.duplicated()].copy()
    for name in [name for name in AMOUNTS if name in frame]:
        cents = (frame[name] * 100).round()
        combined[name] = (cents.groupby(group, sort=False).sum(min_count=1) / 100).to_numpy()
    return combined.reset_index(drop=True)


def _say_repeated(frame: pd.DataFrame, log: IssueLog) -> None:
    numbered = frame[frame["entry_number"].notna()]
    again = numbered[numbered["entry_number"].duplicated()]
    if again.empty:
        return
    value, row = str(again["entry_number"].iloc[0]), int(again["source_row"].iloc[0])
    first = int(numbered.loc[numbered["entry_number"] == value, "source_row"].iloc[0])
    many = f": {again['entry_number'].nunique():,} entries, such as {value} in rows {first} and {row}"
    log.say("entry-repeated", detail=many, row=row, column="entry_number", value=value)
