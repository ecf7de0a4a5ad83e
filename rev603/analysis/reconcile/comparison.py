"""The comparison: two frames in, every line and cent of them accounted for."""

from __future__ import annotations

import math
from dataclasses import dataclass
from decimal import Decimal
from numbers import Real
from typing import TYPE_CHECKING, Any, TypedDict

import numpy as np
import pandas as pd
import pyarrow as pa

from rev603.analysis.reconcile.due import DUE, PROTEST, due_dates
from rev603.analysis.reconcile.inputs import both_sides
from rev603.analysis.reconcile.matching import match
from rev603.analysis.reconcile.outcomes import (
    CODE,
    NOT_PAID,
    OUTCOMES,
    SETTLED,
    WITHIN_TOLERANCE,
    Judged,
    judge,
)
from rev603.analysis.reconcile.parties import elsewhere, notify_parties, payees
from rev603.analysis.reconcile.proof import Proof, prove
from rev603.analysis.reconcile.reasons import reasons
from rev603.analysis.reconcile.suggestions import suggest
from rev603.identifiers._columns import TEXT, pandas_text
from rev603.vocabulary.statuses import DISPOSITIONS, PAYMENT_STATES

if TYPE_CHECKING:
    from rev603.analysis.reconcile.due import Due
    from rev603.analysis.reconcile.inputs import Flags, Ints
    from rev603.analysis.reconcile.suggestions import Suggested


class Totals(TypedDict):
    """Plain numbers of a whole comparison."""

    matches: int
    entries: int
    refunds: int
    tolerance: float
    #: matches within tolerance, and what it absorbed, without regard to sign
    tolerance_matches: int
    tolerance_absorbed: float
    #: both within refunded, repeats left out
    in_transit_amount: float
    unknown_status_amount: float
    paid_to_another_party_lines: int
    paid_to_another_party_amount: float
    #: missing matches that were due when the newest report was drawn, and that are not due yet
    late_matches: int
    late_amount: float
    not_due_matches: int
    not_due_amount: float
    suggestions: int
    #: suggestions beyond the most that are listed
    suggestions_left_out: int
    #: unmatched refunds for which the search for suggestions had to be cut
    refunds_not_fully_searched: int


@dataclass(frozen=True, kw_only=True, eq=False, repr=False)
class Comparison:
    """Every refund line and every entry accounted for; see :func:`compare`. Amounts are dollars.

    Attributes
    ----------
    entries, refunds
        Both inputs, every line once and in its order, with ``outcome``, ``match_id``, ``difference`` (that
        of the whole match, the same on each of its lines: add it up in ``groups``) and ``reason``; refunds
        also with ``payment_state disposition paid_to_another_party``, entries that are missing or short with
        ``due`` and ``protest_by`` where the list has liquidation dates. A column of the input that has such a
        name is kept as ``…_given``.
    groups
        One line per match: ``match_id entry_number expected refunded difference outcome entries refunds
        not_paid_amount in_transit_amount unknown_status_amount no_expected_amount paid_to_another_party
        due protest_by reason``. ``entry_number`` is that of its first line, ``entries`` and ``refunds`` count
        lines, ``not_paid_amount`` is what was found and rejected, returned or applied to a debt. Of what is refunded,
        ``in_transit_amount`` is what Treasury has not confirmed yet, ``unknown_status_amount`` what has a
        status that nobody has documented, ``no_expected_amount`` what came for entries whose expected
        amount the list does not state. ``difference`` is expected less refunded: what is still to come,
        negative where too much came. Money is due within 30 days of liquidation (19 U.S.C. 1505(b)), and 180
        days of it are left to protest (19 U.S.C. 1514(c)(3)): both of the first entry that was liquidated.
    suggestions
        What might belong together though no key says so, for a person to judge; never counted as a match:
        ``suggestion kind entry_match_id refund_match_id entry_number document_number refund_id expected
        refunded alternatives reason``.
    proof
        ``expected refunded explained unexplained``, and the same ``by_outcome``, ``by_payee`` and
        ``by_notify_party``; see :class:`Proof`.
    totals
        Plain numbers: the keys of :class:`Totals`.
    """

    entries: pd.DataFrame
    refunds: pd.DataFrame
    groups: pd.DataFrame
    suggestions: pd.DataFrame
    proof: Proof
    totals: Totals

    @property
    def to_look_at(self) -> pd.DataFrame:
        """The lines of ``groups`` that are not settled, the largest difference first.

        A match is settled if it is matched or within tolerance, was paid to whom the list names, and holds no
        refund line that is found and not paid. What is in transit does not unsettle it.
        """
        unpaid = self.refunds.loc[self.refunds["outcome"] == NOT_PAID, "match_id"]
        unsettled = (
            ~self.groups["outcome"].isin(SETTLED)
            | self.groups["paid_to_another_party"]
            | self.groups["match_id"].isin(unpaid)
        )
        left = self.groups[unsettled]
        return left.loc[left["difference"].abs().sort_values(ascending=False, kind="stable").index]

    @property
    def settled(self) -> bool:
        """Whether nothing is left to look at."""
        return self.to_look_at.empty


