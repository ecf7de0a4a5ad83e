"""What a column is called in front of people, and how its values are shown.

One table for the workbook, the page, Markdown and the terminal, so that a figure has the same name
and the same form in each. A column that is not listed is shown under its own name, by its dtype.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Literal

import pandas as pd

from rev603.errors import ColumnsMissingError
from rev603.presenting.view import shown_data
from rev603.vocabulary.headings import REFUND_COLUMNS

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

__all__ = ["LABELS", "Kind", "Shown", "kind_of", "label_of", "shown_columns"]

Kind = Literal["text", "identifier", "money", "date", "count", "days", "number"]

LABELS: dict[str, str] = {column.name: column.heading for column in REFUND_COLUMNS} | shown_data()["labels"]

_IDENTIFIERS = {
    *("refund_id", "filer_code", "payee_id", "document_number", "entry_number", "check_or_trace_number"),
    *("center_id", "team_number", "port_code", "content_hash"),
    *("importer_number", "sibling", "match_id"),
}
_MONEY_WORDS = ("amount", "expected", "refunded", "difference", "explained", "duty", "interest", "tolerance")


@dataclass(frozen=True, slots=True)
class Shown:
    """A column as it is shown."""

    name: str
    label: str
    kind: Kind

    @property
    def is_figure(self) -> bool:
        """Whether the values stand on the right and can be added or compared."""
        return self.kind in ("money", "count", "days", "number")


def label_of(name: str) -> str:
    """Give the name of a column for people.

    >>> label_of("care_of"), label_of("status_before")
    ('C/O (notify party)', 'Status before')
    """
    if name in LABELS:
        return LABELS[name]
    words = str(name).replace("_", " ").strip()
    return words[:1].upper() + words[1:] if "_" in str(name) or words.islower() else words


def kind_of(name: str, values: pd.Series) -> Kind:
    """Tell how a column is shown, by its dtype and, for numbers, by its name.

    >>> kind_of("ach_amount", pd.Series([1.5])), kind_of("lines", pd.Series([1]))
    ('money', 'count')
    """
    dtype = values.dtype
    if isinstance(dtype, pd.DatetimeTZDtype) or pd.api.types.is_datetime64_dtype(dtype):
        return "date"
    if pd.api.types.is_bool_dtype(dtype) or not pd.api.types.is_numeric_dtype(dtype):
        return "identifier" if name in _IDENTIFIERS else "text"
    if pd.api.types.is_integer_dtype(dtype):
        return "days" if "days" in str(name) else "count"
    if any(word in str(name) for word in _MONEY_WORDS):
        return "money"
    return "days" if "days" in str(name) else "number"


def shown_columns(
    frame: pd.DataFrame,
    columns: Sequence[str] | None = None,
    *,
    labels: Mapping[str, str] | None = None,
) -> tuple[Shown, ...]:
    """Return the columns to show, in order: those asked for, or all of them.

    Raises
    ------
    ColumnsMissingError
        One that is asked for is not there.

    Examples
    --------
    >>> frame = pd.DataFrame({"payee_id": ["12-345678900"], "amount": [1.0]})
    >>> [(column.label, column.kind) for column in shown_columns(frame)]
    [('Payee ID', 'identifier'), ('Amount', 'money')]
    """
    names = list(frame.columns if columns is None else columns)
    if missing := [name for name in names if name not in frame]:
        raise ColumnsMissingError(missing, found=map(str, frame.columns))
    own = labels or {}
    return tuple(Shown(name, own.get(name, label_of(name)), kind_of(name, frame[name])) for name in names)
