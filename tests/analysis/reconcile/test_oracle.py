"""The reconciliation against a second one in plain Python and Decimal, written from the definitions alone."""

from __future__ import annotations

import random
import re
from collections import defaultdict
from dataclasses import dataclass, field
from decimal import Decimal
from typing import TYPE_CHECKING, Any

import pandas as pd
import pytest

from rev603.analysis.reconcile import compare
from rev603.analysis.reconcile.proof import column_of

if TYPE_CHECKING:
    from collections.abc import Iterator

CASES = 3000
AT_ONCE = 25
ZERO = Decimal("0.00")
STATES = {
    "": "in transit",
    "senttotreasury": "in transit",
    "treasuryissued": "issued",
    "check/achreturned": "returned",
    "check/achreissued": "reissued",
    "fundsdiverted": "diverted",
    "rejectnoach": "rejected",
    "sapachrejected": "rejected",
}
UNCONFIRMED = {
    "in transit": ("in_transit_amount", " in transit: Treasury has not confirmed it yet"),
    "unknown": ("unknown_status_amount", " of an undocumented status"),
}
DATES = ("report_date", "refund_date")
Line = dict[str, Any]


@dataclass
class Group:
    entries: list[int] = field(default_factory=list)
    refunds: list[int] = field(default_factory=list)
    expected: Decimal = ZERO
    refunded: Decimal = ZERO
    difference: Decimal = ZERO
    not_stated: Decimal = ZERO
    outcome: str = ""


@dataclass
class Answer:
    groups: list[Group]
    refund_outcome: dict[int, str]
    elsewhere: set[int]
    money: list[str]


def luhn(characters: str) -> int:
    """The check digit of the CATAIR: letters become digits, then plain Luhn."""
    digits = [
        int(c) if c.isdigit() else "ABCDEFGHI.JKLMNOPQR..STUVWXYZ".index(c) % 10 + 1 for c in characters
    ]
    doubled = [d if i % 2 == 0 else sum(divmod(2 * d, 10)) for i, d in enumerate(digits)]
    return -sum(doubled) % 10


def entry_key(text: str | None) -> str | None:
    if text is None:
        return None
    plain = text.replace("-", "").replace(" ", "").upper()
    if re.fullmatch("[0-9]{10}", plain) and luhn("0" + plain[:9]) == int(plain[9]):
        plain = "0" + plain
    return plain if re.fullmatch("[0-9A-Z]{3}[0-9]{8}", plain) else None


def state(line: Line) -> str:
    text = line["refund_secondary_status"] or ""
    return STATES.get("".join(text.split()).lower(), "unknown")


def document(text: str | None) -> str:
    """A document as it is compared: without hyphens and spaces, and without the zeros before digits."""
    compact = (text or "").replace("-", "").replace(" ", "").upper()
    return compact.lstrip("0") if compact.isdigit() else compact


def number(text: str | None) -> str:
    """A refund number: zeros before digits are lost by spreadsheets."""
    return "" if text is None else text.lstrip("0") if text.isdigit() else text


def party(text: str | None) -> str:
    """An importer number: without a suffix it is suffix 00, and any dash is a hyphen."""
    plain = (text or "").replace("\u2011", "-").replace(" ", "").upper()
    return f"{plain}00" if re.fullmatch("[0-9]{2}-[0-9]{7}", plain) else plain


def units(refunds: list[Line], entries: list[Line]) -> list[tuple[str, str, str]]:
    """Payee, refund and document of each refund line; two spellings in one file are two documents."""
    spelled: dict[Any, set[Any]] = defaultdict(set)
    made = []
    for side, lines, payee, text in (
        ("e", entries, "importer_number", "entry_number"), ("r", refunds, "payee_id", "document_number")
    ):  # fmt: skip
        for line in lines:
            key = (party(line[payee]), number(line["refund_id"]), document(line[text]))
            full = (line[text] or "").replace("-", "").replace(" ", "").upper()
            spelled[key, side, line.get("report_date")].add((line["refund_id"], full))
            made.append((side, key, full))
    apart = {key for (key, *_), spellings in spelled.items() if len(spellings) > 1}
    return [(*key[:2], full if key in apart else key[2]) for side, key, full in made if side == "r"]


