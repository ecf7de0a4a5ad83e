"""The catalogue: every code can be provoked, says what is wrong, where, and what to do."""

from __future__ import annotations

import io
import re
import zipfile
from pathlib import Path
from typing import TYPE_CHECKING, Any

import openpyxl
import pandas as pd
import pyarrow as pa
import pytest
from hypothesis import given
from hypothesis import strategies as st

import rev603
from rev603.errors import LineError
from rev603.reading.issues import (
    CATALOGUE,
    ISSUE_COLUMNS,
    IssueLog,
    folded,
    joined,
    masked,
    masked_cells,
    quoted,
)

if TYPE_CHECKING:
    from collections.abc import Callable


def _line(**changes: Any) -> Callable[[Any], io.BytesIO]:
    return lambda make: make.csv(make.table([make.line(0), make.line(1, **changes)]))


def _rows(change: Callable[[Any, list[list[Any]]], list[list[Any]]]) -> Callable[[Any], io.BytesIO]:
    return lambda make: make.csv(change(make, make.table(make.lines(2))))


def _headed(make: Any, rows: list[list[Any]], at: int, text: str | None) -> list[list[Any]]:
    rows[0][at] = text
    return rows


def _book(
    sheets: Callable[[Any], Any], edit: Callable[[Any], None] | None = None
) -> Callable[[Any], io.BytesIO]:
    return lambda make: make.book(sheets(make), edit=edit)


def _two(make: Any) -> list[list[Any]]:
    rows: list[list[Any]] = make.table(make.lines(2))
    return rows


def _merge(book: Any) -> None:
    page = book["Main Report"]
    page["A3"].value = None
    page.merge_cells("A2:A3")


def _pad(book: Any) -> None:
    book["Main Report"]["Q2"].value = 212
    book["Main Report"]["Q2"].number_format = "0000"


def _uncomputed(book: Any) -> None:
    book["Main Report"]["F2"].value = "=1+1"


def _misnamed(make: Any) -> io.BytesIO:
    stream: io.BytesIO = make.csv(_two(make))
    stream.name = "report.xlsx"
    return stream


def _unusual(make: Any) -> io.BytesIO:
    """Write the cells of the sheet without their addresses, as some programs do."""
    rows = make.table(make.lines(2, care_of="Vesh Customs Brokers"))
    with zipfile.ZipFile(make.book(rows)) as archive:
        parts = {name: archive.read(name) for name in archive.namelist()}
    sheet = next(name for name in parts if name.startswith("xl/worksheets/sheet"))
    parts[sheet] = re.sub(rb'(<c) r="[A-Z]+[0-9]+"', rb"\1", parts[sheet])
    stream = io.BytesIO()
    with zipfile.ZipFile(stream, "w", zipfile.ZIP_DEFLATED) as archive:
        for name, content in parts.items():
            archive.writestr(name, content)
    return io.BytesIO(stream.getvalue())


def _too_long(make: Any) -> io.BytesIO:
    text: str = make.csv(_two(make)).getvalue().decode()
    return io.BytesIO(text.replace("Lamps 1 LLC", "Lamps 1, LLC").encode())


