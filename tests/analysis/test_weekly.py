from __future__ import annotations

import copy
import datetime as dt
import json
from collections import defaultdict
from collections.abc import Callable
from decimal import Decimal
from statistics import median
from typing import Any

import pandas as pd
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from rev603.analysis.history import current
from rev603.analysis.status import rejects
from rev603.errors import ColumnsMissingError, Rev603Error
from rev603.presenting.weekly import WeeklySummary, weekly_summary

Dispositions = Callable[[list[dict[str, Any]]], list[str]]
KEY = ("payee_id", "refund_id", "document_number")
STUCK, BACK, AGAIN, PAID = "Reject No ACH", "Check/ACH Returned", "Check/ACH Reissued", "Treasury Issued"
FRIDAYS = [dt.date(2026, 3, 6) + dt.timedelta(weeks=week) for week in range(5)]
TEXT = [*KEY, "company_name", "care_of", "refund_secondary_status", "check_or_ach", "check_or_trace_number",
        "source_file"]  # fmt: skip


def frame_of(lines: list[dict[str, Any]]) -> pd.DataFrame:
    """Make of plain lines (amounts are Decimal, dates are dates) the frame that the reader would give."""
    columns: dict[str, Any] = {
        name: pd.Series([line.get(name) for line in lines], dtype="str") for name in TEXT
    }
    for name in ("refund_date", "report_date"):
        dates = pd.Series([line.get(name) for line in lines], dtype="object")
        columns[name] = pd.to_datetime(dates).astype("datetime64[us]")
    amounts = [line.get("amount") for line in lines]
    columns["amount"] = pd.Series(
        [None if each is None else float(each) for each in amounts], dtype="float64"
    )
    columns["source_row"] = range(2, len(lines) + 2)
    return pd.DataFrame(columns)


def line_of(refund: str, status: str | None, amount: str, report: dt.date, **other: Any) -> dict[str, Any]:
    return {
        "payee_id": "98-765432100",
        "refund_id": refund,
        "document_number": "A",
        "company_name": "Example LLC",
        "refund_secondary_status": status,
        "check_or_ach": "ACH" if status in {PAID, AGAIN} else None,
        "amount": Decimal(amount),
        "refund_date": dt.date(2026, 3, 2),
        "report_date": report,
        "source_file": f"{report}.csv",
    } | other


def three_weeks() -> list[dict[str, Any]]:
    first, second, third = FRIDAYS[:3]  # 6, 13 and 20 March 2026
    late = {"refund_date": dt.date(2026, 3, 9)}
    latest = {
        "refund_date": dt.date(2026, 3, 16),
        "payee_id": "12-345678901",
        "care_of": "Example Brokers Inc",
    }
    return [
        # 6 March: four refunds, two of them stuck
        line_of("1", STUCK, "100.10", first),
        line_of("2", STUCK, "200.20", first),
        line_of("3", PAID, "1000.00", first),
        line_of("4", BACK, "50.00", first),
        # 13 March: 1 is still stuck, 2 was cured, 5 is new; 3 and 4 are outside the date window
        line_of("1", STUCK, "100.10", second),
        line_of("2", AGAIN, "200.20", second),
        line_of("5", STUCK, "0.30", second, **late),
        # 20 March: 1 is outside the window and stays stuck; 5 got another 0.07; 6 and 7 are new; 4 is reissued
        line_of("5", STUCK, "0.30", third, **late),
        line_of("5", STUCK, "0.07", third, **late),
        line_of("6", STUCK, "10000000.01", third, **latest),
        line_of("7", "SAP ACH Rejected", "-0.01", third, **latest),
        line_of("4", BACK, "50.00", third),
        line_of("4", AGAIN, "50.00", third),
        line_of("8", "Funds Diverted", "8.00", third, **latest),
        line_of("9", PAID, "9.00", third, **(latest | {"check_or_ach": "Check", "care_of": None})),
    ]


