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


def silences(path: Path) -> Iterator[str]:
    """What a module leaves unsaid."""
    tree = ast.parse(path.read_text(encoding="utf-8"))
    told = COMMAND_PARTS if path.parent.name == "commands" else set()
    empty_package = path.name == "__init__.py" and not tree.body
    if not ast.get_docstring(tree) and not empty_package:
        yield "the module says nothing"
    yield from (node.name for node in public(tree) if not ast.get_docstring(node) and node.name not in told)


def faults(text: str) -> Iterator[str]:
    """What is wrong with how a text is written, whatever it says."""
    yield from LATER.findall(text)
    if "\t" in text:
        yield "a tab"
    if text and (not text.endswith("\n") or text.endswith("\n\n")):
        yield "one line end at the end"


def test_public_things_have_docstrings() -> None:
    found = {shown(path): [*silences(path)] for path in PACKAGE}
    assert {path: why for path, why in found.items() if why} == {}


@pytest.mark.parametrize(
    ("text", "silent"),
    [
        ('"""Said."""\n\n\ndef _own(): ...\n', []),
        ("x = 1\n", ["the module says nothing"]),
        ('"""Said."""\n\n\nclass Open: ...\n\n\nasync def go(): ...\n', ["Open", "go"]),
        ("", ["the module says nothing"]),
    ],
    ids=["said", "silent module", "silent parts", "empty"],
)
def test_what_a_module_leaves_unsaid(text: str, silent: list[str], tmp_path: Path) -> None:
    (tmp_path / "module.py").write_text(text)
    assert list(silences(tmp_path / "module.py")) == silent


@pytest.mark.parametrize(
    ("text", "count"),
    [("", 0), ("a\n", 0), ("a", 1), ("a\n\n", 1), ("a\tb\n", 1), ("a " + "TO" + "DO\n", 1)],
)
def test_what_is_a_fault(text: str, count: int) -> None:
    assert len(list(faults(text))) == count


def test_nothing_is_left_for_later() -> None:
    found = {shown(path): [*faults(path.read_text(encoding="utf-8"))] for path in EVERYTHING}
    assert {path: why for path, why in found.items() if why} == {}
