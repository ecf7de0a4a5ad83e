"""The reason of each group in plain words: what came of what was expected, and what else is to be said of it."""

from __future__ import annotations

from collections import defaultdict
from typing import TYPE_CHECKING, NamedTuple

import numpy as np
import pandas as pd

from rev603.analysis.reconcile import outcomes as oc
from rev603.analysis.reconcile.inputs import code_of, dates_of
from rev603.vocabulary import statuses

if TYPE_CHECKING:
    from collections.abc import Iterable

    from rev603.analysis.reconcile.due import Due
    from rev603.analysis.reconcile.inputs import Flags, Ints, Lines
    from rev603.analysis.reconcile.matching import Side
    from rev603.analysis.reconcile.outcomes import Judged

#: CBP may disregard a difference of less than 20 dollars (19 CFR 159.6).
DISREGARDED_CENTS = 2000
_DISREGARD = ", under the $20 that CBP may disregard"
#: What is said of lines that are found and not paid: before and after their latest refund date.
_NOT_PAID = {
    statuses.NO_ACH: ("rejected", " on ", " and not paid since"),
    statuses.RETURNED: ("returned", " on ", " and not reissued"),
    statuses.APPLIED_TO_DEBT: ("applied", " on ", " to a debt owed to CBP"),
}
#: What is said of a part of the refunded sum that nobody has confirmed.
_UNCONFIRMED = {
    statuses.IN_TRANSIT: " in transit: Treasury has not confirmed it yet",
    statuses.UNKNOWN_STATUS: " of an undocumented status",
}
_MALFORMED = "the entry number is not one (3 letters or digits, then 8 digits), and there is no refund number"
_BLANK = "there is neither an entry number nor a refund number"


class _Group(NamedTuple):
    """The figures of one group; money in cents."""

    entries: int
    lines: int
    expected: int
    refunded: int
    difference: int
    not_paid: int
    unpriced: int
    not_stated: int


def reasons(judged: Judged, elsewhere: Flags, tolerance: int, due: Due) -> pd.Series[str]:
    """Return the reason of each group; ``tolerance`` is in cents."""
    sums = judged.outcomes
    said, states = _special(judged), _states(judged)
    limit = f", within the tolerance of {money(tolerance)}"
    figures = (
        sums.entries, sums.refunded_lines, sums.expected, sums.refunded, sums.difference, sums.not_paid,
        sums.unpriced, sums.not_stated,
    )  # fmt: skip
    texts = []
    for place, (code, *each) in enumerate(
        zip(sums.outcome.tolist(), *(column.tolist() for column in figures), strict=True)
    ):
        group, outcome = _Group(*each), oc.OUTCOMES[code]
        text = _WORDS[outcome](group) if outcome in _WORDS else said[place]
        before = states[place] if outcome == oc.NOT_PAID else ""
        texts.append(f"{before}{text}{limit if outcome == oc.WITHIN_TOLERANCE else ''}")
    for place, more in _remarks(judged, elsewhere, states, due).items():
        texts[place] = "; ".join([texts[place], *more])
    return pd.Series(texts, dtype="str")


def money(cents: int) -> str:
    """Return whole cents as dollars.

    >>> money(120450), money(5), money(-99999901)
    ('$1,204.50', '$0.05', '-$999,999.01')
    """
    size = abs(cents)
    return f"{'-' if cents < 0 else ''}${size // 100:,}.{size % 100:02d}"


def _counted(number: int, noun: str) -> str:
    return f"{number:,} {noun}{'' if number == 1 else 's'}"


def _matched(group: _Group) -> str:
    if group.lines == 0:
        return "nothing was expected and nothing came"
    covers = f"{_counted(group.lines, 'refund line')} {'covers' if group.lines == 1 else 'sum to'} the "
    if group.entries == 1:
        return f"{covers}expected {money(group.expected)}"
    return f"{covers}{money(group.expected)} expected for {_counted(group.entries, 'entry line')}"


def _found(group: _Group) -> str:
    if group.unpriced == group.entries:
        return f"{money(group.refunded)} came; the list states no expected amount"
    without = (
        f"{money(group.not_stated)} for {_counted(group.unpriced, 'entry line')} without an expected amount"
    )
    return f"{money(group.refunded)} came: the expected {money(group.expected)}, and {without}"


