"""The examples of the API's description, as a server answers them: ``python -m tests.api_examples`` writes them."""

from __future__ import annotations

import json
import os
import re
import sys
import tempfile
from pathlib import Path
from typing import Any
from urllib.parse import quote, urlencode

from promptctl.server.openapi import operations
from promptctl.server.routes import described_routes
from tests.home import at_home
from tests.server.registry import lived
from tests.serving import serving
from tests.writing import World

FILE = Path(__file__).parent.parent / "promptctl/server/shapes/examples.json"
QUERIES = {
    "/api/v1/costs/whatif": {"cache": "24h"},
    "/api/v1/costs": {"by": "model"},
    "/api/v1/calls": {"page_size": "1"},
    "/api/v1/feedback": {"top": "1"},
    "/api/v1/quality": {"name": "resolved"},
    "/admin/costs": {"days": "3000"},
    "/api/v1/prompts": {"page_size": "1"},
}
"""What is asked besides what has to be: examples are short."""
LATE = ("/api/v1/experiments/{name}/report", "/api/v1/experiments", "/api/v1/rollouts")
"""What there is to read only when writes have been made."""
ORDER = ("render", "promotions", "rollbacks", "/experiments/", "rollouts", "/rollouts/", "freeze", "unfreeze")
"""Writes one after the other: the registry has to be in a state for each."""
_HEX = re.compile(r"(sha256:)?[0-9a-f]{12,64}")


def fields(value: Any, above: str = "") -> set[str]:
    """Which fields an answer has, at every depth: what is in them differs from one registry to the next."""
    if isinstance(value, dict):
        named = {"digest" if _HEX.fullmatch(name) else name: part for name, part in value.items()}
        return {above}.union(*(fields(part, f"{above}.{name}") for name, part in named.items()))
    if isinstance(value, list):
        return {above}.union(*(fields(part, f"{above}[]") for part in value))
    return {above}


def answers(world: World) -> dict[str, Any]:
    """What every operation answers to its own example, by method and path; each one is a success."""
    document = described_routes().openapi()
    wanted = [(path, method, operation) for path, method, operation in operations(document) if path != "/metrics"]
    reads = [it for it in wanted if it[1] == "GET" and it[0] not in LATE]
    moves = sorted((it for it in wanted if it[1] == "POST"), key=lambda it: _turn(it[0]))
    found: dict[str, Any] = {}
    for path, method, operation in [*reads, *moves, *(it for it in wanted if it[0] in LATE)]:
        found[f"{method} {path}"] = _asked(world, path, method, operation)
        if path == "/api/v1/experiments/{name}/moves":
            found |= {f"GET {LATE[0]}": _asked(world, *it) for it in wanted if it[0] == LATE[0]}
            _end(world, path.format(name="tone"))
    return found


def _end(world: World, path: str) -> None:
    """Ends the experiment, which has the prompt's traffic to itself as long as it goes on."""
    assert world.post(path, {"action": "abort", "reason": "over"}, world.token("split"), "end").status == 200


def _turn(path: str) -> int:
    return max((place for place, word in enumerate(ORDER) if word in path), default=len(ORDER))


def _asked(world: World, path: str, method: str, operation: dict[str, Any]) -> Any:
    given = {it["name"]: it.get("example") for it in operation.get("parameters", ()) if it["in"] == "path"}
    needed = [it for it in operation.get("parameters", ()) if it["in"] == "query" and "example" in it]
    query = {it["name"]: it["example"] for it in needed} | QUERIES.get(path, {})
    where = path.format(**{name: quote(value) for name, value in given.items()})
    if method == "GET":
        reply = world.server.ask(f"{where}?{urlencode(query)}" if query else where)
    else:
        body = operation["requestBody"]["content"]["application/json"]["example"]
        actions = ("promote", "rollback", "split", "freeze", "feedback", "events")
        reply = world.post(where, body, world.token(*actions, env="*"), path)
    assert reply.status == 200, (path, reply.body)
    return reply.json


def main() -> int:
    """Writes the file anew."""
    with tempfile.TemporaryDirectory() as folder:
        home = at_home(Path(folder))
        os.environ.clear()
        os.environ.update(home)
        with lived(Path(folder)) as it, serving(it.folder, **options(Path(folder), it.store)) as server:
            found = answers(World(Path(folder), it.it.repository, server))
    text = json.dumps(found, ensure_ascii=False, separators=(",", ":")).replace(f"{folder}/", "")
    FILE.write_text(f"{text}\n", encoding="utf-8")
    return 0


def options(folder: Path, store: str) -> dict[str, Any]:
    """How the server of examples is started."""
    return {"store": store, "tokens": str(folder / "tokens"), "writable": True}


if __name__ == "__main__":
    sys.exit(main())
