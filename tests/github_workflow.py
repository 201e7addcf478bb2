"""Runs a workflow file as GitHub would: jobs in order, each on a machine of its own with a checkout of a bare remote.

Scripts run as they are written. Actions are played by what they do to files here; one that nobody plays, a key or an
expression that is not known, is an error. A push from a job gets through where its step was given the job's token, and
the job has the right to write.
"""

from __future__ import annotations

import os
import signal
import subprocess
import sys
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass, field
from itertools import count
from pathlib import Path
from typing import Any

import yaml

from tests.forking import program
from tests.github_actions import Machine, play
from tests.github_expressions import condition, filled
from tests.github_runner import read_outputs

_WORKFLOW = {"name", "on", "permissions", "defaults", "concurrency", "jobs"}
_JOB = set("name needs if runs-on timeout-minutes permissions environment concurrency outputs steps".split())
_STEP = {"name", "id", "if", "uses", "with", "env", "run"}
_SHELLS = {"bash": ("bash", "--noprofile", "--norc", "-e", "-o", "pipefail"), None: ("bash", "-e")}
_GUARD = """\
#!/bin/sh
[ -z "$GITHUB_ACTIONS" ] || [ "$TOKEN" = write ] || { echo "no right to push" >&2; exit 1; }
"""


class Given(dict[str, str]):
    """What people set or leave out: secrets, variables, inputs. What is not set is empty."""

    def __contains__(self, name: object) -> bool:
        return True

    def __missing__(self, name: str) -> str:
        return ""


@dataclass(frozen=True, kw_only=True)
class JobRun:
    """How a job ended. ``steps`` has the exit code of each script by its name."""

    result: str
    outputs: Mapping[str, str] = field(default_factory=dict)
    log: str = ""
    summary: str = ""
    steps: Mapping[str, int] = field(default_factory=dict)
    folder: Path = Path()


@dataclass(kw_only=True)
class Hub:
    """What the host knows: the bare remote, and what people set up. ``secrets`` are by environment.

    ``refused`` are environments whose reviewers say no, ``before`` is what happens before a job begins. ``started`` are
    steps that start the program instead of forking it, since they are to be killed. Steps called Install are left out:
    what they would bring is there.
    """

    bare: Path
    folder: Path
    secrets: Mapping[str, Mapping[str, str]] = field(default_factory=dict)
    variables: Mapping[str, str] = field(default_factory=dict)
    refused: frozenset[str] = frozenset()
    started: frozenset[str] = frozenset()
    before: Mapping[str, Callable[[], None]] = field(default_factory=dict)
    artifacts: dict[str, Path] = field(default_factory=dict)
    runs: Iterator[int] = field(default_factory=lambda: count(1))

    def __post_init__(self) -> None:
        self.hook("pre-receive", _GUARD)

    def hook(self, name: str, script: str) -> None:
        """Puts a hook into the remote."""
        path = self.bare / "hooks" / name
        path.parent.mkdir(exist_ok=True)
        path.write_text(script)
        path.chmod(0o755)

    def run(
        self, file: Path, name: str, sha: str, inputs: Mapping[str, str] | None = None, event: Any = None
    ) -> dict[str, JobRun]:
        """Runs a workflow for an event about a commit of main, or of a pull request into it."""
        # YAML 1.1 takes the key "on" for a truth.
        text = yaml.safe_load(file.read_text(encoding="utf-8"))
        found = {("on" if key is True else key): value for key, value in text.items()}
        assert found.keys() <= _WORKFLOW, found.keys()
        assert name in found["on"], f"{file.name} does not run on {name}"
        form = ((found["on"][name] or {}) if name == "workflow_dispatch" else {}).get("inputs", {})
        assert (inputs or {}).keys() <= form.keys(), inputs
        number = next(self.runs)
        github = {
            "token": "",
            "workflow": found["name"],
            "sha": sha,
            "event_name": name,
            "run_id": str(number),
            "server_url": "https://github.example",
            "repository": "acorn/prompts",
            "event": event or {},
        }
        contexts = {"github": github, "inputs": Given(inputs or {}), "vars": Given(self.variables)}
        done: dict[str, JobRun] = {}
        for called, job in _in_order(found["jobs"]):
            assert job.keys() <= _JOB, job.keys()
            self.before.get(called, lambda: None)()
            done[called] = _Job(self, found, called, job, contexts, done).run()
        return done


def _in_order(jobs: Mapping[str, Mapping[str, Any]]) -> Iterator[tuple[str, Mapping[str, Any]]]:
    """Jobs as they are written: each has to stand below those that it needs."""
    seen: set[str] = set()
    for name, job in jobs.items():
        assert set(_needs(job)) <= seen, name
        seen.add(name)
        yield name, job


def _needs(job: Mapping[str, Any]) -> list[str]:
    needs = job.get("needs", [])
    return [needs] if isinstance(needs, str) else needs


