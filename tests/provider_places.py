"""Every place that talks to a server of somebody else, as one table: each gives what it came to, or what it raised."""

from __future__ import annotations

import asyncio
from collections.abc import Callable, Iterator, Mapping
from contextlib import closing, contextmanager
from importlib import resources
from pathlib import Path

import pytest

from promptctl.adapters.bundle_http import HttpSource
from promptctl.adapters.events.otlp import OtlpEvents
from promptctl.adapters.replies import Replies
from promptctl.adapters.reply_cache import ReplyCache
from promptctl.adapters.repository import Repository
from promptctl.adapters.warehouse.opening import open_warehouse
from promptctl.adapters.webhooks import tell
from promptctl.core.models.provider_table import providers_of
from promptctl.core.models.request import Reply
from promptctl.core.moves.bundle import parse_bundle
from promptctl.core.reporting.window import Window
from promptctl.core.webhook import users_webhook
from promptctl.errors import DocumentError, OutsideError
from promptctl.runtime import means
from promptctl.runtime.gateway.gateway import Gateway
from promptctl.workflows import models_status
from promptctl.workflows.events_store import events_place
from promptctl.workflows.quality_score import score_calls
from promptctl.workflows.run import run_prompt
from tests.application_places import OF_APPLICATIONS, rows_of, short_gateway
from tests.evals import KEY, NAME, SETTINGS, Bench, bench, cases, environment_for, saying
from tests.event_samples import event
from tests.event_stores import batch_of, write_sqlite
from tests.gateways import request, streamed
from tests.judges import answering, honest, judged_text
from tests.provider_faults import Fault
from tests.provider_visits import SECONDS, SHORT, Came, Place, providers_at, trusting
from tests.servers import Handler, Reaction, last_text, model_server, raw
from tests.support import build_files

_JUDGE = (resources.files("promptctl") / "judges" / "rubric.yaml").read_text().replace("echo:echo", "m-judge")
_RUBRIC = "[{judge: {prompt: judges/rubric, min: 0.7, inputs: {rubric: kind}}}]"


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


def _similar(fault: Fault, folder: Path, patched: pytest.MonkeyPatch) -> Came:
    with _registry(fault, folder, "[{similar: abc}]") as it:
        it.server.always = _only(fault.react, lambda handler: handler.path.endswith("/embeddings"), saying(str))
        return _judged(it)


def _run(fault: Fault, folder: Path, patched: pytest.MonkeyPatch) -> Came:
    with model_server() as server, ReplyCache(folder) as cache:
        server.always = fault.react
        providers = providers_at(fault.url(server.url))
        found = run_prompt(
            request(model="relay:gpt-4.1"),
            providers=providers,
            environment=trusting(providers),
            replies=Replies("auto", cache=cache, known=(KEY,)),
            patience=SHORT,
        )
    return Came(True, str(found))


def _stream(fault: Fault, folder: Path, patched: pytest.MonkeyPatch) -> Came:
    with model_server() as server:
        server.always = fault.react
        providers = providers_at(fault.url(server.url))

        async def main() -> Reply | None:
            async with Gateway(providers, environment=trusting(providers), patience=SHORT) as gateway:
                return (await streamed(gateway, request()))[1]

        return Came(True, str(asyncio.run(main())))


def _fallback(fault: Fault, folder: Path, patched: pytest.MonkeyPatch) -> Came:
    with model_server() as server, model_server() as spare:
        server.always = fault.react
        providers = providers_at(fault.url(server.url), spare={"base_url": spare.url, "weight": 0})

        async def main() -> Reply:
            known = trusting(providers)
            async with Gateway(providers, environment=known, patience=SHORT, fallback=True) as gateway:
                return await gateway.complete(request())

        found = asyncio.run(main())
        # What the other one says is right, whatever this one does.
        return Came(found.provider == "relay", str(found))


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
        hook = users_webhook(f"{fault.url(server.url)}/{KEY}", "--webhook")
        tell(hook, {"what": "alarm"}, {}, pauses=(0.001,), seconds=SECONDS)
    return Came(True, "told")


def _receiver(fault: Fault, folder: Path, patched: pytest.MonkeyPatch) -> Came:
    batch = batch_of([event(1)])
    with model_server() as server:
        server.always = fault.react
        headers = {"authorization": f"Bearer {KEY}"}
        with closing(OtlpEvents(fault.url(server.url), headers, "shop", seconds=SECONDS)) as receiver:
            try:
                return Came(receiver.write(batch) == 0, "written")
            except OutsideError:
                server.always = raw(b"")
                assert fault.url is not str or receiver.write(batch) == 0, "it has recovered"
                raise


def _probe(fault: Fault, folder: Path, patched: pytest.MonkeyPatch) -> Came:
    patched.setattr(models_status, "PROBE_SECONDS", SECONDS)
    with _registry(fault, folder) as it:
        it.server.get = fault.react
        states = models_status.models_status(Repository(it.folder), it.environment, probe=True)
        found = {state.provider: state for state in states}
        return Came(found["relay"].milliseconds is not None, str(found))


def _kept_calls(fault: Fault, folder: Path, patched: pytest.MonkeyPatch) -> Came:
    """Judges of calls that were kept, whose own calls are kept in the same store."""
    with _registry(fault, folder, _RUBRIC) as it:
        for name, value in it.environment.items():
            patched.setenv(name, value)
        patched.setattr(means, "live_gateway", short_gateway)
        kept = event(1, prompt=NAME, inputs={"text": "ok"}, output="ok")
        store = write_sqlite(folder / "events.sqlite3", [kept])
        project = Repository(it.folder).work
        place = events_place(project.settings, it.environment, it.folder, store)
        providers = providers_of(project.settings)
        with open_warehouse(store, {}, it.environment, it.folder) as warehouse:
            found = score_calls(project, place, warehouse, Window(), sample=1.0, most=9, providers=providers)
        said = f"{found} {rows_of(folder / 'events.sqlite3', 'events')}"
        (scored,) = found
        assert scored.calls == 1
        assert scored.faults
        return Came(bool(rows_of(folder / "events.sqlite3", "scores")), said)


PLACES: Mapping[str, Place] = {
    "eval": Place(_eval),
    "judge": Place(_judge),
    "similar": Place(_similar, chats=False),
    "run": Place(_run),
    "stream": Place(_stream, streams=True),
    "fallback": Place(_fallback),
    "bundle": Place(_bundle, chats=False),
    "webhook": Place(_webhook, takes=True),
    "receiver of events": Place(_receiver, takes=True),
    "probe": Place(_probe, takes=True),
    "kept calls": Place(_kept_calls, chats=False),
    **OF_APPLICATIONS,
}
