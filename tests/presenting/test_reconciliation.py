"""The reconciliation as people open it: the same figures in each form, safe to forward."""

from __future__ import annotations

import io
import json
import re
import zipfile
from datetime import datetime
from html.parser import HTMLParser
from typing import TYPE_CHECKING, Any

import openpyxl
import pandas as pd
import pytest

from rev603.analysis.reconcile import compare
from rev603.errors import Rev603Error
from rev603.presenting.reconciliation import Reconciliation, reconcile
from rev603.presenting.tables import records

if TYPE_CHECKING:
    from pathlib import Path

A, B, C, D = "60576072486", "60576069342", "MYK28000864", "MYK28102637"
HOSTILE = ['=HYPERLINK("http://x")', "<script>alert(1)</script>", "+1\x00\x1b", "شركة المثال", "@x|y\r\nz"]
SHEETS = [
    "Summary", "To look at", "Missing", "Short-over", "Not paid", "Unexpected", "Found", "Matched", "Set aside",
    "Suggestions", "Proof", "Proof by payee", "Proof by notify party",
]  # fmt: skip


def answer(
    name: str = "Example LLC", *, tolerance: float = 0.0, importer: str = "000-12-3456"
) -> Reconciliation:
    """A: matched by two lines. B: nothing. C: 10.00 short. D: rejected. One more that nobody expects."""
    refunds = pd.DataFrame(
        [
            ("R1", A, 60.0, "Treasury Issued"),
            ("R2", A, 40.0, "Treasury Issued"),
            ("R3", C, 1204.5, "Treasury Issued"),
            ("R4", D, 7.0, "Reject No ACH"),
            ("R5", "SP700000014", 3.0, "Treasury Issued"),
        ],
        columns=["refund_id", "entry_number", "amount", "refund_secondary_status"],
    ).assign(
        payee_id="000-12-3456",
        company_name=name,
        care_of=name,
        refund_date=pd.Timestamp("2026-06-04"),
        source_file="june.csv",
        source_row=[2, 3, 4, 5, 6],
    )
    entries = pd.DataFrame(
        {
            "entry_number": [A, B, C, D],
            "expected_amount": [100.0, 20.0, 1214.5, 7.0],
            "importer_number": importer,
            "remark": name,
            "liquidation_date": pd.Timestamp("2026-05-29"),
        }
    )
    return reconcile(refunds, entries, tolerance=tolerance)


class _Tags(HTMLParser):
    def __init__(self, text: str) -> None:
        super().__init__()
        self.tags: set[str] = set()
        self.texts: list[str] = []
        self.feed(text)

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.tags.add(tag)

    def handle_data(self, data: str) -> None:
        self.texts.append(data)


def test_the_repr_says_what_is_left() -> None:
    expected = "<Reconciliation of 4 entry lines, 5 refund lines: 1 settled, 4 to look at; unexplained $0.00>"
    assert repr(answer()) == expected


def test_the_summary_holds_the_outcomes_and_the_proof() -> None:
    text = answer().summary()
    lines = {line.split("  ")[0]: line.split() for line in text.splitlines()}
    assert lines["short"][1:] == ["1", "1", "1", "$1,214.50", "$1,204.50", "$10.00"]
    assert lines["all"][1:] == ["5", "4", "5", "$1,341.50", "$1,307.50", "$34.00"]
    # 1,341.50 - 1,307.50 = 10.00 short + 20.00 missing + 7.00 not paid - 3.00 unexpected
    proof = "$1,341.50 expected - $1,307.50 refunded = $34.00 explained by the outcomes + $0.00 unexplained"
    assert f"Proof: {proof}." in text


def test_the_tolerance_that_was_used_up_is_shown() -> None:
    text = answer(tolerance=10.0).summary()
    line = next(each for each in text.splitlines() if each.startswith("Absorbed by the tolerance of $10.00"))
    assert line.split()[-2:] == ["1", "$10.00"]


