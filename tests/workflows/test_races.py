"""Clones that move pointers at the same moment: no move is lost, every winner has one commit, every loser is told."""

from __future__ import annotations

import os
import subprocess
import time
from pathlib import Path

import pytest

from promptctl.core.moves.moves import parse_moves
from tests.forking import started
from tests.shipping import NAME, OTHER, done, line, moves_file, served, shown
from tests.support import GitRepository, Ran


def clones(repository: GitRepository, folder: Path, count: int) -> list[GitRepository]:
    """Clones of as many people."""
    found = [repository.clone(folder / f"clone{number}") for number in range(count)]
    for number, clone in enumerate(found):
        clone.git("config", "user.name", f"Person {number}")
    return found


def at_once(commands: list[tuple[GitRepository, tuple[str, ...]]]) -> list[Ran]:
    """Starts every command before waiting for any."""
    running = [
        subprocess.Popen(
            [*started(), *arguments],
            cwd=clone.folder,
            stdout=subprocess.PIPE,
            stderr=subprocess.PIPE,
            env=os.environ | {"PYTHONWARNINGS": "error"},
        )
        for clone, arguments in commands
    ]
    outputs = [process.communicate() for process in running]
    return [
        Ran(process.returncode, out.decode(), err.decode())
        for process, (out, err) in zip(running, outputs, strict=True)
    ]


def commits(repository: GitRepository) -> int:
    return int(repository.git("rev-list", "--count", "--first-parent", "origin/main"))


def same_pointer(repository: GitRepository, folder: Path, rounds: int) -> None:
    first, second = clones(repository, folder, 2)
    before = commits(first)
    for number in range(rounds):
        version = f"1.{number % 3}.0"
        ran = at_once([(clone, ("promote", f"{NAME}@{version}", "staging")) for clone in (first, second)])
        first.git("fetch", "-q")
        assert commits(first) == before + number + 1, ran
        winners = [who for who, one in enumerate(ran) if one.code == 0 and " -> " in one.out]
        assert len(winners) == 1, ran
        loser = ran[1 - winners[0]]
        won = f"Person {winners[0]}: promote {NAME}@{version} to staging"
        lost = loser.code == 3 and f"lost a race: {won}" in loser.err
        late = loser.code == 0 and f"{NAME} in staging: {version} already" in loser.out
        assert lost or late, ran
        assert "Traceback" not in loser.err
    moves = parse_moves(shown(first, moves_file()) + "\n", "moves")
    assert [move.serial for move in moves.entries] == list(range(1, rounds + 1))
    assert done(first, "drift", "--json").data["findings"][0]["kind"] == "unused"


def test_of_two_that_move_the_same_pointer_one_wins_and_the_other_is_told(tmp_path: Path) -> None:
    same_pointer(line(tmp_path), tmp_path, 3)


@pytest.mark.long
@pytest.mark.timeout(600)
def test_of_two_that_move_the_same_pointer_one_wins_fifty_times(tmp_path: Path) -> None:
    same_pointer(line(tmp_path), tmp_path, 50)


def test_of_two_that_want_different_versions_one_is_told_who_won(tmp_path: Path) -> None:
    repository = line(tmp_path)
    first, second = clones(repository, tmp_path, 2)
    ran = at_once([(first, ("promote", f"{NAME}@1.0.0", "staging")), (second, ("promote", f"{NAME}@1.1.0", "staging"))])
    assert sorted(one.code for one in ran) in ([0, 3], [0, 0]), ran
    first.git("fetch", "-q")
    moves = parse_moves(shown(first, moves_file()) + "\n", "moves")
    assert len(moves.entries) == sum(one.code == 0 for one in ran)


