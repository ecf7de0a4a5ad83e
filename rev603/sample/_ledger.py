"""Invented payees, and their refunds with a course of life: when sent, paid, rejected, cured, returned and reissued.

Employer identification numbers start with prefixes that the IRS does not assign; numbers in the form of
a social security number use areas that are never issued (000, 666, 900-999, and there no group of an
ITIN); postal codes start with 00. Company and place names are put together from syllables.

A ledger knows the truth on every day; a report is what it shows on one day (see :func:`shown_on`). Days are whole numbers,
as numpy counts them.
"""

from __future__ import annotations

from typing import Any

import numpy as np
import pandas as pd

from rev603.identifiers import entry_number
from rev603.vocabulary.centers import CENTERS, PENDING
from rev603.vocabulary.reports import REV_603
from rev603.vocabulary.statuses import CHECKS_ENDED, DIVERTED, ISSUED, REJECTED, RETURNED

Array = Any  # of numpy: its types for text differ between versions

_CUTOVER = int(np.datetime64(CHECKS_ENDED, "D").astype(int))
_MONDAY = 4  # 1970-01-05
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
    ("Zandoptora Handels GmbH", "260212-00017"),
    ("Sanna Brinadvane", "987-12-6034"),
    ("Jory Quelquith", "666-45-6789"),
    ("Orla Ixwell", "000-12-3456"),
    ("NA", "96-000603501"),
    ("Total Refunds Recovery LLC", "97-603603600"),
)


def _parties(rng: np.random.Generator, count: int) -> tuple[pd.DataFrame, Array]:
    """Invent so many payees, and who may be notified for them; about a third of the companies have several suffixes.

    Each payee has its company (payees of one differ by suffix only), and how likely it gets a line.
    """
    company = np.repeat(np.arange(count), rng.choice([1, 1, 2, 3], count))[:count]
    companies = int(company[-1]) + 1
    turn = np.arange(count) - np.searchsorted(company, company)  # first, second, third suffix

    serial = (rng.integers(10**7) + np.arange(companies) * 6_030_007) % 10**7
    stem = _one_of(rng, _EIN_PREFIXES, companies) + "-" + _digits(serial, 7)
    # no two companies share a name until all have been used
    mixed = (rng.integers(10**6) + np.arange(companies) * 7919) % (len(_HEADS) * len(_TAILS) * len(_TRADES))
    parts = np.unravel_index(mixed, (len(_HEADS), len(_TAILS), len(_TRADES)), order="F")
    head, tail, trade = (
        np.array(words, object)[part] for words, part in zip((_HEADS, _TAILS, _TRADES), parts, strict=True)
    )
    name = head + tail + " " + trade + " " + _one_of(rng, _FORMS, companies)
    house, street = _digits(rng.integers(1, 9999, companies)), _one_of(rng, _STREETS, companies)
    town = _one_of(rng, _HEADS, companies) + _one_of(rng, _TAILS, companies)
    state, postal = _one_of(rng, _STATES, companies), _digits(rng.integers(1, 400, companies), 5)
    address = house + " " + street + " St, Port " + town + ", " + state + " " + postal
    agents = _one_of(rng, _HEADS, 9) + _one_of(rng, _TAILS, 9) + " " + _one_of(rng, _NOTIFY, 9) + " LLC"
    known = rng.random(companies) < 0.25
    care_of = pd.Series(rng.choice(agents, companies)).where(known)
    weight = 1 / (4 + rng.permutation(count).astype(float))  # a few payees get most of the lines
    payees = pd.DataFrame(
        {
            "payee_id": stem[company] + np.array(["00", "01", "0A"], object)[turn],
            "company_name": name[company],
            "address": address[company],
            "care_of": care_of[company].array,
            "company": company,
            "weight": weight / weight.sum(),
        }
    )
    last = payees.index[-len(_SPECIAL) :]
    payees.loc[last, ["company_name", "payee_id"]] = _SPECIAL
    payees.loc[last, "company"] = companies + np.arange(len(_SPECIAL))
    return payees, agents


def _one_of(rng: np.random.Generator, words: Any, count: int) -> Array:
    return rng.choice(np.array(words, object), count)


def _digits(numbers: Any, width: int = 1) -> Array:
    return pd.Series(numbers).astype("str").str.zfill(width).to_numpy(object)


def at_least(share: float, count: int, least: int = 1) -> int:
    """Give a share of so many as a number, but no fewer than ``least`` where there are any to give."""
    return min(count, max(least, round(share * count)))