TOTAL = ["Total", *[None] * 10]
PROVOKED: dict[str, Callable[[Any], io.BytesIO]] = {
    "amount-unreadable": _line(total_refund_amount="1e3"),
    "amount-missing": _line(total_refund_amount=None),
    "date-unreadable": _line(refund_date="10"),
    "date-order-undecided": _line(refund_date="02.06.2026"),
    "date-day-first": _rows(lambda make, rows: make.table(make.lines(2, refund_date="13/11/2026"))),
    "date-after-report": _rows(lambda make, rows: [["Today's Date", "11/01/2026"], *rows]),
    "date-forms-mixed": _line(refund_date="2026-11-05"),
    "cell-error": _line(payee_id="#N/A"),
    "cell-error-kept": _line(address="#REF!"),
    "formula-without-value": _book(_two, _uncomputed),
    "wrapper-removed": _line(port_code='="0212"'),
    "invisible-removed": _line(refund_id="0603\u200b000001"),
    "decimal-tail-removed": _line(port_code="3802.0"),
    "zero-restored": _line(port_code="212"),
    "spelling-settled": _line(payee_id="98-7654321"),
    "padded-format": _book(_two, _pad),
    "scientific-notation": _line(document_number="6.05761E+10"),
    "digits-lost": _line(check_or_trace_number="1234567890123450000"),
    "check-digit": _line(document_number="MYK28000865", filer_code="MYK"),
    "status-unknown": _line(refund_secondary_status="Lost at Sea"),
    "refund-status-unknown": _line(refund_status="PENDING"),
    "refund-type-unknown": _line(refund_type="Drawback"),
    "method-unknown": _line(check_or_ach="Wire"),
    "center-unknown": _line(center_id="CEE011"),
    "value-missing": _line(payee_id=None),
    "line-too-long": _too_long,
    "shown-once-filled": _rows(
        lambda make, rows: make.table(
            [make.line(0), *[make.line(at, payee_id=None, company_name=None) for at in (1, 2)]]
        )
    ),
    "shown-once": _rows(
        lambda make, rows: make.table([make.line(0), *[make.line(at, refund_secondary_status=None) for at in range(1, 5)]])
    ),
    "refund-like-total": _line(refund_id="TOTAL"),
    "payee-unusual": _line(payee_id="12-34"),
    "document-unusual": _line(document_number="see file"),
    "filer-differs": _line(filer_code="605"),
    "code-unusual": _line(port_code="38022"),
    "column-missing": _rows(lambda make, rows: [row[:-1] for row in rows]),
    "column-absent": _rows(lambda make, rows: [row[:4] + row[5:] for row in rows]),
    "report-sibling": _rows(lambda make, rows: [["REV-613 ACH Rejected Refunds"], *rows]),
    "status-of-report": _rows(lambda make, rows: [["REV-613"], *[row[:8] + row[9:] for row in rows]]),
    "column-unknown": _rows(lambda make, rows: [[*row, "x"] for row in rows]),
    "columns-left-out": _rows(lambda make, rows: [[*row, *[f"x{at}" for at in range(501)]] for row in rows]),
    "column-repeated": _rows(lambda make, rows: _headed(make, rows, 16, "Team Number")),
    "beside-the-table": _rows(lambda make, rows: [[*row, None, "old"] for row in rows]),
    "sheet-skipped": _book(lambda make: {"Main Report": _two(make), "Notes": [["call them"]]}),
    "sheet-joined": _book(lambda make: {"Main Report": _two(make), "Page 2": make.table([make.line(2)])}),
    "sheet-repeated": _book(lambda make: {"Main Report": _two(make), "Copy": _two(make)}),
    "sheet-another-report": _book(
        lambda make: {"Main Report": _two(make), "Older": [*make.block(1, "$300.03"), *make.table([make.line(2)])]}
    ),
    "merged-filled": _book(_two, _merge),
    "subtotal-differs": _rows(lambda make, rows: [*rows, [*TOTAL, "$1.00"]]),
    "total-line-doubtful": _rows(lambda make, rows: [*rows, ["Total", None, "98-765430000", *[None] * 8, "$1.00"]]),
    "line-not-understood": _rows(lambda make, rows: [*rows, ["see below"]]),
    "header-unreadable": _rows(lambda make, rows: [["Total Refunds", None, "two"], *rows]),
    "totals-absent": _line(),
    "totals-differ": _rows(lambda make, rows: [*make.block(3, "$300.03"), *rows]),
    "ambiguous-grain": _rows(
        lambda make, rows: make.table(make.lines(2, refund_id="R", payee_id="98-765430000", refund_date="11/02/2026",
                                                 total_refund_amount="$9.00", check_or_trace_number="1"))
    ),
    "grain-refund": _rows(
        lambda make, rows: [
            *make.block(1, "$9.00"),
            *make.table(make.lines(2, refund_id="R", payee_id="98-765430000", refund_date="11/02/2026",
                                   total_refund_amount="$9.00", check_or_trace_number="1")),
        ]
    ),
    "line-repeated": _rows(lambda make, rows: [*rows, rows[1]]),
    "misnamed": _misnamed,
}  # fmt: skip
HEADINGS = "Refund ID,Payee ID,Company Name,C/O,Refund Date,Refund Secondary Status,Document Number,Total Refund Amount"
ONE = "0000000123,98-765432100,Harbor Lamps Inc.,,{day},{status},{document},$500.00"
A, B = "60575980937", "60576069342"


def _lines(
    *documents: str, day: str = "03/02/2025", status: str = "Reject No ACH", refund: str = "0000000123"
) -> str:
    """Lines of one refund of 500.00, one for each document."""
    lines = [ONE.format(day=day, status=status, document=document) for document in documents or (A,)]
    return "\n".join(lines).replace("0000000123", refund)


