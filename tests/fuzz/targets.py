"""All that is fuzzed: each target takes any bytes, lets our own errors pass, and holds what it read to a law.

Anything else that gets out (another exception, a failed law, too long, too large) is a find.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping

from tests.fuzz import answers, events, files, formats, hosts, records, requests
from tests.fuzz.target import Target

MOST_BYTES = 20_000

_MODULES = (files, records, events, answers, formats, hosts, requests)
TARGETS: Mapping[str, Target] = {name: target for module in _MODULES for name, target in module.TARGETS.items()}


def beginnings(name: str) -> Iterator[bytes]:
    """Small inputs of the kind that a target reads, each once."""
    yield from dict.fromkeys(data for data in TARGETS[name].begin() if data and len(data) <= MOST_BYTES)


def module_of(name: str) -> str:
    """Where a target stands: who fuzzes it need not load the others."""
    return next(module.__name__ for module in _MODULES if name in module.TARGETS)
