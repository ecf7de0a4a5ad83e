"""The reconciliation at a glance: its outcomes, its proof, and what to look at, as text and as HTML."""

from __future__ import annotations

from html import escape
from typing import TYPE_CHECKING, NamedTuple

from rev603.presenting.masking import Mask, mask_frame
from rev603.presenting.tables import escaped
from rev603.presenting.text import count, money, one_line, plural

if TYPE_CHECKING:
    from collections.abc import Sequence

    from rev603.analysis.reconcile import Comparison

__all__ = [
    "Table",
    "as_html",
    "as_markdown",
    "as_page",
    "as_text",
    "headline",
    "outcomes",
    "remarks",
    "to_look_at",
]

_LARGEST = 10
_PAGE = """\
<!doctype html>
<html lang="en">
<head><meta charset="utf-8"><meta name="viewport" content="width=device-width"><title>{title}</title>
<style>
body {{ font: 15px/1.5 system-ui, sans-serif; margin: 2em auto; max-width: 70em; padding: 0 1em; }}
table {{ border-collapse: collapse; margin: 1em 0; }}
caption {{ font-weight: bold; text-align: left; }}
th, td {{ border-bottom: 1px solid #ccc; padding: .2em .8em; text-align: left; vertical-align: top; }}
td {{ font-variant-numeric: tabular-nums; }}
</style></head>
<body>{body}</body>
</html>
"""


class Table(NamedTuple):
    """A table that is ready to be read; the first column names the line."""

    title: str
    heads: tuple[str, ...]
    rows: Sequence[tuple[str, ...]]


def headline(answer: Comparison) -> str:
    """Return in one line how many matches there are and what is left to look at."""
    left = len(answer.to_look_at)
    found = f"{plural(len(answer.entries), 'entry line')}, {plural(len(answer.refunds), 'refund line')}"
    settled = f"{count(len(answer.groups) - left)} settled, {count(left)} to look at"
    return f"Reconciliation of {found}: {settled}; unexplained {money(answer.proof.unexplained)}"


def outcomes(answer: Comparison) -> Table:
    """Return the outcomes that occur, and all of them together."""
    table, proof, totals = answer.proof.by_outcome, answer.proof, answer.totals
    counts, amounts = ["matches", "entries", "refunds"], ["expected", "refunded", "explained"]
    occurs = table[counts + amounts].ne(0).any(axis=1)
    rows = [
        (str(line[0]), *(count(each) for each in line[1:4]), *(money(each) for each in line[4:]))
        for line in table.loc[occurs, ["explanation", *counts, *amounts]].itertuples(index=False)
    ]
    together = (totals["matches"], totals["entries"], totals["refunds"])
    whole = (proof.expected, proof.refunded, proof.explained)
    rows.append(("all", *(count(each) for each in together), *(money(each) for each in whole)))
    heads = ("", "matches", "entries", "refund lines", "expected", "refunded", "difference")
    return Table("By outcome", heads, rows)


def to_look_at(answer: Comparison, *, mask: Mask = "ssn", top: int = _LARGEST) -> Table:
    """Return the matches with the largest differences that somebody must look at."""
    unsettled = answer.to_look_at
    shown = mask_frame(unsettled.head(top), mask)
    numbers = shown["entry_number"].fillna("(none)")
    rows = [
        (one_line(str(number)), str(outcome), money(difference), one_line(str(reason)))
        for number, outcome, difference, reason in zip(
            numbers, shown["outcome"], shown["difference"], shown["reason"], strict=True
        )
    ]
    largest = f", the {top} largest" if len(unsettled) > top else ""
    title = f"To look at: {count(len(unsettled))}{largest}"
    return Table(title, ("entry", "outcome", "difference", "why"), rows)