@pytest.mark.long
def test_settled_only_where_nothing_is_left_to_look_at() -> None:
    whole = answer()
    matched = whole.refunds.iloc[:2].drop(columns=["outcome", "match_id", "difference", "reason"])
    entries = whole.entries.iloc[:1].drop(columns=["outcome", "match_id", "difference", "reason"])
    assert reconcile(matched, entries).settled
    assert not whole.settled
    elsewhere = reconcile(matched, entries.assign(importer_number="98-765432100"))
    assert elsewhere.to_look_at["outcome"].tolist() == ["matched"]
    assert not elsewhere.settled
    stuck = matched.iloc[:1].assign(refund_secondary_status="Reject No ACH", amount=30.0, refund_id="R9")
    assert not reconcile(pd.concat([matched, stuck]), entries).settled
    assert not reconcile(matched, entries.assign(expected_amount=101.0)).settled
    assert reconcile(matched, entries.assign(expected_amount=101.0), tolerance=1).settled


def test_what_is_to_be_looked_at_stands_with_the_largest_difference_first() -> None:
    assert answer().to_look_at["difference"].tolist() == [20.0, 10.0, 7.0, -3.0]


def test_the_dictionary_survives_json_and_gives_the_same_cents() -> None:
    result = answer()
    plain = json.loads(json.dumps(result.to_dict(), allow_nan=False))
    assert plain["proof"]["expected"] == 1341.5
    assert plain["proof"]["unexplained"] == 0.0
    assert [line["outcome"] for line in plain["entries"]] == ["matched", "missing", "short", "not paid"]
    assert plain["entries"][0]["liquidation_date"] == "2026-05-29"
    assert sum(round(line["difference"] * 100) for line in plain["groups"]) == 3400
    assert len(plain["refunds"]) == 5


def test_whatever_a_list_holds_survives_json() -> None:
    odd = pd.DataFrame(
        {
            "when": pd.to_datetime(pd.Series(["2026-06-04 10:00", None])),
            "spans": pd.to_timedelta(["1D", None]),
            "kinds": pd.Categorical(["a", None]),
            "mixed": [{"a": 1}, float("inf")],
            "figures": [float("inf"), 1.5],
            "whole": [1, 2],
            "truth": [True, False],
        }
    )
    plain = json.loads(json.dumps(records(odd), allow_nan=False))
    assert plain[0]["when"] == "2026-06-04T10:00:00"
    assert plain[0]["mixed"] == "{'a': 1}"
    assert plain[0]["figures"] is None
    assert plain[1] == {
        "when": None, "spans": None, "kinds": None, "mixed": None, "figures": 1.5, "whole": 2, "truth": False,
    }  # fmt: skip


def test_what_is_in_transit_or_undocumented_is_said_in_every_form(tmp_path: Path) -> None:
    given = answer()
    lines = given.refunds.iloc[:2].drop(columns=["outcome", "match_id", "difference", "reason"])
    lines = lines.assign(refund_secondary_status=["Sent to Treasury", "New Text"]).drop(
        columns="payment_state"
    )
    entries = given.entries.iloc[:1].drop(columns=["outcome", "match_id", "difference", "reason"])
    result = reconcile(lines, entries)
    assert result.settled
    text, view = result.summary(), "".join(_Tags(result._repr_html_()).texts)
    for label, amount in (
        ("Of what is refunded, in transit and not confirmed by Treasury yet", "$60.00"),
        ("Of what is refunded, of an undocumented status", "$40.00"),
    ):
        assert any(line.startswith(label) and line.endswith(amount) for line in text.splitlines())
        assert f"{label}{amount}" in view
    totals = result.to_dict()["totals"]
    assert (totals["in_transit_amount"], totals["unknown_status_amount"]) == (60.0, 40.0)
    result.to_excel(tmp_path / "r.xlsx")
    book = openpyxl.load_workbook(tmp_path / "r.xlsx")
    summary = [row[:3] for row in rows(book["Summary"])]
    assert ("Of what is refunded, in transit and not confirmed by Treasury yet", None, 60) in summary
    assert ("Of what is refunded, of an undocumented status", None, 40) in summary
    expected = "Everything is as expected; $60.00 of it in transit; $40.00 of it of an undocumented status."
    assert (expected, None, None) in summary
    matched = dict(zip((cell.value for cell in book["Matched"][4]), book["Matched"][5], strict=True))
    assert (matched["Of it in transit"].value, matched["Of it undocumented"].value) == (60, 40)


