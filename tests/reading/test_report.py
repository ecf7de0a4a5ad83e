"""The report as a whole: row accounting, errors that name every cell, nothing personal shown."""

from __future__ import annotations

import io
import pickle
from typing import Any, Literal

import pytest
from pandera.config import config_context

import rev603
from rev603.errors import LineError
from rev603.reading.issues import ISSUE_COLUMNS


def _spoilt(make: Any) -> list[Any]:
    return [
        *make.block(4, "$1,000.10"),
        *make.table([
            make.line(0),
            make.line(1, total_refund_amount="12 apples", refund_date="someday", payee_id="666-45-6789"),
            make.line(2, refund_date="#N/A"),
            make.line(3),
        ]),
    ]  # fmt: skip


def test_a_line_error_lists_each_cell(make: Any) -> None:
    with pytest.raises(LineError) as caught:
        rev603.read(make.book(_spoilt(make)))
    issues = caught.value.issues
    assert list(issues) == list(ISSUE_COLUMNS)
    cells = issues[["code", "source_sheet", "source_row", "column"]].values.tolist()
    assert sorted(cells) == [
        ["amount-unreadable", "Main Report", 6, "total_refund_amount"],
        ["cell-error", "Main Report", 7, "refund_date"],
        ["date-unreadable", "Main Report", 6, "refund_date"],
    ]
    text = str(caught.value)
    assert "3 cells cannot be read" in text
    for part in (
        "Main Report!L6",
        "Main Report!G6",
        "Main Report!G7",
        "'12 apples'",
        "what to do",
        'on_error="collect"',
    ):
        assert part in text
    assert str(pickle.loads(pickle.dumps(caught.value))) == text  # noqa: S301 - our own bytes


def test_collected_lines_are_set_aside_and_the_others_read(make: Any) -> None:
    report = rev603.read(make.book(_spoilt(make)), on_error="collect")
    assert report.refunds["source_row"].tolist() == [5, 8]
    aside = report.set_aside[report.set_aside["reason"] == "unreadable"]
    assert aside["source_row"].tolist() == [6, 7]
    assert "12 apples" in aside["text"].iloc[0]
    assert report.rows_read == 8 == len(report.refunds) + len(report.set_aside)
    assert report.verdict == "does not tie out"


def test_every_row_is_counted_whatever_becomes_of_it(make: Any) -> None:
    rows = [[], ["title"], *make.block(2, "$300.03"), [], *make.table(make.lines(2)), ["Total", *[None] * 10, "$300.03"], [],
            ["a note"], [None, None, "  "], list(make.headings)]  # fmt: skip
    filled = sum(any(str(cell or "").strip() for cell in row) for row in rows)
    for stream in (make.csv(rows), make.book(rows)):
        report = rev603.read(stream)
        assert report.rows_read == filled == len(report.refunds) + len(report.set_aside) == 10
        assert report.set_aside["reason"].notna().all()
        assert not set(report.refunds["source_row"]) & set(report.set_aside["source_row"])


SSN = "666-45-6789"


@pytest.mark.parametrize(
    "place",
    ["payee_id", "company_name", "address", "total_refund_amount", "refund_date", "port_code", "care_of"],
)
def test_no_social_security_number_in_any_message(make: Any, place: str) -> None:
    rows = make.table([make.line(0, **{place: f'="{SSN}"', "refund_secondary_status": f"Held for {SSN}"})])
    rows = [
        ["Total Refunds", None, SSN],
        *rows,
        [SSN],
        [None] * 11 + [f"Total for {SSN}"],
        ["Sum", *[None] * 10, SSN],
    ]
    rows[1].append(f"Notes {SSN}")
    rows[2].append("x")
    on_error: Literal["raise", "collect"]
    for on_error in ("raise", "collect"):
        try:
            report = rev603.read(make.csv(rows), on_error=on_error)
        except LineError as error:
            shown = str(error) + error.issues.to_csv()
        else:
            shown = repr(report) + report._repr_html_() + report.issues.to_csv()
        assert "666-45" not in shown
        assert "6789" in shown


def test_nine_bare_digits_of_a_payee_are_masked_in_messages(make: Any) -> None:
    report = rev603.read(make.csv(make.table([make.line(0, payee_id="666456789.0")])))
    assert report.refunds["payee_id"].tolist() == ["666456789"]
    message = report.issues["message"].iloc[0]
    assert "666456789" not in message
    assert "XXXXX6789" in message


def test_missing_columns_show_no_social_security_number(make: Any) -> None:
    rows = make.table([])
    rows[0][2], rows[0][16] = f"Payee {SSN}", SSN
    with pytest.raises(rev603.ColumnsMissingError) as caught:
        rev603.read(make.csv([*rows, make.line(0)]))
    assert "666-45" not in str(caught.value)


def test_the_report_shows_itself_in_words_and_safely_in_a_notebook(make: Any) -> None:
    rows = [
        *make.block(1, "$100.01"),
        *make.table([make.line(0, refund_secondary_status="<script>alert(1)</script>")]),
    ]
    stream = make.csv(rows)
    stream.name = "<b>week</b>.csv"
    report = rev603.read(stream)
    assert "accepted with issues; 1 refund lines, $100.01" in repr(report)
    page = report._repr_html_()
    assert "<script>" not in page
    assert "<b>" not in page
    assert "&lt;script&gt;" in page
    assert "11/13/2026" in page


def test_a_long_list_of_issues_is_cut_in_a_notebook(make: Any) -> None:
    report = rev603.read(make.csv(make.table(make.lines(15, port_code="212"))))
    assert "10 of 16 lines" in report._repr_html_()
    assert "none stated" in report._repr_html_()


def test_a_path_a_name_and_a_stream_are_the_same(make: Any, tmp_path: Any) -> None:
    content = make.csv(make.table(make.lines(2))).getvalue()
    path = tmp_path / "report.csv"
    path.write_bytes(content)
    reports = [rev603.read(path), rev603.read(str(path)), rev603.read(io.BytesIO(content))]
    assert {report.content_hash for report in reports} == {reports[0].content_hash}
    assert reports[0].refunds["source_file"].tolist() == ["report.csv"] * 2


@pytest.mark.parametrize("options", [{"on_error": "ignore"}, {"grain": "lines"}])
def test_a_wrong_option_is_refused(make: Any, options: dict[str, Any]) -> None:
    with pytest.raises(ValueError, match=next(iter(options.values()))):
        rev603.read(make.csv(make.table([])), **options)


def test_the_contract_holds_with_pandera_switched_off(make: Any, monkeypatch: pytest.MonkeyPatch) -> None:
    with config_context(validation_enabled=False):
        report = rev603.read(
            make.csv(make.table([make.line(0, check_or_ach="Wire", total_refund_amount=None)]))
        )
    assert report.refunds["check_or_ach"].isna().all()
    rev603.RefundSchema.validate(report.refunds)
