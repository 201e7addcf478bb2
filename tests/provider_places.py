"""Every place that talks to a server of somebody else, as one table: each gives what it came to, or what it raised."""

from __future__ import annotations

import asyncio
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass
from importlib import resources
from pathlib import Path
from typing import Any

import pytest

from promptctl.adapters.bundle_http import HttpSource
from promptctl.adapters.providers.exchange import Bounds
from promptctl.adapters.replies import Replies
from promptctl.adapters.reply_cache import ReplyCache
from promptctl.adapters.webhooks import tell
from promptctl.core.models.provider import trust_digest
from promptctl.core.models.provider_table import parse_providers
from promptctl.core.models.request import Reply
from promptctl.core.moves.bundle import parse_bundle
from promptctl.core.webhook import users_webhook
from promptctl.errors import DocumentError
from promptctl.runtime.gateway.gateway import Gateway
from promptctl.runtime.gateway.retries import Patience
from promptctl.workflows.run import run_prompt
from tests.evals import KEY, SETTINGS, Bench, bench, cases, environment_for, saying
from tests.gateways import request, streamed
from tests.judges import answering, honest, judged_text
from tests.provider_faults import Fault
from tests.runtime.calling import allow, calling_bundle
from tests.runtime.prompting import prompts_of, written
from tests.servers import Handler, Reaction, last_text, model_server
from tests.support import build_files

SECONDS = 0.5
SHORT = Patience(
    attempts=2,
    shortest=0.001,
    longest=0.002,
    total=SECONDS,
    bounds=Bounds(connect=SECONDS, read=SECONDS, idle=SECONDS, max_bytes=100_000),
)
_JUDGE = (resources.files("promptctl") / "judges" / "rubric.yaml").read_text().replace("echo:echo", "m-judge")
_RUBRIC = "[{judge: {prompt: judges/rubric, min: 0.7, inputs: {rubric: kind}}}]"


@dataclass(frozen=True)
class Came:
    """What a place came to under a fault: ``passed`` is a verdict or an answer, ``said`` all that anybody can read."""

    passed: bool
    said: str


Visit = Callable[[Fault, Path, pytest.MonkeyPatch], Came]


@dataclass(frozen=True)
class Place:
    """``chats``: it takes chats for an answer. ``streams``: as events. ``hasty``: its deadline can be made short."""

    visit: Visit
    chats: bool = True
    streams: bool = False
    hasty: bool = True


def _judged(it: Bench) -> Came:
    result = it.eval()
    kept = b"".join(it.kept().values()).decode()
    said = f"{result.verdict} {[sample.error for sample in result.results]} {result.reasons} {kept}"
    assert not kept or all(sample.error is None for sample in result.results), "evidence of what is no answer"
    return Came(result.ok, said)


def _only(react: Reaction, meant: Callable[[Handler], bool], otherwise: Reaction) -> Reaction:
    return lambda handler: (react if meant(handler) else otherwise)(handler)


@contextmanager
def _registry(fault: Fault, folder: Path, expect: str = "[{icontains: ok}]") -> Iterator[Bench]:
    """A suite of one case whose provider is where the fault is."""
    build_files(folder / "work", {"prompts/judges/rubric/prompt.yaml": _JUDGE})
    with bench(folder, cases("ok", expect=expect)) as it:
        url = fault.url(it.server.url)
        it.patience, it.environment, it.server.always = SHORT, environment_for(url), fault.react
        build_files(it.folder, {"promptctl.toml": SETTINGS % url + '\n[evals]\nembeddings = "m-embed"\n'})
        yield it


def _eval(fault: Fault, folder: Path, patched: pytest.MonkeyPatch) -> Came:
    with _registry(fault, folder) as it:
        return _judged(it)


def _judge(fault: Fault, folder: Path, patched: pytest.MonkeyPatch) -> Came:
    with _registry(fault, folder, _RUBRIC) as it:
        well = answering(honest(1.0))
        it.server.always = _only(
            fault.react, lambda handler: judged_text(last_text(handler.request_body)) is not None, well
        )
        return _judged(it)


def _is_judge(handler: Handler) -> bool:
    return judged_text(last_text(handler.request_body)) is not None


