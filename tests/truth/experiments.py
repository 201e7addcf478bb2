"""Histories in which versions are tried beside the one that is live, by units that stay in their arms."""

from __future__ import annotations

from datetime import UTC, datetime

import yaml
from hypothesis import strategies as st
from hypothesis.stateful import rule

from promptctl.adapters.repository import Repository
from promptctl.adapters.state import read_state
from tests.experiments import Behaviour, calls, store_of
from tests.support import GitRepository, build_files
from tests.truth import foretell_experiments as foretell
from tests.truth.machine import WHY, Truth, environments, names, which, who
from tests.truth.plain_git import after_fetch
from tests.truth.seen import PLANS, Experiment, Seen, Shared, Split

DRAFT = """\
experiment: {called}
prompt: {name}
environment: {environment}
hypothesis: It resolves more.
unit: user
arms:
  - {{name: control, version: {control}, percent: 50}}
  - {{name: treatment, version: {treatment}, percent: 50}}
metrics:
  primary: {{metric: "quality:resolved", direction: increase}}
  guardrails:
    - {{metric: error_rate, direction: decrease, margin: 0.02}}
design: {{minimum_effect: 0.1, baseline: 0.5, sample: 400, looks: 4, minimum: {{units: 50, days: 0}}}}
"""
EDITS = {
    "design": ((("looks: 4", "looks: 2"),), (("looks: 2", "looks: 4"),)),
    "shares": (
        (("percent: 50", "percent: 60"), ("percent: 50", "percent: 40")),
        (("percent: 60", "percent: 50"), ("percent: 40", "percent: 50")),
    ),
}
"""What people change of a plan, and back."""
UNITS = {
    "better": Behaviour(resolves=0.8),
    "even": Behaviour(resolves=0.25),
    "failing": Behaviour(resolves=0.25, fails=0.6),
}
"""How the treatment's units fare, of which control resolves a quarter."""
tried = st.integers(0, 3)
"""Which experiment, the newest first."""
verbs = st.sampled_from(("pause", "resume", "resume", "treatment", "control", "abort"))
days = st.lists(verbs, max_size=3)
edits = st.sampled_from((None, None, "design", "shares"))
units = st.sampled_from(("better", "better", "even", "failing", "none"))


