"""Lines as XML: what two independent readers find is what was in the frame."""

from __future__ import annotations

import tempfile
from pathlib import Path

import fastexcel
import numpy as np
import openpyxl
import pandas as pd
from hypothesis import given
from hypothesis import strategies as st

from rev603.presenting.cells import MAX_TEXT, row_xml
from rev603.presenting.tables import shown_columns
from rev603.presenting.view import Section
from rev603.presenting.workbook import write_workbook
from rev603.safe_text import visible

_ANY = st.text(st.characters(exclude_categories=["Cs"]), max_size=10)


@given(
    st.lists(
        st.tuples(
            st.none() | _ANY,
            st.none() | st.integers(-(10**13), 10**13),
            st.none() | st.dates(pd.Timestamp("1901-01-01").date(), pd.Timestamp("2200-01-01").date()),
        ),
        min_size=1,
        max_size=5,
    )
)
def test_any_line_reads_back(lines: list[tuple[str | None, int | None, object]]) -> None:
    texts, cents, dates = zip(*lines, strict=True)
    frame = pd.DataFrame(
        {
            "company_name": pd.Series(texts, dtype="str"),
            "amount": np.array([np.nan if each is None else each / 100 for each in cents]),
            "refund_date": pd.Series(dates, dtype="datetime64[us]"),
        }
    )
    with tempfile.TemporaryDirectory() as folder:
        write_workbook(Path(folder, "x.xlsx"), [Section(name="x", frame=frame, breaks=True)], mask="none")
        found = list(openpyxl.load_workbook(Path(folder, "x.xlsx"))["x"].iter_rows(min_row=2, max_col=3))
    rows = [[cell.value for cell in row] for row in found]
    rows += [[None] * 3] * (len(lines) - len(rows))  # trailing lines without any value
    for (text, cent, day), (name, amount, date) in zip(lines, rows, strict=True):
        assert (name or "") == visible(text or "")
        assert (None if amount is None else round(float(str(amount)) * 100)) == cent
        assert (None if date is None else pd.Timestamp(str(date)).date()) == day


def test_both_readers_find_the_same(tmp_path: Path, nasty_names: tuple[str, ...]) -> None:
    frame = pd.DataFrame(
        {
            "company_name": pd.Series(nasty_names, dtype="str"),
            "amount": (np.arange(len(nasty_names)) - 5) / 100,
            "lines": pd.array([None, *range(len(nasty_names) - 1)], dtype="Int64"),
        }
    )
    write_workbook(tmp_path / "x.xlsx", [Section(name="x", frame=frame)])
    fast = fastexcel.read_excel(tmp_path / "x.xlsx").load_sheet("x").to_pandas()
    slow = pd.read_excel(tmp_path / "x.xlsx", engine="openpyxl")
    assert fast["Amount"].tolist() == slow["Amount"].tolist() == frame["amount"].tolist()
    assert fast["Payee"].tolist() == slow["Payee"].tolist()
    assert (
        fast["Lines"].fillna(-1).tolist() == slow["Lines"].fillna(-1).tolist() == [-1, *range(len(frame) - 1)]
    )


def test_markup_is_escaped_and_a_carriage_return_kept() -> None:
    frame = pd.DataFrame({"company_name": ["a<b>&c]]>\r\n"]})
    written = row_xml(frame, shown_columns(frame), [3], first=2, breaks=True).decode()
    assert "a&lt;b&gt;&amp;c]]&gt;&#13;\n</t>" in written


def test_figures_are_whole_or_missing_and_never_words() -> None:
    frame = pd.DataFrame(
        {
            "amount": [1e-9, 1e22, np.nan, np.inf],
            "lines": pd.array([2**53, None, -1, 0], dtype="Int64"),
            "refund_date": pd.to_datetime(["1900-03-01 12:00", *["2026-03-20 00:00"] * 3]).tz_localize("UTC"),
        }
    )
    text = row_xml(frame, shown_columns(frame), [1, 2, 3], first=1).decode()
    rows = text.split("</row>")
    assert rows[0].endswith('<c r="B1" s="2"><v>9007199254740992</v></c><c r="C1" s="3"><v>61.5</v></c>')
    assert "B2" not in rows[1]
    assert "A3" not in rows[2]
    assert "A4" not in rows[3]
    assert "46101" in rows[3]
    assert not any(word in text for word in ("nan", "inf", "NaT", "None"))


def test_a_cell_holds_no_more_than_excel_takes() -> None:
    frame = pd.DataFrame({"message": ["x" * 40_000]})
    written = row_xml(frame, shown_columns(frame), [0], first=1).decode()
    assert MAX_TEXT <= len(written) < MAX_TEXT + 200
