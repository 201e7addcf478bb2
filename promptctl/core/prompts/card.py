"""What a listing shows of a prompt."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import asdict, dataclass
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from promptctl.core.prompts.prompt import Prompt


@dataclass(frozen=True, slots=True, kw_only=True)
class Card:
    """The facts that people file a prompt under. ``model`` is None for a chain, and where the prompt names none."""

    description: str
    owner: str
    tags: tuple[str, ...]
    metadata: Mapping[str, Any]
    model: str | Mapping[str, Any] | None
    chain: bool

    def to_dict(self) -> dict[str, Any]:
        """The card as plain data."""
        return asdict(self)


def card_of(prompt: Prompt) -> Card:
    """A prompt's card."""
    return Card(
        description=prompt.description,
        owner=prompt.owner,
        tags=prompt.tags,
        metadata=prompt.metadata,
        model=prompt.model,
        chain=bool(prompt.steps),
    )


def card_from(value: Mapping[str, Any]) -> Card | None:
    """The card that plain data spells, None when it is of another form."""
    if value.keys() != set(Card.__slots__):
        return None
    return Card(**{**value, "tags": tuple(value["tags"])})
