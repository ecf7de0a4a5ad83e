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

**Refunded.** Where the money of a line is, its disposition, is that of :mod:`rev603.analysis.disposition`, as in
every other answer. A line is not paid where it is rejected (no ACH on file), returned, or applied to a debt: its
money did not reach the payee. A superseded line (rejected or returned, and sent again since) is neither: it counts
as a line and with 0.00. Every other line counts as refunded: issued, reissued, in transit (no status yet, or Sent to
Treasury), and a status that nobody has documented, which is never guessed to be a failure. What is not confirmed is
said: in the reason of its group, and as ``in_transit_amount`` and ``unknown_status_amount``.

**Repeats** are set aside, each as a group of its own with the outcome ``duplicate entry``, and the reason
names the line that counts. An entry line is a repeat if it equals an earlier one in everything but its
provenance; lines of one entry that differ in anything (two amounts, two dates) are parts and are summed. A
refund line is a repeat if it has a refund number and equals an earlier line in refund number, payee,
document, date, amount, payment state, method and trace number, or if a newer report, or another file of the same
day, shows the same refund, payee and document: then only what ``rev603.current`` keeps counts.

**Difference** is expected less refunded: what is still to come; negative where more came than expected.

======================  =====================================================================================
outcome                 the group
======================  =====================================================================================
``matched``             the sums are equal; or nothing was expected (0.00) and nothing came
``within tolerance``    the sums differ by no more than the tolerance
``found``               money came, and the list states no amount to compare it with (for some or all entries)
``short`` · ``over``    less or more was refunded than expected
``missing``             entries, and no refund line
``unexpected``          refunded lines, and no entry
``not paid``            refund lines, all of them not paid, with entries or without
``duplicate entry``     one line that repeats another
``unusable key``        one line with neither an entry number nor a refund number
======================  =====================================================================================

A line has the outcome of its group, but a refund line that is not paid is ``not paid`` beside whatever came.
The tolerance holds for the difference of a group that has both entries and refunded lines.

An entry without an expected amount counts as a line and with 0 cents. What comes for it beyond the amounts
that its group states is no difference; the proof shows it as ``no expected amount``.

**Proof.** Expected is the sum of the whole list, refunded the sum of all refunded lines, repeats and unusable
lines included. Expected less refunded is what the outcomes explain, overall, per payee and per notify party.
"""

from __future__ import annotations

from rev603.analysis.reconcile.comparison import Comparison, Totals, compare, tolerance_in_cents
from rev603.analysis.reconcile.outcomes import OUTCOMES
from rev603.analysis.reconcile.proof import Proof

__all__ = ["OUTCOMES", "Comparison", "Proof", "Totals", "compare", "tolerance_in_cents"]
