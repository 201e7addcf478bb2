"""Several clones promote, roll back, remove, freeze, keep moves here and send them, in any order, against a model."""

from __future__ import annotations

import random
from dataclasses import dataclass, field, replace
from pathlib import Path

import pytest

from promptctl.core.moves import parse_moves
from tests.shipping import NAME, OTHER, done, hint, line, moves_file, run, served, shell, shown
from tests.support import GitRepository, Ran

VERSIONS = {NAME: ("1.0.0", "1.1.0", "1.2.0"), OTHER: ("1.0.0",)}
WHY = ("--reason", "why")


@dataclass(frozen=True)
class Place:
    """What the model knows of one pointer in staging: what a rollback can go back to, and what ever was live."""

    stack: tuple[str | None, ...] = ()
    ever: frozenset[str] = frozenset()
    moves: int = 0

    @property
    def live(self) -> str | None:
        return self.stack[-1] if self.stack else None

    def promoted(self, version: str) -> Place:
        return Place((*self.stack, version), self.ever | {version}, self.moves + 1)

    def removed(self) -> Place:
        return replace(self, stack=(*self.stack, None), moves=self.moves + 1)

    def step_back(self) -> str | None:
        return next((one for one in reversed(self.stack[:-1]) if one and one != self.live), None)

    def rolled_back(self, version: str) -> Place:
        below = self.stack[:-1]
        if version in below:
            cut = len(below) - below[::-1].index(version)
            return replace(self, stack=self.stack[:cut], moves=self.moves + 1)
        return replace(self, stack=(*self.stack, version), moves=self.moves + 1)


@dataclass
class Hand:
    """One clone: the moves it had seen when it last asked the remote, and a rollback that it keeps to itself."""

    clone: GitRepository
    seen: dict[str, int] = field(default_factory=lambda: dict.fromkeys(VERSIONS, 0))
    kept: tuple[str, Place, int] | None = None


