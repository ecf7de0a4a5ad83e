"""Who must do what: every combination of evidence by hand, and the figures against a plain count."""

from __future__ import annotations

import datetime as dt
from collections import defaultdict
from decimal import Decimal
from typing import Any

import pandas as pd
import pytest

from rev603.analysis.groups import held_for_importers
from rev603.analysis.worklist import enrollment_worklist, worklist_by_actor
from rev603.errors import ColumnsMissingError, Rev603Error

DAY = dt.date(2026, 3, 2)
BEFORE, AFTER, LATER = dt.date(2026, 2, 10), dt.date(2026, 3, 9), dt.date(2026, 3, 16)
AS_OF = "2026-03-20"
COLUMNS = [
    "actor", "actor_name", "payee_id", "company_name", "care_of", "kind", "step", "evidence", "lines", "amount",
    "oldest_refund_date", "days_waiting", "last_paid_by_ach", "sibling", "sibling_last_paid", "siblings_paid",
    "notify_party_paid_for",
]  # fmt: skip
STUCK = {"refund_secondary_status": "Reject No ACH", "check_or_ach": None}
BACK = {"refund_secondary_status": "Check/ACH Returned", "check_or_ach": "ACH"}
PAID = {"refund_secondary_status": "Treasury Issued", "check_or_ach": "ACH"}
CHECK = {"refund_secondary_status": "Treasury Issued", "check_or_ach": "Check"}
SOMEHOW = {"refund_secondary_status": "Treasury Issued", "check_or_ach": None}
GOING = {"refund_secondary_status": "Sent to Treasury", "check_or_ach": "ACH"}


def line_of(payee: str | None, **other: Any) -> dict[str, Any]:
    line_of.count += 1  # type: ignore[attr-defined]
    number = line_of.count  # type: ignore[attr-defined]
    return {
        "payee_id": payee,
        "company_name": "Example LLC",
        "care_of": None,
        "refund_date": DAY,
        "amount": Decimal("10.00"),
        "refund_id": f"R{number}",
        "document_number": f"A{number}",
    } | other


line_of.count = 0  # type: ignore[attr-defined]


def case(number: int, *lines: tuple[str, dict[str, Any], dt.date, str | None]) -> list[dict[str, Any]]:
    """Lines of one importer, ``98-70000NN`` + suffix, with their C/O, each importer under a name of its own."""
    return [
        line_of(f"98-70000{number:02d}{suffix}", refund_date=day, care_of=party, company_name=f"Example {number} LLC",
                **what)
        for suffix, what, day, party in lines
    ]  # fmt: skip


