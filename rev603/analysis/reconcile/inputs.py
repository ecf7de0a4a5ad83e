"""Both inputs as arrays: keys, whole cents, payment states. Nothing is dropped, the unusable is marked."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

import narwhals as nw
import numpy as np
import pandas as pd
import pyarrow as pa
import pyarrow.compute as pc

from rev603.analysis._cents import nearest
from rev603.analysis.status import flag_rejects
from rev603.errors import ColumnsMissingError, Rev603Error
from rev603.identifiers import entry_number, importer_number
from rev603.identifiers._columns import TEXT, arrow_text, matrix, one_array, pandas_text, stripped, validity
from rev603.vocabulary import statuses

if TYPE_CHECKING:
    from collections.abc import Sequence

    from numpy.typing import NDArray

    Ints = NDArray[np.int64]
    Flags = NDArray[np.bool_]

#: The states in which the money did not move. An undocumented status is never guessed to be a failure.
NOT_PAID_STATES = (statuses.REJECTED, statuses.RETURNED, statuses.DIVERTED)
PROVENANCE = ("report_date", "source_file", "source_sheet", "source_row")

_WIDTH = 11
_DIGIT = np.zeros(256, np.int64)
_DIGIT[np.frombuffer(b"0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZ", np.uint8)] = np.arange(36)
#: Beyond this a float cannot hold dollars to the cent.
_MOST_DOLLARS = 9e13
PLACES = 36 ** np.arange(_WIDTH - 1, -1, -1, dtype=np.int64)


@dataclass(frozen=True, kw_only=True, repr=False)
class Lines:
    """One input as arrays, one element per line."""

    frame: pd.DataFrame
    #: the entry number as a whole number in base 36, -1 where there is none that can be used
    key: Ints
    #: the text that stands as entry or document number, without spaces and hyphens, null where missing
    written: Any
    #: whether the entry number's check digit is right
    right: Flags
    #: whether the entry number had lost a leading zero
    repaired: Flags
    #: the refund number, null where missing
    refund_id: Any
    cents: Ints
    #: whether an amount is stated
    stated: Flags

    def __len__(self) -> int:
        """Count the lines."""
        return len(self.frame)


@dataclass(frozen=True, kw_only=True, repr=False)
class RefundLines(Lines):
    """Refund lines, with where their money is."""

    #: position in ``statuses.PAYMENT_STATES``
    state: Ints
    #: whether its amount counts as refunded: the state is none of ``NOT_PAID_STATES``
    refunded: Flags
    #: the amount as printed differs from the amount that adds up: the refund's amount is printed once for all
    lump: Flags


def entry_lines(native: Any) -> Lines:
    """Read the entry list into arrays."""
    frame = pandas_frame(native, ("entry_number", "expected_amount"), "entries")
    return Lines(frame=frame, **_common(frame, "entry_number", "expected_amount"))


def refund_lines(native: Any) -> RefundLines:
    """Read the refunds into arrays."""
    columns = set(nw.from_native(native).collect_schema().names())
    number = "document_number" if {"entry_number", "document_number"} & columns == {"document_number"} else ""
    state = (
        "payment_state" if {"refund_secondary_status", "payment_state"} & columns == {"payment_state"} else ""
    )
    needed = (number or "entry_number", "amount", state or "refund_secondary_status")
    frame = pandas_frame(native, needed, "refunds")
    common = _common(frame, needed[0], "amount")
    states = _states(frame)
    refunded = ~np.isin(states, [statuses.PAYMENT_STATES.index(name) for name in NOT_PAID_STATES])
    lump = np.zeros(len(frame), bool)
    if "total_refund_amount" in frame:
        printed, stated = cents_of(frame, "total_refund_amount")
        lump = stated & (printed != common["cents"])
    return RefundLines(frame=frame, **common, state=states, refunded=refunded, lump=lump)


def pandas_frame(native: Any, needed: Sequence[str], what: str) -> pd.DataFrame:
    """Give any engine's frame as pandas, or say which columns are missing."""
    opened: Any = nw.from_native(native)
    found = [str(name) for name in opened.collect_schema().names()]
    missing = [name for name in needed if name not in found]
    if missing:
        source = "rev603.read_entries" if what == "entries" else "rev603.read"
        raise ColumnsMissingError(
            missing,
            found=found,
            guesses=nearest(missing, found),
            where=what,
            what_to_do=f"pass {what} as {source} gives them, or rename the columns"
            + ("; a column with nothing in it will do" if what == "entries" else ""),
        )
    if isinstance(native, pd.DataFrame):
        return native
    eager = opened.collect() if isinstance(opened, nw.LazyFrame) else opened
    frame: pd.DataFrame = eager.to_pandas()
    return frame


def text_of(frame: pd.DataFrame, name: str, *, hyphens: bool = False) -> Any:
    """Give a column as Arrow text in capitals without spaces (and hyphens), null where blank or not there."""
    if name not in frame or frame[name].isna().all():
        return pa.nulls(len(frame), TEXT)
    values = stripped(arrow_text(frame[name]), hyphens=hyphens)
    return pc.if_else(pc.equal(values, ""), pa.scalar(None, TEXT), values)


