from __future__ import annotations

import datetime as dt
from typing import Any

import pandas as pd
import pytest

from rev603.analysis.ageing import ageing, as_day
from rev603.errors import ColumnsMissingError

AS_OF = dt.date(2026, 6, 1)
# days before the first of June 2026 and the band they are in, at both ends of each band
BANDS = [
    (-3, "0-7"), (0, "0-7"), (7, "0-7"), (8, "8-30"), (30, "8-30"), (31, "31-60"), (60, "31-60"),
    (61, "61-90"), (90, "61-90"), (91, "91+"), (400, "91+"), (None, None),
]  # fmt: skip


def test_each_day_has_its_band(engine: Any, to_frame: Any) -> None:
    lines = [
        {"refund_id": str(place), "refund_date": None if days is None else AS_OF - dt.timedelta(days)}
        for place, (days, _) in enumerate(BANDS)
    ]
    native = engine.load(to_frame(lines))
    rows = engine.rows(ageing(native, AS_OF))
    assert [(row["days_waiting"], row["age_band"]) for row in rows] == BANDS
    assert engine.rows(native) == lines


@pytest.mark.parametrize(
    "as_of",
    [
        "2026-06-01",
        AS_OF,
        dt.datetime(2026, 6, 1, 23, 59),  # noqa: DTZ001 - what people pass
        pd.Timestamp("2026-06-01 12:00", tz="America/New_York"),
    ],
)
def test_a_day_may_be_written_in_any_way_and_hours_do_not_count(as_of: Any) -> None:
    frame = pd.DataFrame({"refund_date": pd.to_datetime(["2026-05-31 23:00", "2026-05-31 00:00"])})
    assert ageing(frame, as_of)["days_waiting"].tolist() == [1, 1]


def test_days_stay_whole_with_and_without_missing_dates(to_frame: Any) -> None:
    kinds = [
        ageing(to_frame([{"refund_date": day} for day in days]), AS_OF).dtypes.astype(str).tolist()
        for days in ([AS_OF], [None], [AS_OF, None])
    ]
    assert kinds == [["datetime64[us]", "Int64", "str"]] * 3
    empty = to_frame([{"refund_date": AS_OF}]).iloc[:0]
    assert ageing(empty, AS_OF).dtypes.astype(str).tolist() == kinds[0]


@pytest.mark.parametrize("wrong", ["soon", "", None, 20260601, pd.NaT, float("nan")])
def test_what_is_not_a_day_is_refused(wrong: Any) -> None:
    with pytest.raises(ValueError, match="not a day"):
        as_day(wrong)


def test_a_missing_date_column_is_named(engine: Any, to_frame: Any) -> None:
    with pytest.raises(ColumnsMissingError, match="refund_date"):
        ageing(engine.load(to_frame([{"Refund Date": "1"}])), AS_OF)
