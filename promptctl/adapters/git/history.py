"""Who changed what, in which commit: the one place that uses GitPython, and only to read."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import UTC

from promptctl.adapters.git.failure import GitFailure
from promptctl.adapters.git.program import Git, environment

MOST_COMMITS = 50


@dataclass(frozen=True, slots=True, kw_only=True)
class Change:
    """One commit: its author as ``Name <mail>``, when it was written (ISO 8601, UTC), its subject line.

    ``trailers`` are the ``Key: value`` lines at the end of its message.
    """

    commit: str
    author: str
    at: str
    subject: str
    trailers: tuple[tuple[str, str], ...] = ()


def changes(
    git: Git, paths: Iterable[str], until: str, since: str | None = None, *, most: int | None = MOST_COMMITS
) -> tuple[Change, ...]:
    """The commits that changed any of these files, newest first, at most ``most``, up to ``until``, without what
    ``since`` has already. Both are full ids of commits.

    Raises GitFailure where history cannot be read.
    """
    try:
        from git import GitCommandError, Repo
    except ImportError as error:
        # It asks git for its version when it is loaded.
        raise GitFailure(("version",), 128, str(error)) from None

    span = f"{since}..{until}" if since else until
    with Repo(git.root) as repository:
        repository.git.update_environment(**environment(), GIT_LITERAL_PATHSPECS="1")
        try:
            found = list(repository.iter_commits(span, paths=sorted(paths), max_count=-1 if most is None else most))
            return tuple(_change(commit) for commit in found)
        except (GitCommandError, ValueError) as error:
            said = str(getattr(error, "stderr", "") or error)
            raise GitFailure(("rev-list", span), getattr(error, "status", 0) or 128, said) from None


def _change(commit: object) -> Change:
    from git import Commit

    assert isinstance(commit, Commit)
    return Change(
        commit=commit.hexsha,
        author=f"{commit.author.name or ''} <{commit.author.email or ''}>",
        at=commit.authored_datetime.astimezone(UTC).strftime("%Y-%m-%dT%H:%M:%SZ"),
        subject=str(commit.summary),
        trailers=tuple(commit.trailers_list),
    )
