"""One file a wire format: how a request is spelled for a kind of provider, and how its answer is read."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any, Protocol

from promptctl.adapters.providers import anthropic, anthropic_stream, embeddings, openai, openai_stream
from promptctl.adapters.providers.events import Event
from promptctl.adapters.providers.spelling import cannot_say
from promptctl.core.models.embedding import embedded_text
from promptctl.core.models.request import Reply, Request, Usage


class Assembly(Protocol):
    """Puts a stream's events together: ``feed`` gives the text that one adds, ``answer`` what ``parse`` takes.

    ``feed`` raises MalformedAnswer for what is no such event, StreamFault for an error that the provider reports.
    ``told`` are model and usage as far as they were told, in the place where an answer has them.
    """

    done: bool

    def feed(self, event: Event) -> str: ...

    def answer(self) -> dict[str, Any]: ...

    def told(self) -> dict[str, Any]: ...


@dataclass(frozen=True, slots=True, kw_only=True)
class Streaming:
    """``asks`` is what a request says besides, so that its answer is streamed."""

    asks: Mapping[str, Any]
    assembly: Callable[[], Assembly]


@dataclass(frozen=True, slots=True, kw_only=True)
class WireFormat:
    """``path`` follows the provider's base URL. ``body`` raises UsageError for what the format cannot say, ``parse``
    raises MalformedAnswer for what it does not know. ``usage`` reads what an answer took, also where it is none, and
    raises MalformedAnswer too. ``streaming`` is None where answers come whole only. ``listing`` is the path that lists
    models, and costs nothing."""

    path: str
    headers: Callable[[str], Mapping[str, str]]
    body: Callable[[Request, str], dict[str, Any]]
    parse: Callable[[Any], Reply]
    usage: Callable[[Any], Usage]
    streaming: Streaming | None = None
    listing: str = ""


WIRE_FORMATS: Mapping[str, WireFormat] = {
    "openai": WireFormat(
        path=openai.PATH,
        headers=openai.headers,
        body=openai.body,
        parse=openai.parse,
        usage=openai.usage,
        streaming=Streaming(asks=openai_stream.ASKS, assembly=openai_stream.Assembly),
        listing="/models",
    ),
    "anthropic": WireFormat(
        path=anthropic.PATH,
        headers=anthropic.headers,
        body=anthropic.body,
        parse=anthropic.parse,
        usage=anthropic.usage,
        streaming=Streaming(asks=anthropic_stream.ASKS, assembly=anthropic_stream.Assembly),
        listing="/v1/models",
    ),
}
"""Kinds that are reached over HTTP; ``echo`` and ``replay`` answer by themselves."""
_EMBEDDINGS: Mapping[str, WireFormat] = {
    "openai": WireFormat(
        path=embeddings.PATH,
        headers=openai.headers,
        body=embeddings.body,
        parse=embeddings.parse,
        usage=embeddings.usage,
    ),
}


def wire_format(kind: str, request: Request) -> WireFormat:
    """How a request is spelled for a kind of provider. Raises UsageError where it has no such requests."""
    if embedded_text(request) is None:
        return WIRE_FORMATS[kind]
    if kind not in _EMBEDDINGS:
        raise cannot_say(kind, "there are no embeddings", "name a provider of kind openai in [evals] embeddings")
    return _EMBEDDINGS[kind]
