"""The lists of the weekly summary: what is stuck, cleared, unknown or otherwise worth a look; and the totals."""

from __future__ import annotations

from typing import Any

import narwhals as nw
import numpy as np
import pandas as pd
from numpy.typing import NDArray

from rev603._columns import Mask, Numbers
from rev603.analysis._frames import cents, total, whole_cents
from rev603.analysis._movement import ALL_STUCK, Movement, Sightings
from rev603.analysis._text import status_text
from rev603.analysis.ageing import ageing
from rev603.analysis.disposition import AS_TEXT
from rev603.analysis.status import checks_after_cutover
from rev603.identifiers.refund_key import IDENTITY, KEY
from rev603.vocabulary.statuses import (
    APPLIED_TO_DEBT,
    CHECKS_ENDED,
    DISPOSITIONS,
    IN_TRANSIT,
    METHODS,
    NO_ACH,
    PAID_BY_ACH,
    PAID_BY_CHECK,
    PAID_NOT_STATED,
    RETURNED,
    STUCK,
    SUPERSEDED,
    UNKNOWN_STATUS,
)

Frames = dict[str, pd.DataFrame]

#: Business days after which a line that is still in transit is a finding; 1 or 2 are ordinary.
LONG_IN_TRANSIT = 10
_PAID = (PAID_BY_ACH, PAID_BY_CHECK, PAID_NOT_STATED)
_ORDER = ("refund_date", "_amount", *KEY, "report_date", "source_file", "source_sheet", "source_row")
#: What each disposition is called in the names of figures.
_FIGURES = {
    PAID_BY_ACH: "ach", PAID_BY_CHECK: "check", PAID_NOT_STATED: "not_stated", IN_TRANSIT: "in_transit",
    NO_ACH: "rejected", RETURNED: "returned", APPLIED_TO_DEBT: "diverted", UNKNOWN_STATUS: "unknown",
    SUPERSEDED: "superseded",
}  # fmt: skip
_RECEIVED = dict.fromkeys(_PAID, "received") | {
    name: figure for name, figure in _FIGURES.items() if name not in _PAID
}
_LISTED = (
    "stuck", "newly_stuck", "still_stuck", "cleared", "status_unknown", "in_transit_long", "checks_after_cutover",
    "reissue_requests",
)  # fmt: skip


def lists_of(
    lines: pd.DataFrame,
    state: pd.DataFrame,
    same: Numbers,
    sightings: Sightings,
    moved: Movement,
    *,
    coverage: pd.DataFrame,
) -> Frames:
    """Return the lists by their names, each line as the newest report has it that shows its key.

    ``state`` are the lines of the newest state; ``same`` numbers payee and document of each line, -1 without one.
    """
    now, day = moved.now, sightings.dates[-1]

    def with_any(*dispositions: str) -> pd.DataFrame:
        return _shown(lines, sightings.rows_of(now, *dispositions))

    stuck = with_any(*STUCK)
    stuck = ageing(stuck.assign(cause=stuck["disposition"]), day)
    rows, paid = stuck.index.to_numpy(np.int64), sightings.rows_of(now, *_PAID)
    replaced = _possibly_replaced_by(lines, sightings, same, rows, paid)
    stuck = stuck.assign(
        returned_check=_checks_before_the_end(stuck),
        in_newest=_in_newest(stuck, coverage),
        possibly_replaced_by=pd.Series(replaced, index=stuck.index, dtype="str"),
        _new=moved.new[sightings.key[sightings.sighting_of_row()[rows]]],
    )
    stuck = _ordered(stuck)
    new, stuck = stuck["_new"], stuck.drop(columns="_new")
    unknown = with_any(UNKNOWN_STATUS)
    waiting = with_any(IN_TRANSIT)
    waiting = waiting.assign(business_days=_business_days(waiting["refund_date"], day))
    checks = checks_after_cutover(state).index.to_numpy(np.int64)
    return {
        "stuck": stuck,
        "newly_stuck": stuck[new].reset_index(drop=True),
        "still_stuck": stuck[~new].reset_index(drop=True),
        "cleared": _cleared(lines, sightings, moved),
        "status_unknown": _ordered(unknown.assign(was_stuck=_was_stuck(sightings)[unknown.index])),
        "diverted": _ordered(with_any(APPLIED_TO_DEBT)),
        "in_transit_long": _ordered(
            waiting[waiting["business_days"].gt(LONG_IN_TRANSIT).fillna(value=False)]
        ),
        "checks_after_cutover": _ordered(_shown(lines, checks)),
    }


