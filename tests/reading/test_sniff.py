"""What a file is, is decided by its bytes; whatever is not readable says so in a sentence of its own."""

from __future__ import annotations

import io
import os
import pickle
from pathlib import Path

import hostile_files
import pytest
from hostile_files import AT_THE_DOOR, good_csv, good_workbook

from rev603.errors import Rev603Error, SourceNotFoundError, UnrecognizedFileError, UnsafeFileError
from rev603.reading.limits import DEFAULT_LIMITS, Limits
from rev603.reading.sniff import sniff


class Named(io.BytesIO):
    """A file object with a name, such as a web form hands over."""

    def __init__(self, data: bytes, name: object) -> None:
        super().__init__(data)
        self.name = name


class Stream:
    """A download: it can be read and nothing else."""

    def __init__(self, data: bytes) -> None:
        self._file = io.BytesIO(data)

    def read(self, size: int = -1) -> bytes:
        return self._file.read(min(size, 1000))


@pytest.mark.parametrize("kind", AT_THE_DOOR)
def test_each_unreadable_kind_has_its_own_sentence(kind: str) -> None:
    hostile = AT_THE_DOOR[kind]
    with pytest.raises(Rev603Error) as caught:
        sniff(Named(hostile.build(), hostile.name))
    error = caught.value
    assert type(error) is hostile.error
    assert hostile.says in str(error)
    assert hostile.name in error.where
    assert str(pickle.loads(pickle.dumps(error))) == str(error)  # noqa: S301  # our own bytes


@pytest.mark.long
def test_refusals_say_what_to_do() -> None:
    for kind, hostile in AT_THE_DOOR.items():
        with pytest.raises(Rev603Error) as caught:
            sniff(Named(hostile.build(), hostile.name))
        assert caught.value.what_to_do, kind


@pytest.mark.parametrize(
    ("encoding", "mark", "expected"),
    [
        ("utf-8", b"", "utf-8"),
        ("utf-8", b"\xef\xbb\xbf", "utf-8-sig"),
        ("utf-16-le", b"\xff\xfe", "utf-16-le"),
        ("utf-16-be", b"\xfe\xff", "utf-16-be"),
        ("utf-16-le", b"", "utf-16-le"),
        ("utf-16-be", b"", "utf-16-be"),
        ("cp1252", b"", "cp1252"),
    ],
)
def test_every_encoding_met_gives_the_same_text(encoding: str, mark: bytes, expected: str) -> None:
    text = "Refund ID\tCompany Name\r\n900001\tMontréal Œufs\u2013Söhne €\r\n"
    source = sniff(io.BytesIO(mark + text.encode(encoding)))
    assert (source.kind, source.encoding) == ("text", expected)
    assert bytes(source.text).decode() == text


def test_one_accent_late_in_a_large_file_decides_its_encoding() -> None:
    assert sniff(io.BytesIO(good_csv() * 5_000 + b"Qu\xe9bec")).encoding == "cp1252"
    assert sniff(io.BytesIO(good_csv() * 5_000 + "Québec".encode())).encoding == "utf-8"


def test_a_few_accents_of_cp1252_that_look_like_utf8_do_not_refuse_a_file() -> None:
    names = "CAFÉ®".encode("cp1252") + "é,é,é,é,é".encode("cp1252")
    assert sniff(io.BytesIO(good_csv() + names)).encoding == "cp1252"


@pytest.mark.parametrize("end", [b"\n", b"\r\n", b"\r"])
def test_any_line_end_keeps_lines_short(end: bytes) -> None:
    data = (b"a," * 2_000 + end) * 10
    assert sniff(io.BytesIO(data), limits=Limits(max_line_bytes=4_002)).kind == "text"
    with pytest.raises(UnsafeFileError, match="longer than 3,900 bytes"):
        sniff(io.BytesIO(data), limits=Limits(max_line_bytes=3_900))


@pytest.mark.parametrize("before", [0, 1, 50, 99, 100, 101, 250])
@pytest.mark.parametrize("length", [98, 99, 100, 101, 102, 150, 199, 200])
def test_a_line_over_the_limit_is_found_wherever_it_stands(before: int, length: int) -> None:
    data = b"x" * before + b"\n" + b"y" * length + b"\n" + b"z" * 40
    longest = max(before, length)
    if longest > 100:
        with pytest.raises(UnsafeFileError):
            sniff(io.BytesIO(data), limits=Limits(max_line_bytes=100))
    else:
        assert sniff(io.BytesIO(data), limits=Limits(max_line_bytes=100)).data == data


def test_text_named_as_a_workbook_is_read_and_marked() -> None:
    source = sniff(Named(good_csv(), "report.xlsx"))
    assert (source.kind, source.misnamed) == ("text", True)
    assert not sniff(Named(good_csv(), "report.csv")).misnamed
    assert not sniff(Named(good_csv(), "report.txt")).misnamed


