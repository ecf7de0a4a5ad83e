"""rev603: from U.S. Customs' REV-603 Trade Refund exports to answers.

``read`` an export, ``flag_rejects``, group ``by_payee`` and ``by_notify_party``, ``reconcile`` with the entry list, and hand
over the ``weekly_summary``. Everything public is named here.
"""

from __future__ import annotations

import importlib
from typing import TYPE_CHECKING, Any

from rev603.errors import (
    ColumnsMissingError,
    ControlTotalError,
    IdentifierError,
    LineError,
    Rev603Error,
    SourceNotFoundError,
    UnrecognizedFileError,
    UnsafeFileError,
)

if TYPE_CHECKING:
    from rev603.analysis.ageing import ageing
    from rev603.analysis.changes import changes
    from rev603.analysis.history import current
    from rev603.analysis.method import MethodSplit, by_method, split_by_method
    from rev603.analysis.party import by_importer, by_notify_party, by_payee
    from rev603.analysis.status import by_disposition, flag_rejects, rejects
    from rev603.analysis.worklist import worklist_by_actor
    from rev603.follow_up import enrollment_worklist, reissue_requests
    from rev603.identifiers import entry_number, importer_number
    from rev603.presenting import plots
    from rev603.presenting.letters import Letters, letters
    from rev603.presenting.line_files import write_lines
    from rev603.presenting.masking import mask
    from rev603.presenting.packs import ClientPacks, client_packs
    from rev603.presenting.reconciliation import Reconciliation, reconcile
    from rev603.presenting.report import Report, read
    from rev603.presenting.weekly import WeeklySummary, weekly_summary
    from rev603.reading.entries import read_entries
    from rev603.reading.history import read_history, read_reports
    from rev603.reading.limits import Limits
    from rev603.sample import sample_entries, sample_report
    from rev603.schema import EntrySchema, RefundSchema

__version__ = "0.1.0"

#: Imported when first used: pandas, pandera and whatever renders take longer to load than a quick question should.
_ON_FIRST_USE = {
    "ClientPacks": "rev603.presenting.packs",
    "EntrySchema": "rev603.schema",
    "Letters": "rev603.presenting.letters",
    "MethodSplit": "rev603.analysis.method",
    "Reconciliation": "rev603.presenting.reconciliation",
    "RefundSchema": "rev603.schema",
    "Report": "rev603.presenting.report",
    "WeeklySummary": "rev603.presenting.weekly",
    "ageing": "rev603.analysis.ageing",
    "by_disposition": "rev603.analysis.status",
    "by_importer": "rev603.analysis.party",
    "by_method": "rev603.analysis.method",
    "by_notify_party": "rev603.analysis.party",
    "by_payee": "rev603.analysis.party",
    "changes": "rev603.analysis.changes",
    "client_packs": "rev603.presenting.packs",
    "current": "rev603.analysis.history",
    "enrollment_worklist": "rev603.follow_up",
    "flag_rejects": "rev603.analysis.status",
    "Limits": "rev603.reading.limits",
    "letters": "rev603.presenting.letters",
    "read": "rev603.presenting.report",
    "read_entries": "rev603.reading.entries",
    "read_history": "rev603.reading.history",
    "reconcile": "rev603.presenting.reconciliation",
    "reissue_requests": "rev603.follow_up",
    "rejects": "rev603.analysis.status",
    "sample_entries": "rev603.sample",
    "sample_report": "rev603.sample",
    "split_by_method": "rev603.analysis.method",
    "mask": "rev603.presenting.masking",
    "read_reports": "rev603.reading.history",
    "weekly_summary": "rev603.presenting.weekly",
    "worklist_by_actor": "rev603.analysis.worklist",
    "write_lines": "rev603.presenting.line_files",
}

__all__ = [
    "ClientPacks",
    "ColumnsMissingError",
    "ControlTotalError",
    "EntrySchema",
    "IdentifierError",
    "Letters",
    "Limits",
    "LineError",
    "MethodSplit",
    "Reconciliation",
    "RefundSchema",
    "Report",
    "Rev603Error",
    "SourceNotFoundError",
    "UnrecognizedFileError",
    "UnsafeFileError",
    "WeeklySummary",
    "ageing",
    "by_disposition",
    "by_importer",
    "by_method",
    "by_notify_party",
    "by_payee",
    "changes",
    "client_packs",
    "current",
    "enrollment_worklist",
    "entry_number",
    "flag_rejects",
    "importer_number",
    "letters",
    "mask",
    "plots",
    "read",
    "read_entries",
    "read_history",
    "read_reports",
    "reconcile",
    "reissue_requests",
    "rejects",
    "sample_entries",
    "sample_report",
    "split_by_method",
    "weekly_summary",
    "worklist_by_actor",
    "write_lines",
]


#: Public names that are modules themselves.
_MODULES = {
    "entry_number": "rev603.identifiers.entry_number",
    "importer_number": "rev603.identifiers.importer_number",
    "plots": "rev603.presenting.plots",
}


def __getattr__(name: str) -> Any:
    if name in _MODULES:
        return importlib.import_module(_MODULES[name])
    if name in _ON_FIRST_USE:
        return getattr(importlib.import_module(_ON_FIRST_USE[name]), name)
    raise AttributeError(f"module 'rev603' has no attribute {name!r}")


def __dir__() -> list[str]:
    return [*__all__, "__version__"]
