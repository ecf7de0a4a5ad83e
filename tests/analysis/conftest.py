"""The engines that every analysis must serve, and refund lines as plain Python values to count by hand."""

from __future__ import annotations

import datetime as dt
import functools
import importlib.util
import os
import random
import shutil
from dataclasses import dataclass
from decimal import Decimal
from typing import TYPE_CHECKING, Any

import duckdb
import pandas as pd
import polars as pl
import pyarrow as pa
import pytest

if TYPE_CHECKING:
    from collections.abc import Callable

TEXT = [
    "refund_id", "payee_id", "company_name", "care_of", "refund_secondary_status", "document_number",
    "check_or_trace_number", "check_or_ach",
]  # fmt: skip
STATUSES = [
    "Treasury Issued", "TREASURY  ISSUED", "Sent to Treasury", None, "Reject No ACH", "reject\u00a0no ach",
    "SAP ACH Rejected", "Check/ACH Returned", "Check/ACH Reissued", "Funds Diverted", "Held by Port",
]  # fmt: skip


@dataclass(frozen=True)
class Engine:
    """One kind of frame: how to get there from pandas, and its rows as plain values."""

    name: str
    kind: type
    load: Callable[[pd.DataFrame], Any]

    def rows(self, native: Any) -> list[dict[str, Any]]:
        assert isinstance(native, self.kind)
        if isinstance(native, pd.DataFrame):
            table = pa.Table.from_pandas(native, preserve_index=False)
        elif isinstance(native, pl.LazyFrame):
            table = native.collect().to_arrow()
        elif isinstance(native, pl.DataFrame):
            table = native.to_arrow()
        elif self.name == "pyspark":
            spark: Any = native
            table = spark.toArrow()
        else:
            assert isinstance(native, duckdb.DuckDBPyRelation)
            names = native.columns
            return [dict(zip(names, map(_plain, row), strict=True)) for row in native.fetchall()]
        return [{name: _plain(value) for name, value in row.items()} for row in table.to_pylist()]


def _plain(value: Any) -> Any:
    if isinstance(value, dt.datetime):
        return value.date()
    return None if isinstance(value, float) and value != value else value  # noqa: PLR0124 - NaN alone differs from itself


def _duckdb(frame: pd.DataFrame) -> Any:
    return duckdb.from_arrow(pa.Table.from_pandas(frame, preserve_index=False))


@functools.cache
def _spark() -> Any:
    """Start Spark once for all tests: on this machine alone, and small."""
    from pyspark.sql import SparkSession  # noqa: PLC0415 - not everybody has it

    settings = {
        "spark.ui.enabled": "false", "spark.sql.shuffle.partitions": "1", "spark.default.parallelism": "1",
        "spark.driver.bindAddress": "127.0.0.1", "spark.driver.host": "127.0.0.1",
        # small frames: compiling for speed takes longer than the work
        "spark.sql.codegen.wholeStage": "false", "spark.sql.codegen.factoryMode": "NO_CODEGEN",
        "spark.driver.extraJavaOptions": "-XX:TieredStopAtLevel=1 -XX:+UseSerialGC",
        # west of Greenwich: a date that is taken for an instant falls on the day before
        "spark.sql.session.timeZone": "America/New_York",
    }  # fmt: skip
    builder = SparkSession.builder.master("local[1]").appName("rev603")
    for name, value in settings.items():
        builder = builder.config(name, value)
    return builder.getOrCreate()


def _pyspark(frame: pd.DataFrame) -> Any:
    return _spark().createDataFrame(pa.Table.from_pandas(frame, preserve_index=False))


def _why_no_spark() -> str | None:
    """Say what keeps Spark from running here, or None."""
    if importlib.util.find_spec("pyspark") is None:
        return "PYSPARK IS NOT TESTED: it is not installed (pip install -e '.[test,spark]')"
    if not (os.environ.get("JAVA_HOME") or shutil.which("java")):
        return "PYSPARK IS NOT TESTED: there is no Java on this machine (Spark 4 needs Java 17 or newer)"
    return None


ENGINES = [
    Engine("pandas", pd.DataFrame, lambda frame: frame),
    Engine(
        "polars", pl.DataFrame, lambda frame: pl.DataFrame(pa.Table.from_pandas(frame, preserve_index=False))
    ),
    Engine(
        "polars-lazy",
        pl.LazyFrame,
        lambda frame: pl.LazyFrame(pa.Table.from_pandas(frame, preserve_index=False)),
    ),
    Engine("duckdb", duckdb.DuckDBPyRelation, _duckdb),
]
SPARK = Engine("pyspark", object, _pyspark)


@pytest.fixture(
    scope="session",
    params=[*ENGINES, pytest.param(SPARK, marks=pytest.mark.spark)],
    ids=[engine.name for engine in (*ENGINES, SPARK)],
)
def engine(request: pytest.FixtureRequest) -> Engine:
    chosen: Engine = request.param
    if chosen is SPARK and (why := _why_no_spark()):
        pytest.skip(why)
    return chosen


@pytest.fixture(scope="session")
def to_frame() -> Callable[[list[dict[str, Any]]], pd.DataFrame]:
    """Make the frame that the reader would give of plain lines (amounts are Decimal, dates are dates)."""
    return frame_of


