"""The page of one prompt."""

from __future__ import annotations

from promptctl.adapters.repository import Repository
from promptctl.reports.pages.made import Made


def prompt(repository: Repository, name: str) -> Made:
    """One prompt: what is sent, what it needs, versions and moves. Raises what ``show`` and ``history`` raise."""
    from promptctl.answers import history, show
    from promptctl.workflows.history import history as history_of
    from promptctl.workflows.show import show as shown

    data = {"shown": show.data(shown(repository, name)), "history": history.data(history_of(repository, name))}
    return Made(path=f"prompts/{name}/", template="prompt", title=name, data=data, crumbs=(("Prompts", ""),))
