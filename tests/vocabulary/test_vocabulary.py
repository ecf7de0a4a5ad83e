"""The vocabulary is data: what CBP's documents say must be in it, and no alias may mean two things."""

from __future__ import annotations

from collections import Counter

import pytest

from rev603.vocabulary.centers import CENTERS
from rev603.vocabulary.headings import (
    ENTRY_COLUMNS,
    REFUND_COLUMNS,
    REFUND_FRAME,
    Column,
    alias_table,
    heading_key,
)
from rev603.vocabulary.statuses import PAYMENT_STATES, STATE_OF_STATUS, status_key

#: CBP Pub. 5286-1225, the picture of the report.
PICTURE = (
    "Refund ID|Filer Code|Payee ID|Company Name|C/O|Address|Refund Date|Refund Status|Refund Secondary Status|"
    "Refund Type|Document Number|Total Refund Amount|Check Number / ACH Trace Number|Check or ACH|Center ID|"
    "Team Number|Port Code"
)


def test_the_headings_are_those_of_the_picture_in_its_order() -> None:
    assert "|".join(column.heading for column in REFUND_COLUMNS) == PICTURE


def test_the_frame_adds_what_is_derived_and_where_it_comes_from() -> None:
    derived = ["entry_number", "amount", "report_date", "report", "source_file", "source_sheet", "source_row"]
    assert list(REFUND_FRAME[17:]) == derived


@pytest.mark.parametrize("columns", [REFUND_COLUMNS, ENTRY_COLUMNS], ids=["refunds", "entries"])
def test_no_spelling_means_two_columns(columns: tuple[Column, ...]) -> None:
    spellings = Counter(
        key
        for column in columns
        for key in {heading_key(text) for text in (column.name, column.heading, *column.aliases) if text}
    )
    assert [key for key, count in spellings.items() if count > 1] == []
    assert set(alias_table(columns).values()) == {column.name for column in columns}


@pytest.mark.parametrize(
    "spelling",
    [
        "CHECK NUMBER/ACH TRACE NUMBER",
        "Check Number /\u00a0ACH\nTrace  Number",
        " check number / ach trace number: ",
    ],
)
def test_a_heading_is_known_in_any_case_spacing_and_break(spelling: str) -> None:
    assert alias_table(REFUND_COLUMNS)[heading_key(spelling)] == "check_or_trace_number"


@pytest.mark.parametrize(
    ("status", "state"),
    [
        ("", "in transit"),
        ("Sent to Treasury", "in transit"),
        ("Treasury Issued", "issued"),
        ("Check/ACH Returned", "returned"),
        ("Check / ACH Reissued", "reissued"),
        ("Funds Diverted", "diverted"),
        ("reject no ach", "rejected"),
        ("REJECT\u00a0NO ACH", "rejected"),
        ("SAP ACH Rejected", "rejected"),
    ],
)
def test_each_documented_status_has_its_state(status: str, state: str) -> None:
    assert STATE_OF_STATUS[status_key(status)] == state


def test_states_are_closed() -> None:
    assert set(STATE_OF_STATUS.values()) < set(PAYMENT_STATES)


def test_the_ten_centers_and_the_pending_one() -> None:
    assert sorted(CENTERS) == [*(f"CEE{number:03d}" for number in range(1, 11)), "PNDING"]