def ledger(
    rng: np.random.Generator, *, lines: int, last_day: int, weeks: int, reject_share: float
) -> pd.DataFrame:
    """Invent a ledger of so many lines, whose refunds went out in waves over so many weeks.

    To what never changes it adds the days on which something happens: ``turned_on`` is when a rejected line is cured or a
    returned one returned, ``numbered_on`` when Treasury's number is reported, ``appears_on`` when a reissue becomes a line.
    """
    # a payment comes back weeks after it went out
    reissues = at_least(0.01, lines) if lines >= 20 and weeks >= 6 else 0
    count = lines - reissues
    payees, agents = _parties(rng, int(np.clip(count // 8, 14, 20_000)))
    payee = rng.choice(len(payees), count, p=payees.pop("weight"))
    waves = pd.DataFrame({"payee": payee, "wave": _waves(rng, count, weeks)}).groupby(["payee", "wave"])
    refund = waves.ngroup().to_numpy()
    refunds = waves.size().reset_index(name="lines")
    fresh = _send(rng, refunds, last_day, rejects=reject_share > 0)
    unenrolled = _unenrolled(
        rng, payees["company"], refunds, share=reject_share, first=refunds["payee"][fresh]
    )
    no_account = refunds["payee"].isin(unenrolled)
    returned = _take_courses(rng, refunds, last_day, no_account=no_account, fresh=fresh, reissues=reissues)
    rejected = (refunds["course"] == REJECTED) & refunds["turned_on"].isna()
    # for some of those who stay without an account, a notify party must enroll
    stuck = np.unique(refunds["payee"][rejected])[::3]
    payees["care_of"] = payees["care_of"].fillna(
        pd.Series(rng.choice(agents, len(stuck)), stuck, dtype="str")
    )

    date, is_done = refunds["refund_date"], refunds["done_on"] <= last_day
    check = (date < _CUTOVER) & ((rng.random(len(refunds)) < 0.5) | no_account)
    late = np.flatnonzero((refunds["course"] == ISSUED) & (date >= _CUTOVER) & is_done)
    check[rng.permutation(late)[: at_least(0.008, len(refunds), 2)]] = True
    numbered = refunds["done_on"] + np.where(rng.random(len(refunds)) < 0.04, 9, 0)
    by_sap = rng.permutation(np.flatnonzero(rejected & is_done))
    by_sap = by_sap[: at_least(0.04, len(by_sap)) * (len(by_sap) > 1)]

    amounts = _amounts(rng, count, last_day)
    document = pd.Series(_documents(rng, payee, refund))
    entry = entry_number.is_valid_column(document)
    # numbers rise with the date, as if given in that order
    rank = np.argsort(np.lexsort((rng.random(len(refunds)), date)))
    pending, centers = rng.random(len(refunds)) < 0.3, [each for each in CENTERS if each != PENDING]
    refunds = refunds.assign(
        refund_id="06" + _digits(3_000_000 + 7 * rank, 8),
        center_id=np.where(pending, PENDING, rng.choice(centers, len(refunds))),
        team_number=rng.choice(_TEAMS, len(refunds)),
        numbered_on=numbered,
        reject_text=np.where(refunds.index.isin(by_sap), "SAP ACH Rejected", "Reject No ACH"),
        method=np.where(check, "Check", "ACH"),
    )
    ledger = pd.DataFrame(
        {
            "refund": refund,
            "document_number": document,
            "entry_number": document.where(entry),
            "filer_code": document.str[:3].where(entry, _FILERS[0]),
            "refund_status": "TRANSMITTED",
            "refund_type": "Entry Liquidation",
            "port_code": rng.choice(_PORTS, count),
            **amounts,
        }
    )
    # the reissue of a returned refund follows it, under the same numbers
    again = ledger[ledger["refund"].isin(returned)].drop_duplicates("refund").sort_values("refund").index
    ledger = ledger.loc[[*range(count), *np.resize(again, reissues)]].reset_index(drop=True)
    ledger = ledger.join(refunds, on="refund").join(payees, on="payee")
    reissue = ledger.index >= count
    appears = ledger["refund_date"].mask(reissue, np.minimum(ledger["turned_on"] + 7, last_day))
    return ledger.assign(is_reissue=reissue, appears_on=appears)


def _waves(rng: np.random.Generator, count: int, weeks: int) -> Array:
    """Spread lines over the weeks, counted back from the last: more of late, some in the oldest weeks."""
    chance = np.exp(-np.arange(weeks) / max(weeks / 4, 1))
    chance[-5:] += 0.08 * chance.sum() / min(5, weeks)
    week = rng.choice(weeks, count, p=chance / chance.sum())
    week[:weeks] = np.arange(min(weeks, count))  # no week without a refund
    return rng.permutation(week)


def _send(rng: np.random.Generator, refunds: pd.DataFrame, last_day: int, *, rejects: bool) -> list[int]:
    """Draw when each refund goes out and is done, and give those that are rejected in the last weeks.

    Liquidation is on Fridays; refunds go out from Monday to Wednesday of the week after.
    """
    count, wave = len(refunds), refunds["wave"]
    monday = last_day - (last_day - _MONDAY) % 7
    date = (monday - 7 * wave + rng.integers(0, 3, count)).clip(upper=last_day)
    sent = date + rng.integers(1, 5, count)
    done = sent + rng.integers(1, 4, count)
    # whatever the dates fell to, of the two latest refunds one is still unsent and one is with Treasury
    latest = np.argsort(-date.to_numpy(), kind="stable")[:2]
    unsent, with_treasury = np.resize(rng.permutation(latest), 2)
    sent[with_treasury], done[with_treasury] = last_day, last_day + 2
    sent[unsent], done[unsent] = last_day + 1, last_day + 3
    # somebody who has few lines is newly rejected in each of the last full weeks
    fresh: list[int] = []
    lines = refunds.groupby("payee")["lines"].transform("sum")
    for week in (1, 2, 3) if rejects else ():
        others = (wave == week) & ~refunds["payee"].isin(refunds["payee"][fresh])
        if len(candidates := rng.permutation(np.flatnonzero(others))):
            fresh.append(min(candidates, key=lines.__getitem__))
    done[fresh] = last_day + 4 - 7 * wave[fresh]
    sent[fresh] = done[fresh] - 1
    refunds["refund_date"], refunds["sent_on"], refunds["done_on"] = date, sent, done
    return fresh


def _unenrolled(
    rng: np.random.Generator, company: pd.Series[int], refunds: pd.DataFrame, *, share: float, first: Any
) -> Array:
    """Choose payees without a bank account, one suffix of a company first, until they make the share."""
    lines = refunds.groupby("payee")["lines"].sum().reindex(company.index, fill_value=0)
    # siblings of payees that stay enrolled come first, the largest payees never
    order = pd.DataFrame({"company": company, "alone": ~company.duplicated(keep=False)})
    order = order.iloc[rng.permutation(len(order))]
    order = order[lines[order.index].between(1, max(1.0, float(lines.quantile(0.98))))]
    order["again"] = order.duplicated("company")
    chosen = pd.unique(np.concatenate([first, order.sort_values(["again", "alone"]).index]))
    enough = np.searchsorted(lines[chosen].cumsum(), share * lines.sum()) + 1
    return chosen[: max(enough, len(first)) if share > 0 else 0]


def _take_courses(
    rng: np.random.Generator, refunds: pd.DataFrame, last_day: int, *, no_account: pd.Series[bool],
    fresh: list[int], reissues: int,
) -> Array:  # fmt: skip
    """Draw how each refund ends and when it takes its turn, and give the returned ones that are reissued."""
    payee, done, age = refunds["payee"], refunds["done_on"], last_day - refunds["refund_date"]
    rejected = no_account & (refunds["refund_date"] >= _CUTOVER)
    course = pd.Series(ISSUED, refunds.index).mask(rejected, REJECTED)
    # a third of those long rejected have enrolled since, some each week, counted back from the last report
    long_rejected = np.unique(payee[rejected & (done <= last_day - 28)])
    cured = rng.permutation(np.setdiff1d(long_rejected, payee[fresh]))
    cured = cured[: max(2, len(cured) // 3)] if len(cured) > 2 else cured[:1]
    turn = payee.map(pd.Series(np.arange(len(cured)) % 10, cured))
    turned = (done + 7).clip(lower=last_day - 6 - 7 * turn).where(rejected & turn.notna())

    paid, old = ~rejected, age >= 21
    old = paid & old if (paid & old).any() else old
    small_first = refunds[old].sort_values(["lines", "refund_date"]).index
    returned = rng.permutation(small_first[: max(4 * reissues, 8)])
    returned = returned[: reissues + at_least(0.01, len(refunds))]
    course.loc[returned] = RETURNED
    turned[returned] = np.maximum(done[returned] + 1, last_day - 13 - 7 * (np.arange(len(returned)) % 5))
    left = rng.permutation(np.flatnonzero((course == ISSUED) & (done <= last_day)))
    course.loc[left[: at_least(0.015, len(refunds))]] = DIVERTED
    refunds["course"], refunds["turned_on"] = course, turned
    return returned[:reissues]


def _amounts(rng: np.random.Generator, count: int, last_day: int) -> dict[str, Array]:
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
    before, corrected = cents.copy(), np.full(count, np.nan)
    some = rng.permutation(count)[: at_least(0.005, count, 2)]
    before[some] -= rng.integers(100, 5000, len(some))
    corrected[some] = last_day - 6 - 7 * (np.arange(len(some)) % 2)
    return {"cents": cents, "cents_before": before, "corrected_on": corrected}


def _documents(rng: np.random.Generator, payee: Array, refund: Array) -> Array:
    """Entry numbers with right check digits, a few of them in two refunds, and a few protest numbers."""
    count = len(payee)
    filer = np.array(_FILERS, object)[(payee * 7 + (rng.random(count) < 0.2)) % len(_FILERS)]
    document = numbered(filer, rng.integers(10**7) + np.arange(count) * 1_234_577)
    # a later refund for an entry that has had one: the entry of the payee's neighboring line
    order = np.argsort(refund, kind="stable")
    before, after = order[:-1], order[1:]
    partial = np.flatnonzero((payee[before] == payee[after]) & (refund[before] != refund[after]))
    some = rng.permutation(partial[np.diff(partial, prepend=-2) > 1])[: at_least(0.02, count)]
    document[after[some]] = document[before[some]]
    if count >= 20:
        others = rng.permutation(count)[: at_least(0.01, count, 2)]
        document[others] = _one_of(rng, _PORTS, len(others)) + "26" + _digits(100_000 + others % 900_000, 6)
    return document


def numbered(filer: Any, serial: Any) -> Array:
    """Give entry numbers of filers, with their check digits."""
    base = pd.Series(filer + _digits(serial % 10**7, 7)).astype("str")
    return (base + entry_number.check_digit_column(base)).to_numpy(object)


def shown_on(ledger: pd.DataFrame, day: int, *, weeks: int) -> pd.DataFrame:
    """Give the lines that a report of this day shows, with statuses, numbers and amounts as of that day."""
    seen = (ledger["appears_on"] <= day) & (ledger["refund_date"] > day - 7 * weeks - 5)
    lines = ledger[seen].sort_values(["refund_date", "refund_id"], kind="stable", ignore_index=True)
    again, course, turned = lines["is_reissue"], lines["course"], lines["turned_on"] <= day
    rejected = course == REJECTED
    status = pd.Series("Treasury Issued", lines.index).case_when(
        [
            (again, "Check/ACH Reissued"),
            (lines["sent_on"] > day, np.nan),
            (lines["done_on"] > day, "Sent to Treasury"),
            (rejected & ~turned, lines["reject_text"]),
            (rejected & (lines["turned_on"] + 7 > day), "Check/ACH Reissued"),
            ((course == RETURNED) & turned, "Check/ACH Returned"),
            (course == DIVERTED, "Funds Diverted"),
        ]
    )
    held = (course == DIVERTED) | (rejected & ~turned)
    is_numbered = ((lines["numbered_on"] <= day) & ~held) | again
    cents = lines["cents"].mask(lines["corrected_on"] > day, lines["cents_before"])
    # a payment out of a cure or a reissue has its own number, and since the cutover it is paid by ACH
    second = again | rejected
    number = lines["refund_id"].astype("int64") * 10 + second
    method = lines["method"].mask(second, "ACH")
    trace, serial = "07130603" + _digits(number % 10**7, 7), "4045" + _digits(number % 10**8, 8)
    return lines.assign(
        refund_date=pd.to_datetime(lines["refund_date"], unit="D").dt.as_unit("us"),
        refund_secondary_status=status,
        total_refund_amount=cents / 100,
        check_or_trace_number=pd.Series(np.where(method == "Check", serial, trace)).where(is_numbered),
        check_or_ach=method.where(is_numbered),
        amount=cents / 100,
        report_date=pd.Timestamp(np.datetime64(day, "D")).as_unit("us"),
        report=REV_603.name,
    )
