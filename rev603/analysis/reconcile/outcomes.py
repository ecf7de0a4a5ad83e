"""What became of each group: sums in whole cents, one outcome per group and per line; and when money was due."""

from __future__ import annotations

from typing import Any, NamedTuple

import numpy as np
import pandas as pd

from rev603.vocabulary.statuses import IN_TRANSIT, UNKNOWN

MATCHED = "matched"
WITHIN_TOLERANCE = "within tolerance"
SHORT = "short"
OVER = "over"
MISSING = "missing"
UNEXPECTED = "unexpected"
NOT_PAID = "not paid"
FOUND = "found"
DUPLICATE = "duplicate entry"
UNUSABLE = "unusable key"

OUTCOMES = (
    MATCHED, WITHIN_TOLERANCE, FOUND, SHORT, OVER, MISSING, UNEXPECTED, NOT_PAID, DUPLICATE, UNUSABLE,
)  # fmt: skip
#: Nothing is left to be done about these.
SETTLED = (MATCHED, WITHIN_TOLERANCE, FOUND)
#: A refund is due within 30 days of liquidation (19 U.S.C. 1505(b)); 180 days of it are left to protest (1514(c)(3)).
DUE, PROTEST = pd.Timedelta(days=30), pd.Timedelta(days=180)


class Judged(NamedTuple):
    """What both sides came to.

    Attributes
    ----------
    lines
        Those of :func:`matched`, with ``outcome`` and, of entries that are missing or short, ``due``.
    groups
        One line per group, numbered from 0: ``entries refunds refunded_lines unpriced`` (entries whose expected amount
        is not stated); cents of ``expected refunded not_paid`` (found, and not paid) ``in_transit unknown_status``
        (both within refunded, repeats left out) ``not_stated`` (what came for entries without an expected amount) and
        ``difference`` (expected less refunded, and less that); ``outcome``; ``due`` of its first entry that was
        liquidated, ``late`` and ``not_due``: missing, and due, or not, when the newest report was drawn.
    as_of
        The date of the newest report, or else refund.
    """

    lines: pd.DataFrame
    groups: pd.DataFrame
    as_of: pd.Timestamp


def judge(lines: pd.DataFrame, tolerance: int) -> Judged:
    """Compare the sums of each group and say what became of it; ``tolerance`` is in cents."""
    listed, cents = lines["listed"], lines["cents"]
    outstanding = lines["counted"] & lines["not_paid"]

    def in_state(name: str) -> pd.Series[Any]:
        return cents.where((lines["payment_state"] == name) & (lines["repeats"] < 0), 0)

    counted = pd.DataFrame(
        {
            "entries": listed, "refunds": ~listed, "refunded_lines": lines["refunded"],
            "unpriced": listed & ~lines["stated"], "repeats": lines["repeats"] >= 0, "unusable": ~lines["usable"],
            "expected": cents.where(listed, 0), "refunded": cents.where(lines["refunded"], 0),
            "not_paid": cents.where(outstanding, 0), "in_transit": in_state(IN_TRANSIT),
            "unknown_status": in_state(UNKNOWN),
        }
    )  # fmt: skip
    groups = counted.astype("int64").groupby(lines["group"]).sum()
    owed = groups["expected"] - groups["refunded"]
    entries, unpriced, paid = groups["entries"], groups["unpriced"], groups["refunded_lines"] > 0
    alone = (groups["repeats"] > 0) | (groups["unusable"] > 0)
    not_compared = paid & (unpriced > 0) & ((owed <= 0) | (unpriced == entries))
    groups["not_stated"] = -owed.where(not_compared & ~alone, 0)
    groups["difference"] = difference = owed + groups["not_stated"]
    nothing_due = (groups["expected"] == 0) & (unpriced == 0)
    decisions = {
        DUPLICATE: groups["repeats"] > 0,
        UNUSABLE: groups["unusable"] > 0,
        UNEXPECTED: (entries == 0) & paid,
        NOT_PAID: (groups["refunds"] > 0) & ~paid,
        MISSING: (groups["refunds"] == 0) & ~nothing_due,
        FOUND: not_compared,
        MATCHED: difference == 0,
        WITHIN_TOLERANCE: difference.abs() <= tolerance,
        SHORT: difference > 0,
    }
    chosen = np.select([*decisions.values()], [*decisions], OVER)
    groups["outcome"] = pd.Series(chosen, groups.index, dtype="str")
    outcome = (
        groups["outcome"].take(lines["group"].to_numpy()).set_axis(lines.index).mask(outstanding, NOT_PAID)
    )

    newest = [lines.loc[~listed, name].max() for name in ("report_date", "refund_date")]
    as_of: Any = next((day.normalize() for day in newest if not pd.isna(day)), pd.NaT)
    is_open = listed & outcome.isin([MISSING, SHORT])
    due = lines["liquidation_date"].dt.normalize().where(is_open) + DUE
    groups["due"] = due.groupby(lines["group"]).min()
    missing = groups["outcome"] == MISSING
    groups = groups.assign(late=missing & (groups["due"] < as_of), not_due=missing & (groups["due"] >= as_of))
    return Judged(lines.assign(outcome=outcome, due=due), groups, as_of)
