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


README = (ROOT / "README.md").read_text(encoding="utf-8")
CRON = re.findall(r"^(\S+ \S+ \S+ \S+ \S+) +(/srv/refunds/.*)$", README, re.MULTILINE)
TASK = re.findall(r"^schtasks .*$", README, re.MULTILINE)


@pytest.fixture
def job(tmp_path: Path) -> Path:
    """A folder with the README's job, two exports, and a post office that keeps what is sent."""
    block = next(
        block for block in re.findall(r"```python\n(.*?)```", README, re.DOTALL) if "smtplib" in block
    )
    (tmp_path / "weekly_job.py").write_text(block, encoding="utf-8")
    (tmp_path / "smtplib.py").write_text(_POST, encoding="utf-8")
    python = tmp_path / ".venv" / "bin" / "python"
    python.parent.mkdir(parents=True)
    python.write_text(f'#!/bin/sh\nexec "{sys.executable}" "$@"\n', encoding="utf-8")
    python.chmod(0o755)
    (tmp_path / "exports").mkdir()
    today = pd.Timestamp.now().normalize()
    for weeks in (1, 0):
        day = today - pd.Timedelta(weeks=weeks)
        lines = sample_report(lines=40, seed=3).assign(report_date=day)
        write_report(lines, tmp_path / "exports" / f"{day.date()}.xlsx")
    return tmp_path


def run(job: Path) -> tuple[int, str, str]:
    """Run the README's line as cron does; give its exit code, and the subject and the rest of the mail."""
    (job / "sent.txt").unlink(missing_ok=True)
    ((_, command),) = CRON
    done = subprocess.run(
        ["/bin/sh", "-c", command.replace("/srv/refunds", str(job))],
        cwd=job.parent,
        env={"HOME": str(job.parent), "LOGNAME": "refunds", "SHELL": "/bin/sh", "PATH": "/usr/bin:/bin"},
        check=False,
        capture_output=True,
        text=True,
    )
    assert (done.stdout, done.stderr) == ("", ""), "cron mails whatever a job prints"
    subject, _, body = (job / "sent.txt").read_text(encoding="utf-8").partition("\n")
    return done.returncode, subject.removeprefix("Refunds: "), body


def test_both_schedules_name_the_same_job_at_the_same_time() -> None:
    ((when, command),), (task,) = CRON, TASK
    assert when == "0 7 * * 1"  # minute, hour, any day, any month, Monday
    assert re.search(r'/SC WEEKLY /D MON /ST 07:00 /TR "(.*)"', task)
    python, script = command.split()
    assert (Path(python).name, Path(script).name) == ("python", "weekly_job.py")
    assert re.search(r'/TR "C:\\refunds\\\.venv\\Scripts\\python\.exe C:\\refunds\\weekly_job\.py"', task)


@pytest.mark.long
def test_the_post_that_cannot_be_reached_is_an_error_and_not_silence(job: Path) -> None:
    (job / "smtplib.py").write_text(
        _POST.replace("self, host): ...", "self, host): raise OSError('no route')")
    )
    ((_, command),) = CRON
    done = subprocess.run(
        ["/bin/sh", "-c", command.replace("/srv/refunds", str(job))],
        cwd=job.parent,
        check=False,
        capture_output=True,
    )
    assert done.returncode != 0
    assert b"no route" in done.stderr  # which cron mails


def test_an_ordinary_week_is_mailed_and_a_second_run_finds_nothing_new(job: Path) -> None:
    code, subject, body = run(job)
    assert (code, subject) == (0, "nothing to act on")  # the same lines stood in the report before
    assert re.search(r"rev603-weekly-[0-9-]+\.xlsx.*rev603-weekly-[0-9-]+\.html", body.splitlines()[0])
    assert "# Stuck refunds" in body
    code, subject, body = run(job)
    assert (code, subject, body.splitlines()[0]) == (0, "nothing new since the last output", "[]")


@pytest.mark.long
def test_a_newest_export_that_is_damaged_is_named_on_top(job: Path) -> None:
    newest = max((job / "exports").iterdir())
    newest.write_bytes(newest.read_bytes()[:3000])
    code, subject, body = run(job)
    assert (code, subject) == (1, "look at this")
    top = re.split(r"\*\*\\?\$", body)[0]
    assert "File not opened" in top
    assert newest.stem in top


@pytest.mark.long
def test_a_report_of_2062_is_not_believed(job: Path) -> None:
    lines = sample_report(lines=40, seed=3).assign(report_date=pd.Timestamp("2062-11-13"))
    write_report(lines, job / "exports" / "2062-11-13.xlsx")
    code, subject, body = run(job)
    assert (code, subject) == (1, "look at this")
    assert "Newest report in the future: it is dated 2062-11-13" in body


@pytest.mark.long
def test_exports_that_are_gone_are_an_alarm_and_no_old_page_is_mailed(job: Path) -> None:
    run(job)
    shutil.rmtree(job / "exports")
    code, subject, body = run(job)
    assert (code, subject) == (2, "THE JOB FAILED")
    assert body.startswith("[]\n")
    assert "exports" in body
