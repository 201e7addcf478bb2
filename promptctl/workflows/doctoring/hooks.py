"""Hooks that somebody believes to run and that do not."""

from __future__ import annotations

import os
import shlex
from collections.abc import Iterator
from pathlib import Path

from promptctl.adapters.git.program import hooks_path
from promptctl.core.ailment import Ailment
from promptctl.workflows.doctoring.patient import Patient

_CONFIG = ".pre-commit-config.yaml"
_HOOKS = frozenset(
    "applypatch-msg pre-applypatch post-applypatch pre-commit pre-merge-commit prepare-commit-msg commit-msg "
    "post-commit pre-rebase post-checkout post-merge pre-push pre-receive update proc-receive post-receive post-update "
    "reference-transaction push-to-checkout pre-auto-gc post-rewrite sendemail-validate fsmonitor-watchman "
    "p4-changelist p4-prepare-changelist p4-post-changelist p4-pre-submit post-index-change".split()
)
"""What Git runs, as ``githooks(5)`` has it: tools keep other files beside them."""


def _hooks(patient: Patient) -> Iterator[Ailment]:
    repository = patient.repository
    git = repository.git
    wanted = hooks_path(git)
    usual = git.common_directory / "hooks"
    folder = git.root / wanted if wanted else usual
    if wanted and not folder.is_dir():
        yield Ailment(
            kind="hook-ignored",
            message=f"core.hooksPath names {wanted}, which is no folder",
            why="no hook of this clone runs",
            repair="git config --unset core.hooksPath",
        )
    elif wanted and folder.resolve() != usual.resolve() and (found := _scripts(usual)):
        yield Ailment(
            kind="hook-ignored",
            message=f"core.hooksPath names {wanted}, so {found[0]} does not run",
            why="Git looks for hooks in one folder only",
            repair=f"mv {shlex.quote(str(found[0]))} {shlex.quote(str(folder))}/",
        )
    for path in _scripts(folder):
        if os.name != "nt" and not os.access(path, os.X_OK):
            yield Ailment(
                kind="hook-not-executable",
                message=f"{path} is not executable",
                why="Git leaves it out without a word",
                repair=f"chmod +x {shlex.quote(str(path))}",
            )
    if _names_ours(repository.root / _CONFIG) and not (folder / "pre-commit").exists():
        yield Ailment(
            kind="hook-not-installed",
            message=f"{_CONFIG} names hooks of promptctl, and no pre-commit hook is installed",
            why="commits are not judged here",
            repair="pre-commit install",
        )


def _scripts(folder: Path) -> list[Path]:
    """Hooks in a folder, without samples and whatever else lies there."""
    if not folder.is_dir():
        return []
    return sorted(path for path in folder.iterdir() if path.is_file() and path.name in _HOOKS)


def _names_ours(path: Path) -> bool:
    try:
        return "id: promptctl-" in path.read_text(encoding="utf-8", errors="replace")
    except OSError:
        return False


CHECKS = (_hooks,)
