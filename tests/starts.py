"""The folders that examples in the documentation start in, each named for what has been done in it."""

from __future__ import annotations

from collections.abc import Callable
from functools import cache
from pathlib import Path

from tests.copying import copy_folder, kept_folder, packed
from tests.support import STARTER, GitRepository, new_repository, succeed, with_remote

SUITE = """\
cases:
  - name: echoes
    inputs: {ticket: I was charged twice}
    expect: [{contains: charged}]
"""
SETTINGS = """\
[repository]
default_branch = "main"

[environments.staging]
gate = false

[environments.prod]
after = "staging"
"""
FILES = STARTER | {"promptctl.toml": SETTINGS, "prompts/support/triage/eval.yaml": SUITE}


def _empty(folder: Path) -> None:
    folder.mkdir()


def _registry(folder: Path) -> None:
    new_repository(folder, FILES)


def _released(folder: Path) -> None:
    repository = new_repository(folder, FILES)
    succeed("lock", cwd=folder)
    repository.commit(message="lock")
    succeed("release", cwd=folder)


def _served(folder: Path) -> None:
    """Version 1.0.0 and then 1.1.0 went to staging and prod; there is a remote."""
    _released(folder)
    repository = with_remote(GitRepository(folder), folder.parent / "origin.git")
    repository.git("push", "-q", "--tags")
    succeed("eval", cwd=folder)
    repository.commit(message="evidence")
    repository.git("push", "-q")
    for environment in ("staging", "prod"):
        succeed("promote", "support/triage", environment, cwd=folder)
    changed = FILES["prompts/support/triage/prompt.yaml"].replace("Answer with a queue.", "Answer with one queue.")
    repository.commit({"prompts/support/triage/prompt.yaml": changed}, "ask for one queue")
    succeed("lock", cwd=folder)
    succeed("eval", cwd=folder)
    repository.commit(message="lock")
    repository.git("push", "-q")
    succeed("release", cwd=folder)
    for environment in ("staging", "prod"):
        succeed("promote", "support/triage", environment, cwd=folder)


STARTS: dict[str, Callable[[Path], None]] = {
    "empty": _empty,
    "registry": _registry,
    "released": _released,
    "served": _served,
}


def start_folder(name: str, above: Path) -> Path:
    """The folder ``work`` below ``above``, where nothing else is; built once a process and copied from then on."""
    if name == "empty":
        _empty(above / "work")
    else:
        copy_folder(_built(name), above)
    return above / "work"


@cache
def _built(name: str) -> Path:
    folder = kept_folder()
    STARTS[name](folder / "work")
    if (folder / "origin.git").exists():
        GitRepository(folder / "work").git("remote", "set-url", "origin", "../origin.git")
    return packed(folder)
