"""One week in every form: the same cents, names as text, and no social security number."""

from __future__ import annotations

import dataclasses
import json
import re
import zipfile
from decimal import Decimal
from html import unescape
from html.parser import HTMLParser
from typing import TYPE_CHECKING, Any

import openpyxl
import pandas as pd
import pytest

from rev603.presenting.rendering import as_markdown
from rev603.presenting.weekly import weekly_summary

if TYPE_CHECKING:
    from collections.abc import Callable
    from pathlib import Path

    from rev603.presenting.view import View
    from rev603.presenting.weekly import WeeklySummary

FRAMES = {
    "worklist": "amount",
    "stuck": "amount",
    "newly_stuck": "amount",
    "cleared": "amount",
    "by_payee": "rejected_amount",
    "by_notify_party": "rejected_amount",
}
_SHEETS = {
    "worklist": ("Act now", "Amount"),
    "stuck": ("Stuck", "Amount"),
    "newly_stuck": ("New", "Amount"),
    "cleared": ("Cleared", "Amount"),
    "by_payee": ("By payee", "No ACH on file"),
    "by_notify_party": ("By notify party", "No ACH on file"),
}


def cents(written: object) -> int:
    """Read a figure back, as exactly as it is written."""
    text = str(written).replace("$", "").replace(",", "")
    value = Decimal(text if isinstance(written, str) else repr(round(float(str(written)), 6))) * 100
    assert value == value.to_integral_value()
    return int(value)


class _Tables(HTMLParser):
    """Rows of each table of the page, by the table's id or caption; and the figures of the front."""

    def __init__(self, html: str) -> None:
        super().__init__()
        self.rows: dict[str, list[list[str]]] = {}
        self.figures: dict[str, str] = {}
        self._key = self._figure = ""
        self._tag = ""
        self.feed(html)

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self._tag = tag
        given = dict(attrs)
        if tag == "table":
            self._key = (given.get("id") or "").removeprefix("table-")
            self.rows[self._key] = []
        elif tag == "tr":
            self.rows[self._key].append([])
        elif tag in ("td", "th"):
            self.rows[self._key][-1].append("")
        self._figure = (given.get("data-figure") or "") if tag == "dd" else ""

    def handle_data(self, data: str) -> None:
        if self._tag in ("td", "th"):
            self.rows[self._key][-1][-1] += data
        elif self._figure:
            self.figures[self._figure] = data

    def handle_endtag(self, tag: str) -> None:
        self._tag = self._figure = ""


def from_html(html: str) -> tuple[int, dict[str, list[int]]]:
    tables = _Tables(html)
    read = {}
    for name, (_, label) in _SHEETS.items():
        head, *rows, total = tables.rows[name]
        column = head.index(label)
        read[name] = [cents(row[column]) for row in rows]
        assert cents(total[column]) == sum(read[name])
    return cents(tables.figures["Stuck amount"]), read


def from_xlsx(path: Path) -> tuple[int, dict[str, list[int]]]:
    book = openpyxl.load_workbook(path)
    front = [[cell.value for cell in row] for row in book["Summary"].iter_rows()]
    place = next((r, row.index("Stuck amount")) for r, row in enumerate(front) if "Stuck amount" in row)
    read = {}
    for name, (sheet, label) in _SHEETS.items():
        rows = [[cell.value for cell in row] for row in book[sheet].iter_rows()]
        column = rows[3].index(label)
        read[name] = [cents(row[column]) for row in rows[4:]]
        assert cents(rows[2][column]) == sum(read[name])
    return cents(front[place[0] + 1][place[1]]), read


def from_markdown(text: str) -> tuple[int, dict[str, list[int]]]:
    def cells(line: str) -> list[str]:
        return [part.strip() for part in re.split(r"(?<!\\)\|", line)[1:-1]]

    blocks = text.split("\n\n")
    front = next(block for block in blocks if "Stuck amount" in block).split("\n")
    read = {}
    titles = {"worklist": "Act now", "newly_stuck": "New", "by_payee": "By payee"} | {
        "stuck": "Stuck:",
        "cleared": "Cleared",
        "by_notify_party": "By notify party",
    }
    for name, title in titles.items():
        place = next(i for i, block in enumerate(blocks) if block.startswith(f"## {title}"))
        head, _, *rows = blocks[place + 1].split("\n")
        column = cells(head).index(_SHEETS[name][1])
        read[name] = [cents(cells(row)[column]) for row in rows]
    return cents(cells(front[2])[cells(front[0]).index("Stuck amount")]), read


def from_json(text: str) -> tuple[int, dict[str, list[int]]]:
    data = json.loads(text)
    read = {name: [cents(line[column]) for line in data[name]] for name, column in FRAMES.items()}
    return cents(data["totals"]["stuck_amount"]), read


def whole(view: View) -> str:
    """Give Markdown with every line."""
    return as_markdown(dataclasses.replace(view, top=10**6))


def every_form(summary: WeeklySummary, folder: Path, **how: Any) -> dict[str, str]:
    """Give the week in each form, as text: of the workbook, everything that is in its files."""
    summary.to_excel(folder / "w.xlsx", **how)
    with zipfile.ZipFile(folder / "w.xlsx") as archive:
        parts = [archive.read(name).decode("utf-8", "replace") for name in archive.namelist()]
    return {
        "xlsx": unescape("\n".join(parts)),
        "html": unescape(summary.to_html(**how)),
        "markdown": whole(summary.view(**how)),
        "json": json.dumps(summary.to_dict(**how), ensure_ascii=False),
        "notebook": unescape(summary._repr_html_()),
    }


