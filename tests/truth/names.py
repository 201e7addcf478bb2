"""Histories in which releases are withdrawn, and prompts get another name and their old one back."""

from __future__ import annotations

import re

from hypothesis import strategies as st
from hypothesis.stateful import rule

from tests.shipping import NAME
from tests.truth.judge import vouched
from tests.truth.machine import RENAMED, WHY, Truth, names, which, who
from tests.truth.plain_git import look
from tests.truth.seen import Seen

FORMERLY = "formerly: [{}]\n"


class Names(Truth):
    """What ``Truth`` lives, with retired releases and renamed prompts."""

    @rule(who=who, name=names, which=which, share=st.booleans())
    def retire(self, who: int, name: str, which: int, share: bool) -> None:
        clone, version = self.clone(who), self.version(name, which)
        if share:
            self.pull(who, "rebase")
        lock = look(clone).lock
        known = lock is not None and version is not None and version in lock.get(name, {"releases": ()})["releases"]
        ran = self.hands.command(clone, "retire", f"{name}@{version}" if version else name, *WHY)
        assert (ran.code == 0) == known, (known, ran)
        if not known:
            return
        after = look(clone).lock
        assert lock
        entry = {**lock[name], "retired": {**lock[name]["retired"], version: "why"}}
        assert after == {**lock, name: entry}
        if share:
            self.commit(who, "retire", push=True)

    @rule(who=who, share=st.booleans())
    def rename(self, who: int, share: bool) -> None:
        clone = self.clone(who)
        if share:
            self.pull(who, "reset")
        here = [name for name in (NAME, RENAMED) if (clone.folder / "prompts" / name / "prompt.yaml").exists()]
        if len(here) != 1:
            return
        (old,), was = here, look(clone)
        new = RENAMED if old == NAME else NAME
        (clone.folder / "prompts" / old).rename(clone.folder / "prompts" / new)
        file = clone.folder / "prompts" / new / "prompt.yaml"
        file.write_text(FORMERLY.format(old) + re.sub(r"(?m)^formerly: .*\n", "", file.read_text()))
        if share and self.hands.command(clone, "lock").code == 0:
            self.carried_over(was, look(clone), old, new)
            self.commit(who, "rename", push=True)
            self.hands.command(clone, "release")

    def carried_over(self, was: Seen, now: Seen, old: str, new: str) -> None:
        """A name that had no release goes on with the version of the name before; no name gives a version two texts."""
        assert was.lock is not None
        assert now.lock is not None
        assert old not in now.lock
        assert now.work[new] == was.work[old]
        before, entry = was.lock.get(old), now.lock[new]
        first = not any(name == new for name, _ in now.known) and new not in was.lock
        if before and first and before == (was.shared.lock or {}).get(old) and before["digest"] == was.work[old]:
            assert (entry["version"], entry["releases"]) == (before["version"], {before["version"]: before["digest"]})
        tag = now.known.get((new, entry["version"]))
        assert tag is None or not vouched(tag) or tag.holds == entry["digest"]

    @rule(who=who)
    def ask_by_an_old_name(self, who: int) -> None:
        """Whoever says the old name is led to what there is of the new one."""
        clone = self.clone(who)
        seen = look(clone)
        for old, new in ((NAME, RENAMED), (RENAMED, NAME)):
            file = clone.folder / "prompts" / new / "prompt.yaml"
            led = old not in seen.work and seen.work.get(new) and file.read_text().startswith(FORMERLY.format(old))
            if led and None not in seen.work.values():
                ran = self.hands.command(clone, "hash", old)
                assert (ran.code, ran.out.split()[:1]) == (0, [seen.work[new]]), ran
