"""Which room knows which: bytes → refunds → answers → what people open, and no way back."""

from __future__ import annotations

import ast
from graphlib import TopologicalSorter
from pathlib import Path

import rev603

PACKAGE = Path(rev603.__file__).parent
#: A room → those that it may not know. `cli` is known to nobody.
FORBIDDEN = {
    "reading": ("analysis", "presenting", "cli"),
    "analysis": ("presenting", "cli"),
    "presenting": ("cli",),
    "vocabulary": ("reading", "analysis", "presenting", "cli"),
    "identifiers": ("reading", "analysis", "presenting", "cli"),
}
#: What opens files.
OPENS_FILES = {"open", "read_text", "read_bytes", "read_csv", "read_excel", "read_parquet", "write_text"}


def imports() -> dict[str, set[str]]:
    """Return each module with the modules of ours that it imports, wherever in it, also for types alone."""
    paths = {".".join(path.relative_to(PACKAGE.parent).with_suffix("").parts).removesuffix(".__init__"): path
             for path in PACKAGE.rglob("*.py")}  # fmt: skip
    found: dict[str, set[str]] = {}
    for name, path in paths.items():
        known = found.setdefault(name, set())
        for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
            if isinstance(node, ast.Import):
                known |= {alias.name for alias in node.names}
            elif isinstance(node, ast.ImportFrom) and node.module:
                whole = {f"{node.module}.{alias.name}" for alias in node.names}
                known |= {each if each in paths else node.module for each in whole}
        known &= set(paths) - {"rev603", name}
    return found


def test_no_room_knows_a_room_that_comes_after_it() -> None:
    wrong = [
        f"{name} imports {other}"
        for name, known in imports().items()
        for other in known
        for room, later in FORBIDDEN.items()
        if name.startswith(f"rev603.{room}") and other.split(".")[1] in later
    ]
    assert wrong == []


def test_no_imports_go_in_a_circle() -> None:
    assert list(TopologicalSorter(imports()).static_order())  # raises CycleError, which names the circle


def test_analyses_read_no_files() -> None:
    for path in (PACKAGE / "analysis").rglob("*.py"):
        calls = [
            node
            for node in ast.walk(ast.parse(path.read_text(encoding="utf-8")))
            if isinstance(node, ast.Call)
        ]
        named = {getattr(node.func, "attr", getattr(node.func, "id", "")) for node in calls}
        assert not named & OPENS_FILES, path.name
