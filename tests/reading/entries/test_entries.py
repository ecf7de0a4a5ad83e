"""Entry lists of any heading; what is expected here was written by hand beside each list."""

from __future__ import annotations

import io

import pandas as pd
import pytest

from rev603 import (
    ColumnsMissingError,
    EntrySchema,
    LineError,
    Rev603Error,
    UnrecognizedFileError,
    read_entries,
)


def listed(text: str) -> io.BytesIO:
    return io.BytesIO(text.encode())


def codes(entries: pd.DataFrame) -> list[str]:
    return [issue["code"] for issue in entries.attrs["rev603"]["issues"]]


FAMILIES = {
    "a broker's list": (
        "Entry No.,Entry Date,IOR Number,Expected Refund,Liq. Date\nMYK-2800086-4,1/2/2026,12-3456789,$12.50,11/6/2026\n"
    ),
    "ES-003": "Entry Summary Number,Line Number,Refund Due\nMYK28000864,001,12.5\n",
    "ES-022": "Entry Number,Refund Number,Principal,Interest\nMYK28000864,R1,10.00,2.50\n",
    "ES-701": "ENTRY NUMBER,Liquidation Date,Refund Amount,Refund Interest\nMYK28000864,11/06/2026,12.50,2.50\n",
    "REV-613": "Refund ID,Payee ID,Document Number,Rejected Amount\nR1,12-3456789,MYK28000864,$12.50\n",
    "REV-615": "Consolidated Refund Number,Entry Number,Refund Amount\nR1,MYK28000864,12.50\n",
}


@pytest.mark.parametrize("text", FAMILIES.values(), ids=FAMILIES)
def test_a_list_of_any_family_gives_the_entry_and_what_was_expected(text: str) -> None:
    entries = read_entries(listed(text))
    assert entries["entry_number"].tolist() == ["MYK28000864"]
    assert entries["expected_amount"].tolist() == [12.5]
    EntrySchema.validate(entries)


def test_principal_and_interest_without_a_total_are_added_and_said() -> None:
    assert "amount-summed" in codes(read_entries(listed(FAMILIES["ES-022"])))


def test_a_total_beside_interest_is_the_total() -> None:
    assert "amount-summed" not in codes(read_entries(listed(FAMILIES["ES-701"])))


def test_a_cape_declaration_has_entries_and_expects_no_amount() -> None:
    entries = read_entries(listed("Entry Number\nMYK28000864\n60576072486\n"))
    assert entries["entry_number"].tolist() == ["MYK28000864", "60576072486"]
    assert entries["expected_amount"].isna().all()
    assert codes(entries) == ["expected-missing"]


def test_cape_claim_details_wrap_identifiers_in_formulas() -> None:
    text = 'ENTRY_NUMBER,CLAIM_NUMBER,STATUS,ERROR_DESCRIPTION\n"=""MYK28000864""","=""0012""",ACCEPTED,\n'
    entries = read_entries(listed(text))
    assert entries["entry_number"].tolist() == ["MYK28000864"]
    assert entries["STATUS"].tolist() == ["ACCEPTED"]


def test_the_caller_names_columns_that_no_alias_finds() -> None:
    text = "Our file,Ref 1,Claimed\n77,MYK28000864,5.00\n"
    entries = read_entries(listed(text), columns={"entry_number": "Ref 1", "expected_amount": "claimed"})
    assert entries[["entry_number", "expected_amount", "Our file"]].to_numpy().tolist() == [
        ["MYK28000864", 5.0, "77"]
    ]


def test_a_named_heading_that_is_not_there_is_refused_with_the_nearest() -> None:
    with pytest.raises(ColumnsMissingError, match="did you mean 'Claimed'"):
        read_entries(listed("Entry Number,Claimed\nMYK28000864,1\n"), columns={"expected_amount": "Claim"})


def test_a_column_name_that_is_not_ours_is_refused_with_the_nearest() -> None:
    with pytest.raises(Rev603Error, match="Did you mean 'entry_number'"):
        read_entries(listed("Entry Number\nMYK28000864\n"), columns={"entry_numbr": "Entry Number"})


def test_a_list_without_entries_is_refused() -> None:
    with pytest.raises(ColumnsMissingError, match="Entry Number"):
        read_entries(listed("Importer Number,Interest\n12-3456789,1.00\n"))
    with pytest.raises(UnrecognizedFileError, match="No heading row of an entry list"):
        read_entries(listed("apples,pears\n1,2\n"))


TWICE = "Entry Number,Refund Due,Note\nMYK28000864,10.10,first\nMYK28000864,2.40,second\n60576072486,,\n"


def test_an_entry_on_several_lines_stays_on_several_lines_and_is_said() -> None:
    entries = read_entries(listed(TWICE))
    assert entries["expected_amount"].tolist()[:2] == [10.1, 2.4]
    assert codes(entries) == ["entry-repeated"]


def test_lines_of_an_entry_are_added_up_to_the_cent_where_the_caller_says_so() -> None:
    entries = read_entries(listed(TWICE), combine=True)
    assert entries["entry_number"].tolist() == ["MYK28000864", "60576072486"]
    assert entries["expected_amount"].iloc[0] == 12.5
    assert pd.isna(entries["expected_amount"].iloc[1])
    assert entries["Note"].iloc[0] == "first"


def test_no_line_is_lost_whatever_its_key() -> None:
    text = "My list\n\nEntry Number,Refund Due\nMYK-2800086-4,1\nno entry,2\n,3\n0213004511,4\nTotal,10\n"
    entries = read_entries(listed(text))
    assert entries["entry_number"].fillna("").tolist() == ["MYK28000864", "no entry", "0213004511"]
    aside = entries.attrs["rev603"]["set_aside"]
    assert [each["source_row"] for each in aside] == [1, 3, 6, 8]
    assert len(entries) + len(aside) == 7


def test_a_lost_zero_that_the_check_digit_proves_is_restored_and_said() -> None:
    # 02130045111: digits doubled at every second place from the right add up to 20, so the zero is proven
    entries = read_entries(listed("Entry Number\n2130045111\n"))
    assert entries["entry_number"].tolist() == ["02130045111"]
    assert "zero-restored" in codes(entries)


def test_an_amount_that_cannot_be_read_is_refused_or_its_line_set_aside() -> None:
    text = "Entry Number,Refund Due\nMYK28000864,about ten\n60576072486,1.00\n"
    with pytest.raises(LineError, match="not an amount"):
        read_entries(listed(text))
    entries = read_entries(listed(text), on_error="collect")
    assert entries["entry_number"].tolist() == ["60576072486"]
    assert [each["reason"] for each in entries.attrs["rev603"]["set_aside"]] == ["heading row", "unreadable"]
