"""`import rev603` gives the agreed names, and stays light."""

from __future__ import annotations

import subprocess
import sys

import pytest

import rev603

CONTRACT = [
    "read",
    "read_history",
    "read_entries",
    "flag_rejects",
    "rejects",
    "split_by_method",
    "by_method",
    "by_payee",
    "by_notify_party",
    "reconcile",
    "current",
    "changes",
    "ageing",
    "enrollment_worklist",
    "worklist_by_actor",
    "letters",
    "client_packs",
    "reissue_requests",
    "weekly_summary",
    "sample_report",
    "sample_entries",
    "entry_number",
    "importer_number",
    "RefundSchema",
    "EntrySchema",
    "Rev603Error",
    "UnsafeFileError",
    "UnrecognizedFileError",
    "LineError",
    "ControlTotalError",
    "ColumnsMissingError",
]


@pytest.mark.parametrize("name", CONTRACT)
def test_the_contract_names_are_there(name: str) -> None:
    assert getattr(rev603, name) is not None
    assert name in rev603.__all__
    assert name in dir(rev603)


def test_each_name_is_there_when_it_is_the_first_that_is_used() -> None:
    """What is imported on first use must not rest on what another name has imported before."""
    code = """
import importlib, sys, rev603
for name in rev603.__all__:
    for module in [module for module in sys.modules if module.partition(".")[0] == "rev603"]:
        del sys.modules[module]
    assert getattr(importlib.import_module("rev603"), name) is not None, name
"""
    subprocess.run([sys.executable, "-c", code], check=True)


def test_an_unknown_name_is_an_attribute_error() -> None:
    with pytest.raises(AttributeError, match="no attribute 'reed'"):
        rev603.reed  # noqa: B018 - looking it up is the test


@pytest.mark.parametrize(
    "heavy", ["openpyxl", "jinja2", "matplotlib", "pandera", "fastexcel", "dateutil.parser"]
)
def test_importing_rev603_leaves_what_only_reports_need_alone(heavy: str) -> None:
    code = f"import sys, pandas; before = set(sys.modules); import rev603; print({heavy!r} in set(sys.modules) - before)"
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert done.stdout.strip() == "False"
