"""Lines that are settled by whole columns are settled as one by one."""

from __future__ import annotations

from typing import Any

import numpy as np
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

import rev603
from rev603.reading import refund_rows
from rev603.vocabulary.headings import REFUND_COLUMNS

HEADINGS = [column.heading for column in REFUND_COLUMNS]
CELLS = {
    "Refund ID": ["0603000001", "R-7", "Total", "Subtotal 3", "Refund ID"],
    "Payee ID": ["98-765432101", "Grand Total", "98-765432101 Total", "Payee ID"],
    "Company Name": ["Harbor Lamp Co", "Total Refunds Recovery LLC", "Page 1 of 3", "Company Name", "12.00"],
    "Refund Date": ["11/09/2026", "46335", "soon", "Refund Date", "11.09.2026"],
    "Document Number": ["60576072486", "605-7607248-6", "see file", "Document Number"],
    "Total Refund Amount": ["$5.00", "12", "Total Refund Amount", "n/a"],
    "Check or ACH": ["ACH", "Check", "Check or ACH", "7"],
}
lines = st.lists(
    st.tuples(
        *(st.sampled_from([None, *CELLS.get(heading, ["007", "A1", heading])]) for heading in HEADINGS)
    ),
    min_size=1,
    max_size=12,
)


@settings(suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(table=lines)
def test_whole_columns_and_single_lines_agree(
    table: list[tuple[str | None, ...]], make: Any, monkeypatch: pytest.MonkeyPatch
) -> None:
    def outcome() -> Any:
        try:
            report = rev603.read(make.csv([HEADINGS, *table]), on_error="collect")
        except rev603.Rev603Error as error:
            return str(error)
        return report.refunds["source_row"].tolist(), report.set_aside.to_dict("list")

    def none_of_them(_grid: object, _table: object, odd: np.ndarray, *_: object, **__: object) -> np.ndarray:
        return np.zeros(len(odd), dtype=bool)

    at_once = outcome()
    with monkeypatch.context() as patched:
        patched.setattr(refund_rows, "_plain_refunds", none_of_them)
        assert outcome() == at_once


def test_a_line_with_an_amount_is_no_heading_whatever_words_stand_in_it(make: Any) -> None:
    line: list[str | None] = [None] * len(HEADINGS)
    line[1], line[12] = HEADINGS[1], HEADINGS[12]  # a filer code and a number that read like their headings
    line[10], line[11] = "60576072486", "$5.00"
    report = rev603.read(make.csv([HEADINGS, line]), on_error="collect")
    assert report.refunds["amount"].tolist() == [5.00]


@pytest.mark.parametrize(
    "blank", [["refund_date"], ["refund_id", "payee_id"], ["refund_id", "payee_id", "document_number"]]
)
def test_a_report_that_lacks_a_column_on_every_line_is_settled_at_once(
    blank: list[str], make: Any, monkeypatch: pytest.MonkeyPatch
) -> None:
    def never(*_: object) -> str:
        raise AssertionError("a line was looked at by itself")

    monkeypatch.setattr(refund_rows, "_reason", never)
    table = make.table([make.line(at, **dict.fromkeys(blank)) for at in range(50)])
    assert len(rev603.read(make.csv(table)).refunds) == 50


def test_a_line_as_long_as_a_title_is_looked_at_by_itself(make: Any) -> None:
    title = [
        "Run 7",
        "98-765432101",
        None,
        "5 refunds",
        None,
        None,
        None,
        None,
        None,
        None,
        "see below",
        "$5.00",
    ]
    report = rev603.read(make.csv([title, *make.table(make.lines(2)), title]))
    assert report.set_aside["reason"].tolist() == [
        refund_rows.TITLE,
        refund_rows.HEADING,
        refund_rows.TITLE_AGAIN,
    ]


def test_a_heading_that_reads_like_a_date_is_a_heading_where_it_comes_again(make: Any) -> None:
    headings, *lines = make.table(make.lines(4))
    headings = ["Refund Date 11/2026" if cell == "Refund Date" else cell for cell in headings]
    rows = [headings, *lines[:2], headings, *lines[2:]]
    report = rev603.read(make.csv(rows), columns={"refund_date": "Refund Date 11/2026"})
    assert report.refunds["source_row"].tolist() == [2, 3, 5, 6]
    assert report.set_aside["reason"].tolist() == ["heading row", "heading row repeated"]
