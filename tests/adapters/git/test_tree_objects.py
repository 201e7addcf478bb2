"""Folders, packs and differences are exactly what Git makes of the same files."""

from __future__ import annotations

import subprocess
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from promptctl.adapters.git.objects import Objects
from promptctl.adapters.git.program import Git
from promptctl.adapters.git.tree_objects import Entry, NewObjects, differences, object_id, parse_tree, spell_tree
from promptctl.errors import OutsideError
from tests.support import GitRepository, new_repository

NAMES = st.text(st.characters(blacklist_characters="/\0", blacklist_categories=["Cs"]), min_size=1, max_size=8)
ENTRIES = st.builds(
    Entry,
    st.sampled_from(["100644", "100755", "120000", "40000", "160000"]),
    st.binary(min_size=20, max_size=20).map(bytes.hex),
)


@given(st.dictionaries(NAMES, ENTRIES, max_size=8))
def test_what_is_spelled_is_read_again(folder: dict[str, Entry]) -> None:
    assert parse_tree(spell_tree(folder), 20) == folder


FILES = {"a": "1", "a.b": "1", "a-b/x": "1", "b/c/d": "1", "b/c/e": "1", "z/only": "1", "grün/ß": "1"}


@pytest.fixture(params=["sha1", "sha256"])
def repository(request: pytest.FixtureRequest, tmp_path: Path) -> GitRepository:
    made = GitRepository(tmp_path / "r")
    made.folder.mkdir()
    made.git("init", "-q", f"--object-format={request.param}", "-b", "main")
    made.commit(FILES)
    return made


def test_changed_folders_and_their_differences_are_those_of_git(repository: GitRepository) -> None:
    git = Git(repository.folder)
    objects, base = Objects(git), repository.git("rev-parse", "HEAD")
    files = {"b/c/d": b"2" * 5000, "z/only": None, "new/deep/er": b"3", "a": b"", "b/none": None, "a-b/y": b"4"}
    new = NewObjects(algorithm=git.object_format)
    changed = new.change(objects.folder, objects.folder(base), files)
    tree = new.add("tree", spell_tree(changed))
    git.run("unpack-objects", "-q", "--strict", stdin=new.pack())
    for path, data in files.items():
        file = repository.folder / path
        if data is None:
            file.unlink(missing_ok=True)
        else:
            file.parent.mkdir(parents=True, exist_ok=True)
            file.write_bytes(data)
    assert repository.git("rev-parse", f"{repository.commit()}^{{tree}}") == tree
    told = repository.git("diff-tree", "-r", "-z", "--no-renames", "--name-only", base, "HEAD").split("\0")[:-1]
    found = {path: (old, after) for path, old, after in differences(objects.folder, objects.folder(base), changed)}
    assert sorted(found) == sorted(told)
    assert found["z/only"] == (Entry("100644", object_id("blob", b"1", git.object_format)), None)
    assert found["new/deep/er"] == (None, Entry("100644", object_id("blob", b"3", git.object_format)))
    assert list(differences(objects.folder, changed, changed)) == []


@pytest.mark.parametrize("size", [0, 1, 15, 16, 2047, 2048, 300_000])
def test_a_pack_holds_objects_of_any_size(tmp_path: Path, size: int) -> None:
    repository = new_repository(tmp_path / "r", {"a": "1"})
    new = NewObjects(algorithm="sha1")
    called = new.add("blob", b"x" * size)
    Git(repository.folder).run("unpack-objects", "-q", stdin=new.pack())
    done = subprocess.run(["git", "cat-file", "blob", called], cwd=repository.folder, capture_output=True, check=True)
    assert done.stdout == b"x" * size


@pytest.mark.parametrize("path", ["file/below", "folder"])
def test_a_file_never_takes_the_place_of_a_folder(path: str) -> None:
    folder = {"file": Entry("100644", "0" * 40), "folder": Entry("40000", "1" * 40)}
    with pytest.raises(OutsideError, match="is in its place"):
        NewObjects(algorithm="sha1").change(lambda _: {}, folder, {path: b"1"})


def test_a_folder_that_becomes_empty_goes() -> None:
    inner = {"x": Entry("100644", "0" * 40)}
    changed = NewObjects(algorithm="sha1").change(lambda _: inner, {"f": Entry("40000", "1" * 40)}, {"f/x": None})
    assert changed == {}
