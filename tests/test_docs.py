"""The documentation is true: examples run and print what it says, links lead somewhere, made pages are fresh."""

from __future__ import annotations

import itertools
import re
import shutil
import subprocess
import tomllib
from pathlib import Path

import pytest

from tests import docs_commands, manual_page
from tests.console import Typed, fits, run_page, steps

ROOT = Path(__file__).parent.parent
PAGES = [ROOT / "README.md", *sorted(ROOT.glob("[A-Z]*.md")), *sorted((ROOT / "docs").rglob("*.md"))]
WITH_EXAMPLES = [
    page for page in dict.fromkeys(PAGES) if any(isinstance(step, Typed) for step in steps(page.read_text()))
]
_LINK = re.compile(r"\]\(([^)#\s]+)(#[^)\s]*)?\)")


def shown(page: Path) -> str:
    return page.relative_to(ROOT).as_posix()


@pytest.mark.parametrize("page", WITH_EXAMPLES, ids=shown)
def test_examples_print_what_the_page_says(page: Path, tmp_path: Path) -> None:
    for typed, printed in run_page(page.read_text(encoding="utf-8"), tmp_path):
        assert fits(typed.shown, printed), f"$ {typed.command}{printed}"


def links(page: Path) -> set[Path]:
    """The files that a page leads to."""
    found = (link[1] for link in _LINK.finditer(page.read_text(encoding="utf-8")))
    return {(page.parent / link).resolve() for link in found if "://" not in link}


@pytest.mark.parametrize("page", dict.fromkeys(PAGES), ids=shown)
def test_links_lead_somewhere(page: Path) -> None:
    assert [str(link) for link in links(page) if not link.exists()] == []


def test_every_page_can_be_found_from_the_first() -> None:
    found, new = set(), {ROOT / "README.md"}
    while new:
        found |= new
        new = {link for page in new if page.suffix == ".md" for link in links(page) if link.exists()} - found
    assert [shown(page) for page in PAGES if page.is_relative_to(ROOT / "docs") and page not in found] == []


def test_the_page_of_commands_is_the_program() -> None:
    assert docs_commands.PAGE.read_text(encoding="utf-8") == docs_commands.page(), "python -m tests.docs_commands"


def test_the_manual_page_is_the_program_and_man_can_read_it() -> None:
    text = manual_page.PAGE.read_text(encoding="utf-8")
    assert text == manual_page.page(), "python -m tests.docs_commands"
    if groff := shutil.which("groff"):
        line = [groff, "-man", "-Tutf8", "-ww", "-z"]
        done = subprocess.run(line, input=text.encode(), capture_output=True, check=True)
        assert done.stderr == b""


@pytest.mark.parametrize(
    ("shown", "printed", "same"),
    [
        ("a\n", "a\n", True),
        ("a\n", "a", True),
        ("", "", True),
        ("", "a\n", False),
        ("a\n", "b\n", False),
        ("a\n", "a\nb\n", False),
        ("at ... now\n", "at 12 now\n", True),
        ("at ... now\n", "at 12 then\n", False),
        ("a\n...\nz\n", "a\nb\nc\nz\n", True),
        ("a\n...\nz\n", "a\nz\n", True),
        ("a\n...\n", "b\na\n", False),
        ("a.b\n", "axb\n", False),
    ],
)
def test_what_a_page_may_show(shown: str, printed: str, same: bool) -> None:
    assert fits(shown, printed) is same


@pytest.mark.parametrize("page", ["ARCHITECTURE.md", "CONTRIBUTING.md", "docs/explanation/reliability.md"])
def test_a_page_about_the_code_names_what_is_there(page: str) -> None:
    text = (ROOT / page).read_text(encoding="utf-8")
    paths = re.findall(r"(?<![\w/.])((?:promptctl|docs|spec|tests|prompts|benchmarks)/[\w./-]*\w)", text)
    modules = [name.replace(".", "/") for name in re.findall(r"python3? -m ((?:tests|benchmarks)[\w.]*)", text)]
    missing = [path for path in paths if not (ROOT / path).exists()]
    assert len(paths) > 5
    assert missing + [name for name in modules if not any(map(Path.exists, _places(name)))] == []


def _places(module: str) -> tuple[Path, Path]:
    return ROOT / f"{module}.py", ROOT / module / "__main__.py"


def test_dependencies_are_told() -> None:
    project = tomllib.loads((ROOT / "pyproject.toml").read_text(encoding="utf-8"))["project"]
    declared = [*project["dependencies"], *itertools.chain.from_iterable(project["optional-dependencies"].values())]
    names = {re.split(r"[<>=\[; ]", requirement)[0] for requirement in declared} - {project["name"]}
    rows = re.findall(r"^\| ([^|]+) \|", (ROOT / "docs/reference/dependencies.md").read_text(), re.MULTILINE)
    told = {
        name
        for row in rows
        if "(packed in)" not in row
        for name in re.findall(r"[a-z0-9.-]+", re.sub(r"\(.*", "", row))
    }
    assert told - {"package", "---"} == names
