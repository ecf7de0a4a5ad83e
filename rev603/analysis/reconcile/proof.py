"""The proof: expected less refunded, explained to the cent."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np
import pandas as pd

from rev603.analysis.reconcile.outcomes import CODE, FOUND, OUTCOMES
from rev603.analysis.reconcile.parties import NO_EXPECTED_AMOUNT, by_party

if TYPE_CHECKING:
    from rev603.analysis.reconcile.outcomes import Judged
    from rev603.analysis.reconcile.parties import Parties


@dataclass(frozen=True, kw_only=True, eq=False, repr=False)
class Proof:
    """Expected less refunded is what the outcomes explain; ``unexplained`` is 0.00. Dollars.

    Attributes
    ----------
    expected
        Sum of the whole entry list.
    refunded
        Sum of all refund lines that count as refunded: all but those rejected, returned, applied to a debt, and
        superseded ones, whose payment came under another line.
    explained
        What the outcomes explain of expected less refunded.
    unexplained
        ``expected - refunded - explained``, in whole cents.
    by_outcome
        One line per outcome, and one for what came without an expected amount: ``explanation matches entries
        refunds expected refunded explained``.
    by_payee, by_notify_party
        One line per party (missing: none is stated), the largest difference first: the party, ``expected
        refunded``, a column per explanation, ``explained unexplained``. ``between_parties_amount`` is what
        was expected of one party and came to another; over all parties it comes to 0.00.
    """

    expected: float
    refunded: float
    explained: float
    unexplained: float
    by_outcome: pd.DataFrame
    by_payee: pd.DataFrame
    by_notify_party: pd.DataFrame

    def __repr__(self) -> str:
        """Give the four figures; the frames name parties."""
        names = ("expected", "refunded", "explained", "unexplained")
        return f"<Proof: {', '.join(f'{name} {getattr(self, name):,.2f}' for name in names)}>"


def prove(judged: Judged, payee: Parties, notified: Parties) -> Proof:
    """Hold the sums of the inputs, line by line, against those of the groups' outcomes."""
    entries, refunds, _, outcomes = judged
    kinds = len(OUTCOMES)
    sums = np.zeros((6, kinds + 1), np.int64)
    # lines by their own outcome, matches and money by that of their group
    sums[0, :kinds] = np.bincount(outcomes.outcome, minlength=kinds)
    sums[1, :kinds] = np.bincount(outcomes.entry_outcome, minlength=kinds)
    sums[2, :kinds] = np.bincount(outcomes.refund_outcome, minlength=kinds)
    np.add.at(sums[3], outcomes.outcome, outcomes.expected)
    np.add.at(sums[4], outcomes.outcome, outcomes.refunded)
    np.add.at(sums[5], outcomes.outcome, outcomes.difference)
    unstated = int(outcomes.not_stated.sum())
    sums[4, CODE[FOUND]] -= unstated
    sums[4, kinds] = unstated
    sums[5, kinds] = -unstated

    expected, refunded = int(entries.cents.sum()), int(refunds.cents[refunds.refunded].sum())
    explained = int(sums[5].sum())
    table = pd.DataFrame({"explanation": pd.Series([*OUTCOMES, NO_EXPECTED_AMOUNT], dtype="str")})
    for name, counts in zip(("matches", "entries", "refunds"), sums[:3], strict=True):
        table[name] = counts
    for name, cents in zip(("expected", "refunded", "explained"), sums[3:], strict=True):
        table[name] = cents / 100
    return Proof(
        expected=expected / 100,
        refunded=refunded / 100,
        explained=explained / 100,
        unexplained=(expected - refunded - explained) / 100,
        by_outcome=table,
        by_payee=by_party(judged, payee, "payee_id"),
        by_notify_party=by_party(judged, notified, "care_of"),
    )
