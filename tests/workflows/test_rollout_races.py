"""Clones that decide about one rollout at the same moment: one makes the step, the others are told, nothing is lost."""

from __future__ import annotations

import random
from pathlib import Path

import pytest

from tests.rollouts import QUICK, Behaviour, backdated, moves_of, pointer, split_of, store_of
from tests.shipping import NAME, done, line, run
from tests.support import GitRepository, Ran
from tests.workflows.test_races import at_once, clones

FINE = ("--health", "error_rate=0.1", "--health", "cost=0.5", "--minimum-minutes", "1")
START = ("rollout", "start", f"{NAME}@1.2.0", "staging")
BACK = ("rollback", NAME, "staging", "--reason", "race")


def sound(repository: GitRepository, first: int) -> list[str]:
    """The kinds and actions of the moves since, after checking that they and the pointer tell one story."""
    repository.git("fetch", "-q")
    return [move.split["action"] if move.split else move.kind for move in moves_of(repository)[first:]]


def told(ran: Ran) -> bool:
    """Whether a command that changed nothing said why."""
    return any(said in ran.out + ran.err for said in ("lost a race", "stays;", "no rollout", "[PC246]", "already"))


@pytest.mark.parametrize("failing", [0.0, pytest.param(0.6, marks=pytest.mark.long)], ids=["a step", "a rollback"])
def test_of_two_at_once_one_decides(tmp_path: Path, failing: float) -> None:
    repository = line(tmp_path, staged=("1.1.0",))
    done(repository, *START, *QUICK[2:], *FINE, "--steps", "10,50,100")
    began = split_of(repository)
    aged = backdated(repository, minutes=5)
    kept = store_of(tmp_path / "calls.sqlite3", aged, 800, canary=Behaviour(failing=failing))
    advance = ("rollout", "advance", NAME, "staging", "--store", kept)
    ran = at_once([(clone, advance) for clone in clones(repository, tmp_path, 2)])
    assert sound(repository, 3) == (["rollback"] if failing else ["advance"]), ran
    assert began.salt == aged.salt
    moved = [one for one in ran if "is moved" in one.out or "is rolled back" in one.out]
    (other,) = [one for one in ran if one not in moved]
    assert other.code == (3 if "[PC246]" in other.err else 0), ran
    assert told(other)
    assert "Traceback" not in other.err


@pytest.mark.long
@pytest.mark.timeout(900)
def test_eight_clones_in_any_order(tmp_path: Path) -> None:
    """Eight people advance, abort, roll back, promote and start at once, twelve times over."""
    repository, chance = line(tmp_path, staged=("1.0.0", "1.1.0")), random.Random(1)
    everyone = clones(repository, tmp_path, 8)
    for number in range(12):
        serial = pointer(repository).serial
        live = str(pointer(repository).served.version)
        if pointer(repository).split is None:
            canary = "1.0.0" if live != "1.0.0" else "1.2.0"
            done(repository, "rollout", "start", f"{NAME}@{canary}", "staging", *FINE, "--minimum-requests", "20")
            aged = backdated(repository, minutes=5)
        else:
            aged = backdated(repository, minutes=5)
        behaviour = Behaviour(failing=0.6 if number % 3 == 2 else 0.0)
        kept = store_of(tmp_path / f"{number}.sqlite3", aged, 900, canary=behaviour)
        before = pointer(repository).serial
        commands = [
            ("rollout", "advance", "staging", "--store", kept),
            ("rollout", "abort", NAME, "staging", "--reason", "race"),
            BACK,
            ("promote", f"{NAME}@1.2.0", "staging"),
        ]
        ran = at_once([(clone, chance.choice([commands[0], *commands])) for clone in everyone])
        actions = sound(repository, before)
        assert pointer(repository).serial == before + len(actions) > serial
        assert all(one.code in (0, 1, 3) for one in ran), ran
        assert not any("Traceback" in one.err for one in ran)
        recorded = [one for one in ran if "commit " in one.out]
        assert len(recorded) == len(actions), (ran, actions)
        assert actions.count("advance") + actions.count("finish") <= 1, actions
        findings = run(repository, "drift", "--json").data["findings"]
        assert not [it for it in findings if it["level"] == "error"], findings
