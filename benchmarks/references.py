"""What each row is compared with: programs that do the least that the job needs, each run as its own process."""

from __future__ import annotations

import sys
from collections.abc import Sequence
from pathlib import Path

from benchmarks.clock import Process
from benchmarks.fast_import import GIT

PYTHON = sys.executable

_LOAD_ALL = """
import sys, yaml
from pathlib import Path
for path in sorted(Path(sys.argv[1]).rglob("prompt.yaml")):
    yaml.load(path.read_bytes(), yaml.CSafeLoader)
"""


def promptctl(*arguments: str) -> list[str]:
    """The installed command where there is one beside the interpreter, as users start it; else the module."""
    script = Path(PYTHON).parent / "promptctl"
    return [str(script), *arguments] if script.exists() else [PYTHON, "-m", "promptctl", *arguments]


def gto() -> str | None:
    """The program gto, where it is installed beside the interpreter."""
    script = Path(PYTHON).parent / "gto"
    return str(script) if script.exists() else None


def floor(folder: Path) -> Process:
    """The interpreter doing nothing."""
    return Process(line=[PYTHON, "-c", "pass"], folder=folder)


def git_status(folder: Path) -> Process:
    return Process(line=[GIT, "status", "--porcelain"], folder=folder)


def tags_of_one(folder: Path, name: str) -> Process:
    """One prompt's tags by prefix."""
    form = "--format=%(refname) %(objectname) %(*objectname)"
    return Process(line=[GIT, "for-each-ref", form, f"refs/tags/prompts/{name}@v*"], folder=folder)


def tags_with_targets(folder: Path) -> Process:
    """Every release tag with the commit it leads to."""
    form = "--format=%(refname) %(objectname) %(*objectname)"
    return Process(line=[GIT, "for-each-ref", form, "refs/tags/prompts"], folder=folder)


def load_yaml(folder: Path) -> Process:
    """Every prompt file through libyaml's safe loader."""
    return Process(line=[PYTHON, "-c", _LOAD_ALL, str(folder / "prompts")], folder=folder)


def commit_one_file(folder: Path, prepare: Sequence[str]) -> Process:
    """``git commit`` of one staged file, flushed to disk as promptctl's own commits are."""
    line = [GIT, *prepare, "commit", "-q", "-m", "change"]
    return Process(line=line, folder=folder)
