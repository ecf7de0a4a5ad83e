"""A report, and lines of it, in every form: to a path, into an open file, or given; and what is refused."""

from __future__ import annotations

import io
import json
import pickle
import re
from pathlib import Path
from typing import Any

import openpyxl
import pandas as pd
import pytest

import rev603

EXPORT = Path(__file__).parents[2] / "sample_data" / "rev603_2026-11-06.xlsx"


@pytest.fixture(scope="module")
def report() -> rev603.Report:
    return rev603.read(EXPORT)


@pytest.mark.long
def test_each_form_is_written_to_a_path_or_an_open_file_or_given(
    report: rev603.Report, tmp_path: Path
) -> None:
    for ending, form in (("json", report.to_json), ("md", report.to_markdown), ("html", report.to_html)):
        text, binary = io.StringIO(), io.BytesIO()
        form(text)
        form(binary)
        form(tmp_path / f"x.{ending}")
        assert (
            form()
            == text.getvalue()
            == binary.getvalue().decode()
            == (tmp_path / f"x.{ending}").read_text("utf-8")
        )
    book = io.BytesIO()
    report.to_excel(book)
    report.to_excel(tmp_path / "x.xlsx")
    assert report.to_excel() == book.getvalue() == (tmp_path / "x.xlsx").read_bytes()
    assert json.loads(report.to_json()) == report.to_dict()


def test_endings_that_do_not_fit_and_folders_that_are_not_there_are_refused(
    report: rev603.Report, tmp_path: Path
) -> None:
    with pytest.raises(rev603.Rev603Error, match=r"x\.pdf does not end in \.html"):
        report.to_html(tmp_path / "x.pdf")
    with pytest.raises(rev603.Rev603Error, match="There is no folder"):
        report.to_excel(tmp_path / "no" / "x.xlsx")
    assert list(tmp_path.iterdir()) == []


def test_a_notebook_shows_no_label_twice(report: rev603.Report) -> None:
    labels = [label for label, _ in report.facts()]
    assert len(labels) == len(set(labels))
    assert all(label in report._repr_html_() for label in labels)


def test_reading_and_its_report_can_be_sent_to_another_process(report: rev603.Report) -> None:
    assert pickle.loads(pickle.dumps(rev603.read)) is rev603.read  # noqa: S301 - our own
    assert isinstance(pickle.loads(pickle.dumps(report)), rev603.Report)  # noqa: S301 - our own


def test_lines_become_a_workbook_that_is_masked_and_has_no_formula_in_it(
    report: rev603.Report, tmp_path: Path
) -> None:
    lines = report.refunds.head(30).assign(company_name="=1+1 LLC")
    rev603.write_lines(lines, tmp_path / "x.xlsx")
    rows = list(openpyxl.load_workbook(tmp_path / "x.xlsx")["Refunds"].iter_rows())
    head = [cell.value for cell in rows[0]]
    name, number = head.index("company_name"), head.index("payee_id")
    assert len(rows) == 1 + 30
    assert {(row[name].value, row[name].data_type) for row in rows[1:]} == {("=1+1 LLC", "s")}
    person = lines["payee_id"].str.fullmatch(r"[0-9]{3}-[0-9]{2}-[0-9]{4}").to_numpy()
    assert person.any()
    assert all(
        str(row[number].value).startswith("XXX-XX-") == is_person
        for row, is_person in zip(rows[1:], person, strict=True)
    )


@pytest.mark.long
def test_lines_become_a_workbook_for_each_payee_that_holds_nobody_elses(
    report: rev603.Report, tmp_path: Path
) -> None:
    lines = report.refunds.head(30)
    paths = rev603.write_lines(lines, tmp_path / "each", by="payee_id")
    assert len(paths) == len(set(paths)) == lines["payee_id"].nunique()
    counted = 0
    for path in paths:
        rows = list(openpyxl.load_workbook(path)["Refunds"].iter_rows(values_only=True))
        numbers = {row[rows[0].index("payee_id")] for row in rows[1:]}
        assert len(numbers) == 1
        counted += len(rows) - 1
    assert counted == 30
    with pytest.raises(rev603.ColumnsMissingError, match="payee"):
        rev603.write_lines(lines, tmp_path, by="payee")


