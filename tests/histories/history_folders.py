"""Folders of exports with known truth: the same refunds week after week, in whatever spelling a spreadsheet leaves.

A folder is made from a seed. What is true of each refund (who, which documents, how much, what state in which week) is
known before a cell is written; the files then show it as exports and re-saved exports do.
"""

from __future__ import annotations

import csv
import datetime as dt
import random
from dataclasses import dataclass, field, replace
from typing import TYPE_CHECKING, Any

import openpyxl

if TYPE_CHECKING:
    from pathlib import Path

HEADINGS = [
    "Refund ID", "Filer Code", "Payee ID", "Company Name", "C/O", "Address", "Refund Date", "Refund Status",
    "Refund Secondary Status", "Refund Type", "Document Number", "Total Refund Amount",
    "Check Number / ACH Trace Number", "Check or ACH", "Center ID", "Team Number", "Port Code",
]  # fmt: skip

#: From a status to those that may follow it.
NEXT = {
    None: ["Sent to Treasury", "Reject No ACH", "Treasury Issued"],
    "Sent to Treasury": ["Treasury Issued", "Reject No ACH", "SAP ACH Rejected"],
    "Reject No ACH": ["Reject No ACH", "Check/ACH Reissued", "Treasury Issued"],
    "SAP ACH Rejected": ["SAP ACH Rejected", "Check/ACH Reissued"],
    "Treasury Issued": ["Treasury Issued", "Treasury Issued", "Check/ACH Returned", "Funds Diverted"],
    "Check/ACH Returned": ["Check/ACH Returned", "Check/ACH Reissued"],
    "Check/ACH Reissued": ["Check/ACH Reissued"],
    "Funds Diverted": ["Funds Diverted"],
}
PAID = ("Treasury Issued", "Check/ACH Reissued")
DASHES = "-\u2010\u2011\u2013"


@dataclass(frozen=True)
class Line:
    """What a line of a report truly says, in CBP's own spelling."""

    refund: str
    payee: str
    name: str
    care_of: str
    document: str
    cents: int
    day: dt.date
    status: str | None
    number: str = ""
    method: str = ""

    @property
    def key(self) -> tuple[str, str, str]:
        return self.payee, self.refund, self.document


@dataclass
class File:
    """One file: what it shows, and how it spells that."""

    path: str
    day: dt.date
    lines: list[Line]
    quirks: set[str] = field(default_factory=set)
    report: str = "REV-603"
    sheet: str = "Main Report"


@dataclass
class Folder:
    """All files of a history."""

    seed: int
    files: list[File]

    def write(self, place: Path) -> Path:
        books: dict[str, openpyxl.Workbook] = {}
        for number, file in enumerate(self.files):
            path = place / file.path
            path.parent.mkdir(parents=True, exist_ok=True)
            rows = _rows(file, random.Random(f"{self.seed}/{number}"))
            if path.suffix == ".csv":
                with path.open("w", newline="", encoding="utf-8") as out:
                    csv.writer(out, delimiter=";" if "semicolons" in file.quirks else ",").writerows(rows)
                continue
            sheet = books.setdefault(file.path, openpyxl.Workbook()).create_sheet(file.sheet)
            for row in rows:
                sheet.append([None if cell == "" else cell for cell in row])
        for name, book in books.items():
            del book["Sheet"]
            book.save(place / name)
        return place

    @property
    def parts(self) -> list[tuple[str, str | None, dt.date]]:
        """Give what there is to read, one file or tab at a time, and its date."""
        tabs = {file.path for file in self.files if file.sheet != "Main Report"}
        found = [(file.path, file.sheet if file.path in tabs else None, file.day) for file in self.files]
        return sorted(found, key=lambda part: (part[0], part[1] or ""))


