"""Proposals: tables of base, change and what is taken, and laws over all of them."""

from __future__ import annotations

from typing import Any

import pytest
from hypothesis import assume, given
from hypothesis import strategies as st

from promptctl.core.releases.lockfile import LockEntry
from promptctl.core.releases.proposal import NEVER_RELEASED, PromptBase, Wish, free_version, high_enough, propose
from promptctl.core.releases.version import ORDER, Change, Version, version
from promptctl.errors import StateError
from tests.core.releases.test_version import versions

OLD, NEW, ELSE = (f"sha256:{letter * 64}" for letter in "abe")


def entry(text: str, digest: str = OLD, retired: dict[str, str] | None = None, **releases: str) -> LockEntry:
    """An entry at a version; ``v1_0_0=…`` adds releases."""
    more = {version(key[1:].replace("_", ".")): found for key, found in releases.items()}
    withdrawn = {version(key): reason for key, reason in (retired or {}).items()}
    return LockEntry(
        version=version(text), digest=digest, parts={}, releases={**more, version(text): digest}, retired=withdrawn
    )


def base(text: str | None = "1.0.0", *, taken: dict[str, str | None] | None = None) -> PromptBase:
    found = {version(key): digest for key, digest in (taken or {}).items()}
    return start_of(entry(text), taken=found) if text else PromptBase(taken=found)


def start_of(found: LockEntry, **more: Any) -> PromptBase:
    """The base that a lock's entry is."""
    return PromptBase(
        version=found.version, digest=found.digest, releases=found.releases, retired=found.retired, **more
    )


def proposed(
    start: PromptBase, change: Change = "minor", now: LockEntry | None = None, content: str = NEW, **wish: Any
) -> LockEntry:
    return propose("a", content, {"messages": content}, start, change, now, Wish(**wish))


@pytest.mark.parametrize(
    ("start", "change", "wish", "after"),
    [
        (base(None), "minor", {}, "1.0.0"),
        (base(None), "minor", {"step": "major"}, "1.0.0"),
        (base(None), "minor", {"candidate": True}, "1.0.0-rc.1"),
        (base(None, taken={"1.0.0": None}), "minor", {}, "1.1.0"),
        (base(None, taken={"1.0.0": ELSE, "1.1.0": ELSE}), "minor", {}, "1.2.0"),
        (base(), "minor", {}, "1.1.0"),
        (base(), "major", {}, "2.0.0"),
        (base(), "minor", {"step": "patch"}, "1.0.1"),
        (base(), "minor", {"step": "major"}, "2.0.0"),
        (base(), "major", {"step": "minor", "allow_breaking": True}, "1.1.0"),
        (base(), "major", {"step": "patch", "allow_breaking": True}, "1.0.1"),
        (base(taken={"1.1.0": ELSE}), "minor", {}, "1.2.0"),
        (base(taken={"1.1.0": None, "1.2.0": ELSE}), "minor", {}, "1.3.0"),
        (base(taken={"2.0.0": ELSE}), "major", {}, "3.0.0"),
        (base(), "minor", {"candidate": True}, "1.1.0-rc.1"),
        (base(taken={"1.1.0-rc.1": None}), "minor", {"candidate": True}, "1.1.0-rc.2"),
        (base(taken={"1.1.0": ELSE}), "minor", {"candidate": True}, "1.2.0-rc.1"),
        (base("1.1.0-rc.1"), "minor", {"candidate": True}, "1.1.0-rc.2"),
        (base("1.1.0-rc.1", taken={"1.1.0-rc.1": OLD}), "minor", {"candidate": True}, "1.1.0-rc.2"),
        (base("1.1.0-rc.1"), "minor", {}, "1.1.0"),
        (base("1.1.0-rc.1"), "major", {}, "2.0.0"),
    ],
)
def test_the_next_version(start: PromptBase, change: Change, wish: dict[str, Any], after: str) -> None:
    found = proposed(start, change, **wish)
    assert str(found.version) == after
    assert found.digest == found.releases[found.version] == NEW
    assert found.parts == {"messages": NEW}


@pytest.mark.parametrize("step", ["patch", "minor"])
def test_a_step_below_a_breaking_change_is_refused(step: Change) -> None:
    with pytest.raises(StateError, match=f"a major version, not a {step} one") as caught:
        proposed(base(), "major", step=step)
    assert (caught.value.code, caught.value.exit_code) == ("PC027", 3)
    assert caught.value.hint == "promptctl lock a --bump major, or --allow-breaking"


def test_unchanged_files_keep_their_version_unless_a_step_is_asked_for() -> None:
    start = base("1.1.0-rc.1")
    assert str(proposed(start, "none", content=OLD).version) == "1.1.0-rc.1"
    assert str(proposed(start, "none", content=OLD, candidate=True).version) == "1.1.0-rc.1"
    stable = proposed(start, "none", content=OLD, step="minor")
    assert (str(stable.version), stable.digest) == ("1.1.0", OLD)


