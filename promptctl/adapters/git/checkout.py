"""The work tree that has a branch checked out: follows the branch without touching other work."""

from __future__ import annotations

import shutil
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from pathlib import Path

from promptctl.adapters.git.commits import private_index
from promptctl.adapters.git.program import Git
from promptctl.adapters.git.refs import current_branch
from promptctl.adapters.writing import clear_leftovers, write_file
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
        self.git = git if current_branch(git) == branch else _elsewhere(git, branch)

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
            raise _in_the_way(f"another git command is at work in {self.git.root}", f"if none is: rm {lock}")
        self._require_clean(self.git, base, new)

    def follow(self, base: str, new: str) -> None:
        """Brings the paths that differ between the two commits into the work tree and its index.

        Raises OutsideError, with nothing changed, when that is not possible any more; Unfinished when it ended midway
        and what had changed could not be put back either.
        """
        if self.git is None:
            return
        try:
            self.git.run("update-index", "-q", "--refresh", expected=(0, 1))
            _write_whole(self.git, base, new)
            _take_in(self.git, base, new, {})
            self.git.run("read-tree", "-m", "-u", base, new)
        except OutsideError as failure:
            with finishing(f"the branch moved and its work tree does not follow ({failure})"):
                self.finish(new, base)
            raise

    def finish(self, base: str, new: str) -> None:
        """Does what is left of a ``follow`` that ended midway; files changed by hand since stay as they are."""
        git = self.git
        if git is None:
            return
        before, after = _blobs(git, base), _blobs(git, new)
        moved = False
        for path in (path for path in {**before, **after} if before.get(path) != after.get(path)):
            old, wanted = before.get(path), after.get(path)
            clear_leftovers((git.root / path).parent)
            facts = git.text("ls-files", "-s", "--", path).split(" ")
            staged = facts[1] if len(facts) > 1 else None
            if staged not in (old, wanted):
                continue
            if staged != wanted:
                _stage(git, path, wanted)
            found = _content(git, path)
            if found != wanted and (found == old or _is_torn(git, path, (old, wanted))):
                _write(git, path, wanted)
            moved = moved or staged != wanted or found != wanted
        if moved:
            git.run("update-index", "-q", "--refresh", expected=(0, 1))

    def _require_clean(self, git: Git, base: str, new: str) -> None:
        """Tries the merge on a copy of the index: its stat cache must be fresh, and the user's stays as it is."""
        with private_index(git) as extra:
            if (git.directory / "index").exists():
                shutil.copyfile(git.directory / "index", extra["GIT_INDEX_FILE"])
            git.run("update-index", "-q", "--refresh", expected=(0, 1), extra=extra)
            dry = git.run("read-tree", "-n", "-m", "-u", base, new, expected=(0, 128), extra=extra)
            if dry.returncode and _take_in(git, base, new, extra):
                dry = git.run("read-tree", "-n", "-m", "-u", base, new, expected=(0, 128), extra=extra)
        if dry.returncode:
            said = dry.stderr.decode("utf-8", "replace").strip().splitlines()
            detail = said[0].removeprefix("error: ").removesuffix(" Cannot merge.") if said else "files are in the way"
            raise _in_the_way(detail, "commit or stash these files first")

    def _suspended(self) -> Iterator[Path]:
        """Work trees that will put the branch back when their rebase or bisect ends."""
        for folder in (self._common, *self._common.glob("worktrees/*")):
            for name in _HEAD_NAMES:
                file = folder / name
                spelled = file.read_text(errors="replace").strip() if file.is_file() else ""
                if spelled.removeprefix("refs/heads/") == self._branch:
                    yield folder


def _write_whole(git: Git, base: str, new: str) -> None:
    """Writes the moved files as the new commit has them, each whole, which Git does not: killed, it leaves a part.

    Files that differ from the old commit stay; so does what a sparse checkout may leave out, for Git to decide.
    """
    for path, (_, _, before, after, _) in _moved(git, base, new, {}).items():
        file = git.root / path
        there = file.is_symlink() or file.exists()
        is_new = not before.strip("0") and not there and git.config.get("core.sparsecheckout") != "true"
        if after.strip("0") and (is_new or (there and _content(git, path) == before)):
            write_file(file, git.run("cat-file", "--filters", f"--path={path}", after).stdout, path)


def _moved(git: Git, base: str, new: str, extra: Mapping[str, str]) -> dict[str, list[str]]:
    """Each path that differs between two commits: both modes, both blobs (zeros: none) and how."""
    fields = git.run("diff-tree", "-r", "-z", "--no-renames", base, new, extra=extra).stdout.decode().split("\0")
    return {path: facts.split(" ") for facts, path in zip(fields[::2], fields[1::2], strict=False)}


def _take_in(git: Git, base: str, new: str, extra: Mapping[str, str]) -> bool:
    """Puts into the index what lies in the work tree just as the new commit has it; ``read-tree`` calls it in the way.

    False when there is no such file. What is staged otherwise stays as it is.
    """
    wanted = _moved(git, base, new, extra)
    there = [path for path in wanted if (git.root / path).is_file() and not (git.root / path).is_symlink()]
    lines: list[str] = []
    for path in there:
        _, mode, before, after, _ = wanted[path]
        blob = git.run("hash-object", "--", path, extra=extra).stdout.decode().strip()
        staged = git.run("ls-files", "-s", "-z", "--", path, extra=extra).stdout.decode()
        if blob == after and (not staged or before in staged):
            lines.append(f"{mode} {blob}\t{path}\0")
    if lines:
        git.run("update-index", "-z", "--index-info", stdin="".join(lines).encode(), extra=extra)
    return bool(lines)


def _elsewhere(git: Git, branch: str) -> Git | None:
    path = git.text("for-each-ref", "--format=%(worktreepath)", f"refs/heads/{branch}")
    return Git(Path(path)) if path and Path(path).is_dir() else None


def _blobs(git: Git, commit: str) -> dict[str, str]:
    listing = git.run("ls-tree", "-r", "-z", "--full-tree", commit, "--", "prompts").stdout.decode(
        "utf-8", "surrogateescape"
    )
    entries = (entry.partition("\t") for entry in listing.split("\0") if entry)
    return {path: facts.split(" ")[2] for facts, _, path in entries}


def _stage(git: Git, path: str, blob: str | None) -> None:
    line = f"100644 {blob}\t{path}\0" if blob else f"0 {'0' * 40}\t{path}\0"
    git.run("update-index", "-z", "--add", "--index-info", stdin=line.encode("utf-8", "surrogateescape"))


def _content(git: Git, path: str) -> str | None:
    """The blob a file's content would be, None when there is no file."""
    if not (git.root / path).is_file():
        return None
    return git.text("hash-object", "--", path)


def _is_torn(git: Git, path: str, versions: tuple[str | None, ...]) -> bool:
    """Whether a file is what Git leaves when it is killed while it writes one of these versions: nothing, or a part."""
    file = git.root / path
    if not file.is_file():
        return True
    part = file.read_bytes()
    whole = (git.run("cat-file", "--filters", f"--path={path}", blob).stdout for blob in versions if blob)
    return any(full.startswith(part) for full in whole)


def _write(git: Git, path: str, blob: str | None) -> None:
    if blob is None:
        (git.root / path).unlink(missing_ok=True)
    else:
        write_file(git.root / path, git.run("cat-file", "--filters", f"--path={path}", blob).stdout, path)


def _in_the_way(message: str, hint: str) -> StateError:
    return StateError(WORK_IN_THE_WAY, message, hint=hint)
