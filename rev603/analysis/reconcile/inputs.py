"""Both inputs as one frame of lines: keys, whole cents, where the money is. Nothing is dropped, the unusable is marked."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import narwhals as nw
import numpy as np
import pandas as pd
import pyarrow as pa
import pyarrow.compute as pc

from rev603._columns import ARROW, key_codes, one_array, pandas_text, stripped
from rev603.analysis._frames import nearest
from rev603.analysis.disposition import AS_TEXT, flags_of
from rev603.analysis.history import by_document, counting_lines
from rev603.errors import ColumnsMissingError, Rev603Error
from rev603.identifiers import entry_number
from rev603.identifiers.refund_key import IDENTITY, PAYEE_KEY, with_identity
from rev603.vocabulary import statuses

#: The money did not move to the payee. What nobody documented is never guessed to be a failure.
NOT_PAID = (*statuses.STUCK, statuses.APPLIED_TO_DEBT)

_SOURCE = {"entries": "rev603.read_entries", "refunds": "rev603.read"}
#: Beyond this a float cannot hold dollars to the cent.
_MOST_DOLLARS = 9e13
#: What a column of an entry list is called among refunds.
_LISTED_AS = {"payee_id": "importer_number", "care_of": "notify_party"}
_PRINTED = ("payee_id", "care_of", "company_name", "source_file")
_DATES = ("report_date", "refund_date", "liquidation_date")
_PAYMENT = ("check_or_ach", "check_or_trace_number", "report")


def both_sides(refunds: pd.DataFrame, entries: pd.DataFrame) -> pd.DataFrame:
    """Return all lines of the entry list, then all refund lines, as one frame.

    Its columns: ``listed`` (a line of the entry list); ``written`` (the text that stands as entry or document number,
    without spaces and hyphens), ``number`` (the entry number, missing where there is none that can be used), ``right``
    (its check digit), ``repaired`` (it had lost a leading zero); ``key refund payee unit`` (numbers of different
    entry numbers, refund numbers, payees, and payee, refund and document together, whatever their spelling; -1 where
    missing); ``cents stated``; names, dates and provenance. Of refunds also ``payment_state disposition``,
    ``refunded`` (neither not paid nor superseded), ``not_paid``, ``lump`` (the refund's amount is printed once for all
    of its documents) and ``older`` (a newer report, or another file of the same day, shows the same refund and counts).
    """
    number, status = (
        other if {one, other} & set(refunds) == {other} else one
        for one, other in (("entry_number", "document_number"), ("refund_secondary_status", "payment_state"))
    )
    _require(("entry_number", "expected_amount"), entries, "entries")
    _require((number, "amount", status), refunds, "refunds")
    listed = _side(entries, "entry_number", "expected_amount", _LISTED_AS)
    came = _side(refunds, number, "amount", {})
    came = came.assign(**{name: text_of(refunds, name) for name in _PAYMENT if name in refunds})
    if "document_number" in refunds:
        came["document_number"] = text_of(refunds, "document_number")
    # no file of theirs has this name: a list may well spell a refund number in its own way
    both = pd.concat([listed.assign(source_file="\0"), came], ignore_index=True)
    both["listed"] = np.arange(len(both)) < len(listed)
    lines: pd.DataFrame = with_identity(nw.from_native(both)).to_native()
    lines["payee"] = pd.factorize(lines[PAYEE_KEY].where(lines[PAYEE_KEY] != ""))[0]
    # a refund number that joins lines of several documents is compared by itself, without zeros that were lost
    lines["refund"] = pd.factorize(lines["refund_id"].str.replace(r"^0+([1-9][0-9]*)$", r"\1", regex=True))[0]
    lines["key"] = pd.factorize(lines["number"])[0]
    lines["unit"] = key_codes(lines, IDENTITY)
    lines.loc[lines["listed"], "source_file"] = text(entries, "source_file").array
    return _told(lines, refunds, status)


def _side(frame: pd.DataFrame, number: str, amount: str, names: dict[str, str]) -> pd.DataFrame:
    written = _arrow_text_of(frame, number, hyphens=True)
    parsed, right, repaired = entry_number.parse_arrow(written)
    cents, stated = cents_of(frame, amount)
    lines = pd.DataFrame(
        {"written": _pandas(written), "number": _pandas(parsed), "right": right, "repaired": repaired}
    )
    rows = pd.to_numeric(frame.get("source_row", pd.Series(np.nan, frame.index)), errors="coerce")
    return lines.assign(
        refund_id=text_of(frame, "refund_id"), document_number=lines["written"], cents=cents, stated=stated,
        amount=np.where(stated, cents / 100, np.nan), row=rows.to_numpy("float64", na_value=np.nan),
        sheet=text(frame, "source_sheet"),
        **{name: text(frame, names.get(name, name)) for name in _PRINTED},
        **{name: dates_of(frame, name) for name in _DATES},
    )  # fmt: skip


def _told(lines: pd.DataFrame, refunds: pd.DataFrame, status: str) -> pd.DataFrame:
    """Add where the money of the refund lines is."""
    came = lines[~lines["listed"]].copy()
    given = refunds[status].set_axis(came.index)
    if status == "payment_state":  # a frame with states alone is told as every other
        given = given.map({state: text for text, state in statuses.STATE_OF_TEXT.items()}).fillna("?")
    came["refund_secondary_status"] = given
    lump = np.zeros(len(came), bool)
    if "total_refund_amount" in refunds:
        printed, stated = cents_of(refunds, "total_refund_amount")
        lump = stated & (printed != came["cents"])
        came["total_refund_amount"] = np.where(stated, printed / 100, np.nan)
    # without refund numbers nothing proves that the lines of two reports are one refund
    counting = _counting(came) if {"report_date", "refund_id"} <= set(refunds) else came
    # what does not count is told by its status alone
    rest = came.loc[came.index.difference(counting.index)].drop(columns="check_or_ach", errors="ignore")
    told = pd.concat([flags_of(counting, key_codes(counting, IDENTITY)), flags_of(rest)])
    lines = lines.join(told[list(AS_TEXT)].astype(AS_TEXT))
    return lines.assign(
        refunded=~lines["listed"] & ~lines["disposition"].isin([*NOT_PAID, statuses.SUPERSEDED]),
        not_paid=lines["disposition"].isin(NOT_PAID),
        lump=np.append(np.zeros(len(lines) - len(came), bool), lump),
        older=lines.index.isin(rest.index),
    )


def _counting(came: pd.DataFrame) -> pd.DataFrame:
    """Return the lines that count: of each refund those of the newest report, and of one day those of one file."""
    came = by_document(nw.from_native(came)).to_native()
    day = came["report_date"].dt.normalize()
    newest = day.groupby(key_codes(came, IDENTITY)).transform("max")
    dated = counting_lines(nw.from_native(came[day.notna() & (day == newest)])).to_native()
    counting: pd.DataFrame = pd.concat([dated, came[day.isna()]])
    return counting


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


def text(frame: pd.DataFrame, name: str) -> pd.Series[str]:
    """Return a column as text, missing where it is not there; a number stands as its digits."""
    return _pandas(_arrow_text(frame, name))


def text_of(frame: pd.DataFrame, name: str) -> pd.Series[str]:
    """Return the same in capitals without spaces, missing where blank; a spreadsheet's ``.0`` goes."""
    return _pandas(_arrow_text_of(frame, name, hyphens=False))


def _arrow_text(frame: pd.DataFrame, name: str) -> Any:
    if name not in frame or frame[name].isna().all():
        return pa.nulls(len(frame), ARROW)
    column = frame[name]
    if isinstance(column.dtype, pd.StringDtype):
        return one_array(pa.array(column, from_pandas=True))
    codes, different = pd.factorize(column)
    texts = pa.array([_digits(value) for value in different], ARROW)
    return texts.take(pa.array(codes, mask=codes < 0))


def _arrow_text_of(frame: pd.DataFrame, name: str, *, hyphens: bool) -> Any:
    plain = stripped(_arrow_text(frame, name), hyphens=hyphens)
    values = pc.replace_substring_regex(plain, r"\A([0-9]+)\.0+\z", r"\1")
    return pc.if_else(pc.equal(values, ""), pa.scalar(None, ARROW), values)


def _digits(value: Any) -> str:
    whole = isinstance(value, float) and value.is_integer()
    return (f"{value:.0f}" if whole else str(value)).encode("utf-8", "replace").decode()


def _pandas(values: Any) -> pd.Series[str]:
    return pd.Series(pandas_text(values))


def cents_of(frame: pd.DataFrame, name: str) -> tuple[Any, Any]:
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
