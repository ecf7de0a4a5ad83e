"""The weekly job as the README prints it, in each case that nobody is there to see."""

from __future__ import annotations

import re
import shutil
import subprocess
import sys
from pathlib import Path

import pandas as pd
import pytest

from rev603.sample import sample_report, write_report

ROOT = Path(__file__).parents[1]
_POST = """
class SMTP:
    def __init__(self, host): ...
    def __enter__(self): return self
    def __exit__(self, *error): ...
    def send_message(self, mail):
        body = mail.get_body().get_content()
        names = [part.get_filename() for part in mail.iter_attachments()]
        open("sent.txt", "w", encoding="utf-8").write("\\n".join([mail["Subject"], str(names), body]))
"""


@pytest.fixture
def job(tmp_path: Path) -> Path:
    """A folder with the README's job, two exports, and a post office that keeps what is sent."""
    block = next(
        block for block in re.findall(r"```python\n(.*?)```", (ROOT / "README.md").read_text(encoding="utf-8"), re.DOTALL)
        if "smtplib" in block
    )  # fmt: skip
    (tmp_path / "weekly_job.py").write_text(block, encoding="utf-8")
    (tmp_path / "smtplib.py").write_text(_POST, encoding="utf-8")
    (tmp_path / "exports").mkdir()
    today = pd.Timestamp.now().normalize()
    for weeks in (1, 0):
        day = today - pd.Timedelta(weeks=weeks)
        lines = sample_report(lines=40, seed=3).assign(report_date=day)
        write_report(lines, tmp_path / "exports" / f"{day.date()}.xlsx")
    return tmp_path


def run(job: Path) -> tuple[int, str, str]:
    """Run the job; give its exit code, and the subject and the rest of the mail."""
    (job / "sent.txt").unlink(missing_ok=True)
    done = subprocess.run(
        [sys.executable, str(job / "weekly_job.py")],
        cwd=job.parent,
        check=False,
        capture_output=True,
        text=True,
    )
    assert done.stderr == ""
    subject, _, body = (job / "sent.txt").read_text(encoding="utf-8").partition("\n")
    return done.returncode, subject.removeprefix("Refunds: "), body


def test_an_ordinary_week_is_mailed_and_a_second_run_finds_nothing_new(job: Path) -> None:
    code, subject, body = run(job)
    assert (code, subject) == (0, "nothing to act on")  # the same lines stood in the report before
    assert re.search(r"rev603-weekly-[0-9-]+\.xlsx.*rev603-weekly-[0-9-]+\.html", body.splitlines()[0])
    assert "# Stuck refunds" in body
    code, subject, body = run(job)
    assert (code, subject, body.splitlines()[0]) == (0, "nothing new since the last output", "[]")


def test_a_newest_export_that_is_damaged_is_named_on_top(job: Path) -> None:
    newest = max((job / "exports").iterdir())
    newest.write_bytes(newest.read_bytes()[:3000])
    code, subject, body = run(job)
    assert (code, subject) == (1, "look at this")
    top = body[: body.index("**$")]
    assert "File not opened" in top
    assert newest.stem in top


def test_a_report_of_2062_is_not_believed(job: Path) -> None:
    lines = sample_report(lines=40, seed=3).assign(report_date=pd.Timestamp("2062-11-13"))
    write_report(lines, job / "exports" / "2062-11-13.xlsx")
    code, subject, body = run(job)
    assert (code, subject) == (1, "look at this")
    assert "Newest report in the future: it is dated 2062-11-13" in body


def test_exports_that_are_gone_are_an_alarm_and_no_old_page_is_mailed(job: Path) -> None:
    run(job)
    shutil.rmtree(job / "exports")
    code, subject, body = run(job)
    assert (code, subject) == (2, "THE JOB FAILED")
    assert body.startswith("[]\n")
    assert "exports" in body
