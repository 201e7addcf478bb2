"""What tests of evals build on: a registry whose models answer on loopback, suites, and runs in this process."""

from __future__ import annotations

import atexit
import json
from collections.abc import Callable, Iterable, Iterator, Mapping
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass, field, replace
from datetime import UTC, datetime
from functools import cache
from pathlib import Path
from typing import Any

from promptctl.adapters.reply_cache import ReplyCache
from promptctl.adapters.repository import Repository
from promptctl.core.evals.evidence_document import from_document, to_text
from promptctl.core.evals.selection import Selection
from promptctl.core.evals.tally import CaseResult
from promptctl.core.files.document import Document
from promptctl.core.models.provider import trust_digest
from promptctl.core.models.provider_table import parse_providers
from promptctl.runtime.gateway.retries import Patience
from promptctl.workflows.eval import EvalResult, EvalWish, evaluate_suite
from promptctl.workflows.eval_plan import plan_suite
from promptctl.workflows.eval_verify import EvalVerifyResult, verify_evidence
from promptctl.workflows.gate_context import GateContext
from tests.copying import copy_folder, kept_folder, packed
from tests.servers import Handler, ModelServer, Reaction, anthropic_answer, last_text, model_server, openai_answer
from tests.shipping import done, moves_file, refused, run, shown
from tests.support import GitRepository, Ran, build_files, new_repository, with_remote
from tests.versioning import released

NAME = "support/triage"
FOLDER = f"prompts/{NAME}"
KEY = "relay-key-0123456789-abcdefghij"
NOW = datetime(2026, 11, 20, 12, 0, tzinfo=UTC)
PROMPT = """\
model: m-1
parameters: {temperature: 0}
inputs:
  ticket: {type: string, maxLength: 200}
template: "{{ ticket }}"
"""
SETTINGS = """\
[repository]
default_branch = "main"

[environments.prod]

[providers.relay]
kind = "openai"
base_url = "%s"
key = "RELAY_KEY"
models = ["m-*"]
"""


def cases(*tickets: str, expect: str = "[{icontains: ok}]", **keys: Any) -> str:
    """A suite with a case for each ticket, called by it; ``keys`` are the suite's other keys, as JSON."""
    written = "".join(
        f"  - name: {ticket}\n    inputs: {{ticket: {ticket}}}\n    expect: {expect}\n" for ticket in tickets
    )
    return f"cases:\n{written}" + "".join(f"{key}: {json.dumps(value)}\n" for key, value in keys.items())


def saying(function: Callable[[str], str]) -> Reaction:
    """A server that answers with what ``function`` makes of the last message."""

    def react(handler: Handler) -> None:
        make = anthropic_answer if handler.path.endswith("/v1/messages") else openai_answer
        handler.reply(200, json.dumps(make(function(last_text(handler.request_body)))).encode())

    return react


def environment_for(url: str) -> dict[str, str]:
    """The key of the relay, and trust in it as CI gives it."""
    table = {"relay": {"kind": "openai", "base_url": url, "key": "RELAY_KEY", "models": ["m-*"]}}
    return {"RELAY_KEY": KEY, "PROMPTCTL_TRUST": str(trust_digest(parse_providers(table)))}


@dataclass
class Bench:
    """A registry below ``folder``, its model server, and this machine's cache and environment."""

    folder: Path
    server: ModelServer
    cache: ReplyCache
    environment: dict[str, str]
    patience: Patience = field(default_factory=lambda: Patience(attempts=2, shortest=0.001, longest=0.01), kw_only=True)

    def write(self, files: Mapping[str, str | bytes]) -> None:
        """Writes files of the prompt's folder."""
        build_files(self.folder, {f"{FOLDER}/{name}": content for name, content in files.items()})

    @property
    def context(self) -> GateContext:
        return GateContext(cache=self.cache, environment=self.environment, now=NOW, patience=self.patience)

    def eval(self, reference: str = NAME, only: str | None = None, **wish: Any) -> EvalResult:
        """Runs one suite, as a command of its own would."""
        repository = Repository(self.folder)
        planned = plan_suite(repository, reference, Selection(only=only))
        return evaluate_suite(repository, planned, EvalWish(**wish), self.context)

    def verify(self, *names: str) -> EvalVerifyResult:
        return verify_evidence(Repository(self.folder), names, self.context)

    @property
    def asked(self) -> int:
        """How many requests the server saw since this was last asked."""
        count = len(self.server.received)
        self.server.received.clear()
        return count

    def kept(self) -> dict[str, bytes]:
        """Evidence and replies of the work tree."""
        root = self.folder / FOLDER
        return {
            path.relative_to(root).as_posix(): path.read_bytes()
            for kind in ("evidence", "replies")
            for path in sorted((root / kind).glob("*"))
        }

    def files(self) -> dict[str, bytes]:
        """Everything in the work tree."""
        found = (path for path in self.folder.rglob("*") if path.is_file() and ".git" not in path.parts)
        return {path.relative_to(self.folder).as_posix(): path.read_bytes() for path in found}

    def evidence(self) -> Any:
        """The content of the only evidence file."""
        (path,) = (self.folder / FOLDER / "evidence").iterdir()
        return json.loads(path.read_text())