def _dated(day: str, totals: str = "") -> str:
    return f"Today's Date,{day}\n{totals}"


TOTALS = "Total Refunds,1\nTotal Refund Amount,$500.00\n"
#: What only a folder provokes: file name → what stands above the headings, and the lines.
FOLDERS: dict[str, dict[str, tuple[str, str]]] = {
    "spelling-of-siblings": {"2025-03-06.csv": ("", _lines()), "2025-03-13.csv": ("", _lines(refund="123"))},
    "grain-of-siblings": {"2025-03-06.csv": (TOTALS, _lines(A, B)), "2025-03-13.csv": ("", _lines(A, B))},
    "files-disagree": {"a 2025-03-06.csv": ("", _lines()), "b 2025-03-06.csv": ("", _lines(status="Treasury Issued"))},
    "reports-disagree": {
        "2025-03-06.csv": ("", _lines(status="Treasury Issued")), "REV-613 2025-03-06.csv": ("REV-613\n", _lines()),
    },
    "date-order-of-siblings": {
        "2025-03-16.csv": ("", _lines(day="13/03/2025")), "2025-04-16.csv": ("", _lines(day="04/03/2025")),
    },
    "folder-behind": {
        "mine/2025-03-06.csv": ("", _lines()), "mine/m 2025-03-13.csv": ("", _lines(status="Treasury Issued")),
        "theirs/t 2025-03-06.csv": ("", _lines(B)),
    },
    "report-date-future": {"r.csv": (_dated("03/06/2062"), _lines(day="03/02/2062"))},
    "report-date-late": {"r.csv": (_dated("09/06/2025"), _lines())},
    "report-date-not-of-name": {"2025-03-06.csv": (_dated("04/06/2025"), _lines())},
}  # fmt: skip
#: By entry lists, by what else lies in a folder, and by what a caller teaches.
PROVOKED_ELSEWHERE = {code for code in CATALOGUE if code.startswith(("entry-", "expected-", "file-"))} | {
    "amount-summed",
    "status-taught",
    "status-overruled",
    "status-not-met",
}


@pytest.mark.parametrize("code", FOLDERS)
def test_a_code_of_folders_is_provoked_by_its_files_and_no_other_of_them_is(
    code: str, tmp_path: Path
) -> None:
    for name, (above, lines) in FOLDERS[code].items():
        path = tmp_path / name
        path.parent.mkdir(exist_ok=True)
        path.write_text(f"{above}{HEADINGS}\n{lines}\n", encoding="utf-8")
    issues = pd.DataFrame(rev603.read_history(tmp_path).attrs["rev603"]["issues"])
    (issue,) = issues[issues["code"].isin(FOLDERS)].to_dict("records")
    kind = CATALOGUE[code]
    assert (issue["code"], issue["severity"]) == (code, kind.severity)
    assert kind.meaning in issue["message"]
    assert kind.what_to_do in issue["message"]
    assert issue["source_file"] in [Path(name).name for name in FOLDERS[code]]


def test_sheet_another_date(make: Any) -> None:
    weeks = {"11-13-2026": make.lines(2), "11-20-2026": [make.line(3)]}
    book = make.book(
        {day: [["Today's Date", day.replace("-", "/")], *make.table(lines)] for day, lines in weeks.items()}
    )
    issues = rev603.read(book).issues
    (issue,) = issues[issues["code"] == "sheet-another-date"].to_dict("records")
    assert issue["source_sheet"] == "11-20-2026"
    assert CATALOGUE["sheet-another-date"].what_to_do in issue["message"]


def _issues(stream: io.BytesIO) -> pd.DataFrame:
    try:
        return rev603.read(stream).issues
    except LineError as error:
        return error.issues


@pytest.mark.parametrize("code", PROVOKED)
def test_a_code_can_be_provoked_and_says_what_where_and_what_to_do(code: str, make: Any) -> None:
    issues = _issues(PROVOKED[code](make))
    assert list(issues) == list(ISSUE_COLUMNS)
    found = issues[issues["code"] == code]
    assert len(found), issues["message"].tolist()
    kind = CATALOGUE[code]
    issue: Any
    for issue in found.itertuples():
        assert issue.severity == kind.severity
        assert len(issue.message) > 20
        assert issue.source_file
        if pd.notna(issue.source_row) and pd.notna(issue.column):  # a cell: where it is, and what it says
            sheet = f"{issue.source_sheet}!" if isinstance(issue.source_sheet, str) else ""
            assert re.match(rf"{sheet}[A-Z]+{issue.source_row}: |Port Code: |C/O: |REV-613: ", issue.message)
        if kind.severity in {"error", "warning"} and kind.remedy != "nothing":
            assert kind.what_to_do in issue.message
        assert "; nothing" not in issue.message  # where nothing is to be done, nothing is said of it