@pytest.mark.parametrize(
    ("standing", "start", "change", "after"),
    [
        ("1.1.0", base(), "minor", "1.1.0"),
        ("1.0.1", base(), "minor", "1.0.1"),
        ("7.0.0", base(), "minor", "7.0.0"),
        ("1.1.0-rc.3", base(), "minor", "1.1.0-rc.3"),
        ("0.1.0", base(None), "minor", "0.1.0"),
        ("2.0.0", base(), "major", "2.0.0"),
        ("1.1.0", base(), "major", "2.0.0"),
        ("1.0.0", base(), "minor", "1.1.0"),
        ("0.9.0", base(), "minor", "1.1.0"),
        ("1.1.0", base(taken={"1.1.0": None}), "minor", "1.2.0"),
        ("1.1.0", base(taken={"1.1.0": ELSE}), "minor", "1.2.0"),
        ("1.1.0", base(taken={"1.1.0": NEW}), "minor", "1.1.0"),
    ],
)
def test_a_proposal_that_stands_is_kept_while_it_is_valid(
    standing: str, start: PromptBase, change: Change, after: str
) -> None:
    assert str(proposed(start, change, now=entry(standing, NEW)).version) == after


def test_a_proposal_for_other_files_does_not_stand() -> None:
    assert str(proposed(base(), "minor", now=entry("7.0.0", ELSE)).version) == "1.1.0"


def test_releases_are_the_bases_the_hotfixes_and_this_one() -> None:
    start = start_of(entry("1.1.0", OLD, v1_0_0=ELSE), hotfixes={version("1.0.1"): ELSE})
    now = entry("1.2.0", NEW, v9_0_0=ELSE)
    found = proposed(start, "minor", now=now)
    assert {str(key): digest for key, digest in found.releases.items()} == {
        "1.0.0": ELSE,
        "1.0.1": ELSE,
        "1.1.0": OLD,
        "1.2.0": NEW,
    }


def test_what_is_withdrawn_stays_withdrawn_as_far_as_it_means_the_same_release() -> None:
    start = start_of(entry("1.1.0", OLD, {"1.0.0": "old"}, v1_0_0=ELSE))
    now = entry("1.2.0", NEW, {"1.1.0": "new", "1.2.0": "mine", "3.0.0": "gone"}, v1_1_0=OLD, v1_0_0=ELSE)
    kept = proposed(start, "minor", now=now)
    assert {str(key): reason for key, reason in kept.retired.items()} == {
        "1.0.0": "old",
        "1.1.0": "new",
        "1.2.0": "mine",
    }
    crossing = entry("1.2.0", NEW, {"1.1.0": "another 1.1.0"}, v1_1_0=ELSE)
    assert version("1.1.0") not in proposed(start, "minor", now=crossing).retired


@pytest.mark.parametrize(
    ("content", "change", "after"),
    [(NEW, "minor", "1.2.0"), (NEW, "major", "2.0.0"), (OLD, "minor", "1.2.0"), (ELSE, "none", "1.0.0")],
)
def test_an_entry_whose_files_nobody_has_is_never_released(content: str, change: Change, after: str) -> None:
    crossed = entry("1.1.0", OLD, v1_0_0=ELSE)
    start = PromptBase(
        version=version("1.0.0"),
        digest=ELSE,
        releases=crossed.releases,
        taken=crossed.releases,
        withdrawn=(crossed.version,),
    )
    found = proposed(start, change, now=crossed, content=content)
    assert str(found.version) == after
    assert found.retired == {version("1.1.0"): NEVER_RELEASED}
    assert found.releases[version("1.1.0")] == OLD


def test_a_first_entry_whose_files_nobody_has() -> None:
    crossed = entry("1.0.0", OLD)
    start = PromptBase(releases=crossed.releases, taken=crossed.releases, withdrawn=(crossed.version,))
    found = proposed(start, "minor", now=crossed, content=NEW)
    assert (str(found.version), found.retired) == ("1.1.0", {version("1.0.0"): NEVER_RELEASED})


@given(versions | st.none(), st.sampled_from(ORDER[1:]), st.sets(versions, max_size=5), st.booleans(), st.data())
def test_a_free_version_is_later_and_nobody_has_it(
    start: Version | None, step: Change, others: set[Version], candidate: bool, data: st.DataObject
) -> None:
    taken = others | ({start} if start else set())
    for _ in range(data.draw(st.integers(0, 3))):
        taken.add(free_version(start, step, taken, candidate=candidate))
    found = free_version(start, step, taken, candidate=candidate)
    assert found not in taken
    assert found.stable is not candidate
    assert start is None or start < found
    if candidate:
        assert Version(found.major, found.minor, found.patch) not in taken


@given(versions, versions, st.sampled_from(ORDER))
def test_a_version_that_is_high_enough_is_later(start: Version, found: Version, change: Change) -> None:
    assume(high_enough(start, found, change))
    assert start < found
