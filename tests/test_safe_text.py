"""What is shown names no person and obeys no stranger; what means something else stays what it is."""

from __future__ import annotations

import io
import json
import time
from contextlib import redirect_stderr, redirect_stdout

import pytest
from hypothesis import given
from hypothesis import strategies as st

from rev603.cli._output import emit, emit_json, say
from rev603.errors import Rev603Error
from rev603.safe_text import hide_persons, visible

HOSTILE = "a\x1b]8;;http://example.com\x07b\x1b[31mc\u202ed\u2066e\u200ff\x9bg"


def obeyed(text: str) -> list[str]:
    """Signs that a terminal obeys: controls but line breaks and tabs, and those that turn text round."""
    turning = {*range(0x202A, 0x202F), *range(0x2066, 0x206A), 0x200E, 0x200F, 0x61C}
    return [
        each
        for each in text
        if (ord(each) < 0x20 and each not in "\n\t") or 0x7F <= ord(each) < 0xA0 or ord(each) in turning
    ]


def test_nothing_that_is_printed_is_obeyed_by_a_terminal() -> None:
    out, talk = io.StringIO(), io.StringIO()
    with redirect_stdout(out), redirect_stderr(talk):
        emit(HOSTILE)
        emit_json({HOSTILE: [HOSTILE]})
        say(HOSTILE)
    assert obeyed(HOSTILE)
    assert obeyed(out.getvalue() + talk.getvalue()) == []
    assert json.loads(out.getvalue().split("\n", 1)[1]) == {HOSTILE: [HOSTILE]}


def test_an_error_names_no_person_wherever_the_number_stands() -> None:
    error = Rev603Error(
        "Bad 666-45-6789.", where="666-45-6789.xlsx", why="666\u201345\u20136789", what_to_do=f"see {HOSTILE}"
    )
    assert "666" not in str(error)
    assert obeyed(str(error)) == []


@given(st.text(st.characters(exclude_categories=["Cs"])))
def test_hiding_twice_is_hiding_once(text: str) -> None:
    for payee in (True, False):
        hidden = hide_persons(text, payee=payee)
        assert hide_persons(hidden, payee=payee) == hidden
    assert visible(visible(text)) == visible(text)


@pytest.mark.parametrize("separators", [" ", "-", ".", "- ", "1 ", "1-", "12 ", "SSN ", "\u200b", "111-11-"])
def test_long_text_of_separators_takes_no_longer_than_it_is(separators: str) -> None:
    text = separators * (100_000 // len(separators))
    start = time.perf_counter()
    hide_persons(text, payee=True)
    hide_persons(text)
    assert time.perf_counter() - start < 5
