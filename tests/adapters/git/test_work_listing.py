"""The listing by Git's index finds what a walk over the folders finds, and names contents that a reader would find."""

from __future__ import annotations

import os
import time
from collections.abc import Callable
from pathlib import Path
from types import SimpleNamespace

import pytest

from promptctl.adapters import work_tree
from promptctl.adapters.facts import Facts
from promptctl.adapters.git import index_times
from promptctl.adapters.git.program import Git
from promptctl.adapters.git.work_listing import indexed_listing
from promptctl.adapters.work_tree import WorkTree, content_id, walked_listing
from tests.support import GitRepository, build_files, new_repository

ONE, TWO, PART = "prompts/a/prompt.yaml", "prompts/b/c/prompt.yaml", "prompts/shared/tone.j2"


@pytest.fixture
def repository(folder: Path) -> GitRepository:
    found = new_repository(folder)
    found.commit({ONE: "template: one\n", TWO: "template: two\n", PART: "Be brief.\n"})
    return found


CHANGES: dict[str, Callable[[GitRepository], object]] = {
    "nothing": lambda found: None,
    "edited": lambda found: build_files(found.folder, {ONE: "template: three\n"}),
    "edited, size and time kept": lambda found: _same_stat(found.folder / ONE),
    "edited within the second, time put back": lambda found: _deceived(found),
    "times not compared": lambda found: (
        found.git("config", "core.checkStat", "minimal"),
        found.git("config", "core.trustctime", "false"),
        _deceived(found),
    ),
    "letters not compared": lambda found: (
        found.git("config", "core.ignoreCase", "true"),
        build_files(found.folder, {"prompts/A/prompt.yaml": "template: one\n"}),
    ),
    "staged": lambda found: (build_files(found.folder, {ONE: "template: three\n"}), found.git("add", ONE)),
    "staged and edited back": lambda found: (
        build_files(found.folder, {ONE: "template: three\n"}),
        found.git("add", ONE),
        build_files(found.folder, {ONE: "template: one\n"}),
    ),
    "new": lambda found: build_files(found.folder, {"prompts/new/prompt.yaml": "template: new\n"}),
    "meant to be added": lambda found: (
        build_files(found.folder, {"prompts/new.j2": "x"}),
        found.git("add", "-N", "prompts/new.j2"),
    ),
    "ignored": lambda found: (
        build_files(found.folder, {".gitignore": "*.log\nout/\n"}),
        build_files(found.folder, {"prompts/out/x.log": "x"}),
    ),
    "gone": lambda found: (found.folder / ONE).unlink(),
    "gone from the index": lambda found: found.git("rm", "-q", "--cached", ONE),
    "a link": lambda found: ((found.folder / ONE).unlink(), (found.folder / ONE).symlink_to("../b")),
    "a linked folder": lambda found: (found.folder / "prompts/d").symlink_to("b"),
    "a folder for a file": lambda found: (
        (found.folder / PART).unlink(),
        build_files(found.folder, {f"{PART}/x": "x"}),
    ),
    "a pipe for a file": lambda found: ((found.folder / ONE).unlink(), os.mkfifo(found.folder / ONE)),
    "another repository": lambda found: (
        found.git("init", "-q", "prompts/inner"),
        build_files(found.folder, {"prompts/inner/x.j2": "x"}),
    ),
    "not to be looked at": lambda found: (
        found.git("update-index", "--assume-unchanged", ONE),
        build_files(found.folder, {ONE: "template: three\n"}),
    ),
    "left out": lambda found: (found.git("update-index", "--skip-worktree", ONE), (found.folder / ONE).unlink()),
    "unfinished": lambda found: build_files(found.folder, {"prompts/.promptctl-tmp-1-x": "x"}),
    "unfinished, committed": lambda found: (
        build_files(found.folder, {"prompts/.promptctl-tmp-1-x": "x"}),
        found.commit(),
    ),
    "odd names": lambda found: build_files(found.folder, {"prompts/ü \n\"'/x.j2": "x"}),
    "line ends": lambda found: (found.folder / ONE).write_bytes(b"template: one\r\n"),
    "no settings": lambda found: (found.folder / "promptctl.toml").unlink(),
}


def _same_stat(file: Path) -> None:
    before = file.stat()
    file.write_text(file.read_text().replace("one", "two"))
    os.utime(file, ns=(before.st_atime_ns, before.st_mtime_ns))


def _deceived(found: GitRepository) -> None:
    """Git notes a file of long ago, which is another one a moment later, as long and as old."""
    (found.folder / ONE).write_text("template: ten\n")
    os.utime(found.folder / ONE, (0, 0))
    found.commit()
    (found.folder / ONE).write_text("template: six\n")
    os.utime(found.folder / ONE, (0, 0))


@pytest.mark.parametrize("change", CHANGES)
def test_it_finds_what_a_walk_finds(repository: GitRepository, change: str) -> None:
    CHANGES[change](repository)
    found, walked = indexed_listing(Git(repository.folder))(), walked_listing(repository.folder)
    assert found is not None
    assert list(found.regular) == list(walked.regular)
    assert found.special == walked.special
    for path, name in found.regular.items():
        assert name in (None, content_id((repository.folder / path).read_bytes(), name))
    untouched = found.regular[TWO] if change != "nothing" else found.regular[ONE]
    assert untouched is not None