def make_folder(seed: int) -> Folder:
    """Make the folder of a seed: 2 to 8 weeks, 3 to 12 refunds, every file with quirks of its own."""
    chance = random.Random(seed)
    refunds = _refunds(chance)
    weeks = chance.randint(2, 8)
    first = dt.date(2026, 3, 6) + dt.timedelta(days=chance.randint(0, 20))
    files: list[File] = []
    states: dict[str, list[Line]] = {}
    for week in range(weeks):
        day = first + dt.timedelta(days=7 * week + chance.choice([0, 0, 0, 1]))
        shown: list[Line] = []
        for lines in refunds:
            since = states.get(lines[0].refund)
            if since is None and chance.random() < 0.4:
                continue  # not refunded yet
            now = _next(chance, since, lines, day)
            states[lines[0].refund] = now
            if chance.random() < 0.75:  # else its window has passed, or has not come
                shown += now if chance.random() < 0.9 else _some(chance, now)
        files += _files_of_a_day(chance, day, shown)
    if not any(file.lines for file in files):
        files[0].lines = states[next(iter(states))] if states else refunds[0]
    return Folder(seed, _in_one_book(chance, files))


def _in_one_book(chance: random.Random, files: list[File]) -> list[File]:
    """Now and then, somebody keeps two weeks as tabs of one workbook, each with its date above the table."""
    books = [file for file in files if file.path.endswith(".xlsx") and file.lines]
    if len(books) < 2 or books[0].day == books[1].day or chance.random() < 0.5:
        return files
    for file in books[:2]:
        file.path, file.sheet = "REV-603 weeks.xlsx", f"{file.day:%b %d}"
        file.quirks.discard("no date")
    return files


def _refunds(chance: random.Random) -> list[list[Line]]:
    parties = [
        ("Quellharbor Lamps, Inc.", ""),
        ("Tess River Tools LLC", "Harbor Brokers, Inc."),
        ("Oriel & Sons", ""),
    ]
    payees = []
    for number in range(4):
        ein = f"{chance.choice(['98', '05', '12'])}-{chance.randint(1_000_000, 9_999_999)}"
        payees.append(f"{ein}{chance.choice(['00', '00', '01', 'AB', 'A1'])}")
        if number == 0 and chance.random() < 0.5:
            payees.append(f"{ein}{'02'}")  # a sibling
    if chance.random() < 0.3:
        payees.append(f"{chance.randint(100, 665)}-{chance.randint(10, 99)}-{chance.randint(1000, 9999)}")
    if chance.random() < 0.3:
        payees.append(f"26{chance.randint(1000, 9999)}-{chance.randint(10000, 99999)}")
    found = []
    for _ in range(chance.randint(3, 12)):
        refund = f"{chance.choice([603, 12345, 9, 7_000_000_001]) * 100 + chance.randint(0, 99):010}"
        name, care_of = chance.choice(parties)
        payee = chance.choice(payees)
        documents = [_document(chance) for _ in range(chance.choice([1, 1, 1, 2, 3]))]
        day = dt.date(2026, 2, 13) + dt.timedelta(days=chance.randint(0, 18))
        found.append(
            [
                Line(refund, payee, name, care_of, document, chance.randint(1, 5_000_00), day, None)
                for document in dict.fromkeys(documents)
            ]
        )
    kept: dict[str, list[Line]] = {}
    for lines in found:
        kept.setdefault(lines[0].refund, lines)
    return list(kept.values())


def _document(chance: random.Random) -> str:
    if chance.random() < 0.1:
        return f"{chance.choice(['3802', '0212'])}26{chance.randint(100000, 999999)}"  # a protest
    filer = chance.choice(["605", "021", "MYK", "SP7"])
    ten = f"{filer}{chance.randint(0, 9_999_999):07}"
    return ten + _check_digit(ten)


def _check_digit(ten: str) -> str:
    """Compute CBP's check digit (ACE CATAIR) anew: letters become digits, then Luhn."""
    values = {**{str(n): n for n in range(10)}, **dict(zip("ABCDEFGHI", range(1, 10), strict=True))}
    values |= dict(zip("JKLMNOPQR", range(1, 10), strict=True)) | dict(
        zip("STUVWXYZ", range(2, 10), strict=True)
    )
    total = 0
    for place, character in enumerate(ten):
        doubled = values[character] * (1 + place % 2)
        total += doubled // 10 + doubled % 10
    return str((10 - total % 10) % 10)


