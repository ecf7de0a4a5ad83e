"""Brokers' entry lists as they come: any heading, numbers in two columns, totals below, parts and whole refunds."""

from __future__ import annotations

import csv
import io
from typing import Any

import openpyxl
import pandas as pd
import pytest

from rev603 import (
    ColumnsMissingError,
    EntrySchema,
    LineError,
    Rev603Error,
    UnrecognizedFileError,
    read_entries,
    reconcile,
)

Row = list[Any]


def as_csv(rows: list[Row]) -> io.BytesIO:
    text = io.StringIO()
    csv.writer(text).writerows(rows)
    return io.BytesIO(text.getvalue().encode())


def as_book(rows: list[Row]) -> io.BytesIO:
    book = openpyxl.Workbook()
    page: Any = book.active
    for row in rows:
        page.append(row)
    stream = io.BytesIO()
    book.save(stream)
    return io.BytesIO(stream.getvalue())


def both(rows: list[Row], **options: Any) -> list[pd.DataFrame]:
    """Read a list as text and as a workbook; every row must be accounted for."""
    lists = [read_entries(as_csv(rows), **options), read_entries(as_book(rows), **options)]
    for entries in lists:
        EntrySchema.validate(entries)
        filled = sum(any(cell not in (None, "") for cell in row) for row in rows)
        assert len(entries) + len(entries.attrs["rev603"]["set_aside"]) == filled
    return lists


def codes(entries: pd.DataFrame) -> list[str]:
    return [issue["code"] for issue in entries.attrs["rev603"]["issues"]]


def message(entries: pd.DataFrame, code: str) -> str:
    return next(str(issue["message"]) for issue in entries.attrs["rev603"]["issues"] if issue["code"] == code)


ENTRY_HEADINGS = [
    "Entry Number", "Entry #", "Entry#", "Entry No.", "ENTRY NO.", "Entry Nbr", "Entry Num.", "Entry Nr", "entry_number",
    "EntryNo", "Entry Summary Number", "Entry Summary No.", "Entry Summary #", "Entry Summary Nbr", "Filer/Entry",
    "Filer/Entry No.", "Full Entry Number", "Customs Entry No.", "CBP Entry #", "U.S. Entry No.", "7501 Entry Number",
    "Entry Number (11)", "1. Entry Number", "(A) Entry #", "Entry\nNumber", "ENTRY_NUMBER", "Document Number",
]  # fmt: skip
AMOUNT_HEADINGS = [
    "Expected Refund", "Expected Refund ($)", "Expected Refund (USD)", "Refund Expected", "Duty Refund Expected",
    "Refund Amt", "Refund Amt.", "Total Refund Amt", "Refund $", "Est. Refund", "Estimated Refund Amount", "Refund Due",
    "IEEPA Refund", "IEEPA Duty", "IEEPA Duty Paid", "Expected Amt", "Claim Amount", "Amount Claimed", "Anticipated Refund",
    "Total Refund", "Amount", "Amt", "EXPECTED_REFUND", "ExpectedRefund",
]  # fmt: skip
IMPORTER_HEADINGS = [
    "Importer Number", "Importer No.", "Importer #", "Importer Nbr", "IOR", "IOR #", "IOR No.", "IOR Number",
    "Importer of Record", "Importer of Record No.", "Importer ID", "IRS #", "EIN", "IR No.",
]  # fmt: skip


@pytest.mark.parametrize("heading", ENTRY_HEADINGS)
def test_a_heading_of_entry_numbers(heading: str) -> None:
    for entries in both([[heading, "Refund Due"], ["MYK-2800086-4", "$12.50"]]):
        assert entries["entry_number"].tolist() == ["MYK28000864"]
        assert codes(entries) == []