def _apart(group: _Group) -> str:
    return f"{'short' if group.difference > 0 else 'over'} by {money(abs(group.difference))}"


def _differs(group: _Group) -> str:
    small = _DISREGARD if 0 < group.difference < DISREGARDED_CENTS and not group.not_paid else ""
    return f"{_apart(group)}{small}: {money(group.refunded)} came where {money(group.expected)} was expected"


def _missing(group: _Group) -> str:
    if group.unpriced == group.entries:
        return "nothing came; the list states no expected amount"
    small = _DISREGARD if 0 < group.expected < DISREGARDED_CENTS and not group.unpriced else ""
    return f"nothing came for the expected {money(group.expected)}{small}"


def _unexpected(group: _Group) -> str:
    return f"{money(group.refunded)} came in {_counted(group.lines, 'refund line')}, and no entry of the list expects it"


def _not_paid(group: _Group) -> str:
    if group.entries == 0:
        return f": {money(group.not_paid)}; no entry of the list expects it"
    as_expected = group.not_paid == group.expected or group.unpriced == group.entries
    return f": {money(group.not_paid)}{'' if as_expected else f'; {money(group.expected)} was expected'}"


_WORDS = {
    oc.MATCHED: _matched,
    oc.WITHIN_TOLERANCE: _apart,
    oc.FOUND: _found,
    oc.SHORT: _differs,
    oc.OVER: _differs,
    oc.MISSING: _missing,
    oc.UNEXPECTED: _unexpected,
    oc.NOT_PAID: _not_paid,
}


def _states(judged: Judged) -> dict[int, str]:
    """Say in what state the unpaid lines of each group are, with the latest refund date of each state."""
    _, refunds, matching, outcomes = judged
    lines = np.flatnonzero(outcomes.outstanding)
    said: dict[int, list[str]] = defaultdict(list)
    dates = dates_of(refunds.frame.iloc[lines], "refund_date")
    for name, (word, preposition, rest) in _NOT_PAID.items():
        here = refunds.disposition[lines] == code_of(name)
        of = matching.refunds.group[lines[here]]
        table = dates[here].groupby(of).agg(["size", "max"])
        days = table["max"].dt.strftime(f"{preposition}%Y-%m-%d").fillna("")
        for group, count, day in zip(table.index, table["size"], days, strict=True):
            several = f"{_counted(count, 'line')} " if count > 1 else ""
            said[group].append(f"{several}{word}{day}{rest}")
    return {group: "; ".join(parts) for group, parts in said.items()}


def _special(judged: Judged) -> dict[int, str]:
    """Say why a line has no key, or which line it repeats."""
    entries, refunds, matching, _ = judged
    nothing = np.zeros(len(entries), bool)
    said = _repeats(entries, matching.entries, "same entry listed twice", nothing)
    said |= _repeats(refunds, matching.refunds, "same refund appears twice", refunds.older)
    bad = np.flatnonzero(~matching.entries.usable)
    for group, written in zip(
        matching.entries.group[bad], entries.written.take(bad).to_pylist(), strict=True
    ):
        said[group] = _BLANK if written is None else _MALFORMED
    return said | dict.fromkeys(matching.refunds.group[~matching.refunds.usable].tolist(), _BLANK)


def _repeats(lines: Lines, side: Side, what: str, older: Flags) -> dict[int, str]:
    """Name the line that each repeat repeats."""
    again = np.flatnonzero(side.repeats >= 0)
    places = zip(_where(lines.frame, again), _where(lines.frame, side.repeats[again]), strict=True)
    said = {}
    for group, is_older, ((file, row), (counting, first)) in zip(
        side.group[again].tolist(), older[again].tolist(), places, strict=True
    ):
        of_first = f" of {counting}" if counting else ""
        if is_older:
            newest = f"the newest that shows it, line {first}{of_first}, counts"
            said[group] = f"an older report of the same refund: {newest}"
        else:
            pair = f"line {first}{of_first if counting != file else ''} and line {row}{f' of {file}' if file else ''}"
            said[group] = f"{what}: {pair}; line {first} counts"
    return said


