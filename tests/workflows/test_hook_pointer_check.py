"""``hook pointer-check``: what may not be committed about pointers, however it came into the index."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import pytest

from tests.shipping import FOLDER, NAME, done, line, moves_file, pointer_file
from tests.staging import judged, said, stage
from tests.support import GitRepository

POINTER, MOVES = pointer_file(), moves_file()
REFUSED = {("PC130", POINTER)}


@pytest.fixture
def repository(tmp_path: Path) -> GitRepository:
    """1.0.0, 1.1.0 and 1.2.0 went to staging, on the branch that is checked out; there is no remote."""
    return line(tmp_path, remote=False, staged=("1.0.0", "1.1.0", "1.2.0"))


def read(repository: GitRepository, path: str) -> str:
    return (repository.folder / path).read_text()


def edit(path: str, old: str, new: str) -> Callable[[GitRepository], None]:
    def change(repository: GitRepository) -> None:
        text = read(repository, path)
        assert old in text
        stage(repository, {path: text.replace(old, new)})

    return change


def without(*paths: str) -> Callable[[GitRepository], None]:
    return lambda repository: (repository.git("rm", "-q", "--cached", *paths) and None) or None


def rewound(repository: GitRepository) -> None:
    """The index of the commit before, as a stale one would be: the next commit turns everything back."""
    repository.git("read-tree", "HEAD~1")


def last_move_gone(repository: GitRepository) -> None:
    stage(repository, {MOVES: "".join(read(repository, MOVES).splitlines(keepends=True)[:-1])})


def new_by_hand(repository: GitRepository) -> None:
    stage(repository, {pointer_file("prod"): read(repository, POINTER)})


ATTACKS: dict[str, tuple[Callable[[GitRepository], None], str]] = {
    "turned back": (rewound, "1 recorded move is taken back"),
    "another version": (
        edit(POINTER, "version: 1.2.0", "version: 1.1.0"),
        "the pointer serves 1.1.0, its last move says",
    ),
    "another serial": (edit(POINTER, "serial: 3", "serial: 4"), "its moves end at 3"),
    "an older serial": (edit(POINTER, "serial: 3", "serial: 2"), "stands at serial 2, but its history knows 3"),
    "another lineage": (edit(POINTER, "lineage: 01", "lineage: 02"), "the pointer is changed without a move"),
    "another prompt's": (edit(POINTER, f"prompt: {NAME}", "prompt: text/summary"), "belongs to text/summary"),
    "no YAML": (edit(POINTER, "serial: 3", "serial: ["), "cannot be read: "),
    "a move changed": (edit(MOVES, '"serial":1', '"serial":0'), "recorded moves are changed"),
    "a move added": (edit(MOVES, '"serial":3', '"serial":3}\n{"serial":4'), "recorded moves are changed"),
    "the last move gone": (last_move_gone, "1 recorded move is taken back"),
    "moves deleted": (without(MOVES), "its moves are deleted"),
    "pointer deleted": (without(POINTER), "the pointer serves nothing, its last move says 1.2.0"),
    "both deleted": (without(POINTER, MOVES), "its moves are deleted"),
}


@pytest.mark.parametrize("name", ATTACKS)
def test_what_no_command_does_is_refused(repository: GitRepository, name: str) -> None:
    attack, words = ATTACKS[name]
    attack(repository)
    result = judged(repository, "pointer-check")
    assert said(result) == REFUSED
    assert words in result.findings[0].message


def test_a_pointer_made_by_hand_is_refused(repository: GitRepository) -> None:
    new_by_hand(repository)
    assert said(judged(repository, "pointer-check")) == {("PC130", pointer_file("prod"))}


def test_the_hint_undoes_it(repository: GitRepository) -> None:
    rewound(repository)
    hint = judged(repository, "pointer-check").findings[0].hint or ""
    repository.git(*hint.removeprefix("git ").split())
    assert judged(repository, "pointer-check").ok
    assert repository.git("status", "--porcelain") == ""


def test_other_work_is_none_of_its_business(repository: GitRepository) -> None:
    stage(
        repository,
        {"README.md": "x\n", f"{FOLDER}/staging/_freeze.yaml": "a: 1\n", f"{FOLDER}/staging/X.yaml": "a: 1\n"},
    )
    assert judged(repository, "pointer-check").judged == "nothing to judge"
    assert judged(repository, "pointer-check", POINTER).ok
    assert judged(repository, "pointer-check", POINTER).judged == "1 pointer"


def test_moves_that_promptctl_made_may_be_merged(repository: GitRepository) -> None:
    repository.git("branch", "old", "HEAD~1")
    repository.git("checkout", "-q", "old")
    repository.commit({"README.md": "mine\n"})
    repository.git("merge", "-q", "--no-commit", "main")
    assert judged(repository, "pointer-check").judged == "1 pointer"
    assert judged(repository, "pointer-check").ok


def test_a_merge_that_drops_the_other_sides_moves_is_refused(repository: GitRepository) -> None:
    repository.git("checkout", "-q", "-b", "old", "HEAD~1")
    repository.commit({"README.md": "mine\n"})
    repository.git("merge", "-q", "--no-commit", "-s", "ours", "main")
    assert judged(repository, "lint").judged == "nothing to judge"
    assert said(judged(repository, "pointer-check")) == REFUSED


def test_a_rollback_by_promptctl_is_no_turning_back(repository: GitRepository) -> None:
    before = repository.git("rev-parse", "HEAD")
    done(repository, "rollback", NAME, "staging", "--reason", "slow")
    done(repository, "remove", NAME, "staging", "--reason", "unused")
    assert judged(repository, "pointer-check", PRE_COMMIT_FROM_REF=before).ok
    assert judged(repository, "pointer-check", PRE_COMMIT_FROM_REF=before).judged == "1 pointer"


def test_a_revert_of_a_promote_is_refused(repository: GitRepository) -> None:
    repository.git("revert", "-n", "HEAD")
    assert said(judged(repository, "pointer-check")) == REFUSED


def test_a_repair_of_what_was_committed_broken_is_let_through(repository: GitRepository) -> None:
    good = {path: read(repository, path) for path in (POINTER, MOVES)}
    repository.commit({POINTER: "serial: [\n", MOVES: b"\xff\n"}, "broken")
    stage(repository, good)
    assert judged(repository, "pointer-check").ok
