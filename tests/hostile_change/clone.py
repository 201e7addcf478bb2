"""A maintainer's clone with a hostile branch checked out: what its commands, its hooks and its Git say and start."""

from __future__ import annotations

import os
import re
import subprocess
from collections.abc import Iterable, Iterator, Sequence
from pathlib import Path

from tests.copying import copy_folder
from tests.forking import program
from tests.hostile_change.change import Change
from tests.hostile_change.check import safety_faults, snap_bare
from tests.hostile_change.scene import MARK, Scene
from tests.hostile_change.team import PAID, TRIAGE_FILE
from tests.hostile_change.terminal import on_terminal
from tests.hostile_change.watched import Started, run_watched
from tests.snapshot import changed, snap
from tests.support import GitRepository, build_files, succeed

NAME = "support/triage"
LINES = [
    *("lint", "fmt --diff", "lock --check", "list", "status", "drift", "doctor", "plan staging", "verify"),
    *("models list", "experiment list", "bundle staging", "cache stats", "fetch", "ci --untrusted --base origin/main"),
    *(f"history {NAME}", f"why {NAME}@1.0.0", f"models route {NAME}", "--complete show ", "git-setup"),
]
OF_A_PROMPT = ["show {}", "render {} -i ticket=x", "render {} -i text=x", "diff {}@main {}", "hash {} --explain"]
OF_A_PROMPT += ["deps {}", "textconv prompts/{}/prompt.yaml"]
HOOKS = [f"hook {hook}" for hook in ("lint", "fmt", "lock-check", "pointer-check", "no-secrets")]
SEEN = ["lint", "status", "plan staging", f"show {NAME}", f"diff {NAME}@main {NAME}", f"render {NAME} -i ticket=x"]
"""What also has a terminal to write to."""
FEW = ["lint", "plan staging", f"render {NAME} -i ticket=x", "hook lint"]
"""What the default suite looks at."""


LARGE = [
    "lint",
    "status",
    "drift",
    "plan staging",
    f"show {NAME}",
    "lock --check",
    f"textconv prompts/{NAME}/prompt.yaml",
]
"""What has to end within bounds where files are large."""


def look(scene: Scene, change: Change, *, few: bool = False) -> list[str]:
    """What is wrong with what happens in a clone of its own that has the change checked out."""
    scene.commit(change)
    try:
        clone = _checked_out(scene)
        return list(_faults(scene, change, clone, few=few)) if clone else []
    finally:
        scene.withdraw(change)


def _checked_out(scene: Scene) -> GitRepository | None:
    """The clone; None where Git itself refuses to check the change out."""
    folder = scene.fresh()
    copy_folder(_prepared(scene).parent, folder)
    clone = GitRepository(folder / "clone")
    clone.git("fetch", "-q", "origin", "+refs/pull/1/head:refs/heads/topic")
    line = ["git", "checkout", "-q", "--force", "topic"]
    done = subprocess.run(line, cwd=clone.folder, capture_output=True, check=False)
    return clone if done.returncode == 0 else None


def _prepared(scene: Scene) -> Path:
    """A clone whose Git knows our drivers, with a branch on which others changed lock and pointer; made once."""
    folder = scene.folder / "maintained" / "clone"
    if not folder.exists():
        folder.parent.mkdir()
        clone = scene.work.clone(folder)
        clone.git("remote", "set-url", "origin", f"file://{scene.bare.folder}")
        clone.git("fetch", "-q", "origin")
        succeed("git-setup", cwd=folder)
        clone.git("switch", "-qc", "kept")
        build_files(folder, {f"{PAID}/prompt.yaml": (folder / PAID / "prompt.yaml").read_text() + "owner: us\n"})
        succeed("lock", cwd=folder)
        pointer = folder / f"prompts/environments/staging/{NAME}.yaml"
        pointer.write_text(pointer.read_text() + "# ours\n")
        clone.commit(message="Ours")
        clone.git("switch", "-q", "main")
    return folder


def _faults(scene: Scene, change: Change, clone: GitRepository, *, few: bool) -> Iterator[str]:
    before, theirs = snap(clone), snap_bare(scene)
    lines = FEW if few else LARGE if change.heavy else [*LINES, *_of_prompts(scene, change)]
    for words in (line.split(" ") for line in lines if not line.startswith("hook ")):
        yield from _told(scene, change, words, clone)
    for words in (line.split() for line in (SEEN[:1] if few or change.heavy else SEEN)):
        yield from _shown(scene, change, words, clone)
    left = {key for key in changed(before, snap(clone)) if not key.startswith(("ref refs/promptctl/", "ref refs/remo"))}
    yield from (f"changed: {key}" for key in sorted(left))
    clone.git("reset", "-q", "--soft", "origin/main")
    for words in (line.split() for line in (lines if few else HOOKS) if line.startswith("hook ")):
        yield from _told(scene, change, words, clone)
    clone.git("reset", "-q", "--soft", "topic")
    yield from _by_git(scene, change, clone)
    yield from ["changed on the remote"] if theirs != snap_bare(scene) else []


def _of_prompts(scene: Scene, change: Change) -> Iterator[str]:
    paths = (re.fullmatch("prompts/(.+)/prompt.yaml", scene.filled(path), re.DOTALL) for path in change.files)
    names = [NAME, *[found[1] for found in paths if found][:2]]
    for name in dict.fromkeys(names):
        yield from (line.replace("{}", name) for line in OF_A_PROMPT)


def _told(scene: Scene, change: Change, words: Sequence[str], clone: GitRepository) -> Iterator[str]:
    known = {**os.environ, **scene.secrets, **scene.trust}
    started = run_watched(words, clone.folder, known, thorough=change.heavy)
    # What is rendered into a pipe is data, whose bytes count.
    said = started.err if words[0] == "render" else started.out + started.err
    yield from _named(words, safety_faults(scene, change, said, started))
    yield from ["a secret in what is rendered"] if MARK in started.out else []


def _shown(scene: Scene, change: Change, words: Sequence[str], clone: GitRepository) -> Iterator[str]:
    line = [str(program(scene.folder / "program") / "promptctl"), *words]
    code, said = on_terminal(line, clone.folder, {**os.environ, **scene.secrets, **scene.trust})
    started = Started(code=code, out=said, err="", programs=())
    yield from _named(["terminal:", *words], safety_faults(scene, change, said, started))


GIT = (
    ("diff", "origin/main", "topic", "--", ":(glob)prompts/**/prompt.yaml"),
    ("log", "-p", "-1", "topic", "--", ":(glob)prompts/**/prompt.yaml"),
    ("blame", "topic", "--", TRIAGE_FILE),
    ("switch", "-q", "--force", "kept"),
    ("merge", "-q", "-m", "Merge", "topic"),
)


def _by_git(scene: Scene, change: Change, clone: GitRepository) -> Iterator[str]:
    """What Git shows and merges by our drivers."""
    for words in GIT:
        line = ["git", "-c", "core.pager=cat", *words]
        known = {**os.environ, **scene.secrets, **scene.trust}
        done = subprocess.run(line, cwd=clone.folder, capture_output=True, env=known, check=False)
        said = (done.stdout + done.stderr).decode("utf-8", "replace")
        yield from _named(line, safety_faults(scene, change, said, Started(code=0, out="", err="", programs=())))


def _named(words: Iterable[str], faults: Iterable[str]) -> Iterator[str]:
    return (f"{' '.join(words)[:120]!a}: {fault}" for fault in faults)