def whereabouts(refunds: list[Line], unit: list[Any], older: set[int]) -> list[str]:
    """Where the money of each line is: refunded, not paid, or superseded by a payment of the same amount."""
    told = []
    for place, line in enumerate(refunds):
        stuck = state(line) in ("rejected", "returned")
        again = False
        if stuck and place not in older:
            same = [
                refunds[other] for other in range(len(refunds))
                if other not in older and unit[other] == unit[place] and printed(refunds[other]) == printed(line)
            ]  # fmt: skip
            again = paid_since(line, same) or sent_again(line, same)
        not_paid = stuck or state(line) == "diverted"
        told.append("superseded" if again else "not paid" if not_paid else "refunded")
    return told


def printed(line: Line) -> Decimal:
    return money(line["amount"] if line["total_refund_amount"] is None else line["total_refund_amount"])


def paid_since(line: Line, same: list[Line]) -> bool:
    paid = [other for other in same if state(other) in ("issued", "reissued")]
    amounts = [money(other["amount"]) for other in paid]
    if not paid or money(line["amount"]) not in (ZERO, min(amounts), max(amounts)):
        return False
    newest = (max((other[name] for other in paid if other[name]), default=None) for name in DATES)
    return all(
        not day or not line[name] or day >= line[name] for name, day in zip(DATES, newest, strict=True)
    )


def sent_again(line: Line, same: list[Line]) -> bool:
    back = [
        other for other in same
        if state(other) == "returned" and money(other["amount"]) == money(line["amount"])
        and other["report_date"] == line["report_date"]
    ]  # fmt: skip
    if line["refund_date"] is None:
        return False
    later = any(other["refund_date"] and other["refund_date"] > line["refund_date"] for other in back)
    numbers = [
        other["check_or_trace_number"] or "" for other in back if other["refund_date"] == line["refund_date"]
    ]
    return later or (line["check_or_trace_number"] or "") < max(numbers, default="")


def money(amount: float | None) -> Decimal:
    return ZERO if amount is None else Decimal(str(amount)).quantize(ZERO)


def refund_keys(line: Line, joining: set[str]) -> set[tuple[str, str]]:
    entry, refund = entry_key(line["document_number"]), number(line["refund_id"])
    keys = {("entry", entry)} if entry else set()
    if refund and (entry is None or refund in joining):
        keys.add(("refund", refund))
    return keys


def entry_keys(line: Line) -> set[tuple[str, str]]:
    entry, refund = entry_key(line["entry_number"]), number(line["refund_id"])
    keys = {("entry", entry)} if entry else set()
    return keys | ({("refund", refund)} if refund else set())


def repeated_entries(entries: list[Line]) -> set[int]:
    seen, repeats = set(), set()
    for place, line in enumerate(entries):
        if entry_keys(line):
            rest = tuple((k, v) for k, v in line.items() if k not in ("entry_number", "source_row"))
            content = (entry_key(line["entry_number"]), rest)
            (repeats.add(place) if content in seen else seen.add(content))
    return repeats


def repeated_refunds(refunds: list[Line], unit: list[Any]) -> tuple[set[int], set[int]]:
    """Which lines are repeats, and which of them because a newer report shows the refund."""
    repeats: set[int] = set()
    older: set[int] = set()
    of_unit: dict[Any, list[int]] = defaultdict(list)
    for place in range(len(refunds)):
        of_unit[unit[place]].append(place)
    for places in of_unit.values():
        newest = max((refunds[p]["report_date"] for p in places if refunds[p]["report_date"]), default=None)
        seen = set()
        for place in places:
            line = refunds[place]
            if line["report_date"] and line["report_date"] < newest:
                older.add(place)
                continue
            same = ("refund_date", "check_or_trace_number", "check_or_ach", "amount")
            content = (*(line[name] for name in same), state(line))
            if line["refund_id"]:
                (repeats.add(place) if content in seen else seen.add(content))
    return repeats | older, older


def judge(
    group: Group, refunds: list[Line], entries: list[Line], tolerance: Decimal, told: list[str]
) -> None:
    lines = [refunds[place] for place in group.refunds]
    came = [refunds[place] for place in group.refunds if told[place] == "refunded"]
    unpriced = [place for place in group.entries if entries[place]["expected_amount"] is None]
    group.expected = sum((money(entries[place]["expected_amount"]) for place in group.entries), ZERO)
    group.refunded = sum((money(line["amount"]) for line in came), ZERO)
    group.difference = owed = group.expected - group.refunded
    if lines and not came:
        group.outcome = "not paid"
    elif not group.entries:
        group.outcome = "unexpected"
    elif not lines:
        group.outcome = "matched" if group.expected == 0 and not unpriced else "missing"
    elif unpriced and (len(unpriced) == len(group.entries) or owed <= 0):
        group.not_stated, group.difference, group.outcome = -owed, ZERO, "found"
    elif owed == 0:
        group.outcome = "matched"
    elif abs(owed) <= tolerance:
        group.outcome = "within tolerance"
    else:
        group.outcome = "short" if owed > 0 else "over"


