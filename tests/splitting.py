"""Splits put into pointers on the shared state branch, as the commands that start them will."""

from __future__ import annotations

from dataclasses import replace

from promptctl.adapters.repository import Repository
from promptctl.adapters.state import read_state
from promptctl.adapters.yaml_documents import yaml_bytes
from promptctl.core.pointer import Served
from promptctl.core.split import WHOLE, Arm, Split
from promptctl.core.version import version
from promptctl.workflows.releases import find_tag, read_release, witnesses
from tests.shipping import NAME, pointer_file
from tests.support import GitRepository


def start_split(repository: GitRepository, canary: str, percent: int = 25, environment: str = "staging") -> Split:
    """A rollout of a version beside what is served, committed on main and pushed."""
    opened = Repository(repository.folder)
    pointer = read_state(opened).live(environment, NAME)
    assert pointer
    release = read_release(opened, NAME, version(canary), witnesses(opened))
    assert find_tag(opened, NAME, release.version)
    arms = (
        Arm(name="stable", served=pointer.served, ranges=((percent * 100, WHOLE),)),
        Arm(name="canary", served=Served(release.version, release.digest), ranges=((0, percent * 100),)),
    )
    split = Split(kind="rollout", id=f"triage-{canary}", salt="8f3a", unit="user", state="running", arms=arms)
    repository.git("pull", "-q", "--rebase")
    repository.commit({pointer_file(environment): yaml_bytes(replace(pointer, split=split).to_dict())}, "split")
    repository.git("push", "-q", "origin", "main")
    return split
