"""One prompt: what is sent, what it needs, its versions and moves, and what changed between two of them."""

from __future__ import annotations

from typing import Any

from fastapi import APIRouter
from fastapi.responses import HTMLResponse

from promptctl.server.asked import KEPT, Viewed, html_response

router = APIRouter(include_in_schema=False, dependencies=[KEPT])


@router.get("/prompts/{name:path}/-/diff/{old}..{new}/")
def diff(view: Viewed, name: str, old: str, new: str) -> HTMLResponse:
    """What changed between two states."""
    from promptctl.reports.diff_text import diff_lines
    from promptctl.workflows.diff import diff

    sides = (f"{name}@{old}", f"{name}@{new}")
    compared = view.once(("compared", *sides), lambda repository: diff(repository, *sides))
    lines = [[{"text": it.text, "style": it.style} for it in line] for line in diff_lines(*sides, compared.diff)]
    data = {"name": name, "old": old, "new": new, "lines": lines}
    return html_response("diff", "What changed", data, f"prompts/{name}/-/diff/{old}..{new}/")


@router.get("/prompts/{name:path}/")
def prompt(view: Viewed, name: str) -> HTMLResponse:
    """The prompt's own page."""
    from promptctl.answers import history, show
    from promptctl.workflows.history import history as history_of
    from promptctl.workflows.show import show as shown

    data: dict[str, Any] = {
        "shown": view.once(("show", name), lambda repository: show.data(shown(repository, name))),
        "history": view.once(("history", name, None), lambda repository: history.data(history_of(repository, name))),
    }
    return html_response("prompt", name, data, f"prompts/{name}/")
