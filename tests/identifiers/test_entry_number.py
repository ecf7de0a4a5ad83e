"""Entry numbers, one at a time: published numbers, every junk value, every error that Luhn detects."""

from __future__ import annotations

import pickle
import string
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from rev603.errors import IdentifierError, Rev603Error
from rev603.identifiers import entry_number

#: Published by CBP, or computed there from its own description.
GOOD = (
    "MYK-2800086-4",
    "MYK-2810263-7",
    "MYK-2810064-9",
    "MYK-2810374-2",
    "605-7607248-6",
    "605-7606934-2",
    "605-7598093-7",
    "SP7-0000001-4",
)
BASES = {"ABC1234567": "6", "9999999999": "0", "MYK2800086": "4", "SP70000001": "4"}

JUNK: tuple[Any, ...] = (
    None, object(), "", " ", "-", "€", 0, 1.5, float("nan"), b"60576072486", 60576072486, True, [], {}, (),
    "60576072486\n", "60576072486\r\n", "\n60576072486", "60576072486\x00", "\t60576072486", "\ud800",
    "".join(chr(0xFF10 + int(digit)) for digit in "60576072486"),  # fullwidth digits
    "".join(chr(0x0660 + int(digit)) for digit in "60576072486"),  # Arabic digits
    "\u0131" * 11,  # the dotless i, whose capital is a Latin I
    "\u017fP700000014",  # the long s, whose capital is a Latin S
    "6057607248", "605760724866", "605760724-", "60A76072486A", "605X607248€", '="60576072486"',
    "'60576072486",
    "60576072486.0", "6.0576E+10", "nan", "NA", "XXXXYYYYYYYY",
)  # fmt: skip

# The check digit stated once more: letters as CBP's table lists them, a doubled digit by its two figures.
TABLE = dict(
    zip("ABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789", "12345678912345678923456789" + "0123456789", strict=True)
)


def by_hand(base: str) -> str:
    digits = [int(TABLE[character]) for character in base]
    figures = "".join(str(d * 2) if i % 2 == 1 else str(d) for i, d in enumerate(digits))
    return str((10 - sum(map(int, figures)) % 10) % 10)


bases = st.builds(
    "".join,
    st.tuples(
        st.text(string.ascii_uppercase + string.digits, min_size=3, max_size=3),
        st.text(string.digits, min_size=7, max_size=7),
    ),
)


@pytest.mark.parametrize("text", GOOD)
def test_published_numbers_are_valid_and_format_back(text: str) -> None:
    plain = text.replace("-", "")
    assert entry_number.validate(text) == entry_number.compact(text) == plain
    assert entry_number.is_valid(text)
    assert entry_number.format(plain) == text
    assert entry_number.check_digit(plain[:10]) == text[-1]


@pytest.mark.parametrize(("base", "digit"), BASES.items())
def test_published_check_digits(base: str, digit: str) -> None:
    assert entry_number.check_digit(base) == digit


@pytest.mark.parametrize("junk", JUNK, ids=lambda junk: ascii(junk).split(" at 0x")[0])
def test_junk_is_not_valid_and_never_raises(junk: object) -> None:
    assert entry_number.is_valid(junk) is False


@pytest.mark.parametrize("junk", JUNK, ids=lambda junk: ascii(junk).split(" at 0x")[0])
def test_junk_is_refused_in_our_own_words(junk: Any) -> None:
    with pytest.raises(IdentifierError) as caught:
        entry_number.validate(junk)
    assert caught.value.why
    assert caught.value.what_to_do
    assert str(pickle.loads(pickle.dumps(caught.value))) == str(caught.value)  # noqa: S301 - our own error


@given(st.text())
def test_any_text_is_answered(text: str) -> None:
    assert entry_number.is_valid(text) in (True, False)
    entry_number.format(text)
    entry_number.compact(text)


@given(bases)
def test_the_check_digit_is_the_published_one(base: str) -> None:
    digit = entry_number.check_digit(base)
    assert digit == by_hand(base)
    assert entry_number.is_valid(base + digit)


@given(bases, st.integers(0, 10), st.sampled_from(string.digits))
def test_every_single_digit_error_is_detected(base: str, place: int, wrong: str) -> None:
    number = base + by_hand(base)
    # a letter and its own digit stand for the same value, so that one change no check digit can see
    if TABLE[number[place]] != wrong:
        changed = number[:place] + wrong + number[place + 1 :]
        assert not entry_number.is_valid(changed)
        with pytest.raises(Rev603Error, match="check digit"):
            entry_number.validate(changed)


@given(bases, st.integers(0, 9))
def test_every_transposition_that_luhn_detects_is_detected(base: str, place: int) -> None:
    number = base + by_hand(base)
    left, right = number[place], number[place + 1]
    swapped = number[:place] + right + left + number[place + 2 :]
    seen = TABLE[left] != TABLE[right] and {TABLE[left], TABLE[right]} != {"0", "9"}
    movable = place != 2 or right.isdigit() == left.isdigit()  # a letter must not stand in the serial
    if seen:
        assert not entry_number.is_valid(swapped)
    elif movable:
        assert entry_number.is_valid(swapped)


def test_spaces_dashes_and_case_do_not_matter() -> None:
    for text in ("myk-2800086-4", " MYK 2800086 4 ", "MYK\u00a02800086\u20134", "MYK\u20112800086\u20104"):
        assert entry_number.validate(text) == "MYK28000864"


def test_only_latin_letters_are_raised_to_capitals() -> None:
    assert entry_number.compact("\u0131\u017fß") == "\u0131\u017fß"


def test_format_leaves_what_is_no_entry_number() -> None:
    assert entry_number.format("PROTEST 12-34") == "PROTEST 12-34"
    assert entry_number.format("MYK28000865") == "MYK-2800086-5"  # a wrong check digit is still the shape


@pytest.mark.parametrize("base", ["", "MYK280008", "MYK28000864", "MY€2800086", "MYKX800086"])
def test_no_check_digit_for_another_shape(base: str) -> None:
    with pytest.raises(IdentifierError, match="No check digit"):
        entry_number.check_digit(base)


@pytest.mark.parametrize(
    "text", ["000-12-3456", "000123456", "000 12 3456", " 00012-3456", "payee 000-12-3456 here"]
)
def test_a_message_shows_no_social_security_number(text: str) -> None:
    with pytest.raises(IdentifierError) as caught:
        entry_number.validate(text)
    assert "3456" in str(caught.value)
    assert "000" not in str(caught.value)
    with pytest.raises(IdentifierError) as caught:
        entry_number.check_digit(text)
    assert "000" not in str(caught.value)