def _shown(lines: pd.DataFrame, rows: Numbers) -> pd.DataFrame:
    """Return some lines as they are shown; their index is their position."""
    return lines.iloc[rows].drop(columns=list(IDENTITY)).astype(AS_TEXT)


def _ordered(frame: pd.DataFrame) -> pd.DataFrame:
    """Put the oldest first, then the largest; what follows only makes the order the same each time."""
    keyed = frame.assign(_amount=-frame["amount"].fillna(0))
    order = [name for name in _ORDER if name in keyed.columns]
    return keyed.sort_values(order, ignore_index=True, na_position="last").drop(columns="_amount")


def _cleared(lines: pd.DataFrame, sightings: Sightings, moved: Movement) -> pd.DataFrame:
    """Return the lines as they were stuck, with where the money of their key is now, and when that was seen."""
    rows = sightings.rows_of(moved.before[moved.cleared], *STUCK)
    cleared = _shown(lines, rows)
    seen = moved.now[sightings.key[sightings.sighting_of_row()[rows]]]
    state_now = sightings.texts(seen).set_axis(cleared.index)
    return _ordered(
        cleared.assign(
            cause=cleared["disposition"], state_now=state_now, seen_on=sightings.dates[sightings.date[seen]]
        )
    )


def _was_stuck(sightings: Sightings) -> Mask:
    """Say of each line whether its key was stuck when it was last seen, before, with a known status."""
    place = np.arange(len(sightings.key))
    known = np.maximum.accumulate(np.where(sightings.known(), place, -1))  # the newest known one up to each
    mine = (known >= 0) & (sightings.key[known] == sightings.key)
    was = mine & sightings.shows(known, *STUCK)
    own = sightings.sighting_of_row()
    return np.asarray((own >= 0) & was[own], dtype=np.bool_)


def _checks_before_the_end(stuck: pd.DataFrame) -> pd.Series[Any]:
    """Say which lines are checks that came back while checks were the rule: these may want an address."""
    frame: Any = nw.from_native(stuck)
    check = frame.select(method=status_text("check_or_ach")).to_native()["method"] == "check"
    found: pd.Series[Any] = check & (stuck["disposition"] == RETURNED) & (stuck["refund_date"] < CHECKS_ENDED)
    return found


def _in_newest(stuck: pd.DataFrame, coverage: pd.DataFrame) -> pd.Series[Any]:
    """Say whether the newest report lists each line, and, where it does not, whether it should."""
    newest = coverage[coverage["what"] == "report"].iloc[-1]
    listed = stuck["report_date"] == newest["report_date"]
    inside = stuck["refund_date"].between(newest["first_refund_date"], newest["last_refund_date"])
    text = np.select([listed, inside], ["listed", "not listed"], "outside its dates")
    return pd.Series(text, index=stuck.index, dtype="str")


def _possibly_replaced_by(
    lines: pd.DataFrame, sightings: Sightings, same: Numbers, stuck: Numbers, paid: Numbers
) -> NDArray[np.object_]:
    """Name later payments of the same payee, document (``same``) and amount under another refund number."""
    wanted = np.zeros(int(same.max()) + 2, np.bool_)  # one place more: -1 is no document, and none of it
    wanted[same[stuck]] = True
    wanted[-1] = False
    key = sightings.key[sightings.sighting_of_row()]
    sides = []
    for rows in (stuck, paid[wanted[same[paid]]]):
        some = lines[["refund_id", "amount", "refund_date"]].iloc[rows]
        in_cents = whole_cents(some["amount"])
        sides.append(some.assign(amount=in_cents, _same=same[rows], _key=key[rows], _row=rows))
    pairs = sides[0].merge(sides[1], on=["_same", "amount"], suffixes=("", "_paid"))
    later = pairs[(pairs["refund_date_paid"] > pairs["refund_date"]) & (pairs["_key"] != pairs["_key_paid"])]
    found = later.dropna(subset="refund_id_paid").drop_duplicates(["_row", "refund_id_paid"])
    names = found.sort_values("refund_id_paid").groupby("_row")["refund_id_paid"].agg(" + ".join)
    return np.asarray(names.reindex(stuck), dtype=object)


