"""What a reader relies on: every public thing says what it is for, and nothing is left for later."""

from __future__ import annotations

import ast
import re
from collections.abc import Iterator
from pathlib import Path

import pytest

ROOT = Path(__file__).parent.parent
PACKAGE = sorted((ROOT / "promptctl").rglob("*.py"))
LATER = re.compile(r"\b(TODO|FIXME|XXX|HACK)\b")
COMMAND_PARTS = {"data", "view"}
"""A command's answer for programs and for people: the package's docstring says it once for all commands."""
EVERYTHING = [
    *PACKAGE,
    *sorted((ROOT / "docs").rglob("*.md")),
    *sorted(ROOT.glob("*.md")),
]


def shown(path: Path) -> str:
    return path.relative_to(ROOT).as_posix()


def public(tree: ast.Module) -> Iterator[ast.ClassDef | ast.FunctionDef | ast.AsyncFunctionDef]:
    """Public classes and functions of a module."""
    for node in tree.body:
        if isinstance(node, ast.ClassDef | ast.FunctionDef | ast.AsyncFunctionDef) and not node.name.startswith("_"):
            yield node


@pytest.mark.parametrize("path", PACKAGE, ids=shown)
def test_public_things_have_docstrings(path: Path) -> None:
    tree = ast.parse(path.read_text(encoding="utf-8"))
    told = COMMAND_PARTS if path.parent.name == "commands" else set()
    silent = [node.name for node in public(tree) if not ast.get_docstring(node) and node.name not in told]
    empty_package = path.name == "__init__.py" and not tree.body
    assert ast.get_docstring(tree) or empty_package, "the module says nothing"
    assert silent == []


@pytest.mark.parametrize("path", EVERYTHING, ids=shown)
def test_nothing_is_left_for_later(path: Path) -> None:
    text = path.read_text(encoding="utf-8")
    assert LATER.findall(text) == []
    assert "\t" not in text
    assert text == "" or (text.endswith("\n") and not text.endswith("\n\n")), "one line end at the end"
