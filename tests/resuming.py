"""Runs of suites that are killed and resumed: two prompts, a judge, repeats, on top of what is kept already."""

from __future__ import annotations

import json
import os
import shutil
import signal
import subprocess
import sys
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from dataclasses import dataclass, field
from importlib import resources
from pathlib import Path
from typing import Any

from tests.evals import KEY, SETTINGS, cases, environment_for
from tests.judges import answering, honest
from tests.servers import ModelServer, model_server
from tests.shipping import run
from tests.support import Ran, build_files

FIRST, SECOND = "support/triage", "support/answer"
AT_ONCE = 3
CALLS = 29
"""How many calls an undisturbed run makes: 6 cases twice, each with a judge, the judge's trial, and 4 cases."""
_PROMPT = 'model: m-1\ninputs: {ticket: string}\ntemplate: "%s {{ ticket }}"\n'
_JUDGE = (resources.files("promptctl") / "judges" / "rubric.yaml").read_text().replace("echo:echo", "m-judge")
_EXPECT = "[{icontains: ok}, {judge: {prompt: judges/rubric, min: 0.7, inputs: {rubric: kind}}}]"


@dataclass
class Resumable:
    """A repository below ``folder`` and its server; each process asks with a key of its own, by which it is known."""

    folder: Path
    server: ModelServer
    environment: dict[str, str]
    phases: list[str] = field(default_factory=list)

    def start(self, *arguments: str) -> subprocess.Popen[bytes]:
        """A process that runs suites, in a group of its own."""
        return subprocess.Popen(
            [sys.executable, "-m", "promptctl", "eval", "--concurrency", str(AT_ONCE), *arguments],
            cwd=self.folder,
            env=os.environ | self._phase(),
            stdout=subprocess.PIPE,
            stderr=subprocess.PIPE,
            start_new_session=True,
        )

    def eval(self, *arguments: str) -> Ran:
        """Runs suites in this process."""
        return self.command("eval", "--concurrency", str(AT_ONCE), *arguments)

    def command(self, *arguments: str) -> Ran:
        """Any command in this process."""
        return run(self.folder, *arguments, **self._phase())

    @property
    def asked(self) -> int:
        """The calls of the last process, or run in this one."""
        with self.server.lock:
            return sum(it.headers["authorization"].endswith(self.phases[-1]) for it in self.server.received)

    @property
    def journaled(self) -> int:
        """How many answers the journals hold."""
        lines = [line for path in self.journals for line in path.read_bytes().split(b"\n")[:-1]]
        return sum(line.startswith(b'{"key"') for line in lines)

    @property
    def journals(self) -> list[Path]:
        return list((self.folder.parent / "cache").glob("runs/*/*.jsonl"))

    def results(self) -> dict[str, Any]:
        """All that is kept, without the times that calls took: these differ between any two runs."""
        found = {}
        for path in sorted(self.folder.glob("prompts/support/*/evidence/*.json")):
            result = json.loads(path.read_text())["result"]
            for sample in result["samples"]:
                sample["latency_ms"] = None
                for reply in (*sample["replies"], *sample.get("graded", ())):
                    del reply["digest"]
            found[path.parent.parent.name] = json.dumps(result)
        for path in sorted(self.folder.glob("prompts/support/*/replies/*.jsonl")):
            kept = [json.loads(line) for line in path.read_text().splitlines()]
            found[f"{path.parent.parent.name} replies"] = json.dumps(
                [line | {"reply": line["reply"] | {"latency_ms": 0}} for line in kept]
            )
        return found

    def _phase(self) -> dict[str, str]:
        self.phases.append(f"{KEY}-{len(self.phases):04}-end")
        return self.environment | {"RELAY_KEY": self.phases[-1]}

    def copy(self, folder: Path) -> Resumable:
        """The same repository and cache in another place, for another run."""
        shutil.copytree(self.folder.parent, folder)
        environment = self.environment | {"PROMPTCTL_CACHE_DIR": str(folder / "cache")}
        return Resumable(folder / "work", self.server, environment, self.phases)


def killed(process: subprocess.Popen[bytes]) -> None:
    """Ends a process group as a machine does that has no memory left."""
    with suppress(ProcessLookupError):
        os.killpg(process.pid, signal.SIGKILL)
    process.communicate()


@contextmanager
def resumable(folder: Path) -> Iterator[Resumable]:
    """A registry whose suites ran once: evidence and replies are kept."""
    with model_server() as server:
        server.always = answering(honest(1))
        build_files(
            folder / "work",
            {
                "promptctl.toml": SETTINGS % server.url,
                f"prompts/{FIRST}/prompt.yaml": _PROMPT % "first",
                f"prompts/{FIRST}/eval.yaml": cases(*(f"ok{n}" for n in range(6)), expect=_EXPECT, repeat=2),
                "prompts/judges/rubric/prompt.yaml": _JUDGE,
                f"prompts/{SECOND}/prompt.yaml": _PROMPT % "second",
                f"prompts/{SECOND}/eval.yaml": cases(*(f"ok{n}" for n in range(4))),
            },
        )
        environment = environment_for(server.url) | {"PROMPTCTL_CACHE_DIR": str(folder / "cache")}
        made = Resumable(folder / "work", server, environment)
        assert made.eval().code == 0
        yield made
