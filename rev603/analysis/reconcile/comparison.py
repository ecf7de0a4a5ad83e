"""The comparison: two frames in, every line and cent of them accounted for."""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass
from decimal import Decimal
from numbers import Real
from typing import Any, TypedDict

import pandas as pd

from rev603.analysis.reconcile.inputs import both_sides, pandas_frame
from rev603.analysis.reconcile.matching import matched
from rev603.analysis.reconcile.outcomes import (
    DUE,
    NOT_PAID,
    PROTEST,
    SETTLED,
    WITHIN_TOLERANCE,
    Judged,
    judge,
)
from rev603.analysis.reconcile.proof import Proof, elsewhere, notify_parties, payees, prove
from rev603.analysis.reconcile.reasons import reasons
from rev603.analysis.reconcile.suggestions import Suggested, suggest
from rev603.errors import ArgumentError

_GROUPS = (
    "match_id", "entry_number", "expected", "refunded", "difference", "outcome", "entries", "refunds",
    "not_paid_amount", "in_transit_amount", "unknown_status_amount", "no_expected_amount", "paid_to_another_party",
    "due", "protest_by", "reason",
)  # fmt: skip


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
    listed, came = pandas_frame(entries, "entries"), pandas_frame(refunds, "refunds")
    judged = judge(matched(both_sides(came, listed), listed), limit)
    lines, groups, _ = judged
    payee, notified = payees(lines, listed), notify_parties(lines, listed)
    other = elsewhere(lines, payee, none_is_other=False) | elsewhere(lines, notified, none_is_other=True)
    suggested = suggest(judged, payee)
    groups = groups.assign(
        match_id=groups.index + 1,
        entry_number=lines.drop_duplicates("group")["written"].array,
        **{name: groups[name] / 100 for name in ("expected", "refunded", "difference")},
        **{f"{name}_amount": groups[name] / 100 for name in ("not_paid", "in_transit", "unknown_status")},
        no_expected_amount=groups["not_stated"] / 100,
        paid_to_another_party=groups.index.isin(lines.loc[other, "group"]),
        protest_by=groups["due"] - DUE + PROTEST,
        reason=reasons(judged, other, limit),
    )
    answers = lines[["outcome", "payment_state", "disposition", "due"]].assign(
        match_id=lines["group"] + 1,
        **groups[["difference", "reason"]].take(lines["group"].to_numpy()).set_axis(lines.index),
        paid_to_another_party=other,
        protest_by=lines["due"] - DUE + PROTEST,
    )
    return Comparison(
        entries=_answered(listed, answers[lines["listed"]], ("due", "protest_by")),
        refunds=_answered(
            came, answers[~lines["listed"]], ("payment_state", "disposition", "paid_to_another_party")
        ),
        groups=groups[list(_GROUPS)].rename_axis(None),
        suggestions=suggested.frame,
        proof=prove(judged, payee, notified),
        totals=_totals(judged, other, limit, suggested),
    )


def _answered(frame: pd.DataFrame, answers: pd.DataFrame, more: Sequence[str]) -> pd.DataFrame:
    """Return an input with what became of each of its lines behind it."""
    columns = answers[["outcome", "match_id", "difference", *more, "reason"]].set_axis(frame.index)
    kept = frame.rename(columns={name: f"{name}_given" for name in columns if name in frame})
    return pd.concat([kept, columns], axis=1)


def _totals(judged: Judged, other: pd.Series[bool], limit: int, suggested: Suggested) -> Totals:
    lines, groups, _ = judged
    within = groups["outcome"] == WITHIN_TOLERANCE

    def dollars(cents: pd.Series[int]) -> float:
        return int(cents.sum()) / 100

    return {
        "matches": len(groups),
        "entries": int(lines["listed"].sum()),
        "refunds": int((~lines["listed"]).sum()),
        "tolerance": limit / 100,
        "tolerance_matches": int(within.sum()),
        "tolerance_absorbed": dollars(groups["difference"][within].abs()),
        "in_transit_amount": dollars(groups["in_transit"]),
        "unknown_status_amount": dollars(groups["unknown_status"]),
        "late_matches": int(groups["late"].sum()),
        "late_amount": dollars(groups["difference"][groups["late"]]),
        "not_due_matches": int(groups["not_due"].sum()),
        "not_due_amount": dollars(groups["difference"][groups["not_due"]]),
        "paid_to_another_party_lines": int(other.sum()),
        "paid_to_another_party_amount": dollars(lines["cents"][other]),
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
        kind = type(tolerance).__name__
        raise ArgumentError(f"tolerance is a number of dollars, not {kind}.", what_to_do="pass 0.00 or more")
    if not math.isfinite(tolerance) or tolerance < 0:
        raise ArgumentError(
            f"tolerance is a number of dollars from 0.00 up, not {tolerance}.", what_to_do="pass 0.00 or more"
        )
    exact = tolerance if isinstance(tolerance, Decimal) else Decimal(str(float(tolerance)))
    return int(exact * 100)
