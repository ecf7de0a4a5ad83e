"""The reconciliation as a workbook: one sheet per question, and the proof.

Import this where a workbook is written, not before: openpyxl takes its time to load.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import pandas as pd

from rev603.analysis.reconcile.parties import EXPLANATIONS, column_of
from rev603.presenting.masking import Mask, check_mask
from rev603.presenting.text import money, plural
from rev603.presenting.workbook import Front, Mark, Sheet, write_workbook

if TYPE_CHECKING:
    from rev603.analysis.reconcile import Comparison
    from rev603.presenting.answer import Target

__all__ = ["write"]

_LABELS = {
    "match_id": "Match",
    "entry_number": "Entry Number",
    "expected_amount": "Expected",
    "importer_number": "Importer number",
    "notify_party": "Notify party",
    "liquidation_date": "Liquidation date",
    "difference": "Difference",
    "outcome": "Outcome",
    "reason": "Why",
    "payment_state": "State",
    "entries": "Entry lines",
    "refunds": "Refund lines",
    "not_paid_amount": "Found, not paid",
    "in_transit_amount": "Of it in transit",
    "unknown_status_amount": "Of it undocumented",
    "no_expected_amount": "No expected amount",
    "due": "Due",
    "protest_by": "Protest by",
    "disposition": "Where the money is",
    "paid_to_another_party": "Other party",
    "refunded": "Refunded",
    "expected": "Expected",
    "explained": "Explained",
    "unexplained": "Unexplained",
    "explanation": "Outcome",
}
#: In the proof by party the columns are the explanations themselves.
_PARTY_LABELS = _LABELS | {column_of(name): name[:1].upper() + name[1:] for name in EXPLANATIONS}
_PROVENANCE = ("source_file", "source_sheet", "source_row", "match_id")
_OF_ENTRIES = (
    "entry_number", "expected_amount", "importer_number", "notify_party", "liquidation_date", "due", "protest_by",
    "refund_id", *_PROVENANCE, "reason",
)  # fmt: skip
_OF_REFUNDS = (
    "entry_number", "document_number", "refund_id", "amount", "disposition", "payee_id", "company_name",
    "care_of", "refund_date", "paid_to_another_party", *_PROVENANCE, "reason",
)  # fmt: skip
_OF_MATCHES = (
    "entry_number", "outcome", "expected", "refunded", "difference", "not_paid_amount",
    "in_transit_amount", "unknown_status_amount", "no_expected_amount", "paid_to_another_party", "due",
    "protest_by", "entries", "refunds", "match_id", "reason",
)  # fmt: skip
#: Left out of a sheet where no line has any of it, so that what there is stays in sight.
_OPTIONAL = {
    "importer_number", "notify_party", "liquidation_date", "due", "protest_by", "refund_id", "care_of", "source_sheet",
    "not_paid_amount", "in_transit_amount", "unknown_status_amount", "no_expected_amount",
    "paid_to_another_party",
}  # fmt: skip

#: Sheet, outcomes, which lines, title, note.
_SHEETS = (
    ("Missing", ("missing",), "entries", "Expected, and nothing came",
     "Look first at Suggestions: a digit may be wrong."),
    ("Short-over", ("short", "over"), "groups", "Less or more came than expected",
     "Difference is expected less refunded: what is still to come, negative where too much came."),
    ("Not paid", ("not paid",), "refunds", "Found, but the money did not arrive",
     "No ACH on file, returned, or applied to a debt."),
    ("Unexpected", ("unexpected",), "refunds", "Came, and no entry of the list expects it", ""),
    ("Found", ("found",), "groups", "Money came, and the list states no amount to compare it with", ""),
    ("Matched", ("matched", "within tolerance"), "groups", "Refunded as expected",
     "Also what is in transit, which Treasury has not confirmed yet: Why says so."),
    ("Set aside", ("duplicate entry", "unusable key"), "groups", "Repeats, and lines without a key",
     "A repeat names the line that counts."),
)  # fmt: skip


def write(answer: Comparison, target: Target, *, mask: Mask = "ssn") -> None:
    """Write the workbook; see ``Reconciliation.to_excel``."""
    check_mask(mask)
    sheets = [_lines(answer, *each) for each in _SHEETS]
    suggestions = Sheet(
        name="Suggestions",
        frame=answer.suggestions,
        title="What might belong together",
        note="For a person to judge. None of it is counted as a match.",
        labels=_LABELS
        | {
            "suggestion": "Suggestion",
            "entry_match_id": "Match of the entry",
            "refund_match_id": "Match of the refund",
        },
    )
    write_workbook(
        target,
        [_front(answer, [sheet.name for sheet in sheets]), *sheets, suggestions, *_proof(answer)],
        mask=mask,
        title="Reconciliation of refunds",
        moment=_moment(answer),
    )


def _lines(answer: Comparison, name: str, outcomes: tuple[str, ...], which: str, *words: str) -> Sheet:
    frame: pd.DataFrame = getattr(answer, which)
    columns = {"entries": _OF_ENTRIES, "refunds": _OF_REFUNDS, "groups": _OF_MATCHES}[which]
    chosen = frame[frame["outcome"].isin(outcomes)]
    return Sheet(
        name=name,
        frame=chosen[
            [column for column in columns if column in chosen and _is_worth_showing(chosen[column])]
        ],
        title=words[0],
        note=words[1],
        labels=_LABELS,
        totals=_totals(answer, outcomes) if which == "groups" else {},
    )


def _is_worth_showing(values: pd.Series[Any]) -> bool:
    if values.name not in _OPTIONAL or values.empty:
        return True
    figures = pd.api.types.is_numeric_dtype(values.dtype)  # yes and no are figures too
    return bool(values.ne(0).any() if figures else values.notna().any())


def _totals(answer: Comparison, outcomes: tuple[str, ...]) -> dict[str, float]:
    """Take the figures of a single outcome from the proof; several have none of their own."""
    table = answer.proof.by_outcome
    found = table[table["explanation"].isin(outcomes) & table["matches"].gt(0)]
    if len(found) != 1:
        return {}
    line = found.iloc[0]
    figures = {"expected": line["expected"], "difference": line["explained"]}
    if line["explanation"] != "found":  # what came without an expected amount has a line of its own there
        figures["refunded"] = line["refunded"]
    return figures


def _front(answer: Comparison, sheets: list[str]) -> Front:
    proof, totals = answer.proof, answer.totals
    heads = ("Outcome", "Matches", "Entry lines", "Refund lines", "Expected", "Refunded", "Difference")
    rows: list[list[Mark | None]] = [
        [Mark("Reconciliation of refunds", "title")],
        [
            Mark(
                f"{plural(totals['entries'], 'entry line')}, {plural(totals['refunds'], 'refund line')}",
                "note",
            )
        ],
        [],
        [
            Mark(_settled(answer), "good")
            if answer.settled
            else Mark(f"{plural(len(answer.to_look_at), 'match')} to look at.", "warn")
        ],
        [],
        [Mark(head, "head right" if place else "head") for place, head in enumerate(heads)],
    ]
    where = {outcome: name for name, outcomes, *_ in _SHEETS for outcome in outcomes}
    for line in proof.by_outcome.itertuples(index=False):
        name, leads = str(line[0]), where.get(str(line[0]), "")
        known = leads if leads in sheets else ""
        first = Mark(name, "link", leads_to=known) if known else Mark(name)
        rows.append([first, *_figures(line[1:4], line[4:])])
    whole = (proof.expected, proof.refunded, proof.explained)
    together = (totals["matches"], totals["entries"], totals["refunds"])
    rows.append([Mark("All", "total text"), *_figures(together, whole, "total ")])
    rows.append([])
    for label, value, kind in (
        ("Tolerance", totals["tolerance"], "money"),
        ("Absorbed by the tolerance", totals["tolerance_absorbed"], "money"),
        ("Of what is refunded, in transit", totals["in_transit_amount"], "money"),
        ("Of what is refunded, of an undocumented status", totals["unknown_status_amount"], "money"),
        ("Refund lines paid to another party", totals["paid_to_another_party_lines"], "count"),
        ("Their amount", totals["paid_to_another_party_amount"], "money"),
        ("Missing, and late", totals["late_amount"], "money"),
        ("Missing, and not due yet", totals["not_due_amount"], "money"),
        ("Suggestions to judge, not counted as matches", totals["suggestions"], "count"),
        ("Further suggestions, left out", totals["suggestions_left_out"], "count"),
        ("Unmatched refunds whose search was cut", totals["refunds_not_fully_searched"], "count"),
    ):
        rows.append([Mark(label), Mark(value, kind)])
    rows += [[], [Mark("Proof", "head"), Mark("", "head")]]
    for label, value, style in (
        ("Expected", proof.expected, ""),
        ("less refunded", proof.refunded, ""),
        ("less explained by the outcomes", proof.explained, ""),
        ("Unexplained", proof.unexplained, "total "),
    ):
        rows.append([Mark(label, f"{style}text"), Mark(value, f"{style}money")])
    return Front(name="Summary", rows=rows, widths=(54, 18, 14, 14, 20, 20, 20))


def _settled(answer: Comparison) -> str:
    on_its_way, undocumented = (
        answer.totals[name] for name in ("in_transit_amount", "unknown_status_amount")
    )
    parts = [f"{money(on_its_way)} of it in transit"] if on_its_way else []
    parts += [f"{money(undocumented)} of it of an undocumented status"] if undocumented else []
    return "; ".join(["Everything is as expected", *parts]) + "."


def _figures(counts: Any, amounts: Any, style: str = "") -> list[Mark]:
    return [Mark(int(value), f"{style}count") for value in counts] + [
        Mark(float(value), f"{style}money") for value in amounts
    ]


def _proof(answer: Comparison) -> list[Sheet]:
    proof = answer.proof
    whole = {"expected": proof.expected, "refunded": proof.refunded, "explained": proof.explained}
    note = f"Expected less refunded is explained to the cent; unexplained {money(proof.unexplained)}."
    parties = whole | {"unexplained": proof.unexplained}
    return [
        Sheet(name=name, frame=frame, title=name, note=note, labels=labels, totals=figures)
        for name, frame, labels, figures in (
            ("Proof", proof.by_outcome, _LABELS, whole),
            ("Proof by payee", proof.by_payee, _PARTY_LABELS, parties),
            ("Proof by notify party", proof.by_notify_party, _PARTY_LABELS, parties),
        )
    ]


def _moment(answer: Comparison) -> Any:
    """Date the file by its data: the newest report, or else the newest refund."""
    for name in ("report_date", "refund_date"):
        if name in answer.refunds:
            newest = pd.to_datetime(answer.refunds[name], errors="coerce").max()
            if not pd.isna(newest):
                return newest.to_pydatetime()
    return None
