"""Every place of ``tests.planting`` at once: commands, an application and a server live among secrets and keep none."""

from __future__ import annotations

import json
import shlex
import shutil
import stat
import traceback
from collections.abc import Iterator
from pathlib import Path

import pytest

from promptctl import PromptctlError, Prompts
from promptctl.adapters.bundle_http import HttpSource
from promptctl.adapters.git.program import program_path
from promptctl.core.models.provider import trust_digest
from promptctl.core.models.provider_table import parse_providers
from tests.bundles import bundle_of
from tests.evals import NAME
from tests.event_samples import event
from tests.event_stores import write_sqlite
from tests.listening import listening
from tests.planting import PLACES, environment, escaped, in_base64, leaks, leaks_below
from tests.runtime.prompting import written
from tests.servers import ModelServer, model_server
from tests.serving import serving
from tests.shipping import line, run
from tests.support import GitRepository, Ran, build_files
from tests.telling import KEY, KINDS, PLAIN, telling
from tests.writing import World

SETTINGS = """\
[repository]
default_branch = "main"
[environments.staging]
gate = false
[environments.prod]
[quality]
webhook = "HOOK_URL"
[providers.relay]
kind = "openai"
base_url = "%s"
key = "RELAY_KEY"
models = ["m-*"]
"""
PROMPT = "model: m-1\nparameters: {temperature: 0}\ninputs: {ticket: string}\ntemplate: '{{ ticket }}'\n"
SCORERS = """\
import os


def telling(text, context):
    return {"passed": False, "explanation": text + str(dict(os.environ))}


def raising(text, context):
    secret = os.environ["RELAY_KEY"]
    raise KeyError(secret, text)
"""
CHECK = """\
import json, os, sys
print(json.dumps({"passed": False, "explanation": str(dict(os.environ)) + sys.stdin.read()}))
"""
FAILS = "import sys\nsys.exit(sys.stdin.read())\n"


@pytest.fixture(autouse=True)
def planted(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Path]:
    """Everything that is kept lies in the folder; what Git was called with stands in the file ``git.log`` there."""
    kept = tmp_path / "kept"
    home = kept / "home"
    build_files(
        home,
        {
            ".netrc": PLACES[".netrc"].text + "\n",
            ".git-credentials": PLACES[".git-credentials"].text + "\n",
            ".gitconfig": f"{(Path.home() / '.gitconfig').read_text()}\n[credential]\n"
            f"\thelper = {json.dumps(PLACES['credential.helper'].text)}\n",
        },
    )
    for name, value in environment().items():
        monkeypatch.setenv(name, value)
    monkeypatch.setenv("HOME", str(home))
    monkeypatch.setenv("GIT_CONFIG_COUNT", "1")
    monkeypatch.setenv("GIT_CONFIG_KEY_0", "http.extraHeader")
    for name in ("DATA", "CACHE"):
        monkeypatch.setenv(f"PROMPTCTL_{name}_DIR", str(kept / name.lower()))
    log, git = kept / "git.log", shutil.which("git")
    assert git
    program = build_files(
        tmp_path / "bin", {"git": f'#!/bin/sh\necho "$@" >> {shlex.quote(str(log))}\nexec {git} "$@"\n'}
    )
    (program / "git").chmod(stat.S_IRWXU)
    monkeypatch.setenv("PATH", str(program), prepend=":")
    program_path.cache_clear()
    yield kept
    program_path.cache_clear()


@pytest.fixture
def server(monkeypatch: pytest.MonkeyPatch) -> Iterator[ModelServer]:
    with model_server() as found:
        found.always = telling
        table = {"relay": {"kind": "openai", "base_url": found.url, "key": "RELAY_KEY", "models": ["m-*"]}}
        monkeypatch.setenv("PROMPTCTL_TRUST", str(trust_digest(parse_providers(table))))
        yield found


OWN_FILES = {
    ".git/config": ("remote", "push URL", "http.extraHeader"),
    "home/.netrc": (".netrc",),
    "home/.git-credentials": (".git-credentials",),
    "home/.gitconfig": ("credential.helper",),
}


