"""References on a real repository: every kind, in the order they are tried."""

from __future__ import annotations

from pathlib import Path

import pytest

from promptctl.core.releases.version import version
from promptctl.errors import PromptctlError, StateError, UsageError
from promptctl.workflows.release import release
from promptctl.workflows.resolve import Resolved, resolve
from tests.splitting import start_split
from tests.support import SETTINGS, GitRepository, build_files, new_repository, succeed, with_remote
from tests.versioning import NAME, PROMPT, copy_of, entry_of, opened, plain, proposed, pushed, released, text

DATE = "GIT_COMMITTER_DATE"


def line(folder: Path) -> GitRepository:
    made = with_remote(new_repository(folder / "r"), folder / "bare.git")
    released(made)
    released(made, {PROMPT: text("one")})
    released(made, {PROMPT: text("two")}, candidate=True)
    succeed("promote", f"{NAME}@1.0.0", "staging", cwd=made.folder, environment={DATE: "1800000000 +0000"})
    succeed("promote", f"{NAME}@1.1.0", "staging", cwd=made.folder, environment={DATE: "1800000100 +0000"})
    made.git("branch", "feature/x", f"prompts/{NAME}@v1.0.0")
    return made


@pytest.fixture
def repository(tmp_path: Path) -> GitRepository:
    """1.0.0, 1.1.0 and 1.2.0-rc.1; staging served 1.0.0, then 1.1.0; other files in the work tree."""
    made = copy_of(line, tmp_path)
    build_files(made.folder, {PROMPT: text("work")})
    return made


def run(repository: GitRepository, ref: str, name: str = NAME) -> Resolved:
    return resolve(opened(repository), f"{name}@{ref}" if ref else name)


def word(found: Resolved) -> str:
    """The word by which the states of the starter prompt differ."""
    (message, *_) = found.closure.prompt.messages
    return str(message.content).split("Answer with ")[1].strip(" .\n")  # type: ignore[union-attr]


@pytest.mark.parametrize(
    ("ref", "expected", "of"),
    [
        ("", "work", None),
        ("work", "work", None),
        ("latest", "one", "1.1.0"),
        ("staging", "one", "1.1.0"),
        ("1.0.0", "a queue", "1.0.0"),
        ("v1.0.0", "a queue", "1.0.0"),
        ("1.2.0-rc.1", "two", "1.2.0-rc.1"),
        ("staging@{2027-01-15T08:00:00Z}", "a queue", "1.0.0"),
        ("staging@{2027-01-15T09:01:00+01:00}", "a queue", "1.0.0"),
        ("staging@{2027-01-15T08:01:40Z}", "one", "1.1.0"),
        ("HEAD", "two", None),
        ("HEAD~3", "one", None),
        ("feature/x", "a queue", None),
        ("git:feature/x", "a queue", None),
        ("main@{0}", "two", None),
        ("origin/main", "two", None),
        (f"prompts/{NAME}@v1.0.0", "a queue", None),
    ],
)
def test_every_kind_of_reference(repository: GitRepository, ref: str, expected: str, of: str | None) -> None:
    found = run(repository, ref)
    assert word(found) == expected
    assert (str(found.version) if found.version else None) == of
    assert found.name == NAME
    assert (found.commit is None) == (ref in ("", "work"))


def test_a_digest_or_its_beginning(repository: GitRepository) -> None:
    digest = entry_of(repository).releases[version("1.0.0")]
    assert run(repository, digest).version == version("1.0.0")
    assert run(repository, digest[:19]).version == version("1.0.0")
    here = run(repository, "").digest
    assert (run(repository, here[:19]).version, word(run(repository, here))) == (None, "work")


