"""A file that is safe to read on: its bytes, and what they are."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Literal

from rev603.reading.encoding import to_utf8

if TYPE_CHECKING:
    from rev603.reading.encoding import Encoding


@dataclass(frozen=True)
class Source:
    """A file that is safe to read on, and how.

    Attributes
    ----------
    name
        The file's name without its folder, for messages.
    data
        Every byte of it. Read once, so that what was checked is what is read. A workbook's are ``bytes``.
    kind
        ``"xlsx"`` (also .xlsm) or ``"text"``.
    encoding
        For text ``"utf-8"``, ``"utf-8-sig"``, ``"utf-16-le"``, ``"utf-16-be"`` or ``"cp1252"``, proven over
        the whole file; for a workbook None.
    bom_bytes
        How many bytes at the start are a byte order mark.
    misnamed
        True where the name says something else than the bytes: text named .xlsx, a workbook named .csv.
    """

    name: str
    data: bytes | memoryview
    kind: Literal["xlsx", "text"]
    encoding: Encoding | None = None
    bom_bytes: int = 0
    misnamed: bool = False

    def utf8(self) -> bytes | memoryview:
        """Give the text as UTF-8 without a byte order mark, whatever it was written in."""
        if self.encoding is None:
            raise ValueError(f"{self.name} is a workbook and has no text of its own")
        return to_utf8(self.data, self.encoding, bom_bytes=self.bom_bytes)
