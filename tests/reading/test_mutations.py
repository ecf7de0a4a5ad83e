"""Spoil a good file in one random place: what is read must be right, or refused, or spoken of.

Sizes: 100 spoilt files in the ordinary run; REV603_MUTATIONS=20000 for the long one. The count of
each outcome is printed (pytest -s).

What no reader can notice, and so is no failure (the reader must still give what stands in the file):

* a refund number, name, address, notify party or trace number that became another text, as nothing in the
  report depends on them and their forms are unknown; and a cell that reports leave blank became blank
  (notify party, address, statuses, type, number, method, and the codes of filer, center, team and port);
* a payee number, code, date not after the report's own, or entry number with a right check digit and the
  line's filer that became another one of its form; a documented status, method or center that became another;
* a document number that became one of 12 digits, as a protest has and CBP's own picture shows;
* amounts that changed places within the span of one total;
* in a report that counts refunds and repeats their amounts: a lost or doubled line of a refund with several;
* Today's Date that became another date not before the last refund, or that is gone with its label.
"""

from __future__ import annotations

import csv
import datetime as dt
import io
import os
import random
import re
from collections import Counter
from typing import TYPE_CHECKING, Any

import pytest
from every_writer import write_report
from spoiling import CELLS, Good, Grid, Record, as_bytes, bytes_changed, numbered, plain

import rev603
from rev603.errors import Rev603Error
from rev603.sample import sample_report
from rev603.vocabulary.headings import REFUND_COLUMNS

if TYPE_CHECKING:
    from pathlib import Path

    import pandas as pd

MUTATIONS = int(os.environ.get("REV603_MUTATIONS", "100"))
SEED = int(os.environ.get("REV603_MUTATION_SEED", "603"))

HEADINGS = {column.heading: column.name for column in REFUND_COLUMNS}
NAMES = [column.name for column in REFUND_COLUMNS]
COMPARED = [*NAMES, "entry_number", "amount", "report_date"]


def _records(refunds: pd.DataFrame) -> tuple[Record, ...]:
    columns = []
    for name in COMPARED:
        column = refunds[name]
        if name in {"amount", "total_refund_amount"}:
            values = [None if value != value else round(value * 100) for value in column.tolist()]  # noqa: PLR0124 - NaN
        else:
            values = [
                value if there else None for value, there in zip(column.tolist(), column.notna(), strict=True)
            ]
        columns.append(values)
    return tuple(zip(*columns, strict=True))


@pytest.fixture(scope="module")
def good_files(tmp_path_factory: pytest.TempPathFactory) -> list[Good]:
    folder: Path = tmp_path_factory.mktemp("good")
    made = []
    plans: list[tuple[str, str, int, dict[str, Any]]] = [
        ("picture, comma", ",", 40, {}),
        ("picture, semicolon", ";", 45, {"call_outs": False}),
        ("page of Web Intelligence", ",", 64, {"layout": "webi"}),
        ("counts refunds", "\t", 40, {"grain": "refund"}),
        ("workbook of text", "xlsx", 40, {}),
        ("workbook of numbers", "xlsx", 40, {"layout": "webi"}),
    ]
    for number, (name, kind, lines, options) in enumerate(plans):
        refunds = sample_report(lines=lines, seed=number, grain=options.get("grain", "line"))
        path = write_report(refunds, folder / f"{number}.csv", **options)
        grid: Grid = list(csv.reader(path.read_text().splitlines()))
        grid = numbered(grid) if "numbers" in name else grid
        head = next(at for at, row in enumerate(grid) if "Refund ID" in row)
        report = rev603.read(io.BytesIO(as_bytes(kind, grid)))
        assert report.verdict == "accepted", (name, report.issues["message"].tolist())
        assert report.issues["severity"].isin(["info"]).all()
        truth = _records(report.refunds)
        assert Counter(record[:5] for record in truth) == Counter(record[:5] for record in _records(refunds))
        assert sum(record[-2] for record in truth) == round(refunds["amount"].sum() * 100)
        made.append(Good(name, grid, kind, "grain" in options, head, truth))
    return made


def _outcome(good: Good, content: bytes, grid: Grid | None) -> str:
    try:
        report = rev603.read(io.BytesIO(content))
    except Rev603Error:
        return "refused"
    read = _records(report.refunds)
    lost, gained = Counter(good.truth) - Counter(read), Counter(read) - Counter(good.truth)
    if not lost and not gained:
        return "right"
    if report.verdict != "accepted":
        return "flagged"
    return _noticed(good, report, list(lost.elements()), list(gained.elements()), grid)