def test_a_three_week_example_counted_by_hand() -> None:
    week = weekly_summary(frame_of(three_weeks()))
    assert (week.week_ending, week.report_date) == (pd.Timestamp("2026-03-20"), pd.Timestamp("2026-03-20"))
    assert week.compared_with == pd.Timestamp("2026-03-13")  # exactly 7 days older
    # stuck: 1 (100.10, last seen 13 March), 5 twice (0.30 + 0.07), 6 (10,000,000.01), 7 (-0.01)
    assert sorted(week.stuck["refund_id"]) == ["1", "5", "5", "6", "7"]
    assert sorted(week.newly_stuck["refund_id"]) == ["6", "7"]
    assert sorted(week.still_stuck["refund_id"]) == ["1", "5", "5"]
    total = week.totals
    assert (total["stuck_lines"], total["stuck_amount"]) == (5, 10000100.47)
    # opening, 13 March: 1, 4 (returned) and 5 = 100.10 + 50.00 + 0.30; new: 10,000,000.01 - 0.01; cleared: 4 was
    # reissued (50.00); changed: one more line of 5 (0.07)
    assert (total["opening_lines"], total["opening_amount"]) == (3, 150.40)
    assert (total["newly_stuck_lines"], total["newly_stuck_amount"]) == (2, 10000000.00)
    assert (total["cleared_lines"], total["cleared_amount"]) == (1, 50.0)
    assert (total["changed_lines"], total["changed_amount"]) == (1, 0.07)
    assert (total["closing_lines"], total["closing_amount"]) == (5, 10000100.47)
    assert (total["still_stuck_lines"], total["still_stuck_amount"]) == (3, 100.47)
    assert (total["stuck_refunds"], total["stuck_payees"], total["stuck_notify_parties"]) == (4, 2, 1)
    # refund dates 2, 9 and 16 March are 18, 11 and 4 days before the 20th: 18 11 11 4 4
    assert sorted(week.stuck["days_waiting"]) == [4, 4, 11, 11, 18]
    assert week.stuck["age_band"].tolist() == ["8-30", "8-30", "8-30", "0-7", "0-7"]
    assert total["oldest_refund_date"] == "2026-03-02"
    assert (total["longest_wait_days"], total["median_wait_days"]) == (18, 11.0)
    # the third report shows refunds of 2 March (4) to 16 March, and so should show 1 too
    assert week.stuck[week.stuck["in_newest"] == "not listed"]["refund_id"].tolist() == ["1"]
    # 4 came back and was reissued as a second line, so it is not outstanding
    (cleared,) = week.cleared.to_dict("records")
    assert (cleared["refund_id"], cleared["cause"]) == ("4", "returned")
    assert (cleared["state_now"], cleared["seen_on"]) == (
        "paid by ACH + superseded",
        pd.Timestamp("2026-03-20"),
    )
    assert week.diverted["refund_id"].tolist() == ["8"]
    assert week.checks_after_cutover["refund_id"].tolist() == ["9"]
    # the state: 1 2 3 (once each), 4 twice, 5 twice, 6 7 8 9
    assert (total["lines"], total["refunds"]) == (11, 9)
    # 100.10 + 200.20 + 1,000.00 + 50.00 (once) + 0.37 + 10,000,000.01 - 0.01 + 8.00 + 9.00
    assert total["amount"] == 10001367.67
    # ACH: 2 (200.20), 3 (1,000.00), 4 reissued (50.00); check: 9
    assert (total["ach_amount"], total["check_amount"], total["rejected_amount"], total["diverted_amount"]) == (
        1250.20, 9.00, 10000100.47, 8.00,
    )  # fmt: skip
    assert week.worklist[["payee_id", "actor", "lines", "amount", "days_waiting"]].to_dict("records") == [
        {"payee_id": "12-345678901", "actor": "notify party", "lines": 2, "amount": 1e7, "days_waiting": 4},
        {"payee_id": "98-765432100", "actor": "payee", "lines": 3, "amount": 100.47, "days_waiting": 18},
    ]  # fmt: skip
    assert dict(zip(week.changes["refund_id"], week.changes["change"], strict=True)) == {
        "4": "status+method", "5": "amount", "6": "new", "7": "new", "8": "new", "9": "new",
    }  # fmt: skip


def test_each_cause_has_its_own_movement() -> None:
    table = weekly_summary(frame_of(three_weeks())).movement.set_index("cause")
    # no ACH on file: 1 and 5 before; 6 and 7 new; 5 got a line. Returned: 4 before, cleared
    assert list(table.loc["no ACH on file"]) == [2, 100.40, 2, 10000000.0, 0, 0.0, 1, 0.07, 5, 10000100.47]
    assert list(table.loc["returned"]) == [1, 50.0, 0, 0.0, 1, 50.0, 0, 0.0, 0, 0.0]