# what the reports show of suffix 01 (the stuck one) → the step and the words of the evidence
TRUTH: list[tuple[str, list[tuple[str, dict[str, Any], dt.date, str | None]], str, str]] = [
    ("nothing paid", [], "enroll", "never paid by ACH"),
    ("paid after", [("01", PAID, AFTER, None)], "request reissue", "paid by ACH on 03/09/2026, after this reject"),
    ("reissued after", [("01", PAID | {"refund_secondary_status": "Check/ACH Reissued"}, AFTER, None)],
     "request reissue", "paid by ACH on 03/09/2026, after this reject"),
    ("paid the same day", [("01", PAID, DAY, None)], "check the account", "the day of this reject"),
    ("paid before", [("01", PAID, BEFORE, None)], "check the account", "paid by ACH on 02/10/2026, before this reject"),
    ("paid before and after", [("01", PAID, BEFORE, None), ("01", PAID, AFTER, None)], "request reissue", "03/09/2026"),
    ("paid between two rejects", [("01", STUCK, LATER, None), ("01", PAID, AFTER, None)], "check the account",
     "paid by ACH on 03/09/2026, before this reject (03/16/2026)"),
    ("paid after two rejects", [("01", STUCK, BEFORE, None), ("01", PAID, AFTER, None)], "request reissue",
     "after this reject (03/02/2026)"),
    ("paid by check only", [("01", CHECK, AFTER, None)], "enroll", "never paid by ACH"),
    ("paid, the report does not say how", [("01", SOMEHOW, AFTER, None)], "check the account",
     "paid on 03/09/2026, the report does not say how"),
    ("paid somehow, and by ACH after", [("01", SOMEHOW, BEFORE, None), ("01", PAID, AFTER, None)], "request reissue",
     "paid by ACH on 03/09/2026"),
    ("on its way by ACH", [("01", GOING, AFTER, None)], "enroll", "never paid by ACH"),
    ("came back", [("01", BACK, BEFORE, None)], "enroll", "never paid by ACH"),
    ("came back after a payment", [("01", BACK, AFTER, None), ("01", PAID, BEFORE, None)], "check the account",
     "paid by ACH on 02/10/2026, before this reject (03/09/2026)"),
    ("sibling paid", [("00", PAID, AFTER, None)], "add this suffix",
     "suffix 00 of this number was paid by ACH on 03/09/2026, this one never"),
    ("sibling paid before", [("00", PAID, BEFORE, None)], "add this suffix", "suffix 00"),
    ("two siblings paid", [("00", PAID, BEFORE, None), ("AB", PAID, AFTER, None)], "add this suffix",
     "suffix AB of this number was paid by ACH on 03/09/2026"),
    ("sibling paid by check", [("00", CHECK, AFTER, None)], "enroll", "never paid by ACH"),
    ("sibling stuck too", [("00", STUCK, AFTER, None)], "enroll", "never paid by ACH"),
    ("sibling paid to a notify party", [("00", PAID, AFTER, "Harbor Brokers 16 Inc")], "enroll", "never paid by ACH"),
    ("paid to a notify party only", [("01", PAID, AFTER, "Harbor Brokers 17 Inc")], "enroll", "never paid by ACH"),
    ("itself before, sibling after", [("01", PAID, BEFORE, None), ("00", PAID, AFTER, None)], "check the account",
     "02/10/2026"),
    ("itself after, sibling before", [("01", PAID, AFTER, None), ("00", PAID, BEFORE, None)], "request reissue",
     "03/09/2026"),
]  # fmt: skip
#: The same for lines in care of a notify party; ``N`` lines are of another importer.
TRUTH_IN_CARE: list[tuple[str, list[tuple[str, dict[str, Any], dt.date]], str, str]] = [
    ("nothing paid", [], "enroll", "never paid by ACH"),
    ("paid after", [("01", PAID, AFTER)], "request reissue", "after this reject"),
    ("paid before", [("01", PAID, BEFORE)], "check the account", "before this reject"),
    ("sibling paid", [("00", PAID, AFTER)], "add this suffix", "suffix 00"),
    ("paid for another importer", [("N", PAID, AFTER)], "check the 4811 and box 28", "for 1 other importer,"),
    ("paid for another importer by check", [("N", CHECK, AFTER)], "enroll", "never paid by ACH"),
    ("paid for another, itself before", [("01", PAID, BEFORE), ("N", PAID, AFTER)], "check the account", "02/10/2026"),
    ("paid for another, itself after", [("01", PAID, AFTER), ("N", PAID, BEFORE)], "request reissue", "03/09/2026"),
    ("paid for another, sibling paid", [("00", PAID, AFTER), ("N", PAID, AFTER)], "add this suffix", "suffix 00"),
]  # fmt: skip


def test_the_truth_table_of_payees(engine: Any, to_frame: Any) -> None:
    lines = [
        line
        for number, (_, shown, _, _) in enumerate(TRUTH)
        for line in case(number, ("01", STUCK, DAY, None), *shown)
    ]
    rows = {
        row["payee_id"]: row
        for row in engine.rows(enrollment_worklist(engine.load(to_frame(lines)), as_of=AS_OF))
        if row["care_of"] is None
    }
    for number, (name, _, step, words) in enumerate(TRUTH):
        row = rows[f"98-70000{number:02d}01"]
        assert (row["step"], row["actor"]) == (step, "payee"), name
        assert words in row["evidence"], name


def test_the_truth_table_of_notify_parties(engine: Any, to_frame: Any) -> None:
    lines = []
    for number, (_, shown, _, _) in enumerate(TRUTH_IN_CARE, 50):
        party = f"Harbor Brokers {number}, Inc."
        own = [(suffix, what, day, party.upper()) for suffix, what, day in shown if suffix != "N"]
        other = [line_of(f"12-34567{number}00", refund_date=day, care_of=party.replace(",", ""), **what)
                 for suffix, what, day in shown if suffix == "N"]  # fmt: skip
        lines += [*case(number, ("01", STUCK, DAY, party), *own), *other]
    rows = {
        row["payee_id"]: row
        for row in engine.rows(enrollment_worklist(engine.load(to_frame(lines)), as_of=AS_OF))
    }
    assert len(rows) == len(TRUTH_IN_CARE)
    for number, (name, _, step, words) in enumerate(TRUTH_IN_CARE, 50):
        row = rows[f"98-70000{number}01"]
        assert (row["step"], row["actor"]) == (step, "notify party"), name
        assert words in row["evidence"], name


