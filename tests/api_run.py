"""Asks a server everything that its description allows, and much that it does not: ``python -m tests.api_run``.

A real process serves a registry that has lived, with its events, and takes writes. Whatever is asked, no answer may be
a 5xx, and each must be as described: status, media type, headers, body.
"""

from __future__ import annotations

import argparse
import json
import os
import sys
import tempfile
from collections import Counter
from collections.abc import Callable, Iterator
from contextlib import contextmanager, suppress
from datetime import UTC, datetime, timedelta
from itertools import cycle
from pathlib import Path
from typing import Any

import schemathesis
from hypothesis import HealthCheck, Phase, given, seed, settings
from hypothesis import strategies as st
from hypothesis.errors import Unsatisfiable
from schemathesis import checks
from schemathesis.core.result import Ok
from schemathesis.generation import GenerationMode
from schemathesis.specs.openapi import checks as described

from promptctl.adapters.token_folder import TokenFolder
from promptctl.core.token import ACTIONS, new_token
from promptctl.server.shapes.asked import BODIES, EXAMPLES
from tests.home import at_home
from tests.server.registry import lived
from tests.server.test_process import running

CHECKS = [
    checks.not_a_server_error,
    described.status_code_conformance,
    described.content_type_conformance,
    described.response_headers_conformance,
    described.response_schema_conformance,
]
UNREADABLE = (b"Invalid HTTP request received.", b"The request's headers are too large.")
"""What the protocol's reader says of a request line longer than it takes, before it is anybody's request."""
REAL: dict[str, tuple[str, ...]] = {
    "name": ("support/triage", "support/nobody", "tone"),
    "environment": ("staging", "prod", "nowhere"),
    "reference": ("1.0.0", "1.1.0", "staging", "main", "latest", "work", "9.9.9", "git:HEAD", "staging@{2026-01-01}"),
    "old": ("1.0.0", "staging", "main"),
    "new": ("1.1.0", "work"),
    "call": (EXAMPLES["call"],),
    "what": (EXAMPLES["what"], "support/triage@1.0.0", "sha256:00"),
    "prompt": ("support/triage", "support/triage@1.0.0"),
    "env": ("staging", "prod"),
    "model": ("gpt-4.1", "m-1"),
    "since": ("2025-11-01", "400d", "2h"),
    "by": ("model", "day,version", "prompt"),
    "cache": ("24h",),
}
"""Values that lead somewhere: what is only made up is refused early."""
Asked = Counter[tuple[str, str, int]]


def ask_everything(url: str, tokens: list[str], examples: int, start: int) -> Asked:
    """Counts of what was answered, by method, path and status. Raises what a check finds."""
    schema = schemathesis.openapi.from_url(f"{url}/openapi.json")
    answered: Asked = Counter()
    carried = cycle([*tokens, None])
    for result in schema.get_all_operations():
        assert isinstance(result, Ok)
        operation = result.ok()
        for mode in GenerationMode:
            # Of a route without parameters nothing can be made that does not fit.
            with suppress(Unsatisfiable):
                _asking(operation, mode, url, carried, answered, examples, start)()
    return answered


def _asking(
    operation: Any,
    mode: GenerationMode,
    url: str,
    carried: Iterator[str | None],
    answered: Asked,
    most: int,
    start: int,
) -> Callable[[], None]:
    @seed(start)
    @settings(
        max_examples=most,
        deadline=None,
        database=None,
        phases=[Phase.generate],
        suppress_health_check=list(HealthCheck),
    )
    @given(case=operation.as_strategy(generation_mode=mode), data=st.data())
    def asked(case: Any, data: st.DataObject) -> None:
        for place in (case.path_parameters, case.query):
            for name in set(place or ()) & set(REAL):
                if data.draw(st.booleans()):
                    place[name] = data.draw(st.sampled_from(REAL[name]))
        if operation.path in BODIES and operation.method == "post" and data.draw(st.booleans()):
            case.body, case.media_type = BODIES[operation.path], "application/json"
        token = next(carried)
        headers = {"Authorization": f"Bearer {token}"} if token and operation.method == "post" else {}
        response = case.call(base_url=url, headers=headers, timeout=60)
        if response.content not in UNREADABLE:
            case.validate_response(response, checks=CHECKS)
        answered[operation.method, operation.path, response.status_code] += 1

    return asked


@contextmanager
def served(folder: Path, tokens: int) -> Iterator[tuple[str, list[str]]]:
    """Where a process of its own serves a registry, and tokens for everything there."""
    with lived(folder) as found:
        texts = []
        for number in range(tokens):
            chance = number.to_bytes(6, "big") + bytes(32)
            token, text = new_token("robot", ["*"], ACTIONS, datetime.now(UTC), timedelta(days=1), chance)
            TokenFolder(folder / "tokens", {}).add(token)
            texts.append(text)
        options = ("--store", found.store, "--tokens", str(folder / "tokens"), "--allow-writes", "--no-access-log")
        with running(found.folder, *options) as it:
            yield it.server.url, texts


def main(words: list[str]) -> int:
    """Runs it, and prints what was answered."""
    parser = argparse.ArgumentParser(prog="python -m tests.api_run", description=__doc__)
    parser.add_argument("--examples", type=int, default=100, help="requests of each route, that fit and that do not")
    parser.add_argument("--seed", type=int, default=1)
    given = parser.parse_args(words)
    with tempfile.TemporaryDirectory() as folder:
        home = at_home(Path(folder))
        os.environ.clear()
        os.environ.update(home)
        with served(Path(folder), 100) as (url, tokens):
            answered = ask_everything(url, tokens, given.examples, given.seed)
    routes: dict[str, dict[int, int]] = {}
    for (method, path, status), count in sorted(answered.items()):
        routes.setdefault(f"{method.upper()} {path}", {})[status] = count
    print(json.dumps({"requests": answered.total(), "routes": routes}, indent=2))
    return 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
