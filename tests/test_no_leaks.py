"""Secrets planted wherever text comes from, and looked for in every byte that is kept, sent on or shown."""

from __future__ import annotations

import base64
import json
import os
import traceback
from collections.abc import Iterator
from contextlib import closing
from pathlib import Path
from typing import Any
from urllib.parse import quote

import pytest
import redis as redis_client

from promptctl import PromptctlError, Prompts
from promptctl.core.caching.settings import cache_settings
from promptctl.core.events.settings import event_settings, parse_store
from promptctl.core.models.provider import trust_digest
from promptctl.core.models.provider_table import parse_providers
from promptctl.core.secrets import known_values
from promptctl.core.webhook import users_webhook
from promptctl.runtime.caching.caching import Caching
from promptctl.workflows.events_store import EventsPlace
from tests.bundles import bundle_of
from tests.evals import NAME, PROMPT, SETTINGS
from tests.judges import judged_text
from tests.listening import listening
from tests.runtime.prompting import written
from tests.servers import Handler, ModelServer, last_text, model_server, openai_answer, stream
from tests.services import Redis
from tests.shipping import run
from tests.support import build_files, new_repository

SECRETS = {
    "RELAY_KEY": "relaycanary0k3y5e6f708192",
    "DATABASE_URL": "dbcanary1p%40ssw0rd",
    "PGPASSWORD": "pgcanary2a9b2c4d5e6f",
    "OTEL_EXPORTER_OTLP_HEADERS": "otelcanary3a9b2c4d5e6f70",
    "SOME_AUTH": "authcanary4a9b2c4d5e6f70",
}
ENVIRONMENT = SECRETS | {
    "DATABASE_URL": f"postgresql://ada:{SECRETS['DATABASE_URL']}@db.example/shop",
    "OTEL_EXPORTER_OTLP_HEADERS": f"authorization=Bearer%20{SECRETS['OTEL_EXPORTER_OTLP_HEADERS']},x-team=shop",
}
ALL = " ".join([*SECRETS.values(), "dbcanary1p@ssw0rd"])
GREET = "model: m-1\ninputs: {name: string}\ntemplate: 'Hello {{ name }}'\n"
JUDGE = "model: m-1\ninputs: {answer: string, rubric: string}\ntemplate: '{{ rubric }} {{ answer }}'\n"
JUDGE += "output: {type: object, properties: {score: {type: number}}, required: [score]}\n"
SUITE = """\
cases:
  - name: one
    inputs: {ticket: refund}
    expect: [{icontains: nothing}, {judge: {prompt: judges/rubric, inputs: {rubric: kind}}}]
"""


def telling(handler: Handler) -> None:
    """A server that says everything it should not, in answers of every kind."""
    message, model = last_text(handler.request_body), handler.model
    said = f"{message} {ALL} {handler.headers['Authorization']}"
    if judged_text(message) is not None:
        said = json.dumps({"reason": said, "score": 0})
    if "refuse" in message:
        error = {"message": f"bad key {said}", "type": said, "code": ALL}
        return handler.reply(400, json.dumps({"error": error}).encode(), {"x-request-id": ALL})
    if "clean" in message:
        return handler.reply(200, json.dumps(openai_answer("fine")).encode())
    if "garble" in message:
        return handler.reply(200, f"<html>{said}".encode())
    if handler.request_body.get("stream"):
        broken = [json.dumps({"choices": [{"index": 0, "delta": {"content": said}}]}), json.dumps({"error": said})]
        return stream(broken)(handler)
    assert model
    return handler.reply(200, json.dumps(openai_answer(said, model=f"m-1 {ALL}")).encode())


@pytest.fixture(autouse=True)
def planted(monkeypatch: pytest.MonkeyPatch) -> None:
    for name, value in ENVIRONMENT.items():
        monkeypatch.setenv(name, value)


@pytest.fixture
def server() -> Iterator[ModelServer]:
    with model_server() as found:
        found.always = telling
        yield found


def settings(server: ModelServer, monkeypatch: pytest.MonkeyPatch) -> dict[str, dict[str, Any]]:
    table: dict[str, dict[str, Any]] = {
        "relay": {"kind": "openai", "base_url": server.url, "key": "RELAY_KEY", "models": ["m-*"]}
    }
    monkeypatch.setenv("PROMPTCTL_TRUST", str(trust_digest(parse_providers(table))))
    return table


