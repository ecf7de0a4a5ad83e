"""Markdown: a table stays a table, and no name becomes markup, a link or a mention."""

from __future__ import annotations

import re
from html import unescape
from typing import TYPE_CHECKING

import pandas as pd
from hypothesis import given
from hypothesis import strategies as st

import rev603
from rev603.presenting.tables import TextTable, escaped
from rev603.presenting.text import one_line
from rev603.sample import sample_report, write_report

if TYPE_CHECKING:
    from pathlib import Path

    from rev603.presenting.weekly import WeeklySummary


@given(st.text(st.characters(exclude_categories=["Cs"]), max_size=30))
def test_what_is_escaped_reads_as_it_was_and_holds_no_live_mark(text: str) -> None:
    safe = escaped(text)
    assert unescape(re.sub(r"\\([\\`*_{}\[\]#|~$])", r"\1", safe)) in (
        one_line(text).strip(),
        unescape(one_line(text).strip()),
    )
    bare = re.sub(r"\\[\\`*_{}\[\]#|~$]", "", safe)
    assert not re.search(r"[`*_\[\]|~<>@\n\r]", bare)
    assert not re.search(r"(?i)https?:|www\.", bare)


def test_a_table_has_one_line_per_line_and_figures_on_the_right() -> None:
    frame = pd.DataFrame(
        {
            "company_name": ["a|b\nc", None],
            "amount": [-1234.5, float("nan")],
            "lines": [12_345, 0],
            "refund_date": pd.Series(["2026-03-02", None], dtype="datetime64[us]"),
        }
    )
    assert TextTable(frame).to_markdown().split("\n") == [
        "| Payee | Amount | Lines | Refund Date |",
        "| :--- | ---: | ---: | :--- |",
        r"| a\|b c | -$1,234.50 | 12,345 | 03/02/2026 |",
        "|  |  | 0 |  |",
    ]


def test_what_is_left_out_is_said() -> None:
    frame = pd.DataFrame({"lines": range(12)})
    assert TextTable(frame, top=5).to_markdown().endswith("| 4 |\n\n… and 7 more.")
    assert "more" not in TextTable(frame, top=12).to_markdown()


def test_the_summary_begins_with_the_answer(summary: WeeklySummary) -> None:
    lines = summary.to_markdown().split("\n")
    assert lines[0] == "# Stuck refunds"
    assert lines[2] == "State on 03/20/2026, compared with 03/13/2026."
    assert lines[4] == "1 of 2 reports tie out with the totals stated, 1 without totals: see Sources."
    assert lines[6].startswith(rf"**\${summary.totals['stuck_amount']:,.2f} is stuck in 42 lines (")
    assert "of 12 importer numbers of 4 companies: 14 new" in lines[6]
    assert "| plus new | 14 |" in "\n".join(lines)
    assert "… and 32 more." in lines  # of 42 stuck lines, 10 are shown


def test_what_could_not_be_judged_stands_above_the_headline(doubtful: WeeklySummary) -> None:
    lines = doubtful.to_markdown().split("\n")
    assert lines[4] == "> **Look at this first: not everything could be judged**"
    assert lines[5].startswith(r"> - Status not documented: 3 lines, \$52,862.22 in week12")


def test_a_bare_domain_or_address_in_a_name_is_no_link() -> None:
    assert escaped("pay.example.com or a@b.example") == "pay&#46;example&#46;com or a&#64;b&#46;example"


def test_a_file_that_was_not_opened_is_named_once(tmp_path: Path) -> None:
    week = sample_report(lines=40, seed=5)
    write_report(week, tmp_path / "week.csv")
    (tmp_path / "old.xls").write_bytes(b"x")
    text = rev603.weekly_summary(rev603.read_history(tmp_path)).to_markdown()
    (said,) = [line for line in text.splitlines() if "File not opened" in line]
    said = unescape(said)
    assert "File not opened: old.xls: files of other kinds are not opened; save a workbook" in said
    assert said.count("old.xls") == 1
