"""One history as many: each client's lines, what is stuck of them, and what its entries were expected to bring."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import narwhals as nw
import pandas as pd

from rev603.analysis._frames import to_pandas, total
from rev603.analysis.history import current
from rev603.analysis.reconcile.comparison import Comparison, compare
from rev603.analysis.reissue import StuckMoney, stuck_money
from rev603.analysis.worklist import CARE_KEY, compared_names, importer_of, keyed, payee_keys
from rev603.errors import Rev603Error
from rev603.identifiers.refund_key import PAYEE_KEY, plain
from rev603.vocabulary.statuses import SUPERSEDED

#: Who may be a client: a payee number, an importer with all of its suffixes, a notify party.
BY = ("payee", "base", "notify party")
UNASSIGNED = "unassigned"

_CLIENT = "_client"


@dataclass(frozen=True, eq=False, kw_only=True)
class ClientFigures:
    """What concerns one client and nobody else.

    Attributes
    ----------
    client, name
        The number (or the notify party) and the company's name; ``unassigned`` holds lines that name none.
    state
        Its lines in their current state, with ``disposition``.
    stuck
        What is stuck of them: the worklist and the refunds behind it.
    comparison
        Its entries against its refunds, with nothing of other clients; None without an entry list.
    totals
        ``lines amount stuck_lines stuck_amount entries expected_amount``; what was paid since counts once.
    """

    client: str
    name: str
    state: pd.DataFrame
    stuck: StuckMoney
    comparison: Comparison | None
    totals: dict[str, float]


def clients_of(
    history: Any, *, entries: Any = None, by: str = "payee", log: Any = None
) -> tuple[list[ClientFigures], pd.Timestamp]:
    """Return each client's part of the current state, largest amount first, and the newest report's date.

    The parts add up to the whole, in lines and cents. What a client's worklist says of other suffixes is kept, but not
    their numbers. An entry belongs to the importer number (or the notify party) that its list states, else to the one
    client that its refund is of, else to nobody.
    """
    if str(by) not in BY:
        raise Rev603Error(
            f"Clients cannot be told by {by!r}.", what_to_do=f"pass by= one of {', '.join(map(repr, BY))}"
        )
    lines = to_pandas(history, ["report_date"], every=True).reset_index(drop=True)
    as_of = pd.Timestamp(lines["report_date"].max())
    state: pd.DataFrame = keyed(current(lines)).to_native()
    stuck = stuck_money(state, as_of=as_of, log=log)
    state = state.assign(**{_CLIENT: _client_of(state, by)})
    work = stuck.work.assign(**{_CLIENT: _client_of(stuck.work, by)})
    if by == "payee":  # a sibling is another client
        work["sibling"] = pd.Series(None, index=work.index, dtype="str")
    asked = stuck.requests.assign(**{_CLIENT: _client_of(stuck.requests, by)})
    frames = {"state": state, "work": work, "asked": asked}
    if entries is not None:
        frames["entries"] = _with_client(to_pandas(entries, ["entry_number"], every=True), state, by)
    parts = {name: {str(key): part for key, part in each.groupby(_CLIENT)} for name, each in frames.items()}
    found = [
        _figures(key, by, **{name: parts[name].get(key, each.iloc[:0]) for name, each in frames.items()})
        for key in sorted({*parts["state"], *parts.get("entries", {})})
    ]
    return sorted(found, key=lambda each: (each.client == UNASSIGNED, -each.totals["amount"])), as_of


def _client_of(frame: pd.DataFrame, by: str) -> pd.Series[Any]:
    """Return the client of lines that have their keys; ``""`` where there is none."""
    if by == "notify party":
        return frame[CARE_KEY]
    return importer_of(frame[PAYEE_KEY]) if by == "base" else frame[PAYEE_KEY]


def _with_client(entries: pd.DataFrame, state: pd.DataFrame, by: str) -> pd.DataFrame:
    """Add each entry's client."""
    entries = entries.reset_index(drop=True)
    client = pd.Series("", index=entries.index, dtype="str")
    if by == "notify party" and "notify_party" in entries:
        client = compared_names(entries["notify_party"])
    elif by != "notify party" and "importer_number" in entries:
        keys = payee_keys(state["payee_id"], entries["importer_number"])[1]
        client = _client_of(pd.DataFrame({PAYEE_KEY: keys}, dtype="str"), by)
    known = state.loc[state["entry_number"].notna() & (state[_CLIENT] != ""), ["entry_number", _CLIENT]]
    one = (
        known.drop_duplicates().drop_duplicates("entry_number", keep=False).set_index("entry_number")[_CLIENT]
    )
    return entries.assign(**{_CLIENT: client.mask(client == "", entries["entry_number"].map(one)).fillna("")})


def _figures(
    key: str,
    by: str,
    *,
    state: pd.DataFrame,
    work: pd.DataFrame,
    asked: pd.DataFrame,
    entries: pd.DataFrame | None = None,
) -> ClientFigures:
    column = "care_of" if by == "notify party" else "payee_id"
    shown = state[column].dropna().min() if len(state) else key
    name = state["care_of" if by == "notify party" else "company_name"].dropna()
    own: pd.DataFrame = plain(nw.from_native(state)).to_native().drop(columns=[CARE_KEY, _CLIENT])
    listed = None if entries is None else entries.drop(columns=_CLIENT)
    counted = own["amount"].where(own["disposition"] != SUPERSEDED, 0.0)
    expected = 0.0 if listed is None else total(listed["expected_amount"])
    client = str(shown) if key else UNASSIGNED
    if key and by == "base" and len(key) == 9:
        client = f"{key[:2]}-{key[2:]}"
    return ClientFigures(
        client=client,
        name=str(name.iloc[0]) if len(name) and key else "",
        state=own.reset_index(drop=True),
        stuck=StuckMoney(work.drop(columns=_CLIENT), asked.drop(columns=_CLIENT)),
        comparison=None if listed is None or listed.empty else compare(own, listed),
        totals={
            "lines": len(own), "amount": total(counted), "stuck_lines": int(work["lines"].sum()),
            "stuck_amount": total(work["amount"]), "entries": 0 if listed is None else len(listed),
            "expected_amount": expected,
        },
    )  # fmt: skip
