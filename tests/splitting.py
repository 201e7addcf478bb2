"""Splits put into pointers on the shared state branch, as the commands that start them do."""

from __future__ import annotations

from datetime import UTC, datetime

from promptctl.adapters.git.identity import committer
from promptctl.adapters.repository import Repository
from promptctl.adapters.state import State, read_state
from promptctl.core.moves.pointer import Served
from promptctl.core.releases.version import version
from promptctl.core.splits.split import WHOLE, Arm, Split
from promptctl.workflows.publish import Edit, publish
from promptctl.workflows.releases import read_release, witnesses
from promptctl.workflows.splitting import SplitMove, change_of, split_files
from tests.shipping import NAME
from tests.support import GitRepository


def start_split(repository: GitRepository, canary: str, percent: int = 25, environment: str = "staging") -> Split:
    """A rollout of a version beside what is served, put on the state branch and pushed."""
    opened = Repository(repository.folder)
    pointer = read_state(opened).live(environment, NAME)
    assert pointer
    release = read_release(opened, NAME, version(canary), witnesses(opened))
    arms = (
        Arm(name="stable", served=pointer.served, ranges=((percent * 100, WHOLE),)),
        Arm(name="canary", served=Served(release.version, release.digest), ranges=((0, percent * 100),)),
    )
    split = Split(kind="rollout", id=f"triage-{canary}", salt="8f3a", unit="user", state="running", arms=arms)
    move_split(opened, split, environment)
    return split


def move_split(repository: Repository, split: Split, environment: str = "staging", action: str = "start") -> None:
    """Puts a split into the pointer by a move."""

    def build(state: State) -> Edit:
        live = state.live(environment, NAME)
        assert live
        move = SplitMove(
            kind="split", served=live.served, split=split, change=change_of(split, action), reason="a test"
        )
        by, now = committer(repository.git).person, datetime(2026, 11, 21, 12, tzinfo=UTC)
        return Edit(files=split_files(state, environment, NAME, live, move, by, now), message=f"split: {action}")

    publish(repository, f"split {split.id} {action}", build)
