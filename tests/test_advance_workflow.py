"""The workflow that decides on a schedule: every step of it that is a script, run on a clone of a real remote."""

from __future__ import annotations

import os
import re
import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest
import yaml

from promptctl.adapters.repository import Repository
from promptctl.adapters.state import read_state
from tests.forking import program
from tests.shipping import NAME, done, line
from tests.support import GitRepository, Ran

ROOT = Path(__file__).parents[1]
FILE = ROOT / "examples/github/advance.yml"
PINNED = re.compile(r"[a-z-]+/[a-z-]+@[0-9a-f]{40}")
START = (
    *("rollout", "start", f"{NAME}@1.1.0", "staging", "--steps", "50,100", "--minimum-requests", "10"),
    *("--minimum-minutes", "0", "--health", "error_rate=0.05"),
)


def workflow() -> Any:
    # YAML 1.1 takes the key "on" for a truth.
    return yaml.safe_load(FILE.read_text(encoding="utf-8"))


def steps() -> dict[str, dict[str, Any]]:
    """The steps that are scripts, by their names."""
    return {step["name"]: step for step in workflow()["jobs"]["advance"]["steps"] if "run" in step}


def test_it_has_one_right_one_run_at_a_time_and_nothing_that_moves() -> None:
    found = workflow()
    job = found["jobs"]["advance"]
    assert (found["permissions"], job["permissions"]) == ({}, {"contents": "write"})
    assert found["concurrency"] == {"group": "promptctl-advance", "cancel-in-progress": False}
    assert job["timeout-minutes"] <= 10
    used = [step["uses"] for step in job["steps"] if "uses" in step]
    assert len(used) == 2
    assert all(PINNED.fullmatch(it) for it in used)
    others = [(ROOT / ".github/workflows" / name).read_text() for name in ("checks.yml", "prompts.yml")]
    assert all(any(it in text for text in others) for it in used)
    assert not any("${{" in step["run"] for step in steps().values())


class Job:
    """A run of the workflow on a checkout; ``given`` is what its form and the repository's secrets hold."""

    def __init__(self, checkout: Path, temporary: Path, **given: str) -> None:
        self.checkout, self.temporary, self.given = checkout, temporary, given
        self.summary = temporary / "summary"
        self.summary.touch()

    def run(self, name: str, **changed: str) -> Ran:
        step, found = steps()[name], workflow()["jobs"]["advance"]
        written = {**found.get("env", {}), **step.get("env", {})}
        folders = (program(self.temporary / "program"), Path(sys.executable).parent, os.environ["PATH"])
        environment = {
            **os.environ,
            "CI": "true",
            "GITHUB_STEP_SUMMARY": str(self.summary),
            "PATH": os.pathsep.join(map(str, folders)),
            **{key: self._value(value) for key, value in written.items()},
            **changed,
        }
        command = ["bash", "--noprofile", "--norc", "-e", "-o", "pipefail", "-c", step["run"]]
        run = subprocess.run(command, cwd=self.checkout, env=environment, capture_output=True, text=True, check=False)
        return Ran(run.returncode, run.stdout, run.stderr)

    def _value(self, text: str) -> str:
        return re.sub(r"\$\{\{ [a-z]+\.([A-Za-z_]+) \}\}", lambda found: self.given.get(found[1], ""), text)


@pytest.fixture
def repository(tmp_path: Path) -> GitRepository:
    found = line(tmp_path, staged=("1.0.0",))
    done(found, *START)
    return found


def job(repository: GitRepository, tmp_path: Path, **given: str) -> Job:
    checkout = repository.clone(tmp_path / "checkout").folder
    for key in ("user.name", "user.email"):
        GitRepository(checkout).git("config", key, "")
    (tmp_path / "runner").mkdir()
    return Job(checkout, tmp_path / "runner", workflow="advance", **given)


def split(repository: GitRepository) -> Any:
    repository.git("fetch", "-q")
    pointer = read_state(Repository(repository.folder)).live("staging", NAME)
    return pointer and pointer.split


def test_every_script_of_it_runs(repository: GitRepository, tmp_path: Path) -> None:
    store = failing(repository, tmp_path)
    run = job(repository, tmp_path, environment="staging", PROMPTCTL_EVENTS=store)
    assert run.run("Sign moves as this workflow").code == 0
    decided = run.run("Rollouts")
    assert decided.code == 1, decided
    assert "error_rate" in decided.out
    assert split(repository) is None
    move = read_state(Repository(repository.folder)).moves("staging", NAME).entries[-1]
    assert (move.kind, move.by) == ("rollback", "advance <advance@users.noreply.github.com>")
    again = run.run("Rollouts")
    assert (again.code, again.out) == (0, "no rollout is under way in staging\n")
    experiments = run.run("Experiments")
    assert (experiments.code, experiments.out) == (0, "no experiment is running\n")
    assert run.run("What is live now").code == 0
    assert f"{NAME}  locked  1.2.0  1.0.0" in re.sub(" {2,}", "  ", run.summary.read_text())
    assert set(steps()) == {"Install", "Sign moves as this workflow", "Rollouts", "Experiments", "What is live now"}


@pytest.mark.long
def test_what_it_installs_is_what_is_named(tmp_path: Path) -> None:
    """What is there already, since tests are offline."""
    installed = Job(tmp_path, tmp_path).run("Install", PROMPTCTL="git-promptctl", PIP_NO_INDEX="1")
    assert installed.code == 0, installed
    assert Job(tmp_path, tmp_path).run("Install", PROMPTCTL="git-promptctl==99", PIP_NO_INDEX="1").code == 1


def test_a_schedule_without_a_store_says_what_is_missing_and_decides_nothing(
    repository: GitRepository, tmp_path: Path
) -> None:
    run = job(repository, tmp_path, environment="staging")
    assert run.run("Sign moves as this workflow").code == 0
    refused = run.run("Rollouts")
    assert refused.code in (3, 4), refused
    assert split(repository)


def test_what_is_typed_into_the_form_runs_nothing(repository: GitRepository, tmp_path: Path) -> None:
    hostile = '$(touch hacked)"; touch hacked; "'
    run = job(repository, tmp_path, environment=hostile)
    refused = run.run("Rollouts")
    assert refused.code == 2, refused
    assert list(tmp_path.rglob("hacked")) == []


def failing(repository: GitRepository, folder: Path) -> str:
    """A store in which half of the canary's calls failed since the rollout began."""
    from datetime import UTC, datetime

    from promptctl.core.reporting.window import microseconds
    from tests.event_samples import event
    from tests.event_stores import write_sqlite

    found, now = split(repository), microseconds(datetime.now(UTC))
    calls = [
        event(
            number,
            at=now,
            prompt=NAME,
            environment="staging",
            version=str(arm.served.version),
            digest=arm.served.digest,
            arm=arm.name,
            split=found.id,
            reason="split",
            unit=f"user-{number}",
            status="failing" if arm.name == "canary" and number % 3 else "ok",
        )
        for number in range(400)
        for arm in (found.arms[number % 2],)
    ]
    return write_sqlite(folder / "calls.sqlite3", calls)
