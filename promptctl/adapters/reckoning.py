"""The digests of all prompts of a work tree, those that nobody knows yet reckoned by as many processes as help."""

from __future__ import annotations

from collections.abc import Sequence
from contextlib import suppress

from promptctl.adapters.known import KnownDigests
from promptctl.adapters.project import Project
from promptctl.adapters.shares import in_shares
from promptctl.errors import UsageError

Reckoned = list[tuple[str, str, dict[str, str | None]]]


def reckoned(project: Project, noted: KnownDigests) -> dict[str, str]:
    """The digests of the prompts that can be read, noted with the contents that they were found in."""

    def share(names: Sequence[str]) -> Reckoned:
        from promptctl.core.prompts.canonical import digest

        found: Reckoned = []
        for name in names:
            with suppress(UsageError):
                found.append((name, digest(project.closure(name)), noted.contents(project.files_of(name))))
        return found

    known = {name: found for name in project.names if (found := noted.digest(name))}
    for part in in_shares([name for name in project.names if name not in known], share):
        for name, digest, contents in part:
            noted.note(name, digest, contents)
            known[name] = digest
    return known
