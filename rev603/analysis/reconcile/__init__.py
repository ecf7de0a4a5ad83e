"""Whether the refund that was expected for each entry came, to whom, and if not, where it is.

Definitions
-----------
**Key.** An entry number, written with or without hyphens, spaces and capitals; a leading zero that was lost
is restored where the check digit proves it. A wrong check digit does not make a key unusable. Besides, a
refund number is a key where the entry list states it, and where the report prints the refund's amount once
for all its documents (``amount`` differs from ``total_refund_amount``).

**Match.** A connected group of refund lines and entries: two lines belong together when they share a key.
A refund line without an entry number belongs with the lines of its refund number. Every line is in exactly
one group. The sides of a group are compared by their sums in whole cents, never line by line.

**Refunded.** A refund line is not paid where its payment state is ``rejected``, ``returned`` or ``diverted``:
its money did not move. Every other line counts as refunded: issued, reissued, in transit (no status yet, or
Sent to Treasury), and a status that nobody has documented, which is never guessed to be a failure. What is
not confirmed is said: in the reason of its group, and as ``in_transit_amount`` and ``unknown_status_amount``.

**Repeats** are set aside, each as a group of its own with the outcome ``duplicate entry``, and the reason
names the line that counts. An entry line is a repeat if it equals an earlier one in everything but its
provenance; lines of one entry that differ in anything (two amounts, two dates) are parts and are summed. A
refund line is a repeat if it has a refund number and equals an earlier line in refund number, payee,
document, date, amount, payment state, method and trace number, or if a newer report shows the same refund,
payee and document: then only the newest report counts. Without a refund number nothing proves a repeat.

**Difference** is expected less refunded: what is still to come; negative where more came than expected.

======================  ==============================================================================
outcome                 the group
======================  ==============================================================================
``matched``             the sums are equal; or money came for entries of which the list states no
                        amount; or nothing was expected (0.00) and nothing came
``within tolerance``    the sums differ by no more than the tolerance
``short`` · ``over``    less or more was refunded than expected
``missing``             entries, and no refund line
``unexpected``          refunded lines, and no entry
``not paid``            refund lines, all of them not paid, with entries or without
``duplicate entry``     one line that repeats another
``unusable key``        one line with neither an entry number nor a refund number
======================  ==============================================================================

A line has the outcome of its group, but a refund line that is not paid is ``not paid`` until a line that
paid it stands in the group: a refunded line of the same refund number and document, or of the same amount.
The tolerance holds for the difference of a group that has both entries and refunded lines.

An entry without an expected amount counts as a line and with 0 cents. What comes for it beyond the amounts
that its group states is no difference; the proof shows it as ``no expected amount``.

**Proof.** Expected is the sum of the whole list, refunded the sum of all refunded lines, repeats and unusable
lines included. Expected less refunded is what the outcomes explain, overall, per payee and per notify party.
"""

from __future__ import annotations

import math
from dataclasses import dataclass
from decimal import Decimal
from numbers import Real
from typing import TYPE_CHECKING, Any

import numpy as np
import pandas as pd
import pyarrow as pa

from rev603.analysis.reconcile.inputs import entry_lines, refund_lines
from rev603.analysis.reconcile.matching import match
from rev603.analysis.reconcile.outcomes import OUTCOMES, WITHIN_TOLERANCE, Compared, judge
from rev603.analysis.reconcile.parties import elsewhere, notify_parties, payees
from rev603.analysis.reconcile.proof import Proof, prove
from rev603.analysis.reconcile.reasons import reasons
from rev603.analysis.reconcile.suggestions import suggest
from rev603.identifiers._columns import TEXT, pandas_text
from rev603.vocabulary.statuses import PAYMENT_STATES

if TYPE_CHECKING:
    from rev603.analysis.reconcile.inputs import Ints
    from rev603.analysis.reconcile.matching import Matching

__all__ = ["OUTCOMES", "Findings", "Proof", "find", "tolerance_in_cents"]


@dataclass(frozen=True, kw_only=True, eq=False, repr=False)
class Findings:
    """What :func:`find` gives; the frames are those of ``rev603.presenting.reconciliation``."""

    entries: pd.DataFrame
    refunds: pd.DataFrame
    groups: pd.DataFrame
    suggestions: pd.DataFrame
    proof: Proof
    #: plain numbers; see there
    totals: dict[str, int | float]


