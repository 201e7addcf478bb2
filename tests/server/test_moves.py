"""Moves of splits and freezes over HTTP: the same as their commands do and say."""

from __future__ import annotations

import json
import re
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from itertools import count
from pathlib import Path
from typing import Any

import pytest

from tests.event_samples import event
from tests.event_stores import write_sqlite
from tests.experiments import PATH, PLAN, TONE
from tests.serving import serving
from tests.shipping import NAME, line, run
from tests.support import GitRepository
from tests.versioning import released
from tests.workflows.test_gated_moves import SUITE, gated
from tests.writing import World

ROLLOUTS, EXPERIMENTS = "/api/v1/environments/staging/rollouts", f"/api/v1/experiments/{TONE}/moves"
MOVES = f"{ROLLOUTS}/{NAME}/-/moves"
WHY = ("--reason", "why")
STEPS: list[tuple[str, dict[str, Any], tuple[str, ...]]] = [
    ("/api/v1/environments/staging/freeze", {"reason": "why"}, ("freeze", "staging", *WHY)),
    ("/api/v1/environments/staging/freeze", {"reason": "why"}, ("freeze", "staging", *WHY)),
    ("/api/v1/environments/staging/unfreeze", {"reason": "why"}, ("unfreeze", "staging", *WHY)),
    (
        "/api/v1/environments/staging/promotions",
        {"references": [f"{NAME}@1.2.0"], "dry_run": True},
        ("promote", f"{NAME}@1.2.0", "staging", "--dry-run"),
    ),
    (
        ROLLOUTS,
        {"reference": f"{NAME}@1.2.0", "steps": [5, 25, 100], "health": {"cost": 0.2}, "dry_run": True},
        ("rollout", "start", f"{NAME}@1.2.0", "staging", "--steps", "5,25,100", "--health", "cost=0.2", "--dry-run"),
    ),
    (
        ROLLOUTS,
        {"reference": f"{NAME}@1.2.0", "steps": [12.5, 100], "shadow": 5, "minimum_minutes": 0},
        ("rollout", "start", f"{NAME}@1.2.0", "staging", "--steps=12.5,100", "--shadow=5", "--minimum-minutes=0"),
    ),
    (MOVES, {"action": "advance", "dry_run": True}, ("rollout", "advance", NAME, "staging", "--dry-run")),
    (MOVES, {"action": "advance"}, ("rollout", "advance", NAME, "staging")),
    (MOVES, {"action": "pause", "reason": "why"}, ("rollout", "pause", NAME, "staging", *WHY)),
    (MOVES, {"action": "resume", "reason": "why"}, ("rollout", "resume", NAME, "staging", *WHY)),
    (MOVES, {"action": "abort", "reason": "why"}, ("rollout", "abort", NAME, "staging", *WHY)),
    (EXPERIMENTS, {"action": "start"}, ("experiment", "start", TONE)),
    (EXPERIMENTS, {"action": "pause", "reason": "why"}, ("experiment", "pause", TONE, *WHY)),
    (EXPERIMENTS, {"action": "resume"}, ("experiment", "resume", TONE)),
    (EXPERIMENTS, {"action": "advance", "dry_run": True}, ("experiment", "advance", TONE, "--dry-run")),
    (EXPERIMENTS, {"action": "advance"}, ("experiment", "advance", TONE)),
    (
        EXPERIMENTS,
        {"action": "conclude", "ship": "friendly", "reason": "why"},
        ("experiment", "conclude", TONE, "--ship", "friendly", *WHY),
    ),
]
REFUSED: list[tuple[str, dict[str, Any], tuple[str, ...]]] = [
    (MOVES, {"action": "pause", "reason": "why"}, ("rollout", "pause", NAME, "staging", *WHY)),
    (MOVES, {"action": "advance"}, ("rollout", "advance", NAME, "staging")),
    (ROLLOUTS, {"reference": f"{NAME}@9.9.9"}, ("rollout", "start", f"{NAME}@9.9.9", "staging")),
    (ROLLOUTS, {"reference": NAME, "steps": [50, 5]}, ("rollout", "start", NAME, "staging", "--steps", "50,5")),
    (ROLLOUTS, {"reference": NAME, "health": {"no": 1}}, ("rollout", "start", NAME, "staging", "--health", "no=1")),
    (ROLLOUTS, {"reference": NAME, "when": "plan =="}, ("rollout", "start", NAME, "staging", "--when", "plan ==")),
    (EXPERIMENTS, {"action": "conclude", "reason": "why"}, ("experiment", "conclude", TONE, *WHY)),
    (EXPERIMENTS, {"action": "pause", "reason": "why"}, ("experiment", "pause", TONE, *WHY)),
    (EXPERIMENTS.replace(TONE, "none"), {"action": "start"}, ("experiment", "start", "none")),
]


@dataclass(frozen=True)
class Twins:
    """Two registries with the same history: one is moved over HTTP, the other by commands."""

    world: World
    commands: GitRepository
    token: str
    store: str
    keys: Iterator[int]

    def both(self, path: str, body: dict[str, Any], words: tuple[str, ...]) -> tuple[Any, Any]:
        found = self.world.post(path, body, self.token, f"key {next(self.keys)}".replace(" ", "-"))
        asks = ("--store", self.store) if "advance" in words else ()
        return found, run(self.commands, *words, *asks, "--json")