def connected(nodes: dict[tuple[str, int], set[tuple[str, str]]]) -> Iterator[Group]:
    left = dict(nodes)
    while left:
        first, keys = left.popitem()
        members, keys = [first], set(keys)
        while more := [node for node, own in left.items() if own & keys]:
            members += more
            keys = keys.union(*(left.pop(node) for node in more))
        places = {side: sorted(place for own, place in members if own == side) for side in "er"}
        yield Group(entries=places["e"], refunds=places["r"])


def oracle(refunds: list[Line], entries: list[Line], tolerance: Decimal) -> Answer:
    unit = units(refunds, entries)
    again_e, (again_r, older) = repeated_entries(entries), repeated_refunds(refunds, unit)
    told = whereabouts(refunds, unit, older)
    counted = [place for place, line in enumerate(refunds) if place not in again_r]
    joining = {number(line["refund_id"]) for line in entries if line["refund_id"]}
    for line in (refunds[place] for place in counted):
        if line["refund_id"] and printed(line) != money(line["amount"]):
            joining.add(number(line["refund_id"]))
    nodes = {("r", place): refund_keys(refunds[place], joining) for place in counted}
    nodes |= {("e", place): entry_keys(line) for place, line in enumerate(entries) if place not in again_e}
    nodes = {node: keys for node, keys in nodes.items() if keys}

    groups = list(connected(nodes))
    for group in groups:
        judge(group, refunds, entries, tolerance, told)
    for side, lines, again in (("e", entries, again_e), ("r", refunds, again_r)):
        for place, line in enumerate(lines):
            if (side, place) not in nodes:
                if side == "e":
                    alone = Group([place], expected=money(line["expected_amount"]))
                else:
                    alone = Group(
                        [], [place], refunded=money(line["amount"]) if told[place] == "refunded" else ZERO
                    )
                alone.difference = alone.expected - alone.refunded
                alone.outcome = "duplicate entry" if place in again else "unusable key"
                groups.append(alone)

    outcomes = {place: group.outcome for group in groups for place in group.refunds}
    elsewhere = set()
    for group in groups:
        if group.outcome not in ("duplicate entry", "unusable key"):
            outcomes |= {place: "not paid" for place in group.refunds if told[place] == "not paid"}
            listed = [entries[place] for place in group.entries]
            came = [place for place in group.refunds if told[place] == "refunded"]
            elsewhere |= {place for place in came if went_elsewhere(refunds[place], listed)}
    return Answer(groups, outcomes, elsewhere, told)


def unconfirmed(group: Group, refunds: list[Line], name: str) -> Decimal:
    """Of what counts as refunded, repeats left out: what is in transit, or what nobody has documented."""
    lines = [] if group.outcome == "duplicate entry" else [refunds[place] for place in group.refunds]
    return sum((money(line["amount"]) for line in lines if state(line) == name), ZERO)


def went_elsewhere(line: Line, listed: list[Line]) -> bool:
    if not listed:
        return False
    importers = [party(entry["importer_number"]) or None for entry in listed]
    notified = [entry["notify_party"] for entry in listed]
    other_payee = None not in importers and line["payee_id"] is not None and line["payee_id"] not in importers
    return other_payee or (None not in notified and line["care_of"] not in notified)


AMOUNTS = [0.0, 0.01, 10.0, 40.0, 60.0, 100.0, -40.0, 19.99, 1204.5, 0.1, 0.2, 0.3, None]
UNPAID = ["check/ach  returned", "Reject No ACH", "Funds Diverted", "Sent to Treasury", None, "Something New"]
STATUSES = [*["Treasury Issued"] * 6, "Check/ACH Reissued", *UNPAID]
PARTIES = ["12-345678900", "98-765432101", "000-12-3456"]


#: How a list may write the number of a payee, whose report says 12-345678900.
SPELLED = ["12-345678900", "12-3456789", "12\u20113456789 "]


