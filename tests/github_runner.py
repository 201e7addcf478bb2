"""Runs a composite action as a GitHub runner would: its expressions, its files, the commands it hears in the log."""

from __future__ import annotations

import json
import os
import re
import subprocess
import sys
from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import yaml

from tests.forking import program

ROOT = Path(__file__).parent.parent
_EXPRESSION = re.compile(r"\$\{\{\s*([a-z]+(?:\.[A-Za-z0-9_-]+)+)\s*\}\}")


@dataclass(frozen=True, kw_only=True)
class ActionRun:
    """How a run of the action ended: annotations and other commands as ``(name, properties, message)``."""

    code: int
    log: str
    commands: list[tuple[str, dict[str, str], str]]
    outputs: dict[str, str]
    summary: str


@dataclass(kw_only=True)
class Runner:
    """A runner with a checkout. ``event`` is the payload, ``variables`` are added to the environment of steps."""

    checkout: Path
    temporary: Path
    name: str = "pull_request"
    base: str = "main"
    event: Mapping[str, Any] = field(default_factory=dict)
    variables: Mapping[str, str] = field(default_factory=dict)
    token: str = "job-token"

    def run(self, action: Path = ROOT, **given: str) -> ActionRun:
        """Runs the action that lies in a folder with the inputs given."""
        text = (action / "action.yml").read_text(encoding="utf-8")
        described = yaml.safe_load(text)
        unknown = given.keys() - described["inputs"].keys()
        assert not unknown, unknown
        steps: dict[str, dict[str, str]] = {}
        written = {name: it.get("default", "") for name, it in described["inputs"].items()}
        inputs = {name: self._value(text, {}, steps) for name, text in written.items()} | given
        log, summary, code = "", "", 0
        for number, step in enumerate(described["runs"]["steps"]):
            if not self._is_due(step.get("if", "success()"), inputs, steps, code):
                continue
            files = {key: self._file(f"{key}-{number}") for key in ("output", "summary", "env", "path")}
            environment = {key: self._value(text, inputs, steps) for key, text in step.get("env", {}).items()}
            done = self._step(step, environment | {"GITHUB_ACTION_PATH": str(action)}, files)
            log, code = log + done.stdout, code or done.returncode
            summary += files["summary"].read_text(encoding="utf-8")
            steps[step.get("id", str(number))] = read_outputs(files["output"].read_text(encoding="utf-8"))
        outputs = {name: self._value(it["value"], inputs, steps) for name, it in described["outputs"].items()}
        return ActionRun(code=code, log=log, commands=heard(log), outputs=outputs, summary=summary)

    def _step(
        self, step: Mapping[str, Any], environment: Mapping[str, str], files: Mapping[str, Path]
    ) -> subprocess.CompletedProcess[str]:
        assert step["shell"] == "bash"
        assert "${{" not in step["run"], "an expression in a script lets its value run"
        script = self._file("script.sh")
        script.write_text(step["run"], encoding="utf-8")
        event = self._file("event.json")
        event.write_text(json.dumps({"repository": {"default_branch": "main"}, **self.event}), encoding="utf-8")
        runner = {
            "CI": "true",
            "GITHUB_ACTIONS": "true",
            "GITHUB_EVENT_NAME": self.name,
            "GITHUB_EVENT_PATH": str(event),
            "GITHUB_BASE_REF": self.base,
            "GITHUB_OUTPUT": str(files["output"]),
            "GITHUB_STEP_SUMMARY": str(files["summary"]),
            "GITHUB_ENV": str(files["env"]),
            "GITHUB_PATH": str(files["path"]),
            "GITHUB_WORKSPACE": str(self.checkout),
            "RUNNER_TEMP": str(self.temporary),
        }
        command = ["bash", "--noprofile", "--norc", "-e", "-o", "pipefail", str(script)]
        folders = [program(self.temporary / "program"), Path(sys.executable).parent, os.environ["PATH"]]
        path = os.pathsep.join(map(str, folders))
        done = subprocess.run(
            command, cwd=self.checkout, env={**os.environ, "PATH": path, **runner, **self.variables, **environment},
            stdin=subprocess.DEVNULL, stdout=subprocess.PIPE, stderr=subprocess.STDOUT, text=True, check=False,
        )  # fmt: skip
        assert files["env"].read_text() == files["path"].read_text() == ""
        return done

    def _is_due(
        self, condition: str, inputs: Mapping[str, str], steps: Mapping[str, Mapping[str, str]], code: int
    ) -> bool:
        """Whether a step's condition holds: tests joined by ``&&``, the first says what a failure before it means."""
        first, *others = condition.removeprefix("${{").removesuffix("}}").strip().split(" && ")
        due = {"success()": code == 0, "!cancelled()": True}[first]
        for other in others:
            left, sign, right = other.split(" ")
            equal = self._value(f"${{{{ {left} }}}}", inputs, steps) == right.strip("'")
            due &= equal if sign == "==" else not equal
        return due

    def _file(self, name: str) -> Path:
        self.temporary.mkdir(exist_ok=True)
        path = self.temporary / name
        path.write_text("")
        return path

    def _value(self, text: str, inputs: Mapping[str, str], steps: Mapping[str, Mapping[str, str]]) -> str:
        """A text with its expressions filled in."""

        def filled(found: re.Match[str]) -> str:
            words = found[1].split(".")
            if words == ["github", "token"]:
                return self.token
            if words[0] == "inputs":
                return inputs[words[1]]
            assert (words[0], words[2]) == ("steps", "outputs")
            return steps.get(words[1], {}).get(words[3], "")

        return _EXPRESSION.sub(filled, str(text))


def heard(log: str) -> list[tuple[str, dict[str, str], str]]:
    """The commands that a runner obeys: not those between ``stop-commands`` and its token."""
    found: list[tuple[str, dict[str, str], str]] = []
    token = ""
    for line in log.splitlines():
        command = re.match(r"\s*::([^: ]+)(?: ([^:]*))?::(.*)", line)
        command = command or re.search(r"##\[([^\] ]+)(?: ([^\]]*))?\](.*)", line)
        if not command:
            continue
        name, written, message = command[1], command[2] or "", command[3]
        if token:
            token = "" if name == token else token
        elif name == "stop-commands":
            token = message
        else:
            properties = dict(part.split("=", 1) for part in written.split(",") if part)
            found.append((name, {key: _plain(value) for key, value in properties.items()}, _plain(message)))
    assert token == "", "the runner was left deaf"
    return found


def read_outputs(text: str) -> dict[str, str]:
    """What a step's output file sets."""
    values: dict[str, str] = {}
    lines = iter(text.splitlines())
    for line in lines:
        name, delimiter = line.split("<<", 1)
        value = []
        for inner in lines:
            if inner == delimiter:
                break
            value.append(inner)
        values[name] = "\n".join(value)
    return values


def _plain(text: str) -> str:
    return text.replace("%0D", "\r").replace("%0A", "\n").replace("%3A", ":").replace("%2C", ",").replace("%25", "%")
