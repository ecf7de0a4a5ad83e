"""Layouts: the table is found wherever it stands, and nothing else is taken for it."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import pytest

import rev603
from rev603.errors import ColumnsMissingError, UnrecognizedFileError
from rev603.reading.control_totals import Header
from rev603.vocabulary.headings import REFUND_FRAME

if TYPE_CHECKING:
    import io

DOLLARS = [100.01, 200.02, 300.03]


def _both(make: Any, rows: list[list[Any]]) -> list[rev603.Report]:
    """Read rows as text and as a workbook."""
    return [rev603.read(make.csv(rows)), rev603.read(make.book(rows))]


def _shifted(rows: list[list[Any]], *, down: int, right: int) -> list[list[Any]]:
    return [[] for _ in range(down)] + [[None] * right + row for row in rows]


@pytest.mark.parametrize(("down", "right"), [(0, 0), (3, 0), (0, 2), (7, 5)])
def test_blank_leading_rows_and_columns(make: Any, down: int, right: int) -> None:
    rows = _shifted([*make.block(3, "$600.06"), *make.table(make.lines(3))], down=down, right=right)
    for report in _both(make, rows):
        assert report.refunds["amount"].tolist() == DOLLARS
        assert report.refunds["source_row"].tolist() == [down + 5, down + 6, down + 7]
        assert report.header.total_refunds == 3
        assert (report.verdict, report.control.ties_out) == ("accepted", True)


def test_spacer_columns_between_the_columns(make: Any) -> None:
    rows = [[cell for value in row for cell in (value, None)] for row in make.table(make.lines(3))]
    for report in _both(make, rows):
        assert report.refunds["amount"].tolist() == DOLLARS
        assert report.refunds["port_code"].tolist() == ["0212"] * 3
        assert report.issues["code"].tolist() == ["totals-absent"]


def test_columns_in_another_order_and_under_other_headings(make: Any) -> None:
    rows = [row[::-1] for row in make.table(make.lines(3))]
    rows[0] = [
        "Care of" if text == "C/O" else "Payee Number" if text == "Payee ID" else text for text in rows[0]
    ]
    for report in _both(make, rows):
        assert list(report.refunds)[:5] == ["refund_id", "filer_code", "payee_id", "company_name", "care_of"]
        assert report.refunds["payee_id"].tolist() == ["98-765430000", "98-765430100", "98-765430200"]


def test_merged_title_and_prompt_rows(make: Any) -> None:
    rows = [
        ["ACE Refund Report"],
        ["Refund Date between 10/01/2026 and 11/13/2026"],
        [],
        *make.table(make.lines(2)),
    ]

    def merge(book: Any) -> None:
        book["Main Report"].merge_cells("A1:Q1")
        book["Main Report"].merge_cells("A2:Q2")

    report = rev603.read(make.book(rows, edit=merge))
    assert len(report.refunds) == 2
    assert report.set_aside["reason"].tolist() == ["title or prompt above the table"] * 2 + ["heading row"]


def test_a_cell_merged_over_several_lines_stands_for_each(make: Any) -> None:
    rows = [*make.block(3, "$600.06"), *make.table(make.lines(3, refund_id="R1", company_name="Lumb & Co"))]
    for row in (5, 6):
        rows[row][0] = rows[row][3] = None

    def merge(book: Any) -> None:
        book["Main Report"].merge_cells("A5:A7")
        book["Main Report"].merge_cells("D5:D7")

    report = rev603.read(make.book(rows, edit=merge))
    assert report.refunds["refund_id"].tolist() == ["R1"] * 3
    assert report.refunds["company_name"].tolist() == ["Lumb & Co"] * 3
    assert report.issues["code"].tolist() == ["merged-filled"]
    assert "4 cells" in report.issues["message"].iloc[0]


def test_an_amount_merged_over_several_lines_counts_once(make: Any) -> None:
    rows = make.table(make.lines(3, refund_id="R1"))
    rows[2][11] = rows[3][11] = None
    report = rev603.read(make.book(rows, edit=lambda book: book["Main Report"].merge_cells("L2:L4")))
    assert report.control.found_amount == 100.01
    assert report.issues["code"].tolist().count("amount-missing") == 2


def test_headings_repeated_at_page_breaks(make: Any) -> None:
    spelt_otherwise = ["  ".join(text.split(" ")) for text in make.headings]
    rows = [*make.table(make.lines(2)), list(make.headings), make.line(2), spelt_otherwise]
    for report in _both(make, rows):
        assert report.refunds["amount"].tolist() == DOLLARS
        assert report.set_aside["reason"].tolist() == [
            "heading row",
            "heading row repeated",
            "heading row repeated",
        ]
        assert report.rows_read == 6


def test_damaged_first_headings_do_not_lose_the_first_page(make: Any) -> None:
    rows = [*make.table(make.lines(2)), *make.table([make.line(2)])]
    rows[0][16] = "Prot Code"
    for report in _both(make, rows):
        assert report.refunds["amount"].tolist() == DOLLARS
        assert set(report.issues["code"]) == {"column-missing", "column-unknown", "totals-absent"}


def _total(label: str, amount: str, *, at: int = 0, extra: tuple[int, str] | None = None) -> list[Any]:
    row: list[Any] = [None] * 17
    row[at], row[11] = label, amount
    if extra:
        row[extra[0]] = extra[1]
    return row


@pytest.mark.parametrize(
    ("label", "at"),
    [
        ("Subtotal", 0),
        ("Sum:", 10),
        ("Total", 3),
        ("Sub-Total 98-765430000", 2),
        ("Total:", 0),
        ("sum", 6),
        ("Count: 2", 0),
    ],
)
def test_subtotals_and_grand_totals_are_no_refunds(make: Any, label: str, at: int) -> None:
    rows = [*make.block(3, "$600.06"), *make.table(make.lines(2)), _total(label, "$300.03", at=at), make.line(2),
            _total("Grand Total", "$600.06"), _total("", "$600.06")]  # fmt: skip
    rows[-1][0] = None
    for report in _both(make, rows):
        assert report.refunds["amount"].tolist() == DOLLARS
        assert report.set_aside["reason"].tolist()[-3:] == ["total line"] * 3
        assert report.verdict == "accepted"


def test_a_subtotal_with_the_value_that_it_stands_for(make: Any) -> None:
    rows = [*make.table(make.lines(2)), _total("Sum:", "$300.03", at=10, extra=(0, "0603000000")),
            _total("Sum:", "$300.03", at=10, extra=(6, "11/02/2026"))]  # fmt: skip
    report = rev603.read(make.csv(rows))
    assert report.refunds["amount"].tolist() == DOLLARS[:2]
    assert report.set_aside["reason"].tolist() == ["heading row", "total line", "total line"]
    assert report.issues["code"].tolist() == ["totals-absent"]


def test_a_payee_named_total_is_a_payee(make: Any) -> None:
    names = ["Total Refunds Recovery LLC", "Total", "Sum Trading", "Grand Total Imports Inc."]
    rows = make.table([make.line(at, company_name=name) for at, name in enumerate(names)])
    for report in _both(make, rows):
        assert report.refunds["company_name"].tolist() == names


def test_a_payee_named_total_is_a_payee_even_without_its_refund_number(make: Any) -> None:
    rows = make.table(
        [
            make.line(0),
            make.line(1, company_name="Total Refunds Recovery LLC", refund_id=None, document_number=None),
        ]
    )
    report = rev603.read(make.csv(rows))
    assert report.refunds["amount"].tolist() == DOLLARS[:2]
    assert sorted(report.issues["code"]) == ["totals-absent", "value-missing", "value-missing"]


def test_a_line_between_total_and_refund_is_named(make: Any) -> None:
    odd = _total("Total Refunds Recovery LLC", "$77.00", at=3, extra=(2, "98-765430000"))
    report = rev603.read(make.csv([*make.table(make.lines(2)), odd]))
    assert len(report.refunds) == 2
    assert "total-line-doubtful" in report.issues["code"].tolist()
    assert report.verdict == "accepted with issues"


def test_a_total_label_without_a_figure_is_a_total_line(make: Any) -> None:
    report = rev603.read(
        make.csv([*make.table(make.lines(2)), ["Total"], ["Subtotal", *[None] * 10, "#N/A"]])
    )
    assert report.set_aside["reason"].tolist() == ["heading row", "total line", "total line"]
    assert set(report.issues["code"]) == {"subtotal-differs", "totals-absent"}


def test_a_wrong_subtotal_is_named(make: Any) -> None:
    rows = [*make.table(make.lines(2)), _total("Subtotal", "$300.04")]
    report = rev603.read(make.book(rows))
    issue = report.issues.iloc[0]
    assert issue["code"] == "subtotal-differs"
    assert issue["message"].startswith("Main Report!L4: ")


def test_a_stale_second_block_to_the_right_is_not_read(make: Any) -> None:
    stale = [*make.table(make.lines(5, refund_secondary_status="Sent to Treasury"))]
    rows = make.table(make.lines(3))
    rows = [(rows[at] if at < len(rows) else [None] * 17) + [None] + old for at, old in enumerate(stale)]
    for report in _both(make, rows):
        assert report.refunds["amount"].tolist() == DOLLARS
        assert set(report.refunds["refund_secondary_status"]) == {"Treasury Issued"}
        assert set(report.issues["code"]) == {"beside-the-table", "line-not-understood", "totals-absent"}
        assert report.set_aside["reason"].tolist() == ["heading row", "beside the table", "beside the table"]


def test_parameters_sheet_is_no_report_and_no_news(make: Any) -> None:
    sheets = {
        "Parameters": [["FOR OFFICIAL USE ONLY"], ["Refund Date", "10/01/2026"]],
        "Main Report": make.table(make.lines(2)),
    }
    report = rev603.read(make.book(sheets))
    assert len(report.refunds) == 2
    assert report.issues["code"].tolist() == ["totals-absent"]


def test_hidden_sheets_are_named_and_read_only_when_asked_for(make: Any) -> None:
    sheets = {"Old": make.table(make.lines(5)), "Main Report": make.table(make.lines(2))}

    def hide(book: Any) -> None:
        book["Old"].sheet_state = "hidden"

    stream: io.BytesIO = make.book(sheets, edit=hide)
    report = rev603.read(stream)
    assert len(report.refunds) == 2
    assert report.issues[["code", "source_sheet"]].values.tolist()[0] == ["sheet-skipped", "Old"]
    stream.seek(0)
    assert len(rev603.read(stream, sheet="Old").refunds) == 5


def test_a_sheet_that_is_not_there_is_refused_with_those_that_are(make: Any) -> None:
    with pytest.raises(UnrecognizedFileError, match="'Main Report'"):
        rev603.read(make.book(make.table(make.lines(2))), sheet="Main")


def test_continuation_sheets_are_joined(make: Any) -> None:
    sheets = {
        "Main Report": [*make.block(3, "$600.06"), *make.table(make.lines(2))],
        "Main Report (2)": make.table([make.line(2)]),
    }
    report = rev603.read(make.book(sheets))
    assert report.refunds["amount"].tolist() == DOLLARS
    assert report.refunds["source_sheet"].tolist() == ["Main Report", "Main Report", "Main Report (2)"]
    assert report.refunds["report_date"].nunique(dropna=False) == 1
    assert (report.control.ties_out, report.issues["code"].tolist()) == (True, ["sheet-joined"])


def test_a_copy_of_the_sheet_is_left_out_and_named(make: Any) -> None:
    rows = [*make.block(2, "$300.03"), *make.table(make.lines(2))]
    report = rev603.read(make.book({"Main Report": rows, "Copy": rows}))
    assert report.refunds["amount"].tolist() == DOLLARS[:2]
    assert report.issues["code"].tolist() == ["sheet-repeated"]
    assert report.rows_read == 12 == len(report.refunds) + len(report.set_aside)


def test_a_second_report_with_its_own_totals_is_named_and_not_joined(make: Any) -> None:
    older = [*make.block(3, "$600.06", "11/06/2026"), *make.table(make.lines(3))]
    report = rev603.read(
        make.book({"This week": [*make.block(2, "$300.03"), *make.table(make.lines(2))], "Last week": older})
    )
    assert len(report.refunds) == 2
    assert (report.control.ties_out, report.issues["code"].tolist()) == (True, ["sheet-another-date"])
    assert "Last week" in report.issues["message"].iloc[0]


def test_text_has_no_sheets_to_choose_from(make: Any) -> None:
    assert len(rev603.read(make.csv(make.table(make.lines(2))), sheet=0).refunds) == 2
    with pytest.raises(UnrecognizedFileError, match="no sheets"):
        rev603.read(make.csv(make.table(make.lines(2))), sheet="Main Report")


def test_an_empty_report_has_no_refunds_and_ties_out(make: Any) -> None:
    for report in _both(make, [*make.block(0, "$0.00"), *make.table([])]):
        assert len(report.refunds) == 0
        assert (report.verdict, report.control.ties_out, report.rows_read) == ("accepted", True, 4)
        assert str(report.refunds["payee_id"].dtype) == "str"


def test_headings_split_over_two_rows(make: Any) -> None:
    upper = [text.rsplit(" ", 1)[0] if " " in text else None for text in make.headings]
    lower = [text.rsplit(" ", 1)[1] if " " in text else text for text in make.headings]
    for report in _both(make, [upper, lower, *make.lines(3)]):
        assert report.refunds["amount"].tolist() == DOLLARS
        assert report.refunds["source_row"].tolist() == [3, 4, 5]
        assert report.set_aside["reason"].tolist() == ["heading row", "heading row"]


def test_headings_with_line_breaks_nbsp_and_other_spacing(make: Any) -> None:
    odd = [text.replace(" ", ("\n", "\u00a0", "  ")[at % 3]).upper() for at, text in enumerate(make.headings)]
    odd[12] = "Check Number/ACH\nTrace Number "
    for report in _both(make, [odd, *make.lines(3)]):
        assert report.refunds["amount"].tolist() == DOLLARS
        assert report.issues["code"].tolist() == ["totals-absent"]


@pytest.mark.parametrize("call_outs", [True, False])
def test_header_block_with_or_without_the_call_outs(make: Any, call_outs: bool) -> None:
    block = make.block(3, "$600.06")
    if call_outs:
        block[0].append("Entry Number")
        block[1].append("C/O is the 4811 Party")
    for report in _both(make, [*block, *make.table(make.lines(3))]):
        assert (str(report.header.report_date), report.header.total_refunds) == ("2026-11-13", 3)
        assert report.header.total_refund_amount == 600.06
        assert report.verdict == "accepted"


@pytest.mark.parametrize(
    "block",
    [
        [["Today's Date: 11/13/2026"], ["Total Refunds: 3"], ["Total Refund Amount: $600.06"]],
        [["Today's Date", "Total Refunds", "Total Refund Amount"], ["11/13/2026", "3", "$600.06"]],
        [["Today’s Date", "11/13/2026", "Total Refunds", "3", "Total Refund Amount:", "$600.06"]],
    ],
)
def test_header_block_in_other_shapes(make: Any, block: list[list[str]]) -> None:
    for report in _both(make, [*block, [], *make.table(make.lines(3))]):
        assert (str(report.header.report_date), report.header.total_refunds) == ("2026-11-13", 3)
        assert report.control.ties_out is True


def test_a_blank_figure_does_not_take_its_neighbours(make: Any) -> None:
    block = [["Total Refunds", None, "Total Refund Amount", "$600.00"]]
    report = rev603.read(make.csv([*block, *make.table(make.lines(3))]))
    assert report.header.total_refunds is None
    assert report.header.total_refund_amount == 600.0
    assert set(report.issues["code"]) == {"header-unreadable", "totals-differ"}


@pytest.mark.parametrize(
    ("refunds", "amount", "day"),
    [
        ("3O", "$600.06", "11/13/2026"),
        ("3.5", "$600.06", "11/13/2026"),
        (3, "#N/A", "11/13/2026"),
        (3, "$600.06", "13/13/2026"),
        (3, None, "11/13/2026"),
    ],
)
def test_an_unreadable_figure_of_the_header_block_is_named(
    make: Any, refunds: Any, amount: Any, day: str
) -> None:
    for report in _both(make, [*make.block(refunds, amount, day), *make.table(make.lines(3))]):
        assert report.issues["code"].tolist() == ["header-unreadable"]
        assert report.control.ties_out is True


def test_no_header_block_means_no_verdict_on_totals(make: Any) -> None:
    for report in _both(make, make.table(make.lines(3))):
        assert report.header == Header()
        assert report.control.ties_out is None
        assert report.issues[["severity", "code"]].values.tolist() == [["info", "totals-absent"]]


def test_a_missing_essential_column_is_refused_with_the_nearest_guess(make: Any) -> None:
    rows = make.table(make.lines(2))
    rows[0][2] = "Payee IDs"
    rows[0][11] = "Refunded Amount"
    with pytest.raises(ColumnsMissingError) as caught:
        rev603.read(make.csv(rows))
    assert caught.value.missing == ("Payee ID", "Total Refund Amount")
    assert caught.value.guesses == {"Payee ID": "Payee IDs", "Total Refund Amount": "Refunded Amount"}
    assert "did you mean 'Payee IDs'?" in str(caught.value)
    assert "Company Name" in caught.value.found


def test_other_columns_are_kept_behind_the_known_ones(make: Any) -> None:
    rows = [["No.", *make.headings, "Remarks"], ["1", *make.line(0), "call them"], ["2", *make.line(1), None]]
    for report in _both(make, rows):
        assert list(report.refunds)[-2:] == ["No.", "Remarks"]
        assert report.refunds["Remarks"].tolist()[0] == "call them"
        assert report.refunds["Remarks"].isna().tolist() == [False, True]
        assert report.refunds["No."].tolist() == ["1", "2"]
        assert report.issues["code"].tolist() == ["column-unknown", "column-unknown", "totals-absent"]


def test_a_column_without_heading_inside_the_table_is_kept(make: Any) -> None:
    rows = make.table(make.lines(2))
    rows[0][5] = None
    report = rev603.read(make.csv(rows))
    assert report.refunds["column 6"].tolist() == [row[5] for row in rows[1:]]
    assert report.refunds["address"].isna().all()


def test_a_heading_that_occurs_twice_is_named(make: Any) -> None:
    rows = [[*make.headings, "Port Code"], [*make.line(0), "9999"]]
    report = rev603.read(make.csv(rows))
    assert report.refunds["port_code"].tolist() == ["0212"]
    assert report.refunds["Port Code"].tolist() == ["9999"]
    assert "column-repeated" in report.issues["code"].tolist()


def test_the_cells_of_an_unknown_column_are_unwrapped_too(make: Any) -> None:
    rows = [[*make.headings, "Broker Ref"], [*make.line(0), '="0012"']]
    report = rev603.read(make.csv(rows))
    assert report.refunds["Broker Ref"].tolist() == ["0012"]
    said = report.issues.set_index("code")["message"].to_dict()
    assert said["wrapper-removed"].startswith("R2: ")


def test_refund_lines_above_the_headings_are_named(make: Any) -> None:
    report = rev603.read(make.csv([make.line(0), *make.table(make.lines(2))]))
    assert len(report.refunds) == 2
    assert "line-not-understood" in report.issues["code"].tolist()
    assert report.verdict == "accepted with issues"


def test_a_file_without_such_headings_is_refused(make: Any) -> None:
    with pytest.raises(UnrecognizedFileError, match="No heading row"):
        rev603.read(make.csv([["a", "b"], ["1", "2"]]))


@pytest.mark.parametrize("extra", [["x"] * 400, ["Port Code"] * 400, ["Port Code", "x"] * 200])
def test_hundreds_of_further_headings_are_kept_apart(extra: list[str], make: Any) -> None:
    rows = [[*make.headings, *extra], [*make.line(0), *map(str, range(len(extra)))]]
    report = rev603.read(make.csv(rows))
    kept = report.refunds.drop(columns=list(REFUND_FRAME))
    assert sorted(kept.iloc[0].astype(int)) == list(range(len(extra)))
    assert len(set(kept)) == len(extra)
