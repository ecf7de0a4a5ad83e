"""One line per group of refund lines: by payee, importer, notify party, method, time, and where the money is."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import narwhals as nw
import pandas as pd
from narwhals.typing import IntoFrameT

from rev603._columns import in_arrow
from rev603.analysis._frames import cents, dollars, open_frame
from rev603.analysis._text import choose, name_key, status_text
from rev603.analysis.disposition import with_disposition
from rev603.errors import check_type
from rev603.identifiers.refund_key import IDENTITY, KEY, OWN, PAYEE_KEY, REFUND_KEY, with_identity
from rev603.vocabulary import statuses
from rev603.vocabulary.headings import REFUND_COLUMNS

#: Each amount of a group, and the dispositions whose money it is; together they are the whole.
_PARTS = {
    "ach_amount": statuses.PAID_BY_ACH,
    "check_amount": statuses.PAID_BY_CHECK,
    "not_stated_amount": statuses.PAID_NOT_STATED,
    "in_transit_amount": statuses.IN_TRANSIT,
    "rejected_amount": statuses.NO_ACH,
    "returned_amount": statuses.RETURNED,
    "diverted_amount": statuses.APPLIED_TO_DEBT,
    "unknown_amount": statuses.UNKNOWN_STATUS,
}
_COUNTED = {
    "rejected_lines": statuses.NO_ACH,
    "returned_lines": statuses.RETURNED,
    "superseded_lines": statuses.SUPERSEDED,
}
_AMOUNTS = ("amount", *_PARTS)
_FIGURES = ("lines", "refunds", *_AMOUNTS, *_COUNTED, "first_refund_date", "last_refund_date")

#: Keys that are told from other columns.
_TOLD = ("importer", "week", "month", "method", "disposition")
#: Keys whose spelling does not matter.
_SPELLINGS = ("payee_id", "company_name", "care_of")
_NEEDED = (*KEY, "refund_date", "amount", "refund_secondary_status", "check_or_ach")
_IN_REPORT = (*(column.name for column in REFUND_COLUMNS), "amount")
_SEEN = f"{OWN}seen"
_IRS_NUMBER = "^[0-9]{2}-[0-9]{7}[0-9A-Z]{2}$"


def by_payee(refunds: IntoFrameT) -> IntoFrameT:
    """Return one line per payee, importer number with its suffix and name, with counts and sums.

    Parameters
    ----------
    refunds
        A frame with ``payee_id company_name refund_id document_number refund_date amount
        refund_secondary_status check_or_ach``: pandas, Polars, a DuckDB relation or PySpark.

    Returns
    -------
    frame
        One line per ``payee_id`` and ``company_name``, largest amount first, with the figures that all
        groups have:

        - ``lines``, and ``refunds``: different refund numbers;
        - ``amount``, in dollars exact to the cent, and its parts, one for each disposition
          (:func:`rev603.flag_rejects`): ``ach_amount check_amount not_stated_amount in_transit_amount
          rejected_amount returned_amount diverted_amount unknown_amount``. They add up to ``amount``; a
          superseded line adds nothing;
        - ``rejected_lines returned_lines superseded_lines``;
        - ``first_refund_date last_refund_date``.

        Suffixes are kept apart, because each number with its suffix is enrolled for ACH on its own. A
        number, or a name, in two spellings is one line, in the newest spelling; a payee under two names is
        two lines. A missing number or name is a group of its own.

    Raises
    ------
    ColumnsMissingError
        Without one of those columns.

    Examples
    --------
    >>> refunds = pd.DataFrame({"refund_id": ["1", "2", "3"], "amount": [10.10, 20.20, 5.00],
    ...     "payee_id": ["12-3456789AB", "12-345678900", "12-3456789AB"], "company_name": "Example LLC",
    ...     "document_number": "A",
    ...     "refund_date": pd.to_datetime(["2026-03-02", "2026-03-02", "2026-03-09"]),
    ...     "refund_secondary_status": ["Treasury Issued", "Reject No ACH", "Treasury Issued"],
    ...     "check_or_ach": ["ACH", None, "ACH"]})
    >>> by_payee(refunds)[["payee_id", "lines", "amount", "ach_amount", "rejected_amount"]]
           payee_id  lines  amount  ach_amount  rejected_amount
    0  12-345678900      1    20.2         0.0             20.2
    1  12-3456789AB      2    15.1        15.1              0.0
    """
    return _grouped(refunds, ["payee_id", "company_name"])


def by_importer(refunds: IntoFrameT) -> IntoFrameT:
    """Return one line per importer of record, all suffixes of its number together; otherwise as :func:`by_payee`.

    The names are not asked for. The ``importer`` is written ``NN-NNNNNNN``; the numbers of persons, and those that CBP
    assigned, have no suffixes and stand as they are.

    Examples
    --------
    >>> refunds = pd.DataFrame({"refund_id": ["1", "2", "3"], "amount": [10.10, 20.20, 5.00],
    ...     "payee_id": ["12-3456789AB", "12-345678900", "012699-00017"], "document_number": "A",
    ...     "refund_date": pd.Timestamp("2026-03-02"), "refund_secondary_status": "Treasury Issued",
    ...     "check_or_ach": "ACH"})
    >>> by_importer(refunds)[["importer", "lines", "amount"]]
           importer  lines  amount
    0    12-3456789      2    30.3
    1  012699-00017      1     5.0
    """
    return _grouped(refunds, ["importer"])


def by_notify_party(refunds: IntoFrameT) -> IntoFrameT:
    """Return one line per notify party, the report's C/O, with counts and sums.

    Parameters
    ----------
    refunds
        As for :func:`by_payee`, with ``care_of`` in place of the company's name.

    Returns
    -------
    frame
        One line per ``care_of``, largest amount first, with the figures of :func:`by_payee`. Spellings
        that differ in case, spacing and punctuation only are one line, in the newest of them. The line
        with a missing ``care_of`` holds what goes to payees directly.

    Raises
    ------
    ColumnsMissingError
        Without one of those columns.

    Notes
    -----
    C/O names the party on the importer's CBP Form 4811 to whom refunds are sent "in care of" (19 CFR
    24.36(a)); it is not the country of origin.

    Examples
    --------
    >>> refunds = pd.DataFrame({"refund_id": ["1", "2", "3"], "amount": [10.10, 20.20, 0.05],
    ...     "care_of": pd.Series(["EXAMPLE BROKERS, INC.", None, "Example Brokers Inc"], dtype="str"),
    ...     "payee_id": "98-765432100", "document_number": "A",
    ...     "refund_date": pd.to_datetime(["2026-03-02", "2026-03-02", "2026-03-09"]),
    ...     "refund_secondary_status": ["Treasury Issued", "Reject No ACH", "Treasury Issued"],
    ...     "check_or_ach": ["ACH", None, "ACH"]})
    >>> by_notify_party(refunds)[["care_of", "lines", "ach_amount", "rejected_amount"]]
                   care_of  lines  ach_amount  rejected_amount
    0                  NaN      1        0.00             20.2
    1  Example Brokers Inc      2       10.15              0.0
    """
    return _grouped(refunds, ["care_of"])


def held_for_importers(refunds: IntoFrameT) -> IntoFrameT:
    """Return what each notify party receives, and for which importer: its pass-through list.

    One line per ``care_of``, ``payee_id`` and ``company_name``, otherwise as :func:`by_payee`; ``ach_amount`` and
    ``check_amount`` are what the notify party has received. Lines without a notify party are left out.

    Examples
    --------
    >>> refunds = pd.DataFrame({"refund_id": ["1", "2"], "amount": [10.10, 20.20], "payee_id": "98-765432100",
    ...     "company_name": "Example LLC", "care_of": pd.Series(["Example Brokers Inc", None], dtype="str"),
    ...     "document_number": "A", "refund_date": pd.Timestamp("2026-03-02"),
    ...     "refund_secondary_status": "Treasury Issued", "check_or_ach": "ACH"})
    >>> held_for_importers(refunds)[["care_of", "payee_id", "ach_amount"]]
                   care_of      payee_id  ach_amount
    0  Example Brokers Inc  98-765432100        10.1
    """
    frame: Any = open_frame(refunds, ["care_of"])
    native: IntoFrameT = frame.filter(~nw.col("care_of").is_null()).to_native()
    return _grouped(native, ["care_of", "payee_id", "company_name"])


def by_method(refunds: IntoFrameT) -> IntoFrameT:
    """Return one line per ``method`` that the report prints (``ACH``, ``Check``, or missing); otherwise as :func:`by_payee`.

    The names are not asked for.

    Examples
    --------
    >>> refunds = pd.DataFrame({"payee_id": "98-765432100", "refund_id": ["1", "2", "3"],
    ...     "document_number": "A", "amount": [10.10, 20.20, 5.00], "refund_date": pd.Timestamp("2026-03-02"),
    ...     "refund_secondary_status": ["Treasury Issued", "Reject No ACH", "Check/ACH Returned"],
    ...     "check_or_ach": ["ACH", None, "ACH"]})
    >>> by_method(refunds)[["method", "lines", "amount", "ach_amount", "rejected_amount", "returned_amount"]]
      method  lines  amount  ach_amount  rejected_amount  returned_amount
    0    NaN      1    20.2         0.0             20.2              0.0
    1    ACH      2    15.1        10.1              0.0              5.0
    """
    return _grouped(refunds, ["method"])


def by_week(refunds: IntoFrameT) -> IntoFrameT:
    """Return one line per ``week`` of the refund date (its Monday), in order; otherwise as :func:`by_payee`.

    The names are not asked for. Lines without a date come last. Entries liquidate on Fridays and refunds originate
    early in the week after, so the week is the rhythm.

    Examples
    --------
    >>> refunds = pd.DataFrame({"refund_id": ["1", "2", "3"], "amount": [10.10, 20.20, 5.00],
    ...     "payee_id": "98-765432100", "document_number": "A",
    ...     "refund_date": pd.to_datetime(["2026-03-02", "2026-03-08", "2026-03-09"]),
    ...     "refund_secondary_status": ["Treasury Issued", "Reject No ACH", "Treasury Issued"],
    ...     "check_or_ach": ["ACH", None, "ACH"]})
    >>> by_week(refunds)[["week", "lines", "ach_amount", "rejected_amount"]]
            week  lines  ach_amount  rejected_amount
    0 2026-03-02      2        10.1             20.2
    1 2026-03-09      1         5.0              0.0
    """
    return _grouped(refunds, ["week"], by_key=True)


def by_month(refunds: IntoFrameT) -> IntoFrameT:
    """Return one line per ``month`` of the refund date (its first day); otherwise as :func:`by_week`."""
    return _grouped(refunds, ["month"], by_key=True)


def by_disposition(refunds: IntoFrameT, *, by: str | Sequence[str] | None = None) -> IntoFrameT:
    """Return where every dollar is: one line per disposition, and per value of whatever else is asked for.

    Parameters
    ----------
    refunds
        A frame with ``payee_id refund_id document_number refund_date amount refund_secondary_status
        check_or_ach``, of any engine.
    by
        A column, or several, to split it by: any of the frame's, or ``importer`` (all suffixes of a payee
        number together), ``week`` (its Monday) or ``month`` (its first day) of the refund date, ``method``
        as printed.

    Returns
    -------
    frame
        The columns of ``by``, then ``disposition lines refunds amount``, for each that occurs: ordered by
        the columns of ``by``, then as :func:`rev603.flag_rejects` lists the dispositions. The amounts add
        up to the whole, to the cent; ``superseded`` counts lines and has the amount 0.

    Raises
    ------
    ColumnsMissingError
        Without one of those columns.

    Examples
    --------
    >>> refunds = pd.DataFrame({"payee_id": "98-765432100", "refund_id": ["1", "1", "2"], "amount": 10.10,
    ...     "document_number": "A", "check_or_ach": ["ACH", "ACH", None], "filer_code": "0A1",
    ...     "refund_date": pd.Timestamp("2026-03-02"),
    ...     "refund_secondary_status": ["Check/ACH Returned", "Check/ACH Reissued", "Reject No ACH"]})
    >>> by_disposition(refunds)
            disposition  lines  refunds  amount
    0       paid by ACH      1        1    10.1
    1    no ACH on file      1        1    10.1
    2        superseded      1        1     0.0
    >>> by_disposition(refunds, by=["filer_code", "week"]).columns.tolist()
    ['filer_code', 'week', 'disposition', 'lines', 'refunds', 'amount']
    """
    keys = [by] if isinstance(by, str) else list(by) if isinstance(by, Sequence) else []
    check_type("by", by, Sequence | None, 'by="filer_code", or several in a list')
    for key in keys:
        check_type("by", key, str, 'by="filer_code", or several in a list')
    return _grouped(refunds, [*keys, "disposition"], figures=("lines", "refunds", "amount"), by_key=True)


def _grouped(
    refunds: IntoFrameT, keys: Sequence[str], *, figures: Sequence[str] = _FIGURES, by_key: bool = False
) -> IntoFrameT:
    """Return one line per group, with these figures, largest amount first; a missing key is a group of its own.

    Parameters
    ----------
    refunds
        A frame with ``payee_id refund_id document_number refund_date amount refund_secondary_status check_or_ach``.
    keys
        Columns; also ``importer`` (the payee number without its suffix), ``week`` (its Monday) and ``month`` (its
        first day) of the refund date, ``method`` as printed, ``disposition``. Spellings of one payee, and of one
        company or C/O name, are one group, shown as the newest report (or refund) spells it.
    by_key
        Order the groups by their keys instead of their amounts.
    """
    needed = dict.fromkeys([*_NEEDED, *(key for key in keys if key not in _TOLD)])
    frame = with_identity(with_disposition(open_frame(refunds, needed)))
    names = frame.collect_schema().names()
    # a column of the user's own may hold what Arrow cannot
    in_between = isinstance(refunds, pd.DataFrame) and {*needed} <= {*_IN_REPORT}
    if in_between:
        used = [name for name in (*needed, "report_date", *IDENTITY, "disposition") if name in names]
        frame = in_arrow(frame.select(used).to_native())
    frame = _with_keys(frame, keys)
    own = [f"{OWN}by_{key}" for key in keys]
    disposition = nw.col("disposition")
    amount = nw.when(disposition == statuses.SUPERSEDED).then(nw.lit(0)).otherwise(nw.col("amount"))
    lines = frame.with_columns(amount=cents("amount")).with_columns(
        amount=amount.cast(nw.Int64),
        **{name: (disposition == what).cast(nw.Int64) for name, what in _COUNTED.items()},
    )
    lines = lines.with_columns(
        **{
            name: nw.when(disposition == what).then(nw.col("amount")).otherwise(nw.lit(0)).cast(nw.Int64)
            for name, what in _PARTS.items()
        },
        # a missing refund number is no refund
        **{f"{OWN}without": (nw.col(REFUND_KEY) == "").cast(nw.Int64)},
    )
    groups = lines.group_by(*own).agg(
        nw.len().alias("lines"),
        nw.col(REFUND_KEY).n_unique().alias("refunds"),
        nw.col(f"{OWN}without").max(),
        *(nw.col(name).sum() for name in (*_AMOUNTS, *_COUNTED)),
        nw.col("refund_date").min().alias("first_refund_date"),
        nw.col("refund_date").max().alias("last_refund_date"),
    )
    for key, by in zip(keys, own, strict=True):
        groups = _spelled(groups, frame, key, by)
    answer = groups.with_columns(
        *(dollars(nw.col(name)).alias(name) for name in _AMOUNTS),
        nw.col("lines", *_COUNTED).cast(nw.Int64),
        refunds=nw.col("refunds").cast(nw.Int64) - nw.col(f"{OWN}without").cast(nw.Int64),
    )
    order = [f"{OWN}place" if key == "disposition" else key for key in keys]
    if "disposition" in keys:
        places = [(disposition == name, nw.lit(place)) for place, name in enumerate(statuses.DISPOSITIONS)]
        answer = answer.with_columns(choose(places, nw.lit(len(places))).alias(f"{OWN}place"))
    order = order if by_key else ["amount", *order]
    ordered = answer.sort(*order, descending=[name == "amount" for name in order], nulls_last=True)
    answer = ordered.select(*keys, *figures)
    native: IntoFrameT = answer.to_pandas() if in_between else nw.maybe_reset_index(answer).to_native()
    return native


def _with_keys(frame: Any, keys: Sequence[str]) -> Any:
    """Add a column ``__rev603_by_…`` for each key."""
    payee, date = nw.col(PAYEE_KEY), nw.col("refund_date").cast(nw.Datetime("us"))
    importer = nw.when(payee.str.contains(_IRS_NUMBER)).then(payee.str.slice(0, 10)).otherwise(payee)
    methods = [(status_text("check_or_ach") == text, nw.lit(name)) for text, name in statuses.METHODS.items()]
    told = {
        "payee_id": payee,
        "company_name": name_key("company_name"),
        "care_of": name_key("care_of"),
        "importer": nw.when(payee != "").then(importer),
        "week": _monday(date),
        "month": date.dt.truncate("1mo"),
        "method": choose(methods, nw.lit(None).cast(nw.String)),
    }
    return frame.with_columns(told.get(key, nw.col(key)).alias(f"{OWN}by_{key}") for key in keys)


def _monday(date: nw.Expr) -> nw.Expr:
    """Return the Monday of a date's week; narwhals truncates to days and months only."""
    day = date.dt.truncate("1d").cast(nw.Datetime("us"))  # a DATE to DuckDB, which offsets times only
    weekday = date.dt.weekday() % 7  # a Sunday is 7, on PySpark 0
    later = [(weekday == place % 7, day.dt.offset_by(f"-{place - 1}d")) for place in range(2, 8)]
    return choose(later, day)


def _spelled(groups: Any, frame: Any, key: str, by: str) -> Any:
    """Give the key of each group in its newest spelling; where a key has one spelling only, it is that."""
    if key not in _SPELLINGS:
        return groups.rename({by: key})
    names = frame.collect_schema().names()
    seen = nw.col("report_date" if "report_date" in names else "refund_date").cast(nw.Datetime("us"))
    spellings = frame.with_columns(seen.alias(_SEEN)).group_by(by, key).agg(nw.col(_SEEN).max())
    newest = nw.col(_SEEN).max().over(by)
    of_newest = spellings.filter((nw.col(_SEEN) == newest) | newest.is_null())
    return groups.join(of_newest.group_by(by).agg(nw.col(key).max()), on=by, how="left")
