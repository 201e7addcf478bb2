"""``eval --watch``: all suites once, then those that a change of files touches, by their digests."""

from __future__ import annotations

import os
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path

from promptctl.adapters.repository import Repository
from promptctl.core.evals.selection import Selection
from promptctl.errors import PromptctlError
from promptctl.workflows.eval_plan import Planned, plan_suites

_OWN = ("evidence", "replies")
"""Folders that runs write themselves."""

_Stats = dict[str, tuple[int, int, int]]


@dataclass(frozen=True, slots=True, kw_only=True)
class Round:
    """What is to be run now, in the repository as it is now; or why nothing can be."""

    repository: Repository
    planned: tuple[Planned, ...] = ()
    error: PromptctlError | None = None


def rounds(root: Path, names: Sequence[str] | None, selection: Selection, wait: Callable[[], bool]) -> Iterator[Round]:
    """A round at once, then one for each change that touches a prompt, what it includes, its suite, data or judges.

    ``wait`` passes the time between two looks at the files, and says whether to go on.
    """
    known: dict[str, tuple[str, str]] = {}
    seen: _Stats | None = None
    watching = True
    while watching:
        if (now := _stats(root)) != seen:
            seen, repository = now, Repository(root)
            try:
                planned = plan_suites(repository, names, selection)
            except PromptctlError as error:
                yield Round(repository=repository, error=error)
            else:
                digests = {it.subject.reference: (it.subject.digest, it.subject.loaded.digest) for it in planned}
                changed = tuple(
                    it for it in planned if known.get(it.subject.reference) != digests[it.subject.reference]
                )
                known = digests
                if changed:
                    yield Round(repository=repository, planned=changed)
        watching = wait()


def _stats(root: Path) -> _Stats:
    """What tells a changed file from one that is as it was, without reading it."""
    found: _Stats = {}
    paths = [root / "promptctl.toml"]
    for folder, below, files in os.walk(root / "prompts"):
        below[:] = [name for name in below if name not in _OWN]
        paths += [Path(folder, name) for name in files]
    for path in paths:
        try:
            status = path.lstat()
        except OSError:
            continue
        found[str(path)] = (status.st_mtime_ns, status.st_size, status.st_ino)
    return found
