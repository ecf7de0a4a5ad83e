"""The reason of each group in plain words: what came of what was expected, and what else is to be said of it."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable
from typing import Any

import numpy as np
import pandas as pd

from rev603.analysis.reconcile import outcomes as oc
from rev603.analysis.reconcile.outcomes import Judged
from rev603.vocabulary import statuses

#: CBP may disregard a difference of less than 20 dollars (19 CFR 159.6).
DISREGARDED_CENTS = 2000
_DISREGARD = ", under the $20 that CBP may disregard"
#: What is said of lines that are found and not paid: before and after their latest refund date.
_NOT_PAID = {
    statuses.NO_ACH: ("rejected", " and not paid since"),
    statuses.RETURNED: ("returned", " and not reissued"),
    statuses.APPLIED_TO_DEBT: ("applied", " to a debt owed to CBP"),
}
#: What is said of a part of the refunded sum that nobody has confirmed.
_UNCONFIRMED = {
    statuses.IN_TRANSIT: ("in_transit", " in transit: Treasury has not confirmed it yet"),
    statuses.UNKNOWN_STATUS: ("unknown_status", " of an undocumented status"),
}
_MALFORMED = "the entry number is not one (3 letters or digits, then 8 digits), and there is no refund number"
_BLANK = "there is neither an entry number nor a refund number"


def reasons(judged: Judged, elsewhere: pd.Series[bool], tolerance: int) -> pd.Series[str]:
    """Return the reason of each group; ``tolerance`` is in cents."""
    said, states = _special(judged.lines), _states(judged.lines)
    plain = judged.groups.drop(columns=["due", "late", "not_due"]).astype({"outcome": "object"})
    groups: list[Any] = list(plain.itertuples())
    texts = []
    for group in groups:
        text = _WORDS[group.outcome](group) if group.outcome in _WORDS else said[group.Index]
        if group.outcome == oc.WITHIN_TOLERANCE:
            text = f"{text}, within the tolerance of {money(tolerance)}"
        texts.append(f"{states[group.Index]}{text}" if group.outcome == oc.NOT_PAID else text)
    for place, more in _remarks(judged, groups, elsewhere, states).items():
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


def _matched(group: Any) -> str:
    lines = group.refunded_lines
    if lines == 0:
        return "nothing was expected and nothing came"
    covers = f"{_counted(lines, 'refund line')} {'covers' if lines == 1 else 'sum to'} the "
    if group.entries == 1:
        return f"{covers}expected {money(group.expected)}"
    return f"{covers}{money(group.expected)} expected for {_counted(group.entries, 'entry line')}"


def _found(group: Any) -> str:
    came = f"{money(group.refunded)} came"
    if group.unpriced == group.entries:
        return f"{came}; the list states no expected amount"
    without = (
        f"{money(group.not_stated)} for {_counted(group.unpriced, 'entry line')} without an expected amount"
    )
    return f"{came}: the expected {money(group.expected)}, and {without}"


def _apart(group: Any) -> str:
    return f"{'short' if group.difference > 0 else 'over'} by {money(abs(group.difference))}"


def _differs(group: Any) -> str:
    small = _DISREGARD if 0 < group.difference < DISREGARDED_CENTS and not group.not_paid else ""
    return f"{_apart(group)}{small}: {money(group.refunded)} came where {money(group.expected)} was expected"


def _missing(group: Any) -> str:
    if group.unpriced == group.entries:
        return "nothing came; the list states no expected amount"
    small = _DISREGARD if 0 < group.expected < DISREGARDED_CENTS and not group.unpriced else ""
    return f"nothing came for the expected {money(group.expected)}{small}"


def _unexpected(group: Any) -> str:
    lines = _counted(group.refunded_lines, "refund line")
    return f"{money(group.refunded)} came in {lines}, and no entry of the list expects it"


def _not_paid(group: Any) -> str:
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


def _states(lines: pd.DataFrame) -> dict[int, str]:
    """Say in what state the unpaid lines of each group are, with the latest refund date of each state."""
    unpaid = lines.loc[lines["counted"] & lines["not_paid"], ["disposition", "group", "refund_date"]]
    table = unpaid.groupby(["disposition", "group"])["refund_date"].agg(["size", "max"])
    said: dict[int, list[str]] = defaultdict(list)
    for name, (word, rest) in _NOT_PAID.items():
        here = table[table.index.get_level_values("disposition") == name].droplevel("disposition")
        days = here["max"].dt.strftime(" on %Y-%m-%d").fillna("")
        for group, count, day in zip(here.index, here["size"], days, strict=True):
            several = f"{_counted(count, 'line')} " if count > 1 else ""
            said[group].append(f"{several}{word}{day}{rest}")
    return {group: "; ".join(parts) for group, parts in said.items()}


def _special(lines: pd.DataFrame) -> dict[int, str]:
    """Say why a line has no key, or which line it repeats."""
    bad = lines.loc[~lines["usable"], ["group", "listed", "written"]]
    malformed = bad["listed"] & bad["written"].notna()
    said = dict(zip(bad["group"], np.where(malformed, _MALFORMED, _BLANK).tolist(), strict=True))
    again = lines.loc[lines["repeats"] >= 0, ["group", "listed", "older", "repeats"]]
    places = zip(_where(lines, again.index), _where(lines, again["repeats"]), strict=True)
    kinds = zip(again["group"], again["listed"], again["older"], strict=True)
    for (group, listed, older), ((file, row), (counting, first)) in zip(kinds, places, strict=True):
        of_first = f" of {counting}" if counting else ""
        if older:
            newest = f"the newest that shows it, line {first}{of_first}, counts"
            said[group] = f"an older report of the same refund: {newest}"
        else:
            what = "same entry listed twice" if listed else "same refund appears twice"
            pair = f"line {first}{of_first if counting != file else ''} and line {row}{f' of {file}' if file else ''}"
            said[group] = f"{what}: {pair}; line {first} counts"
    return said


def _where(lines: pd.DataFrame, places: Any) -> Iterable[tuple[str, int]]:
    """Return file (with its sheet) and row of some lines; without provenance their position on their side."""
    some = lines[["source_file", "sheet", "row", "listed"]].loc[places]
    files, sheets = (some[name].fillna("") for name in ("source_file", "sheet"))
    named = files + (", sheet " + sheets).where((files != "") & (sheets != ""), "")
    position = some.index - np.where(some["listed"], 0, int(lines["listed"].sum())) + 1
    rows = some["row"].fillna(pd.Series(position, some.index)).astype("int64")
    return zip(named.tolist(), rows.tolist(), strict=True)


def _remarks(
    judged: Judged, groups: list[Any], elsewhere: pd.Series[bool], states: dict[int, str]
) -> dict[int, list[str]]:
    """Return what else is to be said of some groups."""
    lines, dates, as_of = judged
    said: dict[int, list[str]] = defaultdict(list)
    for of, due in dates.loc[dates["late"], "due"].items():
        said[int(of)].append(f"due {due:%Y-%m-%d}, {_counted((as_of - due).days, 'day')} late")
    for of, due in dates.loc[dates["not_due"], "due"].items():
        said[int(of)].append(f"not due until {due:%Y-%m-%d}")
    for of, text in states.items():
        if groups[of].outcome != oc.NOT_PAID:
            said[of].append(f"beside that {text}: {money(groups[of].not_paid)}")

    counted = lines.loc[lines["counted"], ["disposition", "group"]]
    for name, (column, words) in _UNCONFIRMED.items():
        for of, count in _times(counted, name):
            whole = count == groups[of].refunded_lines
            said[of].append(
                f"{'all of it' if whole else f'of it {money(getattr(groups[of], column))}'}{words}"
            )
    for of, count in _times(counted, statuses.SUPERSEDED):
        said[of].append(f"{_counted(count, 'line')} not paid at first, and sent again since")
    others = lines.loc[elsewhere, ["group", "company_name", "care_of"]].drop_duplicates("group")
    for of, company, care_of in others.sort_values("group").itertuples(index=False):
        to = f": {company}" if isinstance(company, str) else ""
        care = f", in care of {care_of}" if isinstance(care_of, str) else ""
        said[of].append(f"paid to another party{to}{care}")
    for flagged, text in (
        (_summed(judged), "lines of one entry number are summed"),
        (_netted(judged), "entry by entry the amounts differ"),
        (lines.loc[lines["repaired"], "group"], "a lost leading zero of an entry number was restored"),
    ):
        for of in np.unique(flagged).tolist():
            said[of].append(text)
    return said


def _times(lines: pd.DataFrame, disposition: str) -> Iterable[tuple[int, int]]:
    times = lines.loc[lines["disposition"] == disposition, "group"].value_counts()
    return zip(times.index.tolist(), times.tolist(), strict=True)


def _summed(judged: Judged) -> pd.Series[Any]:
    """Return the groups that differ and hold an entry number on several lines of the list."""
    lines, groups, _ = judged
    listed = lines.loc[lines["counted"] & lines["listed"] & (lines["key"] >= 0), ["key", "group"]]
    again = listed.loc[listed["key"].duplicated(keep=False), "group"]
    return again[again.map(groups["outcome"].isin([oc.SHORT, oc.OVER, oc.MISSING])).astype(bool)]


def _netted(judged: Judged) -> pd.Index[Any]:
    """Return the groups that match as a whole though each entry has a refund of its own and those differ."""
    lines, groups, _ = judged
    several = (groups["outcome"] == oc.MATCHED) & (groups["entries"] > 1) & (groups["unpriced"] == 0)
    some = lines[["group", "key", "cents", "listed", "refunded", "lump"]]
    some = some[(some["listed"] | some["refunded"]) & several.take(some["group"].to_numpy()).to_numpy()]
    whole = some.loc[(some["key"] < 0) | some["lump"], "group"]
    net = some["cents"].where(some["listed"], -some["cents"])
    by_key = (
        some.assign(net=net).groupby(["group", "key"]).agg(net=("net", "sum"), sides=("listed", "nunique"))
    )
    by_key = (
        by_key.assign(differs=by_key["net"] != 0).groupby("group").agg({"differs": "any", "sides": "min"})
    )
    return by_key.index[by_key["differs"] & (by_key["sides"] == 2)].difference(pd.Index(whole))
