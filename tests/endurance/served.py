"""What the surroundings serve, by serial: two versions of twelve, splits that come and go, settings that change."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import replace
from typing import Any

from promptctl.core.caching.settings import cache_settings
from promptctl.core.models.provider import trust_digest
from promptctl.core.models.provider_table import parse_providers
from promptctl.core.moves.bundle import Bundle
from tests.bundles import bundle_of

WORDS = {f"1.{number}.0": f"word{number}" for number in range(12)}
"""What each version's prompt begins with."""

_TEXT = """\
model: gpt-4.1
parameters: {{temperature: 0, max_tokens: 50}}
inputs: {{text: string}}
template: "{word} {{{{ text }}}}"
"""
_CHAIN = """\
inputs: {text: string}
steps:
  - {name: first, prompt: answer, inputs: {text: "{{ text }}"}}
  - {name: last, prompt: answer, inputs: {text: "{{ first }}!"}}
"""
_LOUD = {
    "kind": "regex",
    "argument": "^[A-Z0-9 ]+$",
    "negate": False,
    "name": "loud",
    "weight": 1.0,
}
_TURN = 15
"""How many bundles have the same settings."""


def settings(model: str, store: str, serial: int) -> dict[str, Any]:
    """Those of a bundle: price, cache, events and quality each change in their turn."""
    turn = serial // _TURN % 4
    price = {"input": 1 + (turn == 1), "output": 2}
    relay = {"kind": "openai", "base_url": f"{model}/v1", "key": "RELAY_KEY", "models": ["gpt-*"], "weight": 100}
    return {
        "providers": {"relay": {**relay, "prices": {"gpt-*": price}}, "openai": {"weight": 0}},
        "cache": {"mode": "exact", "store": store, "ttl": "2m" if turn == 2 else "1m"},
        "events": {"units": "plain" if turn == 3 else "hashed"},
        "quality": {"sample": 0.2 if turn == 1 else 0.1},
    }


def bundle(model: str, store: str, serial: int) -> Bundle:
    """The bundle with this serial; every number has one, and always the same."""
    before, after = (f"1.{(serial // 3 + step) % len(WORDS)}.0" for step in (0, 1))
    texts = {version: _TEXT.format(word=WORDS[version]) for version in (before, after)}
    share = serial % 4 * 25
    made = bundle_of(
        {"answer": texts, "chain": {"1.0.0": _CHAIN}},
        serial=serial,
        splits={"answer": {before: 100 - share, after: share}} if share else None,
        settings=settings(model, store, serial),
        former={"reply": "answer"},
    )
    pointer = made.prompts["answer"]
    if pointer.split and share == 50:
        pointer = replace(pointer, split=replace(pointer.split, shadow=20, when="region == 'eu'"))
    quality = {"answer": {"expect": [_LOUD], "judges": {}}}
    return replace(made, prompts={**made.prompts, "answer": pointer}, quality=quality)


def trusted(model: str, store: str) -> Iterator[str]:
    """The digests that a machine trusts, so that every one of these bundles may have what it asks for."""
    for turn in range(4):
        found: Mapping[str, Any] = settings(model, store, turn * _TURN)
        yield str(trust_digest(parse_providers(found["providers"])))
        if address := cache_settings(found["cache"], {}).store.digest:
            yield address
