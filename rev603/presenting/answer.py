"""What every answer offers: text, workbook, page, Markdown, JSON and plain values, in one shape."""

from __future__ import annotations

import io
import json
import os
from abc import ABC, abstractmethod
from collections.abc import Callable, Iterable, Iterator, Mapping
from importlib import resources
from pathlib import Path
from typing import Any, overload

import pandas as pd

from rev603.errors import Rev603Error
from rev603.presenting.files import Target, whole_file
from rev603.presenting.masking import Mask, check_mask
from rev603.presenting.rendering import as_markdown, as_notebook, as_text
from rev603.presenting.tables import RECORDS_AT_ONCE, records
from rev603.presenting.view import View

#: What an answer is written as.
FORMATS = (".xlsx", ".html", ".md", ".json")


class Answer(ABC):
    """An answer that can be opened: each ``to_…`` takes a path or an open file, or else gives the text.

    A path's ending must be that of the format, its folder must be there, and what stood there is replaced only
    when the new file is complete. Payee numbers like social security numbers are masked (``mask="ssn"``), or all
    of them (``"all"``), or none (``"none"``: then a file may be read by its owner only).
    """

    @abstractmethod
    def _view(self, mask: Mask) -> View:
        """Return how the answer is shown."""

    @abstractmethod
    def _document(self, mask: Mask) -> dict[str, Any]:
        """Return what JSON holds, its frames as frames."""

    def view(self, *, mask: Mask = "ssn") -> View:
        """Return what every format shows, as data: titles, figures and tables."""
        return self._view(check_mask(mask))

    def to_text(self, *, mask: Mask = "ssn") -> str:
        """Return the answer as plain text, as the command line shows it."""
        return as_text(self.view(mask=mask))

    def to_dict(self, *, mask: Mask = "ssn") -> dict[str, Any]:
        """Return everything as plain values that ``json.dumps`` takes; frames are lists of records."""
        document = self._document(check_mask(mask))
        return {
            name: records(value) if isinstance(value, pd.DataFrame) else value
            for name, value in document.items()
        }

    @classmethod
    def json_schema(cls) -> dict[str, Any]:
        """Return the JSON Schema of :meth:`to_dict`."""
        file = resources.files("rev603.presenting").joinpath("schemas.json")
        schema: dict[str, Any] = json.loads(file.read_text("utf-8"))
        return {**schema, "$ref": f"#/$defs/{cls.__name__.lower()}"}

    @overload
    def to_json(self, target: None = None, *, mask: Mask = "ssn") -> str: ...
    @overload
    def to_json(self, target: Target, *, mask: Mask = "ssn") -> None: ...
    def to_json(self, target: Target | None = None, *, mask: Mask = "ssn") -> str | None:
        """Write :meth:`to_dict` as JSON, or return it; a record is a line, and a file is written in pieces."""
        return _deliver(_json(self._document(check_mask(mask))), target, mask, ".json")

    @overload
    def to_markdown(self, target: None = None, *, mask: Mask = "ssn") -> str: ...
    @overload
    def to_markdown(self, target: Target, *, mask: Mask = "ssn") -> None: ...
    def to_markdown(self, target: Target | None = None, *, mask: Mask = "ssn") -> str | None:
        """Write the answer as Markdown, for mail, chat and issue trackers, or return it."""
        return _deliver([as_markdown(self.view(mask=mask))], target, mask, ".md")

    @overload
    def to_html(self, target: None = None, *, mask: Mask = "ssn") -> str: ...
    @overload
    def to_html(self, target: Target, *, mask: Mask = "ssn") -> None: ...
    def to_html(self, target: Target | None = None, *, mask: Mask = "ssn") -> str | None:
        """Write the answer as one self-contained page, or return it; needs the extra ``report``."""
        from rev603.presenting.rendering import as_page  # noqa: PLC0415 - loaded when used

        return _deliver([as_page(self.view(mask=mask))], target, mask, ".html", ".htm")

    @overload
    def to_excel(self, target: None = None, *, mask: Mask = "ssn") -> bytes: ...
    @overload
    def to_excel(self, target: Target, *, mask: Mask = "ssn") -> None: ...
    def to_excel(self, target: Target | None = None, *, mask: Mask = "ssn") -> bytes | None:
        """Write the answer as a workbook, or return its bytes; the same answer gives the same bytes."""
        if isinstance(target, (str, os.PathLike)):
            _check_ending(Path(target), ".xlsx")
        memory = io.BytesIO()
        self._write_workbook(memory if target is None else target, check_mask(mask))
        return memory.getvalue() if target is None else None

    def _write_workbook(self, target: Target, mask: Mask) -> None:
        from rev603.presenting.front import write_view  # noqa: PLC0415 - openpyxl is loaded when used

        write_view(self._view(mask), target)

    def _repr_html_(self) -> str:
        """Show the answer in a notebook: short, escaped and masked."""
        return as_notebook(self.view())


def write_answer(answer: Answer, path: Path, *, mask: Mask) -> None:
    """Write an answer in the format that the file's name says."""
    writers = (answer.to_excel, answer.to_html, answer.to_markdown, answer.to_json)
    dict(zip(FORMATS, writers, strict=True))[path.suffix.lower()](path, mask=mask)


def _deliver(pieces: Iterable[str], target: Target | None, mask: Mask, *endings: str) -> str | None:
    """Write text to a path or an open file, or return it."""
    if target is None:
        return "".join(pieces)
    if isinstance(target, (str, os.PathLike)):
        _check_ending(Path(target), *endings)
        with (
            whole_file(target, private=mask == "none") as unfinished,
            unfinished.open("w", encoding="utf-8", newline="\n") as file,
        ):
            file.writelines(pieces)
        return None
    stream: Any = target
    encoded: Callable[[str], Any] = str if isinstance(stream, io.TextIOBase) else str.encode
    for piece in pieces:
        stream.write(encoded(piece))
    return None


def _check_ending(path: Path, *endings: str) -> None:
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