def _next(chance: random.Random, since: list[Line] | None, lines: list[Line], day: dt.date) -> list[Line]:
    """Let all documents of a refund move on together; one sent again may stand beside the payment that came back."""
    old = since[-1].status if since else None
    status = chance.choice(NEXT[old]) if since is None or chance.random() < 0.5 else old
    if since is not None and status == old:
        return since
    number = (
        f"{chance.choice(['0713', '6997'])}{chance.randint(100, 999)}"
        if status in PAID and chance.random() < 0.8
        else ""
    )
    method = "ACH" if number else ""
    moved = [replace(line, status=status, number=number, method=method) for line in lines]
    if status == "Check/ACH Reissued" and old == "Check/ACH Returned" and chance.random() < 0.5:
        return [line for line in since or [] if line.status == "Check/ACH Returned"] + moved
    return moved


def _some(chance: random.Random, lines: list[Line]) -> list[Line]:
    documents = sorted({line.document for line in lines})
    kept = set(chance.sample(documents, max(1, len(documents) - 1)))
    return [line for line in lines if line.document in kept]


def _files_of_a_day(chance: random.Random, day: dt.date, shown: list[Line]) -> list[File]:
    """Make one file, or a morning and an evening pull, or an export and what somebody saved of it."""
    name = f"REV-603 {day:%Y-%m-%d}"
    ending = chance.choice(["csv", "csv", "csv", "csv", "xlsx"])
    whole = File(f"{name}.{ending}", day, shown, _quirks(chance))
    kind = chance.random()
    rejected = [line for line in shown if line.status in ("Reject No ACH", "SAP ACH Rejected")]
    if rejected and kind < 0.2:  # the sister report, which lists rejects only, in words of its own
        lines = [replace(line, status="SAP ACH Rejected", care_of="") for line in rejected]
        sister = File(f"REV-613 {day:%Y-%m-%d}.csv", day, lines, _quirks(chance), "REV-613")
        seen = [line for line in shown if line not in rejected or chance.random() < 0.7]
        return [replace(whole, lines=seen), sister] if seen else [sister]
    if kind < 0.6 or not shown:
        return [whole]
    if kind < 0.75:  # a copy, saved again by another program
        again = File(
            f"{name} saved.{chance.choice(['csv', 'xlsx'])}", day, list(shown), _quirks(chance, resaved=True)
        )
        return [whole, again]
    some = [line for line in shown if chance.random() < 0.8]
    if kind < 0.85:  # the same name in two folders
        return [
            File(f"am/{name}.csv", day, some or shown, _quirks(chance)),
            File(f"pm/{name}.csv", day, shown, _quirks(chance)),
        ]
    earlier = [  # in the morning some payments had not come as far
        replace(line, status="Sent to Treasury", number="", method="")
        if line.status in ("Treasury Issued", "Reject No ACH") and chance.random() < 0.3
        else line
        for line in shown
    ]
    return [
        File(f"{name} 0900.csv", day, earlier, _quirks(chance)),
        replace(whole, path=f"{name} 1600.{ending}"),
    ]


ALL_QUIRKS = [
    "refund zeros lost", "refund .0", "document hyphens", "document blanks", "document zero lost", "no suffix",
    "bare payee", "payee dash", "payee space", "names shout", "names bare", "address breaks", "trace zeros lost",
    "shuffled", "totals", "no date", "time", "lower entry",
    # as Excel, LibreOffice and a careless macro save it again
    "typed cells", "semicolons", "iso dates", "plain amounts", "all shout", "by amount", "total below",
]  # fmt: skip


def _quirks(chance: random.Random, *, resaved: bool = False) -> set[str]:
    count = chance.choice([0, 1, 2, 3, 5]) + 2 * resaved
    return set(chance.sample(ALL_QUIRKS, count))


