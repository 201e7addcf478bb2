"""A branch that people merge: made once, from the state branch, and never one that counts."""

from __future__ import annotations

import re
import shlex
from fnmatch import fnmatchcase

from promptctl.adapters.git.checkout import finishing
from promptctl.adapters.git.commits import update_branch
from promptctl.adapters.git.failure import repair_of
from promptctl.adapters.git.journal import Entry
from promptctl.adapters.git.refs import commit_of, is_ancestor, merge_base
from promptctl.adapters.git.remote import Pushed, Update, fetch_objects, push, remote_refs
from promptctl.adapters.repository import Repository
from promptctl.adapters.state import UNSENT
from promptctl.core.moves.pointer import is_decided
from promptctl.errors import OutsideError, StateError, UsageError
from promptctl.workflows.unsent import changed_paths, operation, touched

NO_BRANCH_NAME, RESERVED, TAKEN, NOT_MADE = "PC290", "PC291", "PC292", "PC294"
NOTHING_COMMITTED, UNKNOWN_OUTCOME = "PC116", "PC114"


class Proposal:
    """The branch ``name``, made on the remote, or only here: without a remote, or to be pushed later."""

    def __init__(self, repository: Repository, name: str, wanted: str, *, push: bool) -> None:
        self._repository, self._git, self._wanted = repository, repository.git, wanted
        self.name, self.ref = name, f"refs/heads/{name}"
        self.remote = repository.remote if push else None

    def check(self) -> None:
        """Raises UsageError for what cannot name a branch, StateError for branches that count already."""
        valid = self._git.run("check-ref-format", self.ref, expected=(0, 1)).returncode == 0
        if not valid or self.name.startswith("-") or self.name == "HEAD":
            raise UsageError(NO_BRANCH_NAME, f"`{self.name}` cannot name a branch", hint="git help check-ref-format")
        repository = self._repository
        reserved = {repository.default_branch: "settings count on it", repository.state_branch: "pointers count on it"}
        reserved |= {glob: "releases come from it" for glob in repository.release_branches if glob not in reserved}
        why = next((why for glob, why in reserved.items() if fnmatchcase(self.name, glob)), None)
        if why:
            message = f"{self.name} is no branch for a pull request: {why}"
            raise StateError(RESERVED, message, hint=f"name a new one: --branch {suggested(self._wanted)}")

    def entry(self) -> Entry:
        """What the journal says before anything is decided: the refs that may move."""
        repository = self._repository
        tracking = [f"refs/remotes/{self.remote}/{self.name}"] if self.remote else []
        shared = {repository.state_branch, repository.default_branch} if self.remote else set()
        tracking += [f"refs/remotes/{self.remote}/{branch}" for branch in sorted(shared)]
        refs = (self.ref, UNSENT + repository.state_branch, *tracking)
        return Entry(operation=self._wanted, refs=refs, remote=self.remote)

    def found(self, tip: str | None) -> str | None:
        """The commit of this very command that the branch holds already; None where there is no such branch.

        Raises StateError for one that holds anything else, and where there is nothing to merge into.
        """
        if tip is None:
            state, default = self._repository.state_branch, self._repository.default_branch
            make = f"git branch {state} {default}"
            make = f"git push {self.remote} {self.remote}/{default}:refs/heads/{state}" if self.remote else make
            message = f"there is no branch {state} yet that a pull request could go into"
            raise StateError(NOTHING_COMMITTED, message, hint=make)
        here, there = commit_of(self._git, self.ref), self._on_remote()
        for commit in (here, there):
            if commit:
                self._require_ours(commit, tip)
        if here and there and here != there:
            raise self._taken(f"the branch {self.name} here is not the one on {self.remote}")
        return here or there

    def make(self, commit: str) -> None:
        """Makes the branch, where it does not hold the commit already.

        Raises StateError where somebody else made it meanwhile, OutsideError where the remote does not have it, or
        nobody can tell: nothing is kept then, the same command makes it anew.
        """
        if self.remote is None:
            if not update_branch(self._git, self.name, commit, None, self._wanted):
                raise self._taken(f"there is a branch {self.name} already")
            self._repository.landed = f"the branch {self.name} is made ({commit[:7]})"
            return
        done = push(self._git, self.remote, [Update(ref=self.ref, new=commit, old=None)])
        self._require_made(done)
        self._repository.landed = f"{self.remote} has the branch {self.name} ({commit[:7]})"
        with finishing(self._repository.landed):
            tracking = f"refs/remotes/{self.remote}/{self.name}"
            self._git.run("update-ref", "-m", "promptctl: pushed", tracking, commit)

    def _require_made(self, done: Pushed) -> None:
        if done.outcome == "done":
            return
        if done.outcome == "raced":
            raise self._taken(f"{self.remote} has a branch {self.name} already")
        if done.outcome == "unknown":
            message = f"nobody can tell whether {self.remote} has the branch {self.name}: {done.said}"
            raise OutsideError(UNKNOWN_OUTCOME, message, hint="run the same command again: it finds out")
        message = f"{self.remote} does not take the branch {self.name}, nothing was changed: {done.said}"
        raise OutsideError(NOT_MADE, message, hint=repair_of(done.said) or "name another branch, or ask who may push")

    def _on_remote(self) -> str | None:
        if self.remote is None:
            return commit_of(self._git, f"refs/remotes/{self._repository.remote}/{self.name}")
        commit = remote_refs(self._git, self.remote, self.ref).get(self.ref)
        if commit and commit_of(self._git, commit) is None:
            fetch_objects(self._git, self.remote, self.ref)
        return commit

    def _require_ours(self, commit: str, tip: str) -> None:
        """Raises StateError unless the commit is what this command makes of what is on the state branch now."""
        git, state = self._git, self._repository.state_branch
        if is_ancestor(git, commit, tip):
            raise self._taken(f"the branch {self.name} is merged into {state} already")
        if operation(self._repository, commit) != self._wanted:
            raise self._taken(f"there is a branch {self.name} already")
        base = merge_base(git, tip, commit)
        moved = [path for path in changed_paths(self._repository, base, commit) if is_decided(path)]
        if base is None or touched(self._repository, base, moved) != touched(self._repository, tip, moved):
            raise self._taken(f"{state} was moved since the branch {self.name} was made: it holds what is past")

    def _taken(self, message: str) -> StateError:
        name = shlex.quote(self.name)
        away = f"git push {self.remote} --delete {name}" if self.remote else f"git branch -D {name}"
        return StateError(TAKEN, message, hint=f"name another branch, or take that one away: {away}")


def suggested(operation: str) -> str:
    """A name for the branch of a command: its words, with what no branch may have as dashes."""
    return re.sub(r"(?:(?!(?<=[0-9])\.(?=[0-9]))[^a-z0-9])+", "-", operation.lower()).strip("-")
