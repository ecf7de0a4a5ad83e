"""Text from outside: what cannot be written becomes visible, on whole columns as on single values."""

from __future__ import annotations

import pandas as pd
from hypothesis import given
from hypothesis import strategies as st

from rev603.presenting.text import as_text, count, day, formatter, money, one_line, visible_column
from rev603.safe_text import visible

_ANY = st.text(st.characters(exclude_categories=["Cs"]), max_size=12)


def _may_stand_in_xml(character: str) -> bool:
    """Production Char of XML 1.0, the second implementation."""
    code = ord(character)
    return code in (9, 10, 13) or 0x20 <= code <= 0xD7FF or 0xE000 <= code <= 0xFFFD or code >= 0x10000


@given(st.text(max_size=20))
def test_what_is_visible_may_stand_in_xml(text: str) -> None:
    assert all(_may_stand_in_xml(character) for character in visible(text))


@given(st.lists(st.none() | _ANY, max_size=6))
def test_a_column_is_cleaned_as_its_values_are(texts: list[str | None]) -> None:
    for clean in (visible, one_line):
        column = visible_column(pd.Series(texts, dtype="str"), clean)
        assert [None if pd.isna(each) else each for each in column] == [
            None if each is None else clean(each) for each in texts
        ]


def test_nothing_is_dropped_without_a_sign() -> None:
    assert visible("a\x00b\x1bc\x7fd\x9be\u202ef\ufffeg") == "a␀b␛c␡d\ufffde\ufffdf\ufffdg"
    assert visible("tab\tand\r\nbreak, شركة, 会社 and é") == "tab\tand\r\nbreak, شركة, 会社 and é"


def test_one_line_is_one_line_for_every_program() -> None:
    assert one_line("a\r\nb\tc\u2028d\x0be\x85f") == "a b c d e f"


def test_truth_is_yes_and_no_and_a_lone_surrogate_is_no_text() -> None:
    mixed = as_text(pd.Series([True, 2, "x\ud800", None], dtype=object))
    assert mixed.tolist()[:3] == ["yes", "2", "x\ufffd"]
    assert pd.isna(mixed[3])
    assert as_text(pd.Series([True, False])).tolist() == ["yes", "no"]


def test_figures_are_written_as_people_write_them() -> None:
    assert [money(each) for each in (0.0, -0.001, 0.1 + 0.2, -1234.5, 1e10)] == [
        "$0.00",
        "$0.00",
        "$0.30",
        "-$1,234.50",
        "$10,000,000,000.00",
    ]
    assert (count(12345), count(7.5), day("2026-02-06")) == ("12,345", "7.5", "02/06/2026")


def test_a_missing_figure_is_an_empty_text_and_never_nan() -> None:
    for kind in ("money", "count", "days", "date", "number", "text"):
        assert [formatter(kind)(each) for each in (None, float("nan"), pd.NaT, pd.NA)] == [""] * 4
