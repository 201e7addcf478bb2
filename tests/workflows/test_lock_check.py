"""``lock --check``: every failing kind, and what it says where the base cannot be read."""

from __future__ import annotations

import shutil
import subprocess
from pathlib import Path

import pytest

from promptctl.errors import DocumentError
from promptctl.workflows.lock_check import LockCheck, check_lock
from tests.support import GitRepository, build_files, new_repository, with_remote
from tests.versioning import LOCK, NAME, PROMPT, breaking, copy_of, locked, opened, plain, proposed, released, text


@pytest.fixture
def repository(tmp_path: Path) -> GitRepository:
    """A repository with a remote and releases 1.0.0 and 1.1.0, on a feature branch."""
    return copy_of(two_releases, tmp_path)


def two_releases(folder: Path) -> GitRepository:
    made = with_remote(new_repository(folder / "r"), folder / "bare.git")
    released(made)
    released(made, {PROMPT: text("one")})
    made.git("switch", "-qc", "feature")
    return made


def edit_lock(repository: GitRepository, old: str, new: str) -> None:
    path = repository.folder / LOCK
    content = path.read_text()
    assert old in content
    path.write_text(content.replace(old, new))


def check(repository: GitRepository) -> LockCheck:
    return check_lock(opened(repository))


def kinds(repository: GitRepository) -> list[str]:
    found = check(repository)
    assert found.ok is not bool(found.findings)
    assert all(finding.level == "error" for finding in found.findings)
    return [finding.kind for finding in found.findings]


def test_a_lock_that_holds(repository: GitRepository) -> None:
    found = check(repository)
    assert (found.ok, found.prompts, found.note, found.findings) == (True, 1, None, ())


def test_files_that_changed_since_the_lock_are_modified(repository: GitRepository) -> None:
    build_files(repository.folder, {PROMPT: text("two")})
    (found,) = check(repository).findings
    assert (found.kind, found.prompt, found.repair) == ("modified", NAME, "promptctl lock")
    assert found.expected
    assert found.actual
    assert found.expected != found.actual
    assert "messages changed" in found.message


def test_a_prompt_without_an_entry_is_unlocked(repository: GitRepository) -> None:
    build_files(repository.folder, {"prompts/plain/prompt.yaml": plain()})
    assert kinds(repository) == ["unlocked"]


def test_without_a_lock_everything_is_unlocked(repository: GitRepository) -> None:
    (repository.folder / LOCK).unlink()
    assert kinds(repository) == ["unlocked"]


def test_an_entry_without_a_prompt_is_orphaned(repository: GitRepository) -> None:
    shutil.rmtree(repository.folder / "prompts/support")
    assert kinds(repository) == ["orphaned"]


def test_a_version_that_is_not_among_the_releases_breaks_the_lock(repository: GitRepository) -> None:
    edit_lock(repository, '"version": "1.1.0"', '"version": "1.2.0"')
    assert kinds(repository) == ["lock-broken"]


def test_a_release_that_is_gone_is_rewritten(repository: GitRepository) -> None:
    content = (repository.folder / LOCK).read_text()
    line = next(line for line in content.split("\n") if '"1.0.0"' in line)
    edit_lock(repository, line + "\n", "")
    assert kinds(repository) == ["lock-rewritten"]
    locked(repository)
    assert kinds(repository) == []


def test_a_release_that_was_changed_is_rewritten(repository: GitRepository) -> None:
    edit_lock(repository, '"1.0.0": "sha256:', '"1.0.0": "sha256:' + "0" * 64 + '", "9.0.0": "sha256:')
    content = (repository.folder / LOCK).read_text()
    original = content.split('"9.0.0": "')[1].split('"')[0]
    edit_lock(repository, f', "9.0.0": "{original}"', "")
    (found,) = check(repository).findings
    assert (found.kind, found.expected, found.actual) == ("lock-rewritten", original, "sha256:" + "0" * 64)


def test_a_version_below_the_class_of_the_change_is_low(repository: GitRepository) -> None:
    proposed(repository, {PROMPT: breaking("one")})
    edit_lock(repository, "2.0.0", "1.2.0")
    (found,) = check(repository).findings
    assert (found.kind, found.prompt, str(found.version)) == ("version-low", NAME, "1.2.0")
    assert found.message == f"{NAME} 1.2.0 is too low for a major change since 1.1.0"


