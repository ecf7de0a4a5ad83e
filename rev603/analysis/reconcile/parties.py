"""Whose money it is: refunds paid to somebody else than expected, and the difference of each party."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

import narwhals as nw
import numpy as np
import pandas as pd
import pyarrow as pa

from rev603.analysis._keys import name_key
from rev603.analysis.reconcile.inputs import plain_text
from rev603.analysis.reconcile.outcomes import OUTCOMES
from rev603.identifiers import importer_number
from rev603.identifiers._columns import pandas_text

if TYPE_CHECKING:
    from rev603.analysis.reconcile.inputs import Flags, Ints, Lines, RefundLines
    from rev603.analysis.reconcile.matching import Matching
    from rev603.analysis.reconcile.outcomes import Judged, Outcomes

#: What explains a party's difference beside the outcomes.
NO_EXPECTED_AMOUNT = "no expected amount"
BETWEEN_PARTIES = "between parties"
EXPLANATIONS = (*OUTCOMES, NO_EXPECTED_AMOUNT, BETWEEN_PARTIES)


@dataclass(frozen=True, kw_only=True)
class Parties:
    """Numbers of the parties on both sides, -1 where none is stated, and what each number stands for."""

    entries: Ints
    refunds: Ints
    names: pd.Series[str]
    #: whether the entry list has the column
    listed: bool


def payees(entries: Lines, refunds: RefundLines) -> Parties:
    """Return the payees: importer numbers of the list and payee numbers of the refunds, however spelled."""
    printed = _together(refunds, "payee_id", entries, "importer_number")
    names = _first_of_each(printed, codes := np.concatenate([refunds.payee, entries.payee]))
    return _parties(codes, importer_number.format_column(names), refunds, "importer_number" in entries.frame)


def notify_parties(entries: Lines, refunds: RefundLines) -> Parties:
    """Return the notify parties (CBP Form 4811), by name without case, spacing and punctuation."""
    printed = _together(refunds, "care_of", entries, "notify_party")
    keys: Any = nw.from_native(printed.to_frame("name")).select(name_key("name"))["name"].to_native()
    codes = pd.factorize(keys.where(keys != ""))[0].astype(np.int64)
    return _parties(codes, _first_of_each(printed, codes), refunds, "notify_party" in entries.frame)


def _together(refunds: RefundLines, paid: str, entries: Lines, listed: str) -> pd.Series[str]:
    """Give the parties of both sides as they are printed, the refunds' first: theirs is the name shown."""
    texts = [plain_text(refunds.frame, paid), plain_text(entries.frame, listed)]
    return pandas_text(pa.concat_arrays(texts), pd.Series(index=range(len(refunds) + len(entries))))


def _first_of_each(printed: pd.Series[str], codes: Ints) -> pd.Series[str]:
    named = printed[codes >= 0].str.strip()
    firsts = named.groupby(codes[codes >= 0]).first()
    return firsts.reindex(range(int(codes.max(initial=-1)) + 1)).astype("str")


def _parties(codes: Ints, names: pd.Series[str], refunds: RefundLines, listed: bool) -> Parties:
    of_r, of_e = np.split(codes, [len(refunds)])
    return Parties(entries=of_e, refunds=of_r, names=names, listed=listed)


def elsewhere(matching: Matching, refunded: Flags, parties: Parties, *, none_is_other: bool) -> Flags:
    """Tell which refund lines were paid to a party that no entry of their group names.

    Nothing is said of a group where the list leaves an entry's party open.

    Parameters
    ----------
    none_is_other
        Whether a refund line without such a party went to somebody else (it did without a notify party);
        otherwise it leaves open to whom it went.
    """
    other = np.zeros(len(parties.refunds), bool)
    if not parties.listed or not matching.groups:
        return other
    counted = matching.entries.counted
    group_e, group_r = matching.entries.group, matching.refunds.group
    least = np.full(matching.groups, np.iinfo(np.int64).max)
    most = np.full(matching.groups, -2, np.int64)
    np.minimum.at(least, group_e[counted], parties.entries[counted])
    np.maximum.at(most, group_e[counted], parties.entries[counted])
    asked = refunded & matching.refunds.counted & (most[group_r] >= 0) & (least[group_r] >= 0)
    if not none_is_other:
        asked &= parties.refunds >= 0
    single = least[group_r] == most[group_r]
    other[asked & single] = (parties.refunds != least[group_r])[asked & single]
    several = asked & ~single
    if several.any():
        width = len(parties.names) + 2
        named = group_e[counted] * width + parties.entries[counted] + 1
        other[several] = ~np.isin((group_r * width + parties.refunds + 1)[several], named)
    return other


