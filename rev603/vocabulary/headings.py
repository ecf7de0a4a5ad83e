"""The columns of the report and of entry lists: our names, CBP's headings, and other spellings.

Sources: the 17 headings and their order are those of CBP's picture of the report (Pub.
5286-1225). Aliases are other spellings met in ACE exports and spreadsheets made from them, so far
inferred: add one here and every reader knows it. Headings are compared by :func:`heading_key`.
"""

from __future__ import annotations

import re
import unicodedata
from dataclasses import dataclass

from rev603._short import Short


@dataclass(frozen=True, slots=True)
class Column:
    """A column: our name, CBP's heading, what it means, how else it is headed."""

    name: str
    heading: str
    meaning: str
    aliases: tuple[str, ...] = ()
    #: every answer depends on it, so a report without it is refused
    essential: bool = False
    #: some answers depend on it: a report without it is read, and says which
    needed_for: str = ""


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
           ("Care Of", "C/O Name", "4811 Party", "Notify Party", "4811 Notify Party"),
           needed_for="who receives a refund in care of its payee (by notify party, worklist, letters)"),
    Column("address", "Address", "the payee's address, where a check would go", ("Payee Address", "Mailing Address")),
    Column("refund_date", "Refund Date", "the only search key of the report", ("Date of Refund",), essential=True),
    Column("refund_status", "Refund Status", "TRANSMITTED is the only documented value", ("Status", "Primary Status")),
    Column("refund_secondary_status", "Refund Secondary Status", "where the money is (see payment_state)",
           ("Secondary Status", "Refund Sec Status", "Secondary Refund Status"), essential=True),
    Column("refund_type", "Refund Type", "Entry Liquidation is the only documented value", ("Type of Refund",)),
    Column("document_number", "Document Number", "the entry number, for entry refunds",
           ("Document No", "Doc Number", "Document Num"), essential=True),
    Column("total_refund_amount", "Total Refund Amount", "dollars as printed, interest included",
           ("Refund Amount", "Total Refund Amt", "Total Refund Amount ($)", "Total Refund Amount (USD)",
            "Rejected Amount", "Rejected Refund Amount"), essential=True),
    Column("check_or_trace_number", "Check Number / ACH Trace Number", "filled once Treasury confirms; never a key",
           ("Check Number/ACH Trace", "Check / ACH Trace Number", "Check No / ACH Trace No", "ACH Trace Number",
            "Check/ACH Number")),
    Column("check_or_ach", "Check or ACH", "how it was paid: ACH or Check",
           ("Check/ACH", "Payment Method", "Check or ACH Indicator"),
           needed_for="how a refund was paid (by method, checks and ACH apart, suffixes paid by ACH)"),
    Column("center_id", "Center ID", "Center of Excellence and Expertise, or PNDING",
           ("Centre ID", "CEE", "Center", "CEE ID")),
    Column("team_number", "Team Number", "3 characters", ("Team", "Team No", "Team ID")),
    Column("port_code", "Port Code", "4 digits, Schedule D", ("Port", "Port of Entry Code", "Port of Entry")),
)  # fmt: skip

#: Entry lists have no fixed format: brokers' lists, ES-003, ES-022, ES-701, REV-613, REV-615, CAPE files.
#: Except for CAPE's ``Entry Number`` and ``ENTRY_NUMBER`` their headings are unpublished, so these are inferred.
#: Where a list has several headings of one column, the first of them here is taken.
ENTRY_COLUMNS = (
    Column("entry_number", "Entry Number", "the entry, 11 characters where it can be read",
           ("Full Entry Number", "Customs Entry Number", "CBP Entry Number", "US Entry Number", "ACE Entry Number",
            "7501 Entry Number", "Filer/Entry Number", "Filer/Entry", "Filer Entry Number", "Filer Code/Entry Number",
            "Entry Filer Code and Entry Number", "Entry Number/Check Digit", "Entry Number with Check Digit",
            "Entry Summary Entry Number", "ES Entry Number", "Entry Summary Number", "ES Number", "Entry ID", "Entry",
            "Entry Summary", "Document Number"), essential=True),
    Column("expected_amount", "Expected Amount", "dollars expected to come back, interest included",
           ("Total Expected Refund", "Expected Refund Total", "Total Refund Expected", "Expected Refund Amount",
            "Refund Amount Expected", "Refund Expected Amount", "Expected Refund", "Refund Expected", "Expected",
            "Total Expected", "Anticipated Refund", "Anticipated Refund Amount", "Estimated Refund Amount",
            "Estimated Refund", "Total Estimated Refund", "Refund Estimate", "Total Refund Including Interest",
            "Refund Amount With Interest", "Total Refund Due", "Refund Due", "Refund Amount Due", "Refund Claimed",
            "Claimed Refund", "Total Claim", "Claim Amount", "Claimed Amount", "Amount Claimed",
            "Total Refund Amount", "Total Refund", "Refund Total", "Refund Amount", "IEEPA Refund",
            "IEEPA Refund Amount", "Total IEEPA Refund", "Rejected Amount", "Refund", "Total Amount", "Amount")),
    Column("principal_amount", "Principal Amount", "the part that is duty, where the list splits it",
           ("Principal", "Refund Principal", "Principal Refund Amount", "Expected Refund Duty", "Expected Duty Refund",
            "Duty Refund Expected", "Expected Duty", "Estimated Duty", "Total Duty Refund", "Duty Refund Amount",
            "Duty Refund", "Refund Duty", "IEEPA Duty Refund", "IEEPA Duty Amount", "IEEPA Duty", "IEEPA Duties",
            "IEEPA Duty Paid", "IEEPA Tariff", "Duty", "Duties", "Duty Amount", "Line Duty Amount",
            "Line Tariff Duty Amount")),
    Column("interest_amount", "Interest Amount", "the part that is interest, where the list splits it",
           ("Interest", "Refund Interest", "Expected Interest", "Interest Refund Amount", "Expected Refund Interest",
            "Refund Interest Amount", "Total Refund Interest Amount", "Interest Refund", "Estimated Interest")),
    Column("refund_id", "Refund ID", "refund number, where the list knows it",
           ("Refund Number", "Refund Identification Number", "Consolidated Refund Number", "Consolidated Refund ID",
            "Consolidated Refund")),
    Column("importer_number", "Importer Number", "importer of record",
           ("Importer of Record Number", "Importer Of Record ID", "IOR Number", "Importer ID Number", "Importer IR Number",
            "Importer Record Number", "Importer IRS Number", "Importer ID", "IR Number", "IRS Number", "EIN",
            "Importer EIN", "Importer Tax ID", "Importer of Record", "IOR", "Importer", "Payee ID", "Payee Number")),
    Column("notify_party", "Notify Party", "CBP Form 4811 notify party",
           ("4811 Party", "4811 Notify Party", "C/O", "Care Of", "Notify Party Name", "Notify")),
    Column("liquidation_date", "Liquidation Date", "when CBP liquidated the entry",
           ("Liquidated", "Date of Liquidation", "Date Liquidated", "Entry Liquidation Date")),
    Column("filer_code", "Filer Code", "the first three characters of the entry number, where they stand apart",
           ("Entry Filer Code", "Entry Filer", "Broker Filer Code", "Filer ID", "Filer")),
    Column("check_digit", "Check Digit", "the last digit of the entry number, where it stands apart",
           ("Entry Check Digit", "Entry Number Check Digit", "CD")),
)  # fmt: skip

