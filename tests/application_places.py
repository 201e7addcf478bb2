"""Every place of an application that talks to a server of somebody else: what is served, and what goes on beside it."""

from __future__ import annotations

import asyncio
import sqlite3
from collections.abc import Callable, Mapping
from contextlib import closing
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest

from promptctl.core.models.provider import ProviderSettings
from promptctl.core.models.request import Reply, Request
from promptctl.core.moves.bundle import Bundle
from promptctl.runtime import live_judges, means
from promptctl.runtime.call import Call
from promptctl.runtime.gateway.gateway import Gateway
from tests.caching import SCOPE, Model, caching, sqlite_store
from tests.evals import KEY
from tests.gateways import request
from tests.provider_faults import Fault
from tests.provider_visits import SECONDS, SHORT, Came, Place, providers_at, trusting
from tests.runtime.calling import ANSWER, allow, calling_bundle
from tests.runtime.prompting import prompts_of, written
from tests.servers import model_server

_JUDGE = """\
model: m-judge
inputs: {answer: string}
template: "judge {{ answer }}"
output: {type: object, properties: {score: {type: number}}, required: [score]}
"""
_POLITE = {"kind": "judge", "argument": "judges/polite", "negate": False, "name": "polite", "weight": 1.0}
_NEXT = ANSWER.replace("gpt-4.1", "m-next")


def short_gateway(providers: Mapping[str, ProviderSettings]) -> Gateway:
    """As applications have it, without their patience."""
    return Gateway(providers, live=True, fallback=True, observe=means._observe, patience=SHORT)


def rows_of(file: Path, table: str) -> list[tuple[Any, ...]]:
    """All that a store of events holds in a table."""
    with closing(sqlite3.connect(file)) as database:
        return database.execute(f"SELECT * FROM {table}").fetchall()


def _whole(call: Call) -> str:
    return call.complete().text


def _streamed(call: Call) -> str:
    return "".join(call.stream())


def _in_a_loop(call: Call) -> str:
    async def main() -> str:
        return (await call.acomplete()).text

    return asyncio.run(main())


def _streamed_in_a_loop(call: Call) -> str:
    async def main() -> str:
        return "".join([piece async for piece in call.astream()])

    return asyncio.run(main())


def _served(act: Callable[[Call], str]) -> Callable[[Fault, Path, pytest.MonkeyPatch], Came]:
    def visit(fault: Fault, folder: Path, patched: pytest.MonkeyPatch) -> Came:
        with model_server() as server:
            server.always = fault.react
            bundle = calling_bundle(fault.url(server.url))
            events = allow(bundle, folder, patched)
            patched.setenv("RELAY_KEY", KEY)
            with prompts_of(written(folder, bundle)) as prompts:
                found = act(prompts.call(prompts.get("answer"), text="one", deadline=SECONDS))
        return Came(True, f"{found} {rows_of(events, 'events')}")

    return visit


def _beside(
    fault: Fault, folder: Path, patched: pytest.MonkeyPatch, change: Callable[[Bundle], Bundle], **options: Any
) -> Path:
    """One call that is answered well, whatever becomes of what goes on beside it; the events of both."""
    patched.setattr(means, "live_gateway", short_gateway)
    with model_server() as well, model_server() as server:
        server.always = fault.react
        shared = {"kind": "openai", "key": "RELAY_KEY"}
        providers = {
            "relay": {**shared, "base_url": f"{well.url}/v1", "models": ["gpt-*"], "weight": 100},
            "struck": {**shared, "base_url": f"{fault.url(server.url)}/v1", "models": ["m-*"]},
            "openai": {"weight": 0},
        }
        settings = {"providers": providers, "quality": {"sample": 1, "judges": True}}
        bundle = change(calling_bundle(well.url, settings=settings, **options))
        events = allow(bundle, folder, patched)
        patched.setenv("RELAY_KEY", KEY)
        with prompts_of(written(folder, bundle)) as prompts:
            assert prompts.call(prompts.get("answer", unit="ada"), text="one").complete().text == "SAY ONE"
    return events


def _shadow(fault: Fault, folder: Path, patched: pytest.MonkeyPatch) -> Came:
    def change(bundle: Bundle) -> Bundle:
        pointer = bundle.prompts["answer"]
        assert pointer.split
        shadowed = replace(pointer, split=replace(pointer.split, shadow=100))
        return replace(bundle, prompts={**bundle.prompts, "answer": shadowed})

    prompts, splits = {"answer": {"1.0.0": ANSWER, "1.1.0": _NEXT}}, {"answer": {"1.0.0": 100, "1.1.0": 0}}
    served, shadow = rows_of(_beside(fault, folder, patched, change, prompts=prompts, splits=splits), "events")
    assert "ok" in served
    return Came("ok" in shadow, str(shadow))


def _online(fault: Fault, folder: Path, patched: pytest.MonkeyPatch) -> Came:
    def change(bundle: Bundle) -> Bundle:
        judges = {"judges/polite": bundle.prompts["judges/polite"].served.digest}
        return replace(bundle, quality={"answer": {"expect": [_POLITE], "judges": judges}})

    patched.setattr(live_judges, "SECONDS", 2 * SECONDS)
    events = _beside(fault, folder, patched, change, prompts={"judges/polite": {"1.0.0": _JUDGE}})
    served, judge, *_ = rows_of(events, "events")
    return Came(bool(rows_of(events, "scores")), f"{served} {judge}")


def _meaning(fault: Fault, folder: Path, patched: pytest.MonkeyPatch) -> Came:
    """The embeddings of a cache: without them, its calls go on."""
    embeddings: list[Reply] = []
    with model_server() as server:
        server.always = fault.react
        providers = providers_at(fault.url(server.url))
        cache = caching(sqlite_store(folder), semantic={"model": "relay:gpt-embed"})

        async def main() -> None:
            async with Gateway(providers, environment=trusting(providers), patience=SHORT) as gateway:

                async def embed(wanted: Request) -> Reply:
                    embeddings.append(await gateway.complete(wanted))
                    return embeddings[-1]

                cache.embed = embed
                asked = request("where is it", temperature=0)
                reply, outcome = await cache.answer(asked, scope=SCOPE, ask=Model())
                assert (reply.text, outcome.kind) == ("hi", "miss")
                assert (await cache.answer(asked, scope=SCOPE, ask=Model()))[1].kind == "exact"
                assert cache.store
                await cache.store.aclose()

        asyncio.run(main())
        assert server.received or fault.url is not str, "nobody was asked"
    return Came(bool(embeddings), str(embeddings))


OF_APPLICATIONS: Mapping[str, Place] = {
    "application": Place(_served(_whole)),
    "application streams": Place(_served(_streamed), streams=True),
    "application in a loop": Place(_served(_in_a_loop)),
    "application streams in a loop": Place(_served(_streamed_in_a_loop), streams=True),
    "shadow": Place(_shadow),
    "online judge": Place(_online, chats=False),
    "meaning": Place(_meaning, chats=False),
}
