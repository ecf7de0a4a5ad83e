"""Many reports as one story: the newest state, and what differs between two states."""

from __future__ import annotations

from typing import Any

import narwhals as nw
import numpy as np
import pandas as pd
from narwhals.typing import IntoFrameT

from rev603._columns import in_arrow, key_codes
from rev603.analysis._frames import open_frame
from rev603.analysis._text import choose, payment_state
from rev603.errors import Rev603Error
from rev603.identifiers.refund_key import (
    DOCUMENT_KEY,
    IDENTITY,
    KEY,
    OWN,
    PAYEE_KEY,
    PAYMENT,
    REFUND_KEY,
    one_bearer,
    with_identity,
)
from rev603.vocabulary import statuses

_DAY, _FILE, _KIND, _RANK, _FILLED = (f"{OWN}{name}" for name in ("day", "file", "kind", "rank", "filled"))
_STATE, _CHOICE, _BEST = (f"{OWN}{name}" for name in ("state", "choice", "best"))
_SHOWN, _PLACE = f"{OWN}shown", f"{OWN}place"

#: How far a payment has come, and what is not even on its way yet is 0; a status that nobody documented tells little.
_FURTHER = (
    (statuses.UNKNOWN,), (statuses.REJECTED,), (statuses.ISSUED, statuses.DIVERTED), (statuses.RETURNED,),
    (statuses.REISSUED,),
)  # fmt: skip
_NUMBER = "check_or_trace_number"
_STATUS = "refund_secondary_status"
#: What a line that speaks for its whole refund says of itself.
_SAID = (_STATUS, "report", "report_date", "source_file", "source_sheet", "source_row")
#: Which report's lines and amounts count where several kinds show a refund.
_KINDS = ("REV-603", "REV-613", "REV-615")


def current(history: IntoFrameT) -> IntoFrameT:
    """Give the newest state of each refund: the lines of the newest report that shows it.

    Parameters
    ----------
    history
        Refund lines of many reports: a frame with ``payee_id refund_id document_number report_date``,
        of any engine. Several files (``source_file``) of one day are one report, whatever the time in
        ``report_date``: of each key the lines of one file count, that which shows the furthest state.

    Returns
    -------
    frame
        For each key (``payee_id``, ``refund_id``, ``document_number``, however they are spelled; a missing
        part is a value like any other) all lines of the newest report that shows it, with every column of
        ``history`` and in its order (which a database does not promise).

    Raises
    ------
    ColumnsMissingError
        Without one of those columns.
    Rev603Error
        Lines have no report date, so nobody can say which are the newest.

    Notes
    -----
    Reports are drawn by refund date, and a status can change without the refund date moving (CSMS
    59949325), so date windows overlap, and a refund may be missing from the newest report only because
    its window has passed.

    A REV-613 need not name documents. Where its refund stands in a REV-603 by document, it speaks for these: their
    lines are given, with its status, date and source.

    Examples
    --------
    >>> import pandas as pd
    >>> history = pd.DataFrame({
    ...     "payee_id": "98-765432100", "refund_id": ["1", "2", "1"], "document_number": "A",
    ...     "refund_secondary_status": ["Reject No ACH", "Treasury Issued", "Check/ACH Reissued"],
    ...     "report_date": pd.to_datetime(["2026-03-13", "2026-03-13", "2026-03-20"])})
    >>> current(history)[["refund_id", "refund_secondary_status"]]
      refund_id refund_secondary_status
    1         2         Treasury Issued
    2         1      Check/ACH Reissued
    """
    frame: Any = open_frame(history, [*KEY, "report_date"])
    names = frame.collect_schema().names()
    files = require_report_dates(frame)
    keyed = as_one_history(_with_files(frame)).with_columns(_day().alias(_DAY))
    answer = keyed.filter(nw.col(_DAY) == nw.col(_DAY).max().over(*IDENTITY))
    if files > 1:
        answer = counting_lines(answer)
    native: Any = answer.select(*names).to_native()
    if isinstance(native, pd.DataFrame):
        # a newest state taken for a history would show nothing as cleared: the weekly summary refuses it by this
        known = native.attrs.get("rev603", {})
        native.attrs = {**native.attrs, "rev603": type(known)({**known, "current": True})}
    state: IntoFrameT = native
    return state


