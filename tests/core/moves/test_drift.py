"""Files against the lock: which kind of finding, with which digests, and nothing where they agree."""

from __future__ import annotations

import pytest

from promptctl.core.moves.drift import LEVELS, lock_drift, rewritten
from promptctl.core.releases.lockfile import LockEntry, Lockfile
from promptctl.core.releases.version import Version

OLD, NEW = "sha256:" + "a" * 64, "sha256:" + "b" * 64
FIRST = Version(1, 0, 0)


def lock(digest: str = OLD, released: str | None = OLD) -> Lockfile:
    releases = {FIRST: released} if released else {}
    entry = LockEntry(version=FIRST, digest=digest, parts={"messages": digest, "inputs": OLD}, releases=releases)
    return Lockfile({"a": entry})


CASES = [
    ("agreement", lock(), {"a": OLD}, None, None, None),
    ("a changed file", lock(), {"a": NEW}, "modified", OLD, NEW),
    ("a prompt without an entry", Lockfile(), {"a": NEW}, "unlocked", None, NEW),
    ("an entry without a prompt", lock(), {}, "orphaned", OLD, None),
    ("a release with another digest", lock(released=NEW), {"a": OLD}, "lock-broken", OLD, NEW),
    ("a version that is no release", lock(released=None), {"a": OLD}, "lock-broken", OLD, None),
]


@pytest.mark.parametrize(
    ("known", "digests", "kind", "expected", "actual"), [row[1:] for row in CASES], ids=[row[0] for row in CASES]
)
def test_files_against_the_lock(
    known: Lockfile, digests: dict[str, str], kind: str | None, expected: str | None, actual: str | None
) -> None:
    found = lock_drift(known, digests, lambda name: {})
    assert [(drift.kind, drift.expected, drift.actual) for drift in found] == (
        [(kind, expected, actual)] if kind else []
    )
    assert all(drift.repair == "promptctl lock" and drift.level == "error" for drift in found)


def test_a_changed_file_names_the_parts_that_changed() -> None:
    found = lock_drift(lock(), {"a": NEW}, lambda name: {"messages": NEW, "inputs": OLD, "shared/tone.j2": NEW})
    assert found[0].message.endswith("messages, shared/tone.j2 changed")


def test_a_release_that_the_base_knows_cannot_go_or_change() -> None:
    assert rewritten(lock(), lock()) == ()
    lost = rewritten(lock(), lock(released=None))
    changed = rewritten(lock(), lock(released=NEW))
    assert [(drift.kind, drift.expected, drift.actual) for drift in lost] == [("lock-rewritten", OLD, None)]
    assert [(drift.expected, drift.actual) for drift in changed] == [(OLD, NEW)]


def test_only_what_waits_for_somebody_is_a_notice() -> None:
    notices = {kind for kind, level in LEVELS.items() if level == "notice"}
    assert notices == {"unreleased", "hotfix", "evidence-stale", "split-stale", "unused", "retired-served"}