def by_party(judged: Judged, parties: Parties, key: str) -> pd.DataFrame:
    """Explain each party's difference to the cent.

    An entry for which the list states no party is taken to be of the party that the group's refund lines
    name, where that is only one. What was expected of one party and came to another, or of nobody whom the
    list names, stands under ``between parties``: it adds up to nothing over a group.
    """
    entries, refunds, matching, outcomes = judged
    none = len(parties.names)
    of_r = np.where(parties.refunds < 0, none, parties.refunds)
    of_e = _inferred(matching, parties.entries, of_r, none)
    group_e, group_r = matching.entries.group, matching.refunds.group

    expected, refunded = np.zeros(none + 1, np.int64), np.zeros(none + 1, np.int64)
    np.add.at(expected, of_e, entries.cents)
    np.add.at(refunded, of_r[refunds.refunded], refunds.cents[refunds.refunded])

    least = np.full(matching.groups, none + 1, np.int64)
    most = np.full(matching.groups, -1, np.int64)
    for group, party in ((group_e, of_e), (group_r[refunds.refunded], of_r[refunds.refunded])):
        np.minimum.at(least, group, party)
        np.maximum.at(most, group, party)
    explained = np.zeros((none + 1, len(EXPLANATIONS)), np.int64)
    single = least == most
    np.add.at(explained, (least[single], outcomes.outcome[single]), outcomes.difference[single])
    unstated = EXPLANATIONS.index(NO_EXPECTED_AMOUNT)
    np.add.at(explained[:, unstated], least[single], -outcomes.not_stated[single])
    crossing = least < most
    if crossing.any():
        chosen_e, chosen_r = crossing[group_e], crossing[group_r] & refunds.refunded
        nets = pd.DataFrame(
            {
                "group": np.concatenate([group_e[chosen_e], group_r[chosen_r]]),
                "party": np.concatenate([of_e[chosen_e], of_r[chosen_r]]),
                "net": np.concatenate([entries.cents[chosen_e], -refunds.cents[chosen_r]]),
            }
        )
        _share_out(explained, nets, outcomes)

    seen = np.zeros(none + 1, bool)
    seen[of_e] = True
    seen[of_r] = True
    place = np.flatnonzero(seen)
    total = explained[place].sum(axis=1)
    table: dict[str, Any] = {key: parties.names.reindex(place).reset_index(drop=True)}
    table |= {"expected": expected[place] / 100, "refunded": refunded[place] / 100}
    table |= {column_of(name): explained[place, number] / 100 for number, name in enumerate(EXPLANATIONS)}
    table |= {"explained": total / 100, "unexplained": (expected[place] - refunded[place] - total) / 100}
    frame = pd.DataFrame(table)
    size = (expected[place] - refunded[place]).astype(np.int64)
    return frame.iloc[np.lexsort((place, -np.abs(size)))].reset_index(drop=True)


def column_of(explanation: str) -> str:
    """Give the column of an explanation.

    >>> column_of("within tolerance"), column_of("no expected amount")
    ('within_tolerance_amount', 'no_expected_amount')
    """
    return explanation.removesuffix(" amount").replace(" ", "_") + "_amount"


def _inferred(matching: Matching, of_e: Ints, of_r: Ints, none: int) -> Ints:
    unknown = of_e < 0
    if not unknown.any():
        return of_e
    least = np.full(matching.groups, none + 1, np.int64)
    most = np.full(matching.groups, -1, np.int64)
    np.minimum.at(least, matching.refunds.group, of_r)
    np.maximum.at(most, matching.refunds.group, of_r)
    only = np.where(least == most, least, none)[matching.entries.group]
    return np.where(unknown, only, of_e)


def _share_out(explained: Ints, nets: pd.DataFrame, outcomes: Outcomes) -> None:
    """Divide the difference of groups of several parties among those on its side; the rest is between."""
    summed = nets.groupby(["group", "party"], sort=True)["net"].sum().reset_index()
    group, party, net = (summed[name].to_numpy(dtype=np.int64) for name in ("group", "party", "net"))
    total = outcomes.difference[group] - outcomes.not_stated[group]
    side = np.where(np.sign(net) == np.sign(total), np.abs(net), 0)
    before = pd.Series(side).groupby(group).cumsum().to_numpy() - side
    share = np.clip(np.abs(total) - before, 0, side) * np.sign(total)
    column = np.where(
        outcomes.not_stated[group] != 0, EXPLANATIONS.index(NO_EXPECTED_AMOUNT), outcomes.outcome[group]
    )
    np.add.at(explained, (party, column), share)
    np.add.at(explained[:, EXPLANATIONS.index(BETWEEN_PARTIES)], party, net - share)
