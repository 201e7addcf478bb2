"""Writes over HTTP: who may, what it does, and that nothing gets through for anybody else."""

from __future__ import annotations

import json
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from typing import Any

import pytest

from promptctl.adapters.repeats import Repeats
from promptctl.adapters.token_folder import TokenFolder
from promptctl.errors import OutsideError
from promptctl.workflows import rollback as workflow
from tests.serving import Reply, serving
from tests.shipping import NAME, line, served, shown
from tests.writing import World

PROMOTIONS, ROLLBACKS = "/api/v1/environments/staging/promotions", "/api/v1/environments/staging/rollbacks"
PROMOTED = {"references": [f"{NAME}@1.1.0"], "reason": "tested"}


@pytest.fixture
def world(tmp_path: Path) -> Iterator[World]:
    repository = line(tmp_path, staged=("1.0.0",))
    tokens = tmp_path / "tokens"
    with serving(repository.folder, tokens=str(tokens), writable=True) as server:
        yield World(tmp_path, repository, server)


def test_a_promotion_is_a_commit_by_the_caller(world: World) -> None:
    token = world.token("promote")
    found = world.post(PROMOTIONS, PROMOTED, token)
    assert (found.status, found.json["moved"][0]["to"]["version"]) == (200, "1.1.0")
    assert served(world.repository) == "1.1.0"
    who = world.repository.git("log", "-1", "--format=%an / %cn", "origin/main")
    assert who == "robot (token 000000000001) / robot (token 000000000001)"
    move = json.loads(shown(world.repository, f"prompts/environments/staging/{NAME}.moves.jsonl").splitlines()[-1])
    assert (move["by"].startswith("robot (token "), move["reason"]) == (True, "tested")
    assert world.server.ask(f"/api/v1/environments/staging/prompts/{NAME}").json["version"] == "1.1.0"


def test_a_rollback_asks_nobody_but_the_token(world: World) -> None:
    world.post(PROMOTIONS, PROMOTED, world.token("promote"))
    found = world.post(ROLLBACKS, {"reference": NAME, "reason": "bad day"}, world.token("rollback"))
    assert (found.status, found.json["to"]["version"], served(world.repository)) == (200, "1.0.0", "1.0.0")


def test_the_same_again_does_nothing(world: World) -> None:
    token, body = world.token("rollback", "promote"), {"reference": NAME, "reason": "again and again"}
    world.post(PROMOTIONS, PROMOTED, token, "p")
    first = world.post(ROLLBACKS, body, token, "r")
    tip = world.tip
    again = world.post(ROLLBACKS, body, token, "r")
    assert (again.status, again.body, again.headers["idempotent-replayed"]) == (200, first.body, "true")
    assert world.tip == tip
    assert world.post(ROLLBACKS, body | {"reason": "other"}, token, "r").json["code"] == "PC320"
    assert world.tip == tip


def test_what_was_done_in_one_repository_is_not_taken_for_done_in_another(world: World, tmp_path: Path) -> None:
    token = world.token("promote")
    assert world.post(PROMOTIONS, PROMOTED, token, "release-1.1.0").status == 200
    (tmp_path / "other").mkdir()
    other = line(tmp_path / "other", staged=("1.0.0",))
    with serving(other.folder, tokens=str(tmp_path / "tokens"), writable=True) as server:
        there = World(tmp_path, other, server)
        found = there.post(PROMOTIONS, PROMOTED, token, "release-1.1.0")
        assert (found.status, found.json["code"], served(other)) == (422, "PC320", "1.0.0")
        assert there.post(PROMOTIONS, PROMOTED, token, "another").status == 200
        assert served(other) == "1.1.0"


def test_what_landed_is_not_done_again_although_what_came_after_failed(
    world: World, monkeypatch: pytest.MonkeyPatch
) -> None:
    token = world.token("promote", "rollback")
    world.post(PROMOTIONS, PROMOTED, token, "p")
    roll = workflow.rollback

    def broken_after(*given: Any, **named: Any) -> Any:
        roll(*given, **named)
        raise OutsideError("PC042", "the disk is full")

    monkeypatch.setattr(workflow, "rollback", broken_after)
    body = {"reference": NAME, "reason": "bad day"}
    first = world.post(ROLLBACKS, body, token, "r")
    tip = world.tip
    again = world.post(ROLLBACKS, body, token, "r")
    assert (first.status, again.status, again.headers["idempotent-replayed"]) == (503, 503, "true")
    assert world.tip == tip


def test_what_is_done_is_told_although_it_cannot_be_kept(world: World, monkeypatch: pytest.MonkeyPatch) -> None:
    def full(*_: object) -> None:
        raise OutsideError("PC322", "disk I/O error")

    monkeypatch.setattr(Repeats, "finish", full)
    token, body = world.token("rollback", "promote"), {"reference": NAME, "reason": "bad day"}
    assert world.post(PROMOTIONS, PROMOTED, token, "p").status == 200
    assert world.post(ROLLBACKS, body, token, "r").status == 200
    assert served(world.repository) == "1.0.0"
    assert world.post(ROLLBACKS, body | {"reference": "nobody"}, token, "n").json["code"] != "PC322"
    tip = world.tip
    assert (world.post(ROLLBACKS, body, token, "r").json["code"], world.tip) == ("PC321", tip)


