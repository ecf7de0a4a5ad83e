"""No text from a file makes a pattern slow: each one of the package against 100 KB of its own separators."""

from __future__ import annotations

import ast
import importlib
import inspect
import pkgutil
import re
import time
from typing import Any

import pytest

import rev603
from rev603._short import Short

LENGTH = 100_000
#: Seconds for one text; a pattern whose time grows with the square of the length takes minutes.
BOUND = 2.0
#: Patterns that are written where they are asked see text from files only in these rooms: elsewhere it is what rev603 made
#: itself (pictures, names of files), or what the user typed.
ROOMS = ("errors", "identifiers", "reading", "safe_text", "vocabulary")
_ASKED = {"findall", "finditer", "fullmatch", "match", "search", "split", "sub", "subn"}
_CLASSES = {r"\s": " ", r"\d": "1", r"\w": "a", r"\W": "-", "[0-9]": "1", "[A-Z": "A", "[a-z": "a"}


def _patterns() -> dict[str, Any]:
    """Return every pattern that a module of the package holds, also in tuples, lists and dicts, by its name."""
    found: dict[str, Any] = {}
    for info in pkgutil.walk_packages(rev603.__path__, "rev603."):
        if info.name.endswith("__main__"):
            continue
        for name, value in vars(importlib.import_module(info.name)).items():
            for at, each in enumerate(_flat(value)):
                if isinstance(each, re.Pattern | Short):
                    found[f"{info.name}.{name}[{at}]"] = each
    return found


def _flat(value: Any) -> list[Any]:
    """Return what tuples, lists and dicts hold, however deep; anything else by itself."""
    if isinstance(value, dict):
        value = list(value.values())
    return [inner for each in value for inner in _flat(each)] if isinstance(value, list | tuple) else [value]


def _inline() -> dict[str, Any]:
    """Return the patterns that functions hand to ``re.sub`` and the like, by where that stands."""
    found: dict[str, Any] = {}
    for info in pkgutil.walk_packages(rev603.__path__, "rev603."):
        if info.name.split(".")[1] not in ROOMS:
            continue
        module = importlib.import_module(info.name)
        for node in ast.walk(ast.parse(inspect.getsource(module))):
            called = node.func if isinstance(node, ast.Call) else None
            if not isinstance(called, ast.Attribute) or called.attr not in _ASKED:
                continue
            if isinstance(called.value, ast.Name) and called.value.id == "re":
                assert isinstance(node, ast.Call)
                for at, pattern in enumerate(_written(node.args[0], module)):
                    found[f"{info.name}:{node.lineno}[{at}]"] = re.compile(pattern)
    return found


def _written(pattern: ast.expr, module: Any) -> list[Any]:
    """Return a pattern as it is written, or as the module names it; a variable stands for what its loop goes through."""
    if isinstance(pattern, ast.Constant):
        return [pattern.value]
    assert isinstance(pattern, ast.Name), (
        f"{module.__name__}: {ast.unparse(pattern)} cannot be told: compile it above"
    )
    if hasattr(module, pattern.id):
        return [getattr(module, pattern.id)]
    loops = [node for node in ast.walk(ast.parse(inspect.getsource(module))) if isinstance(node, ast.For)]
    (loop,) = (node for node in loops if pattern.id in ast.unparse(node.target))
    named = [node.id for node in ast.walk(loop.iter) if isinstance(node, ast.Name)]
    return [text for name in named for text in _flat(getattr(module, name)) if isinstance(text, str)]


INLINE = _inline()
PATTERNS = _patterns() | INLINE


def _source(pattern: Any) -> tuple[str, bool]:
    compiled = pattern._pattern if isinstance(pattern, Short) else pattern
    source = compiled.pattern
    return (source.decode("latin-1"), True) if isinstance(source, bytes) else (source, False)


def _texts(source: str) -> list[str]:
    """Return long texts of what may stand between the pattern's words, behind each of its beginnings."""
    signs = {sign for sign in source if not sign.isalnum() and sign not in "\\|?*+^$"} | {" ", "-", "\n"}
    signs |= {sign for mark, sign in _CLASSES.items() if mark in source}
    few = sorted(signs, key=lambda sign: (sign not in " :-._([<'\"1,", sign))[:8]
    units = [*few, *(one + other for one in few[:6] for other in few[:6] if one != other)]
    words = re.findall(r"[A-Za-z<]{3,}", source)[:3]
    heads = ["", "1", *words, "2/6/2026", "invalid choice: '"]
    ends = ["", "x", "1"]
    return [
        head + (unit * LENGTH)[:LENGTH] + end
        for head in heads
        for unit in (units if head in ("", *words[:1]) else few[:4])
        for end in (ends if head == "" and len(unit) == 1 else ends[1:2])
    ]


def test_the_patterns_of_the_package_are_found() -> None:
    assert len(PATTERNS) > 30
    assert {"rev603.reading.dates", "rev603.safe_text", "rev603.vocabulary.headings"} <= {
        name.rpartition(".")[0] for name in PATTERNS
    }


def test_patterns_are_found_where_they_are_asked_too() -> None:
    whole = [str(pattern.pattern) for pattern in INLINE.values()]
    assert len(whole) > 5
    assert any(r"\s,;:" in pattern for pattern in whole)  # a constant, in safe_text
    assert any("[0-9]{2}-[0-9]{7}" in pattern for pattern in whole)  # by its name, and from a loop


@pytest.mark.parametrize("name", PATTERNS)
def test_a_pattern_takes_no_longer_than_its_text(name: str) -> None:
    pattern = PATTERNS[name]
    source, is_bytes = _source(pattern)
    ways = (pattern.match if isinstance(pattern, Short) else pattern.search, pattern.fullmatch)
    for text in _texts(source):
        given: Any = text.encode("latin-1", "replace") if is_bytes else text
        for ask in ways:
            start = time.process_time()
            ask(given)
            took = time.process_time() - start
            assert took < BOUND, f"{ask.__name__}: {took:.1f} s for {text[:30]!r} … {text[-3:]!r}"


def test_the_finder_would_notice_a_slow_pattern() -> None:
    slow = re.compile(r"[\W_]*run[: ]+[-: ]+x")
    start = time.process_time()
    slow.search("run" + " :" * 5_000)
    assert time.process_time() - start > 0.05