def _noticed(
    good: Good, report: rev603.Report, lost: list[Record], gained: list[Record], grid: Grid | None
) -> str:
    """Tell a change that was noted (an issue of mere information names it) or cannot be noticed from a silent one."""
    if len(lost) != len(gained):
        if _line_of_a_counted_refund(good, lost, gained):
            return "unnoticeable"
        return f"SILENT: lost {lost[:2]}, gained {gained[:2]}"
    issues = list(report.issues.itertuples())
    noted: set[Any] = {(issue.column, issue.value) for issue in issues} | {
        (issue.column, issue.source_row) for issue in issues
    }
    absent = {issue.column for issue in issues if issue.code in ("column-missing", "column-absent")}
    outcome = "unnoticeable"
    order = {record: at for at, record in enumerate(good.truth)}
    places = {record: at for at, record in enumerate(_records(report.refunds))}
    lost, gained = sorted(lost, key=lambda each: order[each]), sorted(gained, key=lambda each: places[each])
    for old, new in zip(lost, gained, strict=True):
        was, now = dict(zip(COMPARED, old, strict=True)), dict(zip(COMPARED, new, strict=True))
        row = int(report.refunds["source_row"].iloc[places[new]])
        for name in [name for name in COMPARED if was[name] != now[name]]:
            if (name, now[name]) in noted or (name, row) in noted or (now[name] is None and name in absent):
                outcome = "noted"
            elif not (
                _could_be_genuine(name, now, report, lost, gained)
                and _stands_there(name, now[name], row, grid)
            ):
                return f"SILENT: {name} {was[name]!r} became {now[name]!r} in row {row}"
    return outcome


def _line_of_a_counted_refund(good: Good, lost: list[Record], gained: list[Record]) -> bool:
    """In a report that counts refunds, tell a line whose refund has others: no total depends on it."""
    if not good.counts_refunds or abs(len(lost) - len(gained)) != 1:
        return False
    refunds = Counter(record[0] for record in good.truth)
    return all(refunds[record[0]] > 1 for record in [*lost, *gained])


_FORMS = {
    "filer_code": "[0-9A-Za-z]{3}",
    "payee_id": "[0-9]{2}-[0-9]{7}([0-9A-Za-z]{2})?|[0-9]{3}-[0-9]{2}-[0-9]{4}|[0-9]{6}-[0-9]{5}|[0-9]{9}([0-9A-Za-z]{2})?",
    "refund_status": "(?i)transmitted",
    "refund_secondary_status": "(?i)senttotreasury|treasuryissued|check/ach(returned|reissued)|fundsdiverted|"
    "rejectnoach|sapachrejected",
    "refund_type": "(?i)entryliquidation",
    "check_or_ach": "ACH|Check",
    "center_id": "(?i)CEE00[1-9]|CEE010|PNDING",
    "team_number": "[0-9A-Za-z]{3}",
    "port_code": "[0-9]{4}",
}
_MAY_BE_BLANK = {"care_of", "address", "refund_status", "refund_secondary_status", "refund_type", "check_or_trace_number",
                 "check_or_ach", "center_id", "team_number", "port_code", "filer_code"}  # fmt: skip


def _could_be_genuine(  # noqa: PLR0911 - a list of rules, one for each kind of column
    name: str, now: dict[str, Any], report: rev603.Report, lost: list[Record], gained: list[Record]
) -> bool:
    value = now[name]
    if name in {"amount", "total_refund_amount"}:
        at = COMPARED.index(name)
        return sorted(record[at] or 0 for record in lost) == sorted(record[at] or 0 for record in gained)
    if name == "report_date":
        return value is None or value >= report.refunds["refund_date"].max()
    if name == "refund_date":
        return value is not None and (now["report_date"] is None or value <= now["report_date"])
    if name == "entry_number" and value is None:
        return _could_be_genuine("document_number", now, report, lost, gained)
    if name in {"document_number", "entry_number"}:
        entry = now["entry_number"]
        if name == "document_number" and re.fullmatch("[0-9]{12}", value or ""):
            return entry is None
        return entry is not None and _luhn(entry) and entry[:3] == now["filer_code"]
    if value is None:
        return name in _MAY_BE_BLANK
    if re.fullmatch(r"#[A-Z/0]+[!?]?|=.*", value):
        return False
    if re.fullmatch(r"-?[0-9][.,]?[0-9]*E\+[0-9]+|'.*|[0-9]+\.0", value):
        return name in {"company_name", "care_of", "address"}
    if name == "filer_code":
        return now["entry_number"] is None or now["entry_number"][:3] == value.upper()
    without_spaces = "".join(value.split()) if name.startswith("refund_") else value
    return re.fullmatch(_FORMS[name], without_spaces) is not None if name in _FORMS else True


