"""Every error code has one meaning, one exit code and one page; every page has a code."""

from __future__ import annotations

import ast
import re
from collections import defaultdict
from collections.abc import Iterator
from functools import cache
from pathlib import Path

import pytest

from promptctl import errors
from tests.docs_index import ERRORS, index

PACKAGE = Path(errors.__file__).parent
CODE = re.compile(r"PC\d{3}")
EXITS = {"UsageError": 2, "DocumentError": 2, "StateError": 3, "OutsideError": 4}
PAGES = sorted(path for path in ERRORS.glob("*.md") if path.name != "README.md")


def _code(node: ast.AST) -> str | None:
    value = node.value if isinstance(node, ast.Constant) else None
    return value if isinstance(value, str) and CODE.fullmatch(value) else None


@cache
def _trees() -> dict[str, ast.Module]:
    return {
        path.relative_to(PACKAGE.parent).with_suffix("").as_posix().replace("/", "."): ast.parse(
            path.read_text("utf-8")
        )
        for path in sorted(PACKAGE.rglob("*.py"))
    }


def _assigned(tree: ast.Module) -> Iterator[tuple[str, str]]:
    """Names that a module gives to codes."""
    for node in tree.body:
        if isinstance(node, ast.Assign):
            for target in node.targets:
                names = target.elts if isinstance(target, ast.Tuple) else [target]
                values = node.value.elts if isinstance(node.value, ast.Tuple) else [node.value]
                for name, value in zip(names, values, strict=False):
                    if isinstance(name, ast.Name) and (code := _code(value)):
                        yield name.id, code


def _named(module: str) -> dict[str, tuple[str, str]]:
    """Every name for a code that a module can use, own or imported: its code, and the name where it is given."""
    found = {name: (code, _full(module, name)) for name, code in _assigned(_trees()[module])}
    for node in ast.walk(_trees()[module]):
        if isinstance(node, ast.ImportFrom) and node.module in _trees():
            theirs = dict(_assigned(_trees()[node.module]))
            for alias in node.names:
                if alias.name in theirs:
                    found[alias.asname or alias.name] = (theirs[alias.name], _full(node.module, alias.name))
    return found


def _full(module: str, name: str) -> str:
    """MALFORMED means something else in each kind of file; any other name says what it means."""
    return f"{name} in {module.rpartition('.')[2]}" if name == "MALFORMED" else name


@cache
def codes() -> set[str]:
    """Every code in the source."""
    return {code for tree in _trees().values() for node in ast.walk(tree) if (code := _code(node))}


@cache
def exits() -> dict[str, set[int]]:
    """The exit codes that each code is raised with, where the call says it."""
    found: dict[str, set[int]] = defaultdict(set)
    for module, tree in _trees().items():
        names = _named(module)
        for node in ast.walk(tree):
            if not isinstance(node, ast.Call):
                continue
            kind = getattr(node.func, "id", "")
            if kind in EXITS and node.args:
                first = node.args[0]
                code = _code(first) or names.get(first.id if isinstance(first, ast.Name) else "", ("", ""))[0]
                if code:
                    found[code].add(EXITS[kind])
    return found


def test_there_is_a_page_for_each_code() -> None:
    assert {page.stem for page in PAGES} == codes()
    assert {"PC001", "PC077", "PC101"} <= codes()


def test_a_code_has_one_name() -> None:
    """Two names that errors are made with for one code are two meanings."""
    names = defaultdict(set)
    for module, tree in _trees().items():
        known = _named(module)
        for node in ast.walk(tree):
            first = node.args[0] if isinstance(node, ast.Call) and node.args else None
            if isinstance(first, ast.Name) and first.id in known:
                code, name = known[first.id]
                names[code].add(name)
    assert {code: found for code, found in names.items() if len(found) > 1} == {}


def test_a_code_has_one_exit_code() -> None:
    assert {code: found for code, found in exits().items() if len(found) > 1} == {}


@pytest.mark.parametrize("page", PAGES, ids=lambda page: page.stem)
def test_a_page_says_what_it_should(page: Path) -> None:
    text = page.read_text(encoding="utf-8")
    assert re.match(rf"# {page.stem}: [^\n]*[^\n.]\n\n", text)
    examples = "".join(re.findall(r"^```(?:console|text)\n(.*?)^```$", text, re.MULTILINE | re.DOTALL))
    assert re.search(rf"error\[{page.stem}\]|title={page.stem}::", examples), "as a command or as an annotation says it"
    assert "\n**Repair.** " in text
    said = re.search(r"^Exit code (\d+)\. ", text, re.MULTILINE)
    assert said is not None
    assert exits().get(page.stem, {int(said[1])}) == {int(said[1])}


def test_the_index_is_fresh() -> None:
    assert (ERRORS / "README.md").read_text(encoding="utf-8") == index(ERRORS), "python -m tests.docs_index"
