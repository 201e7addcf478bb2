"""Takes a change through the check as CI does, and says what is wrong with what happened."""

from __future__ import annotations

import json
import os
import re
import subprocess
import sys
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from tests.github_runner import heard, read_outputs
from tests.hostile_change.change import Change
from tests.hostile_change.scene import MARK, Scene
from tests.hostile_change.terminal import obeyed
from tests.hostile_change.watched import Started, run_watched
from tests.snapshot import changed, snap
from tests.support import GitRepository

EXITS = {"pass": 0, "fail": 1, "unknown": 3, "error": 2}
MOST_SECONDS, MOST_MEMORY = 20.0, 512


@dataclass(frozen=True, kw_only=True)
class Seen:
    """What a check left behind: its exit code, all that it wrote, the annotations, and which programs it started."""

    code: int
    log: str
    summary: str
    outputs: Mapping[str, str]
    started: Started

    @property
    def said(self) -> str:
        return self.log + self.summary + json.dumps(dict(self.outputs))

    @property
    def errors(self) -> list[tuple[str, str]]:
        """File and message of each annotation that is an error."""
        return [(found.get("file", ""), message) for name, found, message in heard(self.log) if name == "error"]


def checkout(scene: Scene, commit: str, depth: int = 2) -> GitRepository:
    """A detached checkout of one commit, as the checkout action makes it."""
    folder = scene.fresh()
    subprocess.run(["git", "init", "-q", str(folder)], check=True)
    found = GitRepository(folder)
    found.git("remote", "add", "origin", f"file://{scene.bare.folder}")
    found.git("fetch", "-q", "--no-tags", f"--depth={depth}", "origin", f"+{commit}:refs/remotes/pull/1/merge")
    found.git("checkout", "-q", "--force", "refs/remotes/pull/1/merge")
    return found


def event_of(scene: Scene, change: Change) -> dict[str, Any]:
    """What the runner is told of the pull request, its author's words among it."""
    head = {"ref": change.branch, "sha": scene.bare.git("rev-parse", "refs/pull/1/head"), "repo": {"fork": True}}
    base = {"ref": "main", "sha": scene.bare.git("rev-parse", "main")}
    pull = {"number": 1, "title": change.title, "head": head, "base": base}
    return {"repository": {"default_branch": "main"}, "pull_request": pull}


def variables(scene: Scene, change: Change, folder: Path) -> dict[str, str]:
    """The environment of a step of the job."""
    folder.mkdir(exist_ok=True)
    (folder / "event.json").write_text(json.dumps(event_of(scene, change)))
    for name in ("output", "summary", "env", "path"):
        (folder / name).write_text("")
    return {
        **scene.secrets,
        **scene.trust,
        "CI": "true",
        "GITHUB_ACTIONS": "true",
        "GITHUB_EVENT_NAME": "pull_request",
        "GITHUB_EVENT_PATH": str(folder / "event.json"),
        "GITHUB_BASE_REF": "main",
        "GITHUB_HEAD_REF": change.branch,
        "GITHUB_OUTPUT": str(folder / "output"),
        "GITHUB_STEP_SUMMARY": str(folder / "summary"),
        "GITHUB_ENV": str(folder / "env"),
        "GITHUB_PATH": str(folder / "path"),
    }


def check(scene: Scene, change: Change, *, thorough: bool = False) -> tuple[Seen, list[str]]:
    """Commits the change, checks it as a stranger's, and says what was wrong; the remote is as before then."""
    scene.commit(change)
    try:
        line = ("ci", "--untrusted", "--github", "--fetch", *change.options)
        seen, faults = see(scene, change, *line, thorough=thorough)
        return seen, [*found_faults(scene, change, seen), *faults]
    finally:
        scene.withdraw(change)


def see(scene: Scene, change: Change, *line: str, thorough: bool = False) -> tuple[Seen, list[str]]:
    """A command in a job that has the committed change checked out, and what it changed or left there."""
    clone = checkout(scene, scene.bare.git("rev-parse", "refs/pull/1/merge"))
    before, theirs = snap(clone), snap_bare(scene)
    told = scene.folder / "step"
    started = run_watched(line, clone.folder, {**os.environ, **variables(scene, change, told)}, thorough=thorough)
    seen = Seen(
        code=started.code,
        log=started.out + started.err,
        summary=(told / "summary").read_text(),
        outputs=read_outputs((told / "output").read_text()),
        started=started,
    )
    faults = [f"the runner's {name} was written" for name in ("env", "path") if (told / name).read_text()]
    faults += [f"changed in the checkout: {sorted(it)[:4]}" for it in [changed(before, snap(clone))] if it]
    return seen, [*faults, *(["changed on the remote"] if theirs != snap_bare(scene) else [])]


def snap_bare(scene: Scene) -> str:
    return scene.bare.git("for-each-ref")


def found_faults(scene: Scene, change: Change, seen: Seen) -> Iterator[str]:
    """What must not be, of any change of a stranger's."""
    yield from safety_faults(scene, change, seen.said, seen.started)
    yield from answer_faults(seen)
    outcome = seen.outputs.get("outcome", "")
    if outcome not in (change.outcome, *(("fail", "unknown") if change.outcome == "no" else ())):
        yield f"the outcome is {outcome}, not {change.outcome}"
    if change.where is not None and not any(
        file == change.where and re.search(change.says, message, re.DOTALL) for file, message in seen.errors
    ):
        yield f"no error at {change.where} that says {change.says!r}: {seen.errors}"
    if change.outcome == "pass" and seen.errors:
        yield f"errors, and a pass: {seen.errors}"


def answer_faults(seen: Seen) -> Iterator[str]:
    """What is wrong with the way in which a job is told."""
    outcome = seen.outputs.get("outcome", "")
    if seen.code != EXITS.get(outcome):
        yield f"exit {seen.code} for {outcome}"
    for name, found, _ in heard(seen.log):
        if name not in ("error", "warning", "notice"):
            yield f"the runner hears {name}"
        if not {"file", "title"} <= found.keys() <= {"file", "title", "line", "col"}:
            yield f"an annotation of {sorted(found)}"


def safety_faults(scene: Scene, change: Change, said: str, started: Started) -> Iterator[str]:
    """What ran, leaked, spoke to the runner or took too much."""
    if dead := sorted(path.name for path in scene.canary.iterdir()):
        yield f"it ran: {dead}"
    if asked := scene.asked():
        yield f"{asked} connections"
    if MARK in said:
        yield f"a secret: {said[max(0, said.index(MARK) - 80) : said.index(MARK) + 30]!r}"
    if "Traceback (most" in said:
        yield "a traceback"
    if place := obeyed(said):
        yield f"a terminal obeys: {place}"
    if started.code not in (0, 1, 2, 3, 4):
        yield f"exit {started.code}: {started.err[-600:]}"
    if started.seconds > MOST_SECONDS or started.memory > MOST_MEMORY:
        yield f"{started.seconds:.1f} s of the processor, {started.memory} MiB"
    for strange in started.strange(python=sys.executable):
        yield f"started {strange}"
