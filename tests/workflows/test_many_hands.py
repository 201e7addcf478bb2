"""Several clones edit, lock, merge, squash, fix and release in any order; what must hold after each step, holds."""

from __future__ import annotations

import random
import shutil
from collections.abc import Callable
from pathlib import Path

import pytest

from promptctl.core.releases.lockfile import Lockfile
from promptctl.errors import StateError
from promptctl.workflows.lock_check import check_lock
from promptctl.workflows.release import release
from promptctl.workflows.retire import retire
from promptctl.workflows.verify import verify
from tests.support import SETTINGS, GitRepository, build_files, new_repository, with_remote
from tests.versioning import LOCK, lock_of, locked, opened, released

NAMES = ("a", "b", "c/d")
PARTIALS = ("one", "two")


def prompt(word: str, inputs: int, partials: tuple[str, ...]) -> str:
    included = "".join(f"{{% include 'shared/{name}.j2' %}} " for name in partials)
    listed = ", ".join(f"i{number}: string" for number in range(inputs))
    return f'model: echo:echo\ninputs: {{{listed}}}\ntemplate: "{included}{word}"\n'


class Hands:
    """The clones, and every release ever made with the digest it had then."""

    def __init__(self, folder: Path, seed: int) -> None:
        self.random, self.branches, self.made = random.Random(seed), 0, dict[str, str]()
        files = {f"prompts/{name}/prompt.yaml": prompt("start", 1, ("one",)) for name in NAMES}
        files |= {f"prompts/shared/{name}.j2": "start" for name in PARTIALS}
        first = with_remote(new_repository(folder / "r0", {"promptctl.toml": SETTINGS, **files}), folder / "bare.git")
        released(first)
        self.clones = [first, *(first.clone(folder / f"r{number}") for number in (1, 2))]
        self.open: list[str] = []

    def clone(self) -> GitRepository:
        """Any clone, up to date and on main."""
        found = self.random.choice(self.clones)
        found.seconds = max(clone.seconds for clone in self.clones)
        found.git("fetch", "-q", "--tags", "--force", "origin")
        found.git("reset", "-q", "--hard")
        found.git("switch", "-q", "-C", "main", "origin/main")
        return found

    def edit(self, clone: GitRepository) -> None:
        """Any change of the files."""
        path = clone.folder / "prompts" / self.random.choice(NAMES)
        word = f"word {self.random.randrange(10**6)}"
        what = self.random.choice(("prompt", "prompt", "partial", "partial", "remove", "rename"))
        if what == "partial":
            build_files(clone.folder, {f"prompts/shared/{self.random.choice(PARTIALS)}.j2": word})
        elif what == "remove" and path.exists():
            shutil.rmtree(path)
        elif what == "rename" and path.exists():
            former = path.relative_to(clone.folder / "prompts").as_posix()
            target = clone.folder / f"prompts/renamed-{self.random.randrange(100)}"
            shutil.move(path, target)
            text = (target / "prompt.yaml").read_text().split("formerly")[0]
            (target / "prompt.yaml").write_text(text + f"formerly: [{former}]\n")
        else:
            chosen = tuple(name for name in PARTIALS if self.random.random() < 0.6)
            build_files(path, {"prompt.yaml": prompt(word, self.random.randrange(1, 4), chosen)})

    def feature(self) -> None:
        """A branch from main, or from where main was, with a locked change."""
        clone = self.clone()
        back = self.random.choice(("origin/main", "origin/main", "origin/main~1"))
        self.branches += 1
        name = f"feature-{self.branches}"
        clone.git("switch", "-q", "-C", name, back)
        self.edit(clone)
        self.lock(clone)
        clone.commit(message="lock")
        clone.git("push", "-q", "origin", name)
        self.open.append(name)

    def lock(self, clone: GitRepository) -> None:
        locked(clone)
        assert not locked(clone).written, "a second time changes nothing"
        found = check_lock(opened(clone))
        assert (found.findings, found.note) == ((), None)

    def merge(self) -> None:
        """A branch merged or squashed into main; whoever merges repairs the lock."""
        if not self.open:
            return
        clone, name = self.clone(), self.open.pop(self.random.randrange(len(self.open)))
        how = self.random.choice((("--no-ff",), ("--no-ff",), ("--squash",)))
        clone.git("merge", "-q", "--no-commit", *how, f"origin/{name}", check=False)
        for path in clone.git("diff", "--name-only", "--diff-filter=U").split():
            if path != LOCK:
                clone.git("checkout", "-q", self.random.choice(("--ours", "--theirs")), "--", path, check=False)
        if self.random.random() < 0.7 or "<<<" in (clone.folder / LOCK).read_text():
            self.lock(clone)
        clone.commit(message=f"merge {name}")
        clone.git("push", "-q", "origin", "main")

    def hotfix(self) -> None:
        """A fix on top of any release, released from its own branch."""
        clone = self.clone()
        tag = self.random.choice(clone.git("tag", "--list", "prompts/*").split())
        self.branches += 1
        clone.git("switch", "-q", "-C", f"hotfix/{self.branches}", tag)
        name = tag.removeprefix("prompts/").split("@")[0]
        path = clone.folder / f"prompts/{name}/prompt.yaml"
        path.write_text(path.read_text().replace("word", f"fix {self.random.randrange(10**6)} word"))
        locked(clone, step="patch", allow_breaking=True)
        clone.commit(message="hotfix")
        clone.git("push", "-q", "origin", f"hotfix/{self.branches}")
        self.release(clone)

    def release(self, clone: GitRepository | None = None) -> None:
        found = clone or self.clone()
        try:
            done = release(opened(found))
        except StateError as stale:
            if (stale.code, clone) != ("PC024", None):
                raise
            return
        assert done.skipped == ()
        for tag in done.made:
            assert self.made.setdefault(f"{tag.name}@{tag.version}", tag.digest) == tag.digest

    def retire(self) -> None:
        clone = self.clone()
        if "<<<" in (clone.folder / LOCK).read_text():
            return
        lock = lock_of(clone)
        names = [name for name, entry in lock.prompts.items() if len(entry.releases) > 1]
        if names:
            name = self.random.choice(names)
            retire(opened(clone), f"{name}@{next(iter(lock.prompts[name].releases))}", "withdrawn")
            clone.commit(message="retire")
            clone.git("push", "-q", "origin", "main")

    def judge(self, before: Lockfile) -> None:
        """What must hold whatever happened: nothing released ever changes, nothing is lost, nothing is foreign."""
        clone = self.clone()
        report = verify(opened(clone))
        wrong = [found for found in report.findings if found.level == "error" and found.kind != "tag-missing"]
        assert wrong == []
        known = {f"{found.name}@{found.version}": found.digest for found in report.releases}
        assert known == self.made | {key: value for key, value in known.items() if key not in self.made}
        assert self.made.items() <= known.items()
        now = lock_of(clone)
        for name in before.prompts.keys() & now.prompts.keys():
            assert before.prompts[name].releases.items() <= now.prompts[name].releases.items()
            assert before.prompts[name].retired.items() <= now.prompts[name].retired.items()

    def step(self) -> None:
        before = lock_of(self.clone())
        actions: tuple[Callable[[], None], ...] = (self.feature, self.merge, self.release, self.hotfix, self.retire)
        self.random.choices(actions, weights=(4, 4, 2, 1, 0.5))[0]()
        self.judge(before)

    def finish(self) -> None:
        """Everything is merged, locked and released; then nothing is left to find."""
        while self.open:
            self.merge()
        clone = self.clone()
        self.lock(clone)
        clone.commit(message="lock")
        clone.git("push", "-q", "origin", "main")
        self.release()
        left = [found for found in verify(opened(self.clone())).findings if found.kind != "hotfix"]
        assert left == []
        assert verify(opened(clone.clone(clone.folder.parent / "fresh"))).ok


def live(folder: Path, seed: int, steps: int) -> None:
    hands = Hands(folder, seed)
    for _ in range(steps):
        hands.step()
    hands.finish()


def test_many_hands(tmp_path: Path) -> None:
    live(tmp_path, 0, 14)


@pytest.mark.long
@pytest.mark.parametrize("seed", range(100, 130))
@pytest.mark.timeout(600)
def test_many_hands_for_longer(tmp_path: Path, seed: int) -> None:
    live(tmp_path, seed, 60)
