"""Every line has one disposition, every dollar is in one place, and all answers say the same of each line."""

from __future__ import annotations

import datetime as dt
from collections import Counter
from decimal import Decimal
from typing import TYPE_CHECKING, Any

import narwhals as nw
import pandas as pd
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from rev603.analysis.disposition import with_disposition
from rev603.analysis.groups import by_disposition, by_importer, by_method, by_notify_party, by_payee
from rev603.analysis.history import current
from rev603.analysis.reconcile import compare
from rev603.analysis.reissue import reissue_requests
from rev603.analysis.status import flag_rejects, rejects
from rev603.analysis.weekly import weekly_figures
from rev603.analysis.worklist import enrollment_worklist
from rev603.vocabulary.statuses import DISPOSITIONS

if TYPE_CHECKING:
    from collections.abc import Callable

    Dispositions = Callable[[list[dict[str, Any]]], list[str]]

DAY, WEEK = dt.date(2026, 3, 2), dt.timedelta(7)
REPORT = dt.date(2026, 3, 20)
REJECT, BACK, AGAIN, PAID = "Reject No ACH", "Check/ACH Returned", "Check/ACH Reissued", "Treasury Issued"
ZERO = Decimal(0)


def line_of(refund: str | None, status: str | None, amount: str, **other: Any) -> dict[str, Any]:
    return {
        "payee_id": "98-765432100",
        "refund_id": refund,
        "document_number": "A",
        "company_name": "Example LLC",
        "care_of": None,
        "refund_secondary_status": status,
        "amount": Decimal(amount),
        "check_or_ach": "ACH" if status in {PAID, AGAIN, BACK} else None,
        "check_or_trace_number": None,
        "refund_date": DAY,
        "report_date": REPORT,
        "source_file": "week.csv",
        "report": "REV-603",
    } | other


def nine() -> list[tuple[dict[str, Any], str]]:
    """Lines of one report, and where the money of each is: counted by hand below."""
    return [
        (line_of("1", PAID, "1000.01"), "paid by ACH"),
        (line_of("2", PAID, "200.02", check_or_ach="Check"), "paid by check"),
        (line_of("3", PAID, "30.03", check_or_ach=None), "paid, method not stated"),
        (line_of("4", "Sent to Treasury", "4.04"), "in transit"),
        (line_of("5", None, "0.50"), "in transit"),
        (line_of("6", REJECT, "6000.06"), "no ACH on file"),
        (line_of("7", BACK, "700.07"), "returned"),
        # a partial offset: 80.08 settled a debt, the other 19.92 were paid; both lines stand
        (line_of("8", "Funds Diverted", "80.08"), "applied to a debt"),
        (line_of("8", PAID, "19.92"), "paid by ACH"),
        (line_of("9", "Held by Port", "9.09"), "unknown status"),
        # a payment that came back and was sent again: 1,100.11 once
        (line_of("10", BACK, "1100.11", check_or_trace_number="0713404"), "superseded"),
        (line_of("10", AGAIN, "1100.11", check_or_trace_number="0713405"), "paid by ACH"),
        # returned and reissued for less: what is missing of it is not explained, so both stand
        (line_of("11", BACK, "12.00"), "returned"),
        (line_of("11", AGAIN, "11.00"), "paid by ACH"),
        # the REV-613 beside it says in its own words what the REV-603 shows as paid since
        (line_of("12", "SAP ACH Rejected", "5.55", report="REV-613", source_file="613.csv"), "superseded"),
        (line_of("12", PAID, "5.55"), "paid by ACH"),
    ]


#: ACH 1,000.01 + 19.92 + 1,100.11 + 11.00 + 5.55; in transit 4.04 + 0.50; returned 700.07 + 12.00
BY_HAND = {
    "paid by ACH": (5, "2136.59"),
    "paid by check": (1, "200.02"),
    "paid, method not stated": (1, "30.03"),
    "in transit": (2, "4.54"),
    "no ACH on file": (1, "6000.06"),
    "returned": (2, "712.07"),
    "applied to a debt": (1, "80.08"),
    "unknown status": (1, "9.09"),
    "superseded": (2, "0.00"),
}


