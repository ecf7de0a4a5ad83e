"""When missing money was due, and until when it can be protested, where the list states liquidation dates.

A refund is due within 30 days of liquidation or reliquidation (19 U.S.C. 1505(b)); a protest must be filed within
180 days of it (19 U.S.C. 1514(c)(3)).
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

import numpy as np
import pandas as pd

from rev603.analysis.reconcile import outcomes as oc
from rev603.analysis.reconcile.inputs import dates_of

if TYPE_CHECKING:
    from rev603.analysis.reconcile.inputs import Flags
    from rev603.analysis.reconcile.outcomes import Judged

__all__ = ["DUE", "PROTEST", "Due", "due_dates"]

#: After liquidation.
DUE, PROTEST = pd.Timedelta(days=30), pd.Timedelta(days=180)


@dataclass(frozen=True, kw_only=True)
class Due:
    """Dates of what is missing or short: of each entry line, and of each group by the first of its entries."""

    of_entries: pd.Series[Any]
    of_groups: pd.Series[Any]
    #: which groups are missing although they were due when the newest report was drawn, and which are not due yet
    late: Flags
    not_due: Flags
    as_of: pd.Timestamp

    def said(self) -> dict[int, str]:
        """Return what is to be said of each group that is late or not due yet."""
        late, coming = self.of_groups[self.late], self.of_groups[self.not_due]
        days = (self.as_of - late).dt.days
        said = {
            group: f"due {day:%Y-%m-%d}, {count:,} day{'' if count == 1 else 's'} late"
            for group, day, count in zip(late.index, late, days, strict=True)
        }
        return said | {group: f"not due until {day:%Y-%m-%d}" for group, day in coming.items()}


def due_dates(judged: Judged) -> Due:
    """Return when missing and short amounts were due; the day asked is that of the newest report, or refund."""
    entries, refunds, matching, outcomes = judged
    group = matching.entries.group
    is_open = np.isin(outcomes.outcome, [oc.CODE[oc.MISSING], oc.CODE[oc.SHORT]])
    due = dates_of(entries.frame, "liquidation_date").dt.normalize().where(is_open[group]) + DUE
    of_groups = due.groupby(group).min().reindex(range(matching.groups))
    newest = [dates_of(refunds.frame, name).max() for name in ("report_date", "refund_date")]
    as_of: Any = next((day.normalize() for day in newest if not pd.isna(day)), pd.NaT)
    missing = outcomes.outcome == oc.CODE[oc.MISSING]
    return Due(
        of_entries=due,
        of_groups=of_groups,
        late=missing & (of_groups < as_of).to_numpy(),
        not_due=missing & (of_groups >= as_of).to_numpy(),
        as_of=as_of,
    )
