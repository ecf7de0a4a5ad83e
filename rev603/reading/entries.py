"""Entry lists: what was expected back for each entry, from any broker's list, ACE report or CAPE file.

What is expected back for an entry is the list's total, or duty and interest added up.
"""

from __future__ import annotations

import os
import re
from collections.abc import Mapping
from typing import BinaryIO

import numpy as np
import pandas as pd
import pyarrow as pa
import pyarrow.compute as pc
from numpy.typing import NDArray

from rev603._columns import Mask, Numbers, as_mask, is_valid, joined_text, one_array, pandas_text, stripped
from rev603.errors import LineError, Rev603Error, check_choice
from rev603.identifiers import entry_number, importer_number
from rev603.reading import refund_rows, repairs
from rev603.reading.amounts import amount_in_cents, parse_amounts
from rev603.reading.find_tables import NAME_A_COLUMN, added_columns, columns_missing, find_tables
from rev603.reading.grid import TextGrid
from rev603.reading.issues import IssueLog, folded, quoted, records
from rev603.reading.layout import Line, Table, no_table
from rev603.reading.limits import DEFAULT_LIMITS, Limits
from rev603.reading.report import OnError
from rev603.reading.report_sheet import check_total_lines, say_beside, say_headings
from rev603.reading.sniff import sniff
from rev603.reading.words import Columns, Taught, headings_of, words_of
from rev603.vocabulary.headings import ENTRY_COLUMNS, heading_key

#: So many bad cells of a column are named one by one; who has more has another problem than these cells.
_NAMED_ONE_BY_ONE = 1_000
_SERIAL, _WITH_CHECK_DIGIT = 7, 8
#: One word with a figure in it: an entry number, or what somebody took for one.
_KEY = r"\A\S*[0-9]\S*\z"
#: More than one value makes an entry without a number.
_ENOUGH = 2
_EXPECTED, _PRINCIPAL, _INTEREST = _AMOUNTS = ("expected_amount", "principal_amount", "interest_amount")
_MONEY = re.compile(
    r"amount|amt|refund|duty|duties|claim|expect|estimate|due|tariff|paid|total|usd|dollar|\$", re.IGNORECASE
)
#: What a cell of a column of money is likely to show, and one of codes is not.
_LIKE_DOLLARS = r"[$.]"
#: A heading that says that its figures are not dollars.
_SCALE = re.compile(
    r"\b[0'`]00'?s?\b|thousand|million|\$\s*(?:k|mm?)\b|\bk\s*\$|\bk(?:usd)?\b", re.IGNORECASE
)
_NO_MONEY = re.compile(r"\b(?:number|no|nbr|id|date|code|line|count|days|rate)\b|[#%]", re.IGNORECASE)


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
    headings = headings_of(columns, [column.name for column in ENTRY_COLUMNS], _AMOUNTS)
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
        asides.append(refund_rows.set_aside_frame(grid, aside))
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
    work = _EntryLines(grid, table, log)
    say_headings("column-repeated", table.repeated, table, grid, log)
    say_beside(grid, table, work.aside, log)
    amounts = _expected_amounts(work, added)
    frame: dict[str, object] = {
        "entry_number": _entry_numbers(work),
        "expected_amount": amounts.pop("expected_amount"),
    }
    for name in ("refund_id", "importer_number", "notify_party"):
        if name in work.text:
            frame[name] = pandas_text(work.text[name])
    if "liquidation_date" in work.text:
        frame["liquidation_date"] = work.dates("liquidation_date")
    frame |= work.provenance() | amounts
    for name in ("filer_code", "check_digit"):
        if name in work.text:
            frame[name] = pandas_text(work.text[name])
    for heading, column in work.others.items():
        frame[f"{heading} (list)" if heading in frame else heading] = pandas_text(column)
    if work.bad.any() and on_error == "raise":
        issues = log.frame()
        raise LineError(issues[issues["severity"] == "error"].reset_index(drop=True), where=grid.file)
    aside = work.aside | dict.fromkeys(work.lines[work.bad].tolist(), refund_rows.UNREADABLE)
    return pd.DataFrame(frame)[~work.bad].reset_index(drop=True), aside


def _combined(frame: pd.DataFrame) -> pd.DataFrame:
    """Add up the lines of each entry, in cents; its other columns are those of its first line."""
    group = frame["entry_number"].fillna("\0" + frame.index.to_series().astype("str"))
    combined = frame[~group.duplicated()].copy()
    for name in [name for name in _AMOUNTS if name in frame]:
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