@pytest.mark.parametrize("heading", AMOUNT_HEADINGS)
def test_a_heading_of_expected_amounts(heading: str) -> None:
    for entries in both([["Entry #", heading], ["MYK-2800086-4", "$1,012.50"]]):
        assert entries["expected_amount"].tolist() == [1012.5]
        assert set(codes(entries)) <= {"amount-summed"}  # of a duty alone it is said that it is one


@pytest.mark.parametrize("heading", IMPORTER_HEADINGS)
def test_a_heading_of_importers(heading: str) -> None:
    for entries in both([["Entry #", "Refund Due", heading], ["MYK-2800086-4", 1, "12-3456789"]]):
        assert entries["importer_number"].tolist() == ["12-3456789"]


def test_a_consignee_is_not_the_importer_and_is_kept() -> None:
    for entries in both([["Entry #", "Refund Due", "Consignee"], ["MYK28000864", 1, "'t Hooft Lamps"]]):
        assert "importer_number" not in entries
        assert entries["Consignee"].tolist() == ["'t Hooft Lamps"]


def test_duty_alone_is_taken_and_said_by_its_heading() -> None:
    for entries in both([["Entry #", "IEEPA Duty"], ["MYK28000864", 10]]):
        assert entries["expected_amount"].tolist() == [10.0]
        assert "'IEEPA Duty'" in message(entries, "amount-summed")


def test_interest_alone_is_not_what_is_expected() -> None:
    for entries in both([["Entry #", "Interest"], ["MYK28000864", 2.5]]):
        assert entries["expected_amount"].isna().all()
        assert entries["interest_amount"].tolist() == [2.5]
        assert codes(entries) == ["expected-missing"]


def test_a_column_that_may_be_the_expected_amount_is_named_and_not_guessed() -> None:
    rows: list[Row] = [
        ["Entry #", "Duty Paid", "Claim Number", "HTS Code"],
        ["MYK28000864", "10.00", "12", "9903.01"],
    ]
    for entries in both(rows):
        assert entries["expected_amount"].isna().all()
        text = message(entries, "expected-unclear")
        assert "was not understood: 'Duty Paid';" in text
        assert 'columns={"expected_amount": ' in text
        assert "Claim Number" not in text
    for entries in both(rows, columns={"expected_amount": "Duty Paid"}):
        assert entries["expected_amount"].tolist() == [10.0]


def test_the_heading_that_says_most_is_taken_and_the_other_named_and_kept() -> None:
    rows: list[Row] = [
        ["Refund Amount", "Entry Summary Number", "Entry Number", "Expected Refund"],
        ["5.00", "ES1", "MYK28000864", "9"],
    ]
    for entries in both(rows):
        assert entries["entry_number"].tolist() == ["MYK28000864"]
        assert entries["expected_amount"].tolist() == [9.0]
        assert entries[["Refund Amount", "Entry Summary Number"]].to_numpy().tolist() == [["5.00", "ES1"]]
        assert codes(entries) == ["column-repeated", "column-repeated"]


SPLIT: dict[str, tuple[list[str], list[Row]]] = {
    "filer and eight digits": (["Filer Code", "Entry Number"], [["MYK", "28000864"], ["605", "76072486"]]),
    "filer and hyphen": (["Filer", "Entry No."], [["MYK", "2800086-4"], ["605", "7607248-6"]]),
    "number before filer": (["Entry #", "Entry Filer Code"], [["28000864", "myk"], ["7607248 6", "605"]]),
    "check digit apart": (
        ["Filer", "Entry #", "Check Digit"],
        [["MYK", "2800086", "4"], ["605", "7607248", "6"]],
    ),
    "one is whole": (["Filer Code", "Entry Number"], [["MYK", "MYK28000864"], ["605", "76072486"]]),
}


@pytest.mark.parametrize(("headings", "rows"), SPLIT.values(), ids=SPLIT)
def test_a_number_in_two_columns_is_joined_and_said(headings: list[str], rows: list[Row]) -> None:
    for entries in both([[*headings, "Refund Due"], *[[*row, 1] for row in rows]]):
        assert entries["entry_number"].tolist() == ["MYK28000864", "60576072486"]
        assert codes(entries) == ["entry-joined"]
        assert "filer_code" in entries


