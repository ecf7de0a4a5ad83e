from __future__ import annotations

import copy
import datetime as dt
import json
from collections import defaultdict
from decimal import Decimal
from statistics import median
from typing import Any

import pandas as pd
import pytest
from hypothesis import given
from hypothesis import strategies as st

from rev603.analysis.history import current
from rev603.analysis.status import rejects
from rev603.errors import ColumnsMissingError, Rev603Error
from rev603.presenting.weekly import WeeklySummary, weekly_summary

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
    assert sorted(week.rejected["refund_id"]) == ["1", "5", "5", "6", "7"]
    assert sorted(week.new_rejects["refund_id"]) == ["6", "7"]
    assert sorted(week.still_rejected["refund_id"]) == ["1", "5", "5"]
    assert week.cleared["refund_id"].tolist() == []  # 2 was cleared the week before
    total = week.totals
    assert (total["rejected_lines"], total["rejected_amount"]) == (5, 10000100.47)
    # opening, 13 March: 1 and 5 = 100.10 + 0.30; new: 10,000,000.01 - 0.01; changed: one more line of 0.07
    assert (total["opening_lines"], total["opening_amount"]) == (2, 100.40)
    assert (total["new_rejects_lines"], total["new_rejects_amount"]) == (2, 10000000.00)
    assert (total["cleared_lines"], total["cleared_amount"]) == (0, 0.0)
    assert (total["changed_lines"], total["changed_amount"]) == (1, 0.07)
    assert (total["closing_lines"], total["closing_amount"]) == (5, 10000100.47)
    assert (total["still_rejected_lines"], total["still_rejected_amount"]) == (3, 100.47)
    assert (total["rejected_refunds"], total["rejected_payees"], total["rejected_notify_parties"]) == (
        4,
        2,
        1,
    )
    # refund dates 2, 9 and 16 March are 18, 11 and 4 days before the 20th: 18 11 11 4 4
    assert sorted(week.rejected["days_waiting"]) == [4, 4, 11, 11, 18]
    assert week.rejected["age_band"].tolist() == ["8-30", "8-30", "8-30", "0-7", "0-7"]
    assert total["oldest_refund_date"] == "2026-03-02"
    assert (total["longest_wait_days"], total["median_wait_days"]) == (18, 11.0)
    # 4 came back and was reissued as a second line, so it is not outstanding
    assert len(week.returned) == 0
    assert week.diverted["refund_id"].tolist() == ["8"]
    assert week.checks_after_cutover["refund_id"].tolist() == ["9"]
    # the state: 1 2 3 (once each), 4 twice, 5 twice, 6 7 8 9
    assert (total["lines"], total["refunds"]) == (11, 9)
    # 100.10 + 200.20 + 1,000.00 + 50.00 + 50.00 + 0.37 + 10,000,000.01 - 0.01 + 8.00 + 9.00
    assert total["amount"] == 10001417.67
    # ACH: 2 (200.20), 3 (1,000.00), 4 reissued (50.00); check: 9
    assert (total["ach_amount"], total["check_amount"], total["unpaid_amount"]) == (
        1250.20,
        9.00,
        10000158.47,
    )
    assert week.worklist[["payee_id", "actor", "lines", "amount", "days_waiting"]].to_dict("records") == [
        {"payee_id": "12-345678901", "actor": "notify party", "lines": 2, "amount": 1e7, "days_waiting": 4},
        {"payee_id": "98-765432100", "actor": "payee", "lines": 3, "amount": 100.47, "days_waiting": 18},
    ]  # fmt: skip
    assert dict(zip(week.changes["refund_id"], week.changes["change"], strict=True)) == {
        "4": "status+method", "5": "amount", "6": "new", "7": "new", "8": "new", "9": "new",
    }  # fmt: skip


def test_the_week_before_as_it_was_then() -> None:
    week = weekly_summary(frame_of(three_weeks()), week_ending="2026-03-15")
    assert (str(week.week_ending.date()), str(week.report_date.date())) == ("2026-03-15", "2026-03-13")
    # opening: 1 + 2 = 300.30; new: 5 = 0.30; cleared: 2 = 200.20; closing: 300.30 + 0.30 - 200.20
    total = week.totals
    assert (total["opening_amount"], total["new_rejects_amount"], total["cleared_amount"]) == (
        300.30,
        0.30,
        200.20,
    )
    assert (total["closing_lines"], total["closing_amount"]) == (2, 100.40)
    (row,) = week.cleared.to_dict("records")
    assert (row["refund_id"], row["refund_secondary_status"], row["state_now"]) == ("2", STUCK, "reissued")
    assert row["seen_on"] == pd.Timestamp("2026-03-13")
    assert week.returned["refund_id"].tolist() == ["4"]  # not yet reissued at that time
    assert week.sources["source_file"].tolist() == ["2026-03-06.csv", "2026-03-13.csv"]


