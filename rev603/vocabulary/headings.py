"""The columns of the report and of entry lists, as ``headings.toml`` beside this file has them, with their sources.

Headings are compared by :func:`heading_key`.
"""

from __future__ import annotations

import re
import tomllib
import unicodedata
from dataclasses import dataclass
from functools import cache
from pathlib import Path

from rev603._short import Short


@dataclass(frozen=True, slots=True)
class Column:
    """A column: our name, CBP's heading, what it means, how else it is headed."""

    name: str
    meaning: str
    heading: str = ""
    aliases: tuple[str, ...] = ()
    #: every answer depends on it, so a report without it is refused
    essential: bool = False
    #: some answers depend on it: a report without it is read, and says which
    needed_for: str = ""


_DATA = tomllib.loads(Path(__file__).with_name("headings.toml").read_text(encoding="utf-8"))


def _columns(part: str) -> tuple[Column, ...]:
    return tuple(Column(**{**each, "aliases": tuple(each.get("aliases", ()))}) for each in _DATA[part])


REFUND_COLUMNS = _columns("report")
ENTRY_COLUMNS = _columns("entries")
#: What the reader adds to the 17 columns, in order.
DERIVED_COLUMNS = _columns("added")

REFUND_FRAME = tuple(column.name for column in (*REFUND_COLUMNS, *DERIVED_COLUMNS))

#: Labels of the block above the table.
HEADER_BLOCK = {name: tuple(labels) for name, labels in _DATA["header_block"].items()}

#: Letters or numbers that a picture or a form puts before a heading, "(A) Refund ID", "3. Payee ID", and notes behind it.
_CALL_OUT = Short(r"\A\(?(?:[A-Za-z]|[0-9]{1,2})[).]\s+|\s*[(\[][0-9]{1,2}[)\]]\Z")
#: A longer text is no heading, and is compared as it stands.
_LONGEST = 200
_CAMEL = re.compile(r"(?<=[a-z])(?=[A-Z])")
_WORD = re.compile(r"[^\W_]+|[/#&%+]")
#: Quotation marks, apostrophes, and characters that cannot be seen: they part no words.
_UNSEEN = dict.fromkeys(map(ord, "'’‘`\"“”\u00ad\u200b\u200c\u200d\u200e\u200f\u2060\ufeff"))
#: Short forms; the currency says nothing, as all amounts are dollars.
_IN_FULL = {
    **dict.fromkeys(("no", "nbr", "num", "nr", "nos", "#"), "number"),
    "amt": "amount", "dt": "date", "est": "estimated", "liq": "liquidation", "usd": "",
}  # fmt: skip


def heading_key(text: str) -> str:
    r"""Give a heading as it is looked up: without regard to case, spacing, line breaks, marks and short forms.

    >>> heading_key("Check Number /\u00a0ACH\nTrace Number ") == heading_key("check no./ACH Trace Nbr")
    True
    >>> heading_key("(L) Total Refund Amt ($)") == heading_key("TotalRefundAmount")
    True
    >>> heading_key("Total Refund Amount ($000)")
    'totalrefundamount000'
    """
    return "".join(heading_words(text))


def heading_words(text: str) -> list[str]:
    """Give the words that :func:`heading_key` puts together.

    >>> heading_words("C/O Name No.")
    ['c', '/', 'o', 'name', 'number']
    """
    if len(text) > _LONGEST:
        return [text]
    plain = unicodedata.normalize("NFKC", text).translate(_UNSEEN).strip()
    words = _WORD.findall(_CAMEL.sub(" ", _CALL_OUT.sub("", plain)).casefold())
    return [_IN_FULL.get(word, word) for word in words]


def alias_table(columns: tuple[Column, ...]) -> dict[str, str]:
    """Give ``heading_key`` → column name over headings, aliases and our own names."""
    return {key: column.name for column in columns for key in spellings(column)}


@cache
def spellings(column: Column) -> dict[str, int]:
    """Give the keys of a column's headings, each with its rank: CBP's own first, then the aliases in their order."""
    keys = [heading_key(text) for text in (column.heading, column.name, *column.aliases) if text]
    return {key: rank for rank, key in reversed(list(enumerate(keys)))}