def test_a_beginning_that_several_states_share_is_ambiguous(repository: GitRepository) -> None:
    lock = repository.folder / "prompts/prompts.lock"
    digest = entry_of(repository).releases[version("1.0.0")]
    twin = digest[:-1] + ("0" if digest[-1] != "0" else "1")
    lock.write_text(lock.read_text().replace('"1.1.0": "', f'"1.0.9": "{twin}",\n      "1.1.0": "'))
    with pytest.raises(UsageError, match="several states") as caught:
        run(repository, digest[:20])
    assert caught.value.hint == "give more digits"
    assert run(repository, digest).version == version("1.0.0")


def test_an_environment_wins_over_a_branch_of_its_name_and_says_so(repository: GitRepository) -> None:
    repository.git("branch", "staging", "feature/x")
    found = run(repository, "staging")
    assert (word(found), found.version) == ("one", version("1.1.0"))
    assert found.note == "`staging` is the environment; the branch of that name is git:staging"
    assert word(run(repository, "git:staging")) == "a queue"
    ran = succeed("show", f"{NAME}@staging", cwd=repository.folder)
    assert "the branch of that name is git:staging" in ran.err


def test_an_environment_that_is_shared_out_says_who_gets_what(
    repository: GitRepository, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv(DATE, "1900000000 +0000")
    start_split(repository, "1.2.0-rc.1", 5)
    said = f"{NAME} by the rollout triage-1.2.0-rc.1: 1.1.0 95 %, 1.2.0-rc.1 5 %; calls without a unit get this version"
    now, before = run(repository, "staging"), run(repository, "staging@{2027-02-01T00:00Z}")
    assert (now.version, now.note) == (version("1.1.0"), f"staging shares out {said}")
    assert (before.version, before.note) == (version("1.1.0"), None)
    assert run(repository, "staging@{2100-01-01T00:00Z}").note == f"staging shared out {said}"


@pytest.mark.parametrize("name", ["latest", "work", "1.0.0", "v1.1.0"])
def test_a_branch_with_the_name_of_another_kind_needs_git(repository: GitRepository, name: str) -> None:
    repository.git("update-ref", f"refs/heads/{name}", repository.git("rev-parse", "HEAD"))
    assert word(run(repository, f"git:refs/heads/{name}")) == "two"
    assert word(run(repository, name)) != "two"


def test_latest_is_the_highest_stable_release_not_the_last_one_made(repository: GitRepository) -> None:
    repository.git("checkout", "-q", "--", ".")
    repository.git("switch", "-q", "-c", "hotfix/x", f"prompts/{NAME}@v1.0.0")
    released(repository, {PROMPT: text("a fix")}, step="patch")
    assert run(repository, "latest").version == version("1.1.0")


@pytest.mark.parametrize(
    ("ref", "hint"),
    [
        ("nothing", "an environment, a version, a digest or a Git revision can follow @"),
        ("stagin", "did you mean `staging`?"),
        ("lates", "did you mean `latest`?"),
        ("stagin@{2027-01-15T08:00:00Z}", "did you mean `staging`?"),
        ("1.0", "an environment, a version, a digest or a Git revision can follow @"),
        ("git:staging", "an environment, a version, a digest or a Git revision can follow @"),
        ("HEAD:prompts", "an environment, a version, a digest or a Git revision can follow @"),
        ("sha256:0000", f"promptctl history {NAME}"),
        ("staging@{yesterday}", "example: prod@{2026-11-20T12:00Z}"),
        ("staging@{2027-01-15T08:00}", "example: staging@{2027-01-15T08:00Z}"),
        ("staging@{2027-01-15}", "example: staging@{2027-01-15T00:00Z}"),
    ],
)
def test_what_nothing_is_called_is_a_usage_error_with_a_hint(repository: GitRepository, ref: str, hint: str) -> None:
    with pytest.raises(UsageError) as caught:
        run(repository, ref)
    assert (caught.value.code, caught.value.exit_code, caught.value.hint) == ("PC003", 2, hint)


@pytest.mark.parametrize(
    ("ref", "code", "said"),
    [
        ("3.0.0", "PC096", "3.0.0 is not released"),
        ("prod", "PC098", "prod does not serve"),
        ("prod@{2027-01-15T08:00:00Z}", "PC098", "prod did not serve"),
        ("staging@{2000-01-01T00:00:00Z}", "PC098", "staging did not serve"),
    ],
)
def test_what_is_not_there_is_refused(repository: GitRepository, ref: str, code: str, said: str) -> None:
    with pytest.raises(StateError, match=said) as caught:
        run(repository, ref)
    assert (caught.value.code, caught.value.exit_code) == (code, 3)
    assert caught.value.hint


@pytest.mark.parametrize("ref", ["", "latest", "1.0.0", "HEAD", "git:HEAD"])
def test_an_unknown_name_is_a_usage_error_whatever_follows(repository: GitRepository, ref: str) -> None:
    with pytest.raises(UsageError) as caught:
        run(repository, ref, "support/triaje")
    assert (caught.value.code, caught.value.hint) == ("PC002", "did you mean `support/triage`?")


@pytest.mark.parametrize("name", ["", "../x", "Support", "a//b", "a" * 200, "environments/prod", "*"])
def test_a_name_that_can_be_none_is_a_usage_error(repository: GitRepository, name: str) -> None:
    for ref in ("", "1.0.0", "staging", "latest", "sha256:abcd", "HEAD"):
        with pytest.raises(UsageError):
            run(repository, ref, name)


def test_a_former_name_means_the_prompt_of_today_and_its_own_releases(repository: GitRepository) -> None:
    repository.git("checkout", "-q", "--", ".")
    repository.git("mv", f"prompts/{NAME}", "prompts/router")
    proposed(repository, {"prompts/router/prompt.yaml": text("renamed") + f"formerly: [{NAME}]\n"})
    assert (run(repository, "").name, run(repository, "HEAD").name) == ("router", "router")
    assert (run(repository, "1.0.0").name, word(run(repository, "1.0.0"))) == (NAME, "a queue")
    assert (run(repository, "staging").name, run(repository, "latest").version) == (NAME, version("1.1.0"))
    assert word(run(repository, "HEAD~1")) == "two"
    pushed(repository)
    release(opened(repository))
    assert run(repository, "1.0.0").version == version("1.0.0")
    for ref in ("latest", "1.2.0", run(repository, "").digest):
        found = run(repository, ref)
        assert (found.name, word(found)) == ("router", "renamed"), ref
    assert run(repository, "1.2.0").note == f"`{NAME}` is called router now"
    with pytest.raises(StateError, match=r"router 7\.0\.0 is not released"):
        run(repository, "7.0.0")


def test_the_name_of_today_means_what_was_called_otherwise_then(repository: GitRepository) -> None:
    repository.git("checkout", "-q", "--", ".")
    repository.git("mv", f"prompts/{NAME}", "prompts/router")
    proposed(repository, {"prompts/router/prompt.yaml": text("renamed") + f"formerly: [{NAME}]\n"})
    found = run(repository, "HEAD~1", "router")
    assert (found.name, word(found)) == (NAME, "two")
    with pytest.raises(UsageError, match="no prompt"):
        run(repository, "HEAD~1", "plain")


def test_a_malformed_prompt_at_a_revision_is_placed_there(repository: GitRepository) -> None:
    repository.commit({PROMPT: "template: [\n"})
    repository.commit({PROMPT: text()})
    with pytest.raises(PromptctlError) as caught:
        run(repository, "HEAD~1")
    assert caught.value.problem.place
    assert caught.value.problem.place.file == f"HEAD~1:{PROMPT}"


def test_outside_git_only_the_files_can_be_meant(folder: Path) -> None:
    build_files(folder, {"promptctl.toml": SETTINGS, "prompts/plain/prompt.yaml": plain()})
    repository = GitRepository(folder)
    assert run(repository, "", "plain").name == "plain"
    with pytest.raises(UsageError, match="no Git repository"):
        run(repository, "latest", "plain")
