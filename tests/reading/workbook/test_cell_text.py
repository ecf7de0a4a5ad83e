"""What a cell shows: expected texts are what a spreadsheet shows for the same characters in the XML."""

from __future__ import annotations

import datetime as dt
import re

import pytest
from hypothesis import given
from hypothesis import strategies as st

from rev603.reading.workbook.cell_text import (
    number_text,
    padded_text,
    shown_number,
    unescaped,
)
from rev603.reading.workbook.sheet_reader import PLAIN_NUMBER


@pytest.mark.parametrize(
    ("raw", "text"),
    [
        ("0.30000000000000004", "0.3"),
        ("0.10000000000000001", "0.1"),
        ("1234.0", "1234"),
        ("86250.000000000015", "86250"),
        ("86249.99999999999", "86250"),
        ("0.333333333333333", "0.333333333333333"),
        ("2401077.222069578", "2401077.22206958"),
        ("-0.5", "-0.5"),
        ("1e21", "1" + "0" * 21),
        ("1.5e-7", "0.00000015"),
        ("1E5", "100000"),
        ("89128134.590000004", "89128134.59"),
        ("-0", "0"),
        ("-0.0", "0"),
        ("007", "7"),
        ("60576072486", "60576072486"),
        ("12345678901234567", "12345678901234567"),
        ("1.2345678901234568E+16", "12345678901234600"),
        ("9.9999999999999999", "10"),
        ("999999999999999.9", "1000000000000000"),
    ],
)
def test_a_number_as_text_has_no_exponent_and_no_noise(raw: str, text: str) -> None:
    assert number_text(raw) == text


@pytest.mark.parametrize(
    "raw", ["NaN", "INF", "1E400", "abc", "1,5", "0x10", "1_000", "\u0661", "--1", "1e", ""]
)
def test_what_is_no_number_stays_as_it_is(raw: str) -> None:
    assert number_text(raw) == raw
    assert shown_number(raw, "date", epoch_1904=False) == raw


@given(st.decimals(-(10**8), 10**8, places=2))
def test_every_amount_in_cents_is_shown_to_the_cent(amount: object) -> None:
    digits = f"{amount}".rstrip("0").rstrip(".") if "." in f"{amount}" else f"{amount}"
    assert number_text(repr(float(str(amount)))) == ("0" if digits in ("-0", "") else digits)


@pytest.mark.parametrize(
    ("raw", "kind", "text"),
    [
        ("46059", "date", "2026-02-06 00:00:00"),
        ("46059.0", "date", "2026-02-06 00:00:00"),
        ("4.6059E4", "date", "2026-02-06 00:00:00"),
        ("46059.5625", "date", "2026-02-06 13:30:00"),
        ("46059.999988425923", "date", "2026-02-06 23:59:59"),
        ("46059.99999999999", "date", "2026-02-07 00:00:00"),
        ("0.5625", "date", "13:30:00"),
        ("0", "date", "00:00:00"),
        ("1", "date", "1900-01-01 00:00:00"),
        ("59", "date", "1900-02-28 00:00:00"),
        ("60", "date", "1900-02-29 00:00:00"),
        ("61", "date", "1900-03-01 00:00:00"),
        ("2958465", "date", "9999-12-31 00:00:00"),
        ("2958466", "date", "2958466"),
        ("1e300", "date", "1" + "0" * 300),
        ("-1", "date", "-1"),
        ("1.5", "duration", "36:00:00"),
        ("0.0625", "duration", "01:30:00"),
        ("-0.5", "duration", "-0.5"),
    ],
)
def test_dates_times_and_durations_are_shown_as_such(raw: str, kind: str, text: str) -> None:
    assert shown_number(raw, kind, epoch_1904=False) == text


@pytest.mark.parametrize(
    ("raw", "text"),
    [
        ("44597", "2026-02-06 00:00:00"),
        ("0.5", "12:00:00"),
        ("1", "1904-01-02 00:00:00"),
        ("60", "1904-03-01 00:00:00"),
        ("2957003", "9999-12-31 00:00:00"),
        ("2957004", "2957004"),
    ],
)
def test_the_other_date_system_begins_four_years_later(raw: str, text: str) -> None:
    assert shown_number(raw, "date", epoch_1904=True) == text


@given(st.datetimes(dt.datetime(1900, 3, 1), dt.datetime(9999, 12, 30)))  # noqa: DTZ001 - workbooks know no zone
def test_any_second_comes_back_from_its_serial(moment: dt.datetime) -> None:
    moment = moment.replace(microsecond=0)
    serial = (moment - dt.datetime(1899, 12, 30)) / dt.timedelta(days=1)  # noqa: DTZ001
    assert shown_number(repr(serial), "date", epoch_1904=False) == moment.isoformat(sep=" ")


numbers = st.from_regex(r"\A-?[0-9]{0,17}(?:\.[0-9]{0,9})?\Z", fullmatch=True).filter(
    lambda text: text.strip("-.")
)


@given(
    st.one_of(numbers, st.sampled_from(["0", "-0", "1E5", "999999999.123456", "123456789012345", "0.000001"]))
)
def test_a_number_that_is_taken_as_it_is_written_would_not_be_shown_otherwise(raw: str) -> None:
    if re.fullmatch(PLAIN_NUMBER.replace(r"\z", r"\Z"), raw):
        assert number_text(raw) == raw


@pytest.mark.parametrize(
    ("raw", "text"),
    [
        ("_x000D_", "\r"),
        ("a_x000d_\nb", "a\r\nb"),
        ("_x005F_x000D_", "_x000D_"),
        ("_x005F_", "_"),
        ("_x0041_x0042_", "Ax0042_"),
        ("_xD83D__xDE00_", "_xD83D__xDE00_"),
        ("ITEM_x2024_B", "ITEM_x2024_B"),
        ("_x41_ _xZZZZ_ _X0041_ x005F_", "_x41_ _xZZZZ_ _X0041_ x005F_"),
    ],
)
def test_escaped_characters_are_decoded_once(raw: str, text: str) -> None:
    assert unescaped(raw) == text


@pytest.mark.parametrize(
    ("text", "pattern", "shown"),
    [("42", "0000000", "0000042"), ("123456789", "000-00-0000", "123-45-6789"), ("1234567", "000", "1234567"),
     ("-5", "000", "-5"), ("", "000", ""), ("1.5", "000", "1.5"), ("\u0661", "000", "\u0661")],
)  # fmt: skip
def test_a_number_is_shown_as_its_format_shows_it(text: str, pattern: str, shown: str) -> None:
    assert padded_text(text, pattern) == shown