def leaks(data: bytes) -> list[str]:
    """Secrets in some bytes: as they are, spelled for a URL or in Base64."""
    found = []
    for secret in ALL.split():
        spellings = (secret, quote(secret, safe=""), base64.b64encode(secret.encode()).decode()[:-4])
        found += [secret for it in spellings if it.encode() in data]
    return found


def in_files(folder: Path) -> dict[str, list[str]]:
    files = (path for path in folder.rglob("*") if path.is_file())
    found = {str(path.relative_to(folder)): leaks(path.read_bytes()) for path in files}
    assert found
    return {path: secrets for path, secrets in found.items() if secrets}


def use(bundle: Path) -> list[str]:
    """An application that is told secrets by its users, its models and its errors; what it was told of faults."""
    faults = []
    with Prompts("prod", source=bundle, refresh_every=0) as prompts:
        for text in ("hello", "clean", "refuse", "garble", "stream"):
            prompt = prompts.get("greet", unit=ALL, attributes={"plan": ALL, ALL: 1})
            call = prompts.call(prompt, {"name": f"{text} {ALL}"}, user=ALL, endpoint=f"/{ALL}", trace=ALL[:60])
            try:
                _ = "".join(call.stream()) if text == "stream" else call.complete()
            except PromptctlError as error:
                faults.append(f"{error} {error.hint} {''.join(traceback.format_exception(error))}")
            prompts.feedback(call.id, comment=ALL, correction=ALL, resolved=0)
        status = prompts.status()
        assert not status.notes
        faults.append(str(status))
    return faults


REPORTS = (
    ("costs", "--by", "prompt,user,endpoint", "--html", "costs.html"),
    ("quality", "--html", "quality.html"),
    ("feedback", "list"),
    ("events", "export", "-o", "e.csv"),
    ("events", "export", "-o", "e.jsonl"),
    ("events", "export", "-o", "e.parquet"),
)