def cents_of(frame: pd.DataFrame, name: str) -> tuple[Ints, Flags]:
    """Give a dollar column as whole cents, 0 where missing, and where it is stated."""
    column = frame[name]
    try:
        values = pd.to_numeric(column).to_numpy(dtype=np.float64, na_value=np.nan)
    except (TypeError, ValueError):
        raise Rev603Error(
            f"{name} holds something that is not a number.",
            why=f"the column is {column.dtype}",
            what_to_do="read the file with rev603, or turn the column into numbers",
        ) from None
    stated = ~np.isnan(values)
    values = np.where(stated, values, 0.0)
    if not (np.abs(values) < _MOST_DOLLARS).all():
        raise Rev603Error(
            f"{name} holds an amount that is infinite or beyond {_MOST_DOLLARS:,.0f} dollars.",
            why="no amount of that size can be exact to the cent",
            what_to_do="correct the amount",
        )
    return np.rint(values * 100).astype(np.int64), stated


def dates_of(frame: pd.DataFrame, name: str) -> pd.Series[Any]:
    """Give a column of dates without time zone; missing where it is not there."""
    if name not in frame:
        return pd.Series(pd.NaT, index=range(len(frame)), dtype="datetime64[us]")
    dates = pd.to_datetime(frame[name].reset_index(drop=True), errors="coerce")
    if isinstance(dates.dtype, pd.DatetimeTZDtype):
        dates = dates.dt.tz_localize(None)
    return dates.astype("datetime64[us]")


def codes_of(*columns: Any) -> tuple[list[Ints], Any]:
    """Give the different values of several Arrow columns a number each, -1 for a null, and the values."""
    encoded = one_array(pa.chunked_array(columns, TEXT)).dictionary_encode()
    codes = pc.fill_null(encoded.indices, -1).to_numpy(zero_copy_only=False).astype(np.int64)
    ends = np.cumsum([len(column) for column in columns])[:-1]
    return list(np.split(codes, ends)), encoded.dictionary


def party_numbers(*columns: Any) -> tuple[list[Ints], Any]:
    """Give importer numbers a code each, whatever their hyphens; no suffix is suffix 00, missing is -1."""
    codes, values = codes_of(*columns)
    printed = importer_number.format_column(
        pd.Series(pandas_text(values, pd.Series(index=range(len(values)))))
    )
    plain = stripped(arrow_text(printed), hyphens=True)
    nine = pc.match_substring_regex(plain, r"\A[0-9]{9}\z")
    joined = pc.binary_join_element_wise(plain, pa.scalar("00", TEXT), pa.scalar("", TEXT))
    (same,), _ = codes_of(pc.if_else(nine, joined, plain))
    return _renumbered(codes, same), pa.array(printed, TEXT)


def party_names(*columns: Any) -> tuple[list[Ints], Any]:
    """Give names a code each, whatever their case and spacing; missing is -1."""
    codes, values = codes_of(*columns)
    (same,), _ = codes_of(pc.utf8_upper(pc.replace_substring_regex(values, r"\s+", "")))
    return _renumbered(codes, same), values


def _renumbered(codes: list[Ints], same: Ints) -> list[Ints]:
    """Give every value the number of the first that means the same."""
    if not len(same):
        return codes
    first = np.unique(same, return_index=True)[1][np.unique(same, return_inverse=True)[1]]
    return [np.where(each < 0, -1, first[each]).astype(np.int64) for each in codes]


def _common(frame: pd.DataFrame, number: str, amount: str) -> dict[str, Any]:
    if not frame.columns.is_unique:
        twice = sorted({str(name) for name in frame.columns[frame.columns.duplicated()]})
        raise Rev603Error(
            f"Columns of one name: {', '.join(twice)}.", what_to_do="rename or drop all but one of each"
        )
    written = text_of(frame, number, hyphens=True)
    numbers, right, repaired = entry_number.parse_arrow(written)
    cents, stated = cents_of(frame, amount)
    return {
        "key": keys_of(numbers),
        "written": written,
        "right": right,
        "repaired": repaired,
        "refund_id": text_of(frame, "refund_id"),
        "cents": cents,
        "stated": stated,
    }


def keys_of(numbers: Any) -> Ints:
    """Give entry numbers (Arrow text of 11 characters or null) as whole numbers, -1 for a null."""
    there = validity(numbers)
    characters = matrix(numbers, there, _WIDTH)
    total = np.zeros(len(characters), np.int64)
    for place in range(_WIDTH):
        total *= 36
        total += _DIGIT[characters[:, place]]
    keys = np.full(len(numbers), -1, np.int64)
    keys[there] = total
    return keys


def _states(frame: pd.DataFrame) -> Ints:
    """Give each line's payment state; one look per different text."""
    name = "refund_secondary_status" if "refund_secondary_status" in frame else "payment_state"
    column = frame[name]
    text = pa.nulls(len(frame), TEXT) if column.isna().all() else arrow_text(column)
    (codes,), values = codes_of(pc.fill_null(text, ""))
    texts = pd.Series(values.to_pylist(), dtype="str")
    if name == "payment_state":
        known = texts.where(texts.isin(statuses.PAYMENT_STATES), statuses.UNKNOWN)
    else:
        known = flag_rejects(pd.DataFrame({"refund_secondary_status": texts}))["payment_state"]
    places = {state: place for place, state in enumerate(statuses.PAYMENT_STATES)}
    looked_up = known.map(places).to_numpy(dtype=np.int64)
    return np.asarray(looked_up[codes], dtype=np.int64) if len(codes) else codes
