"""All that is fuzzed: each target takes any bytes, lets our own errors pass, and holds what it read to a law.

Anything else that gets out (another exception, a failed law, too long, too large) is a find.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from contextlib import suppress

from promptctl.errors import PromptctlError
from tests.fuzz import answers, events, files, formats, hosts, records, requests
from tests.fuzz.target import Target

MOST_BYTES = 20_000

TARGETS: Mapping[str, Target] = {
    name: target
    for module in (files, records, events, answers, formats, hosts, requests)
    for name, target in module.TARGETS.items()
}


def attempt(name: str, data: bytes) -> None:
    """One input through one target; our own errors are answers."""
    with suppress(PromptctlError):
        TARGETS[name].run(data)


def beginnings(name: str) -> Iterator[bytes]:
    """Small inputs of the kind that a target reads, each once."""
    yield from dict.fromkeys(data for data in TARGETS[name].begin() if data and len(data) <= MOST_BYTES)
