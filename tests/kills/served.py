"""Writes over HTTP that are struck, server and all; the command of the same name has to work after each."""

from __future__ import annotations

import json
from collections.abc import Callable
from typing import Any

from tests.kills.scene import Scene, nothing
from tests.kills.splits import moved_to
from tests.kills.stored import CALL, holds, kept, told
from tests.shipping import NAME, run
from tests.support import GitRepository

STAGING = "/api/v1/environments/staging"
WHY = ("--reason", "why")


def _asked(
    path: str,
    body: Any,
    *again: str,
    done: Callable[[GitRepository], bool],
    arrange: Callable[[GitRepository], None] = nothing,
    repeated: int = 0,
) -> Scene:
    return Scene(
        module="tests.kills.request",
        arguments=(path, json.dumps(body)),
        done=done,
        arrange=arrange,
        again=again,
        ships=arrange is nothing,
        repeated=repeated,
    )


EVENT = {"id": "a", "at": 1_763_726_400_000_000, "prompt": NAME, "status": "ok", "environment": "staging"}


def _sent(repository: GitRepository) -> None:
    """The same event as a file."""
    kept(repository)
    (repository.folder.parent / "a.jsonl").write_text(json.dumps(EVENT) + "\n")


SERVED = {
    "serve, promotion": _asked(
        f"{STAGING}/promotions",
        {"references": [f"{NAME}@1.2.0"], "reason": "why"},
        *("promote", f"{NAME}@1.2.0", "staging", *WHY),
        done=moved_to("1.2.0", moves=3),
    ),
    "serve, rollback": _asked(
        f"{STAGING}/rollbacks",
        {"reference": f"{NAME}@1.0.0", "reason": "why"},
        *("rollback", f"{NAME}@1.0.0", "staging", *WHY),
        done=moved_to("1.0.0", moves=3),
    ),
    "serve, rollout": _asked(
        f"{STAGING}/rollouts",
        {"reference": f"{NAME}@1.2.0", "steps": [10, 100], "reason": "why"},
        *("rollout", "start", f"{NAME}@1.2.0", "staging", "--steps", "10,100", *WHY),
        done=moved_to("1.1.0", moves=3, split="running"),
        repeated=3,
    ),
    "serve, freeze": _asked(
        f"{STAGING}/freeze",
        {"reason": "why"},
        *("freeze", "staging", *WHY),
        done=lambda repository: "frozen" in run(repository, "status").out,
    ),
    "serve, feedback": _asked(
        "/api/v1/feedback",
        {"call": CALL, "scores": {"resolved": 1}},
        *("feedback", "add", CALL, "resolved=1", "--store", "sqlite:../calls.sqlite3"),
        done=told,
        arrange=kept,
    ),
    "serve, events": _asked(
        "/api/v1/events",
        [EVENT],
        *("events", "import", "../a.jsonl", "--store", "sqlite:../calls.sqlite3"),
        done=holds("SELECT count(*) FROM events WHERE id = 'a'", 1),
        arrange=_sent,
    ),
}