def test_every_column_by_hand(engine: Any, to_frame: Any) -> None:
    old = DAY - dt.timedelta(10)
    lines = [
        line_of("98-765432101", amount=Decimal("100.10"), **STUCK),
        line_of("98-765432101", amount=Decimal("200.20"), **STUCK | {"refund_date": old}),
        line_of("98-7654321", **PAID),  # no suffix is suffix 00
        line_of("98-765432100", **PAID | {"refund_date": BEFORE}),  # the same number once more
        line_of("98-7654321ab", **PAID | {"refund_date": BEFORE}),
        line_of("98-765432200", **PAID),  # another number
    ]
    native = engine.load(to_frame(lines))
    before = engine.rows(native)
    rows = engine.rows(enrollment_worklist(native, as_of=AS_OF))
    assert list(rows[0]) == COLUMNS
    sibling = rows[0].pop("sibling")
    assert sibling in ("98-7654321", "98-765432100")  # two spellings of one number
    # from 20 February to 20 March 2026 are 28 days
    assert rows == [
        {
            "actor": "payee",
            "actor_name": "Example LLC",
            "payee_id": "98-765432101",
            "company_name": "Example LLC",
            "care_of": None,
            "kind": "irs",
            "step": "add this suffix",
            "evidence": "suffix 00 of this number was paid by ACH on 03/02/2026 (2 suffixes are), this one never",
            "lines": 2,
            "amount": 300.30,
            "oldest_refund_date": old,
            "days_waiting": 28,
            "last_paid_by_ach": None,
            "sibling_last_paid": DAY,
            "siblings_paid": 2,
            "notify_party_paid_for": 0,
        }
    ]
    assert engine.rows(native) == before


def test_a_payment_that_was_sent_again_is_not_stuck(engine: Any, to_frame: Any) -> None:
    same = {"refund_id": "R", "document_number": "A"}
    lines = [line_of("98-765432100", **BACK | same),
             line_of("98-765432100", **PAID | same | {"refund_secondary_status": "Check/ACH Reissued"})]  # fmt: skip
    assert engine.rows(enrollment_worklist(engine.load(to_frame(lines)), as_of=AS_OF)) == []


def test_reports_without_a_method_never_say_that_nobody_was_paid_by_ach(engine: Any, to_frame: Any) -> None:
    lines = [
        *case(1, ("01", STUCK, DAY, None)),
        *case(2, ("01", STUCK, DAY, None), ("01", SOMEHOW, AFTER, None)),
    ]
    rows = engine.rows(enrollment_worklist(engine.load(to_frame(lines)), as_of=AS_OF))
    assert {row["payee_id"]: row["step"] for row in rows} == {
        "98-700000101": "enroll",
        "98-700000201": "check the account",
    }
    for row in rows:
        assert "not say how" in row["evidence"]
        assert "never" not in row["evidence"]


def test_numbers_that_have_no_siblings(engine: Any, to_frame: Any) -> None:
    lines = [
        line_of("000-12-3456", **STUCK, company_name="A Person"),
        line_of("000-12-3457", **PAID, company_name="A Person"),  # another person
        line_of("260212-00017", **STUCK, company_name="Beispiel GmbH"),
        line_of("260212-00018", **PAID, company_name="Beispiel GmbH"),
        line_of(None, **STUCK),
        line_of(None, **PAID | {"refund_date": AFTER}),  # nobody knows whose
    ]
    rows = {row["payee_id"]: row for row in
            engine.rows(enrollment_worklist(engine.load(to_frame(lines)), as_of=AS_OF))}  # fmt: skip
    assert {payee: (row["kind"], row["step"]) for payee, row in rows.items()} == {
        "000-12-3456": ("ssn", "enroll"), "260212-00017": ("cbp", "enroll"), None: (None, "enroll"),
    }  # fmt: skip
    assert "importer abroad" in rows["260212-00017"]["evidence"]
    assert rows[None]["evidence"] == "the report gives no payee number"