class Experiments(Truth):
    """What ``Truth`` lives, and experiments."""

    drafts = 0

    @rule(who=who, name=names, which=which, environment=environments, guess=st.sampled_from((True, True, False)))
    def try_out(self, who: int, name: str, which: int, environment: str, guess: bool) -> None:
        clone, treatment = self.clone(who), self.version(name, which)
        seen, before = after_fetch(clone, self.hands.remote), self.hands.main()
        live = seen.shared.pointers.get((environment, name))
        control = live.version if live and guess else "1.0.0"
        if treatment in (None, control):
            return
        self.drafts += 1
        called, path = f"try-{self.drafts:03}", f"{PLANS}/try-{self.drafts:03}.yaml"
        draft = DRAFT.format(called=called, name=name, environment=environment, control=control, treatment=treatment)
        build_files(clone.folder, {path: draft})
        works = foretell.start(seen, (environment, name), control, str(treatment))
        ran = self.written(clone, seen, works, "experiment", "start", called)
        if ran.code == 0 and not seen.unsent:
            assert self.moved(before, name, environment, "split", path) == before.pointers[environment, name].served
            self.sharing(clone, called, "running")
            assert self.hands.command(clone, "experiment", "start", called).code == 0
        if ran.code or not clone.git("ls-files", "--", path):
            (clone.folder / path).unlink()

    @rule(who=who, name=names, which=which, environment=environments, days=days, units=units)
    def trial(self, who: int, name: str, which: int, environment: str, days: list[str], units: str) -> None:
        """An experiment with somebody's hands in it, from its start to what its units say."""
        self.ship(who, name, which + 1)
        if environment == "prod":
            self.promote(who, name, which, "staging")
            self.agreed(who, name, which, "prod")
        self.try_out(who, name, which, environment, True)
        for verb in days:
            self.step_in(who, 0, verb, None)
        self.look(who, 0, units)

    @rule(who=who, tried=tried, verb=verbs, edit=edits)
    def step_in(self, who: int, tried: int, verb: str, edit: str | None) -> None:
        clone = self.clone(who)
        seen, before, called = after_fetch(clone, self.hands.remote), self.hands.main(), self.tried(tried)
        found = seen.shared.experiments.get(called)
        if found is None:
            return
        edit = edit if verb == "resume" else None
        path = f"{PLANS}/{called}.yaml"
        if edit:
            self.edit_plan(clone, before.files[path], path, edit)
        code, kind = foretell.change(seen, called, verb, edit)
        words = {"treatment": ("conclude", "--ship", verb), "control": ("conclude", "--control")}
        given = words.get(verb, (verb, "--edited") if edit else (verb,))
        ran = self.written(clone, seen, None if code is None else code == 0, "experiment", *given, called, *WHY)
        assert code is None or ran.code == code, (code, kind, ran)
        if edit and ran.code:
            clone.git("checkout", "-q", "--", path, check=False)
        if code == 0:
            self.came(clone, before, called, kind, verb)
        if code == 0 and kind == "split":
            was, now = (foretell.split_of(shared, called, found) for shared in (before, self.hands.main()))
            assert was
            assert now
            assert (was.salt == now.salt) == (edit != "shares")

    @rule(who=who, tried=tried, units=units)
    def look(self, who: int, tried: int, units: str) -> None:
        """What the plan says of its units is done."""
        clone = self.clone(who)
        clone.git("fetch", "-q", "origin")
        seen, before, called = after_fetch(clone, self.hands.remote), self.hands.main(), self.tried(tried)
        if called not in seen.shared.experiments:
            return
        code, kind = foretell.advance(seen, called, units)
        store = self.units(clone, seen, called, units)
        ran = self.hands.command(clone, "experiment", "advance", called, "--store", store)
        assert code is None or ran.code == code, (code, kind, ran)
        if code is not None:
            self.came(clone, before, called, kind, "look")

    def came(self, clone: GitRepository, before: Shared, called: str, kind: str, verb: str) -> None:
        """Insists on what has to come of a command about an experiment."""
        found, path = before.experiments[called], f"{PLANS}/{called}.yaml"
        assert found
        environment, name = found.place
        now, was = self.hands.main(), before.pointers.get(found.place)
        if kind == "":
            assert now.files == before.files
        elif kind == "close":
            assert {it for it in now.files if now.files[it] != before.files.get(it)} == {path}
            assert now.experiments[called].state == "aborted"
        else:
            live = self.moved(before, name, environment, kind, path)
            assert was
            assert was.split
            assert live == (was.split.arms[-1].served if kind == "promote" else was.served)
        if kind == "split":
            self.sharing(clone, called, "paused" if verb == "pause" else "running")
        elif kind in ("promote", "rollback"):
            assert now.pointers[found.place].split is None
            assert now.experiments[called].state == ("aborted" if verb == "abort" else "concluded")
            assert now.experiments[called].arm == ("treatment" if kind == "promote" else "control")

    def sharing(self, clone: GitRepository, called: str, state: str) -> Split:
        """The split by which an experiment shares traffic now, and which gives its units the arms that it says."""
        main = self.hands.main()
        found: Experiment = main.experiments[called]
        split = foretell.split_of(main, called, found)
        assert split
        assert (found.state, split.paused) == (state, state == "paused")
        assert {(arm.name, arm.served[0], arm.percent) for arm in split.arms} == set(found.arms)
        told = self.hands.command(clone, "experiment", "assign", called, *map("user-{}".format, range(9)), "--json")
        assert all(it["arm"] == split.arm_of(it["unit"]) for it in told.data["units"]), told
        return split

    def units(self, clone: GitRepository, seen: Seen, called: str, units: str) -> str:
        """A store that has the units of an experiment since it counts, or none."""
        self.stores = getattr(self, "stores", 0) + 1
        path = self.hands.remote.folder.parent / f"units-{self.stores}.sqlite3"
        found = seen.shared.experiments[called]
        if units == "none" or found is None or foretell.split_of(seen.shared, called, found) is None:
            return store_of(path, iter(()))
        environment, name = found.place
        pointer = read_state(Repository(clone.folder)).pointer(environment, name)
        assert pointer
        assert pointer.split
        since = yaml.safe_load(seen.shared.files[f"{PLANS}/{called}.yaml"])["counting"]["since"]
        start = datetime.fromisoformat(str(since)).astimezone(UTC)
        behaviour = {"control": Behaviour(resolves=0.25), "treatment": UNITS[units]}
        found_calls = calls(pointer.split, 400, behaviour, start, environment=environment, name=name)
        return store_of(path, found_calls)

    def tried(self, tried: int) -> str:
        """The name of an experiment on the remote's main."""
        known = sorted(self.hands.main().experiments, reverse=True)
        return known[tried % len(known)] if known else "none"

    def edit_plan(self, clone: GitRepository, text: str, path: str, edit: str) -> None:
        """Somebody changes the plan that counts, in the work tree."""
        there, back = EDITS[edit]
        changes = there if there[0][0] in text else back
        for old, new in changes:
            text = text.replace(old, new, 1)
        build_files(clone.folder, {path: text})