def find(refunds: Any, entries: Any, *, tolerance: float = 0.0) -> Findings:
    """Match refund lines with entries and account for every line and cent, as the module defines it.

    Parameters
    ----------
    refunds
        ``entry_number`` (or ``document_number``), ``amount`` and ``refund_secondary_status`` (or
        ``payment_state``); used where they are there: ``refund_id payee_id company_name care_of refund_date
        report_date check_or_trace_number check_or_ach total_refund_amount document_number``, provenance.
    entries
        ``entry_number expected_amount``; used where they are there: ``refund_id importer_number notify_party
        liquidation_date``, provenance.
    tolerance
        Dollars.

    Raises
    ------
    ColumnsMissingError, Rev603Error
        A column is not there, or an amount is no number.
    ValueError, TypeError
        The tolerance is negative or not finite, or no number.

    Examples
    --------
    >>> refunds = pd.DataFrame({"entry_number": ["605-7607248-6", "60576072486"], "amount": [60.0, 40.0],
    ...     "refund_secondary_status": "Treasury Issued"})
    >>> entries = pd.DataFrame({"entry_number": ["60576072486", "60576069342"],
    ...     "expected_amount": [100.0, 5.0]})
    >>> find(refunds, entries).groups[["expected", "refunded", "difference", "outcome"]]
       expected  refunded  difference  outcome
    0     100.0     100.0         0.0  matched
    1       5.0       0.0         5.0  missing
    """
    limit = tolerance_in_cents(tolerance)
    listed, came = entry_lines(entries), refund_lines(refunds)
    matching = match(listed, came)
    outcomes = judge(listed, came, matching, limit)
    compared = Compared(listed, came, matching, outcomes)
    payee, notified = payees(listed, came), notify_parties(listed, came)
    other = elsewhere(matching, came.refunded, payee, none_is_other=False)
    other |= elsewhere(matching, came.refunded, notified, none_is_other=True)
    reason = reasons(compared, other, limit)
    other_groups = np.zeros(matching.groups, bool)
    other_groups[matching.refunds.group[other]] = True

    groups = pd.DataFrame(
        {
            "match_id": np.arange(1, matching.groups + 1),
            "entry_number": _first_of_each(matching, listed.written, came.written),
            "expected": outcomes.expected / 100,
            "refunded": outcomes.refunded / 100,
            "difference": outcomes.difference / 100,
            "outcome": _texts(outcomes.outcome, OUTCOMES),
            "entries": outcomes.entries,
            "refunds": outcomes.refunds,
            "not_paid_amount": outcomes.not_paid / 100,
            "in_transit_amount": outcomes.in_transit / 100,
            "unknown_status_amount": outcomes.unknown_status / 100,
            "no_expected_amount": outcomes.not_stated / 100,
            "paid_to_another_party": other_groups,
            "reason": pandas_text(reason, pd.Series(index=range(matching.groups))),
        }
    )

    def answered(frame: pd.DataFrame, group: Ints, outcome: Ints, **more: Any) -> pd.DataFrame:
        columns = {
            "outcome": _texts(outcome, OUTCOMES),
            "match_id": group + 1,
            "difference": (outcomes.difference / 100)[group],
            **more,
            "reason": pandas_text(reason.take(pa.array(group)), pd.Series(index=range(len(group)))),
        }
        kept = frame.rename(columns={name: f"{name}_given" for name in columns if name in frame})
        answers = pd.DataFrame(columns).set_axis(kept.index, axis=0)
        return pd.concat([kept, answers], axis=1)

    suggestions, not_searched = suggest(compared, payee)
    within = outcomes.outcome == OUTCOMES.index(WITHIN_TOLERANCE)
    totals = {
        "matches": matching.groups,
        "entries": len(listed),
        "refunds": len(came),
        "tolerance": limit / 100,
        "tolerance_matches": int(within.sum()),
        "tolerance_absorbed": int(np.abs(outcomes.difference[within]).sum()) / 100,
        "in_transit_amount": int(outcomes.in_transit.sum()) / 100,
        "unknown_status_amount": int(outcomes.unknown_status.sum()) / 100,
        "paid_to_another_party_lines": int(other.sum()),
        "paid_to_another_party_amount": int(came.cents[other].sum()) / 100,
        "suggestions": suggestions["suggestion"].nunique(),
        "refunds_not_fully_searched": not_searched,
    }
    return Findings(
        entries=answered(listed.frame, matching.entries.group, outcomes.entry_outcome),
        refunds=answered(
            came.frame,
            matching.refunds.group,
            outcomes.refund_outcome,
            payment_state=_texts(came.state, PAYMENT_STATES),
            paid_to_another_party=other,
        ),
        groups=groups,
        suggestions=suggestions,
        proof=prove(compared, payee, notified),
        totals=totals,
    )


def tolerance_in_cents(tolerance: Any) -> int:
    """Give a tolerance in dollars as whole cents; a fraction of a cent tolerates nothing more.

    Raises
    ------
    ValueError, TypeError
        It is negative or not finite, or no number.

    Examples
    --------
    >>> tolerance_in_cents(0.29), tolerance_in_cents(20)
    (29, 2000)
    """
    if isinstance(tolerance, bool) or not isinstance(tolerance, Real | Decimal):
        raise TypeError(f"tolerance is a number of dollars, not {type(tolerance).__name__}")
    if not math.isfinite(tolerance) or tolerance < 0:
        raise ValueError(f"tolerance is a number of dollars from 0.00 up, not {tolerance}")
    exact = tolerance if isinstance(tolerance, Decimal) else Decimal(str(float(tolerance)))
    return int(exact * 100)


def _first_of_each(matching: Matching, listed: Any, came: Any) -> pd.Series[str]:
    """Give the entry or document number of each match's first line, which is an entry where it has one."""
    group = np.concatenate([matching.entries.group, matching.refunds.group])
    first = np.zeros(matching.groups, np.int64)
    first[group[::-1]] = np.arange(len(group))[::-1]
    return pandas_text(
        pa.concat_arrays([listed, came]).take(pa.array(first)), pd.Series(index=range(len(first)))
    )


def _texts(codes: Ints, names: tuple[str, ...]) -> pd.Series[str]:
    """Give codes as text."""
    values = pa.array(names, TEXT).take(pa.array(codes))
    return pandas_text(values, pd.Series(index=range(len(codes))))
