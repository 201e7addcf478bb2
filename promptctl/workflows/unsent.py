"""Moves recorded here that the remote does not have yet: read, compared and put on top of a newer state."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

from promptctl.adapters.git.commits import write_commit
from promptctl.adapters.git.refs import is_ancestor, merge_base
from promptctl.adapters.repository import Repository
from promptctl.adapters.state import UNSENT
from promptctl.errors import StateError


def operation_of(repository: Repository, commit: str) -> str | None:
    """The command that made a commit, as its trailer spells it."""
    found = repository.git.text("log", "-1", "--format=%(trailers:key=Promptctl-Op,valueonly)", commit)
    return found.strip() or None


def touched(repository: Repository, commit: str | None, paths: Sequence[str]) -> Mapping[str, str | None]:
    """The blobs that paths have at a commit, None for those it does not have."""
    if commit is None or not paths:
        return dict.fromkeys(paths)
    listing = repository.git.run("ls-tree", "-r", "-z", "--full-tree", commit, "--", *paths).stdout.decode()
    blobs = {
        path: facts.split(" ")[2]
        for facts, _, path in (entry.partition("\t") for entry in listing.split("\0") if entry)
    }
    return {path: blobs.get(path) for path in paths}


def replay(repository: Repository, kept: str, tip: str | None) -> str | None:
    """The kept commits on top of ``tip``; None when the tip has them already.

    Raises StateError naming both sides when the tip moved the same files meanwhile.
    """
    git = repository.git
    if tip is None or is_ancestor(git, tip, kept):
        return kept if kept != tip else None
    if is_ancestor(git, kept, tip):
        return None
    base = merge_base(git, tip, kept)
    result = tip
    commits = git.text("rev-list", "--reverse", "--first-parent", kept, *([f"^{base}"] if base else [])).split("\n")
    for commit in commits:
        paths = (
            git.run("diff-tree", "--no-commit-id", "--name-only", "-r", "-z", "--root", commit)
            .stdout.decode()
            .split("\0")[:-1]
        )
        _require_unmoved(repository, base, tip, commit, paths)
        result = _copied(repository, commit, result, paths)
    return result


def _require_unmoved(repository: Repository, base: str | None, tip: str, commit: str, paths: Sequence[str]) -> None:
    before, now = touched(repository, base, paths), touched(repository, tip, paths)
    moved = next((path for path in paths if before[path] != now[path]), None)
    if moved is None:
        return
    git = repository.git
    ours = git.text("log", "-1", "--format=%an: %s (%h)", commit)
    theirs = git.text("log", "-1", "--format=%an: %s (%h)", tip, "--", moved)
    raise StateError(
        "PC112",
        f"a move recorded here meets another one: here {ours}; there {theirs}",
        hint=f"to drop ours: git update-ref -d {UNSENT}{repository.state_branch}",
    )


def _copied(repository: Repository, commit: str, onto: str, paths: Sequence[str]) -> str:
    """The same change of files, with the same message, on another commit."""
    blobs = touched(repository, commit, paths)
    files: dict[str, bytes | None] = {}
    for path, blob in blobs.items():
        found = repository.objects.read(blob) if blob else None
        files[path] = found[1] if found else None
    message = repository.git.text("log", "-1", "--format=%B", commit)
    return write_commit(repository.git, onto, files, message + "\n")
