"""Columns that a table lacks: which of them a report cannot do without, and what may be meant instead."""

from __future__ import annotations

import difflib
from typing import TYPE_CHECKING

from rev603.errors import ColumnsMissingError
from rev603.identifiers import importer_number
from rev603.reading.layout import LONGEST_HEADING
from rev603.vocabulary.headings import Column, alias_table, heading_key

if TYPE_CHECKING:
    from collections.abc import Collection, Sequence

    from rev603.reading.layout import Line, Table

#: So many headings are named, and searched for a near one.
_MOST_FOUND = 200


def require_columns(
    table: Table, vocabulary: Sequence[Column], essential: Collection[str], headings: Line, where: str
) -> list[Column]:
    """Refuse a table without its essential columns; give the others that are missing.

    Raises
    ------
    ColumnsMissingError
        With what was found, and the nearest guess for each.
    """
    missing = [column for column in vocabulary if column.name not in table.columns]
    refused = [column for column in missing if column.name in essential]
    if refused:
        texts = [text for text in headings if text]
        found = [
            importer_number.mask(" ".join(text[:LONGEST_HEADING].split())) for text in texts[:_MOST_FOUND]
        ]
        known = alias_table(tuple(vocabulary))
        more = [f"and {len(texts) - len(found):,} more"] if len(texts) > len(found) else []
        raise ColumnsMissingError(
            [column.heading for column in refused],
            found=[*found, *more],
            guesses=_guesses(refused, [text for text in found if heading_key(text) not in known]),
            where=where,
            what_to_do="export the report with all of its columns, or correct the headings; of a REV-613 or REV-615 keep "
            "the title, it has fewer",
        )
    return missing


def _guesses(columns: Sequence[Column], candidates: list[str]) -> dict[str, str]:
    keys = {heading_key(text): text for text in candidates}
    guesses = {}
    for column in columns:
        spellings = [heading_key(text) for text in (column.heading, column.name, *column.aliases) if text]
        near = [
            match
            for spelling in spellings
            for match in difflib.get_close_matches(spelling, keys, n=1, cutoff=0.6)
        ]
        if near:
            guesses[column.heading] = keys[near[0]]
    return guesses
