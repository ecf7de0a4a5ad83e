"""Which expected refunds came, to whom, and where the others are: the answer and how it is shown."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from rev603.analysis.reconcile import Comparison, compare
from rev603.presenting.answer import Answer
from rev603.presenting.masking import mask_frame
from rev603.presenting.reconciliation import overview
from rev603.presenting.records import records

if TYPE_CHECKING:
    from rev603.presenting.answer import Target
    from rev603.presenting.masking import Mask

__all__ = ["SCHEMA_VERSION", "Reconciliation", "reconcile"]

#: Goes up when a key of :meth:`Reconciliation.to_dict` changes its name or meaning, not when one is added.
SCHEMA_VERSION = 2

_FRAMES = ("groups", "entries", "refunds", "suggestions")


class Reconciliation(Comparison, Answer):
    """Every refund line and every entry accounted for, with the forms that people open; see :func:`reconcile`.

    ``entries refunds groups suggestions proof totals to_look_at settled`` are those of
    :class:`rev603.analysis.reconcile.Comparison`.
    """

    def summary(self) -> str:
        """Return the outcomes, what the tolerance absorbed, and the proof, as plain text."""
        return overview.as_text(self)

    def _document(self, mask: Mask) -> dict[str, Any]:
        """Return what JSON holds; within a schema version, keys may be added, and none change."""
        figures = ("expected", "refunded", "explained", "unexplained")
        parts = ("by_outcome", "by_payee", "by_notify_party")
        return {
            "schema_version": SCHEMA_VERSION,
            "settled": self.settled,
            "totals": dict(self.totals),
            "proof": {name: getattr(self.proof, name) for name in figures}
            | {name: records(mask_frame(getattr(self.proof, name), mask)) for name in parts},
            **{name: mask_frame(getattr(self, name), mask) for name in _FRAMES},
        }

    def _write_workbook(self, target: Target, mask: Mask) -> None:
        from rev603.presenting.reconciliation import spreadsheet  # noqa: PLC0415 - openpyxl is loaded when used

        spreadsheet.write(self, target, mask=mask)

    def _html(self, mask: Mask) -> str:
        return overview.as_page(self, mask=mask)

    def _markdown(self, mask: Mask) -> str:
        return overview.as_markdown(self, mask=mask)

    def __repr__(self) -> str:
        """Say in one line how many matches there are and what is left to look at."""
        return f"<{overview.headline(self)}>"

    def _repr_html_(self) -> str:
        return overview.as_html(self)


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