class _EntryLines(repairs.LineLog):
    """The entries of one table: its lines without headings, totals and notes, and its other columns."""

    def __init__(self, grid: TextGrid, table: Table, log: IssueLog) -> None:
        lines, self.aside = _sorted(grid, table)
        super().__init__(grid, table, lines, log)
        self.repair_identifiers()
        for name in ("refund_id", "importer_number", "notify_party", "filer_code"):
            if name in self.text:
                self.say("cell-error-kept", name, repairs.cell_errors(self.text[name]))


def _entry_numbers(work: _EntryLines) -> pd.Series[str]:
    """Give entry numbers in 11 characters, and whatever is none as it stands, so that nothing is lost."""
    written = work.text["entry_number"]
    numbers, right, repaired = entry_number.parse_arrow(written)
    work.say("zero-restored", "entry_number", np.flatnonzero(repaired))
    if "filer_code" in work.text and not is_valid(numbers).all():
        joined, joined_right = _joined(work, is_valid(numbers))
        numbers = pc.coalesce(numbers, joined)
        right |= joined_right
    found = is_valid(numbers)
    work.say("check-digit", "entry_number", np.flatnonzero(found & ~right))
    work.say("entry-unusable", "entry_number", np.flatnonzero(~found))
    return pd.Series(pandas_text(numbers)).where(found, pd.Series(pandas_text(written)))


def _joined(work: _EntryLines, whole: Mask) -> tuple[pa.Array, Mask]:
    """Put the number together from its columns.

    Eight digits behind a filer code are the rest of an entry number. Fewer have lost zeros where the check digit
    proves it; but one in ten would pass by chance, so a list where hardly any number is whole is left alone.
    """
    filer = repairs.zero_padded(work.text["filer_code"], width=3, shortest=1)
    rest = pa.chunked_array([stripped(one_array(work.text["entry_number"]), hyphens=True)])
    apart = "check_digit" in work.text
    if apart:
        serial = repairs.zero_padded(rest, width=_SERIAL, shortest=1)
        rest = joined_text(serial, stripped(one_array(work.text["check_digit"]), hyphens=True))
    complete = as_mask(pc.match_substring_regex(rest, r"\A[0-9]{8}\z"))
    complete[repairs.changed(work.text["filer_code"], filer)] = False
    rest = repairs.zero_padded(rest, width=_WITH_CHECK_DIGIT, shortest=1)
    rest = pc.if_else(pa.array(whole), pa.scalar(None, rest.type), rest)
    numbers, right, _ = entry_number.parse_arrow(joined_text(filer.cast(rest.type), rest))
    proven = ~complete & right
    if proven.sum() > (complete & right).sum() and not apart:
        proven[:] = False
    taken = is_valid(numbers) & (complete | proven)
    places = np.flatnonzero(taken)
    if len(places):
        lines = f"on {len(places):,} line{'s' if len(places) > 1 else ''}"
        work.say(
            "entry-joined", "entry_number", places[:1], detail=f"{lines}, here {numbers[int(places[0])]}"
        )
    restored = np.flatnonzero(taken & proven)
    now = joined_text("now ", quoted(numbers.take(pa.array(restored))))
    work.say("zero-restored", "entry_number", restored, detail=now)
    return pc.if_else(pa.array(taken), numbers, pa.scalar(None, numbers.type)), right & taken


def _sorted(grid: TextGrid, table: Table) -> tuple[Numbers, dict[int, str]]:
    """Tell entries from headings, totals and notes; a line with an entry number is never anything else."""
    filled = grid.nonblank()
    head = table.header[-1]
    aside = dict.fromkeys(
        np.flatnonzero(filled[: table.header[0]]).tolist(), refund_rows.TITLE
    ) | dict.fromkeys(table.header, refund_rows.HEADING)
    kept = as_mask(pc.match_substring_regex(grid.columns[table.columns["entry_number"]], _KEY))
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
        return refund_rows.HEADING_AGAIN
    if refund_rows.is_footer(line):
        return refund_rows.FOOTER
    key = known.get("entry_number") or known.get("refund_id")
    if any(refund_rows.is_total_label(text) for text in line if text) and (
        key is None or refund_rows.is_total_label(key)
    ):
        return refund_rows.TOTAL
    if key is None and known and all(amount_in_cents(text) is not None for text in known.values()):
        return refund_rows.TOTAL
    return None if key is not None or len(known) >= _ENOUGH else refund_rows.NOTE


