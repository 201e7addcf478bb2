"""Runs a pipeline as GitLab would: jobs whose rules hold, stage by stage, each on a new checkout of a bare remote.

Scripts run as they are written. A key, rule or list that is not known is an error. A push gets through where the job
has the token, and only with the option that starts no other pipeline.
"""

from __future__ import annotations

import os
import re
import subprocess
import sys
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from itertools import count
from pathlib import Path
from typing import Any

import yaml

from tests.forking import program
from tests.support import GitRepository

_TOP = {"workflow", "stages", "variables", "default"}
_JOB = set("stage needs rules environment resource_group before_script script allow_failure artifacts".split())
_COMPARED = re.compile(r'\$(\w+) (==|!=) (?:\$(\w+)|"([^"]*)")')
_GUARD = """\
#!/bin/sh
[ -z "$GITLAB_CI" ] || [ "$PROMPTCTL_TOKEN $GIT_PUSH_OPTION_0" = "write ci.skip" ] || { echo no right >&2; exit 1; }
"""


@dataclass(frozen=True, kw_only=True)
class Done:
    """How a job ended; ``reports`` are files of its artifacts by their kind, ``files`` the others by their names."""

    code: int
    allowed: bool
    log: str
    reports: Mapping[str, Path]
    files: Mapping[str, Path]
    folder: Path


@dataclass(kw_only=True)
class Lab:
    """What the host knows: the bare remote ``origin.git``, and the project's variables."""

    folder: Path
    file: Path
    variables: Mapping[str, str] = field(default_factory=dict)
    pipelines: Iterator[int] = field(default_factory=lambda: count(1))

    def __post_init__(self) -> None:
        hook = self.folder / "origin.git/hooks/pre-receive"
        hook.parent.mkdir(exist_ok=True)
        hook.write_text(_GUARD)
        hook.chmod(0o755)
        GitRepository(self.folder / "origin.git").git("config", "receive.advertisePushOptions", "true")

    def run(self, source: str, sha: str, *pressed: str, **variables: str) -> dict[str, Done]:
        """Runs a pipeline; of the manual jobs those that somebody ``pressed``."""
        text = yaml.safe_load(self.file.read_text(encoding="utf-8"))
        number = next(self.pipelines)
        branch = {} if source == "merge_request_event" else {"CI_COMMIT_BRANCH": "main"}
        known = {
            "CI": "true",
            "GITLAB_CI": "true",
            "CI_DEFAULT_BRANCH": "main",
            "CI_PIPELINE_SOURCE": source,
            "CI_PIPELINE_URL": f"https://gitlab.example/acorn/prompts/-/pipelines/{number}",
            "CI_PROJECT_URL": f"file://{self.folder}/origin",
            "CI_SERVER_HOST": "gitlab.example",
            "CI_COMMIT_SHA": sha,
            **branch,
            **text["variables"],
            **self.variables,
            **variables,
        }
        done: dict[str, Done] = {}
        if not _rule(text["workflow"]["rules"], known):
            return done
        jobs = {name: job for name, job in text.items() if name not in _TOP and not name.startswith(".")}
        for name, job in sorted(jobs.items(), key=lambda pair: text["stages"].index(pair[1]["stage"])):
            assert job.keys() <= _JOB, job.keys()
            rule = _rule(job["rules"], known)
            manual = rule is not None and rule.get("when") == "manual" and name not in pressed
            if rule is None or manual or not self._ready(job, done):
                continue
            given = known | {"CI_JOB_NAME": name}
            for it in job.get("needs", ()):
                given |= _dotenv(done[it].reports.get("dotenv"))
            done[name] = self._job(job, self.folder / f"pipeline-{number}-{name}", given)
        return done

    def _ready(self, job: Mapping[str, Any], done: Mapping[str, Done]) -> bool:
        before = job["needs"] if "needs" in job else list(done)
        return all(it in done and (done[it].code == 0 or done[it].allowed) for it in before)

    def _job(self, job: Mapping[str, Any], folder: Path, known: Mapping[str, str]) -> Done:
        work = folder / "work"
        self._checkout(GitRepository(work), known)
        lines = [line for line in _flat(job["before_script"]) if "pip install" not in line]
        script = "\n".join(["set -eo pipefail", *lines, *_flat(job["script"])])
        path = os.pathsep.join(map(str, (program(folder / "program"), Path(sys.executable).parent, os.environ["PATH"])))
        done = subprocess.run(
            ["bash", "-c", script], cwd=work, env={**os.environ, **known, "PATH": path}, stdin=subprocess.DEVNULL,
            stdout=subprocess.PIPE, stderr=subprocess.STDOUT, text=True, check=False,
        )  # fmt: skip
        allowed = done.returncode in job.get("allow_failure", {}).get("exit_codes", ())
        kept = job.get("artifacts", {})
        assert kept.keys() <= {"when", "reports", "paths"}, kept
        keeps = done.returncode == 0 or kept.get("when") == "always"
        reports = {kind: work / name for kind, name in kept.get("reports", {}).items() if keeps}
        files = {name: work / name for name in kept.get("paths", ()) if keeps}
        assert all(path.exists() for path in (*reports.values(), *files.values())), done.stdout
        return Done(
            code=done.returncode, allowed=allowed, log=done.stdout, reports=reports, files=files, folder=work
        )  # fmt: skip

    def _checkout(self, work: GitRepository, known: Mapping[str, str]) -> None:
        """As the host's runner does it for a depth of 0: all branches and tags, and no branch checked out."""
        assert known["GIT_DEPTH"] == "0"
        work.folder.mkdir(parents=True)
        work.git("init", "-q")
        work.git("remote", "add", "origin", f"file://{self.folder}/origin.git")
        fetched = ("+refs/heads/*:refs/remotes/origin/*", "+refs/tags/*:refs/tags/*")
        work.git("fetch", "-q", "origin", *fetched, f"+{known['CI_COMMIT_SHA']}:refs/pipelines/1")
        work.git("checkout", "-q", "--force", "--detach", known["CI_COMMIT_SHA"])
        for key in ("user.name", "user.email"):
            work.git("config", key, "")


def _rule(rules: list[dict[str, Any]], known: Mapping[str, str]) -> dict[str, Any] | None:
    """The first rule that holds."""
    for rule in rules:
        assert rule.keys() <= {"if", "when", "allow_failure"}, rule
        if all(_holds(part, known) for part in rule["if"].split(" && ")):
            return rule
    return None


def _holds(text: str, known: Mapping[str, str]) -> bool:
    found = _COMPARED.fullmatch(text)
    assert found, f"not understood: {text}"
    right = known.get(found[3]) if found[3] else found[4]
    return (known.get(found[1]) == right) is (found[2] == "==")


def _flat(lines: list[Any]) -> list[str]:
    return [it for line in lines for it in ([line] if isinstance(line, str) else _flat(line))]


def _dotenv(path: Path | None) -> dict[str, str]:
    return dict(line.split("=", 1) for line in path.read_text().splitlines()) if path else {}
