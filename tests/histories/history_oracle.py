"""What a folder must answer, from the definitions and from the truth, in plain Python: nothing here reads a file."""

from __future__ import annotations

import datetime as dt
from collections import Counter, defaultdict
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from history_folders import File, Folder, Line

Key = tuple[str, str, str]

STATE = {
    None: "in transit", "Sent to Treasury": "in transit", "Reject No ACH": "rejected", "SAP ACH Rejected": "rejected",
    "Treasury Issued": "issued", "Funds Diverted": "diverted", "Check/ACH Returned": "returned",
    "Check/ACH Reissued": "reissued",
}  # fmt: skip
FAR = {"in transit": 0, "rejected": 2, "issued": 3, "diverted": 3, "returned": 4, "reissued": 5}
MONEY_MOVED = {"issued", "reissued", "diverted"}


def counting(files: list[File]) -> dict[Key, list[Line]]:
    """Give for each key of one day the lines of the file that got furthest; files that tie say the same."""
    by_key: dict[Key, list[list[Line]]] = defaultdict(list)
    for file in files:
        own: dict[Key, list[Line]] = defaultdict(list)
        for line in file.lines:
            own[line.key].append(line)
        for key, lines in own.items():
            # what a REV-613 shows as far, the REV-603 of the day shows in full
            by_key[key].insert(0 if file.report == "REV-603" else len(by_key[key]), lines)
    return {key: max(each, key=lambda lines: (_far(lines), len(lines))) for key, each in by_key.items()}


def entry_outcomes(folder: Folder, expected: dict[str, int]) -> dict[str, str]:
    """Give for each expected entry what became of it: what is rejected, returned or offset did not come."""
    _, newest = states(folder)[-1]
    of_document: dict[str, list[list[Line]]] = defaultdict(list)
    for (_, _, document), lines in newest.items():
        of_document[document].append(lines)
    found = {}
    for document, cents in expected.items():
        lines = [line for each in of_document[document] for line in each]
        came = [line for line in lines if STATE[line.status] in ("in transit", "issued", "reissued")]
        owed = cents - sum(line.cents for line in came)
        if not lines:
            found[document] = "missing"
        elif not came:
            found[document] = "not paid"
        else:
            found[document] = "matched" if owed == 0 else "short" if owed > 0 else "over"
    return found


def _far(lines: list[Line]) -> int:
    return max(FAR[STATE[line.status]] for line in lines)


def states(folder: Folder) -> list[tuple[dt.date, dict[Key, list[Line]]]]:
    """Give after each report date the newest lines of each key."""
    by_day: dict[dt.date, list[File]] = defaultdict(list)
    for file in folder.files:
        by_day[file.day].append(file)
    known: dict[Key, list[Line]] = {}
    found = []
    for day in sorted(by_day):
        known = known | counting(by_day[day])
        found.append((day, known))
    return found


def current(folder: Folder) -> Counter[tuple[str, ...]]:
    """Give the lines of the newest state, comparable."""
    _, newest = states(folder)[-1]
    return Counter(comparable(line) for lines in newest.values() for line in lines)


def comparable(line: Line) -> tuple[str, ...]:
    return (*plain_key(*line.key), (line.status or "").lower(), str(line.cents))


def plain_key(payee: str, refund: str, document: str) -> Key:
    """Compare what is left of a spelling when nothing that programs change is in it."""
    letters = "".join(filter(str.isalnum, payee)).upper()
    return (
        letters + "00" * (len(letters) == 9),
        refund.split(".", maxsplit=1)[0].lstrip("0"),
        "".join(filter(str.isalnum, document)).upper().lstrip("0"),
    )


def stuck_lines(lines: list[Line]) -> list[Line]:
    """Give the lines of a key that somebody must cure: rejected or returned, and that money not sent since."""
    sent = {line.cents for line in lines if STATE[line.status] in ("issued", "reissued")}
    return [
        line for line in lines if STATE[line.status] in ("rejected", "returned") and line.cents not in sent
    ]


def movement(folder: Folder) -> dict[str, tuple[int, int]]:
    """Give lines and cents of what is stuck now, what is so newly or still, and what was cleared since."""
    history = states(folder)
    day, now = history[-1]
    older = [state for when, state in history if when <= day - dt.timedelta(days=7)]
    before = older[-1] if older else history[-2][1] if len(history) > 1 else {}
    was = {key: found for key, lines in before.items() if (found := stuck_lines(lines))}
    is_ = {key: found for key, lines in now.items() if (found := stuck_lines(lines))}
    cleared = {
        key: found
        for key, found in was.items()
        if key not in is_ and any(STATE[line.status] in MONEY_MOVED for line in now[key])
    }
    lists = {
        "stuck": is_,
        "newly_stuck": {key: found for key, found in is_.items() if key not in was},
        "still_stuck": {key: found for key, found in is_.items() if key in was},
        "cleared": cleared,
    }
    return {
        name: (sum(map(len, found.values())), sum(line.cents for lines in found.values() for line in lines))
        for name, found in lists.items()
    }


def in_all(folder: Folder) -> int:
    """Give the cents of the newest state, a payment that came back and was sent again counted once."""
    _, newest = states(folder)[-1]
    total = 0
    for lines in newest.values():
        sent = {line.cents for line in lines if STATE[line.status] in ("issued", "reissued")}
        total += sum(
            line.cents
            for line in lines
            if not (STATE[line.status] in ("rejected", "returned") and line.cents in sent)
        )
    return total
