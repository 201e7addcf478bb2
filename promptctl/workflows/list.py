"""``list``: which prompts there are, with filters."""

from __future__ import annotations

import json
from collections.abc import Mapping
from dataclasses import dataclass, field
from fnmatch import fnmatchcase
from typing import Any

from promptctl.adapters.repository import Repository, read_lock
from promptctl.core.prompt import Prompt
from promptctl.core.version import Version
from promptctl.errors import DocumentError, PromptctlError


@dataclass(frozen=True, slots=True, kw_only=True)
class Filters:
    """What a prompt must have: all tags, all facts; ``model`` may be a glob."""

    tags: tuple[str, ...] = ()
    owner: str | None = None
    model: str | None = None
    metadata: Mapping[str, str] = field(default_factory=dict)
    environment: str | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Listed:
    """One prompt. ``version`` is the lock's, or what the environment asked for serves; None before the first.

    ``prompt`` is None for one that the environment serves and that is not among the files here.
    """

    name: str
    version: Version | None
    prompt: Prompt | None


@dataclass(frozen=True, slots=True, kw_only=True)
class Listing:
    """``total`` counts the prompts before filtering; ``state`` says which state was read for an environment."""

    prompts: tuple[Listed, ...]
    total: int
    state: str | None = None


def list_prompts(repository: Repository, filters: Filters) -> Listing:
    """The prompts of the work tree that pass the filters, by name.

    Raises DocumentError with the problems of every file that cannot be read, StateError when the state branch was not
    fetched.
    """
    prompts = _prompts(repository)
    if filters.environment is not None:
        return _served(repository, filters, filters.environment, prompts)
    locked = read_lock(repository.work).prompts
    found = (
        Listed(name=name, version=locked[name].version if name in locked else None, prompt=prompt)
        for name, prompt in prompts.items()
        if _fits(prompt, filters)
    )
    return Listing(prompts=tuple(found), total=len(prompts))


def _prompts(repository: Repository) -> dict[str, Prompt]:
    found: dict[str, Prompt] = {}
    problems = list(repository.work.misplaced())
    for name in repository.work.names:
        try:
            found[name] = repository.work.prompt(name)
        except PromptctlError as error:
            problems += error.problems
    if problems:
        raise DocumentError(tuple(problems))
    return found


def _served(repository: Repository, filters: Filters, environment: str, prompts: Mapping[str, Prompt]) -> Listing:
    from promptctl.adapters.state import read_state

    repository.settings.environment(environment)
    state = read_state(repository)
    found: list[Listed] = []
    for name in state.environments.get(environment, ()):
        pointer = state.pointer(environment, name)
        prompt = prompts.get(name)
        if pointer and _fits(prompt, filters):
            found.append(Listed(name=name, version=pointer.served.version, prompt=prompt))
    return Listing(prompts=tuple(found), total=len(prompts), state=state.label)


def _fits(prompt: Prompt | None, filters: Filters) -> bool:
    """A prompt that is not here has nothing that a filter could find."""
    if prompt is None:
        return not (filters.tags or filters.owner or filters.model or filters.metadata)
    return (
        set(filters.tags) <= set(prompt.tags)
        and filters.owner in (None, prompt.owner)
        and (filters.model is None or fnmatchcase(model_text(prompt), filters.model))
        and all(fact_text(prompt.metadata, key) == value for key, value in filters.metadata.items())
    )


def model_text(prompt: Prompt) -> str:
    """How a prompt's model is shown and looked for: its name, ``tier:balanced``, ``chain``, or nothing."""
    if prompt.steps:
        return "chain"
    if isinstance(prompt.model, Mapping):
        return f"tier:{prompt.model['tier']}"
    return prompt.model or ""


def fact_text(metadata: Mapping[str, Any], key: str) -> str | None:
    """A fact of ``metadata`` as text; ``a.b`` looks inside. None when there is none."""
    value: Any = metadata
    for step in [key] if key in metadata else key.split("."):
        if not isinstance(value, Mapping) or step not in value:
            return None
        value = value[step]
    return value if isinstance(value, str) else json.dumps(value, ensure_ascii=False)