def _day() -> nw.Expr:
    return nw.col("report_date").cast(nw.Datetime("us")).dt.truncate("1d")


def require_report_dates(frame: Any) -> int:
    """Return how many files the fullest report date has, or refuse lines that have no report date."""
    told = _with_files(frame)
    names = told.collect_schema().names()
    columns = [name for name in ("report_date", _FILE if _FILE in names else "source_file") if name in names]
    counted = told.group_by(*columns).agg(nw.len().alias("lines"))
    known = _fetched(counted)
    undated = known.filter(nw.col("report_date").is_null())
    if len(undated):
        files = sorted({str(name) for name in undated[columns[1]].to_list()}) if len(columns) == 2 else []
        raise Rev603Error(
            f"{int(undated['lines'].sum())} refund lines have no report date.",
            where=", ".join(files),
            why="what is newest is told by the report's own date",
            what_to_do="pass {report_dates} to read_history, or set the column report_date",
        )
    per_date = known.with_columns(_day()).group_by("report_date").agg(nw.len().alias("files"))
    return max(per_date["files"].to_list(), default=0)


def as_one_history(frame: Any) -> Any:
    """Return the lines of a history with their identity, as if they had been read together: one bearer, one refund.

    Parameters
    ----------
    frame
        An open narwhals frame with the columns of the key and ``report_date``.
    """
    keyed = with_identity(frame)
    names = keyed.collect_schema().names()
    of_pandas = isinstance(keyed, nw.DataFrame) and keyed.implementation.is_pandas()
    if of_pandas and {*PAYMENT, "amount", "source_file"} <= set(names):
        lines = keyed.to_native()
        # only a line that bears no amount tells that its file shows the refund's whole amount on each document
        zeroed = (lines["amount"] == 0) & (lines["total_refund_amount"].fillna(0) != 0)
        if zeroed.any():
            refund = [PAYEE_KEY, REFUND_KEY]
            codes = key_codes(lines, refund)
            some = np.isin(codes, codes[zeroed.to_numpy()])
            file = key_codes(lines[some], [_FILE if _FILE in names else "source_file", "report_date"])
            amount = lines["amount"].to_numpy(copy=True)
            amount[some] = one_bearer(lines[some], file=file, refund=refund, document=DOCUMENT_KEY)
            keyed = nw.from_native(lines.assign(amount=amount))
    return by_document(keyed)


def by_document(keyed: Any) -> Any:
    """Return the lines of a history with each refund by its documents, also where a REV-613 does not name them.

    Its line without a document is no second refund where a REV-603 of the history shows the refund by document:
    instead of it stand the lines of that REV-603 (the newest one so far, or the first one later), as of the
    REV-613's date and with its status.

    Parameters
    ----------
    keyed
        An open narwhals frame with the columns of the identity and ``report_date``; without ``report`` or
        ``refund_secondary_status`` it comes back as it is. In pandas a line keeps the index of the REV-603's.
    """
    names = keyed.collect_schema().names()
    if not {"report", _STATUS} <= set(names):
        return keyed
    own = nw.col("report") == _KINDS[0]
    whole = (~own & (nw.col(DOCUMENT_KEY) == "") & (nw.col(REFUND_KEY) != "")).fill_null(False)
    refund, file = [PAYEE_KEY, REFUND_KEY], _FILE if _FILE in names else "source_file"
    lines, index = keyed, None
    if isinstance(keyed, nw.DataFrame) and keyed.implementation.is_pandas():
        native = keyed.to_native()
        lines, index = nw.from_native(native.assign(**{_PLACE: np.arange(len(native))})), native.index
    lines = lines.with_columns(_day().alias(_DAY))
    speaking = lines.filter(whole)
    if not len(_fetched(speaking.select(*refund).head(1))):
        return keyed
    shown = lines.filter(own & (nw.col(DOCUMENT_KEY) != "")).join(
        speaking.select(*refund).unique(), on=refund, how="semi"
    )
    shown = counting_lines(shown).with_columns(_day().alias(_SHOWN))
    said = speaking.join(shown.select(*refund, _SHOWN).unique(), on=refund, how="inner")
    # several lines of one report, each of a document that it does not name, say the same
    once = [*refund, _DAY, *([file] if file in names else [])]
    sofar = nw.when(nw.col(_SHOWN) <= nw.col(_DAY)).then(nw.col(_SHOWN)).max().over(*once)
    said = said.filter(nw.col(_SHOWN) == nw.coalesce(sofar, nw.col(_SHOWN).min().over(*once)))
    told = [name for name in (*_SAID, _FILE) if name in names and name not in once]
    said = said.group_by(*once, _SHOWN).agg(nw.col(name).max() for name in told)
    kept = [name for name in shown.collect_schema().names() if name not in (*told, *once[2:])]
    copies = shown.select(kept).join(said, on=[*refund, _SHOWN], how="inner")
    unsaid = speaking.join(said.select(*refund).unique(), on=refund, how="anti")
    rest = nw.concat([lines.filter(~whole), unsaid])
    columns = rest.collect_schema().names()
    found = nw.concat([rest.select(columns), copies.select(columns)]).drop(_DAY)
    if index is None:
        return found
    whole_history = found.to_native().sort_values(_PLACE, kind="stable")
    return nw.from_native(whole_history.set_axis(index[whole_history[_PLACE]]).drop(columns=_PLACE))


