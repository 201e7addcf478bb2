"""Histories in which moves are also made on branches that somebody merges later, or never."""

from __future__ import annotations

from hypothesis import strategies as st
from hypothesis.stateful import rule

from tests.truth import foretell
from tests.truth.machine import WHY, Truth, environments, names, which, who
from tests.truth.plain_git import after_fetch, shared
from tests.truth.seen import Release, Seen

verbs = st.sampled_from(("promote", "promote", "promote", "rollback", "remove"))


class Branches(Truth):
    """What ``Truth`` lives, and moves by pull request."""

    proposals = 0

    @rule(who=who, verb=verbs, name=names, which=which, environment=environments, merge=st.booleans())
    def propose(self, who: int, verb: str, name: str, which: int, environment: str, merge: bool) -> None:
        clone, version = self.clone(who), self.version(name, which)
        clone.git("fetch", "-q", "origin")
        seen, before = after_fetch(clone, self.hands.remote), self.hands.main()
        self.proposals += 1
        branch = f"move-{self.proposals:03}"
        works, target = self.foretold(seen, verb, name, version, environment)
        reference = f"{name}@{version}" if version and verb != "remove" else name
        command = (verb, reference, environment, *WHY, "--branch", branch)
        ran = self.hands.command(clone, *command)
        assert works is None or works == (ran.code == 0), (works, ran)
        assert self.hands.main().files == before.files
        made = self.hands.remote.git("rev-parse", "-q", "--verify", f"refs/heads/{branch}", check=False)
        if ran.code or works is None:
            return
        live, place = before.pointers.get((environment, name)), (environment, name)
        there = live is not None and live.served == target and (verb == "promote" or live.split is None)
        assert bool(made) != there or not foretell.trusted(before, place), ran
        if made:
            proposed = shared(self.hands.remote, made).pointers.get(place)
            assert (proposed.served if proposed else None) == target
            assert self.hands.command(clone, *command).code == 0
            assert self.hands.remote.git("rev-parse", branch) == made
        if made and merge:
            self.merge(0)
            assert self.moved(before, name, environment, verb) == target

    @rule(which=st.integers(0, 3))
    def merge(self, which: int) -> None:
        """What the host does when somebody says yes; what conflicts is not merged."""
        host = self.hands.remote
        waiting = host.git("branch", "--list", "--no-merged", "main", "--format=%(refname:short)", "move-*").split()
        if not waiting:
            return
        branch = sorted(waiting, reverse=True)[which % len(waiting)]
        tree = host.git("merge-tree", "--write-tree", "main", branch, check=False).split("\n")
        if len(tree) > 1:
            return
        commit = host.git("commit-tree", tree[0], "-p", "main", "-p", branch, "-m", f"Merge {branch}")
        host.git("update-ref", "refs/heads/main", commit)

    def foretold(
        self, seen: Seen, verb: str, name: str, version: str | None, environment: str
    ) -> tuple[bool | None, Release | None]:
        """Whether a move must be made, and to what."""
        if verb == "rollback":
            return foretell.rollback(seen, name, version, environment)
        if verb == "remove":
            return foretell.removal(seen, name, environment), None
        tag = seen.known.get((name, str(version)))
        works = foretell.promotion(seen, name, version, environment) if version else None
        return works, (str(version), str(tag.holds)) if tag else None
