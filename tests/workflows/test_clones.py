"""Clones without tags or history: what needs only files works, the rest says what to fetch, and that line works."""

from __future__ import annotations

import subprocess
from pathlib import Path

import pytest

from promptctl.errors import StateError
from promptctl.workflows.history import history
from promptctl.workflows.release import release
from promptctl.workflows.verify import verify
from tests.support import GitRepository, Ran, must_fail, new_repository, promptctl, succeed, with_remote
from tests.versioning import NAME, PROMPT, copy_of, entry_of, locked, opened, plain, proposed, pushed, released, text

KINDS = {
    "as CI makes it": ("--depth", "1", "--no-tags"),
    "one commit": ("--depth", "1"),
    "two commits": ("--depth", "2"),
    "no tags": ("--no-tags",),
    "one branch without tags": ("--no-tags", "--single-branch"),
    "one commit of every branch": ("--depth", "1", "--no-single-branch", "--no-tags"),
}


def four_versions(folder: Path) -> GitRepository:
    """1.0.0 and 1.1.0 released and promoted, 1.2.0 agreed and not released, a prompt without releases."""
    made = with_remote(new_repository(folder / "r"), folder / "bare.git")
    released(made)
    released(made, {PROMPT: text("one")})
    succeed("promote", f"{NAME}@1.1.0", "staging", cwd=made.folder)
    proposed(made, {PROMPT: text("two")})
    pushed(made)
    return made


@pytest.fixture
def origin(tmp_path: Path) -> GitRepository:
    return copy_of(four_versions, tmp_path)


def cloned(origin: GitRepository, tmp_path: Path, kind: str) -> GitRepository:
    url = f"file://{origin.git('remote', 'get-url', 'origin')}"
    subprocess.run(["git", "clone", "-q", *KINDS[kind], url, str(tmp_path / "clone")], check=True)
    return GitRepository(tmp_path / "clone")


def paste(hint: str, folder: Path) -> None:
    """Runs a printed line as a person would."""
    subprocess.run(["bash", "-c", hint], cwd=folder, check=True, capture_output=True)


def error_of(*arguments: str, cwd: Path) -> dict[str, str]:
    ran: Ran = must_fail(*arguments, "--json", cwd=cwd, code=3)
    found: dict[str, str] = ran.json["error"]
    return found


@pytest.mark.parametrize("kind", ["as CI makes it", "no tags"])
def test_what_needs_only_files_works(origin: GitRepository, tmp_path: Path, kind: str) -> None:
    folder = cloned(origin, tmp_path, kind).folder
    assert succeed("render", NAME, "-i", "ticket=x", cwd=folder).out
    assert "the lock holds for 1 prompt" in succeed("lock", "--check", cwd=folder).out
    assert succeed("hash", NAME, cwd=folder).out == succeed("hash", NAME, cwd=origin.folder).out
    assert succeed("show", NAME, cwd=folder).out
    assert promptctl("lint", cwd=folder).code in (0, 1)


NEED_TAGS = [
    ("verify",),
    ("verify", f"{NAME}@1.0.0"),
    ("history", NAME),
    ("drift",),
    ("show", f"{NAME}@1.0.0"),
    ("show", f"{NAME}@latest"),
]


@pytest.mark.parametrize("kind", ["as CI makes it", "no tags"])
def test_what_needs_tags_says_what_to_fetch_and_that_line_works(
    origin: GitRepository, tmp_path: Path, kind: str
) -> None:
    folder = cloned(origin, tmp_path, kind).folder
    hints = set()
    for arguments in NEED_TAGS:
        error = error_of(*arguments, cwd=folder)
        assert "in this clone" in error["message"], error
        hints.add(error["hint"])
    (hint,) = hints
    paste(hint, folder)
    for arguments in NEED_TAGS:
        expected = succeed(*arguments, "--json", cwd=origin.folder).data
        assert succeed(*arguments, "--json", cwd=folder).data == expected


@pytest.mark.parametrize("kind", KINDS)
def test_no_clone_takes_missing_tags_for_missing_releases(origin: GitRepository, tmp_path: Path, kind: str) -> None:
    clone = cloned(origin, tmp_path, kind)
    for read in (lambda: verify(opened(clone)), lambda: history(opened(clone), NAME)):
        with pytest.raises(StateError) as caught:
            read()
    paste(str(caught.value.hint), clone.folder)
    assert verify(opened(clone)).findings == verify(opened(origin)).findings
    assert history(opened(clone), NAME) == history(opened(origin), NAME)