def numbers(case: int) -> tuple[list[str], list[str]]:
    """Entry numbers of one case's own, and how else they and others are written."""
    first, second, third = (f"{chr(65 + case)}{base}" for base in ("YK2800086", "1B2810263", "056072486"))
    digit = case % 10
    lost = f"0{digit}3004511{digit}"
    good = [base + str(luhn(base)) for base in (first, second, third, lost)]
    wrong = f"{first}{(luhn(first) + 1) % 10}"
    written = [f"{first[:3]}-{first[3:]}-{luhn(first)}", good[1].lower(), f" {good[2]}", good[3][1:], wrong]
    unknown = f"9{digit}3004511{(luhn(f'09{digit}3004511') + 1) % 10}"
    return good, [*written, unknown, "PROTEST 1"]


def random_case(rng: random.Random, case: int) -> tuple[list[Line], list[Line]]:
    """A small case of every shape: few keys, so that lines meet; now and then a line once more."""
    some, refund_ids = (
        rng.random,
        [None, *(f"R{case}{place}" for place in range(4)), f"00{case}71", f"0{case}72"],
    )
    good, written = numbers(case)
    documents = [*good, *written, None] if some() < 0.5 else [*good[:3], written[-1]]
    with_ids, with_reports, grain = some() < 0.5, some() < 0.3, some() < 0.3
    refunds: list[Line] = []
    for _ in range(rng.randint(0, 9)):
        amount = rng.choice(AMOUNTS)
        line = {
            "refund_id": rng.choice(refund_ids),
            "payee_id": rng.choice([*PARTIES[:2], None]),
            "care_of": rng.choice([None, "Example Brokers Inc", "Other Brokers LLC"]),
            "refund_date": rng.choice([None, "2026-06-01", "2026-06-08"]),
            "refund_secondary_status": rng.choice(STATUSES),
            "document_number": rng.choice(documents),
            "total_refund_amount": rng.choice([amount, 100.0]) if grain else amount,
            "check_or_trace_number": rng.choice([None, "1", "2"]),
            "check_or_ach": rng.choice([None, "ACH"]),
            "amount": amount,
            "report_date": rng.choice(["2026-06-10", "2026-06-17", None]) if with_reports else "2026-06-17",
        }
        refunds.append(line)
        if some() < 0.2:
            refunds.append(dict(line))
        if some() < 0.2:
            refunds.append(
                line | {"refund_secondary_status": rng.choice(STATUSES), "report_date": "2026-06-17"}
            )
    entries: list[Line] = []
    for _ in range(rng.randint(0, 8)):
        line = {
            "entry_number": rng.choice(documents),
            "expected_amount": rng.choice(AMOUNTS),
            "refund_id": rng.choice(refund_ids) if with_ids else None,
            "importer_number": rng.choice([*SPELLED, PARTIES[2], None]),
            "notify_party": rng.choice([None, None, "Example Brokers Inc"]),
            "remark": rng.choice([None, "a"]),
        }
        entries += [line, dict(line)] if some() < 0.2 else [line]
    return refunds, entries


def random_cases(seed: int) -> tuple[list[Line], list[Line], Decimal]:
    """Several cases with keys of their own, asked about in one call."""
    rng = random.Random(seed)
    cases = [random_case(rng, case) for case in range(AT_ONCE)]
    refunds = [line for case in cases for line in case[0]]
    entries = [line for case in cases for line in case[1]]
    rng.shuffle(refunds)
    rng.shuffle(entries)
    zeros_lost = rng.random() < 0.5  # by the whole file, as a spreadsheet does
    for place, line in enumerate(entries):
        line["source_row"] = place + 2
        line["refund_id"] = number(line["refund_id"]) or None if zeros_lost else line["refund_id"]
    return refunds, entries, Decimal(rng.choice(["0.00", "0.01", "20.00"]))


REFUND_COLUMNS = [
    "refund_id", "payee_id", "care_of", "refund_date", "refund_secondary_status", "document_number",
    "total_refund_amount", "check_or_trace_number", "check_or_ach", "amount", "report_date",
]  # fmt: skip
ENTRY_COLUMNS = [
    "entry_number", "expected_amount", "refund_id", "importer_number", "notify_party", "remark", "source_row",
]  # fmt: skip


def frame(lines: list[Line], columns: list[str]) -> pd.DataFrame:
    made = pd.DataFrame({name: [line[name] for line in lines] for name in columns})
    for name in columns:
        if name.endswith("_date"):
            made[name] = pd.to_datetime(made[name])
        elif "amount" in name:
            made[name] = made[name].astype("float64")
        elif name != "source_row":
            made[name] = made[name].astype("str")
    return made


