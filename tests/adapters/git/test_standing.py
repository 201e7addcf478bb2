"""How a file stands decides whether it follows, is in the way, or stays: every case of two commits, index and disk."""

from __future__ import annotations

from pathlib import Path

import pytest

from promptctl.adapters.git.program import Git
from promptctl.adapters.git.standing import Standing, staged, standings, written
from promptctl.adapters.git.tree_objects import Entry, object_id
from tests.support import GitRepository, build_files, new_repository

OLD, NEW, MINE = (Entry("100644", letter * 40) for letter in "abc")

# before, after, staged, found: whether it is in the way, and whether the file on disk becomes what it is afterwards
CASES: list[tuple[Entry | None, Entry | None, Entry | None, Entry | None, bool, bool]] = [
    (OLD, NEW, OLD, OLD, False, True),
    (OLD, NEW, OLD, None, False, True),
    (OLD, NEW, OLD, NEW, False, False),
    (OLD, NEW, OLD, MINE, True, False),
    (OLD, NEW, NEW, OLD, False, True),
    (OLD, NEW, NEW, NEW, False, False),
    (OLD, NEW, NEW, None, False, False),
    (OLD, NEW, NEW, MINE, False, False),
    (OLD, NEW, MINE, OLD, True, False),
    (OLD, NEW, MINE, MINE, True, False),
    (OLD, NEW, None, OLD, True, False),
    (OLD, NEW, None, None, True, False),
    (None, NEW, None, None, False, True),
    (None, NEW, None, NEW, False, False),
    (None, NEW, None, MINE, True, False),
    (None, NEW, NEW, None, False, True),
    (None, NEW, NEW, MINE, False, False),
    (None, NEW, MINE, MINE, True, False),
    (OLD, None, OLD, OLD, False, True),
    (OLD, None, OLD, None, False, False),
    (OLD, None, OLD, MINE, True, False),
    (OLD, None, None, None, False, False),
    (OLD, None, None, MINE, False, False),
    (OLD, None, MINE, MINE, True, False),
]


@pytest.mark.parametrize(("before", "after", "staged", "found", "in_the_way", "follows"), CASES)
def test_every_case(
    before: Entry | None,
    after: Entry | None,
    staged: Entry | None,
    found: Entry | None,
    in_the_way: bool,
    follows: bool,
) -> None:
    standing = Standing(path="p", before=before, after=after, staged=staged, found=found.object_id if found else None)
    assert ((standing.obstacle is not None), standing.follows) == (in_the_way, follows)


@pytest.fixture
def repository(tmp_path: Path) -> GitRepository:
    return new_repository(tmp_path / "r", {"folder/a": "one\n"})


def stands(repository: GitRepository, path: str, before: str | None, after: str | None) -> Standing:
    old, new = (Entry("100644", object_id("blob", text.encode(), "sha1")) if text else None for text in (before, after))
    git = Git(repository.folder)
    (found,) = standings(git, [(path, old, new)], staged(git, [path]))
    return found


def test_a_file_that_git_would_store_as_it_was_is_not_changed(repository: GitRepository) -> None:
    repository.git("config", "core.autocrlf", "true")
    (repository.folder / "folder/a").write_bytes(b"one\r\n")
    found = stands(repository, "folder/a", "one\n", "two\n")
    assert (found.obstacle, found.follows) == (None, True)


@pytest.mark.parametrize("odd", ["link", "folder", "link on the way", "file on the way"])
def test_what_is_no_file_is_in_the_way_and_never_written_through(
    repository: GitRepository, odd: str, tmp_path: Path
) -> None:
    path, elsewhere = repository.folder / "folder", tmp_path / "elsewhere"
    build_files(elsewhere, {"a": "one\n"})
    (path / "a").unlink()
    if odd == "link":
        (path / "a").symlink_to(elsewhere / "a")
    elif odd == "folder":
        (path / "a").mkdir()
    else:
        path.rmdir()
        if odd == "link on the way":
            path.symlink_to(elsewhere)
        else:
            path.write_text("mine")
    found = stands(repository, "folder/a", "one\n", "two\n")
    assert "something else stands at folder/a" in (found.obstacle or "")
    assert not found.follows


TEXTS = ["", "\n", "a\n\nb\n", "x" * 100_000, "two missing\n"]


def said_to_convert(repository: GitRepository, how: str) -> None:
    if how == "configured":
        repository.git("config", "core.autocrlf", "true")
        return
    where = {"clone": ".git/info/attributes", "folder": "f/.gitattributes"}.get(how, ".gitattributes")
    build_files(repository.folder, {where: "*.x eol=crlf\n"})


@pytest.mark.parametrize("how", ["configured", "clone", "folder", "top"])
def test_files_are_written_as_the_user_has_them_each_with_its_own_bytes(repository: GitRepository, how: str) -> None:
    repository.commit({f"f/{number}.x": text for number, text in enumerate(TEXTS)})
    said_to_convert(repository, how)
    git, paths = Git(repository.folder), [f"f/{number}.x" for number in range(len(TEXTS))]
    blobs = [(repository.git("rev-parse", f"HEAD:{path}"), path) for path in paths]
    found = written(git, blobs)
    assert list(found) == paths
    assert list(found.values()) == [text.replace("\n", "\r\n").encode() for text in TEXTS]


def test_where_nothing_converts_the_bytes_are_those_that_are_stored(repository: GitRepository) -> None:
    repository.commit({"f/a": "a\n", ".gitattributes": "*.jsonl merge=union\n"})
    git = Git(repository.folder)
    found = written(git, [(repository.git("rev-parse", "HEAD:f/a"), "f/a")])
    assert found == {"f/a": b"a\n"}


def test_more_paths_than_a_command_line_names_are_looked_up_in_one_listing(repository: GitRepository) -> None:
    paths = [f"many/{number}" for number in range(120)]
    repository.commit(dict.fromkeys(paths, "1\n"))
    entry, git = Entry("100644", object_id("blob", b"1\n", "sha1")), Git(repository.folder)
    found = standings(git, [(path, entry, None) for path in paths], staged(git, paths))
    assert {standing.staged for standing in found} == {entry}
    assert all(standing.follows for standing in found)