def test_all_nine_counted_by_hand(engine: Any, to_frame: Any) -> None:
    lines = [line for line, _ in nine()]
    native = engine.load(to_frame(lines))
    found = {
        (row["refund_id"], row["refund_secondary_status"]): row["disposition"]
        for row in engine.rows(flag_rejects(native))
    }
    assert found == {(line["refund_id"], line["refund_secondary_status"]): where for line, where in nine()}
    rows = engine.rows(by_disposition(native))
    assert [row["disposition"] for row in rows] == list(DISPOSITIONS) == list(BY_HAND)
    assert {row["disposition"]: (row["lines"], Decimal(repr(row["amount"]))) for row in rows} == {
        name: (count, Decimal(amount)) for name, (count, amount) in BY_HAND.items()
    }
    # 2,136.59 + 200.02 + 30.03 + 4.54 + 6,000.06 + 712.07 + 80.08 + 9.09
    (whole,) = engine.rows(by_importer(native))
    assert (whole["lines"], whole["refunds"], whole["amount"]) == (16, 12, 9172.48)


def test_the_week_says_the_same(to_frame: Any) -> None:
    lines = [line for line, _ in nine()]
    week = weekly_figures(to_frame(lines))
    # the REV-603 and the REV-613 show refund 12 on one day: one refund, the further state counts, one line
    by_hand = BY_HAND | {"superseded": (1, "0.00")}
    shown = week.by_disposition.set_index("disposition")
    assert {
        name: (row["lines"], Decimal(repr(row["amount"]))) for name, row in shown.to_dict("index").items()
    } == {name: (count, Decimal(amount)) for name, (count, amount) in by_hand.items()}
    # 6,000.06 + 700.07 + 12.00
    assert (week.totals["stuck_lines"], week.totals["stuck_amount"]) == (3, 6712.13)
    assert sorted(week.stuck["cause"]) == ["no ACH on file", "returned", "returned"]
    assert week.status_unknown["refund_id"].tolist() == ["9"]
    # sent to Treasury on 2 March; the 20th is 14 weekdays later
    assert sorted(week.in_transit_long["refund_id"]) == ["4", "5"]
    assert week.in_transit_long["business_days"].tolist() == [14, 14]


@pytest.mark.parametrize(
    ("lines", "expected"),
    [
        # since: in the same report, or a later one; never in an older
        ([(REJECT, 0, 0), (AGAIN, 1, 0)], ["superseded", "paid by ACH"]),
        ([(REJECT, 1, 0), (AGAIN, 0, 0)], ["no ACH on file", "paid by ACH"]),
        # a payment dated before it came back is not what paid it
        ([(PAID, 0, 0), (BACK, 0, 1)], ["paid by ACH", "returned"]),
        # a reissue that came back in its turn is stuck once
        ([(BACK, 0, 0), (BACK, 0, 1)], ["superseded", "returned"]),
        ([(REJECT, 0, 0), (BACK, 0, 1)], ["superseded", "returned"]),
        # nothing tells two rejects apart: both stand, rather than lose one
        ([(REJECT, 0, 0), (REJECT, 0, 0)], ["no ACH on file", "no ACH on file"]),
        # the same line in two weekly reports is no second payment
        ([(BACK, 0, 0), (BACK, 1, 0)], ["returned", "returned"]),
        ([(BACK, 0, 0), (BACK, 0, 1), (AGAIN, 0, 2)], ["superseded", "superseded", "paid by ACH"]),
    ],
)  # fmt: skip
def test_what_supersedes_what(lines: Any, expected: list[str], engine: Any, to_frame: Any) -> None:
    made = [
        line_of(
            "1",
            status,
            "10.10",
            report_date=REPORT + report * WEEK,
            refund_date=DAY + dated * WEEK,
            port_code=str(at),
        )
        for at, (status, report, dated) in enumerate(lines)
    ]
    rows = engine.rows(flag_rejects(engine.load(to_frame(made))))
    assert [row["disposition"] for row in sorted(rows, key=lambda row: row["port_code"])] == expected


def test_a_reissue_of_the_same_day_that_came_back_is_told_by_its_number(to_frame: Any) -> None:
    lines = [line_of("1", BACK, "10.10", check_or_trace_number=number) for number in ("0713404", "0713405")]
    assert flag_rejects(to_frame(lines))["disposition"].tolist() == ["superseded", "returned"]


