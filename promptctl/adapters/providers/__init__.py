"""One file a wire format: how a request is spelled for a kind of provider, and how its answer is read."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any

from promptctl.adapters.providers import anthropic, openai
from promptctl.core.request import Reply, Request


@dataclass(frozen=True, slots=True, kw_only=True)
class WireFormat:
    """``path`` follows the provider's base URL. ``body`` raises UsageError for what the format cannot say, ``parse``
    raises MalformedAnswer for what it does not know."""

    path: str
    headers: Callable[[str], Mapping[str, str]]
    body: Callable[[Request, str], dict[str, Any]]
    parse: Callable[[Any], Reply]


WIRE_FORMATS: Mapping[str, WireFormat] = {
    "openai": WireFormat(path=openai.PATH, headers=openai.headers, body=openai.body, parse=openai.parse),
    "anthropic": WireFormat(path=anthropic.PATH, headers=anthropic.headers, body=anthropic.body, parse=anthropic.parse),
}
"""Kinds that are reached over HTTP; ``echo`` and ``replay`` answer by themselves."""
