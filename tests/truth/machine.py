"""Any order of edits, locks, releases, moves, fetches, reverts, rebases, moved tags, hand edits and kills.

Each step is checked against the model: what a command must do (``foretell``), and what status and drift must say then
(``judge``).
"""

from __future__ import annotations

import re
import shutil
from typing import Any

from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, initialize, invariant, rule

from tests.faults import ACTIONS
from tests.shipping import NAME, OTHER, hint, shell
from tests.support import GitRepository, Ran, build_files
from tests.truth import foretell, hand_edits
from tests.truth.hands import Hands
from tests.truth.plain_files import read_lock
from tests.truth.plain_git import after_fetch, look
from tests.truth.seen import FOLDER, Seen, Shared
from tests.versioning import plain, text

ADDED, RENAMED = "extra/more", "support/router"
WHY = ("--reason", "why")
who = st.integers(0, 1)
names = st.sampled_from((NAME, NAME, NAME, OTHER, ADDED, RENAMED))
environments = st.sampled_from(("staging", "staging", "prod"))
words = st.sampled_from(("one queue", "exactly one queue", "a short queue", "the queue"))
which = st.integers(0, 7)
"""Which of the versions that the remote has tags of, the newest first; the last two mean none and an unknown one."""
WRITES: dict[str, tuple[str, ...]] = {
    "promote": ("promote", "NAME", "ENV"),
    "rollback": ("rollback", "NAME", "ENV", *WHY),
    "remove": ("remove", "NAME", "ENV", *WHY),
    "freeze": ("freeze", "ENV", *WHY),
    "release": ("release",),
    "rollout abort": ("rollout", "abort", "NAME", "ENV", *WHY),
    "approve": ("approve", "NAME", "prod"),
    "experiment pause": ("experiment", "pause", "TRIED", *WHY),
    "experiment conclude": ("experiment", "conclude", "TRIED", "--control", *WHY),
}