def test_another_document_amount_or_payee_supersedes_nothing(to_frame: Any) -> None:
    reject = line_of("1", REJECT, "10.10")
    others: list[dict[str, Any]] = [
        {"document_number": "B"},
        {"amount": Decimal("10.11")},
        {"payee_id": "98-765432101"},
        {"refund_id": "2"},
    ]
    lines = [reject, *(line_of("1", PAID, "10.10") | other for other in others)]
    assert flag_rejects(to_frame(lines))["disposition"].iloc[0] == "no ACH on file"
    spelled = line_of("1", PAID, "10.10", payee_id="98-7654321")
    assert flag_rejects(to_frame([reject, spelled]))["disposition"].iloc[0] == "superseded"


def test_where_one_line_bears_the_amount_of_all_nothing_is_lost(to_frame: Any) -> None:
    """Of a refund whose amount each line prints: the printed amounts are compared, the borne ones are summed."""
    for borne in (("0.00", "100.00"), ("100.00", "0.00")):
        lines = [line_of("1", status, amount) for status, amount in zip((BACK, AGAIN), borne, strict=True)]
        frame = to_frame(lines).assign(total_refund_amount=100.0)
        assert by_disposition(frame)["amount"].sum() == 100.0
    free = to_frame([line_of("1", BACK, "0.00"), line_of("1", AGAIN, "100.00")]).assign(
        total_refund_amount=100.0
    )
    assert flag_rejects(free)["disposition"].tolist() == ["superseded", "paid by ACH"]


def test_a_rev_615_without_a_status_does_not_say_where_the_money_is(engine: Any, to_frame: Any) -> None:
    """It lists the entries of a consolidated refund (domain: a blank means "in transit" in a REV-603)."""
    lines = [
        line_of("1", None, "1.00"),
        line_of("2", None, "2.00", report="REV-615"),
        line_of("3", " ", "4.00", report="REV-615"),
        line_of("4", PAID, "8.00", report="REV-615"),
    ]
    rows = engine.rows(by_disposition(engine.load(to_frame(lines))))
    assert [(row["disposition"], row["amount"]) for row in rows] == [
        ("paid by ACH", 8.0), ("in transit", 1.0), ("unknown status", 6.0),
    ]  # fmt: skip
    week = weekly_figures(to_frame(lines))
    # 2.00 has no status at all, 4.00 a blank one: each is named, and neither is on its way
    assert week.not_judged.query("what == 'status not documented'")["amount"].sum() == 6.0
    assert week.in_transit_long["refund_id"].tolist() == ["1"]


def test_the_money_of_a_line_is_judged_among_all_lines_before_some_are_left_out(to_frame: Any) -> None:
    told: Any = with_disposition(
        nw.from_native(to_frame([line_of("1", BACK, "5.00"), line_of("1", AGAIN, "5.00")]))
    )
    returned = told.to_native()[lambda frame: frame["refund_secondary_status"] == BACK]
    assert by_disposition(returned)["disposition"].tolist() == ["superseded"]
    assert by_payee(returned)["amount"].tolist() == [0.0]


def test_by_any_columns_by_week_and_by_month(engine: Any, to_frame: Any) -> None:
    lines = [
        line_of("1", PAID, "1.00", port_code="0712", refund_date=dt.date(2026, 3, 1)),  # a Sunday
        line_of("2", PAID, "2.00", port_code="0712", refund_date=dt.date(2026, 3, 2)),
        line_of("3", REJECT, "4.00", port_code=None, refund_date=dt.date(2026, 3, 8)),
        line_of("4", REJECT, "8.00", port_code="0712", refund_date=None),
    ]
    native = engine.load(to_frame(lines))
    weeks = engine.rows(by_disposition(native, by="week"))
    assert [(row["week"], row["disposition"], row["amount"]) for row in weeks] == [
        (dt.date(2026, 2, 23), "paid by ACH", 1.0),
        (dt.date(2026, 3, 2), "paid by ACH", 2.0),
        (dt.date(2026, 3, 2), "no ACH on file", 4.0),
        (None, "no ACH on file", 8.0),
    ]
    both = engine.rows(by_disposition(native, by=["port_code", "month"]))
    assert [(row["port_code"], row["month"], row["lines"], row["amount"]) for row in both] == [
        ("0712", dt.date(2026, 3, 1), 2, 3.0), ("0712", None, 1, 8.0), (None, dt.date(2026, 3, 1), 1, 4.0),
    ]  # fmt: skip


