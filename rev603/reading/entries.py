"""Entry lists: what was expected back for each entry, from any broker's list, ACE report or CAPE file."""

from __future__ import annotations

import difflib
from typing import TYPE_CHECKING, BinaryIO

import numpy as np
import pandas as pd
import pyarrow as pa

from rev603.errors import ColumnsMissingError, LineError
from rev603.identifiers import entry_number
from rev603.reading import cells
from rev603.reading.amounts import amount_in_cents, parse_amounts
from rev603.reading.dates import parse_dates
from rev603.reading.grid import TextGrid, is_valid
from rev603.reading.history import Known
from rev603.reading.issues import CATALOGUE, IssueLog
from rev603.reading.layout import Line, Table, no_table
from rev603.reading.limits import DEFAULT_LIMITS, Limits
from rev603.reading.rows import HEADING, HEADING_AGAIN, NOTE, TITLE, TOTAL, is_total_label, set_aside_frame
from rev603.reading.sheets import read_sheets
from rev603.reading.sniff import sniff
from rev603.reading.typed import pandas_text
from rev603.vocabulary.headings import ENTRY_COLUMNS, heading_key

if TYPE_CHECKING:
    import os
    from collections.abc import Mapping

    from numpy.typing import NDArray

    from rev603.reading.report import OnError

_NAMES = tuple(column.name for column in ENTRY_COLUMNS)
_AMOUNTS = ("expected_amount", "principal_amount", "interest_amount")
_PARTS = ("principal_amount", "interest_amount")


