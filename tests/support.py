"""What tests build on: files from mappings, real Git repositories, the program run in a clean environment."""

from __future__ import annotations

import json
import os
import subprocess
import sys
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from tests.forking import forked

TRIAGE = """\
description: Routes a support ticket.
owner: support
model: echo:echo
inputs:
  ticket: {type: string, maxLength: 8000}
messages:
  - role: system
    content: |  # promptctl: ignore L024
      {% include "shared/tone.j2" %}
      Answer with a queue.
  - role: user
    content: "{{ ticket }}"
"""
TONE = "Be brief and kind.\n"
SETTINGS = """\
[repository]
default_branch = "main"

[environments.staging]
gate = false

[environments.prod]
after = "staging"
gate = false
"""
STARTER: dict[str, str] = {
    "promptctl.toml": SETTINGS,
    "prompts/support/triage/prompt.yaml": TRIAGE,
    "prompts/shared/tone.j2": TONE,
}


def build_files(root: Path, files: Mapping[str, str | bytes]) -> Path:
    """Writes files below ``root``, folders included."""
    for name, content in files.items():
        path = root / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_bytes(content if isinstance(content, bytes) else content.encode())
    return root


@dataclass(frozen=True)
class Ran:
    """How one command ended."""

    code: int
    out: str
    err: str

    @property
    def json(self) -> Any:
        return json.loads(self.out)

    @property
    def data(self) -> Any:
        return self.json["data"]


def promptctl(*arguments: str, cwd: Path, stdin: str = "", environment: Mapping[str, str] | None = None) -> Ran:
    """Runs the program as users do, in its own process."""
    known = os.environ | {"PYTHONWARNINGS": "error", "PROMPTCTL_TRACEBACK": ""} | dict(environment or {})
    found = forked(arguments, cwd, stdin.encode(), known) or _started(arguments, cwd, stdin.encode(), known)
    code, out, err = found
    return Ran(code, out.decode(), err.decode())


def _started(
    arguments: Sequence[str], cwd: Path, stdin: bytes, environment: Mapping[str, str]
) -> tuple[int, bytes, bytes]:
    command = [sys.executable, "-m", "promptctl", *arguments]
    done = subprocess.run(command, cwd=cwd, input=stdin, capture_output=True, check=False, env=environment)
    return done.returncode, done.stdout, done.stderr


def succeed(*arguments: str, cwd: Path, **options: Any) -> Ran:
    """Runs the program and insists on exit 0."""
    ran = promptctl(*arguments, cwd=cwd, **options)
    assert ran.code == 0, (arguments, ran)
    return ran


def must_fail(*arguments: str, cwd: Path, code: int, **options: Any) -> Ran:
    """Runs the program and insists on this exit code without a traceback: a crash is no refusal."""
    ran = promptctl(*arguments, cwd=cwd, **options)
    assert ran.code == code, (arguments, ran)
    assert "Traceback" not in ran.err + ran.out, ran
    return ran


class GitRepository:
    """A real repository with commits at fixed times; ``folder`` is its work tree."""

    def __init__(self, folder: Path) -> None:
        self.folder, self.seconds = folder, 1_700_000_000

    def git(self, *arguments: str, check: bool = True, stdin: str | None = None) -> str:
        """Runs git; its trimmed standard output."""
        done = subprocess.run(
            ["git", "-C", str(self.folder), *arguments],
            capture_output=True,
            check=False,
            input=None if stdin is None else stdin.encode(),
            stdin=subprocess.DEVNULL if stdin is None else None,
            env=os.environ
            | {"GIT_AUTHOR_DATE": f"{self.seconds} +0000", "GIT_COMMITTER_DATE": f"{self.seconds} +0000"},
        )
        assert not check or done.returncode == 0, (arguments, done.stderr.decode())
        return done.stdout.decode().strip()

    def commit(self, files: Mapping[str, str | bytes] | None = None, message: str = "change") -> str:
        """Writes files, commits everything and gives the commit's id."""
        self.seconds += 60
        build_files(self.folder, files or {})
        self.git("add", "-A")
        self.git("commit", "-qm", message, "--allow-empty")
        return self.git("rev-parse", "HEAD")

    def clone(self, folder: Path, *options: str) -> GitRepository:
        """A clone of this repository's origin, or of itself when it has none."""
        origin = self.git("remote", "get-url", "origin", check=False) or str(self.folder)
        subprocess.run(["git", "clone", "-q", *options, origin, str(folder)], check=True, capture_output=True)
        return GitRepository(folder)


def new_repository(folder: Path, files: Mapping[str, str | bytes] | None = None) -> GitRepository:
    """A repository on ``main`` whose first commit holds ``files`` (by default one prompt with a partial)."""
    folder.mkdir(parents=True, exist_ok=True)
    repository = GitRepository(folder)
    repository.git("init", "-q", "-b", "main")
    repository.commit(STARTER if files is None else files, "start")
    return repository


def with_remote(repository: GitRepository, bare: Path) -> GitRepository:
    """The repository pushed to a new bare remote called origin."""
    subprocess.run(["git", "init", "-q", "--bare", "-b", "main", str(bare)], check=True, capture_output=True)
    repository.git("remote", "add", "origin", str(bare))
    repository.git("push", "-q", "-u", "origin", "main")
    return repository
