"""``release`` on real remotes: what it refuses, what it tags and where, and that a killed or lost run is finished."""

from __future__ import annotations

import subprocess
from pathlib import Path

import pytest

from promptctl.adapters.git.failure import GitFailure
from promptctl.core.releases.version import version
from promptctl.errors import OutsideError, StateError
from promptctl.workflows.releases import read_release, witnesses
from promptctl.workflows.retire import retire
from promptctl.workflows.verify import verify
from tests.releasing import bare, made, run, unlocked
from tests.support import GitRepository, build_files
from tests.versioning import (
    LOCK,
    NAME,
    PROMPT,
    copy_of,
    entry_of,
    opened,
    plain,
    proposed,
    pushed,
    released,
    tags_of,
    text,
)


@pytest.fixture
def repository(tmp_path: Path) -> GitRepository:
    """A repository with a remote, nothing locked yet."""
    return copy_of(unlocked, tmp_path)


def test_a_release_is_an_annotated_tag_with_digest_and_path(repository: GitRepository) -> None:
    done = released(repository)
    head = repository.git("rev-parse", "HEAD")
    assert made(done) == [f"{NAME}@1.0.0"]
    assert done.pushed == (f"prompts/{NAME}@v1.0.0",)
    assert (done.made[0].commit, done.made[0].digest) == (head, entry_of(repository).digest)
    content = repository.git("cat-file", "-p", f"prompts/{NAME}@v1.0.0")
    assert content.startswith(
        f"object {head}\ntype commit\ntag prompts/{NAME}@v1.0.0\ntagger Ada Tester <ada@example.org> "
    )
    assert content.endswith(f"{NAME} 1.0.0\n\nDigest: {entry_of(repository).digest}\nPath: prompts/{NAME}")
    trailers = repository.git("for-each-ref", "--format=%(contents:trailers:only,unfold)", "refs/tags/prompts")
    assert trailers.split("\n") == [f"Digest: {entry_of(repository).digest}", f"Path: prompts/{NAME}"]
    repository.git("fsck", "--strict")


def test_a_second_run_does_nothing(repository: GitRepository) -> None:
    released(repository)
    here, there = repository.git("show-ref", "--tags"), bare(repository).git("show-ref", "--tags")
    again = run(repository)
    assert (again.made, again.pushed, again.skipped, again.pending) == ((), (), (), ())
    assert (repository.git("show-ref", "--tags"), bare(repository).git("show-ref", "--tags")) == (here, there)
    assert here == there


def test_release_leaves_index_work_tree_stash_and_branches_alone(repository: GitRepository) -> None:
    proposed(repository)
    pushed(repository)
    build_files(repository.folder, {"stashed": "1"})
    repository.git("stash", "-u", "-q")
    build_files(repository.folder, {PROMPT: text("dirty"), "new": "1", "staged": "1"})
    repository.git("add", "staged")

    def state() -> list[object]:
        return [
            repository.git("status", "--porcelain"),
            (repository.folder / ".git/index").read_bytes(),
            repository.git("stash", "list"),
            repository.git("for-each-ref", "refs/heads"),
        ]

    before = state()
    assert made(run(repository)) == [f"{NAME}@1.0.0"]
    assert state() == before


def test_every_version_is_tagged_at_the_commit_that_brought_it(repository: GitRepository) -> None:
    commits = {}
    for number, word in enumerate(("zero", "one", "two")):
        proposed(repository, {PROMPT: text(word)})
        commits[f"1.{number}.0"] = repository.git("rev-parse", "HEAD")
        pushed(repository)
        repository.commit({"notes.txt": word}, "something else")
        pushed(repository)
    done = run(repository)
    assert {str(tag.version): tag.commit for tag in done.made} == commits
    assert verify(opened(repository)).ok


def test_a_version_is_tagged_at_the_merge_that_brought_it(repository: GitRepository) -> None:
    released(repository)
    repository.git("switch", "-qc", "feature")
    proposed(repository, {PROMPT: text("one")})
    repository.commit({"notes.txt": "more"})
    repository.git("switch", "-q", "main")
    repository.commit({"other.txt": "meanwhile"})
    repository.git("merge", "-q", "--no-ff", "--no-edit", "feature")
    merge = repository.git("rev-parse", "HEAD")
    repository.commit({"other.txt": "later"})
    pushed(repository)
    assert [(str(tag.version), tag.commit) for tag in run(repository).made] == [("1.1.0", merge)]


def test_a_proposal_that_was_replaced_on_the_way_is_tagged_where_it_became_what_it_is(
    repository: GitRepository,
) -> None:
    """Two commits propose 1.1.0 with different files before they are pushed; the second one counts."""
    released(repository)
    proposed(repository, {PROMPT: text("one")})
    assert proposed(repository, {PROMPT: text("two")}) == "1.1.0"
    second = repository.git("rev-parse", "HEAD")
    pushed(repository)
    done = run(repository)
    assert [(str(tag.version), tag.commit) for tag in done.made] == [("1.1.0", second)]
    assert done.skipped == ()


def test_an_entry_whose_commit_has_other_files_is_skipped_and_the_others_are_released(
    repository: GitRepository,
) -> None:
    released(repository)
    content = (repository.folder / LOCK).read_text()
    invented = content.replace('"1.0.0": "', f'"0.9.0": "sha256:{"9" * 64}",\n      "1.0.0": "')
    repository.commit({LOCK: invented})
    pushed(repository)
    proposed(repository, {PROMPT: text("one")})
    pushed(repository)
    done = run(repository)
    (skipped,) = done.skipped
    assert (str(skipped.version), skipped.name) == ("0.9.0", NAME)
    assert "brought it with another digest" in skipped.reason
    assert made(done) == [f"{NAME}@1.1.0"]


