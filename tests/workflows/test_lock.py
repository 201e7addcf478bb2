"""``lock`` on real repositories: which version it proposes, and that it proposes the same again."""

from __future__ import annotations

from pathlib import Path

import pytest

from promptctl.errors import DocumentError, StateError, UsageError
from promptctl.workflows.lock_check import check_lock
from promptctl.workflows.release import release
from promptctl.workflows.retire import retire
from tests.support import GitRepository, build_files, new_repository, succeed, with_remote
from tests.versioning import (
    LOCK,
    NAME,
    PROMPT,
    TONE,
    breaking,
    copy_of,
    entry_of,
    lock_of,
    locked,
    opened,
    plain,
    proposed,
    pushed,
    released,
    releases_of,
    tags_of,
    text,
    version_of,
)


def on_feature(folder: Path) -> GitRepository:
    made = with_remote(new_repository(folder / "r"), folder / "bare.git")
    released(made)
    made.git("switch", "-qc", "feature")
    return made


@pytest.fixture
def repository(tmp_path: Path) -> GitRepository:
    """A repository with a remote and a released 1.0.0, on a feature branch."""
    return copy_of(on_feature, tmp_path)


def write(repository: GitRepository, path: str, content: str) -> None:
    build_files(repository.folder, {path: content})


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
    assert [finding.kind for finding in check_lock(opened(repository)).findings] == ["version-low"]
    assert check_lock(opened(repository), allow_breaking=True).ok


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


def test_a_partial_raises_every_prompt_that_includes_it(repository: GitRepository) -> None:
    tone = '{% include "shared/tone.j2" %}'
    write(repository, "prompts/greet/prompt.yaml", f"model: echo:echo\ntemplate: '{tone}'\n")
    write(repository, "prompts/plain/prompt.yaml", plain())
    repository.git("switch", "-q", "main")
    released(repository)
    write(repository, TONE, "Be quick.\n")
    done = locked(repository)
    assert {change.name: str(change.after) for change in done.changes} == {"greet": "1.1.0", NAME: "1.1.0"}
    assert {reason for change in done.changes for reason in change.reasons} == {"partials.shared/tone.j2: changed"}
    assert version_of(repository, "plain") == "1.0.0"


def test_a_step_raises_the_chain(repository: GitRepository) -> None:
    chain = (
        f"inputs: {{text: string}}\nsteps:\n  - {{name: one, prompt: {NAME}, inputs: {{ticket: '{{{{ text }}}}'}}}}\n"
    )
    write(repository, "prompts/flow/prompt.yaml", chain)
    repository.git("switch", "-q", "main")
    released(repository)
    write(repository, PROMPT, text("one word"))
    done = locked(repository)
    assert {change.name: str(change.after) for change in done.changes} == {"flow": "1.1.0", NAME: "1.1.0"}


def test_a_rename_goes_on_counting_under_the_new_name(repository: GitRepository) -> None:
    repository.git("switch", "-q", "main")
    released(repository, {PROMPT: text("one word")})
    repository.git("switch", "-qC", "feature")
    repository.git("mv", f"prompts/{NAME}", "prompts/support/router")
    write(repository, "prompts/support/router/prompt.yaml", text("one word") + f"formerly: [{NAME}]\n")
    (change,) = locked(repository).changes
    assert (change.name, str(change.before), str(change.after)) == ("support/router", "1.1.0", "1.1.0")
    assert change.reasons == (f"was {NAME}",)
    assert releases_of(repository, "support/router") == ["1.1.0"]
    assert list(lock_of(repository).prompts) == ["support/router"]
    write(repository, "prompts/support/router/prompt.yaml", breaking() + f"formerly: [{NAME}]\n")
    locked(repository)
    assert version_of(repository, "support/router") == "2.0.0"
    repository.commit()
    repository.git("switch", "-q", "main")
    repository.git("merge", "-q", "feature")
    assert [(tag.name, str(tag.version)) for tag in released(repository).made] == [("support/router", "2.0.0")]


def test_a_withdrawn_version_stays_withdrawn_under_a_new_name(repository: GitRepository) -> None:
    retire(opened(repository), f"{NAME}@1.0.0", "leaks")
    repository.commit()
    repository.git("push", "-q", "origin", "HEAD:main")
    repository.git("mv", f"prompts/{NAME}", "prompts/router")
    write(repository, "prompts/router/prompt.yaml", text() + f"formerly: [{NAME}]\n")
    locked(repository)
    assert {str(key): why for key, why in entry_of(repository, "router").retired.items()} == {"1.0.0": "leaks"}


def test_a_prompt_that_is_gone_leaves_the_lock(repository: GitRepository) -> None:
    write(repository, "prompts/plain/prompt.yaml", plain())
    repository.git("rm", "-rq", f"prompts/{NAME}")
    done = locked(repository)
    assert [(change.name, str(change.after)) for change in done.changes] == [("plain", "1.0.0"), (NAME, "None")]
    assert list(lock_of(repository).prompts) == ["plain"]


