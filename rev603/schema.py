"""The contract of every public frame, as pandera models.

Checks work on whole columns. Nothing here enforces a length on an identifier: on CBP's own
picture of the report a document number has 12 characters and a trace number 7.
"""

from __future__ import annotations

import pandas as pd
import pandera.pandas as pa
from pandera.typing import Series

__all__ = ["EntrySchema", "RefundSchema"]


class _Frame(pa.DataFrameModel):
    class Config:
        strict = False  # columns that we do not know are kept behind ours
        ordered = False
        coerce = False


class RefundSchema(_Frame):
    """Refund lines as :func:`rev603.read` gives them.

    Text is ``str`` and missing text is missing, never ``""``; dates are datetimes; amounts are dollars.
    """

    refund_id: Series[str] = pa.Field(nullable=True)
    filer_code: Series[str] = pa.Field(nullable=True)
    payee_id: Series[str] = pa.Field(nullable=True)
    company_name: Series[str] = pa.Field(nullable=True)
    care_of: Series[str] = pa.Field(nullable=True)
    address: Series[str] = pa.Field(nullable=True)
    refund_date: Series[pd.Timestamp] = pa.Field(nullable=True)
    refund_status: Series[str] = pa.Field(nullable=True)
    refund_secondary_status: Series[str] = pa.Field(nullable=True)
    refund_type: Series[str] = pa.Field(nullable=True)
    document_number: Series[str] = pa.Field(nullable=True)
    total_refund_amount: Series[float] = pa.Field(nullable=True)
    check_or_trace_number: Series[str] = pa.Field(nullable=True)
    check_or_ach: Series[str] = pa.Field(nullable=True, isin=["ACH", "Check"])
    center_id: Series[str] = pa.Field(nullable=True)
    team_number: Series[str] = pa.Field(nullable=True)
    port_code: Series[str] = pa.Field(nullable=True)
    entry_number: Series[str] = pa.Field(nullable=True, str_matches=r"^[0-9A-Z]{3}[0-9]{8}\Z")
    amount: Series[float] = pa.Field(nullable=True)
    report_date: Series[pd.Timestamp] = pa.Field(nullable=True)
    report: Series[str] = pa.Field(isin=["REV-603", "REV-613", "REV-615"])
    source_file: Series[str] = pa.Field(nullable=True)
    source_sheet: Series[str] = pa.Field(nullable=True)
    source_row: Series[int] = pa.Field(ge=1)


class EntrySchema(_Frame):
    """Entry lists as :func:`rev603.read_entries` gives them; every other column of the list is kept behind these."""

    entry_number: Series[str] = pa.Field(nullable=True)
    expected_amount: Series[float] = pa.Field(nullable=True)
    refund_id: Series[str] | None = pa.Field(nullable=True)
    importer_number: Series[str] | None = pa.Field(nullable=True)
    notify_party: Series[str] | None = pa.Field(nullable=True)
    liquidation_date: Series[pd.Timestamp] | None = pa.Field(nullable=True)
    source_file: Series[str] | None = pa.Field(nullable=True)
    source_sheet: Series[str] | None = pa.Field(nullable=True)
    source_row: Series[int] | None = pa.Field(ge=1)