def test_a_worklist_is_written_in_every_form_masked(tmp_path: Path) -> None:
    history = rev603.read_history(EXPORT)
    work = rev603.enrollment_worklist(history, as_of="2026-11-06")
    person = work.head(3).assign(payee_id="219-09-9999", actor_name="[x](http://y.example) @me www.z.example")
    texts = {}
    for ending in ("html", "md", "json", "csv"):
        (path,) = rev603.write_lines(person, tmp_path / f"work.{ending}")
        texts[ending] = path.read_text("utf-8")
        assert "XXX-XX-9999" in texts[ending]
        assert "219-09-9999" not in texts[ending]
    assert texts["md"].count("XXX-XX-9999") == texts["html"].count("XXX-XX-9999") == 3
    assert "| Who |" in texts["md"]
    assert not re.search(r"(?<!\\)\]\(|@|www\.|http:", texts["md"])
    assert [line["step"] for line in json.loads(texts["json"])["lines"]] == person["step"].tolist()
    with pytest.raises(rev603.Rev603Error, match=r"\.html, \.md or \.json"):
        rev603.write_lines(person, tmp_path / "work.docx")


def test_a_worklist_has_what_answers_have_as_text_into_open_files_and_as_written(tmp_path: Path) -> None:
    history = rev603.read_history(EXPORT)
    work = rev603.enrollment_worklist(history, as_of="2026-11-06").head(3).assign(payee_id="219-09-9999")
    lines = rev603.Lines(work, title="Who must act")
    texts: dict[str, tuple[Any, Any]] = {
        ".html": (lines.to_html, io.StringIO()),
        ".md": (lines.to_markdown, io.StringIO()),
        ".json": (lines.to_json, io.StringIO()),
        ".xlsx": (lines.to_excel, io.BytesIO()),
    }
    for ending, (write, file) in texts.items():
        (path,) = rev603.write_lines(work, tmp_path / f"work{ending}")
        write(file)
        write(tmp_path / f"again{ending}")
        again = (tmp_path / f"again{ending}").read_bytes()
        given = write() if ending == ".xlsx" else write().encode()
        into = file.getvalue() if ending == ".xlsx" else file.getvalue().encode()
        assert given == into == again
        assert b"219-09-9999" not in given
        if ending in {".xlsx", ".json"}:  # these bear no title
            assert given == path.read_bytes()
        else:
            assert b"Who must act" in given
    rows = openpyxl.load_workbook(io.BytesIO(lines.to_excel()))["Refunds"].iter_rows(values_only=True)
    assert next(rows) == tuple(work.columns)
    assert [line["step"] for line in lines.to_dict()["lines"]] == work["step"].tolist()
    assert "XXX-XX-9999" in lines.to_text()
    assert repr(lines) == "<Who must act: 3 lines>"


def test_a_masked_workbook_of_lines_may_be_shared_and_one_with_full_numbers_may_not(
    report: rev603.Report, tmp_path: Path
) -> None:
    rev603.write_lines(report.refunds.head(3), tmp_path / "masked.xlsx")
    rev603.write_lines(report.refunds.head(3), tmp_path / "full.xlsx", mask="none")
    assert (tmp_path / "full.xlsx").stat().st_mode & 0o777 == 0o600
    assert (tmp_path / "masked.xlsx").stat().st_mode & 0o777 != 0o600


class Pieces(io.StringIO):
    """An open file that notes how much is written to it at a time."""

    def __init__(self) -> None:
        super().__init__()
        self.sizes: list[int] = []

    def write(self, text: str) -> int:
        self.sizes.append(len(text))
        return super().write(text)


def test_json_of_many_lines_is_never_in_memory_as_one_text() -> None:
    frame = pd.DataFrame({"refund_id": [f"R{number:09d}" for number in range(100_000)], "amount": 12.5})
    rev603.Lines(frame).to_json(pieces := Pieces())
    assert max(pieces.sizes) <= sum(pieces.sizes) / 4
    assert json.loads(pieces.getvalue())["lines"] == frame.to_dict("records")