def test_trend_goes_from_report_to_report() -> None:
    trend = weekly_summary(frame_of(three_weeks())).trend
    assert trend.to_dict("list") == {
        "report_date": [pd.Timestamp(day) for day in FRIDAYS[:3]],
        "stuck_lines": [2, 2, 5],
        "stuck_amount": [300.30, 100.40, 10000100.47],
        "new_lines": [2, 1, 2],
        "new_amount": [300.30, 0.30, 10000000.00],
        "cleared_lines": [0, 1, 0],
        "cleared_amount": [0.0, 200.20, 0.0],
        "changed_lines": [0, 0, 1],
        "changed_amount": [0.0, 0.0, 0.07],
        # 6 March: 4 4; 13 March: 11 and 4; 20 March: 18 11 11 4 4
        "median_days_waiting": [4.0, 7.5, 11.0],
    }


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


def state_by_hand(lines: list[dict[str, Any]], day: dt.date) -> dict[tuple[Any, ...], list[dict[str, Any]]]:
    """Give the lines of each key in the newest report up to a day that shows it."""
    shown: dict[tuple[Any, ...], dict[dt.date, list[dict[str, Any]]]] = defaultdict(lambda: defaultdict(list))
    for line in lines:
        if line["report_date"] <= day:
            shown[tuple(line[part] for part in KEY)][line["report_date"]].append(line)
    return {key: reports[max(reports)] for key, reports in shown.items()}


def stuck(members: list[dict[str, Any]]) -> list[dict[str, Any]]:
    return [line for line in members if line["refund_secondary_status"] in {STUCK, "SAP ACH Rejected"}]


def weigh(lines: list[dict[str, Any]]) -> tuple[int, float]:
    return len(lines), float(sum((line["amount"] or Decimal(0) for line in lines), Decimal(0)))


@given(lines=REPORTS)
def test_opening_plus_new_less_cleared_and_changed_is_closing(lines: list[dict[str, Any]]) -> None:
    week = weekly_summary(frame_of(lines))
    total = week.totals
    for unit in ("lines", "amount"):
        # in whole cents: opening + new - cleared + changed = closing, without any tolerance
        opening, new, cleared, changed, closing, still, all_ = (
            round(total[f"{name}_{unit}"] * 100)
            for name in (
                "opening",
                "new_rejects",
                "cleared",
                "changed",
                "closing",
                "still_rejected",
                "rejected",
            )
        )
        assert opening + new - cleared + changed == closing == all_ == new + still

    # and each of them is what a plain count of the lines gives
    dates = sorted({line["report_date"] for line in lines})
    older = [day for day in dates if day <= dates[-1] - dt.timedelta(7)]
    against = older[-1] if older else (dates[-2] if len(dates) > 1 else None)
    assert week.compared_with == (None if against is None else pd.Timestamp(against))
    now = state_by_hand(lines, dates[-1])
    before = {} if against is None else state_by_hand(lines, against)
    parts: dict[str, list[dict[str, Any]]] = {
        "rejected": [line for members in now.values() for line in stuck(members)],
        "new_rejects": [
            line for key, members in now.items() for line in stuck(members) if not stuck(before.get(key, []))
        ],
        "cleared": [
            line for key, members in before.items() for line in stuck(members) if not stuck(now[key])
        ],
        "opening": [line for members in before.values() for line in stuck(members)],
        "returned": [
            line
            for members in now.values()
            for line in members
            if line["refund_secondary_status"] == BACK
            and not any(other["refund_secondary_status"] == AGAIN for other in members)
        ],
    }
    for name, members in parts.items():
        assert (total[f"{name}_lines"], total[f"{name}_amount"]) == weigh(members), name
    assert (total["lines"], total["amount"]) == weigh([line for members in now.values() for line in members])


@given(lines=REPORTS)
def test_trend_ties_and_each_of_its_lines_is_the_state_of_that_day(lines: list[dict[str, Any]]) -> None:
    trend = weekly_summary(frame_of(lines)).trend
    dates = sorted({line["report_date"] for line in lines})
    assert [day.date() for day in trend["report_date"]] == dates
    stuck_before = (0, 0)
    for row in trend.to_dict("records"):
        day = row["report_date"].date()
        members = [line for lines_ in state_by_hand(lines, day).values() for line in stuck(lines_)]
        assert (row["stuck_lines"], row["stuck_amount"]) == weigh(members)
        waits = [(day - line["refund_date"]).days for line in members if line["refund_date"]]
        assert row["median_days_waiting"] == median(waits) if waits else pd.isna(row["median_days_waiting"])
        moved = tuple(
            round((row[f"new_{unit}"] - row[f"cleared_{unit}"] + row[f"changed_{unit}"]) * 100)
            for unit in ("lines", "amount")
        )
        stuck_before = (stuck_before[0] + moved[0], stuck_before[1] + moved[1])
        assert stuck_before == (row["stuck_lines"] * 100, round(row["stuck_amount"] * 100))


