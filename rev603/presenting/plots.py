"""Pictures: each function takes a frame and gives an Axes, so that it fits into a figure of one's own.

They need matplotlib, which the extra ``report`` installs. Nothing global is changed: neither the current
figure's style nor ``rcParams``. Colors can be told apart with every kind of color vision.
"""

from __future__ import annotations

from collections.abc import Iterable
from typing import TYPE_CHECKING, Any

import pandas as pd

from rev603.analysis.ageing import by_age_band
from rev603.analysis.groups import by_month as monthly_amounts
from rev603.analysis.groups import by_week as weekly_amounts
from rev603.errors import ColumnsMissingError, Rev603Error, no_frame
from rev603.presenting.masking import Mask, mask_frame
from rev603.presenting.tables import cut
from rev603.presenting.text import one_line, plural

if TYPE_CHECKING:
    from matplotlib.axes import Axes

__all__ = [
    "age_bands", "by_month", "by_week", "check_vs_ach", "largest_payees", "stuck_over_time", "where_the_money_is",
]  # fmt: skip

#: From Okabe and Ito's palette, made for every kind of color vision; each stands out on white and on black.
COLORS = {
    "paid by ACH": "#0072B2", "paid by check": "#56B4E9", "paid, method not stated": "#009E73",
    "in transit": "#999999", "no ACH on file": "#D55E00", "returned": "#E69F00", "applied to a debt": "#CC79A7",
    "unknown status": "#666666", "superseded": "#BBBBBB",
}  # fmt: skip
_STUCK = COLORS["no ACH on file"]
#: The amounts of a group, as the ``by_…`` analyses give them, and what each is called.
_NAMES = ("ach", "check", "not_stated", "in_transit", "rejected", "returned", "diverted", "unknown")
_PARTS = {f"{name}_amount": label for name, label in zip(_NAMES, COLORS, strict=False)}
#: How the dates below are written, how many inches each takes, and what they are.
_DATES = {"month": ("%b\n%Y", 0.45, "by month"), "week": ("%m/%d/%y", 0.8, "week beginning")}
#: A bar so many times as high as the next is cut, and says its amount: else it would flatten all others.
_TOWERS = 4.0


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
    ax = _prepared(ax, "Stuck amount at each report", trend)
    if trend.empty:
        return ax
    dates = pd.to_datetime(trend["report_date"])
    ax.plot(dates, trend["stuck_amount"], color=_STUCK, marker="o", linewidth=2)
    ax.fill_between(dates, trend["stuck_amount"], color=_STUCK, alpha=0.15)
    ax.set_xticks(dates[:: -(-len(dates) // 8)])
    ax.set_ylim(bottom=min(0.0, float(trend["stuck_amount"].min())))
    _dates_below(ax)
    return _money_axis(ax, "y")


def by_week(refunds: pd.DataFrame, *, ax: Axes | None = None) -> Axes:
    """Draw where the money is, by the week of the refund date.

    Parameters
    ----------
    refunds
        Refund lines as :func:`rev603.read` gives them (one state of them: see :func:`rev603.current`).
    ax
        Where to draw; a new figure, if None.

    Returns
    -------
    matplotlib.axes.Axes
        A stacked bar per week. One that towers over all others is cut and says its amount.

    Examples
    --------
    >>> refunds = pd.DataFrame({"refund_id": ["1", "2"], "amount": [10.10, 20.20],
    ...     "payee_id": "98-765432100", "document_number": ["A", "B"],
    ...     "refund_date": pd.to_datetime(["2026-03-02", "2026-03-09"]), "check_or_ach": ["ACH", None],
    ...     "refund_secondary_status": ["Treasury Issued", "Reject No ACH"]})
    >>> [text.get_text() for text in by_week(refunds).get_legend().get_texts()]
    ['paid by ACH', 'no ACH on file']
    """
    return _stacked(weekly_amounts(refunds), "week", "Refunds by week", width=5.5, ax=ax)


def by_month(refunds: pd.DataFrame, *, ax: Axes | None = None) -> Axes:
    """Draw where the money is, by the month of the refund date; otherwise as :func:`by_week`."""
    return _stacked(monthly_amounts(refunds), "month", "Refunds by month", width=24.0, ax=ax)


def check_vs_ach(refunds: pd.DataFrame, *, ax: Axes | None = None) -> Axes:
    """Draw what Treasury issued by check and what by ACH, side by side for each month of the refund date.

    Parameters
    ----------
    refunds
        As for :func:`by_week`.
    ax
        Where to draw; a new figure, if None.

    Returns
    -------
    matplotlib.axes.Axes

    Notes
    -----
    Paper checks ended on 2026-02-06 except by waiver (EO 14247; 31 CFR 208.4). Issued is not received: CSMS 59949325 says
    that Treasury disbursed it. The amount that is printed without a method is named below.

    Examples
    --------
    >>> refunds = pd.DataFrame({"refund_id": ["1", "2"], "amount": [10.10, 20.20],
    ...     "payee_id": "98-765432100", "document_number": ["A", "B"],
    ...     "refund_date": pd.to_datetime(["2026-01-05", "2026-03-09"]), "check_or_ach": ["Check", "ACH"],
    ...     "refund_secondary_status": "Treasury Issued"})
    >>> [[float(bar.get_height()) for bar in bars] for bars in check_vs_ach(refunds).containers]
    [[10.1, 0.0], [0.0, 20.2]]
    """
    months = monthly_amounts(refunds).dropna(subset="month")
    ax = _prepared(ax, "Issued by check and by ACH", months)
    for place, column in enumerate(("check_amount", "ach_amount")):
        days = months["month"] + pd.Timedelta(days=12 * place - 12)
        label = _PARTS[column]
        ax.bar(days, months[column], width=11.0, align="edge", color=COLORS[label], label=label)
    unstated = round(float(months["not_stated_amount"].sum()), 2)
    note = f"\nnot shown: {short_money(unstated)}, method not stated" if unstated else ""
    return _over_time(ax, months["month"], months[["check_amount", "ach_amount"]].max(axis=1), note)


def where_the_money_is(by_disposition: pd.DataFrame, *, ax: Axes | None = None) -> Axes:
    """Draw every dollar in its one place.

    Parameters
    ----------
    by_disposition
        From :func:`rev603.by_disposition`: ``disposition`` and ``amount``; also where it has a further key, whose
        amounts are then added up.
    ax
        Where to draw; a new figure, if None.

    Returns
    -------
    matplotlib.axes.Axes

    Examples
    --------
    >>> told = pd.DataFrame({"disposition": ["paid by ACH", "no ACH on file"], "amount": [30.0, 12.5]})
    >>> [label.get_text() for label in where_the_money_is(told).get_yticklabels()]
    ['no ACH on file', 'paid by ACH']
    """
    _needs(by_disposition, ["disposition", "amount"])
    cents = (by_disposition["amount"] * 100).round()
    sums = cents.groupby(by_disposition["disposition"].astype("str")).sum() / 100
    sums = sums[sums != 0].reindex([name for name in reversed(COLORS) if sums.get(name)])
    ax = _prepared(ax, "Where the money is", sums)
    bars = ax.barh(sums.index, sums, color=[COLORS[name] for name in sums.index], height=0.7)
    ax.bar_label(bars, [short_money(amount) for amount in sums], fontsize="small", padding=3)
    ax.margins(x=0.12)
    return _money_axis(ax, "x")


def _stacked(groups: pd.DataFrame, key: str, title: str, *, width: float, ax: Axes | None) -> Axes:
    """Draw one bar per week or month."""
    known = groups.dropna(subset=key)
    ax = _prepared(ax, title, known)
    parts = known[[name for name in _PARTS if known[name].any()]].rename(columns=_PARTS)
    return _over_time(ax, known[key], _stack(ax.bar, known[key], parts, "bottom", width=width))


def _stack(draw: Any, places: Any, parts: pd.DataFrame, start: str, **how: Any) -> pd.Series:
    """Draw each amount upon the one before, a negative one below the line, and return how high they reach."""
    up = down = parts.sum(axis=1) * 0.0
    for label, amounts in parts.items():
        beginning = {start: up.where(amounts >= 0, down)}
        draw(places, amounts, color=COLORS[str(label)], label=label, **beginning, **how)
        up, down = up + amounts.clip(lower=0), down + amounts.clip(upper=0)
    return up


def _over_time(ax: Axes, dates: pd.Series, heights: pd.Series, note: str = "") -> Axes:
    """Finish an axis of weeks or months; cut bars that tower over the rest, and write their amounts where they are cut."""
    if dates.empty:
        return ax
    in_order = heights.sort_values(ascending=False, ignore_index=True)
    gaps = [at for at in range(1, min(len(in_order), 4)) if in_order[at - 1] > _TOWERS * in_order[at] > 0]
    if not gaps or len(in_order) < 4:
        ax.margins(y=0.18)
    else:
        top = float(in_order[gaps[-1]]) * 1.4
        ax.set_ylim(top=top)
        for place, height in zip(dates, heights, strict=True):
            if height > top:
                ax.annotate(
                    f"↑ {short_money(height)}", (place, top), xytext=(0, -3), textcoords="offset points",
                    ha="center", va="top", fontsize="small", fontweight="bold",
                    bbox={"boxstyle": "round,pad=0.2", "facecolor": ax.get_facecolor(), "edgecolor": "none", "alpha": 0.85},
                )  # fmt: skip
    form, inches, said = _DATES[str(dates.name)]
    room = max(1, int(ax.get_window_extent().width / ax.figure.dpi / inches))
    ax.set_xticks(dates.iloc[:: -(-len(dates) // room)])
    ax.set_xlabel(f"refund date, {said}{note}")
    ax.legend(frameon=False, fontsize="small", ncols=4, loc="lower left", bbox_to_anchor=(0, 1.0))
    ax.set_title(ax.get_title(loc="left"), loc="left", fontweight="bold", pad=34)
    _dates_below(ax, form)
    return _money_axis(ax, "y")


def age_bands(stuck: pd.DataFrame, *, ax: Axes | None = None) -> Axes:
    """Draw how much has waited how long.

    Parameters
    ----------
    stuck
        Lines with ``age_band`` and ``amount``: ``WeeklySummary.stuck``, or from :func:`rev603.ageing`.
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
    bands = by_age_band(stuck)
    ax = _prepared(ax, "Stuck amount by days waiting", stuck)
    if stuck.empty:
        return ax
    bars = ax.bar(bands["age_band"].fillna("no date"), bands["amount"], color=_STUCK, width=0.7)
    lines = [plural(number, "line") if number else "" for number in bands["lines"]]
    ax.bar_label(bars, lines, fontsize="small", padding=2)
    ax.set_xlabel("days since the refund date")
    ax.margins(y=0.15)
    return _money_axis(ax, "y")


def largest_payees(
    by_payee: pd.DataFrame, *, ax: Axes | None = None, top: int = 10, mask: Mask = "ssn"
) -> Axes:
    r"""Draw whose refunds are stuck: the payees with the most rejected and returned.

    Parameters
    ----------
    by_payee
        From :func:`rev603.by_payee`: ``payee_id company_name rejected_amount returned_amount``.
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
    ...     "rejected_amount": [20.20], "returned_amount": [0.0]})
    >>> [label.get_text() for label in largest_payees(payees).get_yticklabels()]
    ['Example Imports LLC\n98-765432100']
    """
    _needs(by_payee, ["payee_id", "company_name", "rejected_amount", "returned_amount"])
    stuck = by_payee["rejected_amount"] + by_payee["returned_amount"]
    largest = by_payee.assign(stuck=stuck)[stuck > 0].nlargest(top, "stuck", keep="first")
    ax = _prepared(ax, "Payees with the most stuck", largest)
    shown = mask_frame(largest.iloc[::-1], mask)
    pairs = zip(shown["company_name"], shown["payee_id"], strict=True)
    parts = shown[["rejected_amount", "returned_amount"]].rename(columns=_PARTS)
    _stack(ax.barh, range(len(shown)), parts.loc[:, parts.any()], "left", height=0.7)
    if parts["returned"].any():
        ax.legend(frameon=False, fontsize="small", loc="lower right")
    ax.set_yticks(
        range(len(shown)), [f"{_short(name)}\n{_short(number)}" for name, number in pairs], fontsize="small"
    )
    return _money_axis(ax, "x")


def _needs(frame: pd.DataFrame, columns: Iterable[str]) -> None:
    if not isinstance(frame, pd.DataFrame):
        raise no_frame(frame, "the frame that a weekly summary has, such as summary.trend")
    if missing := [name for name in columns if name not in frame]:
        raise ColumnsMissingError(missing, found=[str(name) for name in frame.columns])


def _prepared(ax: Axes | None, title: str, data: pd.DataFrame | pd.Series) -> Axes:
    """Return the axes with their title, and say so where there is nothing to draw."""
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
    if data.empty:
        ax.text(0.5, 0.5, "nothing to show", ha="center", va="center", transform=ax.transAxes, alpha=0.7)
        ax.set_xticks([])
        ax.set_yticks([])
    return ax


def _money_axis(ax: Axes, which: str) -> Axes:
    axis = ax.yaxis if which == "y" else ax.xaxis
    axis.set_major_formatter(lambda amount, _: short_money(amount))
    ax.grid(visible=True, axis="y" if which == "y" else "x", alpha=0.3)
    ax.set_axisbelow(True)
    return ax


def _dates_below(ax: Axes, form: str = "%m/%d/%y") -> None:
    from matplotlib.dates import DateFormatter  # noqa: PLC0415 - only an extra installs it

    ax.xaxis.set_major_formatter(DateFormatter(form))  # type: ignore[no-untyped-call] # theirs


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
    return cut(one_line(text).replace("$", r"\$")) if isinstance(text, str) else "(none)"
