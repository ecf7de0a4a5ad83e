"""What every answer offers: workbook, page, Markdown, JSON and plain values, in one shape."""

from __future__ import annotations

import io
import json
import os
from pathlib import Path
from typing import IO, TYPE_CHECKING, Any, TypeAlias, overload

import pandas as pd

from rev603.errors import Rev603Error
from rev603.presenting.files import whole_file
from rev603.presenting.records import RECORDS_AT_ONCE, records

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Iterator, Mapping

    from rev603.presenting.masking import Mask

__all__ = ["Answer", "Target", "check_ending", "deliver"]

#: A path, or an open file: text or binary, whichever it takes.
Target: TypeAlias = "str | os.PathLike[str] | IO[Any]"


class Answer:
    """An answer that can be opened: each ``to_…`` takes a path or an open file, or else gives the text.

    A path's ending must be that of the format, its folder must be there, and what stood there is replaced only
    when the new file is complete. Payee numbers like social security numbers are masked (``mask="ssn"``), or all
    of them (``"all"``), or none (``"none"``: then a file may be read by its owner only).
    """

    def to_dict(self, *, mask: Mask = "ssn") -> dict[str, Any]:
        """Return everything as plain values that ``json.dumps`` takes; frames are lists of records."""
        document = self._document(mask)
        return {
            name: records(value) if isinstance(value, pd.DataFrame) else value
            for name, value in document.items()
        }

    @overload
    def to_json(self, target: None = None, *, mask: Mask = "ssn") -> str: ...
    @overload
    def to_json(self, target: Target, *, mask: Mask = "ssn") -> None: ...
    def to_json(self, target: Target | None = None, *, mask: Mask = "ssn") -> str | None:
        """Write :meth:`to_dict` as JSON, or return it; a record is a line, and a file is written in pieces."""
        return deliver(_json(self._document(mask)), target, (".json",), private=mask == "none")

    @overload
    def to_markdown(self, target: None = None, *, mask: Mask = "ssn") -> str: ...
    @overload
    def to_markdown(self, target: Target, *, mask: Mask = "ssn") -> None: ...
    def to_markdown(self, target: Target | None = None, *, mask: Mask = "ssn") -> str | None:
        """Write the answer as Markdown, or return it."""
        return deliver([self._markdown(mask)], target, (".md",), private=mask == "none")

    @overload
    def to_html(self, target: None = None, *, mask: Mask = "ssn") -> str: ...
    @overload
    def to_html(self, target: Target, *, mask: Mask = "ssn") -> None: ...
    def to_html(self, target: Target | None = None, *, mask: Mask = "ssn") -> str | None:
        """Write the answer as one self-contained page, or return it."""
        return deliver([self._html(mask)], target, (".html", ".htm"), private=mask == "none")

    @overload
    def to_excel(self, target: None = None, *, mask: Mask = "ssn") -> bytes: ...
    @overload
    def to_excel(self, target: Target, *, mask: Mask = "ssn") -> None: ...
    def to_excel(self, target: Target | None = None, *, mask: Mask = "ssn") -> bytes | None:
        """Write the answer as a workbook, or return its bytes."""
        if target is None:
            memory = io.BytesIO()
            self._write_workbook(memory, mask)
            return memory.getvalue()
        if isinstance(target, (str, os.PathLike)):
            check_ending(Path(target), (".xlsx",))
        self._write_workbook(target, mask)
        return None

    def _document(self, mask: Mask) -> dict[str, Any]:
        raise NotImplementedError

    def _markdown(self, mask: Mask) -> str:
        raise NotImplementedError

    def _html(self, mask: Mask) -> str:
        raise NotImplementedError

    def _write_workbook(self, target: Target, mask: Mask) -> None:
        raise NotImplementedError


def deliver(
    pieces: Iterable[str], target: Target | None, endings: tuple[str, ...], *, private: bool = False
) -> str | None:
    """Write text to a path or an open file, or return it.

    Examples
    --------
    >>> deliver(["a", "b"], None, (".md",))
    'ab'
    >>> deliver(["a", "b"], "x.docx", (".md",))
    Traceback (most recent call last):
    rev603.errors.Rev603Error: x.docx does not end in .md.
      what to do: name a file that ends so
    """
    if target is None:
        return "".join(pieces)
    if isinstance(target, (str, os.PathLike)):
        check_ending(Path(target), endings)
        with (
            whole_file(target, private=private) as unfinished,
            unfinished.open("w", encoding="utf-8", newline="\n") as file,
        ):
            file.writelines(pieces)
        return None
    stream: Any = target
    encoded: Callable[[str], Any] = str if isinstance(stream, io.TextIOBase) else str.encode
    for piece in pieces:
        stream.write(encoded(piece))
    return None


def check_ending(path: Path, endings: tuple[str, ...]) -> None:
    """Refuse a name that does not end as its format does."""
    if path.suffix.lower() not in endings:
        raise Rev603Error(
            f"{path.name} does not end in {' or '.join(endings)}.", what_to_do="name a file that ends so"
        )


def _json(document: Mapping[str, Any]) -> Iterator[str]:
    """Give a document as JSON, a block of records at a time, so that no long list is in memory as text."""
    opening = "{"
    for name, value in document.items():
        yield f"{opening}\n  {json.dumps(name)}: "
        opening = ","
        if isinstance(value, pd.DataFrame) and len(value):
            mark = "["
            for start in range(0, len(value), RECORDS_AT_ONCE):
                lines = map(_compact, records(value.iloc[start : start + RECORDS_AT_ONCE]))
                yield f"{mark}\n    " + ",\n    ".join(lines)
                mark = ","
            yield "\n  ]"
        else:
            yield _compact([] if isinstance(value, pd.DataFrame) else value)
    yield "\n}\n"


def _compact(value: Any) -> str:
    return json.dumps(value, ensure_ascii=False, allow_nan=False)