def _similar(fault: Fault, folder: Path, patched: pytest.MonkeyPatch) -> Came:
    with _registry(fault, folder, "[{similar: abc}]") as it:
        it.server.always = _only(fault.react, lambda handler: handler.path.endswith("/embeddings"), saying(str))
        return _judged(it)


def _run(fault: Fault, folder: Path, patched: pytest.MonkeyPatch) -> Came:
    with model_server() as server, ReplyCache(folder) as cache:
        server.always = fault.react
        providers = _providers(fault.url(server.url))
        found = run_prompt(
            request(model="relay:gpt-4.1"),
            providers=providers,
            environment=_environment(providers),
            replies=Replies("auto", cache=cache, known=(KEY,)),
            patience=SHORT,
        )
    return Came(True, str(found))


def _providers(url: str, **more: Mapping[str, Any]) -> Any:
    shared = {"kind": "openai", "key": "RELAY_KEY", "models": ["gpt-*"]}
    first = {"weight": 100, "fallback": [*more]} if more else {}
    tables = {
        "relay": {**shared, "base_url": url, **first},
        **{name: {**shared, **table} for name, table in more.items()},
    }
    return parse_providers({**tables, "openai": {"weight": 0, "models": []}})


def _environment(providers: Any) -> dict[str, str]:
    return {"RELAY_KEY": KEY, "PROMPTCTL_TRUST": str(trust_digest(providers))}


def _stream(fault: Fault, folder: Path, patched: pytest.MonkeyPatch) -> Came:
    with model_server() as server:
        server.always = fault.react
        providers = _providers(fault.url(server.url))

        async def main() -> Reply | None:
            async with Gateway(providers, environment=_environment(providers), patience=SHORT) as gateway:
                return (await streamed(gateway, request()))[1]

        return Came(True, str(asyncio.run(main())))


def _fallback(fault: Fault, folder: Path, patched: pytest.MonkeyPatch) -> Came:
    with model_server() as server, model_server() as spare:
        server.always = fault.react
        providers = _providers(fault.url(server.url), spare={"base_url": spare.url, "weight": 0})

        async def main() -> Reply:
            known = _environment(providers)
            async with Gateway(providers, environment=known, patience=SHORT, fallback=True) as gateway:
                return await gateway.complete(request())

        found = asyncio.run(main())
        # What the other one says is right, whatever this one does.
        return Came(found.provider == "relay", str(found))


def _application(fault: Fault, folder: Path, patched: pytest.MonkeyPatch, *, streams: bool = False) -> Came:
    with model_server() as server:
        server.always = fault.react
        bundle = calling_bundle(fault.url(server.url).removesuffix("/v1"))
        allow(bundle, folder, patched)
        with prompts_of(written(folder, bundle)) as prompts:
            call = prompts.call(prompts.get("answer"), text="one", deadline=SECONDS)
            found = "".join(call.stream()) if streams else call.complete().text
    return Came(True, found)


def _application_streams(fault: Fault, folder: Path, patched: pytest.MonkeyPatch) -> Came:
    return _application(fault, folder, patched, streams=True)


def _bundle(fault: Fault, folder: Path, patched: pytest.MonkeyPatch) -> Came:
    with model_server() as server:
        server.get = fault.react
        source = HttpSource(f"{fault.url(server.url)}/prod.json", signed=False, seconds=SECONDS)
        found = source.fetch(None)
        try:
            return Came(bool(found and parse_bundle(found.data, "prod.json")), str(found))
        except DocumentError as error:
            return Came(False, str(error))


def _webhook(fault: Fault, folder: Path, patched: pytest.MonkeyPatch) -> Came:
    with model_server() as server:
        server.always = fault.react
        tell(users_webhook(f"{fault.url(server.url)}/{KEY}", "--webhook"), {"what": "alarm"}, {}, pauses=(0.001,))
    return Came(True, "told")


PLACES: Mapping[str, Place] = {
    "eval": Place(_eval),
    "judge": Place(_judge),
    "similar": Place(_similar, chats=False),
    "run": Place(_run),
    "stream": Place(_stream, streams=True),
    "fallback": Place(_fallback),
    "application": Place(_application),
    "application streams": Place(_application_streams, streams=True),
    "bundle": Place(_bundle, chats=False),
    "webhook": Place(_webhook, chats=False, hasty=False),
}
