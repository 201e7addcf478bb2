"""What tries to get through: nothing moves, nothing is half done, and no token shows up anywhere."""

from __future__ import annotations

import gzip
import hmac
import http.client
import json
import logging
from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import closing
from datetime import UTC, datetime
from typing import Any

import pytest

from promptctl.core import token as tokens
from promptctl.server import guard
from promptctl.server.guard import MOST_BODY
from tests.serving import Reply, serving
from tests.shipping import NAME, done, line, served, shown
from tests.writing import World

PROD, STAGING = "/api/v1/environments/prod/promotions", "/api/v1/environments/staging/promotions"
WANTED = {"references": [f"{NAME}@1.1.0"], "reason": "tested"}
BODY = json.dumps(WANTED).encode()
JSON = "application/json"


@pytest.fixture(scope="module")
def world(tmp_path_factory: pytest.TempPathFactory) -> Iterator[World]:
    folder = tmp_path_factory.mktemp("attacks")
    repository = line(folder, staged=("1.0.0",))
    with serving(repository.folder, tokens=str(folder / "tokens"), writable=True) as server:
        yield World(folder, repository, server)


def raw(world: World, path: str, body: bytes, *headers: tuple[str, str]) -> Reply:
    """A request with just these headers, in this order, each as often as it is given."""
    with closing(http.client.HTTPConnection(world.server.url.removeprefix("http://"), timeout=30)) as connection:
        named = {name.lower() for name, _ in headers}
        connection.putrequest("POST", path, skip_host="host" in named, skip_accept_encoding=True)
        for name, value in (("Idempotency-Key", "k"), ("Content-Length", str(len(body))), *headers):
            connection.putheader(name, value)
        connection.endheaders(body)
        found = connection.getresponse()
        return Reply(status=found.status, headers=dict(found.getheaders()), body=found.read())


def bearer(world: World, *actions: str, **options: Any) -> tuple[str, str]:
    return "Authorization", f"Bearer {world.token(*(actions or ('promote',)), **options)}"