def test_columns_of_which_no_line_has_anything_are_left_out_of_a_sheet(tmp_path: Path) -> None:
    answer().to_excel(tmp_path / "r.xlsx")
    book = openpyxl.load_workbook(tmp_path / "r.xlsx")
    heads = [cell.value for cell in book["Matched"][4]]
    assert "Found, not paid" not in heads
    assert {"Entry Number", "Expected", "Refunded", "Difference", "Why"} <= set(heads)


@pytest.mark.long
def test_nothing_shows_a_social_security_number_unless_asked_to(tmp_path: Path) -> None:
    result = answer("Jo 000-12-3456", importer="12-345678900")
    result.to_excel(tmp_path / "r.xlsx")
    book = openpyxl.load_workbook(tmp_path / "r.xlsx")
    shown = {
        "repr": repr(result),
        "str": str(result),
        "proof": f"{result.proof!r} {result.proof}",
        "findings": repr(compare(result.refunds, result.entries)),
        "summary": result.summary(),
        "html": result._repr_html_(),
        "dict": json.dumps(result.to_dict()),
        "excel": " ".join(str(cell.value) for sheet in book for row in sheet.iter_rows() for cell in row),
    }
    number = re.compile("[0-9]{3}-[0-9]{2}-[0-9]{4}")
    assert {form for form, text in shown.items() if number.search(text)} == set()
    assert {form for form, text in shown.items() if "XXX-XX-3456" in text} == {"html", "dict", "excel"}
    assert number.search(json.dumps(result.to_dict(mask="none")))


def test_what_is_shown_at_the_prompt_is_short_and_names_nobody() -> None:
    result = answer()
    proof = "<Proof: expected 1,341.50, refunded 1,307.50, explained 34.00, unexplained 0.00>"
    assert repr(result.proof) == proof
    for shown in (repr(result), repr(result.proof), repr(compare(result.refunds, result.entries))):
        assert len(shown) < 160
        assert "Example" not in shown


@pytest.mark.parametrize("name", HOSTILE)
def test_the_html_view_is_escaped_and_masked(name: str) -> None:
    view = _Tags(answer(name, importer="98-765432100")._repr_html_())
    assert any("paid to another party: " in text for text in view.texts)
    assert view.tags == {
        "div", "p", "strong", "small", "table", "caption", "thead", "tbody", "tr", "th", "td",
    }  # fmt: skip
    assert "000-12-3456" not in "".join(view.texts)
    assert "$1,341.50" in view.texts


def test_the_html_view_masks_a_number_that_strayed_into_a_name() -> None:
    refunds = pd.DataFrame([(A, 9.0, "Treasury Issued", "98-765432100", "Jo 000-12-3456")])
    refunds.columns = pd.Index(
        ["entry_number", "amount", "refund_secondary_status", "payee_id", "company_name"]
    )
    entries = pd.DataFrame(
        {"entry_number": [A], "expected_amount": [10.0], "importer_number": ["12-345678900"]}
    )
    result = reconcile(refunds, entries)
    assert "000-12-3456" in result.groups["reason"][0], "frames hold full values"
    text = result._repr_html_()
    assert "XXX-XX-3456" in text
    assert "000-12-3456" not in text


