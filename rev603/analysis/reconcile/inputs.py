"""Both inputs as arrays: keys, whole cents, where the money is. Nothing is dropped, the unusable is marked."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

import narwhals as nw
import numpy as np
import pandas as pd
import pyarrow as pa
import pyarrow.compute as pc

from rev603._columns import key_codes
from rev603.analysis._cents import nearest
from rev603.analysis._keys import IDENTITY, PAYEE_KEY, with_identity
from rev603.analysis.disposition import with_disposition
from rev603.analysis.history import counting_lines
from rev603.errors import ColumnsMissingError, Rev603Error
from rev603.identifiers import entry_number
from rev603.identifiers._columns import TEXT, matrix, one_array, pandas_text, stripped, validity
from rev603.vocabulary import statuses

if TYPE_CHECKING:
    from collections.abc import Sequence

    from numpy.typing import NDArray

    Ints = NDArray[np.int64]
    Flags = NDArray[np.bool_]

#: The money did not move to the payee. What nobody documented is never guessed to be a failure.
NOT_PAID = (*statuses.STUCK, statuses.APPLIED_TO_DEBT)
PROVENANCE = ("report_date", "source_file", "source_sheet", "source_row")

_WIDTH = 11
_DIGIT = np.zeros(256, np.int64)
_DIGIT[np.frombuffer(b"0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZ", np.uint8)] = np.arange(36)
_SOURCE = {"entries": "rev603.read_entries", "refunds": "rev603.read"}
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
    #: the refund number as it stands, null where missing
    refund_id: Any
    #: what refund numbers and parties are compared by, whatever their spelling; -1 where missing
    refund: Ints
    payee: Ints
    cents: Ints
    #: whether an amount is stated
    stated: Flags

    def __len__(self) -> int:
        """Count the lines."""
        return len(self.frame)


@dataclass(frozen=True, kw_only=True, repr=False)
class RefundLines(Lines):
    """Refund lines, with where their money is."""

    #: position in ``statuses.PAYMENT_STATES``, and in ``statuses.DISPOSITIONS``
    state: Ints
    disposition: Ints
    #: whether its amount counts as refunded: neither ``NOT_PAID`` nor superseded
    refunded: Flags
    not_paid: Flags
    #: the amount as printed differs from the amount that adds up: the refund's amount is printed once for all
    lump: Flags
    #: number of each line's payee, refund and document together
    unit: Ints
    #: whether a newer report, or another file of the same day, shows the same refund and counts instead
    older: Flags


def both_sides(refunds: Any, entries: Any) -> tuple[Lines, RefundLines]:
    """Return the entry list and the refunds as arrays, their identifiers compared across all spellings."""
    listed, came = pandas_frame(entries, "entries"), pandas_frame(refunds, "refunds")
    number, status = (
        other if {one, other} & set(came) == {other} else one
        for one, other in (("entry_number", "document_number"), ("refund_secondary_status", "payment_state"))
    )
    _require(("entry_number", "expected_amount"), listed, "entries")
    _require((number, "amount", status), came, "refunds")
    written = [text_of(listed, "entry_number", hyphens=True), text_of(came, number, hyphens=True)]
    document = "document_number" if "document_number" in came else "entry_number"
    columns = (
        ("payee_id", text_of(listed, "importer_number"), text_of(came, "payee_id")),
        ("refund_id", text_of(listed, "refund_id"), text_of(came, "refund_id")),
        ("document_number", written[0], text_of(came, document)),
        # no file of theirs has this name: a list may well spell a refund number in its own way
        ("source_file", pa.array(["\0"] * len(listed), TEXT), plain_text(came, "source_file")),
    )
    keys = pd.DataFrame({name: _pandas(pa.concat_arrays(sides)) for name, *sides in columns})
    dates = [dates_of(listed, "report_date"), dates_of(came, "report_date")]
    keys["report_date"] = pd.concat(dates, ignore_index=True)
    keys = with_identity(nw.from_native(keys)).to_native()
    keys["payee"] = pd.factorize(keys[PAYEE_KEY].where(keys[PAYEE_KEY] != ""))[0]
    # a refund number that joins lines of several documents is compared by itself, without zeros that were lost
    keys["refund"] = pd.factorize(keys["refund_id"].str.replace(r"^0+([1-9][0-9]*)$", r"\1", regex=True))[0]
    one, other = keys.iloc[: len(listed)], keys.iloc[len(listed) :].reset_index(drop=True)
    return (
        Lines(frame=listed, **_common(listed, written[0], "expected_amount", one)),
        _refund_lines(came, _common(came, written[1], "amount", other), other, status),
    )


def _common(frame: pd.DataFrame, written: Any, amount: str, keys: pd.DataFrame) -> dict[str, Any]:
    numbers, right, repaired = entry_number.parse_arrow(written)
    cents, stated = cents_of(frame, amount)
    return {
        "key": keys_of(numbers),
        "written": written,
        "right": right,
        "repaired": repaired,
        "refund_id": pa.array(keys["refund_id"], TEXT, from_pandas=True),
        "refund": keys["refund"].to_numpy(np.int64),
        "payee": keys["payee"].to_numpy(np.int64),
        "cents": cents,
        "stated": stated,
    }


def _refund_lines(
    frame: pd.DataFrame, common: dict[str, Any], keys: pd.DataFrame, status: str
) -> RefundLines:
    work = keys.drop(columns=["payee", "refund"])
    work["amount"] = np.where(common["stated"], common["cents"] / 100, np.nan)
    work["refund_secondary_status"] = (
        frame[status].array if status != "payment_state" else _texts_of(frame[status])
    )
    for name in ("check_or_ach", "check_or_trace_number", "report"):
        if name in frame:
            work[name] = _pandas(text_of(frame, name))
    work["refund_date"] = dates_of(frame, "refund_date")
    lump = np.zeros(len(frame), bool)
    if "total_refund_amount" in frame:
        printed, stated = cents_of(frame, "total_refund_amount")
        lump = stated & (printed != common["cents"])
        work["total_refund_amount"] = np.where(stated, printed / 100, np.nan)
    unit = key_codes(work, IDENTITY)
    # without refund numbers nothing proves that the lines of two reports are one refund
    counting = _counting(work, unit) if {"report_date", "refund_id"} <= set(frame) else work
    rest = work.loc[work.index.difference(counting.index), ["refund_secondary_status"]]
    told = [
        with_disposition(nw.from_native(part)).to_native()
        for part in (counting, rest)
        if len(part) or part is counting
    ]
    states, dispositions = (
        pd.concat([part[name] for part in told])
        .sort_index()
        .map({value: place for place, value in enumerate(values)})
        .to_numpy(np.int64)
        for name, values in (
            ("payment_state", statuses.PAYMENT_STATES),
            ("disposition", statuses.DISPOSITIONS),
        )
    )
    older = np.ones(len(work), bool)
    older[counting.index] = False
    return RefundLines(
        frame=frame,
        **common,
        state=states,
        disposition=dispositions,
        refunded=~np.isin(dispositions, [code_of(name) for name in (*NOT_PAID, statuses.SUPERSEDED)]),
        not_paid=np.isin(dispositions, [code_of(name) for name in NOT_PAID]),
        lump=lump,
        unit=unit,
        older=older,
    )


def _counting(work: pd.DataFrame, unit: Ints) -> pd.DataFrame:
    """Give the lines that count: of each refund those of the newest report, and of one day those of one file."""
    day = work["report_date"].dt.normalize()
    newest = day.groupby(unit).transform("max")
    dated = counting_lines(nw.from_native(work[day.notna() & (day == newest)])).to_native()
    counting: pd.DataFrame = pd.concat([dated, work[day.isna()]])
    return counting


def code_of(disposition: str) -> int:
    """Return the place of a disposition."""
    return statuses.DISPOSITIONS.index(disposition)


def _texts_of(states: pd.Series[Any]) -> Any:
    """Give a text for each payment state, so that a frame with states alone is told as every other."""
    return states.map({state: text for text, state in statuses.STATE_OF_TEXT.items()}).fillna("?").array


def pandas_frame(native: Any, what: str) -> pd.DataFrame:
    """Return any engine's frame as pandas, or say what it is instead."""
    if isinstance(native, pd.DataFrame):
        twice = sorted({str(name) for name in native.columns[native.columns.duplicated()]})
        if twice:
            raise Rev603Error(
                f"{what}: columns of one name: {', '.join(twice)}.",
                what_to_do="rename or drop all but one of each",
            )
        return native
    try:
        opened: Any = nw.from_native(native)
        eager = opened.collect() if isinstance(opened, nw.LazyFrame) else opened
        frame: pd.DataFrame = eager.to_pandas()
    except (AttributeError, TypeError):
        held = f": pass .{what}" if hasattr(native, what) else ""
        raise Rev603Error(
            f"{what} is {type(native).__name__}, and no frame.",
            what_to_do=f"pass the frame that {_SOURCE[what]} gives{held}",
        ) from None
    return frame