KIND = ("Content-Type", JSON)
ATTACKS: dict[str, tuple[Callable[[World], Reply], int]] = {
    "in the query": (lambda it: raw(it, f"{STAGING}?access_token={it.token('promote')}", BODY, KIND), 401),
    "in the path": (lambda it: raw(it, f"/api/v1/{it.token('promote')}", BODY, KIND), 404),
    "for a name": (lambda it: it.post(STAGING, {"references": [it.token("promote")]}, it.token("promote")), 404),
    "in a cookie": (lambda it: raw(it, STAGING, BODY, KIND, ("Cookie", f"token={it.token('promote')}")), 401),
    "in the body": (lambda it: it.post(STAGING, WANTED | {"token": it.token("promote")}, None), 400),
    "another scheme": (lambda it: raw(it, STAGING, BODY, KIND, ("Authorization", f"Token {it.token('promote')}")), 401),
    "two": (lambda it: raw(it, STAGING, BODY, KIND, bearer(it, "read"), bearer(it)), 401),
    "with more behind it": (lambda it: raw(it, STAGING, BODY, KIND, (bearer(it)[0], bearer(it)[1] + ", x")), 401),
    "upper case": (lambda it: raw(it, STAGING, BODY, KIND, (bearer(it)[0], bearer(it)[1].upper())), 401),
    "prod with a token of staging": (lambda it: raw(it, PROD, BODY, KIND, bearer(it)), 403),
    "prod, spelled otherwise": (lambda it: raw(it, PROD.replace("prod", "PROD"), BODY, KIND, bearer(it)), 403),
    "prod, escaped": (lambda it: raw(it, PROD.replace("prod", "%70rod"), BODY, KIND, bearer(it)), 403),
    "prod behind staging": (lambda it: raw(it, PROD.replace("prod", "staging/../prod"), BODY, KIND, bearer(it)), 404),
    "prod escaped behind": (
        lambda it: raw(it, PROD.replace("prod", "staging%2f..%2fprod"), BODY, KIND, bearer(it)),
        404,
    ),
    "prod in a name": (lambda it: it.post(STAGING, {"references": [f"../prod/{NAME}"]}, it.token("promote")), 404),
    "a page elsewhere": (
        lambda it: raw(it, STAGING, BODY, KIND, bearer(it), ("Origin", "https://evil.example")),
        403,
    ),
    "a page elsewhere behind ours": (
        lambda it: raw(
            it, STAGING, BODY, KIND, bearer(it), ("Origin", "http://localhost"), ("Origin", "https://evil.example")
        ),
        403,
    ),
    "a name that leads here": (lambda it: raw(it, STAGING, BODY, KIND, bearer(it), ("Host", "evil.example")), 421),
    "two names": (
        lambda it: raw(it, STAGING, BODY, KIND, bearer(it), ("Host", "evil.example"), ("Host", "localhost")),
        421,
    ),
    "a form": (lambda it: raw(it, STAGING, BODY, ("Content-Type", "text/plain"), bearer(it)), 400),
    "no kind": (lambda it: raw(it, STAGING, BODY, bearer(it)), 400),
    "another method by a header": (
        lambda it: it.server.ask(STAGING, "GET", x_http_method_override="POST", authorization=bearer(it)[1]),
        405,
    ),
    "packed": (
        lambda it: raw(it, STAGING, gzip.compress(BODY), KIND, bearer(it), ("Content-Encoding", "gzip")),
        415,
    ),
    "a bomb": (
        lambda it: raw(
            it, STAGING, gzip.compress(bytes(8 * MOST_BODY), 9), KIND, bearer(it), ("Content-Encoding", "gzip")
        ),
        415,
    ),
    "a NUL in the reason": (lambda it: it.post(STAGING, WANTED | {"reason": "a\0b"}, it.token("promote")), 400),
    "half a character": (lambda it: it.post(STAGING, WANTED | {"reason": "\ud800"}, it.token("promote")), 400),
    "deep": (lambda it: raw(it, STAGING, b"[" * 200_000, KIND, bearer(it)), 400),
    "no key": (lambda it: it.post(STAGING, WANTED, it.token("promote"), ""), 400),
    "a long key": (lambda it: it.post(STAGING, WANTED, it.token("promote"), "k" * 201), 400),
}


@pytest.mark.parametrize("name", ATTACKS)
def test_nothing_gets_through(world: World, name: str, caplog: pytest.LogCaptureFixture) -> None:
    attack, status = ATTACKS[name]
    before, caught = world.refs, caplog.at_level(logging.DEBUG)
    with caught:
        found = attack(world)
    assert (found.status, world.refs) == (status, before), found.body
    assert "AAAAAAAA" not in caplog.text + found.body.decode() + str(found.headers)


def test_names_of_headers_and_schemes_have_no_case(world: World) -> None:
    given = ("AUTHORIZATION", bearer(world)[1].replace("Bearer", "bEARER"))
    assert raw(world, STAGING, json.dumps(WANTED | {"dry_run": True}).encode(), KIND, given).status == 200


def test_a_chunked_body_is_cut_off(world: World) -> None:
    before, headers = world.refs, {"Idempotency-Key": "k", "Content-Type": JSON, "Transfer-Encoding": "chunked"}
    headers |= dict([bearer(world)])
    for path in (STAGING, "/api/v1/events"):
        with closing(http.client.HTTPConnection(world.server.url.removeprefix("http://"), timeout=30)) as connection:
            parts = (b" " * (1 << 16) for _ in range(MOST_BODY >> 15))
            connection.request("POST", path, parts, headers, encode_chunked=True)
            answer = connection.getresponse()
            assert (answer.status, json.loads(answer.read())["code"]) == (413, "PC001")
    assert world.refs == before


