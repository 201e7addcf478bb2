"""Rollouts end to end: an application with its people, and clones that decide about the canary meanwhile."""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path

import pytest

from promptctl import Prompts
from promptctl.adapters.repository import Repository
from promptctl.adapters.state import read_state
from tests.shipping import NAME, done, line, run
from tests.support import GitRepository
from tests.under_load.life import live
from tests.under_load.scenes import SCENES, wrong

PEOPLE = [f"user-{number}" for number in range(800)]
START = (
    *("rollout", "start", f"{NAME}@1.1.0", "staging", "--steps", "5,25,100", "--minimum-requests", "10"),
    *("--minimum-minutes", "0", "--health", "quality:resolved=0.4"),
)


@pytest.fixture
def repository(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> GitRepository:
    monkeypatch.setenv("PROMPTCTL_EVENTS", f"sqlite:{tmp_path / 'events.sqlite3'}")
    found = line(tmp_path, staged=("1.0.0",))
    done(found, *START)
    return found


def used(repository: GitRepository, canary: float) -> set[str]:
    """Everybody asks once and says whether it helped: with the canary this share says so. Who had the canary."""
    bundle, found = repository.folder.parent / "staging.json", set[str]()
    done(repository, "bundle", "staging", "-o", str(bundle))
    with Prompts("staging", source=bundle, refresh_every=0) as prompts:
        for number, person in enumerate(PEOPLE):
            prompt = prompts.get(NAME, unit=person)
            with prompts.call(prompt, ticket="x", user=person) as call:
                call.complete()
            new = prompt.version != "1.0.0"
            prompts.feedback(call.id, resolved=len(found) % 10 < 10 * canary if new else number % 10 < 8)
            found |= {person} if new else set()
    return found


def moves(repository: GitRepository) -> list[str]:
    repository.git("fetch", "-q")
    kept = read_state(Repository(repository.folder)).moves("staging", NAME).entries
    return [f"{move.kind} {(move.split or {}).get('action', '')}".strip() for move in kept]


def at_once(*folders: Path) -> list[tuple[int, str]]:
    """How two decisions end that are made at the same time."""
    command = [sys.executable, "-m", "promptctl", "rollout", "advance", NAME, "staging"]
    pipes = {"stdout": subprocess.PIPE, "stderr": subprocess.STDOUT, "text": True}
    running = [subprocess.Popen(command, cwd=folder, **pipes) for folder in folders]  # type: ignore[call-overload]
    return [(process.wait(), process.communicate()[0]) for process in running]


def test_a_canary_grows_keeps_its_people_and_is_taken_back(repository: GitRepository, tmp_path: Path) -> None:
    other = repository.clone(tmp_path / "other")
    few = used(repository, canary=1)
    done(repository, "rollout", "advance", NAME, "staging")
    more = used(repository, canary=0)
    assert few < more
    ends = at_once(repository.folder, other.folder)
    assert 1 in [code for code, _ in ends], ends
    assert moves(repository) == ["promote", "split start", "split advance", "rollback rollback"]
    assert run(other, "rollout", "advance", NAME, "staging").code == 3
    assert used(repository, canary=0) == set()


@pytest.mark.long
@pytest.mark.timeout(600)
@pytest.mark.parametrize("name", SCENES)
def test_under_load_and_killed(name: str, tmp_path: Path) -> None:
    scene = SCENES[name]
    lived = live(tmp_path, scene.conducts, scene.start, scene.decide, plan=scene.plan, seed=1, kills=0.4)
    assert list(wrong(scene, lived)) == []