def _expected_amounts(work: _EntryLines, added: Mapping[str, list[int]]) -> dict[str, NDArray[np.float64]]:
    """Return ``expected_amount`` in dollars, missing where the list states none, and the parts that the list has.

    ``added`` gives the places of further columns that belong to an amount. A total goes before its parts. Where a
    total is that of a whole refund on each of its entries, and the parts prove it, each entry's own parts are taken.
    """
    cents: dict[str, Numbers] = {}
    there: dict[str, Mask] = {}
    for name in _AMOUNTS:
        if name in work.text:
            _refuse_other_units(work, [work.table.columns[name], *added.get(name, ())])
            parsed = parse_amounts(work.text[name])
            cents[name], there[name] = work.amounts(name, parsed, added.get(name, ()))
    if _PRINCIPAL in cents and (_EXPECTED not in cents or _per_refund(work, cents, there)):
        parts = [name for name in (_PRINCIPAL, _INTEREST) if name in cents]
        cents[_EXPECTED] = np.sum([cents[name] for name in parts], axis=0)
        there[_EXPECTED] = np.any([there[name] for name in parts], axis=0)
        work.say_sum([(work.table.columns[name], there[name]) for name in parts])
    if _EXPECTED not in cents or (len(work.lines) and not there[_EXPECTED].any()):
        _say_missing(work)
    if _EXPECTED not in cents:
        cents[_EXPECTED] = np.zeros(len(work.lines), dtype=np.int64)
        there[_EXPECTED] = np.zeros(len(work.lines), dtype=bool)
    elif _EXPECTED in work.text and not added.get(_EXPECTED):
        grid, table, log = work.grid, work.table, work.log
        check_total_lines(grid, table, work.lines, log, cents[_EXPECTED], aside=work.aside, name=_EXPECTED)
        _say_repeated_amounts(work, cents[_EXPECTED])
    return {name: np.where(there[name], cents[name] / 100, np.nan) for name in _AMOUNTS if name in cents}


def _per_refund(work: _EntryLines, cents: dict[str, Numbers], there: dict[str, Mask]) -> bool:
    """Tell whether the total is a refund's on each of its entries; name the lines where it is neither that nor the sum."""
    if _INTEREST not in cents:
        return False  # the total may well include interest
    own = cents[_PRINCIPAL] + cents[_INTEREST]
    differs = there[_EXPECTED] & there[_PRINCIPAL] & there[_INTEREST] & (cents[_EXPECTED] != own)
    if not differs.any():
        return False
    if "refund_id" in work.text:
        refund = pd.Series(pandas_text(work.text["refund_id"]))
        whole = pd.Series(own).groupby(refund).transform("sum")
        if (whole[there[_EXPECTED]] == cents[_EXPECTED][there[_EXPECTED]]).all():
            return True
    work.say("expected-differs", _EXPECTED, np.flatnonzero(differs))
    return False


def _say_repeated_amounts(work: _EntryLines, cents: Numbers) -> None:
    """Name a refund whose entries all show one amount, where nothing else tells whose amount it is."""
    if "refund_id" not in work.text or _PRINCIPAL in work.text:
        return
    refund = pd.Series(pandas_text(work.text["refund_id"]))
    groups = pd.Series(cents).groupby(refund)
    alike = (groups.transform("min") == groups.transform("max")) & (groups.transform("size") > 1)
    places = np.flatnonzero(alike.to_numpy(dtype=bool) & (cents != 0))
    if len(places):
        work.say("expected-repeated", _EXPECTED, places[:1], detail=f"on {len(places):,} lines")


def _say_missing(work: _EntryLines) -> None:
    """Say that there are no expected amounts, or which columns may be them and were not understood."""
    amounts = [heading for heading, column in work.others.items() if _like_money(heading, column)]
    code = "expected-unclear" if amounts else "expected-missing"
    named = f": {', '.join(map(repr, amounts[:3]))}" if amounts else ""
    work.log.say(code, detail=named, sheet=work.grid.sheet, value=amounts[0] if amounts else None)


def _like_money(heading: str, column: pa.ChunkedArray) -> bool:
    """Tell a column of amounts from one of codes: by its heading, or by cents and dollar signs in its cells."""
    words = heading.replace("_", " ")
    if _NO_MONEY.search(words) is not None:
        return False
    _, filled, unreadable = parse_amounts(column)
    shows_dollars = pc.any(pc.match_substring_regex(column, _LIKE_DOLLARS)).as_py()
    return bool(filled.any() and not unreadable.any() and (_MONEY.search(words) or shows_dollars))


def _refuse_other_units(work: _EntryLines, places: list[int]) -> None:
    """Refuse amounts in thousands: taken for dollars they would be wrong by 1,000."""
    for at in places:
        heading = work.table.headings[at] or ""
        if _SCALE.search(heading):
            raise Rev603Error(
                f"The amounts under {importer_number.mask(heading)!r} are not in dollars.",
                where=work.grid.file,
                why="its heading says thousands or millions, and cents would be guessed",
                what_to_do="put a column in dollars and cents into the list, and name it: {columns expected_amount}",
            )