@contextmanager
def made_twins(folder: Path) -> Iterator[Twins]:
    store = write_sqlite(folder / "events.db", [event(environment="staging")])
    made = []
    for name in ("http", "commands"):
        made.append(line(folder / name, staged=("1.0.0", "1.1.0")))
        made[-1].commit({PATH: PLAN}, "an experiment")
        made[-1].git("push", "-q")
    with serving(made[0].folder, tokens=str(folder / "tokens"), writable=True, store=store) as server:
        world = World(folder, made[0], server)
        yield Twins(world, made[1], world.token("promote", "split", "freeze"), store, count())


def same(text: str) -> Any:
    """What does not depend on when and as whose commit it was done."""
    text = re.sub(r"\b([0-9a-f]{40}|[0-9a-f]{7}|\d{4}-\d\d-\d\dT[0-9:.]+(Z|\+00:00))\b", "…", text)
    return json.loads(text, object_hook=lambda found: found | ({"by": "…"} if "by" in found else {}))


FEW = ("shadow", "abort")


@pytest.mark.parametrize("few", [pytest.param(True, id="few"), pytest.param(False, id="all", marks=pytest.mark.long)])
def test_each_move_is_what_its_command_does(tmp_path: Path, few: bool) -> None:
    with made_twins(tmp_path) as twins:
        for path, body, words in STEPS:
            if few and not {*body, body.get("action")} & set(FEW):
                continue
            found, ran = twins.both(path, body, words)
            assert found.status == 200, (words, found.json)
            assert same(found.body.decode()) == same(json.dumps(ran.data)), words
        said = twins.world.repository.git("log", "-2", "--format=%an|%(trailers:key=Promptctl-Caller,valueonly)")
        assert set(said.split("\n")) - {""} == {"robot (token 000000000001)|robot"}
        for path, body, words in [] if few else REFUSED:
            found, ran = twins.both(path, body, words)
            assert found.json["code"] == ran.json["error"]["code"], (words, found.json)
        _out_of_reach(twins.world, twins.token)


def _out_of_reach(world: World, token: str) -> None:
    """Plans that only the server's work tree has, and experiments of another environment."""
    mine = world.repository.folder / PATH.replace(TONE, "mine")
    mine.write_text(PLAN.replace(TONE, "mine"))
    before = world.refs
    found = world.post(EXPERIMENTS.replace(TONE, "mine"), {"action": "start"}, token, "mine")
    assert (found.status, found.json["code"]) == (404, "PC255")
    found = world.post(EXPERIMENTS, {"action": "abort", "reason": "why"}, world.token("split", env="prod"))
    assert (found.status, found.json["code"]) == (403, "PC317")
    assert world.refs == before


@pytest.mark.parametrize("path", [MOVES, EXPERIMENTS])
def test_what_cannot_be_foreseen_is_not_done_instead(tmp_path: Path, path: str) -> None:
    with made_twins(tmp_path) as twins:
        before = twins.world.refs
        found = twins.world.post(path, {"action": "abort", "reason": "why", "dry_run": True}, twins.token, "looking")
        assert (found.status, found.json["code"], "dry_run" in found.json["detail"]) == (400, "PC001", True)
        assert twins.world.refs == before


def test_gates_go_by_what_is_recorded(tmp_path: Path) -> None:
    gated(tmp_path)
    repository = GitRepository(tmp_path / "work")
    with serving(repository.folder, tokens=str(tmp_path / "tokens"), writable=True, poll=0.05) as server:
        world = World(tmp_path, repository, server)
        token, wanted = world.token("promote", "split"), {"references": [NAME]}
        path = "/api/v1/environments/staging/promotions"

        def asked(key: str) -> tuple[int, str | None, bool]:
            before = world.refs
            found = world.post(path, wanted, token, key)
            again = world.post(path, wanted, token, key)
            assert (again.status, again.body) == (found.status, found.body)
            return found.status, found.json.get("code"), world.refs == before

        foreseen = world.post(path, {**wanted, "dry_run": True}, token).json["moves"][0]["gate"]
        assert (foreseen["ok"], "asks for" in foreseen["sentence"]) == (False, False)
        assert asked("nothing-is-recorded") == (409, "PC065", True)
        recorded(repository)
        assert asked("recorded") == (200, None, False)
        failing = SUITE.replace("contains: charged", "contains: refund")
        released(repository, {"prompts/shared/tone.j2": "Be kind.\n", f"prompts/{NAME}/eval.yaml": failing})
        recorded(repository)
        assert asked("a-no") == (409, "PC327", True)
        (refused,) = world.post(path, wanted, token, "a-no").json["data"]["refused"]
        assert (refused["prompt"], refused["sentence"][:4]) == (NAME, "fail")
        start = world.post(ROLLOUTS, {"reference": NAME}, token, "start")
        assert (start.status, start.json["code"], start.json["data"]["published"]) == (409, "PC327", None)
        settings = repository.folder / "promptctl.toml"
        repository.commit(
            {"promptctl.toml": settings.read_text().replace("staging]", 'staging]\ngate = "rerun"')}, "rerun"
        )
        repository.git("push", "-q")
        assert asked("rerun") == (409, "PC328", True)


def recorded(repository: GitRepository) -> None:
    """Runs the suite, and brings what it found to everybody."""
    run(repository, "eval", NAME)
    repository.commit({}, "evidence")
    repository.git("push", "-q")
