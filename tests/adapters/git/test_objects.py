"""Objects and the files of a commit: bytes as they were committed, whatever filters and attributes say."""

from __future__ import annotations

import subprocess
from pathlib import Path

import pytest

from promptctl.adapters.files import MAX_BYTES
from promptctl.adapters.git.objects import CommitTree, Objects
from promptctl.adapters.git.program import open_git
from promptctl.errors import UsageError
from tests.support import GitRepository, new_repository

FILES: dict[str, str | bytes] = {
    "promptctl.toml": "[repository]\n",
    "prompts/a/prompt.yaml": b"template: a\r\n",
    "prompts/g\xfc/n.j2": "umlaut",
    'prompts/quo"te\t.j2': "quoted",
    "prompts/empty.j2": "",
    "other/x": "not ours",
}


@pytest.fixture
def repository(tmp_path: Path) -> GitRepository:
    return new_repository(tmp_path / "r", FILES)


def tree_of(repository: GitRepository, commit: str = "HEAD") -> CommitTree:
    git = open_git(repository.folder)
    return CommitTree(git, Objects(git), repository.git("rev-parse", commit))


def test_objects_are_read_by_id_and_by_path(repository: GitRepository) -> None:
    objects = Objects(open_git(repository.folder))
    assert objects.read("HEAD:prompts/a/prompt.yaml") == ("blob", b"template: a\r\n")
    assert objects.read("HEAD:prompts/empty.j2") == ("blob", b"")
    assert (objects.read("HEAD") or ("", b""))[0] == "commit"
    assert objects.read("0" * 40) is None
    assert objects.read("HEAD:prompts/none") is None
    assert objects.read("HEAD:prompts/a\nHEAD") is None
    assert objects.read("HEAD:prompts/a/prompt.yaml") == ("blob", b"template: a\r\n"), "still in step"


def test_a_blob_with_any_bytes_is_read_whole(repository: GitRepository) -> None:
    data = bytes(range(256)) * 1000 + b"\n\n"
    done = subprocess.run(
        ["git", "-C", str(repository.folder), "hash-object", "-w", "--stdin"],
        input=data,
        capture_output=True,
        check=True,
    )
    objects = Objects(open_git(repository.folder))
    assert objects.read(done.stdout.decode().strip()) == ("blob", data)


def test_an_object_larger_than_a_file_may_be_is_refused_and_the_next_one_read(repository: GitRepository) -> None:
    repository.commit({"prompts/big.j2": b"x" * (MAX_BYTES + 1)})
    git = open_git(repository.folder)
    objects, found = Objects(git), git.find("HEAD:prompts/big.j2")
    with pytest.raises(UsageError, match="larger than 16 MiB"):
        objects.read("HEAD:prompts/big.j2")
    assert found
    assert (found.size, found.data) == (MAX_BYTES + 1, b""), "its bytes are passed over"
    assert objects.read("HEAD:promptctl.toml") == ("blob", b"[repository]\n")


def test_the_files_of_a_commit_are_those_below_prompts_and_the_settings(repository: GitRepository) -> None:
    tree = tree_of(repository)
    assert sorted(tree.files()) == sorted(name for name in FILES if not name.startswith("other"))
    assert tree.read("prompts/gü/n.j2") == b"umlaut"
    assert tree.read('prompts/quo"te\t.j2') == b"quoted"
    assert tree.label == tree.commit[:7]


@pytest.mark.parametrize("path", ["other/x", "prompts/none", "prompts", "../x", ""])
def test_what_is_no_file_of_the_commit_is_named_with_the_commit(repository: GitRepository, path: str) -> None:
    tree = tree_of(repository)
    with pytest.raises(UsageError) as caught:
        tree.read(path)
    assert caught.value.problem.place
    assert caught.value.problem.place.file == f"{tree.label}:{path}"


def test_links_and_submodules_are_special_and_never_read(repository: GitRepository) -> None:
    (repository.folder / "prompts/link.j2").symlink_to("/etc/passwd")
    (repository.folder / "prompts/folder").symlink_to("../other")
    commit = repository.git("rev-parse", "HEAD")
    repository.git("update-index", "--add", "--cacheinfo", f"160000,{commit},prompts/module")
    repository.git("add", "prompts/link.j2", "prompts/folder")
    repository.git("commit", "-qm", "special")
    tree = tree_of(repository)
    assert sorted(tree.special()) == ["prompts/folder", "prompts/link.j2", "prompts/module"]
    assert not set(tree.special()) & set(tree.files())
    with pytest.raises(UsageError):
        tree.read("prompts/link.j2")


def test_an_executable_file_is_a_file(repository: GitRepository) -> None:
    (repository.folder / "prompts/a/prompt.yaml").chmod(0o755)
    repository.commit()
    assert "prompts/a/prompt.yaml" in tree_of(repository).files()


def test_bytes_are_those_of_the_commit_whatever_is_configured(repository: GitRepository) -> None:
    repository.git("config", "filter.shout.smudge", "tr a-z A-Z")
    repository.git("config", "core.autocrlf", "true")
    repository.git("config", "core.quotePath", "true")
    repository.commit({".gitattributes": "*.j2 filter=shout ident eol=crlf\n", "prompts/t.j2": "words $Id$\n"})
    tree = tree_of(repository)
    assert tree.read("prompts/t.j2") == b"words $Id$\n"
    assert "prompts/gü/n.j2" in tree.files()


def test_a_commit_without_prompts_has_no_files(repository: GitRepository) -> None:
    repository.git("switch", "-q", "--orphan", "bare")
    repository.commit({"other/x": "1"})
    assert list(tree_of(repository).files()) == []
