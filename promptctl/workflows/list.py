"""``list``: which prompts there are, with filters."""

from __future__ import annotations

import json
from collections.abc import Mapping
from dataclasses import dataclass, field
from fnmatch import fnmatchcase
from typing import Any

from promptctl.adapters.repository import Repository, read_lock
from promptctl.core.prompts.card import Card
from promptctl.core.releases.version import Version
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

    ``card`` is None for one that the environment serves and that is not among the files here, under no other name.
    """

    name: str
    version: Version | None
    card: Card | None


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
    cards = _cards(repository)
    if filters.environment is not None:
        return _served(repository, filters, filters.environment, cards)
    locked = read_lock(repository.work).prompts
    found = (
        Listed(name=name, version=locked[name].version if name in locked else None, card=card)
        for name, card in cards.items()
        if _fits(card, filters)
    )
    return Listing(prompts=tuple(found), total=len(cards))


def _cards(repository: Repository) -> dict[str, Card]:
    found: dict[str, Card] = {}
    problems = list(repository.work.misplaced())
    for name in repository.work.names:
        try:
            found[name] = repository.work.card(name)
        except PromptctlError as error:
            problems += error.problems
    if problems:
        raise DocumentError(tuple(problems))
    return found


def _served(repository: Repository, filters: Filters, environment: str, cards: Mapping[str, Card]) -> Listing:
    from promptctl.adapters.state import read_state

    repository.settings.environment(environment)
    state = read_state(repository)
    found: list[Listed] = []
    for name in state.environments.get(environment, ()):
        pointer = state.live(environment, name)
        # A prompt that was renamed is served under its old name until that is removed.
        card = cards.get(name) or cards.get(repository.work.former.get(name, name))
        if pointer and _fits(card, filters):
            found.append(Listed(name=name, version=pointer.served.version, card=card))
    return Listing(prompts=tuple(found), total=len(cards), state=state.label)


def _fits(card: Card | None, filters: Filters) -> bool:
    """A prompt that is not here has nothing that a filter could find."""
    if card is None:
        return not (filters.tags or filters.owner or filters.model or filters.metadata)
    return (
        set(filters.tags) <= set(card.tags)
        and filters.owner in (None, card.owner)
        and (filters.model is None or fnmatchcase(model_text(card), filters.model))
        and all(fact_text(card.metadata, key) == value for key, value in filters.metadata.items())
    )


def model_text(card: Card) -> str:
    """How a prompt's model is shown and looked for: its name, ``tier:balanced``, ``chain``, or nothing."""
    if card.chain:
        return "chain"
    if isinstance(card.model, Mapping):
        return f"tier:{card.model['tier']}"
    return card.model or ""


def fact_text(metadata: Mapping[str, Any], key: str) -> str | None:
    """A fact of ``metadata`` as text; ``a.b`` looks inside. None when there is none."""
    value: Any = metadata
    for step in [key] if key in metadata else key.split("."):
        if not isinstance(value, Mapping) or step not in value:
            return None
        value = value[step]
    return value if isinstance(value, str) else json.dumps(value, ensure_ascii=False)