def test_a_whole_number_beside_its_filer_code_is_left_alone() -> None:
    for entries in both([["Filer Code", "Entry Number"], ["MYK", "MYK28000864"], ["605", "605-7607248-6"]]):
        assert entries["entry_number"].tolist() == ["MYK28000864", "60576072486"]
        assert codes(entries) == ["expected-missing"]


def test_zeros_lost_from_both_columns_come_back_where_check_digits_and_the_list_prove_it() -> None:
    # SP7-0000001-4, 007-5766596-3 and two whole ones
    rows: list[Row] = [["SP7", 14], [7, 57665963], ["MYK", 28000864], ["605", 76072486]]
    for entries in both([["Filer Code", "Entry Number", "Refund Due"], *[[*row, 1] for row in rows]]):
        assert entries["entry_number"].tolist() == [
            "SP700000014",
            "00757665963",
            "MYK28000864",
            "60576072486",
        ]
        assert sorted(codes(entries)) == ["entry-joined", "zero-restored", "zero-restored"]


def test_seven_digits_without_their_check_digit_are_no_entry_number() -> None:
    """One in ten passes by chance with a zero before it, as the last one here does: MYK-0280008-1."""
    numbers = ["2800086", "2810263", "2810064", "2800081"]
    for entries in both([["Filer Code", "Entry Number"], *[["MYK", number] for number in numbers]]):
        assert entries["entry_number"].tolist() == numbers
        assert codes(entries).count("entry-unusable") == 4


def test_a_joined_number_with_a_wrong_check_digit_is_named() -> None:
    for entries in both([["Filer Code", "Entry Number", "Refund Due"], ["MYK", "28000865", 1]]):
        assert entries["entry_number"].tolist() == ["MYK28000865"]
        assert sorted(codes(entries)) == ["check-digit", "entry-joined"]


@pytest.mark.parametrize(
    "total",
    [["Total", None, 15], [None, "Total:", 15], [None, None, 15], ["Grand Total", None, 15], ["** TOTAL **", None, 15],
     ["MYK28102637 Total", None, 5]],
)  # fmt: skip
def test_totals_at_the_bottom_are_no_entries_and_are_checked(total: Row) -> None:
    rows: list[Row] = [["Entry #", "Client", "Refund Due"], ["MYK28000864", "A", 10], ["MYK28102637", "B", 5]]
    if total[2] == 5:
        rows.insert(2, ["MYK28000864 Total", None, 10])
    for entries in both([*rows, total]):
        assert entries["expected_amount"].tolist() == [10.0, 5.0]
        assert codes(entries) == []
    for entries in both([*rows, [*total[:2], 99]]):
        assert entries["expected_amount"].tolist() == [10.0, 5.0]
        assert codes(entries) == ["subtotal-differs"]


def test_an_average_below_the_list_is_compared_with_nothing() -> None:
    rows = [["Entry Number", "Expected"], ["MYK-2800086-4", "10.00"], ["MYK-2810263-7", "20.00"]]
    for entries in both([*rows, ["Total", "30.00"], ["Average", "15.00"]]):
        assert codes(entries) == []
        assert len(entries) == 2


def test_titles_footers_and_a_second_table_beside() -> None:
    rows: list[Row] = [
        ["Quellharbor Customs Brokers", None, None, None, None, None],
        ["Importer", "Lumb & Co", None, None, None, None],
        [],
        ["Entry #", "Refund Due", None, "Entry #", "Refund Due", None],
        ["MYK28000864", 5, None, "SP700000014", 6, None],
        [None, None, None, "60576072486", 7, None],
        ["Page 1 of 1", None, None, None, None, None],
    ]
    for entries in both(rows):
        assert entries["entry_number"].tolist() == ["MYK28000864"]
        assert codes(entries) == ["beside-the-table", "line-not-understood"]
        reasons = [each["reason"] for each in entries.attrs["rev603"]["set_aside"]]
        assert reasons[-1] == "footer"


