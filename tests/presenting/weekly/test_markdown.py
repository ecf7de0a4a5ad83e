"""Markdown: a table stays a table, and no name becomes markup, a link or a mention."""

from __future__ import annotations

import re
from html import unescape
from typing import TYPE_CHECKING

import pandas as pd
from hypothesis import given
from hypothesis import strategies as st

from rev603.presenting.text import one_line
from rev603.presenting.weekly.markdown import escaped, table, weekly

if TYPE_CHECKING:
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
    assert table(frame).split("\n") == [
        "| Payee | Amount | Lines | Refund Date |",
        "| :--- | ---: | ---: | :--- |",
        r"| a\|b c | -$1,234.50 | 12,345 | 03/02/2026 |",
        "|  |  | 0 |  |",
    ]


def test_what_is_left_out_is_said() -> None:
    frame = pd.DataFrame({"lines": range(12)})
    assert table(frame, top=5).endswith("| 4 |\n\n… and 7 more.")
    assert "more" not in table(frame, top=12)


def test_the_summary_begins_with_the_answer(summary: WeeklySummary) -> None:
    lines = weekly(summary).split("\n")
    assert lines[0] == "# Refunds stuck for want of a bank account"
    assert lines[2] == "State on 03/20/2026, compared with 03/13/2026."
    assert lines[4].startswith(f"**${summary.totals['rejected_amount']:,.2f} are stuck in 40 lines of ")
    assert "| plus new | 10 |" in "\n".join(lines)
    assert "… and 30 more." in lines  # of 40 rejected lines, 10 are shown
