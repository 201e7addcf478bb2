"""A bare remote, its author, the clone that applications get their bundle from, and clones that decide."""

from __future__ import annotations

import os
import random
import signal
import subprocess
import sys
import threading
import time
from collections import Counter
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path

from promptctl.adapters.repository import Repository
from promptctl.adapters.state import read_state
from promptctl.core.models.provider import trust_digest
from promptctl.core.models.provider_table import parse_providers
from promptctl.core.moves.moves import Move
from promptctl.core.moves.pointer import Pointer
from tests.support import GitRepository, new_repository, promptctl, succeed, with_remote
from tests.under_load.model import CANARY, STABLE, WORDS
from tests.versioning import released

NAME, ENVIRONMENT = "answer", "prod"
REFRESH = 0.1
"""Seconds between two looks of a worker at its bundle."""
MOST_SECONDS = 2.0
"""After which a decision that is to be killed is, where it has not ended before."""
SETTINGS = """\
[repository]
default_branch = "main"

[environments.prod]
gate = false

[providers.relay]
kind = "openai"
base_url = "{url}/v1"
key = "RELAY_KEY"
models = ["gpt-*"]
concurrency = 64

[providers.relay.prices]
"gpt-*" = {{input = 1.0, output = 4.0}}

[providers.openai]
weight = 0
"""


def prompt(word: str) -> str:
    return f'model: gpt-4.1\ninputs: {{text: string}}\ntemplate: "{word} {{{{ text }}}}"\n'


@dataclass
class World:
    """``bundle`` is what the application reads; ``polled`` are the moments at which another one was put there.

    ``ended`` counts how decisions ended: by exit code, "killed" for those that were.
    """

    folder: Path
    url: str
    author: GitRepository = field(init=False)
    deciders: list[GitRepository] = field(init=False)
    environment: dict[str, str] = field(init=False)
    polled: list[float] = field(default_factory=list)
    ended: Counter[str] = field(default_factory=Counter)
    _one: threading.Lock = field(default_factory=threading.Lock)

    def __post_init__(self) -> None:
        files = {"promptctl.toml": SETTINGS.format(url=self.url), f"prompts/{NAME}/prompt.yaml": prompt(WORDS[STABLE])}
        self.author = new_repository(self.folder / "author", files)
        with_remote(self.author, self.folder / "origin.git")
        released(self.author)
        released(self.author, {f"prompts/{NAME}/prompt.yaml": prompt(WORDS[CANARY])})
        succeed("promote", f"{NAME}@{STABLE}", ENVIRONMENT, cwd=self.author.folder)
        self.deciders = [self.author.clone(self.folder / f"decider-{number}") for number in range(2)]
        self.author.clone(self.folder / "polling")
        providers = parse_providers(Repository(self.author.folder).settings.providers)
        self.environment = {
            "RELAY_KEY": "sk-relay-0123456789",
            "PROMPTCTL_TRUST": str(trust_digest(providers)),
            "PROMPTCTL_EVENTS": f"sqlite:{self.folder / 'events.sqlite3'}",
            "PROMPTCTL_CACHE_DIR": str(self.folder / "cache"),
        }
        self.poll()

    @property
    def bundle(self) -> Path:
        return self.folder / "prod.json"

    def poll(self) -> None:
        """Fetches, and puts the bundle of what was fetched in the place of the one before."""
        clone = self.folder / "polling"
        with self._one:
            subprocess.run(["git", "-C", str(clone), "fetch", "-q"], check=True)
            made = self.run(clone, "bundle", ENVIRONMENT, "-o", "-").communicate()[0]
            if not self.bundle.exists() or made != self.bundle.read_bytes():
                beside = self.bundle.with_suffix(".new")
                beside.write_bytes(made)
                beside.replace(self.bundle)
                self.polled.append(time.monotonic())

    @contextmanager
    def polling(self) -> Iterator[None]:
        """Polls again and again."""
        stop = threading.Event()

        def poll() -> None:
            while not stop.wait(REFRESH):
                self.poll()

        thread = threading.Thread(target=poll)
        thread.start()
        try:
            yield
        finally:
            stop.set()
            thread.join()

    def run(self, folder: Path, *words: str) -> subprocess.Popen[bytes]:
        """Starts a command line of its own."""
        line = [sys.executable, "-m", "promptctl", *words]
        return subprocess.Popen(
            line, cwd=folder, env=os.environ | self.environment, stdout=subprocess.PIPE, stderr=subprocess.PIPE
        )

    def begin(self, words: tuple[str, ...], plan: str = "") -> None:
        """Runs the command line that starts a split, with the plan of an experiment where there is one."""
        if plan:
            path = self.author.folder / "prompts/experiments/answer-tone.yaml"
            path.parent.mkdir()
            path.write_text(plan)
        process = self.run(self.author.folder, *words)
        out, err = process.communicate()
        assert process.returncode == 0, (out, err)

    def decide(self, words: tuple[str, ...], chances: random.Random, kills: float) -> int:
        """One decision, or two at once from two clones; some are killed. How many there were."""
        number = chances.choice((1, 2))
        running = [self.run(it.folder, *words, "--json") for it in self.deciders[:number]]
        for process in running:
            if chances.random() < kills:
                time.sleep(chances.uniform(0, MOST_SECONDS))
                process.send_signal(signal.SIGKILL)
        for process in running:
            out, err = process.communicate()
            code = process.returncode
            self.ended["killed" if code < 0 else f"exit {code}"] += 1
            assert code in (-signal.SIGKILL, 0, 1, 3, 4), (code, out, err)
        return number

    def drift(self) -> str:
        """What a new clone finds wrong, nothing where all is well."""
        clone = self.author.clone(self.folder / "after")
        found = promptctl("drift", cwd=clone.folder)
        return found.out if found.code else ""

    def pointer(self) -> Pointer:
        """What the remote says now."""
        self.author.git("fetch", "-q")
        found = read_state(Repository(self.author.folder)).live(ENVIRONMENT, NAME)
        assert found
        return found

    def moves(self) -> tuple[Move, ...]:
        """Every move of the pointer."""
        self.author.git("fetch", "-q")
        return tuple(read_state(Repository(self.author.folder)).moves(ENVIRONMENT, NAME).entries)
