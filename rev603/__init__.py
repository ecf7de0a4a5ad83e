"""rev603: from U.S. Customs' REV-603 Trade Refund exports to answers.

``read`` an export, ``flag_rejects``, group ``by_payee`` and ``by_notify_party``, ``reconcile`` with the entry list, and hand
over the ``weekly_summary``. Everything public is named here.
"""

from __future__ import annotations

import importlib
from typing import TYPE_CHECKING, Any

from rev603.errors import (
    ArgumentError,
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
    from rev603.analysis.groups import by_disposition, by_importer, by_method, by_notify_party, by_payee
    from rev603.analysis.history import current
    from rev603.analysis.status import MethodSplit, flag_rejects, rejects, split_by_method
    from rev603.analysis.worklist import worklist_by_actor
    from rev603.follow_up import enrollment_worklist, reissue_requests
    from rev603.identifiers import entry_number, importer_number
    from rev603.presenting import plots
    from rev603.presenting.letters import Letters, letters
    from rev603.presenting.line_files import Lines, write_lines
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
    "rev603.analysis.ageing": ("ageing",),
    "rev603.analysis.changes": ("changes",),
    "rev603.analysis.groups": ("by_disposition", "by_importer", "by_method", "by_notify_party", "by_payee"),
    "rev603.analysis.history": ("current",),
    "rev603.analysis.status": ("MethodSplit", "flag_rejects", "rejects", "split_by_method"),
    "rev603.analysis.worklist": ("worklist_by_actor",),
    "rev603.follow_up": ("enrollment_worklist", "reissue_requests"),
    "rev603.presenting.letters": ("Letters", "letters"),
    "rev603.presenting.line_files": ("Lines", "write_lines"),
    "rev603.presenting.masking": ("mask",),
    "rev603.presenting.packs": ("ClientPacks", "client_packs"),
    "rev603.presenting.reconciliation": ("Reconciliation", "reconcile"),
    "rev603.presenting.report": ("Report", "read"),
    "rev603.presenting.weekly": ("WeeklySummary", "weekly_summary"),
    "rev603.reading.entries": ("read_entries",),
    "rev603.reading.history": ("read_history", "read_reports"),
    "rev603.reading.limits": ("Limits",),
    "rev603.sample": ("sample_entries", "sample_report"),
    "rev603.schema": ("EntrySchema", "RefundSchema"),
}
_MODULES = {
    "entry_number": "rev603.identifiers.entry_number",
    "importer_number": "rev603.identifiers.importer_number",
    "plots": "rev603.presenting.plots",
}

__all__ = [
    "ArgumentError",
    "ClientPacks",
    "ColumnsMissingError",
    "ControlTotalError",
    "EntrySchema",
    "IdentifierError",
    "Letters",
    "Limits",
    "LineError",
    "Lines",
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


def __getattr__(name: str) -> Any:
    if name in _MODULES:
        return importlib.import_module(_MODULES[name])
    for module, names in _ON_FIRST_USE.items():
        if name in names:
            return getattr(importlib.import_module(module), name)
    raise AttributeError(f"module 'rev603' has no attribute {name!r}")


def __dir__() -> list[str]:
    return [*__all__, "__version__"]
