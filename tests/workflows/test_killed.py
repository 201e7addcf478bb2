"""A write that dies at any step leaves all of it or nothing, and the next command works unaided and says which."""

from __future__ import annotations

from pathlib import Path

import pytest

from promptctl.adapters.git.journal import Entry, Journal
from promptctl.adapters.repository import Repository
from promptctl.adapters.state import read_state
from tests.faults import ACTIONS, strike
from tests.shipping import NAME, OTHER, done, line, remote_refs, run, served
from tests.support import GitRepository
from tests.versioning import PROMPT, locked, text

MOST_STEPS = 80
LAST_READ = 15
"""A promotion has written nothing before this call of git."""
COMMANDS = {
    "promote": ("promote", f"{NAME}@1.2.0", "staging"),
    "rollback": ("rollback", f"{NAME}@1.0.0", "staging", "--reason", "bad day"),
    "freeze": ("freeze", "staging", "--reason", "holidays"),
    "release": ("release",),
    "branch": ("promote", f"{NAME}@1.2.0", "staging", "--branch", "up"),
}
EXPECTED = {"promote": "1.2.0", "rollback": "1.0.0", "freeze": "1.1.0", "release": "1.1.0", "branch": "1.1.0"}
SAMPLED = [
    (command, remote, action, at)
    for number, (command, remote) in enumerate((c, r) for c in COMMANDS for r in (True, False))
    for action, at in (("kill-after", 9 + number), ("kill-before", 14 + number), ("fail-before", 20 + number))
]


def prepared(folder: Path, command: str, *, remote: bool) -> GitRepository:
    repository = line(folder, remote=remote, staged=("1.0.0", "1.1.0"))
    repository.git("reset", "-q", "--hard", "origin/main" if remote else "main")
    if command == "release":
        repository.commit({PROMPT: text("one more queue")}, "edit")
        locked(repository)
        repository.commit(message="lock")
        if remote:
            repository.git("push", "-q", "origin", "main")
    return repository


def check(repository: GitRepository, command: str) -> None:
    """What must hold after the next command, whatever happened to the one before."""
    repository.git("fsck", "--strict", "--no-dangling")
    assert served(repository) == EXPECTED[command]
    serials = [move.serial for move in read_state(Repository(repository.folder)).moves("staging", NAME).entries]
    assert serials == list(range(1, 4 if command in ("promote", "rollback") else 3))
    assert repository.git("status", "--porcelain") == ""
    common = repository.folder / ".git"
    assert not [*common.rglob("*.lock"), *common.glob("promptctl/journal.json"), *common.glob("promptctl/index-*")]
    if command == "release":
        assert "1.3.0" in repository.git("tag", "--list", f"prompts/{NAME}@v1.3.0")
    if command == "branch":
        up = remote_refs(repository)["refs/heads/up"] if repository.git("remote") else repository.git("rev-parse", "up")
        assert repository.git("rev-parse", f"{up}^") == repository.git("rev-parse", "main")
    assert run(repository, "drift").code == 0


def struck(folder: Path, command: str, *, remote: bool, action: str, at: int) -> bool:
    """One strike and the checks after it; False when the command made fewer calls of git than ``at``."""
    repository = prepared(folder / f"{command}-{action}-{at}", command, remote=remote)
    ended = strike(*COMMANDS[command], cwd=repository.folder, folder=folder / "bin", at=at, action=action)
    assert "Traceback" not in ended.out + ended.err, ended
    assert ended.code in (0, 3, 4, 70, -9, 137), ended
    done(repository, *COMMANDS[command])
    check(repository, command)
    return ended.reached


@pytest.mark.parametrize(("command", "remote", "action", "at"), SAMPLED)
def test_a_struck_write_is_whole_or_not_there(folder: Path, command: str, remote: bool, action: str, at: int) -> None:
    struck(folder, command, remote=remote, action=action, at=at)


@pytest.mark.long
@pytest.mark.timeout(3000)
@pytest.mark.parametrize("action", ACTIONS)
@pytest.mark.parametrize("remote", [True, False])
@pytest.mark.parametrize("command", COMMANDS)
def test_every_step_can_be_struck(folder: Path, command: str, remote: bool, action: str) -> None:
    reached = [struck(folder, command, remote=remote, action=action, at=at) for at in range(1, MOST_STEPS)]
    assert not reached[-1], "the command has more steps than were struck"


def test_an_interrupted_write_is_named_by_the_next(folder: Path) -> None:
    repository = prepared(folder / "named", "promote", remote=True)
    named, found, at = f"an interrupted `promote {NAME}@1.2.0 staging` was found", "", LAST_READ
    while named not in found:
        at += 1
        ended = strike(*COMMANDS["promote"], cwd=repository.folder, folder=folder / "bin", at=at, action="kill-before")
        assert ended.reached, "no step of a promotion is named"
        found = done(repository, "freeze" if at % 2 else "unfreeze", "prod", "--reason", "x").err


def test_what_was_fetched_since_stays_known(folder: Path) -> None:
    repository = prepared(folder / "fetched", "promote", remote=True)
    done(repository, *COMMANDS["promote"])
    refs = ("refs/heads/main", "refs/promptctl/unsent/main", "refs/remotes/origin/main")
    base, new = repository.git("rev-parse", "main~1", "main").split()
    entry = Entry(operation="promote", refs=refs, base=base, new=new, remote="origin")
    done(repository.clone(folder / "other"), "promote", OTHER, "staging")
    Journal(Repository(repository.folder).git).note(entry)
    repository.git("fetch", "-q")
    there = repository.git("rev-parse", "origin/main")
    ran = done(repository, "remove", OTHER, "staging", "--reason", "not used", "--no-push")
    assert "it is done" in ran.err
    assert repository.git("rev-parse", "origin/main") == there


@pytest.mark.parametrize("words", [("rollout", "watch", "staging", "--advance"), ("experiment", "advance")])
def test_who_finds_nothing_to_write_settles_what_was_left(folder: Path, words: tuple[str, ...]) -> None:
    repository = prepared(folder / "left", "promote", remote=True)
    journal, head = Journal(Repository(repository.folder).git), repository.git("rev-parse", "HEAD")
    journal.note(Entry(operation="freeze staging", refs=("refs/heads/main",), base=f"{head}^", new=head))
    with journal.writing("freeze staging"):
        ran = run(repository, *words)
        assert (ran.code, ran.err.count("interrupted"), journal.path.exists()) == (0, 0, True), ran
    ran = run(repository, *words)
    assert (ran.code, journal.path.exists()) == (0, False), ran
    assert "an interrupted `freeze staging` was found: it is done" in ran.err