def _fetched(frame: Any) -> Any:
    return frame.collect() if isinstance(frame, nw.LazyFrame) else frame


def counting_lines(frame: Any) -> Any:
    """Return the lines that count where several files have one report date: for each key those of one file.

    Parameters
    ----------
    frame
        An open narwhals frame with the columns of the key and ``report_date``; ``source_file report
        refund_secondary_status check_or_trace_number refund_date`` are used where they are there.

    Notes
    -----
    The file that counts is the one that shows the furthest state (in transit, a status that is not documented,
    rejected, issued or diverted, returned, reissued), then the one with more lines of the key, then with more
    payment numbers, then drawn at a later time of day, then with newer refunds, then the first by name.

    Of several kinds of report, lines and amounts come from the REV-603, else the REV-613; where another kind shows a
    further state, its status stands in the lines that count: one refund number is one refund, whatever the reports
    that show it (CBP's FAQ on REV-603 and REV-613).
    """
    names = frame.collect_schema().names()
    if "source_file" not in names:
        return frame
    work = _with_files(with_identity(frame))
    if isinstance(work, nw.DataFrame) and work.implementation.is_pandas():
        return _of_one_file_where_shared(work, names).select(*names)
    return _of_one_file(work, names).select(*names)


def _with_files(frame: Any) -> Any:
    """Add which file a line is of, where two files of one name stand in a pandas frame, one after the other.

    A row of a sheet stands in a file once: the second one with its number is of another file.
    """
    names = frame.collect_schema().names()
    told = isinstance(frame, nw.DataFrame) and frame.implementation.is_pandas()
    if not told or _FILE in names or not {"source_file", "source_sheet", "source_row"} <= set(names):
        return frame
    lines = frame.to_native()
    where = lines[["source_file", "source_sheet", "report_date"]]
    back = np.flatnonzero(np.diff(lines["source_row"].to_numpy(np.int64)) <= 0) + 1
    same, before = (where.iloc[at].reset_index(drop=True) for at in (back, back - 1))
    again = back[((same == before) | (same.isna() & before.isna())).all(axis=1).to_numpy(dtype=bool)]
    place = [*where, "source_row"]
    if not len(again) or not (twice := lines.duplicated(place)).any():
        return frame
    times = int(lines.groupby(place, dropna=False)["source_row"].transform("size").max())
    if len(again) >= times * lines["source_file"].nunique(dropna=False):
        raise Rev603Error(
            "Two files have one name, and their lines are mixed.",
            where=str(lines["source_file"][twice].iloc[0]),
            what_to_do="put the frames together one after the other, or set source_file of each to a name of its own",
        )
    part = np.zeros(len(lines), np.int64)
    part[again] = 1
    file, number = lines["source_file"].astype("str").fillna(""), pd.Series(np.cumsum(part), lines.index)
    named = file + " " + number.astype("str")
    return nw.from_native(lines.assign(**{_FILE: named}))


