"""One repository: the work tree, its Git, the shared branches as last fetched, and projects at any commit."""

from __future__ import annotations

import os
from collections.abc import Callable, Iterable, Sequence
from functools import cached_property
from pathlib import Path
from typing import TYPE_CHECKING

from promptctl.adapters.project import Project
from promptctl.adapters.work_tree import WorkTree
from promptctl.errors import StateError, UsageError

if TYPE_CHECKING:
    from promptctl.adapters.facts import Facts
    from promptctl.adapters.git.branches import Head
    from promptctl.adapters.git.objects import Objects
    from promptctl.adapters.git.program import Git
    from promptctl.adapters.git.rewritten import Rewritten
    from promptctl.adapters.git.tag_listing import TagListing
    from promptctl.core.releases.lockfile import Lockfile
    from promptctl.core.settings import Settings


class Repository:
    """Opened lazily: what a command does not ask for is not read, and Git runs only when it is needed.

    With a commit as its ``rule``, the settings of that commit count, and none in the files or on the default branch.
    ``writer`` is the name of who writes, where that is not the user of this machine.
    """

    def __init__(self, root: Path, rule: str | None = None, writer: str | None = None) -> None:
        self.root, self._rule, self._writer = root, rule, writer
        self._projects: dict[str, Project] = {}
        self._absent: frozenset[str] = frozenset()
        self._head: Head | None = None
        self.landed: str | None = None
        """What cannot be taken back any more: an error after it has to say so."""
        self.caller: str | None = None
        """On whose behalf the writer writes, where it is a server."""

    @cached_property
    def work(self) -> Project:
        """The files as they lie in the work tree."""
        from promptctl.adapters.known import KnownFiles
        from promptctl.adapters.known_index import KnownIndex

        tree = self._work_tree
        known = KnownFiles(self.facts, tree.content)
        digests = known.by_name("digests")
        index = KnownIndex(self.facts, digests, lambda: tree.listing)
        return Project(tree, digests, known, index, rule=self.at(self._rule) if self._rule else None)

    @cached_property
    def _work_tree(self) -> WorkTree:
        from promptctl.adapters.known import KnownContents

        git = (lambda: self.git) if (self.root / ".git").exists() else None
        return WorkTree(self.root, git, KnownContents(self.facts, self.root))

    def expect_files(self) -> None:
        """All files of the work tree will be asked for: where they are many, Git looks at them meanwhile."""
        self._work_tree.expect()

    @cached_property
    def facts(self) -> Facts:
        """What earlier commands found out about this repository."""
        from promptctl.adapters.cache_folder import cache_folder
        from promptctl.adapters.facts import Facts, facts_of

        try:
            return facts_of(self.root, cache_folder(os.environ))
        except UsageError:
            # Nothing can be kept for a user without a home; no answer depends on it.
            return Facts(None)

    @cached_property
    def git(self) -> Git:
        """Raises UsageError when the folder is not under Git."""
        from promptctl.adapters.git.program import open_git

        return open_git(self.root, self._writer)

    @cached_property
    def objects(self) -> Objects:
        from promptctl.adapters.git.objects import Objects

        return Objects(self.git)

    @cached_property
    def tags(self) -> TagListing:
        """The release tags of prompts, as one listing."""
        from promptctl.adapters.git.tag_listing import TagListing

        return TagListing(self.git, self.remote)

    def at(self, commit: str, label: str | None = None) -> Project:
        """The files of a commit; ``label`` is how messages call it."""
        if commit not in self._projects:
            from promptctl.adapters.git.objects import CommitTree
            from promptctl.adapters.known import CommitDigests, KnownFiles

            tree = CommitTree(self.git, self.objects, commit, label)
            known = KnownFiles(self.facts, tree.content)
            self._projects[commit] = Project(tree, CommitDigests(self.facts, commit, known.by_name("digests")), known)
        return self._projects[commit]

    @property
    def rewritten(self) -> tuple[Rewritten, ...]:
        """Release tags that the remote has otherwise than this clone knew them, as last fetched."""
        from promptctl.adapters.git.rewritten import rewritten_tags

        return rewritten_tags(self.git, self.remote) if self.remote else ()

    @cached_property
    def remote(self) -> str | None:
        """The name of the remote that the team shares, or None."""
        from promptctl.adapters.git.branches import remote_name

        return remote_name(self.git, self.work.settings.remote)

    @cached_property
    def default_branch(self) -> str:
        """The branch whose policy counts. The settings here say which only where nobody else does: what is checked out
        is not to choose what it is judged by.
        """
        from promptctl.adapters.git.branches import default_branch

        return self.told_default or default_branch(self.git, self.remote, self.work.settings.default_branch)

    @cached_property
    def told_default(self) -> str | None:
        """The default branch as the remote's side names it; None where that is not known, or a commit is the rule."""
        from promptctl.adapters.default_branch import told_default

        if self.remote is None or self._rule:
            return None
        return told_default(self.git, self.remote, self._head, self.at, os.environ)

    @cached_property
    def default_commit(self) -> str | None:
        """The default branch's commit as last fetched; None before the first commit.

        Raises StateError with the fetch line when it was not fetched.
        """
        return self.commit_last_seen(self.default_branch)

    def commit_last_seen(self, branch: str) -> str | None:
        """A shared branch's commit as last fetched, None when there is no such branch. Raises StateError."""
        from promptctl.adapters.git.branches import last_seen

        found = last_seen(self.git, self.remote, branch, absent=branch in self._absent)
        return found[1] if found else None

    @property
    def policy(self) -> Project:
        """The project whose settings and lock count: the default branch's commit; the work tree before the first."""
        commit = self._rule or self.default_commit
        return self.at(commit) if commit else self.work

    @property
    def settings(self) -> Settings:
        """The team's settings: those of the default branch."""
        return self.policy.settings

    @property
    def policy_note(self) -> str | None:
        """Said by commands that obey the policy when the work tree's settings say something else."""
        here, there = self.work.settings.document.value, self.settings.document.value
        if here == there:
            return None
        return f"promptctl.toml here differs from {self.default_branch}'s, which counts ({self.policy.tree.label})"

    @property
    def state_branch(self) -> str:
        """The branch that holds pointers and moves."""
        return self.settings.state or self.default_branch

    @property
    def release_branches(self) -> tuple[str, ...]:
        """Globs of the branches that may be released from."""
        return self.settings.release_branches or (self.default_branch, "hotfix/*")

    def require_permitted(self, paths: Iterable[str]) -> None:
        """Raises StateError for files that the writer may not change; Git alone says so of the user of this machine."""

    def fetch(self, prompts: Sequence[str] | None = ()) -> frozenset[str]:
        """Brings the shared branches, and the release tags of some prompts (None: of all), as the remote has them now.

        Gives the branches that the remote does not have. Does nothing without a remote. Raises OutsideError when the
        remote cannot be asked.
        """
        self._bring(lambda: {self.default_branch, self.state_branch}, prompts)
        return self._absent

    def fetch_default(self, *others: str) -> None:
        """The same with the default branch, ``others``, and all release tags, where the settings may be unreadable."""
        self._bring(lambda: {self.default_branch, *others}, None)

    def _bring(self, wanted: Callable[[], set[str]], prompts: Sequence[str] | None) -> None:
        """What comes may say that other branches are wanted: then these come too."""
        from promptctl.adapters.git.branches import follow_head
        from promptctl.adapters.git.remote import fetch_shared

        branches = wanted()
        while self.remote:
            shared = fetch_shared(self.git, self.remote, sorted(branches), prompts)
            self._absent, self._head = shared.absent, shared.head
            self.forget()
            came, default = branches, self.default_branch
            branches = wanted() if default in came else {default}
            if came >= branches:
                break
        if self.remote and self._head:
            follow_head(self.git, self.remote, self._head)

    def forget(self) -> None:
        """Drops what a fetch may have changed."""
        for name in ("default_commit", "default_branch", "told_default", "tags"):
            self.__dict__.pop(name, None)


def read_lock(project: Project) -> Lockfile:
    """The lock of a tree; empty when it has none. Raises DocumentError when it is malformed."""
    return project.lock


def require_full_history(repository: Repository, what: str) -> None:
    """Raises StateError with the fetch line in a shallow clone, where a "no" about history means nothing."""
    if repository.git.shallow:
        remote = repository.remote or "origin"
        raise StateError(
            "PC093",
            f"{what} needs history that this shallow clone does not have",
            hint=f"git fetch --unshallow --tags {remote}",
        )
