"""Whatever a file is built to do, reading it ends in a report or a Rev603Error: in time, in memory, never in a crash."""

from __future__ import annotations

import random
from typing import TYPE_CHECKING, Any

import pytest
from hostile_files import AT_THE_DOOR, IN_THE_WORKBOOK, SURVIVED, good_csv, good_workbook
from isolated import EXTRA_BYTES, SECONDS, Outcome, read_isolated

if TYPE_CHECKING:
    from pathlib import Path

# what each file that is sound under a false claim must still give
_ONE_REFUND = [
    "wrong dimension, too small",
    "wrong dimension, too large",
    "impossible dimension",
    "backward dimension",
    "four billion shared strings claimed",
    "external link",
    "comment behind the archive",
    "blank cells down to the last row",
    "one cell in the last row",
    "one cell in the last column",
]


# what takes a second and more, mostly until a limit is reached
_SLOW = [
    "2 million rows of one cell below the table",
    "endless odd markup",
    "16,000 times one known heading",
    "16,000 headings that are nearly known",
    "16,000 headings and one missing",
    "one cell in the last column",
    "bomb of rows",
    "bomb of comments",
    "500,000 rows of two cells",
]


def kinds(*of: str) -> Any:
    return [pytest.param(kind, marks=pytest.mark.long) if kind in _SLOW else kind for kind in of]


@pytest.fixture(scope="module")
def outcomes(request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory) -> dict[str, Outcome]:
    """Read the hostile files that are asked for once, each in a process of its own."""
    tests: list[Any] = [item for item in request.session.items if item.path == request.path]
    asked = [item.callspec.params["kind"] for item in tests if "kind" in getattr(item, "fixturenames", ())]
    paths = []
    for number, kind in enumerate(asked):
        if kind in SURVIVED:
            data = SURVIVED[kind]()
            name = "report.xlsx" if data.startswith(b"PK") else "report.csv"
        else:
            hostile = {**AT_THE_DOOR, **IN_THE_WORKBOOK}[kind]
            data, name = hostile.build(), hostile.name
        path = tmp_path_factory.mktemp(str(number)) / name
        path.write_bytes(data)
        paths.append(path)
    return dict(zip(asked, read_isolated(paths), strict=True))


@pytest.fixture
def outcome(kind: str, outcomes: dict[str, Outcome]) -> Outcome:
    """Give what became of a file, within the time and the memory that any may take."""
    assert outcomes[kind].seconds < SECONDS, outcomes[kind]
    assert outcomes[kind].peak_mib < EXTRA_BYTES >> 20, outcomes[kind]
    return outcomes[kind]


@pytest.mark.parametrize("kind", kinds(*AT_THE_DOOR, *IN_THE_WORKBOOK))
def test_each_harmful_file_is_refused_with_its_own_sentence(kind: str, outcome: Outcome) -> None:
    hostile = {**AT_THE_DOOR, **IN_THE_WORKBOOK}[kind]
    assert outcome.kind == "refused", outcome
    assert outcome.detail.startswith(hostile.error.__name__)
    assert hostile.says in outcome.detail
    assert "what to do: " in outcome.detail


@pytest.mark.parametrize("kind", kinds(*SURVIVED))
def test_reading_survives_it(kind: str, outcome: Outcome) -> None:
    assert outcome.fine, outcome
    if kind in _ONE_REFUND:
        assert outcome.detail.startswith("1 refunds, accepted"), outcome


@pytest.mark.long
def test_a_file_cut_off_anywhere_is_refused_or_read_and_never_a_crash(tmp_path: Path) -> None:
    paths = []
    for suffix, data in (("xlsx", good_workbook()), ("csv", good_csv())):
        for tenth in range(10):
            path = tmp_path / f"{tenth}.{suffix}"
            path.write_bytes(data[: len(data) * tenth // 10])
            paths.append(path)
    outcomes = read_isolated(paths)
    assert [outcome for outcome in outcomes if not outcome.fine] == []
    assert {outcome.kind for outcome in outcomes if outcome.path.endswith("xlsx")} == {"refused"}


@pytest.mark.long
@pytest.mark.parametrize("suffix", ["xlsx", "csv"])
def test_flipped_bytes_are_refused_or_read_and_never_a_crash(tmp_path: Path, suffix: str) -> None:
    good = good_workbook() if suffix == "xlsx" else good_csv()
    rng = random.Random(603)
    paths = []
    for number in range(40):
        data = bytearray(good)
        for _ in range(rng.randint(1, 4)):
            data[rng.randrange(len(data))] ^= 1 << rng.randrange(8)
        path = tmp_path / f"{number}.{suffix}"
        path.write_bytes(data)
        paths.append(path)
    assert [outcome for outcome in read_isolated(paths) if not outcome.fine] == []


@pytest.mark.long
def test_the_isolation_itself_notices_a_crash_a_hang_and_a_leak(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """A guard that cannot fail guards nothing: three readers that misbehave must be told apart."""
    package = tmp_path / "broken" / "rev603" / "reading"
    package.mkdir(parents=True)
    (package.parent / "__init__.py").write_text("class Rev603Error(Exception): pass\n")
    (package / "__init__.py").touch()
    (package / "report.py").write_text(
        "import os, pathlib, time\n"
        "def read(path):\n"
        "    how = pathlib.Path(path).read_text()\n"
        "    if how == 'crash': os.abort()\n"
        "    if how == 'hang': time.sleep(60)\n"
        "    if how == 'leak': return bytearray(3 << 30)\n"
        "    if how == 'raise': raise KeyError('x')\n"
    )
    paths = []
    for how in ("crash", "hang", "leak", "raise"):
        path = tmp_path / how
        path.write_text(how)
        paths.append(path)
    monkeypatch.setenv("PYTHONPATH", str(tmp_path / "broken"))
    kinds = [outcome.kind for outcome in read_isolated(paths, seconds=1)]
    assert kinds == ["killed", "killed", "MemoryError", "KeyError"]
