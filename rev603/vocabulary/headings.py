"""The columns of the report and of entry lists: our names, CBP's headings, and other spellings.

Sources: the 17 headings and their order are those of CBP's picture of the report (Pub.
5286-1225). Aliases are other spellings met in ACE exports and spreadsheets made from them, so far
inferred: add one here and every reader knows it. Headings are compared by :func:`heading_key`.
"""

from __future__ import annotations

import re
import unicodedata
from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Column:
    """A column: our name, CBP's heading, what it means, how else it is headed."""

    name: str
    heading: str
    meaning: str
    aliases: tuple[str, ...] = ()
    #: an answer depends on it, so a report without it is refused
    essential: bool = False


REFUND_COLUMNS = (
    Column("refund_id", "Refund ID", "refund identification number; CBP consolidates by it and by payee",
           ("Refund Identification Number", "Refund Number", "Refund No", "Refund ID Number"), essential=True),
    Column("filer_code", "Filer Code", "3-character code of the entry filer",
           ("Entry Filer Code", "Filer", "Broker Filer Code")),
    Column("payee_id", "Payee ID", "importer-of-record number of the payee; the bank account must be "
           "enrolled for exactly this number and suffix",
           ("Payee Number", "Payee ID Number", "Payee IR Number", "Payee Importer Number"), essential=True),
    Column("company_name", "Company Name", "the payee's name",
           ("Payee Name", "Payee Company Name", "Payee"), essential=True),
    Column("care_of", "C/O", "name of the CBP Form 4811 notify party, if one is on file",
           ("Care Of", "C/O Name", "4811 Party", "Notify Party", "4811 Notify Party"), essential=True),
    Column("address", "Address", "the payee's address, where a check would go", ("Payee Address", "Mailing Address")),
    Column("refund_date", "Refund Date", "the only search key of the report", ("Date of Refund",), essential=True),
    Column("refund_status", "Refund Status", "TRANSMITTED is the only documented value", ("Status", "Primary Status")),
    Column("refund_secondary_status", "Refund Secondary Status", "where the money is (see payment_state)",
           ("Secondary Status", "Refund Sec Status", "Secondary Refund Status"), essential=True),
    Column("refund_type", "Refund Type", "Entry Liquidation is the only documented value", ("Type of Refund",)),
    Column("document_number", "Document Number", "the entry number, for entry refunds",
           ("Document No", "Doc Number", "Document Num"), essential=True),
    Column("total_refund_amount", "Total Refund Amount", "dollars as printed, interest included",
           ("Refund Amount", "Total Refund Amt", "Total Refund Amount ($)", "Total Refund Amount (USD)"), essential=True),
    Column("check_or_trace_number", "Check Number / ACH Trace Number", "filled once Treasury confirms; never a key",
           ("Check Number/ACH Trace", "Check / ACH Trace Number", "Check No / ACH Trace No", "ACH Trace Number",
            "Check/ACH Number")),
    Column("check_or_ach", "Check or ACH", "how it was paid: ACH or Check",
           ("Check/ACH", "Payment Method", "Check or ACH Indicator"), essential=True),
    Column("center_id", "Center ID", "Center of Excellence and Expertise, or PNDING",
           ("Centre ID", "CEE", "Center", "CEE ID")),
    Column("team_number", "Team Number", "3 characters", ("Team", "Team No", "Team ID")),
    Column("port_code", "Port Code", "4 digits, Schedule D", ("Port", "Port of Entry Code", "Port of Entry")),
)  # fmt: skip

