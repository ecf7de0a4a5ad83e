"""What the reader has to say about a file: a catalogue of codes, the frame of what was found, cells as they may be shown.

All codes stand in ``issues.toml`` beside this file, with how bad each is, what it means and what to do.
"""

from __future__ import annotations

import re
import tomllib
from collections.abc import Callable, Hashable, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any, Literal

import numpy as np
import pandas as pd
import pyarrow as pa
import pyarrow.compute as pc

from rev603._columns import TEXT, Numbers, as_mask, by_value, joined_text, one_array
from rev603.errors import phrased
from rev603.identifiers import importer_number
from rev603.reading.grid import TextGrid, cell_address
from rev603.safe_text import hide_persons, visible

Severity = Literal["error", "warning", "info"]
_TEXT = pa.large_string()
_SCHEMA = pa.schema(
    [("severity", _TEXT), ("code", _TEXT), ("message", _TEXT), ("source_file", _TEXT), ("source_sheet", _TEXT),
     ("source_row", pa.int64()), ("column", _TEXT), ("value", _TEXT)]
)  # fmt: skip
ISSUE_COLUMNS = tuple(_SCHEMA.names)

_LONGEST = 80
_BLANKS = re.compile(r"\s+")
#: Where a number may be a social security number.
_PAYEE_NUMBERS = frozenset({"payee_id", "importer_number"})
#: What :func:`masked` may change, of a payee number and of other text; all else it leaves as it is.
_MAY_CHANGE = (
    r"[^ -~]|  |[0-9]{3}[^0-9A-Za-z]+[0-9]{2}[^0-9A-Za-z]+[0-9]{4}|(?i:ssn|s\.s\.n|social)"
    rf"|.{{{_LONGEST + 1}}}"
)
_MAY_CHANGE_IN_PAYEES = rf"{_MAY_CHANGE}|[0-9]"
#: What Python writes with a backslash, or within the other quotation marks.
_NOT_PLAIN = r"['\\]|[^ -~]"


@dataclass(frozen=True, slots=True)
class IssueKind:
    """One kind of issue: how bad it is, what it means, what to do."""

    code: str
    severity: Severity
    meaning: str
    remedy: str

    @property
    def what_to_do(self) -> str:
        """The way out, in the words of Python."""
        return phrased(self.remedy)

    def sentence(self, where: str, detail: str = "") -> str:
        """Return where it is, what it means, a detail, and what to do unless that is nothing."""
        advice = "" if self.remedy.startswith("nothing") else f"; {self.what_to_do}"
        return f"{where}: {self.meaning}{detail}{advice}" if where else f"{self.meaning}{detail}{advice}"


_TOLD = Path(__file__).with_name("issues.toml").read_text(encoding="utf-8")
#: Every code, in the order of the catalogue.
CATALOGUE = {code: IssueKind(code, **kind) for code, kind in tomllib.loads(_TOLD).items()}


@dataclass
class IssueLog:
    """Collects issues while a file is read."""

    file: str
    _found: list[pa.Table] = field(default_factory=list)

    def say(
        self,
        code: str,
        where: str = "",
        detail: str = "",
        *,
        sheet: str | None = None,
        row: int | None = None,
        column: str | None = None,
        value: str | None = None,
    ) -> None:
        """Note one issue in the catalogue's words, with where it is and a detail."""
        message = importer_number.mask(CATALOGUE[code].sentence(where, detail), nine_digits=False)
        said = pa.array([message], _TEXT)
        self._append(code, said, pa.array([row], pa.int64()), sheet, column, masked_cells([value], column))

    def add_sheet(self, code: str, sheet: str, detail: str = "") -> None:
        """Note one issue for a whole sheet."""
        self.say(code, sheet, f" ({detail})" if detail else "", sheet=sheet)

    def add_cells(
        self,
        code: str,
        grid: TextGrid,
        indices: Numbers,
        column: str | None,
        values: pa.Array | pa.ChunkedArray | Sequence[str | None],
        *,
        at: int | None,
        detail: pa.Array | str = "",
    ) -> None:
        """Note one issue for each of many cells of a column; ``at`` is the grid's column, None for whole lines.

        A file that lost the leading zeros of a column has an issue on every line, so no cell is looked at one by one.
        """
        if not len(indices):
            return
        shown = masked_cells(values, column)
        there = pc.fill_null(joined_text(" (", quoted(shown), ")"), "")
        more = joined_text(": ", detail) if isinstance(detail, pa.Array) else detail and f": {detail}"
        sheet = None if grid.sheet is None else importer_number.mask(grid.sheet, nine_digits=False)
        cell = cell_address(None, sheet, None if at is None else at + grid.first_column)
        before, after = CATALOGUE[code].sentence("\0", "\0").split("\0")[1:]
        rows = pa.array(grid.rows[indices])
        messages = joined_text(cell, rows.cast(_TEXT), before, there, more, after)
        self._append(code, messages, rows, grid.sheet, column, shown)

    def _append(self, code: str, messages: pa.Array, rows: pa.Array, *beside: str | pa.Array | None) -> None:
        sheet, column, values = beside
        same = (CATALOGUE[code].severity, code, self.file, sheet, column)
        severity, codes, files, sheets, columns = (
            pa.repeat(pa.scalar(text, _TEXT), len(messages)) for text in same
        )
        cells = [severity, codes, messages, files, sheets, rows, columns, values]
        self._found.append(pa.table(cells, schema=_SCHEMA))

    def frame(self) -> pd.DataFrame:
        """Return everything noted so far, worst first."""
        table = pa.concat_tables([_SCHEMA.empty_table(), *self._found])
        return joined([table.to_pandas(types_mapper={_TEXT: TEXT, pa.int64(): pd.Int64Dtype()}.get)])


