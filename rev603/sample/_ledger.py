"""Invented payees, and their refunds with a course of life: when sent, paid, rejected, cured, returned and reissued.

Employer identification numbers start with prefixes that the IRS does not assign; numbers in the form of
a social security number use areas that are never issued (000, 666, 900-999, and there no group of an
ITIN); postal codes start with 00. Company and place names are put together from syllables.

A ledger knows the truth on every day; a report is what it shows on one day (see :func:`shown_on`).
"""

from __future__ import annotations

from functools import reduce
from typing import Any

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from rev603.identifiers import entry_number
from rev603.vocabulary.centers import CENTERS, PENDING
from rev603.vocabulary.reports import REV_603
from rev603.vocabulary.statuses import CHECKS_ENDED

Array = Any  # of numpy: its types for days and text differ between versions

CUTOVER = np.datetime64(CHECKS_ENDED, "D")

PAID, REJECTED, RETURNED, DIVERTED = range(4)

_NEVER = np.datetime64("9999-12-31")
_DAY = np.timedelta64(1, "D")
_FILERS = ("MYK", "605", "SP7", "0K4", "007", "9QX", "W0B", "31A", "BZ2", "08D")
_PORTS = ("0212", "0401", "0901", "0713", "1001", "1303", "2006", "2704", "3001", "3802", "4601", "5301")
_TEAMS = ("JBN", "JBO", "AEZ", "0R1", "C14", "607")
_EIN_PREFIXES = [f"{number:02}" for number in (7, 8, 9, 17, 18, 19, 28, 29, 49, 69, 70, 78, 79, 89, 96, 97)]
_HEADS = (
    "Quel", "Brin", "Tess", "Vesh", "Olm", "Dray", "Fenj", "Kest", "Lumb", "Yorv", "Pryz", "Zand", "Mivv", "Huxt",
)  # fmt: skip
_TAILS = (
    "quith", "zovar", "ambrel", "advane", "optora", "ixwell", "aggart", "endrix", "othovia", "ilkane", "uvorn",
)  # fmt: skip
_TRADES = (
    "Imports", "Trading", "Textiles", "Outdoor Goods", "Lighting", "Auto Parts", "Kitchenware", "Machinery", "Footwear",
    "Toys", "Bearings", "Home Furnishings", "Cycle Works", "Medical Supply", "Foods", "Tools",
)  # fmt: skip
_FORMS = ("LLC", "Inc.", "Corp.", "Co.", "Ltd.", "LP")
_STREETS = ("Harbor", "Depot", "Customs House", "Lantern", "Granary", "Foundry", "Ropewalk", "Millrace")
_STATES = ("TX", "CA", "NJ", "MI", "WA", "GA", "IL", "NY")
_NOTIFY = ("Customs Brokers", "Duty Recovery", "Clearance Services", "Trade Counsel")
#: Payees whose names readers stumble over, and whose numbers are not employer identification numbers.
_SPECIAL = (
    ("Total Refunds Recovery LLC", "97-603603600"),
    ("NA", "96-000603501"),
    ("Orla Ixwell", "000-12-3456"),
    ("Jory Quelquith", "666-45-6789"),
    ("Sanna Brinadvane", "987-12-6034"),
    ("Zandoptora Handels GmbH", "260212-00017"),
)