def test_what_an_application_keeps(server: ModelServer, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    tables = {
        "providers": settings(server, monkeypatch),
        "events": {"content": True, "units": "plain"},
        "cache": {"mode": "force"},
    }
    made = bundle_of({"greet": {"1.0.0": GREET}}, settings=tables)
    kept = tmp_path / "kept"
    for name in ("DATA", "CACHE"):
        monkeypatch.setenv(f"PROMPTCTL_{name}_DIR", str(kept / name.lower()))
    monkeypatch.setenv("PROMPTCTL_EVENTS", f"sqlite:{kept / 'e.sqlite3'}")
    faults = use(written(tmp_path, made))
    assert len(faults) == 4
    assert not leaks("\n".join(faults).encode())
    registry = build_files(kept / "registry", {"promptctl.toml": "", ".git/HEAD": "", "prompts/x.j2": ""})
    for line in REPORTS:
        ran = run(registry, *line)
        assert ran.code in (0, 1), (line, ran)
        assert not leaks((ran.out + ran.err).encode()), line
    assert in_files(kept) == {}


@pytest.mark.services
def test_what_is_sent_on(server: ModelServer, redis: Redis, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    tables = {"providers": settings(server, monkeypatch), "events": {"content": True}, "cache": {"mode": "force"}}
    made = bundle_of({"greet": {"1.0.0": GREET}}, settings=tables)
    monkeypatch.setenv("PROMPTCTL_CACHE", redis.url)
    monkeypatch.setenv("PROMPTCTL_CACHE_KEY", "k" * 40)
    with listening() as receiver:
        monkeypatch.setenv("PROMPTCTL_EVENTS", f"otlp:{receiver.url}")
        use(written(tmp_path, made))
    assert receiver.heard
    assert [leaks(it.partition(b"\n\n")[2]) for it in receiver.heard] == [[]] * len(receiver.heard)
    with closing(redis_client.Redis(port=redis.port, protocol=2)) as client:
        entries: list[Any] = [client.get(key) for key in client.keys("promptctl:1:reply:*")]
    # An answer that holds a secret is not kept at all: of the others one is.
    assert len(entries) == 1
    assert not leaks(entries[0])


def test_what_evals_keep(server: ModelServer, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    settings(server, monkeypatch)
    kept = tmp_path / "kept"
    for name in ("DATA", "CACHE"):
        monkeypatch.setenv(f"PROMPTCTL_{name}_DIR", str(kept / name.lower()))
    files = {
        "promptctl.toml": SETTINGS % server.url,
        f"prompts/{NAME}/prompt.yaml": PROMPT,
        f"prompts/{NAME}/eval.yaml": SUITE,
        "prompts/judges/rubric/prompt.yaml": JUDGE,
    }
    registry = new_repository(kept / "registry", files)
    reports = "html=e.html,junit=e.xml,markdown=e.md"
    for line in (
        ("eval", NAME, "--report", reports),
        ("eval", NAME, "--json"),
        ("eval", "show", NAME),
        ("run", NAME, "-i", f"ticket={ALL}"),
        ("run", NAME, "-i", "ticket=refuse"),
        ("run", NAME, "-i", "ticket=garble", "--json"),
    ):
        ran = run(registry, *line)
        assert ran.code in (0, 1, 4), (line, ran)
        assert not leaks((ran.out + ran.err).encode()), (line, ran)
    assert (registry.folder / "e.html").exists()
    assert in_files(kept) == {}


REMOTE = (
    '{$ref: "%s/s.json"}',
    '{$ref: "file:///etc/hostname"}',
    "{$ref: /etc/hostname}",
    "{$ref: ../../promptctl.toml}",
    '{$id: "%s/id", $ref: other.json}',
    '{$dynamicRef: "%s/x#a"}',
    '{$schema: "%s/meta"}',
    '{properties: {a: {$ref: "%s/deep"}}}',
)
IMAGE = """\
model: echo:echo
inputs: {url: string}
messages:
  - role: user
    content:
      - {type: text, text: hello}
      - {type: image_url, image_url: {url: "{{ url }}"}}
"""


def test_nothing_that_a_prompt_names_is_fetched_or_read(tmp_path: Path) -> None:
    with listening() as elsewhere:
        for number, written_schema in enumerate(REMOTE):
            schema = written_schema.replace("%s", elsewhere.url)
            prompt = f"model: echo:echo\ninputs: {{it: {schema}}}\noutput: {schema}\ntemplate: hello\n"
            suite = f"cases:\n  - name: one\n    inputs: {{it: {{a: 1}}}}\n    expect: [{{json_schema: {schema}}}]\n"
            files = {
                "promptctl.toml": "",
                ".git/HEAD": "",
                "prompts/a/prompt.yaml": prompt,
                "prompts/a/eval.yaml": suite,
            }
            folder = build_files(tmp_path / str(number), files)
            for line in (("render", "a", "-i", "it:={}"), ("eval", "a"), ("lint",)):
                ran = run(folder, *line)
                assert ran.code in (0, 1, 2), ran
                assert os.uname().nodename not in ran.out + ran.err
        images = build_files(
            tmp_path / "images", {"promptctl.toml": "", ".git/HEAD": "", "prompts/a/prompt.yaml": IMAGE}
        )
        for url in (f"{elsewhere.url}/x.png", "file:///etc/hostname", "/etc/hostname"):
            ran = run(images, "run", "a", "-i", f"url={url}", "--json")
            assert ran.code == 0, ran
            assert os.uname().nodename not in ran.out + ran.err
    assert elsewhere.heard == []


def test_values_that_hold_secrets_do_not_show_them() -> None:
    """What a log line, a debugger or a tracker of errors makes of them."""
    environment, known, word = dict(os.environ), known_values(os.environ), SECRETS["DATABASE_URL"]
    store = parse_store(f"postgresql://ada:{word}@db.example/shop")
    shown = [
        users_webhook(f"https://hooks.example/{SECRETS['SOME_AUTH']}", "--webhook"),
        EventsPlace(address=store, settings=event_settings({}, {}), environment=environment, folder=Path()),
        Caching(settings=cache_settings({}, {}), store=None, known=known),
    ]
    assert not leaks(repr(shown).encode())
