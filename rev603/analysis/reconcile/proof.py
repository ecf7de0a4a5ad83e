"""Whose money it is, and the proof: expected less refunded, explained to the cent, overall and for each party."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any, NamedTuple

import narwhals as nw
import numpy as np
import pandas as pd

from rev603.analysis._text import name_key
from rev603.analysis.reconcile.outcomes import FOUND, OUTCOMES, Judged
from rev603.identifiers import importer_number

#: What explains a party's difference beside the outcomes.
NO_EXPECTED_AMOUNT = "no expected amount"
BETWEEN_PARTIES = "between parties"
EXPLANATIONS = (*OUTCOMES, NO_EXPECTED_AMOUNT, BETWEEN_PARTIES)


@dataclass(frozen=True, kw_only=True, eq=False, repr=False)
class Proof:
    """Expected less refunded is what the outcomes explain; ``unexplained`` is 0.00. Dollars.

    Attributes
    ----------
    expected
        Sum of the whole entry list.
    refunded
        Sum of all refund lines that count as refunded: all but those rejected, returned, applied to a debt, and
        superseded ones, whose payment came under another line.
    explained
        What the outcomes explain of expected less refunded.
    unexplained
        ``expected - refunded - explained``, in whole cents.
    by_outcome
        One line per outcome, and one for what came without an expected amount: ``explanation matches entries
        refunds expected refunded explained``.
    by_payee, by_notify_party
        One line per party (missing: none is stated), the largest difference first: the party, ``expected
        refunded``, a column per explanation, ``explained unexplained``. ``between_parties_amount`` is what
        was expected of one party and came to another; over all parties it comes to 0.00.
    """

    expected: float
    refunded: float
    explained: float
    unexplained: float
    by_outcome: pd.DataFrame
    by_payee: pd.DataFrame
    by_notify_party: pd.DataFrame

    def __repr__(self) -> str:
        """Give the four figures; the frames name parties."""
        names = ("expected", "refunded", "explained", "unexplained")
        return f"<Proof: {', '.join(f'{name} {getattr(self, name):,.2f}' for name in names)}>"


class Parties(NamedTuple):
    """The number of each line's party, -1 where none is stated, and what each number stands for."""

    codes: pd.Series[Any]
    names: pd.Series[str]
    #: whether the entry list has the column
    listed: bool


def payees(lines: pd.DataFrame, entries: pd.DataFrame) -> Parties:
    """Return the payees: importer numbers of the list and payee numbers of the refunds, however spelled."""
    names = importer_number.format_column(_shown(lines, "payee_id", lines["payee"]))
    return Parties(lines["payee"], names, "importer_number" in entries)


def notify_parties(lines: pd.DataFrame, entries: pd.DataFrame) -> Parties:
    """Return the notify parties (CBP Form 4811), by name without case, spacing and punctuation."""
    keys: Any = nw.from_native(lines[["care_of"]]).select(name_key("care_of")).to_native()["care_of"]
    keys = keys.loc[
        lines["listed"].sort_values(kind="stable").index
    ]  # a refund's name goes before the list's
    codes = pd.Series(pd.factorize(keys.where(keys != ""))[0], keys.index).sort_index()
    return Parties(codes, _shown(lines, "care_of", codes), "notify_party" in entries)


def _shown(lines: pd.DataFrame, name: str, codes: pd.Series[Any]) -> pd.Series[str]:
    """Return the name of each party as it is printed first, among refunds before the list."""
    printed = lines[["listed", name]].assign(code=codes)[codes >= 0].dropna(subset=name)
    firsts = printed.sort_values("listed", kind="stable").drop_duplicates("code").set_index("code")[name]
    return firsts.str.strip().reindex(range(int(codes.max()) + 1 if len(codes) else 0)).astype("str")


def elsewhere(lines: pd.DataFrame, parties: Parties, *, none_is_other: bool) -> pd.Series[bool]:
    """Tell which refund lines were paid to a party that no entry of their group names.

    Nothing is said of a group where the list leaves an entry's party open.

    Parameters
    ----------
    none_is_other
        Whether a refund line without such a party went to somebody else (it did without a notify party);
        otherwise it leaves open to whom it went.
    """
    group, party = lines["group"], parties.codes
    named = lines["listed"] & lines["counted"] & parties.listed
    asked = lines["refunded"] & lines["counted"] & group.isin(group[named])
    asked &= ~group.isin(group[named & (party < 0)]) & (none_is_other | (party >= 0))
    pairs = group * (len(parties.names) + 2) + party
    return asked & ~pairs.isin(pairs[named])