@given(lines=REPORTS, data=st.data())
def test_a_past_week_is_the_same_from_all_files_as_from_the_first(lines: Any, data: Any) -> None:
    history = frame_of(lines)
    day = data.draw(st.sampled_from(sorted({line["report_date"] for line in lines})))
    then = history[history["report_date"] <= pd.Timestamp(day)].reset_index(drop=True)
    asked, given_ = weekly_summary(history, week_ending=day), weekly_summary(then)
    assert asked.to_dict(mask="none") == given_.to_dict(mask="none")
    for name, frame in asked.frames.items():
        pd.testing.assert_frame_equal(frame, given_.frames[name], check_exact=True)


@given(lines=REPORTS)
def test_state_and_rejects_are_those_of_the_single_analyses(lines: list[dict[str, Any]]) -> None:
    history = frame_of(lines)
    week = weekly_summary(history)
    state = current(history)
    assert week.totals["lines"] == len(state)
    assert sorted(week.rejected["source_row"]) == sorted(rejects(state)["source_row"])
    assert week.by_payee["rejected_lines"].sum() == week.worklist["lines"].sum() == len(week.rejected)
    for groups in (week.by_payee, week.by_notify_party, week.by_method):
        assert groups["lines"].sum() == len(state)
        assert round(groups["rejected_amount"].sum() * 100) == round(week.totals["rejected_amount"] * 100)


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


def test_a_single_report_is_all_new() -> None:
    lines = three_weeks()[:4]
    week = weekly_summary(frame_of(lines).drop(columns=["source_file", "source_row"]))
    assert week.compared_with is None
    assert week.to_dict()["compared_with"] is None
    assert week.totals["new_rejects_lines"] == week.totals["rejected_lines"] == 2
    assert week.totals["opening_lines"] == week.totals["cleared_lines"] == len(week.still_rejected) == 0
    assert set(week.changes["change"]) == {"new"}
    assert week.sources["lines"].tolist() == [4]


def test_files_of_one_day_are_one_report() -> None:
    lines = three_weeks()[:4]
    two_files = [*lines, *(line | {"source_file": "again.csv"} for line in lines[:2])]
    split = [line | {"source_file": f"{place}.csv"} for place, line in enumerate(lines)]
    whole = weekly_summary(frame_of(lines))
    for history in (two_files, split):
        week = weekly_summary(frame_of(history))
        assert week.totals == whole.totals
        assert len(week.trend) == 1


def test_nothing_stuck_gives_the_same_columns_and_types() -> None:
    quiet = weekly_summary(frame_of([line_of("3", PAID, "1.00", FRIDAYS[0])]))
    busy = weekly_summary(frame_of(three_weeks()))
    assert quiet.totals["oldest_refund_date"] is quiet.totals["median_wait_days"] is None
    assert quiet.totals["rejected_amount"] == 0.0
    assert list(quiet.totals) == list(busy.totals)
    for name, frame in quiet.frames.items():
        assert frame.dtypes.astype(str).to_dict() == busy.frames[name].dtypes.astype(str).to_dict(), name


def test_to_dict_survives_json_and_masks_social_security_numbers() -> None:
    lines = [*three_weeks(), line_of("10", STUCK, "1.00", FRIDAYS[2], payee_id="000-12-3456")]
    week = weekly_summary(frame_of(lines))
    plain = json.loads(json.dumps(week.to_dict(), allow_nan=False))
    assert plain == week.to_dict() == json.loads(week.to_json())
    assert plain["schema_version"] == 1
    assert (plain["week_ending"], plain["report_date"], plain["compared_with"]) == (
        "2026-03-20", "2026-03-20", "2026-03-13",
    )  # fmt: skip
    assert plain["totals"]["closing_amount"] == 10000101.47
    assert plain["trend"][0]["report_date"] == "2026-03-06"
    assert plain["by_notify_party"][1]["care_of"] is None
    assert plain["rejected"][0]["days_waiting"] == 18
    assert "000-12-3456" not in week.to_json()
    assert "XXX-XX-3456" in week.to_json()
    assert "000-12-3456" in week.to_json(mask="none")
    assert "98-765432100" not in week.to_json(mask="all")
    assert set(plain) == {
        "schema_version",
        "week_ending",
        "report_date",
        "compared_with",
        "totals",
        *week.frames,
    }


def test_repr_says_what_is_stuck_in_one_line() -> None:
    text = repr(weekly_summary(frame_of(three_weeks())))
    assert text == (
        "<WeeklySummary of 2026-03-20 against 2026-03-13: "
        "5 lines rejected, $10,000,100.47 (2 new, 0 cleared)>"
    )


def test_what_the_reader_knew_is_shown_up_to_the_week() -> None:
    history = frame_of(three_weeks())
    history.attrs["rev603"] = {
        "sources": [
            {"source_file": f"{day}.csv", "report_date": str(day), "lines": 4, "rows_read": 5, "set_aside": 1,
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
