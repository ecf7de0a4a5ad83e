"""Exports as people have them: in archives and mails, as file objects, in folders of folders, at home."""

from __future__ import annotations

import io
import sys
import zipfile
from contextlib import suppress
from email.message import EmailMessage
from pathlib import Path

import pytest

import rev603
from rev603.cli import main
from rev603.errors import Rev603Error, SourceNotFoundError, UnrecognizedFileError, UnsafeFileError
from rev603.reading.limits import Limits
from rev603.sample import sample_history, write_report

HISTORY = sample_history(weeks=2, lines=40)


@pytest.fixture
def week(tmp_path: Path) -> Path:
    return write_report(HISTORY[0], tmp_path / "week 1.csv")


def zipped(**files: bytes) -> bytes:
    stream = io.BytesIO()
    with zipfile.ZipFile(stream, "w", zipfile.ZIP_DEFLATED) as archive:
        for name, content in files.items():
            archive.writestr(name.replace("_", ".", 1), content)
    return stream.getvalue()


def mailed(content: bytes, name: str) -> bytes:
    mail = EmailMessage()
    mail["From"], mail["To"], mail["Subject"] = "reports@example.com", "me@example.com", "Your report"
    mail.set_content("See the attachment.")
    mail.add_attachment(content, maintype="application", subtype="octet-stream", filename=name)
    return mail.as_bytes()


def test_one_export_in_an_archive_or_a_mail_reads_as_itself(week: Path, tmp_path: Path) -> None:
    alone = rev603.read(week).refunds.drop(columns="source_file")
    inside = {
        "a.zip": zipped(week_csv=week.read_bytes()),
        "b.eml": mailed(week.read_bytes(), "week.csv"),
        "c.eml": mailed(zipped(week_csv=week.read_bytes()), "report.zip"),
    }
    for name, content in inside.items():
        path = tmp_path / name
        path.write_bytes(content)
        report = rev603.read(path)
        assert report.source_file == f"{name}/week.csv"
        assert report.refunds.drop(columns="source_file").equals(alone)


def test_an_archive_of_several_is_a_history_and_no_report(week: Path, tmp_path: Path) -> None:
    other = write_report(HISTORY[1], tmp_path / "week 2.csv")
    path = tmp_path / "both.zip"
    path.write_bytes(zipped(one_csv=week.read_bytes(), two_csv=other.read_bytes(), note_pdf=b"%PDF"))
    with pytest.raises(UnrecognizedFileError, match="holds 2 exports"):
        rev603.read(path)
    assert rev603.read_history(path)["source_file"].unique().tolist() == ["one.csv", "two.csv"]
    assert len(rev603.read_history(path)) == len(rev603.read_history([week, other]))


def test_a_folder_takes_what_its_mails_hold_and_a_copy_counts_once(week: Path, tmp_path: Path) -> None:
    (tmp_path / "mail.eml").write_bytes(mailed(week.read_bytes(), "week 1.csv"))
    assert len(rev603.read_history(tmp_path)) == len(HISTORY[0])


def test_file_objects_with_names_are_files_of_their_own(week: Path, tmp_path: Path) -> None:
    other = write_report(HISTORY[1], tmp_path / "week 2.csv")
    with week.open("rb") as one, other.open("rb") as two:
        history = rev603.read_history([one, two])
    assert history["source_file"].unique().tolist() == ["week 1.csv", "week 2.csv"]


def test_exports_that_lie_deeper_are_found(week: Path, tmp_path: Path) -> None:
    deep = tmp_path / "years" / "2026"
    deep.mkdir(parents=True)
    week.rename(deep / week.name)
    assert len(rev603.read_history(tmp_path / "years")) == len(HISTORY[0])


def test_home_may_be_a_tilde(week: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("HOME", str(tmp_path))
    monkeypatch.setenv("USERPROFILE", str(tmp_path))
    assert len(rev603.read("~/week 1.csv").refunds) == len(rev603.read_history("~")) == len(HISTORY[0])


def test_stdin_is_a_hyphen(
    week: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    class Stdin:
        buffer = io.BytesIO(week.read_bytes())

    monkeypatch.setattr(sys, "stdin", Stdin())
    assert main(["group", "-", "--by", "payee"]) in (0, 1)
    assert HISTORY[0]["company_name"].iloc[0][:10] in capsys.readouterr().out


def test_a_web_address_gets_a_sentence_that_says_what_to_do() -> None:
    with pytest.raises(SourceNotFoundError, match="web address") as caught:
        rev603.read("https://example.com/export.csv")
    assert "download" in str(caught.value)


def test_an_archive_may_not_hold_more_than_the_limits(week: Path, tmp_path: Path) -> None:
    path = tmp_path / "bomb.zip"
    path.write_bytes(zipped(week_csv=b"x" * 5_000_000))
    with pytest.raises(UnsafeFileError, match="more than 1,000,000 bytes"):
        rev603.read(path, limits=Limits(max_unzipped_bytes=1_000_000))
    path.write_bytes(zipped(a_csv=b"x", b_csv=b"x"))
    with pytest.raises(UnsafeFileError, match="more than 1"):
        rev603.read(path, limits=Limits(max_parts=1))


@pytest.mark.parametrize("cut", [30, 200, 400])
@pytest.mark.parametrize("kind", ["zip", "eml"])
def test_a_container_that_is_cut_off_or_spoilt_is_an_error_of_ours(
    week: Path, tmp_path: Path, cut: int, kind: str
) -> None:
    content = zipped(week_csv=week.read_bytes()) if kind == "zip" else mailed(week.read_bytes(), "w.csv")
    path = tmp_path / f"spoilt.{kind}"
    for spoilt in (content[:cut], content[:cut] + bytes(50) + content[cut + 50 :]):
        path.write_bytes(spoilt)
        for attempt in (rev603.read, rev603.read_history):
            with suppress(Rev603Error):  # any other exception fails the test
                attempt(path)


def test_an_archive_in_an_archive_is_not_followed(week: Path, tmp_path: Path) -> None:
    path = tmp_path / "a.zip"
    path.write_bytes(zipped(inner_zip=zipped(week_csv=week.read_bytes())))
    with pytest.raises(UnrecognizedFileError, match="holds no export"):
        rev603.read(path)
