"""Answers to texts that mean the same, by their embeddings."""

from __future__ import annotations

import asyncio
import time
from collections.abc import Awaitable, Callable, Sequence
from dataclasses import dataclass

from promptctl.adapters.reply_store import ReplyStore
from promptctl.core.caching.key import Meaning
from promptctl.core.caching.settings import Semantic
from promptctl.core.models.embedding import cosine, embedding_request, read_embedding
from promptctl.core.models.price import picodollars
from promptctl.core.models.request import Reply, Request
from promptctl.core.models.resting import Resting
from promptctl.errors import PromptctlError

Embed = Callable[[Request], Awaitable[Reply]]
_SECONDS = 5.0


@dataclass(frozen=True, slots=True, kw_only=True)
class Embedded:
    """A text that was embedded: ``vector`` as ``spell_embedding`` spells it, ``spent`` picodollars, None: unknown."""

    group: str
    vector: str
    spent: int | None


class SemanticSearch:
    """Finds the answer to the nearest text of a group. While the model of embeddings fails it is left alone."""

    def __init__(self, store: ReplyStore) -> None:
        self._store = store
        self._resting = Resting()

    async def embedded(self, meaning: Meaning, semantic: Semantic, embed: Embed) -> Embedded | None:
        """The embedding of a text, which ``embed`` asks a model for; None when there is none to be had in time."""
        if self._resting.rests(time.monotonic()):
            return None
        try:
            async with asyncio.timeout(_SECONDS):
                reply = await embed(embedding_request(semantic.model, meaning.text))
            read_embedding(reply.text)
        except (PromptctlError, TimeoutError, ValueError):
            self._resting.failed(time.monotonic())
            return None
        self._resting.worked()
        return Embedded(group=meaning.group, vector=reply.text, spent=picodollars(reply.cost))

    async def nearest(self, embedded: Embedded, least: float, seconds: float) -> str | None:
        """The key of the answer to the text that is nearest, if it is near enough and not too old."""
        kept = await self._store.vectors(embedded.group, seconds)
        return await asyncio.to_thread(_nearest, embedded.vector, kept, least) if kept else None

    async def keep(self, embedded: Embedded, key: str, seconds: float) -> None:
        """Keeps what the answer under ``key`` answers."""
        await self._store.put_vector(embedded.group, key, embedded.vector, seconds)


def _nearest(vector: str, kept: Sequence[tuple[str, str]], least: float) -> str | None:
    best, found, wanted = least, None, read_embedding(vector)
    for key, other in kept:
        try:
            similarity = cosine(wanted, read_embedding(other))
        except ValueError:
            continue
        if similarity >= best:
            best, found = similarity, key
    return found
