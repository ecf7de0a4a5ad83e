"""Refund statuses and what each says about the money.

The vocabulary is open: a status that is not listed here has the state ``unknown``, stays in the
frame as it is and is reported.

Sources: CSMS 59949325 and CSMS 68536553 (secondary statuses), CBP Pub. 5286-1225 ("Reject No
ACH"); "SAP ACH Rejected" is the text of the sibling report REV-613, from brokers. That a blank
status means "on its way" is inferred.
"""

from __future__ import annotations

IN_TRANSIT = "in transit"
ISSUED = "issued"
RETURNED = "returned"
REISSUED = "reissued"
DIVERTED = "diverted"
REJECTED = "rejected"
UNKNOWN = "unknown"

PAYMENT_STATES = (IN_TRANSIT, ISSUED, RETURNED, REISSUED, DIVERTED, REJECTED, UNKNOWN)

#: The money has not reached the payee: it is on its way, came back, paid a debt, or lies rejected.
UNPAID_STATES = (IN_TRANSIT, RETURNED, DIVERTED, REJECTED)

#: Secondary status, without regard to case and spacing (see :func:`status_key`), to payment state.
STATE_OF_STATUS = {
    "": IN_TRANSIT,
    "senttotreasury": IN_TRANSIT,
    "treasuryissued": ISSUED,
    "check/achreturned": RETURNED,
    "check/achreissued": REISSUED,
    "fundsdiverted": DIVERTED,
    "rejectnoach": REJECTED,
    "sapachrejected": REJECTED,
}

KNOWN_REFUND_STATUSES = ("transmitted",)
KNOWN_REFUND_TYPES = ("entryliquidation",)

METHODS = {"ach": "ACH", "check": "Check"}


def status_key(text: str) -> str:
    """Give a status as it is looked up: lower case, without any spacing.

    >>> status_key(" Reject  No ACH")
    'rejectnoach'
    """
    return "".join(text.split()).casefold()
