"""Which expected refunds came, to whom, and where the others are: the answer and how it is shown."""

from __future__ import annotations

import html
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

import pandas as pd

from rev603.analysis.reconcile import Proof, find
from rev603.presenting.masking import mask_frame
from rev603.presenting.records import records
from rev603.presenting.text import count, money, one_line
from rev603.presenting.wording import plural

if TYPE_CHECKING:
    from collections.abc import Sequence
    from os import PathLike

    from rev603.presenting.masking import Mask

__all__ = ["SCHEMA_VERSION", "Reconciliation", "reconcile"]

#: Goes up when a key of :meth:`Reconciliation.to_dict` changes its name or meaning, not when one is added.
SCHEMA_VERSION = 1

_SETTLED = ("matched", "within tolerance")
_SHOWN = 10


@dataclass(frozen=True, eq=False, repr=False)
class Reconciliation:
    """Every refund line and every entry accounted for; see :func:`reconcile`. Amounts are dollars.

    Attributes
    ----------
    entries, refunds
        Both inputs, every line once and in its order, with ``outcome``, ``match_id``, ``difference`` (that
        of the whole match, the same on each of its lines: add it up in ``groups``) and ``reason``; refunds
        also with ``payment_state`` and ``paid_to_another_party``. A column of the input that has such a
        name is kept as ``…_given``.
    groups
        One line per match: ``match_id entry_number expected refunded difference outcome entries refunds
        not_paid_amount in_transit_amount unknown_status_amount no_expected_amount paid_to_another_party
        reason``. ``entry_number`` is that of its first line, ``entries`` and ``refunds`` count lines,
        ``not_paid_amount`` is what was found and rejected, returned or diverted. Of what is refunded,
        ``in_transit_amount`` is what Treasury has not confirmed yet, ``unknown_status_amount`` what has a
        status that nobody has documented, ``no_expected_amount`` what came for entries whose expected
        amount the list does not state. ``difference`` is expected less refunded: what is still to come,
        negative where too much came.
    suggestions
        What might belong together though no key says so, for a person to judge; never counted as a match:
        ``suggestion kind entry_match_id refund_match_id entry_number document_number refund_id expected
        refunded alternatives reason``.
    proof
        ``expected refunded explained unexplained``, and the same ``by_outcome``, ``by_payee`` and
        ``by_notify_party``; see :class:`rev603.analysis.reconcile.Proof`.
    totals
        Plain numbers: ``matches entries refunds tolerance tolerance_matches tolerance_absorbed`` (without
        regard to sign) ``in_transit_amount unknown_status_amount`` (both within refunded, repeats left out)
        ``paid_to_another_party_lines paid_to_another_party_amount suggestions refunds_not_fully_searched``
        (unmatched refunds for which the search for suggestions had to be cut).
    """

    entries: pd.DataFrame
    refunds: pd.DataFrame
    groups: pd.DataFrame
    suggestions: pd.DataFrame
    proof: Proof
    totals: dict[str, Any]

    @property
    def to_look_at(self) -> pd.DataFrame:
        """The lines of ``groups`` that are not settled, the largest difference first.

        A match is settled if it is matched or within tolerance, was paid to whom the list names, and holds no
        refund line that is found and not paid. What is in transit does not unsettle it.
        """
        unpaid = self.refunds.loc[self.refunds["outcome"] == "not paid", "match_id"]
        unsettled = (
            ~self.groups["outcome"].isin(_SETTLED)
            | self.groups["paid_to_another_party"]
            | self.groups["match_id"].isin(unpaid)
        )
        left = self.groups[unsettled]
        return left.loc[left["difference"].abs().sort_values(ascending=False, kind="stable").index]

    @property
    def settled(self) -> bool:
        """Whether nothing is left to look at."""
        return self.to_look_at.empty

    def summary(self) -> str:
        """Give the outcomes, what the tolerance absorbed, and the proof, as plain text."""
        heads = ("", "matches", "entries", "refund lines", "expected", "refunded", "difference")
        rows = [heads, *_outcome_rows(self)]
        widths = [max(len(row[place]) for row in rows) for place in range(len(heads))]
        table = [
            "  ".join(
                cell.rjust(width) if place else cell.ljust(width)
                for place, (cell, width) in enumerate(zip(row, widths, strict=True))
            ).rstrip()
            for row in rows
        ]
        return "\n".join([*table, "", *_remarks(self)])

    def to_dict(self, *, mask: Mask = "ssn") -> dict[str, Any]:
        """Give everything as plain values that ``json.dumps`` takes.

        Parameters
        ----------
        mask
            Which payee numbers to mask: ``"none"``, ``"ssn"`` or ``"all"``.

        Returns
        -------
        dict
            ``schema_version`` (1), ``settled``, ``totals``, ``proof`` (its figures, and its frames), and
            ``groups entries refunds suggestions``: lists of records, one per line. Dates are ISO text,
            missing is None.
        """
        proof = {
            name: getattr(self.proof, name) for name in ("expected", "refunded", "explained", "unexplained")
        }
        parts = {name: getattr(self.proof, name) for name in ("by_outcome", "by_payee", "by_notify_party")}
        frames = {name: getattr(self, name) for name in ("groups", "entries", "refunds", "suggestions")}
        return {
            "schema_version": SCHEMA_VERSION,
            "settled": self.settled,
            "totals": dict(self.totals),
            "proof": {**proof, **{name: records(mask_frame(part, mask)) for name, part in parts.items()}},
            **{name: records(mask_frame(frame, mask)) for name, frame in frames.items()},
        }

    def to_excel(self, path: str | PathLike[str], *, mask: Mask = "ssn") -> None:
        """Write the workbook.

        Sheets: Summary, Missing, Short-over, Not paid, Unexpected, Matched, Set aside, Suggestions, Proof.

        Parameters
        ----------
        path
            The .xlsx file; replaced only when the new one is complete. The same answer gives the same bytes.
        mask
            Which payee numbers to mask: ``"none"``, ``"ssn"`` or ``"all"``.
        """
        from rev603.presenting.reconciliation import spreadsheet  # noqa: PLC0415 - openpyxl is loaded when used

        spreadsheet.write(self, path, mask=mask)

    def __repr__(self) -> str:
        """Say in one line how many matches there are and what is left to look at."""
        left = len(self.to_look_at)
        found = f"{plural(len(self.entries), 'entry line')}, {plural(len(self.refunds), 'refund line')}"
        return (
            f"<Reconciliation of {found}: {count(len(self.groups) - left)} settled, "
            f"{count(left)} to look at; unexplained {money(self.proof.unexplained)}>"
        )

    def _repr_html_(self) -> str:
        heads = ("", "Matches", "Entries", "Refund lines", "Expected", "Refunded", "Difference")
        outcomes = _html_table("By outcome", heads, _outcome_rows(self))
        open_ = self.to_look_at
        top = mask_frame(open_.head(_SHOWN))
        rows = [
            (one_line(str(number)), str(outcome), money(difference), one_line(str(reason)))
            for number, outcome, difference, reason in zip(
                top["entry_number"].fillna("(none)"),
                top["outcome"],
                top["difference"],
                top["reason"],
                strict=True,
            )
        ]
        title = f"To look at: {count(len(open_))}" + (
            f", the {_SHOWN} largest" if len(open_) > _SHOWN else ""
        )
        look = _html_table(title, ("Entry", "Outcome", "Difference", "Why"), rows) if rows else ""
        remarks = "".join(f"<p>{html.escape(text)}</p>" for text in _remarks(self))
        return f"<div><p><b>{html.escape(repr(self)[1:-1])}</b></p>{outcomes}{remarks}{look}</div>"


