"""One number, one spelling, wherever a line proves that it is the same; bare digits and other documents stay."""

from __future__ import annotations

from typing import Any

import pytest

import rev603

EIN = "98-765432100"


def read_one(make: Any, **cells: str) -> Any:
    return rev603.read(make.csv(make.table([make.line(1, **cells), make.line(2)])))


@pytest.mark.parametrize(
    ("written", "read"),
    [
        ("98-7654321", EIN),
        ("98\u20117654321", EIN),
        ("98 7654321", EIN),
        ("98 - 765432100", EIN),
        ("98-7654321ab", "98-7654321AB"),
        ("987654321A1", "98-7654321A1"),
        ("000 12 3456", "000-12-3456"),
        ("262704\u201300017", "262704-00017"),
        ("987654321", "987654321"),  # may be a social security number
        ("98765432100", "98765432100"),  # may be assigned by CBP
        ("98-765432", "98-765432"),
    ],
)
def test_a_payee_number_is_put_into_the_spelling_that_cbp_prints(make: Any, written: str, read: str) -> None:
    report = read_one(make, payee_id=written)
    assert report.refunds["payee_id"].iloc[0] == read
    said = report.issues[report.issues["code"] == "spelling-settled"]
    assert said["source_row"].tolist() == ([2] if written != read else [])
    assert said["column"].tolist() == (["payee_id"] if written != read else [])


@pytest.mark.parametrize(
    ("written", "read", "code"),
    [
        ("605-7607248-6", "60576072486", ["spelling-settled"]),
        ("605 7607248 6", "60576072486", ["spelling-settled"]),
        ("sp7-0000001-4", "SP700000014", ["spelling-settled"]),
        ("2130045111", "02130045111", ["zero-restored"]),
        ("60576072486", "60576072486", []),
        ("3802-26-100123", "3802-26-100123", []),
    ],
)
def test_a_document_that_is_an_entry_number_is_its_11_characters(
    make: Any, written: str, read: str, code: list[str]
) -> None:
    report = read_one(make, document_number=written, filer_code="")
    assert report.refunds["document_number"].iloc[0] == read
    said = report.issues[report.issues["code"].isin(["spelling-settled", "zero-restored"])]
    assert said[["code", "column", "source_row"]].to_numpy().tolist() == [
        [each, "document_number", 2] for each in code
    ]


def test_a_column_without_suffixes_is_one_issue_that_counts_its_lines(make: Any) -> None:
    lines = [make.line(number, payee_id="98-7654321") for number in range(1, 151)]
    report = rev603.read(make.csv(make.table(lines)))
    assert report.refunds["payee_id"].unique().tolist() == [EIN]
    (message,) = report.issues.loc[report.issues["code"] == "spelling-settled", "message"]
    assert "150 lines" in message