def test_at_once_it_is_done_once(world: World) -> None:
    token = world.token("promote")
    with ThreadPoolExecutor(4) as pool:
        found = list(pool.map(lambda _: world.post(PROMOTIONS, PROMOTED, token, "same"), range(4)))
    assert {reply.status for reply in found} <= {200, 409}
    assert {reply.json["code"] for reply in found if reply.status == 409} <= {"PC321"}
    moves = shown(world.repository, f"prompts/environments/staging/{NAME}.moves.jsonl").splitlines()
    assert [json.loads(move)["version"] for move in moves] == ["1.0.0", "1.1.0"]


def test_nothing_gets_through(world: World) -> None:
    tip = world.tip
    wrong = world.token("promote")[:-1] + ("A" if world.token("promote")[-1] != "A" else "B")
    revoked = world.token("promote")
    TokenFolder(world.folder / "tokens", {}).remove(revoked.split("_")[1])
    prod, nowhere = (PROMOTIONS.replace("staging", name) for name in ("prod", "nowhere"))
    tried: dict[str, tuple[Reply, int]] = {
        "absent": (world.post(PROMOTIONS, PROMOTED, None), 401),
        "wrong": (world.post(PROMOTIONS, PROMOTED, wrong), 401),
        "no token at all": (world.post(PROMOTIONS, PROMOTED, "x"), 401),
        "basic": (world.post(PROMOTIONS, PROMOTED, None, authorization="Basic cm9ib3Q6eA=="), 401),
        "expired": (world.post(PROMOTIONS, PROMOTED, world.token("promote", lasts=10, ago=20)), 401),
        "revoked": (world.post(PROMOTIONS, PROMOTED, revoked), 401),
        "other action": (world.post(PROMOTIONS, PROMOTED, world.token("rollback")), 403),
        "other environment": (world.post(prod, PROMOTED, world.token("promote")), 403),
        "no key": (world.post(PROMOTIONS, PROMOTED, world.token("promote"), ""), 400),
        "other host": (world.post(PROMOTIONS, PROMOTED, world.token("promote"), origin="https://evil.example"), 403),
        "unknown fields": (world.post(PROMOTIONS, PROMOTED | {"force": True}, world.token("promote")), 400),
        "no environment": (
            world.post(nowhere, PROMOTED, world.token("promote", env="*")),
            404,
        ),
    }
    assert {name: reply.status for name, (reply, _) in tried.items()} == {
        name: code for name, (_, code) in tried.items()
    }
    assert world.tip == tip


@pytest.mark.parametrize("fault", ["no token", "open to others", "no folder"])
def test_tokens_that_cannot_be_read_are_the_servers_fault(
    world: World, caplog: pytest.LogCaptureFixture, fault: str
) -> None:
    token, folder = world.token("promote"), world.folder / "tokens"
    if fault == "no token":
        (folder / "0123456789ab.json").write_text("{")
    elif fault == "open to others":
        folder.chmod(0o755)
    else:
        folder.rename(world.folder / "gone")
        folder.symlink_to(Path(__file__) / "tokens")
    found = world.post(PROMOTIONS, PROMOTED, token)
    assert (found.status, found.json["detail"]) == (503, "tokens cannot be read; the server's log says why")
    said = [record.getMessage() for record in caplog.records if record.name == "promptctl.server"]
    assert any(line.startswith("tokens cannot be read: ") and str(folder) in line for line in said), said
    assert world.server.ask("/api/v1/prompts").status == 200


def test_a_server_that_reads_takes_nothing(tmp_path: Path) -> None:
    repository = line(tmp_path, staged=("1.0.0",))
    with serving(repository.folder, tokens=str(tmp_path / "tokens")) as server:
        world = World(tmp_path, repository, server)
        tip = world.tip
        assert world.post(PROMOTIONS, PROMOTED, world.token("promote", env="*")).json["code"] == "PC319"
        assert world.tip == tip


def test_what_is_closed_is_read_with_a_token(tmp_path: Path) -> None:
    repository = line(tmp_path, staged=("1.0.0",))
    with serving(repository.folder, tokens=str(tmp_path / "tokens"), closed=True) as server:
        world = World(tmp_path, repository, server)
        reader, mover = world.token("read"), world.token("promote")
        for path in ("/", "/api/v1/prompts", "/openapi.json", "/nowhere"):
            assert server.ask(path).status == 401
            assert server.ask(path, authorization=f"Bearer {mover}").status == 403
            assert server.ask(path, authorization=f"Bearer {reader}").status == (404 if path == "/nowhere" else 200)
            assert server.ask(path).status == 401
        assert server.ask("/healthz").status == 200


def test_who_guesses_has_to_wait(world: World) -> None:
    found = [world.post(PROMOTIONS, PROMOTED, f"pctl_{number:012x}_{'A' * 43}").status for number in range(30)]
    assert (found[:20], set(found[21:])) == ([401] * 20, {429})
    assert world.server.ask("/api/v1/prompts").status == 200