def _luhn(entry: str) -> bool:
    values = [int(each) if each.isdigit() else (ord(each) - 65) % 9 + 1 + (each >= "S") for each in entry]
    doubled = [value * 2 if at % 2 else value for at, value in enumerate(reversed(values))]
    return sum(value // 10 + value % 10 for value in doubled) % 10 == 0


def _stands_there(name: str, value: Any, row: int, grid: Grid | None) -> bool:
    """Tell whether the file, read by the plainest of means, has that value in that row under that heading."""
    if name in {"entry_number", "amount", "total_refund_amount"}:
        return True  # follows from the document number; proven by the totals
    if grid is None:
        return False
    if name == "report_date":
        return value is None or any(_plain_date(cell) == value for line in grid for cell in line)
    head = next(line for line in grid if sum(plain(cell) in HEADINGS for cell in line) > 8)
    places = [at for at, cell in enumerate(head) if HEADINGS.get(" ".join(plain(cell).split())) == name]
    cells = [grid[row - 1][at] if at < len(grid[row - 1]) else "" for at in places[:1]]
    if name == "refund_date":
        return any(_plain_date(cell) == value for cell in cells)
    if cells and isinstance(cells[0], dt.datetime):  # a real date where text belongs is its text
        return bool(value == f"{cells[0]}")
    return [plain(cell).strip() or None for cell in cells] == [value] or (value is None and not places)


def _plainly_read(content: bytes, delimiter: str) -> Grid:
    try:
        text = content.decode()
    except UnicodeDecodeError:
        text = content.decode("cp1252", errors="replace")
    return list(csv.reader(io.StringIO(text.replace("\0", ""), newline=""), delimiter=delimiter))


def _plain_date(text: Any) -> dt.datetime | None:
    for form in ("%m/%d/%Y", "%Y-%m-%d"):
        try:
            return dt.datetime.strptime(plain(text).strip(), form)  # noqa: DTZ007 - a day
        except ValueError:
            continue
    serial = re.fullmatch("[0-9]{5}", plain(text))
    return dt.datetime(1899, 12, 30) + dt.timedelta(int(serial[0])) if serial else None  # noqa: DTZ001 - a day


def test_a_spoilt_file_is_never_silently_read_as_something_else(good_files: list[Good]) -> None:
    outcomes: Counter[str] = Counter()
    by_kind: Counter[tuple[str, str]] = Counter()
    silent = []
    names = [*CELLS, "change bytes"]
    for number in range(MUTATIONS):
        rng = random.Random(f"{SEED}-{number}")
        good = good_files[(0, 1, 2, 3, 0, 1, 2, 3, 4, 5)[rng.randrange(10)]]
        name = names[number % len(names)]
        grid: Grid | None = [list(row) for row in good.grid]
        assert grid is not None
        if name == "change bytes":
            content = bytes_changed(as_bytes(good.kind, grid), rng)
            grid = None
            if good.kind != "xlsx":
                grid = _plainly_read(content, good.kind)
        else:
            CELLS[name](good, grid, rng)
            content = as_bytes(good.kind, grid)
        outcome = _outcome(good, content, grid)
        if outcome.startswith("SILENT"):
            silent.append((number, name, good.name, outcome))
            outcome = "SILENT"
        outcomes[outcome] += 1
        by_kind[name, outcome] += 1
    print(f"\n{MUTATIONS:,} mutations: {dict(outcomes.most_common())}")  # noqa: T201 - the count is the point
    if os.environ.get("REV603_MUTATIONS"):
        for name in names:
            print(f"  {name:22}", {outcome: by_kind[name, outcome] for outcome in outcomes})  # noqa: T201
    assert not silent, "\n".join(map(str, silent[:60]))
    assert sum(outcomes.values()) == MUTATIONS
    assert outcomes["unnoticeable"] < MUTATIONS / 3
