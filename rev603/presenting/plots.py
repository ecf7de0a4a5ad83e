"""Pictures: each function takes a frame and gives an Axes, so that it fits into a figure of one's own.

They need matplotlib, which the extra ``report`` installs. Nothing global is changed: neither the current
figure's style nor ``rcParams``. Colors can be told apart with every kind of color vision.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

import pandas as pd

from rev603.analysis.by_time import by_age_band
from rev603.analysis.by_time import by_week as weekly_amounts
from rev603.errors import ColumnsMissingError, Rev603Error
from rev603.presenting.masking import Mask, mask_frame
from rev603.presenting.text import one_line

if TYPE_CHECKING:
    from collections.abc import Iterable

    from matplotlib.axes import Axes

__all__ = ["age_bands", "by_week", "largest_payees", "stuck_over_time"]

#: From Okabe and Ito's palette, made for every kind of color vision; each stands out on white and on black.
COLORS = {"ach": "#0072B2", "check": "#56B4E9", "rejected": "#D55E00", "other": "#999999"}
_NAME_LENGTH = 28


def stuck_over_time(trend: pd.DataFrame, *, ax: Axes | None = None) -> Axes:
    """Draw how much was stuck at each report.

    Parameters
    ----------
    trend
        ``WeeklySummary.trend``: ``report_date`` and ``stuck_amount``.
    ax
        Where to draw; a new figure, if None.

    Returns
    -------
    matplotlib.axes.Axes

    Examples
    --------
    >>> trend = pd.DataFrame({"report_date": pd.to_datetime(["2026-03-13", "2026-03-20"]),
    ...     "stuck_amount": [1000.0, 2500.0]})
    >>> stuck_over_time(trend).get_title(loc="left")
    'Stuck amount at each report'
    """
    _needs(trend, ["report_date", "stuck_amount"])
    ax = _prepared(ax, "Stuck amount at each report")
    if trend.empty:
        return _nothing(ax)
    dates = pd.to_datetime(trend["report_date"])
    ax.plot(dates, trend["stuck_amount"], color=COLORS["rejected"], marker="o", linewidth=2)
    ax.fill_between(dates, trend["stuck_amount"], color=COLORS["rejected"], alpha=0.15)
    ax.set_xticks(dates[:: -(-len(dates) // 8)])
    ax.set_ylim(bottom=min(0.0, float(trend["stuck_amount"].min())))
    _dates_below(ax)
    return _money_axis(ax, "y")


def by_week(refunds: pd.DataFrame, *, ax: Axes | None = None) -> Axes:
    """Draw refunds by the week of their refund date: paid by ACH, by check, rejected, otherwise unpaid.

    Parameters
    ----------
    refunds
        Refund lines as :func:`rev603.read` gives them (one state of them: see :func:`rev603.current`).
    ax
        Where to draw; a new figure, if None.

    Returns
    -------
    matplotlib.axes.Axes

    Examples
    --------
    >>> refunds = pd.DataFrame({"refund_id": ["1", "2"], "amount": [10.10, 20.20],
    ...     "refund_date": pd.to_datetime(["2026-03-02", "2026-03-09"]), "check_or_ach": ["ACH", None],
    ...     "refund_secondary_status": ["Treasury Issued", "Reject No ACH"]})
    >>> [text.get_text() for text in by_week(refunds).get_legend().get_texts()]
    ['ACH', 'check', 'rejected', 'otherwise unpaid']
    """
    weeks = weekly_amounts(refunds).dropna(subset="week")
    ax = _prepared(ax, "Refunds by week")
    if weeks.empty:
        return _nothing(ax)
    parts = {
        "ACH": (weeks["ach_amount"], COLORS["ach"]),
        "check": (weeks["check_amount"], COLORS["check"]),
        "rejected": (weeks["rejected_amount"], COLORS["rejected"]),
        "otherwise unpaid": (
            (weeks["amount"] - weeks[["ach_amount", "check_amount", "rejected_amount"]].sum(axis=1)).round(2),
            COLORS["other"],
        ),
    }
    up, down = weeks["amount"] * 0.0, weeks["amount"] * 0.0  # a negative sum hangs below the line
    for label, (amounts, color) in parts.items():
        ax.bar(
            weeks["week"], amounts, width=5.5, bottom=up.where(amounts >= 0, down), color=color, label=label
        )
        up, down = up + amounts.clip(lower=0), down + amounts.clip(upper=0)
    ax.set_xticks(weeks["week"].iloc[:: -(-len(weeks) // 8)])
    ax.set_xlabel("week beginning")
    ax.legend(frameon=False, fontsize="small", ncols=4, loc="upper left", bbox_to_anchor=(0, 1.02))
    ax.margins(y=0.18)
    _dates_below(ax)
    return _money_axis(ax, "y")


def age_bands(rejected: pd.DataFrame, *, ax: Axes | None = None) -> Axes:
    """Draw how much has waited how long.

    Parameters
    ----------
    rejected
        Lines with ``age_band`` and ``amount``: ``WeeklySummary.rejected``, or from :func:`rev603.ageing`.
    ax
        Where to draw; a new figure, if None.

    Returns
    -------
    matplotlib.axes.Axes

    Examples
    --------
    >>> ax = age_bands(pd.DataFrame({"age_band": ["91+", "8-30"], "amount": [1.10, 2.20]}))
    >>> [label.get_text() for label in ax.get_xticklabels()]
    ['0-7', '8-30', '31-60', '61-90', '91+']
    """
    bands = by_age_band(rejected)
    ax = _prepared(ax, "Stuck amount by days waiting")
    if rejected.empty:
        return _nothing(ax)
    names = bands["age_band"].fillna("no date")
    bars = ax.bar(names, bands["amount"], color=COLORS["rejected"], width=0.7)
    lines = [f"{number:,} line{'' if number == 1 else 's'}" if number else "" for number in bands["lines"]]
    ax.bar_label(bars, lines, fontsize="small", padding=2)
    ax.set_xlabel("days since the refund date")
    ax.margins(y=0.15)
    return _money_axis(ax, "y")


def largest_payees(
    by_payee: pd.DataFrame, *, ax: Axes | None = None, top: int = 10, mask: Mask = "ssn"
) -> Axes:
    r"""Draw whose refunds are stuck: the payees with the largest rejected amounts.

    Parameters
    ----------
    by_payee
        From :func:`rev603.by_payee`: ``payee_id company_name rejected_amount``.
    ax
        Where to draw; a new figure, if None.
    top
        How many payees, at most.
    mask
        Which payee numbers are masked: ``"ssn"``, ``"all"`` or ``"none"``.

    Returns
    -------
    matplotlib.axes.Axes

    Examples
    --------
    >>> payees = pd.DataFrame({"payee_id": ["98-765432100"], "company_name": ["Example Imports LLC"],
    ...     "rejected_amount": [20.20]})
    >>> [label.get_text() for label in largest_payees(payees).get_yticklabels()]
    ['Example Imports LLC\n98-765432100']
    """
    _needs(by_payee, ["payee_id", "company_name", "rejected_amount"])
    ax = _prepared(ax, "Payees with the most stuck")
    largest = by_payee[by_payee["rejected_amount"] > 0].nlargest(top, "rejected_amount", keep="first")
    if largest.empty:
        return _nothing(ax)
    shown = mask_frame(largest.iloc[::-1], mask)
    names = [
        f"{_short(name)}\n{_short(number)}"
        for name, number in zip(shown["company_name"], shown["payee_id"], strict=True)
    ]
    ax.barh(range(len(shown)), shown["rejected_amount"], color=COLORS["rejected"], height=0.7)
    ax.set_yticks(range(len(shown)), names, fontsize="small")
    return _money_axis(ax, "x")


def _needs(frame: pd.DataFrame, columns: Iterable[str]) -> None:
    if missing := [name for name in columns if name not in frame]:
        raise ColumnsMissingError(missing, found=[str(name) for name in frame.columns])


def _prepared(ax: Axes | None, title: str) -> Axes:
    if ax is None:
        try:
            from matplotlib import pyplot as plt  # noqa: PLC0415 - only an extra installs it
        except ImportError as error:
            raise Rev603Error(
                "Pictures need matplotlib, which is not installed.", what_to_do="pip install 'rev603[report]'"
            ) from error
        ax = plt.subplots(figsize=(7, 3.6), layout="constrained")[1]
    ax.set_title(title, loc="left", fontweight="bold")
    for side in ("top", "right"):
        ax.spines[side].set_visible(False)
    return ax


def _money_axis(ax: Axes, which: str) -> Axes:
    axis = ax.yaxis if which == "y" else ax.xaxis
    axis.set_major_formatter(lambda amount, _: short_money(amount))
    ax.grid(visible=True, axis="y" if which == "y" else "x", alpha=0.3)
    ax.set_axisbelow(True)
    return ax


def _dates_below(ax: Axes) -> None:
    from matplotlib.dates import DateFormatter  # noqa: PLC0415 - only an extra installs it

    ax.xaxis.set_major_formatter(DateFormatter("%m/%d/%y"))  # type: ignore[no-untyped-call] # theirs


def _nothing(ax: Axes) -> Axes:
    ax.text(0.5, 0.5, "nothing to show", ha="center", va="center", transform=ax.transAxes, alpha=0.7)
    ax.set_xticks([])
    ax.set_yticks([])
    return ax


def short_money(amount: float) -> str:
    """Give dollars as an axis has room for.

    >>> [short_money(amount) for amount in (0, 950, 1_200, 1_250_000, -3e9)]
    ['$0', '$950', '$1.2K', '$1.25M', '-$3B']
    """
    sign, size = ("-" if amount < 0 else ""), abs(amount)
    for unit, letter in ((1e9, "B"), (1e6, "M"), (1e3, "K")):
        if size >= unit:
            return f"{sign}${size / unit:.2f}".rstrip("0").rstrip(".") + letter
    return f"{sign}${size:.2f}".removesuffix(".00")


def _short(text: object) -> str:
    # matplotlib reads $…$ as mathematics
    line = one_line(text).replace("$", r"\$") if isinstance(text, str) else "(none)"
    return line if len(line) <= _NAME_LENGTH else line[: _NAME_LENGTH - 1] + "…"
