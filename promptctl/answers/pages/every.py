"""All pages that lie in a folder when no server shows them."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import datetime
from itertools import pairwise

from promptctl.adapters.repository import Repository
from promptctl.answers.pages.diff import diff
from promptctl.answers.pages.matrix import matrix
from promptctl.answers.pages.prompt import prompt
from promptctl.reports.pages.made import Made


def every(repository: Repository, now: datetime) -> Iterator[Made]:
    """All pages that a link leads to. Raises what the pages raise."""
    first = matrix(repository, now)
    yield first
    for row in first.data["prompts"]:
        if row["files"] != "gone":
            page = prompt(repository, row["prompt"], now)
            yield page
            yield from _changes(repository, page)


def _changes(repository: Repository, page: Made) -> Iterator[Made]:
    """Each version against the one before, where both are tagged."""
    rows = page.data["history"]["versions"]
    for new, old in pairwise(rows):
        if new["tagged"] and old["tagged"]:
            yield diff(repository, page.title, old["version"], new["version"])
