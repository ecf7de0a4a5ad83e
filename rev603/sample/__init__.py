"""Synthetic exports with known truth: any size, any seed, and nobody's data.

Companies, people, addresses and numbers are invented: employer identification numbers with prefixes
that are never assigned, social security numbers of areas that are never issued.

Examples
--------
>>> from rev603.sample import sample_report
>>> refunds = sample_report(lines=400, seed=603)
>>> len(refunds), refunds["report_date"].iloc[0].date().isoformat()
(400, '2026-11-13')
"""

from __future__ import annotations

from rev603.sample._report import sample_entries, sample_history, sample_report
from rev603.sample._write import write_entries, write_report, write_samples

__all__ = [
    "sample_entries",
    "sample_history",
    "sample_report",
    "write_entries",
    "write_report",
    "write_samples",
]
