"""What differs between two states of the same refunds, one line per key."""

from __future__ import annotations

from typing import Any, cast

import narwhals as nw
import numpy as np
import pandas as pd
from narwhals.typing import IntoFrameT

from rev603._columns import Mask, Numbers, key_codes
from rev603.analysis._frames import like, open_frame, to_pandas, whole_cents
from rev603.analysis._text import status_text
from rev603.analysis.disposition import with_disposition
from rev603.identifiers.refund_key import IDENTITY, KEY, plain, with_identity
from rev603.vocabulary.statuses import SUPERSEDED

#: A word for each kind of change, and the column that it is read from.
_SETS = {"status": "refund_secondary_status", "method": "check_or_ach", "number": "check_or_trace_number"}
_KINDS = ("status", "amount", "method", "number")
_NAMES = ("company_name", "care_of")
_NEEDED = (*KEY, *_NAMES, *_SETS.values(), "amount")
#: What tells, where it is there, that a line is superseded, and that spellings are of one refund.
_TELLING = ("refund_date", "report_date", "total_refund_amount", "source_file")
_JOIN = " + "
_BLANK = "(blank)"


def changes(before: IntoFrameT, after: IntoFrameT) -> IntoFrameT:
    """Compare two states of refunds and return one line for each key that differs.

    Parameters
    ----------
    before, after
        Refund lines of two states, such as two reports, or :func:`rev603.current` of two histories:
        frames with ``payee_id refund_id document_number company_name care_of refund_secondary_status
        amount check_or_ach check_or_trace_number``, of any engine. The lines of a key (payee, refund,
        document) are taken together.

    Returns
    -------
    frame
        ``payee_id refund_id document_number company_name care_of change``, then ``lines``, ``status``,
        ``amount`` (dollars), ``method`` and ``number``, each with ``_before`` and ``_after``; ordered
        by key. ``change`` is ``new`` (only in ``after``), ``gone`` (only in ``before``), or what
        differs, joined by ``+``: ``status``, ``amount``, ``method``, ``number``. Where a key's lines
        have several statuses, methods or numbers, they are joined by ``+``, a missing one among them
        written ``(blank)``. What is superseded counts as a line and adds nothing to the amount.

    Raises
    ------
    ColumnsMissingError
        Without one of those columns.

    Notes
    -----
    Text is compared without regard to case and spacing. pandas does the work: frames of other engines are
    brought there and back.

    Examples
    --------
    >>> refund = {"payee_id": ["98-765432100"], "refund_id": ["1"], "document_number": ["A"],
    ...     "amount": [10.10], "company_name": ["Example LLC"], "care_of": ["Example Brokers Inc"]}
    >>> before = pd.DataFrame({**refund, "refund_secondary_status": ["Reject No ACH"],
    ...     "check_or_ach": pd.Series([None], dtype="str"),
    ...     "check_or_trace_number": pd.Series([None], dtype="str")})
    >>> after = pd.DataFrame({**refund, "refund_secondary_status": ["Check/ACH Reissued"],
    ...     "check_or_ach": ["ACH"], "check_or_trace_number": ["0713404"]})
    >>> changes(before, after)[["change", "status_before", "status_after", "amount_after"]]
                       change  status_before        status_after  amount_after
    0  status+method+number  Reject No ACH  Check/ACH Reissued          10.1
    """
    sides = [_lines(frame) for frame in (before, after)]
    lines: pd.DataFrame = with_identity(nw.from_native(pd.concat(sides, ignore_index=True))).to_native()
    answer = compared(lines, np.repeat([0, 1], [len(part) for part in sides]))
    return cast("IntoFrameT", like(answer, after))


def compared(lines: pd.DataFrame, side: Numbers) -> pd.DataFrame:
    """Return what differs between the lines of side 0 and of side 1, all with their identity and disposition."""
    texts = (status_text(column).alias(f"_{kind}") for kind, column in _SETS.items())
    lines = nw.from_native(lines).with_columns(*texts).to_native()
    lines["_cents"] = whole_cents(lines["amount"]).where(lines["disposition"] != SUPERSEDED, 0)
    codes = key_codes(lines, IDENTITY)
    count = int(codes.max(initial=-1)) + 1
    place = codes * 2 + side  # two places per key: before, after
    sums = lines.groupby(place)["_cents"].agg(["size", "sum"]).reindex(range(2 * count), fill_value=0)
    number, cents_ = sums["size"].to_numpy(), sums["sum"].to_numpy()
    there = (number > 0).reshape(count, 2)
    both: Mask = there[:, 0] & there[:, 1]
    values: dict[str, Any] = {"lines": number, "amount": np.where(number > 0, cents_ / 100, np.nan)}
    differs: dict[str, Mask] = {"amount": both & (cents_[::2] != cents_[1::2])}
    for kind, column in _SETS.items():
        values[kind], differs[kind] = _sets(lines[column], lines[f"_{kind}"], place, both)

    change = np.full(count, "", dtype=object)
    for kind in _KINDS:
        change[differs[kind]] += np.where(change[differs[kind]] == "", kind, f"+{kind}")
    change[~there[:, 0]] = "new"
    change[~there[:, 1]] = "gone"
    keep = change != ""

    # a key's names come from its first line of the later side
    first = lines.assign(_key=codes, _side=-side).sort_values(["_key", "_side"], kind="stable")
    answer = first.drop_duplicates("_key")[[*KEY, *_NAMES]][keep].reset_index(drop=True)
    answer["change"] = pd.Series(change[keep], dtype="str")
    for name in ("lines", "status", "amount", "method", "number"):
        for which, label in enumerate(("before", "after")):
            own = values[name][which::2][keep]
            answer[f"{name}_{label}"] = pd.Series(own, dtype="str") if name in _SETS else own
    ordered: pd.DataFrame = answer.sort_values(list(KEY), ignore_index=True, na_position="last")
    return ordered


def _lines(native: Any) -> pd.DataFrame:
    """Return the lines as pandas, with their disposition among themselves."""
    names = open_frame(native, _NEEDED).collect_schema().names()
    frame = to_pandas(native, [*_NEEDED, *(name for name in _TELLING if name in names)])
    told: pd.DataFrame = plain(with_disposition(nw.from_native(frame))).to_native()
    told.attrs = {}
    return told


def _sets(text: pd.Series[Any], key: pd.Series[Any], place: Numbers, both: Mask) -> tuple[Any, Mask]:
    """Return the different texts of each place, joined, and for each key whether before and after differ."""
    found = pd.DataFrame({"place": place, "key": key, "text": text})
    found = found.sort_values("text", kind="stable", na_position="last").drop_duplicates(["place", "key"])
    # before and after are the same set if each member of it is there twice
    twice = found.assign(pair=found["place"] // 2).duplicated(["pair", "key"], keep=False)
    odd = np.isin(np.arange(len(both)), found["place"][~twice] // 2)
    several = found.duplicated("place", keep=False)
    many = found[several].fillna({"text": _BLANK}).sort_values(["place", "text"])
    joined = many.groupby("place")["text"].agg(_JOIN.join)
    shown = pd.concat([found[~several].set_index("place")["text"], joined]).reindex(range(2 * len(both)))
    return shown.to_numpy(object), odd & both
