"""``drift`` tells splits that stand longer than they were meant to, and those without a plan."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import pytest

from promptctl.adapters.repository import Repository
from promptctl.core.splits.split import Split
from promptctl.core.splits.split_age import experiment_overdue, rollout_overdue
from promptctl.core.timestamp import timestamp
from tests.core.experiments.plans import TEXT, experiment
from tests.drifting import only, pushed
from tests.shipping import NAME, OTHER, done, line, lived
from tests.splitting import move_split, start_split
from tests.support import GitRepository

NOON = datetime(2026, 11, 21, 12, tzinfo=UTC)
HOUR = timedelta(hours=1)
STEPS = {"steps": [5, 25, 50, 100], "since": timestamp(NOON)}


def rollout(**rules: Any) -> Split:
    return Split(kind="rollout", id="x", salt="8f3a", unit="user", state="running", arms=(), rules=STEPS | rules)


@pytest.mark.parametrize(
    ("minutes", "after", "overdue"),
    [
        (30, 2 * HOUR, None),
        (30, 24 * HOUR, None),
        (30, 25 * HOUR, HOUR),
        (720, 48 * HOUR, None),
        (720, 49 * HOUR, HOUR),
        (0, 26 * HOUR, 2 * HOUR),
        (10**12, 49 * HOUR, None),
    ],
)
def test_a_step_takes_no_longer_than_all_were_meant_to(
    minutes: int, after: timedelta, overdue: timedelta | None
) -> None:
    assert rollout_overdue(rollout(minimum={"minutes": minutes}), NOON + after) == overdue


def test_a_rollout_without_times_is_not_judged() -> None:
    assert rollout_overdue(replace(rollout(), rules={}), NOON) is None
    assert rollout_overdue(rollout(), NOON + 30 * HOUR) == 6 * HOUR


def running(old: str, new: str) -> str:
    digest = "sha256:" + "0" * 64
    counting = f"{{since: {timestamp(NOON)}, sample: 12000, plan: '{digest}', counted: '{digest}'}}"
    assert old in TEXT
    return TEXT.replace(old, new) + f"state: running\nstarted: {timestamp(NOON)}\ncounting: {counting}\n"


DAY = 24 * HOUR
ENDS = "  ends: 2026-12-31\n"


@pytest.mark.parametrize(
    ("new", "after", "overdue"),
    [
        (ENDS, 40 * DAY, None),
        (ENDS, 41 * DAY, DAY / 2),
        ("  ends: 9999-12-31\n", 41 * DAY, None),
        ("", 28 * DAY, None),
        ("", 29 * DAY, DAY),
    ],
)
def test_an_experiment_ends_on_its_last_day_or_after_its_looks(
    new: str, after: timedelta, overdue: timedelta | None
) -> None:
    assert experiment_overdue(experiment(running(ENDS, new)), NOON + after) == overdue


def test_a_draft_is_not_judged() -> None:
    assert experiment_overdue(experiment(), NOON + 999 * DAY) is None


def both_staged(folder: Path) -> None:
    done(line(folder, staged=("1.0.0", "1.1.0", "1.2.0")), "promote", OTHER, "staging")


@pytest.fixture
def repository(tmp_path: Path) -> GitRepository:
    return lived(both_staged, tmp_path)


def changed(repository: GitRepository, split: Split, **fields: Any) -> None:
    move_split(Repository(repository.folder), replace(split, **fields), action="pause")


def test_drift_tells_a_rollout_that_stands_still(repository: GitRepository) -> None:
    split = start_split(repository, "1.1.0")
    assert done(repository, "drift", "--json").data["findings"] == []
    past = {"steps": [5, 100], "minimum": {"minutes": 30}, "since": timestamp(datetime.now(UTC) - 74 * HOUR)}
    changed(repository, split, rules=past)
    found = only(repository, "split-stale")
    assert (found["prompt"], found["environment"]) == (NAME, "staging")
    assert found["message"] == "the rollout triage-1.1.0 should have moved on 2 days ago"
    assert found["repair"] == f"promptctl rollout advance {NAME} staging"
    changed(repository, split, rules=past, state="paused")
    found = only(repository, "split-stale")
    assert found["message"] == "the rollout triage-1.1.0 is paused, and should have moved on 2 days ago"
    assert found["repair"] == f"promptctl rollout resume {NAME} staging"


def test_drift_tells_an_experiment_without_a_plan_or_past_its_end(repository: GitRepository) -> None:
    split = start_split(repository, "1.1.0")
    changed(repository, split, kind="experiment", id="triage-tone")
    assert "has no plan on main at" in only(repository, "split-stale")["message"]
    plan, path = running(ENDS, ""), "prompts/experiments/triage-tone.yaml"
    repository.git("pull", "-q", "--rebase")
    pushed(repository, {path: plan.replace("minimum_effect", "minimum_efect")})
    assert "has no plan that can be read: `design` lacks" in only(repository, "split-stale")["message"]
    pushed(repository, {path: plan.replace(timestamp(NOON), "2026-10-01T00:00:00Z")})
    found = only(repository, "split-stale")
    assert found["repair"] == "promptctl experiment advance triage-tone"
    pushed(repository, {path: plan.replace(timestamp(NOON), timestamp(datetime.now(UTC)))})
    assert done(repository, "drift", "--json").data["findings"] == []


def test_an_arm_that_was_withdrawn_is_told(repository: GitRepository) -> None:
    start_split(repository, "1.1.0")
    done(repository, "retire", f"{NAME}@1.1.0", "--reason", "leaks addresses")
    repository.git("pull", "-q", "--rebase", "--autostash")
    pushed(repository)
    assert only(repository, "retired-served")["version"] == "1.1.0"