def test_a_retired_version_is_not_tagged(repository: GitRepository) -> None:
    proposed(repository)
    retire(opened(repository), f"{NAME}@1.0.0", "never mind")
    repository.commit()
    pushed(repository)
    assert (made(run(repository)), tags_of(repository)) == ([], [])


def test_several_prompts_are_released_together(repository: GitRepository) -> None:
    done = released(repository, {f"prompts/{name}/prompt.yaml": plain(name) for name in ("a", "b")})
    assert made(done) == ["a@1.0.0", "b@1.0.0", f"{NAME}@1.0.0"]
    assert len(done.pushed) == 3


def test_tags_are_kept_here_on_request_and_sent_by_the_next_run(repository: GitRepository) -> None:
    proposed(repository)
    pushed(repository)
    done = run(repository, send=False)
    assert (made(done), done.pushed, done.pending) == ([f"{NAME}@1.0.0"], (), (f"prompts/{NAME}@v1.0.0",))
    assert tags_of(bare(repository)) == []
    again = run(repository)
    assert (made(again), again.pushed, again.pending) == ([], (f"prompts/{NAME}@v1.0.0",), ())
    assert tags_of(bare(repository)) == tags_of(repository)


def test_a_run_that_was_killed_between_two_tags_is_finished(repository: GitRepository) -> None:
    proposed(repository, {f"prompts/{name}/prompt.yaml": plain(name) for name in ("a", "b")})
    pushed(repository)
    run(repository, send=False)
    first = repository.git("rev-parse", "refs/tags/prompts/a@v1.0.0")
    repository.git("tag", "-d", "prompts/b@v1.0.0", f"prompts/{NAME}@v1.0.0")
    done = run(repository)
    assert made(done) == ["b@1.0.0", f"{NAME}@1.0.0"]
    assert set(done.pushed) == {"prompts/a@v1.0.0", "prompts/b@v1.0.0", f"prompts/{NAME}@v1.0.0"}
    assert repository.git("rev-parse", "refs/tags/prompts/a@v1.0.0") == first
    assert bare(repository).git("show-ref", "--tags") == repository.git("show-ref", "--tags")


def test_a_run_that_was_killed_after_some_tags_were_pushed_is_finished(repository: GitRepository) -> None:
    proposed(repository, {"prompts/a/prompt.yaml": plain()})
    pushed(repository)
    run(repository, send=False)
    repository.git("push", "-q", "origin", "refs/tags/prompts/a@v1.0.0")
    assert run(repository).pushed == (f"prompts/{NAME}@v1.0.0",)


def test_what_another_clone_released_is_not_released_again(repository: GitRepository, tmp_path: Path) -> None:
    proposed(repository)
    pushed(repository)
    other = repository.clone(tmp_path / "other")
    assert made(run(other)) == [f"{NAME}@1.0.0"]
    done = run(repository)
    assert (made(done), done.pushed, tags_of(repository)) == ([], (), [])
    found = read_release(opened(repository), NAME, version("1.0.0"), witnesses(opened(repository)))
    assert found.digest == entry_of(repository).digest, "read from the remote's tags as last fetched"


def test_a_tag_that_another_clone_pushed_meanwhile_is_told(repository: GitRepository, tmp_path: Path) -> None:
    """The other clone's tag lands between our look at the remote and our push."""
    proposed(repository)
    pushed(repository)
    other = repository.clone(tmp_path / "other")
    other.git("config", "user.name", "Other Person")
    hook = repository.folder / ".git/hooks/pre-push"
    hook.parent.mkdir(exist_ok=True)
    run(other, send=False)
    hook.write_text(f"#!/bin/sh\nunset GIT_DIR\ngit -C '{other.folder}' push -q origin --tags\nexit 0\n")
    hook.chmod(0o755)
    with pytest.raises(StateError, match="origin got one of these tags meanwhile") as caught:
        run(repository)
    assert caught.value.code == "PC029"
    hook.unlink()
    theirs = other.git("rev-parse", f"refs/tags/prompts/{NAME}@v1.0.0")
    assert bare(repository).git("rev-parse", f"refs/tags/prompts/{NAME}@v1.0.0") == theirs
    line = str(caught.value.hint).partition(" && ")[0]
    subprocess.run(["bash", "-c", line], cwd=repository.folder, check=True, capture_output=True)
    assert repository.git("rev-parse", f"refs/tags/prompts/{NAME}@v1.0.0") == theirs
    assert (run(repository).made, verify(opened(repository)).findings) == ((), ())


def test_a_hook_that_refuses_the_push_keeps_the_tags_for_the_next_run(repository: GitRepository) -> None:
    proposed(repository)
    pushed(repository)
    hook = bare(repository).folder / "hooks/pre-receive"
    hook.write_text("#!/bin/sh\necho 'tags are frozen' >&2\nexit 1\n")
    hook.chmod(0o755)
    with pytest.raises(OutsideError, match="the tags are made here but not on origin") as caught:
        run(repository)
    assert (caught.value.exit_code, caught.value.hint) == (4, "promptctl release, again")
    assert "tags are frozen" in str(caught.value)
    hook.unlink()
    assert run(repository).pushed == (f"prompts/{NAME}@v1.0.0",)


def test_a_remote_that_cannot_be_asked_is_told_before_anything_is_made(repository: GitRepository) -> None:
    proposed(repository)
    pushed(repository)
    repository.git("remote", "set-url", "origin", str(repository.folder.parent / "gone.git"))
    with pytest.raises(GitFailure):
        run(repository)
    assert tags_of(repository) == []
