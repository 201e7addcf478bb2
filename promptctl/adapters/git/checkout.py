"""The work tree that has a branch checked out: follows the branch without touching other work."""

from __future__ import annotations

import shutil
from collections.abc import Iterator
from pathlib import Path

from promptctl.adapters.git.commits import private_index
from promptctl.adapters.git.program import Git
from promptctl.adapters.git.refs import current_branch
from promptctl.errors import StateError

WORK_IN_THE_WAY = "PC111"
_IN_PROGRESS = {
    "MERGE_HEAD": "a merge",
    "CHERRY_PICK_HEAD": "a cherry-pick",
    "REVERT_HEAD": "a revert",
    "rebase-merge": "a rebase",
    "rebase-apply": "a rebase",
    "BISECT_LOG": "a bisect",
}
_HEAD_NAMES = ("rebase-merge/head-name", "rebase-apply/head-name", "BISECT_START")


class Checkout:
    """``git`` is the work tree that has the branch checked out, None when there is none."""

    def __init__(self, git: Git, branch: str) -> None:
        self._common, self._branch = git.common_directory, branch
        self.git = git if current_branch(git) == branch else _elsewhere(git, branch)

    def require_free(self, base: str, new: str) -> None:
        """Raises StateError when following would meet unfinished or unsaved work; changes nothing.

        A rebase or bisect that started from the branch puts it back in the end, so it must not move meanwhile.
        """
        for folder in self._suspended():
            raise _in_the_way(f"{folder} is in the middle of a rebase or bisect of {self._branch}", "finish it first")
        if self.git is None:
            return
        for name, what in _IN_PROGRESS.items():
            if (self.git.directory / name).exists():
                raise _in_the_way(f"{self.git.root} is in the middle of {what}", "finish it first")
        lock = self.git.directory / "index.lock"
        if lock.exists():
            raise _in_the_way(f"another git command is at work in {self.git.root}", f"if none is: rm {lock}")
        self._require_clean(self.git, base, new)

    def follow(self, base: str, new: str) -> None:
        """Brings the paths that differ between the two commits into the work tree and its index.

        Raises GitFailure, with nothing changed, when that is not possible any more.
        """
        if self.git is not None:
            self.git.run("update-index", "-q", "--refresh", expected=(0, 1))
            self.git.run("read-tree", "-m", "-u", base, new)

    def _require_clean(self, git: Git, base: str, new: str) -> None:
        """Tries the merge on a copy of the index: its stat cache must be fresh, and the user's stays as it is."""
        with private_index(git) as extra:
            if (git.directory / "index").exists():
                shutil.copyfile(git.directory / "index", extra["GIT_INDEX_FILE"])
            git.run("update-index", "-q", "--refresh", expected=(0, 1), extra=extra)
            dry = git.run("read-tree", "-n", "-m", "-u", base, new, expected=(0, 128), extra=extra)
        if dry.returncode:
            said = dry.stderr.decode("utf-8", "replace").strip().splitlines()
            detail = said[0].removeprefix("error: ").removesuffix(" Cannot merge.") if said else "files are in the way"
            raise _in_the_way(detail, "commit or stash these files first")

    def _suspended(self) -> Iterator[Path]:
        """Work trees that will put the branch back when their rebase or bisect ends."""
        for folder in (self._common, *self._common.glob("worktrees/*")):
            for name in _HEAD_NAMES:
                file = folder / name
                spelled = file.read_text(errors="replace").strip() if file.is_file() else ""
                if spelled.removeprefix("refs/heads/") == self._branch:
                    yield folder


def _elsewhere(git: Git, branch: str) -> Git | None:
    path = git.text("for-each-ref", "--format=%(worktreepath)", f"refs/heads/{branch}")
    return Git(Path(path)) if path and Path(path).is_dir() else None


def _in_the_way(message: str, hint: str) -> StateError:
    return StateError(WORK_IN_THE_WAY, message, hint=hint)