HISTORIES = st.lists(
    st.fixed_dictionaries(
        {
            "payee_id": st.sampled_from(["98-765432100", "98-765432101", None]),
            "refund_id": st.sampled_from(["1", "2", None]),
            "document_number": st.sampled_from(["A", "B"]),
            "company_name": st.just("Example LLC"),
            "care_of": st.sampled_from(["Example Brokers Inc", None]),
            "refund_secondary_status": st.sampled_from(
                [REJECT, "SAP ACH Rejected", BACK, BACK, AGAIN, PAID, "Funds Diverted", None, "?"]
            ),
            "check_or_ach": st.sampled_from(["ACH", "Check", None]),
            "check_or_trace_number": st.sampled_from(["0713404", "6997101", None]),
            "amount": st.sampled_from([Decimal("0.29"), Decimal("-1.10"), Decimal("10000000.01"), None]),
            "refund_date": st.sampled_from([DAY, DAY + WEEK, None]),
            "report_date": st.sampled_from([REPORT, REPORT + WEEK]),
            "source_file": st.sampled_from(["a.csv", "b.csv"]),
        }
    ),
    min_size=1,
    max_size=25,
)  # fmt: skip


@settings(max_examples=settings().max_examples // 5)
@given(lines=HISTORIES)
def test_every_dollar_is_in_one_place_in_every_answer(
    lines: list[dict[str, Any]], to_frame: Any, dispositions_by_hand: Dispositions
) -> None:
    history = to_frame([line | {"port_code": str(at)} for at, line in enumerate(lines)])
    # the history as it stands, then its newest state: each line as a plain count has it
    for frame in (history, current(history)):
        mine = [lines[int(at)] for at in frame["port_code"]]
        where = dispositions_by_hand(mine)
        assert flag_rejects(frame)["disposition"].tolist() == where
        count, cents = Counter(where), Counter[str]()
        for line, name in zip(mine, where, strict=True):
            cents[name] += 0 if name == "superseded" else int((line["amount"] or ZERO) * 100)
        found = by_disposition(frame).set_index("disposition")
        assert found["lines"].to_dict() == dict(count)
        assert {name: round(amount * 100) for name, amount in found["amount"].items()} == dict(cents)
        assert len(rejects(frame)) == count["no ACH on file"]
        stuck = count["no ACH on file"] + count["returned"]
        assert len(rejects(frame, include_returned=True)) == stuck
        for groups in (by_payee(frame), by_notify_party(frame), by_importer(frame), by_method(frame)):
            assert groups["lines"].sum() == len(mine)
            assert round(groups["amount"].sum() * 100) == sum(cents.values())
            assert groups["superseded_lines"].sum() == count["superseded"]
            parts = groups.filter(regex="_amount$").sum(axis=1)
            assert (parts * 100).round().tolist() == (groups["amount"] * 100).round().tolist()
    week, days = weekly_figures(history), enrollment_worklist(frame, as_of=REPORT + WEEK)
    pd.testing.assert_frame_equal(week.by_disposition, found.reset_index())
    assert week.totals["stuck_lines"] == len(week.stuck) == stuck == days["lines"].sum()
    assert round(week.totals["stuck_amount"] * 100) == cents["no ACH on file"] + cents["returned"]
    # where nothing counts twice though reports overlap: the week has each line of the newest state once
    assert sorted(week.stuck["port_code"]) == sorted(rejects(frame, include_returned=True)["port_code"])
    assert week.totals["amount"] * 100 == pytest.approx(sum(cents.values()), abs=1e-6)
    asked = reissue_requests(frame, ready_only=False)
    assert (asked["lines"].sum(), round(asked["amount"].sum() * 100)) == (
        stuck, cents["no ACH on file"] + cents["returned"]
    )  # fmt: skip
    # without a list, and of the newest state, the reconciliation says the same of each line
    nothing = pd.DataFrame(
        {"entry_number": pd.Series(dtype="str"), "expected_amount": pd.Series(dtype="float64")}
    )
    assert compare(frame, nothing).refunds["disposition"].tolist() == where
