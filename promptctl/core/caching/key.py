"""Which calls may share an answer: the key of a call, whether chance is in it, and when its answer is too old."""

from __future__ import annotations

import hashlib
import re
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from promptctl.core.models.embedding import embedded_text
from promptctl.core.models.provider import ProviderSettings, answering
from promptctl.core.models.request import Request, compact_json

APPLICATION = "app1:"
"""How the keys of applications' answers begin; evals keep theirs under others. The number is that of their form."""
_JITTER = 0.1
_FIGURES = re.compile(r"\d+")


def cache_key(request: Request, route: str, scope: str) -> str:
    """Names the answer to a request: everything that is sent, who may answer (``route_digest``), and the digest of
    the prompt that asks. Raises ValueError or TypeError for what JSON cannot carry."""
    return APPLICATION + _digest({"request": request.to_dict(), "route": route, "scope": scope})


def route_digest(model: str, providers: Mapping[str, ProviderSettings]) -> str:
    """Tells apart who may answer a request for ``model``: names, wire formats and URLs, their fallbacks' too."""
    return _digest([[it.name, it.kind, it.base_url] for it in answering(model, providers)])


def is_deterministic(request: Request) -> bool:
    """Whether a request asks for the one likeliest answer: it says ``temperature: 0``, or wants an embedding.

    What says nothing of it is sampled at the model's usual temperature. A model with a fixed one refuses the parameter,
    so that no answer of it passes for one without chance.
    """
    temperature = request.parameters.get("temperature")
    zero = isinstance(temperature, int | float) and not isinstance(temperature, bool) and temperature == 0
    return zero or embedded_text(request) is not None


def lifetime(key: str, ttl: float) -> float:
    """Seconds that the answer under a key may be used: up to a tenth less than ``ttl``, by the key, so that answers
    made together do not all go together."""
    return ttl * (1 - _JITTER * (int(hashlib.sha256(key.encode()).hexdigest()[:8], 16) / 0x100000000))


@dataclass(frozen=True, slots=True, kw_only=True)
class Meaning:
    """What an answer by meaning is looked up by: ``text`` is compared, all else in ``group`` has to be equal."""

    group: str
    text: str


def meaning(request: Request, route: str, scope: str, embeddings: str) -> Meaning | None:
    """The last message's text, if it is a user's and all else may be compared; None for tools, images and embeddings.

    The group holds everything else that is sent, the model of ``embeddings``, and the figures in the text, since
    embeddings hardly tell 2024 from 2025.
    """
    last: Mapping[str, Any] = request.messages[-1] if request.messages else {}
    text = last.get("content")
    texts = all(isinstance(message.get("content"), str) for message in request.messages)
    calls = request.tools or any(message.keys() & {"tool_calls", "tool_call_id"} for message in request.messages)
    if not texts or calls or last.get("role") != "user" or not isinstance(text, str) or not text.strip():
        return None
    rest = request.to_dict()
    rest["messages"][-1] = {name: value for name, value in last.items() if name != "content"}
    apart = {"request": rest, "route": route, "scope": scope, "embeddings": embeddings}
    group = _digest(apart | {"figures": _FIGURES.findall(text)})
    return Meaning(group=group, text=text)


def _digest(value: Any) -> str:
    return hashlib.sha256(("promptctl-application-reply/v1\n" + compact_json(value)).encode()).hexdigest()
