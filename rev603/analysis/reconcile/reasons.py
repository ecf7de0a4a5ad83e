"""The reason of each group in plain words, for all groups of an outcome at once."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import numpy as np
import pandas as pd
import pyarrow as pa
import pyarrow.compute as pc

from rev603.analysis.reconcile import outcomes as oc
from rev603.analysis.reconcile.inputs import dates_of
from rev603.analysis.reconcile.matching import where_is
from rev603.analysis.reconcile.wording import chosen, constant, counted, dated, joined, money
from rev603.identifiers._columns import TEXT
from rev603.vocabulary import statuses

if TYPE_CHECKING:
    from rev603.analysis.reconcile.inputs import Flags, Ints, Lines, RefundLines
    from rev603.analysis.reconcile.matching import Matching, Side
    from rev603.analysis.reconcile.outcomes import Judged, Outcomes

#: CBP may disregard a difference of less than 20 dollars (19 CFR 159.6).
DISREGARDED_CENTS = 2000
_DISREGARD = ", under the $20 that CBP may disregard"
#: What is said of a line that is found and not paid: before and after its refund date.
_UNPAID = {
    statuses.REJECTED: ("rejected", " on ", " and not paid since"),
    statuses.RETURNED: ("returned", " on ", " and not reissued"),
    statuses.DIVERTED: ("diverted", " on ", " to a debt owed to CBP"),
}
#: What is said of a part of the refunded sum that nobody has confirmed.
_UNCONFIRMED = {
    statuses.IN_TRANSIT: " in transit: Treasury has not confirmed it yet",
    statuses.UNKNOWN: " of an undocumented status",
}


def reasons(judged: Judged, elsewhere: Flags, tolerance: int) -> Any:
    """Give the reason of each group as Arrow text."""
    entries, refunds, matching, outcomes = judged
    groups = np.arange(matching.groups)
    text = _Scattered(matching.groups)
    for name, write in _WRITERS.items():
        of = groups[outcomes.outcome == oc.CODE[name]]
        if len(of):
            text.put(of, write(outcomes, of))
    of = groups[outcomes.outcome == oc.CODE[oc.WITHIN_TOLERANCE]]
    if len(of):
        limit = money(np.array([tolerance]))[0]
        text.put(of, joined(_short_or_over(outcomes, of), ", within the tolerance of ", limit))
    of = groups[outcomes.outcome == oc.CODE[oc.NOT_PAID]]
    if len(of):
        text.put(of, _not_paid(outcomes, of, _states(refunds, matching, outcomes, of)))
    _put_special(text, entries, refunds, matching)
    return _with_remarks(text.array(), judged, elsewhere)


class _Scattered:
    """Texts that are written for some groups at a time, and put in the order of the groups at the end."""

    def __init__(self, groups: int) -> None:
        self.places: list[Ints] = []
        self.texts: list[Any] = []
        self.groups = groups

    def put(self, places: Ints, text: Any) -> None:
        self.places.append(places)
        self.texts.append(text)

    def array(self) -> Any:
        if not self.places:
            return pa.nulls(self.groups, TEXT)
        order = np.empty(self.groups, np.int64)
        order[np.concatenate(self.places)] = np.arange(self.groups)
        return pa.concat_arrays(self.texts).take(pa.array(order))


def _matched(outcomes: Outcomes, of: Ints) -> Any:
    lines, listed = outcomes.refunded_lines[of], outcomes.entries[of]
    expected = money(outcomes.expected[of])
    verb = chosen(lines == 1, " covers", " sum to")
    text = chosen(
        listed == 1,
        joined(counted(lines, "refund line", "refund lines"), verb, " the expected ", expected),
        joined(
            counted(lines, "refund line", "refund lines"), verb, " the ", expected, " expected for ",
            counted(listed, "entry line", "entry lines"),
        ),
    )  # fmt: skip
    text = chosen(lines == 0, "nothing was expected and nothing came", text)
    unpriced = outcomes.unpriced[of]
    if unpriced.any():
        came = money(outcomes.refunded[of])
        without = counted(unpriced, "entry line", "entry lines")
        all_of_it = joined(came, " came; the list states no expected amount")
        part = joined(
            came, " came: the expected ", expected, ", and ", money(outcomes.not_stated[of]), " for ",
            without, " without an expected amount",
        )  # fmt: skip
        text = chosen(unpriced == 0, text, chosen(unpriced == listed, all_of_it, part))
    return text


def _short_or_over(outcomes: Outcomes, of: Ints) -> Any:
    difference = outcomes.difference[of]
    return joined(chosen(difference > 0, "short by ", "over by "), money(np.abs(difference)))


def _differs(outcomes: Outcomes, of: Ints) -> Any:
    difference = outcomes.difference[of]
    small = (difference > 0) & (difference < DISREGARDED_CENTS) & (outcomes.not_paid[of] == 0)
    return joined(
        _short_or_over(outcomes, of), chosen(small, _DISREGARD, ""), ": ", money(outcomes.refunded[of]),
        " came where ", money(outcomes.expected[of]), " was expected",
    )  # fmt: skip


def _missing(outcomes: Outcomes, of: Ints) -> Any:
    expected, unpriced = outcomes.expected[of], outcomes.unpriced[of]
    small = (expected > 0) & (expected < DISREGARDED_CENTS) & (unpriced == 0)
    text = joined("nothing came for the expected ", money(expected), chosen(small, _DISREGARD, ""))
    return chosen(unpriced == outcomes.entries[of], "nothing came; the list states no expected amount", text)


def _unexpected(outcomes: Outcomes, of: Ints) -> Any:
    lines = counted(outcomes.refunded_lines[of], "refund line", "refund lines")
    return joined(money(outcomes.refunded[of]), " came in ", lines, ", and no entry of the list expects it")


def _not_paid(outcomes: Outcomes, of: Ints, states: Any) -> Any:
    found, expected, listed = outcomes.not_paid[of], outcomes.expected[of], outcomes.entries[of]
    no_entry = "; no entry of the list expects it"
    other = joined("; ", money(expected), " was expected")
    more = chosen((found == expected) | (outcomes.unpriced[of] == listed), "", other)
    return joined(states, ": ", money(found), chosen(listed == 0, no_entry, more))


_WRITERS = {
    oc.MATCHED: _matched,
    oc.SHORT: _differs,
    oc.OVER: _differs,
    oc.MISSING: _missing,
    oc.UNEXPECTED: _unexpected,
}


def _states(refunds: RefundLines, matching: Matching, outcomes: Outcomes, of: Ints) -> Any:
    """Say what state the unpaid lines of some groups are in, with the latest refund date of each state."""
    place = np.full(matching.groups, -1, np.int64)
    place[of] = np.arange(len(of))
    lines = np.flatnonzero(outcomes.outstanding & (place[matching.refunds.group] >= 0))
    at, state = place[matching.refunds.group[lines]], refunds.state[lines]
    dates = dates_of(refunds.frame.iloc[lines], "refund_date")
    text: Any = pa.array([""] * len(of), TEXT)
    for name, (word, preposition, rest) in _UNPAID.items():
        here = state == statuses.PAYMENT_STATES.index(name)
        if not here.any():
            continue
        lines_of = np.bincount(at[here], minlength=len(of))
        latest = dates[here].groupby(at[here]).max().reindex(range(len(of)))
        several = joined(counted(lines_of, "line", "lines"), " ")
        piece = joined(chosen(lines_of > 1, several, ""), word, dated(latest, preposition), rest)
        gap = chosen((lines_of > 0) & ~pc.equal(text, "").to_numpy(zero_copy_only=False), "; ", "")
        text = joined(text, gap, chosen(lines_of > 0, piece, ""))
    return text


def _put_special(text: _Scattered, entries: Lines, refunds: RefundLines, matching: Matching) -> None:
    _put_repeats(text, entries.frame, matching.entries, "same entry listed twice")
    _put_repeats(text, refunds.frame, matching.refunds, "same refund appears twice", matching.older)
    bad = np.flatnonzero(~matching.entries.usable)
    there = pc.is_valid(entries.written).to_numpy(zero_copy_only=False)[bad]
    malformed = (
        "the entry number is not one (3 letters or digits, then 8 digits), and there is no refund number"
    )
    blank = "there is neither an entry number nor a refund number"
    if len(bad):
        text.put(matching.entries.group[bad], chosen(there, malformed, pa.array([blank] * len(bad), TEXT)))
    bad = np.flatnonzero(~matching.refunds.usable)
    if len(bad):
        text.put(matching.refunds.group[bad], pa.array([blank] * len(bad), TEXT))


def _put_repeats(
    text: _Scattered, frame: pd.DataFrame, side: Side, what: str, older: Flags | None = None
) -> None:
    """Name the line that each repeat repeats."""
    lines = np.flatnonzero(side.repeats >= 0)
    if not len(lines):
        return
    file, row = where_is(frame, lines)
    first_file, first_row = where_is(frame, side.repeats[lines])
    same = pc.equal(file, first_file).to_numpy(zero_copy_only=False)

    def named(name: Any) -> Any:
        return pc.if_else(pc.equal(name, ""), constant(""), joined(" of ", name))

    said = joined(
        f"{what}: line ", first_row, chosen(same, "", named(first_file)), " and line ", row, named(file),
        "; line ", first_row, " counts",
    )  # fmt: skip
    if older is not None and older[lines].any():
        newer = joined(
            "an older report of the same refund: the newest that shows it, line ", first_row,
            named(first_file), ", counts",
        )  # fmt: skip
        said = chosen(older[lines], newer, said)
    text.put(side.group[lines], said)


def _with_remarks(text: Any, judged: Judged, elsewhere: Flags) -> Any:
    """Add what else is to be said of some groups."""
    entries, refunds, matching, outcomes = judged
    group = matching.refunds.group
    beside = np.zeros(matching.groups, bool)
    beside[group[outcomes.outstanding]] = True
    beside &= outcomes.outcome != oc.CODE[oc.NOT_PAID]
    of = np.flatnonzero(beside)
    if len(of):
        states = _states(refunds, matching, outcomes, of)
        text = _append(text, of, joined("; beside that ", states, ": ", money(outcomes.not_paid[of])))

    for state, cents in (
        (statuses.IN_TRANSIT, outcomes.in_transit),
        (statuses.UNKNOWN, outcomes.unknown_status),
    ):
        lines = matching.refunds.counted & (refunds.state == statuses.PAYMENT_STATES.index(state))
        if lines.any():
            lines_of = np.bincount(group[lines], minlength=matching.groups)
            of = np.flatnonzero(lines_of)
            whole = lines_of[of] == outcomes.refunded_lines[of]
            part = chosen(whole, "; all of it", joined("; of it ", money(cents[of])))
            text = _append(text, of, joined(part, _UNCONFIRMED[state]))

    since = matching.refunds.counted & ~refunds.refunded & ~outcomes.outstanding
    if since.any():
        lines = np.bincount(group[since], minlength=matching.groups)
        of = np.flatnonzero(lines)
        said = joined("; ", counted(lines[of], "line", "lines"), " not paid at first, refunded since")
        text = _append(text, of, said)
    if elsewhere.any():
        text = _append(text, *_to_whom(refunds, group, elsewhere))
    for flags, remark in (
        (_summed(matching, outcomes), "; lines of one entry number are summed"),
        (_netted(entries, refunds, matching, outcomes), "; entry by entry the amounts differ"),
        (_repaired(entries, refunds, matching), "; a lost leading zero of an entry number was restored"),
    ):
        of = np.flatnonzero(flags)
        if len(of):
            text = _append(text, of, pa.array([remark] * len(of), TEXT))
    return text


def _append(text: Any, of: Ints, remark: Any) -> Any:
    where = np.full(len(text), -1, np.int64)
    where[of] = np.arange(len(of))
    return joined(text, pc.coalesce(remark.take(pa.array(where, mask=where < 0)), constant("")))


def _to_whom(refunds: RefundLines, group: Ints, elsewhere: Flags) -> tuple[Ints, Any]:
    lines = np.flatnonzero(elsewhere)
    of, first = np.unique(group[lines], return_index=True)
    frame = refunds.frame.iloc[lines[first]]
    said: Any = pa.array(["; paid to another party"] * len(of), TEXT)
    for column, word in (("company_name", ": "), ("care_of", ", in care of ")):
        if column in frame:
            name = pa.array(frame[column].astype("str"), TEXT, from_pandas=True)
            said = joined(said, pc.coalesce(joined(word, name), constant("")))
    return of, said


def _summed(matching: Matching, outcomes: Outcomes) -> Flags:
    """Tell which groups differ and hold an entry number on several lines of the list."""
    side = matching.entries
    lines = np.flatnonzero(side.counted & (side.key >= 0))
    times = np.bincount(side.key[lines])
    flags = np.zeros(matching.groups, bool)
    flags[side.group[lines[times[side.key[lines]] > 1]]] = True
    flags &= np.isin(outcomes.outcome, [oc.CODE[oc.SHORT], oc.CODE[oc.OVER], oc.CODE[oc.MISSING]])
    return flags


def _netted(entries: Lines, refunds: RefundLines, matching: Matching, outcomes: Outcomes) -> Flags:
    """Tell which groups match as a whole though each entry has a refund of its own and those differ."""
    flags: Flags = (
        (outcomes.outcome == oc.CODE[oc.MATCHED]) & (outcomes.entries > 1) & (outcomes.unpriced == 0)
    )
    if not flags.any():
        return flags
    listed, came = matching.entries, matching.refunds
    lines_e = np.flatnonzero(flags[listed.group])
    lines_r = np.flatnonzero(flags[came.group] & refunds.refunded)
    flags[came.group[lines_r[(came.key[lines_r] < 0) | refunds.lump[lines_r]]]] = False
    flags[listed.group[lines_e[listed.key[lines_e] < 0]]] = False
    lines_e, lines_r = lines_e[flags[listed.group[lines_e]]], lines_r[flags[came.group[lines_r]]]
    both = pd.DataFrame(
        {
            "group": np.concatenate([listed.group[lines_e], came.group[lines_r]]),
            "key": np.concatenate([listed.key[lines_e], came.key[lines_r]]),
            "net": np.concatenate([entries.cents[lines_e], -refunds.cents[lines_r]]),
            "side": np.repeat([1, 2], [len(lines_e), len(lines_r)]),
        }
    )
    both = both.groupby(["group", "key"]).agg(net=("net", "sum"), low=("side", "min"), high=("side", "max"))
    both = both.reset_index()
    flags[both["group"][both["low"] == both["high"]].to_numpy()] = False
    differs = np.zeros(matching.groups, bool)
    differs[both["group"][both["net"] != 0].to_numpy()] = True
    flags &= differs
    return flags


def _repaired(entries: Lines, refunds: RefundLines, matching: Matching) -> Flags:
    flags = np.zeros(matching.groups, bool)
    flags[matching.entries.group[entries.repaired]] = True
    flags[matching.refunds.group[refunds.repaired]] = True
    return flags
