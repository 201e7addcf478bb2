"""Two clones of one remote, and what is asked of every command that is run in them, whatever it is."""

from __future__ import annotations

import tempfile
from collections import Counter
from dataclasses import dataclass
from pathlib import Path
from typing import Any, ClassVar

from tests.faults import strike
from tests.kills.judge import unlocked
from tests.shipping import line, run
from tests.snapshot import Snapshot, changed, refs, snap
from tests.support import SETTINGS, GitRepository, Ran
from tests.truth.judge import Shares, drift_of, status_of
from tests.truth.memory import Memory, objects
from tests.truth.plain_git import MIRROR, look, shared
from tests.truth.seen import FOLDER, PLANS, Shared

NO, USAGE, STATE, OUTSIDE = 1, 2, 3, 4
FETCHED = ("ref refs/remotes/", "ref refs/promptctl/")
FOLLOWED = (*FETCHED, "ref refs/heads/main", "index", f"file {FOLDER}/")
RULED = SETTINGS.replace("[environments.prod]\n", "[environments.prod]\napprovals = 1\napprovals_signed = false\n")
"""prod takes nothing that nobody else agreed to."""
MAY_CHANGE: dict[str, tuple[str, ...]] = {
    "lock": ("file prompts/prompts.lock",),
    "new": ("file prompts/",),
    "release": (*FETCHED, "ref refs/tags/prompts/"),
    "retire": ("file prompts/prompts.lock",),
    "experiment": (*FOLLOWED, "file prompts/experiments/"),
    **dict.fromkeys(("promote", "rollback", "remove", "freeze", "unfreeze", "rollout", "approve"), FOLLOWED),
}
"""What of a clone each command may change when it works; one that refuses may have fetched, or made tags."""


@dataclass(frozen=True, slots=True)
class Before:
    """A clone and the remote before a command."""

    clone: Snapshot
    porcelain: str
    remote: dict[str, str]
    main: Shared


