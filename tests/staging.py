"""What tests of hooks do all day: stage some files and not others, and ask a hook about it in this process."""

from __future__ import annotations

from collections.abc import Mapping

from promptctl.workflows.hook import run_hook
from promptctl.workflows.hooks.staged import HookResult
from tests.support import GitRepository, build_files


def stage(repository: GitRepository, files: Mapping[str, str | bytes]) -> None:
    """Writes files and stages just these."""
    build_files(repository.folder, files)
    repository.git("add", "--", *files)


def judged(repository: GitRepository, kind: str, *files: str, **variables: str) -> HookResult:
    """What a hook says of the repository; ``variables`` are all of its environment."""
    return run_hook(kind, repository.folder, repository.folder, files, variables)


def said(result: HookResult) -> set[tuple[str, str]]:
    """Code and file of everything that refuses."""
    return {(finding.code, finding.place.file) for finding in result.findings if finding.fails}