def test_two_that_move_different_pointers_both_land(tmp_path: Path) -> None:
    repository = line(tmp_path)
    first, second = clones(repository, tmp_path, 2)
    before = commits(first)
    moves = [("promote", "staging"), ("promote", "prod"), ("remove", "staging"), ("remove", "prod")]
    for number, (verb, environment) in enumerate(moves, 1):
        tail = (environment, "--reason", "x")
        ran = at_once([(first, (verb, NAME, *tail)), (second, (verb, OTHER, *tail))])
        assert [one.code for one in ran] == [0, 0], ran
        first.git("fetch", "-q")
        assert commits(first) == before + 2 * number


def many(repository: GitRepository, folder: Path, people: int, rounds: int) -> None:
    """Every person freezes and opens an environment of their own, all at once."""
    settings = (repository.folder / "promptctl.toml").read_text()
    more = "".join(f"\n[environments.e{number}]\ngate = false\n" for number in range(people))
    repository.commit({"promptctl.toml": settings + more})
    repository.git("push", "-q", "origin", "main")
    everyone = clones(repository, folder, people)
    before = commits(everyone[0])
    for number in range(rounds):
        verb = "freeze" if number % 2 == 0 else "unfreeze"
        ran = at_once([(clone, (verb, f"e{who}", "--reason", str(number))) for who, clone in enumerate(everyone)])
        assert [one.code for one in ran] == [0] * people, ran
    everyone[0].git("fetch", "-q")
    assert commits(everyone[0]) == before + people * rounds


def test_four_people_all_land(tmp_path: Path) -> None:
    many(line(tmp_path), tmp_path, 4, 1)


@pytest.mark.long
@pytest.mark.timeout(600)
def test_four_people_all_land_ten_times(tmp_path: Path) -> None:
    many(line(tmp_path), tmp_path, 4, 10)


def promoting(repository: GitRepository, folder: Path, people: int, rounds: int) -> None:
    """Every person promotes to an environment of their own, all at once; each success is in history exactly once."""
    settings = (repository.folder / "promptctl.toml").read_text()
    more = "".join(f"\n[environments.e{number}]\ngate = false\n" for number in range(people))
    repository.commit({"promptctl.toml": settings + more})
    repository.git("push", "-q", "origin", "main")
    everyone = clones(repository, folder, people)
    before, started = commits(everyone[0]), time.monotonic()
    tries: list[int] = []
    for number in range(rounds):
        line = ("promote", f"{NAME}@1.{number % 3}.0")
        ran = at_once([(clone, (*line, f"e{who}", "--json")) for who, clone in enumerate(everyone)])
        assert [one.code for one in ran] == [0] * people, ran
        tries += [one.data["published"]["tries"] for one in ran]
    seconds = time.monotonic() - started
    print(f"{len(tries)} promotes, {sum(tries) - len(tries)} tries more, {max(tries)} at most, {seconds:.0f} s")
    everyone[0].git("fetch", "-q")
    assert commits(everyone[0]) == before + people * rounds
    for who in range(people):
        moves = parse_moves(shown(everyone[0], moves_file(f"e{who}")) + "\n", "moves")
        assert [move.serial for move in moves.entries] == list(range(1, rounds + 1))
        assert served(everyone[0], f"e{who}") == f"1.{(rounds - 1) % 3}.0"


def test_three_people_promote_at_once(tmp_path: Path) -> None:
    promoting(line(tmp_path), tmp_path, 3, 1)


@pytest.mark.long
@pytest.mark.timeout(6000)
def test_eight_people_promote_fifty_times_at_once(tmp_path: Path) -> None:
    promoting(line(tmp_path), tmp_path, 8, 50)


def test_two_commands_in_one_clone_move_the_pointer_once_each_or_say_so(tmp_path: Path) -> None:
    repository = line(tmp_path, remote=False)
    repository.git("switch", "-qc", "feature")
    ran = at_once([(repository, ("promote", NAME, "staging")), (repository, ("promote", OTHER, "staging"))])
    assert {one.code for one in ran} == {0}, ran
    assert (served(repository), served(repository, name=OTHER)) == ("1.2.0", "1.0.0")
