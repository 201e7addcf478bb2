"""What a visit of a place that talks to a server of somebody else is, and what it came to."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pytest

from promptctl.adapters.providers.exchange import Bounds
from promptctl.core.models.provider import trust_digest
from promptctl.core.models.provider_table import parse_providers
from promptctl.runtime.gateway.retries import Patience
from tests.evals import KEY
from tests.provider_faults import Fault

SECONDS = 0.5
SHORT = Patience(
    attempts=2,
    shortest=0.001,
    longest=0.002,
    total=SECONDS,
    bounds=Bounds(connect=SECONDS, read=SECONDS, idle=SECONDS, max_bytes=100_000),
)


@dataclass(frozen=True)
class Came:
    """What a place came to under a fault: ``passed`` is a verdict or an answer, ``said`` all that anybody can read."""

    passed: bool
    said: str


Visit = Callable[[Fault, Path, pytest.MonkeyPatch], Came]


@dataclass(frozen=True)
class Place:
    """``chats``: it takes chats for an answer. ``streams``: as events. ``takes``: it asks only whether what it sent was
    taken."""

    visit: Visit
    chats: bool = True
    streams: bool = False
    takes: bool = False


def providers_at(url: str, **more: Mapping[str, Any]) -> Any:
    """A provider called relay at ``url``, and others that it falls back on."""
    shared = {"kind": "openai", "key": "RELAY_KEY", "models": ["gpt-*"]}
    first = {"weight": 100, "fallback": [*more]} if more else {}
    tables = {
        "relay": {**shared, "base_url": url, **first},
        **{name: {**shared, **table} for name, table in more.items()},
    }
    return parse_providers({**tables, "openai": {"weight": 0, "models": []}})


def trusting(providers: Any) -> dict[str, str]:
    """The environment of a machine that trusts these providers, and has their key."""
    return {"RELAY_KEY": KEY, "PROMPTCTL_TRUST": str(trust_digest(providers))}