class Truth(RuleBasedStateMachine):
    """One history. ``hands`` runs commands and insists on what holds for all of them."""

    histories, steps = 0, 0

    def __init__(self) -> None:
        super().__init__()
        self.hands: Any = None
        self.last: GitRepository | None = None

    @initialize()
    def begin(self) -> None:
        self.hands = Hands()
        Truth.histories += 1

    def teardown(self) -> None:
        if self.hands:
            with self.hands:
                self.hands.whole()

    @invariant()
    def the_truth_is_told(self) -> None:
        if self.last:
            Truth.steps += 1
            self.hands.agree(self.last)

    def clone(self, number: int) -> GitRepository:
        """The clone that this step is about."""
        self.last = self.hands.clones[number]
        assert self.last
        self.last.seconds = max(one.seconds for one in self.hands.clones) + 60
        return self.last

    def version(self, name: str, which: int) -> str | None:
        tags = self.hands.remote.git("tag", "--list", "--sort=-version:refname", f"prompts/{name}@v*").split()
        made = [tag.rpartition("@v")[2] for tag in tags]
        return "9.9.9" if which == 7 else None if which in (6, 8) or not made else made[which % len(made)]

    # What people do to files and branches.

    @rule(who=who, name=names, word=words)
    def edit(self, who: int, name: str, word: str) -> None:
        file, content = self.clone(who).folder / "prompts" / name / "prompt.yaml", plain(word)
        kept = re.findall(r"(?m)^formerly: .*\n", file.read_text()) if file.exists() else []
        if name in (NAME, RENAMED):
            content = text(word)
        file.parent.mkdir(parents=True, exist_ok=True)
        file.write_text("".join([*kept, content]))

    @rule(who=who, word=words)
    def edit_a_partial(self, who: int, word: str) -> None:
        build_files(self.clone(who).folder, {"prompts/shared/tone.j2": f"Be {word}.\n"})

    @rule(who=who, name=names, what=st.sampled_from(("delete", "break")))
    def lose(self, who: int, name: str, what: str) -> None:
        folder = self.clone(who).folder / "prompts" / name
        if what == "delete":
            shutil.rmtree(folder, ignore_errors=True)
        elif folder.exists():
            (folder / "prompt.yaml").write_text("model: [\n")

    @rule(who=who)
    def new(self, who: int) -> None:
        self.hands.command(self.clone(who), "new", ADDED)

    @rule(who=who, message=st.sampled_from(("edit", "work")), push=st.booleans())
    def commit(self, who: int, message: str, push: bool) -> None:
        clone = self.clone(who)
        clone.commit(message=message)
        if push:
            clone.git("push", "-q", "origin", "HEAD:main", check=False)

    @rule(who=who, how=st.sampled_from(("fetch", "tags", "rebase", "rebase", "merge", "reset")))
    def pull(self, who: int, how: str) -> None:
        clone = self.clone(who)
        if how in ("fetch", "tags"):
            clone.git("fetch", "-q", *(["--tags", "--force"] if how == "tags" else []), "origin", check=False)
        elif how == "reset":
            clone.git("reset", "-q", "--hard", "origin/main")
            clone.git("clean", "-qfd")
        else:
            clone.git("pull", "-q", "--rebase" if how == "rebase" else "--no-rebase", "origin", "main", check=False)
            clone.git(how, "--abort", check=False)

    @rule(who=who, branch=st.sampled_from(("main", "main", "topic")))
    def switch(self, who: int, branch: str) -> None:
        clone = self.clone(who)
        clone.git("switch", "-q", *(["-c"] if not clone.git("branch", "--list", branch) else []), branch, check=False)

    @rule(who=who, back=st.integers(0, 2), push=st.booleans())
    def revert(self, who: int, back: int, push: bool) -> None:
        clone = self.clone(who)
        clone.git("revert", "--no-edit", f"HEAD~{back}", check=False)
        clone.git("revert", "--abort", check=False)
        if push:
            clone.git("push", "-q", "origin", "HEAD:main", check=False)

    # What people should not do.

    @rule(who=who, edit=st.sampled_from(hand_edits.EDITS), name=names, environment=environments, publish=st.booleans())
    def by_hand(self, who: int, edit: hand_edits.Edit, name: str, environment: str, publish: bool) -> None:
        clone = self.clone(who)
        edit(clone.folder, name, environment)
        if publish:
            self.commit(who, "by hand", push=True)

    @rule(who=who, name=names, which=which, upstream=st.booleans(), how=st.sampled_from(("move", "bare", "drop")))
    def touch_a_tag(self, who: int, name: str, which: int, upstream: bool, how: str) -> None:
        clone = self.clone(who)
        tag, place = f"prompts/{name}@v{self.version(name, which)}", self.hands.remote if upstream else clone
        if not place.git("tag", "--list", tag):
            return
        if how == "drop":
            place.git("tag", "-d", tag)
        else:
            said = place.git("for-each-ref", "--format=%(contents)", f"refs/tags/{tag}")
            options = ["-a", "-F", "-"] if how == "move" else []
            place.git("tag", "-f", *options, tag, "refs/heads/main", stdin=said)

    # What promptctl does.

    @rule(who=who)
    def lock(self, who: int) -> None:
        clone = self.clone(who)
        ran = self.hands.command(clone, "lock")
        if ran.code:
            return
        seen = look(clone)
        assert seen.lock is not None
        assert {name: entry["digest"] for name, entry in seen.lock.items()} == seen.work
        base = clone.git("merge-base", "HEAD", "origin/main")
        for name, entry in (read_lock(clone.git("show", f"{base}:prompts/prompts.lock", check=False)) or {}).items():
            assert name not in seen.lock or entry["releases"].items() <= seen.lock[name]["releases"].items()
        assert self.hands.command(clone, "lock").out.count("unchanged") == 1

    @rule(who=who)
    def release(self, who: int) -> None:
        self.hands.command(self.clone(who), "release")

    @rule(who=who)
    def deliver(self, who: int) -> None:
        """What a good day looks like: everything is locked, committed, pushed and released."""
        clone = self.clone(who)
        self.pull(who, "rebase")
        if self.hands.command(clone, "lock").code == 0:
            self.commit(who, "deliver", push=True)
            self.hands.command(clone, "release")

    @rule(who=who, name=names, which=which, environment=environments)
    def promote(self, who: int, name: str, which: int, environment: str) -> None:
        clone, version = self.clone(who), self.version(name, which)
        seen, before = after_fetch(clone, self.hands.remote), self.hands.main()
        command = ("promote", f"{name}@{version}" if version else name, environment)
        works = foretell.promotion(seen, name, version, environment) if version else None
        ran = self.written(clone, seen, works, *command)
        if version and ran.code == 0 and not seen.unsent:
            live = self.moved(before, name, environment, "promote")
            assert live == (version, seen.known[name, version].holds)

    def agreed(self, who: int, name: str, which: int, environment: str) -> None:
        """Somebody who wrote nothing agrees to a promotion."""
        clone, version = self.clone(who), self.version(name, which)
        seen = after_fetch(clone, self.hands.remote)
        works = foretell.approval(seen, name, version, environment) if version else None
        for key, value in (("user.name", "Grace"), ("user.email", "grace@example.org")):
            clone.git("config", key, value)
        ran = self.written(clone, seen, works, "approve", f"{name}@{version}" if version else name, environment)
        for key in ("user.name", "user.email"):
            clone.git("config", "--unset", key)
        if ran.code == 0 and version and not seen.unsent:
            main = self.hands.main()
            serial = next((move.serial for move in reversed(main.moves.get((environment, name)) or ())), 0)
            given = {(it.name, it.release[0], it.follows) for it in main.approvals if it.environment == environment}
            assert (name, version, serial) in given

    @rule(who=who, name=names, which=which)
    def approve(self, who: int, name: str, which: int) -> None:
        self.agreed(who, name, which, "prod")

    @rule(who=who, name=names, which=which)
    def ship(self, who: int, name: str, which: int) -> None:
        self.promote(who, name, which, "staging")
        self.agreed(who, name, which, "prod")
        self.promote(who, name, which, "prod")

    @rule(who=who, name=names, which=which, environment=environments, keep=st.booleans())
    def rollback(self, who: int, name: str, which: int, environment: str, keep: bool) -> None:
        clone, version = self.clone(who), self.version(name, which)
        clone.git("fetch", "-q", "origin")
        seen, before = look(clone), self.hands.main()
        options = (*WHY, "--no-push") if keep else WHY
        works, target = foretell.rollback(seen, name, version, environment)
        command = ("rollback", f"{name}@{version}" if version else name, environment, *options)
        ran = self.written(clone, seen, None if keep else works, *command)
        if ran.code == 0 and target and not keep:
            assert self.moved(before, name, environment, "rollback") == target

    @rule(who=who, name=names, environment=environments)
    def remove(self, who: int, name: str, environment: str) -> None:
        clone = self.clone(who)
        seen, before = after_fetch(clone, self.hands.remote), self.hands.main()
        works = foretell.removal(seen, name, environment)
        ran = self.written(clone, seen, works, "remove", name, environment, *WHY)
        if ran.code == 0 and not seen.unsent:
            assert self.moved(before, name, environment, "remove") is None

    @rule(who=who, verb=st.sampled_from(("freeze", "unfreeze", "unfreeze")), environment=environments)
    def freeze(self, who: int, verb: str, environment: str) -> None:
        clone = self.clone(who)
        seen = after_fetch(clone, self.hands.remote)
        works = True if seen.clean and not seen.unsent else None
        ran = self.written(clone, seen, works, verb, environment, *WHY)
        if ran.code == 0 and not seen.unsent:
            assert (environment in self.hands.main().frozen) == (verb == "freeze")

    @rule(who=who, verb=st.sampled_from(sorted(WRITES)), name=names, environment=environments,
          at=st.integers(1, 45), action=st.sampled_from(ACTIONS))  # fmt: skip
    def crash(self, who: int, verb: str, name: str, environment: str, at: int, action: str) -> None:
        meant = {"NAME": name, "ENV": environment, "TRIED": next(reversed(self.hands.main().experiments), "none")}
        command = [meant.get(word, word) for word in WRITES[verb]]
        self.hands.struck(self.clone(who), *command, at=at, action=action)

    def written(self, clone: GitRepository, seen: Seen, works: bool | None, *command: str) -> Ran:
        """Runs a command that writes: it works where the model says so, and first sends what was kept here."""
        ran: Ran = self.hands.command(clone, *command)
        assert works is None or works == (ran.code == 0), (works, ran)
        if seen.meets:
            assert (ran.code, "[PC118]" in ran.err) == (3, True) or ran.code == 2, ran
            if ran.code == 3:
                shell(clone, hint(ran).partition("to drop ours: ")[2])
        elif ran.code == 0 and seen.unsent and "--no-push" not in command:
            assert look(clone).unsent == (), ran
        return ran

    def moved(
        self, before: Shared, name: str, environment: str, kind: str, beside: str | None = None
    ) -> tuple[str, str] | None:
        """What is live now; one move, one pointer and nothing else but ``beside`` differs from before."""
        now, place = self.hands.main(), (environment, name)
        paths = {
            path for path in before.files.keys() | now.files.keys() if before.files.get(path) != now.files.get(path)
        }
        pointer, moves = f"{FOLDER}/{environment}/{name}.yaml", f"{FOLDER}/{environment}/{name}.moves.jsonl"
        assert paths <= {pointer, moves, beside}, paths
        earlier, later = before.moves.get(place) or (), now.moves.get(place) or ()
        assert later[: len(earlier)] == earlier
        assert [move.kind for move in later[len(earlier) :]] == [kind] * bool(paths)
        live, was = now.pointers.get(place), before.pointers.get(place)
        assert was is None or live is None or live.lineage == was.lineage
        return live.served if live else None
