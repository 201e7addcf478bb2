"""Files and functions stay small enough to be read at once; their names say what is in them."""

from __future__ import annotations

import ast
from collections.abc import Iterator
from pathlib import Path

import pytest

ROOT = Path(__file__).parent.parent
LINES, FUNCTION_LINES = 300, 60
EMPTY_NAMES = {"utils", "util", "helpers", "helper", "manager", "base", "common", "misc", "tools", "stuff"}
SOURCES = [path for folder in ("promptctl", "tests") for path in sorted((ROOT / folder).rglob("*.py"))]


def shown(path: Path) -> str:
    return path.relative_to(ROOT).as_posix()


def test_sources_are_found() -> None:
    assert {"promptctl/errors.py", "tests/test_size.py"} <= {shown(path) for path in SOURCES}


def faults(text: str, name: str) -> Iterator[str]:
    """Why a source cannot be read at once."""
    if text.count("\n") > LINES:
        yield f"split it: {text.count(chr(10))} lines"
    if name in EMPTY_NAMES:
        yield "its name says nothing"
    for node in ast.walk(ast.parse(text)):
        if isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef):
            size = (node.end_lineno or 0) - node.lineno + 1
            if size > FUNCTION_LINES:
                yield f"split {node.name}: {size} lines"


@pytest.mark.parametrize(
    ("text", "name", "count"),
    [
        ("x = 1\n" * LINES, "names", 0),
        ("x = 1\n" * (LINES + 1), "names", 1),
        ("x = 1\n", "utils", 1),
        ("def long():\n" + " x = 1\n" * (FUNCTION_LINES - 1), "names", 0),
        ("async def long():\n" + " x = 1\n" * FUNCTION_LINES, "names", 1),
    ],
    ids=["short", "long", "empty name", "short function", "long function"],
)
def test_what_is_a_fault(text: str, name: str, count: int) -> None:
    assert len(list(faults(text, name))) == count


def test_size_and_name() -> None:
    found = {shown(path): [*faults(path.read_text(encoding="utf-8"), path.stem)] for path in SOURCES}
    assert {path: why for path, why in found.items() if why} == {}