@pytest.mark.parametrize("low", ["1.0.5", "0.9.0"])
def test_a_version_below_its_base_is_low_even_when_breaking_is_allowed(repository: GitRepository, low: str) -> None:
    proposed(repository, {PROMPT: breaking("one")})
    edit_lock(repository, "2.0.0", low)
    edit_lock(repository, f'"version": "{low}"', f'"breaking": true, "version": "{low}"')
    assert kinds(repository) == ["version-low"]


def test_a_lower_version_for_the_same_files_is_low(repository: GitRepository) -> None:
    edit_lock(repository, '"version": "1.1.0"', '"version": "1.0.5"')
    content = (repository.folder / LOCK).read_text()
    digest = content.split('"digest": "')[1].split('"')[0]
    edit_lock(repository, '"1.1.0": "', f'"1.0.5": "{digest}",\n      "1.1.0": "')
    assert kinds(repository) == ["version-low"]


def test_a_higher_version_than_needed_is_fine(repository: GitRepository) -> None:
    proposed(repository, {PROMPT: text("two")})
    edit_lock(repository, "1.2.0", "5.0.0")
    assert kinds(repository) == []


def test_all_findings_come_at_once(repository: GitRepository) -> None:
    build_files(repository.folder, {PROMPT: text("two"), "prompts/plain/prompt.yaml": plain()})
    edit_lock(repository, '"1.0.0": "sha256:', '"1.0.1": "sha256:')
    assert sorted(kinds(repository)) == ["lock-rewritten", "modified", "unlocked"]


@pytest.mark.parametrize("content", ["<<<<<<< HEAD\n", "{}", "[", '{"format": 1, "prompts": {}}}'])
def test_a_malformed_lock_is_an_error_with_its_place(repository: GitRepository, content: str) -> None:
    build_files(repository.folder, {LOCK: content})
    with pytest.raises(DocumentError) as caught:
        check(repository)
    assert caught.value.problem.place
    assert caught.value.problem.place.file == LOCK


def test_a_hand_edit_that_drops_this_branchs_own_release_is_rewritten(repository: GitRepository) -> None:
    repository.git("switch", "-qc", "hotfix/one", f"prompts/{NAME}@v1.0.0")
    released(repository, {PROMPT: text("a fix")}, step="patch")
    proposed(repository, {PROMPT: text("a second fix")}, step="patch")
    assert kinds(repository) == []
    content = (repository.folder / LOCK).read_text()
    line = next(line for line in content.split("\n") if '"1.0.1"' in line)
    edit_lock(repository, line + "\n", "")
    assert kinds(repository) == ["lock-rewritten"]


def test_without_git_the_files_alone_are_judged(repository: GitRepository) -> None:
    shutil.rmtree(repository.folder / ".git")
    assert kinds(repository) == []
    build_files(repository.folder, {PROMPT: text("two")})
    assert kinds(repository) == ["modified"]


def shallow(repository: GitRepository, folder: Path, branch: str) -> GitRepository:
    """A clone as CI makes it: one commit of one branch, no tags."""
    url = f"file://{repository.git('remote', 'get-url', 'origin')}"
    line = ["git", "clone", "-q", "--depth", "1", "--no-tags", "--branch", branch, url, str(folder)]
    subprocess.run(line, check=True, capture_output=True)
    return GitRepository(folder)


def test_in_a_shallow_tagless_clone_of_the_default_branch_it_works(repository: GitRepository, tmp_path: Path) -> None:
    clone = shallow(repository, tmp_path / "clone", "main")
    assert (check(clone).ok, check(clone).note) == (True, None)
    build_files(clone.folder, {PROMPT: text("two")})
    assert kinds(clone) == ["modified"]


def test_in_a_shallow_clone_of_a_branch_it_says_that_the_base_was_not_judged(
    repository: GitRepository, tmp_path: Path
) -> None:
    proposed(repository, {PROMPT: breaking("one")})
    edit_lock(repository, "2.0.0", "1.2.0")
    repository.commit()
    repository.git("push", "-q", "origin", "feature")
    assert kinds(repository) == ["version-low"]
    clone = shallow(repository, tmp_path / "clone", "feature")
    found = check(clone)
    assert found.ok
    assert found.note
    said = "not judged against the base: the branch `main` of origin was not fetched here; git fetch origin "
    assert found.note.startswith(said)
    for _ in range(2):
        note = check(clone).note
        if note:
            subprocess.run(["bash", "-c", note.rpartition("; ")[2]], cwd=clone.folder, check=True, capture_output=True)
    assert [finding.kind for finding in check(clone).findings] == ["version-low"]
