"""The committer is who Git says; without one there is a line that names one."""

from __future__ import annotations

from pathlib import Path

import pytest

from promptctl.adapters.git.commits import write_commit
from promptctl.adapters.git.identity import committer
from promptctl.adapters.git.program import Git
from promptctl.errors import StateError
from tests.shipping import shell
from tests.support import GitRepository, new_repository


@pytest.fixture
def repository(tmp_path: Path) -> GitRepository:
    return new_repository(tmp_path / "work", {"a": "1"})


def test_the_configured_person(repository: GitRepository) -> None:
    found = committer(Git(repository.folder))
    assert (found.person, found.email) == ("Ada Tester <ada@example.org>", "ada@example.org")
    assert found.stamped.startswith("Ada Tester <ada@example.org> 1")


def test_the_environment_comes_first(repository: GitRepository, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("GIT_COMMITTER_NAME", "Grace")
    assert committer(Git(repository.folder)).person == "Grace <ada@example.org>"


@pytest.mark.parametrize("missing", [["user.email"], ["user.name", "user.email"]])
def test_nobody_is_refused_with_a_line_that_works(repository: GitRepository, missing: list[str]) -> None:
    for key in missing:
        repository.git("config", "--global", "--unset", key)
    repository.git("config", "user.useConfigOnly", "true")
    with pytest.raises(StateError) as found:
        committer(Git(repository.folder))
    assert found.value.hint
    shell(repository, found.value.hint)
    assert committer(Git(repository.folder)).person == "Your Name <you@example.org>"


def test_a_committer_is_the_author_where_git_knows_none(
    repository: GitRepository, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("GIT_COMMITTER_NAME", "Grace")
    monkeypatch.setenv("GIT_COMMITTER_EMAIL", "grace@example.org")
    for key in ("user.name", "user.email"):
        repository.git("config", "--global", "--unset", key)
    repository.git("config", "user.useConfigOnly", "true")
    commit = write_commit(Git(repository.folder), None, {"a": b"1"}, "change\n")
    assert repository.git("log", "-1", "--format=%an %ae %cn %ce", commit) == " ".join(["Grace grace@example.org"] * 2)