def test_once_the_second_has_passed_nobody_looks_at_its_times_again(
    repository: GitRepository, monkeypatch: pytest.MonkeyPatch
) -> None:
    looked, real = list[str](), os.lstat

    def lstat(path: Path) -> os.stat_result:
        looked.append(str(path))
        return real(path)

    git, facts = Git(repository.folder), Facts(repository.folder / "kept")
    monkeypatch.setattr("promptctl.adapters.git.index_times.os.lstat", lstat)
    counts = []
    for seconds in (0, 10, 20):
        monkeypatch.setattr(index_times, "time", SimpleNamespace(time=lambda at=time.time() + seconds: at))
        index_times.overlooked(git, facts, "prompts")
        counts.append(len(looked))
    assert counts == [4, 8, 8]
    repository.commit({ONE: "template: three\n"})
    index_times.overlooked(git, facts, "prompts")
    assert len(looked) == 12


CONVERTING: dict[str, Callable[[GitRepository], object]] = {
    "attributes": lambda found: build_files(found.folder, {".gitattributes": "prompts/** filter=x\n"}),
    "below prompts": lambda found: build_files(found.folder, {"prompts/.gitattributes": "* ident\n"}),
    "of this clone": lambda found: (found.folder / ".git/info/attributes").write_text(
        "* working-tree-encoding=UTF-16\n"
    ),
    "of the user": lambda found: _attributes_of_the_user(found),
    "only in the index": lambda found: (
        build_files(found.folder, {".gitattributes": "prompts/** filter=x\n"}),
        found.git("add", "."),
        (found.folder / ".gitattributes").unlink(),
    ),
    "a linked folder of prompts": lambda found: (
        (found.folder / "prompts").rename(found.folder / "else"),
        (found.folder / "prompts").symlink_to("else"),
    ),
}


def _attributes_of_the_user(found: GitRepository) -> None:
    (found.folder.parent / "mine").write_text("*.yaml filter=x\n")
    found.git("config", "core.attributesFile", str(found.folder.parent / "mine"))


@pytest.mark.parametrize("make", [os.mkfifo, Path.mkdir, lambda path: path.symlink_to("nowhere")])
def test_settings_that_are_no_file_are_named_whoever_looks(
    repository: GitRepository, monkeypatch: pytest.MonkeyPatch, make: Callable[[Path], object]
) -> None:
    (repository.folder / "promptctl.toml").unlink()
    make(repository.folder / "promptctl.toml")
    for many in (0, 500):
        monkeypatch.setattr(work_tree, "MANY", many)
        tree = WorkTree(repository.folder, lambda: Git(repository.folder))
        assert (list(tree.special()), "promptctl.toml" in tree.files()) == (["promptctl.toml"], False)


def test_a_linked_folder_of_prompts_is_a_link_and_nothing_behind_it_is_read(repository: GitRepository) -> None:
    CONVERTING["a linked folder of prompts"](repository)
    tree = WorkTree(repository.folder)
    assert ONE not in tree.files()
    assert (list(tree.special()), [path for path in tree.files() if path.startswith("prompts")]) == (["prompts"], [])


@pytest.mark.parametrize("case", CONVERTING)
def test_it_does_not_answer_where_files_may_differ_from_their_objects(repository: GitRepository, case: str) -> None:
    assert indexed_listing(Git(repository.folder))() is not None
    CONVERTING[case](repository)
    assert indexed_listing(Git(repository.folder))() is None


def test_a_large_work_tree_is_listed_by_the_index(repository: GitRepository, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(work_tree, "MANY", 2)
    asked: list[str] = []

    def git() -> Git:
        asked.append("git")
        return Git(repository.folder)

    tree = WorkTree(repository.folder, git)
    assert list(tree.files()) == list(walked_listing(repository.folder).regular)
    assert asked == ["git"]
    assert tree.content(ONE) == repository.git("rev-parse", f"HEAD:{ONE}").strip()
    assert tree.content("prompts/no.j2") is None


def test_what_was_read_counts_and_not_what_lies_there_since(repository: GitRepository) -> None:
    tree = WorkTree(repository.folder)
    data = tree.read(ONE)
    build_files(repository.folder, {ONE: "template: since\n"})
    assert tree.content(ONE) == content_id(data)


@pytest.mark.parametrize(
    ("one", "other", "same"),
    [
        (b"a\nb\n", b"a\r\nb\r\n", True),
        (b"a\r\n", b"a\r\r\n", False),
        (b"a\rb", b"a\nb", False),
        (b"a\r\n", b"a\r", False),
        (b"", b"\r\n", False),
    ],
)
def test_contents_of_one_name_are_one_text(one: bytes, other: bytes, *, same: bool) -> None:
    assert (content_id(one) == content_id(other)) is same


def test_line_ends_are_kept_where_the_index_keeps_them(repository: GitRepository) -> None:
    (repository.folder / ONE).write_bytes(b"template: one\r\n")
    repository.git("-c", "core.autocrlf=false", "add", ONE)
    name = repository.git("rev-parse", f":{ONE}").strip()
    assert content_id(b"template: one\r\n", name) == name
    assert content_id(b"template: one\r\n") == content_id(b"template: one\n")
