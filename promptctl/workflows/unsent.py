"""Moves recorded here that the remote does not have yet: read, compared and put on top of a newer state."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from promptctl.adapters.git.refs import is_ancestor, merge_base
from promptctl.adapters.repository import Repository
from promptctl.adapters.state import UNSENT, unsent_commit
from promptctl.core.moves.pointer import is_decided
from promptctl.errors import StateError

MET_ANOTHER = "PC118"


@dataclass(frozen=True, slots=True, kw_only=True)
class Kept:
    """``commit`` holds the kept moves on top of the tip, None when there is nothing to send.

    ``landed`` is what was kept and turns out to be on the tip. ``repeated``: one of the kept moves was made by the
    command that runs now, and no later one moved the same files.
    """

    commit: str | None = None
    landed: str | None = None
    repeated: bool = False


def read_kept(repository: Repository, tip: str | None, wanted: str) -> Kept:
    """What is kept, for the command ``wanted`` and the tip it builds on.

    Raises StateError when others moved the same pointers meanwhile.
    """
    kept = unsent_commit(repository)
    if kept is None:
        return Kept()
    if tip and is_ancestor(repository.git, kept, tip):
        return Kept(landed=kept, repeated=operation(repository, kept) == wanted)
    base = merge_base(repository.git, tip, kept) if tip else None
    commits = _commits(repository, kept, base)
    repeated = _repeated(repository, commits, wanted)
    onto = kept if base == tip else _replayed(repository, commits, base, tip)
    return Kept(commit=onto, repeated=repeated)


def unsent_commits(repository: Repository, tip: str | None) -> tuple[str, ...]:
    """The kept commits that the tip does not have, oldest first."""
    kept = unsent_commit(repository)
    if kept is None or (tip and is_ancestor(repository.git, kept, tip)):
        return ()
    return _commits(repository, kept, merge_base(repository.git, tip, kept) if tip else None)


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


def _commits(repository: Repository, kept: str, base: str | None) -> tuple[str, ...]:
    excluded = [f"^{base}"] if base else []
    return tuple(repository.git.text("rev-list", "--reverse", "--first-parent", kept, *excluded).split("\n"))


def operation(repository: Repository, commit: str) -> str:
    """The command that made a commit, as its trailer spells it."""
    return repository.git.text("log", "-1", "--format=%(trailers:key=Promptctl-Op,valueonly)", commit).strip()


def changed_paths(repository: Repository, base: str | None, commit: str) -> list[str]:
    """The files that differ between two commits, all of them where there is no base."""
    if base is None:
        return list(repository.at(commit).tree.files())
    listing = repository.git.run("diff-tree", "--name-only", "-r", "-z", "--no-renames", base, commit)
    return listing.stdout.decode("utf-8", "surrogateescape").split("\0")[:-1]


def _paths(repository: Repository, commit: str) -> list[str]:
    listing = repository.git.run("diff-tree", "--no-commit-id", "--name-only", "-r", "-z", "--root", commit)
    return listing.stdout.decode().split("\0")[:-1]


def _repeated(repository: Repository, commits: Sequence[str], wanted: str) -> bool:
    later: set[str] = set()
    for commit in reversed(commits):
        paths = _paths(repository, commit)
        if operation(repository, commit) == wanted:
            return later.isdisjoint(paths)
        later.update(paths)
    return False


def _replayed(repository: Repository, commits: Sequence[str], base: str | None, tip: str | None) -> str | None:
    """The same changes on the tip. Raises StateError naming both sides when the tip moved the same pointers."""
    result = tip
    for commit in commits:
        paths = _paths(repository, commit)
        before, now = touched(repository, base, paths), touched(repository, tip, paths)
        moved = {path for path in paths if before[path] != now[path]}
        pointer = next((path for path in sorted(moved) if is_decided(path)), None)
        if pointer:
            raise _meets(repository, commit, tip, pointer)
        shared = {_prompt_folder(path) for path in moved}
        result = _copied(repository, commit, result, [path for path in paths if _prompt_folder(path) not in shared])
    return result


def _prompt_folder(path: str) -> str:
    """What evidence and replies belong to: where the tip has evidence of its own, its replies count too."""
    return path if is_decided(path) else path.rsplit("/", 2)[0]


def _meets(repository: Repository, commit: str, tip: str | None, path: str) -> StateError:
    git, branch = repository.git, repository.state_branch
    ours = git.text("log", "-1", "--format=%an: %s (%h)", commit)
    theirs = git.text("log", "-1", "--format=%an: %s (%h)", tip, "--", path) if tip else f"{path} is gone"
    hint = f"to drop ours: git update-ref -d {UNSENT}{branch}"
    return StateError(MET_ANOTHER, f"a move recorded here meets another one: here {ours}; there {theirs}", hint=hint)


def _copied(repository: Repository, commit: str, onto: str | None, paths: Sequence[str]) -> str:
    """The same change of files, with the same message, on another commit."""
    from promptctl.adapters.git.commits import write_commit

    files: dict[str, bytes | None] = {}
    for path, blob in touched(repository, commit, paths).items():
        found = repository.objects.read(blob) if blob else None
        files[path] = found[1] if found else None
    message = repository.git.text("log", "-1", "--format=%B", commit)
    was = repository.objects.read(commit)
    signed = was is not None and b"\ngpgsig" in was[1].partition(b"\n\n")[0]
    return write_commit(repository.git, onto, files, message + "\n", signed=signed)
