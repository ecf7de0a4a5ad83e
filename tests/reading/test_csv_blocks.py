"""Text parsed block by block is the text parsed at once, wherever a block happens to end."""

from __future__ import annotations

import csv
import io

import pytest
from hypothesis import given
from hypothesis import strategies as st

import rev603
from rev603.errors import UnrecognizedFileError, UnsafeFileError
from rev603.reading.csv import parse_text, read_csv_grid
from rev603.reading.sniff import sniff

WIDTH = 3


def _rows(text: str, block_bytes: int) -> list[list[str | None]]:
    """Give the rows in their order, odd ones as their text alone."""
    data = memoryview(text.encode())
    parsed = parse_text(data, ",", WIDTH, name="a.csv", max_cells=1_000, block_bytes=block_bytes)
    regular = iter(zip(*(column.to_pylist() for column in parsed.columns), strict=True))
    count = len(parsed)
    return [
        [parsed.odd[number]] if number in parsed.odd else list(next(regular))
        for number in range(1, count + 1)
    ]


def _by_the_standard_library(text: str) -> list[list[str | None]]:
    return [[cell or None for cell in row] for row in csv.reader(io.StringIO(text, newline=""))]


cells = st.text(st.sampled_from('ab,"\né '), max_size=6)


@given(
    st.lists(st.lists(cells, min_size=WIDTH, max_size=WIDTH), min_size=1, max_size=12),
    st.integers(60, 140),
    st.sampled_from(["\n", "\r\n", "\r"]),
)
def test_blocks_of_any_size_give_what_the_standard_library_gives(
    rows: list[list[str]], block_bytes: int, end: str
) -> None:
    text = io.StringIO()
    if end == "\r":  # it would quote only its own line ends
        csv.writer(text, lineterminator=end, quoting=csv.QUOTE_ALL).writerows(rows)
    else:
        csv.writer(text, lineterminator=end).writerows(rows)
    assert _rows(text.getvalue(), block_bytes) == _by_the_standard_library(text.getvalue())


@pytest.mark.parametrize("block_bytes", range(30, 90))
def test_a_line_break_in_a_cell_is_never_taken_for_the_end_of_a_row(block_bytes: int) -> None:
    text = 'R1,"12 Dock Rd\nSuite 4\nPortland",1\nR2,"one\n\n\nfour",2\r\nR3,"say ""ah""\n",3\n'
    assert _rows(text, block_bytes) == [
        ["R1", "12 Dock Rd\nSuite 4\nPortland", "1"],
        ["R2", "one\n\n\nfour", "2"],
        ["R3", 'say "ah"\n', "3"],
    ]


@pytest.mark.parametrize("block_bytes", range(26, 66))
def test_a_stray_quotation_mark_before_a_quoted_line_break_misleads_no_cut(block_bytes: int) -> None:
    text = 'R1,5" pipe,1\nR2,"two\nlines, one cell\n",2\nR3,6" pipe,3\nR4,four,4\n'
    assert _rows(text, block_bytes) == [
        ["R1", '5" pipe', "1"],
        ["R2", "two\nlines, one cell\n", "2"],
        ["R3", '6" pipe', "3"],
        ["R4", "four", "4"],
    ]


@pytest.mark.parametrize("block_bytes", [21, 25, 40])
def test_rows_of_another_width_keep_their_number_through_all_blocks(block_bytes: int) -> None:
    text = "Trade Refund Report\nR1,a,1\n\nR2,b,2\nTotal,2\nR3,c,3\nR4,d,4,,,\nR5,e,5"
    assert _rows(text, block_bytes) == [
        ["Trade Refund Report"],
        ["R1", "a", "1"],
        [None, None, None],
        ["R2", "b", "2"],
        ["Total,2"],
        ["R3", "c", "3"],
        ["R4,d,4,,,"],
        ["R5", "e", "5"],
    ]


@pytest.mark.parametrize("block_bytes", [12, 17, 100])
def test_a_byte_order_mark_amid_the_text_is_kept_at_the_start_of_a_row(block_bytes: int) -> None:
    assert _rows("R1,a,1\n\ufeffR2,b,2\nR3,c,3\n", block_bytes)[1] == ["\ufeffR2", "b", "2"]


def test_a_row_longer_than_a_block_is_refused() -> None:
    with pytest.raises(UnrecognizedFileError, match="cannot be cut"):
        _rows('R1,"' + "long\n" * 40 + '",1\n', 64)


def test_more_cells_than_allowed_are_refused_on_the_way() -> None:
    text = memoryview(b"R1,a,1\n" * 40)
    assert len(parse_text(text, ",", WIDTH, name="a.csv", max_cells=120, block_bytes=20)) == 40
    with pytest.raises(UnsafeFileError, match="more than 119 cells"):
        parse_text(text, ",", WIDTH, name="a.csv", max_cells=119, block_bytes=20)
    with pytest.raises(UnsafeFileError, match="more than 39 cells"):
        parse_text(memoryview(b"x\n" * 40), ",", WIDTH, name="a.csv", max_cells=39)


@pytest.mark.parametrize("rest", ["R3,c,3\n", "R3,c,3", ""])
def test_a_last_cell_that_never_closes_is_refused_whatever_marks_stand_before(rest: str) -> None:
    head = "Refund ID,Payee ID,Total Refund Amount\n"
    for last in (f'R2,b,"never closed\n{rest}', f'R2,"never closed,2\n{rest}'):
        stream = io.BytesIO(f'{head}R1,5" pipe,1\n{last}'.encode())
        with pytest.raises(UnrecognizedFileError, match="never closed"):
            rev603.read(stream)


@given(st.lists(st.integers(1, 4), min_size=1, max_size=60))
def test_rows_of_any_width_stand_where_they_stood(widths: list[int]) -> None:
    text = "\n".join(",".join(f"{row}.{at}" for at in range(width)) for row, width in enumerate(widths))
    grid = read_csv_grid(sniff(io.BytesIO(text.encode())), ())
    read = zip(*(column.to_pylist() for column in grid.columns), strict=True)
    expected = [[f"{row}.{at}" for at in range(width)] for row, width in enumerate(widths)]
    assert [[cell for cell in row if cell] for row in read] == expected
