"""Patterns for texts that are short by nature: labels, dates, amounts.

Files come from strangers, and some patterns take time that grows with the square of a text's length. A cell of
100,000 signs is no date, so it is refused before the pattern sees it.
"""

from __future__ import annotations

import re
from typing import Any

__all__ = ["Short"]


class Short:
    """A pattern that matches no text over so many characters, and is not asked about it.

    Examples
    --------
    >>> total = Short("(?i).*total", longest=20)
    >>> bool(total.match("Grand Total")), bool(total.match("Grand Total" + " " * 20))
    (True, False)
    """

    def __init__(self, pattern: str, flags: int = 0, *, longest: int = 200) -> None:
        self._pattern = re.compile(pattern, flags)
        self.longest = longest

    def match(self, text: str) -> re.Match[str] | None:
        """Return the match at the beginning of a short text."""
        return self._pattern.match(text) if len(text) <= self.longest else None

    def fullmatch(self, text: str) -> re.Match[str] | None:
        """Return the match of a short text as a whole."""
        return self._pattern.fullmatch(text) if len(text) <= self.longest else None

    def sub(self, new: Any, text: str) -> str:
        """Return a short text with all matches replaced, and a longer one as it is."""
        return self._pattern.sub(new, text) if len(text) <= self.longest else text
