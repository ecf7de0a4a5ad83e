"""Who gets a letter about stuck money, and the figures that stand in it."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

import pandas as pd

from rev603.analysis.ageing import as_day
from rev603.analysis.evidence import CARE_KEY
from rev603.analysis.reissue import requests_of
from rev603.analysis.worklist import judged, keyed, with_actor
from rev603.identifiers.refund_key import PAYEE_KEY
from rev603.vocabulary.guide import REQUEST_REISSUE, STEPS, WAITING

if TYPE_CHECKING:
    import datetime as dt

__all__ = ["CBP", "LetterFigures", "StuckMoney", "letters_due", "stuck_money", "stuck_money_of"]

CBP = "CBP"


@dataclass(frozen=True, eq=False, kw_only=True)
class LetterFigures:
    """What a letter is about.

    Attributes
    ----------
    actor
        Who gets it: ``payee``, ``notify party`` or ``CBP``.
    name
        The actor's name as CBP prints it; of a request to CBP, the payee's.
    work
        Its lines of the worklist, as :func:`rev603.enrollment_worklist` gives them.
    requests
        Its refunds, as :func:`rev603.reissue_requests` gives them, with the ``step`` of each.
    as_of, deadline
        The day of the figures, and the day by which something is to be done (None where there is none).
    """

    actor: str
    name: str
    work: pd.DataFrame
    requests: pd.DataFrame
    as_of: pd.Timestamp
    deadline: pd.Timestamp | None

    @property
    def lines(self) -> int:
        """How many refund lines."""
        return int(self.requests["lines"].sum())

    @property
    def amount(self) -> float:
        """Their dollars."""
        return int((self.requests["amount"] * 100).round().sum()) / 100

    @property
    def steps(self) -> tuple[str, ...]:
        """What is to be done, in the order in which it is taken up."""
        return tuple(step for step in STEPS if (self.work["step"] == step).any())


@dataclass(frozen=True, eq=False)
class StuckMoney:
    """All that is stuck: the lines of the worklist, and the refunds behind them, each with the keys of the other."""

    work: pd.DataFrame
    requests: pd.DataFrame


def stuck_money(refunds: Any, *, as_of: str | dt.date | pd.Timestamp, log: Any = None) -> StuckMoney:
    """Return the worklist and the requests behind it, put together once for all letters."""
    return stuck_money_of(keyed(refunds), as_of=as_of, log=log)


def stuck_money_of(frame: Any, *, as_of: str | dt.date | pd.Timestamp, log: Any = None) -> StuckMoney:
    """Return the same of a frame that has its keys."""
    work = with_actor(judged(frame, as_of=as_of, log=log))
    requests = requests_of(frame, work)
    actors = work[[PAYEE_KEY, CARE_KEY, "_actor"]]
    return StuckMoney(work, requests.merge(actors, on=[PAYEE_KEY, CARE_KEY]))


def letters_due(
    stuck: StuckMoney,
    *,
    as_of: str | dt.date | pd.Timestamp,
    deadline: str | dt.date | pd.Timestamp | None = None,
) -> list[LetterFigures]:
    """Return one letter per actor, largest amount first, and then one request to CBP per payee that is ready.

    Whoever only waits for CBP gets none; its money is in no other letter.
    """
    day, until = as_day(as_of), None if deadline is None else as_day(deadline)
    waiting = stuck.work.groupby("_actor")["step"].transform(lambda steps: (steps == WAITING).all())
    letters = [
        _figures(str(work["actor"].iloc[0]), work, requests, work["actor_name"], day, until)
        for work, requests in _parts(stuck.work[~waiting.astype(bool)], stuck.requests, "_actor")
    ]
    ready = stuck.requests[stuck.requests["ready"]]
    whose = ready[PAYEE_KEY].where(ready[PAYEE_KEY] != "", ready["company_name"])
    asked = [
        _figures(
            CBP, stuck.work[stuck.work[PAYEE_KEY].isin(requests[PAYEE_KEY]) & (stuck.work["step"] == REQUEST_REISSUE)],
            requests, requests["company_name"], day, until,
        )
        for _, requests in ready.groupby(whose, sort=False, dropna=False)
    ]  # fmt: skip
    return [*letters, *sorted(asked, key=lambda each: -each.amount)]


def _parts(work: pd.DataFrame, requests: pd.DataFrame, key: str) -> list[tuple[pd.DataFrame, pd.DataFrame]]:
    asked = dict(list(requests.groupby(key)))
    parts = [(part, asked[name]) for name, part in work.groupby(key, sort=False)]
    return sorted(parts, key=lambda each: -int((each[0]["amount"] * 100).round().sum()))


def _figures(  # noqa: PLR0917 - the parts of a letter
    actor: str, work: pd.DataFrame, requests: pd.DataFrame, names: pd.Series[Any], day: Any, until: Any
) -> LetterFigures:
    named = names.dropna()
    return LetterFigures(
        actor=actor, name=str(named.iloc[0]) if len(named) else "", work=work.reset_index(drop=True),
        requests=requests.reset_index(drop=True), as_of=day, deadline=until,
    )  # fmt: skip
