"""Merging locks: what one side did is there, what both did otherwise is for people, and the sides may be swapped."""

from __future__ import annotations

from dataclasses import replace

import pytest
from hypothesis import given
from hypothesis import strategies as st

from promptctl.core.releases.lock_merge import merge_locks
from promptctl.core.releases.lockfile import LockEntry, Lockfile, parse_lock
from promptctl.core.releases.version import version
from promptctl.errors import DocumentError
from tests.core.releases.test_lockfile import entries, locks

ONE, TWO, THREE = (version(text) for text in ("1.0.0", "1.1.0", "1.2.0"))


def entry(current: str, *releases: str, retired: dict[str, str] | None = None) -> LockEntry:
    """An entry whose digests follow from the versions."""
    known = {version(text): digest(text) for text in (*releases, current)}
    withdrawn = {version(text): why for text, why in (retired or {}).items()}
    return LockEntry(version=version(current), digest=digest(current), parts={}, releases=known, retired=withdrawn)


def digest(text: str) -> str:
    return "sha256:" + text.replace(".", "").ljust(64, "0")


def lock(**prompts: LockEntry) -> Lockfile:
    return Lockfile(prompts)


BASE = entry("1.0.0")
SETTLED = {
    "one side changed it": (BASE, BASE, entry("1.1.0", "1.0.0"), entry("1.1.0", "1.0.0")),
    "both did the same": (BASE, entry("1.1.0", "1.0.0"), entry("1.1.0", "1.0.0"), entry("1.1.0", "1.0.0")),
    "one side dropped it": (BASE, BASE, None, None),
    "both brought the same": (None, BASE, BASE, BASE),
    "one retired, one released": (
        BASE,
        entry("1.0.0", retired={"1.0.0": "wrong"}),
        entry("1.1.0", "1.0.0"),
        entry("1.1.0", "1.0.0", retired={"1.0.0": "wrong"}),
    ),
    "one copied a hotfix, one released": (
        BASE,
        entry("1.0.0", "1.0.1"),
        entry("1.1.0", "1.0.0"),
        entry("1.1.0", "1.0.0", "1.0.1"),
    ),
}


@pytest.mark.parametrize("case", SETTLED)
def test_what_the_sides_agree_on(case: str) -> None:
    base, ours, theirs, wanted = SETTLED[case]
    for one, other in ((ours, theirs), (theirs, ours)):
        sides = [lock(**({"p": side} if side else {})) for side in (base, one, other)]
        merged = merge_locks(*sides)
        assert merged.conflicts == ()
        assert parse_lock(merged.text).prompts == ({"p": wanted} if wanted else {})


CONFLICTS = {
    "both released otherwise": (BASE, entry("1.1.0", "1.0.0"), entry("1.2.0", "1.0.0")),
    "the same version of other bytes": (
        BASE,
        entry("1.1.0", "1.0.0"),
        replace(entry("1.1.0", "1.0.0"), releases={ONE: digest("1.0.0"), TWO: digest("other")}, digest=digest("other")),
    ),
    "one dropped, one changed": (BASE, None, entry("1.1.0", "1.0.0")),
    "both brought other ones": (None, BASE, entry("1.2.0")),
    "retired for two reasons": (
        BASE,
        entry("1.0.0", retired={"1.0.0": "wrong"}),
        entry("1.0.0", retired={"1.0.0": "slow"}),
    ),
}


@pytest.mark.parametrize("case", CONFLICTS)
def test_what_people_have_to_settle(case: str) -> None:
    base, ours, theirs = CONFLICTS[case]
    for one, other in ((ours, theirs), (theirs, ours)):
        sides = [lock(**({"p": side} if side else {}), q=BASE) for side in (base, one, other)]
        merged = merge_locks(*sides)
        assert merged.conflicts == ("p",)
        with pytest.raises(DocumentError, match="conflict markers"):
            parse_lock(merged.text)


@given(locks, st.data())
def test_sides_that_changed_other_prompts_never_conflict(base: Lockfile, data: st.DataObject) -> None:
    names = sorted(base.prompts)
    mine = set(data.draw(st.lists(st.sampled_from(names)))) if names else set()
    ours = Lockfile({name: data.draw(entries()) if name in mine else base.prompts[name] for name in names})
    theirs = Lockfile({name: base.prompts[name] if name in mine else data.draw(entries()) for name in names})
    merged = merge_locks(base, ours, theirs)
    assert merged.conflicts == ()
    wanted = {name: (ours if name in mine else theirs).prompts[name] for name in names}
    assert parse_lock(merged.text).prompts == wanted


@given(locks, locks, locks)
def test_the_sides_may_be_swapped(base: Lockfile, ours: Lockfile, theirs: Lockfile) -> None:
    one, other = merge_locks(base, ours, theirs), merge_locks(base, theirs, ours)
    assert one.conflicts == other.conflicts
    if not one.conflicts:
        assert one.text == other.text