def test_every_form_says_the_same_cents(summary: WeeklySummary, tmp_path: Path) -> None:
    summary.to_excel(tmp_path / "w.xlsx")
    by_hand = {
        name: [
            int((Decimal(str(value)) * 100).to_integral_exact()) for value in getattr(summary, name)[column]
        ]
        for name, column in FRAMES.items()
    }
    stuck = sum(by_hand["stuck"])
    assert stuck > 10**7
    for name, found in {
        "xlsx": from_xlsx(tmp_path / "w.xlsx"),
        "html": from_html(summary.to_html()),
        "markdown": from_markdown(whole(summary.view())),
        "json": from_json(json.dumps(summary.to_dict())),
    }.items():
        assert found == (stuck, by_hand), name


@pytest.mark.long
def test_names_come_through_as_text_in_every_form(
    make_summary: Callable[..., WeeklySummary], nasty_names: tuple[str, ...], tmp_path: Path
) -> None:
    forms = every_form(make_summary(40, nasty_names), tmp_path)
    forms["markdown"] = unescape(re.sub(r"\\(.)", r"\1", forms["markdown"]))
    forms["json"] = "\n".join(_strings(json.loads(forms["json"])))
    for name in nasty_names:
        shown = re.sub(r"[\t\r\n]+", " ", name).translate({0: "␀", 7: "␇", 27: "␛", 0x202E: "\ufffd"})
        for form, text in forms.items():
            wanted = name if form == "json" else shown.strip() if form == "markdown" else shown
            # a notebook shows only the first lines
            assert wanted in text or form == "notebook", (form, wanted)
    raw = whole(make_summary(40, nasty_names).view())
    assert not re.search(r"<|https?://|@", raw.replace("<!--", ""))
    assert all(line.count("|") - line.count("\\|") in (0, 4, 5, 6, 7) for line in raw.split("\n"))


def _strings(value: Any) -> list[str]:
    if isinstance(value, dict):
        return [each for item in value.values() for each in _strings(item)]
    if isinstance(value, list):
        return [each for item in value for each in _strings(item)]
    return [value] if isinstance(value, str) else []


@pytest.fixture(scope="module")
def personal(summary: WeeklySummary) -> WeeklySummary:
    """A week of persons: their numbers stand wherever text can stand."""
    changed: dict[str, Any] = {}
    for name, frame in summary.frames.items():
        texts = [column for column in frame.columns if isinstance(frame[column].dtype, pd.StringDtype)]
        said = {
            column: "see 219-09-9999 there"
            for column in texts
            if column not in ("method", "actor", "step", "payee_id", "disposition")  # our own words
        }
        said |= {"payee_id": "219099999"} if "payee_id" in texts else {}
        changed[name] = frame.assign(**said)
    return dataclasses.replace(summary, **changed)


@pytest.mark.long
def test_no_social_security_number_is_in_any_form(personal: WeeklySummary, tmp_path: Path) -> None:
    for form, text in every_form(personal, tmp_path).items():
        assert "XXX-XX-9999" in text, form
        assert "XXXXX9999" in text, form
        assert not re.search(r"219-?09-?9999", text), form


@pytest.mark.long
def test_masking_can_be_wider_or_off(personal: WeeklySummary, summary: WeeklySummary, tmp_path: Path) -> None:
    for form, text in every_form(summary, tmp_path, mask="all").items():
        assert form == "notebook" or not re.search(r"98-7[0-9]{8}", text), form
    open_ = every_form(personal, tmp_path, mask="none")
    assert all("219-09-9999" in open_[form] for form in ("xlsx", "html", "markdown", "json"))


@pytest.mark.long
def test_the_callers_frames_are_not_changed(summary: WeeklySummary, tmp_path: Path) -> None:
    before = {name: frame.copy() for name, frame in summary.frames.items()}
    every_form(summary, tmp_path, mask="all")
    for name, frame in summary.frames.items():
        pd.testing.assert_frame_equal(frame, before[name])


@pytest.mark.parametrize("form", ["to_excel", "to_html", "to_json", "to_markdown", "to_dict"])
def test_a_wrong_masking_is_refused(form: str, summary: WeeklySummary) -> None:
    with pytest.raises(ValueError, match="Did you mean 'none'"):
        getattr(summary, form)(mask="nonne")


def test_what_was_sent_again_is_said_as_printed_since_a_files_total_has_it_twice() -> None:
    refunds = pd.DataFrame(
        {
            "payee_id": "98-765432100", "refund_id": "1", "document_number": "A", "amount": 10.10,
            "company_name": "Example LLC", "care_of": pd.Series([None, None], dtype="str"), "check_or_ach": "ACH",
            "check_or_trace_number": ["0713404", "0713411"], "report_date": pd.Timestamp("2026-03-13"),
            "refund_date": pd.to_datetime(["2026-03-02", "2026-03-09"]),
            "refund_secondary_status": ["Check/ACH Returned", "Check/ACH Reissued"],
        }
    )  # fmt: skip
    shown = weekly_summary(refunds).to_markdown()
    assert re.search(r"All refunds\W+2\W+\$10\.10", shown.replace("\\", ""))
    assert re.search(r"Superseded, as printed\W+1\W+\$10\.10", shown.replace("\\", ""))
