"""The page of what changed between two states of a prompt."""

from __future__ import annotations

from promptctl.adapters.repository import Repository
from promptctl.reports.pages.made import Made


def diff(repository: Repository, name: str, old: str, new: str) -> Made:
    """What changed between two states of a prompt. Raises what ``diff`` raises."""
    from promptctl.reports.diff_text import diff_lines
    from promptctl.workflows.diff import diff

    sides = (f"{name}@{old}", f"{name}@{new}")
    compared = diff(repository, *sides)
    lines = [[{"text": it.text, "style": it.style} for it in line] for line in diff_lines(*sides, compared.diff)]
    return Made(
        path=f"prompts/{name}/-/diff/{old}..{new}/",
        template="diff",
        title="What changed",
        data={"name": name, "old": old, "new": new, "lines": lines},
        crumbs=(("Prompts", ""), (name, f"prompts/{name}/")),
    )
