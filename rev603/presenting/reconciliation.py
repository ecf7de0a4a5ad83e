"""Which expected refunds came, to whom, and where the others are: the answer, and what it shows."""

from __future__ import annotations

from typing import Any

import pandas as pd

from rev603.analysis.reconcile import Comparison, compare
from rev603.presenting.answer import Answer
from rev603.presenting.masking import Mask, mask_frame
from rev603.presenting.tables import records
from rev603.presenting.text import count, money, plural
from rev603.presenting.view import Notice, Section, View, account, sections_of, shown_data

#: Goes up when a key of :meth:`Reconciliation.to_dict` changes its name or meaning, not when one is added.
SCHEMA_VERSION = 2

_FRAMES = ("groups", "entries", "refunds", "suggestions")
_PROOF = ("expected", "refunded", "explained", "unexplained")
_BY = ("by_outcome", "by_payee", "by_notify_party")
#: Section: which frame, and which outcomes of it.
_SECTIONS = {
    "missing": ("entries", ["missing"]),
    "short_over": ("groups", ["short", "over"]),
    "not_paid": ("refunds", ["not paid"]),
    "unexpected": ("refunds", ["unexpected"]),
    "found": ("groups", ["found"]),
    "matched": ("groups", ["matched", "within tolerance"]),
    "set_aside": ("groups", ["duplicate entry", "unusable key"]),
}
#: What the outcomes do not say: how many of what, and dollars, by their names in the totals.
_ALSO = (
    ("Of what is refunded, in transit and not confirmed by Treasury yet", "", "in_transit_amount"),
    ("Of what is refunded, of an undocumented status", "", "unknown_status_amount"),
    ("Paid to another party than the list names", "paid_to_another_party_lines", "paid_to_another_party_amount"),
    ("Missing although due, more than 30 days after liquidation", "late_matches", "late_amount"),
    ("Missing and not due yet, within 30 days of liquidation", "not_due_matches", "not_due_amount"),
    ("Suggestions to judge, none of them counted as a match", "suggestions", ""),
    ("Further suggestions, of smaller amounts or fitting too often, left out", "suggestions_left_out", ""),
    ("Unmatched refunds for which not every set of entries was tried", "refunds_not_fully_searched", ""),
)  # fmt: skip


class Reconciliation(Comparison, Answer):
    """Every refund line and every entry accounted for, with the forms that people open; see :func:`reconcile`.

    ``entries refunds groups suggestions proof totals to_look_at settled`` are those of
    :class:`rev603.analysis.reconcile.Comparison`.
    """

    def summary(self) -> str:
        """Return the outcomes, what the tolerance absorbed, and the proof, as plain text."""
        return self.to_text()

    def _document(self, mask: Mask) -> dict[str, Any]:
        """Return what JSON holds; within a schema version, keys may be added, and none change."""
        return {
            "schema_version": SCHEMA_VERSION,
            "settled": self.settled,
            "totals": dict(self.totals),
            "proof": {name: getattr(self.proof, name) for name in _PROOF}
            | {name: records(mask_frame(getattr(self.proof, name), mask)) for name in _BY},
            **{name: mask_frame(getattr(self, name), mask) for name in _FRAMES},
        }

    def _view(self, mask: Mask) -> View:
        proof = self.proof
        proven = f"{money(proof.expected)} expected - {money(proof.refunded)} refunded"
        rest = f"{money(proof.explained)} explained by the outcomes + {money(proof.unexplained)} unexplained"
        return View(
            title="Reconciliation of refunds",
            about=f"{plural(len(self.entries), 'entry line')}, {plural(len(self.refunds), 'refund line')}",
            notice=_notice(self),
            figures=pd.DataFrame([{name: float(getattr(proof, name)) for name in _PROOF}]),
            accounts=_accounts(self),
            sections=_sections(self),
            footnote=f"Proof: {proven} = {rest}.",
            moment=_moment(self),
            mask=mask,
        )

    def __repr__(self) -> str:
        """Say in one line how many matches there are and what is left to look at."""
        left = len(self.to_look_at)
        found = f"{plural(len(self.entries), 'entry line')}, {plural(len(self.refunds), 'refund line')}"
        settled = f"{count(len(self.groups) - left)} settled, {count(left)} to look at"
        return f"<Reconciliation of {found}: {settled}; unexplained {money(self.proof.unexplained)}>"