#: Entry lists have no fixed format: brokers' lists, ES-003, ES-022, ES-701, REV-613, REV-615, CAPE files.
#: Except for CAPE's ``Entry Number`` and ``ENTRY_NUMBER`` their headings are unpublished, so these are inferred.
ENTRY_COLUMNS = (
    Column("entry_number", "Entry Number", "the entry, 11 characters where it can be read",
           ("Entry No", "Entry #", "Entry Num", "Entry Nbr", "Entry", "Entry Summary Number", "Entry Summary No",
            "Entry Summary", "Entry Summary Entry Number", "ES Number", "Entry ID", "Customs Entry Number",
            "CBP Entry Number", "Document Number"), essential=True),
    Column("expected_amount", "Expected Amount", "dollars expected to come back, interest included",
           ("Expected Refund", "Expected Refund Amount", "Expected", "Refund Expected", "Refund Due", "Total Refund Due",
            "Total Refund", "Total Refund Amount", "Refund Amount", "Refund Total", "Total Expected Refund",
            "Estimated Refund", "Estimated Refund Amount", "Total Amount", "Total Refund Including Interest",
            "Refund Amount With Interest", "Amount", "Refund", "Expected Refund Total", "Rejected Amount")),
    Column("principal_amount", "Principal Amount", "the part that is duty, where the list splits it",
           ("Principal", "Refund Principal", "Duty Refund", "Refund Duty", "Duty", "Duty Amount", "Expected Duty",
            "Expected Refund Duty", "Principal Refund Amount", "Duty Refund Amount")),
    Column("interest_amount", "Interest Amount", "the part that is interest, where the list splits it",
           ("Interest", "Refund Interest", "Expected Interest", "Interest Refund Amount", "Expected Refund Interest")),
    Column("refund_id", "Refund ID", "refund number, where the list knows it",
           ("Refund Number", "Refund No", "Refund Identification Number", "Consolidated Refund Number",
            "Consolidated Refund ID", "Consolidated Refund")),
    Column("importer_number", "Importer Number", "importer of record",
           ("Importer No", "Importer ID", "Importer", "IOR", "IOR Number", "IOR No", "Importer of Record",
            "Importer of Record Number", "Importer Of Record ID", "IR Number", "Importer Record Number", "Payee ID",
            "Payee Number", "Importer IRS Number")),
    Column("notify_party", "Notify Party", "CBP Form 4811 notify party",
           ("4811 Party", "4811 Notify Party", "C/O", "Care Of", "Notify Party Name", "Notify")),
    Column("liquidation_date", "Liquidation Date", "when CBP liquidated the entry",
           ("Liq Date", "Liquidated", "Date of Liquidation", "Liquidation Dt", "Entry Liquidation Date")),
)  # fmt: skip

#: What the reader adds to the 17 columns, in order.
DERIVED_COLUMNS = (
    Column(
        "entry_number", "", "the document number as 11 characters, or missing where it is not an entry number"
    ),
    Column("amount", "", "dollars that add up: where the report repeats a refund's amount, once per refund"),
    Column("report_date", "", "Today's Date in the header block"),
    Column("source_file", "", "file name"),
    Column("source_sheet", "", "sheet name; missing for CSV"),
    Column("source_row", "", "the spreadsheet's own row, from 1"),
)

REFUND_FRAME = tuple(column.name for column in (*REFUND_COLUMNS, *DERIVED_COLUMNS))

#: Labels of the block above the table.
HEADER_BLOCK = {
    "report_date": ("Today's Date", "Todays Date", "Report Date", "Run Date"),
    "total_refunds": ("Total Refunds", "Total Number of Refunds", "Number of Refunds"),
    "total_refund_amount": ("Total Refund Amount", "Total Amount", "Total Refunds Amount"),
}

_QUOTES = str.maketrans({"’": "'", "‘": "'", "`": "'", "＂": '"', "“": '"', "”": '"'})
_PUNCTUATION = re.compile(r"[\s.:*_?\"-]+")


def heading_key(text: str) -> str:
    r"""Give a heading as it is looked up: without regard to case, spacing, line breaks and end marks.

    >>> heading_key("Check Number /\u00a0ACH\nTrace Number ") == heading_key("check number/ACH trace number")
    True
    """
    plain = unicodedata.normalize("NFKC", text).translate(_QUOTES)
    return _PUNCTUATION.sub("", plain).casefold()


def alias_table(columns: tuple[Column, ...]) -> dict[str, str]:
    """Give ``heading_key`` → column name over headings, aliases and our own names."""
    return {
        heading_key(text): column.name
        for column in columns
        for text in (*column.aliases, column.name, column.heading)
        if text
    }
