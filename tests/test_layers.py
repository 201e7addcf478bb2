"""What loads what: the package nothing heavy, each command only what it needs, measured in processes of their own."""

from __future__ import annotations

import ast
import re
import subprocess
import sys
from functools import cache
from pathlib import Path

import pytest

import promptctl
from promptctl.cli.table import summaries
from tests.support import new_repository, succeed

PACKAGE = Path(promptctl.__file__).parent
HEAVY = {
    *"typer rich git httpx2 httpcore2 yaml ruamel jinja2 jsonschema_rs genai_prices pydantic platformdirs".split(),
    *"packaging jsonpath rapidfuzz asyncio sqlite3 ssl http.client email.parser logging argparse".split(),
    *"importlib.metadata difflib subprocess redis ibis duckdb psycopg pandas pyarrow numpy".split(),
}
FILES = {"yaml", "jinja2", "jsonschema_rs"}
GIT = {"subprocess"}

LOADS: dict[str, set[str]] = {
    "--version": set(),
    "--complete show s": set(),
    "--complete render --f": set(),
    "--help": set(),
    "completion bash": set(),
    "schema prompt": set(),
    "list": FILES,
    "show support/triage": FILES,
    "hash support/triage": FILES,
    "render support/triage -i ticket=x": FILES,
    "deps support/triage": FILES,
    "lint": FILES,
    "hook lint": FILES | GIT,
    "lock --check": FILES | GIT,
    "status": FILES | GIT,
    "drift": FILES | GIT,
    "doctor": FILES | GIT,
    "models status": {"jsonschema_rs", "platformdirs"},
    "events export": {"jsonschema_rs", "sqlite3", "ssl", "platformdirs"},
}
"""The most that each command line may load of what is heavy."""


def loaded(folder: Path, *arguments: str) -> set[str]:
    """The heavy modules that a Python process loads, its children included."""
    command = [sys.executable, "-X", "importtime", *arguments]
    done = subprocess.run(command, cwd=folder, capture_output=True, text=True, check=False)
    assert done.returncode in (0, 1, 3), done.stderr
    lines = [line for line in done.stderr.splitlines() if line.startswith("import time:")]
    modules = {line.rsplit("|", 1)[1].strip() for line in lines}
    assert "promptctl" in modules
    return modules & HEAVY


def test_importing_the_package_loads_nothing_heavy(folder: Path) -> None:
    assert loaded(folder, "-c", "import promptctl") == set()


@pytest.mark.parametrize("line", LOADS)
def test_a_command_loads_what_it_needs(folder: Path, line: str) -> None:
    new_repository(folder)
    assert loaded(folder, "-m", "promptctl", *line.split()) <= LOADS[line]


KNOWN: dict[str, set[str]] = {
    "list": set(),
    "hash support/triage": set(),
    "render support/triage -i ticket=x": {"jinja2"},
    "lint support/triage": set(),
    "hook lint prompts/support/triage/prompt.yaml": GIT,
    "lock --check": GIT,
    "status": GIT,
    "drift": GIT,
}
"""The most that each command line may load when files are as they were when it last ran."""


def test_what_is_known_needs_no_parser(folder: Path) -> None:
    repository = new_repository(folder)
    succeed("lock", cwd=folder)
    repository.commit({})
    needed = {}
    for line in KNOWN:
        loaded(folder, "-m", "promptctl", *line.split())
        needed[line] = loaded(folder, "-m", "promptctl", *line.split())
    assert {line: found - KNOWN[line] for line, found in needed.items() if found - KNOWN[line]} == {}


def test_every_command_of_the_table_has_a_module_and_no_module_is_left_over() -> None:
    modules = {path.stem.removesuffix("_") for path in (PACKAGE / "cli" / "commands").glob("[!_]*.py")}
    assert modules == {re.sub("[ -]", "_", name) for name in summaries()}


@cache
def _text(path: Path) -> str:
    return path.read_text(encoding="utf-8")


@cache
def _nodes(path: Path) -> tuple[ast.AST, ...]:
    return tuple(ast.walk(ast.parse(_text(path))))


def _imported(path: Path) -> set[str]:
    """Modules that a file imports, inside functions too."""
    found = set()
    for node in _nodes(path):
        if isinstance(node, ast.Import):
            found |= {name.name for name in node.names}
        elif isinstance(node, ast.ImportFrom):
            found.add(node.module or "")
    return found


OWNERS = {
    "git": ("adapters/git/history.py",),
    "httpcore2": ("adapters/providers/", "adapters/bundle_http.py"),
    "httpx2": (),
    "yaml": ("adapters/yaml_documents.py", "adapters/yaml_tokens.py"),
    "ruamel": ("adapters/yaml_documents.py",),
    "typer": ("cli/",),
    "rich": ("cli/",),
    "redis": ("adapters/redis_replies.py",),
    "ibis": ("adapters/warehouse/",),
    "subprocess": (
        *("adapters/git/", "adapters/scratch.py", "adapters/programs.py"),
        *("adapters/signatures.py", "adapters/bundle_repository.py"),
    ),
}


@pytest.mark.parametrize("library", OWNERS)
def test_a_library_has_one_home(library: str) -> None:
    named = [path for path in PACKAGE.rglob("*.py") if re.search(rf"\b(?:import|from) {library}\b", _text(path))]
    users = [path for path in named if any(name.split(".")[0] == library for name in _imported(path))]
    strangers = [str(path) for path in users if not path.relative_to(PACKAGE).as_posix().startswith(OWNERS[library])]
    assert strangers == []


def test_only_the_command_line_prints_or_exits() -> None:
    printing = []
    for path in PACKAGE.rglob("*.py"):
        if path.relative_to(PACKAGE).parts[0] in ("cli", "__main__.py"):
            continue
        for node in _nodes(path):
            name = getattr(getattr(node, "func", None), "id", None) or getattr(
                getattr(node, "func", None), "attr", None
            )
            if isinstance(node, ast.Call) and name in ("print", "exit", "input"):
                printing.append(f"{path.name}:{node.lineno}")
    assert printing == []
