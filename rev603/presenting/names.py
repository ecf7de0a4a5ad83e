"""Names of files and folders out of names that strangers wrote."""

from __future__ import annotations

import re
import unicodedata
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Iterable

__all__ = ["safe_name", "safe_names"]

_RESERVED = re.compile(r"(con|prn|aux|nul|com[0-9]|lpt[0-9])\Z")
_LONGEST = 60


def safe_name(text: str) -> str:
    """Return a name that is one file or folder on every system: small letters, digits and single hyphens.

    >>> safe_name("../Été & Söhne, GmbH"), safe_name("CON"), safe_name("公司")
    ('ete-sohne-gmbh', 'x-con', 'x')
    """
    plain = unicodedata.normalize("NFKD", text).encode("ascii", "ignore").decode().casefold()
    name = re.sub("[^a-z0-9]+", "-", plain)[:_LONGEST].strip("-")
    return f"x-{name}".strip("-") if not name or _RESERVED.match(name) else name


def safe_names(texts: Iterable[str]) -> list[str]:
    """Return a name of its own for each text; the second of a kind ends in ``-2``.

    >>> safe_names(["A Co", "a. co", "B Co"])
    ['a-co', 'a-co-2', 'b-co']
    """
    taken: set[str] = set()
    names = []
    for text in texts:
        first, number = safe_name(text), 1
        name = first
        while name in taken:
            number += 1
            name = f"{first}-{number}"
        taken.add(name)
        names.append(name)
    return names
