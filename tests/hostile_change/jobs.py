"""Other jobs that a hostile change may meet: the whole action, and the check of members, who run their own suites."""

from __future__ import annotations

import json
from collections.abc import Iterator
from pathlib import Path

from tests.github_api import Api
from tests.github_runner import ROOT, ActionRun, Runner
from tests.hostile_change.change import Change
from tests.hostile_change.check import (
    Seen,
    answer_faults,
    checkout,
    event_of,
    found_faults,
    safety_faults,
    see,
    snap_bare,
)
from tests.hostile_change.scene import MARK, Scene
from tests.hostile_change.terminal import obeyed
from tests.hostile_change.watched import Started
from tests.snapshot import changed, snap

REPORTS = ("promptctl.sarif", "junit.xml")
MOST_OF_A_COMMENT = 65_536


def member(scene: Scene, change: Change) -> list[str]:
    """What is wrong with plain ``ci``, which may run the suite of a change and nothing else that it brings."""
    scene.commit(change)
    try:
        seen, faults = see(scene, change, "ci", "--github", "--fetch", *change.options)
        safety = safety_faults(scene, change, seen.said, seen.started)
        own = ("it ran", "started", *(["a secret", "exit"] if change.runs else []))
        allowed = own if change.runs else ()
        return [*faults, *answer_faults(seen), *(it for it in safety if not it.startswith(allowed))]
    finally:
        scene.withdraw(change)


def act(scene: Scene, change: Change, api: Api) -> list[str]:
    """What is wrong with a run of the action over a stranger's change, with all that it writes."""
    merge = scene.commit(change)
    try:
        clone = checkout(scene, merge, depth=1)
        event = dict(event_of(scene, change))
        event["pull_request"] = {**event["pull_request"], "number": 7}
        runner = Runner(
            checkout=clone.folder,
            temporary=scene.fresh(),
            event=event,
            variables={**scene.secrets, **scene.trust, **api.variables, "GITHUB_HEAD_REF": change.branch},
        )
        before, theirs = snap(clone), snap_bare(scene)
        given = {"install": "none", "untrusted": "true", "comment": "true", "sarif": REPORTS[0], "junit": REPORTS[1]}
        given |= {"max-cost": change.options[1]} if change.options else {}
        done = runner.run(ROOT, **given)
        left = changed(before, snap(clone)) - {f"file {name}" for name in REPORTS}
        return [
            *found_faults(scene, change, _seen(done)),
            *_written_faults(clone.folder, done, api),
            *(f"changed in the checkout: {key}" for key in sorted(left)[:4]),
            *(["changed on the remote"] if theirs != snap_bare(scene) else []),
            *(f"the runner's {name} was written" for name, text in scene.secrets.items() if _lost(scene, name, text)),
        ]
    finally:
        scene.withdraw(change)


def _lost(scene: Scene, name: str, text: str) -> bool:
    return (scene.folder / "runner" / name.lower()).read_text() != text + "\n"


def _seen(done: ActionRun) -> Seen:
    started = Started(code=done.code, out="", err="", programs=())
    return Seen(code=done.code, log=done.log, summary=done.summary, outputs=done.outputs, started=started)


def _written_faults(checkout: Path, done: ActionRun, api: Api) -> Iterator[str]:
    """What is wrong with reports and the comment."""
    named = [Path(path) for name, path in done.outputs.items() if name.endswith("-file")]
    if {path.name for path in named} != {"report.md", "comment.md", *REPORTS}:
        yield f"files: {[str(path) for path in named]}"
    texts = {path.name: path.read_text("utf-8") for path in named}
    bodies = [str(it["body"]) for it in api.comments]
    api.comments.clear()
    for name, text in [*texts.items(), *(("the comment", body) for body in bodies)]:
        if MARK in text:
            yield f"a secret in {name}"
        if place := obeyed(text):
            yield f"{name} is not inert: {place}"
    yield from (f"{path} is a link" for path in named if path.is_symlink())
    yield from [] if len(bodies) == 1 else [f"{len(bodies)} comments"]
    yield from (f"a comment of {len(body)} characters" for body in bodies if len(body) > MOST_OF_A_COMMENT)
    json.loads(texts.get(REPORTS[0], "{}"))