def test_a_prompt_that_an_environment_serves_is_not_dropped(repository: GitRepository) -> None:
    succeed("promote", f"{NAME}@1.0.0", "staging", cwd=repository.folder)
    repository.git("rm", "-rq", f"prompts/{NAME}")
    before = (repository.folder / LOCK).read_bytes()
    with pytest.raises(StateError, match="staging still serves it") as caught:
        locked(repository)
    assert (caught.value.code, caught.value.exit_code) == ("PC028", 3)
    assert caught.value.hint == f"promptctl remove {NAME} staging --reason …"
    assert (repository.folder / LOCK).read_bytes() == before


def test_a_prompt_that_an_environment_serves_may_be_renamed(repository: GitRepository) -> None:
    succeed("promote", f"{NAME}@1.0.0", "staging", cwd=repository.folder)
    repository.git("mv", f"prompts/{NAME}", "prompts/router")
    write(repository, "prompts/router/prompt.yaml", text() + f"formerly: [{NAME}]\n")
    locked(repository)
    assert list(lock_of(repository).prompts) == ["router"]


def test_a_name_that_is_there_again_goes_on_counting(repository: GitRepository) -> None:
    repository.git("switch", "-q", "main")
    released(repository, {PROMPT: text("one word")})
    retire(opened(repository), f"{NAME}@1.0.0", "leaks")
    repository.commit()
    pushed(repository)
    repository.git("rm", "-rq", f"prompts/{NAME}")
    released(repository, {"prompts/plain/prompt.yaml": plain()})
    assert list(lock_of(repository).prompts) == ["plain"]
    write(repository, PROMPT, plain("Something else altogether."))
    locked(repository)
    entry = entry_of(repository)
    assert str(entry.version) == "2.0.0", "its contract is not that of the last release"
    assert releases_of(repository) == ["1.0.0", "1.1.0", "2.0.0"]
    assert [str(key) for key in entry.retired] == ["1.0.0"]
    released(repository)
    assert f"prompts/{NAME}@v2.0.0" in tags_of(repository)
    assert check_lock(opened(repository)).ok


def test_what_a_removed_prompt_never_released_is_withdrawn_when_it_is_there_again(repository: GitRepository) -> None:
    repository.git("switch", "-q", "main")
    proposed(repository, {PROMPT: text("one word")})
    pushed(repository)
    repository.git("rm", "-rq", f"prompts/{NAME}")
    proposed(repository, {"prompts/plain/prompt.yaml": plain()})
    pushed(repository)
    write(repository, PROMPT, text("one word"))
    (change,) = [change for change in locked(repository).changes if change.name == NAME]
    assert change.reasons == ("1.1.0 was never released and cannot be any more",)
    entry = entry_of(repository)
    assert (str(entry.version), releases_of(repository)) == ("1.1.1", ["1.0.0", "1.1.0", "1.1.1"])
    assert {str(key): reason for key, reason in entry.retired.items()} == {"1.1.0": "never released"}
    repository.commit()
    pushed(repository)
    done = release(opened(repository))
    assert {f"{tag.name}@{tag.version}" for tag in done.made} == {f"{NAME}@1.1.1", "plain@1.0.0"}
    assert done.skipped == ()


def test_some_prompts_may_be_locked_by_themselves(repository: GitRepository) -> None:
    write(repository, "prompts/plain/prompt.yaml", plain())
    write(repository, PROMPT, text("one word"))
    locked(repository, "plain")
    assert (version_of(repository), version_of(repository, "plain")) == ("1.0.0", "1.0.0")
    assert [finding.kind for finding in check_lock(opened(repository)).findings] == ["modified"]
    with pytest.raises(UsageError, match="no prompt `plian`") as caught:
        locked(repository, "plian")
    assert caught.value.hint == "did you mean `plain`?"


def test_locking_one_prompt_never_loses_another(repository: GitRepository) -> None:
    write(repository, "prompts/plain/prompt.yaml", plain())
    (repository.folder / LOCK).unlink()
    locked(repository, "plain")
    assert sorted(lock_of(repository).prompts) == ["plain", NAME]
    (repository.folder / LOCK).write_text("<<<<<<< HEAD\n")
    write(repository, PROMPT, text("one word"))
    locked(repository, "plain", step="major")
    assert (version_of(repository), version_of(repository, "plain")) == ("1.1.0", "1.0.0")


def test_a_step_without_names_leaves_what_did_not_change(repository: GitRepository) -> None:
    repository.git("switch", "-q", "main")
    released(repository, {"prompts/plain/prompt.yaml": plain()})
    write(repository, PROMPT, text("one word"))
    locked(repository, step="major")
    assert (version_of(repository), version_of(repository, "plain")) == ("2.0.0", "1.0.0")


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
