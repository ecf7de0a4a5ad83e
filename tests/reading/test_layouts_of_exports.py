"""Layouts of exports as they come: every quirk in text and in a workbook, alone and several at once."""

from __future__ import annotations

import datetime as dt
from typing import Any

import pytest

import rev603
from rev603.errors import UnrecognizedFileError

DOLLARS = [100.01, 200.02, 300.03]


def _both(make: Any, rows: list[list[Any]]) -> list[rev603.Report]:
    """Read rows as text and as a workbook; every row must be accounted for."""
    reports = [rev603.read(make.csv(rows)), rev603.read(make.book(rows))]
    for report in reports:
        assert len(report.refunds) + len(report.set_aside) == report.rows_read
    return reports


def _codes(report: rev603.Report) -> list[str]:
    return [code for code in report.issues["code"] if code != "totals-absent"]


def _sparse(**cells: Any) -> list[Any]:
    """Give a line with few cells, by the letters of their columns."""
    row: list[Any] = [None] * 17
    for letter, value in cells.items():
        row[ord(letter) - 65] = value
    return row


def _split(make: Any) -> list[list[Any]]:
    upper = [text.rsplit(" ", 1)[0] if " " in text else None for text in make.headings]
    return [upper, [text.rsplit(" ", 1)[-1] for text in make.headings]]


def _spaced(rows: list[list[Any]]) -> list[list[Any]]:
    return [[cell for value in row for cell in (value, None)] for row in rows]


def _beside(left: list[list[Any]], right: list[list[Any]], *, down: int = 0) -> list[list[Any]]:
    """Put rows to the right of others, behind an empty column; the left ones begin lower."""
    height = max(len(left) + down, len(right))
    lefts = [[None] * 17] * down + [row + [None] * (17 - len(row)) for row in left]
    lefts += [[None] * 17] * (height - len(lefts))
    rights = right + [[]] * (height - len(right))
    return [[*one, None, *other] for one, other in zip(lefts, rights, strict=True)]


@pytest.mark.parametrize("spaced", [False, True])
@pytest.mark.parametrize("stale", [False, True])
def test_split_headings_page_breaks_subtotals_spacer_columns_and_a_stale_block_at_once(
    make: Any, spaced: bool, stale: bool
) -> None:
    rows = [*_split(make), *make.lines(2), _sparse(A="Subtotal", L="$300.03"), *_split(make), make.line(2),
            _sparse(A="Grand Total", L="$600.06")]  # fmt: skip
    if stale:
        rows = _beside(rows, [*_split(make), *make.lines(9, refund_secondary_status="Sent to Treasury")])
    for report in _both(make, _spaced(rows) if spaced else rows):
        assert report.refunds["amount"].tolist() == DOLLARS
        assert set(report.refunds["refund_secondary_status"]) == {"Treasury Issued"}
        assert _codes(report) == (["beside-the-table"] + ["line-not-understood"] * 2 if stale else [])


def test_title_and_prompt_rows_in_text(make: Any) -> None:
    rows = [
        ["Refund ID by Payee ID and Refund Date"],
        ["Refund Date", "10/01/2026", None, "Payee ID", "Refund ID"],
        [],
        *make.table(make.lines(3)),
    ]
    for report in _both(make, rows):
        assert report.refunds["amount"].tolist() == DOLLARS
        assert report.set_aside["reason"].tolist() == ["title or prompt above the table"] * 2 + [
            "heading row"
        ]


def test_a_page_head_repeated_on_each_page_is_no_news(make: Any) -> None:
    head = [["REV-603 Trade Refund Report"], ["Refund", *[None] * 5, "Dates", *[None] * 4, "Money"]]
    rows = [*head, *make.table(make.lines(2)), ["Page 1 of 2"], *head, *make.table([make.line(2)])]
    for report in _both(make, rows):
        assert report.refunds["amount"].tolist() == DOLLARS
        assert report.set_aside["reason"].tolist() == [
            "title or prompt above the table", "title or prompt above the table", "heading row", "footer",
            "line from above the table repeated", "line from above the table repeated", "heading row repeated",
        ]  # fmt: skip
        assert _codes(report) == []


