"""Commits with their parents between two points, and the messages of some: one run of git each."""

from __future__ import annotations

from collections.abc import Iterable

from promptctl.adapters.git.program import Git


def parents_between(git: Git, until: str, without: Iterable[str]) -> list[tuple[str, tuple[str, ...]]]:
    """The commits that ``until`` has and none of ``without`` has, children first, each with its parents. All are full
    ids, or ids followed by ``^@`` for all parents of a commit. Raises GitFailure."""
    said = git.text("rev-list", "--topo-order", "--parents", until, *(f"^{commit}" for commit in without))
    lines = (line.split() for line in said.splitlines())
    return [(commit, tuple(parents)) for commit, *parents in lines]


def messages_of(git: Git, commits: Iterable[str]) -> dict[str, str]:
    """The whole messages of commits, by full ids. Raises GitFailure."""
    wanted = list(commits)
    if not wanted:
        return {}
    said = git.run("log", "--no-walk=unsorted", "-z", "--format=%H%n%B", *wanted).stdout.decode("utf-8", "replace")
    parts = (part.partition("\n") for part in said.split("\0") if part)
    return {commit: message for commit, _, message in parts}
