"""The block of labeled figures, and control totals: does what was read add up to it, and what is a line."""

from __future__ import annotations

import datetime as dt
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Literal

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from rev603._columns import Mask, Numbers, key_codes
from rev603.reading.amounts import amount_in_cents
from rev603.reading.dates import could_be_a_date
from rev603.reading.layout import ENOUGH, Line
from rev603.vocabulary.headings import HEADER_BLOCK, REFUND_COLUMNS, alias_table, heading_key
from rev603.vocabulary.statuses import REJECTED, RETURNED, state_of

Grain = Literal["line", "refund"]
_REFUND = ["payee_id", "refund_id"]
_PAYMENT = [*_REFUND, "refund_date", "refund_secondary_status", "check_or_trace_number"]
#: Where all payments of a refund are one amount, one that did not arrive bears it only if no other does.
_BEARS_LATER = {RETURNED: 1, REJECTED: 2}
_LABELS = {heading_key(text): name for name, texts in HEADER_BLOCK.items() for text in texts}
#: Call-outs of CBP's picture, which point at two columns; they are no figures.
_CALL_OUTS = frozenset({heading_key("Entry Number"), heading_key("C/O is the 4811 Party")})


@dataclass(frozen=True, slots=True)
class Figure:
    """A figure of the header block: its text (missing where the label stands alone), and where."""

    text: str | None
    line: int
    column: int


@dataclass(frozen=True, slots=True)
class Header:
    """What the block above the table states; None where it does not.

    Attributes
    ----------
    report_date
        "Today's Date".
    total_refunds
        "Total Refunds": a count, of lines or of refunds.
    total_refund_amount
        "Total Refund Amount", dollars.
    """

    report_date: dt.date | None = None
    total_refunds: int | None = None
    total_refund_amount: float | None = None


@dataclass(frozen=True, slots=True)
class Control:
    """The stated totals beside those of the lines that were read.

    Attributes
    ----------
    grain
        ``line``: each line has its own amount. ``refund``: the refund's amount stands on each of its
        documents and counts once.
    ties_out
        True where every stated total is met, False where one is not, None where none is stated.
    stated_refunds, stated_amount
        From the header block.
    found_lines, found_refunds, found_amount
        From the lines: their count, the distinct refunds, and dollars that add up under ``grain``.
    """

    grain: Grain
    ties_out: bool | None
    stated_refunds: int | None
    stated_amount: float | None
    found_lines: int
    found_refunds: int
    found_amount: float

    @property
    def difference(self) -> float | None:
        """Dollars found minus dollars stated."""
        if self.stated_amount is None:
            return None
        return (round(self.found_amount * 100) - round(self.stated_amount * 100)) / 100


@dataclass(frozen=True, slots=True)
class Counted:
    """The outcome of :func:`control_totals`."""

    control: Control
    #: what adds up, line by line
    cents: Numbers
    #: how many lines show an amount that may be another line's, where no total tells
    ambiguous: int
    #: the lines that are the same as an earlier one, in every column
    repeated: Numbers

    def dollars(self, frame: pd.DataFrame) -> NDArray[np.float64]:
        """Return what adds up in dollars, missing where no amount is printed."""
        return np.where(frame["total_refund_amount"].isna(), np.nan, self.cents / 100)


def read_block(lines: Sequence[Line]) -> tuple[dict[str, Figure], set[int]]:
    """Read labeled figures, and which lines they take; the picture's call-outs and anything else are passed over.

    A figure stands to the right of its label, before the next label; or in the label's own cell behind a
    colon; or right below it.
    """
    headings = alias_table(REFUND_COLUMNS).keys()
    figures: dict[str, Figure] = {}
    used: set[int] = set()
    for at, line in enumerate(lines):
        if len({heading_key(cell) for cell in line if cell} & headings) >= ENOUGH:
            continue  # headings of another table, of which Total Refund Amount is one
        for column, cell in enumerate(line):
            name, behind = _label(cell)
            if name is None:
                continue
            used.add(at)
            if behind:
                candidates = [Figure(behind, at, column)]
            else:
                candidates = _beside(line, at, column)
                below = lines[at + 1][column] if at + 1 < len(lines) else None
                if below and _readable(name, below):
                    candidates.append(Figure(below, at + 1, column))
            fitting = [each for each in candidates if _readable(name, each.text)]
            figure = next(iter([*fitting, *candidates]), Figure(None, at, column))
            used.add(figure.line)
            if name not in figures or (fitting and not _readable(name, figures[name].text)):
                figures[name] = figure
    return figures, used


def _label(cell: str | None) -> tuple[str | None, str]:
    """Return the name of a label, and what stands behind its colon in the same cell."""
    if cell and (name := _LABELS.get(heading_key(cell))):
        return name, ""
    label, _, behind = (cell or "").partition(":")
    return (_LABELS.get(heading_key(label)), behind.strip()) if behind.strip() else (None, "")


def _beside(line: Line, at: int, column: int) -> list[Figure]:
    found = []
    for place in range(column + 1, len(line)):
        text = line[place] or ""
        if {heading_key(text), heading_key(text.partition(":")[0])} & _LABELS.keys():
            break
        if text and heading_key(text) not in _CALL_OUTS:
            found.append(Figure(text, at, place))
    return found


def _readable(name: str, text: str | None) -> bool:
    """Return whether a text can be the figure of that name."""
    if text is None:
        return False
    if name == "report_date":
        return could_be_a_date(text)
    cents = amount_in_cents(text)
    return cents is not None and (name == "total_refund_amount" or cents % 100 == 0)


