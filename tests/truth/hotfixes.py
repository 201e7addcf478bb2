"""Histories in which releases also come from branches that begin at an earlier one."""

from __future__ import annotations

from hypothesis.stateful import rule

from tests.truth.judge import vouched
from tests.truth.machine import Truth, names, which, who, words
from tests.truth.plain_git import look


class Hotfixes(Truth):
    """What ``Truth`` lives, and hotfixes."""

    fixes = 0

    @rule(who=who, name=names, which=which, word=words)
    def hotfix(self, who: int, name: str, which: int, word: str) -> None:
        clone, version = self.clone(who), self.version(name, which)
        self.pull(who, "reset")
        clone.git("fetch", "-q", "--tags", "origin", check=False)
        self.fixes += 1
        branch = f"hotfix/{self.fixes}"
        clone.git("switch", "-q", "-c", branch, f"prompts/{name}@v{version}", check=False)
        if clone.git("branch", "--show-current") != branch:
            return
        begun, before = look(clone), self.hands.remote.git("rev-parse", "main")
        self.edit(who, name, word)
        if self.hands.command(clone, "lock", "--bump", "patch").code == 0:
            clone.commit(message="hotfix")
            clone.git("push", "-q", "origin", branch)
            ran = self.hands.command(clone, "release")
            now = look(clone)
            assert now.lock is not None
            entry = (begun.lock or {}).get(name)
            if ran.code == 0 and entry and entry["version"] == version and now.work[name] != entry["digest"]:
                fixed = now.lock[name]["version"]
                assert self.later_patch(str(version), fixed)
                tag = now.known[name, fixed]
                assert tag.holds == now.work[name]
                assert vouched(tag)
        else:
            clone.git("reset", "-q", "--hard")
            clone.git("clean", "-qfd")
        assert self.hands.remote.git("rev-parse", "main") == before
        clone.git("switch", "-q", "main", check=False)

    def later_patch(self, version: str, fixed: str) -> bool:
        """Whether a version differs from an earlier one in its last number alone."""
        (*line, number), (*other, later) = (list(map(int, it.split("."))) for it in (version, fixed))
        return line == other and later > number
