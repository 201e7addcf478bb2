"""Entries that two merges, or a commit without a lock, left with files that are not theirs."""

from __future__ import annotations

import subprocess
from pathlib import Path

import pytest

from promptctl.core.releases.proposal import NEVER_RELEASED
from promptctl.errors import StateError
from promptctl.workflows.lock_check import check_lock
from promptctl.workflows.release import release
from promptctl.workflows.verify import verify
from tests.branching import branch, landed, one_release
from tests.support import GitRepository, build_files, new_repository, with_remote
from tests.versioning import (
    NAME,
    PROMPT,
    breaking,
    copy_of,
    entry_of,
    locked,
    opened,
    pushed,
    released,
    releases_of,
    tags_of,
    text,
    version_of,
)


@pytest.fixture
def repository(tmp_path: Path) -> GitRepository:
    """A repository with a remote and a released 1.0.0, on main."""
    return copy_of(one_release, tmp_path)


def crossed(repository: GitRepository) -> str:
    """Two merges without a conflict that leave main with an entry whose files nobody has; its version.

    One branch makes the prompt include another partial, the other changes that partial: each lock is right alone.
    """
    released(
        repository,
        {
            "prompts/shared/more.j2": "More.\n",
            "prompts/other/prompt.yaml": "model: echo:echo\ntemplate: '{% include \"shared/more.j2\" %}'\n",
        },
    )
    branch(repository, "partial", {"prompts/shared/more.j2": "Much more.\n"})
    including = text().replace("Answer with", '{% include "shared/more.j2" %}\n      Answer with')
    version = branch(repository, "include", {PROMPT: including})
    landed(repository, "partial")
    landed(repository, "include")
    assert [finding.kind for finding in check_lock(opened(repository)).findings] == ["modified"]
    return version


def test_an_entry_whose_files_two_merges_crossed_is_withdrawn_and_followed(repository: GitRepository) -> None:
    assert crossed(repository) == "1.1.0"
    with pytest.raises(StateError, match="does not hold"):
        release(opened(repository))
    (change,) = locked(repository).changes
    assert (str(change.before), str(change.after)) == ("1.0.0", "1.2.0")
    assert change.reasons[0] == "1.1.0 was never released and cannot be any more"
    entry = entry_of(repository)
    assert {str(key): why for key, why in entry.retired.items()} == {"1.1.0": NEVER_RELEASED}
    assert releases_of(repository) == ["1.0.0", "1.1.0", "1.2.0"]
    assert check_lock(opened(repository)).ok
    repository.commit()
    pushed(repository)
    done = release(opened(repository))
    assert {f"{tag.name}@{tag.version}" for tag in done.made} == {f"{NAME}@1.2.0", "other@1.1.0"}
    assert done.skipped == ()
    assert verify(opened(repository)).ok
    assert not locked(repository).written


def test_files_put_back_to_a_crossed_entry_are_a_new_version(repository: GitRepository) -> None:
    crossed(repository)
    build_files(repository.folder, {"prompts/shared/more.j2": "More.\n"})
    locked(repository)
    entry = entry_of(repository)
    assert str(entry.version) == "1.2.0"
    assert [str(key) for key in entry.retired] == ["1.1.0"]
    assert [str(tag.version) for tag in released(repository).made if tag.name == NAME] == ["1.2.0"]


@pytest.mark.parametrize("tagged", [True, False])
def test_an_entry_whose_files_one_commit_holds_stays_a_release(repository: GitRepository, tagged: bool) -> None:
    """The merges cross the other way round: the branch with the entry came first."""
    released(
        repository,
        {
            "prompts/shared/more.j2": "More.\n",
            "prompts/other/prompt.yaml": "model: echo:echo\ntemplate: '{% include \"shared/more.j2\" %}'\n",
        },
    )
    branch(repository, "partial", {"prompts/shared/more.j2": "Much more.\n"})
    including = text().replace("Answer with", '{% include "shared/more.j2" %}\n      Answer with')
    branch(repository, "include", {PROMPT: including})
    landed(repository, "include")
    if tagged:
        release(opened(repository))
    landed(repository, "partial")
    (change,) = locked(repository).changes
    assert (str(change.before), str(change.after), change.change) == ("1.1.0", "1.2.0", "minor")
    assert change.reasons == ("partials.shared/more.j2: changed",)
    assert entry_of(repository).retired == {}
    repository.commit()
    pushed(repository)
    assert release(opened(repository)).skipped == ()
    assert {f"prompts/{NAME}@v{version}" for version in ("1.1.0", "1.2.0")} <= set(tags_of(repository))


@pytest.mark.parametrize("remote", [True, False])
def test_a_breaking_change_that_was_committed_without_a_lock_is_still_breaking(tmp_path: Path, remote: bool) -> None:
    made = new_repository(tmp_path / "r")
    repository = with_remote(made, tmp_path / "bare.git") if remote else made
    released(repository)
    repository.commit({PROMPT: breaking()})
    if remote:
        pushed(repository)
    (change,) = locked(repository).changes
    assert (str(change.before), str(change.after), change.change) == ("1.0.0", "2.0.0", "major")


def test_what_an_entry_was_is_not_guessed_in_a_shallow_clone(repository: GitRepository, tmp_path: Path) -> None:
    crossed(repository)
    url = f"file://{repository.git('remote', 'get-url', 'origin')}"
    subprocess.run(["git", "clone", "-q", "--depth", "1", url, str(tmp_path / "clone")], check=True)
    clone = GitRepository(tmp_path / "clone")
    with pytest.raises(StateError, match="needs history that this shallow clone does not have") as caught:
        locked(clone)
    assert caught.value.hint
    subprocess.run(["bash", "-c", caught.value.hint], cwd=clone.folder, check=True, capture_output=True)
    locked(clone)
    assert version_of(clone) == "1.2.0"
