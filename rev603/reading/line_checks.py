"""Lines that cannot be read as they stand, and doubts about lines that read well.

A line with more cells than there are headings has an unquoted comma that moved all that follows by one column: it would
show an entry number as an amount. It is refused; what it may have meant is said, and never taken. Doubts change no value.
What no check can notice is another value of the same form in a cell that nothing else depends on: an address, a name, a
payee's number, a documented status.
"""

from __future__ import annotations

from collections.abc import Callable
from functools import partial

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc

from rev603._columns import Mask, as_mask, is_valid
from rev603.identifiers import entry_number, importer_number
from rev603.reading.amounts import amount_in_cents
from rev603.reading.dates import could_be_a_date
from rev603.reading.issues import masked
from rev603.reading.layout import Line, Table
from rev603.reading.line_log import LineLog
from rev603.reading.repairs import FREE_TEXT
from rev603.vocabulary.statuses import METHODS, status_key

_FITS: dict[str, Callable[[str], bool]] = {
    "refund_date": could_be_a_date,
    "total_refund_amount": lambda text: amount_in_cents(text) is not None and bool({"$", "."} & {*text}),
    "document_number": entry_number.is_valid,
    "payee_id": importer_number.is_valid,
    "check_or_ach": lambda text: status_key(text) in METHODS,
}
_MAY_BE_BLANK = frozenset({"check_or_ach"})
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


def refuse_long_lines(work: LineLog) -> None:
    """Refuse the lines that have more cells than the table has headings."""
    grid, table, lines = work.grid, work.table, work.lines
    last = max(*table.columns.values(), *table.unknown.values(), *(at for _, at in table.repeated))
    # in delimited text a line may have more cells than most; else a few lines have a cell right behind the last heading
    wider = np.isin(lines, grid.long_lines) & (table.header[-1] not in grid.long_lines)
    beside = np.zeros(len(lines), dtype=bool)
    if last + 1 < len(grid.columns):
        beside = is_valid(grid.columns[last + 1].take(pa.array(lines)))
        beside &= ~wider & (beside.sum() * 2 < len(lines))
    looked_at = np.flatnonzero(wider | beside)
    readings = [_one_reading(line, table, last) for line in grid.lines(lines[looked_at])]
    # a cell beside the table that no reading takes in is a remark of somebody's
    refused = wider[looked_at] | np.array([bool(each) for each in readings], dtype=bool)
    places = looked_at[refused]
    if len(places):
        said = [each or "nothing tells which" for each, bad in zip(readings, refused, strict=True) if bad]
        detail, nothing = pa.array(said, pa.large_string()), pa.nulls(len(places), pa.large_string())
        work.log.add_cells("line-too-long", grid, lines[places], None, nothing, at=None, detail=detail)
        work.bad[places] = True


def _one_reading(line: Line, table: Table, last: int) -> str:
    """Return in words which cells are one, where joining them fills all other columns in one way only."""
    names = {at: name for name, at in table.columns.items()}
    extra = max((at for at, text in enumerate(line) if text), default=0) - last
    joins: list[str] = []
    readings: set[tuple[str | None, ...]] = set()
    for at in range(last + 1) if extra > 0 else ():
        if names.get(at, "company_name") not in FREE_TEXT:
            continue
        joined = ", ".join(text for text in line[at : at + extra + 1] if text)
        whole = [*line[:at], joined, *line[at + extra + 1 :]]
        if all(_fits(name, whole[place]) for place, name in names.items() if name in _FITS):
            joins.append(joined)
            readings.add(tuple(whole[place] for place, name in names.items() if name not in FREE_TEXT))
    if len(readings) != 1:
        return ""
    return f"it would read well with {' or '.join(repr(masked(each)) for each in joins)} as one cell"


def _fits(name: str, text: str | None) -> bool:
    return _FITS[name](text) if text else name in _MAY_BE_BLANK


def say_doubts(work: LineLog, entries: pa.ChunkedArray) -> None:
    """Note what is missing, what has an unusual form, and what contradicts the entry number."""
    for name in _ALWAYS_THERE:
        if name in work.table.columns:
            work.say("value-missing", name, np.flatnonzero(~is_valid(work.text[name]) & ~work.bad))
    _say_documents(work, entries)
    for name, form in _USUAL_FORMS.items():
        _say_distinct(work, "code-unusual", name, partial(_has_form, form=form))
    _say_distinct(work, "payee-unusual", "payee_id", _well_formed_payee)
    filer, of_entry = pc.utf8_upper(work.text["filer_code"]), pc.utf8_slice_codeunits(entries, 0, 3)
    work.say("filer-differs", "filer_code", np.flatnonzero(as_mask(pc.not_equal(filer, of_entry))))


def _say_documents(work: LineLog, entries: pa.ChunkedArray) -> None:
    """Note documents that are neither entry numbers nor of 12 digits, as a protest and CBP's picture have.

    Each is named, or only the first where they are the rule and not the exception.
    """
    documents = work.text["document_number"]
    there = is_valid(documents)
    odd = np.flatnonzero(there & ~is_valid(entries) & ~work.bad)
    odd = odd[~_has_form(documents.take(pa.array(odd)), form=_OTHER_DOCUMENT)]
    rule = len(odd) > min(_EXCEPTIONS, int(there.sum()) // 2)
    detail = f"on {len(odd):,} lines" if rule else ""
    work.say("document-unusual", "document_number", odd[:1] if rule else odd, detail=detail)


def _has_form(texts: pa.Array | pa.ChunkedArray, form: str) -> Mask:
    return as_mask(pc.match_substring_regex(texts, form))


def _well_formed_payee(distinct: pa.Array) -> Mask:
    """Return which are numbers as CBP writes them: with a space for the hyphen, one payee would become two."""
    valid: Mask = np.array([importer_number.is_valid(text) for text in distinct.to_pylist()], dtype=bool)
    valid &= ~_has_form(distinct, r"\s")
    return valid


def _say_distinct(work: LineLog, code: str, name: str, usual: Callable[[pa.Array], Mask]) -> None:
    """Note the cells of unusual form; forms are looked at by distinct value."""
    encoded = work.distinct(name)
    odd = pa.array(~usual(encoded.dictionary), pa.bool_())
    work.say(code, name, np.flatnonzero(as_mask(pc.take(odd, encoded.indices)) & ~work.bad))
