"""Importer numbers, one at a time: kinds, suffixes, masking, junk."""

from __future__ import annotations

import pickle
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from rev603.errors import IdentifierError
from rev603.identifiers import importer_number

#: text, kind, compact form, printed form, base, suffix
FORMS = (
    ("98-7654321", "irs", "98-7654321", "98-765432100", "98-7654321", "00"),
    ("98-765432100", "irs", "98-765432100", "98-765432100", "98-7654321", "00"),
    ("98-7654321 ab", "irs", "98-7654321AB", "98-7654321AB", "98-7654321", "AB"),
    ("98-7654321A1", "irs", "98-7654321A1", "98-7654321A1", "98-7654321", "A1"),
    ("987654321A1", "irs", "987654321A1", "98-7654321A1", "98-7654321", "A1"),
    ("9876543211A", "irs", "9876543211A", "98-76543211A", "98-7654321", "1A"),
    ("98\u20137654321", "irs", "98-7654321", "98-765432100", "98-7654321", "00"),
    ("000-12-3456", "ssn", "000-12-3456", "000-12-3456", None, None),
    (" 000 - 12 - 3456", "ssn", "000-12-3456", "000-12-3456", None, None),
    ("262704-00017", "cbp", "262704-00017", "262704-00017", None, None),
    ("987654321", None, "987654321", "987654321", None, None),  # EIN or social security number
    ("98765432100", None, "98765432100", "98765432100", None, None),  # EIN and suffix, or assigned by CBP
)

JUNK: tuple[Any, ...] = (
    None, object(), "", " ", "€", 0, 987654321, 1.5, float("nan"), b"98-7654321", [], {}, "\ud800", "NA",
    "98-7654321\n", "98-7654321\r", "\n98-7654321", "98-7654321\x00", "98-7654321\t00", '="98-7654321"',
    "\uff19\uff18-7654321",  # fullwidth digits
    "\u0131" * 9,  # the dotless i, whose capital is a Latin I
    "98-765432", "98-76543210", "98-765432100A", "9-87654321", "98-7654321É1", "98-7654321.0",
    "000-123-456", "000-12-34567", "2627040-0017",
)  # fmt: skip


@pytest.mark.parametrize("form", FORMS, ids=lambda form: ascii(form[0]))
def test_forms(form: tuple[str, str | None, str, str, str | None, str | None]) -> None:
    text, kind, compact, printed, base, suffix = form
    assert importer_number.is_valid(text)
    assert importer_number.compact(text) == importer_number.validate(text) == compact
    assert importer_number.kind(text) == kind
    assert importer_number.format(text) == printed
    assert importer_number.base(text) == base
    assert importer_number.suffix(text) == suffix


@pytest.mark.parametrize("junk", JUNK, ids=lambda junk: ascii(junk).split(" at 0x")[0])
def test_junk_is_not_valid_and_never_raises(junk: object) -> None:
    assert importer_number.is_valid(junk) is False
    assert importer_number.kind(junk) is None
    assert importer_number.base(junk) is None
    assert importer_number.suffix(junk) is None


@pytest.mark.parametrize("junk", JUNK, ids=lambda junk: ascii(junk).split(" at 0x")[0])
def test_junk_is_refused_in_our_own_words(junk: Any) -> None:
    with pytest.raises(IdentifierError) as caught:
        importer_number.validate(junk)
    assert caught.value.why
    assert caught.value.what_to_do
    assert str(pickle.loads(pickle.dumps(caught.value))) == str(caught.value)  # noqa: S301 - our own error


@given(st.text())
def test_any_text_is_answered(text: str) -> None:
    assert importer_number.is_valid(text) in (True, False)
    assert (importer_number.kind(text) is None) or importer_number.is_valid(text)
    importer_number.format(text)
    importer_number.mask(text)


def test_format_leaves_what_is_no_importer_number() -> None:
    assert importer_number.format("see file") == "see file"


@pytest.mark.parametrize("text", ["666-45-67890", "6664567890", "666-456-7890", "x666-45-6789", "66645-6789"])
def test_a_message_shows_the_last_four_at_most(text: str) -> None:
    with pytest.raises(IdentifierError) as caught:
        importer_number.validate(text)
    assert text[-4:] in str(caught.value)
    assert "666" not in str(caught.value)
    assert "45-" not in str(caught.value)


