"""The page of what changed between two states of a prompt."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from promptctl.adapters.repository import Repository
from promptctl.answers.pages.faults import said
from promptctl.errors import PromptctlError
from promptctl.reports.pages.made import Made

SIDES = {"source": "Source", "rendered": "Rendered cases", "answers": "Recorded answers"}
"""What can be compared of two states."""
MOST_ROWS = 100


def diff(repository: Repository, name: str, old: str, new: str, shown: str = "source") -> Made:
    """What changed between two states of a prompt: its source, what its cases send, or what was answered to them.

    Raises what ``diff`` raises. What cannot be shown of the cases or answers is said on the page.
    """
    from promptctl.workflows.diff import diff as compare
    from promptctl.workflows.history import history

    shown = shown if shown in SIDES else "source"
    compared = compare(repository, f"{name}@{old}", f"{name}@{new}")
    tagged = [str(row.version) for row in history(repository, name).versions if row.tagged]
    parts: dict[str, Callable[[], dict[str, Any]]] = {
        "source": lambda: _source(name, old, new, compared.diff),
        "rendered": lambda: _rendered(compared),
        "answers": lambda: _answers(repository, name, old, new),
    }
    empty = {"lines": [], "cases": [], "all_cases": 0, "rows": [], "all_rows": 0, "differences": [], "notes": []}
    data: dict[str, Any] = {"name": name, "old": old, "new": new, "shown": shown, "parts": SIDES, "fault": None}
    data |= {"states": [*tagged, *repository.settings.environments], "change": compared.diff.contract.change}
    try:
        data |= empty | parts[shown]()
    except PromptctlError as error:
        data |= empty | {"fault": said(error)}
    return Made(
        path=f"prompts/{name}/-/diff/{old}..{new}/",
        template="diff",
        title="What changed",
        data=data,
        crumbs=(("Prompts", ""), (name, f"prompts/{name}/")),
    )


def _source(name: str, old: str, new: str, found: Any) -> dict[str, Any]:
    from promptctl.reports.diff_text import diff_lines

    lines = diff_lines(f"{name}@{old}", f"{name}@{new}", found)
    return {"lines": [[{"text": it.text, "style": it.style} for it in line] for line in lines]}


def _rendered(compared: Any) -> dict[str, Any]:
    from promptctl.workflows.diff_cases import diff_cases

    found = diff_cases(compared)
    return {"cases": [case.to_dict() for case in found.cases], "all_cases": found.total}


def _answers(repository: Repository, name: str, old: str, new: str) -> dict[str, Any]:
    from promptctl.reports.eval_data import eval_data
    from promptctl.workflows.diff_answers import diff_answers

    report = diff_answers(repository, f"{name}@{old}", f"{name}@{new}")
    data = eval_data(report)
    rows = data["cases"]
    return {
        "rows": rows[:MOST_ROWS],
        "all_rows": len(rows),
        "differences": data["differences"],
        "notes": [data["sentence"], *data["notes"]],
    }
