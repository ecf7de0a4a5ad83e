"""Invented payees and notify parties, with numbers that were never issued to anybody.

Employer identification numbers start with prefixes that the IRS does not assign; numbers in the form of
a social security number use areas that are never issued (000, 666, 900-999, and there no group of an
ITIN); postal codes start with 00. Company and place names are put together from syllables.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

import numpy as np

if TYPE_CHECKING:
    from numpy.typing import NDArray

Text = Any  # a numpy array of text: numpy's type for it differs between versions

_EIN_PREFIXES = (
    "07",
    "08",
    "09",
    "17",
    "18",
    "19",
    "28",
    "29",
    "49",
    "69",
    "70",
    "78",
    "79",
    "89",
    "96",
    "97",
)
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


@dataclass(frozen=True, slots=True)
class Parties:
    """Payees (a row each), who is notified for them, and how likely each is to get a line."""

    number: Text
    name: Text
    address: Text
    care_of: Text  # "" where the payee has no notify party
    agents: Text  # who is notified
    company: NDArray[np.int64]  # payees of one company differ by suffix only
    weight: NDArray[np.float64]


def parties(rng: np.random.Generator, count: int) -> Parties:
    """Invent so many payees; about a third of the companies have several suffixes."""
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
    return Parties(
        number, name, address.astype(object), care_of.astype(object), agents, company, weight / weight.sum()
    )


def _joined(*parts: Any) -> Text:
    whole: Any = ""
    for part in parts:
        whole = np.strings.add(whole, part)
    return whole


def _digits(numbers: Any, width: int) -> Text:
    text = np.asarray(numbers).astype(str)
    return np.strings.zfill(text, width) if text.size else text