def rows(sheet: Any) -> list[tuple[Any, ...]]:
    return [row for row in sheet.iter_rows(values_only=True) if any(value is not None for value in row)]


def test_the_workbook_holds_each_line_on_the_sheet_of_its_outcome(tmp_path: Path) -> None:
    answer().to_excel(tmp_path / "r.xlsx")
    book = openpyxl.load_workbook(tmp_path / "r.xlsx")
    assert book.sheetnames == SHEETS
    for name, number in (
        ("Missing", B),
        ("Short-over", C),
        ("Not paid", D),
        ("Unexpected", "SP700000014"),
        ("Matched", A),
    ):
        sheet = book[name]
        assert [row[0] for row in rows(sheet)].count(number) == 1
        assert sheet.freeze_panes == "A5"
        assert sheet.auto_filter.ref is not None
    labels, figures = rows(book["Summary"])[3:5]
    assert dict(zip(labels[:4], figures[:4], strict=True))["Unexplained"] == 0
    assert ("all", 5, 4, 5, 1341.5, 1307.5, 34) in rows(book["Summary"])
    short = dict(zip((cell.value for cell in book["Short-over"][4]), book["Short-over"][5], strict=True))
    assert (short["Difference"].value, "$" in short["Difference"].number_format) == (10, True)
    missing = dict(zip((cell.value for cell in book["Missing"][4]), book["Missing"][5], strict=True))
    assert missing["Liquidation date"].value == datetime(2026, 5, 29)  # noqa: DTZ001 - Excel knows no zones
    assert {cell.data_type for cell in book["Missing"]["A"][4:]} == {"s"}


def test_the_figures_are_the_same_in_every_form(tmp_path: Path) -> None:
    result = answer()
    result.to_excel(tmp_path / "r.xlsx")
    book = openpyxl.load_workbook(tmp_path / "r.xlsx")
    from_book = {row[0]: row[4:7] for row in rows(book["Summary"]) if len(row) > 6 and row[6] is not None}
    plain = {line["explanation"]: line for line in result.to_dict()["proof"]["by_outcome"]}
    view = _Tags(result._repr_html_()).texts
    for outcome, line in plain.items():
        cents = [round(line[name] * 100) for name in ("expected", "refunded", "explained")]
        assert [round(value * 100) for value in from_book.get(outcome, (0, 0, 0))] == cents
        if any(cents):
            written = f"{'-' if cents[2] < 0 else ''}${abs(cents[2]) / 100:,.2f}"
            assert written in view
            assert any(
                text.startswith(outcome) and text.endswith(written) for text in result.summary().splitlines()
            )


@pytest.mark.parametrize("name", HOSTILE)
def test_text_stays_text_in_the_workbook_and_numbers_are_masked(tmp_path: Path, name: str) -> None:
    answer(name).to_excel(tmp_path / "r.xlsx")
    book = openpyxl.load_workbook(tmp_path / "r.xlsx")
    cells = [cell for sheet in book for row in sheet.iter_rows() for cell in row if cell.value is not None]
    assert not [cell for cell in cells if cell.data_type == "f"]
    assert not [cell for cell in cells if "000-12-3456" in str(cell.value)]
    assert any(cell.value == "XXX-XX-3456" for cell in cells)
    with zipfile.ZipFile(tmp_path / "r.xlsx") as archive:
        assert not any(b"000-12-3456" in archive.read(part) for part in archive.namelist())


@pytest.mark.long
def test_the_same_answer_gives_the_same_bytes(tmp_path: Path) -> None:
    for name in ("a.xlsx", "b.xlsx"):
        answer().to_excel(tmp_path / name)
    assert (tmp_path / "a.xlsx").read_bytes() == (tmp_path / "b.xlsx").read_bytes()


def test_an_empty_reconciliation_can_be_shown(tmp_path: Path) -> None:
    whole = answer()
    empty = reconcile(whole.refunds.iloc[:0], whole.entries.iloc[:0])
    empty.to_excel(tmp_path / "r.xlsx")
    assert "$0.00 unexplained" in empty.summary()
    assert empty.settled
    json.dumps(empty.to_dict(), allow_nan=False)


