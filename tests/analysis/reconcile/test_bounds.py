"""Suggestions stay within 10 s and 1 GB, each in a process of its own, and what is left out is counted."""

from __future__ import annotations

import json
import subprocess
import sys
import textwrap

import pytest

from rev603.analysis.reconcile.suggestions import MOST_LISTED

_MEASURED = """
import json, resource, sys, time
from pathlib import Path
import numpy as np, pandas as pd
from rev603.analysis.reconcile import compare

def peak():
    # Linux hands the most that the starting process ever took on to ru_maxrss
    status = Path("/proc/self/status")
    if status.exists():
        return int(status.read_text().split("VmHWM:")[1].split()[0])
    return resource.getrusage(resource.RUSAGE_SELF).ru_maxrss

def frames(entries, refunds):
    paid = {"refund_secondary_status": "Treasury Issued"}
    return pd.DataFrame(refunds).assign(**paid), pd.DataFrame(entries)

CASE
before = time.process_time()
answer = compare(refunds, entries)
json.dump({
    "seconds": time.process_time() - before,
    "bytes": peak() * 1024,
    "rows": len(answer.suggestions),
    "left_out": answer.totals["suggestions_left_out"] + answer.totals["refunds_not_fully_searched"],
    "unexplained": answer.proof.unexplained,
}, sys.stdout)
"""
_CASES = {
    # 2,000 refunds that each are all but one of 1,000 entries: 2 million lines of suggestions
    "nearly whole sets": """
        refunds, entries = frames(
            {"entry_number": [f"ABC{n:08d}" for n in range(1_000)], "expected_amount": 5.0},
            {"document_number": None, "refund_id": [f"R{n}" for n in range(2_000)], "amount": 4995.0},
        )
    """,
    # neighbors in numbers, half of them with a wrong check digit: each is one character from many others
    "neighboring numbers": """
        n = np.arange(150_000)
        refunds, entries = frames(
            {"entry_number": [f"ABC{2 * each:08d}" for each in n], "expected_amount": 5.0},
            {"entry_number": [f"ABC{2 * each + 1:08d}" for each in n], "amount": 5.0},
        )
    """,
    # one character short, and every number of the other side begins so
    "ten characters": """
        n = np.arange(50_000)
        refunds, entries = frames(
            {"entry_number": [f"ABC{each // 10:07d}" for each in n], "expected_amount": n / 100},
            {"entry_number": [f"ABC{each:08d}" for each in n], "amount": 5.0},
        )
    """,
    # every week of one payee has an entry of every refund's amount
    "weeks of one amount": """
        n = np.arange(20_000)
        refunds, entries = frames(
            {"entry_number": [f"ABC{each:08d}" for each in n], "expected_amount": 5.0,
             "liquidation_date": pd.Timestamp("1990-01-05") + pd.to_timedelta(7 * (n % 1500), unit="D")},
            {"document_number": None, "refund_id": [f"R{each}" for each in n], "amount": 5.0},
        )
    """,
}


@pytest.mark.long
@pytest.mark.parametrize("case", _CASES)
def test_a_list_made_to_fit_everywhere_is_suggested_in_bounds_and_says_what_is_left_out(case: str) -> None:
    code = _MEASURED.replace("CASE", textwrap.dedent(_CASES[case]))
    done = subprocess.run(
        [sys.executable, "-c", code], capture_output=True, text=True, check=True, timeout=300
    )
    measured = json.loads(done.stdout)
    assert measured["seconds"] < 10, measured
    assert measured["bytes"] < 2**30, measured
    assert 0 < measured["rows"] <= MOST_LISTED
    assert measured["left_out"] > 0
    assert measured["unexplained"] == 0.0
