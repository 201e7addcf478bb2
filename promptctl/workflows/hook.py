"""``hook``: judges what is staged before it is committed; reads the index only and writes nothing."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from importlib import import_module
from pathlib import Path

from promptctl.adapters.git.index_tree import hook_index
from promptctl.workflows.hooks.staged import HookResult, Staged

HOOKS = ("lint", "fmt", "lock-check", "pointer-check", "no-secrets")


def run_hook(kind: str, root: Path, folder: Path, files: Sequence[str], environment: Mapping[str, str]) -> HookResult:
    """Judges what is staged. ``files`` are paths in ``folder`` that were named; what differs from HEAD is judged too.

    Raises StateError while files are not merged.
    """
    named = (_relative((folder / file).absolute(), root) for file in files)
    found = Staged(root, hook_index(root, folder, environment), [path for path in named if path], environment)
    # What judges is loaded while Git reads the index.
    result: HookResult = import_module(f"promptctl.workflows.hooks.{kind.replace('-', '_')}").judge(found)
    found.repository.facts.save()
    return result


def _relative(path: Path, root: Path) -> str | None:
    return path.relative_to(root).as_posix() if path.is_relative_to(root) else None