@pytest.mark.long
def test_each_form_takes_a_path_or_an_open_file_or_gives_the_text(tmp_path: Path) -> None:
    result = answer()
    for name, write in (("r.json", result.to_json), ("r.md", result.to_markdown), ("r.html", result.to_html)):
        text = write()
        write(tmp_path / name)
        assert (tmp_path / name).read_text(encoding="utf-8") == text
        write(buffer := io.StringIO())
        assert buffer.getvalue() == text
        write(raw := io.BytesIO())
        assert raw.getvalue().decode() == text
        assert "4 entry lines" in text or json.loads(text) == result.to_dict()
    result.to_excel(tmp_path / "r.xlsx")
    result.to_excel(book := io.BytesIO())
    assert (tmp_path / "r.xlsx").read_bytes() == book.getvalue() == result.to_excel()


def test_an_ending_that_does_not_fit_and_a_folder_that_is_not_there_are_refused(tmp_path: Path) -> None:
    result = answer()
    for write in (result.to_json, result.to_markdown, result.to_html, result.to_excel):
        with pytest.raises(Rev603Error, match="does not end in"):
            write(tmp_path / "r.pdf")
    with pytest.raises(Rev603Error, match="There is no folder"):
        result.to_json(tmp_path / "nowhere" / "r.json")


@pytest.mark.long
@pytest.mark.parametrize("name", HOSTILE)
def test_page_and_markdown_escape_hostile_names_and_headings_and_mask(name: str) -> None:
    result = answer(name, importer="98-765432100")
    page = result.to_html()
    assert _Tags(page).tags.isdisjoint({"script", "img"})
    assert re.findall('href="(?!#)', page) == []
    assert "000-12-3456" not in page + result.to_markdown()
    assert "<script>" not in page + result.to_markdown()
    assert "@x" not in result.to_markdown()
    hostile = result.entries.drop(
        columns=["outcome", "match_id", "difference", "reason", "due", "protest_by"]
    )
    refunds = result.refunds[["refund_id", "entry_number", "amount", "refund_secondary_status"]]
    shown = reconcile(refunds, hostile.rename(columns={"remark": name}))
    assert "<script>" not in shown.to_html()
    with zipfile.ZipFile(io.BytesIO(shown.to_excel())) as archive:
        assert not any(b"<f>" in archive.read(part) for part in archive.namelist())


def test_what_is_late_and_what_is_not_due_yet_is_said_in_every_form() -> None:
    """Newest report of 2026-07-10: B was due on 2026-06-28 (30 days after 05-29), D on 2026-07-11."""
    refunds = pd.DataFrame(
        {"entry_number": [A], "amount": [100.0], "refund_secondary_status": ["Treasury Issued"]}
    ).assign(report_date=pd.Timestamp("2026-07-10"))
    entries = pd.DataFrame({"entry_number": [A, B, D], "expected_amount": [100.0, 20.0, 7.0]})
    dates = pd.to_datetime(["2026-05-29", "2026-05-29", "2026-06-11"])
    result = reconcile(refunds, entries.assign(liquidation_date=dates))
    late = "Missing although due, more than 30 days after liquidation"
    coming = "Missing and not due yet, within 30 days of liquidation"
    for text in (result.summary(), result.to_html(), result.to_markdown()):
        told = re.sub(r"<[^>]*>|[| ]", "", text)
        assert f"{late}1$20.00".replace(" ", "") in told.replace("\n", "")
        assert f"{coming}1$7.00".replace(" ", "") in told.replace("\n", "")
    summary = rows(openpyxl.load_workbook(io.BytesIO(result.to_excel()))["Summary"])
    assert {(late, 1, 20), (coming, 1, 7)} <= {row[:3] for row in summary}