def test_the_week_before_as_it_was_then() -> None:
    week = weekly_summary(frame_of(three_weeks()), week_ending="2026-03-15")
    assert (str(week.week_ending.date()), str(week.report_date.date())) == ("2026-03-15", "2026-03-13")
    # opening: 1 + 2 + 4 = 350.30; new: 5 = 0.30; cleared: 2 = 200.20; closing: 350.30 + 0.30 - 200.20
    total = week.totals
    assert (total["opening_amount"], total["newly_stuck_amount"], total["cleared_amount"]) == (
        350.30,
        0.30,
        200.20,
    )
    assert (total["closing_lines"], total["closing_amount"]) == (3, 150.40)
    (row,) = week.cleared.to_dict("records")
    assert (row["refund_id"], row["refund_secondary_status"], row["state_now"]) == ("2", STUCK, "paid by ACH")
    assert row["seen_on"] == pd.Timestamp("2026-03-13")
    assert week.stuck[week.stuck["cause"] == "returned"]["refund_id"].tolist() == [
        "4"
    ]  # not yet reissued then
    assert week.sources["source_file"].tolist() == ["2026-03-06.csv", "2026-03-13.csv"]


def test_trend_goes_from_report_to_report_and_begins_with_an_opening() -> None:
    trend = weekly_summary(frame_of(three_weeks())).trend
    assert trend.to_dict("list") == {
        "report_date": [pd.Timestamp(day) for day in FRIDAYS[:3]],
        "stuck_lines": [3, 3, 5],
        "stuck_amount": [350.30, 150.40, 10000100.47],
        "opening_lines": [3, 3, 3],
        "opening_amount": [350.30, 350.30, 150.40],
        "new_lines": [0, 1, 2],
        "new_amount": [0.0, 0.30, 10000000.00],
        "cleared_lines": [0, 1, 1],
        "cleared_amount": [0.0, 200.20, 50.0],
        "changed_lines": [0, 0, 1],
        "changed_amount": [0.0, 0.0, 0.07],
        "rejected_lines": [2, 2, 5],
        "rejected_amount": [300.30, 100.40, 10000100.47],
        "returned_lines": [1, 1, 0],
        "returned_amount": [50.0, 50.0, 0.0],
        # 6 March: 4 4 4; 13 March: 11, 11 and 4; 20 March: 18 11 11 4 4
        "median_days_waiting": [4.0, 11.0, 11.0],
    }


@pytest.mark.long
def test_an_unknown_status_neither_clears_nor_pays_until_a_known_one_is_seen() -> None:
    first, second, third = FRIDAYS[:3]
    lines = [line_of("1", STUCK, "100.10", first), line_of("2", STUCK, "1.00", first)]
    lines += [line_of("1", "Rejected by ACH vendor", "100.10", second), line_of("2", STUCK, "1.00", second)]
    week = weekly_summary(frame_of(lines))
    assert (week.totals["stuck_lines"], week.totals["cleared_lines"], week.totals["ach_amount"]) == (
        1,
        0,
        0.0,
    )
    assert week.status_unknown[["refund_id", "was_stuck"]].to_numpy().tolist() == [["1", True]]
    # what is not known left what is stuck without being cleared: opening 2 + 0 - 0 + changed -1 = closing 1
    assert (week.totals["changed_lines"], week.totals["changed_amount"]) == (-1, -100.10)
    assert week.serious
    (doubt,) = week.not_judged[week.not_judged["serious"]].to_dict("records")
    assert (doubt["lines"], doubt["amount"]) == (1, 100.10)
    paid = weekly_summary(frame_of([*lines, line_of("1", PAID, "100.10", third)]))
    assert (len(paid.status_unknown), paid.serious) == (0, False)
    # in transit is not yet cleared either
    away = weekly_summary(frame_of([*lines[:2], line_of("1", "Sent to Treasury", "100.10", second)]))
    assert (away.totals["stuck_lines"], away.totals["cleared_lines"]) == (1, 0)


