"""Strings in the XML: of how many runs in whatever fonts, in the cells or in one place for cells to point at."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pyarrow as pa

from rev603.errors import UnsafeFileError
from rev603.reading.workbook.cell_text import XML_SPACE, unescaped
from rev603.reading.workbook.plain_markup import plain_strings
from rev603.reading.workbook.safe_xml import PlainStretches, read_part

if TYPE_CHECKING:
    from rev603.reading.archive import Archive

__all__ = ["TextRuns", "read_strings"]


def read_strings(archive: Archive, part: str, *, quick: bool = True) -> pa.Array:
    """Return all shared strings of a workbook, none where it has no such part.

    ``quick=False`` leaves everything to the XML parser.
    """
    strings = _Strings(archive)
    if part:
        plain = PlainStretches("sst", depth=1, unit="si>", read=strings.read_plain) if quick else None
        read_part(archive, part, start=strings.start, end=strings.end, text=strings.text, plain=plain)
    strings.flush()
    return pa.concat_arrays(strings.chunks)


class TextRuns:
    """Hears the events of strings, and joins the texts of their runs.

    Parameters
    ----------
    holder
        The element that holds a string: ``"si"`` among the shared strings, ``"is"`` in a cell.
    """

    def __init__(self, holder: str) -> None:
        self.holder = holder
        self.runs: list[str] = []
        self.pieces: list[str] | None = None  # of the run that is being read
        self.keeps_space = False

    def start(self, tag: str, attributes: dict[str, str], path: list[str]) -> None:
        """Hear of an opening tag."""
        if tag == self.holder:
            self.runs = []
        elif tag == "t" and (path[-1:] == [self.holder] or path[-2:] == [self.holder, "r"]):
            self.pieces = []
            self.keeps_space = attributes.get("xml:space") == "preserve"

    def text(self, text: str, path: list[str]) -> None:
        """Hear of text."""
        if self.pieces is not None and path[-1] == "t":
            self.pieces.append(text)

    def end(self, tag: str, path: list[str]) -> None:  # noqa: ARG002 - the path is for those who extend this
        """Hear of a closing tag."""
        if tag == "t" and self.pieces is not None:
            run = "".join(self.pieces)
            self.runs.append(unescaped(run if self.keeps_space else run.strip(XML_SPACE)))
            self.pieces = None


class _Strings(TextRuns):
    """Hears the events of the shared strings, and gathers them."""

    def __init__(self, archive: Archive) -> None:
        super().__init__("si")
        self.archive = archive
        self.pending: list[str] = []
        self.chunks = [pa.array([], pa.large_string())]
        self.count = 0

    def end(self, tag: str, path: list[str]) -> None:
        """Hear of a closing tag."""
        super().end(tag, path)
        if tag == self.holder:
            self.pending.append("".join(self.runs))

    def read_plain(self, stretch: bytes) -> bool:
        """Take strings of plain markup; False where they are not."""
        found = plain_strings(stretch)
        if found is not None:
            self.flush()
            self._take(found)
        return found is not None

    def flush(self) -> None:
        """Put what the parser has found behind the rest."""
        self._take(pa.array(self.pending, pa.string()))
        self.pending = []

    def _take(self, strings: pa.Array) -> None:
        self.count += len(strings)
        self.chunks.append(strings.cast(pa.large_string()))
        if self.count > self.archive.limits.max_cells // 2:
            raise UnsafeFileError(
                f"The workbook has more than {self.archive.limits.max_cells // 2:,} shared strings.",
                where=self.archive.name,
                why="half of all cells that there may be would have to differ",
                what_to_do="export a shorter span of dates, or raise max_cells",
            )
