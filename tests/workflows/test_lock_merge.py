"""The lock where branches meet: conflicts, their repair, and entries that two merges left without their files."""

from __future__ import annotations

from pathlib import Path

import pytest

from promptctl.workflows.lock_check import check_lock
from promptctl.workflows.release import release
from promptctl.workflows.retire import retire
from promptctl.workflows.verify import verify
from tests.branching import branch, landed, merge, one_release
from tests.support import GitRepository
from tests.versioning import (
    LOCK,
    NAME,
    PROMPT,
    TONE,
    breaking,
    copy_of,
    entry_of,
    locked,
    opened,
    plain,
    proposed,
    pushed,
    released,
    releases_of,
    text,
    version_of,
)


@pytest.fixture
def repository(tmp_path: Path) -> GitRepository:
    """A repository with a remote and a released 1.0.0, on main."""
    return copy_of(one_release, tmp_path)


def test_two_branches_that_lock_one_prompt_conflict_and_lock_repairs_it(repository: GitRepository) -> None:
    assert branch(repository, "one", {PROMPT: text("one")}) == "1.1.0"
    assert branch(repository, "two", {TONE: "Two.\n"}) == "1.1.0"
    landed(repository, "one")
    repository.git("switch", "-q", "two")
    merge(repository, "main", conflicts={LOCK})
    done = locked(repository)
    assert [(str(change.before), str(change.after)) for change in done.changes] == [("1.1.0", "1.2.0")]
    assert releases_of(repository) == ["1.0.0", "1.1.0", "1.2.0"]
    assert check_lock(opened(repository)).ok
    repository.commit()
    assert not locked(repository).written
    landed(repository, "two")
    assert [str(tag.version) for tag in release(opened(repository)).made] == ["1.1.0", "1.2.0"]
    assert verify(opened(repository)).ok


def test_a_conflict_is_repaired_the_same_way_from_the_default_branch(repository: GitRepository) -> None:
    branch(repository, "one", {PROMPT: text("one")})
    branch(repository, "two", {TONE: "Two.\n"})
    landed(repository, "one")
    merge(repository, "two", conflicts={LOCK})
    locked(repository)
    assert releases_of(repository) == ["1.0.0", "1.1.0", "1.2.0"]


def test_in_a_merge_the_side_that_comes_in_counts_as_merged(repository: GitRepository, tmp_path: Path) -> None:
    branch(repository, "one", {PROMPT: text("one")})
    repository.git("switch", "-q", "-c", "on-one")
    proposed(repository, {PROMPT: text("one more")})
    branch(repository, "two", {TONE: "Two.\n"})
    landed(repository, "one")
    repository.git("switch", "-q", "two")
    merge(repository, "on-one", conflicts={LOCK})
    locked(repository)
    assert version_of(repository) == "1.2.0", "the side that comes in has main's 1.1.0, so that is the base"
    assert releases_of(repository) == ["1.0.0", "1.1.0", "1.2.0"]


@pytest.mark.parametrize("style", ["merge", "diff3", "zdiff3"])
def test_every_style_of_conflict_markers_is_repaired(repository: GitRepository, style: str) -> None:
    repository.git("config", "merge.conflictStyle", style)
    branch(repository, "one", {PROMPT: text("one")})
    branch(repository, "two", {TONE: "Two.\n"})
    landed(repository, "one")
    repository.git("switch", "-q", "two")
    merge(repository, "main", conflicts={LOCK})
    assert "<<<<<<<" in (repository.folder / LOCK).read_text()
    locked(repository)
    assert releases_of(repository) == ["1.0.0", "1.1.0", "1.2.0"]


def test_both_sides_of_a_conflict_may_break(repository: GitRepository) -> None:
    assert branch(repository, "one", {PROMPT: text("one")}) == "1.1.0"
    assert branch(repository, "two", {PROMPT: breaking(), TONE: "Two.\n"}) == "2.0.0"
    landed(repository, "one")
    repository.git("switch", "-q", "two")
    merge(repository, "main", conflicts={LOCK})
    locked(repository)
    assert releases_of(repository) == ["1.0.0", "1.1.0", "2.0.0"]


