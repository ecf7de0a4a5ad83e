from __future__ import annotations

import datetime as dt
from collections import Counter
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from rev603.analysis.history import current
from rev603.errors import ColumnsMissingError, Rev603Error

KEY = ("payee_id", "refund_id", "document_number")
SHOWN = (*KEY, "refund_secondary_status", "report_date")
MONDAYS = [dt.date(2026, 3, 2) + dt.timedelta(weeks=week) for week in range(3)]

LINES = st.lists(
    st.fixed_dictionaries(
        {
            "payee_id": st.sampled_from(["1", "2", None]),
            "refund_id": st.sampled_from(["1", None]),
            "document_number": st.sampled_from(["A", None]),
            "refund_secondary_status": st.sampled_from(["Reject No ACH", "Treasury Issued", None]),
            "report_date": st.sampled_from(MONDAYS),
            "source_file": st.sampled_from(["a.csv", "b.csv", None]),
        }
    ),
    max_size=30,
)


FAR = {None: 0, "Reject No ACH": 1, "Treasury Issued": 2}


def newest_by_hand(lines: list[dict[str, Any]]) -> Counter[tuple[Any, ...]]:
    """Give the lines of each key's newest report: of several files of a day those of the one that got furthest."""
    by_key: dict[tuple[Any, ...], list[dict[str, Any]]] = {}
    for line in lines:
        by_key.setdefault(tuple(line[part] for part in KEY), []).append(line)
    found: Counter[tuple[Any, ...]] = Counter()
    for own in by_key.values():
        newest = max(line["report_date"] for line in own)
        files: dict[str, list[dict[str, Any]]] = {}
        for line in own:
            if line["report_date"] == newest:
                files.setdefault(line["source_file"] or "", []).append(line)
        ranked = sorted(
            files,
            key=lambda name: (
                -max(FAR[line["refund_secondary_status"]] for line in files[name]), -len(files[name]), name,
            ),
        )  # fmt: skip
        found.update(tuple(line[name] for name in SHOWN) for line in files[ranked[0]])
    return found


@given(lines=LINES)
def test_the_newest_report_that_shows_a_key_tells_its_state(engine: Any, to_frame: Any, lines: Any) -> None:
    native = engine.load(to_frame(lines))
    before = engine.rows(native)
    found = Counter(tuple(row[name] for name in SHOWN) for row in engine.rows(current(native)))
    assert found == newest_by_hand(lines)
    assert engine.rows(native) == before


def line_of(refund: str | None, status: str, day: dt.date | None, file: str = "a.csv") -> dict[str, Any]:
    return {
        "payee_id": "98-765432100", "refund_id": refund, "document_number": "60500000011",
        "refund_secondary_status": status, "report_date": day, "source_file": file, "mine": "kept",
    }  # fmt: skip


def test_all_lines_of_a_key_come_from_one_report(to_frame: Any) -> None:
    first, second, _ = MONDAYS
    history = to_frame(
        [
            line_of("1", "Check/ACH Returned", first),
            line_of("2", "Reject No ACH", first),  # a later date window no longer shows it
            line_of("1", "Check/ACH Returned", second),
            line_of("1", "Check/ACH Reissued", second),
        ]
    )
    found = current(history)
    assert found.index.tolist() == [1, 2, 3]
    assert found.columns.tolist() == history.columns.tolist()
    assert found["mine"].tolist() == ["kept"] * 3


def test_windows_of_one_day_that_overlap_do_not_count_a_line_twice(to_frame: Any) -> None:
    (day, *_) = MONDAYS
    twice_in_b = [line_of("1", "Treasury Issued", day, "b.csv")] * 2
    only_in_b = [line_of("2", "Treasury Issued", day, "b.csv")]
    found = current(to_frame([line_of("1", "Treasury Issued", day, "a.csv"), *twice_in_b, *only_in_b]))
    assert found["refund_id"].tolist() == ["1", "1", "2"]
    assert found["source_file"].tolist() == ["b.csv"] * 3


def test_one_report_is_its_own_state(engine: Any, to_frame: Any) -> None:
    lines = [line_of(str(number), "Reject No ACH", MONDAYS[0]) for number in range(5)]
    found = engine.rows(current(engine.load(to_frame(lines))))
    assert sorted(found, key=lambda row: str(row["refund_id"])) == lines  # DuckDB promises no order
    assert engine.rows(current(engine.load(to_frame(lines).iloc[:0]))) == []


def test_lines_without_a_report_date_are_refused_with_their_files(engine: Any, to_frame: Any) -> None:
    lines = [line_of("1", "Reject No ACH", MONDAYS[0]), line_of("2", "Reject No ACH", None, "undated.csv")]
    with pytest.raises(Rev603Error, match=r"1 refund lines have no report date(?s:.)*undated\.csv"):
        current(engine.load(to_frame(lines)))
    with pytest.raises(ColumnsMissingError, match="report_date"):
        current(engine.load(to_frame(lines).drop(columns="report_date")))
