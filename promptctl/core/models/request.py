"""What is sent to a model and what comes back, independent of any provider's wire format."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any


def compact_json(value: Any) -> str:
    """The one spelling of JSON that is hashed or stored: compact, UTF-8, written key order, no NaN.

    Raises ValueError for NaN and infinities.
    """
    return json.dumps(value, ensure_ascii=False, separators=(",", ":"), allow_nan=False)


@dataclass(frozen=True, slots=True, kw_only=True)
class Request:
    """A rendered prompt, ready for a provider.

    ``model`` is ``[provider:]id`` as written. A message is ``{"role", "content"[, "cache"]}``, its content a string or
    a list of parts. ``output`` is the JSON Schema of the answer; ``tools`` are function tools.
    """

    model: str
    messages: tuple[Mapping[str, Any], ...]
    parameters: Mapping[str, Any] = field(default_factory=dict)
    output: Mapping[str, Any] | None = None
    tools: tuple[Mapping[str, Any], ...] = ()

    def to_dict(self) -> dict[str, Any]:
        """All that can change the answer, in a fixed order."""
        return {
            "model": self.model,
            "messages": [dict(message) for message in self.messages],
            "parameters": dict(sorted(self.parameters.items())),
            "output": self.output,
            "tools": list(self.tools),
        }

    def key(self, sample: int) -> str:
        """Names the reply to this request in every store: ``sha256:<hex>`` over the request and the sample's index."""
        text = "promptctl-reply/v1\n" + compact_json({"request": self.to_dict(), "sample": sample})
        return "sha256:" + hashlib.sha256(text.encode()).hexdigest()


@dataclass(frozen=True, slots=True, kw_only=True)
class Usage:
    """Tokens of one call. ``input`` is the total, cached reads and writes included; unknown is None, never zero.

    ``cache_write_hour`` are those of ``cache_write`` that the provider keeps for an hour, at a price of their own; a
    recorded reply does not tell them apart, since its cost is recorded with it.
    """

    input: int | None = None
    output: int | None = None
    cache_read: int = 0
    cache_write: int = 0
    cache_write_hour: int = 0


@dataclass(frozen=True, slots=True, kw_only=True)
class Reply:
    """One model answer. ``cost`` is in US dollars, None when the price is unknown; ``latency_ms`` is the wall time."""

    text: str
    tool_calls: tuple[Mapping[str, Any], ...] = ()
    usage: Usage = Usage()
    model: str = ""
    provider: str = ""
    host: str = ""
    finish: str = "stop"
    latency_ms: float = 0.0
    cost: float | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Delta:
    """A piece of an answer: ``text`` as it comes, and with the last one the whole ``reply``."""

    text: str = ""
    reply: Reply | None = None