def test_a_workbook_named_csv_is_read_and_marked() -> None:
    source = sniff(Named(good_workbook(), "report.csv"))
    assert (source.kind, source.misnamed) == ("xlsx", True)
    assert not sniff(Named(good_workbook(), "report.XLSX")).misnamed
    assert not sniff(io.BytesIO(good_workbook())).misnamed


def test_paths_are_taken_as_text_and_as_path(tmp_path: Path) -> None:
    path = tmp_path / "march.csv"
    path.write_bytes(good_csv())
    for given in (path, str(path)):
        source = sniff(given)
        assert (source.name, source.data) == ("march.csv", good_csv())


def test_messages_name_the_file_and_never_its_folder_once_it_is_open(tmp_path: Path) -> None:
    path = tmp_path / "empty.xlsx"
    path.touch()
    with pytest.raises(UnrecognizedFileError) as caught:
        sniff(path)
    assert caught.value.where == "empty.xlsx"


@pytest.mark.parametrize("name", ["nowhere.csv", "no\0where.csv", "n" * 5_000, "nowhere/march.csv"])
def test_a_path_that_leads_nowhere_is_not_found(tmp_path: Path, name: str) -> None:
    with pytest.raises(SourceNotFoundError, match="no such file"):
        sniff(str(tmp_path / name))


def test_a_folder_points_to_read_history(tmp_path: Path) -> None:
    with pytest.raises(UnrecognizedFileError, match="read_history"):
        sniff(tmp_path)


def test_a_device_that_never_ends_is_refused() -> None:
    with pytest.raises(UnsafeFileError, match="not a regular file"):
        sniff("/dev/zero")


def test_a_file_that_may_not_be_opened_says_so(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    path = tmp_path / "march.csv"
    path.write_bytes(good_csv())

    def denied(*_: object, **__: object) -> None:
        raise PermissionError(13, "Permission denied")

    monkeypatch.setattr(Path, "open", denied)  # the tests may run as root, whom nothing is denied
    with pytest.raises(UnrecognizedFileError, match="may not be opened"):
        sniff(path)


@pytest.mark.parametrize("given", [good_csv(), bytearray(b"x"), None, 7, ["a.csv"]])
def test_what_is_neither_path_nor_file_is_a_type_error(given: object) -> None:
    with pytest.raises(TypeError, match=r"path|BytesIO"):
        sniff(given)  # type: ignore[arg-type]  # that is the point


def test_a_file_opened_as_text_is_told_how_to_open_it(tmp_path: Path) -> None:
    path = tmp_path / "march.csv"
    path.write_bytes(good_csv())
    with path.open(encoding="utf-8") as file, pytest.raises(TypeError, match='"rb"'):
        sniff(file)  # type: ignore[arg-type]  # that is the point


def test_a_file_object_is_read_from_its_start_wherever_it_stands() -> None:
    file = io.BytesIO(good_csv())
    file.read()
    assert sniff(file).data == good_csv()
    assert sniff(file).data == good_csv()


def test_a_download_is_read_to_its_end_in_pieces() -> None:
    assert sniff(Stream(good_csv() * 100)).data == good_csv() * 100  # type: ignore[arg-type]  # read() is all it has


@pytest.mark.parametrize("name", [None, 7, ""])
def test_a_file_object_without_a_name_is_called_something(name: object) -> None:
    assert sniff(Named(good_csv(), name)).name == "the file object"


def test_a_file_objects_folder_stays_out_of_messages() -> None:
    assert sniff(Named(good_csv(), f"{os.sep}home{os.sep}jane{os.sep}march.csv")).name == "march.csv"


def test_a_file_over_the_limit_is_refused_without_reading_on() -> None:
    class Endless:
        name = "endless.csv"
        given = 0

        def read(self, size: int) -> bytes:
            self.given += size
            return b"a" * size

    endless = Endless()
    with pytest.raises(UnsafeFileError, match="larger than 1,000 bytes"):
        sniff(endless, limits=Limits(max_file_bytes=1_000))  # type: ignore[arg-type]  # read() is all it has
    assert endless.given == 1_001
    assert sniff(io.BytesIO(b"a" * 1_000), limits=Limits(max_file_bytes=1_000)).kind == "text"


@pytest.mark.parametrize("tenth", range(1, 10))
def test_a_workbook_cut_off_anywhere_is_refused(tenth: int) -> None:
    data = good_workbook()
    with pytest.raises(UnrecognizedFileError):
        sniff(io.BytesIO(data[: len(data) * tenth // 10]))


def test_a_limit_below_one_is_a_programmers_mistake() -> None:
    with pytest.raises(ValueError, match="max_rows must be at least 1"):
        Limits(max_rows=0)


def test_default_limits_leave_room_for_a_full_sheet_of_text() -> None:
    cells = 1_048_576 * 17
    assert DEFAULT_LIMITS.max_rows >= 1_048_576
    assert DEFAULT_LIMITS.max_cells >= cells
    assert DEFAULT_LIMITS.max_unzipped_bytes >= cells * len(hostile_files.inline("Q1048576", "x" * 120))
