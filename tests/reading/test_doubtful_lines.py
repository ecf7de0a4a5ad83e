"""Lines that are not what they seem: shifted by a comma, totals in disguise, groups whose values stand once."""

from __future__ import annotations

import io
from typing import Any

import pytest

import rev603
from rev603.errors import LineError, UnrecognizedFileError

ORDER = ["Refund Date", "Document Number", "Company Name", "Address", "Payee ID", "Refund ID", "Refund Secondary Status",
         "Check or ACH", "C/O", "Total Refund Amount", "Port Code"]  # fmt: skip


def _line(number: int, company: str = "Quellharbor Lamps LLC", **changes: str) -> list[str]:
    cells = {
        "Refund Date": "11/02/2026", "Document Number": "60576072486", "Company Name": company, "Address": "7 Ropewalk St",
        "Payee ID": "98-765430000", "Refund ID": f"06030{number:05}", "Refund Secondary Status": "Treasury Issued",
        "Check or ACH": "ACH", "C/O": "", "Total Refund Amount": f"${number}.25", "Port Code": "0212",
    }  # fmt: skip
    return list((cells | changes).values())


def _text(*rows: list[str]) -> io.BytesIO:
    return io.BytesIO("\n".join(",".join(row) for row in (ORDER, *rows)).encode())


def _codes(report: rev603.Report) -> list[str]:
    return report.issues["code"].tolist()


def test_a_line_with_more_cells_than_headings_is_refused_with_the_one_way_to_read_it() -> None:
    with pytest.raises(LineError, match="more cells than there are headings") as caught:
        rev603.read(_text(_line(1), _line(2, "Quellharbor Lamps, Inc."), _line(3)))
    (message,) = caught.value.issues["message"]
    assert "it would read well with 'Quellharbor Lamps, Inc.' or 'Inc., 7 Ropewalk St' as one cell" in message
    assert caught.value.issues["source_row"].tolist() == [3]


def test_a_line_with_more_cells_is_set_aside_if_asked_to() -> None:
    report = rev603.read(_text(_line(1), _line(2, "Lamps, Inc."), _line(3)), on_error="collect")
    assert report.refunds["refund_id"].tolist() == ["0603000001", "0603000003"]
    assert report.set_aside["source_row"].tolist() == [1, 3]
    assert report.control.found_amount == 1.25 + 3.25


def test_a_shifted_line_whose_last_cell_is_blank_is_refused_all_the_same() -> None:
    with pytest.raises(LineError, match="more cells"):
        rev603.read(_text(_line(1), _line(2, "Lamps, Inc.", **{"Port Code": ""}), _line(3)))


def test_where_no_reading_fits_none_is_proposed() -> None:
    # two commas, and they are not side by side
    shifted = _line(2, "Lamps, Inc.", **{"Document Number": "605,76072486"})
    with pytest.raises(LineError) as caught:
        rev603.read(_text(_line(1), shifted, _line(3)))
    assert "it would read well" not in str(caught.value)


def test_a_shifted_line_in_a_workbook_is_refused_and_a_remark_beside_the_table_is_not(make: Any) -> None:
    rows = [ORDER, *[_line(at) for at in range(1, 5)]]
    shifted = _line(9)
    shifted[2:3] = ["Quellharbor Lamps", "Inc."]
    with pytest.raises(LineError, match="more cells"):
        rev603.read(make.book([*rows, shifted]))
    remarked = rev603.read(make.book([*rows, [*_line(9), "call them"]]))
    assert len(remarked.refunds) == 5
    assert "beside-the-table" in _codes(remarked)


def test_rows_that_all_end_in_a_comma_are_read() -> None:
    report = rev603.read(_text(*[[*_line(at), ""] for at in range(1, 4)]))
    assert len(report.refunds) == 3


def test_a_total_row_of_excel_without_a_label_is_a_total_line(make: Any) -> None:
    rows = make.table(make.lines(3))
    total: list[Any] = [None] * 17
    total[0], total[11] = "3", "$600.06"
    for stream in (make.csv([*rows, total]), make.book([*rows, total])):
        report = rev603.read(stream)
        assert (len(report.refunds), report.control.found_amount) == (3, 600.06)
        assert report.set_aside["reason"].tolist() == ["heading row", "total line"]
        assert "subtotal-differs" not in _codes(report)


def test_a_figure_without_label_that_nothing_adds_up_to_is_said(make: Any) -> None:
    stray: list[Any] = [None] * 17
    stray[0], stray[11] = "0603000009", "$9.00"
    report = rev603.read(make.csv([*make.table(make.lines(3)), stray]))
    assert len(report.refunds) == 3
    assert report.verdict == "accepted with issues"


@pytest.mark.parametrize("label", ["Average", "Min", "Maximum", "Median:"])
def test_averages_and_extremes_are_total_lines_that_nothing_adds_up_to(make: Any, label: str) -> None:
    row = [label, *[None] * 10, "$200.02"]
    report = rev603.read(make.csv([*make.table(make.lines(3)), row]))
    assert len(report.refunds) == 3
    assert _codes(report) == ["totals-absent"]


def test_a_label_in_a_column_of_the_users_own_makes_a_total_line(make: Any) -> None:
    rows = [["Remark", *make.headings], *[[None, *line] for line in make.lines(3)]]
    total = ["Grand Total", None, None, "98-765430000", *[None] * 8, "$600.06"]
    report = rev603.read(make.csv([*rows, total]))
    assert (len(report.refunds), report.control.found_amount) == (3, 600.06)


