"""Every error says what, where, why and what to do, and crosses a process border whole."""

from __future__ import annotations

import pickle

import pandas as pd
import pytest

import rev603
from rev603 import errors
from rev603.reading.issues import ISSUE_COLUMNS


def _issues(count: int) -> pd.DataFrame:
    line = dict.fromkeys(ISSUE_COLUMNS, "x")
    return pd.DataFrame([line | {"message": f"L{row}: not an amount"} for row in range(count)])


EXAMPLES = [
    rev603.Rev603Error("What.", where="here", why="so", what_to_do="this"),
    rev603.SourceNotFoundError("Gone.", where="a.csv"),
    rev603.UnsafeFileError("Bomb."),
    rev603.UnrecognizedFileError("A picture."),
    rev603.ControlTotalError("Off by a cent."),
    rev603.IdentifierError("No entry number."),
    rev603.ColumnsMissingError(["Payee ID"], found=["Payee Num"], guesses={"Payee ID": "Payee Num"}),
    rev603.LineError(_issues(12), where="a.csv"),
]


@pytest.mark.parametrize("error", EXAMPLES, ids=lambda error: type(error).__name__)
def test_an_error_survives_pickling(error: rev603.Rev603Error) -> None:
    again = pickle.loads(pickle.dumps(error))  # noqa: S301 - our own bytes
    assert type(again) is type(error)
    assert str(again) == str(error)
    assert again.where == error.where


@pytest.mark.parametrize("name", errors.__all__)
def test_every_error_is_one_of_ours_and_public(name: str) -> None:
    assert issubclass(getattr(rev603, name), rev603.Rev603Error)


def test_the_parts_of_an_error_are_labelled_lines() -> None:
    assert str(EXAMPLES[0]) == "What.\n  where: here\n  why: so\n  what to do: this"


def test_what_is_not_there_is_also_a_file_not_found_error() -> None:
    assert isinstance(EXAMPLES[1], FileNotFoundError)


def test_missing_columns_come_with_the_nearest_guess_and_what_was_found() -> None:
    text = str(EXAMPLES[6])
    assert "Payee ID (did you mean 'Payee Num'?)" in text
    assert "found: Payee Num" in text


def test_a_line_error_lists_ten_cells_counts_the_rest_and_keeps_all() -> None:
    error = EXAMPLES[7]
    assert isinstance(error, rev603.LineError)
    assert "12 cells cannot be read" in str(error)
    assert str(error).count("not an amount") == 10
    assert "2 more" in str(error)
    assert len(error.issues) == 12