def _spelled(line: Line, quirks: set[str], chance: random.Random) -> list[str]:
    refund = line.refund.lstrip("0") if "refund zeros lost" in quirks else line.refund
    refund += ".0" if "refund .0" in quirks else ""
    document = line.document
    if len(document) == 11:
        if "document hyphens" in quirks:
            document = f"{document[:3]}-{document[3:10]}-{document[10]}"
        elif "document blanks" in quirks:
            document = f"{document[:3]} {document[3:10]} {document[10]}"
        elif "document zero lost" in quirks and document.isdigit():
            document = document.lstrip("0") if document[0] == "0" and document[1] != "0" else document
        document = document.lower() if "lower entry" in quirks else document
    payee = line.payee
    if "no suffix" in quirks and payee[2] == "-" and payee.endswith("00") and len(payee) == 12:
        payee = payee[:-2]
    if "bare payee" in quirks:
        payee = payee.replace("-", "")
    elif "payee dash" in quirks:
        payee = payee.replace("-", chance.choice(DASHES))
    elif "payee space" in quirks:
        payee = payee.replace("-", " ")
    name, care_of = line.name, line.care_of
    if "names shout" in quirks:
        name, care_of = name.upper(), f"{care_of.upper()} " if care_of else ""
    if "names bare" in quirks:
        name, care_of = name.replace(",", "").replace(".", ""), care_of.replace(",", " ").replace(".", "")
    number = line.number.lstrip("0") if "trace zeros lost" in quirks else line.number
    address = (
        "1 Ropewalk St,\nPort Tess, WA 98101"
        if "address breaks" in quirks
        else "1 Ropewalk St, Port Tess, WA 98101"
    )
    filer = line.document[:3] if len(line.document) == 11 else "605"
    return [
        refund, filer, payee, name, care_of, address, f"{line.day:%m/%d/%Y}", "TRANSMITTED", line.status or "",
        "Entry Liquidation", document, f"${line.cents / 100:,.2f}", number, line.method, "CEE003", "JBN", "0212",
    ]  # fmt: skip


def _rows(file: File, chance: random.Random) -> list[list[Any]]:
    lines, quirks = list(file.lines), file.quirks
    if "shuffled" in quirks:
        chance.shuffle(lines)
    if "by amount" in quirks:
        lines.sort(key=lambda line: line.cents)
    total = f"${sum(line.cents for line in lines) / 100:,.2f}"
    rows: list[list[Any]] = []
    if file.report != "REV-603":
        rows.append(["REV-613 ACH Rejected Refunds"])
    if "no date" not in quirks:
        rows.append(["Today's Date", "", f"{file.day:%m/%d/%Y}{' 16:05' if 'time' in quirks else ''}"])
    if "totals" in quirks:
        rows.append(["Total Refunds", "", str(len(lines))])
        rows.append(["Total Refund Amount", "", total])
    rows.append(HEADINGS)
    rows += [_saved(_spelled(line, quirks, chance), line, file) for line in lines]
    if "total below" in quirks and lines:
        rows.append(["Total", *[""] * 10, total, *[""] * 5])
    if file.report != "REV-603":  # it holds what was never paid
        hidden = [HEADINGS.index(name) for name in ("C/O", "Check Number / ACH Trace Number", "Check or ACH")]
        rows = [[cell for place, cell in enumerate(row) if place not in hidden] for row in rows]
    return rows


def _saved(cells: list[Any], line: Line, file: File) -> list[Any]:
    """Change a line's cells as the program does that saved the file again."""
    date, amount = HEADINGS.index("Refund Date"), HEADINGS.index("Total Refund Amount")
    if "iso dates" in file.quirks:
        cells[date] = line.day.isoformat()
    if "plain amounts" in file.quirks:
        cells[amount] = f"{line.cents / 100:.15g}"
    if "all shout" in file.quirks:
        cells = [cell.upper() for cell in cells]
    if "typed cells" in file.quirks and file.path.endswith(".xlsx"):
        cells[date], cells[amount] = dt.datetime.combine(line.day, dt.time()), line.cents / 100
        for name in ("Refund ID", "Check Number / ACH Trace Number"):
            place = HEADINGS.index(name)
            cells[place] = int(cells[place]) if cells[place].isdigit() else cells[place]
    return cells