@pytest.mark.parametrize(
    "footer",
    [["Page 1 of 3"], ["End of report"], ["*** END OF REPORT ***"], ["Run date: 11/13/2026 9:15 AM"],
     ["Printed on", None, "11/13/2026"], [*[None] * 8, "Page 2/3"], ["FOR OFFICIAL USE ONLY"]],
)  # fmt: skip
def test_a_footer_is_no_refund_and_no_news(make: Any, footer: list[Any]) -> None:
    for report in _both(make, [*make.table(make.lines(3)), footer]):
        assert report.set_aside["reason"].tolist() == ["heading row", "footer"]
        assert _codes(report) == []


@pytest.mark.parametrize(
    "note", ["Page one", "Report: two refunds are missing", "See page 2", "Reject No ACH"]
)
def test_a_note_is_no_footer(make: Any, note: str) -> None:
    for report in _both(make, [*make.table(make.lines(3)), [note]]):
        assert _codes(report) == ["line-not-understood"]


@pytest.mark.parametrize("gap", [0, 2])
def test_totals_in_a_block_below_the_table(make: Any, gap: int) -> None:
    for amount, ties_out in (("$600.06", True), ("$600.07", False)):
        for report in _both(make, [*make.table(make.lines(3)), *[[]] * gap, *make.block(3, amount)]):
            assert report.refunds["amount"].tolist() == DOLLARS
            assert (report.header.total_refunds, str(report.header.report_date)) == (3, "2026-11-13")
            assert report.control.ties_out is ties_out
            assert report.set_aside["reason"].tolist()[1:] == ["header block"] * 3


@pytest.mark.parametrize("right", [6, 20])
def test_the_block_to_the_right_of_the_tables_first_columns(make: Any, right: int) -> None:
    block = [[None] * right + row for row in make.block(3, "$600.06")]
    for report in _both(make, [*block, *make.table(make.lines(3))]):
        assert (report.header.total_refunds, report.control.ties_out) == (3, True)


@pytest.mark.parametrize(
    "dressed",
    ["({letter}) {text}", "{letter}. {text}", "{number}. {text}", "{text} ({number})", "{text} [1]", "'{text}",
     '="{text}"', "[{text}]", "{text} \u25b2", "{text}:", "\u00ad{text}\u200b", "{underscored}", "{text}*"],
)  # fmt: skip
def test_headings_with_call_outs_marks_and_unseen_characters(make: Any, dressed: str) -> None:
    headings = [
        dressed.format(letter=chr(65 + at), number=at + 1, text=text, underscored=text.replace(" ", "_"))
        for at, text in enumerate(make.headings)
    ]

    def as_text(book: Any) -> None:
        for cell in book["Main Report"][1]:
            cell.data_type = "s"

    rows = [headings, *make.lines(3)]
    for report in (rev603.read(make.csv(rows)), rev603.read(make.book(rows, edit=as_text))):
        assert report.refunds["amount"].tolist() == DOLLARS
        assert _codes(report) == []


def test_an_amount_in_thousands_is_not_taken_for_dollars(make: Any) -> None:
    for unit in ("($000)", "(K)", "in thousands"):
        rows = make.table(make.lines(1))
        rows[0][11] = f"Total Refund Amount {unit}"
        with pytest.raises(rev603.ColumnsMissingError, match="did you mean 'Total Refund Amount"):
            rev603.read(make.csv(rows))


def test_headings_split_over_three_rows(make: Any) -> None:
    words = [text.split(" ", 2) for text in make.headings]
    rows = [
        [(text[at - 3 + len(text)] if len(text) >= 3 - at else None) for text in words] for at in range(3)
    ]
    for report in _both(make, [*rows, *make.lines(3)]):
        assert report.refunds["amount"].tolist() == DOLLARS
        assert report.refunds["check_or_ach"].tolist() == ["ACH"] * 3
        assert report.set_aside["reason"].tolist() == ["heading row"] * 3


