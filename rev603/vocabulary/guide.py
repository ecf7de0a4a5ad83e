"""How a stuck refund is cured: steps, roles, contacts and reports, as dated data with their sources.

All of it stands in ``guide.toml`` beside this file, the one place to change when CBP changes something.
"""

from __future__ import annotations

import tomllib
from dataclasses import dataclass
from functools import cache
from importlib.resources import files
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    import datetime as dt

__all__ = [
    "ADD_SUFFIX", "CHECK_4811", "CHECK_ACCOUNT", "ENROLL", "REQUEST_REISSUE", "STEPS", "WAITING", "Contact", "Guide",
    "Point", "Step", "Topic", "guide",
]  # fmt: skip

ENROLL = "enroll"
ADD_SUFFIX = "add this suffix"
CHECK_ACCOUNT = "check the account"
CHECK_4811 = "check the 4811 and box 28"
REQUEST_REISSUE = "request reissue"
WAITING = "waiting for CBP"

#: What has to be done for stuck money, in the order in which it is taken up: what is ready comes first.
STEPS = (REQUEST_REISSUE, CHECK_ACCOUNT, ADD_SUFFIX, CHECK_4811, ENROLL, WAITING)


@dataclass(frozen=True, slots=True)
class Point:
    """A fact or an act in one or two sentences, who says so, and how sure that is (CBP, law, secondary)."""

    text: str
    source: str
    sure: str


@dataclass(frozen=True, slots=True)
class Topic:
    """What there is to know about one thing; ``ordered`` where the points are steps one after the other."""

    name: str
    title: str
    points: tuple[Point, ...]
    ordered: bool = False


@dataclass(frozen=True, slots=True)
class Contact:
    """Somebody at CBP to turn to; without a telephone number where none is published."""

    name: str
    purpose: str
    email: str
    phone: str
    source: str

    @property
    def line(self) -> str:
        """The contact on one line."""
        return f"{self.name}: {', '.join(filter(None, (self.email, self.phone)))} ({self.purpose})"


@dataclass(frozen=True, slots=True)
class Step:
    """A step of the worklist: the act in one sentence, the topic that explains it, and whom to turn to."""

    name: str
    act: str
    topic: Topic
    contact: Contact


@dataclass(frozen=True, slots=True)
class Guide:
    """Everything, each by its name, and the day on which it was last brought up to date."""

    updated: dt.date
    topics: dict[str, Topic]
    contacts: dict[str, Contact]
    steps: dict[str, Step]


@cache
def guide() -> Guide:
    """Return the guide.

    Examples
    --------
    >>> guide().steps["request reissue"].contact.email
    'revenuerefunds@cbp.dhs.gov'
    >>> guide().topics["objections"].points[0].text
    '"We already pay duty by ACH." Paying duty by ACH is another enrollment: it sends no refund to you.'
    """
    data = tomllib.loads(files("rev603.vocabulary").joinpath("guide.toml").read_text(encoding="utf-8"))
    sources: dict[str, list[str]] = data["sources"]
    topics = {
        name: Topic(
            name,
            each["title"],
            tuple(Point(text, *sources[key]) for text, key in each["points"]),
            each.get("ordered", False),
        )
        for name, each in data["topics"].items()
    }
    contacts = {
        name: Contact(
            each["name"], each["purpose"], each["email"], each.get("phone", ""), sources[each["source"]][0]
        )
        for name, each in data["contacts"].items()
    }
    topics["reports"] = Topic(
        "reports",
        "Which report shows what, and where it is",
        tuple(Point(f"{name}, {text}.", *sources[key]) for name, (text, key) in data["reports"].items()),
    )
    topics["contacts"] = Topic(
        "contacts",
        "Whom to ask at CBP",
        tuple(
            Point(contacts[name].line, *sources[each["source"]]) for name, each in data["contacts"].items()
        ),
    )
    steps = {
        name: Step(name, act, topics[topic], contacts[contact])
        for name, (topic, contact, act) in data["steps"].items()
    }
    return Guide(data["updated"], topics, contacts, steps)