def compare(refunds: Any, entries: Any, *, tolerance: float = 0.0) -> Comparison:
    """Return which refund lines and entries belong together and what became of each.

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
    >>> compare(refunds, entries).groups[["expected", "refunded", "difference", "outcome"]]
       expected  refunded  difference  outcome
    0     100.0     100.0         0.0  matched
    1       5.0       0.0         5.0  missing
    """
    limit = tolerance_in_cents(tolerance)
    listed, came = both_sides(refunds, entries)
    matching = match(listed, came)
    judged = Judged(listed, came, matching, judge(listed, came, matching, limit))
    payee, notified = payees(listed, came), notify_parties(listed, came)
    other = elsewhere(matching, came.refunded, payee, none_is_other=False)
    other |= elsewhere(matching, came.refunded, notified, none_is_other=True)
    due = due_dates(judged)
    reason = reasons(judged, other, limit, due)
    suggested = suggest(judged, payee)
    return Comparison(
        entries=_answered(
            listed.frame,
            judged,
            matching.entries.group,
            reason,
            outcome=_texts(judged.outcomes.entry_outcome, OUTCOMES),
            due=due.of_entries,
            protest_by=due.of_entries - DUE + PROTEST,
        ),
        refunds=_answered(
            came.frame,
            judged,
            matching.refunds.group,
            reason,
            outcome=_texts(judged.outcomes.refund_outcome, OUTCOMES),
            payment_state=_texts(came.state, PAYMENT_STATES),
            disposition=_texts(came.disposition, DISPOSITIONS),
            paid_to_another_party=other,
        ),
        groups=_groups(judged, other, due, reason),
        suggestions=suggested.frame,
        proof=prove(judged, payee, notified),
        totals=_totals(judged, other, due, limit, suggested),
    )


def _groups(judged: Judged, other: Flags, due: Due, reason: pd.Series[str]) -> pd.DataFrame:
    entries, refunds, matching, outcomes = judged
    other_groups = np.zeros(matching.groups, bool)
    other_groups[matching.refunds.group[other]] = True
    of_line = np.concatenate([matching.entries.group, matching.refunds.group])
    first = np.zeros(matching.groups, np.int64)
    first[of_line[::-1]] = np.arange(len(of_line))[::-1]
    numbers = pa.concat_arrays([entries.written, refunds.written]).take(pa.array(first))
    return pd.DataFrame(
        {
            "match_id": np.arange(1, matching.groups + 1),
            "entry_number": pandas_text(numbers, reason),
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
            "due": due.of_groups,
            "protest_by": due.of_groups - DUE + PROTEST,
            "reason": reason,
        }
    )


def _answered(
    frame: pd.DataFrame, judged: Judged, group: Ints, reason: pd.Series[str], *, outcome: Any, **more: Any
) -> pd.DataFrame:
    """Give an input with what became of each of its lines behind it."""
    columns = {
        "outcome": outcome,
        "match_id": group + 1,
        "difference": (judged.outcomes.difference / 100)[group],
        **more,
        "reason": reason.take(group).reset_index(drop=True),
    }
    kept = frame.rename(columns={name: f"{name}_given" for name in columns if name in frame})
    answers = pd.DataFrame(columns).set_axis(kept.index, axis=0)
    return pd.concat([kept, answers], axis=1)


def _totals(judged: Judged, other: Flags, due: Due, limit: int, suggested: Suggested) -> Totals:
    entries, refunds, matching, outcomes = judged
    within = outcomes.outcome == CODE[WITHIN_TOLERANCE]
    return {
        "matches": matching.groups,
        "entries": len(entries),
        "refunds": len(refunds),
        "tolerance": limit / 100,
        "tolerance_matches": int(within.sum()),
        "tolerance_absorbed": int(np.abs(outcomes.difference[within]).sum()) / 100,
        "in_transit_amount": int(outcomes.in_transit.sum()) / 100,
        "unknown_status_amount": int(outcomes.unknown_status.sum()) / 100,
        "late_matches": int(due.late.sum()),
        "late_amount": int(outcomes.difference[due.late].sum()) / 100,
        "not_due_matches": int(due.not_due.sum()),
        "not_due_amount": int(outcomes.difference[due.not_due].sum()) / 100,
        "paid_to_another_party_lines": int(other.sum()),
        "paid_to_another_party_amount": int(refunds.cents[other].sum()) / 100,
        "suggestions": suggested.frame["suggestion"].nunique(),
        "suggestions_left_out": suggested.left_out,
        "refunds_not_fully_searched": suggested.not_searched,
    }


def tolerance_in_cents(tolerance: Any) -> int:
    """Return a tolerance in dollars as whole cents; a fraction of a cent tolerates nothing more.

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


def _texts(codes: Ints, names: tuple[str, ...]) -> pd.Series[str]:
    """Give codes as text."""
    values = pa.array(names, TEXT).take(pa.array(codes))
    return pandas_text(values, pd.Series(index=range(len(codes))))
