"""What rev603 wrote itself: converted lines read back as the reports that they came from, its answers are passed over."""

from __future__ import annotations

import io
import re
import zipfile
from dataclasses import replace
from typing import Any

import numpy as np
import pandas as pd
import pyarrow as pa
import pyarrow.csv
import pyarrow.parquet as pq

from rev603.errors import UnrecognizedFileError, UnsafeFileError
from rev603.reading.amounts import amount_in_cents
from rev603.reading.archive import ZIP_ERRORS
from rev603.reading.control_totals import Header
from rev603.reading.limits import Limits
from rev603.vocabulary.headings import REFUND_FRAME

#: The reader makes these columns, so no export has all of them.
MADE_BY_US = ("entry_number", "amount", "report_date", "report", "source_file", "source_sheet", "source_row")
_AS_READ = {name: f"{name} (report)" for name in MADE_BY_US}


def is_written_by_us(data: bytes | memoryview) -> bool:
    """Tell whether a workbook's properties name rev603 as its creator."""
    try:
        with zipfile.ZipFile(io.BytesIO(data)) as package, package.open("docProps/core.xml") as core:
            return re.search(rb"<dc:creator>rev603</dc:creator>", core.read(10_000)) is not None
    except (KeyError, *ZIP_ERRORS):  # it has none, or is damaged: then what the reader says of it stands
        return False


def text_of_parquet(data: bytes | memoryview, name: str, limits: Limits) -> bytes:
    """Return the lines of a Parquet file that rev603 wrote as delimited text, to be read like any other; refuse others."""
    try:
        file = pq.ParquetFile(pa.BufferReader(data))
        groups = [file.metadata.row_group(place) for place in range(file.metadata.num_row_groups)]
        size = sum(group.total_byte_size for group in groups)
        if size > limits.max_file_bytes:
            raise UnsafeFileError(
                f"The file unpacks to more than {limits.max_file_bytes:,} bytes.", where=name
            )
        if not set(REFUND_FRAME) <= set(file.schema_arrow.names):
            raise UnrecognizedFileError(
                "This is a Parquet file, and not one that rev603 convert wrote.",
                where=name,
                what_to_do="run the report again and export it as Excel (.xlsx) or CSV",
            )
        table = file.read()
    except pa.ArrowException as error:
        raise UnrecognizedFileError(
            "This is a Parquet file that cannot be read.",
            where=name,
            why=str(error),
            what_to_do="convert the exports again",
        ) from error
    text = io.BytesIO()
    pa.csv.write_csv(
        table.cast(pa.schema([(column, pa.large_string()) for column in table.column_names])), text
    )
    return text.getvalue()


def as_it_was(report: Any) -> Any:
    """Return a report of converted lines with the dates, amounts, grain and sources that they had; another as it is."""
    lines = report.refunds
    if not set(_AS_READ.values()) <= set(lines.columns):
        return report
    made = {name: lines[heading] for name, heading in _AS_READ.items()}
    cents = [None if pd.isna(text) else amount_in_cents(text) for text in made["amount"]]
    amount = np.array([np.nan if value is None else value / 100 for value in cents])
    days = pd.to_datetime(made["report_date"], format="ISO8601").astype("datetime64[us]")
    lines = lines.assign(
        amount=amount,
        report_date=days,
        source_row=made["source_row"].astype("int64"),
        **{name: made[name] for name in ("report", "source_file", "source_sheet")},
    ).drop(columns=list(_AS_READ.values()))
    whole = bool((np.nan_to_num(amount) != lines["total_refund_amount"].fillna(0)).any())
    found = sum(value or 0 for value in cents) / 100
    control = replace(report.control, grain="refund" if whole else "line", found_amount=found)
    known = report.issues["code"].isin(["column-unknown", "ambiguous-grain"]) & (
        report.issues["value"].isin(MADE_BY_US) | (report.issues["code"] == "ambiguous-grain")
    )
    header = Header(report_date=days.max().date() if days.min() == days.max() else None)
    issues = report.issues[~known].reset_index(drop=True)
    return replace(report, refunds=lines, control=control, header=header, issues=issues)


def reports_in(report: Any) -> list[Any]:
    """Return the reports whose lines a converted file holds, each with its own name and date."""
    lines = report.refunds
    if not len(lines) or (lines["source_file"] == report.source_file).all():
        return [report]
    found: list[Any] = []
    issues, aside = report.issues, report.set_aside  # the first report has them
    for (day, name), own in lines.groupby(["report_date", "source_file"], dropna=False, sort=True):
        cents: Any = np.rint(own["amount"].fillna(0).to_numpy() * 100)
        counted = {"found_lines": len(own), "found_refunds": own["refund_id"].nunique()}
        found.append(
            replace(
                report,
                refunds=own.reset_index(drop=True),
                header=Header(report_date=None if pd.isna(day) else day.date()),
                control=replace(report.control, found_amount=int(cents.sum()) / 100, **counted),
                issues=issues,
                set_aside=aside,
                rows_read=len(own) + len(aside),
                source_file=report.source_file if pd.isna(name) else str(name),
            )
        )
        issues, aside = issues.iloc[:0], aside.iloc[:0]
    return found