def test_an_empty_report_ends_the_week() -> None:
    history = frame_of(three_weeks())
    history.attrs["rev603"] = {
        "sources": [{"source_file": f"{day}.csv", "report_date": str(day), "lines": count}
                    for day, count in zip(FRIDAYS[:4], (4, 3, 8, 0), strict=True)],
        "issues": [],
    }  # fmt: skip
    week = weekly_summary(history)
    assert (week.report_date, week.compared_with) == (pd.Timestamp("2026-03-27"), pd.Timestamp("2026-03-20"))
    assert (week.totals["stuck_lines"], week.totals["newly_stuck_lines"], week.totals["cleared_lines"]) == (
        5,
        0,
        0,
    )
    assert week.stuck["days_waiting"].max() == 25  # 2 to 27 March
    assert set(week.stuck["in_newest"]) == {"outside its dates"}


@pytest.mark.long
def test_an_extract_says_so_and_does_not_tie_out_as_the_whole() -> None:
    history = frame_of(three_weeks())
    history.attrs["rev603"] = {
        "sources": [{"source_file": f"{day}.csv", "report_date": str(day), "lines": count, "ties_out": True}
                    for day, count in zip(FRIDAYS[:3], (4, 3, 8), strict=True)],
        "issues": [],
    }  # fmt: skip
    whole = weekly_summary(history)
    assert (whole.extract_of, len(whole.not_judged)) == (None, 0)
    assert whole.sources["ties_out"].all()
    some = weekly_summary(history[history["payee_id"] == "98-765432100"])
    assert (some.extract_of, some.not_judged["lines"].tolist(), some.serious) == (15, [11], False)
    assert some.sources["ties_out"].isna().all()
    with pytest.raises(Rev603Error, match="newest state of each refund"):
        weekly_summary(current(history))
    assert (
        weekly_summary(current(history[history["report_date"] == pd.Timestamp("2026-03-20")])).extract_of
        == 15
    )


@pytest.mark.long
def test_a_newest_report_of_a_day_to_come_or_too_old_is_said() -> None:
    history = frame_of(three_weeks())

    def doubts(**asked: Any) -> list[str]:
        found = weekly_summary(history, **asked).not_judged
        return found[found["serious"]]["what"].tolist()

    assert doubts() == doubts(today="2026-03-20", max_age=0) == doubts(today="2026-06-20") == []
    assert doubts(today="2026-03-19") == ["newest report in the future"]
    assert doubts(today="2026-03-28", max_age=8) == []
    assert doubts(today="2026-03-29", max_age=8) == ["newest report too old"]


def test_a_later_payment_under_another_refund_number_is_named_for_a_person() -> None:
    first, second = FRIDAYS[:2]
    later = {"refund_date": dt.date(2026, 3, 9)}
    lines = [
        line_of("1", STUCK, "100.10", first), line_of("2", STUCK, "7.00", first), line_of("3", STUCK, "8.00", first),
        line_of("91", PAID, "100.10", second, **later),
        line_of("92", PAID, "7.00", second, **later, document_number="B"),
        line_of("93", PAID, "8.00", second),  # not later
    ]  # fmt: skip
    stuck = weekly_summary(frame_of(lines)).stuck.set_index("refund_id")["possibly_replaced_by"]
    assert stuck.dropna().to_dict() == {"1": "91"}
    assert len(stuck) == 3


