"""Which remote and branches the team shares, and which commit each was last seen at."""

from __future__ import annotations

from dataclasses import dataclass

from promptctl.adapters.git.program import Git
from promptctl.adapters.git.refs import commit_of
from promptctl.errors import StateError, UsageError

NOT_FETCHED = "PC092"


def remote_name(git: Git, wanted: str | None) -> str | None:
    """The shared remote: the one set, else ``origin``, else the only one, else None.

    Raises UsageError when the one set does not exist, or several exist and none is called origin.
    """
    remotes = [
        key.removeprefix("remote.").removesuffix(".url")
        for key in git.config
        if key.startswith("remote.") and key.endswith(".url")
    ]
    if wanted is not None:
        if wanted not in remotes:
            raise UsageError(
                "PC007",
                f"the remote `{wanted}` of [repository] is not set up here",
                hint=f"git remote add {wanted} URL",
            )
        return wanted
    if "origin" in remotes:
        return "origin"
    if len(remotes) > 1:
        raise UsageError(
            "PC007",
            f"several remotes and no `origin`: {', '.join(remotes)}",
            hint="set [repository] remote in promptctl.toml",
        )
    return remotes[0] if remotes else None


@dataclass(frozen=True, slots=True)
class Head:
    """The branch that a remote's HEAD names, and its commit."""

    branch: str
    commit: str


def default_branch(git: Git, remote: str | None, wanted: str | None) -> str:
    """The branch whose policy counts: the one set, else ``<remote>/HEAD``, else the branch here, else ``main``."""
    found = wanted or (head_branch(git, remote) if remote else None)
    if found:
        return found
    done = git.run("symbolic-ref", "--quiet", "--short", "HEAD", expected=(0, 1))
    here = done.stdout.decode("utf-8", "surrogateescape").strip()
    return here if here and not remote else "main"


def head_branch(git: Git, remote: str) -> str | None:
    """The branch that the remote's HEAD named when it was last asked; None where that is not known."""
    prefix = f"refs/remotes/{remote}/"
    done = git.run("symbolic-ref", "--quiet", f"{prefix}HEAD", expected=(0, 1))
    name = done.stdout.decode("utf-8", "surrogateescape").strip()
    return name.removeprefix(prefix) if name.startswith(prefix) else None


def follow_head(git: Git, remote: str, told: Head) -> None:
    """Lets this clone know that the remote's HEAD names another branch than it did, once that is here: who reads
    without asking the remote goes by it. Where that cannot be written the next fetch tries again."""
    wanted = f"refs/remotes/{remote}/{told.branch}"
    if head_branch(git, remote) not in (None, told.branch) and commit_of(git, wanted):
        git.run("symbolic-ref", f"refs/remotes/{remote}/HEAD", wanted, expected=(0, 1, 128))


def head_commit(git: Git, remote: str) -> str | None:
    """That branch's commit as last fetched, without a process of its own."""
    return commit_of(git, f"refs/remotes/{remote}/HEAD")


def last_seen(git: Git, remote: str | None, branch: str, *, absent: bool = False) -> tuple[str, str] | None:
    """The full ref to read a shared branch from, and its commit: as last fetched, else the local one while the remote
    has none.

    None when the branch exists nowhere yet; ``absent`` tells that the remote was just asked and has no such branch.
    Raises StateError with the fetch line when it was not fetched.
    """
    local = f"refs/heads/{branch}"
    if remote:
        tracking = f"refs/remotes/{remote}/{branch}"
        if commit := commit_of(git, tracking):
            return tracking, commit
    if commit := commit_of(git, local):
        return local, commit
    if remote and not absent and not _fetches_all(git, remote):
        raise StateError(
            NOT_FETCHED,
            f"the branch `{branch}` of {remote} was not fetched here",
            hint=fetch_line(remote, branch),
        )
    return None


def fetch_line(remote: str, branch: str) -> str:
    """The command that brings one branch, also into a single-branch clone."""
    return f"git fetch {remote} '+refs/heads/{branch}:refs/remotes/{remote}/{branch}'"


def _fetches_all(git: Git, remote: str) -> bool:
    """Whether a plain fetch would have brought every branch; a shallow clone may have skipped it."""
    if git.shallow:
        return False
    refspecs = git.run("config", "--get-all", f"remote.{remote}.fetch", expected=(0, 1)).stdout.decode().split("\n")
    return f"+refs/heads/*:refs/remotes/{remote}/*" in refspecs
