"""What tells a workbook of ours, also where the workbook is damaged."""

from __future__ import annotations

import io
import zipfile

import pytest

from rev603.errors import UnrecognizedFileError
from rev603.presenting.line_files import write_lines
from rev603.reading.report import read
from rev603.reading.written import is_written_by_us
from rev603.sample import sample_report


@pytest.fixture(scope="module")
def ours(tmp_path_factory: pytest.TempPathFactory) -> bytes:
    path = tmp_path_factory.mktemp("ours") / "lines.xlsx"
    write_lines(sample_report(lines=3), path)
    return path.read_bytes()


def test_a_workbook_that_rev603_wrote_is_told_by_its_properties(ours: bytes) -> None:
    assert is_written_by_us(ours)


def test_damaged_properties_are_refused_in_words(ours: bytes) -> None:
    with zipfile.ZipFile(io.BytesIO(ours)) as archive:
        part = archive.getinfo("docProps/core.xml")
    start = part.header_offset + 30 + len(part.filename)
    damaged = bytearray(ours)
    damaged[start : start + 40] = bytes(byte ^ 0xFF for byte in ours[start : start + 40])
    assert not is_written_by_us(bytes(damaged))
    with pytest.raises(UnrecognizedFileError, match="damaged"):
        read(io.BytesIO(bytes(damaged)))
