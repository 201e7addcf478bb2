"""Says what became of a commit on the state branch."""

from __future__ import annotations

import shlex
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from promptctl.cli.context import Context
    from promptctl.workflows.publish import Published


def published_text(published: Published) -> str:
    """One line: the commit and where it is."""
    if published.commit is None:
        return "nothing to do"
    short = published.commit[:7]
    if published.into:
        again = ", as made before" if published.resent else ""
        place = f"on {published.remote}" if published.remote and published.sent else "here"
        made = f"commit {short} on the branch {published.branch} {place}{again}"
        return f"{made}: it counts once it is merged into {published.into}"
    if published.remote and not published.sent:
        again = " as recorded before" if published.resent else ""
        return f"commit {short}{again}, here only: not on {published.remote}"
    where = f"{published.remote}/{published.branch}" if published.remote else published.branch
    return (
        f"sent what was recorded here before: {short} on {where}" if published.resent else f"commit {short} on {where}"
    )


def recover_first(context: Context, operation: str) -> None:
    """Finishes or undoes what a killed write left, for a command that may find nothing to write itself."""
    from promptctl.workflows.recovery import recovered

    if note := recovered(context.repository, operation):
        context.output.remark(note)


def next_step(published: Published | None, otherwise: str | None) -> str | None:
    """What comes next: where a branch waits for people to merge it, how they get to see it."""
    if published is None or published.into is None or published.commit is None:
        return otherwise
    branch, into = shlex.quote(published.branch), shlex.quote(published.into)
    if published.remote is None:
        return f"git switch {into} && git merge {branch}"
    pull_request = f"gh pr create --base {into} --head {branch}"
    opened = f"open a pull request of {branch} into {into}, at the host or by {pull_request}"
    return opened if published.sent else f"git push {published.remote} {branch}, then {opened}"


def joined_notes(*notes: str | None) -> str | None:
    """Several notes as one, those that are None left out."""
    return "\n".join(note for note in notes if note) or None