class _Job:
    """One job on a new machine."""

    def __init__(
        self, hub: Hub, workflow: Mapping[str, Any], name: str, job: Mapping[str, Any],
        contexts: Mapping[str, Any], done: Mapping[str, JobRun],
    ) -> None:  # fmt: skip
        self.hub, self.workflow, self.job = hub, workflow, job
        self.rights = job.get("permissions", workflow["permissions"])
        self.folder = hub.folder / f"run-{contexts['github']['run_id']}-{name}"
        self.temporary = self.folder / "temporary"
        self.needs = {it: {"result": done[it].result, "outputs": done[it].outputs} for it in _needs(job)}
        token = "write" if self.rights.get("contents") == "write" else "read"
        secrets = Given(hub.secrets.get(str(job.get("environment")), {}))
        self.steps = {step["id"]: {"outputs": Given()} for step in job["steps"] if "id" in step}
        self.contexts = {
            **contexts,
            "github": contexts["github"] | {"token": token},
            "secrets": secrets,
            "needs": self.needs,
            "steps": self.steps,
            "runner": {"temp": str(self.temporary)},
            "always": lambda: True,
            "cancelled": lambda: False,
        }
        self.log, self.summary, self.codes = "", "", {}  # type: str, str, dict[str, int]

    def run(self) -> JobRun:
        """Runs it, where its condition holds and those who are asked agree."""
        nothing = dict.fromkeys(self.job.get("outputs", ()), "")
        ready = all(it["result"] == "success" for it in self.needs.values())
        if not condition(self.job.get("if", "success()"), self.contexts | {"success": lambda: ready}):
            return JobRun(result="skipped", outputs=nothing)
        if self.job.get("environment") in self.hub.refused:
            return JobRun(result="failure", outputs=nothing, log="the reviewers said no")
        self.temporary.mkdir(parents=True)
        machine = Machine(
            workspace=self.folder / "work", temporary=self.temporary, bare=self.hub.bare, rights=self.rights,
            github=self.contexts["github"], artifacts=self.hub.artifacts,
        )  # fmt: skip
        machine.workspace.mkdir()
        well = True
        for number, step in enumerate(self.job["steps"]):
            assert step.keys() <= _STEP, step.keys()
            asked = self.contexts | {"success": lambda: well, "failure": lambda: not well}  # noqa: B023
            if condition(step.get("if", "success()"), asked):
                well = self._step(machine, step, number) and well
        outputs = {key: filled(text, self.contexts) for key, text in self.job.get("outputs", {}).items()}
        return JobRun(
            result="success" if well else "failure", outputs=outputs, log=self.log, summary=self.summary,
            steps=self.codes, folder=machine.workspace,
        )  # fmt: skip

    def _step(self, machine: Machine, step: Mapping[str, Any], number: int) -> bool:
        name = step.get("name", step.get("uses"))
        if "uses" in step:
            played = play(machine, step["uses"], {k: filled(v, self.contexts) for k, v in step.get("with", {}).items()})
            code, log, summary, outputs = played.code, played.log, played.summary, played.outputs
        elif name == "Install":
            return True
        else:
            code, log, summary, outputs = self._script(machine, step, number)
        self.codes[name] = code
        self.log, self.summary = self.log + log, self.summary + summary
        if "id" in step:
            self.steps[step["id"]]["outputs"].update(outputs)
        return code == 0

    def _script(self, machine: Machine, step: Mapping[str, Any], number: int) -> tuple[int, str, str, dict[str, str]]:
        assert "${{" not in step["run"], "an expression in a script lets its value run"
        files = {key: self.temporary / f"{key}-{number}" for key in ("output", "step_summary", "env", "path")}
        for path in files.values():
            path.touch()
        own = {key: filled(text, self.contexts) for key, text in step.get("env", {}).items()}
        environment = {**os.environ, **machine.environment, **own, "PATH": self._path(step["name"])}
        environment |= {f"GITHUB_{key.upper()}": str(path) for key, path in files.items()}
        shell = _SHELLS[self.workflow.get("defaults", {}).get("run", {}).get("shell")]
        process = subprocess.Popen(
            [*shell, "-c", step["run"]], cwd=machine.workspace, env=environment, stdin=subprocess.DEVNULL,
            stdout=subprocess.PIPE, stderr=subprocess.STDOUT, text=True, start_new_session=True,
        )  # fmt: skip
        log, _ = process.communicate()
        assert files["env"].read_text() == files["path"].read_text() == ""
        code = 128 + signal.SIGKILL if process.returncode < 0 else process.returncode
        return code, log, files["step_summary"].read_text(), read_outputs(files["output"].read_text())

    def _path(self, step: str) -> str:
        forked = () if step in self.hub.started else (program(self.temporary / "program"),)
        return os.pathsep.join(map(str, (*forked, Path(sys.executable).parent, os.environ["PATH"])))
