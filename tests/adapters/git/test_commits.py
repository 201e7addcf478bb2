"""Commits made without an index: exactly the files asked for, and nothing else of the repository changes."""

from __future__ import annotations

import subprocess
from pathlib import Path

import pytest

from promptctl.adapters.git.commits import update_branch, write_commit
from promptctl.adapters.git.program import Git
from promptctl.errors import StateError
from tests.snapshot import changed, snap
from tests.support import GitRepository, build_files, new_repository


@pytest.fixture
def repository(tmp_path: Path) -> GitRepository:
    return new_repository(tmp_path / "work", {"a": "1", "folder/b": "1", "run": "x"})


def paths(repository: GitRepository, commit: str) -> dict[str, str]:
    lines = repository.git("ls-tree", "-r", commit).splitlines()
    return {path: facts.split()[0] for facts, _, path in (line.partition("\t") for line in lines)}


def test_files_are_set_and_removed_and_the_others_kept(repository: GitRepository) -> None:
    (repository.folder / "run").chmod(0o755)
    base = repository.commit()
    files = {"folder/b": None, "folder/c/d": b"new\n", "a": b"\x00\xff"}
    commit = write_commit(Git(repository.folder), base, files, "change\n")
    assert paths(repository, commit) == {"a": "100644", "folder/c/d": "100644", "run": "100755"}
    assert repository.git("rev-parse", f"{commit}^") == base
    shown = subprocess.run(["git", "show", f"{commit}:a"], cwd=repository.folder, capture_output=True, check=True)
    assert shown.stdout == b"\x00\xff"


def test_without_a_base_the_commit_is_a_root(repository: GitRepository) -> None:
    commit = write_commit(Git(repository.folder), None, {"x/y": b"1", "gone": None}, "start\n")
    assert paths(repository, commit) == {"x/y": "100644"}
    assert repository.git("rev-list", "--count", commit) == "1"


def test_nothing_of_the_repository_changes(repository: GitRepository) -> None:
    build_files(repository.folder, {"a": "staged"})
    repository.git("add", "a")
    build_files(repository.folder, {"a": "unstaged", "untracked": "1"})
    before = snap(repository)
    write_commit(Git(repository.folder), repository.git("rev-parse", "HEAD"), {"a": b"2"}, "change\n")
    assert changed(before, snap(repository)) == set()
    assert not (repository.folder / ".git/promptctl").exists()


def test_bytes_are_kept_whatever_the_attributes_say(repository: GitRepository) -> None:
    repository.git("config", "core.autocrlf", "true")
    build_files(repository.folder, {".gitattributes": "* text eol=crlf ident\n"})
    commit = write_commit(Git(repository.folder), None, {"a": b"$Id$\r\nx\n"}, "change\n")
    blob = repository.git("rev-parse", f"{commit}:a")
    shown = subprocess.run(["git", "cat-file", "blob", blob], cwd=repository.folder, capture_output=True, check=True)
    assert shown.stdout == b"$Id$\r\nx\n"


def test_a_repository_with_longer_object_ids_works(tmp_path: Path) -> None:
    repository = GitRepository(tmp_path / "work")
    repository.folder.mkdir()
    repository.git("init", "-q", "--object-format=sha256", "-b", "main")
    base = repository.commit({"a": "1", "b": "1"})
    commit = write_commit(Git(repository.folder), base, {"a": None}, "change\n")
    assert len(commit) == 64
    assert set(paths(repository, commit)) == {"b"}


def test_a_message_keeps_its_bytes_whatever_the_configured_encoding(repository: GitRepository) -> None:
    repository.git("config", "i18n.commitEncoding", "ISO-8859-1")
    commit = write_commit(Git(repository.folder), None, {"a": b"1"}, "# Grüße\n\nOp: a\n")
    shown = subprocess.run(
        ["git", "cat-file", "commit", commit], cwd=repository.folder, capture_output=True, check=True
    )
    head, _, body = shown.stdout.partition(b"\n\n")
    assert b"encoding" not in head
    assert body.decode() == "# Grüße\n\nOp: a\n"


def test_no_hook_runs(repository: GitRepository, tmp_path: Path) -> None:
    for name in ("pre-commit", "commit-msg", "prepare-commit-msg", "post-commit", "reference-transaction"):
        build_files(repository.folder / ".git/hooks", {name: f"#!/bin/sh\ntouch {tmp_path}/ran\nexit 1\n"})
        (repository.folder / ".git/hooks" / name).chmod(0o755)
    git, base = Git(repository.folder), repository.git("rev-parse", "HEAD")
    assert update_branch(git, "main", write_commit(git, base, {"a": b"2"}, "change\n"), base, "test")
    assert not (tmp_path / "ran").exists()


@pytest.mark.parametrize("spelled", ["true", "yes", "on", "1"])
def test_commits_are_signed_when_the_user_signs(repository: GitRepository, tmp_path: Path, spelled: str) -> None:
    key = tmp_path / "key"
    subprocess.run(["ssh-keygen", "-q", "-t", "ed25519", "-N", "", "-f", str(key)], check=True)
    repository.git("config", "gpg.format", "ssh")
    repository.git("config", "user.signingkey", str(key))
    repository.git("config", "commit.gpgsign", spelled)
    commit = write_commit(Git(repository.folder), None, {"a": b"1"}, "change\n")
    assert "gpgsig -----BEGIN SSH SIGNATURE-----" in repository.git("cat-file", "commit", commit)


def test_a_key_that_is_not_there_is_told_with_lines_that_name_one(repository: GitRepository, tmp_path: Path) -> None:
    repository.git("config", "gpg.format", "ssh")
    repository.git("config", "user.signingkey", str(tmp_path / "none"))
    repository.git("config", "commit.gpgsign", "true")
    with pytest.raises(StateError, match=r"Git cannot sign with .*none: .*No such file") as found:
        write_commit(Git(repository.folder), None, {"a": b"1"}, "change\n")
    assert found.value.hint
    assert found.value.hint.startswith("git config gpg.format ssh")


def test_without_a_committer_nothing_is_written(repository: GitRepository) -> None:
    for key in ("user.name", "user.email"):
        repository.git("config", "--global", "--unset", key)
    repository.git("config", "user.useConfigOnly", "true")
    before = sorted((repository.folder / ".git/objects").rglob("*"))
    with pytest.raises(StateError, match="Git does not know who you are") as found:
        write_commit(Git(repository.folder), None, {"a": b"1"}, "change\n")
    assert found.value.hint
    assert found.value.hint.startswith("git config user.name")
    assert sorted((repository.folder / ".git/objects").rglob("*")) == before


def test_a_branch_moves_only_from_where_it_is_known_to_be(repository: GitRepository) -> None:
    git, first = Git(repository.folder), repository.git("rev-parse", "HEAD")
    second = write_commit(git, first, {"a": b"2"}, "second\n")
    other = write_commit(git, first, {"a": b"3"}, "other\n")
    assert update_branch(git, "main", second, first, "test")
    assert not update_branch(git, "main", other, first, "test")
    assert not update_branch(git, "main", other, None, "test")
    assert update_branch(git, "state", other, None, "test")
    assert repository.git("rev-parse", "main", "state").split() == [second, other]