@pytest.mark.long
def test_coverage_names_windows_gaps_and_what_is_stuck_outside_of_the_newest() -> None:
    """Windows by hand: 2 to 6 March, 20 to 27 March, 26 March to 1 April; the 13 days from the 7th on are in none."""
    first, second, third = dt.date(2026, 3, 6), dt.date(2026, 3, 24), dt.date(2026, 4, 3)
    lines = [
        line_of("1", STUCK, "1.00", first, refund_date=dt.date(2026, 3, 2)),
        line_of("2", PAID, "2.00", first, refund_date=dt.date(2026, 3, 6)),
        line_of("3", STUCK, "4.00", second, refund_date=dt.date(2026, 3, 20)),
        line_of("4", STUCK, "8.00", second, refund_date=dt.date(2026, 3, 24)),
        # the newest window has the 27th in it, and does not list this one
        line_of("5", STUCK, "16.00", second, refund_date=dt.date(2026, 3, 27)),
        line_of("6", PAID, "32.00", third, refund_date=dt.date(2026, 3, 26)),
        line_of("7", STUCK, "64.00", third, refund_date=dt.date(2026, 4, 1)),
    ]
    week = weekly_summary(frame_of(lines))
    shown = week.coverage[["what", "first_refund_date", "last_refund_date"]].to_dict("records")
    assert [(row["what"], *(str(row[name].date()) for name in list(row)[1:])) for row in shown] == [
        ("report", "2026-03-02", "2026-03-06"),
        ("report", "2026-03-20", "2026-03-27"),
        ("report", "2026-03-26", "2026-04-01"),
        ("gap", "2026-03-07", "2026-03-19"),
    ]
    assert week.coverage["lines"].tolist()[:3] == [2, 3, 2]
    assert week.stuck.set_index("refund_id")["in_newest"].to_dict() == {
        "1": "outside its dates", "3": "outside its dates", "4": "outside its dates", "5": "not listed", "7": "listed",
    }  # fmt: skip
    # 1.00 + 4.00 + 8.00 lie before 26 March
    assert (week.totals["outside_window_lines"], week.totals["outside_window_amount"]) == (3, 13.0)
    assert (week.totals["not_shown_lines"], week.totals["not_shown_amount"]) == (1, 16.0)
    # with a window of 4 to 18 March between, nothing is left in none of them
    between = [
        line_of("8", PAID, "1.00", dt.date(2026, 3, 20), refund_date=dt.date(2026, 3, day)) for day in (4, 18)
    ]
    assert set(weekly_summary(frame_of([*lines, *between])).coverage["what"]) == {"report"}


def test_what_is_printed_ties_to_what_was_received() -> None:
    first = FRIDAYS[0]
    lines = [
        line_of("1", PAID, "10.00", first), line_of("2", AGAIN, "20.00", first),
        line_of("2", BACK, "20.00", first, check_or_ach="ACH"), line_of("3", BACK, "5.00", first, check_or_ach="ACH"),
        line_of("4", STUCK, "1.00", first),
    ]  # fmt: skip
    ach = weekly_summary(frame_of(lines)).printed_vs_received.set_index("method").loc["ACH"]
    # 4 lines print ACH: 2 received + 1 returned + 1 superseded; 55.00 = 30.00 + 5.00 + 20.00
    kinds = ("printed", "received", "returned", "superseded")
    assert [ach[f"{kind}_lines"] for kind in kinds] == [4, 2, 1, 1]
    assert [ach[f"{kind}_amount"] for kind in kinds] == [55.0, 30.0, 5.0, 20.0]


STATUSES = [STUCK, STUCK, "SAP ACH Rejected", BACK, AGAIN, PAID, None, "?"]
REPORTS = st.lists(
    st.fixed_dictionaries(
        {
            "payee_id": st.sampled_from(["98-765432100", "98-765432101", None]),
            "refund_id": st.sampled_from(["1", "2", None]),
            "document_number": st.sampled_from(["A", None]),
            "company_name": st.just("Example LLC"),
            "care_of": st.sampled_from(["Example Brokers Inc", None]),
            "refund_secondary_status": st.sampled_from(STATUSES),
            "check_or_ach": st.sampled_from(["ACH", "Check", None]),
            "amount": st.sampled_from([Decimal("0.29"), Decimal("-1.10"), Decimal("10000000.01"), None]),
            "refund_date": st.sampled_from([dt.date(2026, 2, 6), dt.date(2026, 3, 3), None]),
            # reports 3, 7 and more days apart
            "report_date": st.sampled_from([FRIDAYS[0], FRIDAYS[0] + dt.timedelta(3), *FRIDAYS[1:]]),
            "source_file": st.just("same.csv"),
        }
    ),
    min_size=1,
    max_size=40,
)  # fmt: skip


def state_by_hand(
    lines: list[dict[str, Any]], day: dt.date, dispositions: Dispositions
) -> dict[tuple[Any, ...], list[dict[str, Any]]]:
    """Give the lines of each key in the newest report up to a day that shows it."""
    shown: dict[tuple[Any, ...], dict[dt.date, list[dict[str, Any]]]] = defaultdict(lambda: defaultdict(list))
    for line in lines:
        if line["report_date"] <= day:
            shown[tuple(line[part] for part in KEY)][line["report_date"]].append(line)
    return {key: told(reports[max(reports)], dispositions) for key, reports in shown.items()}