def reconcile(refunds: Any, entries: Any, *, tolerance: float = 0.0) -> Reconciliation:
    """Return which expected refunds came, to whom, and where the others are.

    Parameters
    ----------
    refunds
        Refund lines as :func:`rev603.read` gives them. ``entry_number`` (or ``document_number``), ``amount``
        and ``refund_secondary_status`` must be there. Of several reports, pass them together: of a refund
        that several show, only the newest report counts.
    entries
        What is expected, as :func:`rev603.read_entries` gives it: ``entry_number expected_amount``, and where
        the list has them ``refund_id importer_number notify_party liquidation_date``.
    tolerance
        Dollars by which the sums of a match may differ.

    Both may be pandas or another eager or lazy frame that narwhals knows; the answer is pandas.

    Returns
    -------
    Reconciliation
        Each line of both inputs in exactly one match, each match with its outcome: ``matched``, ``within
        tolerance``, ``found`` (money came, and the list states no amount to compare it with), ``short``,
        ``over``, ``missing``, ``unexpected``, ``not paid``, ``duplicate entry``, ``unusable key``. A match is a
        connected group of refund lines and entries, by entry number, or by refund number where the list has it;
        its sides are compared by their sums in whole cents. ``not paid`` is what was rejected, returned or
        applied to a debt, and not sent again; what is in transit, or of a status that nobody has documented,
        counts as refunded, and the reason says so. The exact definitions stand in
        :mod:`rev603.analysis.reconcile`.

    Raises
    ------
    ColumnsMissingError
        A column is missing that the answer depends on.
    Rev603Error
        An amount is no number, or too large to be exact.
    ValueError, TypeError
        ``tolerance`` is negative, not finite or no number.

    Notes
    -----
    Causes of a difference are consolidation, interest, debts that CBP offsets (19 CFR 24.72), payment in
    parts, and differences of less than $20 that CBP may disregard (19 CFR 159.6). The date in a reason is the
    line's refund date, the only one that the report has.

    Examples
    --------
    >>> import pandas as pd
    >>> refunds = pd.DataFrame({"entry_number": ["60576072486", "60576072486"], "amount": [60.0, 40.0],
    ...     "refund_secondary_status": "Treasury Issued"})
    >>> entries = pd.DataFrame({"entry_number": ["605-7607248-6", "605-7606934-2"],
    ...     "expected_amount": [100.00, 7.13]})
    >>> result = reconcile(refunds, entries)
    >>> result
    <Reconciliation of 2 entry lines, 2 refund lines: 1 settled, 1 to look at; unexplained $0.00>
    >>> print(*result.groups["reason"], sep=chr(10))
    2 refund lines sum to the expected $100.00
    nothing came for the expected $7.13, under the $20 that CBP may disregard
    >>> result.proof.expected, result.proof.refunded, result.proof.explained, result.proof.unexplained
    (107.13, 100.0, 7.13, 0.0)
    """
    return Reconciliation(**vars(compare(refunds, entries, tolerance=tolerance)))


def _notice(answer: Comparison) -> Notice:
    left = len(answer.to_look_at)
    if left:
        settled = f"{count(len(answer.groups) - left)} settled, {count(left)} to look at."
        return Notice("warn", "", (settled,))
    totals, parts = answer.totals, ["Everything is as expected"]
    if on_its_way := totals["in_transit_amount"]:
        parts.append(f"{money(on_its_way)} of it in transit")
    if undocumented := totals["unknown_status_amount"]:
        parts.append(f"{money(undocumented)} of it of an undocumented status")
    return Notice("good", "", ("; ".join(parts) + ".",))


def _accounts(answer: Comparison) -> tuple[Section, ...]:
    """Return the outcomes that occur, all of them together, and what they do not say."""
    labels, proof = shown_data()["reconciliation_labels"], answer.proof
    totals: dict[str, Any] = {**answer.totals}
    figures = ["matches", "entries", "refunds", "expected", "refunded", "explained"]
    frame = proof.by_outcome[["explanation", *figures]]
    whole = [*(totals[name] for name in figures[:3]), proof.expected, proof.refunded, proof.explained]
    everything = pd.DataFrame([["all", *whole]], columns=frame.columns)
    occurs = frame[frame[figures].ne(0).any(axis=1)]
    together = pd.concat([occurs, everything], ignore_index=True) if len(occurs) else everything
    also: list[tuple[Any, ...]] = []
    if tolerance := totals["tolerance"]:
        absorbed = totals["tolerance_matches"], totals["tolerance_absorbed"]
        also.append((f"Absorbed by the tolerance of {money(tolerance)}", *absorbed))
    also += [
        (label, totals.get(number), totals.get(amount))
        for label, number, amount in _ALSO
        if totals.get(number) or totals.get(amount)
    ]
    said = pd.DataFrame(also, columns=["what", "number", "amount"])
    said = said.astype({"number": "Int64", "amount": "float64"})
    names = {data["key"]: data["name"] for data in shown_data()["reconciliation"]}
    leads = {each: names[key] for key, (_, outcomes) in _SECTIONS.items() for each in outcomes}
    found = [
        account(
            "By outcome", together, labels={**labels, "explained": "Difference"}, summed=True, leads=leads
        ),
        account("Also worth a look", said),
    ]
    return tuple(each for each in found if len(each.frame))


def _sections(answer: Comparison) -> tuple[Section, ...]:
    frames: dict[str, pd.DataFrame] = {}
    for key, (name, outcomes) in _SECTIONS.items():
        frame = getattr(answer, name)
        frames[key] = frame[frame["outcome"].isin(outcomes)]
    frames |= {name: getattr(answer.proof, name) for name in _BY}
    frames |= {"to_look_at": answer.to_look_at, "suggestions": answer.suggestions}
    figures = {name: getattr(answer.proof, name) for name in _PROOF}
    return sections_of("reconciliation", frames, figures)


def _moment(answer: Comparison) -> Any:
    """Date the files by their data: the newest report, or else the newest refund."""
    for name in ("report_date", "refund_date"):
        if name in answer.refunds:
            newest = pd.to_datetime(answer.refunds[name], errors="coerce").max()
            if not pd.isna(newest):
                return newest.to_pydatetime()
    return None