def test_headings_over_two_rows() -> None:
    for entries in both(
        [["Entry", "Refund", "IOR"], ["Number", "Due", None], ["MYK28000864", 5, "12-3456789"]]
    ):
        assert entries["expected_amount"].tolist() == [5.0]


def test_text_amounts_blank_ones_and_unreadable_ones() -> None:
    rows: list[Row] = [["Entry #", "Refund Due"], ["MYK28000864", "$1,234.56"], ["MYK28102637", "(5.00)"],
                       ["60576072486", None], ["SP700000014", "'7.00"]]  # fmt: skip
    for entries in both(rows):
        assert entries["expected_amount"].fillna(-1).tolist() == [1234.56, -5.0, -1.0, 7.0]
    for text in ("TBD", "1.234,56", "#N/A", "N/A", "1.234"):
        for stream in (as_csv, as_book):
            with pytest.raises(LineError, match="B2: the cell is not an amount"):
                read_entries(stream([["Entry #", "Refund Due"], ["MYK28000864", text]]))


def test_each_repair_and_each_loss_is_said() -> None:
    rows: list[Row] = [["Entry #", "Refund No.", "Refund Due"], ["60576072486.0", "7001.0", 1], ["6.05761E+10", "R2", 1],
            ["MYK28000864\u200b", "1.2E11", 1]]  # fmt: skip
    for entries in both(rows):
        assert entries["entry_number"].tolist() == ["60576072486", "6.05761E+10", "MYK28000864"]
        assert entries["refund_id"].tolist() == ["7001", "R2", "1.2E11"]
        assert sorted(codes(entries)) == [
            "decimal-tail-removed", "decimal-tail-removed", "entry-unusable", "invisible-removed", "scientific-notation",
            "scientific-notation",
        ]  # fmt: skip


def test_liquidation_dates_read_day_first_or_in_mixed_forms_are_said() -> None:
    heads = ["Entry #", "Refund Due", "Liq. Date"]
    for entries in both([heads, ["MYK28000864", 1, "13/11/2026"], ["MYK28102637", 1, "12/11/2026"]]):
        assert [f"{day:%Y-%m-%d}" for day in entries["liquidation_date"]] == ["2026-11-13", "2026-11-12"]
        assert codes(entries) == ["date-day-first"]
    for entries in both([heads, ["MYK28000864", 1, "2026-11-13"], ["MYK28102637", 1, "11/12/2026"]]):
        assert codes(entries) == ["date-forms-mixed"]


def test_a_consolidated_refunds_total_on_each_entry_counts_by_the_entrys_own_parts() -> None:
    """REV-615: $30.00 is the refund; its entries get 10.00 + 2.50 and 15.00 + 2.50."""
    rows: list[Row] = [["Consolidated Refund Number", "Total Refund Amount", "Entry Number", "Principal", "Interest"],
            ["R1", 30, "MYK28000864", 10, 2.5], ["R1", 30, "60576072486", 15, 2.5]]  # fmt: skip
    for entries in both(rows):
        assert entries["expected_amount"].tolist() == [12.5, 17.5]
        assert codes(entries) == ["amount-summed"]


def test_one_amount_on_all_entries_of_a_refund_is_named() -> None:
    rows: list[Row] = [["Refund ID", "Entry Number", "Refund Amount"], ["R1", "MYK28000864", 30], ["R1", "60576072486", 30],
            ["R2", "SP700000014", 30]]  # fmt: skip
    for entries in both(rows):
        assert codes(entries) == ["expected-repeated"]
        assert "on 2 lines" in message(entries, "expected-repeated")


