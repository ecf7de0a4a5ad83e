"""Refund statuses, what each says about the money, and where that leaves the money of a line.

The vocabulary is open: a status that is not listed here has the state ``unknown``, stays in the
frame as it is and is reported.

Sources: CSMS 59949325 and CSMS 68536553 (secondary statuses), CBP Pub. 5286-1225 ("Reject No
ACH"); "SAP ACH Rejected" is the text of the sibling report REV-613, from brokers. That a blank
status means "on its way" is inferred.
"""

from __future__ import annotations

import datetime as dt

from rev603._short import Short

IN_TRANSIT = "in transit"
ISSUED = "issued"
RETURNED = "returned"
REISSUED = "reissued"
DIVERTED = "diverted"
REJECTED = "rejected"
UNKNOWN = "unknown"

PAYMENT_STATES = (IN_TRANSIT, ISSUED, RETURNED, REISSUED, DIVERTED, REJECTED, UNKNOWN)

#: The money went out to the payee.
PAID_STATES = (ISSUED, REISSUED)

PAID_BY_ACH = "paid by ACH"
PAID_BY_CHECK = "paid by check"
PAID_NOT_STATED = "paid, method not stated"
NO_ACH = "no ACH on file"
APPLIED_TO_DEBT = "applied to a debt"
UNKNOWN_STATUS = "unknown status"
SUPERSEDED = "superseded"

#: Where the money of a line is. Each line has exactly one, and together they are the whole: ``superseded``
#: (rejected or returned, and since issued or reissued) counts as a line and adds nothing to any sum.
DISPOSITIONS = (
    PAID_BY_ACH, PAID_BY_CHECK, PAID_NOT_STATED, IN_TRANSIT, NO_ACH, RETURNED, APPLIED_TO_DEBT, UNKNOWN_STATUS,
    SUPERSEDED,
)  # fmt: skip

#: The money did not arrive, and somebody must cure that: two statuses, one cure (CSMS 68536553).
STUCK = (NO_ACH, RETURNED)

#: The money moved, or was applied: what a stuck refund must be seen in before it counts as cleared.
SETTLED = (PAID_BY_ACH, PAID_BY_CHECK, PAID_NOT_STATED, APPLIED_TO_DEBT, SUPERSEDED)

#: What each payment state comes to; of what was paid, by the method that is printed.
DISPOSITION_OF_STATE = {
    IN_TRANSIT: IN_TRANSIT,
    RETURNED: RETURNED,
    DIVERTED: APPLIED_TO_DEBT,
    REJECTED: NO_ACH,
    UNKNOWN: UNKNOWN_STATUS,
}
DISPOSITION_OF_METHOD = {"ACH": PAID_BY_ACH, "Check": PAID_BY_CHECK}

#: Paper checks ended on this day except by waiver (EO 14247; 31 CFR 208.4).
CHECKS_ENDED = dt.datetime(2026, 2, 6)  # noqa: DTZ001 - a day on the calendar, as the report prints it

#: Secondary status, as CBP writes it, to payment state.
STATE_OF_TEXT = {
    "": IN_TRANSIT,
    "Sent to Treasury": IN_TRANSIT,
    "Treasury Issued": ISSUED,
    "Check/ACH Returned": RETURNED,
    "Check/ACH Reissued": REISSUED,
    "Funds Diverted": DIVERTED,
    "Reject No ACH": REJECTED,
    "SAP ACH Rejected": REJECTED,
}

#: What CBP itself calls each state: what a status that a user taught is written as.
STATUS_OF_STATE = {state: text for text, state in reversed(STATE_OF_TEXT.items()) if text}

KNOWN_REFUND_STATUSES = ("transmitted",)
KNOWN_REFUND_TYPES = ("entryliquidation",)

METHODS = {"ach": "ACH", "check": "Check"}

# Written out, because `\s` and `\W` mean something else to each engine's regular expressions.
_SPACING = "".join(chr(code) for code in range(0x3001) if chr(code).isspace()) + "\u200b\ufeff"
_DASHES = "\\-\u00ad\u2010-\u2015\u2043\u2212\u2e3a\u2e3b\ufe58\ufe63\uff0d"
SPACING = f"[{_SPACING}]+"
#: What two spellings of one status may differ in: spacing and dashes anywhere, punctuation at the end.
SPELLING = f"[{_SPACING}{_DASHES}]+|[{_SPACING}{_DASHES}.,;:!]+$"
_SPELLING = Short(SPELLING)


def status_key(text: str) -> str:
    """Return a status as it is looked up: lower case, without spacing, dashes and punctuation at its end.

    >>> status_key(" Reject  No ACH"), status_key("Reject – No-ACH."), status_key("Check/ACH Returned")
    ('rejectnoach', 'rejectnoach', 'check/achreturned')
    """
    return _SPELLING.sub("", text).casefold()


#: The same, by :func:`status_key`.
STATE_OF_STATUS = {status_key(text): state for text, state in STATE_OF_TEXT.items()}


def state_of(status: str) -> str:
    """Return the payment state that a secondary status stands for.

    >>> state_of("Treasury Issued"), state_of(""), state_of("Held by Port")
    ('issued', 'in transit', 'unknown')
    """
    return STATE_OF_STATUS.get(status_key(status), UNKNOWN)