def _require(needed: Sequence[str], frame: pd.DataFrame, what: str) -> None:
    missing = [name for name in needed if name not in frame]
    if missing:
        found = [str(name) for name in frame]
        raise ColumnsMissingError(
            missing,
            found=found,
            guesses=nearest(missing, found),
            where=what,
            what_to_do=f"pass {what} as {_SOURCE[what]} gives them, or rename the columns"
            + ("; a column with nothing in it will do" if what == "entries" else ""),
        )


def plain_text(frame: pd.DataFrame, name: str) -> Any:
    """Return a column as Arrow text, null where missing or not there; a number stands as its digits."""
    if name not in frame or frame[name].isna().all():
        return pa.nulls(len(frame), TEXT)
    column = frame[name]
    if isinstance(column.dtype, pd.StringDtype):
        return one_array(pa.array(column, from_pandas=True))
    codes, different = pd.factorize(column)
    texts = pa.array([_digits(value) for value in different], TEXT)
    return texts.take(pa.array(codes, mask=codes < 0))


def text_of(frame: pd.DataFrame, name: str, *, hyphens: bool = False) -> Any:
    """Return the same in capitals without spaces (and hyphens), null where blank; a spreadsheet's ``.0`` goes."""
    text = stripped(plain_text(frame, name), hyphens=hyphens)
    values = pc.replace_substring_regex(text, r"\A([0-9]+)\.0+\z", r"\1")
    return pc.if_else(pc.equal(values, ""), pa.scalar(None, TEXT), values)