class World:
    """The remote by the model, and what each random step must do."""

    def __init__(self, folder: Path, seed: int) -> None:
        self.random = random.Random(seed)
        first = line(folder)
        self.there = dict.fromkeys(VERSIONS, Place())
        self.hands = [Hand(first), Hand(first.clone(folder / "one")), Hand(first.clone(folder / "two"))]
        for hand in self.hands:
            hand.clone.git("fetch", "-q", "origin", "+refs/tags/prompts/*:refs/promptctl/remote/origin/tags/prompts/*")
        self.frozen = False

    def step(self) -> None:
        hand, name = self.random.choice(self.hands), self.random.choice([NAME, NAME, OTHER])
        version = self.random.choice(VERSIONS[name])
        if hand.kept and self.meets(hand):
            return
        kind = self.random.choice(["promote"] * 4 + ["back"] * 3 + ["back to", "remove", "freeze", "keep"])
        if kind == "freeze":
            verb = "unfreeze" if self.frozen else "freeze"
            done(hand.clone, verb, "staging", *WHY)
            self.frozen = not self.frozen
            self.asked(hand)
        elif kind == "promote":
            self.promote(hand, name, version)
        elif kind == "remove":
            self.remove(hand, name)
        else:
            self.back(hand, name, version if kind == "back to" else None, keep=kind == "keep")

    def meets(self, hand: Hand) -> bool:
        """A kept move whose pointer others moved meanwhile stops any write until it is dropped."""
        assert hand.kept
        name, _, base = hand.kept
        if self.there[name].moves == base:
            return False
        ran = self.refused(hand, "PC118", "freeze", "prod", *WHY)
        shell(hand.clone, hint(ran).partition("to drop ours: ")[2])
        hand.kept = None
        self.asked(hand, sent=False)
        return True

    def asked(self, hand: Hand, *, sent: bool = True) -> None:
        """The hand has just asked the remote; a write that worked has sent what it kept."""
        if sent and hand.kept:
            name, place, _ = hand.kept
            self.there[name], hand.kept = place, None
        hand.seen = {name: place.moves for name, place in self.there.items()}

    def place(self, hand: Hand, name: str) -> Place:
        """The pointer as this hand's next move finds it."""
        return hand.kept[1] if hand.kept and hand.kept[0] == name else self.there[name]

    def refused(self, hand: Hand, code: str, *command: str) -> Ran:
        ran = run(hand.clone, *command)
        assert ran.code == 3, (command, ran)
        assert f"[{code}]" in ran.err, (command, ran)
        return ran

    def promote(self, hand: Hand, name: str, version: str) -> None:
        place, command = self.place(hand, name), ("promote", f"{name}@{version}", "staging")
        if self.frozen and place.live != version:
            self.refused(hand, "PC103", *command)
            self.asked(hand, sent=False)
            return
        done(hand.clone, *command)
        self.asked(hand)
        if place.live != version:
            self.there[name] = place.promoted(version)
            self.asked(hand)

    def remove(self, hand: Hand, name: str) -> None:
        place, command = self.place(hand, name), ("remove", name, "staging", *WHY)
        if place.live is None:
            self.refused(hand, "PC098", *command)
            self.asked(hand, sent=False)
            return
        done(hand.clone, *command)
        self.asked(hand)
        self.there[name] = place.removed()
        self.asked(hand)

    def back(self, hand: Hand, name: str, version: str | None, *, keep: bool) -> None:
        """Rollbacks do not ask first, so a hand that is behind loses the race, or goes on above other pointers."""
        if hand.kept or hand.seen[name] != self.there[name].moves:
            hand.clone.git("fetch", "-q")
            self.asked(hand, sent=False)
        place = self.place(hand, name)
        target = version or place.step_back()
        command = ("rollback", f"{name}@{version}" if version else name, "staging", *WHY)
        command += ("--no-push",) if keep else ()
        repeated = bool(hand.kept and hand.kept[0] == name and not version)
        if repeated:
            done(hand.clone, *command)
            if not keep:
                self.asked(hand)
        elif not place.stack or target is None:
            self.refused(hand, "PC110", *command)
        elif target not in place.ever:
            self.refused(hand, "PC109", *command)
        else:
            self.go_back(hand, name, place, target, command, keep=keep)

    def go_back(
        self, hand: Hand, name: str, place: Place, target: str, command: tuple[str, ...], *, keep: bool
    ) -> None:
        same = target == place.live
        if keep and hand.kept:
            return
        done(hand.clone, *command)
        after = place if same else place.rolled_back(target)
        if keep:
            hand.kept = None if same else (name, after, self.there[name].moves)
            return
        self.asked(hand)
        self.there[name] = after
        self.asked(hand)

    def holds(self) -> None:
        """What every step must leave true, seen by a clone that asks."""
        clone = self.hands[0].clone
        clone.git("fetch", "-q")
        for name, place in self.there.items():
            assert served(clone, name=name) == place.live, name
            text = shown(clone, moves_file(name=name))
            moves = parse_moves(text + "\n" if text else "", "moves")
            assert [move.serial for move in moves.entries] == list(range(1, place.moves + 1)), name
            assert tuple(str(one.version) if one else None for one in moves.stack()) == place.stack, name


def walk(folder: Path, seed: int, steps: int) -> None:
    world = World(folder, seed)
    for _ in range(steps):
        world.step()
        world.holds()
    found = done(world.hands[0].clone, "drift", "--json").data["findings"]
    assert {finding["kind"] for finding in found} <= {"unused"}
    assert world.hands[0].clone.git("fsck", "--strict", "--no-dangling") == ""


@pytest.mark.parametrize("seed", range(3))
def test_twelve_steps(tmp_path: Path, seed: int) -> None:
    walk(tmp_path, seed, 12)


@pytest.mark.long
@pytest.mark.timeout(600)
@pytest.mark.parametrize("seed", range(100, 110))
def test_sixty_steps(tmp_path: Path, seed: int) -> None:
    walk(tmp_path, seed, 60)