def control_totals(
    frame: pd.DataFrame, cents: Numbers, header: Header, *, grain: Grain | None = None
) -> Counted:
    """Decide what a line's amount stands for, and compare with the stated totals.

    Source: 87 FR 49600 (CBP consolidates refunds by refund number and payee); what a line of the report
    stands for is not documented, so the report's own totals decide. ``cents`` are the printed amounts, and ``grain`` is
    what the caller knows; else it is found out from the totals.
    """
    refunds = _refund_numbers(frame)
    count = int(refunds.max(initial=-1)) + 1
    twice, alike = _alike(refunds, cents)
    stated = None if header.total_refund_amount is None else round(header.total_refund_amount * 100)
    per_payment = per_refund = cents
    if grain == "refund" or (grain is None and stated != int(cents.sum())):
        some = frame[[*_PAYMENT, "document_number"]].iloc[alike]
        per_payment = _counted_once(some, cents, alike, _PAYMENT)
        # only a stated total can prove this reading
        per_refund = per_payment if stated is None else _counted_once(some, cents, alike, _REFUND)
    found, counting = _chosen(cents, per_payment, per_refund, stated, grain)
    checks = []
    if stated is not None:
        checks.append(stated == int(counting.sum()))
    if header.total_refunds is not None:
        checks.append(header.total_refunds in (len(frame), count))
    control = Control(
        grain=found,
        ties_out=all(checks) if checks else None,
        stated_refunds=header.total_refunds,
        stated_amount=header.total_refund_amount,
        found_lines=len(frame),
        found_refunds=count,
        found_amount=int(counting.sum()) / 100,
    )
    return Counted(
        control,
        counting,
        ambiguous=int((per_payment != cents).sum()) if grain is None and stated is None else 0,
        repeated=_repeated(frame, refunds, np.flatnonzero(twice)),
    )


def _refund_numbers(frame: pd.DataFrame) -> Numbers:
    """Return for each line its refund's number, from 0: refund number and payee make a refund.

    A line without a refund number is one of its own.
    """
    keys = frame[_REFUND]
    if (bare := frame["refund_id"].isna()).any():
        keys = keys.assign(line=np.where(bare, np.arange(len(frame)), -1))
    return key_codes(keys, list(keys.columns))


def _alike(refunds: Numbers, cents: Numbers) -> tuple[Mask, Numbers]:
    """Return which lines show an amount that their refund shows again, and the lines of such refunds: mostly few."""
    codes, amounts = pd.factorize(cents)
    twice = pd.Series(refunds * len(amounts) + codes).duplicated(keep=False).to_numpy(dtype=bool)
    repeating = np.zeros(int(refunds.max(initial=-1)) + 1, dtype=bool)
    repeating[refunds[twice]] = True
    return twice, np.flatnonzero(repeating[refunds])


def _repeated(frame: pd.DataFrame, refunds: Numbers, twice: Numbers) -> Numbers:
    """Return the lines that are the same as an earlier one in every column; their documents rule most of them out."""
    named = frame[["document_number"]].iloc[twice].assign(refund=refunds[twice])
    maybe: Numbers = twice[named.duplicated(keep=False).to_numpy(dtype=bool)]
    if not len(maybe):
        return maybe
    whole = frame.iloc[maybe].drop(columns=["source_file", "source_sheet", "source_row"])
    return np.asarray(maybe[whole.duplicated().to_numpy(dtype=bool)], dtype=np.int64)


def _counted_once(some: pd.DataFrame, cents: Numbers, alike: Numbers, keys: list[str]) -> Numbers:
    """Let one line bear an amount that all lines of a payment, or of a refund, show, and the others 0.

    A payment is a refund in one state: one that did not arrive and its reissue are two payments of one refund.
    The line of the smallest document bears the amount, whatever the order of lines; where all payments of a refund are
    taken together, not one of a payment that was returned or rejected, or the reissue would count as nothing.
    """
    if not len(some):
        return cents
    codes = some.groupby(keys, dropna=False, sort=False).ngroup().to_numpy()
    shown = pd.Series(cents[alike]).groupby(codes)
    same = (shown.transform("min") == shown.transform("max")).to_numpy()
    # each line another document, or the same in another state
    state = ["document_number", *(_PAYMENT[2:] if keys == _REFUND else [])]
    distinct = ~some[state].assign(code=codes).duplicated(keep=False)
    every = distinct.groupby(codes).transform("all").to_numpy()
    repeats = same & every & some["refund_id"].notna().to_numpy()
    status, texts = pd.factorize(some["refund_secondary_status"])
    ranks = [*(_BEARS_LATER.get(state_of(text), 0) for text in texts), 0]  # a missing status is the last
    later = np.array(ranks)[status]
    document = pd.factorize(some["document_number"], sort=True)[0]
    order = np.lexsort((np.arange(len(some)), document, later))
    others = np.empty(len(some), dtype=bool)
    others[order] = pd.Series(codes[order]).duplicated().to_numpy()
    once = cents.copy()
    once[alike[repeats & others]] = 0
    return once


def _chosen(
    per_line: Numbers, per_payment: Numbers, per_refund: Numbers, stated: int | None, grain: Grain | None
) -> tuple[Grain, Numbers]:
    """Take the reading that meets the stated total; each line its own where several or none do."""
    if grain == "line" or (grain is None and stated in (None, int(per_line.sum()))):
        return "line", per_line
    if stated == int(per_refund.sum()) != int(per_payment.sum()):
        return "refund", per_refund
    if grain == "refund" or stated == int(per_payment.sum()):
        return "refund", per_payment
    return "line", per_line
