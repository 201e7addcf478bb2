"""What each page shows: its template, its title and its data, for a server and for files alike."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from itertools import pairwise
from typing import Any

from promptctl.adapters.repository import Repository


@dataclass(frozen=True, slots=True, kw_only=True)
class Made:
    """A page before it is written: ``path`` is where it stands, as ``prompts/support/triage/``; empty for the first."""

    path: str
    template: str
    title: str
    data: Mapping[str, Any]


def matrix(repository: Repository) -> Made:
    """Prompts against environments. Raises what ``status`` raises."""
    from promptctl.answers.status import data
    from promptctl.workflows.status import status

    return Made(path="", template="matrix", title="Prompts", data=data(status(repository)))


def prompt(repository: Repository, name: str) -> Made:
    """One prompt: what is sent, what it needs, versions and moves. Raises what ``show`` and ``history`` raise."""
    from promptctl.answers import history, show
    from promptctl.workflows.history import history as history_of
    from promptctl.workflows.show import show as shown

    data = {"shown": show.data(shown(repository, name)), "history": history.data(history_of(repository, name))}
    return Made(path=f"prompts/{name}/", template="prompt", title=name, data=data)


def diff(repository: Repository, name: str, old: str, new: str) -> Made:
    """What changed between two states of a prompt. Raises what ``diff`` raises."""
    from promptctl.reports.diff_text import diff_lines
    from promptctl.workflows.diff import diff

    sides = (f"{name}@{old}", f"{name}@{new}")
    compared = diff(repository, *sides)
    lines = [[{"text": it.text, "style": it.style} for it in line] for line in diff_lines(*sides, compared.diff)]
    data = {"name": name, "old": old, "new": new, "lines": lines}
    return Made(path=f"prompts/{name}/-/diff/{old}..{new}/", template="diff", title="What changed", data=data)


def every(repository: Repository) -> Iterator[Made]:
    """All pages that a link leads to. Raises what the pages raise."""
    first = matrix(repository)
    yield first
    for row in first.data["prompts"]:
        if row["files"] != "gone":
            page = prompt(repository, row["prompt"])
            yield page
            yield from _changes(repository, page)


def _changes(repository: Repository, page: Made) -> Iterator[Made]:
    """Each version against the one before, where both are tagged."""
    rows = page.data["history"]["versions"]
    for new, old in pairwise(rows):
        if new["tagged"] and old["tagged"]:
            yield diff(repository, page.title, old["version"], new["version"])