def test_a_blank_row_within_split_headings(make: Any) -> None:
    upper, lower = _split(make)
    for report in _both(make, [upper, [], lower, *make.lines(3)]):
        assert report.refunds["amount"].tolist() == DOLLARS
        assert report.rows_read == 5


def test_only_one_heading_is_split(make: Any) -> None:
    upper = list(make.headings)
    upper[11] = "Total Refund"
    for lower in (_sparse(L="Amount"), _sparse(L="AMOUNT ($)")):
        for report in _both(make, [upper, lower, *make.lines(3)]):
            assert report.refunds["amount"].tolist() == DOLLARS
            assert _codes(report) == []


def test_headings_below_the_name_of_their_group(make: Any) -> None:
    upper, lower = list(make.headings), [None] * 17
    upper[11:14], lower[11:14] = ["Refund", "Payment", None], make.headings[11:14]
    for report in _both(make, [upper, lower, *make.lines(3)]):
        assert report.refunds["amount"].tolist() == DOLLARS
        assert report.refunds["check_or_ach"].tolist() == ["ACH"] * 3


@pytest.mark.parametrize("second", [False, True])
def test_headings_merged_across_two_columns(make: Any, second: bool) -> None:
    heads = [make.headings[0], None, make.headings[1], None, *make.headings[2:]]
    rows = [heads] + [
        [None, line[0], None, line[1], *line[2:]] if second else [line[0], None, line[1], None, *line[2:]]
        for line in make.lines(3)
    ]

    def merge(book: Any) -> None:
        book["Main Report"].merge_cells("A1:B1")
        book["Main Report"].merge_cells("C1:D1")

    report = rev603.read(make.book(rows, edit=merge))
    assert report.refunds["refund_id"].tolist() == ["0603000000", "0603000001", "0603000002"]
    assert report.refunds["filer_code"].tolist() == ["MYK"] * 3
    assert _codes(report) == []
    if second:  # text does not say what was merged: nothing is guessed, everything kept and said
        report = rev603.read(make.csv(rows))
        assert report.refunds["column 2"].tolist() == ["0603000000", "0603000001", "0603000002"]
        assert {"value-missing", "column-unknown"} <= set(_codes(report))


def test_a_stale_block_right_beside_the_table_is_one_warning(make: Any) -> None:
    table, stale = (
        make.table(make.lines(3)),
        make.table(make.lines(3, refund_secondary_status="Sent to Treasury")),
    )
    for report in _both(make, [one + other for one, other in zip(table, stale, strict=True)]):
        assert set(report.refunds["refund_secondary_status"]) == {"Treasury Issued"}
        assert _codes(report) == ["beside-the-table"]


def test_a_stale_block_that_begins_further_up_is_still_the_stale_one(make: Any) -> None:
    stale = make.table(make.lines(5, refund_secondary_status="Sent to Treasury"))
    for report in _both(make, _beside(make.table(make.lines(3)), stale, down=2)):
        assert report.refunds["amount"].tolist() == DOLLARS
        assert set(report.refunds["refund_secondary_status"]) == {"Treasury Issued"}
        assert "beside-the-table" in _codes(report)
        assert report.header.total_refund_amount is None  # the stale block's heading of that name is no label


def test_split_headings_of_an_empty_report_beside_an_older_table(make: Any) -> None:
    """The older table's headings, whole in one row, stand beside the upper half of the report's own."""
    rows = _beside([*make.block(0, "$0.00"), *_split(make)], [[], [], [], *make.table(make.lines(2))])
    for report in _both(make, rows):
        assert len(report.refunds) == 0
        assert report.control.ties_out is True
        assert "beside-the-table" in _codes(report)


def test_numbered_headings_repeated_at_page_breaks(make: Any) -> None:
    heads = [f"{at + 1}. {text}" for at, text in enumerate(make.headings)]
    for report in _both(make, [heads, *make.lines(2), heads, make.line(2), heads]):
        assert report.refunds["amount"].tolist() == DOLLARS
        assert report.set_aside["reason"].tolist() == ["heading row"] + ["heading row repeated"] * 2


