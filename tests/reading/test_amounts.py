"""Amounts: every form that exports show, to the cent, and nothing that only looks like one."""

from __future__ import annotations

from decimal import Decimal
from typing import Any

import pyarrow as pa
import pytest
from hypothesis import given
from hypothesis import strategies as st

import rev603
from rev603.errors import LineError
from rev603.reading.amounts import amount_in_cents, parse_amounts

READ = {
    "$1,234.56": 123456, "(1,234.56)": -123456, "-1,234.56": -123456, "1,234.56-": -123456, "$-": 0, "1234": 123400,
    "$1234.56": 123456, "($1,234.56)": -123456, "$(1,234.56)": -123456, "-$1,234.56": -123456, "$-1,234.56": -123456,
    "$ 1,234.56": 123456, "$ -": 0, "-": 0, "0": 0, "$0.00": 0, "1234.5": 123450, "1,234": 123400, "1234.": 123400,
    ".5": 50, "+5.00": 500, "1,234.56 USD": 123456, "US$5.00": 500, "1234.1000000000001": 123410,
    "12,345,678.90": 1234567890, "0.29999999999999999": 30, "1234.560": 123456, "\u22125.00": -500,
}  # fmt: skip
REFUSED = [
    "1e3", "1E5", "nan", "inf", "NaN", "0.005", "1.234", "1,23", "12,34.56", "1234,56", "1.234,56", "12 34 x", "$", "--5",
    "(5", "5)", "(-5)", "-5-", "5..0", "1,234,56", "0x10", "1_000", "\u0661\u0662", "EUR 5.00", "N/A", "5%", "five", ".",
    "99999999999999999", "5\n6.",
]  # fmt: skip


@pytest.mark.parametrize(("text", "cents"), READ.items())
def test_an_amount_in_every_form(text: str, cents: int) -> None:
    found, filled, unreadable = parse_amounts(pa.chunked_array([[text, None]], type=pa.string()))
    assert (found.tolist(), filled.tolist(), unreadable.tolist()) == (
        [cents, 0],
        [True, False],
        [False, False],
    )
    assert amount_in_cents(text) == cents


@pytest.mark.parametrize("text", REFUSED)
def test_what_only_looks_like_an_amount_is_refused(text: str) -> None:
    _, filled, unreadable = parse_amounts(pa.chunked_array([[text]], type=pa.string()))
    assert (filled.tolist(), unreadable.tolist()) == ([False], [True])
    assert amount_in_cents(text) is None


@pytest.mark.parametrize("text", ["$1,234.56", "(1,234.56)", "-1,234.56", "1,234.56-", "1234.56"])
def test_the_forms_in_a_file(make: Any, text: str) -> None:
    for stream in (make.csv, make.book):
        report = rev603.read(stream(make.table([make.line(0, total_refund_amount=text), make.line(1)])))
        assert abs(report.refunds["amount"].tolist()[0]) == 1234.56
        assert (report.refunds["amount"].tolist()[0] < 0) is any(sign in text for sign in "(-")


@pytest.mark.parametrize("text", ["1e3", "0.005", "N/A"])
def test_a_refused_amount_is_named_with_its_cell(make: Any, text: str) -> None:
    with pytest.raises(LineError) as caught:
        rev603.read(make.csv(make.table([make.line(0), make.line(1, total_refund_amount=text)])))
    assert caught.value.issues[["code", "source_row", "column", "value"]].values.tolist() == [
        ["amount-unreadable", 3, "total_refund_amount", text]
    ]


def test_a_blank_amount_adds_nothing_and_is_named(make: Any) -> None:
    report = rev603.read(
        make.csv(
            [*make.block(2, "$100.01"), *make.table([make.line(0), make.line(1, total_refund_amount=None)])]
        )
    )
    assert report.refunds["amount"].isna().tolist() == [False, True]
    assert report.control.ties_out is True
    assert report.issues["code"].tolist() == ["amount-missing"]


@given(
    st.integers(min_value=-(10**14), max_value=10**14),
    st.sampled_from(["{}", "${}", "{} USD"]),
    st.booleans(),
)
def test_any_amount_survives_any_form(cents: int, form: str, grouped: bool) -> None:
    digits = f"{abs(cents) // 100:{',' if grouped else ''}}.{abs(cents) % 100:02d}"
    plain = form.format(digits)
    for text in (
        [plain]
        if cents >= 0
        else [f"({plain})", f"-{plain}", f"{plain}-" if "USD" not in form else f"-{plain}"]
    ):
        assert amount_in_cents(text) == cents
        found, _, unreadable = parse_amounts(pa.chunked_array([[text]], type=pa.string()))
        assert (found.tolist(), unreadable.tolist()) == ([cents], [False])


@given(st.text(alphabet="0123456789.,$()-+ eE%", max_size=12))
def test_the_column_and_the_single_form_agree_on_anything(text: str) -> None:
    found, filled, _ = parse_amounts(pa.chunked_array([[text]], type=pa.string()))
    assert (int(found[0]) if filled[0] else None) == amount_in_cents(text)


@given(st.decimals(min_value=-(10**9), max_value=10**9, places=2))
def test_an_amount_is_what_decimal_says(amount: Decimal) -> None:
    assert amount_in_cents(f"{amount:f}") == int(amount * 100)