def _digits(value: Any) -> str:
    whole = isinstance(value, float) and value.is_integer()
    return (f"{value:.0f}" if whole else str(value)).encode("utf-8", "replace").decode()


def cents_of(frame: pd.DataFrame, name: str) -> tuple[Ints, Flags]:
    """Return a dollar column as whole cents, 0 where missing, and where it is stated."""
    column = frame[name]
    if isinstance(column.dtype, pd.CategoricalDtype):
        column = column.astype(column.cat.categories.dtype)
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
    """Return a column of dates without time zone; missing where it is not there."""
    if name not in frame:
        return pd.Series(pd.NaT, index=range(len(frame)), dtype="datetime64[us]")
    dates = pd.to_datetime(frame[name].reset_index(drop=True), errors="coerce")
    if isinstance(dates.dtype, pd.DatetimeTZDtype):
        dates = dates.dt.tz_localize(None)
    return dates.astype("datetime64[us]")


def keys_of(numbers: Any) -> Ints:
    """Return entry numbers (Arrow text of 11 characters or null) as whole numbers, -1 for a null."""
    there = validity(numbers)
    characters = matrix(numbers, there, _WIDTH)
    total = np.zeros(len(characters), np.int64)
    for place in range(_WIDTH):
        total *= 36
        total += _DIGIT[characters[:, place]]
    keys = np.full(len(numbers), -1, np.int64)
    keys[there] = total
    return keys


def _pandas(text: Any) -> pd.Series[str]:
    return pandas_text(text, pd.Series(index=range(len(text))))
