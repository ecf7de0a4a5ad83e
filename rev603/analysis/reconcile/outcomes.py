"""What became of each group: sums in whole cents, one outcome per group and per line."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, NamedTuple

import numpy as np

from rev603.vocabulary import statuses

if TYPE_CHECKING:
    from rev603.analysis.reconcile.inputs import Flags, Ints, Lines, RefundLines
    from rev603.analysis.reconcile.matching import Matching

MATCHED = "matched"
WITHIN_TOLERANCE = "within tolerance"
SHORT = "short"
OVER = "over"
MISSING = "missing"
UNEXPECTED = "unexpected"
NOT_PAID = "not paid"
FOUND = "found"
DUPLICATE = "duplicate entry"
UNUSABLE = "unusable key"

OUTCOMES = (
    MATCHED, WITHIN_TOLERANCE, FOUND, SHORT, OVER, MISSING, UNEXPECTED, NOT_PAID, DUPLICATE, UNUSABLE,
)  # fmt: skip
#: Nothing is left to be done about these.
SETTLED = (MATCHED, WITHIN_TOLERANCE, FOUND)
CODE = {outcome: code for code, outcome in enumerate(OUTCOMES)}


@dataclass(frozen=True, kw_only=True)
class Outcomes:
    """Counts, cents and the outcome of each group; outcomes of the lines. They are places in ``OUTCOMES``."""

    entries: Ints
    refunds: Ints
    refunded_lines: Ints
    expected: Ints
    refunded: Ints
    #: expected less refunded, less what came for entries whose expected amount is not stated
    difference: Ints
    #: what came for entries whose expected amount is not stated
    not_stated: Ints
    #: entries whose expected amount is not stated
    unpriced: Ints
    #: amounts of lines that are found and not paid
    not_paid: Ints
    #: of what is refunded, repeats left out: what is in transit, and what has an undocumented status
    in_transit: Ints
    unknown_status: Ints
    outcome: Ints
    entry_outcome: Ints
    refund_outcome: Ints
    #: refund lines found and not paid
    outstanding: Flags


class Judged(NamedTuple):
    """Both inputs, which lines belong together, and what became of them."""

    entries: Lines
    refunds: RefundLines
    matching: Matching
    outcomes: Outcomes


def judge(entries: Lines, refunds: RefundLines, matching: Matching, tolerance: int) -> Outcomes:
    """Compare the sums of each group and say what became of it; ``tolerance`` is in cents."""
    of_e, of_r = matching.entries.group, matching.refunds.group
    groups = matching.groups

    def total(group: Ints, what: Ints | Flags | int) -> Ints:
        sums = np.zeros(groups, np.int64)
        np.add.at(sums, group, what)
        return sums

    n_entries, n_refunds = np.bincount(of_e, minlength=groups), np.bincount(of_r, minlength=groups)
    refunded_lines = np.bincount(of_r[refunds.refunded], minlength=groups)
    unpriced = np.bincount(of_e[~entries.stated], minlength=groups)
    expected = total(of_e, entries.cents)
    refunded = total(of_r[refunds.refunded], refunds.cents[refunds.refunded])

    owed = expected - refunded
    repeats, unusable = np.zeros(groups, bool), np.zeros(groups, bool)
    for side in (matching.entries, matching.refunds):
        unusable[side.group[~side.usable]] = True
        repeats[side.group[side.repeats >= 0]] = True
    not_compared = (refunded_lines > 0) & (unpriced > 0) & ((owed <= 0) | (unpriced == n_entries))
    not_stated = np.where(not_compared & ~repeats & ~unusable, -owed, 0)
    difference = owed + not_stated

    nothing_due = (expected == 0) & (unpriced == 0)
    outcome = np.select(
        [
            repeats,
            unusable,
            (n_entries == 0) & (refunded_lines > 0),
            (n_refunds > 0) & (refunded_lines == 0),
            (n_refunds == 0) & ~nothing_due,
            not_compared,
            difference == 0,
            np.abs(difference) <= tolerance,
            difference > 0,
        ],
        [
            CODE[name]
            for name in (
                DUPLICATE,
                UNUSABLE,
                UNEXPECTED,
                NOT_PAID,
                MISSING,
                FOUND,
                MATCHED,
                WITHIN_TOLERANCE,
                SHORT,
            )
        ],
        default=CODE[OVER],
    ).astype(np.int64)

    refund_outcome = outcome[of_r]
    outstanding = matching.refunds.counted & refunds.not_paid
    refund_outcome[outstanding] = CODE[NOT_PAID]

    def in_state(name: str) -> Ints:
        chosen = (refunds.state == statuses.PAYMENT_STATES.index(name)) & (matching.refunds.repeats < 0)
        return total(of_r[chosen], refunds.cents[chosen])

    return Outcomes(
        entries=n_entries,
        refunds=n_refunds,
        refunded_lines=refunded_lines,
        expected=expected,
        refunded=refunded,
        difference=difference,
        not_stated=not_stated,
        unpriced=unpriced,
        not_paid=total(of_r[outstanding], refunds.cents[outstanding]),
        in_transit=in_state(statuses.IN_TRANSIT),
        unknown_status=in_state(statuses.UNKNOWN),
        outcome=outcome,
        entry_outcome=outcome[of_e],
        refund_outcome=refund_outcome,
        outstanding=outstanding,
    )
