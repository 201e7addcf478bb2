"""By which pull request each change came."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

from promptctl.adapters.git.ancestry import messages_of, parents_between
from promptctl.adapters.git.history import Change
from promptctl.adapters.git.program import Git
from promptctl.core.pull_request import brought_by, pull_request_of


def pull_requests(git: Git, changes: Sequence[Change], until: str, since: str | None) -> Mapping[str, str]:
    """The pull request of each commit that came by one: its own trailer says so, or the merge that brought it to the
    first-parent line of ``until``, or the end of its own subject, as squashed ones have it.

    Only commits after ``since``, or after the oldest change, are walked. Raises GitFailure.
    """
    if not changes:
        return {}
    oldest = f"{changes[-1].commit}^@"
    merges = brought_by(
        parents_between(git, until, [since] if since else [oldest]), {change.commit for change in changes}
    )
    messages = messages_of(git, dict.fromkeys(merges.values()))
    found: dict[str, str] = {}
    for change in changes:
        merge = merges.get(change.commit, "")
        named = (
            pull_request_of("", change.trailers)
            or pull_request_of(messages.get(merge, ""))
            or pull_request_of(change.subject)
        )
        if named:
            found[change.commit] = named
    return found


def co_authors(change: Change) -> tuple[str, ...]:
    """Who wrote beside the author, as ``Name <mail>``."""
    return tuple(value for key, value in change.trailers if key.lower() == "co-authored-by")
