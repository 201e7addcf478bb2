"""Which pull request a commit came by: what hosts write into the messages of commits, and nothing else."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Mapping, Sequence, Set

_TRAILERS = ("pull-request", "pull-request-url", "pr-url", "pr", "merge-request", "merge-request-url", "reviewed-on")
_MERGES = (
    re.compile(r"^Merge pull request (#\d+) from \S+"),
    re.compile(r"^Merge pull request (#\d+) in \S+"),
    re.compile(r"^Merged in \S+ \(pull request (#\d+)\)"),
    re.compile(r"^Merged PR (\d+): "),
    re.compile(r"^See merge request (\S*!\d+)$", re.MULTILINE),
)
"""Subjects of GitHub's, Bitbucket's (its server's, then its cloud's) and Azure's merges, and the line that GitLab's end
with."""

_SQUASHED = re.compile(r"\((#\d+)\)$")
_MOST = 200


def pull_request_of(message: str, trailers: Iterable[tuple[str, str]] = ()) -> str | None:
    """The pull request that a commit's message names, as the host spells it: ``#12``, ``group/project!12``, or what a
    trailer says. None where it names none."""
    return next((named[:_MOST].strip() for named in _named(message, trailers)), None)


def _named(message: str, trailers: Iterable[tuple[str, str]]) -> Iterator[str]:
    """What names one, best first."""
    for name, value in trailers:
        if name.lower() in _TRAILERS and value.strip():
            yield value.strip()
    for pattern in _MERGES:
        if found := pattern.search(message):
            yield f"#{found[1]}" if found[1].isdigit() else found[1]
    if squashed := _SQUASHED.search(message.partition("\n")[0].rstrip()):
        yield squashed[1]


def brought_by(history: Sequence[tuple[str, tuple[str, ...]]], wanted: Set[str]) -> dict[str, str]:
    """The merge that brought each wanted commit to the first-parent line of the first commit, for those that are not on
    it themselves.

    ``history`` has commits with their parents, children first; what it does not have is older than all that matters.
    """
    parents = dict(history)
    line = _first_parents(history[0][0], parents) if history else []
    seen = set(line)
    found: dict[str, str] = {}
    for merge in reversed(line):
        waiting = list(parents[merge][1:])
        while waiting:
            commit = waiting.pop()
            if commit in seen or commit not in parents:
                continue
            seen.add(commit)
            if commit in wanted:
                found[commit] = merge
            waiting += parents[commit]
    return found


def _first_parents(tip: str, parents: Mapping[str, tuple[str, ...]]) -> list[str]:
    line, commit = [], tip
    while commit in parents:
        line.append(commit)
        if not parents[commit]:
            break
        commit = parents[commit][0]
    return line
