"""The kinds of report that show refunds: how each is recognized, and which columns it cannot do without.

Sources: the names are CBP's (CSMS 59949325, 68536553). That REV-613 lists what was rejected before payment and
may lack status, care-of party, number and method is from brokers; that REV-615 lists the entries of consolidated CAPE
refunds likewise. Their exact headings are unpublished.
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from typing import TYPE_CHECKING

from rev603.vocabulary.headings import REFUND_COLUMNS, heading_key

if TYPE_CHECKING:
    from collections.abc import Iterable

__all__ = ["REPORTS", "REV_603", "REV_613", "REV_615", "ReportKind", "recognized"]


@dataclass(frozen=True, slots=True)
class ReportKind:
    """A kind of report: its number, CBP's title, other titles, and the columns without which it is refused.

    ``headings`` are columns that only it has; ``status`` is that of all its lines where no column says it.
    """

    name: str
    title: str
    also: tuple[str, ...]
    essential: frozenset[str]
    headings: tuple[str, ...] = ()
    status: str | None = None


REV_603 = ReportKind(
    "REV-603",
    "Trade Refund Report",
    ("ACE Refund Report",),
    frozenset(column.name for column in REFUND_COLUMNS if column.essential),
)
REV_613 = ReportKind(
    "REV-613",
    "ACH Rejected Refunds",
    ("SAP ACH Rejected", "ACH Rejected Refund Report", "ACH Refund Rejects", "Rejected ACH Refunds"),
    frozenset({"refund_id", "payee_id", "total_refund_amount"}),
    (
        "Rejected Amount",
        "Rejected Refund Amount",
        "Reject Date",
        "Rejected Date",
        "Reject Reason",
        "Rejection Reason",
    ),
    status="SAP ACH Rejected",
)
REV_615 = ReportKind(
    "REV-615",
    "CAPE Detail Refund",
    ("CAPE Refund Detail", "CAPE Detail Refunds", "CAPE Detail Refund Report"),
    frozenset({"refund_id", "payee_id", "document_number", "total_refund_amount"}),
    ("CAPE Declaration Number", "CAPE Claim Number", "Consolidated Refund Number", "Consolidated Refund ID"),
)
REPORTS = (REV_603, REV_613, REV_615)

#: A title is short; longer texts are sentences that may mention any report.
_LONGEST_TITLE = 100
_NUMBER = re.compile("(?<![a-z])rev[-_ ]{0,3}(603|613|615)(?![0-9])", re.IGNORECASE)
_OF_NUMBER = {kind.name[-3:]: kind for kind in REPORTS}
_OF_TITLE = {heading_key(title): kind for kind in REPORTS for title in (kind.title, *kind.also)}
_OF_HEADING = {heading_key(heading): kind for kind in REPORTS for heading in kind.headings}


def recognized(titles: Iterable[str | None], headings: Iterable[str | None] = ()) -> ReportKind:
    """Return the kind of report that the first title to name one names, else the headings; REV-603 where none does.

    >>> recognized(["FOR OFFICIAL USE ONLY", "REV-613 ACH Rejected Refunds"]).name
    'REV-613'
    >>> recognized(["CAPE Detail Refund"]).name, recognized(["compare REV-603 with REV-613"]).name
    ('REV-615', 'REV-603')
    """
    for text in titles:
        if not text or len(text) > _LONGEST_TITLE:
            continue
        numbers = set(_NUMBER.findall(text))
        if len(numbers) == 1:
            return _OF_NUMBER[numbers.pop()]
        if not numbers and (kind := _OF_TITLE.get(heading_key(text))):
            return kind
    short = (text for text in headings if text and len(text) <= _LONGEST_TITLE)
    return next((kind for text in short if (kind := _OF_HEADING.get(heading_key(text)))), REV_603)