@pytest.mark.parametrize("kind", [kind for kind in KINDS if "commit" in kind or "CI" in kind])
def test_release_needs_history_and_says_so(origin: GitRepository, tmp_path: Path, kind: str) -> None:
    clone = cloned(origin, tmp_path, kind)
    before = clone.git("for-each-ref")
    error = error_of("release", cwd=clone.folder)
    assert error["message"] == "release needs history that this shallow clone does not have"
    assert clone.git("for-each-ref") == before
    paste(error["hint"], clone.folder)
    done = succeed("release", "--json", cwd=clone.folder)
    assert [tag["version"] for tag in done.data["made"]] == ["1.2.0"]


@pytest.mark.parametrize("kind", ["no tags", "one branch without tags"])
def test_release_asks_the_remote_itself_so_that_tags_need_not_be_here(
    origin: GitRepository, tmp_path: Path, kind: str
) -> None:
    clone = cloned(origin, tmp_path, kind)
    done = release(opened(clone))
    assert [str(tag.version) for tag in done.made] == ["1.2.0"]
    assert verify(opened(clone)).ok, "the tags that were seen on the remote are enough"
    origin.git("fetch", "-q", "--tags")
    assert verify(opened(origin)).findings == ()


@pytest.mark.parametrize("kind", KINDS)
def test_the_lock_can_be_written_for_what_is_known(origin: GitRepository, tmp_path: Path, kind: str) -> None:
    clone = cloned(origin, tmp_path, kind)
    (clone.folder / PROMPT).write_text(text("three"))
    locked(clone)
    assert list(map(str, entry_of(clone).releases)) == ["1.0.0", "1.1.0", "1.2.0", "1.3.0"]


@pytest.mark.parametrize("kind", [kind for kind in KINDS if kind != "two commits"])
def test_a_new_prompt_waits_for_the_tags_that_may_have_its_versions(
    origin: GitRepository, tmp_path: Path, kind: str
) -> None:
    """A name that was released and removed looks new where its tags are not."""
    released(origin, {"prompts/plain/prompt.yaml": plain()})
    origin.git("rm", "-rq", "prompts/plain")
    released(origin)
    clone = cloned(origin, tmp_path, kind)
    (clone.folder / "prompts/plain").mkdir()
    (clone.folder / "prompts/plain/prompt.yaml").write_text(plain("Say goodbye."))
    with pytest.raises(StateError) as caught:
        locked(clone)
    paste(str(caught.value.hint), clone.folder)
    locked(clone)
    assert str(entry_of(clone, "plain").version) == "1.1.0"


def test_a_revision_that_a_shallow_clone_cut_off_is_not_called_unknown(origin: GitRepository, tmp_path: Path) -> None:
    clone = cloned(origin, tmp_path, "one commit")
    error = error_of("show", f"{NAME}@HEAD~1", cwd=clone.folder)
    assert "in this shallow clone" in error["message"]
    paste(error["hint"], clone.folder)
    succeed("show", f"{NAME}@HEAD~1", cwd=clone.folder)


def test_what_was_served_earlier_needs_history(origin: GitRepository, tmp_path: Path) -> None:
    clone = cloned(origin, tmp_path, "one commit")
    error = error_of("history", NAME, "--at", "2020-01-01T00:00Z", cwd=clone.folder)
    assert "needs history" in error["message"]
    paste(error["hint"], clone.folder)
    succeed("history", NAME, "--at", "2020-01-01T00:00Z", cwd=clone.folder)


def test_a_state_branch_that_was_not_fetched_is_named_with_its_line(origin: GitRepository, tmp_path: Path) -> None:
    settings = (origin.folder / "promptctl.toml").read_text().replace("[repository]", '[repository]\nstate = "state"')
    origin.git("pull", "-q", "--rebase", "origin", "main")
    origin.git("push", "-q", "origin", "main:state")
    origin.commit({"promptctl.toml": settings})
    pushed(origin)
    clone = cloned(origin, tmp_path, "as CI makes it")
    for _ in range(2):
        paste(error_of("history", NAME, cwd=clone.folder)["hint"], clone.folder)
    ran = succeed("history", NAME, "--json", cwd=clone.folder)
    assert [move["environment"] for move in ran.data["moves"]] == ["staging"]
