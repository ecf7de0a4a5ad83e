"""An answer as it is shown: one description, which every format renders.

What stands in it comes from the analyses; titles, notes and columns of its tables are data, in ``shown.toml``.
"""

from __future__ import annotations

import tomllib
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from datetime import datetime
from functools import cache
from importlib import resources
from typing import TYPE_CHECKING, Any, Literal, NamedTuple

import pandas as pd

from rev603.presenting.masking import Mask
from rev603.vocabulary.guide import Topic

if TYPE_CHECKING:
    from matplotlib.axes import Axes


@dataclass(frozen=True, kw_only=True)
class Section:
    """A table: a sheet of the workbook, a chapter elsewhere.

    Parameters
    ----------
    name
        Its sheet's name, at most 25 characters.
    frame
        The lines; they are masked when they are written.
    title, note
        What it answers and how to read it. A sheet without a title begins with the column names, so that other
        programs read it as it is.
    key
        What a page's links call it.
    columns
        Which columns, in order. All, if None.
    brief, text
        Those for narrow places (mail, phone, notebook), and for the terminal. It is not shown there without them.
    labels
        Names of columns that differ from the usual ones.
    totals
        Column → figure, for a line of totals. They are handed in: nothing is added up here.
    printed
        How many columns, from the left, go on paper, so that print stays legible; all, if 0.
    breaks
        Keep line breaks and TABs inside a cell of the workbook.
    summed
        The last line is the sum of those above it.
    leads
        What stands in the first column → the sheet to which a click on it leads.
    """

    name: str
    frame: pd.DataFrame
    title: str = ""
    note: str = ""
    key: str = ""
    columns: tuple[str, ...] | None = None
    brief: tuple[str, ...] = ()
    text: tuple[str, ...] = ()
    labels: Mapping[str, str] = field(default_factory=dict)
    totals: Mapping[str, float] = field(default_factory=dict)
    printed: int = 0
    breaks: bool = False
    summed: bool = False
    leads: Mapping[str, str] = field(default_factory=dict)


class Notice(NamedTuple):
    """What is to be seen first; ``bad`` where money may hide, and then the first ``alarms`` sentences say why."""

    kind: Literal["good", "warn", "bad"]
    title: str
    sentences: tuple[str, ...]
    alarms: int = 0


class Action(NamedTuple):
    """What somebody must do, why, whom to ask, and which topic of the guide explains it."""

    who: str
    amount: float
    days: int
    act: str
    why: str
    contact: str
    topic: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Picture:
    """A picture with its text alternative; a workbook draws ``column`` of the section ``of`` itself."""

    name: str
    title: str
    says: str
    draw: Callable[..., Axes]
    of: str = ""
    column: str = ""


@dataclass(frozen=True, kw_only=True)
class View:
    """An answer as every format shows it: from what must be seen first to each line.

    Texts are finished and masked. ``figures`` is a frame of one line; ``accounts`` are small tables that are shown in
    full and nearly everywhere; ``objection`` is what those who must act will say, and what is true; ``topics`` are those
    of the guide that they need. ``top`` is how many lines of a section narrow places show.
    """

    title: str
    about: str
    sections: tuple[Section, ...]
    mask: Mask
    notice: Notice | None = None
    headline: str = ""
    figures: pd.DataFrame | None = None
    accounts: tuple[Section, ...] = ()
    actions: tuple[Action, ...] = ()
    objection: str = ""
    topics: tuple[Topic, ...] = ()
    pictures: tuple[Picture, ...] = ()
    footnote: str = ""
    moment: datetime | None = None
    top: int = 10

    @property
    def is_wide(self) -> bool:
        """Whether the accounts do not fit beside each other."""
        return any(each.frame.shape[1] != 3 for each in self.accounts)

    @property
    def more_to_do(self) -> int:
        """How many have to act besides those who are named."""
        return sum(len(each.frame) for each in self.sections if each.key == "worklist") - len(self.actions)


def account(title: str, frame: pd.DataFrame, **more: Any) -> Section:
    """Return a small table whose title stands above its first column; ``more`` is that of :class:`Section`."""
    labels = {**more.pop("labels", {}), frame.columns[0]: title}
    return Section(name=title, title=title, frame=frame, labels=labels, **more)


@cache
def shown_data() -> dict[str, Any]:
    """Return what ``shown.toml`` says."""
    return tomllib.loads(resources.files("rev603.presenting").joinpath("shown.toml").read_text("utf-8"))


def sections_of(
    answer: str, frames: Mapping[str, pd.DataFrame], totals: Mapping[str, Any]
) -> tuple[Section, ...]:
    """Return the sections of a kind of answer that have something to show, or say that there is nothing."""
    data_of, found = shown_data(), []
    for data in data_of[answer]:
        frame = frames[data["key"]]
        if frame.empty and data.get("if_any"):
            continue
        lists: dict[str, Any] = {
            name: _columns(data[name], frame) for name in ("columns", "brief", "text") if name in data
        }
        if "blank" in data:
            first = lists["brief"][0] if "brief" in lists else frame.columns[0]
            frame = frame.assign(**{first: frame[first].astype("str").fillna(data["blank"])})
        pairs = (each.partition("=") for each in _words(data.get("totals", "")))
        found.append(
            Section(
                key=data["key"], name=data["name"], title=data["title"], note=data.get("note", ""), frame=frame,
                labels=data_of.get(data.get("labels", f"{answer}_labels"), {}), printed=data.get("printed", 0), **lists,
                totals={column: totals[key or column] for column, _, key in pairs},
            )
        )  # fmt: skip
    return tuple(found)


def _columns(text: str, frame: pd.DataFrame) -> tuple[str, ...]:
    """Return the columns that a list names; of those that may be left out, the ones that some line has."""
    return tuple(
        word.removesuffix("?")
        for word in _words(text)
        if not word.endswith("?") or _is_used(frame, word.removesuffix("?"))
    )


def _is_used(frame: pd.DataFrame, name: str) -> bool:
    if name not in frame or frame.empty:
        return name in frame
    return bool((frame[name].notna() & frame[name].ne(0)).any())


def _words(text: str) -> list[str]:
    lists: dict[str, str] = shown_data()["lists"]
    return [
        name
        for word in text.split()
        for name in (lists[word[1:]].split() if word.startswith("@") else [word])
    ]
