"""The samples' week, added up by plain Python from the cells of the files, is what every form of the summary says."""

from __future__ import annotations

import csv
import io
import json
from collections import defaultdict
from contextlib import redirect_stdout
from decimal import Decimal
from html import unescape
from pathlib import Path

import openpyxl

import rev603
from rev603.cli import main

SAMPLES = Path(__file__).parents[1] / "sample_data"
STATES = {
    "": "in transit", "Sent to Treasury": "in transit", "Reject No ACH": "no ACH on file",
    "SAP ACH Rejected": "no ACH on file", "Check/ACH Returned": "returned", "Funds Diverted": "applied to a debt",
}  # fmt: skip
PAID = {"ACH": "paid by ACH", "Check": "paid by check", "": "paid, method not stated"}


def lines_of(path: Path) -> list[dict[str, str]]:
    """Give the lines below the headings, by heading; totals, titles and repeated headings have no refund number."""
    if path.suffix == ".csv":
        text = path.read_text(encoding="utf-8")
        rows = list(csv.reader(io.StringIO(text), delimiter=";" if ";;" in text else ","))
    else:
        sheet = openpyxl.load_workbook(path)["Main Report"]
        rows = [
            ["" if cell is None else str(cell) for cell in row] for row in sheet.iter_rows(values_only=True)
        ]
    headings = next(row for row in rows if "Refund ID" in row)
    found = [dict(zip(headings, row, strict=False)) for row in rows]
    return [line for line in found if line.get("Refund ID", "").isdigit()]


def cents(text: str) -> int:
    """Give whole cents of ``$1,234.56``; a negative one stands in parentheses."""
    amount = Decimal(text.strip("()").replace("$", "").replace(",", ""))
    return int(amount * 100) * (-1 if text.startswith("(") else 1)


def by_hand() -> dict[str, int]:
    """Give the cents of each disposition: of each refund, payee and document the newest file's lines count."""
    newest: dict[tuple[str, str, str], list[dict[str, str]]] = {}
    for path in sorted(SAMPLES.glob("rev603_*")):
        of_file = defaultdict(list)
        for line in lines_of(path):
            of_file[line["Payee ID"], line["Refund ID"], line["Document Number"]].append(line)
        newest |= of_file
    sums: dict[str, int] = defaultdict(int)
    for lines in newest.values():
        sent = {
            line["Total Refund Amount"]
            for line in lines
            if line["Refund Secondary Status"] in ("Treasury Issued", "Check/ACH Reissued")
        }
        for line in lines:
            where = STATES.get(line["Refund Secondary Status"], PAID[line["Check or ACH"]])
            if where in ("no ACH on file", "returned") and line["Total Refund Amount"] in sent:
                continue  # it came back and was sent again: counted where it was sent
            sums[where] += cents(line["Total Refund Amount"])
    return dict(sums)


def test_every_form_of_the_samples_week_says_what_plain_python_adds_up(tmp_path: Path) -> None:
    expected = by_hand()
    stuck = expected["no ACH on file"] + expected["returned"]
    assert len(expected) == 7
    week = rev603.weekly_summary(rev603.read_history(SAMPLES))
    found = week.by_disposition.set_index("disposition")["amount"].drop("superseded")
    assert {name: round(amount * 100) for name, amount in found.items()} == expected
    week.to_excel(tmp_path / "week.xlsx")
    front = openpyxl.load_workbook(tmp_path / "week.xlsx")["Summary"]
    shown = {
        cell for row in front.iter_rows(values_only=True) for cell in row if isinstance(cell, (int, float))
    }
    terminal = io.StringIO()
    with redirect_stdout(terminal):
        main(["weekly", str(SAMPLES), "--fail-on", "never"])
    texts = {
        "page": unescape(week.to_html()),
        "Markdown": week.to_markdown(),
        "terminal": terminal.getvalue(),
    }
    for amount in (stuck, sum(expected.values()), *expected.values()):
        assert round(amount / 100, 2) in {round(each, 2) for each in shown}, "workbook"
        for name, text in texts.items():
            assert f"{amount / 100:,.2f}" in text.replace("\\", ""), name
    totals = json.loads(json.dumps(week.to_dict()))["totals"]
    assert (round(totals["stuck_amount"] * 100), round(totals["amount"] * 100)) == (
        stuck,
        sum(expected.values()),
    )


def test_each_step_of_the_samples_worklist_is_that_of_the_decision_table() -> None:
    """Of the payees without a C/O, in the newest export: what was paid by ACH, to which number, and when."""
    path = SAMPLES / "rev603_2026-11-13.csv"
    own = [line for line in lines_of(path) if not line["C/O"] and line["Payee ID"][2:3] == "-"]
    stuck_on: dict[str, list[str]] = defaultdict(list)
    paid_on: dict[str, list[str]] = defaultdict(list)

    def day(line: dict[str, str]) -> str:
        return "-".join(line["Refund Date"].split("/")[place] for place in (2, 0, 1))

    for line in own:
        payee, status = line["Payee ID"], line["Refund Secondary Status"]
        if STATES.get(status) in ("no ACH on file", "returned"):
            alike = (payee, line["Refund ID"], line["Document Number"], line["Total Refund Amount"])
            again = any(
                (
                    other["Payee ID"],
                    other["Refund ID"],
                    other["Document Number"],
                    other["Total Refund Amount"],
                )
                == alike
                for other in own
                if other["Refund Secondary Status"] in ("Treasury Issued", "Check/ACH Reissued")
            )
            if not again:
                stuck_on[payee].append(day(line))
        elif status in ("Treasury Issued", "Check/ACH Reissued") and line["Check or ACH"] == "ACH":
            paid_on[payee].append(day(line))
    expected = {}
    for payee, days in stuck_on.items():
        paid = paid_on.get(payee, [])
        sibling = any(other[:10] == payee[:10] for other in paid_on)
        if paid:
            expected[payee] = "request reissue" if max(paid) > max(days) else "check the account"
        else:
            expected[payee] = "add this suffix" if sibling else "enroll"
    work = rev603.enrollment_worklist(rev603.read(path).refunds, as_of="2026-11-13")
    found = work[work["care_of"].isna() & work["payee_id"].isin(list(expected))]
    assert dict(zip(found["payee_id"], found["step"], strict=True)) == expected
    assert len(set(expected.values())) > 1
