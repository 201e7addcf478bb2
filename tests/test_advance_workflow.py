"""The workflow that decides on a schedule, on a clone of a real remote."""

from __future__ import annotations

import re
from pathlib import Path
from typing import Any

import pytest

from promptctl.adapters.repository import Repository
from promptctl.adapters.state import read_state
from tests.github_workflow import Hub, JobRun
from tests.shipping import NAME, done, line
from tests.support import GitRepository

FILE = Path(__file__).parents[1] / "examples/github/advance.yml"
START = (
    *("rollout", "start", f"{NAME}@1.1.0", "staging", "--steps", "50,100", "--minimum-requests", "10"),
    *("--minimum-minutes", "0", "--health", "error_rate=0.05"),
)


@pytest.fixture
def repository(tmp_path: Path) -> GitRepository:
    found = line(tmp_path, staged=("1.0.0",))
    done(found, *START)
    return found


def advance(repository: GitRepository, store: str = "", environment: str = "staging") -> dict[str, JobRun]:
    """One run, started by hand; ``store`` is the secret of where calls are kept."""
    folder = repository.folder.parent
    place = {"PROMPTCTL_BUNDLE": f"file://{folder}/prod.bundle.json"}
    secrets = {"prod-advance": {"PROMPTCTL_EVENTS": store}} if store else {}
    runs = folder / f"runs-{len(list(folder.iterdir()))}"
    hub = Hub(bare=folder / "origin.git", folder=runs, secrets=secrets, variables=place)
    return hub.run(FILE, "workflow_dispatch", repository.git("rev-parse", "origin/main"), {"environment": environment})


def split(repository: GitRepository) -> Any:
    repository.git("fetch", "-q")
    pointer = read_state(Repository(repository.folder)).live("staging", NAME)
    return pointer and pointer.split


@pytest.mark.long
def test_it_decides_and_the_next_run_finds_nothing_to_decide(repository: GitRepository) -> None:
    store = failing(repository, repository.folder.parent)
    jobs = advance(repository, store)
    assert {name: job.result for name, job in jobs.items()} == {"advance": "failure", "bundle": "success"}
    job = jobs["advance"]
    assert {name: code for name, code in job.steps.items() if code} == {"Rollouts": 1}
    assert "error_rate" in job.summary
    assert f"{NAME}  locked  1.2.0  1.0.0" in re.sub(" {2,}", "  ", job.summary)
    assert split(repository) is None
    move = read_state(Repository(repository.folder)).moves("staging", NAME).entries[-1]
    assert (move.kind, move.by) == ("rollback", "advance <advance@users.noreply.github.com>")
    assert (repository.folder.parent / "prod.bundle.json").exists()
    again = advance(repository, store)["advance"]
    assert again.result == "success"
    assert "    no rollout is under way in staging" in again.summary
    assert "    no experiment is running" in again.summary


def test_without_a_store_it_says_what_is_missing_and_decides_nothing(repository: GitRepository) -> None:
    job = advance(repository)["advance"]
    assert job.result == "failure"
    assert job.steps["Rollouts"] in (3, 4)
    assert split(repository)


@pytest.mark.long
def test_what_is_typed_into_the_form_runs_nothing(repository: GitRepository, tmp_path: Path) -> None:
    job = advance(repository, environment='$(touch hacked)"; touch hacked; "')["advance"]
    assert job.steps["Rollouts"] == 2
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