def prove(judged: Judged, payee: Parties, notified: Parties) -> Proof:
    """Hold the sums of the inputs, line by line, against those of the groups' outcomes."""
    lines, groups, _ = judged
    # lines by their own outcome, matches and money by that of their group
    counts = {
        "matches": groups["outcome"].value_counts(),
        "entries": lines.loc[lines["listed"], "outcome"].value_counts(),
        "refunds": lines.loc[~lines["listed"], "outcome"].value_counts(),
    }
    sums = groups.groupby("outcome")[["expected", "refunded", "difference"]].sum()
    table = pd.DataFrame(counts).join(sums.rename(columns={"difference": "explained"}), how="outer")
    table = table.reindex([*OUTCOMES, NO_EXPECTED_AMOUNT]).fillna(0).astype("int64")
    unstated = int(groups["not_stated"].sum())
    moved = pd.Series({FOUND: -unstated, NO_EXPECTED_AMOUNT: unstated})
    table["refunded"] += moved.reindex(table.index, fill_value=0)
    table.loc[NO_EXPECTED_AMOUNT, "explained"] = -unstated
    expected, refunded = (int(lines.loc[lines[side], "cents"].sum()) for side in ("listed", "refunded"))
    explained = int(table["explained"].sum())
    money = ["expected", "refunded", "explained"]
    table[money] = table[money].astype("float64") / 100
    return Proof(
        expected=expected / 100,
        refunded=refunded / 100,
        explained=explained / 100,
        unexplained=(expected - refunded - explained) / 100,
        by_outcome=table.rename_axis("explanation").reset_index().astype({"explanation": "str"}),
        by_payee=_by_party(judged, payee, "payee_id"),
        by_notify_party=_by_party(judged, notified, "care_of"),
    )


def _by_party(judged: Judged, parties: Parties, key: str) -> pd.DataFrame:
    """Explain each party's difference to the cent.

    An entry for which the list states no party is taken to be of the party that the group's refund lines
    name, where that is only one. What was expected of one party and came to another, or of nobody whom the
    list names, stands under ``between parties``: it adds up to nothing over a group.
    """
    lines, groups, _ = judged
    none = len(parties.names)
    group, listed, party = lines["group"], lines["listed"], parties.codes.where(parties.codes >= 0, none)
    named = party[~listed].groupby(group[~listed]).agg(["min", "max"]).reindex(groups.index)
    only = named["min"].where(named["min"] == named["max"]).fillna(none).astype("int64")
    inferred = listed & (parties.codes < 0)
    party = party.mask(inferred, only.take(group.to_numpy()).set_axis(lines.index))

    cents = pd.DataFrame(
        {"group": group, "party": party, "expected": lines["cents"].where(listed, 0),
         "refunded": lines["cents"].where(lines["refunded"], 0), "counts": listed | lines["refunded"]}
    )  # fmt: skip
    of_party = cents.groupby("party")[["expected", "refunded"]].sum()
    nets = cents[cents["counts"]].groupby(["group", "party"], as_index=False)[["expected", "refunded"]].sum()
    own = groups.take(nets["group"].to_numpy()).set_axis(nets.index)
    # the difference of a group is divided among the parties on its side; the rest is between them
    net, total = nets["expected"] - nets["refunded"], own["expected"] - own["refunded"]
    side = net.abs().where(np.sign(net) == np.sign(total), 0)
    before = side.groupby(nets["group"]).cumsum() - side
    share = (total.abs() - before).clip(lower=0).clip(upper=side) * np.sign(total)
    parts = nets[["party"]].assign(share=share, between=net - share)
    parts["why"] = own["outcome"].where(own["not_stated"] == 0, NO_EXPECTED_AMOUNT)
    explained = parts.pivot_table("share", "party", "why", aggfunc="sum", fill_value=0)
    explained = explained.reindex(of_party.index, columns=EXPLANATIONS, fill_value=0)
    explained[BETWEEN_PARTIES] = parts.groupby("party")["between"].sum().reindex(of_party.index, fill_value=0)

    size = of_party["expected"] - of_party["refunded"]
    whole = explained.sum(axis=1)
    table = of_party.join(explained.rename(columns=column_of))
    table = table.assign(explained=whole, unexplained=size - whole).astype("float64") / 100
    table.insert(0, key, parties.names.reindex(table.index))
    return table.iloc[np.lexsort((table.index, -size.abs()))].reset_index(drop=True)


def column_of(explanation: str) -> str:
    """Return the column of an explanation.

    >>> column_of("within tolerance"), column_of("no expected amount")
    ('within_tolerance_amount', 'no_expected_amount')
    """
    return explanation.removesuffix(" amount").replace(" ", "_") + "_amount"
