"""The strings that a workbook keeps in one place, for cells to point at."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pyarrow as pa

from rev603.reading.workbook.plain_markup import plain_strings
from rev603.reading.workbook.safe_xml import PlainStretches, read_part
from rev603.reading.workbook.text_runs import TextRuns

if TYPE_CHECKING:
    from rev603.reading.workbook.archive import Archive

__all__ = ["read_strings"]


def read_strings(archive: Archive, part: str, *, quick: bool = True) -> pa.Array:
    """Return all shared strings, as large text.

    Parameters
    ----------
    archive
        The workbook.
    part
        Where they lie; empty where there are none.
    quick
        False leaves everything to the XML parser.

    Raises
    ------
    Rev603Error
        The part is damaged or over a limit.
    """
    strings = _Strings()
    if part:
        plain = PlainStretches("sst", depth=1, unit="si>", read=strings.read_plain) if quick else None
        read_part(archive, part, start=strings.start, end=strings.end, text=strings.text, plain=plain)
    strings.flush()
    return pa.concat_arrays(strings.chunks)


class _Strings(TextRuns):
    def __init__(self) -> None:
        super().__init__("si")
        self.pending: list[str] = []
        self.chunks = [pa.array([], pa.large_string())]

    def end(self, tag: str, path: list[str]) -> None:
        super().end(tag, path)
        if tag == self.holder_tag:
            self.pending.append("".join(self.runs))

    def flush(self) -> None:
        """Put what the parser has found behind the rest."""
        if self.pending:
            self.chunks.append(pa.array(self.pending, pa.large_string()))
            self.pending = []

    def read_plain(self, stretch: bytes) -> bool:
        """Take strings of plain markup; False where they are not."""
        found = plain_strings(stretch)
        if found is None:
            return False
        self.flush()
        self.chunks.append(found.cast(pa.large_string()))
        return True