def test_every_code_is_provoked_here_or_among_entry_lists_and_folders() -> None:
    assert {*PROVOKED, *FOLDERS, "sheet-another-date", *PROVOKED_ELSEWHERE} == set(CATALOGUE)


def test_every_code_that_the_reader_uses_is_in_the_catalogue_and_the_reverse() -> None:
    package = Path(rev603.__file__).parent
    source = "".join(
        path.read_text(encoding="utf-8")
        for path in (package / "reading").rglob("*.py")
        if path.name != "issues.py"
    )
    quoted = set(re.findall(r'"([a-z]+(?:-[a-z]+)+|misnamed)"', source))
    assert set(CATALOGUE) <= quoted
    said = set(
        re.findall(
            r'(?:add|add_cells|say|refuse|change|say_values|CATALOGUE\[)\(?\s*["\']([a-z-]+)["\']', source
        )
    )
    assert said <= set(CATALOGUE)


@pytest.mark.parametrize("kind", CATALOGUE.values(), ids=lambda kind: kind.code)
def test_a_kind_is_worded_as_a_sentence_goes_on(kind: Any) -> None:
    assert re.fullmatch("[a-z]+(-[a-z]+)*", kind.code)
    assert kind.severity in {"error", "warning", "info"}
    assert kind.meaning
    assert not kind.meaning.endswith(".")
    assert kind.what_to_do
    assert not kind.what_to_do.endswith(".")


def test_no_issue_is_an_empty_frame_of_the_same_columns() -> None:
    assert list(IssueLog("a.csv").frame()) == list(ISSUE_COLUMNS)
    assert str(joined([])["source_row"].dtype) == "Int64"


def test_the_worst_comes_first(make: Any) -> None:
    rows = make.table([make.line(0, port_code="212", payee_id="x"), make.line(1, total_refund_amount="x")])
    report = rev603.read(make.csv(rows), on_error="collect")
    assert report.issues["severity"].tolist() == ["error", "warning", "info", "info"]


def test_a_shown_value_is_masked_short_and_on_one_lines() -> None:
    assert masked("a\nb\tc") == "a b c"
    assert masked(None) is None
    assert masked("666456789") == "666456789"
    assert masked("666456789", "payee_id") == "XXXXX6789"
    shown = masked("x" * 75 + " 666-45-6789")
    assert shown is not None
    assert len(shown) == 80
    assert "666" not in shown


def test_a_workbook_by_an_unusual_program_is_read_all_the_same(make: Any) -> None:
    report = rev603.read(_unusual(make))
    assert report.refunds["amount"].tolist() == [100.01, 200.02]
    assert openpyxl.load_workbook(_unusual(make)).sheetnames == ["Main Report"]


def test_many_issues_of_a_kind_in_a_column_fold_into_one_that_counts_them(make: Any) -> None:
    lines = [make.line(at, port_code="212", team_number="7" if at < 3 else "007") for at in range(1_234)]
    issues = rev603.read(make.csv(make.table(lines))).issues
    assert issues["code"].value_counts()["zero-restored"] == 1_234 + 3
    kept = folded(issues)
    restored = kept[kept["code"] == "zero-restored"].set_index("column")["message"]
    assert restored.index.tolist().count("port_code") == 1
    assert restored["port_code"].startswith("Q2: a lost leading zero was restored ('212'): now '0212'")
    assert restored["port_code"].endswith("and 1,233 more like it in this column")
    assert restored.index.tolist().count("team_number") == 3
    assert list(kept) == list(issues)


def test_folding_few_issues_changes_nothing(make: Any) -> None:
    issues = rev603.read(make.csv(make.table(make.lines(2, port_code="212")))).issues
    pd.testing.assert_frame_equal(folded(issues), issues)
    pd.testing.assert_frame_equal(folded(IssueLog("x").frame()), IssueLog("x").frame())


# ------------------------------------------------------------------ what is shown of a cell

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
