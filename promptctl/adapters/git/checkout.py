"""The work tree that has a branch checked out: follows the branch without touching other work."""

from __future__ import annotations

import shlex
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager, suppress
from dataclasses import replace
from pathlib import Path

from promptctl.adapters.git.objects import Objects
from promptctl.adapters.git.program import Git
from promptctl.adapters.git.refs import current_branch
from promptctl.adapters.git.standing import Staged, Standing, stage, staged, standings, written
from promptctl.adapters.git.tree_objects import Difference, differences
from promptctl.adapters.writing import clear_leftovers, refused_as, write_file
from promptctl.errors import OutsideError, StateError

WORK_IN_THE_WAY, NOT_FOLLOWED = "PC111", "PC120"
_IN_PROGRESS = {
    "MERGE_HEAD": "a merge",
    "CHERRY_PICK_HEAD": "a cherry-pick",
    "REVERT_HEAD": "a revert",
    "rebase-merge": "a rebase",
    "rebase-apply": "a rebase",
    "BISECT_LOG": "a bisect",
}
_HEAD_NAMES = ("rebase-merge/head-name", "rebase-apply/head-name", "BISECT_START")


class Unfinished(OutsideError):
    """A write that ended midway and could not be undone: the journal stays, and the next command finishes it."""


@contextmanager
def finishing(what: str) -> Iterator[None]:
    """Around what follows once there is no way back. Raises Unfinished, saying ``what`` is the case, when it fails."""
    try:
        yield
    except OutsideError as error:
        raise Unfinished(NOT_FOLLOWED, f"{what}; the next command finishes this: {error}", hint=error.hint) from None