def _parties(rng: np.random.Generator, count: int) -> tuple[pd.DataFrame, Array]:
    """Invent so many payees, and who may be notified for them; about a third of the companies have several suffixes.

    Each payee has its company (payees of one differ by suffix only), how likely it gets a line, and in ``care_of`` "" where
    nobody is notified.
    """
    suffixes = rng.choice([1, 1, 2, 3], size=count)
    company = np.repeat(np.arange(count), suffixes)[:count]
    companies = int(company[-1]) + 1
    turn = np.arange(count) - np.searchsorted(company, company)  # first, second, third suffix

    serial = (rng.integers(10**7) + np.arange(companies) * 6_030_007) % 10**7
    stem = _joined(rng.choice(_EIN_PREFIXES, companies), "-", _digits(serial, 7))
    number = _joined(stem[company], np.array(["00", "01", "0A"])[turn])

    # mixed radix over the syllables: no two companies share a name until all have been used
    mixed = (rng.integers(10**6) + np.arange(companies) * 7919) % (len(_HEADS) * len(_TAILS) * len(_TRADES))
    head, rest = mixed % len(_HEADS), mixed // len(_HEADS)
    name = _joined(
        np.array(_HEADS)[head], np.array(_TAILS)[rest % len(_TAILS)], " ",
        np.array(_TRADES)[rest // len(_TAILS)], " ", rng.choice(_FORMS, companies),
    )[company]  # fmt: skip
    address = _joined(
        _digits(rng.integers(1, 9999, companies), 1), " ", rng.choice(_STREETS, companies), " St, Port ",
        rng.choice(_HEADS, companies), rng.choice(_TAILS, companies), ", ", rng.choice(_STATES, companies),
        " 00", _digits(rng.integers(1, 400, companies), 3),
    )[company]  # fmt: skip

    agents = _joined(rng.choice(_HEADS, 9), rng.choice(_TAILS, 9), " ", rng.choice(_NOTIFY, 9), " ", "LLC")
    care_of = np.where(rng.random(companies) < 0.25, rng.choice(agents, companies), "")[company]
    # a few payees get most of the lines
    weight = 1 / (4 + rng.permutation(count).astype(float))
    special = range(min(len(_SPECIAL), count // 2))
    number, name = number.astype(object), name.astype(object)
    for place in special:
        name[-1 - place], number[-1 - place] = _SPECIAL[place]
        company = np.where(np.arange(count) == count - 1 - place, companies + place, company)
    payees = {"payee_id": number, "company_name": name, "address": address, "care_of": care_of}
    return pd.DataFrame(payees).astype("str").assign(company=company, weight=weight / weight.sum()), agents


def _joined(*parts: Any) -> Array:
    add: Any = np.strings.add
    return reduce(add, parts, "")


def _digits(numbers: Any, width: int) -> Array:
    text = np.asarray(numbers).astype(str)
    return np.strings.zfill(text, width) if text.size else text


def at_least(share: float, count: int, least: int = 1) -> int:
    """Give a share of so many as a number, but no fewer than ``least`` where there are any to give."""
    return 0 if share <= 0 else min(count, max(least, round(share * count)))


def ledger(
    rng: np.random.Generator, *, lines: int, last_day: Array, weeks: int, reject_share: float
) -> pd.DataFrame:
    """Invent a ledger of so many lines, whose refunds went out in waves over so many weeks.

    To what never changes it adds the days on which something happens: ``turned_on`` is when a rejected line is cured or a
    returned one returned, ``numbered_on`` when Treasury's number is reported, ``appears_on`` when a reissue becomes a line.
    """
    # a payment comes back weeks after it went out
    reissues = at_least(0.01, lines) if lines >= 20 and weeks >= 6 else 0
    count = lines - reissues
    payees, agents = _parties(rng, int(np.clip(count // 8, 14, 20_000)))
    payee = rng.choice(len(payees), count, p=payees["weight"])

    # Liquidation is on Fridays; refunds go out from Monday to Wednesday of the week after.
    week = _waves(rng, count, weeks)
    monday = last_day - ((last_day.astype(int) - 4) % 7)  # 1970-01-05 was a Monday
    _, first, refund = np.unique(payee * weeks + week, return_index=True, return_inverse=True)
    refunds = len(first)
    who, wave = payee[first], week[first]
    size = np.bincount(refund)
    date = np.minimum(monday - 7 * wave + rng.integers(0, 3, refunds), last_day)
    sent = date + rng.integers(1, 5, refunds)
    done = sent + rng.integers(1, 4, refunds)

    # whatever the dates fell to, of the two latest refunds one is still unsent and one is with Treasury
    unsent, with_treasury = np.resize(rng.permutation(np.argsort(-date.astype(int), kind="stable")[:2]), 2)
    sent[unsent], done[unsent] = last_day + _DAY, last_day + 3 * _DAY
    if with_treasury != unsent:
        sent[with_treasury], done[with_treasury] = last_day, last_day + 2 * _DAY
    # somebody is newly rejected in each of the last weeks
    fresh = _freshly_stuck(rng, who, wave, size) if reject_share > 0 else np.zeros(0, np.int64)
    done[fresh] = last_day + (4 - 7 * wave[fresh]) * _DAY
    sent[fresh] = done[fresh] - _DAY
    unenrolled = _unenrolled(
        rng, payees["company"].to_numpy(), who, size, share=reject_share, first=who[fresh]
    )
    course, turned, returned = _courses(
        rng, who=who, size=size, date=date, done=done, last_day=last_day, unenrolled=unenrolled, fresh=fresh,
        reissues=reissues,
    )  # fmt: skip
    # for some of those who stay without an account, a notify party must enroll
    stuck = np.unique(who[(course == REJECTED) & (turned == _NEVER)])[::3]
    care_of = payees["care_of"].to_numpy(object)
    care_of[stuck] = np.where(care_of[stuck] == "", rng.choice(agents, len(stuck)), care_of[stuck])
    payees["care_of"] = pd.Series(care_of).astype("str").where(care_of != "")

    check = (date < CUTOVER) & ((rng.random(refunds) < 0.5) | unenrolled[who])
    late = np.flatnonzero((course == PAID) & (date >= CUTOVER) & (done <= last_day))
    check[rng.permutation(late)[: at_least(0.008, refunds, 2)]] = True
    numbered = done + np.where(rng.random(refunds) < 0.04, 9, 0)
    rejected = np.flatnonzero((course == REJECTED) & (done <= last_day) & (turned == _NEVER))
    by_sap = rng.permutation(rejected)[: at_least(0.04, len(rejected)) * (len(rejected) > 1)]

    amounts = _amounts(rng, count, last_day)
    document = _documents(rng, payee, refund)
    # numbers rise with the date, as if given in that order
    rank = np.empty(refunds, np.int64)
    rank[np.lexsort((rng.random(refunds), date))] = np.arange(refunds)
    pending, centers = rng.random(refunds) < 0.3, [each for each in CENTERS if each != PENDING]
    by_refund = pd.DataFrame(
        {
            "refund_id": _joined("06", _digits(3_000_000 + 7 * rank, 8)),
            "center_id": np.where(pending, PENDING, rng.choice(centers, refunds)),
            "team_number": rng.choice(_TEAMS, refunds),
            "refund_date": date,
            "sent_on": sent,
            "done_on": done,
            "course": course,
            "turned_on": turned,
            "numbered_on": numbered,
            "reject_text": np.where(np.isin(np.arange(refunds), by_sap), "SAP ACH Rejected", "Reject No ACH"),
            "method": np.where(check, "Check", "ACH"),
        }
    )
    entry = entry_number.is_valid_column(pd.Series(document)).to_numpy()
    frame = pd.concat(
        [payees.take(payee).reset_index(drop=True), by_refund.take(refund).reset_index(drop=True)], axis=1
    ).assign(
        document_number=document,
        entry_number=pd.Series(document).where(entry),
        filer_code=np.where(entry, [text[:3] for text in document], _FILERS[0]),
        refund_status="TRANSMITTED",
        refund_type="Entry Liquidation",
        port_code=rng.choice(_PORTS, count),
        **amounts,
    )
    # the reissue of a returned refund follows it, under the same numbers
    of_returned = np.flatnonzero(np.isin(refund, returned[:reissues]))
    _, once = np.unique(refund[of_returned], return_index=True)
    frame = frame.iloc[np.concatenate([np.arange(count), np.resize(of_returned[once], reissues)])]
    again = np.arange(len(frame)) >= count
    reissued_on = np.minimum(frame["turned_on"].to_numpy() + 7 * _DAY, last_day)
    return frame.assign(
        is_reissue=again, appears_on=frame["refund_date"].mask(again, reissued_on)
    ).reset_index(drop=True)


def _courses(
    rng: np.random.Generator, *, who: Array, size: Array, date: Array, done: Array, last_day: Array,
    unenrolled: NDArray[np.bool_], fresh: NDArray[np.int64], reissues: int,
) -> tuple[NDArray[np.int64], Array, NDArray[np.int64]]:  # fmt: skip
    """Draw how each refund ends and when it takes its turn; first of the returned are those reissued."""
    refunds = len(who)
    course = np.where(unenrolled[who] & (date >= CUTOVER), REJECTED, PAID)
    turned = np.full(refunds, _NEVER)
    # a third of those long rejected have enrolled since, some each week, counted back from the last report
    long_rejected = np.unique(who[(course == REJECTED) & (done <= last_day - 28 * _DAY)])
    cured = rng.permutation(np.setdiff1d(long_rejected, who[fresh]))
    cured = cured[: max(2, len(cured) // 3)] if len(cured) > 2 else cured[:1]
    for turn in range(10):
        mine = np.isin(who, cured[turn::10]) & (course == REJECTED)
        turned[mine] = np.maximum(done[mine] + 7 * _DAY, last_day - (6 + 7 * turn) * _DAY)
    age = (last_day - date).astype(int)
    old = np.flatnonzero((course == PAID) & (age >= 21))
    if not len(old):
        old = np.flatnonzero(age >= 21)
    small_first = old[np.lexsort((-age[old], size[old]))]
    returned = rng.permutation(small_first[: max(4 * reissues, 8)])[: reissues + at_least(0.01, refunds)]
    course[returned] = RETURNED
    turned[returned] = np.maximum(
        done[returned] + _DAY, last_day - (13 + 7 * (np.arange(len(returned)) % 5)) * _DAY
    )
    left = rng.permutation(np.flatnonzero((course == PAID) & (done <= last_day)))
    course[left[: at_least(0.015, refunds)]] = DIVERTED
    return course, turned, returned


def _waves(rng: np.random.Generator, count: int, weeks: int) -> NDArray[np.int64]:
    """Spread lines over the weeks, counted back from the last: more of late, some in the oldest weeks."""
    chance = np.exp(-np.arange(weeks) / max(weeks / 4, 1))
    chance[-min(5, weeks) :] += 0.08 * chance.sum() / min(5, weeks)
    week = rng.choice(weeks, count, p=chance / chance.sum())
    week[: min(weeks, count)] = np.arange(min(weeks, count))  # no week without a refund
    return rng.permutation(week)


def _freshly_stuck(rng: np.random.Generator, who: Array, wave: Array, size: Array) -> NDArray[np.int64]:
    """Choose one refund of each of the last three full weeks, of payees that have few lines."""
    lines = np.bincount(who, weights=size)
    chosen: list[int] = []
    for week in (1, 2, 3):
        refunds = rng.permutation(np.flatnonzero((wave == week) & ~np.isin(who, who[chosen])))
        chosen += refunds[np.argsort(lines[who[refunds]], kind="stable")][:1].tolist()
    return np.array(chosen, np.int64)


def _unenrolled(
    rng: np.random.Generator, company: Array, who: Array, size: Array, *, share: float, first: Array
) -> NDArray[np.bool_]:
    """Choose payees without a bank account, one suffix of a company first, until they make the share."""
    payees = len(company)
    chosen = np.zeros(payees, np.bool_)
    per_payee = np.bincount(who, weights=size, minlength=payees)
    several = np.bincount(company)[company] > 1
    # siblings of payees that stay enrolled come first, the largest payees never
    order = rng.permutation(payees)
    order = order[np.argsort(~several[order], kind="stable")]
    order = order[per_payee[order] > 0]
    order = order[per_payee[order] <= max(1, np.quantile(per_payee, 0.98))]
    _, firsts = np.unique(company[order], return_index=True)
    order = np.concatenate([order[np.sort(firsts)], np.delete(order, firsts)])
    order = np.concatenate([first, order[~np.isin(order, first)]])
    upto = np.searchsorted(np.cumsum(per_payee[order]), share * size.sum())
    chosen[order[: upto + 1 if share > 0 else 0]] = True
    chosen[first] = True
    return chosen


def _amounts(rng: np.random.Generator, count: int, last_day: Array) -> dict[str, Array]:
    """Amounts in cents, as a broker's clients have them: mostly thousands, a few of a million, a few below zero.

    A few are corrected later; ``cents_before`` is what they were until then.
    """
    cents = np.clip(np.exp(rng.normal(13.8, 1.2, count)), 1, 4e7).astype(np.int64)
    special = rng.permutation(count)
    if count >= 20:
        large, small, negative = np.split(special[: 3 * at_least(0.004, count)], 3)
        cents[large] = rng.integers(60_000_001, 120_000_000, len(large))
        cents[small] = rng.integers(1, 100, len(small))
        cents[negative] = -rng.integers(100, 250_000, len(negative))
    before, corrected = cents.copy(), np.full(count, _NEVER)
    some = rng.permutation(count)[: at_least(0.005, count, 2)]
    before[some] -= rng.integers(100, 5000, len(some))
    corrected[some] = last_day - (6 + 7 * (np.arange(len(some)) % 2)) * _DAY
    return {"cents": cents, "cents_before": before, "corrected_on": corrected}


def _documents(rng: np.random.Generator, payee: Array, refund: Array) -> Array:
    """Entry numbers with right check digits, a few of them in two refunds, and a few protest numbers."""
    count = len(payee)
    filer = np.array(_FILERS)[(payee * 7 + (rng.random(count) < 0.2)) % len(_FILERS)]
    serial = _digits((rng.integers(10**7) + np.arange(count) * 1_234_577) % 10**7, 7)
    base = pd.Series(_joined(filer, serial)).astype("str")
    document = (base + entry_number.check_digit_column(base)).to_numpy(object)
    # a later refund for an entry that has had one: the entry of the payee's neighbouring line
    order = np.lexsort((refund, payee))
    next_to = order[1:], order[:-1]
    partial = np.flatnonzero(
        (payee[next_to[0]] == payee[next_to[1]]) & (refund[next_to[0]] != refund[next_to[1]])
    )
    partial = partial[np.append(True, np.diff(partial) > 1)] if len(partial) else partial
    some = rng.permutation(partial)[: at_least(0.02, count)]
    document[next_to[0][some]] = document[next_to[1][some]]
    if count >= 20:
        others = rng.permutation(count)[: at_least(0.01, count, 2)]
        document[others] = _joined(
            rng.choice(_PORTS, len(others)), "26", _digits(100_000 + others % 900_000, 6)
        )
    return document


def shown_on(ledger: pd.DataFrame, day: Array, *, weeks: int) -> pd.DataFrame:
    """Give the lines that a report of this day shows, with statuses, numbers and amounts as of that day."""
    issued, turned = ledger["done_on"] <= day, ledger["turned_on"] <= day
    settled = ledger["turned_on"] + np.where(ledger["turned_on"] == _NEVER, 0, 7) * _DAY <= day
    course = ledger["course"]
    status = np.select(
        [
            ledger["is_reissue"],
            ledger["sent_on"] > day,
            ~issued,
            (course == REJECTED) & ~turned,
            (course == REJECTED) & ~settled,
            (course == RETURNED) & turned,
            course == DIVERTED,
        ],
        ["Check/ACH Reissued", "", "Sent to Treasury", ledger["reject_text"], "Check/ACH Reissued",
         "Check/ACH Returned", "Funds Diverted"],
        default="Treasury Issued",
    )  # fmt: skip
    held = (course == DIVERTED) | ((course == REJECTED) & ~turned)
    numbered = ((ledger["numbered_on"] <= day) & ~held) | ledger["is_reissue"]
    cents = np.where(ledger["corrected_on"] > day, ledger["cents_before"], ledger["cents"])
    # a payment out of a cure or a reissue has its own number
    trial = np.where(ledger["is_reissue"] | (course == REJECTED), 1, 0)
    ids = ledger["refund_id"].to_numpy(object).astype(np.int64)
    trace = _joined("0713", "0603", _digits((ids * 10 + trial) % 10**7, 7))
    serial = _joined("4045", _digits((ids * 10 + trial) % 10**8, 8))
    # since the cutover a cure or a reissue is paid by ACH
    method = np.where(trial == 1, "ACH", ledger["method"])
    number = np.where(method == "Check", serial, trace)

    lines = ledger.assign(
        refund_date=ledger["refund_date"].astype("datetime64[us]"),
        refund_secondary_status=_text(status, status != ""),
        total_refund_amount=cents / 100,
        check_or_trace_number=_text(number, numbered),
        check_or_ach=_text(method, numbered),
        amount=cents / 100,
        report_date=pd.Timestamp(day).as_unit("us"),
        report=REV_603.name,
    )
    seen = (ledger["appears_on"] <= day) & (ledger["refund_date"] > day - (7 * weeks + 5) * _DAY)
    shown: pd.DataFrame = lines.loc[seen].sort_values(["refund_date", "refund_id"], kind="stable")
    return shown.reset_index(drop=True)


def _text(values: Any, there: Any) -> pd.Series[str]:
    return pd.Series(values).astype("str").where(there)