def registry(kept: Path, server: ModelServer) -> GitRepository:
    """A released registry whose remotes and configuration hold secrets."""
    cases = "".join(
        f"  - {{name: {kind}, inputs: {{ticket: {kind}}}, expect: [{{contains: nowhere}}]}}\n" for kind in KINDS
    )
    judged = "[{python: 'scorers:telling'}, {python: 'scorers:raising'}, {command: check.py}, {command: fails.py}]"
    suite = f"cases:\n{cases}  - {{name: judged, inputs: {{ticket: judged}}, expect: {judged}}}\n"
    folder = f"prompts/{NAME}"
    found = line(kept, staged=("1.0.0",))
    files = {f"{folder}/prompt.yaml": PROMPT, f"{folder}/eval.yaml": suite, f"{folder}/scorers.py": SCORERS}
    files |= {f"{folder}/check.py": CHECK, f"{folder}/fails.py": FAILS, "promptctl.toml": SETTINGS % server.url}
    found.commit(files)
    found.git("push", "-q", "origin", "main")
    return found


def with_secret_remote(repository: GitRepository) -> None:
    """Written into the file: Git's own arguments are looked at as well."""
    urls = f"url = {PLACES['remote'].text}\n\tpushurl = {PLACES['push URL'].text}"
    config = repository.folder / ".git" / "config"
    text = config.read_text()
    before = next(found for found in text.splitlines() if found.strip().startswith("url = "))
    header = f'[http]\n\textraHeader = "{PLACES["http.extraHeader"].text}"\n'
    config.write_text(text.replace(before.strip(), urls) + header)


LOCAL = (
    ("eval", NAME, "--report", "html=e.html,junit=e.xml,markdown=e.md"),
    ("eval", NAME, "--json"),
    ("eval", "show", NAME, "--json"),
    ("eval", "verify"),
    *(("run", NAME, "-i", f"ticket={kind}", *more) for kind in KINDS for more in ((), ("--json",))),
    ("lint", "--format", "sarif"),
    ("ci", "--report", "junit=ci.xml,sarif=ci.sarif,markdown=ci.md"),
    ("cache", "stats"),
    ("cache", "explain", NAME),
    ("trust", "--show"),
    ("models", "status"),
    ("doctor",),
    ("bundle", "staging", "-o", "staging.json"),
)
AWAY = (
    ("fetch",),
    ("promote", f"{NAME}@1.1.0", "staging"),
    ("rollback", NAME, "staging", "--reason", "why"),
    ("freeze", "staging", "--reason", "why"),
    ("release",),
    ("drift",),
    ("status",),
    ("doctor", "--json"),
)


def quiet(ran: Ran, line: tuple[str, ...], *but: str) -> None:
    assert ran.code in (0, 1, 2, 3, 4), (line, ran)
    assert leaks(ran.out + ran.err, but) == [], (line, ran)
    assert "Traceback" not in ran.err, (line, ran)


@pytest.mark.long
def test_commands_among_secrets(server: ModelServer, planted: Path) -> None:
    repository = registry(planted, server)
    for words in LOCAL:
        quiet(run(repository, *words), words)
    with_secret_remote(repository)
    for words in AWAY:
        quiet(run(repository, *words), words)
    assert (repository.folder / "e.html").exists()
    assert {it.headers["authorization"] for it in server.received if it.body} == {f"Bearer {KEY}"}
    assert "cat-file" in (planted / "git.log").read_text(), "Git's arguments are looked at, with all other files"
    assert leaks_below(planted, OWN_FILES) == {}


@pytest.mark.long
def test_stores_and_webhooks_among_secrets(planted: Path) -> None:
    repository = line(planted)
    build_files(repository.folder, {"promptctl.toml": SETTINGS % "http://127.0.0.1:1"})
    foreign = PLACES["STORE"].text
    for words in (("costs",), ("feedback", "list"), ("events", "export", "-o", "e.csv"), ("quality",)):
        quiet(run(repository, *words, "--store", foreign), words)
        quiet(run(repository, *words, PROMPTCTL_EVENTS=foreign), words)
    said, store = PLACES["feedback"].text, write_sqlite(planted / "e.sqlite3", [event(0, id="call")])
    kept: tuple[tuple[str, ...], ...] = (
        ("feedback", "add", "call", "resolved=0", "--comment", said, "--correction", PLAIN),
        ("feedback", "list"),
        ("events", "export", "--scores", "-o", "s.jsonl"),
    )
    for asked in kept:
        quiet(run(repository, *asked, "--store", store), asked)
    assert leaks_below(planted, OWN_FILES) == {}