def told(lines: list[dict[str, Any]], dispositions: Dispositions) -> list[dict[str, Any]]:
    return [line | {"where": where} for line, where in zip(lines, dispositions(lines), strict=True)]


def stuck(members: list[dict[str, Any]]) -> list[dict[str, Any]]:
    return [line for line in members if line["where"] in {"no ACH on file", "returned"}]


def settled(members: list[dict[str, Any]]) -> bool:
    return not any(line["where"] in {"in transit", "unknown status"} for line in members)


def weigh(lines: list[dict[str, Any]]) -> tuple[int, float]:
    return len(lines), float(sum((line["amount"] or Decimal(0) for line in lines), Decimal(0)))


#: A summary is a second's work or less: a third of the examples that others try.
SUMMED_UP = settings(max_examples=settings().max_examples // 3)


@SUMMED_UP
@given(lines=REPORTS)
def test_opening_plus_new_less_cleared_and_changed_is_closing(
    lines: list[dict[str, Any]], dispositions_by_hand: Dispositions
) -> None:
    week = weekly_summary(frame_of(lines))
    total = week.totals
    for unit in ("lines", "amount"):
        # in whole cents: opening + new - cleared + changed = closing, without any tolerance
        opening, new, cleared, changed, closing, still, all_ = (
            round(total[f"{name}_{unit}"] * 100)
            for name in (
                "opening",
                "newly_stuck",
                "cleared",
                "changed",
                "closing",
                "still_stuck",
                "stuck",
            )
        )
        assert opening + new - cleared + changed == closing == all_ == new + still

    # and each of them is what a plain count of the lines gives
    dates = sorted({line["report_date"] for line in lines})
    older = [day for day in dates if day <= dates[-1] - dt.timedelta(7)]
    against = older[-1] if older else (dates[-2] if len(dates) > 1 else None)
    assert week.compared_with == (None if against is None else pd.Timestamp(against))
    now = state_by_hand(lines, dates[-1], dispositions_by_hand)
    before = {} if against is None else state_by_hand(lines, against, dispositions_by_hand)
    parts: dict[str, list[dict[str, Any]]] = {
        "stuck": [line for members in now.values() for line in stuck(members)],
        "newly_stuck": [
            line for key, members in now.items() for line in stuck(members) if not stuck(before.get(key, []))
        ],
        "cleared": [
            line
            for key, members in before.items()
            for line in stuck(members)
            if not stuck(now[key]) and settled(now[key])
        ],
        "opening": [line for members in before.values() for line in stuck(members)],
        "returned": [line for members in now.values() for line in members if line["where"] == "returned"],
    }
    for name, members in parts.items():
        assert (total[f"{name}_lines"], total[f"{name}_amount"]) == weigh(members), name
    everything = [line for members in now.values() for line in members]
    counted = [line for line in everything if line["where"] != "superseded"]
    assert (total["lines"], total["amount"]) == (len(everything), weigh(counted)[1])


@SUMMED_UP
@given(lines=REPORTS)
def test_trend_ties_and_each_of_its_lines_is_the_state_of_that_day(
    lines: list[dict[str, Any]], dispositions_by_hand: Dispositions
) -> None:
    trend = weekly_summary(frame_of(lines)).trend
    dates = sorted({line["report_date"] for line in lines})
    assert [day.date() for day in trend["report_date"]] == dates
    stuck_before = (trend["opening_lines"][0] * 100, round(trend["opening_amount"][0] * 100))
    for row in trend.to_dict("records"):
        day = row["report_date"].date()
        members = [
            line
            for lines_ in state_by_hand(lines, day, dispositions_by_hand).values()
            for line in stuck(lines_)
        ]
        assert (row["stuck_lines"], row["stuck_amount"]) == weigh(members)
        waits = [(day - line["refund_date"]).days for line in members if line["refund_date"]]
        assert row["median_days_waiting"] == median(waits) if waits else pd.isna(row["median_days_waiting"])
        moved = tuple(
            round((row[f"new_{unit}"] - row[f"cleared_{unit}"] + row[f"changed_{unit}"]) * 100)
            for unit in ("lines", "amount")
        )
        stuck_before = (stuck_before[0] + moved[0], stuck_before[1] + moved[1])
        assert stuck_before == (row["stuck_lines"] * 100, round(row["stuck_amount"] * 100))


@SUMMED_UP
@given(lines=REPORTS, data=st.data())
def test_a_past_week_is_the_same_from_all_files_as_from_the_first(lines: Any, data: Any) -> None:
    history = frame_of(lines)
    day = data.draw(st.sampled_from(sorted({line["report_date"] for line in lines})))
    then = history[history["report_date"] <= pd.Timestamp(day)].reset_index(drop=True)
    asked, given_ = weekly_summary(history, week_ending=day), weekly_summary(then)
    assert asked.to_dict(mask="none") == given_.to_dict(mask="none")
    for name, frame in asked.frames.items():
        pd.testing.assert_frame_equal(frame, given_.frames[name], check_exact=True)


@SUMMED_UP
@given(lines=REPORTS)
def test_state_and_rejects_are_those_of_the_single_analyses(lines: list[dict[str, Any]]) -> None:
    history = frame_of(lines)
    week = weekly_summary(history)
    state = current(history)
    assert week.totals["lines"] == len(state)
    assert sorted(week.stuck["source_row"]) == sorted(rejects(state, include_returned=True)["source_row"])
    both = week.by_payee["rejected_lines"] + week.by_payee["returned_lines"]
    assert both.sum() == week.worklist["lines"].sum() == len(week.stuck)
    for groups in (week.by_payee, week.by_notify_party, week.by_method):
        assert groups["lines"].sum() == len(state)
        assert round(groups["rejected_amount"].sum() * 100) == round(week.totals["rejected_amount"] * 100)


@pytest.mark.long
def test_running_twice_gives_the_same_text_and_leaves_the_history_alone() -> None:
    history = frame_of(three_weeks())
    history.attrs["rev603"] = {"sources": [], "issues": []}
    before = copy.deepcopy(history)
    texts = {weekly_summary(history).to_json() for _ in range(2)}
    assert len(texts) == 1
    pd.testing.assert_frame_equal(history, before, check_exact=True)
    assert history.attrs == before.attrs
    shuffled = frame_of(three_weeks()).sample(frac=1, random_state=3)
    assert weekly_summary(shuffled).to_dict() == weekly_summary(frame_of(three_weeks())).to_dict()


@pytest.mark.long
def test_a_single_report_is_all_new() -> None:
    lines = three_weeks()[:4]
    week = weekly_summary(frame_of(lines).drop(columns=["source_file", "source_row"]))
    assert week.compared_with is None
    assert week.to_dict()["compared_with"] is None
    assert week.totals["newly_stuck_lines"] == week.totals["stuck_lines"] == 3
    assert week.totals["opening_lines"] == week.totals["cleared_lines"] == len(week.still_stuck) == 0
    assert set(week.changes["change"]) == {"new"}
    assert week.sources["lines"].tolist() == [4]


@pytest.mark.long
def test_files_of_one_day_are_one_report() -> None:
    lines = three_weeks()[:4]
    two_files = [*lines, *(line | {"source_file": "again.csv"} for line in lines[:2])]
    split = [line | {"source_file": f"{place}.csv"} for place, line in enumerate(lines)]
    whole = weekly_summary(frame_of(lines))
    for history in (two_files, split):
        week = weekly_summary(frame_of(history))
        assert week.totals == whole.totals
        assert len(week.trend) == 1


@pytest.mark.long
def test_nothing_stuck_gives_the_same_columns_and_types() -> None:
    quiet = weekly_summary(frame_of([line_of("3", PAID, "1.00", FRIDAYS[0])]))
    busy = weekly_summary(frame_of(three_weeks()))
    assert quiet.totals["oldest_refund_date"] is quiet.totals["median_wait_days"] is None
    assert quiet.totals["stuck_amount"] == 0.0
    assert list(quiet.totals) == list(busy.totals)
    for name, frame in quiet.frames.items():
        assert frame.dtypes.astype(str).to_dict() == busy.frames[name].dtypes.astype(str).to_dict(), name


@pytest.mark.long
def test_to_dict_survives_json_and_masks_social_security_numbers() -> None:
    lines = [*three_weeks(), line_of("10", STUCK, "1.00", FRIDAYS[2], payee_id="000-12-3456")]
    week = weekly_summary(frame_of(lines))
    plain = json.loads(json.dumps(week.to_dict(), allow_nan=False))
    assert plain == week.to_dict() == json.loads(week.to_json())
    assert plain["schema_version"] == 2
    assert (plain["week_ending"], plain["report_date"], plain["compared_with"]) == (
        "2026-03-20", "2026-03-20", "2026-03-13",
    )  # fmt: skip
    assert plain["totals"]["closing_amount"] == 10000101.47
    assert plain["trend"][0]["report_date"] == "2026-03-06"
    assert plain["by_notify_party"][1]["care_of"] is None
    assert plain["stuck"][0]["days_waiting"] == 18
    assert "000-12-3456" not in week.to_json()
    assert "XXX-XX-3456" in week.to_json()
    assert "000-12-3456" in week.to_json(mask="none")
    assert "98-765432100" not in week.to_json(mask="all")
    assert set(plain) == {
        "schema_version",
        "week_ending",
        "report_date",
        "compared_with",
        "extract_of",
        "serious",
        "totals",
        *week.frames,
    }


def test_repr_says_what_is_stuck_in_one_line() -> None:
    text = repr(weekly_summary(frame_of(three_weeks())))
    assert text == (
        "<WeeklySummary of 2026-03-20 against 2026-03-13: "
        "5 lines are stuck, $10,000,100.47 (2 new, 1 cleared)>"
    )


@pytest.mark.long
def test_what_the_reader_knew_is_shown_up_to_the_week() -> None:
    history = frame_of(three_weeks())
    history.attrs["rev603"] = {
        "sources": [
            {"source_file": f"{day}.csv", "report_date": str(day), "lines": (4, 3, 8)[place], "rows_read": 5, "set_aside": 1,
             "ties_out": place == 0, "verdict": "accepted"}
            for place, day in enumerate(FRIDAYS[:3])
        ],
        "issues": [
            {"severity": "warning", "code": "unknown-status", "message": "m", "source_file": f"{day}.csv",
             "source_sheet": None, "source_row": 7, "column": "refund_secondary_status", "value": "?"}
            for day in FRIDAYS[:3]
        ] + [{"severity": "error", "code": "unreadable", "message": "m", "source_file": "broken.csv"}],
    }  # fmt: skip
    week = weekly_summary(history, week_ending=FRIDAYS[1])
    assert week.sources["source_file"].tolist() == ["2026-03-06.csv", "2026-03-13.csv"]
    assert week.sources["ties_out"].tolist() == [True, False]
    assert week.issues["source_file"].tolist() == ["2026-03-06.csv", "2026-03-13.csv", "broken.csv"]
    assert week.issues["source_row"].tolist() == [7, 7, pd.NA]
    derived = weekly_summary(frame_of(three_weeks())).sources
    assert derived["lines"].tolist() == [4, 3, 8]
    # third week: 0.30 + 0.07 + 10,000,000.01 - 0.01 + 50.00 + 50.00 + 8.00 + 9.00
    assert derived["total_refund_amount_found"].tolist() == [1350.30, 300.60, 10000117.37]
    assert derived.dtypes.astype(str).to_dict() == week.sources.dtypes.astype(str).to_dict()


@pytest.mark.long
@pytest.mark.parametrize("day", ["2026-03-20", dt.date(2026, 3, 20), pd.Timestamp("2026-03-20 18:00")])
def test_the_week_may_be_given_as_text_date_or_timestamp(day: Any) -> None:
    history = frame_of(three_weeks())
    week = weekly_summary(history, week_ending=day)
    assert isinstance(week, WeeklySummary)
    assert week.week_ending == pd.Timestamp("2026-03-20")
    assert week.to_dict() == weekly_summary(history).to_dict()


def test_what_cannot_be_summed_up_says_why() -> None:
    history = frame_of(three_weeks())
    with pytest.raises(Rev603Error, match="no report date"):
        weekly_summary(history.assign(report_date=pd.to_datetime(pd.Series([None] * len(history)))))
    with pytest.raises(ColumnsMissingError, match="report_date"):
        weekly_summary(history.drop(columns="report_date"))
    with pytest.raises(Rev603Error, match="no refund lines"):
        weekly_summary(history.iloc[:0])
    with pytest.raises(Rev603Error, match="on or before 2026-03-05"):
        weekly_summary(history, week_ending="2026-03-05")
    with pytest.raises(ValueError, match="not a day"):
        weekly_summary(history, week_ending="last Friday")