def test_a_branch_that_swallowed_main_hides_where_its_entry_came_from(repository: GitRepository) -> None:
    branch(repository, "one", {PROMPT: text("one")})
    branch(repository, "two", {TONE: "Two.\n"})
    landed(repository, "one")
    repository.git("switch", "-q", "two")
    merge(repository, "main", conflicts={LOCK})
    locked(repository)
    repository.commit()
    repository.git("switch", "-q", "main")
    repository.git("merge", "-q", "--ff-only", "two")
    pushed(repository)
    done = release(opened(repository))
    assert [str(tag.version) for tag in done.made] == ["1.2.0"]
    (skipped,) = done.skipped
    assert str(skipped.version) == "1.1.0"
    assert skipped.reason.endswith(f"promptctl retire {NAME}@1.1.0 --reason …")
    assert [finding.kind for finding in verify(opened(repository)).findings] == ["tag-missing"]
    retire(opened(repository), f"{NAME}@1.1.0", "never tagged")
    repository.commit()
    pushed(repository)
    assert (release(opened(repository)).skipped, verify(opened(repository)).findings) == ((), ())


def test_a_conflict_in_a_rebase_is_repaired_too(repository: GitRepository) -> None:
    branch(repository, "one", {PROMPT: text("one")})
    branch(repository, "two", {TONE: "Two.\n"})
    landed(repository, "one")
    repository.git("switch", "-q", "two")
    repository.git("rebase", "-q", "main", check=False)
    locked(repository)
    assert releases_of(repository) == ["1.0.0", "1.1.0", "1.2.0"]
    repository.git("add", "-A")
    repository.git("-c", "core.editor=true", "rebase", "--continue")
    assert not locked(repository).written


def test_branches_with_prompts_of_their_own_do_not_conflict(repository: GitRepository) -> None:
    names = ["a", "b", "c"]
    released(repository, {f"prompts/{name}/prompt.yaml": plain() for name in names})
    for name in names:
        branch(repository, name, {f"prompts/{name}/prompt.yaml": plain("Say goodbye.")})
    for name in names:
        landed(repository, name)
    assert [version_of(repository, name) for name in names] == ["1.1.0"] * 3
    assert check_lock(opened(repository)).ok


def test_what_either_side_withdrew_stays_withdrawn(repository: GitRepository) -> None:
    branch(repository, "one", {PROMPT: text("one")})
    branch(repository, "two", {TONE: "Two.\n"})
    retire(opened(repository), f"{NAME}@1.0.0", "leaks addresses")
    repository.commit()
    landed(repository, "one")
    repository.git("switch", "-q", "two")
    merge(repository, "main", conflicts={LOCK})
    locked(repository)
    repository.commit()
    assert {str(key): why for key, why in entry_of(repository).retired.items()} == {"1.0.0": "leaks addresses"}

    repository.git("switch", "-q", "-C", "three", "one")
    repository.git("switch", "-q", "-c", "four", "one")
    proposed(repository, {PROMPT: text("four")})
    merge(repository, "two", conflicts={LOCK})
    locked(repository)
    assert {str(key): why for key, why in entry_of(repository).retired.items()} == {"1.0.0": "leaks addresses"}


def test_new_prompts_of_two_branches_are_both_kept_with_the_versions_they_had(repository: GitRepository) -> None:
    branch(repository, "one", {"prompts/z1/prompt.yaml": plain()})
    branch(repository, "two", {"prompts/z2/prompt.yaml": plain()})
    lock = repository.folder / LOCK
    lock.write_text(lock.read_text().replace('"1.0.0"', '"1.0.0"'))
    chosen = lock.read_text().split('"z2"')
    lock.write_text('"z2"'.join([chosen[0], chosen[1].replace("1.0.0", "0.3.0")]))
    assert not locked(repository).written
    repository.commit()
    landed(repository, "one")
    merge(repository, "two", conflicts={LOCK})
    locked(repository)
    assert {name: version_of(repository, name) for name in ("z1", "z2")} == {"z1": "1.0.0", "z2": "0.3.0"}
    assert check_lock(opened(repository)).ok
