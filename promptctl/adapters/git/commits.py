"""Writes commits with plumbing and a private index: the user's index, work tree and branches stay as they are."""

from __future__ import annotations

import os
from collections.abc import Mapping
from pathlib import Path

from promptctl.adapters.git.identity import committer
from promptctl.adapters.git.program import Git
from promptctl.adapters.git.refs import commit_of
from promptctl.errors import StateError

IN_PROGRESS = ("MERGE_HEAD", "rebase-merge", "rebase-apply", "BISECT_LOG", "CHERRY_PICK_HEAD")
WORK_IN_THE_WAY = "PC111"


def write_commit(git: Git, base: str | None, files: Mapping[str, bytes | None], message: str) -> str:
    """A commit on ``base`` that sets files to bytes or, for None, removes them; no ref moves.

    Raises StateError when Git knows no committer; GitFailure when an object cannot be written.
    """
    committer(git)
    folder = git.common_directory / "promptctl"
    folder.mkdir(exist_ok=True)
    index = folder / f"index-{os.getpid()}"
    extra = {"GIT_INDEX_FILE": str(index)}
    try:
        if base:
            git.run("read-tree", base, extra=extra)
        git.run("update-index", "-z", "--add", "--index-info", stdin=_index_lines(git, files), extra=extra)
        tree = git.run("write-tree", extra=extra).stdout.decode().strip()
    finally:
        index.unlink(missing_ok=True)
        Path(f"{index}.lock").unlink(missing_ok=True)
    parents = ["-p", base] if base else []
    signing = ["-S"] if git.config.get("commit.gpgsign", "false").lower() in ("true", "1", "yes", "on") else []
    return git.run("commit-tree", tree, *parents, *signing, "-F", "-", stdin=message.encode()).stdout.decode().strip()


def _index_lines(git: Git, files: Mapping[str, bytes | None]) -> bytes:
    lines = []
    for path, data in files.items():
        if data is None:
            lines.append(f"0 {'0' * 40}\t{path}\0")
        else:
            blob = git.run("hash-object", "-w", "--stdin", stdin=data).stdout.decode().strip()
            lines.append(f"100644 {blob}\t{path}\0")
    return "".join(lines).encode()


def update_branch(git: Git, branch: str, new: str, old: str | None, why: str) -> bool:
    """Moves a local branch by compare-and-swap; False when it was not at ``old`` any more."""
    expected = old or "0" * len(new)
    done = git.run("update-ref", "-m", f"promptctl: {why}", f"refs/heads/{branch}", new, expected, expected=(0, 1, 128))
    return done.returncode == 0 or commit_of(git, f"refs/heads/{branch}") == new


class Checkout:
    """The work tree that has a branch checked out, if any; follows the branch without touching other work."""

    def __init__(self, git: Git, branch: str) -> None:
        path = git.text("for-each-ref", "--format=%(worktreepath)", f"refs/heads/{branch}")
        self.git = Git(Path(path)) if path else None

    def require_free(self, base: str | None, new: str) -> None:
        """Raises StateError when following would meet unfinished or unsaved work on the paths that change."""
        if self.git is None or base is None:
            return
        busy = [name for name in IN_PROGRESS if (self.git.directory / name).exists()]
        if busy:
            raise StateError(
                WORK_IN_THE_WAY,
                f"{self.git.root} is in the middle of a merge, rebase or bisect",
                hint="finish it first",
            )
        self.git.run("update-index", "-q", "--refresh", expected=(0, 1))
        dry = self.git.run("read-tree", "-n", "-m", "-u", base, new, expected=(0, 128))
        if dry.returncode:
            said = dry.stderr.decode("utf-8", "replace").strip().splitlines()
            detail = said[0].removeprefix("error: ") if said else "files are in the way"
            raise StateError(WORK_IN_THE_WAY, detail, hint="commit or stash these files first")

    def follow(self, base: str | None, new: str) -> None:
        """Brings the paths that differ between the two commits into the work tree and its index."""
        if self.git is not None and base is not None:
            self.git.run("read-tree", "-m", "-u", base, new)