def test_numbers_printed_without_their_hyphen_keep_their_evidence(engine: Any, to_frame: Any) -> None:
    lines = [
        line_of("98765432101", company_name="Example LLC", **STUCK),
        line_of("98765432100", company_name="EXAMPLE, L.L.C.", **PAID),
        line_of("12345678901", company_name="One Co", **STUCK),
        line_of(
            "12345678900", company_name="Two Co", **PAID
        ),  # perhaps numbers that CBP assigned to two importers
        line_of("13-579246801", company_name="Three Co", **STUCK),
        line_of("135792468 01", company_name="Three Co", **PAID | {"refund_date": AFTER}),
    ]
    rows = engine.rows(enrollment_worklist(engine.load(to_frame(lines)), as_of=AS_OF))
    assert {row["payee_id"][:3]: row["step"] for row in rows} == {
        "987": "add this suffix", "123": "enroll", "13-": "request reissue",
    }  # fmt: skip


@pytest.mark.parametrize(
    ("log", "step"),
    [
        ({"requested_on": "2026-03-03"}, "waiting for CBP"),
        ({"requested_on": "03/02/2026"}, "enroll"),  # not after the reject: it was for another one
        ({"requested_on": "2026-02-27"}, "enroll"),
        ({"verified_on": "2026-03-05"}, "request reissue"),
        ({"verified_on": "2026-03-01"}, "enroll"),
        ({"verified_on": "2026-03-05", "requested_on": "2026-03-06"}, "waiting for CBP"),
        ({"verified_on": "2026-03-05", "requested_on": "2026-02-06"}, "request reissue"),
        ({"verified_on": "2026-03-05", "payee_id": "98-765432100"}, "enroll"),  # another suffix
        ({"verified_on": "2026-03-05", "payee_id": "98765432101"}, "request reissue"),  # without its hyphen
        (
            {"requested_on": "2026-03-05", "care_of": "Harbor Brokers Inc"},
            "enroll",
        ),  # for the party's lines only
        ({"requested_on": None}, "enroll"),
    ],
)
def test_the_users_own_log_moves_a_line_where_it_is_newer_than_the_reject(
    to_frame: Any, log: dict[str, Any], step: str
) -> None:
    frame = to_frame([line_of("98-765432101", **STUCK)])
    noted = pd.DataFrame([{"payee_id": "98-765432101"} | log])
    assert enrollment_worklist(frame, as_of=AS_OF, log=noted)["step"].tolist() == [step]


def test_a_log_is_newer_than_every_reject_of_the_number_or_does_not_count(to_frame: Any) -> None:
    frame = to_frame(
        [line_of("98-765432101", **STUCK), line_of("98-765432101", **STUCK | {"refund_date": LATER})]
    )
    log = pd.DataFrame({"payee_id": ["98-765432101"], "requested_on": ["2026-03-10"]})
    assert enrollment_worklist(frame, as_of=AS_OF, log=log)["step"].tolist() == ["enroll"]


def test_a_log_that_cannot_be_used_is_refused(to_frame: Any) -> None:
    frame = to_frame([line_of("98-765432101", **STUCK)])
    with pytest.raises(ColumnsMissingError, match="payee_id"):
        enrollment_worklist(frame, as_of=AS_OF, log=pd.DataFrame({"payee": ["98-765432101"]}))
    with pytest.raises(Rev603Error, match="no date in requested_on: 'soon'"):
        enrollment_worklist(frame, as_of=AS_OF,
                            log=pd.DataFrame({"payee_id": ["98-765432101"], "requested_on": ["soon"]}))  # fmt: skip


