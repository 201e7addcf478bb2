"""``lock``, ``release``, ``verify``, ``history`` and ``retire`` as people and programs see them, word for word."""

from __future__ import annotations

from pathlib import Path

import pytest

from tests.golden import golden
from tests.support import GitRepository, Ran, build_files, new_repository, promptctl, succeed, with_remote
from tests.versioning import LOCK, NAME, PROMPT, TONE, breaking, copy_of, plain, proposed, pushed, released, text

AT = {"GIT_COMMITTER_DATE": "1700000000 +0000"}


def screens(name: str, *arguments: str, cwd: Path, code: int = 0) -> None:
    """Keeps what a command prints for people and for programs; the command must change nothing."""
    for kind, more in (("txt", ()), ("json", ("--json",))):
        screen(f"{name}.{kind}", *arguments, *more, cwd=cwd, code=code)


def screen(name: str, *arguments: str, cwd: Path, code: int = 0) -> Ran:
    """Keeps one screen, standard output before standard error."""
    ran = promptctl(*arguments, cwd=cwd, environment=AT)
    assert ran.code == code, ran
    golden(f"versions/{name}", ran.out + ran.err)
    return ran


@pytest.fixture
def unlocked(tmp_path: Path) -> GitRepository:
    return with_remote(new_repository(tmp_path / "r"), tmp_path / "bare.git")


def two(folder: Path) -> GitRepository:
    """1.0.0 and 1.1.0 released at fixed times."""
    made = with_remote(new_repository(folder / "r"), folder / "bare.git")
    for word in ("a queue", "one queue"):
        proposed(made, {PROMPT: text(word)})
        pushed(made)
        succeed("release", cwd=made.folder, environment=AT)
    return made


@pytest.fixture
def repository(tmp_path: Path) -> GitRepository:
    return copy_of(two, tmp_path)


def test_lock(unlocked: GitRepository) -> None:
    folder = unlocked.folder
    screen("lock-first.txt", "lock", cwd=folder)
    golden("versions/prompts.lock", (folder / LOCK).read_text())
    screens("lock-again", "lock", cwd=folder)
    unlocked.commit()
    pushed(unlocked)
    screens("lock-unchanged", "lock", cwd=folder)
    build_files(folder, {PROMPT: breaking("one queue"), TONE: "Be quick.\n", "prompts/plain/prompt.yaml": plain()})
    screen("lock-breaking.txt", "lock", cwd=folder)
    screens("lock-breaking-again", "lock", cwd=folder)
    screens("lock-refused", "lock", "--bump", "minor", cwd=folder, code=3)
    unlocked.git("rm", "-rqf", "prompts/support")
    screen("lock-dropped.txt", "lock", cwd=folder)


def test_lock_usage(unlocked: GitRepository) -> None:
    screens("lock-check-with-names", "lock", "--check", NAME, cwd=unlocked.folder, code=2)
    screen("lock-step.txt", "lock", "--bump", "big", cwd=unlocked.folder, code=2)


def test_lock_check(repository: GitRepository) -> None:
    folder = repository.folder
    screens("check-holds", "lock", "--check", cwd=folder)
    build_files(folder, {PROMPT: text("work"), "prompts/plain/prompt.yaml": plain()})
    content = (folder / LOCK).read_text()
    build_files(folder, {LOCK: content.replace('"1.0.0": ', '"0.9.0": ')})
    screens("check-fails", "lock", "--check", cwd=folder, code=1)
    build_files(folder, {LOCK: "<<<<<<< HEAD\n" + content})
    screens("check-conflict", "lock", "--check", cwd=folder, code=2)


def test_lock_check_where_the_base_cannot_be_read(repository: GitRepository, tmp_path: Path) -> None:
    repository.git("push", "-q", "origin", "main:feature")
    url = f"file://{repository.git('remote', 'get-url', 'origin')}"
    repository.git("clone", "-q", "--depth", "1", "--no-tags", "-b", "feature", url, str(tmp_path / "clone"))
    screens("check-not-judged", "lock", "--check", cwd=tmp_path / "clone")


def test_release(unlocked: GitRepository) -> None:
    folder = unlocked.folder
    screens("release-stale", "release", cwd=folder, code=3)
    proposed(unlocked, {"prompts/plain/prompt.yaml": plain()})
    screens("release-not-pushed", "release", cwd=folder, code=3)
    pushed(unlocked)
    screen("release-here.txt", "release", "--no-push", cwd=folder)
    screen("release-here-again.json", "release", "--no-push", "--json", cwd=folder)
    screen("release-sent.txt", "release", cwd=folder)
    screens("release-nothing", "release", cwd=folder)
    content = (folder / LOCK).read_text()
    unlocked.commit({LOCK: content.replace('"1.0.0": ', f'"0.9.0": "sha256:{"9" * 64}",\n      "1.0.0": ')})
    pushed(unlocked)
    screens("release-skipped", "release", cwd=folder)
    proposed(unlocked, {PROMPT: text("one queue")})
    pushed(unlocked)
    screen("release.json", "release", "--json", cwd=folder)
    unlocked.git("switch", "-qc", "feature")
    screens("release-off-branch", "release", cwd=folder, code=3)


def test_verify(repository: GitRepository) -> None:
    folder = repository.folder
    screens("verify", "verify", cwd=folder)
    screens("verify-unknown", "verify", f"{NAME}@9.0.0", cwd=folder, code=3)
    repository.git("switch", "-qc", "hotfix/x", f"prompts/{NAME}@v1.0.0")
    released(repository, {PROMPT: text("a fix")}, step="patch")
    repository.git("switch", "-q", "main")
    screens("verify-hotfix", "verify", cwd=folder)
    screen("lock-hotfix.txt", "lock", cwd=folder)
    repository.git("update-ref", f"refs/tags/prompts/{NAME}@v1.0.0", f"refs/tags/prompts/{NAME}@v1.1.0")
    screens("verify-moved", "verify", f"{NAME}@1.0.0", cwd=folder, code=1)
    screens("show-moved", "show", f"{NAME}@1.0.0", cwd=folder, code=3)


def test_history(repository: GitRepository) -> None:
    folder = repository.folder
    screens("history", "history", NAME, cwd=folder)
    screens("history-unknown", "history", "support/triaje", cwd=folder, code=2)
    screens("history-at", "history", NAME, "--at", "2024-01-01T00:00Z", cwd=folder)
    succeed("retire", f"{NAME}@1.0.0", "--reason", "leaks addresses", cwd=folder)
    repository.commit()
    pushed(repository)
    repository.git("tag", "-f", f"prompts/{NAME}@v1.0.0", f"prompts/{NAME}@v1.1.0^{{}}")
    screens("history-retired-and-moved", "history", NAME, cwd=folder, code=1)


def test_history_of_a_prompt_without_releases(unlocked: GitRepository) -> None:
    screens("history-none", "history", NAME, cwd=unlocked.folder)


def test_retire(repository: GitRepository) -> None:
    folder = repository.folder
    screen("retire.txt", "retire", f"{NAME}@1.0.0", "--reason", "leaks addresses", cwd=folder)
    golden("versions/retired.lock", (folder / LOCK).read_text())
    screens("retire-again", "retire", f"{NAME}@1.0.0", "--reason", "leaks addresses", cwd=folder)
    screens("retire-unknown", "retire", f"{NAME}@9.0.0", "--reason", "x", cwd=folder, code=3)
    screen("retire-without-reason.txt", "retire", f"{NAME}@1.0.0", cwd=folder, code=2)
