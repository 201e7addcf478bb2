"""Where files and lock disagree, and where a lock lost what its base knew."""

from __future__ import annotations

from dataclasses import replace

from promptctl.core.drift import LEVELS, Drift, lock_drift, rewritten
from promptctl.core.lockfile import LockEntry, Lockfile
from promptctl.core.version import version

ONE, TWO, SIX = (f"sha256:{letter * 64}" for letter in "126")
ENTRY = LockEntry(
    version=version("1.1.0"),
    digest=ONE,
    parts={"messages": ONE, "model": TWO},
    releases={version("1.0.0"): TWO, version("1.1.0"): ONE},
)
LOCK = Lockfile({"a": ENTRY})
PARTS = {"a": dict(ENTRY.parts)}


def kinds(found: tuple[Drift, ...]) -> list[tuple[str, str, str | None, str | None]]:
    return [(drift.kind, drift.prompt, drift.expected, drift.actual) for drift in found]


def test_files_and_lock_that_agree() -> None:
    assert lock_drift(LOCK, {"a": ONE}, PARTS) == ()
    assert lock_drift(Lockfile(), {}, {}) == ()


def test_each_disagreement_has_its_kind_and_both_digests() -> None:
    assert kinds(lock_drift(LOCK, {"a": TWO}, PARTS)) == [("modified", "a", ONE, TWO)]
    assert kinds(lock_drift(Lockfile(), {"a": ONE}, {})) == [("unlocked", "a", None, ONE)]
    assert kinds(lock_drift(LOCK, {}, {})) == [("orphaned", "a", ONE, None)]
    lost = Lockfile({"a": replace(ENTRY, releases={version("1.0.0"): TWO})})
    assert kinds(lock_drift(lost, {"a": ONE}, PARTS)) == [("lock-broken", "a", ONE, None)]
    changed = Lockfile({"a": replace(ENTRY, releases={version("1.1.0"): SIX})})
    assert kinds(lock_drift(changed, {"a": ONE}, PARTS)) == [("lock-broken", "a", ONE, SIX)]


def test_a_modification_names_the_parts_that_changed() -> None:
    (found,) = lock_drift(LOCK, {"a": TWO}, {"a": {"messages": TWO, "shared/x.j2": ONE, "model": TWO}})
    assert found.message == "a is not what the lock has for 1.1.0: messages, shared/x.j2 changed"
    assert found.repair == "promptctl lock"
    (same,) = lock_drift(LOCK, {"a": TWO}, PARTS)
    assert same.message.endswith("its form changed")


def test_findings_come_in_the_order_of_names() -> None:
    found = lock_drift(Lockfile({"b": ENTRY, "d": ENTRY}), {"c": ONE, "a": ONE}, {})
    assert [drift.prompt for drift in found] == ["a", "b", "c", "d"]


def test_a_release_that_was_lost_or_changed() -> None:
    lost = Lockfile({"a": replace(ENTRY, releases={version("1.1.0"): ONE})})
    assert kinds(rewritten(LOCK, lost)) == [("lock-rewritten", "a", TWO, None)]
    changed = Lockfile({"a": replace(ENTRY, releases={version("1.0.0"): SIX, version("1.1.0"): ONE})})
    assert kinds(rewritten(LOCK, changed)) == [("lock-rewritten", "a", TWO, SIX)]
    assert rewritten(LOCK, LOCK) == ()
    assert rewritten(LOCK, Lockfile()) == (), "a prompt that is gone is no rewritten release"
    assert rewritten(lost, LOCK) == (), "more releases are no rewriting"


def test_a_finding_as_data() -> None:
    drift = Drift(kind="tag-moved", prompt="a", message="m", repair="r", version=version("1.0.0"), expected=ONE)
    assert drift.level == "error"
    assert drift.to_dict() == {
        "kind": "tag-moved",
        "level": "error",
        "prompt": "a",
        "version": "1.0.0",
        "environment": None,
        "message": "m",
        "expected": ONE,
        "actual": None,
        "repair": "r",
    }
    assert set(LEVELS.values()) == {"error", "notice"}
