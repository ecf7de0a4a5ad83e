"""Doubts about a line that reads well: something is missing, or two of its cells contradict each other.

Nothing here changes a value. What no check can notice is another value of the same form in a cell that
nothing else depends on: an address, a name, a payee's number, a documented status.
"""

from __future__ import annotations

from functools import partial
from typing import TYPE_CHECKING

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc

from rev603._columns import as_mask, is_valid
from rev603.identifiers import importer_number

if TYPE_CHECKING:
    from collections.abc import Callable

    from numpy.typing import NDArray

    from rev603.reading.line_log import LineLog

#: A refund is looked up by these; every line of CBP's picture has them.
_ALWAYS_THERE = ("refund_id", "payee_id", "company_name", "refund_date", "document_number")
_OTHER_DOCUMENT = r"\A(?:[0-9]{12}|X{4}Y{8})\z"
#: So many documents that are no entry numbers are still named one by one.
_EXCEPTIONS = 100
#: The usual forms of codes, without regard to case.
_USUAL_FORMS = {
    "filer_code": r"(?i)\A[0-9A-Z]{3}\z",
    "team_number": r"(?i)\A[0-9A-Z]{3}\z",
    "port_code": r"\A[0-9]{4}\z",
}


def say_doubts(work: LineLog, entries: pa.ChunkedArray) -> None:
    """Note what is missing, what has an unusual form, and what contradicts the entry number.

    Parameters
    ----------
    work
        The lines, repaired.
    entries
        Their entry numbers, missing where the document is none.
    """
    for name in _ALWAYS_THERE:
        if name in work.table.columns:
            work.say("value-missing", name, np.flatnonzero(~is_valid(work.text[name]) & ~work.bad))
    _say_documents(work, entries)
    for name, form in _USUAL_FORMS.items():
        _say_distinct(work, "code-unusual", name, partial(_has_form, form=form))
    _say_distinct(work, "payee-unusual", "payee_id", _well_formed_payee)
    filer, of_entry = work.text["filer_code"], pc.utf8_slice_codeunits(entries, 0, 3)
    differs = np.flatnonzero(as_mask(pc.not_equal(filer, of_entry)))
    if len(differs):
        taken = pa.array(differs)
        differs = differs[as_mask(pc.not_equal(pc.utf8_upper(filer.take(taken)), of_entry.take(taken)))]
    work.say("filer-differs", "filer_code", differs)


def _say_documents(work: LineLog, entries: pa.ChunkedArray) -> None:
    """Note documents that are neither entry numbers nor of 12 digits, as a protest and CBP's picture have.

    Each is named, or only the first where they are the rule and not the exception.
    """
    documents = work.text["document_number"]
    there = is_valid(documents)
    odd = np.flatnonzero(there & ~is_valid(entries) & ~work.bad)
    odd = odd[~_has_form(documents.take(pa.array(odd)), form=_OTHER_DOCUMENT)]
    if len(odd) > min(_EXCEPTIONS, int(there.sum()) // 2):
        work.say("document-unusual", "document_number", odd[:1], detail=f"on {len(odd):,} lines")
    else:
        work.say("document-unusual", "document_number", odd)


def _has_form(distinct: pa.Array, form: str) -> NDArray[np.bool_]:
    return as_mask(pc.match_substring_regex(distinct, form))


def _well_formed_payee(distinct: pa.Array) -> NDArray[np.bool_]:
    """Tell which are numbers as CBP writes them: with a space for the hyphen, one payee would become two."""
    return ~_has_form(distinct, r"\s") & importer_number.is_valid_column(distinct.to_pandas()).to_numpy(
        dtype=bool
    )


def _say_distinct(
    work: LineLog, code: str, name: str, usual: Callable[[pa.Array], NDArray[np.bool_]]
) -> None:
    """Note the cells of unusual form; forms are looked at by distinct value."""
    encoded = work.distinct(name)
    if not len(encoded.dictionary):
        return
    odd = ~usual(encoded.dictionary)
    if odd.any():
        there = encoded.indices.is_valid().to_numpy(zero_copy_only=False)
        places = there & odd[encoded.indices.fill_null(0).to_numpy(zero_copy_only=False)]
        work.say(code, name, np.flatnonzero(places & ~work.bad))
