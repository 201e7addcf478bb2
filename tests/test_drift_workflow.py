"""The workflow that looks every night: quiet while all agrees, and readable when something does not."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest
import time_machine

from tests.github_workflow import Hub, JobRun
from tests.shipping import NAME, done, line
from tests.support import GitRepository

FILE = Path(__file__).parents[1] / "examples/github/drift.yml"
LOOKS = (
    "Tags that were moved",
    "Files, lock, tags and pointers",
    "Splits that stand longer than they were meant to",
)


def drift(repository: GitRepository, **variables: str) -> JobRun:
    folder = repository.folder.parent
    hub = Hub(bare=folder / "origin.git", folder=folder, variables=variables)
    return hub.run(FILE, "schedule", repository.git("rev-parse", "origin/main"))["drift"]


def test_a_night_on_which_all_agrees_and_nobody_signs(tmp_path: Path) -> None:
    job = drift(line(tmp_path, staged=("1.0.0",)), PROMPTCTL_SIGNED="true")
    assert job.result == "failure"
    assert {name: code for name, code in job.steps.items() if code} == {"Signatures": 1}
    assert "    0 errors, " in job.summary
    assert "unsigned" in job.summary


@pytest.mark.long
def test_a_lock_that_does_not_fit_and_a_tag_that_was_moved(tmp_path: Path) -> None:
    repository = line(tmp_path, staged=("1.0.0",))
    repository.commit({f"prompts/{NAME}/prompt.yaml": "model: echo:echo\ntemplate: Hi\n"})
    tag = f"prompts/{NAME}@v1.0.0"
    repository.git("push", "-q", "origin", "main", f"+refs/tags/prompts/{NAME}@v1.1.0:refs/tags/{tag}")
    job = drift(repository)
    assert [job.steps[it] for it in LOOKS[1:]] == [1, 0]
    assert "    error[modified]: " in job.summary
    assert "    error[tag-moved]: " in job.summary
    assert job.steps["Releases"] == 1


@pytest.mark.long
def test_a_split_that_stands_too_long(tmp_path: Path) -> None:
    repository = line(tmp_path, staged=("1.0.0",))
    steps = ("--steps", "50,100", "--minimum-requests", "10", "--minimum-minutes", "0")
    with time_machine.travel(datetime.now(UTC) - timedelta(days=40), tick=False):
        done(repository, "rollout", "start", f"{NAME}@1.1.0", "staging", *steps)
    job = drift(repository)
    assert [job.steps[it] for it in LOOKS] == [0, 0, 1]
    assert "    notice[split-stale] in staging: " in job.summary
    assert f"repair: promptctl rollout advance {NAME} staging" in job.summary
