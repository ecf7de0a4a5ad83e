"""The same refunds in any mixture of quirks are the same refunds again."""

from __future__ import annotations

import io
from typing import Any

import openpyxl
from hypothesis import HealthCheck, assume, example, given, settings
from hypothesis import strategies as st

import rev603

Rows = list[list[Any]]
PLAIN = ["refund_id", "payee_id", "company_name", "refund_secondary_status", "document_number", "port_code"]


@st.composite
def quirks(draw: st.DrawFn) -> dict[str, Any]:
    """Draw what is wrong with a layout; nothing to everything at once."""
    return {
        "lines": draw(st.integers(0, 9)),
        "order": draw(st.just(list(range(17))) | st.permutations(range(17))),
        "page": draw(st.integers(1, 9)),
        "split": draw(st.integers(1, 2)),
        "decorated": draw(
            st.sampled_from(["{text}", "({letter}) {text}", "{number}. {text}", "{text}:", " {text}\u00a0"])
        ),
        "title": draw(st.booleans()),
        "footer": draw(st.booleans()),
        "subtotals": draw(st.booleans()),
        "block": draw(st.sampled_from(["above", "right", "below", "none"])),
        "stale": draw(st.sampled_from(["none", "gap", "lower", "higher"])),
        "spacers": draw(st.booleans()),
        "down": draw(st.integers(0, 3)),
        "right": draw(st.integers(0, 3)),
        "workbook": draw(st.booleans()),
    }


def _headings(make: Any, drawn: dict[str, Any]) -> Rows:
    texts = [make.headings[at] for at in drawn["order"]]
    if drawn["split"] == 1:
        return [
            [
                drawn["decorated"].format(text=text, letter=chr(65 + at), number=at + 1)
                for at, text in enumerate(texts)
            ]
        ]
    return [
        [text.rsplit(" ", 1)[0] if " " in text else None for text in texts],
        [text.rsplit(" ", 1)[-1] for text in texts],
    ]


def _laid_out(make: Any, drawn: dict[str, Any]) -> Rows:
    order, lines = drawn["order"], make.lines(drawn["lines"])
    block = make.block(len(lines), f"${sum((at + 1) * 10001 for at in range(len(lines))) / 100:,.2f}")
    rows: Rows = []
    if drawn["block"] in {"above", "right"}:
        rows += [[None] * (7 if drawn["block"] == "right" else 0) + row for row in block]
    head = [["REV-603 Trade Refund Report"], []] if drawn["title"] else []
    for start in range(0, max(len(lines), 1), drawn["page"]):
        rows += head
        rows += _headings(make, drawn)
        rows += [[line[at] for at in order] for line in lines[start : start + drawn["page"]]]
        if drawn["subtotals"] and lines:
            numbers = range(start, min(start + drawn["page"], len(lines)))
            total = {0: "Subtotal", 11: f"${sum((at + 1) * 10001 for at in numbers) / 100:,.2f}"}
            rows.append([total.get(at) for at in order])
        if drawn["footer"]:
            rows.append([f"Page {start // drawn['page'] + 1} of 9"])
    if drawn["block"] == "below":
        rows += [[], *block]
    if drawn["spacers"]:
        rows = [[cell for value in row for cell in (value, None)] for row in rows]
    if drawn["stale"] != "none":
        old = make.table(make.lines(5, refund_secondary_status="Sent to Treasury"))
        old = [[]] * {"gap": 0, "lower": 5, "higher": 0}[drawn["stale"]] + old
        if drawn["stale"] == "higher":
            rows = [[], [], *rows]
        width, height = max(map(len, rows)) + 2, max(len(rows), len(old))
        rows, old = rows + [[]] * (height - len(rows)), old + [[]] * (height - len(old))
        rows = [[*row, *[None] * (width - len(row)), *other] for row, other in zip(rows, old, strict=True)]
    return [[]] * drawn["down"] + [[None] * drawn["right"] + row for row in rows]


def _written(make: Any, rows: Rows, *, workbook: bool) -> io.BytesIO:
    if not workbook:
        stream: io.BytesIO = make.csv(rows)
        return stream
    book = openpyxl.Workbook(write_only=True)
    page = book.create_sheet("Main Report")
    for row in rows:
        page.append(row)
    stream = io.BytesIO()
    book.save(stream)
    return io.BytesIO(stream.getvalue())


#: An older table beside, lower down: of delimited text its lines are wider than most.
BESIDE = {
    "lines": 5, "order": [*range(17)], "page": 1, "split": 1, "decorated": "{text}", "title": False, "footer": False,
    "subtotals": False, "block": "above", "stale": "lower", "spacers": False, "down": 0, "right": 0, "workbook": False,
}  # fmt: skip


@settings(suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(drawn=quirks())
@example(drawn=BESIDE)
@example(drawn={**BESIDE, "page": 3, "split": 2, "spacers": True, "block": "below"})
def test_refunds_come_back_from_any_mixture_of_quirks(make: Any, drawn: dict[str, Any]) -> None:
    # headings in two rows before each single line, and an older table beside, lower down: refused, not read yet
    assume(not (drawn["stale"] == "lower" and drawn["split"] == 2 and drawn["page"] == 1))
    rows = _laid_out(make, drawn)
    report = rev603.read(_written(make, rows, workbook=drawn["workbook"]))
    lines = make.lines(drawn["lines"])
    places = [0, 2, 3, 8, 10, 16]
    assert report.refunds[PLAIN].to_numpy().tolist() == [[line[at] for at in places] for line in lines]
    assert report.refunds["amount"].tolist() == [(at + 1) * 10001 / 100 for at in range(len(lines))]
    filled = sum(any(cell not in (None, "") for cell in row) for row in rows)
    assert report.rows_read == filled == len(report.refunds) + len(report.set_aside)
    assert report.control.ties_out is (None if drawn["block"] == "none" else True)
    said = set(report.issues["code"]) - {"totals-absent"}
    assert said <= ({"beside-the-table", "line-not-understood"} if drawn["stale"] != "none" else set())
