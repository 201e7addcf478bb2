"""Who says which branch is the default one: the remote's HEAD, and never what is checked out (docs/adr/0012)."""

from __future__ import annotations

from collections.abc import Callable, Mapping

from promptctl.adapters.git.branches import Head, head_branch, head_commit
from promptctl.adapters.git.program import Git
from promptctl.adapters.git.refs import commit_of
from promptctl.adapters.project import Project
from promptctl.adapters.work_tree import SETTINGS
from promptctl.core.name import branch_fault
from promptctl.errors import UsageError


def told_default(
    git: Git, remote: str, told: Head | None, at: Callable[[str], Project], environment: Mapping[str, str]
) -> str | None:
    """The branch that the settings of the remote's HEAD name, else that HEAD itself.

    HEAD is what the remote just ``told``, else what this clone has of it, else the branch that a CI job's host calls
    the default one. None where nobody knows it, or it has no settings. Settings there that cannot be read name
    nothing, and are an error for whoever goes by them.
    """
    commit, named = (told.commit, told.branch) if told else (head_commit(git, remote), None)
    if commit is None:
        named = host_default(environment)
        commit = commit_of(git, f"refs/remotes/{remote}/{named}") if named else None
        if commit is None:
            return named
    there = at(commit)
    if SETTINGS not in there.tree.files():
        return None
    try:
        wanted = there.settings.default_branch
    except UsageError:
        wanted = None
    return wanted or named or head_branch(git, remote)


def host_default(environment: Mapping[str, str]) -> str | None:
    """The branch that the host of a CI job, GitHub or GitLab, says is the default one; None elsewhere."""
    if environment.get("GITLAB_CI"):
        named = environment.get("CI_DEFAULT_BRANCH", "")
    elif environment.get("GITHUB_ACTIONS") == "true":
        from promptctl.adapters.github import read_event

        event = read_event(environment)
        # What is scheduled runs on the default branch, and its event need not say more.
        scheduled = environment.get("GITHUB_REF_NAME", "") if event.name == "schedule" else ""
        named = event.text("repository", "default_branch") or scheduled
    else:
        return None
    return named if named and branch_fault(named) is None else None