def test_headings_repeated_in_another_order_are_refused(make: Any) -> None:
    first = make.table(make.lines(2))
    line, heads = make.line(2), list(make.headings)
    swapped = [[row[0], row[1], row[2], row[4], row[3], *row[5:]] for row in (heads, line)]
    turned = [heads[::-1], line[::-1]]
    shifted = [[None, *heads], [None, *line]]
    for page in (swapped, turned, shifted):
        for stream in (make.csv([*first, *page]), make.book([*first, *page])):
            with pytest.raises(UnrecognizedFileError, match="in another order") as caught:
                rev603.read(stream)
            assert "4" in caught.value.where


def test_cbps_own_heading_goes_before_another_name_for_its_column(make: Any) -> None:
    rows = [["Payee", *make.headings], *[["see below", *line] for line in make.lines(3)]]
    for report in _both(make, rows):
        assert report.refunds["company_name"].tolist() == [row[4] for row in rows[1:]]
        assert _codes(report) == ["column-repeated"]


def test_of_two_columns_of_one_heading_the_filled_one_is_read_and_the_other_named(make: Any) -> None:
    rows = [["Total Refund Amount", *make.headings], *[[None, *line] for line in make.lines(3)]]
    for report in _both(make, rows):
        assert report.refunds["amount"].tolist() == DOLLARS
        assert _codes(report) == ["column-repeated"]


TOTALS_THAT_ADD_UP = {
    "with the payee that it stands for": _sparse(A="Subtotal", C="98-765430000", L="$100.01"),
    "with payee, name and date": _sparse(
        A="Subtotal", C="98-765430000", D="Quellharbor Lamps 0 LLC", G="11/01/2026", L="$100.01"
    ),
    "with refund and payee, the label under Document Number": _sparse(
        A="0603000000", C="98-765430000", G="11/01/2026", K="Subtotal", L="$100.01"
    ),
    "with a date": _sparse(A="Total", G="11/13/2026", L="$100.01"),
    "with a date and a count": _sparse(A="Total", C="1", G="11/13/2026", L="$100.01"),
    "with counts": _sparse(A="Total", B="1", K="1", L="$100.01"),
    "as Excel writes it, by number": _sparse(C="98-765430000 Total", L="$100.01"),
    "as Excel writes it, by name": _sparse(C="98-765430000", D="Quellharbor Lamps 0 LLC Total", L="$100.01"),
    "with stars": _sparse(A="** TOTAL **", L="$100.01"),
    "with the column's name": _sparse(A="Sum of Total Refund Amount", L="$100.01"),
}


@pytest.mark.parametrize("total", TOTALS_THAT_ADD_UP.values(), ids=TOTALS_THAT_ADD_UP)
def test_a_total_line_of_any_form_counts_no_refund_twice(make: Any, total: list[Any]) -> None:
    for report in _both(make, [*make.table([make.line(0)]), total]):
        assert report.refunds["amount"].tolist() == [100.01]
        assert report.set_aside["reason"].tolist() == ["heading row", "total line"]
        assert _codes(report) == []
    other = [*total[:11], "$77.00", *total[12:]]  # nothing adds up to it: it may have been a refund
    for report in _both(make, [*make.table([make.line(0)]), other]):
        assert set(_codes(report)) <= {"subtotal-differs", "total-line-doubtful"}
        assert report.verdict == "accepted with issues"


@pytest.mark.parametrize("name", ["Total Refunds Recovery LLC", "Grand Total Logistics", "Quellharbor Total"])
@pytest.mark.parametrize(
    "others",
    [{}, {"G": "11/02/2026"}, {"C": "98-765430000"}, {"C": "98-765430000", "G": "11/02/2026"},
     {"G": "11/02/2026", "I": "Reject No ACH"}, {"C": "98-765430000", "K": "MYK28102637"}],
)  # fmt: skip
def test_a_payee_named_total_with_little_else_in_its_line_is_never_lost_without_a_word(
    make: Any, name: str, others: dict[str, str]
) -> None:
    for report in _both(make, [*make.table([make.line(0)]), _sparse(D=name, L="$77.00", **others)]):
        assert report.verdict == "accepted with issues"
        assert 3 in report.issues["source_row"].tolist()
        assert len(report.refunds) == 2 or report.set_aside["reason"].tolist()[-1] == "total line"


