"""A file that is safe to read on: its bytes, and what they are."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal

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
    text
        The text as UTF-8 without a byte order mark, whatever it was written in; of a workbook nothing.
    encoding
        What the text was written in, proven over the whole file; for a workbook None.
    misnamed
        True where the name says something else than the bytes: text named .xlsx, a workbook named .csv.
    """

    name: str
    data: bytes | memoryview
    kind: Literal["xlsx", "text"]
    text: bytes | memoryview = b""
    encoding: Encoding | None = None
    misnamed: bool = False