class Checkout:
    """``git`` is the work tree that has the branch checked out, None when there is none."""

    def __init__(self, git: Git, branch: str) -> None:
        self._common, self._branch = git.common_directory, branch
        self._moved: dict[tuple[str, str], Sequence[Difference]] = {}
        self._listed: tuple[object, Staged] | None = None
        self.git = git if current_branch(git) == branch else self._elsewhere(git)

    def require_free(self, base: str, new: str) -> None:
        """Raises StateError when following would meet unfinished or unsaved work; changes nothing.

        A rebase or bisect that started from the branch puts it back in the end, so it must not move meanwhile.
        """
        for folder in self._suspended():
            raise _in_the_way(f"{folder} is in the middle of a rebase or bisect of {self._branch}", "finish it first")
        if self.git is None:
            return
        for name, what in _IN_PROGRESS.items():
            if (self.git.directory / name).exists():
                raise _in_the_way(f"{self.git.root} is in the middle of {what}", "finish it first")
        lock = self.git.directory / "index.lock"
        if lock.exists():
            away = f"if none is: rm {shlex.quote(str(lock))}"
            raise _in_the_way(f"another git command is at work in {self.git.root}", away)
        for standing in self._standings(base, new):
            if standing.obstacle:
                raise _in_the_way(standing.obstacle, "commit or stash these files first")

    def follow(self, base: str, new: str) -> None:
        """Brings the paths that differ between the two commits into the work tree and its index.

        Raises OutsideError, with nothing changed, when that is not possible any more; Unfinished when it ended midway
        and what had changed could not be put back either.
        """
        standings = self._standings(base, new)
        for standing in standings:
            if standing.obstacle:
                raise OutsideError(NOT_FOLLOWED, standing.obstacle)
        drafts = self._drafts(standings)
        try:
            self._bring(standings, base, new)
        except OutsideError as failure:
            with finishing(f"the branch moved and its work tree does not follow ({failure})"):
                self.finish(new, base, left=drafts)
            raise

    def finish(self, base: str, new: str, left: Mapping[str, bytes] | None = None) -> None:
        """Does what is left of a ``follow`` that ended midway; files changed by hand since stay as they are.

        ``left`` are texts that lie in the work tree afterwards, whatever the commit has: drafts, when it goes back.
        """
        git = self.git
        if git is None:
            return
        for folder in {(git.root / path).parent for path, _, _ in self._differences(base, new)}:
            clear_leftovers(folder)
        standings = [_mended(git, standing) for standing in self._standings(base, new)]
        if any(standing.follows or standing.staged != standing.after for standing in standings if standing.known):
            self._bring(standings, base, new, left)
            git.run("update-index", "-q", "--refresh", expected=(0, 1))

    def _bring(
        self, standings: Sequence[Standing], base: str, new: str, left: Mapping[str, bytes] | None = None
    ) -> None:
        """Writes files, each whole, which Git does not: killed, it leaves a part. Then the index is told.

        What a sparse checkout may leave out is for Git to decide.
        """
        if self.git is None:
            return
        follows = [standing for standing in standings if standing.follows]
        blobs = [(entry.object_id, standing.path) for standing in follows if (entry := standing.after)]
        contents = {**written(self.git, blobs), **(left or {})}
        for standing in follows:
            _set(self.git.root, standing.path, contents.get(standing.path))
        known = [standing for standing in standings if standing.known and standing.staged != standing.after]
        stage(self.git, {standing.path: standing.after for standing in known if not standing.left_out})
        if any(standing.left_out for standing in known):
            self.git.run("read-tree", "-m", "-u", base, new)

    def _drafts(self, standings: Sequence[Standing]) -> Mapping[str, bytes]:
        """What lies in the work tree and is to be replaced by a commit that was made of it."""
        found = [standing.path for standing in standings if standing.drafted and standing.follows]
        return {path: (self.git.root / path).read_bytes() for path in found} if self.git else {}

    def _standings(self, base: str, new: str) -> tuple[Standing, ...]:
        """How what moved stands. Where there is no index nothing can be stale, and nothing has to follow."""
        if self.git is None or not (self.git.directory / "index").exists():
            return ()
        return standings(self.git, self._differences(base, new), self._staged(self.git, base, new))

    def _staged(self, git: Git, base: str, new: str) -> Staged:
        """What the index has of what moved, listed again when it is another file: Git always replaces it whole."""
        index = (git.directory / "index").stat()
        seen = (base, new, index.st_ino, index.st_size, index.st_mtime_ns, index.st_ctime_ns)
        if self._listed is None or self._listed[0] != seen:
            self._listed = seen, staged(git, [path for path, _, _ in self._differences(base, new)])
        return self._listed[1]

    def _differences(self, base: str, new: str) -> Sequence[Difference]:
        assert self.git
        if (base, new) not in self._moved:
            objects = Objects(self.git)
            folders = objects.folder(base), objects.folder(new)
            self._moved[base, new] = list(differences(objects.folder, *folders))
        return self._moved[base, new]

    def _suspended(self) -> Iterator[Path]:
        """Work trees that will put the branch back when their rebase or bisect ends."""
        for folder in (self._common, *self._common.glob("worktrees/*")):
            for name in _HEAD_NAMES:
                file = folder / name
                spelled = file.read_text(errors="replace").strip() if file.is_file() else ""
                if spelled.removeprefix("refs/heads/") == self._branch:
                    yield folder

    def _elsewhere(self, git: Git) -> Git | None:
        """Another work tree of the repository that has the branch checked out."""
        if not (self._common / "worktrees").is_dir():
            return None
        path = git.text("for-each-ref", "--format=%(worktreepath)", f"refs/heads/{self._branch}")
        return Git(Path(path)) if path and Path(path).is_dir() else None


def _mended(git: Git, standing: Standing) -> Standing:
    """With a file that is what Git leaves when it is killed while it writes: nothing, or a part of a version."""
    entries = [entry for entry in (standing.before, standing.after) if entry]
    if standing.odd or standing.found in [entry.object_id for entry in entries]:
        return standing
    file = git.root / standing.path
    part = file.read_bytes() if file.is_file() else b""
    whole = (written(git, [(entry.object_id, standing.path)])[standing.path] for entry in entries)
    torn = any(full.startswith(part) for full in whole)
    return replace(standing, found=standing.before.object_id if standing.before else None) if torn else standing


def _set(root: Path, path: str, data: bytes | None) -> None:
    """Writes a file whole, or takes it away with the folders that are empty then."""
    file = root / path
    if data is not None:
        write_file(file, data, path)
        return
    with refused_as(path):
        file.unlink(missing_ok=True)
    with suppress(OSError):
        for folder in file.relative_to(root).parents[:-1]:
            (root / folder).rmdir()


def _in_the_way(message: str, hint: str) -> StateError:
    return StateError(WORK_IN_THE_WAY, message, hint=hint)