def _where(frame: pd.DataFrame, places: Ints) -> Iterable[tuple[str, int]]:
    """Give file (with its sheet) and row of some lines; without provenance their position."""
    lines = frame.iloc[places]
    names = [
        lines[name].astype("str").fillna("").tolist() if name in frame else [""] * len(lines)
        for name in ("source_file", "source_sheet")
    ]
    files = [f"{file}, sheet {sheet}" if file and sheet else file for file, sheet in zip(*names, strict=True)]
    given = pd.Series(pd.NA, index=lines.index, dtype="object")
    rows = pd.to_numeric(lines.get("source_row", given), errors="coerce").to_numpy(
        np.float64, na_value=np.nan
    )
    return zip(files, np.where(np.isnan(rows), places + 1, rows).astype(np.int64).tolist(), strict=True)


def _remarks(judged: Judged, elsewhere: Flags, states: dict[int, str], due: Due) -> dict[int, list[str]]:
    """Give what else is to be said of some groups."""
    _, refunds, matching, outcomes = judged
    group = matching.refunds.group
    said: dict[int, list[str]] = defaultdict(list)
    for of, text in due.said().items():
        said[of].append(text)
    for of, text in states.items():
        if outcomes.outcome[of] != oc.CODE[oc.NOT_PAID]:
            said[of].append(f"beside that {text}: {money(int(outcomes.not_paid[of]))}")

    for name, cents in (
        (statuses.IN_TRANSIT, outcomes.in_transit),
        (statuses.UNKNOWN_STATUS, outcomes.unknown_status),
    ):
        lines = matching.refunds.counted & (refunds.disposition == code_of(name))
        for of, count in _times(group[lines]):
            whole = count == outcomes.refunded_lines[of]
            said[of].append(
                f"{'all of it' if whole else f'of it {money(int(cents[of]))}'}{_UNCONFIRMED[name]}"
            )
    superseded = matching.refunds.counted & (refunds.disposition == code_of(statuses.SUPERSEDED))
    for of, count in _times(group[superseded]):
        said[of].append(f"{_counted(count, 'line')} not paid at first, and sent again since")
    for of, text in _to_whom(refunds.frame, group, elsewhere):
        said[of].append(text)
    for flags, text in (
        (_summed(judged), "lines of one entry number are summed"),
        (_netted(judged), "entry by entry the amounts differ"),
        (_repaired(judged), "a lost leading zero of an entry number was restored"),
    ):
        for of in np.flatnonzero(flags).tolist():
            said[of].append(text)
    return said


def _times(groups: Ints) -> Iterable[tuple[int, int]]:
    different, times = np.unique(groups, return_counts=True)
    return zip(different.tolist(), times.tolist(), strict=True)


def _to_whom(frame: pd.DataFrame, group: Ints, elsewhere: Flags) -> Iterable[tuple[int, str]]:
    lines = np.flatnonzero(elsewhere)
    of, first = np.unique(group[lines], return_index=True)
    names = [
        frame[column].iloc[lines[first]].tolist() if column in frame else [None] * len(of)
        for column in ("company_name", "care_of")
    ]
    for one, company, care_of in zip(of.tolist(), *names, strict=True):
        to = f": {company}" if isinstance(company, str) else ""
        care = f", in care of {care_of}" if isinstance(care_of, str) else ""
        yield one, f"paid to another party{to}{care}"


def _summed(judged: Judged) -> Flags:
    """Tell which groups differ and hold an entry number on several lines of the list."""
    _, _, matching, outcomes = judged
    side = matching.entries
    lines = np.flatnonzero(side.counted & (side.key >= 0))
    times = np.bincount(side.key[lines])
    flags = np.zeros(matching.groups, bool)
    flags[side.group[lines[times[side.key[lines]] > 1]]] = True
    flags &= np.isin(outcomes.outcome, [oc.CODE[oc.SHORT], oc.CODE[oc.OVER], oc.CODE[oc.MISSING]])
    return flags


def _netted(judged: Judged) -> Flags:
    """Tell which groups match as a whole though each entry has a refund of its own and those differ."""
    entries, refunds, matching, outcomes = judged
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


def _repaired(judged: Judged) -> Flags:
    entries, refunds, matching, _ = judged
    flags = np.zeros(matching.groups, bool)
    flags[matching.entries.group[entries.repaired]] = True
    flags[matching.refunds.group[refunds.repaired]] = True
    return flags
