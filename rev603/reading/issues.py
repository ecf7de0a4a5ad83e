"""What the reader has to say about a file: a catalogue of codes, and the frame of what was found."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field
from typing import Literal

import pandas as pd
import pyarrow as pa
import pyarrow.compute as pc

from rev603._columns import Numbers, joined_text, pandas_text
from rev603.errors import phrased
from rev603.identifiers import importer_number
from rev603.reading.grid import TextGrid, cell_addresses
from rev603.reading.masked_cells import masked_cells, quoted

Severity = Literal["error", "warning", "info"]
_TEXT = pa.large_string()
_SCHEMA = pa.schema(
    [("severity", _TEXT), ("code", _TEXT), ("message", _TEXT), ("source_file", _TEXT), ("source_sheet", _TEXT),
     ("source_row", pa.int64()), ("column", _TEXT), ("value", _TEXT)]
)  # fmt: skip
ISSUE_COLUMNS = tuple(_SCHEMA.names)


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


_KINDS: tuple[tuple[str, Severity, str, str], ...] = (
    ("amount-unreadable", "error", "the cell is not an amount of dollars and whole cents",
     "correct the cell, or export the report again"),
    ("amount-missing", "warning", "the amount is blank; the line is kept and adds nothing", "look the refund up in ACE"),
    ("date-unreadable", "error", "the cell is not a date between 1990 and 2100",
     "correct the cell, or export the report again"),
    ("date-order-undecided", "error",
     "the date can be month/day and day/month, and its column holds dates of both kinds, or none that tells which",
     "export the report again with one date format"),
    ("date-day-first", "warning", "the whole column only makes sense as day/month/year and was read so",
     "check one date against ACE"),
    ("date-after-report", "warning", "the refund date is later than the report's own date", "check the date against ACE"),
    ("date-forms-mixed", "warning",
     "the column mixes real dates with slashed text: a spreadsheet program may have exchanged day and month",
     "export the report again and do not open it in between; or check some dates against ACE"),
    ("cell-error", "error", "the cell holds a spreadsheet error, not a value",
     "export the report again, or correct the cell"),
    ("cell-error-kept", "warning", "the cell holds a spreadsheet error; it is kept as text",
     "export the report again if the column matters to you"),
    ("formula-without-value", "warning", "the cell holds a formula whose result was never saved",
     "open the workbook in Excel, let it calculate, and save it"),
    ("wrapper-removed", "info", 'the cell was written as ="…" or with a leading apostrophe, now removed',
     "nothing: the value is whole"),
    ("invisible-removed", "info", "the cell held characters that cannot be seen, now removed",
     "nothing: the value is whole"),
    ("decimal-tail-removed", "info", "an identifier ended in .0, now removed", "nothing: the value is whole"),
    ("zero-restored", "info", "a lost leading zero was restored", "make sure that the value looks right"),
    ("spelling-settled", "info", "the number was put into the spelling in which refunds of several files compare",
     "nothing: it is the same number"),
    ("spelling-of-siblings", "info", "another file shows the same refund in a fuller spelling, which was taken",
     "make sure that payee, document and amount look right"),
    ("padded-format", "info", "numbers are shown with leading zeros by their format; the zeros were kept",
     "nothing: the value is as shown"),
    ("scientific-notation", "warning", "an identifier became a number like 1.23E+11 and lost digits",
     "export the report again and do not save it from Excel as CSV"),
    ("digits-lost", "warning", "a number of more than 15 digits ends in zeros: Excel cut it off",
     "export the report again and keep the column as text"),
    ("check-digit", "warning", "the entry number's check digit is wrong",
     "compare the entry number with ACE; the line is kept"),
    ("status-unknown", "warning", "the secondary status is not one that CBP documents; its state is unknown",
     "tell us about it; the lines are kept"),
    ("status-taught", "info", "the vocabulary says what the secondary status stands for; what is printed is kept beside it",
     "nothing"),
    ("refund-status-unknown", "info", "the refund status is not the documented TRANSMITTED", "nothing: the lines are kept"),
    ("refund-type-unknown", "info", "the refund type is not the documented Entry Liquidation",
     "nothing: the lines are kept"),
    ("method-unknown", "warning", "the cell is neither ACH nor Check; the method is taken as missing",
     "tell us about it; the lines are kept"),
    ("center-unknown", "info", "the center is not one of CEE001 … CEE010 or PNDING", "nothing: the lines are kept"),
    ("line-too-long", "error",
     "the line has more cells than there are headings: a comma without quotation marks moved its values",
     "export the report again, or put the cell that holds the comma into quotation marks"),
    ("shown-once-filled", "info", "values shown once for a group of lines were filled down to each of them",
     "nothing: a column that every refund has proves the groups"),
    ("shown-once", "warning",
     "the column is filled only where its value changes: it may be shown once per group of lines, and blank below",
     "export the report without breaks, or as Excel with its merged cells; blank cells were read as blank"),
    ("refund-like-total", "warning", "a complete refund line whose number reads like the label of a total",
     "look at the line: it was read as a refund"),
    ("value-missing", "warning", "the cell is blank, though every refund has one", "look the refund up in ACE"),
    ("payee-unusual", "warning", "the payee number has none of the known forms", "compare it with ACE; the line is kept"),
    ("document-unusual", "warning", "the document number is not an entry number, so the line has none",
     "compare it with ACE; the line is kept"),
    ("filer-differs", "warning", "the filer code is not that of the line's entry number",
     "compare the line with ACE; one of its cells is wrong"),
    ("code-unusual", "info", "the code does not have its usual form", "nothing: the value is kept"),
    ("column-missing", "warning", "the report lacks a column that no answer depends on; it is empty in the frame",
     "nothing"),
    ("column-absent", "warning", "the report lacks a column that some answers need; it is empty in the frame",
     "export the report with all of its columns where you need them"),
    ("report-sibling", "info", "a sibling of REV-603, read as such; columns that it lacks are empty", "nothing"),
    ("status-of-report", "info", "the report states no status; all of its lines have the one that it lists", "nothing"),
    ("column-unknown", "info", "a column that rev603 does not know is kept behind the known ones",
     "tell us about it if it comes from CBP"),
    ("columns-left-out", "warning", "more columns that rev603 does not know than are kept; these were left out",
     "delete columns that nobody needs, or rename them to the report's headings"),
    ("column-repeated", "warning", "another heading stands for the same column; this one is kept behind the known ones",
     "delete the other one if this is the right one"),
    ("beside-the-table", "warning", "cells beside the table were not read", "make sure that they are not refunds"),
    ("sheet-skipped", "warning", "another sheet was not read", "pass {sheet} to read it instead, if it holds the report"),
    ("sheet-joined", "info", "a further sheet continues the table and was joined", "nothing"),
    ("sheet-repeated", "warning", "a further sheet repeats the lines of the first and was left out", "delete the copy"),
    ("sheet-another-date", "warning", "a further sheet states another date; it was not read with the first",
     "read it by itself with sheet=, or all of them with read_history"),
    ("sheet-another-report", "warning", "a further sheet is a report with totals of its own; it was not read",
     "pass {sheet} to read it by itself"),
    ("merged-filled", "info", "merged cells were filled down to every line they cover", "nothing"),
    ("subtotal-differs", "warning", "a total line in the table is not the sum of the lines above it",
     "export the report again: lines may be missing or altered"),
    ("total-line-doubtful", "warning", "a line was taken for a total line though nothing adds up to it",
     "look at the line; if it is a refund, complete its Refund ID"),
    ("line-not-understood", "warning", "the line has too little in it for a refund and was set aside",
     "look at the line; if it is a refund, complete it"),
    ("header-unreadable", "warning", "a figure in the header block cannot be read", "compare it with the report by hand"),
    ("totals-absent", "info", "the file states no totals, so nothing proves that it is complete",
     "prefer the Excel export, which states them"),
    ("totals-differ", "error", "what was read differs from the totals that the report states",
     "export the report again: lines are missing, repeated or altered"),
    ("ambiguous-grain", "warning", "one amount on several documents of a refund; no total says if it counts once",
     "pass {grain=refund} if the amount is the whole refund's, {grain=line} if each line has its own"),
    ("grain-refund", "info", "the report repeats each refund's amount on its documents; it was counted once",
     "nothing: the totals prove it"),
    ("grain-of-siblings", "warning", "no total says what an amount on several documents stands for",
     "check one refund, or pass grain= if you know"),
    ("report-date-future", "warning", "the report's date is in the future",
     "check the date above the table, or give the right one with report_dates="),
    ("report-date-not-of-name", "warning", "the report's own date is not the one in the file's name",
     "give the right one with report_dates=, or rename the file"),
    ("report-date-late", "warning", "the report's date is months after its newest refund",
     "check the date above the table, or give the right one with report_dates="),
    ("date-order-of-siblings", "warning", "all dates were read as month/day and could be day/month, as another file's are",
     "check one date against ACE, or export both files again with one date format"),
    ("files-disagree", "warning", "two files of one day show refunds differently",
     "compare them with ACE, unless one was drawn later: of each refund the furthest state counts"),
    ("reports-disagree", "warning", "two kinds of report of one day show refunds differently",
     "compare them with ACE, unless one was drawn later: amounts count from the REV-603, and the furthest state"),
    ("line-repeated", "warning", "the same line occurs more than once", "check that the export was not pasted twice"),
    ("entry-repeated", "warning", "the entry list has the same entry more than once",
     "pass {combine} to add the lines up, or correct the list"),
    ("expected-summed", "info", "the expected amount was made from the columns that hold its parts",
     "check one line against the list"),
    ("expected-missing", "info", "the list has no expected amounts, only entries",
     'add a column with the refund that you expect, or name it: columns={"expected_amount": "…"}'),
    ("expected-unclear", "warning", "the list has amounts, and which are expected was not understood",
     'name the column: columns={"expected_amount": "…"}; until then nothing is compared'),
    ("expected-differs", "warning", "the expected amount is not the line's principal plus its interest",
     "correct the list: the total was taken"),
    ("expected-repeated", "warning",
     "all entries of a refund show the same amount, which may be the whole refund's and count more than once",
     "name the column with each entry's own amount, or correct the list"),
    ("entry-joined", "info", "filer code and the rest of the entry number stand in two columns and were joined",
     "check one line against the list"),
    ("entry-unusable", "warning", "the cell is not an entry number", "correct the cell; the line is kept"),
    ("file-repeated", "info", "the file has the same content as another; it counts once", "nothing"),
    ("file-skipped", "warning", "the file is no refund report and was passed over", "look at it, if it should be an export"),
    ("file-not-opened", "warning", "files of other kinds are not opened",
     "save a workbook as .xlsx, unpack an archive, or save what a message brings, if it is an export"),
    ("file-failed", "error", "the file cannot be read and was passed over", "export the report again"),
    ("misnamed", "info", "the file's name says another format than its content", "nothing: the content was read"),
)  # fmt: skip

#: Every code, in the order of the catalogue.
CATALOGUE = {code: IssueKind(code, *kind) for code, *kind in _KINDS}


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
        message = CATALOGUE[code].sentence(where, detail)
        self.add(code, message, sheet=sheet, row=row, column=column, value=value)

    def add(
        self,
        code: str,
        message: str,
        *,
        sheet: str | None = None,
        row: int | None = None,
        column: str | None = None,
        value: str | None = None,
    ) -> None:
        """Note one issue in words of its own."""
        said = pa.array([importer_number.mask(message, nine_digits=False)], _TEXT)
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
        where = cell_addresses(
            grid.rows[indices], _masked(grid.sheet), None if at is None else at + grid.first_column
        )
        messages = _sentences(code, where, joined_text(there, more))
        self._append(code, messages, pa.array(grid.rows[indices]), grid.sheet, column, shown)

    def add_lines(self, code: str, sheet: str | None, rows: Numbers) -> None:
        """Note one issue for each of many rows of a sheet."""
        messages = _sentences(code, cell_addresses(rows, _masked(sheet), None), "")
        self._append(code, messages, pa.array(rows), sheet, None, pa.nulls(len(rows), _TEXT))

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
        frame = pd.DataFrame(
            {name: pandas_text(table[name]) for name in ISSUE_COLUMNS if name != "source_row"}
        )
        rows = pd.Int64Dtype().__from_arrow__(table["source_row"])
        frame.insert(ISSUE_COLUMNS.index("source_row"), "source_row", rows)
        return joined([frame])


def _masked(sheet: str | None) -> str | None:
    return None if sheet is None else importer_number.mask(sheet, nine_digits=False)


def _sentences(code: str, where: pa.Array, detail: pa.Array | str) -> pa.Array:
    before, after = CATALOGUE[code].sentence("\0", "\0").split("\0")[1:]
    return joined_text(where, before, detail, after)


def joined(frames: Sequence[pd.DataFrame]) -> pd.DataFrame:
    """Put issue frames together, worst first."""
    if not frames:
        return IssueLog("").frame()
    everything = pd.concat(list(frames), ignore_index=True)
    rank = everything["severity"].map({"error": 0, "warning": 1, "info": 2})
    return everything.iloc[rank.argsort(kind="stable")].reset_index(drop=True)


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