def test_a_slow_body_is_given_up(world: World, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(guard, "BODY_SECONDS", 0.05)
    with closing(http.client.HTTPConnection(world.server.url.removeprefix("http://"), timeout=30)) as connection:
        connection.putrequest("POST", STAGING)
        for name, value in (bearer(world), KIND, ("Content-Length", "100"), ("Idempotency-Key", "k")):
            connection.putheader(name, value)
        connection.endheaders(b"{")
        assert connection.getresponse().status == 408


def test_a_key_that_was_used_acts_no_more(world: World) -> None:
    token, other = world.token("promote"), world.token("promote")
    refused = world.post(STAGING, {"references": ["nobody"]}, token, "again")
    before = world.refs
    replayed = world.post(STAGING, {"references": ["nobody"]}, token, "again")
    assert (replayed.status, replayed.body) == (refused.status, refused.body)
    assert replayed.headers["idempotent-replayed"] == "true"
    assert world.post(STAGING, WANTED, token, "again").json["code"] == "PC320"
    # Keys are each token's own: another one's answer is nobody's business.
    assert "idempotent-replayed" not in world.post(STAGING, {"references": ["nobody"]}, other, "again").headers
    assert world.refs == before


def test_of_many_at_once_one_wins(world: World) -> None:
    token, wanted = world.token("promote"), WANTED | {"expected": {NAME: "1.0.0"}}
    versions = ["1.1.0", "1.2.0"] * 4
    before = shown(world.repository, f"prompts/environments/staging/{NAME}.moves.jsonl").splitlines()

    def ask(number: int) -> Reply:
        return world.post(STAGING, wanted | {"references": [f"{NAME}@{versions[number]}"]}, token, f"race-{number}")

    with ThreadPoolExecutor(8) as pool:
        found = list(pool.map(ask, range(8)))
    assert sorted(reply.status for reply in found) == [200] + [409] * 7
    assert {reply.json["code"] for reply in found if reply.status == 409} == {"PC112"}
    done(world.repository, "fetch")
    moves = shown(world.repository, f"prompts/environments/staging/{NAME}.moves.jsonl").splitlines()
    winner = next(versions[number] for number, reply in enumerate(found) if reply.status == 200)
    assert (len(moves), served(world.repository)) == (len(before) + 1, winner)
    assert world.repository.git("status", "--porcelain") == ""
    back = {"reference": NAME, "reason": "bad day", "expected": winner}
    rolling = world.token("rollback")
    with ThreadPoolExecutor(8) as pool:
        path = STAGING.replace("promotions", "rollbacks")
        found = list(pool.map(lambda number: world.post(path, back, rolling, f"back-{number}"), range(8)))
    assert sorted(reply.status for reply in found) == [200] + [409] * 7
    assert served(world.repository) == "1.0.0"


def test_what_is_taken_to_be_served_is_a_version(world: World) -> None:
    wanted, before = WANTED | {"expected": {NAME: "v1.0.0"}}, world.refs
    found = world.post(STAGING, wanted, world.token("promote"), "misspelt")
    assert (found.status, found.json["code"]) == (400, "PC008"), found.json
    back = {"reference": NAME, "reason": "bad day", "expected": "latest"}
    found = world.post(STAGING.replace("promotions", "rollbacks"), back, world.token("rollback"), "misspelt-back")
    assert (found.status, found.json["code"]) == (400, "PC008"), found.json
    assert world.refs == before


def test_no_commit_has_a_token(world: World) -> None:
    everything = world.repository.git("log", "--all", "-p", "--format=%B%an%cn")
    assert "robot (token " in everything
    assert "AAAAAAAA" not in everything
    assert "pctl_" not in everything


def test_an_unknown_token_takes_the_same_comparison(monkeypatch: pytest.MonkeyPatch) -> None:
    compared, truly = list[tuple[str, str]](), hmac.compare_digest

    def compare(one: str, other: str) -> bool:
        compared.append((one, other))
        return truly(one, other)

    monkeypatch.setattr(hmac, "compare_digest", compare)
    text = f"pctl_{'0' * 12}_{'A' * 43}"
    assert tokens.recognized(text, {}, datetime.now(UTC)) is None
    assert [tuple(map(len, pair)) for pair in compared] == [(64, 64)]
