"""What tests of promotions do all day: a released repository with its bare remote, and commands run in this process.

A command runs through the whole command line, from arguments to exit code; only the start of a process and the child
that some commands work in are saved. Tests that need real processes (races, signals) use ``tests.support``.
"""

from __future__ import annotations

import io
import os
import re
import subprocess
from collections.abc import Callable
from contextlib import redirect_stderr, redirect_stdout
from functools import cache
from pathlib import Path
from unittest.mock import patch

from promptctl.adapters.repository import Repository
from promptctl.adapters.state import read_state
from promptctl.cli.app import main
from promptctl.cli.table import command_named
from tests.copying import copy_folder, kept_folder, packed
from tests.support import SETTINGS, STARTER, GitRepository, Ran, new_repository, with_remote
from tests.versioning import plain, released, text

NAME, OTHER = "support/triage", "text/summary"
STATE_BRANCH = SETTINGS.replace("[environments.staging]", 'state = "promptctl/state"\n\n[environments.staging]', 1)
FOLDER = "prompts/environments"


def run(repository: GitRepository | Path, *arguments: str, **variables: str) -> Ran:
    """One command line in the repository's folder; ``variables`` are added to the environment, CI is not set."""
    folder = repository if isinstance(repository, Path) else repository.folder
    out, err = (io.TextIOWrapper(io.BytesIO(), encoding="utf-8", newline="") for _ in range(2))
    kept = {key: value for key, value in os.environ.items() if key != "CI"}
    with (
        patch.dict(os.environ, kept | variables, clear=True),
        patch("promptctl.adapters.bounded.supervised", lambda act: act()),
        redirect_stdout(out),
        redirect_stderr(err),
    ):
        words = len((command_named(arguments) or "").split()) or 1
        code = main([*arguments[:words], "-C", str(folder), *arguments[words:]])
    return Ran(code, _written(out), _written(err))


def _written(stream: io.TextIOWrapper) -> str:
    stream.flush()
    buffer = stream.buffer
    assert isinstance(buffer, io.BytesIO)
    return buffer.getvalue().decode()


def done(repository: GitRepository | Path, *arguments: str, **variables: str) -> Ran:
    """Runs a command line and insists on exit 0."""
    ran = run(repository, *arguments, **variables)
    assert ran.code == 0, (arguments, ran)
    return ran


def refused(repository: GitRepository | Path, *arguments: str, code: int = 3, error: str = "", **variables: str) -> Ran:
    """Runs a command line and insists on this exit code and, where given, this error code."""
    ran = run(repository, *arguments, **variables)
    assert ran.code == code, (arguments, ran)
    assert not error or f"[{error}]" in ran.err, (arguments, ran)
    return ran


def hint(ran: Ran) -> str:
    """The first hint of an error."""
    found = re.search(r"^  hint: (.*)$", ran.err, re.MULTILINE)
    assert found, ran
    return found[1]


def shell(repository: GitRepository, line: str) -> None:
    """Runs a line that promptctl printed, literally, in a shell."""
    subprocess.run(["sh", "-c", line], cwd=repository.folder, check=True, capture_output=True)


@cache
def _built(settings: str, remote: bool, staged: tuple[str, ...]) -> Path:
    folder = kept_folder()
    if staged:
        promoted(copied(_built(settings, remote, ()), folder), *staged)
        return packed(folder)
    files = STARTER | {"promptctl.toml": settings, f"prompts/{OTHER}/prompt.yaml": plain("Summarise.")}
    repository = new_repository(folder / "work", files)
    if remote:
        with_remote(repository, folder / "origin.git")
    released(repository)
    for word in ("one queue", "exactly one queue"):
        released(repository, {f"prompts/{NAME}/prompt.yaml": text(word)})
    return packed(folder)


def copied(built: Path, folder: Path) -> GitRepository:
    """A copy of a repository ``work`` and its remote ``origin.git``, where it has one."""
    copy_folder(built, folder)
    repository = GitRepository(folder / "work")
    repository.seconds += 3600
    return repository


def line(folder: Path, settings: str = SETTINGS, *, remote: bool = True, staged: tuple[str, ...] = ()) -> GitRepository:
    """A repository with support/triage 1.0.0, 1.1.0, 1.2.0 and text/summary 1.0.0 released.

    Nothing is promoted but the versions ``staged``, one after the other. Its bare remote is ``folder/origin.git``.
    """
    return copied(_built(settings, remote, staged), folder)


def lived(build: Callable[[Path], object], folder: Path) -> GitRepository:
    """What ``build`` makes below a folder (``work`` and ``origin.git``), made once a process, then copied."""
    return copied(_lived(build), folder)


@cache
def _lived(build: Callable[[Path], object]) -> Path:
    folder = kept_folder()
    build(folder)
    return packed(folder)


def promoted(repository: GitRepository, *versions: str, environment: str = "staging", name: str = NAME) -> None:
    """Promotes versions of one prompt, one after the other."""
    for version in versions:
        done(repository, "promote", f"{name}@{version}", environment)


def served(repository: GitRepository, environment: str = "staging", name: str = NAME) -> str | None:
    """The version that an environment serves by the state as last fetched."""
    pointer = read_state(Repository(repository.folder)).pointer(environment, name)
    return str(pointer.served.version) if pointer else None


def shown(repository: GitRepository, path: str, revision: str = "origin/main") -> str:
    """A file of a commit; empty when it has none."""
    return repository.git("show", f"{revision}:{path}", check=False)


def pointer_file(environment: str = "staging", name: str = NAME) -> str:
    return f"{FOLDER}/{environment}/{name}.yaml"


def moves_file(environment: str = "staging", name: str = NAME) -> str:
    return f"{FOLDER}/{environment}/{name}.moves.jsonl"


def remote_refs(repository: GitRepository) -> dict[str, str]:
    """What the bare remote has."""
    lines = repository.git("ls-remote", "origin").splitlines()
    return {ref: target for target, _, ref in (line.partition("\t") for line in lines)}