@pytest.mark.parametrize(
    ("label", "said"),
    [("Average", []), ("Min:", []), ("Maximum", []), ("Somme :", ["line-not-understood"])],
)
def test_other_figures_below_the_table_are_not_added_up_as_refunds(
    make: Any, label: str, said: list[str]
) -> None:
    for report in _both(make, [*make.table(make.lines(3)), _sparse(A=label, L="$200.02")]):
        assert report.control.found_amount == 600.06
        assert _codes(report) == said


def test_many_subtotals_are_checked_in_no_time(make: Any) -> None:
    rows = make.table([])
    for number in range(4_000):
        rows += [make.line(number), _sparse(A="Subtotal", L=f"${(number + 1) * 10001 / 100:,.2f}")]
    report = rev603.read(make.csv(rows))
    assert len(report.refunds) == 4_000
    assert not {"subtotal-differs", "total-line-doubtful"} & set(_codes(report))


def test_a_column_of_methods_that_is_blank_everywhere(make: Any) -> None:
    for report in _both(make, make.table(make.lines(3, check_or_ach=None, check_or_trace_number=None))):
        assert report.refunds["check_or_ach"].isna().all()
        assert rev603.split_by_method(report.refunds).neither["amount"].tolist() == DOLLARS
        assert _codes(report) == []


@pytest.mark.parametrize("delimiter", [",", ";", "\t", "|"])
@pytest.mark.parametrize("encoding", ["utf-8", "utf-8-sig", "utf-16", "cp1252"])
@pytest.mark.parametrize("sep_line", [False, True])
def test_text_of_any_delimiter_encoding_and_broken_headings(
    make: Any, delimiter: str, encoding: str, sep_line: bool
) -> None:
    heads = [text.replace(" ", "\n") for text in make.headings]
    rows = [*make.block(1, "$100.01"), heads, make.line(0, company_name="Québec Lamps; Co, Ltd")]
    body = make.csv(rows, delimiter=delimiter).getvalue().decode()
    text = f"sep={delimiter}\r\n{body}" if sep_line else body
    report = rev603.read(make.csv([]).__class__(text.encode(encoding)))
    assert report.refunds["company_name"].tolist() == ["Québec Lamps; Co, Ltd"]
    assert (report.verdict, report.control.ties_out) == ("accepted", True)


def test_a_byte_order_mark_in_the_middle_of_joined_files_hides_nothing(make: Any) -> None:
    page = make.csv(make.table(make.lines(2))).getvalue()
    again = make.csv(
        [[f"\ufeff{make.headings[0]}", *make.headings[1:]], make.line(2, refund_id="\ufeff0603000002")]
    )
    report = rev603.read(make.csv([]).__class__(page + again.getvalue()))
    assert report.refunds["refund_id"].tolist() == ["0603000000", "0603000001", "0603000002"]
    assert _codes(report) == ["invisible-removed"]


def test_a_block_below_a_table_that_begins_with_the_amount_is_no_refund(make: Any) -> None:
    order = [11, *range(11), *range(12, 17)]
    table = [[row[at] for at in order] for row in make.table(make.lines(2))]
    block = [
        ["Today's Date", None, None, "11/20/2026"],
        ["Total Refunds", None, None, 2],
        ["Total Refund Amount", "$300.03"],
    ]
    report = rev603.read(make.csv([*table, [], *block]))
    assert report.refunds["amount"].tolist() == [100.01, 200.02]
    assert report.control.ties_out is True
    assert report.header.report_date == dt.date(2026, 11, 20)