def _of_one_file_where_shared(work: Any, names: list[str]) -> Any:
    """Look only at the lines of keys that several files of a day show: among millions they are few."""
    lines = work.to_native()
    days = work.select(_day().alias(_DAY)).to_native()[_DAY]
    keys = lines[list(IDENTITY)].assign(**{_DAY: days})
    codes = key_codes(keys, list(keys.columns))
    files = pd.factorize(lines[_FILE if _FILE in lines else "source_file"], use_na_sentinel=False)[0]
    first = np.full(int(codes.max(initial=-1)) + 1, -1)
    first[codes] = files
    several = np.zeros(len(first), np.bool_)
    several[codes[first[codes] != files]] = True
    shared = several[codes]
    if not shared.any():
        return work
    used = (*IDENTITY, _FILE, "source_file", "report_date", "report", _STATUS, _NUMBER, "refund_date")
    some = lines.loc[shared, [name for name in used if name in lines]]
    kept = _of_one_file(in_arrow(some.assign(**{_PLACE: np.flatnonzero(shared)})), names).to_pandas()
    counts = ~shared
    counts[kept[_PLACE]] = True
    if _STATUS in names:
        status = lines[_STATUS].copy()
        status.iloc[kept[_PLACE]] = kept[_STATUS].array
        lines = lines.assign(**{_STATUS: status})
    return nw.from_native(lines[counts])


def _of_one_file(work: Any, names: list[str]) -> Any:
    group = (_DAY, *IDENTITY)
    further = ((nw.col(_STATE).is_in(states), nw.lit(at)) for at, states in enumerate(_FURTHER, 1))
    rank = choose(further, nw.lit(0)).cast(nw.Int64).alias(_RANK)
    work = work.with_columns(*_facts(names, work.collect_schema().names())).with_columns(rank)
    if {"report", "refund_secondary_status"} <= set(names):
        work = _with_furthest(work, group)
    of_file = (*group, _FILE)
    farthest, lines, filled = nw.col(_RANK).max(), nw.col(_RANK).count(), nw.col(_FILLED).sum()
    of_each_file = (farthest, lines, filled, nw.col("report_date").max())
    steps = [0 - nw.col(_KIND), *(step.over(*of_file) for step in of_each_file)]
    if "refund_date" in names:
        steps.append(nw.col("refund_date").max().over(_DAY, _FILE))
    for step in steps:
        work, best = work.with_columns(step.alias(_CHOICE)), nw.col(_CHOICE).max().over(*group)
        work = work.filter((nw.col(_CHOICE) == best) | best.is_null())
    return work.filter(nw.col(_FILE) == nw.col(_FILE).min().over(*group))


def _facts(names: list[str], found: list[str]) -> list[nw.Expr]:
    """Give what the choice of a file rests on: its name, the day, the kind of report, the status."""
    kinds = _KINDS if "report" in names else ()
    kind = choose(((nw.col("report") == name, nw.lit(at)) for at, name in enumerate(kinds)), nw.lit(0))
    state = payment_state(_STATUS) if _STATUS in names else nw.lit(statuses.IN_TRANSIT)
    number = nw.col("check_or_trace_number").cast(nw.String).fill_null("") if _NUMBER in names else nw.lit("")
    return [
        nw.col(_FILE if _FILE in found else "source_file").cast(nw.String).fill_null("").alias(_FILE),
        _day().alias(_DAY),
        kind.cast(nw.Int64).alias(_KIND),
        nw.when(number != "").then(nw.lit(1)).otherwise(nw.lit(0)).cast(nw.Int64).alias(_FILLED),
        state.alias(_STATE),
    ]


def _with_furthest(work: Any, group: tuple[str, ...]) -> Any:
    """Let the lines of the leading kind of report show the furthest status that another kind shows."""
    lead, far, text = (f"{OWN}{name}" for name in ("lead", "far", "text"))
    status = nw.col(_STATUS).cast(nw.String)
    work = work.with_columns(
        nw.col(_KIND).min().over(*group).alias(lead), nw.col(_RANK).max().over(*group).alias(far)
    ).with_columns(
        nw.when(nw.col(_RANK) == nw.col(far)).then(status).alias(text),
        nw.when(nw.col(_KIND) == nw.col(lead)).then(nw.col(_RANK)).alias(_BEST),
    )
    further = nw.col(far) > nw.col(_BEST).max().over(*group)
    return work.with_columns(
        nw.when(further).then(nw.col(text).max().over(*group)).otherwise(status).alias(_STATUS)
    )