def test_a_total_that_is_not_its_parts_is_named() -> None:
    rows: list[Row] = [
        ["Entry Number", "Duty", "Interest", "Total Refund"],
        ["MYK28000864", 5, 1, 7],
        ["60576072486", 5, 1, 6],
    ]
    for entries in both(rows):
        assert entries["expected_amount"].tolist() == [7.0, 6.0]
        assert codes(entries) == ["expected-differs"]


def test_es_003_has_several_lines_per_entry_which_are_added_up_only_where_asked() -> None:
    rows: list[Row] = [["Entry Summary Number", "Entry Summary Line Number", "HTS Number - Full", "Line Duty Amount"],
            ["MYK28000864", "001", "9903011000", 10.1], ["MYK28000864", "002", "9903011000", 20.2]]  # fmt: skip
    for entries in both(rows):
        assert entries["expected_amount"].tolist() == [10.1, 20.2]
        assert codes(entries) == ["entry-repeated", "amount-summed"]
    combined = read_entries(as_csv(rows), combine=True)
    assert combined["expected_amount"].tolist() == [30.3]


def test_cape_claim_details_with_every_cell_wrapped() -> None:
    wrapped = [[f'="{text}"' for text in row] for row in
               (["ENTRY_NUMBER", "CLAIM_NUMBER", "STATUS"], ["MYK28000864", "0012", "ACCEPTED"])]  # fmt: skip
    entries = read_entries(as_csv(wrapped))
    assert entries[["entry_number", "CLAIM_NUMBER", "STATUS"]].to_numpy().tolist() == [
        ["MYK28000864", "0012", "ACCEPTED"]
    ]
    assert set(codes(entries)) == {"wrapper-removed", "expected-missing"}


def test_a_cape_declaration_in_a_workbook_of_numbers() -> None:
    for entries in both([["Entry Number"], ["MYK28000864"], [60576072486], [2130045111]]):
        assert entries["entry_number"].tolist() == ["MYK28000864", "60576072486", "02130045111"]
        assert sorted(codes(entries)) == ["expected-missing", "zero-restored"]


def test_errors_name_the_headings_found_and_how_to_name_them() -> None:
    with pytest.raises(UnrecognizedFileError) as unknown:
        read_entries(as_csv([["Ref 1", "Our claim"], ["MYK28000864", "5"]]))
    assert "Ref 1, Our claim" in str(unknown.value)
    assert 'columns={"entry_number": "Their heading"}' in str(unknown.value)
    with pytest.raises(ColumnsMissingError) as missing:
        read_entries(
            as_csv([["Entry #", "Our claim"], ["MYK28000864", "5"]]),
            columns={"expected_amount": "Our claims"},
        )
    assert "did you mean 'Our claim'?" in str(missing.value)
    with pytest.raises(Rev603Error, match="one heading twice"):
        read_entries(as_csv([["Ref"], ["1"]]), columns={"entry_number": "Ref", "refund_id": "REF"})


def test_no_error_shows_a_social_security_number() -> None:
    for rows in ([["666-45-6789", "x"], ["1", "2"]], [["Importer Number", "666-45-6789"], ["1", "2"]]):
        with pytest.raises((UnrecognizedFileError, ColumnsMissingError)) as caught:
            read_entries(as_csv(rows))
        assert "666-45" not in str(caught.value)


def test_other_sheets_of_a_workbook_are_joined_or_named() -> None:
    book = openpyxl.Workbook()
    pages: dict[str, list[Row]] = {
        "October": [["Entry #", "Refund Due"], ["MYK28000864", 1]],
        "November": [["Entry #", "Refund Due"], ["60576072486", 2]],
        "Clients": [["Importer Number", "Client"], ["12-3456789", "Lumb & Co"]],
    }
    for name, rows in pages.items():
        page = book.create_sheet(name)
        for row in rows:
            page.append(row)
    book.remove(book["Sheet"])
    stream = io.BytesIO()
    book.save(stream)
    entries = read_entries(io.BytesIO(stream.getvalue()))
    assert entries["expected_amount"].tolist() == [1.0, 2.0]
    issues = [(issue["code"], issue["source_sheet"]) for issue in entries.attrs["rev603"]["issues"]]
    assert sorted(issues) == [("sheet-joined", "November"), ("sheet-skipped", "Clients")]


