"""Text parsed in pieces is the text parsed at once, wherever a piece happens to end."""

from __future__ import annotations

import csv
import io

import pyarrow as pa
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from rev603.reading.csv_pieces import TooManyCells, cut_up, parse_pieces

WIDTH = 3


def _rows(text: str, piece_bytes: int) -> list[list[str | None]]:
    """Give the rows in their order, odd ones as their text alone."""
    parsed = parse_pieces(
        cut_up(memoryview(text.encode()), piece_bytes=piece_bytes), ",", WIDTH, max_cells=1_000
    )
    regular = iter(zip(*(column.to_pylist() for column in parsed.columns), strict=True))
    count = len(parsed.columns[0]) + len(parsed.odd)
    return [
        [parsed.odd[number]] if number in parsed.odd else list(next(regular))
        for number in range(1, count + 1)
    ]


def _by_the_standard_library(text: str) -> list[list[str | None]]:
    return [[cell or None for cell in row] for row in csv.reader(io.StringIO(text, newline=""))]


cells = st.text(st.sampled_from('ab,"\né '), max_size=6)


@settings(max_examples=300, deadline=None)
@given(
    st.lists(st.lists(cells, min_size=WIDTH, max_size=WIDTH), min_size=1, max_size=12),
    st.integers(1, 80),
    st.sampled_from(["\n", "\r\n", "\r"]),
)
def test_pieces_of_any_size_give_what_the_standard_library_gives(
    rows: list[list[str]], piece_bytes: int, end: str
) -> None:
    text = io.StringIO()
    if end == "\r":  # it would quote only its own line ends
        csv.writer(text, lineterminator=end, quoting=csv.QUOTE_ALL).writerows(rows)
    else:
        csv.writer(text, lineterminator=end).writerows(rows)
    assert _rows(text.getvalue(), piece_bytes) == _by_the_standard_library(text.getvalue())


@pytest.mark.parametrize("piece_bytes", range(1, 60))
def test_a_line_break_in_a_cell_is_never_taken_for_the_end_of_a_row(piece_bytes: int) -> None:
    text = 'R1,"12 Dock Rd\nSuite 4\nPortland",1\nR2,"one\n\n\nfour",2\r\nR3,"say ""ah""\n",3\n'
    assert _rows(text, piece_bytes) == [
        ["R1", "12 Dock Rd\nSuite 4\nPortland", "1"],
        ["R2", "one\n\n\nfour", "2"],
        ["R3", 'say "ah"\n', "3"],
    ]


@pytest.mark.parametrize("piece_bytes", range(1, 40))
def test_a_stray_quotation_mark_before_a_quoted_line_break_misleads_no_cut(piece_bytes: int) -> None:
    text = 'R1,5" pipe,1\nR2,"two\nlines, one cell\n",2\nR3,6" pipe,3\nR4,four,4\n'
    assert _rows(text, piece_bytes) == [
        ["R1", '5" pipe', "1"],
        ["R2", "two\nlines, one cell\n", "2"],
        ["R3", '6" pipe', "3"],
        ["R4", "four", "4"],
    ]


@pytest.mark.parametrize("piece_bytes", [1, 5, 12, 17, 40])
def test_rows_of_another_width_keep_their_number_through_all_pieces(piece_bytes: int) -> None:
    text = "Trade Refund Report\nR1,a,1\n\nR2,b,2\nTotal,2\nR3,c,3\nR4,d,4,,,\nR5,e,5"
    assert _rows(text, piece_bytes) == [
        ["Trade Refund Report"],
        ["R1", "a", "1"],
        [None, None, None],
        ["R2", "b", "2"],
        ["Total,2"],
        ["R3", "c", "3"],
        ["R4,d,4,,,"],
        ["R5", "e", "5"],
    ]


@pytest.mark.parametrize("piece_bytes", [4, 9, 100])
def test_a_byte_order_mark_amid_the_text_is_kept_at_the_start_of_a_row(piece_bytes: int) -> None:
    assert _rows("R1,a,1\n\ufeffR2,b,2\nR3,c,3\n", piece_bytes)[1] == ["\ufeffR2", "b", "2"]


def test_text_that_ends_within_a_cell_is_refused() -> None:
    with pytest.raises(pa.ArrowInvalid):
        _rows('R1,5" pipe,1\nR2,"never closed,2\nR3,c,3\n', 1 << 20)


def test_more_cells_than_allowed_are_refused_on_the_way() -> None:
    text = memoryview(b"R1,a,1\n" * 40)
    assert len(parse_pieces(cut_up(text, piece_bytes=20), ",", WIDTH, max_cells=120).columns[0]) == 40
    with pytest.raises(TooManyCells):
        parse_pieces(cut_up(text, piece_bytes=20), ",", WIDTH, max_cells=119)


@pytest.mark.parametrize("piece_bytes", [1, 4, 1 << 20])
def test_quotation_marks_are_counted_through_all_pieces(piece_bytes: int) -> None:
    even = 'R1,"a, b",1\nR2,5" pipe,2\nR3,6" pipe,3\n'
    assert cut_up(memoryview(even.encode()), piece_bytes=piece_bytes).paired
    odd = even.replace('6"', "6")
    assert not cut_up(memoryview(odd.encode()), piece_bytes=piece_bytes).paired