def forge(root: Path, change: Callable[[tuple[CaseResult, ...]], Iterable[CaseResult]]) -> None:
    """Rewrites the only evidence by hand, with counts, scores and intervals that fit."""
    (path,) = (root / FOLDER / "evidence").iterdir()
    known = from_document(Document("evidence.json", json.loads(path.read_text())))
    path.write_text(to_text(replace(known, samples=tuple(change(tuple(known.samples))))))


def passed(samples: tuple[CaseResult, ...]) -> list[CaseResult]:
    """What an author who cannot wait would write: everything passed."""
    return [replace(sample, passed=True, scores=dict.fromkeys(sample.scores, 1)) for sample in samples]


@contextmanager
def bench(folder: Path, suite: str, prompt: str = PROMPT) -> Iterator[Bench]:
    """A registry with one prompt and its suite, outside Git."""
    with model_server() as server, ReplyCache(folder / "cache") as cache:
        work = build_files(
            folder / "work",
            {
                "promptctl.toml": SETTINGS % server.url,
                f"{FOLDER}/prompt.yaml": prompt,
                f"{FOLDER}/eval.yaml": suite,
            },
        )
        yield Bench(work, server, cache, environment_for(server.url))


GATED = SETTINGS.replace("[environments.prod]", "[environments.staging]\ngate = false\n\n[environments.prod]")


@dataclass
class Registry(Bench):
    """A bench under Git, with releases and environments; commands go through the whole command line."""

    repository: GitRepository = field(kw_only=True)

    def run(self, *arguments: str) -> Ran:
        return run(self.repository, *arguments, **self.environment)

    def done(self, *arguments: str) -> Ran:
        return done(self.repository, *arguments, **self.environment)

    def refused(self, *arguments: str, code: int, error: str = "") -> Ran:
        return refused(self.repository, *arguments, code=code, error=error, **self.environment)

    def release(self, files: Mapping[str, str | bytes] | None = None, **wish: Any) -> None:
        """Writes files of the prompt's folder, and releases the prompt as the next version."""
        released(self.repository, {f"{FOLDER}/{name}": text for name, text in (files or {}).items()}, **wish)

    def promoted(self, version: str, environment: str = "prod", *options: str) -> Any:
        """Promotes a version; what it says about it."""
        (moved,) = self.done("promote", f"{NAME}@{version}", environment, *options, "--json").data["moved"]
        return moved

    def commit_evidence(self) -> None:
        """Runs the suite and pushes its evidence to main, as a pull request would."""
        self.done("eval")
        self.repository.commit(message="evidence")
        self.repository.git("push", "-q")

    def moves(self, environment: str = "prod") -> list[Any]:
        """The moves of an environment's pointer, as the state branch has them."""
        text = shown(self.repository, moves_file(environment), self.state)
        return [json.loads(line) for line in text.splitlines()]

    @property
    def state(self) -> str:
        return "origin/main" if self.repository.git("remote") else "main"

    def landed(self) -> dict[str, str]:
        """Evidence and replies on the state branch."""
        listed = self.repository.git("ls-tree", "-r", "--name-only", self.state, f"{FOLDER}/").split()
        kept = [path for path in listed if "/evidence/" in path or "/replies/" in path]
        return {path.removeprefix(f"{FOLDER}/"): shown(self.repository, path, self.state) for path in kept}


Stage = Callable[["Registry"], None]


@contextmanager
def registry(
    folder: Path, suite: str | None, prompt: str = PROMPT, *, remote: bool = True, stage: Stage | None = None
) -> Iterator[Registry]:
    """A repository with one prompt, released as 1.0.0 with its suite, and what ``stage`` did with it.

    It is built once a process and copied; its server is the process's, without memory of what was before.
    """
    copy_folder(_built(suite, prompt, remote, stage), folder)
    repository = GitRepository(folder / "work")
    repository.seconds += 3600
    with _opened(folder, repository) as found:
        yield found


@contextmanager
def _opened(folder: Path, repository: GitRepository) -> Iterator[Registry]:
    server = _server()
    server.reactions.clear()
    server.received.clear()
    server.always, server.busiest = None, 0
    environment = environment_for(server.url) | {"PROMPTCTL_CACHE_DIR": str(folder / "home" / "cache")}
    with ReplyCache(folder / "home" / "cache") as cache:
        yield Registry(repository.folder, server, cache, environment, repository=repository)


@cache
def _server() -> ModelServer:
    running = ExitStack()
    atexit.register(running.close)
    return running.enter_context(model_server())


@cache
def _built(suite: str | None, prompt: str, remote: bool, stage: Stage | None) -> Path:
    root = kept_folder()
    files = {"promptctl.toml": GATED % _server().url, f"{FOLDER}/prompt.yaml": prompt}
    repository = new_repository(root / "work", files | ({f"{FOLDER}/eval.yaml": suite} if suite else {}))
    if remote:
        with_remote(repository, root / "origin.git")
    released(repository)
    with _opened(root, repository) as found:
        if stage:
            stage(found)
    return packed(root)