def test_an_application_among_secrets(
    server: ModelServer, planted: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    relay = {"kind": "openai", "base_url": server.url, "key": "RELAY_KEY", "models": ["m-*"]}
    tables = {"providers": {"relay": relay}, "events": {"content": True, "units": "plain"}, "cache": {"mode": "force"}}
    made = bundle_of({"greet": {"1.0.0": PROMPT.replace("parameters: {temperature: 0}\n", "")}}, settings=tables)
    bundle, told = written(tmp_path, made), []
    with listening() as receiver:
        for store in (f"sqlite:{planted / 'e.sqlite3'}", f"jsonl:{planted / 'lines'}", f"otlp:{receiver.url}"):
            monkeypatch.setenv("PROMPTCTL_EVENTS", store)
            with Prompts("prod", source=bundle, refresh_every=0) as prompts:
                for kind in KINDS:
                    prompt = prompts.get("greet", unit=PLACES["unit"].text, attributes={"plan": PLAIN})
                    call = prompts.call(
                        prompt, {"ticket": f"{kind} {PLACES['input'].text}"}, user=PLAIN, endpoint=f"/{KEY}"
                    )
                    try:
                        _ = "".join(call.stream()) if kind in ("plain", "base64") else call.complete()
                    except PromptctlError as error:
                        told += traceback.format_exception(error)
                    prompts.feedback(call.id, comment=PLACES["feedback"].text, correction=PLAIN, resolved=0)
                told.append(str(prompts.status()))
    assert receiver.heard
    assert [leaks(it.partition(b"\n\n")[2]) for it in receiver.heard] == [[]] * len(receiver.heard)
    assert leaks("".join(told)) == []
    assert leaks_below(planted, OWN_FILES) == {}


def test_a_server_among_secrets(
    planted: Path, capfd: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("NO_PROXY", "127.0.0.1")  # For who asks here: promptctl uses no proxies.
    repository, store = line(planted), write_sqlite(planted / "e.sqlite3", [event(0, id="call", environment="staging")])
    tokens = str(planted / "tokens")
    with serving(repository.folder, tokens=tokens, writable=True, store=store, access_log=True) as server:
        world = World(planted, repository, server)
        token = world.token("events", "feedback", "freeze", "read")
        asked, query = server.ask, PLACES["query"].text
        answers = [
            asked("/api/v1/prompts", authorization=f"Bearer {token}"),
            asked("/api/v1/prompts", authorization=f"Bearer {query}"),
            asked("/api/v1/prompts", authorization=f"Basic {in_base64(query)}", cookie=f"token={query}"),
            asked(f"/api/v1/prompts?token={query}", referer=f"https://x/?{query}"),
            asked(f"/api/v1/prompts/{query}"),
            asked(f"/api/v1/{query}", user_agent=query),
            asked(f"/{query}", accept="text/html"),
            world.post(
                "/api/v1/feedback", {"call": "call", "scores": {"a": 0}, "comment": query, "correction": PLAIN}, token
            ),
            world.post("/api/v1/feedback", {"call": query, "scores": {"a": 0}}, token, "k2"),
            world.post("/api/v1/environments/staging/freeze", {"reason": 1, query: query}, token, "k3"),
            world.post(
                "/api/v1/events", [{"id": "b", "at": 5, "prompt": "p", "status": query, "user": query}], token, "k4"
            ),
            asked("/metrics"),
        ]
    for answer in answers:
        assert leaks(answer.body + str(answer.headers).encode()) == [], answer
    said = b"".join(answer.body + str(answer.headers).encode() for answer in answers)
    written = capfd.readouterr()
    assert leaks(said) == leaks(written.out + written.err) == []
    assert token.encode() not in said + (written.out + written.err).encode()
    files = (path for path in planted.rglob("*") if path.is_file())
    assert not [path for path in files if token.rpartition("_")[2].encode() in path.read_bytes()]
    assert leaks_below(planted, OWN_FILES) == {}


def test_a_source_that_holds_a_password_is_refused_without_it() -> None:
    with pytest.raises(PromptctlError) as refused:
        HttpSource(PLACES["source"].text, signed=False)
    assert leaks(f"{refused.value} {refused.value.hint}") == []


def test_the_scanner_finds_every_spelling_of_every_place() -> None:
    assert len(PLACES) >= 30
    for name, place in PLACES.items():
        for spelled in (
            place.text,
            in_base64(place.text),
            escaped(place.text),
            place.secret[:14],
            place.secret.encode().hex(),
        ):
            assert any(found.startswith(f"{name}: ") for found in leaks(spelled)), (name, spelled)
