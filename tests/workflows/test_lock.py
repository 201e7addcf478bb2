"""``lock`` on real repositories: which version it proposes, and that it proposes the same again."""

from __future__ import annotations

from pathlib import Path

import pytest

from promptctl.errors import DocumentError, StateError
from promptctl.workflows.lock_check import check_lock
from tests.locking import on_feature, write
from tests.support import GitRepository, build_files, new_repository
from tests.versioning import (
    LOCK,
    NAME,
    PROMPT,
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
    """A repository with a remote and a released 1.0.0, on a feature branch."""
    return copy_of(on_feature, tmp_path)


def test_the_first_version_is_1_0_0(tmp_path: Path) -> None:
    fresh = new_repository(tmp_path / "r")
    done = locked(fresh)
    assert (done.written, done.prompts) == (True, 1)
    assert [(change.name, change.before, str(change.after)) for change in done.changes] == [(NAME, None, "1.0.0")]
    assert releases_of(fresh) == ["1.0.0"]
    assert check_lock(opened(fresh)).ok


def test_before_the_first_commit_everything_is_new(folder: Path) -> None:
    build_files(folder, {PROMPT: plain()})
    repository = GitRepository(folder)
    repository.git("init", "-q", "-b", "main")
    locked(repository)
    write(repository, PROMPT, plain("Say goodbye."))
    locked(repository)
    assert (version_of(repository), releases_of(repository)) == ("1.0.0", ["1.0.0"])


def test_another_text_is_a_minor_step(repository: GitRepository) -> None:
    write(repository, PROMPT, text("one word"))
    (change,) = locked(repository).changes
    assert (str(change.before), str(change.after), change.change) == ("1.0.0", "1.1.0", "minor")
    assert change.reasons == ("messages: changed",)
    assert releases_of(repository) == ["1.0.0", "1.1.0"]


def test_a_new_required_input_is_a_major_step(repository: GitRepository) -> None:
    write(repository, PROMPT, breaking())
    (change,) = locked(repository).changes
    assert (str(change.after), change.change) == ("2.0.0", "major")
    assert change.reasons[0].startswith("inputs.language")


def test_a_minor_change_may_be_called_a_patch(repository: GitRepository) -> None:
    write(repository, PROMPT, text("one word"))
    locked(repository, step="patch")
    assert version_of(repository) == "1.0.1"
    locked(repository)
    assert version_of(repository) == "1.0.1", "what was asked for stands"
    assert check_lock(opened(repository)).ok


def test_a_breaking_change_may_be_less_than_major_only_when_told(repository: GitRepository) -> None:
    write(repository, PROMPT, breaking())
    before = (repository.folder / LOCK).read_bytes()
    with pytest.raises(StateError) as caught:
        locked(repository, step="minor")
    assert (caught.value.code, caught.value.exit_code) == ("PC027", 3)
    assert (repository.folder / LOCK).read_bytes() == before
    locked(repository, step="minor", allow_breaking=True)
    assert version_of(repository) == "1.1.0"
    assert check_lock(opened(repository)).ok
    assert '"breaking": true' in (repository.folder / LOCK).read_text()
    locked(repository)
    assert version_of(repository) == "1.1.0"
    locked(repository, step="major")
    assert (version_of(repository), "breaking" in (repository.folder / LOCK).read_text()) == ("2.0.0", False)


def test_candidates_are_counted_until_they_are_stable(repository: GitRepository) -> None:
    write(repository, PROMPT, text("one word"))
    locked(repository, candidate=True)
    locked(repository)
    assert version_of(repository) == "1.1.0-rc.1"
    repository.git("switch", "-q", "main")
    released(repository)
    repository.git("switch", "-qC", "feature")
    write(repository, PROMPT, text("two words"))
    locked(repository, candidate=True)
    assert version_of(repository) == "1.1.0-rc.2"
    locked(repository, NAME, step="minor")
    assert version_of(repository) == "1.1.0"
    assert releases_of(repository) == ["1.0.0", "1.1.0-rc.1", "1.1.0"]


def test_a_candidate_that_proved_itself_becomes_stable_by_name(repository: GitRepository) -> None:
    repository.git("switch", "-q", "main")
    released(repository, {PROMPT: text("one word")}, candidate=True)
    assert version_of(repository) == "1.1.0-rc.1"
    locked(repository, step="minor")
    assert version_of(repository) == "1.1.0-rc.1", "a step without names is for what changed"
    locked(repository, NAME, step="minor")
    entry = entry_of(repository)
    assert (str(entry.version), len(set(entry.releases.values()))) == ("1.1.0", 2)
    assert check_lock(opened(repository)).ok
    repository.commit()
    pushed(repository)
    assert [str(tag.version) for tag in released(repository).made] == ["1.1.0"]


def test_lock_twice_gives_the_same_version_before_and_after_the_commit(repository: GitRepository) -> None:
    write(repository, PROMPT, text("one word"))
    assert locked(repository).written
    first = (repository.folder / LOCK).read_bytes()
    assert not locked(repository).written
    repository.commit()
    assert not locked(repository).written
    assert (repository.folder / LOCK).read_bytes() == first
    write(repository, PROMPT, text("two words"))
    locked(repository)
    repository.commit()
    locked(repository)
    assert (version_of(repository), releases_of(repository)) == ("1.1.0", ["1.0.0", "1.1.0"])


def test_a_proposal_follows_the_files_up_and_down(repository: GitRepository) -> None:
    for content, expected in ((text("x"), "1.1.0"), (breaking(), "2.0.0"), (text("y"), "1.1.0"), (text(), "1.0.0")):
        assert proposed(repository, {PROMPT: content}) == expected
    assert releases_of(repository) == ["1.0.0"]


def test_lock_twice_on_the_default_branch_before_the_push(repository: GitRepository) -> None:
    repository.git("switch", "-q", "main")
    assert proposed(repository, {PROMPT: text("one word")}) == "1.1.0"
    assert proposed(repository, {PROMPT: text("two words")}) == "1.1.0"
    assert releases_of(repository) == ["1.0.0", "1.1.0"]


def test_without_a_remote_a_commit_on_the_default_branch_is_agreed(tmp_path: Path) -> None:
    repository = new_repository(tmp_path / "r")
    assert proposed(repository) == "1.0.0"
    assert proposed(repository, {PROMPT: text("one word")}) == "1.1.0"
    assert proposed(repository) == "1.1.0"
    assert proposed(repository, {PROMPT: text("two words")}) == "1.2.0"


def test_a_hand_chosen_version_stands_while_it_is_valid(repository: GitRepository) -> None:
    write(repository, PROMPT, text("one word"))
    locked(repository)
    lock = repository.folder / LOCK
    lock.write_text(lock.read_text().replace("1.1.0", "4.0.0"))
    assert not locked(repository).written
    assert version_of(repository) == "4.0.0"
    write(repository, PROMPT, text("two words"))
    locked(repository)
    assert version_of(repository) == "1.1.0"


def test_a_proposal_is_made_anew_when_a_tag_took_its_version(repository: GitRepository) -> None:
    assert proposed(repository, {PROMPT: text("one word")}) == "1.1.0"
    repository.git("tag", "-am", "someone's", f"prompts/{NAME}@v1.1.0", "main")
    locked(repository)
    assert version_of(repository) == "1.2.0"
    assert releases_of(repository) == ["1.0.0", "1.2.0"]


def test_a_proposal_is_made_anew_when_the_default_branch_took_its_version(
    repository: GitRepository, tmp_path: Path
) -> None:
    assert proposed(repository, {PROMPT: text("one word")}) == "1.1.0"
    other = repository.clone(tmp_path / "other")
    proposed(other, {PROMPT: text("their word")})
    pushed(other)
    locked(repository)
    assert version_of(repository) == "1.1.0", "as last fetched, nobody has it"
    repository.git("fetch", "-q")
    locked(repository)
    assert version_of(repository) == "1.2.0"
    assert releases_of(repository) == ["1.0.0", "1.2.0"]


def test_a_proposal_stands_when_the_default_branch_took_these_very_files(
    repository: GitRepository, tmp_path: Path
) -> None:
    assert proposed(repository, {PROMPT: text("one word")}) == "1.1.0"
    other = repository.clone(tmp_path / "other")
    proposed(other, {PROMPT: text("one word")})
    pushed(other)
    repository.git("fetch", "-q")
    assert not locked(repository).written


def test_malformed_prompts_are_all_named_and_nothing_is_written(repository: GitRepository) -> None:
    write(repository, PROMPT, "template: [\n")
    write(repository, "prompts/plain/prompt.yaml", "template: '{{'\n")
    before = (repository.folder / LOCK).read_bytes()
    with pytest.raises(DocumentError) as caught:
        locked(repository)
    assert {problem.place.file for problem in caught.value.problems if problem.place} == {
        PROMPT,
        "prompts/plain/prompt.yaml",
    }
    assert (repository.folder / LOCK).read_bytes() == before


@pytest.mark.parametrize("content", ["", "{}", "not json", '{"format": 1, "prompts": {"a": 1}}'])
def test_a_broken_lock_is_written_anew_from_its_base(repository: GitRepository, content: str) -> None:
    write(repository, PROMPT, text("one word"))
    write(repository, LOCK, content)
    locked(repository)
    assert releases_of(repository) == ["1.0.0", "1.1.0"]


def test_a_broken_lock_on_the_default_branch_can_be_repaired(repository: GitRepository) -> None:
    write(repository, LOCK, "<<<<<<< HEAD\n")
    repository.commit()
    repository.git("push", "-q", "origin", "HEAD:main")
    write(repository, PROMPT, text("one word"))
    locked(repository)
    assert releases_of(repository) == ["1.0.0", "1.1.0"]
    assert check_lock(opened(repository)).ok


def test_a_prompt_without_changes_makes_no_proposal(repository: GitRepository) -> None:
    write(repository, PROMPT, "# a comment\n" + text().replace("Routes a", "Sends a"))
    done = locked(repository)
    assert (done.changes, done.written) == ((), False)