def remarks(answer: Comparison) -> list[str]:
    """Return what the table of outcomes does not say: tolerance, other parties, suggestions, the proof."""
    totals, proof = answer.totals, answer.proof
    absorbed = f"{money(totals['tolerance_absorbed'])} in {plural(totals['tolerance_matches'], 'match')}"
    said = [f"Tolerance: {money(totals['tolerance'])}, which absorbed {absorbed}."]
    if in_transit := totals["in_transit_amount"]:
        said.append(
            f"Of what is refunded, in transit and not confirmed by Treasury yet: {money(in_transit)}."
        )
    if undocumented := totals["unknown_status_amount"]:
        said.append(f"Of what is refunded, of an undocumented status: {money(undocumented)}.")
    if elsewhere := totals["paid_to_another_party_lines"]:
        amount = money(totals["paid_to_another_party_amount"])
        said.append(
            f"Paid to another party than the list names: {plural(elsewhere, 'refund line')}, {amount}."
        )
    if totals["late_matches"]:
        late = f"{money(totals['late_amount'])} in {plural(totals['late_matches'], 'match')}"
        said.append(f"Missing although due, more than 30 days after liquidation: {late}.")
    if totals["not_due_matches"]:
        coming = f"{money(totals['not_due_amount'])} in {plural(totals['not_due_matches'], 'match')}"
        said.append(f"Missing and not due yet, within 30 days of liquidation: {coming}.")
    if totals["suggestions"]:
        said.append(f"Suggestions to judge, none of them counted as a match: {count(totals['suggestions'])}.")
    if left_out := totals["suggestions_left_out"]:
        said.append(
            f"Further suggestions, of smaller amounts or fitting too often, are left out: {count(left_out)}."
        )
    if cut := totals["refunds_not_fully_searched"]:
        said.append(f"For {plural(cut, 'unmatched refund')} not every set of entries was tried.")
    proven = f"{money(proof.expected)} expected - {money(proof.refunded)} refunded"
    rest = f"{money(proof.explained)} explained by the outcomes + {money(proof.unexplained)} unexplained"
    return [*said, f"Proof: {proven} = {rest}."]


def as_text(answer: Comparison) -> str:
    """Return the outcomes, what the tolerance absorbed, and the proof, as plain text."""
    _, heads, rows = outcomes(answer)
    widths = [max(map(len, column)) for column in zip(heads, *rows, strict=True)]
    lines = [
        "  ".join(
            [row[0].ljust(widths[0]), *map(str.rjust, row[1:], widths[1:])],
        ).rstrip()
        for row in (heads, *rows)
    ]
    return "\n".join([*lines, "", *remarks(answer)])


def as_html(answer: Comparison, *, mask: Mask = "ssn") -> str:
    """Return the same, and what to look at, as a piece of a page."""
    said = "".join(f"<p>{escape(text)}</p>" for text in remarks(answer))
    look = to_look_at(answer, mask=mask)
    tables = _html_table(outcomes(answer)) + said + (_html_table(look) if look.rows else "")
    return f"<div><p><b>{escape(headline(answer))}</b></p>{tables}</div>"


def as_page(answer: Comparison, *, mask: Mask = "ssn") -> str:
    """Return the same as a page that needs nothing else."""
    return _PAGE.format(title=escape(headline(answer)), body=as_html(answer, mask=mask))


def as_markdown(answer: Comparison, *, mask: Mask = "ssn") -> str:
    """Return the same as Markdown, in which no name becomes a link or markup."""
    said = "\n".join(f"- {escaped(text)}" for text in remarks(answer))
    parts = [f"# {escaped(headline(answer))}", _markdown_table(outcomes(answer)), said]
    look = to_look_at(answer, mask=mask)
    if look.rows:
        parts += [f"## {escaped(look.title)}", _markdown_table(look)]
    return "\n\n".join(parts) + "\n"


def _markdown_table(table: Table) -> str:
    figures = {"matches", "entries", "refund lines", "expected", "refunded", "difference"}
    rule = ["---:" if head in figures else ":---" for head in table.heads]
    lines = ([name.capitalize() for name in table.heads], rule, *(map(escaped, row) for row in table.rows))
    return "\n".join(f"| {' | '.join(line)} |" for line in lines)


def _html_table(table: Table) -> str:
    head = "".join(f'<th scope="col">{escape(name.capitalize())}</th>' for name in table.heads)
    body = "".join(
        f'<tr><th scope="row">{escape(row[0])}</th>'
        + "".join(f"<td>{escape(cell)}</td>" for cell in row[1:])
        + "</tr>"
        for row in table.rows
    )
    caption = f"<caption>{escape(table.title)}</caption>"
    return f"<table>{caption}<thead><tr>{head}</tr></thead><tbody>{body}</tbody></table>"