def test_a_merge_that_covers_the_sum_of_its_group_makes_it_no_refund(make: Any) -> None:
    rows = make.table([make.line(0), make.line(1), make.line(2)])
    for line in rows[2:]:
        line[2] = line[3] = line[8] = None
    total: list[Any] = [None] * 17
    total[4], total[11] = "Sum:", "$600.06"

    def merge(book: Any) -> None:
        for letter in "CDI":
            book["Main Report"].merge_cells(f"{letter}2:{letter}5")

    report = rev603.read(make.book([*rows, total], edit=merge))
    assert (len(report.refunds), report.control.found_amount) == (3, 600.06)
    assert report.refunds["payee_id"].tolist() == ["98-765430000"] * 3


def test_a_block_below_the_table_with_the_call_outs_of_the_picture(make: Any) -> None:
    block = [
        ["Today's Date", None, "11/13/2026", "Entry Number"],
        ["Total Refunds", None, "3", "C/O is the 4811 Party"],
        ["Total Refund Amount", None, "$600.06", None],
    ]
    shifted = [["Today's Date", "11/13/2026", "Entry Number"], ["Total Refunds", "3", "C/O is the 4811 Party"],
               ["Total Refund Amount", "$600.06"]]  # fmt: skip
    for below in (block, shifted):
        report = rev603.read(make.csv([*make.table(make.lines(3)), [None], *below]))
        assert len(report.refunds) == 3
        assert report.control.ties_out
        assert str(report.header.report_date) == "2026-11-13"


def test_two_dated_reports_below_each_other_are_refused(make: Any) -> None:
    first = [["Today's Date", None, "11/06/2026"], *make.table(make.lines(2))]
    second = [["Today's Date", None, "11/13/2026"], *make.table(make.lines(3))]
    for stream in (make.csv([*first, [None], *second]), make.book([*first, [None], *second])):
        with pytest.raises(UnrecognizedFileError, match="two reports") as caught:
            rev603.read(stream)
        assert "2026-11-06" in str(caught.value)
        assert "2026-11-13" in str(caught.value)
    again = rev603.read(make.csv([*first, [None], *first[:1], *make.table([make.line(2)])]))
    assert len(again.refunds) == 3


@pytest.mark.parametrize("name", ["TOTAL", "COUNT"])
def test_a_complete_line_whose_number_reads_like_a_total_is_a_refund(make: Any, name: str) -> None:
    report = rev603.read(make.csv(make.table([make.line(0), make.line(1, refund_id=name)])))
    assert report.refunds["refund_id"].tolist() == ["0603000000", name]
    assert "refund-like-total" in _codes(report)


@pytest.mark.parametrize("amount", ["100.00 CR", "$100.00CR", "100.00 DR"])
def test_a_credit_is_no_amount(make: Any, amount: str) -> None:
    with pytest.raises(LineError, match="not an amount"):
        rev603.read(make.csv(make.table([make.line(0), make.line(1, total_refund_amount=amount)])))


def test_values_shown_once_per_payee_are_filled_down_with_what_stands_beside_them(make: Any) -> None:
    rows = [make.line(at, refund_secondary_status="Reject No ACH", care_of="Vesh Brokers") for at in range(6)]
    for at, line in enumerate(rows):
        line[2], line[3] = f"98-76543{at // 3}000", f"Lamps {at // 3}"
        if at % 3:
            line[2] = line[3] = line[4] = line[8] = None
    report = rev603.read(make.csv([*make.block(6, "$2,100.21"), *make.table(rows)]))
    refunds = report.refunds
    assert refunds["payee_id"].tolist() == ["98-765430000"] * 3 + ["98-765431000"] * 3
    assert refunds["care_of"].tolist() == ["Vesh Brokers"] * 6
    assert rev603.flag_rejects(refunds)["payment_state"].tolist() == ["rejected"] * 6
    assert "value-missing" not in _codes(report)
    assert _codes(report).count("shown-once-filled") == 4


def test_a_status_that_may_be_shown_once_is_said_and_not_filled(make: Any) -> None:
    rows = make.lines(8, refund_secondary_status=None)
    rows[0][8], rows[4][8] = "Reject No ACH", "Treasury Issued"
    report = rev603.read(make.csv([*make.block(8, "$3,600.36"), *make.table(rows)]))
    assert report.refunds["refund_secondary_status"].notna().sum() == 2
    assert report.verdict == "accepted with issues"
    assert "shown-once" in _codes(report)


def test_blank_cells_of_an_ordinary_report_are_left_alone(make: Any) -> None:
    rows = make.lines(8)
    for at in (1, 5, 6, 7):
        rows[at][8] = None  # in transit
    rows[3][2] = None
    report = rev603.read(make.csv(make.table(rows)))
    assert report.refunds["payee_id"].isna().sum() == 1
    assert report.refunds["refund_secondary_status"].isna().sum() == 4
    assert {"shown-once", "shown-once-filled"}.isdisjoint(_codes(report))


def test_a_blank_payee_is_not_filled_down_by_a_company_that_never_changes(make: Any) -> None:
    rows = make.lines(2, company_name="Quellharbor Lamps LLC", refund_date="11/02/2026")
    rows[1][2] = None
    report = rev603.read(make.csv(make.table(rows)))
    assert report.refunds["payee_id"].isna().tolist() == [False, True]
    assert "value-missing" in _codes(report)


def test_a_payee_shown_once_is_filled_down_where_the_company_changes_with_it(make: Any) -> None:
    rows = make.lines(6)
    for at, line in enumerate(rows):
        line[2], line[3] = f"98-76543{at // 3}000" if at % 3 == 0 else None, f"Lamps {at // 3}"
    refunds = rev603.read(make.csv(make.table(rows))).refunds
    assert refunds["payee_id"].tolist() == ["98-765430000"] * 3 + ["98-765431000"] * 3
