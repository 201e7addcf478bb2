"""Histories in which releases also get their traffic share by share, held, judged by calls, and taken back."""

from __future__ import annotations

from hypothesis import strategies as st
from hypothesis.stateful import rule

from tests.rollouts import Behaviour, split_of, store_of
from tests.support import GitRepository
from tests.truth import foretell
from tests.truth.foretell import SHARES
from tests.truth.hands import USAGE
from tests.truth.machine import WHY, Truth, environments, names, which, who
from tests.truth.plain_git import after_fetch, look
from tests.truth.seen import Pointer

STEPS = ("--steps", ",".join(map(str, SHARES)), "--minimum-requests", "50", "--minimum-minutes", "0")
looks = st.sampled_from(("fine", "fine", "fine", "bad", "none"))
"""How the calls of a step went."""
FAILING = {"fine": 0.0, "bad": 0.8}
Canary = tuple[str, float, bool]
"""Its version, its share in percent, whether the rollout is paused."""


def canary(pointer: Pointer | None) -> Canary:
    """What shares the traffic with a pointer's version."""
    assert pointer
    assert pointer.split
    return pointer.split.canary.served[0], pointer.split.canary.percent, pointer.split.paused


class Rollouts(Truth):
    """What ``Truth`` lives, and rollouts."""

    @rule(who=who, name=names, which=which, environment=environments)
    def roll_out(self, who: int, name: str, which: int, environment: str) -> None:
        clone, version = self.clone(who), self.version(name, which)
        seen, before = after_fetch(clone, self.hands.remote), self.hands.main()
        works = foretell.rollout_start(seen, name, version, environment) if version else None
        reference = f"{name}@{version}" if version else name
        ran = self.written(
            clone, seen, works, "rollout", "start", reference, environment, *STEPS, "--health", "error_rate=0.1"
        )
        if version and ran.code == 0 and not seen.unsent:
            was = before.pointers[environment, name]
            assert was
            assert self.moved(before, name, environment, "split") == was.served
            assert self.split(name, environment) == (version, SHARES[0], False)

    @rule(who=who, name=names, which=which, environment=environments, days=st.lists(looks, min_size=1, max_size=3))
    def share_by_share(self, who: int, name: str, which: int, environment: str, days: list[str]) -> None:
        """What a good week looks like, or a bad one."""
        self.ship(who, name, which + 1)
        if environment == "prod":
            self.promote(who, name, which, "staging")
            self.agreed(who, name, which, "prod")
        self.roll_out(who, name, which, environment)
        for calls in days:
            self.advance(who, name, environment, calls)

    @rule(who=who, name=names, environment=environments, verb=st.sampled_from(("pause", "resume", "abort")))
    def change(self, who: int, name: str, environment: str, verb: str) -> None:
        clone = self.fetched(who)
        seen, before = look(clone), self.hands.main()
        works = foretell.rollout_change(seen, name, environment)
        ran = self.written(clone, seen, works, "rollout", verb, name, environment, *WHY)
        if ran.code == 0 and not seen.unsent:
            was = canary(seen.shared.pointers[environment, name])
            self.moved(before, name, environment, "rollback" if verb == "abort" else "split")
            after = None if verb == "abort" else (was[0], was[1], verb == "pause")
            assert self.split(name, environment) == after

    @rule(who=who, name=names, environment=environments, calls=looks)
    def advance(self, who: int, name: str, environment: str, calls: str) -> None:
        clone = self.fetched(who)
        seen, before = look(clone), self.hands.main()
        code, kind = foretell.rollout_step(seen, name, environment, calls)
        store = self.calls(clone, name, environment, calls) if kind != "refusal" else "sqlite:none"
        ran = self.hands.command(clone, "rollout", "advance", name, environment, "--store", store)
        assert code is None or ran.code == code or (kind == "refusal" and ran.code == USAGE), (code, kind, ran)
        if kind == "refusal" or (code and kind != "rollback"):
            return
        was = canary(seen.shared.pointers[environment, name])
        if kind == "hold":
            assert self.hands.main().files == before.files
            return
        self.moved(before, name, environment, kind)
        after = (was[0], next(share for share in SHARES if share > was[1]), False) if kind == "split" else None
        assert self.split(name, environment) == after

    def fetched(self, who: int) -> GitRepository:
        """A clone that knows what the remote's branches are."""
        clone = self.clone(who)
        clone.git("fetch", "-q", "origin")
        return clone

    def calls(self, clone: GitRepository, name: str, environment: str, calls: str) -> str:
        """A store that has the calls of the present step, or none."""
        self.stores = getattr(self, "stores", 0) + 1
        path = self.hands.remote.folder.parent / f"calls-{self.stores}.sqlite3"
        split = split_of(clone, environment, name)
        number, canary = 0 if calls == "none" else 900, Behaviour(failing=FAILING.get(calls, 0))
        return store_of(path, split, number, environment=environment, name=name, canary=canary)

    def split(self, name: str, environment: str) -> Canary | None:
        """The rollout that is under way by what the remote's main says."""
        live = self.hands.main().pointers.get((environment, name))
        return canary(live) if live and live.split else None
