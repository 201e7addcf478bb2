"""Many people who do different things to the same environments at once: what was said to be done is done, once."""

from __future__ import annotations

import json
import random
from collections import Counter
from pathlib import Path

import pytest

from tests.rollouts import moves_of
from tests.shipping import NAME, OTHER, done, line
from tests.support import SETTINGS, Ran
from tests.workflows.test_races import at_once, clones

ASKING = SETTINGS.replace("[environments.prod]\n", "[environments.prod]\napprovals = 1\n", 1)
PLACES = [(NAME, "staging"), (NAME, "prod"), (OTHER, "staging"), (OTHER, "prod")]
READING = {"fetch", "status", "drift", "plan"}


def commands(chance: random.Random, said: str) -> tuple[str, ...]:
    """Anything that a person may do; ``said`` is its reason."""
    name, environment = chance.choice(PLACES)
    version = chance.choice(["1.0.0", "1.1.0", "1.2.0"]) if name == NAME else "1.0.0"
    place, because = (name, environment), ("--reason", said)
    found: tuple[str, ...] = chance.choice(
        [
            ("promote", f"{name}@{version}", environment, *because),
            ("promote", f"{name}@{version}", environment, *because),
            ("rollback", *place, *because),
            ("approve", f"{name}@{version}", environment, *because),
            ("remove", *place, *because),
            (chance.choice(["freeze", "unfreeze"]), environment, *because),
            ("rollout", "start", f"{name}@{version}", environment, *because),
            ("rollout", chance.choice(["pause", "resume", "abort"]), *place, *because),
            ("fetch",),
            ("status",),
            ("drift",),
            ("plan", environment),
        ]
    )
    return (*found, "--json")


def landed(ran: Ran) -> str | None:
    """The commit that a command says it put on the remote. A refusal says why, and never breaks off."""
    assert ran.code in (0, 1, 3), ran
    assert "Traceback" not in ran.err, ran
    answer = json.loads(ran.out)
    published = (answer["data"] or {}).get("published") if ran.code == 0 else None
    if published is None or published["commit"] is None:
        return None
    assert published["sent"], ran
    return str(published["commit"])


def mixed(folder: Path, people: int, rounds: int) -> None:
    repository, chance = line(folder, ASKING, staged=("1.0.0", "1.1.0")), random.Random(5)
    everyone = clones(repository, folder, people)
    for number, clone in enumerate(everyone):
        clone.git("config", "user.email", f"person{number}@example.org")
    start, told, refused = repository.git("rev-parse", "origin/main"), list[str](), 0
    for number in range(rounds):
        asked = [(clone, commands(chance, f"{number}.{who}")) for who, clone in enumerate(everyone)]
        for ran, (_, words) in zip(at_once(asked), asked, strict=True):
            commit = landed(ran)
            told += [commit] if commit else []
            refused += ran.code != 0 and words[0] not in READING
    repository.git("fetch", "-q")
    made = repository.git("rev-list", f"{start}..origin/main").splitlines()
    print(f"{people * rounds} commands, {len(made)} commits, {refused} refused")
    assert sorted(told) == sorted(made)
    assert 0 < refused < people * rounds
    stories = [moves_of(repository, environment, name) for name, environment in PLACES]
    assert any(stories)
    said = Counter(repository.git("log", "--format=%b", f"{start}..origin/main").splitlines())
    reasons = [f"{number}.{who}" for number in range(rounds) for who in range(people)]
    assert {said[reason] for reason in reasons} == {0, 1}
    for clone in everyone:
        done(clone, "fetch")
        assert clone.git("rev-parse", "origin/main") == made[0]
    done(repository, "verify")


def test_three_people(tmp_path: Path) -> None:
    mixed(tmp_path, 3, 3)


@pytest.mark.long
@pytest.mark.timeout(3600)
def test_eight_people_two_hundred_times(tmp_path: Path) -> None:
    mixed(tmp_path, 8, 200)