def reconcile(refunds: Any, entries: Any, *, tolerance: float = 0.0) -> Reconciliation:
    """Find out which expected refunds came, to whom, and where the others are.

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
        tolerance``, ``short``, ``over``, ``missing``, ``unexpected``, ``not paid``, ``duplicate entry``,
        ``unusable key``. A match is a connected group of refund lines and entries, by entry number, or by
        refund number where the list has it; its sides are compared by their sums in whole cents.
        ``not paid`` is what was rejected, returned or diverted, and not paid since; what is in transit, or
        of a status that nobody has documented, counts as refunded, and the reason says so. The exact
        definitions stand in :mod:`rev603.analysis.reconcile`.

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
    found = find(refunds, entries, tolerance=tolerance)
    return Reconciliation(
        entries=found.entries,
        refunds=found.refunds,
        groups=found.groups,
        suggestions=found.suggestions,
        proof=found.proof,
        totals=found.totals,
    )


def _outcome_rows(answer: Reconciliation) -> list[tuple[str, ...]]:
    """Give the outcomes that occur, and all of them together, as they are written."""
    table, proof, totals = answer.proof.by_outcome, answer.proof, answer.totals
    counts, amounts = ["matches", "entries", "refunds"], ["expected", "refunded", "explained"]
    occurs = table[counts + amounts].ne(0).any(axis=1)
    rows = [
        (str(line[0]), *(count(each) for each in line[1:4]), *(money(each) for each in line[4:]))
        for line in table.loc[occurs, ["explanation", *counts, *amounts]].itertuples(index=False)
    ]
    together = (totals["matches"], totals["entries"], totals["refunds"])
    whole = (proof.expected, proof.refunded, proof.explained)
    return [*rows, ("all", *(count(each) for each in together), *(money(each) for each in whole))]


def _remarks(answer: Reconciliation) -> list[str]:
    """Say what the table of outcomes does not: tolerance, other parties, suggestions, and the proof."""
    totals, proof = answer.totals, answer.proof
    absorbed = f"{money(totals['tolerance_absorbed'])} in {plural(totals['tolerance_matches'], 'match')}"
    said = [f"Tolerance: {money(totals['tolerance'])}, which absorbed {absorbed}."]
    if totals["in_transit_amount"]:
        said.append(
            f"Of what is refunded, in transit and not confirmed by Treasury yet: {money(totals['in_transit_amount'])}."
        )
    if totals["unknown_status_amount"]:
        said.append(
            f"Of what is refunded, of an undocumented status: {money(totals['unknown_status_amount'])}."
        )
    if totals["paid_to_another_party_lines"]:
        lines = plural(totals["paid_to_another_party_lines"], "refund line")
        amount = money(totals["paid_to_another_party_amount"])
        said.append(f"Paid to another party than the list names: {lines}, {amount}.")
    if totals["suggestions"]:
        said.append(f"Suggestions to judge, none of them counted as a match: {count(totals['suggestions'])}.")
    if totals["refunds_not_fully_searched"]:
        cut = plural(totals["refunds_not_fully_searched"], "unmatched refund")
        said.append(f"For {cut} not every set of entries was tried.")
    proven = f"{money(proof.expected)} expected - {money(proof.refunded)} refunded"
    rest = f"{money(proof.explained)} explained by the outcomes + {money(proof.unexplained)} unexplained"
    return [*said, f"Proof: {proven} = {rest}."]


def _html_table(caption: str, heads: tuple[str, ...], rows: Sequence[tuple[str, ...]]) -> str:
    head = "".join(f'<th scope="col">{html.escape(name)}</th>' for name in heads)
    body = "".join(
        f'<tr><th scope="row">{html.escape(row[0])}</th>'
        + "".join(f"<td>{html.escape(cell)}</td>" for cell in row[1:])
        + "</tr>"
        for row in rows
    )
    caption = html.escape(caption)
    return f"<table><caption>{caption}</caption><thead><tr>{head}</tr></thead><tbody>{body}</tbody></table>"