def test_lines_and_cents_equal_a_plain_count(engine: Any, lines_3000: Any, to_frame: Any) -> None:
    groups: dict[tuple[Any, Any], list[dict[str, Any]]] = defaultdict(list)
    moved = {(line["payee_id"], line["refund_id"], line["document_number"]) for line in lines_3000
             if (line["refund_secondary_status"] or "").casefold().replace(" ", "") in
             ("treasuryissued", "check/achreissued")}  # fmt: skip
    for line in lines_3000:
        status = (line["refund_secondary_status"] or "").lower()
        key = (line["payee_id"], line["refund_id"], line["document_number"])
        if ("reject" in status or "returned" in status) and key not in moved:
            groups[line["payee_id"], line["care_of"]].append(line)
    rows = engine.rows(enrollment_worklist(engine.load(to_frame(lines_3000)), as_of=AS_OF))
    assert len(rows) == len(groups) > 100
    for row in rows:
        members = groups[row["payee_id"], row["care_of"]]
        dates = [line["refund_date"] for line in members if line["refund_date"]]
        assert row["lines"] == len(members)
        assert Decimal(repr(row["amount"])) == sum((line["amount"] or 0) for line in members)
        assert row["oldest_refund_date"] == min(dates, default=None)
        assert row["days_waiting"] == ((dt.date(2026, 3, 20) - min(dates)).days if dates else None)
    assert [row["amount"] for row in rows] == sorted((row["amount"] for row in rows), reverse=True)


def test_a_company_and_a_notify_party_are_one_actor_each(to_frame: Any) -> None:
    lines = [
        line_of("98-765432100", amount=Decimal("0.10"), **STUCK),
        line_of("98-765432101", amount=Decimal("0.20"), **STUCK),
        line_of("98-765432101", **PAID | {"refund_date": AFTER}),
        *(line_of(f"12-34567{number:02d}00", amount=Decimal("1.00"), care_of=name, **STUCK)
          for number, name in enumerate(["Harbor Brokers Inc", "HARBOR BROKERS, INC.", "Harbor  Brokers Inc"])),
        line_of(None, amount=Decimal("0.01"), company_name="Nameless Co", **STUCK),
        line_of(None, amount=Decimal("0.02"), company_name="Other Co", care_of="Other Brokers", **STUCK),
    ]  # fmt: skip
    worklist = enrollment_worklist(to_frame(lines), as_of=AS_OF)
    rolled = worklist_by_actor(worklist)
    assert rolled[["actor", "steps", "importers", "numbers", "lines", "amount"]].to_numpy().tolist() == [
        ["notify party", "enroll", 3, 3, 3, 3.0],
        ["payee", "request reissue + add this suffix", 1, 2, 2, 0.3],
        ["notify party", "enroll", 1, 0, 1, 0.02],
        ["payee", "enroll", 1, 0, 1, 0.01],
    ]
    assert round(rolled["amount"].sum(), 2) == round(worklist["amount"].sum(), 2) == 3.33
    assert worklist_by_actor(worklist.iloc[:0]).empty


def test_nothing_stuck_no_work(engine: Any, to_frame: Any) -> None:
    frame = to_frame([line_of("98-765432100", **PAID)])
    assert engine.rows(enrollment_worklist(engine.load(frame), as_of=AS_OF)) == []
    assert engine.rows(enrollment_worklist(engine.load(frame.iloc[:0]), as_of=AS_OF)) == []
    if engine.name == "pandas":
        none = enrollment_worklist(frame, as_of=AS_OF).dtypes.astype(str)
        one = enrollment_worklist(to_frame([line_of("98-765432100", **STUCK)]), as_of=AS_OF)
        assert none.tolist() == one.dtypes.astype(str).tolist()


def test_a_missing_column_is_named(to_frame: Any) -> None:
    with pytest.raises(ColumnsMissingError, match="care_of"):
        enrollment_worklist(to_frame([line_of("98-765432100", **STUCK)]).drop(columns="care_of"), as_of=AS_OF)


def test_what_a_notify_party_holds_for_whom(engine: Any, to_frame: Any) -> None:
    broker = {"care_of": "Example Brokers Inc"}
    lines = [
        line_of("98-765432100", amount=Decimal("5.00"), **PAID | broker),
        line_of("98-765432100", amount=Decimal("2.00"), **STUCK | broker),
        line_of("12-345678900", amount=Decimal("9.00"), **PAID | broker),
        line_of("12-345678900", amount=Decimal("9.00"), **PAID),
    ]
    rows = engine.rows(held_for_importers(engine.load(to_frame(lines))))
    found = [(row["care_of"], row["payee_id"], row["ach_amount"], row["rejected_amount"]) for row in rows]
    assert found == [
        ("Example Brokers Inc", "12-345678900", 9.0, 0.0),
        ("Example Brokers Inc", "98-765432100", 5.0, 2.0),
    ]