def agree(seed: int) -> int:
    refunds, entries, tolerance = random_cases(seed)
    truth = oracle(refunds, entries, tolerance)
    given_r, given_e = frame(refunds, REFUND_COLUMNS), frame(entries, ENTRY_COLUMNS)
    kept_r, kept_e = given_r.copy(deep=True), given_e.copy(deep=True)
    found = compare(given_r, given_e, tolerance=float(tolerance))
    pd.testing.assert_frame_equal(given_r, kept_r)
    pd.testing.assert_frame_equal(given_e, kept_e)

    pd.testing.assert_frame_equal(found.refunds[REFUND_COLUMNS], given_r)
    pd.testing.assert_frame_equal(found.entries[ENTRY_COLUMNS], given_e)
    assert len(found.groups) == len(truth.groups)
    rows = found.groups.set_index("match_id")
    for group in truth.groups:
        ids = {*found.entries["match_id"].iloc[group.entries], *found.refunds["match_id"].iloc[group.refunds]}
        assert len(ids) == 1, "a group of the oracle is one match"
        row = rows.loc[ids.pop()]
        assert (row["entries"], row["refunds"]) == (len(group.entries), len(group.refunds))
        assert row["outcome"] == group.outcome
        got = [money(row[name]) for name in ("expected", "refunded", "difference", "no_expected_amount")]
        assert got == [group.expected, group.refunded, group.difference, group.not_stated]
        assert isinstance(row["reason"], str)
        assert row["reason"]
        states = {state(refunds[place]) for place in group.refunds}
        for name, (column, words) in UNCONFIRMED.items():
            assert money(row[column]) == unconfirmed(group, refunds, name)
            said = name in states and group.outcome not in ("duplicate entry", "unusable key")
            assert (words in row["reason"]) == said
        for place in group.entries:
            assert found.entries["outcome"].iloc[place] == group.outcome
            assert money(found.entries["difference"].iloc[place]) == group.difference
    assert dict(enumerate(found.refunds["outcome"])) == truth.refund_outcome
    assert set(found.refunds.index[found.refunds["paid_to_another_party"]]) == truth.elsewhere
    totals: dict[str, Any] = {**found.totals}
    for name, (column, _) in UNCONFIRMED.items():
        each = [unconfirmed(group, refunds, name) for group in truth.groups]
        assert money(totals[column]) == sum(each, ZERO)
    check_proof(found, refunds, entries, truth)
    return len(truth.groups)


def check_proof(found: Any, refunds: list[Line], entries: list[Line], truth: Answer) -> None:
    proof = found.proof
    assert money(proof.expected) == sum((money(line["expected_amount"]) for line in entries), ZERO)
    assert money(proof.refunded) == sum(
        (
            money(line["amount"])
            for line, told in zip(refunds, truth.money, strict=True)
            if told == "refunded"
        ),
        ZERO,
    )
    assert proof.unexplained == 0.00
    by_outcome: dict[str, Decimal] = defaultdict(lambda: ZERO)
    for group in truth.groups:
        by_outcome[group.outcome] += group.difference
        by_outcome["no expected amount"] -= group.not_stated
    table = proof.by_outcome.set_index("explanation")["explained"]
    assert {name: money(value) for name, value in table.items()} == {
        name: by_outcome[name] for name in table.index
    }
    for parties, column in ((proof.by_payee, "payee_id"), (proof.by_notify_party, "care_of")):
        assert (parties["unexplained"] == 0.0).all()
        assert total(parties["expected"]) == money(proof.expected)
        assert total(parties["between_parties_amount"]) == ZERO
        for name, value in table.items():
            assert total(parties[column_of(str(name))]) == money(value)
        came: dict[Any, Decimal] = defaultdict(lambda: ZERO)
        for line, told in zip(refunds, truth.money, strict=True):
            came[line[column]] += money(line["amount"]) if told == "refunded" else ZERO
        for party, value in zip(parties[column], parties["refunded"], strict=True):
            assert money(value) == came[None if pd.isna(party) else party]


def total(column: pd.Series[float]) -> Decimal:
    return sum((money(value) for value in column), ZERO)


@pytest.mark.parametrize("part", [0, *(pytest.param(part, marks=pytest.mark.long) for part in range(1, 10))])
def test_a_second_reconciliation_in_plain_python_agrees_on_thousands_of_random_cases(part: int) -> None:
    calls = CASES // AT_ONCE // 10
    assert sum(agree(seed) for seed in range(part * calls, (part + 1) * calls)) > CASES // 10
