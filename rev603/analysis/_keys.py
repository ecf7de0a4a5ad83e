"""What the analyses compare refunds, names and lines by."""

from __future__ import annotations

import narwhals as nw

from rev603.identifiers.refund_key import (
    DASHES,
    DOCUMENT_KEY,
    IDENTITY,
    KEY,
    OWN,
    PAYEE_KEY,
    REFUND_KEY,
    SPACING,
    plain,
    with_identity,
)

__all__ = [
    "DOCUMENT_KEY", "IDENTITY", "KEY", "OWN", "PAYEE_KEY", "REFUND_KEY", "name_key", "plain", "with_identity",
]  # fmt: skip

_PUNCTUATION = "!-/:-@\\[-`{-~\u00a0\u00b7\u2018-\u201f\u2022\u2026\u3001\u3002\uff01-\uff0f"


def name_key(column: str) -> nw.Expr:
    """Return company or C/O names as they are compared: without case, spacing and punctuation; missing is ``""``.

    >>> import pandas as pd
    >>> frame = nw.from_native(pd.DataFrame({"care_of": ["Harbor Brokers, Inc.", "HARBOR  BROKERS INC", None]}))
    >>> frame.select(name_key("care_of"))["care_of"].to_list()
    ['harborbrokersinc', 'harborbrokersinc', '']
    """
    text = nw.col(column).cast(nw.String).fill_null("").str.to_lowercase()
    return text.str.replace_all(f"[{SPACING}{DASHES}{_PUNCTUATION}]+", "")