#: What the reader adds to the 17 columns, in order.
DERIVED_COLUMNS = (
    Column(
        "entry_number", "", "the document number as 11 characters, or missing where it is not an entry number"
    ),
    Column("amount", "", "dollars that add up: where the report repeats a refund's amount, once per refund"),
    Column("report_date", "", "Today's Date in the header block"),
    Column("report", "", "the kind of report that shows the line: REV-603, REV-613 or REV-615"),
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

#: Letters or numbers that a picture or a form puts before a heading, "(A) Refund ID", "3. Payee ID", and notes behind it.
_CALL_OUT = Short(r"\A\(?(?:[A-Za-z]|[0-9]{1,2})[).]\s+|\s*[(\[][0-9]{1,2}[)\]]\Z")
#: A longer text is no heading, and is compared as it stands.
_LONGEST = 200
_CAMEL = re.compile(r"(?<=[a-z])(?=[A-Z])")
_WORD = re.compile(r"[^\W_]+|[/#&%+]")
#: Quotation marks, apostrophes, and characters that cannot be seen: they part no words.
_UNSEEN = dict.fromkeys(map(ord, "'’‘`\"“”\u00ad\u200b\u200c\u200d\u200e\u200f\u2060\ufeff"))
#: Short forms; the currency says nothing, as all amounts are dollars.
_IN_FULL = {
    **dict.fromkeys(("no", "nbr", "num", "nr", "nos", "#"), "number"),
    "amt": "amount", "dt": "date", "est": "estimated", "liq": "liquidation", "usd": "",
}  # fmt: skip


def heading_key(text: str) -> str:
    r"""Give a heading as it is looked up: without regard to case, spacing, line breaks, marks and short forms.

    >>> heading_key("Check Number /\u00a0ACH\nTrace Number ") == heading_key("check no./ACH Trace Nbr")
    True
    >>> heading_key("(L) Total Refund Amt ($)") == heading_key("TotalRefundAmount")
    True
    >>> heading_key("Total Refund Amount ($000)")
    'totalrefundamount000'
    """
    return "".join(heading_words(text))


def heading_words(text: str) -> list[str]:
    """Give the words that :func:`heading_key` puts together.

    >>> heading_words("C/O Name No.")
    ['c', '/', 'o', 'name', 'number']
    """
    if len(text) > _LONGEST:
        return [text]
    plain = unicodedata.normalize("NFKC", text).translate(_UNSEEN).strip()
    words = _WORD.findall(_CAMEL.sub(" ", _CALL_OUT.sub("", plain)).casefold())
    return [_IN_FULL.get(word, word) for word in words]


def alias_table(columns: tuple[Column, ...]) -> dict[str, str]:
    """Give ``heading_key`` → column name over headings, aliases and our own names."""
    return {key: column.name for column in columns for key in spellings(column)}


def spellings(column: Column) -> dict[str, int]:
    """Give the keys of a column's headings, each with its rank: CBP's own first, then the aliases in their order."""
    texts = (column.heading, column.name, *column.aliases)
    keys = [heading_key(text) for text in texts if text]
    return {key: rank for rank, key in reversed(list(enumerate(keys)))}
