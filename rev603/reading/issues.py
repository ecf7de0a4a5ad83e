"""What the reader has to say about a file: a catalogue of codes, and the frame of what was found."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any, Literal

import pandas as pd
import pyarrow as pa
import pyarrow.compute as pc

from rev603._columns import constant, joined_text, pandas_text
from rev603.errors import phrased
from rev603.identifiers import importer_number
from rev603.reading.grid import cell_addresses
from rev603.reading.masked_cells import masked, masked_cells, quoted

if TYPE_CHECKING:
    from collections.abc import Sequence

    import numpy as np
    from numpy.typing import NDArray

    from rev603.reading.grid import TextGrid

Severity = Literal["error", "warning", "info"]
ISSUE_COLUMNS = (
    "severity",
    "code",
    "message",
    "source_file",
    "source_sheet",
    "source_row",
    "column",
    "value",
)


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


_KINDS = (
    IssueKind("amount-unreadable", "error", "the cell is not an amount of dollars and whole cents",
              "correct the cell, or export the report again"),
    IssueKind("amount-missing", "warning", "the amount is blank; the line is kept and adds nothing",
              "look the refund up in ACE"),
    IssueKind("date-unreadable", "error", "the cell is not a date between 1990 and 2100",
              "correct the cell, or export the report again"),
    IssueKind("date-order-undecided", "error",
              "the date can be month/day and day/month, and the column does not tell which: some of its dates are only one "
              "of them and some only the other, or none is either",
              "export the report again with one date format"),
    IssueKind("date-day-first", "warning", "the whole column only makes sense as day/month/year and was read so",
              "check one date against ACE"),
    IssueKind("date-after-report", "warning", "the refund date is later than the report's own date",
              "check the date against ACE"),
    IssueKind("date-forms-mixed", "warning",
              "the column mixes real dates with slashed text: a spreadsheet program may have exchanged day and month",
              "export the report again and do not open it in between; or check some dates against ACE"),
    IssueKind("cell-error", "error", "the cell holds a spreadsheet error, not a value",
              "export the report again, or correct the cell"),
    IssueKind("cell-error-kept", "warning", "the cell holds a spreadsheet error; it is kept as text",
              "export the report again if the column matters to you"),
    IssueKind("formula-without-value", "warning", "the cell holds a formula whose result was never saved",
              "open the workbook in Excel, let it calculate, and save it"),
    IssueKind("wrapper-removed", "info", 'the cell was written as ="…" or with a leading apostrophe, now removed',
              "nothing: the value is whole"),
    IssueKind("invisible-removed", "info", "the cell held characters that cannot be seen, now removed",
              "nothing: the value is whole"),
    IssueKind("decimal-tail-removed", "info", "an identifier ended in .0, now removed", "nothing: the value is whole"),
    IssueKind("zero-restored", "info", "a lost leading zero was restored", "nothing, if the value looks right"),
    IssueKind("spelling-settled", "info", "the number was put into the spelling in which refunds of several files compare",
              "nothing: it is the same number"),
    IssueKind("spelling-of-siblings", "info", "another file shows the same refund in a fuller spelling, which was taken",
              "nothing, if payee, document and amount look right"),
    IssueKind("padded-format", "info", "numbers are shown with leading zeros by their format; the zeros were kept",
              "nothing: the value is as shown"),
    IssueKind("scientific-notation", "warning", "an identifier became a number like 1.23E+11 and lost digits",
              "export the report again and do not save it from Excel as CSV"),
    IssueKind("digits-lost", "warning", "a number of more than 15 digits ends in zeros: Excel cut it off",
              "export the report again and keep the column as text"),
    IssueKind("check-digit", "warning", "the entry number's check digit is wrong",
              "compare the entry number with ACE; the line is kept"),
    IssueKind("status-unknown", "warning", "the secondary status is not one that CBP documents; its state is unknown",
              "tell us about it; the lines are kept"),
    IssueKind("status-taught", "info",
              "the vocabulary says what the secondary status stands for; what is printed is kept beside it", "nothing"),
    IssueKind("refund-status-unknown", "info", "the refund status is not the documented TRANSMITTED",
              "nothing: the lines are kept"),
    IssueKind("refund-type-unknown", "info", "the refund type is not the documented Entry Liquidation",
              "nothing: the lines are kept"),
    IssueKind("method-unknown", "warning", "the cell is neither ACH nor Check; the method is taken as missing",
              "tell us about it; the lines are kept"),
    IssueKind("center-unknown", "info", "the center is not one of CEE001 … CEE010 or PNDING", "nothing: the lines are kept"),
    IssueKind("line-too-long", "error",
              "the line has more cells than there are headings: a comma without quotation marks moved its values",
              "export the report again, or put the cell that holds the comma into quotation marks"),
    IssueKind("shown-once-filled", "info", "values shown once for a group of lines were filled down to each of them",
              "nothing: a column that every refund has proves the groups"),
    IssueKind("shown-once", "warning",
              "the column is filled only where its value changes: it may be shown once per group of lines, and blank below",
              "export the report without breaks, or as Excel with its merged cells; blank cells were read as blank"),
    IssueKind("refund-like-total", "warning", "a complete refund line whose number reads like the label of a total",
              "look at the line: it was read as a refund"),
    IssueKind("value-missing", "warning", "the cell is blank, though every refund has one", "look the refund up in ACE"),
    IssueKind("payee-unusual", "warning", "the payee number has none of the known forms",
              "compare it with ACE; the line is kept"),
    IssueKind("document-unusual", "warning", "the document number is not an entry number, so the line has none",
              "compare it with ACE; the line is kept"),
    IssueKind("filer-differs", "warning", "the filer code is not that of the line's entry number",
              "compare the line with ACE; one of its cells is wrong"),
    IssueKind("code-unusual", "info", "the code does not have its usual form", "nothing: the value is kept"),
    IssueKind("column-missing", "warning", "the report lacks a column that no answer depends on",
              "nothing; the column is empty in the frame"),
    IssueKind("column-absent", "warning", "the report lacks a column that some answers need; it is empty in the frame",
              "export the report with all of its columns where you need them"),
    IssueKind("report-sibling", "info", "a sibling of REV-603, read as such; columns that it lacks are empty", "nothing"),
    IssueKind("status-of-report", "info", "the report states no status; all of its lines have the one that it lists",
              "nothing"),
    IssueKind("column-unknown", "info", "a column that rev603 does not know is kept behind the known ones",
              "tell us about it if it comes from CBP"),
    IssueKind("columns-left-out", "warning", "more columns that rev603 does not know than are kept; these were left out",
              "delete columns that nobody needs, or rename them to the report's headings"),
    IssueKind("column-repeated", "warning",
              "another heading stands for the same column; this one is kept behind the known ones",
              "delete the other one if this is the right one"),
    IssueKind("beside-the-table", "warning", "cells beside the table were not read",
              "make sure that they are not refunds"),
    IssueKind("sheet-skipped", "warning", "another sheet was not read",
              "pass {sheet} to read it instead, if it holds the report"),
    IssueKind("sheet-joined", "info", "a further sheet continues the table and was joined", "nothing"),
    IssueKind("sheet-repeated", "warning", "a further sheet repeats the lines of the first and was left out",
              "delete the copy"),
    IssueKind("sheet-another-date", "warning", "a further sheet states another date; it was not read with the first",
              "read it by itself with sheet=, or all of them with read_history"),
    IssueKind("sheet-another-report", "warning", "a further sheet is a report with totals of its own; it was not read",
              "pass {sheet} to read it by itself"),
    IssueKind("merged-filled", "info", "merged cells were filled down to every line they cover", "nothing"),
    IssueKind("subtotal-differs", "warning", "a total line in the table is not the sum of the lines above it",
              "export the report again: lines may be missing or altered"),
    IssueKind("total-line-doubtful", "warning", "a line was taken for a total line though nothing adds up to it",
              "look at the line; if it is a refund, complete its Refund ID"),
    IssueKind("line-not-understood", "warning", "the line has too little in it for a refund and was set aside",
              "look at the line; if it is a refund, complete it"),
    IssueKind("header-unreadable", "warning", "a figure in the header block cannot be read",
              "compare it with the report by hand"),
    IssueKind("totals-absent", "info", "the file states no totals, so nothing proves that it is complete",
              "prefer the Excel export, which states them"),
    IssueKind("totals-differ", "error", "what was read differs from the totals that the report states",
              "export the report again: lines are missing, repeated or altered"),
    IssueKind("ambiguous-grain", "warning", "one amount on several documents of a refund; no total says if it counts once",
              'pass {grain=refund} if the amount is the whole refund\'s, {grain=line} if each line has its own'),
    IssueKind("grain-refund", "info", "the report repeats each refund's amount on its documents; it was counted once",
              "nothing: the totals prove it"),
    IssueKind("grain-of-siblings", "warning", "no total says what an amount on several documents stands for",
              "check one refund, or pass grain= if you know"),
    IssueKind("report-date-future", "warning", "the report's date is in the future",
              "check the date above the table, or give the right one with report_dates="),
    IssueKind("report-date-not-of-name", "warning", "the report's own date is not the one in the file's name",
              "give the right one with report_dates=, or rename the file"),
    IssueKind("report-date-late", "warning", "the report's date is months after its newest refund",
              "check the date above the table, or give the right one with report_dates="),
    IssueKind("date-order-of-siblings", "warning",
              "all dates were read as month/day and could be day/month, as another file's are",
              "check one date against ACE, or export both files again with one date format"),
    IssueKind("files-disagree", "warning", "two files of one day show refunds differently",
              "nothing, if one was drawn later: of each refund the furthest state counts; else compare them with ACE"),
    IssueKind("reports-disagree", "warning", "two kinds of report of one day show refunds differently",
              "nothing, if one was drawn later: amounts count from the REV-603, and the furthest state"),
    IssueKind("line-repeated", "warning", "the same line occurs more than once",
              "check that the export was not pasted twice"),
    IssueKind("entry-repeated", "warning", "the entry list has the same entry more than once",
              "pass {combine} to add the lines up, or correct the list"),
    IssueKind("expected-summed", "info", "the expected amount was made from the columns that hold its parts",
              "check one line against the list"),
    IssueKind("expected-missing", "info", "the list has no expected amounts, only entries",
              'add a column with the refund that you expect, or name it: columns={"expected_amount": "…"}'),
    IssueKind("expected-unclear", "warning", "the list has amounts, and which are expected was not understood",
              'name the column: columns={"expected_amount": "…"}; until then nothing is compared'),
    IssueKind("expected-differs", "warning", "the expected amount is not the line's principal plus its interest",
              "correct the list: the total was taken"),
    IssueKind("expected-repeated", "warning",
              "all entries of a refund show the same amount, which may be the whole refund's and count more than once",
              "name the column with each entry's own amount, or correct the list"),
    IssueKind("entry-joined", "info", "filer code and the rest of the entry number stand in two columns and were joined",
              "check one line against the list"),
    IssueKind("entry-unusable", "warning", "the cell is not an entry number", "correct the cell; the line is kept"),
    IssueKind("file-repeated", "info", "the file has the same content as another; it counts once", "nothing"),
    IssueKind("file-skipped", "warning", "the file is no refund report and was passed over",
              "nothing, if it is another kind of file"),
    IssueKind("file-not-opened", "warning", "files of other kinds are not opened",
              "save a workbook as .xlsx, unpack an archive, or save what a message brings, if it is an export"),
    IssueKind("file-failed", "error", "the file cannot be read and was passed over", "export the report again"),
    IssueKind("misnamed", "info", "the file's name says another format than its content", "nothing: the content was read"),
)  # fmt: skip

#: Every code, in the order of the catalogue.
CATALOGUE = {kind.code: kind for kind in _KINDS}


@dataclass
class IssueLog:
    """Collects issues while a file is read."""

    file: str
    _frames: list[pd.DataFrame] = field(default_factory=list)
    _single: list[dict[str, Any]] = field(default_factory=list)

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
        """Note one issue."""
        kind, said = CATALOGUE[code], importer_number.mask(message, nine_digits=False)
        shown = masked(value, column)
        issue = (kind.severity, code, said, self.file, sheet, row, column, shown)
        self._single.append(dict(zip(ISSUE_COLUMNS, issue, strict=True)))

    def add_sheet(self, code: str, sheet: str, detail: str = "") -> None:
        """Note one issue for a whole sheet."""
        kind = CATALOGUE[code]
        more = f" ({detail})" if detail else ""
        self.add(code, f"{sheet}: {kind.meaning}{more}; {kind.what_to_do}", sheet=sheet)

    def add_cells(
        self,
        code: str,
        grid: TextGrid,
        indices: NDArray[np.int64],
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
        kind = CATALOGUE[code]
        shown = masked_cells(values, column)
        beside = None if at is None else at + grid.first_column
        sheet = None if grid.sheet is None else importer_number.mask(grid.sheet, nine_digits=False)
        there = joined_text(" (", quoted(shown), ")")
        more = joined_text(": ", detail) if isinstance(detail, pa.Array) else detail and f": {detail}"
        messages = joined_text(
            cell_addresses(grid.rows[indices], sheet, beside),
            f": {kind.meaning}",
            pc.fill_null(there, ""),
            more,
            f"; {kind.what_to_do}",
        )
        rows = grid.rows[indices]
        self._append(code, messages, sheet=grid.sheet, rows=rows, column=column, values=shown)

    def add_lines(self, code: str, sheet: str | None, rows: NDArray[np.int64]) -> None:
        """Note one issue for each of many rows of a sheet."""
        kind = CATALOGUE[code]
        where = cell_addresses(
            rows, None if sheet is None else importer_number.mask(sheet, nine_digits=False), None
        )
        messages = joined_text(where, f": {kind.meaning}; {kind.what_to_do}")
        nothing = pa.nulls(len(rows), pa.large_string())
        self._append(code, messages, sheet=sheet, rows=rows, column=None, values=nothing)

    def _append(
        self,
        code: str,
        messages: pa.Array,
        *,
        sheet: str | None,
        rows: NDArray[np.int64],
        column: str | None,
        values: pa.Array,
    ) -> None:
        count = len(messages)
        self._gather()
        self._frames.append(
            pd.DataFrame(
                {
                    "severity": constant(CATALOGUE[code].severity, count),
                    "code": constant(code, count),
                    "message": pandas_text(messages),
                    "source_file": constant(self.file, count),
                    "source_sheet": constant(sheet, count),
                    "source_row": pd.array(rows, dtype="Int64"),
                    "column": constant(column, count),
                    "value": pandas_text(values),
                }
            )
        )

    def _gather(self) -> None:
        """Put the single issues so far into one frame; a wide file has one for each unknown heading."""
        if self._single:
            frame = pd.DataFrame(self._single, dtype="str")
            rows = pd.array([issue["source_row"] for issue in self._single], dtype="Int64")
            self._frames.append(frame.assign(source_row=rows))
            self._single = []

    def frame(self) -> pd.DataFrame:
        """Give everything noted so far, worst first."""
        self._gather()
        return joined(self._frames)


def joined(frames: Sequence[pd.DataFrame]) -> pd.DataFrame:
    """Put issue frames together, worst first."""
    if not frames:
        empty = pd.DataFrame({name: pd.Series(dtype="str") for name in ISSUE_COLUMNS})
        return empty.astype({"source_row": "Int64"})
    everything = pd.concat(list(frames), ignore_index=True)
    rank = everything["severity"].map({"error": 0, "warning": 1, "info": 2})
    if rank.is_monotonic_increasing:
        return everything
    order = rank.argsort(kind="stable")
    return everything.iloc[order].reset_index(drop=True)


def folded(issues: pd.DataFrame, *, beyond: int = 20) -> pd.DataFrame:
    """Give one issue where a column of a file has more than so many of a kind: the first, and how many more there are.

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
