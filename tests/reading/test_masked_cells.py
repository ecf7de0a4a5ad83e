"""What is shown of a cell hides social security numbers, and a column at once is shown as each of its values."""

from __future__ import annotations

import pyarrow as pa
import pytest
from hypothesis import given
from hypothesis import strategies as st

from rev603.reading.masked_cells import masked, masked_cells, quoted

texts = st.one_of(
    st.none(),
    st.text(max_size=12),
    st.text(st.sampled_from("0123456789 -\u2013'\"\\\n\u00a0x"), max_size=30),
    st.from_regex(r"\A[a-z ]{0,3}000 ?[-–] ?[0-9]{2} ?- ?[0-9]{4}[a-z ]{0,3}\Z"),
    st.from_regex(r"\A0{3}[0-9]{6}\Z"),
    st.text(st.sampled_from("ab "), min_size=78, max_size=84),
)


@given(st.lists(texts, max_size=8), st.sampled_from(["payee_id", "importer_number", "address", None]))
def test_a_column_is_shown_as_each_of_its_values(values: list[str | None], column: str | None) -> None:
    assert masked_cells(values, column).to_pylist() == [masked(value, column) for value in values]
    expected = [None if value is None else repr(masked(value, column)) for value in values]
    assert quoted(values, column).to_pylist() == expected


@pytest.mark.parametrize("value", ["000-12-3456", "paid 000 - 12 - 3456 twice", "000–12–3456"])
def test_a_social_security_number_is_hidden_wherever_it_stands(value: str) -> None:
    for shown in (masked(value), *masked_cells([value]).to_pylist(), *quoted([value]).to_pylist()):
        assert "3456" in shown
        assert "12" not in shown


def test_values_from_arrow_are_taken_in_any_text_type_and_in_pieces() -> None:
    pieces = pa.chunked_array([pa.array(["a'b", None]), pa.array(["000-12-3456"])])
    assert quoted(pieces).to_pylist() == ['"a\'b"', None, "'XXX-XX-3456'"]
    assert quoted(pa.chunked_array([], type=pa.string())).to_pylist() == []