@pytest.mark.parametrize(
    ("text", "masked"),
    [
        ("000-12-3456", "XXX-XX-3456"),
        ("000\u201312\u20133456", "XXX-XX-3456"),
        ("000 - 12 - 3456", "XXX-XX-3456"),
        ("from 000-12-3456 to 666-45-6789.", "from XXX-XX-3456 to XXX-XX-6789."),
        ("000-12-3456,666-45-6789", "XXX-XX-3456,XXX-XX-6789"),
        ("SSN000-12-3456", "SSNXXX-XX-3456"),
        ("line one\n000-12-3456", "line one\nXXX-XX-3456"),
        ("000123456", "XXXXX3456"),
        (" 000123456 ", " XXXXX3456 "),
        ("000 12 3456", "XXXXX3456"),
        ("98-7654321", "98-7654321"),
        ("98-765432100", "98-765432100"),
        ("262704-00017", "262704-00017"),
        ("605-7607248-6", "605-7607248-6"),
        ("60576072486", "60576072486"),
        ("2026-11-13", "XXXX1113"),  # in doubt, a payee number of eight digits
        ("000123456\n", "XXXXX3456\n"),
        ("000.12.3456", "XXXXX3456"),
        ("000/12/3456", "XXXXX3456"),
        ("000\u221212\u22123456", "XXX-XX-3456"),  # minus sign
        ("000\uff0d12\uff0d3456", "XXX-XX-3456"),  # full-width hyphen
        ("000\ufe6312\ufe633456", "XXX-XX-3456"),
        ("000\u201512\u20433456", "XXX-XX-3456"),
        ("000--12--3456", "XXX-XX-3456"),
        ("000-123456", "XXXXX3456"),
        ("00-0123456", "00-0123456"),  # the shape of an EIN
        ("\uff10\uff10\uff10123456", "XXXXX3456"),  # full-width zeros
        ("000\u200b12\u200b3456", "XXXXX3456"),  # characters that cannot be seen
        ("12345678", "XXXX5678"),  # a spreadsheet took the leading zero
        ("SSN 000123456", "SSN XXXXX3456"),
        ("000123456 000654321", "XXXXX3456 XXXXX4321"),
        ("000 12 3456 98-7654321", "XXXXX3456 98-7654321"),
        ("98-7654321 98-7654322", "98-7654321 98-7654322"),
        ("98-7654321AB", "98-7654321AB"),
        ("987654321A1", "987654321A1"),
        ("", ""),
    ],
)
def test_mask(text: str, masked: str) -> None:
    assert importer_number.mask(text) == masked


@pytest.mark.parametrize(
    "text",
    [
        "1704-25-100123",  # a protest number
        "605-7607248-6", "60576072486", "98-765432100", "262704-00017", "0713404", "2026-11-13", "317-298-1200",
        "25-666-45-6789", "666-45-67890", "000123456", "12/13/2025", "061000010713404",
    ],
)  # fmt: skip
def test_other_numbers_stay_what_they_are_outside_a_payee_column(text: str) -> None:
    assert importer_number.mask(text, nine_digits=False) == text
    assert importer_number.mask(f"see {text}.", nine_digits=False) == f"see {text}."


def test_what_is_called_a_social_security_number_is_hidden_anywhere() -> None:
    said = "SSN: 666456789, social security no. 666 45 6788"
    assert importer_number.mask(said, nine_digits=False) == "SSN: XXXXX6789, social security no. XXXXX6788"


def test_nine_digits_outside_a_payee_column_can_stay() -> None:
    assert importer_number.mask("000123456", nine_digits=False) == "000123456"
    assert importer_number.mask("000-12-3456", nine_digits=False) == "XXX-XX-3456"


@given(st.text(), st.from_regex(r"[0-9]{3}-[0-9]{2}-[0-9]{4}", fullmatch=True), st.text())
def test_no_social_security_number_survives_in_any_text(before: str, number: str, after: str) -> None:
    masked = importer_number.mask(before + number + after)
    assert number not in masked
    assert importer_number.mask(masked) == masked
