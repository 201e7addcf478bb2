"""``lock`` when prompts come, go, are renamed, depend on each other, or are locked by name."""

from __future__ import annotations

from pathlib import Path

import pytest

from promptctl.errors import StateError, UsageError
from promptctl.workflows.lock_check import check_lock
from promptctl.workflows.release import release
from promptctl.workflows.retire import retire
from tests.locking import on_feature, write
from tests.support import GitRepository, succeed
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


@pytest.fixture
def repository(tmp_path: Path) -> GitRepository:
    """A repository with a remote and a released 1.0.0, on a feature branch."""
    return copy_of(on_feature, tmp_path)


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