def read_entries(
    source: str | os.PathLike[str] | BinaryIO,
    *,
    columns: Mapping[str, str] | None = None,
    sheet: str | int | None = None,
    combine: bool = False,
    on_error: OnError = "raise",
    limits: Limits = DEFAULT_LIMITS,
) -> pd.DataFrame:
    r"""Read an entry list: which entries were expected to bring a refund, and how much.

    Headings are found by their aliases: brokers' lists, the ACE reports ES-003, ES-022, ES-701, REV-613 and REV-615, a CAPE
    declaration (entry numbers only) and CAPE Claim Details.

    Parameters
    ----------
    source
        A path, or a binary file object, Excel or delimited text.
    columns
        Our column name to the list's own heading where the aliases do not find it:
        ``columns={"entry_number": "Ref 1", "expected_amount": "Our claim"}``.
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
    if on_error not in ("raise", "collect"):
        raise ValueError(f'on_error is "raise" or "collect", not {on_error!r}')
    _check_names(columns or {})
    file = sniff(source, limits=limits)
    log = IssueLog(file.name)
    sheets = read_sheets(file, ENTRY_COLUMNS, sheet=sheet, log=log, limits=limits, enough=1, named=columns)
    with_entries = [(grid, table) for grid, table in sheets.tables if "entry_number" in table.columns]
    if not with_entries:
        if not sheets.tables:
            raise no_table(sheets.nearest, ENTRY_COLUMNS, file.name, what="an entry list")
        _refuse_missing(["Entry Number"], *sheets.tables[0], file.name)
    parts, asides = [], []
    for grid, table in with_entries:
        _check_named(columns or {}, grid, table, file.name)
        entries, aside = _entries(grid, table, log, on_error)
        parts.append(entries)
        asides.append(set_aside_frame(grid, aside))
    frame = parts[0] if len(parts) == 1 else pd.concat(parts, ignore_index=True)
    frame = _combined(frame) if combine else frame
    if not combine:
        _say_repeated(frame, log)
    frame.attrs["rev603"] = Known(
        issues=[
            {key: None if pd.isna(value) else value for key, value in each.items()}
            for each in log.frame().to_dict("records")
        ],
        set_aside=pd.concat(asides, ignore_index=True).to_dict("records"),
    )
    return frame


def _check_names(columns: Mapping[str, str]) -> None:
    for name in columns:
        if name not in _NAMES:
            near = difflib.get_close_matches(name, _NAMES, n=1)
            raise ValueError(
                f"columns= knows {', '.join(_NAMES)}, not {name!r}"
                + (f"; did you mean {near[0]!r}?" if near else "")
            )


def _check_named(columns: Mapping[str, str], grid: TextGrid, table: Table, where: str) -> None:
    absent = [heading for name, heading in columns.items() if name not in table.columns]
    if absent:
        _refuse_missing(absent, grid, table, where)


def _refuse_missing(missing: list[str], grid: TextGrid, table: Table, where: str) -> None:
    found = [" ".join(text.split()) for line in grid.lines(table.header) for text in line if text]
    near = {
        heading: match[0]
        for heading in missing
        if (match := difflib.get_close_matches(heading, found, n=1, cutoff=0.5))
    }
    raise ColumnsMissingError(
        missing, found=found, guesses=near, where=where,
        what_to_do='name the heading: read_entries(…, columns={"entry_number": "…"})',
    )  # fmt: skip


def _entries(
    grid: TextGrid, table: Table, log: IssueLog, on_error: OnError
) -> tuple[pd.DataFrame, dict[int, str]]:
    lines, aside = _sorted(grid, table)
    text = cells.unwrap_table(grid, table.columns, lines, log)
    for name in cells.IDENTIFIERS & set(text):
        text[name], _ = cells.without_decimal_tail(text[name])
    bad = np.zeros(len(lines), dtype=bool)

    def refuse(code: str, name: str, places: NDArray[np.int64]) -> None:
        bad[places] = True
        values = text[name].take(pa.array(places)).to_pylist()
        log.add_cells(code, grid, lines[places], name, values, at=table.columns[name])

    cents = {}
    for name in _AMOUNTS:
        if name in text:
            parsed, filled, unreadable = parse_amounts(text[name])
            refuse("amount-unreadable", name, np.flatnonzero(unreadable))
            cents[name] = (parsed, filled)
    keys = _keys(grid, table, lines, text, log)
    frame: dict[str, object] = {"entry_number": keys, "expected_amount": _expected(cents, len(lines), log)}
    for name in ("refund_id", "importer_number", "notify_party"):
        if name in text:
            frame[name] = pandas_text(text[name])
    if "liquidation_date" in text:
        dates = parse_dates(text["liquidation_date"], epoch_1904=grid.epoch_1904)
        refuse(
            "date-order-undecided" if dates.undecided else "date-unreadable",
            "liquidation_date",
            np.flatnonzero(dates.unreadable),
        )
        frame["liquidation_date"] = dates.days
    frame["source_file"] = grid.file
    frame["source_sheet"] = pd.array([grid.sheet], dtype="str").repeat(len(lines))
    frame["source_row"] = grid.rows[lines].astype(np.int64)
    for name in _PARTS:
        if name in cents:
            frame[name] = _dollars(*cents[name])
    for heading, at in [*table.unknown.items(), *table.repeated]:
        frame[_free(heading, frame)] = pandas_text(grid.columns[at].take(pa.array(lines)))
    if bad.any() and on_error == "raise":
        issues = log.frame()
        raise LineError(issues[issues["severity"] == "error"].reset_index(drop=True), where=grid.file)
    aside |= dict.fromkeys(lines[bad].tolist(), "unreadable")
    entries = pd.DataFrame(frame).astype({"source_file": "str"})
    return entries[~bad].reset_index(drop=True), aside


def _keys(
    grid: TextGrid, table: Table, lines: NDArray[np.int64], text: dict[str, pa.ChunkedArray], log: IssueLog
) -> pd.Series[str]:
    """Give entry numbers in 11 characters, and whatever is none as it stands, so that nothing is lost."""
    numbers, right, repaired = entry_number.parse_arrow(text["entry_number"])
    found = is_valid(numbers)
    raw = pd.Series(pandas_text(text["entry_number"]))
    at = table.columns["entry_number"]
    for code, places in (
        ("zero-restored", np.flatnonzero(repaired)),
        ("check-digit", np.flatnonzero(found & ~right)),
        ("entry-unusable", np.flatnonzero(~found)),
    ):
        log.add_cells(
            code,
            grid,
            lines[places],
            "entry_number",
            [None if pd.isna(value) else value for value in raw.iloc[places]],
            at=at,
        )
    return pd.Series(pandas_text(numbers)).where(found, raw)


def _expected(
    cents: dict[str, tuple[NDArray[np.int64], NDArray[np.bool_]]], count: int, log: IssueLog
) -> NDArray[np.float64]:
    if "expected_amount" in cents:
        return _dollars(*cents["expected_amount"])
    parts = [cents[name] for name in _PARTS if name in cents]
    if not parts:
        log.add("expected-missing", CATALOGUE["expected-missing"].meaning)
        return np.full(count, np.nan)
    log.add("expected-summed", CATALOGUE["expected-summed"].meaning)
    return _dollars(
        np.sum([each for each, _ in parts], axis=0), np.any([filled for _, filled in parts], axis=0)
    )


def _dollars(cents: NDArray[np.int64], filled: NDArray[np.bool_]) -> NDArray[np.float64]:
    return np.where(filled, cents / 100, np.nan)


def _sorted(grid: TextGrid, table: Table) -> tuple[NDArray[np.int64], dict[int, str]]:
    """Tell entries from headings, totals and notes; a line with an entry number is never anything else."""
    filled = grid.nonblank()
    head = table.header[-1]
    aside = dict.fromkeys(np.flatnonzero(filled[: table.header[0]]).tolist(), TITLE) | dict.fromkeys(
        table.header, HEADING
    )
    numbers, _, _ = entry_number.parse_arrow(grid.columns[table.columns["entry_number"]])
    kept = is_valid(numbers)
    kept[: head + 1] = False
    odd = np.flatnonzero(filled & ~kept)
    odd = odd[odd > head]
    headings = {heading_key(text) for line in grid.lines(table.header) for text in line if text}
    for at, line in zip(odd.tolist(), grid.lines(odd), strict=True):
        reason = _reason(line, table, headings)
        if reason is None:
            kept[at] = True
        else:
            aside[at] = reason
    return np.flatnonzero(kept), aside


def _reason(line: Line, table: Table, headings: set[str]) -> str | None:
    known = {name: text for name, at in table.columns.items() if (text := line[at])}
    if known and all(heading_key(text) in headings for text in known.values()):
        return HEADING_AGAIN
    key = known.get("entry_number") or known.get("refund_id")
    if any(is_total_label(text) for text in line if text) and (key is None or is_total_label(key)):
        return TOTAL
    if key is None and known and all(amount_in_cents(text) is not None for text in known.values()):
        return TOTAL
    return None if key is not None or len(known) >= 2 else NOTE


def _free(heading: str, taken: Mapping[str, object]) -> str:
    return heading if heading not in taken else f"{heading} (list)"


def _combined(frame: pd.DataFrame) -> pd.DataFrame:
    """Add up the lines of each entry, in cents; its other columns are those of its first line."""
    usable = frame["entry_number"].notna()
    amounts = [name for name in _AMOUNTS if name in frame]
    group = frame["entry_number"].where(usable, "\0" + frame.index.astype("str"))
    combined = frame[~group.duplicated()].copy()
    for name in amounts:
        cents = (frame[name] * 100).round()
        sums = cents.groupby(group, sort=False).sum(min_count=1)
        combined[name] = (sums / 100).to_numpy()
    return combined.reset_index(drop=True)


def _say_repeated(frame: pd.DataFrame, log: IssueLog) -> None:
    numbered = frame[frame["entry_number"].notna()]
    again = numbered[numbered["entry_number"].duplicated()]
    if again.empty:
        return
    value, row = str(again["entry_number"].iloc[0]), int(again["source_row"].iloc[0])
    first = int(numbered.loc[numbered["entry_number"] == value, "source_row"].iloc[0])
    log.add(
        "entry-repeated",
        f"{again['entry_number'].nunique():,} entries stand on several lines, such as {value} in rows {first} and {row}; "
        f"{CATALOGUE['entry-repeated'].what_to_do}",
        row=row, column="entry_number", value=value,
    )  # fmt: skip