def _business_days(dates: pd.Series[Any], day: pd.Timestamp) -> pd.Series[Any]:
    """Count the weekdays from a date to a day; holidays are not left out."""
    known = dates.dropna()
    counted = np.busday_count(known.to_numpy("datetime64[D]"), day.to_datetime64().astype("datetime64[D]"))
    return pd.Series(counted, index=known.index, dtype="Int64").reindex(dates.index)


def printed_vs_received(state: pd.DataFrame, disposition: Numbers) -> pd.DataFrame:
    """Return for each method that is printed what it prints, and where that money is; each line adds up."""
    frame: Any = nw.from_native(state[["check_or_ach", "amount"]])
    lines = frame.select(method=status_text("check_or_ach"), cents=cents("amount")).to_native()
    names = list(dict.fromkeys(_RECEIVED.values()))
    lines["figure"] = np.array([_RECEIVED[name] for name in DISPOSITIONS], dtype=object)[disposition]
    methods = [*METHODS, ""]
    lines["method"] = lines["method"].where(lines["method"].isin(methods), "")
    answer = {"method": pd.Series([*METHODS.values(), None], dtype="str")}
    sums = lines.groupby(["method", "figure"])["cents"].agg(["size", "sum"])
    every = sums.reindex(pd.MultiIndex.from_product([methods, names]), fill_value=0)
    whole = every.groupby(level=0).sum().reindex(methods)
    for name in ("printed", *names):
        own = (whole if name == "printed" else every.xs(name, level=1)).reset_index(drop=True)
        answer |= {f"{name}_lines": own["size"], f"{name}_amount": own["sum"] / 100}
    return pd.DataFrame(answer)


def totals_of(frames: Frames, refunds: int) -> dict[str, Any]:
    """Return the plain figures of the summary, see :class:`rev603.analysis.weekly.WeeklyFigures`; with so many refunds."""
    whole, stuck = frames["by_disposition"].set_index("disposition"), frames["stuck"]
    totals: dict[str, Any] = {
        "lines": int(whole["lines"].sum()),
        "refunds": refunds,
        "amount": total(whole["amount"]),
    }
    for name, figure in _FIGURES.items():
        totals[f"{figure}_lines"] = int(whole["lines"].get(name, 0))
        if name != SUPERSEDED:
            totals[f"{figure}_amount"] = float(whole["amount"].get(name, 0.0))
    lists = {name: frames[name] for name in _LISTED} | {
        "returned_checks": stuck[stuck["returned_check"]],
        "not_shown": stuck[stuck["in_newest"] == "not listed"],
        "outside_window": stuck[stuck["in_newest"] == "outside its dates"],
    }
    for name, frame in lists.items():
        lines = int(frame["lines"].sum()) if "lines" in frame else len(frame)
        totals |= {f"{name}_lines": lines, f"{name}_amount": total(frame["amount"])}
    steps = frames["movement"].set_index("cause").loc[[ALL_STUCK]]
    totals |= {str(name): steps[name].tolist()[0] for name in steps}
    payees, parties = (
        groups[groups["rejected_lines"] + groups["returned_lines"] > 0]
        for groups in (frames["by_payee"], frames["by_notify_party"])
    )
    waits = stuck["days_waiting"].dropna()
    oldest = stuck["refund_date"].min()
    return totals | {
        "stuck_refunds": int(stuck["refund_id"].nunique()),
        "stuck_payees": int(payees["payee_id"].nunique()),
        "stuck_companies": int(payees["company_name"].nunique()),
        "stuck_notify_parties": int(parties["care_of"].nunique()),
        "oldest_refund_date": None if pd.isna(oldest) else oldest.date().isoformat(),
        "longest_wait_days": int(waits.max()) if len(waits) else None,
        "median_wait_days": float(waits.astype("float64").median()) if len(waits) else None,
    }