def frame_of(lines: list[dict[str, Any]]) -> pd.DataFrame:
    names = list(dict.fromkeys(name for line in lines for name in line)) or [
        *TEXT, "refund_date", "report_date", "source_file", "amount",
    ]  # fmt: skip
    columns: dict[str, Any] = {}
    for name in names:
        values = [line.get(name) for line in lines]
        if name == "amount":
            columns[name] = pd.Series([None if v is None else float(v) for v in values], dtype="float64")
        elif name.endswith("_date"):
            columns[name] = pd.to_datetime(pd.Series(values, dtype="object")).astype("datetime64[us]")
        else:
            columns[name] = pd.Series(values, dtype="str")
    return pd.DataFrame(columns)


@pytest.fixture(scope="session")
def lines_3000() -> list[dict[str, Any]]:
    """3,000 lines with negative amounts, amounts over $10 million, missing values and repeated refunds."""
    chance = random.Random(603)
    payees = [f"98-{number:07d}{suffix}" for number in range(40) for suffix in ("00", "01", "AB")]

    def amount() -> Decimal | None:
        kind = chance.random()
        if kind < 0.03:
            return None
        if kind < 0.15:
            return Decimal(chance.randint(-500_000_00, -1)) / 100
        if kind < 0.25:
            return Decimal(chance.randint(10_000_000_01, 987_654_321_99)) / 100
        return Decimal(chance.randint(0, 90_000_00)) / 100

    def line() -> dict[str, Any]:
        payee = chance.choice([*payees, None])
        return {
            "refund_id": chance.choice([None, *(f"{number:010d}" for number in range(900))]),
            "payee_id": payee,
            "company_name": payee and f"Example {payee[3:10]} LLC",
            "care_of": chance.choice(
                [None, None, "Example Brokers Inc", "Sample Forwarding Co", "Third Party Ltd"]
            ),
            "refund_secondary_status": chance.choice(STATUSES),
            "check_or_ach": chance.choice(["ACH", "ACH", "Check", "ach ", None]),
            "document_number": chance.choice([None, *(f"605{number:08d}" for number in range(2000))]),
            "check_or_trace_number": chance.choice([None, "0713404", "6997101"]),
            "refund_date": chance.choice(
                [None, *(dt.date(2026, 1, 2) + dt.timedelta(days) for days in range(90))]
            ),
            "amount": amount(),
            "port_code": "0212",
        }

    return [line() for _ in range(3_000)]


_STATES = {
    "": "in transit",
    "senttotreasury": "in transit",
    "treasuryissued": "issued",
    "check/achreturned": "returned",
    "check/achreissued": "reissued",
    "fundsdiverted": "diverted",
    "rejectnoach": "rejected",
    "sapachrejected": "rejected",
}
_OF_STATE = {
    "in transit": "in transit",
    "rejected": "no ACH on file",
    "returned": "returned",
    "diverted": "applied to a debt",
    "unknown": "unknown status",
}
_PAID_BY = {"ach": "paid by ACH", "check": "paid by check", "": "paid, method not stated"}


@pytest.fixture(scope="session")
def dispositions_by_hand() -> Callable[[list[dict[str, Any]]], list[str]]:
    """Say where the money of each line is: line by line, slow, and independent of the library."""
    return _dispositions


def _dispositions(lines: list[dict[str, Any]]) -> list[str]:
    def squeezed(text: str | None) -> str:
        return "".join((text or "").split()).lower()

    states = [_STATES.get(squeezed(line["refund_secondary_status"]), "unknown") for line in lines]
    alike: dict[tuple[Any, ...], list[int]] = {}
    for place, line in enumerate(lines):
        key = [line.get(name) for name in ("payee_id", "refund_id", "document_number")]
        alike.setdefault((*key, line["amount"] or Decimal(0)), []).append(place)

    def not_before(other: Any, own: Any) -> bool:
        return other is None or own is None or other >= own

    def paid_since(own: dict[str, Any], other: dict[str, Any], state: str) -> bool:
        return state in ("issued", "reissued") and all(
            not_before(other.get(name), own.get(name)) for name in ("report_date", "refund_date")
        )

    def came_back_later(own: dict[str, Any], other: dict[str, Any], state: str) -> bool:
        dates: Any = (own.get("refund_date"), other.get("refund_date"))
        if state != "returned" or None in dates or own.get("report_date") != other.get("report_date"):
            return False
        numbers = [line.get("check_or_trace_number") or "" for line in (own, other)]
        return bool(dates[1] > dates[0] or (dates[1] == dates[0] and numbers[1] > numbers[0]))

    found = []
    for line, state in zip(lines, states, strict=True):
        key = [line.get(name) for name in ("payee_id", "refund_id", "document_number")]
        others = [(lines[at], states[at]) for at in alike[(*key, line["amount"] or Decimal(0))]]
        if state in ("rejected", "returned") and any(
            paid_since(line, other, its) or came_back_later(line, other, its) for other, its in others
        ):
            found.append("superseded")
        elif state in _OF_STATE:
            found.append(_OF_STATE[state])
        else:
            found.append(_PAID_BY[squeezed(line["check_or_ach"])])
    return found