@pytest.mark.long
@pytest.mark.parametrize(
    ("heading", "amount"),
    [
        ("Claim", "5.00"),
        ("Our Estimate USD", "1200"),
        ("Expected Refund ($000)", "1.2"),
        ("Sum we hope for", "$5.00"),
    ],
)
def test_an_amount_that_is_not_understood_as_expected_is_named_and_its_entries_are_found(
    heading: str, amount: str
) -> None:
    refunds = pd.DataFrame(
        {"entry_number": ["MYK28000864"], "amount": [5.0], "refund_secondary_status": ["Treasury Issued"]}
    )
    for entries in both([["Entry Number", heading], ["MYK28000864", amount]]):
        assert entries["expected_amount"].isna().all()
        assert codes(entries) == ["expected-unclear"]
        assert repr(heading) in message(entries, "expected-unclear")
        assert reconcile(refunds, entries).entries["outcome"].tolist() == ["found"]


def test_codes_and_counts_are_not_taken_for_amounts() -> None:
    rows: list[Row] = [
        ["Entry Number", "Port", "Claim Number", "Line Count"],
        ["MYK28000864", "3802", "12", "4"],
    ]
    for entries in both(rows):
        assert codes(entries) == ["expected-missing"]


@pytest.mark.parametrize(
    "heading", ["Refund ($000)", "Refund in thousands", "Refund $K", "Refund (USD millions)"]
)
def test_amounts_in_thousands_are_refused_and_never_misread(heading: str) -> None:
    for stream in (as_csv, as_book):
        with pytest.raises(Rev603Error, match="are not in dollars"):
            read_entries(
                stream([["Entry Number", heading], ["MYK28000864", "1.2"]]),
                columns={"expected_amount": heading},
            )


def test_an_amount_may_be_the_sum_of_several_columns() -> None:
    """10.10 + 2.00 + 0.35 = 12.45; the second line has no interest: 20.20 + 3.00 = 23.20."""
    rows: list[Row] = [["Entry Number", "Duty", "MPF", "Interest"], ["MYK28000864", "10.10", "2.00", "0.35"],
            ["60576072486", "20.20", "3.00", None], ["Total", "30.30", "5.00", "0.35"]]  # fmt: skip
    for entries in both(rows, columns={"expected_amount": ["Duty", "MPF", "Interest"]}):
        assert entries["expected_amount"].tolist() == [12.45, 23.20]
        assert "subtotal-differs" not in codes(entries)
    rows[2][2] = "n/a"
    for stream in (as_csv, as_book):
        with pytest.raises(LineError, match="C3: the cell is not an amount"):
            read_entries(stream(rows), columns={"expected_amount": ["Duty", "MPF", "Interest"]})
        with pytest.raises(ColumnsMissingError, match="MPFF"):
            read_entries(stream(rows), columns={"expected_amount": ["Duty", "MPFF"]})


@pytest.mark.parametrize(
    ("wrong", "said"),
    [
        (["Ref"], "columns is list"),
        ({"expectd_amount": "Ref"}, "Did you mean 'expected_amount'"),
        ({"entry_number": 3}, "no heading"),
        ({"entry_number": ""}, "no heading"),
        ({"entry_number": []}, "no heading"),
        ({"refund_id": ["Ref", "Other"]}, "2 headings for refund_id"),
    ],
)
def test_wrong_columns_are_errors_with_a_way_out(wrong: Any, said: str) -> None:
    with pytest.raises(Rev603Error, match=said) as raised:
        read_entries(as_csv([["Ref", "Other"], ["MYK28000864", "1"]]), columns=wrong)
    assert raised.value.what_to_do
