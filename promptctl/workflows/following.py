"""The local branch and its work tree follow a commit that was put on the state branch, when they stood at its base."""

from __future__ import annotations

import shlex

from promptctl.adapters.git.checkout import WORK_IN_THE_WAY, Checkout, Unfinished, finishing
from promptctl.adapters.git.commits import update_branch
from promptctl.adapters.git.failure import GitKilled
from promptctl.adapters.git.refs import commit_of, current_branch, is_ancestor
from promptctl.adapters.repository import Repository
from promptctl.errors import OutsideError, StateError
from promptctl.workflows.unsent import changed_paths


class Following:
    """What can follow from ``tip`` to ``commit``: nothing, a branch, or a branch and the work tree that has it."""

    def __init__(self, repository: Repository, tip: str | None, commit: str) -> None:
        self._repository, self._git = repository, repository.git
        self._remote, self._branch = repository.remote, repository.state_branch
        self._tip, self._commit = tip, commit
        self._local = commit_of(self._git, f"refs/heads/{self._branch}")
        follows = tip is not None and self._local == tip
        self._checkout = Checkout(self._git, self._branch) if follows else None

    def require_free(self) -> None:
        """Raises StateError when following would meet unsaved work; nothing has been written yet."""
        if self._checkout and self._tip:
            self._checkout.require_free(self._tip, self._commit)

    def move(self, why: str) -> bool:
        """Without a remote the branch is the record: moves it; False when another write came first.

        Raises StateError, with the branch put back, when its work tree cannot follow.
        """
        if not update_branch(self._git, self._branch, self._commit, self._tip, why):
            return False
        fault = self._follow_in_work_tree(why)
        if fault:
            raise StateError(WORK_IN_THE_WAY, f"nothing was changed: {fault}", hint="look with git status")
        return True

    def follow(self, why: str) -> str | None:
        """After the remote has the commit: moves the branch; what the user should know when it stays behind."""
        if self._local is None or is_ancestor(self._git, self._commit, self._local):
            return None
        if self._checkout is None:
            return self._left_behind()
        if not update_branch(self._git, self._branch, self._commit, self._tip, why):
            return f"your branch {self._branch} moved meanwhile: {self._pull}"
        fault = self._follow_in_work_tree(why)
        return f"your branch {self._branch} could not follow ({fault}): {self._pull}" if fault else None

    @property
    def _pull(self) -> str:
        here = current_branch(self._git) == self._branch
        steps = [*self._cleared, *([] if here else [f"git switch {self._branch}"])]
        return " && ".join([*steps, f"git pull --rebase {self._remote} {self._branch}"])

    @property
    def _cleared(self) -> list[str]:
        """What takes untracked files away that the commit brings, as the draft of an experiment: a pull would stop."""
        moved = changed_paths(self._repository, self._tip, self._commit) if self._tip else []
        untracked = self._git.text("ls-files", "--others", "-z", "--", *moved).split("\0") if moved else []
        files = [path for path in untracked if path]
        return [f"rm {shlex.join(files)}"] if files else []

    def _left_behind(self) -> str | None:
        assert self._local
        if not is_ancestor(self._git, self._local, self._commit):
            return f"your branch {self._branch} has commits of its own: {self._pull}"
        checked_out = Checkout(self._git, self._branch).git is not None
        return f"your branch {self._branch} is behind: {self._pull}" if checked_out else None

    def _follow_in_work_tree(self, why: str) -> str | None:
        """Why the work tree could not follow the moved branch, which is then put back; a stale index would undo it."""
        if self._checkout is None or self._tip is None:
            return None
        try:
            self._checkout.follow(self._tip, self._commit)
        except Unfinished:
            raise
        except OutsideError as failure:
            with finishing(f"{self._branch} moved and its work tree does not follow ({failure})"):
                update_branch(self._git, self._branch, self._tip, self._commit, f"{why}, put back")
            if isinstance(failure, GitKilled):
                raise
            return str(failure)
        return None
