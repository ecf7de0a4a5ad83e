"""What is known about a sheet before any reader gets it, and the tally that it is gathered in."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TYPE_CHECKING, NoReturn

import numpy as np

from rev603.errors import UnrecognizedFileError, UnsafeFileError
from rev603.reading.workbook.values import is_within_calendar, shown_number

if TYPE_CHECKING:
    from collections.abc import Iterable

    from rev603.reading.workbook.contents import Sheet, Workbook

__all__ = ["MarkedCells", "SheetFacts", "Tally", "address", "column_letters"]

LAST_ROW = 1_048_576  # where Excel's sheets end
_MAX_MERGES = 1_000_000
_REPAIR = "open it in Excel and let it repair the file, or export the report again"


@dataclass(frozen=True, eq=False)
class MarkedCells:
    """Cells that a reader cannot be trusted with, in the sheet's order.

    Attributes
    ----------
    rows, columns
        Where they are, from 1, as integer arrays.
    texts
        What each should show: the error (``"#N/A"``), or its number format's pattern (``"000-00-0000"``).
    """

    rows: np.ndarray
    columns: np.ndarray
    texts: tuple[str, ...]

    def __len__(self) -> int:
        """Count the cells."""
        return len(self.texts)


@dataclass(frozen=True, eq=False)
class SheetFacts:
    """What the cells of a sheet say, whatever its ``<dimension>`` claims. Rows and columns count from 1.

    Attributes
    ----------
    sheet
        Name, place and visibility.
    first_column, last_column, last_row
        The extent of the cells that hold something; all 0 where none does. The fast reader's grid has
        ``last_column - first_column + 1`` columns and `last_row` rows.
    cells
        How many cells there are, blank ones with a format included.
    errors
        Cells that hold an error: the fast reader shows them as blank.
    padded
        Numbers whose format adds zeros in front: the fast reader shows them bare.
    shown
        Other cells that a reader would show in another way than a spreadsheet does (more than nine
        decimals, exponents, times, durations, formats that readers disagree on), with what they show.
    merges
        Merged ranges as (first row, first column, last row, last column).
    uncomputed
        How many formulas have no cached value: they look blank to any reader.
    uncomputed_cells
        Their addresses.
    careful_because
        Why the fast reader cannot be trusted with this sheet; empty for nearly all.
    """

    sheet: Sheet
    first_column: int = 0
    last_column: int = 0
    last_row: int = 0
    cells: int = 0
    errors: MarkedCells = field(default_factory=lambda: marked([]))
    padded: MarkedCells = field(default_factory=lambda: marked([]))
    shown: MarkedCells = field(default_factory=lambda: marked([]))
    merges: tuple[tuple[int, int, int, int], ...] = ()
    uncomputed: int = 0
    uncomputed_cells: tuple[str, ...] = ()
    careful_because: str = ""

    @property
    def width(self) -> int:
        """Columns from the first used one to the last."""
        return self.last_column - self.first_column + 1 if self.last_column else 0

    @property
    def area(self) -> int:
        """Cells of the grid that a reader builds."""
        return self.width * self.last_row


class Tally:
    """Counts what a scan meets, and stops it at the first limit or contradiction."""

    def __init__(self, workbook: Workbook, sheet: Sheet) -> None:
        self.sheet = sheet
        self.limits = workbook.package.limits
        self.formats = workbook.formats
        self.epoch_1904 = workbook.date1904
        self.where = f"{workbook.package.name}, sheet {sheet.name!r}"
        self.cells = 0
        self.last_listed_row = 0
        self.first_column = 0
        self.last_column = 0
        self.last_row = 0
        self.errors: list[tuple[int, int, str]] = []
        self.padded: list[tuple[np.ndarray, np.ndarray, tuple[str, ...]]] = []
        self.shown: list[tuple[int, int, str]] = []
        self.oddity = ""
        self.merges: list[tuple[int, int, int, int]] = []
        self.uncomputed: list[tuple[int, int]] = []

    def count(self, cells: int) -> None:
        """Count cells, blank or not."""
        self.cells += cells
        if self.cells > self.limits.max_cells:
            self._refuse_size(f"more than {self.limits.max_cells:,} cells", "max_cells")

    def use(self, row: int, first_column: int, last_column: int) -> None:
        """Note that a row holds something between two columns."""
        self.last_row = max(self.last_row, row)
        self.first_column = min(self.first_column or first_column, first_column)
        self.last_column = max(self.last_column, last_column)

    def add_uncomputed(self, row: int, column: int) -> None:
        """Note a formula without a value."""
        self.uncomputed.append((row, column))

    def add_number(self, row: int, column: int, style: int, raw: str) -> None:
        """Note a number that a reader may show otherwise, as it stands in the XML."""
        kind = self.formats.kinds.get(style, "")
        if (kind or style in self.formats.contested) and not is_within_calendar(raw):
            self.oddity = "a date lies beyond the calendar"  # the fast reader's own would break off
        self.shown.append((row, column, shown_number(raw, kind, epoch_1904=self.epoch_1904)))

    def add_merge(self, reference: str) -> None:
        """Note a merged range; one that cannot be read is of no consequence."""
        first, _, last = reference.partition(":")
        start, stop = place(first), place(last or first)
        if start and stop:
            self.merges.append((*start, *stop))
        if len(self.merges) > _MAX_MERGES:
            self._refuse_size(f"more than {_MAX_MERGES:,} merged ranges", "")

    def refuse_disorder(self, row: int) -> NoReturn:
        """Refuse a sheet whose rows or cells do not ascend: two readers would see two sheets."""
        raise UnrecognizedFileError(
            "The sheet is damaged: its rows or cells are out of order, or there twice.",
            where=f"{self.where}, row {row:,}",
            why="readers disagree on what such a sheet shows, and Excel calls it corrupt",
            what_to_do=_REPAIR,
        )

    def refuse_debris(self, row: int) -> NoReturn:
        """Refuse a sheet that holds the remains of tags: nobody knows what stood there."""
        raise UnrecognizedFileError(
            "The sheet is damaged: text stands between its cells, or a cell has two values.",
            where=f"{self.where}, row {row:,}",
            what_to_do=_REPAIR,
        )

    def facts(self, careful_because: str = "") -> SheetFacts:
        """Check the extent against the limits, and give what was found."""
        limits = self.limits
        if self.last_row > limits.max_rows:
            self.refuse_rows()
        if self.last_column > limits.max_columns:
            self._refuse_size(f"more than {limits.max_columns:,} columns", "max_columns")
        rows = [rows for rows, _, _ in self.padded]
        columns = [columns for _, columns, _ in self.padded]
        facts = SheetFacts(
            sheet=self.sheet,
            first_column=self.first_column,
            last_column=self.last_column,
            last_row=self.last_row,
            cells=self.cells,
            errors=marked(self.errors),
            padded=MarkedCells(
                np.concatenate(rows) if rows else np.empty(0, np.int64),
                np.concatenate(columns) if columns else np.empty(0, np.int64),
                tuple(text for _, _, texts in self.padded for text in texts),
            ),
            shown=marked(self.shown),
            merges=tuple(self.merges),
            uncomputed=len(self.uncomputed),
            uncomputed_cells=tuple(address(row, column) for row, column in self.uncomputed),
            careful_because="; ".join(filter(None, (careful_because, self.oddity))),
        )
        if facts.area > limits.max_cells:
            raise UnsafeFileError(
                "Cells lie so far apart that the sheet cannot be held in memory.",
                where=f"{self.where}, down to row {self.last_row:,} and out to column "
                f"{column_letters(self.last_column)}",
                why=f"it would take a grid of {facts.area:,} cells for {self.cells:,} that are there",
                what_to_do="delete the stray cells at the far end, or raise max_cells",
            )
        return facts

    def refuse_rows(self) -> NoReturn:
        """Refuse a sheet that goes on for too long."""
        self._refuse_size(f"more than {self.limits.max_rows:,} rows", "max_rows")

    def _refuse_size(self, what: str, limit: str) -> NoReturn:
        raise UnsafeFileError(
            f"The sheet has {what}.",
            where=self.where,
            what_to_do="export a shorter span of dates" + (f", or raise {limit}" if limit else ""),
        )


def marked(cells: Iterable[tuple[int, int, str]]) -> MarkedCells:
    """Gather cells, given as (row, column, text)."""
    listed = list(cells)
    places = np.array([(row, column) for row, column, _ in listed], np.int64).reshape(-1, 2)
    return MarkedCells(places[:, 0], places[:, 1], tuple(text for _, _, text in listed))


def column_letters(column: int) -> str:
    """Give a column's letters.

    Parameters
    ----------
    column
        Its number, from 1.

    Returns
    -------
    str
        As in the head of the sheet.

    Examples
    --------
    >>> column_letters(28)
    'AB'
    """
    letters = ""
    while column > 0:
        column, rest = divmod(column - 1, 26)
        letters = chr(65 + rest) + letters
    return letters


def address(row: int, column: int) -> str:
    """Give a cell's address, as ``"L42"``."""
    return f"{column_letters(column)}{row}"


def place(reference: str) -> tuple[int, int] | None:
    """Give the row and column of an address, or None where it is none.

    Parameters
    ----------
    reference
        Such as ``"L42"``.

    Returns
    -------
    tuple of int or None
        Row and column, from 1.

    Examples
    --------
    >>> place("AB7")
    (7, 28)
    """
    letters = reference.rstrip("0123456789")
    digits = reference[len(letters) :]
    if not 1 <= len(letters) <= 3 or not 1 <= len(digits) <= 7 or digits.startswith("0"):
        return None
    column = 0
    for letter in letters.upper():
        if not "A" <= letter <= "Z":
            return None
        column = column * 26 + ord(letter) - 64
    return int(digits), column