class Hands:
    """The repositories of one history, which go when it is over. ``ended`` counts how the commands of all ended."""

    ended: ClassVar[Counter[tuple[str, int]]] = Counter()

    def __init__(self) -> None:
        self._above = tempfile.TemporaryDirectory(prefix="promptctl-truth-")
        folder = Path(self._above.name)
        first = line(folder, RULED, staged=("1.0.0", "1.1.0"))
        self.clones = (first, first.clone(folder / "two"))
        self.remote = GitRepository(folder / "origin.git")
        self.memory = Memory()

    def __enter__(self) -> Hands:
        return self

    def __exit__(self, *_: object) -> None:
        self._above.cleanup()

    def whole(self) -> None:
        """Nothing is corrupt anywhere, and whoever comes new is told the truth as well."""
        for each in (*self.clones, self.remote):
            assert each.git("fsck", "--strict", "--no-dangling") == ""
        self.agree(self.clones[0].clone(self.remote.folder.parent / "fresh"))

    def main(self) -> Shared:
        """What the remote's main says."""
        return shared(self.remote, self.remote.git("rev-parse", "refs/heads/main"))

    def before(self, clone: GitRepository) -> Before:
        return Before(snap(clone), porcelain(clone), refs(self.remote), self.main())

    def command(self, clone: GitRepository, *arguments: str) -> Ran:
        """Runs a command and insists on what holds for every one: no crash, no half effect, nothing beside its own."""
        before = self.before(clone)
        ran = self._sound(clone, *arguments)
        self._only_its_own(clone, arguments, ran, before)
        return ran

    def _sound(self, clone: GitRepository, *arguments: str) -> Ran:
        mirror = objects(clone, MIRROR)
        ran = run(clone, *arguments)
        self.memory.note(clone, mirror)
        self.ended[arguments[0], ran.code] += 1
        assert ran.code in (0, NO, USAGE, STATE, OUTSIDE), (arguments, ran)
        assert "Traceback" not in ran.err + ran.out, (arguments, ran)
        assert "[PC099]" not in ran.err, (arguments, ran)
        return ran

    def _only_its_own(self, clone: GitRepository, arguments: tuple[str, ...], ran: Ran, before: Before) -> None:
        """Work in progress looks as before, and a refusal moved nothing that others or the user can see."""
        verb, worked = arguments[0], ran.code == 0 or (ran.code == NO and arguments[1:2] == ("advance",))
        may = MAY_CHANGE.get(verb, ()) if worked else FETCHED * (verb in MAY_CHANGE)
        may = FETCHED if "--branch" in arguments else may + ("ref refs/tags/prompts/",) * (verb == "release")
        after = snap(clone)
        touched = {key for key in changed(before.clone, after) if not key.startswith(may or ("nothing",))}
        assert not touched, (arguments, ran, touched)
        if verb not in ("lock", "new", "retire"):
            assert kept(before.porcelain, porcelain(clone)), (arguments, ran, before.porcelain, porcelain(clone))
        if not (worked or ran.code == OUTSIDE) or "--no-push" in arguments or verb not in MAY_CHANGE:
            assert refs(self.remote) == before.remote, (arguments, ran)
        existing = {key: value for key, value in before.clone.items() if key.startswith("ref refs/tags/")}
        assert existing.items() <= after.items(), "a tag that was there was changed"

    def struck(self, clone: GitRepository, *arguments: str, at: int, action: str) -> None:
        """Kills a command at a call of git; the next one works, or names the lock in its way, and nothing is left."""
        before = self.before(clone)
        ended = strike(*arguments, cwd=clone.folder, folder=clone.folder.parent / "bin", at=at, action=action)
        self.ended[f"{arguments[0]}, struck", ended.code] += 1
        assert "Traceback" not in ended.out + ended.err, (arguments, ended)
        assert "[PC099]" not in ended.err, (arguments, ended)
        again, _ = unlocked(clone, *arguments)
        self.memory.believe(clone)
        assert again.code in (0, NO, USAGE, STATE), (arguments, ended, again)
        now = porcelain(clone)
        assert kept(before.porcelain, now), (arguments, ended, again, before.porcelain, now)
        git = clone.folder / ".git"
        left = [*git.rglob("*.lock"), *git.glob("promptctl/journal.json"), *git.glob("promptctl/index-*")]
        assert not left, (arguments, ended, again, left)

    def agree(self, clone: GitRepository) -> None:
        """status and drift say what the model says, and change nothing."""
        seen, before = look(clone), self.before(clone)
        self._status(self._sound(clone, "status", "--json").data, status_of(seen))
        ran = self._sound(clone, "drift", "--json")
        found = ran.data["findings"]
        got = {(one["kind"], one["prompt"], one["environment"], one["version"]) for one in found}
        true = drift_of(seen, self.memory.of(clone))
        assert got == true, (true - got, found)
        assert ran.code == (1 if any(one["level"] == "error" for one in found) else 0)
        assert all(one["repair"] for one in found)
        self._only_its_own(clone, ("status and drift",), ran, before)

    def _status(self, said: dict[str, Any], true: dict[str, Any]) -> None:
        rows = {
            row["prompt"]: {
                "files": row["files"],
                "locked": row["locked"],
                "served": {where: (one["version"], one["digest"]) for where, one in row["served"].items()},
                "splits": {where: _shares(one) for where, one in row["splits"].items()},
            }
            for row in said["prompts"]
        }
        told = {
            "rows": rows,
            "frozen": set(said["frozen"]),
            "unsent": said["unsent"],
            "broken": len(said["broken"]),
        }
        assert told == true


def _shares(split: dict[str, Any]) -> Shares:
    """What ``status --json`` says of a split."""
    arms = (
        (arm["name"], arm["version"], sum(end - start for start, end in arm["ranges"]) / 100) for arm in split["arms"]
    )
    return split["id"], split["state"] == "paused", tuple(arms)


def kept(before: str, after: str) -> bool:
    """Whether work in progress is as before; a hand edit or a draft is none any more where the command did the same."""
    gone, come = set(before.splitlines()) - set(after.splitlines()), set(after.splitlines()) - set(before.splitlines())
    return not come and all(FOLDER in line or PLANS in line for line in gone)


def porcelain(clone: GitRepository) -> str:
    """What Git says of unsaved work."""
    return clone.git("--no-optional-locks", "status", "--porcelain", "-uall")
