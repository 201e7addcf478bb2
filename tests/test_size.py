"""Files and functions stay small enough to be read at once; their names say what is in them."""

from __future__ import annotations

import ast
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


@pytest.mark.parametrize("path", SOURCES, ids=shown)
def test_size_and_name(path: Path) -> None:
    text = path.read_text(encoding="utf-8")
    assert text.count("\n") <= LINES, f"split it: {text.count(chr(10))} lines"
    assert path.stem not in EMPTY_NAMES
    functions = [node for node in ast.walk(ast.parse(text)) if isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef)]
    long = {
        node.name: size for node in functions if (size := (node.end_lineno or 0) - node.lineno + 1) > FUNCTION_LINES
    }
    assert long == {}, "split these"
