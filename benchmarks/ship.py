"""Rows on writes: promote and rollback of one prompt whose evidence is there, against a commit of one file."""

from __future__ import annotations

import itertools
import os
import shutil
import subprocess
from collections.abc import Callable
from functools import cache
from pathlib import Path

from benchmarks.clock import Process, race
from benchmarks.content import SETTINGS
from benchmarks.fast_import import ENVIRONMENT, git
from benchmarks.references import PYTHON, commit_one_file, promptctl
from benchmarks.repositories import kept_in
from benchmarks.row import Measured, Row

_NAME = "support/triage"
_FSYNC = ("-c", "core.fsync=committed,reference,index")
"""What promptctl tells Git to flush; the reference is given the same."""
_GATED = SETTINGS.replace('after = "staging"\ngate = false', 'after = "staging"\ngate = "recorded"')


@cache
def _prepared() -> Path:
    """Two releases with evidence; prod serves the first and could take the second. Built with the program itself."""
    folder = kept_in() / "ship"
    shutil.rmtree(folder, ignore_errors=True)
    folder.mkdir()
    git(folder, "init", "-q", "-b", "main")
    (folder / "promptctl.toml").write_text(_GATED)
    _run(folder, "new", _NAME)
    for words in ("one or two plain", "one to three plain"):
        prompt = folder / "prompts" / _NAME / "prompt.yaml"
        prompt.write_text(prompt.read_text().replace("one or two plain", words))
        _run(folder, "lock")
        _commit(folder, "lock")
        _run(folder, "release")
        _run(folder, "eval", _NAME)
        _commit(folder, "evidence")
    for version, environments in (("1.0.0", ("dev", "staging", "prod")), ("1.1.0", ("dev", "staging"))):
        for environment in environments:
            _run(folder, "promote", f"{_NAME}@{version}", environment)
    git(folder, "branch", "ready")
    _run(folder, "promote", f"{_NAME}@1.1.0", "prod")
    git(folder, "branch", "promoted")
    return folder


def _run(folder: Path, *arguments: str) -> None:
    subprocess.run(promptctl(*arguments), cwd=folder, env=ENVIRONMENT, check=True, capture_output=True)


def _commit(folder: Path, message: str) -> None:
    git(folder, "add", "-A")
    git(folder, "commit", "-q", "-m", message)


def _write(point: str, *arguments: str, later: str = "") -> Callable[[int], Measured]:
    """``later`` is the module that the command loads once it knows that it needs it: it belongs to the start, too."""

    def measure(rounds: int) -> Measured:
        folder = _prepared()
        plain, counter = _plain_copy(folder), itertools.count()

        def stage() -> None:
            (plain / "note.txt").write_text(f"{os.getpid()} {next(counter)}\n")
            git(plain, "add", "note.txt")

        commit = commit_one_file(plain, _FSYNC)
        wrong = [word if word != "prod" else "nowhere" for word in arguments]
        same = ["promote", f"{_NAME}@1.0.0", "prod"]
        at_point = {"before": lambda: git(folder, "reset", "-q", "--hard", point)}
        times = race(
            {
                "ours": Process(line=promptctl(*arguments), folder=folder, before=at_point["before"]),
                "no-op": Process(line=promptctl(*wrong), folder=folder, codes=(2,)),
                "live already": Process(
                    line=promptctl(*same), folder=folder, before=lambda: git(folder, "reset", "-q", "--hard", "ready")
                ),
                "git commit": Process(line=commit.line, folder=plain, before=stage),
                "loading": _loading(folder, arguments[0]),
                "loading more": _loading(folder, arguments[0], later),
            },
            rounds,
        )
        ours, nothing = times["ours"].wall, times["no-op"].wall
        more = max(times["loading more"].wall - times["loading"].wall, 0.0) if later else 0.0
        details = {"whole": ours, "no-op": nothing, "loaded later": more}
        details["promote of what is live"] = times["live already"].wall
        return Measured(ours=ours - nothing - more, reference=times["git commit"].wall, details=details)

    return measure


def _loading(folder: Path, verb: str, later: str = "") -> Process:
    lines = [
        f"import promptctl.cli.commands.{verb}, promptctl.workflows.{verb}",
        *([f"import {later}"] if later else []),
    ]
    return Process(line=[PYTHON, "-c", "; ".join(lines)], folder=folder)


def _plain_copy(folder: Path) -> Path:
    target = folder.parent / "ship-reference"
    shutil.rmtree(target, ignore_errors=True)
    shutil.copytree(folder, target, symlinks=True)
    git(target, "reset", "-q", "--hard")
    return target


ROWS = (
    Row(
        key="promote",
        group="spine",
        title="`promote` of one prompt, evidence there, local",
        target="after start <= 6x git commit of one file",
        limit=6.0,
        measure=_write("ready", "promote", f"{_NAME}@1.1.0", "prod", later="promptctl.workflows.gating"),
    ),
    Row(
        key="rollback",
        group="spine",
        title="`rollback` of one prompt, local",
        target="after start <= 6x git commit of one file",
        limit=6.0,
        measure=_write("promoted", "rollback", _NAME, "prod", "--reason", "worse answers"),
    ),
)