def joined(frames: Sequence[pd.DataFrame]) -> pd.DataFrame:
    """Put issue frames together, worst first."""
    if not frames:
        return IssueLog("").frame()
    everything = pd.concat(list(frames), ignore_index=True)
    rank = everything["severity"].map({"error": 0, "warning": 1, "info": 2})
    return everything.iloc[rank.argsort(kind="stable")].reset_index(drop=True)


def records(frame: pd.DataFrame) -> list[dict[Hashable, Any]]:
    """Return the lines of a frame as plain mappings; what is missing is None."""
    return frame.astype(object).where(frame.notna(), None).to_dict("records")


def folded(issues: pd.DataFrame, *, beyond: int = 20) -> pd.DataFrame:
    """Return one issue where a column of a file has more than so many of a kind: the first, and how many more there are.

    For what is kept or carried along with many files; a column that lost its zeros has an issue on every line.
    """
    kind = ["source_file", "source_sheet", "column", "code"]
    groups = issues.groupby(kind, dropna=False, sort=False)
    size, place = groups["code"].transform("size"), groups.cumcount()
    kept = issues[(size <= beyond) | (place == 0)]
    alike = size[kept.index]
    messages = [
        message if count <= beyond else f"{message}; and {count - 1:,} more like it in this column"
        for message, count in zip(kept["message"], alike, strict=True)
    ]
    return kept.assign(message=pd.array(messages, dtype="str")).reset_index(drop=True)


def masked(value: str | None, column: str | None = None) -> str | None:
    r"""Return a cell's value as it may be shown.

    >>> masked("paid to\n000-12-3456"), masked("000123456", "payee_id"), masked("000123456", "refund_id")
    ('paid to XXX-XX-3456', 'XXXXX3456', '000123456')
    """
    if value is None:
        return None
    hidden = visible(hide_persons(_BLANKS.sub(" ", value), payee=column in _PAYEE_NUMBERS))
    return hidden if len(hidden) <= _LONGEST else hidden[: _LONGEST - 1] + "…"


def masked_cells(values: object, column: str | None = None) -> pa.Array:
    """Return :func:`masked` of many values, from Arrow or from Python; few of them are looked at one by one."""
    if isinstance(values, pa.Array | pa.ChunkedArray):
        text = one_array(values)
    else:
        text = pa.array(np.asarray(values, dtype=object), type=pa.large_string(), from_pandas=True)
    pattern = _MAY_CHANGE_IN_PAYEES if column in _PAYEE_NUMBERS else _MAY_CHANGE
    return _changed(text, text, pattern, lambda value: masked(value, column))


def quoted(values: object, column: str | None = None) -> pa.Array:
    """Return many values as they may be shown, in quotation marks as by Python's ``repr``; null stays null."""
    shown = masked_cells(values, column)
    return _changed(joined_text("'", shown, "'"), shown, _NOT_PLAIN, repr)


def _changed(
    usual: pa.Array, values: pa.Array, pattern: str, change: Callable[[str], str | None]
) -> pa.Array:
    """Return the usual outcome, and what ``change`` makes of the values that the pattern fits."""
    found = pc.fill_null(pc.match_substring_regex(values, pattern), False)
    if not as_mask(found).any():
        return usual
    return pc.replace_with_mask(usual, found, by_value(values.filter(found).dictionary_encode(), change))
