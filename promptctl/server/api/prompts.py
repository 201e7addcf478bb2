"""Prompts: which there are, and what one of them is."""

from __future__ import annotations

from operator import attrgetter
from typing import TYPE_CHECKING, Annotated

from fastapi import APIRouter, Query, Response

from promptctl.server.asked import KEPT, Viewed, json_response
from promptctl.server.paging import PageSize, PageToken, paged

if TYPE_CHECKING:
    from promptctl.workflows.history import VersionRow

router = APIRouter(prefix="/api/v1", tags=["prompts"], dependencies=[KEPT])


@router.get("/prompts", summary="List prompts")
def list_prompts(
    view: Viewed,
    tag: Annotated[list[str] | None, Query(description="With this tag; several: with all.")] = None,
    owner: Annotated[str | None, Query(description="Of this owner.")] = None,
    model: Annotated[str | None, Query(description="For this model; a glob.")] = None,
    env: Annotated[str | None, Query(description="Served by this environment.")] = None,
    page_size: PageSize = 100,
    page_token: PageToken = "",
) -> Response:
    """The prompts of the default branch by name, with the version that the lock names; with `env`, what it serves."""
    from promptctl.answers.list import row
    from promptctl.workflows.list import Filters, Listing, list_prompts

    filters = Filters(tags=tuple(tag or ()), owner=owner, model=model, environment=env)
    key = ("list", filters.tags, owner, model, env)
    listing: Listing = view.once(key, lambda repository: list_prompts(repository, filters))
    return json_response(paged("prompts", listing.prompts, lambda it: it.name, page_size, page_token, spell=row))


@router.get("/prompts/{name:path}/-/at/{reference}", summary="Show a prompt at a reference")
def show_at(view: Viewed, name: str, reference: str) -> Response:
    """A prompt as a version, an environment, a digest or a revision has it: contract, messages, tools."""
    return _shown(view, f"{name}@{reference}")


@router.get("/prompts/{name:path}/-/history", summary="Versions and moves of a prompt")
def history(
    view: Viewed, name: str, env: Annotated[str | None, Query(description="Moves of this environment only.")] = None
) -> Response:
    """The versions of a prompt, newest first, and its moves in every environment."""
    from promptctl.answers.history import data
    from promptctl.workflows.history import history

    return json_response(view.once(("history", name, env), lambda repository: data(history(repository, name, env))))


@router.get("/prompts/{name:path}/-/versions", summary="List the versions of a prompt")
def versions(view: Viewed, name: str, page_size: PageSize = 100, page_token: PageToken = "") -> Response:
    """Every version, newest first: its digest, its tag, where it is live, and why it is retired."""
    from promptctl.answers.history import version_row
    from promptctl.workflows.history import history

    found = view.once(("versions", name), lambda repository: history(repository, name))
    page = paged("versions", found.versions, _place, page_size, page_token, spell=version_row, falling=True)
    return json_response({"prompt": found.name, **page})


@router.get("/prompts/{name:path}/-/evidence", summary="List the kept evidence of a prompt")
def evidence(view: Viewed, name: str, page_size: PageSize = 100, page_token: PageToken = "") -> Response:
    """Every kept run of the prompt's suite, newest first: whose answers, how many cases passed, and the interval of
    their share. As it was recorded: nothing is scored again."""
    from promptctl.answers.evidence import row
    from promptctl.workflows.evidence_runs import evidence_runs

    found = view.once(("evidence", name), lambda repository: evidence_runs(repository, name))
    page = paged("runs", found.runs, attrgetter("place"), page_size, page_token, spell=row, falling=True)
    return json_response({"prompt": found.name, **page, "notes": list(found.notes)})


@router.get("/prompts/{name:path}/-/diff", summary="Compare two states of a prompt")
def diff(
    view: Viewed,
    name: str,
    old: Annotated[str, Query(description="A version, an environment, a digest or a revision.")],
    new: Annotated[str, Query(description="The same of the other side.")],
) -> Response:
    """What differs by meaning: messages, inputs, tools, and what that is to callers."""
    from promptctl.answers.diff import data
    from promptctl.workflows.diff import diff

    key = ("diff", name, old, new)
    return json_response(view.once(key, lambda repository: data(diff(repository, f"{name}@{old}", f"{name}@{new}"))))


@router.get("/prompts/{name:path}", summary="Show a prompt")
def show(view: Viewed, name: str) -> Response:
    """A prompt as the default branch has it: contract, messages, versions."""
    return _shown(view, name)


def _place(row: VersionRow) -> str:
    """Versions as texts that sort as they do."""
    return " ".join(f"{number:06}" for number in row.version.precedence)


def _shown(view: Viewed, reference: str) -> Response:
    from promptctl.answers.show import data
    from promptctl.workflows.show import show

    return json_response(view.once(("show", reference), lambda repository: data(show(repository, reference))))
